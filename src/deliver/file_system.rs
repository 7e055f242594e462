//! The few things publishing asks of a file system.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const TEMP_PREFIX: &str = ".chiiki-";
const TEMP_SUFFIX: &str = ".tmp";

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing
    Nothing,
    /// A file with its bytes
    File(Vec<u8>),
    /// A folder, or something else that is no file
    Folder,
    /// Something that cannot be read now
    Unreadable,
}

impl Found {
    /// Whether this is a file of exactly these bytes.
    pub fn is(&self, bytes: &[u8]) -> bool {
        matches!(self, Self::File(found) if found == bytes)
    }
}

/// The file system as [`publish`](super::publish()) uses it. Tests put one in between that fails where they want.
pub trait FileSystem {
    /// Makes a folder with its parents; content with one that exists.
    ///
    /// # Errors
    /// The system's.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// What lies at a path.
    ///
    /// # Errors
    /// The system's, where something is there that cannot be read.
    fn look(&self, path: &Path) -> io::Result<Found>;

    /// Writes a file that does not exist yet, down to the disk.
    ///
    /// # Errors
    /// The system's; a part of the file may then be there.
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Renames a file, in one step over whatever has the name.
    ///
    /// # Errors
    /// The system's; then nothing was renamed.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Renames a file to a name that nothing has.
    ///
    /// # Errors
    /// `AlreadyExists` when something has it; the system's. Then nothing was renamed.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Deletes a file.
    ///
    /// # Errors
    /// The system's.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Brings the names in a folder down to the disk, where that can be asked for.
    fn sync_dir(&self, dir: &Path);

    /// Our temporary files in a folder, and how long ago they were written.
    fn temporary_files(&self, dir: &Path) -> Vec<(PathBuf, Duration)>;

    /// Waits before the next try.
    fn wait(&self, pause: Duration);
}

/// The disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFiles;

impl FileSystem for RealFiles {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir)
    }

    fn look(&self, path: &Path) -> io::Result<Found> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => fs::read(path).map(Found::File),
            Ok(_) => Ok(Found::Folder),
            // A link that leads nowhere still has the name.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(if path.symlink_metadata().is_ok() { Found::Unreadable } else { Found::Nothing })
            }
            Err(error) => Err(error),
        }
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        // The standard library has no rename that refuses to replace.
        let mut from = tempfile::TempPath::try_from_path(from)?;
        from.disable_cleanup(true);
        from.persist_noclobber(to).map_err(|error| error.error)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) {
        if cfg!(unix) {
            // The file itself is on the disk; some network file systems know no fsync of a folder.
            let _ = File::open(dir).and_then(|dir| dir.sync_all());
        }
    }

    fn temporary_files(&self, dir: &Path) -> Vec<(PathBuf, Duration)> {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let ours = entries.filter(|entry| is_temporary(&entry.file_name().to_string_lossy()));
        ours.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.modified().ok()?.elapsed().ok()?))).collect()
    }

    fn wait(&self, pause: Duration) {
        std::thread::sleep(pause);
    }
}

/// Whether a file name is one of our temporary files'; they are never inputs.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMP_PREFIX) && name.ends_with(TEMP_SUFFIX)
}

/// A name no other thread or process uses.
pub(super) fn temp_path(dir: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    dir.join(format!("{TEMP_PREFIX}{}-{count}{TEMP_SUFFIX}", std::process::id()))
}
