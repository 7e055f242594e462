//! How things stand: watching, jobs, the log, and the end.

use serde_json::{Value, json};
use std::sync::atomic::Ordering;

use super::super::router::Call;
use super::super::service::App;
use super::{Answer, drops, ok};

/// Lines of the log in one answer.
const LOG_LINES: usize = 300;

/// `GET /state?since=`
pub fn state(app: &App, call: &Call<'_>) -> Answer {
    call.number("since", 0, usize::MAX)?;
    let Ok(room) = app.room() else {
        return ok(&json!({
            "generation": 0, "watching": "stopped", "folder_ok": false, "inbox": { "waiting": 0, "settling": 0 },
            "work": null, "jobs": [], "last_drops": [], "notices": [], "disk_ok": true, "sheets_pending": 0,
        }));
    };
    let watching = room.desk.watching();
    let generation = app.started.load(Ordering::Relaxed).wrapping_mul(1_000_000_000)
        + room.desk.generation()
        + room.jobs.generation()
        + room.library.generation();
    let mut notices: Vec<Value> = Vec::new();
    if !watching.folder_ok {
        notices.push(json!({
            "code": "folder-missing", "message": "作業フォルダーが見つかりません。",
            "hint": "ネットワークやUSBメモリーの接続を確かめてください。つながると、自動で続きをします。",
        }));
    }
    if let Some(problem) = &watching.problem {
        notices.push(json!({ "code": "watching", "message": problem, "hint": "" }));
    }
    // This answer comes every second or so: it never waits for figures to be loaded.
    room.freshen();
    if let Some(trouble) = room.bench.trouble() {
        notices.push(json!({ "code": "figures", "message": trouble, "hint": "" }));
    }
    let disk_ok = room.disk_ok();
    if !disk_ok {
        notices.push(json!({
            "code": "disk-full", "message": "作業フォルダーに書き込めません。",
            "hint": "ディスクの空き容量と、フォルダーの権限を確かめてください。",
        }));
    }
    let work = watching.work.as_ref().map(|(step, done, total)| json!({ "step": step, "done": done, "total": total }));
    ok(&json!({
        "generation": generation,
        "watching": watching.watching,
        "folder_ok": watching.folder_ok,
        "inbox": watching.inbox,
        "work": work,
        "jobs": room.jobs.newest(10),
        "last_drops": drops::told(&room, 5),
        "notices": notices,
        "disk_ok": disk_ok,
        "sheets_pending": room.library.pending(),
    }))
}

/// `GET /log`
pub fn log(app: &App, _: &Call<'_>) -> Answer {
    ok(&json!({ "lines": app.room()?.desk.log(LOG_LINES) }))
}

/// `POST /stop`
pub fn stop(app: &App, call: &Call<'_>) -> Answer {
    call.json::<serde_json::Map<String, Value>>()?;
    app.stop();
    ok(&json!({ "stopping": true }))
}

/// `GET /doctor`
pub fn doctor(app: &App, _: &Call<'_>) -> Answer {
    let room = app.room()?;
    let check = |id: &str, name: &str, ok: Option<bool>, message: String, hint: &str| json!({ "id": id, "name": name, "ok": ok, "message": message, "hint": hint });
    let mut checks = Vec::new();
    let writable = room.disk_ok();
    checks.push(check(
        "write",
        "作業フォルダーへの書き込み",
        Some(writable),
        if writable { "書き込めます。" } else { "書き込めません。" }.to_owned(),
        if writable { "" } else { "空き容量と、フォルダーの権限を確かめてください。" },
    ));
    let settings = room.workspace.settings();
    checks.push(check(
        "settings",
        "設定.toml",
        Some(settings.is_ok()),
        settings.as_ref().map_or_else(ToString::to_string, |_| "読み取れます。".to_owned()),
        if settings.is_ok() { "" } else { "メモ帳で開いて直してください。" },
    ));
    let held = room.bench.held();
    checks.push(check(
        "store",
        "取り込みの記録",
        Some(held.is_ok()),
        held.as_ref().map_or_else(ToString::to_string, |held| {
            format!("ファイル {}件、数値 {}件", held.evidence.files.len(), held.evidence.observations.len())
        }),
        if held.is_ok() { "" } else { "chiiki-sheet rebuild で作り直してください。" },
    ));
    let watching = room.desk.watching();
    checks.push(check(
        "watch",
        "「受付」の見張り",
        Some(watching.watching != "stopped"),
        match watching.watching.as_str() {
            "running" => "動いています。",
            "polling" => "一定の間隔で見ています（ネットワーク上のフォルダー）。",
            _ => "止まっています。",
        }
        .to_owned(),
        "",
    ));
    ok(&json!({ "checks": checks }))
}
