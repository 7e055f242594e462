//! The journal: one line a drop, states that only go forward, nothing said twice.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use chiiki_sheet::clock::Moment;
use chiiki_sheet::diagnostic::{Diagnostic, Place};
use chiiki_sheet::disk::Stat;
use chiiki_sheet::journal::{Concerns, DropKind, DropOutcome, DropState, Journal, NewOutput, ReadResult, Remark};
use rusqlite::Connection;

fn stat(size: u64) -> Stat {
    Stat { size, modified_ms: 7 }
}

fn seen(journal: &mut Journal, name: &str, size: u64) -> i64 {
    journal.seen(&[(name.to_owned(), DropKind::Statistics, stat(size))], Moment(1_000)).unwrap();
    journal.drops(1).unwrap()[0].id
}

fn remarks(count: usize) -> Vec<Diagnostic> {
    let one = |number: usize| {
        let told = Diagnostic::warning("part-year", format!("{number}件目")).hint("確かめてください。");
        told.at(Place { file: Some("表.xlsx".to_owned()), sheet: Some("表".to_owned()), cell: Some("C5".to_owned()) })
    };
    (0..count).map(one).collect()
}

fn result(outcome: DropOutcome) -> ReadResult {
    ReadResult {
        sha256: Some("ab".repeat(32)),
        outcome,
        code: None,
        message: Some("伝えること".to_owned()),
        notes: vec!["覚え".to_owned()],
        note_text: None,
        layout: Some("L2".to_owned()),
        figures: 12,
        texts: 3,
        remarks: Remark::of(&remarks(2)),
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
    assert_eq!((open[0].layout.as_deref(), open[0].figures, open[0].texts), (Some("L2"), 12, 3));
    assert_eq!(open[0].remarks, Remark::of(&remarks(2)));
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

/// The tables as the first version made them.
const VERSION_1: &str = "
CREATE TABLE dropped (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, kind TEXT NOT NULL,
    size INTEGER NOT NULL, modified_ms INTEGER NOT NULL, first_seen INTEGER NOT NULL, changed INTEGER NOT NULL,
    state TEXT NOT NULL, sha256 TEXT, outcome TEXT, code TEXT, message TEXT, notes TEXT NOT NULL DEFAULT '[]',
    note_text TEXT, parts TEXT NOT NULL DEFAULT '[]', conditions TEXT, concerns TEXT, filed TEXT,
    duplicate_of INTEGER REFERENCES dropped
) STRICT;
CREATE INDEX dropped_open ON dropped (name) WHERE state NOT IN ('filed', 'gone');
CREATE INDEX dropped_content ON dropped (sha256);
CREATE TABLE output (
    id INTEGER PRIMARY KEY AUTOINCREMENT, own TEXT NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL,
    sha256 TEXT NOT NULL, made INTEGER NOT NULL, round INTEGER NOT NULL
) STRICT;
CREATE INDEX output_path ON output (path);
CREATE TABLE made (
    dropped INTEGER NOT NULL REFERENCES dropped, output INTEGER NOT NULL REFERENCES output, PRIMARY KEY (dropped, output)
) STRICT, WITHOUT ROWID;
CREATE TABLE owed (own TEXT PRIMARY KEY, since INTEGER NOT NULL, problem TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
INSERT INTO fact (name, value) VALUES ('generation', 7), ('round', 4), ('settings', 'abc');
INSERT INTO dropped (name, kind, size, modified_ms, first_seen, changed, state, sha256, outcome, notes, parts, conditions, concerns, filed)
    VALUES ('前の表.xlsx', 'statistics', 5, 7, 1000, 2000, 'filed', 'abab', 'read', '[\"覚え\"]', '[\"abab\"]', '条件',
        '{\"all\":false,\"prefectures\":[\"見本県\"]}', '処理済/2026-11-22/前の表.xlsx'),
        ('途中.xlsx', 'statistics', 9, 7, 1000, 2000, 'read', 'cdcd', 'read', '[]', '[\"cdcd\"]', '条件', NULL, NULL);
INSERT INTO output (own, kind, path, sha256, made, round) VALUES ('見本県 みほん市', 'xlsx', '出力/表.xlsx', 'ef', 3000, 4);
INSERT INTO made VALUES (1, 1);
INSERT INTO owed VALUES ('見本県みほん市', 1000, NULL);
PRAGMA application_id = 0x63686b6a;
";

fn journal_of(folder: &std::path::Path, version: i32) {
    std::fs::create_dir_all(folder.join("台帳")).unwrap();
    let conn = Connection::open(folder.join("台帳/journal.sqlite")).unwrap();
    conn.execute_batch(VERSION_1).unwrap();
    conn.pragma_update(None, "user_version", version).unwrap();
}

#[test]
fn a_journal_of_the_first_version_goes_on_with_all_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    journal_of(folder.path(), 1);
    for _ in 0..2 {
        let mut journal = Journal::open(folder.path()).unwrap();
        let before = journal.drop(1).unwrap().unwrap();
        assert_eq!((before.state, before.outcome), (DropState::Filed, Some(DropOutcome::Read)));
        assert_eq!((before.notes.as_slice(), before.made.as_slice()), (["覚え".to_owned()].as_slice(), [1].as_slice()));
        assert_eq!((before.layout, before.figures, before.texts, before.remarks), (None, 0, 0, vec![]));
        assert_eq!(journal.settings().unwrap().as_deref(), Some("abc"));
        assert_eq!(journal.owed().unwrap().len(), 1);
        // What was under way goes on, and new files are noted in full.
        assert_eq!(journal.open_drops().unwrap()[0].name, "途中.xlsx");
        journal.read(2, &result(DropOutcome::Read), &[], Moment(3_000)).unwrap();
        assert_eq!(journal.drop(2).unwrap().unwrap().remarks.len(), 2);
    }
    assert_eq!(Journal::open(folder.path()).unwrap().outputs(10).unwrap().len(), 1);
}

#[test]
fn a_journal_of_a_later_version_is_told_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    journal_of(folder.path(), 99);
    let message = Journal::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains("新しい版") && !message.contains("壊れて"), "{message}");
    let conn = Connection::open(folder.path().join("台帳/journal.sqlite")).unwrap();
    assert_eq!(conn.pragma_query_value::<i32, _>(None, "user_version", |row| row.get(0)).unwrap(), 99);
    let columns: Vec<String> = conn
        .prepare("SELECT name FROM pragma_table_info('dropped')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(!columns.contains(&"remarks".to_owned()), "{columns:?}");
}

#[test]
fn of_many_remarks_of_a_kind_the_first_are_kept_and_the_rest_counted() {
    let kept = Remark::of(&[remarks(60), vec![Diagnostic::error("other", "別のこと")]].concat());
    assert_eq!(kept.len(), 50 + 1 + 1);
    assert_eq!(kept.iter().filter(|one| one.code == "other").count(), 1);
    assert!(kept.last().unwrap().message.contains("10件"), "{:?}", kept.last());
}
