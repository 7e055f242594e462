//! Which 指標ID of its row speaks for a cell: tables can stand side by side, and what looks like an id can be the number
//! of a section.

use crate::catalog::Catalog;
use crate::form::id_in;
use crate::model::CellRef;
use crate::read::Grid;

/// The 指標ID that counts for a cell: the nearest to its left, else the first to its right. Ids no file can speak of
/// count only where the row has no other.
pub fn indicator_at(grid: &Grid, at: CellRef) -> Option<String> {
    chosen(&ids(grid, at.row), at).map(|(_, id)| id.clone())
}

/// The same with its cell, where the row holds other ids too.
pub(super) fn indicator_of_several(grid: &Grid, at: CellRef) -> Option<(CellRef, String)> {
    let all = ids(grid, at.row);
    let (cell, id) = chosen(&all, at)?;
    all.iter().any(|(_, other)| other != id).then(|| (*cell, id.clone()))
}

/// An id nearer to the left of a cell that does not count, because no file can speak of it: a mistyped one, perhaps.
pub(crate) fn passed_over(grid: &Grid, at: CellRef) -> Option<(CellRef, String)> {
    let all = ids(grid, at.row);
    let (counts, _) = chosen(&all, at)?;
    all.iter().rfind(|(cell, _)| cell.col < at.col).filter(|(cell, _)| cell != counts).cloned()
}

/// The first 指標ID of a row: what earlier versions took for every cell of it.
pub fn first_of_row(grid: &Grid, row: u32) -> Option<String> {
    ids_of_row(grid, row).into_iter().next()
}

/// Every 指標ID of a row.
pub fn ids_of_row(grid: &Grid, row: u32) -> Vec<String> {
    ids(grid, row).into_iter().map(|(_, id)| id).collect()
}

/// Whether no file can hold an indicator: neither listed nor one of a saved reading's.
pub(crate) fn is_unknown(id: &str, catalog: &Catalog) -> bool {
    !id.starts_with("X-") && catalog.indicator(id).is_none()
}

fn ids(grid: &Grid, row: u32) -> Vec<(CellRef, String)> {
    grid.row(row).iter().filter_map(|cell| Some((cell.at, cell.value.as_text().and_then(id_in)?))).collect()
}

fn chosen(all: &[(CellRef, String)], at: CellRef) -> Option<&(CellRef, String)> {
    let nearest = |known: bool| {
        let fits = move |one: &&(CellRef, String)| is_unknown(&one.1, Catalog::shipped()) != known;
        let left = all.iter().filter(fits).rfind(|(cell, _)| cell.col < at.col);
        left.or_else(|| all.iter().find(fits))
    };
    nearest(true).or_else(|| nearest(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Cell, CellValue};

    #[test]
    fn the_nearest_id_left_of_a_cell_speaks_for_it() {
        for (row, col, id) in [
            ("B4-a . . . . D17-a .", 1, Some("B4-a")),
            ("B4-a . . . . D17-a .", 6, Some("D17-a")),
            // The mark stands before the id of the row.
            (". D2 . D3", 0, Some("D2")),
            // A number of a section, or an id nobody knows, yields.
            ("B4-a Z9 .", 2, Some("B4-a")),
            ("Z9 . B4-a", 1, Some("B4-a")),
            ("Z9 . X-町の指標", 1, Some("X-町の指標")),
            ("Z9 .", 1, Some("Z9")),
            (". .", 1, None),
        ] {
            let cells = (0..).zip(row.split(' ')).filter(|(_, text)| *text != ".");
            let cells = cells.map(|(col, text)| Cell { at: CellRef::new(4, col), value: CellValue::Text(text.into()) });
            let grid = Grid::new("表", false, cells.collect(), Vec::new());
            assert_eq!(indicator_at(&grid, CellRef::new(4, col)).as_deref(), id, "{row} {col}");
        }
    }
}
