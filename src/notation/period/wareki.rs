//! Years and days in the words of the form, and the 出力日 of the exports.

use super::scan::{Scan, YearKind, compact};
use crate::model::Date;
use crate::notation::text::half_width;

/// First days of the eras.
const FIRST_DAYS: [(&str, Date); 4] = [
    ("令和", Date { year: 2019, month: 5, day: 1 }),
    ("平成", Date { year: 1989, month: 1, day: 8 }),
    ("昭和", Date { year: 1926, month: 12, day: 25 }),
    ("大正", Date { year: 1912, month: 7, day: 30 }),
];

/// A year of the form in words: `令和7年度`, `令和元年度` (2019), `平成30年度`.
pub fn wareki(form_year: i32) -> String {
    let era = FIRST_DAYS.iter().find(|(_, first)| form_year >= first.year);
    format!("{}度", year_in_words(era.map(|(name, first)| (*name, first.year)), form_year))
}

/// A day in words, in the era of that day: `平成31年4月30日`, `令和元年5月1日`.
pub fn wareki_date(date: Date) -> String {
    let era = FIRST_DAYS.iter().find(|(_, first)| date >= *first);
    let year = year_in_words(era.map(|(name, first)| (*name, first.year)), date.year);
    format!("{year}{}月{}日", date.month, date.day)
}

fn year_in_words(era: Option<(&str, i32)>, year: i32) -> String {
    match era {
        Some((name, first)) if year == first => format!("{name}元年"),
        Some((name, first)) => format!("{name}{}年", year - first + 1),
        None => format!("{year}年"),
    }
}

/// The day of `出力日:2026/08/25`, `出力日：令和8年8月25日`; a time behind it is left aside.
pub fn export_date(text: &str) -> Option<Date> {
    let text = half_width(text);
    let rest = text.trim_start().strip_prefix("出力日")?.trim_start();
    let rest = rest.strip_prefix('時').unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    // Joined, `2026/8/2 10:30` would be the 21st: then `compact` says no, and white space ends the day.
    let joined = compact(rest).or_else(|| rest.split_whitespace().next().map(str::to_owned))?;
    let mut scan = Scan::new(&joined);
    let date = day(&mut scan)?;
    scan.rest().chars().all(|c| c.is_ascii_digit() || "時分秒:".contains(c)).then_some(date)
}

fn day(scan: &mut Scan<'_>) -> Option<Date> {
    match scan.named_year()? {
        (year, YearKind::Calendar) => {
            let month = scan.month()?;
            let day = scan.number(2)?;
            scan.eat("日").then(|| Date::new(year, month, day)).flatten()
        }
        (year, YearKind::Bare) => {
            let separator = scan.eat_any(&["/", "-", "."])?;
            let month = scan.number(2)?;
            scan.eat(separator).then_some(())?;
            Date::new(year, month, scan.number(2)?)
        }
        (_, YearKind::Fiscal) => None,
    }
}
