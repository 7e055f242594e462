//! A proposal how a table could be read, with what was understood and what not.

use std::sync::Arc;

use super::axes::{Axes, find};
use super::{heads, titles};
use crate::catalog::{Catalog, Lookup};
use crate::form::id_in;
use crate::layout::mapping::{Column, Mapping, SHEET_NAME, TITLE, indicator_id};
use crate::model::CellRef;
use crate::notation::{BareYear, find_unit_in, fold, parse_period, parse_unit};
use crate::read::{Book, Grid};

/// Heading rows over the first row of data, at most.
const MAX_HEADINGS: u32 = 8;
/// A heading longer than this is a sentence.
const MAX_WORDS: usize = 40;
const CARE_LEVELS: [&str; 7] = ["要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5"];

/// What a table of no known layout seems to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Understanding {
    /// 0 to 1; 1 only when every key and every column is understood
    pub confidence: f64,
    /// Sentences for a person: what was understood, and what not
    pub preview: Vec<String>,
    /// The proposal; [`Mapping::problem`] says what is still open
    pub mapping: Mapping,
    /// The sheet it was made of
    pub sheet: Arc<str>,
    /// Figures it would read
    pub figures: usize,
}

/// Looks at every sheet and answers for the one with most figures; `None` when no sheet is a table.
pub fn understand(book: &Book, catalog: &Catalog) -> Option<Understanding> {
    let tables = book.grids.iter().filter_map(|grid| of_grid(book, grid, catalog));
    tables.max_by_key(|understanding| understanding.figures)
}

fn of_grid(book: &Book, grid: &Grid, catalog: &Catalog) -> Option<Understanding> {
    let axes = find(grid, catalog)?;
    let first = heading_rows(grid, &axes);
    let last = axes.first_row.checked_sub(1)?;
    let titles = titles::above(grid, first);
    let title_unit = titles.iter().find_map(|title| find_unit_in(title)).map(|unit| titles::spell(&unit));
    let mut columns = Vec::new();
    let mut figures = 0;
    for col in 0..=grid.extent()?.col {
        let count = body(grid, &axes).filter(|cell| cell.at.col == col && heads::is_figure(&cell.value)).count();
        if axes.is_key(col) || count == 0 {
            continue;
        }
        figures += count;
        columns.push(column_of(grid, &axes, (first, last), col, title_unit.as_deref(), catalog));
    }
    if columns.is_empty() {
        return None;
    }
    let name = |col: u32| {
        let path = heads::path(grid, first, last, col);
        let alone = (0..=grid.extent().map_or(0, |at| at.col))
            .filter(|c| heads::same(&heads::path(grid, first, last, *c), &path))
            .count();
        if path.is_empty() || alone > 1 { letters(col) } else { path }
    };
    let mut mapping = Mapping {
        name: titles.first().cloned().unwrap_or_else(|| book.file.name.clone()),
        sheet: (!grid.name.is_empty()).then(|| grid.name.to_string()),
        heading: [first + 1, last + 1],
        code: axes.code.map(name),
        prefecture: axes.prefecture.map(name),
        area_column: axes.areas.first().copied().map(name),
        area: None,
        period_column: axes.period.map(name),
        period: None,
        calendar: false,
        columns,
    };
    let across_area = mapping.columns.iter().all(|column| column.area.is_some());
    if axes.areas.is_empty() && axes.code.is_none() && !across_area {
        let on_sheet = book.grids.len() > 1 && matches!(catalog.find_name(&grid.name), Lookup::One(_));
        mapping.area = if on_sheet { Some(SHEET_NAME.to_owned()) } else { titles::area(&titles, catalog) };
        if on_sheet {
            mapping.sheet = None;
        }
    }
    let across_period = mapping.columns.iter().all(|column| column.period.is_some());
    // A year of the title is looked up there each time: next year's table says another.
    let title_period = titles::period(&titles, &book.file.name);
    if axes.period.is_none() && !across_period && title_period.is_some() {
        mapping.period = Some(TITLE.to_owned());
    }
    let years = mapping.period_column.is_some() || across_period;
    mapping.calendar = years && !body_has_fiscal(grid, &axes);
    let (confidence, preview) = tell(grid, &axes, &mapping, figures, catalog, title_period.as_deref());
    Some(Understanding { confidence, preview, mapping, sheet: grid.name.clone(), figures })
}

fn body<'g>(grid: &'g Grid, axes: &Axes) -> impl Iterator<Item = &'g crate::read::Cell> {
    let first = axes.first_row;
    grid.cells().iter().filter(move |cell| cell.at.row >= first)
}

fn body_has_fiscal(grid: &Grid, axes: &Axes) -> bool {
    let Some(col) = axes.period else { return false };
    body(grid, axes).filter(|cell| cell.at.col == col).any(|cell| cell.value.display().contains("年度"))
}

/// The first of the heading rows: upwards from the data while rows hold more than a title.
fn heading_rows(grid: &Grid, axes: &Axes) -> u32 {
    let mut first = axes.first_row.saturating_sub(1);
    let lowest = axes.first_row.saturating_sub(MAX_HEADINGS);
    while first > lowest {
        let above = first - 1;
        let cells = grid.row(above);
        let over_figures = cells.iter().filter(|cell| !axes.is_key(cell.at.col)).count();
        let long = cells.iter().any(|cell| cell.value.display().chars().count() > MAX_WORDS);
        if cells.len() < 2 || over_figures == 0 || long {
            break;
        }
        first = above;
    }
    first
}

fn column_of(
    grid: &Grid,
    axes: &Axes,
    rows: (u32, u32),
    col: u32,
    title_unit: Option<&str>,
    catalog: &Catalog,
) -> Column {
    let heading = heads::path(grid, rows.0, rows.1, col);
    let mut column = Column { heading, letter: Some(letters(col)), ..Column::default() };
    let side_by_side = axes.areas.len() > 1;
    column.area_column = axes.area_of(col).filter(|_| side_by_side).map(letters);
    let mut words: Vec<String> = Vec::new();
    for part in heads::parts(grid, rows.0, rows.1, col) {
        let folded = fold(&part);
        if let Some(level) = CARE_LEVELS.iter().find(|level| **level == folded) {
            column.care_level = Some((*level).to_owned());
        } else if ["男", "女"].contains(&folded.as_str()) {
            column.sex = Some(folded);
        } else if parse_period(&part, BareYear::Calendar).is_some() {
            column.period = Some(part);
        } else if let (true, Some(area)) = (axes.areas.is_empty() && axes.code.is_none(), one_area(&part, catalog)) {
            column.area = Some(area);
        } else if is_age(&folded) {
            column.age = Some(folded);
        } else {
            if let Some(unit) = parse_unit(&part).or_else(|| find_unit_in(&part)) {
                column.unit.get_or_insert(titles::spell(&unit));
            }
            if parse_unit(&part).is_none_or(|_| find_unit_in(&part).is_some()) {
                words.push(part);
            }
        }
    }
    if column.unit.is_none() {
        column.unit = title_unit.map(str::to_owned);
    }
    let known = words.iter().find_map(|word| id_in(word).filter(|id| catalog.indicator(id).is_some()));
    let named = words.iter().find_map(|word| catalog.indicator_by_name(word)).map(|known| known.id.to_string());
    // An id of the ministry is only proposed; it counts once a person has saved it.
    column.indicator = known.or(named).unwrap_or_else(|| own_id(&words));
    column
}

fn is_age(folded: &str) -> bool {
    folded.contains('歳') && folded.starts_with(|c: char| c.is_ascii_digit()) && folded.chars().count() <= 12
}

/// An id of this product out of a heading's words: `X-財政力指数`; empty when there are none.
fn own_id(words: &[String]) -> String {
    let text: String = fold(&words.join("")).chars().filter(|c| c.is_alphanumeric()).take(30).collect();
    let id = format!("X-{text}");
    if text.is_empty() || indicator_id(&id).is_none() { String::new() } else { id }
}

fn one_area(text: &str, catalog: &Catalog) -> Option<String> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    catalog.find_name(text).one().map(|area| area.name.clone())
}

fn letters(col: u32) -> String {
    CellRef::new(0, col).column_name()
}

/// Confidence and the sentences a person sees.
fn tell(
    grid: &Grid,
    axes: &Axes,
    mapping: &Mapping,
    figures: usize,
    catalog: &Catalog,
    title_period: Option<&str>,
) -> (f64, Vec<String>) {
    let mut preview = Vec::new();
    let mut confidence = 1.0;
    let key = axes.code.or(axes.areas.first().copied());
    if let Some(col) = key {
        let cells: Vec<String> =
            body(grid, axes).filter(|cell| cell.at.col == col).map(|cell| cell.value.display()).collect();
        let known = cells.iter().filter(|text| catalog.find(text.trim()) != Lookup::None).count();
        preview.push(format!(
            "地域は{}列で下に並んでいます（{}行のうち{known}行が一覧にあります）。",
            letters(col),
            cells.len()
        ));
        confidence *= known as f64 / cells.len().max(1) as f64;
    } else if let Some(area) = &mapping.area {
        preview.push(format!("地域は「{area}」です。"));
        confidence *= 0.9;
    } else if mapping.columns.iter().all(|column| column.area.is_some()) {
        preview.push("地域は見出しで横に並んでいます。".to_owned());
    } else {
        preview.push("どの地域の数値か分かりません。".to_owned());
        confidence *= 0.3;
    }
    if let Some(col) = axes.period {
        preview.push(format!("期間は{}列で下に並んでいます。", letters(col)));
    } else if let Some(period) = title_period.filter(|_| mapping.period.is_some()) {
        preview.push(format!("期間は「{period}」です。"));
    } else if mapping.columns.iter().all(|column| column.period.is_some()) {
        preview.push("期間は見出しで横に並んでいます。".to_owned());
    } else {
        preview.push("いつの数値か分かりません。".to_owned());
        confidence *= 0.3;
    }
    if !axes.years.is_empty() {
        let cols = axes.years.iter().map(|col| letters(*col)).collect::<Vec<_>>().join("、");
        preview.push(format!("{cols}列は年のため、数値には数えません。"));
    }
    let names: Vec<&str> = mapping.columns.iter().map(|column| column.heading.as_str()).take(6).collect();
    let more = if mapping.columns.len() > names.len() { " など" } else { "" };
    preview.push(format!("数値は{}列{figures}個です（{}{more}）。", mapping.columns.len(), names.join("、")));
    let open: Vec<&str> = mapping
        .columns
        .iter()
        .filter(|column| column.indicator.is_empty() || column.unit.is_none())
        .filter_map(|column| column.letter.as_deref())
        .collect();
    if !open.is_empty() {
        let shown = open.iter().take(8).copied().collect::<Vec<_>>().join("、");
        preview.push(format!("指標か単位が分からない列があります（{shown}列）。"));
        confidence *= 1.0 - 0.5 * open.len() as f64 / mapping.columns.len() as f64;
    }
    (confidence, preview)
}
