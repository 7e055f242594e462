//! OpenDocument spreadsheets, read as a stream from the part that passed the gate.
//!
//! Not through calamine: it builds the whole rectangle while opening, knows no merged areas, and does not end when the
//! XML is cut short.

use quick_xml::events::{BytesEnd, BytesStart};

use super::collect::Collector;
use super::gate::Package;
use super::grid::{CellValue, Grid};
use super::limits::Limits;
use super::xml::{Ended, Walker};
use super::{date, refusal, xml};
use crate::error::FileError;
use crate::model::CellRef;

/// Reads the tables of an ods package.
///
/// # Errors
/// Encrypted, another OpenDocument, damaged, or beyond the limits.
pub(super) fn read(package: &Package, limits: &Limits) -> Result<Vec<Grid>, FileError> {
    let kind = package.part("mimetype").unwrap_or_default();
    if !kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
        return Err(refusal::not_a_table("表計算ではないOpenDocument文書"));
    }
    let manifest = package.part("META-INF/manifest.xml").unwrap_or_default();
    if memchr::memmem::find(manifest, b"encryption-data").is_some() {
        return Err(refusal::encrypted());
    }
    let content = package.part("content.xml").unwrap_or_default();
    let content = std::str::from_utf8(content).map_err(|_| xml::broken("文字コード"))?;
    let mut walk = Walk::new(limits);
    let ended = xml::walk(content, &mut walk)?;
    if walk.closed && ended == Ended::AtItsEnd { Ok(walk.collector.finish()) } else { Err(walk.collector.broken()) }
}

struct Walk<'l> {
    collector: Collector<'l>,
    /// Table styles that hide their sheet, and the style being read.
    hidden_styles: Vec<String>,
    style: String,
    row: u32,
    row_repeat: u32,
    /// The cells of the open row, kept until it is known how often the row stands.
    row_cells: Vec<(u32, CellValue)>,
    row_formulas: Vec<u32>,
    row_percent: Vec<u32>,
    col: u32,
    cell: Option<OpenCell>,
    /// Depth inside comments and ruby text, which are no content of the cell.
    aside: u32,
    closed: bool,
}

#[derive(Default)]
struct OpenCell {
    repeat: u32,
    kind: String,
    stated: Option<String>,
    text: String,
    paragraphs: u32,
    formula: bool,
}

impl Walker for Walk<'_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), FileError> {
        match element.name().as_ref() {
            "style:style" => self.style = xml::attribute(element, "name").unwrap_or_default(),
            "style:table-properties" if xml::attribute(element, "display").as_deref() == Some("false") => {
                self.hidden_styles.push(self.style.clone());
            }
            "table:table" => {
                let style = xml::attribute(element, "style-name").unwrap_or_default();
                let hidden = self.hidden_styles.contains(&style);
                self.collector.begin(&xml::attribute(element, "name").unwrap_or_default(), hidden)?;
                self.row = 0;
            }
            "table:table-row" => {
                self.row_repeat = xml::number(element, "number-rows-repeated")?.unwrap_or(1).max(1);
                self.col = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => self.start_cell(element)?,
            "office:annotation" | "text:ruby-text" => self.aside += 1,
            "text:p" if self.aside == 0 => {
                if let Some(cell) = &mut self.cell {
                    cell.paragraphs += 1;
                    if cell.paragraphs > 1 {
                        cell.text.push('\n');
                    }
                }
            }
            "text:s" => {
                let count = xml::number(element, "c")?.unwrap_or(1).min(1000);
                self.text(&" ".repeat(count as usize));
            }
            "text:tab" => self.text("\t"),
            "text:line-break" => self.text("\n"),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, element: &BytesEnd<'_>) -> Result<(), FileError> {
        match element.name().as_ref() {
            "office:document-content" => self.closed = true,
            "office:annotation" | "text:ruby-text" => self.aside = self.aside.saturating_sub(1),
            "table:table-row" => self.end_row()?,
            "table:table-cell" | "table:covered-table-cell" => {
                if let Some(cell) = self.cell.take() {
                    self.end_cell(cell);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| cell.paragraphs > 0 && self.aside == 0) {
            cell.text.push_str(text);
        }
    }
}

impl<'l> Walk<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self {
            collector: Collector::new(limits),
            hidden_styles: Vec::new(),
            style: String::new(),
            row: 0,
            row_repeat: 1,
            row_cells: Vec::new(),
            row_formulas: Vec::new(),
            row_percent: Vec::new(),
            col: 0,
            cell: None,
            aside: 0,
            closed: false,
        }
    }

    fn start_cell(&mut self, element: &BytesStart<'_>) -> Result<(), FileError> {
        let at = CellRef::new(self.row, self.col);
        let across = xml::number(element, "number-columns-spanned")?.unwrap_or(1).max(1);
        let down = xml::number(element, "number-rows-spanned")?.unwrap_or(1).max(1);
        let to = CellRef::new(at.row.saturating_add(down - 1), at.col.saturating_add(across - 1));
        self.collector.merge(at, to);
        let kind = xml::attribute(element, "value-type").unwrap_or_default();
        let stated = match kind.as_str() {
            "float" | "percentage" | "currency" => xml::attribute(element, "value"),
            "date" => xml::attribute(element, "date-value"),
            "time" => xml::attribute(element, "time-value"),
            "boolean" => xml::attribute(element, "boolean-value"),
            _ => xml::attribute(element, "string-value"),
        };
        self.cell = Some(OpenCell {
            repeat: xml::number(element, "number-columns-repeated")?.unwrap_or(1).max(1),
            kind,
            stated,
            formula: xml::attribute(element, "formula").is_some(),
            ..OpenCell::default()
        });
        Ok(())
    }

    fn end_cell(&mut self, cell: OpenCell) {
        let (repeat, formula) = (cell.repeat, cell.formula);
        let percentage = cell.kind == "percentage";
        let value = value(cell);
        // One more than the limit is enough to be refused when the row is kept.
        let room = u32::try_from(self.collector.left()).unwrap_or(u32::MAX).saturating_add(1);
        let repeated = repeat.min(CellRef::MAX_COLS + 1).min(room);
        match value {
            Some(value) => {
                let start = self.col;
                let cols = (0..repeated).map(move |step| start.saturating_add(step));
                if percentage {
                    self.row_percent.extend(cols.clone());
                }
                self.row_cells.extend(cols.map(|col| (col, value.clone())));
            }
            None if formula => self.row_formulas.push(self.col),
            None => {}
        }
        self.col = self.col.saturating_add(repeat);
    }

    fn end_row(&mut self) -> Result<(), FileError> {
        let cells = std::mem::take(&mut self.row_cells);
        let formulas = std::mem::take(&mut self.row_formulas);
        let percent = std::mem::take(&mut self.row_percent);
        if !cells.is_empty() || !formulas.is_empty() {
            for step in 0..self.row_repeat {
                let row = self.row.saturating_add(step);
                for (col, value) in &cells {
                    self.collector.put(CellRef::new(row, *col), value.clone())?;
                }
                percent.iter().for_each(|col| self.collector.percent(CellRef::new(row, *col)));
                for col in &formulas {
                    self.collector.formula_without_value(CellRef::new(row, *col))?;
                }
            }
        }
        self.row = self.row.saturating_add(self.row_repeat);
        Ok(())
    }
}

fn value(cell: OpenCell) -> Option<CellValue> {
    let OpenCell { kind, stated, text, .. } = cell;
    let value = match (kind.as_str(), stated) {
        ("float" | "percentage" | "currency", Some(number)) => match number.trim().parse() {
            Ok(number) => CellValue::Number(number),
            Err(_) => CellValue::Text(text.into()),
        },
        ("date", Some(day)) => date::from_iso(&day),
        ("boolean", Some(flag)) => CellValue::Bool(flag.eq_ignore_ascii_case("true")),
        ("string", Some(stated)) => CellValue::Text(stated.into()),
        _ => CellValue::Text(text.into()),
    };
    (value != CellValue::Text("".into())).then_some(value)
}
