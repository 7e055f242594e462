//! 「引継ぎ」: texts and numbers people wrote that found no place any more. Rows are only ever added.

use super::news::{fit_rows, free_or_ours, to_new_sheet};
use super::{Base, HANDOVER_SHEET};
use crate::fill::plan::{CellContent, FillPlan, Look, NewSheet, SheetPlan};
use crate::model::CellRef;
use crate::read::{CellValue, Grid};

/// One text or number with where it stood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub file: String,
    pub sheet: String,
    pub cell: String,
    pub block: String,
    pub field: String,
    pub content: CellContent,
}

const HEADINGS: [(&str, f64); 6] =
    [("ファイル", 32.0), ("シート", 18.0), ("セル", 8.0), ("ブロック", 24.0), ("欄", 28.0), ("書かれていたこと", 80.0)];
const HEADING_ROW: u32 = 3;

/// Adds the items that do not stand there yet; returns where they stood.
pub(super) fn plan(base: &Base, items: &[Item], plan: &mut FillPlan) -> Vec<String> {
    let (name, existing) = free_or_ours(base, HANDOVER_SHEET);
    put(name.clone(), existing.and_then(|_| base.grid(&name)), items, plan)
}

/// Whether a sheet is one of ours: its title and a heading say so.
pub(super) fn is_ours(grid: &Grid) -> bool {
    let heading = HEADINGS.last().map(|(heading, _)| *heading);
    grid.text(0, 0) == Some(HANDOVER_SHEET) && grid.row(HEADING_ROW).iter().any(|cell| cell.value.as_text() == heading)
}

/// The same on a sheet of that name: the one that stands, or a new one.
pub(super) fn put(name: String, grid: Option<&Grid>, items: &[Item], plan: &mut FillPlan) -> Vec<String> {
    let known = |item: &Item| {
        let Some(grid) = grid else { return false };
        grid.rows().any(|row| {
            let text = |col: u32| {
                row.iter().find(|cell| cell.at.col == col).map(|cell| cell.value.display()).unwrap_or_default()
            };
            text(0) == item.file && text(2) == item.cell && text(5) == said(&item.content)
        })
    };
    let fresh: Vec<&Item> = items.iter().filter(|item| !known(item)).collect();
    if fresh.is_empty() {
        return Vec::new();
    }
    let places = fresh.iter().map(|item| format!("「{}」{}", item.sheet, item.cell)).collect();
    let first = grid.and_then(|grid| grid.extent()).map_or(HEADING_ROW + 1, |extent| extent.row + 1);
    let mut sheet = SheetPlan::default();
    for (offset, item) in fresh.iter().enumerate() {
        let row = first + offset as u32;
        let texts = [&item.file, &item.sheet, &item.cell, &item.block, &item.field];
        for (col, text) in texts.into_iter().enumerate() {
            let at = CellRef::new(row, col as u32);
            sheet.set_like(at, CellContent::Text(text.clone()), CellRef::new(HEADING_ROW + 1, at.col));
        }
        let at = CellRef::new(row, 5);
        sheet.set_like(at, item.content.clone(), CellRef::new(HEADING_ROW + 1, 5));
    }
    fit_rows(&mut sheet, &HEADINGS);
    if grid.is_some() {
        plan.sheets.insert(name, sheet);
        return places;
    }
    let mut new: NewSheet = to_new_sheet(name, sheet, HEADING_ROW, &HEADINGS);
    new.cells.insert(CellRef::new(0, 0), (CellContent::Text(HANDOVER_SHEET.to_owned()), Look::Title));
    let line = "シートに書かれていて、そのままでは置く所が無かったものです。何も消していません。必要なものを欄へ写してください。";
    new.cells.insert(CellRef::new(1, 0), (CellContent::Text(line.to_owned()), Look::Plain));
    plan.new_sheets.push(new);
    places
}

fn said(content: &CellContent) -> String {
    match content {
        CellContent::Text(text) => text.clone(),
        CellContent::Rich(rich) => rich.text.clone(),
        CellContent::Number(number) => CellValue::Number(*number).display(),
        _ => String::new(),
    }
}
