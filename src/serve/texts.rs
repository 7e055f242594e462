//! The 15 texts of a sheet and what else people read beside them: comments, cautions, hints.

use sha2::{Digest, Sha256};

use super::key::hex;
use super::library::grid;
use crate::catalog::{Block, Catalog};
use crate::fill::draft;
use crate::fill::meta_sheet::META_SHEET;
use crate::form::{FormMap, find_entries};
use crate::model::{CellRef, EntryField};
use crate::notation::fold;
use crate::read::{Book, CellValue, Grid};

/// One entry field of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The block's title
    pub block: &'static str,
    /// Which of the five
    pub field: EntryField,
    /// Where
    pub cell: CellRef,
    /// What stands there
    pub text: String,
    /// It is an arithmetic draft nobody touched
    pub draft: bool,
}

/// Names what a field said when it was shown, so that nothing written meanwhile is lost.
pub fn hash(text: &str) -> String {
    hex(Sha256::digest(text).get(..8).unwrap_or_default())
}

/// The fields of the three blocks, in the order of the form.
pub fn fields(book: &Book, form: &Grid, catalog: &Catalog) -> Vec<Field> {
    let meta = grid(book, META_SHEET);
    let Some(map) = FormMap::find(form, 1) else { return Vec::new() };
    let mut fields: Vec<Field> = Vec::new();
    for entry in find_entries(form) {
        let above = map.rows.iter().filter(|row| row.row < entry.heading.row).max_by_key(|row| row.row);
        let block = above.and_then(|row| catalog.indicator(&row.id)).and_then(|indicator| indicator.block);
        let Some(block) = block.map(Block::title) else { continue };
        let text = form.get(entry.cell).map(CellValue::display).unwrap_or_default();
        let draft = !text.is_empty() && meta.is_some_and(|meta| draft::is_ours(&text, meta));
        if !fields.iter().any(|known| known.block == block && known.field == entry.field) {
            fields.push(Field { block, field: entry.field, cell: entry.cell, text, draft });
        }
    }
    fields
}

/// One line of a list sheet of ours: the texts under each heading, and the cell the line speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// By heading
    pub texts: Vec<(String, String)>,
}

impl Line {
    /// The text under a heading.
    pub fn get(&self, heading: &str) -> &str {
        self.texts.iter().find(|(known, _)| known == heading).map_or("", |(_, text)| text.as_str())
    }
}

/// The lines of a sheet below the row that has these headings.
pub fn lines(grid: &Grid, headings: &[&str]) -> Vec<Line> {
    let is_heading = |row: &&[crate::read::Cell]| {
        let has = |word: &str| row.iter().any(|cell| cell.value.as_text().is_some_and(|text| fold(text) == fold(word)));
        headings.iter().all(|word| has(word))
    };
    let Some(heading) = grid.rows().find(is_heading) else { return Vec::new() };
    let columns: Vec<(u32, String)> =
        heading.iter().filter_map(|cell| Some((cell.at.col, cell.value.as_text()?.trim().to_owned()))).collect();
    let top = heading.first().map_or(0, |cell| cell.at.row);
    grid.rows()
        .filter(|row| row.first().is_some_and(|cell| cell.at.row > top))
        .map(|row| {
            let text = |col: u32| row.iter().find(|cell| cell.at.col == col).map(|cell| cell.value.display());
            Line { texts: columns.iter().map(|(col, name)| (name.clone(), text(*col).unwrap_or_default())).collect() }
        })
        .collect()
}

/// The lines of 「点検」 that tell something.
pub fn cautions(book: &Book) -> Vec<Line> {
    let Some(grid) = grid(book, "点検") else { return Vec::new() };
    let mut lines = lines(grid, &["番号"]);
    lines.retain(|line| line.get("番号").parse::<f64>().is_ok());
    lines
}
