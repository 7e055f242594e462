//! From grids to figures: what each cell says, as written, with the area, indicator and period it belongs to.
//!
//! What a file is gets decided from its cells, never from its name or extension alone. Each layout is one file here;
//! [`interpret`] tries them in turn.

mod analysis_sheet;
mod annual_report;
mod area_cells;
mod cells;
mod code_list;
pub mod crosstab;
mod entry_form;
mod estat;
mod facility;
mod filled;
mod indicator_table;
pub mod mapping;
mod month_notes;
mod personal;
mod population;
mod region_book;
mod report_blocks;
mod sheets;
mod tidy;

use std::sync::Arc;

pub use mapping::Mapping;
pub use sheets::shown;

pub use annual_report::{CERTIFIED_BY_AGE, INSURED_BY_AGE};

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::model::{AreaLevel, CellRef, Date, Dimensions, EntryText, Period};
use crate::read::{Book, CellValue, Grid};

/// The area of a figure, as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AreaText {
    /// The prefecture, where a column or heading of its own names it.
    pub prefecture: Option<Arc<str>>,
    /// The name, or a 団体コード where `is_code`.
    pub name: Arc<str>,
    /// Whether `name` is a 団体コード: a bare number is one only where the layout says so.
    pub is_code: bool,
    /// What the layout knows the area to be.
    pub level: Option<AreaLevel>,
}

/// The period of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PeriodText {
    /// As written, still to be read.
    Written(Arc<str>),
    /// Known from the layout.
    Known(Arc<Period>),
}

/// One cell of statistics, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// 指標ID, where the file or the layout says it
    pub indicator: Option<Arc<str>>,
    /// The indicator's name as written, for files without ids and for checking
    pub indicator_name: Option<Arc<str>>,
    /// Area
    pub area: AreaText,
    /// Period
    pub period: PeriodText,
    /// The cell's content; `None` for an empty cell where a figure was to be expected
    pub value: Option<CellValue>,
    /// Unit as written
    pub unit: Option<Arc<str>>,
    /// Breakdown, as far as the layout says it
    pub dimensions: Arc<Dimensions>,
    /// Decimals shown, when the table is display-rounded
    pub decimals: Option<u8>,
    /// Sheet
    pub sheet: Arc<str>,
    /// Cell
    pub cell: CellRef,
}

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct Interpretation {
    /// The layout's short name, such as `L1`
    pub layout: &'static str,
    /// The figures
    pub figures: Vec<Figure>,
    /// Texts people wrote into entry fields
    pub texts: Vec<EntryText>,
    /// 出力日, where the file says it
    pub exported: Option<Date>,
    /// Whether this product filled the book
    pub ours: bool,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// What reading may rely on besides the file itself.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Areas and indicators
    pub catalog: &'a Catalog,
    /// The fiscal year the user said for tables that carry none
    pub year: Option<i32>,
    /// Readings a person saved for tables of no known layout; tried first
    pub mappings: &'a [Mapping],
}

impl<'a> Context<'a> {
    /// A context without saved readings.
    pub fn new(catalog: &'a Catalog, year: Option<i32>) -> Self {
        Self { catalog, year, mappings: &[] }
    }
}

/// What a layout makes of a book; `None` when it is not that layout.
type Read = fn(&Book, Context<'_>) -> Option<Result<Interpretation, FileError>>;

/// The layouts in the order they are tried.
const LAYOUTS: [Read; 12] = [
    crosstab::apply,
    analysis_sheet::read,
    entry_form::read,
    // Its rows look like those of L2; 「確認している地域」 does not stand there.
    region_book::read,
    indicator_table::read,
    report_blocks::read,
    annual_report::read,
    tidy::read,
    estat::read,
    population::read,
    facility::read,
    code_list::read,
];

/// The first layout that knows the book, and what it makes of it.
fn first_layout(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    LAYOUTS.into_iter().find_map(|read| read(book, context))
}

/// Decides what a book is and takes its figures: those of the sheets a person sees. Hidden sheets are read only where no
/// other one is a known table, and that is told; sheets that were not read are named.
///
/// # Errors
/// Refuses personal data and books without any table of statistics; waits when the year, the area or the indicator
/// is in question. An interpretation without figures is a table with headings and no rows.
pub fn interpret(book: &Book, context: Context<'_>) -> Result<Interpretation, FileError> {
    personal::refuse(book)?;
    let shown = sheets::shown(book);
    if let Some(result) = first_layout(&shown, context) {
        let mut result = result?;
        sheets::tell_left(book, context, &mut result);
        filled::keep_written(book, context.catalog, &mut result);
        tell_cells(&shown, context.catalog, &mut result);
        return Ok(result);
    }
    if shown.grids.len() < book.grids.len()
        && let Some(result) = first_layout(book, context)
    {
        let mut result = result?;
        sheets::tell_hidden(book, &mut result);
        filled::keep_written(book, context.catalog, &mut result);
        tell_cells(book, context.catalog, &mut result);
        return Ok(result);
    }
    Err(analysis_sheet::without_years(&shown).unwrap_or_else(|| unknown(book, context.catalog)))
}

fn tell_cells(book: &Book, catalog: &Catalog, result: &mut Interpretation) {
    cells::tell_open_formulas(book, result);
    cells::tell_sums(book, catalog, result);
}

/// A table of no known layout waits for a yes; its message says what could be understood of it.
fn unknown(book: &Book, catalog: &Catalog) -> FileError {
    let place = Place::file(book.file.name.clone());
    let Some(seen) = crosstab::understand(book, catalog) else {
        return FileError::waiting(
            "layout-unknown",
            "この表の読み方が分かりませんでした。数値は取り込んでいません。",
            "「見える化」システムの地域分析・検討シート、現状分析のExcel、介護保険事業状況報告（年報）の保険者別の表、\
             またはこのソフトの入力用の表にしてから、もう一度入れてください。",
        )
        .at(place);
    };
    let sheet = if seen.sheet.is_empty() { String::new() } else { format!("『{}』は", seen.sheet) };
    FileError::waiting(
        "table-understood",
        format!(
            "決まった様式ではない表です。{sheet}次のように読めます（確かさ {:.0}％）。{}数値はまだ取り込んでいません。",
            seen.confidence * 100.0,
            seen.preview.join("")
        ),
        "この読み方でよければ「読み方」として保存してください。違うところは直して保存できます。",
    )
    .at(place)
}

/// The file's own name: of a file in a zip without the zip's name and its folders.
fn entry_name(name: &str) -> &str {
    name.rsplit('／').next().unwrap_or(name)
}

/// The text of a heading cell. A date is written out as one: whether `2025-03-31` is shown as 令和7年3月末 or as a 年度 is
/// the cell's format, so it is read as no period and the person is told the date, not Excel's number for it.
fn heading_text(value: &CellValue) -> String {
    match value.as_date() {
        Some(date) => format!("{}年{}月{}日（日付の形式）", date.year, date.month, date.day),
        None => value.display(),
    }
}

/// Where a cell stands, for a message; text files have no sheets.
fn place_of(book: &Book, grid: &Grid, at: CellRef) -> Place {
    let place = Place::cell(book.file.name.clone(), grid.name.to_string(), at);
    Place { sheet: place.sheet.filter(|name| !name.is_empty()), ..place }
}

/// The first empty cell of a row where figures are to be expected: a row moved sideways by one cell leaves such a gap.
/// The figures are read all the same, since tables leave cells empty for many reasons; a person is asked to look.
fn tell_gap(book: &Book, grid: &Grid, row: u32, cols: impl Iterator<Item = u32>, told: &mut Vec<Diagnostic>) {
    let empty = |at: &CellRef| grid.get(*at).is_none_or(|value| value.display().trim().is_empty());
    if let Some(at) = cols.map(|col| CellRef::new(row, col)).find(empty) {
        told.push(
            Diagnostic::warning("row-with-gap", "数値の並ぶ行に、何も書かれていない所があります。")
                .hint("この行の数値が横にずれていないか、元の表を開いて確かめてください。")
                .at(place_of(book, grid, at)),
        );
    }
}

/// The short name of a layout this program knows, from its spelling in a store.
pub fn known_name(name: &str) -> Option<&'static str> {
    ["L1", "L1u", "L2", "L3", "L4", "L4u", "L5", "L6", "L7", "L8", "L9", "表"].into_iter().find(|known| *known == name)
}

/// A layout in the words people use.
pub fn in_words(layout: &str) -> &'static str {
    match layout {
        "L1" => "地域分析・検討シート",
        "L1u" => "地域分析・検討結果記入シート（様式未確認）",
        "L4u" => "介護保険事業状況報告（月報・都道府県別など。様式未確認）",
        "L2" => "現状分析（見える化）",
        "L3" => "地域の帳票（見える化）",
        "L4" => "介護保険事業状況報告（年報）",
        "L5" => "政府統計（e-Stat）",
        "L6" => "人口の表",
        "L7" => "介護サービス情報公表",
        "L8" => "地域の一覧",
        "L9" => "入力用の表",
        "表" => "保存した読み方の表",
        _ => "",
    }
}
