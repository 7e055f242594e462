//! A request becomes a job, a job gives a report. Every front (command line, folder, page) comes through here.

mod base;
mod insurers;
mod make;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::catalog::Catalog;
use crate::compare::{self, Comparison, Participant, Selection, Thresholds};
use crate::deliver::naming::{NameWords, Patterns, sheet_name};
use crate::deliver::publish::{Replace, backup_copy, publish};
use crate::diagnostic::Diagnostic;
use crate::disk::fault;
use crate::error::{Cancel, Error, FileError, Result};
use crate::fill::marks::MarkedTemplate;
use crate::fill::public::{public_copy, public_name};
use crate::fill::{self, StandardTemplate, ledger::Ledger};
use crate::handout::{Kind, TemplateFiles};
use crate::intake::Evidence;
use crate::layout::Context;
use crate::model::{Area, AreaLevel, Date};
use crate::papers::{self, PaperRequest, SetPapers};
use crate::refill::{self, Base, Changes, Incoming, Marked, RefillOptions, find_marked_in_folder};
use crate::request::resolve_area;
use crate::template::package::Package;

pub use insurers::insurers;
pub use make::{make, marked_template};
pub use wanted::Wanted;

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
    /// Whether the workbook is made; without it, papers only
    pub xlsx: bool,
    /// Papers to print
    pub papers: Vec<Kind>,
    /// Folder for what is made
    pub out: PathBuf,
    /// The day written on what is made
    pub date: Date,
    /// Make the copy to hand out instead, see [`fill::public`]
    pub public: bool,
    /// What the files are called
    pub names: Patterns,
    /// Asked between pieces of the work; who stops finds everything as it was
    pub cancel: Cancel,
}

impl FillRequest {
    /// The workbook of one insurer and nothing else, by the product's own rules.
    pub fn new(own: impl Into<String>, out: PathBuf, date: Date) -> Self {
        Self {
            own: own.into(),
            compare: Vec::new(),
            from: None,
            to: None,
            add: Vec::new(),
            thresholds: Thresholds::default(),
            xlsx: true,
            papers: Vec::new(),
            out,
            date,
            public: false,
            names: Patterns::default(),
            cancel: Cancel::default(),
        }
    }

    /// Whether the working book itself is written; the copy to hand out leaves it as it stands.
    fn writes_book(&self) -> bool {
        self.xlsx && !self.public
    }
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
    /// What a refill changed; nothing for a fresh sheet
    #[serde(skip_serializing_if = "Changes::is_empty")]
    pub changes: Changes,
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
    diagnostics.extend(added_without_years(&comparison, &own, evidence));
    Ok((comparison, diagnostics))
}

/// Indicators of 「指標追加」 that stand empty though the files speak of them, because they do so by calendar year, month or
/// day: such figures fill no 年度, and an empty row would look as if there were none.
fn added_without_years(comparison: &Comparison, own: &Area, evidence: &Evidence) -> Option<Diagnostic> {
    let empty = comparison.rows.iter().filter(|row| row.added && row.figures.keys().all(|(whose, _)| *whose != 0));
    let elsewhere = |id: &str| {
        evidence
            .observations
            .iter()
            .any(|o| o.indicator.as_str() == id && o.area.key() == own.key() && o.period.form_year.is_none())
    };
    let ids: Vec<&str> = empty.map(|row| row.indicator.id.as_str()).filter(|id| elsewhere(id)).collect();
    (!ids.is_empty()).then(|| {
        Diagnostic::info(
            "added-without-years",
            format!(
                "追加した指標 {} の数値は、年度ではなく年や月のものだけのため、様式の年度の欄には入れていません。",
                ids.join("、")
            ),
        )
    })
}

pub(crate) fn check_years(from: Option<i32>, to: Option<i32>) -> Result<()> {
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

pub(crate) fn check_added(id: &str, catalog: &Catalog, evidence: &Evidence) -> Result<String> {
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

/// Books a fill starts from instead of a fresh standard sheet.
#[derive(Clone, Debug, Default)]
pub struct Bases {
    /// A sheet people worked in (`--previous`)
    pub previous: Option<PathBuf>,
    /// A form to be filled in place (`--template FILE.xlsx`), or a folder of people's own template
    pub template: Option<PathBuf>,
    /// New figures win over numbers people wrote (`--adopt`)
    pub adopt: bool,
}

impl Bases {
    /// The template, when it is a folder: its layouts and sentences are for the papers.
    fn folder(&self) -> Option<&Path> {
        self.template.as_deref().filter(|template| template.is_dir())
    }

    /// The template, when it is a form to be filled in place.
    fn form(&self) -> Option<&Path> {
        self.template.as_deref().filter(|template| !template.is_dir())
    }
}

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

/// The copy to hand out, the papers, and everything published. Nothing is before all of it is there: who stops
/// meanwhile finds everything as it was. A paper's layout that does not work keeps back the papers only.
fn finish(
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
        public = Some((name, copy.map_err(|error| Error::Usage(error.to_diagnostic().to_string()))?));
    }
    let papers = set_papers(request, layouts, &comparison, &workbook, evidence, catalog);
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
        public: request.public,
        name: request.names.paper.as_deref(),
        cancel: &request.cancel,
    };
    papers::set_all(comparison, evidence, workbook, Context::new(catalog, None), &paper)
}

/// A workbook with what it shows, not published yet.
struct Made {
    comparison: Comparison,
    workbook: Vec<u8>,
    report: Report,
    home: Home,
}

/// Where a workbook goes.
struct Home {
    /// The book it takes the place of
    standing: Option<PathBuf>,
    /// The name of its own otherwise
    name: String,
    /// It is the standing book, byte for byte
    nothing_new: bool,
}

impl Home {
    fn fresh(name: String) -> Self {
        Self { standing: None, name, nothing_new: false }
    }
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
        && refill::find_in_folder(&request.out, &name, own.area.key())?.0.is_none()
        && let Some(mut made) = refill_marked(request, bases, &name, &comparison, &mut diagnostics)?
    {
        made.report.diagnostics = diagnostics;
        return Ok(made);
    }
    let start = base::choose(&request.out, &name, &own.area, bases, catalog)?;
    let Some(chosen) = start.base else {
        let mut made = fresh(request, name, comparison, diagnostics, &read, &start.incoming, catalog, template)?;
        made.report.diagnostics.extend(start.diagnostics);
        return Ok(made);
    };
    let (comparison, mut diagnostics) = match earlier_years(request, &comparison, &chosen.book) {
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

/// Files that speak of insurers, but of none of those compared.
fn files_of_others<'a>(comparison: &Comparison, evidence: &'a Evidence) -> BTreeSet<&'a str> {
    let mut files: BTreeMap<&str, bool> = BTreeMap::new();
    let places =
        evidence.observations.iter().filter(|o| !matches!(o.area.level, AreaLevel::Nation | AreaLevel::Prefecture));
    for o in places {
        let ours = comparison.participants.iter().any(|one| one.area.key() == o.area.key());
        *files.entry(&o.source.file.name).or_default() |= ours;
    }
    files.into_iter().filter(|(_, ours)| !ours).map(|(file, _)| file).collect()
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

/// A sheet that shows more years than the default keeps showing as many: the request for them, when it does.
fn earlier_years(request: &FillRequest, comparison: &Comparison, book: &Base) -> Option<FillRequest> {
    let shown = book.years();
    if request.from.is_some() || request.to.is_some() || shown.len() <= comparison.years.len() {
        return None;
    }
    let newest = comparison.years.last()?.year.max(*shown.last()?);
    let from = newest - i32::try_from(shown.len()).ok()? + 1;
    Some(FillRequest { from: Some(from), ..request.clone() })
}

fn file_name(own: &Participant, date: Date, pattern: Option<&str>) -> Result<String> {
    let prefecture = match own.area.level {
        AreaLevel::Prefecture => "",
        _ => own.area.prefecture.as_deref().unwrap_or_default(),
    };
    sheet_name(pattern, &NameWords { prefecture, insurer: own.area.short_name(), date })
}

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
    if let Some(mut made) = refill_marked(request, bases, &name, &comparison, &mut diagnostics)? {
        made.report.diagnostics = diagnostics;
        return finish(request, template.folder.as_deref(), made, evidence, catalog);
    }
    let filled = template.fill(&comparison, request.date, standard_template()?).map_err(of_user)?;
    diagnostics.extend(filled.diagnostics);
    let report = Report { outputs: Vec::new(), ledger: filled.ledger, changes: Changes::default(), diagnostics };
    let made = Made { comparison, workbook: filled.bytes, report, home: Home::fresh(name) };
    finish(request, template.folder.as_deref(), made, evidence, catalog)
}

/// Refills the book of marks that stands for this insurer; `None` when there is none.
fn refill_marked(
    request: &FillRequest,
    bases: &Bases,
    name: &str,
    comparison: &Comparison,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<Made>> {
    let of_user = |error: FileError| Error::Usage(error.to_diagnostic().to_string());
    let own = comparison.participants.first().ok_or_else(|| Error::Internal("no own area".to_owned()))?;
    let (standing, told) = find_marked_in_folder(&request.out, name, own.area.key())?;
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
    let refilled = book.refill(comparison, request.date, bases.adopt).map_err(of_user)?;
    diagnostics.extend(refilled.diagnostics);
    let home = Home { standing, name: name.to_owned(), nothing_new: refilled.nothing_new };
    let report =
        Report { outputs: Vec::new(), ledger: refilled.ledger, changes: refilled.changes, diagnostics: Vec::new() };
    Ok(Some(Made { comparison: comparison.clone(), workbook: refilled.bytes, report, home }))
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
