//! How results are told to a person at a terminal.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::intake::FileReport;
use crate::layout::in_words;
use crate::model::Outcome;
use crate::refill::Changes;

/// Diagnostics of one code beyond this many are counted, not listed.
const LISTED_PER_CODE: usize = 5;

/// The outcome of every file, one line each.
pub fn files(reports: &[FileReport]) -> String {
    let mut out = String::new();
    for report in reports {
        let layout = report.layout.map(in_words).unwrap_or_default();
        out.push_str(&format!("［{}］{}　{layout}", report.outcome.label(), report.file));
        if let Some(message) = &report.message {
            out.push_str(&format!("\n　　{message}"));
        }
        out.push('\n');
    }
    out
}

/// A count of outcomes in one line.
pub fn file_counts(reports: &[FileReport]) -> String {
    let count = |outcome| reports.iter().filter(|report| report.outcome == outcome).count();
    [Outcome::Read, Outcome::Empty, Outcome::Waiting, Outcome::Refused]
        .into_iter()
        .map(|outcome| (outcome, count(outcome)))
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{} {count}件", outcome.label()))
        .collect::<Vec<_>>()
        .join("、")
}

/// Diagnostics, errors first; many of one kind are cut and counted.
pub fn diagnostics(all: &[Diagnostic]) -> String {
    let mut sorted: Vec<&Diagnostic> = all.iter().collect();
    sorted.sort_by_key(|diagnostic| diagnostic.severity);
    let mut shown: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    let mut out = String::new();
    for diagnostic in &sorted {
        let count = shown.entry((diagnostic.severity, diagnostic.code)).or_default();
        *count += 1;
        if *count <= LISTED_PER_CODE {
            out.push_str(&format!("{diagnostic}\n"));
        }
    }
    for ((severity, code), count) in shown {
        if count > LISTED_PER_CODE {
            out.push_str(&format!(
                "{}: 同じ種類のものがほかに{}件あります。（{code}）\n",
                severity.label(),
                count - LISTED_PER_CODE
            ));
        }
    }
    out
}

/// What a refill changed, in one line; nothing for a fresh sheet.
pub fn changes(changes: &Changes) -> String {
    if changes.is_empty() {
        return String::new();
    }
    format!(
        "更新: 新しい数値 {}件、変わった数値 {}件、資料に無くなった数値 {}件、未確認 {}件、見直したい文章 {}件、引継ぎ {}件\n",
        changes.new.len(),
        changes.revised.len(),
        changes.gone.len(),
        changes.kept.len(),
        changes.mentions.len(),
        changes.handed_over
    )
}
