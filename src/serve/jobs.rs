//! What is asked for on the page, one after another: a short queue, progress, and a word to stop that reaches down into
//! the work.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

use super::http::Problem;
use super::key::Key;
use super::moment;
use super::room::Room;
use crate::error::{Cancel, Error, Result};

/// Jobs that may wait.
pub const MOST_WAITING: usize = 8;
/// Finished jobs that are remembered.
const MOST_REMEMBERED: usize = 50;

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its turn
    Queued,
    /// Under way
    Running,
    /// Done
    Done,
    /// Failed, see the error
    Failed,
    /// Ended by a person
    Cancelled,
}

/// A job as the page sees it.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    /// Names it
    pub id: String,
    /// `fill`, `refill`, `handout`
    pub kind: &'static str,
    /// How it stands
    pub state: JobState,
    /// What is being done
    pub step: String,
    /// Steps done
    pub done: usize,
    /// Steps in all
    pub total: usize,
    /// When it was asked for
    pub started: String,
    /// Why it failed
    pub error: Option<Problem>,
    /// What it made
    pub report: Option<Value>,
}

/// The work of a job; it tells its steps and stops where it is told to.
pub type Work = Box<dyn FnOnce(&Arc<Room>, &Progress<'_>) -> std::result::Result<Value, Problem> + Send>;

struct Entry {
    job: Job,
    work: Option<Work>,
    cancel: Arc<AtomicBool>,
}

#[derive(Default)]
struct Book {
    entries: VecDeque<Entry>,
    closed: bool,
}

/// The queue of a workspace.
pub struct Jobs {
    book: Arc<(Mutex<Book>, Condvar)>,
    generation: Arc<AtomicU64>,
}

/// Through which a job tells how far it is.
pub struct Progress<'a> {
    jobs: &'a Jobs,
    id: &'a str,
    cancel: &'a Arc<AtomicBool>,
}

impl Progress<'_> {
    /// For the work below: asked between its pieces.
    pub fn cancel(&self) -> Cancel {
        Cancel::by(self.cancel.clone())
    }

    /// The next step begins.
    ///
    /// # Errors
    /// The job was cancelled.
    pub fn step(&self, step: &str, done: usize, total: usize) -> std::result::Result<(), Problem> {
        if self.cancel.load(Ordering::SeqCst) {
            return Err(cancelled());
        }
        self.jobs.with(self.id, |job| {
            step.clone_into(&mut job.step);
            (job.done, job.total) = (done, total);
        });
        Ok(())
    }
}

fn cancelled() -> Problem {
    Problem::new(409, "cancelled", "中止しました。", "")
}

impl Default for Jobs {
    fn default() -> Self {
        Self::new()
    }
}

impl Jobs {
    /// An empty queue.
    pub fn new() -> Self {
        Self { book: Arc::new((Mutex::new(Book::default()), Condvar::new())), generation: Arc::default() }
    }

    /// Starts the worker of a room. It ends with the room.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(room: &Arc<Room>) -> Result<()> {
        let (book, weak) = (room.jobs.book.clone(), Arc::downgrade(room));
        let work = move || {
            loop {
                let next = {
                    let mut guard = lock(&book.0);
                    loop {
                        if guard.closed {
                            return;
                        }
                        let entry = guard.entries.iter_mut().find(|entry| entry.job.state == JobState::Queued);
                        if let Some(entry) = entry {
                            entry.job.state = JobState::Running;
                            break (entry.job.id.clone(), entry.work.take(), entry.cancel.clone());
                        }
                        guard = book.1.wait(guard).unwrap_or_else(PoisonError::into_inner);
                    }
                };
                let Some(room) = weak.upgrade() else { return };
                let (id, Some(work), cancel) = next else { continue };
                room.jobs.changed();
                let progress = Progress { jobs: &room.jobs, id: &id, cancel: &cancel };
                let run = std::panic::AssertUnwindSafe(|| work(&room, &progress));
                let result = std::panic::catch_unwind(run).unwrap_or_else(|_| {
                    let hint = "もう一度試し、続くようなら開発者に知らせてください。";
                    Err(Problem::new(500, "internal", "作業の途中で不具合が起きました。", hint))
                });
                room.jobs.finish(&id, result);
            }
        };
        std::thread::Builder::new()
            .name("serve-jobs".to_owned())
            .stack_size(8 << 20)
            .spawn(work)
            .map(|_| ())
            .map_err(|error| Error::Internal(format!("作業を始められません: {error}")))
    }

    /// Puts a job into the queue.
    ///
    /// # Errors
    /// The queue is full.
    pub fn ask(&self, kind: &'static str, work: Work) -> std::result::Result<Job, Problem> {
        let id = Key::random().map_err(super::room::problem)?.as_str().chars().take(22).collect::<String>();
        let mut guard = lock(&self.book.0);
        let waiting = guard.entries.iter().filter(|entry| entry.job.state == JobState::Queued).count();
        if waiting >= MOST_WAITING {
            let hint = "いまの作業が終わってから、もう一度試してください。";
            return Err(Problem::new(429, "too-many-jobs", "作業がたくさん待っています。", hint));
        }
        let job = Job {
            id,
            kind,
            state: JobState::Queued,
            step: "順番を待っています".to_owned(),
            done: 0,
            total: 1,
            started: moment::now(),
            error: None,
            report: None,
        };
        guard.entries.push_back(Entry { job: job.clone(), work: Some(work), cancel: Arc::default() });
        while guard.entries.len() > MOST_REMEMBERED + MOST_WAITING {
            let old =
                guard.entries.iter().position(|entry| entry.work.is_none() && entry.job.state != JobState::Running);
            match old {
                Some(at) => drop(guard.entries.remove(at)),
                None => break,
            }
        }
        drop(guard);
        self.changed();
        self.book.1.notify_all();
        Ok(job)
    }

    /// A job by its id.
    pub fn find(&self, id: &str) -> Option<Job> {
        lock(&self.book.0).entries.iter().find(|entry| entry.job.id == id).map(|entry| entry.job.clone())
    }

    /// The newest jobs, newest first.
    pub fn newest(&self, most: usize) -> Vec<Job> {
        lock(&self.book.0).entries.iter().rev().take(most).map(|entry| entry.job.clone()).collect()
    }

    /// Ends a job: at once when it waits, at the next piece of its work when it is under way.
    pub fn cancel(&self, id: &str) -> Option<Job> {
        let mut guard = lock(&self.book.0);
        let entry = guard.entries.iter_mut().find(|entry| entry.job.id == id)?;
        entry.cancel.store(true, Ordering::SeqCst);
        match entry.job.state {
            JobState::Queued => {
                entry.job.state = JobState::Cancelled;
                entry.work = None;
            }
            JobState::Running => "中止しています".clone_into(&mut entry.job.step),
            JobState::Done | JobState::Failed | JobState::Cancelled => {}
        }
        let job = entry.job.clone();
        drop(guard);
        self.changed();
        Some(job)
    }

    /// Goes up with every change.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// No more jobs.
    pub fn close(&self) {
        let mut guard = lock(&self.book.0);
        guard.closed = true;
        for entry in &guard.entries {
            entry.cancel.store(true, Ordering::SeqCst);
        }
        drop(guard);
        self.book.1.notify_all();
    }

    /// Whether a job is under way.
    pub fn is_busy(&self) -> bool {
        lock(&self.book.0).entries.iter().any(|entry| entry.job.state == JobState::Running)
    }

    fn finish(&self, id: &str, result: std::result::Result<Value, Problem>) {
        self.with(id, |job| match result {
            Ok(report) => {
                job.state = JobState::Done;
                job.step = "終わりました".to_owned();
                job.done = job.total;
                job.report = Some(report);
            }
            Err(problem) if problem.code == "cancelled" => {
                job.state = JobState::Cancelled;
                job.step = problem.message;
            }
            Err(problem) => {
                job.state = JobState::Failed;
                job.step = "できませんでした".to_owned();
                job.error = Some(problem);
            }
        });
    }

    fn with(&self, id: &str, change: impl FnOnce(&mut Job)) {
        if let Some(entry) = lock(&self.book.0).entries.iter_mut().find(|entry| entry.job.id == id) {
            change(&mut entry.job);
        }
        self.changed();
    }

    fn changed(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.close();
    }
}

fn lock(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
