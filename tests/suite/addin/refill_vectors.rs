//! Refilling a book and 「数値だけ更新」 in the pane do the same to a sheet: one table of cases, kept by hand, holds both
//! (`tests/pane/host-vectors.test.mjs` reads the same files).

use std::collections::BTreeMap;
use std::sync::Arc;

use chiiki_sheet::addin::update::{UpdateRequest, figures};
use chiiki_sheet::compare::{Comparison, ShownYear};
use chiiki_sheet::fill::StandardTemplate;
use chiiki_sheet::fill::meta_sheet::Meta;
use chiiki_sheet::form::{Role, id_in};
use chiiki_sheet::job::{FillRequest, understand};
use chiiki_sheet::model::{CellRef, Datum, MissingReason, Observation};
use chiiki_sheet::notation::fold;
use chiiki_sheet::refill::{Base, RefillOptions, refill};
use chiiki_sheet::store::sha256_hex;
use rust_xlsxwriter::{Format, Formula, Workbook};
use serde_json::Value;

use crate::refill::{catalog, changed, comparison, day, doc, evidence, fresh, refilled, request};

fn table(name: &str) -> Value {
    let path = crate::refill::root().join("tests/data/refill-vectors").join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn spellings_and_ids_are_those_of_the_table() {
    let rules = table("rules");
    for line in list(&rules["fold"]) {
        assert_eq!(fold(text(&line[0])), text(&line[1]), "{line}");
    }
    for line in list(&rules["ids"]) {
        assert_eq!(id_in(text(&line[0])).as_deref(), line[1].as_str(), "{line}");
    }
}

/// The people of the table, in the order of the comparison below.
const WHO: [&str; 5] = ["own", "prefecture", "nation", "minato", "hamakaze"];

/// A comparison of five areas.
fn everyone() -> Comparison {
    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned(), "見本県はまかぜ市".to_owned()],
        ..request(2023, 2025, "")
    };
    understand(&request, evidence(), catalog()).unwrap().0
}

/// The comparison with the areas, years and figures of a case and nothing else.
fn compared(case: &Value, years: &[i32]) -> Comparison {
    let mut comparison = everyone();
    let model: Arc<Observation> = comparison.rows.iter().find_map(|row| row.figures.values().next().cloned()).unwrap();
    let in_case: Vec<usize> =
        list(&case["areas"]).iter().map(|area| WHO.iter().position(|who| *who == text(&area[1])).unwrap()).collect();
    let all = std::mem::take(&mut comparison.participants);
    comparison.participants = in_case.iter().map(|index| all[*index].clone()).collect();
    comparison.years = years.iter().map(|&year| ShownYear { year, part_year: false, months: None }).collect();
    comparison.main_year = years.last().copied();
    comparison.scatters.clear();
    comparison.people.clear();
    for row in &mut comparison.rows {
        row.figures.clear();
        row.versus.clear();
        row.rank = None;
    }
    for figure in list(&case["figures"]) {
        let row = comparison.rows.iter_mut().find(|row| row.indicator.id.as_str() == text(&figure[0])).unwrap();
        let who = WHO.iter().position(|who| *who == text(&figure[1])).unwrap();
        let who = in_case.iter().position(|index| *index == who).unwrap();
        let mut observation = (*model).clone();
        observation.datum = match figure[3].as_f64() {
            Some(number) => Datum::Value(number),
            None => Datum::Missing(
                [MissingReason::NotApplicable, MissingReason::Unknown, MissingReason::Suppressed]
                    .into_iter()
                    .find(|reason| reason.mark() == text(&figure[3]))
                    .unwrap(),
            ),
        };
        row.figures.insert((who, figure[2].as_i64().unwrap() as i32), Arc::new(observation));
    }
    comparison
}

fn cell(name: &str) -> CellRef {
    CellRef::parse(name).unwrap()
}

/// The book of a case.
fn book(case: &Value, names: &Value, keys: &BTreeMap<&str, String>) -> Vec<u8> {
    let mut book = Workbook::new();
    let form = book.add_worksheet().set_name("様式").unwrap();
    for area in list(&case["merges"]) {
        let (from, to) = text(area).split_once(':').unwrap();
        let (from, to) = (cell(from), cell(to));
        form.merge_range(from.row, from.col as u16, to.row, to.col as u16, "", &Format::new()).unwrap();
    }
    for (row, values) in list(&case["rows"]).iter().enumerate() {
        for (col, value) in list(values).iter().enumerate() {
            let (row, col) = (row as u32, col as u16);
            match value {
                Value::Null => continue,
                Value::Bool(flag) => form.write_boolean(row, col, *flag).unwrap(),
                Value::String(text) => form.write_string(row, col, text).unwrap(),
                number => form.write_number(row, col, number.as_f64().unwrap()).unwrap(),
            };
        }
    }
    for formula in list(&case["formulas"]) {
        let at = cell(text(&formula[0]));
        let result = &case["rows"][at.row as usize][at.col as usize];
        let formula = Formula::new(text(&formula[1])).set_result(result.to_string());
        form.write_formula(at.row, at.col as u16, formula).unwrap();
    }
    let meta = book.add_worksheet().set_name("_meta").unwrap();
    let mut lines: Vec<Vec<Value>> = vec![
        vec!["chiiki-sheet".into(), "meta".into(), 1.into()],
        vec!["sheet".into(), "様式".into(), keys["own"].clone().into()],
        vec!["run".into(), "before".into(), "2026-11-01".into()],
    ];
    for area in list(&case["areas"]) {
        let who = text(&area[1]);
        lines.push(vec!["area".into(), area[0].clone(), keys[who].clone().into(), names[who].clone()]);
    }
    for value in list(&case["values"]) {
        lines.push(vec![
            "value".into(),
            value[0].clone(),
            value[1].clone(),
            value[2].clone(),
            value[3].clone(),
            "A1".into(),
        ]);
    }
    for (row, line) in lines.iter().enumerate() {
        for (col, value) in line.iter().enumerate() {
            match value.as_f64() {
                Some(number) => meta.write_number(row as u32, col as u16, number).unwrap(),
                None => meta.write_string(row as u32, col as u16, text(value)).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn a_refilled_book_becomes_what_the_table_says() {
    let table = table("sheets");
    let all = everyone();
    let keys: BTreeMap<&str, String> =
        WHO.iter().zip(&all.participants).map(|(who, one)| (*who, one.area.key().to_owned())).collect();
    for (who, one) in WHO.iter().zip(&all.participants) {
        assert_eq!(one.area.name, text(&table["names"][who]));
    }
    for case in list(&table["cases"]) {
        let name = text(&case["name"]);
        let before = book(case, &table["names"], &keys);
        let base = Base::open("book.xlsx", &before).unwrap();
        let comparison = compared(case, &base.years());
        let options = RefillOptions { date: day(22), adopt: false, fixed_years: true };
        let template = StandardTemplate::shipped().unwrap();
        let after = refill(&base, &comparison, options, &[], &[], catalog(), template).unwrap();

        let expected = &case["expected"];
        for (kind, changes) in [
            ("new", &after.changes.new),
            ("revised", &after.changes.revised),
            ("kept", &after.changes.kept),
            ("gone", &after.changes.gone),
        ] {
            let mut got: Vec<&str> = changes.iter().map(|change| change.cell.as_str()).collect();
            let mut wanted: Vec<&str> = list(&expected[kind]).iter().map(text).collect();
            got.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(got, wanted, "{name}: {kind}");
        }
        let (old, new) = (doc::grid(&before, "様式"), doc::grid(&after.bytes, "様式"));
        let first = base.map().rows.first().unwrap().row;
        let mut written = BTreeMap::new();
        for grid in [&old, &new] {
            for one in grid.cells().iter().filter(|one| one.at.row >= first) {
                if old.get(one.at) != new.get(one.at) {
                    written
                        .insert(one.at.to_string(), new.get(one.at).map(|value| value.display()).unwrap_or_default());
                }
            }
        }
        let wanted: BTreeMap<String, String> = expected["writes"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(cell, value)| (cell.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        assert_eq!(written, wanted, "{name}");
    }
}

#[test]
fn the_service_gives_the_figures_of_the_sheet() {
    let asked = UpdateRequest {
        own: "901008".to_owned(),
        compare: vec!["902012".to_owned()],
        years: vec![2025, 2023],
        add: vec!["B4-a".to_owned(), "Z9".to_owned()],
    };
    let given = figures(&asked, evidence(), catalog()).unwrap();
    let wanted = comparison(2023, 2025);
    let shown: usize = wanted
        .rows
        .iter()
        .flat_map(|row| row.figures.values())
        .filter(|figure| figure.datum != Datum::Missing(MissingReason::Blank))
        .count();
    assert_eq!(given.figures.len(), shown);
    assert!(shown > 100);
    assert_eq!(
        given.areas.iter().map(|area| area.role.as_str()).collect::<Vec<_>>(),
        ["own", "prefecture", "nation", "other1"]
    );
    for (row, figure) in wanted.rows.iter().flat_map(|row| row.figures.iter().map(move |figure| (row, figure))) {
        let ((who, year), observation) = figure;
        let Some(value) = observation.datum.value() else { continue };
        let key = wanted.participants[*who].area.key();
        let got = given
            .figures
            .iter()
            .find(|one| one.indicator == row.indicator.id.as_str() && one.area == key && one.year == *year)
            .unwrap();
        assert_eq!((got.number, got.mark), (Some(value), None));
        assert_eq!(got.record[3], observation.source.cell.to_string());
    }
    assert!(figures(&UpdateRequest { years: Vec::new(), ..asked.clone() }, evidence(), catalog()).is_err());
    assert!(figures(&UpdateRequest { own: "どこにもない市".to_owned(), ..asked }, evidence(), catalog()).is_err());
}

/// What the pane leaves in a workbook (`excel/stale.js`): new figures on the form, and marks where the rest is of before.
fn marked_by_the_pane(bytes: &[u8], table: &Value, cell: &str, key: (&str, &str, f64), value: f64) -> Vec<u8> {
    let into = |pattern: &Value, old: &str| text(pattern).replace("{}", old);
    let mut bytes = bytes.to_vec();
    for sheet in list(&table["sheets"]).iter().map(text) {
        let old = doc::grid(&bytes, sheet).text(1, 0).unwrap_or_default().to_owned();
        assert!(!old.is_empty(), "{sheet}");
        let mut edited = doc::Doc::of_sheet(&bytes, sheet);
        edited.set_text("A2", &into(&table["line"], &old), false);
        bytes = edited.save();
    }
    let (form, meta) = (doc::grid(&bytes, "地域分析・検討シート"), doc::grid(&bytes, "_meta"));
    let mut edited = doc::Doc::open(&bytes);
    let mut record = doc::Doc::of_sheet(&bytes, "_meta");
    let mut drafts = 0;
    for one in form.cells() {
        let Some(old) = one.value.as_text().filter(|old| old.starts_with(text(&table["draft_line"]))) else { continue };
        let body = old.split_once('\n').unwrap().1;
        let new = into(&table["draft"], body);
        let known = sha256_hex(old.as_bytes());
        let row = meta.cells().iter().find(|cell| cell.value.as_text() == Some(&known)).unwrap().at.row;
        record.set_text(&format!("C{}", row + 1), &sha256_hex(new.as_bytes()), false);
        edited.set_text(&one.at.to_string(), &new, false);
        drafts += 1;
    }
    assert!(drafts > 0);
    edited.set_number(doc::address(cell), value);
    let row = meta
        .cells()
        .iter()
        .filter(|one| one.at.col == 1 && one.value.as_text() == Some(key.0))
        .map(|one| one.at.row)
        .find(|row| {
            meta.text(*row, 2) == Some(key.1)
                && meta.get(CellRef::new(*row, 3)).and_then(|year| year.as_number()) == Some(key.2)
        })
        .unwrap();
    record.set_number((row, 4), value);
    // The two sheets are parts of one file: the second edit goes into what the first made.
    let meta_part = record.part_of("_meta").unwrap();
    let saved = record.save();
    let saved_record =
        doc::Doc::of_sheet(&saved, "_meta").parts().find(|(name, _)| *name == meta_part).unwrap().1.to_vec();
    edited.replace_part(&meta_part, saved_record);
    edited.save()
}

#[test]
fn a_refill_takes_away_every_mark_of_the_pane() {
    let table = table("stale");
    let before = comparison(2023, 2025);
    let is = |id: &str, who: usize, year: i32| (id, who, year) == ("B4-a", 0, 2025);
    let new = changed(before.clone(), |id, who, year, value| if is(id, who, year) { value + 1.0 } else { value });
    let bytes = fresh(&before);
    let meta = Meta::read(&doc::grid(&bytes, "_meta")).unwrap();
    let at = meta.values[&("B4-a".to_owned(), Role::Own, 2025)].1.to_string();
    let row = new.rows.iter().find(|row| row.indicator.id.as_str() == "B4-a").unwrap();
    let marked = marked_by_the_pane(&bytes, &table, &at, ("B4-a", "own", 2025.0), row.value(0, 2025).unwrap());
    let bears = |bytes: &[u8], sheet: &str| {
        doc::grid(bytes, sheet)
            .cells()
            .iter()
            .filter(|one| one.value.as_text().is_some_and(|words| words.contains(text(&table["mark"]))))
            .count()
    };
    let sheets = ["地域分析・検討シート", "比較と判定", "グラフ", "点検", "検討メモ"];
    assert!(sheets.iter().all(|sheet| bears(&marked, sheet) > 0));

    let after = refilled(&marked, &new, true);
    assert!(!after.nothing_new);
    assert!(after.changes.kept.is_empty(), "{:?}", after.changes.kept);
    let wanted = fresh(&new);
    for sheet in sheets {
        assert_eq!(bears(&after.bytes, sheet), 0, "{sheet}");
        let dated = |words: &str| words.contains("作成日：");
        let (got, wanted) = (doc::grid(&after.bytes, sheet), doc::grid(&wanted, sheet));
        for one in wanted.cells().iter().filter(|one| !one.value.as_text().is_some_and(dated)) {
            assert_eq!(got.get(one.at), Some(&one.value), "{sheet} {}", one.at);
        }
    }
    // And with that all is as new: a second refill has nothing to do.
    assert!(refilled(&after.bytes, &new, true).nothing_new);
}
