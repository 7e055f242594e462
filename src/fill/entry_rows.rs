//! The rows of an entry field, as high as its text needs.
//!
//! Excel lets no row be higher than 409 points, and 3,000 characters need four times that. A field of the standard sheet
//! therefore spans several rows: one that is always seen, spare ones that are hidden until a text needs them, and a low
//! one at the end that closes the frame. Books made before have one row a field; there the text is as high as that goes.

use super::list_sheet::lines_of;
use super::plan::SheetPlan;
use crate::model::CellRef;
use crate::read::Grid;

/// Points a line of a field takes.
const LINE: f64 = 17.5;
/// Points above and below the lines.
const PADDING: f64 = 8.0;
/// Points Excel gives a row at the most.
const HIGHEST: f64 = 409.0;
/// Lines of a row where a text takes several: pages break between rows, so rows are well below a page's height.
const LINES_OF_SEVERAL: f64 = 12.0;
/// Points of the last row.
const CLOSING: f64 = 6.0;

/// The rows of one field, from the sheet's merged areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryRows {
    /// The row of the cell people write into
    pub first: u32,
    /// The last row of its merged area
    pub last: u32,
}

impl EntryRows {
    /// Of the field whose cell is `at`.
    pub fn of(grid: &Grid, at: CellRef) -> Self {
        let last = grid.merges.iter().find(|(from, _)| *from == at).map_or(at.row, |(_, to)| to.row);
        Self { first: at.row, last }
    }

    /// Rows between the first and the last one: hidden until they are needed.
    pub fn spare(self) -> std::ops::Range<u32> {
        self.first + 1..self.last.max(self.first + 1)
    }

    /// All of them.
    pub fn all(self) -> std::ops::RangeInclusive<u32> {
        self.first..=self.last
    }

    /// The most they can show, in points.
    pub fn most(self) -> f64 {
        if self.last == self.first { HIGHEST } else { HIGHEST * (self.spare().len() as f64 + 1.0) + CLOSING }
    }

    /// Shows the rows that are always seen, or hides all.
    pub fn show(self, sheet: &mut SheetPlan, shown: bool) {
        for row in self.all().filter(|row| !shown || !self.spare().contains(row)) {
            sheet.hide_rows.insert(row, !shown);
        }
    }

    /// Gives them so much height, or the most they can have; returns what they have then.
    pub fn give(self, sheet: &mut SheetPlan, points: f64) -> f64 {
        if self.last == self.first {
            let height = points.min(HIGHEST);
            sheet.row_heights.insert(self.first, height);
            return height;
        }
        let wanted = points - CLOSING;
        let several = wanted > HIGHEST;
        let lines = ((wanted / LINE).ceil()).max(1.0);
        let rows = if several { (lines / LINES_OF_SEVERAL).ceil().min(self.spare().len() as f64 + 1.0) } else { 1.0 };
        let height = if several { ((lines / rows).ceil() * LINE).min(HIGHEST) } else { wanted };
        sheet.row_heights.insert(self.first, height);
        for (number, row) in (1u32..).zip(self.spare()) {
            let seen = f64::from(number) < rows;
            sheet.hide_rows.insert(row, !seen);
            if seen {
                sheet.row_heights.insert(row, height);
            }
        }
        height * rows + CLOSING
    }
}

/// The height a text needs in a field so many characters of full width wide, in points.
pub(crate) fn height_of(text: &str, width: usize) -> f64 {
    lines_of(text, width.max(4)) as f64 * LINE + PADDING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_high_text_takes_spare_rows_and_a_low_one_gives_them_back() {
        let rows = EntryRows { first: 10, last: 18 };
        let mut sheet = SheetPlan::default();
        let needed = height_of(&"あ".repeat(3_000), 36);
        assert_eq!(needed, 84.0 * 17.5 + 8.0);
        let given = rows.give(&mut sheet, needed);
        assert!(given >= needed && given <= rows.most(), "{given}");
        let seen = |sheet: &SheetPlan| sheet.hide_rows.iter().filter(|(_, hide)| !**hide).count();
        assert_eq!((seen(&sheet), sheet.row_heights.len()), (7, 8));
        assert!(sheet.row_heights.values().all(|height| *height <= 220.0 && *height % 17.5 == 0.0));
        assert_eq!(given, sheet.row_heights.values().sum::<f64>() + 6.0);

        let mut sheet = SheetPlan::default();
        assert_eq!(rows.give(&mut sheet, 146.0), 146.0);
        assert_eq!((seen(&sheet), sheet.hide_rows.len()), (0, 7));
        assert_eq!(sheet.row_heights.get(&10), Some(&140.0));
        assert_eq!(rows.give(&mut sheet, 9_999.0), rows.most());
    }

    #[test]
    fn a_field_of_one_row_is_as_high_as_a_row_can_be() {
        let rows = EntryRows { first: 3, last: 3 };
        let mut sheet = SheetPlan::default();
        assert_eq!((rows.give(&mut sheet, 1_000.0), rows.most()), (409.0, 409.0));
        assert!(sheet.hide_rows.is_empty());
        rows.show(&mut sheet, true);
        assert_eq!(sheet.hide_rows.iter().collect::<Vec<_>>(), [(&3, &false)]);
    }
}
