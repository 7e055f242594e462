//! The plan of the form itself: headings, years, statistics, 「指標追加」 rows, shown and hidden columns and rows.

use std::collections::BTreeMap;

use super::caution_marks::{OTHER_UNITS, style_rows};
use super::entry_rows::EntryRows;
use super::ledger::{Ledger, MissingFigure, UnfilledPlace};
use super::plan::{CellContent, SheetPlan};
use super::words::{period_span, remark_of_row};
use crate::compare::{ComparedRow, Comparison, Participant, ShownYear};
use crate::diagnostic::Diagnostic;
use crate::form::{Entry, FormBlock, FormMap, Role, find_entries};
use crate::model::{CellRef, Date, Datum, MissingReason};
use crate::notation::fold;
use crate::notation::wareki;
use crate::read::Grid;

/// Year columns of a block that are shown at the least.
const MIN_SHOWN: usize = 3;
/// Title of the block for added indicators.
const ADDED_BLOCK: &str = "指標追加";

/// Where each figure was put: (row of the comparison, participant, year) → cell of the form.
pub type FigureCells = BTreeMap<(usize, usize, i32), CellRef>;

/// The form's plan and what it leaves open.
#[derive(Debug, Default)]
pub struct FormPlan {
    /// Edits of the form's sheet
    pub sheet: SheetPlan,
    /// Addresses of the figures
    pub cells: FigureCells,
    /// What prints, when the block of added indicators is shown
    pub print_area: Option<String>,
    /// Account
    pub ledger: Ledger,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Plans a fresh template's form.
pub fn plan(grid: &Grid, map: &FormMap, comparison: &Comparison, date: Date) -> FormPlan {
    let mut plan = FormPlan::default();
    head_line(grid, &mut plan.sheet, comparison, date);
    let mut columns: BTreeMap<(usize, i32), u32> = BTreeMap::new();
    for block in &map.blocks {
        let who = comparison.participants.iter().position(|participant| participant.role == block.role);
        let shown = who.map(|who| {
            if let Some(participant) = comparison.participants.get(who) {
                head_block(&mut plan.sheet, map, block, participant, &comparison.years);
            }
            for (col, year) in (block.first_col..=block.last_col).zip(&comparison.years) {
                columns.insert((who, year.year), col);
            }
            comparison.years.len().max(MIN_SHOWN) as u32
        });
        // Entry fields stand below the first three blocks: those never get too narrow to write in.
        let least = if matches!(block.role, Role::Other(_)) { 0 } else { MIN_SHOWN as u32 };
        for (offset, col) in (block.first_col..=block.last_col).enumerate() {
            plan.sheet.hide_columns.insert(col, offset as u32 >= shown.unwrap_or(least));
        }
    }
    let beyond: Vec<&str> = comparison
        .participants
        .iter()
        .filter(|participant| map.block(participant.role).is_none())
        .map(|participant| participant.area.name.as_str())
        .collect();
    if !beyond.is_empty() {
        plan.diagnostics.push(Diagnostic::info(
            "others-beyond-form",
            format!(
                "様式に並べられる比較地域の数を超えたため、{}は様式ではなく「比較と判定」のシートに載せました。",
                beyond.join("、")
            ),
        ));
    }
    let added_rows = added_rows(grid, map);
    show_added(grid, map, &mut plan.sheet, comparison, &added_rows);
    plan.print_area = print_area(grid, map, comparison);
    let mut next_added = added_rows.iter().copied();
    for (index, row) in comparison.rows.iter().enumerate() {
        let sheet_row = if row.added { next_added.next() } else { row_of(map, row.indicator.id.as_str()) };
        let Some(sheet_row) = sheet_row else {
            plan.diagnostics.push(
                Diagnostic::warning(
                    "no-row",
                    format!(
                        "様式に {} {} の行が無いため、載せられませんでした。",
                        row.indicator.id, row.indicator.name
                    ),
                )
                .hint("指標追加は20件までです。件数を減らすか、シートを分けてください。"),
            );
            continue;
        };
        let like_row = row.added.then(|| row_with_unit(map, comparison, &row.indicator.unit)).flatten();
        // A unit the form has no row of borrows the looks of the hidden row for all others.
        let plain = || style_rows(grid, map).get(OTHER_UNITS).map(|row| CellRef::new(*row, map.id_col + 4));
        let like_other = if row.added && like_row.is_none() { plain() } else { None };
        if row.added {
            head_added(&mut plan.sheet, map, sheet_row, &row.indicator);
        }
        remark(&mut plan.sheet, map, sheet_row, row, &comparison.years);
        for (&(who, year), &col) in &columns {
            let at = CellRef::new(sheet_row, col);
            let figure = row.figures.get(&(who, year));
            let area = comparison.participants.get(who).map(|p| p.area.name.clone()).unwrap_or_default();
            let content = match figure.map(|figure| figure.datum) {
                Some(Datum::Value(value)) => {
                    plan.ledger.filled += 1;
                    Some(CellContent::Number(value))
                }
                Some(Datum::Missing(reason)) => {
                    plan.ledger.missing.push(MissingFigure {
                        indicator: row.indicator.id.to_string(),
                        area,
                        year,
                        reason: reason.id(),
                    });
                    (reason != MissingReason::Blank).then(|| CellContent::Text(reason.mark().to_owned()))
                }
                None => {
                    plan.ledger.unfilled_places.push(UnfilledPlace {
                        sheet: grid.name.to_string(),
                        cell: at.to_string(),
                        indicator: row.indicator.id.to_string(),
                        area,
                        year,
                    });
                    None
                }
            };
            let Some(content) = content else { continue };
            match like_row.map(|row| CellRef::new(row, col)).or(like_other) {
                Some(like) => plan.sheet.set_like(at, content, like),
                None => plan.sheet.set(at, content),
            }
            plan.cells.insert((index, who, year), at);
        }
    }
    plan
}

fn row_of(map: &FormMap, id: &str) -> Option<u32> {
    map.rows.iter().find(|row| row.id == id).map(|row| row.row)
}

/// A row of the form whose indicator has the same unit, for its number format; 人 borrows the format of 円.
pub(crate) fn row_with_unit(map: &FormMap, comparison: &Comparison, unit: &str) -> Option<u32> {
    let of = |unit: &str| {
        comparison
            .rows
            .iter()
            .filter(|row| !row.added && &*row.indicator.unit == unit)
            .find_map(|row| row_of(map, row.indicator.id.as_str()))
    };
    of(unit).or_else(|| match unit {
        "人" | "世帯" | "件" => of("円"),
        _ => None,
    })
}

/// From the title to the last entry field of the added block; the template's own area ends before that block.
fn print_area(grid: &Grid, map: &FormMap, comparison: &Comparison) -> Option<String> {
    if !comparison.rows.iter().any(|row| row.added) {
        return None;
    }
    let last_row =
        added_entries(grid, added_title(grid)?).iter().map(|entry| EntryRows::of(grid, entry.cell).last).max()?;
    let last_col = map.blocks.iter().map(|block| block.last_col).max()?;
    let column = CellRef::new(last_row, last_col).column_name();
    Some(format!("$A$1:${column}${}", last_row + 1))
}

/// The line under the title: who, when, and what is not a whole year.
fn head_line(grid: &Grid, sheet: &mut SheetPlan, comparison: &Comparison, date: Date) {
    let Some(own) = comparison.participants.first() else { return };
    let mut line = format!(
        "{}　表示期間：{}　作成日：{}年{}月{}日",
        own.area.name,
        period_span(&comparison.years),
        date.year,
        date.month,
        date.day
    );
    for year in comparison.years.iter().filter(|year| year.part_year) {
        line.push_str(&match year.months {
            Some(months) => format!("　※{}は{months}か月分です。", wareki(year.year)),
            None => format!("　※{}は年の途中の数値と思われます。", wareki(year.year)),
        });
    }
    // The line stands below the title's cell.
    let title_row = grid.cells().first().map_or(0, |cell| cell.at.row);
    sheet.set(CellRef::new(title_row + 1, 0), CellContent::Text(line));
}

fn head_block(sheet: &mut SheetPlan, map: &FormMap, block: &FormBlock, participant: &Participant, years: &[ShownYear]) {
    if let Some(role_row) = map.role_row {
        sheet.set(CellRef::new(role_row + 1, block.first_col), CellContent::Text(participant.area.name.clone()));
    }
    for (col, year) in (block.first_col..=block.last_col).zip(years) {
        sheet.set(CellRef::new(map.year_row, col), CellContent::Number(f64::from(year.year)));
        // Words stand above the number where the template has a row of its own for them.
        if map.role_row.is_some_and(|role_row| map.year_row >= role_row + 3) {
            let mark = if year.part_year { "※" } else { "" };
            sheet.set(CellRef::new(map.year_row - 1, col), CellContent::Text(format!("{}{mark}", wareki(year.year))));
        }
    }
}

/// 備考 of the rows a part-year concerns, in words the reader of a sheet understands again.
fn remark(sheet: &mut SheetPlan, map: &FormMap, at: u32, row: &ComparedRow, years: &[ShownYear]) {
    let text = remark_of_row(row, years);
    if !text.is_empty() {
        sheet.set(CellRef::new(at, map.id_col + 2), CellContent::Text(text));
    }
}

/// The prepared rows of the block 「指標追加」: from below its title to above its first entry heading.
pub(crate) fn added_rows(grid: &Grid, map: &FormMap) -> Vec<u32> {
    let Some(title) = added_title(grid) else { return Vec::new() };
    let end = added_entries(grid, title).first().map_or(title + 1, |entry| entry.heading.row);
    (title + 1..end).filter(|row| map.rows.iter().all(|known| known.row != *row)).collect()
}

pub(crate) fn added_title(grid: &Grid) -> Option<u32> {
    grid.cells()
        .iter()
        .find(|cell| cell.at.col == 0 && cell.value.as_text().is_some_and(|text| fold(text).starts_with(ADDED_BLOCK)))
        .map(|cell| cell.at.row)
}

pub(crate) fn added_entries(grid: &Grid, title: u32) -> Vec<Entry> {
    find_entries(grid).into_iter().filter(|entry| entry.heading.row > title).collect()
}

fn show_added(grid: &Grid, map: &FormMap, sheet: &mut SheetPlan, comparison: &Comparison, rows: &[u32]) {
    let Some(title) = added_title(grid) else { return };
    let count = comparison.rows.iter().filter(|row| row.added).count();
    let used = count > 0;
    // The row before the title sets the block off from the one above.
    if let Some(gap) = title.checked_sub(1) {
        sheet.hide_rows.insert(gap, !used);
    }
    sheet.hide_rows.insert(title, !used);
    for (index, row) in rows.iter().enumerate() {
        sheet.hide_rows.insert(*row, index >= count);
    }
    for entry in added_entries(grid, title) {
        sheet.hide_rows.insert(entry.heading.row, !used);
        EntryRows::of(grid, entry.cell).show(sheet, used);
    }
    debug_assert!(map.rows.iter().all(|row| !rows.contains(&row.row)), "prepared rows hold no indicator");
}

pub(crate) fn head_added(sheet: &mut SheetPlan, map: &FormMap, row: u32, indicator: &crate::catalog::Indicator) {
    let name_col = map.id_col.saturating_sub(1);
    sheet.set(CellRef::new(row, name_col), CellContent::Text(indicator.name.clone()));
    sheet.set(CellRef::new(row, map.id_col), CellContent::Text(indicator.id.to_string()));
    sheet.set(CellRef::new(row, map.id_col + 1), CellContent::Text(indicator.unit.to_string()));
}
