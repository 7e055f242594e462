//! The journal's tables, and opening it.

use std::path::Path;

use rusqlite::ffi::{SQLITE_NOTADB, SQLITE_SCHEMA};
use rusqlite::{Connection, TransactionBehavior};

use crate::disk::on_network_share;

/// The journal's file name in the ledger's folder.
pub(super) const JOURNAL_NAME: &str = "journal.sqlite";

/// Raised with every change of the tables; each step from one to the next stands in [`migrate`].
const VERSION: i32 = 2;

/// Marks the database as ours ("chkj").
const APPLICATION_ID: i32 = 0x6368_6b6a;

const TABLES: &str = "
CREATE TABLE dropped (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, kind TEXT NOT NULL,
    size INTEGER NOT NULL, modified_ms INTEGER NOT NULL, first_seen INTEGER NOT NULL, changed INTEGER NOT NULL,
    state TEXT NOT NULL, sha256 TEXT, outcome TEXT, code TEXT, message TEXT, notes TEXT NOT NULL DEFAULT '[]',
    note_text TEXT, parts TEXT NOT NULL DEFAULT '[]', conditions TEXT, concerns TEXT, filed TEXT,
    duplicate_of INTEGER REFERENCES dropped
) STRICT;
CREATE INDEX dropped_open ON dropped (name) WHERE state NOT IN ('filed', 'gone');
CREATE INDEX dropped_content ON dropped (sha256);
CREATE TABLE output (
    id INTEGER PRIMARY KEY AUTOINCREMENT, own TEXT NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL,
    sha256 TEXT NOT NULL, made INTEGER NOT NULL, round INTEGER NOT NULL
) STRICT;
CREATE INDEX output_path ON output (path);
CREATE TABLE made (
    dropped INTEGER NOT NULL REFERENCES dropped, output INTEGER NOT NULL REFERENCES output, PRIMARY KEY (dropped, output)
) STRICT, WITHOUT ROWID;
CREATE TABLE owed (own TEXT PRIMARY KEY, since INTEGER NOT NULL, problem TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
INSERT INTO fact (name, value) VALUES ('generation', 0), ('round', 0);
";

/// To version 2: what was found in a file, so that it can be told after a restart. Files of before have none of it.
const WHAT_WAS_FOUND: &str = "
ALTER TABLE dropped ADD COLUMN layout TEXT;
ALTER TABLE dropped ADD COLUMN figures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dropped ADD COLUMN texts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dropped ADD COLUMN remarks TEXT NOT NULL DEFAULT '[]';
";

/// Opens the journal, made when there is none.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let mut conn = Connection::open(path)?;
    conn.set_prepared_statement_cache_capacity(64);
    let wal = !on_network_share(path)
        && conn
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))
            .is_ok_and(|mode| mode.eq_ignore_ascii_case("wal"));
    if !wal {
        conn.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0))?;
    }
    // A file is moved out of 受付 once its line stands here, so the line has to survive a power cut.
    conn.pragma_update(None, "synchronous", "FULL")?;
    migrate(&mut conn)?;
    Ok(conn)
}

fn migrate(conn: &mut Connection) -> rusqlite::Result<()> {
    let version = |conn: &Connection| conn.pragma_query_value::<i32, _>(None, "user_version", |row| row.get(0));
    if version(conn)? == VERSION {
        return identify(conn);
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // A new journal takes the same steps as an old one.
    match version(&tx)? {
        0 if is_blank(&tx)? => {
            tx.execute_batch(TABLES)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.execute_batch(WHAT_WAS_FOUND)?;
        }
        1 => {
            identify(&tx)?;
            tx.execute_batch(WHAT_WAS_FOUND)?;
        }
        VERSION => {}
        _ => return Err(unusable(SQLITE_SCHEMA, "この版の chiiki-sheet が使える記録ではありません")),
    }
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()
}

fn identify(conn: &Connection) -> rusqlite::Result<()> {
    match conn.pragma_query_value::<i32, _>(None, "application_id", |row| row.get(0))? {
        APPLICATION_ID => Ok(()),
        _ => Err(unusable(SQLITE_NOTADB, "chiiki-sheet の記録ではありません")),
    }
}

fn is_blank(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn unusable(code: i32, why: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), Some(why.to_owned()))
}
