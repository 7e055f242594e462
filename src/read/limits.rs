//! How much one file may ask of the PC. Everything beyond is refused before it is parsed.

/// Limits of one file (for a zip of downloads: of the whole zip, entries included).
///
/// The defaults leave room for the largest official tables (1,741 municipalities by age and sex: 1 MB, 130,000 cells)
/// and stop what no statistics file needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself. Default 64 MiB.
    pub file_bytes: u64,
    /// Entries of a zip, which a workbook is too. Default 10,000.
    pub zip_entries: usize,
    /// Bytes after inflating, declared and actual, of all parts that are read. Default 200 MB.
    pub inflated_bytes: u64,
    /// Inflated size ÷ size in the zip, looked at only past [`Limits::RATIO_FROM`] bytes. Default 200.
    pub ratio: u64,
    /// Files in a zip of downloads. Default 3,000 (one insurer's folder held 741).
    pub files: usize,
    /// Sheets of a book, tables of an HTML file. Default 500.
    pub sheets: usize,
    /// Cells that are not empty, all sheets together. Default 3,000,000.
    pub cells: usize,
    /// Characters of one cell. Default 32,767, Excel's own limit.
    pub cell_chars: usize,
}

impl Limits {
    /// Inflated bytes below which no ratio is suspicious: empty forms shrink very well.
    pub const RATIO_FROM: u64 = 16 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            zip_entries: 10_000,
            inflated_bytes: 200_000_000,
            ratio: 200,
            files: 3_000,
            sheets: 500,
            cells: 3_000_000,
            cell_chars: 32_767,
        }
    }
}
