//! Sheet グラフ用データ: the numbers the charts draw, in tables that never move, so that a fill only writes cells.
//!
//! Columns and rows a fill does not use are hidden: Excel and LibreOffice leave hidden cells out of a chart, so unused
//! areas and years do not show in legends and axes.

use rust_xlsxwriter::{FormatAlign, Workbook, Worksheet, XlsxError};

use super::look;

/// The sheet's name.
pub const TITLE: &str = "グラフ用データ";
const EXPLANATION: &str =
    "「グラフ」のシートが描く数値です。作成のたびに書き直すので、ここには書き込まないでください。";

/// Whose figures stand in the columns of a table, in order.
pub const AREAS: [&str; 6] = ["自地域", "都道府県", "全国", "比較地域１", "比較地域２", "比較地域３"];
/// Insurers of one prefecture a scatter can show; 北海道 has fewer.
pub const PEERS: u32 = 200;
/// Years a trend can show.
pub const YEARS: u32 = 10;
/// Services that have a monthly amount.
pub const SERVICES: u32 = 20;

/// A table of areas side by side: its title, the digits shown and how many rows it has.
pub struct Table {
    /// What the plan finds it by
    pub title: &'static str,
    /// Row of the title; names of areas stand below, data below them
    pub row: u32,
    /// Data rows
    pub rows: u32,
}

impl Table {
    /// Row of the areas' names.
    pub const fn names(&self) -> u32 {
        self.row + 1
    }
    /// First data row.
    pub const fn first(&self) -> u32 {
        self.row + 2
    }
    /// Last data row.
    pub const fn last(&self) -> u32 {
        self.row + 1 + self.rows
    }
}

/// Main year, by indicator.
pub const BARS: [Table; 2] =
    [Table { title: "認定率（主な年度）", row: 3, rows: 4 }, Table { title: "受給率（主な年度）", row: 11, rows: 3 }];
/// Over the period shown, by year.
pub const TRENDS: [Table; 5] = [
    Table { title: "推移 B4-a", row: 18, rows: YEARS },
    Table { title: "推移 B5-a", row: 32, rows: YEARS },
    Table { title: "推移 D2", row: 46, rows: YEARS },
    Table { title: "推移 D3", row: 60, rows: YEARS },
    Table { title: "推移 D4", row: 74, rows: YEARS },
];
/// Services: amount and volume against the nation. In columns of its own.
pub const RATIOS: Table = Table { title: "サービス別の比", row: 88, rows: SERVICES };
/// First column of [`RATIOS`].
pub const RATIO_COLUMN: u16 = 12;
/// 重度 × 軽度, 施設・居住系 × 在宅. In columns of their own: name, x, y.
pub const SCATTERS: [Table; 2] = [
    Table { title: "散布図 認定率", row: 112, rows: SCATTER_ROWS },
    Table { title: "散布図 受給率", row: 112 + SCATTER_ROWS + 4, rows: SCATTER_ROWS },
];
/// First column of [`SCATTERS`].
pub const SCATTER_COLUMN: u16 = 8;
/// Six areas, two points of each line at the nation's mean, the prefecture's insurers.
const SCATTER_ROWS: u32 = AREAS.len() as u32 + 4 + PEERS;

/// Adds the sheet. It is hidden, but not very: whoever wonders what a chart draws can show it.
pub fn add(workbook: &mut Workbook) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(TITLE)?;
    sheet.set_column_width(0, 34)?;
    for column in 1..=14 {
        sheet.set_column_width(column, 16)?;
    }
    sheet.write_with_format(0, 0, TITLE, &look::title())?;
    sheet.write_with_format(1, 0, EXPLANATION, &look::note())?;
    for (table, format) in BARS.iter().chain(&TRENDS).zip(std::iter::repeat(look::number_format("％"))) {
        head(sheet, table, 0, &AREAS)?;
        body(sheet, table, 0, AREAS.len() as u16, format)?;
    }
    head(sheet, &RATIOS, RATIO_COLUMN, &["給付月額の比", "利用日数・回数の比"])?;
    body(sheet, &RATIOS, RATIO_COLUMN, 2, "0.00")?;
    for column in SCATTER_COLUMN + 1..=SCATTER_COLUMN + 2 {
        sheet.set_column_format(column, &look::figure(look::number_format("％")))?;
    }
    for table in &SCATTERS {
        head(sheet, table, SCATTER_COLUMN, &["横", "縦"])?;
        for row in table.last() + 1 - PEERS..=table.last() {
            sheet.set_row_hidden(row)?;
        }
    }
    sheet.set_hidden(true);
    Ok(())
}

fn head(sheet: &mut Worksheet, table: &Table, column: u16, roles: &[&str]) -> Result<(), XlsxError> {
    sheet.write_with_format(table.row, column, table.title, &look::heading().set_align(FormatAlign::Left))?;
    sheet.write_blank(table.names(), column, &look::item_heading())?;
    for (at, role) in (column + 1..).zip(roles) {
        sheet.write_with_format(table.row, at, *role, &look::heading())?;
        sheet.write_blank(table.names(), at, &look::item_heading())?;
    }
    Ok(())
}

fn body(sheet: &mut Worksheet, table: &Table, column: u16, areas: u16, format: &str) -> Result<(), XlsxError> {
    let figure = look::figure(format);
    for row in table.first()..=table.last() {
        // A word in every label tells the charts that their categories are words.
        sheet.write_with_format(row, column, "－", &look::mark().set_align(FormatAlign::Left))?;
        for at in column + 1..=column + areas {
            sheet.write_blank(row, at, &figure)?;
        }
    }
    Ok(())
}
