//! Sheets put behind the others: their parts, and the entries that name them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::patches::Patches;
use super::zip_out::Change;
use super::{cell, refusal, styles};
use crate::error::FileError;
use crate::fill::plan::{CellContent, Look, NewSheet};
use crate::template::package::{Package, damaged_part};
use crate::template::xml::{Kind, Walker, escape_attribute};

const TYPES: &str = "[Content_Types].xml";
const SHEET_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
/// Namespaces of the transitional form, and of the strict one.
const MAIN: [&str; 2] =
    ["http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"];
const LINKS: [&str; 2] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
];

/// The parts of added sheets, not yet named by the book.
#[derive(Default)]
pub(super) struct Prepared {
    /// One a sheet, in their order
    texts: Vec<String>,
    /// The part of styles with the looks of these sheets
    styles: Option<(String, String)>,
}

/// Writes the parts of added sheets.
pub(super) fn prepare(package: &Package, sheets: &[NewSheet]) -> Result<Prepared, FileError> {
    if sheets.is_empty() {
        return Ok(Prepared::default());
    }
    for (number, sheet) in sheets.iter().enumerate() {
        let lower = sheet.name.to_lowercase();
        let taken = package.sheets().iter().any(|known| known.name.to_lowercase() == lower)
            || sheets.iter().take(number).any(|other| other.name.to_lowercase() == lower);
        if taken {
            let hint = "シートの名前を変えてから、もう一度実行してください。";
            return Err(refusal::sheet("sheet-name-taken", &sheet.name, "という名前のシートがもうあります。", hint));
        }
    }
    let (mut styles, mut looks) = (None, BTreeMap::new());
    if let Some(part) = package.part_of_kind("styles")
        && let Some((text, known)) = styles::append(&package.read_part(part)?)
    {
        (styles, looks) = (Some((part.to_owned(), text)), known);
    }
    let main = MAIN.get(strict(&package.read_part(package.workbook_part())?)).copied().unwrap_or_default();
    let texts = sheets.iter().map(|sheet| sheet_part(sheet, main, &looks)).collect::<Result<_, _>>()?;
    Ok(Prepared { texts, styles })
}

/// 1 for a book of the strict form, else 0.
fn strict(book: &str) -> usize {
    usize::from(book.contains(LINKS.get(1).copied().unwrap_or_default()))
}

/// Plans the parts of added sheets: their names in the package with their content. Entries that name them join `changes`.
pub(super) fn add(
    package: &Package,
    sheets: &[NewSheet],
    prepared: Prepared,
    changes: &mut BTreeMap<usize, Change>,
) -> Result<Vec<(String, String)>, FileError> {
    if sheets.is_empty() {
        return Ok(Vec::new());
    }
    if let Some((part, text)) = prepared.styles {
        put(package, changes, &part, text)?;
    }
    let book = package.workbook_part().to_owned();
    let rels = Package::relationships_part(&book);
    let (book_text, rels_text, types_text) =
        (current(package, changes, &book)?, current(package, changes, &rels)?, current(package, changes, TYPES)?);
    let links = LINKS.get(strict(&book_text)).copied().unwrap_or_default();
    let folder = book.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let known_ids: Vec<String> = package.relationships_of(&book)?.into_iter().map(|link| link.id).collect();
    let mut next_sheet = package.sheets().iter().filter_map(|sheet| sheet.sheet_id.parse().ok()).max().unwrap_or(0u32);
    let (mut parts, mut file, mut link) = (Vec::new(), 0u32, 0u32);
    let (mut in_book, mut in_rels, mut in_types) = (String::new(), String::new(), String::new());
    let (book_prefix, rels_prefix, types_prefix) =
        (prefix(&book_text, &book)?, prefix(&rels_text, &rels)?, prefix(&types_text, TYPES)?);
    for (sheet, text) in sheets.iter().zip(prepared.texts) {
        let path = loop {
            file += 1;
            let path = format!("{folder}worksheets/sheet{file}.xml");
            if !package.has_part(&path) && parts.iter().all(|(known, _)| *known != path) {
                break path;
            }
        };
        let id = loop {
            link += 1;
            let id = format!("rIdS{link}");
            if !known_ids.contains(&id) {
                break id;
            }
        };
        next_sheet += 1;
        let state = if sheet.very_hidden { " state=\"veryHidden\"" } else { "" };
        let _ = write!(
            in_book,
            "<{book_prefix}sheet xmlns:r=\"{links}\" name=\"{}\" sheetId=\"{next_sheet}\"{state} r:id=\"{id}\"/>",
            escape_attribute(&sheet.name)
        );
        let _ = write!(
            in_rels,
            "<{rels_prefix}Relationship Id=\"{id}\" Type=\"{links}/worksheet\" Target=\"worksheets/sheet{file}.xml\"/>"
        );
        let _ = write!(in_types, "<{types_prefix}Override PartName=\"/{path}\" ContentType=\"{SHEET_TYPE}\"/>");
        parts.push((path, text));
    }
    for (path, text, list, depth, new) in [
        (&book, book_text, "sheets", 1, in_book),
        (&rels, rels_text, "Relationships", 0, in_rels),
        (&TYPES.to_owned(), types_text, "Types", 0, in_types),
    ] {
        let at = closing(&text, list, depth).ok_or_else(|| damaged_part(path))?;
        let mut patches = Patches::default();
        patches.insert(at, |out| out.push_str(&new));
        let text = patches.apply(&text).ok_or_else(|| refusal::fault(list))?;
        put(package, changes, path, text)?;
    }
    Ok(parts)
}

/// Every added sheet is there, and its cells say what was planned.
pub(super) fn check(after: &Package, sheets: &[NewSheet]) -> Result<(), FileError> {
    for sheet in sheets {
        let (_, found) = after.sheet(&sheet.name).ok_or_else(|| refusal::fault(&sheet.name))?;
        let text = after.read_part(&found.part)?;
        let cells = sheet.cells.iter().map(|(at, (content, _))| (*at, content.value()));
        super::check::cells(&sheet.name, &text, cells)?;
    }
    Ok(())
}

fn current(package: &Package, changes: &BTreeMap<usize, Change>, path: &str) -> Result<String, FileError> {
    match package.entry(path).and_then(|entry| changes.get(&entry)) {
        Some(Change::Text(text)) => Ok(text.clone()),
        _ => package.read_part(path),
    }
}

fn put(package: &Package, changes: &mut BTreeMap<usize, Change>, path: &str, text: String) -> Result<(), FileError> {
    let entry = package.entry(path).ok_or_else(|| damaged_part(path))?;
    changes.insert(entry, Change::Text(text));
    Ok(())
}

fn prefix(text: &str, path: &str) -> Result<String, FileError> {
    Walker::new(text).root().map(|root| root.prefix().to_owned()).map_err(|_| damaged_part(path))
}

/// Where the end tag of an element begins.
fn closing(text: &str, name: &str, depth: usize) -> Option<usize> {
    let mut walker = Walker::new(text);
    while let Some(token) = walker.next().ok()? {
        if token.depth == depth && token.kind == Kind::Close && token.tag.local() == name {
            return Some(token.span.start);
        }
    }
    None
}

fn sheet_part(sheet: &NewSheet, main: &str, looks: &BTreeMap<Look, u32>) -> Result<String, FileError> {
    let mut out =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{main}\">");
    if sheet.frozen_rows > 0 {
        let top = sheet.frozen_rows;
        let _ = write!(
            out,
            "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"{top}\" topLeftCell=\"A{}\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>",
            top + 1
        );
    }
    let mut columns: Vec<u32> = sheet.widths.keys().chain(&sheet.hide_columns).copied().collect();
    columns.sort_unstable();
    columns.dedup();
    if !columns.is_empty() {
        out.push_str("<cols>");
        for col in columns {
            let width = sheet.widths.get(&col).copied().unwrap_or(10.0);
            let hidden = if sheet.hide_columns.contains(&col) { " hidden=\"1\"" } else { "" };
            let _ = write!(
                out,
                "<col min=\"{0}\" max=\"{0}\" width=\"{1}\" customWidth=\"1\"{hidden}/>",
                col + 1,
                cell::number(width)
            );
        }
        out.push_str("</cols>");
    }
    out.push_str("<sheetData>");
    let mut row = None;
    for (at, (content, look)) in &sheet.cells {
        if row != Some(at.row) {
            if row.is_some() {
                out.push_str("</row>");
            }
            row = Some(at.row);
            let _ = write!(out, "<row r=\"{}\"", at.row + 1);
            if let Some(height) = sheet.row_heights.get(&at.row).filter(|height| height.is_finite()) {
                let _ = write!(out, " ht=\"{}\" customHeight=\"1\"", cell::number(height.min(409.5)));
            }
            out.push('>');
        }
        let plain = content.value();
        match &*plain {
            CellContent::Number(value) if !value.is_finite() => {
                let hint = "もとの数値（0 での割り算など）を確かめてください。";
                return Err(refusal::cell("not-a-number", &sheet.name, *at, "に入れる値が数になりません。", hint));
            }
            CellContent::Text(text) if text.len() > cell::MAX_TEXT && text.encode_utf16().count() > cell::MAX_TEXT => {
                let what = "に入れる文章が長すぎます（Excel の 1 つのセルは 32,767 文字までです）。";
                return Err(refusal::cell("text-too-long", &sheet.name, *at, what, "文章を分けるか短くしてください。"));
            }
            _ => {}
        }
        cell::write_new(&mut out, "", *at, looks.get(look).copied(), &plain);
    }
    out.push_str(if row.is_some() { "</row></sheetData>" } else { "</sheetData>" });
    if !sheet.links.is_empty() {
        out.push_str("<hyperlinks>");
        for (at, link) in &sheet.links {
            let _ = write!(
                out,
                "<hyperlink ref=\"{at}\" location=\"{}\" tooltip=\"{}\"/>",
                escape_attribute(&link.location),
                escape_attribute(&link.tooltip)
            );
        }
        out.push_str("</hyperlinks>");
    }
    out.push_str("<pageMargins left=\"0.5\" right=\"0.5\" top=\"0.6\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/>");
    out.push_str("<pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>");
    // The schema wants `sheetPr` before everything else: without it `fitToHeight` has no effect.
    Ok(out.replacen("main\">", "main\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr>", 1))
}
