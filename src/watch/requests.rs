//! Requests by file: answered when every figure that lay beside them is in the store.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::engine::Engine;
use super::shared::Work;
use crate::diagnostic::Diagnostic;
use crate::disk::{self, fault};
use crate::error::{Error, Result};
use crate::handout::Typesetter;
use crate::journal::{Concerns, DropKind, DropOutcome, DropRecord, DropState, NewOutput, ReadResult, Remark};
use crate::model::Date;
use crate::request_file::{Answer, Status, carry_out, parse, write_answer};
use crate::store::sha256_hex;
use crate::workspace::{INBOX, OUTPUT};

/// A mistake in one line: where in the request, what, and what to write instead.
fn in_words(told: &Diagnostic) -> String {
    let place = told.place.cell.as_ref().map_or_else(String::new, |cell| format!("{cell} "));
    format!("{place}{}{}", told.message, told.hint.as_deref().unwrap_or_default())
}

impl Engine {
    /// Requests nobody writes to any more.
    pub(super) fn settled_requests(&self) -> Result<Vec<DropRecord>> {
        let open = self.journal.open_drops()?.into_iter();
        Ok(open.filter(|drop| drop.kind == DropKind::Request && drop.state == DropState::Settled).collect())
    }

    /// Answers them. The same request carried out twice ends the same, so that a kill in between does no harm.
    pub(super) fn answer_requests(
        &mut self,
        (date, typesetter): (Date, &Typesetter),
        told: &mut dyn FnMut(&Work),
    ) -> Result<()> {
        let requests = self.settled_requests()?;
        if requests.is_empty() {
            return Ok(());
        }
        let mut reader = (self.options.reader)()?;
        let total = requests.len();
        for (done, drop) in requests.into_iter().enumerate() {
            if self.stopping() {
                return Ok(());
            }
            self.progress(Work { what: "依頼を処理中", done, total, name: drop.name.clone() }, told);
            let Some(conditions) = &self.conditions else { return Ok(()) };
            let path = self.shared.workspace.folder(INBOX).join(&drop.name);
            let unchanged = || matches!(self.options.files.stat(&path), Ok(Some(stat)) if stat == drop.stat());
            let read = self.options.files.read(&path, u64::from(u32::MAX), false);
            let bytes = match read {
                Ok(bytes) if unchanged() => bytes,
                // Taken away or written to: the next scan tells.
                _ if !unchanged() => {
                    self.inbox.forget(&drop.name);
                    continue;
                }
                Ok(_) => continue,
                Err(error) => {
                    return Err(Error::io(path, "読み取り", "ほかのソフトで開いていたら閉じてください。")(
                        error,
                    ));
                }
            };
            let request = parse(&drop.name, &bytes, &mut reader)?;
            let evidence = self.shared.workspace.evidence(&conditions.catalog)?;
            fault::point("request-parsed");
            let (workspace, catalog) = (self.shared.workspace.clone(), conditions.catalog.clone());
            let mut goes_on = |made: usize, of: usize, area: &str| {
                if of > 1 && made < of {
                    let name = format!("{area}（{}）", drop.name);
                    self.progress(Work { what: "依頼のシートを作成中", done: made, total: of, name }, told);
                }
                !self.stopping()
            };
            let work = || carry_out(&request, &workspace, &evidence, &catalog, date, typesetter, &mut goes_on);
            let carried = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Ok(Some(Answer::stopped(&request))));
            // Told to stop: the request lies in 受付 and is carried out anew by the next start.
            let Some(answer) = carried? else { return Ok(()) };
            fault::point("request-carried-out");
            write_answer(&answer, &self.shared.workspace.folder(OUTPUT))?;
            fault::point("request-answered");
            self.journal_answer(&drop, sha256_hex(&bytes), &answer)?;
        }
        Ok(())
    }

    fn journal_answer(&mut self, drop: &DropRecord, sha256: String, answer: &Answer) -> Result<()> {
        let moment = self.options.clock.moment();
        let workspace = &self.shared.workspace;
        let mut outputs = Vec::new();
        for (area, made) in answer.items.iter().flat_map(|item| item.outputs.iter().map(move |made| (&item.area, made)))
        {
            let path = workspace.folder(&made.path);
            let hint = "ほかのソフトで開いていたら閉じてください。";
            let bytes = disk::read(&path).map_err(Error::io(&path, "読み取り", hint))?;
            outputs.push(NewOutput {
                own: area.clone(),
                kind: made.kind.to_owned(),
                path: made.path.clone(),
                sha256: sha256_hex(&bytes),
            });
        }
        let refused = answer.status == Status::Refused;
        let mistakes: Vec<String> = answer.mistakes.iter().map(in_words).collect();
        let of_items = answer.items.iter().flat_map(|item| &item.diagnostics);
        let told: Vec<_> = answer.mistakes.iter().chain(of_items).cloned().collect();
        let result = ReadResult {
            sha256: Some(sha256),
            outcome: if refused { DropOutcome::Refused } else { DropOutcome::Answered },
            code: answer.mistakes.first().map(|told| told.code.to_owned()),
            message: (!mistakes.is_empty()).then(|| mistakes.join("\n")),
            notes: Vec::new(),
            note_text: answer.note(),
            layout: None,
            figures: 0,
            texts: 0,
            remarks: Remark::of(&told),
            parts: Vec::new(),
            conditions: String::new(),
            concerns: Concerns::default(),
            duplicate_of: None,
        };
        let round = self.journal.begin_round()?;
        // No own area of the settings has this name: nothing owed is discharged by a request.
        self.journal.made("", &outputs, &[drop.id], round, moment)?;
        fault::point("request-outputs-journalled");
        self.journal.read(drop.id, &result, &[], moment)?;
        fault::point("request-journalled");
        self.log.line(moment, &format!("{}　{}", result.outcome.label(), drop.name));
        Ok(())
    }
}
