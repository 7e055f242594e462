//! Refilling a book people worked in: only statistic cells change, everything else keeps its bytes.
//!
//! A [`Base`] is the book as it stands. [`refill()`] compares every statistic cell with what was written last
//! (`_meta`) and with the new figure, and decides: written anew, or a person's and therefore left and reported. What
//! finds no place any more goes to 「引継ぎ」; what became different is told on 「更新内容」.

mod base;
mod blocks;
mod carry;
mod cells;
mod changes;
mod companions;
mod find;
mod form;
mod handover;
mod headings;
mod heights;
mod lost_blocks;
mod marked;
mod marked_texts;
mod mentions;
mod news;
mod pointing;
mod remarks;
mod run;
mod second_columns;
mod sources;
mod texts;
mod years;

pub use base::Base;
pub use changes::{Change, Changes, ColumnChange, Mention};
pub use find::{Shelf, find_in_folder, find_marked_in_folder, is_backup_name};
pub use marked::Marked;
pub use marked_texts::{has_fields, into_marked};
pub use run::{RefillOptions, Refilled, refill};
pub use texts::{Incoming, Moved, into_standard};

/// The sheet that tells what a refill changed.
pub const NEWS_SHEET: &str = "更新内容";
/// The sheet for what found no place.
pub const HANDOVER_SHEET: &str = "引継ぎ";
