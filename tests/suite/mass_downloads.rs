//! One insurer's folder as it is in real life: 741 files, 162 of them doubles, 90 without rows, 19 downloaded again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Instant;

use chiiki_sheet::catalog::{Catalog, Indicator, SeriesKind};
use rust_xlsxwriter::Workbook;

use crate::program::{package, program};

const UNIQUE: usize = 470;
const EMPTY: usize = 90;
const NEWER: usize = 19;
const DOUBLES: usize = 162;
const YEARS: [i32; 3] = [2023, 2024, 2025];
/// Own insurer first; the rest are other insurers' files that got into the folder.
const INSURERS: [&str; 7] = ["みほん市", "みなと市", "はまかぜ市", "たかね市", "緑町", "花野町", "星見村"];

/// What a figure is, made up from its place: one decimal, as downloads show it.
/// Shares stay below 100.
fn figure(indicator: &Indicator, row: usize, area: &str, year: i32) -> f64 {
    let place: usize = area.chars().map(|c| c as usize % 97).sum();
    let number = ((row * 131 + place * 17 + (year as usize - 2000) * 3) % 9_000 + 100) as f64;
    if &*indicator.unit == "％" { number / 100.0 } else { number / 10.0 }
}

struct Table<'a> {
    indicator: &'a Indicator,
    exported: &'a str,
    areas: &'a [(String, [f64; 3])],
    note: String,
}

fn write(path: &Path, table: &Table<'_>) {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("グラフ").unwrap().write(0, 0, &table.indicator.name).unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("表形式（時系列）").unwrap();
    sheet.write(0, 0, format!("出力日:{}", table.exported)).unwrap();
    for (col, heading) in ["地域", "指標(系列)", "単位"].into_iter().enumerate() {
        sheet.write(1, 1 + col as u16, heading).unwrap();
    }
    for (offset, year) in YEARS.into_iter().enumerate() {
        sheet.write(1, 4 + offset as u16, format!("令和{}年度", year - 2018)).unwrap();
    }
    for (row, (area, values)) in (2u32..).zip(table.areas) {
        sheet.write(row, 1, area).unwrap();
        sheet.write(row, 2, &table.indicator.name).unwrap();
        sheet.write(row, 3, &*table.indicator.unit).unwrap();
        for (offset, value) in values.iter().enumerate() {
            sheet.write(row, 4 + offset as u16, *value).unwrap();
        }
    }
    sheet.write(2 + table.areas.len() as u32, 1, &table.note).unwrap();
    workbook.save(path).unwrap();
}

/// Writes the folder; what each figure must be, by (指標ID, area, year).
fn make(folder: &Path) -> BTreeMap<(String, String, i32), f64> {
    let indicators: Vec<&Indicator> = Catalog::shipped()
        .indicators()
        .iter()
        .filter(|i| {
            i.kind == SeriesKind::TimeSeries && !i.adjusted && !i.unit.is_empty() && !i.id.as_str().starts_with("X-")
        })
        .collect();
    let path = |indicator: &Indicator, tail: &str| {
        let name: String = indicator.name.chars().filter(|c| !"/\\:*?\"<>|".contains(*c)).collect();
        folder.join(format!("{}_{name}_時系列{tail}.xlsx", indicator.id))
    };
    let mut truth = BTreeMap::new();
    let mut written = Vec::new();
    for number in 0..UNIQUE {
        let (row, insurer) = (number % indicators.len(), INSURERS[number / indicators.len()]);
        let indicator = indicators[row];
        let areas: Vec<(String, [f64; 3])> = [format!("見本県 {insurer}"), "見本県".to_owned(), "全国".to_owned()]
            .into_iter()
            .map(|area| {
                let values = YEARS.map(|year| figure(indicator, row, &area, year));
                (area, values)
            })
            .collect();
        for (area, values) in &areas {
            for (year, value) in YEARS.into_iter().zip(values) {
                truth.insert((indicator.id.to_string(), area.clone(), year), *value);
            }
        }
        let tail = if number < indicators.len() { String::new() } else { format!("_{insurer}") };
        let path = path(indicator, &tail);
        write(
            &path,
            &Table { indicator, exported: "2026/08/25", areas: &areas, note: "（出典）厚生労働省".to_owned() },
        );
        written.push((path, row, areas));
    }
    for (number, (path, row, areas)) in written.iter().enumerate().take(NEWER) {
        let mut areas = areas.clone();
        areas[0].1[2] += 1.5;
        let indicator = indicators[*row];
        truth.insert((indicator.id.to_string(), areas[0].0.clone(), YEARS[2]), areas[0].1[2]);
        let newer = path.with_file_name(format!("{} (1).xlsx", path.file_stem().unwrap().to_string_lossy()));
        let table = Table { indicator, exported: "2026/11/02", areas: &areas, note: format!("（時点）{number}") };
        write(&newer, &table);
    }
    for number in 0..EMPTY {
        let indicator = indicators[number % indicators.len()];
        let table = Table { indicator, exported: "2026/08/25", areas: &[], note: format!("（出典）表{number}") };
        write(&path(indicator, &format!(" (5{number:02})")), &table);
    }
    for number in 0..DOUBLES {
        // Doubles of doubles, too: some files came down three times.
        let (original, ..) = &written[number % 120];
        let stem = original.file_stem().unwrap().to_string_lossy().into_owned();
        fs::copy(original, folder.join(format!("{stem} ({}).xlsx", 2 + number / 120))).unwrap();
    }
    truth
}

#[test]
fn a_folder_of_741_downloads_is_read_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let truth = make(folder.path());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), UNIQUE + EMPTY + NEWER + DOUBLES);
    let path = folder.path().display().to_string();
    let areas = package("examples/mihon/areas.csv").display().to_string();
    let started = Instant::now();
    let said = program(&["inspect", &path, "--areas", &areas, "--format", "json"]);
    println!("741 files in {:?} (dev build, two tests may share the machine)", started.elapsed());
    assert_eq!(said.code, 0, "{}", said.err);
    let json = said.json();

    let files = json["files"].as_array().unwrap();
    let count = |outcome: &str| files.iter().filter(|file| file["outcome"] == outcome).count();
    assert_eq!(
        (count("read"), count("empty"), count("waiting"), count("refused")),
        (UNIQUE + NEWER + DOUBLES, EMPTY, 0, 0)
    );
    let distinct: BTreeSet<&str> = files.iter().map(|file| file["sha256"].as_str().unwrap()).collect();
    assert_eq!(distinct.len(), 579);
    let doubles = files.iter().filter(|file| file["message"].as_str().is_some_and(|text| text.contains("同じ内容")));
    assert_eq!(doubles.count(), DOUBLES);

    let mut found = BTreeMap::new();
    for observation in json["observations"].as_array().unwrap() {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let year = observation["period"]["form_year"].as_i64();
        let key = (text(&observation["indicator"]), text(&observation["area"]["name"]), year);
        let value = observation["value"].as_f64().unwrap();
        assert!(found.insert(key, value).is_none(), "one figure a key");
    }
    // Whatever a form's year is of an indicator that counts calendar years, the set of values is known.
    for ((id, area, year), value) in &truth {
        if let Some(found) = found.get(&(id.clone(), area.clone(), Some(i64::from(*year)))) {
            assert_eq!(found, value, "{id} {area} {year}");
        }
    }
    assert_eq!(found.len(), truth.len());
    let newer = json["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "newer-copy").count();
    assert_eq!(newer, NEWER);
    let other = json["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "conflict").count();
    assert_eq!(other, 0);
}

#[test]
fn the_report_says_what_may_be_deleted() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let path = folder.path().display().to_string();
    let areas = package("examples/mihon/areas.csv").display().to_string();
    let said = program(&["inspect", &path, "--areas", &areas]);
    for words in [
        "同じ内容のファイル 162件",
        "数値の行がないファイル 90件",
        "新しい出力があるため使わなかったファイル 19件",
        "見本県 みほん市",
        "見本県 みなと市",
    ] {
        assert!(
            said.out.contains(words),
            "「{words}」 is not in the report:\n{}",
            said.out.lines().rev().take(60).collect::<Vec<_>>().join("\n")
        );
    }
    // Every file that may go has its line, with what it doubles; the hundreds that were simply read have none.
    assert_eq!(said.out.lines().filter(|line| line.contains("』と同じ）")).count(), 162);
    assert!(
        said.out.starts_with("ファイル 741件：取り込み 651件、数値なし 90件"),
        "{}",
        said.out.lines().next().unwrap()
    );
    let lines = said.out.lines().count();
    assert!(lines < 162 + 90 + 19 + 60, "{lines} lines");
}
