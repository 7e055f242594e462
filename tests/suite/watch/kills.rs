//! The program is killed between any two steps; started again it comes to the very end of an undisturbed run.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::kit::{SETTINGS, State, backdate, copy_folder, files, long, package, put, run_once, table, workspace};

/// The names of all points in the sources.
fn points() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (file, bytes) in files(&package(""), "src") {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if file.ends_with(".rs") && !file.ends_with("fault.rs") {
            let found = text.split("point(\"").skip(1).filter_map(|rest| rest.split('"').next());
            names.extend(found.map(str::to_owned));
        }
    }
    names
}

/// A workspace in which a sheet stands, and new files of every kind lie in 受付.
fn prepare(root: &Path, settings: &str) {
    workspace(root, settings);
    put(root, "B4-a_認定率（要介護度別）_時系列.xlsx");
    fs::write(root.join("受付/最初.csv"), table("D17-f", 5, 1.38)).unwrap();
    backdate(root);
    assert_eq!(run_once(root, None), Some(0));
    assert!(files(root, "出力").keys().any(|name| name.ends_with(".xlsx")));
    put(root, "D2_受給率（施設サービス）（要介護度別）_時系列.xlsx");
    put(root, "メモ.txt");
    fs::write(root.join("受付/名簿.csv"), "被保険者番号,氏名\r\n0000000001,見本 太郎\r\n").unwrap();
    // Comes a second time under the name of a file that was filed today.
    fs::write(root.join("受付/B4-a_認定率（要介護度別）_時系列.xlsx"), table("D17-i", 5, 81.2)).unwrap();
    fs::write(root.join("受付/写し.csv"), table("D17-f", 5, 1.38)).unwrap();
    fs::write(root.join("受付/依頼.toml"), "\"自地域\" = \"見本県みほん市\"\n\"作るもの\" = \"xlsx\"\n").unwrap();
    backdate(root);
}

/// Kills at points chosen by number, a part of all of them.
fn kill_at_points(part: usize, parts: usize) {
    let folder = tempfile::tempdir().unwrap();
    let prepared = folder.path().join("初め");
    prepare(&prepared, SETTINGS);
    let undisturbed = folder.path().join("無事");
    copy_folder(&prepared, &undisturbed);
    assert_eq!(run_once(&undisturbed, None), Some(0));
    let wanted = State::of(&undisturbed);
    assert!(wanted.files.keys().any(|name| name.contains("_控え_")), "the sheet was refilled");
    assert!(!wanted.files.keys().any(|name| name.starts_with("受付")), "all is filed away");
    let mut missed = Vec::new();
    for point in points().iter().skip(part).step_by(parts) {
        for count in 1.. {
            if count > 3 && !long() {
                break;
            }
            let root = folder.path().join("途中");
            copy_folder(&prepared, &root);
            let fail_at = format!("{point}:{count}");
            if run_once(&root, Some(&fail_at)).is_some() {
                if count == 1 {
                    missed.push(point.clone());
                }
                fs::remove_dir_all(&root).unwrap();
                break;
            }
            assert_eq!(run_once(&root, None), Some(0), "after a kill at {fail_at}");
            let is = State::of(&root);
            assert!(is == wanted, "after a kill at {fail_at}:\n{}", is.differences(&wanted));
            fs::remove_dir_all(&root).unwrap();
        }
    }
    assert_eq!(missed, Vec::<String>::new(), "the process never came there");
}

#[test]
fn there_are_at_least_forty_points() {
    assert!(points().len() >= 40, "{}", points().len());
}

#[test]
fn a_kill_at_any_point_changes_nothing_1() {
    kill_at_points(0, 4);
}

#[test]
fn a_kill_at_any_point_changes_nothing_2() {
    kill_at_points(1, 4);
}

#[test]
fn a_kill_at_any_point_changes_nothing_3() {
    kill_at_points(2, 4);
}

#[test]
fn a_kill_at_any_point_changes_nothing_4() {
    kill_at_points(3, 4);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Kills at random times, papers and their typesetter included: 500 in the long variant. `CHIIKI_KILLS` is another
/// count, `CHIIKI_SEED` other times.
#[test]
fn kills_at_random_times_change_nothing() {
    let kills = number("CHIIKI_KILLS").unwrap_or(if long() { 500 } else { 6 });
    let folder = tempfile::tempdir().unwrap();
    let prepared = folder.path().join("初め");
    prepare(&prepared, &SETTINGS.replace("\"xlsx\"", "[\"xlsx\", \"pdf\"]"));
    let undisturbed = folder.path().join("無事");
    copy_folder(&prepared, &undisturbed);
    let start = Instant::now();
    assert_eq!(run_once(&undisturbed, None), Some(0));
    let whole = start.elapsed();
    let wanted = State::of(&undisturbed);
    assert!(wanted.files.keys().any(|name| name.ends_with(".pdf")), "a paper is set");
    let mut random = number("CHIIKI_SEED").unwrap_or(0x9e37_79b9_7f4a_7c15);
    let (mut killed, mut rounds) = (0, 0);
    while killed < kills {
        let root = folder.path().join("途中");
        copy_folder(&prepared, &root);
        // Several kills on the way to one end.
        for _ in 0..4 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pause = whole.mul_f64((random >> 40) as f64 / (1u64 << 24) as f64);
            let mut child = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"))
                .args(["run", "--once", "--date", "2026-11-22", "--workspace"])
                .arg(&root)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            // A random moment is what is tested here; nothing is waited for.
            std::thread::sleep(pause.min(Duration::from_secs(20)));
            child.kill().unwrap();
            killed += u64::from(child.wait().unwrap().code().is_none());
        }
        assert_eq!(run_once(&root, None), Some(0));
        let is = State::of(&root);
        assert!(is == wanted, "after {killed} kills:\n{}", is.differences(&wanted));
        fs::remove_dir_all(&root).unwrap();
        rounds += 1;
        assert!(rounds < 10 * kills, "no kill comes in time");
    }
    println!("{killed} kills in {rounds} rounds");
}
