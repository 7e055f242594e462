//! The disk refuses: any one operation by any error, all that follow as on a full disk, and a disk that is really full.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chiiki_sheet::disk::fault::{Plan, fail};
use chiiki_sheet::error::Result;
use chiiki_sheet::watch::{Engine, Options};
use chiiki_sheet::workspace::Workspace;

use super::kit::{SETTINGS, SetClock, State, copy_folder, files, long, options, put, run_once, table, workspace};

/// Access denied, sharing violation, lock violation, read-only, no space.
const ERRORS: [i32; 5] = [5, 32, 33, 30, 28];

fn once(root: &Path) -> Result<()> {
    let options = Options { settle: Some(Duration::ZERO), ..options(&Arc::new(SetClock::default())) };
    let mut engine = Engine::open(Workspace::open(root)?, options)?;
    engine.once(&mut |_| {}).map(|_| ())
}

/// Until nothing is left in 受付; three starts have to do.
fn until_done(root: &Path, case: &str) {
    for _ in 0..3 {
        once(root).unwrap_or_else(|error| panic!("{case}: {error}"));
        if files(root, "受付").is_empty() {
            return;
        }
    }
    panic!("{case}: left in 受付: {:?}", files(root, "受付").keys());
}

/// A sheet stands; new figures for it, a file that came before and one that is none lie in 受付.
fn prepare(root: &Path) {
    workspace(root, SETTINGS);
    put(root, "B4-a_認定率（要介護度別）_時系列.xlsx");
    fs::write(root.join("受付/最初.csv"), table("D17-i", 5, 81.2)).unwrap();
    once(root).unwrap();
    fs::write(root.join("受付/新しい.csv"), table("D17-f", 5, 1.38)).unwrap();
    fs::write(root.join("受付/写し.csv"), table("D17-i", 5, 81.2)).unwrap();
    put(root, "メモ.txt");
}

/// A sheet and its paper stand; new figures for both and a request for another insurer's lie in 受付.
fn prepare_with_paper_and_request(root: &Path) {
    workspace(root, &SETTINGS.replace("\"xlsx\"", "[\"xlsx\", \"pdf\"]"));
    fs::write(root.join("受付/最初.csv"), table("D17-i", 5, 81.2)).unwrap();
    once(root).unwrap();
    assert_eq!(files(root, "出力").len(), 2);
    fs::write(root.join("受付/新しい.csv"), table("D17-f", 5, 1.38)).unwrap();
    let other = table("D17-f", 5, 2.5).replace("みほん市", "みなと市").replace("901008", "");
    fs::write(root.join("受付/みなと.csv"), other).unwrap();
    let request = "\"自地域\" = \"見本県みなと市\"\n\"作るもの\" = [\"xlsx\", \"pdf\"]\n";
    fs::write(root.join("受付/依頼.toml"), request).unwrap();
}

/// What fails: every operation, or in the short variant one of so many; and how.
struct Failures {
    one_in: u64,
    lasting: bool,
    errors: &'static [i32],
}

fn every_operation_fails(prepare: fn(&Path), failures: &Failures) {
    let Failures { lasting, errors, .. } = *failures;
    let step = if long() { 1 } else { failures.one_in };
    if cfg!(not(debug_assertions)) {
        println!("skipped: a release build has no failures to order");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let prepared = folder.path().join("初め");
    prepare(&prepared);
    let undisturbed = folder.path().join("無事");
    copy_folder(&prepared, &undisturbed);
    until_done(&undisturbed, "undisturbed");
    let wanted = State::of(&undisturbed);
    assert!(wanted.files.keys().any(|name| name.contains("_控え_")), "the sheet was refilled");
    let mut tried = 0;
    for nth in (1..).step_by(step as usize) {
        let raw = errors[tried % errors.len()];
        tried += 1;
        let case = format!("operation {nth} fails by {raw}, lasting: {lasting}");
        let root = folder.path().join("途中");
        copy_folder(&prepared, &root);
        fail(Some(Plan { nth, raw, lasting }));
        let first = once(&root);
        let met = fail(None);
        if !met {
            first.unwrap();
            break;
        }
        until_done(&root, &case);
        let is = State::of(&root);
        assert!(is == wanted, "{case} ({first:?}):\n{}", is.differences(&wanted));
        fs::remove_dir_all(&root).unwrap();
    }
    println!("{tried} operations, one in {step}");
    assert!(tried > 20, "only {tried} operations were asked for");
}

#[test]
fn any_operation_that_fails_once_changes_nothing() {
    every_operation_fails(prepare, &Failures { one_in: 1, lasting: false, errors: &ERRORS });
}

#[test]
fn any_operation_that_fails_once_otherwise_changes_nothing() {
    // Another error for the same operation.
    every_operation_fails(prepare, &Failures { one_in: 1, lasting: false, errors: &[28, 30, 5] });
}

#[test]
fn a_disk_that_is_full_or_read_only_from_any_moment_on_changes_nothing() {
    every_operation_fails(prepare, &Failures { one_in: 1, lasting: true, errors: &[28, 30] });
}

#[test]
fn any_operation_that_fails_once_changes_nothing_of_papers_and_answers() {
    every_operation_fails(prepare_with_paper_and_request, &Failures { one_in: 5, lasting: false, errors: &ERRORS });
}

#[test]
fn a_disk_that_fails_from_any_moment_on_changes_nothing_of_papers_and_answers() {
    every_operation_fails(prepare_with_paper_and_request, &Failures { one_in: 7, lasting: true, errors: &[28, 30] });
}

/// A tmpfs that is unmounted in the end.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let options = format!("size={size}");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).output().ok()?;
        done.status.success().then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("小さい"), "16m") else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must be able to mount a tmpfs");
        println!("skipped: no tmpfs can be mounted here");
        return;
    };
    let wanted = {
        let root = folder.path().join("無事");
        prepare(&root);
        until_done(&root, "undisturbed");
        State::of(&root)
    };
    // From hardly any room to nearly enough.
    let mut refused = 0;
    for room in [0, 8, 16, 40, 100, 200, 300, 400, 600, 1_000] {
        let root = disk.0.join("作業");
        prepare(&root);
        let ballast = disk.0.join("重し");
        fill_up(&ballast, &disk.0, room * 1_024);
        let told = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"))
            .args(["run", "--once", "--date", "2026-11-22", "--workspace"])
            .arg(&root)
            .output()
            .unwrap();
        if !told.status.success() {
            refused += 1;
            let told = String::from_utf8(told.stderr).unwrap();
            // What helps is room; making the index anew or asking for permission does not.
            assert!(told.contains("空き") && !told.contains("rebuild"), "{room} KiB left: {told}");
            assert!(
                !told.contains("disk I/O error") && !told.contains("許可されていません"),
                "{room} KiB left: {told}"
            );
        }
        fs::remove_file(&ballast).unwrap();
        for _ in 0..3 {
            if run_once(&root, None) == Some(0) && files(&root, "受付").is_empty() {
                break;
            }
        }
        let is = State::of(&root);
        assert!(is == wanted, "{room} KiB left:\n{}", is.differences(&wanted));
        fs::remove_dir_all(&root).unwrap();
    }
    assert!(refused > 0, "the disk was never full");
}

/// Leaves so many bytes free.
fn fill_up(ballast: &Path, disk: &Path, free: u64) {
    use std::io::Write;
    let mut file = fs::File::create(ballast).unwrap();
    let block = vec![1u8; 4_096];
    while file.write_all(&block).is_ok() {}
    let size = fs::metadata(ballast).unwrap().len();
    file.set_len(size.saturating_sub(free)).unwrap();
    let _ = disk;
}
