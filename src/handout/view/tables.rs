//! Tables, cell by cell as shown.

use serde::Serialize;

use super::marks::{Notes, Seen, part_years};
use super::page::Page;
use super::table_room::{FIRST_ROWS, LONG, WHOLE, height, lines, start};
use super::year_in_full;
use crate::handout::data::{Block, Handout, Indicator, Role, Verdict, Year};
use crate::handout::glyphs;
use crate::handout::names::{self, RowName};
use crate::handout::options::Kind;
use crate::handout::shown;
use crate::model::MissingReason;

/// Own, prefecture and nation of the main year, compared.
#[derive(Serialize)]
pub struct ComparisonTable {
    /// 表1 …
    pub(super) number: usize,
    year: Option<String>,
    /// The unit of all rows, when they share one.
    unit: Option<String>,
    /// Names of 比較地域 that stand in this table; the others have tables of their own.
    others: Vec<String>,
    ranks: bool,
    /// The last column is there to write in.
    memo: bool,
    /// Columns in points, the name column first.
    widths: Vec<f64>,
    /// Short enough to stand on one page with its notes.
    whole: bool,
    /// Long, and a page holds it: it begins a new one.
    fresh: bool,
    /// Points its beginning takes: where there is less room it begins on the next page.
    start: f64,
    rows: Vec<Row>,
    notes: Vec<String>,
    /// So many of the last notes are long: they stand after the table once, not under its part of every page.
    once: usize,
}

#[derive(Serialize)]
#[serde(tag = "row", rename_all = "snake_case")]
enum Row {
    /// A line over a group: 「受給者1人あたり給付月額（円）」
    Group { label: String, flat: bool },
    /// One indicator.
    Figures(Box<Figures>),
}

impl Row {
    fn figures(&self) -> Option<&Figures> {
        match self {
            Self::Figures(figures) => Some(figures),
            Self::Group { .. } => None,
        }
    }
}

#[derive(Serialize)]
struct Figures {
    label: String,
    /// 「注1」
    marks: String,
    unit: String,
    indent: bool,
    own: String,
    prefecture: String,
    nation: String,
    others: Vec<String>,
    difference: String,
    ratio: String,
    arrow: &'static str,
    verdict: String,
    /// Above or below and not unstable: set in bold.
    strong: bool,
    rank: String,
    /// It takes one line for certain: its height need not be measured.
    flat: bool,
}

/// 比較地域 for which the comparison table has no room.
#[derive(Serialize)]
pub struct OthersTable {
    /// 表1 …
    pub(super) number: usize,
    unit: Option<String>,
    areas: Vec<String>,
    widths: Vec<f64>,
    /// Short enough to stand on one page with its notes.
    whole: bool,
    /// Points its beginning takes.
    start: f64,
    rows: Vec<ValueRow>,
    notes: Vec<String>,
}

/// Every value of the period of some areas.
#[derive(Serialize)]
pub struct YearTable {
    /// 表1 …
    pub(super) number: usize,
    areas: Vec<String>,
    years: Vec<String>,
    widths: Vec<f64>,
    /// Short enough to stand on one page with its notes.
    whole: bool,
    /// Long, and a page holds it: it begins a new one.
    fresh: bool,
    /// Points its beginning takes.
    start: f64,
    rows: Vec<ValueRow>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct ValueRow {
    /// It takes one line for certain.
    flat: bool,
    /// A line over the rows of a block.
    block: bool,
    /// A line over the rows of a group.
    group: bool,
    label: String,
    indent: bool,
    values: Vec<String>,
}

/// A line of the list of indicators.
#[derive(Serialize)]
pub struct IndicatorRow {
    id: String,
    name: String,
    unit: String,
    adjusted: bool,
    cautions: String,
}

/// Whether some area has a figure of the main year in this block.
pub(super) fn has_figures(handout: &Handout, block: &Block) -> bool {
    let Some(main) = handout.main_index() else { return false };
    let areas = || 0..handout.areas.len();
    block.indicators.iter().any(|indicator| areas().any(|area| indicator.figure(area, main).value().is_some()))
}

/// The comparison of a block.
pub fn comparison(handout: &Handout, block: &Block, page: &Page) -> ComparisonTable {
    let others = other_areas(handout);
    let alone = built(handout, block, page, &[]);
    if page.kind() != Kind::Handout || others.is_empty() {
        return alone;
    }
    let together = built(handout, block, page, &others);
    let roomy = together.widths.first().is_some_and(|name| *name >= page.table * NAME_LEAST);
    if roomy && together.ranks == alone.ranks { together } else { alone }
}

/// The narrowest column of names, in ems; most services fit in a line of it.
const NAME_LEAST: f64 = 13.0;
/// Beside the column to write in, names keep this many ems, and it this many points.
const NAMES_BESIDE_MEMO: f64 = 18.7;
const MEMO_LEAST: f64 = 70.0;
/// Its head in one line, in ems.
const MEMO_HEAD: f64 = 6.8;
/// Names wrap into columns of so many ems, before ranks or the column to write in give up their room.
const WRAPPED_NAME: f64 = 9.0;

fn built(handout: &Handout, block: &Block, page: &Page, here: &[usize]) -> ComparisonTable {
    let main = handout.main_index();
    let mut ranks = page.kind() == Kind::Handout && block.indicators.iter().any(|indicator| indicator.rank.is_some());
    let mut notes = Notes::default();
    let mut rows = Vec::new();
    let single = single_unit(block);
    let home = handout.area_of(Role::Prefecture);
    let mut group_before = None;
    for (name, indicator) in names::rows(block).into_iter().zip(&block.indicators) {
        if let Some(label) = group_line(&name, &mut group_before, block, single) {
            rows.push(Row::Group { flat: fits(ems(&label), page.measure, page), label });
        }
        let mut cell = |area: Option<usize>| match area.zip(main) {
            Some((area, year)) => notes.seen.cell(&name.label, indicator, indicator.figure(area, year), year),
            None => notes.seen.hole(MissingReason::Unknown),
        };
        let (own, nation) = (cell(handout.area_of(Role::Own)), cell(handout.area_of(Role::Nation)));
        let prefecture = home.map(|home| cell(Some(home))).unwrap_or_default();
        let others = here.iter().map(|area| cell(Some(*area))).collect();
        let difference = indicator.difference.and_then(|d| shown::signed(d, indicator.decimals));
        let ratio = indicator.shown_ratio();
        let (arrow, verdict) = verdict_words(indicator);
        rows.push(Row::Figures(Box::new(Figures {
            marks: notes.marks(indicator),
            unit: row_unit(&name, indicator, single),
            indent: name.group.is_some(),
            label: name.label,
            own,
            prefecture,
            nation,
            others,
            difference: difference.unwrap_or_else(dash),
            ratio: ratio.unwrap_or_else(dash),
            arrow,
            verdict,
            strong: stands_out(indicator),
            rank: indicator.rank.as_deref().map(short_rank).unwrap_or_default(),
            flat: false,
        })));
    }
    // The heads of number columns may wrap after four letters.
    let head = |name: &String| ems(name).min(4.0);
    // Own, prefecture, nation, then the others.
    let heads = [Role::Own, Role::Prefecture, Role::Nation].map(|role| handout.area_of(role)).into_iter();
    let heads = heads.chain(here.iter().map(|area| Some(*area)));
    let mut values: Vec<f64> =
        heads.map(|area| area.and_then(|area| handout.areas.get(area)).map_or(0.0, |area| head(&area.name))).collect();
    let (mut difference, mut ratio) = (3.6, 2.6);
    // 「見本県内」 over 「順位」.
    let mut rank = ems(&handout.prefecture) + 1.0;
    for figures in rows.iter().filter_map(Row::figures) {
        let cells = [&figures.own, &figures.prefecture, &figures.nation].into_iter().chain(&figures.others);
        values.iter_mut().zip(cells).for_each(|(value, cell)| *value = ems(cell).max(*value));
        difference = ems(&figures.difference).max(difference);
        ratio = ems(&figures.ratio).max(ratio);
        rank = ems(&figures.rank).min(9.0).max(rank);
    }
    let padding = 0.75;
    let mut more = vec![difference, ratio, 4.1];
    if ranks {
        more.push(rank);
    }
    let columns_of = |values: &[f64]| {
        let mut columns: Vec<f64> = values.iter().chain(&more).copied().collect();
        if let (None, Some(column)) = (home, columns.get_mut(1)) {
            // A prefecture compares itself with the nation: the layout's second column holds nothing and takes no room.
            *column = -padding;
        }
        columns
    };
    let room = |columns: &[f64]| page.measure - columns.iter().map(|ems| (ems + padding) * page.table).sum::<f64>();
    let even = values.iter().copied().fold(0.0, f64::max);
    let mut columns = columns_of(&vec![even; values.len()]);
    if room(&columns) < WRAPPED_NAME * page.table {
        // Columns of one width please the eye; here some figure is so long that the names need the room.
        columns = columns_of(&values);
    }
    let mut ranked = Vec::new();
    if ranks && room(&columns) < WRAPPED_NAME * page.table {
        // The names need the room, the ranks go into a note.
        ranks = false;
        columns.pop();
        for figures in rows.iter().filter_map(Row::figures).filter(|figures| !figures.rank.is_empty()) {
            ranked.push(format!("{} {}", figures.label, figures.rank));
        }
    }
    let mut widths = vec![room(&columns)];
    widths.extend(columns.iter().map(|ems| (ems + padding) * page.table));
    let mut memo = page.kind() == Kind::Worksheet;
    if let (true, Some(name)) = (memo, widths.first_mut()) {
        // 「気づいたこと」 takes its room from the names.
        let room = (*name - NAMES_BESIDE_MEMO * page.table).max(MEMO_LEAST).max(MEMO_HEAD * page.table);
        memo = *name - room >= WRAPPED_NAME * page.table;
        if memo {
            *name -= room;
            widths.push(room);
        }
    }
    let name_width = widths.first().copied().unwrap_or_default();
    for row in &mut rows {
        if let Row::Figures(figures) = row {
            let label = label_ems(&figures.label, &figures.unit, &figures.marks, figures.indent);
            figures.flat = (!ranks || ems(&figures.rank) <= rank) && fits(label, name_width, page);
        }
    }
    let taken = rows.iter().map(|row| match row {
        Row::Group { label, .. } => lines(ems(label), page.measure, page),
        Row::Figures(figures) => {
            lines(label_ems(&figures.label, &figures.unit, &figures.marks, figures.indent), name_width, page)
        }
    });
    let first: f64 = taken.clone().take(FIRST_ROWS).sum();
    let taken: f64 = taken.sum();
    let mut lines_under = notes.lines(block.indicators.iter().any(|indicator| indicator.unstable), &handout.years);
    let brief = lines_under.len();
    if !ranked.is_empty() {
        lines_under.push(format!("{}内の順位：{}", handout.prefecture, ranked.join("、")));
    }
    if ranks || !ranked.is_empty() {
        lines_under.extend(handout.rank_note.clone());
    }
    let once = if ranked.is_empty() { 0 } else { lines_under.len() - brief };
    ComparisonTable {
        number: 0,
        year: main.and_then(|main| handout.years.get(main)).map(year_in_full),
        others: here.iter().filter_map(|area| handout.areas.get(*area)).map(|area| area.name.clone()).collect(),
        unit: single.map(str::to_owned),
        ranks,
        memo,
        widths,
        whole: taken <= WHOLE,
        fresh: rows.len() > LONG && height(taken, &lines_under, page) <= page.inner_height(),
        start: start(first, lines_under.get(..brief).unwrap_or_default(), page),
        rows,
        notes: lines_under,
        once,
    }
}

/// The first cell of a row in ems, as the layout sets it.
pub(super) fn label_ems(label: &str, unit: &str, marks: &str, indent: bool) -> f64 {
    let gap = if marks.is_empty() { 0.0 } else { 0.4 };
    ems(label) + ems(unit) + ems(marks) + gap + if indent { 0.4 } else { 0.0 }
}

/// Whether so many ems of the table's type stand in one line of a column for certain. The layout leaves 0.35 em on both
/// sides; the rest is for roundings.
pub(super) fn fits(ems: f64, width: f64, page: &Page) -> bool {
    (ems + 1.1) * page.table <= width
}

/// The lines of the rows of such a table.
fn lines_of(rows: &[ValueRow], widths: &[f64], page: &Page) -> f64 {
    let name = widths.first().copied().unwrap_or_default();
    let taken = rows.iter().map(|row| {
        let room = if row.block || row.group { page.measure } else { name };
        lines(label_ems(&row.label, "", "", row.indent), room, page)
    });
    taken.sum()
}

/// The same of the rows a table begins with.
fn first_lines(rows: &[ValueRow], widths: &[f64], page: &Page) -> f64 {
    lines_of(rows.get(..FIRST_ROWS).unwrap_or(rows), widths, page)
}

fn flatten(rows: &mut [ValueRow], widths: &[f64], page: &Page) {
    let (name, values) = (widths.first().copied().unwrap_or_default(), widths.get(1..).unwrap_or_default());
    for row in rows {
        let room = if row.block || row.group { page.measure } else { name };
        // Values have columns as wide as the widest of them, unless many years were squeezed.
        let narrow = row.values.iter().zip(values).any(|(value, width)| (ems(value) + 0.72) * page.table > *width);
        row.flat = !narrow && fits(label_ems(&row.label, "", "", row.indent), room, page);
    }
}

/// The arrow and the word of a row.
pub(super) fn verdict_words(indicator: &Indicator) -> (&'static str, String) {
    match indicator.verdict {
        _ if indicator.unstable => ("", "少数".to_owned()),
        Some(verdict) => (verdict.arrow(), verdict.word().to_owned()),
        None => ("", dash()),
    }
}

/// Above or below, on enough people: set in bold.
pub(super) fn stands_out(indicator: &Indicator) -> bool {
    !indicator.unstable && indicator.verdict.is_some_and(|verdict| verdict != Verdict::Similar)
}

/// For a figure that is not there.
pub(super) fn dash() -> String {
    MissingReason::Unknown.mark().to_owned()
}

/// 「2位／18保険者」 as 「2／18」: the heading says the rest. Other words stay.
fn short_rank(rank: &str) -> String {
    let parts = rank.split_once("位／").and_then(|(place, of)| Some((place, of.strip_suffix("保険者")?)));
    parts.map_or_else(|| rank.to_owned(), |(place, of)| format!("{place}／{of}"))
}

/// Tables of the 比較地域 that found no room beside the nation, in `table`.
pub fn others(handout: &Handout, block: &Block, page: &Page, table: &ComparisonTable) -> Vec<OthersTable> {
    let (Some(main), others) = (handout.main_index(), other_areas(handout)) else { return Vec::new() };
    if others.is_empty() || !table.others.is_empty() {
        return Vec::new();
    }
    let column =
        page.name_column().max((widest_of(std::slice::from_ref(block), &others, main..main + 1) + 0.75) * page.table);
    let at_once = ((page.measure - page.table * NAME_LEAST) / column).floor().max(2.0) as usize - 1;
    // Tables of about the same number of areas: none with one alone.
    let tables = others.len().div_ceil(at_once.max(1));
    others
        .chunks(others.len().div_ceil(tables.max(1)))
        .map(|areas| {
            let columns: Vec<(usize, usize)> =
                handout.area_of(Role::Own).into_iter().chain(areas.iter().copied()).map(|area| (area, main)).collect();
            let mut seen = Seen::default();
            let mut rows = value_rows(block, &columns, &mut seen);
            let widths = widths(page, columns.len(), wide_enough(&rows, page, page.name_column()));
            flatten(&mut rows, &widths, page);
            let notes = seen.lines(&handout.years);
            OthersTable {
                number: 0,
                unit: single_unit(block).map(str::to_owned),
                areas: names_of(handout, columns.iter().map(|(area, _)| *area)),
                whole: lines_of(&rows, &widths, page) <= WHOLE,
                start: start(first_lines(&rows, &widths, page), &notes, page),
                widths,
                rows,
                notes,
            }
        })
        .collect()
}

/// Every value of the period of these areas, as many beside one another as there is room for.
pub fn years(handout: &Handout, page: &Page, areas: &[usize]) -> Vec<YearTable> {
    let count = handout.years.len();
    if count == 0 || handout.areas.is_empty() {
        return Vec::new();
    }
    let widest = widest_of(&handout.blocks, areas, 0..count);
    let column = page.number_column().max((widest + 0.75) * page.table);
    let room = page.measure - page.table * 13.0;
    let at_once = (room / (column * count as f64)).floor().max(1.0) as usize;
    // Years of one area are squeezed as far as their figures stay apart; what is more has a table of its own.
    let least = (widest + BETWEEN_FIGURES) * page.table;
    let years_at_once = ((page.measure - page.table * SQUEEZED_NAME) / least).floor().max(1.0) as usize;
    let years: Vec<Vec<usize>> = if at_once == 1 && years_at_once < count {
        let tables = count.div_ceil(years_at_once);
        let years: Vec<usize> = (0..count).collect();
        years.chunks(count.div_ceil(tables)).map(<[usize]>::to_vec).collect()
    } else {
        vec![(0..count).collect()]
    };
    let chunks = areas.chunks(at_once).flat_map(|areas| years.iter().map(move |years| (areas, years)));
    let tables = chunks.map(|(areas, years)| {
        let columns: Vec<(usize, usize)> =
            areas.iter().flat_map(|area| years.iter().map(move |year| (*area, *year))).collect();
        let mut seen = Seen::default();
        let mut rows = Vec::new();
        for block in &handout.blocks {
            let unit = single_unit(block).map(|unit| format!("（{unit}）")).unwrap_or_default();
            let label = format!("{}{unit}", block.name);
            rows.push(ValueRow { flat: false, block: true, group: false, label, indent: false, values: Vec::new() });
            rows.extend(value_rows(block, &columns, &mut seen));
        }
        let mut notes = seen.lines(&handout.years);
        notes.extend(part_years(&handout.years));
        let widths = widths(page, columns.len(), wide_enough(&rows, page, page.number_column()));
        flatten(&mut rows, &widths, page);
        let taken = lines_of(&rows, &widths, page);
        YearTable {
            number: 0,
            whole: taken <= WHOLE,
            fresh: rows.len() > LONG && height(taken, &notes, page) <= page.inner_height(),
            start: start(first_lines(&rows, &widths, page), &notes, page),
            areas: names_of(handout, areas.iter().copied()),
            years: years.iter().filter_map(|year| handout.years.get(*year)).map(short_year).collect(),
            widths,
            rows,
            notes,
        }
    });
    tables.collect()
}

/// The least gap between the figures of two columns, in ems.
const BETWEEN_FIGURES: f64 = 0.4;
/// Names beside squeezed columns have this many ems.
const SQUEEZED_NAME: f64 = 10.0;

/// The widest figure of these areas and years, in ems.
fn widest_of(blocks: &[Block], areas: &[usize], years: std::ops::Range<usize>) -> f64 {
    let indicators = blocks.iter().flat_map(|block| &block.indicators);
    let cells = indicators.flat_map(|indicator| {
        let columns = areas.iter().flat_map(|area| years.clone().map(move |year| (*area, year)));
        columns.map(|(area, year)| ems(&Seen::default().cell("", indicator, indicator.figure(area, year), year)))
    });
    cells.fold(0.0, f64::max)
}

/// The list of indicators with their names in full.
pub fn indicators(handout: &Handout) -> Vec<IndicatorRow> {
    let all = handout.blocks.iter().flat_map(|block| &block.indicators);
    all.map(|indicator| IndicatorRow {
        id: indicator.id.clone(),
        name: indicator.name.clone(),
        unit: indicator.unit.clone(),
        adjusted: indicator.adjusted,
        cautions: indicator.cautions.join("　"),
    })
    .collect()
}

/// The width of a text in ems of its type.
pub(super) fn ems(text: &str) -> f64 {
    text.chars().map(glyphs::columns).sum::<usize>() as f64 / 2.0
}

fn other_areas(handout: &Handout) -> Vec<usize> {
    let others = handout.areas.iter().enumerate().filter(|(_, area)| area.role == Role::Other);
    others.map(|(index, _)| index).collect()
}

fn names_of(handout: &Handout, areas: impl Iterator<Item = usize>) -> Vec<String> {
    areas.filter_map(|area| handout.areas.get(area)).map(|area| area.name.clone()).collect()
}

/// A column that holds the longest number, too: counts of people of the nation have ten characters.
fn wide_enough(rows: &[ValueRow], page: &Page, wanted: f64) -> f64 {
    let widest = rows.iter().flat_map(|row| &row.values).map(|value| ems(value)).fold(0.0, f64::max);
    wanted.max((widest + 0.75) * page.table)
}

fn widths(page: &Page, numbers: usize, wanted: f64) -> Vec<f64> {
    // Ten years of one area are squeezed rather than pushed off the paper.
    let number = wanted.min((page.measure - page.table * SQUEEZED_NAME) / numbers.max(1) as f64);
    let mut widths = vec![page.measure - number * numbers as f64];
    widths.extend(std::iter::repeat_n(number, numbers));
    widths
}

fn value_rows(block: &Block, columns: &[(usize, usize)], seen: &mut Seen) -> Vec<ValueRow> {
    let mut rows = Vec::new();
    let single = single_unit(block);
    let mut group_before = None;
    for (name, indicator) in names::rows(block).into_iter().zip(&block.indicators) {
        if let Some(label) = group_line(&name, &mut group_before, block, single) {
            rows.push(ValueRow { flat: false, block: false, group: true, label, indent: false, values: Vec::new() });
        }
        let values = columns
            .iter()
            .map(|(area, year)| seen.cell(&name.label, indicator, indicator.figure(*area, *year), *year))
            .collect();
        let unit = row_unit(&name, indicator, single);
        let label = format!("{}{unit}", name.label);
        let indent = name.group.is_some();
        rows.push(ValueRow { flat: false, block: false, group: false, label, indent, values });
    }
    rows
}

/// The unit of the whole block, when it has one only.
pub(super) fn single_unit(block: &Block) -> Option<&str> {
    let first = block.indicators.first()?;
    block
        .indicators
        .iter()
        .all(|indicator| indicator.unit == first.unit)
        .then_some(first.unit.as_str())
        .filter(|unit| !unit.is_empty())
}

pub(super) fn group_line(
    name: &RowName,
    before: &mut Option<String>,
    block: &Block,
    single: Option<&str>,
) -> Option<String> {
    if name.group == *before {
        return None;
    }
    before.clone_from(&name.group);
    let group = name.group.as_deref()?;
    if group == block.name {
        return None;
    }
    Some(match &name.group_unit {
        Some(unit) if single.is_none() => format!("{group}（{unit}）"),
        _ => group.to_owned(),
    })
}

/// The unit beside a row's own label, when neither block nor group says it.
pub(super) fn row_unit(name: &RowName, indicator: &Indicator, single: Option<&str>) -> String {
    let told = indicator.unit.is_empty() || single.or(name.group_unit.as_deref()).is_some();
    if told { String::new() } else { format!("（{}）", indicator.unit) }
}

pub(super) fn short_year(year: &Year) -> String {
    let short = year.wareki.trim_end_matches("年度");
    let mark = if year.part_year { "※" } else { "" };
    if short.is_empty() { year_in_full(year) } else { format!("{short}{mark}") }
}
