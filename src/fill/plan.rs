//! What a fill will write: pure data, decided before any byte is touched.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::CellRef;

/// What goes into one cell.
#[derive(Clone, Debug, PartialEq)]
pub enum CellContent {
    /// A typed number; the cell keeps its number format.
    Number(f64),
    /// A text; written as an inline string.
    Text(String),
    /// A text with its formatting, taken from a cell of this or another workbook
    Rich(RichText),
    /// Nothing; the cell keeps its style.
    Blank,
    /// The formula in the cell stays; this number becomes its cached value.
    FormulaNumber(f64),
    /// The formula in the cell stays; this text becomes its cached value.
    FormulaText(String),
}

impl CellContent {
    /// Whether there are words to be seen.
    pub(crate) fn holds_text(&self) -> bool {
        match self {
            Self::Text(text) | Self::FormulaText(text) => !text.trim().is_empty(),
            Self::Rich(rich) => !rich.text.trim().is_empty(),
            Self::Number(_) | Self::Blank | Self::FormulaNumber(_) => false,
        }
    }

    /// The same where there is no formula: its result becomes a typed value.
    pub(crate) fn value(&self) -> Cow<'_, Self> {
        match self {
            Self::FormulaNumber(value) => Cow::Owned(Self::Number(*value)),
            Self::FormulaText(text) => Cow::Owned(Self::Text(text.clone())),
            plain => Cow::Borrowed(plain),
        }
    }
}

/// What a text cell holds, formatting of its runs included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RichText {
    /// What stands between `<is>` and `</is>`, elements without prefix
    pub(crate) markup: String,
    /// The characters
    pub text: String,
}

impl RichText {
    /// A text without formatting.
    pub fn plain(text: &str) -> Self {
        super::apply::plain_text(text)
    }

    /// Whether parts of the text look different from others.
    pub fn is_formatted(&self) -> bool {
        self.markup.contains("<r>") || self.markup.contains("<r ")
    }
}

/// Which style the cell gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellStyle {
    /// The one it has (none for a cell that does not exist yet)
    #[default]
    Keep,
    /// That of another cell of the same sheet, as it stood before the fill
    Like(CellRef),
}

/// One cell's edit.
#[derive(Clone, Debug, PartialEq)]
pub struct CellEdit {
    /// Content
    pub content: CellContent,
    /// Style
    pub style: CellStyle,
}

/// A link from a cell to a place in the same workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerLink {
    /// `'出典'!A12`
    pub location: String,
    /// Shown when the pointer rests on the cell; up to 255 characters.
    pub tooltip: String,
}

/// The edits of one sheet. All maps are keyed by zero-based rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetPlan {
    /// Cells in row order
    pub cells: BTreeMap<CellRef, CellEdit>,
    /// Cells whose style alone changes, to that of another cell as it stood before; what they hold stays. Cells of
    /// `cells` are not among them.
    pub styles: BTreeMap<CellRef, CellRef>,
    /// Columns to hide (`true`) or show
    pub hide_columns: BTreeMap<u32, bool>,
    /// Rows to hide (`true`) or show
    pub hide_rows: BTreeMap<u32, bool>,
    /// Row heights in points
    pub row_heights: BTreeMap<u32, f64>,
    /// Links to other places of the workbook; they replace a link the cell had.
    pub links: BTreeMap<CellRef, InnerLink>,
    /// Cells whose link goes
    pub unlinked: BTreeSet<CellRef>,
}

impl SheetPlan {
    /// Sets a cell that keeps its style.
    pub fn set(&mut self, at: CellRef, content: CellContent) {
        self.cells.insert(at, CellEdit { content, style: CellStyle::Keep });
    }

    /// Sets a cell with the style of another one.
    pub fn set_like(&mut self, at: CellRef, content: CellContent, like: CellRef) {
        self.cells.insert(at, CellEdit { content, style: CellStyle::Like(like) });
    }
}

/// How a cell of a new sheet looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// The workbook's own default
    #[default]
    Plain,
    /// Bold
    Title,
    /// Bold on a light ground, framed
    Heading,
    /// Framed text, broken over lines
    Wrapped,
    /// Framed number without decimals, with separators
    Whole,
    /// Framed number with two decimals
    Decimal,
}

/// A sheet that is put behind the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewSheet {
    /// Its name; must not be taken
    pub name: String,
    /// Only a program can show it
    pub very_hidden: bool,
    /// Column widths in characters
    pub widths: BTreeMap<u32, f64>,
    /// Columns not shown
    pub hide_columns: BTreeSet<u32>,
    /// Row heights in points; rows without have the height of one line
    pub row_heights: BTreeMap<u32, f64>,
    /// Rows at the top that stay in sight
    pub frozen_rows: u32,
    /// Cells with their looks; values of formulas become plain values
    pub cells: BTreeMap<CellRef, (CellContent, Look)>,
    /// Links to other places of the workbook
    pub links: BTreeMap<CellRef, InnerLink>,
}

/// The edits of a workbook by sheet name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FillPlan {
    /// Edits by sheet name; every name must exist in the workbook.
    pub sheets: BTreeMap<String, SheetPlan>,
    /// Print areas by sheet name, absolute (`$A$1:$H$40`); replaces `_xlnm.Print_Area` of that sheet.
    pub print_areas: BTreeMap<String, String>,
    /// Sheets to add, in their order
    pub new_sheets: Vec<NewSheet>,
    /// Bounds of charts' value axes
    pub chart_bounds: Vec<ChartBounds>,
}

/// Bounds of the value axes of a chart; only axes that have fixed bounds get them.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartBounds {
    /// Sheet and
    pub sheet: String,
    /// cell: every chart that draws it is meant.
    pub cell: CellRef,
    /// Least and most of the axis below
    pub x: (f64, f64),
    /// Least and most of the axis on the left
    pub y: (f64, f64),
}

impl FillPlan {
    /// The plan of one sheet, made when there is none yet.
    pub fn sheet(&mut self, name: &str) -> &mut SheetPlan {
        self.sheets.entry(name.to_owned()).or_default()
    }
}
