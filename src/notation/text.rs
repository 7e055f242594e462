//! Text: keys for comparing, and what is neither label nor figure.

use unicode_normalization::UnicodeNormalization;

/// The key under which headings, indicator names and labels are compared. Never shown to anyone.
///
/// NFKC; white space, line breaks, invisible characters and `+` out; `サ－ビス` with any dash becomes `サービス` while the
/// dash of ids (`D17-a`) and of ranges (`3-5`) becomes `-`; ヶ=ケ, ヵ=カ, 檮=梼, 当たり=当り=あたり; one wave dash.
/// The case of ASCII letters stays.
pub fn fold(text: &str) -> String {
    // Nearly every label consists of letters whose normal form is known; looking it up costs twenty times as much.
    if text.chars().all(|c| usual(c).is_some()) {
        return fold_chars(text.len(), text.chars().filter_map(usual));
    }
    fold_any(text)
}

fn fold_any(text: &str) -> String {
    let mut folded = fold_once(text);
    // Taking a space away can bring a letter and a loose voicing mark together, which NFKC then joins: repeat until
    // nothing changes. After the first round a round only ever shortens the text, so this ends.
    loop {
        let again = fold_once(&folded);
        if again == folded {
            return folded;
        }
        folded = again;
    }
}

fn fold_once(text: &str) -> String {
    fold_chars(text.len(), text.nfkc())
}

/// NFKC of a letter that never joins another one; `None` for all that have to be looked up.
fn usual(c: char) -> Option<char> {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        '\u{3000}' => Some(' '),
        ' '..='~' | '\n' | '\r' | '\t' => Some(c),
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '・' | '、' | '。' | '「'..='】' | '※' | '\u{4E00}'..='\u{9FFF}' => {
            Some(c)
        }
        _ => None,
    }
}

fn fold_chars(room: usize, chars: impl Iterator<Item = char>) -> String {
    let mut folded = String::with_capacity(room);
    let mut before = None;
    let mut chars = chars.filter(|&c| !is_dropped(c)).map(same_letter).peekable();
    while let Some(c) = chars.next() {
        let c = if is_dash(c) { dash_or_long_vowel(c, before, chars.peek().copied()) } else { c };
        folded.push(c);
        before = Some(c);
    }
    if folded.contains('当') {
        folded.replace("当たり", "あたり").replace("当り", "あたり")
    } else {
        folded
    }
}

fn is_dropped(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '+' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

fn same_letter(c: char) -> char {
    match c {
        'ヶ' => 'ケ',
        'ヵ' => 'カ',
        '檮' => '梼',
        // U+301C and U+223C stand where others type U+FF5E, which NFKC makes `~`.
        '〜' | '∼' => '~',
        c => c,
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | 'ー' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}')
}

/// A dash after a katakana is the long vowel, unless an ASCII letter or digit follows (`コード-1`); the long vowel mark
/// itself is a dash where no kana precedes it (`D17ーa`, `３ー５`).
fn dash_or_long_vowel(dash: char, before: Option<char>, after: Option<char>) -> char {
    let katakana = before.is_some_and(|c| matches!(c, 'ァ'..='ヺ' | 'ー'));
    let hiragana = before.is_some_and(|c| matches!(c, 'ぁ'..='ゖ'));
    let joined = after.is_some_and(|c| c.is_ascii_alphanumeric());
    match dash {
        'ー' if katakana || hiragana => 'ー',
        'ー' => '-',
        _ if katakana && !joined => 'ー',
        _ => '-',
    }
}

/// Full-width ASCII and U+3000 become half-width; everything else stays.
///
/// Numbers and periods are read through this and not through NFKC, which would turn the note marks of `12①` and `12¹`
/// into digits of the figure.
pub(super) fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// Whether a cell is filler of the 「見える化」 export: `行1`, `列12`, beyond the data.
pub fn is_padding(text: &str) -> bool {
    let text = half_width(text);
    let text = text.trim();
    text.strip_prefix('行')
        .or_else(|| text.strip_prefix('列'))
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a row label is a note, such as `（時点）`, `（出典）` or `※…`.
///
/// `（再掲）` and `（うち…）` open rows that hold figures: not notes.
pub fn is_note(text: &str) -> bool {
    let text = half_width(text);
    let text = text.trim_start();
    if let Some(inner) = text.strip_prefix('(') {
        let inner = inner.trim_start();
        return !inner.starts_with("再掲") && !inner.starts_with("うち");
    }
    // 「注」 alone would also be the first letter of 「注目する地域」.
    let numbered =
        text.strip_prefix('注').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || ":)".contains(c)));
    numbered || text.starts_with('※')
}

/// Splits the note marks off the end of a half-width text: `12 a)b)`, `12(※1)`, `12※`, `12¹`, `12①`, `12*`, `12 注1)`.
///
/// A bare `1)` is no mark: nobody can tell `12 1)` from a broken `121)`.
pub(super) fn split_notes(text: &str) -> (&str, &str) {
    let text = text.trim();
    let mut head = text;
    while let Some(shorter) = strip_note(head) {
        head = shorter.trim_end();
    }
    (head, text.get(head.len()..).unwrap_or_default().trim())
}

fn strip_note(text: &str) -> Option<&str> {
    let is_raised = |c: char| matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{2079}' | '⁾' | '①'..='⑳' | '*');
    if text.ends_with(is_raised) {
        return Some(text.trim_end_matches(is_raised));
    }
    if let Some(inside) = text.strip_suffix(')') {
        if let Some((head, inner)) = inside.rsplit_once('(').filter(|(_, inner)| !inner.contains(')')) {
            let mark = inner.strip_prefix(['※', '注', '*']).map_or(inner.len() == 1 && is_letter(inner), is_digits);
            return mark.then_some(head);
        }
        let mut chars = inside.chars();
        let letter = chars.next_back().is_some_and(|c| c.is_ascii_alphabetic());
        if letter {
            let alone = !chars.as_str().ends_with(|c: char| c.is_ascii_alphabetic());
            return alone.then_some(chars.as_str());
        }
        return strip_numbered(inside);
    }
    strip_numbered(text)
}

/// `※`, `※1`, `注1` at the end.
fn strip_numbered(text: &str) -> Option<&str> {
    text.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(['※', '注'])
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn is_letter(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn usual_letters_fold_as_the_standard_says(text in "[ -~\n\u{3000}！-～ぁ-ゖァ-ヺー・、。「-】※当たり檮ヶ一-龥]{0,24}") {
            prop_assert!(text.chars().all(|c| usual(c).is_some()));
            prop_assert_eq!(fold(&text), fold_any(&text));
        }
    }

    #[test]
    fn half_width_leaves_note_marks_alone() {
        assert_eq!(half_width("１２①（％）　a"), "12①(%) a");
    }

    #[test]
    fn note_marks_come_off_the_end() {
        for (text, head, notes) in [
            ("12 a)", "12", "a)"),
            ("平成24年 a)b)", "平成24年", "a)b)"),
            ("12(※1)", "12", "(※1)"),
            ("12 ※1", "12", "※1"),
            ("12注2)", "12", "注2)"),
            ("12(注)", "12", "(注)"),
            ("12①", "12", "①"),
            ("12¹", "12", "¹"),
            ("12 *", "12", "*"),
            ("121)", "121)", ""),
            ("12 1)", "12 1)", ""),
            ("12(速報)", "12(速報)", ""),
            ("12(3)", "12(3)", ""),
        ] {
            assert_eq!(split_notes(text), (head, notes), "{text}");
        }
    }
}
