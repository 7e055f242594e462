//! Numbers as people and systems type them. What is not surely a number is `None`, never a near guess.

mod missing;

pub use missing::{MissingLegend, read_missing};

use super::text::{half_width, split_notes};
use super::unit::{Unit, parse_unit};

/// A number and what stood beside it in its cell.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedNumber {
    /// The value as written: 12.3 of `12.3%`.
    pub value: f64,
    /// Decimals as written: 1 of `12.3`, 2 of `12.30`.
    pub decimals: u8,
    /// Note marks that followed, in half-width: `a)`, `(※1)`.
    pub note: Option<String>,
    /// The unit that followed, always with factor 1. In a heading (`1人` of 世帯人員) such a cell is a label.
    pub unit_mark: Option<Unit>,
}

/// Integer digits a spreadsheet can hold exactly.
const MAX_INTEGER_DIGITS: usize = 15;

/// Units read off the end of a number. 歳, 日, 月 and 回 are not among them: `65歳` and `10日` are labels. Nor are
/// multiples: `12千人` is `None`, since 12 would be a wrong value wherever the mark was overlooked.
const UNIT_MARKS: [&str; 5] = ["世帯", "%", "人", "円", "件"];

/// Reads `1,234` `１，２３４` `12 a)` `12(※1)` `12％` `△5` `－1.5`.
///
/// `None` for labels (`▲退職金`), codes with leading zeros (`01100`), broken grouping (`1,23,4`), dates, ranges,
/// numbers in brackets, powers (`1.2E+05`: digits are lost in such a text) and missing marks.
pub fn parse_number(text: &str) -> Option<ParsedNumber> {
    let text = half_width(text);
    let (body, note) = split_notes(&text);
    let mark = UNIT_MARKS.into_iter().find_map(|mark| Some((mark, body.strip_suffix(mark)?)));
    let (body, unit_mark) = match mark {
        Some((mark, body)) => (body.trim_end(), parse_unit(mark)),
        None => (body, None),
    };
    let (negative, digits) = match body.strip_prefix(['▲', '△', '-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, body.strip_prefix('+').unwrap_or(body)),
    };
    let (value, decimals) = read_digits(digits)?;
    // No minus zero: `△0.0` is a rounded small number and must not print as `-0`.
    let value = if negative && value != 0.0 { -value } else { value };
    let note = (!note.is_empty()).then(|| note.to_owned());
    Some(ParsedNumber { value, decimals, note, unit_mark })
}

fn read_digits(text: &str) -> Option<(f64, u8)> {
    let (integer, fraction) = match text.split_once('.') {
        Some((integer, fraction)) if !fraction.is_empty() => (integer, fraction),
        Some(_) => return None,
        None => (text, ""),
    };
    let plain = ungroup(integer, !fraction.is_empty())?;
    let leading_zero = plain.len() > 1 && plain.starts_with('0');
    if leading_zero || plain.len() > MAX_INTEGER_DIGITS || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: f64 = format!("{plain}.{fraction}0").parse().ok()?;
    Some((value, u8::try_from(fraction.len()).ok()?))
}

/// Takes thousands separators out; `None` unless every group but the first has three digits.
fn ungroup(integer: &str, has_fraction: bool) -> Option<String> {
    if integer.is_empty() {
        return has_fraction.then(|| "0".to_owned());
    }
    let mut groups = integer.split(',');
    let first = groups.next()?;
    let grouped = integer.contains(',');
    let first_fits = !first.is_empty() && (!grouped || first.len() <= 3) && first.bytes().all(|b| b.is_ascii_digit());
    let rest_fits = groups.all(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()));
    (first_fits && rest_fits).then(|| integer.replace(',', ""))
}

/// A number's text with its thousands apart, `1234567.5` as `1,234,567.5`; what stands around the whole digits stays.
pub fn grouped(number: &str) -> String {
    let start = number.find(|c: char| c.is_ascii_digit()).unwrap_or(number.len());
    let digits = number.get(start..).unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count();
    let mut out = String::with_capacity(number.len() + digits / 3);
    for (at, c) in number.char_indices() {
        let after = (start + digits).saturating_sub(at);
        if at > start && after > 0 && after % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_set_apart_left_of_the_point() {
        for (number, text) in [
            ("1234567.8901", "1,234,567.8901"),
            ("-1234", "-1,234"),
            ("999", "999"),
            ("1000", "1,000"),
            ("0.12345", "0.12345"),
            ("▲12345人", "▲12,345人"),
            ("", ""),
            ("NaN", "NaN"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
