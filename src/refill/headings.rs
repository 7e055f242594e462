//! Headings of the form that this product wrote: the line under the title, names, years, 備考. A heading a person
//! worded differently stays.

use std::collections::BTreeSet;

use super::blocks::{BlockPlan, Blocks};
use super::cells::shown;
use super::form::FormRefill;
use super::{Base, RefillOptions, remarks};
use crate::compare::ShownYear;
use crate::fill::entry_rows::EntryRows;
use crate::fill::form_sheet::{added_entries, added_title};
use crate::fill::meta_sheet::Shown;
use crate::fill::plan::{CellContent, SheetPlan};
use crate::fill::words::period_span;
use crate::model::CellRef;
use crate::notation::{fold, wareki};
use crate::read::Grid;

/// Years that are shown at the least.
const MIN_SHOWN: usize = 3;

/// Plans the headings.
pub(super) fn plan(base: &Base, grid: &Grid, blocks: &Blocks, options: &RefillOptions, out: &mut FormRefill) {
    let sheet = &mut out.sheet;
    for block in &blocks.plans {
        years(base, grid, blocks, block, sheet);
    }
    out.diagnostics.extend(remarks::plan(base, grid, blocks, sheet));
    if base.last.is_none() {
        return;
    }
    for block in &blocks.plans {
        name(base, grid, blocks, block, sheet);
        columns(base, block, sheet);
    }
    head_line(base, grid, blocks, options, sheet);
}

pub(super) fn put(grid: &Grid, sheet: &mut SheetPlan, at: CellRef, text: String) {
    let there = shown(grid.get(at));
    if there != Some(Shown::Text(text.clone())) {
        sheet.set(at, CellContent::Text(text));
    }
}

/// The row of words above the years, where the form has one.
fn words_row(base: &Base) -> Option<u32> {
    base.map.role_row.filter(|role| base.last.is_some() && base.map.year_row >= role + 3).map(|_| base.map.year_row - 1)
}

fn years(base: &Base, grid: &Grid, blocks: &Blocks, block: &BlockPlan, sheet: &mut SheetPlan) {
    let words = words_row(base);
    let heading = |col: u32| words.and_then(|row| grid.text(row, col)).unwrap_or_default().trim().to_owned();
    // The year each word speaks of; anything else is a person's.
    let says = |col: u32, year: i32| fold(heading(col).trim_end_matches('※')) == fold(&wareki(year));
    for &(col, year) in &block.new {
        let at = CellRef::new(base.map.year_row, col);
        let before = block.old.iter().find(|(old, _)| *old == col).map(|(_, year)| *year);
        // Where people took the row of western years out, the years stand in words.
        let in_words =
            block.old.iter().any(|(col, _)| grid.text(at.row, *col).is_some_and(|text| text.contains("年度")));
        if before != Some(year) {
            let number = CellContent::Number(f64::from(year));
            sheet.set(at, if in_words { CellContent::Text(wareki(year)) } else { number });
        }
        let Some(row) = words else { continue };
        let part = match blocks.comparison.years.iter().find(|shown| shown.year == year) {
            Some(shown) => shown.part_year,
            None => block.old.iter().any(|(old, of)| *of == year && heading(*old).ends_with('※')),
        };
        let ours = match before {
            Some(before) => says(col, before) || heading(col).is_empty() || before != year,
            None => true,
        };
        if ours {
            put(grid, sheet, CellRef::new(row, col), format!("{}{}", wareki(year), if part { "※" } else { "" }));
        }
    }
    for (col, _) in block.old.iter().filter(|(col, _)| block.new.iter().all(|(new, _)| new != col)) {
        sheet.set(CellRef::new(base.map.year_row, *col), CellContent::Blank);
        if let Some(row) = words {
            sheet.set(CellRef::new(row, *col), CellContent::Blank);
        }
    }
}

/// The area's name over a block that shows another area now.
fn name(base: &Base, grid: &Grid, blocks: &Blocks, block: &BlockPlan, sheet: &mut SheetPlan) {
    let (Some(_), Some(role_row), Some(found), Some(one)) =
        (words_row(base), base.map.role_row, base.map.block(block.role), blocks.comparison.participants.get(block.who))
    else {
        return;
    };
    if block.meta_role.is_none() {
        put(grid, sheet, CellRef::new(role_row + 1, found.first_col), one.area.name.clone());
    }
}

/// Columns that came into use are shown, those that went out of use hidden; all others stay as people set them.
fn columns(base: &Base, block: &BlockPlan, sheet: &mut SheetPlan) {
    let Some(found) = base.map.block(block.role) else { return };
    for (col, _) in block.new.iter().filter(|(col, _)| block.old.iter().all(|(old, _)| old != col)) {
        sheet.hide_columns.insert(*col, false);
    }
    if block.old.is_empty() {
        for col in (found.first_col..=found.last_col).take(MIN_SHOWN) {
            sheet.hide_columns.insert(col, false);
        }
    }
    let least = found.first_col + MIN_SHOWN as u32;
    let enough = block.new.len() >= MIN_SHOWN;
    for (col, _) in block.old.iter().filter(|(col, _)| block.new.iter().all(|(new, _)| new != col)) {
        if enough || *col >= least {
            sheet.hide_columns.insert(*col, true);
        }
    }
}

/// The line 「…　表示期間：…　作成日：…」, wherever it stands now.
fn head_line(base: &Base, grid: &Grid, blocks: &Blocks, options: &RefillOptions, sheet: &mut SheetPlan) {
    let Some(own) = blocks.comparison.participants.first() else { return };
    let line =
        base.map.titles.iter().find(|(_, text)| {
            text.starts_with(&own.area.name) && text.contains("表示期間：") && text.contains("作成日：")
        });
    let Some((at, _)) = line else { return };
    let shown: BTreeSet<i32> = blocks
        .plans
        .iter()
        .filter(|block| block.who == 0)
        .flat_map(|block| block.new.iter().map(|(_, year)| *year))
        .collect();
    let years: Vec<ShownYear> =
        shown.into_iter().map(|year| ShownYear { year, part_year: false, months: None }).collect();
    let date = options.date;
    let mut text = format!(
        "{}　表示期間：{}　作成日：{}年{}月{}日",
        own.area.name,
        period_span(&years),
        date.year,
        date.month,
        date.day
    );
    for year in blocks.comparison.years.iter().filter(|year| year.part_year) {
        text.push_str(&match year.months {
            Some(months) => format!("　※{}は{months}か月分です。", wareki(year.year)),
            None => format!("　※{}は年の途中の数値と思われます。", wareki(year.year)),
        });
    }
    put(grid, sheet, *at, text);
}

/// Shows the block 「指標追加」 and one of its rows.
pub(super) fn show_added(grid: &Grid, row: u32, sheet: &mut SheetPlan) {
    sheet.hide_rows.insert(row, false);
    let Some(title) = added_title(grid) else { return };
    sheet.hide_rows.insert(title, false);
    if let Some(gap) = title.checked_sub(1) {
        sheet.hide_rows.insert(gap, false);
    }
    for entry in added_entries(grid, title) {
        sheet.hide_rows.insert(entry.heading.row, false);
        EntryRows::of(grid, entry.cell).show(sheet, true);
    }
}
