//! Templates of people's own with marks: filled, or refilled where a book made from them stands.

use std::collections::BTreeSet;

use super::finish::{Home, Made, finish};
use super::understand::understand;
use super::{Bases, FillRequest, Report, base, file_name, marked_texts, standard_template};
use crate::catalog::Catalog;
use crate::compare::{Comparison, MAX_YEARS};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, FileError, Result};
use crate::fill::marks::MarkedTemplate;
use crate::intake::Evidence;
use crate::refill::{Changes, Marked, find_marked_in_folder};

/// Fills a template of people's own and publishes it. A book that was made from marks for the same insurer, lying in
/// the folder or given as the previous one, is refilled instead.
///
/// # Errors
/// See [`understand`]; a template that cannot be filled; a folder that cannot be written to.
pub fn fill_marked(
    request: &FillRequest,
    bases: &Bases,
    evidence: &Evidence,
    catalog: &Catalog,
    template: &MarkedTemplate,
) -> Result<Report> {
    request.cancel.check()?;
    let (comparison, mut diagnostics) = understand(request, evidence, catalog)?;
    let of_user = |error: FileError| Error::Usage(error.to_diagnostic().to_string());
    let own = comparison.participants.first().ok_or_else(|| Error::Internal("no own area".to_owned()))?;
    let name = file_name(own, request.date, template.file_name.as_deref().or(request.names.sheet.as_deref()))?;
    let name = base::with_extension(&name, template.has_macros());
    let files = (evidence, catalog);
    if let Some(mut made) = refill_marked(request, bases, Some(template), &name, &comparison, files, &mut diagnostics)?
    {
        made.report.diagnostics.splice(0..0, diagnostics);
        return finish(request, template.folder.as_deref(), made, evidence, catalog);
    }
    let comparison = match with_years(request, &comparison, &template.years(), evidence) {
        Some(wider) => {
            let (comparison, told) = understand(&wider, evidence, catalog)?;
            diagnostics = told;
            comparison
        }
        None => comparison,
    };
    let filled = template.fill(&comparison, request.date, standard_template()?).map_err(of_user)?;
    diagnostics.extend(filled.diagnostics);
    let report = Report { outputs: Vec::new(), ledger: filled.ledger, changes: Changes::default(), diagnostics };
    let mut made = Made { comparison, workbook: filled.bytes, report, home: Home::fresh(name) };
    marked_texts::carry(&mut made, bases.previous.as_deref(), evidence, catalog)?;
    finish(request, template.folder.as_deref(), made, evidence, catalog)
}

/// Refills the book of marks that stands for this insurer; `None` when there is none. `template`: the one named now.
pub(super) fn refill_marked(
    request: &FillRequest,
    bases: &Bases,
    template: Option<&MarkedTemplate>,
    name: &str,
    comparison: &Comparison,
    (evidence, catalog): (&Evidence, &Catalog),
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<Made>> {
    let of_user = |error: FileError| Error::Usage(error.to_diagnostic().to_string());
    let own = comparison.participants.first().ok_or_else(|| Error::Internal("no own area".to_owned()))?;
    let (standing, told) = find_marked_in_folder(&request.out, name, own.area.key(), &request.shelf)?;
    diagnostics.extend(told);
    let Some(path) = standing.clone().or_else(|| bases.previous.clone()) else { return Ok(None) };
    let hint = "ファイルの場所を確かめ、Excelで開いていたら閉じてください。";
    let bytes = crate::disk::read(&path).map_err(Error::io(&path, "読み取り", hint))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let book = match Marked::open(&file, &bytes, own.area.key()) {
        Ok(Some(book)) => book,
        Ok(None) => return Ok(None),
        // A form of earlier years saved as .xls holds no marks, but texts.
        Err(error) if standing.is_none() && matches!(error.code, "old-workbook" | "no-workbook") => return Ok(None),
        Err(error) => return Err(Error::Usage(format!("『{file}』{}{}", error.message, error.hint))),
    };
    if template.is_some_and(|template| book.is_of_another(template)) {
        diagnostics.push(
            Diagnostic::warning(
                "template-changed",
                format!("ひな形が変わっていますが、前のひな形から作った『{file}』に入れ直したため、ひな形の変更は入っていません。"),
            )
            .hint("新しいひな形から作るには、前のファイルを別のフォルダーへ移して、もう一度実行してください。"),
        );
    }
    let wider = with_years(request, comparison, &book.years(), evidence);
    let wider = wider.map(|wider| understand(&wider, evidence, catalog)).transpose()?;
    let comparison = match &wider {
        Some((comparison, told)) => {
            diagnostics.extend(told.iter().filter(|one| !diagnostics.contains(one)).cloned().collect::<Vec<_>>());
            comparison
        }
        None => comparison,
    };
    let refilled = book.refill(comparison, request.date, bases.adopt).map_err(of_user)?;
    diagnostics.extend(refilled.diagnostics);
    let home = Home { standing, name: name.to_owned(), nothing_new: refilled.nothing_new };
    let report =
        Report { outputs: Vec::new(), ledger: refilled.ledger, changes: refilled.changes, diagnostics: Vec::new() };
    let mut made = Made { comparison: comparison.clone(), workbook: refilled.bytes, report, home };
    let previous = bases.previous.as_deref().filter(|previous| **previous != path);
    marked_texts::carry(&mut made, previous, evidence, catalog)?;
    Ok(Some(made))
}

/// The request for the years that marks name and files speak of, beside those that are shown anyway: a book keeps the
/// years it shows, whatever the default is. A period that was asked for stays as it is.
fn with_years(
    request: &FillRequest,
    comparison: &Comparison,
    named: &BTreeSet<i32>,
    evidence: &Evidence,
) -> Option<FillRequest> {
    if request.from.is_some() || request.to.is_some() {
        return None;
    }
    let speaks_of = |year: i32| {
        evidence.observations.iter().any(|one| {
            one.period.form_year == Some(year)
                && one.datum.value().is_some()
                && comparison.participants.iter().any(|who| who.area.key() == one.area.key())
        })
    };
    let shown = || comparison.years.iter().map(|year| year.year);
    let mut wanted: BTreeSet<i32> = named.iter().copied().filter(|year| speaks_of(*year)).collect();
    wanted.extend(shown());
    let (first, to) = (*wanted.first()?, *wanted.last()?);
    let from = first.max(to - MAX_YEARS + 1);
    let more = shown().next() != Some(from) || shown().next_back() != Some(to);
    more.then(|| FillRequest { from: Some(from), to: Some(to), ..request.clone() })
}
