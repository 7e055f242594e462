//! Greeting, and how the page gets its key.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::assets;
use super::super::http::{Problem, Response};
use super::super::room::{Room, problem};
use super::super::router::Call;
use super::super::service::App;
use super::{Answer, bad, ok};
use crate::workspace::DEMO_MARK;

/// Shows a program of the same user that this is its service, without giving the key away.
pub fn ping(app: &App, call: &Call<'_>) -> Answer {
    let nonce = call.query("nonce").unwrap_or_default();
    if nonce.len() > 64 {
        return Err(bad("nonce は64文字までです。"));
    }
    ok(&json!({ "product": "chiiki-sheet", "api": 1, "proof": app.key().proof(nonce) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Launch {
    token: String,
}

/// A token that is good once becomes the key.
pub fn launch(app: &App, call: &Call<'_>) -> Answer {
    let Launch { token } = call.json()?;
    if app.launches.redeem(&token) {
        return ok(&json!({ "key": app.key().as_str() }));
    }
    let hint = "chiiki-sheet open（またはショートカット）で、もう一度開いてください。";
    Err(Problem::new(401, "launch-used", "この画面を開くためのリンクは、期限が切れたか、もう使われています。", hint))
}

/// A new address that opens the page once.
pub fn launch_link(app: &App, _: &Call<'_>) -> Answer {
    ok(&json!({ "url": app.launch_address().map_err(problem)? }))
}

/// What a room is called and where it is, for people.
pub fn workspace(room: &Room) -> Value {
    let root = room.workspace.folder("");
    let shown = root.display().to_string();
    let shown = shown.trim_end_matches(['/', '\\']).to_owned();
    let name = root.components().next_back().map(|part| part.as_os_str().to_string_lossy().into_owned());
    json!({ "name": name.unwrap_or_default(), "path_shown": shown })
}

/// Whether the first start came to its end: an own area is set. Settings that cannot be read are no first start.
fn has_own(room: &Room) -> bool {
    room.workspace.settings().map_or(true, |settings| !settings.own.0.is_empty())
}

/// What runs here.
pub fn hello(app: &App, _: &Call<'_>) -> Answer {
    let room = app.room().ok();
    let demo = room.as_ref().is_some_and(|room| room.workspace.folder(DEMO_MARK).is_file());
    ok(&json!({
        "product": "chiiki-sheet",
        "version": env!("CARGO_PKG_VERSION"),
        "api": 1,
        "workspace": room.as_deref().map(workspace),
        "setup": room.is_none(),
        "demo": demo,
        "own": room.as_ref().is_some_and(|room| has_own(room)),
        "features": {
            "tls": app.tls_port().is_some(),
            "addin": assets::icon("icon-32.png").is_some(),
            "officejs": app.has_office(),
            "powerquery": room.as_ref().is_some_and(|room| room.notes.read(|noted| noted.table_token.is_some())),
        },
        "today": app.today(),
    }))
}

/// The description of this interface.
pub fn description(_: &App, _: &Call<'_>) -> Answer {
    let bytes = assets::openapi().ok_or_else(Problem::not_found)?;
    Ok(Response::new(200, "application/json; charset=utf-8", bytes))
}
