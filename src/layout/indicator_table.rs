//! L2: 現状分析 of the 「見える化」 system, one indicator a table: 時系列 (periods across) or 地域別 (areas across).
//!
//! A download holds one table. People put several on one sheet or into one book: each is read by its own heading, and one
//! that does not say what it is of is left and told.

mod heading;
mod identity;
mod merge;
mod series;
mod years;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{AreaText, Context, Figure, Interpretation, PeriodText, month_notes, place_of};
use crate::catalog::{Indicator, YearMeaning};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::model::{CellRef, Date, Period};
use crate::notation::{BareYear, EraCarry, export_date, has_unit_label, is_padding, parse_period};
use crate::read::{Book, CellValue};

use heading::{Heading, Table, find_tables};
use identity::{Identity, identities, joined};
use merge::Part;
use series::{lone_series, series_dimensions};
use years::Years;

/// The two standardisations of adjusted indicators; their figures are never mixed.
const STANDARDISATIONS: [&str; 2] = ["注目する地域のみ", "他地域と比較"];

/// Reads every table with the headings of 現状分析; `None` when there is none.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let found = book.grids.iter().flat_map(|grid| find_tables(grid, context.catalog)).collect();
    let mut tables = joined(found, context);
    // Headings without rows say nothing beside a table that has some.
    if tables.iter().any(|table| !table.rows.is_empty()) {
        tables.retain(|table| !table.rows.is_empty() || table.stray.is_some());
    } else {
        tables.truncate(1);
    }
    (!tables.is_empty()).then(|| read_tables(book, &tables, context))
}

fn read_tables(book: &Book, tables: &[Table<'_>], context: Context<'_>) -> Result<Interpretation, FileError> {
    let mut result = Interpretation { layout: "L2", ..Interpretation::default() };
    let mut years = Years::of(tables);
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut open: Vec<FileError> = Vec::new();
    for (table, identity) in tables.iter().zip(identities(book, tables, context)) {
        let read = identity.and_then(|identity| {
            let period = match table.heading.area {
                Some(_) => None,
                None => Some(years.period(book, table, &identity.0, context)?),
            };
            Ok(read_table(book, table, &identity, period.as_ref(), &mut result.diagnostics))
        });
        match read {
            Ok(figures) => {
                parts.push(Part { table, exported: exported(table), figures });
                tell_stray(book, table, &mut result.diagnostics);
            }
            Err(question) => open.push(question),
        }
    }
    if parts.is_empty()
        && let Some(question) = open.first()
    {
        return Err(question.clone());
    }
    // Beside tables that could be read, one that could not is told and left.
    result.diagnostics.extend(open.into_iter().map(|question| {
        let told = question.to_diagnostic();
        Diagnostic {
            message: format!("{}この表の数値は取り込みませんでした。", told.message), ..told
        }
    }));
    result.exported = merge::one_date(&parts);
    result.figures = merge::figures(book, parts, &mut result.diagnostics);
    Ok(result)
}

/// 出力日 over a table: of the first table of a sheet the topmost one, of any other one its own or that of the sheet.
fn exported(table: &Table<'_>) -> Option<Date> {
    let over = |last: u32| table.grid.cells().iter().take_while(move |cell| cell.at.row <= last);
    let own = over(table.heading.row).filter(|cell| cell.at.row >= table.top);
    let find = |text: Option<&str>| export_date(text?);
    let mut own = own.filter_map(|cell| find(cell.value.as_text()));
    own.next().or_else(|| over(table.heading.row).find_map(|cell| find(cell.value.as_text())))
}

/// A row that looks like the heading of another table ends this one; what stands below it is nobody's.
fn tell_stray(book: &Book, table: &Table<'_>, told: &mut Vec<Diagnostic>) {
    let Some(row) = table.stray else { return };
    let col = table.heading.area.unwrap_or(table.heading.series);
    told.push(
        Diagnostic::warning(
            "heading-in-table",
            "表の途中に、別の表の見出しのような行があるため、この行から下の数値は取り込みませんでした。",
        )
        .hint(
            "別の表のときは、「地域」「指標」「単位」と期間の見出しをそろえるか、別のファイルに分けて入れてください。",
        )
        .at(place_of(book, table.grid, CellRef::new(row, col))),
    );
}

/// The standardisation named in the file's name, the sheet's name or the texts above and below the table.
fn standardisation_of(book: &Book, table: &Table<'_>) -> Option<String> {
    let texts: Vec<&str> =
        [&*book.file.name, &*table.grid.name].into_iter().chain(table.titles()).chain(table.notes()).collect();
    let mut named = STANDARDISATIONS.iter().filter(|word| texts.iter().any(|text| text.contains(**word)));
    match (named.next(), named.next()) {
        (Some(word), None) => Some((*word).to_owned()),
        _ => None,
    }
}

/// The figures of one table; `by_area` is the period of a table that has areas across.
fn read_table(
    book: &Book,
    table: &Table<'_>,
    (id, indicator): &Identity,
    by_area: Option<&Arc<str>>,
    told: &mut Vec<Diagnostic>,
) -> Vec<Figure> {
    let (grid, heading) = (table.grid, &table.heading);
    let indicator = indicator.as_ref();
    let standardisation = standardisation_of(book, table);
    let carried = carried_eras(heading, indicator);
    let titled_unit = titled_unit(table);
    let decimals = table.shown_decimals();
    let lone = lone_series(&table.rows);
    let mut figures = Vec::new();
    for row in &table.rows {
        let mut dimensions = series_dimensions(&row.series, indicator, lone);
        // The name of a series may carry the standardisation itself.
        dimensions.standardisation = STANDARDISATIONS
            .iter()
            .find(|word| row.series.contains(**word))
            .map(|word| (*word).to_owned())
            .or_else(|| standardisation.clone());
        let dimensions = Arc::new(dimensions);
        for (&col, caption) in &heading.columns {
            let at = CellRef::new(row.row, col);
            let value = grid.get(at).cloned();
            if value.as_ref().and_then(CellValue::as_text).is_some_and(is_padding) {
                continue;
            }
            let (area, period) = match by_area {
                None => {
                    let carried = carried.get(&col).map(|period| PeriodText::Known(period.clone()));
                    (row.area.clone(), carried.unwrap_or_else(|| PeriodText::Written(caption.clone())))
                }
                Some(period) => (Some(caption.clone()), PeriodText::Written(period.clone())),
            };
            let Some(area) = area else { continue };
            figures.push(Figure {
                indicator: Some(id.clone()),
                indicator_name: indicator.map(|indicator| Arc::from(indicator.name.as_str())),
                area: AreaText { prefecture: None, name: area, is_code: false, level: None },
                period,
                value,
                unit: row.unit.clone().or_else(|| titled_unit.clone()),
                dimensions: dimensions.clone(),
                decimals,
                sheet: grid.name.clone(),
                cell: at,
            });
        }
    }
    if heading.area.is_none() && standardisation.is_none() && indicator.is_some_and(|known| known.adjusted) {
        told.push(
            Diagnostic::warning(
                "standardisation-unknown",
                "調整済みの指標ですが、「注目する地域のみ」と「他地域と比較」のどちらの数値か書かれていません。",
            )
            .hint("見える化システムで、どちらの表示で出力したか確かめてください。")
            .at(Place::sheet(book.file.name.clone(), grid.name.to_string())),
        );
    }
    // A note speaks to every table of its sheet, and is told once.
    let mut noted = Vec::new();
    month_notes::mark(book, grid, bare_year(indicator), &mut figures, &mut noted);
    noted.retain(|note| !told.contains(note));
    told.append(&mut noted);
    figures
}

/// What a year without 年 or 年度 means in the tables of an indicator.
fn bare_year(indicator: Option<&Indicator>) -> BareYear {
    match indicator.map(|indicator| indicator.bare_year) {
        Some(YearMeaning::Calendar) => BareYear::Calendar,
        Some(YearMeaning::Fiscal) | None => BareYear::Fiscal,
    }
}

/// Periods of headings that leave the era to the one before them: `R5`, then `6`, `7`.
fn carried_eras(heading: &Heading, indicator: Option<&Indicator>) -> BTreeMap<u32, Arc<Period>> {
    if heading.area.is_none() {
        return BTreeMap::new();
    }
    let bare_year = bare_year(indicator);
    let mut carry = EraCarry::new();
    let mut carried = BTreeMap::new();
    for (&col, caption) in &heading.columns {
        let period = carry.read(caption, bare_year);
        if let Some(period) = period.filter(|_| parse_period(caption, bare_year).is_none()) {
            carried.insert(col, Arc::new(period));
        }
    }
    carried
}

/// The unit a title above the table speaks of, for rows that name none; that of the sheet, where a lower table has none.
fn titled_unit(table: &Table<'_>) -> Option<Arc<str>> {
    let over = table.grid.cells().iter().take_while(|cell| cell.at.row < table.heading.row);
    let mut over = over.filter_map(|cell| cell.value.as_text());
    let own = table.titles().find(|text| has_unit_label(text));
    own.or_else(|| over.find(|text| has_unit_label(text))).map(Arc::from)
}
