//! Every figure of a filled sheet is explained by the cell it came from.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::path::Path;

use chiiki_sheet::explain::{Explanation, explain};
use chiiki_sheet::model::CellRef;
use chiiki_sheet::read::{Book, CellValue, Grid, Limits, read_bytes};

use crate::program::{package, program, with_mihon};

fn filled(out: &Path) -> String {
    let line = "fill --own 見本県みほん市 --compare 見本県みなと市 --from 2023 --to 2025 --date 2026-11-22 --json";
    let said = program(&with_mihon(&format!("{line} --out {}", out.display())));
    assert_eq!(said.code, 0, "{said:?}");
    said.json()["outputs"][0]["path"].as_str().unwrap().to_owned()
}

fn read(path: &str) -> Book {
    read_bytes("シート.xlsx", &std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

fn form(book: &Book) -> &Grid {
    book.grids.iter().find(|grid| &*grid.name == "地域分析・検討シート").unwrap()
}

/// Opens the file each explanation names and looks into the cell: the value must be the same. Rounded or computed
/// figures say so.
#[test]
fn each_figure_of_the_form_leads_to_a_cell_with_its_value() {
    let out = tempfile::tempdir().unwrap();
    let book = read(&filled(out.path()));
    let mut looked = 0;
    let mut sources: std::collections::BTreeMap<String, Book> = Default::default();
    // Every fifth: all rows and blocks come up, because the blocks have three years each.
    for cell in form(&book).cells().iter().filter(|cell| cell.at.row >= 6 && cell.at.col >= 4).step_by(5) {
        let CellValue::Number(value) = cell.value else { continue };
        let Explanation::Figure(figure) = explain(&book, &cell.at.to_string()).unwrap() else {
            panic!("{} is not explained", cell.at)
        };
        assert_eq!((figure.sha256.len(), &figure.written), (64, &None));
        if figure.note.as_deref().is_some_and(|note| note.contains("計算")) {
            continue;
        }
        let source = sources.entry(figure.source.file.clone()).or_insert_with(|| {
            let path = package("examples/mihon/受付").join(&figure.source.file);
            read_bytes(&figure.source.file, &std::fs::read(path).unwrap(), &Limits::default()).unwrap()
        });
        assert_eq!(source.file.sha256, figure.sha256);
        let grid = source.grids.iter().find(|grid| *grid.name == *figure.source.sheet).unwrap();
        let found = grid.get(CellRef::parse(&figure.source.cell).unwrap()).unwrap().as_number();
        assert_eq!(found, Some(value), "{} {:?}", cell.at, figure);
        looked += 1;
    }
    assert!(looked > 70, "only {looked} figures were looked at");
}

/// Rows sorted the other way round and a row set in: the 指標ID decides, not the address.
#[test]
fn sorted_rows_keep_their_sources() {
    let out = tempfile::tempdir().unwrap();
    let mut book = read(&filled(out.path()));
    let at = book.grids.iter().position(|grid| &*grid.name == "地域分析・検討シート").unwrap();
    let before = book.clone();
    let swap = |row: u32| match row {
        7 => 9,
        9 => 7,
        row => row,
    };
    let grid = &book.grids[at];
    let cells = grid.cells().iter().cloned().map(|mut cell| {
        cell.at.row = swap(cell.at.row);
        cell
    });
    book.grids[at] = Grid::new(grid.name.clone(), grid.hidden, cells.collect(), grid.merges.clone());
    let source = |book: &Book, cell: &str| match explain(book, cell).unwrap() {
        Explanation::Figure(figure) => (figure.indicator, figure.source),
        other => panic!("{other:?}"),
    };
    assert_eq!(source(&before, "E8"), source(&book, "E10"));
    assert_eq!(source(&before, "P10"), source(&book, "P8"));
}

#[test]
fn other_cells_and_other_sheets_are_answered_in_a_sentence() {
    let out = tempfile::tempdir().unwrap();
    let path = filled(out.path());
    for (cell, words) in [
        ("A14", "記入欄"),
        ("B8", "B4-a"),
        ("Z300", "空のセル"),
        ("出典!H5", "元のファイル"),
        ("比較と判定!E9", "B4-a 認定率"),
        ("比較と判定!G9", "見本県　令和7年度"),
        ("$e$8", "元のファイル"),
    ] {
        let said = program(&["explain", &path, cell]);
        assert_eq!(said.code, 0, "{cell}: {said:?}");
        assert!(said.out.contains(words), "{cell}: {}", said.out);
    }
    for (cell, words) in [("みほん", "番地"), ("無い!A1", "ありません")] {
        let said = program(&["explain", &path, cell]);
        assert_eq!(said.code, 2, "{cell}: {said:?}");
        assert!(said.err.contains(words), "{cell}: {}", said.err);
    }
    let foreign = package("examples/mihon/受付/A2_高齢化率_時系列.xlsx").display().to_string();
    let said = program(&["explain", &foreign, "A1"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("出典"), "{}", said.err);
    let json = program(&["explain", &path, "E8", "--json"]).json();
    assert_eq!((json["kind"].as_str(), json["indicator"].as_str()), (Some("figure"), Some("B4-a")));
}
