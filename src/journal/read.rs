//! Reading the journal: what the engine goes on from, and what the page shows.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{DropKind, DropOutcome, DropRecord, DropState, Journal, OutputRecord, Owed, failed};
use crate::clock::Moment;
use crate::error::Result;

const COLUMNS: &str = "id, name, kind, size, modified_ms, first_seen, changed, state, sha256, outcome, code, message,
    notes, filed, duplicate_of, parts, conditions, concerns, note_text, layout, figures, texts, remarks,
    (SELECT json_group_array(output) FROM made WHERE dropped = dropped.id) AS made";

impl Journal {
    /// Rises with every change: whoever shows the journal asks for this first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn generation(&self) -> Result<i64> {
        fact(&self.conn, "generation").map(Option::unwrap_or_default).map_err(failed(&self.path))
    }

    /// Dropped files, newest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn drops(&self, limit: usize) -> Result<Vec<DropRecord>> {
        self.select("ORDER BY id DESC LIMIT ?1", i64::try_from(limit).unwrap_or(i64::MAX))
    }

    /// One dropped file.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn drop(&self, id: i64) -> Result<Option<DropRecord>> {
        Ok(self.select("WHERE id = ?1", id)?.pop())
    }

    /// Dropped files that are not where they belong yet, oldest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn open_drops(&self) -> Result<Vec<DropRecord>> {
        self.select("WHERE state NOT IN ('filed', 'gone') AND ?1 = 0 ORDER BY id", 0)
    }

    /// The first drop of this content that was taken under these conditions.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn taken_before(&self, sha256: &str, conditions: &str, id: i64) -> Result<Option<DropRecord>> {
        let found: Option<i64> = self
            .conn
            .prepare_cached(
                "SELECT max(id) FROM dropped WHERE sha256 = ?1 AND conditions = ?2 AND id <> ?3
                     AND outcome IN ('read', 'empty') AND state IN ('read', 'filled', 'filed')",
            )
            .and_then(|mut statement| {
                statement.query_row(params![sha256, conditions, id], |row| row.get::<_, Option<i64>>(0))
            })
            .map_err(failed(&self.path))?;
        match found {
            Some(found) => self.drop(found),
            None => Ok(None),
        }
    }

    /// Files made, newest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn outputs(&self, limit: usize) -> Result<Vec<OutputRecord>> {
        let rows = || -> rusqlite::Result<Vec<OutputRecord>> {
            let sql = "SELECT id, own, kind, path, sha256, made, round FROM output ORDER BY id DESC LIMIT ?1";
            let mut statement = self.conn.prepare_cached(sql)?;
            let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                Ok(OutputRecord {
                    id: row.get(0)?,
                    own: row.get(1)?,
                    kind: row.get(2)?,
                    path: row.get(3)?,
                    sha256: row.get(4)?,
                    made: Moment(row.get(5)?),
                    round: row.get(6)?,
                })
            })?;
            rows.collect()
        };
        rows().map_err(failed(&self.path))
    }

    /// Sheets that are to be made, by own area.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn owed(&self) -> Result<Vec<Owed>> {
        let rows = || -> rusqlite::Result<Vec<Owed>> {
            let mut statement = self.conn.prepare_cached("SELECT own, since, problem FROM owed ORDER BY own")?;
            let rows = statement
                .query_map([], |row| Ok(Owed { own: row.get(0)?, since: Moment(row.get(1)?), problem: row.get(2)? }))?;
            rows.collect()
        };
        rows().map_err(failed(&self.path))
    }

    /// The state of the settings for which sheets were owed last.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn settings(&self) -> Result<Option<String>> {
        fact(&self.conn, "settings").map_err(failed(&self.path))
    }

    /// How many drops there are in each state and with each outcome.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn counts(&self) -> Result<Vec<(DropState, Option<DropOutcome>, i64)>> {
        let rows = || -> rusqlite::Result<Vec<(DropState, Option<DropOutcome>, i64)>> {
            let sql = "SELECT state, outcome, count(*) FROM dropped GROUP BY state, outcome ORDER BY state, outcome";
            let mut statement = self.conn.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let state: String = row.get(0)?;
                let outcome: Option<String> = row.get(1)?;
                Ok((word(&state, DropState::from_id)?, outcome.and_then(|id| DropOutcome::from_id(&id)), row.get(2)?))
            })?;
            rows.collect()
        };
        rows().map_err(failed(&self.path))
    }

    fn select(&self, rest: &str, parameter: i64) -> Result<Vec<DropRecord>> {
        let rows = || -> rusqlite::Result<Vec<DropRecord>> {
            let mut statement = self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM dropped {rest}"))?;
            let rows = statement.query_map([parameter], record)?;
            rows.collect()
        };
        rows().map_err(failed(&self.path))
    }
}

pub(super) fn fact<T: rusqlite::types::FromSql>(conn: &Connection, name: &str) -> rusqlite::Result<Option<T>> {
    conn.query_row("SELECT value FROM fact WHERE name = ?1", [name], |row| row.get(0)).optional()
}

fn record(row: &Row<'_>) -> rusqlite::Result<DropRecord> {
    let outcome: Option<String> = row.get("outcome")?;
    let concerns: Option<String> = row.get("concerns")?;
    let list = |name: &str| -> rusqlite::Result<String> { row.get(name) };
    Ok(DropRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        kind: word(&list("kind")?, DropKind::from_id)?,
        size: u64::try_from(row.get::<_, i64>("size")?).unwrap_or_default(),
        modified_ms: row.get("modified_ms")?,
        first_seen: Moment(row.get("first_seen")?),
        changed: Moment(row.get("changed")?),
        state: word(&list("state")?, DropState::from_id)?,
        sha256: row.get("sha256")?,
        outcome: outcome.and_then(|id| DropOutcome::from_id(&id)),
        code: row.get("code")?,
        message: row.get("message")?,
        notes: parsed(&list("notes")?)?,
        filed: row.get("filed")?,
        duplicate_of: row.get("duplicate_of")?,
        made: parsed(&list("made")?)?,
        parts: parsed(&list("parts")?)?,
        layout: row.get("layout")?,
        figures: u64::try_from(row.get::<_, i64>("figures")?).unwrap_or_default(),
        texts: u64::try_from(row.get::<_, i64>("texts")?).unwrap_or_default(),
        remarks: parsed(&list("remarks")?)?,
        conditions: row.get("conditions")?,
        concerns: concerns.map(|text| parsed(&text)).transpose()?.unwrap_or_default(),
        note_text: row.get("note_text")?,
    })
}

fn word<T>(id: &str, from: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    from(id).ok_or_else(|| conversion(format!("unknown word {id}").into()))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| conversion(error.into()))
}

fn conversion(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error)
}
