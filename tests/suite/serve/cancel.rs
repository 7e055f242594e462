//! A word to stop is felt soon, and leaves everything as it was.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chiiki_sheet::error::{Cancel, Error};
use chiiki_sheet::handout::Kind;
use chiiki_sheet::job::{self, Bases, FillRequest};
use chiiki_sheet::model::Date;
use chiiki_sheet::workspace::OUTPUT;
use serde_json::{Value, json};

use super::support::{OWN, Office};

/// Every file of a folder with its bytes.
fn lying(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

/// The job once it says that it is at this step.
fn at_step(office: &Office, answer: &Value, step: &str) {
    let id = answer["job"]["id"].as_str().unwrap_or_else(|| panic!("{answer}"));
    loop {
        let (_, job) = office.get(&format!("/api/v1/jobs/{id}"));
        assert!(["queued", "running"].contains(&job["state"].as_str().unwrap()), "{job}");
        if job["step"] == step {
            return;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_job_that_waits_for_the_watcher_ends_at_once() {
    let office = Office::new();
    let id = office.sheet();
    let before = lying(&office.workspace.folder(OUTPUT));
    // The watcher is at work and stays so.
    let _writing = office.desk.writing.lock().unwrap();
    let fill = json!({ "kind": "fill", "own": OWN, "compare": ["見本県みなと市"] });
    let (_, answer) = office.post("/api/v1/jobs", &fill);
    at_step(&office, &answer, "シートと資料を作成中");
    let job = answer["job"]["id"].as_str().unwrap();
    let (status, told) = office.post(&format!("/api/v1/jobs/{job}/cancel"), &json!({}));
    assert_eq!((status, &told["step"]), (200, &json!("中止しています")), "{told}");
    let done = office.finish(&answer);
    assert_eq!((&done["state"], &done["report"]), (&json!("cancelled"), &Value::Null), "{done}");

    let (_, answer) = office.post(&format!("/api/v1/sheets/{id}/refill"), &json!({ "adopt": true }));
    at_step(&office, &answer, "数値を読み込み中");
    office.post(&format!("/api/v1/jobs/{}/cancel", answer["job"]["id"].as_str().unwrap()), &json!({}));
    assert_eq!(office.finish(&answer)["state"], "cancelled");
    assert_eq!(lying(&office.workspace.folder(OUTPUT)), before);
}

/// The request of the demo's insurer with everything that can be made.
fn everything(office: &Office, out: &Path, cancel: Cancel) -> (FillRequest, chiiki_sheet::intake::Evidence) {
    let catalog = office.workspace.catalog().unwrap();
    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned()],
        papers: vec![Kind::Handout, Kind::Worksheet],
        cancel,
        ..FillRequest::new(OWN, out.to_owned(), Date::parse("2026-11-23").unwrap())
    };
    (request, office.workspace.evidence(&catalog).unwrap())
}

#[test]
fn whenever_the_word_comes_everything_is_made_or_nothing() {
    let office = Office::with(false);
    let catalog = office.workspace.catalog().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (mut stopped, mut made) = (0, 0);
    for round in 0..6u64 {
        let out = folder.path().join(round.to_string());
        std::fs::create_dir(&out).unwrap();
        // Every second time a sheet of an earlier day lies there, whose refill has news.
        if round % 2 == 0 {
            let (earlier, evidence) = everything(&office, &out, Cancel::default());
            let earlier = FillRequest { compare: Vec::new(), papers: Vec::new(), ..earlier };
            job::make(&earlier, &Bases::default(), &evidence, &catalog).unwrap();
        }
        let before = lying(&out);
        let flag = Arc::new(AtomicBool::new(round == 0));
        let (request, evidence) = everything(&office, &out, Cancel::by(flag.clone()));
        let word = std::thread::spawn(move || {
            // From before the first piece to after the last, whatever the machine.
            std::thread::sleep(Duration::from_millis(round * round * 100));
            flag.store(true, Ordering::SeqCst);
        });
        match job::make(&request, &Bases::default(), &evidence, &catalog) {
            Err(Error::Cancelled) => {
                stopped += 1;
                assert_eq!(lying(&out), before, "round {round}");
            }
            Ok(report) => {
                made += 1;
                assert_eq!(report.outputs.len(), 3, "round {round}");
                assert!(report.outputs.iter().all(|output| output.path.is_file()));
            }
            Err(error) => panic!("{error}"),
        }
        word.join().unwrap();
    }
    assert!(stopped > 0, "made {made}");
}

#[cfg(unix)]
#[test]
fn a_paper_that_takes_long_is_not_waited_for() {
    use std::os::unix::fs::PermissionsExt as _;

    use chiiki_sheet::handout::{Options, TemplateFiles, Typesetter, child, options, prepare};

    let office = Office::with(false);
    let catalog = office.workspace.catalog().unwrap();
    let (request, evidence) = everything(&office, office.folder.path(), Cancel::default());
    let (comparison, _) = job::understand(&request, &evidence, &catalog).unwrap();
    let layouts = BTreeMap::new();
    let background =
        prepare::Background { observations: &evidence.observations, texts: &[], layouts: &layouts, diagnostics: &[] };
    let template = TemplateFiles::shipped();
    let sent = child::Request {
        handout: prepare::prepare(&comparison, background, request.date, false),
        kind: Kind::Handout,
        options: Options::parse(template.get(options::FILE).unwrap()).unwrap().of(Kind::Handout).clone(),
        template,
        date: request.date,
    };
    // A typesetter that never ends.
    let exe = office.folder.path().join("never.sh");
    std::fs::write(&exe, "#!/bin/sh\nexec tail -f /dev/null\n").unwrap();
    std::fs::set_permissions(&exe, std::fs::Permissions::from_mode(0o755)).unwrap();
    let flag = Arc::new(AtomicBool::new(false));
    let cancel = Cancel::by(flag.clone());
    let word = std::thread::spawn(move || flag.store(true, Ordering::SeqCst));
    // Without the word this would take minutes.
    let typesetter = Typesetter::of(exe);
    assert!(typesetter.set(&sent, &cancel).unwrap().is_err());
    word.join().unwrap();
}

#[test]
fn the_reading_of_files_rests_when_told_to() {
    let office = Office::with(false);
    let (_, state) = office.get("/api/v1/state");
    assert_eq!(state["paused"], false);
    assert_eq!(office.post("/api/v1/intake", &json!({ "paused": true })), (200, json!({ "paused": true })));
    assert!(*office.desk.paused.lock().unwrap());
    assert_eq!(office.post("/api/v1/intake", &json!({ "paused": false })).0, 200);
    assert!(!*office.desk.paused.lock().unwrap());
    assert_eq!(office.post("/api/v1/intake", &json!({})).0, 422);
}
