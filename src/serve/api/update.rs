//! New figures for the sheet that is open in Excel.

use super::super::room::problem;
use super::super::router::Call;
use super::super::service::App;
use super::{Answer, ok};
use crate::addin::update::{UpdateRequest, figures};

/// `POST /update-plan`
pub fn plan(app: &App, call: &Call<'_>) -> Answer {
    let request: UpdateRequest = call.json()?;
    let held = app.room()?.held()?;
    ok(&figures(&request, &held.evidence, &held.catalog).map_err(problem)?)
}
