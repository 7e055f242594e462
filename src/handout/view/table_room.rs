//! How high tables are, as the layout will set them: which stay whole, which begin a page, how much the beginning takes.

use super::page::Page;
use super::tables::ems;

/// A table of at most so many lines does not break.
pub(super) const WHOLE: f64 = 9.0;
/// Tables of more rows begin a new page.
pub(super) const LONG: usize = 20;

/// The lines such a text takes in a column.
pub(super) fn lines(ems: f64, width: f64, page: &Page) -> f64 {
    (ems * page.table / (width - 0.7 * page.table).max(page.table)).ceil().max(1.0)
}

/// How high a table is whose rows take so many lines, with its head of two lines, its caption, the heading before it,
/// its notes and the credit.
pub(super) fn height(taken: f64, notes: &[String], page: &Page) -> f64 {
    let noted: f64 = notes.iter().map(|note| lines(ems(note), page.measure, page)).sum();
    (taken + 4.0) * page.row() + (noted + 6.0) * page.table * 1.3
}

/// Rows a table shows at the least where it begins, the lines over their groups counted.
pub(super) const FIRST_ROWS: usize = 6;
/// Notes of more bytes are not repeated under each part of a table; the layout draws the same line.
const REPEATED: usize = 1500;

/// How high the beginning of a table is, to the notes under its first part: never more than two thirds of a page, or
/// pages would stay empty.
pub(super) fn start(first: f64, notes: &[String], page: &Page) -> f64 {
    let notes = if notes.iter().map(String::len).sum::<usize>() < REPEATED { notes } else { &[] };
    (height(first, notes, page) - 3.0 * page.table).min(page.inner_height() * 2.0 / 3.0)
}
