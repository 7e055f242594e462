//! What the summary says, and what it does not: few people, absent figures, counts, verdicts of leading indicators.

use chiiki_sheet::handout::Handout;
use chiiki_sheet::handout::TemplateFiles;
use chiiki_sheet::handout::data::{Figure, Indicator, Verdict};
use chiiki_sheet::handout::prepare::{Background, prepare};
use chiiki_sheet::handout::words::Words;
use chiiki_sheet::model::MissingReason;
use chiiki_sheet::notation::wareki;

use super::{date, sample};
use crate::worked::comparison;

fn words() -> Words {
    Words::compile(&TemplateFiles::shipped()).unwrap()
}

fn points(handout: &Handout) -> Vec<String> {
    words().main_points(handout).unwrap().into_iter().map(|point| point.text).collect()
}

fn topics(handout: &Handout) -> Vec<String> {
    words().topics(handout).unwrap().into_iter().map(|topic| topic.text).collect()
}

/// The sample with sentences of its own left out.
fn plain() -> Handout {
    let mut handout = sample("mihon.json");
    handout.main_points.clear();
    handout.topics.clear();
    handout
}

fn all(handout: &mut Handout) -> impl Iterator<Item = &mut Indicator> {
    handout.blocks.iter_mut().flat_map(|block| &mut block.indicators)
}

fn judge(indicator: &mut Indicator, ratio: f64, verdict: Verdict) {
    (indicator.ratio, indicator.difference, indicator.verdict) = (Some(ratio), Some(1.0), Some(verdict));
}

fn absent(indicator: &mut Indicator) {
    let main = indicator.values[0].len() - 1;
    for area in &mut indicator.values {
        area[..=main].fill(Figure::Missing { missing: MissingReason::Unknown });
    }
    (indicator.ratio, indicator.difference, indicator.verdict) = (None, None, None);
}

#[test]
fn of_few_people_nothing_is_judged() {
    let mut handout = plain();
    all(&mut handout).for_each(|row| row.unstable = true);
    let said = points(&handout).concat();
    assert!(said.contains("判定していません"), "{said}");
    for word in ["上回り", "下回り", "上回るのは", "下回るのは", "同程度"] {
        assert!(!said.contains(word), "{word}: {said}");
    }
    let [topic] = topics(&handout).try_into().unwrap();
    assert!(topic.contains("判定できた指標はありません"), "{topic}");
}

#[test]
fn without_the_nation_that_is_the_reason_given() {
    let mut handout = plain();
    let nation = handout.areas.iter().position(|area| area.name == "全国").unwrap();
    for row in all(&mut handout) {
        row.values[nation].fill(Figure::Missing { missing: MissingReason::Unknown });
        (row.ratio, row.difference, row.verdict) = (None, None, None);
    }
    let said = points(&handout);
    assert!(said[0].contains("全国の値がないため、比べられません"), "{}", said[0]);
    let [topic] = topics(&handout).try_into().unwrap();
    assert!(topic.contains("判定できた指標はありません"), "{topic}");
}

#[test]
fn rates_that_are_not_compared_are_named_and_have_no_first_before_them() {
    let mut handout = plain();
    let rates = &mut handout.blocks[1].indicators;
    rates.iter_mut().for_each(|row| judge(row, 1.0, Verdict::Similar));
    absent(&mut rates[0]);
    let said = points(&handout).swap_remove(1);
    assert!(said.starts_with("比べられた指標は全国と同程度です。"), "{said}");
    assert!(said.contains("施設サービス") && said.contains("値がそろわないため、全国と比べられません"), "{said}");

    handout.blocks[1].indicators.iter_mut().for_each(absent);
    let said = points(&handout).swap_remove(1);
    assert!(said.starts_with("受給率は、") && said.contains("全国と比べられません"), "{said}");
}

#[test]
fn a_single_finding_is_said_though_the_leading_rows_have_no_figures() {
    let mut handout = plain();
    let rows = &mut handout.blocks[2].indicators;
    rows.iter_mut().for_each(absent);
    let visits = rows.iter_mut().find(|row| row.id == "D17-a").unwrap();
    judge(visits, 1.51, Verdict::Above);
    let said = points(&handout).swap_remove(2);
    assert!(said.contains("全国を上回るのは、訪問介護（給付月額1.51倍）です。"), "{said}");
}

#[test]
fn the_rest_is_alike_too_only_where_the_leading_rows_are() {
    let mut handout = plain();
    all(&mut handout).for_each(|row| {
        row.unstable = false;
        judge(row, 1.0, Verdict::Similar);
    });
    assert!(points(&handout)[0].ends_with("ほかの指標も全国と同程度です。"), "{}", points(&handout)[0]);
    judge(&mut handout.blocks[0].indicators[0], 1.4, Verdict::Above);
    assert!(points(&handout)[0].ends_with("ほかの指標は全国と同程度です。"), "{}", points(&handout)[0]);
}

#[test]
fn a_ratio_beside_a_threshold_keeps_the_decimal_that_tells_them_apart() {
    let (mut comparison, _) = comparison(2023, 2025, &[]);
    let rule = comparison.thresholds;
    let nation = comparison.participants.iter().position(|one| one.area.name == "全国").unwrap();
    let row = comparison.rows.iter_mut().find(|row| row.indicator.id.as_str() == "B4-a").unwrap();
    row.versus.insert(nation, rule.versus(22.98, 20.0));
    let layouts = std::collections::BTreeMap::new();
    let background = Background { observations: &[], texts: &[], layouts: &layouts, diagnostics: &[] };
    let handout = prepare(&comparison, background, date(), false);
    let said = points(&handout).swap_remove(0);
    assert!(said.contains("と同程度です") && said.contains("1.149倍"), "{said}");
}

/// 「1人あたり定員」 is in 人, too, and no number of people.
#[test]
fn a_mean_in_people_without_figures_is_said_not_to_be_compared() {
    let mut handout = plain();
    let rows = &mut handout.blocks[1].indicators;
    rows.truncate(1);
    "要支援・要介護者1人あたり定員（施設サービス別）".clone_into(&mut rows[0].name);
    "人".clone_into(&mut rows[0].unit);
    absent(&mut rows[0]);
    let said = points(&handout);
    assert!(said.len() == 3 && said[1].contains("比べられません"), "{said:?}");
    "要介護認定者数".clone_into(&mut handout.blocks[1].indicators[0].name);
    assert_eq!(points(&handout).len(), 2, "a number of people has nothing to compare");
}

#[test]
fn numbers_of_people_are_shown_and_never_judged() {
    let (comparison, told) = comparison(2023, 2024, &["B1"]);
    let main = comparison.main_year.unwrap();
    let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == "B1").unwrap();
    assert!(row.value(0, main).is_some(), "{}", wareki(main));
    assert!(row.versus.is_empty() && row.rank.is_none());
    let layouts = std::collections::BTreeMap::new();
    let background = Background { observations: &[], texts: &[], layouts: &layouts, diagnostics: &told };
    let handout = prepare(&comparison, background, date(), false);
    for said in points(&handout).into_iter().chain(topics(&handout)) {
        assert!(!said.contains("第１号被保険者数"), "{said}");
    }
    let counted = handout.blocks.iter().flat_map(|block| &block.indicators).find(|row| row.id == "B1").unwrap();
    assert!(counted.cautions.iter().any(|note| note.contains("地域の大きさ")), "the dashes have their reason");
}
