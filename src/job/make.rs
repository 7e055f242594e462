//! One call for every front: the template decides how the sheet is made.

use std::path::Path;

use super::{Bases, FillRequest, Report, fill_marked, fill_on, standard_template};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::fill::marks::MarkedTemplate;
use crate::intake::Evidence;

/// Makes what was asked for. A template with marks is filled, one without marks is a form to be filled in place;
/// without a template, or by a folder without a workbook, it is the standard sheet. Papers take the layouts and
/// sentences a folder holds.
///
/// # Errors
/// As [`fill_on`], [`fill_marked`] and [`marked_template`].
pub fn make(request: &FillRequest, bases: &Bases, evidence: &Evidence, catalog: &Catalog) -> Result<Report> {
    match bases.template.as_deref().map(marked_template).transpose()?.flatten() {
        Some(template) => fill_marked(request, evidence, catalog, &template),
        None => fill_on(request, bases, evidence, catalog, standard_template()?),
    }
}

/// A template with marks. A workbook without any is a form to be filled in place: `None`; so is a folder that holds
/// layouts and sentences but no workbook.
///
/// # Errors
/// The user's mistake: nothing there, nothing of a template in the folder, a folder whose workbook has no marks.
pub fn marked_template(path: &Path) -> Result<Option<MarkedTemplate>> {
    if path.is_dir() && !holds(path, &["xlsx", "xlsm"])? && holds(path, &["typ", "toml", "hbs"])? {
        return Ok(None);
    }
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

/// Whether the folder, or one of the folders of texts in it, holds a file with one of these endings.
fn holds(folder: &Path, endings: &[&str]) -> Result<bool> {
    for folder in [folder.to_path_buf(), folder.join("texts"), folder.join("texts/sheet")] {
        if !folder.is_dir() {
            continue;
        }
        let io = Error::io(&folder, "読み取り", "ひな形の場所を確かめてください。");
        for entry in std::fs::read_dir(&folder).map_err(io)? {
            let path = entry.map_err(Error::io(&folder, "読み取り", "ひな形の場所を確かめてください。"))?.path();
            let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            let temporary = path.file_name().unwrap_or_default().to_string_lossy().starts_with("~$");
            if !temporary && endings.contains(&ending.as_str()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
