//! Filling a workbook: first a plan (pure data), then the bytes, part by part.

pub mod apply;
pub(crate) mod compare_sheet;
pub(crate) mod form_sheet;
pub mod ledger;
pub mod marks;
pub mod meta_sheet;
pub mod plan;
pub mod public;
pub(crate) mod source_sheet;
pub(crate) mod standard;
pub(crate) mod words;

pub use apply::{Compiled, Filled, apply};
pub use standard::{COMPARE_SHEET, FORM_SHEET, FilledSheet, SOURCE_SHEET, StandardTemplate, fill_standard};
