//! Sums a table makes of itself: a row whose care levels do not add up to its own total has been damaged.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::{Observation, ObservationKey};

const LEVELS: usize = 7;

/// Head counts by care level against their own 合計, over the figures as read.
pub fn check_totals(observations: &[Observation]) -> Vec<Diagnostic> {
    let mut levels: BTreeMap<ObservationKey, (f64, usize)> = BTreeMap::new();
    for observation in observations {
        if observation.unit.as_ref() != "人" || observation.dimensions.care_level.is_none() {
            continue;
        }
        let Some(value) = observation.datum.value() else { continue };
        let mut key = observation.key();
        key.dimensions.care_level = None;
        let entry = levels.entry(key).or_default();
        entry.0 += value;
        entry.1 += 1;
    }
    observations
        .iter()
        .filter(|total| total.unit.as_ref() == "人" && total.dimensions.care_level.is_none())
        .filter_map(|total| {
            let (sum, count) = levels.get(&total.key())?;
            let value = total.datum.value()?;
            (*count == LEVELS && *sum != value).then(|| {
                Diagnostic::warning(
                    "total-mismatch",
                    format!("{}の要介護度別の合計（{sum}）が、表の合計（{value}）と合いません。", total.area.name),
                )
                .hint("元の表を開いて、この行の数値を確かめてください。")
                .at(&total.source)
            })
        })
        .collect()
}
