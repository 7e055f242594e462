//! The JSON other programs rely on: `inspect --format json` and `fill --json`.

use serde::{Serialize, Serializer};

use crate::diagnostic::Diagnostic;
use crate::intake::{Evidence, FileReport};
use crate::model::{
    Area, CellRef, Datum, Derivation, Dimensions, EntryField, EntryText, Observation, Period, SourceRef,
};

/// `{"files":…,"observations":…,"texts":…,"diagnostics":…}`
#[derive(Serialize)]
pub struct Inspection<'a> {
    files: &'a [FileReport],
    #[serde(serialize_with = "one_by_one")]
    observations: &'a [Observation],
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
    #[serde(serialize_with = "shown")]
    cell: CellRef,
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
        observations: &evidence.observations,
        texts: evidence.texts.iter().map(text).collect(),
        diagnostics: &evidence.diagnostics,
    }
}

/// Each made when its turn comes: those of the country would fill hundreds of megabytes.
fn one_by_one<S: Serializer>(all: &&[Observation], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(all.iter().map(observation))
}

fn shown<S: Serializer>(cell: &CellRef, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(cell)
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
    SourceJson { file: &source.file.name, sheet: &source.sheet, cell: source.cell }
}

fn text(text: &EntryText) -> TextJson<'_> {
    TextJson { block: &text.block, field: text.field, text: &text.text, source: source(&text.source) }
}
