//! Templates of people's own, filled and refilled: which indicator a mark speaks of, which sheet is which, what is never lost.

use chiiki_sheet::compare::Comparison;
use chiiki_sheet::diagnostic::Diagnostic;
use chiiki_sheet::explain::{Explanation, explain};
use chiiki_sheet::fill::StandardTemplate;
use chiiki_sheet::fill::marks::MarkedTemplate;
use chiiki_sheet::fill::public::public_copy;
use chiiki_sheet::job::{Bases, FillRequest, make};
use chiiki_sheet::model::CellRef;
use chiiki_sheet::read::{CellValue, Limits, read_bytes};
use chiiki_sheet::refill::{Marked, Refilled};
use rust_xlsxwriter::{Format, Workbook};

use super::doc::{Doc, grid};
use super::{catalog, changed, comparison, day, evidence, request};

/// A book of sheets: name, then lines of cells, written as `A1=text`. A text `%` before a mark formats its cell as percentage.
fn template(sheets: &[(&str, &[&str])]) -> (tempfile::TempDir, std::path::PathBuf) {
    let mut workbook = Workbook::new();
    for (name, cells) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(*name).unwrap();
        for cell in *cells {
            let (at, text) = cell.split_once('=').unwrap();
            let at = CellRef::parse(at).unwrap();
            let (row, col) = (at.row, at.col as u16);
            match text.strip_prefix('%') {
                Some(text) => sheet.write_with_format(row, col, text, &Format::new().set_num_format("0.0%")).unwrap(),
                None => sheet.write(row, col, text).unwrap(),
            };
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("町の様式.xlsx");
    workbook.save(&path).unwrap();
    (dir, path)
}

fn filled(sheets: &[(&str, &[&str])], comparison: &Comparison) -> (Vec<u8>, Vec<Diagnostic>) {
    let (_dir, path) = template(sheets);
    let filled =
        MarkedTemplate::open(&path).unwrap().fill(comparison, day(1), StandardTemplate::shipped().unwrap()).unwrap();
    (filled.bytes, filled.diagnostics)
}

fn again(bytes: &[u8], new: &Comparison) -> Refilled {
    let key = new.participants[0].area.key().to_owned();
    Marked::open("book.xlsx", bytes, &key).unwrap().unwrap().refill(new, day(25), false).unwrap()
}

fn value(of: &Comparison, id: &str, who: usize, year: i32) -> f64 {
    of.rows.iter().find(|row| row.indicator.id.as_str() == id).unwrap().value(who, year).unwrap()
}

fn number(bytes: &[u8], sheet: &str, cell: &str) -> Option<f64> {
    grid(bytes, sheet).get(CellRef::parse(cell).unwrap()).and_then(CellValue::as_number)
}

fn text(bytes: &[u8], sheet: &str, cell: &str) -> String {
    grid(bytes, sheet).get(CellRef::parse(cell).unwrap()).map(CellValue::display).unwrap_or_default()
}

fn codes(told: &[Diagnostic]) -> Vec<&'static str> {
    told.iter().map(|one| one.code).collect()
}

/// Every figure a little higher, and the nation's by another step.
fn higher(of: Comparison) -> Comparison {
    changed(of, |_, who, _, value| value + 1.0 + who as f64)
}

#[test]
fn in_tables_side_by_side_each_mark_speaks_of_the_id_next_to_it() {
    let now = comparison(2023, 2025);
    let cells = [
        "A1=B4-a",
        "B1={{.自地域 2025}}",
        "D1=D17-a",
        "E1={{.自地域 2025}}",
        "F1={{.指標名}}",
        "A2=Z9",
        "B2=B4-a",
        "C2={{.自地域 2025}}",
        "A3=B4-a",
        "B3=D99-z",
        "C3={{.自地域 2025}}",
    ];
    let (bytes, told) = filled(&[("対比", &cells)], &now);
    assert_eq!(number(&bytes, "対比", "B1"), Some(value(&now, "B4-a", 0, 2025)));
    assert_eq!(number(&bytes, "対比", "E1"), Some(value(&now, "D17-a", 0, 2025)));
    assert_eq!(text(&bytes, "対比", "F1"), "受給者1人あたり給付月額（訪問介護）");
    assert_eq!(number(&bytes, "対比", "C2"), Some(value(&now, "B4-a", 0, 2025)));
    // An id nobody knows does not count, but it may be a slip.
    let passed: Vec<_> = told.iter().filter(|one| one.code == "mark-id-passed-over").collect();
    assert_eq!(passed.iter().map(|one| one.place.cell.as_deref()).collect::<Vec<_>>(), [Some("C3")]);
    let book = read_bytes("a.xlsx", &bytes, &Limits::default()).unwrap();
    let Explanation::Figure(figure) = explain(&book, "E1").unwrap() else { panic!() };
    assert_eq!(figure.indicator, "D17-a");
    let after = again(&bytes, &higher(now.clone()));
    assert_eq!(number(&after.bytes, "対比", "E1"), Some(value(&now, "D17-a", 0, 2025) + 1.0));
}

const OWN: [&str; 9] = [
    "A1=ID",
    "B1=値",
    "C1=来年",
    "A2=B4-a",
    "B2={{.自地域 2025}}",
    "C2={{.自地域 2026}}",
    "A3=D17-a",
    "B3={{.自地域 2025}}",
    "C3={{.自地域 2026}}",
];
const NATION: [&str; 9] = [
    "A1=ID",
    "B1=値",
    "C1=来年",
    "A2=B4-a",
    "B2={{.全国 2025}}",
    "C2={{.全国 2026}}",
    "A3=D17-a",
    "B3={{.全国 2025}}",
    "C3={{.全国 2026}}",
];

/// The figures of 2026 are not there yet.
fn without_2026() -> Comparison {
    let mut early = comparison(2023, 2026);
    for row in &mut early.rows {
        row.figures.retain(|(_, year), _| *year < 2026);
    }
    early
}

#[test]
fn renamed_sheets_are_told_apart_by_their_figures() {
    let (bytes, _) = filled(&[("自分", &OWN), ("国", &NATION)], &without_2026());
    let mut doc = Doc::open(&bytes);
    doc.rename("自分", "本市の数値");
    doc.rename("国", "全国の数値");
    let renamed = doc.save();
    let new = higher(comparison(2023, 2026));
    let after = again(&renamed, &new);
    for (sheet, who) in [("本市の数値", 0), ("全国の数値", 2)] {
        for (cell, id, year) in [("B2", "B4-a", 2025), ("C2", "B4-a", 2026), ("B3", "D17-a", 2025)] {
            assert_eq!(number(&after.bytes, sheet, cell), Some(value(&new, id, who, year)), "{sheet} {cell}");
        }
    }
    let book = read_bytes("a.xlsx", &renamed, &Limits::default()).unwrap();
    let Explanation::Figure(figure) = explain(&book, "全国の数値!B2").unwrap() else { panic!() };
    assert_eq!((figure.area.as_str(), figure.written), ("全国", None));
    // Names that were swapped are swapped back by the figures.
    let mut doc = Doc::open(&bytes);
    for (from, to) in [("自分", "仮の名前"), ("国", "自分"), ("仮の名前", "国")] {
        doc.rename(from, to);
    }
    let after = again(&doc.save(), &new);
    assert_eq!(number(&after.bytes, "自分", "C2"), Some(value(&new, "B4-a", 2, 2026)));
}

#[test]
fn a_sheet_that_cannot_be_told_is_left_and_named() {
    let (bytes, _) = filled(&[("自分", &OWN), ("控え", &OWN)], &without_2026());
    let mut doc = Doc::open(&bytes);
    doc.rename("自分", "い");
    doc.rename("控え", "ろ");
    let renamed = doc.save();
    let after = again(&renamed, &higher(comparison(2023, 2026)));
    assert_eq!(codes(&after.diagnostics).iter().filter(|code| **code == "mark-sheet-lost").count(), 2);
    for sheet in ["い", "ろ"] {
        assert_eq!(grid(&after.bytes, sheet).cells(), grid(&renamed, sheet).cells());
    }
}

const TABLE: [&str; 24] = [
    "A1=指標ID",
    "B1=指標名",
    "C1=単位",
    "D1=自地域",
    "E1=全国",
    "F1=来年",
    "A2=B4-a",
    "B2={{.指標名}}",
    "C2={{.単位}}",
    "D2={{.自地域 2025}}",
    "E2={{.全国 2025}}",
    "F2={{.自地域 2026}}",
    "A3=D17-a",
    "B3={{.指標名}}",
    "C3={{.単位}}",
    "D3={{.自地域 2025}}",
    "E3={{.全国 2025}}",
    "F3={{.自地域 2026}}",
    "A4=D2",
    "B4={{.指標名}}",
    "C4={{.単位}}",
    "D4={{.自地域 2025}}",
    "E4={{.全国 2025}}",
    "F4={{.自地域 2026}}",
];

/// Ordinary edits, and the rows the three indicators stand in after them.
#[test]
fn reworded_headings_notes_and_sorted_rows_keep_every_place() {
    let (bytes, _) = filled(&[("表", &TABLE)], &without_2026());
    let new = higher(comparison(2023, 2026));
    type Edit = fn(&mut Doc);
    let edits: [(&str, Edit, [u32; 3], &str); 5] = [
        (
            "headings",
            |doc| {
                for cell in ["D1", "E1"] {
                    doc.set_text(cell, "の値だけ別の言い方", false)
                }
            },
            [2, 3, 4],
            "DEF",
        ),
        ("a name", |doc| doc.set_text("B2", "わが市の認定率", false), [2, 3, 4], "DEF"),
        ("sorted", |doc| doc.swap_rows(1, 3), [4, 3, 2], "DEF"),
        ("rows above", |doc| doc.insert_row(2), [2, 4, 5], "DEF"),
        (
            "a column of notes",
            |doc| {
                doc.insert_col(3);
                doc.set_text("D2", "町の注", false);
            },
            [2, 3, 4],
            "EFG",
        ),
    ];
    for (what, edit, rows, cols) in edits {
        let mut doc = Doc::open(&bytes);
        edit(&mut doc);
        let after = again(&doc.save(), &new);
        assert!(!codes(&after.diagnostics).contains(&"mark-place-lost"), "{what}: {:?}", after.diagnostics);
        for (row, id) in rows.into_iter().zip(["B4-a", "D17-a", "D2"]) {
            for (col, (who, year)) in cols.chars().zip([(0, 2025), (2, 2025), (0, 2026)]) {
                let cell = format!("{col}{row}");
                assert_eq!(number(&after.bytes, "表", &cell), Some(value(&new, id, who, year)), "{what} {cell}");
            }
        }
    }
}

/// Labels that changed places without their figures: no figure may go under another area's name.
#[test]
fn figures_never_go_under_another_heading() {
    let (bytes, _) = filled(&[("表", &TABLE)], &without_2026());
    let mut doc = Doc::open(&bytes);
    doc.set_text("D1", "全国", false);
    doc.set_text("E1", "自地域", false);
    let edited = doc.save();
    let after = again(&edited, &higher(comparison(2023, 2026)));
    for cell in ["D2", "E2", "D4", "E4"] {
        assert_eq!(number(&after.bytes, "表", cell), number(&edited, "表", cell), "{cell}");
    }
    assert!(codes(&after.diagnostics).contains(&"mark-place-lost"));
}

/// A column goes: what stood there is never written into the one that took its place.
#[test]
fn a_lost_place_takes_nobody_elses() {
    let cells = [
        "A1=ID",
        "B1=自地域",
        "C1=全国",
        "D1=県",
        "A2=D2",
        "B2={{.自地域 2026}}",
        "C2={{.全国 2026}}",
        "D2={{.都道府県 2026}}",
    ];
    let (bytes, _) = filled(&[("表", &cells)], &without_2026());
    let mut doc = Doc::open(&bytes);
    for cell in ["C1", "D1"] {
        doc.empty(cell);
    }
    doc.set_text("C1", "県", false);
    let first = again(&doc.save(), &higher(without_2026()));
    assert!(codes(&first.diagnostics).contains(&"mark-place-lost"), "{:?}", first.diagnostics);
    let new = comparison(2023, 2026);
    let after = again(&first.bytes, &new);
    assert_eq!(number(&after.bytes, "表", "B2"), Some(value(&new, "D2", 0, 2026)));
    assert_eq!(number(&after.bytes, "表", "C2"), Some(value(&new, "D2", 1, 2026)));
}

fn asked(out: &std::path::Path, years: Option<(i32, i32)>) -> FillRequest {
    let (from, to) = years.map_or((None, None), |(from, to)| (Some(from), Some(to)));
    FillRequest { from, to, date: day(22), ..request(2023, 2025, out.to_str().unwrap()) }
}

const YEARS: [&str; 9] = [
    "A1=B4-a",
    "B1={{.自地域 2023}}",
    "C1={{.自地域 2024}}",
    "D1={{.自地域 2025}}",
    "E1={{.自地域 2026}}",
    "A2=全国",
    "B2={{B4-a 全国 2023}}",
    "A3={{表示期間}}",
    "A4=令和5年度は{{数 B4-a 自地域 2023}}％",
];

#[test]
fn years_that_stand_on_a_book_never_go() {
    let (dir, path) = template(&[("表", &YEARS)]);
    let bases = Bases { template: Some(path), ..Bases::default() };
    let whole = comparison(2023, 2026);
    let fill = |out: &str, years| {
        let report = make(&asked(&dir.path().join(out), years), &bases, evidence(), catalog()).unwrap();
        (std::fs::read(&report.outputs[0].path).unwrap(), report)
    };
    let check = |bytes: &[u8]| {
        for (cell, who, year) in [("B1", 0, 2023), ("C1", 0, 2024), ("D1", 0, 2025), ("E1", 0, 2026), ("B2", 2, 2023)] {
            assert_eq!(number(bytes, "表", cell), Some(value(&whole, "B4-a", who, year)), "{cell}");
        }
        assert!(text(bytes, "表", "A4").starts_with("令和5年度は1") || text(bytes, "表", "A4").contains('2'));
        let book = read_bytes("a.xlsx", bytes, &Limits::default()).unwrap();
        let Explanation::Figure(figure) = explain(&book, "表!B1").unwrap() else { panic!() };
        assert_eq!((figure.year, figure.written.as_deref()), (2023, None));
    };
    check(&fill("a", Some((2023, 2026))).0);
    // Without a period the years that the book, or the template, names are shown.
    check(&fill("a", None).0);
    check(&fill("b", None).0);
    // A narrower period: what stands is left, and said.
    let (bytes, report) = fill("a", Some((2025, 2026)));
    check(&bytes);
    let left: Vec<_> = report.diagnostics.iter().filter(|one| one.code == "mark-left").collect();
    let cells: Vec<_> = left.iter().filter_map(|one| one.place.cell.as_deref()).collect();
    assert_eq!(cells, ["B1", "C1", "B2", "A4"], "{:?}", report.diagnostics);
    assert!(!text(&bytes, "表", "A4").contains("未定義"));
    check(&fill("a", None).0);
}

#[test]
fn a_figure_in_a_cell_of_percentages_is_told() {
    let now = comparison(2023, 2025);
    let cells = ["A1=%{{B4-a 自地域 2025}}", "A2={{B4-a 自地域 2025}}", "A3=%{{数 B4-a 自地域 2025}}"];
    let (bytes, told) = filled(&[("表", &cells)], &now);
    let of = |told: &[Diagnostic]| -> Vec<String> {
        told.iter().filter(|one| one.code == "mark-percent").filter_map(|one| one.place.cell.clone()).collect()
    };
    assert_eq!(of(&told), ["A1"]);
    assert_eq!(number(&bytes, "表", "A1"), Some(value(&now, "B4-a", 0, 2025)));
    assert_eq!(of(&again(&bytes, &higher(now)).diagnostics), ["A1"]);
}

#[test]
fn part_years_and_missing_figures_are_said_with_their_cells() {
    let mut now = comparison(2023, 2026);
    for row in &mut now.rows {
        row.figures.retain(|key, _| row.indicator.id.as_str() != "B5-a" || *key != (0, 2025));
    }
    let cells = ["A1=D2", "B1={{.自地域 2026}}", "C1={{.自地域 2025}}", "A2=調整済みは{{数 B5-a 自地域 2025}}％"];
    let (bytes, told) = filled(&[("表", &cells)], &now);
    let part = now.rows.iter().find(|row| row.indicator.id.as_str() == "D2").unwrap().figures[&(0, 2026)].clone();
    assert!(part.period.part_year, "the example is of a part of 2026");
    let said: Vec<&Diagnostic> = told.iter().filter(|one| one.code == "mark-part-year").collect();
    assert_eq!(said.len(), 1, "{told:?}");
    assert!(said[0].message.contains("「表」B1") && !said[0].message.contains("C1"), "{}", said[0].message);
    let sources = grid(&bytes, "出典");
    assert!(sources.cells().iter().any(|cell| cell.value.display().contains("1年分ではない")));
    assert_eq!(text(&bytes, "表", "A2"), "調整済みは－％");
    assert!(told.iter().any(|one| one.code == "mark-empty" && one.place.cell.as_deref() == Some("A2")));
}

#[test]
fn the_copy_to_hand_out_has_no_figure_to_be_handled_with_care_and_all_of_their_sheets() {
    let restricted = catalog().indicators().iter().find(|indicator| indicator.restricted).unwrap();
    let mut now = comparison(2023, 2025);
    let row = now.rows.iter_mut().find(|row| row.indicator.id.as_str() == "B5-a").unwrap();
    row.indicator = restricted.clone();
    let id = restricted.id.as_str();
    let cells = [
        "A1=認知症高齢者".to_owned(),
        format!("B1={{{{{id} 自地域 2025}}}}"),
        format!("A2=認知症は{{{{数 {id} 自地域 2025}}}}です"),
        format!("A3={id}"),
        "B3={{.自地域 2025}}".to_owned(),
        "C3=B4-a".to_owned(),
        "D3={{.自地域 2025}}".to_owned(),
    ];
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let sheets: [(&str, &[&str]); 4] = [
        ("表", &cells),
        ("点検", &["A1=わが市の点検表"]),
        ("検討メモ2", &["A1=わが市のメモ"]),
        ("出典", &["A1=わが市の出典"]),
    ];
    let (bytes, _) = filled(&sheets, &now);
    assert!(number(&bytes, "表", "B1").is_some());
    let (copy, told) = public_copy(bytes, catalog()).unwrap();
    let table = grid(&copy, "表");
    let numbers: Vec<f64> = table.cells().iter().filter_map(|cell| cell.value.as_number()).collect();
    assert_eq!(numbers, [value(&now, "B4-a", 0, 2025)]);
    assert_eq!((text(&copy, "表", "A1"), text(&copy, "表", "A2")), ("認知症高齢者".to_owned(), String::new()));
    assert!(told.iter().any(|one| one.code == "public-sentences" && one.message.contains("「表」A2")), "{told:?}");
    let book = read_bytes("a.xlsx", &copy, &Limits::default()).unwrap();
    let names: Vec<&str> = book.grids.iter().map(|grid| &*grid.name).collect();
    assert_eq!(names, ["表", "点検", "検討メモ2", "出典", "出典 (2)"]);
    let own = told.iter().find(|one| one.code == "public-own-sheets").unwrap();
    assert!(own.message.contains("「点検」「検討メモ2」「出典」も"), "{}", own.message);
}

const FIELDS: [&str; 8] = [
    "A1=認定率",
    "A2=B4-a",
    "B2={{.自地域 2025}}",
    "A4=全国平均等との比較",
    "A6=設定した仮説の確認・検証方法",
    "A8=自由記述",
    "A10=会議で決めたこと",
    "A12=問題を解決するための対応策（理想像でも可）",
];

#[test]
fn texts_of_earlier_sheets_come_into_fields_of_the_same_heading_or_to_the_handover() {
    // A sheet of last year with texts of two blocks.
    let mut last = Doc::open(&super::fresh(&comparison(2023, 2025)));
    let form = grid(&last.save(), "地域分析・検討シート");
    let free: Vec<_> = chiiki_sheet::form::find_entries(&form)
        .into_iter()
        .filter(|entry| entry.field == chiiki_sheet::model::EntryField::ALL[4])
        .collect();
    for (entry, words) in free.iter().zip(["認定率のことば", "受給率のことば"]) {
        last.set_text(&entry.cell.to_string(), words, false);
    }
    let (dir, path) = template(&[("様式", &FIELDS)]);
    let previous = dir.path().join("前の.xlsx");
    std::fs::write(&previous, last.save()).unwrap();
    let bases = Bases { template: Some(path), previous: Some(previous), ..Bases::default() };
    let out = dir.path().join("出力");
    for run in 0..2 {
        let report = make(&asked(&out, None), &bases, evidence(), catalog()).unwrap();
        let bytes = std::fs::read(&report.outputs[0].path).unwrap();
        assert_eq!(text(&bytes, "様式", "A9"), "認定率のことば", "run {run}: {:?}", report.diagnostics);
        let all = grid(&bytes, "引継ぎ");
        let kept: Vec<_> = all.cells().iter().filter(|cell| cell.value.display() == "受給率のことば").collect();
        assert_eq!(kept.len(), 1, "run {run}");
        assert_eq!(codes(&report.diagnostics).contains(&"texts-moved"), run == 0);
    }
}
