//! Makes what a request asks for, one thing after another.

use super::RequestFile;
use super::answer::{Answer, Item, Made, Problem, Status};
use super::plan::{Ground, Task, Work, plan};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::handout::Typesetter;
use crate::intake::Evidence;
use crate::job;
use crate::missing::missing;
use crate::model::Date;
use crate::refill::Shelf;
use crate::workspace::Workspace;

/// Remarks that depend on what lay in the folder before: another run of the same request would not say them again.
const OF_THE_RUN: [&str; 3] = ["nothing-new", "backup", "texts-moved"];

/// Makes everything a request asks for, or nothing when anything in it is a mistake. `progress` hears how many are
/// done, of how many, and whose turn it is; when it answers `false` the work ends there and there is no answer. Papers are
/// set by `typesetter`.
///
/// # Errors
/// Only what nobody can mend in the request: folders that cannot be written to, a store that cannot be read. What was
/// made till then stays; the same request may be carried out again and ends the same.
pub fn carry_out(
    request: &RequestFile,
    workspace: &Workspace,
    evidence: &Evidence,
    catalog: &Catalog,
    date: Date,
    typesetter: &Typesetter,
    progress: &mut dyn FnMut(usize, usize, &str) -> bool,
) -> Result<Option<Answer>> {
    if !request.mistakes.is_empty() {
        return Ok(Some(Answer::refused(request, request.mistakes.clone())));
    }
    let settings = match workspace.settings() {
        Err(Error::Usage(message)) => {
            return Ok(Some(Answer::refused(request, vec![Diagnostic::error("settings", message)])));
        }
        settings => settings?,
    };
    let ground =
        Ground { workspace, settings: &settings, catalog, evidence, date, typesetter, shelf: Shelf::default() };
    let tasks = match plan(request, &ground) {
        Ok(tasks) => tasks,
        Err(mistakes) => return Ok(Some(Answer::refused(request, mistakes))),
    };
    let mut items = Vec::with_capacity(tasks.len());
    for (number, task) in tasks.iter().enumerate() {
        if !progress(number, tasks.len(), &task.area.name) {
            return Ok(None);
        }
        items.push(one(task, &ground)?);
    }
    progress(tasks.len(), tasks.len(), "");
    let made = items.iter().filter(|item| item.error.is_none()).count();
    let status = match made {
        0 => Status::Refused,
        made if made == items.len() => Status::Done,
        _ => Status::Partly,
    };
    // What reading said concerns all; what a sheet repeats of it stays with the whole.
    let mut diagnostics = Vec::new();
    for told in &evidence.diagnostics {
        if !diagnostics.contains(told) {
            diagnostics.push(told.clone());
        }
    }
    for item in &mut items {
        item.diagnostics.retain(|told| !diagnostics.contains(told));
    }
    Ok(Some(Answer { status, items, diagnostics, ..Answer::refused(request, Vec::new()) }))
}

fn one(task: &Task, ground: &Ground<'_>) -> Result<Item> {
    let mut item = Item::new(task.wish, task.area.name.clone());
    match &task.work {
        Work::Missing(selection, today) => {
            item.kind = "missing";
            item.missing = Some(missing(selection, ground.evidence, ground.catalog, *today));
        }
        Work::Sheet(fill, bases) => match job::make(fill, bases, ground.evidence, ground.catalog) {
            Ok(report) => {
                item.outputs = report
                    .outputs
                    .into_iter()
                    .map(|output| Made { kind: output.kind, path: relative(&output.path, ground.workspace) })
                    .collect();
                item.ledger = Some(report.ledger);
                item.diagnostics = report.diagnostics;
                item.diagnostics.retain(|told| !OF_THE_RUN.contains(&told.code));
            }
            Err(Error::Usage(message)) => {
                item.error = Some(Problem {
                    code: "not-made",
                    message,
                    hint: "直してから、同じ依頼をもう一度「受付」に入れてください。".to_owned(),
                });
            }
            Err(error) => return Err(error),
        },
    }
    Ok(item)
}

/// `出力/見本県 みほん市_配布資料.pdf`: the same on every PC.
fn relative(path: &std::path::Path, workspace: &Workspace) -> String {
    let inside = path.strip_prefix(workspace.root()).unwrap_or(path);
    let parts: Vec<String> = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}
