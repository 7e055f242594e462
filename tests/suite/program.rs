//! The program itself, as a person starts it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run said.
#[derive(Debug)]
pub struct Said {
    /// Exit status
    pub code: i32,
    /// Standard output
    pub out: String,
    /// Standard error
    pub err: String,
}

impl Said {
    /// The output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs the program.
pub fn program<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A path of the package.
pub fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Splits a line of arguments at spaces and adds the demo's files and areas.
pub fn with_mihon(line: &str) -> Vec<String> {
    let mut arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for (option, path) in [("--input", "examples/mihon/受付"), ("--areas", "examples/mihon/areas.csv")] {
        arguments.extend([option.to_owned(), package(path).display().to_string()]);
    }
    arguments
}
