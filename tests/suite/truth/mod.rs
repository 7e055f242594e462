//! The truth tables of the made-up files (tests/support/fixtures), and figures as read laid beside them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::{Evidence, Reader, Taken, gather, list_files, take_path};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::{Datum, MissingReason, Observation};
use chiiki_sheet::notation::fold;
use chiiki_sheet::read::Limits;

/// A row of a CSV by heading.
pub type Row = BTreeMap<String, String>;

/// The package's own folder.
pub fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Rows of a CSV of the fixtures.
pub fn table(path: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(package(path)).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| heads.iter().map(str::to_owned).zip(record.unwrap().iter().map(str::to_owned)).collect())
        .collect()
}

/// The catalog with 見本県 and 例示県.
pub fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let text = std::fs::read_to_string(package("examples/mihon/areas.csv")).unwrap();
        Catalog::shipped().with_areas(&text, "areas.csv").unwrap()
    });
    &CATALOG
}

/// Takes files in this process, each on its own.
pub fn take(paths: &[PathBuf], catalog: &Catalog, year: Option<i32>) -> Vec<Taken> {
    let mut reader = Reader::InProcess(Limits::default());
    let context = Context::new(catalog, year);
    paths.iter().flat_map(|path| take_path(path, context, &mut reader).unwrap()).collect()
}

/// All files of a folder, settled.
pub fn evidence_of(paths: &[PathBuf], catalog: &Catalog, year: Option<i32>) -> Evidence {
    let files = list_files(paths).unwrap();
    gather(take(&files, catalog, year), Context::new(catalog, year))
}

/// The drop folder of the demo.
pub fn inbox() -> PathBuf {
    package("examples/mihon/受付")
}

/// What the truth tables call the sheets of the 年報, as 指標ID and age band.
fn annual_report(series: &str) -> Option<(&'static str, Option<&'static str>)> {
    let head = series.split(' ').next().unwrap_or_default();
    Some(match head {
        "計" => ("B1", None),
        "65-74" => ("B2", Some("前期")),
        "75-84" => ("X-nenpo-hihokensha", Some("75歳以上85歳未満")),
        "85+" => ("X-nenpo-hihokensha", Some("85歳以上")),
        "総数" => ("B3-b", None),
        "第１号被保険者" => ("B3-a", None),
        "第２号被保険者" => ("B3-c", None),
        "６５歳以上７０歳未満" => ("X-nenpo-nintei", Some("65~69歳")),
        "７０歳以上７５歳未満" => ("X-nenpo-nintei", Some("70~74歳")),
        "７５歳以上８０歳未満" => ("X-nenpo-nintei", Some("75~79歳")),
        "８０歳以上８５歳未満" => ("X-nenpo-nintei", Some("80~84歳")),
        "８５歳以上９０歳未満" => ("X-nenpo-nintei", Some("85~89歳")),
        "９０歳以上" => ("X-nenpo-nintei", Some("90歳以上")),
        // 再掲: not read.
        "外国人" | "住所地特例" => return None,
        other => panic!("series {other} of the 年報 is not known to this test"),
    })
}

/// What a truth row demands of the observation of its cell; every deviation is a sentence. `None` = the cell is not to
/// be read at all.
pub fn deviations(row: &Row, found: Option<&Observation>) -> Vec<String> {
    let mut wanted_id = row["indicator"].clone();
    let (mut age, mut level) = (None, row["care_level"].clone());
    if wanted_id.starts_with("年報") {
        match annual_report(&row["series"]) {
            None => return found.map(|o| format!("read as {} {:?}", o.indicator, o.datum)).into_iter().collect(),
            Some((id, band)) => {
                wanted_id = id.to_owned();
                age = band;
            }
        }
        level = row["series"].split_once(' ').map(|(_, level)| level.to_owned()).unwrap_or_default();
        if level == "合計" {
            level.clear();
        }
    }
    let Some(found) = found else { return vec!["not read".to_owned()] };
    let mut told = Vec::new();
    let mut check = |what: &str, wanted: String, is: String| {
        if wanted != is {
            told.push(format!("{what}: {wanted} wanted, {is} read"));
        }
    };
    check("indicator", wanted_id, found.indicator.to_string());
    check("area", row["area"].clone(), found.area.name.clone());
    let is_year = found.period.form_year.map(|year| year.to_string()).unwrap_or_default();
    check("form year", row["form_year"].clone(), is_year);
    if !row["date"].is_empty() {
        check("date", row["date"].clone(), found.period.date.map(|date| date.to_string()).unwrap_or_default());
    }
    check("care level", fold(&level), found.dimensions.care_level.clone().unwrap_or_default());
    if let Some(age) = age {
        check("age", age.to_owned(), found.dimensions.age.clone().unwrap_or_default());
    }
    let standardisation = found.dimensions.standardisation.clone().unwrap_or_default();
    check("standardisation", row["standardisation"].clone(), standardisation);
    if found.source.cell.row > 0 && !row["series"].is_empty() {
        let part_year = if found.period.part_year { "yes" } else { "" };
        check("part year", row["part_year"].clone(), part_year.to_owned());
    }
    let wanted_datum = match row["value"].as_str() {
        "" => format!("{:?}", MissingReason::from_id(&row["missing"])),
        value => format!("{}", value.parse::<f64>().unwrap()),
    };
    let is_datum = match found.datum {
        Datum::Value(value) => format!("{value}"),
        Datum::Missing(reason) => format!("{:?}", Some(reason)),
    };
    check("value", wanted_datum, is_datum);
    told
}

/// Observations by (sheet, cell).
pub fn by_cell(observations: &[Observation]) -> BTreeMap<(String, String), &Observation> {
    observations.iter().map(|o| ((o.source.sheet.to_string(), o.source.cell.to_string()), o)).collect()
}
