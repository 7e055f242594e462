//! The kept copies of the dropped files: one a content, read-only, written whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Place};
use crate::disk::{self, FileSystem, RealFiles, fault, write_whole};
use crate::error::{Error, FileError, Result};

const WRITE_HINT: &str = "フォルダーに書き込めるか、ディスクに空きがあるかを確かめてください。";
const READ_HINT: &str = "フォルダーを開けるか確かめてください。";

/// The SHA-256 of some bytes as 64 hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The answer to [`super::Store::put_original`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the bytes, 64 hexadecimal digits
    pub sha256: String,
    /// Whether no file of this content was kept before.
    pub new: bool,
}

/// One kept original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// SHA-256, 64 hexadecimal digits
    pub sha256: String,
    /// Every name it arrived under, first one first.
    pub names: Vec<String>,
    /// The year a person answered for it.
    pub year: Option<i32>,
    /// Set when the note beside the copy is missing or damaged: names and answered year are unknown.
    pub notice: Option<Diagnostic>,
    /// The number of its last arrival; `None` for what came before these were noted.
    pub(super) arrived: Option<i64>,
    read_as: Option<String>,
    path: PathBuf,
}

impl Original {
    /// The name it was last read under, else the first it came under, else its hash.
    pub fn name(&self) -> &str {
        self.read_as.as_deref().or(self.names.first().map(String::as_str)).unwrap_or(&self.sha256)
    }

    /// When the copy was made, as the disk says.
    pub(super) fn kept_at(&self) -> Option<std::time::SystemTime> {
        fs::metadata(&self.path).and_then(|data| data.modified()).ok()
    }

    /// The bytes, checked against the hash: a damaged copy never gives a figure.
    ///
    /// # Errors
    /// `original-unreadable` or `original-damaged`.
    pub fn bytes(&self) -> std::result::Result<Vec<u8>, Box<FileError>> {
        let place = || Place::file(self.name());
        let bytes = disk::read(&self.path)
            .map_err(|error| {
                FileError::refused(
                    "original-unreadable",
                    format!("保管した元のファイルを開けませんでした（{error}）。"),
                    "元のファイルをもう一度「受付」に入れてください。",
                )
                .at(place())
            })
            .map_err(Box::new)?;
        if sha256_hex(&bytes) == self.sha256 {
            Ok(bytes)
        } else {
            Err(Box::new(
                FileError::refused(
                    "original-damaged",
                    "保管した元のファイルの中身が変わっているため、使いませんでした。",
                    "元のファイルをもう一度「受付」に入れてください。",
                )
                .at(place()),
            ))
        }
    }
}

/// What is noted beside a copy: all that its bytes do not say.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Note {
    names: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read_as: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arrived: Option<i64>,
}

/// The folder of kept originals.
#[derive(Debug)]
pub(super) struct Originals {
    root: PathBuf,
}

impl Originals {
    pub(super) fn open(ledger: &Path) -> Result<Self> {
        let root = ledger.join("originals");
        RealFiles.create_dir(&root).map_err(Error::io(&root, "作成", WRITE_HINT))?;
        Ok(Self { root })
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<Stored> {
        let sha256 = sha256_hex(bytes);
        let path = self.path(&sha256)?;
        let kept = disk::read(&path).ok();
        if let Some(folder) = path.parent() {
            RealFiles.create_dir(folder).map_err(Error::io(folder, "作成", WRITE_HINT))?;
        }
        // The note first: a note without a copy is nothing, a copy without a note has lost its name.
        let mut note = self.note(&sha256)?.unwrap_or_default();
        if !note.names.iter().any(|known| known == name) {
            note.names.push(name.to_owned());
            self.write_note(&sha256, &note)?;
        }
        fault::point("original-note-written");
        if kept.as_deref() != Some(bytes) {
            write_copy(&path, bytes).map_err(Error::io(&path, "保存", WRITE_HINT))?;
        }
        Ok(Stored { sha256, new: kept.is_none() })
    }

    /// Notes under which name and with which answer a kept original was read, as which arrival.
    pub(super) fn note_reading(&self, sha256: &str, name: &str, year: Option<i32>, arrived: i64) -> Result<()> {
        if !self.path(sha256)?.is_file() {
            return Err(Error::Internal(format!("元のファイルを保管する前に記録しようとしました: {name} {sha256}")));
        }
        let before = self.note(sha256)?;
        let mut names = before.as_ref().map(|note| note.names.clone()).unwrap_or_default();
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        let after = Note { names, read_as: Some(name.to_owned()), year, arrived: Some(arrived) };
        if before.as_ref() == Some(&after) { Ok(()) } else { self.write_note(sha256, &after) }
    }

    /// Notes that a kept original came again.
    pub(super) fn note_arrival(&self, sha256: &str, arrived: i64) -> Result<()> {
        let note = self.note(sha256)?.unwrap_or_default();
        self.write_note(sha256, &Note { arrived: Some(arrived), ..note })
    }

    /// Deletes a copy and its note; `false` when there was none.
    pub(super) fn remove(&self, sha256: &str) -> Result<bool> {
        let path = self.path(sha256)?;
        allow_replacing(&path);
        let removed = remove_if_there(&path)?;
        remove_if_there(&self.note_path(sha256)?)?;
        Ok(removed)
    }

    /// Every kept original by hash; temporary files and strangers are passed over.
    pub(super) fn list(&self) -> Result<Vec<Original>> {
        let mut hashes = Vec::new();
        for folder in names_in(&self.root)? {
            let path = self.root.join(&folder);
            if path.is_dir() {
                hashes.extend(names_in(&path)?.into_iter().filter(|name| is_sha256(name) && name.starts_with(&folder)));
            }
        }
        hashes.sort_unstable();
        hashes.into_iter().map(|sha256| self.original(sha256)).collect()
    }

    fn original(&self, sha256: String) -> Result<Original> {
        let path = self.path(&sha256)?;
        let note = self.note(&sha256)?;
        let notice = note.is_none().then(|| {
            Diagnostic::warning("original-note-lost", "保管した元のファイルの、名前と年度の控えが読めませんでした。")
                .hint("年度のない表なら、もう一度「受付」に入れてください。")
                .at(Place::file(&sha256))
        });
        let Note { names, read_as, year, arrived } = note.unwrap_or_default();
        Ok(Original { sha256, names, year, notice, arrived, read_as, path })
    }

    /// The note of a copy; `None` when it is missing or damaged.
    fn note(&self, sha256: &str) -> Result<Option<Note>> {
        let path = self.note_path(sha256)?;
        match disk::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(path, "読み取り", READ_HINT)(error)),
        }
    }

    fn write_note(&self, sha256: &str, note: &Note) -> Result<()> {
        let path = self.note_path(sha256)?;
        let bytes = serde_json::to_vec(note).map_err(|error| Error::Internal(error.to_string()))?;
        write_whole(&path, &bytes).map_err(Error::io(path, "保存", WRITE_HINT))
    }

    pub(super) fn path(&self, sha256: &str) -> Result<PathBuf> {
        // Hashes become paths: nothing but a hash may.
        match sha256.get(..2) {
            Some(folder) if is_sha256(sha256) => Ok(self.root.join(folder).join(sha256)),
            _ => Err(Error::Internal(format!("SHA-256 ではありません: {sha256}"))),
        }
    }

    fn note_path(&self, sha256: &str) -> Result<PathBuf> {
        Ok(self.path(sha256)?.with_extension("json"))
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn names_in(folder: &Path) -> Result<Vec<String>> {
    let failed = |error| Error::io(folder, "読み取り", READ_HINT)(error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string().ok());
    }
    Ok(names)
}

fn remove_if_there(path: &Path) -> Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io(path, "削除", "ほかのソフトで開いていたら閉じて、もう一度実行してください。")(
            error,
        )),
    }
}

fn write_copy(path: &Path, bytes: &[u8]) -> io::Result<()> {
    allow_replacing(path);
    write_whole(path, bytes)?;
    fault::point("original-written");
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions)
}

/// Windows neither replaces nor deletes a read-only file; elsewhere only the folder's permissions count.
fn allow_replacing(path: &Path) {
    if !cfg!(windows) {
        return;
    }
    if let Ok(metadata) = fs::metadata(path) {
        let mut permissions = metadata.permissions();
        #[expect(
            clippy::permissions_set_readonly_false,
            reason = "reached on Windows only, where it is one attribute"
        )]
        permissions.set_readonly(false);
        // The replacing or deleting that follows reports what goes wrong here.
        let _ = fs::set_permissions(path, permissions);
    }
}
