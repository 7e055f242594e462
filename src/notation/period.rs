//! Periods: every spelling of years, 年度, months and days that the tables of this field use.

mod carry;
mod remark;
mod scan;
mod wareki;

pub use carry::EraCarry;
pub use remark::{Remark, RemarkYear, parse_remark};
pub use wareki::{export_date, wareki, wareki_date};

use scan::{Scan, YearKind, compact};

use crate::model::{Date, Period, PeriodKind};

/// What a year without 年 or 年度 is (`2000`, `H26`, `平成 27`): the table knows, the cell does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BareYear {
    /// 年度, as in the form and the tables of benefits.
    Fiscal,
    /// 年, as in census tables and projections.
    Calendar,
}

/// Reads a cell that says when its figures hold.
///
/// - `令和7年3月末` (also `時点`, `現在`, `3月31日`) is a date; only the 31st of March fills a year of the form, the one that ends
///   there (2024). `令和6年度末` is the same day, spelled by its year.
/// - `令和6年2月` is a month, and fills none. `令和5年(2023年)` is a calendar year, known by its 31st of December.
/// - `R6（R7/2月サービス提供分まで）` counts service months from March of that 年度 on; fewer than 12 make a part-year.
/// - Two names of one year must agree: `2025（令和7）年度`, `H31/R1`.
///
/// `None` for everything else, for days not in the calendar and for years nobody writes: 昭和 past 64, 平成 past 77 (2065,
/// the end of 将来推計人口 平成29年推計, which never changes to 令和), 令和 past 52 (2070, the end of the one of 令和5年), and the Common
/// Era outside 1900–2100.
pub fn parse_period(text: &str, bare: BareYear) -> Option<Period> {
    period_of(&compact(text)?, text, bare)
}

/// Reads a text made compact; `label` is what the source says.
fn period_of(compact: &str, label: &str, bare: BareYear) -> Option<Period> {
    let (head, notes) = super::text::split_notes(compact);
    // `R6①` and `R6②` can be two halves of a year.
    if notes.contains(|c| matches!(c, '①'..='⑳')) {
        return None;
    }
    let mut scan = Scan::new(head);
    let (year, kind) = scan.named_year()?;
    let period = match kind {
        YearKind::Fiscal => fiscal(&mut scan, label, year)?,
        YearKind::Calendar if scan.is_empty() => calendar_year(label, year)?,
        YearKind::Calendar => day_or_month(&mut scan, label, year)?,
        YearKind::Bare => {
            // A number cell can come as `2000.0`.
            scan.eat_all(".0");
            match bare {
                _ if scan.peek("(") => fiscal(&mut scan, label, year)?,
                BareYear::Fiscal if scan.is_empty() => Period::form_year(label, year),
                BareYear::Calendar if scan.is_empty() => calendar_year(label, year)?,
                _ => separated(&mut scan, label, year)?,
            }
        }
    };
    scan.is_empty().then_some(period)
}

/// What follows 年度: nothing, 末, or how far the year has come.
fn fiscal(scan: &mut Scan<'_>, label: &str, year: i32) -> Option<Period> {
    let mut period = Period::form_year(label, year);
    if scan.eat("末") {
        scan.eat_any(&["時点", "現在"]);
        period.kind = PeriodKind::Date;
        period.date = Date::new(year + 1, 3, 31);
    } else if scan.eat("(") {
        if scan.eat_any(&["年度途中", "年途中", "途中"]).is_some() {
            period.part_year = true;
        } else {
            let (last_year, last_month) = scan.year_and_month()?;
            scan.eat_any(&["サービス提供分", "サービス利用分", "サービス分", "分"]);
            scan.eat("まで").then_some(())?;
            let months = service_months(year, (year, 3), (last_year, last_month))?;
            period.months = Some(months);
            period.part_year = months < 12;
        }
        scan.eat(")").then_some(())?;
    }
    Some(period)
}

/// Months from `first` through `last`, when both lie in the service year `year`: March through February
/// (guide: 令和7年度 = services of 令和7年3月–令和8年2月).
fn service_months(year: i32, first: (i32, u8), last: (i32, u8)) -> Option<u8> {
    let index = |(y, m): (i32, u8)| (y - year) * 12 + i32::from(m) - 3;
    let (from, to) = (index(first), index(last));
    let inside = (0..12).contains(&from) && (from..12).contains(&to);
    inside.then(|| u8::try_from(to - from + 1).ok()).flatten()
}

/// `3月末` `2月` `10月1日` behind 年.
fn day_or_month(scan: &mut Scan<'_>, label: &str, year: i32) -> Option<Period> {
    let month = scan.number(2)?;
    scan.eat("月").then_some(())?;
    let month_end = Date::month_end(year, month)?;
    let date = if scan.eat_any(&["末日", "末"]).is_some() {
        month_end
    } else if let Some(day) = scan.number(2) {
        scan.eat("日").then_some(())?;
        Date::new(year, month, day)?
    } else {
        return Some(single(label, PeriodKind::Month, month_end));
    };
    scan.eat_any(&["時点", "現在"]);
    Some(day_period(label, date))
}

/// `R7/2月` `2025/3/31` `R7.3.31`: a year without 年 and a separator.
fn separated(scan: &mut Scan<'_>, label: &str, year: i32) -> Option<Period> {
    let separator = scan.eat_any(&["/", ".", "-"])?;
    let mut ahead = *scan;
    let month = ahead.number(2)?;
    if ahead.eat("月") {
        return day_or_month(scan, label, year);
    }
    *scan = ahead;
    scan.eat(separator).then_some(())?;
    let date = Date::new(year, month, scan.number(2)?)?;
    scan.eat_any(&["時点", "現在"]);
    Some(day_period(label, date))
}

fn day_period(label: &str, date: Date) -> Period {
    let form_year = ((date.month, date.day) == (3, 31)).then(|| date.year - 1);
    Period { form_year, ..single(label, PeriodKind::Date, date) }
}

fn calendar_year(label: &str, year: i32) -> Option<Period> {
    Some(single(label, PeriodKind::CalendarYear, Date::new(year, 12, 31)?))
}

fn single(label: &str, kind: PeriodKind, date: Date) -> Period {
    Period { label: label.to_owned(), kind, form_year: None, date: Some(date), months: None, part_year: false }
}

/// Reads a time code of e-Stat: `2020000000` (年), `2020100000` (年度), `2020000404` (the month of April). Spans of months are
/// `None`.
pub fn parse_estat_time(code: &str) -> Option<Period> {
    let code = code.trim();
    if code.len() != 10 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut scan = Scan::new(code.get(..4)?);
    let (year, _) = scan.named_year()?;
    match code.get(4..)? {
        "000000" => calendar_year(code, year),
        "100000" => Some(Period::form_year(code, year)),
        rest => {
            let (first, last) = rest.strip_prefix("00")?.split_at_checked(2)?;
            let month = first.parse().ok().filter(|_| first == last)?;
            Some(single(code, PeriodKind::Month, Date::month_end(year, month)?))
        }
    }
}

/// What people write behind the year in which they work with a table, which is not the year of its figures.
const DONE_WITH_A_TABLE: [&str; 16] = [
    "作成",
    "公表",
    "公開",
    "計画",
    "検討",
    "会議",
    "策定",
    "委員会",
    "審議会",
    "協議会",
    "用",
    "提出",
    "配布",
    "保存",
    "入手",
    "予算",
];

/// The one 年度 a title or file name speaks of (`令和5年度_介護保険.xlsx`, `主要財政指標（令和４年度）`), as year of the form.
///
/// `None` when there is none, when two differ, when one opens a range or list (`令和4年度～6年度`), and when it is the year of
/// something done with the table (`令和8年度検討会用`, `令和7年度作成`).
pub fn fiscal_year_in(text: &str) -> Option<i32> {
    let text = super::text::half_width(text).replace(char::is_whitespace, "");
    let mut found = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let mut scan = Scan::new(text.get(at..)?);
        let inside_word = c.is_ascii_alphanumeric() && before.is_ascii_alphanumeric();
        before = c;
        if inside_word || scan.clone().year().is_none() {
            continue;
        }
        // A year whose second name is another year is a list or a contradiction.
        let (year, kind) = scan.named_year()?;
        let listed = scan.eat_any(&["~", "〜", "から", "・", "、", ",", "及び", "および"]).is_some()
            || (kind == YearKind::Fiscal && scan.eat("-"));
        if listed && scan.number(2).is_some() {
            return None;
        }
        if kind == YearKind::Fiscal {
            let rest = scan.rest().trim_start_matches(['の', '_', '・', ')']);
            let of_work = DONE_WITH_A_TABLE.iter().any(|word| rest.starts_with(word));
            if of_work || found.replace(year).is_some_and(|other| other != year) {
                return None;
            }
        }
    }
    found
}
