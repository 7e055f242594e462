//! Writing a finished file: whole or not at all, and never over something that is not ours.
//!
//! The bytes go to a temporary file in the same folder, to the disk, and only then to their name. The file system
//! stands behind [`FileSystem`], so that tests can make any step fail the way Windows does.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::naming;
use crate::diagnostic::{Diagnostic, Place};
use crate::disk::fault;
use crate::error::{Error, Result};
use crate::model::Date;

pub use crate::disk::{FileSystem, Found, RealFiles};

/// What may happen to a file that already has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// It is ours: the new one takes its place.
    Ours,
    /// It is not ours: it is never touched, and the new one is written beside it.
    Never,
}

/// Where the bytes lie now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The file; not of the wanted name when something was in the way, see `notice`.
    pub path: PathBuf,
    /// Whether an older file gave way.
    pub replaced: bool,
    /// `false` when a file of these very bytes lay there already; its date is kept.
    pub written: bool,
    /// Why the file has another name.
    pub notice: Option<Diagnostic>,
}

/// Waits before trying again when another program holds the target: virus scanners and indexers let go soon.
const PATIENCE: [Duration; 3] = [Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800)];
/// The last number tried in `名前 (2).xlsx`.
const LAST_NUMBER: u32 = 99;
/// Temporary files older than this were left by a run that was killed.
const LEFTOVER_AGE: Duration = Duration::from_secs(60 * 60);

/// Writes `bytes` as `dir/file_name`; the folder is made when it is missing.
///
/// A file of equal bytes is left as it is. When the target is open in Excel, or is not ours, the bytes go to
/// `名前 (2).xlsx` beside it and [`Published::notice`] says why.
///
/// # Errors
/// `Io` when the folder cannot be written, the disk is full, …; then nothing was changed and no part is left behind.
/// `Internal` when `file_name` is no plain name.
pub fn publish(dir: &Path, file_name: &str, bytes: &[u8], replace: Replace) -> Result<Published> {
    publish_with(&RealFiles, dir, file_name, bytes, replace)
}

/// [`publish`] on any file system.
///
/// # Errors
/// As [`publish`].
pub fn publish_with(
    files: &dyn FileSystem,
    dir: &Path,
    file_name: &str,
    bytes: &[u8],
    replace: Replace,
) -> Result<Published> {
    check_plain(file_name)?;
    files.create_dir(dir).map_err(|error| not_saved(dir, error))?;
    remove_leftovers(files, dir);

    let target = dir.join(file_name);
    let found = files.look(&target).unwrap_or(Found::Unreadable);
    if found.is(bytes) {
        return Ok(Published { path: target, replaced: false, written: false, notice: None });
    }
    fault::point("publish-before-write");
    let temp = Temp::write(files, dir, bytes).map_err(|error| not_saved(&target, error))?;
    fault::point("publish-before-rename");
    let outcome = match (&found, replace) {
        (Found::Nothing, _) => patiently(files, || files.rename_new(&temp.path, &target)),
        (Found::File(_) | Found::Unreadable, Replace::Ours) => patiently(files, || files.rename(&temp.path, &target)),
        (Found::Folder, _) | (_, Replace::Never) => Err(io::ErrorKind::AlreadyExists.into()),
    };
    let why = match outcome {
        Ok(()) => {
            fault::point("publish-after-rename");
            files.sync_dir(dir);
            fault::point("publish-done");
            let replaced = !matches!(found, Found::Nothing);
            return Ok(Published { path: target, replaced, written: true, notice: None });
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Obstacle::Foreign,
        Err(error) if is_held(&error) => Obstacle::Held,
        Err(error) => return Err(not_saved(&target, error)),
    };
    let (path, written) = place_beside(files, &temp, dir, file_name, bytes)?;
    Ok(Published { notice: Some(why.notice(file_name, &path)), path, replaced: false, written })
}

/// Copies a file beside itself before it is changed: `名前_控え_2026-11-22.xlsx`, numbered when that name is taken by
/// other content. The copy is read back and compared by hash.
///
/// # Errors
/// `Io` when the file cannot be read, or the copy cannot be written or differs from it.
pub fn backup_copy(path: &Path, date: Date) -> Result<PathBuf> {
    backup_copy_with(&RealFiles, path, date)
}

/// [`backup_copy`] on any file system.
///
/// # Errors
/// As [`backup_copy`].
pub fn backup_copy_with(files: &dyn FileSystem, path: &Path, date: Date) -> Result<PathBuf> {
    const HINT: &str = "Excelで開いていたら閉じて、もう一度実行してください。";
    let read = |path: &Path| {
        let bytes = match files.look(path) {
            Ok(Found::File(bytes)) => Ok(bytes),
            Ok(Found::Nothing) => Err(io::ErrorKind::NotFound.into()),
            Ok(Found::Folder) => Err(io::ErrorKind::IsADirectory.into()),
            Ok(Found::Unreadable) => Err(io::ErrorKind::PermissionDenied.into()),
            Err(error) => Err(error),
        };
        bytes.map_err(Error::io(path, "読み取り", HINT))
    };
    let bytes = read(path)?;
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        Error::Usage(format!("『{}』の控えを作れませんでした。ファイル名を変えてください。", path.display()))
    })?;
    let name = naming::insert_before_extension(name, &format!("_控え_{date}"));
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let copy = publish_with(files, dir, &name, &bytes, Replace::Never)?.path;
    if Sha256::digest(read(&copy)?) == Sha256::digest(&bytes) {
        Ok(copy)
    } else {
        let differs = io::Error::new(io::ErrorKind::InvalidData, "the copy differs from the file");
        Err(Error::io(copy, "保存", "ディスクの状態を確かめてください。")(differs))
    }
}

/// Gives the temporary file the first numbered name that is free, or finds that one already holds these bytes.
fn place_beside(
    files: &dyn FileSystem,
    temp: &Temp<'_>,
    dir: &Path,
    file_name: &str,
    bytes: &[u8],
) -> Result<(PathBuf, bool)> {
    for number in 2..=LAST_NUMBER {
        let path = dir.join(naming::numbered(file_name, number));
        match files.look(&path) {
            Ok(Found::Nothing) => {}
            Ok(found) if found.is(bytes) => return Ok((path, false)),
            _ => continue,
        }
        match patiently(files, || files.rename_new(&temp.path, &path)) {
            Ok(()) => {
                files.sync_dir(dir);
                return Ok((path, true));
            }
            // Somebody was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(not_saved(&path, error)),
        }
    }
    Err(Error::Usage(format!(
        "『{}』と同じ名前のファイルが多すぎます。要らないものを別のフォルダーへ移して、もう一度実行してください。",
        dir.join(file_name).display()
    )))
}

/// A temporary file that is gone when this is, whatever happened; once renamed there is nothing left to remove.
struct Temp<'a> {
    files: &'a dyn FileSystem,
    path: PathBuf,
}

impl<'a> Temp<'a> {
    fn write(files: &'a dyn FileSystem, dir: &Path, bytes: &[u8]) -> io::Result<Self> {
        loop {
            let path = crate::disk::temp_path(dir);
            match files.write_new(&path, bytes) {
                Ok(()) => return Ok(Self { files, path }),
                // Another PC's, or a killed run's: not ours to remove. Every try has a new name.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    drop(Self { files, path });
                    return Err(error);
                }
            }
        }
    }
}

impl Drop for Temp<'_> {
    fn drop(&mut self) {
        // Not there any more in the good case; otherwise a later run removes what cannot be removed now.
        let _ = self.files.remove(&self.path);
    }
}

fn remove_leftovers(files: &dyn FileSystem, dir: &Path) {
    // Another process may be writing here right now: only what is old is a leftover.
    for (path, age) in files.temporary_files(dir) {
        if age > LEFTOVER_AGE {
            let _ = files.remove(&path);
        }
    }
}

fn patiently(files: &dyn FileSystem, mut step: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for pause in PATIENCE {
        match step() {
            Err(error) if is_held(&error) => files.wait(pause),
            done => return done,
        }
    }
    step()
}

/// What Windows says of a file that is open elsewhere: access denied, sharing violation, lock violation. The kind of
/// such an error differs by call, so the number counts.
fn is_held(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

enum Obstacle {
    Held,
    Foreign,
}

impl Obstacle {
    fn notice(&self, wanted: &str, path: &Path) -> Diagnostic {
        let written = path.file_name().unwrap_or_default().to_string_lossy();
        let notice = match self {
            Self::Held => Diagnostic::warning(
                "output-held",
                format!("Excelなどで開かれているか書き込みが禁止されているため、『{written}』に保存しました。"),
            )
            .hint("元のファイルは前のままです。閉じてからもう一度作ると、元の名前で保存します。"),
            Self::Foreign => Diagnostic::warning(
                "output-name-taken",
                format!("同じ名前の別のファイルがあるため、『{written}』に保存しました。"),
            )
            .hint("元からあるファイルには手を付けていません。"),
        };
        notice.at(Place::file(wanted))
    }
}

fn not_saved(path: &Path, error: io::Error) -> Error {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let hint = match error.kind() {
        StorageFull | QuotaExceeded => "ディスクの空き容量を増やして、もう一度実行してください。",
        ReadOnlyFilesystem => "書き込みできる場所を保存先にしてください。",
        PermissionDenied => "保存先のフォルダーに書き込めるか確かめてください。",
        _ => "保存先のフォルダーを確かめて、もう一度実行してください。",
    };
    Error::io(path, "保存", hint)(error)
}

/// Names come from the product, never with folders in them; a mistake there must not leave the output folder.
fn check_plain(file_name: &str) -> Result<()> {
    let mut parts = Path::new(file_name).components();
    let plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None) if name == file_name);
    if plain && !file_name.contains(['/', '\\', ':', '\0']) {
        Ok(())
    } else {
        Err(Error::Internal(format!("ファイル名として使えません: {file_name}")))
    }
}
