//! What lies in 受付 and since when it has not changed: a pure account of listings and times.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::disk::{Entry, Stat};
use crate::intake::is_not_for_reading;

/// The files of a folder over time.
#[derive(Debug, Default)]
pub struct Inbox {
    files: BTreeMap<String, Watched>,
    folders: usize,
}

#[derive(Clone, Copy, Debug)]
struct Watched {
    stat: Stat,
    /// When it was first seen as it is now
    since: Duration,
    /// Not tried again before
    not_before: Duration,
    /// It was handled as it is; only a change makes it a file to be taken.
    done: bool,
}

/// What a listing changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Files that are new or were written to
    pub changed: Vec<(String, Stat)>,
    /// Files that are there no more
    pub gone: Vec<String>,
}

/// A file nobody has written to for long enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Its name
    pub name: String,
    /// As it has been all that time
    pub stat: Stat,
    /// For how long
    pub age: Duration,
}

impl Inbox {
    /// Takes a listing of the folder. `credit` tells for how long a file that is seen for the first time has been as
    /// it is, where that is known.
    pub fn observe(&mut self, entries: &[Entry], now: Duration, credit: impl Fn(&Stat) -> Duration) -> Observed {
        let mut observed = Observed::default();
        let mut seen = BTreeMap::new();
        self.folders = 0;
        for entry in entries.iter().filter(|entry| !is_not_for_reading(&entry.name)) {
            let Some(stat) = entry.file else {
                self.folders += 1;
                continue;
            };
            let watched = match self.files.get(&entry.name) {
                Some(known) if known.stat == stat => *known,
                known => {
                    observed.changed.push((entry.name.clone(), stat));
                    let credit = if known.is_none() { credit(&stat) } else { Duration::ZERO };
                    Watched { stat, since: now.saturating_sub(credit), not_before: Duration::ZERO, done: false }
                }
            };
            seen.insert(entry.name.clone(), watched);
        }
        observed.gone = self.files.keys().filter(|name| !seen.contains_key(*name)).cloned().collect();
        self.files = seen;
        observed
    }

    /// Files to be taken now, by name.
    pub fn settled(&self, now: Duration, wait: Duration) -> Vec<Settled> {
        let ready = |watched: &Watched| !watched.done && watched.not_before <= now && watched.since + wait <= now;
        let settled = self.files.iter().filter(|(_, watched)| ready(watched));
        settled
            .map(|(name, watched)| Settled {
                name: name.clone(),
                stat: watched.stat,
                age: now.saturating_sub(watched.since),
            })
            .collect()
    }

    /// How many files were written to so lately that more may come.
    pub fn settling(&self, now: Duration, wait: Duration) -> usize {
        self.files.values().filter(|watched| !watched.done && watched.since + wait > now).count()
    }

    /// How many files lie there that are not handled.
    pub fn waiting(&self) -> usize {
        self.files.values().filter(|watched| !watched.done).count()
    }

    /// Whether a file lies there that has rested for less than `patience` and is not handled yet.
    pub fn expects(&self, now: Duration, patience: Duration) -> bool {
        self.files.values().any(|watched| !watched.done && now.saturating_sub(watched.since) < patience)
    }

    /// Folders, which are not taken.
    pub fn folders(&self) -> usize {
        self.folders
    }

    /// When the next file is to be taken, if none changes.
    pub fn next_due(&self, wait: Duration) -> Option<Duration> {
        let waiting = self.files.values().filter(|watched| !watched.done);
        waiting.map(|watched| (watched.since + wait).max(watched.not_before)).min()
    }

    /// Whether the file lies there.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Leaves a file alone until then.
    pub fn put_off(&mut self, name: &str, until: Duration) {
        if let Some(watched) = self.files.get_mut(name) {
            watched.not_before = until;
        }
    }

    /// The file was handled as it is; if it stays, only a change makes it a new one.
    pub fn done(&mut self, name: &str) {
        if let Some(watched) = self.files.get_mut(name) {
            watched.done = true;
        }
    }

    /// The file is to be looked at as if it were new.
    pub fn forget(&mut self, name: &str) {
        self.files.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(1_000 + seconds)
    }

    fn file(name: &str, size: u64, modified_ms: i64) -> Entry {
        Entry { name: name.to_owned(), file: Some(Stat { size, modified_ms }) }
    }

    fn names(settled: &[Settled]) -> Vec<&str> {
        settled.iter().map(|one| one.name.as_str()).collect()
    }

    const WAIT: Duration = Duration::from_secs(3);

    fn no_credit(_: &Stat) -> Duration {
        Duration::ZERO
    }

    #[test]
    fn a_file_that_grows_is_not_taken_until_it_rests() {
        let mut inbox = Inbox::default();
        for second in 0..20 {
            let observed = inbox.observe(&[file("表.xlsx", second * 100, 7)], at(second), no_credit);
            assert_eq!(observed.changed.len(), 1, "size alone counts, even where times are coarse");
            assert_eq!(inbox.settled(at(second), WAIT), []);
        }
        assert_eq!(inbox.observe(&[file("表.xlsx", 1_900, 7)], at(21), no_credit), Observed::default());
        assert_eq!(inbox.settled(at(21), WAIT), []);
        assert_eq!(inbox.next_due(WAIT), Some(at(22)));
        assert_eq!(names(&inbox.settled(at(22), WAIT)), ["表.xlsx"]);
    }

    #[test]
    fn a_new_time_with_the_same_size_starts_the_wait_anew() {
        let mut inbox = Inbox::default();
        inbox.observe(&[file("表.xlsx", 5, 1)], at(0), no_credit);
        inbox.observe(&[file("表.xlsx", 5, 2)], at(2), no_credit);
        assert_eq!(inbox.settled(at(4), WAIT), []);
        assert_eq!(names(&inbox.settled(at(5), WAIT)), ["表.xlsx"]);
    }

    #[test]
    fn what_vanishes_is_told_and_what_returns_is_new() {
        let mut inbox = Inbox::default();
        inbox.observe(&[file("表.xlsx", 5, 1)], at(0), no_credit);
        inbox.done("表.xlsx");
        assert_eq!(inbox.observe(&[], at(1), no_credit).gone, ["表.xlsx"]);
        assert_eq!(inbox.observe(&[file("表.xlsx", 5, 1)], at(2), no_credit).changed.len(), 1);
        assert_eq!(inbox.settling(at(2), WAIT), 1);
    }

    #[test]
    fn excels_lock_files_and_downloads_are_not_seen() {
        let mut inbox = Inbox::default();
        let folder = Entry { name: "フォルダー".to_owned(), file: None };
        let entries = ["~$表.xlsx", "表.xlsx.crdownload", "a.tmp", "b.part", ".c", "Thumbs.db"].map(|n| file(n, 1, 1));
        let observed = inbox.observe(&[entries.as_slice(), &[folder]].concat(), at(0), no_credit);
        assert_eq!((observed, inbox.waiting(), inbox.folders()), (Observed::default(), 0, 1));
    }

    #[test]
    fn a_file_put_off_waits_for_its_time() {
        let mut inbox = Inbox::default();
        inbox.observe(&[file("表.xlsx", 5, 1)], at(0), |_| WAIT);
        assert_eq!(names(&inbox.settled(at(0), WAIT)), ["表.xlsx"], "it is known to have rested");
        inbox.put_off("表.xlsx", at(9));
        assert_eq!(inbox.settled(at(8), WAIT), []);
        assert_eq!(inbox.next_due(WAIT), Some(at(9)));
        assert_eq!(names(&inbox.settled(at(9), WAIT)), ["表.xlsx"]);
        // It came at the time 997, and has rested since.
        assert!(inbox.expects(at(56), 20 * WAIT) && !inbox.expects(at(57), 20 * WAIT));
        inbox.done("表.xlsx");
        assert!(!inbox.expects(at(9), 20 * WAIT));
    }
}
