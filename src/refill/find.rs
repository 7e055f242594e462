//! The sheet of an insurer in a folder: known by what `_meta` says, not by its name.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Base;
use crate::diagnostic::{Diagnostic, Place};
use crate::disk::{Files as _, RealFiles, Stat};
use crate::error::{Error, Result};
use crate::fill::meta_sheet::{META_SHEET, Meta, is_meta};
use crate::model::{Area, Date};
use crate::read::{Limits, read_bytes};
use crate::template::package::Package;

/// A copy made before a refill (`名前_控え_2026-11-22.xlsx`): never refilled itself.
pub fn is_backup_name(name: &str) -> bool {
    name.rsplit_once("_控え_").is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// What the books of folders are, as far as they were looked into: of the sheets of a whole prefecture in one folder
/// each is opened once, not once for every other. A clone remembers the same; a file that changed is opened again.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<HashMap<PathBuf, Opened>>>);

/// A file as it was when it was opened, and its records.
type Opened = (Stat, Arc<[Card]>);

/// What finding needs of one record in `_meta`.
#[derive(Clone, Debug)]
struct Card {
    sheet_id: String,
    date: Option<Date>,
    marked: bool,
}

impl Shelf {
    /// The records of a file; none for whatever is not a readable book of ours.
    fn cards(&self, path: &Path) -> Arc<[Card]> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stat = RealFiles.stat(path).ok().flatten();
        if let Some((then, cards)) = known().get(path)
            && Some(*then) == stat
        {
            return Arc::clone(cards);
        }
        // What another program holds for a moment is looked at again the next time.
        let Ok(bytes) = crate::disk::read(path) else { return Arc::from([]) };
        let cards: Arc<[Card]> = cards_in(&bytes).into();
        if let Some(stat) = stat {
            known().insert(path.to_owned(), (stat, Arc::clone(&cards)));
        }
        cards
    }
}

/// The file of the folder that is the insurer's sheet, the one with the usual name first, else the one written last.
/// A remark tells when there were several.
///
/// # Errors
/// The folder is there but cannot be read.
pub fn find_in_folder(
    dir: &Path,
    usual: &str,
    sheet_id: &str,
    shelf: &Shelf,
) -> Result<(Option<PathBuf>, Option<Diagnostic>)> {
    find(dir, usual, shelf, &|card| card.sheet_id == sheet_id && !card.marked)
}

/// The same for a book made from a template of people's own.
///
/// # Errors
/// As [`find_in_folder`].
pub fn find_marked_in_folder(
    dir: &Path,
    usual: &str,
    sheet_id: &str,
    shelf: &Shelf,
) -> Result<(Option<PathBuf>, Option<Diagnostic>)> {
    find(dir, usual, shelf, &|card| card.sheet_id == sheet_id && card.marked)
}

fn find(
    dir: &Path,
    usual: &str,
    shelf: &Shelf,
    wanted: &dyn Fn(&Card) -> bool,
) -> Result<(Option<PathBuf>, Option<Diagnostic>)> {
    let first = dir.join(usual);
    // Held by another program for a moment, it must not be taken for somebody else's: a second sheet would begin.
    let hint = "Excelなどで開いていたら閉じてください。";
    match crate::disk::read(&first) {
        Ok(_) if shelf.cards(&first).iter().any(wanted) => {
            let told = newer_copies(dir, &first, shelf, wanted);
            return Ok((Some(first), told));
        }
        Err(error) if first.is_file() => return Err(Error::io(first, "読み取り", hint)(error)),
        _ => {}
    }
    if !dir.is_dir() {
        return Ok((None, None));
    }
    let hint = "フォルダーを開く権限があるか確かめてください。";
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(Error::io(dir, "読み取り", hint))? {
        let path = entry.map_err(Error::io(dir, "読み取り", hint))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let lower = name.to_lowercase();
        let workbook = lower.ends_with(".xlsx") || lower.ends_with(".xlsm");
        if !workbook || crate::intake::is_not_for_reading(&name) || is_backup_name(&name) || path == first {
            continue;
        }
        if let Some(card) = shelf.cards(&path).iter().find(|card| wanted(card)) {
            found.push((card.date, std::cmp::Reverse(name), path));
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

/// Copies beside the sheet (「… - コピー.xlsx」, 「… (2).xlsx」) that were written to after it: perhaps somebody works there.
/// Only names that begin as the sheet's are looked into: a folder may hold the sheets of a whole prefecture.
fn newer_copies(dir: &Path, sheet: &Path, shelf: &Shelf, wanted: &dyn Fn(&Card) -> bool) -> Option<Diagnostic> {
    let stem = sheet.file_stem()?.to_string_lossy().into_owned();
    let written = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified()).ok();
    let then = written(sheet)?;
    let mut names: Vec<String> = Vec::new();
    for path in std::fs::read_dir(dir).ok()?.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let workbook = || [".xlsx", ".xlsm"].iter().any(|end| name.to_lowercase().ends_with(end));
        let copy = name.starts_with(&stem) && path != *sheet && workbook();
        let newer = || written(&path).is_some_and(|at| at > then);
        if copy
            && !crate::intake::is_not_for_reading(&name)
            && !is_backup_name(&name)
            && newer()
            && shelf.cards(&path).iter().any(wanted)
        {
            names.push(format!("『{name}』"));
        }
    }
    names.sort();
    let name = sheet.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (!names.is_empty()).then(|| {
        Diagnostic::warning(
            "newer-copy-beside",
            format!("{}が、『{name}』より後に書き換えられています。数値を入れるのは『{name}』です。", names.concat()),
        )
        .hint("写しの方で作業しているときは、写しの名前を元の名前に変えてから、もう一度実行してください。使わない写しは別のフォルダーへ移してください。")
        .at(Place::file(name))
    })
}

fn cards_in(bytes: &[u8]) -> Vec<Card> {
    let all = || {
        // Cheap for the many files that have no such sheet.
        let package = Package::open(bytes).ok()?;
        package.sheets().iter().find(|sheet| sheet.name.starts_with(META_SHEET))?;
        let book = read_bytes("", bytes, &Limits::default()).ok()?;
        let all = book.grids.iter().filter(|grid| is_meta(grid)).filter_map(Meta::read_all).flatten();
        Some(
            all.map(|meta| Card { sheet_id: meta.sheet_id, date: meta.date, marked: !meta.marks.is_empty() }).collect(),
        )
    };
    all().unwrap_or_default()
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
