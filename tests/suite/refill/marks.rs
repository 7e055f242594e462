//! Templates of people's own: sources and record behind their sheets, refills that find the places again.

use std::path::{Path, PathBuf};

use chiiki_sheet::explain::{Explanation, explain};
use chiiki_sheet::fill::marks::MarkedTemplate;
use chiiki_sheet::job::{Bases, FillRequest, Report, fill_marked, make};
use chiiki_sheet::read::{Limits, read_bytes};
use chiiki_sheet::refill::Marked;
use rust_xlsxwriter::{Format, Workbook};

use super::doc::{Doc, grid};
use super::{catalog, changed, comparison, day, evidence, request};

/// A town's report: a sentence, and a table by 指標ID with own and nation side by side.
fn template(folder: &Path) -> PathBuf {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("報告").unwrap();
    sheet.write(0, 0, "{{保険者名}}の状況").unwrap();
    sheet.write(1, 0, "認定率は{{B4-a 自地域 2025}}％です。").unwrap();
    sheet.merge_range(3, 2, 3, 3, "自地域", &Format::new()).unwrap();
    sheet.merge_range(3, 4, 3, 5, "全国", &Format::new()).unwrap();
    for (col, year) in [(2, 2024), (3, 2025), (4, 2024), (5, 2025)] {
        sheet.write(4, col, year).unwrap();
    }
    for (row, id) in [(5, "B4-a"), (6, "B5-a"), (7, "D2"), (8, "D3"), (9, "D4")] {
        sheet.write(row, 0, id).unwrap();
        sheet.write(row, 1, "{{.指標名}}").unwrap();
        for (col, mark) in
            [(2, "{{.自地域 2024}}"), (3, "{{.自地域 2025}}"), (4, "{{.全国 2024}}"), (5, "{{.全国 2025}}")]
        {
            sheet.write(row, col, mark).unwrap();
        }
    }
    sheet.write(11, 0, "人が書く欄").unwrap();
    workbook.add_worksheet().set_name("別紙").unwrap().write(0, 0, "町のきまり").unwrap();
    let path = folder.join("町の様式.xlsx");
    workbook.save(&path).unwrap();
    path
}

fn asked(out: &Path) -> FillRequest {
    FillRequest { date: day(22), ..request(2023, 2025, out.to_str().unwrap()) }
}

fn first_fill(dir: &Path) -> (PathBuf, Report) {
    let bases = Bases { template: Some(template(dir)), ..Bases::default() };
    let report = make(&asked(&dir.join("出力")), &bases, evidence(), catalog()).unwrap();
    (report.outputs[0].path.clone(), report)
}

/// Another day's figures for a book of marks.
fn again(bytes: &[u8], id: &str, year: i32, value: f64) -> chiiki_sheet::refill::Refilled {
    let new = changed(
        comparison(2023, 2025),
        |of, who, when, old| if (of, who, when) == (id, 0, year) { value } else { old },
    );
    let key = new.participants[0].area.key().to_owned();
    Marked::open("book.xlsx", bytes, &key).unwrap().unwrap().refill(&new, day(25), false).unwrap()
}

#[test]
fn sources_and_the_record_stand_behind_the_users_sheets_and_cells_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = first_fill(dir.path());
    let bytes = std::fs::read(&path).unwrap();
    let book = read_bytes("a.xlsx", &bytes, &Limits::default()).unwrap();
    let names: Vec<&str> = book.grids.iter().map(|grid| &*grid.name).collect();
    assert_eq!(names, ["報告", "別紙", "出典", "_meta"]);
    // The nation's figure: the cell of the file it came from holds the same number.
    let Explanation::Figure(figure) = explain(&book, "報告!F8").unwrap() else { panic!() };
    assert_eq!((figure.indicator.as_str(), figure.area.as_str(), figure.year), ("D2", "全国", 2025));
    let source = std::fs::read(super::inbox(&figure.source.file)).unwrap();
    let source = grid(&source, &figure.source.sheet);
    let at = chiiki_sheet::model::CellRef::parse(&figure.source.cell).unwrap();
    assert_eq!(source.get(at).unwrap().display(), figure.value);
    assert_eq!(figure.written, None);
    let Explanation::NoFigure { message, .. } = explain(&book, "報告!A2").unwrap() else { panic!() };
    assert!(message.contains("B4-a") && message.contains(".xlsx"), "{message}");
}

#[test]
fn a_rerun_with_nothing_new_leaves_the_file_and_new_figures_go_where_the_old_ones_stood() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = first_fill(dir.path());
    let bytes = std::fs::read(&path).unwrap();
    let bases = Bases { template: Some(dir.path().join("町の様式.xlsx")), ..Bases::default() };
    for bases in [bases, Bases::default()] {
        let report = make(&asked(&dir.path().join("出力")), &bases, evidence(), catalog()).unwrap();
        assert!(report.diagnostics.iter().any(|told| told.code == "nothing-new"), "{:?}", report.diagnostics);
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        assert_eq!(report.outputs[0].path, path);
    }
    let mut doc = Doc::open(&bytes);
    // Rows sorted, a row put in above, a column put in before the years, a text of a person's own.
    doc.swap_rows(5, 8);
    doc.insert_row(3);
    doc.insert_col(2);
    doc.set_text("A14", "会議で確かめる", true);
    let edited = doc.save();
    let after = again(&edited, "B4-a", 2025, 33.25);
    let (was, is) = (grid(&edited, "報告"), grid(&after.bytes, "報告"));
    let at = |cell: &str| chiiki_sheet::model::CellRef::parse(cell).unwrap();
    // B4-a went to row 10 (sorted, one row down), 2025 of the own area to column E.
    assert_eq!(is.get(at("E10")).unwrap().as_number(), Some(33.25));
    assert_eq!(is.text(1, 0), Some("認定率は33.3％です。"));
    for cell in was.cells().iter().filter(|cell| cell.at != at("E10") && cell.at != at("A2")) {
        assert_eq!(is.get(cell.at), Some(&cell.value), "{}", cell.at);
    }
    let [revised] = after.changes.revised.as_slice() else { panic!("{:?}", after.changes.revised) };
    assert_eq!(
        (revised.indicator.as_str(), revised.cell.as_str(), revised.new.as_deref()),
        ("B4-a", "E10", Some("33.3"))
    );
    let book = read_bytes("a.xlsx", &after.bytes, &Limits::default()).unwrap();
    let Explanation::Figure(figure) = explain(&book, "報告!E10").unwrap() else { panic!() };
    assert_eq!((figure.indicator.as_str(), figure.year), ("B4-a", 2025));
    assert_eq!(Doc::open(&after.bytes).cell("A14"), doc.cell("A14"));
}

#[test]
fn what_a_person_changed_stays_and_equal_neighbours_are_never_mixed_up() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = first_fill(dir.path());
    let mut doc = Doc::open(&std::fs::read(&path).unwrap());
    doc.set_number((5, 3), 77.0);
    let edited = doc.save();
    let after = again(&edited, "B4-a", 2025, 33.25);
    assert_eq!(
        grid(&after.bytes, "報告").get(chiiki_sheet::model::CellRef::new(5, 3)).unwrap().as_number(),
        Some(77.0)
    );
    assert_eq!(after.changes.kept.len(), 1);
    assert!(after.diagnostics.iter().any(|told| told.code == "figure-kept"));
    // A record whose place is gone is told, and nothing is written elsewhere.
    let mut doc = Doc::open(&std::fs::read(&path).unwrap());
    doc.delete_row(5);
    let edited = doc.save();
    let after = again(&edited, "B4-a", 2025, 33.25);
    assert!(after.diagnostics.iter().any(|told| told.code == "mark-place-lost"));
    let (was, is) = (grid(&edited, "報告"), grid(&after.bytes, "報告"));
    for cell in was.cells().iter().filter(|cell| cell.at.row > 1) {
        assert_eq!(is.get(cell.at), Some(&cell.value), "{}", cell.at);
    }
}

#[test]
fn the_previous_book_may_lie_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = first_fill(dir.path());
    let moved = dir.path().join("前の.xlsx");
    std::fs::rename(&path, &moved).unwrap();
    let other = dir.path().join("別の出力");
    let bases = Bases { previous: Some(moved.clone()), ..Bases::default() };
    let opened = MarkedTemplate::open(&dir.path().join("町の様式.xlsx")).unwrap();
    let before = std::fs::read(&moved).unwrap();
    let report = fill_marked(&asked(&other), &bases, evidence(), catalog(), &opened).unwrap();
    assert!(report.outputs[0].path.starts_with(&other));
    assert_eq!(std::fs::read(&moved).unwrap(), before, "the previous book is never written");
}
