//! The geometry of a 地域分析・検討シート, found by what its cells say: 指標ID, role headings, years, entry headings.
//!
//! One finder serves reading a dropped sheet, filling a fresh template and refilling a sheet people worked in, so
//! that all three mean the same cells. Nothing here relies on fixed addresses: 「指標追加」 moves rows down.

mod entries;
mod map;

pub use entries::{Entry, find_entries};
pub use map::{FormBlock, FormMap, FormRow, Role, id_in};
