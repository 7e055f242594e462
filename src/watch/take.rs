//! Taking one settled file: its bytes into the store, what became of it into the journal.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::time::Duration;

use super::conditions::Conditions;
use super::inbox::Settled;
use super::sheets;
use crate::clock::Moment;
use crate::diagnostic::Diagnostic;
use crate::disk::{Files, fault};
use crate::error::{FileError, Result};
use crate::intake::{FileReport, Reader, Taken};
use crate::journal::{Concerns, DropOutcome, DropRecord, Journal, ReadResult, Remark};
use crate::layout::Context;
use crate::model::{AreaLevel, Date, Datum, Observation, ObservationKey, Outcome};
use crate::normalize::conflict::settle;
use crate::notation::{fiscal_year_in, wareki};
use crate::read::Limits;
use crate::store::{Query, Store, sha256_hex};
use crate::workspace::{INBOX, Workspace, quarantine_note};

/// A file that is settled but held by another program is read beside it after this long: a workbook may stay open in
/// Excel all day.
const OPEN_PATIENCE: Duration = Duration::from_secs(30);

/// What an attempt came to.
pub(super) enum Attempt {
    /// It was read, or cannot be; what to journal, and what to tell.
    Done(Box<ReadResult>, Told),
    /// Another program writes to it or holds it: later.
    Held,
    /// It changed while it was read, or is gone: the next scan tells.
    Changed,
}

/// What a person is told about a file.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) reports: Vec<FileReport>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What taking needs.
pub(super) struct Taking<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) files: &'a dyn Files,
    pub(super) conditions: &'a Conditions,
    pub(super) store: &'a mut Store,
    pub(super) journal: &'a mut Journal,
    pub(super) reader: &'a mut Reader,
    pub(super) date: Date,
    pub(super) now: Moment,
}

impl Taking<'_> {
    /// Takes one file. Whatever is done here can be done again.
    ///
    /// # Errors
    /// A store that cannot be written to, a reader that cannot be started; the file stays where it is.
    pub(super) fn take(&mut self, drop: &DropRecord, settled: &Settled) -> Result<Attempt> {
        let path = self.workspace.folder(INBOX).join(&settled.name);
        let limit = Limits::default().file_bytes;
        let mut notes = Vec::new();
        let bytes = match self.files.read(&path, limit, true) {
            Ok(bytes) => bytes,
            Err(error) if is_held(&error) => {
                if settled.age < OPEN_PATIENCE {
                    return Ok(Attempt::Held);
                }
                match self.files.read(&path, limit, false) {
                    Ok(bytes) => {
                        notes.push("Excelなどで開いたままのファイルを読み取りました。".to_owned());
                        bytes
                    }
                    Err(_) => return Ok(Attempt::Held),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Attempt::Changed),
            Err(_) => return Ok(Attempt::Held),
        };
        fault::point("take-bytes-read");
        // Written to between the listing and now: these bytes may be half of it.
        if !matches!(self.files.stat(&path), Ok(Some(stat)) if stat == settled.stat) {
            return Ok(Attempt::Changed);
        }
        if bytes.len() as u64 != settled.stat.size && bytes.len() as u64 <= limit {
            return Ok(Attempt::Changed);
        }
        let sha256 = (bytes.len() as u64 <= limit).then(|| sha256_hex(&bytes));
        if let Some(sha256) = &sha256
            && let Some(before) = self.journal.taken_before(sha256, &self.conditions.reading, drop.id)?
            && self.holds(&before)?
            && !says_another_year(&drop.name, &before.name)
        {
            return self.duplicate(drop, sha256, &bytes, before, notes);
        }
        let taken = self.import(&settled.name, &bytes)?;
        fault::point("take-imported");
        Ok(Attempt::Done(Box::new(self.result(&settled.name, sha256, &taken, notes)), told(taken)))
    }

    /// A file at which the program itself failed: set aside with a note, so that it is not tried again and again.
    pub(super) fn stopped(&self, drop: &DropRecord) -> Attempt {
        let error = FileError::refused(
            "reading-failed",
            "このファイルを読み取る途中で、処理が止まりました。数値は取り込んでいません。",
            "Excelで開いて保存し直してから、もう一度入れてください。繰り返すときは、このファイルの名前を情報システム担当に伝えてください。",
        );
        let report = FileReport {
            file: drop.name.clone(),
            sha256: String::new(),
            layout: None,
            outcome: Outcome::Refused,
            message: Some(format!("{}{}", error.message, error.hint)),
        };
        let told = vec![error.to_diagnostic()];
        let result = ReadResult {
            sha256: None,
            outcome: DropOutcome::Refused,
            code: Some(error.code.to_owned()),
            message: report.message.clone(),
            notes: Vec::new(),
            note_text: Some(quarantine_note(&drop.name, std::slice::from_ref(&report), &told, self.date)),
            layout: None,
            figures: 0,
            texts: 0,
            remarks: Remark::of(&told),
            parts: Vec::new(),
            conditions: self.conditions.reading.clone(),
            concerns: Concerns::default(),
            duplicate_of: None,
        };
        Attempt::Done(Box::new(result), Told { reports: vec![report], diagnostics: told })
    }

    /// Whether the store has what the earlier drop brought.
    fn holds(&self, before: &DropRecord) -> Result<bool> {
        for part in &before.parts {
            if !self.store.has(part)? {
                return Ok(false);
            }
        }
        Ok(!before.parts.is_empty())
    }

    /// The same content again: its name is noted with the original, and it counts as the latest to have arrived, so that
    /// a person takes back a wrong file by dropping the right one once more.
    fn duplicate(
        &mut self,
        drop: &DropRecord,
        sha256: &str,
        bytes: &[u8],
        before: DropRecord,
        notes: Vec<String>,
    ) -> Result<Attempt> {
        if before.parts == [sha256] {
            self.store.put_original(&drop.name, bytes)?;
            fault::point("take-duplicate-named");
        }
        let changing = self.figures_that_change(&before.parts)?;
        if changing > 0 {
            // The sheets are owed before anything changes: killed in between, they are made all the same.
            self.journal.owe(&sheets::concerned(self.conditions, &before.concerns), None, self.now)?;
        }
        self.store.came_again(&before.parts)?;
        fault::point("take-duplicate-arrived");
        let place = before.filed.as_deref().map_or_else(String::new, |place| format!("（『{place}』）"));
        let mut message = format!("同じ内容のファイルを、{}に取り込んであります{place}。", before.first_seen);
        message.push_str(&if changing > 0 {
            format!(
                "いま入れたものとして数え直し、ほかのファイルと食い違う数値 {changing}件を、このファイルの数値に戻しました。"
            )
        } else {
            "もう一度は数えません。".to_owned()
        });
        if let Some(year) = fiscal_year_in(&before.name) {
            message.push_str(&format!(
                "{}の表として取り込みました。年度がちがうときは、名前に書かれた年度を正しいものに直し、もう一度入れてください（例 令和5年度_表.xlsx）。",
                wareki(year)
            ));
        }
        let report = FileReport {
            file: drop.name.clone(),
            sha256: sha256.to_owned(),
            layout: None,
            outcome: Outcome::Read,
            message: Some(message.clone()),
        };
        let result = ReadResult {
            sha256: Some(sha256.to_owned()),
            outcome: if changing > 0 { DropOutcome::Read } else { DropOutcome::Duplicate },
            code: (changing == 0).then(|| "duplicate".to_owned()),
            message: Some(message),
            notes,
            note_text: None,
            layout: before.layout,
            figures: if changing > 0 { before.figures } else { 0 },
            texts: 0,
            remarks: Vec::new(),
            parts: before.parts,
            conditions: self.conditions.reading.clone(),
            concerns: if changing > 0 { before.concerns } else { Concerns::default() },
            duplicate_of: Some(before.id),
        };
        Ok(Attempt::Done(Box::new(result), Told { reports: vec![report], diagnostics: Vec::new() }))
    }

    /// How many figures become others when these files are the latest to have arrived.
    fn figures_that_change(&self, parts: &[String]) -> Result<usize> {
        let before = self.store.arrivals()?;
        let latest = before.values().max().copied().unwrap_or_default();
        let mut after = before.clone();
        after.extend((latest + 1..).zip(parts).map(|(arrived, part)| (part.clone(), arrived)));
        // Most files that come again differ from no other: those are not worth going through all figures.
        let mut known: HashMap<ObservationKey, Datum> = HashMap::new();
        let differs = |one: Observation| *known.entry(one.key()).or_insert(one.datum) != one.datum;
        if !self.store.rivals(parts)?.into_iter().any(differs) {
            return Ok(0);
        }
        let all = self.store.load(&Query::default())?;
        let (were, _) = settle(all.clone(), &before);
        let (will_be, _) = settle(all, &after);
        let were: HashMap<ObservationKey, Datum> = were.iter().map(|one| (one.key(), one.datum)).collect();
        Ok(will_be.iter().filter(|one| were.get(&one.key()) != Some(&one.datum)).count())
    }

    fn import(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<Taken>> {
        let context = Context { mappings: &self.conditions.mappings, ..Context::new(&self.conditions.catalog, None) };
        let taken = self.workspace.import_bytes(self.store, (name, bytes), context, self.reader)?;
        let stopped = |taken: &Taken| {
            taken.diagnostics.iter().any(|told| matches!(told.code, "reader-stopped" | "reader-timeout"))
        };
        if !taken.iter().any(stopped) {
            return Ok(taken);
        }
        // The reader may have been ended from outside, by the system running out of memory or by a logoff: a file is
        // only given up when it stops a second reader too.
        self.workspace.import_bytes(self.store, (name, bytes), context, self.reader)
    }

    fn result(&self, name: &str, sha256: Option<String>, taken: &[Taken], notes: Vec<String>) -> ReadResult {
        let personal = taken.iter().any(|one| one.diagnostics.iter().any(|told| told.code == "personal-data"));
        let has = |outcome| taken.iter().any(|one| one.report.outcome == outcome);
        let outcome = [Outcome::Read, Outcome::Empty, Outcome::Waiting].into_iter().find(|outcome| has(*outcome));
        let outcome = outcome.unwrap_or(Outcome::Refused);
        let kept = matches!(outcome, Outcome::Read | Outcome::Empty);
        let code = match (personal, kept) {
            (true, _) => Some(PERSONAL.to_owned()),
            (false, true) => None,
            (false, false) => taken.iter().flat_map(|one| &one.diagnostics).next().map(|told| told.code.to_owned()),
        };
        let reports: Vec<FileReport> = taken.iter().map(|one| one.report.clone()).collect();
        let diagnostics: Vec<Diagnostic> = taken.iter().flat_map(|one| one.diagnostics.iter().cloned()).collect();
        let messages: Vec<String> = reports.iter().filter_map(|report| report.message.clone()).collect();
        // Nothing is written down of a file with personal data but that it has them.
        let kept_remarks: Vec<Diagnostic> =
            diagnostics.iter().filter(|told| !personal || told.code == PERSONAL).cloned().collect();
        let mut layouts: Vec<&str> = reports.iter().filter_map(|report| report.layout).collect();
        layouts.dedup();
        let count = |of: fn(&Taken) -> usize| taken.iter().map(of).sum::<usize>() as u64;
        ReadResult {
            sha256,
            outcome: outcome.into(),
            code,
            message: (!messages.is_empty()).then(|| messages.join("\n")),
            notes,
            note_text: (!kept || personal).then(|| quarantine_note(name, &reports, &diagnostics, self.date)),
            layout: (!layouts.is_empty()).then(|| layouts.join("、")),
            figures: count(|one| one.observations.len()),
            texts: count(|one| one.texts.len()),
            remarks: Remark::of(&kept_remarks),
            parts: taken.iter().filter_map(|one| Some(one.file.as_ref()?.sha256.clone())).collect(),
            conditions: self.conditions.reading.clone(),
            concerns: concerns(taken),
            duplicate_of: None,
        }
    }
}

/// Whether a file's name says another year than the name its content was read under: somebody answered wrongly, and says
/// it right now. The new reading takes the place of the old one.
fn says_another_year(name: &str, before: &str) -> bool {
    fiscal_year_in(name).is_some_and(|year| fiscal_year_in(before) != Some(year))
}

/// The code of a file with personal data: it goes to 隔離 even where other files of its zip could be taken.
pub(super) const PERSONAL: &str = "personal-data";

fn told(taken: Vec<Taken>) -> Told {
    let mut told = Told::default();
    for one in taken {
        told.reports.push(one.report);
        told.diagnostics.extend(one.diagnostics);
    }
    told
}

fn concerns(taken: &[Taken]) -> Concerns {
    let mut concerns = Concerns::default();
    let mut prefectures = BTreeSet::new();
    for one in taken {
        concerns.all |= !one.texts.is_empty();
        for observation in &one.observations {
            match (observation.area.level, &observation.area.prefecture) {
                (AreaLevel::Prefecture, _) => {
                    prefectures.insert(observation.area.name.clone());
                }
                (AreaLevel::Nation, _) | (_, None) => concerns.all = true,
                (_, Some(prefecture)) => {
                    prefectures.insert(prefecture.clone());
                }
            }
        }
    }
    concerns.prefectures = prefectures.into_iter().collect();
    concerns
}

/// What Windows says of a file that is open elsewhere: access denied, sharing violation, lock violation.
pub(super) fn is_held(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33))
}
