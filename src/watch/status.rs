//! 「状態.txt」 in the workspace: how things stand, for whoever looks into the folder.

use std::time::Duration;

use super::shared::{Snapshot, Watching};
use crate::clock::Moment;
use crate::disk::write_whole;
use crate::journal::{DropOutcome, DropState, Journal};
use crate::workspace::Workspace;

/// The file's name.
pub const STATUS_FILE: &str = "状態.txt";

/// Not written more often than this while work goes on.
const PAUSE: Duration = Duration::from_secs(1);
/// Written at least this often, so that its time tells whether anybody is there.
const LIFE_SIGN: Duration = Duration::from_secs(300);
/// How many files are named.
const NAMED: usize = 5;
/// Lines of a file's message that are shown; its note in 隔離 has all.
const LINES: usize = 3;

/// The status file of a workspace. What cannot be written is left: it must never stop the work.
#[derive(Debug, Default)]
pub(super) struct Status {
    written: Option<(Duration, String)>,
    /// What was being done then
    doing: Option<&'static str>,
}

impl Status {
    /// Writes the file when something changed, not too often while the same work goes on. `last`: whatever the time.
    pub(super) fn show(
        &mut self,
        workspace: &Workspace,
        snapshot: &Snapshot,
        journal: Option<&Journal>,
        (now, moment): (Duration, Moment),
        last: bool,
    ) {
        let doing = snapshot.work.as_ref().map(|work| work.what);
        if let Some((at, _)) = &self.written
            && now.saturating_sub(*at) < PAUSE
            && (doing.is_none() || doing == self.doing)
            && !last
        {
            return;
        }
        self.doing = doing;
        let Some(text) = text(snapshot, journal) else { return };
        let stale = match &self.written {
            Some((at, before)) => *before != text || now.saturating_sub(*at) >= LIFE_SIGN,
            None => true,
        };
        if stale || last {
            let whole = format!("\u{feff}chiiki-sheet の状態（{moment} 現在）\n\n{text}").replace('\n', "\r\n");
            let _ = write_whole(&workspace.root().join(STATUS_FILE), whole.as_bytes());
            self.written = Some((now, text));
        }
    }
}

/// `None` when the journal cannot be read at the moment.
fn text(snapshot: &Snapshot, journal: Option<&Journal>) -> Option<String> {
    let mut text = String::new();
    if snapshot.stopping {
        text.push_str("止まっています。chiiki-sheet run で始めると、続きから処理します。\n");
    } else {
        let how = match &snapshot.watching {
            Watching::Starting => "始めています。".to_owned(),
            Watching::Events => "「受付」を見張っています。".to_owned(),
            Watching::Poll { why } => format!("「受付」を一定の間隔で確かめています（{why}）。"),
            Watching::FolderMissing => {
                "「受付」フォルダーが見つかりません。戻るまで待っています。ネットワークの接続か、フォルダーの名前を確かめてください。"
                    .to_owned()
            }
        };
        text.push_str(&how);
        text.push('\n');
    }
    if let Some(work) = &snapshot.work {
        text.push_str(&format!("いま：{} {}／{}件　{}\n", work.what, work.done, work.total, work.name));
    }
    if snapshot.settling > 0 {
        text.push_str(&format!("書き終わりを待っているファイル：{}件\n", snapshot.settling));
    }
    if snapshot.held > 0 {
        text.push_str(&format!(
            "ほかのソフトで開かれているファイル：{}件（閉じると、続きを処理します）\n",
            snapshot.held
        ));
    }
    if snapshot.folders > 0 {
        text.push_str(&format!(
            "「受付」の中のフォルダー：{}個（中は見ません。中のファイルを「受付」にじかに入れてください）\n",
            snapshot.folders
        ));
    }
    for problem in &snapshot.problems {
        text.push_str(&format!("お困りの点：{problem}\n"));
    }
    for notice in &snapshot.notices {
        text.push_str(&format!("お知らせ：{notice}\n"));
    }
    if let Some(journal) = journal {
        text.push_str(&of_journal(journal)?);
    }
    Some(text)
}

fn of_journal(journal: &Journal) -> Option<String> {
    let counts = journal.counts().ok()?;
    let count =
        |outcome| -> i64 { counts.iter().filter(|(_, of, _)| *of == Some(outcome)).map(|(.., count)| count).sum() };
    let all = [
        DropOutcome::Read,
        DropOutcome::Empty,
        DropOutcome::Waiting,
        DropOutcome::Refused,
        DropOutcome::Duplicate,
        DropOutcome::Answered,
    ];
    let told: Vec<String> = all
        .into_iter()
        .map(|outcome| (outcome.label(), count(outcome)))
        .filter(|(_, count)| *count > 0)
        .map(|(label, count)| format!("{label} {count}件"))
        .collect();
    let mut text = String::new();
    if !told.is_empty() {
        text.push_str(&format!("\nこれまでに入れたファイル：{}\n", told.join("、")));
    }
    let recent = journal.drops(NAMED).ok()?;
    if !recent.is_empty() {
        text.push_str("\n新しいファイル\n");
    }
    for drop in recent {
        let outcome = match (drop.outcome, drop.state) {
            (Some(outcome), _) => outcome.label(),
            (None, DropState::Gone) => "読む前に取り出されました",
            (None, _) => "書き終わり待ち",
        };
        let place = drop.filed.as_ref().map_or_else(String::new, |place| format!("　→ {place}"));
        text.push_str(&format!("　{}　{outcome}　{}{place}\n", drop.first_seen, drop.name));
        let asks = matches!(drop.outcome, Some(DropOutcome::Waiting | DropOutcome::Refused));
        for line in drop.message.iter().filter(|_| asks).flat_map(|message| message.lines()).take(LINES) {
            text.push_str(&format!("　　　{line}\n"));
        }
    }
    let outputs = journal.outputs(NAMED).ok()?;
    if !outputs.is_empty() {
        text.push_str("\n作ったファイル\n");
    }
    for output in outputs {
        text.push_str(&format!("　{}　{}\n", output.made, output.path));
    }
    Some(text)
}
