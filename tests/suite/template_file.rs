//! The shipped template: what its generator makes, read back by two readers that know nothing of it.
//!
//! Expected addresses and words stand here once more on purpose: a test that took them from the generator could not
//! fail.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, like the tests themselves")]

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, SheetVisible, Xlsx};
use umya_spreadsheet::{OrientationValues, Workbook, Worksheet};

#[path = "../../examples/make_template/workbook/mod.rs"]
mod workbook;

const FORM: &str = "地域分析・検討シート";
const COMPARISON: &str = "比較と判定";
const SOURCES: &str = "出典";

/// First and last data row of each block, and the rows of its first pair, second pair and 自由記述 headings.
const BLOCKS: [(&str, &str, [u32; 2], [u32; 3]); 4] = [
    ("認定率", "認定率", [8, 11], [13, 23, 33]),
    ("受給率", "受給率", [45, 47], [49, 59, 69]),
    ("受給者1人あたり給付月額・利用日数回数", "給付月額等", [81, 112], [114, 124, 134]),
    ("指標追加", "指標追加", [146, 165], [167, 177, 187]),
];

const GROUPS: [(&str, &str); 8] = [
    ("E3:N3", "自地域"),
    ("O3:X3", "都道府県平均／合計"),
    ("Y3:AH3", "全国平均／合計"),
    ("AI3:AR3", "比較地域１"),
    ("AS3:BB3", "比較地域２"),
    ("BC3:BL3", "比較地域３"),
    ("BM3:BV3", "比較地域４"),
    ("BW3:CF3", "比較地域５"),
];

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sheet-templates/chiiki-bunseki/sheet.xlsx")
}

fn shipped() -> Vec<u8> {
    std::fs::read(path()).unwrap()
}

fn by_calamine() -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(shipped())).unwrap()
}

fn by_umya() -> Workbook {
    umya_spreadsheet::reader::xlsx::read_reader(Cursor::new(shipped()), true).unwrap()
}

/// The 39 identifiers of the form in its order.
fn expected_ids() -> Vec<String> {
    let letters =
        |prefix: &str, last: char| ('a'..=last).map(|letter| format!("{prefix}-{letter}")).collect::<Vec<_>>();
    let single = ["B4-a", "B5-a", "B6-a", "B6-b", "D2", "D3", "D4"].map(str::to_owned);
    [single.to_vec(), letters("D15", 'b'), letters("D17", 't'), letters("D31", 'j')].concat()
}

/// What a reader of the file sees in a cell, by the address a person would say.
fn text(sheet: &Worksheet, at: &str) -> String {
    sheet.value(at)
}

fn merges(sheet: &Worksheet) -> Vec<String> {
    sheet.merge_cells().iter().map(umya_spreadsheet::Range::range).collect()
}

/// Rows of a sheet whose column B holds an identifier: (row, name, id, unit).
fn indicator_rows(name: &str, from_row: u32) -> Vec<(u32, [String; 3])> {
    let range = by_calamine().worksheet_range(name).unwrap();
    let cell = |row, column| range.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
    (from_row..=range.end().unwrap().0)
        .map(|row| (row + 1, [cell(row, 0), cell(row, 1), cell(row, 2)]))
        .filter(|(_, [_, id, _])| !id.is_empty())
        .collect()
}

#[test]
fn the_shipped_file_is_what_the_generator_makes() {
    let made = workbook::build().unwrap();
    assert!(made == workbook::build().unwrap(), "two runs of the generator differ");
    assert!(made == shipped(), "sheet.xlsx is not what the generator makes: run `cargo run --example make_template`");
}

#[test]
fn sheets_stand_in_order_and_meta_is_very_hidden() {
    let mut book = by_calamine();
    let sheets: Vec<_> = book.sheets_metadata().iter().map(|sheet| (sheet.name.clone(), sheet.visible)).collect();
    let mut expected = ["地域分析・検討シート", "比較と判定", "グラフ", "点検", "検討メモ", "出典"]
        .map(|name| (name.to_owned(), SheetVisible::Visible))
        .to_vec();
    expected.push(("グラフ用データ".to_owned(), SheetVisible::Hidden));
    expected.push(("_meta".to_owned(), SheetVisible::VeryHidden));
    assert_eq!(sheets, expected);

    let meta = book.worksheet_range("_meta").unwrap();
    let cells: Vec<_> = meta.used_cells().map(|(row, column, value)| (row, column, value.clone())).collect();
    let word = |text: &str| Data::String(text.to_owned());
    assert_eq!(cells, [(0, 0, word("chiiki-sheet")), (0, 1, word("meta")), (0, 2, Data::Float(1.0))]);
}

#[test]
fn the_form_lists_39_indicators_in_order_with_units() {
    let rows = indicator_rows(FORM, 6);
    assert_eq!(rows.iter().map(|(_, [_, id, _])| id.clone()).collect::<Vec<_>>(), expected_ids());
    let units: BTreeMap<&str, usize> = rows.iter().fold(BTreeMap::new(), |mut count, (_, [_, _, unit])| {
        *count.entry(unit.as_str()).or_default() += 1;
        count
    });
    assert_eq!(units, BTreeMap::from([("％", 7), ("円", 22), ("回", 5), ("日", 5)]));
    let unit_of = |id: &str| rows.iter().find(|(_, cells)| cells[1] == id).map(|(_, cells)| cells[2].clone()).unwrap();
    assert_eq!(["D31-a", "D31-e", "D31-j"].map(unit_of), ["回", "日", "回"]);

    for (_, _, [first, last], _) in &BLOCKS[..3] {
        let in_block = rows.iter().filter(|(row, _)| (first..=last).contains(&row)).count();
        assert_eq!(in_block as u32, last - first + 1);
    }
    assert_eq!(
        indicator_rows(COMPARISON, 8).into_iter().map(|(_, cells)| cells).collect::<Vec<_>>(),
        rows.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>()
    );
}

#[test]
fn names_are_spelled_as_the_form_spells_them() {
    let rows = indicator_rows(FORM, 6);
    let name_of = |id: &str| rows.iter().find(|(_, cells)| cells[1] == id).map(|(_, cells)| cells[0].clone()).unwrap();
    assert_eq!(name_of("D2"), "受給率（施設サ\u{FF0D}ビス）");
    assert_eq!(name_of("B6-a"), "調整済み認定率（要介護３\u{FF5E}５）");
    assert_eq!(name_of("D17-q"), "受給者1人あたり給付月額（認知症対応型共同生活介護）");

    let shared = std::env::var_os("CHIIKI_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let list = shared.join("domain/indicators-form.csv");
    let Ok(mut reader) = csv::Reader::from_path(&list) else {
        println!("left out: {} is not there", list.display());
        return;
    };
    let listed: Vec<_> =
        reader.records().map(Result::unwrap).map(|r| [3, 2, 4].map(|field| r[field].to_owned())).collect();
    assert_eq!(rows.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>(), listed);
}

#[test]
fn headings_of_the_form_are_merged_over_their_columns() {
    let book = by_umya();
    let sheet = book.sheet_by_name(FORM).unwrap();
    let merged = merges(sheet);
    assert_eq!(text(sheet, "A1"), FORM);
    assert_eq!(text(sheet, "B1"), "手引きの様式に準じた様式");
    assert_eq!(text(sheet, "A2"), "");
    for (range, label) in GROUPS {
        let below = range.replace('3', "4");
        assert!(merged.iter().any(|m| m == range) && merged.contains(&below), "{range} and {below} are merged");
        assert_eq!(text(sheet, range.split(':').next().unwrap()), label);
        assert_eq!(text(sheet, below.split(':').next().unwrap()), "", "the area's name is for a fill to write");
    }
    for (column, label) in ["活用データ名・指標名", "指標ID", "単位", "備考"].into_iter().enumerate() {
        let letter = ["A", "B", "C", "D"][column];
        assert!(merged.contains(&format!("{letter}3:{letter}6")));
        assert_eq!(text(sheet, &format!("{letter}3")), label);
    }
    for column in 5..=84 {
        assert_eq!(sheet.value((column, 5)), "");
        assert_eq!(sheet.value((column, 6)), "");
        assert_eq!(sheet.style((column, 6)).numbering_format().unwrap().format_code(), "0");
    }
    for (title, _, [first, _], _) in BLOCKS {
        assert_eq!(text(sheet, &format!("A{}", first - 1)), title);
        assert_eq!(text(sheet, &format!("B{}", first - 1)), "", "a title must not look like a data row");
    }
}

#[test]
fn values_are_empty_and_formatted_by_unit() {
    let book = by_umya();
    let sheet = book.sheet_by_name(FORM).unwrap();
    for (row, [_, id, unit]) in indicator_rows(FORM, 6) {
        // The narrow space at the end keeps figures and marks off the rule on their right.
        let expected = if unit == "円" { "#,##0_ ;▲#,##0_ ;0_ ;@_ " } else { "0.0_ ;▲0.0_ ;0.0_ ;@_ " };
        for column in 5..=84 {
            assert_eq!(sheet.value((column, row)), "", "{id}");
            let style = sheet.style((column, row));
            assert_eq!(style.numbering_format().unwrap().format_code(), expected, "{id}");
        }
    }
}

#[test]
fn entry_fields_are_the_guides_words_with_an_unlocked_cell_below() {
    let book = by_umya();
    let sheet = book.sheet_by_name(FORM).unwrap();
    let merged = merges(sheet);
    let names: BTreeMap<String, String> = by_calamine().defined_names().iter().cloned().collect();
    let mut entries = Vec::new();
    for (_, block, _, [first, second, free]) in BLOCKS {
        let fields = [
            ("A", "D", first, "全国平均等との比較", "\"STEP 1　\"@", "全国平均等との比較"),
            (
                "E",
                "AH",
                first,
                "全国平均等との乖離について理由・問題点等の考察（仮説の設定）",
                "\"STEP 2　\"@",
                "理由と考察",
            ),
            ("A", "D", second, "設定した仮説の確認・検証方法", "\"STEP 3　\"@", "確認と検証"),
            ("E", "AH", second, "問題を解決するための対応策（理想像でも可）", "\"STEP 4　\"@", "対応策"),
            ("A", "AH", free, "自由記述", "General", "自由記述"),
        ];
        for (left, right, row, heading, format, name) in fields {
            let entry = format!("{left}{}", row + 1);
            assert_eq!(text(sheet, &format!("{left}{row}")), heading);
            let shown = sheet.style(&*format!("{left}{row}")).numbering_format().map_or("General", |f| f.format_code());
            assert_eq!(shown, format);
            assert!(merged.contains(&format!("{left}{row}:{right}{row}")));
            assert!(
                merged.contains(&format!("{entry}:{right}{}", row + 9)),
                "eight rows for the text, one that closes"
            );
            assert_eq!(text(sheet, &entry), "");
            let style = sheet.style(&*entry);
            assert!(!style.protection().unwrap().locked(), "{entry} can be written in on a protected sheet");
            assert!(style.alignment().unwrap().wrap_text());
            assert_eq!(style.background_color().unwrap().argb_str(), "FFFFFFFF");
            let refers_to = names[&format!("{block}_{name}")].replace(['\'', '$'], "");
            assert_eq!(refers_to, format!("{FORM}!{entry}"));
            entries.extend(row + 1..=row + 9);
        }
    }
    assert!(sheet.sheet_protection().is_none());
    let unlocked = sheet.cells().into_iter().filter(|c| c.style().protection().is_some_and(|p| !p.locked()));
    assert!(unlocked.map(|c| c.coordinate().row_num()).all(|row| entries.contains(&row)));
}

#[test]
fn every_block_and_threshold_has_a_name() {
    let names: BTreeMap<String, String> = by_calamine().defined_names().iter().cloned().collect();
    for (_, block, [first, last], _) in BLOCKS {
        assert_eq!(names[&format!("{block}_表")].replace(['\'', '$'], ""), format!("{FORM}!A{first}:CF{last}"));
    }
    assert_eq!(names["しきい値_上回る"].replace(['\'', '$'], ""), format!("{COMPARISON}!B3"));
    assert_eq!(names["しきい値_下回る"].replace(['\'', '$'], ""), format!("{COMPARISON}!B4"));
    let comparison = by_calamine().worksheet_range(COMPARISON).unwrap();
    assert_eq!(comparison.get_value((2, 1)), Some(&Data::Float(1.15)));
    assert_eq!(comparison.get_value((3, 1)), Some(&Data::Float(0.85)));
    let note = comparison.get_value((2, 2)).unwrap().to_string();
    assert!(note.contains("本ソフトの目安であり、国の基準ではありません"), "{note}");
}

#[test]
fn what_is_not_in_use_is_hidden() {
    let book = by_umya();
    let sheet = book.sheet_by_name(FORM).unwrap();
    let hidden = |sheet: &Worksheet, column| sheet.column_dimension_by_number(column).is_some_and(|c| c.hidden());
    let shown: Vec<u32> = (1..=120).filter(|column| !hidden(sheet, *column)).collect();
    assert_eq!(shown, [1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 25, 26, 27]);
    let hidden_rows = |sheet: &Worksheet, last| -> Vec<u32> {
        (1..=last).filter(|row| sheet.row_dimension(*row).is_some_and(|r| r.hidden())).collect()
    };
    let fields = BLOCKS[..3].iter().flat_map(|(.., headings)| headings);
    let mut expected: Vec<u32> = fields.flat_map(|heading| heading + 2..=heading + 8).collect();
    expected.extend(144..=200);
    let what = "spare rows of the fields, 指標追加 with its entry fields, and four rows of styles";
    assert_eq!(hidden_rows(sheet, 220), expected, "{what}");

    let comparison = book.sheet_by_name(COMPARISON).unwrap();
    assert_eq!((1..=60).filter(|c| !hidden(comparison, *c)).collect::<Vec<_>>(), (1..=14).collect::<Vec<_>>());
    assert_eq!(hidden_rows(comparison, 100), (48..=67).collect::<Vec<_>>());
}

#[test]
fn panes_and_pages_are_set_up() {
    let book = by_umya();
    let names: BTreeMap<String, Vec<String>> = [FORM, COMPARISON, SOURCES]
        .into_iter()
        .map(|sheet| {
            let local = book.sheet_by_name(sheet).unwrap().defined_names();
            (
                sheet.to_owned(),
                local
                    .iter()
                    .filter(|n| n.name().starts_with("_xlnm"))
                    .map(|n| format!("{} {}", n.name(), n.address().replace('\'', "")))
                    .collect(),
            )
        })
        .collect();
    let expected = [
        (FORM, "E7", 8, "$A$1:$CF$143", "$3:$6", vec![42, 78, 112, 143]),
        (COMPARISON, "G9", 8, "$A$1:$AH$67", "$6:$8", vec![37]),
        (SOURCES, "A5", 8, "$A:$L", "$4:$4", vec![]),
    ];
    for (name, corner, paper, area, titles, breaks) in expected {
        let sheet = book.sheet_by_name(name).unwrap();
        let view = sheet.sheets_views().sheet_view_list().first().unwrap();
        assert_eq!(view.pane().unwrap().top_left_cell().to_string(), corner);
        assert!(!view.show_grid_lines());
        let page = sheet.page_setup();
        assert_eq!(page.paper_size(), paper);
        assert!(matches!(page.orientation(), OrientationValues::Landscape));
        // One page wide is what an absent attribute means: umya says 0 for it.
        assert!(page.fit_to_page());
        assert_eq!((page.fit_to_width(), page.fit_to_height()), (0, 0));
        assert_eq!(
            names[name],
            [format!("_xlnm.Print_Area {name}!{area}"), format!("_xlnm.Print_Titles {name}!{titles}"),]
        );
        assert_eq!(sheet.row_breaks().break_list().iter().map(|b| b.id()).collect::<Vec<_>>(), breaks);
        assert!(sheet.header_footer().odd_header().value().ends_with(name));
        assert!(sheet.header_footer().odd_footer().value().ends_with("&P / &N"));
    }
}

#[test]
fn own_figures_stand_out_against_the_nation_of_the_same_year() {
    let book = by_umya();
    let sheet = book.sheet_by_name(FORM).unwrap();
    let rules: BTreeMap<String, Vec<String>> = sheet
        .conditional_formatting_collection()
        .iter()
        .map(|format| {
            let formulas = format.conditional_collection().iter().map(|rule| rule.formula().unwrap().address_str());
            (format.sequence_of_references().get_sqref(), formulas.collect())
        })
        .collect();
    for (_, _, [first, last], _) in BLOCKS {
        let [above, below] = &rules[&format!("E{first}:N{last}")][..] else { panic!("two rules a block") };
        assert!(above.ends_with(&format!("ROUND(E{first}/Y{first},9)>=しきい値_上回る)")), "{above}");
        assert!(below.ends_with(&format!("ROUND(E{first}/Y{first},9)<=しきい値_下回る)")), "{below}");
    }
}

#[test]
fn the_comparison_judges_by_formulas_that_say_nothing_without_values() {
    let mut book = by_calamine();
    let formulas = book.worksheet_formula(COMPARISON).unwrap();
    let values = book.worksheet_range(COMPARISON).unwrap();
    let targets = ["G", "K", "O", "S", "W", "AA", "AE"];
    let headings = ["都道府県平均", "全国平均", "比較地域１", "比較地域２", "比較地域３", "比較地域４", "比較地域５"];
    for (target, heading) in (0..).zip(headings) {
        let first = 6 + 4 * target;
        assert_eq!(values.get_value((5, first)).unwrap().to_string(), heading);
        assert_eq!(values.get_value((6, first)).unwrap(), &Data::Empty);
        let items = [0, 1, 2, 3].map(|item| values.get_value((7, first + item)).unwrap().to_string());
        assert_eq!(items, ["値", "差", "比", "判定"]);
    }
    // 39 indicators and 20 prepared rows
    for row in 8..67 {
        for (target, letter) in (0..).zip(targets) {
            let first = 6 + 4 * target;
            let formula = |item| formulas.get_value((row, first + item)).cloned().unwrap_or_default();
            let at = format!("{letter}{}", row + 1);
            assert_eq!(formula(0), "");
            assert!(formula(1).contains(&format!("$E{}-{at}", row + 1)), "{}", formula(1));
            assert!(formula(2).contains(&format!("$E{}/{at}", row + 1)), "{}", formula(2));
            for part in [">=しきい値_上回る,\"↑ 上回る\"", "<=しきい値_下回る,\"↓ 下回る\"", "\"→ 同程度\""]
            {
                assert!(formula(3).contains(part), "{}", formula(3));
            }
            for item in 1..=3 {
                let cached = values.get_value((row, first + item)).unwrap();
                assert_eq!(cached, &Data::String("－".to_owned()), "row {row}");
            }
        }
    }
}

#[test]
fn sources_have_their_headings_and_one_styled_row() {
    let range = by_calamine().worksheet_range(SOURCES).unwrap();
    let headings: Vec<_> = (0..13).map(|column| range.get_value((3, column)).unwrap().to_string()).collect();
    assert_eq!(
        headings,
        [
            "番号",
            "指標ID",
            "指標名",
            "地域",
            "年度",
            "値",
            "単位",
            "ファイル",
            "シート",
            "セル",
            "出力日",
            "備考",
            "SHA-256"
        ]
    );
    let book = by_umya();
    let sheet = book.sheet_by_name(SOURCES).unwrap();
    for column in 1..=13 {
        assert_eq!(sheet.value((column, 5)), "");
        assert!(sheet.cell((column, 5)).unwrap().style().borders().unwrap().bottom().border_style() == "thin");
    }
}
