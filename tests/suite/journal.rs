//! The journal: one line a drop, states that only go forward, nothing said twice.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use chiiki_sheet::clock::Moment;
use chiiki_sheet::disk::Stat;
use chiiki_sheet::journal::{Concerns, DropKind, DropOutcome, DropState, Journal, NewOutput, ReadResult};

fn stat(size: u64) -> Stat {
    Stat { size, modified_ms: 7 }
}

fn seen(journal: &mut Journal, name: &str, size: u64) -> i64 {
    journal.seen(&[(name.to_owned(), DropKind::Statistics, stat(size))], Moment(1_000)).unwrap();
    journal.drops(1).unwrap()[0].id
}

fn result(outcome: DropOutcome) -> ReadResult {
    ReadResult {
        sha256: Some("ab".repeat(32)),
        outcome,
        code: None,
        message: Some("伝えること".to_owned()),
        notes: vec!["覚え".to_owned()],
        note_text: None,
        parts: vec!["ab".repeat(32)],
        conditions: "条件".to_owned(),
        concerns: Concerns { all: false, prefectures: vec!["見本県".to_owned()] },
        duplicate_of: None,
    }
}

#[test]
fn a_drop_goes_its_way_and_is_found_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let id = seen(&mut journal, "表.xlsx", 5);
    journal.settled(&[(id, stat(6))], Moment(2_000)).unwrap();
    journal.read(id, &result(DropOutcome::Read), &["見本県みほん市".to_owned()], Moment(3_000)).unwrap();
    drop(journal);
    let mut journal = Journal::open(folder.path()).unwrap();
    let open = journal.open_drops().unwrap();
    assert_eq!((open.len(), open[0].state, open[0].size, open[0].notes.len()), (1, DropState::Read, 6, 1));
    assert_eq!(open[0].concerns.prefectures, ["見本県"]);
    assert_eq!(journal.owed().unwrap()[0].own, "見本県みほん市");
    let output = NewOutput {
        own: "見本県 みほん市".to_owned(),
        kind: "xlsx".to_owned(),
        path: "出力/表.xlsx".to_owned(),
        sha256: "cd".repeat(32),
    };
    let round = journal.begin_round().unwrap();
    for _ in 0..2 {
        journal.made("見本県みほん市", std::slice::from_ref(&output), &[id], round, Moment(4_000)).unwrap();
    }
    assert_eq!(journal.outputs(10).unwrap().len(), 1, "a file that did not change is noted once");
    assert_eq!(journal.owed().unwrap(), []);
    journal.filled(&[(id, "処理済/2026-11-22/表.xlsx".to_owned())], Moment(5_000)).unwrap();
    journal.filed(id, Some("処理済/2026-11-22/表.xlsx"), None, Moment(6_000)).unwrap();
    let record = journal.drop(id).unwrap().unwrap();
    assert_eq!((record.state, record.made.len()), (DropState::Filed, 1));
    assert_eq!(journal.open_drops().unwrap(), []);
    assert!(journal.taken_before(&"ab".repeat(32), "条件", 0).unwrap().is_some());
    assert!(journal.taken_before(&"ab".repeat(32), "別の条件", 0).unwrap().is_none());
    assert!(journal.taken_before(&"ab".repeat(32), "条件", id).unwrap().is_none(), "not itself");
}

#[test]
fn a_name_has_one_open_drop() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let id = seen(&mut journal, "表.xlsx", 5);
    assert_eq!(seen(&mut journal, "表.xlsx", 9), id, "written to before it was read");
    assert_eq!(journal.drop(id).unwrap().unwrap().size, 9);
    journal.read(id, &result(DropOutcome::Read), &[], Moment(3_000)).unwrap();
    let next = seen(&mut journal, "表.xlsx", 11);
    assert_ne!(next, id, "read already: this is a new file");
    let before = journal.drop(id).unwrap().unwrap();
    assert_eq!((before.state, before.filed), (DropState::Filed, None));
    assert!(before.notes[1].contains("書き換え"), "{:?}", before.notes);
    journal.gone(&[id, next], Moment(4_000)).unwrap();
    assert_eq!(journal.drop(id).unwrap().unwrap().state, DropState::Filed, "what was read cannot be gone");
    assert_eq!(journal.drop(next).unwrap().unwrap().state, DropState::Gone);
}

#[test]
fn readers_see_every_change_by_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let reader = Journal::open(folder.path()).unwrap();
    let before = reader.generation().unwrap();
    seen(&mut journal, "表.xlsx", 5);
    assert!(reader.generation().unwrap() > before);
    assert_eq!(reader.drops(10).unwrap(), journal.drops(10).unwrap());
}

#[test]
fn a_journal_that_is_none_is_told_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("台帳/journal.sqlite");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let bytes = vec![b'x'; 8_192];
    std::fs::write(&path, &bytes).unwrap();
    let message = Journal::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains("journal.sqlite") && message.contains("移すと"), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}
