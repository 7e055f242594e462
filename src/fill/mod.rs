//! Filling a workbook: first a plan (pure data), then the bytes, part by part.

pub mod apply;
pub mod plan;

pub use apply::{Compiled, Filled, apply};
