//! The engine: when to look, when to work, when to try again.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::clock::{Clock, SystemClock};
use super::conditions::Conditions;
use super::inbox::Inbox;
use super::lock::Lock;
use super::log::Log;
use super::round::RoundReport;
use super::shared::{Handle, Listener, Shared, Watching, Work};
use super::status::Status;
use super::wake::{FolderWatcher, Rung};
use crate::disk::{self, Entry, Files, RealFiles, Stat, fault};
use crate::error::{Error, Result};
use crate::handout::Typesetter;
use crate::intake::Reader;
use crate::journal::{DropKind, DropState, Journal};
use crate::model::Date;
use crate::request_file::is_request;
use crate::workspace::{self as settings, DONE, INBOX, MAPPINGS, OUTPUT, QUARANTINE, SETTINGS, Workspace};

/// Settings, a request to stop and a logoff are looked for this often; it costs two looks at names.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// The folder is scanned at least this often, whatever the system tells.
const SCAN: Duration = Duration::from_secs(30);
/// … and this often where the system tells nothing.
const SCAN_WITHOUT_EVENTS: Duration = Duration::from_secs(10);
/// A watcher that could not be started is tried again.
const WATCH_AGAIN: Duration = Duration::from_secs(60);
/// After a failure the pause doubles from the first to the last of these.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// A sheet that could not be made (opened exclusively, nothing found) is tried again now and then.
const OWED_AGAIN: Duration = Duration::from_secs(600);

/// How an engine works.
#[derive(Clone)]
pub struct Options {
    /// The day written on what is made; else today
    pub date: Option<Date>,
    /// How long a file must not have changed; else as the settings say
    pub settle: Option<Duration>,
    /// Whether the system's events may be used
    pub events: bool,
    /// The file system
    pub files: Arc<dyn Files>,
    /// The time
    pub clock: Arc<dyn Clock>,
    /// Where files are read
    pub reader: fn() -> Result<Reader>,
    /// Where papers are set: asked for each round, and let go of after it
    pub typesetter: fn() -> Result<Typesetter>,
    /// Whether the process was told to end
    pub told_to_stop: fn() -> bool,
    /// Hears what the engine says while it works
    pub listener: Arc<Listener>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            date: None,
            settle: None,
            events: true,
            files: Arc::new(RealFiles),
            clock: Arc::new(SystemClock::default()),
            reader: Reader::child,
            typesetter: Typesetter::child,
            told_to_stop: || false,
            listener: Arc::new(|_| {}),
        }
    }
}

/// What to do after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Wait so long at most, or until something rings.
    Wait(Duration),
    /// End.
    Stop,
}

/// The engine of one workspace.
pub struct Engine {
    pub(super) shared: Arc<Shared>,
    pub(super) journal: Journal,
    pub(super) inbox: Inbox,
    pub(super) options: Options,
    pub(super) log: Log,
    pub(super) conditions: Option<Conditions>,
    /// Drops or owed sheets wait for a round
    pub(super) pending: bool,
    /// Since when files have been coming whose sheets are not made
    pub(super) burst_since: Option<Duration>,
    /// A move that another program holds up is tried again then
    pub(super) finish_at: Option<Duration>,
    /// Problems told now, by what they are about
    pub(super) problems: Problems,
    /// Problems the log has been told of
    logged: Vec<String>,
    /// What to know of the sheets made last, by own area
    pub(super) notices: BTreeMap<String, Vec<String>>,
    /// Folders in 受付 the log has been told of
    folders_logged: usize,
    lock: Lock,
    status: Status,
    watcher: Option<FolderWatcher>,
    watch_at: Duration,
    scan_at: Duration,
    retry_at: Duration,
    failures: u32,
    owed_at: Duration,
    /// Sheets that could not be made are tried again in the next round
    pub(super) owed_again: bool,
    /// Settings and areas, and the saved readings
    settings_stat: Option<(Vec<Option<Stat>>, Vec<Entry>)>,
    scanned: bool,
    /// The disk refused something: perhaps even to delete what was begun
    untidy: bool,
}

/// What stands in the way, by where it was met.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) settings: Option<String>,
    pub(super) folder: Option<String>,
    pub(super) round: Option<String>,
    pub(super) files: Vec<String>,
    pub(super) sheets: Vec<String>,
}

impl Problems {
    fn all(&self) -> Vec<String> {
        let single = [&self.settings, &self.folder, &self.round].into_iter().flatten();
        single.chain(&self.files).chain(&self.sheets).cloned().collect()
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("workspace", &self.shared.workspace).finish_non_exhaustive()
    }
}

impl Engine {
    /// Takes the workspace: no second engine may work in it. What a process that was killed left is tidied up.
    ///
    /// # Errors
    /// The workspace is held by another engine, cannot be written to, or its journal is damaged.
    pub fn open(workspace: Workspace, options: Options) -> Result<Self> {
        let lock = Lock::take(workspace.root())?;
        let mut journal = Journal::open(workspace.root())?;
        fault::point("engine-locked");
        if let Some((process, in_order)) = journal.last_process()? {
            remove_leftovers(&workspace, process, in_order);
        }
        fault::point("engine-tidied");
        journal.begin_process()?;
        fault::point("engine-begun");
        let log = Log::new(workspace.root(), Arc::clone(&options.listener));
        let now = options.clock.now();
        Ok(Self {
            shared: Arc::new(Shared::new(workspace)),
            journal,
            inbox: Inbox::default(),
            log,
            conditions: None,
            pending: true,
            burst_since: None,
            finish_at: None,
            problems: Problems::default(),
            logged: Vec::new(),
            notices: BTreeMap::new(),
            folders_logged: 0,
            lock,
            status: Status::default(),
            watcher: None,
            watch_at: now,
            scan_at: now,
            retry_at: Duration::ZERO,
            failures: 0,
            owed_at: now,
            owed_again: true,
            settings_stat: None,
            scanned: false,
            untidy: false,
            options,
        })
    }

    /// For whoever works beside the engine in this process.
    pub fn handle(&self) -> Handle {
        Handle(Arc::clone(&self.shared))
    }

    /// Works until it is told to stop: by [`Handle::stop`] or [`stop`](super::stop()).
    ///
    /// # Errors
    /// None that time may heal: those are told in the status, and tried again.
    pub fn run(&mut self) -> Result<()> {
        self.tell("見張りを始めました。");
        let mut rung = Rung::default();
        while let Step::Wait(pause) = self.step_on(rung) {
            rung = self.shared.bell.wait(pause);
        }
        self.end();
        Ok(())
    }

    /// Handles what lies in 受付 now, makes every sheet of the settings, and ends; files still being written are waited
    /// for, but not without end. `told` hears of progress.
    ///
    /// # Errors
    /// What stops the whole: settings that cannot be understood, a store that cannot be written to. What stops a
    /// sheet stands in [`RoundReport::problems`].
    pub fn once(&mut self, told: &mut dyn FnMut(&Work)) -> Result<RoundReport> {
        let done = self.once_inner(told);
        self.untidy |= done.is_err();
        self.end();
        done
    }

    fn once_inner(&mut self, told: &mut dyn FnMut(&Work)) -> Result<RoundReport> {
        // A file is waited for at most this many times over.
        const PATIENCE: u32 = 20;
        let mut report = RoundReport::default();
        let settle = {
            let conditions = Conditions::load(&self.shared.workspace)?;
            let (own, whole) = (conditions.settings.own.0.clone(), conditions.whole.clone());
            self.journal.owe(&own, Some(&whole), self.options.clock.moment())?;
            self.conditions = Some(conditions);
            fault::point("once-owed");
            self.settle()
        };
        let start = self.options.clock.now();
        loop {
            let now = self.options.clock.now();
            self.scan(now, true)?;
            let over = now.saturating_sub(start) > settle * PATIENCE + HEARTBEAT;
            let last = self.inbox.settling(now, settle) == 0 || over;
            self.work(now, last, true, &mut report, told)?;
            if last || self.handle().is_stopping() {
                return Ok(report);
            }
            let due = self.inbox.next_due(settle).unwrap_or(now).saturating_sub(now);
            self.shared.bell.wait(due.clamp(Duration::from_millis(10), HEARTBEAT));
        }
    }

    /// One step: looks, works if there is work, and says how long to wait. For tests that bring their own time.
    pub fn step(&mut self) -> Step {
        let rung = self.shared.bell.wait(Duration::ZERO);
        self.step_on(rung)
    }

    fn step_on(&mut self, rung: Rung) -> Step {
        if self.stopping() {
            return Step::Stop;
        }
        let now = self.options.clock.now();
        if let Some(why) = rung.broken {
            self.watcher = None;
            self.watch_at = now + HEARTBEAT;
            self.tell(&format!("変化の知らせが止まりました（{why}）。一定の間隔で確かめます。"));
            self.watching(Watching::Poll { why: "変化の知らせが止まったため".to_owned() });
        }
        let changed = self.settings_changed();
        if rung.poked || changed {
            self.retry_at = Duration::ZERO;
        }
        if rung.poked || changed || now >= self.owed_at {
            self.owed_at = now + OWED_AGAIN;
            self.pending = true;
            self.owed_again = true;
        }
        let wake = rung.event || rung.poked || changed;
        let due = self.inbox.next_due(self.settle()).is_some_and(|due| due <= now);
        if wake || due || now >= self.scan_at {
            match self.scan(now, false) {
                Ok(()) => self.problems.folder = None,
                Err(error) => self.problems.folder = Some(error.to_string()),
            }
        }
        self.watch_folder(now);
        let ready = !self.inbox.settled(now, self.settle()).is_empty() || self.finish_at.is_some_and(|at| at <= now);
        let paused = self.handle().is_paused();
        // A folder that is away may have taken the whole workspace with it: nothing is written meanwhile.
        if !self.missing() && now >= self.retry_at && (self.pending || ready) && !paused {
            self.round(now);
        }
        self.show(false);
        if self.stopping() {
            return Step::Stop;
        }
        let now = self.options.clock.now();
        // While it rests, what is due wakes nobody.
        let due = self.inbox.next_due(self.settle()).filter(|_| !paused);
        let due = [due.map(|due| due.max(self.retry_at)), Some(self.scan_at)];
        let next = due.into_iter().flatten().min().map_or(HEARTBEAT, |due| due.saturating_sub(now));
        Step::Wait(next.clamp(Duration::from_millis(5), HEARTBEAT))
    }

    /// A round; what it could not do is tried again after a pause.
    fn round(&mut self, now: Duration) {
        let mut report = RoundReport::default();
        let last = self.inbox.settling(now, self.settle()) == 0;
        let worked = catch_unwind(AssertUnwindSafe(|| self.work(now, last, false, &mut report, &mut |_| {})));
        // A fault of ours must not end the watching: it is told and tried again.
        let worked = worked.unwrap_or_else(|_| Err(Error::Internal("処理が途中で止まりました".to_owned())));
        match worked {
            Ok(()) => {
                self.failures = 0;
                // Without settings nothing can be done; saving them ends the pause.
                self.retry_at =
                    if self.conditions.is_some() { Duration::ZERO } else { self.options.clock.now() + BACKOFF.1 };
                self.problems.round = None;
            }
            Err(error) => {
                self.untidy = true;
                let pause = BACKOFF.0.saturating_mul(1 << self.failures.min(8)).min(BACKOFF.1);
                self.failures += 1;
                self.retry_at = self.options.clock.now() + pause;
                self.pending = true;
                self.problems.round = Some(error.to_string());
            }
        }
    }

    /// How long a file must rest.
    pub(super) fn settle(&self) -> Duration {
        let set = self.conditions.as_ref().map_or(3.0, |conditions| conditions.settings.settle_seconds());
        self.options.settle.unwrap_or(Duration::from_secs_f64(set.clamp(0.0, 3_600.0)))
    }

    /// Whether it was told to stop, by a request or from within.
    pub(super) fn stopping(&self) -> bool {
        let handle = self.handle();
        if !handle.is_stopping() && ((self.options.told_to_stop)() || self.lock.stop_requested()) {
            handle.stop();
        }
        handle.is_stopping()
    }

    /// Lists 受付 and journals what is new. `once`: a file's age is taken from its time.
    fn scan(&mut self, now: Duration, once: bool) -> Result<()> {
        let folder = self.shared.workspace.folder(INBOX);
        if !self.scanned {
            // What was moved before a kill is told apart from a new file of the same name only now.
            let handle = self.handle();
            let _writer = handle.exclusive();
            self.finish_filed(None)?;
        }
        let poll = !matches!(self.handle().snapshot().watching, Watching::Events);
        self.scan_at = now + if poll { SCAN_WITHOUT_EVENTS } else { SCAN };
        let entries = match self.options.files.list(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !once => {
                if self.watching(Watching::FolderMissing) {
                    self.tell("「受付」フォルダーが見つかりません。戻るまで待ちます。");
                }
                self.watcher = None;
                // What lay there is looked at anew when it returns; till then nothing is due.
                self.inbox = Inbox::default();
                self.scan_at = now + HEARTBEAT;
                return Ok(());
            }
            Err(error) => {
                let hint = "フォルダーを開く権限があるか確かめてください。";
                return Err(Error::io(folder, "読み取り", hint)(error));
            }
        };
        if self.handle().snapshot().watching == Watching::FolderMissing {
            self.tell("「受付」フォルダーが戻りました。");
            self.watching(Watching::Starting);
            self.watch_at = now;
        }
        fault::point("scan-listed");
        let moment = self.options.clock.moment();
        let credit = |stat: &Stat| {
            let age = if once { moment.0.saturating_sub(stat.modified_ms) } else { 0 };
            Duration::from_millis(u64::try_from(age).unwrap_or_default())
        };
        let observed = self.inbox.observe(&entries, now, credit);
        let journalled = self.journal_scan(&observed);
        if journalled.is_err() {
            // Seen again the next time, so that nothing is taken that does not stand in the journal.
            for (name, _) in &observed.changed {
                self.inbox.forget(name);
            }
        } else {
            self.scanned = true;
        }
        fault::point("scan-journalled");
        journalled
    }

    fn journal_scan(&mut self, observed: &super::inbox::Observed) -> Result<()> {
        let moment = self.options.clock.moment();
        if observed.changed.is_empty() && observed.gone.is_empty() && self.scanned {
            return Ok(());
        }
        let open = self.journal.open_drops()?;
        let mut new = Vec::new();
        for (name, stat) in &observed.changed {
            match open.iter().find(|drop| drop.name == *name && drop.stat() == *stat).map(|drop| drop.state) {
                // Handled before a kill and not moved yet, or held by another program.
                Some(DropState::Read | DropState::Filled) => self.inbox.done(name),
                Some(_) => {}
                None => new.push((name.clone(), kind_of(name), *stat)),
            }
        }
        if !new.is_empty() {
            self.journal.seen(&new, moment)?;
        }
        let unread = open.iter().filter(|drop| matches!(drop.state, DropState::Seen | DropState::Settled));
        let gone: Vec<i64> = unread.filter(|drop| !self.inbox.has(&drop.name)).map(|drop| drop.id).collect();
        if !gone.is_empty() {
            self.journal.gone(&gone, moment)?;
        }
        Ok(())
    }

    /// Keeps a watcher going where one is of use.
    fn watch_folder(&mut self, now: Duration) {
        if self.watcher.is_some() || now < self.watch_at || self.missing() {
            return;
        }
        self.watch_at = now + WATCH_AGAIN;
        let folder = self.shared.workspace.folder(INBOX);
        let polls = self.conditions.as_ref().is_some_and(|it| it.settings.watching() == settings::Watching::Poll);
        let why = if polls {
            "設定による"
        } else if !self.options.events {
            "変化の知らせを使わない"
        } else if disk::on_network_share(&folder) {
            "ネットワーク上のフォルダーのため"
        } else {
            match FolderWatcher::start(&folder, Arc::clone(&self.shared.bell)) {
                Ok(watcher) => {
                    self.watcher = Some(watcher);
                    self.watching(Watching::Events);
                    // What came while no watcher was there.
                    self.shared.bell.ring(|rung| rung.event = true);
                    return;
                }
                Err(_) => "変化の知らせを使えないため",
            }
        };
        self.watching(Watching::Poll { why: why.to_owned() });
    }

    fn missing(&self) -> bool {
        self.handle().snapshot().watching == Watching::FolderMissing
    }

    /// Notes how the folder is watched; whether that is news.
    fn watching(&self, watching: Watching) -> bool {
        let mut news = false;
        self.shared.update(|snapshot| {
            news = snapshot.watching != watching;
            snapshot.watching = watching;
        });
        news
    }

    /// Whether the settings or the readings were saved since they were looked at.
    fn settings_changed(&mut self) -> bool {
        let root = self.shared.workspace.root();
        let areas = self.conditions.as_ref().and_then(|conditions| conditions.settings.areas.clone());
        let names = std::iter::once(SETTINGS.to_owned()).chain(areas);
        let stat: Vec<Option<Stat>> =
            names.map(|name| self.options.files.stat(&root.join(name)).ok().flatten()).collect();
        let mut readings = self.options.files.list(&root.join(MAPPINGS)).unwrap_or_default();
        readings.sort_by(|a, b| a.name.cmp(&b.name));
        let stat = (stat, readings);
        let changed = self.settings_stat.as_ref() != Some(&stat);
        if changed {
            self.settings_stat = Some(stat);
            self.reload();
        }
        changed
    }

    /// Reads the settings; sheets are owed anew when they changed. Mistakes are told, and nothing is done until
    /// they are mended.
    pub(super) fn reload(&mut self) {
        match Conditions::load(&self.shared.workspace) {
            Ok(conditions) => {
                self.problems.settings = None;
                self.log.cap(conditions.settings.log_megabytes());
                self.conditions = Some(conditions);
                self.watch_at = Duration::ZERO;
                self.watcher = None;
            }
            Err(error) => {
                self.problems.settings = Some(error.to_string());
                self.conditions = None;
            }
        }
    }

    /// Writes a line into the log.
    pub(super) fn tell(&mut self, text: &str) {
        self.log.line(self.options.clock.moment(), text);
    }

    /// Brings snapshot and status up to date.
    pub(super) fn show(&mut self, last: bool) {
        let now = self.options.clock.now();
        let (settling, folders) = (self.inbox.settling(now, self.settle()), self.inbox.folders());
        let (problems, waiting) = (self.problems.all(), self.inbox.waiting());
        // While work goes on problems are being looked at anew: whether they are over is said afterwards.
        if self.handle().snapshot().work.is_none() {
            self.log_news(&problems, folders);
        }
        let notices: Vec<String> = self.notices.values().flatten().cloned().collect();
        self.shared.update(|snapshot| {
            snapshot.notices = notices;
            snapshot.settling = settling;
            snapshot.folders = folders;
            snapshot.waiting = waiting;
            snapshot.problems = problems;
            snapshot.not_made.clone_from(&self.problems.sheets);
        });
        let mut snapshot = self.handle().snapshot();
        snapshot.stopping |= last;
        let times = (now, self.options.clock.moment());
        self.status.show(&self.shared.workspace, &snapshot, Some(&self.journal), times, last);
    }

    /// What stands in the way goes into the log once, and that it is over.
    fn log_news(&mut self, problems: &[String], folders: usize) {
        let moment = self.options.clock.moment();
        for problem in problems.iter().filter(|problem| !self.logged.contains(problem)) {
            self.log.line(moment, &format!("お困りの点：{problem}"));
        }
        if problems.is_empty() && !self.logged.is_empty() {
            self.log.line(moment, "お困りの点は、なくなりました。");
        }
        self.logged = problems.to_vec();
        if folders > self.folders_logged {
            self.log.line(moment, &folders_told(folders));
        }
        self.folders_logged = folders;
    }

    fn end(&mut self) {
        self.watcher = None;
        fault::point("end-begun");
        self.tell("終わりました。");
        self.show(true);
        fault::point("end-told");
        // Where this is not written the next start looks for leftovers everywhere.
        if !self.untidy {
            let _ = self.journal.end_process();
        }
    }
}

/// Folders in 受付 are left alone, and that is said.
pub(super) fn folders_told(count: usize) -> String {
    format!("「受付」の中にフォルダーが{count}個あります。中は見ません。中のファイルを「受付」にじかに入れてください。")
}

/// What a file's name says it is for.
fn kind_of(name: &str) -> DropKind {
    if is_request(name) { DropKind::Request } else { DropKind::Statistics }
}

/// Temporary files of a process that is gone, in every folder it may have written to. After one that
/// ended in order the many folders of originals are not looked through.
fn remove_leftovers(workspace: &Workspace, process: u32, in_order: bool) {
    let mut folders = vec![workspace.root().to_owned(), workspace.folder(OUTPUT)];
    let ledger = workspace.folder(crate::store::LEDGER_FOLDER);
    let originals = if in_order { None } else { Some(ledger.join("originals")) };
    for parent in [workspace.folder(DONE), workspace.folder(QUARANTINE)].into_iter().chain(originals) {
        let below = std::fs::read_dir(&parent).into_iter().flatten().flatten().map(|entry| entry.path());
        folders.extend(below.filter(|path| path.is_dir()));
    }
    for folder in folders {
        for path in disk::leftovers_of(process, &folder).unwrap_or_default() {
            let _ = std::fs::remove_file(path);
        }
    }
}
