//! Tables as officials vary them, made in memory: what is taken, what is left and told.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

mod doubtful;
mod months;
mod settled;

use std::sync::Arc;

use chiiki_sheet::intake::{Evidence, Taken, gather, take_book};
use chiiki_sheet::job::{FillRequest, fill_sheet, standard_template, understand};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::{CellRef, Date, Datum, Observation, Outcome, SourceFile};
use chiiki_sheet::read::{Book, BookKind, Cell, CellValue, Grid};

use crate::truth;

/// A sheet from lines of cells separated by `|`; what reads as a number is one, `'5` is the text 5.
fn grid(name: &str, lines: &[&str]) -> Grid {
    let mut cells = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        for (col, text) in line.split('|').enumerate().filter(|(_, text)| !text.is_empty()) {
            let value = match (text.strip_prefix('\''), text.parse::<f64>()) {
                (Some(text), _) => CellValue::Text(Arc::from(text)),
                (None, Ok(number)) => CellValue::Number(number),
                (None, Err(_)) => CellValue::Text(Arc::from(text.replace("\\n", "\n").as_str())),
            };
            cells.push(Cell { at: CellRef::new(row as u32, col as u32), value });
        }
    }
    Grid::new(name, false, cells, Vec::new())
}

fn book(file: &str, grids: Vec<Grid>) -> Book {
    let sha256 =
        format!("{:064x}", file.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())));
    Book {
        file: Arc::new(SourceFile { name: file.to_owned(), sha256, exported: None, ours: false }),
        kind: BookKind::Xlsx,
        grids,
    }
}

fn take_grid(file: &str, grid: Grid) -> Taken {
    take_book(&book(file, vec![grid]), Context::new(truth::catalog(), None))
}

fn take(file: &str, lines: &[&str]) -> Taken {
    take_grid(file, grid("表", lines))
}

fn settle(taken: Vec<Taken>) -> Evidence {
    gather(taken, Context::new(truth::catalog(), None))
}

/// Values of an indicator's total for an area: (form year, value).
fn totals(observations: &[Observation], indicator: &str, area: &str) -> Vec<(Option<i32>, f64)> {
    observations
        .iter()
        .filter(|o| o.indicator.as_str() == indicator && o.area.name == area && o.dimensions.is_total())
        .filter_map(|o| Some((o.period.form_year, o.datum.value()?)))
        .collect()
}

fn codes(taken: &Taken) -> Vec<&str> {
    taken.diagnostics.iter().map(|told| told.code).collect()
}

// ---- L1 ---------------------------------------------------------------------------------------------------------

/// An analysis sheet of five rows; `heads` are the lines of roles, areas and years over columns E….
fn sheet(heads: [&str; 3], rows: [&str; 5]) -> Vec<String> {
    let names = [
        ("認定率", "B4-a", "％"),
        ("調整済み認定率", "B5-a", "％"),
        ("受給率（在宅サ－ビス）", "D4", "％"),
        ("受給者1人あたり給付月額（訪問介護）", "D17-a", "円"),
        ("受給者1人あたり利用日数・回数（訪問介護）", "D31-a", "回"),
    ];
    let mut lines = vec![format!("地域分析・検討シート"), format!("||||{}", heads[0]), format!("||||{}", heads[1])];
    lines.push(format!("活用データ名・指標名|指標ID|単位|備考|{}", heads[2]));
    for ((name, id, unit), row) in names.into_iter().zip(rows) {
        lines.push(format!("{name}|{id}|{unit}|{row}"));
    }
    lines
}

fn take_sheet(file: &str, heads: [&str; 3], rows: [&str; 5]) -> Taken {
    let lines = sheet(heads, rows);
    take(file, &lines.iter().map(String::as_str).collect::<Vec<_>>())
}

const ROWS: [&str; 5] =
    ["|20.1|20.2|19.1|19.2", "|18.1|18.2|18.3|18.4", "|10.1|10.2|9.1|9.2", "|80000|81000|70000|71000", "|20|21|22|23"];

#[test]
fn own_area_of_a_sheet_may_be_a_prefecture() {
    let taken = take_sheet(
        "見本県_地域分析・検討シート.xlsx",
        ["自地域||全国平均／合計|", "見本県||全国|", "2024|2025|2024|2025"],
        ROWS,
    );
    assert_eq!(taken.report.outcome, Outcome::Read, "{:?}", taken.report);
    assert_eq!(totals(&taken.observations, "B4-a", "見本県"), [(Some(2024), 20.1), (Some(2025), 20.2)]);
    assert_eq!(totals(&taken.observations, "D17-a", "全国"), [(Some(2024), 70000.0), (Some(2025), 71000.0)]);
}

#[test]
fn two_comparison_blocks_are_kept_apart() {
    let heads = [
        "自地域|比較地域１|比較地域２|全国平均",
        "見本県 みほん市|見本県 みなと市|例示県 みなと市|全国",
        "'2025|'2025年度|2025|2025",
    ];
    let taken = take_sheet("地域分析・検討シート.xlsx", heads, ROWS);
    for (area, value) in
        [("見本県 みほん市", 20.1), ("見本県 みなと市", 20.2), ("例示県 みなと市", 19.1), ("全国", 19.2)]
    {
        assert_eq!(totals(&taken.observations, "B4-a", area), [(Some(2025), value)], "{area}");
    }
}

#[test]
fn a_comparison_block_whose_name_two_prefectures_have_is_left_out_and_told() {
    let heads = ["自地域|比較地域|全国平均|", "見本県 みほん市|みなと市|全国|", "2025|2025|2025|"];
    let taken = take_sheet("地域分析・検討シート.xlsx", heads, ROWS);
    assert!(totals(&taken.observations, "B4-a", "見本県 みなと市").is_empty());
    assert!(totals(&taken.observations, "B4-a", "例示県 みなと市").is_empty());
    assert_eq!(totals(&taken.observations, "B4-a", "全国"), [(Some(2025), 19.1)]);
    assert!(codes(&taken).contains(&"other-area-unknown"), "{:?}", taken.diagnostics);
}

#[test]
fn a_heading_that_contradicts_its_block_makes_the_file_wait() {
    for heads in [
        ["自地域||全国平均|", "見本県 みほん市||見本県|", "2024|2025|2024|2025"],
        ["自地域||都道府県平均|", "見本県 みほん市||例示県|", "2024|2025|2024|2025"],
        ["自地域||都道府県平均|", "見本県 みほん市||全国|", "2024|2025|2024|2025"],
    ] {
        let taken = take_sheet("地域分析・検討シート.xlsx", heads, ROWS);
        assert_eq!(taken.report.outcome, Outcome::Waiting, "{heads:?}");
        assert!(taken.observations.is_empty());
    }
}

#[test]
fn blocks_without_any_heading_are_read_by_their_order_with_a_warning() {
    let heads = ["", "見本県 みほん市", "2024|2025|2024|2025"];
    let taken = take_sheet("見本県 みほん市_地域分析・検討シート.xlsx", heads, ROWS);
    assert_eq!(totals(&taken.observations, "B4-a", "見本県"), [(Some(2024), 19.1), (Some(2025), 19.2)]);
    let told = taken.diagnostics.iter().find(|told| told.code == "blocks-by-order").expect("a warning");
    assert_eq!(told.place.cell.as_deref(), Some("G4"));
}

#[test]
fn an_own_block_headed_by_its_area_alone_is_the_run_of_years_left_of_the_prefecture() {
    let heads = ["見本県 みほん市||全国平均／合計|", "||全国|", "2024|2025|2024|2025"];
    let taken = take_sheet("地域分析・検討シート.xlsx", heads, ROWS);
    assert_eq!(totals(&taken.observations, "B4-a", "見本県 みほん市"), [(Some(2024), 20.1), (Some(2025), 20.2)]);
    assert_eq!(totals(&taken.observations, "B4-a", "全国"), [(Some(2024), 19.1), (Some(2025), 19.2)]);
    // Two runs of years there leave it open which of them is meant; nobody's name over it leaves it open whose it is.
    for heads in [
        ["見本県 みほん市||全国平均／合計|", "||全国|", "2025|2025|2024|2025"],
        ["||全国平均／合計|", "||全国|", "2024|2025|2024|2025"],
    ] {
        let taken = take_sheet("地域分析・検討シート.xlsx", heads, ROWS);
        assert_eq!(taken.report.outcome, Outcome::Waiting, "{heads:?}");
    }
}

#[test]
fn months_are_read_from_remarks_in_many_wordings() {
    for (remark, months) in [
        ("令和8年度：令和8年3月サービス提供分のみ", Some(1)),
        ("令和8年度は令和8年3月のみ", Some(1)),
        (
            "令和7年度：令和7年3月～令和8年2月サービス提供分（12か月）\\n令和8年度：令和8年3月～令和8年6月サービス提供分",
            Some(4),
        ),
        ("令和8年度は、令和8年3月から令和9年1月サービス提供分まで", Some(11)),
    ] {
        let rows = ["|20.1|20.2", "|18.1|", &format!("{remark}|10.1|10.2"), &format!("{remark}|80000|81000"), "|20|21"];
        let heads = ["自地域|", "見本県 みほん市|", "2025|2026"];
        let taken = take_sheet("地域分析・検討シート.xlsx", heads, rows);
        let of_year = |year: i32| {
            taken
                .observations
                .iter()
                .find(|o| o.indicator.as_str() == "D4" && o.period.form_year == Some(year))
                .unwrap()
        };
        assert_eq!((of_year(2026).period.part_year, of_year(2026).period.months), (true, months), "{remark}");
        assert!(!of_year(2025).period.part_year, "{remark}");
    }
}

#[test]
fn the_newest_year_without_an_adjusted_rate_may_be_under_way() {
    let rows = ["|20.1|20.2", "|18.1|", "|10.1|10.2", "|80000|81000", "|20|21"];
    let taken = take_sheet("地域分析・検討シート.xlsx", ["自地域|", "見本県 みほん市|", "2025|2026"], rows);
    assert!(taken.observations.iter().all(|o| o.period.part_year == (o.period.form_year == Some(2026))));
    assert!(codes(&taken).contains(&"maybe-part-year"));
}

fn filled(evidence: &Evidence, out: &std::path::Path) -> std::path::PathBuf {
    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned(), "見本県たかね市".to_owned(), "例示県みなと市".to_owned()],
        from: Some(2022),
        to: Some(2026),
        add: vec!["A2".to_owned(), "B10".to_owned()],
        ..FillRequest::new("見本県みほん市", out.to_owned(), Date::new(2026, 11, 22).unwrap())
    };
    let report = fill_sheet(&request, evidence, truth::catalog(), standard_template().unwrap()).unwrap();
    report.outputs[0].path.clone()
}

#[test]
fn a_sheet_this_product_made_is_read_back_as_it_was_written() {
    let catalog = truth::catalog();
    let direct = truth::evidence_of(&[truth::inbox()], catalog, None);
    let out = tempfile::tempdir().unwrap();
    let first = filled(&direct, &out.path().join("1"));
    let read = truth::take(std::slice::from_ref(&first), catalog, None).remove(0);
    assert_eq!((read.report.outcome, read.report.layout), (Outcome::Read, Some("L1")), "{:?}", read.report);
    // Every figure read back is one that was known, at the same key and with the same value and part-year mark.
    let mut compared = 0;
    for found in
        read.observations.iter().filter(|o| o.datum != Datum::Missing(chiiki_sheet::model::MissingReason::Blank))
    {
        let known: Vec<&Observation> = direct
            .observations
            .iter()
            .filter(|o| {
                o.indicator == found.indicator
                    && o.area.key() == found.area.key()
                    && o.period.form_year == found.period.form_year
                    && o.dimensions.is_total()
            })
            .collect();
        assert!(!known.is_empty(), "{found:?}");
        let same = known.iter().any(|o| match (o.datum, found.datum) {
            (Datum::Value(a), Datum::Value(b)) => a == b,
            (Datum::Missing(a), Datum::Missing(b)) => a.mark() == b.mark(),
            _ => false,
        });
        assert!(same, "{found:?}\n{known:?}");
        compared += 1;
    }
    assert!(compared > 39 * 5 * 3, "{compared}");
    // And a sheet filled from it alone shows the same figures again.
    let again = filled(&settle(vec![read]), &out.path().join("2"));
    let cells = |path: &std::path::Path| {
        use calamine::Reader as _;
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
        let range = book.worksheet_range("地域分析・検討シート").unwrap();
        // Drafts speak of ranks in the prefecture, which one sheet alone does not know.
        let draft = |cell: &calamine::Data| cell.to_string().starts_with("【下書き】");
        let cells = range.used_cells().filter(|(_, _, cell)| !draft(cell));
        cells.map(|(row, col, cell)| (row, col, cell.clone())).collect::<Vec<_>>()
    };
    let (before, after) = (cells(&first), cells(&again));
    let differing: Vec<_> = before.iter().zip(&after).filter(|(a, b)| a != b).take(5).collect();
    assert!(before == after, "{} {} {differing:?}", before.len(), after.len());
}

#[test]
fn the_fifteen_texts_of_last_period_are_read_word_for_word() {
    let file = truth::inbox().join("【記入済】見本県 みほん市_地域分析・検討シート_R7.12.xlsx");
    let taken = truth::take(&[file], truth::catalog(), None).remove(0);
    let expected = truth::table("tests/support/fixtures/truth/texts.csv");
    assert_eq!(taken.texts.len(), 15);
    for row in expected.iter().filter(|row| !row["text"].is_empty()) {
        let found = taken.texts.iter().find(|text| text.block == row["block"] && text.field.heading() == row["field"]);
        if let Some(found) = found {
            assert_eq!(found.text, row["text"], "{} {}", row["block"], row["field"]);
        }
    }
    let held = |text: &str| expected.iter().any(|row| row["text"] == text);
    assert!(taken.texts.iter().all(|text| held(&text.text)), "{:?}", taken.texts);
}

// ---- L2 ---------------------------------------------------------------------------------------------------------

#[test]
fn series_that_are_not_the_total_never_become_the_forms_figure() {
    for series in [
        "要支援1",
        "要介護３～５",
        "要介護3以上",
        "要支援1・要支援2",
        "軽度",
        "男",
        "特別養護老人ホーム",
        "（再掲）65～74歳",
    ] {
        let taken = take(
            "D2_受給率（施設サービス）（要介護度別）_時系列.xlsx",
            &["出力日:2026/08/25", "|地域|指標(系列)|単位|R6|R7", &format!("|見本県 みほん市|{series}|％|0.1|0.2")],
        );
        assert!(totals(&taken.observations, "D2", "見本県 みほん市").is_empty(), "{series}: {:?}", taken.observations);
    }
}

#[test]
fn the_total_is_known_by_any_of_its_names() {
    for series in ["合計受給率（施設サービス）", "受給率（施設サ－ビス）", "合計", "総数", "", "受給率"]
    {
        let taken = take(
            "D2_受給率（施設サービス）（要介護度別）_時系列.xlsx",
            &["出力日:2026/08/25", "|地域|指標(系列)|単位|R6|R7", &format!("|見本県 みほん市|{series}|％|2.5|2.6")],
        );
        let wanted = [(Some(2024), 2.5), (Some(2025), 2.6)];
        assert_eq!(totals(&taken.observations, "D2", "見本県 みほん市"), wanted, "{series}: {:?}", taken.report);
    }
}

#[test]
fn a_name_that_promises_another_indicator_makes_the_file_wait() {
    let taken = take(
        "D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx",
        &[
            "出力日:2026/08/25",
            "|地域|指標(系列)|単位|R6|R7",
            "|見本県 みほん市|受給者1人あたり給付月額（通所介護）|円|80000|81000",
        ],
    );
    assert_eq!(taken.report.outcome, Outcome::Waiting);
    assert!(taken.report.message.unwrap().contains("D17-a"));
}

#[test]
fn standardisations_are_kept_apart() {
    let taken = take(
        "B5-a_調整済み認定率_時系列.xlsx",
        &[
            "出力日:2026/08/25",
            "|地域|指標(系列)|単位|R6",
            "|見本県 みほん市|【注目する地域のみ】調整済み認定率|％|18.1",
            "|見本県 みほん市|【他地域と比較】調整済み認定率|％|17.1",
            "行1||||",
        ],
    );
    let found: Vec<_> = taken
        .observations
        .iter()
        .map(|o| (o.dimensions.standardisation.as_deref(), o.datum.value(), o.dimensions.is_total()))
        .collect();
    assert_eq!(found, [(Some("注目する地域のみ"), Some(18.1), true), (Some("他地域と比較"), Some(17.1), true)]);
}

#[test]
fn filler_notes_and_blank_rows_are_no_data() {
    let taken = take(
        "D31-a_受給者1人あたり利用日数・回数（訪問介護）_時系列.xlsx",
        &[
            "出力日:2026/08/25",
            "",
            "|（注）数値は丸めてあります",
            "|地域|指標(系列)|単位|R6|R7|列1|列2",
            "|見本県 みほん市|受給者1人あたり利用日数・回数（訪問介護）|回|20.1|20.2",
            "",
            "|全国|受給者1人あたり利用日数・回数（訪問介護）|回|19.1|***",
            "|行1",
            "|行2",
            "|（時点）令和8年3月末",
            "|（出典）介護保険事業状況報告",
        ],
    );
    assert_eq!(taken.observations.len(), 4, "{:?}", taken.observations);
    assert_eq!(totals(&taken.observations, "D31-a", "見本県 みほん市"), [(Some(2024), 20.1), (Some(2025), 20.2)]);
    assert_eq!(totals(&taken.observations, "D31-a", "全国"), [(Some(2024), 19.1)]);
}

#[test]
fn a_unit_that_is_not_the_indicators_is_refused() {
    let taken = take(
        "D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx",
        &["|地域|指標(系列)|単位|R6", "|見本県 みほん市|受給者1人あたり給付月額（訪問介護）|回|20.1"],
    );
    assert_eq!((taken.report.outcome, taken.observations.len()), (Outcome::Waiting, 0));
    assert!(taken.report.message.unwrap().contains("円"));
}

#[test]
fn headings_may_name_the_era_once() {
    let taken = take(
        "D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx",
        &[
            "（単位：千円）",
            "|地域|指標(系列)|単位|平成30年度|令和元|2|'3|2",
            "|見本県 みほん市|受給者1人あたり給付月額（訪問介護）||80|81|82|83|84",
        ],
    );
    // Going back to 2 after 3 is no year; thousands said in the title are thousands.
    let wanted = [(2018, 80_000.0), (2019, 81_000.0), (2020, 82_000.0), (2021, 83_000.0)];
    let found = totals(&taken.observations, "D17-a", "見本県 みほん市");
    assert_eq!(found, wanted.map(|(year, value)| (Some(year), value)));
    assert_eq!(codes(&taken), ["period-unreadable"]);
}

#[test]
fn an_annual_report_in_thousands_or_in_another_unit() {
    let in_unit = |unit: &str| {
        let heads: Vec<String> = INSURED.iter().map(|line| line.replace("単位：人", unit)).collect();
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        take("令和6年度_02h.xlsx", &[&heads[..], &SMALL].concat())
    };
    assert_eq!(totals(&in_unit("単位：千人").observations, "B1", "例示県 緑町"), [(Some(2024), 40_000.0)]);
    assert_eq!(totals(&in_unit("単位：人").observations, "B1", "例示県 緑町"), [(Some(2024), 40.0)]);
}

#[test]
fn fractions_shown_as_percentages_come_out_as_seen() {
    let mut table = grid(
        "表",
        &["|地域|指標(系列)|単位|R6|R7", "|見本県 みほん市|合計認定率|％|0.194|19.4", "|全国|合計認定率||0.2|0.21"],
    );
    table.percent = ["E2", "F2", "E3", "F3"].iter().map(|cell| CellRef::parse(cell).unwrap()).collect();
    let taken = take_grid("B4-a_認定率（要介護度別）_時系列.xlsx", table);
    // 19.4 in a cell that shows 1,940 % is left out.
    assert_eq!(totals(&taken.observations, "B4-a", "見本県 みほん市"), [(Some(2024), 19.4)]);
    assert_eq!(totals(&taken.observations, "B4-a", "全国"), [(Some(2024), 20.0), (Some(2025), 21.0)]);
    assert_eq!(codes(&taken), ["percent-format", "percent-doubtful"]);

    let mut yen =
        grid("表", &["|地域|指標(系列)|単位|R6", "|見本県 みほん市|受給者1人あたり給付月額（訪問介護）|円|0.8"]);
    yen.percent = vec![CellRef::parse("E2").unwrap()];
    let taken = take_grid("D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx", yen);
    assert_eq!((taken.report.outcome, taken.observations.len()), (Outcome::Waiting, 0));
}

// ---- L4 ---------------------------------------------------------------------------------------------------------

const INSURED: [&str; 4] = [
    "第２表　保険者別　第１号被保険者数　（年度末現在）",
    "|||||（単位：人）",
    "都道府県|保険者|計",
    "|||６５歳以上７５歳未満|７５歳以上８５歳未満|８５歳以上",
];

fn insured(file: &str, above: &[&str], rows: &[&str]) -> Taken {
    take(file, &[above, &INSURED, rows].concat())
}

const SMALL: [&str; 5] = [
    "例示県|れいじ市|100|50|30|20",
    "例示県|みなと市|200|100|60|40",
    "例示県|緑町|40|20|12|8",
    "例示県|例山町|10|5|3|2",
    "全　国||350|175|105|70",
];

#[test]
fn shifted_headings_and_a_nation_below_change_nothing() {
    let plain = settle(vec![insured("令和6年度_02h.xlsx", &[], &SMALL)]);
    assert_eq!(totals(&plain.observations, "B1", "例示県"), [(Some(2024), 350.0)]);
    assert_eq!(totals(&plain.observations, "B1", "全国"), [(Some(2024), 350.0)]);
    let shifted = settle(vec![insured("令和6年度_02h.xlsx", &["作成：介護保険課", "", "（注）速報"], &SMALL)]);
    let once = [
        "例示県|れいじ市|100|50|30|20",
        "|みなと市|200|100|60|40",
        "|緑町|40|20|12|8",
        "|例山町|10|5|3|2",
        "全国||350|175|105|70",
    ];
    let carried = settle(vec![insured("令和6年度_02h.xlsx", &[], &once)]);
    let figures = |evidence: &Evidence| {
        let mut all: Vec<_> = evidence.observations.iter().map(|o| (o.key(), format!("{:?}", o.datum))).collect();
        all.sort();
        all
    };
    assert_eq!(figures(&shifted), figures(&plain));
    assert_eq!(figures(&carried), figures(&plain));
}

#[test]
fn without_one_of_its_insurers_a_prefecture_has_no_sum_and_that_is_said() {
    let evidence = settle(vec![insured("令和6年度_02h.xlsx", &[], &[SMALL[0], SMALL[1], SMALL[2]])]);
    assert!(totals(&evidence.observations, "B1", "例示県").is_empty());
    let told = evidence.diagnostics.iter().find(|told| told.code == "prefecture-incomplete").unwrap();
    assert!(told.message.contains("例山町"), "{told:?}");
}

#[test]
fn two_years_that_disagree_make_the_file_wait() {
    let taken = insured("令和6年度_02h.xlsx", &["令和５年度　介護保険事業状況報告（年報）"], &SMALL);
    assert_eq!(taken.report.outcome, Outcome::Waiting, "{:?}", taken.report);
    let message = taken.report.message.unwrap();
    assert!(message.contains("令和6年度") && message.contains("令和5年度"), "{message}");
}

#[test]
fn age_sheets_give_the_rates_of_the_counts() {
    let catalog = truth::catalog();
    let evidence = truth::evidence_of(
        &[truth::inbox().join("令和6年度_02h.xlsx"), truth::inbox().join("令和6年度_04-1-1h.xlsx")],
        catalog,
        None,
    );
    let insured = truth::table("tests/support/fixtures/truth/insured.csv");
    let certified = truth::table("tests/support/fixtures/truth/certified.csv");
    let number = |row: &truth::Row, column: &str| row[column].parse::<f64>().unwrap();
    let mut compared = 0;
    for people in &insured {
        let area = &people["area"];
        let counted = |sheets: &[&str], column: &str| -> f64 {
            let rows = certified.iter().filter(|row| row["area"] == *area && sheets.contains(&row["sheet"].as_str()));
            rows.map(|row| number(row, column)).sum()
        };
        let old = ["７５歳以上８０歳未満", "８０歳以上８５歳未満", "８５歳以上９０歳未満", "９０歳以上"];
        let (of_75, of_85) = (number(people, "75-84") + number(people, "85+"), number(people, "85+"));
        for (indicator, sheets, bottom) in [
            ("B4-a", &["第１号被保険者"][..], number(people, "計")),
            ("B4-d", &old[..], of_75),
            ("B4-e", &old[2..], of_85),
        ] {
            let wanted = counted(sheets, "合計") / bottom * 100.0;
            let found = totals(&evidence.observations, indicator, area);
            assert_eq!(found.len(), 1, "{indicator} {area}");
            assert!((found[0].1 - wanted).abs() < 1e-9, "{indicator} {area}: {wanted} {found:?}");
            // By care level, too.
            let level = evidence.observations.iter().find(|o| {
                o.indicator.as_str() == indicator
                    && o.area.name == *area
                    && o.dimensions.care_level.as_deref() == Some("要介護3")
            });
            let wanted = counted(sheets, "要介護３") / bottom * 100.0;
            assert!((level.unwrap().datum.value().unwrap() - wanted).abs() < 1e-9, "{indicator} {area} 要介護3");
            compared += 1;
        }
    }
    assert_eq!(compared, 15 * 3);
}

#[test]
fn totals_wrong_by_one_are_told_with_their_cell() {
    let catalog = truth::catalog();
    for (file, name) in [("令和6年度_02h_合計違い.xlsx", "花野町"), ("令和6年度_04-1-1h_合計違い.xlsx", "緑町")]
    {
        let evidence = truth::evidence_of(&[truth::package("tests/data/layouts/L4").join(file)], catalog, None);
        let told: Vec<_> = evidence.diagnostics.iter().filter(|told| told.code == "total-mismatch").collect();
        assert_eq!(told.len(), 1, "{file}: {:?}", evidence.diagnostics);
        assert!(told[0].message.contains(name) && told[0].place.cell.is_some(), "{file}: {told:?}");
    }
}
