//! Sheets of the shipped template for books of other people's: values without formulas, with plain looks.

use super::plan::{CellContent, Look, NewSheet, SheetPlan};
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{CellValue, Grid};

/// 「出典」 of a plan.
pub(crate) fn sources(name: &str, grid: &Grid, plan: &SheetPlan) -> NewSheet {
    let mut new = of_template(name, grid, plan, "番号", 1);
    let widths = [6.0, 9.0, 34.0, 20.0, 18.0, 12.0, 6.0, 44.0, 20.0, 8.0, 12.0, 44.0, 20.0];
    new.widths.extend((0..).zip(widths));
    new
}

/// A sheet of the template with a plan carried out; rows before the one with `heading` are titles.
pub(crate) fn of_template(name: &str, grid: &Grid, plan: &SheetPlan, heading: &str, headings: u32) -> NewSheet {
    let mut new = NewSheet { name: name.to_owned(), links: plan.links.clone(), ..NewSheet::default() };
    let top = grid
        .cells()
        .iter()
        .find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == heading))
        .map_or(0, |cell| cell.at.row);
    new.frozen_rows = top + headings;
    new.hide_columns = plan.hide_columns.iter().filter(|(_, hide)| **hide).map(|(col, _)| *col).collect();
    let unused = |row: u32| plan.hide_rows.get(&row) == Some(&true);
    let look = |at: CellRef, content: &CellContent| match content {
        CellContent::Number(n) | CellContent::FormulaNumber(n) => {
            if n.fract() == 0.0 && at.row > top {
                Look::Whole
            } else if at.row > top {
                Look::Decimal
            } else {
                Look::Plain
            }
        }
        _ if at.row == 0 => Look::Title,
        _ if at.row < top => Look::Plain,
        _ if at.row < top + headings => Look::Heading,
        _ => Look::Wrapped,
    };
    for cell in grid.cells().iter().filter(|cell| !unused(cell.at.row)) {
        let content = match &cell.value {
            CellValue::Number(number) => CellContent::Number(*number),
            other => CellContent::Text(other.display()),
        };
        let look = look(cell.at, &content);
        new.cells.insert(cell.at, (content, look));
    }
    for (at, edit) in plan.cells.iter().filter(|(at, _)| !unused(at.row)) {
        let years =
            matches!(&edit.content, CellContent::Number(n) if (2000.0..=2100.0).contains(n) && n.fract() == 0.0);
        let look = if years { Look::Wrapped } else { look(*at, &edit.content) };
        new.cells.insert(*at, (edit.content.clone(), look));
    }
    new
}
