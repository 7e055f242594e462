//! A proposal how a table could be read, with what was understood and what not.

use std::collections::HashMap;
use std::sync::Arc;

use super::axes::{Axes, find, level_of};
use super::carry::{Carried, Labels, own_text};
use super::words::{Meaning, carried_periods, indicator_of, meaning};
use super::years::with_eras;
use super::{heads, titles};
use crate::catalog::{Catalog, Lookup};
use crate::layout::area_cells::{Said, area_of, is_sum, written};
use crate::layout::mapping::{Column, Mapping, SHEET_NAME, TITLE};
use crate::model::CellRef;
use crate::notation::{find_unit_in, fold};
use crate::read::{Book, Grid};

/// Heading rows over the first row of data, at most.
const MAX_HEADINGS: u32 = 8;
/// A heading longer than this is a sentence.
const MAX_WORDS: usize = 40;
/// From here on a proposal is sure enough to be offered as it stands; even then it waits for a yes.
const SURE: f64 = 0.9;

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

impl Understanding {
    /// Whether everything was understood and nothing is left to be said but yes.
    pub fn is_sure(&self) -> bool {
        self.confidence >= SURE && self.mapping.problem().is_none()
    }
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
    let mut heads = Heads::new(grid, &axes, (first, last), catalog);
    let mut read: Vec<(Column, Meaning)> = Vec::new();
    let mut left_out: Vec<String> = Vec::new();
    let mut figures = 0;
    for col in 0..=grid.extent()?.col {
        let count = body(grid, &axes).filter(|cell| cell.at.col == col && heads::is_figure(&cell.value)).count();
        if axes.is_key(col) || count == 0 || heads.is_number_of_row(col) {
            continue;
        }
        let (column, meaning) = heads.column(col);
        // The sum over several areas is nobody's figure.
        if meaning.total && meaning.area.is_none() && heads.areas_across {
            left_out.push(letters(col));
            continue;
        }
        figures += count;
        read.push((column, meaning));
    }
    if read.is_empty() {
        return None;
    }
    let rows = rows_of(grid, &axes, catalog);
    let row_names = rows.iter().any(|(_, meaning)| !meaning.words.is_empty());
    let column_names = read.iter().any(|(_, meaning)| !meaning.words.is_empty());
    let mut doubts: Vec<String> = read
        .iter()
        .map(|(_, meaning)| meaning)
        .chain(rows.iter().map(|(_, meaning)| meaning))
        .filter_map(|meaning| meaning.doubt.clone())
        .collect();
    if row_names && column_names {
        doubts.push("項目の名前が行と列の両方にあり、どちらが指標か".to_owned());
    }
    if rows.iter().any(|(_, meaning)| meaning.area.is_some() || meaning.period.is_some()) {
        doubts.push("行の見出しに地域や期間の混じる所".to_owned());
    }
    let row_unit = |meaning: &Meaning| meaning.unit.clone();
    let rows: Vec<Column> = rows
        .into_iter()
        .map(|(heading, meaning)| Column {
            heading,
            indicator: if row_names { indicator_of(&meaning.words, catalog) } else { String::new() },
            unit: row_unit(&meaning),
            care_level: meaning.dimensions.care_level,
            service: meaning.dimensions.service,
            age: meaning.dimensions.age,
            sex: meaning.dimensions.sex,
            ..Column::default()
        })
        .collect();
    let rows_have_units = axes.unit.is_some() || !rows.is_empty() && rows.iter().all(|row| row.unit.is_some());
    let columns: Vec<Column> = read
        .into_iter()
        .map(|(mut column, meaning)| {
            if !row_names {
                column.indicator = indicator_of(&meaning.words, catalog);
            }
            if column.unit.is_none() && !rows_have_units {
                column.unit = title_unit.clone();
            }
            column
        })
        .collect();
    doubts.extend(same_twice(&columns));
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
        label_columns: axes.labels.iter().copied().map(name).collect(),
        unit_column: axes.unit.map(name),
        columns,
        rows,
    };
    let across_area = mapping.columns.iter().all(|column| column.area.is_some());
    if axes.areas.is_empty() && axes.code.is_none() && !across_area {
        whole_area(book, grid, &titles, catalog, &mut mapping);
    }
    let across_period = mapping.columns.iter().all(|column| column.period.is_some());
    // A year of the title is looked up there each time: next year's table says another.
    let title_period = titles::period(&titles, &book.file.name);
    if axes.period.is_none() && !across_period && title_period.is_some() {
        mapping.period = Some(TITLE.to_owned());
    }
    let years = mapping.period_column.is_some() || across_period;
    let fiscal = body_has_fiscal(grid, &axes) || over_figures(grid, (0, last)).any(|text| text.contains("年度"));
    mapping.calendar = years && !fiscal;
    if across_period && !fiscal && heads.bare_years() {
        doubts.push("年の数字が年度か暦年か".to_owned());
    }
    doubts.dedup();
    let account = Account { figures, title_period: title_period.as_deref(), doubts, left_out, rows_have_units };
    let (confidence, preview) = tell(grid, &axes, &mapping, catalog, &account);
    Some(Understanding { confidence, preview, mapping, sheet: grid.name.clone(), figures })
}

/// The headings of one grid.
struct Heads<'g> {
    grid: &'g Grid,
    axes: &'g Axes,
    rows: (u32, u32),
    catalog: &'g Catalog,
    /// Periods whose era stands further left
    carried: HashMap<CellRef, String>,
    areas_across: bool,
    bare: bool,
}

impl<'g> Heads<'g> {
    fn new(grid: &'g Grid, axes: &'g Axes, rows: (u32, u32), catalog: &'g Catalog) -> Self {
        let areas_down = !axes.areas.is_empty() || axes.code.is_some();
        let areas_across = !areas_down
            && (rows.0..=rows.1)
                .flat_map(|row| grid.row(row))
                .any(|cell| !axes.is_key(cell.at.col) && level_of(&cell.value.display(), catalog).is_some());
        Self { grid, axes, rows, catalog, carried: carried_periods(grid, rows), areas_across, bare: false }
    }

    /// 「No.」「番号」: the number of the row.
    fn is_number_of_row(&self, col: u32) -> bool {
        let head = fold(&heads::path(self.grid, self.rows.0, self.rows.1, col));
        ["No", "No.", "NO", "NO.", "番号", "項番", "通番"].contains(&head.as_str())
    }

    fn column(&mut self, col: u32) -> (Column, Meaning) {
        let heading = heads::path(self.grid, self.rows.0, self.rows.1, col);
        let parts = with_eras(self.grid, self.rows, col, &self.carried);
        let areas = self.axes.areas.is_empty() && self.axes.code.is_none();
        let said = meaning(&parts, areas, self.catalog);
        self.bare |= said.bare_year;
        let side_by_side = self.axes.areas.len() > 1;
        let column = Column {
            heading,
            letter: Some(letters(col)),
            area_column: self.axes.area_of(col).filter(|_| side_by_side).map(letters),
            unit: said.unit.clone(),
            period: said.period.clone(),
            area: said.area.clone(),
            care_level: said.dimensions.care_level.clone(),
            service: said.dimensions.service.clone(),
            age: said.dimensions.age.clone(),
            sex: said.dimensions.sex.clone(),
            indicator: String::new(),
        };
        (column, said)
    }

    /// Whether a year was written without 年 and 年度.
    fn bare_years(&self) -> bool {
        self.bare
    }
}

/// What the words at the left of the rows mean, each once.
fn rows_of(grid: &Grid, axes: &Axes, catalog: &Catalog) -> Vec<(String, Meaning)> {
    let mut found: Vec<(String, Meaning)> = Vec::new();
    if axes.labels.is_empty() {
        return found;
    }
    let labels = Labels::of(grid, &axes.labels, &axes.figure_rows(grid));
    for row in axes.figure_rows(grid) {
        let parts = labels.parts(row);
        let heading = parts.join(heads::SEPARATOR);
        if heading.is_empty() || found.iter().any(|(known, _)| heads::same(known, &heading)) {
            continue;
        }
        let mut said = meaning(&parts, true, catalog);
        // 「計」 alone is the sum of what stands beside it; 「総人口」 says it all.
        if said.words.is_empty() && !said.is_breakdown() && !said.total {
            said.doubt.get_or_insert_with(|| format!("「{heading}」が何の数値か"));
        }
        found.push((heading, said));
    }
    found
}

/// The one area of a table: on the sheet's name, in its title, or not said.
fn whole_area(book: &Book, grid: &Grid, titles: &[String], catalog: &Catalog, mapping: &mut Mapping) {
    let named = |grid: &&Grid| matches!(catalog.find_name(&grid.name), Lookup::One(_));
    let sheets = book.grids.iter().filter(named).count();
    let on_sheet = book.grids.len() > 1 && named(&grid);
    if on_sheet {
        mapping.area = Some(SHEET_NAME.to_owned());
        mapping.sheet = None;
        return;
    }
    let title = titles::area(titles, catalog);
    // One area a sheet, named in each title: the next sheet says another.
    let others = book.grids.iter().filter(|other| other.name != grid.name);
    let many = sheets == 0
        && others
            .filter(|other| titles::area(&titles::above(other, mapping.heading[0] - 1), catalog).is_some())
            .count()
            > 0;
    mapping.area = if many { title.map(|_| TITLE.to_owned()) } else { title };
    if many {
        mapping.sheet = None;
    }
}

/// Columns that say the same of different figures.
fn same_twice(columns: &[Column]) -> Option<String> {
    let key = |column: &Column| Column { heading: String::new(), letter: None, ..column.clone() };
    let twice =
        columns.iter().enumerate().find(|(at, column)| columns.iter().take(*at).any(|other| key(other) == key(column)));
    twice.map(|(_, column)| format!("「{}」の列が2つあり、その違い", column.heading))
}

fn over_figures(grid: &Grid, rows: (u32, u32)) -> impl Iterator<Item = String> {
    grid.cells().iter().take_while(move |cell| cell.at.row <= rows.1).map(|cell| cell.value.display())
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

fn letters(col: u32) -> String {
    CellRef::new(0, col).column_name()
}

/// Rows with figures, and how many of them name one area of the catalog (or a sum) for sure.
fn known_areas(grid: &Grid, axes: &Axes, catalog: &Catalog) -> (usize, usize) {
    let rows = axes.figure_rows(grid);
    let prefectures = axes.prefecture.map(|col| Carried::of(grid, col, &rows)).unwrap_or_default();
    let names: Vec<Carried> = axes.areas.iter().map(|col| Carried::of(grid, *col, &rows)).collect();
    let known = rows.iter().filter(|row| {
        let code = axes.code.map(|col| own_text(grid, CellRef::new(**row, col))).unwrap_or_default();
        let one = |name: &str| {
            let said = Said { code: written(&code), prefecture: written(prefectures.text(**row)), name: written(name) };
            is_sum(name) || area_of(catalog, said).is_ok_and(|area| area.is_code || area.level.is_some())
        };
        // Blocks side by side may end on different rows.
        let empty = |name: &&Carried| name.text(**row).is_empty();
        if names.is_empty() {
            one("")
        } else {
            !names.iter().all(|name| empty(&name))
                && names.iter().filter(|name| !empty(name)).all(|name| one(name.text(**row)))
        }
    });
    (rows.len(), known.count())
}

/// What was found besides the mapping.
struct Account<'a> {
    figures: usize,
    title_period: Option<&'a str>,
    doubts: Vec<String>,
    left_out: Vec<String>,
    rows_have_units: bool,
}

/// Confidence and the sentences a person sees.
fn tell(grid: &Grid, axes: &Axes, mapping: &Mapping, catalog: &Catalog, account: &Account<'_>) -> (f64, Vec<String>) {
    let Account { figures, title_period, .. } = account;
    let mut preview = Vec::new();
    let mut confidence = 1.0;
    let key = axes.code.or(axes.areas.first().copied());
    if let Some(col) = key {
        let (rows, known) = known_areas(grid, axes, catalog);
        preview
            .push(format!("地域は{}列で下に並んでいます（{rows}行のうち{known}行が一覧にあります）。", letters(col)));
        confidence *= known as f64 / rows.max(1) as f64;
    } else if let Some(area) = &mapping.area {
        preview.push(match area.as_str() {
            SHEET_NAME => "地域はシートの名前です。".to_owned(),
            TITLE => "地域は表題に書かれています。".to_owned(),
            area => format!("地域は「{area}」です。"),
        });
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
    if !axes.labels.is_empty() {
        let cols = axes.labels.iter().map(|col| letters(*col)).collect::<Vec<_>>().join("、");
        let names: Vec<&str> = mapping.rows.iter().map(|row| row.heading.as_str()).take(6).collect();
        let more = if mapping.rows.len() > names.len() { " など" } else { "" };
        preview.push(format!("項目は{cols}列で下に並んでいます（{}{more}）。", names.join("、")));
    }
    let names: Vec<&str> = mapping.columns.iter().map(|column| column.heading.as_str()).take(6).collect();
    let more = if mapping.columns.len() > names.len() { " など" } else { "" };
    preview.push(format!("数値は{}列{figures}個です（{}{more}）。", mapping.columns.len(), names.join("、")));
    if !account.left_out.is_empty() {
        preview.push(format!("{}列は合計のため、取り込みません。", account.left_out.join("、")));
    }
    let rows_have_names = mapping.rows.iter().any(|row| !row.indicator.is_empty());
    let open: Vec<&str> = mapping
        .columns
        .iter()
        .filter(|column| {
            column.indicator.is_empty() && !rows_have_names || column.unit.is_none() && !account.rows_have_units
        })
        .filter_map(|column| column.letter.as_deref())
        .collect();
    if !open.is_empty() {
        let shown = open.iter().take(8).copied().collect::<Vec<_>>().join("、");
        preview.push(format!("指標か単位が分からない列があります（{shown}列）。"));
        confidence *= 1.0 - 0.5 * open.len() as f64 / mapping.columns.len() as f64;
    }
    let nameless = mapping.rows.iter().filter(|row| rows_have_names && row.indicator.is_empty()).count();
    if nameless > 0 {
        preview.push(format!("何の数値か分からない行が{nameless}行あります。"));
        confidence *= 0.5;
    }
    for doubt in account.doubts.iter().take(3) {
        preview.push(format!("{}が分かりません。", doubt.trim_end_matches('。')));
    }
    if !account.doubts.is_empty() {
        confidence *= 0.5;
    }
    (confidence, preview)
}
