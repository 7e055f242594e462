//! Files of a request, read one after another with a progress bar.

use std::path::{Path, PathBuf};

use super::args::Common;
use super::progress::Progress;
use crate::catalog::Catalog;
use crate::compare::Thresholds;
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::intake::{Evidence, Reader, Taken, gather, list_files, take_path};
use crate::layout::{Context, Mapping};
use crate::workspace::{Workspace, mappings_in};

/// The catalog, with the areas of a file added.
///
/// # Errors
/// A file that cannot be read or whose lines are wrong: all of them are named.
pub fn catalog(areas: Option<&Path>) -> Result<Catalog> {
    let shipped = Catalog::shipped();
    let Some(path) = areas else { return Ok(shipped.clone()) };
    let text = std::fs::read_to_string(path).map_err(Error::io(
        path,
        "読み取り",
        "地域の一覧（UTF-8のCSV）の場所を確かめてください。",
    ))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    shipped.with_areas(&text, &name).map_err(|diagnostics| Error::Usage(lines(&diagnostics)))
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Takes the files of the paths.
pub fn take(paths: &[PathBuf], context: Context<'_>) -> Result<Vec<Taken>> {
    let files = list_files(paths)?;
    let mut reader = Reader::child()?;
    let mut progress = Progress::new(files.len(), "読み取り中");
    let mut all = Vec::new();
    for file in &files {
        progress.step(&name_of(file));
        all.extend(take_path(file, context, &mut reader)?);
    }
    Ok(all)
}

/// Name of a file without folders, for the progress bar.
pub fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Takes and gathers.
pub fn evidence(paths: &[PathBuf], context: Context<'_>) -> Result<Evidence> {
    Ok(gather(take(paths, context)?, context))
}

/// The saved readings a person named; none when nobody did.
///
/// # Errors
/// A place that is not there, or a reading that cannot be understood.
pub fn readings(place: Option<&Path>) -> Result<Vec<Mapping>> {
    place.map_or_else(|| Ok(Vec::new()), mappings_in)
}

/// What a workspace holds was read by its own readings already.
pub fn readings_are_kept() -> Error {
    Error::Usage(
        "--readings は --input と一緒に使います。--workspace では、その「読み方」フォルダーが使われます。".to_owned(),
    )
}

/// Where the figures of a request come from, as the command line says it.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// `--input`
    pub input: &'a [PathBuf],
    /// `--workspace`
    pub workspace: Option<&'a Path>,
    /// `--areas`
    pub areas: Option<&'a Path>,
    /// `--year`
    pub year: Option<i32>,
    /// `--readings`
    pub readings: Option<&'a Path>,
}

/// What a request works with.
pub struct Loaded {
    /// Areas and indicators
    pub catalog: Catalog,
    /// The figures
    pub evidence: Evidence,
    /// The rule for verdicts: the workspace's, else the product's
    pub thresholds: Thresholds,
}

impl<'a> Sources<'a> {
    /// As the arguments name them.
    pub fn of(common: &'a Common) -> Self {
        Self {
            input: &common.input,
            workspace: common.workspace.as_deref(),
            areas: common.areas.as_deref(),
            year: common.year,
            readings: common.readings.as_deref(),
        }
    }

    /// Reads the files, or loads what the workspace's store holds; never both.
    ///
    /// # Errors
    /// Both or neither were named; files or a workspace that are not there.
    pub fn load(self) -> Result<Loaded> {
        match (self.workspace, self.input.is_empty()) {
            (Some(_), false) => {
                Err(Error::Usage("--input と --workspace は、どちらか一方だけを指定してください。".to_owned()))
            }
            (None, true) => Err(Error::Usage(
                "使うファイルを --input で、または取り込み済みの作業フォルダーを --workspace で指定してください。"
                    .to_owned(),
            )),
            (None, false) => {
                let catalog = catalog(self.areas)?;
                let mappings = readings(self.readings)?;
                let context = Context { mappings: &mappings, ..Context::new(&catalog, self.year) };
                let evidence = evidence(self.input, context)?;
                Ok(Loaded { catalog, evidence, thresholds: Thresholds::default() })
            }
            (Some(_), true) if self.readings.is_some() => Err(readings_are_kept()),
            (Some(folder), true) => {
                let workspace = Workspace::open(folder)?;
                let catalog = match self.areas {
                    Some(areas) => catalog(Some(areas))?,
                    None => workspace.catalog()?,
                };
                let thresholds = workspace.settings()?.thresholds()?;
                let evidence = workspace.evidence(&catalog)?;
                Ok(Loaded { catalog, evidence, thresholds })
            }
        }
    }
}
