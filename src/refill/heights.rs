//! Rows of entry fields as high as their texts need, unless a person set the height.

use std::collections::BTreeMap;

use super::Base;
use crate::diagnostic::{Diagnostic, Place};
use crate::fill::draft::row_key;
use crate::fill::entry_rows::{EntryRows, height_of};
use crate::fill::plan::{CellContent, SheetPlan};
use crate::fill::{FORM_SHEET, StandardTemplate};
use crate::form::{Entry, find_entries};
use crate::read::{CellValue, Grid};

/// Programs round heights to whole pixels (points a row).
const ROUNDING: f64 = 0.8;

/// What fitting leaves besides the plan of the form.
#[derive(Debug, Default)]
pub(super) struct Fitted {
    /// Heights that are on record from now on: block and pair of fields → points
    pub heights: BTreeMap<String, f64>,
    /// Of these the ones that are new
    pub given: Vec<String>,
    /// Texts no rows can hold
    pub diagnostics: Vec<Diagnostic>,
}

/// Plans the heights, in a book of ours.
pub(super) fn fit(base: &Base, grid: &Grid, template: &StandardTemplate, sheet: &mut SheetPlan) -> Fitted {
    let mut fitted = Fitted::default();
    let (Some(last), Some(pristine)) = (&base.last, template.grid(FORM_SHEET)) else { return fitted };
    fitted.heights.clone_from(&last.heights);
    let fresh: BTreeMap<String, f64> = find_entries(pristine)
        .iter()
        .filter_map(|entry| {
            Some((row_key(pristine, entry)?, template.entry_height(EntryRows::of(pristine, entry.cell))))
        })
        .collect();
    let mut rows: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    for entry in find_entries(grid) {
        rows.entry(entry.cell.row).or_default().push(entry);
    }
    for entries in rows.into_values() {
        let Some(first) = entries.first() else { continue };
        let Some(key) = row_key(grid, first) else { continue };
        let rows = EntryRows::of(grid, first.cell);
        let (Some(least), Some((now, seen))) = (fresh.get(&key), seen(base, sheet, rows)) else { continue };
        let tolerance = ROUNDING * seen as f64;
        let ours =
            [Some(least), last.heights.get(&key)].into_iter().flatten().any(|ours| (ours - now).abs() < tolerance);
        let mut needed = *least;
        for entry in &entries {
            let (text, height) = needed_by(base, grid, sheet, entry);
            if height > rows.most() {
                fitted.diagnostics.push(too_high(base, grid, entry, &text));
            }
            needed = needed.max(height);
        }
        let needed = needed.min(rows.most());
        if ours && (needed - now).abs() >= tolerance {
            let mut plan = SheetPlan::default();
            let given = rows.give(&mut plan, needed);
            // Several rows are as high as whole lines are: they may have what is needed already.
            if (given - now).abs() >= tolerance {
                sheet.row_heights.extend(plan.row_heights);
                sheet.hide_rows.extend(plan.hide_rows);
                fitted.heights.insert(key.clone(), given);
                fitted.given.push(key);
            }
        }
    }
    fitted
}

/// The height of a field's rows as they are seen, and how many of them are. `None` where a height is not said.
fn seen(base: &Base, sheet: &SheetPlan, rows: EntryRows) -> Option<(f64, usize)> {
    let hidden = |row: u32| sheet.hide_rows.get(&row).copied().unwrap_or_else(|| base.row_hidden(row));
    let seen: Vec<u32> = rows.all().filter(|row| !hidden(*row)).collect();
    let heights: Option<Vec<f64>> = seen.iter().map(|row| base.row_height(*row)).collect();
    Some((heights?.iter().sum(), seen.len()))
}

fn needed_by(base: &Base, grid: &Grid, sheet: &SheetPlan, entry: &Entry) -> (String, f64) {
    let text = match sheet.cells.get(&entry.cell).map(|edit| &edit.content) {
        Some(CellContent::Text(text)) => text.clone(),
        Some(CellContent::Rich(rich)) => rich.text.clone(),
        Some(_) => String::new(),
        None => grid.get(entry.cell).map(CellValue::display).unwrap_or_default(),
    };
    let to = grid.merges.iter().find(|(from, _)| *from == entry.cell).map_or(entry.cell.col, |(_, to)| to.col);
    // Two characters of half width are one of full width.
    let width = (base.seen_width(entry.cell.col..=to) / 2.0) as usize;
    let height = height_of(&text, width);
    (text, height)
}

fn too_high(base: &Base, grid: &Grid, entry: &Entry, text: &str) -> Diagnostic {
    let message = format!("文章が長く（{}文字）、欄の行を高くできる上限に収まりきりません。", text.chars().count());
    Diagnostic::info("text-higher-than-a-row", message)
        .hint("セルを選ぶと数式バーで全文を読めます。配布資料（PDF）には全文が載ります。")
        .at(Place {
            file: Some(base.name.clone()),
            sheet: Some(grid.name.to_string()),
            cell: Some(entry.cell.to_string()),
        })
}
