//! L6: 住民基本台帳年齢階級別人口（市区町村別）【総計】 of 総務省: three rows an area (計, 男, 女), ages across.
//!
//! Seen: a title with the day, headings of ages over a row of 「人」, a total row whose code and name are `-`, towns with
//! their county, notes at the end. Other tables of population are read as any other official table.

use std::sync::Arc;

use super::area_cells::{Said, area_of, nation, written};
use super::{Context, Figure, Interpretation, PeriodText, place_of};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::model::{CellRef, Dimensions};
use crate::notation::{BareYear, fold, parse_period};
use crate::read::{Book, Cell, CellValue, Grid};

/// Product id of the register's population.
const POPULATION: &str = "X-juki-population";
const HEADING_ROWS: u32 = 20;
/// Sums that do not fit are told one by one up to here, then counted.
const TOLD_SUMS: usize = 20;

struct Columns {
    row: u32,
    code: u32,
    prefecture: u32,
    name: u32,
    sex: u32,
    total: u32,
    /// Column and age, as the file spells it with 「歳」 once
    ages: Vec<(u32, Arc<str>)>,
}

impl Columns {
    /// The total's column and those of the ages.
    fn figures(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.total).chain(self.ages.iter().map(|(col, _)| *col))
    }
}

/// Reads the register's table by age; `None` when the book is something else.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let tables: Vec<(&Grid, Columns)> =
        book.grids.iter().filter_map(|grid| Some((grid, find_columns(grid)?))).collect();
    if tables.is_empty() {
        return None;
    }
    let mut result = Interpretation { layout: "L6", ..Interpretation::default() };
    for (grid, columns) in &tables {
        if let Err(error) = read_table(book, grid, columns, context, &mut result) {
            return Some(Err(error));
        }
    }
    Some(Ok(result))
}

fn top(grid: &Grid) -> impl Iterator<Item = &Cell> {
    grid.cells().iter().take_while(|cell| cell.at.row < HEADING_ROWS)
}

fn find_columns(grid: &Grid) -> Option<Columns> {
    top(grid).find(|cell| cell.value.as_text().is_some_and(|text| fold(text).contains("住民基本台帳")))?;
    let heading = top(grid).find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "団体コード"))?;
    let row = heading.at.row;
    let col_of = |word: &str| {
        let cell = grid.row(row).iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == word));
        cell.map(|cell| cell.at.col)
    };
    let sex = col_of("性別")?;
    // The ages stand in the row of these headings or in the one above, over the units.
    let ages_of = |row: u32| -> (Option<u32>, Vec<(u32, Arc<str>)>) {
        let cells = grid.row(row).iter().filter(|cell| cell.at.col > sex);
        let texts: Vec<_> = cells.filter_map(|cell| Some((cell.at.col, fold(cell.value.as_text()?)))).collect();
        let total = texts.iter().find(|(_, text)| text == "総数").map(|(col, _)| *col);
        (total, texts.iter().filter_map(|(col, text)| Some((*col, age_of(text)?))).collect())
    };
    let (total, ages) =
        [Some(row), row.checked_sub(1)].into_iter().flatten().map(ages_of).find(|(_, a)| !a.is_empty())?;
    Some(Columns {
        row,
        code: heading.at.col,
        prefecture: col_of("都道府県名")?,
        name: col_of("市区町村名")?,
        sex,
        total: total?,
        ages,
    })
}

/// `0歳～4歳` becomes `0~4歳`, the spelling of the bands everywhere in this product; `100歳以上` stays.
fn age_of(folded: &str) -> Option<Arc<str>> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some(low) = folded.strip_suffix("歳以上") {
        return digits(low).then(|| Arc::from(folded));
    }
    let (low, high) = folded.strip_suffix('歳')?.split_once('~')?;
    let low = low.strip_suffix('歳').unwrap_or(low);
    (digits(low) && digits(high)).then(|| Arc::from(format!("{low}~{high}歳")))
}

fn read_table(
    book: &Book,
    grid: &Grid,
    columns: &Columns,
    context: Context<'_>,
    result: &mut Interpretation,
) -> Result<(), FileError> {
    let place = |at: CellRef| place_of(book, grid, at);
    let titles: Vec<&Cell> =
        top(grid).filter(|cell| cell.at.row < columns.row && cell.value.as_text().is_some()).collect();
    let title: String = titles.iter().filter_map(|cell| cell.value.as_text()).map(fold).collect();
    if !title.contains("総計") && !fold(&grid.name).contains("総計") {
        return Err(FileError::waiting(
            "population-of-whom",
            "住民基本台帳の人口の表ですが、【総計】の表かどうか（日本人住民・外国人住民だけでないか）が分かりません。",
            "総務省の【総計】の表を入れてください。",
        )
        .at(Place::sheet(book.file.name.clone(), grid.name.to_string())));
    }
    let day = titles.iter().find_map(|cell| day_in(cell.value.as_text()?));
    let Some(period) = day.and_then(|day| parse_period(&day, BareYear::Calendar)).map(Arc::new) else {
        return Err(FileError::waiting(
            "day-unknown",
            "住民基本台帳の人口の表ですが、いつの人口か（○年1月1日）が表題に書かれていません。",
            "表題に「令和5年1月1日」のような日付のある表を入れてください。",
        )
        .at(Place::sheet(book.file.name.clone(), grid.name.to_string())));
    };
    let mut sums_off = 0;
    let mut seen = std::collections::HashSet::new();
    for cells in grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row > columns.row)) {
        let Some(row) = cells.first().map(|cell| cell.at.row) else { continue };
        let numbers = cells.iter().any(|cell| cell.at.col > columns.sex && cell.value.as_number().is_some());
        let sex = match grid.text(row, columns.sex).map(fold).as_deref() {
            Some("計" | "総数") => None,
            Some("男") => Some("男".to_owned()),
            Some("女") => Some("女".to_owned()),
            _ if !numbers => continue,
            _ => {
                let why = "性別（計・男・女）が書かれていない行の数値は、取り込みませんでした。";
                result.diagnostics.push(
                    Diagnostic::warning("row-without-sex", why)
                        .hint("元の表を開いて、この行を確かめてください。")
                        .at(place(CellRef::new(row, columns.sex))),
                );
                continue;
            }
        };
        let text = |col: u32| grid.get(CellRef::new(row, col)).map(CellValue::display).unwrap_or_default();
        let (code, prefecture, name) = (text(columns.code), text(columns.prefecture), text(columns.name));
        let said = Said { code: written(&code), prefecture: written(&prefecture), name: written(&name) };
        let whole =
            said.code.is_none() && said.name.is_none() && said.prefecture.is_some_and(|text| fold(text) == "合計");
        let area = match if whole { Ok(nation()) } else { area_of(context.catalog, said) } {
            Ok(area) => area,
            Err(why) => {
                result.diagnostics.push(
                    Diagnostic::warning("row-area", format!("{why}この行は取り込みませんでした。"))
                        .hint("元の表を開いて、この行の団体コードと名前を確かめてください。")
                        .at(place(CellRef::new(row, columns.code))),
                );
                continue;
            }
        };
        if !seen.insert((area.clone(), sex.clone())) {
            result.diagnostics.push(
                Diagnostic::warning("row-twice", "同じ地域と性別の行が2回あります。")
                    .hint("元の表を開いて、どちらが正しいか確かめてください。")
                    .at(place(CellRef::new(row, columns.name))),
            );
        }
        // A cell without anything among figures: the row may have been moved sideways.
        let empty = columns.figures().find(|col| grid.get(CellRef::new(row, *col)).is_none());
        if let Some(col) = empty {
            result.diagnostics.push(
                Diagnostic::warning("row-with-gap", "数値の抜けた所があるため、この行は取り込みませんでした。")
                    .hint("数値が横にずれていないか、元の表を開いて確かめてください。")
                    .at(place(CellRef::new(row, col))),
            );
            continue;
        }
        if !adds_up(grid, row, columns) {
            sums_off += 1;
            if sums_off <= TOLD_SUMS {
                result.diagnostics.push(
                    Diagnostic::warning("total-mismatch", "年齢ごとの数値の合計が、この行の総数と合いません。")
                        .hint("内訳が非公表の市区町村を含むためか、元の表を開いて確かめてください。")
                        .at(place(CellRef::new(row, columns.total))),
                );
            }
        }
        let all = std::iter::once((columns.total, None)).chain(columns.ages.iter().map(|(col, age)| (*col, Some(age))));
        for (col, age) in all {
            let at = CellRef::new(row, col);
            result.figures.push(Figure {
                indicator: Some(Arc::from(POPULATION)),
                indicator_name: None,
                area: area.clone(),
                period: PeriodText::Known(period.clone()),
                value: grid.get(at).cloned(),
                unit: Some(Arc::from("人")),
                dimensions: Arc::new(Dimensions {
                    age: age.map(|age| age.to_string()),
                    sex: sex.clone(),
                    ..Dimensions::default()
                }),
                decimals: Some(0),
                sheet: grid.name.clone(),
                cell: at,
            });
        }
    }
    if sums_off > TOLD_SUMS {
        let more = format!("総数と内訳が合わない行は、ほかに{}行あります。", sums_off - TOLD_SUMS);
        result.diagnostics.push(
            Diagnostic::warning("total-mismatch", more).at(Place::sheet(book.file.name.clone(), grid.name.to_string())),
        );
    }
    stray_columns(book, grid, columns, result);
    Ok(())
}

/// Whether the ages add up to the total; rows with a figure missing cannot be checked.
fn adds_up(grid: &Grid, row: u32, columns: &Columns) -> bool {
    let number = |col: u32| grid.get(CellRef::new(row, col)).and_then(CellValue::as_number);
    let Some(total) = number(columns.total) else { return true };
    columns.ages.iter().map(|(col, _)| number(*col)).sum::<Option<f64>>().is_none_or(|sum| sum == total)
}

/// A column of figures without an age over it is said, never guessed.
fn stray_columns(book: &Book, grid: &Grid, columns: &Columns, result: &mut Interpretation) {
    let known =
        |col: u32| col <= columns.sex || col == columns.total || columns.ages.iter().any(|(age, _)| *age == col);
    let stray = grid
        .cells()
        .iter()
        .find(|cell| cell.at.row > columns.row && !known(cell.at.col) && cell.value.as_number().is_some());
    if let Some(cell) = stray {
        result.diagnostics.push(
            Diagnostic::warning("column-unknown", "見出しから年齢が分からない列の数値は、取り込みませんでした。")
                .hint("元の表を開いて、この列の見出しを確かめてください。")
                .at(place_of(book, grid, cell.at)),
        );
    }
}

/// The day a title begins with: `令和5年1月1日住民基本台帳年齢階級別人口`.
fn day_in(title: &str) -> Option<String> {
    let folded = fold(title);
    let end = folded
        .find('日')
        .filter(|at| folded.get(..*at).is_some_and(|head| head.ends_with(|c: char| c.is_ascii_digit())))?;
    folded.get(..end + '日'.len_utf8()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{age_of, day_in};

    #[test]
    fn ages_have_one_spelling() {
        for (written, age) in [
            ("0歳~4歳", Some("0~4歳")),
            ("65~69歳", Some("65~69歳")),
            ("100歳以上", Some("100歳以上")),
            ("総数", None),
            ("人", None),
            ("65歳", None),
        ] {
            assert_eq!(age_of(written).as_deref(), age, "{written}");
        }
    }

    #[test]
    fn the_day_of_a_title() {
        let title = "令和５年1月1日住民基本台帳年齢階級別人口（市区町村別）（総計）";
        assert_eq!(day_in(title).as_deref(), Some("令和5年1月1日"));
        assert_eq!(day_in("住民基本台帳年齢階級別人口"), None);
    }
}
