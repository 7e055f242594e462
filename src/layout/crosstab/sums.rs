//! Rows of sums: not taken as figures, but their columns are added up, and one that is off is told with its cell.

use std::collections::BTreeMap;

use super::heads::number_of;
use crate::diagnostic::Diagnostic;
use crate::layout::place_of;
use crate::model::CellRef;
use crate::notation::parse_unit;
use crate::read::{Book, Grid};

/// Units of what may be added up; rates and ages may not.
const COUNTED: [&str; 11] = ["人", "世帯", "円", "件", "回", "日", "延人月", "か所", "施設", "事業所", "床"];
/// Rounded figures may differ from their rounded sum by half a unit of the last digit each.
const SLACK: f64 = 0.5;

/// What has been added up so far in each column.
#[derive(Debug, Default)]
pub struct Sums {
    /// Since the last row of sums, and from the top, by the words of the rows and the column
    running: BTreeMap<(String, u32), Running>,
}

#[derive(Debug, Default)]
struct Running {
    since: f64,
    all: f64,
    rows: u32,
    sums: f64,
    /// A figure is withheld or unreadable: nothing can be checked
    open: bool,
    decimals: usize,
}

/// What came of a row of sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It adds up
    Right,
    /// It does not, and that was told
    Wrong,
    /// Nothing can be said
    Open,
}

impl Sums {
    /// Adds a row of an area; `what` are the words that say what it counts.
    pub fn add(&mut self, grid: &Grid, what: &str, at: CellRef) {
        let running = self.running.entry((what.to_owned(), at.col)).or_default();
        match grid.get(at).and_then(number_of) {
            Some((value, decimals)) => {
                running.since += value;
                running.all += value;
                running.decimals = running.decimals.max(decimals);
            }
            None => running.open = true,
        }
        running.rows += 1;
    }

    /// Holds a cell of a row of sums against what stands above it.
    pub fn check(
        &mut self,
        book: &Book,
        grid: &Grid,
        what: &str,
        at: CellRef,
        unit: Option<&str>,
        told: &mut Vec<Diagnostic>,
    ) -> Checked {
        let unit = unit.and_then(parse_unit);
        let counted = unit.as_ref().is_some_and(|unit| COUNTED.contains(&&*unit.symbol));
        // Thousands are rounded, too.
        let exact = unit.is_none_or(|unit| unit.factor == 1.0);
        let Some(running) = self.running.get_mut(&(what.to_owned(), at.col)) else { return Checked::Open };
        let Some((value, decimals)) = grid.get(at).and_then(number_of).filter(|_| counted) else {
            return Checked::Open;
        };
        let (since, all, sums, open) = (running.since, running.all, running.sums, running.open);
        running.since = 0.0;
        running.sums += value;
        if open || running.rows < 2 {
            return Checked::Open;
        }
        let places = running.decimals.max(decimals);
        let slack =
            if places == 0 && exact { 1e-6 } else { SLACK * f64::from(running.rows) / 10f64.powi(places as i32) };
        if [since, all, sums].iter().any(|sum| (sum - value).abs() <= slack) {
            return Checked::Right;
        }
        let expected = if since != 0.0 { since } else { all };
        told.push(
            Diagnostic::warning(
                "total-mismatch",
                format!("この欄の合計（{}）が、上の行を足した数（{expected:.places$}）と合いません。", value),
            )
            .hint("合計か、上のどれかの数値が違っています。元の表を確かめてください。")
            .at(place_of(book, grid, at)),
        );
        Checked::Wrong
    }
}
