//! One figure from several cells: the same figure counts once, the better one wins, differences are told.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::{Datum, Observation, ObservationKey};

/// Keeps one observation a key, whatever the order of files:
///
/// 1. Figures equal within the rounding of the coarser one: the more precise wins, then the newer export, silently.
/// 2. Different figures: of two files with different 出力日 the newer wins (an info when one file only replaces an
///    older export of the same table, so the report can say so); else the more precise. Both cells are named.
/// 3. A figure beats a missing mark; of missing marks the one that says more wins.
pub fn settle(observations: Vec<Observation>) -> (Vec<Observation>, Vec<Diagnostic>) {
    let mut groups: BTreeMap<ObservationKey, Vec<Observation>> = BTreeMap::new();
    for observation in observations {
        groups.entry(observation.key()).or_default().push(observation);
    }
    let mut diagnostics = Vec::new();
    let mut kept = Vec::with_capacity(groups.len());
    for (_, mut group) in groups {
        // A fixed order of candidates makes the outcome independent of the order of files and sheets.
        // Of equals the file named after the area comes first: its own sheet is where people look a figure up.
        group.sort_by_cached_key(|o| {
            let elsewhere = !o.source.file.name.contains(o.area.short_name());
            (elsewhere, o.source.file.sha256.clone(), o.source.sheet.clone(), o.source.cell)
        });
        let mut rest = group.into_iter();
        let Some(mut best) = rest.next() else { continue };
        for other in rest {
            let (winner, loser, newer) = choose(best, other);
            best = match (winner.datum.value(), loser.datum.value()) {
                (Some(a), Some(b)) if !equal_within_rounding(a, winner.decimals, b, loser.decimals) => {
                    diagnostics.push(differing(&winner, &loser, a, b, newer));
                    winner
                }
                (Some(_), Some(_)) => carry_part_year(winner, &loser),
                _ => winner,
            };
        }
        kept.push(best);
    }
    (kept, diagnostics)
}

/// Whether two figures are one at the precision of the coarser: half a unit of its last decimal, and a hair for
/// binary fractions.
pub fn equal_within_rounding(a: f64, a_decimals: Option<u8>, b: f64, b_decimals: Option<u8>) -> bool {
    let coarser = match (a_decimals, b_decimals) {
        (None, None) => return (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (Some(decimals), None) | (None, Some(decimals)) => decimals,
        (Some(a), Some(b)) => a.min(b),
    };
    let half = 0.5 * 10f64.powi(-i32::from(coarser));
    (a - b).abs() <= half * (1.0 + 1e-9) + 1e-9
}

/// (winner, loser, whether the winner is a newer export)
fn choose(a: Observation, b: Observation) -> (Observation, Observation, bool) {
    match (a.datum, b.datum) {
        (Datum::Value(_), Datum::Missing(_)) => return (a, b, false),
        (Datum::Missing(_), Datum::Value(_)) => return (b, a, false),
        (Datum::Missing(x), Datum::Missing(y)) => return if x <= y { (a, b, false) } else { (b, a, false) },
        (Datum::Value(x), Datum::Value(y)) => {
            if equal_within_rounding(x, a.decimals, y, b.decimals) {
                // Of equally precise ones the newer export: the older file is then of no use any more.
                let rank = |o: &Observation| (precision(o), o.source.file.exported);
                return if rank(&b) > rank(&a) { (b, a, false) } else { (a, b, false) };
            }
        }
    }
    match (a.source.file.exported, b.source.file.exported) {
        (Some(x), Some(y)) if x > y => (a, b, true),
        (Some(x), Some(y)) if y > x => (b, a, true),
        _ if precision(&b) > precision(&a) => (b, a, false),
        _ => (a, b, false),
    }
}

fn precision(observation: &Observation) -> u8 {
    observation.decimals.unwrap_or(u8::MAX)
}

/// The same figure said to be of a part-year by one file is of a part-year: the mark must not get lost with the
/// coarser spelling.
fn carry_part_year(mut winner: Observation, loser: &Observation) -> Observation {
    if loser.period.part_year && !winner.period.part_year {
        winner.period = std::sync::Arc::new(crate::model::Period {
            part_year: true,
            months: loser.period.months.or(winner.period.months),
            ..(*winner.period).clone()
        });
    }
    winner
}

fn differing(winner: &Observation, loser: &Observation, kept: f64, dropped: f64, newer: bool) -> Diagnostic {
    let what = format!("{} {} {}", winner.indicator, winner.area.name, winner.period.label.replace('\n', " "));
    if newer {
        return Diagnostic::info(
            "newer-copy",
            format!("{what}：出力日の新しい方の {kept} を使い、{} の {dropped} は使いませんでした。", loser.source),
        )
        .at(&winner.source);
    }
    Diagnostic::warning(
        "conflict",
        format!("{what}：{kept} と、{} の {dropped} が食い違っています。{kept} を使いました。", loser.source),
    )
    .hint("どちらが正しいか、元の表を確かめてください。")
    .at(&winner.source)
}
