//! Normalisation: tables of the spellings seen in real files, and properties.

mod period;
mod properties;

use chiiki_sheet::model::MissingReason;
use chiiki_sheet::notation::{
    MissingLegend, find_unit_in, fold, has_unit_label, is_note, is_padding, parse_number, parse_unit, read_missing,
    same_kind,
};

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
