//! 備考 of the form: which months of services each year covers.

use std::collections::BTreeSet;
use std::ops::Range;

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

/// What a 備考 says of the months of its years.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remark {
    /// The years whose months are understood
    pub years: Vec<RemarkYear>,
    /// Years of which it says something of months that is not understood: they may not pass for whole ones.
    pub doubtful: BTreeSet<i32>,
    /// It speaks so without naming a year: 「年度途中の数値」.
    pub doubtful_year_unnamed: bool,
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
/// Words that make a text speak of months: a year named beside them is in doubt.
const MONTH_WORDS: [&str; 16] = [
    "か月",
    "月分",
    "月まで",
    "月~",
    "月から",
    "月以降",
    "月のみ",
    "途中",
    "速報",
    "暫定",
    "集計中",
    "サービス提供",
    "サービス利用分",
    "サービス分",
    "提供分",
    "一部の月",
];
/// Words of a year under way, whichever it is.
const UNDER_WAY: [&str; 5] = ["途中", "速報", "暫定", "集計中", "一部の月"];
/// What is counted by the month says nothing of the months of a year.
const BY_THE_MONTH: [&str; 4] = ["か月あたり", "か月当たり", "か月平均", "年度末"];
/// Words that give a year what is said of the next one: 「令和6年度及び令和7年度は10か月分」.
const JOINED: [&str; 8] = ["及び", "と", "・", "、", ",", "~", "並びに", "から"];

/// Reads texts such as 「令和6年度は令和6年3月～令和7年2月サービス提供分（12か月）」 and
/// 「令和7年度＝令和7年3月から令和8年2月サービス分まで、令和8年度＝令和8年3月サービス分」.
///
/// The months are counted from the span; where the text counts them too, both must agree. A year of which something
/// about months is said that is not understood, or that contradicts itself, is in doubt: taken for nothing said, it would
/// let a part-year pass for a whole one. Other sentences (出典, 時点) are passed over.
pub fn parse_remark(text: &str) -> Remark {
    let text = simplify(text);
    let mut remark = Remark::default();
    let mut leftover = String::new();
    let mut scan = Scan::new(&text);
    while !scan.is_empty() {
        match statement(&mut scan) {
            Statement::Months(year) => {
                let joined =
                    JOINED.iter().find_map(|word| leftover.strip_suffix(word)).filter(|text| text.ends_with("年度"));
                let before = joined.and_then(|text| years_named(text).pop());
                remark.doubtful.extend(before.into_iter().flat_map(|(years, _)| years));
                // A sentence that was read parts those around it.
                leftover.push('。');
                match remark.years.iter().find(|known| known.form_year == year.form_year) {
                    Some(known) if known.months != year.months => drop(remark.doubtful.insert(year.form_year)),
                    Some(_) => {}
                    None => remark.years.push(year),
                }
            }
            Statement::Contradiction(year) => {
                remark.doubtful.insert(year);
                leftover.extend(scan.next_char());
            }
            Statement::Other => leftover.extend(scan.next_char()),
        }
    }
    let leftover = BY_THE_MONTH.iter().fold(leftover, |text, word| text.replace(word, ""));
    let (doubtful, unnamed) = doubts(&leftover);
    remark.doubtful.extend(doubtful);
    remark.doubtful_year_unnamed = unnamed;
    remark.years.retain(|year| !remark.doubtful.contains(&year.form_year));
    remark
}

/// The years beside which a text speaks of months, and whether it speaks so of a year it does not name. Words belong to the
/// year before them, up to the next one or the end of the sentence: 「令和7年度：3月末時点　令和8年度：年度途中」 doubts one year.
fn doubts(text: &str) -> (BTreeSet<i32>, bool) {
    let speaks = |text: &str| MONTH_WORDS.iter().any(|word| text.contains(word));
    let under_way = |text: &str| UNDER_WAY.iter().any(|word| text.contains(word));
    let named = years_named(text);
    let (mut doubtful, mut joined, mut unnamed) = (BTreeSet::new(), BTreeSet::new(), false);
    for (at, (years, span)) in named.iter().enumerate() {
        let end = named.get(at + 1).map_or(text.len(), |(_, next)| next.start);
        let tail = text.get(span.end..end).unwrap_or_default();
        joined.extend(years);
        // 「令和6年度、令和7年度は年度途中」 speaks of both.
        if JOINED.contains(&tail) {
            continue;
        }
        let (sentence, rest) = tail.split_once('。').unwrap_or((tail, ""));
        if speaks(sentence) {
            doubtful.append(&mut joined);
        }
        joined.clear();
        unnamed |= under_way(rest);
    }
    let head = text.get(..named.first().map_or(text.len(), |(_, span)| span.start)).unwrap_or_default();
    match named.first() {
        // 「…サービス提供分（令和6年度）」
        Some((years, _)) if speaks(head) && doubtful.is_empty() && !head.contains('。') => doubtful.extend(years),
        _ => unnamed |= under_way(head),
    }
    (doubtful, unnamed)
}

/// Every 年度 a text names with its place, 「令和6・7年度」 as one mention of both.
fn years_named(text: &str) -> Vec<(BTreeSet<i32>, Range<usize>)> {
    let mut named = Vec::new();
    let mut scan = Scan::new(text);
    while !scan.is_empty() {
        let start = text.len() - scan.rest().len();
        let mut ahead = scan;
        let years: BTreeSet<i32> = match ahead.named_year() {
            Some((year, YearKind::Fiscal)) => BTreeSet::from([year]),
            // The second number stands for a year of the same era.
            Some((year, YearKind::Bare)) if ahead.eat_any(&["・", "、", ",", "~", "及び", "と"]).is_some() => {
                let number = ahead.number(2).filter(|_| ahead.eat("年度"));
                let last = number.and_then(|number| {
                    [2018, 1988].iter().map(|era| era + i32::from(number)).find(|last| *last > year)
                });
                last.map(|last| (year..=last.min(year + 10)).collect()).unwrap_or_default()
            }
            _ => BTreeSet::new(),
        };
        if years.is_empty() {
            scan.next_char();
        } else {
            scan = ahead;
            named.push((years, start..text.len() - scan.rest().len()));
        }
    }
    named
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
    /// A statement about months of this year that cannot be true, or whose end is not understood.
    Contradiction(i32),
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
    if !linked {
        return Statement::Other;
    }
    // 「令和7年度は10か月分の平均」
    let counted = stated_months(&mut ahead).map(|months| Some((ahead, months)));
    let found = counted.or_else(|| {
        let first = ahead.year_and_month().or_else(|| month_alone(&mut ahead, form_year))?;
        // 「令和6年度は令和7年3月末時点」 speaks of a day.
        if ahead.peek("末") || ahead.peek("日") {
            return None;
        }
        let months = span(&mut ahead, form_year, first);
        let stated = stated_months(&mut ahead);
        Some(months.filter(|months| stated.is_none_or(|stated| stated == *months)).map(|months| (ahead, months)))
    });
    match found {
        Some(Some((ahead, months))) if (1..=12).contains(&months) => {
            *scan = ahead;
            Statement::Months(RemarkYear { form_year, months })
        }
        Some(_) => Statement::Contradiction(form_year),
        None => Statement::Other,
    }
}

/// `1月` in a text about one 年度: its services run from March to the February after it.
fn month_alone(scan: &mut Scan<'_>, form_year: i32) -> Option<(i32, u8)> {
    let month = scan.month()?;
    Some((if month < 3 { form_year + 1 } else { form_year }, month))
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
        // 「3月～1月」: no year of services holds a January before its March.
        let later = month >= first.1 || month < 3;
        return later.then_some((if month >= first.1 { first.0 } else { first.0 + 1 }, month));
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
