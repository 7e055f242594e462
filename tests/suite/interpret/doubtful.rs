//! Figures that cannot be, or hardly be: refused or told, never passed on in silence.

use super::*;
use chiiki_sheet::compare::{CautionKind, Comparison, cautions};
use chiiki_sheet::diagnostic::Diagnostic;

const D17: &str = "D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx";

/// A table of 訪問介護 in yen: the day it was exported, its years, and a line an area.
fn yen(exported: &str, years: &str, areas: &[(&str, &str)]) -> Taken {
    let mut lines = vec![format!("出力日:{exported}"), format!("|地域|指標(系列)|単位|{years}")];
    lines.extend(areas.iter().map(|(area, values)| format!("|{area}|受給者1人あたり給付月額（訪問介護）|円|{values}")));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut book = book(D17, vec![grid("表", &lines)]);
    book.file = Arc::new(SourceFile { sha256: sha(&lines.join("\n")), ..(*book.file).clone() });
    take_book(&book, Context::new(truth::catalog(), None))
}

fn sha(text: &str) -> String {
    chiiki_sheet::store::sha256_hex(text.as_bytes())
}

fn compared(taken: Vec<Taken>, date: &str) -> (Comparison, Vec<Diagnostic>) {
    let evidence = settle(taken);
    let request = FillRequest::new("見本県みほん市", std::path::PathBuf::new(), Date::parse(date).unwrap());
    let (comparison, mut told) = understand(&request, &evidence, truth::catalog()).unwrap();
    told.extend(evidence.diagnostics);
    (comparison, told)
}

#[test]
fn a_year_not_over_when_the_file_was_made_is_no_whole_year() {
    let areas = [("見本県 みほん市", "80000|81000|82000"), ("見本県", "80000|81000|82000")];
    let taken = yen("2026/05/25", "令和6年度|令和7年度|令和8年度", &areas);
    assert_eq!(codes(&taken), ["year-not-over"]);
    let part: Vec<_> = taken.observations.iter().map(|o| (o.period.form_year, o.period.part_year)).take(3).collect();
    assert_eq!(part, [(Some(2024), false), (Some(2025), false), (Some(2026), true)]);
    assert_eq!(compared(vec![taken], "2026-11-22").0.main_year, Some(2025));
    // Exported in March, the year that ended with February is whole.
    assert!(codes(&yen("2026/03/01", "令和7年度", &[("見本県 みほん市", "81000")])).is_empty());
    assert_eq!(codes(&yen("2026/02/28", "令和7年度", &[("見本県 みほん市", "81000")])), ["year-not-over"]);
}

#[test]
fn a_year_not_over_on_the_day_of_the_sheet_is_no_main_year() {
    let taken = || yen("", "令和7年度|令和8年度", &[("見本県 みほん市", "81000|82000")]);
    let (comparison, told) = compared(vec![taken()], "2026-11-22");
    assert_eq!(comparison.main_year, Some(2025));
    let told = told.iter().find(|told| told.code == "year-not-over").unwrap();
    assert!(told.message.contains("令和8年度") && told.place.cell.as_deref() == Some("F3"), "{told:?}");
    assert_eq!(compared(vec![taken()], "2027-03-01").0.main_year, Some(2026));
}

#[test]
fn the_year_of_the_work_is_not_the_year_of_the_figures() {
    use chiiki_sheet::notation::fiscal_year_in;
    for name in
        ["令和8年度検討会用_02h.xlsx", "02h_令和7年度作成.xlsx", "令和8年度の計画_02h.xlsx", "R8年度会議_02h.xlsx"]
    {
        assert_eq!(fiscal_year_in(name), None, "{name}");
    }
    for name in ["令和5年度_02h.xlsx", "令和5年度実績_計画用.xlsx", "介護保険事業状況報告（令和5年度）.xlsx"]
    {
        assert_eq!(fiscal_year_in(name), Some(2023), "{name}");
    }
}

#[test]
fn what_no_indicator_can_be_is_refused() {
    for (value, code) in [("△100", "figure-impossible"), ("-1", "figure-impossible"), ("12.5%", "value-unreadable")] {
        let taken = yen("2026/08/25", "令和7年度", &[("見本県 みほん市", value), ("見本県", "90000")]);
        assert!(totals(&taken.observations, "D17-a", "見本県 みほん市").is_empty(), "{value}");
        let told = taken.diagnostics.iter().find(|told| told.code == code).unwrap_or_else(|| panic!("{value}"));
        assert_eq!(told.place.cell.as_deref(), Some("E3"), "{value}");
    }
    let rows = ["|120.5", "|18.1", "|10.1", "|80000", "|20"];
    let taken = take_sheet("地域分析・検討シート.xlsx", ["自地域", "見本県 みほん市", "2025"], rows);
    assert!(totals(&taken.observations, "B4-a", "見本県 みほん市").is_empty());
    assert!(codes(&taken).contains(&"figure-impossible"));
}

#[test]
fn a_figure_far_from_its_like_is_to_be_checked() {
    let of = |own: &str, nation: &str| {
        let areas = [("見本県 みほん市", own), ("全国", nation)];
        let (comparison, told) = compared(vec![yen("2026/08/25", "令和6年度|令和7年度", &areas)], "2026-11-22");
        let far = |caution: &chiiki_sheet::compare::Caution| caution.kind == CautionKind::FarOff;
        cautions(&comparison, &told).into_iter().filter(far).map(|caution| caution.message).collect::<Vec<_>>()
    };
    // 千円 for yen in the prefecture's or the own row, in all years or one.
    let told = of("81|82", "90000|91000");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("みほん市の令和7年度（82円）は、全国の令和7年度（91,000円）"), "{told:?}");
    assert!(!of("81000|82", "90000|91000").is_empty());
    assert_eq!(of("81000|8200", "90000|91000"), Vec::<String>::new());
}

#[test]
fn a_figure_the_newer_export_withholds_is_not_shown() {
    let old = || yen("2026/08/25", "令和7年度", &[("見本県 みほん市", "81000")]);
    let new = |mark: &str| yen("2026/11/01", "令和7年度", &[("見本県 みほん市", mark)]);
    for taken in [vec![old(), new("***")], vec![new("***"), old()]] {
        let evidence = settle(taken);
        assert!(totals(&evidence.observations, "D17-a", "見本県 みほん市").is_empty());
        assert!(evidence.diagnostics.iter().any(|told| told.code == "newer-copy-withholds"));
    }
    // Without a figure for another reason: the old one stays, and that is told.
    let evidence = settle(vec![old(), new("-")]);
    assert_eq!(totals(&evidence.observations, "D17-a", "見本県 みほん市"), [(Some(2025), 81000.0)]);
    let told = evidence.diagnostics.iter().find(|told| told.code == "newer-copy-without-figure").unwrap();
    assert!(told.message.contains("81000") && told.message.contains(D17), "{told:?}");
    // An older export never takes a figure away.
    let older = yen("2026/01/05", "令和6年度", &[("見本県 みほん市", "***")]);
    let newer = yen("2026/08/25", "令和6年度", &[("見本県 みほん市", "80000")]);
    let evidence = settle(vec![older, newer]);
    assert_eq!(totals(&evidence.observations, "D17-a", "見本県 みほん市"), [(Some(2024), 80000.0)]);
    assert!(evidence.diagnostics.is_empty(), "{:?}", evidence.diagnostics);
}

#[test]
fn of_two_undated_files_the_one_with_the_newer_year_counts() {
    for mark in ["", "a", "b", "c"] {
        let old = yen("", "令和5年度|令和6年度", &[("見本県 みほん市", "79000|80000"), ("見本県", "1|1")]);
        let new =
            yen("", "令和6年度|令和7年度", &[("見本県 みほん市", "80500|81000"), (&format!("見本県{mark}"), "1|1")]);
        let evidence = settle(vec![old, new]);
        let found = totals(&evidence.observations, "D17-a", "見本県 みほん市");
        assert!(found.contains(&(Some(2024), 80500.0)), "{mark}: {found:?}");
        assert!(evidence.diagnostics.iter().any(|told| told.code == "conflict"));
    }
}

#[test]
fn a_verdict_on_figures_rounded_too_much_is_told() {
    let of = |own: &str, nation: &str| {
        let lines = [
            "出力日:2026/08/25".to_owned(),
            "|地域|指標(系列)|単位|令和7年度".to_owned(),
            format!("|見本県 みほん市|受給率（居住系サービス）|％|'{own}"),
            format!("|全国|受給率（居住系サービス）|％|'{nation}"),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut taken = take("D3_受給率（居住系サービス）_時系列.xlsx", &lines);
        // As a file that shows one decimal.
        for observation in &mut taken.observations {
            observation.decimals = Some(1);
        }
        let (comparison, told) = compared(vec![taken], "2026-11-22");
        cautions(&comparison, &told).iter().filter(|caution| caution.kind == CautionKind::Rounded).count()
    };
    // 1.18 times, between 1.09 and 1.29.
    assert_eq!(of("1.3", "1.1"), 1);
    assert_eq!(of("2.3", "1.1"), 0);
}

#[test]
fn areas_of_one_name_are_told_apart_in_charts_and_cautions() {
    let areas = [("見本県 みほん市", "81000"), ("見本県 みなと市", "82000"), ("例示県 みなと市", "83000")];
    let evidence = settle(vec![yen("2026/08/25", "令和7年度", &areas)]);
    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned(), "例示県みなと市".to_owned()],
        ..FillRequest::new("見本県みほん市", tempfile::tempdir().unwrap().keep(), Date::new(2026, 11, 22).unwrap())
    };
    let report = fill_sheet(&request, &evidence, truth::catalog(), standard_template().unwrap()).unwrap();
    let bytes = std::fs::read(&report.outputs[0].path).unwrap();
    std::fs::remove_dir_all(&request.out).unwrap();
    let book = chiiki_sheet::read::read_bytes("出力.xlsx", &bytes, &chiiki_sheet::read::Limits::default()).unwrap();
    for sheet in ["グラフ用データ", "点検"] {
        let grid = book.grids.iter().find(|grid| &*grid.name == sheet).unwrap();
        let texts: Vec<&str> = grid.cells().iter().filter_map(|cell| cell.value.as_text()).collect();
        assert!(texts.iter().any(|text| text.starts_with("例示県 みなと市")), "{sheet}: {texts:?}");
        assert!(texts.iter().any(|text| text.starts_with("みなと市")), "{sheet}: {texts:?}");
    }
}

#[test]
fn a_place_says_among_how_many_it_was_counted() {
    let areas = [("見本県 みほん市", "81000"), ("見本県 みなと市", "82000")];
    let (comparison, _) = compared(vec![yen("2026/08/25", "令和7年度", &areas)], "2026-11-22");
    let all = truth::catalog().insurers_in("見本県").len();
    assert!(all > 2);
    let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == "D17-a").unwrap();
    assert_eq!(row.rank.unwrap().label(), "2位／2保険者");
    let note = comparison.rank_note().unwrap();
    assert!(note.contains("数値のある2保険者の中") && note.contains(&format!("見本県の保険者は{all}")), "{note}");
}

#[test]
fn of_two_undated_files_alike_in_all_else_the_one_that_came_later_counts() {
    use chiiki_sheet::intake::settle_and_derive;
    let first = yen("", "令和6年度", &[("見本県 みほん市", "80000")]);
    let second = yen("", "令和6年度", &[("見本県 みほん市", "80500")]);
    let [a, b] = [&first, &second].map(|taken| taken.report.sha256.clone());
    let all: Vec<Observation> = [first, second].into_iter().flat_map(|taken| taken.observations).collect();
    for (order, wanted) in [([(a.clone(), 1), (b.clone(), 2)], 80500.0), ([(a, 7), (b, 3)], 80000.0)] {
        let arrived = order.into_iter().collect();
        let (settled, told) = settle_and_derive(all.clone(), &arrived, Context::new(truth::catalog(), None));
        assert_eq!(totals(&settled, "D17-a", "見本県 みほん市"), [(Some(2024), wanted)]);
        assert!(told.iter().any(|told| told.code == "conflict"), "both are named all the same");
    }
}

#[test]
fn an_added_indicator_with_breakdowns_only_says_so() {
    let lines = [
        "出力日:2026/08/25",
        "|地域|指標(系列)|単位|令和7年度",
        "|見本県 みほん市|要支援1|人|10",
        "|見本県 みほん市|要介護1|人|20",
    ];
    let c = take("B3-a_要支援・要介護認定者数（要介護度別）_時系列.xlsx", &lines);
    let id = c.observations[0].indicator.to_string();
    assert!(c.observations.iter().all(|o| !o.dimensions.is_total()), "{:?}", c.observations[0].dimensions);
    let evidence = settle(vec![yen("2026/08/25", "令和7年度", &[("見本県 みほん市", "81000")]), c]);
    let request = FillRequest {
        add: vec![id.clone()],
        ..FillRequest::new("見本県みほん市", std::path::PathBuf::new(), Date::new(2026, 11, 22).unwrap())
    };
    let (_, told) = understand(&request, &evidence, truth::catalog()).unwrap();
    let told = told.iter().find(|told| told.code == "only-breakdowns").unwrap();
    assert!(told.message.contains(&format!("{id}（")) && told.message.contains("要支援1"), "{told:?}");
}
