//! Which sheets a file concerns, and making them.

use super::conditions::Conditions;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Severity};
use crate::disk::{self, fault};
use crate::error::{Error, Result};
use crate::handout::Typesetter;
use crate::intake::Evidence;
use crate::job::{self, FillRequest, Report};
use crate::journal::{Concerns, NewOutput};
use crate::model::Date;
use crate::request::resolve_area;
use crate::store::sha256_hex;
use crate::workspace::{Settings, Workspace};

/// Own areas of the settings whose sheets a file may change: figures of the nation are on every sheet, those of a
/// prefecture on the sheets of its insurers and of whoever is compared with one of them. In doubt, yes: a sheet for
/// which there is nothing new stays as it is.
pub(super) fn concerned(conditions: &Conditions, concerns: &Concerns) -> Vec<String> {
    let Conditions { settings, catalog, .. } = conditions;
    let own = settings.own.0.iter();
    own.filter(|own| concerns_own(own, settings, catalog, concerns)).cloned().collect()
}

pub(super) fn concerns_own(own: &str, settings: &Settings, catalog: &Catalog, concerns: &Concerns) -> bool {
    concerns.all
        || std::iter::once(own).chain(settings.compare.0.iter().map(String::as_str)).any(|text| {
            match resolve_area(text, catalog, &[]) {
                Ok((area, _)) => {
                    let prefecture = area.prefecture.as_ref().unwrap_or(&area.name);
                    concerns.prefectures.contains(prefecture)
                }
                Err(_) => !concerns.prefectures.is_empty(),
            }
        })
}

/// Makes the sheet of one own area, as the settings want it.
pub(super) fn make(
    workspace: &Workspace,
    conditions: &Conditions,
    evidence: &Evidence,
    own: &str,
    (date, typesetter): (Date, &Typesetter),
) -> Result<(Report, Vec<NewOutput>)> {
    let (request, bases) = workspace.fill_request(&conditions.settings, own, date)?;
    let request = FillRequest { typesetter: typesetter.clone(), ..request };
    let report = job::make(&request, &bases, evidence, &conditions.catalog)?;
    fault::point("fill-sheet-made");
    let name = resolve_area(own, &conditions.catalog, &evidence.observations)
        .map_or_else(|_| own.to_owned(), |(area, _)| area.name.clone());
    let outputs = report.outputs.iter().map(|output| {
        let hint = "Excelで開いていたら閉じてください。";
        let bytes = disk::read(&output.path).map_err(Error::io(&output.path, "読み取り", hint))?;
        Ok(NewOutput {
            own: name.clone(),
            kind: output.kind.to_owned(),
            path: workspace.relative(&output.path),
            sha256: sha256_hex(&bytes),
        })
    });
    let outputs = outputs.collect::<Result<Vec<_>>>()?;
    Ok((report, outputs))
}

/// Notices of one sheet that are told in the status; the sheet and the page have all.
const NOTICES: usize = 3;

/// What a person should know of a sheet that was made: under which other name it lies, then what to look at.
pub(super) fn notices(own: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    let elsewhere = |told: &Diagnostic| matches!(told.code, "output-held" | "output-name-taken");
    let mut all: Vec<&Diagnostic> = diagnostics.iter().filter(|told| told.severity != Severity::Info).collect();
    all.sort_by_key(|told| !elsewhere(told));
    all.dedup();
    let mut told: Vec<String> = all
        .iter()
        .take(NOTICES)
        .map(|one| format!("{own}のシート：{}{}", one.message, one.hint.as_deref().unwrap_or_default()))
        .collect();
    if all.len() > NOTICES {
        told.push(format!("{own}のシート：ほかに{}件あります。", all.len() - NOTICES));
    }
    told
}
