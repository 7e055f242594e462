//! What the answers mean, in memory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chiiki_sheet::read::{CellValue, Limits, read_bytes};
use chiiki_sheet::serve::http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::support::{OWN, Office, answer, head};

#[test]
fn without_the_key_nothing_is_told() {
    let office = Office::with(false);
    for path in ["/api/v1/hello", "/api/v1/sheets", "/api/v1/settings", "/api/v1/log"] {
        let response = answer(&*office.app, head(Method::Get, path, None, 0), Vec::new());
        assert_eq!(response.status, 401, "{path}");
        let text = String::from_utf8_lossy(&response.body).into_owned();
        assert!(!text.contains(office.key.as_str()) && text.contains("key-wrong"), "{text}");
    }
}

#[test]
fn the_key_comes_by_a_link_that_is_good_once() {
    let office = Office::with(false);
    let address = office.app.launch_address().unwrap();
    let token = address.split_once("#t=").unwrap().1.to_owned();
    let launch = || {
        let body = serde_json::to_vec(&json!({ "token": token })).unwrap();
        answer(&*office.app, head(Method::Post, "/api/v1/launch", None, body.len()), body)
    };
    let first = launch();
    let key: Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!((first.status, key["key"].as_str()), (200, Some(office.key.as_str())));
    assert_eq!(launch().status, 401);
}

#[test]
fn every_answer_carries_what_keeps_other_pages_out() {
    let office = Office::with(false);
    for path in ["/api/v1/hello", "/", "/nowhere", "/addin/icons/icon-32.png"] {
        let response = office.send(Method::Get, path, Vec::new());
        let policy = response.header("content-security-policy").unwrap_or_else(|| panic!("{path}"));
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        assert!(!response.headers.iter().any(|(name, _)| name.to_lowercase().starts_with("access-control")));
        // Excel shows a blank icon when it may not be cached.
        let icon = path.ends_with(".png");
        assert_eq!(response.header("cache-control"), (!icon).then_some("no-store"), "{path}");
        if icon {
            assert_eq!((response.status, response.header("content-type")), (200, Some("image/png")));
        }
    }
}

#[test]
fn a_page_another_one_opened_is_cut_off_from_it() {
    let office = Office::with(false);
    // Browsers say who opened a page; where one says nothing, it is cut off all the same.
    for (site, cut) in [(Some("cross-site"), true), (Some("same-origin"), true), (None, true), (Some("none"), false)] {
        let mut head = head(Method::Get, "/", None, 0);
        if let Some(site) = site {
            head.headers.push(("sec-fetch-site".to_owned(), site.to_owned()));
            head.headers.push(("sec-fetch-mode".to_owned(), "navigate".to_owned()));
        }
        let response = answer(&*office.app, head, Vec::new());
        assert_eq!(response.status, 200, "{site:?}");
        assert_eq!(response.header("cross-origin-opener-policy"), cut.then_some("same-origin"), "{site:?}");
    }
}

#[test]
fn texts_go_into_the_workbook_and_nothing_else_changes() {
    let office = Office::new();
    let id = office.sheet();
    let path = office.book();
    let before = std::fs::read(&path).unwrap();
    let (_, detail) = office.get(&format!("/api/v1/sheets/{id}"));
    let texts = detail["texts"].as_array().unwrap();
    let field = texts.iter().find(|text| text["block"] == "受給率" && text["field"] == "measures").unwrap();
    let text = "=SUM(A1)\n2行目　ー漢字🍎";
    let body = json!({ "changes": [{ "block": "受給率", "field": "measures", "hash": field["hash"], "text": text }] });
    let address = format!("/api/v1/sheets/{id}/texts");
    let (status, saved) = office.post(&address, &body);
    assert_eq!((status, saved["conflicts"].as_array().unwrap().len()), (200, 0), "{saved}");
    let after = std::fs::read(&path).unwrap();
    let copy = path.with_file_name(saved["copy"].as_str().unwrap());
    assert_eq!(std::fs::read(copy).unwrap(), before, "the copy is the book as it was");

    let (old, new) = (grids(&before), grids(&after));
    let at = field["place"]["cell"].as_str().unwrap();
    let mut changed = Vec::new();
    for ((sheet, cell), value) in &new {
        if old.get(&(sheet.clone(), cell.clone())) != Some(value) {
            changed.push((sheet.as_str(), cell.as_str(), value.clone()));
        }
    }
    assert_eq!(changed, [(field["place"]["sheet"].as_str().unwrap(), at, CellValue::Text(text.into()))]);
    assert_eq!(old.keys().filter(|key| !new.contains_key(*key)).count(), 0);

    // The page still shows what was there before: nothing is overwritten, the new text is shown.
    let other = json!({ "changes": [{ "block": "受給率", "field": "measures", "hash": field["hash"], "text": "別" }] });
    let (status, told) = office.post(&address, &other);
    assert_eq!((status, told["conflicts"][0]["now"].as_str()), (200, Some(text)), "{told}");
    assert_eq!(std::fs::read(&path).unwrap(), after);

    // A refill keeps it.
    let (_, job) = office.post(&format!("/api/v1/sheets/{id}/refill"), &json!({}));
    assert_eq!(office.finish(&job)["state"], "done");
    let (_, detail) = office.get(&format!("/api/v1/sheets/{id}"));
    assert!(detail["texts"].as_array().unwrap().iter().any(|field| field["text"] == text));
    let kinds: Vec<&str> =
        detail["history"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.first(), Some(&"text"), "{kinds:?}");
}

fn grids(bytes: &[u8]) -> std::collections::BTreeMap<(String, String), CellValue> {
    let book = read_bytes("a.xlsx", bytes, &Limits::default()).unwrap();
    let of = |grid: &chiiki_sheet::read::Grid| -> Vec<((String, String), CellValue)> {
        grid.cells().iter().map(|cell| ((grid.name.to_string(), cell.at.to_string()), cell.value.clone())).collect()
    };
    book.grids.iter().flat_map(of).collect()
}

#[test]
fn a_book_open_in_excel_is_left_alone() {
    let office = Office::new();
    let id = office.sheet();
    let path = office.book();
    let before = std::fs::read(&path).unwrap();
    let lock = path.with_file_name(format!("~${}", path.file_name().unwrap().to_string_lossy()));
    std::fs::write(&lock, b"x").unwrap();
    let (_, detail) = office.get(&format!("/api/v1/sheets/{id}"));
    assert_eq!(detail["locked"], true);
    let text = &detail["texts"][1];
    let change = json!({ "block": text["block"], "field": text["field"], "hash": text["hash"], "text": "a" });
    for (path, body) in [("texts", json!({ "changes": [change] })), ("refill", json!({}))] {
        let (status, told) = office.post(&format!("/api/v1/sheets/{id}/{path}"), &body);
        assert_eq!((status, told["code"].as_str()), (409, Some("open-in-excel")), "{told}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_copy_is_refilled_by_itself() {
    let office = Office::new();
    let id = office.sheet();
    let path = office.book();
    let (status, copy) = office.post(&format!("/api/v1/sheets/{id}/copy"), &json!({ "name": "会議用" }));
    assert_eq!((status, copy["name"].as_str()), (200, Some("会議用.xlsx")), "{copy}");
    let (status, told) = office.post(&format!("/api/v1/sheets/{id}/copy"), &json!({ "name": "会議用" }));
    assert_eq!((status, told["code"].as_str()), (409, Some("name-taken")));
    let before = std::fs::read(&path).unwrap();
    let wish = json!({ "selection": { "own": OWN, "compare": [], "from": 2024, "to": 2025 } });
    let (_, job) = office.post(&format!("/api/v1/sheets/{}/refill", copy["id"].as_str().unwrap()), &wish);
    let done = office.finish(&job);
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["report"]["outputs"][0]["name"], "会議用.xlsx");
    assert_eq!(std::fs::read(&path).unwrap(), before, "the other sheet of the insurer stays");
    let (_, job) = office
        .post(&format!("/api/v1/sheets/{}/handout", copy["id"].as_str().unwrap()), &json!({ "kinds": ["1枚もの"] }));
    let done = office.finish(&job);
    assert_eq!(done["report"]["outputs"][0]["name"], "会議用_1枚もの.pdf", "{done}");
}

#[test]
fn a_sheet_made_on_the_page_has_the_name_of_the_settings() {
    let office = Office::with(false);
    let settings = office.workspace.folder(chiiki_sheet::workspace::SETTINGS);
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(
        &settings,
        format!("\"ファイル名\" = \"{{{{保険者}}}}の分析\"\n{}", text.trim_start_matches('\u{feff}')),
    )
    .unwrap();
    let (_, job) = office.post("/api/v1/jobs", &json!({ "kind": "fill", "own": OWN, "formats": ["xlsx"] }));
    let done = office.finish(&job);
    let name = done["report"]["outputs"][0]["name"].as_str();
    assert_eq!(name, Some("みほん市の分析.xlsx"), "{done}");
}

#[test]
fn files_come_with_their_names_and_are_opened_here() {
    let office = Office::new();
    let id = office.sheet();
    let pdf = office.send(Method::Get, &format!("/api/v1/sheets/{id}/file?kind=pdf"), Vec::new());
    assert_eq!((pdf.status, pdf.header("content-type")), (200, Some("application/pdf")));
    assert!(pdf.body.starts_with(b"%PDF"));
    let name = pdf.header("content-disposition").unwrap();
    assert!(name.is_ascii() && name.contains("filename*=UTF-8''%E8%A6%8B%E6%9C%AC%E7%9C%8C"), "{name}");
    for what in ["xlsx", "pdf", "folder"] {
        assert_eq!(office.post(&format!("/api/v1/sheets/{id}/open"), &json!({ "what": what })).0, 200);
    }
    let opened = office.opened.0.lock().unwrap().clone();
    assert!(opened[0].ends_with(".xlsx") && opened[1].ends_with("配布資料.pdf") && opened[2] == "出力", "{opened:?}");
}

#[test]
fn only_ids_of_the_list_are_answered() {
    let office = Office::with(false);
    for id in ["0", "設定.toml", "..%2f設定.toml", "ffffffffffffffffffff"] {
        let (status, told) = office.get(&format!("/api/v1/sheets/{id}"));
        assert_eq!((status, told["code"].as_str()), (404, Some("sheet-not-found")), "{id}");
    }
    assert_eq!(office.get("/api/v1/jobs/1").0, 404);
    assert_eq!(office.get("/api/v1/drops/1").0, 404);
}

#[test]
fn mistakes_are_told_in_sentences() {
    let office = Office::with(false);
    for (path, body, status) in [
        ("preview", json!({ "own": "存在しない市" }), 422),
        ("preview", json!({ "own": OWN, "from": 2030, "to": 2020 }), 422),
        ("preview", json!({ "own": OWN, "add": ["???"] }), 422),
        ("preview", json!({ "unknown": 1 }), 422),
        ("preview", json!([]), 422),
        ("jobs", json!({ "kind": "fill", "own": "福岡県福岡市" }), 422),
        ("jobs", json!({ "kind": "other", "own": OWN }), 422),
        ("setup", json!({ "candidate": "../.." }), 422),
    ] {
        let (got, told) = office.post(&format!("/api/v1/{path}"), &body);
        assert_eq!(got, status, "{path} {body} {told}");
        assert!(told["message"].as_str().unwrap().ends_with(['。', '）']), "{told}");
    }
    let broken = office.send(Method::Post, "/api/v1/preview", b"{".to_vec());
    assert_eq!(broken.status, 400);
}

#[test]
fn before_the_first_start_is_over_there_is_no_workspace() {
    let office = Office::unset();
    let (status, hello) = office.get("/api/v1/hello");
    assert_eq!((status, &hello["setup"], &hello["workspace"]), (200, &json!(true), &Value::Null));
    let (status, told) = office.get("/api/v1/sheets");
    assert_eq!((status, told["code"].as_str()), (409, Some("setup-needed")));
    assert_eq!(office.get("/api/v1/areas?q=福岡市").0, 200);
    assert_eq!(office.get("/api/v1/state").0, 200);
}

#[test]
fn the_preview_says_what_the_files_say() {
    let office = Office::with(false);
    let (status, preview) = office.post("/api/v1/preview", &json!({ "own": OWN, "from": 2023, "to": 2025 }));
    assert_eq!(status, 200, "{preview}");
    assert_eq!(preview["own"]["code"], "901008");
    let rows: Vec<&Value> = preview["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|block| block["indicators"].as_array().unwrap())
        .collect();
    assert_eq!(rows.len(), 39);
    assert!(!preview["main_points"].as_array().unwrap().is_empty());
    // A figure and the cell it names say the same.
    let row = rows[0];
    let source = &row["sources"][0][0];
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mihon/受付");
    let bytes = std::fs::read(sample.join(source["file"].as_str().unwrap())).unwrap();
    let cells = grids(&bytes);
    let key = (source["sheet"].as_str().unwrap().to_owned(), source["cell"].as_str().unwrap().to_owned());
    let CellValue::Number(number) = cells[&key] else { panic!("{key:?}") };
    let shown = row["values"][0][0].as_f64().unwrap();
    assert!((number - shown).abs() < 1e-9 || (number * 100.0 - shown).abs() < 1e-9, "{number} {shown}");
}

#[test]
fn a_table_is_given_only_for_its_token() {
    let office = Office::new();
    let id = office.sheet();
    let table = |token: &str| {
        let address = format!("/api/v1/table.csv?token={token}&sheet={id}");
        answer(&*office.app, head(Method::Get, &address, None, 0), Vec::new())
    };
    assert_eq!(table("x").status, 403, "off at first");
    let (_, on) = office.post("/api/v1/table-token", &json!({ "on": true, "sheet": id }));
    let url = on["url"].as_str().unwrap();
    let token = url.split("token=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    assert_eq!(table("x").status, 401);
    let given = table(&token);
    assert_eq!((given.status, given.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    let text = String::from_utf8(given.body.into_owned()).unwrap();
    assert!(text.starts_with("\u{feff}指標ID,指標名,単位,区分,地域,年度,値,"), "{text}");
    assert!(text.contains("B4-a,認定率,％,自地域,見本県 みほん市,2023,"), "{text}");
    office.post("/api/v1/table-token", &json!({ "on": false }));
    assert_eq!(table(&token).status, 403);
}

#[test]
fn settings_are_changed_line_by_line() {
    let office = Office::with(false);
    let path = office.workspace.folder("設定.toml");
    let comments =
        |text: &str| text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    let before = std::fs::read_to_string(&path).unwrap();
    let (status, told) = office.post("/api/v1/settings", &json!({ "compare": ["見本県みなと市"], "to": 2024 }));
    assert_eq!((status, &told["settings"]["to"]), (200, &json!(2024)), "{told}");
    let after = std::fs::read_to_string(&path).unwrap();
    assert_eq!(comments(&before), comments(&after));
    assert_eq!(told["settings"]["own"], json!(["見本県みほん市"]));
    let (status, _) = office.post("/api/v1/settings", &json!({ "above": 0.5, "below": 0.9 }));
    assert_eq!(status, 422);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
}

#[test]
fn the_page_comes_in_two_pieces_and_a_browser_may_keep_the_second() {
    let office = Office::with(false);
    let index = office.send(Method::Get, "/", Vec::new());
    assert_eq!(index.header("cache-control"), Some("no-store"));
    let policy = index.header("content-security-policy").unwrap().to_owned();
    let text = String::from_utf8(index.body.into_owned()).unwrap();
    let style = text.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    assert!(policy.contains(&format!("style-src 'self' 'sha256-{hash}';")), "{policy}");
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    let named: Vec<&str> = ["href=\"", "src=\""]
        .iter()
        .flat_map(|word| text.split(word).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .filter(|name| !name.starts_with('#') && !name.starts_with("data:"))
        .collect();
    let [script] = named[..] else { panic!("{named:?}") };
    assert!(script.starts_with("v/") && script.ends_with(".js"), "{script}");
    let folder = script.rsplit_once('/').unwrap().0;
    // What is fetched later lies beside it: Excel's part.
    for name in [script, &format!("{folder}/host.js"), &format!("{folder}/excel/adapter.js")] {
        for place in ["/", "/addin/"] {
            let response = office.send(Method::Get, &format!("{place}{name}"), Vec::new());
            assert_eq!(response.status, 200, "{place}{name}");
            assert_eq!(response.header("cache-control"), Some("private, max-age=31536000, immutable"));
            assert_eq!(response.header("content-type"), Some("text/javascript; charset=utf-8"));
            assert!(!response.header("content-security-policy").unwrap().contains("sha256"));
        }
    }
    // Another version's page never gets a part of this one.
    assert_eq!(office.send(Method::Get, "/v/0000000000000000/page.js", Vec::new()).status, 404);
    assert_eq!(office.send(Method::Get, "/v/page.js", Vec::new()).status, 404);
}

#[test]
fn settings_are_told_as_they_work() {
    let office = Office::with(false);
    std::fs::write(office.workspace.folder("設定.toml"), "\"地域一覧\" = \"areas.csv\"\n").unwrap();
    let (_, told) = office.get("/api/v1/settings");
    assert_eq!(told["settings"]["formats"], json!(["xlsx", "pdf"]));
    assert_eq!(told["settings"]["handout"], json!(["配布資料"]));
    assert_eq!(office.get("/api/v1/hello").1["own"], false);
    let (_, told) = office.post("/api/v1/settings", &json!({ "own": [OWN], "formats": ["xlsx"] }));
    assert_eq!((&told["settings"]["formats"], &told["settings"]["handout"]), (&json!(["xlsx"]), &json!([])));
    assert_eq!(office.get("/api/v1/hello").1["own"], true);
}

#[test]
fn a_paper_older_than_its_book_is_not_opened_unseen() {
    let office = Office::new();
    let address = format!("/api/v1/sheets/{}", office.sheet());
    let open = |body: Value| office.post(&format!("{address}/open"), &body);
    assert_eq!(open(json!({ "what": "pdf" })).0, 200);
    // Written to, by whomever.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    let book = std::fs::OpenOptions::new().append(true).open(office.book()).unwrap();
    book.set_modified(later).unwrap();
    let (status, told) = open(json!({ "what": "pdf" }));
    assert_eq!((status, told["code"].as_str()), (409, Some("paper-old")), "{told}");
    assert_eq!(open(json!({ "what": "pdf", "old": true })).0, 200);
    assert_eq!(open(json!({ "what": "xlsx" })).0, 200);
    // Made again it is of now, also where its bytes are the same.
    book.set_modified(std::time::SystemTime::now()).unwrap();
    for _ in 0..2 {
        let (_, job) = office.post(&format!("{address}/handout"), &json!({ "kinds": ["配布資料"] }));
        assert_eq!(office.finish(&job)["state"], "done");
        assert_eq!(open(json!({ "what": "pdf" })).0, 200);
        book.set_modified(std::time::SystemTime::now()).unwrap();
    }
    assert_eq!(office.opened.0.lock().unwrap().len(), 5);
}

#[test]
fn what_comes_into_the_folder_from_outside_is_news() {
    let office = Office::new();
    let generation = || office.get("/api/v1/state").1["generation"].as_u64().unwrap();
    office.sheet();
    let (first, second) = (generation(), generation());
    assert_eq!(first, second, "nothing happened");
    std::fs::copy(office.book(), office.book().with_file_name("外から.xlsx")).unwrap();
    assert!(generation() > second);
}

#[test]
fn a_folder_that_was_away_and_came_back_is_no_trouble_any_more() {
    let office = Office::with(false);
    let codes = || -> Vec<String> {
        let notices = office.get("/api/v1/state").1["notices"].clone();
        notices.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let look = || office.post("/api/v1/preview", &json!({ "own": OWN })).0;
    assert_eq!(look(), 200);
    let (here, away) = (office.workspace.folder(""), office.folder.path().join("away"));
    std::fs::rename(&here, &away).unwrap();
    assert_ne!(look(), 200);
    assert!(codes().contains(&"figures".to_owned()), "{:?}", codes());
    std::fs::rename(&away, &here).unwrap();
    // Told until the first look that finds it again, which comes by itself.
    while codes().contains(&"figures".to_owned()) {
        std::thread::yield_now();
    }
    assert_eq!(look(), 200);
}
