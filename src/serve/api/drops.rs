//! Files dropped on the page, what became of files, and answers to their questions.

use std::path::{Component, Path, PathBuf};

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
use crate::intake::{is_not_for_reading, read_one};
use crate::layout::Mapping;
use crate::layout::crosstab::{Understanding, understand};
use crate::notation::wareki;
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
    ok(&json!({ "drop": value(&drop) }))
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
    let all = newest(&room, page * PAGE + 1);
    let more = all.len() > page * PAGE;
    let items: Vec<Value> = all.iter().skip((page - 1) * PAGE).take(PAGE).map(value).collect();
    ok(&json!({ "items": items, "page": page, "more": more }))
}

/// The newest drops as the page sees them.
pub fn told(room: &Room, most: usize) -> Vec<Value> {
    newest(room, most).iter().map(value).collect()
}

/// The newest drops with what was answered to their questions. One that was answered with a yes came back to 受付 and
/// stands there as a drop of its own.
fn newest(room: &Room, most: usize) -> Vec<Dropped> {
    let answered = room.notes.read(|noted| noted.answered.clone());
    let drops = room.desk.drops(most + answered.len()).into_iter().filter(|drop| answered.get(&drop.id) != Some(&true));
    let told = |drop: Dropped| {
        let declined = answered.contains_key(&drop.id);
        now(room, drop, declined)
    };
    drops.take(most).map(told).collect()
}

/// A drop with what became of it since it was read.
fn now(room: &Room, drop: Dropped, declined: bool) -> Dropped {
    let (outcome, message) = match drop.outcome.as_str() {
        "waiting" if declined => ("declined", "取り込まないことにしました。取り込むときは、もう一度入れてください。"),
        "waiting" if drop.filed_to.is_some() && place(room, &drop).is_none() => {
            ("gone", "「隔離」から取り出されました。")
        }
        _ => return drop,
    };
    Dropped { outcome: outcome.to_owned(), message: message.to_owned(), diagnostics: Vec::new(), ..drop }
}

fn value(drop: &Dropped) -> Value {
    let mut value = json!(drop);
    if let Some(object) = value.as_object_mut() {
        let made: Vec<String> = drop.books.iter().map(|file| id_of(file)).collect();
        object.insert("sheets_made".to_owned(), json!(made));
        object.insert("question".to_owned(), Value::Null);
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
    let mut told = value(&drop);
    if let (Some(object), Some(question)) = (told.as_object_mut(), ask(app, &room, &drop)?) {
        object.insert("question".to_owned(), question.told());
    }
    ok(&json!({ "drop": told }))
}

/// What a waiting file waits for.
enum Question {
    /// A table of no known layout, as it was understood
    Table(Box<Understanding>),
    /// The year of a table that does not carry it
    Year(String),
}

impl Question {
    fn told(&self) -> Value {
        match self {
            Self::Table(seen) => json!({
                "kind": "table", "sheet": seen.sheet, "confidence": seen.confidence, "preview": seen.preview,
                "mapping": seen.mapping, "figures": seen.figures, "problem": seen.mapping.problem(), "message": "",
            }),
            Self::Year(message) => json!({ "kind": "year", "message": message, "sheet": "" }),
        }
    }
}

/// Where a waiting file lies. The place comes from the journal, never from a request.
fn place(room: &Room, drop: &Dropped) -> Option<PathBuf> {
    let filed = drop.filed_to.as_deref().filter(|_| drop.outcome == "waiting")?;
    let relative = Path::new(filed);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let path = room.workspace.folder("").join(relative);
    (plain && path.is_file()).then_some(path)
}

fn ask(app: &App, room: &Room, drop: &Dropped) -> Result<Option<Question>, Problem> {
    let Some(path) = place(room, drop) else { return Ok(None) };
    match drop.code.as_deref() {
        Some("year-unknown") => return Ok(Some(Question::Year(drop.message.clone()))),
        Some("table-understood" | "layout-unknown") => {}
        // A known table with a fault of its own: read in another way its figures would mean something else.
        _ => return Ok(None),
    }
    let held = room.held()?;
    let mut reader = (app.options.reader)().map_err(problem)?;
    let Ok(book) = read_one(&path, &mut reader).map_err(problem)? else { return Ok(None) };
    Ok(understand(&book, &held.catalog).map(|seen| Question::Table(Box::new(seen))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    accept: bool,
    #[serde(default)]
    corrections: serde_json::Map<String, Value>,
    #[serde(default)]
    save_as: Option<String>,
}

/// `POST /drops/{id}/answer`: what was said is kept in 読み方 (or in the file's name), and the file is dropped again.
pub fn answer(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let reply: Reply = call.json()?;
    let drop = find(&room, call.param())?;
    let note = |accept: bool| {
        room.notes.change(|noted| {
            noted.answered.insert(drop.id.clone(), accept);
        })
    };
    if !reply.accept {
        note(false).map_err(problem)?;
        return ok(&json!({ "drop": value(&now(&room, drop, true)), "saved": null }));
    }
    let question = ask(app, &room, &drop)?.ok_or_else(|| {
        Problem::new(
            409,
            "no-question",
            "このファイルには、画面から答えられる質問がありません。",
            "表示された案内のとおりにしてください。",
        )
    })?;
    let path = place(&room, &drop).ok_or_else(Problem::not_found)?;
    let (name, saved) = match question {
        Question::Year(_) => {
            let year =
                reply.corrections.get("年度").and_then(Value::as_i64).filter(|year| (2000..=2100).contains(year));
            let year = year.ok_or_else(|| bad("corrections の「年度」に西暦の年度（例 2023）を書いてください。"))?;
            let year = i32::try_from(year).map_err(|_| bad("年度が大きすぎます。"))?;
            // At the end: an indicator's id stands at the head of a name.
            let (stem, end) = drop.name.rsplit_once('.').unwrap_or((&drop.name, ""));
            (format!("{stem}_{}.{end}", wareki(year)), None)
        }
        Question::Table(seen) => {
            let mapping = corrected(&seen.mapping, reply.corrections, reply.save_as)?;
            let held = room.held()?;
            let mut reader = (app.options.reader)().map_err(problem)?;
            let book = read_one(&path, &mut reader).map_err(problem)?;
            let book = book.map_err(|error| Problem::new(422, error.code, error.message, error.hint))?;
            let read = crate::layout::crosstab::apply_one(&book, &mapping, &held.catalog);
            if read.is_none_or(|read| read.figures.is_empty()) {
                let message = "この読み方では、この表を読み取れません。見出しの行と列を確かめてください。";
                return Err(bad(message));
            }
            let saved = room.workspace.save_mapping(&mapping).map_err(problem)?;
            let saved = saved.file_name().map(|name| name.to_string_lossy().into_owned());
            (drop.name.clone(), saved)
        }
    };
    let name = back(&room, &path, &name).map_err(problem)?;
    // The file is on its way; should this not be kept, the old line says that it is no longer in 隔離.
    let _ = note(true);
    room.desk.wake();
    let again = Dropped {
        id: format!("new-{}", id_of(&name)),
        name,
        at: moment::now(),
        outcome: "settling".to_owned(),
        message: "もう一度読み取ります。".to_owned(),
        ..Dropped::default()
    };
    ok(&json!({ "drop": value(&again), "saved": saved }))
}

/// A proposal with what a person said instead; 「列」 is replaced whole.
fn corrected(
    proposal: &Mapping,
    corrections: serde_json::Map<String, Value>,
    save_as: Option<String>,
) -> Result<Mapping, Problem> {
    let mut value = json!(proposal);
    if let Some(object) = value.as_object_mut() {
        // A column said to hold areas (or periods) names no items of its own any more.
        for key in ["地域の列", "団体コードの列", "期間の列"] {
            if let (Some(said), Some(Value::Array(items))) = (corrections.get(key), object.get_mut("項目の列")) {
                items.retain(|item| item != said);
                if items.is_empty() {
                    object.remove("項目の列");
                    object.remove("行");
                }
            }
        }
        for (key, correction) in corrections {
            if correction.is_null() {
                object.remove(&key);
            } else {
                object.insert(key, correction);
            }
        }
        if let Some(name) = save_as.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()) {
            object.insert("名前".to_owned(), json!(name));
        }
    }
    let mapping: Mapping =
        serde_json::from_value(value).map_err(|error| bad(format!("読み方の書き方が正しくありません（{error}）。")))?;
    match mapping.problem() {
        Some(problem) => Err(bad(problem)),
        None => Ok(mapping),
    }
}

/// Moves a file from 隔離 to 受付; the note beside it has done its work.
fn back(room: &Room, path: &Path, name: &str) -> crate::error::Result<String> {
    let folder = room.workspace.folder(INBOX);
    let name = sanitize(name);
    for number in 1..1000u32 {
        let free = if number == 1 { name.clone() } else { crate::deliver::naming::numbered(&name, number) };
        let target = folder.join(&free);
        if target.exists() {
            continue;
        }
        std::fs::rename(path, &target).map_err(Error::io(path, "移動", "Excelで開いていたら閉じてください。"))?;
        let note = path.with_file_name(format!("{}.txt", path.file_name().unwrap_or_default().to_string_lossy()));
        let _ = std::fs::remove_file(note);
        return Ok(free);
    }
    Err(Error::Usage(format!("『{name}』と同じ名前のファイルが「受付」に多すぎます。")))
}
