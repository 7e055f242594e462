//! The first start: a workspace is chosen among places this PC offers, or made of the sample.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::http::Problem;
use super::super::key::hex;
use super::super::room::problem;
use super::super::router::Call;
use super::super::service::App;
use super::hello::workspace;
use super::{Answer, ok};
use crate::workspace::{INBOX, Workspace, create_sample};

/// Name of a workspace made on the page.
const NAME: &str = "地域分析シート";
/// Name of the sample.
const SAMPLE: &str = "地域分析シート（試し用）";

struct Candidate {
    id: String,
    label: String,
    path: PathBuf,
}

/// Places of this PC; nothing of it comes from the page.
fn all(app: &App) -> Vec<Candidate> {
    let mut all = Vec::new();
    let here = app.room().ok().map(|room| room.workspace.folder(""));
    let elsewhere = |path: &PathBuf| here.as_ref().is_none_or(|here| !same(here, path));
    let known = app.options.cards.workspaces().into_iter().filter(|path| path.join(INBOX).is_dir()).filter(elsewhere);
    for path in known.take(5) {
        let label = format!("前に使った「{}」", path.file_name().unwrap_or_default().to_string_lossy());
        let id = format!("known-{}", hex(path.to_string_lossy().as_bytes()));
        all.push(Candidate { id: id.chars().take(60).collect::<String>() + &all.len().to_string(), label, path });
    }
    let home = std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from);
    if let Some(home) = home.filter(|home| home.is_dir()) {
        let folder = |names: [&str; 2]| names.iter().map(|name| home.join(name)).find(|path| path.is_dir());
        for (id, label, names) in [
            ("documents", "ドキュメントの中", ["Documents", "ドキュメント"]),
            ("desktop", "デスクトップ", ["Desktop", "デスクトップ"]),
        ] {
            if let Some(path) = folder(names) {
                all.push(Candidate { id: id.to_owned(), label: format!("{label}「{NAME}」"), path: path.join(NAME) });
            }
        }
        all.push(Candidate {
            id: "home".to_owned(),
            label: format!("利用者のフォルダーの中「{NAME}」"),
            path: home.join(NAME),
        });
    }
    all
}

/// `GET /setup`
pub fn candidates(app: &App, _: &Call<'_>) -> Answer {
    let told: Vec<Value> = all(app)
        .iter()
        .map(|one| {
            json!({
                "id": one.id, "label": one.label, "path_shown": one.path.display().to_string(),
                "exists": one.path.join(INBOX).is_dir(),
            })
        })
        .collect();
    ok(&json!({ "candidates": told }))
}

fn same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(one) == whole(other)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    candidate: String,
}

/// `POST /setup`
pub fn choose(app: &App, call: &Call<'_>) -> Answer {
    let Choice { candidate } = call.json()?;
    let chosen = all(app).into_iter().find(|one| one.id == candidate).ok_or_else(|| {
        Problem::new(422, "candidate-unknown", "選んだ場所が見つかりません。", "一覧からもう一度選んでください。")
    })?;
    let made = Workspace::create(&chosen.path).map_err(problem)?;
    enter(app, made, &chosen.path)
}

/// `POST /setup/sample`
pub fn sample(app: &App, call: &Call<'_>) -> Answer {
    call.json::<serde_json::Map<String, Value>>()?;
    let base = all(app).into_iter().find(|one| !one.id.starts_with("known-"));
    let base = base
        .and_then(|one| one.path.parent().map(Path::to_owned))
        .ok_or_else(|| Problem::new(503, "no-place", "試し用のフォルダーを作る場所が見つかりません。", ""))?;
    let root = base.join(SAMPLE);
    let made = create_sample(&root).map_err(problem)?;
    enter(app, made, &root)
}

fn enter(app: &App, made: Workspace, root: &Path) -> Answer {
    let before = app.room().ok();
    let left = before.as_ref().map(|room| room.workspace.folder(""));
    if let (Some(room), Some(left)) = (&before, &left)
        && same(left, root)
    {
        return ok(&json!({ "workspace": workspace(room) }));
    }
    let cards = &app.options.cards;
    let card = cards.card(left.as_deref()).map_err(problem)?;
    let room = app.enter(made).map_err(problem)?;
    // From now on this service is that workspace's, and no longer the one's it was.
    cards.keep(&card.for_workspace(root, app.port())).map_err(problem)?;
    if let (Some(before), Some(left)) = (before, left) {
        cards.forget(&left);
        before.desk.stop();
    }
    room.desk.wake();
    ok(&json!({ "workspace": workspace(&room) }))
}
