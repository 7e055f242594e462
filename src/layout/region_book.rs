//! L3: 地域分析 books of one region (P1–P4): 「確認している地域：○○県○○村」, one series a row, periods across.
//!
//! Labels stand in B–D, periods from E. Rows of comparison carry their area in the label, 「高齢化率（全国）」; every other
//! row is the region's. A label that is not understood whole is left out and said.

use std::sync::Arc;

use super::area_cells::text_of;
use super::{AreaText, Context, Figure, Interpretation, PeriodText, place_of, tell_gap};
use crate::catalog::{Catalog, Lookup};
use crate::diagnostic::Diagnostic;
use crate::error::FileError;
use crate::form::id_in;
use crate::model::{Area, AreaLevel, CellRef, Dimensions};
use crate::notation::{BareYear, fold, is_note, is_padding, parse_period, parse_unit};
use crate::read::{Book, Cell, CellValue, Grid};

const HEADING_ROWS: u32 = 40;
const LABELS: std::ops::RangeInclusive<u32> = 1..=3;
const FIRST_PERIOD: u32 = 4;
const CARE_LEVELS: [&str; 7] = ["要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5"];

/// Reads every grid that names the region it looks at; `None` when none does.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let regions: Vec<(&Grid, CellRef, String)> = book.grids.iter().filter_map(region_of).collect();
    if regions.is_empty() {
        return None;
    }
    let mut result = Interpretation { layout: "L3", ..Interpretation::default() };
    for (grid, at, written) in regions {
        let region = match context.catalog.find_name(&written) {
            Lookup::One(region) => region,
            other => {
                return Some(Err(FileError::waiting(
                    "area-unknown",
                    format!(
                        "「確認している地域」の「{written}」を1つの地域に決められません。{}",
                        other.describe(&written)
                    ),
                    "都道府県名を付けた地域の名前に直して、もう一度入れてください。",
                )
                .at(place_of(book, grid, at))));
            }
        };
        read_grid(book, grid, at, &region, context.catalog, &mut result);
    }
    Some(Ok(result))
}

/// The cell and the words behind 「確認している地域：」, or in the next cell that holds anything.
fn region_of(grid: &Grid) -> Option<(&Grid, CellRef, String)> {
    let cells = grid.cells().iter().take_while(|cell| cell.at.row < HEADING_ROWS);
    cells.filter_map(|cell| Some((cell, cell.value.as_text()?))).find_map(|(cell, text)| {
        let folded = fold(text);
        let rest = folded.strip_prefix("確認している地域")?.trim_start_matches(':');
        let name = if rest.is_empty() {
            let next = grid.row(cell.at.row).iter().find(|next| next.at.col > cell.at.col)?;
            next.value.as_text()?.trim().to_owned()
        } else {
            rest.to_owned()
        };
        Some((grid, cell.at, name))
    })
}

struct Series {
    indicator: Arc<str>,
    area: AreaText,
    unit: Option<Arc<str>>,
    dimensions: Dimensions,
}

fn read_grid(
    book: &Book,
    grid: &Grid,
    region_at: CellRef,
    region: &Area,
    catalog: &Catalog,
    result: &mut Interpretation,
) {
    let mut periods: Vec<(u32, Arc<str>)> = Vec::new();
    let mut above: Option<(u32, Arc<str>)> = None;
    for cells in grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row > region_at.row)) {
        let Some(row) = cells.first().map(|cell| cell.at.row) else { continue };
        let labels: Vec<(u32, &str)> = cells
            .iter()
            .filter(|cell| LABELS.contains(&cell.at.col))
            .filter_map(|cell| Some((cell.at.col, cell.value.as_text()?.trim())))
            .filter(|(_, text)| !text.is_empty() && !is_padding(text))
            .collect();
        let values: Vec<&Cell> = cells.iter().filter(|cell| cell.at.col >= FIRST_PERIOD).collect();
        if let Some(heading) = headings(&labels, &values) {
            periods = heading;
            above = None;
            continue;
        }
        if values.is_empty() || labels.first().is_some_and(|(_, text)| is_note(text)) {
            above = labels.first().filter(|(col, _)| *col == 1).map(|(_, text)| (row, Arc::from(*text)));
            continue;
        }
        // A row without a word of its own has lost it: the indicator above is told apart by nothing.
        if labels.is_empty() {
            above = None;
            let why = "見出しの言葉が1つも無い行の数値は、取り込みませんでした。";
            result.diagnostics.push(
                Diagnostic::warning("row-without-label", why)
                    .hint("元の表を開いて、この行が何の数値か確かめてください。")
                    .at(place_of(book, grid, CellRef::new(row, *LABELS.start()))),
            );
            continue;
        }
        // 指標 is written once for its rows: in a merged cell or on the row right above.
        let mut words: Vec<&str> = labels.iter().map(|(_, text)| *text).collect();
        let carried = match labels.first() {
            Some((1, text)) => {
                above = Some((row, Arc::from(*text)));
                None
            }
            _ => above.clone().filter(|(last, _)| last + 1 == row).map(|(_, text)| text),
        };
        if let Some(carried) = &carried {
            words.insert(0, carried);
            above = Some((row, carried.clone()));
        }
        let series = match series_of(&words, region, catalog) {
            Ok(series) => series,
            Err(word) => {
                result.diagnostics.push(
                    Diagnostic::warning(
                        "series-unknown",
                        format!("「{word}」がどの指標か分からないため、この行は取り込みませんでした。"),
                    )
                    .hint("この指標が要るときは、現状分析のExcelを出力して入れてください。")
                    .at(place_of(
                        book,
                        grid,
                        CellRef::new(row, labels.first().map_or(1, |(col, _)| *col)),
                    )),
                );
                continue;
            }
        };
        let decimals = decimals_of(&values);
        tell_gap(book, grid, row, periods.iter().map(|(col, _)| *col), &mut result.diagnostics);
        for (col, period) in &periods {
            let at = CellRef::new(row, *col);
            result.figures.push(Figure {
                indicator: Some(series.indicator.clone()),
                indicator_name: None,
                area: series.area.clone(),
                period: PeriodText::Written(period.clone()),
                value: grid.get(at).cloned(),
                unit: series.unit.clone(),
                dimensions: Arc::new(series.dimensions.clone()),
                decimals,
                sheet: grid.name.clone(),
                cell: at,
            });
        }
        if let Some(stray) = values.iter().find(|cell| is_stray(cell, &periods)) {
            result.diagnostics.push(
                Diagnostic::warning("column-unknown", "見出しに期間が無い列の数値は、取り込みませんでした。")
                    .hint("元の表を開いて、この列の見出しを確かめてください。")
                    .at(place_of(book, grid, stray.at)),
            );
        }
    }
}

/// Whether a cell holds a figure in a column without a period.
fn is_stray(cell: &Cell, periods: &[(u32, Arc<str>)]) -> bool {
    cell.value.as_number().is_some() && periods.iter().all(|(col, _)| *col != cell.at.col)
}

/// The periods of a heading row: every filled cell from E on is one, and the row itself names no series.
fn headings(labels: &[(u32, &str)], values: &[&Cell]) -> Option<Vec<(u32, Arc<str>)>> {
    let filled: Vec<_> = values
        .iter()
        .map(|cell| (cell.at.col, cell.value.display()))
        .filter(|(_, text)| !text.trim().is_empty() && !is_padding(text))
        .collect();
    let named =
        |word: &str| ["地域", "指標", "系列", "指標(系列)", "単位", "項目", "期間", "年度", "区分"].contains(&word);
    let plain = labels.iter().all(|(_, text)| named(&fold(text)));
    let all =
        plain && !filled.is_empty() && filled.iter().all(|(_, text)| parse_period(text, BareYear::Fiscal).is_some());
    all.then(|| filled.into_iter().map(|(col, text)| (col, Arc::from(text))).collect())
}

/// What the labels of a row say together; the word that is not understood otherwise.
fn series_of(words: &[&str], region: &Area, catalog: &Catalog) -> Result<Series, String> {
    let mut series =
        Series { indicator: Arc::from(""), area: text_of(region), unit: None, dimensions: Dimensions::default() };
    for word in words {
        let (word, area) = split_area(word, region, catalog);
        if let Some(area) = area {
            series.area = area;
        }
        let folded = fold(&word);
        if folded.is_empty() {
            continue;
        }
        if let Some(level) = CARE_LEVELS.iter().find(|level| **level == folded) {
            series.dimensions.care_level = Some((*level).to_owned());
        } else if parse_unit(&word).is_some() && catalog.indicator_by_name(&word).is_none() {
            series.unit = Some(Arc::from(word.as_str()));
        } else {
            let indicator =
                id_in(&word).and_then(|id| catalog.indicator(&id)).or_else(|| catalog.indicator_by_name(&word));
            let indicator = indicator.ok_or_else(|| word.clone())?;
            // Two indicators in one row's labels contradict each other.
            if !series.indicator.is_empty() && *series.indicator != *indicator.id.as_str() {
                return Err(words.join("・"));
            }
            series.indicator = indicator.id.0.clone();
        }
    }
    if series.indicator.is_empty() { Err(words.join("・")) } else { Ok(series) }
}

/// Takes 「（全国）」, 「（見本県）」 or the region's own name off the end of a label.
fn split_area(word: &str, region: &Area, catalog: &Catalog) -> (String, Option<AreaText>) {
    let folded = fold(word);
    let split = folded.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let Some((head, inner)) = split else { return (word.to_owned(), None) };
    match catalog.find_name(inner) {
        Lookup::One(area) if matches!(area.level, AreaLevel::Nation | AreaLevel::Prefecture) => {
            (head.to_owned(), Some(text_of(&area)))
        }
        found if found.candidates().iter().any(|area| area.key() == region.key()) => {
            (head.to_owned(), Some(text_of(region)))
        }
        _ => (word.to_owned(), None),
    }
}

/// The most decimals any figure of the row is written with: rows are rounded alike.
fn decimals_of(values: &[&Cell]) -> Option<u8> {
    let written = values.iter().filter_map(|cell| match &cell.value {
        CellValue::Number(_) => Some(cell.value.display()),
        _ => None,
    });
    let count = written.map(|text| text.rsplit_once('.').map_or(0, |(_, digits)| digits.len())).max().unwrap_or(0);
    u8::try_from(count).ok().filter(|count| *count <= 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_comparison_name_their_area() {
        let catalog = Catalog::shipped();
        let region = catalog.find_name("福岡県福岡市").one().unwrap();
        for (words, indicator, area) in [
            (vec!["高齢化率"], Some("A2"), "401307"),
            (vec!["高齢化率（全国）", "％"], Some("A2"), "全国"),
            (vec!["高齢化率（福岡県）"], Some("A2"), "400009"),
            (vec!["高齢化率（福岡市）"], Some("A2"), "401307"),
            (vec!["認定率（要介護度別）", "要介護３"], Some("B4-a"), "401307"),
            (vec!["高齢化率（大野城市）"], None, ""),
            (vec!["高齢化率", "総人口"], None, ""),
            (vec!["満足度"], None, ""),
        ] {
            match series_of(&words, &region, catalog) {
                Ok(series) => {
                    assert_eq!((Some(&*series.indicator), &*series.area.name), (indicator, area), "{words:?}");
                }
                Err(_) => assert_eq!(indicator, None, "{words:?}"),
            }
        }
    }
}
