//! Layouts known from descriptions only: read when their figures prove them, with a note on every figure; else they wait.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::sync::Arc;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::{Taken, gather, take_book};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::{CellRef, EntryField, Observation, Outcome, SourceFile};
use chiiki_sheet::read::{Book, BookKind, Cell, CellValue, Grid};

use crate::program::package;

fn catalog() -> Catalog {
    let areas = std::fs::read_to_string(package("examples/mihon/areas.csv")).unwrap();
    Catalog::shipped().with_areas(&areas, "areas.csv").unwrap()
}

fn book(name: &str, rows: &[Vec<&str>]) -> Book {
    let mut cells = Vec::new();
    for (row, line) in rows.iter().enumerate() {
        for (col, text) in line.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let value = match text.parse::<f64>() {
                Ok(number) => CellValue::Number(number),
                Err(_) => CellValue::Text((*text).into()),
            };
            cells.push(Cell { at: CellRef::new(row as u32, col as u32), value });
        }
    }
    let file = SourceFile { name: name.to_owned(), sha256: format!("{name:0>64}"), exported: None, ours: false };
    Book { file: Arc::new(file), kind: BookKind::Xlsx, grids: vec![Grid::new("Sheet1", false, cells, Vec::new())] }
}

const LEVELS: [&str; 8] = ["要支援１", "要支援２", "要介護１", "要介護２", "要介護３", "要介護４", "要介護５", "合計"];

/// Eight columns of one row: seven levels and their sum.
fn eight(first: i32) -> Vec<String> {
    let levels: Vec<i32> = (0..7).map(|at| first + at).collect();
    levels.iter().copied().chain([levels.iter().sum()]).map(|n| n.to_string()).collect()
}

fn added(a: &[String], b: &[String]) -> Vec<String> {
    a.iter().zip(b).map(|(a, b)| (a.parse::<i32>().unwrap() + b.parse::<i32>().unwrap()).to_string()).collect()
}

/// 総数, 第1号 and 第2号 of two insurers and the nation, data from row 8.
fn monthly(title: &str) -> Vec<Vec<String>> {
    let mut head = vec!["都道府県".to_owned(), "保険者".to_owned()];
    let mut levels = vec![String::new(), String::new()];
    for label in ["総数", "第１号被保険者", "第２号被保険者"] {
        head.push(label.to_owned());
        head.extend(std::iter::repeat_n(String::new(), 7));
        levels.extend(LEVELS.map(str::to_owned));
    }
    let blocks = |first: i32, second: i32| -> [Vec<String>; 3] {
        let (one, two) = (eight(first), eight(second));
        [added(&one, &two), one, two]
    };
    let (mihon, minato) = (blocks(100, 3), blocks(60, 2));
    let line = |prefecture: &str, insurer: &str, blocks: Vec<Vec<String>>| -> Vec<String> {
        [prefecture.to_owned(), insurer.to_owned()].into_iter().chain(blocks.into_iter().flatten()).collect()
    };
    let nation = mihon.iter().zip(&minato).map(|(a, b)| added(a, b)).collect();
    vec![
        vec![title.to_owned()],
        vec![],
        vec!["（単位：人）".to_owned()],
        vec![],
        vec![],
        head,
        levels,
        line("全国", "", nation),
        line("見本県", "みほん市", mihon.to_vec()),
        line("見本県", "みなと市", minato.to_vec()),
        vec!["※暫定値である。".to_owned()],
    ]
}

fn monthly_book(name: &str, rows: &[Vec<String>]) -> Book {
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    book(name, &rows)
}

fn value(taken: &Taken, id: &str, area: &str, level: Option<&str>) -> Option<f64> {
    let found: Vec<&Observation> = taken
        .observations
        .iter()
        .filter(|o| o.indicator.as_str() == id && o.area.name == area && o.dimensions.care_level.as_deref() == level)
        .collect();
    assert!(found.len() <= 1, "{found:?}");
    found.first().and_then(|o| o.datum.value())
}

fn assert_noted(taken: &Taken) {
    assert!(!taken.observations.is_empty());
    for observation in &taken.observations {
        assert!(observation.period.is_unverified(), "{:?}", observation.period);
        assert!(observation.period.label.contains("様式未確認"));
    }
    assert!(taken.diagnostics.iter().any(|told| told.code == "layout-unverified"));
}

/// A look-alike of each unverified layout.
pub fn look_alikes() -> Vec<(&'static str, Book)> {
    vec![
        ("L4u 月報", monthly_book("2410-h1.xlsx", &monthly(TITLE))),
        ("L4u 都道府県別", monthly_book("令和5年度_04-1t.xlsx", &by_prefecture())),
        ("L1u", book("記入シート.xlsx", &old_form())),
    ]
}

const TITLE: &str = "第１表　保険者別　要介護（要支援）認定者数（令和６年１０月末現在）";

#[test]
fn a_monthly_report_that_proves_itself_is_read_with_a_note_on_every_figure() {
    let catalog = catalog();
    let context = Context::new(&catalog, None);
    for (name, title) in
        [("2410-h1.xlsx", TITLE), ("表.xlsx", TITLE), ("2410-h1.xlsx", "保険者別　要介護（要支援）認定者数")]
    {
        let taken = take_book(&monthly_book(name, &monthly(title)), context);
        assert_eq!((taken.report.layout, taken.report.outcome), (Some("L4u"), Outcome::Read), "{:?}", taken.report);
        assert_noted(&taken);
        // 100 … 106 and 3 … 9.
        assert_eq!(value(&taken, "B3-a", "見本県 みほん市", Some("要介護1")), Some(102.0));
        assert_eq!(value(&taken, "B3-a", "見本県 みほん市", None), Some(721.0));
        assert_eq!(value(&taken, "B3-c", "見本県 みほん市", None), Some(42.0));
        assert_eq!(value(&taken, "B3-b", "見本県 みほん市", None), Some(763.0));
        assert_eq!(value(&taken, "B3-b", "全国", None), Some(763.0 + 441.0 + 35.0));
        assert_eq!(taken.observations.len(), 3 * 3 * 8);
        let date = taken.observations[0].period.date.unwrap();
        assert_eq!((date.year, date.month, date.day), (2024, 10, 31));
        assert_eq!(taken.observations[0].period.form_year, None);
    }
}

#[test]
fn what_is_not_sure_of_a_monthly_report_waits() {
    let catalog = catalog();
    let context = Context::new(&catalog, None);
    let wait = |name: &str, rows: &[Vec<String>], words: &str| {
        let taken = take_book(&monthly_book(name, rows), context);
        let message = taken.report.message.unwrap_or_default();
        assert_eq!(
            (taken.report.outcome, taken.observations.len()),
            (Outcome::Waiting, 0),
            "{name} {words}: {message}"
        );
        assert!(message.contains(words), "{words}: {message}");
    };
    let good = monthly(TITLE);
    wait("2411-h1.xlsx", &good, "食い違っています");
    wait("表.xlsx", &monthly("月報　保険者別　要介護（要支援）認定者数"), "何年何月");
    wait("2410-h1.xlsx", &monthly("保険者別　一覧（令和６年１０月末現在）"), "何の人数");
    wait("2410-h1.xlsx", &monthly("要介護（要支援）認定者数　男（令和６年１０月末現在）"), "何の人数");
    // Every number that no longer adds up is named.
    for (row, col) in [(8, 4), (8, 9), (7, 9), (9, 17)] {
        let mut off = good.clone();
        let number: i32 = off[row][col].parse().unwrap();
        off[row][col] = (number + 1).to_string();
        wait("2410-h1.xlsx", &off, "合わない");
    }
    // Insurers without their names look like rows of their prefecture.
    for title in [TITLE, "要介護（要支援）認定者数（令和６年１０月末現在）"] {
        let mut nameless = monthly(title);
        nameless.iter_mut().skip(5).filter(|row| row.len() > 1).for_each(|row| row[1].clear());
        wait("2410-h1.xlsx", &nameless, if title == TITLE { "保険者の列がありません" } else { "2度出てきます" });
    }
    let mut renamed = good.clone();
    renamed[5][10] = "要介護になった人".to_owned();
    wait("2410-h1.xlsx", &renamed, "誰の人数");
}

/// The annual report of the same year counts more than the preliminary month.
#[test]
fn the_annual_report_wins_over_the_month() {
    let catalog = catalog();
    let context = Context::new(&catalog, None);
    let mut rows = monthly("要介護（要支援）認定者数（令和７年３月末現在）");
    let month = take_book(&monthly_book("2503-h1.xlsx", &rows), context);
    assert_noted(&month);
    assert_eq!(month.observations[0].period.form_year, Some(2024));
    // The same table, one insurer counted otherwise, as an annual one: a block a sheet.
    rows[0][0] = "第４－１－１表　要介護（要支援）認定者数　男女計（令和６年度）".to_owned();
    for row in rows.iter_mut().skip(5) {
        row.truncate(10);
    }
    rows[5][2] = "総数".to_owned();
    rows[8] = ["見本県", "みほん市"].into_iter().map(str::to_owned).chain(eight(200)).collect();
    rows.remove(7);
    let annual = take_book(&monthly_book("年報.xlsx", &rows), context);
    assert_eq!(annual.report.layout, Some("L4"), "{:?}", annual.report);
    for order in [[month.clone(), annual.clone()], [annual, month]] {
        let evidence = gather(order.to_vec(), context);
        let total: Vec<&Observation> = evidence
            .observations
            .iter()
            .filter(|o| o.indicator.as_str() == "B3-b" && o.area.name == "見本県 みほん市" && o.dimensions.is_total())
            .collect();
        assert_eq!(total.len(), 1);
        assert_eq!((total[0].datum.value(), total[0].period.is_unverified()), (Some(1421.0), false));
        assert!(evidence.diagnostics.iter().any(|told| told.code == "conflict" && told.message.contains("763")));
    }
}

/// 総数 and 第2号 of three prefectures and the nation, each block with its own column of prefectures.
fn by_prefecture() -> Vec<Vec<String>> {
    let line = |name: &str, a: i32, b: i32| -> Vec<String> {
        let one: Vec<String> = std::iter::once(name.to_owned()).chain(eight(a)).collect();
        one.into_iter().chain(std::iter::once(name.to_owned())).chain(eight(b)).collect()
    };
    let sum = |lines: &[Vec<String>]| -> Vec<String> {
        let mut total = lines[0].clone();
        for line in &lines[1..] {
            for (at, text) in line.iter().enumerate().filter(|(at, _)| at % 9 != 0) {
                total[at] = (total[at].parse::<i32>().unwrap() + text.parse::<i32>().unwrap()).to_string();
            }
        }
        (total[0], total[9]) = ("全国".to_owned(), "全国".to_owned());
        total
    };
    let body = [line("北海道", 500, 20), line("青森県", 300, 10), line("見本県", 100, 5)];
    let heads =
        |words: [&str; 9]| -> Vec<String> { words.iter().chain(&words).map(|word| (*word).to_owned()).collect() };
    let labels: Vec<String> = (0..18)
        .map(|at| {
            [(1, "総数"), (10, "（再掲）第２号被保険者")]
                .iter()
                .find(|(col, _)| *col == at)
                .map_or("", |(_, label)| label)
                .to_owned()
        })
        .collect();
    let mut level_row = heads(["", "", "", "", "", "", "", "", ""]);
    for (at, text) in level_row.iter_mut().enumerate() {
        if at % 9 > 0 {
            *text = LEVELS[at % 9 - 1].to_owned();
        }
    }
    let mut rows = vec![
        vec!["第４－１Ｔ表　都道府県別　要介護（要支援）認定者数　男女計（年度末現在）".to_owned()],
        vec!["（単位：人）".to_owned()],
        heads(["都道府県", "", "", "", "", "", "", "", ""]),
        labels,
        level_row,
        sum(&body),
    ];
    rows.extend(body);
    rows
}

/// Two blocks side by side, each with its own column of prefectures.
#[test]
fn annual_tables_by_prefecture() {
    let catalog = catalog();
    let mut rows = by_prefecture();
    let read =
        |name: &str, rows: &[Vec<String>], year| take_book(&monthly_book(name, rows), Context::new(&catalog, year));
    let waiting = read("04-1t.xlsx", &rows, None);
    assert_eq!(waiting.report.outcome, Outcome::Waiting);
    assert!(waiting.report.message.unwrap().contains("何年度"));
    let taken = read("令和5年度_04-1t.xlsx", &rows, None);
    assert_eq!((taken.report.layout, taken.report.outcome), (Some("L4u"), Outcome::Read), "{:?}", taken.report);
    assert_noted(&taken);
    assert_eq!(value(&taken, "B3-b", "青森県", Some("要介護5")), Some(306.0));
    assert_eq!(value(&taken, "B3-c", "青森県", None), Some(91.0));
    assert_eq!(value(&taken, "B3-c", "全国", None), Some(161.0 + 91.0 + 56.0));
    assert_eq!(taken.observations[0].period.form_year, Some(2023));
    // One prefecture's row lost: the nation no longer is the sum of its rows.
    rows.remove(7);
    assert_eq!(read("04-1t.xlsx", &rows, Some(2023)).report.outcome, Outcome::Waiting);
}

/// Recipients by care level look just like certified people: they must never fill their indicators.
#[test]
fn recipients_are_not_certified_people() {
    let catalog = catalog();
    let mut rows = monthly("第５－２表　保険者別　居宅介護（介護予防）サービス受給者数（令和６年度）（延人月）");
    for row in rows.iter_mut().skip(5) {
        row.truncate(10);
    }
    rows[2] = vec!["（単位：延人月）".to_owned()];
    let taken = take_book(&monthly_book("05-2h.xlsx", &rows), Context::new(&catalog, None));
    assert_noted(&taken);
    assert!(taken.observations.iter().all(|o| o.indicator.as_str() == "X-nenpo-jukyusha" && &*o.unit == "延人月"));
    assert_eq!(taken.observations[0].dimensions.service.as_deref(), Some("居宅"));
    let men = monthly("第４－１－２表　要介護（要支援）認定者数　男（令和６年度）");
    let men: Vec<Vec<String>> = men
        .into_iter()
        .map(|mut row| {
            row.truncate(10);
            row
        })
        .collect();
    let taken = take_book(&monthly_book("04-1-2h.xlsx", &men), Context::new(&catalog, None));
    assert_eq!((taken.report.outcome, taken.observations.len()), (Outcome::Waiting, 0), "{:?}", taken.report);
}

fn old_form() -> Vec<Vec<&'static str>> {
    vec![
        vec!["地域分析・検討結果記入シート"],
        vec!["保険者名：見本県みほん市"],
        vec![],
        vec![
            "指標名",
            "指標ID",
            "時点",
            "自保険者",
            "都道府県平均",
            "全国平均",
            "その他（見本県 みなと市）",
            "全国平均等との比較",
            "全国平均等との乖離について理由・問題点等の考察（仮説の設定）",
            "設定した仮説の確認・検証方法",
            "問題を解決するための対応策（理想像でも可）",
        ],
        vec![
            "調整済み認定率",
            "B5-a",
            "R1",
            "18.9",
            "19.4％",
            "18.5",
            "17.2",
            "高い。\n理由は次のとおり。",
            "仮説",
            "検証",
            "対応",
        ],
        vec!["", "", "R2", "19.2", "19.5", "18.7", "―"],
        vec!["受給率（施設サービス）", "D2", "令和２年度", "2.9", "2.8", "2.8", "3.1", "", "施設が多い", "", ""],
        vec!["（注）小数第2位を四捨五入。"],
    ]
}

#[test]
fn the_form_of_earlier_years_brings_its_figures_and_texts() {
    let catalog = catalog();
    let context = Context::new(&catalog, None);
    let taken = take_book(&book("記入シート.xlsx", &old_form()), context);
    assert_eq!((taken.report.layout, taken.report.outcome), (Some("L1u"), Outcome::Read), "{:?}", taken.report);
    assert_noted(&taken);
    let lines: Vec<String> = taken
        .observations
        .iter()
        .map(|o| {
            format!("{} {} {:?} {:?} {}", o.indicator, o.area.name, o.period.form_year, o.datum.value(), o.source.cell)
        })
        .collect();
    for line in [
        "B5-a 見本県 みほん市 Some(2019) Some(18.9) D5",
        "B5-a 見本県 Some(2019) Some(19.4) E5",
        "B5-a 全国 Some(2020) Some(18.7) F6",
        "B5-a 見本県 みなと市 Some(2020) None G6",
        "D2 見本県 みなと市 Some(2020) Some(3.1) G7",
    ] {
        assert!(lines.iter().any(|other| other == line), "{line}\n{lines:#?}");
    }
    assert_eq!(lines.len(), 12, "{lines:#?}");
    let texts: Vec<(&str, EntryField, &str)> =
        taken.texts.iter().map(|text| (text.block.as_str(), text.field, text.text.as_str())).collect();
    assert!(texts.contains(&("認定率", EntryField::Comparison, "高い。\n理由は次のとおり。")), "{texts:?}");
    assert!(texts.contains(&("受給率", EntryField::Hypothesis, "施設が多い")), "{texts:?}");
    assert_eq!(texts.len(), 5);
}

#[test]
fn an_old_form_of_nobody_waits() {
    let catalog = catalog();
    let mut rows = old_form();
    rows[1] = vec![];
    let wait = |name: &str, rows: &[Vec<&str>]| {
        let taken = take_book(&book(name, rows), Context::new(&catalog, None));
        assert_eq!((taken.report.outcome, taken.observations.len()), (Outcome::Waiting, 0), "{:?}", taken.report);
    };
    wait("記入シート.xlsx", &rows);
    let taken = take_book(&book("見本県 みほん市_記入シート.xlsx", &rows), Context::new(&catalog, None));
    assert_eq!(taken.report.outcome, Outcome::Read);
    // The title and the file's name disagree.
    wait("見本県 みなと市_記入シート.xlsx", &old_form());
}
