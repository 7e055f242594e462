//! The geometry of a 地域分析・検討シート, found by what its cells say: 指標ID, role headings, years, entry headings.
//!
//! One finder serves reading a dropped sheet, filling a fresh template and refilling a sheet people worked in, so
//! that all three mean the same cells. Nothing here relies on fixed addresses: 「指標追加」 moves rows down.

mod entries;
mod map;

pub use entries::{Entry, find_entries};
pub use map::{FormBlock, FormMap, FormRow, Role, id_in};

/// The sheets this product makes beside a form. They list figures too, but are read from nowhere: their figures came from
/// other files.
pub const OWN_SHEETS: [&str; 9] =
    ["比較と判定", "グラフ", "グラフ用データ", "点検", "検討メモ", "出典", "更新内容", "引継ぎ", "_meta"];
