//! One call for every front: the template decides how the sheet is made.

use std::path::Path;

use super::{Bases, FillRequest, Report, fill_marked, fill_on, standard_template};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::fill::marks::MarkedTemplate;
use crate::intake::Evidence;

/// Makes what was asked for. A template with marks is filled, one without marks is a form to be filled in place;
/// without a template it is the standard sheet.
///
/// # Errors
/// As [`fill_on`], [`fill_marked`] and [`marked_template`].
pub fn make(request: &FillRequest, bases: &Bases, evidence: &Evidence, catalog: &Catalog) -> Result<Report> {
    match bases.template.as_deref().map(marked_template).transpose()?.flatten() {
        Some(template) => fill_marked(request, evidence, catalog, &template),
        None => fill_on(request, bases, evidence, catalog, standard_template()?),
    }
}

/// A template with marks. A workbook without any is a form to be filled in place: `None`.
///
/// # Errors
/// The user's mistake: nothing there, no Excel file, a folder whose file has no marks.
pub fn marked_template(path: &Path) -> Result<Option<MarkedTemplate>> {
    let template = MarkedTemplate::open(path)?;
    if template.has_marks() {
        return Ok(Some(template));
    }
    if path.is_dir() {
        return Err(Error::Usage(format!(
            "ひな形『{}』に差し込み記号（{{{{…}}}}）がありません。chiiki-sheet lint で確かめてください。",
            path.display()
        )));
    }
    Ok(None)
}
