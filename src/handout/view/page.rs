//! Measures of the paper, all in points.

use serde::Serialize;

use crate::handout::chart::Room;
use crate::handout::options::{Kind, PageOptions, Paper, Part};

/// The paper and the type on it.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    width: f64,
    height: f64,
    margin: f64,
    /// 1枚もの and wide sheets are set in columns.
    pub columns: usize,
    gutter: f64,
    /// The width of a column.
    pub measure: f64,
    /// Running text.
    pub body: f64,
    /// Tables, notes.
    pub table: f64,
    /// How high a row of a table is that takes one line: the height of a line and the gaps of its cells.
    row: f64,
    /// Names and numbers in charts.
    pub chart: f64,
    /// 大きめ
    pub large: bool,
    parts: Vec<Part>,
    #[serde(skip)]
    paper: Paper,
    #[serde(skip)]
    kind: Kind,
}

/// The upper and the lower margin of a 1枚もの in millimetres; the layout sets the same.
const ONE_PAGE_TOP: f64 = 13.0;
const ONE_PAGE_FOOT: f64 = 13.0;
/// The same of the other papers.
const TOP: f64 = 20.0;
const FOOT: f64 = 18.0;
/// The height of a line and the gaps above and below it, in ems; the layout sets the same gaps.
const ROW: f64 = 0.765 + 2.0 * 0.36;
/// A row one can write in with a pen, in points.
const WRITING_ROW: f64 = 18.0;
/// A millimetre.
const MM: f64 = 72.0 / 25.4;

impl Page {
    /// The measures for one kind of handout.
    pub fn new(kind: Kind, options: &PageOptions) -> Self {
        let (width, height) = options.paper_points();
        let margin = if kind == Kind::OnePage { 12.0 * MM } else { 18.0 * MM };
        let columns = match (kind, options.landscape, options.paper) {
            // The sheets after the first one; see `one_page`.
            (Kind::OnePage, _, Paper::A3) | (Kind::OnePage, true, _) => 2,
            // A line of text across an A3 sheet is too long to find the next one.
            (_, true, Paper::A3) => 2,
            _ => 1,
        };
        let gutter = 7.0 * MM;
        let measure = (width - 2.0 * margin - gutter * (columns as f64 - 1.0)) / columns as f64;
        let (body, table, chart) = if options.large { (13.0, 11.0, 10.5) } else { (10.5, 9.0, 9.0) };
        // The form fits on one A3 sheet in no larger type.
        let (body, table) = match (kind, options.large) {
            (Kind::OnePage, false) => (9.5, 9.0),
            (Kind::OnePage, true) => (10.5, 9.6),
            _ => (body, table),
        };
        Self {
            width,
            height,
            margin,
            columns,
            gutter,
            measure,
            body,
            table,
            row: if kind == Kind::Worksheet { (table * ROW).max(WRITING_ROW) } else { table * ROW },
            chart,
            large: options.large,
            parts: options.parts.clone(),
            paper: options.paper,
            kind,
        }
    }

    /// Whether the whole form has room on one sheet.
    pub fn fits_form(&self) -> bool {
        self.paper == Paper::A3
    }

    /// Whether texts stand beside the table of the form.
    pub fn is_wide(&self) -> bool {
        self.fits_form() && self.is_landscape()
    }

    /// 横
    pub fn is_landscape(&self) -> bool {
        self.width > self.height
    }

    /// From margin to margin.
    pub fn inner_width(&self) -> f64 {
        self.width - 2.0 * self.margin
    }

    /// From head to foot of the text.
    pub fn inner_height(&self) -> f64 {
        let margins = if self.kind == Kind::OnePage { ONE_PAGE_TOP + ONE_PAGE_FOOT } else { TOP + FOOT };
        self.height - margins * MM
    }

    /// Whether the paper has this part.
    pub fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// How high a row of a table is that takes one line.
    pub fn row(&self) -> f64 {
        self.row
    }

    /// Between columns.
    pub fn gutter(&self) -> f64 {
        self.gutter
    }

    /// The room of a chart that takes this share of the measure.
    pub fn room(&self, share: f64) -> Room {
        Room { width: self.measure * share, size: self.chart }
    }

    /// How wide a column of numbers like `123,456` is.
    pub fn number_column(&self) -> f64 {
        self.table * 4.4
    }

    /// How wide a column of numbers under an area's name is.
    pub fn name_column(&self) -> f64 {
        self.table * 5.9
    }

    /// Whether two charts stand side by side.
    pub fn pairs(&self) -> bool {
        self.measure > self.chart * 44.0
    }

    /// Which handout it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}
