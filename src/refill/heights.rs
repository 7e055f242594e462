//! Rows of entry fields as high as their texts need, unless a person set the height.

use std::collections::BTreeMap;

use super::Base;
use super::form::FormRefill;
use crate::diagnostic::{Diagnostic, Place};
use crate::fill::draft::row_key;
use crate::fill::list_sheet::lines_of;
use crate::fill::plan::CellContent;
use crate::fill::work_sheets::{ENTRY_LINE, HIGHEST};
use crate::fill::{FORM_SHEET, StandardTemplate};
use crate::form::{Entry, find_entries};
use crate::read::{CellValue, Grid};

/// Programs round heights to whole pixels (points).
const ROUNDING: f64 = 0.8;
/// Above and below the lines (points).
const PADDING: f64 = 8.0;

/// Plans the heights, in a book of ours.
pub(super) fn fit(base: &Base, grid: &Grid, template: &StandardTemplate, form: &mut FormRefill) {
    let (Some(last), Some(pristine)) = (&base.last, template.grid(FORM_SHEET)) else { return };
    form.heights.clone_from(&last.heights);
    let fresh: BTreeMap<String, f64> = find_entries(pristine)
        .iter()
        .filter_map(|entry| Some((row_key(pristine, entry)?, template.row_height(entry.cell.row)?)))
        .collect();
    let mut rows: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    for entry in find_entries(grid) {
        rows.entry(entry.cell.row).or_default().push(entry);
    }
    for (row, entries) in rows {
        let Some(key) = entries.first().and_then(|entry| row_key(grid, entry)) else { continue };
        let (Some(least), Some(now)) = (fresh.get(&key), base.row_height(row)) else { continue };
        let ours =
            [Some(least), last.heights.get(&key)].into_iter().flatten().any(|ours| (ours - now).abs() < ROUNDING);
        let mut needed = *least;
        for entry in &entries {
            let text = match form.sheet.cells.get(&entry.cell).map(|edit| &edit.content) {
                Some(CellContent::Text(text)) => text.clone(),
                Some(CellContent::Rich(rich)) => rich.text.clone(),
                Some(_) => String::new(),
                None => grid.get(entry.cell).map(CellValue::display).unwrap_or_default(),
            };
            let to = grid.merges.iter().find(|(from, _)| *from == entry.cell).map_or(entry.cell.col, |(_, to)| to.col);
            // Two characters of half width are one of full width.
            let width = (base.seen_width(entry.cell.col..=to) / 2.0) as usize;
            let height = lines_of(&text, width.max(4)) as f64 * ENTRY_LINE + PADDING;
            if height > HIGHEST {
                form.diagnostics.push(
                    Diagnostic::info(
                        "text-higher-than-a-row",
                        format!(
                            "文章が長く（{}文字）、Excelの行の高さの上限（409ポイント）に収まりきりません。",
                            text.chars().count()
                        ),
                    )
                    .hint("セルを選ぶと数式バーで全文を読めます。配布資料（PDF）には全文が載ります。")
                    .at(Place {
                        file: Some(base.name.clone()),
                        sheet: Some(grid.name.to_string()),
                        cell: Some(entry.cell.to_string()),
                    }),
                );
            }
            needed = needed.max(height);
        }
        let needed = needed.min(HIGHEST);
        if ours && (needed - now).abs() >= ROUNDING {
            form.sheet.row_heights.insert(row, needed);
            form.heights.insert(key, needed);
        }
    }
}
