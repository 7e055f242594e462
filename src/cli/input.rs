//! Files of a request, read one after another with a progress bar.

use std::path::{Path, PathBuf};

use super::progress::Progress;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::intake::{Evidence, Reader, Taken, gather, list_files, take_path};
use crate::layout::Context;

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
    let mut progress = Progress::new(files.len());
    let mut all = Vec::new();
    for file in &files {
        all.extend(take_path(file, context, &mut reader)?);
        progress.step("読み取り中");
    }
    Ok(all)
}

/// Takes and gathers.
pub fn evidence(paths: &[PathBuf], context: Context<'_>) -> Result<Evidence> {
    Ok(gather(take(paths, context)?, context))
}
