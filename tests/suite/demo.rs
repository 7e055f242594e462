//! The bundled drop folder, from its files to the cells of the sheet, against tables this product did not make.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use calamine::{Data, DataType, Range, Reader as _, Xlsx, open_workbook};
use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::compare::Thresholds;
use chiiki_sheet::intake::{Evidence, Reader};
use chiiki_sheet::job::{FillRequest, Report, fill_sheet, standard_template};
use chiiki_sheet::model::{Date, Outcome};
use chiiki_sheet::read::Limits;
use chiiki_sheet::workspace::Workspace;

use crate::truth::{self, Row};

const FORM: &str = "地域分析・検討シート";
const VERDICTS: &str = "比較と判定";
const TABLES: &str = "tests/support/fixtures/truth";

fn request(out: &Path) -> FillRequest {
    FillRequest {
        xlsx: true,
        papers: Vec::new(),
        public: false,
        names: chiiki_sheet::deliver::Patterns::default(),
        shelf: Default::default(),
        typesetter: Default::default(),
        cancel: chiiki_sheet::error::Cancel::default(),
        own: "見本県みほん市".to_owned(),
        compare: vec!["見本県みなと市".to_owned(), "見本県たかね市".to_owned()],
        from: Some(2023),
        to: Some(2025),
        add: Vec::new(),
        thresholds: Thresholds::default(),
        out: out.to_owned(),
        date: Date::new(2026, 11, 22).unwrap(),
    }
}

fn fill(evidence: &Evidence, catalog: &Catalog, out: &Path) -> Report {
    fill_sheet(&request(out), evidence, catalog, standard_template().unwrap()).unwrap()
}

fn sheet(path: &Path, name: &str) -> Range<Data> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    book.worksheet_range(name).unwrap()
}

/// A cell by absolute row and column; an empty one is nothing.
fn text_at(range: &Range<Data>, row: u32, col: u32) -> String {
    range.get_value((row, col)).and_then(|cell| cell.as_string()).unwrap_or_default()
}

/// (row, column) of every cell that says exactly `text`, in reading order.
fn places(range: &Range<Data>, text: &str) -> Vec<(u32, u32)> {
    let (top, left) = range.start().unwrap();
    range
        .used_cells()
        .filter(|(_, _, cell)| cell.as_string().is_some_and(|cell| cell == text))
        .map(|(row, col, _)| (top + row as u32, left + col as u32))
        .collect()
}

/// Rows of the column under 「指標ID」.
fn indicator_rows(range: &Range<Data>) -> BTreeMap<String, u32> {
    let (head, col) = places(range, "指標ID")[0];
    let last = range.end().unwrap().0;
    (head + 1..=last).map(|row| (text_at(range, row, col), row)).filter(|(id, _)| !id.is_empty()).collect()
}

/// The form's figures: (indicator, name over the block, year) → cell.
fn form_figures(path: &Path) -> BTreeMap<(String, String, String), Data> {
    let form = sheet(path, FORM);
    let (role_row, _) = places(&form, "自地域")[0];
    let last_col = form.end().unwrap().1;
    let first_data = *indicator_rows(&form).values().min().unwrap();
    let year_row = (role_row..first_data)
        .max_by_key(|row| (0..=last_col).filter(|col| text_at(&form, *row, *col).starts_with("20")).count())
        .unwrap();
    let mut found = BTreeMap::new();
    let mut area = String::new();
    for col in 4..=last_col {
        let head = text_at(&form, role_row + 1, col);
        if !head.is_empty() {
            area = head;
        }
        let year = text_at(&form, year_row, col);
        if year.is_empty() {
            continue;
        }
        for (id, row) in indicator_rows(&form) {
            let cell = form.get_value((row, col)).cloned().unwrap_or(Data::Empty);
            assert!(found.insert((id, area.clone(), year.clone()), cell).is_none(), "one cell a figure");
        }
    }
    found
}

/// Every row of the table that is not as it is in the sheet.
fn wrong_figures(path: &Path) -> Vec<String> {
    let figures = form_figures(path);
    let mut wrong = Vec::new();
    let expected = truth::table(&format!("{TABLES}/expected_demo.csv"));
    assert_eq!(expected.len(), 39 * 5 * 3);
    for row in &expected {
        let key = (row["indicator"].clone(), row["area"].clone(), row["year"].clone());
        let is = match figures.get(&key) {
            None => "no such cell".to_owned(),
            Some(Data::Empty) => "no_data".to_owned(),
            Some(Data::Float(value)) => format!("{value}"),
            Some(Data::Int(value)) => format!("{value}"),
            Some(other) => other.as_string().unwrap_or_default(),
        };
        let wanted = match (row["value"].as_str(), row["missing"].as_str()) {
            ("", "not_applicable") => "―".to_owned(),
            ("", "no_data") => "no_data".to_owned(),
            ("", _) => "－".to_owned(),
            (value, _) => format!("{}", value.parse::<f64>().unwrap()),
        };
        if is != wanted {
            wrong.push(format!("{key:?}: {wanted} wanted, {is} in the sheet"));
        }
    }
    wrong
}

#[test]
fn every_figure_of_the_demo_sheet_is_the_tables_own() {
    let catalog = truth::catalog();
    let evidence = truth::evidence_of(&[truth::inbox()], catalog, None);
    let out = tempfile::tempdir().unwrap();
    let report = fill(&evidence, catalog, out.path());
    let wrong = wrong_figures(&report.outputs[0].path);
    assert!(wrong.is_empty(), "{} of 585 wrong:\n{}", wrong.len(), wrong.join("\n"));
    let expected = truth::table(&format!("{TABLES}/expected_demo.csv"));
    let numbers = expected.iter().filter(|row| !row["value"].is_empty()).count();
    assert_eq!(report.ledger.filled, numbers);
    assert_eq!(report.ledger.unfilled_places.len(), expected.iter().filter(|row| row["missing"] == "no_data").count());
}

#[test]
fn verdicts_follow_from_the_table_alone() {
    let catalog = truth::catalog();
    let evidence = truth::evidence_of(&[truth::inbox()], catalog, None);
    let out = tempfile::tempdir().unwrap();
    let report = fill(&evidence, catalog, out.path());
    let verdicts = sheet(&report.outputs[0].path, VERDICTS);
    let rows = indicator_rows(&verdicts);
    let (name_row, _) = places(&verdicts, "見本県 みなと市")[0];
    let own_col = places(&verdicts, "県内順位")[0].1;
    let columns: BTreeMap<String, u32> = (own_col + 1..=verdicts.end().unwrap().1)
        .map(|col| (text_at(&verdicts, name_row, col), col))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    assert_eq!(
        columns.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(["全国", "見本県", "見本県 みなと市", "見本県 たかね市"])
    );
    let value: BTreeMap<(String, String), Row> = truth::table(&format!("{TABLES}/expected_demo.csv"))
        .into_iter()
        .filter(|row| row["year"] == "2025")
        .map(|row| ((row["indicator"].clone(), row["area"].clone()), row))
        .collect();
    let number = |id: &str, area: &str| value[&(id.to_owned(), area.to_owned())]["value"].parse::<f64>().ok();
    let (mut above, mut below, mut similar, mut none) = (0, 0, 0, 0);
    for (id, row) in rows.iter().filter(|(id, _)| value.contains_key(&((*id).clone(), "全国".to_owned()))) {
        for (area, col) in &columns {
            let own = number(id, "見本県 みほん市");
            let (difference, ratio, word) = match (own, number(id, area)) {
                (Some(own), Some(other)) if other > 0.0 => {
                    let ratio = own / other;
                    let word = if ratio >= 1.15 {
                        above += 1;
                        "↑ 上回る"
                    } else if ratio <= 0.85 {
                        below += 1;
                        "↓ 下回る"
                    } else {
                        similar += 1;
                        "→ 同程度"
                    };
                    (Some(own - other), Some(ratio), word)
                }
                _ => {
                    none += 1;
                    (None, None, "－")
                }
            };
            let is_near = |offset: u32, wanted: Option<f64>| {
                let cell = verdicts.get_value((*row, col + offset)).cloned().unwrap_or(Data::Empty);
                match wanted {
                    Some(wanted) => {
                        let is = cell.as_f64().unwrap_or(f64::NAN);
                        assert!((is - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{id} {area}: {wanted}, {cell:?}");
                    }
                    None => assert_eq!(cell.as_string().as_deref(), Some("－"), "{id} {area}"),
                }
            };
            is_near(1, difference);
            is_near(2, ratio);
            assert_eq!(text_at(&verdicts, *row, col + 3), word, "{id} {area}");
        }
    }
    assert_eq!(above + below + similar + none, 39 * 4);
    assert!(above > 0 && below > 0 && similar > 0 && none > 0, "{above} {below} {similar} {none}");
}

#[test]
fn every_file_of_the_demo_has_the_outcome_and_the_cells_of_the_tables() {
    let catalog = truth::catalog();
    let cells = truth::table(&format!("{TABLES}/expected_inbox_cells.csv"));
    let mut wrong = Vec::new();
    for row in truth::table(&format!("{TABLES}/expected_inbox.csv")) {
        let file = &row["file"];
        let taken = truth::take(&[truth::inbox().join(file)], catalog, None).remove(0);
        if taken.report.outcome.id() != row["outcome"] {
            wrong.push(format!("{file}: {} wanted, {:?}", row["outcome"], taken.report));
        }
        let layout = match row["layout"].as_str() {
            "analysis_sheet" => Some("L1"),
            "indicator_table" => Some("L2"),
            "annual_report" => Some("L4"),
            "tidy" => Some("L9"),
            _ => None,
        };
        if taken.report.layout != layout {
            wrong.push(format!("{file}: layout {layout:?} wanted, {:?}", taken.report));
        }
        if taken.report.outcome != Outcome::Read {
            assert!(taken.observations.is_empty() && taken.report.message.is_some(), "{file}");
        }
        let found = truth::by_cell(&taken.observations);
        let listed: Vec<&Row> = cells.iter().filter(|cell| cell["file"] == *file).collect();
        for cell in &listed {
            let key = (cell["sheet"].clone(), cell["cell"].clone());
            let told = truth::deviations(cell, found.get(&key).copied());
            wrong.extend(told.into_iter().map(|told| format!("{file} {} {}: {told}", cell["sheet"], cell["cell"])));
        }
        if !listed.is_empty() {
            let known: BTreeSet<(String, String)> =
                listed.iter().map(|cell| (cell["sheet"].clone(), cell["cell"].clone())).collect();
            wrong.extend(
                found.keys().filter(|key| !known.contains(*key)).map(|key| format!("{file} {key:?}: not listed")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_order_and_number_of_files_changes_no_byte() {
    let catalog = truth::catalog();
    let out = tempfile::tempdir().unwrap();
    let mut files: Vec<PathBuf> = chiiki_sheet::intake::list_files(&[truth::inbox()]).unwrap();
    let bytes = |files: &[PathBuf], name: &str| {
        let report = fill(&truth::evidence_of(files, catalog, None), catalog, &out.path().join(name));
        std::fs::read(&report.outputs[0].path).unwrap()
    };
    let forwards = bytes(&files, "1");
    assert_eq!(bytes(&files, "again"), forwards);
    files.reverse();
    assert!(bytes(&files, "2") == forwards, "reversed");
    // A fixed shuffle: every seventh file first.
    let mut shuffled: Vec<PathBuf> = Vec::new();
    for start in 0..7 {
        shuffled.extend(files.iter().skip(start).step_by(7).cloned());
    }
    assert!(bytes(&shuffled, "3") == forwards, "shuffled");
    let twice: Vec<PathBuf> = files.iter().chain(&shuffled).cloned().collect();
    assert!(bytes(&twice, "4") == forwards, "every file twice");
}

#[test]
fn a_workspace_gives_the_same_sheet_as_the_files_themselves() {
    let out = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(&out.path().join("作業")).unwrap();
    for name in ["設定.toml", "areas.csv"] {
        std::fs::copy(truth::package("examples/mihon").join(name), out.path().join("作業").join(name)).unwrap();
    }
    let catalog = workspace.catalog().unwrap();
    let mut store = workspace.store().unwrap();
    let mut reader = Reader::InProcess(Limits::default());
    for file in chiiki_sheet::intake::list_files(&[truth::inbox()]).unwrap() {
        workspace.import(&mut store, &file, &catalog, None, &mut reader).unwrap();
    }
    drop(store);
    let stored = fill(&workspace.evidence(&catalog).unwrap(), &catalog, &out.path().join("倉"));
    let direct = fill(&truth::evidence_of(&[truth::inbox()], &catalog, None), &catalog, &out.path().join("直"));
    assert_eq!(wrong_figures(&stored.outputs[0].path), Vec::<String>::new());
    assert_eq!(form_figures(&stored.outputs[0].path), form_figures(&direct.outputs[0].path));
    assert_eq!(stored.ledger, direct.ledger);
}
