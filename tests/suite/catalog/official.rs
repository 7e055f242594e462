//! The catalog against real official tables, where they lie beside the project.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use calamine::{DataRef, Reader, Xlsx, open_workbook};
use chiiki_sheet::catalog::{Catalog, Lookup};
use chiiki_sheet::model::{AreaCode, AreaLevel};

/// A file of the shared folder of real official data; `None`, with the reason printed, where there is none.
fn official(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("CHIIKI_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let path = shared.join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

/// The first `N` columns of the first sheet, texts only, by row.
fn texts<const N: usize>(path: PathBuf) -> BTreeMap<u32, [String; N]> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheet = book.sheet_names()[0].clone();
    let mut cells = book.worksheet_cells_reader(&sheet).unwrap();
    let mut table: BTreeMap<u32, [String; N]> = BTreeMap::new();
    while let Some(cell) = cells.next_cell().unwrap() {
        let (row, column) = cell.get_position();
        let text = match cell.get_value() {
            DataRef::String(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            _ => continue,
        };
        let fields = table.entry(row).or_insert_with(|| std::array::from_fn(|_| String::new()));
        if let Some(field) = fields.get_mut(column as usize) {
            *field = text;
        }
    }
    table
}

#[test]
fn every_insurer_of_the_annual_report_is_one_area() {
    let Some(path) = official("r5nenpo_02h.xlsx") else { return };
    let table = texts::<2>(path);
    let catalog = Catalog::shipped();
    let mut keys = HashSet::new();
    // Rows 1 to 5 are titles and headings, row 6 is 全国.
    for [prefecture, name] in table.range(6..).map(|(_, fields)| fields) {
        let found = catalog.find_in(Some(prefecture), name);
        let area = found.clone().one().unwrap_or_else(|| panic!("{prefecture} {name}: {found:?}"));
        assert_eq!(area.level, AreaLevel::Insurer, "{prefecture} {name}");
        assert!(keys.insert(area.key().to_owned()), "{prefecture} {name}");
    }
    assert_eq!(keys.len(), 1571);
    assert_eq!(catalog.find(&table[&5][0]).one().unwrap().name, "全国");
}

#[test]
fn names_with_counties_are_the_places_of_their_codes() {
    let Some(path) = official("juki_2304ssnen.xlsx") else { return };
    let catalog = Catalog::shipped();
    let mut places = HashSet::new();
    for [code, prefecture, name] in texts::<3>(path).range(3..).map(|(_, fields)| fields) {
        if AreaCode::parse(code).is_none() || name == "-" {
            continue;
        }
        let (by_code, by_name) = (catalog.find(code), catalog.find_in(Some(prefecture), name));
        // The table is of 2023: 浜松市's seven wards are gone, and 天竜区 has another code now.
        if name.starts_with("浜松市") && name.ends_with('区') {
            assert_eq!(by_code, Lookup::None, "{name}");
            continue;
        }
        // Rows of whole counties and of Tokyo's islands together have codes of their own and are no areas of the catalog.
        if name.ends_with('郡') || name == "島しょ" {
            assert_eq!((by_code, by_name), (Lookup::None, Lookup::None), "{name}");
            continue;
        }
        let by_code = by_code.one().unwrap_or_else(|| panic!("{code} {name}"));
        assert!(by_name.candidates().contains(&by_code), "{code} {prefecture} {name}: {by_name:?}");
        let tomari = by_code.name == "北海道 泊村";
        assert_eq!(by_name.candidates().len(), if tomari { 2 } else { 1 }, "{code} {prefecture} {name}");
        places.insert(by_code);
    }
    assert!(places.len() > 1900, "{}", places.len());
}
