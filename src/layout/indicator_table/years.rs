//! The year of a 地域別 table, which stands in no cell: in the file's name, or among several tables in the sheet's.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::heading::Table;
use crate::diagnostic::Place;
use crate::error::FileError;
use crate::layout::{Context, entry_name};
use crate::notation::fiscal_year_in;
use crate::read::Book;

/// The years given so far to the 地域別 tables of a book.
pub(super) struct Years {
    several: bool,
    given: BTreeSet<(Arc<str>, Arc<str>)>,
}

impl Years {
    pub fn of(tables: &[Table<'_>]) -> Self {
        let several = tables.iter().filter(|table| table.heading.area.is_none()).count() > 1;
        Self { several, given: BTreeSet::new() }
    }

    /// The period of a table. Of two tables of one indicator the file's name can be the year of one only.
    pub fn period(
        &mut self,
        book: &Book,
        table: &Table<'_>,
        id: &Arc<str>,
        context: Context<'_>,
    ) -> Result<Arc<str>, FileError> {
        let place = Place::sheet(book.file.name.clone(), table.grid.name.to_string());
        let by_file = year_in_file_name(&book.file.name);
        let by_sheet = if self.several { year_in_sheet_name(&table.grid.name) } else { None };
        let year: Arc<str> = match (by_sheet, by_file) {
            (Some(sheet), Named::One(file)) if sheet != file => {
                return Err(FileError::waiting(
                    "year-disagrees",
                    format!(
                        "地域別の表の年が、シートの名前では「{sheet}」、ファイル名では「{file}」で、食い違っています。"
                    ),
                    "どちらが正しいか確かめ、名前を直してから、もう一度入れてください。",
                )
                .at(place));
            }
            (Some(year), _) => Arc::from(year),
            (None, Named::One(year)) => Arc::from(year),
            (None, Named::Several) => {
                return Err(FileError::waiting(
                    "year-unknown",
                    "地域別の表ですが、ファイル名に年がいくつもあり、いつの数値か決められませんでした。",
                    "ファイル名の「地域別」の直前に年（例 _2025_地域別）を1つだけ書いて、もう一度入れてください。",
                )
                .at(place));
            }
            (None, Named::None) => {
                let said = context.year.or_else(|| fiscal_year_in(entry_name(&book.file.name)));
                Arc::from(said.ok_or_else(|| unknown().at(place.clone()))?.to_string())
            }
        };
        if !self.given.insert((id.clone(), year.clone())) {
            return Err(FileError::waiting(
                "year-unknown",
                format!("同じ指標（{id}）の地域別の表がいくつもあり、この表がいつの数値か分かりませんでした。"),
                "表を1つずつ、年の入った名前（例 _2025_地域別）の別のファイルにして、もう一度入れてください。",
            )
            .at(place));
        }
        Ok(year)
    }
}

fn unknown() -> FileError {
    FileError::waiting(
        "year-unknown",
        "地域別の表ですが、いつの数値か、ファイル名にも表にも書かれていません。",
        "ファイル名に年（例 _2025_地域別）を入れて、もう一度入れてください（コマンドでは --year でも指定できます）。",
    )
}

/// The years a name holds.
#[derive(Debug, PartialEq, Eq)]
enum Named<'n> {
    None,
    One(&'n str),
    Several,
}

/// The year of a 地域別 file: `…_2025_地域別…`. The name of the zip it came in says nothing: `2024_見える化.zip` can hold any
/// year.
fn year_in_file_name(name: &str) -> Named<'_> {
    let entry = entry_name(name);
    let stem = entry.rsplit_once('.').map_or(entry, |(stem, _)| stem);
    let parts: Vec<&str> = stem.split(['_', '＿']).map(without_copy_number).collect();
    let is_year = |part: &&str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
    let place = parts.iter().position(|part| part.starts_with("地域別"));
    let before = place.and_then(|at| parts.get(at.checked_sub(1)?)).copied();
    if let Some(year) = before.filter(is_year) {
        return Named::One(year);
    }
    let years: BTreeSet<&str> = parts.into_iter().filter(is_year).collect();
    match years.len() {
        0 => Named::None,
        1 => years.first().map_or(Named::None, |year| Named::One(year)),
        _ => Named::Several,
    }
}

/// 「2025 (2)」 as a second download is named
fn without_copy_number(part: &str) -> &str {
    part.split([' ', '　', '(', '（']).next().unwrap_or(part)
}

/// The one year a sheet is named after: `2024`, `2024年度`, `令和6年度`.
fn year_in_sheet_name(name: &str) -> Option<String> {
    if let Some(year) = fiscal_year_in(name) {
        return Some(year.to_string());
    }
    let years: BTreeSet<&str> = name
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4 && digits.starts_with("20"))
        .collect();
    years.first().filter(|_| years.len() == 1).map(|year| (*year).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_stands_before_the_word_and_never_in_the_name_of_a_zip() {
        for (name, year) in [
            ("D15-b_見本_2025_地域別.xlsx", Named::One("2025")),
            ("D15-b_見本_2025_地域別 (2).xlsx", Named::One("2025")),
            ("出力_2023_R7分.zip／D15-b_見本_2025_地域別.xlsx", Named::One("2025")),
            ("2024_見える化.zip／D15-b_見本_2025_地域別.xlsx", Named::One("2025")),
            ("2024_見える化.zip／D15-b_見本_地域別.xlsx", Named::None),
            ("2026_D15-b_見本_2025_地域別.xlsx", Named::One("2025")),
            ("2026_D15-b_見本_2025_地.xlsx", Named::Several),
            ("D15-b_見本_2025_地.xlsx", Named::One("2025")),
            ("D15-b_見本_2025 (2).xlsx", Named::One("2025")),
            ("2024_見本_2025.xlsx", Named::Several),
        ] {
            assert_eq!(year_in_file_name(name), year, "{name}");
        }
    }

    #[test]
    fn a_sheet_is_named_after_one_year_or_none() {
        for (name, year) in [
            ("2024", Some("2024")),
            ("令和6年度", Some("2024")),
            ("R6年度分", Some("2024")),
            ("表形式（地域別）", None),
            ("2023と2024", None),
        ] {
            assert_eq!(year_in_sheet_name(name).as_deref(), year, "{name}");
        }
    }
}
