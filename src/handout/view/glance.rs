//! The lines of the 1枚もの's one table.

use super::marks::{Notes, Seen, part_years};
use super::one_page::{Column, Row};
use super::tables;
use crate::handout::data::Handout;
use crate::handout::names;

/// Every indicator with the values of these columns.
pub(super) fn rows(handout: &Handout, columns: &[Column], seen: &mut Seen) -> Vec<Row> {
    let mut notes = Notes::default();
    let mut rows = Vec::new();
    let line = |kind, label| Row {
        kind,
        label,
        marks: String::new(),
        indent: false,
        values: Vec::new(),
        ratio: String::new(),
        verdict: String::new(),
        strong: false,
        flat: false,
    };
    for (number, block) in handout.blocks.iter().enumerate() {
        let single = tables::single_unit(block);
        let unit = single.map(|unit| format!("（{unit}）")).unwrap_or_default();
        rows.push(line("block", format!("{}　{}{unit}", number + 1, block.name)));
        let mut group_before = None;
        for (name, indicator) in names::rows(block).into_iter().zip(&block.indicators) {
            if let Some(label) = tables::group_line(&name, &mut group_before, block, single) {
                rows.push(line("group", label));
            }
            let (arrow, verdict) = tables::verdict_words(indicator);
            let cells = columns.iter().flat_map(|column| column.years.iter().map(|year| (column.area, *year)));
            let values =
                cells.map(|(area, year)| seen.cell(&name.label, indicator, indicator.figure(area, year), year));
            rows.push(Row {
                kind: "figures",
                label: format!("{}{}", name.label, tables::row_unit(&name, indicator, single)),
                marks: notes.marks(indicator),
                indent: name.group.is_some(),
                values: values.collect(),
                ratio: indicator.shown_ratio().unwrap_or_else(tables::dash),
                verdict: format!("{arrow}{verdict}"),
                strong: tables::stands_out(indicator),
                flat: false,
            });
        }
    }
    rows
}

/// What stands under the table.
pub(super) fn notes(handout: &Handout, seen: &Seen) -> Vec<String> {
    let mut notes = Notes::default();
    let all = || handout.blocks.iter().flat_map(|block| &block.indicators);
    for indicator in all() {
        notes.marks(indicator);
    }
    notes.seen.clone_from(seen);
    let mut lines = notes.lines(all().any(|indicator| indicator.unstable), &handout.years);
    lines.extend(part_years(&handout.years));
    lines
}
