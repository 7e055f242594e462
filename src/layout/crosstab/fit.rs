//! Whether a saved reading fits a sheet: where its columns stand, and what the titles say.

use std::borrow::Cow;

use super::years::{self, Years};
use super::{heads, titles};
use crate::catalog::Catalog;
use crate::layout::mapping::{Column, Mapping, SHEET_NAME, TITLE};
use crate::model::CellRef;
use crate::notation::{BareYear, Unit, find_unit_in, fold, has_unit_label, parse_period, parse_unit};
use crate::read::{Book, Grid};

/// A mapping found on a grid: its columns by their index.
pub(super) struct Fitted<'m> {
    pub code: Option<u32>,
    pub prefecture: Option<u32>,
    pub area: Option<u32>,
    pub period: Option<u32>,
    pub labels: Vec<u32>,
    pub unit: Option<u32>,
    pub columns: Vec<FittedColumn<'m>>,
    /// The columns' years, where they are not those of the mapping
    pub years: Option<Years>,
    pub said: Titles,
}

/// A column of figures found on a grid.
pub(super) struct FittedColumn<'m> {
    pub col: u32,
    /// The column of its areas, where the table has several side by side
    pub area_column: Option<u32>,
    /// What it means: as saved, or with the period of this table's heading
    pub column: Cow<'m, Column>,
}

/// What the titles over a grid say.
pub(super) struct Titles {
    pub period: Option<String>,
    pub area: Option<String>,
    units: Vec<Unit>,
    /// A unit is named that is not understood
    unclear: bool,
}

impl Titles {
    fn of(book: &Book, grid: &Grid, first_heading: u32, catalog: &Catalog) -> Self {
        let all = titles::above(grid, first_heading);
        let units: Vec<Unit> = all.iter().filter_map(|title| find_unit_in(title)).collect();
        let unclear = all.iter().any(|title| has_unit_label(title) && find_unit_in(title).is_none());
        Self { period: titles::period(&all, &book.file.name), area: titles::area(&all, catalog), units, unclear }
    }

    /// Whether the table says of itself something else than the mapping: another year, place or unit.
    pub fn contradicts(&self, mapping: &Mapping, sheet: &str, catalog: &Catalog) -> bool {
        let bare = bare_year(mapping);
        let key = |text: &str| parse_period(text, bare).map(|period| period.key());
        let period = match (mapping.period.as_deref(), &self.period) {
            (Some(TITLE), said) => said.is_none(),
            (Some(fixed), Some(said)) => key(fixed) != key(said),
            _ => false,
        };
        let place = |text: &str| catalog.find_name(text).one();
        let area = match (mapping.area.as_deref(), &self.area) {
            (Some(TITLE), said) => said.is_none(),
            (None, _) | (_, None) => false,
            (Some(SHEET_NAME), Some(said)) => place(sheet) != place(said),
            (Some(fixed), Some(said)) => place(fixed) != place(said),
        };
        let unit = mapping.unit_column.is_none()
            && mapping.columns.iter().filter(|column| parse_unit(&column.heading).is_none()).any(|column| {
                let own = column.unit.as_deref().and_then(parse_unit);
                let rows = || mapping.rows.iter().any(|row| row.unit.is_some());
                !self.units.is_empty() && own.map_or_else(|| !rows(), |own| !self.units.contains(&own))
            });
        period || area || unit || self.unclear
    }
}

/// What a year without 年 and 年度 is under a mapping.
pub(super) fn bare_year(mapping: &Mapping) -> BareYear {
    if mapping.calendar { BareYear::Calendar } else { BareYear::Fiscal }
}

/// The headings of a grid, by their columns.
struct Headings {
    folded: Vec<String>,
}

impl Headings {
    fn width(&self) -> u32 {
        self.folded.len() as u32
    }

    fn with(&self, heading: &str) -> Vec<u32> {
        let wanted = fold(heading);
        (0..self.width()).zip(&self.folded).filter(|(_, folded)| **folded == wanted).map(|(col, _)| col).collect()
    }

    /// A key column is named by its heading, or by its letter where several share one or it has none.
    fn key(&self, name: &str) -> Option<u32> {
        match self.with(name).as_slice() {
            [one] => Some(*one),
            _ => letter(name).filter(|col| *col < self.width()),
        }
    }

    fn key_or_none(&self, name: Option<&String>) -> Option<Option<u32>> {
        name.map_or(Some(None), |name| self.key(name).map(Some))
    }
}

/// Finds a mapping's columns by their headings; `None` when one is not there, or cannot be told from another.
pub(super) fn fit<'m>(book: &Book, grid: &Grid, mapping: &'m Mapping, catalog: &Catalog) -> Option<Fitted<'m>> {
    let (first, last) = (mapping.heading[0].checked_sub(1)?, mapping.heading[1].checked_sub(1)?);
    let said = Titles::of(book, grid, first, catalog);
    let width = grid.extent()?.col + 1;
    let folded = (0..width).map(|col| fold(&heads::path(grid, first, last, col))).collect();
    let headings = Headings { folded };
    let mut years = None;
    let mut columns = as_saved(mapping, &headings).unwrap_or_default();
    if let Some(found) = years::follow(grid, mapping, catalog, !columns.is_empty()) {
        let own = |(col, column)| FittedColumn { col, area_column: None, column: Cow::Owned(column) };
        columns.extend(found.columns.into_iter().map(own));
        years = Some(found.years);
    }
    let fitted = Fitted {
        code: headings.key_or_none(mapping.code.as_ref())?,
        prefecture: headings.key_or_none(mapping.prefecture.as_ref())?,
        area: headings.key_or_none(mapping.area_column.as_ref())?,
        period: headings.key_or_none(mapping.period_column.as_ref())?,
        labels: mapping.label_columns.iter().map(|name| headings.key(name)).collect::<Option<_>>()?,
        unit: headings.key_or_none(mapping.unit_column.as_ref())?,
        columns,
        years,
        said,
    };
    (!fitted.columns.is_empty() && fitted.stand_apart()).then_some(fitted)
}

/// The columns whose headings are as they were saved.
fn as_saved<'m>(mapping: &'m Mapping, headings: &Headings) -> Option<Vec<FittedColumn<'m>>> {
    let columns = mapping.columns.iter().map(|column| {
        let found = headings.with(&column.heading);
        let hinted = column.letter.as_deref().and_then(letter);
        // Of several columns with one heading each has its own letter: the only one that is left could be any of them.
        let alone = mapping.columns.iter().filter(|other| heads::same(&other.heading, &column.heading)).count() == 1;
        let col = match found.as_slice() {
            [one] if alone => *one,
            _ => hinted.filter(|col| found.contains(col))?,
        };
        let area_column = headings.key_or_none(column.area_column.as_ref())?;
        // A column of areas known by its letter alone belongs to what stood beside it there.
        let by_letter = column.area_column.as_deref().filter(|name| headings.with(name).len() != 1);
        let apart = by_letter.and_then(letter).zip(hinted).map(|(area, figure)| i64::from(figure) - i64::from(area));
        let stands = area_column.map(|area| i64::from(col) - i64::from(area));
        (apart.is_none() || apart == stands).then_some(FittedColumn { col, area_column, column: Cow::Borrowed(column) })
    });
    columns.collect()
}

impl Fitted<'_> {
    /// No column may be figures of two things, or figures and a key.
    fn stand_apart(&self) -> bool {
        let keys = [self.code, self.prefecture, self.area, self.period, self.unit];
        let mut keys: Vec<u32> = keys.into_iter().flatten().chain(self.labels.iter().copied()).collect();
        keys.extend(self.columns.iter().filter_map(|column| column.area_column));
        let mut figures: Vec<u32> = self.columns.iter().map(|column| column.col).collect();
        figures.sort_unstable();
        let twice = figures.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
        !twice && !keys.iter().any(|key| figures.binary_search(key).is_ok())
    }
}

fn letter(text: &str) -> Option<u32> {
    CellRef::parse(&format!("{}1", text.trim())).map(|at| at.col)
}
