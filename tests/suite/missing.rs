//! What is missing, and that the suggested downloads bring all of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeSet;
use std::sync::Arc;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::compare::{Selection, Thresholds};
use chiiki_sheet::intake::Evidence;
use chiiki_sheet::missing::{Download, DownloadKind, GapReason, MissingReport, missing};
use chiiki_sheet::model::{
    Area, CellRef, Date, Datum, IndicatorId, MissingReason, Observation, Period, SourceFile, SourceRef,
};
use proptest::prelude::*;

use crate::program::{program, with_mihon};

const TODAY: Date = Date { year: 2026, month: 11, day: 22 };

fn area(name: &str) -> Arc<Area> {
    Catalog::shipped().find(name).one().unwrap()
}

fn observation(indicator: &str, area: &Arc<Area>, year: i32, datum: Datum, months: Option<u8>) -> Observation {
    let file = SourceFile { name: "表.xlsx".to_owned(), sha256: "0".repeat(64), exported: None, ours: false };
    let mut period = Period::form_year(format!("{year}"), year);
    (period.months, period.part_year) = (months, months.is_some_and(|months| months < 12));
    Observation {
        indicator: IndicatorId::new(indicator),
        area: Arc::clone(area),
        period: Arc::new(period),
        datum,
        unit: Arc::from("％"),
        dimensions: Arc::default(),
        decimals: None,
        source: SourceRef { file: Arc::new(file), sheet: Arc::from("表"), cell: CellRef::new(0, 0) },
        derived: None,
    }
}

fn selection(own: &str, others: &[&str]) -> Selection {
    Selection {
        own: area(own),
        others: others.iter().map(|name| area(name)).collect(),
        from: None,
        to: None,
        added: Vec::new(),
        thresholds: Thresholds::default(),
    }
}

fn find(selection: &Selection, observations: Vec<Observation>) -> MissingReport {
    let evidence = Evidence { observations, ..Evidence::default() };
    missing(selection, &evidence, Catalog::shipped(), TODAY)
}

/// What a file of the system would hold, by what the check-list tells a person to choose and by nothing else.
fn as_downloaded(download: &Download, form: &[String], years: &[i32]) -> Vec<Observation> {
    let chosen: Vec<i32> =
        years.iter().copied().filter(|y| (download.years.0..=download.years.1).contains(y)).collect();
    let mut areas: Vec<Arc<Area>> = download.areas.iter().map(|name| area(name)).collect();
    let mut ids: Vec<String> = download.indicator.iter().map(|(id, _)| id.clone()).collect();
    match download.kind {
        DownloadKind::Dashboard => {
            let own = area(download.own.as_deref().unwrap());
            assert!(download.areas.len() <= 1, "a dashboard's sheet has one 比較地域");
            if let Some(prefecture) = own.prefecture.as_deref().filter(|name| *name != own.name) {
                areas.push(area(prefecture));
            }
            areas.extend([own, Arc::new(Area::nation())]);
            ids = form.to_vec();
            ids.extend(download.add.iter().map(|(id, _)| id.clone()));
        }
        DownloadKind::ByArea => assert_eq!(chosen.len(), 1, "地域別 holds one year"),
        DownloadKind::TimeSeries | DownloadKind::Statistic => {}
        DownloadKind::EntryForm => ids.extend(download.add.iter().map(|(id, _)| id.clone())),
    }
    let mut all = Vec::new();
    for id in &ids {
        for area in &areas {
            all.extend(chosen.iter().map(|year| observation(id, area, *year, Datum::Value(1.0), None)));
        }
    }
    all
}

fn form() -> Vec<String> {
    Catalog::shipped().form().iter().map(|indicator| indicator.id.to_string()).collect()
}

#[test]
fn with_nothing_at_hand_one_sheet_of_the_dashboard_brings_own_prefecture_and_nation() {
    let report = find(&selection("福岡県福岡市", &[]), Vec::new());
    assert_eq!(report.years, [2023, 2024, 2025]);
    assert_eq!((report.wanted, report.gaps.len(), report.present), (39 * 3 * 3, 39 * 3 * 3, 0));
    assert_eq!(report.downloads.len(), 1);
    assert_eq!(report.downloads[0].kind, DownloadKind::Dashboard);
    let text = report.text();
    for word in ["□ 1.", "ダッシュボード", "地域分析・検討シート", "福岡県 福岡市", "令和5年度～令和7年度"]
    {
        assert!(text.contains(word), "{word} is not in:\n{text}");
    }
}

#[test]
fn three_comparison_areas_take_two_sheets() {
    let report = find(&selection("福岡県福岡市", &["福岡県久留米市", "佐賀県唐津市", "長崎県長崎市"]), Vec::new());
    let kinds: Vec<DownloadKind> = report.downloads.iter().map(|download| download.kind).collect();
    assert_eq!(kinds, [DownloadKind::Dashboard, DownloadKind::Dashboard]);
}

#[test]
fn one_missing_indicator_of_many_areas_takes_one_time_series() {
    let selection = selection("福岡県福岡市", &["福岡県久留米市", "佐賀県唐津市"]);
    let areas = ["福岡県福岡市", "福岡県", "全国", "福岡県久留米市", "佐賀県唐津市"].map(area);
    let mut all = Vec::new();
    for id in form().iter().filter(|id| *id != "D17-a") {
        for area in &areas {
            all.extend([2023, 2024, 2025].map(|year| observation(id, area, year, Datum::Value(1.0), None)));
        }
    }
    let report = find(&selection, all);
    assert_eq!(report.gaps.len(), 15);
    let [download] = report.downloads.as_slice() else { panic!("{:?}", report.downloads) };
    assert_eq!((download.kind, download.closes), (DownloadKind::TimeSeries, 15));
    assert_eq!(download.indicator.as_ref().unwrap().0, "D17-a");
    assert!(report.text().contains("現状分析"), "{}", report.text());
}

#[test]
fn a_part_year_is_missing_only_when_the_whole_year_is_out() {
    let own = area("福岡県福岡市");
    let with =
        |year| find(&selection("福岡県福岡市", &[]), vec![observation("D2", &own, year, Datum::Value(1.0), Some(4))]);
    let gap = |report: &MissingReport, year| {
        report.gaps.iter().find(|g| g.indicator == "D2" && g.who == 0 && g.year == year).map(|g| g.reason)
    };
    let over = with(2025);
    assert_eq!(gap(&over, 2025), Some(GapReason::PartYear));
    let running = with(2026);
    assert_eq!(gap(&running, 2026), None);
    assert_eq!((running.under_way[0].year, running.under_way[0].months), (2026, Some(4)));
    assert!(running.text().contains("4か月分"), "{}", running.text());
    assert_eq!(running.main_year, None);
    assert!(running.diagnostics.iter().any(|d| d.code == "no-complete-year"));
}

#[test]
fn what_a_file_says_there_is_none_of_is_not_asked_for_again() {
    let own = area("福岡県福岡市");
    let reasons =
        [MissingReason::NotApplicable, MissingReason::Unknown, MissingReason::Suppressed, MissingReason::Blank];
    let mut all: Vec<Observation> = ["D2", "D3", "D4", "B4-a"]
        .iter()
        .zip(reasons)
        .map(|(id, reason)| observation(id, &own, 2025, Datum::Missing(reason), None))
        .collect();
    all.push(observation("B5-a", &own, 2025, Datum::Value(1.0), None));
    let report = find(&selection("福岡県福岡市", &[]), all);
    assert_eq!(report.none, 3);
    let blank = report.gaps.iter().find(|gap| gap.indicator == "B4-a" && gap.who == 0 && gap.year == 2025).unwrap();
    assert_eq!(blank.reason, GapReason::Blank);
}

#[test]
fn the_program_tells_it_for_people_and_for_programs() {
    let line = "missing --own 見本県はまかぜ市 --date 2026-11-22";
    let text = program(&with_mihon(line));
    assert_eq!(text.code, 0, "{text:?}");
    assert!(text.out.contains("□ 1. 地域包括ケア「見える化」システム"), "{}", text.out);
    let json = program(&with_mihon(&format!("{line} --json"))).json();
    assert_eq!(json["downloads"][0]["kind"], "dashboard");
    assert_eq!(json["downloads"][0]["own"], "見本県 はまかぜ市");
    let closed: u64 = json["downloads"].as_array().unwrap().iter().map(|d| d["closes"].as_u64().unwrap()).sum();
    assert_eq!(closed, json["gaps"].as_array().unwrap().len() as u64);
    let wrong = program(&["missing", "--own", "見本県みほん市"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("--input"), "{}", wrong.err);
}

/// The gaps are the places a fill leaves open, no more and no fewer.
#[test]
fn the_gaps_are_the_places_a_fill_leaves_open() {
    let out = tempfile::tempdir().unwrap();
    for own in ["見本県みほん市", "見本県はまかぜ市", "見本県たかね市"] {
        let line = format!("--own {own} --compare 見本県みなと市 --from 2023 --to 2025 --date 2026-11-22 --json");
        let missing = program(&with_mihon(&format!("missing {line}"))).json();
        let fill = program(&with_mihon(&format!("fill {line} --out {}", out.path().display()))).json();
        let places = |value: &serde_json::Value| -> BTreeSet<String> {
            let all = value.as_array().unwrap();
            all.iter().map(|gap| format!("{} {} {}", gap["indicator"], gap["area"], gap["year"])).collect()
        };
        let not_found: Vec<serde_json::Value> =
            missing["gaps"].as_array().unwrap().iter().filter(|gap| gap["reason"] == "not_found").cloned().collect();
        assert_eq!(places(&not_found.into()), places(&fill["ledger"]["unfilled_places"]), "{own}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever downloads everything on the list as it says has every figure.
    #[test]
    fn the_downloads_on_the_list_close_every_gap(
        others in prop::sample::subsequence(
            vec!["福岡県久留米市", "佐賀県唐津市", "長崎県", "長崎県長崎市", "福岡県介護保険広域連合"], 0..=4),
        added in prop::sample::subsequence(vec!["D13-a", "A2", "B6", "D49", "X-juki-population"], 0..=3),
        kept in prop::collection::vec(prop::bool::weighted(0.8), 64),
        coarse in prop::bool::ANY,
    ) {
        let mut selection = selection("福岡県福岡市", &others);
        selection.added = added.iter().map(|id| (*id).to_owned()).collect();
        let mut ids = form();
        ids.extend(selection.added.iter().cloned());
        let areas: Vec<Arc<Area>> =
            ["福岡県福岡市", "福岡県", "全国"].into_iter().chain(others.iter().copied()).map(area).collect();
        // Whole indicators missing, or single figures here and there.
        let is_kept = |row: usize, who: usize, year: usize| {
            let number = if coarse { row } else { row * 17 + who * 5 + year };
            kept[number % kept.len()]
        };
        let mut observations = Vec::new();
        for (row, id) in ids.iter().enumerate() {
            for (who, area) in areas.iter().enumerate() {
                for (number, year) in [2023, 2024, 2025].into_iter().enumerate() {
                    if is_kept(row, who, number) {
                        observations.push(observation(id, area, year, Datum::Value(1.0), None));
                    }
                }
            }
        }
        let before = find(&selection, observations.clone());
        prop_assert_eq!(before.downloads.iter().map(|d| d.closes).sum::<usize>(), before.gaps.len());
        for download in &before.downloads {
            observations.extend(as_downloaded(download, &form(), &before.years));
        }
        observations.sort_by_key(Observation::key);
        observations.dedup_by_key(|o| o.key());
        let after = find(&selection, observations);
        prop_assert!(after.gaps.is_empty(), "{:?} left after {:#?}", &after.gaps[..1], before.downloads);
    }
}
