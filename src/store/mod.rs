//! Originals by their hash, and a SQLite index of what was read from them.
//!
//! In a workspace, beside `受付 処理済 隔離 出力 設定.toml`:
//!
//! ```text
//! 台帳/originals/<first two hex>/<sha256>        read-only copy of the bytes
//! 台帳/originals/<first two hex>/<sha256>.json   names it came under, the name it was read as, the year answered
//! 台帳/index.sqlite                              files, observations and texts; made again by `rebuild`
//! ```
//!
//! The originals are the truth. Everything in the index can be read from them again, so an index that is damaged or
//! of another version is never mended, only made anew.

mod ingest;
mod originals;
mod query;
mod rebuild;
mod schema;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::disk::fault;
use crate::error::{Error, Result, of_disk};
use crate::model::{EntryText, IndicatorId, Observation, Outcome, SourceFile};

pub use originals::{Original, Stored, sha256_hex};
pub use query::Query;
pub use rebuild::{Reading, Rebuilt, rebuild};

use originals::Originals;

/// The folder of a workspace that holds originals and index.
pub const LEDGER_FOLDER: &str = "台帳";

/// What the store knows about one file, beside what was read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// Name it was read under, hash and 出力日
    pub file: SourceFile,
    /// The layout's word, such as `indicator_table`; empty when none was recognised.
    pub layout: String,
    /// See [`Outcome`].
    pub outcome: Outcome,
    /// Why it was refused, or the question it waits for.
    pub message: Option<String>,
    /// The year a person answered for a table that does not carry it.
    pub year: Option<i32>,
}

/// An open workspace store.
#[derive(Debug)]
pub struct Store {
    index: PathBuf,
    originals: Originals,
    conn: Connection,
}

impl Store {
    /// Opens the store of a workspace, made when there is none yet.
    ///
    /// # Errors
    /// `Usage` when the workspace does not exist or another program holds the index; `Store`, whose sentence names
    /// `rebuild`, when the index is damaged, of another version, or lost while originals are there.
    pub fn open(workspace: &Path) -> Result<Self> {
        let ledger = ledger_folder(workspace)?;
        let originals = Originals::open(&ledger)?;
        let index = ledger.join(schema::INDEX_NAME);
        let conn = schema::open(&index, || Ok(!originals.list()?.is_empty()))?;
        Ok(Self { index, originals, conn })
    }

    /// Keeps a copy of a file's bytes, once however often and under whatever names it arrives.
    ///
    /// For an entry of a zip, `bytes` are the entry's and `name` is `archive.zip／entry.xlsx`.
    /// A kept copy that no longer matches its hash is replaced by the good bytes.
    ///
    /// # Errors
    /// When the copy cannot be written; then nothing was kept.
    pub fn put_original(&mut self, name: &str, bytes: &[u8]) -> Result<Stored> {
        // The index's write lock keeps two processes from losing each other's names.
        let lock = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed(&self.index))?;
        let stored = self.originals.put(name, bytes)?;
        lock.commit().map_err(failed(&self.index))?;
        Ok(stored)
    }

    /// Records what was read from a file, all or nothing, in place of what its hash had before: the latest arrival now.
    ///
    /// # Errors
    /// `Internal` for what the store must not hold: a derived figure, a figure of another file, a number that is not
    /// finite, a file whose original is not kept. `Store`, `Io` or `Usage` when the index cannot be written.
    pub fn put_file(&mut self, record: &FileRecord, observations: &[Observation], texts: &[EntryText]) -> Result<()> {
        ingest::check(record, observations, texts)?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed(&self.index))?;
        // Before the index: if the power fails between the two, an answer is kept rather than lost.
        let arrived = ingest::next_arrival(&tx).map_err(failed(&self.index))?;
        self.originals.note_reading(&record.file.sha256, &record.file.name, record.year, arrived)?;
        fault::point("index-before-write");
        ingest::write(&tx, &self.index, (record, arrived), observations, texts)?;
        fault::point("index-before-commit");
        tx.commit().map_err(failed(&self.index))?;
        fault::point("index-after-commit");
        Ok(())
    }

    /// Makes known files the latest to have arrived, in this order, as if they came now.
    ///
    /// # Errors
    /// When a note or the index cannot be written.
    pub fn came_again(&mut self, hashes: &[String]) -> Result<()> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed(&self.index))?;
        for sha256 in hashes {
            let arrived = ingest::next_arrival(&tx).map_err(failed(&self.index))?;
            self.originals.note_arrival(sha256, arrived)?;
            ingest::arrive(&tx, sha256, arrived).map_err(failed(&self.index))?;
        }
        tx.commit().map_err(failed(&self.index))
    }

    /// Every figure of the areas and indicators some files speak of, those of other files too.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn rivals(&self, hashes: &[String]) -> Result<Vec<Observation>> {
        let (mut areas, mut indicators) = (BTreeSet::new(), BTreeSet::new());
        for sha256 in hashes {
            let (of_areas, of_indicators) = query::spoken_of(&self.conn, sha256).map_err(failed(&self.index))?;
            areas.extend(of_areas);
            indicators.extend(of_indicators.iter().map(|id| IndicatorId::new(id)));
        }
        self.load(&Query { areas: Some(areas), indicators: Some(indicators), ..Query::default() })
    }

    /// Removes a file: what was read from it and the kept copy. `false` when the store did not know it.
    ///
    /// # Errors
    /// When the copy cannot be deleted or the index cannot be written; then what was read stays in the index.
    pub fn forget(&mut self, sha256: &str) -> Result<bool> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed(&self.index))?;
        let indexed = ingest::delete(&tx, sha256).map_err(failed(&self.index))?;
        let kept = self.originals.remove(sha256)?;
        tx.commit().map_err(failed(&self.index))?;
        Ok(indexed || kept)
    }

    /// Every file with an entry in the index, by name and hash.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn files(&self) -> Result<Vec<FileRecord>> {
        query::files(&self.conn).map_err(failed(&self.index))
    }

    /// Whether something of this hash is in the index.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn has(&self, sha256: &str) -> Result<bool> {
        query::has(&self.conn, sha256).map_err(failed(&self.index))
    }

    /// The observations a query asks for, exactly as they were put in, ordered by file, sheet, cell and then content:
    /// the order does not depend on when a file came in.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn load(&self, filter: &Query) -> Result<Vec<Observation>> {
        query::load(&self.conn, filter).map_err(failed(&self.index))
    }

    /// Every text people wrote, ordered by file, sheet and cell.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts(&self) -> Result<Vec<EntryText>> {
        query::texts(&self.conn).map_err(failed(&self.index))
    }

    /// When each file arrived, by its SHA-256: later ones have larger numbers.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn arrivals(&self) -> Result<HashMap<String, i64>> {
        query::arrivals(&self.conn).map_err(failed(&self.index))
    }

    /// The kept originals, by hash.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn originals(&self) -> Result<impl Iterator<Item = Original> + use<>> {
        Ok(self.originals.list()?.into_iter())
    }

    /// Where the kept copy of a file lies, by its SHA-256; `None` when there is none.
    pub fn original_path(&self, sha256: &str) -> Option<PathBuf> {
        self.originals.path(sha256).ok().filter(|path| path.is_file())
    }
}

/// The ledger's folder of an existing workspace.
fn ledger_folder(workspace: &Path) -> Result<PathBuf> {
    if workspace.is_dir() {
        Ok(workspace.join(LEDGER_FOLDER))
    } else {
        Err(Error::Usage(format!(
            "作業フォルダー『{}』が見つかりません。場所を確かめるか、chiiki-sheet init で作ってください。",
            workspace.display()
        )))
    }
}

/// What a failure of the index means to a person. Only real damage asks for `rebuild`.
fn failed(index: &Path) -> impl FnOnce(rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;

    let path = index.to_owned();
    move |source| match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Usage(format!(
            "ほかの chiiki-sheet が取り込みの記録（{}）を使っています。終わるのを待って、もう一度実行してください。",
            path.display()
        )),
        _ => of_disk(&path, &source).unwrap_or(Error::Store { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::model::{Area, CellRef, Datum, Period, SourceRef};

    fn reading(sha256: &str, figures: u32) -> (FileRecord, Vec<Observation>) {
        let file = SourceFile { name: "表.xlsx".to_owned(), sha256: sha256.to_owned(), exported: None, ours: false };
        let record = FileRecord {
            file: file.clone(),
            layout: "indicator_table".to_owned(),
            outcome: Outcome::Read,
            message: None,
            year: None,
        };
        let (file, sheet) = (Arc::new(file), Arc::from("表"));
        let (area, period) = (Arc::new(Area::nation()), Arc::new(Period::form_year("R7", 2025)));
        let observation = |row| Observation {
            indicator: IndicatorId::new("B4-a"),
            area: Arc::clone(&area),
            period: Arc::clone(&period),
            datum: Datum::Value(f64::from(row)),
            unit: Arc::from("％"),
            dimensions: Arc::default(),
            decimals: None,
            source: SourceRef { file: Arc::clone(&file), sheet: Arc::clone(&sheet), cell: CellRef::new(row, 0) },
            derived: None,
        };
        let observations = (0..figures).map(observation).collect();
        (record, observations)
    }

    /// What a power cut leaves behind: the files as they are on the disk while the transaction is open.
    #[test]
    fn an_interrupted_write_leaves_what_was_there_before() {
        let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut store = Store::open(before.path()).unwrap();
        let sha256 = store.put_original("表.xlsx", b"bytes").unwrap().sha256;
        let (record, old) = reading(&sha256, 3);
        store.put_file(&record, &old, &[]).unwrap();

        // So small a cache makes SQLite write pages out before the commit.
        store.conn.pragma_update(None, "cache_size", 8).unwrap();
        let (record, new) = reading(&sha256, 5_000);
        let tx = store.conn.transaction().unwrap();
        ingest::write(&tx, &store.index, (&record, 2), &new, &[]).unwrap();
        let wal = before.path().join(LEDGER_FOLDER).join("index.sqlite-wal");
        assert!(fs::metadata(wal).unwrap().len() > 100_000, "nothing was written yet, so nothing is tested");
        let target = after.path().join(LEDGER_FOLDER);
        fs::create_dir(&target).unwrap();
        for entry in fs::read_dir(before.path().join(LEDGER_FOLDER)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), target.join(entry.file_name())).unwrap();
            }
        }
        drop(tx);
        drop(store);

        for workspace in [before.path(), after.path()] {
            assert_eq!(Store::open(workspace).unwrap().load(&Query::default()).unwrap(), old);
        }
    }

    #[test]
    fn a_busy_index_does_not_ask_for_a_rebuild() {
        let workspace = tempfile::tempdir().unwrap();
        let mut store = Store::open(workspace.path()).unwrap();
        store.conn.busy_timeout(std::time::Duration::ZERO).unwrap();
        let other = Connection::open(&store.index).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();

        let error = store.put_original("表.xlsx", b"bytes").unwrap_err();

        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(error.to_string().contains("もう一度実行してください"), "{error}");
    }
}
