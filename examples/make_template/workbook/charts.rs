//! Sheet グラフ: native charts over the tables of グラフ用データ, read in a grey copy as well as on screen.

use rust_xlsxwriter::{
    Chart, ChartAxisCrossing, ChartAxisLabelPosition, ChartDataLabel, ChartDataLabelPosition, ChartFont, ChartFormat,
    ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType, ChartPatternFill,
    ChartPatternFillType, ChartSeries, ChartSolidFill, ChartType, Color, Workbook, Worksheet, XlsxError,
};

use super::chart_data::{self, AREAS, BARS, PEERS, RATIO_COLUMN, RATIOS, SCATTER_COLUMN, SCATTERS, TRENDS, Table};
use super::look;

/// The sheet's name.
pub const TITLE: &str = "グラフ";
const EXPLANATION: &str = "自地域＝青の塗り・●と実線　都道府県＝斜線の網かけ・■と破線　全国＝白抜き・▲と点線　比較地域＝点や横線の網かけ・◆など。白黒で印刷しても見分けられます。";

/// A chart's width of half and of a third of the sheet, and its rows of 20 pixels.
const WIDE: u32 = 1280;
const HALF: u32 = 636;
const THIRD: u32 = 422;
const ROW: f64 = 15.0;
const COLUMNS: u16 = 20;

const SECTIONS: [(u32, &str); 3] =
    [(3, "１　認定率"), (38, "２　受給率"), (73, "３　受給者1人あたり給付月額・利用日数回数（サービス別）")];
/// Rows below charts where a fill writes what they show.
const CAPTIONS: [u32; 6] = [20, 36, 55, 71, 109, 110];
const LAST_ROW: u32 = 110;

/// How the series of an area looks.
struct Look {
    ink: Color,
    fill: Option<ChartPatternFillType>,
    dash: ChartLineDashType,
    marker: ChartMarkerType,
}

const INK: Color = Color::RGB(0x1A1A1A);
const PAPER: Color = Color::White;

/// In the order of [`AREAS`].
const LOOKS: [Look; 6] = [
    Look { ink: look::ACCENT, fill: None, dash: ChartLineDashType::Solid, marker: ChartMarkerType::Circle },
    Look {
        ink: look::GREY,
        fill: Some(ChartPatternFillType::DiagonalStripesWideUpwards),
        dash: ChartLineDashType::Dash,
        marker: ChartMarkerType::Square,
    },
    Look { ink: INK, fill: None, dash: ChartLineDashType::RoundDot, marker: ChartMarkerType::Triangle },
    Look {
        ink: look::GREY,
        fill: Some(ChartPatternFillType::Dotted20Percent),
        dash: ChartLineDashType::DashDot,
        marker: ChartMarkerType::Diamond,
    },
    Look {
        ink: look::GREY,
        fill: Some(ChartPatternFillType::HorizontalStripesNarrow),
        dash: ChartLineDashType::LongDash,
        marker: ChartMarkerType::X,
    },
    Look {
        ink: look::GREY,
        fill: Some(ChartPatternFillType::SmallGrid),
        dash: ChartLineDashType::LongDashDot,
        marker: ChartMarkerType::Star,
    },
];

/// Adds the sheet.
pub fn add(workbook: &mut Workbook) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(TITLE)?;
    sheet.set_screen_gridlines(false);
    sheet.set_default_row_height(ROW);
    sheet.set_column_range_width_pixels(0, COLUMNS - 1, WIDE / u32::from(COLUMNS))?;
    sheet.set_column_range_format(0, COLUMNS - 1, &look::ground())?;
    sheet.set_column_range_width(COLUMNS, 16_383, 9)?;
    sheet.set_column_range_hidden(COLUMNS, 16_383)?;
    sheet.set_row_height(0, 25.0)?;
    sheet.write_with_format(0, 0, TITLE, &look::title())?;
    sheet.write_blank(1, 0, &look::ground())?;
    sheet.write_with_format(2, 0, EXPLANATION, &look::note())?;
    for (row, title) in SECTIONS {
        sheet.set_row_height(row, 20.0)?;
        for column in 0..COLUMNS {
            sheet.write_blank(row, column, &look::block_title())?;
        }
        sheet.write_with_format(row, 0, title, &look::block_title())?;
    }
    for row in CAPTIONS {
        for column in [0, COLUMNS / 2] {
            sheet.write_blank(row, column, &look::note())?;
        }
    }
    let [certification, use_rate] = &BARS;
    put(sheet, (4, 0), bars(certification, "認定率（％）"), HALF, 16)?;
    put(sheet, (39, 0), bars(use_rate, "受給率（％）"), HALF, 16)?;
    let [severity, service] = &SCATTERS;
    let axes = ("調整済み軽度認定率（要支援１～要介護２、％）", "調整済み重度認定率（要介護３～５、％）");
    put(sheet, (4, 10), scatter(severity, "重度と軽度の調整済み認定率", axes), HALF, 16)?;
    let axes = ("在宅サービスの受給率（％）", "施設・居住系サービスの受給率（％）");
    put(sheet, (39, 10), scatter(service, "施設・居住系と在宅の受給率", axes), HALF, 16)?;
    let [raw, adjusted, facility, residential, home] = &TRENDS;
    put(sheet, (22, 0), trend(raw, "認定率の推移（％）"), HALF, 14)?;
    put(sheet, (22, 10), trend(adjusted, "調整済み認定率の推移（％）"), HALF, 14)?;
    put(sheet, (57, 0), trend(facility, "受給率の推移　施設サービス（％）"), THIRD, 14)?;
    let middle = trend(residential, "受給率の推移　居住系サービス（％）");
    put_with_offset(sheet, (57, 6), 45, middle, THIRD, 14)?;
    put_with_offset(sheet, (57, 13), 26, trend(home, "受給率の推移　在宅サービス（％）"), THIRD, 14)?;
    put(sheet, (74, 0), ratios(), WIDE, 35)?;
    set_up_print(sheet)
}

fn set_up_print(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_paper_size(8).set_landscape(); // A3
    sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.28, 0.28);
    sheet.set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_print_area(0, 0, LAST_ROW, COLUMNS - 1)?;
    sheet.set_page_breaks(&[SECTIONS[1].0, SECTIONS[2].0])?;
    sheet.set_header(look::header(TITLE));
    sheet.set_footer(look::footer());
    Ok(())
}

fn put(sheet: &mut Worksheet, at: (u32, u16), chart: Chart, width: u32, rows: u32) -> Result<(), XlsxError> {
    put_with_offset(sheet, at, 0, chart, width, rows)
}

fn put_with_offset(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    x: u32,
    mut chart: Chart,
    width: u32,
    rows: u32,
) -> Result<(), XlsxError> {
    chart.set_width(width).set_height(rows * 20);
    sheet.insert_chart_with_offset(row, column, &chart, x, 0)?;
    Ok(())
}

fn font(size: u32) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_name(look::TEXT_FONT).set_size(size).set_color(INK);
    font
}

/// Title, legend and alternative text, as every chart has them.
fn dress(chart: &mut Chart, title: &str) {
    let mut bold = font(11);
    bold.set_bold();
    chart.title().set_name(title).set_font(&bold).set_overlay(false);
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&font(9));
    chart.set_alt_text(format!("{title}のグラフ。数値は「{}」のシートにあります。", chart_data::TITLE));
    chart.chart_area().set_format(ChartFormat::new().set_border(ChartLine::new().set_color(Color::RGB(0x999999))));
    chart.x_axis().set_font(&font(9)).set_name_font(font(9).unset_bold());
    chart.y_axis().set_font(&font(9)).set_name_font(font(9).unset_bold());
}

fn faint() -> ChartLine {
    let mut line = ChartLine::new();
    line.set_color(Color::RGB(0xCCCCCC)).set_width(0.5);
    line
}

fn solid(ink: Color, width: f64, dash: &ChartLineDashType) -> ChartLine {
    let mut line = ChartLine::new();
    line.set_color(ink).set_width(width).set_dash_type(*dash);
    line
}

fn fill(look: &Look, place: usize) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_border(ChartLine::new().set_color(look.ink).set_width(1.0));
    match look.fill {
        Some(pattern) => format.set_pattern_fill(
            ChartPatternFill::new().set_pattern(pattern).set_foreground_color(look.ink).set_background_color(PAPER),
        ),
        None => format.set_solid_fill(ChartSolidFill::new().set_color(if place == 0 { look.ink } else { PAPER })),
    };
    format
}

fn marker(look: &Look, size: u8) -> ChartMarker {
    let mut marker = ChartMarker::new();
    marker.set_type(look.marker).set_size(size).set_format(
        ChartFormat::new()
            .set_solid_fill(ChartSolidFill::new().set_color(look.ink))
            .set_border(ChartLine::new().set_color(look.ink).set_width(1.25)),
    );
    marker
}

fn values(format: &str) -> ChartDataLabel {
    let mut label = ChartDataLabel::new();
    label.show_value().set_num_format(format).set_font(&font(8));
    label
}

fn cells(rows: (u32, u32), column: u16) -> (&'static str, u32, u16, u32, u16) {
    (chart_data::TITLE, rows.0, column, rows.1, column)
}

/// A series of its own for an area. The chart makes it: it would forget the looks of one that is handed to it.
fn area_series<'a>(chart: &'a mut Chart, table: &Table, place: usize) -> &'a mut ChartSeries {
    let column = place as u16 + 1;
    let rows = (table.first(), table.last());
    chart
        .add_series()
        .set_name((chart_data::TITLE, table.names(), column))
        .set_categories(cells(rows, 0))
        .set_values(cells(rows, column))
}

fn bars(table: &Table, title: &str) -> Chart {
    let mut chart = Chart::new(ChartType::Column);
    for (place, look) in LOOKS.iter().enumerate() {
        let series = area_series(&mut chart, table, place);
        series.set_format(&mut fill(look, place)).set_data_label(&values("0.0")).set_gap(40).set_overlap(-8);
    }
    dress(&mut chart, title);
    chart.y_axis().set_num_format("0").set_min(0).set_major_gridlines_line(&faint());
    chart
}

fn trend(table: &Table, title: &str) -> Chart {
    let mut chart = Chart::new(ChartType::Line);
    for (place, look) in LOOKS.iter().enumerate() {
        let series = area_series(&mut chart, table, place);
        let width = if place == 0 { 2.5 } else { 1.5 };
        series
            .set_format(ChartFormat::new().set_line(&solid(look.ink, width, &look.dash)))
            .set_marker(&marker(look, 7));
        // Labels of the own area alone; more of them would lie on each other.
        if place == 0 {
            series.set_data_label(values("0.0").set_position(ChartDataLabelPosition::Above));
        }
    }
    dress(&mut chart, title);
    // A fill sets the bounds to what the lines need.
    chart.y_axis().set_num_format("0.0").set_min(0).set_max(30).set_major_gridlines_line(&faint());
    chart
}

fn scatter(table: &Table, title: &str, (x, y): (&str, &str)) -> Chart {
    let mut chart = Chart::new(ChartType::Scatter);
    let areas = AREAS.len() as u32;
    let peers = table.first() + areas + 4;
    let grey = Color::RGB(0x808080);
    points(&mut chart, peers, peers + PEERS - 1)
        .set_name("県内の保険者")
        .set_format(ChartFormat::new().set_line(ChartLine::new().set_hidden(true)))
        .set_marker(
            ChartMarker::new().set_type(ChartMarkerType::Circle).set_size(6).set_format(
                ChartFormat::new()
                    .set_solid_fill(ChartSolidFill::new().set_color(Color::RGB(0xD9D9D9)))
                    .set_border(ChartLine::new().set_color(grey)),
            ),
        );
    for (name, first) in [("全国平均の線", table.first() + areas), ("", table.first() + areas + 2)] {
        points(&mut chart, first, first + 1)
            .set_name(name)
            .set_format(ChartFormat::new().set_line(&solid(INK, 1.0, &ChartLineDashType::SquareDot)))
            .set_marker(ChartMarker::new().set_none());
    }
    for (place, look) in LOOKS.iter().enumerate() {
        let row = table.first() + place as u32;
        let mut label = ChartDataLabel::new();
        let mut ink = font(9);
        if place == 0 {
            ink.set_bold();
        }
        // Prefecture and nation lie close together: their names part to different sides.
        let side = match place {
            1 => ChartDataLabelPosition::Above,
            2 => ChartDataLabelPosition::Below,
            _ => ChartDataLabelPosition::Right,
        };
        label.show_series_name().set_position(side).set_font(&ink);
        points(&mut chart, row, row)
            .set_name((chart_data::TITLE, row, SCATTER_COLUMN))
            .set_format(ChartFormat::new().set_line(ChartLine::new().set_hidden(true)))
            .set_marker(&marker(look, if place == 0 { 10 } else { 8 }))
            .set_data_label(&label);
    }
    dress(&mut chart, title);
    // The two lines are one thing to a reader.
    chart.legend().delete_entries(&[2]);
    // A fill sets the bounds to what the points need.
    chart.x_axis().set_name(x).set_num_format("0.0").set_min(0).set_max(20).set_major_gridlines(false);
    chart.y_axis().set_name(y).set_num_format("0.0").set_min(0).set_max(20).set_major_gridlines(false);
    chart
}

fn points(chart: &mut Chart, first: u32, last: u32) -> &mut ChartSeries {
    chart
        .add_series()
        .set_categories(cells((first, last), SCATTER_COLUMN + 1))
        .set_values(cells((first, last), SCATTER_COLUMN + 2))
}

fn ratios() -> Chart {
    let mut chart = Chart::new(ChartType::Bar);
    let rows = (RATIOS.first(), RATIOS.last());
    for (column, look) in (RATIO_COLUMN + 1..).zip(LOOKS.iter().take(2)) {
        chart
            .add_series()
            .set_name((chart_data::TITLE, RATIOS.names(), column))
            .set_categories(cells(rows, RATIO_COLUMN))
            .set_values(cells(rows, column))
            .set_format(&mut fill(look, usize::from(column - RATIO_COLUMN - 1)))
            .set_data_label(&values("0.00"))
            .set_gap(50);
    }
    dress(&mut chart, "全国平均を1としたときの自地域（サービス別、給付月額の比が大きい順）");
    // The first service on top; bars grow from the nation's 1 to either side.
    chart.y_axis().set_reverse().set_label_position(ChartAxisLabelPosition::Low);
    chart
        .x_axis()
        .set_num_format("0.0")
        .set_major_gridlines(true)
        .set_major_gridlines_line(&faint())
        .set_crossing(ChartAxisCrossing::AxisValue(1.0));
    chart
}
