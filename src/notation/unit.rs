//! Units: from a cell of its own, a heading or a title, with the factor that leads to the unit shown.

use std::sync::Arc;

use super::text::fold;

/// A unit and what its figures must be multiplied by: 千人 is 人 with factor 1,000.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The unit after multiplying, in the spelling of the form: `人`, `円`, `％`.
    pub symbol: Arc<str>,
    /// 1, or a power of ten.
    pub factor: f64,
}

/// Known units by their folded spelling, the symbol shown, and whether tables give thousands or millions of it.
const UNITS: &[(&str, &str, bool)] = &[
    ("人", "人", true),
    ("名", "人", true),
    ("世帯", "世帯", true),
    ("円", "円", true),
    ("%", "％", false),
    ("パーセント", "％", false),
    ("件", "件", true),
    ("回", "回", true),
    ("日", "日", true),
    ("歳", "歳", false),
    ("延人月", "延人月", true),
    ("延べ人月", "延人月", true),
    ("人月", "延人月", true),
    ("か所", "か所", false),
    ("カ所", "か所", false),
    ("ケ所", "か所", false),
    ("箇所", "か所", false),
    ("施設", "施設", false),
    ("事業所", "事業所", false),
    ("床", "床", false),
    ("単位", "単位", true),
    ("点", "点", false),
    ("値と偏差値", "値と偏差値", false),
    ("全国=1.00", "全国=1.00", false),
];

const SCALE_WORDS: [(&str, f64); 11] = [
    ("十億", 1e9),
    ("百億", 1e10),
    ("千億", 1e11),
    ("十万", 1e5),
    ("百万", 1e6),
    ("千万", 1e7),
    ("百", 1e2),
    ("千", 1e3),
    ("万", 1e4),
    ("億", 1e8),
    ("兆", 1e12),
];

const SCALE_LETTERS: [char; 6] = ['十', '百', '千', '万', '億', '兆'];
const OPENING: [char; 4] = ['(', '【', '[', '〔'];
const CLOSING: [char; 4] = [')', '】', ']', '〕'];

/// Reads a cell that is a unit (`人`, `（人)`, `【人】`, `千円`, `％`, `（単位：人）`) or a heading that ends in one
/// (`人口（1,000人）`). `None` when no unit, or more than one, stands there.
pub fn parse_unit(text: &str) -> Option<Unit> {
    let folded = fold(text);
    // 「1,000人」 without brackets is a figure.
    let figure = folded.starts_with(|c: char| c.is_ascii_digit());
    known(bare(&folded)).filter(|unit| !figure && !is_class(bare(&folded), unit)).or_else(|| find_unit_in(text))
}

/// Finds the unit in a title or heading: behind 「単位：」, else in brackets at the end.
///
/// `None` when there is none, when several disagree (`（単位：人、％）`), or when the words behind 「単位」 are not understood:
/// see [`has_unit_label`] to tell these apart.
pub fn find_unit_in(text: &str) -> Option<Unit> {
    if has_unit_label(text) {
        return labelled_unit(text);
    }
    let folded = fold(text);
    let inside = folded.strip_suffix(CLOSING)?;
    let at = inside.rfind(OPENING)?;
    let (head, inner) = (inside.get(..at)?, bare(inside.get(at..)?));
    // 「6月1日（日）」 is a Sunday.
    if inner == "日" && head.ends_with('日') {
        return None;
    }
    match inner.strip_prefix("単位").filter(|rest| !rest.is_empty()) {
        Some(unit) => known(unit),
        None => known(inner).filter(|unit| !is_class(inner, unit)),
    }
}

/// 「定員（100人）」 is a class of homes, not figures in hundreds: only from 1,000 on a number makes a unit without 「単位」.
fn is_class(inner: &str, unit: &Unit) -> bool {
    inner.starts_with(|c: char| c.is_ascii_digit()) && unit.factor < 1000.0
}

/// Whether a text names a unit by 「単位：」. When it does and [`find_unit_in`] finds none, the figures below must not be
/// read in a supposed unit.
pub fn has_unit_label(text: &str) -> bool {
    let folded = fold(text);
    folded.contains("単位:") || folded.contains("単位;")
}

/// Whether figures of the two units may stand in one indicator (after multiplying by their factors).
pub fn same_kind(a: &Unit, b: &Unit) -> bool {
    a.symbol == b.symbol
}

/// What stands in brackets, or the text itself; one side may be full-width and the other not.
fn bare(folded: &str) -> &str {
    let inner = folded.strip_prefix(OPENING).unwrap_or(folded);
    inner.strip_suffix(CLOSING).unwrap_or(inner)
}

/// The unit behind every 「単位：」 of the text; `None` when one is not understood or they disagree.
fn labelled_unit(text: &str) -> Option<Unit> {
    // White space ends a unit, so it must be seen here, unlike in `fold`.
    let parts: Vec<String> = text.split_whitespace().map(fold).collect();
    let spaced = parts.join(" ").replace("単 位", "単位");
    let mut units = spaced.split("単位").skip(1).filter_map(|behind| {
        let words = behind.trim_start().strip_prefix([':', ';'])?.trim_start();
        Some(labelled(words.split(CLOSING).next().unwrap_or_default().split(' ').next().unwrap_or_default()))
    });
    let first = units.next()??;
    units.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// A unit not in the table is kept as written when nothing in it could be a multiple, a second unit or a sentence
/// (`（単位；ﾄﾝ）`).
fn labelled(words: &str) -> Option<Unit> {
    let plain = |c: char| c == '/' || c.is_alphabetic() && !SCALE_LETTERS.contains(&c);
    let fits = (1..=8).contains(&words.chars().count()) && words.chars().all(plain);
    known(words).or_else(|| fits.then(|| Unit { symbol: Arc::from(words), factor: 1.0 }))
}

fn known(folded: &str) -> Option<Unit> {
    let look_up = |name: &str| UNITS.iter().find(|(spelling, ..)| *spelling == name);
    if let Some((_, symbol, _)) = look_up(folded) {
        return Some(Unit { symbol: Arc::from(*symbol), factor: 1.0 });
    }
    let (number, rest) = leading_power_of_ten(folded)?;
    let (scale, base) =
        SCALE_WORDS.iter().find_map(|(word, scale)| Some((*scale, rest.strip_prefix(word)?))).unwrap_or((1.0, rest));
    let factor = number * scale;
    let (_, symbol, _) = look_up(base).filter(|(_, _, multiplies)| *multiplies && factor > 1.0)?;
    Some(Unit { symbol: Arc::from(*symbol), factor })
}

/// `1,000` of `1,000人`; 1 where no number stands first; `None` for numbers that are no power of ten (`65歳`).
fn leading_power_of_ten(folded: &str) -> Option<(f64, &str)> {
    let end = folded.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(folded.len());
    let (number, rest) = folded.split_at_checked(end)?;
    if number.is_empty() {
        return Some((1.0, rest));
    }
    let value = super::parse_number(number)?.value;
    [10.0, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8].contains(&value).then_some((value, rest))
}
