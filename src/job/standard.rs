//! The form's workbook: filled afresh, or refilled where one of the same insurer stands.

use std::collections::BTreeSet;

use super::finish::{Home, Made, finish};
use super::marked::refill_marked;
use super::understand::understand;
use super::{Bases, FillRequest, Report, base, file_name, of_template};
use crate::catalog::Catalog;
use crate::compare::{Comparison, MAX_YEARS};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::fill::{self, StandardTemplate};
use crate::intake::Evidence;
use crate::model::{Area, AreaLevel};
use crate::refill::{self, Base, Changes, Incoming, RefillOptions};

/// Fills the standard sheet and publishes it. A sheet of the same insurer in the folder is refilled instead.
///
/// # Errors
/// See [`understand`]; a folder that cannot be written to.
pub fn fill_sheet(
    request: &FillRequest,
    evidence: &Evidence,
    catalog: &Catalog,
    template: &StandardTemplate,
) -> Result<Report> {
    fill_on(request, &Bases::default(), evidence, catalog, template)
}

/// [`fill_sheet`] on given books.
///
/// # Errors
/// As [`fill_sheet`]; a book that cannot be read, or that is another insurer's.
pub fn fill_on(
    request: &FillRequest,
    bases: &Bases,
    evidence: &Evidence,
    catalog: &Catalog,
    template: &StandardTemplate,
) -> Result<Report> {
    fill_with(request, bases, evidence, catalog, template, false)
}

/// [`fill_sheet`] for one of many insurers made from the same files: remarks on the others' files do not stand on its
/// sheet.
///
/// # Errors
/// As [`fill_sheet`].
pub fn fill_one_of_many(
    request: &FillRequest,
    evidence: &Evidence,
    catalog: &Catalog,
    template: &StandardTemplate,
) -> Result<Report> {
    fill_with(request, &Bases::default(), evidence, catalog, template, true)
}

fn fill_with(
    request: &FillRequest,
    bases: &Bases,
    evidence: &Evidence,
    catalog: &Catalog,
    template: &StandardTemplate,
    of_many: bool,
) -> Result<Report> {
    let made = make_workbook(request, bases, evidence, catalog, template, of_many)?;
    finish(request, bases.folder(), made, evidence, catalog)
}

/// Fills or refills the workbook.
fn make_workbook(
    request: &FillRequest,
    bases: &Bases,
    evidence: &Evidence,
    catalog: &Catalog,
    template: &StandardTemplate,
    of_many: bool,
) -> Result<Made> {
    request.cancel.check()?;
    let (comparison, mut diagnostics) = understand(request, evidence, catalog)?;
    let mut read = evidence.diagnostics.clone();
    if of_many {
        let others = files_of_others(&comparison, evidence);
        for told in [&mut read, &mut diagnostics] {
            told.retain(|one| one.place.file.as_ref().is_none_or(|file| !others.contains(file.as_str())));
        }
    }
    let own = comparison.participants.first().ok_or_else(|| Error::Internal("no own area".to_owned()))?;
    let name = file_name(own, request.date, request.names.sheet.as_deref())?;
    // A book of marks is refilled as such unless a sheet of the form's kind lies beside it.
    if bases.form().is_none()
        && refill::find_in_folder(&request.out, &name, own.area.key(), &request.shelf)?.0.is_none()
        && let Some(mut made) =
            refill_marked(request, bases, None, &name, &comparison, (evidence, catalog), &mut diagnostics)?
    {
        made.report.diagnostics.splice(0..0, diagnostics);
        return Ok(made);
    }
    let start = base::choose((request, &name), &own.area, bases, evidence, of_many, catalog)?;
    let Some(chosen) = start.base else {
        let mut made = fresh(request, name, comparison, diagnostics, &read, &start.incoming, catalog, template)?;
        made.report.diagnostics.extend(start.diagnostics);
        return Ok(made);
    };
    let (comparison, mut diagnostics) = match as_it_stands(request, &comparison, &chosen.book, catalog) {
        Some(request) => understand(&request, evidence, catalog)?,
        None => (comparison, diagnostics),
    };
    diagnostics.extend(start.diagnostics);
    let options = RefillOptions {
        date: request.date,
        adopt: bases.adopt,
        fixed_years: request.from.is_some() || request.to.is_some(),
    };
    let told: Vec<Diagnostic> = read.iter().chain(&diagnostics).cloned().collect();
    let refilled = refill::refill(&chosen.book, &comparison, options, &told, &start.incoming, catalog, template)
        .map_err(|error| Error::Usage(error.to_diagnostic().to_string()))?;
    diagnostics.extend(refilled.diagnostics);
    let home = Home { standing: chosen.standing, name: chosen.name, nothing_new: refilled.nothing_new };
    let report = Report { outputs: Vec::new(), ledger: refilled.ledger, changes: refilled.changes, diagnostics };
    Ok(Made { comparison, workbook: refilled.bytes, report, home })
}

/// A fresh standard sheet, with texts of an earlier book in its fields.
#[allow(clippy::too_many_arguments, reason = "one call site; the values are one request's whole context")]
fn fresh(
    request: &FillRequest,
    name: String,
    comparison: Comparison,
    mut diagnostics: Vec<Diagnostic>,
    read: &[Diagnostic],
    incoming: &[Incoming],
    catalog: &Catalog,
    template: &StandardTemplate,
) -> Result<Made> {
    let told: Vec<Diagnostic> = read.iter().chain(&diagnostics).cloned().collect();
    let filled =
        fill::fill_standard(template, &comparison, &told, request.date).map_err(|error| of_template(&error))?;
    diagnostics.extend(filled.diagnostics);
    let moved =
        refill::into_standard(filled.bytes, incoming, catalog, template).map_err(|error| of_template(&error))?;
    let refill::Moved { bytes, placed, left, diagnostics: told } = moved;
    diagnostics.extend(told);
    if placed > 0 || left > 0 {
        diagnostics.push(
            Diagnostic::info(
                "texts-moved",
                match left {
                    0 => format!("前のシートの文章{placed}件を同じ欄に移しました。"),
                    _ => {
                        format!("前のシートの文章{placed}件を同じ欄に移し、欄の無い{left}件を「引継ぎ」に載せました。")
                    }
                },
            )
            .hint("前のシートの図やコメントは移していません。前のファイルはそのまま残っています。"),
        );
    }
    let changes = Changes { handed_over: left, ..Changes::default() };
    let report = Report { outputs: Vec::new(), ledger: filled.ledger, changes, diagnostics };
    Ok(Made { comparison, workbook: bytes, report, home: Home::fresh(name) })
}

/// A sheet keeps the years and the added indicators it shows, whatever is asked for this time: the request for them.
fn as_it_stands(request: &FillRequest, comparison: &Comparison, book: &Base, catalog: &Catalog) -> Option<FillRequest> {
    let mut wider = request.clone();
    let years = book.years_with(comparison);
    let earlier = years.first().zip(comparison.years.first()).is_some_and(|(first, shown)| *first < shown.year);
    if request.from.is_none() && request.to.is_none() && earlier {
        // Where years lie between those that stand and those of the files, the oldest go.
        let last = years.last().copied();
        let first = years.first().copied().zip(last).map(|(first, last)| first.max(last - MAX_YEARS + 1));
        (wider.from, wider.to) = (first, last);
    }
    if book.sheet_id().is_some() {
        let compared = |id: &str| comparison.rows.iter().any(|row| row.indicator.id.as_str() == id);
        let added = book.map().rows.iter().map(|row| row.id.as_str()).filter(|id| !compared(id));
        wider.add.extend(added.filter(|id| catalog.indicator(id).is_some()).map(str::to_owned));
    }
    let asked = (wider.from, wider.to, wider.add.len());
    (asked != (request.from, request.to, request.add.len())).then_some(wider)
}

/// Files that speak of insurers, but of none of those compared.
fn files_of_others<'a>(comparison: &Comparison, evidence: &'a Evidence) -> BTreeSet<&'a str> {
    let is_insurer = |area: &Area| !matches!(area.level, AreaLevel::Nation | AreaLevel::Prefecture);
    let compared = || comparison.participants.iter().map(|one| &*one.area).filter(|area| is_insurer(area));
    let others = evidence.spoken().into_iter().filter(|(_, areas)| {
        areas.values().any(|area| is_insurer(area)) && !compared().any(|area| areas.contains_key(area.key()))
    });
    others.map(|(file, _)| file).collect()
}
