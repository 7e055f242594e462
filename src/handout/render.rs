//! From data to the bytes of a PDF.

use std::panic::{AssertUnwindSafe, catch_unwind};

use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::data::Handout;
use super::files::TemplateFiles;
use super::glyphs::Unprintable;
use super::options::{Kind, PageOptions};
use super::problem::{self, TemplateProblem};
use super::view;
use super::words::Words;
use super::world::{MAIN, Paper};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::Date;

/// No paper was made; every problem has its file, its line where known, and a hint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|problem| problem.to_diagnostic().to_string()).collect::<Vec<_>>().join("\n"))]
pub struct HandoutError(pub Vec<TemplateProblem>);

impl HandoutError {
    /// As people are told it.
    pub fn to_diagnostics(&self) -> Vec<Diagnostic> {
        self.0.iter().map(TemplateProblem::to_diagnostic).collect()
    }
}

impl From<TemplateProblem> for HandoutError {
    fn from(problem: TemplateProblem) -> Self {
        Self(vec![problem])
    }
}

/// A paper's bytes with what a person should know of it, or why there is none.
pub type Made = Result<(Vec<u8>, Vec<Diagnostic>), HandoutError>;

/// Makes one handout: PDF/A-2a and PDF/UA-1, tagged, in Japanese. The same input gives the same bytes; `date` is the
/// date in the PDF's own record (the printed one is [`Handout::made_on`]).
///
/// Characters the fonts lack are printed as 〓 and told in a diagnostic. A template that does not work is an error
/// with file and line; it never panics. A template for which [`TemplateFiles::is_edited`] holds may run for ever or
/// eat all memory: render it in a process of its own, by [`super::typesetter`].
pub fn render(handout: &Handout, kind: Kind, options: &PageOptions, template: &TemplateFiles, date: Date) -> Made {
    // A panic inside the typesetting library, met on an odd template, must not end the service.
    catch_unwind(AssertUnwindSafe(|| make(handout, kind, options, template, date))).unwrap_or_else(|_| {
        let problem = TemplateProblem::new(MAIN, None, "配布資料を組めませんでした。");
        Err(problem.hint("ひな形を書きかえたときは、もとのひな形に戻して試してください。").into())
    })
}

/// Lets go of what the typesetting library remembers of earlier documents. Between documents of a batch this keeps
/// memory flat and costs no speed.
pub fn forget() {
    comemo::evict(0);
}

/// Reads what every paper needs: fonts, layouts, the typesetting library itself.
pub(super) fn warm_up() {
    // What does not work is told by the paper that needs it.
    let _ = catch_unwind(|| super::world::warm_up(&TemplateFiles::shipped()));
}

fn make(handout: &Handout, kind: Kind, options: &PageOptions, template: &TemplateFiles, date: Date) -> Made {
    let mut unprintable = Unprintable::default();
    let handout = view::clean(handout, &mut unprintable);
    let words = Words::compile(template)?;
    let data = view::build(&handout, kind, options, &words, date, &mut unprintable)?;
    let world = Paper::new(template, data.to_string())?;

    let told = |diagnostics: &[typst::diag::SourceDiagnostic]| {
        HandoutError(diagnostics.iter().map(|diagnostic| problem::from_typst(&world, diagnostic)).collect())
    };
    let document = typst::compile::<PagedDocument>(&world).output.map_err(|errors| told(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).map_err(|error| {
        TemplateProblem::new(MAIN, None, format!("PDFの規格を選べませんでした。（{}）", error.message()))
    })?;
    let creator = Smart::Custom(Some(format!("chiiki-sheet {}", env!("CARGO_PKG_VERSION"))));
    let options = PdfOptions { standards, creator, ..PdfOptions::default() };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| told(&errors))?;

    let mut diagnostics = Vec::new();
    if !unprintable.is_empty() {
        let listed = unprintable.list();
        let message = format!("{}に印刷できない文字がありました（{listed}）。〓で印刷しました。", kind.label());
        let hint = "絵文字や外字は、別の文字に置きかえると印刷できます。シートの文字は変えていません。";
        let place = Place::file(format!("{}（{}）", handout.insurer, kind.label()));
        diagnostics.push(Diagnostic::warning("handout-unprintable", message).hint(hint).at(place));
    }
    Ok((pdf, diagnostics))
}
