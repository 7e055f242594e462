//! One call for every front: the template decides how the sheet is made.

use std::path::Path;

use super::{Bases, FillRequest, Report, fill_marked, fill_on, standard_template};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::fill::marks::{MarkedTemplate, workbooks_in};
use crate::fill::{SheetTexts, StandardTemplate};
use crate::intake::Evidence;

/// Makes what was asked for. A template with marks is filled, one without marks is a form to be filled in place;
/// without a template, or by a folder without a workbook of its own, it is the standard sheet. The folder gives the
/// sheet its words (`texts/sheet/*.hbs`) and papers their layouts and sentences.
///
/// # Errors
/// As [`fill_on`], [`fill_marked`] and [`marked_template`].
pub fn make(request: &FillRequest, bases: &Bases, evidence: &Evidence, catalog: &Catalog) -> Result<Report> {
    let Some(path) = bases.template.as_deref() else {
        return fill_on(request, bases, evidence, catalog, standard_template()?);
    };
    if let Some(template) = marked_template(path)? {
        return fill_marked(request, bases, evidence, catalog, &template);
    }
    if !path.is_dir() {
        return fill_on(request, bases, evidence, catalog, standard_template()?);
    }
    let (texts, told) = SheetTexts::from_folder(path);
    let template = StandardTemplate::with_texts(texts).map_err(|error| super::of_template(&error))?;
    let mut report = fill_on(request, bases, evidence, catalog, &template)?;
    report.diagnostics.splice(0..0, told);
    Ok(report)
}

/// A template with marks. `None`: a workbook without any is a form to be filled in place, and a folder of layouts and
/// sentences without a workbook of its own, or with the shipped one, leaves the workbook the standard one.
///
/// # Errors
/// The user's mistake: nothing there, nothing of a template in the folder, several Excel files, a folder whose workbook
/// is neither shipped nor has marks.
pub fn marked_template(path: &Path) -> Result<Option<MarkedTemplate>> {
    if path.is_dir() {
        match workbooks_in(path)?.as_slice() {
            [] if holds(path, &["typ", "toml", "hbs"])? => return Ok(None),
            [file] if std::fs::read(file).is_ok_and(|bytes| StandardTemplate::is_shipped(&bytes)) => return Ok(None),
            _ => {}
        }
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
