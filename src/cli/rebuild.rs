//! `rebuild`: the index of a workspace anew, from the kept originals and through the same reading path.

use super::args::Rebuild;
use super::say;
use crate::error::Result;
use crate::intake::Reader;
use crate::workspace::Workspace;

/// Reads every original again and replaces the index when all are done.
pub fn run(arguments: &Rebuild) -> Result<()> {
    let workspace = Workspace::open(&arguments.workspace)?;
    let rebuilt = workspace.rebuild(&workspace.catalog()?, &mut Reader::child()?)?;
    println!("取り込みの記録を作り直しました。元のファイル {}件、数値 {}件。", rebuilt.files, rebuilt.observations);
    print!("{}", say::diagnostics(&rebuilt.diagnostics));
    Ok(())
}
