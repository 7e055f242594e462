//! A copy to hand out or to publish (公開範囲設定, 別添3): the sheet without what only the people who work on it need.
//!
//! Left out are the record for refills, working sheets, drafts nobody has looked through, hashes and folders of the
//! source files, and indicators to be handled with care (取扱注意). Texts people wrote stay: they decided on them.

use super::apply::Compiled;
use super::plan::{CellContent, FillPlan};
use crate::catalog::Catalog;
use crate::error::FileError;
use crate::form::{find_entries, id_in};
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{CellValue, Grid, Limits, read_bytes};

/// Sheets that do not leave the office.
pub const WORKING_SHEETS: [&str; 5] = ["_meta", "検討メモ", "点検", "更新内容", "引継ぎ"];

/// What an unedited draft begins with.
const DRAFT: &str = "【下書き】";

/// The copy of a finished workbook.
///
/// # Errors
/// A workbook that cannot be read or has no sheet besides the working ones.
pub fn public_copy(bytes: Vec<u8>, catalog: &Catalog) -> Result<Vec<u8>, FileError> {
    let book = read_bytes("シート.xlsx", &bytes, &Limits::default())?;
    let mut plan = FillPlan::default();
    let working: Vec<&str> = book.grids.iter().map(|grid| &*grid.name).filter(|name| is_working(name)).collect();
    for grid in book.grids.iter().filter(|grid| !is_working(&grid.name)) {
        for at in to_blank(grid, catalog) {
            plan.sheet(&grid.name).set(at, CellContent::Blank);
        }
        for (at, name) in names_of_paths(grid) {
            plan.sheet(&grid.name).set(at, CellContent::Text(name));
        }
    }
    let blanked = Compiled::new(bytes)?.apply(&plan)?;
    Compiled::new(blanked.bytes)?.without_sheets(&working, DRAFT)
}

/// A working sheet under its own name, or numbered as programs do when the name was taken.
fn is_working(name: &str) -> bool {
    WORKING_SHEETS.iter().any(|known| {
        let rest = name.strip_prefix(known).map(|rest| rest.trim_start().trim_start_matches('(').trim_end_matches(')'));
        rest.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn to_blank(grid: &Grid, catalog: &Catalog) -> Vec<CellRef> {
    let is_draft = |at: CellRef| grid.get(at).and_then(CellValue::as_text).is_some_and(|text| text.starts_with(DRAFT));
    let mut all: Vec<CellRef> = find_entries(grid).iter().map(|entry| entry.cell).filter(|at| is_draft(*at)).collect();
    if let Some(col) = column(grid, "SHA-256") {
        all.extend(grid.cells().iter().map(|cell| cell.at).filter(|at| at.col == col.col && at.row >= col.row));
    }
    let Some(id) = column(grid, "指標ID") else { return all };
    let is_restricted =
        |text: &str| id_in(text).and_then(|id| catalog.indicator(&id)).is_some_and(|indicator| indicator.restricted);
    for row in grid.rows() {
        let restricted =
            row.iter().any(|cell| cell.at.col == id.col && cell.value.as_text().is_some_and(is_restricted));
        if restricted {
            all.extend(row.iter().map(|cell| cell.at));
        }
    }
    all
}

/// File names of 「出典」 that hold folders, without them.
fn names_of_paths(grid: &Grid) -> Vec<(CellRef, String)> {
    let Some(file) = column(grid, "ファイル") else { return Vec::new() };
    let below = grid.cells().iter().filter(|cell| cell.at.col == file.col && cell.at.row > file.row);
    below
        .filter_map(|cell| {
            let (_, name) = cell.value.as_text()?.rsplit_once(['/', '\\'])?;
            Some((cell.at, name.to_owned()))
        })
        .collect()
}

/// The first cell that says this heading.
fn column(grid: &Grid, heading: &str) -> Option<CellRef> {
    let wanted = fold(heading);
    let found = grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == wanted))?;
    Some(found.at)
}

/// The name of the copy: `…_公開用.xlsx`.
pub fn public_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}_公開用.{extension}"),
        None => format!("{name}_公開用"),
    }
}
