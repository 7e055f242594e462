//! A copy to hand out or to publish (公開範囲設定, 別添3): the sheet without what only the people who work on it need.
//!
//! Left out are the record for refills, working sheets, drafts nobody has looked through, hashes and folders of the
//! source files, indicators to be handled with care (取扱注意), comments, and hidden sheets no other sheet needs. Texts people
//! wrote in the fields stay: they decided on them; sheets of their own are named.

use super::apply::{Compiled, mentions};
use super::plan::{CellContent, FillPlan};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::error::FileError;
use crate::form::{find_entries, id_in};
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{Book, CellValue, Grid, Limits, read_bytes};
use crate::template::package::{Package, Visibility};

/// Sheets that do not leave the office.
pub const WORKING_SHEETS: [&str; 5] = ["_meta", "検討メモ", "点検", "更新内容", "引継ぎ"];

/// What an unedited draft begins with.
const DRAFT: &str = "【下書き】";

/// Sheets of ours that are handed out.
const OURS: [&str; 5] = ["地域分析・検討シート", "比較と判定", "グラフ", "グラフ用データ", "出典"];

/// The copy of a finished workbook, and what a person should look at before it leaves the office.
///
/// # Errors
/// A workbook that cannot be read or has no sheet besides the working ones.
pub fn public_copy(bytes: Vec<u8>, catalog: &Catalog) -> Result<(Vec<u8>, Vec<Diagnostic>), FileError> {
    let book = read_bytes("シート.xlsx", &bytes, &Limits::default())?;
    let mut plan = FillPlan::default();
    let mut gone: Vec<String> =
        book.grids.iter().map(|grid| grid.name.to_string()).filter(|name| is_working(name)).collect();
    let compiled = Compiled::new(bytes.clone())?;
    let told = sheets_of_people(&book, compiled.package(), &mut gone)?;
    for grid in book.grids.iter().filter(|grid| !gone.iter().any(|name| **name == *grid.name)) {
        for at in to_blank(grid, catalog) {
            plan.sheet(&grid.name).set(at, CellContent::Blank);
        }
        for (at, name) in names_of_paths(grid) {
            plan.sheet(&grid.name).set(at, CellContent::Text(name));
        }
    }
    let blanked = compiled.apply(&plan)?;
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    Ok((Compiled::new(blanked.bytes)?.without_sheets(&gone, DRAFT)?, told))
}

/// Tells of sheets people added: visible ones are handed out, hidden ones only where another sheet or a chart needs them;
/// the others join `gone`.
fn sheets_of_people(book: &Book, package: &Package, gone: &mut Vec<String>) -> Result<Vec<Diagnostic>, FileError> {
    let has_form = |name: &str| book.grids.iter().any(|grid| &*grid.name == name && !find_entries(grid).is_empty());
    let theirs = package
        .sheets()
        .iter()
        .filter(|sheet| !is_working(&sheet.name) && !OURS.contains(&sheet.name.as_str()) && !has_form(&sheet.name));
    let (visible, hidden): (Vec<_>, Vec<_>) = theirs.partition(|sheet| sheet.visibility == Visibility::Visible);
    let (mut needed, mut left_out) = (Vec::new(), Vec::new());
    for sheet in hidden {
        let of_others = package.sheets().iter().filter(|other| other.name != sheet.name && !is_working(&other.name));
        let mut parts: Vec<String> = of_others.map(|other| other.part.clone()).collect();
        parts.extend(package.part_names().into_iter().filter(|part| part.contains("/charts/chart")));
        let mut is_needed = false;
        for part in parts.iter().filter(|part| package.has_part(part)) {
            is_needed |= mentions(&package.read_part(part)?, &sheet.name);
        }
        if is_needed { needed.push(&sheet.name) } else { left_out.push(&sheet.name) }
    }
    gone.extend(left_out.iter().map(|name| (*name).clone()));
    let list = |names: &[&String]| names.iter().map(|name| format!("「{name}」")).collect::<String>();
    let visible: Vec<&String> = visible.into_iter().map(|sheet| &sheet.name).collect();
    let mut told = Vec::new();
    if !visible.is_empty() || !needed.is_empty() {
        let hidden = if needed.is_empty() {
            String::new()
        } else {
            format!("（うち{}は、ほかのシートが使っている非表示のシート）", list(&needed))
        };
        let all: Vec<&String> = visible.into_iter().chain(needed).collect();
        told.push(
            Diagnostic::warning(
                "public-own-sheets",
                format!("公開用の写しには、ご自分で加えたシート{}も入っています{hidden}。", list(&all)),
            )
            .hint("外に出してよい内容か、写しを開いて確かめてください。出さないシートは、写しから削除してください。"),
        );
    }
    if !left_out.is_empty() {
        let message = format!("非表示のシート{}は、公開用の写しから除きました。", list(&left_out));
        told.push(Diagnostic::info("public-hidden-sheets", message));
    }
    let mut comments = false;
    for sheet in package.sheets() {
        let links = package.relationships_of(&sheet.part)?;
        comments |= links.iter().any(|link| matches!(link.kind.as_str(), "comments" | "threadedComment"));
    }
    if comments {
        let message = "コメントと書いた人の名前は、公開用の写しから除きました。";
        told.push(Diagnostic::info("public-comments", message));
    }
    Ok(told)
}

/// A working sheet under its own name, or numbered as programs do when the name was taken.
fn is_working(name: &str) -> bool {
    WORKING_SHEETS.iter().any(|known| {
        let rest = name.strip_prefix(known).map(|rest| rest.trim_start().trim_start_matches('(').trim_end_matches(')'));
        rest.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn to_blank(grid: &Grid, catalog: &Catalog) -> Vec<CellRef> {
    let is_draft = |at: CellRef| grid.get(at).and_then(CellValue::as_text).is_some_and(|text| text.starts_with(DRAFT));
    let mut all: Vec<CellRef> = find_entries(grid).iter().map(|entry| entry.cell).filter(|at| is_draft(*at)).collect();
    if let Some(col) = column(grid, "SHA-256") {
        all.extend(grid.cells().iter().map(|cell| cell.at).filter(|at| at.col == col.col && at.row >= col.row));
    }
    let Some(id) = column(grid, "指標ID") else { return all };
    let is_restricted =
        |text: &str| id_in(text).and_then(|id| catalog.indicator(&id)).is_some_and(|indicator| indicator.restricted);
    for row in grid.rows() {
        let restricted =
            row.iter().any(|cell| cell.at.col == id.col && cell.value.as_text().is_some_and(is_restricted));
        if restricted {
            all.extend(row.iter().map(|cell| cell.at));
        }
    }
    all
}

/// File names of 「出典」 that hold folders, without them.
fn names_of_paths(grid: &Grid) -> Vec<(CellRef, String)> {
    let Some(file) = column(grid, "ファイル") else { return Vec::new() };
    let below = grid.cells().iter().filter(|cell| cell.at.col == file.col && cell.at.row > file.row);
    below
        .filter_map(|cell| {
            let (_, name) = cell.value.as_text()?.rsplit_once(['/', '\\'])?;
            Some((cell.at, name.to_owned()))
        })
        .collect()
}

/// The first cell that says this heading.
fn column(grid: &Grid, heading: &str) -> Option<CellRef> {
    let wanted = fold(heading);
    let found = grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == wanted))?;
    Some(found.at)
}

/// The name of the copy: `…_公開用.xlsx`.
pub fn public_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}_公開用.{extension}"),
        None => format!("{name}_公開用"),
    }
}
