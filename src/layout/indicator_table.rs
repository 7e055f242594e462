//! L2: 現状分析 of the 「見える化」 system, one indicator a file: 時系列 (periods across) or 地域別 (areas across).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{AreaText, Context, Figure, Interpretation, PeriodText, month_notes};
use crate::catalog::{Indicator, SeriesKind, YearMeaning};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::form::id_in;
use crate::model::{CellRef, Dimensions, Period};
use crate::notation::{BareYear, EraCarry, export_date, fiscal_year_in, parse_period};
use crate::notation::{fold, has_unit_label, is_note, is_padding};
use crate::read::{Book, CellValue, Grid};

/// The heading row is looked for in this many rows from the top (seen in rows 1–12; notes may be added above).
const HEADING_ROWS: u32 = 30;

/// The two standardisations of adjusted indicators; their figures are never mixed.
const STANDARDISATIONS: [&str; 2] = ["注目する地域のみ", "他地域と比較"];

/// Where the columns of a table stand.
struct Heading {
    row: u32,
    series: u32,
    unit: u32,
    /// 時系列 has a column of areas; 地域別 has none.
    area: Option<u32>,
    /// Columns of figures: column → heading
    columns: BTreeMap<u32, Arc<str>>,
}

/// Reads the first grid with the headings of a 現状分析 table; `None` when there is none.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let (grid, heading) = book.grids.iter().find_map(|grid| Some((grid, find_heading(grid)?)))?;
    Some(read_table(book, grid, &heading, context))
}

fn find_heading(grid: &Grid) -> Option<Heading> {
    for cells in grid.rows().take_while(|cells| cells.first().is_some_and(|cell| cell.at.row < HEADING_ROWS)) {
        let (mut series, mut unit, mut area) = (None, None, None);
        for cell in cells {
            let Some(text) = cell.value.as_text() else { continue };
            let slot = match fold(text).as_str() {
                "指標(系列)" | "指標" | "系列" => &mut series,
                "単位" => &mut unit,
                "地域" | "地域名" => &mut area,
                _ => continue,
            };
            // A heading written twice leaves the table in doubt; the first one counts and the rest is no column.
            if slot.is_none() {
                *slot = Some(cell.at.col);
            }
        }
        if let (Some(series), Some(unit)) = (series, unit) {
            let row = cells.first()?.at.row;
            let columns = cells
                .iter()
                .filter(|cell| cell.at.col != series && cell.at.col != unit && Some(cell.at.col) != area)
                .map(|cell| (cell.at.col, cell.value.display()))
                .filter(|(_, text)| !text.trim().is_empty() && !is_padding(text))
                .map(|(col, text)| (col, Arc::from(text.as_str())))
                .collect();
            return Some(Heading { row, series, unit, area, columns });
        }
    }
    None
}

/// The id at the head of a file name: `D17-a_…`, also behind marks people set (`✕`).
fn id_in_file_name(name: &str) -> Option<String> {
    let entry = name.rsplit('／').next().unwrap_or(name);
    let entry = entry.trim_start_matches(|c: char| !c.is_alphanumeric());
    let (head, _) = entry.split_once(['_', '＿'])?;
    id_in(head)
}

/// The year of a 地域別 file: `…_2025_地域別…`.
fn year_in_file_name(name: &str) -> Option<&str> {
    name.split(['_', '＿']).find(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The indicator a file speaks of: by the id in its name, else by the names in its series.
fn indicator_of(
    book: &Book,
    grid: &Grid,
    heading: &Heading,
    context: Context<'_>,
) -> Result<(Arc<str>, Option<Indicator>), FileError> {
    let by_name = named_indicator(grid, heading, context);
    if let Some(id) = id_in_file_name(&book.file.name) {
        let known = context.catalog.indicator(&id).cloned();
        // 「D17-a_…」 renamed over another indicator's table: the cells speak of something else.
        if let Some(named) = &by_name
            && named.id.as_str() != id
            && known.as_ref().is_some_and(|known| fold(&known.name) != fold(&named.name))
            && !sets_others_side_by_side(&id, known.as_ref(), named, grid, heading)
        {
            return Err(FileError::waiting(
                "indicator-disagrees",
                format!(
                    "ファイル名の指標ID「{id}」と、表の中の指標「{}」（{}）が食い違っています。",
                    named.name, named.id
                ),
                "ファイル名の指標IDを確かめて、もう一度入れてください。",
            )
            .at(Place::cell(
                book.file.name.clone(),
                grid.name.to_string(),
                CellRef::new(heading.row, heading.series),
            )));
        }
        return Ok((Arc::from(id.as_str()), known));
    }
    match by_name {
        Some(indicator) => Ok((Arc::from(indicator.id.as_str()), Some(indicator))),
        None => Err(FileError::waiting(
            "indicator-unknown",
            "どの指標の表か分かりませんでした。",
            "ファイル名の先頭に指標ID（例 D17-a_）を付けて、もう一度入れてください。",
        )
        .at(Place::sheet(book.file.name.clone(), grid.name.to_string()))),
    }
}

/// D49 sets several figures side by side, and one of them bears the name of 認定率. The axes of a scatter such as D6
/// are D6-a and D6-b: where only one of them is known, the other's name is damaged.
fn sets_others_side_by_side(
    id: &str,
    known: Option<&Indicator>,
    named: &Indicator,
    grid: &Grid,
    heading: &Heading,
) -> bool {
    let is_axis = named.id.as_str().strip_prefix(id).is_some_and(|rest| rest.starts_with('-'));
    known.is_some_and(|known| known.kind == SeriesKind::ByArea) && !is_axis && has_several_series(grid, heading)
}

/// Whether the table has rows of different names.
fn has_several_series(grid: &Grid, heading: &Heading) -> bool {
    let mut names = grid
        .cells()
        .iter()
        .filter(|cell| cell.at.row > heading.row && cell.at.col == heading.series)
        .filter_map(|cell| cell.value.as_text())
        .filter(|text| !is_padding(text) && !is_note(text))
        .map(fold);
    let first = names.next();
    names.any(|name| Some(name) != first)
}

/// The one catalog indicator whose name or alias a series bears.
fn named_indicator(grid: &Grid, heading: &Heading, context: Context<'_>) -> Option<Indicator> {
    let mut found: Option<Indicator> = None;
    for cells in grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row > heading.row)) {
        let Some(cell) = cells.iter().find(|cell| cell.at.col == heading.series) else { continue };
        let Some(indicator) = cell.value.as_text().and_then(|text| context.catalog.indicator_by_name(text)) else {
            continue;
        };
        match &found {
            Some(known) if known.id != indicator.id => return None,
            _ => found = Some(indicator.clone()),
        }
    }
    found
}

/// The standardisation named in the file's name, the sheet's name or the cells above and below the table.
fn standardisation_of(book: &Book, grid: &Grid, heading: &Heading) -> Option<String> {
    let mut texts = vec![book.file.name.clone(), grid.name.to_string()];
    texts.extend(
        grid.cells()
            .iter()
            .filter(|cell| cell.at.row < heading.row || cell.value.as_text().is_some_and(is_note))
            .filter_map(|cell| cell.value.as_text().map(str::to_owned)),
    );
    let mut named = STANDARDISATIONS.iter().filter(|word| texts.iter().any(|text| text.contains(**word)));
    match (named.next(), named.next()) {
        (Some(word), None) => Some((*word).to_owned()),
        _ => None,
    }
}

fn read_table(book: &Book, grid: &Grid, heading: &Heading, context: Context<'_>) -> Result<Interpretation, FileError> {
    let mut result = Interpretation { layout: "L2", ..Interpretation::default() };
    result.exported = grid
        .cells()
        .iter()
        .take_while(|cell| cell.at.row <= heading.row)
        .find_map(|cell| export_date(cell.value.as_text()?));
    let (id, indicator) = indicator_of(book, grid, heading, context)?;
    let standardisation = standardisation_of(book, grid, heading);
    let fixed_period = match heading.area {
        Some(_) => None,
        None => Some(period_of_by_area(book, grid, context)?),
    };
    let carried = carried_eras(heading, indicator.as_ref());
    let titled_unit = titled_unit(grid, heading);
    let rows: Vec<_> = grid
        .rows()
        .filter(|cells| cells.first().is_some_and(|cell| cell.at.row > heading.row))
        .filter_map(|cells| table_row(grid, heading, cells.first()?.at.row))
        .collect();
    let decimals = shown_decimals(grid, heading, &rows);
    let lone = lone_series(&rows);
    for row in &rows {
        let mut dimensions = series_dimensions(&row.series, indicator.as_ref(), lone);
        // The name of a series may carry the standardisation itself.
        dimensions.standardisation = STANDARDISATIONS
            .iter()
            .find(|word| row.series.contains(**word))
            .map(|word| (*word).to_owned())
            .or_else(|| standardisation.clone());
        let dimensions = Arc::new(dimensions);
        for (&col, caption) in &heading.columns {
            let at = CellRef::new(row.row, col);
            let value = grid.get(at).cloned();
            if value.as_ref().and_then(CellValue::as_text).is_some_and(is_padding) {
                continue;
            }
            let (area, period) = match &fixed_period {
                None => {
                    let carried = carried.get(&col).map(|period| PeriodText::Known(period.clone()));
                    (row.area.clone(), carried.unwrap_or_else(|| PeriodText::Written(caption.clone())))
                }
                Some(period) => (Some(caption.clone()), PeriodText::Written(period.clone())),
            };
            let Some(area) = area else { continue };
            result.figures.push(Figure {
                indicator: Some(id.clone()),
                indicator_name: indicator.as_ref().map(|indicator| Arc::from(indicator.name.as_str())),
                area: AreaText { prefecture: None, name: area, is_code: false, level: None },
                period,
                value,
                unit: row.unit.clone().or_else(|| titled_unit.clone()),
                dimensions: dimensions.clone(),
                decimals,
                sheet: grid.name.clone(),
                cell: at,
            });
        }
    }
    if heading.area.is_none() && standardisation.is_none() && indicator.as_ref().is_some_and(|known| known.adjusted) {
        result.diagnostics.push(
            Diagnostic::warning(
                "standardisation-unknown",
                "調整済みの指標ですが、「注目する地域のみ」と「他地域と比較」のどちらの数値か書かれていません。",
            )
            .hint("見える化システムで、どちらの表示で出力したか確かめてください。")
            .at(Place::sheet(book.file.name.clone(), grid.name.to_string())),
        );
    }
    month_notes::mark(book, grid, bare_year(indicator.as_ref()), &mut result.figures, &mut result.diagnostics);
    Ok(result)
}

/// What a year without 年 or 年度 means in the tables of an indicator.
fn bare_year(indicator: Option<&Indicator>) -> BareYear {
    match indicator.map(|indicator| indicator.bare_year) {
        Some(YearMeaning::Calendar) => BareYear::Calendar,
        Some(YearMeaning::Fiscal) | None => BareYear::Fiscal,
    }
}

/// Periods of headings that leave the era to the one before them: `R5`, then `6`, `7`.
fn carried_eras(heading: &Heading, indicator: Option<&Indicator>) -> BTreeMap<u32, Arc<Period>> {
    if heading.area.is_none() {
        return BTreeMap::new();
    }
    let bare_year = bare_year(indicator);
    let mut carry = EraCarry::new();
    let mut carried = BTreeMap::new();
    for (&col, caption) in &heading.columns {
        let period = carry.read(caption, bare_year);
        if let Some(period) = period.filter(|_| parse_period(caption, bare_year).is_none()) {
            carried.insert(col, Arc::new(period));
        }
    }
    carried
}

/// The unit a title above the table speaks of, for rows that name none.
fn titled_unit(grid: &Grid, heading: &Heading) -> Option<Arc<str>> {
    let above = grid.cells().iter().take_while(|cell| cell.at.row < heading.row);
    above.filter_map(|cell| cell.value.as_text()).find(|text| has_unit_label(text)).map(Arc::from)
}

/// 地域別 tables carry their period only in the file's name.
fn period_of_by_area(book: &Book, grid: &Grid, context: Context<'_>) -> Result<Arc<str>, FileError> {
    if let Some(year) = year_in_file_name(&book.file.name) {
        return Ok(Arc::from(year));
    }
    if let Some(year) = context.year.or_else(|| fiscal_year_in(&book.file.name)) {
        return Ok(Arc::from(year.to_string().as_str()));
    }
    Err(FileError::waiting(
        "year-unknown",
        "地域別の表ですが、いつの数値か、ファイル名にも表にも書かれていません。",
        "ファイル名に年（例 _2025_地域別）を入れて、もう一度入れてください（コマンドでは --year でも指定できます）。",
    )
    .at(Place::sheet(book.file.name.clone(), grid.name.to_string())))
}

struct TableRow {
    row: u32,
    area: Option<Arc<str>>,
    series: Arc<str>,
    unit: Option<Arc<str>>,
}

/// A row of figures: it has a series (and an area, where the table has a column of areas) that is no filler or note.
fn table_row(grid: &Grid, heading: &Heading, row: u32) -> Option<TableRow> {
    let text = |col: u32| {
        let text = grid.get_merged(CellRef::new(row, col))?.display();
        (!text.trim().is_empty() && !is_padding(&text)).then_some(text)
    };
    let first = grid.row(row).first()?.value.as_text().unwrap_or_default();
    let area = heading.area.and_then(text);
    if heading.area.is_some() && area.as_deref().is_none_or(is_note) {
        return None;
    }
    let series = text(heading.series).filter(|series| !is_note(first) || !is_note(series));
    // A table of one series may leave the series' cells empty.
    let series = match (&series, &area) {
        (Some(series), _) => series.as_str(),
        (None, Some(_)) => "",
        (None, None) => return None,
    };
    if heading.area.is_none() && is_note(series) {
        return None;
    }
    Some(TableRow {
        row,
        area: area.map(|area| Arc::from(area.trim())),
        series: Arc::from(series),
        unit: text(heading.unit).map(|unit| Arc::from(unit.as_str())),
    })
}

/// The most decimals any number of the table shows; `None` where the figures are at full precision.
fn shown_decimals(grid: &Grid, heading: &Heading, rows: &[TableRow]) -> Option<u8> {
    let decimals = rows
        .iter()
        .flat_map(|row| heading.columns.keys().map(|col| CellRef::new(row.row, *col)))
        .filter_map(|at| grid.get(at))
        .filter_map(|value| match value {
            CellValue::Number(_) | CellValue::Text(_) => {
                let text = value.display();
                let digits = text.trim().rsplit_once(['.', '．'])?.1;
                Some(digits.chars().take_while(char::is_ascii_digit).count())
            }
            _ => None,
        })
        .max()
        .unwrap_or(0);
    // The system rounds to three decimals at most (import-layouts, L2 precision).
    (decimals <= 4).then_some(decimals as u8)
}

/// A series' name without the mark of its standardisation, which is kept apart.
fn without_standardisation(series: &str) -> String {
    STANDARDISATIONS.iter().fold(series.to_owned(), |text, word| text.replace(&format!("【{word}】"), ""))
}

/// Whether every area (or the table, without areas) has one series only.
fn lone_series(rows: &[TableRow]) -> bool {
    let mut first: Option<String> = None;
    rows.iter().all(|row| {
        let bare = without_standardisation(&row.series);
        *first.get_or_insert_with(|| bare.clone()) == bare
    })
}

/// The breakdown a series' name speaks of. A name that is neither the indicator's own nor a known breakdown is kept
/// as `service`, so that it is never taken for the total; unless it is the table's only series.
fn series_dimensions(series: &str, indicator: Option<&Indicator>, lone: bool) -> Dimensions {
    let folded = without_standardisation(&fold(series));
    let mut dimensions = Dimensions::default();
    if let Some(level) = care_level(&folded) {
        dimensions.care_level = Some(level);
        return dimensions;
    }
    // 「要介護3以上」「要支援1・2」: sums of some levels, kept as written; the indicator's own name may hold such words.
    let names_levels = ["要支援", "要介護"].iter().any(|word| folded.contains(word));
    let is_own_name = indicator.is_some_and(|indicator| {
        std::iter::once(&indicator.name).chain(&indicator.aliases).any(|name| fold(name) == folded)
    });
    if folded.is_empty() || is_own_name || folded == "合計" || folded == "総数" {
        return dimensions;
    }
    if names_levels && !folded.contains("要介護度") && !folded.starts_with("要支援・要介護") {
        dimensions.care_level = Some(folded);
        return dimensions;
    }
    if let Some(age) = age_band(&folded) {
        dimensions.age = Some(age);
        return dimensions;
    }
    let total_of_own = folded.strip_prefix("合計").is_some_and(|rest| {
        indicator.is_some_and(|indicator| {
            let name = fold(&indicator.name);
            name.starts_with(rest) || rest.starts_with(&name)
        })
    });
    // The only series of a table is the total when its name has to do with the indicator's own.
    let related = |indicator: &Indicator| {
        std::iter::once(&indicator.name)
            .chain(&indicator.aliases)
            .map(|name| fold(name))
            .any(|name| folded.contains(&name) || (folded.chars().count() >= SHORTEST_NAME && name.contains(&folded)))
    };
    let lone_total = lone && indicator.is_none_or(|indicator| indicator.block.is_none() || related(indicator));
    if !lone_total && !total_of_own {
        dimensions.service = Some(without_remark(series.trim()).to_owned());
    }
    dimensions
}

/// A name without 「（注）」 or 「（※1）」 at its end: a series with a remark is the series it was.
fn without_remark(name: &str) -> &str {
    let inside = name.strip_suffix(['）', ')']);
    let split = inside.and_then(|inside| inside.rsplit_once(['（', '(']));
    match split.filter(|(_, remark)| remark.starts_with(['注', '※', '*', '＊'])) {
        Some((head, _)) => head.trim_end(),
        None => name,
    }
}

/// A series' name shorter than this says too little to be part of an indicator's name.
const SHORTEST_NAME: usize = 3;

/// 要支援1 … 要介護5 and 経過的要介護 within a series' name.
pub(super) fn care_level(folded: &str) -> Option<String> {
    let levels = ["要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5", "経過的要介護"];
    let mut named = levels.iter().filter(|level| folded.contains(**level));
    match (named.next(), named.next()) {
        (Some(level), None) => {
            // 「要介護3以上」「要介護3～5」 are sums, not the level itself.
            let rest = folded.split(*level).nth(1).unwrap_or_default();
            let sum = rest.starts_with("以上") || rest.starts_with('~') || rest.starts_with('-');
            (!sum).then(|| (*level).to_owned())
        }
        _ => None,
    }
}

/// 前期, 後期, 65～74歳, 75歳以上 … as written, folded.
pub(super) fn age_band(folded: &str) -> Option<String> {
    if folded.starts_with("前期") {
        return Some("前期".to_owned());
    }
    if folded.starts_with("後期") {
        return Some("後期".to_owned());
    }
    let starts_with_digit = folded.chars().next().is_some_and(|c| c.is_ascii_digit());
    (starts_with_digit && folded.contains('歳')).then(|| folded.to_owned())
}
