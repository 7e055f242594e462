//! From grids to figures: what each cell says, as written, with the area, indicator and period it belongs to.
//!
//! What a file is gets decided from its cells, never from its name or extension alone. Each layout is one file here;
//! [`interpret`] tries them in turn.

mod analysis_sheet;
mod annual_report;
mod area_cells;
mod code_list;
mod estat;
mod facility;
mod indicator_table;
mod personal;
mod population;
mod tidy;

use std::sync::Arc;

pub use annual_report::{CERTIFIED_BY_AGE, INSURED_BY_AGE};

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::error::FileError;
use crate::model::{AreaLevel, CellRef, Date, Dimensions, EntryText, Period};
use crate::read::{Book, CellValue};

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
    pub dimensions: Dimensions,
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
}

/// Decides what a book is and takes its figures.
///
/// # Errors
/// Refuses personal data and books without any table of statistics; waits when the year, the area or the indicator
/// is in question. An interpretation without figures is a table with headings and no rows.
pub fn interpret(book: &Book, context: Context<'_>) -> Result<Interpretation, FileError> {
    personal::refuse(book)?;
    for read in [
        analysis_sheet::read,
        indicator_table::read,
        annual_report::read,
        tidy::read,
        estat::read,
        population::read,
        facility::read,
        code_list::read,
    ] {
        if let Some(result) = read(book, context) {
            return result;
        }
    }
    Err(FileError::waiting(
        "layout-unknown",
        "この表の読み方が分かりませんでした。数値は取り込んでいません。",
        "「見える化」システムの地域分析・検討シート、現状分析のExcel、介護保険事業状況報告（年報）の保険者別の表、\
         またはこのソフトの入力用の表にしてから、もう一度入れてください。",
    )
    .at(crate::diagnostic::Place::file(book.file.name.clone())))
}

/// The short name of a layout this program knows, from its spelling in a store.
pub fn known_name(name: &str) -> Option<&'static str> {
    ["L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "表"].into_iter().find(|known| *known == name)
}
