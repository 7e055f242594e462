//! A request becomes a job, a job gives a report. Every front (command line, folder, page) comes through here.

use std::path::PathBuf;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::compare::{self, Comparison, Participant, Selection, Thresholds};
use crate::deliver::naming::{NameWords, sheet_name};
use crate::deliver::publish::{Replace, publish};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, FileError, Result};
use crate::fill::{self, StandardTemplate, ledger::Ledger};
use crate::intake::Evidence;
use crate::model::{AreaLevel, Date};
use crate::request::resolve_area;

/// What to make of the evidence.
#[derive(Clone, Debug)]
pub struct FillRequest {
    /// Own area as the person wrote it
    pub own: String,
    /// Comparison areas as written
    pub compare: Vec<String>,
    /// First year shown
    pub from: Option<i32>,
    /// Last year shown
    pub to: Option<i32>,
    /// 指標追加
    pub add: Vec<String>,
    /// Rule for verdicts
    pub thresholds: Thresholds,
    /// Folder for what is made
    pub out: PathBuf,
    /// The day written on what is made
    pub date: Date,
}

/// One file that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// `xlsx` or `pdf`
    pub kind: &'static str,
    /// Where
    pub path: PathBuf,
}

/// What a job did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Files made
    pub outputs: Vec<Output>,
    /// Account of the figures
    pub ledger: Ledger,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// A request understood against the evidence.
///
/// # Errors
/// Areas that are not known or not unique; years the wrong way round; nothing found for the own area.
pub fn understand(
    request: &FillRequest,
    evidence: &Evidence,
    catalog: &Catalog,
) -> Result<(Comparison, Vec<Diagnostic>)> {
    let mut diagnostics = Vec::new();
    check_years(request.from, request.to)?;
    let (own, told) = resolve_area(&request.own, catalog, &evidence.observations)?;
    diagnostics.extend(told);
    let mut others = Vec::new();
    for text in &request.compare {
        let (area, told) = resolve_area(text, catalog, &evidence.observations)?;
        diagnostics.extend(told);
        others.push(area);
    }
    let added = request.add.iter().map(|id| check_added(id, catalog, evidence)).collect::<Result<Vec<_>>>()?;
    let selection = Selection {
        own: own.clone(),
        others,
        from: request.from,
        to: request.to,
        added,
        thresholds: request.thresholds,
    };
    let (comparison, told) = compare::compare(&selection, &evidence.observations, catalog);
    diagnostics.extend(told);
    let comparison = comparison.ok_or_else(|| nothing_found(&own.name, evidence))?;
    for other in comparison.participants.iter().skip(1).enumerate().map(|(index, other)| (index + 1, other)) {
        let (who, participant) = other;
        if !comparison.rows.iter().any(|row| row.figures.keys().any(|(whose, _)| *whose == who)) {
            diagnostics.push(
                Diagnostic::warning(
                    "no-figures-of-area",
                    format!("{}の数値は、入れたファイルに見つかりませんでした。", participant.area.name),
                )
                .hint("その地域の数値が載った表を入れて、もう一度実行してください。"),
            );
        }
    }
    Ok((comparison, diagnostics))
}

fn check_years(from: Option<i32>, to: Option<i32>) -> Result<()> {
    for year in [from, to].into_iter().flatten() {
        if !(2000..=2100).contains(&year) {
            return Err(Error::Usage(format!("表示期間の年「{year}」は、西暦の年度（例 2025）で指定してください。")));
        }
    }
    if let (Some(from), Some(to)) = (from, to) {
        if from > to {
            return Err(Error::Usage(format!("表示期間の始まり（{from}）が終わり（{to}）より後になっています。")));
        }
        if to - from >= compare::MAX_YEARS {
            return Err(Error::Usage(format!(
                "表示期間は{}年度までです。期間を短くしてください。",
                compare::MAX_YEARS
            )));
        }
    }
    Ok(())
}

fn check_added(id: &str, catalog: &Catalog, evidence: &Evidence) -> Result<String> {
    let wanted = crate::form::id_in(id)
        .ok_or_else(|| Error::Usage(format!("指標ID「{id}」は「D17-a」のように書いてください。")))?;
    let known = catalog.indicator(&wanted).is_some()
        || evidence.observations.iter().any(|observation| observation.indicator.as_str() == wanted);
    if known {
        Ok(wanted)
    } else {
        Err(Error::Usage(format!("指標ID「{wanted}」は一覧にも入れたファイルにも見つかりませんでした。")))
    }
}

fn nothing_found(own: &str, evidence: &Evidence) -> Error {
    let read = evidence.files.iter().filter(|file| file.outcome == crate::model::Outcome::Read).count();
    let mut areas: Vec<&str> = evidence
        .observations
        .iter()
        .filter(|o| !matches!(o.area.level, AreaLevel::Nation | AreaLevel::Prefecture))
        .map(|o| o.area.name.as_str())
        .collect();
    areas.sort_unstable();
    areas.dedup();
    let held = match areas.len() {
        0 => "保険者の数値はありませんでした".to_owned(),
        1..=5 => format!("{}の数値がありました", areas.join("、")),
        count => {
            format!("{}など{count}地域の数値がありました", areas.iter().take(3).copied().collect::<Vec<_>>().join("、"))
        }
    };
    Error::Usage(format!(
        "{own}の数値が、表示する期間に1つも見つかりませんでした。読めたファイルは{read}件で、{held}。自地域と表示期間を確かめるか、{own}の表を入れてください。"
    ))
}

/// Fills the standard sheet and publishes it.
///
/// # Errors
/// See [`understand`]; a folder that cannot be written to.
pub fn fill_sheet(
    request: &FillRequest,
    evidence: &Evidence,
    catalog: &Catalog,
    template: &StandardTemplate,
) -> Result<Report> {
    let (comparison, mut diagnostics) = understand(request, evidence, catalog)?;
    let told: Vec<Diagnostic> = evidence.diagnostics.iter().chain(&diagnostics).cloned().collect();
    let filled =
        fill::fill_standard(template, &comparison, &told, request.date).map_err(|error| of_template(&error))?;
    diagnostics.extend(filled.diagnostics);
    let name = match comparison.participants.first() {
        Some(own) => file_name(own, request.date)?,
        None => return Err(Error::Internal("no own area".to_owned())),
    };
    let published = publish(&request.out, &name, &filled.bytes, Replace::Never)?;
    diagnostics.extend(published.notice);
    Ok(Report { outputs: vec![Output { kind: "xlsx", path: published.path }], ledger: filled.ledger, diagnostics })
}

fn file_name(own: &Participant, date: Date) -> Result<String> {
    let prefecture = match own.area.level {
        AreaLevel::Prefecture => "",
        _ => own.area.prefecture.as_deref().unwrap_or_default(),
    };
    sheet_name(None, &NameWords { prefecture, insurer: own.area.short_name(), date })
}

/// The shipped template.
///
/// # Errors
/// None in a sound build.
pub fn standard_template() -> Result<&'static StandardTemplate> {
    StandardTemplate::shipped().map_err(|error| of_template(&error))
}

fn of_template(error: &FileError) -> Error {
    Error::Internal(error.to_diagnostic().to_string())
}
