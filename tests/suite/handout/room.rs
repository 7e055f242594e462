//! Every figure and every word has the room it needs: wide multiples, years on axes, large type, lines to write on.

use std::collections::BTreeSet;

use chiiki_sheet::handout::chart::{self, Room};
use chiiki_sheet::handout::data::{
    AreaColumn, Axis, FieldText, Figure, Handout, Role, Scatter, ScatterPoint, Trend, TrendSeries, Verdict, Year,
};
use chiiki_sheet::handout::options::{Paper, Part};
use chiiki_sheet::handout::{Kind, PageOptions};
use chiiki_sheet::model::{EntryField, MissingReason};
use serde_json::Value;

use super::tables::{PlacedWord, nothing_lies_over_another, words_of};
use super::{bare, extracted, inside_the_paper, made, options, pages, sample, tool};

const HOLE: Figure = Figure::Missing { missing: MissingReason::Unknown };

/// Every row of money with this multiple.
fn with_ratio(ratio: f64, decimals: u8) -> (Handout, usize) {
    let mut handout = sample("mihon.json");
    let mut rows = 0;
    for row in handout.blocks[2].indicators.iter_mut().filter(|row| row.ratio.is_some() && !row.unstable) {
        (row.ratio, row.ratio_decimals, row.verdict) = (Some(ratio), decimals, Some(Verdict::Above));
        rows += 1;
    }
    (handout, rows)
}

#[test]
fn a_wide_multiple_stands_clear_of_its_neighbours_in_every_table() {
    for (ratio, decimals, shown) in
        [(1477.64, 2, "1,477.64"), (0.849_999_6, 6, "0.850000"), (1_802_687.0, 2, "1,802,687.00")]
    {
        let (handout, rows) = with_ratio(ratio, decimals);
        for (kind, large) in Kind::ALL.into_iter().flat_map(|kind| [(kind, false), (kind, true)]) {
            let options = PageOptions { large, ..options(kind) };
            let pdf = made(&handout, kind, &options);
            let Some(pages) = words_of(&pdf) else { return };
            // A reader of the PDF takes figures that touch for one word.
            let found = pages.iter().flatten().filter(|word| word.4 == shown).count();
            assert!(found >= rows, "{kind:?} large {large}: {shown} stands alone {found} times of {rows}");
            nothing_lies_over_another(&pdf, &format!("{shown} {kind:?}"));
            inside_the_paper(&pdf, &options);
        }
    }
}

#[test]
fn the_longest_bar_ends_before_the_widest_multiple() {
    let (handout, _) = with_ratio(1_477_635.17, 2);
    let pdf = made(&handout, Kind::Handout, &options(Kind::Handout));
    let Some(pages) = words_of(&pdf) else { return };
    let middle = |word: &PlacedWord| (word.0 + word.2) / 2.0;
    // Bars reach to the last mark of the axis.
    let end = pages[0].iter().find(|word| word.4 == "2.00").map(middle).unwrap();
    let multiples: Vec<&PlacedWord> = pages[0].iter().filter(|word| word.4 == "1,477,635.17倍").collect();
    assert!(multiples.len() >= 3, "{:?}", pages[0]);
    for word in multiples {
        assert!(word.0 > end + 3.0, "{word:?} begins under its bar, which ends at {end}");
    }
}

#[test]
fn a_bar_that_is_cut_is_explained_and_no_other() {
    let said = "棒の斜めの切れ目は、長すぎる棒を途中で切った印です。";
    let options = options(Kind::Handout);
    for (ratio, times) in [(9.5, 2), (1.9, 0)] {
        let (handout, _) = with_ratio(ratio, 2);
        let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
        assert_eq!(found.matches(said).count(), times, "{ratio}: on the first page and in the block");
    }
}

#[test]
fn the_label_of_a_line_that_ends_before_the_others_says_its_year() {
    let mut handout = sample("mihon.json");
    let (first, second) = handout.blocks[0].indicators.split_at_mut(1);
    // みほん市 ends a year before the others; of the next indicator all end in the same year.
    first[0].values[0][2..].fill(HOLE);
    second[0].values.iter_mut().for_each(|years| years[3] = HOLE);
    let options = PageOptions { parts: vec![Part::Charts], ..options(Kind::Handout) };
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    assert!(found.contains("みほん市17.9（令和6）"), "{found}");
    assert!(!found.contains("（令和7）") && !found.contains("（令和8）"), "others are as new as the chart");
}

fn year(form_year: i32) -> Year {
    let wareki = match form_year {
        ..=2018 => format!("平成{}年度", form_year - 1988),
        2019 => "令和元年度".to_owned(),
        _ => format!("令和{}年度", form_year - 2018),
    };
    Year { form_year, wareki, part_year: false, months: None }
}

/// The chart of two areas over these years as the layout gets it.
fn trend_of(years: std::ops::RangeInclusive<i32>, values: [f64; 2]) -> Value {
    let years: Vec<Year> = years.map(year).collect();
    let count = years.len();
    let series = |role, name: &str, value| TrendSeries {
        role,
        name: name.to_owned(),
        values: vec![Figure::Value(value); count],
    };
    let series = vec![series(Role::Own, "みほん市", values[0]), series(Role::Nation, "全国", values[1])];
    let (title, unit) = ("認定率".to_owned(), "％".to_owned());
    let trend = Trend { title, unit, decimals: 1, years, series };
    serde_json::to_value(chart::trend(&trend, 90.0, Room { width: 236.0, size: 9.0 })).unwrap()
}

/// Where the marks of an axis stand and what they say.
fn marks(axis: &Value) -> Vec<(f64, String)> {
    let marks = axis.as_array().into_iter().flatten();
    marks.map(|mark| (mark["at"].as_f64().unwrap(), mark["label"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn an_axis_of_years_says_each_era_where_it_begins() {
    for first in 2008..=2024 {
        for last in first + 1..=(first + 10).min(2026) {
            let chart = trend_of(first..=last, [18.0, 19.0]);
            let (years, mut eras) = (marks(&chart["years"]), marks(&chart["eras"]));
            eras.sort_by(|one, other| one.0.total_cmp(&other.0));
            let said: String = years.iter().chain(&eras).map(|(_, label)| label.as_str()).collect();
            for (era, begins) in [("平成", first <= 2018), ("令和", last >= 2019)] {
                assert_eq!(said.contains(era), begins, "{first}～{last}: {said}");
            }
            for (row, most) in [(&years, 1.2), (&eras, 1.0)] {
                for pair in row.windows(2) {
                    let width = |label: &str| label.chars().map(|c| if c.is_ascii() { 4.5 } else { 9.0 }).sum::<f64>();
                    let room = pair[1].0 - pair[0].0;
                    let needed = (width(&pair[0].1) + width(&pair[1].1)) / 2.0;
                    assert!(needed < room * most, "{first}～{last}: {pair:?}");
                }
            }
        }
    }
}

#[test]
fn eras_under_their_years_are_drawn() {
    let options = PageOptions { parts: vec![Part::Charts], ..options(Kind::Handout) };
    let pdf = made(&sample("mihon-wide.json"), Kind::Handout, &options);
    let Some(pages) = words_of(&pdf) else { return };
    for era in ["平成", "令和"] {
        // Seven indicators have a line each.
        let count = pages.iter().flatten().filter(|word| word.4.starts_with(era)).count();
        assert!(count >= 7, "{era} {count}");
    }
    nothing_lies_over_another(&pdf, "eras");
}

#[test]
fn figures_of_an_axis_differ_however_small_its_steps() {
    for values in [[0.00126, 0.00136], [0.000_01, 0.000_011], [18.0, 18.0004], [0.0, 0.0]] {
        let labels: Vec<String> =
            marks(&trend_of(2023..=2025, values)["ticks"]).into_iter().map(|(_, label)| label).collect();
        let mut once = labels.clone();
        once.dedup();
        assert!(labels.len() > 1 && once == labels, "{values:?}: {labels:?}");
    }
}

#[test]
fn equal_values_lie_off_the_frame() {
    for value in [12.5, 19.0, 100.0, 0.2] {
        let axis = |name: &str| Axis {
            name: name.to_owned(),
            unit: "％".to_owned(),
            decimals: 1,
            nation: Figure::Value(value),
        };
        let point = |role, name: &str| ScatterPoint {
            role: Some(role),
            name: name.to_owned(),
            x: Figure::Value(value),
            y: Figure::Value(value),
        };
        let points = vec![point(Role::Own, "みほん市"), point(Role::Other, "みなと市")];
        let (title, block, year) = ("重度と軽度".to_owned(), "認定率".to_owned(), "令和7年度".to_owned());
        let data =
            Scatter { title, block, year, x: axis("軽度"), y: axis("重度"), points, beyond: false, note: None };
        let chart = serde_json::to_value(chart::scatter(&data, 200.0, Room { width: 490.0, size: 9.0 })).unwrap();
        let (width, height) = (chart["plot_width"].as_f64().unwrap(), chart["plot_height"].as_f64().unwrap());
        for mark in chart["marks"].as_array().unwrap() {
            let (x, y) = (mark["x"].as_f64().unwrap(), mark["y"].as_f64().unwrap());
            assert!(x > 9.0 && x < width - 9.0 && y > 9.0 && y < height - 9.0, "{value}: {x} {y} of {width} {height}");
        }
        let line = trend_of(2023..=2025, [value, value]);
        let y = line["lines"][0]["end"][1].as_f64().unwrap();
        assert!(y > 9.0 && y < 81.0, "{value}: the line lies at {y} of 90");
    }
}

#[test]
fn a_long_name_of_the_insurer_does_not_break_the_title() {
    let mut handout = sample("mihon.json");
    handout.insurer = "見本東部北部中部南部介護保険広域連合".to_owned();
    let title = bare(&handout.title);
    for large in [false, true] {
        let options = PageOptions { large, ..options(Kind::Handout) };
        let pdf = made(&handout, Kind::Handout, &options);
        let Some(text) = tool("pdftotext", &["-layout", "-l", "1"], &pdf, &["-"]) else { return };
        assert!(text.lines().any(|line| bare(line).contains(&title)), "large {large}: {text}");
    }
}

#[test]
fn large_type_keeps_the_column_of_ranks() {
    let mut handout = sample("mihon.json");
    for (k, row) in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators).enumerate() {
        row.rank = Some(format!("{}位／18保険者", k % 18 + 1));
    }
    let options = PageOptions { large: true, ..options(Kind::Handout) };
    let pdf = made(&handout, Kind::Handout, &options);
    let Some(found) = extracted(&pdf, &options) else { return };
    assert!(found.contains("見本県内順位") && !found.contains("内の順位："), "{found}");
    nothing_lies_over_another(&pdf, "ranks");
}

#[test]
fn ranks_without_a_column_are_told_once_after_a_table_of_several_pages() {
    let mut handout = sample("mihon.json");
    // Figures so long that the names have no room beside the ranks.
    for row in handout.blocks[2].indicators.iter_mut() {
        row.rank = Some("3位／18保険者".to_owned());
        row.values.iter_mut().flatten().for_each(|figure| *figure = Figure::Value(123_456_789_012.0));
        row.difference = Some(123_456_789_012.0);
    }
    handout.rank_note = Some("県内順位は、値の高い方から数えています。".to_owned());
    let options = PageOptions { parts: vec![Part::Tables], large: true, ..options(Kind::Handout) };
    let pdf = made(&handout, Kind::Handout, &options);
    let Some(found) = extracted(&pdf, &options) else { return };
    assert_eq!(found.matches("見本県内の順位：").count(), 1);
    assert!(pages(&pdf).unwrap() > 2, "the table goes over pages");
}

#[test]
fn on_large_type_the_first_block_follows_topics_that_found_no_room() {
    let mut handout = sample("mihon.json");
    let more = handout.blocks[2].indicators.iter_mut().filter(|row| row.ratio.is_some());
    more.for_each(|row| (row.ratio, row.verdict, row.unstable) = (Some(1.5), Some(Verdict::Above), false));
    let options = PageOptions { large: true, ..options(Kind::Handout) };
    let pdf = made(&handout, Kind::Handout, &options);
    let Some(text) = tool("pdftotext", &["-layout"], &pdf, &["-"]) else { return };
    let pages: Vec<Vec<String>> = text.split('\u{C}').map(|page| page.lines().map(bare).collect()).collect();
    let topics = pages.iter().find(|page| page.iter().any(|line| line == "話し合いたいこと")).unwrap();
    let listed = topics.iter().filter(|line| line.contains("なぜでしょう")).count();
    let all = pages.iter().flatten().filter(|line| line.contains("なぜでしょう")).count();
    assert_eq!(listed, all, "the heading and its list stand on one page");
    let second = &pages[1];
    assert!(second.iter().any(|line| line.starts_with("1認定率")), "no page with a few lines alone: {second:?}");
}

#[test]
fn an_empty_free_field_to_write_in_has_lines_to_write_on() {
    // Three lines of 8.5 mm.
    let needed = 3.0 * 8.5 * 72.0 / 25.4;
    for lines in 0..24 {
        let mut handout = sample("mihon.json");
        for block in &mut handout.blocks {
            let text = vec!["書いたことです。"; lines].join("\n");
            block.texts = vec![FieldText { field: EntryField::Comparison, text }];
        }
        let options = options(Kind::Worksheet);
        let pdf = made(&handout, Kind::Worksheet, &options);
        let Some(pages) = words_of(&pdf) else { return };
        let mut fields = 0;
        for words in &pages {
            for heading in words.iter().filter(|word| word.4 == "自由記述") {
                fields += 1;
                let below = words.iter().filter(|word| word.1 > heading.3).map(|word| word.1);
                let next = below.fold(f64::INFINITY, f64::min);
                assert!(next - heading.3 >= needed, "{lines}: {heading:?} has {} points", next - heading.3);
            }
        }
        assert_eq!(fields, handout.blocks.len(), "{lines}");
    }
}

#[test]
fn what_follows_the_rest_of_the_one_page_table_shares_its_sheet() {
    let mut handout = sample("mihon.json");
    let model = handout.blocks[1].indicators[0].clone();
    let mut added = handout.blocks[1].clone();
    added.name = "指標追加".to_owned();
    added.texts.clear();
    added.indicators = (0..16)
        .map(|k| {
            let mut indicator = model.clone();
            indicator.name = format!("追加した指標その{k}");
            indicator
        })
        .collect();
    handout.blocks.push(added);
    let options = options(Kind::OnePage);
    assert_eq!((options.paper, options.landscape), (Paper::A3, true));
    let pdf = made(&handout, Kind::OnePage, &options);
    let page = |number: &str| Some(bare(&tool("pdftotext", &["-raw", "-f", number, "-l", number], &pdf, &["-"])?));
    let (Some(first), Some(second)) = (page("1"), page("2")) else { return };
    assert!(first.contains("この表は、次の紙の表2に続きます。"), "{first}");
    assert!(first.contains(&bare(&handout.credit)), "the foot of the table stays on its sheet");
    assert!(second.contains("表2全指標の値（続き）"));
    assert!(second.contains("4指標追加（％）（続き）"), "its rows are of no other block: {second}");
    let shared = ["どのくらい確かか", "前の紙の続き", "すべての年度の値", "出典と注意"];
    assert!(shared.iter().any(|word| second.contains(word)), "{second}");
    nothing_lies_over_another(&pdf, "rest");
    // Nothing goes on where the table is whole.
    let pdf = made(&sample("mihon.json"), Kind::OnePage, &options);
    let Some(found) = extracted(&pdf, &options) else { return };
    assert!(!found.contains("に続きます") && !found.contains("（続き）"));
}

#[test]
fn a_name_as_wide_as_its_column_of_large_figures_wraps() {
    let mut handout = sample("mihon.json");
    handout.areas.push(AreaColumn { role: Role::Other, name: "三つ目の町".to_owned() });
    for row in handout.blocks[2].indicators.iter_mut() {
        row.values[0].fill(Figure::Value(131_962_487_390.0));
        (row.difference, row.ratio) = (Some(131_962_352_101.0), Some(975_411.15));
    }
    for kind in [Kind::Handout, Kind::Worksheet] {
        let options = PageOptions { parts: vec![Part::Tables], ..options(kind) };
        let pdf = made(&handout, kind, &options);
        let Some(pages) = words_of(&pdf) else { return };
        let alone = pages.iter().flatten().filter(|word| word.4 == "975,411.15").count();
        assert_eq!(alone, handout.blocks[2].indicators.len(), "{kind:?}");
        nothing_lies_over_another(&pdf, &format!("{kind:?}"));
        inside_the_paper(&pdf, &options);
    }
}

#[test]
fn large_figures_of_many_years_stand_apart() {
    for (file, kind) in
        [("mihon.json", Kind::OnePage), ("mihon-wide.json", Kind::OnePage), ("mihon-wide.json", Kind::Handout)]
    {
        let mut handout = sample(file);
        let block = &mut handout.blocks[0];
        let mut number = 1_234_000_000.0;
        for figure in block.indicators.iter_mut().flat_map(|row| &mut row.values).flatten() {
            number += 1.0;
            *figure = Figure::Value(number);
        }
        let count = block.indicators.iter().map(|row| row.values.iter().flatten().count()).sum::<usize>();
        block.indicators.iter_mut().for_each(|row| row.decimals = 0);
        let options = PageOptions { parts: vec![Part::Tables, Part::Years], ..options(kind) };
        let pdf = made(&handout, kind, &options);
        let Some(pages) = words_of(&pdf) else { return };
        let alone: BTreeSet<&str> =
            pages.iter().flatten().map(|word| word.4.as_str()).filter(|word| word.starts_with("1,234,000,")).collect();
        assert_eq!(alone.len(), count, "{file} {kind:?}");
        nothing_lies_over_another(&pdf, &format!("{file} {kind:?}"));
        inside_the_paper(&pdf, &options);
    }
}

#[test]
fn the_head_of_the_column_to_write_in_stands_in_one_line() {
    for large in [false, true] {
        let options = PageOptions { large, ..options(Kind::Worksheet) };
        let Some(pages) = words_of(&made(&sample("mihon.json"), Kind::Worksheet, &options)) else { return };
        let heads = pages.iter().flatten().filter(|word| word.4 == "気づいたこと").count();
        assert!(heads >= 3, "large {large}: {heads}");
    }
}
