//! What is said of the figures: sentences, gaps, part-years, odd numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use chiiki_sheet::diagnostic::{Diagnostic, Place};
use chiiki_sheet::handout::Kind;
use chiiki_sheet::handout::data::{Figure, Handout, Role};
use chiiki_sheet::handout::prepare::{Background, prepare};
use chiiki_sheet::model::{MissingReason, Period, SourceFile};
use chiiki_sheet::notation::wareki;

use super::{bare, date, extracted, made, options, sample};
use crate::worked::{comparison, evidence};

#[test]
fn no_complete_year_is_said_and_makes_a_paper() {
    let handout = sample("mihon-bare.json");
    for kind in Kind::ALL {
        let options = options(kind);
        let Some(found) = extracted(&made(&handout, kind, &options), &options) else { return };
        assert!(found.contains("1年分そろった値がないため、全国との比較は載せていません。"), "{kind:?}");
        assert!(found.contains("令和8年度は1か月分の値"), "{kind:?}");
    }
}

#[test]
fn empty_data_still_makes_a_paper() {
    let mut handout = sample("mihon-bare.json");
    handout.blocks.clear();
    handout.areas.clear();
    handout.years.clear();
    handout.title.clear();
    for kind in Kind::ALL {
        made(&handout, kind, &options(kind));
    }
}

#[test]
fn odd_numbers_are_no_reason_to_fail() {
    let mut handout = sample("mihon.json");
    let odd = [f64::NAN, f64::INFINITY, -1.0, 1e300, -1e-300, 0.0];
    for (k, indicator) in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators).enumerate() {
        let value = odd[k % odd.len()];
        indicator.values[0][2] = Figure::Value(value);
        indicator.difference = Some(value);
        indicator.ratio = Some(value);
    }
    handout.scatters[0].points[0].x = Figure::Value(f64::NAN);
    handout.scatters[0].x.nation = Figure::Value(1e300);
    for kind in Kind::ALL {
        made(&handout, kind, &options(kind));
    }
}

#[test]
fn sentences_hold_the_shown_values() {
    let options = options(Kind::Handout);
    let Some(found) = extracted(&made(&sample("mihon.json"), Kind::Handout, &options), &options) else { return };
    assert!(found.contains("認定率は18.1％で、全国の19.2％と同程度です（▲1.1ポイント、0.94倍）。見本県は18.0％です。"));
    assert!(found.contains("訪問介護（給付月額1.55倍、利用日数・回数1.72倍）"), "amount and volume side by side");
    assert!(found.contains("訪問入浴介護、短期入所療養介護は利用者が少なく"), "unstable rows are no findings");
}

#[test]
fn a_single_figure_of_fewer_months_is_marked_in_table_chart_note_and_description() {
    let mut handout = sample("mihon.json");
    // 認定率 has a table, bars and lines over the years.
    let row = &mut handout.blocks[0].indicators[0];
    let value = row.values[0][2].value().unwrap();
    row.values[0][2] = Figure::Part { part: value, months: Some(11) };
    (row.difference, row.ratio, row.verdict) = (None, None, None);
    for kind in Kind::ALL {
        let options = options(kind);
        let pdf = made(&handout, kind, &options);
        let Some(found) = extracted(&pdf, &options) else { return };
        assert!(found.contains("※18.1"), "{kind:?}: the mark stands in the table");
        assert!(
            found.contains("※は1年分に満たない値です（令和7年度の※は11か月分）。比較と判定には使っていません。"),
            "{kind:?}"
        );
        assert!(found.contains("令和7年度の認定率は11か月分の値（※印）で、1年分ではありません。"), "{kind:?}");
        assert!(!found.contains("認定率は18.1％で"), "{kind:?}: no sentence speaks of it as of a whole year");
        if kind == Kind::Handout {
            assert!(found.contains("18.1※"), "the mark stands in the bars");
            assert!(found.contains("図では、白ぬきの棒・印と細い点線です。"));
        }
    }
}

#[test]
fn rows_are_named_where_one_year_has_figures_of_several_lengths() {
    let mut handout = sample("mihon.json");
    for (row, months) in [(0, Some(11)), (1, Some(6)), (2, None)] {
        let figure = &mut handout.blocks[0].indicators[row].values[0][2];
        *figure = Figure::Part { part: figure.value().unwrap(), months };
    }
    let options = options(Kind::Handout);
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    let names: Vec<String> = (0..3).map(|row| handout.blocks[0].indicators[row].name.clone()).collect();
    let note = format!(
        "令和7年度の{}は年度の途中まで、令和7年度の{}は6か月分、令和7年度の{}は11か月分",
        names[2], names[1], names[0]
    );
    assert!(found.contains(&bare(&note)), "{note}");
}

#[test]
fn a_figure_of_fewer_months_comes_from_the_files_with_its_months_and_out_of_the_plots() {
    let (mut comparison, _) = comparison(2023, 2025, &[]);
    let main = comparison.main_year.unwrap();
    let row = |id: &str| comparison.rows.iter().position(|row| row.indicator.id.as_str() == id).unwrap();
    let (home, visits) = (row("D4"), row("D17-a"));
    for at in [home, visits] {
        let figure = Arc::make_mut(comparison.rows[at].figures.get_mut(&(0, main)).unwrap());
        let period = Period { part_year: true, months: Some(11), ..(*figure.period).clone() };
        figure.period = Arc::new(period);
    }
    let (_, evidence) = evidence();
    let observations: Vec<_> = evidence
        .observations
        .iter()
        .map(|observation| {
            let mut observation = observation.clone();
            let of_home = observation.indicator.as_str() == "D4" && observation.area.short_name() == "みほん市";
            if of_home && observation.period.form_year == Some(main) {
                let period = Period { part_year: true, months: Some(11), ..(*observation.period).clone() };
                observation.period = Arc::new(period);
            }
            observation
        })
        .collect();
    let layouts = BTreeMap::new();
    let background = Background { observations: &observations, texts: &[], layouts: &layouts, diagnostics: &[] };
    let handout = prepare(&comparison, background, date(), false);
    let at = handout.main_index().unwrap();
    let all = handout.blocks.iter().flat_map(|block| &block.indicators);
    let parts: Vec<(&str, Option<u8>)> = all
        .filter(|indicator| indicator.figure(0, at).is_part())
        .map(|indicator| (indicator.id.as_str(), indicator.figure(0, at).months()))
        .collect();
    assert_eq!(parts, [("D4", Some(11)), ("D17-a", Some(11))]);
    let plot = handout.scatters.iter().find(|scatter| scatter.title.contains("受給率")).unwrap();
    let own = plot.points.iter().find(|point| point.role == Some(Role::Own)).unwrap();
    assert!(own.x.is_part() && own.x.months() == Some(11), "named under the plot, not drawn: {own:?}");
}

#[test]
fn a_block_without_any_figure_is_said_in_a_line_and_not_drawn_as_dashes() {
    let mut handout = sample("mihon.json");
    let hole = Figure::Missing { missing: MissingReason::Unknown };
    for row in &mut handout.blocks[1].indicators {
        row.values.iter_mut().flatten().for_each(|figure| *figure = hole);
        (row.difference, row.ratio, row.verdict, row.rank) = (None, None, None, None);
    }
    // Of the first block one indicator has nothing: it is named, not drawn as bars of no length.
    let row = &mut handout.blocks[0].indicators[1];
    row.values.iter_mut().for_each(|years| years[2] = hole);
    (row.difference, row.ratio, row.verdict) = (None, None, None);
    let options = options(Kind::Handout);
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    assert!(found.contains("令和7年度の値がないため、表と図を載せていません（受給率（施設"));
    assert!(!found.contains("受給率令和7年度（2025）"), "no table of dashes");
    assert!(found.contains("データがなく、図にない指標：調整済み認定率"));
    for text in handout.blocks.iter().flat_map(|block| &block.texts) {
        assert!(found.contains(&bare(&text.text)), "the texts of the block stay");
    }
    // Numbers of tables and pictures follow one another without a gap.
    for (word, all) in [("表", 3), ("図", 4)] {
        for number in 1..=all {
            assert!(found.contains(&format!("{word}{number}")), "{word}{number}");
        }
    }
}

#[test]
fn files_that_differ_are_told_in_a_sentence_first_and_in_detail_at_the_end() {
    let (mut comparison, _) = comparison(2023, 2025, &[]);
    comparison.years.retain(|year| !year.part_year);
    let main = comparison.main_year.unwrap();
    let other = |year: i32| year != main;
    let (at, year, figure) = comparison
        .rows
        .iter()
        .enumerate()
        .find_map(|(at, row)| {
            row.figures.iter().find(|((who, year), _)| *who == 0 && other(*year)).map(|(key, one)| (at, key.1, one))
        })
        .unwrap();
    let indicator = &comparison.rows[at].indicator;
    let (file, sheet, cell) =
        (figure.source.file.name.clone(), figure.source.sheet.to_string(), figure.source.cell.to_string());
    let place = Place { file: Some(file.clone()), sheet: Some(sheet.clone()), cell: Some(cell.clone()) };
    let told = [
        Diagnostic::warning(
            "conflict",
            format!(
                "{} 見本県 みほん市 2024：1.9 と、ほか.xlsx G3 の 2.2 が食い違っています。1.9 を使いました。",
                indicator.id
            ),
        )
        .at(place),
        Diagnostic::warning("conflict", "表にない数値が食い違っています。"),
        Diagnostic::warning("odd-file", "読めない行がありました。"),
    ];
    let layouts = BTreeMap::new();
    let background = Background { observations: &[], texts: &[], layouts: &layouts, diagnostics: &told };
    let handout = prepare(&comparison, background, date(), false);
    let shown: Vec<(&str, bool)> =
        handout.cautions.iter().map(|caution| (caution.text.as_str(), caution.detail)).collect();
    let (name, then, now) = (&indicator.name, wareki(year), wareki(main));
    let sentence = format!(
        "資料によって値が違う指標があります（{name}）。違うのは{then}の値で、比べている{now}の値ではありません。\
         使った値は「出典と注意」にあります。"
    );
    let detail =
        format!("{name}　みほん市　{then}：1.9 と、ほか.xlsx G3 の 2.2 が食い違っています。1.9 を使いました。");
    let people = "サービス別の利用者数は、入れた資料に無いため確かめていません。利用者が少ないサービスの倍率は、安定しないことがあります。";
    assert_eq!(
        shown,
        [(sentence.as_str(), false), (people, false), ("読めない行がありました。", false), (detail.as_str(), true)]
    );
    let used = format!("使った値は『{file}』の「{sheet}」の{cell}");
    assert_eq!(handout.cautions[3].place.as_deref(), Some(used.as_str()));

    let options = options(Kind::Handout);
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    assert_eq!(found.matches(&bare(&sentence)).count(), 1, "at the end each one is told by itself");
    assert!(found.contains(&bare(&format!("{detail}（{used}）"))));
}

#[test]
fn a_difference_in_the_compared_year_is_not_played_down() {
    let (comparison, _) = comparison(2023, 2025, &[]);
    let main = comparison.main_year.unwrap();
    let row = comparison.rows.iter().find(|row| row.figures.contains_key(&(0, main))).unwrap();
    let told = [Diagnostic::warning("conflict", "食い違っています。").at(&row.figures[&(0, main)].source)];
    let layouts = BTreeMap::new();
    let background = Background { observations: &[], texts: &[], layouts: &layouts, diagnostics: &told };
    let handout = prepare(&comparison, background, date(), false);
    let sentence =
        format!("資料によって値が違う指標があります（{}）。使った値は「出典と注意」にあります。", row.indicator.name);
    assert_eq!(handout.cautions[0].text, sentence);
}

#[test]
fn files_behind_plots_and_places_alone_are_named_and_an_own_table_is_no_ministrys() {
    let (comparison, _) = comparison(2023, 2025, &[]);
    let (_, evidence) = evidence();
    let main = comparison.main_year.unwrap();
    assert!(comparison.rows.iter().any(|row| row.rank.is_some()));
    // Another insurer's figures, in the plots and among the places, come from a file of their own.
    let apart =
        |name: &str| Arc::new(SourceFile { name: name.into(), sha256: name.into(), exported: None, ours: false });
    let (peer, elsewhere) = (apart("ほかの保険者.csv"), apart("ほかの年度.csv"));
    let mut changed = 0;
    let observations: Vec<_> = evidence
        .observations
        .iter()
        .map(|observation| {
            let mut observation = observation.clone();
            let chosen = comparison.participants.iter().any(|one| one.area.key() == observation.area.key());
            if observation.indicator.as_str() == "D4" && !chosen {
                let same_year = observation.period.form_year == Some(main);
                changed += usize::from(same_year);
                observation.source.file = if same_year { peer.clone() } else { elsewhere.clone() };
                observation.derived = None;
            }
            observation
        })
        .collect();
    assert!(changed > 0);
    let mut layouts: BTreeMap<String, &'static str> =
        evidence.files.iter().filter_map(|file| Some((file.sha256.clone(), file.layout?))).collect();
    layouts.insert(peer.sha256.clone(), "L9");
    let background = Background { observations: &observations, texts: &[], layouts: &layouts, diagnostics: &[] };
    let handout = prepare(&comparison, background, date(), false);
    let named = |name: &str| handout.sources.iter().any(|line| line.file.as_deref() == Some(name));
    assert!(named("ほかの保険者.csv") && !named("ほかの年度.csv"), "{:?}", handout.sources);
    assert!(
        handout.credit.contains("「見える化」システム")
            && handout.credit.contains("、そのほかの取り込んだ資料をもとに作成")
    );
    assert!(
        handout.rank_note.as_deref().is_some_and(|note| note.contains("値の高い方から")),
        "{:?}",
        handout.rank_note
    );

    let background = Background { observations: &evidence.observations, ..background };
    let handout = prepare(&comparison, background, date(), false);
    assert!(!handout.credit.contains("取り込んだ資料"), "{}", handout.credit);
}

#[test]
fn lines_without_any_figure_are_no_chart_and_plots_say_whose_points_they_show() {
    let options = options(Kind::Handout);
    let caption =
        |handout: &Handout| -> Option<String> { extracted(&made(handout, Kind::Handout, &options), &options) };
    let mut handout = sample("mihon.json");
    handout.blocks[0].trends.clear();
    let name = handout.blocks[0].indicators[1].name.clone();
    let Some(before) = caption(&handout) else { return };
    let chart = bare(&format!("{name}の推移"));
    assert!(before.contains(&chart), "{chart}");
    let whose = bare(&format!("{}の保険者と比較地域）", handout.prefecture));
    assert!(!before.contains(&whose));
    for figure in handout.blocks[0].indicators[1].values.iter_mut().flatten() {
        *figure = Figure::Missing { missing: MissingReason::Unknown };
    }
    handout.scatters.iter_mut().for_each(|scatter| scatter.beyond = true);
    let after = caption(&handout).unwrap();
    assert!(!after.contains(&chart), "there is nothing to draw");
    assert!(after.contains(&bare("データがなく、図にない指標")) && after.contains(&whose));
}
