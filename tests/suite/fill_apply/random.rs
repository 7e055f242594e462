//! Any edits: what was planned reads back, every other cell reads as before.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::OnceLock;

use calamine::{Data, Reader, Xlsx};
use chiiki_sheet::fill::Compiled;
use chiiki_sheet::fill::plan::{CellContent, FillPlan};
use chiiki_sheet::model::CellRef;
use proptest::prelude::*;

use super::fixture;

const FORM: &str = "地域分析・検討シート";
type Cells = BTreeMap<(u32, u32), Data>;

fn compiled() -> &'static Compiled {
    static BOOK: OnceLock<Compiled> = OnceLock::new();
    BOOK.get_or_init(|| Compiled::new(fixture("std.xlsx")).unwrap())
}

fn read(bytes: &[u8]) -> BTreeMap<String, Cells> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    let mut sheets = BTreeMap::new();
    for name in names {
        let range = book.worksheet_range(&name).unwrap();
        let (top, left) = range.start().unwrap_or_default();
        let cells = range.used_cells().map(|(row, col, data)| ((row as u32 + top, col as u32 + left), data.clone()));
        sheets.insert(name, cells.collect());
    }
    sheets
}

/// Cells of the first 90 rows below the headings; merged areas are all in the headings.
fn cell() -> impl Strategy<Value = CellRef> {
    (4u32..90, 0u32..30).prop_map(|(row, col)| CellRef::new(row, col))
}

fn content() -> impl Strategy<Value = CellContent> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(CellContent::Number),
        (-100_000i32..100_000).prop_map(|value| CellContent::Number(f64::from(value) / 100.0)),
        "[ -~あ-んア-ン一-丁𠮷\n]{1,20}".prop_map(CellContent::Text),
        Just(CellContent::Blank),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn edits_read_back_and_all_other_cells_stay(edits in proptest::collection::btree_map(cell(), content(), 1..80)) {
        let mut plan = FillPlan::default();
        for (at, content) in &edits {
            plan.sheet(FORM).set(*at, content.clone());
        }
        let out = compiled().apply(&plan).unwrap();
        let mut expected = read(compiled().package().bytes());
        let form = expected.get_mut(FORM).unwrap();
        for (at, content) in edits {
            let at = (at.row, at.col);
            match content {
                CellContent::Number(value) => form.insert(at, Data::Float(value)),
                CellContent::Text(value) => form.insert(at, Data::String(value)),
                _ => form.remove(&at),
            };
        }
        let found = read(&out.bytes);
        for (name, cells) in &expected {
            for (at, data) in cells {
                // Numbers in cells with a date format read as dates; the number is what counts.
                let found = found[name].get(at);
                let same = found == Some(data) || found.and_then(number) == number(data) && number(data).is_some();
                prop_assert!(same, "{name} {at:?}: {found:?} instead of {data:?}");
            }
            prop_assert_eq!(found[name].len(), cells.len(), "{}", name);
        }
    }
}

fn number(data: &Data) -> Option<f64> {
    match data {
        Data::Float(value) => Some(*value),
        Data::DateTime(value) => Some(value.as_f64()),
        _ => None,
    }
}
