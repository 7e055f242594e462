//! Periods: fiscal years of the form, dates (年度末), months and calendar years.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A calendar date, shown as `2026-03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    /// Year of the Common Era
    pub year: i32,
    /// 1–12
    pub month: u8,
    /// 1–31
    pub day: u8,
}

impl Date {
    /// A date that exists in the calendar, else `None`.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        (1..=Self::last_day(year, month)?).contains(&day).then_some(Self { year, month, day })
    }

    /// The last day of a month; `None` when there is no such month.
    pub fn month_end(year: i32, month: u8) -> Option<Self> {
        Some(Self { year, month, day: Self::last_day(year, month)? })
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let date = Self::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(date).flatten()
    }

    fn last_day(year: i32, month: u8) -> Option<u8> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
            4 | 6 | 9 | 11 => Some(30),
            2 => Some(if leap { 29 } else { 28 }),
            _ => None,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("「{text}」は日付（例 2026-03-31）ではありません。"))
    }
}

/// What a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// 年度
    FiscalYear,
    /// A day, such as 令和7年3月末
    Date,
    /// A month, such as 令和6年2月
    Month,
    /// 年, such as 令和5年(2023年)
    CalendarYear,
}

impl PeriodKind {
    /// The spelling used in JSON and in the store.
    pub fn id(self) -> &'static str {
        match self {
            Self::FiscalYear => "fiscal_year",
            Self::Date => "date",
            Self::Month => "month",
            Self::CalendarYear => "calendar_year",
        }
    }
}

/// The note on figures of layouts that no real file has proven.
const UNVERIFIED: &str = "様式未確認";

/// When a figure holds.
///
/// `form_year` is the year of the form (2025 = 令和7年度) this period fills; `None` when it fills none
/// (4月末, single months, calendar years).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// As written in the source; of tables read by an unverified layout with a note behind it.
    pub label: String,
    /// See [`PeriodKind`].
    pub kind: PeriodKind,
    /// The form's year this period fills.
    pub form_year: Option<i32>,
    /// The day for `Date`, the last day of the month for `Month` and of the year for `CalendarYear`,
    /// 年度末 for annual reports.
    pub date: Option<Date>,
    /// How many service months a year covers, where the source says it.
    pub months: Option<u8>,
    /// Fewer months than a year, or said to be under way. Never the main comparison.
    pub part_year: bool,
}

impl Period {
    /// A whole fiscal year of the form.
    pub fn form_year(label: impl Into<String>, year: i32) -> Self {
        Self {
            label: label.into(),
            kind: PeriodKind::FiscalYear,
            form_year: Some(year),
            date: None,
            months: None,
            part_year: false,
        }
    }

    /// The same period with the note that its table was read by a layout nobody has held against a real file. The note
    /// goes wherever the label goes: to the store, to lists of sources, to programs.
    pub fn unverified(self, table: &str) -> Self {
        Self { label: format!("{}（{table}・{UNVERIFIED}）", self.label), ..self }
    }

    /// Whether the label carries the note of [`Period::unverified`].
    pub fn is_unverified(&self) -> bool {
        self.label.contains(UNVERIFIED)
    }

    /// What tells two periods apart, whatever their labels: the form's year, else kind and day.
    /// Two spellings of one year have one key.
    pub fn key(&self) -> String {
        match (self.form_year, self.date) {
            (Some(year), _) => format!("FY{year}"),
            (None, Some(date)) => format!("{}:{date}", self.kind.id()),
            (None, None) => format!("{}:{}", self.kind.id(), self.label),
        }
    }
}
