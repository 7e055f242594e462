//! Numbers a book shows as percentages: 0.194 seen as 19.4 % must never pass for 0.194 ％.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::CellRef;
use crate::read::Book;

/// Fractions above this are no shares: 19.4 in a cell that shows 1,940 % was typed as a percentage already, and nobody
/// can say which of the two is meant.
const LARGEST_FRACTION: f64 = 2.0;

/// The cells of a book that show a fraction times 100 with a percent sign.
#[derive(Clone, Debug, Default)]
pub struct PercentCells(BTreeSet<(Arc<str>, CellRef)>);

impl PercentCells {
    /// Of every sheet.
    pub fn of(book: &Book) -> Self {
        let cells = |grid: &crate::read::Grid| {
            let name = grid.name.clone();
            grid.percent.clone().into_iter().map(move |at| (name.clone(), at))
        };
        Self(book.grids.iter().flat_map(cells).collect())
    }

    /// Whether a person sees this number times 100.
    pub fn contains(&self, sheet: &Arc<str>, cell: CellRef) -> bool {
        !self.0.is_empty() && self.0.contains(&(sheet.clone(), cell))
    }
}

/// The figure a person sees: 19.4 of 0.194; `None` where the cell was surely not meant as a fraction.
pub fn as_shown(fraction: f64) -> Option<f64> {
    // Ten decimals: binary fractions must not leave 19.400000000000002.
    (fraction.abs() <= LARGEST_FRACTION).then(|| (fraction * 1e12).round() / 1e10)
}

#[cfg(test)]
mod tests {
    use super::as_shown;

    #[test]
    fn fractions_become_what_people_see() {
        assert_eq!(as_shown(0.194), Some(19.4));
        assert_eq!(as_shown(0.0), Some(0.0));
        assert_eq!(as_shown(-0.0125), Some(-1.25));
        assert_eq!(as_shown(1.0), Some(100.0));
        assert_eq!(as_shown(19.4), None);
    }
}
