//! A workspace of the fictitious みほん市 with one sheet, behind a service in memory.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::handout::{Kind, Typesetter};
use chiiki_sheet::intake::Reader;
use chiiki_sheet::job::{self, Bases, FillRequest};
use chiiki_sheet::model::Date;
use chiiki_sheet::read::Limits;
use chiiki_sheet::serve::desk::{Desk, Dropped, Hold, LogLine, Making, Watching};
use chiiki_sheet::serve::http::{Handler, Head, Method, Request, Response};
use chiiki_sheet::serve::key::Key;
use chiiki_sheet::serve::opener::Opener;
use chiiki_sheet::serve::place::Cards;
use chiiki_sheet::serve::{App, Options, front};
use chiiki_sheet::workspace::{INBOX, OUTPUT, Workspace, create_sample};
use serde_json::Value;
use tempfile::TempDir;

/// The port the memory pretends to be reached by.
pub const PORT: u16 = 50_001;
pub const OWN: &str = "見本県みほん市";

/// Whoever watches, in memory.
#[derive(Default)]
pub struct Double {
    pub drops: Mutex<Vec<Dropped>>,
    pub woken: Mutex<usize>,
    pub writing: Mutex<()>,
    pub paused: Mutex<bool>,
    pub not_made: Mutex<Option<String>>,
}

impl Desk for Double {
    fn generation(&self) -> u64 {
        *self.woken.lock().unwrap() as u64
    }

    fn watching(&self) -> Watching {
        let not_made = self.not_made.lock().unwrap().clone();
        Watching { watching: "running".to_owned(), folder_ok: true, not_made, ..Watching::default() }
    }

    fn drops(&self, most: usize) -> Vec<Dropped> {
        self.drops.lock().unwrap().iter().take(most).cloned().collect()
    }

    fn makings(&self, _: usize) -> Vec<Making> {
        Vec::new()
    }

    fn wake(&self) {
        *self.woken.lock().unwrap() += 1;
    }

    fn log(&self, _: usize) -> Vec<LogLine> {
        vec![LogLine {
            at: "2026-11-22T10:00:00+09:00".to_owned(), level: "info".to_owned(), text: "開始".to_owned()
        }]
    }

    fn try_exclusive<'a>(&'a self) -> Option<Box<dyn Hold + 'a>> {
        Some(Box::new(self.writing.try_lock().ok()?))
    }

    fn pause(&self, rest: bool) {
        *self.paused.lock().unwrap() = rest;
    }

    fn stop(&self) {}
}

/// What was opened on the PC.
#[derive(Clone, Default)]
pub struct Opened(pub Arc<Mutex<Vec<String>>>);

impl Opener for Opened {
    fn open_path(&self, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().push(path.file_name().unwrap().to_string_lossy().into_owned());
        Ok(())
    }

    fn open_page(&self, address: &str) -> io::Result<()> {
        self.0.lock().unwrap().push(address.to_owned());
        Ok(())
    }
}

pub fn in_process() -> chiiki_sheet::error::Result<Reader> {
    Ok(Reader::InProcess(Limits::default()))
}

pub fn options(folder: &Path, desk: Arc<Double>, opened: Opened) -> Options {
    Options {
        cards: Cards::in_folder(folder.join("user")),
        opener: Box::new(opened),
        watch: Box::new(move |_| Ok(desk.clone())),
        today: Box::new(|| Date::parse("2026-11-22").unwrap()),
        reader: in_process,
        typesetter: Typesetter::here,
        limits: front::Limits::default(),
        tls: None,
        office: None,
    }
}

pub struct Office {
    pub folder: TempDir,
    pub workspace: Workspace,
    pub app: Arc<App>,
    pub desk: Arc<Double>,
    pub opened: Opened,
    pub key: Key,
}

/// The files that hold the figures of みほん市's sheet, without the thirty others of the sample.
const FILES: [&str; 2] = ["見本県 みほん市_地域分析・検討シート.xlsx", "B1_第１号被保険者数_地域別.xlsx"];

/// A workspace with figures and, when asked for, a sheet with its paper.
pub fn workspace(folder: &Path, sheet: bool) -> Workspace {
    let workspace = create_sample(&folder.join("work")).unwrap();
    let catalog: Catalog = workspace.catalog().unwrap();
    let mut store = workspace.store().unwrap();
    let mut reader = in_process().unwrap();
    for entry in std::fs::read_dir(workspace.folder(INBOX)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if FILES.contains(&name.as_str()) || name.starts_with("B1_") {
            workspace.import(&mut store, &path, &catalog, None, &mut reader).unwrap();
        }
        std::fs::remove_file(path).unwrap();
    }
    if sheet {
        let evidence = workspace.evidence(&catalog).unwrap();
        let date = Date::parse("2026-11-20").unwrap();
        let request = FillRequest {
            papers: vec![Kind::Handout],
            from: Some(2023),
            to: Some(2025),
            ..FillRequest::new(OWN, workspace.folder(OUTPUT), date)
        };
        job::make(&request, &Bases::default(), &evidence, &catalog).unwrap();
    }
    workspace
}

impl Office {
    pub fn new() -> Self {
        Self::with(true)
    }

    /// Before anybody chose a workspace.
    pub fn unset() -> Self {
        Self::made(None)
    }

    pub fn with(sheet: bool) -> Self {
        Self::made(Some(sheet))
    }

    fn made(sheet: Option<bool>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(folder.path(), sheet == Some(true));
        let (desk, opened) = (Arc::new(Double::default()), Opened::default());
        let key = Key::random().unwrap();
        let options = options(folder.path(), desk.clone(), opened.clone());
        let app = App::new(key.clone(), sheet.map(|_| workspace.clone()), options).unwrap();
        Self { folder, workspace, app, desk, opened, key }
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        parsed(self.send(Method::Get, path, Vec::new()))
    }

    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        parsed(self.send(Method::Post, path, serde_json::to_vec(body).unwrap()))
    }

    pub fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Response {
        answer(&*self.app, head(method, path, Some(&self.key), body.len()), body)
    }

    /// The only sheet's id.
    pub fn sheet(&self) -> String {
        let (status, list) = self.get("/api/v1/sheets");
        assert_eq!(status, 200, "{list}");
        list["items"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Waits for a job to end.
    pub fn finish(&self, answer: &Value) -> Value {
        let id = answer["job"]["id"].as_str().unwrap_or_else(|| panic!("{answer}"));
        loop {
            let (_, job) = self.get(&format!("/api/v1/jobs/{id}"));
            if !["queued", "running"].contains(&job["state"].as_str().unwrap()) {
                return job;
            }
            std::thread::yield_now();
        }
    }

    /// The book of the only sheet, as it lies on the disk.
    pub fn book(&self) -> std::path::PathBuf {
        let (_, list) = self.get("/api/v1/sheets");
        self.workspace.folder(OUTPUT).join(list["items"][0]["file"].as_str().unwrap())
    }
}

pub fn head(method: Method, address: &str, key: Option<&Key>, length: usize) -> Head {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    });
    let mut headers = vec![("host".to_owned(), format!("127.0.0.1:{PORT}"))];
    headers.extend(key.map(|key| ("x-chiiki-key".to_owned(), key.as_str().to_owned())));
    if method == Method::Post {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    Head {
        method,
        path: path.trim_start_matches('/').split('/').map(str::to_owned).collect(),
        query: pairs.collect(),
        headers,
        content_length: length as u64,
        keep_alive: true,
        port: PORT,
        tls: false,
    }
}

pub fn answer(handler: &dyn Handler, head: Head, body: Vec<u8>) -> Response {
    match handler.admit(&head) {
        Err(response) => response,
        Ok(most) => {
            assert!(body.len() as u64 <= most, "larger than admitted");
            handler.answer(&Request { head, body })
        }
    }
}

fn parsed(response: Response) -> (u16, Value) {
    let value = serde_json::from_slice(&response.body)
        .unwrap_or_else(|_| panic!("{} no JSON: {}", response.status, String::from_utf8_lossy(&response.body)));
    (response.status, value)
}
