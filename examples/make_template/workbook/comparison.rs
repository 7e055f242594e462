//! Sheet 比較と判定: every indicator of the main year against prefecture, nation and 比較地域, judged by formulas.

use rust_xlsxwriter::{
    DataValidation, DataValidationRule, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError,
};

use super::indicators::{self, Indicator};
use super::look::{self, Role};

const TITLE: &str = "比較と判定";
const NOTE: &str = "本ソフトの目安であり、国の基準ではありません。白い欄の数値は変えられます。";
const LEGEND: &str = "差＝自地域－相手　比＝自地域÷相手　－ 比べられる値がない";

/// Label, value, bounds and defined name of a threshold, one a row.
const THRESHOLDS: [(&str, f64, (f64, f64), &str); 2] = [
    ("「上回る」とみなす比（この値以上）", 1.15, (1.0, 10.0), "しきい値_上回る"),
    ("「下回る」とみなす比（この値以下）", 0.85, (0.0, 1.0), "しきい値_下回る"),
];
const FIRST_THRESHOLD_ROW: u32 = 2;
const THRESHOLD_COLUMN: u16 = 1;

const ROLE_ROW: u32 = 5;
const AREA_ROW: u32 = 6;
const ITEM_ROW: u32 = 7;
const FIRST_DATA_ROW: u32 = 8;
/// 受給者1人あたり利用日数・回数 begins here.
const FIRST_USE_ROW: u32 = FIRST_DATA_ROW + 29;
/// Rows kept ready for added indicators, hidden until a fill needs them.
const PREPARED_ROWS: usize = 20;

/// Columns of the row itself and their widths in characters.
const LABELS: [(&str, f64); 6] =
    [("指標名", 44.0), ("指標ID", 7.0), ("単位", 5.0), ("年度", 9.0), ("自地域", 9.0), ("県内順位", 10.0)];
const OWN_COLUMN: u16 = 4;
const TARGETS: [(&str, Role); 7] = [
    ("都道府県平均", Role::Prefecture),
    ("全国平均", Role::Nation),
    ("比較地域１", Role::Other),
    ("比較地域２", Role::Other),
    ("比較地域３", Role::Other),
    ("比較地域４", Role::Other),
    ("比較地域５", Role::Other),
];
/// Targets shown before a fill says otherwise.
const TARGETS_SHOWN: u16 = 2;
const FIRST_TARGET_COLUMN: u16 = 6;
/// Columns of a target and their widths in characters.
const ITEMS: [(&str, f64); 4] = [("値", 9.0), ("差", 9.0), ("比", 7.0), ("判定", 10.0)];
const COLUMNS_OF_A_TARGET: u16 = 4;
const LAST_COLUMN: u16 = 33;

/// What formulas show where a value is missing.
const NO_VERDICT: &str = "－";

/// Adds the sheet and the names of its thresholds.
pub fn add(workbook: &mut Workbook) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(TITLE)?;
    set_up_columns(sheet)?;
    write_head(sheet)?;
    let mut row = FIRST_DATA_ROW;
    for block in [indicators::CERTIFICATION, indicators::USE, indicators::BENEFIT] {
        for (place, indicator) in block.iter().enumerate() {
            write_row(sheet, row, Some(indicator), place == 0)?;
            row += 1;
        }
    }
    for place in 0..PREPARED_ROWS {
        write_row(sheet, row, None, place == 0)?;
        sheet.set_row_hidden(row)?;
        row += 1;
    }
    mark_verdicts(sheet, row - 1)?;
    round_with_sense(sheet, row - 1)?;
    set_up_print(sheet, row - 1)?;
    for (at, (_, _, _, name)) in (FIRST_THRESHOLD_ROW + 1..).zip(THRESHOLDS) {
        workbook.define_name(name, &format!("='{TITLE}'!$B${at}"))?;
    }
    Ok(())
}

fn set_up_columns(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_screen_gridlines(false);
    for (column, (_, width)) in (0..).zip(LABELS) {
        sheet.set_column_width(column, width)?;
    }
    for (_, first) in target_starts() {
        for (column, (_, width)) in (first..).zip(ITEMS) {
            sheet.set_column_width(column, width)?;
        }
    }
    sheet.set_column_range_format(0, LAST_COLUMN, &look::ground())?;
    // The targets not in use, and everything beyond them.
    sheet.set_column_range_width(LAST_COLUMN + 1, 16_383, 9)?;
    sheet.set_column_range_hidden(FIRST_TARGET_COLUMN + TARGETS_SHOWN * COLUMNS_OF_A_TARGET, 16_383)?;
    sheet.set_freeze_panes(FIRST_DATA_ROW, FIRST_TARGET_COLUMN)?;
    Ok(())
}

fn set_up_print(sheet: &mut Worksheet, last_row: u32) -> Result<(), XlsxError> {
    sheet.set_paper_size(8).set_landscape(); // A3
    sheet.set_margins(0.55, 0.55, 0.5, 0.5, 0.25, 0.25);
    sheet.set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_repeat_rows(ROLE_ROW, ITEM_ROW)?;
    sheet.set_print_area(0, 0, last_row, LAST_COLUMN)?;
    // Amounts on one page, times and days on the next.
    sheet.set_page_breaks(&[FIRST_USE_ROW])?;
    sheet.set_header(look::header(TITLE));
    sheet.set_footer(look::footer());
    Ok(())
}

fn target_starts() -> impl Iterator<Item = (u16, u16)> {
    (0..TARGETS.len() as u16).map(|target| (target, FIRST_TARGET_COLUMN + target * COLUMNS_OF_A_TARGET))
}

fn write_head(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    for (row, height) in (0..).zip([25.0, 20.0, 18.0, 18.0, 8.0, 18.0, 18.0, 18.0]) {
        sheet.set_row_height(row, height)?;
    }
    sheet.write_with_format(0, 0, TITLE, &look::title())?;
    sheet.write_blank(1, 0, &look::ground())?;
    for (row, (label, value, (least, most), _)) in (FIRST_THRESHOLD_ROW..).zip(THRESHOLDS) {
        sheet.write_with_format(row, 0, label, &look::ground().set_align(FormatAlign::Right).set_indent(1))?;
        sheet.write_with_format(row, THRESHOLD_COLUMN, value, &look::setting())?;
        let bounds = DataValidation::new()
            .allow_decimal_number(DataValidationRule::Between(least, most))
            .set_error_title("しきい値")?
            .set_error_message(format!("{least}から{most}までの数値を入れてください。"))?;
        sheet.add_data_validation(row, THRESHOLD_COLUMN, row, THRESHOLD_COLUMN, &bounds)?;
    }
    sheet.write_with_format(FIRST_THRESHOLD_ROW, THRESHOLD_COLUMN + 1, NOTE, &look::note().set_indent(1))?;
    sheet.write_with_format(FIRST_THRESHOLD_ROW + 1, THRESHOLD_COLUMN + 1, LEGEND, &look::note().set_indent(1))?;

    for (column, (label, _)) in (0..).zip(LABELS) {
        let format = if column == OWN_COLUMN { Role::Own.heading() } else { look::heading() };
        sheet.merge_range(ROLE_ROW, column, ITEM_ROW, column, label, &format)?;
    }
    for ((_, first), (label, role)) in target_starts().zip(TARGETS) {
        let last = first + COLUMNS_OF_A_TARGET - 1;
        sheet.merge_range(ROLE_ROW, first, ROLE_ROW, last, label, &role.heading())?;
        sheet.merge_range(AREA_ROW, first, AREA_ROW, last, "", &role.area())?;
        for (column, (item, _)) in (first..).zip(ITEMS) {
            sheet.write_with_format(ITEM_ROW, column, item, &look::item_heading())?;
        }
    }
    Ok(())
}

fn write_row(sheet: &mut Worksheet, row: u32, indicator: Option<&Indicator>, opens: bool) -> Result<(), XlsxError> {
    let ruled = |cell: Format| if opens { look::starts_block(cell) } else { cell };
    let unit = indicator.map_or("", |indicator| indicator.unit);
    let [name, id] = indicator.map_or(["", ""], |indicator| [indicator.name, indicator.id]);
    sheet.set_row_height(row, look::row_height(name))?;
    sheet.write_with_format(row, 0, name, &ruled(look::word()))?;
    sheet.write_with_format(row, 1, id, &ruled(look::mark()))?;
    sheet.write_with_format(row, 2, unit, &ruled(look::mark()))?;
    sheet.write_blank(row, 3, &ruled(look::mark().set_shrink()))?;
    let value = look::figure(look::number_format(unit));
    let difference = look::figure(look::difference_format(unit));
    sheet.write_blank(row, OWN_COLUMN, &ruled(look::starts_group(value.clone())))?;
    sheet.write_blank(row, OWN_COLUMN + 1, &ruled(look::mark().set_shrink()))?;

    for (_, first) in target_starts() {
        let formulas = Formulas::new(row, first);
        sheet.write_blank(row, first, &ruled(look::starts_group(value.clone())))?;
        sheet.write_formula_with_format(row, first + 1, formulas.difference, &ruled(difference.clone()))?;
        sheet.write_formula_with_format(
            row,
            first + 2,
            formulas.ratio,
            &ruled(look::figure("0.00_ ;▲0.00_ ;0.00_ ;@_ ")),
        )?;
        sheet.write_formula_with_format(row, first + 3, formulas.verdict, &ruled(look::mark()))?;
    }
    Ok(())
}

/// The formulas of one row against one target, cached as they stand without values.
struct Formulas {
    difference: Formula,
    ratio: Formula,
    verdict: Formula,
}

impl Formulas {
    fn new(row: u32, first_column: u16) -> Self {
        let row_number = row + 1;
        let own = format!("$E{row_number}");
        let target = format!("{}{row_number}", rust_xlsxwriter::utility::column_number_to_name(first_column));
        let ratio = format!("{}{row_number}", rust_xlsxwriter::utility::column_number_to_name(first_column + 2));
        let numbers = format!("ISNUMBER({own}),ISNUMBER({target}),{}", look::comparable(row_number));
        let formula = |text: String| Formula::new(text).set_result(NO_VERDICT);
        Self {
            difference: formula(format!("=IF(AND({numbers}),{own}-{target},\"{NO_VERDICT}\")")),
            ratio: formula(format!("=IF(AND({numbers},{target}>0),{own}/{target},\"{NO_VERDICT}\")")),
            verdict: formula(format!(
                // The program leaves out the same decimals: 15.3 ÷ 18.0 is not quite 0.85 in binary.
                "=IF(ISNUMBER({ratio}),IF(ROUND({ratio},9)>=しきい値_上回る,\"↑ 上回る\",\
                 IF(ROUND({ratio},9)<=しきい値_下回る,\"↓ 下回る\",\"→ 同程度\")),\"{NO_VERDICT}\")"
            )),
        }
    }
}

/// Verdicts stand out the way figures do on the form; the arrow and the word carry the meaning.
fn mark_verdicts(sheet: &mut Worksheet, last_row: u32) -> Result<(), XlsxError> {
    for (_, first) in target_starts() {
        let column = first + COLUMNS_OF_A_TARGET - 1;
        let at = format!("{}{}", rust_xlsxwriter::utility::column_number_to_name(column), FIRST_DATA_ROW + 1);
        let above = look::above(&format!("=LEFT({at},1)=\"↑\""));
        let below = look::below(&format!("=LEFT({at},1)=\"↓\""));
        sheet.add_conditional_format(FIRST_DATA_ROW, column, last_row, column, &above)?;
        sheet.add_conditional_format(FIRST_DATA_ROW, column, last_row, column, &below)?;
    }
    Ok(())
}

/// Numbers that rounding would turn into a contradiction: a ratio of 1.149 beside 「→ 同程度」 is not shown as 1.15, and
/// a difference too small to be seen is 0.0, neither +0.0 nor ▲0.0.
fn round_with_sense(sheet: &mut Worksheet, last_row: u32) -> Result<(), XlsxError> {
    let top = FIRST_DATA_ROW + 1;
    let name = |column: u16| format!("{}{top}", rust_xlsxwriter::utility::column_number_to_name(column));
    for (_, first) in target_starts() {
        let (column, at) = (first + 2, name(first + 2));
        let other = |decimals: u8| {
            let judged =
                |comparison: &str| format!("(ROUND({at},{decimals}){comparison})<>(ROUND({at},9){comparison})");
            format!("=AND(ISNUMBER({at}),OR({},{}))", judged(">=しきい値_上回る"), judged("<=しきい値_下回る"))
        };
        for (decimals, format) in [(3, "0.000000_ "), (2, "0.000_ ")] {
            let rule = look::shown_as(&other(decimals), format);
            sheet.add_conditional_format(FIRST_DATA_ROW, column, last_row, column, &rule)?;
        }
        let (column, at) = (first + 1, name(first + 1));
        let whole = format!("OR($C{top}=\"円\",$C{top}=\"人\")");
        for (which, decimals, format) in [(whole.clone(), 0, "0_ "), (format!("NOT({whole})"), 1, "0.0_ ")] {
            let rule = format!("=AND(ISNUMBER({at}),{which},ROUND({at},{decimals})=0)");
            sheet.add_conditional_format(FIRST_DATA_ROW, column, last_row, column, &look::shown_as(&rule, format))?;
        }
    }
    Ok(())
}
