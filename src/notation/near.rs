//! The known name a slip of the pen was meant for.

use super::text::fold;

/// The known name nearest to what was written; `None` when nothing is near. Of equally near ones the first.
///
/// Near is what at most half of its characters separate, so that two-letter words do not answer for everything.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = fold(written).chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let distance = distance(&written, &fold(name).chars().collect::<Vec<_>>());
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.filter(|(distance, _)| *distance <= written.len().max(2) / 2).map(|(_, name)| name)
}

/// Changes of single characters between two words.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let (over, left) = (row.get(j + 1).copied().unwrap_or_default(), next.last().copied().unwrap_or_default());
            let diagonal = row.get(j).copied().unwrap_or_default() + usize::from(x != y);
            next.push(diagonal.min(over + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_find_their_word_and_strangers_do_not() {
        let known = ["自地域", "比較地域", "表示期間の始まり"];
        for (written, meant) in [
            ("自治域", Some("自地域")),
            ("比較地区", Some("比較地域")),
            ("表示期間のはじまり", Some("表示期間の始まり")),
            (" 比較 地域 ", Some("比較地域")),
            ("備考", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
    }
}
