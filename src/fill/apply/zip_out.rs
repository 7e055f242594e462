//! Puts the package together again: untouched entries as they were compressed, changed ones with a fixed date.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

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
    let texts: Vec<&str> = changes
        .values()
        .filter_map(|change| if let Change::Text(text) = change { Some(text.as_str()) } else { None })
        .chain(added.iter().map(|(_, text)| text.as_str()))
        .collect();
    let mut packed = texts.into_par_iter().map(pack).collect::<Vec<_>>().into_iter();
    let mut put = |out: &mut ZipWriter<_>, name: &str| -> Result<(), FileError> {
        let fault = || refusal::fault("zip");
        let mut part = ZipArchive::new(Cursor::new(packed.next().ok_or_else(fault)??)).map_err(|_| fault())?;
        let part = part.by_index_raw(0).map_err(|_| fault())?;
        out.raw_copy_file_rename(part, name).map_err(|_| fault())
    };
    let room = package.bytes().len() + changes.len() * 4096;
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(room)));
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| damaged_part("zip"))?;
        match changes.get(&index) {
            Some(Change::Dropped) => {}
            Some(Change::Text(_)) => {
                let name = entry.name().map_err(|_| damaged_part("zip"))?.into_owned();
                drop(entry);
                put(&mut out, &name)?;
            }
            None => out.raw_copy_file(entry).map_err(|_| damaged_part("zip"))?,
        }
    }
    for (name, _) in added {
        put(&mut out, name)?;
    }
    Ok(out.finish().map_err(|_| refusal::fault("zip"))?.into_inner())
}

/// One part as an archive of its own, to be copied as it is: parts are compressed side by side.
fn pack(text: &str) -> Result<Vec<u8>, FileError> {
    // The clock would make two fills of the same plan differ.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(DateTime::default());
    let fault = |_| refusal::fault("zip");
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(text.len() / 6 + 256)));
    out.start_file("part", options).map_err(fault)?;
    out.write_all(text.as_bytes()).map_err(|_| refusal::fault("zip"))?;
    Ok(out.finish().map_err(fault)?.into_inner())
}
