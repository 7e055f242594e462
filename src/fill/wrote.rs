//! What this product wrote on its sheets beside the form, as short marks of the texts: the next refill tells by them
//! which words there are people's, whatever was sorted or inserted in between.

use std::collections::{BTreeMap, BTreeSet};

use super::caution_sheet::CAUTION_SHEET;
use super::chart_sheet::CHART_SHEET;
use super::memo_sheet::MEMO_SHEET;
use super::plan::{CellContent, FillPlan, SheetPlan};
use super::standard::{COMPARE_SHEET, SOURCE_SHEET};
use crate::read::{CellValue, Grid};

/// Kind of the rows of `_meta`.
pub const KIND: &str = "wrote";
/// Sheets that are written anew each time.
pub const SHEETS: [&str; 5] = [CAUTION_SHEET, MEMO_SHEET, SOURCE_SHEET, CHART_SHEET, COMPARE_SHEET];
/// Marks a cell of `_meta` holds: 24,000 of the 32,767 characters.
const A_CELL: usize = 3_000;

/// Sheet → marks of what was written there.
pub type Wrote = BTreeMap<String, BTreeSet<u32>>;

/// The mark of a text (FNV-1a). White space is left out, because programs write line ends differently.
fn of_text(text: &str) -> u32 {
    let letters = text.chars().filter(|c| !c.is_whitespace());
    letters.fold(0x811c_9dc5, |hash, c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193))
}

/// Programs keep 15 digits of a number.
fn of_number(number: f64) -> u32 {
    of_text(&format!("{number:.11e}"))
}

/// The mark of what a cell holds.
pub fn of_value(value: &CellValue) -> u32 {
    value.as_number().map_or_else(|| of_text(&value.display()), of_number)
}

/// The marks of what a plan writes on a sheet.
pub fn of_plan(sheet: &SheetPlan) -> BTreeSet<u32> {
    let marks = sheet.cells.values().filter_map(|edit| match &edit.content {
        CellContent::Number(number) | CellContent::FormulaNumber(number) => Some(of_number(*number)),
        CellContent::Text(text) | CellContent::FormulaText(text) if !text.is_empty() => Some(of_text(text)),
        _ => None,
    });
    marks.collect()
}

/// The marks of all those sheets of a plan.
pub fn of_fill(plan: &FillPlan) -> Wrote {
    SHEETS.iter().filter_map(|name| Some(((*name).to_owned(), of_plan(plan.sheets.get(*name)?)))).collect()
}

/// Rows for `_meta`: `wrote <sheet> <marks>`.
pub fn rows(wrote: &Wrote) -> Vec<Vec<(u32, CellContent)>> {
    let text = |text: &str| CellContent::Text(text.to_owned());
    let mut rows = Vec::new();
    for (sheet, marks) in wrote {
        let marks: Vec<String> = marks.iter().map(|mark| format!("{mark:08x}")).collect();
        for some in marks.chunks(A_CELL) {
            rows.push(vec![(0, text(KIND)), (1, text(sheet)), (2, text(&some.concat()))]);
        }
    }
    rows
}

/// The marks of one row.
pub fn read(grid: &Grid, row: u32) -> BTreeSet<u32> {
    let text = grid.text(row, 2).unwrap_or_default();
    let marks =
        text.as_bytes().chunks(8).filter_map(|mark| u32::from_str_radix(std::str::from_utf8(mark).ok()?, 16).ok());
    marks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CellRef;
    use crate::read::Cell;

    #[test]
    fn marks_survive_the_record_and_the_ways_programs_save() {
        let mut plan = SheetPlan::default();
        for row in 0..7_000 {
            plan.set(CellRef::new(row, 0), CellContent::Text(format!("数値{row}")));
        }
        plan.set(CellRef::new(0, 1), CellContent::Number(1.0 / 3.0));
        let marks = of_plan(&plan);
        let rows = rows(&BTreeMap::from([("出典".to_owned(), marks.clone())]));
        let mut cells = Vec::new();
        for (row, contents) in (0..).zip(&rows) {
            for (col, content) in contents {
                let CellContent::Text(text) = content else { panic!() };
                assert!(text.len() < 32_767);
                cells.push(Cell { at: CellRef::new(row, *col), value: CellValue::Text(text.as_str().into()) });
            }
        }
        let grid = Grid::new("_meta", true, cells, Vec::new());
        let back: BTreeSet<u32> = (0..rows.len() as u32).flat_map(|row| read(&grid, row)).collect();
        assert_eq!(back, marks);
        assert!(back.contains(&of_value(&CellValue::Number(0.333_333_333_333_333))));
        assert!(back.contains(&of_value(&CellValue::Text("数値\r\n6999".into()))));
        assert!(!back.contains(&of_value(&CellValue::Text("数値７０００".into()))));
    }
}
