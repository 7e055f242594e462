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
        let verdict = ratio.map(|ratio| {
            if ratio >= self.above {
                Verdict::Above
            } else if ratio <= self.below {
                Verdict::Below
            } else {
                Verdict::Similar
            }
        });
        Versus { difference: own - other, ratio, verdict }
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
        let zero = rule.versus(1.0, 0.0);
        assert_eq!((zero.ratio, zero.verdict, zero.difference), (None, None, 1.0));
    }
}
