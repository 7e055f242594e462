//! What the words of headings mean: periods, areas, units, care levels, ages, sexes, services; the rest names the figures.

use std::collections::HashMap;

use super::axes::level_of;
use super::titles;
use crate::catalog::Catalog;
use crate::layout::area_cells::{Said, area_of};
use crate::layout::mapping::indicator_id;
use crate::model::{AreaLevel, CellRef, Dimensions, Period, PeriodKind};
use crate::notation::{BareYear, EraCarry, find_unit_in, fold, parse_period, parse_unit};
use crate::read::Grid;

const CARE_LEVELS: [&str; 7] = ["要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5"];
/// Services of the long-term care insurance by their names in the tables.
const SERVICES: [&str; 25] = [
    "訪問介護",
    "訪問入浴介護",
    "訪問看護",
    "訪問リハビリテーション",
    "居宅療養管理指導",
    "通所介護",
    "通所リハビリテーション",
    "短期入所生活介護",
    "短期入所療養介護",
    "福祉用具貸与",
    "特定施設入居者生活介護",
    "介護予防支援・居宅介護支援",
    "居宅介護支援",
    "介護予防支援",
    "定期巡回・随時対応型訪問介護看護",
    "夜間対応型訪問介護",
    "地域密着型通所介護",
    "認知症対応型通所介護",
    "小規模多機能型居宅介護",
    "看護小規模多機能型居宅介護",
    "認知症対応型共同生活介護",
    "介護老人福祉施設",
    "介護老人保健施設",
    "介護医療院",
    "介護療養型医療施設",
];
/// Words for the sum of the headings beside them.
const TOTALS: [&str; 9] = ["計", "合計", "総計", "総数", "小計", "県計", "市町村計", "市部計", "郡部計"];

/// What a stack of headings says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meaning {
    pub area: Option<String>,
    pub period: Option<String>,
    pub unit: Option<String>,
    pub dimensions: Dimensions,
    /// What is nothing of these: the name of the figures
    pub words: Vec<String>,
    /// A sum is named
    pub total: bool,
    /// A year without 年 or 年度
    pub bare_year: bool,
    /// What is not clear, as a sentence
    pub doubt: Option<String>,
}

impl Meaning {
    /// Whether the stack says more than a sum.
    pub fn is_breakdown(&self) -> bool {
        !self.dimensions.is_total()
    }
}

/// Periods of heading cells that name their era only once: 「令和4年度、5年度、6年度」.
pub fn carried_periods(grid: &Grid, rows: (u32, u32)) -> HashMap<CellRef, String> {
    let mut found = HashMap::new();
    for row in rows.0..=rows.1 {
        let mut eras = EraCarry::new();
        for cell in grid.row(row) {
            let text = cell.value.display();
            let plain = parse_period(&text, BareYear::Fiscal).is_some();
            if let Some(period) = eras.read(&text, BareYear::Fiscal).filter(|_| !plain)
                && let Some(spelled) = spell(&period)
            {
                // 「5」 behind 「令和4年度」 is the year after it.
                found.insert(cell.at, spelled);
            }
        }
    }
    found
}

/// A period in the words of a mapping.
fn spell(period: &Period) -> Option<String> {
    match (period.kind, period.form_year, period.date) {
        (PeriodKind::FiscalYear, Some(year), _) => Some(format!("{year}年度")),
        (PeriodKind::Date, _, Some(date)) => Some(format!("{}年{}月{}日", date.year, date.month, date.day)),
        (PeriodKind::Month, _, Some(date)) => Some(format!("{}年{}月", date.year, date.month)),
        (PeriodKind::CalendarYear, _, Some(date)) => Some(format!("{}年", date.year)),
        _ => None,
    }
}

/// Reads the parts of a heading, outermost first. `areas`: whether areas may stand in headings.
pub fn meaning(parts: &[String], areas: bool, catalog: &Catalog) -> Meaning {
    let mut said = Meaning::default();
    let mut month = None;
    let mut places: Vec<&str> = Vec::new();
    for part in parts {
        let folded = fold(part);
        if let Some(level) = CARE_LEVELS.iter().find(|level| **level == folded) {
            said.dimensions.care_level = Some((*level).to_owned());
        } else if let Some(sex) = sex_in(&folded) {
            said.dimensions.sex = Some(sex.to_owned());
        } else if let Some(number) = month_in(&folded) {
            month = Some(number);
        } else if parse_period(part, BareYear::Calendar).is_some() {
            if said.period.as_ref().is_some_and(|other| other != part) {
                said.doubt =
                    Some(format!("「{part}」と「{}」のどちらの期間か", said.period.clone().unwrap_or_default()));
            }
            said.bare_year = kind_of_year(part);
            said.period = Some(part.clone());
        } else if areas && level_of(part, catalog).is_some() {
            places.push(part);
        } else if is_age(&folded) {
            said.dimensions.age = Some(folded);
        } else if SERVICES.contains(&folded.as_str()) {
            said.dimensions.service = Some(part.clone());
        } else if TOTALS.contains(&folded.as_str()) {
            said.total = true;
        } else {
            if let Some(unit) = parse_unit(part).or_else(|| find_unit_in(part)) {
                said.unit.get_or_insert(titles::spell(&unit));
            }
            if parse_unit(part).is_none_or(|_| find_unit_in(part).is_some()) {
                said.words.push(part.clone());
            }
        }
    }
    if let Some(month) = month {
        said.period = said.period.take().and_then(|year| with_month(&year, month));
        if said.period.is_none() {
            said.doubt = Some(format!("何年の{month}月か"));
        }
    }
    place(&places, catalog, &mut said);
    said
}

/// The area of the parts that are areas: a prefecture over its town is that town.
fn place(places: &[&str], catalog: &Catalog, said: &mut Meaning) {
    let wanted = match places {
        [] => return,
        [name] => Said { name: Some(name), ..Said::default() },
        [prefecture, name] => Said { prefecture: Some(prefecture), name: Some(name), ..Said::default() },
        more => {
            said.doubt = Some(format!("「{}」がどの地域か", more.join("・")));
            return;
        }
    };
    match area_of(catalog, wanted) {
        // A sum beside the towns of a prefecture need not be that of all its towns.
        Ok(_) if said.total => {}
        Ok(area) if area.is_code => {
            said.area = catalog.find_code(&area.name).one().map(|area| area.name.clone());
        }
        Ok(area) if area.level == Some(AreaLevel::Nation) => said.area = Some("全国".to_owned()),
        Ok(area) => {
            let found = catalog.find_in(area.prefecture.as_deref(), &area.name).one();
            said.area = found.map(|area| area.name.clone());
        }
        Err(why) => said.doubt = Some(why),
    }
    if said.area.is_none() && said.doubt.is_none() && !said.total {
        said.doubt = Some(format!("「{}」がどの地域か", places.join("・")));
    }
}

fn sex_in(folded: &str) -> Option<&'static str> {
    match folded {
        "男" | "男性" | "男子" => Some("男"),
        "女" | "女性" | "女子" => Some("女"),
        _ => None,
    }
}

/// `4月` alone, under a year.
fn month_in(folded: &str) -> Option<u8> {
    let digits = folded.strip_suffix("月末").or_else(|| folded.strip_suffix('月'))?;
    digits.parse().ok().filter(|month| (1..=12).contains(month) && digits.len() <= 2)
}

/// A month of a year that stands over it: of 令和5年度, 4月 lies in 2023 and 1月 in 2024.
fn with_month(year: &str, month: u8) -> Option<String> {
    let period = parse_period(year, BareYear::Calendar)?;
    let year = match (period.kind, period.form_year, period.date) {
        (PeriodKind::FiscalYear, Some(year), _) => year + i32::from(month < 4),
        (PeriodKind::CalendarYear, _, Some(date)) if !kind_of_year(&period.label) => date.year,
        _ => return None,
    };
    Some(format!("{year}年{month}月"))
}

/// Whether a year says neither 年 nor 年度: `R5`, `2020`.
fn kind_of_year(text: &str) -> bool {
    !text.contains('年') && !text.contains('月') && !text.contains(['/', '.', '-'])
}

fn is_age(folded: &str) -> bool {
    folded.contains('歳') && folded.starts_with(|c: char| c.is_ascii_digit()) && folded.chars().count() <= 12
}

/// An id of this product out of a heading's words: `X-財政力指数`; empty when there are none.
pub fn own_id(words: &[String]) -> String {
    let text: String = fold(&words.join("")).chars().filter(|c| c.is_alphanumeric()).take(30).collect();
    let id = format!("X-{text}");
    if text.is_empty() || indicator_id(&id).is_none() { String::new() } else { id }
}

/// The indicator a heading's words name: one of the catalog, or one of this product's own making.
pub fn indicator_of(words: &[String], catalog: &Catalog) -> String {
    let known = words.iter().find_map(|word| crate::form::id_in(word).filter(|id| catalog.indicator(id).is_some()));
    let named = words.iter().find_map(|word| catalog.indicator_by_name(word)).map(|known| known.id.to_string());
    // An id of the ministry is only proposed; it counts once a person has saved it.
    known.or(named).unwrap_or_else(|| own_id(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(parts: &[&str]) -> Meaning {
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        meaning(&parts, true, Catalog::shipped())
    }

    #[test]
    fn headings_say_period_place_and_breakdown() {
        let all = said(&["東京都", "府中市", "令和5年度", "受給者数（人）", "女性", "要介護３"]);
        assert_eq!(all.area.as_deref(), Some("東京都 府中市"));
        assert_eq!(all.period.as_deref(), Some("令和5年度"));
        assert_eq!((all.unit.as_deref(), all.dimensions.sex.as_deref()), (Some("人"), Some("女")));
        assert_eq!(all.dimensions.care_level.as_deref(), Some("要介護3"));
        assert_eq!(all.words, ["受給者数（人）"]);
        // Two prefectures have a 府中市.
        assert!(said(&["府中市", "人口"]).doubt.is_some());
        // The sum of a prefecture's columns need not be that of the prefecture.
        let sum = said(&["東京都", "計", "人口"]);
        assert_eq!((sum.area, sum.total, sum.doubt), (None, true, None));
    }

    #[test]
    fn months_under_a_year() {
        for (year, month, period) in [
            ("令和5年度", "4月", Some("2023年4月")),
            ("令和5年度", "3月", Some("2024年3月")),
            ("令和5年", "3月", Some("2023年3月")),
            ("R5", "3月", None),
        ] {
            let both = said(&[year, month, "人口"]);
            assert_eq!(both.period.as_deref(), period, "{year} {month}");
            assert_eq!(both.doubt.is_some(), period.is_none());
        }
        assert!(said(&["4月", "人口"]).doubt.is_some());
    }
}
