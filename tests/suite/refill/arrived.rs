//! Filled sheets that lie among the tables: what people wrote on them reaches the sheet of the same insurer, once.

use std::path::{Path, PathBuf};

use chiiki_sheet::intake::{Evidence, Reader, gather, take_path};
use chiiki_sheet::job::{Bases, FillRequest, Report, fill_on, fill_one_of_many, standard_template};
use chiiki_sheet::layout::Context;
use chiiki_sheet::read::{Limits, read_bytes};

use super::doc::{Doc, grid};
use super::{catalog, comparison, day, fresh, inbox, request};

const FORM: &str = "地域分析・検討シート";

fn last_period() -> PathBuf {
    inbox("【記入済】見本県 みほん市_地域分析・検討シート_R7.12.xlsx")
}

/// The sheets of two towns and further files.
fn evidence_with(files: &[PathBuf]) -> Evidence {
    let context = Context::new(catalog(), None);
    let towns = ["みほん市", "みなと市"].map(|town| inbox(&format!("見本県 {town}_地域分析・検討シート.xlsx")));
    let mut reader = Reader::InProcess(Limits::default());
    let taken = towns.iter().chain(files).flat_map(|path| take_path(path, context, &mut reader).unwrap()).collect();
    gather(taken, context)
}

fn run(dir: &Path, own: &str, evidence: &Evidence, bases: &Bases) -> Report {
    let request = FillRequest {
        own: format!("見本県{own}"),
        compare: Vec::new(),
        date: day(22),
        ..request(2023, 2025, dir.to_str().unwrap())
    };
    fill_on(&request, bases, evidence, catalog(), standard_template().unwrap()).unwrap()
}

fn made(report: &Report) -> Vec<u8> {
    std::fs::read(&report.outputs[0].path).unwrap()
}

/// Everything that can be read in any cell.
fn all_cells(bytes: &[u8]) -> Vec<String> {
    let book = read_bytes("a.xlsx", bytes, &Limits::default()).unwrap();
    book.grids.iter().flat_map(|grid| grid.cells().iter().map(|cell| cell.value.display())).collect()
}

/// What people wrote on the sheet of the last period.
fn written(evidence: &Evidence) -> Vec<String> {
    let of_last = |name: &str| name.contains("記入済");
    evidence.texts.iter().filter(|text| of_last(&text.source.file.name)).map(|text| text.text.clone()).collect()
}

fn told(report: &Report, code: &str) -> usize {
    report.diagnostics.iter().filter(|told| told.code == code).count()
}

#[test]
fn texts_of_a_dropped_sheet_of_the_last_period_stand_on_the_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let evidence = evidence_with(&[last_period()]);
    let texts = written(&evidence);
    assert!(texts.len() >= 12, "{texts:?}");
    let report = run(dir.path(), "みほん市", &evidence, &Bases::default());
    assert_eq!(told(&report, "texts-moved"), 1, "{:?}", report.diagnostics);
    let bytes = made(&report);
    let form = grid(&bytes, FORM);
    for text in &texts {
        assert!(form.cells().iter().any(|cell| cell.value.display() == *text), "{text}");
    }

    // The user takes one away and writes another anew: neither comes back, nothing is written.
    let entry = |text: &String| form.cells().iter().find(|cell| cell.value.display() == *text).unwrap().at.to_string();
    let mut mine = Doc::open(&bytes);
    mine.set_text(&entry(&texts[0]), "書き直した文章", false);
    mine.set_text(&entry(&texts[1]), "", false);
    std::fs::write(&report.outputs[0].path, mine.save()).unwrap();
    let report = run(dir.path(), "みほん市", &evidence, &Bases::default());
    assert_eq!((told(&report, "texts-moved"), told(&report, "nothing-new")), (0, 1), "{:?}", report.diagnostics);
    assert_eq!(made(&report), mine.save());
}

#[test]
fn texts_that_come_to_a_sheet_with_drafts_take_the_drafts_places() {
    let dir = tempfile::tempdir().unwrap();
    let first = run(dir.path(), "みほん市", &evidence_with(&[]), &Bases::default());
    let before = all_cells(&made(&first));
    assert!(before.iter().any(|cell| cell.starts_with("【下書き】")), "there are drafts to be replaced");
    // The sheet stands; it is dropped among the files, and named by hand.
    let evidence = evidence_with(&[last_period()]);
    let texts = written(&evidence);
    let dropped = run(dir.path(), "みほん市", &evidence, &Bases::default());
    let named = tempfile::tempdir().unwrap();
    run(named.path(), "みほん市", &evidence_with(&[]), &Bases::default());
    let bases = Bases { previous: Some(last_period()), ..Bases::default() };
    let named = run(named.path(), "みほん市", &evidence_with(&[]), &bases);
    // A form of the ministry's as the template.
    let own_form = tempfile::tempdir().unwrap();
    let bases = Bases {
        template: Some(inbox("見本県 みほん市_地域分析・検討シート.xlsx")), ..Bases::default()
    };
    let in_place = run(own_form.path(), "みほん市", &evidence, &bases);
    for report in [dropped, named, in_place] {
        let cells = all_cells(&made(&report));
        for text in &texts {
            assert!(cells.contains(text), "lost: {text}");
        }
    }
}

#[test]
fn a_sheet_dropped_later_fills_what_is_empty_and_hands_over_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("出力");
    let mut mine = Doc::open(&fresh(&comparison(2023, 2025)));
    mine.set_text("E14", "いまの考察", false);
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("会議用.xlsx"), mine.save()).unwrap();
    let mut other = Doc::open(&fresh(&comparison(2022, 2024)));
    other.set_text("E14", "前の考察", true);
    other.set_text("E24", "前の対応策", true);
    let path = dir.path().join("前の年のシート.xlsx");
    std::fs::write(&path, other.save()).unwrap();
    let evidence = evidence_with(&[path]);
    let mut last = Vec::new();
    for turn in 0..3 {
        let report = run(&out, "みほん市", &evidence, &Bases::default());
        let bytes = made(&report);
        let after = Doc::open(&bytes);
        assert_eq!(after.cell("E14"), mine.cell("E14"));
        assert_eq!(after.cell("E24"), other.cell("E24"), "the red run came along");
        let moved = grid(&bytes, "引継ぎ");
        assert_eq!(moved.cells().iter().filter(|cell| cell.value.display() == "赤前の考察").count(), 1);
        if turn == 0 {
            assert_eq!((report.changes.moved, report.changes.handed_over), (1, 1));
            assert!(all_cells(&bytes).iter().any(|cell| cell.contains("移した文章 1件、引継ぎに載せた文章 1件")));
        } else {
            assert_eq!(bytes, last);
        }
        last = bytes;
    }
}

#[test]
fn no_text_reaches_another_insurers_sheet() {
    let evidence = evidence_with(&[last_period()]);
    let texts = written(&evidence);
    let dir = tempfile::tempdir().unwrap();
    let request = FillRequest {
        own: "見本県みなと市".to_owned(),
        date: day(22),
        compare: vec!["見本県みほん市".to_owned()],
        ..request(2023, 2025, dir.path().to_str().unwrap())
    };
    let template = standard_template().unwrap();
    let alone = fill_on(&request, &Bases::default(), &evidence, catalog(), template).unwrap();
    let others = dir.path().join("県");
    let of_many =
        fill_one_of_many(&FillRequest { out: others, ..request.clone() }, &evidence, catalog(), template).unwrap();
    for report in [alone, of_many] {
        let cells = all_cells(&made(&report));
        assert!(texts.iter().all(|text| !cells.contains(text)));
        assert_eq!(told(&report, "texts-moved") + told(&report, "texts-owner-unknown"), 0);
    }
    // The insurer's own sheet among many has them.
    let own = FillRequest { own: "見本県みほん市".to_owned(), compare: Vec::new(), ..request };
    let report = fill_one_of_many(&own, &evidence, catalog(), template).unwrap();
    let cells = all_cells(&made(&report));
    assert!(texts.iter().all(|text| cells.contains(text)));
}

#[test]
fn a_book_of_two_insurers_gives_each_its_own_texts() {
    let dir = tempfile::tempdir().unwrap();
    let mine = super::several::book_of_two("みほん市の考え", "みなと市の考え");
    let path = dir.path().join("二つの市.xlsx");
    std::fs::write(&path, mine).unwrap();
    // Named outright, beside a sheet that stands; and lying among the tables.
    let named = Bases { previous: Some(path.clone()), ..Bases::default() };
    for (turn, (evidence, bases)) in
        [(evidence_with(&[]), named), (evidence_with(&[path]), Bases::default())].into_iter().enumerate()
    {
        for (town, own, other) in
            [("みほん市", "みほん市の考え", "みなと市の考え"), ("みなと市", "みなと市の考え", "みほん市の考え")]
        {
            let out = dir.path().join(format!("{turn}{town}"));
            run(&out, town, &evidence_with(&[]), &Bases::default());
            let cells = all_cells(&made(&run(&out, town, &evidence, &bases)));
            assert!(cells.iter().any(|cell| cell == own), "{town} {turn}");
            assert!(!cells.iter().any(|cell| cell == other), "{town} {turn}");
        }
    }
}

#[test]
fn a_sheet_that_names_nobody_is_told_and_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    let mut evidence = evidence_with(&[last_period()]);
    let texts = written(&evidence);
    let last = evidence.books.iter().find(|book| book.file.name.contains("記入済")).unwrap().file.sha256.clone();
    // As a form without a single figure.
    evidence.speak.remove(&last);
    let report = run(&dir.path().join("出力"), "みほん市", &evidence, &Bases::default());
    assert_eq!(told(&report, "texts-owner-unknown"), 1);
    let cells = all_cells(&made(&report));
    assert!(texts.iter().all(|text| !cells.contains(text)));
}

#[test]
fn an_old_form_with_figures_whose_blocks_are_not_found_is_told_too() {
    let dir = tempfile::tempdir().unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(2, 0, "全国平均等との比較").unwrap();
    sheet.write(3, 0, "古い様式に書かれた文章").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let path = dir.path().join("古い様式.xlsx");
    std::fs::write(&path, &bytes).unwrap();
    let mut evidence = evidence_with(&[last_period()]);
    // As if its figures had been read: they name the insurer, the sheet does not.
    let sha256 = chiiki_sheet::store::sha256_hex(&bytes);
    let speaks = evidence.speak[&evidence.books[0].file.sha256].clone();
    evidence.speak.insert(sha256.clone(), speaks);
    let file =
        chiiki_sheet::model::SourceFile { name: "古い様式.xlsx".to_owned(), sha256, exported: None, ours: false };
    evidence.books = vec![chiiki_sheet::intake::TextBook { file, path }];
    let report = run(&dir.path().join("出力"), "みほん市", &evidence, &Bases::default());
    assert_eq!(told(&report, "texts-owner-unknown"), 1, "{:?}", report.diagnostics);
    assert!(!all_cells(&made(&report)).iter().any(|cell| cell.contains("古い様式に書かれた文章")));
}
