//! Which charts a handout has.

use serde::Serialize;

use super::marks;
use super::page::Page;
use super::tables;
use super::year_in_full;
use crate::handout::chart::{self, DeviationChart, Entry, GroupedBars, ScatterChart, TrendChart};
use crate::handout::data::{Block, Handout, Indicator, Role, Trend, TrendSeries, Verdict};
use crate::handout::names;
use crate::handout::shown;

/// A chart and its caption.
#[derive(Serialize)]
pub struct Picture {
    /// 図1 …
    pub(super) number: usize,
    caption: String,
    chart: Chart,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Chart {
    Deviations(DeviationChart),
    Bars(GroupedBars),
    Trend(TrendChart),
    Scatter(ScatterChart),
}

/// The charts of one block.
#[derive(Default, Serialize)]
pub struct BlockPictures {
    /// As wide as the text.
    wide: Vec<Picture>,
    /// Two beside one another.
    half: Vec<Picture>,
    /// How high the rows of pairs are, in points.
    half_rows: Vec<f64>,
    /// Scatter plots.
    scatters: Vec<Picture>,
    /// Indicators without a multiple, named under the list of deviations.
    not_compared: String,
    /// Indicators without any figure of the main year, named under the bars.
    not_drawn: String,
    /// Where lines have gaps, in words.
    gaps: Vec<String>,
    /// Some trend holds a part-year.
    part_years: bool,
    /// 比較地域 whose lines the trends leave out.
    not_in_trends: String,
    /// Which drawn figures are of fewer months than their year, in words.
    part_figures: Option<String>,
}

impl BlockPictures {
    /// All pictures in the order of the layout.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Picture> {
        self.wide.iter_mut().chain(&mut self.half).chain(&mut self.scatters)
    }
}

/// Blocks of at most this many indicators of one unit are drawn as grouped bars; longer ones as deviations.
const BARS_UP_TO: usize = 6;

/// How many deviations a block draws: those that stand out, but neither two lonely bars nor a page of them.
const DEVIATIONS_LEAST: usize = 8;
const DEVIATIONS_MOST: usize = 20;
/// Of indicators without a multiple, so many are named; the table shows them all.
const NOT_COMPARED_MOST: usize = 8;

/// The picture of the first page: what stands out, with the leading rates for scale.
pub fn summary(handout: &Handout, page: &Page) -> Option<Picture> {
    let most: usize = if page.large { 7 } else { 9 };
    let mut leads = Vec::new();
    let mut rest = Vec::new();
    for block in &handout.blocks {
        let adjusted = block.indicators.iter().position(|indicator| indicator.adjusted);
        let lead = |index: usize| adjusted.is_some() && (index == 0 || Some(index) == adjusted);
        for (index, (name, indicator)) in names::rows(block).into_iter().zip(&block.indicators).enumerate() {
            let Some(entry) = entry(name.anywhere(), indicator).filter(|entry| !entry.unstable) else { continue };
            if lead(index) { leads.push(entry) } else { rest.push(entry) }
        }
    }
    let size = |entry: &Entry| if entry.ratio > 0.0 { entry.ratio.ln().abs() } else { f64::MAX };
    rest.sort_by(|a, b| size(b).total_cmp(&size(a)));
    rest.truncate(most.saturating_sub(leads.len()));
    leads.extend(rest);
    if leads.is_empty() {
        return None;
    }
    let year = handout.main_index().and_then(|main| handout.years.get(main)).map(year_in_full).unwrap_or_default();
    let similar = leads.iter().all(|entry| entry.verdict.is_none_or(|verdict| verdict == Verdict::Similar));
    let which = if similar { "" } else { "が大きい指標" };
    let caption = format!("全国との違い{which}（{year}、全国を1とした倍率）");
    let chart = chart::deviations(&caption, leads, handout.thresholds, page.room(1.0));
    Some(Picture { number: 0, caption, chart: Chart::Deviations(chart) })
}

/// All charts of a block.
pub fn of_block(handout: &Handout, block: &Block, page: &Page) -> BlockPictures {
    let mut pictures = BlockPictures::default();
    let Some(first) = block.indicators.first() else { return pictures };
    if handout.main_index().is_some() && !tables::has_figures(handout, block) {
        return pictures;
    }
    let few = block.indicators.len() <= BARS_UP_TO;
    let one_unit = block.indicators.iter().all(|indicator| indicator.unit == first.unit);
    let main = handout.main_index();
    if let Some(main) = main {
        let year = handout.years.get(main).map(year_in_full).unwrap_or_default();
        if few && one_unit {
            let unit = if first.unit.is_empty() { String::new() } else { format!("、{}", first.unit) };
            let caption = format!("{}（{year}{unit}）", block.name);
            let has_value =
                |i: &&Indicator| (0..handout.areas.len()).any(|area| i.figure(area, main).value().is_some());
            let (indicators, left): (Vec<&Indicator>, Vec<&Indicator>) = block.indicators.iter().partition(has_value);
            pictures.not_drawn = left.iter().map(|i| i.name.as_str()).collect::<Vec<_>>().join("、");
            let chart = chart::grouped_bars(&caption, &indicators, &handout.areas, main, page.room(1.0));
            pictures.wide.push(Picture { number: 0, caption, chart: Chart::Bars(chart) });
        } else {
            let named: Vec<(String, &Indicator)> =
                names::rows(block).iter().map(|name| name.in_chart()).zip(&block.indicators).collect();
            let mut entries: Vec<Entry> = named.iter().filter_map(|(name, i)| entry(name.clone(), i)).collect();
            let all = entries.len();
            // Rows like the nation's say nothing in a picture; their multiples stand in the table.
            let weight = |entry: &Entry| if entry.ratio > 0.0 { entry.ratio.ln().abs() } else { f64::MAX };
            entries.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
            let standing_out = named.iter().filter(|(_, i)| tables::stands_out(i)).count();
            entries.truncate(standing_out.clamp(DEVIATIONS_LEAST, DEVIATIONS_MOST));
            let left: Vec<String> = named
                .iter()
                .filter(|(_, i)| valid_ratio(i).is_none())
                .map(|(name, _)| name.replace('　', "の"))
                .collect();
            pictures.not_compared = left.iter().take(NOT_COMPARED_MOST).cloned().collect::<Vec<_>>().join("、");
            if left.len() > NOT_COMPARED_MOST {
                pictures.not_compared.push_str(&format!("、ほか{}（表の「－」）", left.len() - NOT_COMPARED_MOST));
            }
            if !entries.is_empty() {
                let which = if entries.len() < all && standing_out > 0 { "が大きい指標" } else { "" };
                let caption = format!("全国との違い{which}（{year}、全国を1とした倍率、大きい順）");
                let chart = chart::deviations(&caption, entries, handout.thresholds, page.room(1.0));
                pictures.wide.push(Picture { number: 0, caption, chart: Chart::Deviations(chart) });
            }
        }
    }
    if few && one_unit {
        let drawn = names::rows(block).into_iter().map(|name| name.label).zip(&block.indicators);
        pictures.part_figures = marks::part_figures_of(handout, drawn);
    }
    let share = if page.pairs() { 0.485 } else { 1.0 };
    let trends: Vec<Trend> = if !block.trends.is_empty() {
        block.trends.clone()
    } else if few && handout.years.len() > 1 {
        let others = handout.areas.iter().filter(|area| area.role == Role::Other).skip(OTHER_LINES);
        pictures.not_in_trends = others.map(|area| area.name.as_str()).collect::<Vec<_>>().join("、");
        block.indicators.iter().map(|indicator| own_trend(handout, indicator)).collect()
    } else {
        Vec::new()
    };
    // Lines nobody has a figure for are no picture.
    let (trends, without): (Vec<Trend>, Vec<Trend>) = trends.into_iter().partition(Trend::holds_values);
    let named = |title: &str, names: &str| names.split('、').any(|name| name == title);
    for Trend { title, .. } in without {
        if !named(&title, &pictures.not_drawn) && !named(&title, &pictures.not_compared) {
            let sep = if pictures.not_drawn.is_empty() { "" } else { "、" };
            pictures.not_drawn.push_str(&format!("{sep}{title}"));
        }
    }
    // Adjusted rates lack the newest year together: the gap is said once with all their names.
    let mut gaps: Vec<(String, Vec<&str>)> = Vec::new();
    let mut heights = Vec::new();
    for trend in &trends {
        let chart = chart::trend(trend, page.chart * 10.5, page.room(share));
        for gap in chart.gaps() {
            match gaps.iter_mut().find(|(known, _)| known == gap) {
                Some((_, titles)) => titles.push(&trend.title),
                None => gaps.push((gap.clone(), vec![&trend.title])),
            }
        }
        pictures.part_years |= trend.years.iter().any(|year| year.part_year);
        let caption = format!("{}の推移{}", trend.title, shown::in_brackets(&trend.unit));
        heights.push(chart.height() + caption_height(&caption, page, page.room(share).width));
        pictures.half.push(Picture { number: 0, caption, chart: Chart::Trend(chart) });
    }
    pictures.half_rows = heights.chunks(2).map(|pair| pair.iter().copied().fold(0.0, f64::max)).collect();
    pictures.gaps = gaps.into_iter().map(|(gap, titles)| format!("{gap}（{}）", titles.join("、"))).collect();
    for scatter in handout.scatters.iter().filter(|scatter| scatter.block == block.name) {
        let whose = if scatter.beyond { "の保険者と比較地域" } else { "の保険者" };
        pictures.scatters.push(Picture {
            number: 0,
            caption: format!("{}（{}、{}{whose}）", scatter.title, scatter.year, handout.prefecture),
            chart: Chart::Scatter(chart::scatter(
                scatter,
                page.chart * scatter_height(scatter.points.len()),
                page.room(1.0),
            )),
        });
    }
    pictures
}

/// The room of a caption under a picture: the gap the layout leaves, and its lines. 「図12　」 stands before it.
fn caption_height(caption: &str, page: &Page, width: f64) -> f64 {
    let lines = ((tables::ems(caption) + 4.5) * page.table / width).ceil().max(1.0);
    0.65 * page.body + lines * page.table * LINE_OF_CAPTION
}

/// From line to line of a caption, in ems of its type.
const LINE_OF_CAPTION: f64 = 1.49;

/// In ems: a prefecture of a hundred insurers needs more room for their names than one of ten.
fn scatter_height(points: usize) -> f64 {
    if points <= 12 { 15.0 } else { 21.0 }
}

/// An indicator over the handout's own years. More lines than these cannot be told apart in a small chart; the
/// values of every area are in the tables.
const OTHER_LINES: usize = 2;

fn own_trend(handout: &Handout, indicator: &Indicator) -> Trend {
    let mut others = 0;
    let drawn = handout.areas.iter().enumerate().filter(|(_, area)| {
        others += usize::from(area.role == Role::Other);
        area.role != Role::Other || others <= OTHER_LINES
    });
    let series = drawn.map(|(index, area)| TrendSeries {
        role: area.role,
        name: area.name.clone(),
        values: (0..handout.years.len()).map(|year| indicator.figure(index, year)).collect(),
    });
    Trend {
        title: indicator.name.clone(),
        unit: indicator.unit.clone(),
        decimals: indicator.decimals,
        years: handout.years.clone(),
        series: series.collect(),
    }
}

fn entry(label: String, indicator: &Indicator) -> Option<Entry> {
    let ratio = valid_ratio(indicator)?;
    Some(Entry {
        label,
        ratio,
        decimals: indicator.ratio_decimals,
        verdict: indicator.verdict,
        unstable: indicator.unstable,
    })
}

fn valid_ratio(indicator: &Indicator) -> Option<f64> {
    indicator.ratio.filter(|ratio| ratio.is_finite() && *ratio >= 0.0)
}
