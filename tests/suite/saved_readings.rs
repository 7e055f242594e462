//! Readings people save: proposed and tried on the command line, used wherever files are read, and by a rebuild.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::path::Path;

use chiiki_sheet::intake::Reader;
use chiiki_sheet::read::Limits;
use chiiki_sheet::store::Query;
use chiiki_sheet::workspace::Workspace;

use crate::program::{package, program};

const TABLE: &str = "市町村別の状況（令和6年度）,,\n都道府県,市町村,商店数（件）,図書館数（件）\n見本県,みほん市,120,3\n,みなと市,45,1\n,はまかぜ町,7,0\n合計,,172,4\n";

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn areas() -> String {
    package("examples/mihon/areas.csv").display().to_string()
}

#[test]
fn a_reading_is_proposed_saved_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let table = write(folder.path(), "市町村の状況.csv", TABLE);
    let before = program(&["inspect", &table, "--format", "json", "--areas", &areas()]).json();
    assert_eq!(before["files"][0]["outcome"], "waiting");
    let out = folder.path().join("読み方").join("状況.toml").display().to_string();
    std::fs::create_dir(folder.path().join("読み方")).unwrap();
    let said = program(&["mapping", "suggest", &table, "--out", &out, "--areas", &areas()]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("確かさ") && said.out.contains("数値 6件"), "{}", said.out);
    // Written once, never over an old one.
    let again = program(&["mapping", "suggest", &table, "--out", &out, "--areas", &areas()]);
    assert!(again.code == 2 && again.err.contains("もうあります"), "{again:?}");
    let check = program(&["mapping", "check", &out, &table, "--areas", &areas()]);
    assert!(check.code == 0 && check.out.contains("見本県 みなと市") && check.out.contains("45"), "{check:?}");
    for readings in [&out, &folder.path().display().to_string()] {
        let read =
            program(&["inspect", &table, "--format", "json", "--areas", &areas(), "--readings", readings]).json();
        assert_eq!(read["files"][0]["outcome"], "read", "{read}");
        assert_eq!(read["observations"].as_array().unwrap().len(), 6);
        assert_eq!(read["observations"][0]["indicator"], "X-商店数件");
    }
    // A reading of our own serves as an indicator to add.
    let missing = |extra: &[&str]| {
        let mut line = vec!["missing", "--own", "見本県みほん市", "--input", &table, "--add", "X-商店数件"];
        let areas = areas();
        line.extend(["--areas", &areas]);
        line.extend(extra);
        program(&line)
    };
    assert_ne!(missing(&["--readings", &out]).code, 1);
    // Workspaces have readings of their own.
    let sheet = program(&["missing", "--own", "見本県みほん市", "--workspace", "nowhere", "--readings", &out]);
    assert!(sheet.code == 2 && sheet.err.contains("読み方"), "{sheet:?}");
}

#[test]
fn a_rebuild_reads_by_the_saved_readings() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("作業");
    let workspace = Workspace::create(&root).unwrap();
    std::fs::copy(areas(), root.join("地域一覧.csv")).unwrap();
    std::fs::write(root.join("設定.toml"), "\"地域一覧\" = \"地域一覧.csv\"\n").unwrap();
    let table = write(folder.path(), "市町村の状況.csv", TABLE);
    let said = program(&["mapping", "suggest", &table, "--workspace", &root.display().to_string(), "--name", "状況"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(root.join("読み方").join("状況.toml").exists());
    let import = program(&["import", &table, "--workspace", &root.display().to_string()]);
    assert_eq!(import.code, 0, "{import:?}");
    let load = || workspace.store().unwrap().load(&Query::default()).unwrap();
    let before = load();
    assert_eq!(before.len(), 6);
    let catalog = workspace.catalog().unwrap();
    let rebuilt = workspace.rebuild(&catalog, &mut Reader::InProcess(Limits::default())).unwrap();
    assert_eq!((rebuilt.files, rebuilt.observations), (1, 6));
    assert_eq!(load(), before);
}
