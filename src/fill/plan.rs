//! What a fill will write: pure data, decided before any byte is touched.

use std::collections::BTreeMap;

use crate::model::CellRef;

/// What goes into one cell.
#[derive(Clone, Debug, PartialEq)]
pub enum CellContent {
    /// A typed number; the cell keeps its number format.
    Number(f64),
    /// A text; written as an inline string.
    Text(String),
    /// Nothing; the cell keeps its style.
    Blank,
    /// The formula in the cell stays; this number becomes its cached value.
    FormulaNumber(f64),
    /// The formula in the cell stays; this text becomes its cached value.
    FormulaText(String),
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
    /// Columns to hide (`true`) or show
    pub hide_columns: BTreeMap<u32, bool>,
    /// Rows to hide (`true`) or show
    pub hide_rows: BTreeMap<u32, bool>,
    /// Row heights in points
    pub row_heights: BTreeMap<u32, f64>,
    /// Links to other places of the workbook; they replace a link the cell had.
    pub links: BTreeMap<CellRef, InnerLink>,
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

/// The edits of a workbook by sheet name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FillPlan {
    /// Edits by sheet name; every name must exist in the workbook.
    pub sheets: BTreeMap<String, SheetPlan>,
    /// Print areas by sheet name, absolute (`$A$1:$H$40`); replaces `_xlnm.Print_Area` of that sheet.
    pub print_areas: BTreeMap<String, String>,
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
