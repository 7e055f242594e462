//! A figure of fewer months in a year otherwise whole is marked and left out of comparing; the year stays the main one.

use std::sync::Arc;

use chiiki_sheet::compare::{CautionKind, cautions};
use chiiki_sheet::intake::Evidence;
use chiiki_sheet::job::understand;
use chiiki_sheet::model::Period;

use super::doc::grid;
use super::{catalog, comparison, evidence, fresh, request};

/// The evidence with some own figures of a year covering six months.
fn with_part(year: i32, wanted: impl Fn(&str) -> bool) -> Evidence {
    let mut evidence = evidence().clone();
    for o in &mut evidence.observations {
        if o.area.name.contains("みほん市") && o.period.form_year == Some(year) && wanted(o.indicator.as_str()) {
            o.period = Arc::new(Period { part_year: true, months: Some(6), ..(*o.period).clone() });
        }
    }
    evidence
}

#[test]
fn one_figure_does_not_make_the_year_a_part_year() {
    let evidence = with_part(2025, |id| id == "D17-a");
    let (comparison, told) = understand(&request(2023, 2025, ""), &evidence, catalog()).unwrap();
    assert_eq!(comparison.main_year, Some(2025));
    let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == "D17-a").unwrap();
    assert!(row.versus.is_empty() && row.rank.is_none() && row.value(0, 2025).is_some());
    let caution = cautions(&comparison, &told).into_iter().find(|one| one.kind == CautionKind::PartYear).unwrap();
    assert!(
        caution.marks() && caution.message.contains("D17-a") && caution.message.contains("6か月"),
        "{}",
        caution.message
    );
    let form = grid(&fresh(&comparison), "地域分析・検討シート");
    let remark = |id: &str| {
        let row = form.cells().iter().find(|cell| cell.value.as_text() == Some(id)).unwrap().at.row;
        form.text(row, 3).map(str::to_owned)
    };
    assert!(remark("D17-a").unwrap().contains("令和7年3月～令和7年8月"), "{:?}", remark("D17-a"));
    assert_eq!(remark("D17-b"), None);
    assert_eq!(form.text(4, 6), Some("令和7年度"), "the year carries no mark");
}

#[test]
fn a_year_under_way_stays_one_when_a_few_figures_are_whole() {
    let evidence = with_part(2025, |id| id.starts_with('D') && id != "D2");
    let (comparison, _) = understand(&request(2023, 2025, ""), &evidence, catalog()).unwrap();
    assert_eq!(comparison.main_year, Some(2024));
    let form = grid(&fresh(&comparison), "地域分析・検討シート");
    assert_eq!(form.text(4, 6), Some("令和7年度※"));
}

#[test]
fn a_sheet_of_ours_without_adjusted_rates_leaves_its_year_whole() {
    let mut without = comparison(2023, 2025);
    without.rows.retain(|row| !row.indicator.id.as_str().starts_with("B5"));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("見本県 みほん市_地域分析・検討シート.xlsx");
    std::fs::write(&path, fresh(&without)).unwrap();
    let context = chiiki_sheet::layout::Context::new(catalog(), None);
    let mut reader = chiiki_sheet::intake::Reader::InProcess(chiiki_sheet::read::Limits::default());
    let taken = chiiki_sheet::intake::take_path(&path, context, &mut reader).unwrap();
    let told: Vec<&str> = taken.iter().flat_map(|one| &one.diagnostics).map(|told| told.code).collect();
    assert!(!told.contains(&"maybe-part-year"), "{told:?}");
    let of_year = |year: i32| {
        let figures = taken.iter().flat_map(|one| &one.observations);
        figures.filter(|o| o.indicator.as_str() == "B4-a" && o.period.form_year == Some(year)).collect::<Vec<_>>()
    };
    assert!(!of_year(2025).is_empty() && of_year(2025).iter().all(|o| !o.period.part_year));
}
