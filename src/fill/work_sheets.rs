//! What people work with besides the form's figures: drafts, marks, 「点検」, 「検討メモ」, 「グラフ」, links to 「出典」.

use std::collections::BTreeMap;

use super::caution_marks::Looks;
use super::draft::{self, DRAFT_LINE, Draft};
use super::entry_rows::{EntryRows, height_of};
use super::form_sheet::FigureCells;
use super::list_sheet::link;
use super::meta_sheet::append_rows;
use super::plan::{CellContent, FillPlan};
use super::{SheetTexts, caution_marks, caution_sheet, chart_sheet, memo_sheet, source_sheet};
use crate::compare::{self, Comparison};
use crate::diagnostic::Diagnostic;
use crate::form::{FormMap, find_entries};
use crate::model::CellRef;
use crate::read::Grid;

/// Characters of full width a line of 「全国平均等との比較」 holds, and the least height.
const ENTRY_WIDTH: usize = 36;
const ENTRY_LEAST: f64 = 146.0;

/// The book that is filled: its grids by sheet name, and its form.
pub struct Book<'a> {
    /// All sheets by name
    pub grids: BTreeMap<&'a str, &'a Grid>,
    /// Name of the form's sheet
    pub form: &'a str,
    /// Its geometry
    pub map: &'a FormMap,
    /// Name of 「出典」
    pub sources: &'a str,
    /// Name of `_meta`
    pub meta: &'a str,
    /// The looks of the form's cells
    pub looks: &'a dyn Looks,
}

impl<'a> Book<'a> {
    fn grid(&self, name: &str) -> Option<&'a Grid> {
        self.grids.get(name).copied()
    }
}

/// Adds to a plan that has the form's figures. Sheets the book does not have are left out. Returns the drafts, and what
/// to tell about texts of people's own that could not be used.
pub fn add(
    plan: &mut FillPlan,
    book: &Book<'_>,
    comparison: &Comparison,
    diagnostics: &[Diagnostic],
    cells: &FigureCells,
    texts: &SheetTexts,
) -> (Vec<Draft>, Vec<Diagnostic>) {
    let cautions = compare::cautions(comparison, diagnostics);
    let (mut drafts, mut told) = (Vec::new(), Vec::new());
    let mut heights: BTreeMap<CellRef, f64> = BTreeMap::new();
    if let Some(grid) = book.grid(book.form) {
        drafts = draft::drafts(grid, book.grid(book.meta), comparison, texts, &mut told);
        let sheet = plan.sheet(book.form);
        // A text that comes in from an earlier book takes the place of a draft.
        let taken = |at: &CellRef| sheet.cells.get(at).is_some_and(|edit| edit.content.holds_text());
        drafts.retain(|draft| !taken(&draft.cell));
        for draft in &drafts {
            sheet.set(draft.cell, CellContent::Text(draft.text.clone()));
            let needed = height_of(&draft.text, ENTRY_WIDTH).max(ENTRY_LEAST);
            heights.insert(draft.cell, EntryRows::of(grid, draft.cell).give(sheet, needed));
        }
        caution_marks::mark(grid, book.map, comparison, &cautions, cells, book.looks, sheet);
        if let Some(sources) = book.grid(book.sources) {
            for (row, source_row) in source_sheet::first_rows(sources, comparison) {
                let figure = cells.range((row, 0, i32::MIN)..=(row, usize::MAX, i32::MAX)).next();
                if let Some((_, at)) = figure {
                    let to = CellRef::new(source_row, 0);
                    sheet.links.insert(CellRef::new(at.row, book.map.id_col), link(book.sources, to));
                }
            }
        }
    }
    if let Some(grid) = book.grid(caution_sheet::CAUTION_SHEET)
        && let Some(sheet) = caution_sheet::plan(grid, book.form, book.map, comparison, &cautions, cells)
    {
        plan.sheets.insert(caution_sheet::CAUTION_SHEET.to_owned(), sheet);
    }
    if let Some(grid) = book.grid(memo_sheet::MEMO_SHEET)
        && let Some(sheet) = memo_sheet::plan(grid, book.form, comparison, &compare::hints(comparison), cells)
    {
        plan.sheets.insert(memo_sheet::MEMO_SHEET.to_owned(), sheet);
    }
    if let (Some(charts), Some(data)) = (book.grid(chart_sheet::CHART_SHEET), book.grid(chart_sheet::DATA_SHEET)) {
        let (sheet, bounds) = chart_sheet::plan_data(data, comparison);
        plan.sheets.insert(chart_sheet::DATA_SHEET.to_owned(), sheet);
        plan.sheets.insert(chart_sheet::CHART_SHEET.to_owned(), chart_sheet::plan_words(charts, comparison));
        plan.chart_bounds.extend(bounds);
    }
    if let Some(meta) = plan.sheets.get_mut(book.meta) {
        draft::remember(&drafts, meta);
        let entries = book.grid(book.form).map(|grid| (grid, find_entries(grid)));
        for (grid, entry) in entries.iter().flat_map(|(grid, all)| all.iter().map(move |entry| (grid, entry))) {
            if let (Some(height), Some(key)) = (heights.get(&entry.cell), draft::row_key(grid, entry)) {
                let text = |text: &str| CellContent::Text(text.to_owned());
                append_rows(meta, vec![vec![(0, text("height")), (1, text(&key)), (2, CellContent::Number(*height))]]);
            }
        }
    }
    debug_assert!(drafts.iter().all(|draft| draft.text.starts_with(DRAFT_LINE)), "drafts say what they are");
    (drafts, told)
}
