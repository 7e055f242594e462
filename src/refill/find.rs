//! The sheet of an insurer in a folder: known by what `_meta` says, not by its name.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::Base;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::{Error, Result};
use crate::fill::meta_sheet::{META_SHEET, Meta, is_meta};
use crate::model::{Area, Date};
use crate::read::{Limits, read_bytes};
use crate::template::package::Package;

/// A copy made before a refill (`名前_控え_2026-11-22.xlsx`): never refilled itself.
pub fn is_backup_name(name: &str) -> bool {
    name.rsplit_once("_控え_").is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The file of the folder that is the insurer's sheet, the one with the usual name first, else the one written last.
/// A remark tells when there were several.
///
/// # Errors
/// The folder is there but cannot be read.
pub fn find_in_folder(dir: &Path, usual: &str, sheet_id: &str) -> Result<(Option<PathBuf>, Option<Diagnostic>)> {
    find(dir, usual, &|sheet| sheet.id == sheet_id && !sheet.marked)
}

/// The same for a book made from a template of people's own.
///
/// # Errors
/// As [`find_in_folder`].
pub fn find_marked_in_folder(dir: &Path, usual: &str, sheet_id: &str) -> Result<(Option<PathBuf>, Option<Diagnostic>)> {
    find(dir, usual, &|sheet| sheet.id == sheet_id && sheet.marked)
}

fn find(dir: &Path, usual: &str, wanted: &dyn Fn(&OurSheet) -> bool) -> Result<(Option<PathBuf>, Option<Diagnostic>)> {
    let first = dir.join(usual);
    // Held by another program for a moment, it must not be taken for somebody else's: a second sheet would begin.
    let hint = "Excelなどで開いていたら閉じてください。";
    // Before the content: changed in between, the file is looked at again.
    let metadata = std::fs::metadata(&first).ok();
    match crate::disk::read(&first) {
        Ok(bytes) => {
            if sheets_of(&first, metadata.as_ref(), || Some(bytes)).iter().any(wanted) {
                return Ok((Some(first), None));
            }
        }
        Err(error) if first.is_file() => return Err(Error::io(first, "読み取り", hint)(error)),
        Err(_) => {}
    }
    if !dir.is_dir() {
        return Ok((None, None));
    }
    let hint = "フォルダーを開く権限があるか確かめてください。";
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(Error::io(dir, "読み取り", hint))? {
        let entry = entry.map_err(Error::io(dir, "読み取り", hint))?;
        let path = entry.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let lower = name.to_lowercase();
        let workbook = lower.ends_with(".xlsx") || lower.ends_with(".xlsm");
        if !workbook || crate::intake::is_not_for_reading(&name) || is_backup_name(&name) || path == first {
            continue;
        }
        let sheets = sheets_of(&path, entry.metadata().ok().as_ref(), || crate::disk::read(&path).ok());
        if let Some(sheet) = sheets.iter().find(|sheet| wanted(sheet)) {
            found.push((sheet.date, std::cmp::Reverse(name), path));
        }
    }
    found.sort();
    let several = found.len() > 1;
    let chosen = found.pop().map(|(.., path)| path);
    let told = chosen.as_ref().filter(|_| several).map(|path| {
        Diagnostic::warning(
            "several-sheets",
            "同じ保険者のシートがいくつかあるため、作成日のいちばん新しいものに書き込みました。",
        )
        .hint("使わないシートは別のフォルダーへ移してください。")
        .at(Place::file(path.file_name().unwrap_or_default().to_string_lossy()))
    });
    Ok((chosen, told))
}

/// A record of `_meta`, as far as it says whose sheet it is.
#[derive(Clone, Debug)]
struct OurSheet {
    id: String,
    marked: bool,
    date: Option<Date>,
}

/// Length and time of a file; another content has another of them.
type Stamp = (u64, SystemTime);

/// By path what a file of that stamp holds.
type Known = HashMap<PathBuf, (Stamp, Arc<[OurSheet]>)>;

/// What was found in files before. Without it, a batch of a thousand sheets into one folder would open every sheet that
/// lies there for every one it makes: half a million workbooks.
static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

/// Files remembered; beyond that the memory begins anew.
const MOST_KNOWN: usize = 20_000;

/// The records in a file; none in whatever is not a readable book of ours. Whoever uses the file opens it and looks again.
fn sheets_of(path: &Path, metadata: Option<&Metadata>, bytes: impl FnOnce() -> Option<Vec<u8>>) -> Arc<[OurSheet]> {
    let stamp = metadata.and_then(|metadata| Some((metadata.len(), metadata.modified().ok()?)));
    let lock = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(stamp) = stamp
        && let Some((of, sheets)) = lock().get_or_insert_default().get(path)
        && *of == stamp
    {
        return sheets.clone();
    }
    // A file that cannot be read now is not known: it is looked at again.
    let Some(bytes) = bytes() else { return Arc::from([]) };
    let sheets: Arc<[OurSheet]> = sheets_in(&bytes).into();
    if let Some(stamp) = stamp {
        let mut known = lock();
        let known = known.get_or_insert_default();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(path.to_owned(), (stamp, sheets.clone()));
    }
    sheets
}

fn sheets_in(bytes: &[u8]) -> Vec<OurSheet> {
    // Cheap for the many files that have no such sheet.
    let has_record = Package::open(bytes)
        .is_ok_and(|package| package.sheets().iter().any(|sheet| sheet.name.starts_with(META_SHEET)));
    if !has_record {
        return Vec::new();
    }
    let Ok(book) = read_bytes("", bytes, &Limits::default()) else { return Vec::new() };
    let all = book.grids.iter().filter(|grid| is_meta(grid)).filter_map(Meta::read_all).flatten();
    all.map(|meta| OurSheet { id: meta.sheet_id, marked: !meta.marks.is_empty(), date: meta.date }).collect()
}

impl Base {
    /// Opens a file for one insurer.
    ///
    /// # Errors
    /// As [`Base::open_for`], as the user's mistake; a file that cannot be read.
    pub fn open_path(path: &Path, own: &Area) -> Result<Self> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let hint = "ファイルの場所を確かめ、Excelで開いていたら閉じてください。";
        let bytes = crate::disk::read(path).map_err(Error::io(path, "読み取り", hint))?;
        Self::open_for(&name, &bytes, own)
            .map_err(|error| Error::Usage(format!("『{name}』{}{}", error.message, error.hint)))
    }
}
