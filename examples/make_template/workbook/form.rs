//! Sheet 地域分析・検討シート: three blocks of indicators, one for added ones, each with its five entry fields.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::indicators::{self, Indicator};
use super::look::{self, Role};

/// The sheet's name and title.
pub const TITLE: &str = "地域分析・検討シート";
/// What it is, and no more: nobody outside has seen the ministry's own file whole.
pub const SUBTITLE: &str = "手引きの様式に準じた様式";
/// How to read the sheet, beside the title; the second and the fourth part look like what they explain. Short enough
/// for the width of one year a group.
const LEGEND: [&str; 5] = [
    "自地域の値　",
    "太字・下線・水色",
    "＝全国平均を上回る　",
    "斜体・斜線の網かけ",
    "＝下回る（目安は「比較と判定」シート）",
];
/// In a row of its own: two lines of one cell run into each other in some programs.
const MARKS: &str = "※ 1年分に満たない年度　― 該当なし　－ 値なし";

/// Heading rows, zero-based.
const ROLE_ROW: u32 = 2;
const AREA_ROW: u32 = 3;
const YEAR_ROW: u32 = 4;
const YEAR_NUMBER_ROW: u32 = 5;
const FIRST_BLOCK_ROW: u32 = 6;

/// Columns left of the years and their widths in characters.
const LABELS: [(&str, f64); 4] = [("活用データ名・指標名", 48.0), ("指標ID", 7.0), ("単位", 5.0), ("備考", 12.0)];
const FIRST_YEAR_COLUMN: u16 = 4;
const YEARS_OF_A_GROUP: u16 = 10;
const YEAR_WIDTH: f64 = 9.0;
/// Years shown, in the groups that are shown, before a fill says otherwise.
const YEARS_SHOWN: u16 = 3;
const GROUPS: [(&str, Role); 8] = [
    ("自地域", Role::Own),
    ("都道府県平均／合計", Role::Prefecture),
    ("全国平均／合計", Role::Nation),
    ("比較地域１", Role::Other),
    ("比較地域２", Role::Other),
    ("比較地域３", Role::Other),
    ("比較地域４", Role::Other),
    ("比較地域５", Role::Other),
];
/// Groups shown before a fill says otherwise: own, prefecture, nation.
const GROUPS_SHOWN: u16 = 3;
/// 比較地域５'s tenth year.
const LAST_COLUMN: u16 = 83;
/// Entry fields lie side by side: the left one over the labels, the right one over these.
const RIGHT_ENTRY: (u16, u16) = (4, 33);

/// Rows kept ready for added indicators, hidden until a fill needs them.
const PREPARED_ROWS: usize = 20;

/// What the rows that lend their style say, and the units they exist for; the last one serves all other units.
const STYLE_ROW: &str = "書式の見本（消さないでください）";
const STYLED_UNITS: [&str; 4] = ["％", "円", "回", "その他"];

/// What a draft begins with; whoever takes the words over deletes this line.
const DRAFT_MARK: &str = "【下書き】";

/// Heights in points.
const BLOCK_TITLE_HEIGHT: f64 = 22.0;
const GAP: f64 = 8.0;
const GAP_BETWEEN_BLOCKS: f64 = 14.0;
const ENTRY_HEADING_HEIGHT: f64 = 19.0;
const ENTRY_HEIGHT: f64 = 146.0;
const FREE_ENTRY_HEIGHT: f64 = 96.0;

/// An entry field spans its own row, hidden rows for texts that no single row can hold (Excel's limit is 409 points;
/// eight rows hold 3,000 characters in lines of 36 and leave room), and a low one that closes the frame.
const SPARE_ROWS: u32 = 7;
/// Its heading and these.
const ROWS_OF_A_FIELD: u32 = 1 + 1 + SPARE_ROWS + 1;
const SPARE_HEIGHT: f64 = 210.0;
const CLOSING_HEIGHT: f64 = 6.0;

/// A block of the form.
struct Block {
    title: &'static str,
    /// What defined names of the block begin with; brackets and 「・」 are not safe there.
    name: &'static str,
    indicators: &'static [Indicator],
    /// Empty rows after the indicators; a block of nothing else is hidden.
    prepared: usize,
    /// Print the entry fields on a page of their own: the table alone fills one.
    breaks_before_entries: bool,
}

const BLOCKS: [Block; 4] = [
    Block {
        title: "認定率",
        name: "認定率",
        indicators: indicators::CERTIFICATION,
        prepared: 0,
        breaks_before_entries: false,
    },
    Block {
        title: "受給率", name: "受給率", indicators: indicators::USE, prepared: 0, breaks_before_entries: false
    },
    Block {
        title: "受給者1人あたり給付月額・利用日数回数",
        name: "給付月額等",
        indicators: indicators::BENEFIT,
        prepared: 0,
        breaks_before_entries: true,
    },
    Block {
        title: "指標追加",
        name: "指標追加",
        indicators: &[],
        prepared: PREPARED_ROWS,
        breaks_before_entries: false,
    },
];

/// The guide's words for an entry field, its STEP, and what its defined name ends with.
struct Field(&'static str, Option<u8>, &'static str);

const PAIRS: [[Field; 2]; 2] = [
    [
        Field("全国平均等との比較", Some(1), "全国平均等との比較"),
        Field("全国平均等との乖離について理由・問題点等の考察（仮説の設定）", Some(2), "理由と考察"),
    ],
    [
        Field("設定した仮説の確認・検証方法", Some(3), "確認と検証"),
        Field("問題を解決するための対応策（理想像でも可）", Some(4), "対応策"),
    ],
];
const FREE: Field = Field("自由記述", None, "自由記述");

/// What the blocks have in common while they are laid one below the other.
#[derive(Default)]
struct Progress {
    row: u32,
    page_breaks: Vec<u32>,
    names: Vec<(String, String)>,
}

/// Adds the sheet and its defined names.
pub fn add(workbook: &mut Workbook) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(TITLE)?;
    set_up_columns(sheet)?;
    write_head(sheet)?;
    let mut progress = Progress { row: FIRST_BLOCK_ROW, ..Progress::default() };
    let mut last_printed = 0;
    for block in &BLOCKS {
        let first = progress.row;
        write_block(sheet, block, &mut progress)?;
        if block.indicators.is_empty() {
            (first..progress.row).try_for_each(|row| sheet.set_row_hidden(row).map(|_| ()))?;
        } else {
            last_printed = progress.row - 1;
        }
    }
    write_style_rows(sheet, progress.row)?;
    set_up_print(sheet, last_printed, &progress.page_breaks)?;
    for (name, range) in progress.names {
        workbook.define_name(name, &format!("='{TITLE}'!{range}"))?;
    }
    Ok(())
}

fn set_up_columns(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_screen_gridlines(false);
    sheet.set_tab_color(look::ACCENT);
    for (column, (_, width)) in (0..).zip(LABELS) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_column_range_width(FIRST_YEAR_COLUMN, LAST_COLUMN, YEAR_WIDTH)?;
    sheet.set_column_range_format(0, LAST_COLUMN, &look::ground())?;
    for (group, first) in group_starts() {
        let shown = if group < GROUPS_SHOWN { YEARS_SHOWN } else { 0 };
        sheet.set_column_range_hidden(first + shown, first + YEARS_OF_A_GROUP - 1)?;
    }
    // Nothing lies to the right: no scrolling into it.
    sheet.set_column_range_width(LAST_COLUMN + 1, 16_383, YEAR_WIDTH)?;
    sheet.set_column_range_hidden(LAST_COLUMN + 1, 16_383)?;
    sheet.set_freeze_panes(FIRST_BLOCK_ROW, FIRST_YEAR_COLUMN)?;
    Ok(())
}

fn set_up_print(sheet: &mut Worksheet, last_row: u32, page_breaks: &[u32]) -> Result<(), XlsxError> {
    sheet.set_paper_size(8).set_landscape(); // A3
    sheet.set_margins(0.55, 0.55, 0.5, 0.5, 0.25, 0.25);
    sheet.set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_repeat_rows(ROLE_ROW, YEAR_NUMBER_ROW)?;
    // All columns, since hidden ones do not print; the hidden block is left out, since its page break might.
    sheet.set_print_area(0, 0, last_row, LAST_COLUMN)?;
    sheet.set_page_breaks(page_breaks)?;
    sheet.set_header(look::header(TITLE));
    sheet.set_footer(look::footer());
    Ok(())
}

fn group_starts() -> impl Iterator<Item = (u16, u16)> {
    (0..GROUPS.len() as u16).map(|group| (group, FIRST_YEAR_COLUMN + group * YEARS_OF_A_GROUP))
}

fn write_head(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    for (row, height) in (0..).zip([26.0, 32.0, 18.0, 18.0, 17.0, 13.0]) {
        sheet.set_row_height(row, height)?;
    }
    sheet.write_with_format(0, 0, TITLE, &look::title())?;
    sheet.write_with_format(0, 1, SUBTITLE, &look::note())?;
    sheet.merge_range(1, 0, 1, FIRST_YEAR_COLUMN - 1, "", &look::statement())?;
    write_legend(sheet)?;
    for (column, (label, _)) in (0..).zip(LABELS) {
        sheet.merge_range(ROLE_ROW, column, YEAR_NUMBER_ROW, column, label, &look::heading())?;
    }
    for ((_, first), (label, role)) in group_starts().zip(GROUPS) {
        let last = first + YEARS_OF_A_GROUP - 1;
        sheet.merge_range(ROLE_ROW, first, ROLE_ROW, last, label, &role.heading())?;
        sheet.merge_range(AREA_ROW, first, AREA_ROW, last, "", &role.area())?;
        for column in first..=last {
            sheet.write_blank(YEAR_ROW, column, &look::year_label())?;
            sheet.write_blank(YEAR_NUMBER_ROW, column, &look::year_number())?;
        }
    }
    Ok(())
}

fn write_legend(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let cell = look::legend_cell();
    let [plain, above, below] = look::legend();
    let parts: Vec<_> = [&plain, &above, &plain, &below, &plain].into_iter().zip(LEGEND).collect();
    sheet.merge_range(1, RIGHT_ENTRY.0, 1, RIGHT_ENTRY.1, MARKS, &cell)?;
    sheet.merge_range(0, RIGHT_ENTRY.0, 0, RIGHT_ENTRY.1, "", &cell)?;
    sheet.write_rich_string_with_format(0, RIGHT_ENTRY.0, &parts, &cell)?;
    Ok(())
}

fn write_block(sheet: &mut Worksheet, block: &Block, progress: &mut Progress) -> Result<(), XlsxError> {
    if progress.row > FIRST_BLOCK_ROW {
        // The gap goes to the new page, where it parts the block from the repeated heads.
        progress.page_breaks.push(progress.row);
        sheet.set_row_height(progress.row, GAP_BETWEEN_BLOCKS)?;
        progress.row += 1;
    }
    let title_row = progress.row;
    sheet.set_row_height(title_row, BLOCK_TITLE_HEIGHT)?;
    for column in 0..=LAST_COLUMN {
        sheet.write_blank(title_row, column, &look::block_title())?;
    }
    sheet.write_with_format(title_row, 0, block.title, &look::block_title())?;

    let first = title_row + 1;
    let mut row = first;
    for indicator in block.indicators {
        write_data_row(sheet, row, Some(indicator))?;
        row += 1;
    }
    for _ in 0..block.prepared {
        write_data_row(sheet, row, None)?;
        row += 1;
    }
    colour_own_figures(sheet, first, row - 1)?;
    progress.names.push((format!("{}_表", block.name), format!("$A${}:$CF${row}", first + 1)));

    sheet.set_row_height(row, GAP)?;
    if block.breaks_before_entries {
        progress.page_breaks.push(row);
    }
    progress.row = row + 1;
    write_entries(sheet, block, progress)
}

fn write_data_row(sheet: &mut Worksheet, row: u32, indicator: Option<&Indicator>) -> Result<(), XlsxError> {
    let unit = indicator.map_or("", |indicator| indicator.unit);
    let [name, id] = indicator.map_or(["", ""], |indicator| [indicator.name, indicator.id]);
    sheet.set_row_height(row, look::row_height(name))?;
    sheet.write_with_format(row, 0, name, &look::word())?;
    sheet.write_with_format(row, 1, id, &look::mark())?;
    sheet.write_with_format(row, 2, unit, &look::mark())?;
    sheet.write_blank(row, 3, &look::remark())?;
    let figure = look::figure(look::number_format(unit));
    let first_figure = look::starts_group(figure.clone());
    for (_, first) in group_starts() {
        for column in first..first + YEARS_OF_A_GROUP {
            sheet.write_blank(row, column, if column == first { &first_figure } else { &figure })?;
        }
    }
    Ok(())
}

/// Hidden rows below the form whose cells lend their style to figures with a caution, one a unit: the first year of a
/// group and the others.
fn write_style_rows(sheet: &mut Worksheet, first: u32) -> Result<(), XlsxError> {
    for (row, unit) in (first..).zip(STYLED_UNITS) {
        sheet.write_with_format(row, 0, STYLE_ROW, &look::ground())?;
        sheet.write_with_format(row, 2, unit, &look::mark())?;
        let number_format = look::number_format(unit);
        let figure = look::cautioned(look::figure(number_format), number_format);
        sheet.write_blank(row, FIRST_YEAR_COLUMN, &figure)?;
        sheet.write_blank(row, FIRST_YEAR_COLUMN + 1, &look::figure(number_format))?;
        sheet.set_row_hidden(row)?;
    }
    Ok(())
}

/// The own figure against the nation's of the same year, twenty columns to the right.
fn colour_own_figures(sheet: &mut Worksheet, first: u32, last: u32) -> Result<(), XlsxError> {
    let row = first + 1;
    let comparable = format!("ISNUMBER(E{row}),ISNUMBER(Y{row}),Y{row}>0,{}", look::comparable(row));
    let last_column = FIRST_YEAR_COLUMN + YEARS_OF_A_GROUP - 1;
    let above = look::above(&format!("=AND({comparable},ROUND(E{row}/Y{row},9)>=しきい値_上回る)"));
    let below = look::below(&format!("=AND({comparable},ROUND(E{row}/Y{row},9)<=しきい値_下回る)"));
    sheet.add_conditional_format(first, FIRST_YEAR_COLUMN, last, last_column, &above)?;
    sheet.add_conditional_format(first, FIRST_YEAR_COLUMN, last, last_column, &below)?;
    Ok(())
}

fn write_entries(sheet: &mut Worksheet, block: &Block, progress: &mut Progress) -> Result<(), XlsxError> {
    let left = (0, FIRST_YEAR_COLUMN - 1);
    for [left_field, right_field] in &PAIRS {
        write_entry(sheet, block, left_field, left, ENTRY_HEIGHT, progress)?;
        write_entry(sheet, block, right_field, RIGHT_ENTRY, ENTRY_HEIGHT, progress)?;
        progress.row += ROWS_OF_A_FIELD;
    }
    write_entry(sheet, block, &FREE, (left.0, RIGHT_ENTRY.1), FREE_ENTRY_HEIGHT, progress)?;
    progress.row += ROWS_OF_A_FIELD;
    Ok(())
}

/// A heading and, directly below it, the field to write in.
fn write_entry(
    sheet: &mut Worksheet,
    block: &Block,
    Field(heading, step, name): &Field,
    (first, last): (u16, u16),
    height: f64,
    progress: &mut Progress,
) -> Result<(), XlsxError> {
    let row = progress.row;
    merge(sheet, row, (first, last), heading, &look::entry_heading(*step))?;
    sheet.set_row_height(row, ENTRY_HEADING_HEIGHT)?;
    write_entry_rows(sheet, row + 1, (first, last), height)?;
    let column = if first == 0 { "A" } else { "E" };
    progress.names.push((format!("{}_{name}", block.name), format!("${column}${}", row + 2)));
    if *step == Some(1) {
        let is_draft = format!("=LEFT({column}{},{})=\"{DRAFT_MARK}\"", row + 2, DRAFT_MARK.chars().count());
        sheet.add_conditional_format(row + 1, first, row + 1, last, &look::draft(&is_draft))?;
    }
    Ok(())
}

/// The merged area of a field. Its spare rows have the cells of its edges only: the frame is all they show.
fn write_entry_rows(sheet: &mut Worksheet, row: u32, (first, last): (u16, u16), height: f64) -> Result<(), XlsxError> {
    let closing = row + SPARE_ROWS + 1;
    sheet.merge_range(row, first, closing, last, "", &look::entry())?;
    sheet.set_row_height(row, height - CLOSING_HEIGHT)?;
    for spare in row + 1..closing {
        for column in first + 1..last {
            sheet.clear_cell(spare, column);
        }
        sheet.set_row_height(spare, SPARE_HEIGHT)?;
        sheet.set_row_hidden(spare)?;
    }
    sheet.set_row_height(closing, CLOSING_HEIGHT)?;
    Ok(())
}

fn merge(
    sheet: &mut Worksheet,
    row: u32,
    (first, last): (u16, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.merge_range(row, first, row, last, text, format)?;
    Ok(())
}
