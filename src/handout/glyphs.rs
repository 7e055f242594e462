//! What the fonts can print. A character they cannot is shown as 〓 and listed by code point: never a blank box,
//! never dropped, never a reason to make no paper.

use std::collections::BTreeMap;

use unicode_normalization::char::{compose, is_combining_mark};

use super::fonts;

/// The geta mark, which Japanese printing has always put where a type was missing.
pub const GETA: char = '〓';

/// A place where a line may break inside a long run of letters. The template turns it into a gap too narrow
/// to see (`#show`), so it never reaches the paper; one in the user's own text has become 〓 before.
pub const BREAK: char = '\u{200B}';

/// The characters that could not be printed, with how often each came up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unprintable(BTreeMap<char, usize>);

impl Unprintable {
    /// Whether every character could be printed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// 「U+20BB7（2か所）」 one after another, by code point.
    pub fn list(&self) -> String {
        let each = self.0.iter().map(|(c, times)| match times {
            1 => format!("U+{:04X}", u32::from(*c)),
            _ => format!("U+{:04X}（{times}か所）", u32::from(*c)),
        });
        each.collect::<Vec<_>>().join("、")
    }
}

/// Whether both weights of the font hold the character and PDF/A allows it.
pub fn printable(c: char) -> bool {
    // PDF/A-2a forbids the private use areas, and a glyph of our font there would not be the writer's character.
    let private = matches!(u32::from(c), 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF);
    !private && !c.is_control() && fonts::covers(c)
}

/// The text as it will stand on paper: every white space the font lacks is a space, what is invisible is left out, every
/// other character it lacks is 〓. Line feeds stay (CR LF and CR become one).
pub fn printed(text: &str, unprintable: &mut Unprintable) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' => out.push('\n'),
            // What a person set apart stays apart, by as much as a wide space is.
            '\t' => out.push('\u{3000}'),
            // か + ゛ as two characters, as file names of a Mac have it, is the one character が.
            c if composed(&out, c).is_some() => {
                let whole = composed(&out, c);
                out.pop();
                out.extend(whole);
            }
            c if printable(c) => out.push(c),
            // What has no shape of its own leaves nothing out; behind a 〓 it belongs to the character that is missing.
            c if is_invisible(&out, c) => {}
            c if c.is_whitespace() => out.push(' '),
            c => {
                *unprintable.0.entry(c).or_default() += 1;
                out.push(GETA);
            }
        }
    }
    out
}

/// Signs of web pages for directions and places to break, and the choice of a variant of the kanji before (葛󠄀城市).
fn is_invisible(before: &str, c: char) -> bool {
    let kanji =
        || before.chars().next_back().is_some_and(|last| matches!(u32::from(last), 0x3400..=0x9FFF | 0xF900..=0xFAFF));
    match u32::from(c) {
        0x200B..=0x200F | 0x202A..=0x202E | 0xFEFF => !before.ends_with(GETA),
        0xFE00..=0xFE0F => !before.is_empty() && !before.ends_with(GETA),
        0xE_0100..=0xE_01EF => kanji(),
        _ => false,
    }
}

/// The printable character that the last one and this mark make together.
fn composed(before: &str, mark: char) -> Option<char> {
    if !is_combining_mark(mark) {
        return None;
    }
    compose(before.chars().next_back()?, mark).filter(|whole| printable(*whole))
}

/// A run that the rules of line breaking would keep together for more than this many half-width columns gets
/// places to break, or it would run off the paper: URLs, file names, 「……………」.
const LONGEST_RUN: usize = 16;
/// How far apart these places are, in half-width columns.
const STEP: usize = 8;

/// Marks places to break inside long runs; for text that already went through [`printed`].
pub fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        if breaks_by_itself(c) {
            flush(&mut run, &mut out);
            out.push(c);
        } else {
            run.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

/// How many half-width columns of BIZ UDGothic a character takes.
pub fn columns(c: char) -> usize {
    if c.is_ascii() { 1 } else { 2 }
}

/// Kanji, kana and spaces: a line may break next to them.
fn breaks_by_itself(c: char) -> bool {
    let small_kana = matches!(
        c,
        'ぁ' | 'ぃ'
            | 'ぅ'
            | 'ぇ'
            | 'ぉ'
            | 'っ'
            | 'ゃ'
            | 'ゅ'
            | 'ょ'
            | 'ゎ'
            | 'ァ'
            | 'ィ'
            | 'ゥ'
            | 'ェ'
            | 'ォ'
            | 'ッ'
            | 'ャ'
            | 'ュ'
            | 'ョ'
            | 'ヮ'
            | 'ヵ'
            | 'ヶ'
    );
    c.is_whitespace()
        || c == GETA
        || (matches!(u32::from(c), 0x3041..=0x3096 | 0x30A1..=0x30FA | 0x3400..=0x9FFF | 0xF900..=0xFAFF)
            && !small_kana)
}

fn flush(run: &mut String, out: &mut String) {
    let long = run.chars().map(columns).sum::<usize>() > LONGEST_RUN;
    let mut width = 0;
    for c in run.chars() {
        if long && width >= STEP {
            out.push(BREAK);
            width = 0;
        }
        out.push(c);
        width += columns(c);
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_glyph_becomes_geta_and_is_listed() {
        let mut unprintable = Unprintable::default();
        assert_eq!(printed("𠮷野家の髙橋さん👵👵", &mut unprintable), "〓野家の髙橋さん〓〓");
        assert_eq!(unprintable.list(), "U+1F475（2か所）、U+20BB7");
    }

    #[test]
    fn white_space_and_line_ends() {
        let mut unprintable = Unprintable::default();
        assert_eq!(printed("一\r\n二\r三\n四\u{2003}五\t六", &mut unprintable), "一\n二\n三\n四 五　六");
        assert!(unprintable.is_empty());
    }

    #[test]
    fn a_letter_and_its_mark_are_printed_as_one() {
        let mut unprintable = Unprintable::default();
        assert_eq!(printed("か\u{3099}っこう　は\u{309A}", &mut unprintable), "がっこう　ぱ");
        assert!(unprintable.is_empty());
    }

    #[test]
    fn controls_and_private_use_are_never_dropped() {
        let mut unprintable = Unprintable::default();
        assert_eq!(printed("a\u{7}b\u{E000}c\u{FE0F}d", &mut unprintable), "a〓b〓cd");
        assert_eq!(unprintable.list(), "U+0007、U+E000");
    }

    #[test]
    fn what_has_no_shape_leaves_no_hole() {
        let mut unprintable = Unprintable::default();
        let text = "\u{FEFF}葛\u{E0100}城市と辻\u{E0101}さん、\u{200B}写した\u{200E}文";
        assert_eq!(printed(text, &mut unprintable), "葛城市と辻さん、写した文");
        assert!(unprintable.is_empty());
        // A family is one emoji of five characters, each of them missing.
        assert_eq!(printed("👨\u{200D}👩a\u{E0100}", &mut unprintable), "〓〓〓a〓");
    }

    #[test]
    fn long_runs_get_places_to_break_and_lose_nothing() {
        let url = "https://www.example.jp/aaaaaaaaaaaaaaaaaaaaaaaaa";
        let marked = breakable(url);
        assert!(marked.contains(BREAK));
        assert_eq!(marked.replace(BREAK, ""), url);
        assert!(breakable("………………………………").contains(BREAK));
        assert_eq!(breakable("認定率は18.4％"), "認定率は18.4％");
    }
}
