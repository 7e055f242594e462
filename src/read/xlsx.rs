//! xlsx and xlsm through calamine's streaming reader. Macros, links and pictures never leave the gate.
//!
//! Never `worksheet_range`: it allocates the whole rectangle, and one cell in XFD1048576 ends the process.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxError};

use super::collect::Collector;
use super::gate::Package;
use super::grid::{CellValue, Grid};
use super::limits::Limits;
use super::refusal;
use super::{date, format};
use crate::error::FileError;
use crate::model::CellRef;

type Book = Xlsx<Cursor<Vec<u8>>>;

/// Reads the `wanted` worksheets of a package in the book's order. Chart, macro and dialog sheets are left out.
///
/// # Errors
/// Any sheet that cannot be read whole refuses the file: half a table looks like a table.
pub(super) fn read(package: Package, limits: &Limits, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Grid>, FileError> {
    check_string_count(&package)?;
    let mut tails = open(tails(&package))?;
    let mut book = open(package)?;
    let sheets: Vec<_> = book.sheets_metadata().to_vec();
    if sheets.is_empty() {
        return Err(refusal::damaged("シートの一覧（workbook.xml）が見つかりません。ファイルが壊れています。"));
    }
    let mut names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(refusal::damaged("同じ名前のシートが2つあり、どちらの値か決められません。"));
    }
    let mut collector = Collector::new(limits);
    let is_1904 = book.has_1904_epoch();
    for sheet in sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet && wanted(&sheet.name)) {
        collector.begin(&sheet.name, sheet.visible != SheetVisible::Visible)?;
        match read_sheet(&mut book, &sheet.name, is_1904, &mut collector) {
            Ok(()) => {}
            Err(Stop::Refused(refusal)) => return Err(refusal),
            Err(Stop::Xlsx(XlsxError::NotAWorksheet(_))) => continue,
            Err(Stop::Xlsx(error)) => return Err(sheet_error(&error, &collector)),
        }
        let merges = tails.merge_cells_by_sheet_name(&sheet.name);
        for merge in merges.map_err(|error| sheet_error(&error, &collector))? {
            let (from, to) = (merge.start, merge.end);
            collector.merge(CellRef::new(from.0, from.1), CellRef::new(to.0, to.1));
        }
    }
    Ok(collector.finish())
}

enum Stop {
    Refused(FileError),
    Xlsx(XlsxError),
}

impl From<XlsxError> for Stop {
    fn from(error: XlsxError) -> Self {
        Self::Xlsx(error)
    }
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        Self::Refused(error)
    }
}

fn read_sheet(book: &mut Book, name: &str, is_1904: bool, collector: &mut Collector<'_>) -> Result<(), Stop> {
    let mut reader = book.worksheet_cells_reader(name)?;
    let percent: Vec<bool> = reader.styles().iter().map(is_percent).collect();
    // Shared strings repeat (every 「-」): one allocation each, by the place calamine keeps them at.
    let mut shared: HashMap<*const u8, Arc<str>> = HashMap::new();
    // The metadata variant does not expand shared formulas, whose index a hostile file chooses.
    while let Some(cell) = reader.next_cell_with_formula_metadata()? {
        let at = CellRef::new(cell.pos.0, cell.pos.1);
        let value = match cell.value {
            DataRef::Empty => {
                if cell.formula.is_some() {
                    collector.formula_without_value(at)?;
                }
                continue;
            }
            DataRef::SharedString(text) => {
                CellValue::Text(shared.entry(text.as_ptr()).or_insert_with(|| text.into()).clone())
            }
            DataRef::String(text) | DataRef::DurationIso(text) => CellValue::Text(text.into()),
            DataRef::Float(number) => CellValue::Number(number),
            DataRef::Int(number) => CellValue::Number(number as f64),
            DataRef::Bool(flag) => CellValue::Bool(flag),
            DataRef::DateTime(time) => CellValue::DateSerial(serial(&time, is_1904)),
            DataRef::DateTimeIso(text) => date::from_iso(&text),
            DataRef::Error(error) => CellValue::Error(error.to_string().into()),
        };
        collector.put(at, value)?;
    }
    drop(reader);
    // Formats come in a pass of their own, for the few books that have percentages.
    if percent.contains(&true) {
        let mut reader = book.worksheet_cells_reader(name)?;
        while let Some((row, col, style)) = reader.next_style_id()? {
            if percent.get(style) == Some(&true) {
                collector.percent(CellRef::new(row, col));
            }
        }
    }
    Ok(())
}

fn is_percent(style: &Style) -> bool {
    style.number_format.as_ref().is_some_and(|number| format::is_percent(&number.format_code))
}

/// The serial in the 1900 system. Durations do not count from a day and stay.
pub(super) fn serial(time: &ExcelDateTime, is_1904: bool) -> f64 {
    if is_1904 && time.is_datetime() { time.as_f64() + date::DAYS_1904 } else { time.as_f64() }
}

fn open(package: Package) -> Result<Book, FileError> {
    let damaged = |what: &str| refusal::damaged(format!("Excelファイルの{what}を読めません。ファイルが壊れています。"));
    let zip = package.into_stored_zip().map_err(|_| damaged("中身"))?;
    Xlsx::new(Cursor::new(zip)).map_err(|error| match error {
        XlsxError::Password => refusal::encrypted(),
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => damaged("部品のつながり"),
        XlsxError::Unrecognized { typ: "sheet:type", .. } => damaged("シートの種類"),
        _ => damaged("シートの一覧、文字の表、書式のどれか"),
    })
}

fn sheet_error(error: &XlsxError, collector: &Collector<'_>) -> FileError {
    match error {
        XlsxError::WorksheetNotFound(_) | XlsxError::FileNotFound(_) => {
            refusal::sheet_missing().at(collector.place(None))
        }
        _ => collector.broken(),
    }
}

/// calamine reserves as many strings as the table says it holds, before it reads one.
fn check_string_count(package: &Package) -> Result<(), FileError> {
    for (name, part) in package.iter().filter(|(name, _)| name.ends_with("sharedStrings.xml")) {
        let head = part.get(..part.len().min(2048)).unwrap_or_default();
        let stated = memchr::memmem::find(head, b"uniqueCount=").map(|at| {
            let digits = head.get(at + 13..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit());
            digits.fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
        });
        if stated.is_some_and(|count| count > part.len() as u64) {
            return Err(refusal::damaged(format!("文字の表（{name}）の書かれた個数が中身と合いません。")));
        }
    }
    Ok(())
}

/// The same package with its sheets cut down to what follows their cells.
///
/// calamine looks for merged areas in a second pass over the whole sheet, which would double the reading time.
fn tails(package: &Package) -> Package {
    Package::of(package.iter().filter_map(|(name, part)| {
        if name.ends_with("sharedStrings.xml") || name.ends_with("styles.xml") {
            return None;
        }
        let part = match memchr::memmem::rfind(part, b"sheetData").and_then(|cells| part.get(cells..)) {
            Some(tail) => {
                let start = memchr::memchr(b'>', tail).map_or(tail.len(), |end| end + 1);
                [b"<worksheet>", tail.get(start..).unwrap_or_default()].concat()
            }
            None => part.to_vec(),
        };
        Some((name.to_owned(), part))
    }))
}
