//! Texts of earlier books for a book made from marks: into fields of the same heading, the rest to 「引継ぎ」.

use std::collections::BTreeMap;

use super::handover;
use super::texts::taken_books;
use super::{HANDOVER_SHEET, Incoming, Moved};
use crate::catalog::Catalog;
use crate::error::FileError;
use crate::fill::Compiled;
use crate::fill::meta_sheet::{Meta, append_rows, is_meta, rows_of_others};
use crate::fill::plan::{CellContent, FillPlan, SheetPlan};
use crate::form::{Entry, find_entries};
use crate::model::{CellRef, EntryField};
use crate::read::{CellValue, Grid, Limits, read_bytes};
use crate::template::row_id::ids_of_row;

/// A field of the book.
struct Field<'a> {
    grid: &'a Grid,
    cell: CellRef,
    field: EntryField,
    /// Title of the block of the indicators above it; `None` where there are none
    block: Option<String>,
}

/// Whether a book has fields for texts.
///
/// # Errors
/// What cannot be read.
pub fn has_fields(bytes: &[u8]) -> Result<bool, FileError> {
    let book = read_bytes("", bytes, &Limits::default())?;
    Ok(book.grids.iter().any(|grid| !find_entries(grid).is_empty()))
}

/// Puts texts into a book of marks and remembers the books they came from. A field takes one text, of its own block of
/// indicators where both are known; nothing that stands is written over.
///
/// # Errors
/// What cannot be read or written.
pub fn into_marked(
    bytes: Vec<u8>,
    sheet_id: &str,
    incoming: &[Incoming],
    catalog: &Catalog,
) -> Result<Moved, FileError> {
    let mut moved = Moved { bytes, placed: 0, left: 0, diagnostics: Vec::new() };
    if incoming.is_empty() {
        return Ok(moved);
    }
    let compiled = Compiled::new(moved.bytes.as_slice())?;
    let grids = read_bytes("", &moved.bytes, &Limits::default())?.grids;
    let fields: Vec<Field<'_>> = grids.iter().flat_map(|grid| fields_of(grid, catalog)).collect();
    let mut plan = FillPlan::default();
    let mut taken: BTreeMap<(&str, CellRef), String> = BTreeMap::new();
    let mut rest = Vec::new();
    for one in incoming {
        if let Some(home) = home_of(one, incoming, &fields).filter(|_| !one.may_be_draft) {
            let key = (&*home.grid.name, home.cell);
            let there = taken.get(&key).cloned().or_else(|| home.grid.get(home.cell).map(CellValue::display));
            match there.filter(|text| !text.trim().is_empty()) {
                None => {
                    plan.sheet(&home.grid.name).set(home.cell, CellContent::Rich(one.content.clone()));
                    taken.insert(key, one.content.text.clone());
                    moved.placed += 1;
                    continue;
                }
                Some(there) if there == one.content.text => continue,
                Some(_) => {}
            }
        }
        rest.push(one.without_home());
    }
    let (name, stands) = handover_sheet(&compiled, &grids);
    moved.left = handover::put(name, stands, &rest, &mut plan).len();
    for grid in grids.iter().filter(|grid| is_meta(grid)) {
        let Some(mut meta) = Meta::read_all(grid).into_iter().flatten().find(|meta| meta.sheet_id == sheet_id) else {
            continue;
        };
        let books = taken_books(incoming);
        if books.keys().any(|book| !meta.taken.contains_key(book)) {
            meta.taken.extend(books);
            plan.sheets.insert(grid.name.to_string(), record(grid, &meta));
        }
    }
    moved.bytes = compiled.apply(&plan)?.bytes;
    Ok(moved)
}

/// The plan of the sheet of the record with one insurer's record written anew.
pub(super) fn record(grid: &Grid, meta: &Meta) -> SheetPlan {
    let mut sheet = meta.plan();
    append_rows(&mut sheet, rows_of_others(grid, &meta.sheet_id));
    for cell in grid.cells().iter().filter(|cell| cell.at.row >= 1 || cell.at.col >= 3) {
        if !sheet.cells.contains_key(&cell.at) {
            sheet.set(cell.at, CellContent::Blank);
        }
    }
    sheet
}

fn fields_of<'a>(grid: &'a Grid, catalog: &Catalog) -> Vec<Field<'a>> {
    let blocks: BTreeMap<u32, String> = grid
        .rows()
        .filter_map(|row| row.first().map(|cell| cell.at.row))
        .filter_map(|row| {
            let id = ids_of_row(grid, row).into_iter().find_map(|id| catalog.indicator(&id));
            Some((row, id?.block?.title().to_owned()))
        })
        .collect();
    let block = |entry: &Entry| blocks.range(..entry.heading.row).next_back().map(|(_, block)| block.clone());
    let entries = find_entries(grid).into_iter();
    entries.map(|entry| Field { grid, cell: entry.cell, field: entry.field, block: block(&entry) }).collect()
}

/// The field of a text: of its heading and block; where the block tells nothing, the only field of the heading for the
/// only text of it.
fn home_of<'f, 'a>(one: &Incoming, all: &[Incoming], fields: &'f [Field<'a>]) -> Option<&'f Field<'a>> {
    let of_heading = || fields.iter().filter(|field| Some(field.field) == one.field);
    let of_block = of_heading().find(|field| field.block.is_some() && field.block == one.block);
    let alone = || {
        let several = all.iter().any(|other| other.field == one.field && other.block != one.block);
        let home = of_heading().next()?;
        let unknown = home.block.is_none() || one.block.is_none();
        (unknown && !several && of_heading().count() == 1).then_some(home)
    };
    of_block.or_else(alone)
}

/// Our 「引継ぎ」, or a free name for it.
fn handover_sheet<'g>(compiled: &Compiled, grids: &'g [Grid]) -> (String, Option<&'g Grid>) {
    for number in 1.. {
        let name = if number == 1 { HANDOVER_SHEET.to_owned() } else { format!("{HANDOVER_SHEET} ({number})") };
        let taken = compiled.package().sheets().iter().any(|sheet| sheet.name.eq_ignore_ascii_case(&name));
        let stands = grids.iter().find(|grid| *grid.name == *name);
        if !taken || stands.is_some_and(handover::is_ours) {
            return (name, stands.filter(|_| taken));
        }
    }
    (HANDOVER_SHEET.to_owned(), None)
}
