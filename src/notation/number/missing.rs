//! Marks that say a figure is missing, and why.

use crate::model::MissingReason;
use crate::notation::text::half_width;

/// What a file says its own marks mean (the legend of e-Stat tables).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingLegend {
    entries: Vec<(String, MissingReason)>,
}

impl MissingLegend {
    /// Takes pairs of mark and meaning, such as `("***", "当該数値がないもの")`.
    ///
    /// A pair is left out when its words say nothing known, and when its mark is a number (`0` for 「単位未満」): a number
    /// is never read as missing.
    pub fn from_pairs<M, W>(pairs: impl IntoIterator<Item = (M, W)>) -> Self
    where
        M: AsRef<str>,
        W: AsRef<str>,
    {
        let entries = pairs
            .into_iter()
            .filter_map(|(mark, words)| {
                let mark = mark_key(mark.as_ref());
                let usable = !mark.is_empty() && super::parse_number(&mark).is_none();
                usable.then_some((mark, reason_in_words(words.as_ref())?))
            })
            .collect();
        Self { entries }
    }

    /// Whether the file has no legend of its own.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn reason(&self, mark: &str) -> Option<MissingReason> {
        self.entries.iter().find(|(known, _)| known == mark).map(|&(_, reason)| reason)
    }
}

/// Reads a mark of a missing figure; an empty cell is `Blank`; `None` when the text is no such mark.
///
/// Without a legend only 「―」 (U+2015 HORIZONTAL BAR, what the form writes) means no benefit. Its look-alikes `—` U+2014
/// and `─` U+2500 are what other programs and converters leave of several different dashes, so they count as unknown,
/// the reason that claims least, as do a hyphen, a minus, a lone long vowel mark and any run of dashes.
/// `×` is not read: in tables of facilities it means "no".
pub fn read_missing(text: &str, legend: &MissingLegend) -> Option<MissingReason> {
    let mark = mark_key(text);
    if mark.is_empty() {
        return Some(MissingReason::Blank);
    }
    if let Some(reason) = legend.reason(&mark) {
        return Some(reason);
    }
    let all = |test: fn(char) -> bool| mark.chars().count() <= 6 && mark.chars().all(test);
    match mark.as_str() {
        "―" => Some(MissingReason::NotApplicable),
        "x" | "X" => Some(MissingReason::Suppressed),
        "..." => Some(MissingReason::Unknown),
        _ if all(|c| c == '*') => Some(MissingReason::Suppressed),
        _ if all(|c| matches!(c, '…' | '‥' | '⋯')) || all(is_dash) => Some(MissingReason::Unknown),
        _ => None,
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}' | 'ー' | 'ｰ')
}

fn mark_key(text: &str) -> String {
    half_width(text).trim().to_owned()
}

/// Words of two different reasons in one entry (「皆無又は調査していない」) leave only "unknown".
fn reason_in_words(words: &str) -> Option<MissingReason> {
    const WORDS: [(MissingReason, &[&str]); 3] = [
        (MissingReason::Suppressed, &["秘匿", "秘とく", "公表しない", "公表していない", "伏せ"]),
        (
            MissingReason::Unknown,
            &["不詳", "不明", "調査していない", "調査を行っていない", "得られない", "未集計", "資料なし", "資料がない"],
        ),
        (
            MissingReason::NotApplicable,
            &[
                "該当なし",
                "該当がない",
                "該当数値なし",
                "該当数値がない",
                "当該数値なし",
                "当該数値がない",
                "皆無",
                "計数がない",
            ],
        ),
    ];
    let words: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = WORDS.iter().filter(|(_, list)| list.iter().any(|word| words.contains(word)));
    let (reason, _) = found.next()?;
    Some(if found.next().is_some() { MissingReason::Unknown } else { *reason })
}
