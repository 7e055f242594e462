//! `demo`: the whole path once on the bundled fictitious insurer.

use std::path::PathBuf;
use std::time::Duration;

use super::args::Demo;
use crate::error::{Error, Result};
use crate::watch::Options;
use crate::workspace::{DEMO_MARK, INBOX, create_sample};

/// Makes a workspace, drops the files in and runs the same path a user's files take.
pub fn run(arguments: &Demo) -> Result<()> {
    let root = arguments.dir.clone().unwrap_or_else(|| PathBuf::from("chiiki-sheet-demo"));
    let hint = "別の場所を --dir で指定してください。";
    if root.exists() {
        let mut entries = std::fs::read_dir(&root).map_err(Error::io(root.clone(), "読み取り", hint))?;
        if entries.next().is_some() && arguments.dir.is_some() {
            return Err(Error::Usage(format!(
                "『{}』は空ではありません。空のフォルダーか、まだ無いフォルダーを --dir で指定してください。",
                root.display()
            )));
        }
        if root.join(INBOX).is_dir() && root.join(DEMO_MARK).is_file() {
            std::fs::remove_dir_all(&root).map_err(Error::io(root.clone(), "削除", hint))?;
        } else if arguments.dir.is_none() {
            return Err(Error::Usage(format!(
                "『{}』というフォルダーがすでにあります。別の場所を --dir で指定してください。",
                root.display()
            )));
        }
    }
    let workspace = create_sample(&root)?;
    println!("架空の見本県みほん市の資料を「{}」に入れました。", root.join(INBOX).display());
    // The files were written by ourselves: nobody writes to them any more.
    super::run::once(workspace, Options { settle: Some(Duration::ZERO), ..Options::default() })
}
