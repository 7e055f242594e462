//! Where a figure came from: file, sheet and the cell a person sees in Excel.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Date;

/// One dropped file, by name and content.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceFile {
    /// The file's name without folders; for an entry of a zip `archive.zip／entry.xlsx`.
    pub name: String,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// 出力日 written in the file, where it has one.
    pub exported: Option<Date>,
    /// Whether this product filled the file: its figures came from other files, and count only where no other file has them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ours: bool,
}

/// A cell by zero-based row and column; shown as Excel shows it (`A1`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRef {
    /// Zero-based row
    pub row: u32,
    /// Zero-based column
    pub col: u32,
}

impl CellRef {
    /// Rows of a sheet (1,048,576).
    pub const MAX_ROWS: u32 = 1 << 20;
    /// Columns of a sheet (16,384).
    pub const MAX_COLS: u32 = 1 << 14;

    /// A cell by zero-based row and column.
    pub const fn new(row: u32, col: u32) -> Self {
        Self { row, col }
    }

    /// Reads `AB12` or `$AB$12`; `None` when it is no address of a sheet.
    pub fn parse(text: &str) -> Option<Self> {
        // Byte by byte: every cell of every sheet passes here.
        let bytes = text.as_bytes();
        let bytes = bytes.strip_prefix(b"$").unwrap_or(bytes);
        let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (letters, digits) = bytes.split_at_checked(letters)?;
        let digits = digits.strip_prefix(b"$").unwrap_or(digits);
        if !(1..=3).contains(&letters.len()) || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let col = letters.iter().fold(0u32, |acc, b| acc * 26 + u32::from(b.to_ascii_uppercase() - b'A' + 1));
        // Zeros before the number do no harm, a number beyond the last row must not wrap into a row.
        let row = digits.iter().fold(0u32, |acc, b| acc.saturating_mul(10).saturating_add(u32::from(b - b'0')));
        (1..=Self::MAX_ROWS).contains(&row).then_some(())?;
        (col <= Self::MAX_COLS).then(|| Self::new(row - 1, col - 1))
    }

    /// The letters of the column: `A`, `AB`.
    pub fn column_name(self) -> String {
        self.letters().collect()
    }

    /// Seven letters number every `u32`.
    fn letters(self) -> impl Iterator<Item = char> {
        let mut letters = [0u8; 7];
        let mut rest = self.col.saturating_add(1);
        for letter in letters.iter_mut().rev() {
            if rest == 0 {
                break;
            }
            *letter = b'A' + ((rest - 1) % 26) as u8;
            rest = (rest - 1) / 26;
        }
        letters.into_iter().filter(|letter| *letter != 0).map(char::from)
    }
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.letters() {
            f.write_char(letter)?;
        }
        fmt::Display::fmt(&(self.row + 1), f)
    }
}

/// One cell of one file. Sheet is empty for text files, whose cells count lines and fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceRef {
    /// The file, shared by all its figures.
    pub file: Arc<SourceFile>,
    /// The sheet's name, shared likewise.
    pub sheet: Arc<str>,
    /// The cell.
    pub cell: CellRef,
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sheet.is_empty() {
            write!(f, "{} {}", self.file.name, self.cell)
        } else {
            write!(f, "{} 「{}」 {}", self.file.name, self.sheet, self.cell)
        }
    }
}
