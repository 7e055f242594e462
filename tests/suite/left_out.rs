//! Figures that do not reach the sheet say so: headings that are no year, formulas nobody calculated, breakdowns and
//! periods that do not fit, names that mean an area but are none.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::fs;

use chiiki_sheet::model::Outcome;

use crate::program::{package, program};
use crate::several_tables::{Sheet, figures, shown, take, take_all, warned, xlsx};

/// A form of two areas; the headings of the years as they stand over the columns.
fn form(years: &str) -> Sheet<'static> {
    let heads = ["地域分析・検討シート", "||||自地域|||全国平均／合計||", "||||見本県 みほん市|||全国||"];
    let mut lines: Vec<String> = heads.map(str::to_owned).to_vec();
    lines.push(format!("活用データ名・指標名|指標ID|単位|備考|{years}|{years}"));
    for (name, id) in [
        ("認定率", "B4-a"),
        ("調整済み認定率", "B5-a"),
        ("受給率（施設）", "D2"),
        ("受給率（居住系）", "D3"),
        ("受給率（在宅）", "D4"),
    ] {
        lines.push(format!("{name}|{id}|％||1|2|3|4|5|6"));
    }
    Sheet("地域分析・検討シート", false, lines)
}

#[test]
fn a_column_of_a_form_whose_heading_is_no_year_is_told() {
    let taken = take("見本県 みほん市_地域分析・検討シート.xlsx", &[form("2024|2025※|2026（3月分のみ）")]);
    let years: Vec<_> = figures(&taken).into_iter().map(|(.., year, value)| (year, value)).collect();
    assert_eq!(years.len(), 20);
    let known = [(Some(2024), 1.0), (Some(2024), 4.0), (Some(2025), 2.0), (Some(2025), 5.0)];
    assert!(years.iter().all(|one| known.contains(one)), "{years:?}");
    // A mark refers to a note: without one the year is no whole one. 認定率 stands for a day.
    for o in &taken.observations {
        let services = o.indicator.as_str().starts_with('D');
        assert_eq!(o.period.part_year, services && o.period.form_year == Some(2025), "{o:?}");
    }
    let sheet = "地域分析・検討シート";
    let mut told = warned(&taken);
    told.sort_unstable();
    assert_eq!(told, [("part-year-unclear", sheet, "F4"), ("year-heading-unreadable", sheet, "G4")]);
    let told = taken.diagnostics.iter().find(|told| told.code == "year-heading-unreadable").unwrap();
    assert!(told.message.contains("「2026（3月分のみ）」を年度として読めない列（G4、J4）"), "{told:?}");
    // Columns of figures under years, and people's words beside them, are nothing to tell.
    let taken = take("見本県 みほん市_地域分析・検討シート.xlsx", &[form("2024|2025|2026")]);
    assert!(warned(&taken).iter().all(|(code, ..)| *code != "year-heading-unreadable"), "{:?}", taken.diagnostics);
}

#[test]
fn a_form_without_a_year_that_can_be_read_waits_in_few_words() {
    let taken = take("見本県 みほん市_地域分析・検討シート.xlsx", &[form("第５年|第６年|第７年")]);
    assert_eq!((taken.report.outcome, taken.observations.len()), (Outcome::Waiting, 0));
    let message = taken.report.message.unwrap();
    assert!(message.contains("見出し「第５年」") && message.chars().count() < 150, "{message}");
    assert_eq!(taken.diagnostics[0].place.cell.as_deref(), Some("E4"));
    // Years of an era are years.
    let taken = take("見本県 みほん市_地域分析・検討シート.xlsx", &[form("令和５年度|Ｒ６|2025年度")]);
    let years: std::collections::BTreeSet<_> = taken.observations.iter().filter_map(|o| o.period.form_year).collect();
    assert_eq!(years.into_iter().collect::<Vec<_>>(), [2023, 2024, 2025]);
}

#[test]
fn a_formula_nobody_calculated_is_told_and_never_a_figure() {
    let lines = [
        "出力日:2026/08/25",
        "|地域|指標|単位|令和5年度|令和6年度",
        "|見本県 みほん市|受給者1人あたり給付月額（訪問介護）|円|100|=E3*2",
        "|全国|受給者1人あたり給付月額（訪問介護）|円|90|=E4+1",
    ];
    let taken = take("D17-a_訪問介護_時系列.xlsx", &[shown("表形式（時系列）", &lines)]);
    let values: Vec<f64> = figures(&taken).into_iter().map(|(.., value)| value).collect();
    assert_eq!(values, [90.0, 100.0]);
    assert_eq!(warned(&taken), [("formula-without-value", "表形式（時系列）", "F3")]);
    let told = &taken.diagnostics[0];
    assert!(told.message.contains("計算されていない式があります（F3、F4）"), "{told}");
    assert!(told.hint.as_deref().unwrap().contains("Excelで開いて保存し直して"), "{told}");
}

#[test]
fn a_date_over_a_column_is_told_as_a_date() {
    let lines = ["出力日:2026/08/25", "|地域|指標|単位|日付45747|令和7年度", "|見本県 みほん市|認定率|％|20.1|20.2"];
    let taken = take("B4-a_認定率_時系列.xlsx", &[shown("表形式（時系列）", &lines)]);
    assert_eq!(figures(&taken).len(), 1);
    let told = taken.diagnostics.iter().find(|told| told.code == "period-unreadable").unwrap();
    assert!(told.message.contains("「2025年3月31日（日付の形式）」"), "{told}");
}

#[test]
fn a_breakdown_that_is_the_whole_is_the_whole() {
    let heads = "団体コード,指標ID,期間,値,単位,要介護度,サービス,性別,年齢\n";
    let rows = "901008,D2,令和7年度,2.5,％,合計,全体,男女計,総数\n901008,D3,令和7年度,1.5,％,計,総計,計,計\n901008,D4,令和7年度,9.5,％,要介護１,,男,\n";
    let taken = take_all("業務分析.csv", format!("{heads}{rows}").as_bytes()).remove(0);
    let totals: Vec<_> =
        taken.observations.iter().filter(|o| o.dimensions.is_total()).map(|o| o.indicator.to_string()).collect();
    assert_eq!(totals, ["D2", "D3"]);
    assert_eq!(taken.observations[2].dimensions.sex.as_deref(), Some("男"));
}

#[test]
fn an_indicator_of_the_form_with_figures_of_no_year_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("統計.csv");
    let rows = "都道府県,名称,指標ID,期間,値\n見本県,みほん市,D17-a,令和6年,60000\n見本県,みほん市,D17-f,2024/4/1,70000\n見本県,みほん市,B4-a,令和6年度,20.3\n見本県,みほん市,B4-a,令和7年4月,20.4\n";
    fs::write(&table, rows).unwrap();
    let out = dir.path().join("出力");
    let (table, out) = (table.display().to_string(), out.display().to_string());
    let areas = package("examples/mihon/areas.csv").display().to_string();
    let line = ["fill", "--own", "見本県みほん市", "--input", &table, "--out", &out, "--areas", &areas, "--json"];
    let said = program(&line);
    assert_eq!(said.code, 0, "{}", said.err);
    let all = said.json();
    let told: Vec<_> =
        all["diagnostics"].as_array().unwrap().iter().filter(|one| one["code"] == "figures-without-years").collect();
    assert_eq!(told.len(), 1, "{all}");
    assert!(told[0]["message"].as_str().unwrap().contains("指標 D17-a、D17-f の数値は"), "{told:?}");
}

#[test]
fn a_name_that_means_an_area_but_is_none_says_which() {
    let row = |area: &str, value: &str| format!("|{area}|認定率|％|{value}");
    let mut lines = vec!["出力日:2026/08/25".to_owned(), "|地域|指標|単位|令和7年度".to_owned()];
    lines.extend([row("見本県 みほん市", "20"), row("全国平均", "19"), row("見本県計", "18"), row("県平均", "17")]);
    let bytes = xlsx(&[Sheet("表形式（時系列）", false, lines)]);
    let taken = take_all("B4-a_認定率_時系列.xlsx", &bytes).remove(0);
    let told: Vec<_> = warned(&taken);
    let at = |cell| ("area-meant", "表形式（時系列）", cell);
    assert_eq!(told, [at("E4"), at("E5"), at("E6")]);
    let says = |index: usize, word: &str| {
        assert!(taken.diagnostics[index].message.contains(word), "{:?}", taken.diagnostics[index])
    };
    says(0, "「全国」");
    says(1, "「見本県」");
    says(2, "都道府県");
    assert!(taken.observations.iter().all(|o| !["全国", "見本県"].contains(&o.area.name.as_str())));
}

#[test]
fn the_nation_named_twice_in_an_own_table_is_the_nation() {
    let rows = "都道府県,名称,指標ID,期間,値\n全国,全国,B4-a,令和6年度,19.0\n見本県,見本県,B4-a,令和6年度,18.0\n";
    let taken = take_all("統計.csv", rows.as_bytes()).remove(0);
    let names: Vec<&str> = taken.observations.iter().map(|o| o.area.name.as_str()).collect();
    assert_eq!(names, ["全国", "見本県"], "{:?}", taken.diagnostics);
}
