//! Reading a table by a mapping a person saved.

use std::collections::HashMap;
use std::sync::Arc;

use super::{heads, titles};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::layout::area_cells::{Said, area_of, written};
use crate::layout::mapping::{Column, Mapping, SHEET_NAME, TITLE, indicator_id};
use crate::layout::{AreaText, Context, Figure, Interpretation, PeriodText, place_of, tell_gap};
use crate::model::{CellRef, Dimensions, Period};
use crate::notation::{BareYear, EraCarry, Unit, find_unit_in, has_unit_label, is_note, parse_period, parse_unit};
use crate::read::{Book, CellValue, Grid};

/// What must be one figure: indicator, area, period, breakdown.
type FigureKey = (Option<Arc<str>>, AreaText, String, String);

/// A mapping found on a grid: its columns by their index.
struct Fitted<'m> {
    code: Option<u32>,
    prefecture: Option<u32>,
    area: Option<u32>,
    period: Option<u32>,
    columns: Vec<(u32, Option<u32>, &'m Column)>,
    said: Titles,
}

/// What the titles over a grid say.
struct Titles {
    period: Option<String>,
    area: Option<String>,
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
    fn contradicts(&self, mapping: &Mapping, catalog: &Catalog) -> bool {
        let bare = bare_year(mapping);
        let key = |text: &str| parse_period(text, bare).map(|period| period.key());
        let period = match (mapping.period.as_deref(), &self.period) {
            (Some(TITLE), said) => said.is_none(),
            (Some(fixed), Some(said)) => key(fixed) != key(said),
            _ => false,
        };
        let place = |text: &str| catalog.find_name(text).one();
        let area = match (mapping.area.as_deref(), &self.area) {
            (Some(SHEET_NAME), _) | (None, _) | (_, None) => false,
            (Some(fixed), Some(said)) => place(fixed) != place(said),
        };
        let unit = mapping.columns.iter().filter(|column| parse_unit(&column.heading).is_none()).any(|column| {
            let own = column.unit.as_deref().and_then(parse_unit);
            !self.units.is_empty() && own.is_none_or(|own| !self.units.contains(&own))
        });
        period || area || unit || self.unclear
    }
}

fn bare_year(mapping: &Mapping) -> BareYear {
    if mapping.calendar { BareYear::Calendar } else { BareYear::Fiscal }
}

/// A year or a place that only the mapping names may be that of last year's table.
fn say_what_was_assumed(book: &Book, grid: &Grid, mapping: &Mapping, fitted: &Fitted<'_>, result: &mut Interpretation) {
    let fixed_period = mapping.period.as_deref().filter(|text| *text != TITLE && fitted.said.period.is_none());
    let fixed_area = mapping.area.as_deref().filter(|text| *text != SHEET_NAME && fitted.said.area.is_none());
    let place = Place::file(book.file.name.clone());
    for (what, text) in [("期間", fixed_period), ("地域", fixed_area)] {
        let Some(text) = text else { continue };
        let told = format!("{what}は表に書かれていないため、読み方「{}」のとおり「{text}」としました。", mapping.name);
        let sheet = (!grid.name.is_empty()).then(|| grid.name.to_string());
        result.diagnostics.push(
            Diagnostic::warning("mapping-assumed", told)
                .hint("違うときは、この読み方を直して、もう一度入れてください。")
                .at(Place { sheet, ..place.clone() }),
        );
    }
}

/// Reads a book by the first mapping all of whose headings stand in it; `None` when none fits.
pub fn apply(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    context.mappings.iter().find_map(|mapping| apply_one(book, mapping, context.catalog)).map(Ok)
}

/// Reads a book by one mapping; `None` when its headings are not all there.
pub fn apply_one(book: &Book, mapping: &Mapping, catalog: &Catalog) -> Option<Interpretation> {
    if mapping.problem().is_some() {
        return None;
    }
    let mut result = Interpretation { layout: "表", ..Interpretation::default() };
    let mut fits = false;
    let named = |grid: &&Grid| mapping.sheet.as_deref().is_none_or(|sheet| heads::same(sheet, &grid.name));
    for grid in book.grids.iter().filter(named) {
        let Some(fitted) = fit(book, grid, mapping, catalog) else { continue };
        fits = true;
        say_what_was_assumed(book, grid, mapping, &fitted, &mut result);
        read_rows(book, grid, mapping, &fitted, catalog, &mut result);
    }
    if !fits {
        return None;
    }
    drop_contradictions(book, &mut result);
    let told = format!("保存した読み方「{}」で取り込みました。", mapping.name);
    result.diagnostics.push(Diagnostic::info("mapping-used", told).at(Place::file(book.file.name.clone())));
    Some(result)
}

fn fit<'m>(book: &Book, grid: &Grid, mapping: &'m Mapping, catalog: &Catalog) -> Option<Fitted<'m>> {
    let (first, last) = (mapping.heading[0].checked_sub(1)?, mapping.heading[1].checked_sub(1)?);
    let said = Titles::of(book, grid, first, catalog);
    if said.contradicts(mapping, catalog) {
        return None;
    }
    let width = grid.extent()?.col + 1;
    let paths: Vec<String> = (0..width).map(|col| heads::path(grid, first, last, col)).collect();
    let with = |heading: &str| -> Vec<u32> {
        (0..width).zip(&paths).filter(|(_, path)| heads::same(path, heading)).map(|(col, _)| col).collect()
    };
    // A key column is named by its heading, or by its letter where several share one or it has none.
    let key = |name: &Option<String>| -> Option<Option<u32>> {
        let Some(name) = name else { return Some(None) };
        match with(name).as_slice() {
            [one] => Some(Some(*one)),
            _ => letter(name).filter(|col| *col < width).map(Some),
        }
    };
    let columns = mapping.columns.iter().map(|column| {
        let found = with(&column.heading);
        let hinted = column.letter.as_deref().and_then(letter);
        let col = match found.as_slice() {
            [one] => *one,
            _ => hinted.filter(|col| found.contains(col))?,
        };
        Some((col, key(&column.area_column)?, column))
    });
    let columns: Vec<_> = columns.collect::<Option<_>>()?;
    Some(Fitted {
        code: key(&mapping.code)?,
        prefecture: key(&mapping.prefecture)?,
        area: key(&mapping.area_column)?,
        period: key(&mapping.period_column)?,
        columns,
        said,
    })
}

fn letter(text: &str) -> Option<u32> {
    CellRef::parse(&format!("{}1", text.trim())).map(|at| at.col)
}

fn read_rows(
    book: &Book,
    grid: &Grid,
    mapping: &Mapping,
    fitted: &Fitted<'_>,
    catalog: &Catalog,
    result: &mut Interpretation,
) {
    let bare = bare_year(mapping);
    let fixed = match mapping.period.as_deref() {
        Some(TITLE) => fitted.said.period.as_deref(),
        fixed => fixed,
    };
    let mut eras = EraCarry::new();
    for cells in grid.rows() {
        let Some(row) = cells.first().map(|cell| cell.at.row).filter(|row| *row >= mapping.heading[1]) else {
            continue;
        };
        let text = |col: Option<u32>| -> String {
            col.and_then(|col| down_merged(grid, CellRef::new(row, col))).map(CellValue::display).unwrap_or_default()
        };
        let figures =
            fitted.columns.iter().any(|(col, _, _)| grid.get(CellRef::new(row, *col)).is_some_and(heads::is_figure));
        if !figures || cells.first().and_then(|cell| cell.value.as_text()).is_some_and(is_note) {
            continue;
        }
        tell_gap(book, grid, row, fitted.columns.iter().map(|(col, _, _)| *col), &mut result.diagnostics);
        let row_period = fitted.period.map(|col| {
            let written = text(Some(col));
            eras.read(&written, bare).ok_or(written)
        });
        for (col, area_column, column) in &fitted.columns {
            let at = CellRef::new(row, *col);
            let area = area_column.or(fitted.area);
            let (code, prefecture, name) = (text(fitted.code), text(fitted.prefecture), text(area));
            let whole = column.area.as_deref().or(mapping.area.as_deref());
            let said = match whole {
                Some(SHEET_NAME) => Said { name: Some(&grid.name), ..Said::default() },
                Some(whole) => Said { name: Some(whole), ..Said::default() },
                None => Said { code: written(&code), prefecture: written(&prefecture), name: written(&name) },
            };
            let key = area.or(fitted.code).unwrap_or(*col);
            let area = match area_of(catalog, said) {
                Ok(area) => area,
                Err(why) => {
                    warn(book, grid, CellRef::new(row, key), "row-area", &why, result);
                    continue;
                }
            };
            let period = match (column.period.as_deref().or(fixed), &row_period) {
                (Some(fixed), _) => parse_period(fixed, bare).ok_or_else(|| fixed.to_owned()),
                (None, Some(read)) => read.clone(),
                (None, None) => Err(String::new()),
            };
            match period {
                Ok(period) => result.figures.push(figure(grid, at, column, area, period)),
                Err(written) => {
                    let why = format!("期間「{written}」を読めません。");
                    warn(
                        book,
                        grid,
                        CellRef::new(row, fitted.period.unwrap_or(*col)),
                        "period-unreadable",
                        &why,
                        result,
                    );
                }
            }
        }
    }
}

/// The value of a key cell: of cells merged downwards the first one's; a cell merged across belongs to its first column.
fn down_merged(grid: &Grid, at: CellRef) -> Option<&CellValue> {
    grid.get(at).or_else(|| grid.get(grid.merge_anchor(at).filter(|anchor| anchor.col == at.col)?))
}

/// Two cells for one indicator, area and period: the same figure counts once, different ones are nobody's.
fn drop_contradictions(book: &Book, result: &mut Interpretation) {
    let mut seen: HashMap<FigureKey, Vec<usize>> = HashMap::new();
    for (index, figure) in result.figures.iter().enumerate() {
        let PeriodText::Known(period) = &figure.period else { continue };
        let key = (figure.indicator.clone(), figure.area.clone(), period.key(), format!("{:?}", figure.dimensions));
        seen.entry(key).or_default().push(index);
    }
    let mut dropped = vec![false; result.figures.len()];
    let mut twice: Vec<&Vec<usize>> = seen.values().filter(|indices| indices.len() > 1).collect();
    twice.sort();
    for indices in twice {
        let figures: Vec<&Figure> = indices.iter().filter_map(|index| result.figures.get(*index)).collect();
        let Some(first) = figures.first() else { continue };
        let same = figures.iter().all(|figure| figure.value == first.value);
        for index in indices.iter().skip(usize::from(same)) {
            if let Some(flag) = dropped.get_mut(*index) {
                *flag = true;
            }
        }
        let cells: Vec<String> = figures.iter().map(|figure| figure.cell.to_string()).collect();
        let done = if same {
            "1回だけ取り込みました"
        } else {
            "値が違うため、どれも取り込みませんでした"
        };
        let told = format!("同じ指標・地域・期間の数値が {} にあり、{done}。", cells.join("、"));
        let sheet = (!first.sheet.is_empty()).then(|| first.sheet.to_string());
        result.diagnostics.push(
            Diagnostic::warning("figure-twice", told)
                .hint("元の表を開いて、行や列の見出しを確かめてください。")
                .at(Place { file: Some(book.file.name.clone()), sheet, cell: Some(first.cell.to_string()) }),
        );
    }
    let mut flags = dropped.into_iter();
    result.figures.retain(|_| !flags.next().unwrap_or(false));
}

fn figure(grid: &Grid, at: CellRef, column: &Column, area: AreaText, period: Period) -> Figure {
    Figure {
        indicator: indicator_id(&column.indicator).map(|id| Arc::from(id.as_str())),
        indicator_name: None,
        area,
        period: PeriodText::Known(Arc::new(period)),
        value: grid.get(at).cloned(),
        unit: column.unit.as_deref().map(Arc::from),
        dimensions: Dimensions {
            care_level: column.care_level.clone(),
            service: column.service.clone(),
            age: column.age.clone(),
            sex: column.sex.clone(),
            standardisation: None,
        },
        decimals: None,
        sheet: grid.name.clone(),
        cell: at,
    }
}

fn warn(book: &Book, grid: &Grid, at: CellRef, code: &'static str, why: &str, result: &mut Interpretation) {
    let told = Diagnostic::warning(code, format!("{why}ここの数値は取り込みませんでした。"))
        .hint("元の表を開いて、この所を確かめてください。")
        .at(place_of(book, grid, at));
    if result.diagnostics.last() != Some(&told) {
        result.diagnostics.push(told);
    }
}
