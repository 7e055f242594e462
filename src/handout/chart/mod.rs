//! Where everything in a chart goes, in points from the chart's top left corner.
//!
//! The template only draws what stands here, so that the rules a reader depends on (no label over another, missing
//! values drawn as such) are ordinary code with tests and not drawing commands.

mod bars;
mod deviation;
mod labels;
mod scale;
mod scatter;
mod trend;

pub use bars::{GroupedBars, grouped_bars};
pub use deviation::{DeviationChart, Entry, deviations};
pub use scatter::{ScatterChart, scatter};
pub use trend::{TrendChart, trend};

use serde::Serialize;

use super::data::{Figure, Role};
use super::glyphs;

/// The room a chart has, and its type size, in points.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// From edge to edge.
    pub width: f64,
    /// Type size of names and numbers.
    pub size: f64,
}

impl Room {
    /// The height of a line of text.
    fn line(self) -> f64 {
        self.size * 1.3
    }

    /// The width of a text in one line. BIZ UDGothic has a fixed pitch: letters half an em, all else an em.
    fn text(self, text: &str) -> f64 {
        text.chars().map(glyphs::columns).sum::<usize>() as f64 * self.size / 2.0
    }

    /// The text as far as it fits into this width, with 「…」 where it was cut; the tables hold it in full.
    fn short(self, text: &str, width: f64) -> String {
        if self.text(text) <= width {
            return text.to_owned();
        }
        let mut used = self.size;
        let fits = |c: &char| {
            used += glyphs::columns(*c) as f64 * self.size / 2.0;
            used <= width
        };
        text.chars().take_while(fits).chain(['…']).collect()
    }

    /// How many lines a text takes in a column.
    fn lines(self, text: &str, width: f64) -> f64 {
        (self.text(text) / width.max(self.size)).ceil().max(1.0)
    }
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tick {
    /// Points from the start of the axis.
    pub at: f64,
    /// The number beside it.
    pub label: String,
}

/// Fill, dash and marker of a series: 0 own, 1 prefecture, 2 nation, 3… others in turn. The template knows how each
/// looks; no two look alike in a grey copy.
fn pattern(role: Role, others_before: usize) -> usize {
    match role {
        Role::Own => 0,
        Role::Prefecture => 1,
        Role::Nation => 2,
        Role::Other => 3 + others_before % 5,
    }
}

/// Patterns of areas in their order.
fn patterns(roles: impl Iterator<Item = Role>) -> Vec<usize> {
    let mut others = 0;
    roles
        .map(|role| {
            let chosen = pattern(role, others);
            others += usize::from(role == Role::Other);
            chosen
        })
        .collect()
}

/// 「－（空白）」 for a value that is not there.
fn missing_words(figure: Figure) -> String {
    figure.missing().map(|reason| format!("{}（{}）", reason.mark(), reason.label())).unwrap_or_default()
}
