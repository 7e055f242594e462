//! Templates of people's own: marks are listed before, filled in a fill, and said where they mean nothing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::path::{Path, PathBuf};

use chiiki_sheet::read::{Book, CellValue, Limits, read_bytes};
use rust_xlsxwriter::{Format, Formula, Workbook};

use crate::program::{package, program, with_mihon};

/// A report of a town office: title, a small table by 指標ID, a sentence, and some slips.
fn template(folder: &Path) -> PathBuf {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("報告").unwrap();
    let red = Format::new().set_font_color("#FF0000");
    let plain = Format::new();
    sheet.write(0, 0, "｛｛　都道府県名　｝｝ {{保険者名}}の状況（{{作成日}}）").unwrap();
    sheet
        .write_rich_string(
            1,
            0,
            &[
                (&plain, "認定率は{{B4-a "),
                (&red, "自地域 最新"),
                (&plain, "}}％、全国は{{数 B4-a 全国 最新}}％です。"),
            ],
        )
        .unwrap();
    let number = Format::new().set_num_format("0.00");
    for (row, id) in [(3, "B4-a"), (4, "D17-a"), (5, "D2")] {
        sheet.write(row, 0, id).unwrap();
        sheet.write(row, 1, "{{.指標名}}").unwrap();
        sheet.write_with_format(row, 2, "{{.自地域 2025}}", &number).unwrap();
        sheet.write_with_format(row, 3, "{{.都道府県 最新}}", &number).unwrap();
        sheet.write_with_format(row, 4, "{{.比較地域1 2025}}", &number).unwrap();
    }
    sheet.write(7, 0, "{{保健者名}}").unwrap();
    sheet.write(8, 0, "{{.自地域 2025}}").unwrap();
    sheet.merge_range(9, 0, 9, 2, "{{保険者名}}", &plain).unwrap();
    sheet.write(9, 1, "{{作成日}}").unwrap();
    sheet.write_formula(10, 0, Formula::new("=\"{{保険者名}}\"&\"の表\"").set_result("表")).unwrap();
    sheet.write(11, 0, "{{最新年度}}").unwrap();
    sheet.write(12, 0, "{{和暦 最新年度}}").unwrap();
    sheet.write(13, 0, "人が書いた文章 { } {{").unwrap();
    let path = folder.join("町の様式.xlsx");
    workbook.save(&path).unwrap();
    path
}

fn fill(template: &Path, out: &Path) -> serde_json::Value {
    let line = "fill --own 見本県みほん市 --compare 見本県みなと市 --from 2023 --to 2025 --date 2026-11-22 --json";
    let said = program(&with_mihon(&format!("{line} --out {} --template {}", out.display(), template.display())));
    assert_eq!(said.code, 0, "{said:?}");
    said.json()
}

fn read(path: &str) -> Book {
    read_bytes("a.xlsx", &std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

#[test]
fn every_mark_is_listed_with_address_meaning_and_sample() {
    let folder = tempfile::tempdir().unwrap();
    let path = template(folder.path()).display().to_string();
    let json = program(&["lint", &path, "--json"]).json();
    let marks = json["marks"].as_array().unwrap();
    let of = |cell: &str| -> Vec<&serde_json::Value> { marks.iter().filter(|mark| mark["cell"] == cell).collect() };
    assert_eq!(of("A1").len(), 3);
    assert_eq!(of("A2")[0]["mark"], "{{B4-a 自地域 最新}}");
    assert!(of("C4")[0]["meaning"].as_str().unwrap().contains("B4-a 認定率"), "{:?}", of("C4"));
    assert_eq!(of("C5")[0]["sample"], "1,235");
    assert_eq!((of("A8")[0]["works"].as_bool(), of("A8")[0]["nearest"].as_str()), (Some(false), Some("保険者名")));
    for (cell, word) in [("A9", "指標ID"), ("B10", "結合"), ("A11", "数式")] {
        assert_eq!(of(cell).len(), 1, "{cell}");
        assert!(of(cell)[0]["meaning"].as_str().unwrap().contains(word), "{cell} {:?}", of(cell));
        assert_eq!(of(cell)[0]["works"], false);
    }
    assert_eq!(marks.iter().filter(|mark| mark["works"] == false).count(), 4);
    let text = program(&["lint", &path]);
    assert!(
        text.out.contains("もしかすると {{保険者名}} ですか。") && text.out.contains("4個は差し込めません"),
        "{}",
        text.out
    );
}

#[test]
fn marks_are_filled_and_unknown_ones_say_so_in_their_cell() {
    let folder = tempfile::tempdir().unwrap();
    let report = fill(&template(folder.path()), folder.path());
    let path = report["outputs"][0]["path"].as_str().unwrap();
    let book = read(path);
    let grid = &book.grids[0];
    let cell = |row, col| grid.get(chiiki_sheet::model::CellRef::new(row, col)).cloned();
    let text = |row, col| cell(row, col).and_then(|value| value.as_text().map(str::to_owned)).unwrap_or_default();
    assert_eq!(text(0, 0), "見本県 みほん市の状況（2026年11月22日）");
    assert_eq!(text(1, 0), "認定率は21.3％、全国は19.0％です。");
    assert_eq!(cell(3, 2), Some(CellValue::Number(21.26403593)));
    assert_eq!(text(4, 1), "受給者1人あたり給付月額（訪問介護）");
    assert_eq!(text(7, 0), "（未定義: 保健者名）");
    assert_eq!(text(8, 0), "（未定義: .自地域 2025）");
    assert_eq!((text(9, 0), text(9, 1)), ("みほん市".to_owned(), "{{作成日}}".to_owned()));
    assert_eq!((cell(11, 0), text(12, 0)), (Some(CellValue::Number(2025.0)), "令和7年度".to_owned()));
    assert_eq!(text(13, 0), "人が書いた文章 { } {{");
    let codes: Vec<&str> =
        report["diagnostics"].as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == "mark-unknown").count(), 2);
    assert_eq!(codes.iter().filter(|code| **code == "mark-not-filled").count(), 2);
    assert_eq!(report["ledger"]["filled"], 11);
    // The number format of the cell stays: an independent reader says so.
    let book = umya_spreadsheet::reader::xlsx::read(Path::new(path)).unwrap();
    let format = book
        .sheet_by_name("報告")
        .unwrap()
        .cell("C4")
        .unwrap()
        .style()
        .number_format()
        .unwrap()
        .format_code()
        .to_owned();
    assert_eq!(format, "0.00");
}

/// The figures are those of the standard sheet, for every indicator and role.
#[test]
fn a_marked_form_says_what_the_standard_sheet_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let ids: Vec<String> =
        chiiki_sheet::catalog::Catalog::shipped().form().iter().map(|indicator| indicator.id.to_string()).collect();
    // Backwards: nothing may depend on the order of rows.
    for (row, id) in ids.iter().rev().enumerate() {
        sheet.write(row as u32, 0, id).unwrap();
        for (col, role) in ["自地域", "都道府県", "全国", "比較地域1"].into_iter().enumerate() {
            for (offset, year) in [2023, 2024, 2025].into_iter().enumerate() {
                sheet.write(row as u32, (1 + col * 3 + offset) as u16, format!("｛｛．{role}　{year}｝｝")).unwrap();
            }
        }
    }
    let path = folder.path().join("a.xlsx");
    workbook.save(&path).unwrap();
    let marked = read(fill(&path, folder.path())["outputs"][0]["path"].as_str().unwrap());
    let line =
        "fill --own 見本県みほん市 --compare 見本県みなと市 --from 2023 --to 2025 --date 2026-11-22 --json --out";
    let standard = program(&with_mihon(&format!("{line} {}", folder.path().join("標準").display()))).json();
    let standard = read(standard["outputs"][0]["path"].as_str().unwrap());
    let form = standard.grids.iter().find(|grid| &*grid.name == "地域分析・検討シート").unwrap();
    let mut compared = 0;
    for cell in marked.grids[0].cells().iter().filter(|cell| cell.at.col > 0) {
        let id = marked.grids[0].text(cell.at.row, 0).unwrap();
        let row = form.cells().iter().find(|c| c.at.col == 1 && c.value.as_text() == Some(id)).unwrap().at.row;
        let (block, offset) = ((cell.at.col - 1) / 3, (cell.at.col - 1) % 3);
        let expected = form.get(chiiki_sheet::model::CellRef::new(row, 4 + block * 10 + offset));
        assert_eq!(Some(&cell.value), expected, "{id} {}", cell.at);
        compared += 1;
    }
    assert!(compared > 400, "{compared}");
}

#[test]
fn templates_that_cannot_be_filled_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let locked = package("tests/data/layouts/壊れたファイル/パスワード付き.xlsx").display().to_string();
    let said = program(&["lint", &locked]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("パスワード"), "{}", said.err);
    let empty = folder.path().join("空");
    std::fs::create_dir(&empty).unwrap();
    let said = program(&["lint", &empty.display().to_string()]);
    assert!(said.code == 2 && said.err.contains("1つだけ"), "{said:?}");
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "記号のない様式").unwrap();
    let plain = folder.path().join("plain.xlsx");
    workbook.save(&plain).unwrap();
    assert!(program(&["lint", &plain.display().to_string()]).out.contains("ありませんでした"));
}

/// A folder with a template and a `sheet.toml` that names the file.
#[test]
fn a_folder_may_say_how_the_file_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("様式");
    std::fs::create_dir(&own).unwrap();
    template(&own);
    std::fs::write(own.join("sheet.toml"), "\"ファイル名\" = \"{{保険者}}の報告\"\n").unwrap();
    let report = fill(&own, folder.path());
    assert!(report["outputs"][0]["path"].as_str().unwrap().ends_with("みほん市の報告.xlsx"), "{report}");
}

fn with_cells(folder: &Path, cells: &[(u32, &str)]) -> PathBuf {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("報告").unwrap();
    for (row, text) in cells {
        sheet.write(*row, 0, *text).unwrap();
    }
    let path = folder.join("町の様式.xlsx");
    workbook.save(&path).unwrap();
    path
}

#[test]
fn slips_are_told_with_their_cell_and_a_sentence_that_helps() {
    let folder = tempfile::tempdir().unwrap();
    let cells = [(0, "{{ 保険者名"), (1, "{{D99-z 自地域 最新}}"), (2, "{{保健者名}}"), (3, "{{A2 自地域 最新}}")];
    let path = with_cells(folder.path(), &cells);
    let said = program(&["lint", &path.display().to_string()]).out;
    assert!(said.contains("「報告」A1　{{ 保険者名　［差し込めません］記号が「}}」で閉じていません"), "{said}");
    assert!(said.contains("A2　{{D99-z 自地域 最新}}　［差し込めません］指標ID「D99-z」は一覧にありません"), "{said}");
    let line = "fill --own 見本県みほん市 --from 2023 --to 2025 --date 2026-11-22";
    let out = folder.path().join("出力");
    let said = program(&with_mihon(&format!("{line} --out {} --template {}", out.display(), path.display())));
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("『町の様式.xlsx』の『報告』 A3"), "an unknown mark names its cell: {all}");
    assert!(
        all.contains("その指標IDは一覧にありません") && all.contains("--add"),
        "A2 can be added, D99-z cannot: {all}"
    );
    assert!(all.contains("『町の様式.xlsx』の『報告』 A1") && all.contains("閉じていません"), "{all}");
}

#[test]
fn the_marks_there_are_stand_below_the_list_and_in_the_guide() {
    let folder = tempfile::tempdir().unwrap();
    let path = with_cells(folder.path(), &[(0, "{{保険者名}}")]);
    let said = program(&["lint", &path.display().to_string()]).out;
    let guide = std::fs::read_to_string(package("docs/guide-workbook.md")).unwrap();
    for (written, _) in chiiki_sheet::template::places::LIST {
        assert!(said.contains(written), "{written}: {said}");
        for mark in written.split('　') {
            assert!(guide.contains(&format!("`{mark}`")), "{mark}");
        }
    }
}

#[test]
fn a_template_that_was_corrected_is_not_passed_over_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let path = with_cells(folder.path(), &[(0, "{{年度}}の報告"), (1, "{{保険者名}}")]);
    let codes = |report: &serde_json::Value| -> Vec<String> {
        let told = report["diagnostics"].as_array().unwrap();
        told.iter().map(|told| told["code"].as_str().unwrap().to_owned()).collect()
    };
    let out = folder.path().join("出力");
    assert!(!codes(&fill(&path, &out)).contains(&"template-changed".to_owned()));
    assert!(!codes(&fill(&path, &out)).contains(&"template-changed".to_owned()), "the same template again");
    with_cells(folder.path(), &[(0, "{{和暦 最新年度}}の報告"), (1, "{{保険者名}}")]);
    assert!(codes(&fill(&path, &out)).contains(&"template-changed".to_owned()));
}

#[test]
fn of_several_ids_in_a_row_the_one_that_counts_is_named_and_percent_cells_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (col, text) in ["B4-a", "{{.自地域 2025}}", "", "D17-a", "{{.自地域 2025}}"].into_iter().enumerate() {
        sheet.write(0, col as u16, text).unwrap();
    }
    sheet.write_with_format(1, 0, "{{B4-a 自地域 2025}}", &Format::new().set_num_format("0.0%")).unwrap();
    for (row, role) in [(2, "全国"), (3, "都道府県")] {
        sheet.write(row, 0, format!("{{{{{role}の名前}}}}")).unwrap();
    }
    let path = folder.path().join("対比.xlsx");
    workbook.save(&path).unwrap();
    let json = program(&["lint", &path.display().to_string(), "--json"]).json();
    let of = |cell: &str| json["marks"].as_array().unwrap().iter().find(|mark| mark["cell"] == cell).unwrap().clone();
    let said = |cell: &str| of(cell)["meaning"].as_str().unwrap().to_owned();
    assert!(said("B1").contains("B4-a 認定率") && said("B1").contains("A1の「B4-a」"), "{}", said("B1"));
    assert!(said("E1").contains("訪問介護") && said("E1").contains("D1の「D17-a」"), "{}", said("E1"));
    assert!(said("A2").contains("100倍"), "{}", said("A2"));
    assert_eq!((of("A3")["sample"].as_str(), of("A4")["sample"].as_str()), (Some("全国"), Some("見本県")));
}

#[test]
fn marks_outside_cells_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("{{保険者名}}の表").unwrap();
    sheet.write(0, 0, "人が書いた文章").unwrap();
    sheet.set_header("&C{{保険者名}}");
    sheet.insert_note(0, 0, &rust_xlsxwriter::Note::new("{{作成日}}に書いた")).unwrap();
    let mut chart = rust_xlsxwriter::Chart::new(rust_xlsxwriter::ChartType::Column);
    chart.title().set_name("{{自地域}}の推移");
    chart.add_series().set_values(("{{保険者名}}の表", 1, 0, 3, 0));
    sheet.insert_chart(5, 5, &chart).unwrap();
    let path = folder.path().join("様式.xlsx");
    workbook.save(&path).unwrap();
    let json = program(&["lint", &path.display().to_string(), "--json"]).json();
    let said: Vec<&str> = json["marks"].as_array().unwrap().iter().map(|m| m["meaning"].as_str().unwrap()).collect();
    for place in ["シートの名前", "ヘッダー・フッター", "コメント", "グラフの文字"] {
        assert!(said.iter().any(|said| said.starts_with(place)), "{place}: {said:?}");
    }
    assert!(json["marks"].as_array().unwrap().iter().all(|mark| mark["works"] == false));
}
