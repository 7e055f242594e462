//! The words of single contents: years, days, yes and no, numbers.

use unicode_normalization::UnicodeNormalization;

use crate::model::{Date, PeriodKind};
use crate::notation::{BareYear, export_date, fold, parse_period};

/// A 年度 however it is written: `令和5年度`, `R5`, `２０２３`, `2023年度`. A bare 年 (`令和5年`) is no 年度.
pub(super) fn year(text: &str) -> Option<i32> {
    let text: String = text.nfkc().collect::<String>().trim().to_uppercase();
    let period = parse_period(&text, BareYear::Fiscal)?;
    let whole = period.kind == PeriodKind::FiscalYear && !period.part_year && period.months.is_none();
    period.form_year.filter(|year| whole && (2000..=2100).contains(year))
}

/// `令和5年度～令和7年度`, `R5-R7`, `2023から2025`, or one year.
pub(super) fn years(text: &str) -> Option<(i32, i32)> {
    let folded = fold(text).replace("から", "~").replace("まで", "");
    let between: Vec<&str> = folded.split(['~', '-']).collect();
    match between.as_slice() {
        [one] => year(one).map(|year| (year, year)),
        [from, to] => Some((year(from)?, year(to)?)),
        _ => None,
    }
}

/// `令和8年11月22日`, `2026-11-22`, `2026/11/22`.
pub(super) fn day(text: &str) -> Option<Date> {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    // Days are spelled as behind 「出力日」; nothing may follow them here.
    Date::parse(text).or_else(|| (!text.contains([' ', ':'])).then(|| export_date(&format!("出力日:{text}"))).flatten())
}

/// はい or いいえ, in the ways people tick a box.
pub(super) fn yes(text: &str) -> Option<bool> {
    match fold(text).to_lowercase().as_str() {
        "はい" | "する" | "あり" | "○" | "◯" | "〇" | "yes" | "true" | "1" => Some(true),
        "いいえ" | "しない" | "なし" | "×" | "✕" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// A number of plain digits: `1.15`, `１．１５`.
pub(super) fn number(text: &str) -> Option<f64> {
    let text: String = text.nfkc().collect();
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether the content says that there is to be none.
pub(super) fn is_none(text: &str) -> bool {
    matches!(fold(text).as_str(), "なし" | "無し")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_in_every_spelling_people_use() {
        for text in [
            "令和5年度",
            "R5",
            "r5",
            "Ｒ５",
            "R05",
            "2023",
            "２０２３",
            "2023年度",
            "令和５年度",
            " 令和 5 年度 ",
            "2023（令和5）年度",
        ] {
            assert_eq!(year(text), Some(2023), "{text}");
        }
        for text in ["令和5年", "5", "令和", "", "2023年3月末", "R5-R7", "1999", "2023年度末"] {
            assert_eq!(year(text), None, "{text}");
        }
        for text in
            ["令和5年度～令和7年度", "R5-R7", "２０２３－２０２５", "2023から2025まで", "2023〜2025", "R5 ~ 2025"]
        {
            assert_eq!(years(text), Some((2023, 2025)), "{text}");
        }
        assert_eq!(years("令和6年度"), Some((2024, 2024)));
        assert_eq!(years("R5-R6-R7"), None);
    }

    #[test]
    fn days_and_ticks_and_numbers() {
        for text in ["2026-11-22", "令和8年11月22日", "R8.11.22", "2026/11/22", "２０２６年１１月２２日"]
        {
            assert_eq!(day(text), Date::new(2026, 11, 22), "{text}");
        }
        assert_eq!((day("きのう"), day("2026-13-01"), day("2026/11/22 10:00")), (None, None, None));
        assert_eq!((yes("○"), yes("いいえ"), yes("たぶん")), (Some(true), Some(false), None));
        assert_eq!((number("１．１５"), number("1,15"), number("inf")), (Some(1.15), None, None));
    }
}
