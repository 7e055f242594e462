//! Fills a template of people's own: each `{{mark}}` becomes what it stands for, everything else stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use handlebars::{Context, Handlebars, Helper as Call, HelperResult, Output, RenderContext, no_escape};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::apply::Compiled;
use super::ledger::{Ledger, MissingFigure, UnfilledPlace};
use super::meta_sheet::{FigureKey, META_SHEET, Meta, Shown, sheet_id};
use super::plan::{CellContent, FillPlan, Look, NewSheet};
use super::standard::{FilledSheet, SOURCE_SHEET, StandardTemplate, run_id};
use super::words::period_span;
use super::{new_sheet, source_sheet};
use crate::catalog::{Catalog, Indicator};
use crate::compare::Comparison;
use crate::diagnostic::{Diagnostic, Place as Spot};
use crate::error::{Error, FileError, Result};
use crate::form::Role;
use crate::model::{AreaLevel, CellRef, Date, Datum, MissingReason};
use crate::notation::wareki;
use crate::read::{Cell, CellValue, Grid, Limits, read_bytes};
use crate::template::elsewhere::marks_elsewhere;
use crate::template::lint::{PERCENT, UNCLOSED, is_percent_figure, marks_in_formulas, needs_row, unclosed_in};
use crate::template::places::{Helper, Mark, Meaning, Place, Value, Year, marks as marks_of, nearest, places, shown};
use crate::template::row_id::{indicator_at, is_unknown, passed_over};

mod record;
mod sheets;

pub use record::{MarkRecord, above, left_of, locate};
pub use sheets::{Home, homes};

/// A template of people's own.
#[derive(Debug)]
pub struct MarkedTemplate {
    compiled: Compiled,
    grids: Vec<Grid>,
    /// Its file's name, or its folder's
    name: String,
    /// Pattern of the file name, from `sheet.toml`
    pub file_name: Option<String>,
    /// The folder it was opened from, if it was one
    pub folder: Option<PathBuf>,
}

/// `sheet.toml` beside the template.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sidecar {
    #[serde(rename = "ファイル名")]
    file_name: Option<String>,
}

impl MarkedTemplate {
    /// Opens an Excel file, or a folder with one Excel file and, if wanted, a `sheet.toml`.
    ///
    /// # Errors
    /// The user's mistake: nothing there, several files, a password, a digital signature, another format.
    pub fn open(path: &Path) -> Result<Self> {
        let (bytes, file_name) = load(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let refuse = |error: FileError| Error::Usage(format!("ひな形『{name}』は、{}{}", error.message, error.hint));
        let folder = path.is_dir().then(|| path.to_path_buf());
        let template = Self::new(bytes, file_name).map_err(refuse)?;
        Ok(Self { folder, name, ..template })
    }

    fn new(bytes: Vec<u8>, file_name: Option<String>) -> std::result::Result<Self, FileError> {
        let compiled = Compiled::new(bytes)?;
        let grids = read_bytes("ひな形", compiled.package().bytes(), &Limits::default())?.grids;
        Ok(Self { compiled, grids, name: String::new(), file_name, folder: None })
    }

    /// Whether any cell holds a mark; without one the file is none of these templates.
    pub fn has_marks(&self) -> bool {
        self.grids.iter().any(|grid| !places(grid).is_empty())
    }

    /// Names its bytes.
    pub fn sha256(&self) -> String {
        Sha256::digest(self.compiled.package().bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The texts of its cells with marks.
    pub fn texts(&self) -> BTreeSet<String> {
        self.grids.iter().flat_map(places).map(|place| place.text).collect()
    }

    /// The years its marks name.
    pub fn years(&self) -> BTreeSet<i32> {
        self.texts().iter().flat_map(|text| years_in(text)).collect()
    }

    fn spot(&self, sheet: &str, cell: impl ToString) -> Spot {
        let file = Some(self.name.clone()).filter(|name| !name.is_empty());
        Spot { file, sheet: Some(sheet.to_owned()), cell: Some(cell.to_string()) }
    }

    /// Whether the workbook says it has macros (xlsm); what is made of it must be named so.
    pub fn has_macros(&self) -> bool {
        self.compiled.package().has_macros()
    }

    /// Fills every mark; unknown ones say so in their cell. 「出典」 and `_meta` come behind the template's own sheets.
    ///
    /// # Errors
    /// As [`Compiled::apply`].
    pub fn fill(
        &self,
        comparison: &Comparison,
        date: Date,
        standard: &StandardTemplate,
    ) -> std::result::Result<FilledSheet, FileError> {
        let mut filling = Filling::new(comparison, date);
        let mut marks = Vec::new();
        let mut plan = FillPlan::default();
        for grid in &self.grids {
            for place in places(grid) {
                let spot = self.spot(&grid.name, place.at);
                if grid.merge_anchor(place.at).is_some_and(|anchor| anchor != place.at) {
                    filling.left_out("結合されたセルに隠れている記号には、差し込めませんでした。", spot);
                    continue;
                }
                if self.compiled.has_formula(&grid.name, place.at)? {
                    continue;
                }
                let content = filling.content(grid, &place, &spot);
                marks.push(filling.record(grid, &place, &content));
                plan.sheet(&grid.name).set(place.at, content);
            }
            for (at, _) in unclosed_in(grid) {
                filling.left_out(UNCLOSED, self.spot(&grid.name, at));
            }
        }
        with_words(&self.grids, &plan, &mut marks);
        for (sheet, cell, _) in marks_in_formulas(self.compiled.package())? {
            filling.left_out("数式の中の記号には、差し込めませんでした。", self.spot(&sheet, cell));
        }
        for one in marks_elsewhere(self.compiled.package())? {
            let spot = Spot { cell: None, ..self.spot(&one.sheet, "") };
            filling.left_out(&one.message(), spot);
        }
        let taken = |name: &str| self.grids.iter().any(|grid| grid.name.eq_ignore_ascii_case(name));
        let free = |name: &str| {
            (1..)
                .map(|number| if number == 1 { name.to_owned() } else { format!("{name} ({number})") })
                .find(|name| !taken(name))
        };
        if let (Some(grid), Some(name)) = (standard.grid(SOURCE_SHEET), free(SOURCE_SHEET)) {
            let (used, places) = used(comparison, &marks);
            let sources = source_sheet::plan_with(grid, &used, |key| places.get(key).cloned());
            plan.new_sheets.push(new_sheet::sources(&name, grid, &sources));
        }
        let meta = meta(comparison, date, marks, self.sha256());
        let cells = meta.plan().cells.into_iter().map(|(at, edit)| (at, (edit.content, Look::Plain))).collect();
        let name = free(META_SHEET).unwrap_or_default();
        plan.new_sheets.push(NewSheet { name, very_hidden: true, cells, ..NewSheet::default() });
        let filled = self.compiled.apply(&plan)?;
        filling.finish();
        filling.diagnostics.extend(filled.notes);
        Ok(FilledSheet { bytes: filled.bytes, ledger: filling.ledger, diagnostics: filling.diagnostics })
    }
}

/// The years the marks of a text name.
pub(crate) fn years_in(text: &str) -> Vec<i32> {
    let marks = marks_of(text);
    let named = marks.iter().filter_map(|mark| match mark.meaning.as_ref()?.value {
        Value::Figure { year: Year::Of(year), .. } => Some(year),
        _ => None,
    });
    named.collect()
}

/// The bytes of a template: the file itself, or the one Excel file of a folder.
///
/// # Errors
/// The user's mistake, in a sentence.
pub fn load(path: &Path) -> Result<(Vec<u8>, Option<String>)> {
    let hint = "ひな形の場所を確かめてください。";
    if !path.is_dir() {
        return Ok((crate::disk::read(path).map_err(Error::io(path, "読み取り", hint))?, None));
    }
    let files = workbooks_in(path)?;
    let [file] = files.as_slice() else {
        return Err(Error::Usage(format!(
            "ひな形のフォルダー『{}』には、Excelファイル（.xlsx）を1つだけ入れてください（いまは{}個あります）。",
            path.display(),
            files.len()
        )));
    };
    let bytes = crate::disk::read(file).map_err(Error::io(file, "読み取り", hint))?;
    let sidecar = path.join("sheet.toml");
    if !sidecar.exists() {
        return Ok((bytes, None));
    }
    let text = crate::disk::read_to_string(&sidecar).map_err(Error::io(&sidecar, "読み取り", hint))?;
    let sidecar: Sidecar = toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        Error::Usage(format!(
            "ひな形の sheet.toml を読み取れません。書けるのは \"ファイル名\" です。（{}）",
            error.message()
        ))
    })?;
    Ok((bytes, sidecar.file_name))
}

/// The Excel files of a template folder, by name.
///
/// # Errors
/// A folder that cannot be read.
pub fn workbooks_in(path: &Path) -> Result<Vec<PathBuf>> {
    let hint = "ひな形の場所を確かめてください。";
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(Error::io(path, "読み取り", hint))? {
        let file = entry.map_err(Error::io(path, "読み取り", hint))?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if !name.starts_with("~$") && (name.ends_with(".xlsx") || name.ends_with(".xlsm")) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// The record of a book made of marks.
pub(crate) fn meta(comparison: &Comparison, date: Date, marks: Vec<MarkRecord>, template: String) -> Meta {
    Meta {
        form: marks.first().map(|mark| mark.sheet.clone()).unwrap_or_default(),
        sheet_id: sheet_id(comparison),
        run: run_id(comparison, date),
        date: Some(date),
        areas: comparison
            .participants
            .iter()
            .map(|who| (who.role, (who.area.key().to_owned(), who.area.name.clone())))
            .collect(),
        thresholds: comparison.thresholds,
        marks,
        template,
        ..Meta::default()
    }
}

/// Sheet and cell of figures: (row of the comparison, participant, year) → place.
type FigurePlaces = BTreeMap<(usize, usize, i32), (String, CellRef)>;

/// The figures a book of marks shows, and the first place of each.
pub(crate) fn used(comparison: &Comparison, marks: &[MarkRecord]) -> (Comparison, FigurePlaces) {
    let mut places = BTreeMap::new();
    for mark in marks {
        for (id, role, year) in &mark.figures {
            let row = comparison.rows.iter().position(|row| row.indicator.id.as_str() == id);
            let who = comparison.participants.iter().position(|one| one.role == *role);
            if let Some((row, who)) = row.zip(who) {
                places.entry((row, who, *year)).or_insert_with(|| (mark.sheet.clone(), mark.at));
            }
        }
    }
    let mut used = comparison.clone();
    for (index, row) in used.rows.iter_mut().enumerate() {
        row.figures.retain(|(who, year), _| places.contains_key(&(index, *who, *year)));
    }
    (used, places)
}

/// Looks the words around each place up, as they stand once a plan is carried out.
pub(crate) fn with_words(grids: &[Grid], plan: &FillPlan, marks: &mut [MarkRecord]) {
    for grid in grids {
        let cells: BTreeMap<CellRef, CellValue> =
            grid.cells().iter().map(|cell| (cell.at, cell.value.clone())).collect();
        let mut after = cells;
        for (at, edit) in plan.sheets.get(&*grid.name).iter().flat_map(|sheet| &sheet.cells) {
            match &edit.content {
                CellContent::Number(number) => after.insert(*at, CellValue::Number(*number)),
                CellContent::Text(text) => after.insert(*at, CellValue::Text(text.as_str().into())),
                _ => after.remove(at),
            };
        }
        let cells = after.into_iter().map(|(at, value)| Cell { at, value }).collect();
        let after = Grid::new(grid.name.clone(), grid.hidden, cells, grid.merges.clone());
        for mark in marks.iter_mut().filter(|mark| *mark.sheet == *grid.name) {
            mark.left = left_of(&after, mark.at);
            mark.above = above(&after, mark.at);
            mark.id = indicator_at(&after, mark.at).unwrap_or_default();
        }
    }
}

/// Marks on their way to what they stand for.
pub(crate) struct Filling<'a> {
    comparison: &'a Comparison,
    date: Date,
    pub(crate) ledger: Ledger,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Why a mark of the last content stands for nothing
    pub(crate) undefined: Option<&'static str>,
    /// Cells with figures of a part of a year: year and months → sheet and cell
    part: BTreeMap<(i32, Option<u8>), Cells>,
}

/// Sheet and cell.
type Cells = BTreeSet<(String, CellRef)>;

/// Cells named in one sentence.
const NAMED: usize = 8;

/// What a mark gave.
enum Given {
    Number(f64, Option<u8>),
    Text(String),
    Nothing,
    Unknown(&'static str),
}

impl<'a> Filling<'a> {
    pub(crate) fn new(comparison: &'a Comparison, date: Date) -> Self {
        Self {
            comparison,
            date,
            ledger: Ledger::default(),
            diagnostics: Vec::new(),
            undefined: None,
            part: BTreeMap::new(),
        }
    }

    /// Says once what is so for many cells.
    pub(crate) fn finish(&mut self) {
        for ((year, months), cells) in std::mem::take(&mut self.part) {
            let named: Vec<String> = cells.iter().take(NAMED).map(|(sheet, at)| format!("「{sheet}」{at}")).collect();
            let more = match cells.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!("、ほか{more}か所"),
            };
            let span = months.map_or_else(|| "年の途中まで".to_owned(), |months| format!("{months}か月分"));
            self.diagnostics.push(
                Diagnostic::warning(
                    "mark-part-year",
                    format!(
                        "{}の数値は{span}で、1年分ではありません。入れたセルは {}{more} です。",
                        wareki(year),
                        named.join("、")
                    ),
                )
                .hint("1年分の数値と比べないよう、様式に「途中の数値」などと書き添えてください。"),
            );
        }
    }

    /// What `_meta` keeps of a place; the words around it are looked up by [`with_words`].
    pub(crate) fn record(&self, grid: &Grid, place: &Place, content: &CellContent) -> MarkRecord {
        let figures = place.marks.iter().filter_map(|mark| self.figure_key(grid, place.at, mark)).collect();
        MarkRecord {
            sheet: grid.name.to_string(),
            at: place.at,
            text: place.text.clone(),
            last: shown_content(content),
            left: String::new(),
            above: String::new(),
            id: String::new(),
            figures,
        }
    }

    fn figure_key(&self, grid: &Grid, at: CellRef, mark: &Mark) -> Option<FigureKey> {
        let Value::Figure { indicator, role, year } = &mark.meaning.as_ref()?.value else { return None };
        let id = indicator.clone().or_else(|| indicator_at(grid, at))?;
        let year = match year {
            Year::Of(year) => *year,
            Year::Newest => self.comparison.main_year?,
        };
        let known = self.comparison.rows.iter().any(|row| row.indicator.id.as_str() == id);
        known.then_some((id, *role, year))
    }

    fn left_out(&mut self, message: &str, spot: Spot) {
        let hint = "chiiki-sheet lint で、直し方を確かめてください。";
        self.diagnostics.push(Diagnostic::warning("mark-not-filled", message).hint(hint).at(spot));
    }

    pub(crate) fn content(&mut self, grid: &Grid, place: &Place, spot: &Spot) -> CellContent {
        let mut parts: Vec<(&Mark, Given)> = Vec::new();
        self.undefined = None;
        for mark in &place.marks {
            let given = match &mark.meaning {
                Some(meaning) => self.value(grid, place.at, meaning, spot),
                None => Given::Unknown("この名前の記号はありません。"),
            };
            if let Given::Unknown(why) = given {
                self.undefined = Some(why);
                // A known mark in the wrong place is not misspelled.
                let near = mark.meaning.is_none().then(|| nearest(&mark.written)).flatten();
                let near = near.map(|near| format!("もしかすると {{{{{near}}}}} ですか。"));
                let hint = near.unwrap_or_else(|| "chiiki-sheet lint で、使える記号を確かめてください。".to_owned());
                let message = format!("記号 {{{{{}}}}} は差し込めませんでした。{why}", mark.written);
                self.diagnostics.push(Diagnostic::warning("mark-unknown", message).hint(hint).at(spot.clone()));
            }
            parts.push((mark, given));
        }
        if let (Some(mark), [(_, given)]) = (place.whole(), parts.as_slice()) {
            let plain = mark.meaning.as_ref().is_none_or(|meaning| meaning.helper.is_none());
            match given {
                Given::Number(value, _) if plain => {
                    if mark.meaning.as_ref().is_some_and(|meaning| is_percent_figure(grid, place.at, meaning)) {
                        self.diagnostics.push(Diagnostic::warning("mark-percent", PERCENT).at(spot.clone()));
                    }
                    return CellContent::Number(*value);
                }
                Given::Nothing => return CellContent::Blank,
                _ => {}
            }
        }
        if parts.iter().any(|(_, given)| matches!(given, Given::Nothing)) {
            let message = "文章の中の数値が、入れたファイルになかったため、「－」と書きました。";
            let hint = "その数値の載った表を入れるか、文章を書き直してください。";
            self.diagnostics.push(Diagnostic::warning("mark-empty", message).hint(hint).at(spot.clone()));
        }
        let mut text = String::new();
        let mut copied = 0;
        for (mark, given) in &parts {
            text.push_str(place.text.get(copied..mark.span.start).unwrap_or_default());
            text.push_str(&render(mark, given));
            copied = mark.span.end;
        }
        text.push_str(place.text.get(copied..).unwrap_or_default());
        CellContent::Text(text)
    }

    fn value(&mut self, grid: &Grid, at: CellRef, meaning: &Meaning, spot: &Spot) -> Given {
        if let Some((cell, id)) = passed_over(grid, at).filter(|_| needs_row(meaning)) {
            let counts = indicator_at(grid, at).unwrap_or_default();
            let message = format!("{cell}の「{id}」は一覧に無い番号のため、同じ行の「{counts}」のものを入れました。");
            let hint = format!("「{id}」が指標IDのつもりなら、番号を確かめてください。");
            self.diagnostics.push(Diagnostic::warning("mark-id-passed-over", message).hint(hint).at(spot.clone()));
        }
        match &meaning.value {
            Value::Word(word) => self.word(word),
            Value::Year(year) => Given::Number(f64::from(*year), None),
            Value::AreaName(role) => {
                self.name_of(*role).map_or(Given::Unknown("その地域は選ばれていません。"), Given::Text)
            }
            Value::OfRow(what) => match indicator_at(grid, at).and_then(|id| self.indicator(&id)) {
                Some(indicator) if *what == "単位" => Given::Text(indicator.unit.to_string()),
                Some(indicator) => Given::Text(indicator.name),
                None => Given::Unknown("同じ行に、様式か指標追加の指標IDがありません。"),
            },
            Value::Figure { indicator, role, year } => {
                let Some(id) = indicator.clone().or_else(|| indicator_at(grid, at)) else {
                    return Given::Unknown("同じ行に指標IDがありません。");
                };
                self.figure(&id, *role, *year, spot)
            }
        }
    }

    fn indicator(&self, id: &str) -> Option<Indicator> {
        self.comparison.rows.iter().find(|row| row.indicator.id.as_str() == id).map(|row| row.indicator.clone())
    }

    fn name_of(&self, role: Role) -> Option<String> {
        self.comparison.participants.iter().find(|one| one.role == role).map(|one| one.area.name.clone())
    }

    fn word(&self, word: &str) -> Given {
        let Some(own) = self.comparison.participants.first().map(|own| &own.area) else { return Given::Nothing };
        Given::Text(match word {
            "保険者名" => own.short_name().to_owned(),
            "都道府県名" if own.level == AreaLevel::Prefecture => own.name.clone(),
            "都道府県名" => own.prefecture.clone().unwrap_or_default(),
            "自地域" => own.name.clone(),
            "作成日" => format!("{}年{}月{}日", self.date.year, self.date.month, self.date.day),
            "表示期間" => period_span(&self.comparison.years),
            "最新年度" => {
                return self.comparison.main_year.map_or(Given::Nothing, |year| Given::Number(f64::from(year), None));
            }
            _ => env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    fn figure(&mut self, id: &str, role: Role, year: Year, spot: &Spot) -> Given {
        let Some(who) = self.comparison.participants.iter().position(|one| one.role == role) else {
            return Given::Unknown("その地域は選ばれていません。");
        };
        let area = self.comparison.participants.get(who).map(|one| one.area.name.clone()).unwrap_or_default();
        let Some(row) = self.comparison.rows.iter().find(|row| row.indicator.id.as_str() == id) else {
            return Given::Unknown(if is_unknown(id, Catalog::shipped()) {
                "その指標IDは一覧にありません。番号を確かめてください。"
            } else {
                "様式に無い指標です。--add で追加してください。"
            });
        };
        let year = match year {
            Year::Of(year) if !self.comparison.years.iter().any(|shown| shown.year == year) => {
                return Given::Unknown("表示期間に無い年度です。--from と --to を確かめてください。");
            }
            Year::Of(year) => year,
            Year::Newest => match self.comparison.main_year {
                Some(year) => year,
                None => return Given::Unknown("1年分そろった年度がありません。"),
            },
        };
        let figure = row.figures.get(&(who, year));
        match figure.map(|figure| figure.datum) {
            Some(Datum::Value(value)) => {
                self.ledger.filled += 1;
                if let Some(period) = figure.map(|figure| &figure.period).filter(|period| period.part_year)
                    && let Some((sheet, at)) = spot.sheet.clone().zip(spot.cell.as_deref().and_then(CellRef::parse))
                {
                    self.part.entry((year, period.months)).or_default().insert((sheet, at));
                }
                Given::Number(value, row.indicator.decimals)
            }
            Some(Datum::Missing(reason)) => {
                let indicator = id.to_owned();
                self.ledger.missing.push(MissingFigure { indicator, area, year, reason: reason.id() });
                if reason == MissingReason::Blank { Given::Nothing } else { Given::Text(reason.mark().to_owned()) }
            }
            None => {
                self.ledger.unfilled_places.push(UnfilledPlace {
                    sheet: spot.sheet.clone().unwrap_or_default(),
                    cell: spot.cell.clone().unwrap_or_default(),
                    indicator: id.to_owned(),
                    area,
                    year,
                });
                Given::Nothing
            }
        }
    }
}

/// What a cell shows once a content is written.
pub(crate) fn shown_content(content: &CellContent) -> Option<Shown> {
    match content {
        CellContent::Number(number) => Some(Shown::Number(*number)),
        CellContent::Text(text) if !text.is_empty() => Some(Shown::Text(text.clone())),
        _ => None,
    }
}

/// A mark inside a text, through Handlebars and its helpers.
fn render(mark: &Mark, given: &Given) -> String {
    let helper = mark.meaning.as_ref().and_then(|meaning| meaning.helper);
    let (template, data) = match given {
        Given::Unknown(_) => return format!("（未定義: {}）", mark.written),
        // A hole in a sentence reads as if something had been forgotten.
        Given::Nothing => return "－".to_owned(),
        Given::Text(text) => ("{{値}}", json!({ "値": text })),
        Given::Number(value, _) if helper == Some(Helper::Era) => ("{{和暦 値}}", json!({ "値": value })),
        // A year has no separators.
        Given::Number(value, None) if helper.is_none() => ("{{値}}", json!({ "値": format!("{value}") })),
        Given::Number(value, decimals) => ("{{数 値 けた}}", json!({ "値": value, "けた": decimals })),
    };
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(no_escape);
    handlebars.register_helper("数", Box::new(number_helper));
    handlebars.register_helper("和暦", Box::new(era_helper));
    handlebars.render_template(template, &data).unwrap_or_else(|_| format!("（未定義: {}）", mark.written))
}

fn number_helper(
    call: &Call<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let value = call.param(0).and_then(|value| value.value().as_f64()).unwrap_or_default();
    let decimals = call.param(1).and_then(|value| value.value().as_u64()).and_then(|digits| u8::try_from(digits).ok());
    out.write(&shown(value, decimals))?;
    Ok(())
}

fn era_helper(
    call: &Call<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let year = call.param(0).and_then(|value| value.value().as_f64()).unwrap_or_default();
    out.write(&wareki(year as i32))?;
    Ok(())
}
