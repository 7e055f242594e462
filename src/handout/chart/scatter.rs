//! The prefecture's insurers by two indicators, with dashed lines where the nation stands.

use serde::Serialize;

use super::labels::{Box2, beside};
use super::scale::Scale;
use super::{Room, Tick, missing_words};
use crate::handout::data::{Axis, Figure, Role, Scatter, ScatterPoint};
use crate::handout::shown;

/// The drawn plot.
#[derive(Clone, Debug, Serialize)]
pub struct ScatterChart {
    width: f64,
    height: f64,
    size: f64,
    plot_x: f64,
    plot_y: f64,
    plot_width: f64,
    plot_height: f64,
    x_title: String,
    y_title: String,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    x_nation: Option<Tick>,
    y_nation: Option<Tick>,
    marks: Vec<Mark>,
    labels: Vec<Label>,
    /// Insurers whose name found no room, with their figures.
    unnamed: Vec<String>,
    /// Insurers and lines without figures, in words.
    missing: Vec<String>,
    /// Why its figures are others than those of the table.
    note: Option<String>,
    alt: String,
}

#[derive(Clone, Debug, Serialize)]
struct Mark {
    x: f64,
    y: f64,
    role: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Label {
    x: f64,
    y: f64,
    width: f64,
    text: String,
    own: bool,
}

/// Half the width of a marker.
const MARKER: f64 = 2.6;

/// Draws the plot at this height.
pub fn scatter(data: &Scatter, plot_height: f64, room: Room) -> ScatterChart {
    let known: Vec<(&ScatterPoint, f64, f64)> = {
        let mut known: Vec<_> = data.points.iter().filter_map(|p| Some((p, p.x.whole()?, p.y.whole()?))).collect();
        // The own area and the chosen ones get the best places.
        known.sort_by_key(|(point, ..)| match point.role {
            Some(Role::Own) => 0,
            Some(_) => 1,
            None => 2,
        });
        known
    };
    let x_scale = scale(known.iter().map(|k| k.1).chain(data.x.nation.value()), 5.0);
    let y_scale = scale(known.iter().map(|k| k.2).chain(data.y.nation.value()), 4.0);
    let y_ticks = y_scale.ticks(plot_height);
    let tick_width = y_ticks.iter().map(|tick| room.text(&tick.label)).fold(0.0, f64::max);
    let plot_x = tick_width + room.size * 0.5;
    let nation_words = |axis: &Axis| {
        let value = axis.nation.value().and_then(|value| shown::number(value, axis.decimals));
        value.map(|value| format!("全国 {value}"))
    };
    let right = nation_words(&data.y).map_or(0.0, |words| room.text(&words)) + room.size * 0.6;
    let plot_width = room.width - plot_x - right;

    let at = |x: f64, y: f64| (x_scale.at(x, plot_width), plot_height - y_scale.at(y, plot_height));
    let name_size = room.size * 0.94;
    let wanted: Vec<(f64, f64, f64, f64)> = known
        .iter()
        .map(|(point, x, y)| {
            let (x, y) = at(*x, *y);
            (x, y, room.text(&point.name) / room.size * name_size + 1.0, name_size * 1.15)
        })
        .collect();
    let plot = Box2 { x: 0.0, y: 0.0, w: plot_width, h: plot_height };
    let across = data.y.nation.value().map(|v| Box2 { x: 0.0, y: at(0.0, v).1 - 0.5, w: plot_width, h: 1.0 });
    let upright = data.x.nation.value().map(|v| Box2 { x: at(v, 0.0).0 - 0.5, y: 0.0, w: 1.0, h: plot_height });
    let lines: Vec<Box2> = across.into_iter().chain(upright).collect();
    let places = beside(&wanted, MARKER, &plot, &lines);

    let mut marks = Vec::with_capacity(known.len());
    let mut labels = Vec::new();
    let mut unnamed = Vec::new();
    let mut spoken = Vec::new();
    for ((point, x, y), place) in known.iter().zip(places) {
        let own = point.role == Some(Role::Own);
        let (mark_x, mark_y) = at(*x, *y);
        let role = match point.role {
            Some(Role::Own) => "own",
            Some(_) => "other",
            None => "plain",
        };
        marks.push(Mark { x: mark_x, y: mark_y, role });
        let figures = format!("{}（{}、{}）", point.name, value(point.x, &data.x), value(point.y, &data.y));
        match place {
            Some(Box2 { x, y, w, .. }) => labels.push(Label { x, y, width: w, text: point.name.clone(), own }),
            None => unnamed.push(figures.clone()),
        }
        spoken.push(figures);
    }
    // The own mark lies on top.
    marks.reverse();

    let mut missing = Vec::new();
    for axis in [&data.x, &data.y] {
        if axis.nation.value().is_none() {
            missing.push(format!("全国の{} {}", axis.name, missing_words(axis.nation)));
        }
    }
    for point in data.points.iter().filter(|point| point.x.whole().is_none() || point.y.whole().is_none()) {
        let words = match (point.x.missing(), point.y.missing()) {
            (Some(x), Some(y)) if x == y => x.label().to_owned(),
            _ => format!("{}、{}", value(point.x, &data.x), value(point.y, &data.y)),
        };
        missing.push(format!("{}（{words}）", point.name));
    }
    let titled = |axis: &Axis| format!("{}（{}）", axis.name, axis.unit);
    let nation = [&data.x, &data.y].map(|axis| format!("{} {}", axis.name, value(axis.nation, axis)));
    let alt = format!(
        "散布図。{}（{}）。横軸は{}、縦軸は{}。全国は{}。{}。",
        data.title,
        data.year,
        titled(&data.x),
        titled(&data.y),
        nation.join("、"),
        spoken.join("、")
    );
    ScatterChart {
        width: room.width,
        height: plot_height + room.line() * 5.2,
        size: room.size,
        plot_x,
        plot_y: room.line() * 2.4,
        plot_width,
        plot_height,
        x_title: titled(&data.x),
        y_title: titled(&data.y),
        x_ticks: x_scale.ticks(plot_width),
        y_ticks,
        x_nation: data.x.nation.value().zip(nation_words(&data.x)).map(|(v, label)| Tick { at: at(v, 0.0).0, label }),
        y_nation: data.y.nation.value().zip(nation_words(&data.y)).map(|(v, label)| Tick { at: at(0.0, v).1, label }),
        marks,
        labels,
        unnamed,
        missing,
        note: data.note.clone(),
        alt,
    }
}

/// The share of the span that is left free at both ends, so that no mark lies on the frame.
const EDGE: f64 = 0.04;

fn scale(values: impl Iterator<Item = f64>, wanted: f64) -> Scale {
    let values: Vec<f64> = values.collect();
    let (lo, hi) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), value| (lo.min(*value), hi.max(*value)));
    let edge = (hi - lo) * EDGE;
    // No rate is below nought.
    let low = if lo >= 0.0 { (lo - edge).max(0.0) } else { lo - edge };
    Scale::around(values.into_iter().chain([low, hi + edge]).filter(|value| value.is_finite()), wanted)
}

fn value(figure: Figure, axis: &Axis) -> String {
    let shown = figure.value().and_then(|value| shown::number(value, axis.decimals));
    match shown {
        Some(shown) if figure.is_part() => format!("※{shown}（{}）", shown::months(figure.months())),
        Some(shown) => shown,
        None => missing_words(figure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MissingReason;

    #[test]
    fn every_insurer_is_named_somewhere() {
        let axis = |name: &str| Axis {
            name: name.to_owned(),
            unit: "％".to_owned(),
            decimals: 1,
            nation: Figure::Value(12.0),
        };
        let mut points: Vec<ScatterPoint> = (0..150)
            .map(|k| ScatterPoint {
                role: (k == 7).then_some(Role::Own),
                name: format!("第{k}番広域連合"),
                x: Figure::Value(10.0 + f64::from(k % 13) * 0.3),
                y: Figure::Value(5.0 + f64::from(k % 11) * 0.2),
            })
            .collect();
        points.push(ScatterPoint {
            role: None,
            name: "値のない町".to_owned(),
            x: Figure::Value(12.0),
            y: Figure::Missing { missing: MissingReason::Suppressed },
        });
        let data = Scatter {
            title: "重度と軽度".to_owned(),
            block: "認定率".to_owned(),
            year: "令和7年度".to_owned(),
            x: axis("軽度"),
            y: axis("重度"),
            points,
            beyond: false,
            note: None,
        };
        let chart = scatter(&data, 220.0, Room { width: 490.0, size: 9.0 });
        assert_eq!(chart.labels.len() + chart.unnamed.len(), 150);
        assert!(chart.labels.iter().any(|label| label.own), "the own area's name always finds room");
        assert_eq!(chart.missing, ["値のない町（12.0、－（秘匿））"]);
    }
}
