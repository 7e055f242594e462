//! Lists written below a heading row, each row with the looks of the first one and as high as its words need.

use super::plan::{CellContent, InnerLink, SheetPlan};
use crate::model::CellRef;
use crate::read::Grid;

/// A list while it is written.
pub struct ListSheet {
    /// The plan so far
    pub sheet: SheetPlan,
    /// The row whose looks every entry gets
    pub style_row: u32,
    next: u32,
}

/// Points a line of words takes, and what a row has besides.
const LINE: f64 = 13.5;
const PADDING: f64 = 5.0;
const MOST: f64 = 400.0;

impl ListSheet {
    /// Below the row of the grid whose first cell holds `heading`; `None` when there is none.
    pub fn below(grid: &Grid, heading: &str) -> Option<Self> {
        let at = grid.cells().iter().find(|cell| cell.at.col == 0 && cell.value.as_text() == Some(heading))?.at;
        Some(Self { sheet: SheetPlan::default(), style_row: at.row + 1, next: at.row + 1 })
    }

    /// Writes a row with the looks of row `like`; `widths` are the characters of full width a line holds.
    pub fn push(&mut self, like: u32, contents: Vec<CellContent>, widths: &[usize]) -> u32 {
        let row = self.next;
        self.next += 1;
        let mut lines = 1;
        for (col, content) in (0..).zip(contents) {
            if let (CellContent::Text(text), Some(width)) = (&content, widths.get(col as usize)) {
                lines = lines.max(lines_of(text, *width));
            }
            self.sheet.set_like(CellRef::new(row, col), content, CellRef::new(like, col));
        }
        self.sheet.row_heights.insert(row, (lines as f64 * LINE + PADDING).clamp(17.0, MOST));
        row
    }

    /// Leads from a cell of the list to a cell of another sheet.
    pub fn link(&mut self, at: CellRef, sheet: &str, to: CellRef) {
        self.sheet.links.insert(at, link(sheet, to));
    }
}

/// A link to a cell of the same book.
pub fn link(sheet: &str, to: CellRef) -> InnerLink {
    InnerLink { location: format!("'{}'!{to}", sheet.replace('\'', "''")), tooltip: format!("{sheet} の {to} へ") }
}

/// Lines a text takes in a column so many characters of full width wide.
pub fn lines_of(text: &str, width: usize) -> usize {
    // No character takes more halves than it has bytes.
    if text.len() <= width * 2 && memchr::memchr(b'\n', text.as_bytes()).is_none() {
        return 1;
    }
    text.lines()
        .map(|line| {
            let halves: usize = line.chars().map(|c| if c.is_ascii() || ('｡'..='ﾟ').contains(&c) { 1 } else { 2 }).sum();
            halves.div_ceil(width.max(1) * 2).max(1)
        })
        .sum::<usize>()
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::lines_of;

    #[test]
    fn words_take_as_many_lines_as_they_need() {
        assert_eq!(lines_of("", 10), 1);
        assert_eq!(lines_of("あいうえおかきくけこ", 10), 1);
        assert_eq!(lines_of("あいうえおかきくけこさ", 10), 2);
        assert_eq!(lines_of("abcdefghijklmnopqrst\nあ\n\nい", 10), 4);
    }
}
