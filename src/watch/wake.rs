//! What wakes the engine before its time: events of the system, the page, a request to stop.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, RemoveKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

/// Rings once however often it is rung: a burst of events cannot grow anything.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rung: Mutex<Rung>,
    heard: Condvar,
}

/// What was rung for since the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rung {
    /// Something happened in the folder.
    pub event: bool,
    /// Somebody wants work to begin now.
    pub poked: bool,
    /// The watcher is of no use any more.
    pub broken: Option<String>,
}

impl Bell {
    /// Rings.
    pub(super) fn ring(&self, change: impl FnOnce(&mut Rung)) {
        change(&mut self.rung.lock().unwrap_or_else(PoisonError::into_inner));
        self.heard.notify_all();
    }

    /// Waits until it is rung, at most so long, and takes what it was rung for.
    pub(super) fn wait(&self, pause: Duration) -> Rung {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |rung: &mut Rung| *rung == Rung::default();
        let (mut rung, _) = self.heard.wait_timeout_while(rung, pause, quiet).unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut rung)
    }
}

/// Watches a folder as long as it lives.
#[derive(Debug)]
pub(super) struct FolderWatcher {
    _watcher: RecommendedWatcher,
}

impl FolderWatcher {
    /// Starts watching.
    pub(super) fn start(folder: &Path, bell: Arc<Bell>) -> Result<Self, notify::Error> {
        let watched = folder.to_owned();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
            Ok(event) if is_noise(event.kind) => {}
            Ok(event) => {
                let folder_gone =
                    matches!(event.kind, EventKind::Remove(RemoveKind::Folder)) && event.paths.contains(&watched);
                bell.ring(|rung| {
                    rung.event = true;
                    if folder_gone {
                        rung.broken = Some("フォルダーが無くなりました".to_owned());
                    }
                });
            }
            Err(error) => bell.ring(|rung| {
                rung.event = true;
                rung.broken = Some(error.to_string());
            }),
        })?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(Self { _watcher: watcher })
    }
}

/// Our own reading of the files is told as events too.
fn is_noise(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}
