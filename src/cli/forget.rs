//! `forget`: the figures of a file that was dropped by mistake, out of the workspace's store.

use std::path::Path;

use super::args::Forget;
use super::input::name_of;
use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::watch::is_running;
use crate::workspace::Workspace;

/// Takes the files back and owes the sheets, so that the next `run` makes them anew.
pub fn run(arguments: &Forget) -> Result<()> {
    let workspace = Workspace::open(&arguments.workspace)?;
    if is_running(workspace.root())? {
        return Err(Error::Usage(
            "「受付」の処理が動いています。chiiki-sheet stop で終わらせてから、もう一度実行してください。".to_owned(),
        ));
    }
    let mut store = workspace.store()?;
    // Before anything is taken back: ended in between, the sheets are made anew all the same.
    Journal::open(workspace.root())?.owe(&workspace.settings()?.own.0, None, Moment::now())?;
    let mut any = false;
    for file in &arguments.files {
        let name = name_of(file);
        let below = workspace.root().join(file);
        let known = match [file, &below].into_iter().find(|path| path.is_file()) {
            Some(path) => workspace.forget(&mut store, path)? > 0,
            // Somebody deleted it already.
            None if workspace.forget_named(&mut store, &name)? => true,
            None => return Err(not_found(file)),
        };
        any |= known;
        println!(
            "{}",
            if known {
                format!("『{name}』の数値を、取り込みの記録から取り除きました。")
            } else {
                format!("『{name}』の数値は、取り込みの記録にありません。何も変えていません。")
            }
        );
    }
    if any {
        println!(
            "「処理済」のファイルは、そのまま残っています。次に chiiki-sheet run を動かすと、残りのファイルの数値でシートを作り直します。"
        );
    }
    Ok(())
}

fn not_found(file: &Path) -> Error {
    Error::Usage(format!(
        "『{}』が見つかりません。「処理済」の日付のフォルダーの中にあるファイルを「処理済/2026-12-01/まちがい.xlsx」のように指定してください。",
        file.display()
    ))
}
