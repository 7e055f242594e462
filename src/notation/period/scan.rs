//! Reading from left to right, and the names of years.

use crate::notation::text::half_width;

/// An era with the last of its years that official papers write (see `parse_period`).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Era {
    /// 令和
    pub name: &'static str,
    letter: Option<&'static str>,
    /// Year of the Common Era before 元年
    before: i32,
    last: i32,
}

static ERAS: [Era; 4] = [
    Era { name: "令和", letter: Some("R"), before: 2018, last: 52 },
    Era { name: "平成", letter: Some("H"), before: 1988, last: 77 },
    Era { name: "昭和", letter: Some("S"), before: 1925, last: 64 },
    // No letter: `T1` is rather a label than 大正元年.
    Era { name: "大正", letter: None, before: 1911, last: 15 },
];

/// What stands behind the number of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum YearKind {
    /// 年度
    Fiscal,
    /// 年
    Calendar,
    /// Nothing
    Bare,
}

/// A year and, when an era names it, the era and its year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Year {
    pub year: i32,
    pub era: Option<(&'static Era, i32)>,
}

/// Longest text, in bytes, that is still looked at as a period.
const MAX_PERIOD: usize = 240;

/// Half-width, without white space. `None` where that would join two numbers (`2025/3/1 5`) and for long texts.
pub(super) fn compact(text: &str) -> Option<String> {
    if text.len() > MAX_PERIOD {
        return None;
    }
    let text = half_width(text).replace('㋿', "令和").replace('㍻', "平成").replace('㍼', "昭和");
    let mut joined = String::with_capacity(text.len());
    for part in text.split_whitespace() {
        let digits = |c: char| c.is_ascii_digit();
        if joined.ends_with(digits) && part.starts_with(digits) {
            return None;
        }
        joined.push_str(part);
    }
    Some(joined)
}

/// The rest of a text. Every method that fails leaves it where it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn peek(&self, word: &str) -> bool {
        self.rest.starts_with(word)
    }

    pub fn eat(&mut self, word: &str) -> bool {
        self.rest.strip_prefix(word).map(|rest| self.rest = rest).is_some()
    }

    /// Eats `word` only when nothing follows it.
    pub fn eat_all(&mut self, word: &str) -> bool {
        self.rest == word && self.eat(word)
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// The first of the words that stands here; put longer words first.
    pub fn eat_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().find(|word| self.eat(word)).copied()
    }

    pub fn next_char(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    /// A run of at most `max` ASCII digits, and no digit behind it.
    fn digits(&mut self, max: usize) -> Option<&'a str> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end)?;
        (1..=max).contains(&digits.len()).then(|| self.rest = rest)?;
        Some(digits)
    }

    /// A number of at most `max` digits.
    pub fn number(&mut self, max: usize) -> Option<u8> {
        let mut ahead = *self;
        let number = ahead.digits(max)?.parse().ok()?;
        *self = ahead;
        Some(number)
    }

    /// `令和7`, `R07`, `平成元` or `2025`.
    pub fn year(&mut self) -> Option<Year> {
        let mut ahead = *self;
        let era = ERAS.iter().find(|era| ahead.eat(era.name) || era.letter.is_some_and(|letter| ahead.eat(letter)));
        let year = match era {
            Some(era) => {
                let number = if ahead.eat("元") { 1 } else { i32::from(ahead.number(2)?) };
                (1..=era.last).contains(&number).then_some(())?;
                Year { year: era.before + number, era: Some((era, number)) }
            }
            None => {
                let digits = ahead.digits(4).filter(|digits| digits.len() == 4)?;
                let year = digits.parse().ok().filter(|year| (1900..=2100).contains(year))?;
                Year { year, era: None }
            }
        };
        *self = ahead;
        Some(year)
    }

    fn year_kind(&mut self) -> Option<YearKind> {
        match self.eat_any(&["年度", "年"])? {
            "年度" => Some(YearKind::Fiscal),
            _ => Some(YearKind::Calendar),
        }
    }

    /// A year with 年, 年度 or nothing, and possibly its other name in brackets or behind `/`: `2025(令和7)年度`, `H31/R1`.
    /// `None` when the two names are not of one year.
    pub fn named_year(&mut self) -> Option<(i32, YearKind)> {
        let mut ahead = *self;
        let year = ahead.year()?.year;
        let mut kind = ahead.year_kind();
        let mut other = ahead;
        if other.eat("(") {
            let second = other.year();
            let inner = other.year_kind();
            if let Some(second) = second.filter(|_| other.eat(")")) {
                (second.year == year).then_some(())?;
                ahead = other;
                // Only once: what follows 「平成31年度（令和元年度）」 may be 年報.
                kind = kind.or_else(|| ahead.year_kind());
                // 「令和5年（2023年度）」 says two things; 「令和5年度（2023年）」 only translates the number.
                if (kind, inner) == (Some(YearKind::Calendar), Some(YearKind::Fiscal)) {
                    return None;
                }
                kind = kind.or(inner);
            }
        } else if other.eat_any(&["/", "・"]).is_some()
            && let Some(second) = other.year()
        {
            (second.year == year).then_some(())?;
            let last = other.year_kind();
            if kind.is_some() && last != kind {
                return None;
            }
            kind = last;
            ahead = other;
        }
        *self = ahead;
        Some((year, kind.unwrap_or(YearKind::Bare)))
    }

    /// `R7/2月`, `令和7年2月`, `令和7年(2025年)2月`.
    pub fn year_and_month(&mut self) -> Option<(i32, u8)> {
        let mut ahead = *self;
        match ahead.named_year()? {
            (_, YearKind::Fiscal) => None,
            (year, kind) => {
                if kind == YearKind::Bare {
                    ahead.eat_any(&["/", "."])?;
                }
                let month = ahead.month()?;
                *self = ahead;
                Some((year, month))
            }
        }
    }

    /// `2月`
    pub fn month(&mut self) -> Option<u8> {
        let mut ahead = *self;
        let month = ahead.number(2).filter(|month| (1..=12).contains(month))?;
        ahead.eat("月").then_some(())?;
        *self = ahead;
        Some(month)
    }
}
