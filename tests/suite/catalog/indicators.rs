//! The shipped table of indicators.

use std::collections::HashSet;

use chiiki_sheet::catalog::{Block, Catalog, Indicator, SeriesKind, YearMeaning};

const INDICATORS_CSV: &str = include_str!("../../../src/catalog/indicators.csv");

#[test]
fn no_row_of_the_table_is_lost_in_reading() {
    assert_eq!(Catalog::shipped().indicators().len(), INDICATORS_CSV.lines().count() - 1);
}

#[test]
fn the_form_has_its_39_indicators_in_order() {
    let catalog = Catalog::shipped();
    let form = catalog.form();
    assert_eq!(form.len(), 39);
    for (indicator, order) in form.iter().zip(1..) {
        assert_eq!(indicator.order, Some(order));
    }
    let of = |block| form.iter().filter(|indicator| indicator.block == Some(block)).count();
    assert_eq!(Block::ALL.map(of), [4, 3, 32]);
    assert_eq!(catalog.indicators().iter().filter(|indicator| indicator.block.is_some()).count(), 39);
    assert_eq!(form[0].id.as_str(), "B4-a");
    assert_eq!(form[38].id.as_str(), "D31-j");
    assert_eq!(&*form[38].unit, "回");
    assert_eq!(form[4].name, "受給率（施設サ\u{FF0D}ビス）");
}

#[test]
fn units_decimals_and_years_follow_one_rule() {
    for indicator in Catalog::shipped().indicators() {
        assert!(!indicator.unit.contains('%'), "{}", indicator.id);
        let thousandths = ["D28", "D29", "D30"].contains(&indicator.id.as_str());
        if let Some(usual) = Indicator::decimals_of(&indicator.unit) {
            assert_eq!(indicator.decimals, Some(if thousandths { 3 } else { usual }), "{}", indicator.id);
        }
        let calendar = indicator.id.as_str().starts_with('A')
            || ["X-juki-population", "X-kokusei-population", "X-suikei-population"].contains(&indicator.id.as_str());
        assert_eq!(indicator.bare_year == YearMeaning::Calendar, calendar, "{}", indicator.id);
        assert_eq!(indicator.restricted, indicator.id.as_str() == "B7", "{}", indicator.id);
        assert!(!indicator.name.is_empty());
    }
    let adjusted: Vec<&str> =
        Catalog::shipped().indicators().iter().filter(|i| i.adjusted).map(|i| i.id.as_str()).collect();
    assert_eq!(adjusted, ["B5-a", "B6-a", "B6-b", "B6", "B11", "B12", "D8", "D8-a", "D8-b", "D40"]);
    assert_eq!(Catalog::shipped().indicator("D49").unwrap().kind, SeriesKind::ByArea);
}

#[test]
fn an_indicator_is_found_by_id_in_any_width() {
    let catalog = Catalog::shipped();
    for (text, id) in [
        ("B4-a", "B4-a"),
        ("Ｂ４－ａ", "B4-a"),
        ("b4-A", "B4-a"),
        ("δ1-a", "δ1-a"),
        ("X-jigyosho-count-訪問介護", "X-jigyosho-count"),
        ("X-jigyosho-count", "X-jigyosho-count"),
    ] {
        assert_eq!(catalog.indicator(text).map(|indicator| indicator.id.as_str()), Some(id), "{text}");
    }
    for text in ["", "B4", "B4-b", "D17-z", "D13-q", "X", "X-", "X-jigyosho", "認定率"] {
        assert!(catalog.indicator(text).is_none(), "{text}");
    }
    let ids: HashSet<_> = catalog.indicators().iter().map(|indicator| &indicator.id).collect();
    assert_eq!(ids.len(), catalog.indicators().len());
}

#[test]
fn an_indicator_is_found_by_the_names_files_use() {
    let catalog = Catalog::shipped();
    for (text, id) in [
        ("認定率", "B4-a"),
        ("認定率（要介護度別）", "B4-a"),
        ("調整済み重度認定率", "B6-a"),
        ("調整済み認定率（要介護3〜5）", "B6-a"),
        ("受給率（在宅サービス）", "D4"),
        ("受給率(在宅サ－ビス)", "D4"),
        ("受給者１人当たり給付月額（訪問介護）", "D17-a"),
        ("受給者1人当たり利用日数・回数（+認知症対応型通所介護）", "D31-i"),
        ("受給者1人あたり利用日数・回数（認知症対応型\n通所介護）", "D31-i"),
        ("第1号被保険者数", "B1"),
    ] {
        assert_eq!(catalog.indicator_by_name(text).map(|indicator| indicator.id.as_str()), Some(id), "{text}");
    }
    assert!(catalog.indicator_by_name("人口").is_none());
    for indicator in catalog.indicators() {
        assert_eq!(catalog.indicator_by_name(&indicator.name).map(|found| &found.id), Some(&indicator.id));
    }
}
