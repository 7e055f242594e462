//! Sums a table makes of itself: a row whose parts do not add up to its own total has been damaged.

use std::collections::HashMap;

use super::key::{PeriodKey, period_key};
use crate::diagnostic::Diagnostic;
use crate::layout::INSURED_BY_AGE;
use crate::model::{Dimensions, Observation};

/// 要支援1 … 要介護5
const LEVELS: usize = 7;
/// 65–74, 75–84, 85+ of 第2表
const BANDS: usize = 3;
/// 男 and 女
const SEXES: usize = 2;

/// One figure of one file, its breakdown by care level (or by the age bands of 第2表) left out.
type Whole<'a> = (&'a str, &'a str, &'a str, PeriodKey<'a>, [Option<&'a str>; 4]);

/// Head counts by care level and by sex, and those of 第2表 by age, against their own 合計, over the figures as read.
pub fn check_totals(observations: &[Observation]) -> Vec<Diagnostic> {
    let mut levels: HashMap<Whole<'_>, (f64, usize)> = HashMap::new();
    let mut bands: HashMap<Whole<'_>, (f64, usize)> = HashMap::new();
    let mut sexes: HashMap<Whole<'_>, (f64, usize)> = HashMap::new();
    for observation in observations.iter().filter(|observation| &*observation.unit == "人") {
        let Some(value) = observation.datum.value() else { continue };
        // The register's table holds its sums against one another when it is read.
        let by_sex = observation.dimensions.sex.is_some() && observation.indicator.as_str() != "X-juki-population";
        if by_sex && observation.dimensions.care_level.is_none() {
            let [service, age, _, standardisation] = whole(observation, "", false).4;
            let (file, indicator, area, period, _) = whole(observation, observation.indicator.as_str(), false);
            let key = (file, indicator, area, period, [service, age, None, standardisation]);
            let (sum, count) = sexes.entry(key).or_default();
            *sum += value;
            *count += 1;
        }
        let parts = if observation.dimensions.care_level.is_some() {
            levels.entry(whole(observation, observation.indicator.as_str(), false))
        } else if is_band_of_insured(observation) {
            bands.entry(whole(observation, "B1", true))
        } else {
            continue;
        };
        let (sum, count) = parts.or_default();
        *sum += value;
        *count += 1;
    }
    let mut told = Vec::new();
    for total in observations.iter().filter(|o| &*o.unit == "人" && o.dimensions.care_level.is_none()) {
        let Some(value) = total.datum.value() else { continue };
        let key = whole(total, total.indicator.as_str(), false);
        for (parts, wanted, what) in
            [(&levels, LEVELS, "要介護度別"), (&bands, BANDS, "年齢別"), (&sexes, SEXES, "男女")]
        {
            let Some((sum, count)) = parts.get(&key) else { continue };
            if *count == wanted && (*sum - value).abs() > rounding(*sum, value) {
                told.push(
                    Diagnostic::warning(
                        "total-mismatch",
                        format!("{}の{what}の合計（{sum}）が、表の合計（{value}）と合いません。", total.area.name),
                    )
                    .hint("元の表を開いて、この行の数値を確かめてください。")
                    .at(&total.source),
                );
            }
        }
    }
    told
}

/// Parts rounded to thousands need not add up to their rounded sum: what both are multiples of, when that is ten or more.
fn rounding(a: f64, b: f64) -> f64 {
    let both = |step: &f64| a % step == 0.0 && b % step == 0.0;
    [1e6, 1e5, 1e4, 1e3, 1e2, 1e1].into_iter().find(both).unwrap_or(0.0)
}

fn whole<'a>(observation: &'a Observation, indicator: &'a str, any_age: bool) -> Whole<'a> {
    let Dimensions { service, age, sex, standardisation, .. } = &observation.dimensions;
    (
        &observation.source.file.sha256,
        indicator,
        observation.area.key(),
        period_key(&observation.period),
        [service.as_deref(), age.as_deref().filter(|_| !any_age), sex.as_deref(), standardisation.as_deref()],
    )
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
