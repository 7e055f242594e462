//! A workspace that is watched by an engine of this process: the service reads its journal.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::desk::{Desk, Dropped, Hold, Inbox, LogLine, Making, Watching};
use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::journal::{DropOutcome, DropRecord, DropState, Journal};
use crate::layout::in_words;
use crate::watch::{self, Engine, Handle, Options, Watching as How};
use crate::workspace::Workspace;

/// The engine of a workspace on a thread of its own, and its journal.
#[derive(Debug)]
pub struct Watched {
    handle: Handle,
    journal: Mutex<Journal>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Watched {
    /// Starts watching.
    ///
    /// # Errors
    /// Another process watches the workspace, or it cannot be written to.
    pub fn start(workspace: &Workspace, options: Options) -> Result<Self> {
        let mut engine = Engine::open(workspace.clone(), options)?;
        let handle = engine.handle();
        let journal = Mutex::new(Journal::open(workspace.root())?);
        let work = move || {
            // What stands in the way is told in the status and tried again; nothing comes back from here.
            let _ = engine.run();
        };
        let thread = std::thread::Builder::new().name("watch".to_owned()).spawn(work);
        let thread = thread.map_err(Error::io(workspace.root(), "監視", "もう一度実行してください。"))?;
        Ok(Self { handle, journal, thread: Mutex::new(Some(thread)) })
    }

    /// The engine.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk for Watched {
    fn generation(&self) -> u64 {
        self.journal().generation().ok().and_then(|generation| u64::try_from(generation).ok()).unwrap_or_default()
    }

    fn watching(&self) -> Watching {
        let snapshot = self.handle.snapshot();
        let watching = match &snapshot.watching {
            _ if snapshot.stopping => "stopped",
            How::Starting | How::Events => "running",
            How::Poll { .. } | How::FolderMissing => "polling",
        };
        let (not_made, hinders): (Vec<String>, Vec<String>) =
            snapshot.problems.into_iter().partition(|problem| snapshot.not_made.contains(problem));
        let told = |problems: Vec<String>| (!problems.is_empty()).then(|| problems.join("\n"));
        Watching {
            watching: watching.to_owned(),
            folder_ok: snapshot.watching != How::FolderMissing,
            inbox: Inbox { waiting: snapshot.waiting, settling: snapshot.settling },
            folders: snapshot.folders,
            problem: told(hinders),
            not_made: told(not_made),
            paused: self.handle.is_paused(),
            work: snapshot.work.map(|work| (format!("{}　{}", work.what, work.name), work.done, work.total)),
        }
    }

    fn drops(&self, most: usize) -> Vec<Dropped> {
        let journal = self.journal();
        let drops = journal.drops(most).unwrap_or_default();
        let outputs = journal.outputs(10_000).unwrap_or_default();
        let name = |id: &i64| outputs.iter().find(|output| output.id == *id).map(|output| file_name(&output.path));
        drops.into_iter().map(|drop| dropped(&drop, drop.made.iter().filter_map(name).collect())).collect()
    }

    fn makings(&self, most: usize) -> Vec<Making> {
        let outputs = self.journal().outputs(most).unwrap_or_default();
        outputs.iter().map(|output| Making { at: time(output.made), book: file_name(&output.path) }).collect()
    }

    fn wake(&self) {
        self.handle.wake();
    }

    fn log(&self, most: usize) -> Vec<LogLine> {
        let lines = watch::last_lines(self.handle.workspace().root(), most);
        lines
            .into_iter()
            .map(|(at, text)| LogLine { at: at.replace(' ', "T") + "+09:00", level: "info".to_owned(), text })
            .collect()
    }

    fn try_exclusive<'a>(&'a self) -> Option<Box<dyn Hold + 'a>> {
        Some(Box::new(self.handle.try_exclusive()?))
    }

    fn pause(&self, rest: bool) {
        self.handle.pause(rest);
    }

    fn stop(&self) {
        self.handle.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // It ends after the file it is at; a panic in it has been told already.
            let _ = thread.join();
        }
    }
}

fn dropped(drop: &DropRecord, books: Vec<String>) -> Dropped {
    let outcome = match (drop.outcome, drop.state) {
        (None, DropState::Seen) => "settling",
        (None, DropState::Gone) => "gone",
        (None, _) => "doing",
        (Some(DropOutcome::Waiting), _) => "waiting",
        (Some(outcome), _) => outcome.id(),
    };
    let mut message = drop.message.clone().or_else(|| counts(drop)).unwrap_or_default();
    if drop.outcome.is_none() && drop.state == DropState::Gone {
        message = "読む前に「受付」から取り出されました。".to_owned();
    }
    for note in &drop.notes {
        if !message.is_empty() {
            message.push('\n');
        }
        message.push_str(note);
    }
    Dropped {
        id: drop.id.to_string(),
        name: drop.name.clone(),
        at: time(drop.first_seen),
        outcome: outcome.to_owned(),
        layout: drop.layout.as_deref().map(layouts).filter(|words| !words.is_empty()),
        message,
        diagnostics: drop.remarks.clone(),
        filed_to: drop.filed.clone().filter(|_| drop.state == DropState::Filed),
        books,
        duplicate_of: drop.duplicate_of.map(|id| id.to_string()),
        code: drop.code.clone(),
        sha256: drop.sha256.clone(),
        ..Dropped::default()
    }
}

/// What a file brought, in a sentence.
fn counts(drop: &DropRecord) -> Option<String> {
    let told = match (drop.figures, drop.texts) {
        (0, 0) => return None,
        (figures, 0) => format!("数値 {figures}件"),
        (0, texts) => format!("文章 {texts}件"),
        (figures, texts) => format!("数値 {figures}件、文章 {texts}件"),
    };
    Some(format!("{told}を取り込みました。"))
}

/// The layouts of a file, or of the files of a zip, in the words people use; each once.
fn layouts(ids: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in ids.split('、').map(in_words).filter(|word| !word.is_empty()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join("、")
}

/// `2026-11-22T10:00:00+09:00`
fn time(moment: Moment) -> String {
    moment.to_string().replace(' ', "T") + "+09:00"
}

fn file_name(path: &str) -> String {
    path.rsplit_once('/').map_or(path, |(_, name)| name).to_owned()
}
