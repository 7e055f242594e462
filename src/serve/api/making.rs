//! What takes a while: filling, refilling, printing.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::http::Problem;
use super::super::jobs::Progress;
use super::super::library::{Sheet, id_of};
use super::super::moment;
use super::super::notes::Entry;
use super::super::room::{Room, problem};
use super::super::router::Call;
use super::super::service::App;
use super::preview::Wish;
use super::sheets::{load, wish_of};
use super::writing::{check_closed, replace};
use super::{Answer, bad, ok};
use crate::deliver::{Replace, backup_copy, publish};
use crate::error::Cancel;
use crate::handout::{Kind, Typesetter};
use crate::job::{self, Bases, FillRequest, Report};
use crate::model::Date;
use crate::workspace::OUTPUT;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fill {
    kind: String,
    own: String,
    #[serde(default)]
    compare: Vec<String>,
    #[serde(default)]
    from: Option<i32>,
    #[serde(default)]
    to: Option<i32>,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    formats: Vec<String>,
    #[serde(default)]
    handout: Vec<String>,
}

/// `POST /jobs`
pub fn fill(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let asked: Fill = call.json()?;
    if asked.kind != "fill" {
        return Err(bad("kind は fill です。"));
    }
    let wish = Wish { own: asked.own, compare: asked.compare, from: asked.from, to: asked.to, add: asked.add };
    let (xlsx, papers) = wanted(&asked.formats, &asked.handout)?;
    let held = room.held()?;
    let request = wish.request(&held, app.today())?;
    // A mistake is told at once, not by a job that fails.
    job::understand(&request, &held.evidence, &held.catalog).map_err(problem)?;
    let keys: Vec<String> = wish
        .compare
        .iter()
        .filter_map(|text| super::find::named(&held, text).ok().map(|area| area.key().to_owned()))
        .collect();
    let own = super::find::named(&held, &wish.own)?;
    room.notes
        .change(|noted| {
            noted.remembered.insert(own.key().to_owned(), keys);
        })
        .map_err(problem)?;
    let date = app.today();
    let job = room.jobs.ask(
        "fill",
        Box::new(move |room, progress| {
            let cancel = progress.cancel();
            let typesetter = typesetter_for(room, &papers)?;
            progress.step("数値を読み込み中", 0, 2)?;
            let held = room.held_unless(&cancel)?;
            // File names and template as 設定.toml says them: a sheet is the same whichever way it was asked for.
            let (set, bases) = room.workspace.fill_request(&held.settings, &wish.own, date).map_err(problem)?;
            let wished = wish.request(&held, date)?;
            let request = FillRequest {
                xlsx,
                papers,
                out: set.out,
                names: set.names,
                typesetter,
                cancel: cancel.clone(),
                ..wished
            };
            progress.step("シートと資料を作成中", 1, 2)?;
            let _one_writer = room.one_writer(&cancel)?;
            let report = job::make(&request, &bases, &held.evidence, &held.catalog).map_err(problem)?;
            told(room, &report)
        }),
    )?;
    ok(&json!({ "job": job }))
}

/// A typesetter of this job's own, which gets ready beside the loading when there are papers to set.
fn typesetter_for(room: &Room, papers: &[Kind]) -> Result<Typesetter, Problem> {
    let typesetter = (room.typesetter)().map_err(problem)?;
    if !papers.is_empty() {
        typesetter.wake();
    }
    Ok(typesetter)
}

/// Formats and papers as the command line knows them.
fn wanted(formats: &[String], papers: &[String]) -> Result<(bool, Vec<Kind>), Problem> {
    let mut xlsx = formats.is_empty();
    let mut pdf = !papers.is_empty() || formats.is_empty();
    for format in formats {
        match format.as_str() {
            "xlsx" => xlsx = true,
            "pdf" => pdf = true,
            _ => return Err(bad("formats に指定できるのは xlsx と pdf です。")),
        }
    }
    let mut kinds = kinds(papers)?;
    if pdf && kinds.is_empty() {
        kinds.push(Kind::Handout);
    }
    if !xlsx && kinds.is_empty() {
        return Err(bad("作るものを選んでください。"));
    }
    Ok((xlsx, kinds))
}

fn kinds(names: &[String]) -> Result<Vec<Kind>, Problem> {
    let mut kinds = Vec::new();
    for name in names {
        let kind = Kind::from_label(name).ok_or_else(|| bad("資料の種類は 配布資料、1枚もの、記入用 です。"))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// A report as the page sees it: sheets by their ids, no places on the disk.
fn told(room: &Arc<Room>, report: &Report) -> Result<Value, Problem> {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let book = report.outputs.iter().find(|output| output.kind == "xlsx").map(|output| id_of(&name(&output.path)));
    let outputs: Vec<Value> = report
        .outputs
        .iter()
        .map(|output| {
            let name = name(&output.path);
            let sheet = book.clone().or_else(|| {
                let sheets = room.library.sheets();
                sheets
                    .into_iter()
                    .find(|sheet| sheet.papers.iter().any(|(file, _)| *file == name))
                    .map(|sheet| sheet.id)
            });
            json!({ "kind": output.kind, "name": name, "sheet_id": sheet })
        })
        .collect();
    if let Some(id) = &book {
        let changes = &report.changes;
        let kind = if changes.is_empty() { "made" } else { "refilled" };
        let entry = Entry {
            at: moment::now(),
            kind: kind.to_owned(),
            added: if changes.is_empty() { report.ledger.filled } else { changes.new.len() },
            revised: changes.revised.len(),
            gone: changes.gone.len(),
        };
        room.notes.record(id, entry).map_err(problem)?;
    }
    Ok(json!({
        "outputs": outputs, "ledger": report.ledger, "changes": report.changes, "diagnostics": report.diagnostics,
    }))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Refill {
    selection: Option<Wish>,
    adopt: bool,
}

/// `POST /sheets/{id}/refill`
pub fn refill(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let asked: Refill = call.json()?;
    let sheet = room.sheet(call.param())?;
    check_closed(&sheet)?;
    let (id, date) = (sheet.id, app.today());
    let job = room.jobs.ask("refill", Box::new(move |room, progress| run_refill(room, progress, &id, &asked, date)))?;
    ok(&json!({ "job": job }))
}

/// Refills that very book, whatever others of the insurer lie beside it: made aside, then put in its place.
fn run_refill(
    room: &Arc<Room>,
    progress: &Progress<'_>,
    id: &str,
    asked: &Refill,
    date: Date,
) -> Result<Value, Problem> {
    let cancel = progress.cancel();
    progress.step("数値を読み込み中", 0, 3)?;
    let held = room.held_unless(&cancel)?;
    let _one_writer = room.one_writer(&cancel)?;
    let sheet = room.sheet(id)?;
    check_closed(&sheet)?;
    let (bytes, book) = load(&sheet)?;
    let mut wish = asked.selection.clone().unwrap_or_else(|| {
        // Years that are not asked for follow the settings and the data, as in a refill by folder.
        let (from, to) = (held.settings.from, held.settings.to);
        Wish { from, to, ..wish_of(&sheet, &book, &held) }
    });
    wish.own.clone_from(&sheet.facts.key);
    progress.step("シートを更新中", 1, 3)?;
    let what = Aside { papers: &[], xlsx: true, adopt: asked.adopt, date, typesetter: Typesetter::Here, cancel };
    let (made, mut report) = aside(&sheet, &held, &wish, what)?;
    progress.step("保存中", 2, 3)?;
    let new = std::fs::read(&made.path).map_err(|error| {
        problem(crate::error::Error::io(&made.path, "読み取り", "もう一度試してください。")(error))
    })?;
    if new != bytes {
        let copy = backup_copy(&sheet.path, date).map_err(problem)?;
        report.diagnostics.push(crate::diagnostic::Diagnostic::info(
            "backup",
            format!("書き込む前の控えを『{}』に作りました。", copy.file_name().unwrap_or_default().to_string_lossy()),
        ));
        replace(&sheet, &new)?;
    }
    for output in &mut report.outputs {
        output.path.clone_from(&sheet.path);
    }
    told(room, &report)
}

/// What is made aside.
struct Aside<'a> {
    papers: &'a [Kind],
    xlsx: bool,
    adopt: bool,
    date: Date,
    typesetter: Typesetter,
    cancel: Cancel,
}

/// Makes a sheet's new book or its papers in a folder of their own; the folder goes with the returned guard's path.
fn aside(
    sheet: &Sheet,
    held: &super::super::bench::Held,
    wish: &Wish,
    what: Aside<'_>,
) -> Result<(AsideFile, Report), Problem> {
    let Aside { papers, xlsx, adopt, date, typesetter, cancel } = what;
    let folder = tempfile::Builder::new().prefix("chiiki-sheet-").tempdir().map_err(|error| {
        problem(crate::error::Error::io("一時フォルダー", "作成", "空き容量を確かめてください。")(
            error,
        ))
    })?;
    let request = FillRequest {
        xlsx,
        papers: papers.to_vec(),
        out: folder.path().to_owned(),
        typesetter,
        cancel,
        ..wish.request(held, date)?
    };
    let bases = Bases { previous: Some(sheet.path.clone()), template: None, adopt };
    let report = job::make(&request, &bases, &held.evidence, &held.catalog).map_err(problem)?;
    let book = report.outputs.iter().find(|output| output.kind == "xlsx").map(|output| output.path.clone());
    Ok((AsideFile { path: book.unwrap_or_else(|| sheet.path.clone()), _folder: folder }, report))
}

/// A file in a folder that goes when this does.
struct AsideFile {
    path: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Papers {
    #[serde(default)]
    kinds: Vec<String>,
}

/// `POST /sheets/{id}/handout`
pub fn handout(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let Papers { kinds: names } = call.json()?;
    let mut kinds = kinds(&names)?;
    if kinds.is_empty() {
        kinds.push(Kind::Handout);
    }
    let sheet = room.sheet(call.param())?;
    let (id, date) = (sheet.id, app.today());
    let job =
        room.jobs.ask("handout", Box::new(move |room, progress| run_papers(room, progress, &id, &kinds, date)))?;
    ok(&json!({ "job": job }))
}

/// Prints what stands on that very book, under its own name.
fn run_papers(
    room: &Arc<Room>,
    progress: &Progress<'_>,
    id: &str,
    kinds: &[Kind],
    date: Date,
) -> Result<Value, Problem> {
    let cancel = progress.cancel();
    let typesetter = typesetter_for(room, kinds)?;
    progress.step("数値を読み込み中", 0, kinds.len() + 1)?;
    let held = room.held_unless(&cancel)?;
    let sheet = room.sheet(id)?;
    let (_, book) = load(&sheet)?;
    let wish = wish_of(&sheet, &book, &held);
    let mut all = Report::default();
    // All of them before the first is published: who stops meanwhile finds the earlier ones.
    let mut pdfs: Vec<(String, Vec<u8>)> = Vec::new();
    for (number, kind) in (1..).zip(kinds) {
        progress.step(&format!("{}を作成中", kind.label()), number, kinds.len() + 1)?;
        let (typesetter, cancel) = (typesetter.clone(), cancel.clone());
        let what = Aside { papers: &[*kind], xlsx: false, adopt: false, date, typesetter, cancel };
        let (_folder, report) = aside(&sheet, &held, &wish, what)?;
        let made = report.outputs.iter().find(|output| output.kind == "pdf");
        let made = made.ok_or_else(|| Problem::new(500, "internal", "資料ができませんでした。", ""))?;
        let bytes = std::fs::read(&made.path).map_err(|error| {
            problem(crate::error::Error::io(&made.path, "読み取り", "もう一度試してください。")(error))
        })?;
        let name = match sheet.papers.iter().find(|(_, known)| known == kind) {
            Some((file, _)) => file.clone(),
            None => crate::deliver::sanitize(&format!("{}_{}.pdf", sheet.name(), kind.label())),
        };
        pdfs.push((name, bytes));
        all.diagnostics
            .extend(report.diagnostics.into_iter().filter(|told| !all.diagnostics.contains(told)).collect::<Vec<_>>());
    }
    progress.step("保存中", kinds.len(), kinds.len() + 1)?;
    for (name, bytes) in pdfs {
        let published = publish(&room.workspace.folder(OUTPUT), &name, &bytes, Replace::Ours).map_err(problem)?;
        if !published.written {
            // Of equal bytes: it is of now all the same, and no longer older than the workbook.
            let file = std::fs::OpenOptions::new().append(true).open(&published.path);
            let _ = file.and_then(|file| file.set_modified(std::time::SystemTime::now()));
        }
        all.diagnostics.extend(published.notice);
        all.outputs.push(job::Output { kind: "pdf", path: published.path });
    }
    let entry = Entry { at: moment::now(), kind: "paper".to_owned(), added: all.outputs.len(), ..Entry::default() };
    room.notes.record(id, entry).map_err(problem)?;
    told(room, &all)
}

fn find(room: &Room, id: &str) -> Result<super::super::jobs::Job, Problem> {
    room.jobs.find(id).ok_or_else(gone)
}

fn gone() -> Problem {
    Problem::new(404, "job-not-found", "この作業の記録はもうありません。", "一覧でできあがりを確かめてください。")
}

/// `GET /jobs/{id}`
pub fn job(app: &App, call: &Call<'_>) -> Answer {
    ok(&find(&*app.room()?, call.param())?)
}

/// `POST /jobs/{id}/cancel`
pub fn cancel(app: &App, call: &Call<'_>) -> Answer {
    call.json::<serde_json::Map<String, Value>>()?;
    ok(&app.room()?.jobs.cancel(call.param()).ok_or_else(gone)?)
}

/// `GET /jobs/{id}/sheet`: for `insertWorksheetsFromBase64`
pub fn sheet(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let job = find(&room, call.param())?;
    let output =
        job.report.as_ref().and_then(|report| report.get("outputs")?.as_array()?.first()?.get("sheet_id")?.as_str());
    let id = output.ok_or_else(|| {
        Problem::new(
            409,
            "job-not-done",
            "この作業はまだ終わっていないか、シートを作りませんでした。",
            "終わるまで待ってください。",
        )
    })?;
    let sheet = room.sheet(id)?;
    let (bytes, book) = load(&sheet)?;
    let shown: Vec<&str> = book.grids.iter().filter(|grid| !grid.hidden).map(|grid| &*grid.name).collect();
    ok(&json!({ "name": sheet.file, "base64": STANDARD.encode(bytes), "sheets": shown }))
}
