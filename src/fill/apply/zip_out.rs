//! Puts the package together again: untouched entries as they were compressed, changed ones with a fixed date.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::refusal;
use crate::error::FileError;
use crate::template::package::{Package, damaged_part};

/// How hard changed parts are compressed: 2 takes half of the work of 6, and the whole standard book has 184 kB instead of 157.
const LEVEL: i64 = 2;

/// What becomes of an entry that is not copied.
#[derive(Debug)]
pub(super) enum Change {
    /// New content
    Text(String),
    /// Left out
    Dropped,
}

/// Writes all entries in their order, then the added ones (name and content).
pub(super) fn write(
    package: &Package,
    changes: &BTreeMap<usize, Change>,
    added: &[(String, String)],
) -> Result<Vec<u8>, FileError> {
    let mut archive = package.archive();
    let room = package.bytes().len() + changes.len() * 4096;
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(room)));
    // The clock would make two fills of the same plan differ.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(DateTime::default());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| damaged_part("zip"))?;
        match changes.get(&index) {
            Some(Change::Dropped) => {}
            Some(Change::Text(text)) => {
                let name = entry.name().map_err(|_| damaged_part("zip"))?.into_owned();
                drop(entry);
                out.start_file(name, options).map_err(|_| refusal::fault("zip"))?;
                out.write_all(text.as_bytes()).map_err(|_| refusal::fault("zip"))?;
            }
            None => out.raw_copy_file(entry).map_err(|_| damaged_part("zip"))?,
        }
    }
    for (name, text) in added {
        out.start_file(name.as_str(), options).map_err(|_| refusal::fault("zip"))?;
        out.write_all(text.as_bytes()).map_err(|_| refusal::fault("zip"))?;
    }
    Ok(out.finish().map_err(|_| refusal::fault("zip"))?.into_inner())
}
