//! What a person writes on the page goes into the workbook; everything else of it stays byte for byte.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::http::Problem;
use super::super::library::{Sheet, grid, id_of, is_held};
use super::super::notes::Entry;
use super::super::room::problem;
use super::super::router::Call;
use super::super::service::App;
use super::super::{moment, texts};
use super::sheets::{load, paper};
use super::{Answer, bad, ok};
use crate::deliver::{Replace, backup_copy, publish, sanitize};
use crate::fill::Compiled;
use crate::fill::plan::{CellContent, FillPlan};
use crate::model::{Date, EntryField};
use crate::workspace::OUTPUT;

/// Characters a cell holds.
const MOST_CHARACTERS: usize = 32_767;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    block: String,
    field: EntryField,
    /// Of the text that was shown
    hash: String,
    text: String,
}

/// A book that Excel has open is never written.
///
/// # Errors
/// It is open.
pub fn check_closed(sheet: &Sheet) -> Result<(), Problem> {
    if sheet.locked || is_held(&sheet.path) {
        return Err(open_in_excel(sheet));
    }
    Ok(())
}

fn open_in_excel(sheet: &Sheet) -> Problem {
    let message = format!("『{}』はExcelで開かれているため、保存できません。", sheet.file);
    Problem::new(
        409,
        "open-in-excel",
        message,
        "Excelで閉じてから、もう一度保存してください。書いた文章はこの画面に残っています。",
    )
}

/// `POST /sheets/{id}/texts`
pub fn texts(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let Changes { changes } = call.json()?;
    let sheet = room.sheet(call.param())?;
    let held = room.held()?;
    let _one_writer = room.writer_soon()?;
    check_closed(&sheet)?;
    let (bytes, book) = load(&sheet)?;
    let form = grid(&book, &sheet.facts.form).ok_or_else(Problem::not_found)?;
    let fields = texts::fields(&book, form, &held.catalog);
    let mut plan = FillPlan::default();
    let (mut saved, mut conflicts): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for change in &changes {
        let field = fields.iter().find(|field| field.block == change.block && field.field == change.field);
        let field = field.ok_or_else(|| bad(format!("「{}」の記入欄がシートに見つかりません。", change.block)))?;
        let text = change.text.replace("\r\n", "\n").replace('\r', "\n");
        if text.encode_utf16().count() > MOST_CHARACTERS {
            return Err(bad("1つの欄に書けるのは32,767文字までです。"));
        }
        if texts::hash(&field.text) != change.hash && field.text != text {
            conflicts.push(json!({
                "block": change.block, "field": change.field, "now": field.text, "hash": texts::hash(&field.text),
            }));
            continue;
        }
        if field.text != text {
            let content = if text.is_empty() { CellContent::Blank } else { CellContent::Text(text.clone()) };
            plan.sheet(&sheet.facts.form).set(field.cell, content);
        }
        saved.push(json!({ "block": change.block, "field": change.field, "hash": texts::hash(&text) }));
    }
    let edits = plan.sheets.values().map(|sheet| sheet.cells.len()).sum::<usize>();
    let mut copy = None;
    if edits > 0 {
        let compiled =
            Compiled::new(bytes).map_err(|error| Problem::new(422, error.code, error.message, error.hint))?;
        let filled = compiled.apply(&plan).map_err(|error| Problem::new(422, error.code, error.message, error.hint))?;
        copy = first_copy_of_day(&sheet, app.today())?;
        replace(&sheet, &filled.bytes)?;
        let entry = Entry { at: moment::now(), kind: "text".to_owned(), added: edits, ..Entry::default() };
        room.notes.record(&sheet.id, entry).map_err(problem)?;
    }
    ok(&json!({ "saved": saved, "conflicts": conflicts, "copy": copy }))
}

/// A dated copy before the first change of a day; later ones of the day would bury it among themselves.
fn first_copy_of_day(sheet: &Sheet, today: Date) -> Result<Option<String>, Problem> {
    let stem = sheet.name();
    let expected =
        sheet.path.with_file_name(format!("{stem}_控え_{today}{}", sheet.file.get(stem.len()..).unwrap_or_default()));
    if expected.is_file() {
        return Ok(None);
    }
    let copy = backup_copy(&sheet.path, today).map_err(problem)?;
    Ok(copy.file_name().map(|name| name.to_string_lossy().into_owned()))
}

/// Puts new bytes in the place of a book, or nowhere.
///
/// # Errors
/// The book is open, or the disk does not take it.
pub fn replace(sheet: &Sheet, bytes: &[u8]) -> Result<(), Problem> {
    let folder = sheet.path.parent().ok_or_else(Problem::not_found)?;
    let published = publish(folder, &sheet.file, bytes, Replace::Ours).map_err(problem)?;
    if published.path != sheet.path {
        // Excel opened it just now: what was written beside it helps nobody.
        if published.written {
            let _ = std::fs::remove_file(&published.path);
        }
        return Err(open_in_excel(sheet));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

/// `POST /sheets/{id}/copy`
pub fn copy(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let Name { name } = call.json()?;
    let sheet = room.sheet(call.param())?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(bad("新しい名前を、100文字までで書いてください。"));
    }
    let end = sheet.file.get(sheet.name().len()..).unwrap_or(".xlsx");
    let wanted = sanitize(&format!("{}{end}", name.strip_suffix(end).unwrap_or(name)));
    if room.workspace.folder(OUTPUT).join(&wanted).exists() {
        let message = format!("『{wanted}』はもうあります。");
        return Err(Problem::new(409, "name-taken", message, "別の名前を付けてください。"));
    }
    let bytes = std::fs::read(&sheet.path).map_err(|error| {
        problem(crate::error::Error::io(&sheet.path, "読み取り", "Excelで開いていたら閉じてください。")(
            error,
        ))
    })?;
    let published = publish(&room.workspace.folder(OUTPUT), &wanted, &bytes, Replace::Never).map_err(problem)?;
    let file = published.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let id = id_of(&file);
    let entry = Entry { at: moment::now(), kind: "copied".to_owned(), ..Entry::default() };
    room.notes.record(&id, entry).map_err(problem)?;
    ok(&json!({ "id": id, "name": file }))
}

/// Whether a paper was made before the last change of its workbook. Whoever makes both makes the workbook first.
fn is_before(paper: &Path, book: &Path) -> bool {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|found| found.modified()).ok();
    matches!((changed(paper), changed(book)), (Some(paper), Some(book)) if paper < book)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct What {
    what: String,
    #[serde(default)]
    handout: Option<String>,
    /// Also a paper that was made before the workbook changed
    #[serde(default)]
    old: bool,
}

/// `POST /sheets/{id}/open`
pub fn open(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let What { what, handout, old } = call.json()?;
    let sheet = room.sheet(call.param())?;
    let path = match what.as_str() {
        "xlsx" => sheet.path.clone(),
        "pdf" => {
            let path = sheet.path.with_file_name(paper(&sheet, handout.as_deref())?);
            if !old && is_before(&path, &sheet.path) {
                let message = "この資料は、シートの最後の変更より前に作ったものです。";
                let hint = "いまのシートの内容で作り直してから、開いてください。";
                return Err(Problem::new(409, "paper-old", message, hint));
            }
            path
        }
        "folder" => room.workspace.folder(OUTPUT),
        _ => return Err(bad("what は xlsx、pdf、folder のどれかです。")),
    };
    app.options.opener.open_path(&path).map_err(|error| {
        let message = format!("『{}』を開けませんでした。（{error}）", path.display());
        Problem::new(503, "not-opened", message, "エクスプローラーから開いてください。")
    })?;
    ok(&json!({ "opened": true }))
}
