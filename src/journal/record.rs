//! What stands in the journal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::disk::Stat;
use crate::model::Outcome;

/// What a dropped file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DropKind {
    /// A file of figures
    Statistics,
    /// A request of another program
    Request,
}

/// How far a dropped file has come. Each step can be done again without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DropState {
    /// It lies in 受付.
    Seen,
    /// Nobody writes to it any more.
    Settled,
    /// Its original is kept, its figures are in the store (or it cannot be read).
    Read,
    /// The sheets it concerns are made; it is about to be moved.
    Filled,
    /// It lies in 処理済 or 隔離.
    Filed,
    /// It was taken away before it was read.
    Gone,
}

/// What became of a dropped file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DropOutcome {
    /// Figures or texts were taken.
    Read,
    /// A table with headings and no figures
    Empty,
    /// A question must be answered first.
    Waiting,
    /// Nothing can be taken.
    Refused,
    /// The same content came before.
    Duplicate,
    /// A request that was answered
    Answered,
}

/// One dropped file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DropRecord {
    /// Rises with every file
    pub id: i64,
    /// Its name in 受付
    pub name: String,
    /// Figures or a request
    pub kind: DropKind,
    /// Bytes, as it was read
    pub size: u64,
    /// Last written, in milliseconds since 1970
    pub modified_ms: i64,
    /// When it was seen first
    pub first_seen: Moment,
    /// When this record changed last
    pub changed: Moment,
    /// How far it has come
    pub state: DropState,
    /// SHA-256 of its bytes, once it was read
    pub sha256: Option<String>,
    /// What became of it
    pub outcome: Option<DropOutcome>,
    /// The stable word of what is wrong with it, such as `layout-unknown`
    pub code: Option<String>,
    /// Why, or the question, in Japanese
    pub message: Option<String>,
    /// What else a person should know, such as that it was read while open in Excel
    pub notes: Vec<String>,
    /// Where it lies now, relative to the workspace with `/`; the place it is about to be moved to while `Filled`
    pub filed: Option<String>,
    /// The drop that brought this content first
    pub duplicate_of: Option<i64>,
    /// The outputs made with it, see [`OutputRecord::id`]
    pub made: Vec<i64>,
    /// Hashes of the kept originals: its own, or those of the files of a zip
    pub parts: Vec<String>,
    /// The layout that was recognised, such as `L2`; several of a zip as they came, with 「、」
    pub layout: Option<String>,
    /// How many figures it brought
    pub figures: u64,
    /// How many texts of entry fields it brought
    pub texts: u64,
    /// What a person should look at, with places
    pub remarks: Vec<Remark>,
    /// Under which list of areas and which saved readings it was read
    #[serde(skip)]
    pub conditions: Option<String>,
    /// Whose figures it holds
    #[serde(skip)]
    pub concerns: Concerns,
    /// The text of the note beside it in 隔離
    #[serde(skip)]
    pub note_text: Option<String>,
}

impl DropRecord {
    /// Size and time it was read with.
    pub fn stat(&self) -> Stat {
        Stat { size: self.size, modified_ms: self.modified_ms }
    }
}

/// Whose figures a file holds, by prefecture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Concerns {
    /// Everybody: figures of the nation, texts, areas of no known prefecture
    pub all: bool,
    /// Names of prefectures, sorted
    pub prefectures: Vec<String>,
}

/// What reading a file gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadResult {
    /// SHA-256 of its bytes; `None` when they could not be had
    pub sha256: Option<String>,
    /// What became of it
    pub outcome: DropOutcome,
    /// See [`DropRecord::code`]
    pub code: Option<String>,
    /// See [`DropRecord::message`]
    pub message: Option<String>,
    /// See [`DropRecord::notes`]
    pub notes: Vec<String>,
    /// See [`DropRecord::note_text`]
    pub note_text: Option<String>,
    /// See [`DropRecord::layout`]
    pub layout: Option<String>,
    /// See [`DropRecord::figures`]
    pub figures: u64,
    /// See [`DropRecord::texts`]
    pub texts: u64,
    /// See [`DropRecord::remarks`]
    pub remarks: Vec<Remark>,
    /// See [`DropRecord::parts`]
    pub parts: Vec<String>,
    /// See [`DropRecord::conditions`]
    pub conditions: String,
    /// See [`DropRecord::concerns`]
    pub concerns: Concerns,
    /// See [`DropRecord::duplicate_of`]
    pub duplicate_of: Option<i64>,
}

/// A diagnostic as it is kept: what a person was told about a file, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// See [`Diagnostic::severity`]
    pub severity: Severity,
    /// See [`Diagnostic::code`]
    pub code: String,
    /// See [`Diagnostic::message`]
    pub message: String,
    /// See [`Diagnostic::hint`]
    pub hint: Option<String>,
    /// See [`Diagnostic::place`]
    pub place: Place,
}

/// Remarks of one kind that are kept of a file: nobody looks through more, and the journal must not grow with them.
const KEPT_PER_CODE: usize = 50;
/// Remarks kept of a file in all.
const KEPT: usize = 500;

impl Remark {
    /// What is kept of diagnostics: not more of a kind than a person would look through, the rest counted.
    pub fn of(diagnostics: &[Diagnostic]) -> Vec<Self> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut kept: Vec<Self> = Vec::new();
        for told in diagnostics {
            let count = counts.entry(told.code).or_default();
            *count += 1;
            if *count <= KEPT_PER_CODE && kept.len() < KEPT {
                kept.push(Self {
                    severity: told.severity,
                    code: told.code.to_owned(),
                    message: told.message.clone(),
                    hint: told.hint.clone(),
                    place: told.place.clone(),
                });
            }
        }
        let left = diagnostics.len() - kept.len();
        if left > 0 {
            kept.push(Self {
                severity: Severity::Info,
                code: "more-remarks".to_owned(),
                message: format!("同じ種類のものが、ほかに{left}件あります。"),
                hint: Some("多いものから順に確かめてください。".to_owned()),
                place: Place::default(),
            });
        }
        kept
    }
}

/// One file that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutputRecord {
    /// Rises with every output
    pub id: i64,
    /// Whose sheet: the area's name
    pub own: String,
    /// `xlsx` or `pdf`
    pub kind: String,
    /// Relative to the workspace with `/` where it lies in it
    pub path: String,
    /// SHA-256 of its bytes
    pub sha256: String,
    /// When
    pub made: Moment,
    /// In which round of work
    pub round: i64,
}

/// A sheet that is to be made, or made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owed {
    /// The own area as the settings name it
    pub own: String,
    /// Since when
    pub since: Moment,
    /// Why it could not be made the last time
    pub problem: Option<String>,
}

macro_rules! words {
    ($kind:ty, $($variant:ident = $word:literal),+) => {
        impl $kind {
            /// The spelling in the journal.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The reverse of `id`.
            pub(super) fn from_id(id: &str) -> Option<Self> {
                match id {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

words!(DropKind, Statistics = "statistics", Request = "request");
words!(DropState, Seen = "seen", Settled = "settled", Read = "read", Filled = "filled", Filed = "filed", Gone = "gone");
words!(
    DropOutcome,
    Read = "read",
    Empty = "empty",
    Waiting = "waiting",
    Refused = "refused",
    Duplicate = "duplicate",
    Answered = "answered"
);

impl DropOutcome {
    /// The word people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Read => Outcome::Read.label(),
            Self::Empty => Outcome::Empty.label(),
            Self::Waiting => Outcome::Waiting.label(),
            Self::Refused => Outcome::Refused.label(),
            Self::Duplicate => "取り込み済み",
            Self::Answered => "依頼に回答",
        }
    }

    /// Whether the file goes to 処理済; else to 隔離.
    pub fn is_taken(self) -> bool {
        matches!(self, Self::Read | Self::Empty | Self::Duplicate | Self::Answered)
    }
}

impl From<Outcome> for DropOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Read => Self::Read,
            Outcome::Refused => Self::Refused,
            Outcome::Empty => Self::Empty,
            Outcome::Waiting => Self::Waiting,
        }
    }
}
