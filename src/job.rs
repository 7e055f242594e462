//! A request becomes a job, a job gives a report. Every front (command line, folder, page) comes through here.

mod arrived;
mod base;
mod finish;
mod insurers;
mod make;
mod marked;
mod marked_texts;
mod standard;
mod understand;
mod wanted;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::compare::{Participant, Thresholds};
use crate::deliver::naming::{NameWords, Patterns, sheet_name};
use crate::diagnostic::Diagnostic;
use crate::error::{Cancel, Error, FileError, Result};
use crate::fill::{StandardTemplate, ledger::Ledger};
use crate::handout::{Kind, Typesetter};
use crate::model::{AreaLevel, Date};
use crate::refill::{Changes, Shelf};

pub use insurers::insurers;
pub use make::{make, marked_template};
pub use marked::fill_marked;
pub use standard::{fill_on, fill_one_of_many, fill_sheet};
pub use understand::understand;
pub(crate) use understand::{check_added, check_years};
pub use wanted::Wanted;

/// What to make of the evidence.
#[derive(Clone, Debug)]
pub struct FillRequest {
    /// Own area as the person wrote it
    pub own: String,
    /// Comparison areas as written
    pub compare: Vec<String>,
    /// First year shown
    pub from: Option<i32>,
    /// Last year shown
    pub to: Option<i32>,
    /// 指標追加
    pub add: Vec<String>,
    /// Rule for verdicts
    pub thresholds: Thresholds,
    /// Whether the workbook is made; without it, papers only
    pub xlsx: bool,
    /// Papers to print
    pub papers: Vec<Kind>,
    /// Folder for what is made
    pub out: PathBuf,
    /// The day written on what is made
    pub date: Date,
    /// Make the copy to hand out instead, see [`crate::fill::public`]
    pub public: bool,
    /// What the files are called
    pub names: Patterns,
    /// What is known of the books in `out`; requests for one folder share it
    pub shelf: Shelf,
    /// Where papers are set
    pub typesetter: Typesetter,
    /// Asked between pieces of the work; who stops finds everything as it was
    pub cancel: Cancel,
}

impl FillRequest {
    /// The workbook of one insurer and nothing else, by the product's own rules.
    pub fn new(own: impl Into<String>, out: PathBuf, date: Date) -> Self {
        Self {
            own: own.into(),
            compare: Vec::new(),
            from: None,
            to: None,
            add: Vec::new(),
            thresholds: Thresholds::default(),
            xlsx: true,
            papers: Vec::new(),
            out,
            date,
            public: false,
            names: Patterns::default(),
            shelf: Shelf::default(),
            typesetter: Typesetter::default(),
            cancel: Cancel::default(),
        }
    }

    /// Whether the working book itself is written; the copy to hand out leaves it as it stands.
    fn writes_book(&self) -> bool {
        self.xlsx && !self.public
    }
}

/// One file that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// `xlsx` or `pdf`
    pub kind: &'static str,
    /// Where
    pub path: PathBuf,
}

/// What a job did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Files made
    pub outputs: Vec<Output>,
    /// Account of the figures
    pub ledger: Ledger,
    /// What a refill changed; nothing for a fresh sheet
    #[serde(skip_serializing_if = "Changes::is_empty")]
    pub changes: Changes,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Books a fill starts from instead of a fresh standard sheet.
#[derive(Clone, Debug, Default)]
pub struct Bases {
    /// A sheet people worked in (`--previous`)
    pub previous: Option<PathBuf>,
    /// A form to be filled in place (`--template FILE.xlsx`), or a folder of people's own template
    pub template: Option<PathBuf>,
    /// New figures win over numbers people wrote (`--adopt`)
    pub adopt: bool,
}

impl Bases {
    /// The template, when it is a folder: its layouts and sentences are for the papers.
    fn folder(&self) -> Option<&Path> {
        self.template.as_deref().filter(|template| template.is_dir())
    }

    /// The template, when it is a form to be filled in place.
    fn form(&self) -> Option<&Path> {
        self.template.as_deref().filter(|template| !template.is_dir())
    }
}

fn file_name(own: &Participant, date: Date, pattern: Option<&str>) -> Result<String> {
    let prefecture = match own.area.level {
        AreaLevel::Prefecture => "",
        _ => own.area.prefecture.as_deref().unwrap_or_default(),
    };
    sheet_name(pattern, &NameWords { prefecture, insurer: own.area.short_name(), date })
}

/// The shipped template.
///
/// # Errors
/// None in a sound build.
pub fn standard_template() -> Result<&'static StandardTemplate> {
    StandardTemplate::shipped().map_err(|error| of_template(&error))
}

fn of_template(error: &FileError) -> Error {
    Error::Internal(error.to_diagnostic().to_string())
}
