//! 備考 of the form: which months of services each year covers.

use super::scan::{Scan, YearKind};
use super::service_months;
use crate::notation::text::half_width;

/// One year of the form and how many months of services it covers, as its 備考 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RemarkYear {
    /// 2025 = 令和7年度
    pub form_year: i32,
    /// 1–12; fewer than 12 make a part-year.
    pub months: u8,
}

/// Words between 年度 and its months, longer ones first.
const LINKS: [&str; 21] = [
    "については",
    "について",
    "データ",
    "数値",
    "実績",
    "の値",
    "値",
    "分",
    "の",
    "は",
    "が",
    "とは",
    "=",
    ":",
    "⇒",
    "→",
    "…",
    "、",
    ",",
    "(",
    ">",
];
const SERVICES: [&str; 8] =
    ["サービス提供分", "サービス利用分", "サービス提供月", "サービス提供", "サービス分", "サービス", "提供分", "分"];
/// Words that make a text speak of months: where they stand beside a 年度 that was not understood, nothing is known.
const MONTH_WORDS: [&str; 8] = ["サービス", "か月", "月分", "月まで", "途中", "速報", "暫定", "集計中"];

/// Reads texts such as 「令和6年度は令和6年3月～令和7年2月サービス提供分（12か月）」 and
/// 「令和7年度＝令和7年3月から令和8年2月サービス分まで、令和8年度＝令和8年3月サービス分」.
///
/// The months are counted from the span; where the text counts them too, both must agree. One statement about months
/// that is not understood or contradicts another makes the whole answer empty: half of it would let a part-year pass
/// for a whole one. Other sentences (出典, 時点) are passed over.
pub fn parse_remark(text: &str) -> Vec<RemarkYear> {
    read(&simplify(text)).unwrap_or_default()
}

fn read(text: &str) -> Option<Vec<RemarkYear>> {
    let mut years: Vec<RemarkYear> = Vec::new();
    let mut leftover = String::new();
    let mut scan = Scan::new(text);
    while !scan.is_empty() {
        match statement(&mut scan) {
            Statement::Months(year) => match years.iter().find(|known| known.form_year == year.form_year) {
                Some(known) if known.months != year.months => return None,
                Some(_) => {}
                None => years.push(year),
            },
            Statement::Contradiction => return None,
            Statement::Other => leftover.extend(scan.next_char()),
        }
    }
    let speaks_of_year = leftover.replace("年度末", "").contains("年度");
    let unread = speaks_of_year && MONTH_WORDS.iter().any(|word| leftover.contains(word));
    (!unread).then_some(years)
}

/// Half-width; one wave dash, one spelling of か月; white space out, but never so that two numbers become one.
fn simplify(text: &str) -> String {
    let text = half_width(text).replace(['〜', '∼'], "~").replace(['「', '」', '『', '』', '【', '】'], "");
    let text = ["ヶ月", "ケ月", "ヵ月", "カ月", "箇月"].iter().fold(text, |text, word| text.replace(word, "か月"));
    let mut simple = String::with_capacity(text.len());
    for part in text.split_whitespace() {
        let digits = |c: char| c.is_ascii_digit();
        if simple.ends_with(digits) && part.starts_with(digits) {
            simple.push('、');
        }
        simple.push_str(part);
    }
    simple
}

enum Statement {
    Months(RemarkYear),
    /// A statement about months that cannot be true, or whose end is not understood.
    Contradiction,
    /// No statement about months begins here.
    Other,
}

/// Reads 「(year)度は(span)」; moves the scan only when the answer is `Months`.
fn statement(scan: &mut Scan<'_>) -> Statement {
    let mut ahead = *scan;
    let Some((form_year, YearKind::Fiscal)) = ahead.named_year() else { return Statement::Other };
    let mut linked = false;
    while ahead.eat_any(&LINKS).is_some() {
        linked = true;
    }
    let Some(first) = ahead.year_and_month().filter(|_| linked) else { return Statement::Other };
    // 「令和6年度は令和7年3月末時点」 speaks of a day.
    if ahead.peek("末") {
        return Statement::Other;
    }
    let Some(months) = span(&mut ahead, form_year, first) else { return Statement::Contradiction };
    if stated_months(&mut ahead).is_some_and(|stated| stated != months) {
        return Statement::Contradiction;
    }
    *scan = ahead;
    Statement::Months(RemarkYear { form_year, months })
}

/// The months from `first` on: through the month behind 「～」 or 「から」, through `first` itself (「まで」), or that one month.
fn span(scan: &mut Scan<'_>, form_year: i32, first: (i32, u8)) -> Option<u8> {
    let services = scan.eat_any(&SERVICES).is_some();
    if scan.eat_any(&["~", "から", "より", "-", "―", "–", "−", "ー"]).is_some() {
        let last = last_month(scan, first)?;
        if scan.peek("末") || scan.peek("日") {
            return None;
        }
        scan.eat_any(&SERVICES);
        if scan.eat("まで") {
            scan.eat("の");
            scan.eat_any(&SERVICES);
        }
        return service_months(form_year, first, last);
    }
    if scan.eat("まで") {
        scan.eat("の");
        scan.eat_any(&SERVICES);
        return service_months(form_year, (form_year, 3), first);
    }
    let only = scan.eat_any(&["のみ", "だけ", "に限る"]).is_some();
    // A single month that is not the first of its year would be a year without its first months: not believed unless
    // the text says 「のみ」.
    let believed = only || (services && first == (form_year, 3));
    believed.then(|| service_months(form_year, first, first)).flatten()
}

/// `令和7年2月`, `7年2月`, `翌年2月`, or `12月` of the same year.
fn last_month(scan: &mut Scan<'_>, first: (i32, u8)) -> Option<(i32, u8)> {
    if let Some(month) = scan.year_and_month() {
        return Some(month);
    }
    if scan.eat_any(&["翌年", "翌"]).is_some() {
        return Some((first.0 + 1, scan.month()?));
    }
    if let Some(month) = scan.month() {
        return (month >= first.1).then_some((first.0, month));
    }
    // 「令和6年3月～7年2月」: the era of the first month goes on, so the year is this one or the next.
    let number = i32::from(scan.number(2)?);
    scan.eat("年").then_some(())?;
    let year = [first.0, first.0 + 1].into_iter().find(|year| [2018, 1988].iter().any(|era| year - era == number))?;
    Some((year, scan.month()?))
}

/// 「（12か月）」, 「の12か月分」.
fn stated_months(scan: &mut Scan<'_>) -> Option<u8> {
    let mut ahead = *scan;
    while ahead.eat_any(&["(", "の", "、", ",", ":"]).is_some() {}
    let months = ahead.number(2)?;
    ahead.eat("か月").then_some(())?;
    ahead.eat_any(&["分", "間"]);
    ahead.eat(")");
    *scan = ahead;
    Some(months)
}
