//! Many insurers in a row: nothing of one gets into another's file.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use crate::program::{package, program, with_mihon};

/// All text of all parts of a workbook.
fn parts(path: &Path) -> String {
    parts_but(path, |_| false)
}

/// All text of the parts of a workbook whose name does not speak against them.
fn parts_but(path: &Path, left_out: impl Fn(&str) -> bool) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(fs::read(path).unwrap())).unwrap();
    let mut all = String::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        if left_out(&entry.name().unwrap()) {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        all.push_str(&String::from_utf8_lossy(&bytes));
    }
    all
}

/// Parts that show the prefecture's insurers side by side by design, or name files of others that lay in the folder:
/// charts, their data, and 「点検」.
fn shows_neighbours(path: &Path) -> BTreeSet<String> {
    let package = chiiki_sheet::template::package::Package::open(fs::read(path).unwrap()).unwrap();
    let sheets = ["グラフ用データ", "点検"].map(|name| package.sheet(name).unwrap().1.part.clone());
    let charts = package.part_names().into_iter().filter(|name| name.contains("/charts/"));
    sheets.into_iter().chain(charts).collect()
}

/// Everything that looks like a number, wherever it stands.
fn numbers(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|word| !word.is_empty()).collect()
}

/// Own figures at full precision by insurer: as the truth tables of the fixtures say, long enough to be nobody else's.
fn figures() -> BTreeMap<String, BTreeSet<String>> {
    let mut reader = csv::Reader::from_path(package("tests/support/fixtures/truth/indicators.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let col = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (area, value) = (col("area"), col("value"));
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        if record[value].len() >= 9 {
            // As a workbook writes it: without trailing zeros.
            let number: f64 = record[value].parse().unwrap();
            all.entry(record[area].to_owned()).or_default().insert(number.to_string());
        }
    }
    all
}

#[test]
fn no_name_or_figure_of_one_insurer_stands_in_anothers_file() {
    let out = tempfile::tempdir().unwrap();
    let line = format!("batch --prefecture 見本県 --date 2026-11-22 --json --out {}", out.path().display());
    let said = program(&with_mihon(&line));
    assert_eq!(said.code, 0, "{said:?}");
    // Progress is for terminals.
    assert_eq!(said.err, "");
    let json = said.json();
    let insurers = json["insurers"].as_array().unwrap();
    assert_eq!(insurers.len(), 8);
    let short = |area: &str| area.rsplit(' ').next().unwrap().to_owned();
    let names: Vec<String> = insurers.iter().map(|one| short(one["area"].as_str().unwrap())).collect();
    let figures = figures();
    let mut compared = 0;
    for one in insurers {
        let own = short(one["area"].as_str().unwrap());
        let path = Path::new(one["outputs"][0]["path"].as_str().unwrap());
        let neighbours = shows_neighbours(path);
        assert!(neighbours.len() > 2, "{neighbours:?}");
        let text = parts_but(path, |part| neighbours.contains(part));
        assert!(text.contains(&own), "{own}");
        // Prefecture and nation are read from whichever file has them, and 出典 names that file: its name is no text
        // of the other insurer's sheet.
        let mut scanned = text.clone();
        for file in fs::read_dir(package("examples/mihon/受付")).unwrap() {
            scanned = scanned.replace(&*file.unwrap().file_name().to_string_lossy(), "");
        }
        if own == "みほん市" {
            // What its own people wrote on the sheet of the last period names a neighbour twice.
            for words in ["隣のみなと市の施設", "生活圏で選んだ（みなと市）"] {
                assert!(scanned.contains(words));
                scanned = scanned.replacen(words, "", 1);
            }
        }
        let numbers = numbers(&scanned);
        for other in names.iter().filter(|name| **name != own) {
            assert!(!scanned.contains(other.as_str()), "{other} stands in the file of {own}");
            let key = |name: &str| figures.keys().find(|key| key.ends_with(name)).cloned();
            let (Some(mine), Some(theirs)) = (key(&own), key(other)) else { continue };
            for value in figures[&theirs].difference(&figures[&mine]) {
                compared += 1;
                assert!(!numbers.contains(value.as_str()), "{value} of {other} stands in the file of {own}");
            }
        }
    }
    assert!(compared > 5_000, "only {compared} figures were looked for");
    // The scan can find something: a file does hold its own figures.
    let mine = parts(Path::new(insurers[0]["outputs"][0]["path"].as_str().unwrap()));
    let mine = numbers(&mine);
    let own = figures.iter().find(|(area, _)| area.ends_with(&names[0])).unwrap().1;
    assert!(own.iter().filter(|value| mine.contains(value.as_str())).count() > 50);
}

/// What people wrote in the dropped sheets stays with whom it belongs to.
#[test]
fn texts_of_one_insurer_stay_out_of_the_others_files() {
    let out = tempfile::tempdir().unwrap();
    let line = format!("batch --prefecture 見本県 --date 2026-11-22 --json --out {}", out.path().display());
    let json = program(&with_mihon(&line)).json();
    let inspected = program(&[
        "inspect",
        &package("examples/mihon/受付").display().to_string(),
        "--format",
        "json",
        "--areas",
        &package("examples/mihon/areas.csv").display().to_string(),
    ]);
    let texts = inspected.json()["texts"].as_array().unwrap().clone();
    assert!(texts.len() >= 10, "the fixture has texts");
    for one in json["insurers"].as_array().unwrap() {
        if one["area"] == "見本県 みほん市" {
            continue;
        }
        let text = parts(Path::new(one["outputs"][0]["path"].as_str().unwrap()));
        for written in &texts {
            let line = written["text"].as_str().unwrap().lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(line.chars().count() < 8 || !text.contains(line), "「{line}」 stands in {}", one["area"]);
        }
    }
}

#[test]
fn an_insurer_without_figures_is_told_and_is_no_error() {
    let out = tempfile::tempdir().unwrap();
    let input = package("examples/mihon/受付/見本県 みほん市_地域分析・検討シート.xlsx").display().to_string();
    let areas = package("examples/mihon/areas.csv").display().to_string();
    let dir = out.path().display().to_string();
    let arguments = ["batch", "--prefecture", "見本県", "--input", &input, "--areas", &areas, "--out", &dir];
    let said = program(&arguments);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("シート 2件を作りました。数値がなかった保険者 6件。"), "{}", said.out);
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 2);
    let all = program(&["batch", "--all", "--input", &input, "--areas", &areas, "--out", &dir, "--json"]);
    assert_eq!(all.json()["insurers"].as_array().unwrap().len(), 2);
    for wrong in [
        vec!["batch", "--input", &input, "--out", &dir],
        vec!["batch", "--prefecture", "無県", "--input", &input, "--out", &dir],
    ] {
        assert_eq!(program(&wrong).code, 2, "{wrong:?}");
    }
}

/// The index made anew from the originals holds what the lost one held.
#[test]
fn rebuild_reads_the_originals_again() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("作業").display().to_string();
    assert_eq!(program(&["demo", "--dir", &root]).code, 0);
    let figures = || {
        let line = [
            "fill",
            "--own",
            "見本県みほん市",
            "--workspace",
            &root,
            "--out",
            &dir.path().join("o").display().to_string(),
            "--json",
        ]
        .map(str::to_owned);
        program(&line).json()["ledger"].clone()
    };
    let before = figures();
    fs::remove_file(dir.path().join("作業/台帳/index.sqlite")).unwrap();
    let lost = program(&["missing", "--own", "見本県みほん市", "--workspace", &root]);
    assert!(lost.code != 0 && lost.err.contains("rebuild"), "{lost:?}");
    let said = program(&["rebuild", "--workspace", &root]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("作り直しました"), "{}", said.out);
    assert_eq!(figures(), before);
}
