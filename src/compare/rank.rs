//! The place of the own insurer among the prefecture's, where the data holds them.

use super::Index;
use crate::model::Area;

/// Counted from the highest value; equal values share a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// 1 = highest
    pub place: usize,
    /// Insurers of the prefecture with a value
    pub of: usize,
    /// All insurers of the prefecture, where the list of areas knows more than those with a value
    pub all: Option<usize>,
}

impl Rank {
    /// `None` unless at least one other insurer of the prefecture has a value.
    pub(super) fn of(
        indicator: &str,
        own: &Area,
        year: i32,
        standardisation: Option<&str>,
        index: &Index<'_>,
    ) -> Option<Self> {
        let insurers = index.insurers(indicator, own.prefecture.as_deref()?, year, standardisation);
        let own_value = insurers.iter().find(|o| o.area.key() == own.key())?.datum.value()?;
        let higher = insurers.iter().filter(|o| o.datum.value().is_some_and(|value| value > own_value)).count();
        (insurers.len() >= 2).then_some(Self { place: higher + 1, of: insurers.len(), all: None })
    }

    /// 「3位／12保険者」
    pub fn label(self) -> String {
        format!("{}位／{}保険者", self.place, self.of)
    }
}
