//! A zip of downloads: several files that were packed together, opened in memory only.

use std::collections::HashSet;
use std::sync::Arc;

use encoding_rs::SHIFT_JIS;

use super::gate::{self, Archive, Inflater, ZipKind};
use super::limits::Limits;
use super::{Book, identify, read_identified, refusal, sniff, with_file};
use crate::error::FileError;
use crate::model::SourceFile;

/// What there is to read: a file's identity and its bytes, or why there are none.
pub(super) struct Found<'b> {
    pub(super) file: Arc<SourceFile>,
    pub(super) bytes: Result<&'b [u8], FileError>,
    /// Whether it lay in a zip
    entry: bool,
}

impl Found<'_> {
    /// Reads it in this process.
    pub(super) fn read(&self, limits: &Limits) -> Result<Book, FileError> {
        let result = match &self.bytes {
            Ok(bytes) => read_identified(&self.file, bytes, limits, &|_| true),
            Err(refusal) => Err(with_file(refusal.clone(), &self.file)),
        };
        if self.entry { result.map_err(refusal::in_archive) } else { result }
    }
}

type Take<'t> = dyn FnMut(Found<'_>) + 't;

/// Calls `take` with the file itself, or once for every file of a zip of downloads.
///
/// Entry names only name; nothing is ever written under them, so `..` and drive letters in them are harmless.
pub(super) fn each(name: &str, bytes: &[u8], limits: &Limits, take: &mut Take<'_>) {
    let whole = |bytes| Found { file: Arc::new(identify(name, bytes)), bytes: Ok(bytes), entry: false };
    let refused = |refusal| Found { bytes: Err(refusal), ..whole(bytes) };
    let Some(mut archive) = open_archive(name, bytes, limits) else { return take(whole(bytes)) };
    let paths: Vec<(usize, String)> = (0..archive.len())
        .filter_map(|index| Some((index, entry_path(&archive, index)?)))
        .filter(|(_, path)| is_file(path))
        .collect();
    if paths.is_empty() {
        return take(refused(refusal::not_a_table("表のファイルが入っていないzip")));
    }
    if paths.len() > limits.files {
        return take(refused(refusal::too_large(format!("zipの中のファイルが{}を超えています。", limits.files))));
    }
    let mut inflater = Inflater::new(limits, bytes.len());
    let mut used = HashSet::new();
    for (index, path) in paths {
        let entry = shown_name(&path, &mut used);
        let name = format!("{name}／{entry}");
        match inflater.entry(&mut archive, index, &entry) {
            Ok(bytes) => {
                let nested = open_archive(&name, &bytes, limits).is_some();
                let file = Arc::new(identify(&name, &bytes));
                let bytes = if nested { Err(refusal::nested_archive()) } else { Ok(bytes.as_slice()) };
                take(Found { file, bytes, entry: true });
            }
            Err(refusal) => {
                let file = Arc::new(SourceFile { name, sha256: String::new(), exported: None, ours: false });
                take(Found { file, bytes: Err(refusal), entry: true });
            }
        }
    }
}

/// `None` when the bytes are no zip of files; then the usual readers decide.
fn open_archive<'a>(name: &str, bytes: &'a [u8], limits: &Limits) -> Option<Archive<'a>> {
    let zip = sniff::container(name, bytes).is_ok_and(|kind| kind == sniff::Container::Zip);
    if !zip || bytes.len() as u64 > limits.file_bytes {
        return None;
    }
    let archive = gate::open(bytes, limits).ok()?;
    matches!(gate::kind(&archive), Ok(ZipKind::Files)).then_some(archive)
}

/// The entry's path: UTF-8, else CP932, which Windows' own zip folders write.
fn entry_path(archive: &Archive<'_>, index: usize) -> Option<String> {
    let raw = archive.file_names_raw().nth(index)?.to_vec();
    match String::from_utf8(raw) {
        Ok(path) => Some(path),
        Err(error) => Some(SHIFT_JIS.decode_without_bom_handling(error.as_bytes()).0.into_owned()),
    }
}

/// Leaves out folders and what systems pack along.
fn is_file(path: &str) -> bool {
    let base = base_name(path);
    !(base.is_empty()
        || base.starts_with('.')
        || base.starts_with("~$")
        || path.starts_with("__MACOSX/")
        || base.eq_ignore_ascii_case("thumbs.db")
        || base.eq_ignore_ascii_case("desktop.ini"))
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The name without folders; with its folders when two entries share it.
fn shown_name(path: &str, used: &mut HashSet<String>) -> String {
    let clean = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let base = clean(base_name(path));
    if used.insert(base.clone()) {
        return base;
    }
    let long = clean(&path.replace(['/', '\\'], "／"));
    used.insert(long.clone());
    long
}
