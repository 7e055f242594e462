//! The end of a job: a finished book, its copy to hand out and its papers are published together.

use std::path::{Path, PathBuf};

use super::{FillRequest, Output, Report, base, file_name};
use crate::catalog::Catalog;
use crate::compare::Comparison;
use crate::deliver::publish::{Replace, backup_copy, publish};
use crate::diagnostic::Diagnostic;
use crate::disk::fault;
use crate::error::{Error, Result};
use crate::fill::public::{public_copy, public_name};
use crate::handout::TemplateFiles;
use crate::intake::Evidence;
use crate::layout::Context;
use crate::papers::{self, PaperRequest, SetPapers};
use crate::template::package::Package;

/// A workbook with what it shows, not published yet.
pub(super) struct Made {
    pub comparison: Comparison,
    pub workbook: Vec<u8>,
    pub report: Report,
    pub home: Home,
}

/// Where a workbook goes.
pub(super) struct Home {
    /// The book it takes the place of
    pub standing: Option<PathBuf>,
    /// The name of its own otherwise
    pub name: String,
    /// It is the standing book, byte for byte
    pub nothing_new: bool,
}

impl Home {
    pub(super) fn fresh(name: String) -> Self {
        Self { standing: None, name, nothing_new: false }
    }
}

/// The copy to hand out, the papers, and everything published. Nothing is before all of it is there: who stops
/// meanwhile finds everything as it was. A paper's layout that does not work keeps back the papers only.
pub(super) fn finish(
    request: &FillRequest,
    layouts: Option<&Path>,
    made: Made,
    evidence: &Evidence,
    catalog: &Catalog,
) -> Result<Report> {
    let Made { comparison, workbook, mut report, home } = made;
    let mut public = None;
    if request.public && request.xlsx {
        let own = comparison.participants.first().ok_or_else(|| Error::Internal("no own area".to_owned()))?;
        let name = public_name(&file_name(own, request.date, request.names.sheet.as_deref())?);
        let name = base::with_extension(&name, Package::open(workbook.as_slice()).is_ok_and(|book| book.has_macros()));
        let copy = public_copy(workbook.clone(), catalog);
        let (copy, told) = copy.map_err(|error| Error::Usage(error.to_diagnostic().to_string()))?;
        report.diagnostics.extend(told);
        public = Some((name, copy));
    }
    let papers = set_papers(request, layouts, &comparison, &workbook, evidence, &report.diagnostics, catalog);
    request.cancel.check()?;
    if let Some(path) = publish_book(request, &home, &workbook, &mut report.diagnostics)? {
        report.outputs.push(Output { kind: "xlsx", path });
    }
    if let Some((name, copy)) = public {
        let published = publish(&request.out, &name, &copy, Replace::Never)?;
        report.diagnostics.extend(published.notice);
        report.outputs.push(Output { kind: "xlsx", path: published.path });
    }
    let papers = papers?.publish(&request.out)?;
    report.outputs.extend(papers.paths.into_iter().map(|path| Output { kind: "pdf", path }));
    report.diagnostics.extend(papers.diagnostics);
    Ok(report)
}

/// Sets the papers asked for, with the texts that stand on the workbook. `layouts` is the folder with the files
/// people edited.
fn set_papers(
    request: &FillRequest,
    layouts: Option<&Path>,
    comparison: &Comparison,
    workbook: &[u8],
    evidence: &Evidence,
    told: &[Diagnostic],
    catalog: &Catalog,
) -> Result<SetPapers> {
    if request.papers.is_empty() {
        return Ok(SetPapers::default());
    }
    let template = match layouts {
        Some(folder) => TemplateFiles::from_folder(folder)?,
        None => TemplateFiles::shipped(),
    };
    let paper = PaperRequest {
        kinds: &request.papers,
        date: request.date,
        template: &template,
        told,
        public: request.public,
        name: request.names.paper.as_deref(),
        typesetter: &request.typesetter,
        cancel: &request.cancel,
    };
    papers::set_all(comparison, evidence, workbook, Context::new(catalog, None), &paper)
}

/// Writes a book: over the one it was, a dated copy of that first, or under a name of its own.
fn publish_book(
    request: &FillRequest,
    home: &Home,
    bytes: &[u8],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<PathBuf>> {
    if !request.writes_book() {
        return Ok(None);
    }
    let Some(path) = home.standing.as_deref() else {
        let published = publish(&request.out, &home.name, bytes, Replace::Never)?;
        diagnostics.extend(published.notice);
        return Ok(Some(published.path));
    };
    if home.nothing_new {
        diagnostics.push(Diagnostic::info(
            "nothing-new",
            "新しい数値が無いため、シートは前のままです（作成日も変えていません）。",
        ));
        return Ok(Some(path.to_path_buf()));
    }
    fault::point("refill-before-backup");
    let copy = backup_copy(path, request.date)?;
    fault::point("refill-after-backup");
    diagnostics.push(Diagnostic::info(
        "backup",
        format!("書き込む前の控えを『{}』に作りました。", copy.file_name().unwrap_or_default().to_string_lossy()),
    ));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let published = publish(&request.out, &name, bytes, Replace::Ours)?;
    diagnostics.extend(published.notice);
    Ok(Some(published.path))
}
