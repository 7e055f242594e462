//! Sums a table makes of itself: a row whose parts do not add up to its own total has been damaged.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::key::{ranked, ranks};
use crate::diagnostic::Diagnostic;
use crate::layout::INSURED_BY_AGE;
use crate::model::{Dimensions, Observation};
use crate::notation::grouped;

/// 要支援1 … 要介護5
const LEVELS: usize = 7;
/// 65–74, 75–84, 85+ of 第2表
const BANDS: usize = 3;
/// 男 and 女
const SEXES: usize = 2;

/// One figure of one file, its breakdown by care level (or by the age bands of 第2表, or by sex) left out: numbers of the
/// file, the indicator, the area, the period and what is left of the breakdown.
type Whole = [u32; 5];

/// What is left of a breakdown, in the order service, age, sex, standardisation, as a number.
struct Left {
    /// Without the care level
    whole: u32,
    /// Without the age as well
    ageless: u32,
    /// Without the sex as well
    sexless: u32,
}

/// What is left of each breakdown.
fn left_of(all: &[&Dimensions]) -> Vec<Left> {
    let mut known: HashMap<[Option<&str>; 4], u32> = HashMap::new();
    let mut number = |words| {
        let next = known.len() as u32;
        *known.entry(words).or_insert(next)
    };
    let each = all.iter().map(|dimensions| {
        let [service, age, sex, standardisation] =
            [&dimensions.service, &dimensions.age, &dimensions.sex, &dimensions.standardisation].map(Option::as_deref);
        Left {
            whole: number([service, age, sex, standardisation]),
            ageless: number([service, None, sex, standardisation]),
            sexless: number([service, age, None, standardisation]),
        }
    });
    each.collect()
}

/// Head counts by care level and by sex, and those of 第2表 by age, against their own 合計, over the figures as read.
pub fn check_totals(observations: &[Observation]) -> Vec<Diagnostic> {
    let (ranks, words) = ranks(observations);
    let file = |o: &Observation| Arc::as_ptr(&o.source.file) as usize;
    let (files, _) = ranked(observations, file, |o| o.source.file.sha256.as_str());
    let left = left_of(&words.dimensions);
    let insured = words.indicators.binary_search(&"B1").ok();
    let counts = || {
        let all = observations.iter().zip(&ranks).zip(&files).filter(|((o, _), _)| &*o.unit == "人");
        all.filter_map(|((observation, rank), file)| {
            Some((observation, *rank, *file, left.get(rank.dimensions as usize)?))
        })
    };
    let mut levels: HashMap<Whole, (f64, usize)> = HashMap::new();
    let mut bands: HashMap<Whole, (f64, usize)> = HashMap::new();
    let mut sexes: HashMap<Whole, (f64, usize)> = HashMap::new();
    for (observation, rank, file, left) in counts() {
        let Some(value) = observation.datum.value() else { continue };
        let key = |indicator, left| [file, indicator, rank.area, rank.period, left];
        // The register's table holds its sums against one another when it is read.
        let by_sex = observation.dimensions.sex.is_some() && observation.indicator.as_str() != "X-juki-population";
        if by_sex && observation.dimensions.care_level.is_none() {
            let (sum, count) = sexes.entry(key(rank.indicator, left.sexless)).or_default();
            *sum += value;
            *count += 1;
        }
        let parts = if observation.dimensions.care_level.is_some() {
            levels.entry(key(rank.indicator, left.whole))
        } else if let Some(insured) = insured.filter(|_| is_band_of_insured(observation)) {
            bands.entry(key(insured as u32, left.ageless))
        } else {
            continue;
        };
        let (sum, count) = parts.or_default();
        *sum += value;
        *count += 1;
    }
    let mut told = Vec::new();
    for (total, rank, file, left) in counts().filter(|(total, ..)| total.dimensions.care_level.is_none()) {
        let Some(value) = total.datum.value() else { continue };
        let key: Whole = [file, rank.indicator, rank.area, rank.period, left.whole];
        for (parts, wanted, what) in
            [(&levels, LEVELS, "要介護度別"), (&bands, BANDS, "年齢別"), (&sexes, SEXES, "男女")]
        {
            let Some((sum, count)) = parts.get(&key) else { continue };
            if *count == wanted && (*sum - value).abs() > rounding(*sum, value) {
                told.push(
                    Diagnostic::warning(
                        "total-mismatch",
                        format!(
                            "{}の{what}の合計（{}）が、表の合計（{}）と合いません。",
                            total.area.name,
                            grouped(&sum.to_string()),
                            grouped(&value.to_string())
                        ),
                    )
                    .hint("元の表を開いて、この行の数値を確かめてください。")
                    .at(&total.source),
                );
            }
        }
    }
    told
}

/// One indicator in two units: an indicator the catalog gives no unit takes whichever its files write, and figures in
/// 件 and 人 must not stand side by side without a word. Of each unit but the first by file and cell, one figure is named.
pub fn check_units(observations: &[Observation]) -> Vec<Diagnostic> {
    let valued = || observations.iter().filter(|o| !o.unit.is_empty() && o.datum.value().is_some());
    let mut units: HashMap<&str, &str> = HashMap::new();
    let mixed: HashSet<&str> = valued()
        .filter(|o| *units.entry(o.indicator.as_str()).or_insert(&o.unit) != &*o.unit)
        .map(|o| o.indicator.as_str())
        .collect();
    let mut first: BTreeMap<(&str, &str), &Observation> = BTreeMap::new();
    for observation in valued().filter(|o| mixed.contains(o.indicator.as_str())) {
        let kept = first.entry((observation.indicator.as_str(), &observation.unit)).or_insert(observation);
        if observation.source < kept.source {
            *kept = observation;
        }
    }
    let units: Vec<&Observation> = first.into_values().collect();
    let mut told = Vec::new();
    for same in units.chunk_by(|a, b| a.indicator == b.indicator) {
        let Some(kept) = same.iter().min_by_key(|o| &o.source) else { continue };
        for other in same.iter().filter(|other| other.unit != kept.unit) {
            told.push(
                Diagnostic::warning(
                    "unit-mixed",
                    format!(
                        "{}の数値に、単位の違うものがあります。{}の{}は「{}」、{}の{}は「{}」です（{}）。",
                        kept.indicator,
                        kept.area.name,
                        kept.period.label.replace('\n', " "),
                        kept.unit,
                        other.area.name,
                        other.period.label.replace('\n', " "),
                        other.unit,
                        kept.source,
                    ),
                )
                .hint("単位の違う数値は比べられません。同じ単位の表だけを入れてください。")
                .at(&other.source),
            );
        }
    }
    told
}

/// Parts rounded to thousands need not add up to their rounded sum: what both are multiples of, when that is ten or more.
fn rounding(a: f64, b: f64) -> f64 {
    let both = |step: &f64| a % step == 0.0 && b % step == 0.0;
    [1e6, 1e5, 1e4, 1e3, 1e2, 1e1].into_iter().find(both).unwrap_or(0.0)
}

/// 前期 of B2 and the two bands above it, which only the 年報 has.
fn is_band_of_insured(observation: &Observation) -> bool {
    let age = observation.dimensions.age.as_deref();
    match observation.indicator.as_str() {
        "B2" => age == Some("前期"),
        INSURED_BY_AGE => matches!(age, Some("75歳以上85歳未満" | "85歳以上")),
        _ => false,
    }
}
