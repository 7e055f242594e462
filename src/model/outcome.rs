//! What became of a file.

use serde::{Deserialize, Serialize};

/// What became of a dropped file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Figures or texts were taken.
    Read,
    /// Nothing can be taken.
    Refused,
    /// A table with headings and no figures.
    Empty,
    /// A question must be answered first.
    Waiting,
}

impl Outcome {
    /// The word people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Read => "取り込み",
            Self::Refused => "読み取れず",
            Self::Empty => "数値なし",
            Self::Waiting => "確認待ち",
        }
    }

    /// The spelling used in JSON and in the store.
    pub fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Refused => "refused",
            Self::Empty => "empty",
            Self::Waiting => "waiting",
        }
    }

    /// The reverse of [`Outcome::id`].
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Read, Self::Refused, Self::Empty, Self::Waiting].into_iter().find(|outcome| outcome.id() == id)
    }
}
