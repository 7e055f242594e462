//! What a file is, by its bytes. Its extension is never asked: downloads carry any.

use super::refusal;
use crate::error::FileError;

/// The three ways on from the first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// xlsx, xlsm, ods, or a zip of downloads
    Zip,
    /// xls, or an encrypted xlsx
    Ole,
    /// csv, HTML, SpreadsheetML, once the encoding is known
    Text,
}

/// What a decoded text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextKind {
    Delimited,
    Html,
    SpreadsheetMl,
}

/// Looks at the first bytes. Refuses what is known to be no table, by its name.
pub(super) fn container(name: &str, bytes: &[u8]) -> Result<Container, FileError> {
    if name.rsplit(['/', '\\', '／']).next().is_some_and(|base| base.starts_with("~$")) {
        return Err(refusal::lock_file());
    }
    if bytes.is_empty() {
        return Err(refusal::empty_file());
    }
    if bytes.iter().take(4096).all(|byte| *byte == 0) {
        // Windows reserves the full size before it copies.
        return Err(refusal::half_copied("ファイル"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Container::Zip);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return Ok(Container::Ole);
    }
    match known_stranger(bytes) {
        Some(refusal) => Err(refusal),
        None => Ok(Container::Text),
    }
}

fn known_stranger(bytes: &[u8]) -> Option<FileError> {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let starts = |magic: &[u8]| head.starts_with(magic);
    let what = if contains(head, b"%PDF-") {
        "PDFファイル"
    } else if starts(b"\x89PNG\r\n") || starts(&[0xFF, 0xD8, 0xFF]) || starts(b"GIF8") || is_bitmap(bytes) {
        "画像ファイル"
    } else if starts(b"II*\0") || starts(b"MM\0*") {
        "画像ファイル（TIFF）"
    } else if starts(b"{\\rtf") {
        "Wordの文書（リッチテキスト）"
    } else if starts(b"MZ") && head.contains(&0) {
        "プログラム（実行ファイル）"
    } else if starts(b"7z\xBC\xAF") || starts(b"Rar!") || starts(&[0x1F, 0x8B]) || head.get(2..5) == Some(b"-lh") {
        return Some(FileError::refused(
            "not-a-table",
            "zip以外の方式で圧縮されたファイルなので、読み取れません。",
            "圧縮を解き、取り出したファイルを入れてください。",
        ));
    } else if starts(b"MIME-Version:") {
        return Some(refusal::save_as_xlsx("「単一ファイル Web ページ」として保存されたファイル"));
    } else if matches!(head, [0x09, 0x00 | 0x02 | 0x04 | 0x08, length, 0, ..] if *length <= 16) {
        return Some(refusal::save_as_xlsx("とても古い形式のExcelファイル（Excel 95より前）"));
    } else {
        return None;
    };
    Some(refusal::not_a_table(what))
}

/// `BM` alone may begin a text; a bitmap also states its own length.
fn is_bitmap(bytes: &[u8]) -> bool {
    let stated = bytes.get(2..6).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    bytes.starts_with(b"BM") && stated.is_some_and(|size| size as usize == bytes.len())
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Looks at decoded text (without BOM).
pub(super) fn text_kind(text: &str) -> Result<TextKind, FileError> {
    let start = text.trim_start();
    let head: String = start.chars().take(4096).flat_map(char::to_lowercase).collect();
    if head.starts_with("<?xml") || head.starts_with("<workbook") || head.starts_with("<ss:workbook") {
        if head.contains("urn:schemas-microsoft-com:office:spreadsheet") || head.contains("excel.sheet") {
            return Ok(TextKind::SpreadsheetMl);
        }
        if head.contains("<html") || head.contains("<table") {
            return Ok(TextKind::Html);
        }
        return Err(refusal::not_a_table("表ではないXMLファイル"));
    }
    let html = ["<!doctype html", "<html", "<table", "<head", "<body", "<meta", "<style", "<div", "<center", "<title"];
    if html.iter().any(|tag| head.starts_with(tag)) || (head.starts_with("<!--") && head.contains("<html")) {
        return Ok(TextKind::Html);
    }
    if head.starts_with("{\"") || head.starts_with("[{\"") || head.starts_with("{\n") || head.starts_with("{\r\n") {
        return Err(refusal::not_a_table("JSONファイル"));
    }
    Ok(TextKind::Delimited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_and_names_do_not() {
        assert_eq!(container("表.csv", b"PK\x03\x04rest").unwrap(), Container::Zip);
        assert_eq!(container("表.xlsx", "地域,値\n".as_bytes()).unwrap(), Container::Text);
        assert_eq!(container("表.xlsx", b"%PDF-1.7").unwrap_err().code, "not-a-table");
        assert_eq!(container("表.xlsx", b"").unwrap_err().code, "empty-file");
        assert!(container("~$表.xlsx", b"user").unwrap_err().waiting);
    }

    #[test]
    fn a_text_that_begins_with_bm_is_no_picture() {
        assert_eq!(container("a.csv", b"BM,1,2,3\n").unwrap(), Container::Text);
    }

    #[test]
    fn text_kinds() {
        assert_eq!(text_kind("\n <TABLE border=1>").unwrap(), TextKind::Html);
        assert_eq!(text_kind("年度,値").unwrap(), TextKind::Delimited);
        let xml = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>";
        assert_eq!(text_kind(xml).unwrap(), TextKind::SpreadsheetMl);
        assert_eq!(text_kind("<?xml version=\"1.0\"?><svg/>").unwrap_err().code, "not-a-table");
    }
}
