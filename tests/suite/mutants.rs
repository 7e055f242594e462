//! Damaged structure must not move a figure to another area, year or indicator without a word.
//!
//! Seeded mutants of one table a layout: rows and columns deleted, doubled, swapped and blanked, headers dropped,
//! sheets renamed, texts changed. Digits of figures are never touched, so every figure that is read must be the truth.
//! `MUTANTS` sets how many of each layout; without it the large tables get fewer, with `CHIIKI_LONG` all get 50,000.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::diagnostic::{Diagnostic, Severity};
use chiiki_sheet::intake::take_book;
use chiiki_sheet::layout::{Context, Mapping, crosstab};
use chiiki_sheet::model::{AreaLevel, CellRef, Datum, Observation, ObservationKey};
use chiiki_sheet::read::{Book, Cell, CellValue, Grid, Limits, read_bytes};

use crate::program::package;

/// xorshift: the same mutants on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as u32) % limit.max(1)
    }
}

pub fn catalog() -> Catalog {
    let areas = std::fs::read_to_string(package("examples/mihon/areas.csv")).unwrap();
    Catalog::shipped().with_areas(&areas, "areas.csv").unwrap()
}

pub fn book(path: &str) -> Book {
    let path = package(path);
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    read_bytes(&name, &std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

/// Moves every cell and merge by what `to` says; `None` removes it.
pub fn remade(grid: &Grid, to: impl Fn(CellRef) -> Vec<CellRef>) -> Grid {
    let cells = grid
        .cells()
        .iter()
        .flat_map(|cell| to(cell.at).into_iter().map(|at| Cell { at, value: cell.value.clone() }).collect::<Vec<_>>());
    let merges = grid.merges.iter().filter_map(|(from, end)| {
        let (from, end) = (*to(*from).first()?, *to(*end).last()?);
        (from <= end && from.col <= end.col).then_some((from, end))
    });
    Grid::new(grid.name.clone(), grid.hidden, cells.collect(), merges.collect())
}

pub fn texts(grid: &Grid, change: impl Fn(CellRef, &str) -> Option<String>) -> Grid {
    let cells = grid.cells().iter().filter_map(|cell| match &cell.value {
        CellValue::Text(text) => {
            Some(Cell { at: cell.at, value: CellValue::Text(change(cell.at, text)?.as_str().into()) })
        }
        _ => Some(cell.clone()),
    });
    Grid::new(grid.name.clone(), grid.hidden, cells.collect(), grid.merges.clone())
}

/// One kind of damage. The name says which, for a failure.
fn damage(grid: &Grid, random: &mut Random) -> (String, Grid) {
    let extent = grid.extent().unwrap_or(CellRef::new(0, 0));
    // Headings and the first rows matter most: half of the damage goes there.
    let row = if random.below(2) == 0 { random.below(12.min(extent.row + 1)) } else { random.below(extent.row + 1) };
    let other = random.below(extent.row + 1);
    let (col, next) = (random.below(extent.col + 1), random.below(extent.col + 1));
    let moved = |at: CellRef, row: u32| CellRef::new(row, at.col);
    let swap = |x: u32, a: u32, b: u32| {
        if x == a {
            b
        } else if x == b {
            a
        } else {
            x
        }
    };
    let (name, mutant) = match random.below(11) {
        0 => (
            "delete row",
            remade(grid, |at| if at.row == row { vec![] } else { vec![moved(at, at.row - u32::from(at.row > row))] }),
        ),
        1 => (
            "double row",
            remade(grid, |at| match at.row {
                r if r < row => vec![at],
                r if r == row => vec![at, moved(at, r + 1)],
                r => vec![moved(at, r + 1)],
            }),
        ),
        2 => ("swap rows", remade(grid, |at| vec![moved(at, swap(at.row, row, other))])),
        3 => ("insert row", remade(grid, |at| vec![moved(at, at.row + u32::from(at.row >= row))])),
        4 => ("blank row", remade(grid, |at| if at.row == row { vec![] } else { vec![at] })),
        5 => (
            "delete column",
            remade(grid, |at| {
                if at.col == col { vec![] } else { vec![CellRef::new(at.row, at.col - u32::from(at.col > col))] }
            }),
        ),
        6 => ("insert column", remade(grid, |at| vec![CellRef::new(at.row, at.col + u32::from(at.col >= col))])),
        7 => ("blank column", remade(grid, |at| if at.col == col { vec![] } else { vec![at] })),
        8 => ("swap columns", {
            // Between two areas of a form only their headings tell the columns apart, and those are merged: such a swap
            // is another file, not a damaged one. So neighbours are swapped.
            let next = if next > col { col + 1 } else { col.saturating_sub(1) };
            remade(grid, |at| vec![CellRef::new(at.row, swap(at.col, col, next))])
        }),
        9 => ("drop text", texts(grid, |at, text| (at.row != row).then(|| text.to_owned()))),
        _ => {
            let kind = random.below(4);
            (
                "change text",
                texts(grid, |at, text| {
                    Some(match (at.row == row || at.col == col, kind) {
                        (false, _) => text.to_owned(),
                        (true, 0) => format!("　{text} "),
                        (true, 1) => format!("{text}（注）"),
                        (true, 2) => "書き直し".to_owned(),
                        (true, _) => text.replace(' ', "\n"),
                    })
                }),
            )
        }
    };
    (format!("{name} r{row}/{other} c{col}/{next}"), mutant)
}

pub struct Truth {
    pub values: BTreeMap<ObservationKey, Vec<f64>>,
    pub told: BTreeSet<(String, String)>,
}

pub fn truth(book: &Book, context: Context<'_>) -> Truth {
    let taken = take_book(book, context);
    let mut values: BTreeMap<ObservationKey, Vec<f64>> = BTreeMap::new();
    for observation in &taken.observations {
        if let Datum::Value(value) = observation.datum {
            values.entry(observation.key()).or_default().push(value);
        }
    }
    assert!(values.len() > 3, "the table to damage has figures");
    Truth { values, told: taken.diagnostics.iter().map(said).collect() }
}

pub fn said(diagnostic: &Diagnostic) -> (String, String) {
    (diagnostic.code.to_owned(), diagnostic.message.clone())
}

/// A figure that is not the truth, and nothing new was said to a person.
pub fn wrong<'a>(
    truth: &Truth,
    observations: &'a [Observation],
    diagnostics: &[Diagnostic],
) -> Option<&'a Observation> {
    let warned = diagnostics.iter().any(|d| d.severity <= Severity::Warning && !truth.told.contains(&said(d)));
    if warned {
        return None;
    }
    observations.iter().find(|observation| {
        let Datum::Value(value) = observation.datum else { return false };
        // A name that is not in the catalog is kept as written and said; it is nobody else's figure.
        observation.area.level != AreaLevel::Other
            && !truth.values.get(&observation.key()).is_some_and(|all| all.contains(&value))
    })
}

fn mutants(usual: u64) -> u64 {
    let set = std::env::var("MUTANTS").ok().and_then(|text| text.parse().ok());
    let long = std::env::var_os("CHIIKI_LONG").map(|_| 50_000);
    set.or(long).unwrap_or(usual)
}

fn run(layout: &str, usual: u64, paths: &[&str]) {
    let books: Vec<Book> = paths.iter().map(|path| book(path)).collect();
    run_books(layout, mutants(usual), &books, (None, &[]), |_| true);
}

/// `damaged` says of a damage by its name whether it is one: a list with a line fewer is another list.
fn run_books(
    layout: &str,
    count: u64,
    books: &[Book],
    (year, mappings): (Option<i32>, &[Mapping]),
    damaged: fn(&str) -> bool,
) {
    let catalog = catalog();
    let context = Context { mappings, ..Context::new(&catalog, year) };
    let truths: Vec<Truth> = books.iter().map(|book| truth(book, context)).collect();
    let mut failures = Vec::new();
    let (mut read, mut changed) = (0, 0);
    let mut slowest = std::time::Duration::ZERO;
    for seed in 0..count {
        let which = (seed as usize) % books.len();
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut mutant = books[which].clone();
        let mut names = Vec::new();
        for _ in 0..=random.below(2) {
            let at = random.below(mutant.grids.len() as u32) as usize;
            if random.below(12) == 0 {
                mutant.grids[at].name = "Sheet9".into();
                names.push("rename sheet".to_owned());
                continue;
            }
            let (name, grid) = damage(&mutant.grids[at], &mut random);
            if damaged(&name) {
                names.push(name);
                mutant.grids[at] = grid;
            }
        }
        let file = &mutant.file.name;
        let start = std::time::Instant::now();
        let taken = catch_unwind(AssertUnwindSafe(|| take_book(&mutant, context)));
        slowest = slowest.max(start.elapsed());
        let Ok(taken) = taken else {
            failures.push(format!("seed {seed} {file}: panic after {names:?}"));
            continue;
        };
        read += usize::from(!taken.observations.is_empty());
        changed += usize::from(taken.observations.len() != truths[which].values.len());
        if let Some(observation) = wrong(&truths[which], &taken.observations, &taken.diagnostics) {
            failures.push(format!(
                "seed {seed} {file}: {} {} {} {:?} = {:?} at {} after {names:?}",
                observation.indicator,
                observation.area.name,
                observation.period.label,
                observation.dimensions,
                observation.datum,
                observation.source.cell
            ));
        }
    }
    println!("{layout}: {count} mutants, {read} with figures, {changed} with other figures, slowest {slowest:?}");
    assert!(read > 0 && changed > 0, "the damage changed nothing");
    let shown: Vec<&str> = failures.iter().take(25).map(String::as_str).collect();
    assert!(failures.is_empty(), "{layout}: {} of {count} mutants\n{}", failures.len(), shown.join("\n"));
}

#[test]
fn l1_dashboard_sheets() {
    run("L1", 500, &["examples/mihon/受付/見本県 みほん市_地域分析・検討シート.xlsx"]);
}

#[test]
fn l2_indicator_tables() {
    let books: Vec<Book> = [
        "examples/mihon/受付/D2_受給率（施設サービス）（要介護度別）_時系列.xlsx",
        "examples/mihon/受付/D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx",
        "examples/mihon/受付/D6_第１号被保険者１人あたり給付月額（在宅・施設および居住系）_2025_地域別.xlsx",
    ]
    .into_iter()
    .map(book)
    .collect();
    run_books("L2", mutants(500), &books, (None, &[]), |_| true);
}

#[test]
fn l3_region_books() {
    run("L3", 300, &["tests/data/crosstab/L3/緑町.xlsx"]);
}

#[test]
fn l4_annual_report() {
    run("L4", 500, &["examples/mihon/受付/令和6年度_02h.xlsx", "examples/mihon/受付/令和6年度_04-1-1h.xlsx"]);
}

#[test]
fn l5_estat_tables() {
    run("L5", 300, &["tests/data/crosstab/L5/国勢調査.csv"]);
}

#[test]
fn l6_population() {
    run("L6", 300, &["tests/data/crosstab/L6/住民基本台帳.xlsx"]);
}

#[test]
fn l7_providers() {
    let whole_lists = |name: &str| !["delete row", "blank row", "drop text"].iter().any(|gone| name.starts_with(gone));
    let list = book("tests/data/crosstab/L7/事業所.csv");
    run_books("L7", mutants(300), &[list], (Some(2024), &[]), whole_lists);
}

pub fn list_of_areas() -> Book {
    let rows = "団体コード,都道府県名（漢字）,市区町村名（漢字）,都道府県名（カナ）,市区町村名（カナ）\n";
    let towns =
        "011002,北海道,札幌市,ﾎｯｶｲﾄﾞｳ,ｻｯﾎﾟﾛｼ\n012025,北海道,函館市,ﾎｯｶｲﾄﾞｳ,ﾊｺﾀﾞﾃｼ\n012033,北海道,小樽市,ﾎｯｶｲﾄﾞｳ,ｵﾀﾙｼ\n";
    read_bytes("一覧.csv", format!("{rows}{towns}").as_bytes(), &Limits::default()).unwrap()
}

/// A list of areas holds no figures, whatever happens to it.
#[test]
fn l8_lists_of_areas() {
    let list = list_of_areas();
    let catalog = catalog();
    assert_eq!(take_book(&list, Context::new(&catalog, None)).report.layout, Some("L8"));
    for seed in 0..mutants(300) {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut mutant = list.clone();
        let (name, grid) = damage(&mutant.grids[0], &mut random);
        mutant.grids[0] = grid;
        let taken = take_book(&mutant, Context::new(&catalog, Some(2024)));
        assert!(taken.observations.is_empty(), "seed {seed} {name}: {:?}", taken.observations);
    }
}

/// 月報, the 年報's tables by prefecture and the form of earlier years, known from descriptions only.
#[test]
fn unverified_layouts() {
    for (name, book) in crate::layouts_unverified::look_alikes() {
        run_books(name, mutants(500), &[book], (None, &[]), |_| true);
    }
}

#[test]
fn l9_tidy_tables() {
    run("L9", 500, &["examples/mihon/受付/業務分析_みほん市.csv", "examples/mihon/受付/業務分析_見本県.csv"]);
}

/// Tables of no known layout by the readings proposed for them, of every kind the generator knows.
#[test]
fn tables_of_saved_readings() {
    let (mut books, mut later, mut mappings) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..400 {
        let table = crate::official_tables::table(seed);
        let Some(seen) = crosstab::understand(&table.book, &catalog()).filter(|seen| seen.is_sure()) else { continue };
        let kinds = books.iter().filter(|(kind, _): &&(&str, Book)| *kind == table.kind).count();
        if !table.blemished && table.wrong_sum.is_none() && kinds < 2 {
            mappings.push(Mapping { name: format!("{} {seed}", table.kind), ..seen.mapping });
            books.push((table.kind, table.book));
            later.push(crate::official_tables::table_of_year(seed, 1).book);
        }
    }
    let each = mutants(2_000).div_ceil(books.len() as u64);
    assert!(books.len() > 12);
    for (((kind, book), later), mapping) in books.iter().zip(&later).zip(&mappings) {
        let mapping = std::slice::from_ref(mapping);
        run_books(kind, each, std::slice::from_ref(book), (None, mapping), |_| true);
        // The damaged table of the year after, under the reading of this year's.
        run_books(kind, each, std::slice::from_ref(later), (None, mapping), |_| true);
    }
}
