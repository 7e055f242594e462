//! Blocks whose heading (自地域, 都道府県平均／合計 …) people worded anew: known by the figures that stand in them.

use super::cells::{same, shown};
use crate::fill::meta_sheet::Meta;
use crate::form::{FormMap, Role};
use crate::model::CellRef;
use crate::read::Grid;

/// Adds the blocks that were written last and that no heading names any more, each where mostly its figures stand.
/// Returns their roles.
pub(super) fn complete(map: &mut FormMap, grid: &Grid, last: &Meta) -> Vec<Role> {
    let written = |role: Role| last.values.keys().any(|(_, of, _)| *of == role);
    let others = |role: &Role| matches!(role, Role::Other(_));
    let mut lost: Vec<Role> = last
        .areas
        .keys()
        .copied()
        .filter(|role| !others(role) && map.block(*role).is_none() && written(*role))
        .collect();
    // Comparison areas are counted by the order of their headings: which of them is missing their figures must say.
    let on_sheet: Vec<Role> = map.blocks.iter().map(|block| block.role).filter(others).collect();
    let shows = |map: &FormMap, role: Role| {
        let mut blocks = map.blocks.iter().filter(|block| others(&block.role));
        blocks.any(|block| holds(map, grid, last, role, block.years.iter().map(|(col, year)| (*col, *year))))
    };
    lost.extend(last.areas.keys().copied().filter(|role| others(role) && written(*role) && !shows(map, *role)));
    let mut found = Vec::new();
    for years in map.loose_years(grid) {
        let Some(at) = lost.iter().position(|role| holds(map, grid, last, *role, years.iter().copied())) else {
            continue;
        };
        let role = match lost.remove(at) {
            Role::Other(_) => {
                let used =
                    |number: &u8| on_sheet.contains(&Role::Other(*number)) || found.contains(&Role::Other(*number));
                Role::Other((0..u8::MAX).find(|number| !used(number)).unwrap_or(u8::MAX))
            }
            role => role,
        };
        map.add_block(grid, role, &years);
        found.push(role);
    }
    found
}

/// Whether columns show, under their years, mostly what was written last for a role.
pub(super) fn holds(
    map: &FormMap,
    grid: &Grid,
    last: &Meta,
    role: Role,
    years: impl Iterator<Item = (u32, i32)> + Clone,
) -> bool {
    let (mut equal, mut all) = (0, 0);
    for row in &map.rows {
        for (col, year) in years.clone() {
            let Some((written, _)) = last.values.get(&(row.id.clone(), role, year)) else { continue };
            all += 1;
            let there = shown(grid.get(CellRef::new(row.row, col)));
            equal += usize::from(there.is_some_and(|there| same(written, &there)));
        }
    }
    equal > 0 && equal * 2 > all
}
