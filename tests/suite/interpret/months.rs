//! What 備考 and notes say of the months of a year, in words people use: a part-year never passes for a whole one.

use super::*;

/// (form year, whether a part of it, months) of an indicator's figures.
fn months(taken: &Taken, indicator: &str) -> Vec<(i32, bool, Option<u8>)> {
    let of = taken.observations.iter().filter(|o| o.indicator.as_str() == indicator && o.area.name.contains("みほん"));
    of.filter_map(|o| Some((o.period.form_year?, o.period.part_year, o.period.months))).collect()
}

#[test]
fn a_remark_in_other_words_is_counted_or_puts_its_year_in_doubt() {
    for (remark, newest, code) in [
        ("R7年度は10か月分の平均", (true, Some(10)), "part-year"),
        ("※令和7年度は1月分まで", (true, Some(11)), "part-year"),
        ("2025年度は3月～1月の平均", (true, Some(11)), "part-year"),
        ("令和7年度は年度途中の数値", (true, None), "part-year-unclear"),
        ("令和7年度は途中経過（令和7年3月～12月）", (true, None), "part-year-unclear"),
        ("年度途中の数値を含む", (true, None), "part-year-unclear"),
    ] {
        let rows = ["|20.1|20.2", "|18.1|18.2", &format!("{remark}|10.1|10.2"), "|80000|81000", "|20|21"];
        let taken = take_sheet("地域分析・検討シート.xlsx", ["自地域|", "見本県 みほん市|", "2024|2025"], rows);
        assert_eq!(months(&taken, "D4"), [(2024, false, None), (2025, newest.0, newest.1)], "{remark}");
        // What is said on one row of services holds for the others; 認定率 stands for a day.
        assert_eq!(months(&taken, "D17-a")[1], (2025, newest.0, newest.1), "{remark}");
        assert_eq!(months(&taken, "B4-a")[1], (2025, false, None), "{remark}");
        assert_eq!(codes(&taken).iter().filter(|known| **known == code).count(), 1, "{remark}: {:?}", codes(&taken));
    }
}

/// The form's own 備考 of 調整済み認定率.
#[test]
fn what_a_rate_of_a_day_says_puts_no_year_of_services_in_doubt() {
    let day = "令和6年度：令和7年3月末時点\\n令和7年度：令和8年3月末時点\\n令和8年度：年度途中のため表示されません";
    let rows = ["|20.1|20.2", &format!("{day}|18.1|18.2"), "|10.1|10.2", "|80000|81000", "|20|21"];
    let taken = take_sheet("地域分析・検討シート.xlsx", ["自地域|", "見本県 みほん市|", "2024|2025"], rows);
    assert_eq!(months(&taken, "D4"), [(2024, false, None), (2025, false, None)]);
    assert!(codes(&taken).iter().all(|code| !code.starts_with("part-year")), "{:?}", codes(&taken));
}

#[test]
fn a_note_beside_a_table_marks_its_year() {
    for (note, newest, code) in [
        ("（注）令和7年度は令和8年1月サービス提供分までの数値", (true, Some(11)), Some("part-year")),
        ("（注）令和7年度は年度途中の集計です", (true, None), Some("part-year-unclear")),
        ("（注）令和7年度は令和7年3月～令和8年2月サービス提供分", (false, Some(12)), None),
        ("（出典）令和6年度介護サービス施設・事業所調査", (false, None), None),
    ] {
        let lines = [
            "指標（系列）|単位|地域|令和6年度|令和7年度",
            "受給者1人あたり給付月額（訪問介護）|円|見本県みほん市|80000|81000",
            note,
        ];
        let taken = take("D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx", &lines);
        assert_eq!(months(&taken, "D17-a"), [(2024, false, None), (2025, newest.0, newest.1)], "{note}");
        let told = taken.diagnostics.iter().find(|told| told.code.starts_with("part-year"));
        assert_eq!(told.map(|told| told.code), code, "{note}");
        if let Some(told) = told {
            assert_eq!(told.place.cell.as_deref(), Some("A3"), "{note}");
        }
    }
}

#[test]
fn twelve_months_are_claimed_only_where_a_file_says_so() {
    let said = |remark: &str| {
        let rows = ["|20.1|20.2", "|18.1|18.2", &format!("{remark}|10.1|10.2"), "|80000|81000", "|20|21"];
        let taken = take_sheet("地域分析・検討シート.xlsx", ["自地域|", "見本県 みほん市|", "2024|2025"], rows);
        let folder = tempfile::tempdir().unwrap();
        let request = FillRequest::new("見本県みほん市", folder.path().to_owned(), Date::new(2026, 11, 22).unwrap());
        let evidence = settle(vec![taken]);
        let report = fill_sheet(&request, &evidence, truth::catalog(), standard_template().unwrap()).unwrap();
        let bytes = std::fs::read(&report.outputs[0].path).unwrap();
        let book = chiiki_sheet::read::read_bytes("出力.xlsx", &bytes, &chiiki_sheet::read::Limits::default()).unwrap();
        let sheet = book.grids.iter().find(|grid| &*grid.name == "比較と判定").unwrap();
        let line =
            sheet.cells().iter().filter_map(|cell| cell.value.as_text()).find(|text| text.contains("比べています"));
        line.unwrap().to_owned()
    };
    assert!(
        said("令和7年度は令和7年3月～令和8年2月サービス提供分")
            .contains("令和7年度（2025）の数値で比べています（12か月分そろった")
    );
    let unsaid = said("");
    assert!(unsaid.contains("令和7年度（2025）") && !unsaid.contains("12か月"), "{unsaid}");
    assert!(said("令和7年度は年度途中の数値").contains("令和6年度（2024）"));
}

/// The form's rows of services carry a 備考 each; one that speaks of another year says nothing of a marked one.
#[test]
fn a_mark_over_a_column_holds_beside_remarks_of_other_years() {
    let other = "令和8年度は令和8年3月サービス提供分のみ";
    let rows = ["|20.1|20.2", "|18.1|18.2", &format!("{other}|10.1|10.2"), &format!("{other}|80000|81000"), "|20|21"];
    let taken = take_sheet("地域分析・検討シート.xlsx", ["自地域|", "見本県 みほん市|", "2024|2025※"], rows);
    for indicator in ["D4", "D17-a", "D31-a"] {
        assert_eq!(months(&taken, indicator), [(2024, false, None), (2025, true, None)], "{indicator}");
    }
    assert_eq!(months(&taken, "B4-a"), [(2024, false, None), (2025, false, None)]);
}
