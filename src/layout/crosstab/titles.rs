//! What the titles over a table say of all its figures: period, area, unit.

use crate::catalog::Catalog;
use crate::model::AreaLevel;
use crate::notation::{BareYear, Unit, fiscal_year_in, fold, parse_period};
use crate::read::Grid;

/// The texts above the headings.
pub fn above(grid: &Grid, first_heading: u32) -> Vec<String> {
    let cells = grid.cells().iter().take_while(|cell| cell.at.row < first_heading);
    cells.filter_map(|cell| Some(cell.value.as_text()?.trim().to_owned())).collect()
}

/// The period the titles, or else the file's name, speak of.
pub fn period(titles: &[String], file_name: &str) -> Option<String> {
    titles.iter().map(String::as_str).chain([file_name]).find_map(period_in)
}

/// The area a title begins with.
pub fn area(titles: &[String], catalog: &Catalog) -> Option<String> {
    titles.iter().find_map(|title| area_in(title, catalog))
}

/// A unit as a mapping spells it: `千人`, `百万円`.
pub fn spell(unit: &Unit) -> String {
    let scales =
        [(1.0, ""), (10.0, "十"), (1e2, "百"), (1e3, "千"), (1e4, "万"), (1e6, "百万"), (1e8, "億"), (1e9, "十億")];
    let scale = scales.iter().find(|(factor, _)| *factor == unit.factor).map(|(_, word)| *word);
    match scale {
        Some(word) => format!("{word}{}", unit.symbol),
        None => format!("（{:.0}{}）", unit.factor, unit.symbol),
    }
}

/// The area a title begins with: `神戸市の推計人口`.
fn area_in(title: &str, catalog: &Catalog) -> Option<String> {
    let folded = fold(title);
    let ends = folded.char_indices().filter(|(_, c)| "県都道府市区町村".contains(*c));
    let found: Vec<_> = ends
        .filter_map(|(at, c)| catalog.find_name(folded.get(..at + c.len_utf8())?).one())
        .filter(|area| area.level != AreaLevel::Other)
        .collect();
    found.last().map(|area| area.name.clone())
}

/// The period of a title: a whole cell that is one, a day it begins with, or its one 年度.
fn period_in(text: &str) -> Option<String> {
    if parse_period(text, BareYear::Fiscal).is_some() {
        return Some(text.to_owned());
    }
    if let Some(year) = fiscal_year_in(text) {
        return Some(format!("{year}年度"));
    }
    let folded = fold(text);
    let end = folded.find('日')?;
    let day = folded.get(..end + '日'.len_utf8())?;
    parse_period(day, BareYear::Calendar).map(|_| day.to_owned())
}
