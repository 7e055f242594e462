//! Whether a workspace and this PC are in order: one line a thing looked at, with what to do about it.
//!
//! Nothing is changed and nothing is repaired; [`check`] may be asked while the folder is being watched.

mod disk;
mod pc;
mod store;

use std::path::Path;

use serde::Serialize;

use crate::intake::Evidence;
use crate::workspace::{INBOX, SETTINGS, Workspace};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// A stable word
    pub id: &'static str,
    /// What was looked at
    pub name: String,
    /// `None`: could not be looked at here, or is only worth knowing
    pub ok: Option<bool>,
    /// How it stands
    pub message: String,
    /// What to do about it
    pub hint: Option<String>,
}

impl Check {
    fn new(id: &'static str, name: &str, ok: Option<bool>, message: impl Into<String>) -> Self {
        Self { id, name: name.to_owned(), ok, message: message.into(), hint: None }
    }

    fn good(id: &'static str, name: &str, message: impl Into<String>) -> Self {
        Self::new(id, name, Some(true), message)
    }

    fn bad(id: &'static str, name: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..Self::new(id, name, Some(false), message) }
    }

    fn note(id: &'static str, name: &str, message: impl Into<String>, hint: Option<&str>) -> Self {
        Self { hint: hint.map(str::to_owned), ..Self::new(id, name, None, message) }
    }
}

/// Looks at everything, in the order in which a person would mend it. Whatever is wrong is a [`Check`], never an error.
pub fn check(root: &Path) -> Vec<Check> {
    let mut all = vec![disk::folders(root)];
    if root.join(INBOX).is_dir() {
        all.push(disk::writable(root));
        all.push(settings(root));
        all.push(disk::engine(root));
        all.extend(store::checks(root));
        all.push(disk::future_files(root));
        all.push(disk::log(root));
    }
    all.push(disk::space(root));
    all.push(disk::path_length(root));
    all.push(disk::place(root));
    all.push(pc::clock());
    all.push(pc::reader());
    all.push(pc::parts());
    all
}

fn settings(root: &Path) -> Check {
    const NAME: &str = SETTINGS;
    let workspace = match Workspace::open(root) {
        Ok(workspace) => workspace,
        Err(error) => return Check::bad("settings", NAME, error.to_string(), "作業フォルダーを確かめてください。"),
    };
    // Areas only a dropped file knows count as known; a store that does not open has a check of its own.
    let evidence = workspace.catalog().and_then(|catalog| workspace.evidence(&catalog)).unwrap_or_default();
    let evidence = Evidence { diagnostics: Vec::new(), ..evidence };
    let problems = workspace.check_settings(&evidence);
    if !problems.is_empty() {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return Check::bad("settings", NAME, told.join("\n"), "設定.toml をメモ帳で直して保存してください。");
    }
    match workspace.settings() {
        Ok(settings) if settings.own.0.is_empty() => Check::bad(
            "settings",
            NAME,
            "「自地域」が空なので、シートは作られません。",
            "設定.toml の「自地域」に保険者の名前を書いてください。",
        ),
        Ok(settings) => {
            Check::good("settings", NAME, format!("まちがいはありません。自地域：{}", settings.own.0.join("、")))
        }
        Err(error) => Check::bad("settings", NAME, error.to_string(), "設定.toml を直してください。"),
    }
}

/// The checks for people, worst first; for a file or a terminal.
pub fn text(root: &Path, checks: &[Check]) -> String {
    let mut sorted: Vec<&Check> = checks.iter().collect();
    let rank = |ok: Option<bool>| match ok {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    };
    sorted.sort_by_key(|check| rank(check.ok));
    let bad = checks.iter().filter(|check| check.ok == Some(false)).count();
    let mut out = format!("作業フォルダー：{}\n", root.display());
    match bad {
        0 => out.push_str("具合の悪いところは見つかりませんでした。\n\n"),
        bad => out.push_str(&format!("直したほうがよいところが {bad}件あります。\n\n")),
    }
    for check in sorted {
        let mark = match check.ok {
            Some(false) => "［×］",
            None => "［－］",
            Some(true) => "［○］",
        };
        out.push_str(&format!("{mark} {}：{}\n", check.name, check.message.replace('\n', "\n　　　")));
        if let Some(hint) = &check.hint {
            out.push_str(&format!("　　→ {hint}\n"));
        }
    }
    out
}
