//! Texts of entry fields that move from one book into another, with the formatting of their runs.

use std::collections::{BTreeMap, BTreeSet};

use super::handover::Item;
use super::{Base, handover, heights};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::fill::apply::Compiled;
use crate::fill::caution_marks::STYLE_ROW;
use crate::fill::draft;
use crate::fill::meta_sheet::{META_SHEET, is_meta};
use crate::fill::plan::{CellContent, FillPlan, RichText, SheetPlan};
use crate::fill::{FORM_SHEET, StandardTemplate};
use crate::form::{FormMap, find_entries};
use crate::model::{CellRef, EntryField};
use crate::notation::fold;
use crate::read::{Book, CellValue, Grid};

/// A text that looks for its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// Name of the file it comes from
    pub file: String,
    /// The file's SHA-256, where it came by itself and the book shall remember that it was taken in
    pub book: Option<String>,
    /// Sheet and cell there
    pub sheet: String,
    /// Address there
    pub cell: CellRef,
    /// Title of its block; `None` where that cannot be told
    pub block: Option<String>,
    /// Its field; `None` for a text beside the fields
    pub field: Option<EntryField>,
    /// It begins as drafts do, and no record of its book tells whether a person has worked on it
    pub may_be_draft: bool,
    /// The text
    pub content: RichText,
}

/// Name of the block of rows that belong to none of the form's.
const ADDED: &str = "指標追加";
/// Sheets of ours whose texts are ours.
const OWN_SHEETS: [&str; 8] =
    ["比較と判定", "出典", "更新内容", "_meta", "グラフ", "グラフ用データ", "点検", "検討メモ"];

impl Incoming {
    /// As a line of 「引継ぎ」, for a text that found no field.
    pub(super) fn without_home(&self) -> Item {
        Item {
            file: self.file.clone(),
            sheet: self.sheet.clone(),
            cell: self.cell.to_string(),
            block: self.block.clone().unwrap_or_else(|| "（ブロック不明）".to_owned()),
            field: self.field.map_or_else(|| "欄の外の書き込み".to_owned(), |field| field.heading().to_owned()),
            content: CellContent::Rich(self.content.clone()),
        }
    }

    /// Every text of the entry fields of a book's sheets that are `wanted`, and texts beside them that belong to no
    /// heading. `book` is what `bytes` hold.
    pub fn of_book(book: &Book, bytes: &[u8], catalog: &Catalog, wanted: impl Fn(&str) -> bool) -> Vec<Self> {
        let name = &book.file.name;
        // Older formats have their texts without formatting.
        let compiled = Compiled::new(bytes).ok();
        let mut all = Vec::new();
        let metas: Vec<&Grid> = book.grids.iter().filter(|grid| is_meta(grid)).collect();
        for grid in book.grids.iter().filter(|grid| !OWN_SHEETS.contains(&&*grid.name) && wanted(&grid.name)) {
            let entries = find_entries(grid);
            if entries.is_empty() {
                continue;
            }
            let map = FormMap::find(grid, 1);
            let mut push = |cell: CellRef, row: u32, field: Option<EntryField>| {
                let Some(text) = grid.get(cell).map(CellValue::display).filter(|text| !text.trim().is_empty()) else {
                    return;
                };
                // A draft nobody touched is arithmetic of that year, nobody's work.
                if metas.iter().any(|meta| draft::is_ours(&text, meta)) {
                    return;
                }
                let rich = compiled.as_ref().and_then(|book| book.rich_text(&grid.name, cell).ok().flatten());
                all.push(Self {
                    file: name.clone(),
                    book: None,
                    sheet: grid.name.to_string(),
                    cell,
                    block: map.as_ref().and_then(|map| block_of(map, row, catalog)),
                    field,
                    may_be_draft: metas.is_empty() && draft::looks_like_one(&text),
                    content: rich.unwrap_or_else(|| RichText::plain(&text)),
                });
            };
            for entry in &entries {
                push(entry.cell, entry.heading.row, Some(entry.field));
            }
            let Some(map) = &map else { continue };
            for cell in beside(grid, map, &entries.iter().map(|entry| entry.cell).collect()) {
                push(cell, cell.row, None);
            }
        }
        all
    }
}

/// Texts below the first row of statistics that are neither statistics, nor names, nor headings, nor entries.
fn beside(grid: &Grid, map: &FormMap, entries: &BTreeSet<CellRef>) -> Vec<CellRef> {
    let first = map.rows.first().map_or(0, |row| row.row);
    let known: BTreeSet<u32> = map.rows.iter().map(|row| row.row).collect();
    let last_block = map.blocks.iter().filter_map(|block| block.years.keys().next_back()).max().copied().unwrap_or(0);
    // Rows of ours that hold nothing but formats.
    let samples: BTreeSet<u32> = grid
        .cells()
        .iter()
        .filter(|cell| cell.at.col == 0 && cell.value.as_text() == Some(STYLE_ROW))
        .map(|cell| cell.at.row)
        .collect();
    let headings: BTreeSet<String> = EntryField::ALL.into_iter().map(|field| fold(field.heading())).collect();
    grid.cells()
        .iter()
        .filter(|cell| cell.at.row > first && !entries.contains(&cell.at) && !samples.contains(&cell.at.row))
        .filter(|cell| !known.contains(&cell.at.row) || cell.at.col > last_block)
        .filter(|cell| {
            let Some(text) = cell.value.as_text() else { return false };
            let folded = fold(text);
            let title = crate::catalog::Block::from_title(text).is_some() || folded.starts_with(ADDED);
            !folded.is_empty() && !title && !headings.contains(&folded)
        })
        .map(|cell| cell.at)
        .collect()
}

/// The block of the nearest row of statistics above.
fn block_of(map: &FormMap, row: u32, catalog: &Catalog) -> Option<String> {
    let above = map.rows.iter().filter(|candidate| candidate.row < row).max_by_key(|candidate| candidate.row)?;
    let block = catalog.indicator(&above.id).and_then(|indicator| indicator.block);
    Some(block.map_or_else(|| ADDED.to_owned(), |block| block.title().to_owned()))
}

/// Plans where the texts go: into empty fields of the same block and heading, the rest to 「引継ぎ」. Returns how many
/// found their field.
pub(super) fn place(
    base: &Base,
    grid: &Grid,
    incoming: &[Incoming],
    catalog: &Catalog,
    sheet: &mut SheetPlan,
    rest: &mut Vec<Item>,
) -> usize {
    if incoming.is_empty() {
        return 0;
    }
    let mut homes: BTreeMap<(String, EntryField), CellRef> = BTreeMap::new();
    let added_title = crate::fill::form_sheet::added_title(grid);
    for entry in find_entries(grid) {
        // The fields of 「指標追加」 stand hidden below the last block until it is used.
        let below_title = added_title.is_some_and(|title| entry.heading.row > title);
        let block = if below_title { Some(ADDED.to_owned()) } else { block_of(&base.map, entry.heading.row, catalog) };
        if let Some(block) = block {
            homes.entry((block, entry.field)).or_insert(entry.cell);
        }
    }
    let mut taken: BTreeMap<CellRef, String> = BTreeMap::new();
    let mut placed = 0;
    for one in incoming {
        let home = one.block.clone().zip(one.field).and_then(|key| homes.get(&key)).copied();
        let hidden = one.block.as_deref() == Some(ADDED)
            && !base.map.rows.iter().any(|row| catalog.indicator(&row.id).is_none_or(|known| known.block.is_none()));
        // Figures of an earlier year must not stand in the field of this one as if somebody had written them.
        if let Some(at) = home.filter(|_| !hidden && !one.may_be_draft) {
            let ours = |text: &String| base.grid(META_SHEET).is_some_and(|meta| draft::is_ours(text, meta));
            let there =
                taken.get(&at).cloned().or_else(|| grid.get(at).map(CellValue::display).filter(|text| !ours(text)));
            match there {
                None => {
                    sheet.set(at, CellContent::Rich(one.content.clone()));
                    taken.insert(at, one.content.text.clone());
                    placed += 1;
                    continue;
                }
                Some(there) if there == one.content.text => continue,
                Some(_) => {}
            }
        }
        rest.push(one.without_home());
    }
    placed
}

/// Tells fields of the form that are found no more because their heading was worded anew: their texts stay on the sheet
/// and get onto no paper.
pub(super) fn lost_fields(
    base: &Base,
    grid: &Grid,
    catalog: &Catalog,
    template: &StandardTemplate,
) -> Option<Diagnostic> {
    base.last.as_ref()?;
    let pristine = template.grid(FORM_SHEET)?;
    let ours = FormMap::find(pristine, 1)?;
    let fields = |grid: &Grid, map: &FormMap| -> BTreeSet<(String, EntryField)> {
        let entries = find_entries(grid).into_iter();
        entries.filter_map(|entry| Some((block_of(map, entry.heading.row, catalog)?, entry.field))).collect()
    };
    let there = fields(grid, &base.map);
    // Blocks whose rows or fields people took away as a whole are nobody's question.
    let lost: Vec<(String, EntryField)> = fields(pristine, &ours)
        .into_iter()
        .filter(|(block, field)| block != ADDED && !there.contains(&(block.clone(), *field)))
        .filter(|(block, _)| there.iter().any(|(known, _)| known == block))
        .collect();
    let (block, field) = lost.first()?;
    let more = match lost.len() - 1 {
        0 => String::new(),
        more => format!("、ほか{more}つ"),
    };
    let message = format!(
        "記入欄の見出し（{block}「{}」{more}）が見つかりません。その欄の文章は、配布資料に載りません。",
        field.heading()
    );
    Some(
        Diagnostic::info("field-not-found", message)
            .hint("文章はシートにそのままあります。見出しを様式どおりに直すと、載るようになります。")
            .at(Place::sheet(base.name.clone(), base.map.sheet.to_string())),
    )
}

/// The books texts came from by themselves: SHA-256 → name.
pub(super) fn taken_books(incoming: &[Incoming]) -> BTreeMap<String, String> {
    incoming.iter().filter_map(|one| Some((one.book.clone()?, one.file.clone()))).collect()
}

/// A freshly filled sheet with texts of an earlier book.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The workbook
    pub bytes: Vec<u8>,
    /// Texts that found their field
    pub placed: usize,
    /// Texts that went to 「引継ぎ」
    pub left: usize,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Puts texts into a freshly filled sheet, its rows as high as they need.
///
/// # Errors
/// When the sheet cannot be opened or written: a fault of the product.
pub fn into_standard(
    bytes: Vec<u8>,
    incoming: &[Incoming],
    catalog: &Catalog,
    template: &StandardTemplate,
) -> Result<Moved, FileError> {
    let mut moved = Moved { bytes, placed: 0, left: 0, diagnostics: Vec::new() };
    if incoming.is_empty() {
        return Ok(moved);
    }
    let base = Base::open("", &moved.bytes)?;
    let Some(grid) = base.form_grid() else { return Ok(moved) };
    let mut plan = FillPlan::default();
    let (mut sheet, mut rest) = (SheetPlan::default(), Vec::new());
    moved.placed = place(&base, grid, incoming, catalog, &mut sheet, &mut rest);
    let fitted = heights::fit(&base, grid, template, &mut sheet);
    if let Some(meta) = base.grid(META_SHEET) {
        // A later row of `_meta` speaks for an earlier one.
        let first = meta.extent().map_or(0, |extent| extent.row + 1);
        let text = |text: &str| CellContent::Text(text.to_owned());
        let heights = fitted.given.iter().map(|key| {
            let height = fitted.heights.get(key).copied().unwrap_or_default();
            [text("height"), text(key), CellContent::Number(height)]
        });
        let books = taken_books(incoming).into_iter().map(|(sha256, file)| [text("taken"), text(&sha256), text(&file)]);
        for (row, cells) in (first..).zip(heights.chain(books)) {
            for (col, content) in (0..).zip(cells) {
                plan.sheet(META_SHEET).set(CellRef::new(row, col), content);
            }
        }
    }
    plan.sheets.insert(grid.name.to_string(), sheet);
    moved.left = handover::plan(&base, &rest, &mut plan).len();
    moved.diagnostics = fitted.diagnostics;
    moved.bytes = base.compiled.apply(&plan)?.bytes;
    Ok(moved)
}
