//! Texts people wrote that speak of a figure as it was: pointed out, never edited.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::changes::{Change, Mention};
use crate::form::find_entries;
use crate::read::Grid;

/// Entry texts with a number equal to the old shown value of a revised figure.
pub(super) fn find(grid: &Grid, meta: Option<&Grid>, revised: &[Change]) -> Vec<Mention> {
    let mut found = Vec::new();
    for entry in find_entries(grid) {
        let Some(text) = grid.get(entry.cell).and_then(crate::read::CellValue::as_text) else { continue };
        // A draft nobody touched is written anew with the new figures.
        if meta.is_some_and(|meta| crate::fill::draft::is_ours(text, meta)) {
            continue;
        }
        let text: String = text.nfkc().collect();
        let numbers = numbers(&text);
        for change in revised {
            let (Some(old), Some(new)) = (&change.old, &change.new) else { continue };
            let old = old.replace([',', '▲'], "");
            // A single digit is in every text; it points at nothing.
            if old == new.replace([',', '▲'], "") || old.chars().filter(char::is_ascii_digit).count() < 2 {
                continue;
            }
            if let Some(number) = numbers.iter().find(|number| number.replace(',', "") == old) {
                found.push(Mention { cell: entry.cell.to_string(), number: number.clone(), of: change.clone() });
            }
        }
    }
    found
}

/// The numbers of a text, with separators and decimals.
fn numbers(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
            continue;
        }
        let span = number_at(bytes, at);
        at = span.end;
        all.extend(text.get(span).map(str::to_owned));
    }
    all
}

fn number_at(bytes: &[u8], start: usize) -> Range<usize> {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = start;
    let mut point = false;
    loop {
        match bytes.get(end) {
            Some(b'0'..=b'9') => end += 1,
            Some(b',') if !point && (1..=3).all(|step| digit(end + step)) => end += 1,
            Some(b'.') if !point && digit(end + 1) => {
                point = true;
                end += 1;
            }
            _ => return start..end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_are_whole() {
        assert_eq!(
            numbers("認定率19.4%は、28,150円・119.4の2.3倍（1,2）。"),
            ["19.4", "28,150", "119.4", "2.3", "1", "2"]
        );
    }
}
