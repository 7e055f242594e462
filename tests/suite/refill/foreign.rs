//! Books without `_meta`: the system's own export as the template, a filled one as the previous sheet.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::Path;

use chiiki_sheet::job::{Bases, FillRequest, Report, fill_on, standard_template};
use zip::ZipArchive;

use super::doc::{Doc, grid};
use super::{catalog, day, evidence, inbox, request};

fn run(dir: &Path, bases: &Bases) -> Report {
    let request = FillRequest { date: day(22), ..request(2022, 2026, dir.to_str().unwrap()) };
    fill_on(&request, bases, evidence(), catalog(), standard_template().unwrap()).unwrap()
}

fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut data = Vec::new();
            entry.read_to_end(&mut data).unwrap();
            (entry.name().unwrap().into_owned(), data)
        })
        .collect()
}

#[test]
fn an_export_is_filled_in_place_and_keeps_other_parts() {
    let dir = tempfile::tempdir().unwrap();
    let export = std::fs::read(inbox("見本県 みほん市_地域分析・検討シート.xlsx")).unwrap();
    let name = export_sheet(&export);
    let before = grid(&export, &name);
    let map = chiiki_sheet::form::FormMap::find(&before, 1).unwrap();
    let own = &map.blocks[0];
    let (&col, &year) = own.years.iter().next().unwrap();
    let (full, other) = (map.rows[0].row, map.rows[2].row);
    let at = |row| chiiki_sheet::model::CellRef::new(row, col);
    let mut doc = Doc::open(&export);
    let exact = before.get(at(full)).unwrap().as_number().unwrap();
    doc.set_number((full, col), (exact * 10.0).round() / 10.0);
    doc.set_number((other, col), 77.0);
    let emptied = map.rows[1].row;
    doc.rows.get_mut(&emptied).unwrap().1.remove(&col);
    let path = dir.path().join("様式.xlsx");
    std::fs::write(&path, doc.save()).unwrap();

    let out = dir.path().join("出力");
    let report = run(&out, &Bases { template: Some(path.clone()), ..Bases::default() });
    let bytes = std::fs::read(&report.outputs[0].path).unwrap();
    let after = grid(&bytes, &name);
    assert_eq!(after.get(at(full)), before.get(at(full)), "the more precise number wins");
    assert_eq!(after.get(at(emptied)), before.get(at(emptied)), "an empty cell is filled");
    assert_eq!(after.get(at(other)).unwrap().as_number(), Some(77.0), "any other number stays");
    let [kept] = report.changes.kept.as_slice() else { panic!("{:?}", report.changes.kept) };
    assert_eq!((kept.year, kept.cell.as_str()), (year, at(other).to_string().as_str()));
    for sheet in ["比較と判定", "出典", "_meta"] {
        assert!(!grid(&bytes, sheet).cells().is_empty());
    }
    let allowed: BTreeSet<&str> = [
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
    ]
    .into();
    let new = parts(&bytes);
    for (name, data) in parts(&doc.save()) {
        let found = new.iter().find(|(other, _)| *other == name).unwrap();
        assert!(allowed.contains(name.as_str()) || found.1 == data, "{name}");
    }
    // With --adopt the new figure wins, in a folder of its own; and a rerun knows the book by its _meta.
    let adopted = dir.path().join("採用");
    let bases = Bases { template: Some(path), adopt: true, ..Bases::default() };
    let report = run(&adopted, &bases);
    let bytes = std::fs::read(&report.outputs[0].path).unwrap();
    assert_eq!(grid(&bytes, &name).get(at(other)), before.get(at(other)));
    let report = run(&adopted, &Bases::default());
    assert!(report.diagnostics.iter().any(|told| told.code == "nothing-new"), "{:?}", report.diagnostics);
}

fn export_sheet(bytes: &[u8]) -> String {
    let book = chiiki_sheet::read::read_bytes("a.xlsx", bytes, &chiiki_sheet::read::Limits::default()).unwrap();
    book.grids[0].name.to_string()
}

#[test]
fn texts_of_a_filled_export_move_with_their_formatting_and_none_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let file = "【記入済】見本県 みほん市_地域分析・検討シート_R7.12.xlsx";
    let bytes = std::fs::read(inbox(file)).unwrap();
    let old = grid(&bytes, &export_sheet(&bytes));
    let entries: Vec<_> = chiiki_sheet::form::find_entries(&old)
        .into_iter()
        .filter_map(|entry| Some((entry.field, entry.cell, old.get(entry.cell)?.display())))
        .collect();
    assert!(entries.len() >= 3);
    let mut doc = Doc::open(&bytes);
    let first = entries[0].1.to_string();
    doc.set_text(&first, "で書いた仮説", true);
    doc.set_text("A250", "欄の外のメモ", false);
    let path = dir.path().join(file);
    std::fs::write(&path, doc.save()).unwrap();
    let out = dir.path().join("出力");
    let report = run(&out, &Bases { previous: Some(path), ..Bases::default() });
    let made = std::fs::read(&report.outputs[0].path).unwrap();
    let book = chiiki_sheet::read::read_bytes("a.xlsx", &made, &chiiki_sheet::read::Limits::default()).unwrap();
    let texts: Vec<String> =
        book.grids.iter().flat_map(|grid| grid.cells().iter().map(|cell| cell.value.display())).collect();
    for (field, cell, text) in entries.iter().skip(1) {
        assert!(texts.contains(text), "{field:?} {cell}");
    }
    assert!(grid(&made, "引継ぎ").cells().iter().any(|cell| cell.value.display() == "欄の外のメモ"));
    // The red run is the same markup under its heading.
    let target = Doc::open(&made);
    let red = doc.cell(&first).unwrap().1.clone();
    let homes = target.rows.values().flat_map(|(_, cells)| cells.values()).filter(|(_, inner)| *inner == red).count();
    assert_eq!(homes, 1);
}

#[test]
fn a_sheet_joins_any_book_behind_the_others() {
    use chiiki_sheet::fill::apply;
    use chiiki_sheet::fill::plan::{CellContent, FillPlan, Look, NewSheet};
    use chiiki_sheet::model::CellRef;
    for book in ["std.xlsx", "rich.xlsx", "rich.xlsm", "rich_scattertext.xlsx"] {
        let before = std::fs::read(super::root().join("tests/data/fill").join(book)).unwrap();
        let mut new = NewSheet { name: "追加 <1> & 2".to_owned(), frozen_rows: 1, ..NewSheet::default() };
        new.cells.insert(CellRef::new(0, 0), (CellContent::Text("見出し".to_owned()), Look::Heading));
        new.cells.insert(CellRef::new(1, 2), (CellContent::Number(19.37), Look::Decimal));
        let plan = FillPlan { new_sheets: vec![new], ..FillPlan::default() };
        let after = apply(before.as_slice(), &plan).unwrap().bytes;
        let added = grid(&after, "追加 <1> & 2");
        assert_eq!(added.text(0, 0), Some("見出し"));
        assert_eq!(added.get(CellRef::new(1, 2)).unwrap().as_number(), Some(19.37));
        let lists = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"];
        let allowed: Vec<&str> = lists.into_iter().chain(["xl/styles.xml"]).collect();
        let now = parts(&after);
        for (name, data) in parts(&before) {
            let found = now.iter().find(|(other, _)| *other == name).unwrap();
            assert!(allowed.contains(&name.as_str()) || found.1 == data, "{book} {name}");
        }
        // The same name once more is refused with a sentence.
        assert_eq!(apply(after.as_slice(), &plan).unwrap_err().code, "sheet-name-taken");
    }
}

/// The export of a town with its figures cleared: headings and file name say whose it is.
fn emptied(town: &str) -> Vec<u8> {
    let export = std::fs::read(inbox(&format!("見本県 {town}_地域分析・検討シート.xlsx"))).unwrap();
    let map = chiiki_sheet::form::FormMap::find(&grid(&export, &export_sheet(&export)), 1).unwrap();
    let mut doc = Doc::open(&export);
    for row in &map.rows {
        let cells = &mut doc.rows.get_mut(&row.row).unwrap().1;
        for block in &map.blocks {
            (block.first_col..=block.last_col).for_each(|col| drop(cells.remove(&col)));
        }
    }
    doc.save()
}

#[test]
fn an_emptied_form_belongs_to_whom_its_headings_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("様式.xlsx");
    std::fs::write(&path, emptied("みほん市")).unwrap();
    let report = run(&dir.path().join("出力"), &Bases { template: Some(path.clone()), ..Bases::default() });
    assert!(report.diagnostics.iter().all(|told| told.code != "previous-area-unknown"), "{:?}", report.diagnostics);
    let name = export_sheet(&std::fs::read(&path).unwrap());
    let filled = grid(&std::fs::read(&report.outputs[0].path).unwrap(), &name);
    let full = grid(&std::fs::read(inbox("見本県 みほん市_地域分析・検討シート.xlsx")).unwrap(), &name);
    let map = chiiki_sheet::form::FormMap::find(&full, 1).unwrap();
    let at = chiiki_sheet::model::CellRef::new(map.rows[0].row, *map.blocks[0].years.keys().next().unwrap());
    assert_eq!(filled.get(at), full.get(at));

    std::fs::write(&path, emptied("みなと市")).unwrap();
    let request = FillRequest { date: day(22), ..request(2022, 2026, dir.path().join("他").to_str().unwrap()) };
    let bases = Bases { template: Some(path), ..Bases::default() };
    let refused = fill_on(&request, &bases, evidence(), catalog(), standard_template().unwrap()).unwrap_err();
    assert!(refused.to_string().contains("見本県 みほん市のシートではありません"), "{refused}");
    assert!(!dir.path().join("他").exists());
}
