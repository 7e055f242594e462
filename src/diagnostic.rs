//! What a person is told about their files: a place, a sentence, a hint. Several at once, beside results.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{CellRef, SourceRef};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something was not read or not made.
    Error,
    /// Read or made, but someone should look.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word shown before the sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Error => "エラー",
            Self::Warning => "注意",
            Self::Info => "お知らせ",
        }
    }
}

/// Where: file, sheet and cell, as far as known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// File name
    pub file: Option<String>,
    /// Sheet name
    pub sheet: Option<String>,
    /// Address as Excel shows it
    pub cell: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(name: impl Into<String>) -> Self {
        Self { file: Some(name.into()), ..Self::default() }
    }

    /// A sheet of a file. A CSV has one without a name, which is not told.
    pub fn sheet(file: impl Into<String>, sheet: impl Into<String>) -> Self {
        let sheet = Some(sheet.into()).filter(|name| !name.is_empty());
        Self { file: Some(file.into()), sheet, cell: None }
    }

    /// A cell of a sheet of a file.
    pub fn cell(file: impl Into<String>, sheet: impl Into<String>, cell: CellRef) -> Self {
        Self { cell: Some(cell.to_string()), ..Self::sheet(file, sheet) }
    }
}

impl From<&SourceRef> for Place {
    fn from(source: &SourceRef) -> Self {
        Self::cell(source.file.name.clone(), source.sheet.to_string(), source.cell)
    }
}

/// One thing a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// See [`Severity`].
    pub severity: Severity,
    /// A stable word for programs and for the IT section, such as `period-unreadable`.
    pub code: &'static str,
    /// What happened, in Japanese.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// Where.
    pub place: Place,
}

impl Diagnostic {
    /// Something was not read or not made.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// Someone should look.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Good to know.
    pub fn info(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self { severity, code, message: message.into(), hint: None, place: Place::default() }
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: impl Into<Place>) -> Self {
        self.place = place.into();
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.severity.label())?;
        if let Some(file) = &self.place.file {
            write!(f, "『{file}』")?;
            if let Some(sheet) = &self.place.sheet {
                write!(f, "の『{sheet}』")?;
            }
            if let Some(cell) = &self.place.cell {
                write!(f, " {cell}")?;
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            f.write_str(hint)?;
        }
        write!(f, "（{}）", self.code)
    }
}
