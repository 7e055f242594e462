//! Sheets 点検 and 検討メモ: lists a fill writes, one styled row each to copy.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::look;

/// What a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Mark,
    Word,
}

/// A list with a heading row and below it one row whose style every entry copies.
struct List {
    title: &'static str,
    explanation: &'static str,
    columns: &'static [(&'static str, f64, Kind)],
    /// A second styled row for titles within the list
    titled: bool,
}

const HEADING_ROW: u32 = 3;
const STYLE_ROW: u32 = 4;

/// 点検: what to look at before a figure is used.
const CAUTIONS: List = List {
    title: "点検",
    explanation: "数値を使う前に確かめることの一覧です。「場所」を押すと、そのセルへ移ります。様式で左端に ＊ とオレンジ色の線があるセルは、この一覧に理由があります。",
    columns: &[
        ("番号", 5.0, Kind::Mark),
        ("区分", 9.0, Kind::Mark),
        ("種類", 19.0, Kind::Word),
        ("場所", 13.0, Kind::Mark),
        ("内容", 76.0, Kind::Word),
        ("次にすること", 58.0, Kind::Word),
    ],
    titled: false,
};

/// 検討メモ: possibilities, in the order of the guide's steps.
const HINTS: List = List {
    title: "検討メモ",
    explanation: "乖離から考えられることと、確かめるデータの手がかりです。どれも可能性であり、結論ではありません。様式へは、確かめたことを皆さんの言葉で書いてください。",
    columns: &[
        ("場所", 9.0, Kind::Mark),
        ("STEP 1　何が違うか", 46.0, Kind::Word),
        ("STEP 2　考えられること（仮説の手がかり）", 50.0, Kind::Word),
        ("STEP 3　確かめるデータ", 46.0, Kind::Word),
        ("STEP 4　対応を考えるときの問い", 40.0, Kind::Word),
    ],
    titled: true,
};

/// Adds 点検.
pub fn add_cautions(workbook: &mut Workbook) -> Result<(), XlsxError> {
    add(workbook, &CAUTIONS)
}

/// Adds 検討メモ.
pub fn add_hints(workbook: &mut Workbook) -> Result<(), XlsxError> {
    add(workbook, &HINTS)
}

fn add(workbook: &mut Workbook, list: &List) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(list.title)?;
    sheet.set_screen_gridlines(false);
    for (row, height) in [(0, 25.0), (1, 18.0), (2, 18.0), (HEADING_ROW, 20.0)] {
        sheet.set_row_height(row, height)?;
    }
    for (column, (heading, width, kind)) in (0..).zip(list.columns) {
        sheet.set_column_width(column, *width)?;
        sheet.set_column_format(column, &look::ground())?;
        sheet.write_with_format(HEADING_ROW, column, *heading, &look::heading())?;
        sheet.write_blank(STYLE_ROW, column, &cell(*kind))?;
        if list.titled {
            sheet.write_blank(STYLE_ROW + 1, column, &look::block_title())?;
        }
    }
    let columns = list.columns.len() as u16;
    sheet.set_column_range_width(columns, 16_383, 9)?;
    sheet.set_column_range_hidden(columns, 16_383)?;
    sheet.write_with_format(0, 0, list.title, &look::title())?;
    sheet.write_blank(1, 0, &look::ground())?;
    sheet.write_with_format(2, 0, list.explanation, &look::note())?;
    sheet.set_freeze_panes(HEADING_ROW + 1, 0)?;
    set_up_print(sheet, list.title)
}

fn cell(kind: Kind) -> Format {
    match kind {
        Kind::Mark => look::mark().set_align(FormatAlign::Top).set_shrink(),
        // Set in: no rule parts one column's words from the next one's.
        Kind::Word => look::word().set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_indent(1),
    }
}

fn set_up_print(sheet: &mut Worksheet, title: &str) -> Result<(), XlsxError> {
    sheet.set_paper_size(8).set_landscape(); // A3
    sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.28, 0.28);
    sheet.set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
    sheet.set_header(look::header(title));
    sheet.set_footer(look::footer());
    Ok(())
}
