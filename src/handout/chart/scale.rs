//! Axes with round numbers.

use super::Tick;
use crate::handout::shown;

/// From `lo` to `hi` in round steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The value at the start of the axis.
    pub lo: f64,
    /// The value at its end; above `lo`.
    pub hi: f64,
    step: f64,
}

/// As many as the smallest step takes.
const MOST_DECIMALS: u8 = 8;

impl Scale {
    /// A scale in about `wanted` steps of 1, 2, 2.5 or 5 that holds all values (finite ones).
    pub fn around(values: impl Iterator<Item = f64> + Clone, wanted: f64) -> Self {
        let lo = values.clone().fold(f64::INFINITY, f64::min);
        let hi = values.fold(f64::NEG_INFINITY, f64::max);
        if !(lo.is_finite() && hi.is_finite()) || lo == 0.0 && hi == 0.0 {
            return Self { lo: 0.0, hi: 1.0, step: 0.5 };
        }
        // Equal values lie in the middle, not on the frame.
        let around = if hi > lo { 0.0 } else { hi.abs() * 0.01 };
        let (lo, hi) = (lo - around, hi + around);
        // A span lost in rounding would give a step of nothing.
        let span = (hi - lo).max(hi.abs().max(lo.abs()) * 0.02).max(1e-6);
        let rough = span / wanted.max(1.0);
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|s| s * power).find(|s| *s >= rough * 0.999);
        let step = step.unwrap_or(power * 10.0);
        let mut scale = Self { lo: (lo / step).floor() * step, hi: (hi / step).ceil() * step, step };
        if scale.hi <= scale.lo {
            scale.hi = scale.lo + step;
        }
        scale
    }

    /// Like [`Scale::around`], starting at nought as bars must.
    pub fn from_nought(values: impl Iterator<Item = f64> + Clone, wanted: f64) -> Self {
        Self::around(values.chain(std::iter::once(0.0)), wanted)
    }

    /// Points from the start of an axis of this length.
    pub fn at(&self, value: f64, length: f64) -> f64 {
        (value - self.lo) / (self.hi - self.lo) * length
    }

    /// The marks of an axis of this length.
    pub fn ticks(&self, length: f64) -> Vec<Tick> {
        let decimals = (0..MOST_DECIMALS).find(|d| {
            let scaled = self.step * 10f64.powi(i32::from(*d));
            scaled > 0.5 && (scaled - scaled.round()).abs() < 1e-6
        });
        let count = ((self.hi - self.lo) / self.step).round().clamp(1.0, 40.0) as usize;
        let values = (0..=count).map(|k| self.lo + self.step * k as f64);
        values
            .filter_map(|value| {
                let label = shown::number(value, decimals.unwrap_or(MOST_DECIMALS))?;
                Some(Tick { at: self.at(value, length), label })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_steps_hold_all_values() {
        let scale = Scale::around([17.1, 19.2].into_iter(), 4.0);
        assert!(scale.lo <= 17.1 && scale.hi >= 19.2, "{scale:?}");
        let labels: Vec<String> = scale.ticks(100.0).into_iter().map(|t| t.label).collect();
        assert_eq!(labels, ["17", "18", "19", "20"]);
    }

    #[test]
    fn equal_no_and_wild_values_still_make_an_axis() {
        for values in [vec![], vec![0.0], vec![18.4, 18.4], vec![1e15], vec![-3.0, 1e-9], vec![1e-300, 2e-300]] {
            let scale = Scale::around(values.iter().copied(), 4.0);
            assert!(scale.hi > scale.lo && scale.at(scale.hi, 90.0).is_finite(), "{values:?} {scale:?}");
            assert!(scale.ticks(90.0).len() < 42);
        }
    }
}
