//! The edits of one sheet as changes to its part.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::cell::{self, cell_text, is_plain};
use super::patches::Patches;
use super::sheet_index::{Area, CellSpan, Formula, RowSpan, SheetIndex, contains, parse_area};
use super::{columns, links, refusal};
use crate::diagnostic::Diagnostic;
use crate::error::FileError;
use crate::fill::plan::{CellContent, CellEdit, CellStyle, SheetPlan};
use crate::model::CellRef;
use crate::template::xml::Tag;

/// A worksheet part with its index.
#[derive(Debug)]
pub(super) struct SheetPart {
    pub text: String,
    pub index: SheetIndex,
    /// Header rows of tables: Excel repairs a workbook whose headings differ from its table parts.
    pub table_headers: Vec<Area>,
}

/// What became of a sheet.
#[derive(Debug)]
pub(super) struct SheetChange<'p> {
    pub text: String,
    /// The edits where they were made, covered cells led to their anchors
    pub edits: BTreeMap<CellRef, &'p CellEdit>,
    /// A cell lost its formula
    pub formula_removed: bool,
    /// Shared strings that edited cells no longer use, one entry a cell
    pub released_strings: Vec<u32>,
    /// Relationships of replaced links
    pub released_links: Vec<String>,
    /// What a person should know
    pub notes: Vec<Diagnostic>,
}

/// Makes the changes of a plan. Nothing is changed when any edit is refused.
pub(super) fn patch<'p>(name: &str, part: &SheetPart, plan: &'p SheetPlan) -> Result<SheetChange<'p>, FileError> {
    let edits = resolve(name, &part.index, plan)?;
    for (at, edit) in &edits {
        check(name, part, &edits, *at, edit)?;
    }
    let mut patcher = Patcher { name, part, plan, edits, patches: Patches::default(), added: None, notes: Vec::new() };
    patcher.rows()?;
    patcher.styles();
    patcher.dimension();
    columns::hide(&part.index, &part.text, &plan.hide_columns, &mut patcher.patches);
    let wanted = plan.links.iter().map(|(at, link)| (part.index.anchor(*at), link)).collect();
    let released_links = links::set(&part.index, &part.text, &wanted, &plan.unlinked, &mut patcher.patches);

    let old = |at: &CellRef| part.index.cell(*at);
    let plain = || patcher.edits.iter().filter(|(_, edit)| is_plain(&edit.content)).filter_map(|(at, _)| old(at));
    Ok(SheetChange {
        formula_removed: plain().any(|cell| cell.formula.is_some()),
        released_strings: plain().filter_map(|cell| cell.shared_string).collect(),
        text: patcher.patches.apply(&part.text).ok_or_else(|| refusal::fault("重なる変更"))?,
        edits: patcher.edits,
        released_links,
        notes: patcher.notes,
    })
}

/// Leads edits of covered cells to the anchor of their merged area.
fn resolve<'p>(
    name: &str,
    index: &SheetIndex,
    plan: &'p SheetPlan,
) -> Result<BTreeMap<CellRef, &'p CellEdit>, FileError> {
    let outside = |at: &CellRef| at.row >= CellRef::MAX_ROWS || at.col >= CellRef::MAX_COLS;
    if let Some(at) = plan.cells.keys().chain(plan.links.keys()).find(|at| outside(at)) {
        return Err(refusal::cell("cell-outside", name, *at, "は表の外です。", "開発者に知らせてください。"));
    }
    let mut edits: BTreeMap<CellRef, &CellEdit> = BTreeMap::new();
    for (at, edit) in &plan.cells {
        let anchor = index.anchor(*at);
        // The anchor comes first in row order; an empty covered cell has nothing to say against it.
        match edits.get(&anchor) {
            Some(first) if first.content == edit.content || is_blank(&edit.content) => {}
            Some(first) if !is_blank(&first.content) => {
                let what = format!("は結合セル {anchor} の一部で、別の値がもう書き込まれる予定です。");
                return Err(refusal::cell("merged-conflict", name, *at, &what, "様式のセル結合を確かめてください。"));
            }
            _ => {
                edits.insert(anchor, edit);
            }
        }
    }
    Ok(edits)
}

fn is_blank(content: &CellContent) -> bool {
    match content {
        CellContent::Blank => true,
        CellContent::Text(text) => text.is_empty(),
        _ => false,
    }
}

/// What must not be written is refused before anything is.
fn check(
    name: &str,
    part: &SheetPart,
    edits: &BTreeMap<CellRef, &CellEdit>,
    at: CellRef,
    edit: &CellEdit,
) -> Result<(), FileError> {
    match &edit.content {
        CellContent::Number(value) | CellContent::FormulaNumber(value) if !value.is_finite() => {
            let hint = "もとの数値（0 での割り算など）を確かめてください。";
            return Err(refusal::cell("not-a-number", name, at, "に入れる値が数になりません。", hint));
        }
        CellContent::Text(text) | CellContent::FormulaText(text)
            if text.len() > cell::MAX_TEXT && cell_text(text).0.encode_utf16().count() > cell::MAX_TEXT =>
        {
            let what = "に入れる文章が長すぎます（Excel の 1 つのセルは 32,767 文字までです）。";
            return Err(refusal::cell("text-too-long", name, at, what, "文章を分けるか短くしてください。"));
        }
        _ => {}
    }
    let hint = "様式のその場所を確かめてください。";
    if !is_plain(&edit.content) {
        return if part.index.has_formula(at) {
            Ok(())
        } else {
            Err(refusal::cell("formula-missing", name, at, "には数式がありません（数式の結果を書く場所です）。", hint))
        };
    }
    if part.table_headers.iter().any(|area| contains(area, at)) {
        let what = "はテーブルの見出しのため、書き換えられません。";
        return Err(refusal::cell("table-header", name, at, what, hint));
    }
    if part.index.formula_range(at).is_some_and(|((from, to), _)| from != to) {
        let what = "は、いくつものセルにまたがる数式（配列数式・スピル）の一部のため、書き換えられません。";
        return Err(refusal::cell("array-formula", name, at, what, hint));
    }
    if let Some((Formula::Shared { group, master: true }, _)) =
        part.index.cell(at).and_then(|cell| cell.formula.as_ref())
        && let Some(other) = orphaned_by(part, edits, at, *group)
    {
        let what = format!("の数式は {other} などのセルと共有されているため、書き換えられません。");
        return Err(refusal::cell("shared-formula", name, at, &what, hint));
    }
    Ok(())
}

/// A cell that would lose its formula with the master of its group.
fn orphaned_by(part: &SheetPart, edits: &BTreeMap<CellRef, &CellEdit>, master: CellRef, group: u32) -> Option<CellRef> {
    let index = &part.index;
    index.rows.iter().find_map(|row| {
        index.cells_of(row).iter().find_map(|cell| {
            let at = CellRef::new(row.number, cell.col);
            let member = matches!(cell.formula, Some((Formula::Shared { group: own, .. }, _)) if own == group);
            let gone = edits.get(&at).is_some_and(|edit| is_plain(&edit.content));
            (member && at != master && !gone).then_some(at)
        })
    })
}

struct Patcher<'p, 's> {
    name: &'s str,
    part: &'s SheetPart,
    plan: &'p SheetPlan,
    edits: BTreeMap<CellRef, &'p CellEdit>,
    patches: Patches,
    /// The range of cells that did not exist before
    added: Option<Area>,
    notes: Vec<Diagnostic>,
}

impl<'p, 's> Patcher<'p, 's> {
    fn rows(&mut self) -> Result<(), FileError> {
        let (part, plan) = (self.part, self.plan);
        let numbers: BTreeSet<u32> = self
            .edits
            .keys()
            .map(|at| at.row)
            .chain(plan.hide_rows.keys().copied())
            .chain(plan.row_heights.keys().copied())
            .collect();
        let Some(data) = part.index.child("sheetData") else { return Err(refusal::fault("sheetData")) };
        let p = &part.index.prefix;
        let empty_data = data.close == data.end;
        let mut fresh = String::new();
        for number in numbers {
            if number >= CellRef::MAX_ROWS {
                return Err(refusal::sheet(
                    "cell-outside",
                    self.name,
                    "の行が表の外です。",
                    "開発者に知らせてください。",
                ));
            }
            let height = self.height(number)?;
            match part.index.row(number) {
                Ok(row) => self.existing_row(row, height.as_deref()),
                Err(next) => {
                    self.new_row(&mut fresh, number, height.as_deref());
                    if !empty_data {
                        let at = part.index.rows.get(next).map_or(data.close, |row| row.tag.start);
                        self.patches.insert(at, |out| out.push_str(&fresh));
                        fresh.clear();
                    }
                }
            }
        }
        if !fresh.is_empty() {
            let tag = part.text.get(data.tag.clone()).unwrap_or_default();
            self.patches.replace(data.tag.start..data.end, |out| {
                let _ = write!(out, "{}{fresh}</{p}sheetData>", Tag::opened(tag));
            });
        }
        Ok(())
    }

    /// Styles of cells that are there and stay as they are otherwise.
    fn styles(&mut self) {
        let (part, plan) = (self.part, self.plan);
        for (at, other) in &plan.styles {
            let Some(cell) = part.index.cell(*at).filter(|_| !self.edits.contains_key(at)) else { continue };
            let style = self.style_of(*other);
            if style != cell.style {
                let number = style.map(|style| style.to_string());
                let tag = Tag(part.text.get(cell.tag.clone()).unwrap_or_default());
                let changed = tag.with(&[("s", number.as_deref())]);
                self.patches.replace(cell.tag.clone(), |out| out.push_str(&changed));
            }
        }
    }

    /// Points, no more than Excel's 409.5.
    fn height(&self, row: u32) -> Result<Option<String>, FileError> {
        match self.plan.row_heights.get(&row) {
            Some(height) if !height.is_finite() || *height < 0.0 => {
                let what = format!("の {} 行目の高さが数になりません。", row + 1);
                Err(refusal::sheet("row-height", self.name, &what, "開発者に知らせてください。"))
            }
            height => Ok(height.map(|height| cell::number(height.min(409.5)))),
        }
    }

    fn existing_row(&mut self, row: &'s RowSpan, height: Option<&str>) {
        let part = self.part;
        let tag = Tag(part.text.get(row.tag.clone()).unwrap_or_default());
        let edits = self.edits_of(row.number);
        let cells = part.index.cells_of(row);
        let (mut fresh, mut new) = (String::new(), String::new());
        let mut added = None;
        for (at, edit) in edits {
            let place = cells.partition_point(|cell| cell.col < at.col);
            match cells.get(place) {
                Some(cell) if cell.col == at.col => self.edit_cell(cell, at, edit),
                next => {
                    new.clear();
                    if !self.new_cell(&mut new, at, edit) {
                        continue;
                    }
                    added = Some(added.map_or((at.col, at.col), |(from, _)| (from, at.col)));
                    if row.empty_tag {
                        fresh.push_str(&new);
                    } else {
                        self.patches.insert(next.map_or(row.close, |cell| cell.tag.start), |out| out.push_str(&new));
                    }
                }
            }
        }
        let spans = added.and_then(|added| widened_spans(tag, added));
        let changed = self.row_tag(row.number, tag, height, spans.as_deref());
        if fresh.is_empty() {
            if let Some(changed) = changed {
                self.patches.replace(row.tag.clone(), |out| out.push_str(&changed));
            }
        } else {
            let opened = Tag::opened(changed.as_deref().unwrap_or(tag.0));
            let name = tag.name();
            self.patches.replace(row.tag.clone(), |out| {
                let _ = write!(out, "{opened}{fresh}</{name}>");
            });
        }
    }

    /// The row's tag with its new attributes; `None` when they are so already.
    fn row_tag(&self, number: u32, tag: Tag<'_>, height: Option<&str>, spans: Option<&str>) -> Option<String> {
        let mut changes = Vec::new();
        if let Some(spans) = spans {
            changes.push(("spans", Some(spans)));
        }
        if let Some(height) = height {
            if tag.raw("ht") != Some(height) {
                changes.push(("ht", Some(height)));
            }
            if !tag.flag("customHeight") {
                changes.push(("customHeight", Some("1")));
            }
        }
        match self.plan.hide_rows.get(&number) {
            Some(true) if !tag.flag("hidden") => changes.push(("hidden", Some("1"))),
            Some(false) => {
                if tag.flag("hidden") {
                    changes.push(("hidden", None));
                }
                // A row of height 0 would stay invisible.
                if height.is_none() && tag.raw("ht").and_then(|ht| ht.parse::<f64>().ok()) == Some(0.0) {
                    changes.extend([("ht", None), ("customHeight", None)]);
                }
            }
            _ => {}
        }
        (!changes.is_empty()).then(|| tag.with(&changes))
    }

    fn new_row(&mut self, out: &mut String, number: u32, height: Option<&str>) {
        let p = &self.part.index.prefix;
        let mut cells = String::new();
        for (at, edit) in self.edits_of(number) {
            self.new_cell(&mut cells, at, edit);
        }
        let hide = self.plan.hide_rows.get(&number) == Some(&true);
        if cells.is_empty() && height.is_none() && !hide {
            return;
        }
        let _ = write!(out, "<{p}row r=\"{}\"", number + 1);
        if let Some(height) = height {
            let _ = write!(out, " ht=\"{height}\" customHeight=\"1\"");
        }
        if hide {
            out.push_str(" hidden=\"1\"");
        }
        if cells.is_empty() {
            out.push_str("/>");
        } else {
            let _ = write!(out, ">{cells}</{p}row>");
        }
    }

    fn edit_cell(&mut self, cell: &CellSpan, at: CellRef, edit: &CellEdit) {
        let part = self.part;
        let style = match edit.style {
            CellStyle::Keep => None,
            CellStyle::Like(other) => Some(self.style_of(other)),
        };
        let mut replaced = 0;
        self.patches.replace(cell.tag.start..cell.end, |out| {
            replaced = cell::write_over(out, &part.index.prefix, &part.text, cell, style, &edit.content);
        });
        self.note(at, replaced);
    }

    /// Writes a cell that does not exist yet; `false` when there is nothing to write.
    fn new_cell(&mut self, out: &mut String, at: CellRef, edit: &CellEdit) -> bool {
        let style = match edit.style {
            CellStyle::Keep if is_blank(&edit.content) => return false,
            CellStyle::Keep => self.style_of(at),
            CellStyle::Like(other) => self.style_of(other),
        };
        let replaced = cell::write_new(out, &self.part.index.prefix, at, style, &edit.content);
        self.note(at, replaced);
        let (from, to) = self.added.unwrap_or((at, at));
        self.added = Some((
            CellRef::new(from.row.min(at.row), from.col.min(at.col)),
            CellRef::new(to.row.max(at.row), to.col.max(at.col)),
        ));
        true
    }

    fn edits_of(&self, row: u32) -> Vec<(CellRef, &'p CellEdit)> {
        let row = CellRef::new(row, 0)..CellRef::new(row + 1, 0);
        self.edits.range(row).map(|(at, edit)| (*at, *edit)).collect()
    }

    /// The style a cell shows: its own, else its row's, else its column's.
    fn style_of(&self, at: CellRef) -> Option<u32> {
        let (index, text) = (&self.part.index, &self.part.text);
        if let Some(cell) = index.cell(at) {
            return cell.style;
        }
        let row = index.row(at.row).ok().and_then(|row| text.get(row.tag.clone())).map(Tag);
        let own = row.filter(|tag| tag.flag("customFormat")).and_then(|tag| tag.raw("s")?.parse().ok());
        own.or_else(|| columns::style(index, text, at.col))
    }

    fn dimension(&mut self) {
        let (Some((from, to)), Some(element)) = (self.added, self.part.index.child("dimension")) else { return };
        let tag = Tag(self.part.text.get(element.tag.clone()).unwrap_or_default());
        let Some((old_from, old_to)) = tag.raw("ref").and_then(parse_area) else { return };
        let new = (
            CellRef::new(from.row.min(old_from.row), from.col.min(old_from.col)),
            CellRef::new(to.row.max(old_to.row), to.col.max(old_to.col)),
        );
        if new != (old_from, old_to) {
            let reference = format!("{}:{}", new.0, new.1);
            self.patches.replace(element.tag.clone(), |out| out.push_str(&tag.with(&[("ref", Some(&reference))])));
        }
    }

    fn note(&mut self, at: CellRef, replaced: usize) {
        if replaced > 0 {
            let message =
                format!("Excel で使えない文字が {replaced} 個あったため、「\u{fffd}」に置き換えて書き込みました。");
            let note = Diagnostic::warning("characters-replaced", message).hint("もとの文章を確かめてください。");
            self.notes.push(note.at(refusal::place(self.name, at)));
        }
    }
}

/// `spans` counts columns from one and may list several ranges; a row that grows gets one.
fn widened_spans(tag: Tag<'_>, (from, to): (u32, u32)) -> Option<String> {
    let old = tag.raw("spans")?;
    let mut bounds = old.split([':', ' ']).filter_map(|bound| bound.parse::<u32>().ok());
    let first = bounds.next()?;
    let (low, high) = bounds.fold((first, first), |(low, high), bound| (low.min(bound), high.max(bound)));
    let covers = old.split(' ').any(|range| {
        let (low, high) = range.split_once(':').unwrap_or((range, range));
        matches!((low.parse(), high.parse()), (Ok(low), Ok(high)) if (low..=high).contains(&(from + 1)) && (low..=high).contains(&(to + 1)))
    });
    (!covers).then(|| format!("{}:{}", low.min(from + 1), high.max(to + 1)))
}
