//! Reading: bytes become grids with the addresses a person sees, or one sentence says why not.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use chiiki_sheet::model::CellRef;
use chiiki_sheet::read::{Book, BookKind, CellValue, Limits, ReadOutcome, read_all, read_path};

/// A real official file, `None` with a printed reason where the folder is absent.
fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CHIIKI_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(root).join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

fn book(name: &str) -> Option<Book> {
    let mut outcomes = read_path(&shared(name)?, &Limits::default()).unwrap();
    assert_eq!(outcomes.len(), 1, "{name}");
    Some(outcomes.remove(0).result.unwrap_or_else(|refusal| panic!("{name}: {}", refusal.to_diagnostic())))
}

fn value<'b>(book: &'b Book, sheet: &str, cell: &str) -> Option<&'b CellValue> {
    let grid = book.grids.iter().find(|grid| &*grid.name == sheet).unwrap_or_else(|| panic!("no sheet {sheet}"));
    grid.get(CellRef::parse(cell).unwrap())
}

fn number(book: &Book, sheet: &str, cell: &str) -> f64 {
    value(book, sheet, cell).and_then(CellValue::as_number).unwrap_or_else(|| panic!("no number in {sheet} {cell}"))
}

fn text<'b>(book: &'b Book, sheet: &str, cell: &str) -> &'b str {
    value(book, sheet, cell).and_then(CellValue::as_text).unwrap_or_else(|| panic!("no text in {sheet} {cell}"))
}

#[test]
fn real_annual_reports_keep_their_addresses() {
    let Some(insured) = book("r5nenpo_02h.xlsx") else { return };
    assert_eq!(insured.kind, BookKind::Xlsx);
    assert_eq!(number(&insured, "02h", "C6"), 35_889_733.0);
    assert_eq!(text(&insured, "02h", "B7"), "札幌市");
    assert_eq!((insured.grids[0].cells().len(), insured.grids[0].merges.len()), (12_585, 3));
    let Some(certified) = book("r5nenpo_04-1-1h_sheet1-2_openpyxl.xlsx") else { return };
    assert_eq!(text(&certified, "04-1-1h②", "C5"), "（再掲）第１号被保険者");
    assert_eq!(number(&certified, "04-1-1h②", "C7"), 1_007_887.0);
}

#[test]
fn real_old_books_give_whole_numbers_too() {
    let Some(waste) = book("kobe_nendobetu.xls") else { return };
    assert_eq!(waste.kind, BookKind::Xls);
    assert_eq!(number(&waste, "Ｓ55～（収集量）", "B4"), 482_103.0);
    assert_eq!(text(&waste, "Ｓ55～（収集量）", "F4"), "－");
    let Some(projection) = book("ipss2017_10-1.xls") else { return };
    assert_eq!(text(&projection, "表10-1", "A5"), "平成 27");
    assert_eq!(number(&projection, "表10-1", "A6"), 28.0);
    assert_eq!(number(&projection, "表10-1", "C5"), 127_094.745);
    let Some(population) = book("kobe_jinkou2804.xls") else { return };
    assert_eq!(number(&population, "４月推計（ＨＰ）", "F10"), 1_542_128.0);
}

#[test]
fn real_text_files_in_three_encodings() {
    let Some(facilities) = book("jigyosho_336.csv") else { return };
    assert_eq!(facilities.kind, BookKind::Csv);
    assert_eq!(text(&facilities, "", "A1"), "都道府県コード又は市町村コード");
    assert_eq!(text(&facilities, "", "A2"), "012289");
    let Some(areas) = book("FEA_hyoujun-20250210024619.csv") else { return };
    assert_eq!(text(&areas, "", "F3"), "ちゅうおうく");
    let Some(census) = book("FEH_00200521_260127162349.csv") else { return };
    assert_eq!(text(&census, "", "B7"), "当該数値がないもの", "the blank line 6 counts");
    let Some(places) = book("localgovjp-sjis_20200104.csv") else { return };
    assert_eq!(text(&places, "", "D3"), "札幌市 中央区");
}

#[test]
fn other_real_books_open() {
    for name in ["juki_2304ssnen.xlsx", "mic_000925835_R6.1.1.xlsx", "zaisei_000917808_R4.xlsx"] {
        let Some(book) = book(name) else { return };
        assert!(book.grids[0].cells().len() > 1000, "{name}");
    }
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/read")
}

/// The odd, damaged and hostile files of `tests/support/make_bad_files.py`, by name.
fn files() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(data().join("files")).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn describe(outcomes: &[ReadOutcome]) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        let book = match &outcome.result {
            Ok(book) => book,
            Err(refusal) => {
                let wait = if refusal.waiting { "待つ" } else { "読まない" };
                writeln!(out, "  {wait}: {}", refusal.to_diagnostic()).unwrap();
                continue;
            }
        };
        writeln!(out, "  読んだ: {}（{:?}）", book.file.name, book.kind).unwrap();
        for grid in &book.grids {
            let hidden = if grid.hidden { " 非表示" } else { "" };
            let cells = grid.cells().iter().take(12).map(|cell| {
                let value = match &cell.value {
                    CellValue::Number(number) => format!("数{number}"),
                    CellValue::DateSerial(number) => format!("日付{number}"),
                    other => other.display().replace('\n', "⏎"),
                };
                format!("{}={value}", cell.at)
            });
            let cells: Vec<_> = cells.collect();
            writeln!(out, "    「{}」{hidden} {}", grid.name, cells.join(" ")).unwrap();
            for (from, to) in &grid.merges {
                writeln!(out, "      結合 {from}:{to}").unwrap();
            }
            for at in &grid.formulas_without_value {
                writeln!(out, "      値のない式 {at}").unwrap();
            }
        }
    }
    out
}

/// Compares with the reviewed text; `UPDATE_SNAPSHOTS=1` rewrites it.
fn assert_snapshot(name: &str, actual: &str) {
    let path = data().join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    for (line, (expected, actual)) in expected.lines().zip(actual.lines()).enumerate() {
        assert_eq!(expected, actual, "{name}:{}", line + 1);
    }
    assert_eq!(expected.lines().count(), actual.lines().count(), "{name}");
}

#[test]
fn every_odd_file_has_its_outcome_and_sentence() {
    let mut actual = String::new();
    for (name, bytes) in files() {
        writeln!(actual, "■ {name}\n{}", describe(&read_all(&name, &bytes, &Limits::default()))).unwrap();
    }
    assert_snapshot("messages.txt", &actual);
}
