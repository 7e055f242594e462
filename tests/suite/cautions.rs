//! 「点検」, the marks on the form, 「検討メモ」 and links both ways.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use chiiki_sheet::compare::{self, CautionKind, Level};
use chiiki_sheet::model::Datum;

use super::worked::{FORM, Seen, comparison, filled, part};

#[test]
fn conflicts_other_insurers_and_mixed_standardisation_are_listed_with_their_cells() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let rows = Seen::sheet(&bytes, "点検").rows(4);
    let kinds: BTreeSet<&str> = rows.iter().map(|row| row[2].as_str()).collect();
    for kind in ["数値の食い違い", "標準化の違い", "ほかの保険者", "人数が不明", "数値なし"]
    {
        assert!(kinds.contains(kind), "{kind} is missing from {kinds:?}");
    }
    // 居住系 of 令和6年度: another export says 2.2.
    let conflict = rows.iter().find(|row| row[4].contains("D3_") && row[4].contains("2.2")).unwrap();
    assert_eq!((conflict[1].as_str(), conflict[3].as_str()), ("要確認", "F46"));
    assert_eq!(Seen::sheet(&bytes, FORM).text(45, 1), "D3");
    assert!(rows.iter().all(|row| !row[0].is_empty() && !row[4].is_empty()), "{rows:?}");
    let other = rows.iter().find(|row| row[2] == "ほかの保険者" && row[4].contains("れいじ市")).unwrap();
    assert!(other[4].contains("D17-f_"), "{}", other[4]);
}

#[test]
fn a_part_year_leads_to_its_heading() {
    let (comparison, told) = comparison(2024, 2026, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let rows = Seen::sheet(&bytes, "点検").rows(4);
    let part_year = rows.iter().find(|row| row[2] == "年の途中").unwrap();
    assert!(part_year[4].contains("令和8年度（2026）は1か月分"), "{}", part_year[4]);
    assert_eq!(part_year[3], "G6");
    assert_eq!(Seen::sheet(&bytes, FORM).number(5, 6), Some(2026.0));
}

#[test]
fn few_people_are_counted_from_the_insured() {
    let (mut comparison, told) = comparison(2023, 2025, &[]);
    assert!(!comparison.people.is_empty(), "B1 and D2 to D4 are among the files");
    let d3 = comparison.rows.iter().position(|row| row.indicator.id.as_str() == "D3").unwrap();
    let (key, people) = comparison.people.iter().find(|(key, _)| key.0 == d3 && key.1 == 0).unwrap();
    let rate = comparison.rows[d3].value(0, key.2).unwrap();
    assert!((people / rate * 100.0).fract().abs() < 1e-6, "people are a share of a whole number of insured");
    let key = *key;
    comparison.people.insert(key, 9.9);
    let few: Vec<_> = compare::cautions(&comparison, &told)
        .into_iter()
        .filter(|caution| caution.kind == CautionKind::FewPeople)
        .collect();
    assert_eq!(few.len(), 1);
    assert_eq!((few[0].level, few[0].figures.as_slice(), few[0].marks()), (Level::Note, &[key][..], true));
    comparison.people.insert(key, 10.0);
    assert!(compare::cautions(&comparison, &told).iter().all(|caution| caution.kind != CautionKind::FewPeople));
}

#[test]
fn a_series_that_ends_early_is_told_once() {
    let (mut comparison, told) = comparison(2023, 2025, &[]);
    comparison.rows[0].figures.remove(&(0, 2025));
    let cautions = compare::cautions(&comparison, &told);
    let stale = cautions.iter().find(|caution| caution.kind == CautionKind::Stale).unwrap();
    assert_eq!(stale.figures, [(0, 0, 2024)]);
    assert!(stale.message.contains("B4-a 認定率"), "{}", stale.message);
    let missing = cautions.iter().filter(|caution| caution.kind == CautionKind::Missing);
    assert!(missing.filter(|caution| caution.figures.contains(&(0, 0, 2025))).count() == 0);
}

#[test]
fn marked_figures_keep_their_number_format_and_others_their_style() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let book = umya_spreadsheet::reader::xlsx::read_reader(std::io::Cursor::new(bytes), true).unwrap();
    let sheet = book.sheet_by_name(FORM).unwrap();
    let format = |at: &str| sheet.style(at).numbering_format().unwrap().format_code().to_owned();
    assert_eq!(format("G83"), "#,##0_ ;▲#,##0_ ;0_ ;@_ ");
    assert_eq!(format("F83"), "#,##0_ ;▲#,##0_ ;0_ ;@_ ");
    assert_eq!(format("F46"), "\"＊\"* 0.0_ ;\"＊\"* ▲0.0_ ;\"＊\"* 0.0_ ;\"＊\"* @_ ");
    assert_eq!(sheet.value_number("G83").map(|value| value.round()), Some(126_635.0));
}

#[test]
fn rows_of_the_form_lead_to_their_sources_and_back() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let (form, sources) = (Seen::sheet(&bytes, FORM), Seen::sheet(&bytes, "出典"));
    let form_part = part(&bytes, "xl/worksheets/sheet1.xml");
    for id in ["B4-a", "D17-a", "D31-j"] {
        let (row, _) = form.find(id);
        let (source, _) = sources.find(id);
        let link = format!("<hyperlink ref=\"B{}\" location=\"'出典'!A{}\"", row + 1, source + 1);
        assert!(form_part.contains(&link), "{link}");
    }
    let (first, _) = sources.find("B4-a");
    let back = format!("<hyperlink ref=\"A{}\" location=\"'{FORM}'!E8\"", first + 1);
    assert!(part(&bytes, "xl/worksheets/sheet6.xml").contains(&back), "{back}");
}

#[test]
fn hints_speak_of_deviations_that_are_there_and_as_possibilities() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let hints = compare::hints(&comparison);
    assert!(hints.iter().any(|hint| hint.fact.contains("D17-a") && hint.checks.contains("同一建物減算")));
    // 44.3 visits against 23.7, 126,635 yen against 81,758: more visits than money.
    let both = hints.iter().find(|hint| hint.candidates.starts_with("【訪問介護】")).unwrap();
    assert!(both.fact.contains("1.55倍") && both.fact.contains("1.87倍"), "{}", both.fact);
    assert!(both.candidates.contains("単価の低い使い方"), "{}", both.candidates);
    for hint in &hints {
        let possible = ["可能性", "考えられます"].iter().any(|word| hint.candidates.contains(word));
        assert!(possible && !hint.checks.is_empty(), "{hint:?}");
    }
    assert!(!hints.iter().any(|hint| hint.fact.starts_with("B4-a")), "認定率 is 1.12 times the nation's: no deviation");
    let bytes = filled(&comparison, &told).bytes;
    let rows = Seen::sheet(&bytes, "検討メモ").rows(4);
    let titles: Vec<&str> = rows.iter().filter(|row| row[1].is_empty()).map(|row| row[0].as_str()).collect();
    assert_eq!(titles, ["認定率", "受給率", "受給者1人あたり給付月額・利用日数回数"]);
}

#[test]
fn rates_per_person_far_from_their_like_are_told_and_counts_are_not() {
    let far = |name: &str, unit: &str| {
        let (mut comparison, told) = comparison(2023, 2025, &[]);
        let row = &mut comparison.rows[0];
        row.indicator.name = name.into();
        row.indicator.unit = unit.into();
        for ((who, _), figure) in &mut row.figures {
            if let (0, Datum::Value(value)) = (*who, figure.datum) {
                Arc::make_mut(figure).datum = Datum::Value(value / 100.0);
            }
        }
        let cautions = compare::cautions(&comparison, &told);
        cautions.into_iter().filter(|caution| caution.kind == CautionKind::FarOff).count()
    };
    assert!(far("高齢者１人あたり現役世代数", "人") > 0);
    assert!(far("地域差指数", "") > 0);
    assert_eq!(far("高齢者数", "人"), 0, "towns differ by as much as they are larger");
}
