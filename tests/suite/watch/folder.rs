//! What settles when, what wakes it, and what is told: with time set by hand.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::fs;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use chiiki_sheet::journal::{DropOutcome, DropRecord, DropState, Journal};
use chiiki_sheet::store::{Query, Store};
use chiiki_sheet::watch::{Engine, Handle, Options, Step, Stopped, Watching, is_running, stop};
use chiiki_sheet::workspace::Workspace;

use super::kit::{
    Gate, SETTINGS, SetClock, drops, files, long, options, outcomes, put, run_for, seconds, table, workspace,
};

/// Three seconds of wait, as people have it.
pub(super) fn waiting() -> String {
    SETTINGS.replace("= 0.5", "= 3")
}

/// Settings without an own insurer: files are read and filed, no sheet is made.
pub(super) const NO_SHEETS: &str = "\"地域一覧\" = \"areas.csv\"\n\"安定待ち\" = 3\n";

pub(super) struct Bench {
    pub(super) folder: tempfile::TempDir,
    pub(super) clock: Arc<SetClock>,
    pub(super) engine: Engine,
}

impl Bench {
    pub(super) fn new(settings: &str, change: impl FnOnce(Options) -> Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::default());
        let workspace = workspace(&folder.path().join("作業"), settings);
        let engine = Engine::open(workspace, change(options(&clock))).unwrap();
        Self { folder, clock, engine }
    }

    pub(super) fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("作業")
    }

    pub(super) fn run(&mut self, time: Duration) {
        run_for(&mut self.engine, &self.clock, time);
    }

    pub(super) fn handle(&self) -> Handle {
        self.engine.handle()
    }

    pub(super) fn status(&self) -> String {
        fs::read_to_string(self.root().join("状態.txt")).unwrap()
    }
}

#[test]
fn a_dropped_sheet_of_the_last_period_brings_its_texts_also_when_the_sheet_is_made_already() {
    let last = "【記入済】見本県 みほん市_地域分析・検討シート_R7.12.xlsx";
    let text = "第10期計画策定委員会（第2回）で説明した。";
    for late in [false, true] {
        let mut bench = Bench::new(&waiting(), |options| options);
        put(&bench.root(), "B4-a_認定率（要介護度別）_時系列.xlsx");
        if late {
            bench.run(seconds(12));
        }
        put(&bench.root(), last);
        bench.run(seconds(12));
        let outputs = Journal::open(&bench.root()).unwrap().outputs(10).unwrap();
        let bytes = fs::read(bench.root().join(&outputs[0].path)).unwrap();
        let grid = crate::refill::doc::grid(&bytes, "地域分析・検討シート");
        assert_eq!(
            grid.cells().iter().filter(|cell| cell.value.display().starts_with(text)).count(),
            1,
            "late: {late}"
        );
    }
}

#[test]
fn a_file_is_taken_after_the_wait_and_a_sheet_is_made() {
    let mut bench = Bench::new(&waiting(), |options| options);
    bench.run(seconds(1));
    put(&bench.root(), "B4-a_認定率（要介護度別）_時系列.xlsx");
    bench.run(seconds(12));
    assert_eq!(outcomes(&bench.root()), [("B4-a_認定率（要介護度別）_時系列.xlsx".to_owned(), "read".to_owned())]);
    let drop = &drops(&bench.root())[0];
    assert_eq!(drop.filed.as_deref(), Some("処理済/2026-11-22/B4-a_認定率（要介護度別）_時系列.xlsx"));
    let outputs = Journal::open(&bench.root()).unwrap().outputs(10).unwrap();
    assert_eq!(drop.made, outputs.iter().map(|output| output.id).collect::<Vec<_>>());
    assert_eq!((outputs[0].own.as_str(), outputs[0].kind.as_str()), ("見本県 みほん市", "xlsx"));
    assert!(bench.root().join(&outputs[0].path).is_file());
    let status = bench.status();
    assert!(status.starts_with('\u{feff}') && status.contains("取り込み 1件"), "{status}");
    assert!(status.matches('\n').count() == status.matches("\r\n").count(), "for Notepad");
}

#[test]
fn a_slow_writer_is_not_read_early() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    let whole: String = (0..60).map(|n| table("D17-f", 5, f64::from(n))).collect();
    let path = bench.root().join("受付/遅い.csv");
    let mut file = fs::File::create(&path).unwrap();
    for piece in whole.as_bytes().chunks(100) {
        file.write_all(piece).unwrap();
        file.sync_all().unwrap();
        bench.run(Duration::from_millis(50));
        assert!(drops(&bench.root()).iter().all(|drop| drop.state == DropState::Seen), "read while it grew");
        assert!(path.exists());
    }
    // The clock of the test stands still beside that of the disk: only what is listed counts.
    bench.run(seconds(2));
    assert!(path.exists());
    bench.run(seconds(12));
    let drops = drops(&bench.root());
    assert_eq!(drops.len(), 1);
    assert_eq!(drops[0].size, whole.len() as u64, "its final content");
    assert_eq!(drops[0].state, DropState::Filed);
}

#[test]
fn excels_way_of_saving_gives_one_run() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    let inbox = bench.root().join("受付");
    // Excel writes beside the file, deletes it, gives the new one its name; again and again while someone works.
    for save in 0..4 {
        fs::write(inbox.join("~$表.csv"), "").unwrap();
        fs::write(inbox.join("5E21F000"), table("D17-f", 5, 1.0)).unwrap();
        bench.run(Duration::from_millis(300));
        let _ = fs::remove_file(inbox.join("表.csv"));
        bench.run(Duration::from_millis(100));
        fs::rename(inbox.join("5E21F000"), inbox.join("表.csv")).unwrap();
        fs::write(inbox.join("表.csv"), table("D17-f", 5, f64::from(save))).unwrap();
        bench.run(Duration::from_millis(1_500));
    }
    bench.run(seconds(15));
    let taken: Vec<_> = drops(&bench.root()).into_iter().filter(|drop| drop.outcome.is_some()).collect();
    assert_eq!(taken.len(), 1, "{taken:#?}");
    assert_eq!((taken[0].name.as_str(), taken[0].outcome), ("表.csv", Some(DropOutcome::Read)));
    let store = Store::open(&bench.root()).unwrap();
    let values: Vec<_> = store.load(&Query::default()).unwrap().iter().map(|one| one.datum.value()).collect();
    assert_eq!(values, [Some(3.0)], "the last save");
    assert_eq!(files(&bench.root(), "受付").keys().collect::<Vec<_>>(), ["受付/~$表.csv"]);
}

#[test]
fn without_any_event_the_timer_finds_it() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    bench.run(seconds(1));
    assert!(matches!(bench.handle().snapshot().watching, Watching::Poll { .. }));
    fs::write(bench.root().join("受付/表.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(10 + 3 + 1));
    assert_eq!(outcomes(&bench.root()), [("表.csv".to_owned(), "read".to_owned())]);
}

/// The system's watcher lives and says nothing any more: the folder it watches is not the one of that name.
#[cfg(target_os = "linux")]
#[test]
fn with_a_watcher_that_went_silent_the_timer_finds_it() {
    let mut bench = Bench::new(NO_SHEETS, |options| Options { events: true, ..options });
    bench.run(seconds(1));
    let inbox = bench.root().join("受付");
    fs::rename(&inbox, bench.root().join("前の受付")).unwrap();
    fs::create_dir(&inbox).unwrap();
    bench.run(seconds(5));
    assert_eq!(bench.handle().snapshot().watching, Watching::Events);
    fs::write(inbox.join("表.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(30 + 3 + 1));
    assert_eq!(outcomes(&bench.root()), [("表.csv".to_owned(), "read".to_owned())]);
}

#[test]
fn a_workbook_left_open_is_read_after_the_wait_and_moved_when_it_is_closed() {
    let gate = Arc::new(Gate::default());
    let mut bench = Bench::new(NO_SHEETS, |options| Options { files: gate.clone(), ..options });
    gate.held.lock().unwrap().push("開.csv".to_owned());
    gate.fixed.lock().unwrap().push("開.csv".to_owned());
    fs::write(bench.root().join("受付/開.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(25));
    assert_eq!(drops(&bench.root())[0].outcome, None, "not while it may still be written");
    bench.run(seconds(20));
    let drop = drops(&bench.root()).remove(0);
    assert_eq!((drop.outcome, drop.state), (Some(DropOutcome::Read), DropState::Filled));
    assert!(drop.notes[0].contains("開いたまま"), "{:?}", drop.notes);
    assert!(bench.status().contains("開.csv"), "{}", bench.status());
    bench.run(seconds(60));
    assert_eq!(drops(&bench.root()).len(), 1, "lying there it is not taken again");
    gate.held.lock().unwrap().clear();
    gate.fixed.lock().unwrap().clear();
    bench.run(seconds(5));
    assert_eq!(drops(&bench.root())[0].state, DropState::Filed);
    assert!(files(&bench.root(), "受付").is_empty());
}

#[test]
fn told_to_rest_it_ends_after_the_file_it_is_at_and_goes_on_where_it_was() {
    let gate = Arc::new(Gate::default());
    let mut bench = Bench::new(NO_SHEETS, |options| Options { files: gate.clone(), ..options });
    let names: Vec<String> = (1..=5).map(|number| format!("表{number}.csv")).collect();
    for (year, name) in (1..).zip(&names) {
        fs::write(bench.root().join("受付").join(name), table("D17-f", year, f64::from(year))).unwrap();
    }
    *gate.rest.lock().unwrap() = Some(bench.handle());
    bench.run(seconds(60));
    // The word came while the first was read: that one is whole, the others lie where they were.
    assert!(bench.handle().is_paused());
    let read = |bench: &Bench| outcomes(&bench.root()).iter().filter(|(_, outcome)| outcome == "read").count();
    assert_eq!(read(&bench), 1);
    assert_eq!(files(&bench.root(), "受付").len() + files(&bench.root(), "処理済").len(), 5);
    // Whoever writes sheets on the page is not kept from it meanwhile.
    assert!(bench.handle().try_exclusive().is_some());
    let figures = |bench: &Bench| Store::open(&bench.root()).unwrap().load(&Query::default()).unwrap().len();
    assert_eq!(figures(&bench), 1);

    bench.handle().pause(false);
    bench.run(seconds(30));
    assert_eq!((read(&bench), figures(&bench)), (5, 5));
    assert_eq!(files(&bench.root(), "受付").len(), 0);
}

#[test]
fn a_handled_file_that_is_saved_again_is_a_new_one() {
    let gate = Arc::new(Gate::default());
    let mut bench = Bench::new(NO_SHEETS, |options| Options { files: gate.clone(), ..options });
    gate.fixed.lock().unwrap().push("開.csv".to_owned());
    fs::write(bench.root().join("受付/開.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(20));
    assert_eq!(drops(&bench.root())[0].state, DropState::Filled);
    fs::write(bench.root().join("受付/開.csv"), table("D17-f", 5, 22.0)).unwrap();
    gate.fixed.lock().unwrap().clear();
    bench.run(seconds(20));
    let drops = drops(&bench.root());
    let told: Vec<_> = drops.iter().map(|drop| (drop.state, drop.outcome, drop.filed.as_deref())).collect();
    let read = Some(DropOutcome::Read);
    let place = Some("処理済/2026-11-22/開.csv");
    assert_eq!(told, [(DropState::Filed, read, None), (DropState::Filed, read, place)]);
    assert_eq!(files(&bench.root(), "台帳/originals").len(), 4, "both contents are kept");
}

#[test]
fn the_same_content_is_told_and_counted_once() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    for name in ["表.csv", "表 (1).csv"] {
        fs::write(bench.root().join("受付").join(name), table("D17-f", 5, 1.0)).unwrap();
        bench.run(seconds(20));
    }
    let drops = drops(&bench.root());
    assert_eq!(drops[1].outcome, Some(DropOutcome::Duplicate));
    assert_eq!(drops[1].duplicate_of, Some(drops[0].id));
    assert!(drops[1].message.as_deref().unwrap().contains("同じ内容"));
    assert_eq!(files(&bench.root(), "処理済").len(), 2);
    // Read anew when the list of areas is another: the outcome may be, too.
    let areas = fs::read_to_string(bench.root().join("areas.csv")).unwrap();
    fs::write(bench.root().join("areas.csv"), areas + "\n").unwrap();
    fs::write(bench.root().join("受付/表.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(20));
    assert_eq!(self::drops(&bench.root())[2].outcome, Some(DropOutcome::Read));
    assert_eq!(Store::open(&bench.root()).unwrap().load(&Query::default()).unwrap().len(), 1);
}

#[test]
fn the_folder_may_vanish_and_return() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    fs::write(bench.root().join("受付/表.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(1));
    fs::rename(bench.root().join("受付"), bench.root().join("どこか")).unwrap();
    bench.run(seconds(15));
    assert_eq!(bench.handle().snapshot().watching, Watching::FolderMissing);
    assert!(bench.status().contains("見つかりません"), "{}", bench.status());
    fs::rename(bench.root().join("どこか"), bench.root().join("受付")).unwrap();
    bench.run(seconds(15));
    assert_eq!(outcomes(&bench.root()), [("表.csv".to_owned(), "read".to_owned())]);
    assert!(!bench.status().contains("見つかりません"), "{}", bench.status());
}

#[test]
fn settings_are_taken_up_without_a_restart_and_mistakes_wait_to_be_mended() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    put(&bench.root(), "B4-a_認定率（要介護度別）_時系列.xlsx");
    bench.run(seconds(15));
    assert!(files(&bench.root(), "出力").is_empty());
    fs::write(bench.root().join("設定.toml"), "\"自地域\" = \n").unwrap();
    fs::write(bench.root().join("受付/表.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(20));
    assert!(bench.status().contains("設定.toml 1行目"), "{}", bench.status());
    assert!(bench.root().join("受付/表.csv").exists(), "nothing is done on settings nobody understands");
    fs::write(bench.root().join("設定.toml"), waiting()).unwrap();
    bench.run(seconds(20));
    assert_eq!(files(&bench.root(), "出力").len(), 1, "{}", bench.status());
    assert!(!bench.root().join("受付/表.csv").exists());
    assert!(!bench.status().contains("お困り"), "{}", bench.status());
}

#[test]
fn a_reading_saved_while_it_runs_is_used_for_the_next_file() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    let table = "令和6年度 見本県の通いの場\n市町村,参加者数(人)\n見本県みほん市,1200\n見本県みなと市,800\n";
    fs::write(bench.root().join("受付/通いの場.csv"), table).unwrap();
    bench.run(seconds(20));
    assert_eq!(outcomes(&bench.root()), [("通いの場.csv".to_owned(), "waiting".to_owned())]);
    fs::create_dir_all(bench.root().join("読み方")).unwrap();
    let reading = "\"名前\" = \"通いの場\"\n\"見出しの行\" = [2, 2]\n\"地域の列\" = \"市町村\"\n\"期間\" = \"表題\"\n\n[[\"列\"]]\n\
                   \"見出し\" = \"参加者数(人)\"\n\"指標ID\" = \"X-参加者数\"\n\"単位\" = \"人\"\n";
    fs::write(bench.root().join("読み方/通いの場.toml"), reading).unwrap();
    fs::write(bench.root().join("受付/通いの場.csv"), table).unwrap();
    bench.run(seconds(20));
    assert!(outcomes(&bench.root()).contains(&("通いの場.csv".to_owned(), "read".to_owned())), "{}", bench.status());
}

#[test]
fn a_sheet_that_cannot_be_made_is_told_and_the_file_is_filed() {
    let mut bench = Bench::new(&waiting(), |options| options);
    fs::write(
        bench.root().join("受付/他.csv"),
        table("D17-f", 5, 1.0).replace("みほん市", "たかね市").replace("901008", ""),
    )
    .unwrap();
    bench.run(seconds(20));
    assert!(files(&bench.root(), "受付").is_empty(), "{:?}", drops(&bench.root()));
    assert!(bench.status().contains("見つかりませんでした"), "{}", bench.status());
    put(&bench.root(), "B4-a_認定率（要介護度別）_時系列.xlsx");
    bench.run(seconds(20));
    assert_eq!(files(&bench.root(), "出力").len(), 1);
    assert!(!bench.status().contains("お困り"), "{}", bench.status());
}

#[test]
fn what_cannot_be_taken_lies_in_quarantine_with_a_note() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    fs::write(bench.root().join("受付/名簿.csv"), "被保険者番号,氏名\r\n0000000001,見本 太郎\r\n").unwrap();
    fs::create_dir(bench.root().join("受付/フォルダー")).unwrap();
    bench.run(seconds(15));
    let quarantine = files(&bench.root(), "隔離");
    assert_eq!(quarantine.len(), 2, "{:?}", quarantine.keys());
    let note = String::from_utf8(quarantine["隔離/2026-11-22/名簿.csv.txt"].clone()).unwrap();
    assert!(note.starts_with('\u{feff}') && note.contains("個人の情報") && !note.contains("太郎"), "{note}");
    let everything = files(&bench.root(), "台帳").into_iter().chain(files(&bench.root(), "記録"));
    for (name, bytes) in everything.chain([("状態".to_owned(), bench.status().into_bytes())]) {
        let found = bytes.windows("太郎".len()).any(|window| window == "太郎".as_bytes());
        assert!(!found, "{name} keeps what must not be kept");
    }
    assert!(bench.status().contains("フォルダー：1個"), "{}", bench.status());
    let drop = &drops(&bench.root())[0];
    assert!(drop.remarks.iter().all(|told| told.code == "personal-data") && !drop.remarks.is_empty(), "{drop:?}");
    assert!(bench.status().contains(drop.message.as_deref().unwrap()), "{}", bench.status());
}

#[test]
fn a_workspace_has_one_engine_and_it_can_be_told_to_stop() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    let second = Engine::open(Workspace::open(&bench.root()).unwrap(), Options::default());
    assert!(second.unwrap_err().to_string().contains("別の chiiki-sheet"));
    assert!(is_running(&bench.root()).unwrap());
    assert_eq!(stop(&bench.root(), Duration::ZERO).unwrap(), Stopped::StillWorking);
    assert_eq!(bench.engine.step(), Step::Stop);
    assert!(bench.handle().is_stopping());
    let root = bench.root();
    let Bench { folder: _folder, engine, .. } = bench;
    drop(engine);
    assert!(!is_running(&root).unwrap());
    assert_eq!(stop(&root, Duration::ZERO).unwrap(), Stopped::NotRunning);
    assert!(Engine::open(Workspace::open(&root).unwrap(), Options::default()).is_ok());
}

#[test]
fn events_of_the_system_wake_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = NO_SHEETS.replace("= 3", "= 0.5");
    let workspace = workspace(&folder.path().join("作業"), &settings);
    let root = workspace.root().to_owned();
    let clock = Arc::new(SetClock::default());
    let system = Options { events: true, clock: Options::default().clock, ..options(&clock) };
    let mut engine = Engine::open(workspace, system).unwrap();
    let handle = engine.handle();
    let writer = std::thread::spawn({
        let root = root.clone();
        move || {
            while handle.snapshot().watching == Watching::Starting {
                std::thread::yield_now();
            }
            let watching = handle.snapshot().watching;
            fs::write(root.join("受付/表.csv"), table("D17-f", 5, 1.0)).unwrap();
            let journal = Journal::open(&root).unwrap();
            while journal.drops(1).unwrap().first().is_none_or(|drop| drop.state != DropState::Filed) {
                std::thread::yield_now();
            }
            handle.stop();
            watching
        }
    });
    engine.run().unwrap();
    let watching = writer.join().unwrap();
    if cfg!(target_os = "linux") {
        assert_eq!(watching, Watching::Events);
    }
    assert!(files(&root, "受付").is_empty());
}

/// 1,000 files within ten seconds, some written twice: each once, with its final content.
#[test]
fn a_thousand_files_in_ten_seconds_are_each_handled_once() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    let count = if long() { 1_000 } else { 300 };
    for number in 0..count {
        let path = bench.root().join(format!("受付/表{number:04}.csv"));
        fs::write(&path, table("D17-f", 5, f64::from(number))).unwrap();
        if number % 7 == 0 {
            fs::write(&path, table("D17-f", 5, 10_000.0 + f64::from(number))).unwrap();
        }
        if number % 10 == 0 {
            bench.run(seconds(10) * 10 / count as u32);
        }
        if number % 13 == 0 {
            // Written to again while others are being taken.
            let earlier = bench.root().join(format!("受付/表{:04}.csv", number / 2));
            if earlier.exists() && number / 2 % 7 != 0 {
                fs::write(earlier, table("D17-f", 5, f64::from(number / 2))).unwrap();
            }
        }
    }
    bench.run(seconds(30));
    assert!(files(&bench.root(), "受付").is_empty());
    let drops = drops(&bench.root());
    // A content that comes again counts anew where it differs from the others: it is no other file for that.
    let first = |drop: &&DropRecord| drop.outcome == Some(DropOutcome::Read) && drop.duplicate_of.is_none();
    assert_eq!(drops.iter().filter(first).count(), count as usize);
    assert!(drops.iter().all(|drop| drop.state == DropState::Filed));
    let store = Store::open(&bench.root()).unwrap();
    let mut is: Vec<f64> = store.load(&Query::default()).unwrap().iter().filter_map(|one| one.datum.value()).collect();
    is.sort_by(f64::total_cmp);
    let value = |number: i32| if number % 7 == 0 { 10_000.0 + f64::from(number) } else { f64::from(number) };
    let mut wanted: Vec<f64> = (0..count).map(value).collect();
    wanted.sort_by(f64::total_cmp);
    assert_eq!(is, wanted);
}

/// Hours of work with time set by hand, the sheet refilled six times an hour: nothing grows but what was dropped and made.
#[test]
fn hours_of_work_do_not_grow_anything() {
    let hours: u32 = if long() { 8 } else { 2 };
    let mut bench = Bench::new(&waiting(), |options| options);
    let mut memory = Vec::new();
    for minute in 0..hours * 60 {
        if minute % 10 == 0 {
            fs::write(bench.root().join("受付/毎回.csv"), table("D17-f", 5, f64::from(minute))).unwrap();
        }
        bench.run(seconds(60));
        if minute % 60 == 59 {
            memory.extend(resident_kib());
        }
    }
    assert_eq!(drops(&bench.root()).len(), hours as usize * 6);
    assert!(files(&bench.root(), "受付").is_empty());
    assert_eq!(files(&bench.root(), "出力").len(), hours as usize * 6, "the sheet, and a copy before each refill");
    println!("resident KiB after each hour: {memory:?}");
    if let (Some(first), Some(last)) = (memory.first(), memory.last()) {
        assert!(last.saturating_sub(*first) < 4_096, "memory grows: {memory:?}");
    }
}

fn resident_kib() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().trim_end_matches(" kB").parse().ok()
}

/// Somebody answered the wrong year: the same file under a name that says the right one takes the old figures' place.
#[test]
fn a_wrong_year_is_set_right_by_the_name() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    let bytes = fs::read(super::super::program::package("examples/mihon/受付/令和6年度_02h.xlsx")).unwrap();
    let years = |root: &std::path::Path| {
        let found = Store::open(root).unwrap().load(&Query::default()).unwrap();
        found.iter().filter_map(|one| one.period.form_year).collect::<std::collections::BTreeSet<_>>()
    };
    for (name, outcome, year) in [
        ("02h_令和6年度.xlsx", DropOutcome::Read, 2024),
        ("令和5年度_02h.xlsx", DropOutcome::Read, 2023),
        // Without a year, or with the same one, it is the same file again.
        ("02h.xlsx", DropOutcome::Duplicate, 2023),
        ("写し_令和5年度_02h.xlsx", DropOutcome::Duplicate, 2023),
        ("02h_令和6年度.xlsx", DropOutcome::Read, 2024),
    ] {
        fs::write(bench.root().join("受付").join(name), &bytes).unwrap();
        bench.run(seconds(20));
        let last = drops(&bench.root()).pop().unwrap();
        assert_eq!((last.name.as_str(), last.outcome), (name, Some(outcome)), "{:?}", last.message);
        assert_eq!(years(&bench.root()), [year].into(), "{name}");
        if outcome == DropOutcome::Duplicate {
            assert!(last.message.unwrap().contains("令和5年度の表として取り込みました"), "{name}");
        }
    }
}
