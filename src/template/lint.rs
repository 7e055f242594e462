//! What a template of people's own will do: every mark with its address and meaning, and what will not work.

use serde::Serialize;

use super::elsewhere::marks_elsewhere;
use super::package::{Package, SheetKind, damaged_part};
use super::places::{Helper, Mark, Meaning, Value, Year, marks, nearest, places, shown, unclosed};
use super::row_id::{indicator_at, indicator_of_several, is_unknown};
use super::xml::{Kind, Walker, content};
use crate::catalog::Catalog;
use crate::error::FileError;
use crate::form::Role;
use crate::model::CellRef;
use crate::read::{Grid, Limits, read_bytes};

/// One mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LintedMark {
    /// Sheet
    pub sheet: String,
    /// Address as Excel shows it; empty for a mark outside cells
    pub cell: String,
    /// As written, with braces
    pub mark: String,
    /// What it stands for, in Japanese; what is wrong when it stands for nothing
    pub meaning: String,
    /// What a fill of a made-up insurer puts there
    pub sample: Option<String>,
    /// The known name nearest to an unknown one
    pub nearest: Option<String>,
    /// Whether a fill fills it
    pub works: bool,
}

/// Every mark of a workbook, sheet by sheet.
///
/// # Errors
/// What cannot be filled at all: passwords, digital signatures, other formats, damage.
pub fn lint(bytes: &[u8], catalog: &Catalog) -> Result<Vec<LintedMark>, FileError> {
    let package = Package::open(bytes)?;
    let book = read_bytes("ひな形", bytes, &Limits::default())?;
    let mut found = Vec::new();
    for grid in &book.grids {
        for place in places(grid) {
            for mark in &place.marks {
                found.push(explain(grid, place.at, mark, place.whole().is_some(), catalog));
            }
        }
        for (cell, rest) in unclosed_in(grid) {
            found.push(LintedMark {
                sheet: grid.name.to_string(),
                cell: cell.to_string(),
                mark: rest.to_owned(),
                meaning: UNCLOSED.to_owned(),
                sample: None,
                nearest: None,
                works: false,
            });
        }
    }
    for (sheet, cell, mark) in marks_in_formulas(&package)? {
        found.retain(|one| (&one.sheet, &one.cell) != (&sheet, &cell));
        found.push(LintedMark {
            sheet,
            cell,
            mark: format!("{{{{{}}}}}", mark.written),
            meaning: "数式の中の記号は差し込めません。記号だけのセルを作り、数式からそのセルを参照してください。"
                .to_owned(),
            sample: None,
            nearest: None,
            works: false,
        });
    }
    for one in marks_elsewhere(&package)? {
        found.push(LintedMark {
            meaning: one.message(),
            sheet: one.sheet,
            cell: String::new(),
            mark: format!("{{{{{}}}}}", one.mark.written),
            sample: None,
            nearest: None,
            works: false,
        });
    }
    Ok(found)
}

/// What is wrong with a mark that is not closed.
pub(crate) const UNCLOSED: &str = "記号が「}}」で閉じていません。「{{」と「}}」で囲んでください。";

/// Cells with a mark that is not closed.
pub(crate) fn unclosed_in(grid: &Grid) -> impl Iterator<Item = (CellRef, &str)> {
    grid.cells().iter().filter_map(|cell| Some((cell.at, unclosed(cell.value.as_text()?)?)))
}

/// What is wrong with a figure in a cell that shows percentages: figures are written as 19.4, not as 0.194.
pub(crate) const PERCENT: &str = "セルの表示形式が％のため、数値が100倍で表示されます（19.4 が 1940% になります）。表示形式を「0.0」などに変えてください。";

/// Whether a figure would be shown a hundred times too large.
pub(crate) fn is_percent_figure(grid: &Grid, at: CellRef, meaning: &Meaning) -> bool {
    grid.is_percent(at) && meaning.helper.is_none() && matches!(meaning.value, Value::Figure { .. })
}

fn explain(grid: &Grid, at: CellRef, mark: &Mark, alone: bool, catalog: &Catalog) -> LintedMark {
    let mut one = LintedMark {
        sheet: grid.name.to_string(),
        cell: at.to_string(),
        mark: format!("{{{{{}}}}}", mark.written),
        meaning: String::new(),
        sample: None,
        nearest: None,
        works: false,
    };
    if grid.merge_anchor(at).is_some_and(|anchor| anchor != at) {
        one.meaning = "結合されたセルに隠れています。結合の左上のセルに書いてください。".to_owned();
        return one;
    }
    let Some(meaning) = &mark.meaning else {
        one.meaning = "この名前の記号はありません。".to_owned();
        one.nearest = nearest(&mark.written);
        return one;
    };
    if needs_row(meaning) && indicator_at(grid, at).is_none() {
        one.meaning = "「.」で始まる記号は、同じ行に指標ID（例 B4-a）が要ります。".to_owned();
        return one;
    }
    let id = match &meaning.value {
        Value::Figure { indicator: Some(id), .. } => Some(id.clone()),
        _ => indicator_at(grid, at),
    };
    if let Some(id) = id.as_deref().filter(|id| is_unknown(id, catalog) && is_of_indicator(meaning)) {
        one.meaning = format!("指標ID「{id}」は一覧にありません。番号を確かめてください。");
        return one;
    }
    (one.meaning, one.sample) = words(meaning, id.as_deref(), catalog);
    if let Some((cell, id)) = indicator_of_several(grid, at).filter(|_| needs_row(meaning)) {
        one.meaning.push_str(&format!("（同じ行に指標IDがいくつもあります。{cell}の「{id}」で決まります）"));
    }
    if is_percent_figure(grid, at, meaning) && alone {
        one.meaning.push_str(&format!("　注意：{PERCENT}"));
    }
    one.works = true;
    one
}

fn is_of_indicator(meaning: &Meaning) -> bool {
    matches!(meaning.value, Value::OfRow(_) | Value::Figure { .. })
}

/// Whether the meaning depends on the 指標ID of the row.
pub fn needs_row(meaning: &Meaning) -> bool {
    matches!(meaning.value, Value::OfRow(_) | Value::Figure { indicator: None, .. })
}

fn words(meaning: &Meaning, id: Option<&str>, catalog: &Catalog) -> (String, Option<String>) {
    let indicator = id.and_then(|id| catalog.indicator(id));
    let name = |id: Option<&str>| match (id, indicator) {
        (Some(id), Some(known)) => format!("{id} {}", known.name),
        (Some(id), None) => format!("{id}（一覧に無い指標）"),
        (None, _) => String::new(),
    };
    match &meaning.value {
        Value::Word(word) => {
            let sample = match *word {
                "保険者名" => "みほん市",
                "都道府県名" => "見本県",
                "自地域" => "見本県 みほん市",
                "作成日" => "2026年11月22日",
                "表示期間" => "令和5年度～令和7年度",
                "最新年度" if meaning.helper == Some(Helper::Era) => "令和7年度",
                "最新年度" => "2025",
                _ => env!("CARGO_PKG_VERSION"),
            };
            ((*word).to_owned(), Some(sample.to_owned()))
        }
        Value::Year(year) => (format!("{year}年度の元号の書き方"), Some(crate::notation::wareki(*year))),
        Value::AreaName(role) => {
            let sample = match role {
                Role::Own => "見本県 みほん市",
                Role::Prefecture => "見本県",
                Role::Nation => "全国",
                Role::Other(_) => "見本県 みなと市",
            };
            (format!("{}の名前", role_name(*role)), Some(sample.to_owned()))
        }
        Value::OfRow(what) => {
            let value =
                indicator.map(|known| if *what == "単位" { known.unit.to_string() } else { known.name.clone() });
            (format!("この行の指標（{}）の{what}", id.unwrap_or_default()), value)
        }
        Value::Figure { role, year, .. } => {
            let year = match year {
                Year::Of(year) => format!("{year}年度"),
                Year::Newest => "1年分そろった最新の年度".to_owned(),
            };
            let sample = indicator.map(|known| shown(1234.5, known.decimals));
            (format!("{} の {}、{year}の数値", name(id), role_name(*role)), sample)
        }
    }
}

fn role_name(role: Role) -> String {
    match role {
        Role::Own => "自地域".to_owned(),
        Role::Prefecture => "都道府県".to_owned(),
        Role::Nation => "全国".to_owned(),
        Role::Other(number) => format!("比較地域{}", u16::from(number) + 1),
    }
}

/// Marks inside formulas: sheet, address and mark.
pub(crate) fn marks_in_formulas(package: &Package) -> Result<Vec<(String, String, Mark)>, FileError> {
    let mut all = Vec::new();
    for sheet in package.sheets().iter().filter(|sheet| sheet.kind == SheetKind::Worksheet) {
        let part = package.read_part(&sheet.part)?;
        let found = in_formulas(&part).ok_or_else(|| damaged_part(&sheet.part))?;
        all.extend(found.into_iter().map(|(cell, mark)| (sheet.name.clone(), cell, mark)));
    }
    Ok(all)
}

/// `None` for damaged XML.
fn in_formulas(part: &str) -> Option<Vec<(String, Mark)>> {
    let mut walker = Walker::new(part);
    let (mut cell, mut open, mut found) = (String::new(), None, Vec::new());
    while let Some(token) = walker.next().ok()? {
        match (token.kind, token.tag.local()) {
            (Kind::Open, "c") => cell = token.tag.raw("r").unwrap_or_default().to_owned(),
            (Kind::Open, "f") => open = Some(token.span.end),
            (Kind::Close, "f") => {
                if let Some(text) = open.take().and_then(|from| part.get(from..token.span.start)).and_then(content) {
                    found.extend(marks(&text).into_iter().map(|mark| (cell.clone(), mark)));
                }
            }
            _ => {}
        }
    }
    Some(found)
}
