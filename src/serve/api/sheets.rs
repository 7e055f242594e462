//! The list of sheets, one sheet, its files, and where its figures come from.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::http::{Problem, Response};
use super::super::library::{Sheet, grid};
use super::super::room::{Room, problem};
use super::super::router::Call;
use super::super::service::App;
use super::super::{comments, moment, texts};
use super::preview::{Wish, build};
use super::{Answer, bad, ok};
use crate::explain::explain;
use crate::form::{FormMap, Role};
use crate::model::CellRef;
use crate::read::{Book, CellValue, Limits, read_bytes};

/// Sheets on one page of the list.
const MOST: usize = 200;

/// A sheet as the list shows it.
pub fn told(room: &Room, sheet: &Sheet) -> Value {
    let facts = &sheet.facts;
    let shared = room.notes.read(|noted| noted.shared.contains(&sheet.id));
    let papers: Vec<Value> = sheet
        .papers
        .iter()
        .map(|(file, kind)| json!({ "id": super::super::library::id_of(file), "kind": kind.label(), "name": file }))
        .collect();
    json!({
        "id": sheet.id, "name": sheet.name(), "file": sheet.file,
        "insurer": facts.insurer, "code": facts.key, "prefecture": facts.prefecture,
        "years": facts.years, "changed": moment::shown(sheet.changed), "made": facts.made,
        "status": if shared { "shared" } else { "private" },
        "handouts": papers, "texts_filled": facts.texts_filled, "cautions": facts.cautions, "locked": sheet.locked,
        "read": sheet.read,
    })
}

/// `GET /sheets`
pub fn list(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let (page, size) = (call.number("page", 1, 100_000)?.max(1), call.number("size", 50, MOST)?.max(1));
    let mut sheets = room.library.sheets();
    if let Some(text) = call.query("q") {
        let fold = |text: &str| crate::notation::fold(text).to_lowercase();
        let words: Vec<String> = text.split_whitespace().map(fold).collect();
        sheets.retain(|sheet| {
            let all = fold(&format!("{}{}{}", sheet.name(), sheet.facts.insurer, sheet.facts.key));
            words.iter().all(|word| all.contains(word))
        });
    }
    if let Some(insurer) = call.query("insurer") {
        let wanted = crate::notation::fold(insurer);
        sheets.retain(|sheet| {
            crate::notation::fold(&sheet.facts.insurer).contains(&wanted) || sheet.facts.key == insurer
        });
    }
    if let Some(since) = call.query("changed_since") {
        let day = crate::model::Date::parse(since).ok_or_else(|| bad("日付は 2026-11-22 のように書いてください。"))?;
        sheets.retain(|sheet| moment::shown(sheet.changed).as_str() >= day.to_string().as_str());
    }
    match call.query("status").unwrap_or("all") {
        "all" => {}
        status @ ("private" | "shared") => {
            let shared = room.notes.read(|noted| noted.shared.clone());
            sheets.retain(|sheet| shared.contains(&sheet.id) == (status == "shared"));
        }
        _ => return Err(bad("status は private、shared、all のどれかです。")),
    }
    match call.query("sort").unwrap_or("changed") {
        "name" => {}
        "insurer" => sheets.sort_by(|a, b| (&a.facts.key, &a.file).cmp(&(&b.facts.key, &b.file))),
        "changed" => sheets.sort_by_key(|sheet| sheet.changed),
        _ => return Err(bad("sort は name、insurer、changed のどれかです。")),
    }
    let newest_first = call.query("sort").is_none_or(|sort| sort == "changed");
    match call.query("order").unwrap_or(if newest_first { "desc" } else { "asc" }) {
        "asc" => {}
        "desc" => sheets.reverse(),
        _ => return Err(bad("order は asc か desc です。")),
    }
    let shown: Vec<_> = sheets.iter().skip((page - 1) * size).take(size).collect();
    let unread: Vec<&str> = shown.iter().filter(|sheet| !sheet.read).map(|sheet| sheet.file.as_str()).collect();
    if !unread.is_empty() {
        room.library.prefer(&unread);
    }
    let items: Vec<Value> = shown.into_iter().map(|sheet| told(&room, sheet)).collect();
    ok(&json!({
        "total": sheets.len(), "page": page, "size": size, "items": items, "pending": room.library.pending(),
    }))
}

/// The book of a sheet, with its bytes.
///
/// # Errors
/// It is gone, or cannot be read.
pub fn load(sheet: &Sheet) -> Result<(Vec<u8>, Book), Problem> {
    let bytes = std::fs::read(&sheet.path).map_err(|error| {
        let hint = "Excelで開いていたら閉じて、もう一度試してください。";
        problem(crate::error::Error::io(&sheet.path, "読み取り", hint)(error))
    })?;
    let book = read_bytes(&sheet.file, &bytes, &Limits::default())
        .map_err(|error| Problem::new(422, error.code, error.message, error.hint))?;
    Ok((bytes, book))
}

/// What a book was made for, so that it can be made again.
pub fn wish_of(sheet: &Sheet, book: &Book, held: &super::super::bench::Held) -> Wish {
    let form = grid(book, &sheet.facts.form);
    let map = form.and_then(|form| FormMap::find(form, 1));
    let add = map.map(|map| {
        let added =
            map.rows.iter().filter(|row| held.catalog.indicator(&row.id).is_none_or(|known| known.block.is_none()));
        added.map(|row| row.id.clone()).collect()
    });
    Wish {
        own: sheet.facts.key.clone(),
        compare: sheet.facts.compare.iter().map(|(key, _)| key.clone()).collect(),
        from: sheet.facts.years.first().copied(),
        to: sheet.facts.years.last().copied(),
        add: add.unwrap_or_default(),
    }
}

/// `GET /sheets/{id}`
pub fn detail(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let sheet = room.sheet(call.param())?;
    let held = room.held()?;
    let (bytes, book) = load(&sheet)?;
    let form = grid(&book, &sheet.facts.form);
    let fields = form.map(|form| texts::fields(&book, form, &held.catalog)).unwrap_or_default();
    let wish = wish_of(&sheet, &book, &held);
    let written: Vec<crate::model::EntryText> = Vec::new();
    let comparison = match build(&held, &wish, app.today(), &written) {
        Ok(mut value) => {
            if let Some(form) = form {
                add_cells(&mut value, form);
            }
            value
        }
        // The figures may be gone while the sheet stands.
        Err(_) => Value::Null,
    };
    let compiled = crate::fill::Compiled::new(bytes.clone()).ok();
    let told_texts: Vec<Value> = fields
        .iter()
        .map(|field| {
            let rich = compiled.as_ref().and_then(|book| book.rich_text(&sheet.facts.form, field.cell).ok().flatten());
            json!({
                "block": field.block, "field": field.field, "heading": field.field.heading(), "text": field.text,
                "draft": field.draft, "rich": rich.is_some_and(|rich| rich.is_formatted()),
                "place": { "sheet": sheet.facts.form, "cell": field.cell.to_string() },
                "hash": texts::hash(&field.text),
            })
        })
        .collect();
    let cautions: Vec<Value> = texts::cautions(&book)
        .iter()
        .map(|line| {
            let place = line.get("場所").split(' ').next().unwrap_or_default();
            let cell = CellRef::parse(place).map(|_| json!({ "sheet": sheet.facts.form, "cell": place }));
            json!({
                "text": line.get("内容"), "level": line.get("区分"), "kind": line.get("種類"),
                "hint": line.get("次にすること"), "place": cell.unwrap_or_else(|| json!(line.get("場所"))),
            })
        })
        .collect();
    let mut value = told(&room, &sheet);
    if let Some(object) = value.as_object_mut() {
        let names: Vec<&String> = sheet.facts.compare.iter().map(|(_, name)| name).collect();
        object.insert(
            "selection".to_owned(),
            json!({
                "own": sheet.facts.insurer, "compare": names, "from": wish.from, "to": wish.to, "add": wish.add,
            }),
        );
        object.insert("form_sheet".to_owned(), json!(sheet.facts.form));
        object.insert("comparison".to_owned(), comparison);
        object.insert("texts".to_owned(), json!(told_texts));
        object.insert("comments".to_owned(), json!(comments::of_book(&bytes)));
        object.insert("cautions".to_owned(), json!(cautions));
        object.insert("memo".to_owned(), json!(memo(&book)));
        object.insert("history".to_owned(), json!(history(&room, &sheet)));
    }
    ok(&value)
}

/// The address each figure has on the form.
fn add_cells(value: &mut Value, form: &crate::read::Grid) {
    let Some(map) = FormMap::find(form, 1) else { return };
    let years: Vec<i64> = value
        .get("years")
        .and_then(Value::as_array)
        .map(|years| years.iter().filter_map(|year| year.get("form_year")?.as_i64()).collect())
        .unwrap_or_default();
    let Some(areas) = value.get("areas").and_then(Value::as_array) else { return };
    let mut others = 0u8;
    let roles: Vec<Role> = areas
        .iter()
        .map(|area| match area.get("role").and_then(Value::as_str) {
            Some("own") => Role::Own,
            Some("prefecture") => Role::Prefecture,
            Some("nation") => Role::Nation,
            _ => {
                others = others.saturating_add(1);
                Role::Other(others - 1)
            }
        })
        .collect();
    let Some(Value::Array(blocks)) = value.get_mut("blocks") else { return };
    for row in blocks.iter_mut().filter_map(|block| block.get_mut("indicators")?.as_array_mut()).flatten() {
        let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
        let Some(line) = map.rows.iter().find(|known| known.id == id).map(|known| known.row) else { continue };
        let cell = |role: Role, year: i64| -> Option<String> {
            let block = map.block(role)?;
            let col = block.years.iter().find(|(_, known)| i64::from(**known) == year)?.0;
            Some(CellRef::new(line, *col).to_string())
        };
        let cells: Vec<Vec<Option<String>>> =
            roles.iter().map(|role| years.iter().map(|year| cell(*role, *year)).collect()).collect();
        if let Some(row) = row.as_object_mut() {
            row.insert("cells".to_owned(), json!(cells));
        }
    }
}

fn memo(book: &Book) -> Vec<Value> {
    let Some(grid) = grid(book, "検討メモ") else { return Vec::new() };
    let mut block = String::new();
    let mut all = Vec::new();
    for line in texts::lines(grid, &["場所"]) {
        let text = |start: &str| {
            line.texts.iter().find(|(heading, _)| heading.starts_with(start)).map_or("", |(_, text)| text.as_str())
        };
        if text("STEP 1").is_empty() {
            line.get("場所").clone_into(&mut block);
            continue;
        }
        all.push(json!({
            "block": block, "cell": line.get("場所"), "fact": text("STEP 1"), "candidates": text("STEP 2"),
            "checks": text("STEP 3"), "question": text("STEP 4"),
        }));
    }
    all
}

/// What the folders' watcher made and what was done on the page, oldest first.
fn history(room: &Room, sheet: &Sheet) -> Vec<Value> {
    let mut all: Vec<(String, Value)> = room
        .notes
        .read(|noted| noted.history.get(&sheet.id).cloned().unwrap_or_default())
        .into_iter()
        .map(|entry| (entry.at.clone(), json!(entry)))
        .collect();
    for making in room.desk.makings(500).into_iter().filter(|making| making.book == sheet.file) {
        let value = json!({ "at": making.at, "kind": "refilled", "added": 0, "revised": 0, "gone": 0 });
        all.push((making.at, value));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.dedup_by(|a, b| a.0 == b.0);
    all.into_iter().map(|(_, value)| value).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    shared: bool,
}

/// `POST /sheets/{id}/status`
pub fn status(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let Status { shared } = call.json()?;
    let sheet = room.sheet(call.param())?;
    room.notes
        .change(|noted| {
            if shared {
                noted.shared.insert(sheet.id.clone());
            } else {
                noted.shared.remove(&sheet.id);
            }
        })
        .map_err(problem)?;
    ok(&told(&room, &sheet))
}

/// `GET /sheets/{id}/file?kind=&handout=`
pub fn file(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let sheet = room.sheet(call.param())?;
    let (path, name, kind) = match call.query("kind").unwrap_or("xlsx") {
        "xlsx" => (
            sheet.path.clone(),
            sheet.file.clone(),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "pdf" => {
            let file = paper(&sheet, call.query("handout"))?;
            (sheet.path.with_file_name(&file), file, "application/pdf")
        }
        _ => return Err(bad("kind は xlsx か pdf です。")),
    };
    let bytes = std::fs::read(&path).map_err(|error| {
        problem(crate::error::Error::io(&path, "読み取り", "もう一度試してください。")(error))
    })?;
    let disposition = format!("attachment; filename=\"sheet.{}\"; filename*=UTF-8''{}", &kind_end(kind), encode(&name));
    Ok(Response::new(200, kind, bytes).with("Content-Disposition", disposition))
}

fn kind_end(kind: &str) -> &'static str {
    if kind == "application/pdf" { "pdf" } else { "xlsx" }
}

/// The file of a paper by its id; the first one without.
///
/// # Errors
/// There is none.
pub fn paper(sheet: &Sheet, id: Option<&str>) -> Result<String, Problem> {
    let found = sheet.papers.iter().find(|(file, _)| id.is_none_or(|id| super::super::library::id_of(file) == id));
    found.map(|(file, _)| file.clone()).ok_or_else(|| {
        Problem::new(404, "paper-not-found", "この資料はまだ作っていません。", "「配布資料を作る」で作ってください。")
    })
}

/// A name as an address writes it.
fn encode(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// `GET /sheets/{id}/source?sheet=&cell=`
pub fn source(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let sheet = room.sheet(call.param())?;
    let cell = call.query("cell").ok_or_else(|| bad("cell にセル（例 G8）を指定してください。"))?;
    let place = match call.query("sheet") {
        Some(name) => format!("{name}!{cell}"),
        None => cell.to_owned(),
    };
    let (_, book) = load(&sheet)?;
    let explanation = explain(&book, &place).map_err(bad)?;
    ok(&json!({ "explain": explanation, "text": explanation.text() }))
}

/// `GET /sheets/{id}/changes`
pub fn changes(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let sheet = room.sheet(call.param())?;
    let (_, book) = load(&sheet)?;
    let news = book.grids.iter().find(|grid| grid.text(0, 0) == Some(crate::refill::NEWS_SHEET));
    let Some(news) = news else { return ok(&json!({ "line": null, "changes": [] })) };
    let line = news.get(CellRef::new(1, 0)).map(CellValue::display);
    let changes: Vec<Value> = texts::lines(news, &["区分", "指標ID"])
        .iter()
        .filter_map(|line| {
            let kind = match line.get("区分") {
                "変わった" => "revised",
                "資料に無い" => "gone",
                "新しい" => "new",
                "未確認" => "kept",
                "文章の見直し" => "mention",
                _ => return None,
            };
            Some(json!({
                "kind": kind, "indicator": line.get("指標ID"), "name": line.get("指標名"), "area": line.get("地域"),
                "year": year_of(line.get("年度")), "old": line.get("前の値"), "new": line.get("新しい値"),
                "cell": line.get("セル"), "source_old": line.get("前の出典"),
                "source_new": line.get("新しい出典・説明"),
            }))
        })
        .collect();
    ok(&json!({ "line": line, "changes": changes }))
}

/// The year of 「令和7年度（2025）」, and of 「2025」 as earlier versions wrote it.
fn year_of(text: &str) -> Option<i32> {
    let inner = text.rsplit_once('（').and_then(|(_, rest)| rest.strip_suffix('）'));
    inner.unwrap_or(text).parse().ok()
}
