//! Figures that are corrected, and files that were dropped by mistake: what counts afterwards, also after a `rebuild`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::fs;
use std::path::Path;

use chiiki_sheet::fill::public::public_copy;
use chiiki_sheet::form::{FormMap, Role};
use chiiki_sheet::intake::{Evidence, Reader};
use chiiki_sheet::journal::{DropOutcome, DropRecord, Journal};
use chiiki_sheet::model::{CellRef, Datum};
use chiiki_sheet::read::Limits;
use chiiki_sheet::workspace::Workspace;

use super::folder::{Bench, waiting};
use super::kit::{SETTINGS, backdate, drops, package, put, run_once, seconds, workspace};
use crate::program::program;
use crate::refill::doc::{Doc, grid};

const FORM: &str = "地域分析・検討シート";
const EXPORT: &str = "見本県 みほん市_地域分析・検討シート.xlsx";
/// 認定率 of みほん市, 令和7年度, in the export
const TRUE: f64 = 21.26;

fn export() -> Vec<u8> {
    fs::read(package("examples/mihon/受付").join(EXPORT)).unwrap()
}

/// The cell of the own 認定率 of a year.
fn place(bytes: &[u8], year: i32) -> CellRef {
    let grid = grid(bytes, FORM);
    let map = FormMap::find(&grid, 5).unwrap();
    let row = map.rows.iter().find(|row| row.id == "B4-a").unwrap().row;
    let block = map.block(Role::Own).unwrap();
    CellRef::new(row, *block.years.iter().find(|(_, of)| **of == year).unwrap().0)
}

fn with_rate(bytes: &[u8], rate: f64) -> Vec<u8> {
    let at = place(bytes, 2025);
    let mut book = Doc::of_sheet(bytes, FORM);
    book.set_number((at.row, at.col), rate);
    book.save()
}

fn rate_in(bytes: &[u8]) -> f64 {
    grid(bytes, FORM).get(place(bytes, 2025)).unwrap().as_number().unwrap()
}

fn sheet(root: &Path) -> Vec<u8> {
    let outputs = Journal::open(root).unwrap().outputs(10).unwrap();
    fs::read(root.join(&outputs[0].path)).unwrap()
}

fn drop_in(bench: &mut Bench, name: &str, bytes: &[u8]) -> DropRecord {
    fs::write(bench.root().join("受付").join(name), bytes).unwrap();
    bench.run(seconds(20));
    drops(&bench.root()).pop().unwrap()
}

fn evidence(root: &Path) -> Evidence {
    let workspace = Workspace::open(root).unwrap();
    workspace.evidence(&workspace.catalog().unwrap()).unwrap()
}

/// The own 認定率 of 令和7年度 and the file it comes from.
fn rate(evidence: &Evidence) -> (Datum, String) {
    let of = evidence.observations.iter().find(|one| {
        let own = one.area.name == "見本県 みほん市" && one.period.form_year == Some(2025);
        own && one.indicator.as_str() == "B4-a" && one.dimensions.is_total()
    });
    of.map(|one| (one.datum, one.source.file.name.clone())).unwrap()
}

fn everything(evidence: &Evidence) -> Vec<String> {
    let mut all: Vec<String> = evidence.observations.iter().map(|one| format!("{one:?}")).collect();
    all.sort();
    all
}

/// The index made anew gives what it gave.
fn same_after_rebuild(root: &Path) {
    let before = everything(&evidence(root));
    let workspace = Workspace::open(root).unwrap();
    let catalog = workspace.catalog().unwrap();
    workspace.rebuild(&catalog, &mut Reader::InProcess(Limits::default())).unwrap();
    assert_eq!(everything(&evidence(root)), before);
}

#[test]
fn a_copy_of_our_own_sheet_brings_its_texts_and_none_of_its_figures_where_another_file_has_them() {
    let mut bench = Bench::new(&waiting(), |options| options);
    let root = bench.root();
    put(&root, EXPORT);
    bench.run(seconds(20));
    let old = sheet(&root);
    assert!((rate_in(&old) - TRUE).abs() < 0.01);
    drop_in(&mut bench, "訂正.xlsx", &with_rate(&export(), 22.5));
    assert_eq!(rate_in(&sheet(&root)), 22.5);

    let mut colleague = Doc::of_sheet(&old, FORM);
    colleague.set_text("E24", "課長が控えに書いた文", false);
    let typed = with_rate(&old, 55.5);
    let (public, _) = public_copy(old.clone(), &Workspace::open(&root).unwrap().catalog().unwrap()).unwrap();
    let typed_public = with_rate(&public, 55.5);
    let copies = [
        ("控え.xlsx", colleague.save()),
        ("手入力.xlsx", typed),
        ("公開用.xlsx", public),
        ("公開用の手入力.xlsx", typed_public),
    ];
    for (name, bytes) in copies {
        let drop = drop_in(&mut bench, name, &bytes);
        assert_eq!(drop.outcome, Some(DropOutcome::Read), "{name}");
        let evidence = evidence(&root);
        assert_eq!(rate(&evidence), (Datum::Value(22.5), "訂正.xlsx".to_owned()), "after {name}");
        assert!(evidence.diagnostics.iter().all(|told| !told.message.contains(name)), "{:?}", evidence.diagnostics);
        assert_eq!(rate_in(&sheet(&root)), 22.5, "after {name}");
        let told = drop.remarks.iter().find(|told| told.code == "typed-in-own-sheet");
        assert_eq!(told.is_some(), name.contains("手入力"), "{name} {:?}", drop.remarks);
    }
    let words = grid(&sheet(&root), FORM);
    assert!(words.cells().iter().any(|cell| cell.value.display().contains("課長が控えに書いた文")));
    same_after_rebuild(&root);
}

#[test]
fn a_sheet_of_ours_that_comes_alone_gives_what_was_written_and_nothing_that_was_typed() {
    let mut bench = Bench::new(&waiting(), |options| options);
    put(&bench.root(), EXPORT);
    bench.run(seconds(20));
    let old = sheet(&bench.root());
    let mut typed = Doc::of_sheet(&old, FORM);
    let (at, before) = (place(&old, 2025), place(&old, 2024));
    typed.set_number((at.row, at.col), 55.5);
    // The record says nothing of a cell that was left empty.
    let empty = {
        let grid = grid(&old, FORM);
        let map = FormMap::find(&grid, 5).unwrap();
        let cells = map.rows.iter().map(|row| CellRef::new(row.row, at.col));
        cells.into_iter().find(|at| grid.get(*at).is_none())
    };
    if let Some(empty) = empty {
        typed.set_number((empty.row, empty.col), 7777.5);
    }
    let typed = typed.save();
    let public = public_copy(typed.clone(), &Workspace::open(&bench.root()).unwrap().catalog().unwrap()).unwrap().0;
    for (name, bytes) in [("昨年度.xlsx", typed), ("公表.xlsx", public)] {
        let mut bench = Bench::new(&waiting(), |options| options);
        let drop = drop_in(&mut bench, name, &bytes);
        assert!(drop.remarks.iter().any(|told| told.code == "typed-in-own-sheet"), "{:?}", drop.remarks);
        let evidence = evidence(&bench.root());
        let of = |year: i32| {
            let mut own = evidence.observations.iter().filter(|one| one.area.name == "見本県 みほん市");
            let found = own.find(|one| one.indicator.as_str() == "B4-a" && one.period.form_year == Some(year));
            found.and_then(|one| one.datum.value())
        };
        assert_eq!((of(2025), of(2024)), (None, grid(&old, FORM).get(before).unwrap().as_number()), "{name}");
        assert!(evidence.observations.iter().all(|one| one.datum.value() != Some(7777.5)));
        same_after_rebuild(&bench.root());
    }
}

#[test]
fn the_right_file_dropped_once_more_takes_back_the_wrong_one() {
    let mut bench = Bench::new(&waiting(), |options| options);
    let root = bench.root();
    put(&root, EXPORT);
    bench.run(seconds(20));
    drop_in(&mut bench, "まちがい.xlsx", &with_rate(&export(), 32.5));
    assert_eq!(rate_in(&sheet(&root)), 32.5);

    let again = drop_in(&mut bench, "正しい方.xlsx", &export());
    assert_eq!((again.outcome, again.duplicate_of), (Some(DropOutcome::Read), Some(drops(&root)[0].id)));
    let said = again.message.unwrap();
    assert!(said.contains("取り込んであります") && said.contains("食い違う数値 1件"), "{said}");
    assert!((rate_in(&sheet(&root)) - TRUE).abs() < 0.01);
    same_after_rebuild(&root);

    // Once more, and there is nothing to change.
    let made = sheet(&root);
    let again = drop_in(&mut bench, "正しい方.xlsx", &export());
    assert_eq!(again.outcome, Some(DropOutcome::Duplicate));
    assert!(again.message.unwrap().contains("もう一度は数えません"));
    assert_eq!(sheet(&root), made);
    same_after_rebuild(&root);
}

#[test]
fn a_file_that_is_forgotten_leaves_no_figure_and_may_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("作業");
    workspace(&root, SETTINGS);
    let taken = |name: &str, bytes: &[u8]| {
        fs::write(root.join("受付").join(name), bytes).unwrap();
        backdate(&root);
        assert_eq!(run_once(&root, None), Some(0));
    };
    taken(EXPORT, &export());
    let wrong = with_rate(&export(), 32.5);
    taken("まちがい.xlsx", &wrong);
    assert_eq!(rate_in(&sheet(&root)), 32.5);

    let at = root.display().to_string();
    let forget = |file: &str| program(&["forget", "--workspace", &at, file]);
    let nothing = forget("処理済/2026-11-22/無い.xlsx");
    assert!(nothing.code == 2 && nothing.err.contains("見つかりません"), "{nothing:?}");
    let said = forget("処理済/2026-11-22/まちがい.xlsx");
    assert!(said.code == 0 && said.out.contains("取り除きました"), "{said:?}");
    assert!(root.join("処理済/2026-11-22/まちがい.xlsx").is_file());
    assert_eq!(run_once(&root, None), Some(0));
    assert!((rate_in(&sheet(&root)) - TRUE).abs() < 0.01);
    assert!((rate(&evidence(&root)).0.value().unwrap() - TRUE).abs() < 0.01);
    same_after_rebuild(&root);
    let said = forget("処理済/2026-11-22/まちがい.xlsx");
    assert!(said.code == 0 && said.out.contains("記録にありません"), "{said:?}");

    taken("やはり.xlsx", &wrong);
    assert_eq!(rate_in(&sheet(&root)), 32.5);

    // Deleted from 処理済 its figures stay, since the original is kept; its name is enough then.
    fs::remove_file(root.join("処理済/2026-11-22/やはり.xlsx")).unwrap();
    same_after_rebuild(&root);
    let said = forget("処理済/2026-11-22/やはり.xlsx");
    assert!(said.code == 0 && said.out.contains("取り除きました"), "{said:?}");
    assert_eq!(run_once(&root, None), Some(0));
    assert!((rate_in(&sheet(&root)) - TRUE).abs() < 0.01);
}

#[test]
fn a_block_of_an_area_that_is_compared_no_longer_was_written_by_us_all_the_same() {
    let towns = ["みほん市", "みなと市", "たかね市"].map(|town| format!("見本県 {town}_地域分析・検討シート.xlsx"));
    let both = waiting().replace("[\"見本県みなと市\"]", "[\"見本県みなと市\", \"見本県たかね市\"]");
    let mut bench = Bench::new(&both, |options| options);
    let root = bench.root();
    towns.iter().for_each(|town| put(&root, town));
    bench.run(seconds(20));
    fs::write(root.join("設定.toml"), waiting()).unwrap();
    drop_in(&mut bench, "訂正.xlsx", &with_rate(&export(), 22.5));
    let sheet = sheet(&root);
    let headed = grid(&sheet, FORM).cells().iter().any(|cell| cell.value.as_text() == Some("見本県 たかね市"));
    assert!(headed && rate_in(&sheet) == 22.5);
    let (public, _) = public_copy(sheet.clone(), &Workspace::open(&root).unwrap().catalog().unwrap()).unwrap();
    for (name, bytes) in [("控え.xlsx", sheet), ("公開用.xlsx", public)] {
        let mut bench = Bench::new(&waiting(), |options| options);
        let drop = drop_in(&mut bench, name, &bytes);
        assert!(drop.remarks.iter().all(|told| told.code != "typed-in-own-sheet"), "{name} {:?}", drop.remarks);
        let evidence = evidence(&bench.root());
        assert!(evidence.observations.iter().any(|one| one.area.name == "見本県 たかね市"), "{name}");
    }
}
