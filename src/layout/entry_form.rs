//! 地域分析・検討結果記入シート: the form of earlier years (平成29, 令和2, 令和5), typed by hand (unverified).
//!
//! One row an indicator and 時点, the figures under 自保険者, 都道府県平均, 全国平均, その他, and the long headings of the form with
//! people's texts below. Staff keep last period's texts in it: those are what it is mostly dropped for.

use std::sync::Arc;

use super::analysis_sheet::{area_in_file_name, areas_in};
use super::area_cells::{nation, text_of};
use super::{AreaText, Context, Figure, Interpretation, PeriodText, place_of};
use crate::catalog::Lookup;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::form::{find_entries, id_in};
use crate::model::{Area, CellRef, EntryField, EntryText, SourceRef};
use crate::notation::{BareYear, fold, is_note, parse_period};
use crate::read::{Book, CellValue, Grid};

const HEADING_ROWS: u32 = 40;
/// Decimals people type; figures with more were pasted at full precision.
const MOST_DECIMALS: usize = 6;

#[derive(Default)]
struct Heading {
    row: u32,
    name: Option<u32>,
    id: Option<u32>,
    period: Option<u32>,
    unit: Option<u32>,
    own: Option<u32>,
    prefecture: Option<u32>,
    nation: Option<u32>,
    other: Option<u32>,
    texts: Vec<(u32, EntryField)>,
}

/// Reads the first grid with the headings 指標名, 指標ID, 時点 and 自保険者; `None` when there is none.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let (grid, heading) = book.grids.iter().find_map(|grid| Some((grid, find_heading(grid)?)))?;
    Some(read_form(book, grid, &heading, context))
}

fn find_heading(grid: &Grid) -> Option<Heading> {
    grid.rows().take_while(|cells| cells.first().is_some_and(|cell| cell.at.row < HEADING_ROWS)).find_map(|cells| {
        let mut heading = Heading { row: cells.first()?.at.row, ..Heading::default() };
        for cell in cells {
            let Some(text) = cell.value.as_text() else { continue };
            let folded = fold(text);
            if let Some(field) = EntryField::ALL.into_iter().find(|field| fold(field.heading()) == folded) {
                heading.texts.push((cell.at.col, field));
                continue;
            }
            let slot = match folded.as_str() {
                "指標名" => &mut heading.name,
                "指標ID" => &mut heading.id,
                "時点" => &mut heading.period,
                "単位" => &mut heading.unit,
                text if text.starts_with("自保険者") || text.starts_with("自地域") => &mut heading.own,
                text if text.starts_with("都道府県平均") => &mut heading.prefecture,
                text if text.starts_with("全国平均") => &mut heading.nation,
                text if text.starts_with("その他") => &mut heading.other,
                _ => continue,
            };
            slot.get_or_insert(cell.at.col);
        }
        let known = heading.name.is_some() && heading.id.is_some() && heading.period.is_some();
        (known && heading.own.is_some()).then_some(heading)
    })
}

fn read_form(book: &Book, grid: &Grid, heading: &Heading, context: Context<'_>) -> Result<Interpretation, FileError> {
    let mut result = Interpretation { layout: "L1u", ..Interpretation::default() };
    let own = own_area(book, grid, heading, context)?;
    let prefecture = own.prefecture.as_deref().and_then(|name| context.catalog.prefecture(name));
    let of = |area: Option<Arc<Area>>| area.map(|area| text_of(&area));
    let other = heading.other.and_then(|col| named_in(grid.text(heading.row, col)?, context));
    let columns: Vec<(u32, AreaText)> = [
        (heading.own, Some(text_of(&own))),
        (heading.prefecture, of(prefecture)),
        (heading.nation, Some(nation())),
        (heading.other, of(other)),
    ]
    .into_iter()
    .filter_map(|(col, area)| Some((col?, area?)))
    .collect();
    result.texts = texts(book, grid, heading, context);
    let mut last: Option<String> = None;
    // The 指標ID read last, and the newest year of its rows
    let mut newest: Option<(String, i32)> = None;
    let below: Vec<u32> = grid
        .rows()
        .filter_map(|cells| cells.first())
        .map(|cell| cell.at.row)
        .filter(|row| *row > heading.row)
        .collect();
    for row in below {
        let text = |col: Option<u32>| -> Option<String> {
            let text = grid.get(CellRef::new(row, col?))?.display();
            (!text.trim().is_empty()).then(|| text.trim().to_owned())
        };
        let (name, id, period) = (text(heading.name), text(heading.id), text(heading.period));
        // Rows of further 時点 leave name and id empty.
        let id = match (id.as_deref().and_then(id_in), &name) {
            (Some(id), _) => Some(id),
            (None, None) if id.is_none() => last.clone(),
            _ => None,
        };
        let Some(period) = period.filter(|_| name.as_deref().is_none_or(|name| !is_note(name))) else {
            last = None;
            continue;
        };
        let filled = columns.iter().any(|(col, _)| grid.get(CellRef::new(row, *col)).is_some());
        let Some(id) = id else {
            last = None;
            if filled {
                let at = CellRef::new(row, heading.id.unwrap_or_default());
                warn(
                    book,
                    grid,
                    at,
                    "indicator-unknown",
                    "指標IDの無い行の数値は、取り込みませんでした。",
                    &mut result,
                );
            }
            continue;
        };
        last = Some(id.clone());
        let Some(period) = parse_period(&period, BareYear::Fiscal) else {
            let at = CellRef::new(row, heading.period.unwrap_or_default());
            let why = format!("時点「{period}」を読めないため、この行は取り込みませんでした。");
            warn(book, grid, at, "period-unreadable", &why, &mut result);
            continue;
        };
        // A row without id goes on with the one above it, by a later 時点; a row that was moved here would belong to
        // another indicator.
        let goes_on = name.is_none() && text(heading.id).is_none();
        let year = period.form_year.or(period.date.map(|date| date.year)).unwrap_or_default();
        if goes_on && newest.as_ref().is_some_and(|(known, before)| *known == id && year <= *before) {
            let at = CellRef::new(row, heading.period.unwrap_or_default());
            let why = format!(
                "指標IDの無い行ですが、時点「{}」が上の行より後ではなく、どの指標の続きか分からないため、取り込みませんでした。",
                period.label
            );
            warn(book, grid, at, "indicator-unknown", &why, &mut result);
            continue;
        }
        newest = Some((id.clone(), year));
        let period = Arc::new(period.unverified("記入シート"));
        for (col, area) in &columns {
            let at = CellRef::new(row, *col);
            let Some(value) = grid.get(at) else { continue };
            result.figures.push(Figure {
                indicator: Some(Arc::from(id.as_str())),
                indicator_name: name.as_deref().map(Arc::from),
                area: area.clone(),
                period: PeriodText::Known(period.clone()),
                value: Some(value.clone()),
                unit: text(heading.unit).map(|unit| Arc::from(unit.as_str())),
                dimensions: Arc::default(),
                decimals: decimals(value),
                sheet: grid.name.clone(),
                cell: at,
            });
        }
    }
    if heading.other.is_some() && columns.len() < 4 {
        let at = CellRef::new(heading.row, heading.other.unwrap_or_default());
        let why = "「その他」がどの地域か書かれていないため、この列の数値は取り込みませんでした。";
        warn(book, grid, at, "other-area-unknown", why, &mut result);
    }
    let note = "以前の様式の記入シートとして読みました。この様式は実物で確かめていないため、どの数値にも「様式未確認」と付けています。";
    result.diagnostics.push(
        Diagnostic::warning("layout-unverified", note)
            .hint("使う前に、何か所かを元の表と見比べてください。")
            .at(Place::sheet(book.file.name.clone(), grid.name.to_string())),
    );
    Ok(result)
}

fn warn(book: &Book, grid: &Grid, at: CellRef, code: &'static str, why: &str, result: &mut Interpretation) {
    let told = Diagnostic::warning(code, why).hint("元の表を開いて、この所を確かめてください。");
    result.diagnostics.push(told.at(place_of(book, grid, at)));
}

fn named_in(text: &str, context: Context<'_>) -> Option<Arc<Area>> {
    let text = text.replace("その他", "");
    let found: Vec<Arc<Area>> = areas_in(text.trim(), context).into_iter().filter_map(Lookup::one).collect();
    match found.as_slice() {
        [area] => Some(area.clone()),
        _ => None,
    }
}

/// 自保険者: named in its heading, in a title, or by the file; in doubt the file waits.
fn own_area(book: &Book, grid: &Grid, heading: &Heading, context: Context<'_>) -> Result<Arc<Area>, FileError> {
    let own = heading.own.and_then(|col| grid.text(heading.row, col));
    let titles =
        grid.cells().iter().take_while(|cell| cell.at.row < heading.row).filter_map(|cell| cell.value.as_text());
    let said = own.into_iter().chain(titles).filter_map(|text| named_in(text, context));
    let mut found: Vec<Arc<Area>> = said.chain(area_in_file_name(&book.file.name, context)).collect();
    found.sort_by(|a, b| a.key().cmp(b.key()));
    found.dedup_by(|a, b| a.key() == b.key());
    // A prefecture beside one of its towns only says where the town lies.
    let narrow: Vec<Arc<Area>> = found
        .iter()
        .filter(|area| {
            !found.iter().any(|other| other.key() != area.key() && other.prefecture.as_deref() == Some(&area.name))
        })
        .cloned()
        .collect();
    match narrow.as_slice() {
        [one] => Ok(one.clone()),
        several => {
            let names: Vec<&str> = several.iter().map(|area| area.name.as_str()).collect();
            let why = if names.is_empty() {
                "記入シートの自保険者が、表にもファイル名にも書かれていません。".to_owned()
            } else {
                format!("記入シートの自保険者を、{}から1つに決められません。", names.join("、"))
            };
            Err(FileError::waiting(
                "own-area-unknown",
                why,
                "ファイル名を「都道府県名 保険者名_記入シート.xlsx」にしてから、もう一度入れてください。",
            )
            .at(Place::sheet(book.file.name.clone(), grid.name.to_string())))
        }
    }
}

/// Texts under headings of the table's own heading row, and those of headings further down.
fn texts(book: &Book, grid: &Grid, heading: &Heading, context: Context<'_>) -> Vec<EntryText> {
    let block_at = |row: u32| -> String {
        let ids = grid.cells().iter().filter(|cell| Some(cell.at.col) == heading.id && cell.at.row > heading.row);
        let id = ids.rev().filter(|cell| cell.at.row <= row).find_map(|cell| id_in(cell.value.as_text()?));
        let block = id.and_then(|id| context.catalog.indicator(&id)?.block);
        block.map_or_else(|| "指標追加".to_owned(), |block| block.title().to_owned())
    };
    let text_at = |at: CellRef, field: EntryField| {
        let text = grid.get(at).map(CellValue::display).filter(|text| !text.trim().is_empty())?;
        let source = SourceRef { file: book.file.clone(), sheet: grid.name.clone(), cell: at };
        Some(EntryText { block: block_at(at.row), field, text, source })
    };
    let headings: Vec<CellRef> = heading.texts.iter().map(|(col, _)| CellRef::new(heading.row, *col)).collect();
    let lower = find_entries(grid).into_iter().filter(|entry| !headings.contains(&entry.heading));
    let lower: Vec<_> = lower.filter_map(|entry| text_at(entry.cell, entry.field)).collect();
    let taken: Vec<CellRef> = lower.iter().map(|text| text.source.cell).collect();
    let mut all: Vec<EntryText> = heading
        .texts
        .iter()
        .flat_map(|(col, field)| {
            let cells = grid.cells().iter().filter(move |cell| cell.at.col == *col && cell.at.row > heading.row);
            cells.map(move |cell| (cell.at, *field))
        })
        .filter(|(at, _)| !taken.contains(at))
        .filter(|(at, _)| {
            // Another heading further down ends the column.
            let folded = grid.text(at.row, at.col).map(fold).unwrap_or_default();
            EntryField::ALL.into_iter().all(|field| fold(field.heading()) != folded)
        })
        .filter_map(|(at, field)| text_at(at, field))
        .collect();
    all.extend(lower);
    all
}

fn decimals(value: &CellValue) -> Option<u8> {
    let text = value.display();
    let count =
        text.trim().rsplit_once('.').map_or(0, |(_, digits)| digits.chars().take_while(char::is_ascii_digit).count());
    if count <= MOST_DECIMALS { u8::try_from(count).ok() } else { None }
}
