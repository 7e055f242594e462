//! The plan of 「出典」: for every figure of the form the file, sheet and cell it came from.

use std::collections::BTreeMap;

use super::form_sheet::FigureCells;
use super::list_sheet::lines_of;
use super::plan::{CellContent, InnerLink, SheetPlan};
use crate::compare::Comparison;
use crate::model::{CellRef, Datum, Observation};
use crate::notation::fold;
use crate::notation::wareki;
use crate::read::Grid;

/// Cells named in a note of a derived figure; the rest is counted.
const NAMED_CELLS: usize = 4;
/// Characters a line holds of 指標名, 地域, ファイル and 備考, and the heights of one line, two and more.
const WIDTHS: [usize; 4] = [30, 12, 35, 16];
const HEIGHTS: [f64; 2] = [15.0, 26.0];
const HIGHEST: f64 = 38.0;

/// Whether a sheet is one of these, whatever its name: a list with a number and a hash a row.
pub fn is_sources(grid: &Grid) -> bool {
    let head = |row: &[crate::read::Cell]| {
        let has = |word: &str| row.iter().any(|cell| cell.value.as_text().is_some_and(|text| fold(text) == fold(word)));
        has("番号") && has("指標ID") && has("SHA-256")
    };
    grid.rows().any(head)
}

/// Plans the sheet; rows go below its headings with the looks of the first row there.
pub fn plan(grid: &Grid, form: &str, comparison: &Comparison, cells: &FigureCells) -> SheetPlan {
    plan_with(grid, comparison, |key| Some((form.to_owned(), *cells.get(key)?)))
}

/// The same for figures that stand on several sheets: `place` tells sheet and cell of (row, participant, year).
pub fn plan_with(
    grid: &Grid,
    comparison: &Comparison,
    place: impl Fn(&(usize, usize, i32)) -> Option<(String, CellRef)>,
) -> SheetPlan {
    let mut sheet = SheetPlan::default();
    let Some(heading) = grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "番号"))
    else {
        return sheet;
    };
    let first_row = heading.at.row + 1;
    let mut number = 0u32;
    for (index, row) in comparison.rows.iter().enumerate() {
        for (&(who, year), figure) in &row.figures {
            let Some(participant) = comparison.participants.get(who) else { continue };
            let at = first_row + number;
            number += 1;
            let shown = place(&(index, who, year));
            let texts = source_texts(figure);
            let texts_note = texts.note.clone();
            let contents = [
                CellContent::Number(f64::from(number)),
                CellContent::Text(row.indicator.id.to_string()),
                CellContent::Text(row.indicator.name.clone()),
                CellContent::Text(participant.area.name.clone()),
                CellContent::Text(format!("{}（{year}）", wareki(year))),
                match figure.datum {
                    Datum::Value(value) => CellContent::Number(value),
                    Datum::Missing(reason) => CellContent::Text(reason.mark().to_owned()),
                },
                CellContent::Text(figure.unit.to_string()),
                CellContent::Text(figure.source.file.name.clone()),
                CellContent::Text(figure.source.sheet.to_string()),
                CellContent::Text(figure.source.cell.to_string()),
                CellContent::Text(texts.exported),
                CellContent::Text(texts.note),
                CellContent::Text(figure.source.file.sha256.clone()),
            ];
            let lines = [&row.indicator.name, &participant.area.name, &figure.source.file.name, &texts_note]
                .into_iter()
                .zip(WIDTHS)
                .map(|(text, width)| lines_of(text, width))
                .max();
            sheet.row_heights.insert(at, HEIGHTS.get(lines.unwrap_or(1) - 1).copied().unwrap_or(HIGHEST));
            for (offset, content) in contents.into_iter().enumerate() {
                let col = heading.at.col + offset as u32;
                sheet.set_like(CellRef::new(at, col), content, CellRef::new(first_row, col));
            }
            if let Some((form, shown)) = shown {
                sheet.links.insert(
                    CellRef::new(at, heading.at.col),
                    InnerLink {
                        location: format!("'{}'!{shown}", form.replace('\'', "''")),
                        tooltip: format!("{form} の {shown} へ"),
                    },
                );
            }
        }
    }
    sheet
}

/// The first row of each indicator, for links from the form: row of the comparison → row of the sheet.
pub fn first_rows(grid: &Grid, comparison: &Comparison) -> BTreeMap<usize, u32> {
    let heading = grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "番号"));
    let mut rows = BTreeMap::new();
    let Some(mut next) = heading.map(|heading| heading.at.row + 1) else { return rows };
    for (index, row) in comparison.rows.iter().enumerate().filter(|(_, row)| !row.figures.is_empty()) {
        rows.insert(index, next);
        next += u32::try_from(row.figures.len()).unwrap_or(u32::MAX - next);
    }
    rows
}

struct SourceTexts {
    exported: String,
    note: String,
}

/// What a row of the sheet says behind the value: unit, file, sheet, cell, date of export, note, hash of the file.
pub fn record_of(figure: &Observation) -> [String; 7] {
    let texts = source_texts(figure);
    [
        figure.unit.to_string(),
        figure.source.file.name.clone(),
        figure.source.sheet.to_string(),
        figure.source.cell.to_string(),
        texts.exported,
        texts.note,
        figure.source.file.sha256.clone(),
    ]
}

fn source_texts(figure: &Observation) -> SourceTexts {
    let mut notes = Vec::new();
    if let Datum::Missing(reason) = figure.datum {
        notes.push(reason.label().to_owned());
    }
    if figure.period.part_year && figure.datum.value().is_some() {
        let span = figure.period.months.map_or_else(|| "年の途中まで".to_owned(), |months| format!("{months}か月分"));
        notes.push(format!("{span}の数値（1年分ではない）"));
    }
    if let Some(derivation) = &figure.derived {
        let mut note = format!("計算：{}（", derivation.rule);
        let named: Vec<String> = derivation.sources.iter().take(NAMED_CELLS).map(|source| source.to_string()).collect();
        note.push_str(&named.join("、"));
        if derivation.sources.len() > NAMED_CELLS {
            note.push_str(&format!("、ほか{}セル", derivation.sources.len() - NAMED_CELLS));
        }
        note.push('）');
        notes.push(note);
    }
    if let Some(decimals) = figure.decimals.filter(|_| figure.datum.value().is_some() && &*figure.unit != "人") {
        notes.push(format!("元の表は小数{decimals}けたで丸めた値"));
    }
    if let Some(which) = &figure.dimensions.standardisation {
        notes.push(format!("【{which}】"));
    }
    SourceTexts {
        exported: figure.source.file.exported.map(|date| date.to_string()).unwrap_or_default(),
        note: notes.join("。"),
    }
}
