//! Sheet 出典: one row a figure, with the file, sheet and cell it came from.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::look;

const TITLE: &str = "出典";
const EXPLANATION: &str = "このブックの数値が、どのファイルのどのセルから来たかの一覧です。SHA-256 は元のファイルが同じものかを確かめる値で、印刷しません。";
const HEADING_ROW: u32 = 3;
/// Styled and empty: a fill copies its style for every row it writes, from this one on.
const STYLE_ROW: u32 = 4;
const LAST_PRINTED_COLUMN: u16 = 11;
const LAST_ROW_OF_A_SHEET: u32 = 1_048_575;

/// What a column holds, which decides how it is set.
#[derive(Clone, Copy)]
enum Kind {
    Mark,
    Word,
    Figure,
    /// Not wrapped: 64 characters that nobody reads, only compares
    Hash,
}

const COLUMNS: [(&str, f64, Kind); 13] = [
    ("番号", 5.0, Kind::Mark),
    ("指標ID", 7.0, Kind::Mark),
    ("指標名", 44.0, Kind::Word),
    ("地域", 18.0, Kind::Word),
    ("年度", 17.0, Kind::Mark),
    ("値", 11.0, Kind::Figure),
    ("単位", 4.0, Kind::Mark),
    ("ファイル", 52.0, Kind::Word),
    ("シート", 18.0, Kind::Word),
    ("セル", 6.0, Kind::Mark),
    ("出力日", 12.0, Kind::Mark),
    ("備考", 24.0, Kind::Word),
    ("SHA-256", 68.0, Kind::Hash),
];

/// Adds the sheet.
pub fn add(workbook: &mut Workbook) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(TITLE)?;
    sheet.set_screen_gridlines(false);
    for (row, height) in [(0, 25.0), (1, 18.0), (2, 6.0), (HEADING_ROW, 20.0)] {
        sheet.set_row_height(row, height)?;
    }
    for (column, (heading, width, kind)) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        sheet.set_column_format(column, &look::ground())?;
        sheet.write_with_format(HEADING_ROW, column, heading, &look::heading())?;
        sheet.write_blank(STYLE_ROW, column, &cell(kind))?;
    }
    sheet.set_column_range_width(COLUMNS.len() as u16, 16_383, 9)?;
    sheet.set_column_range_hidden(COLUMNS.len() as u16, 16_383)?;
    sheet.write_with_format(0, 0, TITLE, &look::title())?;
    sheet.write_with_format(1, 0, EXPLANATION, &look::note())?;
    sheet.set_freeze_panes(HEADING_ROW + 1, 0)?;
    set_up_print(sheet)
}

fn cell(kind: Kind) -> Format {
    match kind {
        Kind::Mark => look::mark().set_font_size(9).set_shrink(),
        Kind::Word => look::word().set_font_size(9),
        // As many decimals as the source has, as far as the column is wide: this is the list to check against.
        Kind::Figure => look::figure("General").set_font_size(9).unset_shrink(),
        Kind::Hash => look::figure("@").set_font_size(8).unset_shrink().set_align(FormatAlign::Left),
    }
}

fn set_up_print(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_paper_size(8).set_landscape(); // A3
    sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.28, 0.28);
    sheet.set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
    sheet.set_print_area(0, 0, LAST_ROW_OF_A_SHEET, LAST_PRINTED_COLUMN)?;
    sheet.set_header(look::header(TITLE));
    sheet.set_footer(look::footer());
    Ok(())
}
