//! The standard template, parsed once, and a whole fill of it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::caution_marks::Untouched;
use super::entry_rows::EntryRows;
use super::ledger::Ledger;
use super::meta_sheet::{META_SHEET, Meta, append_rows};
use super::plan::FillPlan;
use super::work_sheets::{self, Book};
use super::{Compiled, SheetTexts, compare_sheet, form_sheet, source_sheet, wrote};
use crate::compare::Comparison;
use crate::diagnostic::Diagnostic;
use crate::error::FileError;
use crate::form::FormMap;
use crate::model::Date;
use crate::read::{Grid, Limits, read_bytes};
use crate::template::package::DefinedName;

const SHEET_XLSX: &[u8] = include_bytes!("../../sheet-templates/chiiki-bunseki/sheet.xlsx");

/// The form's sheet.
pub const FORM_SHEET: &str = "地域分析・検討シート";
/// Difference, ratio and verdict.
pub const COMPARE_SHEET: &str = "比較と判定";
/// Where every figure came from.
pub const SOURCE_SHEET: &str = "出典";

/// A template ready to be filled.
#[derive(Debug)]
pub struct StandardTemplate {
    compiled: Compiled,
    grids: BTreeMap<String, Grid>,
    map: FormMap,
    texts: SheetTexts,
}

impl StandardTemplate {
    /// The grid of one of its sheets.
    pub(crate) fn grid(&self, sheet: &str) -> Option<&Grid> {
        self.grids.get(sheet)
    }
}

impl StandardTemplate {
    /// The template shipped with the product, parsed at first use.
    ///
    /// # Errors
    /// None in a sound build; tests hold it.
    pub fn shipped() -> Result<&'static Self, FileError> {
        static SHIPPED: OnceLock<Result<StandardTemplate, FileError>> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::from_bytes(SHEET_XLSX)).as_ref().map_err(Clone::clone)
    }

    /// The shipped template with drafts in words of people's own.
    ///
    /// # Errors
    /// As [`Self::shipped`].
    pub fn with_texts(texts: SheetTexts) -> Result<Self, FileError> {
        Ok(Self { texts, ..Self::from_bytes(SHEET_XLSX)? })
    }

    /// Whether these are the bytes of the shipped template.
    pub fn is_shipped(bytes: &[u8]) -> bool {
        bytes == SHEET_XLSX
    }

    /// Height of the rows of an entry field that are always seen, in points.
    pub(crate) fn entry_height(&self, rows: EntryRows) -> f64 {
        let seen = rows.all().filter(|row| !rows.spare().contains(row));
        seen.filter_map(|row| self.compiled.row_height(FORM_SHEET, row)).sum()
    }

    /// The names it defines.
    pub(crate) fn names(&self) -> &[DefinedName] {
        self.compiled.package().defined_names()
    }

    /// The words of its drafts.
    pub(crate) fn texts(&self) -> &SheetTexts {
        &self.texts
    }

    /// A template of the shipped one's form.
    ///
    /// # Errors
    /// What is no workbook, or has no form.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Result<Self, FileError> {
        let compiled = Compiled::new(bytes)?;
        let book = read_bytes("sheet.xlsx", compiled.package().bytes(), &Limits::default())?;
        let grids: BTreeMap<String, Grid> = book.grids.into_iter().map(|grid| (grid.name.to_string(), grid)).collect();
        let map = grids.get(FORM_SHEET).and_then(|grid| FormMap::find(grid, 1)).ok_or_else(|| {
            FileError::refused(
                "no-form",
                "ひな形に地域分析・検討シートの行が見つかりません。",
                "ひな形を確かめてください。",
            )
        })?;
        Ok(Self { compiled, grids, map, texts: SheetTexts::default() })
    }
}

/// A filled sheet.
#[derive(Clone, Debug)]
pub struct FilledSheet {
    /// The workbook
    pub bytes: Vec<u8>,
    /// Account of its figures
    pub ledger: Ledger,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Plans and fills all sheets of the template; `told` is what reading and comparing found, for 「点検」.
///
/// # Errors
/// When the template and the plan do not fit each other: a fault of the product.
pub fn fill_standard(
    template: &StandardTemplate,
    comparison: &Comparison,
    told: &[Diagnostic],
    date: Date,
) -> Result<FilledSheet, FileError> {
    let mut plan = FillPlan::default();
    let mut form = form_sheet::FormPlan::default();
    if let Some(grid) = template.grids.get(FORM_SHEET) {
        form = form_sheet::plan(grid, &template.map, comparison, date);
        plan.sheets.insert(FORM_SHEET.to_owned(), std::mem::take(&mut form.sheet));
        plan.print_areas.extend(form.print_area.take().map(|area| (FORM_SHEET.to_owned(), area)));
    }
    if let Some(grid) = template.grids.get(COMPARE_SHEET) {
        plan.sheets.insert(COMPARE_SHEET.to_owned(), compare_sheet::plan(grid, comparison));
    }
    if let Some(grid) = template.grids.get(SOURCE_SHEET) {
        plan.sheets.insert(SOURCE_SHEET.to_owned(), source_sheet::plan(grid, FORM_SHEET, comparison, &form.cells));
    }
    let run = run_id(comparison, date);
    let meta = Meta::of_fill(FORM_SHEET, &run, date, comparison, &form.cells);
    plan.sheets.insert(META_SHEET.to_owned(), meta.plan());
    let grids = template.grids.iter().map(|(name, grid)| (name.as_str(), grid)).collect();
    let book = Book {
        grids,
        form: FORM_SHEET,
        map: &template.map,
        sources: SOURCE_SHEET,
        meta: META_SHEET,
        looks: &Untouched,
    };
    let (_, mut diagnostics) = work_sheets::add(&mut plan, &book, comparison, told, &form.cells, &template.texts);
    let wrote = wrote::rows(&wrote::of_fill(&plan));
    append_rows(plan.sheet(META_SHEET), wrote);
    let filled = template.compiled.apply(&plan)?;
    diagnostics.splice(0..0, form.diagnostics);
    diagnostics.extend(filled.notes);
    Ok(FilledSheet { bytes: filled.bytes, ledger: form.ledger, diagnostics })
}

/// Names a run by what went into it: the same input gives the same id.
pub(crate) fn run_id(comparison: &Comparison, date: Date) -> String {
    let mut hash = Sha256::new();
    hash.update(date.to_string());
    for participant in &comparison.participants {
        hash.update(participant.area.key());
        hash.update([0]);
    }
    for row in &comparison.rows {
        hash.update(row.indicator.id.as_str());
        for ((who, year), figure) in &row.figures {
            hash.update(who.to_le_bytes());
            hash.update(year.to_le_bytes());
            hash.update(figure.datum.value().unwrap_or(f64::NAN).to_bits().to_le_bytes());
            hash.update(&figure.source.file.sha256);
        }
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
