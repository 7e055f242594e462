//! Next year's table: headings that differ from the saved ones in their years alone.
//!
//! Every period is read from the heading that stands there, never counted on from the saved one. Columns that say the
//! same but for the year are one series; the saved years of every series must be there again, all moved by the same
//! number of years. Else the reading does not fit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::fit::bare_year;
use super::heads;
use super::words::{carried_periods, meaning};
use crate::catalog::Catalog;
use crate::layout::mapping::{Column, Mapping};
use crate::model::{CellRef, Date, Period};
use crate::notation::{BareYear, fold, parse_period};
use crate::read::{CellValue, Grid};

/// Stands for a year in the shape of a heading.
const YEAR: &str = "□";
/// Eras whose name a heading may leave out behind another one: 「令和4年度、5年度」.
const ERAS: [&str; 3] = ["令和", "平成", "昭和"];

/// Which years a table has instead of, or besides, the saved ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Years {
    /// From the newest saved year to the newest of this table
    pub ahead: i32,
    /// Every saved heading stands there, and newer years beside them
    pub added: bool,
    /// The periods of the columns found here, in the order of time
    pub periods: Vec<String>,
}

/// Columns whose period was read from this table's headings.
pub(super) struct Found {
    /// Index and meaning of each, the period its own
    pub columns: Vec<(u32, Column)>,
    pub years: Years,
}

/// A heading with its year taken out.
struct Head {
    shape: String,
    period: Period,
    /// The period in the words of a mapping
    written: String,
}

/// The columns of a table of another year; where `as_saved` (every saved heading stands there) only those of newer years
/// beside them. `None` when there are none, or when anything is not sure.
pub(super) fn follow(grid: &Grid, mapping: &Mapping, catalog: &Catalog, as_saved: bool) -> Option<Found> {
    let series = series_of(mapping, catalog)?;
    let here = heads_of(grid, mapping, catalog)?;
    let at = |shape: &str, wanted: &dyn Fn(&Period) -> bool| -> Vec<&(u32, Head)> {
        here.iter().filter(|(_, head)| head.shape == shape && wanted(&head.period)).collect()
    };
    let moved = if as_saved { 0 } else { moved_by(&series, &here)? };
    let mut columns: Vec<(u32, Column)> = Vec::new();
    let mut newer: BTreeSet<Vec<i32>> = BTreeSet::new();
    let mut periods: BTreeMap<i32, String> = BTreeMap::new();
    let mut ahead = moved;
    for (shape, saved) in &series {
        let years: Vec<i32> = saved.iter().filter_map(|(first, _)| years_between(&saved.first()?.0, first)).collect();
        let (first, column) = saved.first()?;
        let last = years.iter().max().copied()? + moved;
        let mut more: Vec<i32> = Vec::new();
        for (col, head) in at(shape, &|_| true) {
            let Some(year) = years_between(first, &head.period) else { continue };
            let is_saved = years.contains(&(year - moved));
            if as_saved && is_saved || !is_saved && year <= last {
                continue;
            }
            if !is_saved {
                more.push(year);
            }
            ahead = ahead.max(year - last + moved);
            periods.insert(year_of(&head.period)?, head.written.clone());
            let letter = Some(CellRef::new(0, *col).column_name());
            columns.push((*col, Column { letter, period: Some(head.written.clone()), ..(*column).clone() }));
        }
        more.sort_unstable();
        // A year whose heading stands there twice could be either's.
        more.windows(2).all(|pair| pair.first() != pair.last()).then_some(())?;
        newer.insert(more.iter().map(|year| year - last).collect());
    }
    // A newer year that only some of the series have: the heading of the others is lost.
    (newer.len() <= 1 && !columns.is_empty())
        .then(|| Found { columns, years: Years { ahead, added: as_saved, periods: periods.into_values().collect() } })
}

/// By how many years all series have moved: the least that brings each saved year to exactly one column.
fn moved_by(series: &BTreeMap<String, Vec<(Period, &Column)>>, here: &[(u32, Head)]) -> Option<i32> {
    let (shape, saved) = series.iter().next()?;
    let first = &saved.first()?.0;
    let candidates = here.iter().filter(|(_, head)| head.shape == *shape);
    let mut steps: Vec<i32> = candidates.filter_map(|(_, head)| years_between(first, &head.period)).collect();
    steps.sort_unstable_by_key(|step| (step.abs(), *step));
    let fits = |step: &i32| {
        series.iter().all(|(shape, saved)| {
            saved.iter().all(|(period, _)| {
                let again = |(_, head): &&(u32, Head)| {
                    head.shape == *shape && years_between(period, &head.period) == Some(*step)
                };
                here.iter().filter(again).count() == 1
            })
        })
    };
    steps.into_iter().find(fits)
}

/// The saved columns by what they say besides their year; `None` where one says no year, or other things than its series.
fn series_of<'m>(mapping: &'m Mapping, catalog: &Catalog) -> Option<BTreeMap<String, Vec<(Period, &'m Column)>>> {
    let mut series: BTreeMap<String, Vec<(Period, &Column)>> = BTreeMap::new();
    for column in &mapping.columns {
        if column.area_column.is_some() {
            return None;
        }
        let (shape, period) = saved_head(column, bare_year(mapping), catalog)?;
        let known = series.entry(shape).or_default();
        let plain = |column: &Column| Column { heading: String::new(), letter: None, period: None, ..column.clone() };
        let other = known.iter().any(|(year, first)| {
            plain(first) != plain(column) || years_between(year, &period).is_none_or(|step| step == 0)
        });
        if other {
            return None;
        }
        known.push((period, column));
    }
    Some(series)
}

/// The shape of a saved heading and its period, when the heading is what says the period.
fn saved_head(column: &Column, bare: BareYear, catalog: &Catalog) -> Option<(String, Period)> {
    let period = parse_period(column.period.as_deref()?, bare)?;
    let parts: Vec<String> = column.heading.split(heads::SEPARATOR).map(str::to_owned).collect();
    let shape = shape_of(&parts)?;
    let says_it = |parts: &[String]| {
        let said = meaning(parts, false, catalog);
        let read = said.period.as_deref().and_then(|text| parse_period(text, bare));
        said.doubt.is_none() && read.is_some_and(|read| read.key() == period.key())
    };
    let with_era = |era: &str| {
        let named = parts.iter().map(|part| if is_short(part) { format!("{era}{part}") } else { part.clone() });
        says_it(&named.collect::<Vec<_>>())
    };
    (says_it(&parts) || ERAS.iter().any(|era| with_era(era))).then_some((shape, period))
}

/// The headings of a grid that name one period.
fn heads_of(grid: &Grid, mapping: &Mapping, catalog: &Catalog) -> Option<Vec<(u32, Head)>> {
    let rows = (mapping.heading[0].checked_sub(1)?, mapping.heading[1].checked_sub(1)?);
    let carried = carried_periods(grid, rows);
    let of_column = |col: u32| {
        let parts = heads::parts(grid, rows.0, rows.1, col);
        let shape = shape_of(&parts)?;
        let said = meaning(&with_eras(grid, rows, col, &carried), false, catalog);
        let written = said.period.filter(|_| said.doubt.is_none())?;
        let period = parse_period(&written, bare_year(mapping))?;
        Some((col, Head { shape, period, written }))
    };
    Some((0..=grid.extent()?.col).filter_map(of_column).collect())
}

/// As [`heads::parts`], with the era of a year that names it only further left.
pub(super) fn with_eras(
    grid: &Grid,
    (first, last): (u32, u32),
    col: u32,
    carried: &HashMap<CellRef, String>,
) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for row in first..=last {
        let at = CellRef::new(row, col);
        let anchor = if grid.get(at).is_some() { at } else { grid.merge_anchor(at).unwrap_or(at) };
        let text = grid.get(anchor).map(CellValue::display).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = carried.get(&anchor).cloned().unwrap_or(text);
        if !text.is_empty() && parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    parts
}

/// A heading with its one year taken out; `None` when it names none or several.
fn shape_of(parts: &[String]) -> Option<String> {
    let is_year = |part: &str| parse_period(part, BareYear::Calendar).is_some() || is_short(part);
    let shape: Vec<String> =
        parts.iter().map(|part| if is_year(part) { YEAR.to_owned() } else { fold(part) }).collect();
    (shape.iter().filter(|part| *part == YEAR).count() == 1).then(|| shape.join(heads::SEPARATOR))
}

/// 「5年度」「5年3月末」: a year that leaves its era to the heading before it.
fn is_short(part: &str) -> bool {
    let folded = fold(part);
    folded.starts_with(|c: char| c.is_ascii_digit())
        && parse_period(part, BareYear::Calendar).is_none()
        && parse_period(&format!("令和{folded}"), BareYear::Calendar).is_some()
}

fn year_of(period: &Period) -> Option<i32> {
    period.form_year.or(period.date.map(|date| date.year))
}

/// Years from one period to another of the same kind; `None` when they differ in more than their year.
fn years_between(a: &Period, b: &Period) -> Option<i32> {
    if a.kind != b.kind || a.form_year.is_some() != b.form_year.is_some() {
        return None;
    }
    let (Some(x), Some(y)) = (a.date, b.date) else {
        return (a.date == b.date).then_some(b.form_year? - a.form_year?);
    };
    let month_end = |date: Date| Date::month_end(date.year, date.month) == Some(date);
    let same_day = x.month == y.month && (x.day == y.day || month_end(x) && month_end(y));
    same_day.then_some(y.year - x.year)
}

/// The one year in a sheet's name, and the name without it: 「令和5年度」, 「第1表(R5)」.
pub(super) fn in_sheet_name(name: &str) -> Option<(String, Period)> {
    let folded = fold(name);
    let (from, to, period) = first_year(&folded)?;
    let (before, after) = (folded.get(..from)?, folded.get(to..)?);
    (first_year(after).is_none()).then(|| (format!("{before}{YEAR}{after}"), period))
}

/// The first year of a text, by the longest words that are one.
fn first_year(text: &str) -> Option<(usize, usize, Period)> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    let joins = |a: Option<char>, b: Option<char>| matches!((a, b), (Some(a), Some(b)) if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric());
    for from in starts {
        let (before, rest) = text.split_at_checked(from)?;
        if joins(before.chars().next_back(), rest.chars().next()) {
            continue;
        }
        for to in ends.iter().rev().take_while(|to| **to > from) {
            let (year, after) = (text.get(from..*to)?, text.get(*to..)?);
            if joins(year.chars().next_back(), after.chars().next()) {
                continue;
            }
            if let Some(period) = parse_period(year, BareYear::Fiscal) {
                return Some((from, *to, period));
            }
        }
    }
    None
}

/// Whether a period lies in the year another one names.
pub(super) fn is_of_year(period: &Period, year: &Period) -> bool {
    year_of(period).is_some() && year_of(period) == year_of(year)
}

/// Years from the year one sheet's name says to that of another; `None` when they differ in more.
pub(super) fn between_sheets(saved: &(String, Period), other: &(String, Period)) -> Option<i32> {
    (saved.0 == other.0).then(|| years_between(&saved.1, &other.1)).flatten()
}
