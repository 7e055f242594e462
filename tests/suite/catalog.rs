//! The shipped table of areas and indicators, and looking names up in it.

// Clippy sees only the functions marked as tests, not their helpers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod indicators;
mod official;
mod workspace;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chiiki_sheet::catalog::{Catalog, InsurerOf, Lookup, fold_name};
use chiiki_sheet::model::{Area, AreaCode, AreaLevel};
use proptest::prelude::*;

const AREAS_CSV: &str = include_str!("../../src/catalog/areas.csv");

/// code, level, prefecture, name, kana, parent, insurer: read without the product.
fn rows() -> Vec<[&'static str; 7]> {
    AREAS_CSV.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn count(level: &str) -> usize {
    rows().iter().filter(|row| row[1] == level).count()
}

#[track_caller]
fn finds(text: &str, name: &str) {
    match Catalog::shipped().find(text) {
        Lookup::One(area) => assert_eq!(area.name, name, "{text}"),
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn candidates(text: &str) -> Vec<String> {
    match Catalog::shipped().find(text) {
        Lookup::Many(areas) => areas.iter().map(|area| area.name.clone()).collect(),
        other => panic!("{text}: {other:?}"),
    }
}

fn names(areas: &[Arc<Area>]) -> Vec<&str> {
    areas.iter().map(|area| area.name.as_str()).collect()
}

// --- the table -----------------------------------------------------------------------------------------------------

#[test]
fn the_table_has_every_area_of_the_country() {
    assert_eq!(count("prefecture"), 47);
    // 1,741 市区町村 (with the 23 special wards) and the six villages of the northern territories.
    assert_eq!(count("municipality"), 1741 + 6);
    assert_eq!(count("ward"), 171);
    assert_eq!(count("union"), 40);
    assert_eq!(rows().iter().filter(|row| row[6] == "self").count() + count("union"), 1571);
}

#[test]
fn no_row_of_the_table_is_lost_in_reading() {
    let catalog = Catalog::shipped();
    for row in rows().iter().filter(|row| !row[0].is_empty()) {
        let area = catalog.find_code(row[0]).one().unwrap_or_else(|| panic!("{row:?}"));
        assert_eq!(area.prefecture.as_deref(), Some(row[2]));
        assert!(area.name.ends_with(row[3]), "{row:?}");
    }
}

#[test]
fn every_code_has_its_check_digit_and_its_prefecture() {
    let mut seen = HashSet::new();
    let prefectures: HashMap<_, _> = rows().iter().filter(|row| row[1] == "prefecture").map(|r| (r[2], r[0])).collect();
    for row in rows() {
        if row[0].is_empty() {
            assert_eq!(row[1], "union", "{row:?}");
            continue;
        }
        // Weighted sum by hand, so that AreaCode does not prove itself.
        let digits: Vec<u32> = row[0].chars().map(|c| c.to_digit(10).unwrap()).collect();
        let sum: u32 = digits.iter().zip([6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
        assert_eq!(digits[5], (11 - sum % 11) % 10, "{row:?}");
        assert!(seen.insert(row[0]), "{row:?} twice");
        assert_eq!(row[0][..2], prefectures[row[2]][..2], "{row:?}");
    }
}

#[test]
fn readings_are_hiragana_throughout() {
    for row in rows().iter().filter(|row| row[1] != "union") {
        assert!(!row[4].is_empty() && row[4].chars().all(|c| matches!(c, 'ぁ'..='ゖ' | 'ー')), "{row:?}");
    }
}

#[test]
fn only_one_name_stands_twice_in_a_prefecture() {
    let mut seen: HashMap<(&str, String), usize> = HashMap::new();
    for row in rows().iter().filter(|row| matches!(row[1], "municipality" | "union")) {
        *seen.entry((row[2], row[3].to_owned())).or_default() += 1;
    }
    let twice: Vec<_> = seen.into_iter().filter(|(_, times)| *times > 1).collect();
    assert_eq!(twice, [(("北海道", "泊村".to_owned()), 2)]);
}

#[test]
fn folding_makes_no_two_places_one() {
    let mut spellings: HashMap<String, HashSet<&str>> = HashMap::new();
    for row in rows() {
        spellings.entry(fold_name(row[3])).or_default().insert(row[3]);
    }
    let merged: Vec<_> = spellings.into_values().filter(|names| names.len() > 1).collect();
    assert!(merged.is_empty(), "{merged:?}");
}

#[test]
fn no_two_areas_have_one_key() {
    let catalog = Catalog::shipped();
    let mut keys = HashSet::new();
    for prefecture in catalog.prefectures() {
        assert!(keys.insert(prefecture.key().to_owned()));
        for insurer in catalog.insurers_in(&prefecture.name) {
            assert!(keys.insert(insurer.key().to_owned()), "{insurer:?}");
        }
    }
    assert_eq!(keys.len(), 47 + 1571);
}

#[test]
fn hamamatsu_has_its_three_wards_of_2024() {
    for (code, name) in [("221384", "中央区"), ("221392", "浜名区"), ("221406", "天竜区")] {
        finds(code, &format!("静岡県 浜松市{name}"));
    }
    for old in ["221317", "221325", "221333", "221341", "221350", "221368", "221376"] {
        assert_eq!(Catalog::shipped().find(old), Lookup::None, "{old}");
    }
    assert_eq!(rows().iter().filter(|row| row[5] == "221309").count(), 3);
}

// --- codes ---------------------------------------------------------------------------------------------------------

#[test]
fn a_code_is_found_with_and_without_check_digit_and_leading_zero() {
    for text in ["011002", "01100", "1100", "11002", "０１１００２", " 011002 "] {
        finds(text, "北海道 札幌市");
    }
    finds("401307", "福岡県 福岡市");
    finds("40130", "福岡県 福岡市");
    finds("010006", "北海道");
    finds("01000", "北海道");
    finds("00000", "全国");
}

#[test]
fn a_wrong_check_digit_finds_nothing() {
    // 401300 would be the 保険者番号 of another rule; it must not pass for 福岡市.
    for text in ["401300", "401306", "011003", "999999", "123", "1234567"] {
        assert_eq!(Catalog::shipped().find(text), Lookup::None, "{text}");
    }
}

#[test]
fn five_digits_that_mean_two_places_give_both() {
    assert_eq!(candidates("11100"), ["北海道 札幌市清田区", "埼玉県 さいたま市"]);
    finds("111007", "埼玉県 さいたま市");
    let five: Vec<String> = rows().iter().filter(|r| !r[0].is_empty()).map(|r| r[0][..5].to_owned()).collect();
    let both = five.iter().filter(|code| matches!(Catalog::shipped().find_code(code), Lookup::Many(_))).count();
    assert_eq!(both, 15);
}

#[test]
fn a_number_is_never_a_name() {
    assert_eq!(Catalog::shipped().find_name("1000"), Lookup::None);
    assert_eq!(Catalog::shipped().find_name("401307"), Lookup::None);
}

// --- names ---------------------------------------------------------------------------------------------------------

#[test]
fn a_name_is_found_in_every_form_tables_use() {
    for text in ["福岡県福岡市", "福岡県 福岡市", "福岡県　福岡市", "福岡市", " 福 岡 市 ", "福岡市（福岡県）"]
    {
        finds(text, "福岡県 福岡市");
    }
    for text in ["八重山郡竹富町", "沖縄県八重山郡竹富町", "沖縄県 八重山郡 竹富町", "竹富町"]
    {
        finds(text, "沖縄県 竹富町");
    }
    for text in ["札幌市中央区", "北海道 札幌市 中央区", "北海道札幌市中央区"] {
        finds(text, "北海道 札幌市中央区");
    }
    for text in ["全国", "全　国", "全　 国"] {
        finds(text, "全国");
    }
    finds("川崎町（宮城県）", "宮城県 川崎町");
    finds("川崎町(福岡県)", "福岡県 川崎町");
    finds("川崎市", "神奈川県 川崎市");
    finds("京都府", "京都府");
    finds("京都府京都市", "京都府 京都市");
    finds("東京都府中市", "東京都 府中市");
    finds("東京都中央区", "東京都 中央区");
    finds("早良区", "福岡県 福岡市早良区");
}

#[test]
fn a_county_is_cut_and_a_town_named_like_one_is_not() {
    finds("宮城県柴田郡川崎町", "宮城県 川崎町");
    finds("兵庫県赤穂郡上郡町", "兵庫県 上郡町");
    finds("赤穂郡上郡町", "兵庫県 上郡町");
    finds("上郡町", "兵庫県 上郡町");
    for (text, name) in [
        ("郡山市", "福島県 郡山市"),
        ("蒲郡市", "愛知県 蒲郡市"),
        ("大和郡山市", "奈良県 大和郡山市"),
        ("小郡市", "福岡県 小郡市"),
        ("郡上市", "岐阜県 郡上市"),
        ("奈良県大和郡山市", "奈良県 大和郡山市"),
    ] {
        finds(text, name);
    }
    assert_eq!(candidates("柴田郡川崎町").len(), 2);
    // A prefecture in front binds, with a county as without.
    assert_eq!(Catalog::shipped().find("東京都糟屋郡宇美町"), Lookup::None);
    assert_eq!(Catalog::shipped().find_in(Some("東京都"), "福岡県糟屋郡宇美町"), Lookup::None);
    assert_eq!(Catalog::shipped().find_in(Some("福岡県"), "糟屋郡宇美町").one().unwrap().name, "福岡県 宇美町");
    for text in ["柴田郡", "郡町", "柴田郡町"] {
        assert_eq!(Catalog::shipped().find(text), Lookup::None, "{text}");
    }
}

#[test]
fn a_union_is_found_by_its_name() {
    finds("福岡県介護保険広域連合", "福岡県 福岡県介護保険広域連合");
    finds("福岡県 福岡県介護保険広域連合", "福岡県 福岡県介護保険広域連合");
    finds("沖縄県介護保険広域連合", "沖縄県 沖縄県介護保険広域連合");
    finds("北海道 大雪地区広域連合", "北海道 大雪地区広域連合");
    finds("邑智郡総合事務組合", "島根県 邑智郡総合事務組合");
    finds("新川地域介護保険･ケ－ブルテレビ事業組合", "富山県 新川地域介護保険・ケーブルテレビ事業組合");
}

#[test]
fn a_variant_spelling_is_the_same_place() {
    for (text, name) in [
        ("金ヶ崎町", "岩手県 金ケ崎町"),
        ("鎌ヶ谷市", "千葉県 鎌ケ谷市"),
        ("茅ケ崎市", "神奈川県 茅ヶ崎市"),
        ("檮原町", "高知県 梼原町"),
        ("竜ヶ崎市", "茨城県 龍ケ崎市"),
        ("四条畷市", "大阪府 四條畷市"),
        ("塩釜市", "宮城県 塩竈市"),
        ("須惠町", "福岡県 須恵町"),
        ("篠山市", "兵庫県 丹波篠山市"),
        ("釜石市", "岩手県 釜石市"),
        ("鹿島市", "佐賀県 鹿島市"),
        ("鹿嶋市", "茨城県 鹿嶋市"),
    ] {
        finds(text, name);
    }
}

#[test]
fn a_name_of_several_places_lists_them_all() {
    assert_eq!(candidates("府中市"), ["東京都 府中市", "広島県 府中市"]);
    assert_eq!(candidates("伊達市"), ["北海道 伊達市", "福島県 伊達市"]);
    assert_eq!(candidates("池田町"), ["北海道 池田町", "福井県 池田町", "長野県 池田町", "岐阜県 池田町"]);
    assert_eq!(candidates("川崎町"), ["宮城県 川崎町", "福岡県 川崎町"]);
    assert_eq!(candidates("北海道泊村"), ["北海道 泊村", "北海道 泊村"]);
    assert!(candidates("中央区").contains(&"東京都 中央区".to_owned()));

    let lookup = Catalog::shipped().find("府中市");
    assert_eq!(lookup.describe("府中市"), "『府中市』は 東京都 府中市、広島県 府中市 があります。");
    let tomari = Catalog::shipped().find("泊村").describe("泊村");
    assert_eq!(tomari, "『泊村』は 北海道 泊村（014036）、北海道 泊村（016969） があります。");
    let wards = Catalog::shipped().find("中央区");
    assert!(wards.describe("中央区").ends_with(&format!(" など {}件 があります。", wards.candidates().len())));
}

#[test]
fn what_is_no_area_is_not_found() {
    for text in [
        "",
        "　",
        "福岡",
        "みほん市",
        "合計",
        "福岡県計",
        "福岡県東京都",
        "東京都福岡市",
        "（福岡県）",
        "()",
        "町",
        "県",
        "特別区部",
    ] {
        assert_eq!(Catalog::shipped().find(text), Lookup::None, "{text}");
    }
}

#[test]
fn a_prefecture_beside_the_name_decides() {
    let catalog = Catalog::shipped();
    let name = |prefecture, name| catalog.find_in(Some(prefecture), name).one().map(|area| area.name.clone());
    assert_eq!(name("広島県", "府中市").as_deref(), Some("広島県 府中市"));
    assert_eq!(name("東京都", "中央区").as_deref(), Some("東京都 中央区"));
    assert_eq!(name("福岡県", "中央区").as_deref(), Some("福岡県 福岡市中央区"));
    assert_eq!(name("広島県", "広島県府中市").as_deref(), Some("広島県 府中市"));
    assert_eq!(name("広島県", "広島県").as_deref(), Some("広島県"));
    assert_eq!(name("福岡県", "401307").as_deref(), Some("福岡県 福岡市"));
    assert_eq!(name(" 福 岡 県", "福岡市").as_deref(), Some("福岡県 福岡市"));
    assert_eq!(name("沖縄県", "沖縄県介護保険広域連合").as_deref(), Some("沖縄県 沖縄県介護保険広域連合"));
    for (prefecture, text) in [
        ("広島県", "福岡市"),
        ("広島県", "401307"),
        ("広島県", "東京都府中市"),
        ("見本県", "府中市"),
        ("広島", "府中市"),
        ("宮城県", "川崎町（福岡県）"),
        ("広島県", "全国"),
        ("広島県", "岡山県"),
        ("広島県", ""),
    ] {
        assert_eq!(catalog.find_in(Some(prefecture), text), Lookup::None, "{prefecture} {text}");
    }
    assert!(matches!(catalog.find_in(None, "府中市"), Lookup::Many(_)));
    assert!(matches!(catalog.find_in(Some(""), "府中市"), Lookup::Many(_)));
    assert!(matches!(catalog.find_in(Some("神奈川県"), "緑区"), Lookup::Many(_)));
}

#[test]
fn every_area_is_found_by_what_it_is_called() {
    let catalog = Catalog::shipped();
    for row in rows() {
        let found = catalog.find_in(Some(row[2]), row[3]);
        let code = AreaCode::parse(row[0]);
        let fits = |area: &Area| area.code == code && area.prefecture.as_deref() == Some(row[2]);
        assert!(found.candidates().iter().any(|area| fits(area)), "{row:?} {found:?}");
        for area in found.candidates().iter().filter(|area| fits(area)) {
            assert_eq!(catalog.find(&area.name), catalog.find(&area.name.replace(' ', "")), "{}", area.name);
            assert!(catalog.find(&area.name).candidates().contains(area), "{}", area.name);
        }
    }
}

proptest! {
    /// Whatever a cell holds, looking it up ends, and what is found answers to the same name or code again.
    #[test]
    fn any_text_can_be_looked_up(text in "\\PC{0,12}|[0-9]{4,6}|[福岡県府中市郡町村（）()東京都 ]{0,10}") {
        let catalog = Catalog::shipped();
        let found = catalog.find(&text);
        for area in found.candidates() {
            prop_assert!(catalog.find(area.key()).candidates().contains(area), "{text}: {area:?}");
        }
        catalog.find_in(Some("福岡県"), &text);
        catalog.search(&text, 5);
    }
}

// --- insurers ------------------------------------------------------------------------------------------------------

#[test]
fn the_insurer_of_a_place_is_known_or_said_to_be_unknown() {
    let catalog = Catalog::shipped();
    let insurer = |text: &str| catalog.insurer_of(&catalog.find(text).one().unwrap());
    assert_eq!(insurer("福岡市"), InsurerOf::Itself);
    assert_eq!(insurer("福岡県介護保険広域連合"), InsurerOf::Itself);
    assert!(matches!(insurer("福岡市早良区"), InsurerOf::City(city) if city.name == "福岡県 福岡市"));
    assert!(matches!(insurer("福岡県川崎町"), InsurerOf::Union(of) if of.name == "福岡県 福岡県介護保険広域連合"));
    // 北海道 has four unions.
    assert!(matches!(insurer("北海道東川町"), InsurerOf::Union(of) if of.name == "北海道 大雪地区広域連合"));
    assert!(matches!(insurer("014036"), InsurerOf::Union(of) if of.name == "北海道 後志広域連合"));
    assert_eq!(insurer("016969"), InsurerOf::NotKnown, "the northern 泊村");
    assert_eq!(insurer("福岡県"), InsurerOf::NotKnown);
    assert_eq!(catalog.insurer_of(&Area::nation()), InsurerOf::NotKnown);

    assert_eq!(catalog.find("福岡市").one().unwrap().level, AreaLevel::Insurer);
    assert_eq!(catalog.find("福岡県川崎町").one().unwrap().level, AreaLevel::Municipality);
    assert_eq!(catalog.find("福岡市早良区").one().unwrap().level, AreaLevel::Ward);
}

#[test]
fn every_town_but_the_northern_villages_has_an_insurer_of_its_prefecture() {
    let mut unions: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in rows().iter().filter(|row| row[1] == "union") {
        unions.entry(row[2]).or_default().push(row[3]);
    }
    for row in rows().iter().filter(|row| row[1] == "municipality" && row[6] != "self") {
        if ("016951"..="017001").contains(&row[0]) {
            assert_eq!(row[6], "", "{row:?}");
            continue;
        }
        assert!(unions.get(row[2]).is_some_and(|unions| unions.contains(&row[6])), "{row:?}");
    }
    // A union is of several towns, and none is without members.
    for (prefecture, union) in unions.iter().flat_map(|(of, unions)| unions.iter().map(move |union| (of, union))) {
        let members = rows().iter().filter(|row| row[2] == *prefecture && row[6] == *union).count();
        assert!(members >= 2, "{union}: {members}");
    }
    // Where all towns are in 第2表, as in 広島県, every one is its own insurer.
    assert!(rows().iter().filter(|row| row[2] == "広島県" && row[1] == "municipality").all(|row| row[6] == "self"));
}

#[test]
fn insurers_of_a_prefecture_stand_by_code_with_unions_last() {
    let insurers = Catalog::shipped().insurers_in("福岡県");
    assert_eq!(insurers.first().unwrap().name, "福岡県 北九州市");
    assert_eq!(insurers.last().unwrap().name, "福岡県 福岡県介護保険広域連合");
    assert!(insurers.iter().all(|area| area.level == AreaLevel::Insurer));
    assert!(Catalog::shipped().insurers_in("見本県").is_empty());
    assert_eq!(Catalog::shipped().prefectures().len(), 47);
    assert_eq!(Catalog::shipped().prefecture("福岡県").unwrap().code.unwrap().as_str(), "400009");
}

#[test]
fn search_finds_by_name_reading_and_code() {
    let catalog = Catalog::shipped();
    assert_eq!(names(&catalog.search("ふちゅう", 10))[..2], ["東京都 府中市", "広島県 府中市"]);
    assert_eq!(names(&catalog.search("フチュウシ", 10)), ["東京都 府中市", "広島県 府中市"]);
    assert_eq!(names(&catalog.search("401307", 10)), ["福岡県 福岡市"]);
    assert_eq!(catalog.search("福岡", 1)[0].name, "福岡県");
    assert_eq!(catalog.search("市", 7).len(), 7);
    assert!(catalog.search(" ", 7).is_empty());
}
