//! Files dropped on the page, what became of files, and answers to their questions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::desk::Dropped;
use super::super::http::Problem;
use super::super::library::id_of;
use super::super::moment;
use super::super::room::{Room, problem};
use super::super::router::Call;
use super::super::service::App;
use super::{Answer, bad, ok};
use crate::deliver::sanitize;
use crate::error::Error;
use crate::intake::is_not_for_reading;
use crate::workspace::INBOX;

/// Bytes of one dropped file.
const MOST_BYTES: usize = 64 << 20;
/// Drops on one page.
const PAGE: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    base64: String,
}

/// `POST /drops`
pub fn drop_file(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let File { name, base64 } = call.json()?;
    // What a browser gives as a name may carry folders of another system.
    let plain = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = sanitize(plain);
    if plain.trim().is_empty() || is_not_for_reading(plain) {
        return Err(bad("このファイルは取り込めません（一時ファイルや隠しファイルです）。"));
    }
    let bytes = STANDARD.decode(base64.as_bytes()).map_err(|_| bad("ファイルの内容を受け取れませんでした。"))?;
    if bytes.len() > MOST_BYTES {
        let message = format!("『{name}』が大きすぎます（64 MBまでです）。");
        return Err(Problem::new(413, "too-large", message, "「受付」フォルダーに直接入れてください。"));
    }
    let folder = room.workspace.folder(INBOX);
    let name = put(&folder, &name, &bytes).map_err(problem)?;
    room.desk.wake();
    let drop = Dropped {
        id: format!("new-{}", id_of(&name)),
        name,
        at: moment::now(),
        outcome: "settling".to_owned(),
        message: "書き込みが終わるのを待っています。".to_owned(),
        ..Dropped::default()
    };
    ok(&json!({ "drop": value(&room, &drop) }))
}

/// Writes a file under a name that is free; the watcher sees it whole or not at all.
fn put(folder: &std::path::Path, name: &str, bytes: &[u8]) -> crate::error::Result<String> {
    use std::io::Write as _;
    let hint = "「受付」フォルダーに書き込めるか、空き容量があるか確かめてください。";
    let mut temp = tempfile::Builder::new()
        .prefix(".chiiki-")
        .suffix(".part")
        .tempfile_in(folder)
        .map_err(Error::io(folder, "保存", hint))?;
    temp.write_all(bytes).and_then(|()| temp.as_file().sync_all()).map_err(Error::io(folder, "保存", hint))?;
    for number in 1..1000u32 {
        let free = if number == 1 { name.to_owned() } else { crate::deliver::naming::numbered(name, number) };
        match temp.persist_noclobber(folder.join(&free)) {
            Ok(_) => return Ok(free),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => temp = error.file,
            Err(error) => return Err(Error::io(folder.join(&free), "保存", hint)(error.error)),
        }
    }
    Err(Error::Usage(format!("『{name}』と同じ名前のファイルが「受付」に多すぎます。")))
}

/// `GET /drops?page=`
pub fn list(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let page = call.number("page", 1, 1000)?.max(1);
    let all = room.desk.drops(page * PAGE + 1);
    let more = all.len() > page * PAGE;
    let items: Vec<Value> = all.iter().skip((page - 1) * PAGE).take(PAGE).map(|drop| value(&room, drop)).collect();
    ok(&json!({ "items": items, "page": page, "more": more }))
}

/// The newest drops as the page sees them.
pub fn told(room: &Room, most: usize) -> Vec<Value> {
    room.desk.drops(most).iter().map(|drop| value(room, drop)).collect()
}

fn value(room: &Room, drop: &Dropped) -> Value {
    let mut value = json!(drop);
    if let Some(object) = value.as_object_mut() {
        let made: Vec<String> = drop.books.iter().map(|file| id_of(file)).collect();
        object.insert("sheets_made".to_owned(), json!(made));
        object.insert("question".to_owned(), Value::Null);
        let _ = room;
    }
    value
}

fn find(room: &Room, id: &str) -> Result<Dropped, Problem> {
    room.desk.drops(10_000).into_iter().find(|drop| drop.id == id).ok_or_else(|| {
        Problem::new(404, "drop-not-found", "このファイルの記録が見つかりません。", "一覧を更新してください。")
    })
}

/// `GET /drops/{id}`: with the question, where there is one
pub fn question(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let drop = find(&room, call.param())?;
    ok(&json!({ "drop": value(&room, &drop) }))
}

/// `POST /drops/{id}/answer`
pub fn answer(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    call.json::<serde_json::Map<String, Value>>()?;
    find(&room, call.param())?;
    Err(bad("このファイルへの質問はありません。"))
}
