//! L4: 介護保険事業状況報告 年報, tables by insurer: 第2表 (第1号被保険者数) and 第4-1-1表 (要介護・要支援認定者数).
//!
//! The tables carry no year. 第4表's sheets are told apart only by the label over their figures (総数, 第1号, 65–69 …).
//! What comes out are head counts; rates are derived later, over all files at once.

use std::sync::Arc;

use super::{AreaText, Context, Figure, Interpretation, PeriodText};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::model::{AreaLevel, CellRef, Date, Dimensions, Period, PeriodKind};
use crate::notation::{fiscal_year_in, fold, has_unit_label, is_note, wareki};
use crate::read::{Book, CellValue, Grid};

/// Product id of insured people by the age bands of 第2表 that the system's own indicators do not have.
pub const INSURED_BY_AGE: &str = "X-nenpo-hihokensha";
/// Product id of certified people by the five-year bands of 第4-1-1表.
pub const CERTIFIED_BY_AGE: &str = "X-nenpo-nintei";

const HEADING_ROWS: u32 = 30;
pub(super) const CARE_LEVELS: [&str; 7] = ["要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5"];

/// What one column counts.
struct Column {
    col: u32,
    indicator: Arc<str>,
    dimensions: Arc<Dimensions>,
}

struct Table<'a> {
    grid: &'a Grid,
    prefecture_col: u32,
    insurer_col: u32,
    first_row: u32,
    columns: Vec<Column>,
}

/// Reads every grid that is a table of the 年報 by insurer; `None` when there is none.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let candidates: Vec<(&Grid, Heading)> =
        book.grids.iter().filter_map(|grid| Some((grid, find_heading(grid)?))).collect();
    if candidates.is_empty() {
        return None;
    }
    Some(read_tables(book, &candidates, context))
}

struct Heading {
    row: u32,
    prefecture_col: u32,
    insurer_col: u32,
}

fn find_heading(grid: &Grid) -> Option<Heading> {
    grid.rows().take_while(|cells| cells.first().is_some_and(|cell| cell.at.row < HEADING_ROWS)).find_map(|cells| {
        let col_of = |word: &str| {
            cells
                .iter()
                .find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == word))
                .map(|cell| cell.at.col)
        };
        Some(Heading {
            row: cells.first()?.at.row,
            prefecture_col: col_of("都道府県")?,
            insurer_col: col_of("保険者").or_else(|| col_of("保険者名"))?,
        })
    })
}

fn read_tables(
    book: &Book,
    candidates: &[(&Grid, Heading)],
    context: Context<'_>,
) -> Result<Interpretation, FileError> {
    let mut result = Interpretation { layout: "L4", ..Interpretation::default() };
    let mut tables = Vec::new();
    for (grid, heading) in candidates {
        match columns_of(grid, heading) {
            Some((first_row, columns)) => tables.push(Table {
                grid,
                prefecture_col: heading.prefecture_col,
                insurer_col: heading.insurer_col,
                first_row,
                columns,
            }),
            None => result.diagnostics.push(
                Diagnostic::warning(
                    "table-unknown",
                    "年報の表のようですが、何の人数の表か分からないため、読みませんでした。",
                )
                .hint("第2表（第1号被保険者数）か第4-1-1表（要介護（要支援）認定者数）かどうか確かめてください。")
                .at(Place::cell(
                    book.file.name.clone(),
                    grid.name.to_string(),
                    CellRef::new(heading.row, heading.insurer_col),
                )),
            ),
        }
    }
    if tables.is_empty() {
        return Err(FileError::waiting(
            "table-unknown",
            "保険者別の表のようですが、何の数値の表か分かりませんでした。",
            "介護保険事業状況報告（年報）の第2表か第4-1-1表かどうか、確かめてください。",
        )
        .at(Place::file(book.file.name.clone())));
    }
    let titles = tables.iter().flat_map(|table| {
        let above = table.grid.cells().iter().take_while(|cell| cell.at.row < table.first_row);
        above.filter_map(|cell| Some((table.grid.name.clone(), cell.at, cell.value.as_text()?)))
    });
    let period = Arc::new(fiscal_year(book, titles, context)?);
    for table in &tables {
        read_rows(book, table, &period, &mut result);
    }
    Ok(result)
}

/// The year: said by the user, else by the file's name, else by a title; two that disagree are a question.
pub(super) fn fiscal_year<'t>(
    book: &Book,
    titles: impl Iterator<Item = (Arc<str>, CellRef, &'t str)>,
    context: Context<'_>,
) -> Result<Period, FileError> {
    let mut said: Vec<(i32, String)> = Vec::new();
    if let Some(year) = context.year {
        said.push((year, "指定された年度".to_owned()));
    }
    if let Some(year) = fiscal_year_in(&book.file.name) {
        said.push((year, "ファイル名".to_owned()));
    }
    for (sheet, at, text) in titles {
        if let Some(year) = fiscal_year_in(text) {
            said.push((year, format!("『{sheet}』の {at}")));
        }
    }
    let Some((year, first)) = said.first().cloned() else {
        return Err(FileError::waiting(
            "year-unknown",
            "何年度の表か、ファイルのどこにも書かれていません。",
            "ファイル名に年度（例 令和5年度_02h.xlsx）を入れて、もう一度入れてください（コマンドでは --year でも指定できます）。",
        )
        .at(Place::file(book.file.name.clone())));
    };
    if let Some((other, second)) = said.iter().find(|(other, _)| *other != year) {
        return Err(FileError::waiting(
            "year-disagrees",
            format!("年度が、{first}では{}、{second}では{}で、食い違っています。", wareki(year), wareki(*other)),
            "正しい年度を確かめて、もう一度取り込んでください。",
        )
        .at(Place::file(book.file.name.clone())));
    }
    Ok(Period {
        label: format!("{year}年度"),
        kind: PeriodKind::FiscalYear,
        form_year: Some(year),
        date: Date::month_end(year + 1, 3),
        months: None,
        part_year: false,
    })
}

/// The columns of figures and the first row of data; `None` when the table counts something else.
fn columns_of(grid: &Grid, heading: &Heading) -> Option<(u32, Vec<Column>)> {
    let first_row = grid
        .rows()
        .filter(|cells| cells.first().is_some_and(|cell| cell.at.row > heading.row))
        .find(|cells| {
            let texts = cells.iter().any(|cell| cell.at.col == heading.prefecture_col);
            texts
                && cells
                    .iter()
                    .any(|cell| cell.at.col > heading.insurer_col && matches!(cell.value, CellValue::Number(_)))
        })?
        .first()?
        .at
        .row;
    // Its notes speak of the 受給者台帳 the counts were taken from.
    let titles: String = grid
        .cells()
        .iter()
        .take_while(|cell| cell.at.row < heading.row)
        .filter_map(|cell| cell.value.as_text().filter(|text| !is_note(text)).map(fold))
        .collect();
    let captions: Vec<(CellRef, String)> = grid
        .cells()
        .iter()
        .filter(|cell| (heading.row..first_row).contains(&cell.at.row) && cell.at.col > heading.insurer_col)
        .filter_map(|cell| Some((cell.at, fold(cell.value.as_text()?))))
        .collect();
    // Recipients and users are counted by care level, too, and men and women in tables of their own.
    let others = ["受給者", "利用", "給付"].iter().any(|word| titles.contains(word))
        || titles.replace("男女計", "").contains(['男', '女']);
    let columns = if captions.iter().any(|(_, text)| CARE_LEVELS.contains(&text.as_str())) {
        if others { Vec::new() } else { certified_columns(&captions) }
    } else if titles.contains("第1号被保険者数") {
        insured_columns(&captions)
    } else {
        Vec::new()
    };
    (!columns.is_empty()).then_some((first_row, columns))
}

/// 第2表: 計, 65–74, 75–84, 85+. 外国人 and 住所地特例 are 再掲 and not read.
fn insured_columns(captions: &[(CellRef, String)]) -> Vec<Column> {
    captions
        .iter()
        .filter_map(|(at, text)| {
            let age = |age: &str| Dimensions { age: Some(age.to_owned()), ..Dimensions::default() };
            let (indicator, dimensions) = match text.as_str() {
                "計" | "合計" | "総数" => ("B1", Dimensions::default()),
                "65歳以上75歳未満" => ("B2", age("前期")),
                "75歳以上85歳未満" => (INSURED_BY_AGE, age("75歳以上85歳未満")),
                "85歳以上" => (INSURED_BY_AGE, age("85歳以上")),
                _ => return None,
            };
            Some(Column { col: at.col, indicator: Arc::from(indicator), dimensions: Arc::new(dimensions) })
        })
        .collect()
}

/// 第4-1-1表: seven levels and 合計, one block a sheet. The block's label says who is counted.
fn certified_columns(captions: &[(CellRef, String)]) -> Vec<Column> {
    let labels: Vec<&str> = captions
        .iter()
        .map(|(_, text)| text.as_str())
        .filter(|text| !CARE_LEVELS.contains(text) && *text != "合計" && *text != "計")
        .collect();
    let [label] = labels.as_slice() else { return Vec::new() };
    let Some((indicator, age)) = who(label) else { return Vec::new() };
    captions
        .iter()
        .filter_map(|(at, text)| {
            let care_level = match text.as_str() {
                "合計" | "計" => None,
                level => Some(CARE_LEVELS.iter().find(|known| **known == level)?.to_string()),
            };
            let dimensions = Dimensions { care_level, age: age.map(str::to_owned), ..Dimensions::default() };
            Some(Column { col: at.col, indicator: Arc::from(indicator), dimensions: Arc::new(dimensions) })
        })
        .collect()
}

/// Indicator and age band of a sheet's label. B3-a counts 第1号 only, B3-b both, B3-c 第2号 only.
pub(super) fn who(label: &str) -> Option<(&'static str, Option<&'static str>)> {
    if label.contains("第2号") {
        return Some(("B3-c", None));
    }
    for (words, band) in [
        (["65歳以上70歳未満", "65~69歳"], "65~69歳"),
        (["70歳以上75歳未満", "70~74歳"], "70~74歳"),
        (["75歳以上80歳未満", "75~79歳"], "75~79歳"),
        (["80歳以上85歳未満", "80~84歳"], "80~84歳"),
        (["85歳以上90歳未満", "85~89歳"], "85~89歳"),
        (["90歳以上", "90歳~"], "90歳以上"),
    ] {
        if words.iter().any(|word| label.contains(word)) {
            return Some((CERTIFIED_BY_AGE, Some(band)));
        }
    }
    if label.contains("第1号") && !label.contains('歳') {
        return Some(("B3-a", None));
    }
    (label == "総数").then_some(("B3-b", None))
}

/// 人, unless a title says thousands or something else.
fn titled_unit(table: &Table<'_>) -> Arc<str> {
    let above = table.grid.cells().iter().take_while(|cell| cell.at.row < table.first_row);
    let titled = above.filter_map(|cell| cell.value.as_text()).find(|text| has_unit_label(text));
    Arc::from(titled.unwrap_or("人"))
}

fn read_rows(book: &Book, table: &Table<'_>, period: &Arc<Period>, result: &mut Interpretation) {
    let grid = table.grid;
    let unit = titled_unit(table);
    let mut prefecture: Option<Arc<str>> = None;
    for cells in grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row >= table.first_row)) {
        let Some(row) = cells.first().map(|cell| cell.at.row) else { continue };
        let text = |col| grid.text(row, col).map(str::trim).filter(|text| !text.is_empty());
        let (head, insurer) = (text(table.prefecture_col), text(table.insurer_col));
        let has_figures = cells.iter().any(|cell| table.columns.iter().any(|column| column.col == cell.at.col));
        let area = match (head, insurer) {
            (Some(head), None) if fold(head) == "全国" => {
                AreaText { prefecture: None, name: Arc::from("全国"), is_code: false, level: Some(AreaLevel::Nation) }
            }
            (Some(head), None) if is_note(head) || !has_figures => continue,
            (Some(head), None) => {
                AreaText { prefecture: None, name: Arc::from(head), is_code: false, level: Some(AreaLevel::Prefecture) }
            }
            (head, Some(insurer)) => {
                // A prefecture written once for its group of rows is carried down.
                if let Some(head) = head {
                    prefecture = Some(Arc::from(head));
                }
                AreaText {
                    prefecture: prefecture.clone(),
                    name: Arc::from(insurer),
                    is_code: false,
                    level: Some(AreaLevel::Insurer),
                }
            }
            (None, None) => {
                if has_figures {
                    result.diagnostics.push(
                        Diagnostic::warning("row-without-area", "地域の名前が無い行の数値は、取り込みませんでした。")
                            .at(Place::cell(
                                book.file.name.clone(),
                                grid.name.to_string(),
                                CellRef::new(row, table.insurer_col),
                            )),
                    );
                }
                continue;
            }
        };
        for column in &table.columns {
            let at = CellRef::new(row, column.col);
            let value = cells.iter().find(|cell| cell.at == at).map(|cell| cell.value.clone());
            result.figures.push(Figure {
                indicator: Some(column.indicator.clone()),
                indicator_name: None,
                area: area.clone(),
                period: PeriodText::Known(period.clone()),
                value,
                unit: Some(unit.clone()),
                dimensions: column.dimensions.clone(),
                decimals: Some(0),
                sheet: grid.name.clone(),
                cell: at,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fiscal_year_in, who};

    #[test]
    fn year_in_names() {
        for (name, year) in [
            ("令和5年度_02h.xlsx", Some(2023)),
            ("（令和６年度）第２表.xlsx", Some(2024)),
            ("年報 R5年度 04-1-1h.xlsx", Some(2023)),
            ("2023年度02h.xlsx", Some(2023)),
            ("r5nenpo_02h.xlsx", None),
            ("第２表　保険者別　第１号被保険者数　（年度末現在）", None),
        ] {
            assert_eq!(fiscal_year_in(name), year, "{name}");
        }
    }

    #[test]
    fn who_is_counted() {
        assert_eq!(who("総数"), Some(("B3-b", None)));
        assert_eq!(who("(再掲)第1号被保険者"), Some(("B3-a", None)));
        assert_eq!(who("(再掲)第2号被保険者"), Some(("B3-c", None)));
        assert_eq!(who("90歳以上").map(|(_, age)| age), Some(Some("90歳以上")));
        assert_eq!(who("認定者以外"), None);
    }
}
