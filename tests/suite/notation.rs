//! Normalisation: tables of the spellings seen in real files, and properties.

use chiiki_sheet::model::{Date, MissingReason, Period, PeriodKind};
use chiiki_sheet::notation::{
    BareYear, EraCarry, MissingLegend, RemarkYear, export_date, find_unit_in, fiscal_year_in, fold, has_unit_label,
    is_note, is_padding, parse_estat_time, parse_number, parse_period, parse_remark, parse_unit, read_missing,
    same_kind, wareki, wareki_date,
};
use proptest::prelude::*;

fn fiscal(text: &str) -> Option<Period> {
    parse_period(text, BareYear::Fiscal)
}

fn key(text: &str) -> Option<String> {
    fiscal(text).map(|period| period.key())
}

#[test]
fn text_spellings_fold_to_one_key() {
    for (a, b) in [
        ("受給率（施設サ－ビス）", "受給率(施設サービス)"),
        ("受給率（施設サ−ビス）", "受給率（施設サービス）"),
        ("サ‐ビス", "サービス"),
        ("センタ–", "センター"),
        ("ｻｰﾋﾞｽ", "サービス"),
        ("D17－a", "D17-a"),
        ("D17ーa", "D17-a"),
        ("要介護３～５", "要介護3〜5"),
        ("３ー５", "3-5"),
        ("茅ヶ崎市", "茅ケ崎市"),
        ("霞ヵ関", "霞カ関"),
        ("檮原町", "梼原町"),
        ("受給者1人当たり利用日数・回数", "受給者１人あたり利用日数・回数"),
        ("（+認知症対応型通所介護）", "（認知症対応型通所介護）"),
        ("（＋認知症対応型通所介護）", "(認知症対応型通所介護)"),
        ("全　 国", "全国"),
        ("受給者1人あたり\n給付月額", "受給者1人あたり給付月額"),
        ("要介護１", "要介護1"),
        ("らーめん", "らーめん"),
    ] {
        assert_eq!(fold(a), fold(b), "{a} / {b}");
    }
    for (text, folded) in
        [("サ－ビス", "サービス"), ("コード-1", "コード-1"), ("D31-i", "D31-i"), ("δ1-a", "δ1-a"), ("3-5", "3-5")]
    {
        assert_eq!(fold(text), folded);
    }
    assert_ne!(fold("川崎町"), fold("川崎市"));
    assert_ne!(fold("D17-A"), fold("D17-a"), "case stays");
}

#[test]
fn padding_and_notes_are_told_from_labels() {
    for text in ["行1", "行12", "列1", "列１２", " 列3 "] {
        assert!(is_padding(text), "{text}");
    }
    for text in ["行", "行田市", "列A", "1行", "行1計", ""] {
        assert!(!is_padding(text), "{text}");
    }
    for text in ["（時点）", "（出典）厚生労働省", "(時点)", "※推計値", "　※1", "注1", "注）概数", "注：概数"]
    {
        assert!(is_note(text), "{text}");
    }
    for text in ["（再掲）75歳以上", "（うち65歳以上）", "注目する地域", "見本県（再掲）", "みほん市", ""]
    {
        assert!(!is_note(text), "{text}");
    }
}

#[test]
fn numbers_are_read_as_written() {
    for (text, value, decimals) in [
        ("1234", 1234.0, 0),
        ("1,234", 1234.0, 0),
        ("1,234,567", 1_234_567.0, 0),
        ("１，２３４", 1234.0, 0),
        ("１２．３０", 12.3, 2),
        (" 12 ", 12.0, 0),
        ("21.82618262", 21.826_182_62, 8),
        ("0", 0.0, 0),
        ("0.50", 0.5, 2),
        (".5", 0.5, 1),
        ("12％", 12.0, 0),
        ("12.3%", 12.3, 1),
        ("12.3 ％", 12.3, 1),
        ("１２人", 12.0, 0),
        ("1,234円", 1234.0, 0),
        ("▲5", -5.0, 0),
        ("△ 5", -5.0, 0),
        ("－1.5", -1.5, 1),
        ("−1,234", -1234.0, 0),
        ("-0.3", -0.3, 1),
        ("+0.3", 0.3, 1),
    ] {
        let number = parse_number(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((number.value, number.decimals), (value, decimals), "{text}");
    }
    assert!(parse_number("△0.0").unwrap().value.is_sign_positive());
}

#[test]
fn marks_beside_a_number_are_kept_apart() {
    for (text, value, note) in [
        ("12 a)", 12.0, "a)"),
        ("1,234 a)b)", 1234.0, "a)b)"),
        ("12(※1)", 12.0, "(※1)"),
        ("12（※１）", 12.0, "(※1)"),
        ("12※", 12.0, "※"),
        ("12①", 12.0, "①"),
        ("12¹", 12.0, "¹"),
        ("12.3％(※1)", 12.3, "(※1)"),
    ] {
        let number = parse_number(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((number.value, number.note.as_deref()), (value, Some(note)), "{text}");
    }
    let percent = parse_number("12.3%").unwrap().unit_mark.unwrap();
    assert_eq!((&*percent.symbol, percent.factor), ("％", 1.0));
    assert_eq!(&*parse_number("１２人").unwrap().unit_mark.unwrap().symbol, "人");
    assert_eq!(parse_number("12").unwrap().unit_mark, None);
}

#[test]
fn what_is_not_surely_a_number_is_none() {
    for text in [
        "▲退職金",
        "▲",
        "△",
        "-",
        "－",
        "―",
        "…",
        "***",
        "x",
        "",
        "　",
        "1,23,4",
        "1,2345",
        "1234,567",
        ",123",
        "12-3",
        "2025/3/1",
        "1.2.3",
        "12.",
        "1 234",
        "(1,234)",
        "（12）",
        "12(3)",
        "121)",
        "12 1)",
        "12千人",
        "3百万円",
        "65歳",
        "10日",
        "01100",
        "00",
        "1.2E+05",
        "1e5",
        "NaN",
        "inf",
        "12½",
        "1２a",
        "令和7年",
        "12,",
        "--5",
        "▲-5",
        "12%%",
        "1234567890123456",
        "٣",
        "十二",
        "5～9",
    ] {
        assert_eq!(parse_number(text), None, "{text}");
    }
}

#[test]
fn missing_marks_say_why() {
    use MissingReason::{Blank, NotApplicable, Suppressed, Unknown};
    let none = MissingLegend::default();
    for (text, reason) in [
        ("―", NotApplicable),
        (" ― ", NotApplicable),
        ("-", Unknown),
        ("－", Unknown),
        ("‐", Unknown),
        ("−", Unknown),
        ("–", Unknown),
        ("—", Unknown),
        ("─", Unknown),
        ("ー", Unknown),
        ("---", Unknown),
        ("――", Unknown),
        ("…", Unknown),
        ("……", Unknown),
        ("...", Unknown),
        ("x", Suppressed),
        ("Ｘ", Suppressed),
        ("*", Suppressed),
        ("***", Suppressed),
        ("＊＊＊", Suppressed),
        ("", Blank),
        ("　\n", Blank),
    ] {
        assert_eq!(read_missing(text, &none), Some(reason), "「{text}」");
    }
    for text in ["0", "-5", "△5", "×", "○", "該当", "xx", "12", "▲", "-a"] {
        assert_eq!(read_missing(text, &none), None, "{text}");
    }
}

#[test]
fn the_legend_of_a_file_goes_before_the_usual_meaning() {
    let legend = MissingLegend::from_pairs([
        ("***", "当該数値がないもの"),
        ("－", "調査していないもの"),
        ("X", "数値が秘匿されているもの"),
        ("…", "皆無又は調査していないもの"),
        ("0", "該当なし"),
        ("△", "負数"),
    ]);
    let read = |mark| read_missing(mark, &legend);
    assert_eq!(read("***"), Some(MissingReason::NotApplicable));
    assert_eq!(read("-"), Some(MissingReason::Unknown));
    assert_eq!(read("X"), Some(MissingReason::Suppressed));
    assert_eq!(read("…"), Some(MissingReason::Unknown), "two reasons in one entry");
    assert_eq!(read("0"), None, "a number is never missing");
    assert_eq!(read("△"), None, "words that say nothing known");
    assert_eq!(read("―"), Some(MissingReason::NotApplicable), "not in the legend");
    let estat = MissingLegend::from_pairs([("-", "当該数値がないもの")]);
    assert_eq!(read_missing("-", &estat), Some(MissingReason::NotApplicable));
    assert!(MissingLegend::from_pairs([("0", "単位未満")]).is_empty());
}

#[test]
fn units_are_read_from_cells_headings_and_titles() {
    for (text, symbol, factor) in [
        ("人", "人", 1.0),
        ("（人)", "人", 1.0),
        ("【人】", "人", 1.0),
        ("（単位：人）", "人", 1.0),
        ("（単位；千円）", "円", 1e3),
        ("（単　位：百万円）", "円", 1e6),
        ("単位：人　令和5年度", "人", 1.0),
        ("(単位 千人)", "人", 1e3),
        ("（単位；ﾄﾝ）", "トン", 1.0),
        ("人口（1,000人）", "人", 1e3),
        ("（1,000人）", "人", 1e3),
        ("（１０万人）", "人", 1e5),
        ("人口【人】", "人", 1.0),
        ("10月1日現在の人口（人）", "人", 1.0),
        ("第２表　第１号被保険者数　（単位：人）　（年度末現在）", "人", 1.0),
        ("千人", "人", 1e3),
        ("百万円", "円", 1e6),
        ("千円", "円", 1e3),
        ("億円", "円", 1e8),
        ("10億円", "円", 1e9),
        ("％", "％", 1.0),
        ("%", "％", 1.0),
        ("件", "件", 1.0),
        ("回", "回", 1.0),
        ("日", "日", 1.0),
        ("延人月", "延人月", 1.0),
        ("世帯", "世帯", 1.0),
        ("歳", "歳", 1.0),
        ("円", "円", 1.0),
        ("値と偏差値", "値と偏差値", 1.0),
        ("全国＝1.00", "全国=1.00", 1.0),
    ] {
        // A figure in front is no unit cell; the multiples with digits need their brackets.
        let text = if text == "10億円" { "（10億円）" } else { text };
        let unit = parse_unit(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((&*unit.symbol, unit.factor), (symbol, factor), "{text}");
    }
}

#[test]
fn what_names_no_unit_or_two_is_none() {
    for text in [
        "",
        "みほん市",
        "（時点）",
        "認定率（65歳）",
        "1,000人",
        "12人",
        "定員（100人）",
        "（単位：人、％）",
        "単位：人、単位：円",
        "（単位：日・回）",
        "（単位：千台）",
        "（単位：）",
        "令和7年6月1日（日）",
        "受給率（要介護１）",
        "千",
        "千％",
    ] {
        assert_eq!(parse_unit(text), None, "{text}");
    }
    assert_eq!(find_unit_in("人"), None, "a word alone is no heading with a unit");
    assert!(has_unit_label("（単位：人、％）") && has_unit_label("単　位；台") && !has_unit_label("単位数（人）"));
    let (people, thousands, yen) = (parse_unit("人"), parse_unit("千人"), parse_unit("円"));
    assert!(same_kind(&people.clone().unwrap(), &thousands.unwrap()) && !same_kind(&people.unwrap(), &yen.unwrap()));
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
    parse_remark(text).into_iter().map(|RemarkYear { form_year, months }| (form_year, months)).collect()
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
    ] {
        assert_eq!(remark(text), years, "{text}");
    }
}

#[test]
fn a_remark_that_is_not_understood_gives_nothing() {
    for text in [
        "",
        "令和7年3月末時点",
        "令和6年度は令和7年3月末時点",
        "令和6年度は令和6年3月～令和7年2月サービス提供分（11か月）",
        "令和6年度は令和6年3月～令和7年2月サービス提供分。令和8年度は年度途中の集計値",
        "令和6年度は令和6年3月～令和7年2月サービス提供分。最新年度は一部の月のサービス提供分",
        "令和6年度及び令和7年度は12か月分",
        "令和6・7年度は3月～2月サービス提供分",
        "令和6年3月～令和7年2月サービス提供分（令和6年度）",
        "令和7年度は令和6年3月～令和7年2月サービス提供分",
        "令和7年度は令和8年2月サービス提供分",
        "令和6年度は令和6年3月～令和7年2月サービス分、令和6年度は令和6年3月サービス分のみ",
        "令和7年度は令和7年9月～3月サービス提供分",
        "令和7年度は令和7年3月～令和8年2月末サービス提供分",
    ] {
        assert_eq!(remark(text), vec![], "{text}");
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

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c })
        .collect()
}

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text of the kind these functions meet, and of kinds they should not.
fn any_text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "令和",
        "平成",
        "R",
        "H",
        "元",
        "7",
        "12",
        "2025",
        "年度",
        "年",
        "3",
        "月",
        "末",
        "日",
        "時点",
        "（",
        "）",
        "(",
        ")",
        "/",
        "・",
        "～",
        "、",
        "は",
        "から",
        "まで",
        "サービス提供分",
        "か月",
        "のみ",
        "翌年",
        " ",
        "　",
        "\n",
        ".0",
        "単位",
        "：",
        "千",
        "人",
        "【",
        "】",
        "▲",
        "−",
        "-",
        "ー",
        "－",
        "サ",
        "か\u{3099}",
        "\u{3099}",
        "゛",
        "※",
        "a)",
        "①",
        "¹",
        ",",
        "％",
        "出力日",
        "注",
        "\u{FEFF}",
        "ヶ",
        "当たり",
        "当",
        "たり",
        "+",
        "ｶﾞ",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(words, 0..14).prop_map(|words| words.concat())]
}

proptest! {
    #[test]
    fn a_number_comes_back_however_it_is_written(
        value in 0u64..1_000_000_000_000, decimals in 0usize..4, fraction in 0u32..1000, sign in 0usize..6,
        wide in any::<bool>(), group in any::<bool>(),
    ) {
        let sign_mark = ["", "▲", "△", "-", "−", "△ "][sign];
        let integer = if group { grouped(value) } else { value.to_string() };
        let fraction = format!("{:03}", fraction);
        let digits = if decimals == 0 { integer } else { format!("{integer}.{}", &fraction[..decimals]) };
        let expected: f64 = format!("{}{}", if sign == 0 { "" } else { "-" }, digits.replace(',', "")).parse().unwrap();
        let text = format!("{sign_mark}{digits}");
        let number = parse_number(&if wide { full_width(&text) } else { text.clone() }).unwrap();
        prop_assert_eq!(number.value, expected, "{}", text);
        prop_assert_eq!(usize::from(number.decimals), decimals);
    }

    #[test]
    fn misplaced_commas_are_never_a_number(value in 1_000u64..1_000_000_000, at in 1usize..9) {
        let digits = value.to_string();
        let at = at.min(digits.len() - 1);
        let text = format!("{},{}", &digits[..at], &digits[at..]);
        let right = digits.len() - at == 3 && at <= 3;
        prop_assert_eq!(parse_number(&text).is_some(), right, "{}", text);
    }

    #[test]
    fn every_spelling_of_a_fiscal_year_has_one_key(n in 1i32..=52, wide in any::<bool>(), spaced in any::<bool>()) {
        let year = 2018 + n;
        let mut spellings = vec![
            format!("令和{n}年度"), format!("R{n}年度"), format!("R{n:02}"), format!("R{n}"), format!("{year}"),
            format!("{year}.0"), format!("{year}年度"), format!("{year}(令和{n})年度"), format!("令和{n}({year})年度"),
            format!("令和{n}年度({year}年度)"), format!("令和{n}年度末"), format!("令和{}年3月末", n.min(51) + 1),
            format!("R{n}(R{n}/3月サービス提供分まで)"), wareki(year),
        ];
        if n == 52 {
            spellings.retain(|text| !text.contains("3月末"));
        }
        for text in spellings {
            let text = if wide { full_width(&text) } else { text };
            let text = if spaced { text.replace("年", "　年\n") } else { text };
            prop_assert_eq!(key(&text), Some(format!("FY{year}")), "{}", text);
        }
    }

    #[test]
    fn every_spelling_of_a_calendar_year_has_one_key(n in 1i32..=31) {
        let year = 1988 + n;
        let expected = key(&format!("{year}年"));
        prop_assert!(expected.is_some());
        for text in [format!("平成{n}年"), format!("H{n}年"), format!("平成{n}年({year}年)"), format!("{year}(平成{n})年")] {
            prop_assert_eq!(key(&text), expected.clone(), "{}", text);
        }
    }

    #[test]
    fn fold_is_idempotent(text in any_text()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn nothing_panics_and_no_answer_is_out_of_bounds(text in any_text(), mark in any_text()) {
        is_padding(&text);
        is_note(&text);
        let legend = MissingLegend::from_pairs([(&mark, &text), (&mark, &"当該数値がない".to_owned())]);
        let missing = read_missing(&text, &legend);
        if let Some(number) = parse_number(&text) {
            prop_assert!(number.value.is_finite());
            prop_assert!(missing.is_none(), "both a number and missing: {:?}", text);
        }
        for unit in parse_unit(&text).into_iter().chain(find_unit_in(&text)) {
            prop_assert!(!unit.symbol.is_empty() && unit.factor >= 1.0);
        }
        has_unit_label(&text);
        let mut column = EraCarry::new();
        for bare in [BareYear::Fiscal, BareYear::Calendar] {
            for period in parse_period(&text, bare).into_iter().chain(column.read(&mark, bare)).chain(column.read(&text, bare)) {
                prop_assert!(period.months.is_none_or(|months| (1..=12).contains(&months)));
                prop_assert_eq!(period.months.is_some_and(|months| months < 12), period.part_year && period.months.is_some());
                prop_assert!(period.kind == PeriodKind::FiscalYear || period.date.is_some());
                prop_assert!(period.form_year.is_none_or(|year| (1900..=2100).contains(&year)));
            }
        }
        parse_estat_time(&text);
        fiscal_year_in(&text);
        export_date(&text);
        for year in parse_remark(&text) {
            prop_assert!((1..=12).contains(&year.months));
        }
    }
}
