//! A whole request in one call, for the folder's engine: bytes in, files to publish out.

use super::answer::{Answer, Status};
use super::{carry_out, parse};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::intake::Reader;
use crate::job::Output;
use crate::model::{Date, Outcome};
use crate::workspace::Workspace;

/// What became of a request file.
#[derive(Clone, Debug)]
pub struct Reply {
    /// `Read` when at least something was made, `Refused` when nothing was
    pub outcome: Outcome,
    /// Why nothing, or not all, was made: the text of the answer's first problem
    pub message: Option<String>,
    /// Files made, with the insurer whose they are
    pub outputs: Vec<(String, Output)>,
    /// The answer's files with their names, to be published into 出力
    pub files: Vec<(String, Vec<u8>)>,
    /// Everything else a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Carries out a request against what the store holds now. It may be done again after a kill and ends the same.
///
/// # Errors
/// Only what stops everything, such as a full disk; a request that makes no sense is an answer.
pub fn answer(name: &str, bytes: &[u8], workspace: &Workspace, date: Date) -> Result<Reply> {
    let request = parse(name, bytes, &mut Reader::child()?)?;
    let answer = match (request.mistakes.is_empty(), workspace.catalog()) {
        (true, Ok(catalog)) => {
            let evidence = workspace.evidence(&catalog)?;
            carry_out(&request, workspace, &evidence, &catalog, date, &mut |_, _, _| {})?
        }
        (true, Err(Error::Usage(message))) => Answer::refused(&request, vec![Diagnostic::error("settings", message)]),
        (true, Err(error)) => return Err(error),
        (false, _) => Answer::refused(&request, request.mistakes.clone()),
    };
    let outcome = if answer.status == Status::Refused { Outcome::Refused } else { Outcome::Read };
    let message = answer.problem().map(|problem| format!("{}{}", problem.message, problem.hint));
    let files = answer.files()?;
    let mut outputs = Vec::new();
    for item in &answer.items {
        for made in &item.outputs {
            outputs.push((item.area.clone(), Output { kind: made.kind, path: workspace.root().join(&made.path) }));
        }
    }
    let own = answer.items.into_iter().flat_map(|item| item.diagnostics);
    let diagnostics = answer.mistakes.into_iter().chain(own).collect();
    Ok(Reply { outcome, message, outputs, files, diagnostics })
}
