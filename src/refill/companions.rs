//! 「比較と判定」, 「出典」 and other sheets of ours: rewritten by the same plans as a fresh fill, around what people
//! added to them.

use std::collections::{BTreeMap, BTreeSet};

use super::Base;
use super::carry::{List, Sheet};
use super::cells::{same, shown};
use super::form::FormRefill;
use super::handover::Item;
use super::sources;
use crate::compare::{Comparison, Thresholds};
use crate::diagnostic::Diagnostic;
use crate::fill::caution_sheet::CAUTION_SHEET;
use crate::fill::draft::Draft;
use crate::fill::form_sheet::FigureCells;
use crate::fill::list_sheet::link;
use crate::fill::memo_sheet::MEMO_SHEET;
use crate::fill::meta_sheet::{META_SHEET, Shown};
use crate::fill::plan::{CellContent, ChartBounds, FillPlan, NewSheet, SheetPlan};
use crate::fill::work_sheets::{self, Book};
use crate::fill::wrote::{self, Wrote};
use crate::fill::{COMPARE_SHEET, SOURCE_SHEET, StandardTemplate, compare_sheet, new_sheet, source_sheet};
use crate::form::{FormMap, Role, id_in};
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{Cell, CellValue, Grid};

/// Columns of 「点検」 and 「検討メモ」.
const CAUTION_COLUMNS: u32 = 6;
const MEMO_COLUMNS: u32 = 5;
/// What names an item: kind, cell and sentence, or without the sentence and its numbers; cell and fact.
const CAUTION_KEYS: &[&[u32]] = &[&[2, 3, 4], &[2, 3]];
const MEMO_KEYS: &[&[u32]] = &[&[0, 1], &[0]];

/// Plans of the sheets beside the form, and what goes with them.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub sheets: BTreeMap<String, SheetPlan>,
    pub chart_bounds: Vec<ChartBounds>,
    pub drafts: Vec<Draft>,
    pub diagnostics: Vec<Diagnostic>,
    /// What is written on them from now on
    pub wrote: Wrote,
    /// People's words that have to make room
    pub items: Vec<Item>,
}

/// The sheets of ours in a book of ours, planned as for a fresh one; drafts, marks and links go into the form's plan.
/// `map`: the form with the years its columns will have.
pub(super) fn plan(
    base: &Base,
    map: &FormMap,
    comparison: &Comparison,
    form: &mut FormRefill,
    told: &[Diagnostic],
    template: &StandardTemplate,
) -> Work {
    let values = &form.values;
    let sheet = &mut form.sheet;
    let cells = &form.cells;
    let (listed, mut work) = rayon::join(
        || {
            let compared =
                base.grid(COMPARE_SHEET).map(|grid| (COMPARE_SHEET, compare(base, grid, comparison, template)));
            let sources =
                sources::sources(base, map, comparison, cells, values, template).map(|planned| (SOURCE_SHEET, planned));
            [compared, sources]
        },
        || worked(base, map, comparison, sheet, cells, told, template),
    );
    let mut items = Vec::new();
    for (name, planned) in listed.into_iter().flatten() {
        work.sheets.insert(name.to_owned(), planned.sheet);
        work.wrote.insert(name.to_owned(), planned.marks);
        items.extend(planned.items);
        for row in &base.map.rows {
            if let Some(source) = planned.first_rows.get(&row.id) {
                let at = CellRef::new(row.row, base.map.id_col);
                form.sheet.links.insert(at, link(SOURCE_SHEET, CellRef::new(*source, 0)));
            }
        }
    }
    items.append(&mut work.items);
    work.items = items;
    work
}

/// A sheet beside the form, the marks of what it says, and people's words that have to make room.
pub(super) struct Planned {
    pub sheet: SheetPlan,
    pub marks: BTreeSet<u32>,
    pub items: Vec<Item>,
    /// On 「出典」: 指標ID → the first of its rows
    pub first_rows: BTreeMap<String, u32>,
}

/// Drafts and marks on the form, 「点検」, 「検討メモ」, 「グラフ」.
fn worked(
    base: &Base,
    map: &FormMap,
    comparison: &Comparison,
    form: &mut SheetPlan,
    cells: &FigureCells,
    told: &[Diagnostic],
    template: &StandardTemplate,
) -> Work {
    let (mut plan, mut wrote, mut items) = (FillPlan::default(), Wrote::new(), Vec::new());
    let name = base.map.sheet.to_string();
    // Row heights of the form, and which rows are seen, are people's by now.
    let (heights, hidden) = (form.row_heights.clone(), form.hide_rows.clone());
    plan.sheets.insert(name.clone(), std::mem::take(form));
    let grids = base.grids.iter().map(|grid| (&*grid.name, grid)).collect();
    let book = Book { grids, form: &name, map, sources: SOURCE_SHEET, meta: META_SHEET, looks: base };
    let (drafts, diagnostics) = work_sheets::add(&mut plan, &book, comparison, told, cells, template.texts());
    *form = plan.sheets.remove(&name).unwrap_or_default();
    (form.row_heights, form.hide_rows) = (heights, hidden);
    for (sheet, planned) in &mut plan.sheets {
        if let (Some(grid), Some(pristine)) = (base.grid(sheet), template.grid(sheet)) {
            let list = match sheet.as_str() {
                CAUTION_SHEET => List::below(grid, "番号", CAUTION_COLUMNS, CAUTION_KEYS),
                MEMO_SHEET => List::below(grid, "場所", MEMO_COLUMNS, MEMO_KEYS),
                _ => None,
            };
            if wrote::SHEETS.contains(&sheet.as_str()) {
                wrote.insert(sheet.clone(), wrote::of_plan(planned));
                let people = Sheet { base, grid, pristine: Some(pristine), list };
                clear_leftovers(grid, pristine, planned, |cell| people.may_clear(cell));
                items.extend(people.carry(planned));
                if let Some(list) = &people.list {
                    unlink_leftovers(list, planned);
                    if sheet == CAUTION_SHEET {
                        base.keep_row_looks(sheet, list.heading, planned);
                    }
                }
            } else {
                clear_leftovers(grid, pristine, planned, |_| true);
            }
            drop_idle(grid, planned);
            if matches!(sheet.as_str(), CAUTION_SHEET | MEMO_SHEET)
                && let Some(list) = List::below(grid, if sheet == CAUTION_SHEET { "番号" } else { "場所" }, 0, &[])
            {
                show_rows(list.heading, planned);
            }
        }
    }
    Work { sheets: plan.sheets, chart_bounds: plan.chart_bounds, drafts, diagnostics, wrote, items }
}

/// What an earlier run wrote below or beside what is written now: in the template's own columns, not in the template.
fn clear_leftovers(grid: &Grid, pristine: &Grid, planned: &mut SheetPlan, may_clear: impl Fn(&Cell) -> bool) {
    let last = pristine.extent().map_or(0, |extent| extent.col);
    for cell in grid.cells().iter().filter(|cell| cell.at.col <= last && pristine.get(cell.at).is_none()) {
        if may_clear(cell) && !planned.cells.contains_key(&cell.at) {
            planned.set(cell.at, CellContent::Blank);
        }
    }
}

/// Shows the rows of a list that say something new: a filter may have hidden what stood there before.
pub(super) fn show_rows(heading: u32, planned: &mut SheetPlan) {
    let new = planned.cells.iter().filter(|(at, edit)| at.row > heading && edit.content != CellContent::Blank);
    let rows: BTreeSet<u32> = new.map(|(at, _)| at.row).collect();
    for row in rows {
        planned.hide_rows.entry(row).or_insert(false);
    }
}

/// Rows of a list that lead nowhere now must not lead where an earlier run's rows led.
pub(super) fn unlink_leftovers(list: &List, planned: &mut SheetPlan) {
    let rows: BTreeSet<u32> = planned.cells.keys().map(|at| at.row).filter(|row| *row > list.heading).collect();
    let cells =
        rows.into_iter().flat_map(|row| (list.left..list.left + list.width).map(move |col| CellRef::new(row, col)));
    planned.unlinked = cells.filter(|at| !planned.links.contains_key(at)).collect();
}

/// Takes out edits that would write what stands there.
pub(super) fn drop_idle(grid: &Grid, plan: &mut SheetPlan) {
    plan.cells.retain(|at, edit| !stands(grid, *at, &edit.content));
}

/// Whether a plan puts a number where another one, or none, stands.
pub(super) fn writes_figures(grid: &Grid, plan: &SheetPlan) -> bool {
    let is_number = |content: &CellContent| matches!(content, CellContent::Number(_));
    plan.cells.iter().any(|(at, edit)| is_number(&edit.content) && !stands(grid, *at, &edit.content))
}

/// Whether a cell holds already what would be written.
pub(super) fn stands(grid: &Grid, at: CellRef, content: &CellContent) -> bool {
    // An edit of a covered cell goes to the top-left cell of its merged area.
    let there = grid.get(grid.merge_anchor(at).unwrap_or(at));
    match content {
        CellContent::Number(number) | CellContent::FormulaNumber(number) => {
            shown(there).is_some_and(|there| same(&there, &Shown::Number(*number)))
        }
        CellContent::Text(text) | CellContent::FormulaText(text) if !text.is_empty() => {
            there.and_then(CellValue::as_text).is_some_and(|there| there == text)
        }
        CellContent::Rich(_) => false,
        CellContent::Blank | CellContent::Text(_) | CellContent::FormulaText(_) => there.is_none(),
    }
}

/// The rule of the sheet when a person changed it there; verdicts must say the same as the sheet's formulas.
pub(super) fn thresholds_of_sheet(base: &Base) -> Option<Thresholds> {
    let last = base.last.as_ref()?.thresholds;
    let grid = base.grid(COMPARE_SHEET)?;
    let beside = |label: &str| {
        grid.cells()
            .iter()
            .filter(|cell| cell.value.as_text().is_some_and(|text| fold(text).contains(label)))
            .find_map(|cell| grid.row(cell.at.row).iter().find(|next| next.at.col > cell.at.col)?.value.as_number())
    };
    let on_sheet = Thresholds::checked(beside("上回る")?, beside("下回る")?)?;
    (on_sheet != last).then_some(on_sheet)
}

fn compare(base: &Base, grid: &Grid, comparison: &Comparison, template: &StandardTemplate) -> Planned {
    let mut plan = compare_sheet::plan(grid, comparison);
    let marks = wrote::of_plan(&plan);
    // The line below the title may have moved, or be a person's now.
    plan.cells.retain(|at, edit| {
        let there = grid.get(*at).and_then(CellValue::as_text);
        let ours = |text: &str| text.contains("の数値で比べています") || text.contains("比較と判定はしていません");
        !matches!(&edit.content, CellContent::Text(text) if ours(text)) || there.is_none_or(ours)
    });
    clear_idle_groups(base, grid, comparison, &mut plan);
    // Books of earlier versions do not tell what was written here.
    let recorded = base.last.as_ref().is_some_and(|last| last.wrote.contains_key(COMPARE_SHEET));
    let people = Sheet { base, grid, pristine: template.grid(COMPARE_SHEET), list: None };
    let items = if recorded { people.carry(&mut plan) } else { Vec::new() };
    drop_idle(grid, &mut plan);
    // A formula that is no longer there has no value to show: the number stands for itself.
    for (at, edit) in &mut plan.cells {
        if base.has_formula(COMPARE_SHEET, *at, false) {
            continue;
        }
        match &edit.content {
            CellContent::FormulaNumber(value) => edit.content = CellContent::Number(*value),
            CellContent::FormulaText(text) => edit.content = CellContent::Text(text.clone()),
            _ => {}
        }
    }
    // What people hid or showed stays; columns and rows that came into use are shown.
    let new_columns: Vec<u32> = comparison
        .participants
        .iter()
        .filter(|one| base.last.as_ref().is_some_and(|meta| !meta.areas.contains_key(&one.role)))
        .filter_map(|one| group_column(grid, one.role))
        .flat_map(|col| col..col + 4)
        .collect();
    plan.hide_columns.retain(|col, hide| !*hide && new_columns.contains(col));
    let cells = &plan.cells;
    plan.hide_rows.retain(|row, hide| {
        let named = cells
            .range(CellRef::new(*row, 0)..CellRef::new(*row + 1, 0))
            .any(|(_, edit)| matches!(&edit.content, CellContent::Text(text) if id_in(text).is_some()));
        !*hide && named
    });
    Planned { sheet: plan, marks, items, first_rows: BTreeMap::new() }
}

/// The first column of a comparison area's group, by its heading.
fn group_column(grid: &Grid, role: Role) -> Option<u32> {
    let Role::Other(number) = role else { return None };
    let row = grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "指標ID"))?.at.row;
    let groups =
        grid.row(row).iter().filter(|cell| cell.value.as_text().is_some_and(|text| fold(text).starts_with("比較地域")));
    groups.map(|cell| cell.at.col).nth(usize::from(number))
}

/// Groups of areas that are no longer compared say nothing.
fn clear_idle_groups(base: &Base, grid: &Grid, comparison: &Comparison, plan: &mut SheetPlan) {
    let Some(meta) = &base.last else { return };
    let idle = meta.areas.keys().filter(|role| comparison.participants.iter().all(|one| one.role != **role));
    for col in idle.filter_map(|role| group_column(grid, *role)) {
        for cell in grid.cells().iter().filter(|cell| (col..col + 4).contains(&cell.at.col)) {
            let formula = base.has_formula(COMPARE_SHEET, cell.at, true);
            let name = meta.areas.values().any(|(_, name)| cell.value.as_text() == Some(name));
            if formula {
                plan.set(cell.at, CellContent::FormulaText("－".to_owned()));
            } else if name || cell.value.as_number().is_some() {
                plan.set(cell.at, CellContent::Blank);
            }
        }
    }
}

/// Our sheets for a book that has none of them: values without formulas, behind the book's own sheets.
pub(super) fn new_sheets(
    base: &Base,
    comparison: &Comparison,
    cells: &FigureCells,
    template: &StandardTemplate,
) -> Vec<NewSheet> {
    let mut sheets = Vec::new();
    let free = |name: &str| {
        base.compiled.package().sheets().iter().all(|sheet| sheet.name.to_lowercase() != name.to_lowercase())
    };
    if let Some(grid) = template.grid(COMPARE_SHEET).filter(|_| free(COMPARE_SHEET)) {
        let plan = compare_sheet::plan(grid, comparison);
        let mut new = new_sheet::of_template(COMPARE_SHEET, grid, &plan, "指標ID", 3);
        new.widths.insert(0, 34.0);
        sheets.push(new);
    }
    if let Some(grid) = template.grid(SOURCE_SHEET).filter(|_| free(SOURCE_SHEET)) {
        let plan = source_sheet::plan(grid, &base.map.sheet, comparison, cells);
        sheets.push(new_sheet::sources(SOURCE_SHEET, grid, &plan));
    }
    sheets
}
