//! How things stand: watching, jobs, the log, and the end.

use serde::Deserialize;
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
            "work": null, "paused": false, "jobs": [], "last_drops": [], "notices": [], "disk_ok": true, "sheets_pending": 0,
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
    // Before the first figures are in, a sheet that cannot be made is no news: the page says what to do next anyway.
    if let Some(problem) = watching.not_made.as_ref().filter(|_| room.bench.has_figures()) {
        notices.push(json!({ "code": "sheet-not-made", "message": problem, "hint": "" }));
    }
    if let Some(trouble) = room.bench.why_not() {
        notices.push(json!({ "code": "figures", "message": trouble, "hint": "" }));
    }
    if watching.folders > 0 {
        notices.push(json!({
            "code": "folders-in-inbox",
            "message": format!("「受付」の中にフォルダーが{}個あります。中のファイルは取り込んでいません。", watching.folders),
            "hint": "中のファイルを取り出して、「受付」にじかに入れてください。",
        }));
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
        "paused": watching.paused,
        "jobs": room.jobs.newest(10),
        "last_drops": drops::told(&room, 5),
        "notices": notices,
        "disk_ok": disk_ok,
        "sheets_pending": room.library.pending(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    paused: bool,
}

/// `POST /intake`: the reading of 受付 rests after the file it is at, or goes on.
pub fn intake(app: &App, call: &Call<'_>) -> Answer {
    let Rest { paused } = call.json()?;
    app.room()?.desk.pause(paused);
    ok(&json!({ "paused": paused }))
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
    ok(&json!({ "checks": crate::doctor::check(&room.workspace.folder("")) }))
}
