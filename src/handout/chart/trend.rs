//! Lines over the years: a gap where a year is missing, a hollow mark and a thin line where it is only part of one.

use serde::Serialize;

use super::scale::Scale;
use super::{Room, Tick, labels, missing_words, patterns};
use crate::handout::data::{Figure, Trend, TrendSeries, Year};
use crate::handout::shown;
use crate::model::MissingReason;

/// The drawn lines.
#[derive(Clone, Debug, Serialize)]
pub struct TrendChart {
    width: f64,
    height: f64,
    size: f64,
    plot_x: f64,
    plot_y: f64,
    plot_width: f64,
    plot_height: f64,
    unit: String,
    ticks: Vec<Tick>,
    years: Vec<Tick>,
    /// The eras under the years, where they have no room before the numbers.
    eras: Vec<Tick>,
    lines: Vec<Line>,
    alt: String,
    #[serde(skip)]
    gaps: Vec<String>,
}

impl TrendChart {
    /// From edge to edge, in points.
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Where lines have gaps, in words: 「令和8年度はどの地域も空白」.
    pub fn gaps(&self) -> &[String] {
        &self.gaps
    }
}

#[derive(Clone, Debug, Serialize)]
struct Line {
    pattern: usize,
    segments: Vec<Segment>,
    points: Vec<Point>,
    label: String,
    label_y: f64,
    end: (f64, f64),
}

#[derive(Clone, Debug, Serialize)]
struct Segment {
    from: (f64, f64),
    to: (f64, f64),
    part: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Point {
    x: f64,
    y: f64,
    part: bool,
}

/// The share of the width that is always left to the lines.
const PLOT_LEAST: f64 = 0.35;

/// Draws the lines in a plot of this height.
pub fn trend(trend: &Trend, plot_height: f64, room: Room) -> TrendChart {
    let values = trend.series.iter().flat_map(|series| series.values.iter().filter_map(|figure| figure.value()));
    let scale = Scale::around(values, 3.0);
    let ticks = scale.ticks(plot_height);
    let tick_width = ticks.iter().map(|tick| room.text(&tick.label)).fold(0.0, f64::max);
    let plot_x = tick_width + room.size * 0.5;
    let label_most = room.width * (1.0 - PLOT_LEAST) - plot_x - room.size * 1.8;
    let last_of = |series: &TrendSeries| {
        let years = series.values.iter().enumerate().take(trend.years.len());
        years.filter_map(|(year, figure)| Some((year, figure.value()?))).next_back()
    };
    let newest = trend.series.iter().filter_map(last_of).map(|(year, _)| year).max();
    let label_of = |name: &str, (year, value): (usize, f64), part: bool| {
        let value = shown::number(value, trend.decimals).unwrap_or_default();
        // Beside the others' newer values an older one would be taken for as new.
        let older = trend.years.get(year).filter(|_| Some(year) != newest);
        let older = older.map(|year| format!("（{}）", year.wareki.trim_end_matches("年度"))).unwrap_or_default();
        let value = format!(" {value}{}{older}", if part { "※" } else { "" });
        // A name that fills half the chart would leave no room for its line.
        format!("{}{value}", room.short(name, label_most - room.text(&value)))
    };
    let label_width = trend
        .series
        .iter()
        .filter_map(|series| Some(room.text(&label_of(&series.name, last_of(series)?, trend.holds_parts()))))
        .fold(0.0, f64::max);
    let plot_width = (room.width - plot_x - label_width - room.size * 1.6).max(room.width * PLOT_LEAST);
    let step = plot_width / trend.years.len().max(1) as f64;
    let x = |year: usize| step * (year as f64 + 0.5);

    let patterns = patterns(trend.series.iter().map(|series| series.role));
    let mut lines = Vec::new();
    let mut missing: Vec<(usize, &'static str, &str)> = Vec::new();
    let mut spoken = Vec::new();
    for (series, pattern) in trend.series.iter().zip(patterns) {
        let mut points = Vec::new();
        let mut segments: Vec<Segment> = Vec::new();
        let mut before: Option<(f64, f64, bool)> = None;
        let mut last = None;
        let mut words = Vec::new();
        for (index, year) in trend.years.iter().enumerate() {
            let figure = series.values.get(index).copied();
            match figure.and_then(|figure| figure.value()) {
                Some(value) => {
                    let point = (x(index), plot_height - scale.at(value, plot_height));
                    let alone = figure.filter(|figure| figure.is_part());
                    let part = year.part_year || alone.is_some();
                    if let Some((px, py, before)) = before {
                        segments.push(Segment { from: (px, py), to: point, part: before || part });
                    }
                    points.push(Point { x: point.0, y: point.1, part });
                    before = Some((point.0, point.1, part));
                    last = Some((point, (index, value), part));
                    let shown = shown::number(value, trend.decimals).unwrap_or_default();
                    words.push(match alone {
                        Some(figure) => format!("{}（{}） {shown}", year.wareki, shown::months(figure.months())),
                        None => format!("{} {shown}", year_words(year)),
                    });
                }
                None => {
                    before = None;
                    let figure = figure.unwrap_or(Figure::Missing { missing: MissingReason::Unknown });
                    let reason = missing_words(figure);
                    missing.push((index, figure.missing().map_or("", MissingReason::label), &series.name));
                    words.push(format!("{} {reason}", year_words(year)));
                }
            }
        }
        spoken.push(format!("{}：{}", series.name, words.join("、")));
        if let Some((end, newest, part)) = last {
            let label = label_of(&series.name, newest, part);
            lines.push(Line { pattern, segments, points, label, label_y: 0.0, end });
        }
    }
    let wanted: Vec<f64> = lines.iter().map(|line| line.end.1).collect();
    for (line, y) in lines.iter_mut().zip(labels::spread(&wanted, room.line(), plot_height)) {
        line.label_y = y;
    }
    let (years, eras) = year_ticks(&trend.years, step, room);
    let alt = format!("折れ線グラフ。{}{}。{}。", trend.title, shown::in_brackets(&trend.unit), spoken.join("。"));
    TrendChart {
        width: room.width,
        height: plot_height + room.line() * 2.7 + if eras.is_empty() { 0.0 } else { room.size * 1.05 },
        size: room.size,
        plot_x,
        plot_y: room.line() * 1.2,
        plot_width,
        plot_height,
        unit: trend.unit.clone(),
        ticks,
        years,
        eras,
        lines,
        gaps: gaps(trend, &missing),
        alt,
    }
}

fn gaps(trend: &Trend, missing: &[(usize, &'static str, &str)]) -> Vec<String> {
    // First year, last year, what is so.
    let mut runs: Vec<(usize, usize, String)> = Vec::new();
    for index in 0..trend.years.len() {
        let mut reasons: Vec<&str> = missing.iter().filter(|gap| gap.0 == index).map(|gap| gap.1).collect();
        reasons.sort_unstable();
        reasons.dedup();
        for reason in reasons {
            let names: Vec<&str> =
                missing.iter().filter(|gap| gap.0 == index && gap.1 == reason).map(|gap| gap.2).collect();
            let who = if names.len() == trend.series.len() { "どの地域も".to_owned() } else { names.join("、") };
            let what = format!("{who}{reason}");
            match runs.iter_mut().find(|(_, last, known)| *last + 1 == index && *known == what) {
                Some((_, last, _)) => *last = index,
                None => runs.push((index, index, what)),
            }
        }
    }
    let year = |index: usize| trend.years.get(index).map(|year| year.wareki.as_str()).unwrap_or_default();
    let lines = runs.into_iter().map(|(first, last, what)| {
        if first == last {
            format!("{}は{what}", year(first))
        } else {
            format!("{}～{}は{what}", year(first), year(last))
        }
    });
    lines.collect()
}

fn year_words(year: &Year) -> String {
    if year.part_year { format!("{}（{}）", year.wareki, shown::months(year.months)) } else { year.wareki.clone() }
}

/// 「令和5年度」 while there is room, else 「令和5」「6」「7」, else 「5」「6」「7」 over 「令和」: the years and the eras under them. A
/// part-year carries ※. Years that have no room even so have no label: they are named in steps.
fn year_ticks(years: &[Year], step: f64, room: Room) -> (Vec<Tick>, Vec<Tick>) {
    let x = |year: usize| step * (year as f64 + 0.5);
    let ticks = |labels: Vec<String>| -> Vec<Tick> {
        labels.into_iter().enumerate().map(|(k, label)| Tick { at: x(k), label }).collect()
    };
    let mark = |year: &Year| if year.part_year { "※" } else { "" };
    if years.iter().all(|year| room.text(&year.wareki) + room.size <= step) {
        return (ticks(years.iter().map(|year| format!("{}{}", year.wareki, mark(year))).collect()), Vec::new());
    }
    // The era and the number of each year.
    let parts: Vec<(&str, String)> = years
        .iter()
        .map(|year| {
            let short = year.wareki.trim_end_matches("年度");
            let number = short.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '元');
            let (era, number) = match short.strip_suffix(number) {
                Some(era) if !number.is_empty() => (era, number),
                _ => ("", short),
            };
            (era, format!("{number}{}", mark(year)))
        })
        .collect();
    let begins = |index: usize| index.checked_sub(1).and_then(|before| parts.get(before)).map(|(era, _)| *era);
    let in_line: Vec<String> = parts
        .iter()
        .enumerate()
        .map(
            |(index, (era, number))| {
                if begins(index) == Some(*era) { number.clone() } else { format!("{era}{number}") }
            },
        )
        .collect();
    let apart = |pair: &[String]| {
        pair.iter().map(|label| room.text(label)).sum::<f64>() / 2.0 + room.size * BETWEEN_YEARS <= step
    };
    if in_line.windows(2).all(apart) {
        return (ticks(in_line), Vec::new());
    }
    // Of many years every second or third is named, the newest always; a part-year keeps its mark.
    let widest = parts.iter().map(|(_, number)| room.text(number)).fold(0.0, f64::max) + room.size * BETWEEN_YEARS;
    let every = (widest / step).ceil().max(1.0) as usize;
    let named = |index: usize| (parts.len() - 1 - index).is_multiple_of(every);
    let mut eras: Vec<Tick> = Vec::new();
    let mut firsts: Vec<(usize, &str)> = Vec::new();
    for (index, (era, _)) in parts.iter().enumerate().filter(|(index, _)| named(*index)) {
        if firsts.last().is_none_or(|(_, before)| before != era) {
            firsts.push((index, era));
        }
    }
    for (year, era) in firsts.into_iter().rev().filter(|(_, era)| !era.is_empty()) {
        // An era of one year makes room for the next one.
        let most = eras.last().map_or(f64::MAX, |after| {
            after.at - (room.text(&after.label) + room.text(era)) / 2.0 - room.size * BETWEEN_YEARS
        });
        eras.push(Tick { at: x(year).min(most), label: era.to_owned() });
    }
    let labels = parts.iter().enumerate().map(|(index, (_, number))| match number.contains('※') {
        _ if named(index) => number.clone(),
        true => "※".to_owned(),
        false => String::new(),
    });
    (ticks(labels.collect()), eras)
}

/// The least gap between the years of an axis, in ems.
const BETWEEN_YEARS: f64 = 0.35;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handout::data::Role;

    fn year(form_year: i32, part_year: bool) -> Year {
        Year {
            form_year, wareki: format!("令和{}年度", form_year - 2018), part_year, months: part_year.then_some(1)
        }
    }

    fn sample() -> TrendChart {
        let hole = Figure::Missing { missing: MissingReason::Blank };
        let series = |role, name: &str, values| TrendSeries { role, name: name.to_owned(), values };
        let data = Trend {
            title: "認定率".to_owned(),
            unit: "％".to_owned(),
            decimals: 1,
            years: vec![year(2023, false), year(2024, false), year(2025, false), year(2026, true)],
            series: vec![
                series(
                    Role::Own,
                    "みほん市",
                    vec![Figure::Value(18.0), hole, Figure::Value(18.4), Figure::Value(18.5)],
                ),
                series(Role::Nation, "全国", [18.1, 18.2, 18.3, 18.45].map(Figure::Value).to_vec()),
                series(Role::Other, "となり市", vec![hole, hole, hole, hole]),
            ],
        };
        trend(&data, 90.0, Room { width: 240.0, size: 9.0 })
    }

    #[test]
    fn a_missing_year_is_a_gap_and_is_said() {
        let chart = sample();
        assert_eq!(chart.lines.len(), 2, "a series without any value has no line");
        assert_eq!(chart.lines[0].segments.len(), 1, "no line is drawn across the gap");
        assert!(chart.gaps.contains(&"令和6年度はみほん市、となり市空白".to_owned()), "{:?}", chart.gaps);
        assert!(chart.alt.contains("令和6年度 －（空白）"));
    }

    #[test]
    fn years_with_the_same_gap_are_told_together() {
        let hole = Figure::Missing { missing: MissingReason::Unknown };
        let values = vec![hole, hole, Figure::Value(1.0), hole];
        let one = TrendSeries { role: Role::Own, name: "みほん市".to_owned(), values };
        let all = TrendSeries { role: Role::Nation, name: "全国".to_owned(), values: vec![Figure::Value(1.0); 4] };
        let years = (2023..2027).map(|form_year| year(form_year, false)).collect();
        let data =
            Trend { title: "認定率".to_owned(), unit: "％".to_owned(), decimals: 1, years, series: vec![one, all] };
        let chart = trend(&data, 90.0, Room { width: 240.0, size: 9.0 });
        assert_eq!(chart.gaps(), ["令和5年度～令和6年度はみほん市データなし", "令和8年度はみほん市データなし"]);
    }

    #[test]
    fn part_years_are_marked() {
        let chart = sample();
        assert!(chart.lines[0].segments[0].part && chart.lines[0].points[2].part);
        assert!(chart.years[3].label.ends_with('※'), "{:?}", chart.years);
    }

    #[test]
    fn many_years_are_named_in_steps_and_the_newest_always() {
        let years: Vec<Year> = (2006..2027)
            .map(|form_year| Year {
                form_year,
                wareki: if form_year < 2019 {
                    format!("平成{}年度", form_year - 1988)
                } else {
                    format!("令和{}年度", form_year - 2018)
                },
                part_year: form_year == 2025,
                months: None,
            })
            .collect();
        let room = Room { width: 200.0, size: 9.0 };
        let step = 160.0 / years.len() as f64;
        let (ticks, eras) = year_ticks(&years, step, room);
        assert_eq!(ticks.last().unwrap().label, "8");
        assert!(ticks.iter().any(|tick| tick.label.ends_with('※')), "{ticks:?}");
        assert_eq!(ticks.len(), years.len(), "every year has its tick");
        let named: Vec<&Tick> = ticks.iter().filter(|tick| !["", "※"].contains(&tick.label.as_str())).collect();
        assert!((5..15).contains(&named.len()), "{named:?}");
        for pair in named.windows(2) {
            let [a, b] = pair else { panic!() };
            let least = (room.text(&a.label) + room.text(&b.label)) / 2.0;
            assert!(b.at - a.at > least, "{a:?} {b:?}");
        }
        // Each era stands under the first of its years that is named.
        assert_eq!(eras.iter().map(|era| era.label.as_str()).collect::<Vec<_>>(), ["令和", "平成"]);
        assert!(eras.iter().all(|era| named.iter().any(|tick| (tick.at - era.at).abs() < 1e-9)), "{eras:?}");
        // With room for each of them all are named.
        assert_eq!(year_ticks(&years, 30.0, room).0.len(), years.len());
    }

    #[test]
    fn end_labels_keep_their_distance() {
        let chart = sample();
        assert!((chart.lines[0].label_y - chart.lines[1].label_y).abs() >= 9.0 * 1.3 - 1e-6);
    }
}
