//! Words people wrote on sheets that are written anew: what would be overwritten goes to 「引継ぎ」, notes beside an
//! item of a list go with the item, and what is in nobody's way stays where it is.

use std::collections::{BTreeMap, BTreeSet};

use super::Base;
use super::companions::stands;
use super::handover::Item;
use crate::fill::plan::{CellContent, SheetPlan};
use crate::fill::wrote;
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{Cell, CellValue, Grid};

/// How a line begins that the page in Excel wrote.
const STALE: &str = "【更新前の数値】";
/// Characters told of each cell that names an item.
const TOLD_LETTERS: usize = 40;

/// A list this product writes below a heading.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    /// The heading's row
    pub heading: u32,
    /// First column
    pub left: u32,
    /// Columns that are ours
    pub width: u32,
    /// Columns that name an item, counted from the first one: the surest set first
    pub keys: &'static [&'static [u32]],
    /// The column of what every row is signed with (the file's hash): the page in Excel writes rows, too, and leaves no
    /// marks of them
    pub signed: Option<u32>,
}

impl List {
    /// The list below the cell that says `heading`.
    pub fn below(grid: &Grid, heading: &str, width: u32, keys: &'static [&'static [u32]]) -> Option<Self> {
        let at = grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == heading))?.at;
        Some(Self { heading: at.row, left: at.col, width, keys, signed: None })
    }

    fn is_ours(&self, col: u32) -> bool {
        (self.left..self.left + self.width).contains(&col)
    }
}

/// A sheet that is about to be written anew.
pub(super) struct Sheet<'a> {
    pub base: &'a Base,
    /// The sheet as it stands, under the name it has in a book of its own
    pub grid: &'a Grid,
    /// As the template has it
    pub pristine: Option<&'a Grid>,
    /// Its list, if it has one
    pub list: Option<List>,
}

impl Sheet<'_> {
    /// Whether a person wrote what a cell holds.
    pub fn is_theirs(&self, cell: &Cell) -> bool {
        if cell.value.display().trim().is_empty() || self.base.has_formula(&self.grid.name, cell.at, true) {
            return false;
        }
        if self.pristine.and_then(|pristine| pristine.get(cell.at)) == Some(&cell.value) {
            return false;
        }
        // The page in Excel marks what it left as it was.
        if cell.value.as_text().is_some_and(|text| text.starts_with(STALE)) {
            return false;
        }
        let signed = self.list.and_then(|list| Some(CellRef::new(cell.at.row, list.left + list.signed?)));
        match self.marks() {
            Some(marks)
                if signed.is_some_and(|at| {
                    self.grid.get(at).is_some_and(|hash| !marks.contains(&wrote::of_value(hash)))
                }) =>
            {
                self.list.is_none_or(|list| !list.is_ours(cell.at.col))
            }
            Some(marks) => !marks.contains(&wrote::of_value(&cell.value)),
            // A sheet of an earlier version: rows of its list begin with a number, an address or a title.
            None => match &self.list {
                Some(list) if cell.at.row > list.heading => {
                    self.grid.get(CellRef::new(cell.at.row, list.left)).is_none()
                }
                Some(_) => false,
                None => self.pristine.is_some(),
            },
        }
    }

    fn marks(&self) -> Option<&BTreeSet<u32>> {
        self.base.last.as_ref()?.wrote.get(&*self.grid.name).filter(|marks| !marks.is_empty())
    }

    /// Whether an item of ours stands in a row.
    fn has_item(&self, list: &List, row: u32) -> bool {
        self.grid.row(row).iter().any(|cell| list.is_ours(cell.at.col) && !self.is_theirs(cell))
    }

    /// Whether what an earlier run left may be cleared from a cell that is not written anew.
    pub fn may_clear(&self, cell: &Cell) -> bool {
        match &self.list {
            Some(list) if cell.at.row > list.heading => !self.is_theirs(cell) || self.has_item(list, cell.at.row),
            _ => !self.is_theirs(cell),
        }
    }

    /// Makes sure that a plan loses no words: adds the moves of notes to it and returns what has to go to 「引継ぎ」.
    pub fn carry(&self, plan: &mut SheetPlan) -> Vec<Item> {
        let mut items: Vec<Item> = self
            .grid
            .cells()
            .iter()
            .filter(|cell| plan.cells.get(&cell.at).is_some_and(|edit| !stands(self.grid, cell.at, &edit.content)))
            .filter(|cell| self.is_theirs(cell))
            .map(|cell| self.item(cell, self.list.filter(|list| cell.at.row > list.heading).as_ref()))
            .collect();
        if let Some(list) = self.list {
            self.notes(&list, plan, &mut items);
        }
        items
    }

    /// Notes beside items, outside our columns.
    fn notes(&self, list: &List, plan: &mut SheetPlan, items: &mut Vec<Item>) {
        let notes: Vec<&Cell> = self
            .grid
            .cells()
            .iter()
            .filter(|cell| cell.at.row > list.heading && !list.is_ours(cell.at.col))
            .filter(|cell| !cell.value.display().trim().is_empty())
            .filter(|cell| !self.base.has_formula(&self.grid.name, cell.at, true))
            .collect();
        if notes.is_empty() {
            return;
        }
        let old = self
            .rows_of(list, |row| self.grid.row(row).iter().map(|cell| (cell.at.col, cell.value.display())).collect());
        let written: BTreeSet<u32> = plan.cells.keys().map(|at| at.row).collect();
        let written: BTreeSet<u32> = written
            .into_iter()
            .filter(|row| {
                let cells = plan.cells.range(CellRef::new(*row, 0)..CellRef::new(row + 1, 0));
                cells.into_iter().any(|(at, edit)| list.is_ours(at.col) && said(&edit.content).is_some())
            })
            .collect();
        let new: BTreeMap<u32, BTreeMap<u32, String>> = written
            .iter()
            .map(|row| {
                let cells = plan.cells.range(CellRef::new(*row, 0)..CellRef::new(row + 1, 0));
                (*row, cells.filter_map(|(at, edit)| Some((at.col, said(&edit.content)?))).collect())
            })
            .collect();
        let mut goes: BTreeMap<CellRef, (CellRef, &Cell)> = BTreeMap::new();
        let mut left: BTreeSet<CellRef> = BTreeSet::new();
        for note in &notes {
            let row = note.at.row;
            let was = old.get(&row);
            // Beside nothing of ours, and nothing of ours comes there.
            if was.is_none() && !written.contains(&row) {
                continue;
            }
            let home = was.and_then(|was| home(list, row, was, &old, &new));
            match home.map(|home| CellRef::new(home, note.at.col)) {
                Some(home) if home == note.at => {}
                Some(home) => {
                    left.insert(note.at);
                    goes.insert(home, (note.at, note));
                }
                None => {
                    left.insert(note.at);
                    items.push(self.item(note, was.map(|_| list)));
                }
            }
        }
        for at in &left {
            plan.set(*at, CellContent::Blank);
        }
        for (home, (from, note)) in goes {
            let taken = !left.contains(&home) && self.grid.get(home).is_some();
            if taken {
                items.push(self.item(note, Some(list)));
            } else {
                plan.set_like(home, self.content(note), from);
            }
        }
    }

    /// Rows below the heading that hold an item, with their texts by column.
    fn rows_of(
        &self,
        list: &List,
        texts: impl Fn(u32) -> BTreeMap<u32, String>,
    ) -> BTreeMap<u32, BTreeMap<u32, String>> {
        let rows: BTreeSet<u32> =
            self.grid.cells().iter().map(|cell| cell.at.row).filter(|row| *row > list.heading).collect();
        rows.into_iter().filter(|row| self.has_item(list, *row)).map(|row| (row, texts(row))).collect()
    }

    fn content(&self, cell: &Cell) -> CellContent {
        match &cell.value {
            CellValue::Number(number) | CellValue::DateSerial(number) => CellContent::Number(*number),
            other => self
                .base
                .rich_text(&self.grid.name, cell.at)
                .map_or_else(|| CellContent::Text(other.display()), CellContent::Rich),
        }
    }

    fn item(&self, cell: &Cell, beside: Option<&List>) -> Item {
        let short = |text: &str| {
            let text = text.replace(['\n', '\r'], " ");
            match text.char_indices().nth(TOLD_LETTERS) {
                Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
                None => text,
            }
        };
        let names = |list: &List| -> Vec<String> {
            let columns = list.keys.first().copied().unwrap_or_default();
            let cells =
                columns.iter().map(|col| CellRef::new(cell.at.row, list.left + col)).filter(|at| *at != cell.at);
            let texts = cells.filter_map(|at| self.grid.get(at)).map(|value| short(&value.display()));
            texts.filter(|text| !text.trim().is_empty()).collect()
        };
        let block = beside.map(|list| names(list).join("　"));
        let heading = beside
            .and_then(|list| self.grid.get(CellRef::new(list.heading, cell.at.col)))
            .map(CellValue::display)
            .filter(|heading| !heading.trim().is_empty());
        Item {
            file: self.base.name.clone(),
            sheet: self.grid.name.to_string(),
            cell: cell.at.to_string(),
            block: block.filter(|block| !block.is_empty()).unwrap_or_else(|| "（項目の外）".to_owned()),
            field: heading.unwrap_or_else(|| "欄の外の書き込み".to_owned()),
            content: self.content(cell),
        }
    }
}

/// The row where an item stands from now on: the one row of the same key, if neither list names it twice.
fn home(
    list: &List,
    row: u32,
    was: &BTreeMap<u32, String>,
    old: &BTreeMap<u32, BTreeMap<u32, String>>,
    new: &BTreeMap<u32, BTreeMap<u32, String>>,
) -> Option<u32> {
    list.keys.iter().find_map(|columns| {
        let key = |texts: &BTreeMap<u32, String>| -> Vec<String> {
            columns.iter().map(|col| texts.get(&(list.left + col)).map(|text| fold(text)).unwrap_or_default()).collect()
        };
        let wanted = key(was);
        if wanted.iter().all(String::is_empty) || old.iter().any(|(other, texts)| *other != row && key(texts) == wanted)
        {
            return None;
        }
        let mut homes = new.iter().filter(|(_, texts)| key(texts) == wanted).map(|(home, _)| *home);
        homes.next().filter(|_| homes.next().is_none())
    })
}

fn said(content: &CellContent) -> Option<String> {
    match content {
        CellContent::Number(number) | CellContent::FormulaNumber(number) => Some(CellValue::Number(*number).display()),
        CellContent::Text(text) | CellContent::FormulaText(text) if !text.is_empty() => Some(text.clone()),
        CellContent::Rich(rich) => Some(rich.text.clone()),
        _ => None,
    }
}
