//! One `<c>` element: what goes in, as the schema writes it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::rich;
use super::sheet_index::CellSpan;
use crate::fill::plan::CellContent;
use crate::model::CellRef;
use crate::template::xml::{Tag, is_legal, xstring_escape};

/// The longest text Excel keeps in a cell, in UTF-16 units as Excel counts (𠮷 counts two).
pub(super) const MAX_TEXT: usize = 32_767;

/// Writes a cell that did not exist. Returns how many characters had to be replaced.
pub(super) fn write_new(
    out: &mut String,
    prefix: &str,
    at: CellRef,
    style: Option<u32>,
    content: &CellContent,
) -> usize {
    push(out, &["<", prefix, "c r=\""]);
    let _ = write!(out, "{at}");
    out.push('"');
    write_style(out, style);
    write_rest(out, prefix, content, None)
}

/// Writes a cell in place of one that exists. `style` replaces the cell's own when given (`Some(None)`: takes it off).
/// Returns how many characters had to be replaced.
pub(super) fn write_over(
    out: &mut String,
    prefix: &str,
    source: &str,
    cell: &CellSpan,
    style: Option<Option<u32>>,
    content: &CellContent,
) -> usize {
    let tag = source.get(cell.tag.clone()).unwrap_or_default();
    let formula = if is_plain(content) { None } else { cell.formula.as_ref().map(|(_, span)| span.clone()) };
    push(out, &["<", prefix, "c"]);
    for attribute in Tag(tag).attributes() {
        // `vm` describes the old value (a picture, a linked record), `cm` the formula (a dynamic array).
        let keep = match attribute.name {
            "t" | "vm" => false,
            "cm" => formula.is_some(),
            "s" => style.is_none(),
            _ => true,
        };
        if keep {
            out.push_str(tag.get(attribute.span).unwrap_or_default());
        }
    }
    write_style(out, style.flatten());
    write_rest(out, prefix, content, formula.and_then(|span| source.get(span)))
}

/// Whether the content takes the place of a formula, rather than being the value of one.
pub(super) fn is_plain(content: &CellContent) -> bool {
    !matches!(content, CellContent::FormulaNumber(_) | CellContent::FormulaText(_))
}

/// A number so that reading it gives the same number again, in the fewest digits.
pub(super) fn number(value: f64) -> String {
    let mut out = String::new();
    write_number(&mut out, value);
    out
}

fn write_number(out: &mut String, value: f64) {
    let _ = if value == 0.0 {
        write!(out, "0")
    } else if (1e-5..1e16).contains(&value.abs()) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:E}")
    };
}

fn write_style(out: &mut String, style: Option<u32>) {
    if let Some(style) = style {
        let _ = write!(out, " s=\"{style}\"");
    }
}

fn write_rest(out: &mut String, p: &str, content: &CellContent, formula: Option<&str>) -> usize {
    let formula = formula.unwrap_or_default();
    let mut replaced = 0;
    match content {
        CellContent::Blank => out.push_str("/>"),
        CellContent::Text(text) if text.is_empty() => out.push_str("/>"),
        CellContent::Number(value) | CellContent::FormulaNumber(value) => {
            push(out, &[">", formula, "<", p, "v>"]);
            write_number(out, *value);
            push(out, &["</", p, "v></", p, "c>"]);
        }
        CellContent::Text(text) => {
            let space = if needs_preserve(text) { " xml:space=\"preserve\"" } else { "" };
            push(out, &[" t=\"inlineStr\"><", p, "is><", p, "t", space, ">"]);
            replaced = write_text(out, text);
            push(out, &["</", p, "t></", p, "is></", p, "c>"]);
        }
        CellContent::Rich(rich) => {
            push(
                out,
                &[" t=\"inlineStr\"><", p, "is>", &rich::with_prefix(&rich.markup, p), "</", p, "is></", p, "c>"],
            );
        }
        CellContent::FormulaText(text) => {
            let space = if needs_preserve(text) { " xml:space=\"preserve\"" } else { "" };
            push(out, &[" t=\"str\">", formula, "<", p, "v", space, ">"]);
            replaced = write_text(out, text);
            push(out, &["</", p, "v></", p, "c>"]);
        }
    }
    replaced
}

/// Pieces one after the other; formatting them would cost more than all else about a cell.
fn push(out: &mut String, pieces: &[&str]) {
    for piece in pieces {
        out.push_str(piece);
    }
}

/// Whether a reader would lose white space without being told to keep it.
pub(super) fn needs_preserve(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let breaks = |byte: &u8| matches!(byte, b'\n' | b'\r' | b'\t');
    let twice =
        || bytes.iter().zip(bytes.iter().skip(1)).fold(false, |found, (a, b)| found | (*a == b' ' && *b == b' '));
    *first == b' ' || *last == b' ' || any(bytes, breaks) || twice()
}

/// Line ends become LF as in Excel, `_x0041_` is kept from being read as an escape, and characters that XML has no
/// place for become U+FFFD. The text as the cell will say it, and how many characters were replaced.
pub(super) fn cell_text(text: &str) -> (Cow<'_, str>, usize) {
    if is_clean(text) {
        return (Cow::Borrowed(text), 0);
    }
    let mut replaced = 0;
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => {
                rest.next_if_eq(&'\n');
                out.push('\n');
            }
            c if is_legal(c) => out.push(c),
            _ => {
                out.push(char::REPLACEMENT_CHARACTER);
                replaced += 1;
            }
        }
    }
    (Cow::Owned(out), replaced)
}

/// Whether a text goes into a cell as it is, but for escapes: what nearly every text is.
fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    if any(bytes, |byte| *byte < b' ' && *byte != b'\t' && *byte != b'\n') {
        return false;
    }
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    !pairs.fold(false, |found, (a, b)| found | (*a == 0xBF && *b >= 0xBE)) || !text.contains(['\u{fffe}', '\u{ffff}'])
}

/// Whether some byte is wanted. All of them are looked at: without a way out in between, many are compared at once.
fn any(bytes: &[u8], wanted: impl Fn(&u8) -> bool) -> bool {
    bytes.iter().fold(false, |found, byte| found | wanted(byte))
}

pub(super) fn write_text(out: &mut String, text: &str) -> usize {
    let (text, replaced) = cell_text(text);
    if !any(text.as_bytes(), |byte| matches!(byte, b'<' | b'>' | b'&' | b'_')) {
        out.push_str(&text);
        return replaced;
    }
    for (at, c) in text.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '_' if text.get(at..).is_some_and(|rest| xstring_escape(rest).is_some()) => out.push_str("_x005F_"),
            c => out.push(c),
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shortest_and_round_trip() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (3.0, "3"),
            (0.1 + 0.2, "0.30000000000000004"),
            (19.37, "19.37"),
            (-1_234_567.0, "-1234567"),
            (1e-7, "1E-7"),
            (1.5e20, "1.5E20"),
            (f64::MAX, "1.7976931348623157E308"),
        ] {
            assert_eq!(number(value), text);
            assert_eq!(number(value).parse::<f64>().unwrap(), value);
        }
    }

    #[test]
    fn texts_are_escaped_and_only_then_marked_when_needed() {
        let written = |text: &str| {
            let mut out = String::new();
            let replaced = write_new(&mut out, "x:", CellRef::new(1, 1), Some(7), &CellContent::Text(text.to_owned()));
            (out, replaced)
        };
        let cell = |space: &str, inner: &str| {
            format!("<x:c r=\"B2\" s=\"7\" t=\"inlineStr\"><x:is><x:t{space}>{inner}</x:t></x:is></x:c>")
        };
        let preserve = " xml:space=\"preserve\"";
        assert_eq!(written("a<b>&]]>\"𠮷"), (cell("", "a&lt;b&gt;&amp;]]&gt;\"𠮷"), 0));
        assert_eq!(written(" a"), (cell(preserve, " a"), 0));
        assert_eq!(written("a\r\nb\rc"), (cell(preserve, "a\nb\nc"), 0));
        assert_eq!(written("a\u{1}\u{ffff}b"), (cell("", "a\u{fffd}\u{fffd}b"), 2));
        assert_eq!(written("_x000D_ _x_"), (cell("", "_x005F_x000D_ _x_"), 0));
        assert_eq!(written(""), ("<x:c r=\"B2\" s=\"7\"/>".to_owned(), 0));
    }
}
