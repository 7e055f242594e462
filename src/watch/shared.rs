//! What the engine shares with the service that runs beside it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use serde::Serialize;

use super::wake::Bell;
use crate::workspace::Workspace;

/// How the folder is watched now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Watching {
    /// Not begun yet
    #[default]
    Starting,
    /// The system tells of changes; a timer looks as well.
    Events,
    /// A timer looks; why no events are used
    Poll {
        /// 「ネットワーク上のフォルダーのため」 …
        why: String,
    },
    /// 受付 is not there; it is waited for.
    FolderMissing,
}

/// Work under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Work {
    /// 「読み取り中」 …
    pub what: &'static str,
    /// How many are done
    pub done: usize,
    /// Of how many
    pub total: usize,
    /// The file or the area it is at
    pub name: String,
}

/// What the engine says while it works, for a terminal beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// A line of the log
    Line(&'a str),
    /// Work goes on
    Work(&'a Work),
    /// The work is done for now
    Rest,
}

/// Hears [`News`].
pub type Listener = dyn Fn(News<'_>) + Send + Sync;

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// How the folder is watched
    pub watching: Watching,
    /// Files in 受付 that were written to a moment ago
    pub settling: usize,
    /// Files in 受付 that are not handled yet
    pub waiting: usize,
    /// Files in 受付 that another program holds
    pub held: usize,
    /// Folders in 受付, which are not taken
    pub folders: usize,
    /// What is being done
    pub work: Option<Work>,
    /// What stands in the way, in Japanese
    pub problems: Vec<String>,
    /// Of these, why sheets could not be made
    pub not_made: Vec<String>,
    /// What a person should know of the sheets made last, such as that one has another name
    pub notices: Vec<String>,
    /// Rounds of work since the start
    pub rounds: u64,
    /// Whether it is about to end
    pub stopping: bool,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) workspace: Workspace,
    pub(super) bell: Arc<Bell>,
    stopping: AtomicBool,
    paused: AtomicBool,
    snapshot: Mutex<Snapshot>,
    writer: Mutex<()>,
}

impl Shared {
    pub(super) fn new(workspace: Workspace) -> Self {
        Self {
            workspace,
            bell: Arc::default(),
            stopping: AtomicBool::new(false),
            paused: AtomicBool::new(false),
            snapshot: Mutex::default(),
            writer: Mutex::default(),
        }
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.snapshot.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The engine as others in the process see it.
#[derive(Clone, Debug)]
pub struct Handle(pub(super) Arc<Shared>);

impl Handle {
    /// Looks into 受付 now, and tries again what failed.
    pub fn wake(&self) {
        self.0.bell.ring(|rung| rung.poked = true);
    }

    /// Ends after the file it is at.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Whether it is about to end.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::SeqCst)
    }

    /// Rests after the file it is at, or goes on. What lies in 受付 stays there meanwhile.
    pub fn pause(&self, rest: bool) {
        self.0.paused.store(rest, Ordering::SeqCst);
        self.wake();
    }

    /// Whether it was told to rest.
    pub fn is_paused(&self) -> bool {
        self.0.paused.load(Ordering::SeqCst)
    }

    /// How things stand.
    pub fn snapshot(&self) -> Snapshot {
        let snapshot = self.0.snapshot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Snapshot { stopping: self.is_stopping(), ..snapshot }
    }

    /// The folder it works in.
    pub fn workspace(&self) -> &Workspace {
        &self.0.workspace
    }

    /// One writer at a time: held by the engine while it works, and by whoever else writes sheets or the store.
    pub fn exclusive(&self) -> MutexGuard<'_, ()> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`Handle::exclusive`], or `None` while somebody else writes.
    pub fn try_exclusive(&self) -> Option<MutexGuard<'_, ()>> {
        match self.0.writer.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
