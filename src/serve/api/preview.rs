//! A look before anything is made: the same figures and sentences as on paper.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::bench::Held;
use super::super::http::Problem;
use super::super::room::problem;
use super::super::router::Call;
use super::super::service::App;
use super::{Answer, bad, ok};
use crate::compare::{Comparison, Selection};
use crate::diagnostic::Diagnostic;
use crate::handout::words::Words;
use crate::handout::{Handout, TemplateFiles, prepare};
use crate::job::{self, FillRequest};
use crate::missing;
use crate::model::{Date, EntryText, Observation};

/// Areas, years and indicators a person wants to see.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// 自地域
    pub own: String,
    /// 比較地域
    #[serde(default)]
    pub compare: Vec<String>,
    /// First year
    #[serde(default)]
    pub from: Option<i32>,
    /// Last year
    #[serde(default)]
    pub to: Option<i32>,
    /// 指標追加
    #[serde(default)]
    pub add: Vec<String>,
}

/// Comparison areas and indicators in one wish.
const MOST: usize = 60;

impl Wish {
    /// The wish as a job's request; what is to be made is not said yet.
    ///
    /// # Errors
    /// Far too much is wanted.
    pub fn request(&self, held: &Held, date: Date) -> Result<FillRequest, Problem> {
        if self.compare.len() > MOST || self.add.len() > MOST {
            return Err(bad(format!("比較地域と指標追加は、それぞれ{MOST}までにしてください。")));
        }
        Ok(FillRequest {
            compare: self.compare.clone(),
            from: self.from,
            to: self.to,
            add: self.add.clone(),
            thresholds: held.settings.thresholds().map_err(problem)?,
            xlsx: false,
            ..FillRequest::new(self.own.clone(), std::path::PathBuf::new(), date)
        })
    }
}

/// `POST /preview`
pub fn preview(app: &App, call: &Call<'_>) -> Answer {
    let wish: Wish = call.json()?;
    let held = app.room()?.held()?;
    ok(&build(&held, &wish, app.today(), &[])?)
}

/// What the page shows of a wish.
///
/// # Errors
/// Areas that are not known; no figures of the own area.
pub fn build(held: &Held, wish: &Wish, today: Date, texts: &[EntryText]) -> Result<Value, Problem> {
    let request = wish.request(held, today)?;
    let (comparison, diagnostics) = job::understand(&request, &held.evidence, &held.catalog).map_err(problem)?;
    let background = prepare::Background {
        observations: &held.evidence.observations,
        texts,
        layouts: &held.layouts,
        diagnostics: &held.evidence.diagnostics,
    };
    let mut handout = prepare::prepare(&comparison, background, today, true);
    let words = Words::compile(&TemplateFiles::shipped()).map_err(|error| of_template(&error))?;
    handout.main_points = words.main_points(&handout).map_err(|error| of_template(&error))?;
    handout.topics = words.topics(&handout).map_err(|error| of_template(&error))?;
    let mut value = serde_json::to_value(&handout)
        .map_err(|error| Problem::new(500, "internal", error.to_string(), "開発者に知らせてください。"))?;
    if let Some(object) = value.as_object_mut() {
        complete(object, &comparison, &handout);
        object.insert("missing".to_owned(), counts(&comparison));
        object.insert("diagnostics".to_owned(), json!(diagnostics));
    }
    Ok(value)
}

fn of_template(error: &crate::handout::problem::TemplateProblem) -> Problem {
    Problem::new(500, "internal", error.to_diagnostic().to_string(), "開発者に知らせてください。")
}

/// Adds what a page has and a paper has not: codes, and the cell each figure came from.
fn complete(object: &mut Map<String, Value>, comparison: &Comparison, handout: &Handout) {
    if let Some(own) = comparison.participants.first() {
        object.insert("own".to_owned(), json!({ "code": own.area.key(), "name": own.area.name }));
    }
    if let Some(Value::Array(areas)) = object.get_mut("areas") {
        for (told, participant) in areas.iter_mut().zip(&comparison.participants) {
            if let Some(told) = told.as_object_mut() {
                told.insert("code".to_owned(), json!(participant.area.key()));
                told.insert("full_name".to_owned(), json!(participant.area.name));
            }
        }
    }
    let Some(Value::Array(blocks)) = object.get_mut("blocks") else { return };
    for (told, block) in blocks.iter_mut().zip(&handout.blocks) {
        let Some(Value::Array(rows)) = told.get_mut("indicators") else { continue };
        for (told, indicator) in rows.iter_mut().zip(&block.indicators) {
            let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == indicator.id);
            let (Some(row), Some(told)) = (row, told.as_object_mut()) else { continue };
            let sources: Vec<Vec<Value>> = (0..comparison.participants.len())
                .map(|who| {
                    let years = comparison.years.iter();
                    years.map(|shown| row.figures.get(&(who, shown.year)).map_or(Value::Null, |o| source(o))).collect()
                })
                .collect();
            told.insert("sources".to_owned(), json!(sources));
        }
    }
}

fn source(observation: &Observation) -> Value {
    let source = &observation.source;
    json!({
        "file": source.file.name, "sheet": source.sheet, "cell": source.cell.to_string(),
        "note": observation.derived.as_ref().map(|derived| derived.rule.to_string()),
    })
}

/// Figures the form asks for, those that are there, and those no file says.
fn counts(comparison: &Comparison) -> Value {
    let wanted = comparison.rows.len() * comparison.participants.len() * comparison.years.len();
    let figures = || comparison.rows.iter().flat_map(|row| row.figures.values());
    let present = figures().filter(|o| o.datum.value().is_some()).count();
    json!({ "wanted": wanted, "present": present, "gaps": wanted.saturating_sub(figures().count()) })
}

/// `POST /missing`
pub fn missing(app: &App, call: &Call<'_>) -> Answer {
    let wish: Wish = call.json()?;
    let held = app.room()?.held()?;
    let (report, told) = missing_of(&held, &wish, app.today())?;
    let text = report.text();
    let mut value = serde_json::to_value(&report)
        .map_err(|error| Problem::new(500, "internal", error.to_string(), "開発者に知らせてください。"))?;
    if let Some(object) = value.as_object_mut() {
        object.insert("text".to_owned(), json!(text));
        if let Some(Value::Array(downloads)) = object.get_mut("downloads") {
            for (told, download) in downloads.iter_mut().zip(&report.downloads) {
                if let Some(told) = told.as_object_mut() {
                    told.insert("text".to_owned(), json!(download.text()));
                }
            }
        }
        object.insert("notes".to_owned(), json!(told));
    }
    ok(&value)
}

fn missing_of(held: &Held, wish: &Wish, today: Date) -> Result<(missing::MissingReport, Vec<Diagnostic>), Problem> {
    let request = wish.request(held, today)?;
    job::check_years(request.from, request.to).map_err(problem)?;
    let own = super::find::named(held, &request.own)?;
    let others = request.compare.iter().map(|text| super::find::named(held, text)).collect::<Result<Vec<_>, _>>()?;
    let added = request
        .add
        .iter()
        .map(|id| job::check_added(id, &held.catalog, &held.evidence).map_err(problem))
        .collect::<Result<Vec<_>, _>>()?;
    let selection =
        Selection { own, others, from: request.from, to: request.to, added, thresholds: request.thresholds };
    let report = missing::missing(&selection, &held.evidence, &held.catalog, today);
    let told = report.diagnostics.clone();
    Ok((report, told))
}
