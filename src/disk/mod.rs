//! The disk behind a trait, and the places where tests make it fail.
//!
//! [`RealFiles`] is the disk; tests put another [`FileSystem`] in between. [`fault`] stops the process or fails a step
//! from inside, which is how the whole program is tried against power cuts and full disks; it does nothing in a
//! release build.

pub mod fault;
mod files;
mod share;

pub use files::{Entry, FileSystem, Files, Found, RealFiles, Stat, is_temporary, leftovers_of, temp_path};
pub use share::on_network_share;

use std::io;
use std::path::Path;

/// Reads a whole file.
///
/// # Errors
/// The system's.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    fault::io(fault::Op::Read)?;
    std::fs::read(path)
}

/// Reads a whole file of text.
///
/// # Errors
/// The system's; `InvalidData` for what is no UTF-8.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    fault::io(fault::Op::Read)?;
    std::fs::read_to_string(path)
}

/// Temporary file in the same folder, fsync, rename: after a power cut there is the old file or the new one.
///
/// # Errors
/// The system's; then what was there before is there still, and no part of the new file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temp = temp_path(folder);
    let written = RealFiles.write_new(&temp, bytes).and_then(|()| {
        fault::point("whole-written");
        RealFiles.rename(&temp, path)
    });
    if written.is_err() {
        // What cannot be removed now, the next start removes.
        let _ = RealFiles.remove(&temp);
    }
    written?;
    fault::point("whole-renamed");
    RealFiles.sync_dir(folder);
    Ok(())
}
