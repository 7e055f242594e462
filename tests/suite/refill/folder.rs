//! The path of a person: a folder with sheets in it, filled again and again.

use std::path::Path;

use chiiki_sheet::error::Error;
use chiiki_sheet::job::{Bases, FillRequest, Report, fill_on, standard_template};
use chiiki_sheet::refill::{Shelf, find_in_folder};

use super::doc::{Doc, grid};
use super::{catalog, comparison, day, evidence, fresh, inbox, request, root};
use crate::program::program;

fn run(dir: &Path, from: i32, to: i32, bases: &Bases) -> Result<Report, Error> {
    let request = FillRequest { date: day(22), ..request(from, to, dir.to_str().unwrap()) };
    fill_on(&request, bases, evidence(), catalog(), standard_template().unwrap())
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_sheet_of_the_same_insurer_is_refilled_under_its_own_name_after_a_copy() {
    let dir = tempfile::tempdir().unwrap();
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    book.set_text("A14", "会議で決めたこと", true);
    let bytes = book.save();
    std::fs::write(dir.path().join("会議用.xlsx"), &bytes).unwrap();
    let report = run(dir.path(), 2024, 2026, &Bases::default()).unwrap();
    assert_eq!(report.outputs[0].path.file_name().unwrap(), "会議用.xlsx");
    assert_eq!(names(dir.path()), ["会議用.xlsx", "会議用_控え_2026-11-22.xlsx"]);
    assert_eq!(std::fs::read(dir.path().join("会議用_控え_2026-11-22.xlsx")).unwrap(), bytes);
    let after = std::fs::read(&report.outputs[0].path).unwrap();
    assert_eq!(Doc::open(&after).cell("A14"), book.cell("A14"));
    // Nothing new: no second copy, not a byte.
    let report = run(dir.path(), 2024, 2026, &Bases::default()).unwrap();
    assert!(report.diagnostics.iter().any(|told| told.code == "nothing-new"));
    assert_eq!(std::fs::read(&report.outputs[0].path).unwrap(), after);
    assert_eq!(names(dir.path()).len(), 2);
}

#[test]
fn sheets_of_other_insurers_are_never_taken() {
    let dir = tempfile::tempdir().unwrap();
    let other = FillRequest {
        own: "見本県みなと市".to_owned(),
        compare: Vec::new(),
        ..request(2023, 2025, dir.path().to_str().unwrap())
    };
    let report = fill_on(&other, &Bases::default(), evidence(), catalog(), standard_template().unwrap()).unwrap();
    let theirs = report.outputs[0].path.clone();
    let mut book = Doc::open(&std::fs::read(&theirs).unwrap());
    book.set_text("A14", "みなと市だけの内緒の話", false);
    std::fs::write(&theirs, book.save()).unwrap();
    // Beside it, under its very name, and named outright.
    let usual = dir.path().join("見本県 みほん市_地域分析・検討シート.xlsx");
    std::fs::copy(&theirs, &usual).unwrap();
    let report = run(dir.path(), 2023, 2025, &Bases::default()).unwrap();
    assert_ne!(report.outputs[0].path, usual);
    let bytes = std::fs::read(&report.outputs[0].path).unwrap();
    let entry = grid(&bytes, "地域分析・検討シート").text(13, 0).unwrap_or_default().to_owned();
    assert!(entry.starts_with("【下書き】") && !entry.contains("内緒"), "{entry}");
    for flag in [
        Bases { previous: Some(theirs.clone()), ..Bases::default() },
        Bases {
            previous: Some(inbox("見本県 みなと市_地域分析・検討シート.xlsx")), ..Bases::default()
        },
        Bases {
            template: Some(inbox("見本県 みなと市_地域分析・検討シート.xlsx")), ..Bases::default()
        },
    ] {
        let elsewhere = tempfile::tempdir().unwrap();
        assert!(matches!(run(elsewhere.path(), 2023, 2025, &flag), Err(Error::Usage(_))), "{flag:?}");
        assert!(names(elsewhere.path()).is_empty());
    }
}

#[test]
fn a_shelf_opens_each_book_once_and_again_when_it_changed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("会議用.xlsx");
    let book = fresh(&comparison(2023, 2025));
    std::fs::write(&path, &book).unwrap();
    let shelf = Shelf::default();
    let own = comparison(2023, 2025).participants[0].area.key().to_owned();
    let found = || find_in_folder(dir.path(), "ほか.xlsx", &own, &shelf).unwrap().0;
    assert_eq!(found(), Some(path.clone()));
    // Of the same size and time: what is remembered counts.
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    std::fs::write(&path, vec![0; book.len()]).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert_eq!(found(), Some(path.clone()));
    // Of another: it is looked into.
    std::fs::write(&path, "何かほかのもの").unwrap();
    assert_eq!(found(), None);
    std::fs::write(&path, &book).unwrap();
    assert_eq!(found(), Some(path));
}

#[test]
fn previous_is_the_base_and_is_not_written_itself() {
    let (here, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    book.set_text("A14", "前の年の文章", true);
    let path = here.path().join("昨年.xlsx");
    std::fs::write(&path, book.save()).unwrap();
    let bases = Bases { previous: Some(path.clone()), ..Bases::default() };
    let report = run(out.path(), 2024, 2026, &bases).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), book.save());
    let after = Doc::open(&std::fs::read(&report.outputs[0].path).unwrap());
    assert_eq!(after.cell("A14"), book.cell("A14"));
    // The target has a text of its own now: the incoming one goes to 引継ぎ, once.
    let mut mine = after.clone();
    mine.set_text("A14", "書き直した文章", false);
    std::fs::write(&report.outputs[0].path, mine.save()).unwrap();
    for _ in 0..2 {
        let report = run(out.path(), 2024, 2026, &bases).unwrap();
        let bytes = std::fs::read(&report.outputs[0].path).unwrap();
        assert_eq!(Doc::open(&bytes).cell("A14"), mine.cell("A14"));
        let moved = grid(&bytes, "引継ぎ");
        let times = moved.cells().iter().filter(|cell| cell.value.display() == "赤前の年の文章").count();
        assert_eq!(times, 1);
    }
}

/// Somebody may be working in a copy while the sheet of the usual name gets the figures.
#[test]
fn a_copy_that_was_written_to_later_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let usual = "見本県 みほん市_地域分析・検討シート.xlsx";
    let (sheet, copy) = (dir.path().join(usual), dir.path().join("見本県 みほん市_地域分析・検討シート - コピー.xlsx"));
    let book = fresh(&comparison(2023, 2025));
    for path in [&sheet, &copy, &dir.path().join("見本県 みほん市_地域分析・検討シート_公開用.xlsx")]
    {
        std::fs::write(path, &book).unwrap();
    }
    std::fs::write(dir.path().join("見本県 みほん市_地域分析・検討シート_公開用.xlsx"), "ほかのもの").unwrap();
    let own = comparison(2023, 2025).participants[0].area.key().to_owned();
    let told = || {
        let (found, told) = find_in_folder(dir.path(), usual, &own, &Shelf::default()).unwrap();
        assert_eq!(found.as_ref(), Some(&sheet));
        told
    };
    let at = std::fs::metadata(&sheet).unwrap().modified().unwrap();
    let write_at = |path: &std::path::Path, time| {
        std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    };
    write_at(&copy, at + std::time::Duration::from_secs(60));
    let message = told().unwrap();
    assert_eq!(message.code, "newer-copy-beside");
    assert!(
        message.message.starts_with("『見本県 みほん市_地域分析・検討シート - コピー.xlsx』が"),
        "{}",
        message.message
    );
    write_at(&copy, at - std::time::Duration::from_secs(60));
    assert_eq!(told(), None);
}

#[test]
fn years_far_behind_those_that_stand_push_the_oldest_out() {
    let dir = tempfile::tempdir().unwrap();
    let (data, out) = (dir.path().join("自前.csv"), dir.path().join("出力"));
    let write = |years: std::ops::Range<i32>| {
        let mut text = "都道府県,名称,団体コード,指標ID,期間,値\n".to_owned();
        for year in years {
            for (prefecture, name, code) in
                [("見本県", "みほん市", "901008"), ("見本県", "", "900001"), ("全国", "", "")]
            {
                text.push_str(&format!("{prefecture},{name},{code},B4-a,令和{}年度,{}.5\n", year - 2018, year - 2010));
            }
        }
        std::fs::write(&data, text).unwrap();
    };
    let areas = root().join("examples/mihon/areas.csv");
    let fill = |more: &[&str]| {
        let mut line = vec!["fill", "--own", "見本県みほん市", "--date", "2035-06-01", "--json"];
        let paths = [&data, &areas, &out].map(|path| path.to_str().unwrap());
        line.extend(["--input", paths[0], "--areas", paths[1], "--out", paths[2]]);
        line.extend(more);
        let said = program(&line);
        assert_eq!(said.code, 0, "{said:?}");
        std::fs::read(said.json()["outputs"][0]["path"].as_str().unwrap()).unwrap()
    };
    write(2023..2031);
    fill(&["--from", "2023", "--to", "2030"]);
    write(2032..2035);
    let after = fill(&[]);
    let form = grid(&after, "地域分析・検討シート");
    let shown: Vec<f64> =
        form.row(5).iter().filter(|cell| cell.at.col < 14).filter_map(|c| c.value.as_number()).collect();
    assert!(shown.len() <= 10 && shown.last() == Some(&2034.0), "{shown:?}");
    assert!(shown.contains(&2030.0), "years that stand stay as far as there is room: {shown:?}");
}
