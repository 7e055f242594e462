//! Text files: the encoding, then rows and fields as Excel would show them.
//!
//! Every field stays text, as written: what is a number is decided where its column is understood.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8};

use super::collect::Collector;
use super::grid::{CellValue, Grid};
use super::limits::Limits;
use super::refusal;
use crate::error::FileError;
use crate::model::CellRef;

/// Decodes a whole file: BOM → strict UTF-8 → what it declares itself → strict Shift_JIS → detector → refused.
///
/// # Errors
/// Text in no Japanese encoding, or no text at all.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FileError> {
    let text = decode_any(bytes)?;
    if text.contains('\0') {
        return Err(refusal::not_a_table("文字ではないデータのファイル"));
    }
    Ok(text)
}

fn decode_any(bytes: &[u8]) -> Result<Cow<'_, str>, FileError> {
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        let body = bytes.get(bom..).unwrap_or_default();
        return strict(encoding, body).ok_or_else(|| refusal::encoding_unknown(None));
    }
    // ISO-2022-JP is plain ASCII with escapes, so UTF-8 would accept it.
    if bytes.windows(2).any(|pair| pair == b"\x1b$")
        && let Some(text) = strict(ISO_2022_JP, bytes)
    {
        return Ok(text);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let text = declared(bytes).and_then(|encoding| strict(encoding, bytes)).or_else(|| japanese(bytes));
    text.ok_or_else(|| refusal::encoding_unknown(first_bad_line(bytes)))
}

fn strict<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

fn japanese(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let shift_jis = strict(SHIFT_JIS, bytes);
    if shift_jis.is_some() && strict(EUC_JP, bytes).is_none() {
        return shift_jis;
    }
    // Much of EUC-JP is also valid Shift_JIS (as half-width kana): there the detector decides.
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"jp"), Utf8Detection::Deny);
    if guess == EUC_JP { strict(EUC_JP, bytes) } else { shift_jis }
}

/// `charset=` of an HTML head or `encoding=` of an XML declaration.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048))?).to_ascii_lowercase();
    if !head.trim_start().starts_with('<') {
        return None;
    }
    let rest = ["charset=", "encoding="].iter().find_map(|key| Some(head.split_once(key)?.1.to_owned()))?;
    let label: String = rest
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != UTF_8)
}

/// Where the text stops being either UTF-8 or Shift_JIS, whichever goes further.
fn first_bad_line(bytes: &[u8]) -> Option<usize> {
    let utf8 = std::str::from_utf8(bytes).err().map_or(bytes.len(), |error| error.valid_up_to());
    let shift_jis = shift_jis_valid_up_to(bytes);
    let good = bytes.get(..utf8.max(shift_jis))?;
    Some(good.iter().filter(|byte| **byte == b'\n').count() + 1)
}

fn shift_jis_valid_up_to(bytes: &[u8]) -> usize {
    let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
    let mut out = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
    decoder.decode_to_string_without_replacement(bytes, &mut out, true).1
}

/// Reads comma- or tab-separated text as one grid without a name.
///
/// # Errors
/// A quote that is never closed, or beyond the limits.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Vec<Grid>, FileError> {
    check_quotes(text)?;
    let mut collector = Collector::new(limits);
    collector.begin("", false)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut row = 0u32;
    let mut start = 0usize;
    loop {
        let more = reader
            .read_record(&mut record)
            .map_err(|_| refusal::damaged(format!("{}行目を列に分けられません。", row + 1)))?;
        if !more {
            break;
        }
        let end = reader.position().byte() as usize;
        // The csv crate skips blank lines; Excel shows them, and addresses are what Excel shows.
        row = row.saturating_add(blank_lines(text, start, end));
        start = end;
        for (col, field) in record.iter().enumerate() {
            let at = CellRef::new(row, u32::try_from(col).unwrap_or(u32::MAX));
            if !field.is_empty() {
                collector.put(at, CellValue::Text(field.into()))?;
            }
        }
        row = row.saturating_add(1);
    }
    Ok(collector.finish())
}

/// Blank lines before the record that was read from `start..end`.
fn blank_lines(text: &str, start: usize, end: usize) -> u32 {
    let before = text.get(..start).unwrap_or_default();
    let mut rest = text.get(start..end).unwrap_or_default();
    if before.ends_with('\r') {
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    let mut count = 0;
    while let Some(next) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])) {
        count += 1;
        rest = next;
    }
    count
}

/// Tab when most of the first lines have one outside quotes, comma otherwise.
fn delimiter(text: &str) -> u8 {
    let mut lines = 0u32;
    let mut tabbed = 0u32;
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(50) {
        lines += 1;
        let mut quoted = false;
        let tab = line.chars().any(|c| {
            quoted ^= c == '"';
            c == '\t' && !quoted
        });
        tabbed += u32::from(tab);
    }
    if tabbed * 2 > lines { b'\t' } else { b',' }
}

/// An unclosed quote swallows the rows after it into one field, without any error.
fn check_quotes(text: &str) -> Result<(), FileError> {
    #[derive(PartialEq)]
    enum State {
        FieldStart,
        Plain,
        Quoted,
        Closed,
    }
    let delimiter = char::from(delimiter(text));
    let mut state = State::FieldStart;
    let (mut row, mut opened, mut spans_lines) = (1u32, 0u32, false);
    let mut before = '\0';
    for c in text.chars() {
        let newline = matches!(c, '\n' | '\r');
        state = match state {
            State::Quoted if c == '"' => State::Closed,
            State::Quoted => {
                spans_lines |= newline;
                State::Quoted
            }
            State::Closed if c == '"' => State::Quoted,
            State::FieldStart if c == '"' => {
                (opened, spans_lines) = (row, false);
                State::Quoted
            }
            _ if c == delimiter || newline => State::FieldStart,
            // Text after a quote that closed lines later: it was the opening quote of another field.
            State::Closed if spans_lines => return Err(refusal::quote_unclosed(opened)),
            _ => State::Plain,
        };
        if state == State::FieldStart && (c == '\r' || (c == '\n' && before != '\r')) {
            row = row.saturating_add(1);
        }
        before = c;
    }
    if state == State::Quoted { Err(refusal::quote_unclosed(opened)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(String, String)> {
        let grids = read(text, &Limits::default()).unwrap();
        grids[0].cells().iter().map(|cell| (cell.at.to_string(), cell.value.display())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(at, value)| ((*at).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn blank_lines_count_as_rows_with_every_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["", "題", "", "", "a,b", "\"x\ny\",2", "", "z", ""].join(end);
            let expected = [("A2", "題"), ("A5", "a"), ("B5", "b"), ("A6", "x\ny"), ("B6", "2"), ("A8", "z")];
            assert_eq!(cells(&text), pairs(&expected), "{end:?}");
        }
    }

    #[test]
    fn tabs_win_over_commas_in_numbers() {
        assert_eq!(
            cells("市\t1,234\n町\t5,678\n"),
            pairs(&[("A1", "市"), ("B1", "1,234"), ("A2", "町"), ("B2", "5,678")])
        );
    }

    #[test]
    fn numbers_stay_as_written() {
        assert_eq!(cells("\"01234\",1.50,-\n"), pairs(&[("A1", "01234"), ("B1", "1.50"), ("C1", "-")]));
    }

    #[test]
    fn unclosed_quotes_name_their_row() {
        let end = check_quotes("a,b\n\"c,d\ne,f\n").unwrap_err();
        assert!(end.message.contains("2行目"), "{}", end.message);
        let middle = check_quotes("a,b\nc,\"d\ne,\"f\"\ng,h\n").unwrap_err();
        assert!(middle.message.contains("2行目"), "{}", middle.message);
        assert!(check_quotes("5\" pipe,\"a\"\"b\",\"x\ny\"\n").is_ok());
    }

    #[test]
    fn encodings_in_order() {
        let japanese = "①髙﨑,要介護１，ﾃｽﾄ\n見本県,みほん市\n";
        assert_eq!(decode(japanese.as_bytes()).unwrap(), japanese);
        assert_eq!(decode(&SHIFT_JIS.encode(japanese).0).unwrap(), japanese);
        let plain = "見本県みほん市の介護保険の認定者数と受給者数の推移\n";
        assert_eq!(decode(&EUC_JP.encode(plain).0).unwrap(), plain);
        assert_eq!(decode(&ISO_2022_JP.encode(plain).0).unwrap(), plain);
        let utf16: Vec<u8> = "\u{FEFF}市,1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16).unwrap(), "市,1");
        let bad = [&SHIFT_JIS.encode("市,1\n").0[..], &[0x81, 0x20, 0xFF, 0xFF, 0xA0]].concat();
        assert!(decode(&bad).unwrap_err().message.starts_with("2行目"));
    }
}
