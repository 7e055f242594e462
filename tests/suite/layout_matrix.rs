//! What happens to real files, done to every layout: the right values, or a warning; never a wrong value in silence.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeMap;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::diagnostic::Severity;
use chiiki_sheet::intake::{Taken, gather, take_book};
use chiiki_sheet::layout::{Context, Mapping, crosstab};
use chiiki_sheet::model::{CellRef, Datum, Observation, Outcome, SourceRef};
use chiiki_sheet::read::{Book, Cell, CellValue, Grid};

use crate::mutants::{Truth, book, catalog, remade, said, texts, truth};

/// One look-alike of each layout; of tables of no known layout with the reading saved for it.
fn layouts(catalog: &Catalog) -> Vec<(&'static str, Book, Option<i32>, Vec<Mapping>)> {
    let plain = |name, path: &str, year| (name, book(path), year, Vec::new());
    let table = book("tests/data/crosstab/表/年度が横.xlsx");
    let mut mapping = crosstab::understand(&table, catalog).unwrap().mapping;
    for column in &mut mapping.columns {
        column.indicator = "X-jukyusha".to_owned();
    }
    let mut all = vec![
        plain("L1", "examples/mihon/受付/見本県 みほん市_地域分析・検討シート.xlsx", None),
        plain("L2 時系列", "examples/mihon/受付/D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx", None),
        plain(
            "L2 地域別",
            "examples/mihon/受付/D6_第１号被保険者１人あたり給付月額（在宅・施設および居住系）_2025_地域別.xlsx",
            None,
        ),
        plain("L3", "tests/data/crosstab/L3/緑町.xlsx", None),
        plain("L4 第2表", "examples/mihon/受付/令和6年度_02h.xlsx", None),
        plain("L4 第4表", "examples/mihon/受付/令和6年度_04-1-1h.xlsx", None),
        plain("L5", "tests/data/crosstab/L5/国勢調査.csv", None),
        plain("L6", "tests/data/crosstab/L6/住民基本台帳.xlsx", None),
        plain("L7", "tests/data/crosstab/L7/事業所.csv", Some(2024)),
        plain("L9", "examples/mihon/受付/業務分析_みほん市.csv", None),
        ("表", table, None, vec![mapping]),
    ];
    let unverified = crate::layouts_unverified::look_alikes();
    all.extend(unverified.into_iter().map(|(name, book)| (name, book, None, Vec::new())));
    all
}

/// A change, and what of the truth it changes: figures at these cells are others now.
type Change = fn(&Book, &Taken) -> Option<Changed>;

struct Changed {
    book: Book,
    /// Cells whose figure is new: its value, or that it is missing
    new: BTreeMap<(usize, CellRef), Option<f64>>,
    /// A cell that must be named by a warning, or its row
    named: Option<CellRef>,
}

fn plainly(book: Book) -> Option<Changed> {
    Some(Changed { book, new: BTreeMap::new(), named: None })
}

/// The grid and cell of a figure in the middle of the book.
fn some_figure(book: &Book, taken: &Taken) -> Option<(usize, CellRef, f64)> {
    let with_value: Vec<_> = taken.observations.iter().filter(|o| o.datum.value().is_some()).collect();
    let one = with_value.get(with_value.len() / 2)?;
    let grid = book.grids.iter().position(|grid| grid.name == one.source.sheet)?;
    Some((grid, one.source.cell, one.datum.value()?))
}

fn with_cell(book: &Book, grid: usize, at: CellRef, value: CellValue) -> Book {
    let old = &book.grids[grid];
    let cells = old.cells().iter().filter(|cell| cell.at != at).cloned().chain([Cell { at, value }]).collect();
    with_grid(book, grid, Grid::new(old.name.clone(), old.hidden, cells, old.merges.clone()))
}

fn with_grid(book: &Book, grid: usize, new: Grid) -> Book {
    let mut changed = book.clone();
    changed.grids[grid] = new;
    changed.grids[grid].percent = book.grids[grid].percent.clone();
    changed
}

/// Rows from `row` on one further down, and a text in the row that came free.
fn with_row(book: &Book, grid: usize, row: u32, text: Option<&str>) -> Book {
    let down = |at: CellRef| vec![CellRef::new(at.row + u32::from(at.row >= row), at.col)];
    let mut new = remade(&book.grids[grid], down);
    new.percent = book.grids[grid].percent.iter().flat_map(|at| down(*at)).collect();
    let mut changed = book.clone();
    changed.grids[grid] = new;
    match text {
        Some(text) => with_cell(&changed, grid, CellRef::new(row, 0), CellValue::Text(text.into())),
        None => changed,
    }
}

fn sheets_renamed(book: &Book, _: &Taken) -> Option<Changed> {
    let mut changed = book.clone();
    for (at, grid) in changed.grids.iter_mut().enumerate() {
        grid.name = format!("Sheet{}", at + 1).as_str().into();
    }
    plainly(changed)
}

fn sheets_reordered(book: &Book, _: &Taken) -> Option<Changed> {
    let mut changed = book.clone();
    changed.grids.reverse();
    plainly(changed)
}

fn a_sheet_of_notes_before(book: &Book, _: &Taken) -> Option<Changed> {
    let mut changed = book.clone();
    let note = Cell { at: CellRef::new(0, 0), value: CellValue::Text("この資料について".into()) };
    changed.grids.insert(0, Grid::new("はじめに", false, vec![note], Vec::new()));
    plainly(changed)
}

fn a_note_in_the_data(book: &Book, taken: &Taken) -> Option<Changed> {
    let (grid, at, _) = some_figure(book, taken)?;
    plainly(with_row(book, grid, at.row, Some("※この下は速報値である。")))
}

fn a_note_on_top(book: &Book, taken: &Taken) -> Option<Changed> {
    let (grid, _, _) = some_figure(book, taken)?;
    plainly(with_row(book, grid, 0, Some("※内部資料として作成")))
}

fn a_note_at_the_end(book: &Book, taken: &Taken) -> Option<Changed> {
    let (grid, _, _) = some_figure(book, taken)?;
    let last = book.grids[grid].extent()?.row;
    plainly(with_row(book, grid, last + 2, Some("（出典）見本の統計")))
}

fn a_blank_row(book: &Book, taken: &Taken) -> Option<Changed> {
    let (grid, at, _) = some_figure(book, taken)?;
    plainly(with_row(book, grid, at.row, None))
}

/// The column of a figure changes places with the one on its left, headings and all.
fn columns_reordered(book: &Book, taken: &Taken) -> Option<Changed> {
    let (grid, at, _) = some_figure(book, taken)?;
    let (a, b) = (at.col.checked_sub(1)?, at.col);
    let swap = |at: CellRef| {
        let col = if at.col == a {
            b
        } else if at.col == b {
            a
        } else {
            at.col
        };
        vec![CellRef::new(at.row, col)]
    };
    plainly(with_grid(book, grid, remade(&book.grids[grid], swap)))
}

/// 人 becomes 千人 wherever it is said, and every number of people a thousandth.
fn thousands(book: &Book, taken: &Taken) -> Option<Changed> {
    let people: Vec<(usize, CellRef)> = taken
        .observations
        .iter()
        .filter(|o| &*o.unit == "人")
        .filter_map(|o| Some((book.grids.iter().position(|grid| grid.name == o.source.sheet)?, o.source.cell)))
        .collect();
    let mut changed = book.clone();
    let mut said = false;
    for (at, grid) in changed.grids.iter_mut().enumerate() {
        let renamed = texts(grid, |_, text| {
            let new = text.replace("：人", "：千人").replace("【人】", "【千人】").replace("（人）", "（千人）");
            Some(if text == "人" { "千人".to_owned() } else { new })
        });
        said |= renamed != *grid;
        let cells = renamed.cells().iter().map(|cell| match &cell.value {
            value if people.contains(&(at, cell.at)) => {
                let number = match value {
                    CellValue::Number(number) => *number,
                    other => other.display().replace(',', "").parse().ok()?,
                };
                Some(Cell { at: cell.at, value: CellValue::Number(number / 1000.0) })
            }
            _ => Some(cell.clone()),
        });
        *grid = Grid::new(grid.name.clone(), grid.hidden, cells.collect::<Option<_>>()?, grid.merges.clone());
    }
    // Without a word about it in the table nobody could know.
    (said && !people.is_empty()).then_some(())?;
    plainly(changed)
}

fn a_negative(book: &Book, taken: &Taken) -> Option<Changed> {
    let (grid, at, _) = some_figure(book, taken)?;
    let changed = with_cell(book, grid, at, CellValue::Text("▲ 12".into()));
    Some(Changed { book: changed, new: BTreeMap::from([((grid, at), Some(-12.0))]), named: None })
}

fn a_withheld(book: &Book, taken: &Taken) -> Option<Changed> {
    let (grid, at, _) = some_figure(book, taken)?;
    let changed = with_cell(book, grid, at, CellValue::Text("x".into()));
    Some(Changed { book: changed, new: BTreeMap::from([((grid, at), None)]), named: None })
}

/// A period's heading in the double name of the year the era changed: it must be read as 2019 or not at all.
fn the_year_of_two_eras(book: &Book, _: &Taken) -> Option<Changed> {
    for (at, grid) in book.grids.iter().enumerate() {
        for written in ["令和元年度", "令和6年度", "R6", "2024年度", "令和6年3月末"] {
            let Some(cell) = grid.cells().iter().find(|cell| cell.value.as_text() == Some(written)) else { continue };
            let new = CellValue::Text("平成31年度/令和元年度".into());
            return Some(Changed { book: with_cell(book, at, cell.at, new), new: BTreeMap::new(), named: None });
        }
    }
    None
}

fn a_doubled_row(book: &Book, taken: &Taken) -> Option<Changed> {
    let (grid, at, _) = some_figure(book, taken)?;
    let twice = |cell: CellRef| match cell.row {
        row if row < at.row => vec![cell],
        row if row == at.row => vec![cell, CellRef::new(row + 1, cell.col)],
        row => vec![CellRef::new(row + 1, cell.col)],
    };
    plainly(with_grid(book, grid, remade(&book.grids[grid], twice)))
}

/// The sum of a row or column is one more than its parts.
fn a_wrong_total(book: &Book, taken: &Taken) -> Option<Changed> {
    // The whole whose parts stand in the same file, by care level, age or sex.
    let whole = taken.observations.iter().find(|o| {
        let parts = taken.observations.iter().filter(|p| {
            p.area == o.area && p.period == o.period && p.indicator == o.indicator && !p.dimensions.is_total()
        });
        let d = &o.dimensions;
        &*o.unit == "人" && d.is_total() && parts.count() >= 2 && o.datum.value().is_some()
    })?;
    let grid = book.grids.iter().position(|grid| grid.name == whole.source.sheet)?;
    let at = whole.source.cell;
    let value = whole.datum.value()? + 1.0;
    let changed = with_cell(book, grid, at, CellValue::Number(value));
    Some(Changed { book: changed, new: BTreeMap::from([((grid, at), Some(value))]), named: Some(at) })
}

const CHANGES: [(&str, Change); 15] = [
    ("sheets renamed", sheets_renamed),
    ("sheets reordered", sheets_reordered),
    ("a sheet of notes before", a_sheet_of_notes_before),
    ("a note in the data", a_note_in_the_data),
    ("a note on top", a_note_on_top),
    ("a note at the end", a_note_at_the_end),
    ("a blank row", a_blank_row),
    ("columns reordered", columns_reordered),
    ("thousands", thousands),
    ("a negative", a_negative),
    ("a withheld figure", a_withheld),
    ("the year of two eras", the_year_of_two_eras),
    ("a doubled row", a_doubled_row),
    ("a wrong total", a_wrong_total),
    ("nothing", |book, _| plainly(book.clone())),
];

fn loud(taken: &Taken, truth: &Truth) -> Vec<String> {
    let new = taken.diagnostics.iter().filter(|d| d.severity != Severity::Info && !truth.told.contains(&said(d)));
    new.map(|d| format!("{} {} {:?}", d.code, d.message, d.place.cell)).collect()
}

#[test]
fn every_layout_stands_what_happens_to_files() {
    let catalog = catalog();
    let mut failures = Vec::new();
    let mut table: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (layout, book, year, mappings) in layouts(&catalog) {
        let context = Context { mappings: &mappings, ..Context::new(&catalog, year) };
        let before = take_book(&book, context);
        assert_eq!(before.report.outcome, Outcome::Read, "{layout}: {:?}", before.report);
        let truth = truth(&book, context);
        for (name, change) in CHANGES {
            let Some(changed) = change(&book, &before) else {
                table.entry(layout).or_default().push((name, "does not apply"));
                continue;
            };
            let taken = take_book(&changed.book, context);
            let told = loud(&taken, &truth);
            let wrong: Vec<String> = taken
                .observations
                .iter()
                .filter_map(|o| {
                    let Datum::Value(value) = o.datum else { return None };
                    let grid = changed.book.grids.iter().position(|grid| grid.name == o.source.sheet)?;
                    let new = changed.new.get(&(grid, o.source.cell));
                    let era = name == "the year of two eras" && o.period.form_year == Some(2019);
                    let right = match new {
                        Some(new) => *new == Some(value),
                        None => era || truth.values.get(&o.key()).is_some_and(|all| all.contains(&value)),
                    };
                    (!right).then(|| {
                        format!("{} {} {} = {value} at {}", o.indicator, o.area.name, o.period.label, o.source.cell)
                    })
                })
                .collect();
            if !wrong.is_empty() && told.is_empty() {
                failures.push(format!("{layout}, {name}: {:?}", &wrong[..wrong.len().min(3)]));
            }
            if let Some(at) = changed.named {
                let row = (at.row + 1).to_string();
                let named = gather(vec![taken.clone()], context).diagnostics.iter().any(|d| {
                    let cell = d.place.cell.as_deref().unwrap_or_default();
                    d.severity != Severity::Info && cell.trim_start_matches(|c: char| c.is_alphabetic()) == row
                });
                if !named {
                    failures.push(format!("{layout}, {name}: {at} is not told: {told:?}"));
                }
            }
            let values = taken.observations.iter().filter(|o| o.datum.value().is_some()).count();
            let all: usize = truth.values.values().map(Vec::len).sum();
            let outcome = match (taken.report.outcome, values >= all.saturating_sub(1), told.is_empty()) {
                (Outcome::Read, true, true) => "read whole",
                (Outcome::Read, true, false) => "read whole, with a word",
                (Outcome::Read, false, false) => "read in part, with a word",
                (Outcome::Read, false, true) => "read in part, in silence",
                (Outcome::Waiting, ..) => "waits",
                _ => "refused",
            };
            table.entry(layout).or_default().push((name, outcome));
            // What is left out must be told, too.
            if outcome == "read in part, in silence" && name != "the year of two eras" {
                failures.push(format!("{layout}, {name}: {values} of {all} values, nothing told"));
            }
        }
    }
    for (layout, lines) in &table {
        let lines: Vec<String> = lines.iter().map(|(name, outcome)| format!("{name}: {outcome}")).collect();
        println!("{layout}: {}", lines.join("; "));
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// A list of areas has no figures, and nothing that happens to it may make any.
#[test]
fn a_list_of_areas_stays_without_figures() {
    let catalog = catalog();
    let context = Context::new(&catalog, Some(2024));
    let list = crate::mutants::list_of_areas();
    let none = take_book(&list, context);
    assert_eq!((none.report.layout, none.report.outcome), (Some("L8"), Outcome::Empty));
    // The changes look for a figure: here a code serves as one.
    let figure = take_book(&book("tests/data/crosstab/L7/事業所.csv"), context).observations.remove(0);
    let mut seen = none.clone();
    let source = SourceRef { sheet: list.grids[0].name.clone(), cell: CellRef::new(2, 0), ..figure.source.clone() };
    seen.observations.push(Observation { datum: Datum::Value(1.0), source, ..figure });
    let mut done = 0;
    for (name, change) in CHANGES {
        let Some(changed) = change(&list, &seen) else { continue };
        let taken = take_book(&changed.book, context);
        assert!(taken.observations.is_empty(), "{name}: {:?}", taken.observations);
        done += 1;
    }
    assert!(done >= 9, "{done}");
}
