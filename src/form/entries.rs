//! The five entry fields of each block: people's work, found by the guide's headings (別添3).

use crate::model::{CellRef, EntryField};
use crate::notation::fold;
use crate::read::{CellValue, Grid};

/// One entry field on a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which of the five fields.
    pub field: EntryField,
    /// The cell of the heading.
    pub heading: CellRef,
    /// The cell people write into: directly below its heading.
    pub cell: CellRef,
}

/// The field of a heading that people worded anew behind its step: 「STEP 1 全国や県との比較」.
fn by_step(folded: &str) -> Option<EntryField> {
    let rest = folded.to_ascii_lowercase();
    let rest = rest.strip_prefix("step")?.trim_start();
    let mut letters = rest.chars();
    let field = match letters.next()? {
        '1' => EntryField::Comparison,
        '2' => EntryField::Hypothesis,
        '3' => EntryField::Verification,
        '4' => EntryField::Measures,
        _ => return None,
    };
    // 「STEP1～4」 speaks of all of them.
    letters
        .next()
        .is_some_and(|next| !next.is_ascii_digit() && !matches!(next, '~' | '～' | '-' | '－'))
        .then_some(field)
}

/// Every entry field of a grid, top to bottom. A heading whose cell below is another heading has no field.
pub fn find_entries(grid: &Grid) -> Vec<Entry> {
    let headings: Vec<(EntryField, String)> =
        EntryField::ALL.into_iter().map(|field| (field, fold(field.heading()))).collect();
    let field_of = |value: &CellValue| {
        let text = value.as_text()?;
        // The longest heading has about 30 characters; long texts people wrote are no headings.
        if text.chars().count() > 60 {
            return None;
        }
        let folded = fold(text);
        let exact = headings.iter().find(|(_, heading)| *heading == folded).map(|(field, _)| *field);
        exact.or_else(|| by_step(&folded))
    };
    grid.cells()
        .iter()
        .filter_map(|cell| {
            let field = field_of(&cell.value)?;
            let bottom = grid.merges.iter().find(|(from, _)| *from == cell.at).map_or(cell.at.row, |(_, to)| to.row);
            let below = CellRef::new(bottom + 1, cell.at.col);
            let taken = grid.get(below).and_then(field_of).is_some();
            (!taken).then_some(Entry { field, heading: cell.at, cell: below })
        })
        .collect()
}
