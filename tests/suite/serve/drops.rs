//! Files dropped on the page and questions about them.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chiiki_sheet::intake::Reader;
use chiiki_sheet::model::Outcome;
use chiiki_sheet::read::Limits;
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
fn waiting(office: &Office, name: &str, content: impl AsRef<[u8]>, code: &str) {
    let folder = office.workspace.folder(QUARANTINE).join("2026-11-22");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), content).unwrap();
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
    // A no leaves the file where it is, and asks no more.
    let (status, told) = office.post("/api/v1/drops/7/answer", &json!({ "accept": false }));
    assert_eq!((status, names(&office).len(), told["drop"]["outcome"].as_str()), (200, 0, Some("declined")));
    let (_, list) = office.get("/api/v1/drops");
    assert_eq!(list["items"][0]["outcome"], "declined", "{list}");
    let (_, state) = office.get("/api/v1/state");
    assert_eq!(state["last_drops"][0]["outcome"], "declined");
    // Somebody may think better of it.
    let answer = json!({ "accept": true, "save_as": "通いの場の表", "corrections": { "期間": "令和6年度", "地域の列": "市町村" } });
    let (status, told) = office.post("/api/v1/drops/7/answer", &answer);
    assert_eq!(status, 200, "{told}");
    assert_eq!(names(&office), ["通いの場.csv"]);
    // The old question is gone; the file stands in the list as it comes in again.
    let (_, list) = office.get("/api/v1/drops");
    assert_eq!(list["items"].as_array().map(Vec::len), Some(0), "{list}");
    assert!(office.workspace.folder(MAPPINGS).join("通いの場の表.toml").is_file());
    assert_eq!(office.workspace.mappings().unwrap().len(), 1);
    let catalog = office.workspace.catalog().unwrap();
    let mut reader = Reader::InProcess(Limits::default());
    let mut store = office.workspace.store().unwrap();
    let path = office.workspace.folder(INBOX).join("通いの場.csv");
    let taken = office.workspace.import(&mut store, &path, &catalog, None, &mut reader).unwrap();
    let figures: Vec<_> = taken[0].observations.iter().map(|o| (o.area.name.as_str(), o.datum.value())).collect();
    assert_eq!(figures, [("見本県 みほん市", Some(1200.0)), ("見本県 みなと市", Some(800.0))]);
    assert!(!office.workspace.folder(QUARANTINE).join("2026-11-22/通いの場.csv.txt").exists());
}

#[test]
fn a_year_goes_into_the_files_name_and_the_file_is_read() {
    for (example, name, wanted) in [
        ("令和6年度_02h.xlsx", "02h.xlsx", "02h_令和6年度.xlsx"),
        (
            "D6_第１号被保険者１人あたり給付月額（在宅・施設および居住系）_2025_地域別.xlsx",
            "D6_給付月額_地域別.xlsx",
            "D6_給付月額_地域別_令和7年度.xlsx",
        ),
    ] {
        let office = Office::with(false);
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mihon/受付").join(example);
        let bytes = std::fs::read(example).unwrap();
        let import = |name: &str| {
            let path = office.workspace.folder(INBOX).join(name);
            let catalog = office.workspace.catalog().unwrap();
            let mut reader = Reader::InProcess(Limits::default());
            let mut store = office.workspace.store().unwrap();
            office.workspace.import(&mut store, &path, &catalog, None, &mut reader).unwrap().remove(0)
        };
        std::fs::write(office.workspace.folder(INBOX).join(name), &bytes).unwrap();
        let taken = import(name);
        assert_eq!((taken.report.outcome, taken.diagnostics[0].code), (Outcome::Waiting, "year-unknown"), "{name}");
        std::fs::remove_file(office.workspace.folder(INBOX).join(name)).unwrap();

        waiting(&office, name, &bytes, taken.diagnostics[0].code);
        let (_, told) = office.get("/api/v1/drops/7");
        assert_eq!(told["drop"]["question"]["kind"], "year");
        for wrong in [json!({}), json!({ "年度": "2023" }), json!({ "年度": 1900 })] {
            let (status, _) = office.post("/api/v1/drops/7/answer", &json!({ "accept": true, "corrections": wrong }));
            assert_eq!(status, 422);
        }
        let year = if wanted.contains("令和7") { 2025 } else { 2024 };
        let answer = json!({ "accept": true, "corrections": { "年度": year } });
        let (status, told) = office.post("/api/v1/drops/7/answer", &answer);
        assert_eq!((status, names(&office)), (200, vec![wanted.to_owned()]), "{told}");
        let taken = import(wanted);
        assert_eq!(taken.report.outcome, Outcome::Read, "{:?}", taken.report);
        assert!(taken.observations.iter().all(|seen| seen.period.form_year == Some(year)), "{wanted}");
    }
}

#[test]
fn a_known_table_with_a_fault_is_not_offered_to_be_read_in_another_way() {
    let office = Office::with(false);
    let table = "令和6年度 見本県の通いの場\n市町村,参加者数(人)\n見本県みほん市,1200\n見本県みなと市,800\n";
    waiting(&office, "表.csv", table, "own-area-unknown");
    let (status, told) = office.get("/api/v1/drops/7");
    assert_eq!((status, &told["drop"]["question"]), (200, &serde_json::Value::Null));
    let (status, _) = office.post("/api/v1/drops/7/answer", &json!({ "accept": true }));
    assert_eq!(status, 409);
}

#[test]
fn a_file_somebody_took_out_of_quarantine_is_not_asked_about() {
    let office = Office::with(false);
    waiting(&office, "表.csv", "a,b\n1,2\n", "table-understood");
    let outcome = || office.get("/api/v1/drops").1["items"][0]["outcome"].as_str().unwrap().to_owned();
    assert_eq!(outcome(), "waiting");
    std::fs::remove_file(office.workspace.folder(QUARANTINE).join("2026-11-22/表.csv")).unwrap();
    assert_eq!(outcome(), "gone");
}

#[test]
fn a_sheet_that_cannot_be_made_is_told_once_there_are_figures() {
    let office = Office::with(false);
    *office.desk.not_made.lock().unwrap() = Some("見本県 みほん市の数値が見つかりませんでした。".to_owned());
    // The answer never waits for figures: the first look makes them ready.
    office.get("/api/v1/areas");
    let (_, state) = office.get("/api/v1/state");
    assert_eq!(state["notices"][0]["code"], "sheet-not-made", "{state}");
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

#[test]
fn a_name_too_long_for_the_disk_is_to_be_shortened() {
    let office = Office::with(false);
    let name = format!("{}.csv", "長い名前".repeat(40));
    let (status, told) = office.post("/api/v1/drops", &json!({ "name": name, "base64": STANDARD.encode("a,b\n") }));
    // Windows counts letters and takes it; elsewhere bytes are counted.
    if cfg!(windows) {
        assert_eq!(status, 200, "{told}");
    } else {
        assert_eq!((status, told["code"].as_str()), (422, Some("name-too-long")), "{told}");
    }
}
