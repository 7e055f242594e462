//! The notes beside files in 隔離: a reviewed text for every kind of refusal, and nothing of what stands in the files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::fmt::Write as _;

use chiiki_sheet::diagnostic::Diagnostic;
use chiiki_sheet::intake::{FileReport, Reader, take_path};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::{Date, Outcome};
use chiiki_sheet::read::Limits;
use chiiki_sheet::workspace::quarantine_note;

use crate::truth;

const SNAPSHOT: &str = "tests/data/notes/notes.txt";

fn note(path: &std::path::Path) -> (Vec<FileReport>, String) {
    let context = Context::new(truth::catalog(), None);
    let taken = take_path(path, context, &mut Reader::InProcess(Limits::default())).unwrap();
    let reports: Vec<FileReport> = taken.iter().map(|one| one.report.clone()).collect();
    let told: Vec<Diagnostic> = taken.into_iter().flat_map(|one| one.diagnostics).collect();
    let name = path.file_name().unwrap().to_string_lossy();
    let note = quarantine_note(&name, &reports, &told, Date::new(2026, 11, 22).unwrap());
    (reports, note)
}

/// Files of the layouts' fixtures that are not taken, by folder and name.
fn not_taken() -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for folder in ["壊れたファイル", "個人情報", "分からない表", "L2/年なし", "L9"] {
        let mut files: Vec<_> = std::fs::read_dir(truth::package("tests/data/layouts").join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        found.extend(files);
    }
    found
}

#[test]
fn every_refusal_has_a_note_that_was_read_by_someone() {
    let mut actual = String::new();
    for path in not_taken() {
        let (reports, note) = note(&path);
        if reports.iter().all(|report| matches!(report.outcome, Outcome::Read)) {
            continue;
        }
        assert!(note.starts_with('\u{feff}') && note.ends_with("\r\n"), "{note}");
        assert!(!note.replace("\r\n", "").contains(['\n', '\r']), "{note:?}");
        for part in ["■ 理由", "■ 次にすること", "「隔離」"] {
            assert!(note.contains(part), "{note}");
        }
        let plain = note.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        writeln!(actual, "――――――――\n{plain}").unwrap();
    }
    let path = truth::package(SNAPSHOT);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    for (line, (expected, actual)) in expected.lines().zip(actual.lines()).enumerate() {
        assert_eq!(expected, actual, "{SNAPSHOT}:{}", line + 1);
    }
    assert_eq!(expected.lines().count(), actual.lines().count());
}

#[test]
fn a_note_on_personal_data_asks_to_delete_and_repeats_nothing() {
    let folder = truth::package("tests/data/layouts/個人情報");
    let mut looked_at = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (_, note) = note(&path);
        assert!(note.contains("削除してください") && note.contains("どこにも写していません"), "{note}");
        // What stands below the headings, from a reading of its own.
        if path.extension().is_some_and(|end| end == "csv") {
            let bytes = std::fs::read(&path).unwrap();
            let text = encoding_rs::SHIFT_JIS.decode(&bytes).0.into_owned();
            let text = String::from_utf8(bytes).unwrap_or(text);
            for cell in
                text.lines().skip(1).flat_map(|line| line.split(',')).map(str::trim).filter(|c| c.chars().count() > 2)
            {
                assert!(!note.contains(cell), "{cell} in {note}");
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 3, "{looked_at}");
}

#[test]
fn a_zip_of_many_files_names_a_few_and_counts_the_rest() {
    let reports: Vec<FileReport> = (1..=25)
        .map(|number| FileReport {
            file: format!("出力.zip／{number}.xlsx"),
            sha256: String::new(),
            layout: None,
            outcome: if number == 1 { Outcome::Waiting } else { Outcome::Refused },
            message: Some("読み取れません。".to_owned()),
        })
        .collect();
    let note = quarantine_note("出力.zip", &reports, &[], Date::new(2026, 11, 22).unwrap());
    assert!(
        note.contains("出力.zip／10.xlsx") && !note.contains("出力.zip／11.xlsx") && note.contains("ほか 15件"),
        "{note}"
    );
}
