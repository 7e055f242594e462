//! From bytes to grids: sniffing, limits, and one reader a file format.
//!
//! [`read_bytes`], [`read_all`] and [`read_path`] work in this process, within [`Limits`]. Files from outside go
//! through [`sandbox`]: a child process, which may run out of memory or time without harm.

mod archive;
mod collect;
mod confine;
mod date;
mod format;
mod gate;
mod grid;
mod html;
mod limits;
mod ods;
mod refusal;
pub mod sandbox;
mod sniff;
mod spreadsheetml;
mod text;
mod wire;
mod xls;
mod xlsx;
mod xml;

use std::fmt::Write;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use grid::{Book, BookKind, Cell, CellValue, Grid};
pub use limits::Limits;

use crate::error::{Error, FileError, Result};
use crate::model::SourceFile;

/// What came of one file: its identity, and its grids or the reason why not.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOutcome {
    /// Name and hash, known also of files that were refused
    pub file: Arc<SourceFile>,
    /// The grids, or the sentence
    pub result: std::result::Result<Book, FileError>,
}

/// Reads one file in this process. What it is, its bytes say; the name is for display.
///
/// # Errors
/// One of the refusals of this module, with the file's name as its place; for a zip of several files `archive`
/// (see [`read_all`]).
pub fn read_bytes(name: &str, bytes: &[u8], limits: &Limits) -> std::result::Result<Book, FileError> {
    read_sheets(name, bytes, limits, &|_| true)
}

/// Reads of a book only the sheets that are `wanted` by their names; every other file whole.
///
/// # Errors
/// As [`read_bytes`]; what is wrong with the other sheets' cells is not noticed.
pub fn read_sheets(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
) -> std::result::Result<Book, FileError> {
    let file = Arc::new(identify(name, bytes));
    read_identified(&file, bytes, limits, wanted)
}

/// Reads one file, or every file of a zip of downloads, in this process. One outcome a file, in the zip's order.
pub fn read_all(name: &str, bytes: &[u8], limits: &Limits) -> Vec<ReadOutcome> {
    let mut outcomes = Vec::new();
    archive::each(name, bytes, limits, &mut |found| {
        outcomes.push(ReadOutcome { result: found.read(limits), file: found.file });
    });
    outcomes
}

/// The file itself, or every file of a zip of downloads, with its bytes: what is kept as an original.
pub fn unpack(name: &str, bytes: &[u8], limits: &Limits) -> Vec<(Arc<SourceFile>, Vec<u8>)> {
    let mut files = Vec::new();
    archive::each(name, bytes, limits, &mut |found| {
        if let Ok(bytes) = found.bytes {
            files.push((found.file, bytes.to_vec()));
        }
    });
    files
}

/// Reads a file of the disk in this process; a zip of downloads opens into several outcomes.
///
/// # Errors
/// Only when the path cannot be opened at all; whatever is wrong with the file itself is an outcome.
pub fn read_path(path: &Path, limits: &Limits) -> Result<Vec<ReadOutcome>> {
    let name = display_name(path);
    Ok(match load(path, limits)? {
        Ok(bytes) => read_all(&name, &bytes, limits),
        Err(refusal) => vec![unread(&name, refusal)],
    })
}

pub(crate) fn display_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// An outcome of a file whose bytes are not known.
fn unread(name: &str, refusal: FileError) -> ReadOutcome {
    let file = Arc::new(SourceFile { name: name.to_owned(), sha256: String::new(), exported: None, ours: false });
    ReadOutcome { result: Err(with_file(refusal, &file)), file }
}

/// The bytes of a file, or why this one file is not read: too large, or held by another program.
fn load(path: &Path, limits: &Limits) -> Result<std::result::Result<Vec<u8>, FileError>> {
    const HINT: &str = "ファイルの場所と名前を確かめてください。";
    let mut file = match File::open(path) {
        Ok(file) => file,
        // 32 and 33: Windows, another program holds the file.
        Err(error) if matches!(error.raw_os_error(), Some(32 | 33)) && cfg!(windows) => {
            return Ok(Err(refusal::in_use()));
        }
        Err(error) => return Err(Error::io(path, "読み取り", HINT)(error)),
    };
    let mut bytes = Vec::new();
    match file.by_ref().take(limits.file_bytes + 1).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > limits.file_bytes => {
            let message = format!("ファイルの大きさが{} MBを超えています。", limits.file_bytes >> 20);
            Ok(Err(refusal::too_large(message)))
        }
        Ok(_) => Ok(Ok(bytes)),
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            Err(Error::Usage(format!("『{}』はフォルダーです。ファイルを指定してください。", path.display())))
        }
        Err(error) => Err(Error::io(path, "読み取り", HINT)(error)),
    }
}

fn identify(name: &str, bytes: &[u8]) -> SourceFile {
    let mut sha256 = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing into a String cannot fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    SourceFile { name: name.to_owned(), sha256, exported: None, ours: false }
}

fn with_file(mut refusal: FileError, file: &SourceFile) -> FileError {
    refusal.place.file = Some(file.name.clone());
    refusal
}

fn read_identified(
    file: &Arc<SourceFile>,
    bytes: &[u8],
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
) -> std::result::Result<Book, FileError> {
    // The parsers below are not ours; a panic costs this file, not the folder.
    let grids = catch_unwind(AssertUnwindSafe(|| grids(&file.name, bytes, limits, wanted)))
        .unwrap_or_else(|_| Err(refusal::damaged("読み取れないところがあります。ファイルが壊れています。")));
    let (kind, grids) = grids.map_err(|refusal| with_file(refusal, file))?;
    if grids.iter().all(|grid| grid.cells().is_empty() && grid.formulas_without_value.is_empty()) {
        return Err(with_file(refusal::no_cells(), file));
    }
    Ok(Book { file: Arc::clone(file), kind, grids })
}

fn grids(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
) -> std::result::Result<(BookKind, Vec<Grid>), FileError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(refusal::too_large(format!("ファイルの大きさが{} MBを超えています。", limits.file_bytes >> 20)));
    }
    match sniff::container(name, bytes)? {
        sniff::Container::Zip => {
            let mut archive = gate::open(bytes, limits)?;
            let kind = gate::kind(&archive)?;
            if kind == gate::ZipKind::Files {
                return Err(refusal::is_archive());
            }
            let package = gate::Package::inflate(&mut archive, bytes.len(), limits)?;
            match kind {
                gate::ZipKind::Ods => Ok((BookKind::Ods, ods::read(&package, limits)?)),
                _ => Ok((BookKind::Xlsx, xlsx::read(package, limits, wanted)?)),
            }
        }
        sniff::Container::Ole => Ok((BookKind::Xls, xls::read(bytes, limits)?)),
        sniff::Container::Text => {
            let text = text::decode(bytes)?;
            match sniff::text_kind(&text)? {
                sniff::TextKind::Delimited => Ok((BookKind::Csv, text::read(&text, limits)?)),
                sniff::TextKind::Html => Ok((BookKind::Html, html::read(&text, limits)?)),
                sniff::TextKind::SpreadsheetMl => Ok((BookKind::SpreadsheetMl, spreadsheetml::read(&text, limits)?)),
            }
        }
    }
}
