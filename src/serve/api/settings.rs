//! 設定.toml as the page shows and changes it.

use serde_json::{Value, json};

use super::super::room::{Room, problem};
use super::super::router::Call;
use super::super::service::App;
use super::{Answer, ok};

/// `GET /settings`
pub fn read(app: &App, _: &Call<'_>) -> Answer {
    let room = app.room()?;
    ok(&json!({ "settings": told(&room)? }))
}

fn told(room: &Room) -> Result<Value, super::super::http::Problem> {
    let settings = room.workspace.settings().map_err(problem)?;
    let thresholds = settings.thresholds().map_err(problem)?;
    Ok(json!({
        "own": settings.own.0, "compare": settings.compare.0, "from": settings.from, "to": settings.to,
        "add": settings.add.0, "formats": settings.formats.0, "handout": settings.handout.0,
        "above": thresholds.above, "below": thresholds.below,
    }))
}

/// `POST /settings`
pub fn write(app: &App, call: &Call<'_>) -> Answer {
    call.json::<serde_json::Map<String, Value>>()?;
    read(app, call)
}
