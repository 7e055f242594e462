//! Which sheet of a book is which sheet of the record: people rename sheets, copy them and delete them.

use std::collections::BTreeMap;

use super::record::{MarkRecord, locate};
use crate::fill::meta_sheet::{Shown, is_meta};
use crate::fill::source_sheet::is_sources;
use crate::read::Grid;

/// The places of one sheet when it was written, and the sheet that holds them now.
#[derive(Debug)]
pub struct Home<'a> {
    /// The sheet's name when it was written
    pub name: &'a str,
    /// Its places
    pub records: Vec<&'a MarkRecord>,
    /// The sheet now; `None` when it is gone, or when several could be it
    pub grid: Option<&'a Grid>,
    /// Other sheets that hold most of what was written: copies
    pub copies: Vec<&'a Grid>,
}

/// Every sheet of the record with its sheet of the book, one to one. A sheet keeps its name unless none of its figures
/// stands there and they stand elsewhere; a renamed one is told by the figures that stand on it, never by words alone, which
/// the sheets of a template share. Where two fit alike, none is taken.
pub fn homes<'a>(grids: &'a [Grid], marks: &'a [MarkRecord]) -> Vec<Home<'a>> {
    let mut sets: BTreeMap<&str, Vec<&MarkRecord>> = BTreeMap::new();
    for mark in marks {
        sets.entry(&mark.sheet).or_default().push(mark);
    }
    let mut homes: Vec<Home<'a>> =
        sets.into_iter().map(|(name, records)| Home { name, records, grid: None, copies: Vec::new() }).collect();
    let grids: Vec<&Grid> = grids.iter().filter(|grid| !is_meta(grid) && !is_sources(grid)).collect();
    for home in &mut homes {
        let named = grids.iter().find(|grid| &*grid.name == home.name);
        home.grid = named.copied().filter(|grid| {
            let (standing, all) = standing(grid, &home.records);
            standing > 0 || all < SOME
        });
    }
    let free: Vec<&Grid> = grids.iter().copied().filter(|grid| !is_home(&homes, grid)).collect();
    let scores: Vec<Vec<(usize, usize)>> =
        homes.iter().map(|home| free.iter().map(|grid| standing(grid, &home.records)).collect()).collect();
    let lost: Vec<usize> =
        (0..homes.len()).filter(|at| homes.get(*at).is_some_and(|home| home.grid.is_none())).collect();
    let score = |home: usize, grid: usize| scores.get(home).and_then(|of| of.get(grid)).copied().unwrap_or_default();
    let mut found: Vec<(usize, &'a Grid)> = Vec::new();
    for &home in &lost {
        for (number, grid) in free.iter().enumerate() {
            let (standing, all) = score(home, number);
            let alone = (0..free.len()).all(|other| other == number || score(home, other).0 < standing)
                && lost.iter().all(|other| *other == home || score(*other, number).0 < standing);
            if standing * 2 > all && alone {
                found.push((home, *grid));
            }
        }
    }
    for (home, grid) in found {
        if let Some(home) = homes.get_mut(home) {
            home.grid = Some(grid);
        }
    }
    // Where everything was written over by hand, the name is what is left.
    for at in lost {
        let named = homes.get(at).filter(|home| home.grid.is_none()).map(|home| home.name);
        let named = grids.iter().copied().find(|grid| named == Some(&*grid.name));
        let named = named.filter(|grid| !is_home(&homes, grid));
        if let Some(home) = homes.get_mut(at).filter(|_| named.is_some()) {
            home.grid = named;
        }
    }
    let left: Vec<(usize, &'a Grid)> =
        free.iter().copied().enumerate().filter(|(_, grid)| !is_home(&homes, grid)).collect();
    for (at, home) in homes.iter_mut().enumerate().filter(|(_, home)| home.grid.is_some()) {
        let is_copy = |number: usize| matches!(score(at, number), (standing, all) if standing * 2 > all);
        home.copies = left.iter().filter(|(number, _)| is_copy(*number)).map(|(_, grid)| *grid).collect();
    }
    homes
}

/// Figures that tell one sheet from another by their absence.
const SOME: usize = 2;

fn is_home(homes: &[Home<'_>], grid: &Grid) -> bool {
    homes.iter().any(|home| home.grid.is_some_and(|known| std::ptr::eq(known, grid)))
}

/// How many of the figures that were written stand on a sheet, and how many were. Names and units are the same on many
/// sheets: they count where nothing else was written.
fn standing(grid: &Grid, records: &[&MarkRecord]) -> (usize, usize) {
    let records: Vec<&MarkRecord> = records.iter().copied().filter(|record| record.last.is_some()).collect();
    let places = locate(grid, &records);
    let count = |counts: &dyn Fn(&MarkRecord) -> bool| {
        let of_kind = || records.iter().zip(&places).filter(|(record, _)| counts(record));
        let stands = |(record, places): &(&&MarkRecord, &Vec<_>)| places.iter().any(|at| record.stands(grid, *at));
        (of_kind().filter(stands).count(), of_kind().count())
    };
    let figures = count(&|record| matches!(record.last, Some(Shown::Number(_))) && !record.figures.is_empty());
    let told = count(&|record| !record.figures.is_empty());
    let texts = count(&|_| true);
    [figures, told, texts].into_iter().find(|(_, all)| *all > 0).unwrap_or_default()
}
