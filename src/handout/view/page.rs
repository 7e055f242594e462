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
    /// Names and numbers in charts.
    pub chart: f64,
    /// 大きめ
    pub large: bool,
    parts: Vec<Part>,
    #[serde(skip)]
    kind: Kind,
}

/// A millimetre.
const MM: f64 = 72.0 / 25.4;

impl Page {
    /// The measures for one kind of handout.
    pub fn new(kind: Kind, options: &PageOptions) -> Self {
        let (width, height) = options.paper_points();
        let margin = if kind == Kind::OnePage { 12.0 * MM } else { 18.0 * MM };
        let columns = match (kind, options.landscape, options.paper) {
            (Kind::OnePage, true, Paper::A3) => 3,
            (Kind::OnePage, false, Paper::A4) => 1,
            (Kind::OnePage, ..) => 2,
            // A line of text across an A3 sheet is too long to find the next one.
            (_, true, Paper::A3) => 2,
            _ => 1,
        };
        let gutter = 7.0 * MM;
        let measure = (width - 2.0 * margin - gutter * (columns as f64 - 1.0)) / columns as f64;
        let (body, table, chart) = if options.large { (13.0, 11.0, 10.5) } else { (10.5, 9.0, 9.0) };
        let body = if kind == Kind::OnePage && !options.large { 9.5 } else { body };
        Self {
            width,
            height,
            margin,
            columns,
            gutter,
            measure,
            body,
            table,
            chart,
            large: options.large,
            parts: options.parts.clone(),
            kind,
        }
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
