//! Files dropped on the page and questions about them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chiiki_sheet::serve::desk::Dropped;
use chiiki_sheet::workspace::{INBOX, MAPPINGS, QUARANTINE};
use serde_json::json;

use super::support::Office;

fn names(office: &Office) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(office.workspace.folder(INBOX))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_dropped_file_lies_in_the_inbox_whole_and_under_a_safe_name() {
    let office = Office::with(false);
    let bytes = b"\x50\x4b\x00\xff".as_slice();
    for name in ["表.xlsx", "..\\..\\表.xlsx", "C:\\Users\\a\\表.xlsx", "../../../表.xlsx"] {
        let body = json!({ "name": name, "base64": STANDARD.encode(bytes) });
        let (status, told) = office.post("/api/v1/drops", &body);
        assert_eq!((status, told["drop"]["outcome"].as_str()), (200, Some("settling")), "{told}");
    }
    assert_eq!(names(&office), ["表 (2).xlsx", "表 (3).xlsx", "表 (4).xlsx", "表.xlsx"]);
    assert_eq!(std::fs::read(office.workspace.folder(INBOX).join("表 (3).xlsx")).unwrap(), bytes);
    assert_eq!(*office.desk.woken.lock().unwrap(), 4);
    for name in ["", "  ", "~$表.xlsx", ".hidden", "a.crdownload"] {
        let (status, _) = office.post("/api/v1/drops", &json!({ "name": name, "base64": "" }));
        assert_eq!(status, 422, "{name}");
    }
    let (status, _) = office.post("/api/v1/drops", &json!({ "name": "a.csv", "base64": "%%%" }));
    assert_eq!(status, 422);
    assert_eq!(names(&office).len(), 4);
}

/// A waiting file in 隔離 with its note.
fn waiting(office: &Office, name: &str, text: &str, code: &str) {
    let folder = office.workspace.folder(QUARANTINE).join("2026-11-22");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
    std::fs::write(folder.join(format!("{name}.txt")), "note").unwrap();
    office.desk.drops.lock().unwrap().push(Dropped {
        id: "7".to_owned(),
        name: name.to_owned(),
        outcome: "waiting".to_owned(),
        code: Some(code.to_owned()),
        message: "質問です。".to_owned(),
        filed_to: Some(format!("{QUARANTINE}/2026-11-22/{name}")),
        ..Dropped::default()
    });
}

#[test]
fn an_answer_about_a_table_is_kept_and_the_file_read_again() {
    let office = Office::with(false);
    let table = "令和6年度 見本県の通いの場\n市町村,参加者数(人)\n見本県みほん市,1200\n見本県みなと市,800\n";
    waiting(&office, "通いの場.csv", table, "layout-unknown");
    let (status, told) = office.get("/api/v1/drops/7");
    let question = &told["drop"]["question"];
    assert_eq!((status, question["kind"].as_str()), (200, Some("table")), "{told}");
    assert!(question["figures"].as_u64().unwrap() >= 2, "{question}");
    // A no changes nothing.
    let (status, _) = office.post("/api/v1/drops/7/answer", &json!({ "accept": false }));
    assert_eq!((status, names(&office).len()), (200, 0));
    let answer = json!({ "accept": true, "save_as": "通いの場の表", "corrections": { "期間": "令和6年度", "地域の列": "市町村" } });
    let (status, told) = office.post("/api/v1/drops/7/answer", &answer);
    assert_eq!(status, 200, "{told}");
    assert_eq!(names(&office), ["通いの場.csv"]);
    assert!(office.workspace.folder(MAPPINGS).join("通いの場の表.toml").is_file());
    assert_eq!(office.workspace.mappings().unwrap().len(), 1);
    assert!(!office.workspace.folder(QUARANTINE).join("2026-11-22/通いの場.csv.txt").exists());
}

#[test]
fn a_year_goes_into_the_files_name() {
    let office = Office::with(false);
    waiting(&office, "表.csv", "a,b\n1,2\n", "period-unreadable");
    let (_, told) = office.get("/api/v1/drops/7");
    assert_eq!(told["drop"]["question"]["kind"], "year");
    for wrong in [json!({}), json!({ "年度": "2023" }), json!({ "年度": 1900 })] {
        let (status, _) = office.post("/api/v1/drops/7/answer", &json!({ "accept": true, "corrections": wrong }));
        assert_eq!(status, 422);
    }
    let (status, told) =
        office.post("/api/v1/drops/7/answer", &json!({ "accept": true, "corrections": { "年度": 2023 } }));
    assert_eq!((status, names(&office)), (200, vec!["令和5年度_表.csv".to_owned()]), "{told}");
}

#[test]
fn a_place_outside_the_workspace_is_never_opened() {
    let office = Office::with(false);
    std::fs::write(office.folder.path().join("secret.csv"), "市町村,人\nみほん市,1\n").unwrap();
    office.desk.drops.lock().unwrap().push(Dropped {
        id: "8".to_owned(),
        name: "secret.csv".to_owned(),
        outcome: "waiting".to_owned(),
        filed_to: Some("../secret.csv".to_owned()),
        ..Dropped::default()
    });
    let (status, told) = office.get("/api/v1/drops/8");
    assert_eq!((status, &told["drop"]["question"]), (200, &serde_json::Value::Null));
    let (status, _) = office.post("/api/v1/drops/8/answer", &json!({ "accept": true }));
    assert_eq!(status, 409);
}
