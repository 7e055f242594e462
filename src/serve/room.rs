//! An open workspace as the service works in it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::bench::{Bench, Held};
use super::desk::{Desk, Hold};
use super::http::Problem;
use super::jobs::Jobs;
use super::library::{Library, Sheet};
use super::notes::Notes;
use crate::error::{Cancel, Error, Result};
use crate::handout::Typesetter;
use crate::store::LEDGER_FOLDER;
use crate::workspace::Workspace;

/// Everything that belongs to one workspace.
pub struct Room {
    /// The folder
    pub workspace: Workspace,
    /// The figures
    pub bench: Bench,
    /// The sheets
    pub library: Arc<Library>,
    /// What is asked for
    pub jobs: Jobs,
    /// Who watches the folders
    pub desk: Arc<dyn Desk>,
    /// What the page remembers
    pub notes: Notes,
    /// Where papers are set
    pub typesetter: fn() -> Result<Typesetter>,
    /// When the disk was tried last, and how it went
    disk: Mutex<Option<(Instant, bool)>>,
    loading: AtomicBool,
}

/// How often a person's word to stop is asked for.
const ASK_AGAIN: Duration = Duration::from_millis(20);
/// How long a save waits for the watcher.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a trial of the disk counts.
const DISK_TRIAL: Duration = Duration::from_secs(30);

impl Room {
    /// Opens a workspace.
    ///
    /// # Errors
    /// Settings that cannot be understood do not count: the page tells them. A machine without threads does.
    pub fn open(
        workspace: Workspace,
        desk: Arc<dyn Desk>,
        typesetter: fn() -> Result<Typesetter>,
    ) -> Result<Arc<Self>> {
        let catalog = workspace.catalog().unwrap_or_else(|_| crate::catalog::Catalog::shipped().clone());
        let room = Arc::new(Self {
            bench: Bench::new(workspace.clone()),
            library: Library::open(&workspace, catalog),
            jobs: Jobs::new(),
            notes: Notes::open(&workspace),
            workspace,
            desk,
            typesetter,
            disk: Mutex::new(None),
            loading: AtomicBool::new(false),
        });
        Jobs::start(&room)?;
        // The first look at the page should find the figures and the list ready.
        room.freshen();
        Ok(room)
    }

    /// Loads what changed behind the scenes, so that the next look does not wait for it.
    pub fn freshen(self: &Arc<Self>) {
        if !self.bench.is_stale() || self.loading.swap(true, Ordering::SeqCst) {
            return;
        }
        let weak = Arc::downgrade(self);
        let spawned = std::thread::Builder::new().name("serve-load".to_owned()).spawn(move || {
            if let Some(room) = weak.upgrade() {
                let _ = room.bench.held();
                let _ = room.library.sheets();
                room.loading.store(false, Ordering::SeqCst);
            }
        });
        if spawned.is_err() {
            self.loading.store(false, Ordering::SeqCst);
        }
    }

    /// Whether a few bytes can be written: a full disk and a read-only share show so on every system.
    pub fn disk_ok(&self) -> bool {
        let mut last = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, fine)) = *last
            && at.elapsed() < DISK_TRIAL
        {
            return fine;
        }
        let write = || -> std::io::Result<()> {
            let folder = self.workspace.folder(LEDGER_FOLDER);
            let mut file = tempfile::Builder::new().prefix(".chiiki-").suffix(".tmp").tempfile_in(folder)?;
            std::io::Write::write_all(&mut file, &[0u8; 4096])
        };
        let fine = write().is_ok() || !self.workspace.folder(LEDGER_FOLDER).is_dir();
        *last = Some((Instant::now(), fine));
        fine
    }

    /// The figures.
    ///
    /// # Errors
    /// As told to the page.
    pub fn held(&self) -> std::result::Result<Arc<Held>, Problem> {
        self.bench.held().map_err(problem)
    }

    /// The figures, or a person's word to stop: loading them goes on behind the scenes, for whoever looks next.
    ///
    /// # Errors
    /// As told to the page.
    pub fn held_unless(self: &Arc<Self>, cancel: &Cancel) -> std::result::Result<Arc<Held>, Problem> {
        let (tell, told) = channel();
        let room = self.clone();
        let spawned =
            std::thread::Builder::new().name("serve-load".to_owned()).spawn(move || tell.send(room.bench.held()));
        if spawned.is_err() {
            return self.held();
        }
        loop {
            match told.recv_timeout(ASK_AGAIN) {
                Ok(held) => return held.map_err(problem),
                Err(RecvTimeoutError::Timeout) => cancel.check().map_err(problem)?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(problem(Error::Internal("the figures could not be loaded".to_owned())));
                }
            }
        }
    }

    /// Keeps the watcher from writing, or a person's word to stop.
    ///
    /// # Errors
    /// The job was cancelled meanwhile.
    pub fn one_writer(&self, cancel: &Cancel) -> std::result::Result<Box<dyn Hold + '_>, Problem> {
        let hold = self.desk.exclusive_unless(&|| cancel.is_asked());
        cancel.check().map_err(problem)?;
        hold.ok_or_else(|| problem(Error::Cancelled))
    }

    /// Keeps the watcher from writing, or tells that it is at work for long.
    ///
    /// # Errors
    /// It does not end in the time somebody waits for an answer.
    pub fn writer_soon(&self) -> std::result::Result<Box<dyn Hold + '_>, Problem> {
        let started = Instant::now();
        self.desk.exclusive_unless(&|| started.elapsed() > PATIENCE).ok_or_else(|| {
            let hint = "取り込みが終わってから、もう一度保存してください。書いた文章はこの画面に残っています。";
            Problem::new(503, "busy", "いまファイルを取り込んでいるため、まだ保存していません。", hint)
        })
    }

    /// A sheet by its id.
    ///
    /// # Errors
    /// There is none (any more).
    pub fn sheet(&self, id: &str) -> std::result::Result<Sheet, Problem> {
        self.library.sheet(id).ok_or_else(|| {
            let hint = "一覧を更新してください。名前を変えたか、「出力」から動かしたのかもしれません。";
            Problem::new(404, "sheet-not-found", "このシートは「出力」フォルダーにありません。", hint)
        })
    }
}

/// An error as the page tells it.
pub fn problem(error: Error) -> Problem {
    let text = error.to_string();
    match error {
        Error::Usage(text) => {
            // A sentence of several parts: the last one says what to do.
            Problem::new(422, "usage", text, "")
        }
        Error::Io { source, .. } if is_too_long(&source) => {
            Problem::new(422, "name-too-long", text, "ファイルの名前を短くして、もう一度試してください。")
        }
        Error::Io { source, .. } if is_full(&source) => {
            Problem::new(503, "disk-full", text, "ディスクの空き容量を増やして、もう一度試してください。")
        }
        Error::Io { .. } => Problem::new(503, "io", text, "もう一度試してください。"),
        Error::Store { .. } => Problem::new(503, "store", text, ""),
        Error::Cancelled => Problem::new(409, "cancelled", text, ""),
        Error::Internal(_) => Problem::new(500, "internal", text, "開発者に知らせてください。"),
    }
}

fn is_too_long(source: &std::io::Error) -> bool {
    // Windows: the whole path is too long, and it says so by a number or by calling the name wrong.
    source.kind() == std::io::ErrorKind::InvalidFilename
        || (cfg!(windows) && matches!(source.raw_os_error(), Some(123 | 206)))
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}
