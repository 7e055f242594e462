//! Reading in a child process of the same exe, so that no file can take the service down with it.
//!
//! A hostile header can make a parser allocate until the process aborts, or loop for ever; neither can be caught
//! in the process itself. The child reads one file after another and is started anew after an abort, a hang or
//! exhausted memory. That costs the one file, which gets one sentence.

use std::ffi::OsString;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::confine::{Confine, System};
use super::wire::{self, Answer, Request};
use super::{Book, Limits, ReadOutcome, archive, display_name, identify, load, refusal, unread, with_file};
use crate::error::{Error, FileError, Result};
use crate::model::SourceFile;

/// The hidden subcommand that makes the exe a reader: it calls [`child_main`] and nothing else.
pub const SUBCOMMAND: &str = "__read";

/// Whether the child's memory is capped by the system: by `RLIMIT_AS` on Unix, by a job object on Windows.
///
/// A system that refuses (an old Windows whose parent sits in a job of its own) leaves the limits of [`Limits`] and of
/// time.
pub const MEMORY_IS_CAPPED: bool = System::CAPS_MEMORY;

/// How the child is started and what it may use.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// The program; usually [`std::env::current_exe`]
    pub exe: PathBuf,
    /// Its arguments; [`SUBCOMMAND`]
    pub args: Vec<OsString>,
    /// Limits of one file
    pub limits: Limits,
    /// Address space of the child in bytes, see [`MEMORY_IS_CAPPED`]. Default 1.5 GiB.
    pub memory_bytes: u64,
    /// Wall time of one file (of one entry, in a zip of files). Default 30 s; the largest official table takes 0.5 s.
    pub time: Duration,
}

impl SandboxOptions {
    /// The defaults for a program that knows [`SUBCOMMAND`].
    pub fn new(exe: impl Into<PathBuf>) -> Self {
        Self {
            exe: exe.into(),
            args: vec![SUBCOMMAND.into()],
            limits: Limits::default(),
            memory_bytes: 3 << 29,
            time: Duration::from_secs(30),
        }
    }
}

/// Files in one zip that may stop the child before the rest of the zip is given up.
const MAX_STOPS: usize = 10;

/// Why the child stopped, and the file it had begun, if it had named one.
type Stop = (Option<Arc<SourceFile>>, FileError);

/// A reader child, started with the first file and again after each that stopped it.
#[derive(Debug)]
pub struct Sandbox {
    options: SandboxOptions,
    child: Option<Running>,
}

impl Sandbox {
    /// Starts nothing yet.
    pub fn new(options: SandboxOptions) -> Self {
        Self { options, child: None }
    }

    /// The child that waits for work, if there is one.
    pub fn process_id(&self) -> Option<u32> {
        self.child.as_ref().map(|child| child.process.id())
    }

    /// Reads a file of the disk; a zip of downloads opens into several outcomes.
    ///
    /// # Errors
    /// The path cannot be opened, or the child cannot be started; never because of what the file holds.
    pub fn read_path(&mut self, path: &Path) -> Result<Vec<ReadOutcome>> {
        let name = display_name(path);
        match load(path, &self.options.limits)? {
            Ok(bytes) => self.read_all(&name, bytes),
            Err(refusal) => Ok(vec![unread(&name, refusal)]),
        }
    }

    /// Reads bytes under a name; a zip of downloads opens into several outcomes.
    ///
    /// # Errors
    /// The child cannot be started.
    pub fn read_all(&mut self, name: &str, bytes: Vec<u8>) -> Result<Vec<ReadOutcome>> {
        let bytes = Arc::new(bytes);
        let mut outcomes = Vec::new();
        for _ in 0..MAX_STOPS {
            let request = Request::File {
                skip: u32::try_from(outcomes.len()).unwrap_or(u32::MAX),
                name: name.to_owned(),
                bytes: Arc::clone(&bytes),
            };
            let fresh = self.child.is_none();
            let Some((begun, refusal)) = self.ask(request, &mut outcomes)? else { return Ok(outcomes) };
            self.child = None;
            let known = begun.is_some();
            if !known && !fresh {
                // The child had ended while it waited for work: this file is not to blame.
                continue;
            }
            let file = begun.unwrap_or_else(|| Arc::new(identify(name, &bytes)));
            outcomes.push(ReadOutcome { result: Err(with_file(refusal, &file)), file });
            if !known {
                // It stopped before it named a file: asking again would stop it again.
                return Ok(outcomes);
            }
        }
        let file = Arc::new(identify(name, &bytes));
        outcomes.push(ReadOutcome { result: Err(with_file(refusal::reader_stopped(), &file)), file });
        Ok(outcomes)
    }

    /// Sends one request and collects its outcomes. `Some` when the child stopped: the file begun, and why.
    fn ask(&mut self, request: Request, outcomes: &mut Vec<ReadOutcome>) -> Result<Option<Stop>> {
        let time = self.options.time;
        let child = match &mut self.child {
            Some(child) => child,
            none => none.insert(Running::start(&self.options)?),
        };
        let mut begun = None;
        if child.requests.send(request).is_err() {
            return Ok(Some((begun, refusal::reader_stopped())));
        }
        loop {
            match child.answers.recv_timeout(time) {
                Ok(Answer::Begin(file)) => begun = Some(Arc::new(file)),
                Ok(Answer::Done(result)) => {
                    let Some(file) = begun.take() else { return Ok(Some((None, refusal::reader_stopped()))) };
                    let result = result.map(|(kind, grids)| Book { file: Arc::clone(&file), kind, grids });
                    outcomes.push(ReadOutcome { file, result });
                }
                Ok(Answer::End) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => return Ok(Some((begun, refusal::reader_timeout(time.as_secs())))),
                Err(RecvTimeoutError::Disconnected) => return Ok(Some((begun, refusal::reader_stopped()))),
            }
        }
    }
}

/// Reads one path in a child that ends afterwards.
///
/// # Errors
/// As [`Sandbox::read_path`].
pub fn read_in_child(options: SandboxOptions, path: &Path) -> Result<Vec<ReadOutcome>> {
    Sandbox::new(options).read_path(path)
}

#[derive(Debug)]
struct Running {
    process: Child,
    /// Holds the child to its memory as long as it lives
    _confined: Option<System>,
    requests: Sender<Request>,
    answers: Receiver<Answer>,
}

impl Running {
    fn start(options: &SandboxOptions) -> Result<Self> {
        const HINT: &str = "chiiki-sheet を置き直してから、もう一度実行してください。";
        let mut command = Command::new(&options.exe);
        command.args(&options.args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        stand_alone(&mut command);
        let mut process = command.spawn().map_err(Error::io(&options.exe, "開始", HINT))?;
        // The child waits for its first request and has read nothing yet.
        let confined = System::child(&process, options.memory_bytes).ok();
        let (Some(stdin), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Error::Internal("読み取り用のプロセスとつながりません".into()));
        };
        // Two threads, because a child that stopped reading or writing must not block its parent. Both end with
        // the pipes, when the child is killed.
        let (requests, to_send) = channel::<Request>();
        let start = Request::Start { limits: options.limits.clone(), memory_bytes: options.memory_bytes };
        std::thread::spawn(move || {
            let mut pipe = BufWriter::new(stdin);
            let mut sent = wire::write_request(&mut pipe, &start);
            while let (Ok(()), Ok(request)) = (&sent, to_send.recv()) {
                sent = wire::write_request(&mut pipe, &request);
            }
        });
        let (received, answers) = channel();
        std::thread::spawn(move || {
            let mut pipe = BufReader::with_capacity(1 << 16, stdout);
            while let Ok(Some(answer)) = wire::read_answer(&mut pipe) {
                if received.send(answer).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, _confined: confined, requests, answers })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended is fine; what matters is that it is gone and waited for.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The body of [`SUBCOMMAND`]: reads requests until the parent closes the pipe.
///
/// Nothing but frames may be written to `output`; messages of panics are swallowed, they become refusals.
pub fn child_main(input: impl Read, output: impl Write) -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    match serve(&mut BufReader::with_capacity(1 << 16, input), &mut BufWriter::with_capacity(1 << 16, output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    let mut limits = Limits::default();
    while let Some(request) = wire::read_request(input)? {
        match request {
            Request::Start { limits: given, memory_bytes } => {
                limits = given;
                cap_memory(memory_bytes);
            }
            Request::File { skip, name, bytes } => {
                let mut number = 0;
                let mut sent = Ok(());
                archive::each(&name, &bytes, &limits, &mut |found| {
                    number += 1;
                    if number > skip && sent.is_ok() {
                        sent = answer(output, &found, &limits);
                    }
                });
                sent?;
                wire::write_answer(output, &Answer::End)?;
            }
        }
    }
    Ok(())
}

fn answer(output: &mut impl Write, found: &archive::Found<'_>, limits: &Limits) -> io::Result<()> {
    wire::write_answer(output, &Answer::Begin(SourceFile::clone(&found.file)))?;
    let result = found.read(limits);
    wire::write_answer(output, &Answer::Done(result.map(|book| (book.kind, book.grids))))
}

/// Caps this process's own address space, where the system does that from inside, see [`MEMORY_IS_CAPPED`].
pub(crate) fn cap_memory(bytes: u64) {
    System::this_process(bytes);
}

/// Holds a child to its memory as long as it lives.
#[derive(Debug)]
pub(crate) struct Confined {
    _system: System,
}

/// Holds a child that has read nothing yet to its memory, where the system does that from outside. It ends with this
/// process then. `None`: the system refused; the child's own limits hold.
pub(crate) fn confine(child: &Child, memory_bytes: u64) -> Option<Confined> {
    System::child(child, memory_bytes).ok().map(|system| Confined { _system: system })
}

/// A console program started from a service without console would flash a window; Ctrl+C in a terminal is for the
/// parent alone, or it would look as if the file had stopped the reader. The child ends with its pipes.
#[cfg(windows)]
pub(crate) fn stand_alone(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    command.creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP);
}

/// Ctrl+C in a terminal is for the parent alone, or it would look as if the file had stopped the reader. The child
/// ends with its pipes.
#[cfg(unix)]
pub(crate) fn stand_alone(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(any(unix, windows)))]
pub(crate) fn stand_alone(_command: &mut Command) {}
