//! `rebuild`: the index of a workspace anew, from the kept originals and through the same reading path.

use super::args::Rebuild;
use super::say;
use crate::error::{Error, Result};
use crate::intake::Reader;
use crate::watch::is_running;
use crate::workspace::Workspace;

/// Reads every original again and replaces the index when all are done.
pub fn run(arguments: &Rebuild) -> Result<()> {
    let workspace = Workspace::open(&arguments.workspace)?;
    if is_running(workspace.root())? {
        return Err(Error::Usage(
            "「受付」の処理が動いています。chiiki-sheet stop で終わらせてから、もう一度実行してください。".to_owned(),
        ));
    }
    let rebuilt = workspace.rebuild(&workspace.catalog()?, &mut Reader::child()?)?;
    println!("取り込みの記録を作り直しました。元のファイル {}件、数値 {}件。", rebuilt.files, rebuilt.observations);
    print!("{}", say::diagnostics(&rebuilt.diagnostics));
    Ok(())
}
