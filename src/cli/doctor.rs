//! `doctor`: whether the workspace and this PC are in order.

use super::args::Doctor;
use crate::doctor::{check, text};
use crate::error::{Error, Result};

/// Prints or writes the checks. Exit 0 also when something is wrong: looking worked.
pub fn run(arguments: &Doctor) -> Result<()> {
    let checks = check(&arguments.workspace);
    let answer = if arguments.json {
        serde_json::json!({ "checks": checks }).to_string() + "\n"
    } else {
        text(&arguments.workspace, &checks)
    };
    let Some(path) = &arguments.output else {
        print!("{answer}");
        return Ok(());
    };
    // Notepad shows Japanese surely when the file begins with a byte order mark; programs want JSON without.
    let bytes = if arguments.json { answer } else { format!("\u{feff}{}", answer.replace('\n', "\r\n")) };
    std::fs::write(path, bytes).map_err(Error::io(path, "保存", "書き込める場所かどうか確かめてください。"))?;
    println!("調べた結果を書きました: {}", path.display());
    Ok(())
}
