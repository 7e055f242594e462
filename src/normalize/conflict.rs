//! One figure from several cells: the same figure counts once, the better one wins, differences are told.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::{Datum, MissingReason, Observation, Period, SourceFile};
use crate::normalize::key::{key, ranks};
use crate::notation::grouped;

/// Keeps one observation a key, whatever the order of files:
///
/// 1. Figures equal within the rounding of the coarser one: the more precise wins, then the newer export, silently.
/// 2. Different figures: a whole year wins over a part of it, more months over fewer (an info: the older file holds an
///    earlier state of the year). Else, of two files with different 出力日 the newer wins (an info when one file only
///    replaces an older export of the same table, so the report can say so); else the more precise; else the file whose
///    figures reach to the newer year, which was exported later; else the file that arrived later, where that is known.
///    Both cells are named. A table read by an unverified layout loses in any case.
/// 3. A figure beats a missing mark, unless a newer export withholds it (秘匿): a figure that may not be shown any more
///    is not shown. A newer export that has no figure for another reason is told. Of missing marks the one that says
///    more wins.
/// 4. Before all that: a book this product filled has its figures from other files, so a copy of it may hold an earlier
///    state of them. Where any other file has the figure, or withholds it, those of such books do not count.
pub fn settle(observations: Vec<Observation>, arrived: &Arrivals) -> (Vec<Observation>, Vec<Diagnostic>) {
    // A table of the country has tens of thousands of figures, nearly all of them alone at their key.
    let (ranks, _) = ranks(&observations);
    let mut order: Vec<_> = ranks.into_iter().zip(0usize..).collect();
    order.sort_unstable();
    let mut unsorted: Vec<Option<Observation>> = observations.into_iter().map(Some).collect();
    let (mut observations, mut rivals) = (Vec::with_capacity(unsorted.len()), Vec::new());
    for same in order.chunk_by(|(a, _), (b, _)| a == b) {
        let at_key = same.iter().filter_map(|(_, at)| unsorted.get_mut(*at)?.take());
        if same.len() == 1 { observations.extend(at_key) } else { rivals.extend(at_key) }
    }
    let newest = if rivals.is_empty() { Newest::default() } else { newest_years(observations.iter().chain(&rivals)) };
    let files = Files { newest, arrived };
    let mut rivals = rivals.into_iter().peekable();
    let mut diagnostics = Vec::new();
    while let Some(first) = rivals.next() {
        let mut group = vec![first];
        while let Some(next) = rivals.next_if(|next| group.first().is_some_and(|first| key(first) == key(next))) {
            group.push(next);
        }
        // A fixed order of candidates makes the outcome independent of the order of files and sheets.
        // Of equals the file named after the area comes first: its own sheet is where people look a figure up.
        group.sort_by_cached_key(|o| {
            let elsewhere = !o.source.file.name.contains(o.area.short_name());
            (elsewhere, o.source.file.sha256.clone(), o.source.sheet.clone(), o.source.cell)
        });
        observations.extend(settle_group(group, &files, &mut diagnostics));
    }
    (observations, diagnostics)
}

/// When files arrived, by their hash: a later one has the larger number.
pub type Arrivals = HashMap<String, i64>;

/// What is known of the files beside their figures.
struct Files<'a> {
    newest: Newest,
    arrived: &'a Arrivals,
}

/// The newest year of the form with a figure, by the file's hash.
type Newest = HashMap<String, i32>;

fn newest_years<'a>(observations: impl Iterator<Item = &'a Observation>) -> Newest {
    let mut newest = Newest::default();
    let mut last: Option<(&SourceFile, i32)> = None;
    for observation in observations {
        let (Some(year), Some(_)) = (observation.period.form_year, observation.datum.value()) else { continue };
        let file = &*observation.source.file;
        // Figures of a file stand together, and its hash is long.
        if last.is_some_and(|(known, newer)| std::ptr::eq(known, file) && newer >= year) {
            continue;
        }
        let known = newest.entry(file.sha256.clone()).or_insert(year);
        *known = year.max(*known);
        last = Some((file, *known));
    }
    newest
}

fn settle_group(
    mut group: Vec<Observation>,
    files: &Files<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Observation> {
    let decides = |o: &Observation| match o.datum {
        Datum::Value(_) | Datum::Missing(MissingReason::Suppressed) => !o.source.file.ours,
        Datum::Missing(_) => false,
    };
    if group.iter().any(decides) {
        group.retain(|o| !o.source.file.ours);
    }
    let is_withheld = |o: &&Observation| o.datum == Datum::Missing(MissingReason::Suppressed);
    let withheld_on = group.iter().filter(is_withheld).filter_map(|o| o.source.file.exported).max();
    let is_old = |o: &Observation| {
        o.datum.value().is_some() && o.source.file.exported.zip(withheld_on).is_some_and(|(own, since)| own < since)
    };
    let (mut others, candidates): (Vec<_>, Vec<_>) = group.into_iter().partition(is_old);
    let mut candidates = candidates.into_iter();
    let mut best = candidates.next()?;
    for other in candidates {
        let (winner, loser) = choose(best, other, files);
        best = winner;
        others.push(loser);
    }
    for other in others.iter().filter(|other| withdrawn(&best, other).is_gt()) {
        diagnostics.extend(without_figure(&best, other));
    }
    let Some(kept) = best.datum.value() else { return Some(best) };
    let mut same_figure = Vec::new();
    for other in &others {
        let Some(dropped) = other.datum.value() else { continue };
        if equal_within_rounding(kept, best.decimals, dropped, other.decimals) {
            same_figure.push(other);
        } else {
            diagnostics.push(differing(&best, other, kept, dropped));
        }
    }
    Some(carry_part_year(best, &same_figure))
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

/// (winner, loser)
fn choose(a: Observation, b: Observation, files: &Files<'_>) -> (Observation, Observation) {
    let second_wins = match (a.datum, b.datum) {
        (Datum::Value(_), Datum::Missing(_)) => false,
        (Datum::Missing(_), Datum::Value(_)) => true,
        (Datum::Missing(x), Datum::Missing(y)) => y < x,
        (Datum::Value(x), Datum::Value(y)) if equal_within_rounding(x, a.decimals, y, b.decimals) => {
            // Of equally precise ones the newer export: the older file is then of no use any more.
            let proven = (!b.period.is_unverified()).cmp(&!a.period.is_unverified());
            proven.then_with(|| precision(&b).cmp(&precision(&a))).then_with(|| later(&b, &a)).is_gt()
        }
        (Datum::Value(_), Datum::Value(_)) => {
            let precise = || precision(&b).cmp(&precision(&a));
            let of_file = |o: &Observation| {
                let sha256 = &o.source.file.sha256;
                (files.newest.get(sha256).copied(), files.arrived.get(sha256).copied())
            };
            let reached = || of_file(&b).cmp(&of_file(&a));
            let proven = (!b.period.is_unverified()).cmp(&!a.period.is_unverified());
            proven
                .then_with(|| reach(&b).cmp(&reach(&a)))
                .then_with(|| later(&b, &a))
                .then_with(precise)
                .then_with(reached)
                .is_gt()
        }
    };
    if second_wins { (b, a) } else { (a, b) }
}

/// How much of its year a figure covers: a part-year of unknown length counts least, a whole year most.
fn reach(observation: &Observation) -> u8 {
    if observation.period.part_year { observation.period.months.unwrap_or(0).min(11) } else { 12 }
}

/// By 出力日, where both files say it.
fn later(a: &Observation, b: &Observation) -> Ordering {
    match (a.source.file.exported, b.source.file.exported) {
        (Some(x), Some(y)) => x.cmp(&y),
        _ => Ordering::Equal,
    }
}

/// Whether one of the two has a figure and the newer export has none.
fn withdrawn(best: &Observation, other: &Observation) -> Ordering {
    match (best.datum, other.datum) {
        (Datum::Value(_), Datum::Missing(reason)) if reason != MissingReason::Blank => later(other, best),
        (Datum::Missing(_), Datum::Value(_)) => later(best, other),
        _ => Ordering::Equal,
    }
}

/// Tells that the newer export has no figure where an older one has.
fn without_figure(best: &Observation, other: &Observation) -> Option<Diagnostic> {
    let what = format!("{} {} {}", best.indicator, best.area.name, best.period.label.replace('\n', " "));
    Some(match (best.datum, other.datum) {
        (Datum::Missing(_), Datum::Value(value)) => Diagnostic::warning(
            "newer-copy-withholds",
            format!(
                "{what}：出力日の新しい方では秘匿（***など）のため、{other} の {value} は使いませんでした。",
                other = other.source
            ),
        )
        .hint("公表してよい数値か、元の表を確かめてください。")
        .at(&best.source),
        (Datum::Value(value), Datum::Missing(reason)) => Diagnostic::warning(
            "newer-copy-without-figure",
            format!(
                "{what}：出力日の新しい {} では「{}」ですが、前の {value} を使いました。",
                other.source,
                reason.mark()
            ),
        )
        .hint("数値が取り下げられていないか、元の表を確かめてください。")
        .at(&best.source),
        _ => return None,
    })
}

fn precision(observation: &Observation) -> u8 {
    observation.decimals.unwrap_or(u8::MAX)
}

/// The same figure said to be of a part-year by one file is of a part-year: the mark must not get lost with the
/// coarser spelling. Unless a file says outright that it covers all twelve months: a rounded figure of eleven months
/// can equal that of the whole year.
fn carry_part_year(mut best: Observation, same_figure: &[&Observation]) -> Observation {
    let all = || std::iter::once(&best).chain(same_figure.iter().copied()).map(|o| &o.period);
    let whole = all().find(|period| !period.part_year && period.months == Some(12)).cloned();
    let part = all().filter(|period| period.part_year).max_by_key(|period| period.months).cloned();
    let (part_year, months) = match (whole, part) {
        (Some(_), _) => (false, Some(12)),
        (None, Some(part)) => (true, part.months),
        (None, None) => return best,
    };
    if (best.period.part_year, best.period.months) != (part_year, months) {
        best.period = Arc::new(Period { part_year, months, ..(*best.period).clone() });
    }
    best
}

/// Two numbers with just as many decimals as tell them apart, at least one where either has any.
fn tell_apart(a: f64, b: f64) -> (String, String) {
    let shown = |value: f64, decimals: usize| grouped(&format!("{value:.decimals$}"));
    let whole = a.fract() == 0.0 && b.fract() == 0.0;
    let first = usize::from(!whole);
    (first..=8)
        .map(|decimals| (shown(a, decimals), shown(b, decimals)))
        .find(|(a, b)| a != b)
        .unwrap_or_else(|| (grouped(&a.to_string()), grouped(&b.to_string())))
}

fn differing(winner: &Observation, loser: &Observation, kept: f64, dropped: f64) -> Diagnostic {
    let what = format!("{} {} {}", winner.indicator, winner.area.name, winner.period.label.replace('\n', " "));
    let (kept, dropped) = tell_apart(kept, dropped);
    let namesake =
        winner.source.file.name == loser.source.file.name && winner.source.file.sha256 != loser.source.file.sha256;
    let other = format!("{}{}", loser.source, if namesake { "（同じ名前で、内容の違うファイル）" } else { "" });
    if reach(winner) > reach(loser) {
        let months = |observation: &Observation| match (observation.period.part_year, observation.period.months) {
            (false, _) => "1年分".to_owned(),
            (true, Some(months)) => format!("{months}か月分"),
            (true, None) => "年の途中".to_owned(),
        };
        return Diagnostic::info(
            "part-year-replaced",
            format!(
                "{what}：{}の {kept} を使い、{other} の{}の {dropped} は使いませんでした。",
                months(winner),
                months(loser)
            ),
        )
        .at(&winner.source);
    }
    if later(winner, loser).is_gt() {
        return Diagnostic::info(
            "newer-copy",
            format!("{what}：出力日の新しい方の {kept} を使い、{other} の {dropped} は使いませんでした。"),
        )
        .at(&winner.source);
    }
    Diagnostic::warning(
        "conflict",
        format!("{what}：{kept} と、{other} の {dropped} が食い違っています。{kept} を使いました。"),
    )
    .hint("どちらが正しいか、元の表を確かめてください。")
    .at(&winner.source)
}
