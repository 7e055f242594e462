//! What goes wrong on a bad day: each ends with a sentence that says what to do, and nothing is lost.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::fs;
use std::sync::{Arc, Mutex};

use chiiki_sheet::journal::{DropOutcome, DropState, Journal};
use chiiki_sheet::serve::desk::Desk;
use chiiki_sheet::serve::watched::Watched;
use chiiki_sheet::store::{Query, Store};
use chiiki_sheet::watch::{Clock, Engine, Handle, News, Options, Step, Watching};
use chiiki_sheet::workspace::Workspace;

use super::folder::{Bench, NO_SHEETS, waiting};
use super::kit::{
    Gate, SETTINGS, SetClock, backdate, drops, files, options, outcomes, put, run_once, seconds, table, workspace,
};

/// Lines the engine said.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn listen(&self, options: Options) -> Options {
        let heard = Arc::clone(&self.0);
        let listener = move |news: News<'_>| {
            if let News::Line(text) = news {
                heard.lock().unwrap().push(text.to_owned());
            }
        };
        Options { listener: Arc::new(listener), ..options }
    }

    fn count(&self, words: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|line| line.contains(words)).count()
    }
}

#[test]
fn a_renamed_workspace_is_not_made_anew_under_its_old_name() {
    let heard = Heard::default();
    let mut bench = Bench::new(&waiting(), |options| heard.listen(options));
    put(&bench.root(), "B4-a_認定率（要介護度別）_時系列.xlsx");
    bench.run(seconds(1));
    let moved = bench.folder.path().join("別の名前");
    fs::rename(bench.root(), &moved).unwrap();
    // Long enough for everything that is done now and then.
    bench.run(seconds(700));
    let (until, mut steps) = (bench.clock.now() + seconds(60), 0);
    while bench.clock.now() < until {
        let Step::Wait(pause) = bench.engine.step() else { panic!("it ended") };
        bench.clock.pass(pause);
        steps += 1;
    }
    assert!(steps <= 70, "{steps} steps in a minute: it does not rest while the folder is away");
    assert!(!bench.root().exists(), "{:?}", files(bench.folder.path(), "作業").keys());
    assert_eq!(bench.handle().snapshot().watching, Watching::FolderMissing);
    assert_eq!(heard.count("見つかりません"), 1);
    fs::rename(&moved, bench.root()).unwrap();
    bench.run(seconds(20));
    assert_eq!(heard.count("戻りました"), 1);
    assert_eq!(files(&bench.root(), "出力").len(), 1, "{}", bench.status());
    assert!(files(&bench.root(), "受付").is_empty());
}

/// Windows renames no folder in which files are open.
#[cfg(unix)]
#[test]
fn a_renamed_workspace_is_told_to_stop_by_its_new_name() {
    use chiiki_sheet::watch::{Stopped, stop};

    let mut bench = Bench::new(NO_SHEETS, |options| options);
    bench.run(seconds(1));
    let moved = bench.folder.path().join("別の名前");
    fs::rename(bench.root(), &moved).unwrap();
    bench.run(seconds(5));
    assert_eq!(stop(&moved, std::time::Duration::ZERO).unwrap(), Stopped::StillWorking);
    assert_eq!(bench.engine.step(), Step::Stop);
    let Bench { folder, engine, clock } = bench;
    drop(engine);
    assert_eq!(stop(&moved, std::time::Duration::ZERO).unwrap(), Stopped::NotRunning);
    assert!(!folder.path().join("作業").exists());
    // The word was for that engine, not for the next.
    let mut next = Engine::open(Workspace::open(&moved).unwrap(), options(&clock)).unwrap();
    assert!(matches!(next.step(), Step::Wait(_)));
}

#[test]
fn what_stands_in_the_way_is_said_once_and_that_it_is_over() {
    let heard = Heard::default();
    let mut bench = Bench::new(NO_SHEETS, |options| heard.listen(options));
    bench.run(seconds(1));
    fs::write(bench.root().join("設定.toml"), "\"自地域\" = \n").unwrap();
    bench.run(seconds(300));
    assert_eq!((heard.count("設定.toml 1行目"), heard.count("なくなりました")), (1, 0));
    fs::write(bench.root().join("設定.toml"), NO_SHEETS).unwrap();
    bench.run(seconds(5));
    assert_eq!((heard.count("お困りの点："), heard.count("なくなりました")), (1, 1));
}

#[test]
fn a_file_at_which_the_program_fails_is_set_aside_and_the_others_are_read() {
    let gate = Arc::new(Gate::default());
    let mut bench = Bench::new(NO_SHEETS, |options| Options { files: gate.clone(), ..options });
    gate.cursed.lock().unwrap().push("a.csv".to_owned());
    for name in ["a.csv", "b.csv"] {
        fs::write(bench.root().join("受付").join(name), table("D17-f", 5, 1.0) + name).unwrap();
    }
    bench.run(seconds(20));
    let wanted = [("a.csv".to_owned(), "refused".to_owned()), ("b.csv".to_owned(), "read".to_owned())];
    assert_eq!(outcomes(&bench.root()), wanted);
    let quarantine = files(&bench.root(), "隔離");
    let note = String::from_utf8(quarantine["隔離/2026-11-22/a.csv.txt"].clone()).unwrap();
    assert!(note.contains("途中で、処理が止まりました") && note.contains("保存し直して"), "{note}");
    assert!(quarantine["隔離/2026-11-22/a.csv"].starts_with(table("D17-f", 5, 1.0).as_bytes()));
    assert!(bench.status().contains("途中で、処理が止まりました"), "{}", bench.status());
}

#[test]
fn a_clock_set_back_does_not_hold_the_sheets_up() {
    let mut bench = Bench::new(&waiting(), |options| options);
    put(&bench.root(), "B4-a_認定率（要介護度別）_時系列.xlsx");
    bench.run(seconds(4));
    bench.clock.set_back(seconds(24 * 3_600));
    // Somebody goes on writing another file, so that the burst never ends by itself.
    for second in 0..70 {
        fs::write(bench.root().join("受付/長い.csv"), "x".repeat(second)).unwrap();
        bench.run(seconds(1));
        fs::write(bench.root().join("受付/長い2.csv"), "y".repeat(second)).unwrap();
        bench.run(seconds(1));
    }
    assert_eq!(files(&bench.root(), "出力").len(), 1, "{}", bench.status());
}

#[test]
fn a_file_moved_before_a_kill_keeps_its_place_when_another_of_its_name_comes() {
    if cfg!(not(debug_assertions)) {
        println!("skipped: a release build has no points to stop at");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("作業");
    workspace(&root, NO_SHEETS);
    fs::write(root.join("受付/名簿.csv"), "被保険者番号,氏名\r\n0000000001,見本 太郎\r\n").unwrap();
    backdate(&root);
    assert_eq!(run_once(&root, Some("filing-after-move:1")), None, "it was killed");
    fs::write(root.join("受付/名簿.csv"), table("D17-f", 5, 1.0)).unwrap();
    backdate(&root);
    assert_eq!(run_once(&root, None), Some(0));
    let told: Vec<_> = drops(&root).into_iter().map(|drop| (drop.state, drop.outcome, drop.filed)).collect();
    let place = |place: &str| Some(format!("{place}/2026-11-22/名簿.csv"));
    let wanted = [
        (DropState::Filed, Some(DropOutcome::Refused), place("隔離")),
        (DropState::Filed, Some(DropOutcome::Read), place("処理済")),
    ];
    assert_eq!(told, wanted);
    assert!(root.join("隔離/2026-11-22/名簿.csv.txt").is_file(), "its note was still to be written");
}

#[test]
fn a_sheet_under_another_name_is_told_in_the_status() {
    let mut bench = Bench::new(&waiting(), |options| options);
    put(&bench.root(), "B4-a_認定率（要介護度別）_時系列.xlsx");
    bench.run(seconds(20));
    let made = files(&bench.root(), "出力").into_keys().next().unwrap();
    // Somebody's own file has the name now.
    fs::write(bench.root().join(&made), "ほかのファイル").unwrap();
    fs::write(bench.root().join("受付/表.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(20));
    assert_eq!(fs::read(bench.root().join(&made)).unwrap(), "ほかのファイル".as_bytes());
    assert_eq!(files(&bench.root(), "出力").len(), 2);
    let status = bench.status();
    assert!(status.contains("お知らせ：") && status.contains("(2).xlsx』に保存しました"), "{status}");
}

#[test]
fn a_stop_is_heard_between_the_sheets_of_one_request() {
    let stopper: Arc<Mutex<Option<Handle>>> = Arc::default();
    let (asked, steps) = (Arc::clone(&stopper), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&steps);
    let listener = move |news: News<'_>| {
        if let News::Work(work) = news
            && work.what == "依頼のシートを作成中"
        {
            seen.lock().unwrap().push((work.done, work.total));
            if let Some(handle) = asked.lock().unwrap().as_ref().filter(|_| work.done == 1) {
                handle.stop();
            }
        }
    };
    let mut bench = Bench::new(NO_SHEETS, |options| Options { listener: Arc::new(listener), ..options });
    *stopper.lock().unwrap() = Some(bench.handle());
    for name in ["みほん市", "みなと市", "たかね市"] {
        let text = table("D17-f", 5, 1.0).replace("みほん市", name).replace("901008", "");
        fs::write(bench.root().join("受付").join(format!("{name}.csv")), text).unwrap();
    }
    let request = "\"都道府県\" = \"見本県\"\n\"作るもの\" = \"xlsx\"\n";
    fs::write(bench.root().join("受付/依頼.toml"), request).unwrap();
    bench.run(seconds(20));
    assert_eq!(*steps.lock().unwrap(), [(0, 8), (1, 8)], "of the insurers of 見本県");
    assert_eq!(files(&bench.root(), "受付").len(), 1, "the request is still to be answered");
    let Bench { folder, engine, clock } = bench;
    drop(engine);
    let root = folder.path().join("作業");
    let mut engine = Engine::open(Workspace::open(&root).unwrap(), options(&clock)).unwrap();
    super::kit::run_for(&mut engine, &clock, seconds(20));
    assert!(files(&root, "受付").is_empty());
    let made = files(&root, "出力").into_keys().filter(|name| name.ends_with(".xlsx")).count();
    assert_eq!(made, 3);
    assert!(root.join("出力/依頼.txt").is_file());
}

#[test]
fn a_folder_among_the_files_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("作業");
    let workspace = workspace(&root, NO_SHEETS);
    fs::create_dir_all(root.join("受付/ダウンロード/中")).unwrap();
    fs::write(root.join("受付/ダウンロード/中/表.csv"), table("D17-f", 5, 1.0)).unwrap();
    // A link that leads to itself is no file, and hides nothing else.
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.join("受付/輪"), root.join("受付/輪")).unwrap();
    fs::write(root.join("受付/表.csv"), table("D17-f", 6, 1.0)).unwrap();
    let options = Options { settle: Some(seconds(0)), ..options(&Arc::new(SetClock::default())) };
    let report = Engine::open(workspace, options).unwrap().once(&mut |_| {}).unwrap();
    assert_eq!((report.files.len(), report.folders), (1, if cfg!(unix) { 2 } else { 1 }));
    assert!(root.join("受付/ダウンロード/中/表.csv").is_file());
}

#[test]
fn what_was_found_in_a_file_is_told_after_a_restart() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    let unknown = "見本県,ない村,,D17-f,令和5年度,2.5,,\r\n";
    fs::write(bench.root().join("受付/表.csv"), table("D17-f", 5, 1.0) + unknown).unwrap();
    bench.run(seconds(15));
    let remarks = drops(&bench.root()).remove(0).remarks;
    let place = remarks.first().map(|told| &told.place).unwrap();
    assert_eq!((place.file.as_deref(), place.cell.is_some()), (Some("表.csv"), true), "{remarks:?}");
    let (root, clock) = (bench.root(), Arc::clone(&bench.clock));
    let Bench { folder: _folder, engine, .. } = bench;
    drop(engine);
    let watched = Watched::start(&Workspace::open(&root).unwrap(), options(&clock)).unwrap();
    let told = watched.drops(10);
    watched.stop();
    assert_eq!(told[0].diagnostics, remarks);
    assert_eq!(told[0].layout.as_deref(), Some("入力用の表"));
    assert!(told[0].message.contains("数値 2件を取り込みました"), "{}", told[0].message);
    let kept = Store::open(&root).unwrap().load(&Query::default()).unwrap().len();
    assert_eq!(Journal::open(&root).unwrap().drops(1).unwrap()[0].figures, kept as u64);
}

#[test]
fn mistakes_of_a_request_stand_in_the_status_with_their_line() {
    let mut bench = Bench::new(NO_SHEETS, |options| options);
    let request = "\"自地域\" = \"見本県みほん市\"\n\"公開用\" = \"たぶん\"\n";
    fs::write(bench.root().join("受付/依頼.toml"), request).unwrap();
    bench.run(seconds(15));
    let status = bench.status();
    assert!(status.contains("2行目 「公開用」の「たぶん」") && status.contains("と書いてください"), "{status}");
}

#[test]
fn a_cut_off_share_does_not_settle_what_was_under_way() {
    let gate = Arc::new(Gate::default());
    let mut bench = Bench::new(&SETTINGS.replace("= 0.5", "= 3"), |options| Options { files: gate.clone(), ..options });
    gate.fixed.lock().unwrap().push("開.csv".to_owned());
    fs::write(bench.root().join("受付/開.csv"), table("D17-f", 5, 1.0)).unwrap();
    bench.run(seconds(20));
    assert_eq!(drops(&bench.root())[0].state, DropState::Filled, "{:?}", drops(&bench.root()));
    fs::rename(bench.root().join("受付"), bench.root().join("どこか")).unwrap();
    bench.run(seconds(60));
    assert_eq!(drops(&bench.root())[0].state, DropState::Filled);
    fs::rename(bench.root().join("どこか"), bench.root().join("受付")).unwrap();
    gate.fixed.lock().unwrap().clear();
    bench.run(seconds(60));
    let drops = drops(&bench.root());
    assert_eq!((drops.len(), drops[0].state, drops[0].notes.len()), (1, DropState::Filed, 0), "{drops:?}");
}
