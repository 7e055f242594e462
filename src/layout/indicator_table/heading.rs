//! Where the tables of a sheet stand: their headings, the rows under each, and where another table begins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Catalog, Lookup};
use crate::layout::heading_text;
use crate::model::CellRef;
use crate::notation::{BareYear, fold, is_note, is_padding, parse_number, parse_period};
use crate::read::{Cell, CellValue, Grid};

/// The first heading row is looked for in this many rows from the top (seen in rows 1–12; notes may be added above).
const HEADING_ROWS: u32 = 30;

/// Longer texts, in bytes, are no heading of a column that tells the table.
const LONGEST_WORD: usize = 60;

/// Where the columns of a table stand.
#[derive(PartialEq)]
pub(super) struct Heading {
    pub row: u32,
    pub series: u32,
    pub unit: u32,
    /// 時系列 has a column of areas; 地域別 has none.
    pub area: Option<u32>,
    /// Columns of figures: column → heading
    pub columns: BTreeMap<u32, Arc<str>>,
}

/// A row of figures.
pub(super) struct TableRow {
    pub row: u32,
    pub area: Option<Arc<str>>,
    pub series: Arc<str>,
    pub unit: Option<Arc<str>>,
}

impl TableRow {
    fn words(&self) -> (Option<&str>, String) {
        (self.area.as_deref(), fold(&self.series))
    }
}

/// One table of a sheet.
pub(super) struct Table<'g> {
    pub grid: &'g Grid,
    pub heading: Heading,
    /// The first row that belongs to nothing above: 0 for the first table of a sheet
    pub top: u32,
    /// The row behind its last one, where something else begins
    pub end: u32,
    pub rows: Vec<TableRow>,
    /// A row that looks like a heading but is none that can be read; what stands below it is not this table's
    pub stray: Option<u32>,
}

/// Every table of a sheet, top to bottom: each heading opens one.
pub(super) fn find_tables<'g>(grid: &'g Grid, catalog: &Catalog) -> Vec<Table<'g>> {
    let mut found: Vec<Heading> = Vec::new();
    for cells in grid.rows() {
        if found.is_empty() && cells.first().is_none_or(|cell| cell.at.row >= HEADING_ROWS) {
            break;
        }
        found.extend(heading_of(cells));
    }
    let ends: Vec<u32> = found.iter().skip(1).map(|heading| heading.row).chain([u32::MAX]).collect();
    let mut tables: Vec<Table<'g>> = Vec::with_capacity(found.len());
    for (heading, end) in found.into_iter().zip(ends) {
        let top = tables.last().map_or(0, |above| above.rows.last().map_or(above.heading.row, |row| row.row) + 1);
        tables.push(table(grid, heading, (top, end), catalog));
    }
    tables
}

impl Heading {
    /// Whether a heading says what the one above it says, as on every page of a long table.
    pub fn repeats(&self, above: &Self) -> bool {
        Self { row: above.row, columns: self.columns.clone(), ..*self } == *above
    }

    /// Whether a row below is a heading, too, but not one of this kind of table: its figures would be of other periods.
    /// A row of periods or areas right below the heading only explains it, so those count `after_figures` alone.
    fn is_like(&self, grid: &Grid, row: u32, after_figures: bool, catalog: &Catalog) -> bool {
        if grid.row(row).first().and_then(|cell| cell.value.as_text()).is_some_and(is_note) {
            return false;
        }
        let word = |col: u32| grid.text(row, col).filter(|text| text.len() <= LONGEST_WORD).and_then(word);
        let named =
            [Some(self.series), Some(self.unit), self.area].into_iter().flatten().any(|col| word(col).is_some());
        if named || !after_figures {
            return named;
        }
        let mut filled = self.columns.keys().filter_map(|col| grid.get(CellRef::new(row, *col))).peekable();
        let names_period = |text: &str| {
            parse_number(text).is_none()
                && [BareYear::Fiscal, BareYear::Calendar].into_iter().any(|bare| parse_period(text, bare).is_some())
        };
        let names_area = |text: &str| !matches!(catalog.find_name(text), Lookup::None);
        filled.peek().is_some()
            && filled.all(|value| {
                value.as_text().is_some_and(|text| match self.area {
                    Some(_) => names_period(text),
                    None => names_area(text),
                })
            })
    }
}

/// The words over the columns that make a table one of this layout.
#[derive(PartialEq, Eq)]
enum Word {
    Series,
    Unit,
    Area,
}

fn word(text: &str) -> Option<Word> {
    match fold(text).as_str() {
        "指標(系列)" | "指標" | "系列" => Some(Word::Series),
        "単位" => Some(Word::Unit),
        "地域" | "地域名" => Some(Word::Area),
        _ => None,
    }
}

fn heading_of(cells: &[Cell]) -> Option<Heading> {
    let (mut series, mut unit, mut area) = (None, None, None);
    for cell in cells {
        let Some(text) = cell.value.as_text().filter(|text| text.len() <= LONGEST_WORD) else { continue };
        let slot = match word(text) {
            Some(Word::Series) => &mut series,
            Some(Word::Unit) => &mut unit,
            Some(Word::Area) => &mut area,
            None => continue,
        };
        // A heading written twice leaves the table in doubt; the first one counts and the rest is no column.
        if slot.is_none() {
            *slot = Some(cell.at.col);
        }
    }
    let (series, unit) = (series?, unit?);
    let columns = cells
        .iter()
        .filter(|cell| cell.at.col != series && cell.at.col != unit && Some(cell.at.col) != area)
        .map(|cell| (cell.at.col, heading_text(&cell.value)))
        .filter(|(_, text)| !text.trim().is_empty() && !is_padding(text))
        .map(|(col, text)| (col, Arc::from(text.as_str())))
        .collect();
    Some(Heading { row: cells.first()?.at.row, series, unit, area, columns })
}

fn table<'g>(grid: &'g Grid, heading: Heading, (top, end): (u32, u32), catalog: &Catalog) -> Table<'g> {
    let below = grid.rows().filter_map(|cells| Some(cells.first()?.at.row));
    let below: Vec<u32> = below.filter(|row| (heading.row + 1..end).contains(row)).collect();
    let is_number = |value: &CellValue| {
        value.as_number().is_some() || value.as_text().is_some_and(|text| parse_number(text).is_some())
    };
    let has_figures = |row: &&u32| {
        let mut values = heading.columns.keys().filter_map(|col| grid.get(CellRef::new(**row, *col)));
        values.any(is_number)
    };
    let (first, last) = (below.iter().find(has_figures).copied(), below.iter().rfind(has_figures).copied());
    // Below the last figures a heading opens nothing.
    let stray = below.iter().copied().filter(|row| last.is_some_and(|last| *row < last));
    let stray =
        stray.into_iter().find(|row| heading.is_like(grid, *row, first.is_some_and(|first| first < *row), catalog));
    let last = stray.unwrap_or(end);
    let rows = below.into_iter().filter(|row| *row < last).filter_map(|row| table_row(grid, &heading, row, last));
    Table { rows: rows.collect(), grid, heading, top, end: last, stray }
}

/// A row of figures: it has a series (and an area, where the table has a column of areas) that is no filler or note.
fn table_row(grid: &Grid, heading: &Heading, row: u32, end: u32) -> Option<TableRow> {
    let text = |col: u32| {
        let text = grid.get_merged(CellRef::new(row, col))?.display();
        (!text.trim().is_empty() && !is_padding(&text)).then_some(text)
    };
    let first = grid.row(row).first()?.value.as_text().unwrap_or_default();
    let area = heading.area.and_then(text);
    if heading.area.is_some() && area.as_deref().is_none_or(is_note) {
        return None;
    }
    let series = text(heading.series).filter(|series| !is_note(first) || !is_note(series));
    // A table of one series may leave the series' cells empty.
    let series = match (&series, &area) {
        (Some(series), _) => series.as_str(),
        (None, Some(_)) => "",
        (None, None) => return None,
    };
    if heading.area.is_none() && is_note(series) {
        return None;
    }
    let unit = text(heading.unit).map(|unit| Arc::from(unit.as_str()));
    // A title over the next table is no row of this one.
    let filled = || heading.columns.keys().any(|col| grid.get(CellRef::new(row, *col)).is_some());
    if end != u32::MAX && series.is_empty() && unit.is_none() && !filled() {
        return None;
    }
    Some(TableRow { row, area: area.map(|area| Arc::from(area.trim())), series: Arc::from(series), unit })
}

impl Table<'_> {
    /// Whether a row of this table is one of the other's as well.
    pub fn shares_rows(&self, other: &Self) -> bool {
        let known: BTreeSet<(Option<&str>, String)> = other.rows.iter().map(TableRow::words).collect();
        self.rows.iter().any(|row| known.contains(&row.words()))
    }

    /// The texts that speak of this table alone: between what is above and its heading.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.grid
            .cells()
            .iter()
            .filter(|cell| (self.top..self.heading.row).contains(&cell.at.row))
            .filter_map(|cell| cell.value.as_text())
    }

    /// The notes below its heading.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.grid
            .cells()
            .iter()
            .filter(|cell| (self.heading.row..self.end).contains(&cell.at.row))
            .filter_map(|cell| cell.value.as_text())
            .filter(|text| is_note(text))
    }

    /// The most decimals any number of the table shows; `None` where the figures are at full precision.
    pub fn shown_decimals(&self) -> Option<u8> {
        let decimals = self
            .rows
            .iter()
            .flat_map(|row| self.heading.columns.keys().map(|col| CellRef::new(row.row, *col)))
            .filter_map(|at| self.grid.get(at))
            .filter_map(|value| match value {
                CellValue::Number(_) | CellValue::Text(_) => {
                    let text = value.display();
                    let digits = text.trim().rsplit_once(['.', '．'])?.1;
                    Some(digits.chars().take_while(char::is_ascii_digit).count())
                }
                _ => None,
            })
            .max()
            .unwrap_or(0);
        // The system rounds to three decimals at most (import-layouts, L2 precision).
        (decimals <= 4).then_some(decimals as u8)
    }
}
