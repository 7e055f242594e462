//! A workspace of 見本県 みほん市 to drop files into, a clock that is set by hand, and the account of an end state.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chiiki_sheet::clock::Moment;
use chiiki_sheet::disk::RealFiles;
use chiiki_sheet::handout::Typesetter;
use chiiki_sheet::intake::Reader;
use chiiki_sheet::journal::{DropRecord, Journal};
use chiiki_sheet::model::Date;
use chiiki_sheet::read::Limits;
use chiiki_sheet::store::{Query, Store};
use chiiki_sheet::watch::{Clock, Engine, Options, Step};
use chiiki_sheet::workspace::Workspace;

/// Own insurer, areas, a workbook and no paper, no wait.
pub const SETTINGS: &str = "\"自地域\" = \"見本県みほん市\"\n\"比較地域\" = [\"見本県みなと市\"]\n\
    \"地域一覧\" = \"areas.csv\"\n\"作るもの\" = \"xlsx\"\n\"安定待ち\" = 0.5\n";

pub fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A new workspace.
pub fn workspace(root: &Path, settings: &str) -> Workspace {
    let workspace = Workspace::create(root).unwrap();
    fs::copy(package("examples/mihon/areas.csv"), root.join("areas.csv")).unwrap();
    fs::write(root.join("設定.toml"), settings).unwrap();
    workspace
}

/// Puts a file of the demo into 受付.
pub fn put(root: &Path, name: &str) {
    fs::copy(package("examples/mihon/受付").join(name), root.join("受付").join(name)).unwrap();
}

/// A small table with one figure of みほん市.
pub fn table(indicator: &str, year: u32, value: f64) -> String {
    format!(
        "\u{feff}都道府県,名称,団体コード,指標ID,期間,値,単位,備考\r\n見本県,みほん市,901008,{indicator},令和{year}年度,{value},,\r\n"
    )
}

/// Time that stands until it is set; the clock on the wall can be set by itself.
#[derive(Debug)]
pub struct SetClock(AtomicU64, AtomicI64);

impl Default for SetClock {
    fn default() -> Self {
        Self(AtomicU64::new(0), AtomicI64::new(0))
    }
}

/// 2026-11-22 09:00:00 in Japan
const BEGINNING_MS: i64 = 1_795_305_600_000;

impl SetClock {
    pub fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_millis() as u64, Ordering::SeqCst);
    }

    /// Sets the clock on the wall back.
    pub fn set_back(&self, time: Duration) {
        self.1.fetch_sub(time.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Duration {
        Duration::from_secs(1_000_000) + Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn moment(&self) -> Moment {
        Moment(BEGINNING_MS + self.0.load(Ordering::SeqCst) as i64 + self.1.load(Ordering::SeqCst))
    }
}

/// Options for tests in this process: no events, no child, time by hand.
pub fn options(clock: &Arc<SetClock>) -> Options {
    Options {
        date: Date::new(2026, 11, 22),
        events: false,
        files: Arc::new(RealFiles),
        clock: clock.clone(),
        reader: || Ok(Reader::InProcess(Limits::default())),
        typesetter: Typesetter::here,
        ..Options::default()
    }
}

/// Steps on for so long, as the engine asks to be waked.
pub fn run_for(engine: &mut Engine, clock: &SetClock, time: Duration) {
    let end = clock.now() + time;
    while clock.now() < end {
        match engine.step() {
            Step::Wait(pause) => clock.pass(pause.min(end.saturating_sub(clock.now())).max(Duration::from_millis(1))),
            Step::Stop => return,
        }
    }
}

pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Every drop, oldest first.
pub fn drops(root: &Path) -> Vec<DropRecord> {
    let mut drops = Journal::open(root).unwrap().drops(100_000).unwrap();
    drops.reverse();
    drops
}

/// Names of the drops with what became of them.
pub fn outcomes(root: &Path) -> Vec<(String, String)> {
    let told = |drop: DropRecord| (drop.name, drop.outcome.map_or("-", |outcome| outcome.id()).to_owned());
    drops(root).into_iter().map(told).collect()
}

/// The program on a workspace: `run --once`, with `CHIIKI_FAIL_AT` when it is to be killed. `None`: it was killed.
pub fn run_once(root: &Path, fail_at: Option<&str>) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"));
    command.args(["run", "--once", "--date", "2026-11-22", "--workspace"]).arg(root);
    if let Some(fail_at) = fail_at {
        command.env("CHIIKI_FAIL_AT", fail_at);
    }
    let output = command.output().unwrap();
    let code = output.status.code();
    if code.is_some_and(|code| code != 0) {
        println!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    code
}

/// Makes the files of 受付 an hour old, so that `--once` does not wait for them.
pub fn backdate(root: &Path) {
    let hour_ago = std::time::SystemTime::now() - seconds(3_600);
    for name in files(root, "受付").into_keys() {
        fs::File::options().write(true).open(root.join(name)).unwrap().set_modified(hour_ago).unwrap();
    }
}

/// Copies a folder, times too.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            let modified = entry.metadata().unwrap().modified().unwrap();
            // Kept originals are read-only; their times do not matter.
            if let Ok(file) = fs::File::options().write(true).open(&target) {
                file.set_modified(modified).unwrap();
            }
        }
    }
}

/// Every file below a folder with its bytes.
pub fn files(root: &Path, folder: &str) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, root: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                match fs::read(&path) {
                    Ok(bytes) => drop(found.insert(name, bytes)),
                    // Moved since the folder was listed: the engine may be at work.
                    Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{name}"),
                }
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&root.join(folder), root, &mut found);
    found
}

/// What must be the same whatever happened on the way: every byte people see, every original, and what the two
/// databases say apart from times.
#[derive(PartialEq, Eq)]
pub struct State {
    pub files: BTreeMap<String, Vec<u8>>,
    pub index: Vec<String>,
    pub journal: Vec<String>,
}

impl State {
    pub fn of(root: &Path) -> Self {
        let folders = ["受付", "処理済", "隔離", "出力", "台帳/originals"];
        let mut files: BTreeMap<String, Vec<u8>> = folders.iter().flat_map(|folder| files(root, folder)).collect();
        // A file that could not be taken at first arrives later, and one that is taken twice, twice.
        for (_, note) in files.iter_mut().filter(|(name, _)| name.starts_with("台帳") && name.ends_with(".json")) {
            let mut fields: serde_json::Value = serde_json::from_slice(note).unwrap();
            fields.as_object_mut().unwrap().remove("arrived");
            *note = serde_json::to_vec(&fields).unwrap();
        }
        let store = Store::open(root).unwrap();
        let mut index: Vec<String> = store.files().unwrap().iter().map(|file| format!("{file:?}")).collect();
        index.extend(store.load(&Query::default()).unwrap().iter().map(|observation| format!("{observation:?}")));
        index.extend(store.texts().unwrap().iter().map(|text| format!("{text:?}")));
        let open = Journal::open(root).unwrap();
        let outputs = open.outputs(100_000).unwrap();
        let path = |id: &i64| outputs.iter().find(|output| output.id == *id).map(|output| output.path.clone());
        let all = drops(root);
        let mut journal: Vec<String> = all
            .iter()
            .map(|drop| {
                let first = all.iter().find(|other| Some(other.id) == drop.duplicate_of).map(|other| &other.name);
                let made: Vec<_> = drop.made.iter().map(path).collect();
                let DropRecord { name, state, sha256, outcome, code, notes, filed, .. } = drop;
                format!("{name} {state:?} {sha256:?} {outcome:?} {code:?} {notes:?} {filed:?} {first:?} {made:?}")
            })
            .collect();
        journal.extend(
            outputs.iter().map(|output| format!("{} {} {} {}", output.own, output.kind, output.path, output.sha256)),
        );
        journal.extend(open.owed().unwrap().iter().map(|owed| format!("owed {}", owed.own)));
        Self { files, index, journal }
    }

    /// What differs, in words; empty when nothing does.
    pub fn differences(&self, other: &Self) -> String {
        let mut told = String::new();
        for name in self.files.keys().chain(other.files.keys()) {
            let (mine, yours) = (self.files.get(name), other.files.get(name));
            if mine != yours {
                let size = |bytes: Option<&Vec<u8>>| bytes.map_or("none".to_owned(), |bytes| bytes.len().to_string());
                told.push_str(&format!("{name}: {} and {} bytes\n", size(mine), size(yours)));
            }
        }
        if self.index != other.index {
            told.push_str(&format!("index: {} and {} lines\n", self.index.len(), other.index.len()));
        }
        if self.journal != other.journal {
            told.push_str(&format!("journal: {:#?}\nand {:#?}\n", self.journal, other.journal));
        }
        told
    }
}

/// Whether the long variants are wanted.
pub fn long() -> bool {
    std::env::var_os("CHIIKI_LONG").is_some()
}

/// A file system between the engine and the disk that can be told what to refuse.
#[derive(Debug, Default)]
pub struct Gate {
    /// Files another program has open, by name: reading them without others fails by 32
    pub held: Mutex<Vec<String>>,
    /// Files nobody else can read at all, by name
    pub locked: Mutex<Vec<String>>,
    /// Files that cannot be moved, by name
    pub fixed: Mutex<Vec<String>>,
    /// Files at which the program itself fails, by name
    pub cursed: Mutex<Vec<String>>,
    /// Whom to tell to rest while a file is read
    pub rest: Mutex<Option<chiiki_sheet::watch::Handle>>,
}

mod gate {
    use std::io;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use chiiki_sheet::disk::{Entry, FileSystem, Files, Found, RealFiles, Stat};

    fn names(list: &std::sync::Mutex<Vec<String>>, path: &Path) -> bool {
        let name = path.file_name().unwrap().to_str().unwrap();
        list.lock().unwrap().iter().any(|one| one == name)
    }

    impl FileSystem for super::Gate {
        fn create_dir(&self, dir: &Path) -> io::Result<()> {
            RealFiles.create_dir(dir)
        }
        fn look(&self, path: &Path) -> io::Result<Found> {
            RealFiles.look(path)
        }
        fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            RealFiles.write_new(path, bytes)
        }
        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            RealFiles.rename(from, to)
        }
        fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
            if names(&self.fixed, from) {
                return Err(io::Error::from_raw_os_error(32));
            }
            RealFiles.rename_new(from, to)
        }
        fn remove(&self, path: &Path) -> io::Result<()> {
            RealFiles.remove(path)
        }
        fn sync_dir(&self, dir: &Path) {
            RealFiles.sync_dir(dir);
        }
        fn temporary_files(&self, dir: &Path) -> Vec<(PathBuf, Duration)> {
            RealFiles.temporary_files(dir)
        }
        fn wait(&self, _: Duration) {}
    }

    impl Files for super::Gate {
        fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
            RealFiles.list(dir)
        }
        fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
            RealFiles.stat(path)
        }
        fn read(&self, path: &Path, limit: u64, deny_writers: bool) -> io::Result<Vec<u8>> {
            assert!(!names(&self.cursed, path), "a fault of the program, ordered by a test");
            if (deny_writers && names(&self.held, path)) || names(&self.locked, path) {
                return Err(io::Error::from_raw_os_error(32));
            }
            if let Some(handle) = self.rest.lock().unwrap().take() {
                handle.pause(true);
            }
            RealFiles.read(path, limit, deny_writers)
        }
    }
}
