//! Bad input at the command line: a Japanese sentence with the file and the next step, and never a half-made sheet.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::truth;

fn chiiki_sheet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chiiki-sheet")).args(arguments).output().unwrap()
}

fn areas() -> String {
    truth::package("examples/mihon/areas.csv").display().to_string()
}

/// `fill` for みほん市 from one file; nothing may lie in the folder for sheets afterwards.
fn fill_from(file: &Path, out: &Path) -> (Option<i32>, String) {
    let output = chiiki_sheet(&[
        "fill",
        "--own",
        "見本県みほん市",
        "--areas",
        &areas(),
        "--input",
        &file.display().to_string(),
        "--out",
        &out.display().to_string(),
    ]);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn is_empty(folder: &Path) -> bool {
    !folder.exists() || std::fs::read_dir(folder).unwrap().next().is_none()
}

fn is_japanese(text: &str) -> bool {
    text.contains('。') && text.chars().any(|c| ('ぁ'..='ん').contains(&c)) && !text.contains("panicked")
}

#[test]
fn a_file_that_cannot_be_read_leaves_a_sentence_and_no_output() {
    let temp = tempfile::tempdir().unwrap();
    let good = std::fs::read(truth::inbox().join("見本県 みほん市_地域分析・検討シート.xlsx")).unwrap();
    let layouts = truth::package("tests/data/layouts");
    let made: Vec<(&str, Vec<u8>)> = vec![
        ("空.xlsx", Vec::new()),
        ("途中.xlsx", good[..good.len() / 2].to_vec()),
        ("先頭だけ.xlsx", good[..100].to_vec()),
        ("案内.xls", "<html><body><p>ログインしてください</p></body></html>".into()),
        ("CSV.xlsx", "地域,値\r\n見本県みほん市,1\r\n".into()),
        ("令和.txt", "ただの文章です".into()),
    ];
    let mut files: Vec<PathBuf> = Vec::new();
    for (name, bytes) in made {
        let path = temp.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        files.push(path);
    }
    files.extend(
        [
            "壊れたファイル/パスワード付き.xlsx",
            "壊れたファイル/途中で切れた部品.xlsx",
            "壊れたファイル/圧縮フォルダー.zip",
            "L1/不一致/見本県 みなと市_地域分析・検討シート.xlsx",
            "L1/地域名なし/地域分析・検討シート.xlsx",
            "L4/02h.xlsx",
            "L9/年なし.csv",
            "L9/名前とコードの不一致.csv",
            "個人情報/認定者名簿.csv",
        ]
        .map(|file| layouts.join(file)),
    );
    for (index, file) in files.iter().enumerate() {
        let out = temp.path().join(format!("出力{index}"));
        let (status, told) = fill_from(file, &out);
        let name = file.file_name().unwrap().to_string_lossy();
        assert_eq!(status, Some(2), "{name}: {told}");
        assert!(is_japanese(&told), "{name}: {told}");
        assert!(told.contains(&*name), "{name} is not named: {told}");
        assert!(is_empty(&out), "{name} left something in the folder for sheets");
    }
}

#[test]
fn two_insurers_over_one_block_are_a_question_that_names_the_cell() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("地域分析・検討シート.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, col, text) in
        [(0, 4, "自地域"), (1, 4, "見本県 みほん市"), (1, 5, "見本県 みなと市"), (3, 0, "指標名"), (3, 1, "指標ID")]
    {
        sheet.write(row, col, text).unwrap();
    }
    sheet.write(3, 4, 2025).unwrap();
    for (row, id) in ["B4-a", "B5-a", "D2", "D3", "D4"].into_iter().enumerate() {
        let row = 4 + row as u32;
        sheet.write(row, 0, format!("指標{row}")).unwrap();
        sheet.write(row, 1, id).unwrap();
        sheet.write(row, 2, "％").unwrap();
        sheet.write(row, 4, 20.5).unwrap();
    }
    book.save(&file).unwrap();
    let (status, told) = fill_from(&file, &temp.path().join("出力"));
    assert_eq!(status, Some(2), "{told}");
    for word in ["みほん市", "みなと市", "E1", "Sheet1", "地域分析・検討シート.xlsx"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(is_empty(&temp.path().join("出力")));
}

#[test]
fn mistakes_of_the_request_end_with_2_and_leave_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let input = truth::inbox().display().to_string();
    let out = temp.path().join("出力").display().to_string();
    let areas = areas();
    let base = ["fill", "--areas", &areas, "--input", &input, "--out", &out];
    for extra in [
        vec!["--own", "緑町"],
        vec!["--own", "どこにもない市"],
        vec!["--own", "見本県みほん市", "--compare", "みなと市"],
        vec!["--own", "見本県みほん市", "--from", "2025", "--to", "2023"],
        vec!["--own", "見本県みほん市", "--from", "1999", "--to", "2001"],
        vec!["--own", "見本県みほん市", "--add", "Z999"],
        vec!["--own", "見本県みほん市", "--formats", "docx"],
        vec!["--own", "例示県例山町", "--from", "2010", "--to", "2011"],
    ] {
        let output = chiiki_sheet(&[&base[..], &extra].concat());
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{extra:?}: {told}");
        assert!(is_japanese(&told), "{extra:?}: {told}");
        assert!(is_empty(&temp.path().join("出力")), "{extra:?}");
    }
}

#[test]
fn inspecting_bad_files_ends_well_and_tells_every_one() {
    let folder = truth::package("tests/data/layouts/壊れたファイル").display().to_string();
    let output = chiiki_sheet(&["inspect", &folder, "--format", "json", "--areas", &areas()]);
    assert_eq!(output.status.code(), Some(0));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = json["files"].as_array().unwrap();
    assert!(files.len() >= 9, "{files:?}");
    for file in files.iter().filter(|file| file["outcome"] != "read") {
        assert!(is_japanese(file["message"].as_str().unwrap()), "{file}");
    }
}
