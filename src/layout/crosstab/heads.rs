//! Stacked headings: what stands over a column, top to bottom, merged heads spread over their columns.

use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{CellValue, Grid};

/// Between the parts of a heading path.
pub const SEPARATOR: &str = "／";

/// The parts over a column in rows `first..=last`, repeated ones once.
pub fn parts(grid: &Grid, first: u32, last: u32, col: u32) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for row in first..=last {
        let Some(text) = grid.get_merged(CellRef::new(row, col)).map(CellValue::display) else { continue };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() && parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    parts
}

/// The parts as one text, the name of a column in a mapping.
pub fn path(grid: &Grid, first: u32, last: u32, col: u32) -> String {
    parts(grid, first, last, col).join(SEPARATOR)
}

/// Whether two heading paths are the same but for spelling.
pub fn same(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

/// Whether a cell holds a figure or a mark of a missing one.
pub fn is_figure(value: &CellValue) -> bool {
    match value {
        CellValue::Number(_) => true,
        CellValue::Text(text) => is_number(text) || is_missing(text),
        _ => false,
    }
}

/// Whether a text is a number with nothing but note marks beside it.
pub fn is_number(text: &str) -> bool {
    crate::notation::parse_number(text).is_some()
}

/// The number of a cell and how many decimals it is written with.
pub fn number_of(value: &CellValue) -> Option<(f64, usize)> {
    let number = match value {
        CellValue::Number(number) => *number,
        CellValue::Text(text) => crate::notation::parse_number(text)?.value,
        _ => return None,
    };
    let shown = value.display();
    let decimals =
        shown.trim().rsplit_once('.').map_or(0, |(_, end)| end.chars().take_while(char::is_ascii_digit).count());
    Some((number, decimals))
}

fn is_missing(text: &str) -> bool {
    !text.trim().is_empty() && crate::notation::read_missing(text, &crate::notation::MissingLegend::default()).is_some()
}
