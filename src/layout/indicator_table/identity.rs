//! Which indicator a table is of: the id in the file's name, the id in the sheet's name, the names of its series.

use std::sync::Arc;

use super::heading::Table;
use crate::catalog::{Indicator, SeriesKind};
use crate::diagnostic::Place;
use crate::error::FileError;
use crate::form::id_in;
use crate::layout::{Context, entry_name, place_of};
use crate::model::CellRef;
use crate::notation::{BareYear, fold, parse_period};
use crate::read::Book;

/// An indicator's id, and the indicator where the catalog knows it.
pub(super) type Identity = (Arc<str>, Option<Indicator>);

/// The id at the head of a file name: `D17-a_…`, also behind marks people set (`✕`).
fn id_in_file_name(name: &str) -> Option<String> {
    let entry = entry_name(name).trim_start_matches(|c: char| !c.is_alphanumeric());
    let (head, _) = entry.split_once(['_', '＿'])?;
    id_in(head)
}

/// The id a sheet is named after: `D17-a`, `D17-a_訪問介護`. `R6` and `H30` look like ids and are years.
fn id_in_sheet_name(name: &str, context: Context<'_>) -> Option<String> {
    let head = name.trim().split(['_', '＿', ' ', '　', '（', '(']).next()?;
    id_in(head).filter(|id| context.catalog.indicator(id).is_some() && parse_period(head, BareYear::Fiscal).is_none())
}

/// What a table itself says.
struct Said {
    by_sheet: Option<String>,
    by_series: Option<Indicator>,
}

impl Said {
    fn of(table: &Table<'_>, context: Context<'_>) -> Self {
        Self { by_sheet: id_in_sheet_name(&table.grid.name, context), by_series: named_indicator(table, context) }
    }

    fn says(&self, id: &str) -> bool {
        self.by_sheet.as_deref() == Some(id)
            || self.by_series.as_ref().is_some_and(|indicator| indicator.id.as_str() == id)
    }

    fn is_silent(&self) -> bool {
        self.by_sheet.is_none() && self.by_series.is_none()
    }
}

/// Tables under a heading that only repeats the one above, as on every page of a long table, go on with it: when they say
/// the same of their indicator and no row stands in both. Two indicators can have the same years.
pub(super) fn joined<'g>(tables: Vec<Table<'g>>, context: Context<'_>) -> Vec<Table<'g>> {
    let mut joined: Vec<Table<'g>> = Vec::with_capacity(tables.len());
    for table in tables {
        match joined.last_mut() {
            Some(above) if goes_on(&table, above, context) => {
                above.rows.extend(table.rows);
                (above.end, above.stray) = (table.end, table.stray);
            }
            _ => joined.push(table),
        }
    }
    joined
}

fn goes_on(table: &Table<'_>, above: &Table<'_>, context: Context<'_>) -> bool {
    let same_heading = std::ptr::eq(table.grid, above.grid) && table.heading.repeats(&above.heading);
    if !same_heading || above.stray.is_some() || table.shares_rows(above) {
        return false;
    }
    let id = |table: &Table<'_>| named_indicator(table, context).map(|indicator| indicator.id);
    above.rows.is_empty() || table.rows.is_empty() || id(table) == id(above)
}

/// The indicator of every table of a book, or why it cannot be told.
///
/// The id in the file's name is that of a lone table. Of several tables it can be that of one only: the one that says so
/// itself, or the first when it says nothing. Every other one must say what it is.
pub(super) fn identities(book: &Book, tables: &[Table<'_>], context: Context<'_>) -> Vec<Result<Identity, FileError>> {
    let said: Vec<Said> = tables.iter().map(|table| Said::of(table, context)).collect();
    let by_file = id_in_file_name(&book.file.name);
    let is_said = by_file.as_deref().is_some_and(|id| said.iter().any(|said| said.says(id)));
    let is_of_first = !is_said && said.first().is_some_and(Said::is_silent);
    let is_placed = is_said || is_of_first;
    let alone = tables.len() == 1;
    tables
        .iter()
        .zip(&said)
        .enumerate()
        .map(|(at, (table, said))| {
            // An id that is no table's contradicts all that say what they are.
            let by_file =
                by_file.as_deref().filter(|_| alone || is_of_first && at == 0 || !is_placed && !said.is_silent());
            identity(book, table, said, by_file, alone, context)
        })
        .collect()
}

fn identity(
    book: &Book,
    table: &Table<'_>,
    said: &Said,
    by_file: Option<&str>,
    alone: bool,
    context: Context<'_>,
) -> Result<Identity, FileError> {
    let known = |id: &str| context.catalog.indicator(id).cloned();
    let place = place_of(book, table.grid, CellRef::new(table.heading.row, table.heading.series));
    let disagrees = |what: &str, id: &str, inside: &str, hint: &str| {
        FileError::waiting(
            "indicator-disagrees",
            format!("{what}の指標ID「{id}」と、{inside}が食い違っています。"),
            hint,
        )
        .at(place.clone())
    };
    // 「D17-a_…」 renamed over another indicator's table: the cells speak of something else.
    let other_series = |id: &str| {
        let named = said.by_series.as_ref()?;
        let known = known(id);
        let other = named.id.as_str() != id
            // A lone table may be of an indicator the list does not know, under a name that is another's as well.
            && known.as_ref().map_or(!alone, |known| fold(&known.name) != fold(&named.name))
            && !sets_others_side_by_side(id, known.as_ref(), named, table);
        other.then(|| format!("表の中の指標「{}」（{}）", named.name, named.id))
    };
    if let Some(id) = by_file {
        let hint = "ファイル名の指標IDを確かめて、もう一度入れてください。";
        let other_sheet = said.by_sheet.as_deref().filter(|sheet| *sheet != id && said.by_series.is_none());
        let other = other_series(id).or_else(|| Some(format!("シートの名前の「{}」", other_sheet?)));
        return match other {
            Some(other) => Err(disagrees("ファイル名", id, &other, hint)),
            None => Ok((Arc::from(id), known(id))),
        };
    }
    if let Some(id) = &said.by_sheet {
        let hint = "シートの名前の指標IDを確かめて、もう一度入れてください。";
        if let Some(other) = other_series(id) {
            return Err(disagrees("シートの名前", id, &other, hint));
        }
    }
    match (&said.by_series, &said.by_sheet) {
        (Some(indicator), _) => Ok((Arc::from(indicator.id.as_str()), Some(indicator.clone()))),
        (None, Some(id)) => Ok((Arc::from(id.as_str()), known(id))),
        (None, None) if alone => Err(FileError::waiting(
            "indicator-unknown",
            "どの指標の表か分かりませんでした。",
            "ファイル名の先頭に指標ID（例 D17-a_）を付けて、もう一度入れてください。",
        )
        .at(Place::sheet(book.file.name.clone(), table.grid.name.to_string()))),
        (None, None) => Err(FileError::waiting(
            "indicator-unknown",
            "このファイルには表がいくつもあり、この表がどの指標のものか分かりませんでした。",
            "シートの名前の先頭に指標ID（例 D17-a）を付けるか、表を1つずつ別のファイルにして、もう一度入れてください。",
        )
        .at(place)),
    }
}

/// D49 sets several figures side by side, and one of them bears the name of 認定率. The axes of a scatter such as D6
/// are D6-a and D6-b: where only one of them is known, the other's name is damaged.
fn sets_others_side_by_side(id: &str, known: Option<&Indicator>, named: &Indicator, table: &Table<'_>) -> bool {
    let is_axis = named.id.as_str().strip_prefix(id).is_some_and(|rest| rest.starts_with('-'));
    known.is_some_and(|known| known.kind == SeriesKind::ByArea) && !is_axis && has_several_series(table)
}

/// Whether the table has rows of different names.
fn has_several_series(table: &Table<'_>) -> bool {
    let mut names = series_cells(table).map(fold);
    let first = names.next();
    names.any(|name| Some(name) != first)
}

fn series_cells<'t>(table: &'t Table<'_>) -> impl Iterator<Item = &'t str> {
    table
        .grid
        .cells()
        .iter()
        .filter(|cell| cell.at.row > table.heading.row && cell.at.row < table.end)
        .filter(|cell| cell.at.col == table.heading.series)
        .filter_map(|cell| cell.value.as_text())
        .filter(|text| !crate::notation::is_padding(text) && !crate::notation::is_note(text))
}

/// The one catalog indicator whose name or alias a series bears.
fn named_indicator(table: &Table<'_>, context: Context<'_>) -> Option<Indicator> {
    let mut found: Option<&Indicator> = None;
    for indicator in series_cells(table).filter_map(|text| context.catalog.indicator_by_name(text)) {
        match found {
            Some(known) if known.id != indicator.id => return None,
            _ => found = Some(indicator),
        }
    }
    found.cloned()
}
