//! Minutes of random drops, edits and kills of the running program, checked against a model of what must exist.
//!
//! `CHIIKI_SOAK=300` runs it for that many seconds (CI does); without it a few seconds' worth of steps.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chiiki_sheet::journal::{DropOutcome, DropRecord, DropState};
use chiiki_sheet::store::{Query, Store, sha256_hex};

use super::kit::{drops, files, table, workspace};

const SETTINGS: &str =
    "\"自地域\" = \"見本県みほん市\"\n\"地域一覧\" = \"areas.csv\"\n\"作るもの\" = \"xlsx\"\n\"安定待ち\" = 0.5\n";

struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn start(root: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"));
    command.args(["run", "--no-open", "--date", "2026-11-22", "--workspace"]).arg(root);
    // Ports and keys of the service are written down for this test alone.
    command.env("XDG_DATA_HOME", root.with_extension("user")).stdout(Stdio::null()).spawn().unwrap()
}

/// Waits for something to become so; what is waited for is another process.
fn until(what: &str, patience: Duration, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < patience, "in vain for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn random_drops_edits_and_kills_leave_what_must_exist() {
    let time = std::env::var("CHIIKI_SOAK").ok().and_then(|text| text.parse().ok()).map_or(8, |seconds: u64| seconds);
    let seed = std::env::var("CHIIKI_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_122);
    println!("seed {seed}, {time} s");
    let mut random = Random(seed);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("作業");
    workspace(&root, SETTINGS);
    let mut engine = start(&root);
    // What was put where: every content that was left alone long enough to be read, by name.
    let mut lying: BTreeMap<String, String> = BTreeMap::new();
    let (mut written, mut kills, mut steps) = (BTreeSet::new(), 0, 0);
    let begin = Instant::now();
    let mut serial = 0.0;
    while begin.elapsed() < Duration::from_secs(time) || steps < 12 {
        steps += 1;
        match random.next(10) {
            0..=4 => {
                serial += 1.0;
                let name = format!("表{}.csv", random.next(40));
                // Old content is not written again: the first to be read with it would be anybody's guess.
                let text = table("D17-f", 1 + random.next(6) as u32, serial);
                let part = root.join("受付").join(format!("{name}.part"));
                fs::write(&part, &text).unwrap();
                fs::rename(part, root.join("受付").join(&name)).unwrap();
                written.insert(sha256_hex(text.as_bytes()));
                lying.insert(name, text);
            }
            5 => {
                // The last content written under some name once more: a duplicate, or nothing new.
                if let Some((name, text)) = lying.iter().next() {
                    fs::write(root.join("受付").join(format!("写し_{name}")), text).unwrap();
                }
            }
            6 => fs::write(root.join("受付").join(format!("メモ{steps}.txt")), format!("覚え書き {steps}")).unwrap(),
            7 => {
                engine.kill().unwrap();
                engine.wait().unwrap();
                kills += 1;
                engine = start(&root);
            }
            _ => std::thread::sleep(Duration::from_millis(100 + random.next(600))),
        }
    }
    if kills == 0 {
        engine.kill().unwrap();
        engine.wait().unwrap();
        engine = start(&root);
    }
    until("an empty 受付", Duration::from_secs(120), || files(&root, "受付").is_empty());
    until("the end of the work", Duration::from_secs(120), || {
        drops(&root).iter().all(|drop| matches!(drop.state, DropState::Filed | DropState::Gone))
    });
    let stopped = chiiki_sheet::watch::stop(&root, Duration::from_secs(60)).unwrap();
    assert_eq!(stopped, chiiki_sheet::watch::Stopped::Ended);
    engine.wait().unwrap();
    println!("{steps} steps, {kills} kills, {} contents", written.len());
    check(&root, &lying, &written, kills);
}

fn check(root: &Path, lying: &BTreeMap<String, String>, written: &BTreeSet<String>, kills: usize) {
    let drops = drops(root);
    // What lay there last under each name was read, and its original is kept.
    let done = files(root, "処理済");
    for (name, text) in lying {
        let sha256 = sha256_hex(text.as_bytes());
        assert!(drops.iter().any(|drop| drop.sha256.as_ref() == Some(&sha256)), "{name} was never read");
        assert!(root.join("台帳/originals").join(&sha256[..2]).join(&sha256).is_file(), "{name} is not kept");
        assert!(done.values().any(|bytes| bytes == text.as_bytes()), "{name} is not in 処理済");
    }
    // Nothing half-written was ever read, no content was read twice.
    let mut read = BTreeSet::new();
    // A content that came before and counts anew is not read for that.
    let read_first = |drop: &&DropRecord| drop.outcome == Some(DropOutcome::Read) && drop.duplicate_of.is_none();
    for drop in drops.iter().filter(read_first) {
        let sha256 = drop.sha256.clone().unwrap();
        assert!(written.contains(&sha256), "{} was read half-written", drop.name);
        assert!(read.insert(sha256), "{} was read twice", drop.name);
    }
    let store = Store::open(root).unwrap();
    let stored: BTreeSet<String> = store.files().unwrap().into_iter().map(|record| record.file.sha256).collect();
    assert!(read.is_subset(&stored), "what was read is in the store");
    // Killed when a content was in the store and not in the journal yet, and written over before the next start: it was
    // read, and only the journal knows nothing of it.
    let unsaid: Vec<&String> = stored.difference(&read).collect();
    assert!(unsaid.len() <= kills && unsaid.iter().all(|sha256| written.contains(*sha256)), "{unsaid:?}");
    assert_eq!(store.load(&Query::default()).unwrap().len(), stored.len());
    // What was moved is where the journal says, and is what was read.
    for drop in drops.iter().filter(|drop| drop.filed.is_some()) {
        let bytes = fs::read(root.join(drop.filed.as_ref().unwrap())).unwrap();
        assert_eq!(Some(sha256_hex(&bytes)), drop.sha256, "{}", drop.name);
    }
    let quarantined = drops.iter().filter(|drop| drop.outcome == Some(DropOutcome::Refused)).count();
    assert_eq!(files(root, "隔離").len(), 2 * quarantined, "a note each");
    let leftovers: Vec<_> = files(root, "").into_keys().filter(|name| name.contains(".chiiki-")).collect();
    assert_eq!(leftovers, Vec::<String>::new());
    assert!(!files(root, "出力").is_empty());
}
