//! Excel 97–2003 (.xls). The stream is taken out of its container and walked once before calamine sees it.
//!
//! calamine allocates the rectangle that the cells span and the one the sheet declares; both are foreign numbers.

use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, SheetType, SheetVisible, Xls, XlsError};

use super::collect::Collector;
use super::grid::{CellValue, Grid};
use super::limits::Limits;
use super::{date, format, refusal, xlsx};
use crate::error::FileError;
use crate::model::CellRef;

/// Cells of the largest rectangle that is allocated: 65,536 rows × 61 columns, about 300 MB in calamine.
const MAX_RECTANGLE: u64 = 4_000_000;

/// Reads the worksheets of an OLE file.
///
/// # Errors
/// Encrypted, another Office document, cut short, damaged or too large.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Grid>, FileError> {
    let mut stream = workbook_stream(bytes, limits)?;
    let percent = check(&mut stream)?;
    let clean = container_of(&stream).map_err(|_| damaged())?;
    let mut book = Xls::new(Cursor::new(clean)).map_err(|error| match error {
        XlsError::Password => refusal::encrypted(),
        _ => damaged(),
    })?;
    let sheets: Vec<_> = book.sheets_metadata().to_vec();
    if sheets.is_empty() {
        return Err(damaged());
    }
    let is_1904 = book.has_1904_epoch();
    let mut collector = Collector::new(limits);
    for (index, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet) {
        collector.begin(&sheet.name, sheet.visible != SheetVisible::Visible)?;
        let range = book.worksheet_range(&sheet.name).map_err(|_| refusal::sheet_missing())?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, col, value) in range.used_cells() {
            let at = CellRef::new(top + row as u32, left + col as u32);
            if let Some(value) = cell_value(value, is_1904) {
                collector.put(at, value)?;
            }
        }
        percent.get(index).into_iter().flatten().for_each(|at| collector.percent(*at));
        for merge in book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default() {
            let (from, to) = (merge.start, merge.end);
            collector.merge(CellRef::new(from.0, from.1), CellRef::new(to.0, to.1));
        }
    }
    Ok(collector.finish())
}

fn cell_value(value: &Data, is_1904: bool) -> Option<CellValue> {
    Some(match value {
        Data::Empty => return None,
        Data::Int(number) => CellValue::Number(*number as f64),
        Data::Float(number) => CellValue::Number(*number),
        Data::String(text) | Data::DurationIso(text) => CellValue::Text(text.as_str().into()),
        Data::Bool(flag) => CellValue::Bool(*flag),
        Data::DateTime(time) => CellValue::DateSerial(xlsx::serial(time, is_1904)),
        Data::DateTimeIso(text) => date::from_iso(text),
        Data::Error(error) => CellValue::Error(error.to_string().into()),
    })
}

fn damaged() -> FileError {
    refusal::damaged("Excel 97-2003形式のファイルの中身を読めません。ファイルが壊れています。")
}

fn workbook_stream(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, FileError> {
    if is_cut_short(bytes) {
        return Err(refusal::half_copied("ファイル"));
    }
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| damaged())?;
    if file.is_stream("/EncryptedPackage") {
        return Err(refusal::encrypted());
    }
    if file.is_stream("/WordDocument") {
        return Err(refusal::not_a_table("Wordの文書"));
    }
    if file.is_stream("/PowerPoint Document") {
        return Err(refusal::not_a_table("PowerPointの資料"));
    }
    let Some(name) = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name)) else {
        return Err(refusal::not_a_table("Excelではない形式のファイル（OLE）"));
    };
    let mut stream = Vec::new();
    let mut reader = file.open_stream(name).map_err(|_| damaged())?.take(limits.inflated_bytes);
    reader.read_to_end(&mut stream).map_err(|_| damaged())?;
    Ok(stream)
}

/// Whether the file ends before the last sector that its allocation table calls used.
fn is_cut_short(bytes: &[u8]) -> bool {
    const FREE: u32 = 0xFFFF_FFFF;
    const LAST_SECTOR: u32 = 0xFFFF_FFFA;
    let size = 1usize << word(bytes, 30).unwrap_or(9).min(12);
    let sector = |id: u32| bytes.get((id as usize + 1) * size..(id as usize + 2) * size);
    let table_sectors = (0..109).filter_map(|index| double(bytes, 76 + index * 4)).filter(|id| *id < LAST_SECTOR);
    let mut last = double(bytes, 48).filter(|id| *id < LAST_SECTOR).unwrap_or(0);
    for (index, id) in (0u32..).zip(table_sectors) {
        last = last.max(id);
        let Some(entries) = sector(id) else { return true };
        let per_sector = (size / 4) as u32;
        let used =
            (0..per_sector).rev().find(|entry| double(entries, *entry as usize * 4).is_some_and(|next| next != FREE));
        last = last.max(used.map_or(0, |entry| index * per_sector + entry));
    }
    // Some writers leave out what is unused at the end of the last sector.
    bytes.len() <= (last as usize + 1) * size
}

/// A container that holds nothing but the workbook stream.
fn container_of(stream: &[u8]) -> std::io::Result<Vec<u8>> {
    let out = Cursor::new(Vec::with_capacity(stream.len() + 8192));
    // Version 3: calamine takes a version 4 container without small streams for an empty one.
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, out)?;
    file.create_stream("/Workbook")?.write_all(stream)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

/// Walks all records: sheet positions inside the stream, rectangles within bounds, declared sizes blanked.
/// Gives the cells shown as percentages, sheet by sheet.
fn check(stream: &mut [u8]) -> Result<Vec<Vec<CellRef>>, FileError> {
    let mut sheets = Vec::new();
    let mut names = Vec::new();
    let (mut percent_formats, mut formats_of_cells) = (vec![9, 10], Vec::new());
    let mut at = 0;
    while let Some((kind, data)) = record(stream, at) {
        match kind {
            BOUND_SHEET => {
                sheets.push(double(data, 0).ok_or_else(damaged)? as usize);
                names.push(data.get(6..).unwrap_or_default().to_vec());
            }
            CELL_FORMAT => formats_of_cells.push(word(data, 2).unwrap_or(0)),
            NUMBER_FORMAT if format::is_percent(&format_code(data)) => percent_formats.extend(word(data, 0)),
            END => break,
            _ => {}
        }
        at += 4 + data.len();
    }
    names.sort_unstable();
    if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(refusal::damaged("同じ名前のシートが2つあり、どちらの値か決められません。"));
    }
    let percent: Vec<bool> = formats_of_cells.iter().map(|format| percent_formats.contains(format)).collect();
    sheets.into_iter().map(|start| check_sheet(stream, start, &percent)).collect()
}

/// A FORMAT record's code. Only its ASCII matters: what else it holds is shown as it is.
fn format_code(data: &[u8]) -> String {
    let wide = word(data, 2).is_some_and(|length| data.len() == 5 + 2 * usize::from(length));
    let text = data.get(if wide { 5 } else { 3 }..).unwrap_or_default();
    let step = if wide { 2 } else { 1 };
    // A wide character whose low byte happens to be `%` has a high byte.
    let pairs = text
        .chunks(step)
        .map(|c| if c.get(1).is_some_and(|high| *high != 0) { b'?' } else { c.first().copied().unwrap_or(b'?') });
    pairs.map(char::from).collect()
}

const BOUND_SHEET: u16 = 0x0085;
const CELL_FORMAT: u16 = 0x00E0;
const NUMBER_FORMAT: u16 = 0x041E;
const DIMENSIONS: u16 = 0x0200;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const MULTIPLE_NUMBERS: u16 = 0x00BD;
/// Records that begin with row and column: NUMBER, LABEL, RSTRING, BOOLERR, RK, LABELSST, FORMULA.
const CELLS: [u16; 7] = [0x0203, 0x0204, 0x00D6, 0x0205, 0x027E, 0x00FD, 0x0006];

fn check_sheet(stream: &mut [u8], start: usize, percent: &[bool]) -> Result<Vec<CellRef>, FileError> {
    let mut found = Vec::new();
    let is_percent = |format: Option<u16>| format.is_some_and(|format| percent.get(usize::from(format)) == Some(&true));
    let mut at = start;
    let mut depth = 0u32;
    let mut bounds: Option<(u16, u16, u16, u16)> = None;
    let mut ended = false;
    while let Some((kind, data)) = record(stream, at) {
        let length = data.len();
        match kind {
            BEGIN => depth += 1,
            END => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    ended = true;
                    break;
                }
            }
            DIMENSIONS => {
                if let Some(declared) = stream.get_mut(at + 4..at + 4 + length) {
                    declared.fill(0);
                }
            }
            _ if depth <= 1 && (CELLS.contains(&kind) || kind == MULTIPLE_NUMBERS) => {
                let (row, col) = (word(data, 0).ok_or_else(damaged)?, word(data, 2).ok_or_else(damaged)?);
                let last =
                    if kind == MULTIPLE_NUMBERS { length.checked_sub(2).and_then(|end| word(data, end)) } else { None };
                let last = last.unwrap_or(col).max(col);
                for (step, col) in (col..=last).enumerate() {
                    if is_percent(word(data, 4 + 6 * step)) {
                        found.push(CellRef::new(row.into(), col.into()));
                    }
                }
                let (top, bottom, left, right) = bounds.unwrap_or((row, row, col, last));
                bounds = Some((top.min(row), bottom.max(row), left.min(col), right.max(last)));
            }
            _ => {}
        }
        at += 4 + length;
    }
    if !ended {
        return Err(damaged());
    }
    let rectangle =
        bounds.map_or(0, |(top, bottom, left, right)| (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1));
    if rectangle > MAX_RECTANGLE {
        return Err(refusal::too_large("遠く離れたセルに値があり、表の範囲が大きすぎます。"));
    }
    Ok(found)
}

fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8])> {
    let length = usize::from(word(stream, at + 2)?);
    Some((word(stream, at)?, stream.get(at + 4..at + 4 + length)?))
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn double(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
