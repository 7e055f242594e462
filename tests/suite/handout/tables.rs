//! Tables and charts: every value is there, nothing lies over another, heads repeat.

use chiiki_sheet::handout::data::Figure;
use chiiki_sheet::handout::options::{Paper, Part};
use chiiki_sheet::handout::{Handout, Kind, PageOptions};

use super::{all_parts, bare, extracted, inside_the_paper, made, options, sample, tool};

#[test]
fn all_values_of_the_period_are_printed() {
    let handout = sample("mihon-wide.json");
    let options = all_parts(options(Kind::Handout));
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    for indicator in handout.blocks.iter().flat_map(|block| &block.indicators) {
        for figure in indicator.values.iter().flatten() {
            if let Some(value) = figure.value() {
                let shown = chiiki_sheet::handout::shown::number(value, indicator.decimals).unwrap();
                assert!(found.contains(&shown), "{} {shown}", indicator.id);
            }
        }
    }
}

#[test]
fn long_tables_repeat_their_heads_and_lose_no_row() {
    let mut handout = sample("mihon.json");
    handout.areas.truncate(3);
    let block = &mut handout.blocks[0];
    let mut model = block.indicators[0].clone();
    model.rank = None;
    block.indicators = (0..150)
        .map(|k| {
            let mut indicator = model.clone();
            indicator.id = format!("X{k}");
            indicator.name = format!("第{k}番の指標");
            indicator.values[0][2] = Figure::Value(1000.0 + f64::from(k));
            indicator
        })
        .collect();
    for (paper, landscape) in [(Paper::A4, false), (Paper::A3, false), (Paper::A3, true)] {
        let options = PageOptions { paper, landscape, parts: vec![Part::Tables], ..options(Kind::Handout) };
        let pdf = made(&handout, Kind::Handout, &options);
        let Some(text) = tool("pdftotext", &["-raw"], &pdf, &["-"]) else { return };
        let with_rows: Vec<&str> = text.split('\u{C}').filter(|page| page.contains("番の指標")).collect();
        assert!(with_rows.len() >= 2, "the table is longer than a page");
        for page in &with_rows {
            assert!(page.contains("みほん市") && page.contains("判定"), "a page without the head of its table");
        }
        let all = bare(&text);
        for k in 0..150 {
            assert!(all.contains(&format!("第{k}番の指標")) && all.contains(&format!("1,{k:03}.0")), "row {k}");
        }
        inside_the_paper(&pdf, &options);
    }
}

/// A word on a page and its box: left, top, right, bottom.
pub(super) type PlacedWord = (f64, f64, f64, f64, String);

pub(super) fn words_of(pdf: &[u8]) -> Option<Vec<Vec<PlacedWord>>> {
    let text = tool("pdftotext", &["-bbox"], pdf, &["-"])?;
    let mut all = Vec::new();
    for line in text.lines() {
        if line.contains("<page ") {
            all.push(Vec::new());
        }
        if let (true, Some(page)) = (line.contains("<word "), all.last_mut()) {
            let edge = |name: &str| -> f64 {
                let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
                rest.split_once('"').unwrap().0.parse().unwrap()
            };
            let word = line.split_once('>').unwrap().1.split('<').next().unwrap().to_owned();
            page.push((edge("xMin"), edge("yMin"), edge("xMax"), edge("yMax"), word));
        }
    }
    Some(all)
}

/// No word is printed over another.
pub(super) fn nothing_lies_over_another(pdf: &[u8], what: &str) {
    let Some(pages) = words_of(pdf) else { return };
    for (page, words) in pages.iter().enumerate() {
        for (k, one) in words.iter().enumerate() {
            for other in &words[k + 1..] {
                let across = one.2.min(other.2) - one.0.max(other.0);
                let down = one.3.min(other.3) - one.1.max(other.1);
                let height = (one.3 - one.1).min(other.3 - other.1);
                // A 「 after a 、 is set half an em closer; the boxes of both reach into one another.
                assert!(
                    across < height * 0.62 || down < height * 0.45,
                    "{what}, page {}: {one:?} over {other:?}",
                    page + 1
                );
            }
        }
    }
}

#[test]
fn extreme_figures_and_names_are_drawn_without_lying_over_one_another() {
    type Change = fn(&mut Handout);
    fn every_value(handout: &mut Handout, change: impl Fn(f64) -> f64) {
        for figure in handout.blocks.iter_mut().flat_map(|b| &mut b.indicators).flat_map(|i| &mut i.values).flatten() {
            if let Figure::Value(value) = figure {
                *value = change(*value);
            }
        }
        for point in handout.scatters.iter_mut().flat_map(|scatter| &mut scatter.points) {
            for figure in [&mut point.x, &mut point.y] {
                if let Figure::Value(value) = figure {
                    *value = change(*value);
                }
            }
        }
    }
    let cases: [(&str, &str, Change); 8] = [
        ("all equal", "mihon.json", |handout| every_value(handout, |_| 12.3)),
        ("nought", "mihon.json", |handout| every_value(handout, |_| 0.0)),
        ("negative", "mihon.json", |handout| every_value(handout, |value| -value)),
        ("one area", "mihon.json", |handout| {
            handout.areas.truncate(1);
            for indicator in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators) {
                indicator.values.truncate(1);
            }
        }),
        ("ten years, eight areas", "mihon-wide.json", |_| {}),
        ("long names", "mihon.json", |handout| {
            for area in &mut handout.areas {
                area.name = format!("{}と周辺の町村でつくる介護保険広域連合", area.name);
            }
            for point in handout.scatters.iter_mut().flat_map(|scatter| &mut scatter.points) {
                point.name = format!("{}と周辺の町村でつくる介護保険広域連合", point.name);
            }
            for indicator in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators) {
                indicator.name = format!("{}のうち長い名前のもの", indicator.name);
            }
        }),
        ("large", "mihon.json", |handout| every_value(handout, |value| value * 1e3)),
        ("one row", "mihon.json", |handout| {
            handout.blocks.truncate(1);
            handout.blocks[0].indicators.truncate(1);
        }),
    ];
    for (what, file, change) in cases {
        let mut handout = sample(file);
        change(&mut handout);
        for kind in [Kind::Handout, Kind::OnePage] {
            let options = options(kind);
            let pdf = made(&handout, kind, &options);
            inside_the_paper(&pdf, &options);
            nothing_lies_over_another(&pdf, &format!("{what} {kind:?}"));
        }
    }
}
