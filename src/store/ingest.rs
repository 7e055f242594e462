//! Writing what was read from one file.

use std::collections::HashMap;
use std::hash::Hash;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{FileRecord, failed};
use crate::error::{Error, Result};
use crate::model::{Area, AreaLevel, Date, Datum, Dimensions, EntryText, Observation, Period, SourceFile, SourceRef};

/// Refuses what the store must not hold, before anything is written.
pub(super) fn check(record: &FileRecord, observations: &[Observation], texts: &[EntryText]) -> Result<()> {
    let refuse = |what: &str, source: &SourceRef| Err(Error::Internal(format!("{what}: {source}")));
    if let Some(date) = record.file.exported.filter(|date| Date::parse(&date.to_string()) != Some(*date)) {
        return Err(Error::Internal(format!("出力日が暦にありません: {date}（{}）", record.file.name)));
    }
    for Observation { datum, derived, source, .. } in observations {
        if derived.is_some() {
            return refuse("計算した値は記録しません", source);
        }
        if datum.value().is_some_and(|value| !value.is_finite()) {
            return refuse("有限の数ではありません", source);
        }
    }
    let sources = observations.iter().map(|observation| &observation.source);
    let mut known: Option<&Arc<SourceFile>> = None;
    for source in sources.chain(texts.iter().map(|text| &text.source)) {
        // Figures of one file share one Arc: comparing pointers first spares the strings.
        if known.is_some_and(|file| Arc::ptr_eq(file, &source.file)) {
            continue;
        }
        if *source.file != record.file {
            return refuse("別のファイルのものです", source);
        }
        known = Some(&source.file);
    }
    Ok(())
}

/// Writes a checked file in place of what its hash had, as the arrival of that number. The caller commits.
pub(super) fn write(
    tx: &Connection,
    index: &Path,
    (record, arrived): (&FileRecord, i64),
    observations: &[Observation],
    texts: &[EntryText],
) -> Result<()> {
    let file = file_row(tx, record, arrived).map_err(failed(index))?;
    let mut words = Words { tx, index, ids: Ids::default() };
    let mut insert = tx
        .prepare_cached(
            "INSERT INTO observation (area, indicator, file, seq, period, dimensions, unit, decimals, sheet, row, col,
                 value, missing)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )
        .map_err(failed(index))?;
    for (seq, observation) in (0i64..).zip(observations) {
        let Observation { indicator, area, period, datum, unit, dimensions, decimals, source, derived: _ } =
            observation;
        let (value, missing) = match datum {
            Datum::Value(value) => (Some(*value), None),
            Datum::Missing(reason) => (None, Some(reason.id())),
        };
        let row = params![
            words.area(area)?,
            words.text("indicator", indicator.as_str())?,
            file,
            seq,
            words.period(period)?,
            words.dimensions(dimensions)?,
            words.text("unit", unit)?,
            decimals,
            words.text("sheet", &source.sheet)?,
            source.cell.row,
            source.cell.col,
            value,
            missing
        ];
        insert.execute(row).map_err(failed(index))?;
    }
    let mut insert = tx
        .prepare_cached(
            "INSERT INTO entry_text (file, sheet, row, col, block, field, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .map_err(failed(index))?;
    for EntryText { block, field, text, source } in texts {
        let sheet = words.text("sheet", &source.sheet)?;
        let row = params![file, sheet, source.cell.row, source.cell.col, block, json(field)?, text];
        insert.execute(row).map_err(failed(index))?;
    }
    Ok(())
}

/// The number of the next arrival.
pub(super) fn next_arrival(tx: &Connection) -> rusqlite::Result<i64> {
    tx.query_row("SELECT ifnull(max(arrived), 0) + 1 FROM file", [], |row| row.get(0))
}

/// Gives a file the number of an arrival.
pub(super) fn arrive(tx: &Connection, sha256: &str, arrived: i64) -> rusqlite::Result<()> {
    tx.execute("UPDATE file SET arrived = ?2 WHERE sha256 = ?1", params![sha256, arrived]).map(|_| ())
}

/// Deletes a file and all that was read from it; `false` when it was not there. The caller commits.
pub(super) fn delete(tx: &Connection, sha256: &str) -> rusqlite::Result<bool> {
    let Some(id) = file_id(tx, sha256)? else {
        return Ok(false);
    };
    delete_contents(tx, id)?;
    tx.execute("DELETE FROM file WHERE id = ?1", [id])?;
    Ok(true)
}

fn file_id(tx: &Connection, sha256: &str) -> rusqlite::Result<Option<i64>> {
    tx.query_row("SELECT id FROM file WHERE sha256 = ?1", [sha256], |row| row.get(0)).optional()
}

fn delete_contents(tx: &Connection, id: i64) -> rusqlite::Result<()> {
    tx.execute("DELETE FROM observation WHERE file = ?1", [id])?;
    tx.execute("DELETE FROM entry_text WHERE file = ?1", [id])?;
    Ok(())
}

/// The row of the file, without contents.
fn file_row(tx: &Connection, record: &FileRecord, arrived: i64) -> rusqlite::Result<i64> {
    if let Some(id) = file_id(tx, &record.file.sha256)? {
        delete_contents(tx, id)?;
    }
    tx.query_row(
        "INSERT INTO file (sha256, name, exported, layout, outcome, message, year, ours, arrived)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (sha256) DO UPDATE SET name = excluded.name, exported = excluded.exported,
             layout = excluded.layout, outcome = excluded.outcome, message = excluded.message, year = excluded.year,
             ours = excluded.ours, arrived = excluded.arrived
         RETURNING id",
        params![
            record.file.sha256,
            record.file.name,
            record.file.exported.map(|date| date.to_string()),
            record.layout,
            record.outcome.id(),
            record.message,
            record.year,
            record.file.ours,
            arrived
        ],
        |row| row.get(0),
    )
}

/// The ids of the words of one file, looked up in the index once each.
struct Words<'a, 'tx> {
    tx: &'tx Connection,
    index: &'tx Path,
    ids: Ids<'a>,
}

#[derive(Default)]
struct Ids<'a> {
    areas: HashMap<&'a Area, i64>,
    periods: HashMap<&'a Period, i64>,
    dimensions: HashMap<&'a Dimensions, i64>,
    texts: HashMap<(&'static str, &'a str), i64>,
}

impl<'a> Words<'a, '_> {
    fn area(&mut self, area: &'a Area) -> Result<i64> {
        let Self { tx, index, ids } = self;
        remember(&mut ids.areas, area, || {
            let text = json(area)?;
            // A prefecture belongs to itself, whether or not its reader said so.
            let own_name = (area.level == AreaLevel::Prefecture).then_some(&area.name);
            let prefecture = area.prefecture.as_ref().or(own_name);
            tx.execute(
                "INSERT OR IGNORE INTO area (text, key, prefecture, nation) VALUES (?1, ?2, ?3, ?4)",
                params![text, area.key(), prefecture, area.level == AreaLevel::Nation],
            )
            .and_then(|_| tx.query_row("SELECT id FROM area WHERE text = ?1", [text], |row| row.get(0)))
            .map_err(failed(index))
        })
    }

    fn period(&mut self, period: &'a Period) -> Result<i64> {
        let Self { tx, index, ids } = self;
        remember(&mut ids.periods, period, || word(tx, "period", &json(period)?).map_err(failed(index)))
    }

    fn dimensions(&mut self, dimensions: &'a Dimensions) -> Result<i64> {
        let Self { tx, index, ids } = self;
        remember(&mut ids.dimensions, dimensions, || word(tx, "dimensions", &json(dimensions)?).map_err(failed(index)))
    }

    fn text(&mut self, table: &'static str, text: &'a str) -> Result<i64> {
        let Self { tx, index, ids } = self;
        remember(&mut ids.texts, (table, text), || word(tx, table, text).map_err(failed(index)))
    }
}

fn remember<K: Hash + Eq>(ids: &mut HashMap<K, i64>, key: K, find: impl FnOnce() -> Result<i64>) -> Result<i64> {
    if let Some(id) = ids.get(&key) {
        return Ok(*id);
    }
    let id = find()?;
    ids.insert(key, id);
    Ok(id)
}

/// The id of a text in one of the tables of words, added when it is new.
fn word(tx: &Connection, table: &'static str, text: &str) -> rusqlite::Result<i64> {
    tx.prepare_cached(&format!("INSERT OR IGNORE INTO {table} (text) VALUES (?1)"))?.execute([text])?;
    tx.prepare_cached(&format!("SELECT id FROM {table} WHERE text = ?1"))?.query_row([text], |row| row.get(0))
}

/// A word as JSON that is sure to read back the same (a date outside the calendar would not).
fn json<T: Serialize + DeserializeOwned + PartialEq>(value: &T) -> Result<String> {
    let refused = |why: String| Error::Internal(format!("記録できない値です: {why}"));
    let text = serde_json::to_string(value).map_err(|error| refused(error.to_string()))?;
    match serde_json::from_str::<T>(&text) {
        Ok(back) if back == *value => Ok(text),
        _ => Err(refused(text)),
    }
}
