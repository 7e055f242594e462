//! Reading back what was put in, exactly.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::types::Type;
use rusqlite::{Connection, ToSql};
use serde::de::DeserializeOwned;

use super::FileRecord;
use crate::model::Outcome;
use crate::model::{
    Area, CellRef, Date, Datum, Dimensions, EntryText, IndicatorId, MissingReason, Observation, Period, SourceFile,
    SourceRef,
};

/// Which observations to load. The default asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Areas by [`Area::key`]. With neither `areas` nor `prefecture`, every area is loaded.
    pub areas: Option<BTreeSet<String>>,
    /// Every area of this prefecture and the prefecture itself, in addition to `areas`.
    pub prefecture: Option<String>,
    /// The nation, in addition to `areas` and `prefecture`.
    pub nation: bool,
    /// Only these indicators; `None` = all.
    pub indicators: Option<BTreeSet<IndicatorId>>,
}

impl Query {
    /// The condition on `observation` with its parameters.
    fn condition(&self) -> rusqlite::Result<(String, Vec<Box<dyn ToSql>>)> {
        let mut parameters: Vec<Box<dyn ToSql>> = Vec::new();
        let mut conditions = Vec::new();
        if self.areas.is_some() || self.prefecture.is_some() {
            let mut wanted = Vec::new();
            if let Some(areas) = &self.areas {
                parameters.push(Box::new(json_list(areas.iter())?));
                wanted.push(format!("key IN (SELECT value FROM json_each(?{}))", parameters.len()));
            }
            if let Some(prefecture) = &self.prefecture {
                parameters.push(Box::new(prefecture.clone()));
                wanted.push(format!("prefecture = ?{}", parameters.len()));
            }
            if self.nation {
                wanted.push("nation".to_owned());
            }
            conditions.push(format!("area IN (SELECT id FROM area WHERE {})", wanted.join(" OR ")));
        }
        if let Some(indicators) = &self.indicators {
            parameters.push(Box::new(json_list(indicators.iter().map(IndicatorId::as_str))?));
            conditions.push(format!(
                "indicator IN (SELECT id FROM indicator WHERE text IN (SELECT value FROM json_each(?{})))",
                parameters.len()
            ));
        }
        let condition =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        Ok((condition, parameters))
    }
}

/// A list bound as one parameter: SQLite's limit on the number of parameters does not matter then.
fn json_list(items: impl Iterator<Item = impl AsRef<str>>) -> rusqlite::Result<String> {
    let items: Vec<_> = items.map(|item| item.as_ref().to_owned()).collect();
    serde_json::to_string(&items).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

pub(super) fn has(conn: &Connection, sha256: &str) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM file WHERE sha256 = ?1")?.exists([sha256])
}

pub(super) fn load(conn: &Connection, filter: &Query) -> rusqlite::Result<Vec<Observation>> {
    let (condition, parameters) = filter.condition()?;
    let mut statement = conn.prepare_cached(&format!(
        "SELECT indicator, area, period, unit, dimensions, file, sheet, row, col, decimals, value, missing
         FROM observation {condition}"
    ))?;
    let mut words = Words::new(conn);
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let mut observations = Vec::new();
    while let Some(row) = rows.next()? {
        let datum = match (row.get::<_, Option<f64>>(10)?, row.get_ref(11)?.as_str_or_null()?) {
            (Some(value), None) => Datum::Value(value),
            (None, Some(reason)) => {
                Datum::Missing(MissingReason::from_id(reason).ok_or_else(|| damaged("missing", reason))?)
            }
            _ => return Err(damaged("value", "observation")),
        };
        let cell = CellRef::new(row.get(7)?, row.get(8)?);
        observations.push(Observation {
            indicator: words.indicators.get(row.get(0)?)?,
            area: words.areas.get(row.get(1)?)?,
            period: words.periods.get(row.get(2)?)?,
            datum,
            unit: words.units.get(row.get(3)?)?,
            dimensions: words.dimensions.get(row.get(4)?)?,
            decimals: row.get(9)?,
            source: SourceRef { file: words.files.get(row.get(5)?)?, sheet: words.sheets.get(row.get(6)?)?, cell },
            derived: None,
        });
    }
    // Equal elements are indistinguishable, so an unstable sort still gives one order.
    observations.sort_unstable_by(compare);
    Ok(observations)
}

pub(super) fn texts(conn: &Connection) -> rusqlite::Result<Vec<EntryText>> {
    let mut statement = conn.prepare_cached("SELECT file, sheet, row, col, block, field, text FROM entry_text")?;
    let mut words = Words::new(conn);
    let mut rows = statement.query([])?;
    let mut texts = Vec::new();
    while let Some(row) = rows.next()? {
        let cell = CellRef::new(row.get(2)?, row.get(3)?);
        texts.push(EntryText {
            block: row.get(4)?,
            field: from_json(row.get_ref(5)?.as_str()?)?,
            text: row.get(6)?,
            source: SourceRef { file: words.files.get(row.get(0)?)?, sheet: words.sheets.get(row.get(1)?)?, cell },
        });
    }
    texts.sort_unstable_by(|a, b| {
        compare_sources(&a.source, &b.source)
            .then_with(|| (a.field, &a.block, &a.text).cmp(&(b.field, &b.block, &b.text)))
    });
    Ok(texts)
}

pub(super) fn files(conn: &Connection) -> rusqlite::Result<Vec<FileRecord>> {
    let mut statement = conn.prepare_cached(
        "SELECT sha256, name, exported, layout, outcome, message, year, ours FROM file ORDER BY name, sha256",
    )?;
    let mut rows = statement.query([])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let outcome = row.get_ref(4)?.as_str()?;
        files.push(FileRecord {
            file: source_file(row, 7)?,
            layout: row.get(3)?,
            outcome: Outcome::from_id(outcome).ok_or_else(|| damaged("outcome", outcome))?,
            message: row.get(5)?,
            year: row.get(6)?,
        });
    }
    Ok(files)
}

pub(super) fn arrivals(conn: &Connection) -> rusqlite::Result<HashMap<String, i64>> {
    let mut statement = conn.prepare_cached("SELECT sha256, arrived FROM file")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The areas and indicators a file has figures of.
pub(super) fn spoken_of(conn: &Connection, sha256: &str) -> rusqlite::Result<(Vec<String>, Vec<String>)> {
    let list = |column: &str, table: &str| -> rusqlite::Result<Vec<String>> {
        let sql = format!(
            "SELECT DISTINCT {table}.{column} FROM observation JOIN {table} ON {table}.id = observation.{table}
             WHERE file = (SELECT id FROM file WHERE sha256 = ?1)"
        );
        conn.prepare_cached(&sql)?.query_map([sha256], |row| row.get(0))?.collect()
    };
    Ok((list("key", "area")?, list("text", "indicator")?))
}

/// By file, sheet and cell, then by content, so that the order depends on nothing else.
fn compare(a: &Observation, b: &Observation) -> Ordering {
    fn rest(o: &Observation) -> impl Ord + use<'_> {
        let period = &o.period;
        let datum = match o.datum {
            Datum::Value(value) => (None, value.to_bits()),
            Datum::Missing(reason) => (Some(reason), 0),
        };
        (
            (&o.indicator, &o.area),
            (period.form_year, period.date, period.kind, &period.label, period.months, period.part_year),
            (&o.dimensions, &o.unit, o.decimals, datum),
        )
    }
    compare_sources(&a.source, &b.source).then_with(|| rest(a).cmp(&rest(b)))
}

fn compare_sources(a: &SourceRef, b: &SourceRef) -> Ordering {
    // Files and sheets are shared: equal pointers spare most comparisons of text.
    let files = if Arc::ptr_eq(&a.file, &b.file) { Ordering::Equal } else { a.file.cmp(&b.file) };
    let sheets = || if Arc::ptr_eq(&a.sheet, &b.sheet) { Ordering::Equal } else { a.sheet.cmp(&b.sheet) };
    files.then_with(sheets).then_with(|| a.cell.cmp(&b.cell))
}

/// The words met while loading, each read once and shared from then on.
struct Words<'c> {
    areas: Table<'c, Arc<Area>>,
    periods: Table<'c, Arc<Period>>,
    dimensions: Table<'c, Arc<Dimensions>>,
    indicators: Table<'c, IndicatorId>,
    units: Table<'c, Arc<str>>,
    sheets: Table<'c, Arc<str>>,
    files: Table<'c, Arc<SourceFile>>,
}

impl<'c> Words<'c> {
    fn new(conn: &'c Connection) -> Self {
        Self {
            areas: Table::new(conn, "SELECT text FROM area WHERE id = ?1", shared_json),
            periods: Table::new(conn, "SELECT text FROM period WHERE id = ?1", shared_json),
            dimensions: Table::new(conn, "SELECT text FROM dimensions WHERE id = ?1", shared_json),
            indicators: Table::new(conn, "SELECT text FROM indicator WHERE id = ?1", |row| {
                Ok(IndicatorId::new(row.get_ref(0)?.as_str()?))
            }),
            units: Table::new(conn, "SELECT text FROM unit WHERE id = ?1", shared_text),
            sheets: Table::new(conn, "SELECT text FROM sheet WHERE id = ?1", shared_text),
            files: Table::new(conn, "SELECT sha256, name, exported, ours FROM file WHERE id = ?1", |row| {
                source_file(row, 3).map(Arc::new)
            }),
        }
    }
}

/// A file from a row that begins with its hash, its name and its date; `ours` is the column of that.
fn source_file(row: &rusqlite::Row<'_>, ours: usize) -> rusqlite::Result<SourceFile> {
    Ok(SourceFile { sha256: row.get(0)?, name: row.get(1)?, exported: date(row.get(2)?)?, ours: row.get(ours)? })
}

fn shared_json<T: DeserializeOwned>(row: &rusqlite::Row<'_>) -> rusqlite::Result<Arc<T>> {
    from_json(row.get_ref(0)?.as_str()?).map(Arc::new)
}

fn shared_text(row: &rusqlite::Row<'_>) -> rusqlite::Result<Arc<str>> {
    Ok(Arc::from(row.get_ref(0)?.as_str()?))
}

struct Table<'c, T> {
    conn: &'c Connection,
    sql: &'static str,
    read: fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    known: HashMap<i64, T>,
}

impl<'c, T: Clone> Table<'c, T> {
    fn new(conn: &'c Connection, sql: &'static str, read: fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Self {
        Self { conn, sql, read, known: HashMap::new() }
    }

    fn get(&mut self, id: i64) -> rusqlite::Result<T> {
        if let Some(word) = self.known.get(&id) {
            return Ok(word.clone());
        }
        let word = self.conn.prepare_cached(self.sql)?.query_row([id], self.read)?;
        self.known.insert(id, word.clone());
        Ok(word)
    }
}

fn date(text: Option<String>) -> rusqlite::Result<Option<Date>> {
    text.map(|text| Date::parse(&text).ok_or_else(|| damaged("exported", &text))).transpose()
}

fn from_json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(&error.to_string(), text))
}

/// What the index holds is nothing this version ever wrote.
fn damaged(what: &str, found: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, format!("{what}: {found}").into())
}
