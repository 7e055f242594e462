//! Reading a table by a mapping a person saved.

use std::collections::HashMap;
use std::sync::Arc;

use super::carry::{Carried, Labels, own_text};
use super::fit::{Fitted, FittedColumn, bare_year, fit};
use super::heads;
use super::sums::{Checked, Sums};
use super::years::{between_sheets, in_sheet_name, is_of_year};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::layout::area_cells::{Said, area_of, is_sum, written};
use crate::layout::mapping::{Column, Mapping, SHEET_NAME, TITLE, indicator_id};
use crate::layout::{AreaText, Context, Figure, Interpretation, PeriodText, place_of, tell_gap};
use crate::model::{CellRef, Dimensions, Period};
use crate::notation::{EraCarry, is_note, parse_period};
use crate::read::{Book, Grid};

/// What must be one figure: indicator, area, period, breakdown.
type FigureKey = (Option<Arc<str>>, AreaText, String, String);

/// A year or a place that only the mapping names may be that of last year's table.
fn say_what_was_assumed(book: &Book, grid: &Grid, mapping: &Mapping, fitted: &Fitted<'_>, result: &mut Interpretation) {
    let fixed_period = mapping.period.as_deref().filter(|text| *text != TITLE && fitted.said.period.is_none());
    let told = |text: &&str| *text != SHEET_NAME && *text != TITLE && fitted.said.area.is_none();
    let fixed_area = mapping.area.as_deref().filter(told);
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

/// The headings say another year than the saved ones; everything else is the same.
fn say_other_years(book: &Book, grid: &Grid, mapping: &Mapping, fitted: &Fitted<'_>, result: &mut Interpretation) {
    let Some(years) = &fitted.years else { return };
    let list: String = years.periods.iter().map(|period| format!("「{}」", period.replace('\n', " "))).collect();
    let name = &mapping.name;
    let told = if years.added {
        format!("読み方「{name}」に無い年{list}の列も、この表の見出しのとおりに取り込みました。")
    } else {
        format!("見出しの年が読み方「{name}」と違うため、この表の見出しのとおり{list}として取り込みました。")
    };
    let sheet = (!grid.name.is_empty()).then(|| grid.name.to_string());
    let place = Place { sheet, ..Place::file(book.file.name.clone()) };
    result.diagnostics.push(Diagnostic::info("mapping-years", told).at(place));
}

/// A sheet whose name is the saved one but for its year.
struct OtherYear {
    /// From the saved name's year to this one's
    ahead: i32,
    year: Period,
}

impl OtherYear {
    /// Whether the table itself speaks of the year its sheet is named after.
    fn agrees(&self, mapping: &Mapping, fitted: &Fitted<'_>) -> bool {
        match mapping.period.as_deref() {
            Some(TITLE) => {
                let said = fitted.said.period.as_deref().and_then(|text| parse_period(text, bare_year(mapping)));
                said.is_some_and(|said| is_of_year(&said, &self.year))
            }
            // Last year's, said once for all.
            Some(_) => false,
            None if mapping.period_column.is_some() => true,
            None => fitted.years.as_ref().map_or(0, |years| years.ahead) == self.ahead,
        }
    }
}

/// The sheets a mapping may read: the one it names, those that differ in a later year only; where it is not there, those
/// of any year.
fn sheets<'b>(book: &'b Book, mapping: &Mapping) -> Vec<(&'b Grid, Option<OtherYear>)> {
    let Some(name) = mapping.sheet.as_deref() else { return book.grids.iter().map(|grid| (grid, None)).collect() };
    let is_named = |grid: &Grid| heads::same(name, &grid.name);
    let there = book.grids.iter().any(is_named);
    let saved = in_sheet_name(name);
    let other = |grid: &'b Grid| {
        let other = in_sheet_name(&grid.name)?;
        let ahead = between_sheets(saved.as_ref()?, &other)?;
        (ahead > 0 || !there && ahead < 0).then_some((grid, Some(OtherYear { ahead, year: other.1 })))
    };
    book.grids.iter().filter_map(|grid| if is_named(grid) { Some((grid, None)) } else { other(grid) }).collect()
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
    let mut others = Vec::new();
    for (grid, other_year) in sheets(book, mapping) {
        let Some(fitted) = fit(book, grid, mapping, catalog) else { continue };
        let agrees = other_year.is_none_or(|year| year.agrees(mapping, &fitted));
        if !agrees || fitted.said.contradicts(mapping, &grid.name, catalog) {
            others.push(grid);
            continue;
        }
        fits = true;
        say_what_was_assumed(book, grid, mapping, &fitted, &mut result);
        say_other_years(book, grid, mapping, &fitted, &mut result);
        read_rows(book, grid, mapping, &fitted, catalog, &mut result);
    }
    if !fits {
        return None;
    }
    for grid in others {
        result.diagnostics.push(
            Diagnostic::warning(
                "sheet-disagrees",
                "同じ見出しのシートですが、表題の年・地域・単位がこの読み方と合わないため、取り込みませんでした。",
            )
            .hint("このシートの表題を確かめてください。")
            .at(Place::sheet(book.file.name.clone(), grid.name.to_string())),
        );
    }
    drop_contradictions(book, &mut result);
    let told = format!("保存した読み方「{}」で取り込みました。", mapping.name);
    result.diagnostics.push(Diagnostic::info("mapping-used", told).at(Place::file(book.file.name.clone())));
    Some(result)
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
    let keys = Keys::of(grid, mapping, fitted, catalog);
    let mut eras = EraCarry::new();
    let mut sums = Sums::default();
    for row in keys.rows.iter().copied() {
        tell_gap(book, grid, row, fitted.columns.iter().map(|column| column.col), &mut result.diagnostics);
        let row_period = fitted.period.map(|_| {
            let written = keys.periods.text(row).to_owned();
            eras.read(&written, bare).ok_or(written)
        });
        let label = keys.labels.path(row);
        let meaning = match keys.meaning(mapping, row) {
            Ok(meaning) => meaning,
            Err(why) => {
                let col = fitted.labels.last().copied().unwrap_or_default();
                warn(book, grid, CellRef::new(row, col), "row-unknown", &why, result);
                continue;
            }
        };
        let unit = fitted.unit.map(|col| own_text(grid, CellRef::new(row, col)));
        let mut checked: Option<(CellRef, Checked)> = None;
        for FittedColumn { col, area_column, column } in &fitted.columns {
            let at = CellRef::new(row, *col);
            let column = with_row(column, meaning, unit.as_deref());
            let area_col = area_column.or(fitted.area);
            let (code, prefecture, name) = keys.area_texts(grid, fitted, area_col, row);
            let whole = column.area.as_deref().or(mapping.area.as_deref());
            let whole = match whole {
                Some(SHEET_NAME) => Some(&*grid.name),
                Some(TITLE) => Some(fitted.said.area.as_deref().unwrap_or_default()),
                whole => whole,
            };
            let key = area_col.or(fitted.code).unwrap_or(*col);
            let what = format!("{label}\n{}", written(keys.periods.text(row)).unwrap_or_default());
            if whole.is_none() && (is_sum(&name) || name.is_empty() && is_sum(&prefecture)) {
                let told = &mut result.diagnostics;
                let outcome = sums.check(book, grid, &what, at, column.unit.as_deref(), told);
                let worst = |(first, before): (CellRef, Checked)| {
                    (first, if before == Checked::Right { outcome } else { before })
                };
                checked = Some(checked.map_or((CellRef::new(row, key), outcome), worst));
                continue;
            }
            let known = |name: &str| catalog.find_name(name).one().is_some();
            let area = match (keys.refused.get(&row), whole) {
                (Some(why), _) => Err(why.clone()),
                (None, Some(whole)) if !known(whole) => Err(format!("「{whole}」を1つの地域に決められません。")),
                (None, Some(whole)) => area_of(catalog, Said { name: Some(whole), ..Said::default() }),
                (None, None) => area_of(
                    catalog,
                    Said { code: written(&code), prefecture: written(&prefecture), name: written(&name) },
                ),
            };
            let area = match area {
                Ok(area) => area,
                Err(why) => {
                    warn(book, grid, CellRef::new(row, key), "row-area", &why, result);
                    continue;
                }
            };
            if whole.is_none() {
                sums.add(grid, &what, at);
            }
            let period = match (column.period.as_deref().or(fixed), &row_period) {
                (Some(fixed), _) => parse_period(fixed, bare).ok_or_else(|| fixed.to_owned()),
                (None, Some(read)) => read.clone(),
                (None, None) => Err(String::new()),
            };
            match period {
                Ok(period) => result.figures.push(figure(grid, at, &column, area, period)),
                Err(written) => {
                    let why = format!("期間「{written}」を読めません。");
                    let at = CellRef::new(row, fitted.period.unwrap_or(*col));
                    warn(book, grid, at, "period-unreadable", &why, result);
                }
            }
        }
        if let Some((at, outcome)) = checked {
            tell_sum_row(book, grid, at, outcome, result);
        }
    }
}

/// A row of sums is no figure of an area; what it was good for is told.
fn tell_sum_row(book: &Book, grid: &Grid, at: CellRef, outcome: Checked, result: &mut Interpretation) {
    let told = match outcome {
        // The cells that are off were told.
        Checked::Wrong => return,
        Checked::Right => Diagnostic::info("sum-row", "合計の行は、検算に使いました。上の行を足した数と合っています。"),
        Checked::Open => {
            let why = "「合計」の行がどの地域のものか分からず、足した数とも比べられないため、取り込みませんでした。";
            Diagnostic::warning("row-area", why).hint("元の表を開いて、この所を確かめてください。")
        }
    };
    result.diagnostics.push(told.at(place_of(book, grid, at)));
}

/// What stands at the left of the rows.
struct Keys {
    /// Rows with figures
    rows: Vec<u32>,
    prefectures: Carried,
    areas: HashMap<u32, Carried>,
    periods: Carried,
    labels: Labels,
    /// Rows of groups whose heading is lost, and why
    refused: HashMap<u32, String>,
}

impl Keys {
    fn of(grid: &Grid, mapping: &Mapping, fitted: &Fitted<'_>, catalog: &Catalog) -> Self {
        let has_figures = |row: &u32| {
            fitted.columns.iter().any(|column| grid.get(CellRef::new(*row, column.col)).is_some_and(heads::is_figure))
        };
        let body = grid.rows().filter_map(|cells| Some((cells.first()?.at.row, cells)));
        let rows: Vec<u32> = body
            .filter(|(row, cells)| {
                let note = cells.first().and_then(|cell| cell.value.as_text()).is_some_and(is_note);
                *row >= mapping.heading[1] && !note && has_figures(row)
            })
            .map(|(row, _)| row)
            .collect();
        let carried = |col: Option<u32>| col.map(|col| Carried::of(grid, col, &rows)).unwrap_or_default();
        let area_columns = fitted.columns.iter().filter_map(|column| column.area_column).chain(fitted.area);
        // Nothing else would tell the rows of one town apart.
        let several = !fitted.labels.is_empty() || fitted.period.is_some();
        let areas: HashMap<u32, Carried> =
            area_columns.map(|col| (col, Carried::with(grid, col, &rows, several))).collect();
        let (prefectures, periods) = (carried(fitted.prefecture), carried(fitted.period));
        let labels = Labels::of(grid, &fitted.labels, &rows);
        let mut refused = HashMap::new();
        for names in areas.values() {
            refused.extend(prefectures.strangers(names, catalog));
            // Only the words of items or periods tell the rows of one town apart.
            refused.extend(names.repeated(|row| format!("{}\n{}", labels.path(row), periods.text(row))));
        }
        Self { rows, prefectures, areas, periods, labels, refused }
    }

    /// Code, prefecture and name of a row.
    fn area_texts(&self, grid: &Grid, fitted: &Fitted<'_>, area: Option<u32>, row: u32) -> (String, String, String) {
        let code = fitted.code.map(|col| own_text(grid, CellRef::new(row, col))).unwrap_or_default();
        let name = area.and_then(|col| self.areas.get(&col)).map(|names| names.text(row)).unwrap_or_default();
        (code, self.prefectures.text(row).to_owned(), name.to_owned())
    }

    /// What the words of a row mean; `None` when the mapping knows no such words.
    fn meaning<'m>(&self, mapping: &'m Mapping, row: u32) -> Result<Option<&'m Column>, String> {
        if mapping.label_columns.is_empty() {
            return Ok(None);
        }
        let path = self.labels.path(row);
        let found = mapping.rows.iter().find(|known| heads::same(&known.heading, &path));
        found.map(Some).ok_or_else(|| format!("「{path}」の行は、保存した読み方にありません。"))
    }
}

/// A column's meaning with that of a row.
fn with_row(column: &Column, row: Option<&Column>, unit: Option<&str>) -> Column {
    let mut both = column.clone();
    if let Some(row) = row {
        if both.indicator.is_empty() {
            both.indicator.clone_from(&row.indicator);
        }
        both.unit = both.unit.or_else(|| row.unit.clone());
        both.care_level = both.care_level.or_else(|| row.care_level.clone());
        both.service = both.service.or_else(|| row.service.clone());
        both.age = both.age.or_else(|| row.age.clone());
        both.sex = both.sex.or_else(|| row.sex.clone());
    }
    if let Some(unit) = unit.filter(|unit| !unit.is_empty()) {
        both.unit = Some(unit.to_owned());
    }
    both
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
        dimensions: Arc::new(Dimensions {
            care_level: column.care_level.clone(),
            service: column.service.clone(),
            age: column.age.clone(),
            sex: column.sex.clone(),
            standardisation: None,
        }),
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
