//! Words written once for a group of rows: a prefecture over its towns, a town over its items.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::catalog::{Catalog, Lookup};
use crate::layout::area_cells::is_sum;
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{CellValue, Grid};

/// The words of a column, row by row of figures, with those of the rows above where a cell is empty.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    texts: HashMap<u32, String>,
    /// Rows by the place of each group that was written once, and the row that names it
    groups: Vec<Range<usize>>,
    rows: Vec<u32>,
}

impl Carried {
    /// `rows` are those with figures. A column that repeats its word in the next row is written out, and an empty cell
    /// in it is a lost word: nothing is carried then.
    pub fn of(grid: &Grid, col: u32, rows: &[u32]) -> Self {
        Self::with(grid, col, rows, true)
    }

    /// As [`Carried::of`]; without `carry` an empty cell stays empty.
    pub fn with(grid: &Grid, col: u32, rows: &[u32], carry: bool) -> Self {
        let own: Vec<String> = rows.iter().map(|row| own_text(grid, CellRef::new(*row, col))).collect();
        let repeats = own.windows(2).any(|pair| matches!(pair, [a, b] if !a.is_empty() && fold(a) == fold(b)));
        let gaps = own.iter().any(String::is_empty);
        let once = carry && !repeats && gaps && own.first().is_some_and(|text| !text.is_empty());
        let mut carried = Self { rows: rows.to_vec(), ..Self::default() };
        let mut last = String::new();
        let mut start = 0;
        for (place, (row, text)) in rows.iter().zip(&own).enumerate() {
            if !text.is_empty() {
                if once && place > start {
                    carried.groups.push(start..place);
                }
                (last, start) = (text.clone(), place);
            }
            let said = if text.is_empty() && once { &last } else { text };
            carried.texts.insert(*row, said.clone());
        }
        if once && rows.len() > start {
            carried.groups.push(start..rows.len());
        }
        carried
    }

    /// The word of a row; empty when there is none.
    pub fn text(&self, row: u32) -> &str {
        self.texts.get(&row).map_or("", String::as_str)
    }

    fn rows_of(&self, group: &Range<usize>) -> &[u32] {
        self.rows.get(group.clone()).unwrap_or_default()
    }

    /// Rows of groups of which one town is not of the carried prefecture: a lost heading gave them to a neighbour.
    pub fn strangers(&self, names: &Carried, catalog: &Catalog) -> BTreeMap<u32, String> {
        let mut found = BTreeMap::new();
        for group in &self.groups {
            let rows = self.rows_of(group);
            let stranger = rows.iter().copied().find(|row| {
                let name = names.text(*row);
                let sum = name.trim().is_empty() || is_sum(name);
                let elsewhere = || catalog.find_name(name) != Lookup::None;
                !sum && catalog.find_in(Some(self.text(*row)), name) == Lookup::None && elsewhere()
            });
            let Some(stranger) = stranger else { continue };
            let why = format!("「{}」は{}の地域の一覧にありません。", names.text(stranger), self.text(stranger));
            found.extend(rows.iter().map(|row| (*row, why.clone())));
        }
        found
    }

    /// Rows of groups that name an item twice: the heading of the second group is lost.
    pub fn repeated(&self, label: impl Fn(u32) -> String) -> BTreeMap<u32, String> {
        let mut found = BTreeMap::new();
        for group in &self.groups {
            let rows = self.rows_of(group);
            let mut seen: Vec<String> = Vec::new();
            let twice = rows.iter().map(|row| fold(&label(*row))).find(|label| {
                let known = seen.contains(label);
                seen.push(label.clone());
                known
            });
            if twice.is_some() {
                let why = format!("「{}」の行の下に、同じ項目が2回あります。", self.text(*rows.first().unwrap_or(&0)));
                found.extend(rows.iter().map(|row| (*row, why.clone())));
            }
        }
        found
    }
}

/// The words at the left of rows, outer ones carried down over their inner ones.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    parts: HashMap<u32, Vec<String>>,
}

impl Labels {
    /// `cols` outermost first. An outer word holds until the next one, but only over rows that have inner words.
    pub fn of(grid: &Grid, cols: &[u32], rows: &[u32]) -> Self {
        let mut parts = HashMap::new();
        let mut outer: Vec<String> = vec![String::new(); cols.len()];
        for row in rows {
            let own: Vec<String> = cols.iter().map(|col| own_text(grid, CellRef::new(*row, *col))).collect();
            let innermost = own.iter().rposition(|text| !text.is_empty());
            let mut said = Vec::new();
            for (at, text) in own.iter().enumerate() {
                if !text.is_empty() {
                    // A new outer word ends what its inner columns said before.
                    outer.iter_mut().skip(at).for_each(String::clear);
                    if let Some(place) = outer.get_mut(at) {
                        place.clone_from(text);
                    }
                }
                let carried = outer.get(at).filter(|_| innermost.is_some_and(|innermost| at <= innermost));
                if let Some(word) = carried.filter(|word| !word.is_empty()) {
                    said.push(word.split_whitespace().collect::<Vec<_>>().join(" "));
                }
            }
            parts.insert(*row, said);
        }
        Self { parts }
    }

    /// The words of a row, outermost first.
    pub fn parts(&self, row: u32) -> Vec<String> {
        self.parts.get(&row).cloned().unwrap_or_default()
    }

    /// The words of a row as a mapping spells them.
    pub fn path(&self, row: u32) -> String {
        self.parts(row).join(super::heads::SEPARATOR)
    }
}

/// A cell's own words; of cells merged downwards the first one's.
pub fn own_text(grid: &Grid, at: CellRef) -> String {
    let merged = || grid.get(grid.merge_anchor(at).filter(|anchor| anchor.col == at.col)?);
    grid.get(at).or_else(merged).map(CellValue::display).unwrap_or_default().trim().to_owned()
}
