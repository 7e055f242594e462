//! 上回る／同程度／下回る: a working threshold of this product, not the ministry's; shown and settable.

use serde::{Deserialize, Serialize};

use super::{FEW_PEOPLE, Versus};

/// How own stands to another area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// ratio ≥ the upper threshold
    Above,
    /// in between
    Similar,
    /// ratio ≤ the lower threshold
    Below,
}

impl Verdict {
    /// The word with its arrow, told apart without colour; ▲ is never used for "up" (it means minus).
    pub fn label(self) -> &'static str {
        match self {
            Self::Above => "↑ 上回る",
            Self::Similar => "→ 同程度",
            Self::Below => "↓ 下回る",
        }
    }
}

/// Ratios from which a difference counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// At or above: 上回る
    pub above: f64,
    /// At or below: 下回る
    pub below: f64,
    /// Fewer recipients a month than this are few: the figure moves a good deal with each of them
    #[serde(default = "few_people")]
    pub few_people: f64,
}

/// Decimals of a ratio, where nothing asks for more.
pub const RATIO_DECIMALS: u8 = 2;

fn round(value: f64, decimals: u8) -> f64 {
    let scale = 10f64.powi(i32::from(decimals));
    (value * scale).round() / scale
}

fn few_people() -> f64 {
    FEW_PEOPLE
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { above: 1.15, below: 0.85, few_people: FEW_PEOPLE }
    }
}

impl Thresholds {
    /// Both positive, the upper one above the lower one; few people as usual.
    pub fn checked(above: f64, below: f64) -> Option<Self> {
        (above.is_finite() && below.is_finite() && below > 0.0 && above > below).then_some(Self {
            above,
            below,
            ..Self::default()
        })
    }

    /// Compares at full precision.
    pub fn versus(self, own: f64, other: f64) -> Versus {
        let ratio = (other > 0.0).then(|| own / other).filter(|ratio| ratio.is_finite());
        Versus { difference: own - other, ratio, verdict: ratio.map(|ratio| self.verdict(ratio)) }
    }

    /// The verdict of a ratio. 15.3 ÷ 18.0 is 0.85 to everybody but a computer, for whom it is 0.8500000000000001: what
    /// stands behind the ninth decimal is left out, as in the sheet's formulas.
    fn verdict(self, ratio: f64) -> Verdict {
        let ratio = round(ratio, 9);
        if ratio >= self.above {
            Verdict::Above
        } else if ratio <= self.below {
            Verdict::Below
        } else {
            Verdict::Similar
        }
    }

    /// Decimals a ratio is shown with: two, or as many as it takes that the shown number says the same as the verdict. 1.149
    /// stays 1.149, because 1.15 beside 「同程度」 would contradict a threshold of 1.15.
    pub fn ratio_decimals(self, ratio: f64) -> u8 {
        let verdict = self.verdict(ratio);
        (RATIO_DECIMALS..9).find(|decimals| self.verdict(round(ratio, *decimals)) == verdict).unwrap_or(9)
    }
}

#[cfg(test)]
mod tests {
    use super::{Thresholds, Verdict};

    #[test]
    fn thresholds_are_inclusive_and_zero_has_no_ratio() {
        let rule = Thresholds::default();
        assert_eq!(rule.versus(115.0, 100.0).verdict, Some(Verdict::Above));
        assert_eq!(rule.versus(85.0, 100.0).verdict, Some(Verdict::Below));
        assert_eq!(rule.versus(114.9, 100.0).verdict, Some(Verdict::Similar));
        // 0.8500000000000001 and 1.1500000000000001 in binary.
        assert_eq!(rule.versus(15.3, 18.0).verdict, Some(Verdict::Below));
        assert_eq!(rule.versus(13.8, 12.0).verdict, Some(Verdict::Above));
        let zero = rule.versus(1.0, 0.0);
        assert_eq!((zero.ratio, zero.verdict, zero.difference), (None, None, 1.0));
    }

    #[test]
    fn a_shown_ratio_never_contradicts_its_verdict() {
        let rule = Thresholds::default();
        for (ratio, decimals) in [
            (1.0, 2),
            (1.15, 2),
            (1.149, 3),
            (1.1499, 4),
            (1.151, 2),
            (0.85, 2),
            (0.8512, 3),
            (0.8499, 2),
            (f64::MAX, 2),
        ] {
            assert_eq!(rule.ratio_decimals(ratio), decimals, "{ratio}");
        }
    }
}
