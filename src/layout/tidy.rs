//! L9: this product's own table, one figure a row: area, 指標ID, period, value, note.

use std::sync::Arc;

use super::{AreaText, Context, Figure, Interpretation, PeriodText, heading_text};
use crate::catalog::{Lookup, fold_name};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::form::id_in;
use crate::model::{Area, CellRef, Dimensions};
use crate::notation::{fold, has_unit_label, is_note};
use crate::read::{Book, CellValue, Grid};

const HEADING_ROWS: u32 = 30;

#[derive(Default)]
struct Heading {
    row: u32,
    code: Option<u32>,
    prefecture: Option<u32>,
    name: Option<u32>,
    indicator: Option<u32>,
    period: Option<u32>,
    value: Option<u32>,
    unit: Option<u32>,
    care_level: Option<u32>,
    service: Option<u32>,
    age: Option<u32>,
    sex: Option<u32>,
}

/// Reads every grid with the headings 指標ID, 期間 and 値 and an area; `None` when there is none.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let tables: Vec<(&Grid, Heading)> =
        book.grids.iter().filter_map(|grid| Some((grid, find_heading(grid)?))).collect();
    if tables.is_empty() {
        return None;
    }
    let mut result = Interpretation { layout: "L9", ..Interpretation::default() };
    for (grid, heading) in tables {
        if let Err(question) = read_rows(book, grid, &heading, context, &mut result) {
            return Some(Err(question));
        }
    }
    Some(Ok(result))
}

fn find_heading(grid: &Grid) -> Option<Heading> {
    grid.rows().take_while(|cells| cells.first().is_some_and(|cell| cell.at.row < HEADING_ROWS)).find_map(|cells| {
        let mut heading = Heading { row: cells.first()?.at.row, ..Heading::default() };
        for cell in cells {
            let Some(text) = cell.value.as_text() else { continue };
            let slot = match fold(text).as_str() {
                "団体コード" | "地域コード" | "コード" => &mut heading.code,
                "都道府県" | "都道府県名" => &mut heading.prefecture,
                "名称" | "地域" | "地域名" | "保険者" | "保険者名" => &mut heading.name,
                "指標ID" => &mut heading.indicator,
                "期間" | "年度" | "時点" => &mut heading.period,
                "値" | "数値" => &mut heading.value,
                "単位" => &mut heading.unit,
                "要介護度" => &mut heading.care_level,
                "サービス" | "サービス種類" => &mut heading.service,
                "年齢" | "年齢階級" => &mut heading.age,
                "性別" => &mut heading.sex,
                _ => continue,
            };
            slot.get_or_insert(cell.at.col);
        }
        let has_area = heading.code.is_some() || heading.name.is_some() || heading.prefecture.is_some();
        (has_area && heading.indicator.is_some() && heading.period.is_some() && heading.value.is_some())
            .then_some(heading)
    })
}

fn read_rows(
    book: &Book,
    grid: &Grid,
    heading: &Heading,
    context: Context<'_>,
    result: &mut Interpretation,
) -> Result<(), FileError> {
    let (Some(indicator_col), Some(period_col), Some(value_col)) = (heading.indicator, heading.period, heading.value)
    else {
        return Ok(());
    };
    // 「（単位：円）」 over the table holds for the rows that name no unit of their own.
    let mut titles = grid.cells().iter().take_while(|cell| cell.at.row < heading.row);
    let titled: Option<Arc<str>> =
        titles.find_map(|cell| cell.value.as_text().filter(|text| has_unit_label(text))).map(Arc::from);
    for cells in grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row > heading.row)) {
        let Some(first) = cells.first() else { continue };
        let row = first.at.row;
        let text = |col: Option<u32>| -> Option<String> {
            let text = heading_text(grid.get(CellRef::new(row, col?))?);
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let place = |col: u32| Place::cell(book.file.name.clone(), grid.name.to_string(), CellRef::new(row, col));
        let (indicator, period) = (text(Some(indicator_col)), text(Some(period_col)));
        if indicator.is_none() && (period.is_none() || first.value.as_text().is_some_and(is_note)) {
            continue;
        }
        let Some(id) = indicator.as_deref().and_then(id_in) else {
            let written = indicator.unwrap_or_default();
            result.diagnostics.push(
                Diagnostic::warning(
                    "indicator-unknown",
                    format!("指標ID「{written}」を読めないため、この行は取り込みませんでした。"),
                )
                .hint("指標IDは「D17-a」のように書いてください。")
                .at(place(indicator_col)),
            );
            continue;
        };
        let Some(period) = period else {
            result.diagnostics.push(
                Diagnostic::warning("period-missing", "期間が空のため、この行は取り込みませんでした。")
                    .hint("期間に「令和7年度」などを書いて、もう一度入れてください。")
                    .at(place(period_col)),
            );
            continue;
        };
        // The code identifies the area; prefecture and name serve where there is none.
        let (code, prefecture, name) = (text(heading.code), text(heading.prefecture), text(heading.name));
        if let (Some(code), Some(name)) = (&code, &name)
            && let Some(area) = names_another(code, prefecture.as_deref(), name, context)
        {
            return Err(FileError::waiting(
                "area-disagrees",
                format!("団体コード「{code}」は「{}」ですが、名称は「{name}」で、食い違っています。", area.name),
                "どちらが正しいか確かめ、団体コードか名称を直してから、もう一度入れてください。",
            )
            .at(place(heading.code.or(heading.name).unwrap_or(indicator_col))));
        }
        let area = match (code, name, prefecture) {
            (Some(code), _, _) => {
                AreaText { prefecture: None, name: Arc::from(code.as_str()), is_code: true, level: None }
            }
            (None, Some(name), prefecture) => AreaText {
                // 「全国、全国」 is the nation, and lies in no prefecture.
                prefecture: prefecture.as_deref().filter(|prefecture| fold(prefecture) != fold(&name)).map(Arc::from),
                name: Arc::from(name.as_str()),
                is_code: false,
                level: None,
            },
            // A prefecture alone may be a town's row that lost its name.
            (None, None, _) => {
                let col = heading.code.or(heading.name).unwrap_or(indicator_col);
                result.diagnostics.push(
                    Diagnostic::warning("area-missing", "地域が空のため、この行は取り込みませんでした。")
                        .hint(
                            "団体コード、または都道府県と名称を書いて、もう一度入れてください。都道府県全体の数値なら、名称にも都道府県名を書きます。",
                        )
                        .at(place(col)),
                );
                continue;
            }
        };
        let known = context.catalog.indicator(&id);
        result.figures.push(Figure {
            indicator: Some(Arc::from(id.as_str())),
            indicator_name: known.map(|known| Arc::from(known.name.as_str())),
            area,
            period: PeriodText::Written(Arc::from(period.as_str())),
            value: grid.get(CellRef::new(row, value_col)).cloned(),
            unit: text(heading.unit).map(|unit| Arc::from(unit.as_str())).or_else(|| titled.clone()),
            dimensions: Arc::new(Dimensions {
                care_level: text(heading.care_level).filter(|text| is_part(text)),
                service: text(heading.service).filter(|text| is_part(text)),
                age: text(heading.age).filter(|text| is_part(text)),
                sex: text(heading.sex).filter(|text| is_part(text)),
                standardisation: None,
            }),
            decimals: written_decimals(grid.get(CellRef::new(row, value_col))),
            sheet: grid.name.clone(),
            cell: CellRef::new(row, value_col),
        });
    }
    Ok(())
}

/// Whether a breakdown is one: 「合計」 or 「男女計」 is the whole, which the form shows.
fn is_part(text: &str) -> bool {
    !["合計", "総計", "計", "総数", "全体", "男女計"].contains(&fold(text).as_str())
}

/// The area of a code when the name beside it is another area's; `None` when they agree or the code is unknown.
fn names_another(code: &str, prefecture: Option<&str>, name: &str, context: Context<'_>) -> Option<Arc<Area>> {
    let area = context.catalog.find_code(code).one()?;
    let agrees = match context.catalog.find_in(prefecture, name) {
        // The prefecture beside a name may be spelled in a way the catalog does not know, or be part of the name.
        Lookup::None => fold_name(&area.name).ends_with(&fold_name(name)),
        named => named.candidates().iter().any(|candidate| candidate.key() == area.key()),
    };
    (!agrees).then_some(area)
}

/// Decimals as typed; figures typed with more than six are taken at full precision.
fn written_decimals(value: Option<&CellValue>) -> Option<u8> {
    let text = value?.display();
    let count =
        text.trim().rsplit_once('.').map_or(0, |(_, digits)| digits.chars().take_while(char::is_ascii_digit).count());
    (count <= 6).then_some(count as u8)
}
