//! The JSON other programs rely on: `inspect --format json` and `fill --json`.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::intake::{Evidence, FileReport};
use crate::model::{Area, Datum, Derivation, Dimensions, EntryField, EntryText, Observation, Period, SourceRef};

/// `{"files":…,"observations":…,"texts":…,"diagnostics":…}`
#[derive(Serialize)]
pub struct Inspection<'a> {
    files: &'a [FileReport],
    observations: Vec<ObservationJson<'a>>,
    texts: Vec<TextJson<'a>>,
    diagnostics: &'a [Diagnostic],
}

#[derive(Serialize)]
struct ObservationJson<'a> {
    indicator: &'a str,
    area: &'a Area,
    period: &'a Period,
    value: Option<f64>,
    missing: Option<&'static str>,
    unit: &'a str,
    dimensions: &'a Dimensions,
    source: SourceJson<'a>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    derived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<SourceJson<'a>>,
}

#[derive(Serialize)]
struct SourceJson<'a> {
    file: &'a str,
    sheet: &'a str,
    cell: String,
}

#[derive(Serialize)]
struct TextJson<'a> {
    block: &'a str,
    field: EntryField,
    text: &'a str,
    source: SourceJson<'a>,
}

/// Everything that was understood.
pub fn inspection(evidence: &Evidence) -> Inspection<'_> {
    Inspection {
        files: &evidence.files,
        observations: evidence.observations.iter().map(observation).collect(),
        texts: evidence.texts.iter().map(text).collect(),
        diagnostics: &evidence.diagnostics,
    }
}

fn observation(observation: &Observation) -> ObservationJson<'_> {
    let derivation: Option<&Derivation> = observation.derived.as_ref();
    ObservationJson {
        indicator: observation.indicator.as_str(),
        area: &observation.area,
        period: &observation.period,
        value: observation.datum.value(),
        missing: match observation.datum {
            Datum::Value(_) => None,
            Datum::Missing(reason) => Some(reason.id()),
        },
        unit: &observation.unit,
        dimensions: &observation.dimensions,
        source: source(&observation.source),
        derived: derivation.is_some(),
        rule: derivation.map(|derivation| &*derivation.rule),
        sources: derivation.map(|d| d.sources.iter().map(source).collect()).unwrap_or_default(),
    }
}

fn source(source: &SourceRef) -> SourceJson<'_> {
    SourceJson { file: &source.file.name, sheet: &source.sheet, cell: source.cell.to_string() }
}

fn text(text: &EntryText) -> TextJson<'_> {
    TextJson { block: &text.block, field: text.field, text: &text.text, source: source(&text.source) }
}
