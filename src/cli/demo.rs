//! `demo`: the whole path once on the bundled fictitious insurer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use include_dir::{Dir, include_dir};

use super::args::Demo;
use crate::error::{Error, Result};
use crate::watch::Options;
use crate::workspace::{INBOX, SETTINGS, Workspace};

/// Drop folder, areas and settings of the fictitious 見本県 みほん市.
static MIHON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/examples/mihon");

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
    let workspace = Workspace::create(&root)?;
    write(
        &root.join(DEMO_MARK),
        "架空の「見本県みほん市」の資料で試すためのフォルダーです。消してかまいません。\r\n".as_bytes(),
    )?;
    for file in MIHON.files() {
        let name = file.path().file_name().unwrap_or_default();
        if name == SETTINGS || name == "areas.csv" {
            write(&root.join(name), file.contents())?;
        }
    }
    if let Some(inbox) = MIHON.get_dir(INBOX) {
        for file in inbox.files() {
            write(&root.join(file.path()), file.contents())?;
        }
    }
    println!("架空の見本県みほん市の資料を「{}」に入れました。", root.join(INBOX).display());
    // The files were written by ourselves: nobody writes to them any more.
    super::run::once(workspace, Options { settle: Some(Duration::ZERO), ..Options::default() })
}

/// Says that a folder was made by `demo`, so that a second run may replace it.
const DEMO_MARK: &str = "これは試し用です.txt";

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(Error::io(path, "保存", "書き込める場所かどうか確かめてください。"))
}
