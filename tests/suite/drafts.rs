//! Drafts of 「全国平均等との比較」 and the block of added indicators.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Reader, Xlsx};
use chiiki_sheet::fill::SheetTexts;
use chiiki_sheet::fill::draft::{self, DRAFT_LINE};
use chiiki_sheet::fill::{self, plan::CellContent, plan::FillPlan};
use chiiki_sheet::model::CellRef;
use chiiki_sheet::read::{Grid, Limits, read_bytes};

use super::worked::{FORM, Seen, comparison, filled, part};

fn grids(bytes: &[u8]) -> BTreeMap<String, Grid> {
    let book = read_bytes("a.xlsx", bytes, &Limits::default()).unwrap();
    book.grids.into_iter().map(|grid| (grid.name.to_string(), grid)).collect()
}

#[test]
fn only_the_comparison_is_drafted_and_says_so() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let form = Seen::sheet(&bytes, FORM);
    // Entry cells of the three blocks, from zero: 全国平均等との比較 in A, 考察 in E, 検証 in A, 対応策 in E, 自由記述 in A.
    for first in [13, 49, 114] {
        assert!(form.text(first, 0).starts_with(&format!("{DRAFT_LINE}\n令和7年度（2025）の数値で")), "row {first}");
        for (row, column) in [(first, 4), (first + 10, 0), (first + 10, 4), (first + 20, 0)] {
            assert_eq!(form.text(row, column), "", "people's fields stay empty");
        }
    }
    let text = form.text(13, 0);
    assert!(
        text.contains("・認定率　21.3％：全国 19.0％の1.12倍（＋2.2ポイント）で同程度。見本県は 20.2％。"),
        "{text}"
    );
    let text = form.text(114, 0);
    assert!(
        text.contains("・訪問介護　給付月額 126,635円（全国 81,758円の1.55倍）、回数 44.3回（全国 23.7回の1.87倍）"),
        "{text}"
    );
    assert!(text.find("上回るサービス").unwrap() < text.find("下回るサービス").unwrap());
    assert!(text.contains("短期入所生活介護"));
}

#[test]
fn a_draft_is_known_until_somebody_touches_it() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let before = grids(&bytes);
    let (form, meta) = (&before[FORM], &before["_meta"]);
    let at = CellRef::parse("A14").unwrap();
    let text = form.text(13, 0).unwrap().to_owned();
    assert!(draft::is_ours(&text, meta));
    assert!(draft::is_ours(&text.replace('\n', "\r\n"), meta), "Excel may change line ends");
    assert!(!draft::is_ours(&text.replace("同程度", "同じ"), meta));
    assert!(!draft::is_ours(text.strip_prefix(DRAFT_LINE).unwrap(), meta));
    let blocks = |grid: &Grid| -> Vec<String> {
        draft::drafts(grid, Some(meta), &comparison, &SheetTexts::default(), &mut Vec::new())
            .into_iter()
            .map(|draft| draft.block)
            .collect()
    };
    assert_eq!(blocks(form).len(), 3);

    // One character more: the text is a person's.
    let mut plan = FillPlan::default();
    plan.sheet(FORM).set(at, CellContent::Text(format!("{text}。")));
    let after = grids(&fill::apply(bytes.as_slice(), &plan).unwrap().bytes);
    assert_eq!(blocks(&after[FORM]), ["受給率", "受給者1人あたり給付月額・利用日数回数"]);
}

#[test]
fn nothing_is_drafted_without_a_complete_year() {
    let (mut comparison, told) = comparison(2023, 2025, &[]);
    comparison.main_year = None;
    let bytes = filled(&comparison, &told).bytes;
    assert_eq!(Seen::sheet(&bytes, FORM).text(13, 0), "");
}

#[test]
fn added_indicators_get_rows_formats_print_area_and_a_draft() {
    let (comparison, told) = comparison(2023, 2025, &["A2", "D6-a", "B1"]);
    let bytes = filled(&comparison, &told).bytes;
    let form = Seen::sheet(&bytes, FORM);
    let ids: Vec<String> = (145..149).map(|row| form.text(row, 1)).collect();
    assert_eq!(ids, ["A2", "D6-a", "B1", ""]);
    assert!(form.number(146, 6).is_some() && form.number(147, 5).is_some(), "D6-a of 2025, B1 of 2024");
    let book = umya_spreadsheet::reader::xlsx::read_reader(Cursor::new(bytes.clone()), true).unwrap();
    let sheet = book.sheet_by_name(FORM).unwrap();
    let format = |at: &str| sheet.style(at).numbering_format().unwrap().format_code().to_owned();
    assert_eq!(format("G147"), "#,##0_ ;▲#,##0_ ;0_ ;@_ ");
    assert_eq!(format("F148"), "#,##0_ ;▲#,##0_ ;0_ ;@_ ", "people like yen");
    assert!(part(&bytes, "xl/workbook.xml").contains(&format!("'{FORM}'!$A$1:$CF$196<")), "the fourth block prints");
    assert!(form.text(167, 0).starts_with(DRAFT_LINE), "{}", form.text(167, 0));
    let hidden: Vec<u32> =
        (144..=196).filter(|row| sheet.row_dimension(*row).is_some_and(|row| row.hidden())).collect();
    let spare = [169..=175, 179..=185, 189..=195].into_iter().flatten();
    let what = "rows not in use, the gap below them, and spare rows of the fields";
    assert_eq!(hidden, (149..=166).chain(spare).collect::<Vec<_>>(), "{what}");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert!(book.worksheet_range(FORM).is_ok());
}

#[test]
fn a_template_folder_gives_the_drafts_their_words_and_slips_are_told() {
    use crate::program::{program, with_mihon};
    let folder = tempfile::tempdir().unwrap();
    let texts = folder.path().join("ひな形/texts/sheet");
    std::fs::create_dir_all(&texts).unwrap();
    std::fs::write(texts.join("認定率.hbs"), "わが町のことば（{{年度}}）").unwrap();
    std::fs::write(texts.join("受給率.hbs"), "一行目\n{{ない項目}}").unwrap();
    let line = format!(
        "fill --own 見本県みなと市 --from 2023 --to 2025 --date 2026-11-22 --json --out {} --template {}",
        folder.path().join("出力").display(),
        folder.path().join("ひな形").display()
    );
    let said = program(&with_mihon(&line));
    assert_eq!(said.code, 0, "{said:?}");
    let json = said.json();
    let told = json["diagnostics"].as_array().unwrap().iter().find(|told| told["code"] == "draft-text").unwrap();
    let message = told["message"].as_str().unwrap();
    assert!(message.contains("texts/sheet/受給率.hbs") && message.contains("2行目"), "{message}");
    let bytes = std::fs::read(json["outputs"][0]["path"].as_str().unwrap()).unwrap();
    let book = read_bytes("a.xlsx", &bytes, &Limits::default()).unwrap();
    let form = &book.grids[0];
    assert_eq!(form.text(13, 0), Some(format!("{DRAFT_LINE}\nわが町のことば（令和7年度（2025））").as_str()));
    // The shipped words stand where the own ones could not be used.
    let other = form.text(49, 0).unwrap();
    assert!(other.starts_with(DRAFT_LINE) && !other.contains("一行目"), "{other}");
}

#[test]
fn what_is_of_few_people_is_judged_nowhere() {
    let (mut comparison, told) = comparison(2023, 2024, &[]);
    comparison.thresholds.few_people = 1e12;
    let few = (0..comparison.rows.len()).filter(|at| comparison.is_few(*at)).count();
    assert!(few > 0);
    let sheets = grids(&filled(&comparison, &told).bytes);
    let texts =
        |sheet: &str| -> Vec<String> { sheets[sheet].cells().iter().map(|cell| cell.value.display()).collect() };
    assert_eq!(texts("比較と判定").iter().filter(|text| text.ends_with(" 少数")).count(), few);
    assert!(texts("比較と判定").iter().any(|text| text.contains("判定を根拠にしないでください")));
    let draft = texts(FORM).into_iter().filter(|text| text.starts_with("【下書き】")).nth(1).unwrap();
    assert!(draft.contains("で、受給者が少ないため判定なし。"), "{draft}");
    for word in ["で上回る", "で下回る", "で同程度"] {
        assert!(!draft.contains(word), "{draft}");
    }
}
