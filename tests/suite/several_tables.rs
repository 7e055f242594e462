//! Several tables in one file: each is read by its own heading, a hidden one never instead of the one people see, and
//! what is left is told.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::io::{Cursor, Read as _, Write as _};

use chiiki_sheet::diagnostic::Severity;
use chiiki_sheet::fill::FORM_SHEET;
use chiiki_sheet::form::OWN_SHEETS;
use chiiki_sheet::intake::{Taken, take_book};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::{CellRef, Outcome};
use chiiki_sheet::read::{Limits, read_all};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};

use crate::program::{program, with_mihon};
use crate::truth;

/// A sheet of a made-up book: its name, whether it is hidden, and its lines of cells separated by `|`.
pub struct Sheet<'s>(pub &'s str, pub bool, pub Vec<String>);

pub fn shown<'s>(name: &'s str, lines: &[&str]) -> Sheet<'s> {
    Sheet(name, false, lines.iter().map(|line| (*line).to_owned()).collect())
}

fn write(sheet: &mut Worksheet, lines: &[String]) {
    for (row, line) in (0u32..).zip(lines) {
        for (col, text) in (0u16..).zip(line.split('|')).filter(|(_, text)| !text.is_empty()) {
            match (text.parse::<f64>(), text.strip_prefix('='), text.strip_prefix("日付")) {
                (Ok(number), ..) => sheet.write(row, col, number),
                (_, Some(formula), _) => sheet.write(row, col, Formula::new(format!("={formula}"))),
                (.., Some(serial)) => {
                    let format = Format::new().set_num_format("yyyy/m/d");
                    sheet.write_with_format(row, col, serial.parse::<f64>().unwrap(), &format)
                }
                _ => sheet.write(row, col, text.replace("\\n", "\n")),
            }
            .unwrap();
        }
    }
}

pub fn xlsx(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for Sheet(name, hidden, lines) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(*name).unwrap().set_hidden(*hidden);
        write(sheet, lines);
    }
    workbook.worksheets_mut().iter_mut().zip(sheets).find(|(_, sheet)| !sheet.1).unwrap().0.set_active(true);
    without_results(&workbook.save_to_buffer().unwrap())
}

/// Formulas as programs write them that do not calculate.
fn without_results(book: &[u8]) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        let name = part.name().unwrap().into_owned();
        if name.starts_with("xl/worksheets/sheet") {
            bytes = String::from_utf8(bytes).unwrap().replace("</f><v>0</v>", "</f>").into_bytes();
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&bytes).unwrap();
    }
    to.finish().unwrap().into_inner()
}

/// Reads real bytes, a zip into its files, as `inspect` does.
pub fn take_all(name: &str, bytes: &[u8]) -> Vec<Taken> {
    let context = Context::new(truth::catalog(), None);
    read_all(name, bytes, &Limits::default()).into_iter().map(|one| take_book(&one.result.unwrap(), context)).collect()
}

pub fn take(name: &str, sheets: &[Sheet<'_>]) -> Taken {
    take_all(name, &xlsx(sheets)).remove(0)
}

/// 指標ID, area, year and value of every figure, in order.
pub fn figures(taken: &Taken) -> Vec<(String, String, Option<i32>, f64)> {
    let mut all: Vec<_> = taken
        .observations
        .iter()
        .filter_map(|o| Some((o.indicator.to_string(), o.area.name.clone(), o.period.form_year, o.datum.value()?)))
        .collect();
    all.sort_by(|a, b| a.partial_cmp(b).unwrap());
    all
}

fn figure(id: &str, area: &str, year: i32, value: f64) -> (String, String, Option<i32>, f64) {
    (id.to_owned(), area.to_owned(), Some(year), value)
}

/// (code, sheet, cell) of what a person is told to look at.
pub fn warned(taken: &Taken) -> Vec<(&str, &str, &str)> {
    let all = taken.diagnostics.iter().filter(|told| told.severity <= Severity::Warning);
    all.map(|told| {
        let place = &told.place;
        (told.code, place.sheet.as_deref().unwrap_or_default(), place.cell.as_deref().unwrap_or_default())
    })
    .collect()
}

const HOME: &str = "受給者1人あたり給付月額（在宅サービス）";
const VISIT: &str = "受給者1人あたり給付月額（訪問介護）";
const DAY: &str = "受給者1人あたり給付月額（通所介護）";

fn series(name: &str, exported: &str, years: &str, rows: &[(&str, &str)]) -> Vec<String> {
    let rows = rows.iter().map(|(area, values)| format!("|{area}|{name}|円|{values}"));
    [format!("出力日:{exported}"), format!("|地域|指標|単位|{years}")].into_iter().chain(rows).collect()
}

// ---- the year of a 地域別 file ------------------------------------------------------------------------------------

fn by_area() -> Vec<Sheet<'static>> {
    let lines = ["出力日:2026/08/25", "|指標|単位|全国|見本県 みほん市", &format!("|{HOME}|円|120000|122000")];
    vec![shown("表形式（地域別）", &lines)]
}

fn zipped(entry: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(entry, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&xlsx(&by_area())).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn the_year_of_a_table_by_area_is_never_that_of_the_zip_it_came_in() {
    let entry = "D15-b_受給者1人あたり給付月額（在宅サービス）_2025_地域別.xlsx";
    let of_2025 = [figure("D15-b", "全国", 2025, 120_000.0), figure("D15-b", "見本県 みほん市", 2025, 122_000.0)];
    assert_eq!(figures(&take(entry, &by_area())), of_2025);
    for zip in ["出力_2023_R7分.zip", "2024_見える化.zip", "令和4年度.zip"] {
        assert_eq!(figures(&take_all(zip, &zipped(entry))[0]), of_2025, "{zip}");
        assert_eq!(figures(&take_all(zip, &zipped(&format!("2022/{entry}")))[0]), of_2025, "{zip}");
        let taken = &take_all(zip, &zipped("D15-b_受給者1人あたり給付月額（在宅サービス）_地域別.xlsx"))[0];
        assert_eq!(taken.report.outcome, Outcome::Waiting, "{zip}: {:?}", figures(taken));
    }
    let taken = take("2024_D15-b_在宅_2025.xlsx", &by_area());
    assert!(taken.report.message.clone().unwrap().contains("年がいくつもあり"), "{:?}", taken.report);
}

#[test]
fn tables_by_area_of_one_indicator_need_a_year_each() {
    let table = |name: &'static str| Sheet(name, false, by_area().remove(0).2);
    let file = "D15-b_在宅_2025_地域別.xlsx";
    let taken = take(file, &[table("表形式（地域別）"), table("表形式（地域別） (2)")]);
    assert_eq!(figures(&taken).len(), 2);
    assert_eq!(warned(&taken), [("year-unknown", "表形式（地域別） (2)", "")]);
    let taken = take("D15-b_在宅_地域別.xlsx", &[table("2024"), table("令和7年度")]);
    let years: Vec<_> = figures(&taken).into_iter().map(|(_, area, year, _)| (area, year.unwrap())).collect();
    let [nation, own] = ["全国", "見本県 みほん市"].map(str::to_owned);
    assert_eq!(years, [(nation.clone(), 2024), (nation, 2025), (own.clone(), 2024), (own, 2025)]);
    let taken = take(file, &[table("2024"), table("2025")]);
    assert_eq!(warned(&taken), [("year-disagrees", "2024", "")]);
    assert_eq!(figures(&taken).len(), 2);
}

// ---- tables below one another -----------------------------------------------------------------------------------

#[test]
fn a_table_below_another_has_its_own_years() {
    let mut lines = series(HOME, "2026/08/25", "令和4年度|令和5年度", &[("見本県 みほん市", "1|2"), ("見本県", "3|4")]);
    lines.push(String::new());
    lines.extend(series(HOME, "", "令和6年度|令和7年度", &[("見本県 みほん市", "5|6"), ("全国", "7|8")]).split_off(1));
    let taken = take("D15-b_在宅_時系列.xlsx", &[Sheet("表形式（時系列）", false, lines)]);
    let expected = [
        ("全国", 2024, 7.0),
        ("全国", 2025, 8.0),
        ("見本県", 2022, 3.0),
        ("見本県", 2023, 4.0),
        ("見本県 みほん市", 2022, 1.0),
        ("見本県 みほん市", 2023, 2.0),
        ("見本県 みほん市", 2024, 5.0),
        ("見本県 みほん市", 2025, 6.0),
    ];
    assert_eq!(figures(&taken), expected.map(|(area, year, value)| figure("D15-b", area, year, value)));
    assert!(warned(&taken).is_empty(), "{:?}", taken.diagnostics);
}

#[test]
fn a_table_of_another_indicator_below_goes_by_its_series() {
    let mut lines = series(HOME, "2026/08/25", "令和6年度|令和7年度", &[("見本県 みほん市", "1|2")]);
    lines.extend([String::new(), "|訪問介護の表".to_owned()]);
    lines.extend(series(VISIT, "", "令和6年度|令和7年度", &[("見本県 みほん市", "5|6")]).split_off(1));
    let own = "見本県 みほん市";
    for file in ["D15-b_在宅_時系列.xlsx", "まとめ.xlsx"] {
        let taken = take(file, &[Sheet("表形式（時系列）", false, lines.clone())]);
        let expected = [("D15-b", 2024, 1.0), ("D15-b", 2025, 2.0), ("D17-a", 2024, 5.0), ("D17-a", 2025, 6.0)];
        assert_eq!(figures(&taken), expected.map(|(id, year, value)| figure(id, own, year, value)), "{file}");
        assert!(taken.diagnostics.is_empty(), "{:?}", taken.diagnostics);
    }
    // A file that says it is of a third indicator is in doubt, as one with a single table is.
    for file in ["D17-f_通所介護_時系列.xlsx", "D99_一覧に無い指標_時系列.xlsx"] {
        let taken = take(file, &[Sheet("表", false, lines.clone())]);
        assert_eq!((taken.report.outcome, figures(&taken).len()), (Outcome::Waiting, 0), "{file}");
    }
}

#[test]
fn a_repeated_heading_goes_on_with_its_table_and_a_damaged_one_ends_it() {
    let table = series(HOME, "2026/08/25", "令和6年度|令和7年度", &[("見本県 みほん市", "1|2")]);
    let mut again = table.clone();
    again.extend([table[1].clone(), format!("|全国|{HOME}|円|3|4")]);
    let taken = take("D15-b_在宅_時系列.xlsx", &[Sheet("表", false, again)]);
    assert_eq!(figures(&taken).len(), 4);
    assert!(taken.diagnostics.is_empty(), "{:?}", taken.diagnostics);
    for damaged in ["||||令和4年度|令和5年度", "|地域|指標|円|令和4年度|令和5年度", "|見本県|在宅|単位|2022|2023"]
    {
        let mut lines = table.clone();
        lines.extend([damaged.to_owned(), format!("|見本県 みほん市|{HOME}|円|3|4")]);
        let taken = take("D15-b_在宅_時系列.xlsx", &[Sheet("表", false, lines)]);
        let expected = [(2024, 1.0), (2025, 2.0)].map(|(year, value)| figure("D15-b", "見本県 みほん市", year, value));
        assert_eq!(figures(&taken), expected, "{damaged}");
        let [("heading-in-table", "表", cell)] = warned(&taken)[..] else { panic!("{:?}", taken.diagnostics) };
        assert_eq!(CellRef::parse(cell).unwrap().row, 3);
    }
}

#[test]
fn a_row_of_dates_that_only_explains_is_no_heading() {
    let mut lines = series(HOME, "2026/08/25", "令和6年度|令和7年度", &[("見本県 みほん市", "1|2"), ("全国", "3|4")]);
    lines.insert(2, "|時点|||令和7年3月末|令和8年3月末".to_owned());
    lines.push("|時点|||令和7年3月末|令和8年3月末".to_owned());
    let taken = take("D15-b_在宅_時系列.xlsx", &[Sheet("表", false, lines)]);
    assert_eq!(figures(&taken).len(), 4);
    assert!(taken.diagnostics.iter().all(|told| told.code != "heading-in-table"), "{:?}", taken.diagnostics);
}

#[test]
fn a_second_table_that_does_not_say_what_it_is_is_left_and_told() {
    let levels = |first: &str| {
        let row = |level: &str, values: &str| format!("|見本県 みほん市|{level}|％|{values}");
        [
            first.to_owned(),
            "|地域|指標|単位|令和6年度|令和7年度".to_owned(),
            row("要介護１", "1|2"),
            row("要介護２", "3|4"),
        ]
        .to_vec()
    };
    let sheets = [Sheet("表形式", false, levels("出力日:2026/08/25")), Sheet("その2", false, levels(""))];
    let taken = take("D2_受給率_時系列.xlsx", &sheets);
    assert_eq!(figures(&taken).len(), 4);
    assert_eq!(warned(&taken), [("indicator-unknown", "その2", "C2")]);
    // Below one another, too: the heading alone could be that of a next page.
    let below = [levels("出力日:2026/08/25"), levels("（注）在宅")].concat();
    let taken = take("D2_受給率_時系列.xlsx", &[Sheet("表形式", false, below)]);
    assert_eq!(figures(&taken).len(), 4);
    assert_eq!(warned(&taken), [("indicator-unknown", "表形式", "C6")]);
    // A sheet named after a year is named after no indicator.
    let taken = take("D2_受給率_時系列.xlsx", &[Sheet("R6", false, levels("出力日:2026/08/25"))]);
    assert_eq!(figures(&taken).iter().filter(|(id, ..)| id == "D2").count(), 4, "{:?}", taken.report);
    // The table that says it is the file's indicator is it: then the first may be of any other.
    let named = Sheet("D2", false, levels(""));
    let taken = take("D2_受給率_時系列.xlsx", &[Sheet("表形式", false, levels("出力日:2026/08/25")), named]);
    assert_eq!(warned(&taken), [("indicator-unknown", "表形式", "C2")]);
    assert!(taken.observations.iter().all(|o| &*o.source.sheet == "D2"));
    // With the 指標ID for its name the sheet says what it is.
    let sheets = [Sheet("表形式", false, levels("出力日:2026/08/25")), Sheet("D3", false, levels(""))];
    let taken = take("D2_受給率_時系列.xlsx", &sheets);
    let ids: Vec<String> = figures(&taken).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(ids, ["D2", "D2", "D2", "D2", "D3", "D3", "D3", "D3"]);
}

// ---- sheets ------------------------------------------------------------------------------------------------------

#[test]
fn a_sheet_for_each_indicator_is_read_whole() {
    let table =
        |name: &str, values: &str| series(name, "2026/08/25", "令和6年度|令和7年度", &[("見本県 みほん市", values)]);
    let sheets = [
        Sheet("表形式（時系列）", false, table(HOME, "1|2")),
        Sheet("D17-a", false, table(VISIT, "5|6")),
        Sheet("D17-f", false, table(DAY, "7|8")),
    ];
    let own = "見本県 みほん市";
    let expected = [
        ("D15-b", 2024, 1.0),
        ("D15-b", 2025, 2.0),
        ("D17-a", 2024, 5.0),
        ("D17-a", 2025, 6.0),
        ("D17-f", 2024, 7.0),
        ("D17-f", 2025, 8.0),
    ]
    .map(|(id, year, value)| figure(id, own, year, value));
    for file in ["訪問通所まとめ.xlsx", "D15-b_まとめ.xlsx"] {
        let taken = take(file, &sheets);
        assert_eq!(figures(&taken), expected, "{file}");
        assert!(taken.diagnostics.is_empty(), "{:?}", taken.diagnostics);
    }
    // A sheet named after another indicator than its series is nobody's.
    let sheets = [Sheet("表形式", false, table(HOME, "1|2")), Sheet("D17-f", false, table(VISIT, "5|6"))];
    let taken = take("まとめ.xlsx", &sheets);
    assert_eq!(figures(&taken), expected[..2]);
    assert_eq!(warned(&taken), [("indicator-disagrees", "D17-f", "C2")]);
}

#[test]
fn a_hidden_sheet_is_not_read_beside_the_one_people_see() {
    let table =
        |exported: &str, values: &str| series(HOME, exported, "令和6年度|令和7年度", &[("見本県 みほん市", values)]);
    let old = || Sheet("表形式（時系列）", true, table("2025/08/25", "1|2"));
    let taken =
        take("D15-b_在宅_時系列.xlsx", &[old(), Sheet("表形式（時系列）新", false, table("2026/08/25", "222|333"))]);
    let expected = [(2024, 222.0), (2025, 333.0)].map(|(year, value)| figure("D15-b", "見本県 みほん市", year, value));
    assert_eq!(figures(&taken), expected);
    assert_eq!(taken.file.clone().unwrap().exported.unwrap().to_string(), "2026-08-25");
    let told: Vec<_> = taken.diagnostics.iter().map(|told| (told.code, told.place.sheet.as_deref())).collect();
    assert_eq!(told, [("hidden-sheet-left", Some("表形式（時系列）"))]);
    // Where it is the only one, it is read, and that is told.
    let taken = take("D15-b_在宅_時系列.xlsx", &[old(), shown("メモ", &["この資料について"])]);
    assert_eq!(figures(&taken).len(), 2);
    assert_eq!(warned(&taken), [("hidden-sheet-read", "表形式（時系列）", "")]);
}

#[test]
fn of_two_exports_in_one_book_the_newer_one_counts() {
    let table =
        |exported: &str, years: &str, values: &str| series(HOME, exported, years, &[("見本県 みほん市", values)]);
    let old = Sheet("前回", false, table("2025/08/25", "令和5年度|令和6年度", "1|2"));
    let new = Sheet("今回", false, table("2026/08/25", "令和6年度|令和7年度", "22|33"));
    let taken = take("D15-b_在宅_時系列.xlsx", &[old, new]);
    let expected = [(2023, 1.0), (2024, 22.0), (2025, 33.0)];
    assert_eq!(figures(&taken), expected.map(|(year, value)| figure("D15-b", "見本県 みほん市", year, value)));
    // Some figures are of the older day: the book passes for neither.
    assert_eq!(taken.file.clone().unwrap().exported, None);
    assert_eq!(taken.diagnostics.iter().map(|told| told.code).collect::<Vec<_>>(), ["newer-sheet"]);
}

fn form(area: &str, first: f64) -> Vec<String> {
    let heads = ["地域分析・検討シート", "||||自地域||全国平均／合計|", &format!("||||{area}||全国|")];
    let mut lines: Vec<String> = heads.iter().map(|line| (*line).to_owned()).collect();
    lines.push("活用データ名・指標名|指標ID|単位|備考|2024|2025|2024|2025".to_owned());
    let rows = [("認定率", "B4-a", "％"), ("調整済み認定率", "B5-a", "％"), ("受給率（在宅サ－ビス）", "D4", "％")];
    let rows = rows.into_iter().chain([(VISIT, "D17-a", "円"), (DAY, "D17-f", "円")]);
    for (name, id, unit) in rows {
        lines.push(format!("{name}|{id}|{unit}||{}|{}|19.1|19.2", first, first + 0.1));
    }
    lines
}

#[test]
fn a_book_with_the_sheets_of_two_insurers_brings_both() {
    let sheets = [
        Sheet("地域分析・検討シート", false, form("見本県 たかね市", 18.0)),
        Sheet("みなと市", false, form("見本県 みなと市", 17.0)),
    ];
    for file in ["二市.xlsx", "見本県 みなと市_地域分析・検討シート.xlsx"] {
        let taken = take(file, &sheets);
        let of = |area: &str| {
            figures(&taken).into_iter().filter(|(id, of, ..)| id == "B4-a" && of == area).collect::<Vec<_>>()
        };
        for (area, first) in [("見本県 たかね市", 18.0), ("見本県 みなと市", 17.0)] {
            assert_eq!(
                of(area),
                [figure("B4-a", area, 2024, first), figure("B4-a", area, 2025, first + 0.1)],
                "{file}"
            );
        }
        assert!(warned(&taken).is_empty(), "{:?}", taken.diagnostics);
    }
    // A name that is neither's: in doubt the file waits, as one with a single sheet does.
    let taken = take("見本県 みほん市_地域分析・検討シート.xlsx", &sheets);
    assert_eq!((taken.report.outcome, taken.observations.len()), (Outcome::Waiting, 0));
}

#[test]
fn a_second_sheet_of_one_insurer_and_one_of_nobody_are_left_and_told() {
    let sheets = [
        Sheet("地域分析・検討シート", false, form("見本県 たかね市", 18.0)),
        Sheet("前の期", false, form("見本県 たかね市", 11.0)),
        Sheet("名前なし", false, form("", 12.0)),
        Sheet("出典", false, form("見本県 みなと市", 13.0)),
    ];
    let taken = take("見本県 たかね市_地域分析・検討シート.xlsx", &sheets);
    assert!(taken.observations.iter().all(|o| &*o.source.sheet == "地域分析・検討シート"));
    assert_eq!(warned(&taken), [("form-twice", "前の期", ""), ("own-area-unknown", "名前なし", "")]);
}

#[test]
fn sheets_that_were_not_read_are_named_but_for_words_charts_and_our_own() {
    let numbers = ["地区|男|女", "東|1|2", "西|3|4", "南|5|6"];
    let tidy = ["団体コード,指標ID,期間,値".replace(',', "|"), "901008|D17-a|令和6年度|5".to_owned()];
    let sheets = [
        Sheet("表形式（時系列）", false, series(HOME, "2026/08/25", "令和6年度", &[("見本県 みほん市", "1")])),
        shown("使い方", &["この表の使い方", "1|地域を選びます", "2|保存します", "3|印刷します"]),
        shown("グラフ", &numbers),
        shown("出典 (2)", &numbers),
        shown("地区別", &numbers),
        shown("男女別", &numbers),
        Sheet("入力用", false, tidy.to_vec()),
    ];
    let taken = take("D15-b_在宅_時系列.xlsx", &sheets);
    let told: Vec<_> =
        taken.diagnostics.iter().map(|told| (told.severity, told.code, told.place.sheet.as_deref())).collect();
    let left = (Severity::Info, "sheet-left", Some("地区別"));
    assert_eq!(told, [(Severity::Warning, "sheet-not-read", Some("入力用")), left]);
    assert!(taken.diagnostics[1].message.contains("『地区別』『男女別』のシートは"), "{:?}", taken.diagnostics);
    // A book this product filled may hold any sheet of people's own.
    let meta = Sheet("_meta", true, vec!["chiiki-sheet|meta".to_owned()]);
    let ours: Vec<Sheet<'_>> = sheets.into_iter().chain([meta]).collect();
    let told = take("D15-b_在宅_時系列.xlsx", &ours).diagnostics;
    assert!(told.iter().all(|told| told.code != "sheet-left"), "{told:?}");
}

#[test]
fn every_sheet_made_beside_the_form_is_known_as_our_own() {
    let dir = tempfile::tempdir().unwrap();
    let line = format!("fill --own 見本県みほん市 --formats xlsx --json --out {}", dir.path().display());
    let said = program(&with_mihon(&line));
    assert_eq!(said.code, 0, "{}", said.err);
    let made = dir.path().join("見本県 みほん市_地域分析・検討シート.xlsx");
    let bytes = std::fs::read(&made).unwrap();
    let book = read_all("見本.xlsx", &bytes, &Limits::default()).remove(0).result.unwrap();
    let unknown: Vec<&str> =
        book.grids.iter().map(|grid| &*grid.name).filter(|name| !OWN_SHEETS.contains(name)).collect();
    assert_eq!(unknown, [FORM_SHEET]);
    let taken = take_all("見本県 みほん市_地域分析・検討シート.xlsx", &bytes).remove(0);
    assert!(taken.observations.iter().all(|o| &*o.source.sheet == FORM_SHEET));
    let told =
        ["sheet-left", "sheet-not-read", "hidden-sheet-left", "formula-without-value", "year-heading-unreadable"];
    assert!(taken.diagnostics.iter().all(|one| !told.contains(&one.code)), "{:?}", taken.diagnostics);
}
