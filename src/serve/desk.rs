//! What the service needs of whoever watches the folders: drops, sheets made, and a hand on the bell.

use serde::Serialize;

use crate::journal::Remark;

/// What became of one dropped file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Dropped {
    /// Names it in addresses
    pub id: String,
    /// File name
    pub name: String,
    /// When it was first seen, `2026-11-22T10:00:00+09:00`
    pub at: String,
    /// `read`, `refused`, `empty`, `waiting`, `settling`, `doing`, `failed`, `duplicate`, `answered`;
    /// beyond these the page hears `declined`
    pub outcome: String,
    /// Layout, where one was recognised
    pub layout: Option<String>,
    /// The stable word of what is wrong with it
    pub code: Option<String>,
    /// What happened, or the question
    pub message: String,
    /// What to do next
    pub hint: String,
    /// Where it lies now, within the workspace
    pub filed_to: Option<String>,
    /// Names of the books it went into
    #[serde(skip)]
    pub books: Vec<String>,
    /// What a person should know
    pub diagnostics: Vec<Remark>,
    /// The same content came before under this id
    pub duplicate_of: Option<String>,
    /// Hash of the content, where it was read
    #[serde(skip)]
    pub sha256: Option<String>,
}

/// One time something was made of an insurer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Making {
    /// When
    pub at: String,
    /// File name in 出力
    #[serde(skip)]
    pub book: String,
}

/// How the watching goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Watching {
    /// `running`, `polling` or `stopped`
    pub watching: String,
    /// The folder is there
    pub folder_ok: bool,
    /// Files not looked at yet, and files still being written
    pub inbox: Inbox,
    /// Folders in 受付, which nobody looks into
    pub folders: usize,
    /// What hinders the work
    pub problem: Option<String>,
    /// Why sheets of the settings could not be made
    pub not_made: Option<String>,
    /// What is being done now, and how far it is
    pub work: Option<(String, usize, usize)>,
    /// A person told it to rest; what lies in 受付 stays there
    pub paused: bool,
}

/// Files in 受付.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Inbox {
    /// Waiting for their turn
    pub waiting: usize,
    /// Still being written
    pub settling: usize,
}

/// How often the watcher is asked whether it is done writing.
const ASK_AGAIN: std::time::Duration = std::time::Duration::from_millis(20);

/// Who watches a workspace.
pub trait Desk: Send + Sync {
    /// Goes up with everything that happens.
    fn generation(&self) -> u64;
    /// How it goes.
    fn watching(&self) -> Watching;
    /// What became of files, the newest first.
    fn drops(&self, most: usize) -> Vec<Dropped>;
    /// What was made, the newest first.
    fn makings(&self, most: usize) -> Vec<Making>;
    /// There is something new in 受付.
    fn wake(&self);
    /// The last lines of the log, oldest first.
    fn log(&self, most: usize) -> Vec<LogLine>;
    /// Keeps the watcher from writing while this service does; `None` while it writes itself.
    fn try_exclusive<'a>(&'a self) -> Option<Box<dyn Hold + 'a>>;
    /// As [`Desk::try_exclusive`], asked again until `stop` says that nobody waits for it any more.
    fn exclusive_unless<'a>(&'a self, stop: &dyn Fn() -> bool) -> Option<Box<dyn Hold + 'a>> {
        loop {
            if let Some(hold) = self.try_exclusive() {
                return Some(hold);
            }
            if stop() {
                return None;
            }
            std::thread::sleep(ASK_AGAIN);
        }
    }
    /// The watcher rests after the file it is at, or goes on.
    fn pause(&self, rest: bool);
    /// The watching ends.
    fn stop(&self);
}

/// A line of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// When
    pub at: String,
    /// `info`, `warning`, `error`
    pub level: String,
    /// What
    pub text: String,
}

/// Something that is let go of by dropping it.
pub trait Hold {}

impl<T> Hold for T {}

/// A workspace nobody watches: what lies in 受付 stays there.
#[derive(Debug)]
pub struct Unwatched {
    inbox: std::path::PathBuf,
    writing: std::sync::Mutex<()>,
}

impl Unwatched {
    /// Of a workspace.
    pub fn new(workspace: &crate::workspace::Workspace) -> Self {
        Self { inbox: workspace.folder(crate::workspace::INBOX), writing: std::sync::Mutex::default() }
    }
}

impl Desk for Unwatched {
    fn generation(&self) -> u64 {
        0
    }

    fn watching(&self) -> Watching {
        let entries = std::fs::read_dir(&self.inbox);
        let folder_ok = entries.is_ok();
        let waiting = entries.into_iter().flatten().flatten().filter(|entry| entry.path().is_file()).count();
        Watching {
            watching: "stopped".to_owned(),
            folder_ok,
            inbox: Inbox { waiting, settling: 0 },
            ..Watching::default()
        }
    }

    fn drops(&self, _: usize) -> Vec<Dropped> {
        Vec::new()
    }

    fn makings(&self, _: usize) -> Vec<Making> {
        Vec::new()
    }

    fn wake(&self) {}

    fn log(&self, _: usize) -> Vec<LogLine> {
        Vec::new()
    }

    fn try_exclusive<'a>(&'a self) -> Option<Box<dyn Hold + 'a>> {
        match self.writing.try_lock() {
            Ok(guard) => Some(Box::new(guard)),
            Err(std::sync::TryLockError::Poisoned(poisoned)) => Some(Box::new(poisoned.into_inner())),
            Err(std::sync::TryLockError::WouldBlock) => None,
        }
    }

    fn pause(&self, _: bool) {}

    fn stop(&self) {}
}
