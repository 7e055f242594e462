//! What runs down a grid: the columns of codes, prefectures, area names and periods.

use std::collections::HashMap;

use super::carry::own_text;
use super::heads::is_figure;
use crate::catalog::{Catalog, Lookup};
use crate::model::{AreaLevel, CellRef};
use crate::notation::{BareYear, EraCarry, find_unit_in, fold, is_note, parse_period, parse_unit};
use crate::read::{CellValue, Grid};

/// Keys that run down need at least this many rows.
const FEW_ROWS: usize = 3;
/// Rows looked at to tell what a column holds: a table is like its first rows.
const SAMPLE: usize = 400;

/// The columns that say what a row is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axes {
    pub code: Option<u32>,
    pub prefecture: Option<u32>,
    /// Columns of area names, left to right; several stand side by side
    pub areas: Vec<u32>,
    pub period: Option<u32>,
    /// Columns whose words say what a row counts, outermost first
    pub labels: Vec<u32>,
    /// The column of units
    pub unit: Option<u32>,
    /// Further columns of years, such as 2015 beside 平成27
    pub years: Vec<u32>,
    /// The first row with a key and a figure, zero-based
    pub first_row: u32,
}

#[derive(Default)]
struct Tally {
    filled: usize,
    codes: usize,
    prefectures: usize,
    areas: usize,
    periods: usize,
    numbers: usize,
    years: usize,
    eras: EraCarry,
}

/// What runs down a grid; `None` when neither areas nor periods nor names of figures do.
pub fn find(grid: &Grid, catalog: &Catalog) -> Option<Axes> {
    let mut tallies: HashMap<u32, Tally> = HashMap::new();
    for cell in grid.rows().take(SAMPLE).flatten() {
        let tally = tallies.entry(cell.at.col).or_default();
        tally.filled += 1;
        let text = cell.value.display();
        let text = text.trim();
        if let Some(number) = cell.value.as_number() {
            tally.numbers += 1;
            tally.years += usize::from(number.fract() == 0.0 && (1900.0..=2100.0).contains(&number));
        }
        if is_code(text, catalog) {
            tally.codes += 1;
        } else if let Some(level) = level_of(text, catalog) {
            tally.areas += 1;
            tally.prefectures += usize::from(level == AreaLevel::Prefecture);
        }
        // A plain number is a year only where its column is nothing else.
        if tally.eras.read(text, BareYear::Calendar).is_some() {
            tally.periods += 1;
        }
    }
    let most = |count: fn(&Tally) -> usize| -> Option<(u32, usize)> {
        let counts = tallies.iter().map(|(col, tally)| (*col, tally, count(tally)));
        let fitting = counts.filter(|(_, tally, n)| *n >= FEW_ROWS && n * 2 > tally.filled);
        fitting.map(|(col, _, n)| (col, n)).max_by_key(|(col, n)| (*n, std::cmp::Reverse(*col)))
    };
    let code = most(|tally| tally.codes).map(|(col, _)| col);
    let prefecture =
        most(|tally| if tally.prefectures == tally.areas { tally.prefectures } else { 0 }).map(|(col, _)| col);
    let best = most(|tally| if tally.prefectures < tally.areas { tally.areas } else { 0 }).map_or(0, |(_, n)| n);
    let mut areas: Vec<u32> = tallies
        .iter()
        .filter(|(_, tally)| tally.prefectures < tally.areas && tally.areas >= FEW_ROWS && tally.areas * 3 >= best)
        .filter(|(_, tally)| tally.areas * 2 > tally.filled)
        .map(|(col, _)| *col)
        .collect();
    areas.sort_unstable();
    // A table of prefectures: their column is the column of areas.
    let (prefecture, areas) = match (prefecture, areas.is_empty()) {
        (Some(only), true) => (None, vec![only]),
        (prefecture, _) => (prefecture, areas),
    };
    let period =
        most(|tally| tally.periods).map(|(col, _)| col).filter(|col| !areas.contains(col) && code != Some(*col));
    let mut years: Vec<u32> = tallies
        .iter()
        .filter(|(col, tally)| {
            Some(**col) != period && period.is_some() && tally.years >= FEW_ROWS && tally.years == tally.numbers
        })
        .map(|(col, _)| *col)
        .collect();
    years.sort_unstable();
    let mut axes = Axes { code, prefecture, areas, period, years, ..Axes::default() };
    axes.first_row = first_row(grid, &axes, catalog).or_else(|| first_labelled_row(grid))?;
    if axes.prefecture.is_none() {
        // Written once for all its towns, a prefecture stands in too few cells to be counted.
        let first = axes.areas.first().copied().unwrap_or_default();
        let said = |col: &u32| level_of(&own_text(grid, CellRef::new(axes.first_row, *col)), catalog);
        axes.prefecture = (0..first).find(|col| said(col) == Some(AreaLevel::Prefecture));
    }
    axes.unit = unit_column(grid, &axes);
    if !axes.rows_are_told_apart(grid) {
        axes.labels = label_columns(grid, &axes);
    }
    (axes.has_keys() || !axes.labels.is_empty()).then_some(axes)
}

/// The first row with words at its left and figures that are not all years.
fn first_labelled_row(grid: &Grid) -> Option<u32> {
    let rows = grid.rows().filter_map(|cells| Some((cells.first()?.at.row, cells)));
    let mut fitting = rows.filter(|(_, cells)| {
        let words = cells.first().and_then(|cell| cell.value.as_text());
        let words = words.is_some_and(|text| !is_figure(&CellValue::Text(text.into())) && !is_note(text));
        let figures: Vec<_> = cells.iter().skip(1).filter(|cell| is_figure(&cell.value)).collect();
        let year = |value: &CellValue| parse_period(&value.display(), BareYear::Calendar).is_some();
        words && !figures.is_empty() && !figures.iter().all(|cell| year(&cell.value))
    });
    let first = fitting.next()?;
    // One such row is a remark beside a number.
    fitting.next().map(|_| first.0)
}

/// The column whose every word is a unit.
fn unit_column(grid: &Grid, axes: &Axes) -> Option<u32> {
    let rows = axes.figure_rows(grid);
    let first_figure = axes.first_figure(grid)?;
    (0..first_figure).filter(|col| !axes.is_key(*col)).find(|col| {
        let texts: Vec<String> = rows.iter().map(|row| own_text(grid, CellRef::new(*row, *col))).collect();
        let filled = texts.iter().filter(|text| !text.is_empty()).count();
        filled > 0 && texts.iter().filter(|text| !text.is_empty()).all(|text| is_bare_unit(text))
    })
}

/// A unit and nothing else: 「人口（人）」 names figures.
fn is_bare_unit(text: &str) -> bool {
    let folded = fold(text);
    parse_unit(text).is_some() && (find_unit_in(text).is_none() || folded.starts_with(['(', '【', '[', '単']))
}

/// Columns of words left of the figures.
fn label_columns(grid: &Grid, axes: &Axes) -> Vec<u32> {
    let rows = axes.figure_rows(grid);
    let Some(first_figure) = axes.first_figure(grid) else { return Vec::new() };
    let others = (0..first_figure).filter(|col| !axes.is_key(*col) && axes.unit != Some(*col));
    others
        .filter(|col| {
            let words = |row: &u32| {
                let text = own_text(grid, CellRef::new(*row, *col));
                !text.is_empty() && !is_figure(&CellValue::Text(text.as_str().into()))
            };
            rows.iter().any(words)
        })
        .collect()
}

fn first_row(grid: &Grid, axes: &Axes, catalog: &Catalog) -> Option<u32> {
    grid.rows().filter_map(|cells| Some((cells.first()?.at.row, cells))).find_map(|(row, cells)| {
        let text = |col: &u32| grid.get(CellRef::new(row, *col)).map(CellValue::display).unwrap_or_default();
        let keyed = axes.code.iter().any(|col| is_code(text(col).trim(), catalog))
            || axes.areas.iter().any(|col| level_of(text(col).trim(), catalog).is_some())
            || axes.areas.is_empty()
                && axes.period.iter().any(|col| EraCarry::new().read(&text(col), BareYear::Calendar).is_some());
        let figures = cells.iter().any(|cell| !axes.is_key(cell.at.col) && is_figure(&cell.value));
        (keyed && figures).then_some(row)
    })
}

impl Axes {
    /// Whether areas or periods run down.
    pub fn has_keys(&self) -> bool {
        self.code.is_some() || !self.areas.is_empty() || self.period.is_some()
    }

    /// The rows of the body that hold figures.
    pub fn figure_rows(&self, grid: &Grid) -> Vec<u32> {
        let body = grid.rows().filter_map(|cells| Some((cells.first()?.at.row, cells)));
        body.filter(|(row, cells)| {
            let note = cells.first().and_then(|cell| cell.value.as_text()).is_some_and(is_note);
            *row >= self.first_row
                && !note
                && cells.iter().any(|cell| !self.is_key(cell.at.col) && is_figure(&cell.value))
        })
        .map(|(row, _)| row)
        .collect()
    }

    /// The first column with figures in most rows of the body.
    fn first_figure(&self, grid: &Grid) -> Option<u32> {
        let rows = self.figure_rows(grid);
        (0..=grid.extent()?.col).filter(|col| !self.is_key(*col)).find(|col| {
            let figures = rows.iter().filter(|row| grid.get(CellRef::new(**row, *col)).is_some_and(is_figure)).count();
            figures * 2 > rows.len()
        })
    }

    /// Whether areas and periods alone tell the rows apart; if not, further words do.
    fn rows_are_told_apart(&self, grid: &Grid) -> bool {
        if !self.has_keys() {
            return false;
        }
        // Several columns of areas stand side by side: each has rows of its own.
        let keys = [self.code, self.areas.first().copied(), self.period];
        let columns: Vec<u32> = keys.into_iter().flatten().chain(self.prefecture).collect();
        let rows = self.figure_rows(grid);
        let mut seen = std::collections::HashSet::new();
        let twice = rows
            .iter()
            .filter(|row| {
                let key: Vec<String> = columns.iter().map(|col| own_text(grid, CellRef::new(**row, *col))).collect();
                // An empty key belongs to the row above.
                key.iter().all(String::is_empty) || !seen.insert(key)
            })
            .count();
        twice * 3 <= rows.len()
    }

    /// Whether a column says what its rows are about.
    pub fn is_key(&self, col: u32) -> bool {
        self.areas.contains(&col)
            || self.years.contains(&col)
            || self.labels.contains(&col)
            || [self.code, self.prefecture, self.period, self.unit].contains(&Some(col))
    }

    /// The column of areas a column of figures belongs to: the nearest on its left.
    pub fn area_of(&self, col: u32) -> Option<u32> {
        self.areas.iter().rev().find(|area| **area < col).or(self.areas.first()).copied()
    }
}

fn is_code(text: &str, catalog: &Catalog) -> bool {
    (5..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && catalog.find_code(text) != Lookup::None
}

/// The level of a name of the catalog, also of one that several areas share.
pub fn level_of(text: &str, catalog: &Catalog) -> Option<AreaLevel> {
    if text.is_empty() || text.chars().count() > 20 || text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    catalog.find_name(text).candidates().first().map(|area| area.level)
}
