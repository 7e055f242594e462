//! Outputs get safe names and appear whole or not at all.

mod file_system;
pub mod naming;
pub mod publish;

pub use file_system::is_temporary;
pub use naming::{Collision, DEFAULT_SHEET_PATTERN, NameWords, Patterns, file_name, paper_name, sanitize, sheet_name};
pub use publish::{Published, Replace, backup_copy, publish};
