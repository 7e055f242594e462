//! Random edits by people, then a refill with other figures: every text and format kept, every figure right or
//! reported. `CHIIKI_LONG=1` runs thousands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use chiiki_sheet::compare::Comparison;
use chiiki_sheet::model::{Datum, MissingReason};
use chiiki_sheet::read::{CellValue, Grid};

use crate::refill::doc::{Doc, grid, name};
use crate::refill::{changed, comparison, fresh, refilled};

const FORM: &str = "地域分析・検討シート";

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// Where things stand after the edits, kept beside the document.
struct Places {
    id_col: u32,
    /// First columns: own, prefecture, nation, comparison area
    blocks: [u32; 4],
    year_row: u32,
    /// Row of the first statistics
    first: u32,
}

/// Cases in every run, and in the long one; four tests share them so that they run side by side.
fn cases(part: u64) {
    let count = if std::env::var_os("CHIIKI_LONG").is_some() { 750 } else { 25 };
    let before = comparison(2023, 2025);
    let after = comparison(2024, 2026);
    let start = Doc::open(&fresh(&before));
    for case in 1..=count {
        one(part * 10_000 + case, &start, &before, &after);
    }
}

#[test]
fn people_lose_nothing_and_figures_are_right_or_reported_1() {
    cases(1);
}

#[test]
fn people_lose_nothing_and_figures_are_right_or_reported_2() {
    cases(2);
}

#[test]
fn people_lose_nothing_and_figures_are_right_or_reported_3() {
    cases(3);
}

#[test]
fn people_lose_nothing_and_figures_are_right_or_reported_4() {
    cases(4);
}

fn one(case: u64, start: &Doc, before: &Comparison, moved: &Comparison) {
    let mut dice = Dice(case.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    dice.next();
    let mut doc = start.clone();
    let mut places = Places { id_col: 1, blocks: [4, 14, 24, 34], year_row: 5, first: 7 };
    let mut sheet = FORM.to_owned();
    for _ in 0..3 + dice.below(12) {
        edit(&mut dice, &mut doc, &mut places, &mut sheet);
    }
    let years_move = dice.below(2) == 0;
    let seed = dice.next();
    let data = if years_move { moved } else { before };
    let new = changed(data.clone(), |id, who, year, value| {
        let mut own =
            Dice(seed ^ (who as u64 + 1) << 40 ^ (year as u64) << 20 ^ id.bytes().map(u64::from).sum::<u64>() | 1);
        own.next();
        if own.below(3) == 0 { value + 1.0 + own.below(50) as f64 / 8.0 } else { value }
    });
    let edited = doc.save();
    let result = refilled(&edited, &new, false);
    let (was, is) = (grid(&edited, &sheet), grid(&result.bytes, &sheet));
    let kept: BTreeSet<&str> = result.changes.kept.iter().map(|change| change.cell.as_str()).collect();
    let handed: Vec<String> = if result.changes.handed_over > 0 {
        grid(&result.bytes, "引継ぎ").cells().iter().map(|cell| cell.value.display()).collect()
    } else {
        Vec::new()
    };
    let context = format!("case {case} years_move {years_move}");
    let ours = figures(&context, &places, [&was, &is], before, &new, &kept, &handed);
    untouched(&context, &places, &doc, &Doc::open(&result.bytes), &ours, years_move);
    // Once more with the same figures: nothing is new, whatever people did.
    if case.is_multiple_of(5) {
        assert!(refilled(&result.bytes, &new, false).nothing_new, "{context}");
    }
}

fn id_rows(doc: &Doc, places: &Places) -> Vec<u32> {
    doc.rows
        .iter()
        .filter(|(row, (_, cells))| {
            **row >= places.first && cells.get(&places.id_col).is_some_and(|(_, inner)| !inner.is_empty())
        })
        .map(|(row, _)| *row)
        .collect()
}

fn edit(dice: &mut Dice, doc: &mut Doc, places: &mut Places, sheet: &mut String) {
    let rows = id_rows(doc, places);
    let row = rows[dice.below(rows.len())];
    match dice.below(10) {
        0 => {
            // Within one block: neighbours in the list of rows may lie in two.
            let other = rows[dice.below(rows.len())];
            if other != row
                && rows.iter().filter(|at| (row.min(other)..=row.max(other)).contains(at)).count() as u32
                    == row.abs_diff(other) + 1
            {
                doc.swap_rows(row, other);
            }
        }
        1 => doc.insert_row(row),
        2 => doc.delete_row(row),
        3 => doc.copy_row(row),
        4 => doc.widen(),
        5 if places.id_col == 1 && places.blocks[0] == 4 => {
            doc.insert_col(4);
            places.blocks = places.blocks.map(|col| col + 1);
        }
        6 if sheet == FORM => {
            doc.rename(FORM, "みほん市の検討");
            "みほん市の検討".clone_into(sheet);
        }
        7 => {
            let block = places.blocks[dice.below(4)];
            let at = (row, block + dice.below(3) as u32);
            doc.set_number(at, 1_000.5 + dice.below(1_000) as f64);
        }
        8 => {
            let block = places.blocks[dice.below(4)];
            doc.set_text(&name((row, block + dice.below(3) as u32)), "確認中", false);
        }
        _ => {
            // A text far right, in a row of statistics or below all.
            let at = (if dice.below(2) == 0 { row } else { 120 }, 90 + dice.below(5) as u32);
            let red = dice.below(2) == 0;
            doc.set_text(&name(at), &format!("書き込み{}", dice.below(1000)), red);
        }
    }
    if dice.below(2) == 0 {
        // An entry field: two rows below the last statistics of the first block, more or less; any empty cell serves.
        let at = (places.first + 40 + dice.below(60) as u32, 0);
        if doc.rows.get(&at.0).is_none_or(|(_, cells)| cells.get(&0).is_none_or(|(_, inner)| inner.is_empty())) {
            doc.set_text(&name(at), "仮説：在宅の利用が多い", dice.below(2) == 0);
        }
    }
}

fn years(grid: &Grid, places: &Places, block: u32) -> BTreeMap<i32, u32> {
    (block..block + 10)
        .filter_map(|col| match grid.get(chiiki_sheet::model::CellRef::new(places.year_row, col)) {
            Some(CellValue::Number(year)) => Some((*year as i32, col)),
            _ => None,
        })
        .collect()
}

/// Checks every figure; returns the cells that are ours to write.
fn figures(
    context: &str,
    places: &Places,
    [was, is]: [&Grid; 2],
    before: &Comparison,
    new: &Comparison,
    kept: &BTreeSet<&str>,
    handed: &[String],
) -> BTreeSet<(u32, u32)> {
    let mut ours = BTreeSet::new();
    let at = chiiki_sheet::model::CellRef::new;
    let said = |comparison: &Comparison, id: &str, who: usize, year: i32| {
        let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == id)?;
        Some(match row.figures.get(&(who, year))?.datum {
            Datum::Value(value) => format!("{value}"),
            // An empty cell of a source is no mark.
            Datum::Missing(MissingReason::Blank) => return None,
            Datum::Missing(reason) => reason.mark().to_owned(),
        })
    };
    let mut checked = 0;
    for row in places.first..is.extent().unwrap().row + 1 {
        let Some(id) = is.text(row, places.id_col).map(str::to_owned) else { continue };
        if before.rows.iter().all(|known| known.indicator.id.as_str() != id) {
            continue;
        }
        for (who, block) in places.blocks.into_iter().enumerate() {
            let (old_years, new_years) = (years(was, places, block), years(is, places, block));
            let wanted: BTreeSet<i32> = new.years.iter().map(|year| year.year).collect();
            assert_eq!(new_years.keys().copied().collect::<BTreeSet<_>>(), wanted, "{context} {id}");
            for (&year, &col) in &new_years {
                ours.insert((row, col));
                let shown = is.get(at(row, col)).map(CellValue::display);
                let stood = old_years.get(&year).and_then(|col| was.get(at(row, *col))).map(CellValue::display);
                let last = old_years.get(&year).and_then(|_| said(before, &id, who, year));
                let fresh = said(new, &id, who, year);
                let by_hand = stood != last;
                let expected = if by_hand && stood.is_some() { stood.clone() } else { fresh.clone() };
                assert_eq!(shown, expected, "{context} {id} {who} {year} at {}", name((row, col)));
                if by_hand && stood.is_some() && stood != fresh {
                    assert!(kept.contains(name((row, col)).as_str()), "{context}: {} not reported", name((row, col)));
                }
                checked += 1;
            }
            for (year, col) in old_years.iter().filter(|(year, _)| !new_years.contains_key(year)) {
                ours.insert((row, *col));
                let Some(stood) = was.get(at(row, *col)).map(CellValue::display) else { continue };
                if said(before, &id, who, *year).as_ref() != Some(&stood) {
                    assert!(handed.contains(&stood), "{context}: {id} {year} not handed over");
                }
            }
        }
    }
    assert!(checked > 200, "{context}: {checked}");
    ours
}

/// What follows the cells, without the links that lead from a row to its sources: those follow the row.
fn without_source_links(tail: &str) -> String {
    let mut kept = String::new();
    for piece in tail.split_inclusive("/>") {
        if !(piece.contains("<hyperlink ") && piece.contains("'出典'!")) {
            kept.push_str(piece);
        }
    }
    kept.replace("<hyperlinks>", "").replace("</hyperlinks>", "")
}

/// Every cell but figures and our own headings has its bytes, every row its height, every column its width.
fn untouched(context: &str, places: &Places, was: &Doc, is: &Doc, ours: &BTreeSet<(u32, u32)>, years_move: bool) {
    assert_eq!(was.rows.len(), is.rows.len(), "{context}");
    for (row, (attributes, cells)) in &was.rows {
        let (now, after) = &is.rows[row];
        // A draft nobody touched is ours: it is written anew with the new figures.
        let draft = |cell: Option<&_>| cell.is_some_and(|cell| format!("{cell:?}").contains("【下書き】"));
        assert_eq!(now, attributes, "{context} row {row}");
        let cols: BTreeSet<u32> = cells.keys().chain(after.keys()).copied().collect();
        for col in cols.into_iter().filter(|col| !ours.contains(&(*row, *col))) {
            let remark = col == places.id_col + 2 && *row >= places.first;
            let heading = *row < places.first && (*row == 1 || *row >= places.year_row - 1);
            let redrafted = draft(cells.get(&col)) && draft(after.get(&col));
            if remark || heading || redrafted {
                continue;
            }
            assert_eq!(after.get(&col), cells.get(&col), "{context} {}", name((*row, col)));
        }
    }
    if !years_move {
        assert_eq!(is.head, was.head, "{context}");
    }
    assert_eq!(without_source_links(&is.tail), without_source_links(&was.tail), "{context}");
}
