//! Where every reader puts its cells: checks addresses, sizes and numbers once, for all formats.

use std::sync::Arc;

use super::grid::{Cell, CellValue, Grid};
use super::limits::Limits;
use super::refusal;
use crate::diagnostic::Place;
use crate::error::FileError;
use crate::model::CellRef;

/// Collects the cells of one file, sheet by sheet, within its limits.
pub(super) struct Collector<'a> {
    limits: &'a Limits,
    used: usize,
    grids: Vec<Grid>,
    open: Option<Sheet>,
}

struct Sheet {
    name: Arc<str>,
    hidden: bool,
    cells: Vec<Cell>,
    merges: Vec<(CellRef, CellRef)>,
    formulas_without_value: Vec<CellRef>,
    percent: Vec<CellRef>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, used: 0, grids: Vec::new(), open: None }
    }

    /// Ends the sheet before and starts the next one.
    pub(super) fn begin(&mut self, name: &str, hidden: bool) -> Result<(), FileError> {
        self.end();
        if self.grids.len() >= self.limits.sheets {
            return Err(refusal::too_large(format!("シート（表）が{}を超えています。", self.limits.sheets)));
        }
        self.open = Some(Sheet {
            name: name.into(),
            hidden,
            cells: Vec::new(),
            merges: Vec::new(),
            formulas_without_value: Vec::new(),
            percent: Vec::new(),
        });
        Ok(())
    }

    /// Keeps a cell of the open sheet. Empty text is no cell; a number that is none becomes Excel's `#NUM!`.
    pub(super) fn put(&mut self, at: CellRef, value: CellValue) -> Result<(), FileError> {
        self.check_address(at)?;
        let value = match value {
            CellValue::Text(text) if text.is_empty() => return Ok(()),
            CellValue::Text(text) if self.too_long(&text) => {
                let limit = self.limits.cell_chars;
                let message = format!("ひとつのセルの文字が{limit}字を超えています。");
                return Err(refusal::too_large(message).at(self.place(Some(at))));
            }
            CellValue::Number(number) | CellValue::DateSerial(number) if !number.is_finite() => {
                CellValue::Error("#NUM!".into())
            }
            other => other,
        };
        self.used += 1;
        if self.used > self.limits.cells {
            let message = format!("文字や数値の入ったセルが{}個を超えています。", self.limits.cells);
            return Err(refusal::too_large(message).at(self.place(Some(at))));
        }
        if let Some(sheet) = &mut self.open {
            sheet.cells.push(Cell { at, value });
        }
        Ok(())
    }

    /// Keeps a merged range of the open sheet; one that is no range of a sheet is left out, it carries no figure.
    pub(super) fn merge(&mut self, from: CellRef, to: CellRef) {
        let inside = to.row < CellRef::MAX_ROWS && to.col < CellRef::MAX_COLS;
        if let Some(sheet) = &mut self.open
            && inside
            && from != to
            && from.row <= to.row
            && from.col <= to.col
            && sheet.merges.len() < self.limits.cells
        {
            sheet.merges.push((from, to));
        }
    }

    /// Notes a formula whose result the file does not hold.
    pub(super) fn formula_without_value(&mut self, at: CellRef) -> Result<(), FileError> {
        self.check_address(at)?;
        if let Some(sheet) = &mut self.open
            && sheet.formulas_without_value.len() < self.limits.cells
        {
            sheet.formulas_without_value.push(at);
        }
        Ok(())
    }

    /// Notes a cell whose format is a percentage, whatever it holds.
    pub(super) fn percent(&mut self, at: CellRef) {
        if let Some(sheet) = &mut self.open
            && sheet.percent.len() < self.limits.cells
        {
            sheet.percent.push(at);
        }
    }

    /// The sheet being read, with a cell of it, for a sentence.
    pub(super) fn place(&self, cell: Option<CellRef>) -> Place {
        Place {
            file: None,
            sheet: self.open.as_ref().map(|sheet| sheet.name.to_string()).filter(|name| !name.is_empty()),
            cell: cell.map(|at| at.to_string()),
        }
    }

    /// Where reading stopped, for a sentence: 「セルB7より後に」.
    pub(super) fn after_last(&self) -> String {
        let last = self.open.as_ref().and_then(|sheet| sheet.cells.last());
        last.map_or_else(|| "先頭のあたりに".to_owned(), |cell| format!("セル{}より後に", cell.at))
    }

    /// The refusal of a sheet that cannot be followed any further.
    pub(super) fn broken(&self) -> FileError {
        let message = format!("{}、読めないところがあります。ファイルが壊れています。", self.after_last());
        refusal::damaged(message).at(self.place(None))
    }

    /// How many cells of the limit are left.
    pub(super) fn left(&self) -> usize {
        self.limits.cells.saturating_sub(self.used)
    }

    /// Marks the open sheet as hidden, for formats that say so after the cells.
    pub(super) fn hide(&mut self) {
        if let Some(sheet) = &mut self.open {
            sheet.hidden = true;
        }
    }

    /// All grids, in the file's order.
    pub(super) fn finish(mut self) -> Vec<Grid> {
        self.end();
        self.grids
    }

    fn end(&mut self) {
        if let Some(sheet) = self.open.take() {
            let mut grid = Grid::new(sheet.name, sheet.hidden, sheet.cells, sheet.merges);
            grid.formulas_without_value = sheet.formulas_without_value;
            let mut percent = sheet.percent;
            // A mark of a template becomes a number.
            percent.retain(|at| match grid.get(*at) {
                Some(CellValue::Number(_)) => true,
                Some(CellValue::Text(text)) => text.contains(['{', '｛']),
                _ => false,
            });
            percent.sort_unstable();
            percent.dedup();
            grid.percent = percent;
            self.grids.push(grid);
        }
    }

    fn check_address(&self, at: CellRef) -> Result<(), FileError> {
        if at.row < CellRef::MAX_ROWS && at.col < CellRef::MAX_COLS {
            return Ok(());
        }
        let message =
            format!("{}、Excelの行数（1,048,576）か列数（16,384）を超えるセルがあります。", self.after_last());
        Err(refusal::too_large(message).at(self.place(None)))
    }

    fn too_long(&self, text: &str) -> bool {
        // Counting characters costs; bytes decide almost always.
        text.len() > self.limits.cell_chars && text.chars().count() > self.limits.cell_chars
    }
}
