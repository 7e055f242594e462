//! 「グラフ」: the numbers behind the charts and what the charts remember of them.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use calamine::{Reader, Xlsx};
use umya_spreadsheet::Workbook;

use super::worked::{FORM, Seen, comparison, filled, part, parts};

const DATA: &str = "グラフ用データ";

/// (formula, remembered points) of a chart part.
fn remembered(chart: &str) -> Vec<(String, BTreeMap<usize, String>)> {
    let mut all = Vec::new();
    for piece in chart.split("<c:f>").skip(1) {
        let (formula, rest) = piece.split_once("</c:f>").unwrap();
        let cache = rest.split("Cache>").next().unwrap();
        let points = cache.split("<c:pt idx=\"").skip(1).map(|point| {
            let (number, rest) = point.split_once('"').unwrap();
            let value = rest.split("<c:v>").nth(1).unwrap().split("</c:v>").next().unwrap();
            (number.parse().unwrap(), value.to_owned())
        });
        // `Cache>` ends the opening tag of the cache; points follow it.
        let inner = rest.split("Cache>").nth(1).unwrap_or_default();
        let points = if points.clone().count() == 0 { read_points(inner) } else { points.collect() };
        all.push((formula.to_owned(), points));
    }
    all
}

fn read_points(inner: &str) -> BTreeMap<usize, String> {
    inner
        .split("<c:pt idx=\"")
        .skip(1)
        .map(|point| {
            let (number, rest) = point.split_once('"').unwrap();
            let value = rest.split("<c:v>").nth(1).unwrap().split("</c:v>").next().unwrap();
            (number.parse().unwrap(), value.to_owned())
        })
        .collect()
}

/// Row and column of `$B$5`, from zero.
fn place(address: &str) -> (u32, u32) {
    let mut parts = address.trim_start_matches('$').split('$');
    let column = parts.next().unwrap().bytes().fold(0, |acc, b| acc * 26 + u32::from(b - b'A') + 1) - 1;
    (parts.next().unwrap().parse::<u32>().unwrap() - 1, column)
}

#[test]
fn a_chart_without_figures_says_why() {
    let (mut comparison, told) = comparison(2023, 2025, &[]);
    let said = |comparison: &_| -> Vec<String> {
        let sheet = Seen::sheet(&filled(comparison, &told).bytes, "グラフ");
        (0..140).map(|row| sheet.text(row, 0)).filter(|text| text.contains("描いていません")).collect()
    };
    assert_eq!(said(&comparison), [""; 0]);
    comparison.rows.retain(|row| !row.indicator.id.as_str().starts_with("D17"));
    let one = said(&comparison);
    assert!(one.len() == 1 && one[0].contains("サービス別の給付月額"), "{one:?}");
    comparison.rows.retain(|row| !["D2", "D3", "D4"].contains(&row.indicator.id.as_str()));
    let bars = said(&comparison);
    assert!(bars.iter().any(|words| words == "左：令和7年度の数値がないため描いていません。"), "{bars:?}");
    let sheet = Seen::sheet(&filled(&comparison, &told).bytes, "グラフ");
    let trends: Vec<String> =
        (0..140).map(|row| sheet.text(row, 0)).filter(|text| text.contains("線のない図")).collect();
    assert_eq!(trends.len(), 1, "only below 受給率: {trends:?}");
}

#[test]
fn every_chart_remembers_exactly_what_its_cells_hold() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let data = Seen::sheet(&bytes, DATA);
    let charts: Vec<String> = parts(&bytes).into_iter().filter(|name| name.starts_with("xl/charts/chart")).collect();
    assert_eq!(charts.len(), 10);
    let mut compared = 0;
    for chart in &charts {
        for (formula, points) in remembered(&part(&bytes, chart)) {
            let (sheet, area) = formula.split_once('!').unwrap();
            assert_eq!(sheet, DATA, "{chart}");
            let (from, to) = area.split_once(':').unwrap_or((area, area));
            let ((first, column), (last, _)) = (place(from), place(to));
            let held: BTreeMap<usize, String> = (first..=last)
                .enumerate()
                .map(|(number, row)| (number, data.text(row, column)))
                .filter(|(_, text)| !text.is_empty())
                .collect();
            assert_eq!(points, held, "{chart} {formula}");
            compared += points.len();
        }
    }
    assert!(compared > 200, "only {compared} points");
}

#[test]
fn the_numbers_are_those_of_the_form() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let (data, form) = (Seen::sheet(&bytes, DATA), Seen::sheet(&bytes, FORM));
    // Own, prefecture, nation, みなと市 and たかね市 stand in E, O, Y, AI, AS; 令和7年度 is the third year.
    let form_columns = [6, 16, 26, 36, 46];
    for (title, ids) in
        [("認定率（主な年度）", vec!["B4-a", "B5-a", "B6-a", "B6-b"]), ("受給率（主な年度）", vec!["D2", "D3", "D4"])]
    {
        let (row, column) = data.find(title);
        for (offset, id) in (2..).zip(ids) {
            let (form_row, _) = form.find(id);
            for (at, form_column) in (column + 1..).zip(form_columns) {
                assert_eq!(data.number(row + offset, at), form.number(form_row, form_column), "{title} {id}");
                assert!(data.number(row + offset, at).is_some());
            }
        }
    }
    let (row, _) = data.find("推移 D4");
    let years: Vec<String> = (0..10).map(|place| data.text(row + 2 + place, 0)).collect();
    assert_eq!(years[..4], ["令和5年度", "令和6年度", "令和7年度", ""]);
    assert_eq!(data.number(row + 3, 3), form.number(form.find("D4").0, 25));
}

#[test]
fn what_is_not_in_use_is_hidden_so_that_it_leaves_the_legend() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let book: Workbook =
        umya_spreadsheet::reader::xlsx::read_reader(std::io::Cursor::new(bytes.clone()), true).unwrap();
    let sheet = book.sheet_by_name(DATA).unwrap();
    let hidden: Vec<bool> =
        (2..=7).map(|column| sheet.column_dimension_by_number(column).is_some_and(|c| c.hidden())).collect();
    assert_eq!(hidden, [false, false, false, false, false, true], "みなと市 and たかね市 are the only others");
    let (row, _) = Seen::sheet(&bytes, DATA).find("推移 B4-a");
    let hidden = |offset| sheet.row_dimension(row + 1 + offset).is_some_and(|row| row.hidden());
    assert!((2..5).all(|offset| !hidden(offset)) && (5..12).all(hidden), "three years of ten");
}

#[test]
fn scatters_hold_the_prefectures_insurers_and_lines_at_the_nation() {
    let (comparison, told) = comparison(2023, 2025, &[]);
    let bytes = filled(&comparison, &told).bytes;
    let data = Seen::sheet(&bytes, DATA);
    let (row, column) = data.find("散布図 認定率");
    // The distribution of B6 exists for 令和6年度 only, and in one standardisation; see its file.
    assert_eq!(data.text(row + 2, column), "みほん市");
    assert_eq!((data.number(row + 2, column + 1), data.number(row + 2, column + 2)), (Some(13.1), Some(6.2)));
    let line = |place: u32| (data.number(row + 8 + place, column + 1), data.number(row + 8 + place, column + 2));
    assert_eq!([line(0).0, line(1).0], [Some(12.0); 2], "upright at the nation's light rate");
    assert_eq!([line(2).1, line(3).1], [Some(6.8); 2], "level at the nation's heavy rate");
    let peers: Vec<String> =
        (0..200).map(|place| data.text(row + 12 + place, column)).filter(|name| !name.is_empty()).collect();
    assert_eq!(peers.len(), 4, "{peers:?}");
    assert!(peers.contains(&"はまかぜ市".to_owned()) && !peers.contains(&"たかね市".to_owned()));
    // The axes hold all points.
    let chart = part(&bytes, "xl/charts/chart2.xml");
    assert!(chart.contains("<c:max val=\"13.5\"/><c:min val=\"11\"/>"), "bounds of the axis below");
}

#[test]
fn a_prefecture_alone_draws_without_a_prefecture_column() {
    let (mut comparison, told) = comparison(2023, 2025, &[]);
    comparison.participants.retain(|participant| participant.role != chiiki_sheet::form::Role::Prefecture);
    // Without its own column nobody else may slip into it.
    let bytes = filled(&comparison, &told).bytes;
    let data = Seen::sheet(&bytes, DATA);
    let (row, column) = data.find("認定率（主な年度）");
    assert_eq!(data.text(row + 1, column + 2), "");
    assert_eq!(data.text(row + 1, column + 3), "全国");
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    assert!(book.worksheet_range("グラフ").is_ok());
}
