//! What a workspace adds to the catalog: its own areas and the members of unions.

use chiiki_sheet::catalog::{Catalog, InsurerOf, Lookup};
use chiiki_sheet::model::{AreaCode, AreaLevel};

use super::names;

#[test]
fn settings_name_the_members_of_a_union() {
    let catalog = Catalog::shipped().with_members("後志広域連合", &["倶知安町", "014036"]).unwrap();
    let insurer = |text: &str| catalog.insurer_of(&catalog.find(text).one().unwrap());
    assert!(matches!(insurer("倶知安町"), InsurerOf::Union(of) if of.name == "北海道 後志広域連合"));
    assert!(matches!(insurer("014036"), InsurerOf::Union(_)));
    assert_eq!(insurer("016969"), InsurerOf::NotKnown);

    // A new list replaces the old one, and a town may have left its own insurance.
    let catalog = catalog.with_members("北海道 後志広域連合", &["小樽市"]).unwrap();
    let insurer = |text: &str| catalog.insurer_of(&catalog.find(text).one().unwrap());
    assert_eq!(insurer("倶知安町"), InsurerOf::NotKnown);
    assert!(matches!(insurer("小樽市"), InsurerOf::Union(_)));
    assert_eq!(catalog.find("小樽市").one().unwrap().level, AreaLevel::Municipality);
    assert!(!names(&catalog.insurers_in("北海道")).contains(&"北海道 小樽市"));
    assert_eq!(Catalog::shipped().find("小樽市").one().unwrap().level, AreaLevel::Insurer);
}

#[test]
fn members_that_cannot_be_told_are_refused_with_a_sentence() {
    let shipped = Catalog::shipped();
    let refused = |union: &str, towns: &[&str]| -> Vec<String> {
        shipped.with_members(union, towns).unwrap_err().into_iter().map(|problem| problem.message).collect()
    };
    assert_eq!(refused("福岡市", &[]), ["『福岡市』は広域連合などではありません。"]);
    assert_eq!(refused("みほん広域連合", &[]), ["『みほん広域連合』という地域は見つかりませんでした。"]);
    let problems = refused("後志広域連合", &["泊村", "福岡市", "札幌市中央区", "倶知安町"]);
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].contains("014036") && problems[0].contains("後志広域連合"), "{problems:?}");
}

const FICTITIOUS: &str = "\u{FEFF}code,level,prefecture,name,kana,parent,insurer\r
900117,ward,見本県,中央区,ちゅうおうく,901008,\r
900001,prefecture,見本県,見本県,みほんけん,,\r
901008,municipality,見本県,みほん市,ミホンシ,,self\r
902012,municipality,見本県,府中市,,,\r
903019,municipality,見本県,例示町,,,見本広域連合\r
,union,見本県,見本広域連合,,,\r
";

/// The text with each code's check digit put right.
fn with_right_check_digits(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive([',', '\n']) {
        let digits = part.trim_end_matches([',', '\r', '\n']);
        match AreaCode::from_five(digits.get(..5).unwrap_or_default()).filter(|_| digits.len() == 6) {
            Some(code) => out += &part.replace(digits, code.as_str()),
            None => out += part,
        }
    }
    out
}

#[test]
fn a_workspace_adds_fictitious_areas() {
    let catalog = Catalog::shipped().with_areas(&with_right_check_digits(FICTITIOUS), "地域.csv").unwrap();
    let town = catalog.find("みほん市").one().unwrap();
    assert_eq!(town.name, "見本県 みほん市");
    assert_eq!(town.level, AreaLevel::Insurer);
    assert_eq!(catalog.find("見本県みほん市中央区").one().unwrap().level, AreaLevel::Ward);
    let insurer = catalog.insurer_of(&catalog.find("例示町").one().unwrap());
    assert!(matches!(insurer, InsurerOf::Union(of) if of.name == "見本県 見本広域連合"));
    assert_eq!(names(&catalog.insurers_in("見本県")), ["見本県 みほん市", "見本県 見本広域連合"]);
    assert_eq!(names(&catalog.search("みほんし", 3)), ["見本県 みほん市"]);
    assert_eq!(catalog.prefectures().last().unwrap().name, "見本県");

    // Real areas answer as before; a shared name is asked about, never taken over.
    assert_eq!(catalog.find("東京都府中市"), Catalog::shipped().find("東京都府中市"));
    assert_eq!(catalog.find("府中市").candidates().len(), 3);
    assert_eq!(Catalog::shipped().find("みほん市"), Lookup::None);
}

#[test]
fn a_file_of_areas_is_refused_with_line_and_column() {
    let head = "code,level,prefecture,name,kana,parent,insurer\n900001,prefecture,見本県,見本県,,,\n";
    let head = with_right_check_digits(head);
    let code = |five: &str| AreaCode::from_five(five).unwrap().to_string();
    let cases = [
        (format!("{},city,見本県,みほん市,,,", code("90100")), "3行目のlevel列", "B3"),
        ("90100,municipality,見本県,みほん市,,,".to_owned(), "3行目のcode列", "A3"),
        (",municipality,見本県,みほん市,,,".to_owned(), "3行目のcode列", "A3"),
        (format!("{},municipality,,みほん市,,,", code("90100")), "3行目のprefecture列", "C3"),
        (format!("{},municipality,見本県,　,,,", code("90100")), "3行目のname列", "D3"),
        (format!("{},municipality,例示県,みほん市,,,", code("90100")), "例示県", "C3"),
        (format!("{},municipality,見本県,みほん市,,,", code("91100")), "90 で始まります", "A3"),
        (format!("{},municipality,見本県,みほん市,,,みほん連合", code("90100")), "3行目のinsurer列", "G3"),
        (format!("{},ward,見本県,北区,,,", code("90101")), "3行目のparent列", "F3"),
        (format!("{},ward,見本県,北区,,401307,", code("90101")), "401307", "F3"),
        (format!("{},prefecture,例示県,例示県,,,", code("48000")), "90000～99000", "A3"),
        (format!("{},prefecture,例示県,例示県,,,", code("90000")), "3行目のcode列", "A3"),
        (format!("{},prefecture,福岡県,福岡県,,,", code("91000")), "福岡県", "D3"),
        (format!("{},prefecture,例示,例示,,,", code("91000")), "都・道・府・県", "D3"),
        ("401307,municipality,福岡県,はかた市,,,".to_owned(), "使われています", "A3"),
        (format!("{},municipality,福岡県,福岡市,,,", code("40999")), "すでにあります", "D3"),
        (format!("{},municipality,岩手県,金ヶ崎町,,,", code("03999")), "すでにあります", "D3"),
        (format!("{},municipality,見本県,みほん市,,,,,", code("90100")), "見出しより多く", "A3"),
    ];
    for (line, says, cell) in cases {
        let problems = Catalog::shipped().with_areas(&format!("{head}{line}\n"), "地域.csv").unwrap_err();
        assert_eq!(problems.len(), 1, "{line}: {problems:?}");
        assert!(problems[0].message.contains(says), "{line}: {}", problems[0]);
        assert_eq!(problems[0].place.cell.as_deref(), Some(cell), "{line}");
        assert_eq!(problems[0].place.file.as_deref(), Some("地域.csv"));
    }
}

#[test]
fn a_wrong_check_digit_is_answered_with_the_right_one() {
    let text = "code,level,prefecture,name\n900000,prefecture,見本県,見本県\n";
    let problems = Catalog::shipped().with_areas(text, "地域.csv").unwrap_err();
    let right = AreaCode::from_five("90000").unwrap();
    assert!(problems[0].message.contains(&format!("正しくは {right} です")), "{}", problems[0]);
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let text = "code,level,prefecture,name\n1,prefecture,見本県,見本県\n2,town,見本県,みほん市\n";
    assert_eq!(Catalog::shipped().with_areas(text, "地域.csv").unwrap_err().len(), 2);
    for text in ["", "コード,名称\n1,みほん市\n", "\0\0\0"] {
        let problems = Catalog::shipped().with_areas(text, "地域.csv").unwrap_err();
        assert_eq!(problems.len(), 1, "{text}");
        assert!(problems[0].hint.as_deref().is_some_and(|hint| hint.contains("code")), "{text}");
    }
}
