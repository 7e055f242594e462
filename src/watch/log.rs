//! A log a person can read: file names and outcomes, never what stands in the files.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::shared::{Listener, News};
use crate::clock::Moment;

/// The folder of the workspace the log lies in.
pub const LOG_FOLDER: &str = "記録";

const NAME: &str = "動作記録.txt";
/// The one before, when the newest grew too long.
const OLDER: &str = "動作記録_前.txt";
/// The size both together may have, unless the settings say otherwise.
const CAP: u64 = 5_000_000;

/// The last lines of a workspace's log, oldest first: time and text.
pub fn last_lines(workspace: &Path, most: usize) -> Vec<(String, String)> {
    let text = fs::read_to_string(workspace.join(LOG_FOLDER).join(NAME)).unwrap_or_default();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let split = |line: &&str| line.split_once('　').map(|(at, text)| (at.to_owned(), text.to_owned()));
    lines.iter().skip(lines.len().saturating_sub(most)).filter_map(split).collect()
}

/// The log of a workspace. What cannot be written is lost: the log must never stop the work.
pub(super) struct Log {
    folder: PathBuf,
    listener: Arc<Listener>,
    last: String,
    cap: u64,
}

impl Log {
    pub(super) fn new(workspace: &Path, listener: Arc<Listener>) -> Self {
        Self { folder: workspace.join(LOG_FOLDER), listener, last: String::new(), cap: CAP }
    }

    /// The size the log may grow to, in MB (1,000,000 bytes).
    pub(super) fn cap(&mut self, megabytes: u32) {
        self.cap = u64::from(megabytes.max(1)) * 1_000_000;
    }

    /// Writes a line, and says it to whoever listens.
    pub(super) fn line(&mut self, now: Moment, text: &str) {
        (self.listener)(News::Line(text));
        let _ = self.try_line(now, text);
    }

    /// Writes a line unless the one before said the same: a failure that lasts is told once.
    pub(super) fn once(&mut self, now: Moment, text: &str) {
        if self.last != text {
            self.line(now, text);
        }
    }

    fn try_line(&mut self, now: Moment, text: &str) -> std::io::Result<()> {
        text.clone_into(&mut self.last);
        // Only in a workspace that is there: a renamed one must not come to life again under its old name.
        match fs::create_dir(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let path = self.folder.join(NAME);
        let size = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let full = size > self.cap / 2;
        if full {
            fs::rename(&path, self.folder.join(OLDER))?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        // Notepad shows Japanese surely when the file begins with a byte order mark.
        let mark = if size == 0 || full { "\u{feff}" } else { "" };
        let text = text.replace(['\r', '\n'], " ");
        file.write_all(format!("{mark}{now}　{text}\r\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_stays_small_and_keeps_the_newest() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::new(dir.path(), Arc::new(|_| {}));
        log.cap(1);
        let text = "あ".repeat(1_000);
        for number in 0..600 {
            log.line(Moment(0), &format!("{number} {text}"));
        }
        let read = |name: &str| fs::read_to_string(dir.path().join(LOG_FOLDER).join(name)).unwrap();
        let (new, old) = (read(NAME), read(OLDER));
        assert!(new.len() <= 504_000 && old.len() <= 504_000, "{} {}", new.len(), old.len());
        assert!(new.starts_with('\u{feff}') && new.contains("599 ") && old.starts_with('\u{feff}'));
        assert_eq!(new.lines().count(), new.matches("\r\n").count());
    }

    #[test]
    fn a_lasting_failure_is_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::new(dir.path(), Arc::new(|_| {}));
        for _ in 0..3 {
            log.once(Moment(0), "ディスクがいっぱいです");
        }
        let text = fs::read_to_string(dir.path().join(LOG_FOLDER).join(NAME)).unwrap();
        assert_eq!(text.lines().count(), 1);
    }
}
