//! The list of deviations from the nation: one bar an indicator, longest above first.

use serde::Serialize;

use super::{Room, Tick};
use crate::handout::data::{Thresholds, Verdict};
use crate::handout::shown;

/// One indicator that has a multiple.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The short name.
    pub label: String,
    /// Own ÷ nation.
    pub ratio: f64,
    /// Decimals it is shown with.
    pub decimals: u8,
    /// See [`Verdict`].
    pub verdict: Option<Verdict>,
    /// Too few recipients.
    pub unstable: bool,
}

/// The drawn list.
#[derive(Clone, Debug, Serialize)]
pub struct DeviationChart {
    width: f64,
    height: f64,
    size: f64,
    label_width: f64,
    plot_x: f64,
    plot_width: f64,
    /// Where the multiples end.
    value_x: f64,
    /// Where the nation stands.
    nation: f64,
    /// From where to where counts as 同程度.
    band: (f64, f64),
    ticks: Vec<Tick>,
    rows: Vec<Row>,
    /// Some bar ends before its value.
    cut: bool,
    unstable: bool,
    alt: String,
}

#[derive(Clone, Debug, Serialize)]
struct Row {
    y: f64,
    height: f64,
    label: String,
    mark: &'static str,
    from: f64,
    to: f64,
    cut: bool,
    value: String,
    verdict: String,
}

/// Bars reach no further than this multiple: one wild figure must not flatten all others.
const FURTHEST: f64 = 2.0;
/// The gap between the end of the longest bar and the longest multiple, in ems.
const BEFORE_VALUE: f64 = 0.9;

fn shown_ratio(entry: &Entry) -> String {
    shown::number(entry.ratio, entry.decimals).map(|number| format!("{number}倍")).unwrap_or_default()
}

/// Draws the entries sorted from far above the nation to far below.
pub fn deviations(title: &str, mut entries: Vec<Entry>, thresholds: Thresholds, room: Room) -> DeviationChart {
    entries.sort_by(|a, b| b.ratio.total_cmp(&a.ratio).then_with(|| a.label.cmp(&b.label)));
    let values: Vec<String> = entries.iter().map(shown_ratio).collect();
    // Between the longest bar and the longest multiple, between that and the verdict, and to the edge.
    let widest = values.iter().map(|value| room.text(value)).fold(room.text("10.00倍"), f64::max);
    let value_width = widest + room.size * (BEFORE_VALUE + 1.2);
    let verdict_width = room.text("↑上回る") + room.size * 0.4;
    let longest = entries.iter().map(|entry| room.text(&entry.label)).fold(0.0, f64::max);
    let label_width = (longest + room.size).min(room.width * 0.42);
    let plot_x = label_width + room.size * 0.5;
    let plot_width = (room.width - plot_x - value_width - verdict_width).max(60.0);

    let least = entries.iter().map(|e| e.ratio).fold(thresholds.below - 0.1, f64::min);
    let most = entries.iter().map(|e| e.ratio).fold(thresholds.above + 0.1, f64::max);
    let lo = ((least * 4.0).floor() / 4.0).clamp(0.0, 0.75);
    let hi = ((most * 4.0).ceil() / 4.0).clamp(1.25, FURTHEST);
    let at = |ratio: f64| (ratio.clamp(lo, hi) - lo) / (hi - lo) * plot_width;
    let quarters = ((hi - lo) * 4.0).round() as usize;
    // Every quarter while they are few, else every half.
    let every = if quarters as f64 * room.text("0.75") * 1.6 < plot_width { 1 } else { 2 };
    let first = (lo * 4.0).round() as usize;
    let ticks = (first..=first + quarters)
        .filter(|quarter| quarter % every == 0)
        .filter_map(|quarter| {
            let ratio = quarter as f64 / 4.0;
            let label = if quarter == 4 { "全国".to_owned() } else { shown::number(ratio, 2)? };
            Some(Tick { at: at(ratio), label })
        })
        .collect();

    let mut rows = Vec::with_capacity(entries.len());
    let mut y = 0.0;
    for (entry, value) in entries.iter().zip(values) {
        let height = room.lines(&entry.label, label_width) * room.line() + room.size * 0.25;
        let (from, to) = (at(entry.ratio).min(at(1.0)), at(entry.ratio).max(at(1.0)));
        let mark = match entry.verdict {
            _ if entry.unstable => "unstable",
            Some(Verdict::Above) => "above",
            Some(Verdict::Below) => "below",
            Some(Verdict::Similar) | None => "similar",
        };
        let verdict = match entry.verdict {
            _ if entry.unstable => "少数".to_owned(),
            Some(verdict) => format!("{}{}", verdict.arrow(), verdict.word()),
            None => String::new(),
        };
        let cut = entry.ratio > hi || entry.ratio < lo;
        rows.push(Row { y, height, label: entry.label.clone(), mark, from, to, cut, value, verdict });
        y += height;
    }
    let spoken = rows.iter().map(|r| format!("{} {} {}", r.label, r.value, r.verdict)).collect::<Vec<_>>().join("、");
    DeviationChart {
        width: room.width,
        height: y + room.line() * 1.4,
        size: room.size,
        label_width,
        plot_x,
        plot_width,
        value_x: plot_x + plot_width + room.size * BEFORE_VALUE + widest,
        nation: at(1.0),
        band: (at(thresholds.below), at(thresholds.above)),
        ticks,
        cut: rows.iter().any(|row| row.cut),
        unstable: entries.iter().any(|entry| entry.unstable),
        rows,
        alt: format!("横棒グラフ。{title}。全国を1とした倍率の大きい順。{spoken}。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(label: &str, ratio: f64) -> Entry {
        Entry { label: label.to_owned(), ratio, decimals: 2, verdict: None, unstable: false }
    }

    #[test]
    fn sorted_by_size_and_wild_bars_are_cut() {
        let room = Room { width: 490.0, size: 9.0 };
        let entries = vec![entry("低い", 0.4), entry("並", 1.0), entry("とても高い", 9.8)];
        let chart = deviations("違い", entries, Thresholds::default(), room);
        let labels: Vec<&str> = chart.rows.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(labels, ["とても高い", "並", "低い"]);
        assert!(chart.rows[0].cut && chart.rows[0].to <= chart.plot_width + 1e-9);
        assert_eq!(chart.rows[0].value, "9.80倍");
        assert!(chart.alt.contains("とても高い 9.80倍"));
    }

    #[test]
    fn rows_do_not_lie_over_one_another() {
        let room = Room { width: 300.0, size: 9.0 };
        let long = "受給者1人あたり給付月額（定期巡回・随時対応型訪問介護看護）";
        let entries = vec![entry(long, 1.2), entry("訪問介護", 1.1), entry(long, 0.9)];
        let chart = deviations("違い", entries, Thresholds::default(), room);
        for pair in chart.rows.windows(2) {
            assert!(pair[1].y >= pair[0].y + pair[0].height - 1e-9);
        }
    }
}
