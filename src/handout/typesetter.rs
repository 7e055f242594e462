//! Where papers are set: in this process, or in a child of it.
//!
//! The typesetter and its fonts are half of the program's memory, and a layout that people edited is a program of theirs.
//! In a child the memory goes back to the system with it, and whatever stops it costs one paper.

use std::io::BufWriter;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::child::{MEMORY, Request, SUBCOMMAND, read_frame, read_reply, write_frame};
use super::problem::TemplateProblem;
use super::render::{HandoutError, Made, forget, render};
use crate::error::{Cancel, Error, Result};
use crate::read::sandbox::{Confined, confine, stand_alone};

/// The longest a paper of an edited layout may take. A large one of the shipped layout takes a tenth of a second.
const EDITED_TIME: Duration = Duration::from_secs(20);
/// … and of the shipped one, which cannot loop for ever, however slow the PC.
const SHIPPED_TIME: Duration = Duration::from_secs(300);
/// How often it is asked whether a person said stop.
const ASK_AGAIN: Duration = Duration::from_millis(100);
/// After so many papers a child is replaced: what the typesetting library keeps for good stays small.
const PAPERS: usize = 100;

/// Where papers are set. A clone uses the same child; the child ends with the last of them.
#[derive(Clone, Debug, Default)]
pub enum Typesetter {
    /// In this process: for what ends soon, and for tests. Edited layouts go to a child all the same.
    #[default]
    Here,
    /// In a child, started when it is first needed, and again after a paper that stopped it
    Apart(Arc<Apart>),
}

impl Typesetter {
    /// In this process.
    ///
    /// # Errors
    /// Never; for choosing between this and [`Typesetter::child`].
    pub fn here() -> Result<Self> {
        Ok(Self::Here)
    }

    /// A child of this very program.
    ///
    /// # Errors
    /// The program's own place cannot be found.
    pub fn child() -> Result<Self> {
        let exe = std::env::current_exe()
            .map_err(|error| Error::Internal(format!("the program does not know where it lies: {error}")))?;
        Ok(Self::of(exe))
    }

    /// A child of the program `exe`, which knows [`SUBCOMMAND`].
    pub fn of(exe: impl Into<PathBuf>) -> Self {
        Self::within(exe, EDITED_TIME)
    }

    /// The same with another limit for papers of edited layouts.
    pub fn within(exe: impl Into<PathBuf>, edited_time: Duration) -> Self {
        Self::Apart(Arc::new(Apart { exe: exe.into(), edited_time, running: Mutex::new(None) }))
    }

    /// Starts the child now, so that it gets ready beside other work. What cannot be started is told when it is needed.
    pub fn wake(&self) {
        let Self::Apart(apart) = self else { return };
        // A child at work is awake.
        let Ok(mut running) = apart.running.try_lock() else { return };
        if running.is_none() {
            *running = Running::start(apart).ok();
        }
    }

    /// The child, if there is one.
    pub fn process_id(&self) -> Option<u32> {
        let Self::Apart(apart) = self else { return None };
        let running = apart.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().map(|running| running.process.id())
    }

    /// [`render`], in the place this stands for. A child that runs too long, or dies, or is stopped by a person, is an
    /// error that says so.
    ///
    /// # Errors
    /// A layout that does not work, or only [`Error::Internal`] where the program does not know where it lies.
    pub fn set(&self, request: &Request, cancel: &Cancel) -> Result<Made> {
        match self {
            Self::Here if request.template.is_edited() => Self::child()?.set(request, cancel),
            Self::Here => Ok(here(request)),
            Self::Apart(apart) => Ok(apart.set(request, cancel)),
        }
    }
}

fn here(request: &Request) -> Made {
    let made = render(&request.handout, request.kind, &request.options, &request.template, request.date);
    // Nothing of one paper is used again in the next; a service would hold it for ever.
    forget();
    made
}

/// A child process that sets papers.
#[derive(Debug)]
pub struct Apart {
    exe: PathBuf,
    edited_time: Duration,
    running: Mutex<Option<Running>>,
}

/// How a request ended that got no reply.
#[derive(PartialEq)]
enum Stop {
    /// The child died.
    Died,
    /// It took too long.
    Late,
    /// A person said stop.
    Cancelled,
}

impl Apart {
    fn set(&self, request: &Request, cancel: &Cancel) -> Made {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let edited = request.template.is_edited();
        let bytes = match request.to_bytes() {
            Ok(bytes) => bytes,
            Err(_) if !edited => return here(request),
            Err(error) => return Err(not_started(&error)),
        };
        // A child may have ended while it waited, or been ended by the system: this paper is to blame only when it stops
        // a fresh one, and the shipped layout only when it stops two.
        let mut tries = if edited { 1 } else { 2 };
        loop {
            let served = running.as_ref().is_some_and(|running| running.served > 0);
            let child = match running.take().filter(|running| running.served < PAPERS) {
                Some(child) => child,
                None => match Running::start(self) {
                    Ok(child) => child,
                    // A PC that lets the program start nothing still gets its papers.
                    Err(_) if !edited => return here(request),
                    Err(error) => return Err(not_started(&error)),
                },
            };
            let time = if edited { self.edited_time } else { SHIPPED_TIME };
            match child.ask(bytes.clone(), time, cancel) {
                Ok((child, made)) => {
                    *running = Some(child);
                    return made;
                }
                Err(Stop::Died) if served => {}
                Err(stop) => {
                    tries -= 1;
                    if tries == 0 || stop != Stop::Died {
                        return Err(stopped(edited));
                    }
                }
            }
        }
    }
}

fn not_started(error: &std::io::Error) -> HandoutError {
    let problem = TemplateProblem::new("handout.typ", None, "配布資料を組むプロセスを始められませんでした。");
    problem.hint(format!("もう一度実行してください。（{error}）")).into()
}

/// Of an edited layout the reason is to be looked for in what was edited.
fn stopped(edited: bool) -> HandoutError {
    let message = if edited {
        "配布資料のひな形の処理が途中で止まりました。"
    } else {
        "配布資料を組む処理が途中で止まりました。"
    };
    let hint = if edited {
        "終わらない繰り返しや大きすぎる表がないか、書きかえた所を見直してください。前に作った配布資料はそのまま残っています。"
    } else {
        "PCの空きメモリーを確かめて、もう一度作ってください。前に作った配布資料はそのまま残っています。"
    };
    TemplateProblem::new("handout.typ", None, message).hint(hint).into()
}

#[derive(Debug)]
struct Running {
    process: Child,
    /// Holds the child to its memory as long as it lives
    _confined: Option<Confined>,
    requests: Sender<Vec<u8>>,
    replies: Receiver<Vec<u8>>,
    served: usize,
}

impl Running {
    fn start(apart: &Apart) -> std::io::Result<Self> {
        let mut command = Command::new(&apart.exe);
        command.arg(SUBCOMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        stand_alone(&mut command);
        let mut process = command.spawn()?;
        let confined = confine(&process, MEMORY);
        let (Some(stdin), Some(mut stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        };
        // Two threads, because a child that stopped reading or writing must not block its parent. Both end with the
        // pipes, when the child has ended.
        let (requests, to_send) = channel::<Vec<u8>>();
        std::thread::spawn(move || {
            let mut pipe = BufWriter::new(stdin);
            while let Ok(request) = to_send.recv() {
                if write_frame(&mut pipe, &request).is_err() {
                    return;
                }
            }
        });
        let (received, replies) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(reply)) = read_frame(&mut stdout) {
                if received.send(reply).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, _confined: confined, requests, replies, served: 0 })
    }

    /// One paper. A child that gave no whole reply is gone afterwards.
    fn ask(mut self, request: Vec<u8>, time: Duration, cancel: &Cancel) -> std::result::Result<(Self, Made), Stop> {
        self.requests.send(request).map_err(|_| Stop::Died)?;
        let started = Instant::now();
        loop {
            let pause = time.saturating_sub(started.elapsed()).min(ASK_AGAIN);
            match self.replies.recv_timeout(pause) {
                Ok(reply) => {
                    self.served += 1;
                    let made = read_reply(&reply).ok_or(Stop::Died)?;
                    return Ok((self, made));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(Stop::Died),
                Err(RecvTimeoutError::Timeout) if cancel.is_asked() => return Err(Stop::Cancelled),
                Err(RecvTimeoutError::Timeout) if started.elapsed() >= time => return Err(Stop::Late),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended is fine; what matters is that it is gone and waited for.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
