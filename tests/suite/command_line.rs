//! What the program says on the command line: Japanese throughout, and a way out of every mistake.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::fs;
use std::io::{Cursor, Read, Write};

use super::program::{package, program, with_mihon};

/// Words of the machine that must not reach a person.
const FOREIGN: [&str; 14] = [
    "Usage",
    "Commands",
    "Options",
    "Arguments",
    "Print",
    "default:",
    "possible",
    "Possible",
    "OPTIONS",
    "COMMAND",
    "For ",
    "os error",
    "No such",
    "error:",
];

#[track_caller]
fn is_japanese(text: &str) {
    for word in FOREIGN {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn the_help_of_every_command_is_in_japanese() {
    let root = program(&["--help"]);
    assert_eq!(root.code, 0);
    is_japanese(&root.out);
    let names = root.out.lines().skip_while(|line| !line.starts_with("命令:")).skip(1);
    let names: Vec<&str> =
        names.take_while(|line| line.starts_with(' ')).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"fill") && names.contains(&"addin") && !names.contains(&"__read"), "{names:?}");
    for name in names {
        let help = program(&[name, "--help"]);
        assert_eq!(help.code, 0, "{name}");
        assert!(help.out.contains(&format!("使い方: chiiki-sheet {name}")), "{}", help.out);
        is_japanese(&help.out);
    }
    for (asked, same) in [(vec!["help"], vec!["--help"]), (vec!["help", "fill"], vec!["fill", "--help"])] {
        let (asked, same) = (program(&asked), program(&same));
        assert_eq!((asked.code, asked.out), (0, same.out));
    }
    // A group of commands without one shows the same help, as a mistake.
    let bare = program(&["addin"]);
    assert_eq!((bare.code, bare.out.as_str()), (2, ""));
    assert!(bare.err.contains("使い方: chiiki-sheet addin <命令>"), "{}", bare.err);
    let version = program(&["--version"]);
    assert_eq!((version.code, version.out.trim()), (0, concat!("chiiki-sheet ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_mistake_in_what_is_asked_names_what_can_be_asked() {
    for (line, says) in [
        ("inspect x --format yaml", "--format <形式> に「yaml」は使えません。使えるのは text、json です。"),
        ("fill --own a --own b --out x", "--own <地域> は、1回だけ書いてください。"),
        ("batch --prefecture 福岡県 --all --out x", "--prefecture <都道府県> は、--all と同時には使えません。"),
        ("frob", "「frob」という命令はありません。"),
    ] {
        let said = program(&line.split(' ').collect::<Vec<_>>());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{line}");
        assert!(said.err.starts_with(says), "{line}: {}", said.err);
        is_japanese(&said.err);
    }
}

#[test]
fn what_the_system_refuses_is_told_in_japanese() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("出力").display().to_string();
    for option in ["--template", "--previous"] {
        let line = format!("fill --own 見本県みほん市 {option} 無い.xlsx --out {out}");
        let said = program(&with_mihon(&line));
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("『無い.xlsx』を読み取りできませんでした。"), "{}", said.err);
        assert!(said.err.contains("（見つかりません）"), "{}", said.err);
        is_japanese(&said.err);
    }
}

#[test]
fn a_batch_without_any_figures_is_a_mistake_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("年報");
    fs::create_dir(&table).unwrap();
    for name in ["02h.xlsx", "04-1-1h.xlsx"] {
        fs::copy(package("examples/mihon/受付").join(format!("令和6年度_{name}")), table.join(name)).unwrap();
    }
    let out = dir.path().join("出力");
    let areas = package("examples/mihon/areas.csv").display().to_string();
    let (table, target) = (table.display().to_string(), out.display().to_string());
    let line = ["batch", "--prefecture", "見本県", "--areas", &areas, "--input", &table, "--out", &target, "--json"];
    let said = program(&line);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("シートを1件も作りませんでした。何年度の表か"), "{}", said.err);
    assert!(!out.exists());
    // With the year it is no mistake, and the answer lists all that was made.
    let said = program(&[line.as_slice(), &["--year", "2024"]].concat());
    assert_eq!(said.code, 0, "{said:?}");
    let outputs = said.json()["outputs"].as_array().unwrap().len();
    assert_eq!(outputs, fs::read_dir(&out).unwrap().count());
    assert!(outputs > 0);
}

#[test]
fn two_places_of_one_name_are_told_apart_by_code() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("統計.csv");
    fs::write(&table, "都道府県,名称,指標ID,期間,値\n北海道,泊村,B4-a,令和6年度,20.1\n").unwrap();
    let table = table.display().to_string();
    let said = program(&["inspect", &table, "--format", "json"]);
    let message = said.json()["diagnostics"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("泊村（014036）") && message.contains("泊村（016969）"), "{message}");
    let said = program(&["fill", "--own", "北海道泊村", "--input", &table, "--out", "x"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("（014036）") && said.err.contains("6けたの団体コードで指定"), "{}", said.err);
}

#[test]
fn a_town_answers_with_its_union() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("統計.csv");
    fs::write(&table, "都道府県,名称,指標ID,期間,値\n北海道,大雪地区広域連合,B4-a,令和6年度,20.1\n").unwrap();
    let out = dir.path().join("出力").display().to_string();
    let said = program(&["fill", "--own", "北海道東川町", "--input", &table.display().to_string(), "--out", &out]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("北海道 東川町の介護保険の保険者は北海道 大雪地区広域連合です。"), "{}", said.out);
    assert!(dir.path().join("出力/北海道 大雪地区広域連合_地域分析・検討シート.xlsx").exists());
}

#[test]
fn a_table_without_a_sheet_name_is_told_without_one() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("名簿.csv");
    fs::write(&table, "被保険者番号,氏名\n1,見本\n").unwrap();
    let table = table.display().to_string();
    let said = program(&["inspect", &table]);
    assert!(said.out.contains("個人の情報") && !said.out.contains("「」"), "{}", said.out);
    let said = program(&["inspect", &table, "--format", "json"]).json();
    assert!(said["diagnostics"][0]["place"]["sheet"].is_null());
}

#[test]
fn a_second_init_says_that_the_folder_stands() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("作業").display().to_string();
    assert!(program(&["init", &folder]).out.starts_with("作業フォルダーを作りました"));
    assert!(program(&["init", &folder]).out.starts_with("作業フォルダーはもうあります。"));
}

/// The book with other words among its shared strings.
fn with_text(book: &[u8], old: &str, new: &str) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        let name = part.name().unwrap().into_owned();
        if name == "xl/sharedStrings.xml" {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(old));
            bytes = text.replace(old, new).into_bytes();
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&bytes).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn what_is_made_of_a_template_with_macros_is_named_so() {
    let dir = tempfile::tempdir().unwrap();
    let template = dir.path().join("様式.xlsm");
    let book = fs::read(package("tests/data/fill/rich.xlsm")).unwrap();
    fs::write(&template, with_text(&book, "〇〇市", "{{保険者名}}")).unwrap();
    let out = dir.path().join("出力");
    let line = format!("fill --own 見本県みほん市 --template {} --out {}", template.display(), out.display());
    for _ in 0..2 {
        let said = program(&with_mihon(&line));
        assert_eq!(said.code, 0, "{}", said.err);
        let names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["見本県 みほん市_地域分析・検討シート.xlsm"]);
    }
    let said = program(&with_mihon(&format!("{line} --public --json")));
    let path = said.json()["outputs"][0]["path"].as_str().unwrap().to_owned();
    assert!(path.ends_with("_公開用.xlsm"), "{path}");
}

#[test]
fn figures_side_by_side_are_read_though_one_is_named_like_another_indicator() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("D49_地域差指数_2023_地域別.csv");
    let rows = "出力日:2026/08/25\n,指標,単位,全国,見本県\n,給付費の地域差指数,,1.00,1.05\n,認定率,,1.00,1.02\n";
    fs::write(&table, rows).unwrap();
    let said = program(&["inspect", &table.display().to_string(), "--format", "json"]).json();
    assert_eq!(said["files"][0]["outcome"], "read", "{said}");
    let observations = said["observations"].as_array().unwrap();
    assert_eq!(observations.len(), 4);
    assert!(observations.iter().all(|o| o["indicator"] == "D49" && o["period"]["form_year"] == 2023));
    // A table of one series that speaks of another indicator is still another indicator's.
    fs::write(&table, "出力日:2026/08/25\n,指標,単位,全国,見本県\n,認定率,％,19.4,19.5\n").unwrap();
    let said = program(&["inspect", &table.display().to_string(), "--format", "json"]).json();
    assert_eq!(said["diagnostics"][0]["code"], "indicator-disagrees", "{said}");
    // Nor is a scatter whose one axis lost its name.
    let table = dir.path().join("D6_給付月額_2023_地域別.csv");
    let named = "第１号被保険者１人あたり給付月額（在宅）";
    fs::write(
        &table,
        format!("出力日:2026/08/25\n,指標,単位,全国,見本県\n,{named},円,12330,12454\n,書き直し,円,10777,10459\n"),
    )
    .unwrap();
    let said = program(&["inspect", &table.display().to_string(), "--format", "json"]).json();
    assert_eq!(said["diagnostics"][0]["code"], "indicator-disagrees", "{said}");
}

#[test]
fn an_indicator_is_not_read_in_two_units() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("統計.csv");
    let rows =
        "都道府県,名称,指標ID,期間,値,単位\n福岡県,福岡市,B1,令和6年度,12,千人\n福岡県,久留米市,B1,令和6年度,20,千円\n";
    fs::write(&table, rows).unwrap();
    let said = program(&["inspect", &table.display().to_string(), "--format", "json"]).json();
    let observations = said["observations"].as_array().unwrap();
    assert_eq!(observations.len(), 1);
    assert_eq!((observations[0]["value"].as_f64(), observations[0]["unit"].as_str()), (Some(12000.0), Some("人")));
    assert_eq!(said["diagnostics"][0]["code"], "unit-mismatch");
    assert!(said["diagnostics"][0]["message"].as_str().unwrap().contains("「千円」"), "{said}");
}

#[test]
fn headings_of_single_people_are_known_however_they_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("一覧.csv");
    for heading in ["被保番", "氏名（漢字）", "被保険者番号(10桁)", "生年月日（和暦）", "利用者名", "被保険者Ｎｏ．"]
    {
        fs::write(&table, format!("保険者番号,{heading},日数\n401307,x,12\n")).unwrap();
        let said = program(&["inspect", &table.display().to_string(), "--format", "json"]).json();
        assert_eq!(said["diagnostics"][0]["code"], "personal-data", "{heading}: {said}");
    }
}

#[test]
fn an_added_indicator_of_calendar_years_says_why_its_row_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("統計.csv");
    let rows = "都道府県,名称,指標ID,期間,値\n福岡県,福岡市,A2,2020年,22.1\n福岡県,福岡市,B4-a,令和6年度,20.3\n";
    fs::write(&table, rows).unwrap();
    let (table, out) = (table.display().to_string(), dir.path().join("出力").display().to_string());
    let line = ["fill", "--own", "福岡市", "--add", "A2", "--input", &table, "--out", &out, "--json"];
    let said = program(&line);
    assert_eq!(said.code, 0, "{}", said.err);
    let told = said.json()["diagnostics"].as_array().unwrap().clone();
    let told: Vec<_> = told.iter().filter(|one| one["code"] == "added-without-years").collect();
    assert_eq!(told.len(), 1);
    assert!(told[0]["message"].as_str().unwrap().contains("追加した指標 A2 の数値は"), "{told:?}");
}

#[test]
fn a_previous_sheet_that_cannot_be_opened_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let previous = dir.path().join("前のシート.xlsx");
    fs::write(&previous, b"PK\x03\x04 cut off").unwrap();
    let out = dir.path().join("出力");
    let line = format!("fill --own 見本県みほん市 --previous {} --out {}", previous.display(), out.display());
    let said = program(&with_mihon(&line));
    assert_eq!(said.code, 2);
    let last = said.err.lines().last().unwrap();
    assert!(last.starts_with("『前のシート.xlsx』"), "{last}");
    assert!(!out.exists());
}

#[test]
fn texts_of_a_previous_sheet_in_the_old_format_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let previous = dir.path().join("前の期.xls");
    let heading = "全国平均等との比較";
    fs::write(
        &previous,
        format!(
            "<html><table><tr><td>認定率</td></tr><tr><td>{heading}</td></tr><tr><td>高い</td></tr></table></html>"
        ),
    )
    .unwrap();
    let out = dir.path().join("出力");
    let line = format!("fill --own 見本県みほん市 --json --previous {} --out {}", previous.display(), out.display());
    let said = program(&with_mihon(&line));
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(out.join("見本県 みほん市_地域分析・検討シート.xlsx").exists());
}

#[test]
fn figures_that_are_there_but_not_the_forms_are_named() {
    let out = tempfile::tempdir().unwrap();
    let input = package("examples/mihon/受付/令和6年度_02h.xlsx").display().to_string();
    let areas = package("examples/mihon/areas.csv").display().to_string();
    let said = program(&[
        "fill",
        "--own",
        "見本県みほん市",
        "--input",
        &input,
        "--areas",
        &areas,
        "--out",
        out.path().to_str().unwrap(),
    ]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("入っているのは B1 第１号被保険者数") && !said.err.contains("X-"), "{}", said.err);
}
