//! 設定.toml: what is wrong is told at once with its line, and a change touches its own line only.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::fs;

use chiiki_sheet::intake::Evidence;
use chiiki_sheet::workspace::{Change, SETTINGS, SETTINGS_TEMPLATE, SettingValue, Settings, Workspace};
use proptest::prelude::*;

use crate::program::package;

/// A workspace with the made-up areas and these settings.
fn workspace(settings: &str) -> (tempfile::TempDir, Workspace) {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(dir.path()).unwrap();
    fs::copy(package("examples/mihon/areas.csv"), dir.path().join("areas.csv")).unwrap();
    fs::write(dir.path().join(SETTINGS), settings).unwrap();
    (dir, workspace)
}

#[test]
fn everything_wrong_is_told_at_once() {
    let (_dir, workspace) = workspace(
        "\"地域一覧\" = \"areas.csv\"\n\"自地域\" = [\n  \"見本県みほむ市\",\n  \"見本県みなと市\", \"900018\", \"見本県みほん市\"]\n\
         \"比較地域\" = \"みなと町\"\n\"指標追加\" = \"Z9\"\n\"ひな形\" = \"../x.xlsx\"\n\"ファイル名\" = \"シート\"\n",
    );
    let told: Vec<String> = workspace.check_settings(&Evidence::default()).iter().map(ToString::to_string).collect();
    for (line, words) in [
        ("2行目", "「見本県みほむ市」という地域は見つかりません"),
        ("5行目", "「みなと町」"),
        ("6行目", "Z9"),
        ("7行目", "作業フォルダーの中"),
        ("8行目", "同じ名前になります"),
    ] {
        let start = format!("『設定.toml』 {line}");
        assert!(told.iter().any(|one| one.contains(&start) && one.contains(words)), "{line} {words}: {told:#?}");
    }
}

#[test]
fn good_settings_and_the_fresh_file_have_nothing_wrong() {
    let mihon = fs::read_to_string(package("examples/mihon/設定.toml")).unwrap();
    for text in [mihon.as_str(), SETTINGS_TEMPLATE, ""] {
        let (_dir, workspace) = workspace(text);
        assert_eq!(workspace.check_settings(&Evidence::default()), [], "{text}");
    }
}

#[test]
fn an_areas_file_that_is_wrong_or_missing_is_told_at_once() {
    for (name, content) in [("ない.csv", None), ("だめ.csv", Some("これは,一覧,では,ない\n1,2,3,4\n"))] {
        let (dir, workspace) = workspace(&format!("# 一覧\n\"地域一覧\" = \"{name}\"\n"));
        if let Some(content) = content {
            fs::write(dir.path().join(name), content).unwrap();
        }
        let told: Vec<String> =
            workspace.check_settings(&Evidence::default()).iter().map(ToString::to_string).collect();
        assert!(!told.is_empty() && told.iter().all(|one| one.contains("『設定.toml』 2行目")), "{told:#?}");
    }
}

#[test]
fn a_change_is_written_whole_and_a_wrong_one_not_at_all() {
    let (dir, workspace) = workspace("\"自地域\" = \"見本県みほん市\" # うち\r\n");
    let change = |value| [Change { key: "上回る".to_owned(), value }];
    let saved = workspace.save_settings(&change(SettingValue::Decimal(1.2))).unwrap();
    assert_eq!((saved.above, saved.own.0), (Some(1.2), vec!["見本県みほん市".to_owned()]));
    let text = "\"自地域\" = \"見本県みほん市\" # うち\r\n\"上回る\" = 1.2\r\n";
    assert_eq!(fs::read_to_string(dir.path().join(SETTINGS)).unwrap(), text);
    assert!(workspace.save_settings(&change(SettingValue::Decimal(0.1))).is_err());
    assert_eq!(fs::read_to_string(dir.path().join(SETTINGS)).unwrap(), text);
    assert_eq!(
        fs::read_dir(dir.path())
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().contains(".tmp"))
            .count(),
        0
    );
    // Without a file the commented one is where the change goes.
    fs::remove_file(dir.path().join(SETTINGS)).unwrap();
    workspace.save_settings(&change(SettingValue::Decimal(1.3))).unwrap();
    let text = fs::read_to_string(dir.path().join(SETTINGS)).unwrap();
    assert!(text.starts_with("\u{feff}#") && text.contains("\r\n\"上回る\" = 1.3\r\n"), "{text}");
}

// ---- Any file, any change ----------------------------------------------------------------------------------------

fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just("見本県みほん市".to_owned()), "[a-zあ-ん#\"'\\\\ \\[\\]=,]{0,8}", "\\PC{0,5}"]
}

/// A setting with a value it may have, and the same as it may stand in a file.
fn setting() -> impl Strategy<Value = Change> {
    let list = |key: &'static str| {
        prop::collection::vec(words(), 0..3)
            .prop_map(move |all| Change { key: key.to_owned(), value: SettingValue::List(all) })
    };
    let year = |key: &'static str, range: std::ops::Range<i64>| {
        range.prop_map(move |year| Change { key: key.to_owned(), value: SettingValue::Integer(year) })
    };
    prop_oneof![
        list("自地域"),
        list("比較地域"),
        words().prop_map(|text| Change { key: "地域一覧".to_owned(), value: SettingValue::Text(text) }),
        year("表示期間の始まり", 2018..2022),
        year("表示期間の終わり", 2022..2026),
        (1.01..2.0f64).prop_map(|ratio| Change { key: "上回る".to_owned(), value: SettingValue::Decimal(ratio) }),
        (1..100i64)
            .prop_map(|size| Change { key: "記録の大きさ".to_owned(), value: SettingValue::Integer(size) }),
    ]
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// One line of a file: a comment, a blank line, or a setting as people type it.
fn written(change: &Change, style: u8) -> String {
    let value = match &change.value {
        SettingValue::Text(text) => quoted(text),
        SettingValue::List(all) => format!("[{}]", all.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
        SettingValue::Integer(number) => number.to_string(),
        SettingValue::Decimal(number) => format!("{number:?}"),
        SettingValue::Unset => String::new(),
    };
    match style % 3 {
        0 => format!("\"{}\" = {value}", change.key),
        1 => format!("  '{}'={value} # 右の説明", change.key),
        _ => format!("\"{}\"   =   {value}   ", change.key),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Lines of other settings, comments, order, byte order mark and line ends stay; the setting has the new value.
    #[test]
    fn a_change_touches_its_own_line_only(
        settings in prop::collection::vec((setting(), any::<u8>(), "# [あ-ん=\\[\\]\"]{0,6}"), 0..5),
        change in setting(),
        unset in any::<bool>(),
        bom in any::<bool>(),
        crlf in any::<bool>(),
        table in any::<bool>(),
        last_line_open in any::<bool>(),
    ) {
        let mut lines: Vec<String> = vec!["# 始め".to_owned(), String::new()];
        let mut keys = Vec::new();
        for (one, style, comment) in &settings {
            if !keys.contains(&one.key) {
                keys.push(one.key.clone());
                lines.extend([comment.clone(), written(one, *style)]);
            }
        }
        if table {
            lines.extend(["# 構成".to_owned(), "[\"広域連合\"]".to_owned(), "\"x広域連合\" = [\"y町\"]".to_owned()]);
        }
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = lines.join(end);
        if !last_line_open {
            text.push_str(end);
        }
        let file = format!("{}{text}", if bom { "\u{feff}" } else { "" });
        let change = if unset { Change { value: SettingValue::Unset, ..change } } else { change };

        let saved = Settings::save_changes(file.as_bytes(), std::slice::from_ref(&change)).unwrap();
        let saved = String::from_utf8(saved).unwrap();
        prop_assert_eq!(saved.starts_with('\u{feff}'), bom);
        if crlf {
            prop_assert!(!saved.replace("\r\n", "").contains('\n'), "{:?}", saved);
        } else {
            prop_assert!(!saved.contains('\r'));
        }
        let names = |line: &str| line.trim_start().starts_with([&'"', &'\''].map(|c| *c)) && line.contains(&change.key) && line.contains('=');
        let others = |text: &str| {
            text.trim_start_matches('\u{feff}').lines().filter(|line| !names(line) && *line != "# 右の説明").map(str::to_owned).collect::<Vec<_>>()
        };
        prop_assert_eq!(others(&saved), others(&file), "{}", saved);
        let (before, after) = (Settings::parse(file.as_bytes()).unwrap(), Settings::parse(saved.as_bytes()).unwrap());
        // The same file typed by hand has the same settings.
        let same = |mut settings: Settings| {
            match change.key.as_str() {
                "自地域" => settings.own.0.clear(),
                "比較地域" => settings.compare.0.clear(),
                "地域一覧" => settings.areas = None,
                "表示期間の始まり" => settings.from = None,
                "表示期間の終わり" => settings.to = None,
                "上回る" => settings.above = None,
                _ => return settings,
            }
            settings
        };
        if change.key != "記録の大きさ" {
            prop_assert_eq!(same(before), same(after.clone()));
        }
        match &change.value {
            SettingValue::Integer(year) if change.key == "表示期間の始まり" => prop_assert_eq!(after.from.map(i64::from), Some(*year)),
            SettingValue::Integer(size) if change.key == "記録の大きさ" => prop_assert_eq!(i64::from(after.log_megabytes()), *size),
            SettingValue::Decimal(ratio) => prop_assert_eq!(after.above, Some(*ratio)),
            SettingValue::Text(text) => prop_assert_eq!(after.areas.as_deref(), Some(text.as_str())),
            SettingValue::List(all) => {
                let all: Vec<String> = all.iter().filter(|text| !text.trim().is_empty()).cloned().collect();
                prop_assert_eq!(if change.key == "自地域" { after.own.0 } else { after.compare.0 }, all);
            }
            _ => {}
        }
    }
}
