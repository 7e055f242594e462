//! The answer to a request, for programs and for people.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::RequestFile;
use crate::deliver::{Replace, publish, sanitize};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::error::{Error, Result};
use crate::fill::ledger::Ledger;
use crate::missing::MissingReport;
use crate::workspace::{DONE, QUARANTINE};

/// Says what the JSON is; `version` is raised when a program that reads it would go wrong.
const SCHEMA: &str = "chiiki-sheet/request-answer";
const VERSION: u32 = 1;
/// First line of the text.
const HEADING: &str = "依頼への回答";
/// Remarks of one request listed in the text; the JSON has all.
const LISTED: usize = 20;

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything was made
    Done,
    /// Some of it was made, the rest says why not
    Partly,
    /// Nothing was made
    Refused,
}

/// One file that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// `xlsx` or `pdf`
    pub kind: &'static str,
    /// From the workspace's folder, with `/` between folders
    pub path: String,
}

/// Why something was not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable word
    pub code: &'static str,
    /// What happened
    pub message: String,
    /// What to do next
    pub hint: String,
}

/// What became of one insurer of one request.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Which request of the file, from 1
    pub request: usize,
    /// `sheet` or `missing`
    pub kind: &'static str,
    /// The insurer
    pub area: String,
    /// Files made
    pub outputs: Vec<Made>,
    /// Account of the figures
    pub ledger: Option<Ledger>,
    /// What is missing and what brings it, when that was asked
    pub missing: Option<MissingReport>,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
    /// Why there is no file
    pub error: Option<Problem>,
}

impl Item {
    pub(super) fn new(request: usize, area: String) -> Self {
        Self {
            request,
            kind: "sheet",
            area,
            outputs: Vec::new(),
            ledger: None,
            missing: None,
            diagnostics: Vec::new(),
            error: None,
        }
    }
}

/// The answer to one request file.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Name of the request file
    pub name: String,
    /// SHA-256 of the request file
    pub sha256: String,
    /// How it went
    pub status: Status,
    /// What became of each insurer
    pub items: Vec<Item>,
    /// Mistakes of the request; nothing was made when there are any
    pub mistakes: Vec<Diagnostic>,
    /// What concerns all
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    version: u32,
    request: JsonRequest<'a>,
    status: Status,
    outputs: Vec<&'a Made>,
    results: &'a [Item],
    diagnostics: Vec<&'a Diagnostic>,
    error: Option<Problem>,
}

#[derive(Serialize)]
struct JsonRequest<'a> {
    file: &'a str,
    sha256: &'a str,
}

impl Answer {
    pub(super) fn refused(request: &RequestFile, mistakes: Vec<Diagnostic>) -> Self {
        Self {
            name: request.name.clone(),
            sha256: request.sha256.clone(),
            status: Status::Refused,
            items: Vec::new(),
            mistakes,
            diagnostics: Vec::new(),
        }
    }

    /// The answer to a request at which the program itself failed.
    pub fn stopped(request: &RequestFile) -> Self {
        let told = Diagnostic::error("request-stopped", "この依頼の処理が途中で止まりました。").hint(
            "保険者ごとに依頼を分けて、もう一度入れてください。繰り返すときは、情報システム担当に伝えてください。",
        );
        Self::refused(request, vec![told.at(Place::file(request.name.clone()))])
    }

    /// The folder the request file goes to.
    pub fn moved_to(&self) -> &'static str {
        if self.status == Status::Refused { QUARANTINE } else { DONE }
    }

    /// The note for 隔離 when nothing was made: the same text as the answer.
    pub fn note(&self) -> Option<String> {
        (self.status == Status::Refused).then(|| self.text())
    }

    /// The whole as one problem, for programs that look no further.
    fn problem(&self) -> Option<Problem> {
        let first = self.items.iter().find_map(|item| item.error.clone());
        match self.mistakes.first() {
            Some(mistake) => Some(Problem {
                code: mistake.code,
                message: without_code(mistake),
                hint: "依頼を直して、もう一度「受付」に入れてください。".to_owned(),
            }),
            None => first,
        }
    }

    /// The answer's files: names and bytes.
    ///
    /// # Errors
    /// None in a sound build.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let stem = self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem);
        let named = |end: &str, text: String| (sanitize(&format!("{stem}{end}")), text.into_bytes());
        Ok(vec![named(".result.json", self.json()?), named(".txt", self.text())])
    }

    /// The answer for programs. The same request and the same figures give the same bytes.
    ///
    /// # Errors
    /// None in a sound build.
    pub fn json(&self) -> Result<String> {
        let json = Json {
            schema: SCHEMA,
            version: VERSION,
            request: JsonRequest { file: &self.name, sha256: &self.sha256 },
            status: self.status,
            outputs: self.items.iter().flat_map(|item| &item.outputs).collect(),
            results: &self.items,
            diagnostics: self.mistakes.iter().chain(&self.diagnostics).collect(),
            error: self.problem(),
        };
        serde_json::to_string_pretty(&json).map(|text| text + "\n").map_err(|error| Error::Internal(error.to_string()))
    }

    /// The answer for people, for Notepad (byte order mark, CRLF).
    pub fn text(&self) -> String {
        let result = match self.status {
            Status::Done if self.items.iter().all(|item| item.kind == "missing") => "調べました。",
            Status::Done => "すべて作りました。",
            Status::Partly => "一部だけ作りました。作れなかったものを下に書きました。",
            Status::Refused => "何も作っていません。下の点を直して、もう一度「受付」に入れてください。",
        };
        let mut lines = vec![HEADING.to_owned(), format!("依頼：{}", self.name), format!("結果：{result}")];
        section(&mut lines, "直していただきたいところ", self.mistakes.iter().map(without_code));
        let failed = self.items.iter().filter_map(|item| Some((item, item.error.as_ref()?)));
        section(
            &mut lines,
            "作れなかったもの",
            failed.map(|(item, error)| format!("{}：{}{}", item.area, error.message, error.hint)),
        );
        let outputs = self.items.iter().flat_map(|item| &item.outputs);
        section(&mut lines, "できたもの", outputs.map(|made| made.path.clone()));
        let ledgers = self.items.iter().filter_map(|item| Some((item, item.ledger.as_ref()?)));
        section(
            &mut lines,
            "数値",
            ledgers.map(|(item, ledger)| {
                format!(
                    "{}：数値 {}件を記入、データなし {}件、未記入 {}件",
                    item.area,
                    ledger.filled,
                    ledger.missing.len(),
                    ledger.unfilled_places.len()
                )
            }),
        );
        for report in self.items.iter().filter_map(|item| item.missing.as_ref()) {
            lines.extend([String::new(), "■ 足りない数値".to_owned()]);
            lines.extend(report.text().lines().map(str::to_owned));
        }
        let mut told: Vec<&Diagnostic> = Vec::new();
        for diagnostic in self.items.iter().flat_map(|item| &item.diagnostics).chain(&self.diagnostics) {
            if !told.contains(&diagnostic) {
                told.push(diagnostic);
            }
        }
        told.sort_by_key(|diagnostic| diagnostic.severity);
        let (look, more) = told.split_at(told.len().min(LISTED));
        section(&mut lines, "お知らせ", look.iter().map(|told| without_code(told)));
        if !more.is_empty() {
            lines.push(format!("・ほか {}件（「….result.json」にすべてあります）", more.len()));
        }
        format!("\u{feff}{}\r\n", lines.join("\r\n"))
    }
}

fn section(lines: &mut Vec<String>, heading: &str, entries: impl Iterator<Item = String>) {
    let entries: Vec<String> = entries.map(|entry| format!("・{}", entry.replace('\n', "\r\n　"))).collect();
    if !entries.is_empty() {
        lines.extend([String::new(), format!("■ {heading}")]);
        lines.extend(entries);
    }
}

/// A diagnostic as its words and place, without the word for programs; mistakes need no 「エラー」 before them.
fn without_code(told: &Diagnostic) -> String {
    let text = told.to_string();
    let text = text.strip_suffix(&format!("（{}）", told.code)).unwrap_or(&text);
    match told.severity {
        Severity::Error => text.strip_prefix("エラー: ").unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    }
}

/// Leaves `<name>.result.json` and `<name>.txt` in a folder. An earlier answer to a request of the same name gives way;
/// a file that is no answer of ours is never touched.
///
/// # Errors
/// A folder that cannot be written to.
pub fn write_answer(answer: &Answer, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (name, bytes) in answer.files()? {
        let replace = if is_ours(&folder.join(&name), answer) { Replace::Ours } else { Replace::Never };
        written.push(publish(folder, &name, &bytes, replace)?.path);
    }
    Ok(written)
}

/// Whether a file is an answer to a request of this name.
fn is_ours(path: &Path, answer: &Answer) -> bool {
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().take(2).collect();
    if lines == [HEADING, &format!("依頼：{}", answer.name)] {
        return true;
    }
    serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|json| {
        json.get("schema").is_some_and(|schema| schema == SCHEMA)
            && json.pointer("/request/file").is_some_and(|file| *file == answer.name)
    })
}
