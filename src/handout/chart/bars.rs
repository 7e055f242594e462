//! Grouped bars: indicators of one unit, a bar an area, its name and value beside it, so no legend is needed.

use serde::Serialize;

use super::scale::Scale;
use super::{Room, Tick, missing_words, patterns};
use crate::handout::data::{AreaColumn, Figure, Indicator};
use crate::handout::shown;

/// The drawn bars.
#[derive(Clone, Debug, Serialize)]
pub struct GroupedBars {
    width: f64,
    /// The width of a column of groups.
    column: f64,
    height: f64,
    size: f64,
    name_width: f64,
    plot_x: f64,
    plot_width: f64,
    bar: f64,
    /// Where nought lies.
    nought: f64,
    unit: String,
    ticks: Vec<Tick>,
    groups: Vec<Group>,
    alt: String,
}

#[derive(Clone, Debug, Serialize)]
struct Group {
    x: f64,
    y: f64,
    title: String,
    bars: Vec<Bar>,
}

#[derive(Clone, Debug, Serialize)]
struct Bar {
    y: f64,
    name: String,
    pattern: usize,
    /// Where the bar starts and how long it is; a value below nought ends at nought.
    from: f64,
    length: f64,
    /// Where the value is written: never to the left of nought, where the names are.
    value_x: f64,
    value: String,
    missing: bool,
    /// Of fewer months: drawn hollow.
    part: bool,
}

/// The share of the width that is left to the bars, whatever the names.
const BARS_LEAST: f64 = 0.2;
/// A column of groups is at least this many ems wide.
const COLUMN_LEAST: f64 = 22.0;

/// Draws the figures of one year; the indicators share a unit.
pub fn grouped_bars(
    title: &str,
    indicators: &[&Indicator],
    areas: &[AreaColumn],
    year: usize,
    room: Room,
) -> GroupedBars {
    let figure = |indicator: &Indicator, area: usize| indicator.figure(area, year);
    // Two columns of groups where there is room: bars need no more than half a page.
    let columns = if room.width > room.size * COLUMN_LEAST * 2.0 && indicators.len() > 1 { 2 } else { 1 };
    let gutter = room.size * 2.0;
    let whole = room;
    let room = Room { width: (whole.width - gutter * (columns as f64 - 1.0)) / columns as f64, ..whole };
    let per_column = indicators.len().div_ceil(columns);
    let longest = areas.iter().map(|area| room.text(&area.name)).fold(0.0, f64::max);
    let value_width = value_width(indicators, areas.len(), year, room);
    // Two long names must not look alike: bars yield to them as far as they can be told apart.
    let most = room.width * (1.0 - BARS_LEAST) - value_width - room.size * 0.6;
    let name_width = (longest + 2.0).min(most.max(room.width * 0.3));
    let plot_x = name_width + room.size * 0.6;
    let values: Vec<f64> = indicators
        .iter()
        .flat_map(|indicator| (0..areas.len()).filter_map(move |area| figure(indicator, area).value()))
        .collect();
    let plot_width = (room.width - plot_x - value_width).max(40.0);
    let scale = Scale::from_nought(values.iter().copied(), 5.0);
    let patterns = patterns(areas.iter().map(|area| area.role));

    let nought = scale.at(0.0, plot_width);
    let bar = room.line();
    let (mut y, mut height) = (0.0f64, 0.0f64);
    let mut groups = Vec::with_capacity(indicators.len());
    let mut spoken = Vec::new();
    for (number, indicator) in indicators.iter().enumerate() {
        if number > 0 && number % per_column == 0 {
            y = 0.0;
        }
        let x = (number / per_column) as f64 * (room.width + gutter);
        let title_y = y;
        y += room.lines(&indicator.name, room.width) * room.line() + 1.0;
        let mut bars = Vec::with_capacity(areas.len());
        for ((index, area), pattern) in areas.iter().enumerate().zip(&patterns) {
            let figure = figure(indicator, index);
            let value = shown_value(figure, indicator.decimals);
            let months =
                if figure.is_part() { format!("（{}）", shown::months(figure.months())) } else { String::new() };
            spoken.push(format!("{} {} {value}{months}", indicator.name, area.name));
            let end = figure.value().map_or(nought, |value| scale.at(value, plot_width));
            let (from, length, value_x) = (end.min(nought), (end - nought).abs(), end.max(nought));
            let name = room.short(&area.name, name_width);
            bars.push(Bar {
                y,
                name,
                pattern: *pattern,
                from,
                length,
                value_x,
                value,
                missing: figure.value().is_none(),
                part: figure.is_part(),
            });
            y += bar + 1.0;
        }
        y += room.size * 0.55;
        height = height.max(y);
        groups.push(Group { x, y: title_y, title: indicator.name.clone(), bars });
    }
    let unit = indicators.first().map(|indicator| indicator.unit.clone()).unwrap_or_default();
    let alt = format!("横棒グラフ。{title}{}。{}。", shown::in_brackets(&unit), spoken.join("、"));
    let ticks = scale.ticks(plot_width);
    GroupedBars {
        width: whole.width,
        column: room.width,
        height: height + room.line() * 0.4,
        size: room.size,
        name_width,
        plot_x,
        plot_width,
        bar,
        nought,
        unit,
        ticks,
        groups,
        alt,
    }
}

/// The room to the right of the longest bar.
fn value_width(indicators: &[&Indicator], areas: usize, year: usize, room: Room) -> f64 {
    let figures = indicators.iter().flat_map(|indicator| {
        (0..areas)
            .map(|area| (indicator.figure(area, year), indicator.decimals))
            .filter(|(figure, _)| figure.value().is_some())
    });
    let widest = figures.map(|(figure, decimals)| room.text(&shown_value(figure, decimals))).fold(0.0, f64::max);
    // Where a value is missing, the reason has the room of the bar, too.
    widest.max(room.text("－（データなし）") - room.width * BARS_LEAST) + room.size * 0.8
}

fn shown_value(figure: Figure, decimals: u8) -> String {
    match figure.value().and_then(|value| shown::number(value, decimals)) {
        Some(shown) if figure.is_part() => format!("{shown}※"),
        Some(shown) => shown,
        None => missing_words(figure),
    }
}
