//! How the sheets look: fonts, colours and formats shared by all of them.
//!
//! One accent, thin rules, and every difference told by something besides colour, since most copies are printed in
//! black and white. Colours are tokens of the Digital Agency design system (`@digital-go-jp/design-tokens` 1.1.9).

use chiiki_sheet::catalog::COUNTED;
use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, Format, FormatAlign, FormatBorder, FormatPattern, FormatUnderline,
};

/// `--color-primitive-blue-900`: the own area, titles, borders of entry fields.
pub const ACCENT: Color = Color::RGB(0x0017C1);
/// `--color-primitive-blue-100`: behind a figure above the nation's.
const ACCENT_LIGHT: Color = Color::RGB(0xD9E6FF);
/// `--color-primitive-blue-50`: headings of entry fields.
const ACCENT_PALE: Color = Color::RGB(0xE8F1FE);
/// `--color-neutral-solid-gray-900`: text.
const INK: Color = Color::RGB(0x1A1A1A);
/// `--color-neutral-solid-gray-600`: the prefecture's heading, notes.
pub const GREY: Color = Color::RGB(0x666666);
/// `--color-neutral-solid-gray-400`: between blocks.
const RULE_STRONG: Color = Color::RGB(0x999999);
/// `--color-neutral-solid-gray-200`: between rows.
const RULE: Color = Color::RGB(0xCCCCCC);
/// `--color-neutral-solid-gray-100`: column headings.
const HEADING: Color = Color::RGB(0xE6E6E6);
/// A breath darker than paper, so that white says "write here".
const GROUND: Color = Color::RGB(0xF4F5F8);

/// Proportional, for words.
pub const TEXT_FONT: &str = "BIZ UDPゴシック";
/// Digits of one width, for figures; the proportional cut has a narrow 1 and would not align.
const FIGURE_FONT: &str = "BIZ UDゴシック";

/// Height of a row nobody has set, in pixels.
pub const NORMAL_ROW_PIXELS: u32 = 20;
/// Width of a column nobody has set, in pixels: 8 a digit, what Excel takes for Japanese fonts of 11 pt.
pub const NORMAL_COLUMN_PIXELS: u32 = 72;

/// Height in points of a row with one line.
pub const LINE: f64 = 17.0;
/// Height in points of a row whose name takes two lines.
pub const TWO_LINES: f64 = 25.5;
/// Names with at least so many characters take two lines in the column of names.
const CHARACTERS_OF_A_LINE: usize = 26;

/// The format of cells nobody has styled.
pub fn normal() -> Format {
    Format::new().set_font_name(FIGURE_FONT).set_font_size(11).set_align(FormatAlign::VerticalCenter)
}

/// The tinted ground with words on it.
pub fn ground() -> Format {
    Format::new()
        .set_font_name(TEXT_FONT)
        .set_font_size(10)
        .set_font_color(INK)
        .set_background_color(GROUND)
        .set_align(FormatAlign::VerticalCenter)
}

/// A sheet's title.
pub fn title() -> Format {
    ground().set_font_size(16).set_bold().set_font_color(ACCENT)
}

/// A note beside a title.
pub fn note() -> Format {
    ground().set_font_size(9).set_font_color(GREY)
}

/// The cell a legend stands in.
pub fn legend_cell() -> Format {
    ground().set_font_size(9).set_text_wrap()
}

/// The words of a legend, with the two ways a figure can stand out.
pub fn legend() -> [Format; 3] {
    let plain = Format::new().set_font_name(TEXT_FONT).set_font_size(9).set_font_color(INK);
    let above = plain.clone().set_bold().set_underline(FormatUnderline::Single);
    [plain.clone(), above, plain.set_italic()]
}

/// The line under the title that a fill writes.
pub fn statement() -> Format {
    ground().set_text_wrap().set_align(FormatAlign::Top)
}

/// A column heading.
pub fn heading() -> Format {
    ground()
        .set_bold()
        .set_background_color(HEADING)
        .set_align(FormatAlign::Center)
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
        .set_border_color(RULE_STRONG)
}

/// The heading of an item below a group's heading.
pub fn item_heading() -> Format {
    bare_heading().set_bold()
}

/// A block's title within the form.
pub fn block_title() -> Format {
    ground()
        .set_font_size(12)
        .set_bold()
        .set_font_color(ACCENT)
        .set_border_bottom(FormatBorder::Medium)
        .set_border_bottom_color(ACCENT)
}

/// Whose figures a group of columns holds. Each role keeps its own ground in a black-and-white copy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// 自地域: white on the accent
    Own,
    /// 都道府県平均: white on grey
    Prefecture,
    /// 全国平均: black on paper
    Nation,
    /// 比較地域: black on light grey
    Other,
}

impl Role {
    /// The heading that names the role.
    pub fn heading(self) -> Format {
        // Shrinks where a fill shows one year only.
        let cell = heading().unset_text_wrap().set_shrink();
        match self {
            Self::Own => cell.set_background_color(ACCENT).set_font_color(Color::White),
            Self::Prefecture => cell.set_background_color(GREY).set_font_color(Color::White),
            Self::Nation => cell.set_background_color(Color::White),
            Self::Other => cell,
        }
    }

    /// The area's name below it.
    pub fn area(self) -> Format {
        let ink = if self == Self::Own { ACCENT } else { INK };
        bare_heading().set_font_size(10).set_bold().set_shrink().set_font_color(ink)
    }
}

/// The year in words; shrinks rather than lose its ※.
pub fn year_label() -> Format {
    bare_heading().set_font_name(FIGURE_FONT).set_bold().set_shrink()
}

/// The western year below it.
pub fn year_number() -> Format {
    bare_heading().set_font_name(FIGURE_FONT).set_font_size(8).set_font_color(GREY).set_num_format("0")
}

/// A heading of the second rank, on the ground.
fn bare_heading() -> Format {
    ground()
        .set_font_size(9)
        .set_align(FormatAlign::Center)
        .set_border(FormatBorder::Thin)
        .set_border_color(RULE_STRONG)
}

fn row_cell() -> Format {
    ground().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(RULE)
}

/// A word in a data row, wrapped.
pub fn word() -> Format {
    row_cell().set_text_wrap()
}

/// A short word in a data row, centred.
pub fn mark() -> Format {
    row_cell().set_align(FormatAlign::Center)
}

/// A small remark in a data row, wrapped.
pub fn remark() -> Format {
    word().set_font_size(8).set_font_color(GREY)
}

/// A figure in a data row; marks such as 「―」 stand right as well. Eight digits and more shrink rather than turn into
/// `####`.
pub fn figure(number_format: &str) -> Format {
    row_cell()
        .set_font_name(FIGURE_FONT)
        .set_font_size(10.5)
        .set_align(FormatAlign::Right)
        .set_shrink()
        .set_num_format(number_format)
}

/// `--color-primitive-orange-800`: a figure with a caution, told by its mark as well.
const CAUTION: Color = Color::RGB(0xC74700);

/// A figure that stands on 「点検」: an orange rule and a mark on the left, the number as it was.
pub fn cautioned(cell: Format, number_format: &str) -> Format {
    let marked = number_format.split(';').map(|part| format!("\"＊\"* {part}")).collect::<Vec<_>>().join(";");
    cell.set_num_format(marked).set_border_left(FormatBorder::Medium).set_border_left_color(CAUTION)
}

/// Grey and slanted where an entry still holds a draft; black again as soon as its first line is gone.
pub fn draft(formula: &str) -> ConditionalFormatFormula {
    ConditionalFormatFormula::new()
        .set_rule(formula)
        .set_format(Format::new().set_italic().set_font_color(Color::RGB(0x4D4D4D)))
}

/// The first column of a group, ruled off from the one before.
pub fn starts_group(cell: Format) -> Format {
    cell.set_border_left(FormatBorder::Thin).set_border_left_color(RULE_STRONG)
}

/// The first row of a block, ruled off from the one above.
pub fn starts_block(cell: Format) -> Format {
    cell.set_border_top(FormatBorder::Thin).set_border_top_color(ACCENT)
}

/// The heading of an entry field. The STEP stands in the number format: the text stays the guide's, word for word.
pub fn entry_heading(step: Option<u8>) -> Format {
    let cell = ground()
        .set_bold()
        .set_font_color(ACCENT)
        .set_background_color(ACCENT_PALE)
        .set_border(FormatBorder::Thin)
        .set_border_color(ACCENT)
        .set_align(FormatAlign::Left)
        .set_indent(1);
    match step {
        Some(step) => cell.set_num_format(format!("\"STEP {step}　\"@")),
        None => cell,
    }
}

/// A place to write: white, unlocked.
pub fn entry() -> Format {
    open_cell().set_font_size(11).set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_indent(1).set_text_wrap()
}

/// A place for a number of the reader's own.
pub fn setting() -> Format {
    open_cell().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_num_format("0.00")
}

fn open_cell() -> Format {
    Format::new()
        .set_font_name(TEXT_FONT)
        .set_font_size(10)
        .set_font_color(Color::Black)
        .set_background_color(Color::White)
        .set_border(FormatBorder::Thin)
        .set_border_color(ACCENT)
        .set_unlocked()
}

/// Number format of values by unit. Units without decimals on the form have none here. A narrow space keeps figures and
/// marks off the rule on their right.
pub fn number_format(unit: &str) -> &'static str {
    match unit {
        "％" | "回" | "日" => "0.0_ ;▲0.0_ ;0.0_ ;@_ ",
        "円" | "人" => "#,##0_ ;▲#,##0_ ;0_ ;@_ ",
        _ => "#,##0.0_ ;▲#,##0.0_ ;0.0_ ;@_ ",
    }
}

/// Number format of differences by unit: a rise carries its plus.
pub fn difference_format(unit: &str) -> &'static str {
    match unit {
        "％" | "回" | "日" => "+0.0_ ;▲0.0_ ;0.0_ ;@_ ",
        "円" | "人" => "+#,##0_ ;▲#,##0_ ;0_ ;@_ ",
        _ => "+#,##0.0_ ;▲#,##0.0_ ;0.0_ ;@_ ",
    }
}

/// Height in points of a data row by its name.
pub fn row_height(name: &str) -> f64 {
    if name.chars().count() < CHARACTERS_OF_A_LINE { LINE } else { TWO_LINES }
}

/// The condition that a row's name in column A and unit in column C are those of a rate or a mean: numbers of people,
/// households and places are not compared between areas of different size, as in `Indicator::is_count`.
pub fn comparable(row: u32) -> String {
    let each = ["あたり", "当たり", "当り"].map(|word| format!("ISNUMBER(SEARCH(\"{word}\",$A{row}))")).join(",");
    let counted = COUNTED.map(|unit| format!("\"{unit}\"")).join(",");
    format!("OR(ISNA(MATCH($C{row},{{{counted}}},0)),{each})")
}

/// Another number format where `formula` holds.
pub fn shown_as(formula: &str, number_format: &str) -> ConditionalFormatFormula {
    ConditionalFormatFormula::new().set_rule(formula).set_format(Format::new().set_num_format(number_format))
}

/// Bold, underlined, light blue: 「上回る」 where `formula` holds.
pub fn above(formula: &str) -> ConditionalFormatFormula {
    ConditionalFormatFormula::new()
        .set_rule(formula)
        .set_format(Format::new().set_bold().set_underline(FormatUnderline::Single).set_background_color(ACCENT_LIGHT))
}

/// Slanted on a grey hatch: 「下回る」 where `formula` holds.
pub fn below(formula: &str) -> ConditionalFormatFormula {
    ConditionalFormatFormula::new().set_rule(formula).set_format(
        Format::new()
            .set_italic()
            .set_pattern(FormatPattern::LightUp)
            .set_foreground_color(RULE)
            .set_background_color(Color::White),
    )
}

/// The running head: the sheet's title, small, on the right.
pub fn header(title: &str) -> String {
    format!("&R&\"{TEXT_FONT},Regular\"&8{title}")
}

/// The running foot: the file's name, which carries the insurer's, and the page.
pub fn footer() -> String {
    format!("&L&\"{TEXT_FONT},Regular\"&8&F&R&\"{TEXT_FONT},Regular\"&9&P / &N")
}
