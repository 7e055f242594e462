//! SpreadsheetML 2003, the XML that Excel 2003 and many business systems write under `.xls` or `.xml`.

use quick_xml::events::{BytesEnd, BytesStart};

use super::collect::Collector;
use super::grid::{CellValue, Grid};
use super::limits::Limits;
use super::xml::{Ended, Walker};
use super::{date, format, refusal, xml};
use crate::error::FileError;
use crate::model::CellRef;

/// Reads all worksheets of a SpreadsheetML text.
///
/// # Errors
/// Cut short, damaged, with a DTD or own entities, or beyond the limits.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Vec<Grid>, FileError> {
    let mut walk = Walk {
        collector: Collector::new(limits),
        row: 0,
        span: 0,
        col: 0,
        cell: None,
        data: None,
        percent_styles: Vec::new(),
        style: String::new(),
        visible: false,
        comment: false,
        closed: false,
    };
    match xml::walk(text, &mut walk)? {
        Ended::AtItsEnd if walk.closed => Ok(walk.collector.finish()),
        Ended::AtItsEnd => Err(refusal::half_copied("ファイル")),
        Ended::InsideTag if !walk.closed => Err(refusal::half_copied("ファイル")),
        Ended::InsideTag | Ended::Broken => Err(walk.collector.broken()),
    }
}

struct Walk<'l> {
    collector: Collector<'l>,
    row: u32,
    span: u32,
    col: u32,
    cell: Option<OpenCell>,
    data: Option<(DataType, String)>,
    /// Styles that show percentages, and the style being read.
    percent_styles: Vec<String>,
    style: String,
    visible: bool,
    comment: bool,
    closed: bool,
}

struct OpenCell {
    at: CellRef,
    across: u32,
    formula: bool,
    value: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum DataType {
    Number,
    DateTime,
    Boolean,
    Error,
    Text,
}

impl Walker for Walk<'_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), FileError> {
        match element.local_name().as_ref() {
            "Style" => self.style = xml::attribute(element, "ID").unwrap_or_default(),
            "NumberFormat" => {
                let code = xml::attribute(element, "Format").unwrap_or_default();
                if code == "Percent" || format::is_percent(&code) {
                    self.percent_styles.push(self.style.clone());
                }
            }
            "Worksheet" => {
                self.collector.begin(&xml::attribute(element, "Name").unwrap_or_default(), false)?;
                (self.row, self.col) = (0, 0);
            }
            "Row" => {
                if let Some(index) = xml::number(element, "Index")? {
                    self.row = index.checked_sub(1).ok_or_else(|| xml::broken("行番号"))?;
                }
                self.col = 0;
                // A spanned row stands for that many further rows, which have no element of their own.
                self.span = xml::number(element, "Span")?.unwrap_or(0);
            }
            "Cell" => {
                if let Some(index) = xml::number(element, "Index")? {
                    self.col = index.checked_sub(1).ok_or_else(|| xml::broken("列番号"))?;
                }
                let at = CellRef::new(self.row, self.col);
                let across = xml::number(element, "MergeAcross")?.unwrap_or(0);
                let down = xml::number(element, "MergeDown")?.unwrap_or(0);
                let to = CellRef::new(at.row.saturating_add(down), at.col.saturating_add(across));
                self.collector.merge(at, to);
                if xml::attribute(element, "StyleID").is_some_and(|style| self.percent_styles.contains(&style)) {
                    self.collector.percent(at);
                }
                let formula = xml::attribute(element, "Formula").is_some();
                self.cell = Some(OpenCell { at, across, formula, value: false });
            }
            "Comment" => self.comment = true,
            "Data" if self.cell.is_some() && !self.comment => {
                let kind = match xml::attribute(element, "Type").as_deref() {
                    Some("Number") => DataType::Number,
                    Some("DateTime") => DataType::DateTime,
                    Some("Boolean") => DataType::Boolean,
                    Some("Error") => DataType::Error,
                    _ => DataType::Text,
                };
                self.data = Some((kind, String::new()));
            }
            "Visible" => self.visible = true,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, element: &BytesEnd<'_>) -> Result<(), FileError> {
        match element.local_name().as_ref() {
            "Workbook" => self.closed = true,
            "Row" => self.row = self.row.saturating_add(1).saturating_add(self.span),
            "Comment" => self.comment = false,
            "Visible" => self.visible = false,
            "Data" if !self.comment => {
                if let (Some((kind, text)), Some(cell)) = (self.data.take(), self.cell.as_mut())
                    && let Some(value) = value(kind, text)
                {
                    cell.value = true;
                    self.collector.put(cell.at, value)?;
                }
            }
            "Cell" => {
                if let Some(cell) = self.cell.take() {
                    if cell.formula && !cell.value {
                        self.collector.formula_without_value(cell.at)?;
                    }
                    self.col = cell.at.col.saturating_add(cell.across).saturating_add(1);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some((_, data)) = self.data.as_mut().filter(|_| !self.comment) {
            data.push_str(text);
        } else if self.visible && text.trim().starts_with("SheetHidden") | text.trim().starts_with("SheetVeryHidden") {
            self.collector.hide();
        }
    }
}

/// `None` for an empty cell. A number that is none stays as the text it is.
fn value(kind: DataType, text: String) -> Option<CellValue> {
    let trimmed = text.trim();
    Some(match kind {
        DataType::Text if text.is_empty() => return None,
        _ if kind != DataType::Text && trimmed.is_empty() => return None,
        DataType::Number => match trimmed.parse() {
            Ok(number) => CellValue::Number(number),
            Err(_) => CellValue::Text(text.into()),
        },
        DataType::DateTime => date::from_iso(trimmed),
        DataType::Boolean => CellValue::Bool(trimmed == "1"),
        DataType::Error => CellValue::Error(trimmed.into()),
        DataType::Text => CellValue::Text(text.into()),
    })
}
