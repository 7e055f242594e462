//! Headings of a form that hold no year that can be read, over columns with figures.

use std::collections::BTreeSet;

use super::{MIN_ROWS, forms_may_stand_on};
use crate::diagnostic::Diagnostic;
use crate::error::FileError;
use crate::form::{FormMap, Role};
use crate::layout::{heading_text, place_of};
use crate::model::CellRef;
use crate::read::{Book, Grid};

/// Columns of figures in a block whose heading is no year, such as 「2026（3月分のみ）」: what such words say of the
/// year only a person knows, so the column is not read and that is told, once for each heading.
pub(super) fn tell_columns_without_year(book: &Book, grid: &Grid, map: &FormMap, told: &mut Vec<Diagnostic>) {
    let mut headings: Vec<(String, Vec<CellRef>)> = Vec::new();
    for at in columns_without_year(grid, map) {
        let text = grid.get_merged(at).map(heading_text).unwrap_or_default().trim().replace('\n', " ");
        match headings.iter_mut().find(|(known, _)| *known == text) {
            Some((_, cells)) => cells.push(at),
            None => headings.push((text, vec![at])),
        }
    }
    for (heading, cells) in headings {
        let Some(first) = cells.first().copied() else { continue };
        let what = if heading.is_empty() {
            "見出しに年度が無い列".to_owned()
        } else {
            let short: String = heading.chars().take(LONGEST_SHOWN).collect();
            format!("見出し「{short}」を年度として読めない列")
        };
        let named: Vec<String> = cells.iter().map(CellRef::to_string).collect();
        told.push(
            Diagnostic::warning(
                "year-heading-unreadable",
                format!("{what}（{}）の数値は、取り込みませんでした。", named.join("、")),
            )
            .hint("見出しを「2025」のような西暦の年度だけにして、もう一度入れてください。年度の途中の数値であることは、備考に書きます。")
            .at(place_of(book, grid, first)),
        );
    }
}

/// Letters of a heading that are shown.
const LONGEST_SHOWN: usize = 30;

/// The heading cells of the columns within blocks that hold numbers beside 指標ID but no year.
fn columns_without_year(grid: &Grid, map: &FormMap) -> Vec<CellRef> {
    let mut filled: BTreeSet<u32> = BTreeSet::new();
    for row in &map.rows {
        let numbers = grid.row(row.row).iter().filter(|cell| cell.value.as_number().is_some());
        filled.extend(numbers.map(|cell| cell.at.col));
    }
    let blocks = map.blocks.iter();
    let columns = blocks.flat_map(|block| {
        let within = filled.range(block.first_col..=block.last_col);
        within.filter(|col| !block.years.contains_key(*col)).copied().collect::<Vec<u32>>()
    });
    columns.map(|col| CellRef::new(map.year_row, col)).collect()
}

/// Why a form whose years cannot be read at all waits: no other reading of its many columns would help.
pub(in crate::layout) fn without_years(book: &Book) -> Option<FileError> {
    book.grids.iter().filter(|grid| forms_may_stand_on(&grid.name)).find_map(|grid| {
        let map = FormMap::find(grid, MIN_ROWS)?;
        map.block(Role::Own)?;
        let at = columns_without_year(grid, &map).into_iter().next()?;
        let heading = grid.get_merged(at).map(heading_text).unwrap_or_default();
        let short: String = heading.trim().chars().take(LONGEST_SHOWN).collect();
        let what = if short.is_empty() { String::new() } else { format!("（見出し「{short}」）") };
        Some(
            FileError::waiting(
                "year-heading-unreadable",
                format!("地域分析・検討シートのようですが、列の見出しの年度を読めませんでした{what}。"),
                "列の見出しを「2025」のような西暦の年度に直して、もう一度入れてください。",
            )
            .at(place_of(book, grid, at)),
        )
    })
}
