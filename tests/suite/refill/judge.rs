//! What must hold after a refill of a book people edited, whichever program they used: every figure right or reported,
//! every text, format, part and sheet of theirs as it was. Shares nothing with the code under test but its reader.

use std::collections::{BTreeMap, BTreeSet};

use chiiki_sheet::compare::Comparison;
use chiiki_sheet::model::{CellRef, Datum, MissingReason};
use chiiki_sheet::read::{CellValue, Grid, Limits, read_bytes};
use chiiki_sheet::refill::Refilled;

use super::doc::{Doc, decoded, name};

/// Sheets this product writes, beside the form.
const OURS: [&str; 9] =
    ["比較と判定", "グラフ", "点検", "検討メモ", "出典", "グラフ用データ", "_meta", "更新内容", "引継ぎ"];
/// Parts a refill may change: the closed list, without the sheets.
const LISTS: [&str; 4] = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/calcChain.xml"];

/// Where things stand after the edits, kept beside the book.
#[derive(Clone, Debug)]
pub struct Places {
    /// The form's name
    pub sheet: String,
    pub id_col: u32,
    /// First columns: own, prefecture, nation, comparison area
    pub blocks: [u32; 4],
    pub year_row: u32,
    /// Row of the first statistics
    pub first: u32,
}

/// One refill, seen from outside.
pub struct Case<'a> {
    pub context: String,
    pub places: &'a Places,
    /// The book as people left it
    pub edited: &'a [u8],
    pub result: &'a Refilled,
    /// What was written before, and what the files say now
    pub before: &'a Comparison,
    pub new: &'a Comparison,
    /// The new files have other years
    pub years_move: bool,
}

/// Everything at once.
pub fn judge(case: &Case<'_>) {
    let (was, is) = (book(case.edited), book(&case.result.bytes));
    let sheet = &case.places.sheet;
    let ours = figures(case, &was[sheet], &is[sheet], &is);
    let (before, after) = (Doc::of_sheet(case.edited, sheet), Doc::of_sheet(&case.result.bytes, sheet));
    cells(case, &before, &after, &ours);
    parts(case, &before, &after);
    for (name, grid) in was.iter().filter(|(name, _)| *name != sheet && !OURS.contains(&name.as_str())) {
        assert_eq!(grid.cells(), is[name].cells(), "{} {name}", case.context);
    }
}

fn book(bytes: &[u8]) -> BTreeMap<String, Grid> {
    let book = read_bytes("book.xlsx", bytes, &Limits::default()).unwrap();
    book.grids.into_iter().map(|grid| (grid.name.to_string(), grid)).collect()
}

/// What a cell holds; programs keep 15 digits of a number, this product 17.
#[derive(Clone, Debug)]
enum Held {
    Number(f64),
    Text(String),
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => (a - b).abs() <= 2e-14 * a.abs().max(b.abs()),
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }
}

fn held(grid: &Grid, row: u32, col: u32) -> Option<Held> {
    let value = grid.get(CellRef::new(row, col))?;
    Some(value.as_number().map_or_else(|| Held::Text(value.display()), Held::Number))
}

/// What the form shows for a figure of the files; nothing for an empty cell of a source.
fn said(comparison: &Comparison, id: &str, who: usize, year: i32) -> Option<Held> {
    let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == id)?;
    match row.figures.get(&(who, year))?.datum {
        Datum::Value(value) => Some(Held::Number(value)),
        Datum::Missing(MissingReason::Blank) => None,
        Datum::Missing(reason) => Some(Held::Text(reason.mark().to_owned())),
    }
}

fn years(grid: &Grid, places: &Places, block: u32) -> BTreeMap<i32, u32> {
    (block..block + 10)
        .filter_map(|col| match grid.get(CellRef::new(places.year_row, col)) {
            Some(CellValue::Number(year)) => Some((*year as i32, col)),
            _ => None,
        })
        .collect()
}

/// Checks every figure; returns the cells that are this product's to write.
fn figures(case: &Case<'_>, was: &Grid, is: &Grid, all: &BTreeMap<String, Grid>) -> BTreeSet<(u32, u32)> {
    let Case { context, places, before, new, .. } = case;
    let kept: BTreeSet<&str> = case.result.changes.kept.iter().map(|change| change.cell.as_str()).collect();
    let handed: Vec<Held> = all
        .get("引継ぎ")
        .map(|grid| grid.cells().iter().filter_map(|cell| held(grid, cell.at.row, cell.at.col)).collect())
        .unwrap_or_default();
    let mut ours = BTreeSet::new();
    let mut checked = 0;
    for row in places.first..is.extent().unwrap().row + 1 {
        let Some(id) = is.text(row, places.id_col).map(str::to_owned) else { continue };
        if before.rows.iter().all(|known| known.indicator.id.as_str() != id) {
            continue;
        }
        for (who, block) in places.blocks.into_iter().enumerate() {
            let (old_years, new_years) = (years(was, places, block), years(is, places, block));
            let wanted: BTreeSet<i32> = new.years.iter().map(|year| year.year).collect();
            assert_eq!(new_years.keys().copied().collect::<BTreeSet<_>>(), wanted, "{context} {id}");
            for (&year, &col) in &new_years {
                ours.insert((row, col));
                let shown = held(is, row, col);
                let stood = old_years.get(&year).and_then(|col| held(was, row, *col));
                let last = old_years.get(&year).and_then(|_| said(before, &id, who, year));
                let fresh = said(new, &id, who, year);
                let by_hand = stood != last;
                let expected = if by_hand && stood.is_some() { &stood } else { &fresh };
                assert_eq!(shown, *expected, "{context} {id} {who} {year} at {}", name((row, col)));
                if by_hand && stood.is_some() && stood != fresh {
                    assert!(kept.contains(name((row, col)).as_str()), "{context}: {} not reported", name((row, col)));
                }
                checked += 1;
            }
            for (year, col) in old_years.iter().filter(|(year, _)| !new_years.contains_key(year)) {
                ours.insert((row, *col));
                let Some(stood) = held(was, row, *col) else { continue };
                if said(before, &id, who, *year).as_ref() != Some(&stood) {
                    assert!(handed.contains(&stood), "{context}: {id} {year} not handed over");
                }
            }
        }
    }
    assert!(checked > 200, "{context}: {checked}");
    ours
}

/// What follows the cells, without the links that lead from a row to its sources: those follow the row.
fn without_source_links(tail: &str) -> String {
    let mut kept = String::new();
    for piece in tail.split_inclusive("/>") {
        if !(piece.contains("<hyperlink ") && decoded(piece).contains("出典")) {
            kept.push_str(piece);
        }
    }
    kept.replace("<hyperlinks>", "").replace("</hyperlinks>", "")
}

/// The row's attributes without its height, and the height.
fn height(attributes: &str) -> (String, Option<f64>) {
    let rest: Vec<&str> = attributes
        .split(' ')
        .filter(|part| !["ht=", "customHeight=", "hidden="].iter().any(|name| part.starts_with(name)))
        .collect();
    let height = attributes.split("ht=\"").nth(1).and_then(|rest| rest.split('"').next()?.parse().ok());
    (rest.join(" "), height)
}

/// Rows of the entry fields, from zero: fields span several rows, and nothing else on a form is merged over so many.
fn field_rows(tail: &str) -> BTreeSet<u32> {
    let areas = tail.split("mergeCell ref=\"").skip(1).filter_map(|rest| rest.split('"').next()?.split_once(':'));
    let row = |cell: &str| cell.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().unwrap() - 1;
    areas.map(|(from, to)| row(from)..=row(to)).filter(|rows| rows.clone().count() >= 6).flatten().collect()
}

/// Every cell but figures and our own headings has its bytes, every row its height, every column its width.
fn cells(case: &Case<'_>, was: &Doc, is: &Doc, ours: &BTreeSet<(u32, u32)>) {
    let Case { context, places, .. } = case;
    assert_eq!(was.rows.len(), is.rows.len(), "{context}");
    let drafts: BTreeSet<u32> = is
        .strings
        .iter()
        .enumerate()
        .filter(|(_, item)| decoded(item).contains("【下書き】"))
        .map(|(number, _)| number as u32)
        .collect();
    let fields = field_rows(&was.tail);
    assert!(!fields.is_empty(), "{context}: no entry field is left");
    for (row, (attributes, cells)) in &was.rows {
        let (now, after) = &is.rows[row];
        // A draft nobody touched is ours: it is written anew with the new figures.
        let draft = |cell: Option<&(String, String)>| {
            cell.is_some_and(|(kind, inner)| {
                decoded(inner).contains("【下書き】")
                    || (kind.contains("t=\"s\"")
                        && inner.trim_start_matches("<v>").trim_end_matches("</v>").parse().is_ok_and(|n| {
                            drafts.contains(&n) || decoded(&was.strings[n as usize]).contains("【下書き】")
                        }))
            })
        };
        let entry = fields.contains(row) || after.values().any(|cell| super::is_entry_text(cell, is));
        if entry {
            // Rows people write in are as high as their texts need, and spare ones come into sight for that; that no
            // text is cut and no person's height changed is held by the tests of heights.
            assert_eq!(height(now).0, height(attributes).0, "{context} row {row}");
        } else {
            assert_eq!(now, attributes, "{context} row {row}");
        }
        let cols: BTreeSet<u32> = cells.keys().chain(after.keys()).copied().collect();
        for col in cols.into_iter().filter(|col| !ours.contains(&(*row, *col))) {
            let remark = col == places.id_col + 2 && *row >= places.first;
            let heading = *row < places.first && (*row == 1 || *row >= places.year_row - 1);
            let redrafted = draft(cells.get(&col)) && draft(after.get(&col));
            if remark || heading || redrafted {
                continue;
            }
            assert_eq!(after.get(&col), cells.get(&col), "{context} {}", name((*row, col)));
        }
    }
    if !case.years_move {
        assert_eq!(is.head, was.head, "{context}");
    }
    assert_eq!(without_source_links(&is.tail), without_source_links(&was.tail), "{context}");
}

/// Every part but the closed list has its bytes; styles are only appended to, strings only blanked.
fn parts(case: &Case<'_>, was: &Doc, is: &Doc) {
    let context = &case.context;
    let mut allowed: BTreeSet<String> = LISTS.iter().map(|part| (*part).to_owned()).collect();
    for sheet in OURS.iter().chain([&case.places.sheet.as_str()]) {
        allowed.extend(was.part_of(sheet));
    }
    let now: BTreeMap<&str, &[u8]> = is.parts().collect();
    for (part, data) in was.parts() {
        let Some(after) = now.get(part) else { panic!("{context}: {part} is gone") };
        let text = |data: &[u8]| String::from_utf8(data.to_vec()).unwrap();
        if part == "xl/sharedStrings.xml" {
            for (old, new) in was.strings.iter().zip(&is.strings) {
                assert!(old == new || new == "<t/>", "{context}: {old} became {new}");
            }
        } else if part == "xl/styles.xml" {
            for list in ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"] {
                let inner = |text: &str| {
                    let (_, rest) = text.split_once(&format!("<{list} "))?;
                    let (_, rest) = rest.split_once('>')?;
                    Some(rest.split_once(&format!("</{list}>"))?.0.to_owned())
                };
                if let Some(old) = inner(&text(data)) {
                    assert!(inner(&text(after)).unwrap().starts_with(&old), "{context}: {list}");
                }
            }
        } else if part.starts_with("xl/charts/chart") {
            assert_eq!(without_points(&text(data)), without_points(&text(after)), "{context}: {part}");
        } else if !allowed.contains(part) {
            assert!(*after == data, "{context}: {part} differs");
        }
    }
}

/// A chart without what it remembers of cells, and without the bounds a scatter chart has from them.
fn without_points(text: &str) -> String {
    let mut text = text.to_owned();
    for prefix in ["c:", ""] {
        for list in ["numCache", "strCache"] {
            let (open, close) = (format!("<{prefix}{list}>"), format!("</{prefix}{list}>"));
            while let Some(at) = text.find(&open) {
                let end = at + text[at..].find(&close).unwrap() + close.len();
                text.replace_range(at..end, "");
            }
        }
        for bound in ["max", "min"] {
            let open = format!("<{prefix}{bound} val=\"");
            while let Some(at) = text.find(&open) {
                let end = at + text[at..].find("/>").unwrap() + 2;
                text.replace_range(at..end, "");
            }
        }
    }
    text
}
