//! The rule for one statistic cell: what stood there, what was written last, what the files say now.

use super::changes::decimals;
use crate::fill::meta_sheet::Shown;
use crate::notation::fold;
use crate::read::CellValue;

/// What becomes of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Decision {
    /// Nothing there and nothing to say
    Empty,
    /// The new figure stands there already, or a person's number equal to it
    Same,
    /// The place was empty
    New,
    /// What was written last gives way
    Revised,
    /// No file says it any more
    Gone,
    /// A person's: left
    Kept,
    /// A person's where no file says anything: left without a word
    Theirs,
}

/// What a cell shows, `None` when it is empty.
pub(super) fn shown(value: Option<&CellValue>) -> Option<Shown> {
    match value? {
        CellValue::Number(number) => Some(Shown::Number(*number)),
        CellValue::Text(text) if text.trim().is_empty() => None,
        other => Some(Shown::Text(other.display())),
    }
}

/// Equal as a book keeps it: Excel and LibreOffice write 15 digits.
pub(super) fn same(a: &Shown, b: &Shown) -> bool {
    match (a, b) {
        (Shown::Number(a), Shown::Number(b)) => close(*a, *b),
        (Shown::Text(a), Shown::Text(b)) => a.trim() == b.trim(),
        _ => false,
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-14 * a.abs().max(b.abs())
}

/// Decides. `last` is what this product wrote there; `adopt` lets new figures win over a person's.
pub(super) fn decide(
    current: Option<&Shown>,
    last: Option<&Shown>,
    new: Option<&Shown>,
    unit: &str,
    adopt: bool,
) -> Decision {
    let Some(new) = new else {
        return match (current, last) {
            (None, _) => Decision::Empty,
            (Some(current), Some(last)) if same(current, last) => Decision::Gone,
            (Some(_), _) => Decision::Theirs,
        };
    };
    match (current, last) {
        (None, None) => Decision::New,
        (None, Some(_)) => {
            if adopt {
                Decision::Revised
            } else {
                Decision::Kept
            }
        }
        (Some(current), _) if same(current, new) => Decision::Same,
        (Some(current), Some(last)) if same(current, last) => Decision::Revised,
        // A mark such as 「―」 that we did not write says that there is no figure yet.
        (Some(Shown::Text(mark)), None) if is_mark(mark) => Decision::New,
        (Some(current), None) => match rounding(current, new, unit) {
            Some(true) => Decision::Revised,
            Some(false) => Decision::Same,
            None if adopt => Decision::Revised,
            None => Decision::Kept,
        },
        (Some(_), Some(_)) if adopt => Decision::Revised,
        (Some(_), Some(_)) => Decision::Kept,
    }
}

fn is_mark(text: &str) -> bool {
    // 「…」 is three points once folded.
    let folded = fold(text);
    !folded.is_empty() && folded.chars().all(|c| matches!(c, '―' | '-' | '－' | 'ー' | '—' | '–' | '‐' | '.' | '*'))
}

/// Equal when shown: whether the new number is the more precise one. `None` when they differ.
fn rounding(current: &Shown, new: &Shown, unit: &str) -> Option<bool> {
    let (Shown::Number(current), Shown::Number(new)) = (current, new) else { return None };
    let shown = |value: f64| format!("{value:.*}", usize::from(decimals(unit)));
    let digits = |value: f64| format!("{value}").split_once('.').map_or(0, |(_, fraction)| fraction.len());
    (shown(*current) == shown(*new)).then(|| digits(*new) > digits(*current))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(value: f64) -> Shown {
        Shown::Number(value)
    }

    #[test]
    fn what_was_written_last_gives_way_and_what_a_person_wrote_stays() {
        let rule = |current: Option<f64>, last: Option<f64>, new: Option<f64>, adopt| {
            decide(current.map(n).as_ref(), last.map(n).as_ref(), new.map(n).as_ref(), "％", adopt)
        };
        assert_eq!(rule(Some(19.1), Some(19.1), Some(19.3), false), Decision::Revised);
        assert_eq!(rule(Some(19.1 + 2e-14), Some(19.1), Some(19.3), false), Decision::Revised);
        assert_eq!(rule(Some(20.0), Some(19.1), Some(19.3), false), Decision::Kept);
        assert_eq!(rule(Some(20.0), Some(19.1), Some(19.3), true), Decision::Revised);
        assert_eq!(rule(Some(19.3), Some(19.1), Some(19.3), false), Decision::Same);
        assert_eq!(rule(None, Some(19.1), Some(19.3), false), Decision::Kept);
        assert_eq!(rule(None, None, Some(19.3), false), Decision::New);
        assert_eq!(rule(Some(19.1), Some(19.1), None, false), Decision::Gone);
        assert_eq!(rule(Some(20.0), Some(19.1), None, false), Decision::Theirs);
    }

    #[test]
    fn without_a_record_a_number_equal_when_shown_yields_only_to_a_more_precise_one() {
        let rule = |current, new, adopt| decide(Some(&n(current)), None, Some(&n(new)), "％", adopt);
        assert_eq!(rule(19.4, 19.37, false), Decision::Revised);
        assert_eq!(rule(19.37, 19.4, false), Decision::Same);
        assert_eq!(rule(19.3, 19.37, false), Decision::Kept);
        assert_eq!(rule(19.3, 19.37, true), Decision::Revised);
        let dash = Shown::Text("―".to_owned());
        assert_eq!(decide(Some(&dash), None, Some(&n(1.0)), "％", false), Decision::New);
        let word = Shown::Text("調査中".to_owned());
        assert_eq!(decide(Some(&word), None, Some(&n(1.0)), "％", false), Decision::Kept);
    }

    /// The pane decides by the same table (`tests/pane/host-vectors.test.mjs`).
    #[test]
    fn every_line_of_the_table_shared_with_the_pane_holds() {
        let rules: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/refill-vectors/rules.json")).unwrap();
        let value = |value: &serde_json::Value| match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(Shown::Text(text.clone())),
            number => Some(Shown::Number(number.as_f64().unwrap())),
        };
        let lines = rules["decide"].as_array().unwrap();
        assert!(lines.len() > 40);
        for line in lines {
            let [current, last, new] = [&line[0], &line[1], &line[2]].map(value);
            let unit = line[3].as_str().unwrap();
            let decision = decide(current.as_ref(), last.as_ref(), new.as_ref(), unit, false);
            assert_eq!(format!("{decision:?}").to_lowercase(), line[4].as_str().unwrap(), "{line}");
        }
        for line in rules["fixed"].as_array().unwrap() {
            let text = format!("{:.*}", line[1].as_u64().unwrap() as usize, line[0].as_f64().unwrap());
            assert_eq!(text, line[2].as_str().unwrap(), "{line}");
        }
    }
}
