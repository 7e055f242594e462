//! Every spelling that was seen in files, with what it means. Where the list of what was seen is at hand, nothing of it
//! may be missing here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::path::PathBuf;
use std::sync::Arc;

use chiiki_sheet::catalog::{Catalog, Lookup};
use chiiki_sheet::diagnostic::Severity;
use chiiki_sheet::intake::take_book;
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::{Outcome, SourceFile};
use chiiki_sheet::notation::{
    BareYear, EraCarry, MissingLegend, fold, parse_number, parse_period, parse_unit, read_missing,
};
use chiiki_sheet::read::Book;

/// Period, what it is, its months and whether it is a part of a year.
const PERIODS: [(&str, &str, Option<u8>, bool); 19] = [
    ("2000", "FY2000", None, false),
    ("2000.0", "FY2000", None, false),
    ("平成19年3月末", "FY2006", None, false),
    ("令和元年3月末", "FY2018", None, false),
    ("令和7年3月末時点", "FY2024", None, false),
    ("令和8年4月末時点", "date:2026-04-30", None, false),
    ("令和2年⏎3月末", "FY2019", None, false),
    ("令和6年2月", "month:2024-02-29", None, false),
    ("平成27年度", "FY2015", None, false),
    ("令和元年度", "FY2019", None, false),
    ("令和6年度(R7/2月サービス提供分まで)", "FY2024", Some(12), false),
    ("H26", "FY2014", None, false),
    ("R元", "FY2019", None, false),
    ("R2", "FY2020", None, false),
    ("R6（R7/2月サービス提供分まで）", "FY2024", Some(12), false),
    ("R7（R8/1月サービス提供分まで）", "FY2025", Some(11), true),
    ("令和5年(2023年)", "calendar_year:2023-12-31", None, false),
    ("2020年10月", "month:2020-10-31", None, false),
    ("平成31年度/令和元年度", "FY2019", None, false),
];

/// Unit as written, the symbol and the factor.
const UNITS: [(&str, &str, f64); 14] = [
    ("（単位：人）", "人", 1.0),
    ("（単位；千円）", "円", 1e3),
    ("【人】", "人", 1.0),
    ("人口（1,000人）", "人", 1e3),
    ("千人", "人", 1e3),
    ("百万円", "円", 1e6),
    ("％", "％", 1.0),
    ("件", "件", 1.0),
    ("回", "回", 1.0),
    ("日", "日", 1.0),
    ("延人月", "延人月", 1.0),
    ("（人)", "人", 1.0),
    ("円", "円", 1.0),
    ("人", "人", 1.0),
];

const NUMBERS: [(&str, f64); 5] =
    [("1,234", 1234.0), ("１，２３４", 1234.0), ("12 a)", 12.0), ("12(※1)", 12.0), ("12％", 12.0)];

const MISSING: [&str; 9] = ["-", "－", "―", "‐", "…", "***", "x", "X", "*"];

const NEGATIVES: [&str; 4] = ["▲", "△", "−", "－"];

const FILE_NAMES: [&str; 5] = [
    "D31-i_受給者1人当たり利用日数・回数（+認知症対応型通所介護）_時系列.xlsx",
    "D6-a_…_時系列 (2).xlsx",
    "C1_…時系列 (48).xlsx",
    "(1.xlsx",
    "F17_センター設置数（ブランチ、サブセンターあり）[65歳.xlsx",
];

const AREA_NAMES: [(&str, &str); 6] = [
    ("福岡県福岡市", "福岡県 福岡市"),
    ("福岡市", "福岡県 福岡市"),
    ("八重山郡竹富町", "沖縄県 竹富町"),
    ("川崎町（宮城県）", "宮城県 川崎町"),
    ("川崎市", "神奈川県 川崎市"),
    ("広島県府中市", "広島県 府中市"),
];

const SEVERAL: [&str; 4] = ["府中市", "伊達市", "池田町", "泊村"];

#[test]
fn periods() {
    for (text, key, months, part) in PERIODS {
        let period = parse_period(&text.replace('⏎', "\n"), BareYear::Fiscal).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((period.key().as_str(), period.months, period.part_year), (key, months, part), "{text}");
    }
    // The era is carried down a column.
    let mut eras = EraCarry::new();
    let years: Vec<_> = ["平成 27", "28", "29", "平成31年/令和元年", "2"]
        .into_iter()
        .map(|text| eras.read(text, BareYear::Calendar).map(|period| period.key()))
        .collect();
    let year = |year: i32| Some(format!("calendar_year:{year}-12-31"));
    assert_eq!(years, [year(2015), year(2016), year(2017), year(2019), year(2020)]);
}

#[test]
fn units_numbers_and_marks() {
    for (text, symbol, factor) in UNITS {
        let unit = parse_unit(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((&*unit.symbol, unit.factor), (symbol, factor), "{text}");
    }
    for (text, value) in NUMBERS {
        assert_eq!(parse_number(text).map(|number| number.value), Some(value), "{text}");
    }
    for mark in MISSING {
        assert!(read_missing(mark, &MissingLegend::default()).is_some(), "{mark}");
        assert_eq!(parse_number(mark), None, "{mark}");
    }
    assert!(read_missing("", &MissingLegend::default()).is_some());
    for sign in NEGATIVES {
        assert_eq!(parse_number(&format!("{sign}12")).map(|number| number.value), Some(-12.0), "{sign}");
    }
    assert_eq!(parse_number("▲退職金"), None);
}

#[test]
fn words_and_places() {
    for (a, b) in [
        ("サ－ビス", "サービス"),
        ("ヶ所", "ケ所"),
        ("ヵ所", "カ所"),
        ("檮原町", "梼原町"),
        ("1人当たり", "1人あたり"),
        ("（+認知症 対応型）", "（認知症対応型）"),
        ("要介護１", "要介護1"),
    ] {
        assert_eq!(fold(a), fold(b), "{a} {b}");
    }
    let catalog = Catalog::shipped();
    for (text, name) in AREA_NAMES {
        assert_eq!(catalog.find_name(text).one().map(|area| area.name.clone()).as_deref(), Some(name), "{text}");
    }
    for text in SEVERAL {
        assert!(matches!(catalog.find_name(text), Lookup::Many(_)), "{text}");
    }
}

/// A name that was cut or doubled decides nothing by itself; one with an id that is not the table's own is told.
#[test]
fn file_names() {
    let catalog = crate::mutants::catalog();
    let table = crate::mutants::book("examples/mihon/受付/D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx");
    for name in FILE_NAMES {
        let file = SourceFile { name: name.to_owned(), ..(*table.file).clone() };
        let taken = take_book(&Book { file: Arc::new(file), ..table.clone() }, Context::new(&catalog, None));
        let others = taken.observations.iter().filter(|o| !o.indicator.as_str().starts_with("D17-a")).count();
        let told = taken.diagnostics.iter().any(|told| told.severity != Severity::Info);
        println!("{name}: {:?}, {} figures", taken.report.outcome, taken.observations.len());
        assert!(others == 0 || told, "{name}: {others} figures of another indicator");
    }
    // With the right id a cut or doubled name is as good as a whole one.
    for name in [
        "D17-a_受給者1人あたり給付月額（訪問介護）_時系列 (2).xlsx",
        "D17-a_…時系列 (48).xlsx",
        "✕D17-a_受給者1人あたり給付月額（訪問介護.xlsx",
    ] {
        let file = SourceFile { name: name.to_owned(), ..(*table.file).clone() };
        let taken = take_book(&Book { file: Arc::new(file), ..table.clone() }, Context::new(&catalog, None));
        assert_eq!(taken.report.outcome, Outcome::Read, "{name}: {:?}", taken.report);
        assert!(taken.observations.iter().all(|o| o.indicator.as_str() == "D17-a"), "{name}");
    }
}

/// The pieces of one row of the list: what stands between backticks.
fn quoted(row: &str) -> Vec<String> {
    row.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn nothing_that_was_seen_is_missing_here() {
    let shared = std::env::var_os("CHIIKI_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let path = shared.join("domain/import-layouts.md");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return;
    };
    let row = |name: &str| text.lines().find(|line| line.starts_with(&format!("| {name} |"))).unwrap().to_owned();
    let mut gone = Vec::new();
    let mut seen = 0;
    let mut wanted = |what: &str, all: Vec<String>, here: &dyn Fn(&str) -> bool| {
        for one in all {
            seen += 1;
            if !here(&one) {
                gone.push(format!("{what}: {one}"));
            }
        }
    };
    // Shortened in the list, written out here: `(Rn/m月…)`, `R6（R7/2月…）`.
    let short = |text: &str| text.contains('…') || text.contains("Rn");
    wanted("periods", quoted(&row("periods")), &|one| short(one) || PERIODS.iter().any(|(text, ..)| *text == one));
    wanted("numbers", quoted(&row("numbers")), &|one| NUMBERS.iter().any(|(text, _)| text.contains(one)));
    let marks = quoted(&row("minus and missing")).iter().flat_map(|all| all.split(' ')).map(str::to_owned).collect();
    wanted("missing", marks, &|one| MISSING.contains(&one));
    let signs = quoted(&row("negative")).first().unwrap().split(' ').map(str::to_owned).collect();
    wanted("negative", signs, &|one| NEGATIVES.contains(&one));
    let units = row("units")
        .split('|')
        .nth(2)
        .unwrap()
        .split("; from")
        .next()
        .unwrap()
        .replace('）', "） ")
        .replace('】', "】 ");
    let units = units.split_whitespace().map(str::to_owned).collect();
    wanted("units", units, &|one| UNITS.iter().any(|(text, ..)| *text == one));
    let real = text.lines().find(|line| line.starts_with("Real spellings")).unwrap();
    wanted("spellings", quoted(real), &|one| FILE_NAMES.contains(&one) || UNITS.iter().any(|(text, ..)| *text == one));
    let names = quoted(&row("area names"));
    wanted("areas", names, &|one| AREA_NAMES.iter().any(|(text, _)| *text == one));
    assert!(seen > 45, "only {seen} spellings found in the list");
    assert!(gone.is_empty(), "{gone:#?}");
}
