//! What every reader makes of a file: named grids of cells with the addresses a person sees in Excel.

use std::sync::Arc;

use crate::model::{CellRef, Date, SourceFile};

/// What a cell holds, as the file says it. Empty cells are not kept.
#[derive(Clone, Debug, PartialEq)]
pub enum CellValue {
    /// Text as written
    Text(Arc<str>),
    /// A number at full precision
    Number(f64),
    /// A date or time as Excel's serial number (1900 system)
    DateSerial(f64),
    /// TRUE or FALSE
    Bool(bool),
    /// An error such as `#DIV/0!`
    Error(Arc<str>),
}

impl CellValue {
    /// The text, if the cell holds text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if the cell holds one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The day, if the cell holds a date.
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Self::DateSerial(serial) => super::date::of_serial(*serial),
            _ => None,
        }
    }

    /// The cell as text: numbers without a trailing `.0`.
    pub fn display(&self) -> String {
        match self {
            Self::Text(text) | Self::Error(text) => text.to_string(),
            Self::Number(number) | Self::DateSerial(number) => format!("{number}"),
            Self::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        }
    }
}

/// One cell that is not empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Where
    pub at: CellRef,
    /// What
    pub value: CellValue,
}

/// One sheet, or the one table of a text file: its cells in row order.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// The sheet's name; empty for text files.
    pub name: Arc<str>,
    /// Hidden or very hidden.
    pub hidden: bool,
    cells: Vec<Cell>,
    /// Merged ranges, top-left and bottom-right.
    pub merges: Vec<(CellRef, CellRef)>,
    /// Formulas whose result the file does not hold (never calculated, or saved by a program): the cell looks empty
    /// here but is not. Filled for xlsx, ods and SpreadsheetML; a `.xls` always holds a result.
    pub formulas_without_value: Vec<CellRef>,
    /// Numbers that the file shows times 100 with a percent sign, in row order: the value 0.194 is seen as 19.4 %.
    /// Not known for CSV and HTML, where the sign is part of the text.
    pub percent: Vec<CellRef>,
}

impl Grid {
    /// A grid of cells in any order; of two cells at one address the later one stays.
    pub fn new(name: impl Into<Arc<str>>, hidden: bool, mut cells: Vec<Cell>, merges: Vec<(CellRef, CellRef)>) -> Self {
        if !cells.windows(2).all(|pair| matches!(pair, [a, b] if a.at < b.at)) {
            cells.reverse();
            cells.sort_by_key(|cell| cell.at);
            cells.dedup_by_key(|cell| cell.at);
        }
        Self { name: name.into(), hidden, cells, merges, formulas_without_value: Vec::new(), percent: Vec::new() }
    }

    /// All cells, row by row.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cell at an address, `None` when it is empty.
    pub fn get(&self, at: CellRef) -> Option<&CellValue> {
        let index = self.cells.binary_search_by_key(&at, |cell| cell.at).ok()?;
        self.cells.get(index).map(|cell| &cell.value)
    }

    /// Whether a person sees this number times 100 with a percent sign.
    pub fn is_percent(&self, at: CellRef) -> bool {
        self.percent.binary_search(&at).is_ok()
    }

    /// The text at an address.
    pub fn text(&self, row: u32, col: u32) -> Option<&str> {
        self.get(CellRef::new(row, col)).and_then(CellValue::as_text)
    }

    /// The cells of one row, left to right.
    pub fn row(&self, row: u32) -> &[Cell] {
        let start = self.cells.partition_point(|cell| cell.at.row < row);
        let end = self.cells.partition_point(|cell| cell.at.row <= row);
        self.cells.get(start..end).unwrap_or_default()
    }

    /// The rows that hold anything, top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunk_by(|a, b| a.at.row == b.at.row)
    }

    /// The value a person sees at an address: of a merged area that of its top-left cell.
    pub fn get_merged(&self, at: CellRef) -> Option<&CellValue> {
        self.get(at).or_else(|| self.get(self.merge_anchor(at)?))
    }

    /// The top-left cell of the merged area an address lies in.
    pub fn merge_anchor(&self, at: CellRef) -> Option<CellRef> {
        self.merges
            .iter()
            .find(|(from, to)| (from.row..=to.row).contains(&at.row) && (from.col..=to.col).contains(&at.col))
            .map(|(from, _)| *from)
    }

    /// Last used row and column, `None` for an empty grid.
    pub fn extent(&self) -> Option<CellRef> {
        Some(CellRef::new(self.cells.last()?.at.row, self.cells.iter().map(|cell| cell.at.col).max()?))
    }
}

/// A file that was read: its identity and its grids in the file's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    /// Name, hash and 出力日
    pub file: Arc<SourceFile>,
    /// What the bytes are
    pub kind: BookKind,
    /// The sheets
    pub grids: Vec<Grid>,
}

/// What the bytes of a file are, whatever its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookKind {
    /// Excel 2007 and later
    Xlsx,
    /// Excel 97–2003 (BIFF)
    Xls,
    /// OpenDocument
    Ods,
    /// Comma- or tab-separated text
    Csv,
    /// An HTML table saved under a workbook's name
    Html,
    /// SpreadsheetML 2003
    SpreadsheetMl,
}
