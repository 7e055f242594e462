//! Columns people added under a year that stands already, such as the plan's figures beside the results: theirs.

use super::lost_blocks::holds;
use crate::diagnostic::{Diagnostic, Place};
use crate::fill::meta_sheet::Meta;
use crate::form::{FormMap, Role};
use crate::model::CellRef;
use crate::notation::wareki;
use crate::read::Grid;

/// A year's column that is a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SecondColumn {
    /// The heading
    at: CellRef,
    year: i32,
    /// The column of the same year that holds what was written
    ours: u32,
}

/// Takes columns out of their blocks that stand under the year of another one of the block and, unlike that one, do not
/// hold what was written last. Where none or all of them do, they stay.
pub(super) fn leave_out(map: &mut FormMap, grid: &Grid, last: &Meta) -> Vec<SecondColumn> {
    let mut found = Vec::new();
    for block in &map.blocks {
        // Which comparison area a block shows is not known yet.
        let roles = last.areas.keys().filter(|role| match block.role {
            Role::Other(_) => matches!(role, Role::Other(_)),
            own => **role == own,
        });
        let written =
            |col: u32, year: i32| roles.clone().any(|role| holds(map, grid, last, *role, std::iter::once((col, year))));
        for (col, year) in &block.years {
            let mut twins = block.years.iter().filter(|(other, of)| *other != col && *of == year);
            if let Some((ours, _)) = twins.find(|(other, year)| written(**other, **year))
                && !written(*col, *year)
            {
                found.push(SecondColumn { at: CellRef::new(map.year_row, *col), year: *year, ours: *ours });
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

/// Says that such a column is left as it is.
pub(super) fn tell(file: &str, sheet: &str, second: &SecondColumn) -> Diagnostic {
    let (column, ours) = (second.at.column_name(), CellRef::new(second.at.row, second.ours).column_name());
    let message = format!(
        "{column}列は{}の2つ目の列です。前に書いた数値は{ours}列にあるため、{column}列には書き込んでいません。",
        wareki(second.year)
    );
    Diagnostic::info("second-column", message).hint("計画値など、ご自分の数値の列とみなしました。").at(Place::cell(
        file.to_owned(),
        sheet.to_owned(),
        second.at,
    ))
}
