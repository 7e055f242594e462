//! The marks in the cells of a table, and what stands under the table about them.

use std::collections::BTreeSet;

use crate::handout::data::{Figure, Handout, Indicator, Year};
use crate::handout::shown;
use crate::model::MissingReason;

/// What the marks in the cells of one table stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    reasons: BTreeSet<MissingReason>,
    /// Figures of fewer months: year (index), months, row.
    parts: Vec<(usize, Option<u8>, String)>,
}

impl Seen {
    /// A figure as its cell shows it. `row` names it in the note, should its months differ from others'.
    pub(super) fn cell(&mut self, row: &str, indicator: &Indicator, figure: Figure, year: usize) -> String {
        let Some(shown) = figure.value().and_then(|value| shown::number(value, indicator.decimals)) else {
            return self.hole(figure.missing().unwrap_or(MissingReason::Unknown));
        };
        if !figure.is_part() {
            return shown;
        }
        let part = (year, figure.months(), row.to_owned());
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
        // Before the number, so that decimals stay under one another.
        format!("※{shown}")
    }

    /// The cell of a figure that is not there.
    pub(super) fn hole(&mut self, reason: MissingReason) -> String {
        self.reasons.insert(reason);
        // Two reasons with one mark are told apart by a letter.
        match reason {
            MissingReason::Suppressed => "－秘".to_owned(),
            MissingReason::Blank => "－空".to_owned(),
            _ => reason.mark().to_owned(),
        }
    }

    /// What the marks mean, for under the table.
    pub(super) fn lines(&self, years: &[Year]) -> Vec<String> {
        let words = self.reasons.iter().map(|reason| match reason {
            MissingReason::NotApplicable => "「―」は該当なし（給付なし）",
            MissingReason::Unknown => "「－」はデータなし",
            MissingReason::Suppressed => "「－秘」は秘匿",
            MissingReason::Blank => "「－空」は元のデータの空白",
        });
        let words: Vec<&str> = words.collect();
        let mut lines = Vec::new();
        if !words.is_empty() {
            lines.push(format!("{}。", words.join("、")));
        }
        lines.extend(part_figures(&self.parts, years));
        lines
    }
}

/// 「※は1年分に満たない値です（令和7年度の※は11か月分）。」 Rows are named where one year has several numbers of months.
pub(super) fn part_figures(parts: &[(usize, Option<u8>, String)], years: &[Year]) -> Option<String> {
    let found: BTreeSet<(usize, Option<u8>)> = parts.iter().map(|(year, months, _)| (*year, *months)).collect();
    if found.is_empty() {
        return None;
    }
    let words: Vec<String> = found
        .iter()
        .map(|(year, months)| {
            let alone = found.iter().filter(|(other, _)| other == year).count() == 1;
            let rows: BTreeSet<&str> =
                parts.iter().filter(|part| (part.0, part.1) == (*year, *months)).map(|part| part.2.as_str()).collect();
            let which = if alone { "※".to_owned() } else { rows.into_iter().collect::<Vec<_>>().join("・") };
            let year = years.get(*year).map(|year| year.wareki.as_str()).unwrap_or_default();
            format!("{year}の{which}は{}", shown::months(*months))
        })
        .collect();
    Some(format!("※は1年分に満たない値です（{}）。比較と判定には使っていません。", words.join("、")))
}

/// The years that are parts of one as a whole.
pub(super) fn part_years(years: &[Year]) -> Vec<String> {
    let part = years.iter().filter(|year| year.part_year);
    part.map(|year| format!("※ {}は{}。", year.wareki, shown::months(year.months))).collect()
}

/// Every figure of fewer months of these rows, named, for a note under charts.
pub(super) fn part_figures_of<'a>(
    handout: &Handout,
    rows: impl Iterator<Item = (String, &'a Indicator)>,
) -> Option<String> {
    let mut seen = Seen::default();
    for (name, indicator) in rows {
        for area in 0..handout.areas.len() {
            for year in 0..handout.years.len() {
                seen.cell(&name, indicator, indicator.figure(area, year), year);
            }
        }
    }
    part_figures(&seen.parts, &handout.years)
}

/// Numbered notes: rows with the same caution share a number.
#[derive(Default)]
pub(super) struct Notes {
    cautions: Vec<String>,
    pub(super) seen: Seen,
}

impl Notes {
    pub(super) fn marks(&mut self, indicator: &Indicator) -> String {
        let mut marks = Vec::new();
        for caution in &indicator.cautions {
            let known = self.cautions.iter().position(|c| c == caution);
            let index = known.unwrap_or_else(|| {
                self.cautions.push(caution.clone());
                self.cautions.len() - 1
            });
            marks.push(format!("注{}", index + 1));
        }
        marks.join("・")
    }

    pub(super) fn lines(self, unstable: bool, years: &[Year]) -> Vec<String> {
        let mut lines: Vec<String> =
            self.cautions.iter().enumerate().map(|(index, text)| format!("注{} {text}", index + 1)).collect();
        if unstable {
            lines.push("「少数」は利用者が少なく、判定していません。".to_owned());
        }
        lines.extend(self.seen.lines(years));
        lines
    }
}
