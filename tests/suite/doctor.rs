//! `doctor`: what is wrong with a workspace is found and said, and nothing is touched.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chiiki_sheet::intake::Reader;
use chiiki_sheet::read::Limits;
use chiiki_sheet::workspace::Workspace;

use crate::program::{package, program};

/// The answer by id, from the program itself: its reader's child is the program.
fn checks(root: &Path) -> BTreeMap<String, (Option<bool>, String)> {
    let said = program(&["doctor", "--workspace", root.to_str().unwrap(), "--json"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let json = said.json();
    let all = json["checks"].as_array().unwrap();
    for check in all {
        assert!(check["ok"] != false || check["hint"].is_string(), "what is wrong says what to do: {check}");
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    all.iter().map(|check| (text(&check["id"]), (check["ok"].as_bool(), text(&check["message"])))).collect()
}

fn workspace(root: &Path) -> Workspace {
    let workspace = Workspace::create(root).unwrap();
    for name in ["areas.csv", "設定.toml"] {
        fs::copy(package("examples/mihon").join(name), root.join(name)).unwrap();
    }
    let (catalog, mut store) = (workspace.catalog().unwrap(), workspace.store().unwrap());
    let file = package("examples/mihon/受付/令和6年度_04-1-1h.xlsx");
    let mut reader = Reader::InProcess(Limits::default());
    workspace.import(&mut store, &file, &catalog, None, &mut reader).unwrap();
    workspace
}

fn listing(root: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        all.push(path.display().to_string());
        if path.is_dir() {
            all.extend(listing(&path));
        }
    }
    all.sort();
    all
}

#[test]
fn a_sound_workspace_has_nothing_wrong_and_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    workspace(dir.path());
    let before = listing(dir.path());
    let found = checks(dir.path());
    let wrong: Vec<_> = found.iter().filter(|(_, (ok, _))| *ok == Some(false)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for id in
        ["workspace", "writable", "settings", "database", "originals", "file-dates", "disk", "clock", "reader", "parts"]
    {
        assert_eq!(found[id].0, Some(true), "{id}: {found:#?}");
    }
    assert_eq!(listing(dir.path()), before);
}

#[test]
fn what_is_wrong_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    workspace(root);
    fs::write(root.join("設定.toml"), "\"自治域\" = \"見本県みほん市\"\n").unwrap();
    fs::remove_dir(root.join("隔離")).unwrap();
    // A kept original that is somebody else's now.
    let copy = listing(&root.join("台帳/originals"))
        .into_iter()
        .find(|path| Path::new(path).is_file() && !path.ends_with(".json"));
    let copy = copy.unwrap();
    let mut permissions = fs::metadata(&copy).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "a temporary folder of this test")]
    permissions.set_readonly(false);
    fs::set_permissions(&copy, permissions).unwrap();
    fs::write(&copy, "別の中身").unwrap();
    let future = std::time::SystemTime::now() + std::time::Duration::from_secs(400 * 24 * 60 * 60);
    let late = fs::File::create(root.join("受付/未来.csv")).unwrap();
    late.set_modified(future).unwrap();
    fs::create_dir_all(root.join("記録")).unwrap();
    fs::write(root.join("記録/動作記録.txt"), "2026-11-22 10:00　始めました\n2026-11-22 10:01　保存できませんでした\n")
        .unwrap();
    let found = checks(root);
    for (id, words) in [
        ("workspace", "「隔離」フォルダーがありません"),
        ("settings", "自治域"),
        ("originals", "中身が変わっています"),
        ("file-dates", "未来.csv"),
    ] {
        assert!(found[id].0 == Some(false) && found[id].1.contains(words), "{id}: {found:#?}");
    }
    assert!(found["log"].1.contains("保存できませんでした") && !found["log"].1.contains("始めました"), "{found:#?}");
}

#[test]
fn a_damaged_index_is_found_and_not_opened_further() {
    let dir = tempfile::tempdir().unwrap();
    workspace(dir.path());
    let index = dir.path().join("台帳/index.sqlite");
    let mut bytes = fs::read(&index).unwrap();
    let (middle, end) = (bytes.len() / 3, bytes.len());
    bytes[middle..end - 100].fill(0x5a);
    fs::write(&index, &bytes).unwrap();
    let found = checks(dir.path());
    assert_eq!(found["database"].0, Some(false), "{found:#?}");
    assert!(!found.contains_key("originals"), "{found:#?}");
    assert_eq!(fs::read(&index).unwrap(), bytes);
}

#[test]
fn a_folder_that_is_not_there_is_told_and_text_goes_to_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("ない");
    assert_eq!(checks(&root)["workspace"].0, Some(false));
    let file = dir.path().join("調べた結果.txt");
    let said = program(&["doctor", "--workspace", root.to_str().unwrap(), "--output", file.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    let text = fs::read_to_string(file).unwrap();
    assert!(text.starts_with("\u{feff}作業フォルダー：") && !text.replace("\r\n", "").contains('\n'), "{text}");
    let (bad, good) = (text.find("［×］").unwrap(), text.find("［○］").unwrap());
    assert!(bad < good && text.contains("　→ "), "{text}");
}
