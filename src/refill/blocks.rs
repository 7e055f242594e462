//! Which block shows whom, and which of its columns which year, before and after.

use std::collections::{BTreeMap, BTreeSet};

use super::Base;
use super::lost_blocks;
use super::second_columns;
use super::years;
use crate::compare::Comparison;
use crate::diagnostic::{Diagnostic, Place};
use crate::form::{FormBlock, FormMap, Role};
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{CellValue, Grid};

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
    /// Areas on the sheet that are nobody's of the request: left as they are
    pub idle: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Blocks {
    /// The form's geometry with the years its columns will have.
    pub fn map_with_years(&self, map: &FormMap) -> FormMap {
        let mut map = map.clone();
        for block in &mut map.blocks {
            if let Some(plan) = self.plans.iter().find(|plan| plan.role == block.role) {
                block.years = plan.new.iter().copied().collect();
            }
        }
        map
    }
}

/// Decides. `fixed_years`: the person named the display period.
pub(super) fn plan(base: &Base, grid: &Grid, comparison: &Comparison, fixed_years: bool) -> Blocks {
    let mut comparison = comparison.clone();
    let mut diagnostics = Vec::new();
    let on_sheet = areas_on_sheet(base, grid, &comparison);
    assign_roles(base, &on_sheet, &mut comparison);
    let years = if fixed_years {
        comparison.years.iter().map(|year| year.year).collect()
    } else {
        base.years_with(&comparison)
    };
    let (mut plans, mut idle) = (Vec::new(), Vec::new());
    let taken = years::taken(grid, &base.map);
    diagnostics.extend(lost(base, &comparison));
    diagnostics.extend(base.second.iter().map(|second| second_columns::tell(&base.name, &base.map.sheet, second)));
    for block in &base.map.blocks {
        let known = on_sheet.get(&block.role);
        let Some(who) = comparison.participants.iter().position(|one| one.role == block.role) else {
            match known {
                Some((_, name, _)) if !block.years.is_empty() => idle.push(name.clone()),
                None if !block.years.is_empty() => diagnostics.push(unnamed(base, grid, block)),
                _ => {}
            }
            continue;
        };
        let area = comparison.participants.get(who).map(|one| one.area.key().to_owned()).unwrap_or_default();
        let meta_role = known.filter(|(key, ..)| *key == area).map(|(.., role)| *role);
        diagnostics.extend(known.filter(|_| meta_role.is_some()).and_then(|area| renamed(base, grid, block, &area.1)));
        let old: Vec<(u32, i32)> = years_of(block).collect();
        let new = if base.last.is_none() && !old.is_empty() {
            old.clone()
        } else {
            match years::columns(grid, &base.map, block, &old, &years, &taken) {
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
/// name over its block, not by its number; one whose name was worded differently, by its figures.
fn areas_on_sheet(base: &Base, grid: &Grid, comparison: &Comparison) -> BTreeMap<Role, (String, String, Role)> {
    let known = base.known_areas();
    let mut found = BTreeMap::new();
    let mut unnamed = Vec::new();
    for block in &base.map.blocks {
        if !matches!(block.role, Role::Other(_)) || base.last.is_none() {
            if let Some((key, name)) = known.get(&block.role) {
                found.insert(block.role, (key.clone(), name.clone(), block.role));
            }
            continue;
        }
        let caption = fold(caption(base, grid, block).map_or("", |(_, text)| text));
        let named = known
            .iter()
            .filter(|(role, _)| matches!(role, Role::Other(_)))
            .find(|(_, (_, name))| names(&caption, name));
        match named {
            Some((role, (key, name))) => {
                found.insert(block.role, (key.clone(), name.clone(), *role));
            }
            // A name of another area of the request is no other wording of this one's.
            None if !comparison.participants.iter().any(|one| names(&caption, &one.area.name)) => unnamed.push(block),
            None => {}
        }
    }
    for block in unnamed {
        let free = known.iter().filter(|(role, _)| matches!(role, Role::Other(_)));
        let free = free.filter(|(role, _)| found.values().all(|(.., taken)| taken != *role));
        let mut fitting = free.filter(|(role, _)| holds_figures_of(base, grid, block, **role));
        if let (Some((role, (key, name))), None) = (fitting.next(), fitting.next()) {
            found.insert(block.role, (key.clone(), name.clone(), *role));
        }
    }
    found
}

/// The cell below the role's heading, and the text over the block.
fn caption<'a>(base: &Base, grid: &'a Grid, block: &FormBlock) -> Option<(CellRef, &'a str)> {
    let at = CellRef::new(base.map.role_row? + 1, block.first_col);
    Some((at, grid.get_merged(at).and_then(CellValue::as_text).unwrap_or_default()))
}

/// Whether a heading is an area's name, with or without its prefecture.
fn names(caption: &str, name: &str) -> bool {
    !caption.is_empty() && fold(name).ends_with(caption)
}

/// Whether a block shows mostly what was written last for a role.
fn holds_figures_of(base: &Base, grid: &Grid, block: &FormBlock, role: Role) -> bool {
    base.last.as_ref().is_some_and(|last| lost_blocks::holds(&base.map, grid, last, role, years_of(block)))
}

/// Columns and years of a block.
fn years_of(block: &FormBlock) -> impl Iterator<Item = (u32, i32)> + Clone {
    block.years.iter().map(|(col, year)| (*col, *year))
}

/// Areas that had a block and have none that could be found: their figures stay as they were.
fn lost(base: &Base, comparison: &Comparison) -> Option<Diagnostic> {
    let last = base.last.as_ref()?;
    let gone = |role: &Role| {
        let asked = comparison.participants.iter().any(|one| one.role == *role);
        asked && !matches!(role, Role::Other(_)) && base.map.block(*role).is_none()
    };
    let names: Vec<String> =
        last.areas.iter().filter(|(role, _)| gone(role)).map(|(_, (_, name))| name.clone()).collect();
    (!names.is_empty()).then(|| {
        let message = format!("{}の列の見出しが見つからないため、その列の数値は前のままです。", names.join("、"));
        let hint = "年度の上に、様式どおりの見出し（自地域、都道府県平均／合計、全国平均／合計）を書いて保存し、もう一度実行してください。";
        Diagnostic::warning("block-without-area", message)
            .hint(hint)
            .at(Place::sheet(base.name.clone(), base.map.sheet.to_string()))
    })
}

/// A block whose area nothing tells any more.
fn unnamed(base: &Base, grid: &Grid, block: &FormBlock) -> Diagnostic {
    let (at, text) = caption(base, grid, block).unwrap_or((CellRef::new(base.map.year_row, block.first_col), ""));
    let message = match text.trim() {
        "" => "見出しが空いていて、この列がどの地域の数値か分からないため、前のまま残しました。".to_owned(),
        text => format!("見出しの「{text}」がどの地域か分からないため、この列の数値は前のまま残しました。"),
    };
    Diagnostic::warning("block-without-area", message)
        .hint(format!("{at} に、比較地域の名前を様式どおりに書いて保存し、もう一度実行してください。"))
        .at(Place::cell(base.name.clone(), base.map.sheet.to_string(), at))
}

/// Says whose figures stand below a heading that a person worded differently.
fn renamed(base: &Base, grid: &Grid, block: &FormBlock, name: &str) -> Option<Diagnostic> {
    if base.reworded.contains(&block.role) {
        let at = CellRef::new(base.map.role_row.unwrap_or(base.map.year_row), block.first_col);
        let text = grid.get_merged(at).and_then(CellValue::as_text).unwrap_or_default();
        let message =
            format!("見出しの「{text}」は{name}の見出しが書き換えられたものとして、{name}の数値を入れました。");
        return Some(
            Diagnostic::info("area-renamed", message)
                .hint(
                    "見出しは書かれたままにしています。別の地域のつもりのときは、様式どおりの見出しに直してください。",
                )
                .at(Place::cell(base.name.clone(), base.map.sheet.to_string(), at)),
        );
    }
    if !matches!(block.role, Role::Other(_)) || base.last.is_none() {
        return None;
    }
    let (at, text) = caption(base, grid, block).filter(|(_, text)| !text.trim().is_empty())?;
    (!names(&fold(text), name)).then(|| {
        Diagnostic::info(
            "area-renamed",
            format!("見出しの「{text}」は{name}の見出しが書き換えられたものとして、{name}の数値を入れました。"),
        )
        .hint("見出しは書かれたままにしています。別の地域のつもりのときは、名前を様式どおりに書いてください。")
        .at(Place::cell(base.name.clone(), base.map.sheet.to_string(), at))
    })
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
