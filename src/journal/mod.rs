//! What happened to every dropped file and which files were made: `台帳/journal.sqlite`.
//!
//! A file of its own beside the index: the index is thrown away and made anew by `rebuild`, while what stands here can
//! be read from nowhere else. Every step of the work is written down before the next begins, so that a start after a
//! kill or a power cut goes on from there. The service reads it over a connection of its own.

mod read;
mod record;
mod schema;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

pub use record::{Concerns, DropKind, DropOutcome, DropRecord, DropState, OutputRecord, Owed, ReadResult, Remark};

use crate::clock::Moment;
use crate::disk::{FileSystem, RealFiles, Stat, fault};
use crate::error::{Error, Result, of_disk};
use crate::store::LEDGER_FOLDER;

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    conn: Connection,
}

impl Journal {
    /// Opens the journal of a workspace, made when there is none yet. Several connections may be open at once.
    ///
    /// # Errors
    /// A folder that cannot be written to; a journal that is damaged or of a later version.
    pub fn open(workspace: &Path) -> Result<Self> {
        let ledger = workspace.join(LEDGER_FOLDER);
        let hint = "書き込める場所かどうか確かめてください。";
        RealFiles.create_dir(&ledger).map_err(Error::io(&ledger, "作成", hint))?;
        let path = ledger.join(schema::JOURNAL_NAME);
        let conn = schema::open(&path).map_err(failed(&path))?;
        Ok(Self { path, conn })
    }

    /// Notes files that appeared in 受付 or changed there: one open record a name.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn seen(&mut self, files: &[(String, DropKind, Stat)], now: Moment) -> Result<()> {
        self.write(|tx| {
            for (name, kind, stat) in files {
                // Read already and then written to: that version is done, this one is a new file.
                tx.execute(
                    "UPDATE dropped SET state = 'filed', filed = NULL, changed = ?2,
                         notes = json_insert(notes, '$[#]', '処理のあと書き換えられたため、新しいファイルとして扱いました。')
                     WHERE name = ?1 AND state IN ('read', 'filled')",
                    params![name, now.0],
                )?;
                let changed = tx.execute(
                    "UPDATE dropped SET size = ?2, modified_ms = ?3, changed = ?4, state = 'seen'
                     WHERE name = ?1 AND state IN ('seen', 'settled')",
                    params![name, bytes(stat), stat.modified_ms, now.0],
                )?;
                if changed == 0 {
                    tx.execute(
                        "INSERT INTO dropped (name, kind, size, modified_ms, first_seen, changed, state)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?5, 'seen')",
                        params![name, kind.id(), bytes(stat), stat.modified_ms, now.0],
                    )?;
                }
            }
            Ok(())
        })
    }

    /// Notes that files which were not read yet are there no more.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn gone(&mut self, ids: &[i64], now: Moment) -> Result<()> {
        self.write(|tx| {
            for id in ids {
                tx.execute(
                    "UPDATE dropped SET state = 'gone', changed = ?2 WHERE id = ?1 AND state IN ('seen', 'settled')",
                    params![id, now.0],
                )?;
            }
            Ok(())
        })
    }

    /// Notes that nobody writes to these files any more.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn settled(&mut self, files: &[(i64, Stat)], now: Moment) -> Result<()> {
        self.write(|tx| {
            for (id, stat) in files {
                tx.execute(
                    "UPDATE dropped SET state = 'settled', size = ?2, modified_ms = ?3, changed = ?4 WHERE id = ?1",
                    params![id, bytes(stat), stat.modified_ms, now.0],
                )?;
            }
            Ok(())
        })
    }

    /// Notes what reading a file gave, and which own areas are owed a sheet for it.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn read(&mut self, id: i64, result: &ReadResult, owed: &[String], now: Moment) -> Result<()> {
        let concerns = json(&result.concerns)?;
        let (notes, parts, remarks) = (json(&result.notes)?, json(&result.parts)?, json(&result.remarks)?);
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.write(|tx| {
            tx.execute(
                "UPDATE dropped SET state = 'read', sha256 = ?2, outcome = ?3, code = ?4, message = ?5, notes = ?6,
                     note_text = ?7, parts = ?8, conditions = ?9, concerns = ?10, duplicate_of = ?11, changed = ?12,
                     layout = ?13, figures = ?14, texts = ?15, remarks = ?16
                 WHERE id = ?1",
                params![
                    id,
                    result.sha256,
                    result.outcome.id(),
                    result.code,
                    result.message,
                    notes,
                    result.note_text,
                    parts,
                    result.conditions,
                    concerns,
                    result.duplicate_of,
                    now.0,
                    result.layout,
                    count(result.figures),
                    count(result.texts),
                    remarks
                ],
            )?;
            owe(tx, owed, now)
        })
    }

    /// Owes sheets, and remembers the state of the settings this comes from.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn owe(&mut self, owed: &[String], settings: Option<&str>, now: Moment) -> Result<()> {
        self.write(|tx| {
            if let Some(settings) = settings {
                set_fact(tx, "settings", settings)?;
            }
            owe(tx, owed, now)
        })
    }

    /// Notes that a sheet was made: its files, linked to the drops. An unchanged file keeps its record.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn made(&mut self, own: &str, outputs: &[NewOutput], drops: &[i64], round: i64, now: Moment) -> Result<()> {
        self.write(|tx| {
            for output in outputs {
                let known: Option<i64> = tx
                    .prepare_cached(
                        "SELECT id FROM output WHERE path = ?1 AND sha256 = ?2
                             AND id = (SELECT max(id) FROM output WHERE path = ?1)",
                    )?
                    .query_map(params![output.path, output.sha256], |row| row.get(0))?
                    .next()
                    .transpose()?;
                let id = match known {
                    Some(id) => id,
                    None => tx.query_row(
                        "INSERT INTO output (own, kind, path, sha256, made, round) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                         RETURNING id",
                        params![output.own, output.kind, output.path, output.sha256, now.0, round],
                        |row| row.get(0),
                    )?,
                };
                for drop in drops {
                    tx.execute("INSERT OR IGNORE INTO made (dropped, output) VALUES (?1, ?2)", params![drop, id])?;
                }
            }
            tx.execute("DELETE FROM owed WHERE own = ?1", [own])?;
            Ok(())
        })
    }

    /// Notes why a sheet could not be made; it stays owed.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn not_made(&mut self, own: &str, problem: &str) -> Result<()> {
        self.write(|tx| tx.execute("UPDATE owed SET problem = ?2 WHERE own = ?1", params![own, problem]).map(|_| ()))
    }

    /// Own areas that are no longer in the settings are owed nothing.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn forget_owed(&mut self, own: &str) -> Result<()> {
        self.write(|tx| tx.execute("DELETE FROM owed WHERE own = ?1", [own]).map(|_| ()))
    }

    /// Notes of drops that their sheets are made and where they are about to be moved, relative to the workspace.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn filled(&mut self, places: &[(i64, String)], now: Moment) -> Result<()> {
        self.write(|tx| {
            for (id, place) in places {
                let sql = "UPDATE dropped SET state = 'filled', filed = ?2, changed = ?3 WHERE id = ?1";
                tx.execute(sql, params![id, place, now.0])?;
            }
            Ok(())
        })
    }

    /// Notes that a drop lies where it belongs; `place` is nothing when it was no longer there to be moved.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn filed(&mut self, id: i64, place: Option<&str>, note: Option<&str>, now: Moment) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE dropped SET state = 'filed', filed = ?2, changed = ?3,
                     notes = CASE WHEN ?4 IS NULL THEN notes ELSE json_insert(notes, '$[#]', ?4) END
                 WHERE id = ?1",
                params![id, place, now.0, note],
            )
            .map(|_| ())
        })
    }

    /// Begins a round of work: its number.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn begin_round(&mut self) -> Result<i64> {
        self.write(|tx| {
            tx.query_row("UPDATE fact SET value = value + 1 WHERE name = 'round' RETURNING value", [], |row| row.get(0))
        })
    }

    /// The process that worked here last, and whether it ended in order.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn last_process(&self) -> Result<Option<(u32, bool)>> {
        let clean = read::fact::<i64>(&self.conn, "clean").map_err(failed(&self.path))?;
        let process = read::fact::<u32>(&self.conn, "process").map_err(failed(&self.path))?;
        Ok(process.map(|process| (process, clean == Some(1))))
    }

    /// Notes this process as the one that works here.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn begin_process(&mut self) -> Result<()> {
        self.write(|tx| {
            set_fact(tx, "clean", 0)?;
            set_fact(tx, "process", std::process::id())
        })
    }

    /// Notes that the process ended in order.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn end_process(&mut self) -> Result<()> {
        self.write(|tx| set_fact(tx, "clean", 1))
    }

    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        let path = &self.path;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed(path))?;
        let done = work(&tx).map_err(failed(path))?;
        tx.execute("UPDATE fact SET value = value + 1 WHERE name = 'generation'", []).map_err(failed(path))?;
        fault::point("journal-before-commit");
        tx.commit().map_err(failed(path))?;
        fault::point("journal-after-commit");
        Ok(done)
    }
}

/// A file that was made, as it is noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOutput {
    /// See [`OutputRecord::own`]
    pub own: String,
    /// See [`OutputRecord::kind`]
    pub kind: String,
    /// See [`OutputRecord::path`]
    pub path: String,
    /// See [`OutputRecord::sha256`]
    pub sha256: String,
}

/// SQLite's integers are signed.
fn bytes(stat: &Stat) -> i64 {
    i64::try_from(stat.size).unwrap_or(i64::MAX)
}

fn owe(tx: &Transaction<'_>, owed: &[String], now: Moment) -> rusqlite::Result<()> {
    for own in owed {
        tx.execute(
            "INSERT INTO owed (own, since) VALUES (?1, ?2) ON CONFLICT (own) DO UPDATE SET problem = NULL",
            params![own, now.0],
        )?;
    }
    Ok(())
}

fn set_fact(tx: &Transaction<'_>, name: &str, value: impl rusqlite::ToSql) -> rusqlite::Result<()> {
    tx.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?1, ?2)", params![name, value]).map(|_| ())
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))
}

/// What a failure means to a person. A journal that is damaged cannot be made again: it can be set aside.
fn failed(path: &Path) -> impl FnOnce(rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    use std::io::{Error as IoError, ErrorKind};

    let path = path.to_owned();
    move |source| match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::io(path, "保存", "ほかの chiiki-sheet が使っています。終わるのを待ってください。")(
                IoError::new(ErrorKind::ResourceBusy, source),
            )
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            Error::io(
                path,
                "読み取り",
                "処理の記録が壊れています。このファイルを別の場所へ移すと、新しい記録で始められます（取り込んだ数値は残っています）。",
            )(IoError::new(ErrorKind::InvalidData, source))
        }
        Some(ErrorCode::SchemaChanged) => {
            let hint = "新しい版の chiiki-sheet で作られた記録です。その版か、それより新しい版で動かしてください。";
            Error::io(path, "読み取り", hint)(IoError::new(ErrorKind::Unsupported, source))
        }
        _ => of_disk(&path, &source).unwrap_or_else(|| {
            Error::io(path, "保存", "フォルダーに書き込めるか確かめてください。")(
                IoError::other(source),
            )
        }),
    }
}
