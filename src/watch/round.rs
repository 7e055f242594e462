//! A round of work: settled files are read, the sheets they concern are made, the files are filed away.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::engine::Engine;
use super::filing::{Filed, Filing};
use super::shared::{News, Work};
use super::sheets;
use super::take::{Attempt, Taking};
use crate::diagnostic::Diagnostic;
use crate::disk::fault;
use crate::error::{Error, Result};
use crate::handout::Typesetter;
use crate::intake::{Evidence, FileReport, Reader};
use crate::job::Report;
use crate::journal::{DropKind, DropOutcome, DropRecord, DropState};
use crate::model::Date;

/// A file another program holds is looked at again after this.
const HELD_AGAIN: Duration = Duration::from_secs(2);
/// A file that could not be taken for a fault of the disk is tried again after this.
const FAILED_AGAIN: Duration = Duration::from_secs(10);
/// Files are still coming, or held by another program: the sheets are made and requests answered after this long all
/// the same.
const FILL_PATIENCE: Duration = Duration::from_secs(60);
/// So many files take long enough to be moved that it is told.
const MANY: usize = 50;
/// So many files in a row that fail for the disk's sake mean that the disk fails.
const ROW_OF_FAILURES: usize = 3;

/// What a round did.
#[derive(Debug, Default)]
pub struct RoundReport {
    /// Files taken, with what became of them
    pub files: Vec<FileReport>,
    /// Sheets made
    pub sheets: Vec<Report>,
    /// What a person should know about the files
    pub diagnostics: Vec<Diagnostic>,
    /// Why sheets could not be made
    pub problems: Vec<Error>,
    /// Files that another program holds; they stay in 受付
    pub held: Vec<String>,
    /// Folders in 受付, which are not looked into
    pub folders: usize,
}

impl Engine {
    /// Takes what is settled; when no more files are coming (`last`), makes the sheets owed and files away.
    pub(super) fn work(
        &mut self,
        now: Duration,
        last: bool,
        once: bool,
        report: &mut RoundReport,
        told: &mut dyn FnMut(&Work),
    ) -> Result<()> {
        let handle = self.handle();
        let _writer = handle.exclusive();
        if self.conditions.is_none() {
            self.reload();
        }
        let Some(conditions) = &self.conditions else {
            // Told already; nothing can be read without the list of areas.
            self.pending = false;
            return Ok(());
        };
        if !once && self.journal.settings()?.as_ref() != Some(&conditions.whole) {
            // The first start of a new workspace has nothing to make sheets of.
            let own = if self.journal.settings()?.is_none() { &[] } else { conditions.settings.own.0.as_slice() };
            self.journal.owe(own, Some(&conditions.whole), self.options.clock.moment())?;
        }
        let done = self.all_stages(now, last, report, told);
        if !once && !self.pending {
            super::memory::give_back();
        }
        self.shared.update(|snapshot| {
            snapshot.work = None;
            snapshot.rounds += 1;
        });
        (self.options.listener)(News::Rest);
        report.folders = self.inbox.folders();
        done
    }

    fn all_stages(
        &mut self,
        now: Duration,
        last: bool,
        report: &mut RoundReport,
        told: &mut dyn FnMut(&Work),
    ) -> Result<()> {
        let date = self.options.date.unwrap_or_else(|| self.options.clock.moment().date());
        let typesetter = (self.options.typesetter)()?;
        self.finish_filed(Some(told))?;
        if last && self.makes_papers(now)? {
            // It gets ready while files are read and the sheet is made.
            typesetter.wake();
        }
        let taken = self.take_settled((now, date), report, told);
        fault::point("round-taken");
        // Files that need no sheet go at once, so that people see what is wrong with them.
        self.file_away(date, |drop| !needs_sheet(drop), told)?;
        taken?;
        if self.stopping() || self.resting() {
            return Ok(());
        }
        let waiting: Vec<DropRecord> =
            self.journal.open_drops()?.into_iter().filter(|drop| drop.state == DropState::Read).collect();
        let requests = self.settled_requests()?;
        let any = !waiting.is_empty() || !requests.is_empty();
        // Not by the clock on the wall, which may be set back.
        self.burst_since = any.then(|| self.burst_since.unwrap_or(now));
        if !last && self.burst_since.is_none_or(|since| now.saturating_sub(since) < FILL_PATIENCE) {
            // More files are coming; one sheet for all of them.
            self.pending = any;
            return Ok(());
        }
        self.burst_since = None;
        self.fill_owed(&waiting, (date, &typesetter), report, told)?;
        fault::point("round-filled");
        // A file beside them that another program holds may bring the very figures they ask for.
        let unanswered = !requests.is_empty() && self.inbox.expects(self.options.clock.now(), FILL_PATIENCE);
        if !unanswered {
            self.answer_requests((date, &typesetter), told)?;
        }
        fault::point("round-answered");
        self.file_away(date, |_| true, told)?;
        fault::point("round-filed");
        self.pending = unanswered;
        Ok(())
    }

    /// Whether this round will make papers, as far as can be known before anything is read.
    fn makes_papers(&self, now: Duration) -> Result<bool> {
        let wanted = self.conditions.as_ref().and_then(|it| it.settings.wanted().ok());
        if wanted.is_none_or(|wanted| wanted.papers.is_empty()) {
            return Ok(false);
        }
        // Rounds in which nothing is due come now and then, all day.
        Ok(!self.inbox.settled(now, self.settle()).is_empty() || !self.journal.owed()?.is_empty())
    }

    /// Whether it was told to rest: what is left is taken up again when it is told to go on.
    fn resting(&mut self) -> bool {
        let paused = self.handle().is_paused();
        self.pending |= paused;
        paused
    }

    /// Reads every settled file.
    fn take_settled(
        &mut self,
        (now, date): (Duration, Date),
        report: &mut RoundReport,
        told: &mut dyn FnMut(&Work),
    ) -> Result<()> {
        let settled = self.inbox.settled(now, self.settle());
        if settled.is_empty() {
            return Ok(());
        }
        let open = self.journal.open_drops()?;
        let mut jobs = Vec::new();
        for one in settled {
            let unread = |drop: &&DropRecord| matches!(drop.state, DropState::Seen | DropState::Settled);
            match open.iter().filter(unread).find(|drop| drop.name == one.name) {
                Some(drop) => jobs.push((drop.clone(), one)),
                // The journal lost it (set aside by a person, say): seen again, it is entered again.
                None => self.inbox.forget(&one.name),
            }
        }
        let settled: Vec<_> = jobs.iter().map(|(drop, one)| (drop.id, one.stat)).collect();
        self.journal.settled(&settled, self.options.clock.moment())?;
        fault::point("take-settled");
        let mut store = self.shared.workspace.store()?;
        fault::point("take-store-opened");
        let mut reader: Reader = (self.options.reader)()?;
        let (total, mut failed, mut in_a_row) = (jobs.len(), Vec::new(), 0);
        let mut held = 0;
        for (done, (drop, one)) in jobs.iter().enumerate() {
            if self.stopping() || self.resting() {
                break;
            }
            if drop.kind == DropKind::Request {
                // Answered when all figures are in.
                self.inbox.done(&drop.name);
                self.pending = true;
                continue;
            }
            self.progress(Work { what: "読み取り中", done, total, name: drop.name.clone() }, told);
            let Some(conditions) = &self.conditions else { break };
            let mut taking = Taking {
                workspace: &self.shared.workspace,
                files: self.options.files.as_ref(),
                conditions,
                store: &mut store,
                journal: &mut self.journal,
                reader: &mut reader,
                date,
                now: self.options.clock.moment(),
            };
            let taken = catch_unwind(AssertUnwindSafe(|| taking.take(drop, one)));
            // A file that brings the program to a stop must not stop the others.
            match taken.unwrap_or_else(|_| Ok(taking.stopped(drop))) {
                Ok(Attempt::Done(result, of_file)) => {
                    let owed = match result.outcome {
                        DropOutcome::Read | DropOutcome::Empty => sheets::concerned(conditions, &result.concerns),
                        _ => Vec::new(),
                    };
                    let moment = self.options.clock.moment();
                    self.journal.read(drop.id, &result, &owed, moment)?;
                    fault::point("take-journalled");
                    self.inbox.done(&drop.name);
                    self.pending = true;
                    in_a_row = 0;
                    // Why a file was not taken; that it was taken before is said already.
                    let code = result.code.as_deref().filter(|_| result.outcome != DropOutcome::Duplicate);
                    let code = code.map_or_else(String::new, |code| format!("（{code}）"));
                    self.log.line(moment, &format!("{}　{}{code}", result.outcome.label(), drop.name));
                    for note in &result.notes {
                        self.log.line(moment, &format!("　{note}"));
                    }
                    report.files.extend(of_file.reports);
                    report.diagnostics.extend(of_file.diagnostics);
                }
                Ok(Attempt::Held) => {
                    held += 1;
                    report.held.push(drop.name.clone());
                    self.inbox.put_off(&drop.name, self.options.clock.now() + HELD_AGAIN);
                }
                Ok(Attempt::Changed) => self.inbox.forget(&drop.name),
                Err(error) => {
                    self.inbox.put_off(&drop.name, self.options.clock.now() + FAILED_AGAIN);
                    failed.push(error);
                    in_a_row += 1;
                    if in_a_row >= ROW_OF_FAILURES {
                        break;
                    }
                }
            }
        }
        self.shared.update(|snapshot| snapshot.held = held);
        failed.into_iter().next().map_or(Ok(()), Err)
    }

    /// Makes the sheets owed.
    fn fill_owed(
        &mut self,
        waiting: &[DropRecord],
        (date, typesetter): (Date, &Typesetter),
        report: &mut RoundReport,
        told: &mut dyn FnMut(&Work),
    ) -> Result<()> {
        let owed = self.journal.owed()?;
        let again = std::mem::take(&mut self.owed_again);
        let (owed, given_up): (Vec<_>, Vec<_>) = owed.into_iter().partition(|owed| again || owed.problem.is_none());
        self.problems.sheets = given_up.into_iter().filter_map(|owed| owed.problem).collect();
        if owed.is_empty() {
            return Ok(());
        }
        let Some(conditions) = &self.conditions else { return Ok(()) };
        let own: Vec<String> = conditions.settings.own.0.clone();
        let mut evidence: Option<Evidence> = None;
        let round = self.journal.begin_round()?;
        fault::point("fill-begun");
        let total = owed.len();
        for owed in owed.iter().filter(|owed| !own.contains(&owed.own)) {
            self.journal.forget_owed(&owed.own)?;
            self.notices.remove(&owed.own);
        }
        // As the settings list them.
        for (done, own) in own.iter().filter(|own| owed.iter().any(|owed| owed.own == **own)).enumerate() {
            if self.stopping() || self.resting() {
                return Ok(());
            }
            self.progress(Work { what: "シートを作成中", done, total, name: own.clone() }, told);
            let Some(conditions) = &self.conditions else { return Ok(()) };
            let evidence = match &mut evidence {
                Some(evidence) => evidence,
                none => none.insert(self.shared.workspace.evidence(&conditions.catalog)?),
            };
            fault::point("fill-evidence-loaded");
            let made = catch_unwind(AssertUnwindSafe(|| {
                sheets::make(&self.shared.workspace, conditions, evidence, own, (date, typesetter))
            }));
            let made =
                made.unwrap_or_else(|_| Err(Error::Internal(format!("{own}のシートの作成が途中で止まりました"))));
            fault::point("fill-after-sheet");
            let moment = self.options.clock.moment();
            match made {
                Ok((mut made, outputs)) => {
                    self.notices.insert(own.clone(), sheets::notices(own, &made.diagnostics));
                    let concerns = |drop: &&DropRecord| {
                        needs_sheet(drop)
                            && sheets::concerns_own(own, &conditions.settings, &conditions.catalog, &drop.concerns)
                    };
                    let drops: Vec<i64> = waiting.iter().filter(concerns).map(|drop| drop.id).collect();
                    self.journal.made(own, &outputs, &drops, round, moment)?;
                    fault::point("fill-journalled");
                    for output in &outputs {
                        self.log.line(moment, &format!("作成　{}", output.path));
                    }
                    made.diagnostics.splice(0..0, evidence.diagnostics.iter().cloned());
                    report.sheets.push(made);
                }
                // Time may heal what the disk refuses: the files stay where they are until then.
                Err(error @ (Error::Io { .. } | Error::Store { .. })) => return Err(error),
                Err(error) => {
                    let text = error.to_string();
                    self.journal.not_made(own, &text)?;
                    self.log.once(moment, &format!("作成できず　{own}"));
                    self.problems.sheets.push(text);
                    report.problems.push(error);
                }
            }
        }
        Ok(())
    }

    /// Moves drops whose work is done.
    fn file_away(
        &mut self,
        date: Date,
        which: impl Fn(&DropRecord) -> bool,
        told: &mut dyn FnMut(&Work),
    ) -> Result<()> {
        let read = self.journal.open_drops()?.into_iter().filter(|drop| drop.state == DropState::Read && which(drop));
        let read: Vec<DropRecord> = read.collect();
        self.filing().choose(&read, date)?;
        fault::point("filing-all-chosen");
        self.finish_filed(Some(told))
    }

    /// Moves drops whose place stands in the journal. `told` hears of progress, inside a round.
    pub(super) fn finish_filed(&mut self, mut told: Option<&mut dyn FnMut(&Work)>) -> Result<()> {
        let filled = self.journal.open_drops()?.into_iter().filter(|drop| drop.state == DropState::Filled);
        let filled: Vec<DropRecord> = filled.collect();
        let (mut held, total) = (Vec::new(), filled.len());
        for (done, drop) in filled.into_iter().enumerate() {
            // A few are moved before anybody could read it.
            if let Some(told) = told.as_deref_mut().filter(|_| total >= MANY) {
                self.progress(Work { what: "ファイルを片づけ中", done, total, name: drop.name.clone() }, told);
            }
            match self.filing().finish(&drop)? {
                Filed::Moved => {}
                Filed::Superseded => self.inbox.forget(&drop.name),
                Filed::Held => held.push(drop.name),
            }
        }
        self.finish_at = (!held.is_empty()).then(|| self.options.clock.now() + HELD_AGAIN);
        let text = |name: &String| {
            format!(
                "『{name}』は処理しましたが、ほかのソフトで開かれているため「受付」に残っています。閉じると移します。"
            )
        };
        self.problems.files = held.iter().map(text).collect();
        Ok(())
    }

    fn filing(&mut self) -> Filing<'_> {
        Filing {
            workspace: &self.shared.workspace,
            files: self.options.files.as_ref(),
            journal: &mut self.journal,
            now: self.options.clock.moment(),
        }
    }

    pub(super) fn progress(&mut self, work: Work, told: &mut dyn FnMut(&Work)) {
        told(&work);
        (self.options.listener)(News::Work(&work));
        self.shared.update(|snapshot| snapshot.work = Some(work));
        self.show(false);
    }
}

/// Whether a drop waits for sheets to be made with it.
fn needs_sheet(drop: &DropRecord) -> bool {
    matches!(drop.outcome, Some(DropOutcome::Read | DropOutcome::Empty))
}
