//! What a paper says about the figures it shows: units that may be wrong, a nation of nought, other figures in a plot,
//! words for those outside the house.

use chiiki_sheet::compare::Comparison;
use chiiki_sheet::diagnostic::Diagnostic;
use chiiki_sheet::handout::prepare::{Background, prepare};
use chiiki_sheet::handout::words::Words;
use chiiki_sheet::handout::{Handout, TemplateFiles};
use chiiki_sheet::model::Datum;

use super::date;
use crate::worked::comparison;

fn prepared(comparison: &Comparison, told: &[Diagnostic]) -> Handout {
    let layouts = std::collections::BTreeMap::new();
    let background = Background { observations: &[], texts: &[], layouts: &layouts, diagnostics: told };
    prepare(comparison, background, date(), false)
}

fn words() -> Words {
    Words::compile(&TemplateFiles::shipped()).unwrap()
}

fn points(handout: &Handout) -> Vec<String> {
    words().main_points(handout).unwrap().into_iter().map(|point| point.text).collect()
}

/// Sets the figures of a row in the main year and judges it anew.
fn set(comparison: &mut Comparison, id: &str, change: impl Fn(usize, f64) -> f64) {
    let (rule, year) = (comparison.thresholds, comparison.main_year.unwrap());
    let row = comparison.rows.iter_mut().find(|row| row.indicator.id.as_str() == id).unwrap();
    for ((who, of), figure) in row.figures.iter_mut().filter(|((_, of), _)| *of == year) {
        assert_eq!(*of, year);
        if let Datum::Value(value) = figure.datum {
            std::sync::Arc::make_mut(figure).datum = Datum::Value(change(*who, value));
        }
    }
    let own = row.value(0, year).unwrap();
    let others: Vec<usize> = row.versus.keys().copied().collect();
    for who in others {
        let other = row.value(who, year).unwrap();
        row.versus.insert(who, rule.versus(own, other));
    }
}

fn nation(comparison: &Comparison) -> usize {
    comparison.participants.iter().position(|one| one.area.name == "全国").unwrap()
}

#[test]
fn a_figure_whose_unit_may_be_wrong_is_shown_and_not_compared() {
    let (mut comparison, told) = comparison(2023, 2025, &[]);
    for id in ["B4-a", "D17-a"] {
        set(&mut comparison, id, |who, value| if who == 0 { value / 1000.0 } else { value });
    }
    let handout = prepared(&comparison, &told);
    let rows: Vec<_> = handout.blocks.iter().flat_map(|block| &block.indicators).filter(|row| row.doubtful).collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["B4-a", "D17-a"]);
    assert!(rows.iter().all(|row| row.ratio.is_none() && row.verdict.is_none() && !row.cautions.is_empty()));
    let said = points(&handout);
    assert!(said[0].contains("単位や桁を確かめる必要があるため、比べていません"), "{said:?}");
    assert!(said.iter().all(|said| !said.contains("0.00倍")), "{said:?}");
    let topics = words().topics(&handout).unwrap();
    assert!(topics.iter().all(|topic| !topic.text.contains("訪問介護の給付月額")), "{topics:?}");
    let first = &words().certainty(&handout, 3).unwrap();
    let named = first.iter().find(|line| line.contains("単位や桁が違うかもしれない")).unwrap();
    assert!(named.contains("認定率") && named.contains("訪問介護"), "{named}");
    assert!(handout.cautions.iter().any(|caution| caution.detail && caution.text.starts_with("認定率：みほん市")));

    // Where the prefecture is the odd one, own and nation compare.
    let (mut comparison, told) = self::comparison(2023, 2025, &[]);
    let prefecture = comparison.participants.iter().position(|one| one.area.name == "見本県").unwrap();
    set(&mut comparison, "B4-a", |who, value| if who == prefecture { value / 1000.0 } else { value });
    let handout = prepared(&comparison, &told);
    let row = &handout.blocks[0].indicators[0];
    assert!(!row.doubtful && row.ratio.is_some());
}

#[test]
fn a_nation_of_nought_is_the_reason_given() {
    let (mut comparison, told) = comparison(2023, 2025, &[]);
    let nation = nation(&comparison);
    for id in ["B4-a", "D2"] {
        set(&mut comparison, id, |who, value| if who == nation { 0.0 } else { value });
    }
    let said = points(&prepared(&comparison, &told));
    assert!(said[0].contains("全国の値が0のため、倍率を出せません"), "{}", said[0]);
    assert!(said[1].contains("施設サービス") && said[1].contains("全国の値が0のため"), "{}", said[1]);
    assert!(said.iter().all(|said| !said.contains("値がそろわない")), "{said:?}");
}

#[test]
fn what_nobody_used_is_no_question() {
    let (mut comparison, told) = comparison(2023, 2025, &[]);
    set(&mut comparison, "D17-a", |who, value| if who == 0 { 0.0 } else { value });
    let topics = words().topics(&prepared(&comparison, &told)).unwrap();
    assert!(topics.iter().all(|topic| !topic.text.contains("0.00倍")), "{topics:?}");
}

#[test]
fn a_plot_of_other_figures_than_the_table_says_why() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let main = comparison.main_year.unwrap();
    let other = comparison.scatters.iter().any(|plot| plot.year != main || plot.standardisation.is_some());
    assert!(other, "the example has such a plot");
    let handout = prepared(&comparison, &told);
    let notes: Vec<&String> = handout.scatters.iter().filter_map(|plot| plot.note.as_ref()).collect();
    assert!(notes.iter().any(|note| note.contains("令和7年度の表の数値とは違います")), "{notes:?}");
    // The reason for two sets of adjusted figures, without ids.
    let mixed = handout.cautions.iter().find(|caution| caution.text.contains("標準化の方法が違う数値")).unwrap();
    assert!(mixed.text.starts_with("調整済み"), "{}", mixed.text);
}

#[test]
fn a_paper_for_outside_keeps_what_readers_must_know_and_names_no_file() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let mut handout = prepared(&comparison, &told);
    let before: Vec<String> = handout.cautions.iter().map(|caution| caution.text.clone()).collect();
    assert!(before.iter().any(|text| text.contains("使った値は")), "{before:?}");
    handout.leave_out_files();
    let after: Vec<&str> = handout.cautions.iter().map(|caution| caution.text.as_str()).collect();
    for wanted in ["利用者数は、入れた資料に無いため", "資料によって値が違う指標があります"]
    {
        assert!(after.iter().any(|text| text.contains(wanted)), "{wanted}: {after:?}");
    }
    let secret = |text: &&&str| text.contains("使った値は") || text.contains(".xlsx") || text.contains('『');
    assert_eq!(after.iter().find(secret), None);
    assert!(handout.cautions.iter().all(|caution| caution.place.is_none() && !caution.detail));
}
