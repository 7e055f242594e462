//! What the name of a series says: a care level, an age, a service, or that it is the indicator's total.

use super::STANDARDISATIONS;
use super::heading::TableRow;
use crate::catalog::Indicator;
use crate::model::Dimensions;
use crate::notation::fold;

/// A series' name without the mark of its standardisation, which is kept apart.
fn without_standardisation(series: &str) -> String {
    STANDARDISATIONS.iter().fold(series.to_owned(), |text, word| text.replace(&format!("【{word}】"), ""))
}

/// Whether every area (or the table, without areas) has one series only.
pub(super) fn lone_series(rows: &[TableRow]) -> bool {
    let mut first: Option<String> = None;
    rows.iter().all(|row| {
        let bare = without_standardisation(&row.series);
        *first.get_or_insert_with(|| bare.clone()) == bare
    })
}

/// The breakdown a series' name speaks of. A name that is neither the indicator's own nor a known breakdown is kept
/// as `service`, so that it is never taken for the total; unless it is the table's only series.
pub(super) fn series_dimensions(series: &str, indicator: Option<&Indicator>, lone: bool) -> Dimensions {
    let folded = without_standardisation(&fold(series));
    let mut dimensions = Dimensions::default();
    if let Some(level) = care_level(&folded) {
        dimensions.care_level = Some(level);
        return dimensions;
    }
    // 「要介護3以上」「要支援1・2」: sums of some levels, kept as written; the indicator's own name may hold such words.
    let names_levels = ["要支援", "要介護"].iter().any(|word| folded.contains(word));
    let is_own_name = indicator.is_some_and(|indicator| {
        std::iter::once(&indicator.name).chain(&indicator.aliases).any(|name| fold(name) == folded)
    });
    if folded.is_empty() || is_own_name || folded == "合計" || folded == "総数" {
        return dimensions;
    }
    if names_levels && !folded.contains("要介護度") && !folded.starts_with("要支援・要介護") {
        dimensions.care_level = Some(folded);
        return dimensions;
    }
    if let Some(age) = age_band(&folded) {
        dimensions.age = Some(age);
        return dimensions;
    }
    let total_of_own = folded.strip_prefix("合計").is_some_and(|rest| {
        indicator.is_some_and(|indicator| {
            let name = fold(&indicator.name);
            name.starts_with(rest) || rest.starts_with(&name)
        })
    });
    // The only series of a table is the total when its name has to do with the indicator's own.
    let related = |indicator: &Indicator| {
        std::iter::once(&indicator.name)
            .chain(&indicator.aliases)
            .map(|name| fold(name))
            .any(|name| folded.contains(&name) || (folded.chars().count() >= SHORTEST_NAME && name.contains(&folded)))
    };
    let lone_total = lone && indicator.is_none_or(|indicator| indicator.block.is_none() || related(indicator));
    if !lone_total && !total_of_own {
        dimensions.service = Some(without_remark(series.trim()).to_owned());
    }
    dimensions
}

/// A name without 「（注）」 or 「（※1）」 at its end: a series with a remark is the series it was.
fn without_remark(name: &str) -> &str {
    let inside = name.strip_suffix(['）', ')']);
    let split = inside.and_then(|inside| inside.rsplit_once(['（', '(']));
    match split.filter(|(_, remark)| remark.starts_with(['注', '※', '*', '＊'])) {
        Some((head, _)) => head.trim_end(),
        None => name,
    }
}

/// A series' name shorter than this says too little to be part of an indicator's name.
const SHORTEST_NAME: usize = 3;

/// 要支援1 … 要介護5 and 経過的要介護 within a series' name.
fn care_level(folded: &str) -> Option<String> {
    let levels = ["要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5", "経過的要介護"];
    let mut named = levels.iter().filter(|level| folded.contains(**level));
    match (named.next(), named.next()) {
        (Some(level), None) => {
            // 「要介護3以上」「要介護3～5」 are sums, not the level itself.
            let rest = folded.split(*level).nth(1).unwrap_or_default();
            let sum = rest.starts_with("以上") || rest.starts_with('~') || rest.starts_with('-');
            (!sum).then(|| (*level).to_owned())
        }
        _ => None,
    }
}

/// 前期, 後期, 65～74歳, 75歳以上 … as written, folded.
fn age_band(folded: &str) -> Option<String> {
    if folded.starts_with("前期") {
        return Some("前期".to_owned());
    }
    if folded.starts_with("後期") {
        return Some("後期".to_owned());
    }
    let starts_with_digit = folded.chars().next().is_some_and(|c| c.is_ascii_digit());
    (starts_with_digit && folded.contains('歳')).then(|| folded.to_owned())
}
