//! Which block shows whom, and which of its columns which year, before and after.

use std::collections::{BTreeMap, BTreeSet};

use super::Base;
use crate::compare::Comparison;
use crate::diagnostic::Diagnostic;
use crate::form::{FormBlock, Role};
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::Grid;

/// A block and its columns.
#[derive(Clone, Debug)]
pub(super) struct BlockPlan {
    /// As found on the sheet
    pub role: Role,
    /// Role under which `_meta` knows its figures, when the area is the one it was written for
    pub meta_role: Option<Role>,
    /// Whose figures it shows from now on
    pub who: usize,
    /// Column → year as it stands
    pub old: Vec<(u32, i32)>,
    /// Column → year as it will be
    pub new: Vec<(u32, i32)>,
}

impl BlockPlan {
    /// Whether figures move to other columns.
    pub fn reheaded(&self) -> bool {
        self.old != self.new
    }
}

/// All blocks, and the comparison with the roles its participants have on this sheet.
#[derive(Debug)]
pub(super) struct Blocks {
    pub plans: Vec<BlockPlan>,
    pub comparison: Comparison,
    /// Roles on the sheet that nobody of the request has: left as they are
    pub idle: Vec<(Role, String)>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Decides. `fixed_years`: the person named the display period.
pub(super) fn plan(base: &Base, grid: &Grid, comparison: &Comparison, fixed_years: bool) -> Blocks {
    let mut comparison = comparison.clone();
    let mut diagnostics = Vec::new();
    let on_sheet = areas_on_sheet(base, grid);
    assign_roles(base, &on_sheet, &mut comparison);
    let years = years_to_show(base, &comparison, fixed_years);
    let (mut plans, mut idle) = (Vec::new(), Vec::new());
    for block in &base.map.blocks {
        let known = on_sheet.get(&block.role);
        let Some(who) = comparison.participants.iter().position(|one| one.role == block.role) else {
            if !block.years.is_empty() {
                idle.push((block.role, known.map_or("地域名の分からない列".to_owned(), |area| area.1.clone())));
            }
            continue;
        };
        let area = comparison.participants.get(who).map(|one| one.area.key().to_owned()).unwrap_or_default();
        let meta_role = known.filter(|(key, ..)| *key == area).map(|(.., role)| *role);
        let old: Vec<(u32, i32)> = block.years.iter().map(|(col, year)| (*col, *year)).collect();
        let new = if base.last.is_none() && !old.is_empty() {
            old.clone()
        } else {
            match columns(grid, base, block, &old, &years) {
                Some(new) => new,
                None => {
                    diagnostics.push(
                        Diagnostic::warning(
                            "no-column",
                            format!(
                                "{}の年度の列が足りないため、この列の数値は前のままにしました。",
                                comparison.participants.get(who).map(|one| one.area.name.as_str()).unwrap_or_default()
                            ),
                        )
                        .hint("空いた列を作るか、新しいシートを作り直してください。"),
                    );
                    continue;
                }
            }
        };
        plans.push(BlockPlan { role: block.role, meta_role, who, old, new });
    }
    Blocks { plans, comparison, idle, diagnostics }
}

/// Role on the sheet → (key, name, role in `_meta`). Columns may have been moved: a comparison area is known by the
/// name over its block, not by its number.
fn areas_on_sheet(base: &Base, grid: &Grid) -> BTreeMap<Role, (String, String, Role)> {
    let known = base.known_areas();
    let mut found = BTreeMap::new();
    for block in &base.map.blocks {
        if !matches!(block.role, Role::Other(_)) || base.last.is_none() {
            if let Some((key, name)) = known.get(&block.role) {
                found.insert(block.role, (key.clone(), name.clone(), block.role));
            }
            continue;
        }
        let Some(caption) =
            base.map.role_row.and_then(|row| grid.get_merged(CellRef::new(row + 1, block.first_col))?.as_text())
        else {
            continue;
        };
        let caption = fold(caption);
        let named = known.iter().filter(|(role, _)| matches!(role, Role::Other(_))).find(|(_, (_, name))| {
            let name = fold(name);
            name == caption || (!caption.is_empty() && name.ends_with(&caption))
        });
        if let Some((role, (key, name))) = named {
            found.insert(block.role, (key.clone(), name.clone(), *role));
        }
    }
    found
}

/// Comparison areas keep the block they have; new ones take free blocks, then those of areas no longer asked for.
fn assign_roles(base: &Base, on_sheet: &BTreeMap<Role, (String, String, Role)>, comparison: &mut Comparison) {
    let roles: Vec<Role> =
        base.map.blocks.iter().map(|block| block.role).filter(|role| matches!(role, Role::Other(_))).collect();
    let mut taken: BTreeSet<Role> = BTreeSet::new();
    let mut waiting = Vec::new();
    for (index, one) in comparison.participants.iter_mut().enumerate() {
        if !matches!(one.role, Role::Other(_)) {
            continue;
        }
        let own = roles.iter().find(|role| on_sheet.get(role).is_some_and(|(key, ..)| key == one.area.key()));
        match own {
            Some(role) => {
                one.role = *role;
                taken.insert(*role);
            }
            None => waiting.push(index),
        }
    }
    // A foreign form has no place of ours to write an area's name: only blocks that name it are filled.
    let unused =
        |role: &Role| base.map.block(*role).is_some_and(|block| block.years.is_empty() && !on_sheet.contains_key(role));
    let mut free: Vec<Role> = Vec::new();
    if base.last.is_some() {
        free.extend(roles.iter().filter(|role| !taken.contains(role) && unused(role)));
        free.extend(roles.iter().filter(|role| !taken.contains(role) && !unused(role) && on_sheet.contains_key(role)));
    }
    let mut free = free.into_iter();
    let mut beyond = roles.len().max(base.known_areas().len());
    for index in waiting {
        let role = free.next().unwrap_or_else(|| {
            beyond += 1;
            Role::Other(beyond.min(usize::from(u8::MAX) - 1) as u8)
        });
        if let Some(one) = comparison.participants.get_mut(index) {
            one.role = role;
        }
    }
}

/// As many years as were shown, or as the files now have, the newest ones; years somebody named are taken as named.
fn years_to_show(base: &Base, comparison: &Comparison, fixed: bool) -> Vec<i32> {
    let wanted: Vec<i32> = comparison.years.iter().map(|year| year.year).collect();
    if fixed {
        return wanted;
    }
    let shown = base.years();
    let count = wanted.len().max(shown.len());
    let all: BTreeSet<i32> = wanted.into_iter().chain(shown).collect();
    let skip = all.len().saturating_sub(count);
    all.into_iter().skip(skip).collect()
}

/// The columns of the years: as they stand when the years are the same, else in order from the block's left edge.
fn columns(grid: &Grid, base: &Base, block: &FormBlock, old: &[(u32, i32)], years: &[i32]) -> Option<Vec<(u32, i32)>> {
    let standing: BTreeSet<i32> = old.iter().map(|(_, year)| *year).collect();
    if standing == years.iter().copied().collect() {
        return Some(old.to_vec());
    }
    let mut slots: Vec<u32> = old.iter().map(|(col, _)| *col).collect();
    let empty = |col: u32| {
        grid.get(CellRef::new(base.map.year_row, col)).is_none()
            && base.map.rows.iter().all(|row| grid.get(CellRef::new(row.row, col)).is_none())
    };
    let next = slots.last().map_or(block.first_col, |last| last + 1);
    for col in next..=block.last_col {
        if slots.len() >= years.len() || !empty(col) {
            break;
        }
        slots.push(col);
    }
    let newest_first = old.len() > 1 && old.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if a > b));
    let mut years = years.to_vec();
    if newest_first {
        years.reverse();
    }
    (slots.len() >= years.len()).then(|| slots.into_iter().zip(years).collect())
}
