//! Outputs get safe names and appear whole or not at all.

pub mod naming;
pub mod publish;

pub use crate::disk::is_temporary;
pub use naming::{Collision, DEFAULT_SHEET_PATTERN, NameWords, Patterns, file_name, paper_name, sanitize, sheet_name};
pub use publish::{Published, Replace, backup_copy, publish};
