//! Numbers as they are shown: rounded once, as Excel rounds them, with thousands and ▲.

/// A number at `decimals` decimals, thousands separated, ▲ for minus: `▲1,234.5`. Rounded half away from zero on
/// the fifteen digits Excel works with, so paper and sheet never show two different figures. A number that is not
/// finite is `None`.
pub fn number(value: f64, decimals: u8) -> Option<String> {
    let digits = rounded(value, usize::from(decimals))?;
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), None), |(w, f)| (w, Some(f)));
    let mut shown = String::new();
    // ▲0.0 would claim a direction that the shown figure does not have.
    if value < 0.0 && digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        shown.push('▲');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    Some(shown)
}

/// A difference with its sign: `＋0.8`, `▲0.8`, `0.0`.
pub fn signed(value: f64, decimals: u8) -> Option<String> {
    let shown = number(value, decimals)?;
    let nothing = !shown.bytes().any(|b| (b'1'..=b'9').contains(&b));
    Some(if value > 0.0 && !nothing { format!("＋{shown}") } else { shown })
}

/// The size of a difference without its sign: `0.8`.
pub fn size(value: f64, decimals: u8) -> Option<String> {
    number(value.abs(), decimals)
}

/// 「（％）」; nothing for what has no unit.
pub fn in_brackets(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!("（{unit}）") }
}

/// 「11か月分」, or that it ends somewhere within the year.
pub fn months(months: Option<u8>) -> String {
    months.map_or_else(|| "年度の途中まで".to_owned(), |months| format!("{months}か月分"))
}

/// The absolute value as plain decimal digits, rounded half away from zero.
fn rounded(value: f64, decimals: usize) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    // d.dddddddddddddde±x: fifteen significant digits, as Excel keeps.
    let scientific = format!("{:.14e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i64 = exponent.parse().ok()?;
    let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
    // How many of the digits are kept; the digit after them decides.
    let keep = exponent + 1 + i64::try_from(decimals).ok()?;
    let mut kept: Vec<u8> = match usize::try_from(keep) {
        Ok(count) => digits.iter().copied().chain(std::iter::repeat(0)).take(count).collect(),
        Err(_) => Vec::new(),
    };
    let next = usize::try_from(keep).ok().and_then(|index| digits.get(index)).copied().unwrap_or(0);
    if next >= 5 {
        let mut carry = true;
        for digit in kept.iter_mut().rev() {
            *digit += 1;
            carry = *digit == 10;
            if !carry {
                break;
            }
            *digit = 0;
        }
        if carry {
            kept.insert(0, 1);
        }
    }
    while kept.len() <= decimals {
        kept.insert(0, 0);
    }
    let point = kept.len() - decimals;
    let mut text: String = kept.iter().map(|digit| char::from(b'0' + digit)).collect();
    if decimals > 0 {
        text.insert(point, '.');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero_as_in_excel() {
        assert_eq!(number(0.25, 1).unwrap(), "0.3");
        assert_eq!(number(1.005, 2).unwrap(), "1.01");
        assert_eq!(number(2.5, 0).unwrap(), "3");
        assert_eq!(number(-2.5, 0).unwrap(), "▲3");
        // 14.499999999999998 in binary; Excel shows 14.5 and rounds it to 15.
        assert_eq!(number(0.145 * 100.0, 0).unwrap(), "15");
    }

    #[test]
    fn thousands_carries_and_small_numbers() {
        assert_eq!(number(1_234_567.89, 1).unwrap(), "1,234,567.9");
        assert_eq!(number(999.96, 1).unwrap(), "1,000.0");
        assert_eq!(number(0.04, 1).unwrap(), "0.0");
        assert_eq!(number(0.05, 1).unwrap(), "0.1");
        assert_eq!(number(0.6, 0).unwrap(), "1");
        assert_eq!(number(0.4, 0).unwrap(), "0");
        assert_eq!(number(0.0, 2).unwrap(), "0.00");
        assert_eq!(number(100.0, 0).unwrap(), "100");
    }

    #[test]
    fn signs() {
        assert_eq!(signed(0.84, 1).unwrap(), "＋0.8");
        assert_eq!(signed(-0.84, 1).unwrap(), "▲0.8");
        assert_eq!(signed(-0.04, 1).unwrap(), "0.0");
        assert_eq!(signed(0.04, 1).unwrap(), "0.0");
        assert_eq!(size(-0.84, 1).unwrap(), "0.8");
        assert_eq!(number(f64::NAN, 1), None);
    }
}
