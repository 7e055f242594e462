//! Filling a workbook: first a plan (pure data), then the bytes, part by part.

pub mod apply;
mod caution_sheet;
mod chart_sheet;
mod compare_sheet;
pub mod draft;
mod form_sheet;
pub mod ledger;
mod list_sheet;
mod memo_sheet;
pub mod meta_sheet;
pub mod plan;
mod source_sheet;
mod standard;
mod words;
mod work_sheets;

pub use apply::{Compiled, Filled, apply};
pub use standard::{COMPARE_SHEET, FORM_SHEET, FilledSheet, SOURCE_SHEET, StandardTemplate, fill_standard};
