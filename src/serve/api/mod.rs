//! The answers, a file a subject. Nothing here takes a path from a request: sheets, drops and jobs have ids.

pub mod areas;
pub mod drops;
pub mod find;
pub mod hello;
pub mod indicators;
pub mod making;
pub mod page;
pub mod preview;
pub mod settings;
pub mod setup;
pub mod sheets;
pub mod state;
pub mod table;
pub mod update;
pub mod writing;

use serde::Serialize;

use super::http::{Problem, Response};

/// Every answer.
type Answer = Result<Response, Problem>;

fn ok(value: &impl Serialize) -> Answer {
    Ok(Response::json(200, value))
}

/// A value out of what is possible.
fn bad(message: impl Into<String>) -> Problem {
    Problem::new(422, "bad-value", message, "")
}
