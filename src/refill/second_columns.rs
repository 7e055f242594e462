//! Columns people added for numbers of their own: the plan's beside the results of a year that stands, or those of a year
//! still to come.

use std::collections::BTreeMap;

use super::cells::shown;
use super::lost_blocks::holds;
use crate::diagnostic::{Diagnostic, Place};
use crate::fill::meta_sheet::{Meta, Shown};
use crate::form::{FormBlock, FormMap, Role};
use crate::model::CellRef;
use crate::notation::wareki;
use crate::read::Grid;

/// A year's column that is a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SecondColumn {
    /// The heading
    at: CellRef,
    year: i32,
    /// The column of the same year that holds what was written; `None` where nothing was written under this year yet
    ours: Option<u32>,
}

/// Takes such columns out of their blocks: of several columns of one year all but the one that was written, and columns
/// with numbers under a year later than all that were. Where nothing tells, they stay.
pub(super) fn leave_out(map: &mut FormMap, grid: &Grid, last: &Meta) -> Vec<SecondColumn> {
    let mut found = Vec::new();
    for block in &map.blocks {
        // Which comparison area a block shows is not known yet.
        let roles: Vec<Role> = last
            .areas
            .keys()
            .copied()
            .filter(|role| match block.role {
                Role::Other(_) => matches!(role, Role::Other(_)),
                own => *role == own,
            })
            .collect();
        let newest = last.values.keys().filter(|(_, role, _)| roles.contains(role)).map(|(.., year)| *year).max();
        for (&col, &year) in &block.years {
            let at = CellRef::new(map.year_row, col);
            if block.years.values().filter(|of| **of == year).count() > 1 {
                match written_column(map, grid, last, block, &roles, year) {
                    Some(ours) if ours != col => found.push(SecondColumn { at, year, ours: Some(ours) }),
                    _ => {}
                }
            } else if newest.is_some_and(|newest| year > newest) && has_numbers(map, grid, col) {
                found.push(SecondColumn { at, year, ours: None });
            }
        }
    }
    for second in &found {
        for block in &mut map.blocks {
            block.years.remove(&second.at.col);
        }
    }
    found
}

/// Of several columns of a year the one that holds what was written; of copies the one where it was written.
fn written_column(
    map: &FormMap,
    grid: &Grid,
    last: &Meta,
    block: &FormBlock,
    roles: &[Role],
    year: i32,
) -> Option<u32> {
    let columns = block.years.iter().filter(|(_, of)| **of == year).map(|(col, _)| *col);
    let held: Vec<u32> = columns
        .filter(|col| roles.iter().any(|role| holds(map, grid, last, *role, std::iter::once((*col, year)))))
        .collect();
    let mut places: BTreeMap<u32, usize> = BTreeMap::new();
    for ((_, role, of), (_, at)) in &last.values {
        if *of == year && roles.contains(role) {
            *places.entry(at.col).or_default() += 1;
        }
    }
    let first = held.first().copied();
    held.into_iter().filter(|col| places.contains_key(col)).max_by_key(|col| places.get(col).copied()).or(first)
}

fn has_numbers(map: &FormMap, grid: &Grid, col: u32) -> bool {
    map.rows.iter().any(|row| matches!(shown(grid.get(CellRef::new(row.row, col))), Some(Shown::Number(_))))
}

/// Says that such a column is left as it is.
pub(super) fn tell(file: &str, sheet: &str, second: &SecondColumn) -> Diagnostic {
    let (column, year) = (second.at.column_name(), wareki(second.year));
    let message = match second.ours {
        Some(ours) => {
            let ours = CellRef::new(second.at.row, ours).column_name();
            format!(
                "{column}列は{year}の2つ目の列です。前に書いた数値は{ours}列にあったため、{column}列には書き込んでいません。"
            )
        }
        None => format!(
            "{column}列（{year}）の数値は、このソフトが書いたものではないため、そのまま残しました。{year}の数値があれば、別の列に入れます。"
        ),
    };
    Diagnostic::info("second-column", message).hint("計画値など、ご自分の数値の列とみなしました。").at(Place::cell(
        file.to_owned(),
        sheet.to_owned(),
        second.at,
    ))
}
