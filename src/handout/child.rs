//! Setting papers in a process of its own: what goes over the pipes, and the child's side of it.
//!
//! A request and its reply are frames: their length, then a value and, in a reply, the bytes of the PDF. The child answers
//! one request after another until its standard input ends. The parent's side is [`super::typesetter`].

use std::io::{self, Read, Write};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::data::Handout;
use super::exact;
use super::files::TemplateFiles;
use super::options::{Kind, PageOptions};
use super::problem::TemplateProblem;
use super::render::{HandoutError, Made, forget, render, warm_up};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::Date;
use crate::read::sandbox::cap_memory;

/// The hidden subcommand that makes the exe a typesetter: it calls [`child_main`] and nothing else.
pub const SUBCOMMAND: &str = "__paper";

/// Address space of the child in bytes, where the system can cap it; a large paper takes a tenth.
pub(super) const MEMORY: u64 = 1 << 30;

/// A longer frame is none of ours (bytes).
const LARGEST: u64 = 1 << 29;

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
    /// The request as the child reads it: every figure to its last bit.
    ///
    /// # Errors
    /// None in a sound build.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        exact::to_bytes(self)
    }
}

/// Writes one frame.
///
/// # Errors
/// Those of the pipe.
pub fn write_frame(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&(bytes.len() as u64).to_le_bytes())?;
    output.write_all(bytes)?;
    output.flush()
}

/// Reads one frame; `None` when there is no other.
///
/// # Errors
/// Those of the pipe, and a frame that is cut short or none of ours.
pub fn read_frame(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0u8; 8];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = u64::from_le_bytes(length);
    if length > LARGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(Some(bytes)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// The body of [`SUBCOMMAND`]. Messages of panics are swallowed, they become problems of the template.
pub fn child_main(input: impl Read, output: impl Write) -> ExitCode {
    cap_memory(MEMORY);
    std::panic::set_hook(Box::new(|_| {}));
    // The parent starts it before it knows what to ask.
    warm_up();
    match serve(input, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The child's whole work: a reply for each request. Errors are those of the pipes, or a request that is none; a
/// template that does not work is a reply.
pub fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    while let Some(bytes) = read_frame(&mut input)? {
        let request: Request = exact::from_bytes(&bytes)?;
        let reply = reply(request)?;
        write_frame(&mut output, &reply)?;
        // While the parent writes the paper down.
        forget();
    }
    Ok(())
}

fn reply(request: Request) -> io::Result<Vec<u8>> {
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
    let mut reply = serde_json::to_vec(&head).map_err(io::Error::other)?;
    reply.push(b'\n');
    reply.extend(pdf);
    Ok(reply)
}

/// What the child replied, as [`render`] would have returned it; `None` for what is no whole reply.
pub fn read_reply(reply: &[u8]) -> Option<Made> {
    let (head, rest) = reply.split_at_checked(reply.iter().position(|byte| *byte == b'\n')?)?;
    let head: Head = serde_json::from_slice(head).ok()?;
    let pdf = rest.get(1..)?;
    if !head.problems.is_empty() {
        let problem = |p: WireProblem| TemplateProblem { file: p.file, line: p.line, message: p.message, hint: p.hint };
        return Some(Err(HandoutError(head.problems.into_iter().map(problem).collect())));
    }
    if pdf.len() != head.pdf_bytes || pdf.is_empty() {
        return None;
    }
    let diagnostic = |wire: WireDiagnostic| Diagnostic {
        severity: Severity::Warning,
        code: "handout-unprintable",
        message: wire.message,
        hint: wire.hint,
        place: Place { file: wire.file, ..Place::default() },
    };
    Some(Ok((pdf.to_vec(), head.diagnostics.into_iter().map(diagnostic).collect())))
}
