//! Words that several sheets share.

use crate::compare::{ComparedRow, ShownYear};
use crate::notation::wareki;

/// 「令和5年度～令和7年度」, one year alone as itself.
pub fn period_span(years: &[ShownYear]) -> String {
    match (years.first(), years.last()) {
        (Some(first), Some(last)) if first.year != last.year => {
            format!("{}～{}", wareki(first.year), wareki(last.year))
        }
        (Some(only), _) => wareki(only.year),
        _ => String::new(),
    }
}

/// 備考 for a part-year, as the form words it (service years run March–February); `None` for a whole year.
pub fn part_year_remark(year: &ShownYear) -> Option<String> {
    if !year.part_year {
        return None;
    }
    let name = wareki(year.year);
    let first = reiwa_month(year.year, 3);
    Some(match year.months {
        None | Some(0) => format!("{name}は年途中の可能性"),
        Some(1) => format!("{name}は{first}サービス提供分のみ"),
        Some(months) => {
            let last = 2 + i32::from(months);
            let end = if last > 12 { reiwa_month(year.year + 1, last - 12) } else { reiwa_month(year.year, last) };
            format!("{name}は{first}～{end}サービス提供分")
        }
    })
}

/// 備考 of a row: the years of which its own figures cover a part only; a year under way where it has none.
pub fn remark_of_row(row: &ComparedRow, years: &[ShownYear]) -> String {
    // 認定率 stands for a day.
    if row.indicator.id.as_str().starts_with('B') {
        return String::new();
    }
    let said = years.iter().filter_map(|year| {
        let figures =
            || row.figures.iter().filter(|((_, of), figure)| *of == year.year && figure.datum.value().is_some());
        let figure = figures().find(|((who, _), _)| *who == 0).or_else(|| figures().next());
        let of_row = match figure {
            Some((_, figure)) => {
                let months = figure.period.months.filter(|_| figure.period.part_year);
                ShownYear { year: year.year, part_year: figure.period.part_year, months }
            }
            // Months of service say nothing of 高齢化率 and the like.
            None if !row.indicator.id.as_str().starts_with('D') => return None,
            None => *year,
        };
        part_year_remark(&of_row)
    });
    said.collect::<Vec<_>>().join("、")
}

fn reiwa_month(year: i32, month: i32) -> String {
    // Months of a calendar year bear the era of that year's April; from March 2019 on the form says 令和.
    let name = wareki(year);
    format!("{}年{month}月", name.trim_end_matches("年度"))
}

#[cfg(test)]
mod tests {
    use super::part_year_remark;
    use crate::compare::ShownYear;
    use crate::notation::parse_remark;

    #[test]
    fn a_remark_is_read_back_as_the_same_months() {
        for months in 1..=11 {
            let year = ShownYear { year: 2026, part_year: true, months: Some(months) };
            let text = part_year_remark(&year).unwrap();
            let read: Vec<_> = parse_remark(&text).years.into_iter().map(|r| (r.form_year, r.months)).collect();
            assert_eq!(read, [(2026, months)], "{text}");
        }
        let text = part_year_remark(&ShownYear { year: 2026, part_year: true, months: None }).unwrap();
        assert_eq!(parse_remark(&text).doubtful.into_iter().collect::<Vec<_>>(), [2026], "{text}");
    }
}
