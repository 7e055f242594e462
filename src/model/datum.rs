//! A value, or the reason why there is none.

use serde::{Deserialize, Serialize};

/// Why a figure is missing. "No benefit", "zero" and "no data" are three different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingReason {
    /// 「―」: no benefit, 該当なし
    NotApplicable,
    /// 「-」「…」: 不詳, not in the data
    Unknown,
    /// 「x」「***」: 秘匿
    Suppressed,
    /// An empty cell where a figure was to be expected
    Blank,
}

impl MissingReason {
    /// The reason in words a reader of the sheet understands.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotApplicable => "該当なし",
            Self::Unknown => "データなし",
            Self::Suppressed => "秘匿",
            Self::Blank => "空白",
        }
    }

    /// What the form shows in the cell: 「―」 for no benefit, 「－」 for every other reason.
    pub fn mark(self) -> &'static str {
        match self {
            Self::NotApplicable => "―",
            Self::Unknown | Self::Suppressed | Self::Blank => "－",
        }
    }

    /// The spelling used in JSON and in the store.
    pub fn id(self) -> &'static str {
        match self {
            Self::NotApplicable => "not_applicable",
            Self::Unknown => "unknown",
            Self::Suppressed => "suppressed",
            Self::Blank => "blank",
        }
    }

    /// The reverse of [`MissingReason::id`].
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::NotApplicable, Self::Unknown, Self::Suppressed, Self::Blank].into_iter().find(|reason| reason.id() == id)
    }
}

/// A number at the precision of its source, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Datum {
    /// A value as the form shows it: 19.37 with the unit ％, never 0.1937.
    Value(f64),
    /// No value, and why.
    Missing(MissingReason),
}

impl Datum {
    /// The number, if there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing(_) => None,
        }
    }
}
