//! Rendering in a process of its own, for templates a user edited: the parent writes a request to the child's
//! standard input and reads a reply from its standard output, and stops a child that takes too long.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::data::Handout;
use super::files::TemplateFiles;
use super::options::{Kind, PageOptions};
use super::problem::TemplateProblem;
use super::render::{HandoutError, render};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::error::Cancel;
use crate::model::Date;
use crate::read::sandbox::{cap_memory, stand_alone};

/// The hidden subcommand that makes the exe a typesetter: it calls [`child_main`] and nothing else.
pub const SUBCOMMAND: &str = "__paper";

/// The longest a paper of an edited layout may take. A large one of the shipped layout takes a tenth of a second.
pub const TIME: Duration = Duration::from_secs(20);

/// How often it is asked whether a person said stop.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// Address space of the child in bytes, where the system can cap it; a large paper takes a tenth.
const MEMORY: u64 = 1 << 30;

/// Everything [`render`] takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The figures and texts.
    pub handout: Handout,
    /// Which paper.
    pub kind: Kind,
    /// How it is set.
    pub options: PageOptions,
    /// By which layout.
    pub template: TemplateFiles,
    /// The date in the PDF's record.
    pub date: Date,
}

/// First line of a reply; the bytes of the PDF follow it.
#[derive(Serialize, Deserialize)]
struct Head {
    pdf_bytes: usize,
    problems: Vec<WireProblem>,
    diagnostics: Vec<WireDiagnostic>,
}

#[derive(Serialize, Deserialize)]
struct WireProblem {
    file: String,
    line: Option<usize>,
    message: String,
    hint: Option<String>,
}

/// Rendering itself only warns; its one code is put back on arrival.
#[derive(Serialize, Deserialize)]
struct WireDiagnostic {
    message: String,
    hint: Option<String>,
    file: Option<String>,
}

impl Request {
    /// The request as the child reads it.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(io::Error::other)
    }
}

/// [`render`] in a child of this program `exe`, for a template that [`TemplateFiles::is_edited`]. A child that runs
/// longer than `time`, or dies, or is stopped by a person, is an error that says so.
pub fn render_apart(
    exe: &Path,
    request: &Request,
    time: Duration,
    cancel: &Cancel,
) -> Result<(Vec<u8>, Vec<Diagnostic>), HandoutError> {
    let cannot = |error: io::Error| {
        let problem = TemplateProblem::new("handout.typ", None, "配布資料を組むプロセスを始められませんでした。");
        HandoutError::from(problem.hint(format!("もう一度実行してください。（{error}）")))
    };
    let bytes = request.to_bytes().map_err(cannot)?;
    let mut command = Command::new(exe);
    command.arg(SUBCOMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    stand_alone(&mut command);
    let mut process = command.spawn().map_err(cannot)?;
    let (Some(mut stdin), Some(mut stdout)) = (process.stdin.take(), process.stdout.take()) else {
        return read_reply(&[]);
    };
    // Two threads, because a child that stopped reading or writing must not block its parent. Both end with the
    // pipes, when the child has ended.
    std::thread::spawn(move || stdin.write_all(&bytes));
    let (received, reply) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stdout.read_to_end(&mut bytes);
        let _ = received.send(bytes);
    });
    let started = Instant::now();
    let reply = loop {
        match reply.recv_timeout(time.saturating_sub(started.elapsed()).min(ASK_AGAIN)) {
            Ok(reply) => break reply,
            Err(RecvTimeoutError::Timeout) if started.elapsed() < time && !cancel.is_asked() => {}
            Err(_) => break Vec::new(),
        }
    };
    // Already ended is fine; what matters is that it is gone and waited for.
    let _ = process.kill();
    let _ = process.wait();
    read_reply(&reply)
}

/// The body of [`SUBCOMMAND`]. Messages of panics are swallowed, they become problems of the template.
pub fn child_main(input: impl Read, output: impl Write) -> ExitCode {
    cap_memory(MEMORY);
    std::panic::set_hook(Box::new(|_| {}));
    match serve(input, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The child's whole work: reads one request, writes one reply. Errors are those of the pipes, or a request that is
/// none; a template that does not work is a reply.
pub fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let request: Request = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
    let Request { handout, kind, options, template, date } = request;
    let (head, pdf) = match render(&handout, kind, &options, &template, date) {
        Ok((pdf, diagnostics)) => {
            let wire = |d: Diagnostic| WireDiagnostic { message: d.message, hint: d.hint, file: d.place.file };
            let diagnostics = diagnostics.into_iter().map(wire).collect();
            (Head { pdf_bytes: pdf.len(), problems: Vec::new(), diagnostics }, pdf)
        }
        Err(HandoutError(problems)) => {
            let wire =
                |p: TemplateProblem| WireProblem { file: p.file, line: p.line, message: p.message, hint: p.hint };
            let problems = problems.into_iter().map(wire).collect();
            (Head { pdf_bytes: 0, problems, diagnostics: Vec::new() }, Vec::new())
        }
    };
    serde_json::to_writer(&mut output, &head).map_err(io::Error::other)?;
    output.write_all(b"\n")?;
    output.write_all(&pdf)?;
    output.flush()
}

/// What the child replied, as [`render`] would have returned it. A reply that is cut short (the child was stopped
/// at a limit, or died) is an error that says so.
pub fn read_reply(reply: &[u8]) -> Result<(Vec<u8>, Vec<Diagnostic>), HandoutError> {
    let broken = || {
        let problem = TemplateProblem::new("handout.typ", None, "配布資料のひな形の処理が途中で止まりました。");
        HandoutError::from(problem.hint(
            "終わらない繰り返しや大きすぎる表がないか、書きかえた所を見直してください。前に作った配布資料はそのまま残っています。",
        ))
    };
    let end = reply.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let (head, rest) = reply.split_at_checked(end).ok_or_else(broken)?;
    let head: Head = serde_json::from_slice(head).map_err(|_| broken())?;
    let pdf = rest.get(1..).unwrap_or_default();
    if !head.problems.is_empty() {
        let problem = |p: WireProblem| TemplateProblem { file: p.file, line: p.line, message: p.message, hint: p.hint };
        return Err(HandoutError(head.problems.into_iter().map(problem).collect()));
    }
    if pdf.len() != head.pdf_bytes || pdf.is_empty() {
        return Err(broken());
    }
    let diagnostic = |wire: WireDiagnostic| Diagnostic {
        severity: Severity::Warning,
        code: "handout-unprintable",
        message: wire.message,
        hint: wire.hint,
        place: Place { file: wire.file, ..Place::default() },
    };
    Ok((pdf.to_vec(), head.diagnostics.into_iter().map(diagnostic).collect()))
}
