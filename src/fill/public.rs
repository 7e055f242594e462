//! A copy to hand out or to publish (公開範囲設定, 別添3): the sheet without what only the people who work on it need.
//!
//! Left out are the record for refills, working sheets, drafts nobody has looked through, hashes and folders of the
//! source files, indicators to be handled with care (取扱注意), comments, and hidden sheets no other sheet needs. Texts people
//! wrote in the fields stay: they decided on them; sheets of their own are named.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use super::apply::{Compiled, mentions};
use super::marks::{MarkRecord, homes, locate};
use super::meta_sheet::{Meta, Shown, is_meta};
use super::plan::{CellContent, CellEdit, CellStyle, FillPlan};
use super::source_sheet::is_sources;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::error::FileError;
use crate::form::{FormMap, Role, find_entries, id_in};
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{Book, CellValue, Grid, Limits, read_bytes};
use crate::template::package::{Package, SheetKind, Visibility};
use crate::template::row_id::indicator_at;

/// Sheets that do not leave the office.
pub const WORKING_SHEETS: [&str; 5] = ["_meta", "検討メモ", "点検", "更新内容", "引継ぎ"];

/// What an unedited draft begins with.
const DRAFT: &str = "【下書き】";

/// Sheets of ours that are handed out.
const OURS: [&str; 5] = ["地域分析・検討シート", "比較と判定", "グラフ", "グラフ用データ", "出典"];

/// Those whose formulas are ours: they compute within a row.
const OURS_WITH_FORMULAS: [&str; 2] = ["比較と判定", "グラフ用データ"];

/// Formulas named in a sentence; the rest is counted.
const NAMED_FORMULAS: usize = 8;

/// The copy of a finished workbook, and what a person should look at before it leaves the office.
///
/// # Errors
/// A workbook that cannot be read or has no sheet besides the working ones.
pub fn public_copy(bytes: Vec<u8>, catalog: &Catalog) -> Result<(Vec<u8>, Vec<Diagnostic>), FileError> {
    let book = read_bytes("シート.xlsx", &bytes, &Limits::default())?;
    let mut plan = FillPlan::default();
    let kinds = Kinds::of(&book);
    let mut gone: Vec<String> =
        book.grids.iter().map(|grid| grid.name.to_string()).filter(|name| kinds.is_working(name)).collect();
    let compiled = Compiled::new(bytes.clone())?;
    let mut told = sheets_of_people(&book, compiled.package(), &kinds, &mut gone)?;
    let mut restricted = false;
    for grid in book.grids.iter().filter(|grid| !gone.iter().any(|name| **name == *grid.name)) {
        for at in to_blank(grid) {
            plan.sheet(&grid.name).set(at, CellContent::Blank);
        }
        for at in restricted_rows(grid, catalog) {
            restricted = true;
            plan.sheet(&grid.name).set(at, CellContent::Blank);
        }
        for (at, name) in names_of_paths(grid) {
            plan.sheet(&grid.name).set(at, CellContent::Text(name));
        }
    }
    for (sheet, at) in restricted_marks(&book, catalog, &mut told) {
        if !gone.contains(&sheet) {
            restricted = true;
            plan.sheet(&sheet).set(at, CellContent::Blank);
        }
    }
    if restricted {
        told.extend(empty_results(&compiled, &gone, &mut plan)?);
    }
    let blanked = compiled.apply(&plan)?;
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    Ok((Compiled::new(blanked.bytes)?.without_sheets(&gone, DRAFT)?, told))
}

/// Tells of sheets people added: visible ones are handed out, hidden ones only where another sheet or a chart needs them;
/// the others join `gone`.
fn sheets_of_people(
    book: &Book,
    package: &Package,
    kinds: &Kinds,
    gone: &mut Vec<String>,
) -> Result<Vec<Diagnostic>, FileError> {
    // Words like those of a field stand on other sheets, too: a form has indicators and years.
    let is_form = |grid: &Grid| {
        let own = FormMap::find(grid, 2).and_then(|map| map.block(Role::Own).map(|own| !own.years.is_empty()));
        own == Some(true) && !find_entries(grid).is_empty()
    };
    let has_form = |name: &str| book.grids.iter().any(|grid| &*grid.name == name && is_form(grid));
    let theirs = package
        .sheets()
        .iter()
        .filter(|sheet| !kinds.is_working(&sheet.name) && !kinds.is_ours(&sheet.name) && !has_form(&sheet.name));
    let (visible, hidden): (Vec<_>, Vec<_>) = theirs.partition(|sheet| sheet.visibility == Visibility::Visible);
    let (mut needed, mut left_out) = (Vec::new(), Vec::new());
    for sheet in hidden {
        let of_others =
            package.sheets().iter().filter(|other| other.name != sheet.name && !kinds.is_working(&other.name));
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
    if package.part_names().iter().any(|part| part.contains("pivotCache")) {
        // What a pivot table was made of lies in the book a second time, whatever became of the sheet.
        let message = "ピボットテーブルが、集計元の数値や言葉（除いたシートや取扱注意の指標のものも）を覚えています。";
        let hint = "外に出す前に、写しからピボットテーブルを削除するか、その結果を値として貼り直してください。";
        told.push(Diagnostic::warning("public-pivot", message).hint(hint));
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

/// Which sheets are ours. In a book made from marks alone the names we use are free for anything: there the content tells.
enum Kinds {
    /// A book with a form: by their names, and working sheets under names of people's
    Form { renamed: BTreeSet<String> },
    /// Sheets of the template, working sheets, sources
    Marks { template: BTreeSet<String>, working: BTreeSet<String>, sources: BTreeSet<String> },
}

impl Kinds {
    fn of(book: &Book) -> Self {
        let records: Vec<Meta> =
            book.grids.iter().filter(|grid| is_meta(grid)).filter_map(Meta::read_all).flatten().collect();
        if records.is_empty() || records.iter().any(|record| record.marks.is_empty()) {
            let renamed = book.grids.iter().filter(|grid| is_working_by_content(grid));
            return Self::Form { renamed: renamed.map(|grid| grid.name.to_string()).collect() };
        }
        let named = |is: &dyn Fn(&Grid) -> bool| -> BTreeSet<String> {
            book.grids.iter().filter(|grid| is(grid)).map(|grid| grid.name.to_string()).collect()
        };
        let homes: Vec<_> = records.iter().flat_map(|record| homes(&book.grids, &record.marks)).collect();
        Self::Marks {
            template: homes.iter().filter_map(|home| home.grid).map(|grid| grid.name.to_string()).collect(),
            working: named(&|grid| is_meta(grid) || (is_working(&grid.name) && is_ours_by_content(grid))),
            sources: named(&is_sources),
        }
    }

    fn is_working(&self, name: &str) -> bool {
        match self {
            Self::Form { renamed } => is_working(name) || renamed.contains(name),
            Self::Marks { working, .. } => working.contains(name),
        }
    }

    /// Sheets that are handed out and need no word.
    fn is_ours(&self, name: &str) -> bool {
        match self {
            Self::Form { .. } => OURS.contains(&name),
            Self::Marks { template, sources, .. } => template.contains(name) || sources.contains(name),
        }
    }
}

/// A working sheet whatever the tab says: our title in the first cell, and below it a heading only that list has.
fn is_working_by_content(grid: &Grid) -> bool {
    let heading = match grid.text(0, 0) {
        Some("検討メモ") => "場所",
        Some("点検") => "番号",
        Some("更新内容") => "新しい出典・説明",
        Some("引継ぎ") => "書かれていたこと",
        _ => return false,
    };
    column(grid, heading).is_some()
}

/// 「引継ぎ」 as we make it: its name as title, its headings below.
fn is_ours_by_content(grid: &Grid) -> bool {
    grid.text(0, 0).is_some_and(is_working) && column(grid, "書かれていたこと").is_some()
}

/// Cells of marks that show indicators to be handled with care, or sentences with such figures, and whatever else stands
/// in a row under such a 指標ID.
fn restricted_marks(book: &Book, catalog: &Catalog, told: &mut Vec<Diagnostic>) -> BTreeSet<(String, CellRef)> {
    let is_restricted = |id: &str| catalog.indicator(id).is_some_and(|indicator| indicator.restricted);
    let mut cells: BTreeSet<(String, CellRef)> = BTreeSet::new();
    let (mut sentences, mut lost) = (BTreeSet::new(), 0);
    let records = book.grids.iter().filter(|grid| is_meta(grid)).filter_map(Meta::read_all).flatten();
    for record in records {
        for home in homes(&book.grids, &record.marks) {
            let of_care =
                |mark: &MarkRecord| is_restricted(&mark.id) || mark.figures.iter().any(|(id, ..)| is_restricted(id));
            let Some(grid) = home.grid else {
                lost += home.records.iter().filter(|mark| of_care(mark)).count();
                continue;
            };
            for (mark, places) in home.records.iter().zip(locate(grid, &home.records)) {
                if !of_care(mark) {
                    continue;
                }
                // What was never found, and holds a figure, may stand anywhere.
                lost += usize::from(places.is_empty() && mark.last.is_some());
                for at in places {
                    if mark.figures.len() != 1 || matches!(mark.last, Some(Shown::Text(_))) {
                        sentences.insert(format!("「{}」{at}", grid.name));
                    }
                    cells.insert((grid.name.to_string(), at));
                    if is_restricted(&mark.id) {
                        let row = grid.row(at.row).iter().map(|cell| cell.at);
                        let same = row.filter(|at| {
                            let own = grid.get(*at).and_then(CellValue::as_text).and_then(id_in);
                            own.or_else(|| indicator_at(grid, *at)).is_some_and(|id| id == mark.id)
                        });
                        cells.extend(same.map(|at| (grid.name.to_string(), at)));
                    }
                }
            }
        }
    }
    if !sentences.is_empty() {
        let named = sentences.into_iter().collect::<Vec<_>>().join("、");
        let message = format!("取扱注意の指標の数値を使った {named} は、公開用の写しでは空にしました。");
        told.push(Diagnostic::info("public-sentences", message));
    }
    if lost > 0 {
        let message = format!(
            "取扱注意の指標の数値{lost}か所が、どのセルにあるか分からないため、公開用の写しに残っているかもしれません。"
        );
        told.push(
            Diagnostic::warning("public-restricted-lost", message)
                .hint("写しを開いて、取扱注意の指標の数値や文章を削除してから、外に出してください。"),
        );
    }
    cells
}

/// A working sheet under its own name, or numbered as programs do when the name was taken.
fn is_working(name: &str) -> bool {
    WORKING_SHEETS.iter().any(|known| {
        let rest = name.strip_prefix(known).map(|rest| rest.trim_start().trim_start_matches('(').trim_end_matches(')'));
        rest.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// A formula remembers its last result, which may hold figures that were left out: people's formulas lose theirs until
/// Excel computes them again.
fn empty_results(compiled: &Compiled, gone: &[String], plan: &mut FillPlan) -> Result<Option<Diagnostic>, FileError> {
    let mut named = Vec::new();
    for sheet in compiled.package().sheets() {
        let ours = OURS_WITH_FORMULAS.contains(&sheet.name.as_str());
        if ours || sheet.kind != SheetKind::Worksheet || gone.contains(&sheet.name) {
            continue;
        }
        for at in compiled.formula_cells(&sheet.name)? {
            let cells = &mut plan.sheet(&sheet.name).cells;
            if let Entry::Vacant(place) = cells.entry(at) {
                let content = CellContent::FormulaText(String::new());
                place.insert(CellEdit { content, style: CellStyle::Keep });
                named.push(format!("「{}」{at}", sheet.name));
            }
        }
    }
    if named.is_empty() {
        return Ok(None);
    }
    let rest = match named.len().saturating_sub(NAMED_FORMULAS) {
        0 => String::new(),
        rest => format!("、ほか{rest}か所"),
    };
    named.truncate(NAMED_FORMULAS);
    let message = format!("取扱注意の数値を除いたため、ご自分の式（{}{rest}）の結果も空にしました。", named.join("、"));
    let hint =
        "写しをExcelで開くと計算し直されます。除いた数値を使う式は値が変わるため、外に出す前に確かめてください。";
    Ok(Some(Diagnostic::warning("public-formulas", message).hint(hint)))
}

fn to_blank(grid: &Grid) -> Vec<CellRef> {
    let is_draft = |at: CellRef| grid.get(at).and_then(CellValue::as_text).is_some_and(|text| text.starts_with(DRAFT));
    let mut all: Vec<CellRef> = find_entries(grid).iter().map(|entry| entry.cell).filter(|at| is_draft(*at)).collect();
    if let Some(col) = column(grid, "SHA-256") {
        all.extend(grid.cells().iter().map(|cell| cell.at).filter(|at| at.col == col.col && at.row >= col.row));
    }
    all
}

/// Rows of indicators to be handled with care.
fn restricted_rows(grid: &Grid, catalog: &Catalog) -> Vec<CellRef> {
    let mut all = Vec::new();
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
