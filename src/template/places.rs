//! Marks in templates of people's own: `{{保険者名}}`, `{{.自地域 2025}}`; where they stand and what they say.
//!
//! Full-width braces and spaces count as the plain ones, because that is what a Japanese keyboard gives.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::form::{Role, id_in};
use crate::model::CellRef;
use crate::notation;
use crate::read::{CellValue, Grid};

/// One mark of a cell's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What stands between the braces, as written
    pub written: String,
    /// What it means; `None` when nothing is known by that name
    pub meaning: Option<Meaning>,
    /// Bytes of the cell's text, braces included
    pub span: Range<usize>,
}

/// A cell with marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where
    pub at: CellRef,
    /// The whole text
    pub text: String,
    /// Its marks, left to right; at least one
    pub marks: Vec<Mark>,
}

impl Place {
    /// The only mark, when the cell holds nothing else: it gets a typed value and keeps its number format.
    pub fn whole(&self) -> Option<&Mark> {
        let [mark] = self.marks.as_slice() else { return None };
        let around = self.text.len() - self.text.trim().len();
        (mark.span.len() + around == self.text.len()).then_some(mark)
    }
}

/// How a value is shown inside a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Helper {
    /// `{{数 …}}`: with separators and the indicator's decimals
    Number,
    /// `{{和暦 …}}`: 令和7年度
    Era,
}

/// What a mark stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// How it is shown
    pub helper: Option<Helper>,
    /// What it is
    pub value: Value,
}

/// The value of a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word about the whole sheet, one of [`WORDS`]
    Word(&'static str),
    /// A year, written out
    Year(i32),
    /// A figure
    Figure {
        /// 指標ID; `None` is that of the row
        indicator: Option<String>,
        /// Whose
        role: Role,
        /// When
        year: Year,
    },
    /// A name that belongs to a role: `{{自地域の名前}}`
    AreaName(Role),
    /// Of the row's indicator: `{{.指標名}}`, `{{.単位}}`
    OfRow(&'static str),
}

/// Which year of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Year {
    /// The form's year
    Of(i32),
    /// The newest complete year
    Newest,
}

/// Words about the whole sheet.
pub const WORDS: [&str; 7] = ["保険者名", "都道府県名", "自地域", "作成日", "表示期間", "最新年度", "ソフトの版"];
/// Words about a row.
const OF_ROW: [&str; 2] = ["指標名", "単位"];

/// Every kind of mark with what it gives, as `lint` and the guide list them.
pub const LIST: [(&str, &str); 14] = [
    ("{{保険者名}}", "保険者の名前（都道府県名は付かない）"),
    ("{{都道府県名}}", "都道府県の名前"),
    ("{{自地域}}", "都道府県名と保険者名"),
    ("{{作成日}}", "作った日（例 2026年11月22日）"),
    ("{{表示期間}}", "表示する年度（例 令和5年度～令和7年度）"),
    ("{{最新年度}}", "1年分そろった最新の年度（西暦、例 2025）"),
    ("{{和暦 最新年度}}　{{和暦 2025}}", "元号で書いた年度（例 令和7年度）"),
    ("{{ソフトの版}}", "このソフトの版"),
    ("{{自地域の名前}}　{{都道府県の名前}}　{{全国の名前}}　{{比較地域1の名前}}", "地域の名前"),
    (
        "{{B4-a 自地域 2025}}",
        "指標ID・地域・年度で決まる数値。地域は 自地域、都道府県、全国、比較地域1～、年度は 2025 か 最新",
    ),
    ("{{数 B4-a 全国 最新}}", "文章の中に、区切りとけた数をそろえて入れる数値"),
    ("{{.自地域 2025}}", "同じ行に書いた指標IDの数値（行ごとに指標IDを書いた表に）"),
    ("{{.指標名}}", "同じ行の指標の名前"),
    ("{{.単位}}", "同じ行の指標の単位"),
];

/// Every name a mark may hold, for the nearest one to an unknown name.
pub fn known_names() -> Vec<String> {
    let roles = ["自地域", "都道府県", "全国", "比較地域1"];
    let mut names: Vec<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
    names.extend(OF_ROW.iter().map(|word| format!(".{word}")));
    names.extend(roles.iter().map(|role| format!("{role}の名前")));
    for year in ["最新", "2025"] {
        names.extend(roles.iter().map(|role| format!(".{role} {year}")));
    }
    names
}

/// The known name nearest to what was written; `None` when nothing is near.
pub fn nearest(written: &str) -> Option<String> {
    let known = known_names();
    notation::nearest(&plain(written), known.iter().map(String::as_str)).map(str::to_owned)
}

/// Every cell of a sheet that holds marks.
pub fn places(grid: &Grid) -> Vec<Place> {
    grid.cells()
        .iter()
        .filter_map(|cell| {
            let CellValue::Text(text) = &cell.value else { return None };
            let marks = marks(text);
            (!marks.is_empty()).then(|| Place { at: cell.at, text: text.to_string(), marks })
        })
        .collect()
}

/// The marks of a text. A pair of braces that is not closed is no mark.
pub fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((open, inner)) = pair(text, from, ['{', '｛']) {
        let Some((close, after)) = pair(text, inner, ['}', '｝']) else { break };
        // Of `{{ {{名}}` the inner pair is the mark.
        if let Some((again, _)) = pair(text, inner, ['{', '｛']).filter(|(again, _)| *again < close) {
            from = again;
            continue;
        }
        let written = text.get(inner..close).unwrap_or_default().trim().to_owned();
        found.push(Mark { meaning: meaning(&written), written, span: open..after });
        from = after;
    }
    found
}

/// What follows two braces that are never closed; `None` when there is nothing of the kind, or nothing follows.
pub fn unclosed(text: &str) -> Option<&str> {
    let from = marks(text).last().map_or(0, |mark| mark.span.end);
    let (open, inner) = pair(text, from, ['{', '｛'])?;
    let words = text.get(inner..)?.trim_matches(|c: char| c.is_whitespace() || "{｛}｝".contains(c));
    (!words.is_empty()).then(|| text.get(open..).unwrap_or_default())
}

/// Two braces in a row, of any width: where they begin and end.
fn pair(text: &str, from: usize, brace: [char; 2]) -> Option<(usize, usize)> {
    let mut last: Option<usize> = None;
    for (at, c) in text.get(from..)?.char_indices() {
        if !brace.contains(&c) {
            last = None;
        } else if let Some(start) = last {
            return Some((from + start, from + at + c.len_utf8()));
        } else {
            last = Some(at);
        }
    }
    None
}

/// Width and spaces do not matter.
fn plain(text: &str) -> String {
    text.nfkc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn meaning(written: &str) -> Option<Meaning> {
    let text = plain(written);
    let mut rest: Vec<&str> = text.split(' ').collect();
    let helper = match rest.first().copied() {
        Some("数") => Some(Helper::Number),
        Some("和暦") => Some(Helper::Era),
        _ => None,
    };
    if helper.is_some() {
        rest.remove(0);
    }
    let value = match rest.as_slice() {
        [word] => one_word(word, helper)?,
        [who, year] => {
            let role = role(who.strip_prefix('.')?)?;
            Value::Figure { indicator: None, role, year: self::year(year)? }
        }
        [id, who, year] => Value::Figure { indicator: Some(id_in(id)?), role: role(who)?, year: self::year(year)? },
        _ => return None,
    };
    let fits = match (helper, &value) {
        (None, _) => true,
        (Some(Helper::Number), value) => matches!(value, Value::Figure { .. }),
        (Some(Helper::Era), value) => matches!(value, Value::Year(_) | Value::Word("最新年度")),
    };
    fits.then_some(Meaning { helper, value })
}

fn one_word(word: &str, helper: Option<Helper>) -> Option<Value> {
    if let Some(known) = WORDS.iter().find(|known| **known == word) {
        return Some(Value::Word(known));
    }
    if let Some(known) = word.strip_prefix('.').and_then(|word| OF_ROW.iter().find(|known| **known == word)) {
        return Some(Value::OfRow(known));
    }
    if let Some(who) = word.strip_suffix("の名前") {
        return role(who).map(Value::AreaName);
    }
    match (helper, year(word)) {
        (Some(Helper::Era), Some(Year::Of(year))) => Some(Value::Year(year)),
        _ => None,
    }
}

fn role(word: &str) -> Option<Role> {
    match word {
        "自地域" => Some(Role::Own),
        "都道府県" => Some(Role::Prefecture),
        "全国" => Some(Role::Nation),
        _ => {
            let number: u8 = word.strip_prefix("比較地域")?.parse().ok()?;
            number.checked_sub(1).map(Role::Other)
        }
    }
}

fn year(word: &str) -> Option<Year> {
    if word == "最新" {
        return Some(Year::Newest);
    }
    let digits = word.strip_suffix("年度").unwrap_or(word);
    let year: i32 = digits.parse().ok()?;
    (2000..=2100).contains(&year).then_some(Year::Of(year))
}

/// A number as texts show it: rounded to the indicator's decimals, with separators, ▲ for minus.
pub fn shown(value: f64, decimals: Option<u8>) -> String {
    let text = match decimals {
        // As Excel rounds: a half goes up.
        Some(decimals) => {
            let factor = 10f64.powi(i32::from(decimals));
            format!("{:.*}", usize::from(decimals), (value.abs() * factor).round() / factor)
        }
        None => format!("{}", value.abs()),
    };
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    let is_zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if value < 0.0 && !is_zero {
        out.push('▲');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_in_any_width() {
        let figure =
            |indicator: Option<&str>, role, year| Value::Figure { indicator: indicator.map(str::to_owned), role, year };
        for (text, value) in [
            ("{{保険者名}}", Value::Word("保険者名")),
            ("｛｛　保険者名　｝｝", Value::Word("保険者名")),
            ("{｛ 作成日 }｝", Value::Word("作成日")),
            ("{{.自地域 2025}}", figure(None, Role::Own, Year::Of(2025))),
            ("｛｛．自地域　２０２５｝｝", figure(None, Role::Own, Year::Of(2025))),
            ("{{.都道府県 最新}}", figure(None, Role::Prefecture, Year::Newest)),
            ("{{数 .全国 2024年度}}", figure(None, Role::Nation, Year::Of(2024))),
            ("{{.比較地域２ 最新}}", figure(None, Role::Other(1), Year::Newest)),
            ("{{B4-a 自地域 最新}}", figure(Some("B4-a"), Role::Own, Year::Newest)),
            ("{{和暦 2025}}", Value::Year(2025)),
            ("{{.指標名}}", Value::OfRow("指標名")),
            ("{{全国の名前}}", Value::AreaName(Role::Nation)),
        ] {
            let found = marks(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].meaning.as_ref().map(|m| &m.value), Some(&value), "{text}");
            assert_eq!(&text[found[0].span.clone()], text);
        }
    }

    #[test]
    fn what_is_not_known_is_still_a_mark() {
        for (text, near) in
            [("{{保健者名}}", "保険者名"), ("{{.自地城 最新}}", ".自地域 最新"), ("{{都道府県}}", "都道府県名")]
        {
            let found = marks(text);
            assert_eq!((found.len(), found[0].meaning.is_none()), (1, true), "{text}");
            assert_eq!(nearest(&found[0].written).as_deref(), Some(near), "{text}");
        }
        assert_eq!(nearest("completely different words"), None);
        for text in ["{保険者名}", "{{保険者名", "}}{{", "", "{{"] {
            assert!(marks(text).is_empty(), "{text}");
        }
        let several = "{{ {{保険者名}}の{{作成日}}";
        let found: Vec<_> = marks(several).into_iter().map(|mark| mark.written).collect();
        assert_eq!(found, ["保険者名", "作成日"]);
    }

    #[test]
    fn braces_that_are_never_closed_are_found() {
        for (text, rest) in [
            ("{{ 保険者名", Some("{{ 保険者名")),
            ("{{保険者名}}の{{作成日}", Some("{{作成日}")),
            ("｛｛全国の名前", Some("｛｛全国の名前")),
            ("{{保険者名}}", None),
            ("文章 { } {{", None),
            ("{保険者名}", None),
        ] {
            assert_eq!(unclosed(text), rest, "{text}");
        }
    }

    #[test]
    fn every_mark_of_the_list_is_one() {
        for (written, _) in LIST {
            let found = marks(written);
            assert!(!found.is_empty() && found.iter().all(|mark| mark.meaning.is_some()), "{written}");
        }
        let listed: String = LIST.iter().map(|(written, _)| *written).collect();
        for word in WORDS {
            assert!(listed.contains(&format!("{{{{{word}}}}}")), "{word}");
        }
    }

    #[test]
    fn numbers_in_texts() {
        for (value, decimals, text) in [
            (19.4149, Some(1), "19.4"),
            (1_234_567.8, Some(0), "1,234,568"),
            (-1_234.0, Some(0), "▲1,234"),
            (-0.04, Some(1), "0.0"),
            (0.5, None, "0.5"),
            (999.0, Some(0), "999"),
            (1_234.5, Some(0), "1,235"),
            (-0.25, Some(1), "▲0.3"),
            (1000.0, Some(1), "1,000.0"),
        ] {
            assert_eq!(shown(value, decimals), text);
        }
    }
}
