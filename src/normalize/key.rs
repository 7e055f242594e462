//! The identity of a figure without copying its words: tens of thousands of figures are sorted and looked up by it.

use std::collections::HashMap;
use std::sync::Arc;

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

/// The parts of a figure's [`Key`], each as its place among all of its kind: to compare numbers costs a fraction of
/// comparing words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub indicator: u32,
    pub area: u32,
    pub period: u32,
    pub dimensions: u32,
}

/// The rank of every figure, in the order of the figures; two ranks compare as the keys do.
pub(super) fn ranks(observations: &[Observation]) -> (Vec<Rank>, Words<'_>) {
    let address = |observation: &Observation| observation.indicator.as_str().as_ptr() as usize;
    let (indicators, indicator_words) = ranked(observations, address, |o| o.indicator.as_str());
    let (areas, _) = ranked(observations, |o| Arc::as_ptr(&o.area) as usize, |o| o.area.key());
    let (periods, _) = ranked(observations, |o| Arc::as_ptr(&o.period) as usize, |o| period_key(&o.period));
    let (breakdowns, dimensions) = ranked(observations, |o| Arc::as_ptr(&o.dimensions) as usize, |o| &*o.dimensions);
    let parts = indicators.into_iter().zip(areas).zip(periods.into_iter().zip(breakdowns));
    let rank = |((indicator, area), (period, dimensions))| Rank { indicator, area, period, dimensions };
    (parts.map(rank).collect(), Words { indicators: indicator_words, dimensions })
}

/// What the numbers of [`ranks`] stand for.
pub(super) struct Words<'a> {
    pub indicators: Vec<&'a str>,
    pub dimensions: Vec<&'a Dimensions>,
}

/// The place of every figure's `word` among the sorted words, and these. `address` is one for figures that share a word's
/// memory, which nearly all figures of a table do, so that few words are looked at.
pub(super) fn ranked<'a, K: Ord + Copy>(
    observations: &'a [Observation],
    address: impl Fn(&Observation) -> usize,
    word: impl Fn(&'a Observation) -> K,
) -> (Vec<u32>, Vec<K>) {
    let mut known: HashMap<usize, usize> = HashMap::new();
    let mut words: Vec<K> = Vec::new();
    let mut last = None;
    let found: Vec<usize> = observations
        .iter()
        .map(|observation| {
            let address = address(observation);
            if let Some((_, number)) = last.filter(|(before, _)| *before == address) {
                return number;
            }
            let number = *known.entry(address).or_insert_with(|| {
                words.push(word(observation));
                words.len() - 1
            });
            last = Some((address, number));
            number
        })
        .collect();
    let mut order: Vec<(K, usize)> = words.into_iter().zip(0..).collect();
    order.sort_unstable();
    let mut places = vec![0u32; order.len()];
    let mut sorted: Vec<K> = Vec::new();
    for (word, number) in order {
        if sorted.last() != Some(&word) {
            sorted.push(word);
        }
        if let Some(place) = places.get_mut(number) {
            *place = sorted.len() as u32 - 1;
        }
    }
    (found.into_iter().map(|number| places.get(number).copied().unwrap_or_default()).collect(), sorted)
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
