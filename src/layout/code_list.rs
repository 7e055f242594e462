//! L8: lists of areas (全国地方公共団体コード, 標準地域コード, 地方自治体一覧). They hold no statistics.

use super::{Context, Interpretation};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::notation::fold;
use crate::read::{Book, Grid};

/// Headings a list of areas may have; one more of any other kind and the table is something else.
const HEADINGS: [&str; 16] = [
    "団体コード",
    "標準地域コード",
    "都道府県名(漢字)",
    "市区町村名(漢字)",
    "都道府県名(カナ)",
    "市区町村名(カナ)",
    "都道府県",
    "市区町村",
    "都道府県名",
    "市区町村名",
    "政令市・郡・支庁・振興局等",
    "政令市・郡・支庁・振興局等(ふりがな)",
    "市区町村(ふりがな)",
    "廃置分合等施行年月日",
    "廃置分合等情報有無",
    "コード",
];
/// Headings of 地方自治体一覧 (localgovjp).
const LOCALGOV: [&str; 5] = ["pid", "pref", "cid", "city", "citykana"];

/// Answers for a list of areas with an interpretation without figures; `None` for everything else.
pub fn read(book: &Book, _: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let mut filled = book.grids.iter().filter(|grid| !grid.cells().is_empty()).peekable();
    filled.peek()?;
    if !filled.all(is_list) {
        return None;
    }
    let told = Diagnostic::info("code-list", "地域の一覧です。取り込む数値はありません。")
        .hint("地域の名前とコードは、このソフトにも入っています。")
        .at(Place::file(book.file.name.clone()));
    Some(Ok(Interpretation { layout: "L8", diagnostics: vec![told], ..Interpretation::default() }))
}

fn is_list(grid: &Grid) -> bool {
    let Some(first) = grid.rows().next() else { return false };
    let headings: Vec<String> = first.iter().filter_map(|cell| cell.value.as_text().map(fold)).collect();
    if LOCALGOV.iter().all(|word| headings.iter().any(|heading| heading == word)) {
        return true;
    }
    let plain = |heading: &String| heading.replace('･', "・");
    let has_code = headings.iter().any(|heading| heading.ends_with("コード"));
    has_code && headings.len() >= 3 && headings.iter().all(|heading| HEADINGS.contains(&plain(heading).as_str()))
}
