//! What this product asks of a file system.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use super::fault::{self, Op};

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

/// The file system as publishing uses it. Tests put one in between that fails where they want.
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

/// Size and time of a file, as far as a listing tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Bytes
    pub size: u64,
    /// Last written, in milliseconds since 1970
    pub modified_ms: i64,
}

/// One name of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Without folders
    pub name: String,
    /// `None` for a folder, or something else that is no file
    pub file: Option<Stat>,
}

/// What watching a folder asks beside that.
pub trait Files: FileSystem + Send + Sync {
    /// What lies in a folder, by name. What vanishes while it is listed is left out.
    ///
    /// # Errors
    /// The system's; `NotFound` for a folder that is not there.
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>>;

    /// Size and time of a file; `None` when no file has the name.
    ///
    /// # Errors
    /// The system's.
    fn stat(&self, path: &Path) -> io::Result<Option<Stat>>;

    /// Reads a file, no more than `limit` bytes and one. `deny_writers` fails (Windows: 32) while another program has
    /// the file open for writing; where the system knows no such thing it is passed over.
    ///
    /// # Errors
    /// The system's.
    fn read(&self, path: &Path, limit: u64, deny_writers: bool) -> io::Result<Vec<u8>>;
}

/// The disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFiles;

impl Files for RealFiles {
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        fault::io(Op::Read)?;
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            // A name that is no Unicode could not be written down in a journal either.
            let Ok(name) = entry.file_name().into_string() else { continue };
            match fs::metadata(entry.path()) {
                Ok(metadata) => entries.push(Entry { name, file: stat_of(&metadata) }),
                // Gone between the listing and now, or a link that leads nowhere.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // A link in a circle is no file, and no reason to see nothing else.
                Err(_) if entry.file_type().is_ok_and(|kind| kind.is_symlink()) => {
                    entries.push(Entry { name, file: None });
                }
                Err(error) => return Err(error),
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        fault::io(Op::Read)?;
        match fs::metadata(path) {
            Ok(metadata) => Ok(stat_of(&metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&self, path: &Path, limit: u64, deny_writers: bool) -> io::Result<Vec<u8>> {
        fault::io(Op::Read)?;
        let mut options = fs::OpenOptions::new();
        options.read(true);
        if deny_writers {
            share_with_readers_only(&mut options);
        }
        let mut bytes = Vec::new();
        options.open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Opening then fails while anybody has the file open for writing.
#[cfg(windows)]
fn share_with_readers_only(options: &mut fs::OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_READ: u32 = 1;
    options.share_mode(FILE_SHARE_READ);
}

#[cfg(not(windows))]
fn share_with_readers_only(_options: &mut fs::OpenOptions) {}

fn stat_of(metadata: &fs::Metadata) -> Option<Stat> {
    // Times before 1970 and of file systems that know none compare equal, which is all they are asked for.
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    metadata
        .is_file()
        .then(|| Stat { size: metadata.len(), modified_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX) })
}

impl FileSystem for RealFiles {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        if dir.is_dir() {
            return Ok(());
        }
        fault::io(Op::Write)?;
        fs::create_dir_all(dir)
    }

    fn look(&self, path: &Path) -> io::Result<Found> {
        fault::io(Op::Read)?;
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
        fault::io(Op::Write)?;
        let mut file = File::create_new(path)?;
        // A disk may be full in the middle of a file, and a process may end there.
        let (first, rest) = bytes.split_at(bytes.len() / 2);
        file.write_all(first)?;
        fault::point("file-half-written");
        fault::io(Op::Write)?;
        file.write_all(rest)?;
        fault::io(Op::Sync)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fault::io(Op::Rename)?;
        fs::rename(from, to)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        fault::io(Op::Rename)?;
        // The standard library has no rename that refuses to replace.
        let mut from = tempfile::TempPath::try_from_path(from)?;
        from.disable_cleanup(true);
        from.persist_noclobber(to).map_err(|error| error.error)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fault::io(Op::Rename)?;
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
pub fn temp_path(dir: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    dir.join(format!("{TEMP_PREFIX}{}-{count}{TEMP_SUFFIX}", std::process::id()))
}

/// The temporary files a process that was killed left in a folder.
///
/// # Errors
/// The system's.
pub fn leftovers_of(process: u32, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let begin = format!("{TEMP_PREFIX}{process}-");
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&begin) && is_temporary(&name) {
            found.push(entry.path());
        }
    }
    Ok(found)
}
