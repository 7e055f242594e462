//! The identity of a figure without copying its words: tens of thousands of figures are sorted and looked up by it.

use crate::model::{Date, Dimensions, Observation, Period, PeriodKind};

/// What [`Observation::key`] holds, borrowed.
pub(super) type Key<'a> = (&'a str, &'a str, PeriodKey<'a>, &'a Dimensions);

/// What [`Period::key`] tells apart, without making its text.
pub(super) type PeriodKey<'a> = (Option<i32>, Option<PeriodKind>, Option<Date>, &'a str);

pub(super) fn key(observation: &Observation) -> Key<'_> {
    (observation.indicator.as_str(), observation.area.key(), period_key(&observation.period), &observation.dimensions)
}

pub(super) fn period_key(period: &Period) -> PeriodKey<'_> {
    match (period.form_year, period.date) {
        (Some(year), _) => (Some(year), None, None, ""),
        (None, Some(date)) => (None, Some(period.kind), Some(date), ""),
        (None, None) => (None, Some(period.kind), None, &period.label),
    }
}

#[cfg(test)]
mod tests {
    use super::period_key;
    use crate::notation::{BareYear, parse_period};

    #[test]
    fn borrowed_and_written_keys_tell_the_same_periods_apart() {
        let texts = [
            "令和6年度",
            "R6",
            "令和7年3月末",
            "令和7年4月末",
            "令和7年4月",
            "令和7年",
            "2024",
            "R6（R7/1月サービス提供分まで）",
        ];
        let periods: Vec<_> = texts.iter().filter_map(|text| parse_period(text, BareYear::Fiscal)).collect();
        assert_eq!(periods.len(), texts.len());
        for a in &periods {
            for b in &periods {
                assert_eq!(a.key() == b.key(), period_key(a) == period_key(b), "{} {}", a.label, b.label);
            }
        }
    }
}
