//! Filling a workbook: first a plan (pure data), then the bytes, part by part.

pub mod apply;
mod compare_sheet;
mod form_sheet;
pub mod ledger;
pub mod marks;
pub mod meta_sheet;
pub mod plan;
pub mod public;
mod source_sheet;
mod standard;
mod words;

pub use apply::{Compiled, Filled, apply};
pub use standard::{COMPARE_SHEET, FORM_SHEET, FilledSheet, SOURCE_SHEET, StandardTemplate, fill_standard};
