//! What is told of cells whatever the layout: formulas without a result, names that are sums.

use std::collections::BTreeSet;

use super::{Interpretation, place_of};
use crate::catalog::{Catalog, Lookup};
use crate::diagnostic::Diagnostic;
use crate::model::{AreaLevel, CellRef};
use crate::notation::fold;
use crate::read::{Book, Grid};

/// Cells named in one message.
const NAMED: usize = 5;

/// Warns of the formulas without a result on the sheets that were read. Nobody calculated them: the cell looks empty, and a
/// figure, a heading or a name may be lost there.
pub(super) fn tell_open_formulas(book: &Book, result: &mut Interpretation) {
    for grid in &book.grids {
        let cells = open_formulas(grid);
        let Some(first) = cells.first().copied() else { continue };
        if !result.figures.iter().any(|figure| figure.sheet == grid.name) {
            continue;
        }
        let named: Vec<String> = cells.iter().take(NAMED).map(CellRef::to_string).collect();
        let more = if cells.len() > NAMED { format!(" など{}か所", cells.len()) } else { String::new() };
        result.diagnostics.push(
            Diagnostic::warning(
                "formula-without-value",
                format!("計算されていない式があります（{}{more}）。空欄として扱いました。", named.join("、")),
            )
            .hint("Excelで開いて保存し直してから、もう一度入れてください。")
            .at(place_of(book, grid, first)),
        );
    }
}

/// In row order. A cell that holds something all the same is not empty to anyone.
fn open_formulas(grid: &Grid) -> Vec<CellRef> {
    let mut cells: Vec<CellRef> =
        grid.formulas_without_value.iter().copied().filter(|at| grid.get(*at).is_none()).collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Words behind the name of an area that make it a sum or a mean, and so no area.
const SUMS: [&str; 5] = ["平均値", "平均", "合計", "総計", "計"];

/// Warns of names such as 「全国平均」 or 「見本県計」: they are areas of nobody's, and a person may have meant the area itself.
/// A mean over insurers is not the figure of the prefecture, so it is never taken for it.
pub(super) fn tell_sums(book: &Book, catalog: &Catalog, result: &mut Interpretation) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut told: Vec<Diagnostic> = Vec::new();
    for of_area in result.figures.chunk_by(|a, b| a.area == b.area) {
        let Some(figure) = of_area.first().filter(|figure| !figure.area.is_code) else { continue };
        let name = &*figure.area.name;
        if !seen.insert(name) {
            continue;
        }
        let Some(meant) = meant(name, catalog) else { continue };
        let Some(grid) = book.grids.iter().find(|grid| grid.name == figure.sheet) else { continue };
        told.push(
            Diagnostic::warning(
                "area-meant",
                format!(
                    "「{}」は地域の名前ではなく、{meant}のことか決められないため、{meant}の数値としては使いません。",
                    name.trim()
                ),
            )
            .hint(format!("{meant}の数値なら、名前を{meant}に直して、もう一度入れてください。"))
            .at(place_of(book, grid, figure.cell)),
        );
    }
    result.diagnostics.append(&mut told);
}

/// The nation or prefecture a name is built on, in brackets.
fn meant(name: &str, catalog: &Catalog) -> Option<String> {
    let folded = fold(name);
    let stem = SUMS.iter().find_map(|sum| folded.strip_suffix(sum))?.trim_end_matches(['(', 'の']);
    if matches!(stem, "県" | "府" | "都" | "道" | "都道府県" | "県内") {
        return Some("都道府県".to_owned());
    }
    match (catalog.find_name(name), catalog.find_name(stem)) {
        (Lookup::None, Lookup::One(area)) if matches!(area.level, AreaLevel::Nation | AreaLevel::Prefecture) => {
            Some(format!("「{}」", area.name))
        }
        _ => None,
    }
}
