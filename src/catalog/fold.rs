//! Keys under which different spellings of one name meet. For matching only; what people see stays as written.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The compatibility form of a text; a text of plain letters, which most names are, is that already.
fn compatible(text: &str) -> Cow<'_, str> {
    let plain =
        |c| matches!(c, '0'..='9' | 'A'..='Z' | 'a'..='z' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{4E00}'..='\u{9FFF}');
    if text.chars().all(plain) { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
}

/// The key of a place's name: NFKC, no white space, one dash, variants of a character made one.
pub fn fold_name(text: &str) -> String {
    let seen = |&c: &char| !c.is_whitespace() && !is_variation_selector(c);
    compatible(text).chars().filter(seen).map(|c| fold_dash(fold_variant(c))).collect()
}

/// The key of an indicator's name: NFKC, no white space and no `+`, one dash, 当たり as あたり.
pub fn fold_indicator_name(text: &str) -> String {
    let folded: String = compatible(text).chars().filter(|&c| !c.is_whitespace() && c != '+').map(fold_dash).collect();
    folded.replace("当たり", "あたり").replace("当り", "あたり")
}

/// The key of an 指標ID: NFKC, no white space, `-` for any dash, the letters after the first in lower case.
pub fn fold_indicator_id(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in compatible(text).chars().filter(|c| !c.is_whitespace()) {
        match fold_dash(c) {
            'ー' => key.push('-'),
            c if key.is_empty() => key.push(c.to_ascii_uppercase()),
            c => key.push(c.to_ascii_lowercase()),
        }
    }
    key
}

/// Hiragana for katakana, so that a reading is found in either.
pub fn fold_kana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => c,
    }
}

/// Spellings of place names that tables mix: 住民基本台帳 writes 須惠町, 年報 writes 檮原町, others 須恵町 and 梼原町.
///
/// 嶋→島 is left out on purpose: 鹿嶋市 (茨城県) and 鹿島市 (佐賀県) are two places. A test proves that no pair listed
/// here makes two areas of the country one.
fn fold_variant(c: char) -> char {
    match c {
        'ヶ' => 'ケ',
        'ヵ' => 'カ',
        '檮' => '梼',
        '\u{FA11}' => '崎',
        '髙' => '高',
        '舘' => '館',
        '條' => '条',
        '龍' => '竜',
        '釜' | '竃' => '竈',
        '桧' => '檜',
        '禰' => '祢',
        '曾' => '曽',
        '驒' => '騨',
        '鯵' => '鰺',
        '諌' => '諫',
        '濱' | '濵' => '浜',
        '澤' => '沢',
        '瀧' => '滝',
        '廣' => '広',
        '國' => '国',
        '會' => '会',
        '櫻' => '桜',
        '瀨' => '瀬',
        '惠' => '恵',
        '德' => '徳',
        '眞' => '真',
        '峯' => '峰',
        '渕' => '淵',
        '與' => '与',
        _ => c,
    }
}

/// U+FF0D in サ－ビス becomes `-` under NFKC; people type many other dashes for ー, and either wave for ～.
fn fold_dash(c: char) -> char {
    match c {
        '-' | '‐' | '‑' | '–' | '—' | '―' | '−' | '─' => 'ー',
        '〜' => '~',
        _ => c,
    }
}

/// 葛飾区 and 祇園 are often written with a selector of the glyph, which says nothing about the place.
fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_place_meet() {
        for (a, b) in [
            ("金ヶ崎町", "金ケ崎町"),
            ("茅ｹ崎市", "茅ヶ崎市"),
            ("檮原町", "梼原町"),
            ("全　 国", "全国"),
            ("須惠町", "須恵町"),
            ("葛\u{E0100}飾区", "葛飾区"),
            ("ひたか\u{3099}広域", "ひたが広域"),
            ("新川地域介護保険・ケ－ブルテレビ事業組合", "新川地域介護保険･ケーブルテレビ事業組合"),
        ] {
            assert_eq!(fold_name(a), fold_name(b), "{a}");
        }
    }

    #[test]
    fn different_places_stay_apart() {
        assert_ne!(fold_name("鹿嶋市"), fold_name("鹿島市"));
    }

    #[test]
    fn spellings_of_one_indicator_meet() {
        for (a, b) in [
            ("受給率（施設サ－ビス）", "受給率(施設サービス)"),
            ("１人当たり", "1 人あたり"),
            ("要介護３～５", "要介護3〜5"),
            ("（＋認知症対応型通所介護）", "(認知症対応型通所介護)"),
        ] {
            assert_eq!(fold_indicator_name(a), fold_indicator_name(b), "{a}");
        }
        assert_eq!(fold_indicator_id("Ｄ１３－ＡＡ"), "D13-aa");
        assert_eq!(fold_indicator_id(" b4-a "), "B4-a");
        assert_eq!(fold_indicator_id("δ1-a"), "δ1-a");
    }
}
