//! A reader that stops reading (`chiiki-sheet … | head`) is no fault, and the work is done all the same.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::process::{Command, Stdio};

use crate::program::with_mihon;

/// Runs the program with a stdout nobody reads; exit status and stderr.
fn unheard(arguments: &[String]) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before the first word.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn commands_end_quietly_when_nobody_reads_on() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().display();
    let mut lines = vec![
        with_mihon("missing --own 見本県みほん市"),
        with_mihon("missing --own 見本県みほん市 --json"),
        with_mihon(&format!("fill --own 見本県みほん市 --out {folder}/a")),
        with_mihon(&format!("batch --prefecture 見本県 --out {folder}/b")),
        vec!["--help".to_owned()],
    ];
    let demo = crate::program::package("examples/mihon/受付").display().to_string();
    for format in ["text", "json"] {
        lines.push(vec!["inspect".to_owned(), demo.clone(), "--format".to_owned(), format.to_owned()]);
    }
    for line in lines {
        assert_eq!(unheard(&line), (Some(0), String::new()), "{line:?}");
    }
    assert!(out.path().join("a").read_dir().unwrap().count() == 1);
    assert!(out.path().join("b").read_dir().unwrap().count() > 1);
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_is_lost_on_a_full_disk_is_a_fault() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"))
        .args(with_mihon("missing --own 見本県みほん市"))
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(status.status.code(), Some(1));
    assert!(String::from_utf8(status.stderr).unwrap().contains("書き出せませんでした"));
}
