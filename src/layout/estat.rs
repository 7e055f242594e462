//! L5: CSV of the e-Stat database: metadata, a legend of missing marks, stacked headings, then one row a combination.
//!
//! Every classification stands as three columns (コード, 補助コード, name) or, across the top, three rows. Only the population
//! of 国勢調査 has an id of this product; other tables are shown and wait.

use std::sync::Arc;

use super::area_cells::{Said, area_of};
use super::{Context, Figure, Interpretation, PeriodText};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::model::{AreaCode, CellRef, Dimensions, MissingReason, Period};
use crate::notation::{BareYear, MissingLegend, fold, parse_estat_time, parse_number, parse_period, read_missing};
use crate::read::{Book, BookKind, CellValue, Grid};

/// Product id of the census population.
const CENSUS_POPULATION: &str = "X-kokusei-population";
const HEADING_ROWS: u32 = 60;

/// One classification: where its code and its name stand (columns down, rows across).
struct Class {
    name: String,
    code: u32,
    label: u32,
}

struct Table {
    /// The last row of headings
    row: u32,
    /// Classifications written in columns
    down: Vec<Class>,
    /// Classifications written in rows over the figures
    across: Vec<Class>,
    /// The column of the headings' names; figures stand to its right
    edge: u32,
}

/// Reads a table of the e-Stat database; `None` when the book is something else.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let [grid] = book.grids.as_slice() else { return None };
    if book.kind != BookKind::Csv {
        return None;
    }
    let statistic = metadata(grid, "統計名")?;
    let table = find_table(grid)?;
    Some(read_table(book, grid, &statistic, &table, context))
}

/// The text beside `統計名：` and its like.
fn metadata(grid: &Grid, name: &str) -> Option<String> {
    let cell = grid
        .cells()
        .iter()
        .take_while(|cell| cell.at.row < HEADING_ROWS)
        .find(|cell| cell.value.as_text().is_some_and(|text| fold(text).trim_end_matches(':') == name))?;
    Some(grid.text(cell.at.row, cell.at.col + 1)?.to_owned())
}

fn find_table(grid: &Grid) -> Option<Table> {
    let heading =
        grid.rows().take_while(|cells| cells.first().is_some_and(|c| c.at.row < HEADING_ROWS)).find(|cells| {
            cells
                .first()
                .and_then(|cell| cell.value.as_text())
                .is_some_and(|text| text.starts_with("時間軸") && text.ends_with("コード"))
                || cells
                    .iter()
                    .filter(|cell| cell.value.as_text().is_some_and(|text| text.ends_with(" コード")))
                    .count()
                    > 1
        })?;
    let row = heading.first()?.at.row;
    let texts: Vec<(u32, &str)> = heading.iter().filter_map(|c| Some((c.at.col, c.value.as_text()?.trim()))).collect();
    let edge = texts.iter().find(|(_, text)| text.starts_with('/')).map(|(col, _)| *col)?;
    let down = classes(texts.iter().filter(|(col, _)| *col < edge).copied())?;
    let labels = (0..=row).filter_map(|row| Some((row, grid.text(row, edge)?.trim().strip_prefix('/')?)));
    let across = classes(labels)?;
    (!down.is_empty() && !across.is_empty()).then_some(Table { row, down, across, edge })
}

/// Pairs of `X コード` and `X`; `None` when a heading belongs to no pair, since what it says would be lost.
fn classes<'a>(texts: impl Iterator<Item = (u32, &'a str)>) -> Option<Vec<Class>> {
    let all: Vec<(u32, &str)> = texts.filter(|(_, text)| !text.is_empty()).collect();
    let place = |name: &str| {
        let mut found = all.iter().filter(|(_, text)| *text == name).map(|(at, _)| *at);
        found.next().filter(|_| found.next().is_none())
    };
    let mut classes = Vec::new();
    for (at, text) in &all {
        if let Some(name) = text.strip_suffix(" 補助コード") {
            place(name)?;
        } else if let Some(name) = text.strip_suffix(" コード") {
            classes.push(Class { name: name.to_owned(), code: *at, label: place(name)? });
        } else {
            place(&format!("{text} コード"))?;
        }
    }
    Some(classes)
}

fn read_table(
    book: &Book,
    grid: &Grid,
    statistic: &str,
    table: &Table,
    context: Context<'_>,
) -> Result<Interpretation, FileError> {
    let wait = |code, what: String| {
        let hint = "国勢調査の人口（地域、男女、年齢）の表を入れるか、このソフトの入力用の表に書き写してください。";
        Err(FileError::waiting(code, what, hint).at(Place::file(book.file.name.clone())))
    };
    let is_time = |class: &&Class| class.name.starts_with("時間軸");
    let (Some(time), Some(area)) = (table.down.iter().find(is_time), area_class(grid, table, context.catalog)) else {
        return wait("estat-classes", format!("e-Statの表（{statistic}）ですが、時間か地域の列が分かりませんでした。"));
    };
    let item = table.across.iter().chain(&table.down).find(|class| class.name == "表章事項");
    let Some(item) = item.filter(|_| fold(statistic).contains("国勢調査")) else {
        return wait(
            "estat-statistic",
            format!("e-Statの表（{statistic}）ですが、どの指標にあたるか決まっていません。"),
        );
    };
    let legend = legend(grid, table.row);
    let mut result = Interpretation { layout: "L5", ..Interpretation::default() };
    let place = |at: CellRef| super::place_of(book, grid, at);
    let mut skipped: Vec<String> = Vec::new();
    let columns: Vec<(u32, Result<Marks, String>)> = columns(grid, table);
    for cells in grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row > table.row)) {
        let Some(row) = cells.first().map(|cell| cell.at.row) else { continue };
        let text = |col: u32| grid.get(CellRef::new(row, col)).map(CellValue::display).unwrap_or_default();
        if !cells.iter().any(|cell| cell.at.col > table.edge) {
            continue;
        }
        let period = match period_of(&text(time.code), &text(time.label)) {
            Some(period) => Arc::new(period),
            None => {
                let why = "時間のコードと名前から期間を読めないため、この行は取り込みませんでした。";
                result.diagnostics.push(
                    Diagnostic::warning("period-unreadable", why)
                        .hint("元の表を開いて、この行を確かめてください。")
                        .at(place(CellRef::new(row, time.label))),
                );
                continue;
            }
        };
        let (code, name) = (text(area.code), text(area.label));
        let whose = match place_of(context.catalog, &code, &name) {
            Ok(whose) => whose,
            Err(why) => {
                result.diagnostics.push(
                    Diagnostic::warning("row-area", format!("{why}この行は取り込みませんでした。"))
                        .hint("元の表を開いて、この行の地域コードと名前を確かめてください。")
                        .at(place(CellRef::new(row, area.code))),
                );
                continue;
            }
        };
        let own = table.down.iter().filter(|class| !is_time(class) && class.label != area.label);
        let own = own.map(|class| (class.name.as_str(), text(class.label))).collect::<Vec<_>>();
        super::tell_gap(book, grid, row, columns.iter().map(|(col, _)| *col), &mut result.diagnostics);
        for (col, marks) in &columns {
            let at = CellRef::new(row, *col);
            let marks = match marks {
                Ok(marks) => own.iter().try_fold(marks.clone(), |marks, (name, value)| marks.with(name, value)),
                Err(why) => Err(why.clone()),
            };
            match marks {
                Ok(Marks { population: true, dimensions }) => result.figures.push(Figure {
                    indicator: Some(Arc::from(CENSUS_POPULATION)),
                    indicator_name: None,
                    area: whose.clone(),
                    period: PeriodText::Known(period.clone()),
                    value: value_of(grid.get(at), &legend),
                    unit: Some(Arc::from("人")),
                    dimensions: Arc::new(dimensions),
                    decimals: Some(0),
                    sheet: grid.name.clone(),
                    cell: at,
                }),
                Ok(_) => skipped.push(format!("「{}」が人口ではない列", item.name)),
                Err(why) => skipped.push(why),
            }
        }
    }
    skipped.sort();
    skipped.dedup();
    if !skipped.is_empty() {
        let shown: Vec<&str> = skipped.iter().take(5).map(String::as_str).collect();
        let message = format!("人口の総数・男女・年齢のほかの区分は、取り込みませんでした（{}）。", shown.join("、"));
        result.diagnostics.push(Diagnostic::info("estat-left-out", message).at(Place::file(book.file.name.clone())));
    }
    Ok(result)
}

/// What the classifications of a figure make of it.
#[derive(Clone, Default)]
struct Marks {
    population: bool,
    dimensions: Dimensions,
}

impl Marks {
    /// Adds one classification; one that is no total and has no place in the dimensions is an error with its words.
    fn with(mut self, class: &str, value: &str) -> Result<Self, String> {
        let (class, value) = (fold(class), fold(value));
        let total = ["総数", "計", "合計", "男女計", "国籍総数", "総人口"].contains(&value.as_str());
        match class.as_str() {
            "表章事項" if value == "人口【人】" => self.population = true,
            "男女" | "男女別" | "性別" if ["男", "女"].contains(&value.as_str()) => {
                self.dimensions.sex = Some(value)
            }
            _ if total => {}
            _ if class.starts_with("年齢") && value.contains('歳') => self.dimensions.age = Some(value),
            _ => return Err(format!("{class}={value}")),
        }
        Ok(self)
    }
}

/// The columns of figures with what stands over them.
fn columns(grid: &Grid, table: &Table) -> Vec<(u32, Result<Marks, String>)> {
    let cols = grid.row(table.row).iter().map(|cell| cell.at.col).filter(|col| *col > table.edge);
    cols.map(|col| {
        let marks = table.across.iter().try_fold(Marks::default(), |marks, class| {
            marks.with(&class.name, grid.text(class.label, col).unwrap_or_default())
        });
        (col, marks)
    })
    .collect()
}

/// The classification whose codes are the five digits of areas.
fn area_class<'t>(grid: &Grid, table: &'t Table, catalog: &Catalog) -> Option<&'t Class> {
    let rows: Vec<u32> =
        grid.rows().filter_map(|cells| cells.first()).map(|c| c.at.row).filter(|r| *r > table.row).collect();
    let mut fitting = table.down.iter().filter(|class| {
        let known = |row: &u32| {
            let code = grid.get(CellRef::new(*row, class.code)).map(CellValue::display).unwrap_or_default();
            let name = grid.get(CellRef::new(*row, class.label)).map(CellValue::display).unwrap_or_default();
            code.len() == 5 && place_of(catalog, &code, &name).is_ok()
        };
        !rows.is_empty() && rows.iter().filter(|row| known(row)).count() * 2 > rows.len()
    });
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

/// The area of a five-digit code and its name.
fn place_of(catalog: &Catalog, code: &str, name: &str) -> Result<super::AreaText, String> {
    if code == "00000" && fold(name) == "全国" {
        return Ok(super::area_cells::nation());
    }
    let six = AreaCode::from_five(code).ok_or_else(|| format!("地域コード「{code}」は5けたの数字ではありません。"))?;
    // Names without their prefecture are decided by the code.
    area_of(catalog, Said { code: Some(six.as_str()), prefecture: None, name: Some(name.trim()) })
}

/// Code and name must say the same year.
fn period_of(code: &str, label: &str) -> Option<Period> {
    let coded = parse_estat_time(code)?;
    let named = parse_period(label, BareYear::Calendar)?;
    (coded.kind == named.kind && coded.date == named.date && coded.form_year == named.form_year).then_some(named)
}

/// Pairs of mark and meaning between the metadata and the headings.
fn legend(grid: &Grid, heading: u32) -> MissingLegend {
    let rows = grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row < heading));
    let pairs = rows.filter_map(|cells| match cells {
        [mark, words] if mark.at.col == 0 && words.at.col == 1 => Some((mark.value.as_text()?, words.value.as_text()?)),
        _ => None,
    });
    MissingLegend::from_pairs(pairs.filter(|(mark, _)| mark.trim().chars().count() <= 4))
}

/// The value, with the file's own marks put into those every later stage knows.
fn value_of(value: Option<&CellValue>, legend: &MissingLegend) -> Option<CellValue> {
    let text = value?.as_text()?;
    if parse_number(text).is_some() {
        return value.cloned();
    }
    let mark = match read_missing(text, legend) {
        Some(MissingReason::NotApplicable) => "―",
        Some(MissingReason::Unknown) => "…",
        Some(MissingReason::Suppressed) => "x",
        Some(MissingReason::Blank) | None => return value.cloned(),
    };
    Some(CellValue::Text(Arc::from(mark)))
}
