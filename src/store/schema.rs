//! The index's tables, and opening it.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, ffi};

use super::failed;
use crate::disk::on_network_share;
use crate::error::{Error, Result};

/// The index's file name in the ledger's folder.
pub(super) const INDEX_NAME: &str = "index.sqlite";

/// Raised whenever the tables or the JSON in them change. There are no migrations: `rebuild` makes a new index.
const VERSION: i32 = 2;

/// Marks the database as ours ("chks").
const APPLICATION_ID: i32 = 0x6368_6b73;

// Words (areas, periods, …) are interned by their whole content, as JSON where they have several fields, so that
// what is loaded equals what was put in. `observation.value` has no affinity: a REAL column would store 1.0 as an
// integer and lose the sign of -0.0.
// The key begins with the area: a sheet reads a few areas out of all, and finds their figures side by side.
const TABLES: &str = "
CREATE TABLE file (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, name TEXT NOT NULL, exported TEXT,
    layout TEXT NOT NULL, outcome TEXT NOT NULL, message TEXT, year INTEGER,
    ours INTEGER NOT NULL, arrived INTEGER NOT NULL
) STRICT;
CREATE TABLE area (
    id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, key TEXT NOT NULL, prefecture TEXT, nation INTEGER NOT NULL
) STRICT;
CREATE INDEX area_key ON area (key);
CREATE INDEX area_prefecture ON area (prefecture);
CREATE TABLE period (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE dimensions (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE indicator (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE unit (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE sheet (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE observation (
    area INTEGER NOT NULL REFERENCES area, indicator INTEGER NOT NULL REFERENCES indicator,
    file INTEGER NOT NULL REFERENCES file, seq INTEGER NOT NULL,
    period INTEGER NOT NULL REFERENCES period, dimensions INTEGER NOT NULL REFERENCES dimensions,
    unit INTEGER NOT NULL REFERENCES unit, decimals INTEGER,
    sheet INTEGER NOT NULL REFERENCES sheet, row INTEGER NOT NULL, col INTEGER NOT NULL,
    value ANY, missing TEXT,
    CHECK ((value IS NULL) <> (missing IS NULL)),
    PRIMARY KEY (area, indicator, file, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX observation_file ON observation (file);
CREATE TABLE entry_text (
    file INTEGER NOT NULL REFERENCES file, sheet INTEGER NOT NULL REFERENCES sheet,
    row INTEGER NOT NULL, col INTEGER NOT NULL,
    block TEXT NOT NULL, field TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE INDEX entry_text_file ON entry_text (file);
";

/// Opens the index for reading and writing, made when there is none yet and `has_originals` says no.
pub(super) fn open(path: &Path, has_originals: impl FnOnce() -> Result<bool>) -> Result<Connection> {
    let mut conn = Connection::open(path).map_err(failed(path))?;
    conn.set_prepared_statement_cache_capacity(64);
    if is_blank(&conn).map_err(failed(path))? {
        if has_originals()? {
            // An empty index beside kept originals would look like a workspace in which nothing was ever imported.
            return Err(unusable(path, "記録が失われています"));
        }
        create(&mut conn).map_err(failed(path))?;
    }
    let identity = identity(&conn).map_err(failed(path))?;
    match identity {
        (APPLICATION_ID, VERSION) => {}
        (APPLICATION_ID, version) if version > VERSION => {
            return Err(unusable(path, "より新しい版の chiiki-sheet が作った記録です"));
        }
        (APPLICATION_ID, _) => return Err(unusable(path, "古い版の chiiki-sheet が作った記録です")),
        _ => return Err(unusable(path, "chiiki-sheet の記録ではありません")),
    }
    set_journal(&conn, path).map_err(failed(path))?;
    Ok(conn)
}

/// A new index at a path where no file is, for one writer that syncs the finished file itself.
pub(super) fn open_for_rebuild(path: &Path) -> Result<Connection> {
    let mut conn = Connection::open(path).map_err(failed(path))?;
    // A crash throws the half-made file away anyway.
    conn.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;").map_err(failed(path))?;
    create(&mut conn).map_err(failed(path))?;
    Ok(conn)
}

fn is_blank(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn identity(conn: &Connection) -> rusqlite::Result<(i32, i32)> {
    let id = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((id, version))
}

fn create(conn: &mut Connection) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have made the tables while this one waited for the lock.
    if is_blank(&tx)? {
        tx.execute_batch(TABLES)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", VERSION)?;
    }
    tx.commit()
}

/// WAL where it works; a rollback journal on network shares, where WAL's shared memory does not.
///
/// `synchronous = FULL`: a file is moved out of 受付 once its commit returned, so the commit has to survive a power cut.
fn set_journal(conn: &Connection, path: &Path) -> rusqlite::Result<()> {
    let set = |mode: &str| {
        conn.pragma_update_and_check(None, "journal_mode", mode, |row| row.get::<_, String>(0))
            .map(|now| now.eq_ignore_ascii_case(mode))
    };
    let wal = !on_network_share(path) && set("WAL").unwrap_or(false);
    if !wal {
        set("DELETE")?;
    }
    conn.pragma_update(None, "synchronous", "FULL")
}

/// The index is no damaged database, but still not to be used; the sentence around it names `rebuild`.
fn unusable(path: &Path, why: &str) -> Error {
    let code = ffi::Error::new(ffi::SQLITE_NOTADB);
    Error::Store { path: path.to_owned(), source: rusqlite::Error::SqliteFailure(code, Some(why.to_owned())) }
}
