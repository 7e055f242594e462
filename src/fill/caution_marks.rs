//! The marks of figures on the form that stand on 「点検」: put where a caution is, taken away where none is any more.

use std::collections::{BTreeMap, BTreeSet};

use super::form_sheet::FigureCells;
use super::plan::{CellStyle, SheetPlan};
use crate::compare::{Caution, Comparison};
use crate::form::FormMap;
use crate::model::CellRef;
use crate::read::Grid;

/// What hidden rows of the form say that lend their style to marked figures.
pub(crate) const STYLE_ROW: &str = "書式の見本（消さないでください）";
/// The row that serves every unit without one of its own.
pub const OTHER_UNITS: &str = "その他";

/// The looks of the form's cells as the book has them.
pub trait Looks {
    /// The number of a cell's style; `None` where the cell is not there yet
    fn style(&self, at: CellRef) -> Option<u32>;
    /// Whether a person gave the cell its looks
    fn are_own(&self, at: CellRef) -> bool;
}

/// A form nobody has worked in.
#[derive(Clone, Copy, Debug)]
pub struct Untouched;

impl Looks for Untouched {
    fn style(&self, _: CellRef) -> Option<u32> {
        None
    }

    fn are_own(&self, _: CellRef) -> bool {
        false
    }
}

/// Gives the figures of cautions the marked style of their unit, where the form has one, and the others of `cells` that
/// bear it the looks of their neighbours. What stands in the cells and all other styles stay.
pub fn mark(
    grid: &Grid,
    map: &FormMap,
    comparison: &Comparison,
    cautions: &[Caution],
    cells: &FigureCells,
    looks: &dyn Looks,
    sheet: &mut SheetPlan,
) {
    let Some(col) = map.blocks.first().map(|block| block.first_col) else { return };
    let styles = style_rows(grid, map);
    let row_for = |unit: &str| {
        let unit = match unit {
            "日" => "回",
            "人" => "円",
            unit => unit,
        };
        styles.get(unit).or_else(|| styles.get(OTHER_UNITS)).copied()
    };
    let samples: BTreeSet<u32> = styles.values().filter_map(|row| looks.style(CellRef::new(*row, col))).collect();
    let wanted: BTreeSet<_> =
        cautions.iter().filter(|caution| caution.marks()).flat_map(|caution| &caution.figures).collect();
    for (key, at) in cells {
        let Some(row) = comparison.rows.get(key.0) else { continue };
        let Some(sample) = row_for(&row.indicator.unit) else { continue };
        let bears_mark = looks.style(*at).is_some_and(|style| samples.contains(&style));
        let like = match (wanted.contains(key), bears_mark) {
            // Colours people gave a figure say more to them than our mark; 「点検」 names it all the same.
            (true, false) if looks.are_own(*at) => continue,
            (true, _) => CellRef::new(sample, col),
            (false, true) => match plain_neighbour(map, *at, looks, &samples) {
                Some(neighbour) => neighbour,
                None => CellRef::new(sample, col + 1),
            },
            (false, false) => continue,
        };
        match sheet.cells.get_mut(at) {
            Some(edit) => edit.style = CellStyle::Like(like),
            None if looks.style(*at) != looks.style(like) => {
                sheet.styles.insert(*at, like);
            }
            None => {}
        }
    }
}

/// A cell that looks as this one would without its mark: the same year's in other blocks of the row. The looks most of
/// them share count, one cell's alone may be a person's.
fn plain_neighbour(map: &FormMap, at: CellRef, looks: &dyn Looks, samples: &BTreeSet<u32>) -> Option<CellRef> {
    let home = map.blocks.iter().find(|block| (block.first_col..=block.last_col).contains(&at.col))?;
    let offset = at.col - home.first_col;
    let beside = map.blocks.iter().filter(|block| block.first_col != home.first_col);
    let mut found: BTreeMap<u32, Vec<CellRef>> = BTreeMap::new();
    for block in beside.filter(|block| block.first_col + offset <= block.last_col) {
        let cell = CellRef::new(at.row, block.first_col + offset);
        if let Some(style) = looks.style(cell).filter(|style| !samples.contains(style)) {
            found.entry(style).or_default().push(cell);
        }
    }
    found.into_values().max_by_key(Vec::len).filter(|alike| alike.len() > 1)?.into_iter().next()
}

/// Hidden rows of the form that lend their style: unit → row. The first year column is marked, the second one plain.
pub fn style_rows<'a>(grid: &'a Grid, map: &FormMap) -> BTreeMap<&'a str, u32> {
    let names = grid.cells().iter().filter(|cell| cell.at.col + 1 == map.id_col);
    names
        .filter(|cell| cell.value.as_text() == Some(STYLE_ROW))
        .filter_map(|cell| Some((grid.text(cell.at.row, map.id_col + 1)?, cell.at.row)))
        .collect()
}
