//! Which sheets of a book are read, and what is told of the others.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Context, Interpretation, first_layout, in_words};
use crate::diagnostic::{Diagnostic, Place};
use crate::form::OWN_SHEETS;
use crate::read::{Book, CellValue, Grid};

/// The very hidden sheet of every book this product filled.
const META: &str = "_meta";

/// Rows of two numbers or more that make a sheet a table somebody may miss.
const ROWS_OF_FIGURES: usize = 3;

/// The book without its hidden sheets.
pub fn shown(book: &Book) -> Cow<'_, Book> {
    if book.grids.iter().all(|grid| !grid.hidden) {
        return Cow::Borrowed(book);
    }
    let grids = book.grids.iter().filter(|grid| !grid.hidden).cloned().collect();
    Cow::Owned(Book { file: book.file.clone(), kind: book.kind, grids })
}

/// Names the hidden sheets figures came from.
pub(super) fn tell_hidden(book: &Book, result: &mut Interpretation) {
    let read = sheets_read(result);
    for grid in book.grids.iter().filter(|grid| grid.hidden && read.contains(&*grid.name)) {
        let told = Diagnostic::warning(
            "hidden-sheet-read",
            "表示されているシートに読める表が無いため、表示されていないこのシートの数値を取り込みました。",
        )
        .hint("古い数値でないか、Excelでこのシートを再表示して確かめてください。");
        result.diagnostics.push(told.at(place(book, grid)));
    }
}

/// Names the sheets with figures that nothing was taken from: those another layout knows with a warning.
///
/// Extra sheets of a filled sheet are this product's own or people's work beside it; sheets of words are no tables.
pub(super) fn tell_left(book: &Book, context: Context<'_>, result: &mut Interpretation) {
    // The tables of the 年報 and 月報 lie on many sheets, and those that are no indicator are left on purpose.
    if book.grids.len() < 2 || result.layout.starts_with("L4") {
        return;
    }
    let mut known = sheets_read(result);
    known.extend(result.diagnostics.iter().filter_map(|told| told.place.sheet.clone()));
    let ours = book.grids.iter().any(|grid| &*grid.name == META);
    let mut others: Vec<&Grid> = Vec::new();
    for grid in book.grids.iter().filter(|grid| !known.contains(&*grid.name) && !is_own(&grid.name)) {
        let alone = Book { file: book.file.clone(), kind: book.kind, grids: vec![grid.clone()] };
        let is_table = match first_layout(&alone, context) {
            Some(Ok(alone)) if alone.layout == "L8" => continue,
            Some(Ok(alone)) => (!alone.figures.is_empty()).then_some(alone.layout),
            Some(Err(_)) if has_figures(grid) => Some(""),
            _ => None,
        };
        match is_table {
            Some(layout) if !grid.hidden => {
                let told = not_read(layout, result.layout).at(place(book, grid));
                result.diagnostics.push(told);
            }
            Some(_) => result.diagnostics.push(not_seen().at(place(book, grid))),
            None if !ours && !grid.hidden && has_figures(grid) => others.push(grid),
            None => {}
        }
    }
    if let Some(first) = others.first() {
        let names: String = others.iter().take(5).map(|grid| format!("『{}』", grid.name)).collect();
        let more = if others.len() > 5 { format!("など{}枚", others.len()) } else { String::new() };
        let message = format!("{names}{more}のシートは、知っている様式の表ではないため、読んでいません。");
        result.diagnostics.push(
            Diagnostic::info("sheet-left", message)
                .hint("数値が要るときは、そのシートだけを別のファイルに保存して入れてください。")
                .at(place(book, first)),
        );
    }
}

fn not_read(layout: &str, read: &str) -> Diagnostic {
    let what = match in_words(layout) {
        "" => "別の表".to_owned(),
        words => format!("「{words}」の表"),
    };
    let why =
        if layout == read { "" } else { "1つのファイルから読むのは1つの様式の表だけのため、" };
    Diagnostic::warning("sheet-not-read", format!("このシートは{what}のようですが、{why}読んでいません。"))
        .hint("このシートだけを別のファイルに保存して、入れてください。")
}

fn not_seen() -> Diagnostic {
    Diagnostic::info("hidden-sheet-left", "表示されていないシートにも表がありますが、読んでいません。")
        .hint("要るときは、Excelでこのシートを再表示して保存し、もう一度入れてください。")
}

fn sheets_read(result: &Interpretation) -> BTreeSet<String> {
    let figures = result.figures.chunk_by(|a, b| a.sheet == b.sheet).filter_map(|of_sheet| of_sheet.first());
    let texts = result.texts.iter().map(|text| text.source.sheet.to_string());
    figures.map(|figure| figure.sheet.to_string()).chain(texts).collect()
}

/// A sheet this product makes beside the form, also under a name Excel gave a copy (「出典 (2)」).
fn is_own(name: &str) -> bool {
    OWN_SHEETS.iter().any(|own| {
        name.strip_prefix(own).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || " 　（(_".contains(c))
        })
    })
}

fn has_figures(grid: &Grid) -> bool {
    let number = |value: &CellValue| matches!(value, CellValue::Number(_));
    let rows = grid.rows().filter(|cells| cells.iter().filter(|cell| number(&cell.value)).count() > 1);
    rows.take(ROWS_OF_FIGURES).count() == ROWS_OF_FIGURES
}

fn place(book: &Book, grid: &Grid) -> Place {
    Place::sheet(book.file.name.clone(), grid.name.to_string())
}
