//! What holds for every text and every figure.

use chiiki_sheet::model::PeriodKind;
use chiiki_sheet::notation::{
    BareYear, EraCarry, MissingLegend, export_date, find_unit_in, fiscal_year_in, fold, has_unit_label, is_note,
    is_padding, parse_estat_time, parse_number, parse_period, parse_remark, parse_unit, read_missing, wareki,
};
use proptest::prelude::*;

fn key(text: &str) -> Option<String> {
    parse_period(text, BareYear::Fiscal).map(|period| period.key())
}

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c) } else { c })
        .collect()
}

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
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
        for year in parse_remark(&text).years {
            prop_assert!((1..=12).contains(&year.months));
        }
    }
}
