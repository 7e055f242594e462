//! The page itself, icons, and the licences.

use serde_json::json;

use super::super::assets;
use super::super::guard;
use super::super::http::{Problem, Response};
use super::super::router::Call;
use super::super::service::App;
use super::{Answer, ok};

/// The page.
pub fn index(_: &App, _: &Call<'_>) -> Answer {
    let index = assets::index().ok_or_else(Problem::not_found)?;
    let response = Response::new(200, "text/html; charset=utf-8", index.html);
    Ok(response.with(guard::POLICY, guard::policy(index.style)))
}

/// A file of the page.
pub fn file(_: &App, call: &Call<'_>) -> Answer {
    asset(call.param())
}

fn asset(path: &str) -> Answer {
    if let Some((kind, bytes)) = assets::kept(path) {
        return Ok(Response::new(200, kind, bytes).with("Cache-Control", "private, max-age=31536000, immutable"));
    }
    let (kind, bytes) = assets::page(path).ok_or_else(Problem::not_found)?;
    Ok(Response::new(200, kind, bytes))
}

/// An icon of the add-in.
pub fn icon(_: &App, call: &Call<'_>) -> Answer {
    let bytes = assets::icon(call.param()).ok_or_else(Problem::not_found)?;
    Ok(Response::new(200, "image/png", bytes))
}

/// Office.js as somebody brought it to this PC: only names that were found when the service started.
pub fn office(app: &App, call: &Call<'_>) -> Answer {
    let bytes = app.office_file(call.param()).ok_or_else(Problem::not_found)?;
    Ok(Response::new(200, "text/javascript; charset=utf-8", bytes))
}

/// Whose work is in this program.
pub fn licences(_: &App, _: &Call<'_>) -> Answer {
    ok(&json!({ "text": concat!(
        "chiiki-sheet ", env!("CARGO_PKG_VERSION"), "\n\n",
        include_str!("../../../LICENSE-MIT"), "\n\n",
        include_str!("../../../LICENSE-APACHE"), "\n\n",
        "BIZ UDGothic（SIL Open Font License 1.1）を含みます。\n",
    ) }))
}
