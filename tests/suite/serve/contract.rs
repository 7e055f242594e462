//! The service and the description of its interface say the same.

use std::collections::BTreeSet;

use chiiki_sheet::serve::guard::Access;
use chiiki_sheet::serve::http::Method;
use chiiki_sheet::serve::router::ROUTES;
use serde_json::{Value, json};

use super::schema::{description, problems};
use super::support::{OWN, Office, in_process};

#[test]
fn every_route_is_described_and_every_description_has_a_route() {
    let described: BTreeSet<(String, String)> = description()["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone()))
        })
        .collect();
    let routed: BTreeSet<(String, String)> = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("api/"))
        .map(|route| {
            let method = if route.method == Method::Post { "post" } else { "get" };
            (method.to_owned(), format!("/{}", route.path))
        })
        .collect();
    assert_eq!(described, routed);
}

#[test]
fn what_needs_the_key_is_described_so() {
    let description = description();
    for route in ROUTES.iter().filter(|route| route.path.starts_with("api/")) {
        let method = if route.method == Method::Post { "post" } else { "get" };
        let security = &description["paths"][format!("/{}", route.path)][method]["security"];
        assert_eq!(security == &json!([{ "key": [] }]), route.access == Access::Key, "{}", route.path);
    }
}

/// Asks and holds the answer against its schema.
fn described(office: &Office, method: &str, route: &str, address: &str, body: &Value) -> Value {
    let root = description();
    let (status, value) = if method == "get" { office.get(address) } else { office.post(address, body) };
    let responses = &root["paths"][route][method]["responses"];
    let mut response = &responses[status.to_string()];
    if let Some(target) = response["$ref"].as_str() {
        response = root.pointer(target.trim_start_matches('#')).unwrap();
    }
    let schema = &response["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{method} {address} answers {status}, which is not described: {value}");
    let found = problems(&root, schema, &value);
    assert!(found.is_empty(), "{method} {address} {status}\n{}", found.join("\n"));
    assert_eq!(status, 200, "{method} {address} {value}");
    value
}

/// Another file gives 認定率 of the own insurer differently: answers about it bring a caution.
fn disagreeing_file(office: &Office) {
    let path = office.folder.path().join("別の値.csv");
    std::fs::write(&path, "都道府県,名称,指標ID,期間,値\n見本県,みほん市,B4-a,令和6年度,99.9\n").unwrap();
    let catalog = office.workspace.catalog().unwrap();
    let mut store = office.workspace.store().unwrap();
    let mut reader = in_process().unwrap();
    office.workspace.import(&mut store, &path, &catalog, None, &mut reader).unwrap();
}

#[test]
fn answers_are_as_described() {
    let office = Office::new();
    let none = Value::Null;
    let get = |route: &str, address: &str| described(&office, "get", route, address, &none);
    let post = |route: &str, address: &str, body: &Value| described(&office, "post", route, address, body);
    get("/api/v1/ping", "/api/v1/ping?nonce=1");
    get("/api/v1/hello", "/api/v1/hello");
    get("/api/v1/openapi.json", "/api/v1/openapi.json");
    get("/api/v1/setup", "/api/v1/setup");
    get("/api/v1/state", "/api/v1/state?since=0");
    get("/api/v1/areas", "/api/v1/areas?q=みほん");
    get("/api/v1/areas", "/api/v1/areas?prefecture=90&with_data=1");
    get("/api/v1/areas/suggest", &format!("/api/v1/areas/suggest?own={OWN}"));
    get("/api/v1/prefectures", "/api/v1/prefectures");
    get("/api/v1/indicators", "/api/v1/indicators");
    get("/api/v1/settings", "/api/v1/settings");
    get("/api/v1/sheets", "/api/v1/sheets?q=みほん&sort=name&order=asc&page=1&size=10&status=private");
    get("/api/v1/log", "/api/v1/log");
    get("/api/v1/licences", "/api/v1/licences");
    get("/api/v1/doctor", "/api/v1/doctor");
    get("/api/v1/drops", "/api/v1/drops?page=1");
    let wish = json!({ "own": OWN, "compare": ["見本県みなと市"], "from": 2023, "to": 2025 });
    let asked = json!({ "own": OWN, "years": [2024, 2025], "add": ["B4-a"] });
    let update = post("/api/v1/update-plan", "/api/v1/update-plan", &asked);
    assert!(update["figures"].as_array().unwrap().iter().any(|one| one["number"].is_number()), "{update}");
    disagreeing_file(&office);
    let preview = post("/api/v1/preview", "/api/v1/preview", &wish);
    assert!(!preview["cautions"].as_array().unwrap().is_empty(), "{preview}");
    assert!(preview["blocks"][0]["indicators"][0]["sources"][0][2]["cell"].is_string(), "{preview}");
    post("/api/v1/missing", "/api/v1/missing", &wish);
    post("/api/v1/update-plan", "/api/v1/update-plan", &json!({ "own": OWN, "years": [2023] }));
    let id = office.sheet();
    let of = |rest: &str| format!("/api/v1/sheets/{id}{rest}");
    let detail = get("/api/v1/sheets/{id}", &of(""));
    assert_eq!(detail["texts"].as_array().unwrap().len(), 15);
    let cell = detail["comparison"]["blocks"][0]["indicators"][0]["cells"][0][2].as_str().unwrap().to_owned();
    let source = get("/api/v1/sheets/{id}/source", &of(&format!("/source?cell={cell}")));
    assert_eq!(source["explain"]["kind"], "figure");
    get("/api/v1/sheets/{id}/changes", &of("/changes"));
    post("/api/v1/sheets/{id}/status", &of("/status"), &json!({ "shared": true }));
    post("/api/v1/sheets/{id}/open", &of("/open"), &json!({ "what": "xlsx" }));
    let job = post("/api/v1/sheets/{id}/refill", &of("/refill"), &json!({}));
    assert_eq!(office.finish(&job)["state"], "done");
    let job = post("/api/v1/sheets/{id}/handout", &of("/handout"), &json!({ "kinds": ["1枚もの"] }));
    assert_eq!(office.finish(&job)["state"], "done");
    let job = post("/api/v1/jobs", "/api/v1/jobs", &json!({ "kind": "fill", "own": OWN, "formats": ["xlsx"] }));
    let done = office.finish(&job);
    assert_eq!(done["state"], "done", "{done}");
    let job = done["id"].as_str().unwrap().to_owned();
    get("/api/v1/jobs/{id}", &format!("/api/v1/jobs/{job}"));
    get("/api/v1/jobs/{id}/sheet", &format!("/api/v1/jobs/{job}/sheet"));
    post("/api/v1/jobs/{id}/cancel", &format!("/api/v1/jobs/{job}/cancel"), &json!({}));
    post("/api/v1/sheets/{id}/copy", &of("/copy"), &json!({ "name": "控えではない写し" }));
    post("/api/v1/drops", "/api/v1/drops", &json!({ "name": "a.csv", "base64": "YSxiCjEsMgo=" }));
    post("/api/v1/settings", "/api/v1/settings", &json!({ "compare": ["見本県みなと市"], "from": null }));
    post("/api/v1/table-token", "/api/v1/table-token", &json!({ "on": true, "sheet": id }));
    post("/api/v1/table-token", "/api/v1/table-token", &json!({ "on": false }));
    post("/api/v1/launch-link", "/api/v1/launch-link", &json!({}));
    post("/api/v1/stop", "/api/v1/stop", &json!({}));
}
