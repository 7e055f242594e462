//! Requests by file: what is asked for in a file is made as if it had been asked for on the command line, or not at all.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chiiki_sheet::diagnostic::Diagnostic;
use chiiki_sheet::handout::Typesetter;
use chiiki_sheet::intake::{Reader, list_files};
use chiiki_sheet::model::Date;
use chiiki_sheet::read::Limits;
use chiiki_sheet::request_file::{Answer, RequestFile, Status, Whose, Wish, carry_out, parse, write_answer};
use chiiki_sheet::workspace::{OUTPUT, REQUEST_FORM, REQUEST_SAMPLE, SAMPLES, Workspace};
use proptest::prelude::*;

use crate::program::{package, program};

#[path = "../../examples/make_request_form/form.rs"]
mod form;

fn read(name: &str, bytes: &[u8]) -> RequestFile {
    parse(name, bytes, &mut Reader::InProcess(Limits::default())).unwrap()
}

fn wishes(name: &str, bytes: &[u8]) -> Vec<Wish> {
    let request = read(name, bytes);
    assert!(request.mistakes.is_empty(), "{name}: {:#?}", request.mistakes);
    request.wishes
}

fn told(mistakes: &[Diagnostic]) -> String {
    mistakes.iter().map(|told| format!("{told}\n")).collect()
}

fn cp932(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

/// The wish without the places where it was said.
fn bare(mut wish: Wish) -> Wish {
    wish.place = Default::default();
    let whose = match &mut wish.whose {
        Whose::Areas(all) => all.iter_mut().collect(),
        Whose::Prefecture(one) => vec![one],
        Whose::Settings | Whose::All => Vec::new(),
    };
    let lists = [&mut wish.compare, &mut wish.add].into_iter().flatten().flatten();
    let ones = [&mut wish.template, &mut wish.previous, &mut wish.folder].into_iter().flatten();
    whose.into_iter().chain(lists).chain(ones).for_each(|said| said.place = Default::default());
    wish
}

// ---- Forms of a request ------------------------------------------------------------------------------------------

/// The shipped form with some cells filled in, by a program that knows nothing of ours.
fn filled_form(cells: &[(&str, &str)]) -> Vec<u8> {
    let mut book = umya_spreadsheet::reader::xlsx::read_reader(std::io::Cursor::new(REQUEST_FORM), true).unwrap();
    for (cell, text) in cells {
        book.sheet_by_name_mut("依頼").unwrap().cell_mut(*cell).set_value_string(*text);
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    umya_spreadsheet::writer::xlsx::write_writer(&book, &mut bytes).unwrap();
    bytes.into_inner()
}

#[test]
fn every_kind_of_file_can_ask_for_the_same() {
    let toml = r#"
"自地域" = ["見本県みほん市", "900018"]
"比較地域" = "見本県みなと市"
"表示期間" = "令和5年度～令和7年度"
"指標追加" = ["D13-a", "A2"]
"作るもの" = ["xlsx", "pdf"]
"配布資料の種類" = ["1枚もの"]
"公開用" = true
"ファイル名" = "{{保険者}}_{{日付}}"
"作成日" = 2026-11-22
"#;
    let rows = "項目,内容,内容2,説明\r\n\
        自地域,見本県みほん市,900018,うちの市\r\n\
        # ここは読まない,x,,\r\n\
        比較地域,見本県みなと市,,\r\n\
        表示期間,Ｒ５,２０２５,\r\n\
        指標追加,D13-a、A2,,\r\n\
        作るもの,xlsx,pdf,\r\n\
        配布資料の種類,１枚もの,,\r\n\
        公開用,はい,,\r\n\
        ファイル名,{{保険者}}_{{日付}},,\r\n\
        作成日,令和8年11月22日,,\r\n";
    let table = "自地域,自地域2,比較地域,表示期間の始まり,表示期間の終わり,指標追加,作るもの,配布資料の種類,公開用,ファイル名,作成日\n\
        見本県みほん市,900018,見本県みなと市,2023,R7,\"D13-a,A2\",\"xlsx,pdf\",1枚もの,○,{{保険者}}_{{日付}},2026/11/22\n";
    let form = filled_form(&[
        ("B3", "見本県みほん市"),
        ("C3", "900018"),
        ("B5", "見本県みなと市"),
        ("B6", "令和5年度"),
        ("B7", "2025"),
        ("B8", "D13-a"),
        ("C8", "A2"),
        ("B9", "xlsx"),
        ("C9", "pdf"),
        ("B10", "1枚もの"),
        ("B11", "はい"),
        ("B15", "{{保険者}}_{{日付}}"),
        ("B20", "2026-11-22"),
    ]);
    let expected: Vec<Wish> = wishes("依頼.toml", toml.as_bytes()).into_iter().map(bare).collect();
    let wish = &expected[0];
    assert_eq!((wish.from, wish.to, wish.public, wish.date), (Some(2023), Some(2025), true, Date::new(2026, 11, 22)));
    for (name, bytes) in [
        ("依頼.toml", format!("\u{feff}{}", toml.replace('\n', "\r\n")).into_bytes()),
        ("依頼.toml", cp932(toml)),
        ("依頼.csv", rows.as_bytes().to_vec()),
        ("依頼.csv", cp932(rows)),
        ("依頼.csv", rows.replace("項目,内容,内容2,説明\r\n", "").replace(",うちの市", "").into_bytes()),
        ("依頼.csv", table.as_bytes().to_vec()),
        ("依頼.xlsx", form),
    ] {
        let found: Vec<Wish> = wishes(name, &bytes).into_iter().map(bare).collect();
        assert_eq!(found, expected, "{name}: {}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn one_file_may_ask_several_times() {
    let toml = "[[\"依頼\"]]\n\"自地域\" = \"a市\"\n[[\"依頼\"]]\n\"都道府県\" = \"すべて\"\n\"比較地域\" = []\n";
    let csv = "自地域,都道府県,比較地域\na市,,\n,すべて,なし\n,,\n";
    let [first, second] = [wishes("依頼.toml", toml.as_bytes()), wishes("依頼.csv", csv.as_bytes())]
        .map(|found| found.into_iter().map(bare).collect::<Vec<_>>());
    assert_eq!(first, second);
    assert_eq!(first.len(), 2);
    assert_eq!((&first[1].whose, &first[1].compare, &first[0].compare), (&Whose::All, &Some(Vec::new()), &None));
}

#[test]
fn what_is_not_understood_is_told_with_its_line_or_cell() {
    let mistakes: &[(&str, &str, &[&str])] = &[
        (
            "依頼.toml",
            "\"自地域\" = \"a\"\n\"自治域\" = \"b\"\n",
            &["2行目", "「自治域」という項目はありません", "もしかすると「自地域」"],
        ),
        ("依頼.toml", "\"自地域\" = 見本県\n", &["1行目", "書き方"]),
        ("依頼.toml", "\"自地域\" = \"a\"\n\"自地域\" = \"b\"\n", &["2行目", "2回"]),
        ("依頼.toml", "\"自地域\" = { \"x\" = 1 }\n", &["1行目", "値の書き方"]),
        ("依頼.toml", "\"自地域\" = \"a\"\n\"都道府県\" = \"見本県\"\n", &["2行目", "一緒に書けません"]),
        ("依頼.toml", "\n\"表示期間\" = \"令和5年\"\n", &["2行目", "令和5年度～令和7年度"]),
        ("依頼.toml", "\"表示期間\" = \"R7-R5\"\n", &["後になっています"]),
        ("依頼.toml", "\"表示期間\" = \"2010-2025\"\n", &["10年度まで"]),
        ("依頼.toml", "\"作るもの\" = \"docx\"\n", &["1行目", "docx", "xlsx と pdf"]),
        ("依頼.toml", "\"作るもの\" = \"xlsx\"\n\"配布資料の種類\" = \"記入用\"\n", &["2行目", "pdf がありません"]),
        ("依頼.toml", "\"公開用\" = \"たぶん\"\n", &["「はい」か「いいえ」"]),
        ("依頼.toml", "\"ひな形\" = [\"a\", \"b\"]\n", &["1つだけ"]),
        ("依頼.toml", "\"ファイル名\" = \"{{保健者}}\"\n", &["もしかすると {{保険者}}"]),
        ("依頼.toml", "\"依頼\" = \"不足\"\n\"作るもの\" = \"pdf\"\n", &["2行目", "「作るもの」は使えません"]),
        ("依頼.toml", "\"上回る\" = 0.9\n\"下回る\" = 1.1\n", &["「上回る」は「下回る」より"]),
        ("依頼.toml", "\"自地域\" = \"x\"\n[[\"依頼\"]]\n\"自地域\" = \"a\"\n", &["1行目"]),
        ("依頼.toml", "", &["何も書かれていません"]),
        ("依頼.csv", "項目,内容\n自地域,a\n比較地区,b\n", &["3行目", "もしかすると「比較地域」"]),
        ("依頼.csv", "自地域,比較地区,表示期間\na,b,R5\n", &["1行目", "もしかすると「比較地域」"]),
        ("依頼.csv", "自地域,作成日\na,きのう\n", &["2行目", "きのう"]),
        ("依頼.csv", "自地域,作成日\na,R8.1.1,余り\n", &["2行目", "見出しの無い列"]),
        ("依頼.csv", "地域,値\nみほん市,1\n", &["項目（自地域、比較地域など）が見つかりません"]),
        ("依頼.csv", "項目,内容,なにか\n自地域,a,b\n", &["1行目", "「なにか」という列"]),
    ];
    for (name, text, words) in mistakes {
        let request = read(name, text.as_bytes());
        let told = told(&request.mistakes);
        assert!(request.wishes.is_empty() && !told.is_empty(), "{text}");
        for word in *words {
            assert!(told.contains(word), "{text}\n→ {told}");
        }
    }
    let told = told(&read("依頼.xlsx", &filled_form(&[("B6", "令和5年"), ("B11", "？")])).mistakes);
    assert!(told.contains("『依頼.xlsx』の『依頼』 B6") && told.contains("『依頼.xlsx』の『依頼』 B11"), "{told}");
    let told = told_of_file("依頼.xlsx", b"not a workbook");
    assert!(told.contains("依頼.xlsx"), "{told}");
}

fn told_of_file(name: &str, bytes: &[u8]) -> String {
    told(&read(name, bytes).mistakes)
}

// ---- Samples -----------------------------------------------------------------------------------------------------

#[test]
fn the_samples_ask_for_nothing_until_they_are_filled_in() {
    let dir = tempfile::tempdir().unwrap();
    Workspace::create(dir.path()).unwrap();
    for name in ["依頼.xlsx", "依頼の見本.toml"] {
        let bytes = fs::read(dir.path().join(SAMPLES).join(name)).unwrap();
        assert!(told_of_file(name, &bytes).contains("何も書かれていません"), "{name}");
    }
}

#[test]
fn every_line_of_the_text_sample_works_once_its_mark_is_taken_away() {
    let lines: Vec<&str> = REQUEST_SAMPLE.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let settings: Vec<&str> = lines.iter().copied().filter(|line| line.starts_with('"')).collect();
    assert!(settings.len() > 18, "{settings:?}");
    for line in settings {
        assert_eq!(wishes("依頼.toml", line.as_bytes()).len(), 1, "{line}");
    }
}

#[test]
fn the_shipped_form_is_what_its_generator_makes() {
    assert!(
        form::build().unwrap() == fs::read(package("sheet-templates/依頼.xlsx")).unwrap(),
        "依頼.xlsx is not what the generator makes: run `cargo run --example make_request_form`"
    );
}

// ---- Carrying out ------------------------------------------------------------------------------------------------

fn day() -> Date {
    Date::new(2026, 11, 22).unwrap()
}

/// A workspace that has taken the demo's files.
fn workspace(root: &Path) -> Workspace {
    let workspace = Workspace::create(root).unwrap();
    for name in ["areas.csv", "設定.toml"] {
        fs::copy(package("examples/mihon").join(name), root.join(name)).unwrap();
    }
    let catalog = workspace.catalog().unwrap();
    let mut store = workspace.store().unwrap();
    let mut reader = Reader::InProcess(Limits::default());
    for file in list_files(&[package("examples/mihon/受付")]).unwrap() {
        workspace.import(&mut store, &file, &catalog, None, &mut reader).unwrap();
    }
    workspace
}

fn answer(workspace: &Workspace, name: &str, text: &str) -> Answer {
    let catalog = workspace.catalog().unwrap();
    let evidence = workspace.evidence(&catalog).unwrap();
    let request = read(name, text.as_bytes());
    let mut steps = Vec::new();
    let answer = carry_out(&request, workspace, &evidence, &catalog, day(), &Typesetter::Here, &mut |done, all, _| {
        steps.push((done, all));
        true
    });
    let answer = answer.unwrap().unwrap();
    assert!(steps.is_empty() || steps.last().is_some_and(|(done, all)| done == all), "{steps:?}");
    write_answer(&answer, &workspace.folder(OUTPUT)).unwrap();
    answer
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

#[test]
fn a_request_makes_what_the_command_line_makes_and_a_second_run_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("作業");
    let workspace = workspace(&root);
    let text = "\"自地域\" = \"見本県みほん市\"\n\"比較地域\" = [\"見本県みなと市\", \"見本県たかね市\"]\n\
        \"表示期間\" = \"R5-R7\"\n\"作るもの\" = [\"xlsx\", \"pdf\"]\n\"配布資料の種類\" = [\"配布資料\", \"1枚もの\"]\n\
        \"保存先\" = \"第1回\"\n";
    let first = answer(&workspace, "依頼.toml", text);
    assert_eq!(first.status, Status::Done, "{}", first.text());
    let made = files(&root.join(OUTPUT));
    let out = dir.path().join("別");
    let line = format!(
        "fill --own 見本県みほん市 --compare 見本県みなと市 --compare 見本県たかね市 --from 2023 --to 2025 \
         --workspace {} --formats xlsx,pdf --handout 配布資料,1枚もの --date 2026-11-22 --out {}",
        root.display(),
        out.display()
    );
    let said = program(&line.split(' ').collect::<Vec<_>>());
    assert_eq!(said.code, 0, "{said:?}");
    for (path, bytes) in files(&out) {
        let same = root.join(OUTPUT).join("第1回").join(path.file_name().unwrap());
        assert!(made[&same] == bytes, "{} differs", same.display());
    }
    assert_eq!(made.len(), files(&out).len() + 2);
    let again = answer(&workspace, "依頼.toml", text);
    assert_eq!(again.status, Status::Done);
    assert!(files(&root.join(OUTPUT)) == made, "another run changed something");

    let json: serde_json::Value = serde_json::from_str(&again.json().unwrap()).unwrap();
    assert_eq!((&json["schema"], &json["version"]), (&"chiiki-sheet/request-answer".into(), &1.into()));
    assert_eq!((&json["status"], &json["error"]), (&"done".into(), &serde_json::Value::Null));
    let paths: Vec<&str> =
        json["outputs"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "出力/第1回/見本県 みほん市_地域分析・検討シート.xlsx",
            "出力/第1回/見本県 みほん市_配布資料.pdf",
            "出力/第1回/見本県 みほん市_1枚もの.pdf"
        ]
    );
    assert!(json["results"][0]["ledger"]["filled"].as_u64().unwrap() > 100);
    let text = fs::read_to_string(root.join(OUTPUT).join("依頼.txt")).unwrap();
    assert!(text.starts_with("\u{feff}依頼への回答\r\n依頼：依頼.toml\r\n結果：すべて作りました。\r\n"), "{text}");
    assert!(!text.replace("\r\n", "").contains('\n') && text.contains("■ できたもの\r\n・出力/第1回/"), "{text}");
}

#[test]
fn a_mistake_anywhere_and_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = workspace(dir.path());
    for (text, words) in [
        ("\"自地域\" = [\"見本県みほん市\", \"見本県みほむ市\"]\n", "「見本県みほむ市」という地域は見つかりません"),
        ("\"自地域\" = \"見本県みほん市\"\n\"比較地域\" = \"どこか市\"\n", "2行目 「どこか市」"),
        ("\"指標追加\" = \"Z99\"\n", "Z99"),
        ("\"ひな形\" = \"../設定.toml\"\n", "作業フォルダーの中の場所"),
        ("\"ひな形\" = \"ない.xlsx\"\n", "『ない.xlsx』が見つかりません"),
        ("\"前のシート\" = \"C:\\\\x.xlsx\"\n", "作業フォルダーの中の場所"),
        ("\"保存先\" = \"../外\"\n", "「保存先」の「../外」"),
        ("\"保存先\" = \"CON\"\n", "「保存先」の「CON」"),
        ("\"都道府県\" = \"見本件\"\n", "「見本件」という都道府県は見つかりません"),
        ("\"都道府県\" = \"見本県\"\n\"ファイル名\" = \"シート\"\n", "同じ名前「シート.xlsx」"),
        ("\"上回る\" = 0.5\n", "両方を書いてください"),
        ("[[\"依頼\"]]\n\"表示期間\" = \"R5\"\n[[\"依頼\"]]\n\"表示期間\" = \"R6\"\n", "1件目と2件目"),
        ("[[\"依頼\"]]\n\"自地域\" = \"見本県みほん市\"\n[[\"依頼\"]]\n\"自地域\" = \"ない市\"\n", "4行目 「ない市」"),
    ] {
        let answer = answer(&workspace, "依頼.toml", text);
        let told = answer.text();
        assert_eq!((answer.status, answer.moved_to()), (Status::Refused, "隔離"), "{text}\n{told}");
        assert!(told.contains(words) && told.contains("何も作っていません"), "{text}\n{told}");
        assert_eq!(answer.note().as_deref(), Some(told.as_str()));
        let made: Vec<_> =
            files(&workspace.folder(OUTPUT)).into_keys().map(|p| p.file_name().unwrap().to_owned()).collect();
        assert_eq!(made, ["依頼.result.json", "依頼.txt"], "{text}");
        let json: serde_json::Value = serde_json::from_str(&answer.json().unwrap()).unwrap();
        assert_eq!(json["status"], "refused");
        assert!(json["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{json}");
    }
}

#[test]
fn what_lacks_can_be_asked_for_and_a_whole_prefecture_can() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = workspace(dir.path());
    let lacks = answer(&workspace, "依頼_不足.csv", "依頼,不足\n自地域,見本県みほん市\n表示期間,R5,R7\n");
    assert_eq!(lacks.status, Status::Done, "{}", lacks.text());
    assert!(lacks.text().contains("■ 足りない数値") && lacks.text().contains("様式の数値"), "{}", lacks.text());
    assert!(lacks.items[0].missing.as_ref().unwrap().wanted > 100);
    let all = answer(&workspace, "依頼_県.csv", "都道府県,作るもの\n見本県,xlsx\n");
    assert_eq!(all.items.len(), 8, "{}", all.text());
    let made = all.items.iter().filter(|item| item.error.is_none()).count();
    assert_eq!(all.items.iter().map(|item| item.outputs.len()).sum::<usize>(), made);
    // Whoever has no figures is named, and the others have their sheets.
    assert_eq!(all.status == Status::Partly, made < 8, "{}", all.text());
    for item in all.items.iter().filter(|item| item.error.is_some()) {
        assert!(all.text().contains(&format!("・{}：", item.area)), "{}", all.text());
    }
}

#[test]
fn an_answer_never_takes_the_place_of_somebody_elses_file() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(dir.path()).unwrap();
    let out = workspace.folder(OUTPUT);
    fs::write(out.join("依頼.txt"), "だいじなメモ").unwrap();
    answer(&workspace, "依頼.toml", "");
    answer(&workspace, "依頼.csv", "");
    assert_eq!(fs::read_to_string(out.join("依頼.txt")).unwrap(), "だいじなメモ");
    let names: Vec<String> =
        files(&out).into_keys().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert!(
        names.contains(&"依頼 (2).txt".to_owned()) && names.contains(&"依頼.result (2).json".to_owned()),
        "{names:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a file says, there is an answer: wishes, or sentences with a hint.
    #[test]
    fn any_file_is_understood_or_answered(
        lines in prop::collection::vec(
            (prop_oneof![
                Just("自地域".to_owned()), Just("比較地域".to_owned()), Just("表示期間".to_owned()), Just("項目".to_owned()),
                Just("作るもの".to_owned()), Just("ファイル名".to_owned()), Just("依頼".to_owned()), "\\PC{0,6}",
            ], "[\\PC&&[^\"\\\\]]{0,8}"),
            0..6,
        ),
        junk in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let toml: String = lines.iter().map(|(key, value)| format!("\"{key}\" = \"{value}\"\n")).collect();
        let csv: String = lines.iter().map(|(key, value)| format!("{key},{value}\n")).collect();
        for (name, bytes) in [
            ("依頼.toml", toml.as_bytes()), ("依頼.csv", csv.as_bytes()), ("依頼.toml", &junk), ("依頼.csv", &junk), ("依頼.xlsx", &junk),
        ] {
            let request = read(name, bytes);
            prop_assert_eq!(request.wishes.is_empty(), !request.mistakes.is_empty(), "{}", name);
            for mistake in &request.mistakes {
                prop_assert!(mistake.message.contains('。') && mistake.place.file.is_some(), "{}", mistake);
            }
        }
    }
}
