//! Saved readings and the table of another year: read when nothing but its years is different, by the years it says.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeMap;
use std::sync::Arc;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::{Taken, take_book};
use chiiki_sheet::layout::{Context, Mapping, crosstab};
use chiiki_sheet::model::{CellRef, Outcome, SourceFile};
use chiiki_sheet::read::{Book, BookKind, Cell, CellValue, Grid};

use crate::official_tables::{table, table_of_year, wrong};

fn take(book: &Book, mapping: &Mapping) -> Taken {
    let mappings = std::slice::from_ref(mapping);
    take_book(book, Context { mappings, ..Context::new(Catalog::shipped(), None) })
}

fn saved(book: &Book) -> Mapping {
    let seen = crosstab::understand(book, Catalog::shipped()).unwrap();
    assert!(seen.is_sure(), "{:?}", seen.preview);
    seen.mapping
}

/// A sheet of words and numbers, a row a line, cells divided by `|`.
fn sheet(name: &str, lines: &[&str]) -> Grid {
    let mut cells = Vec::new();
    for (row, line) in (0u32..).zip(lines) {
        for (col, text) in (0u32..).zip(line.split('|')).filter(|(_, text)| !text.is_empty()) {
            let value = text.parse().map_or_else(|_| CellValue::Text(text.into()), CellValue::Number);
            cells.push(Cell { at: CellRef::new(row, col), value });
        }
    }
    Grid::new(name, false, cells, Vec::new())
}

fn book(grids: Vec<Grid>) -> Book {
    let file = SourceFile { name: "統計表.xlsx".to_owned(), sha256: "0".repeat(64), exported: None, ours: false };
    Book { file: Arc::new(file), kind: BookKind::Xlsx, grids }
}

/// Area, period and value of every figure.
fn figures(taken: &Taken) -> Vec<(String, String, f64)> {
    let all = taken.observations.iter();
    let mut all: Vec<_> =
        all.map(|o| (o.area.short_name().to_owned(), o.period.key(), o.datum.value().unwrap())).collect();
    all.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    all
}

fn said(taken: &Taken, code: &str) -> Vec<String> {
    taken.diagnostics.iter().filter(|told| told.code == code).map(|told| told.message.clone()).collect()
}

#[test]
fn tables_of_other_years_are_read_by_their_own_years() {
    let mut read: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut failures = Vec::new();
    for seed in 0..270 {
        let now = table(seed);
        let seen = crosstab::understand(&now.book, Catalog::shipped());
        let Some(seen) = seen.filter(|seen| seen.is_sure()) else { continue };
        for later in [1, 2, -1] {
            let other = table_of_year(seed, later);
            let taken = take(&other.book, &seen.mapping);
            if let Some(what) = wrong(&other, &taken) {
                failures.push(format!("seed {seed} {} {later}: {what}", other.kind));
            }
            let values = taken.observations.iter().filter(|o| o.datum.value().is_some()).count();
            let tally = read.entry(other.kind).or_default();
            tally[0] += 1;
            tally[1] += usize::from(values == other.truth.len());
            if values != other.truth.len() && !other.blemished {
                failures.push(format!("seed {seed} {} {later}: {values} of {}", other.kind, other.truth.len()));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures[..failures.len().min(12)].join("\n"));
    for (kind, [all, whole]) in &read {
        println!("{kind}: {whole} of {all} read whole");
        assert!(whole * 2 > *all, "{kind}");
    }
}

const NOW: [&str; 6] = [
    "市町村の人口（単位：人）",
    "市町村|令和4年度|令和5年度",
    "福岡県久留米市|301|302",
    "福岡県直方市|54|55",
    "福岡県飯塚市|124|125",
    "福岡県田川市|44|45",
];

#[test]
fn years_across_move_on_and_newer_ones_are_added() {
    // The words of the one number stand nowhere: a person named it.
    let mut mapping = crosstab::understand(&book(vec![sheet("R5", &NOW)]), Catalog::shipped()).unwrap().mapping;
    for column in &mut mapping.columns {
        column.indicator = "X-人口".to_owned();
    }
    let with = |name: &str, headings: &str| {
        let mut lines = NOW;
        lines[1] = headings;
        take(&book(vec![sheet(name, &lines)]), &mapping)
    };
    let periods = |taken: &Taken| {
        let mut all: Vec<String> = figures(taken).into_iter().map(|(_, period, _)| period).collect();
        all.sort();
        all.dedup();
        all
    };
    assert_eq!(periods(&with("R5", NOW[1])), ["FY2022", "FY2023"]);
    let moved = with("R6", "市町村|令和5年度|令和6年度");
    assert_eq!(figures(&moved)[0], ("久留米市".to_owned(), "FY2023".to_owned(), 301.0));
    assert_eq!(periods(&moved), ["FY2023", "FY2024"]);
    assert!(said(&moved, "mapping-years")[0].contains("「令和5年度」「令和6年度」"), "{moved:?}");
    // Columns in another order, other spellings of a year, and a sheet named without one.
    assert_eq!(figures(&with("R6", "市町村|令和6年度|2023年度"))[0].2, 302.0);
    let mut lines: Vec<String> = NOW.iter().map(|line| (*line).to_owned()).collect();
    lines[1] = "市町村|令和4年度|令和5年度|令和6年度".to_owned();
    for line in &mut lines[2..] {
        line.push_str("|777");
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let added = take(&book(vec![sheet("R6", &lines)]), &mapping);
    assert_eq!(periods(&added), ["FY2022", "FY2023", "FY2024"]);
    assert!(said(&added, "mapping-years")[0].contains("に無い年「令和6年度」"), "{added:?}");
    // Anything else still waits: a year that is not there, one twice, years that moved apart, a day for a year, another
    // word, a sheet of another year than its columns.
    for (name, headings) in [
        ("R6", "市町村||令和6年度"),
        ("R6", "市町村|令和6年度|令和6年度"),
        ("R6", "市町村|令和4年度|令和6年度"),
        ("R6", "市町村|令和5年3月末|令和6年3月末"),
        ("R6", "市町村|令和5年度（推計）|令和6年度（推計）"),
        ("R6", "市町村名|令和5年度|令和6年度"),
        ("R7", "市町村|令和5年度|令和6年度"),
        ("R6", "市町村|令和4年度|令和5年度"),
        ("第2表", "市町村|令和5年度|令和6年度"),
    ] {
        let taken = with(name, headings);
        assert_eq!((taken.report.outcome, figures(&taken)), (Outcome::Waiting, Vec::new()), "{name} {headings}");
    }
}

#[test]
fn a_sheet_a_year_is_read_where_its_title_says_the_year() {
    let lines = |year: &'static str| -> Vec<&'static str> {
        let title = match year {
            "5" => "市町村の世帯（令和5年度）",
            "6" => "市町村の世帯（令和6年度）",
            _ => "市町村の世帯（令和7年度）",
        };
        vec![
            title,
            "市町村|世帯（世帯）",
            "福岡県久留米市|301",
            "福岡県直方市|54",
            "福岡県飯塚市|124",
            "福岡県田川市|44",
        ]
    };
    let mapping = saved(&book(vec![sheet("世帯R5", &lines("5"))]));
    let periods = |grids: Vec<Grid>| {
        let taken = take(&book(grids), &mapping);
        let mut all: Vec<String> = figures(&taken).into_iter().map(|(_, period, _)| period).collect();
        all.dedup();
        all.sort();
        all.dedup();
        (all, said(&taken, "sheet-disagrees").len())
    };
    assert_eq!(periods(vec![sheet("世帯R6", &lines("6"))]), (vec!["FY2024".to_owned()], 0));
    // The sheet of the year after beside the saved one; an older one was not asked for.
    let both = vec![sheet("世帯R5", &lines("5")), sheet("世帯R6", &lines("6"))];
    assert_eq!(periods(both), (vec!["FY2023".to_owned(), "FY2024".to_owned()], 0));
    // Copied, and its title forgotten: the year is in question.
    let copied = vec![sheet("世帯R5", &lines("5")), sheet("世帯R6", &lines("5"))];
    assert_eq!(periods(copied), (vec!["FY2023".to_owned()], 1));
    assert_eq!(periods(vec![sheet("世帯R6", &lines("5"))]).0, Vec::<String>::new());
    // A year the person said once for all is last year's.
    let fixed = Mapping { period: Some("令和5年度".to_owned()), ..mapping.clone() };
    assert_eq!(take(&book(vec![sheet("世帯R6", &lines("6"))]), &fixed).observations, Vec::new());
}

/// Two blocks of towns share their headings. The heading that is left of a damaged pair once served both, and the second
/// block's numbers went to the towns of the first.
#[test]
fn of_blocks_side_by_side_a_lost_heading_makes_the_table_wait() {
    let with = |headings: &'static str| {
        let lines = [
            "市町村別一覧（令和5年度）",
            headings,
            "福岡県久留米市|301|広島県三次市|302",
            "福岡県直方市|54|広島県庄原市|55",
            "福岡県飯塚市|124|広島県竹原市|125",
            "福岡県田川市|44|広島県三原市|45",
        ];
        book(vec![sheet("一覧", &lines)])
    };
    let whole = with("市町村|来園者（人）|市町村|来園者（人）");
    let mapping = saved(&whole);
    let read = figures(&take(&whole, &mapping));
    assert_eq!(read.len(), 8);
    assert!(read.contains(&("三次市".to_owned(), "FY2023".to_owned(), 302.0)), "{read:?}");
    for headings in [
        "市町村||市町村|来園者（人）",
        "市町村|来園者（人）|市町村|",
        "市町村|来園者（人）|市町村|参加者（人）",
        "来園者（人）||市町村|来園者（人）",
    ] {
        let taken = take(&with(headings), &mapping);
        assert_eq!((taken.report.outcome, figures(&taken)), (Outcome::Waiting, Vec::new()), "{headings}");
    }
}
