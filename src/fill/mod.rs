//! Filling a workbook: first a plan (pure data), then the bytes, part by part.

pub mod apply;
pub(crate) mod caution_marks;
pub(crate) mod caution_sheet;
pub(crate) mod chart_sheet;
pub(crate) mod compare_sheet;
pub mod draft;
pub(crate) mod entry_rows;
pub(crate) mod form_sheet;
pub mod ledger;
pub(crate) mod list_sheet;
pub mod marks;
pub(crate) mod memo_sheet;
pub mod meta_sheet;
pub(crate) mod new_sheet;
pub mod plan;
pub mod public;
mod sheet_texts;
pub(crate) mod source_sheet;
pub(crate) mod standard;
pub(crate) mod words;
pub(crate) mod work_sheets;
pub(crate) mod wrote;

pub use apply::{Compiled, Filled, apply};
pub use sheet_texts::SheetTexts;
pub use standard::{COMPARE_SHEET, FORM_SHEET, FilledSheet, SOURCE_SHEET, StandardTemplate, fill_standard};
