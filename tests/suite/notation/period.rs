//! Periods, the 備考 of the form, and days in words.

use chiiki_sheet::model::{Date, Period, PeriodKind};
use chiiki_sheet::notation::{
    BareYear, EraCarry, Remark, RemarkYear, export_date, fiscal_year_in, parse_estat_time, parse_period, parse_remark,
    wareki, wareki_date,
};

fn fiscal(text: &str) -> Option<Period> {
    parse_period(text, BareYear::Fiscal)
}

fn key(text: &str) -> Option<String> {
    fiscal(text).map(|period| period.key())
}

#[test]
fn fiscal_years_fill_their_year_of_the_form() {
    for (text, year) in [
        ("2000", 2000),
        ("2000.0", 2000),
        ("平成27年度", 2015),
        ("令和元年度", 2019),
        ("平成31年度", 2019),
        ("令和７年度", 2025),
        ("令和　7　年度", 2025),
        ("R07", 2025),
        ("R7年度", 2025),
        ("Ｒ７", 2025),
        ("H26", 2014),
        ("R元", 2019),
        ("R2", 2020),
        ("H31/R1", 2019),
        ("平成31(令和元)年度", 2019),
        ("平成31年度・令和元年度", 2019),
        ("2025年度", 2025),
        ("2025（令和7）年度", 2025),
        ("令和7年度(2025年度)", 2025),
        ("令和7年度（2025年）", 2025),
        ("令和5(2023)年度", 2023),
        ("昭和63年度", 1988),
        ("平成32年度", 2020),
        ("平成37年度", 2025),
        ("平成 27", 2015),
        ("令和6\n年度", 2024),
        ("令和5年度 a)", 2023),
    ] {
        assert_eq!(fiscal(text), Some(Period::form_year(text, year)), "{text}");
    }
    let end = fiscal("令和6年度末現在").unwrap();
    assert_eq!((end.kind, end.form_year, end.date), (PeriodKind::Date, Some(2024), Date::new(2025, 3, 31)));
    let under_way = fiscal("令和8年度（年度途中）").unwrap();
    assert!(under_way.part_year && under_way.form_year == Some(2026));
}

#[test]
fn only_the_end_of_march_fills_a_year() {
    for (text, date, form_year) in [
        ("平成19年3月末", "2007-03-31", Some(2006)),
        ("令和元年3月末", "2019-03-31", Some(2018)),
        ("平成31年3月末", "2019-03-31", Some(2018)),
        ("令和7年3月末時点", "2025-03-31", Some(2024)),
        ("令和8年4月末時点", "2026-04-30", None),
        ("令和2年\n3月末", "2020-03-31", Some(2019)),
        ("令和7年(2025年)3月末", "2025-03-31", Some(2024)),
        ("R7/3月末", "2025-03-31", Some(2024)),
        ("令和7年3月31日現在", "2025-03-31", Some(2024)),
        ("2025/3/31", "2025-03-31", Some(2024)),
        ("平成28年４月１日現在", "2016-04-01", None),
        ("令和5年1月1日", "2023-01-01", None),
        ("令和7年9月末日", "2025-09-30", None),
    ] {
        let period = fiscal(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((period.kind, period.form_year), (PeriodKind::Date, form_year), "{text}");
        assert_eq!(period.date.unwrap().to_string(), date, "{text}");
        assert_eq!((period.months, period.part_year, period.label.as_str()), (None, false, text));
    }
    assert_ne!(key("令和8年3月末"), key("令和8年4月末"));
}

#[test]
fn months_and_calendar_years_fill_none() {
    for (text, kind, date) in [
        ("令和6年2月", PeriodKind::Month, "2024-02-29"),
        ("令和7年3月", PeriodKind::Month, "2025-03-31"),
        ("2020年10月", PeriodKind::Month, "2020-10-31"),
        ("R7/2月", PeriodKind::Month, "2025-02-28"),
        ("令和5年(2023年)", PeriodKind::CalendarYear, "2023-12-31"),
        ("2020年", PeriodKind::CalendarYear, "2020-12-31"),
        ("平成24年 a)b)", PeriodKind::CalendarYear, "2012-12-31"),
    ] {
        let period = fiscal(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((period.kind, period.form_year), (kind, None), "{text}");
        assert_eq!(period.date.unwrap().to_string(), date, "{text}");
    }
    for text in ["2015", "2015.0", "H27", "平成 27"] {
        let period = parse_period(text, BareYear::Calendar).unwrap();
        assert_eq!(period.key(), key("2015年").unwrap(), "{text}");
    }
    assert_eq!(key("平成31年"), key("令和元年"));
    assert_eq!(key("平成31年/令和元年"), key("2019年"));
    assert_eq!(key("平成31年度"), key("令和元年度"));
}

#[test]
fn service_months_count_from_march() {
    for (text, year, months, part_year) in [
        ("令和6年度(R7/2月サービス提供分まで)", 2024, 12, false),
        ("R6（R7/2月サービス提供分まで）", 2024, 12, false),
        ("R7（R8/1月サービス提供分まで）", 2025, 11, true),
        ("令和8年度(R8/3月サービス提供分まで)", 2026, 1, true),
        ("令和7年度（令和7年12月サービス提供分まで）", 2025, 10, true),
        ("令和６年度\n（Ｒ７／２月サービス提供分まで）", 2024, 12, false),
    ] {
        for bare in [BareYear::Fiscal, BareYear::Calendar] {
            let period = parse_period(text, bare).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(period.kind, PeriodKind::FiscalYear);
            assert_eq!(
                (period.form_year, period.months, period.part_year),
                (Some(year), Some(months), part_year),
                "{text}"
            );
        }
    }
    for text in [
        "R6（R7/3月サービス提供分まで）",
        "R6（R6/2月サービス提供分まで）",
        "R6（R8/2月サービス提供分まで）",
        "R6（R7/13月サービス提供分まで）",
        "R6（R7/2月サービス提供分）",
        "令和6年（R7/2月サービス提供分まで）",
    ] {
        assert_eq!(fiscal(text), None, "{text}");
    }
}

#[test]
fn what_is_no_period_is_none() {
    for text in [
        "",
        "年度",
        "令和",
        "令和0年",
        "令和99年",
        "平成99年度",
        "昭和65年度",
        "令和7年13月",
        "令和7年2月30日",
        "2025/2/29",
        "平成32年度見込み",
        "令和5年（2024年）",
        "2025（令和6）年度",
        "H30/R1",
        "令和5年(2023年度)",
        "2025/2026",
        "1234",
        "20200",
        "2020000000",
        "2025/3/1 5",
        "202 5",
        "12",
        "3月末",
        "令和6年度3月",
        "令和4～6年度",
        "R",
        "R7-",
        "1899",
        "2101",
        "65歳",
        "2015.5",
        "R1①",
        "202①",
        "R6②",
    ] {
        assert_eq!(fiscal(text), None, "{text}");
    }
}

#[test]
fn time_codes_of_estat() {
    let read = |code| parse_estat_time(code).map(|period| period.key());
    assert_eq!(read("2020000000"), key("2020年"));
    assert_eq!(read("2020100000"), key("2020年度"));
    assert_eq!(read("2020001010"), key("2020年10月"));
    for code in [
        "2020000103",
        "2020001313",
        "2020",
        "202000000",
        "20200000000",
        "0000000000",
        "2020200000",
        "２０２００００００",
    ] {
        assert_eq!(read(code), None, "{code}");
    }
}

#[test]
fn an_era_is_carried_down_its_column() {
    let mut column = EraCarry::new();
    assert_eq!(column.read("28", BareYear::Calendar), None, "no era yet");
    let mut read = |text: &str| column.read(text, BareYear::Calendar).map(|period| period.date.unwrap().year);
    let cells = [
        "平成 27",
        "28",
        "",
        "29.0",
        "30",
        "31",
        "2",
        "32",
        "77",
        "42",
        "78",
        "令和 5",
        "6",
        "６",
        "7年",
        "平成31年/令和元年",
        "2",
    ];
    let years: Vec<_> = cells.map(&mut read).into_iter().collect();
    let expected: [Option<i32>; 17] = [
        Some(2015),
        Some(2016),
        None,
        Some(2017),
        Some(2018),
        Some(2019),
        None,
        Some(2020),
        None,
        Some(2030),
        None,
        Some(2023),
        Some(2024),
        Some(2024),
        Some(2025),
        Some(2019),
        Some(2020),
    ];
    assert_eq!(years, expected);
    let mut column = EraCarry::new();
    let noted = ["平成24年 a)b)", "　　25年 a)b)", "　　26年 a)"].map(|text| column.read(text, BareYear::Fiscal));
    assert_eq!(noted.map(|period| period.map(|period| period.key())), ["2012年", "2013年", "2014年"].map(key));
    let mut column = EraCarry::new();
    column.read("令和6年度", BareYear::Fiscal);
    let next = column.read("7年度", BareYear::Fiscal).unwrap();
    assert_eq!((next.form_year, next.label.as_str()), (Some(2025), "7年度"));
}

#[test]
fn the_fiscal_year_of_a_title_or_file_name() {
    for (text, year) in [
        ("令和5年度_第2表.xlsx", Some(2023)),
        ("全市町村の主要財政指標（令和４年度）", Some(2022)),
        ("D25_定員_2024年度.xlsx", Some(2024)),
        ("v2令和5年度 (2).xlsx", Some(2023)),
        ("平成31年度（令和元年度）年報", Some(2019)),
        ("令和５年度 年報（令和5年度末現在）", Some(2023)),
        ("令和4年度～6年度", None),
        ("令和4年度と令和6年度", None),
        ("令和5年度・令和6年度", None),
        ("令和4,5年度のみ月報", None),
        ("令和4～6年度", None),
        ("令和5年", None),
        ("12025年度", None),
        ("r5nenpo_02h.xlsx", None),
    ] {
        assert_eq!(fiscal_year_in(text), year, "{text}");
    }
}

fn remark(text: &str) -> Vec<(i32, u8)> {
    parse_remark(text).years.into_iter().map(|RemarkYear { form_year, months }| (form_year, months)).collect()
}

fn doubtful(text: &str) -> Vec<i32> {
    parse_remark(text).doubtful.into_iter().collect()
}

#[test]
fn remarks_give_the_months_of_their_years() {
    for (text, years) in [
        ("令和6年度は令和6年3月～令和7年2月サービス提供分（12か月）", vec![(2024, 12)]),
        ("令和8年度は令和8年3月サービス提供分のみ（認定率を除く）", vec![(2026, 1)]),
        (
            "令和7年度＝令和7年3月から令和8年2月サービス分まで、令和8年度＝令和8年3月サービス分",
            vec![(2025, 12), (2026, 1)],
        ),
        (
            "令和６年度は、令和６年３月〜令和７年２月\nサービス提供分（１２ヶ月）。\n令和８年度は、令和８年３月サービス提供分のみ。",
            vec![(2024, 12), (2026, 1)],
        ),
        ("※令和7年度：令和7年3月～8年2月サービス提供分", vec![(2025, 12)]),
        ("令和7年度（令和7年3月から翌年2月までのサービス提供分）", vec![(2025, 12)]),
        ("令和7年度のデータは令和8年1月サービス提供分まで", vec![(2025, 11)]),
        ("R7年度:R7/3月～R7/12月サービス提供分(10か月)", vec![(2025, 10)]),
        ("「令和8年度」は令和8年3月～5月サービス提供分", vec![(2026, 3)]),
        ("2025年度は2025年3月～2026年2月サービス提供分", vec![(2025, 12)]),
        ("（出典）「介護保険事業状況報告」年報（令和5年度のみ月報）。令和6年度末の認定率。", vec![]),
        ("（出典）年報（令和5年度のみ月報）。令和8年度は令和8年3月サービス提供分のみ", vec![(2026, 1)]),
        ("R7年度は10か月分の平均", vec![(2025, 10)]),
        ("令和6年度：12か月分　令和7年度：10か月分（暫定）", vec![(2024, 12), (2025, 10)]),
        ("※令和7年度は1月分まで", vec![(2025, 11)]),
        ("2025年度は3月～1月の平均", vec![(2025, 11)]),
        ("令和7年度は3月～翌2月サービス提供分", vec![(2025, 12)]),
    ] {
        assert_eq!(remark(text), years, "{text}");
        assert!(doubtful(text).is_empty(), "{text}");
    }
}

#[test]
fn a_remark_that_says_nothing_of_months_leaves_no_doubt() {
    for text in [
        "",
        "令和7年3月末時点",
        "令和6年度は令和7年3月末時点",
        "出典：令和6年度介護サービス施設・事業所調査",
        "令和7年度の受給者1人1か月あたりの給付費",
        "各年度とも3月から翌年2月までの12か月",
        "サービス提供分",
    ] {
        let remark = parse_remark(text);
        assert_eq!(remark, Remark::default(), "{text}");
    }
}

#[test]
fn a_year_whose_months_are_not_understood_is_in_doubt() {
    for (text, years, doubts) in [
        ("令和6年度は令和6年3月～令和7年2月サービス提供分（11か月）", vec![], vec![2024]),
        ("令和6年度は令和6年3月～令和7年2月サービス提供分。令和8年度は年度途中の集計値", vec![(2024, 12)], vec![2026]),
        ("令和6年度及び令和7年度は10か月分", vec![(2025, 10)], vec![2024]),
        ("令和6・7年度は3月～2月サービス提供分", vec![], vec![2024, 2025]),
        ("令和6年3月～令和7年2月サービス提供分（令和6年度）", vec![], vec![2024]),
        ("令和7年度は令和6年3月～令和7年2月サービス提供分", vec![], vec![2025]),
        ("令和7年度は令和8年2月サービス提供分", vec![], vec![2025]),
        ("令和6年度は令和6年3月～令和7年2月サービス分、令和6年度は令和6年3月サービス分のみ", vec![], vec![2024]),
        ("令和7年度は令和7年9月～3月サービス提供分", vec![], vec![2025]),
        ("令和7年度は令和7年3月～令和8年2月末サービス提供分", vec![], vec![2025]),
        ("令和7年度は年度途中の数値", vec![], vec![2025]),
        ("令和7年度は途中経過（令和7年3月～12月）", vec![], vec![2025]),
        ("令和8年度は年途中の可能性", vec![], vec![2026]),
        ("令和6年度、令和7年度は年度途中の数値", vec![], vec![2024, 2025]),
        ("令和7年度：令和8年3月末時点 令和8年度：年度途中のため表示されません", vec![], vec![2026]),
        ("出典は令和6年度の調査。令和7年度は速報値", vec![], vec![2025]),
    ] {
        assert_eq!(remark(text), years, "{text}");
        assert_eq!(doubtful(text), doubts, "{text}");
    }
    for text in
        ["年度途中の数値", "令和6年度は令和6年3月～令和7年2月サービス提供分。最新年度は一部の月のサービス提供分"]
    {
        assert!(parse_remark(text).doubtful_year_unnamed, "{text}");
    }
}

#[test]
fn years_and_days_in_words() {
    for (year, words) in
        [(2025, "令和7年度"), (2019, "令和元年度"), (2018, "平成30年度"), (1989, "平成元年度"), (1988, "昭和63年度")]
    {
        assert_eq!(wareki(year), words);
    }
    for (date, words) in [
        ("2019-04-30", "平成31年4月30日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2026-08-25", "令和8年8月25日"),
        ("1989-01-07", "昭和64年1月7日"),
    ] {
        assert_eq!(wareki_date(Date::parse(date).unwrap()), words);
    }
}

#[test]
fn the_day_of_the_export() {
    let day = Date::new(2026, 8, 25);
    for text in [
        "出力日:2026/08/25",
        "出力日：2026/08/25",
        "出力日：２０２６／０８／２５",
        "出力日：令和8年8月25日",
        "出力日:2026年8月25日",
        "出力日 2026-08-25",
        " 出力日: 2026/8/25 10:30",
        "出力日時：2026/08/25 10:30:05",
        "出力日：令和8年 8月25日",
    ] {
        assert_eq!(export_date(text), day, "{text}");
    }
    assert_eq!(export_date("出力日:2026/8/2 10:30"), Date::new(2026, 8, 2), "the hour is no part of the day");
    for text in [
        "2026/08/25",
        "出力日",
        "出力日:",
        "出力日:2026/13/01",
        "出力日:2026/02/29",
        "出力日:2026/08/25分析",
        "出力日:2026年度",
    ] {
        assert_eq!(export_date(text), None, "{text}");
    }
}
