//! Which column shows which year: years keep the column they have, newer ones come behind them. People's formulas,
//! comments and colours point at cells, so a column is only given another year when there is no room left.

use std::collections::BTreeSet;

use super::Base;
use super::cells::{same, shown};
use crate::compare::Comparison;
use crate::error::FileError;
use crate::fill::meta_sheet::Meta;
use crate::form::{FormBlock, FormMap, Role};
use crate::model::CellRef;
use crate::notation::wareki;
use crate::read::Grid;

/// Cells named in a sentence.
const NAMED: usize = 6;
/// Figures of a column equal to what was written from which on the column is known by them.
const ENOUGH: usize = 3;

impl Base {
    /// The years to show when nobody named them: those that stand, and newer ones of the files as long as every block
    /// has room; then the oldest go.
    pub fn years_with(&self, comparison: &Comparison) -> Vec<i32> {
        let has = |year: i32| comparison.rows.iter().any(|row| row.figures.keys().any(|(_, of)| *of == year));
        let wanted: Vec<i32> = comparison.years.iter().map(|year| year.year).filter(|year| has(*year)).collect();
        let standing = self.years();
        let least = wanted.len().max(standing.len());
        let all: BTreeSet<i32> = wanted.into_iter().chain(standing.iter().copied()).collect();
        let mut years: BTreeSet<i32> = all.iter().copied().skip(all.len().saturating_sub(least)).collect();
        years.extend(standing);
        let blocks = self.map.blocks.iter().filter(|block| !block.years.is_empty());
        let room = self.form_grid().and_then(|grid| {
            let taken = taken(grid, &self.map);
            blocks.map(|block| slots(grid, &self.map, block, &taken).len()).min()
        });
        let room = room.unwrap_or(0).max(least);
        let over = years.len().saturating_sub(room);
        years.into_iter().skip(over).collect()
    }
}

/// Columns of a block that hold a year or nothing at all. Columns of people's lie between them: a year that has to
/// make room for a newer one would move under what points at its column.
fn slots(grid: &Grid, map: &FormMap, block: &FormBlock, taken: &BTreeSet<u32>) -> Vec<u32> {
    let free = |col: u32| is_empty(grid, map, col) && !taken.contains(&(col - block.first_col));
    (block.first_col..=block.last_col).filter(|col| block.years.contains_key(col) || free(*col)).collect()
}

fn is_empty(grid: &Grid, map: &FormMap, col: u32) -> bool {
    grid.get(CellRef::new(map.year_row, col)).is_none()
        && map.rows.iter().all(|row| grid.get(CellRef::new(row.row, col)).is_none())
}

/// Places within a block, counted from its first column, that some block has given to people: no block puts a year
/// there. The form's colours and people's formulas compare the columns of one place.
pub(super) fn taken(grid: &Grid, map: &FormMap) -> BTreeSet<u32> {
    let used = map.blocks.iter().filter(|block| !block.years.is_empty());
    used.flat_map(|block| {
        let theirs = |col: &u32| !block.years.contains_key(col) && !is_empty(grid, map, *col);
        (block.first_col..=block.last_col).filter(theirs).map(|col| col - block.first_col)
    })
    .collect()
}

/// The columns of the years; `None` when the block has too few. Every year stays where it stands as long as the others
/// find a column on their side of it. Places of `taken` are used only where there is no other.
pub(super) fn columns(
    grid: &Grid,
    map: &FormMap,
    block: &FormBlock,
    old: &[(u32, i32)],
    years: &[i32],
    taken: &BTreeSet<u32>,
) -> Option<Vec<(u32, i32)>> {
    let with = |taken: &BTreeSet<u32>| columns_in(&slots(grid, map, block, taken), old, years);
    with(taken).or_else(|| with(&BTreeSet::new()))
}

fn columns_in(slots: &[u32], old: &[(u32, i32)], years: &[i32]) -> Option<Vec<(u32, i32)>> {
    let standing: BTreeSet<i32> = old.iter().map(|(_, year)| *year).collect();
    if standing == years.iter().copied().collect() {
        return Some(old.to_vec());
    }
    let stands = |year: i32| old.iter().find(|(_, known)| *known == year).map(|(col, _)| *col);
    let newest_first = old.len() > 1 && old.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if a > b));
    let mut years = years.to_vec();
    if newest_first {
        years.reverse();
    } else if let Some(new) = behind(slots, &years, &stands) {
        return Some(new);
    }
    let mut from = 0;
    let mut new = Vec::new();
    for (index, year) in years.iter().enumerate() {
        let rest = years.len() - index;
        let place = stands(*year).and_then(|col| slots.iter().position(|slot| *slot == col));
        let at = place.filter(|at| *at >= from && slots.len() - at >= rest).unwrap_or(from);
        if slots.len().saturating_sub(at) < rest {
            return None;
        }
        new.push((*slots.get(at)?, *year));
        from = at + 1;
    }
    Some(new)
}

/// Newer years behind those that stand, whatever order people gave these.
fn behind(slots: &[u32], years: &[i32], stands: &dyn Fn(i32) -> Option<u32>) -> Option<Vec<(u32, i32)>> {
    let mut new: Vec<(u32, i32)> = years.iter().filter_map(|year| Some((stands(*year)?, *year))).collect();
    let last = new.iter().map(|(col, _)| *col).max()?;
    let newest = new.iter().map(|(_, year)| *year).max()?;
    let mut free = slots.iter().copied().filter(|col| *col > last);
    for year in years.iter().filter(|year| stands(**year).is_none()) {
        new.push((free.next().filter(|_| *year > newest)?, *year));
    }
    new.sort_unstable();
    Some(new)
}

/// Refuses a book of ours whose headings do not say under which year figures stand: a column would be made twice, or
/// figures come under another year.
pub(super) fn check(base: &Base, grid: &Grid) -> Result<(), FileError> {
    let Some(last) = &base.last else { return Ok(()) };
    let ours = |col: u32| base.map.blocks.iter().any(|block| (block.first_col..=block.last_col).contains(&col));
    let differ: Vec<String> = base
        .map
        .year_conflicts
        .iter()
        .filter(|at| ours(at.col))
        .map(|at| format!("{at} と {}", CellRef::new(base.map.year_row, at.col)))
        .collect();
    if !differ.is_empty() {
        return Err(FileError::refused(
            "years-differ",
            format!(
                "「{}」の年度の見出しが上下で食い違っているため（{}）、書き込みませんでした。",
                base.map.sheet,
                some(&differ)
            ),
            "上と下の年度をそろえて保存し、もう一度実行してください。",
        ));
    }
    let mut missing = Vec::new();
    for block in &base.map.blocks {
        for col in (block.first_col..=block.last_col).filter(|col| !block.years.contains_key(col)) {
            if let Some(year) = year_by_figures(base, grid, last, block, col) {
                missing.push(to_type(CellRef::new(base.map.year_row, col), year));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(FileError::refused(
        "year-unreadable",
        format!("「{}」に、数値があるのに年度の読み取れない列があるため、書き込みませんでした。", base.map.sheet),
        format!("{}と入力して保存し、もう一度実行してください。", some(&missing)),
    ))
}

/// What to type where no year of the own block can be read.
pub(super) fn advice(map: &FormMap, last: &Meta) -> Option<String> {
    let own: BTreeSet<(u32, i32)> = last
        .values
        .iter()
        .filter(|((_, role, _), (_, at))| *role == Role::Own && at.row > map.year_row)
        .map(|((_, _, year), (_, at))| (at.col, *year))
        .collect();
    let cells: Vec<String> = own.iter().map(|(col, year)| to_type(CellRef::new(map.year_row, *col), *year)).collect();
    (!cells.is_empty()).then(|| {
        format!(
            "前に記入したときの並びのままなら、「{}」の {}と入力して保存し、もう一度実行してください。",
            map.sheet,
            some(&cells)
        )
    })
}

fn to_type(at: CellRef, year: i32) -> String {
    format!("{at} に {year}（{}）", wareki(year))
}

/// Names in a sentence; of many the first ones, and the rest counted.
pub(super) fn some(names: &[String]) -> String {
    let named = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("、");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        rest => format!("{named}（ほか{rest}か所）"),
    }
}

/// The year whose figures, as they were written, a column without a heading holds.
fn year_by_figures(base: &Base, grid: &Grid, last: &Meta, block: &FormBlock, col: u32) -> Option<i32> {
    let there: Vec<_> = base
        .map
        .rows
        .iter()
        .filter_map(|row| Some((row.id.as_str(), shown(grid.get(CellRef::new(row.row, col)))?)))
        .collect();
    if there.is_empty() {
        return None;
    }
    let of_block = |role: Role| match block.role {
        Role::Other(_) => matches!(role, Role::Other(_)),
        own => role == own,
    };
    let recorded: BTreeSet<(Role, i32)> = last
        .values
        .keys()
        .filter(|(_, role, year)| of_block(*role) && block.years.values().all(|known| known != year))
        .map(|(_, role, year)| (*role, *year))
        .collect();
    recorded.into_iter().find_map(|(role, year)| {
        let written = |id: &str| last.values.get(&(id.to_owned(), role, year)).map(|(shown, _)| shown);
        let equal = there.iter().filter(|(id, there)| written(id).is_some_and(|written| same(written, there))).count();
        (equal >= ENOUGH || equal == there.len()).then_some(year)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Cell, CellValue};

    const MAP_ROW: u32 = 2;

    /// A block of six columns from C whose years stand in row 3.
    fn placed(old: &[(u32, i32)], years: &[i32]) -> Option<Vec<(u32, i32)>> {
        let cells = old
            .iter()
            .map(|(col, year)| Cell { at: CellRef::new(MAP_ROW, *col), value: CellValue::Number(f64::from(*year)) })
            .collect();
        let grid = Grid::new("様式", false, cells, Vec::new());
        let block = FormBlock {
            role: Role::Own,
            first_col: 2,
            last_col: 7,
            captions: Vec::new(),
            years: old.iter().copied().collect(),
        };
        let map = FormMap {
            sheet: "様式".into(),
            id_col: 1,
            rows: Vec::new(),
            year_row: MAP_ROW,
            role_row: None,
            year_conflicts: Vec::new(),
            blocks: vec![block.clone()],
            titles: Vec::new(),
        };
        columns(&grid, &map, &block, old, years, &BTreeSet::new())
    }

    #[test]
    fn years_keep_their_columns_as_long_as_the_others_find_one() {
        let three = [(2, 2023), (3, 2024), (4, 2025)];
        assert_eq!(placed(&three, &[2023, 2024, 2025]).unwrap(), three);
        assert_eq!(placed(&three, &[2023, 2024, 2025, 2026]).unwrap(), [(2, 2023), (3, 2024), (4, 2025), (5, 2026)]);
        assert_eq!(placed(&three, &[2024, 2025, 2026]).unwrap(), [(3, 2024), (4, 2025), (5, 2026)]);
        assert_eq!(placed(&three, &[2022, 2023]).unwrap(), [(2, 2022), (3, 2023)], "there is no column before C");
        let late = [(3, 2024), (4, 2025)];
        assert_eq!(placed(&late, &[2023, 2024, 2025]).unwrap(), [(2, 2023), (3, 2024), (4, 2025)]);
        let gap = [(2, 2023), (3, 2025), (4, 2026)];
        assert_eq!(placed(&gap, &[2023, 2024, 2025, 2026]).unwrap(), [(2, 2023), (3, 2024), (4, 2025), (5, 2026)]);
        let odd = [(2, 2024), (3, 2023), (4, 2025)];
        assert_eq!(placed(&odd, &[2023, 2024, 2025, 2026]).unwrap(), [(2, 2024), (3, 2023), (4, 2025), (5, 2026)]);
    }

    #[test]
    fn years_move_only_where_there_is_no_room() {
        let full = [(2, 2020), (3, 2021), (4, 2022), (5, 2023), (6, 2024), (7, 2025)];
        let moved = placed(&full, &[2021, 2022, 2023, 2024, 2025, 2026]).unwrap();
        assert_eq!(moved, [(2, 2021), (3, 2022), (4, 2023), (5, 2024), (6, 2025), (7, 2026)]);
        assert_eq!(placed(&full, &[2020, 2021, 2022, 2023, 2024, 2025, 2026]), None);
        let newest_first = [(2, 2025), (3, 2024)];
        assert_eq!(placed(&newest_first, &[2024, 2025, 2026]).unwrap(), [(2, 2026), (3, 2025), (4, 2024)]);
    }
}
