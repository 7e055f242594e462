//! Files in, observations out: reading, interpreting and settling, with an outcome a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::error::{Error, FileError, Result};
use crate::layout::crosstab::apply_one;
use crate::layout::{Context, Interpretation, Mapping, interpret, shown};
use crate::model::{Area, EntryText, Observation, ObservationKey, Outcome, SourceFile};
use crate::normalize::conflict::Arrivals;
use crate::normalize::{check, conflict, derive, observe, percent::PercentCells};
use crate::read::sandbox::{Sandbox, SandboxOptions};
use crate::read::{self, Book, BookKind, Limits, ReadOutcome};

/// The account of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Name without folders
    pub file: String,
    /// SHA-256; empty when the bytes could not be read
    pub sha256: String,
    /// Layout such as `L1`; none when nothing was recognised
    pub layout: Option<&'static str>,
    /// What became of it
    pub outcome: Outcome,
    /// The sentence for people: why, or the question
    pub message: Option<String>,
}

/// One file, understood.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Account
    pub report: FileReport,
    /// Identity with 出力日; `None` when nothing could be read
    pub file: Option<Arc<SourceFile>>,
    /// Where it lies, when it was read from the disk and not out of a zip
    pub path: Option<PathBuf>,
    /// Figures
    pub observations: Vec<Observation>,
    /// Texts of entry fields
    pub texts: Vec<EntryText>,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// All files of a request, settled.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// One observation a key, read and derived
    pub observations: Vec<Observation>,
    /// Texts of entry fields
    pub texts: Vec<EntryText>,
    /// The files those texts stand in, as far as they can be read again
    pub books: Vec<TextBook>,
    /// What each file speaks of, by SHA-256
    pub speak: BTreeMap<String, Speaks>,
    /// Accounts in the order of the files
    pub files: Vec<FileReport>,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

impl Evidence {
    /// Each content that has figures, under the first of its names, with the areas it has figures of; in the order of
    /// names, whatever the order of files.
    pub fn spoken(&self) -> Vec<(&str, &BTreeMap<String, Arc<Area>>)> {
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for file in &self.files {
            let name = names.entry(&file.sha256).or_insert(&file.file);
            *name = (*name).min(&file.file);
        }
        let mut spoken: Vec<_> = names
            .into_iter()
            .filter_map(|(sha256, name)| Some((name, sha256, &self.speak.get(sha256)?.areas)))
            .collect();
        spoken.sort_unstable_by_key(|(name, sha256, _)| (*name, *sha256));
        spoken.into_iter().map(|(name, _, areas)| (name, areas)).collect()
    }
}

/// A file with texts in entry fields: people's work, that may belong on the sheet that is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBook {
    /// Its name and content
    pub file: SourceFile,
    /// Where it can be read again
    pub path: PathBuf,
}

/// What a file has figures of, before those that another file gives as well were settled away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speaks {
    /// The areas, by key
    pub areas: BTreeMap<String, Arc<Area>>,
    /// The newest year
    pub newest: Option<i32>,
}

/// By SHA-256 what each file speaks of; `observations` are those as read.
pub fn files_speak(observations: &[Observation]) -> BTreeMap<String, Speaks> {
    let mut files: BTreeMap<String, Speaks> = BTreeMap::new();
    // Figures come file by file and mostly row by row: most need no search.
    for of_file in observations.chunk_by(|a, b| Arc::ptr_eq(&a.source.file, &b.source.file)) {
        let Some(first) = of_file.first() else { continue };
        let speaks = files.entry(first.source.file.sha256.clone()).or_default();
        for of_area in of_file.chunk_by(|a, b| Arc::ptr_eq(&a.area, &b.area)) {
            let newest = of_area.iter().filter_map(|observation| observation.period.form_year).max();
            speaks.newest = speaks.newest.max(newest);
            if let Some(area) = of_area.first().map(|first| &first.area)
                && !speaks.areas.contains_key(area.key())
            {
                speaks.areas.insert(area.key().to_owned(), area.clone());
            }
        }
    }
    files
}

/// The files texts stand in, those with the newest figures first. `place` says where a file can be read again.
pub fn text_books(
    texts: &[EntryText],
    speak: &BTreeMap<String, Speaks>,
    place: impl Fn(&SourceFile) -> Option<PathBuf>,
) -> Vec<TextBook> {
    let files: BTreeMap<&str, &Arc<SourceFile>> =
        texts.iter().map(|text| (text.source.file.sha256.as_str(), &text.source.file)).collect();
    let newest = |file: &SourceFile| speak.get(&file.sha256).and_then(|speaks| speaks.newest);
    let mut books: Vec<TextBook> =
        files.into_values().filter_map(|file| Some(TextBook { file: (**file).clone(), path: place(file)? })).collect();
    let rank = |book: &TextBook| (newest(&book.file), book.file.exported, book.file.name.clone());
    books.sort_by_cached_key(|book| std::cmp::Reverse(rank(book)));
    books
}

/// Files of the paths, folders searched, in a fixed order. Files no program should read (`~$`, temporary downloads,
/// hidden ones) are left out of folders, not of names given outright.
///
/// # Errors
/// A path that is not there is the user's mistake.
pub fn list_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            list_folder(path, 0, &mut files)?;
        } else if path.exists() {
            files.push(path.clone());
        } else {
            return Err(Error::Usage(format!(
                "『{}』が見つかりません。ファイルかフォルダーの場所を確かめてください。",
                path.display()
            )));
        }
    }
    Ok(files)
}

/// Folders deeper than this are not searched: a drop folder is flat.
const MAX_DEPTH: usize = 6;

fn list_folder(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let describe = "フォルダーを開く権限があるか確かめてください。";
    let entries = std::fs::read_dir(folder).map_err(Error::io(folder, "読み取り", describe))?;
    let mut found = Vec::new();
    for entry in entries {
        found.push(entry.map_err(Error::io(folder, "読み取り", describe))?.path());
    }
    found.sort();
    for path in found {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if is_not_for_reading(&name) {
            continue;
        }
        if path.is_dir() {
            if depth < MAX_DEPTH {
                list_folder(&path, depth + 1, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Lock files of Excel, downloads under way, hidden and system files.
pub fn is_not_for_reading(name: &str) -> bool {
    let lower = name.to_lowercase();
    name.starts_with("~$")
        || name.starts_with('.')
        || [".tmp", ".crdownload", ".part", ".partial", ".download", ".filepart", ".opdownload", ".xlsxtmp"]
            .iter()
            .any(|end| lower.ends_with(end))
        || matches!(lower.as_str(), "desktop.ini" | "thumbs.db")
}

/// Reads one path: one file, or the files of a zip of downloads.
///
/// # Errors
/// A path that cannot be opened at all; whatever is wrong with a file itself is its outcome.
pub fn take_path(path: &Path, context: Context<'_>, reader: &mut Reader) -> Result<Vec<Taken>> {
    let outcomes = match reader {
        Reader::InProcess(limits) => read::read_path(path, limits)?,
        Reader::Child(sandbox) => sandbox.read_path(path)?,
    };
    let name = read::display_name(path);
    let taken = outcomes.into_iter().map(|outcome| take_outcome(outcome, context)).map(|mut one| {
        one.path = (one.report.file == name).then(|| path.to_owned());
        one
    });
    Ok(taken.collect())
}

/// Reads one workbook without interpreting it.
///
/// # Errors
/// A path that cannot be opened; inside, why this file cannot be read.
pub fn read_one(path: &Path, reader: &mut Reader) -> Result<std::result::Result<Book, FileError>> {
    let outcomes = match reader {
        Reader::InProcess(limits) => read::read_path(path, limits)?,
        Reader::Child(sandbox) => sandbox.read_path(path)?,
    };
    let first = outcomes.into_iter().next().map(|outcome| outcome.result);
    first.ok_or_else(|| Error::Usage(format!("『{}』には、読めるファイルがありません。", path.display())))
}

/// Reads one workbook or text table of bytes that are at hand without interpreting it.
///
/// # Errors
/// The child cannot be started; inside, why this file cannot be read.
pub fn read_one_bytes(name: &str, bytes: &[u8], reader: &mut Reader) -> Result<std::result::Result<Book, FileError>> {
    let outcomes = match reader {
        Reader::InProcess(limits) => read::read_all(name, bytes, limits),
        Reader::Child(sandbox) => sandbox.read_all(name, bytes.to_vec())?,
    };
    let first = outcomes.into_iter().next().map(|outcome| outcome.result);
    first.ok_or_else(|| Error::Usage(format!("『{name}』には、読めるファイルがありません。")))
}

/// Takes bytes that are at hand, such as a kept original, as [`take_path`] does.
///
/// # Errors
/// The child cannot be started.
pub fn take_bytes(name: &str, bytes: &[u8], context: Context<'_>, reader: &mut Reader) -> Result<Vec<Taken>> {
    let outcomes = match reader {
        Reader::InProcess(limits) => read::read_all(name, bytes, limits),
        Reader::Child(sandbox) => sandbox.read_all(name, bytes.to_vec())?,
    };
    Ok(outcomes.into_iter().map(|outcome| take_outcome(outcome, context)).collect())
}

/// Where files are read.
#[derive(Debug)]
pub enum Reader {
    /// In this process: for tests and for files this product made itself
    InProcess(Limits),
    /// In a child process that a hostile file may bring down without harm
    Child(Box<Sandbox>),
}

impl Reader {
    /// A child of this very program.
    ///
    /// # Errors
    /// The program's own place cannot be found.
    pub fn child() -> Result<Self> {
        let exe = std::env::current_exe().map_err(Error::io(
            "chiiki-sheet",
            "開始",
            "chiiki-sheet を置き直してから、もう一度実行してください。",
        ))?;
        Ok(Self::Child(Box::new(Sandbox::new(SandboxOptions::new(exe)))))
    }
}

fn take_outcome(outcome: ReadOutcome, context: Context<'_>) -> Taken {
    match outcome.result {
        Ok(book) => take_book(&book, context),
        Err(error) => refused(&outcome.file, &error),
    }
}

/// What one saved reading makes of a book, whatever else the book may be; `None` when its headings are not there.
/// For a person to look at before saving: nothing is stored.
pub fn try_mapping(book: &Book, mapping: &Mapping, catalog: &Catalog) -> Option<Taken> {
    let interpretation = apply_one(&shown(book), mapping, catalog).or_else(|| apply_one(book, mapping, catalog))?;
    Some(settle_book(book, Ok(interpretation), catalog))
}

/// Takes the figures and texts of a book.
pub fn take_book(book: &Book, context: Context<'_>) -> Taken {
    settle_book(book, interpret(book, context), context.catalog)
}

fn settle_book(
    book: &Book,
    interpretation: std::result::Result<Interpretation, FileError>,
    catalog: &Catalog,
) -> Taken {
    let interpretation = match interpretation {
        Ok(interpretation) => interpretation,
        Err(error) if error.code == "layout-unknown" && is_prose(book) => {
            return refused(&book.file, &prose(book));
        }
        Err(error) => return refused(&book.file, &error),
    };
    let file =
        Arc::new(SourceFile { exported: interpretation.exported, ours: interpretation.ours, ..(*book.file).clone() });
    let (observations, told) = observe::observe(&file, &interpretation.figures, &PercentCells::of(book), catalog);
    let mut diagnostics = interpretation.diagnostics;
    diagnostics.extend(told);
    let texts: Vec<EntryText> = interpretation
        .texts
        .into_iter()
        .map(|text| EntryText { source: crate::model::SourceRef { file: file.clone(), ..text.source.clone() }, ..text })
        .collect();
    let (outcome, message) = if !observations.is_empty() || !texts.is_empty() {
        (Outcome::Read, None)
    } else if let Some(question) = diagnostics.iter().find(|told| is_question(told)) {
        (Outcome::Waiting, Some(format!("{}{}", question.message, question.hint.as_deref().unwrap_or_default())))
    } else if interpretation.figures.is_empty() {
        (Outcome::Empty, Some(interpretation_without_figures(&diagnostics)))
    } else {
        let first = diagnostics.iter().find(|d| d.severity == Severity::Error);
        let reason = first.map_or("数値を1つも読めませんでした。".to_owned(), |d| d.message.clone());
        (Outcome::Refused, Some(reason))
    };
    Taken {
        report: FileReport {
            file: file.name.clone(),
            sha256: file.sha256.clone(),
            layout: Some(interpretation.layout),
            outcome,
            message,
        },
        file: Some(file),
        path: None,
        observations,
        texts,
        diagnostics,
    }
}

/// A table was recognised, but what it lacks or leaves open must be settled before any figure is sure.
fn is_question(told: &Diagnostic) -> bool {
    const QUESTIONS: [&str; 6] = ["area-", "code-", "period-", "indicator-", "unit-", "percent-"];
    told.severity != Severity::Info && QUESTIONS.iter().any(|kind| told.code.starts_with(kind))
}

/// A text file without columns: someone's note, no question to anybody.
fn is_prose(book: &Book) -> bool {
    book.kind == BookKind::Csv && book.grids.iter().all(|grid| grid.rows().all(|cells| cells.len() < 2))
}

fn prose(book: &Book) -> FileError {
    FileError::refused(
        "no-table",
        "文章だけのファイルで、表がありません。数値は取り込んでいません。",
        "表の入ったExcelかCSVのファイルを入れてください。",
    )
    .at(Place::file(book.file.name.clone()))
}

/// A list of areas has no figures by its nature; any other table without them was exported for nothing.
fn interpretation_without_figures(diagnostics: &[Diagnostic]) -> String {
    match diagnostics.iter().find(|told| told.code == "code-list") {
        Some(told) => told.message.clone(),
        None => "見出しだけで、数値の行がありません。見える化システムで地域と期間を選び直して、出力し直してください。"
            .to_owned(),
    }
}

fn refused(file: &SourceFile, error: &FileError) -> Taken {
    let mut diagnostic = error.to_diagnostic();
    if diagnostic.place.file.is_none() {
        diagnostic.place = Place::file(file.name.clone());
    }
    let outcome = if error.waiting { Outcome::Waiting } else { Outcome::Refused };
    Taken {
        report: FileReport {
            file: file.name.clone(),
            sha256: file.sha256.clone(),
            layout: None,
            outcome,
            message: Some(format!("{}{}", error.message, error.hint)),
        },
        file: None,
        path: None,
        observations: Vec::new(),
        texts: Vec::new(),
        diagnostics: vec![diagnostic],
    }
}

/// Gathers what was taken: a content that came twice counts once; conflicts are settled; sums and rates are derived.
pub fn gather(taken: Vec<Taken>, context: Context<'_>) -> Evidence {
    let mut evidence = Evidence::default();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut observations = Vec::new();
    let mut places: BTreeMap<String, PathBuf> = BTreeMap::new();
    for mut one in taken {
        if !one.report.sha256.is_empty() && !seen.insert(one.report.sha256.clone()) {
            one.report.message = Some("同じ内容のファイルがほかにもあるため、1回だけ数えました。".to_owned());
            evidence.files.push(one.report);
            continue;
        }
        if let Some(path) = one.path {
            places.insert(one.report.sha256.clone(), path);
        }
        evidence.files.push(one.report);
        evidence.diagnostics.extend(one.diagnostics);
        evidence.texts.extend(one.texts);
        observations.extend(one.observations);
    }
    evidence.speak = files_speak(&observations);
    evidence.books = text_books(&evidence.texts, &evidence.speak, |file| places.get(&file.sha256).cloned());
    let (observations, mut diagnostics) = settle_and_derive(observations, &Arrivals::default(), context);
    evidence.observations = observations;
    evidence.diagnostics.append(&mut diagnostics);
    evidence
}

/// From observations as read to one a key, with what can be derived from them. `arrived`: when the files came, where that
/// is known.
pub fn settle_and_derive(
    observations: Vec<Observation>,
    arrived: &Arrivals,
    context: Context<'_>,
) -> (Vec<Observation>, Vec<Diagnostic>) {
    let mut diagnostics = check::check_totals(&observations);
    diagnostics.extend(check::check_units(&observations));
    let (settled, told) = conflict::settle(observations, arrived);
    diagnostics.extend(told);
    let (complete, told) = complete(settled, context.catalog);
    diagnostics.extend(told);
    (complete, diagnostics)
}

/// What follows from settled figures. Figures of a book this product filled give way to what other files' figures come to,
/// as they do to figures that are read there.
fn complete(settled: Vec<Observation>, catalog: &Catalog) -> (Vec<Observation>, Vec<Diagnostic>) {
    if !settled.iter().any(|observation| observation.source.file.ours) {
        return derive::complete(settled, catalog);
    }
    let (ours, others): (Vec<_>, Vec<_>) = settled.into_iter().partition(|one| one.source.file.ours);
    let (mut all, _) = derive::complete(others, catalog);
    let known: BTreeSet<ObservationKey> =
        all.iter().filter(|one| one.derived.is_some()).map(Observation::key).collect();
    all.extend(ours.into_iter().filter(|one| !known.contains(&one.key())));
    // Deriving again adds what only the figures of ours come to, and tells all there is to tell.
    derive::complete(all, catalog)
}
