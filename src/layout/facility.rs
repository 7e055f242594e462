//! L7: 介護サービス情報公表システム オープンデータ, one service provider a row, counted by insurer.
//!
//! What comes out are counts of 事業所 and sums of 定員 a service. Wards count for their city, the insurer. The source of
//! a count is the first row it counts. The files carry no date: the year is asked for.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::area_cells::{Said, area_of, text_of, written};
use super::{AreaText, Context, Figure, Interpretation, PeriodText, place_of};
use crate::catalog::{Catalog, InsurerOf};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::model::{Area, CellRef, Date, Dimensions, Period, PeriodKind};
use crate::notation::{fiscal_year_in, fold, parse_number};
use crate::read::{Book, Cell, CellValue, Grid};

const COUNT: &str = "X-jigyosho-count";
const CAPACITY: &str = "X-jigyosho-capacity";

struct Columns {
    row: u32,
    code: u32,
    prefecture: u32,
    name: u32,
    service: u32,
    office: u32,
    capacity: u32,
}

/// The providers of one service in one insurer's area.
struct Group {
    first: CellRef,
    count: u32,
    capacity: f64,
    /// The first cell of 定員 with a number
    capacity_at: Option<CellRef>,
    /// The first row without a number
    without: Option<CellRef>,
}

/// Counts the providers of the open data; `None` when the book is something else.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let [grid] = book.grids.as_slice() else { return None };
    let columns = find_columns(grid)?;
    Some(match period(book, context) {
        Ok(period) => Ok(count(book, grid, &columns, &Arc::new(period), context.catalog)),
        Err(error) => Err(error),
    })
}

fn find_columns(grid: &Grid) -> Option<Columns> {
    let heading = grid.rows().next()?;
    let col_of = |word: &str| heading.iter().find(|cell| is(cell, word)).map(|cell| cell.at.col);
    // Without these two the rows might not be one provider each.
    col_of("事業所名")?;
    Some(Columns {
        row: heading.first()?.at.row,
        code: col_of("都道府県コード又は市町村コード")?,
        prefecture: col_of("都道府県名")?,
        name: col_of("市区町村名")?,
        service: col_of("サービスの種類")?,
        office: col_of("事業所番号")?,
        capacity: col_of("定員")?,
    })
}

fn is(cell: &Cell, word: &str) -> bool {
    cell.value.as_text().is_some_and(|text| fold(text) == word)
}

fn period(book: &Book, context: Context<'_>) -> Result<Period, FileError> {
    let named = fiscal_year_in(&book.file.name);
    let place = Place::file(book.file.name.clone());
    match (context.year, named) {
        (Some(said), Some(named)) if said != named => Err(FileError::waiting(
            "year-disagrees",
            format!("年度が、指定では{said}年度、ファイル名では{named}年度で、食い違っています。"),
            "正しい年度を確かめて、もう一度取り込んでください。",
        )
        .at(place)),
        (None, None) => Err(FileError::waiting(
            "year-unknown",
            "介護サービス情報公表システムの事業所の一覧です。いつの一覧か、ファイルのどこにも書かれていません。",
            "ファイル名に年度（例 令和6年度_事業所.csv）を入れて、もう一度入れてください（コマンドでは --year でも指定できます）。",
        )
        .at(place)),
        (Some(year), _) | (None, Some(year)) => Ok(Period {
            label: format!("{year}年度"),
            kind: PeriodKind::FiscalYear,
            form_year: Some(year),
            date: Date::month_end(year + 1, 3),
            months: None,
            part_year: false,
        }),
    }
}

fn count(book: &Book, grid: &Grid, columns: &Columns, period: &Arc<Period>, catalog: &Catalog) -> Interpretation {
    let mut result = Interpretation { layout: "L7", ..Interpretation::default() };
    let place = |row: u32, col: u32| place_of(book, grid, CellRef::new(row, col));
    let mut groups: BTreeMap<(CellRef, Arc<str>), (AreaText, Group)> = BTreeMap::new();
    let mut keys: HashMap<(AreaText, Arc<str>), CellRef> = HashMap::new();
    let mut doubtful: HashSet<AreaText> = HashSet::new();
    let mut seen: HashSet<Vec<String>> = HashSet::new();
    for cells in grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row > columns.row)) {
        let Some(row) = cells.first().map(|cell| cell.at.row) else { continue };
        let text = |col: u32| grid.get(CellRef::new(row, col)).map(CellValue::display).unwrap_or_default();
        let (code, prefecture, name) = (text(columns.code), text(columns.prefecture), text(columns.name));
        let said = Said { code: written(&code), prefecture: written(&prefecture), name: written(&name) };
        if !seen.insert(cells.iter().map(|cell| cell.value.display()).collect()) {
            result.diagnostics.push(
                Diagnostic::warning("row-twice", "まったく同じ行が2回あるため、1回だけ数えました。")
                    .hint("元のファイルを開いて、この行を確かめてください。")
                    .at(place(row, columns.code)),
            );
            continue;
        }
        let service = text(columns.service);
        let in_place = is_office(&text(columns.office)) && is_capacity(&text(columns.capacity));
        let area = insurer(catalog, said).and_then(|area| {
            in_place.then_some(area).ok_or_else(|| "事業所番号か定員の所に別のことが書かれています。".to_owned())
        });
        let (area, service) = match (area, written(&service)) {
            (Ok(area), Some(service)) => (area, Arc::<str>::from(service)),
            (area, _) => {
                let why = area.as_ref().err().cloned().unwrap_or_else(|| "サービスの種類が空です。".to_owned());
                // Whatever place a cell of the row names, its count is in doubt.
                let named = cells.iter().filter_map(|cell| cell.value.as_text()).map(|text| catalog.find(text));
                for place in named.flat_map(|found| found.candidates().to_vec()) {
                    doubtful.insert(insurer_of(catalog, &place));
                }
                result.diagnostics.push(
                    Diagnostic::warning(
                        "row-area",
                        format!("{why}この行の地域の事業所数と定員は取り込みませんでした。"),
                    )
                    .hint("元のファイルを開いて、この行を確かめてください。")
                    .at(place(row, columns.code)),
                );
                continue;
            }
        };
        let at = CellRef::new(row, columns.service);
        let first = *keys.entry((area.clone(), service.clone())).or_insert(at);
        let fresh = Group { first: at, count: 0, capacity: 0.0, capacity_at: None, without: None };
        let (_, group) = groups.entry((first, service)).or_insert((area, fresh));
        group.count += 1;
        let at = CellRef::new(row, columns.capacity);
        match parse_number(&text(columns.capacity)).map(|number| number.value).filter(|number| *number >= 0.0) {
            Some(number) => {
                group.capacity += number;
                group.capacity_at.get_or_insert(at);
            }
            None => {
                group.without.get_or_insert(at);
            }
        }
    }
    for ((_, service), (area, group)) in groups {
        if doubtful.contains(&area) {
            continue;
        }
        let figure = |indicator: &str, value: f64, unit: &str, cell: CellRef| Figure {
            indicator: Some(Arc::from(indicator)),
            indicator_name: None,
            area: area.clone(),
            period: PeriodText::Known(period.clone()),
            value: Some(CellValue::Number(value)),
            unit: Some(Arc::from(unit)),
            dimensions: Arc::new(Dimensions { service: Some(service.to_string()), ..Dimensions::default() }),
            decimals: Some(0),
            sheet: grid.name.clone(),
            cell,
        };
        result.figures.push(figure(COUNT, f64::from(group.count), "か所", group.first));
        match (group.capacity_at, group.without) {
            (Some(at), None) => result.figures.push(figure(CAPACITY, group.capacity, "人", at)),
            // A sum that leaves out a provider would be too small.
            (Some(_), Some(without)) => result.diagnostics.push(
                Diagnostic::warning(
                    "capacity-partly-blank",
                    "定員の書かれていない事業所があるため、この地域の定員の合計は取り込みませんでした。",
                )
                .hint("元のファイルを開いて、この事業所の定員を確かめてください。")
                .at(place(without.row, without.col)),
            ),
            (None, _) => {}
        }
    }
    result
}

/// Ten letters or digits; a spreadsheet may have taken the leading zero.
fn is_office(text: &str) -> bool {
    (9..=10).contains(&text.trim().len()) && text.trim().bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Nothing, or a number of people: anything else is a row moved sideways.
fn is_capacity(text: &str) -> bool {
    written(text).is_none() || parse_number(text).is_some_and(|number| (0.0..100_000.0).contains(&number.value))
}

/// Who the provider's place is counted for: of a ward its city, of any other place itself.
fn insurer(catalog: &Catalog, said: Said<'_>) -> Result<AreaText, String> {
    let area = match area_of(catalog, said) {
        Ok(area) => area,
        // Wards that were merged since: the city still stands before the ward's name.
        Err(why) => {
            let city = said.name.filter(|name| name.ends_with('区')).and_then(|name| {
                let (city, _) = name.split_once('市')?;
                let city = format!("{city}市");
                catalog.find_in(said.prefecture, &city).one()
            });
            return city.map(|city| text_of(&city)).ok_or(why);
        }
    };
    let found = if area.is_code { catalog.find_code(&area.name).one() } else { None };
    Ok(found.map_or(area, |found| insurer_of(catalog, &found)))
}

fn insurer_of(catalog: &Catalog, place: &Area) -> AreaText {
    match catalog.insurer_of(place) {
        InsurerOf::City(city) => text_of(&city),
        _ => text_of(place),
    }
}
