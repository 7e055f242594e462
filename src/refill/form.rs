//! The plan for the form's statistic cells.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::{BlockPlan, Blocks};
use super::cells::{Decision, decide, same, shown};
use super::changes::{Change, Changes, display_beside};
use super::handover::Item;
use super::{Base, RefillOptions, headings};
use crate::compare::{ComparedRow, Comparison, HAND_WRITTEN, STAYS};
use crate::diagnostic::{Diagnostic, Place};
use crate::fill::form_sheet::{FigureCells, added_rows, added_title, head_added, row_with_unit};
use crate::fill::ledger::{Ledger, MissingFigure, UnfilledPlace};
use crate::fill::meta_sheet::{self, FigureKey, Shown};
use crate::fill::plan::{CellContent, SheetPlan};
use crate::form::{FormRow, Role};
use crate::model::{CellRef, Datum, MissingReason};
use crate::notation::{fold, wareki};
use crate::read::Grid;

/// Rows or figures of one kind named in a sentence; the rest is counted.
const NAMED: usize = 5;

/// What happens on the form.
#[derive(Debug, Default)]
pub(super) struct FormRefill {
    pub sheet: SheetPlan,
    pub cells: FigureCells,
    pub values: BTreeMap<FigureKey, (Shown, CellRef)>,
    pub heights: BTreeMap<String, f64>,
    pub ledger: Ledger,
    pub changes: Changes,
    pub handover: Vec<Item>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Plans the form.
pub(super) fn plan(base: &Base, grid: &Grid, blocks: &Blocks, options: &RefillOptions) -> FormRefill {
    let mut out = FormRefill { diagnostics: blocks.diagnostics.clone(), ..FormRefill::default() };
    keep_records(base, blocks, &mut out);
    headings::plan(base, grid, blocks, options, &mut out);
    let added = add_rows(base, grid, &blocks.comparison, &mut out);
    for row in base.map.rows.iter().chain(&added) {
        let index = blocks.comparison.rows.iter().position(|compared| compared.indicator.id.as_str() == row.id);
        let compared = index.and_then(|index| blocks.comparison.rows.get(index));
        let fresh = added.iter().any(|new| new.row == row.row);
        let like = compared
            .filter(|_| fresh)
            .and_then(|row| row_with_unit(&base.map, &blocks.comparison, &row.indicator.unit));
        for block in &blocks.plans {
            Row { base, grid, blocks, options, row, index, compared, block, like }.plan(&mut out);
        }
    }
    tell_rows(base, blocks, &added, &mut out);
    out
}

/// What was written last stays on record for all that is not written anew; years no longer shown leave it.
fn keep_records(base: &Base, blocks: &Blocks, out: &mut FormRefill) {
    let Some(last) = &base.last else { return };
    for ((id, role, year), value) in &last.values {
        // Figures of an area that has another block now are recorded under that block.
        let home = blocks.plans.iter().find(|block| block.meta_role == Some(*role));
        match home {
            Some(block) if block.new.iter().any(|(_, shown)| shown == year) => {
                out.values.insert((id.clone(), block.role, *year), value.clone());
            }
            Some(_) => {}
            None if blocks.plans.iter().all(|block| block.role != *role) => {
                out.values.insert((id.clone(), *role, *year), value.clone());
            }
            None => {}
        }
    }
}

/// Prepared rows for added indicators that are not on the sheet yet.
fn add_rows(base: &Base, grid: &Grid, comparison: &Comparison, out: &mut FormRefill) -> Vec<FormRow> {
    // Only the form of ours has rows for them; rows of the system's form are the system's.
    let has_rows = base.last.is_some() && added_title(grid).is_some();
    let free = if has_rows { added_rows(grid, &base.map) } else { Vec::new() };
    let mut free = free.into_iter().filter(|row| grid.row(*row).is_empty());
    let mut rows = Vec::new();
    for row in comparison.rows.iter().filter(|row| row.added) {
        let id = row.indicator.id.as_str();
        if base.map.rows.iter().any(|known| known.id == id) {
            continue;
        }
        let Some(at) = free.next() else {
            out.diagnostics.push(
                Diagnostic::warning(
                    "no-row",
                    format!("様式に {id} {} の行が無いため、載せられませんでした。", row.indicator.name),
                )
                .hint(if has_rows {
                    "指標追加は20件までです。件数を減らすか、シートを分けてください。"
                } else {
                    "この様式には「指標追加」の欄がありません。数値は「比較と判定」と「出典」のシートに載せました。"
                }),
            );
            continue;
        };
        head_added(&mut out.sheet, &base.map, at, &row.indicator);
        headings::show_added(grid, at, &mut out.sheet);
        rows.push(FormRow {
            row: at,
            id: id.to_owned(),
            name: row.indicator.name.clone(),
            unit: Some(row.indicator.unit.to_string()),
            remark: None,
        });
    }
    rows
}

/// One row in one block.
struct Row<'a> {
    base: &'a Base,
    grid: &'a Grid,
    blocks: &'a Blocks,
    options: &'a RefillOptions,
    row: &'a FormRow,
    index: Option<usize>,
    compared: Option<&'a ComparedRow>,
    block: &'a BlockPlan,
    like: Option<u32>,
}

impl Row<'_> {
    fn plan(&self, out: &mut FormRefill) {
        if !self.block.reheaded() {
            for &(col, year) in &self.block.new {
                self.cell(Some(CellRef::new(self.row.row, col)), CellRef::new(self.row.row, col), year, out);
            }
            return;
        }
        for &(col, year) in &self.block.new {
            // Where the year stood; of two columns of one year the first speaks, the other is told below.
            let from = self.block.old.iter().find(|(_, old)| *old == year && self.block.meta_role.is_some());
            let from = from.map(|(old, _)| CellRef::new(self.row.row, *old));
            self.cell(from, CellRef::new(self.row.row, col), year, out);
        }
        let moved: BTreeSet<u32> = self
            .block
            .new
            .iter()
            .filter(|_| self.block.meta_role.is_some())
            .filter_map(|(_, year)| self.block.old.iter().find(|(_, old)| old == year).map(|(col, _)| *col))
            .collect();
        for &(col, year) in &self.block.old {
            let at = CellRef::new(self.row.row, col);
            if !moved.contains(&col) {
                self.hand_over(at, year, out);
            }
            if self.block.new.iter().all(|(new, _)| *new != col) && self.grid.get(at).is_some() {
                out.sheet.set(at, CellContent::Blank);
            }
        }
    }

    fn unit(&self) -> &str {
        self.compared.map(|row| &*row.indicator.unit).or(self.row.unit.as_deref()).unwrap_or_default()
    }

    fn last(&self, year: i32) -> Option<&Shown> {
        let key = (self.row.id.clone(), self.block.meta_role?, year);
        self.base.last.as_ref()?.values.get(&key).map(|(shown, _)| shown)
    }

    /// What the cell holds; a formula nobody calculated is a person's, too.
    fn current(&self, at: CellRef) -> Option<Shown> {
        if self.grid.formulas_without_value.contains(&at) {
            return Some(Shown::Text("（計算されていない数式）".to_owned()));
        }
        shown(self.grid.get(at))
    }

    /// `source`: where the year stood; `None` when the sheet did not show it.
    fn cell(&self, source: Option<CellRef>, target: CellRef, year: i32, out: &mut FormRefill) {
        let covered = self.grid.merge_anchor(target).is_some_and(|anchor| anchor != target);
        let figure = self.compared.and_then(|row| row.figures.get(&(self.block.who, year)));
        let new = figure
            .filter(|figure| figure.datum != Datum::Missing(MissingReason::Blank))
            .map(|figure| meta_sheet::shown(figure.datum));
        let (current, last) = (source.and_then(|at| self.current(at)), source.and_then(|_| self.last(year)));
        let decision = decide(current.as_ref(), last, new.as_ref(), self.unit(), self.options.adopt && !covered);
        // A formula in a cell of ours is a person's, even when it gives what we wrote.
        let formula =
            source.is_some_and(|at| self.base.compiled.has_formula(&self.base.map.sheet, at).unwrap_or(false));
        let decision = if formula && decision == Decision::Revised { Decision::Kept } else { decision };
        let key = (self.row.id.clone(), self.block.role, year);
        let change = || self.change(year, target, current.as_ref(), new.as_ref());
        let show = match decision {
            Decision::New | Decision::Revised if covered => {
                out.diagnostics.push(self.unplaced(target, year));
                return;
            }
            Decision::New | Decision::Revised => new.as_ref(),
            _ => current.as_ref(),
        };
        match decision {
            Decision::New => out.changes.new.push(change()),
            Decision::Revised => out.changes.revised.push(change()),
            Decision::Gone => out.changes.gone.push(change()),
            Decision::Kept => out.changes.kept.push(change()),
            Decision::Theirs if source != Some(target) => out.changes.kept.push(change()),
            Decision::Empty | Decision::Same | Decision::Theirs => {}
        }
        if let (Decision::New | Decision::Revised | Decision::Same, Some(new), Some(index)) =
            (&decision, &new, self.index)
        {
            out.cells.insert((index, self.block.who, year), target);
            out.values.insert(key, (new.clone(), target));
        } else if let Some((_, at)) = out.values.get_mut(&key) {
            *at = target;
        }
        self.account(&decision, figure.map(|figure| figure.datum), target, year, &mut out.ledger);
        self.write(show, target, out);
    }

    fn write(&self, show: Option<&Shown>, at: CellRef, out: &mut FormRefill) {
        let there = self.current(at);
        let content = match (show, &there) {
            (None, None) => return,
            (Some(show), Some(there)) if show == there => return,
            (None, Some(_)) => CellContent::Blank,
            (Some(Shown::Number(number)), _) => CellContent::Number(*number),
            (Some(Shown::Text(text)), _) => CellContent::Text(text.clone()),
        };
        match self.like {
            Some(like) => out.sheet.set_like(at, content, CellRef::new(like, at.col)),
            None => out.sheet.set(at, content),
        }
    }

    /// A number a person wrote under a year or area that is shown no longer.
    fn hand_over(&self, at: CellRef, year: i32, out: &mut FormRefill) {
        let Some(current) = self.current(at) else { return };
        let last = match self.block.meta_role {
            Some(_) => self.last(year).cloned(),
            // The block showed another area: what was written for that one.
            None => self.base.last.as_ref().and_then(|meta| {
                meta.values.get(&(self.row.id.clone(), self.block.role, year)).map(|(shown, _)| shown.clone())
            }),
        };
        if last.is_some_and(|last| same(&last, &current)) {
            return;
        }
        let area = self.base.known_areas().get(&self.block.meta_role.unwrap_or(self.block.role));
        out.handover.push(Item {
            file: self.base.name.clone(),
            sheet: self.grid.name.to_string(),
            cell: at.to_string(),
            block: format!("{} {}", self.row.id, self.row.name.replace('\n', " ")),
            field: format!("{} {}の数値", area.map(|(_, name)| name.as_str()).unwrap_or_default(), wareki(year)),
            content: match &current {
                Shown::Number(number) => CellContent::Number(*number),
                Shown::Text(text) => CellContent::Text(text.clone()),
            },
        });
    }

    fn change(&self, year: i32, at: CellRef, old: Option<&Shown>, new: Option<&Shown>) -> Change {
        let area = self.blocks.comparison.participants.get(self.block.who);
        let figure = self.compared.and_then(|row| row.figures.get(&(self.block.who, year)));
        Change {
            indicator: self.row.id.clone(),
            name: self.compared.map_or_else(|| self.row.name.clone(), |row| row.indicator.name.clone()),
            area: area.map(|one| one.area.name.clone()).unwrap_or_default(),
            year,
            old: old.map(|old| display_beside(old, new, self.unit())),
            new: new.map(|new| display_beside(new, old, self.unit())),
            cell: at.to_string(),
            old_source: None,
            new_source: figure.map(|figure| figure.source.to_string()),
        }
    }

    fn account(&self, decision: &Decision, datum: Option<Datum>, at: CellRef, year: i32, ledger: &mut Ledger) {
        let area =
            || self.blocks.comparison.participants.get(self.block.who).map(|p| p.area.name.clone()).unwrap_or_default();
        match (decision, datum) {
            (Decision::New | Decision::Revised | Decision::Same, Some(Datum::Value(_))) => ledger.filled += 1,
            (_, Some(Datum::Missing(reason))) => ledger.missing.push(MissingFigure {
                indicator: self.row.id.clone(),
                area: area(),
                year,
                reason: reason.id(),
            }),
            (Decision::Empty, None) => ledger.unfilled_places.push(UnfilledPlace {
                sheet: self.grid.name.to_string(),
                cell: at.to_string(),
                indicator: self.row.id.clone(),
                area: area(),
                year,
            }),
            _ => {}
        }
    }

    fn unplaced(&self, at: CellRef, year: i32) -> Diagnostic {
        Diagnostic::warning(
            "covered-cell",
            format!("{} の{}の数値は、セルが結合されているため書き込めませんでした。", self.row.id, wareki(year)),
        )
        .hint("セルの結合を解除してから、もう一度実行してください。")
        .at(Place {
            file: Some(self.base.name.clone()),
            sheet: Some(self.grid.name.to_string()),
            cell: Some(at.to_string()),
        })
    }
}

/// Rows that have an indicator's name and no 指標ID: their figures stay as they were.
fn without_id(base: &Base, deleted: &[String], comparison: &Comparison) -> Option<Diagnostic> {
    let grid = base.form_grid()?;
    let names = base.map.id_col.checked_sub(1)?;
    // A block's title may have the name of its first indicator.
    let has_figures = |row: u32| {
        let is_year = |col: u32| base.map.blocks.iter().any(|block| block.years.contains_key(&col));
        grid.row(row).iter().any(|cell| cell.value.as_number().is_some() && is_year(cell.at.col))
    };
    let mut found = Vec::new();
    for id in deleted {
        let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == id)?;
        let name = fold(&row.indicator.name);
        let named = grid.cells().iter().find(|cell| {
            cell.at.col == names
                && cell.value.as_text().is_some_and(|text| fold(text) == name)
                && has_figures(cell.at.row)
                && grid.text(cell.at.row, base.map.id_col).is_none_or(|text| text.trim().is_empty())
        });
        found.extend(named.map(|cell| (CellRef::new(cell.at.row, base.map.id_col), id.as_str())));
    }
    let (first, _) = found.first()?;
    let told: Vec<String> = found.iter().take(NAMED).map(|(at, id)| format!("{at} に「{id}」")).collect();
    let more = if found.len() > NAMED { " など" } else { "" };
    let message = "指標IDが消えている行があり、その行の数値は前のままです。";
    Some(
        Diagnostic::warning("row-without-id", message)
            .hint(format!("{}{more}と入力して保存し、もう一度実行してください。", told.join("、")))
            .at(Place::cell(base.name.clone(), base.map.sheet.to_string(), *first)),
    )
}

/// Rows people deleted, rows the request does not ask for any more, blocks left alone, figures left alone.
fn tell_rows(base: &Base, blocks: &Blocks, added: &[FormRow], out: &mut FormRefill) {
    let place = || Place::sheet(base.name.clone(), base.map.sheet.to_string());
    let list = |names: &[String]| {
        let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
        let rest = names.len().saturating_sub(NAMED);
        if rest == 0 { named.join("、") } else { format!("{}ほか{rest}件", named.join("、")) }
    };
    let deleted: Vec<String> = blocks
        .comparison
        .rows
        .iter()
        .filter(|row| !row.added && base.map.rows.iter().all(|known| known.id != row.indicator.id.as_str()))
        .map(|row| row.indicator.id.to_string())
        .collect();
    out.diagnostics.extend(without_id(base, &deleted, &blocks.comparison));
    if !deleted.is_empty() {
        out.diagnostics.push(
            Diagnostic::info(
                "row-deleted",
                format!("シートに行が無い指標（{}）は、書き込んでいません。", list(&deleted)),
            )
            .at(place()),
        );
    }
    let left: Vec<String> = base
        .map
        .rows
        .iter()
        .filter(|row| blocks.comparison.rows.iter().all(|compared| compared.indicator.id.as_str() != row.id))
        .filter(|row| added.iter().all(|new| new.row != row.row))
        .map(|row| row.id.clone())
        .collect();
    if !left.is_empty() {
        out.diagnostics.push(
            Diagnostic::info(
                "row-kept",
                format!("今回の対象でない指標（{}）の行は、前の数値のまま残しました。", list(&left)),
            )
            .at(place()),
        );
    }
    for area in &blocks.idle {
        let message = format!("比較地域から外れた{area}の数値が、様式に前のまま残っています。");
        let hint = "新しくするには、比較地域に加えてもう一度実行してください。要らなければ、その列を非表示にするか、見出しと数値を消してください。";
        out.diagnostics.push(Diagnostic::warning(STAYS, message).hint(hint).at(place()));
    }
    if let Some(first) = out.changes.gone.first() {
        let figure = |gone: &Change| format!("{} {} {}", gone.indicator, gone.area, wareki(gone.year));
        let more = match out.changes.gone.len() - 1 {
            0 => String::new(),
            more => format!("、ほか{more}件"),
        };
        let message = format!(
            "いまの資料に無い数値（{}{more}）が、様式に前のまま残っています。「比較と判定」と配布資料には入っていません。",
            figure(first)
        );
        let hint = "資料をもう一度入れるか、要らない数値を消してください。一覧は「更新内容」にあります。";
        let mut place = place();
        place.cell = Some(first.cell.clone());
        out.diagnostics.push(Diagnostic::warning(STAYS, message).hint(hint).at(place));
    }
    let beyond: Vec<String> = blocks
        .comparison
        .participants
        .iter()
        .enumerate()
        .filter(|(who, one)| matches!(one.role, Role::Other(_)) && blocks.plans.iter().all(|block| block.who != *who))
        .map(|(_, one)| one.area.name.clone())
        .collect();
    if !beyond.is_empty() {
        out.diagnostics.push(Diagnostic::info(
            "others-beyond-form",
            format!("様式に列の無い{}は「比較と判定」のシートに載せました。", list(&beyond)),
        ));
    }
    for kept in &out.changes.kept {
        let mut place = place();
        place.cell = Some(kept.cell.clone());
        let old = kept.old.as_deref().unwrap_or("空白");
        let message = match &kept.new {
            Some(new) => format!(
                "未確認：{} {} {}は「{old}」のまま残しました（新しい数値は{new}）。「比較と判定」「グラフ」と配布資料は、新しい数値によっています。",
                kept.indicator,
                kept.area,
                wareki(kept.year)
            ),
            None => format!(
                "未確認：{} {} {}の「{old}」は、年度の列とともに移しました。",
                kept.indicator,
                kept.area,
                wareki(kept.year)
            ),
        };
        out.diagnostics.push(
            Diagnostic::warning(HAND_WRITTEN, message)
                .hint("どちらが正しいか確かめてください。新しい数値にするには、画面の「ほかの操作」から「手で直した数値も新しい値にする」を選びます（コマンドでは --adopt）。")
                .at(place),
        );
    }
}
