//! `<hyperlinks>`: links from cells to places in the same workbook.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::patches::Patches;
use super::sheet_index::{Area, SheetIndex, contains, parse_area};
use crate::fill::plan::InnerLink;
use crate::model::CellRef;
use crate::template::xml::{Tag, escape_attribute};

/// The longest tooltip Excel keeps, in UTF-16 units.
const MAX_TOOLTIP: usize = 255;

/// The children of a worksheet that stand before `hyperlinks`, as the schema orders them.
const BEFORE_LINKS: [&str; 18] = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
];

/// Sets links on cells and takes others off. Returns the relationship ids of links that were replaced.
pub(super) fn set(
    index: &SheetIndex,
    text: &str,
    links: &BTreeMap<CellRef, &InnerLink>,
    unlinked: &BTreeSet<CellRef>,
    patches: &mut Patches,
) -> Vec<String> {
    let (mut released, mut gone) = (Vec::new(), Vec::new());
    let mut open: BTreeMap<CellRef, &InnerLink> = links.clone();
    for element in &index.links {
        let tag = Tag(text.get(element.tag.clone()).unwrap_or_default());
        let Some(area) = tag.raw("ref").and_then(parse_area) else { continue };
        let rows = CellRef::new(area.0.row, 0)..CellRef::new(area.1.row + 1, 0);
        let inside: Vec<CellRef> = links.range(rows).map(|(at, _)| *at).filter(|at| contains(&area, *at)).collect();
        let Some(first) = inside.first() else {
            if area.0 == area.1 && unlinked.contains(&area.0) {
                gone.push(element.tag.start..element.end);
                released.extend(tag.prefixed("id").map(String::from));
            }
            continue;
        };
        let one_cell = area.0 == area.1 || index.merges.contains(&area);
        let span = element.tag.start..element.end;
        if !one_cell {
            // A link over several cells stays on the others.
            let rest = inside
                .iter()
                .fold(vec![area], |areas, at| areas.into_iter().flat_map(|area| without(area, *at)).collect());
            patches.replace(span, |out| {
                for (from, to) in rest {
                    let reference = if from == to { from.to_string() } else { format!("{from}:{to}") };
                    out.push_str(&Tag::closed(&tag.with(&[("ref", Some(&reference))])));
                }
            });
            continue;
        }
        let Some(link) = open.remove(first) else {
            // A second link on the same cell would hide or contradict the new one.
            patches.replace(span, |_| {});
            released.extend(tag.prefixed("id").map(String::from));
            continue;
        };
        if !is_same(tag, link) {
            released.extend(tag.prefixed("id").map(String::from));
            let reference = tag.raw("ref").unwrap_or_default();
            patches.replace(span, |out| write(out, &index.prefix, reference, link));
        }
    }
    let list = index.child("hyperlinks").filter(|_| open.is_empty() && gone.len() == index.links.len());
    match list {
        // The schema wants no list without a link.
        Some(list) if !gone.is_empty() => patches.replace(list.tag.start..list.end, |_| {}),
        _ => gone.into_iter().for_each(|span| patches.replace(span, |_| {})),
    }
    append(index, &open, patches);
    released
}

fn append(index: &SheetIndex, links: &BTreeMap<CellRef, &InnerLink>, patches: &mut Patches) {
    if links.is_empty() {
        return;
    }
    let p = &index.prefix;
    let mut fresh = String::new();
    for (at, link) in links {
        write(&mut fresh, p, &at.to_string(), link);
    }
    let whole = |out: &mut String| {
        let _ = write!(out, "<{p}hyperlinks>{fresh}</{p}hyperlinks>");
    };
    match index.child("hyperlinks") {
        Some(list) if list.close == list.end => patches.replace(list.tag.start..list.end, whole),
        Some(list) => patches.insert(list.close, |out| out.push_str(&fresh)),
        None => {
            let before = index.children.iter().rev().find(|(name, _)| BEFORE_LINKS.contains(&name.as_str()));
            if let Some((_, element)) = before {
                patches.insert(element.end, whole);
            }
        }
    }
}

fn write(out: &mut String, p: &str, reference: &str, link: &InnerLink) {
    let _ = write!(out, "<{p}hyperlink ref=\"{reference}\" location=\"{}\"", escape_attribute(&link.location));
    let tooltip = tooltip(link);
    if !tooltip.is_empty() {
        let _ = write!(out, " tooltip=\"{}\"", escape_attribute(&tooltip));
    }
    out.push_str("/>");
}

fn tooltip(link: &InnerLink) -> String {
    let mut units = 0;
    link.tooltip
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= MAX_TOOLTIP
        })
        .collect()
}

fn is_same(tag: Tag<'_>, link: &InnerLink) -> bool {
    tag.prefixed("id").is_none()
        && tag.value("location").as_deref() == Some(&link.location)
        && tag.value("tooltip").unwrap_or_default() == tooltip(link)
}

/// A range without one cell, as up to four ranges.
fn without(area: Area, at: CellRef) -> Vec<Area> {
    if !contains(&area, at) {
        return vec![area];
    }
    let (from, to) = area;
    let mut rest = Vec::new();
    if from.row < at.row {
        rest.push((from, CellRef::new(at.row - 1, to.col)));
    }
    if from.col < at.col {
        rest.push((CellRef::new(at.row, from.col), CellRef::new(at.row, at.col - 1)));
    }
    if at.col < to.col {
        rest.push((CellRef::new(at.row, at.col + 1), CellRef::new(at.row, to.col)));
    }
    if at.row < to.row {
        rest.push((CellRef::new(at.row + 1, from.col), to));
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(tail: &str, cells: &[&str]) -> (String, Vec<String>) {
        let text = format!("<worksheet xmlns:r=\"r\"><sheetData/>{tail}</worksheet>");
        let link = InnerLink { location: "'出典'!A12".to_owned(), tooltip: "a\"b\nc".to_owned() };
        let links = cells.iter().map(|cell| (CellRef::parse(cell).unwrap(), &link)).collect();
        let mut patches = Patches::default();
        let released = set(&SheetIndex::read(&text).unwrap(), &text, &links, &BTreeSet::new(), &mut patches);
        let out = patches.apply(&text).unwrap();
        (out.replace("<worksheet xmlns:r=\"r\"><sheetData/>", "").replace("</worksheet>", ""), released)
    }

    fn ours(cell: &str) -> String {
        format!("<hyperlink ref=\"{cell}\" location=\"'出典'!A12\" tooltip=\"a&quot;b&#10;c\"/>")
    }

    #[test]
    fn a_new_list_stands_where_the_schema_wants_it() {
        let (out, _) = linked("<mergeCells/><dataValidations/><printOptions/><extLst/>", &["B2"]);
        let list = format!("<hyperlinks>{}</hyperlinks>", ours("B2"));
        assert_eq!(out, format!("<mergeCells/><dataValidations/>{list}<printOptions/><extLst/>"));
        assert!(linked("<pageMargins/>", &["B2"]).0.starts_with("<hyperlinks>"));
    }

    #[test]
    fn a_link_on_the_cell_is_replaced_and_its_relationship_named() {
        let (out, released) = linked(
            "<hyperlinks><hyperlink ref=\"A1\" r:id=\"rId7\"/><hyperlink ref=\"B1\" r:id=\"rId8\"/></hyperlinks>",
            &["A1", "C1"],
        );
        assert_eq!(
            out,
            format!("<hyperlinks>{}<hyperlink ref=\"B1\" r:id=\"rId8\"/>{}</hyperlinks>", ours("A1"), ours("C1"))
        );
        assert_eq!(released, ["rId7"]);
        let again = linked(&out, &["A1", "C1"]);
        assert_eq!(again, (out, Vec::new()));
    }

    #[test]
    fn a_link_is_taken_off_and_no_empty_list_is_left() {
        let off = |tail: &str, cells: &[&str]| {
            let text = format!("<worksheet xmlns:r=\"r\"><sheetData/>{tail}</worksheet>");
            let unlinked = cells.iter().map(|cell| CellRef::parse(cell).unwrap()).collect();
            let mut patches = Patches::default();
            let index = SheetIndex::read(&text).unwrap();
            let released = set(&index, &text, &BTreeMap::new(), &unlinked, &mut patches);
            (patches.apply(&text).unwrap().replace("<worksheet xmlns:r=\"r\"><sheetData/>", ""), released)
        };
        let two = "<hyperlinks><hyperlink ref=\"A1\" r:id=\"rId7\"/><hyperlink ref=\"B1\"/></hyperlinks>";
        let (out, released) = off(two, &["A1", "C1"]);
        assert_eq!(out, "<hyperlinks><hyperlink ref=\"B1\"/></hyperlinks></worksheet>");
        assert_eq!(released, ["rId7"]);
        assert_eq!(off(two, &["A1", "B1"]).0, "</worksheet>");
        assert_eq!(off("<hyperlinks><hyperlink ref=\"A1:B2\"/></hyperlinks>", &["A1"]).0.matches("A1:B2").count(), 1);
    }

    #[test]
    fn a_link_over_several_cells_stays_on_the_others() {
        let (out, released) = linked("<hyperlinks><hyperlink ref=\"A1:C3\" r:id=\"rId7\"/></hyperlinks>", &["B2"]);
        let parts = ["A1:C1", "A2", "C2", "A3:C3"].map(|part| format!("<hyperlink ref=\"{part}\" r:id=\"rId7\"/>"));
        assert_eq!(out, format!("<hyperlinks>{}{}</hyperlinks>", parts.concat(), ours("B2")));
        assert!(released.is_empty());
    }
}
