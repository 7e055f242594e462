//! `import`: files into the workspace's store; the files themselves stay where they are.

use super::args::Import;
use super::input::name_of;
use super::progress::Progress;
use super::say;
use crate::error::Result;
use crate::intake::{Reader, list_files};
use crate::workspace::Workspace;

/// Takes every file; refused ones are told and do not stop the others.
pub fn run(arguments: &Import) -> Result<()> {
    let workspace = Workspace::open(&arguments.workspace)?;
    let catalog = workspace.catalog()?;
    let mut store = workspace.store()?;
    let files = list_files(&arguments.files)?;
    let mut reader = Reader::child()?;
    let mut progress = Progress::new(files.len(), "取り込み中");
    let mut reports = Vec::new();
    let mut diagnostics = Vec::new();
    for file in &files {
        progress.step(&name_of(file));
        for taken in workspace.import(&mut store, file, &catalog, arguments.year, &mut reader)? {
            reports.push(taken.report);
            diagnostics.extend(taken.diagnostics);
        }
    }
    drop(progress);
    print!("{}", say::files(&reports));
    println!("{}", say::file_counts(&reports));
    print!("{}", say::diagnostics(&diagnostics));
    Ok(())
}
