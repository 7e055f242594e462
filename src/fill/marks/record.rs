//! What stands in `_meta` about each place of a template of people's own, and how the place is found again.
//!
//! A place is known by the 指標ID of its row and by the nearest words to its left and above it: these go with it when
//! rows and columns are inserted, sorted or moved. An address alone never is.

use std::collections::BTreeSet;

use crate::fill::meta_sheet::{FigureKey, Shown, role_from_id, role_id};
use crate::fill::plan::CellContent;
use crate::model::CellRef;
use crate::read::{CellValue, Grid};
use crate::template::row_id::{first_of_row, ids_of_row, indicator_at};

/// Headings above a figure that tell it from others.
const HEADINGS: usize = 3;

/// One place: `mark <sheet> <cell> <text of the template> <written> <left> <above> <指標ID of the row> <figures>`.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkRecord {
    /// Sheet when it was written
    pub sheet: String,
    /// Cell when it was written
    pub at: CellRef,
    /// What the template says there, marks and all
    pub text: String,
    /// What was written; `None` for nothing
    pub last: Option<Shown>,
    /// The nearest words to the left
    pub left: String,
    /// The nearest words above
    pub above: String,
    /// 指標ID of the row; empty when it has none
    pub id: String,
    /// The figures the text speaks of
    pub figures: Vec<FigureKey>,
}

impl MarkRecord {
    /// Whether a cell holds what was written.
    pub(super) fn stands(&self, grid: &Grid, at: CellRef) -> bool {
        match (grid.get(at), &self.last) {
            (Some(CellValue::Number(a)), Some(Shown::Number(b))) => (a - b).abs() <= 1e-14 * a.abs().max(b.abs()),
            (Some(value), Some(Shown::Text(text))) => value.as_text() == Some(text),
            _ => false,
        }
    }

    fn fits(&self, grid: &Grid, at: CellRef) -> bool {
        self.is_of_row(grid, at) && left_of(grid, at) == self.left && above(grid, at) == self.above
    }

    /// Whether the same 指標ID speaks for a cell. Where nothing moved, what earlier versions took for it counts too.
    fn is_of_row(&self, grid: &Grid, at: CellRef) -> bool {
        indicator_at(grid, at).unwrap_or_default() == self.id
            || (at == self.at && first_of_row(grid, at.row).unwrap_or_default() == self.id)
    }

    pub(in crate::fill) fn row(&self) -> Vec<CellContent> {
        let text = |text: &str| if text.is_empty() { CellContent::Blank } else { CellContent::Text(text.to_owned()) };
        let figures: Vec<String> =
            self.figures.iter().map(|(id, role, year)| format!("{id} {} {year}", role_id(*role))).collect();
        vec![
            text("mark"),
            text(&self.sheet),
            text(&self.at.to_string()),
            text(&self.text),
            match &self.last {
                None => CellContent::Blank,
                Some(Shown::Number(number)) => CellContent::Number(*number),
                Some(Shown::Text(written)) => text(written),
            },
            text(&self.left),
            text(&self.above),
            text(&self.id),
            text(&figures.join("; ")),
        ]
    }

    pub(in crate::fill) fn read(grid: &Grid, row: u32) -> Option<Self> {
        let text = |col: u32| grid.get(CellRef::new(row, col)).map(CellValue::display).unwrap_or_default();
        let figures = text(8);
        let figure = |words: &str| {
            let mut words = words.split(' ');
            Some((words.next()?.to_owned(), role_from_id(words.next()?)?, words.next()?.parse().ok()?))
        };
        Some(Self {
            sheet: text(1),
            at: CellRef::parse(&text(2))?,
            text: text(3),
            last: grid.get(CellRef::new(row, 4)).map(|value| match value {
                CellValue::Number(number) => Shown::Number(*number),
                other => Shown::Text(other.display()),
            }),
            left: text(5),
            above: text(6),
            id: text(7),
            figures: figures.split("; ").filter_map(figure).collect(),
        })
    }
}

/// Where places stand in a sheet now, one list a record: by the words around them, else by what is left of these.
pub fn locate(grid: &Grid, records: &[&MarkRecord]) -> Vec<Vec<CellRef>> {
    let mut found = by_words(grid, records);
    let taken: BTreeSet<CellRef> = found.iter().flatten().copied().collect();
    let loose: Vec<Option<CellRef>> = records
        .iter()
        .zip(&found)
        .map(|(record, places)| if places.is_empty() { loosely(grid, record, records, &taken) } else { None })
        .collect();
    for (places, at) in found.iter_mut().zip(&loose) {
        // What two places claim is neither's.
        if let Some(at) = at
            && loose.iter().filter(|other| other.as_ref() == Some(at)).count() == 1
        {
            places.push(*at);
        }
    }
    found
}

/// Everywhere the words and the 指標ID stand around the value that was written, or at the old address when these stand
/// there still. Where other places stand between the same words and something moved, only a number that no other of them
/// has tells them apart; else the place is not found.
fn by_words(grid: &Grid, records: &[&MarkRecord]) -> Vec<Vec<CellRef>> {
    let moved = records.iter().any(|record| !record.fits(grid, record.at));
    records
        .iter()
        .map(|record| {
            let twins: Vec<_> = records
                .iter()
                .filter(|other| other.at != record.at)
                .filter(|other| (&other.left, &other.above, &other.id) == (&record.left, &record.above, &record.id))
                .collect();
            let told_apart = match &record.last {
                Some(Shown::Number(_)) => twins.iter().all(|other| other.last != record.last),
                _ => twins.is_empty(),
            };
            let mut found = Vec::new();
            let doubtful = moved && !twins.is_empty();
            if record.fits(grid, record.at) && (!doubtful || (told_apart && record.stands(grid, record.at))) {
                found.push(record.at);
            }
            if !told_apart {
                return found;
            }
            let elsewhere = grid.cells().iter().map(|cell| cell.at).filter(|at| *at != record.at);
            found.extend(elsewhere.filter(|at| record.stands(grid, *at) && record.fits(grid, *at)));
            found
        })
        .collect()
}

/// The one cell in a row of the same 指標ID that holds what was written, with the words at least to its left or above it;
/// of a place that was left empty the one empty cell of that row under the same headings. Headings can be reworded, a
/// column of notes put in, rows sorted. A cell between the words of another place is that place's.
fn loosely(grid: &Grid, record: &MarkRecord, all: &[&MarkRecord], taken: &BTreeSet<CellRef>) -> Option<CellRef> {
    let others = || all.iter().filter(|other| other.at != record.at);
    let free = |at: &CellRef| !taken.contains(at) && !others().any(|other| other.fits(grid, *at));
    let the_one = |mut cells: Vec<CellRef>| cells.pop().filter(|_| cells.is_empty());
    if record.last.is_some() {
        let standing = || grid.cells().iter().map(|cell| cell.at).filter(|at| record.stands(grid, *at));
        let near = |at: &CellRef| left_of(grid, *at) == record.left || above(grid, *at) == record.above;
        let of_row = standing().filter(|at| record.is_of_row(grid, *at) && near(at));
        return the_one(of_row.filter(free).collect());
    }
    if record.id.is_empty() || others().any(|other| (&other.id, &other.above) == (&record.id, &record.above)) {
        return None;
    }
    let last = grid.extent()?.col;
    let rows = grid.rows().filter_map(|row| row.first()).map(|cell| cell.at.row);
    let of_row = rows.filter(|row| ids_of_row(grid, *row).contains(&record.id));
    let cells = of_row.flat_map(|row| (0..=last).map(move |col| CellRef::new(row, col)));
    let empty = cells.filter(|at| grid.get(*at).is_none() && record.is_of_row(grid, *at));
    the_one(empty.filter(|at| above(grid, *at) == record.above).filter(free).collect())
}

/// The nearest words in the row to the left; figures are passed over.
pub fn left_of(grid: &Grid, at: CellRef) -> String {
    let before = grid.row(at.row).iter().rev().filter(|cell| cell.at.col < at.col);
    before.filter_map(|cell| words(&cell.value)).next().unwrap_or_default()
}

/// The nearest words in the column above, merged headings included, nearest first; figures are passed over.
pub fn above(grid: &Grid, at: CellRef) -> String {
    let mut found: Vec<String> = Vec::new();
    for row in (0..at.row).rev() {
        let Some(text) = grid.get_merged(CellRef::new(row, at.col)).and_then(words) else { continue };
        if found.last() != Some(&text) {
            found.push(text);
        }
        if found.len() == HEADINGS {
            break;
        }
    }
    found.join("｜")
}

/// A text that says something, or a year.
fn words(value: &CellValue) -> Option<String> {
    match value {
        CellValue::Number(year) if year.fract() == 0.0 && (2000.0..=2100.0).contains(year) => Some(format!("{year}")),
        CellValue::Text(text) if text.chars().any(char::is_alphanumeric) => Some(text.chars().take(100).collect()),
        _ => None,
    }
}
