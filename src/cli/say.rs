//! How results are told to a person at a terminal.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::intake::{Evidence, FileReport};
use crate::layout::in_words;
use crate::model::{Area, AreaLevel, Outcome, SourceFile};
use crate::refill::Changes;

/// Diagnostics of one code beyond this many are counted, not listed.
const LISTED_PER_CODE: usize = 5;

/// The outcome of every file, one line each.
pub fn files<'r>(reports: impl IntoIterator<Item = &'r FileReport>) -> String {
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
        "更新: 新しい数値 {}件、変わった数値 {}件、資料に無くなった数値 {}件、未確認 {}件、見直したい文章 {}件、移した文章 {}件、引継ぎ {}件\n",
        changes.new.len(),
        changes.revised.len(),
        changes.gone.len(),
        changes.kept.len(),
        changes.mentions.len(),
        changes.moved,
        changes.handed_over
    )
}

/// Areas listed with the number of their files.
const NAMED_AREAS: usize = 10;

/// What a person can tidy up in a folder of downloads, and whose figures lie in it. Empty when there is nothing to say.
pub fn tidying(evidence: &Evidence) -> String {
    // By content: the copy that was read, and the one to keep
    let mut first: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    let (mut twice, mut empty): (Vec<(&str, &str)>, Vec<String>) = (Vec::new(), Vec::new());
    for report in &evidence.files {
        match report.outcome {
            Outcome::Read => match first.entry(report.sha256.as_str()) {
                Entry::Vacant(none) => {
                    none.insert((report.file.as_str(), report.file.as_str()));
                }
                // 「… (2).xlsx」 comes before 「….xlsx」 in a folder, but it is the one to go.
                Entry::Occupied(mut other) if other.get().1.len() > report.file.len() => {
                    let (read, longer) = *other.get();
                    other.insert((read, report.file.as_str()));
                    twice.push((longer, report.sha256.as_str()));
                }
                Entry::Occupied(_) => twice.push((report.file.as_str(), report.sha256.as_str())),
            },
            // A list of areas has no figures by its nature; there is nothing to export again.
            Outcome::Empty if report.layout != Some("L8") => empty.push(report.file.clone()),
            Outcome::Empty | Outcome::Refused | Outcome::Waiting => {}
        }
    }
    let original = |sha256: &str| first.get(sha256).map(|(_, kept)| *kept).unwrap_or_default();
    let doubles: Vec<String> =
        twice.iter().map(|(file, sha256)| format!("{file}（『{}』と同じ）", original(sha256))).collect();
    // Tens of thousands of figures share a few files and areas: each is looked at once, known by its place in memory.
    let mut files: HashMap<*const SourceFile, &SourceFile> = HashMap::new();
    let mut insurers: HashMap<(*const Area, *const SourceFile), (&str, &str)> = HashMap::new();
    for observation in &evidence.observations {
        let derived = observation.derived.iter().flat_map(|derivation| derivation.sources.iter());
        let mut last = None;
        for source in std::iter::once(&observation.source).chain(derived) {
            if last.replace(Arc::as_ptr(&source.file)) != Some(Arc::as_ptr(&source.file)) {
                files.insert(Arc::as_ptr(&source.file), &source.file);
            }
        }
        if observation.area.level == AreaLevel::Insurer {
            let place = (Arc::as_ptr(&observation.area), Arc::as_ptr(&observation.source.file));
            insurers.insert(place, (&observation.area.name, &observation.source.file.sha256));
        }
    }
    let used: BTreeSet<&str> = files.values().map(|file| file.sha256.as_str()).collect();
    let mut areas: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (area, file) in insurers.into_values() {
        areas.entry(area).or_default().insert(file);
    }
    // Only what a newer copy is known of: a file may also be unused because the sheet of the area is more precise.
    let newer: Vec<&str> = evidence
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == "newer-copy")
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    let replaced: Vec<String> = first
        .iter()
        .filter(|(sha256, (read, _))| !used.contains(*sha256) && newer.iter().any(|text| text.contains(*read)))
        .map(|(_, (_, kept))| (*kept).to_owned())
        .collect();
    let mut out = String::new();
    for (what, files, hint) in [
        ("同じ内容のファイル", doubles, "消してかまいません。"),
        ("数値の行がないファイル", empty, "地域と期間を選び直して出力するか、消してください。"),
        ("新しい出力があるため使わなかったファイル", replaced, "消してかまいません。"),
    ] {
        if files.is_empty() {
            continue;
        }
        out.push_str(&format!("{what} {}件：{hint}\n", files.len()));
        // All of them: it is by this list that they are deleted or exported again.
        for file in files {
            out.push_str(&format!("　　{file}\n"));
        }
    }
    // Whose files lie in a folder of downloads; of the one table of a country that would say nothing.
    if areas.len() > 1 && areas.values().any(|files| files.len() > 1) {
        let mut most: Vec<(&str, usize)> = areas.iter().map(|(area, files)| (*area, files.len())).collect();
        most.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
        let list: Vec<String> =
            most.iter().take(NAMED_AREAS).map(|(area, files)| format!("{area} {files}ファイル")).collect();
        let more = areas.len().saturating_sub(NAMED_AREAS);
        let more = if more > 0 { format!("、ほか {more}地域") } else { String::new() };
        out.push_str(&format!("保険者ごとの数値：{}{more}\n", list.join("、")));
    }
    out
}
