//! A new index from the kept originals.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::originals::Originals;
use super::{FileRecord, failed, ingest, ledger_folder, schema};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::model::{EntryText, Observation};

const HINT: &str = "動いている chiiki-sheet を終了して（chiiki-sheet stop）、もう一度実行してください。";

/// What a reader made of one original.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The file; its hash is that of the bytes the reader was given.
    pub record: FileRecord,
    /// The figures
    pub observations: Vec<Observation>,
    /// What people wrote
    pub texts: Vec<EntryText>,
}

/// What a rebuild did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Originals that are in the new index, whatever their outcome
    pub files: usize,
    /// Figures in the new index
    pub observations: usize,
    /// Originals that could not be used, and notes that were lost
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes the index anew: calls `read` with name, bytes and the answered year of every original.
///
/// The old index stays as it is until the new one is complete. No other process should have the workspace open;
/// on Windows that is an error, elsewhere such a process keeps the old index until it opens the store again.
///
/// # Errors
/// When `read` fails (what stops one file only belongs into [`FileRecord::outcome`]), or the index cannot be written.
pub fn rebuild(workspace: &Path, mut read: impl FnMut(&str, &[u8], Option<i32>) -> Result<Reading>) -> Result<Rebuilt> {
    let ledger = ledger_folder(workspace)?;
    let originals = Originals::open(&ledger)?;
    let fresh = ledger.join("index.rebuild.sqlite");
    remove_database(&fresh)?;

    let mut rebuilt = Rebuilt::default();
    let conn = schema::open_for_rebuild(&fresh)?;
    let mut all = originals.list()?;
    // In the order in which they came, as the old index had them.
    all.sort_by_key(|original| (original.arrived, original.kept_at(), original.sha256.clone()));
    let mut last = 0;
    for original in all {
        // What came before arrivals were numbered comes first. Numbers stay, so that what comes next is later than all.
        let arrived = original.arrived.unwrap_or_default().max(last + 1);
        last = arrived;
        rebuilt.diagnostics.extend(original.notice.clone());
        let bytes = match original.bytes() {
            Ok(bytes) => bytes,
            Err(error) => {
                rebuilt.diagnostics.push(error.to_diagnostic());
                continue;
            }
        };
        let Reading { mut record, observations, texts } = read(original.name(), &bytes, original.year)?;
        if record.file.sha256 != original.sha256 {
            return Err(Error::Internal(format!("読み取り結果が別のファイルのものです: {}", original.name())));
        }
        record.year = original.year;
        ingest::check(&record, &observations, &texts)?;
        let tx = conn.unchecked_transaction().map_err(failed(&fresh))?;
        ingest::write(&tx, &fresh, (&record, arrived), &observations, &texts)?;
        tx.commit().map_err(failed(&fresh))?;
        rebuilt.files += 1;
        rebuilt.observations += observations.len();
    }
    conn.close().map_err(|(_, error)| failed(&fresh)(error))?;
    replace(&fresh, &ledger.join(schema::INDEX_NAME))?;
    Ok(rebuilt)
}

/// Puts the finished index in the old one's place.
fn replace(fresh: &Path, index: &Path) -> Result<()> {
    let saved =
        |error| Error::io(fresh, "保存", "ディスクに空きがあるかを確かめてください。")(error);
    fs::OpenOptions::new().write(true).open(fresh).and_then(|file| file.sync_all()).map_err(saved)?;
    // The old index goes before its -wal: were the process killed in between, `open` finds no index and asks for
    // another rebuild, instead of finding an old one without its latest files.
    remove_database(index)?;
    fs::rename(fresh, index).map_err(Error::io(index, "置きかえ", HINT))
}

/// Deletes a database and the files SQLite keeps beside it.
fn remove_database(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let path = PathBuf::from(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io(path, "削除", HINT)(error));
            }
            _ => {}
        }
    }
    Ok(())
}
