//! Books this product filled: which they are, and which of their figures a person typed.
//!
//! Their figures came from other files. A number that was typed over one, or into an empty cell, is a person's remark and no
//! statistic: taken in, it would stand on the next sheet with a source.

use std::collections::{HashMap, HashSet};

use super::{Figure, Interpretation, PeriodText, place_of};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{Book, CellValue, Grid};

/// Cells named in a message.
const NAMED: usize = 5;
/// Rows in which the line under the form's title is looked for.
const TITLE_ROWS: u32 = 6;

/// What was written: 指標ID, area and year → what stood there. An area is known by its key and by its name; several forms
/// of one book may each have had their own figure of it.
type Written = HashMap<(String, String, i32), Vec<CellValue>>;

/// Marks a book this product filled, and leaves of its form what was written there.
pub(super) fn keep_written(book: &Book, catalog: &Catalog, result: &mut Interpretation) {
    let records: Vec<&Grid> = book.grids.iter().filter(|grid| is_record(grid)).collect();
    let mut written = Written::new();
    // A copy to hand out has no record, and says the same in its 「出典」.
    let mut sources = 0;
    for grid in &book.grids {
        match (records.is_empty(), is_record(grid)) {
            (false, true) => read_record(grid, &mut written),
            (true, _) => sources += usize::from(read_sources(grid, &mut written)),
            (false, false) => {}
        }
    }
    result.ours = !records.is_empty() || sources > 0 || book.grids.iter().any(says_when_it_was_made);
    // Of a book made from marks alone the record says places, not years.
    if !result.ours || result.layout != "L1" || written.is_empty() {
        return;
    }
    // 「出典」 lists the areas that were asked for last; a block of an earlier one stays on the form without it.
    let listed: HashSet<&str> = written.keys().map(|(_, area, _)| area.as_str()).collect();
    let known = |area: &str| !records.is_empty() || listed.contains(area);
    let mut typed: Vec<Figure> = Vec::new();
    let mut kept = Vec::with_capacity(result.figures.len());
    for figure in std::mem::take(&mut result.figures) {
        if is_written(&figure, &written, known, catalog) { kept.push(figure) } else { typed.push(figure) }
    }
    result.figures = kept;
    result.diagnostics.extend(tell_typed(book, &typed));
}

fn is_written(figure: &Figure, written: &Written, known: impl Fn(&str) -> bool, catalog: &Catalog) -> bool {
    let Some(value) = figure.value.as_ref().filter(|value| !value.display().trim().is_empty()) else { return true };
    let (Some(id), PeriodText::Known(period)) = (&figure.indicator, &figure.period) else { return true };
    let Some(year) = period.form_year else { return true };
    let name = catalog.find_code(&figure.area.name).one().filter(|_| figure.area.is_code);
    let names = [Some(figure.area.name.to_string()), name.map(|area| area.name.clone())];
    if !names.iter().flatten().any(|area| known(area)) {
        return true;
    }
    let before = names.into_iter().flatten().filter_map(|area| written.get(&(id.to_string(), area, year)));
    before.flatten().any(|before| is_same(before, value))
}

/// Programs save numbers with 15 digits.
fn is_same(before: &CellValue, now: &CellValue) -> bool {
    match (before.as_number(), now.as_number()) {
        (Some(before), Some(now)) => (before - now).abs() <= 1e-9 * before.abs().max(now.abs()).max(1.0),
        _ => before.display().trim() == now.display().trim(),
    }
}

/// A record of ours, whatever its sheet's name: a program that copies sheets writes `_meta (2)`.
fn is_record(grid: &Grid) -> bool {
    grid.text(0, 0) == Some("chiiki-sheet") && grid.text(0, 1) == Some("meta")
}

/// The rows `area` and `value` of a record, section by section.
fn read_record(grid: &Grid, written: &mut Written) {
    let text = |row: u32, col: u32| grid.get(CellRef::new(row, col)).map(CellValue::display).unwrap_or_default();
    let mut areas: HashMap<String, [String; 2]> = HashMap::new();
    for row in grid.rows().filter_map(|cells| Some(cells.first()?.at.row)) {
        match grid.text(row, 0) {
            Some("sheet") => areas.clear(),
            Some("area") => {
                areas.insert(text(row, 1), [text(row, 2), text(row, 3)]);
            }
            Some("value") => {
                let year = grid.get(CellRef::new(row, 3)).and_then(CellValue::as_number);
                let value = grid.get(CellRef::new(row, 4));
                let (Some(year), Some(value), Some(names)) = (year, value, areas.get(&text(row, 2))) else { continue };
                for name in names {
                    written.entry((text(row, 1), name.clone(), year as i32)).or_default().push(value.clone());
                }
            }
            _ => {}
        }
    }
}

/// The rows of a 「出典」 of ours; `false` when the sheet is none.
fn read_sources(grid: &Grid, written: &mut Written) -> bool {
    const HEADINGS: [&str; 7] = ["番号", "指標ID", "地域", "年度", "値", "ファイル", "セル"];
    let heading = grid.rows().find_map(|cells| {
        let col = |word: &str| {
            let cell = cells.iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == fold(word)));
            cell.map(|cell| cell.at)
        };
        HEADINGS.map(col).into_iter().collect::<Option<Vec<CellRef>>>()
    });
    let Some([number, id, area, year, value, ..]) = heading.as_deref() else { return false };
    for row in grid.rows().filter_map(|cells| Some(cells.first()?.at.row)).filter(|row| *row > number.row) {
        let text = |col: u32| grid.text(row, col).unwrap_or_default().to_owned();
        // 「令和7年度（2025）」
        let year = text(year.col).rsplit_once('（').and_then(|(_, year)| year.trim_end_matches('）').parse().ok());
        let (Some(year), Some(value)) = (year, grid.get(CellRef::new(row, value.col))) else { continue };
        written.entry((text(id.col), text(area.col), year)).or_default().push(value.clone());
    }
    true
}

/// The line under the title of a form of ours: the only trace left where the form alone was copied or saved as text.
fn says_when_it_was_made(grid: &Grid) -> bool {
    let line = |text: &str| text.contains("　表示期間：") && text.contains("　作成日：");
    let top = grid.cells().iter().take_while(|cell| cell.at.row < TITLE_ROWS);
    top.filter_map(|cell| cell.value.as_text()).any(line)
}

fn tell_typed(book: &Book, typed: &[Figure]) -> Option<Diagnostic> {
    let first = typed.first()?;
    let grid = book.grids.iter().find(|grid| grid.name == first.sheet)?;
    let named: Vec<String> = typed.iter().take(NAMED).map(|figure| figure.cell.to_string()).collect();
    let more = if typed.len() > NAMED { format!(" など{}か所", typed.len()) } else { String::new() };
    Some(
        Diagnostic::warning(
            "typed-in-own-sheet",
            format!(
                "このソフトで作ったシートに手で書かれた数値（{}{more}）は、統計の数値としては取り込みませんでした。",
                named.join("、")
            ),
        )
        .hint("使うときは、その数値が載った元の表か、入力用の表を入れてください。")
        .at(place_of(book, grid, first.cell)),
    )
}
