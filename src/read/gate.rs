//! The gate before every parser: a zip is inflated here, once, and every byte that comes out is counted.
//!
//! What a zip declares about itself is checked first and not believed afterwards. Parsers get only what passed.

use std::collections::BTreeMap;
use std::io::{Cursor, ErrorKind, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::limits::Limits;
use super::refusal;
use crate::error::FileError;

/// A zip over bytes in memory.
pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What a zip holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZipKind {
    Xlsx,
    Ods,
    /// A zip of downloads
    Files,
}

/// Opens a zip and checks what it declares.
///
/// # Errors
/// Half-copied, damaged or too large by its own words.
pub(super) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Archive<'a>, FileError> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| {
        if has_end_record(bytes) {
            refusal::damaged_zip("zipの目次が読めません")
        } else {
            refusal::half_copied("ファイル")
        }
    })?;
    if archive.is_empty() {
        return Err(refusal::damaged_zip("zipの中に何も入っていません"));
    }
    if archive.len() > limits.zip_entries {
        return Err(refusal::too_large(format!("中の部品の数が{}を超えています。", limits.zip_entries)));
    }
    if archive.has_duplicate_names() {
        return Err(refusal::damaged_zip("同じ名前の部品が2つあります"));
    }
    Ok(archive)
}

/// The end record lies in the last 64 KiB; a file cut short has none.
fn has_end_record(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(66_000)..).unwrap_or_default();
    tail.windows(22).any(|record| record.starts_with(b"PK\x05\x06"))
}

/// Tells workbooks from zips of files, and refuses other documents by their name.
pub(super) fn kind(archive: &Archive<'_>) -> Result<ZipKind, FileError> {
    let names: Vec<&[u8]> = archive.file_names_raw().collect();
    let has = |prefix: &[u8]| names.iter().any(|name| name.starts_with(prefix));
    let office = names.contains(&&b"[Content_Types].xml"[..]) || names.contains(&&b"_rels/.rels"[..]);
    if has(b"word/") && office {
        return Err(refusal::not_a_table("Wordの文書"));
    }
    if has(b"ppt/") && office {
        return Err(refusal::not_a_table("PowerPointの資料"));
    }
    if office && names.iter().any(|name| name.ends_with(b"workbook.bin")) {
        return Err(refusal::save_as_xlsx("Excelバイナリブック（.xlsb）"));
    }
    if office || has(b"xl/") {
        return Ok(ZipKind::Xlsx);
    }
    if names.contains(&&b"mimetype"[..]) && names.contains(&&b"content.xml"[..]) {
        return Ok(ZipKind::Ods);
    }
    Ok(ZipKind::Files)
}

/// Inflates entries while counting, over the life of one file.
pub(super) struct Inflater<'l> {
    limits: &'l Limits,
    file_bytes: u64,
    inflated: u64,
}

impl<'l> Inflater<'l> {
    /// Starts a count for a file of `file_bytes`.
    pub(super) fn new(limits: &'l Limits, file_bytes: usize) -> Self {
        Self { limits, file_bytes: file_bytes as u64, inflated: 0 }
    }

    /// One entry, whole, with its checksum verified. `shown` is its name in sentences.
    ///
    /// # Errors
    /// Encrypted, damaged, or larger than the limits, whatever the directory says.
    pub(super) fn entry(&mut self, archive: &mut Archive<'_>, index: usize, shown: &str) -> Result<Vec<u8>, FileError> {
        let mut entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(ZipError::UnsupportedArchive(why)) if why == ZipError::PASSWORD_REQUIRED => {
                return Err(refusal::encrypted_zip());
            }
            Err(_) => return Err(refusal::damaged_zip(&format!("部品『{shown}』を取り出せません"))),
        };
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(refusal::damaged_zip(&format!("部品『{shown}』の圧縮の方式を読めません")));
        }
        let room = self.limits.inflated_bytes.saturating_sub(self.inflated);
        if entry.size() > room {
            return Err(self.too_large());
        }
        // The declared size is a hint only: reserve little, read at most one byte past the room.
        let mut out = Vec::with_capacity(entry.size().min(8 << 20) as usize);
        let read = entry.by_ref().take(room + 1).read_to_end(&mut out).map_err(|error| match error.kind() {
            ErrorKind::OutOfMemory => refusal::too_large("圧縮を解くとメモリーに入りません。"),
            _ => refusal::damaged_zip(&format!("部品『{shown}』が途中で壊れています")),
        })? as u64;
        if read > room {
            return Err(self.too_large());
        }
        self.inflated += read;
        if self.inflated > Limits::RATIO_FROM && self.inflated > self.limits.ratio.saturating_mul(self.file_bytes) {
            return Err(refusal::too_large(format!(
                "圧縮前の大きさがファイルの{}倍を超えていて、ふつうの表とは考えられません。",
                self.limits.ratio
            )));
        }
        Ok(out)
    }

    fn too_large(&self) -> FileError {
        refusal::too_large(format!("圧縮を解くと{} MBを超えます。", self.limits.inflated_bytes / 1_000_000))
    }
}

/// The inflated parts of a workbook that a reader needs.
pub(super) struct Package {
    parts: BTreeMap<String, Vec<u8>>,
}

impl Package {
    /// Inflates the parts that hold cells; pictures, charts, macros and links to other books stay closed.
    ///
    /// # Errors
    /// As [`Inflater::entry`], and for DTDs in any part.
    pub(super) fn inflate(archive: &mut Archive<'_>, file_bytes: usize, limits: &Limits) -> Result<Self, FileError> {
        let mut inflater = Inflater::new(limits, file_bytes);
        let mut parts = BTreeMap::new();
        for index in 0..archive.len() {
            let name = match archive.name_for_index(index) {
                Some(Ok(name)) => name.into_owned(),
                _ => continue,
            };
            if !is_needed(&name) {
                continue;
            }
            let mut part = inflater.entry(archive, index, &name)?;
            if part.starts_with(b"\xEF\xBB\xBF") {
                part.drain(..3);
            }
            if memchr::memmem::find(&part, b"<!DOCTYPE").is_some() || memchr::memmem::find(&part, b"<!ENTITY").is_some()
            {
                return Err(refusal::dtd());
            }
            parts.insert(name, part);
        }
        Ok(Self { parts })
    }

    /// A part by its name.
    pub(super) fn part(&self, name: &str) -> Option<&[u8]> {
        self.parts.get(name).map(Vec::as_slice)
    }

    /// Names and bytes of all parts.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.parts.iter().map(|(name, part)| (name.as_str(), part.as_slice()))
    }

    /// A package of other parts, such as a cut-down one.
    pub(super) fn of(parts: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self { parts: parts.into_iter().collect() }
    }

    /// The parts as a zip without compression, for a parser that wants a zip.
    pub(super) fn into_stored_zip(self) -> Result<Vec<u8>, ZipError> {
        let size: usize = self.parts.iter().map(|(name, part)| part.len() + 2 * name.len() + 128).sum();
        let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(size)));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, part) in self.parts {
            writer.start_file(name, options)?;
            writer.write_all(&part)?;
        }
        Ok(writer.finish()?.into_inner())
    }
}

/// Parts without cells, by folder. What is not listed is read: a sheet may lie anywhere.
fn is_needed(name: &str) -> bool {
    const CLOSED: [&str; 14] = [
        "docProps/",
        "customXml/",
        "customUI/",
        "/theme/",
        "/drawings/",
        "/charts/",
        "/media/",
        "/externalLinks/",
        "/pivotCache/",
        "/pivotTables/",
        "/slicers/",
        "/slicerCaches/",
        "/worksheets/_rels/",
        "Thumbnails/",
    ];
    let xml = name.ends_with(".xml") || name.ends_with(".rels") || name == "mimetype";
    xml && !CLOSED.iter().any(|folder| name.contains(folder))
}
