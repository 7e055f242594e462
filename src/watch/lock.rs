//! One engine a workspace, and asking it to stop: both by files, so that it works for every user of a terminal server.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::store::LEDGER_FOLDER;

const LOCK: &str = "見張り.lock";
const STOP: &str = "見張り.stop";

/// The lock of a workspace; it goes with the process, however that ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    stop: PathBuf,
}

impl Lock {
    /// Takes the lock. A request to stop that nobody was there to hear is removed.
    pub(super) fn take(workspace: &Path) -> Result<Self> {
        let (path, file) = open(workspace)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Usage(format!(
                    "作業フォルダー『{}』は、別の chiiki-sheet が処理しています（状態.txt で様子が分かります）。\
                     終わらせるには chiiki-sheet stop を実行してください。",
                    workspace.display()
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(Error::io(path, "使用", "書き込める場所かどうか確かめてください。")(
                    error,
                ));
            }
        }
        let stop = workspace.join(LEDGER_FOLDER).join(STOP);
        let lock = Self { file, stop };
        lock.stop_requested();
        Ok(lock)
    }

    /// Whether somebody asked to stop; the request is taken.
    pub(super) fn stop_requested(&self) -> bool {
        // Renamed while we work, the workspace takes the file beside along; the lock itself stays ours under any name.
        let inside = self.file.metadata().is_ok_and(|lock| lock.len() > 0) && self.file.set_len(0).is_ok();
        let beside = self.stop.exists();
        if beside {
            remove(&self.stop);
        }
        inside || beside
    }
}

fn open(workspace: &Path) -> Result<(PathBuf, File)> {
    let hint = "書き込める場所かどうか確かめてください。";
    let ledger = workspace.join(LEDGER_FOLDER);
    fs::create_dir_all(&ledger).map_err(Error::io(&ledger, "作成", hint))?;
    let path = ledger.join(LOCK);
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    // Made by another user of the PC: reading is enough to see whether it is held.
    let file = file.or_else(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => File::open(&path),
        _ => Err(error),
    });
    let file = file.map_err(Error::io(&path, "使用", hint))?;
    Ok((path, file))
}

fn remove(path: &Path) {
    // Not there is what is wanted; what cannot be removed is asked again the next time.
    let _ = fs::remove_file(path);
}

/// Whether an engine works in the workspace.
///
/// # Errors
/// A folder that cannot be opened.
pub fn is_running(workspace: &Path) -> Result<bool> {
    let (path, file) = open(workspace)?;
    match file.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => {
            Err(Error::io(path, "使用", "もう一度実行してください。")(error))
        }
    }
}

/// What became of a request to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Nothing was running.
    NotRunning,
    /// It ended.
    Ended,
    /// It has not ended yet; it will after the file it is at.
    StillWorking,
}

/// Asks the engine of a workspace to stop and waits for it.
///
/// # Errors
/// A folder that cannot be written to.
pub fn stop(workspace: &Path, patience: Duration) -> Result<Stopped> {
    if !is_running(workspace)? {
        return Ok(Stopped::NotRunning);
    }
    // Where it can be written to; Windows keeps others from the lock, but renames no folder in which files are open.
    let _ = open(workspace).and_then(|(path, mut file)| {
        file.write_all(b"stop").map_err(Error::io(path, "保存", "もう一度実行してください。"))
    });
    let request = workspace.join(LEDGER_FOLDER).join(STOP);
    fs::write(&request, b"").map_err(Error::io(&request, "保存", "書き込める場所かどうか確かめてください。"))?;
    let start = Instant::now();
    while start.elapsed() < patience {
        std::thread::sleep(Duration::from_millis(100));
        if !is_running(workspace)? {
            return Ok(Stopped::Ended);
        }
    }
    Ok(Stopped::StillWorking)
}
