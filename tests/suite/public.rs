//! The copy to hand out holds nothing that was meant for the office only, and is a sound workbook.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::fill::public::{WORKING_SHEETS, public_copy};
use chiiki_sheet::read::{Limits, read_bytes};
use chiiki_sheet::template::package::Package;
use rust_xlsxwriter::{Format, Formula, Image, Note, Url, Workbook};

use crate::program::{program, with_mihon};
use crate::refill::doc::Doc;

fn all_text(bytes: &[u8]) -> (Vec<String>, String) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let (mut names, mut all) = (Vec::new(), String::new());
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        names.push(file.name().unwrap().into_owned());
        all.push_str(&String::from_utf8_lossy(&bytes));
    }
    (names, all)
}

fn fill(out: &Path, more: &str) -> Vec<u8> {
    let line = format!("fill --own 見本県みほん市 --date 2026-11-22 --json --out {}{more}", out.display());
    let said = program(&with_mihon(&line));
    assert_eq!(said.code, 0, "{said:?}");
    std::fs::read(said.json()["outputs"][0]["path"].as_str().unwrap()).unwrap()
}

#[test]
fn the_copy_has_the_same_figures_and_no_record() {
    let out = tempfile::tempdir().unwrap();
    let (ours, copy) = (fill(out.path(), ""), fill(out.path(), " --public"));
    assert!(out.path().join("見本県 みほん市_地域分析・検討シート_公開用.xlsx").is_file());
    let read = |bytes: &[u8]| read_bytes("a.xlsx", bytes, &Limits::default()).unwrap();
    let (ours, book) = (read(&ours), read(&copy));
    let names: Vec<&str> = book.grids.iter().map(|grid| &*grid.name).collect();
    assert!(names.contains(&"地域分析・検討シート") && names.contains(&"出典"), "{names:?}");
    for grid in &book.grids {
        assert!(!WORKING_SHEETS.contains(&&*grid.name), "{names:?}");
    }
    let form = |book: &chiiki_sheet::read::Book| {
        let grid = book.grids.iter().find(|grid| &*grid.name == "地域分析・検討シート").unwrap();
        grid.cells().iter().filter(|cell| cell.value.as_number().is_some()).cloned().collect::<Vec<_>>()
    };
    assert_eq!(form(&ours), form(&book));
    let (parts, text) = all_text(&copy);
    let hashes = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() == 64).count();
    assert_eq!(hashes, 0, "hashes of source files are left");
    assert!(!text.contains("下書き"), "not even the rule that colours drafts");
    assert!(!text.contains("_meta") && !parts.iter().any(|part| part.starts_with("docProps/")), "{parts:?}");
}

/// Restricted (B7) by 指標追加.
#[test]
fn indicators_to_be_handled_with_care_are_left_out() {
    let restricted = Catalog::shipped().indicators().iter().find(|indicator| indicator.restricted).unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (col, text) in ["指標名", "指標ID", "単位", "値"].into_iter().enumerate() {
        sheet.write(0, col as u16, text).unwrap();
    }
    for (row, id, value) in [(1, "B4-a", 19.4), (2, restricted.id.as_str(), 77.7)] {
        sheet.write(row, 0, "名前").unwrap();
        sheet.write(row, 1, id).unwrap();
        sheet.write(row, 3, value).unwrap();
    }
    let copy = public_copy(workbook.save_to_buffer().unwrap(), Catalog::shipped()).unwrap().0;
    let book = read_bytes("a.xlsx", &copy, &Limits::default()).unwrap();
    let numbers: Vec<f64> = book.grids[0].cells().iter().filter_map(|cell| cell.value.as_number()).collect();
    assert_eq!(numbers, [19.4]);
}

/// A formula over a restricted figure remembers it: the result goes with the figure, and the person is told.
#[test]
fn results_of_formulas_over_left_out_figures_are_left_out_too() {
    let catalog = Catalog::shipped();
    let restricted = catalog.indicators().iter().find(|indicator| indicator.restricted).unwrap();
    let book = |id: &str| {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("地域分析・検討シート").unwrap();
        for (col, text) in ["指標名", "指標ID", "単位", "値"].into_iter().enumerate() {
            sheet.write(0, col as u16, text).unwrap();
        }
        sheet.write(1, 0, "名前").unwrap();
        sheet.write(1, 1, id).unwrap();
        sheet.write(1, 3, 77.25).unwrap();
        sheet.write_formula(9, 3, Formula::new("=D2*2").set_result("154.5")).unwrap();
        let own = workbook.add_worksheet().set_name("集計").unwrap();
        own.write_formula(0, 0, Formula::new("='地域分析・検討シート'!D2+1").set_result("78.25")).unwrap();
        public_copy(workbook.save_to_buffer().unwrap(), catalog).unwrap()
    };
    let (copy, told) = book(restricted.id.as_str());
    let (_, text) = all_text(&copy);
    assert!(["77.25", "154.5", "78.25"].iter().all(|figure| !text.contains(figure)), "{text}");
    assert!(text.contains("D2*2") && text.contains("D2+1"), "the formulas stay");
    let message = &told.iter().find(|told| told.code == "public-formulas").unwrap().message;
    assert!(message.contains("「地域分析・検討シート」D10、「集計」A1"), "{message}");

    let (copy, told) = book("B4-a");
    let (_, text) = all_text(&copy);
    assert!(["77.25", "154.5", "78.25"].iter().all(|figure| text.contains(figure)));
    assert!(told.iter().all(|told| told.code != "public-formulas"));
}

/// Working sheets with everything that hangs on a sheet: pictures, notes, names, links, formulas, texts.
#[test]
fn what_hangs_on_a_removed_sheet_goes_with_it() {
    let mut workbook = Workbook::new();
    let properties = rust_xlsxwriter::DocProperties::new().set_author("内部担当者");
    workbook.set_properties(&properties);
    let memo = workbook.add_worksheet();
    memo.set_name("検討メモ").unwrap();
    memo.write(0, 0, "内部だけのメモ").unwrap();
    memo.insert_note(1, 1, &Note::new("内部の付せん")).unwrap();
    let png: [u8; 63] = [
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 31, 21,
        196, 137, 0, 0, 0, 10, 73, 68, 65, 84, 120, 156, 99, 0, 1, 0, 0, 5, 0, 1, 13, 10, 45, 180, 0, 0, 0, 0, 73, 69,
        78, 68,
    ];
    memo.insert_image(3, 3, &Image::new_from_buffer(&png).unwrap()).unwrap();
    let form = workbook.add_worksheet();
    form.set_name("地域分析・検討シート").unwrap();
    form.write(0, 0, "全国平均等との比較").unwrap();
    form.write(1, 0, "【下書き】計算で作った文章です。\n内部の下書き").unwrap();
    form.write(3, 0, "自由記述").unwrap();
    form.write(4, 0, "人が書いた文章").unwrap();
    form.write_url(5, 0, Url::new("internal:'検討メモ'!A1").set_text("メモへ")).unwrap();
    form.write_formula(6, 0, Formula::new("=1+1").set_result("2")).unwrap();
    form.write_with_format(7, 0, 1.5, &Format::new().set_bold()).unwrap();
    let last = workbook.add_worksheet();
    last.set_name("残る").unwrap();
    last.write(0, 0, "残る文章").unwrap();
    last.set_print_area(0, 0, 5, 5).unwrap();
    workbook.define_name("内部名", "='検討メモ'!$A$1").unwrap();
    workbook.define_name("残る名", "='残る'!$A$1").unwrap();
    let copy = public_copy(workbook.save_to_buffer().unwrap(), Catalog::shipped()).unwrap().0;
    let (parts, text) = all_text(&copy);
    for word in ["内部", "検討メモ", "下書き"] {
        assert!(!text.contains(word), "{word} is left in {parts:?}");
    }
    assert!(
        !parts.iter().any(|part| part.contains("media") || part.contains("comments") || part.contains("drawing")),
        "{parts:?}"
    );
    assert!(text.contains("人が書いた文章") && text.contains("残る文章"));
    let package = Package::open(copy.as_slice()).unwrap();
    let names: Vec<(&str, Option<usize>)> =
        package.defined_names().iter().map(|name| (name.name.as_str(), name.sheet)).collect();
    assert_eq!(names, [("_xlnm.Print_Area", Some(1)), ("残る名", None)]);
    // An independent reader opens it.
    let book = umya_spreadsheet::reader::xlsx::read_reader(Cursor::new(&copy), true).unwrap();
    let sheets: Vec<&str> = book.sheet_collection().iter().map(|sheet| sheet.name()).collect();
    assert_eq!(sheets, ["地域分析・検討シート", "残る"]);
}

/// Papers for handing out carry no draft and no file name; those for the house carry both.
#[test]
fn papers_for_handing_out_carry_no_draft() {
    if std::process::Command::new("pdftotext").arg("-v").output().is_err() {
        println!("SKIP: pdftotext is not installed");
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let text = |public: &str| {
        let dir = out.path().join(format!("出力{}", public.trim()));
        let line =
            format!("fill --own 見本県みなと市 --formats pdf --date 2026-11-22 --json{public} --out {}", dir.display());
        let said = program(&with_mihon(&line));
        assert_eq!(said.code, 0, "{said:?}");
        let pdf = said.json()["outputs"][0]["path"].as_str().unwrap().to_owned();
        let told = std::process::Command::new("pdftotext").args([&pdf, "-"]).output().unwrap();
        String::from_utf8(told.stdout).unwrap().replace(char::is_whitespace, "")
    };
    let (house, public) = (text(""), text(" --public"));
    // What the office has to do with a draft is no word for a committee: the paper says that it is one.
    assert!(
        house.contains("下書き・未確認")
            && !house.contains("【下書き】")
            && house.contains("地域分析・検討シート.xlsx")
    );
    assert!(!public.contains("下書き") && !public.contains(".xlsx"), "{public}");
    assert!(public.contains("みなと市"));
}

/// Words that are struck out in the sheet are not handed out as if they stood.
#[test]
fn struck_words_are_not_printed() {
    use crate::refill::doc::Doc;
    if std::process::Command::new("pdftotext").arg("-v").output().is_err() {
        println!("SKIP: pdftotext is not installed");
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let bytes = fill(out.path(), "");
    let mut book = Doc::open(&bytes);
    let runs =
        "<r><t>事業所は</t></r><r><rPr><strike/></rPr><t>十か所</t></r><r><rPr><b/></rPr><t>十二か所ある。</t></r>";
    book.set_runs("A24", runs);
    let path = out.path().join("見本県 みほん市_地域分析・検討シート.xlsx");
    std::fs::write(&path, book.save()).unwrap();
    let line =
        format!("fill --own 見本県みほん市 --formats pdf --date 2026-11-22 --json --out {}", out.path().display());
    let said = program(&with_mihon(&line));
    assert_eq!(said.code, 0, "{said:?}");
    let json = said.json();
    let told = json["diagnostics"].as_array().unwrap().iter().find(|told| told["code"] == "struck-words").unwrap();
    assert!(told["message"].as_str().unwrap().contains("「地域分析・検討シート」A24"), "{told}");
    let pdf = out.path().join("見本県 みほん市_配布資料.pdf");
    let text = std::process::Command::new("pdftotext").arg(pdf).arg("-").output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap().replace(char::is_whitespace, "");
    assert!(text.contains("事業所は十二か所ある。") && !text.contains("十か所十二"), "{text}");
}

/// With one indicator of 39 to compare, the paper must not say that nothing differs.
#[test]
fn a_paper_of_few_figures_says_how_few_were_compared() {
    if std::process::Command::new("pdftotext").arg("-v").output().is_err() {
        println!("SKIP: pdftotext is not installed");
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let file = |name: &str| crate::program::package(&format!("examples/mihon/受付/{name}")).display().to_string();
    let (insured, certified) = (file("令和6年度_02h.xlsx"), file("令和6年度_04-1-1h.xlsx"));
    let areas = crate::program::package("examples/mihon/areas.csv").display().to_string();
    let dir = out.path().display().to_string();
    let said = program(&[
        "fill",
        "--own",
        "見本県みほん市",
        "--formats",
        "pdf",
        "--areas",
        &areas,
        "--out",
        &dir,
        "--input",
        &insured,
        &certified,
        "--json",
    ]);
    assert_eq!(said.code, 0, "{said:?}");
    let pdf = said.json()["outputs"][0]["path"].as_str().unwrap().to_owned();
    let told = std::process::Command::new("pdftotext").args([&pdf, "-"]).output().unwrap();
    let text = String::from_utf8(told.stdout).unwrap().replace(char::is_whitespace, "");
    assert!(text.contains("39指標のうち、全国と比べられたのは1指標"), "{text}");
    assert!(!text.contains("全国と大きく違う指標はありません"), "{text}");
}

/// Notes to colleagues and sheets nobody sees do not leave the office; sheets people added are named.
#[test]
fn comments_and_hidden_sheets_stay_in_the_office() {
    let out = tempfile::tempdir().unwrap();
    let ours = fill(out.path(), "");
    let catalog = Catalog::shipped();
    let mut workbook = Workbook::new();
    let form = workbook.add_worksheet().set_name("地域分析・検討シート").unwrap();
    form.write_string(0, 0, "様式").unwrap();
    form.insert_note(2, 0, &Note::new("内部メモ：反対の人がいる").set_author("見本 花子")).unwrap();
    workbook.add_worksheet().set_name("内部資料").unwrap().write_string(0, 0, "部内の表").unwrap();
    let hidden = workbook.add_worksheet().set_name("隠しシート").unwrap();
    hidden.write_string(0, 0, "見せない表").unwrap();
    hidden.set_hidden(true);
    let used = workbook.add_worksheet().set_name("下の表").unwrap();
    used.write_number(0, 0, 5).unwrap();
    used.set_hidden(true);
    workbook.worksheet_from_name("内部資料").unwrap().write_formula(1, 0, Formula::new("='下の表'!A1")).unwrap();
    let (copy, told) = public_copy(workbook.save_to_buffer().unwrap(), catalog).unwrap();
    let names: Vec<String> =
        Package::open(copy.as_slice()).unwrap().sheets().iter().map(|sheet| sheet.name.clone()).collect();
    assert_eq!(names, ["地域分析・検討シート", "内部資料", "下の表"]);
    let (parts, text) = all_text(&copy);
    for secret in ["内部メモ", "見本 花子", "見せない表", "隠しシート", "legacyDrawing"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(parts.iter().all(|part| !part.contains("comments") && !part.contains("vml")), "{parts:?}");
    let said: Vec<(&str, &str)> = told.iter().map(|told| (told.code, told.message.as_str())).collect();
    assert_eq!(
        said.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        ["public-own-sheets", "public-hidden-sheets", "public-comments"]
    );
    assert!(said[0].1.contains("「内部資料」「下の表」") && said[1].1.contains("「隠しシート」"), "{said:?}");
    // Of a sheet nobody touched there is nothing to say.
    assert!(public_copy(ours, catalog).unwrap().1.is_empty());
}

#[test]
fn a_pivot_table_of_theirs_is_told_because_it_remembers_what_it_was_made_of() {
    let out = tempfile::tempdir().unwrap();
    let bytes = fill(out.path(), "");
    let codes = |bytes: Vec<u8>| -> Vec<&'static str> {
        public_copy(bytes, Catalog::shipped()).unwrap().1.iter().map(|told| told.code).collect()
    };
    assert!(!codes(bytes.clone()).contains(&"public-pivot"));
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut with = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        with.raw_copy_file(archive.by_index_raw(index).unwrap()).unwrap();
    }
    with.start_file("xl/pivotCache/pivotCacheRecords1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    with.write_all(b"<pivotCacheRecords xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>")
        .unwrap();
    assert!(codes(with.finish().unwrap().into_inner()).contains(&"public-pivot"));
}

#[test]
fn sheets_of_people_are_named_whatever_words_stand_on_them_and_working_sheets_go_under_any_name() {
    let out = tempfile::tempdir().unwrap();
    let mut book = Doc::open(&fill(out.path(), ""));
    book.rename("検討メモ", "検討メモ（案）");
    book.rename("点検", "点検済み");
    let bytes = with_sheets(&book.save(), &[("課長メモ", "全国平均等との比較"), ("たたき台", "自由記述")]);
    let (copy, told) = public_copy(bytes, Catalog::shipped()).unwrap();
    let names: Vec<String> =
        Package::open(copy.as_slice()).unwrap().sheets().iter().map(|sheet| sheet.name.clone()).collect();
    assert!(names.iter().all(|name| !name.contains("検討メモ") && !name.contains("点検")), "{names:?}");
    let named = told.iter().find(|told| told.code == "public-own-sheets").unwrap();
    assert!(named.message.contains("「課長メモ」") && named.message.contains("「たたき台」"), "{}", named.message);
}

/// The book with sheets of people's, each with a word in its first cell.
fn with_sheets(bytes: &[u8], sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (name, word) in sheets {
        let mut book = Doc::open(&bytes);
        book.add_sheet(name, false);
        let mut book = Doc::of_sheet(&book.save(), name);
        book.set_text("A1", word, false);
        bytes = book.save();
    }
    bytes
}
