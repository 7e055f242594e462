//! Rows of 「出典」 for figures that stay on a book of marks though this time's figures do not hold them.

use std::collections::BTreeSet;

use crate::fill::plan::{CellContent, SheetPlan};
use crate::model::CellRef;
use crate::notation::{fold, wareki};
use crate::read::{CellValue, Grid};

/// A figure as 「出典」 names it: 指標ID, area, 年度.
pub(super) type Named = (String, String, i32);

/// Columns of 「出典」 that are ours, and those that name a figure.
const COLUMNS: u32 = 13;
const NAMES: [u32; 3] = [1, 3, 4];

/// Puts the rows such figures had behind the fresh ones.
pub(super) fn keep(grid: &Grid, figures: &BTreeSet<Named>, fresh: &mut SheetPlan) {
    let Some(heading) = grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "番号"))
    else {
        return;
    };
    let (first, left) = (heading.at.row + 1, heading.at.col);
    let wanted: BTreeSet<[String; 3]> = figures
        .iter()
        .map(|(id, area, year)| [id.clone(), area.clone(), format!("{}（{year}）", wareki(*year))])
        .collect();
    let in_plan = |sheet: &SheetPlan, row: u32| {
        NAMES.map(|col| match sheet.cells.get(&CellRef::new(row, left + col)).map(|edit| &edit.content) {
            Some(CellContent::Text(text)) => text.clone(),
            _ => String::new(),
        })
    };
    let mut rows: BTreeSet<u32> = fresh.cells.keys().map(|at| at.row).collect();
    let mut known: BTreeSet<[String; 3]> = rows.iter().map(|row| in_plan(fresh, *row)).collect();
    for row in grid.rows().filter_map(|row| row.first()).map(|cell| cell.at.row).filter(|row| *row >= first) {
        let names = NAMES.map(|col| grid.text(row, left + col).unwrap_or_default().to_owned());
        if !wanted.contains(&names) || !known.insert(names) {
            continue;
        }
        let at = rows.last().map_or(first, |last| last + 1);
        rows.insert(at);
        for col in 0..COLUMNS {
            let content = match grid.get(CellRef::new(row, left + col)) {
                _ if col == 0 => CellContent::Number(f64::from(at - first + 1)),
                Some(CellValue::Number(number)) => CellContent::Number(*number),
                Some(other) => CellContent::Text(other.display()),
                None => CellContent::Blank,
            };
            fresh.set_like(CellRef::new(at, left + col), content, CellRef::new(first, left + col));
        }
    }
}
