//! 「出典」 of a book people worked in: rows for the figures of now, and those of earlier figures that still stand, so that
//! where a figure came from can be asked as long as it is there.

use std::collections::{BTreeMap, BTreeSet};

use super::Base;
use super::carry::{List, Sheet};
use super::cells::{same, shown};
use super::companions::{Planned, drop_idle, unlink_leftovers};
use crate::compare::{ComparedRow, Comparison};
use crate::fill::form_sheet::FigureCells;
use crate::fill::list_sheet::link;
use crate::fill::meta_sheet::{FigureKey, Shown};
use crate::fill::plan::{CellContent, SheetPlan};
use crate::fill::wrote;
use crate::fill::{SOURCE_SHEET, StandardTemplate, source_sheet};
use crate::form::{FormBlock, FormMap, Role};
use crate::model::CellRef;
use crate::notation::{fold, wareki};
use crate::read::{CellValue, Grid};

/// A figure as 「出典」 names it: 指標ID, area, 年度.
pub(super) type Named = (String, String, i32);

/// Columns of 「出典」 that are ours, those that name a figure, and 備考.
const COLUMNS: u32 = 13;
const NAMES: [u32; 3] = [1, 3, 4];
const REMARK: u32 = 11;
/// What names an item of the list.
const KEYS: &[&[u32]] = &[&NAMES];
/// How 備考 of a figure begins that no file of now says.
const STAYS: &str = "いまの資料にない数値";

/// The cell 番号 above the list.
fn heading(grid: &Grid) -> Option<CellRef> {
    grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "番号")).map(|cell| cell.at)
}

/// 「出典」.
pub(super) fn sources(
    base: &Base,
    map: &FormMap,
    comparison: &Comparison,
    cells: &FigureCells,
    values: &BTreeMap<FigureKey, (Shown, CellRef)>,
    template: &StandardTemplate,
) -> Option<Planned> {
    let grid = base.grid(SOURCE_SHEET)?;
    let mut fresh = source_sheet::plan(grid, &base.map.sheet, comparison, cells);
    let standing = standing(base, map, comparison, values);
    for (named, row) in keep(grid, &standing.keys().cloned().collect(), &mut fresh) {
        if let (Some(Some(at)), Some(heading)) = (standing.get(&named), heading(grid)) {
            fresh.links.insert(CellRef::new(row, heading.col), link(&base.map.sheet, *at));
        }
    }
    let marks = wrote::of_plan(&fresh);
    let mut sources = source_rows(grid, fresh);
    let list = List::below(grid, "番号", COLUMNS, KEYS).map(|list| List { signed: Some(COLUMNS - 1), ..list });
    let items = Sheet { base, grid, pristine: template.grid(SOURCE_SHEET), list }.carry(&mut sources);
    // Only the numbers lead anywhere; a row that came to stand in another's place must not lead where that one led.
    if let Some(list) = &list {
        unlink_leftovers(&List { width: 1, ..*list }, &mut sources);
    }
    let first_rows = first_rows(grid, &sources);
    drop_idle(grid, &mut sources);
    Some(Planned { sheet: sources, marks, items, first_rows })
}

/// Figures that were written earlier and still stand on the form, though this time's figures do not hold them: each
/// with the cell where it will stand, `None` where that is not sure. `map`: the form with the years its columns will have.
fn standing(
    base: &Base,
    map: &FormMap,
    comparison: &Comparison,
    values: &BTreeMap<FigureKey, (Shown, CellRef)>,
) -> BTreeMap<Named, Option<CellRef>> {
    let mut found = BTreeMap::new();
    let (Some(grid), Some(last)) = (base.form_grid(), &base.last) else { return found };
    let compared: BTreeMap<Role, usize> =
        comparison.participants.iter().enumerate().map(|(who, one)| (one.role, who)).collect();
    let rows: BTreeMap<&str, &ComparedRow> =
        comparison.rows.iter().map(|row| (row.indicator.id.as_str(), row)).collect();
    let column = |block: &FormBlock, year: i32| block.years.iter().find(|(_, of)| **of == year).map(|(col, _)| *col);
    for ((id, role, year), (written, _)) in values {
        let who = compared.get(role);
        if who.zip(rows.get(id.as_str())).is_some_and(|(who, row)| row.figures.contains_key(&(*who, *year))) {
            continue;
        }
        let area = who.and_then(|who| comparison.participants.get(*who)).map(|one| &one.area.name);
        let Some(area) = area.or_else(|| last.areas.get(role).map(|(_, name)| name)) else { continue };
        let Some(row) = base.map.rows.iter().find(|row| row.id == *id).map(|row| row.row) else { continue };
        let says = |at: CellRef| shown(grid.get(at)).is_some_and(|there| same(&there, written));
        let stands = |block: &FormBlock| column(block, *year).map(|col| CellRef::new(row, col)).filter(|at| says(*at));
        let at = if who.is_some() {
            if base.map.block(*role).and_then(stands).is_none() {
                continue;
            }
            map.block(*role).and_then(|block| column(block, *year)).map(|col| CellRef::new(row, col))
        } else {
            // Which block an area has that is no longer compared, only its figures tell.
            let idle = base.map.blocks.iter().filter(|block| !compared.contains_key(&block.role));
            let places: Vec<CellRef> = idle.filter_map(stands).collect();
            match places.as_slice() {
                [] => continue,
                [only] => Some(*only),
                _ => None,
            }
        };
        found.insert((id.clone(), area.clone(), *year), at);
    }
    found
}

/// The first row of each indicator on 「出典」 as planned: people's own rows may lie between ours.
fn first_rows(grid: &Grid, plan: &SheetPlan) -> BTreeMap<String, u32> {
    let mut rows = BTreeMap::new();
    let heading = grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "指標ID"));
    let Some(heading) = heading.map(|cell| cell.at) else { return rows };
    for (at, edit) in plan.cells.iter().filter(|(at, _)| at.col == heading.col && at.row > heading.row) {
        if let CellContent::Text(id) = &edit.content {
            rows.entry(id.clone()).or_insert(at.row);
        }
    }
    rows
}

/// Puts the rows that figures without a fresh one had behind the fresh ones; tells which row each got.
pub(super) fn keep(grid: &Grid, figures: &BTreeSet<Named>, fresh: &mut SheetPlan) -> Vec<(Named, u32)> {
    let mut kept = Vec::new();
    let Some(heading) = heading(grid).filter(|_| !figures.is_empty()) else { return kept };
    let (first, left) = (heading.row + 1, heading.col);
    let wanted: BTreeMap<[String; 3], &Named> = figures
        .iter()
        .map(|named| ([named.0.clone(), named.1.clone(), format!("{}（{}）", wareki(named.2), named.2)], named))
        .collect();
    let in_plan = |sheet: &SheetPlan, row: u32| {
        NAMES.map(|col| match sheet.cells.get(&CellRef::new(row, left + col)).map(|edit| &edit.content) {
            Some(CellContent::Text(text)) => text.clone(),
            _ => String::new(),
        })
    };
    let mut rows: BTreeSet<u32> = fresh.cells.keys().map(|at| at.row).collect();
    let mut known: BTreeSet<[String; 3]> = rows.iter().map(|row| in_plan(fresh, *row)).collect();
    for row in grid.rows().filter_map(|row| row.first()).map(|cell| cell.at.row).filter(|row| *row >= first) {
        let names = NAMES.map(|col| grid.text(row, left + col).unwrap_or_default().to_owned());
        let Some(named) = wanted.get(&names).filter(|_| known.insert(names)) else { continue };
        let at = rows.last().map_or(first, |last| last + 1);
        rows.insert(at);
        kept.push(((*named).clone(), at));
        for col in 0..COLUMNS {
            let content = match grid.get(CellRef::new(row, left + col)) {
                _ if col == 0 => CellContent::Number(f64::from(at - first + 1)),
                old if col == REMARK => CellContent::Text(remark(old.and_then(CellValue::as_text).unwrap_or_default())),
                Some(CellValue::Number(number)) => CellContent::Number(*number),
                Some(other) => CellContent::Text(other.display()),
                None => CellContent::Blank,
            };
            fresh.set_like(CellRef::new(at, left + col), content, CellRef::new(first, left + col));
        }
    }
    kept
}

fn remark(old: &str) -> String {
    match old.trim() {
        "" => STAYS.to_owned(),
        old if old.starts_with(STAYS) => old.to_owned(),
        old => format!("{STAYS}。{old}"),
    }
}

/// The planned rows of 「出典」 without those that stand already.
pub(super) fn source(grid: &Grid, fresh: SheetPlan) -> SheetPlan {
    let mut plan = source_rows(grid, fresh);
    drop_idle(grid, &mut plan);
    plan
}

/// Puts the planned rows only where rows of ours stand or nothing stands; rows of ours that are left over are cleared.
fn source_rows(grid: &Grid, fresh: SheetPlan) -> SheetPlan {
    let Some(heading) = heading(grid) else { return SheetPlan::default() };
    let (first, left) = (heading.row + 1, heading.col);
    let ours = |row: u32| {
        let mut own = grid.row(row).iter().filter(|cell| (left..left + COLUMNS).contains(&cell.at.col)).peekable();
        own.peek().is_none() || grid.get(CellRef::new(row, left)).and_then(CellValue::as_number).is_some()
    };
    let last = grid.extent().map_or(first, |extent| extent.row);
    let mut places = (first..).filter(|row| ours(*row));
    let mut homes: BTreeMap<u32, u32> = BTreeMap::new();
    for row in fresh.cells.keys().map(|at| at.row) {
        if let std::collections::btree_map::Entry::Vacant(entry) = homes.entry(row)
            && let Some(place) = places.next()
        {
            entry.insert(place);
        }
    }
    let mut plan = SheetPlan::default();
    let home = |at: &CellRef| homes.get(&at.row).map(|row| CellRef::new(*row, at.col));
    plan.cells = fresh.cells.into_iter().filter_map(|(at, edit)| Some((home(&at)?, edit))).collect();
    plan.links = fresh.links.into_iter().filter_map(|(at, link)| Some((home(&at)?, link))).collect();
    for row in places.take_while(|row| *row <= last) {
        for cell in grid.row(row).iter().filter(|cell| (left..left + COLUMNS).contains(&cell.at.col)) {
            plan.set(cell.at, CellContent::Blank);
        }
    }
    plan
}

/// Where figures came from, as 「出典」 of the book says: 指標ID, area, year → file, sheet, cell.
pub(super) fn old_sources(base: &Base) -> BTreeMap<(String, String, i32), String> {
    let mut found = BTreeMap::new();
    let Some(grid) = base.grid(SOURCE_SHEET) else { return found };
    let Some(heading) = heading(grid) else { return found };
    let col = |word: &str| {
        grid.row(heading.row)
            .iter()
            .find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == fold(word)))
            .map(|cell| cell.at.col)
    };
    let columns =
        (|| Some((col("指標ID")?, col("地域")?, col("年度")?, col("ファイル")?, col("シート")?, col("セル")?)))();
    let Some((id, area, year, file, sheet, cell)) = columns else { return found };
    for row in grid.rows().filter_map(|row| row.first()).map(|cell| cell.at.row).filter(|row| *row > heading.row) {
        let text = |col: u32| grid.get(CellRef::new(row, col)).map(CellValue::display).unwrap_or_default();
        let year = text(year);
        let year = year.rsplit_once('（').and_then(|(_, rest)| rest.trim_end_matches('）').parse().ok());
        let Some(year) = year else { continue };
        let sheet = text(sheet);
        let place = if sheet.is_empty() {
            format!("{} {}", text(file), text(cell))
        } else {
            format!("{} 「{sheet}」 {}", text(file), text(cell))
        };
        found.insert((text(id), text(area), year), place);
    }
    found
}
