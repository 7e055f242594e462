//! Handouts of a comparison: from the figures and the texts on the workbook to published PDFs.

use std::collections::BTreeMap;
use std::path::Path;

use crate::compare::{Comparison, HAND_WRITTEN};
use crate::deliver::{NameWords, Replace, paper_name, publish};
use crate::diagnostic::Diagnostic;
use crate::error::{Cancel, Error, FileError, Result};
use crate::fill::Compiled;
use crate::fill::draft::DRAFT_LINE;
use crate::handout::{Handout, Kind, Options, PageOptions, TemplateFiles, Typesetter, child, options, prepare};
use crate::intake::{Evidence, take_book};
use crate::layout::Context;
use crate::model::{AreaLevel, Date, EntryText};
use crate::read::{Limits, read_bytes};

/// What to print.
#[derive(Clone, Debug)]
pub struct PaperRequest<'a> {
    /// Which papers
    pub kinds: &'a [Kind],
    /// The day printed
    pub date: Date,
    /// What was told while filling: numbers people wrote by hand stand on the sheet and not on the papers
    pub told: &'a [Diagnostic],
    /// For handing out: file names are left out
    pub public: bool,
    /// Pattern of the file names; `None` for the product's own
    pub name: Option<&'a str>,
    /// The template's files
    pub template: &'a TemplateFiles,
    /// Where they are set
    pub typesetter: &'a Typesetter,
    /// Asked between papers
    pub cancel: &'a Cancel,
}

/// What became of it: the PDFs by kind, and what a person should know.
#[derive(Clone, Debug, Default)]
pub struct Papers {
    /// Where each paper lies
    pub paths: Vec<std::path::PathBuf>,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Papers that are set and not published yet: name and bytes.
#[derive(Clone, Debug, Default)]
pub struct SetPapers {
    pdfs: Vec<(String, Vec<u8>)>,
    diagnostics: Vec<Diagnostic>,
}

impl SetPapers {
    /// Publishes them.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn publish(self, out: &Path) -> Result<Papers> {
        let mut papers = Papers { paths: Vec::new(), diagnostics: self.diagnostics };
        for (name, pdf) in self.pdfs {
            let published = publish(out, &name, &pdf, Replace::Ours)?;
            papers.diagnostics.extend(published.notice);
            papers.paths.push(published.path);
        }
        Ok(papers)
    }
}

/// Makes the papers of one comparison. `workbook` is the filled sheet: its entry fields are printed.
///
/// # Errors
/// A template that does not work (the earlier PDF stays), or a person's word to stop.
pub fn set_all(
    comparison: &Comparison,
    evidence: &Evidence,
    workbook: &[u8],
    context: Context<'_>,
    request: &PaperRequest<'_>,
) -> Result<SetPapers> {
    let (mut texts, struck) = texts_of(workbook, context)?;
    if request.public {
        // What nobody has looked at does not leave the house.
        texts.retain(|text| !text.text.starts_with(DRAFT_LINE));
    }
    let layouts: BTreeMap<String, &'static str> =
        evidence.files.iter().filter_map(|file| Some((file.sha256.clone(), file.layout?))).collect();
    // Of what was told since reading, that which explains figures on the paper.
    let kept = request.told.iter().filter(|told| [HAND_WRITTEN, "mixed-standardisation"].contains(&told.code));
    let diagnostics: Vec<Diagnostic> = evidence.diagnostics.iter().chain(kept).cloned().collect();
    let background = prepare::Background {
        observations: &evidence.observations,
        texts: &texts,
        layouts: &layouts,
        diagnostics: &diagnostics,
    };
    let mut handout = prepare::prepare(comparison, background, request.date, false);
    if request.public {
        handout.leave_out_files();
    }
    let settings = request.template.get(options::FILE).unwrap_or_default();
    let options = Options::parse(settings).map_err(|problem| Error::Usage(problem.to_diagnostic().to_string()))?;
    let mut papers = SetPapers { diagnostics: struck.into_iter().collect(), ..SetPapers::default() };
    papers.diagnostics.extend(unchecked(&texts));
    for &kind in request.kinds {
        request.cancel.check()?;
        let page = options.of(kind);
        let (pdf, told) = set(&handout, kind, page, request)?;
        papers.diagnostics.extend(told);
        papers.pdfs.push((name(comparison, kind, request)?, pdf));
    }
    Ok(papers)
}

/// The bytes of one paper.
fn set(
    handout: &Handout,
    kind: Kind,
    options: &PageOptions,
    request: &PaperRequest<'_>,
) -> Result<(Vec<u8>, Vec<Diagnostic>)> {
    let sent = child::Request {
        handout: handout.clone(),
        kind,
        options: options.clone(),
        template: request.template.clone(),
        date: request.date,
    };
    let made = request.typesetter.set(&sent, request.cancel)?;
    request.cancel.check()?;
    made.map_err(|error| Error::Usage(error.to_string()))
}

/// `見本県 みほん市_配布資料.pdf`
fn name(comparison: &Comparison, kind: Kind, request: &PaperRequest<'_>) -> Result<String> {
    let Some(own) = comparison.participants.first() else { return Err(Error::Internal("no own area".to_owned())) };
    let prefecture = match own.area.level {
        AreaLevel::Prefecture => "",
        _ => own.area.prefecture.as_deref().unwrap_or_default(),
    };
    let words = NameWords { prefecture, insurer: own.area.short_name(), date: request.date };
    paper_name(request.name, &words, kind.label())
}

/// Drafts nobody has looked at yet: the papers mark them.
fn unchecked(texts: &[EntryText]) -> Option<Diagnostic> {
    let drafts = texts.iter().filter(|text| text.text.starts_with(DRAFT_LINE)).count();
    (drafts > 0).then(|| {
        let message = format!(
            "印刷する資料に、まだ確かめていない下書きが{drafts}か所載っています（「下書き・未確認」と印刷しました）。"
        );
        let hint = "配る前に、シートの「全国平均等との比較」を確かめて直し、1行目を消してから、作り直してください。";
        Diagnostic::info("paper-drafts", message).hint(hint)
    })
}

/// What people wrote on a workbook, without the words they struck out, and where these are.
fn texts_of(workbook: &[u8], context: Context<'_>) -> Result<(Vec<EntryText>, Option<Diagnostic>)> {
    let fault = |error: FileError| Error::Internal(error.to_diagnostic().to_string());
    let book = read_bytes("workbook.xlsx", workbook, &Limits::default()).map_err(fault)?;
    let mut texts = take_book(&book, context).texts;
    // Older formats have no formatting that could be read.
    let compiled = Compiled::new(workbook).ok();
    let mut places = Vec::new();
    for text in &mut texts {
        let (sheet, cell) = (&text.source.sheet, text.source.cell);
        // A cell whose looks cannot be told is printed as it stands: no reason to make no paper.
        if let Some(standing) = compiled.as_ref().and_then(|book| book.standing_text(sheet, cell).ok().flatten()) {
            text.text = standing;
            places.push(format!("「{sheet}」{cell}"));
        }
    }
    texts.retain(|text| !text.text.trim().is_empty());
    let told = (!places.is_empty()).then(|| {
        let message = format!("取り消し線の付いた言葉（{}）は、配布資料に載せていません。", places.join("、"));
        let hint = "載せるときは、シートで取り消し線を外してください。シートの文章は変えていません。";
        Diagnostic::info("struck-words", message).hint(hint)
    });
    Ok((texts, told))
}
