//! The workspace of the fictitious 見本県 みほん市, to try everything on.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::{INBOX, SETTINGS, Workspace};
use crate::error::{Error, Result};

/// Drop folder, areas and settings.
static MIHON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/examples/mihon");

/// Says that a folder is the sample, so that it may be made anew.
pub const DEMO_MARK: &str = "これは試し用です.txt";

/// Makes a workspace with the sample's files in 受付.
///
/// # Errors
/// A folder that cannot be written to.
pub fn create_sample(root: &Path) -> Result<Workspace> {
    let workspace = Workspace::create(root)?;
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
    Ok(workspace)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(Error::io(path, "保存", "書き込める場所かどうか確かめてください。"))
}
