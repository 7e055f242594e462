//! Reading a table by a mapping a person saved.

use std::collections::HashMap;
use std::sync::Arc;

use super::carry::{Carried, Labels, own_text};
use super::sums::{Checked, Sums};
use super::{heads, titles};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::layout::area_cells::{Said, area_of, is_sum, written};
use crate::layout::mapping::{Column, Mapping, Row, SHEET_NAME, TITLE, indicator_id};
use crate::layout::{AreaText, Context, Figure, Interpretation, PeriodText, place_of, tell_gap};
use crate::model::{CellRef, Dimensions, Period};
use crate::notation::{BareYear, EraCarry, Unit, find_unit_in, has_unit_label, is_note, parse_period, parse_unit};
use crate::read::{Book, Grid};

/// What must be one figure: indicator, area, period, breakdown.
type FigureKey = (Option<Arc<str>>, AreaText, String, String);

/// A mapping found on a grid: its columns by their index.
struct Fitted<'m> {
    code: Option<u32>,
    prefecture: Option<u32>,
    area: Option<u32>,
    period: Option<u32>,
    labels: Vec<u32>,
    unit: Option<u32>,
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
    fn contradicts(&self, mapping: &Mapping, sheet: &str, catalog: &Catalog) -> bool {
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

fn bare_year(mapping: &Mapping) -> BareYear {
    if mapping.calendar { BareYear::Calendar } else { BareYear::Fiscal }
}

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
    let named = |grid: &&Grid| mapping.sheet.as_deref().is_none_or(|sheet| heads::same(sheet, &grid.name));
    for grid in book.grids.iter().filter(named) {
        let Some(fitted) = fit(book, grid, mapping, catalog) else { continue };
        if fitted.said.contradicts(mapping, &grid.name, catalog) {
            others.push(grid);
            continue;
        }
        fits = true;
        say_what_was_assumed(book, grid, mapping, &fitted, &mut result);
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

fn fit<'m>(book: &Book, grid: &Grid, mapping: &'m Mapping, catalog: &Catalog) -> Option<Fitted<'m>> {
    let (first, last) = (mapping.heading[0].checked_sub(1)?, mapping.heading[1].checked_sub(1)?);
    let said = Titles::of(book, grid, first, catalog);
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
        labels: mapping.label_columns.iter().map(|name| key(&Some(name.clone()))?).collect::<Option<_>>()?,
        unit: key(&mapping.unit_column)?,
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
    let keys = Keys::of(grid, mapping, fitted, catalog);
    let mut eras = EraCarry::new();
    let mut sums = Sums::default();
    for row in keys.rows.iter().copied() {
        tell_gap(book, grid, row, fitted.columns.iter().map(|(col, _, _)| *col), &mut result.diagnostics);
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
        for (col, area_column, column) in &fitted.columns {
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
            fitted.columns.iter().any(|(col, _, _)| grid.get(CellRef::new(*row, *col)).is_some_and(heads::is_figure))
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
        let area_columns = fitted.columns.iter().filter_map(|(_, col, _)| *col).chain(fitted.area);
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
    fn meaning<'m>(&self, mapping: &'m Mapping, row: u32) -> Result<Option<&'m Row>, String> {
        if mapping.label_columns.is_empty() {
            return Ok(None);
        }
        let path = self.labels.path(row);
        let found = mapping.rows.iter().find(|known| heads::same(&known.heading, &path));
        found.map(Some).ok_or_else(|| format!("「{path}」の行は、保存した読み方にありません。"))
    }
}

/// A column's meaning with that of a row.
fn with_row(column: &Column, row: Option<&Row>, unit: Option<&str>) -> Column {
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
