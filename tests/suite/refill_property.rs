//! Random edits by people, then a refill with other figures: every text and format kept, every figure right or
//! reported. `CHIIKI_LONG=1` runs thousands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use chiiki_sheet::compare::Comparison;
use chiiki_sheet::form::find_entries;

use crate::refill::doc::{Doc, grid, name};
use crate::refill::judge::{Case, Places, judge};
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

/// Cases in every run, and in the long one; four tests share them so that they run side by side.
fn cases(part: u64) {
    let count = if std::env::var_os("CHIIKI_LONG").is_some() { 750 } else { 50 };
    let before = comparison(2023, 2025);
    let moved = [comparison(2023, 2026), comparison(2024, 2026)];
    let start = fresh(&before);
    let entries: Vec<(u32, u32)> =
        find_entries(&grid(&start, FORM)).iter().map(|entry| (entry.cell.row, entry.cell.col)).collect();
    let start = Doc::open(&start);
    for case in 1..=count {
        one(part * 10_000 + case, &start, &entries, &before, &moved);
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

fn one(case: u64, start: &Doc, entries: &[(u32, u32)], before: &Comparison, moved: &[Comparison; 2]) {
    let mut entries = entries.to_vec();
    let mut dice = Dice(case.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    dice.next();
    let mut doc = start.clone();
    let blocks = [4, 14, 24, 34];
    let mut places = Places { sheet: FORM.to_owned(), id_col: 1, blocks, year_row: 5, first: 7 };
    for _ in 0..3 + dice.below(12) {
        edit(&mut dice, &mut doc, &mut places, &mut entries);
    }
    if dice.below(3) == 0 {
        doc.comment((places.first + dice.below(40) as u32, places.blocks[0]), "コメント：要確認");
    }
    // A newer year comes in addition, or somebody named other years.
    let (years_move, named) = (dice.below(2) == 0, dice.below(2) == 0);
    let seed = dice.next();
    let data = if years_move { &moved[usize::from(named)] } else { before };
    let new = changed(data.clone(), |id, who, year, value| {
        let mut own =
            Dice(seed ^ (who as u64 + 1) << 40 ^ (year as u64) << 20 ^ id.bytes().map(u64::from).sum::<u64>() | 1);
        own.next();
        if own.below(3) == 0 { value + 1.0 + own.below(50) as f64 / 8.0 } else { value }
    });
    let edited = doc.save();
    let result = refilled(&edited, &new, named);
    let context = format!("case {case} years_move {years_move} named {named}");
    judge(&Case {
        context: context.clone(),
        places: &places,
        edited: &edited,
        result: &result,
        before,
        new: &new,
        years_move,
    });
    // Once more with the same figures: nothing is new, whatever people did.
    if case.is_multiple_of(5) {
        assert!(refilled(&result.bytes, &new, named).nothing_new, "{context}");
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

fn edit(dice: &mut Dice, doc: &mut Doc, places: &mut Places, entries: &mut [(u32, u32)]) {
    let mut shift = |at: u32, by: i64| {
        for (row, _) in entries.iter_mut().filter(|(row, _)| *row >= at) {
            *row = (i64::from(*row) + by) as u32;
        }
    };
    let rows = id_rows(doc, places);
    let row = rows[dice.below(rows.len())];
    match dice.below(14) {
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
        1 => {
            doc.insert_row(row);
            shift(row, 1);
        }
        2 => {
            doc.delete_row(row);
            shift(row, -1);
        }
        3 => {
            doc.copy_row(row);
            shift(row + 1, 1);
        }
        4 => doc.widen(),
        5 if places.id_col == 1 && places.blocks[0] == 4 => {
            doc.insert_col(4);
            places.blocks = places.blocks.map(|col| col + 1);
            for (_, col) in entries.iter_mut().filter(|(_, col)| *col >= 4) {
                *col += 1;
            }
        }
        6 if places.sheet == FORM => {
            doc.rename(FORM, "みほん市の検討");
            "みほん市の検討".clone_into(&mut places.sheet);
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
        9 => {
            // Cut and pasted within one run of rows.
            let run: Vec<u32> =
                rows.iter().copied().filter(|at| (row.min(*at)..=row.max(*at)).all(|r| rows.contains(&r))).collect();
            doc.move_row(row, run[dice.below(run.len())]);
        }
        10 => {
            doc.hide_row(row);
            doc.hide_col(2 + dice.below(2) as u32);
        }
        11 => {
            let title = format!("会議メモ{}", dice.below(1_000_000));
            doc.add_sheet(&title, dice.below(2) == 0);
        }
        _ => {
            // A text far right, in a row of statistics or below all.
            let at = (if dice.below(2) == 0 { row } else { 220 }, 90 + dice.below(5) as u32);
            let red = dice.below(2) == 0;
            doc.set_text(&name(at), &format!("書き込み{}", dice.below(1000)), red);
        }
    }
    if dice.below(2) == 0 {
        let at = entries[dice.below(entries.len())];
        doc.set_text(&name(at), &format!("仮説：在宅の利用が多い{}", dice.below(100)), dice.below(2) == 0);
    }
}
