//! `<cols>`: widths, styles and which columns are hidden, kept in runs that have to be split.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::patches::Patches;
use super::sheet_index::{Element, SheetIndex};
use crate::model::CellRef;
use crate::template::xml::Tag;

/// The style a column gives to cells that are not written.
pub(super) fn style(index: &SheetIndex, text: &str, col: u32) -> Option<u32> {
    let element = index.cols.iter().find(|element| run(element, text).is_some_and(|run| run.contains(&col)))?;
    tag(element, text).raw("style")?.parse().ok()
}

/// Width of a column in characters as it is seen: 0 when it is hidden.
pub(super) fn seen_width(index: &SheetIndex, text: &str, col: u32) -> f64 {
    let own = index.cols.iter().find(|element| run(element, text).is_some_and(|run| run.contains(&col)));
    let width = match own.map(|element| tag(element, text)) {
        Some(tag) if tag.flag("hidden") => return 0.0,
        Some(tag) => tag.raw("width").map(str::to_owned),
        None => None,
    };
    width.unwrap_or_else(|| default_width(index, text)).parse().unwrap_or_default()
}

/// Hides and shows columns. Runs are split where needed; everything else about them stays.
pub(super) fn hide(index: &SheetIndex, text: &str, hidden: &BTreeMap<u32, bool>, patches: &mut Patches) {
    let width = default_width(index, text);
    let mut fresh = String::new();
    let mut wanted: Vec<(u32, bool)> =
        hidden.iter().map(|(col, hide)| (*col, *hide)).filter(|(col, _)| *col < CellRef::MAX_COLS).collect();
    for element in &index.cols {
        let Some(run) = run(element, text) else { continue };
        // New runs for columns that stand before this one and belong to none.
        let split = wanted.partition_point(|(col, _)| col < run.start());
        let before: Vec<_> = wanted.drain(..split).collect();
        let split = wanted.partition_point(|(col, _)| col <= run.end());
        let inside: Vec<_> = wanted.drain(..split).collect();
        new_runs(&mut fresh, &index.prefix, &before, &width);
        if !fresh.is_empty() {
            patches.insert(element.tag.start, |out| out.push_str(&fresh));
            fresh.clear();
        }
        split_run(element, text, &run, &inside, &width, patches);
    }
    new_runs(&mut fresh, &index.prefix, &wanted, &width);
    if fresh.is_empty() {
        return;
    }
    let p = &index.prefix;
    match (index.cols.last(), index.child("cols"), index.child("sheetData")) {
        (Some(last), _, _) => patches.insert(last.end, |out| out.push_str(&fresh)),
        // `<cols/>` is not allowed, but harmless when filled.
        (None, Some(cols), _) => patches.replace(cols.tag.start..cols.end, |out| {
            let _ = write!(out, "<{p}cols>{fresh}</{p}cols>");
        }),
        (None, None, Some(data)) => patches.insert(data.tag.start, |out| {
            let _ = write!(out, "<{p}cols>{fresh}</{p}cols>");
        }),
        (None, None, None) => {}
    }
}

/// Columns without a run are shown; only hiding them needs one.
fn new_runs(out: &mut String, p: &str, wanted: &[(u32, bool)], width: &str) {
    for run in wanted.chunk_by(|(a, hide_a), (b, hide_b)| a + 1 == *b && hide_a == hide_b) {
        if let (Some((from, true)), Some((to, _))) = (run.first(), run.last()) {
            let _ = write!(out, "<{p}col min=\"{}\" max=\"{}\" width=\"{width}\" hidden=\"1\"/>", from + 1, to + 1);
        }
    }
}

fn split_run(
    element: &Element,
    text: &str,
    run: &RangeInclusive<u32>,
    wanted: &[(u32, bool)],
    width: &str,
    patches: &mut Patches,
) {
    let tag = tag(element, text);
    let was = tag.flag("hidden");
    let flat = tag.raw("width").and_then(|width| width.parse::<f64>().ok()).is_none_or(|width| width == 0.0);
    // A column of width 0 stays invisible when it is shown.
    let changes = |hide: bool| hide != was || (!hide && flat && tag.raw("width").is_some());
    if !wanted.iter().any(|(_, hide)| changes(*hide)) {
        return;
    }
    let mut pieces: Vec<(u32, u32, Option<bool>)> = Vec::new();
    let mut next = *run.start();
    for (col, hide) in wanted.iter().filter(|(_, hide)| changes(*hide)) {
        if next < *col {
            pieces.push((next, col - 1, None));
        }
        match pieces.last_mut() {
            Some((_, to, Some(last))) if *to + 1 == *col && *last == *hide => *to = *col,
            _ => pieces.push((*col, *col, Some(*hide))),
        }
        next = col + 1;
    }
    if next <= *run.end() {
        pieces.push((next, *run.end(), None));
    }
    patches.replace(element.tag.start..element.end, |out| {
        for (from, to, hide) in pieces {
            let (from, to) = ((from + 1).to_string(), (to + 1).to_string());
            let mut change = vec![("min", Some(from.as_str())), ("max", Some(to.as_str()))];
            if let Some(hide) = hide {
                change.push(("hidden", hide.then_some("1")));
                if !hide && flat {
                    change.push(("width", Some(width)));
                }
            }
            out.push_str(&Tag::closed(&tag.with(&change)));
        }
    });
}

fn tag<'a>(element: &Element, text: &'a str) -> Tag<'a> {
    Tag(text.get(element.tag.clone()).unwrap_or_default())
}

/// Zero-based first and last column.
fn run(element: &Element, text: &str) -> Option<RangeInclusive<u32>> {
    let number = |name| tag(element, text).raw(name)?.parse::<u32>().ok()?.checked_sub(1);
    let (from, to) = (number("min")?, number("max")?);
    (from <= to && to < CellRef::MAX_COLS).then_some(from..=to)
}

/// What a hidden column will measure once it is shown.
fn default_width(index: &SheetIndex, text: &str) -> String {
    let format = index.child("sheetFormatPr").map(|element| tag(element, text));
    format.and_then(|tag| tag.raw("defaultColWidth")).unwrap_or("9.140625").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(cols: &str, wanted: &[(u32, bool)]) -> String {
        let text = format!("<worksheet>{cols}<sheetData/></worksheet>");
        let mut patches = Patches::default();
        hide(&SheetIndex::read(&text).unwrap(), &text, &wanted.iter().copied().collect(), &mut patches);
        let out = patches.apply(&text).unwrap();
        SheetIndex::read(&out).unwrap();
        out.replace("<worksheet>", "").replace("<sheetData/></worksheet>", "")
    }

    #[test]
    fn runs_are_split_and_keep_what_they_had() {
        let cols =
            "<cols><col min=\"2\" max=\"6\" width=\"12\" style=\"3\" customWidth=\"1\" outlineLevel=\"1\"/></cols>";
        let rest = "width=\"12\" style=\"3\" customWidth=\"1\" outlineLevel=\"1\"";
        assert_eq!(
            hidden(cols, &[(2, true), (3, true), (4, false)]),
            format!(
                "<cols><col min=\"2\" max=\"2\" {rest}/><col min=\"3\" max=\"4\" {rest} hidden=\"1\"/>\
                 <col min=\"5\" max=\"6\" {rest}/></cols>"
            )
        );
    }

    #[test]
    fn what_is_so_already_is_not_touched() {
        let cols = "<cols><col min=\"1\" max=\"3\" width=\"5\" hidden=\"1\"/></cols>";
        assert_eq!(hidden(cols, &[(0, true), (2, true), (9, false)]), cols);
        assert_eq!(hidden("", &[(9, false)]), "");
    }

    #[test]
    fn columns_without_a_run_get_one_in_order() {
        assert_eq!(
            hidden("", &[(0, true), (1, true), (5, true)]),
            "<cols><col min=\"1\" max=\"2\" width=\"9.140625\" hidden=\"1\"/>\
             <col min=\"6\" max=\"6\" width=\"9.140625\" hidden=\"1\"/></cols>"
        );
        assert_eq!(
            hidden(
                "<cols><col min=\"3\" max=\"3\" width=\"0\" hidden=\"1\"/></cols>",
                &[(0, true), (2, false), (8, true)]
            ),
            "<cols><col min=\"1\" max=\"1\" width=\"9.140625\" hidden=\"1\"/><col min=\"3\" max=\"3\" width=\"9.140625\"/>\
             <col min=\"9\" max=\"9\" width=\"9.140625\" hidden=\"1\"/></cols>"
        );
    }
}
