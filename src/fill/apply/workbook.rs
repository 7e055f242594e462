//! The workbook part and its companions: recalculation on opening, print areas, the calculation chain.

use std::fmt::Write as _;
use std::ops::Range;

use super::patches::Patches;
use super::refusal;
use super::sheet_index::parse_area;
use super::zip_out::Change;
use crate::error::FileError;
use crate::template::package::Package;
use crate::template::xml::{Kind, Malformed, Tag, Walker, escape_attribute};

const PRINT_AREA: &str = "_xlnm.Print_Area";

/// The children of a workbook up to `calcPr`, as the schema orders them.
const BEFORE_CALC: [&str; 9] = [
    "fileVersion",
    "fileSharing",
    "workbookPr",
    "workbookProtection",
    "bookViews",
    "sheets",
    "functionGroups",
    "externalReferences",
    "definedNames",
];

/// Where things stand in the workbook part.
#[derive(Debug, Default)]
pub(super) struct WorkbookIndex {
    prefix: String,
    /// Children of the root: local name, tag, start of the end tag, end
    children: Vec<(String, Range<usize>, usize, usize)>,
    /// `<definedName>`: tag and end
    names: Vec<(Range<usize>, usize)>,
}

impl WorkbookIndex {
    /// Reads the part.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        let mut index = Self::default();
        let mut walker = Walker::new(text);
        while let Some(token) = walker.next()? {
            let span = token.span.clone();
            match (token.depth, token.kind) {
                (_, Kind::Text) => {}
                (0, Kind::Open) => token.tag.prefix().clone_into(&mut index.prefix),
                (1, Kind::Open | Kind::Empty) => {
                    index.children.push((token.tag.local().to_owned(), span.clone(), span.end, span.end));
                }
                (1, Kind::Close) => {
                    if let Some((_, _, close, end)) = index.children.last_mut() {
                        (*close, *end) = (span.start, span.end);
                    }
                }
                (2, kind) if token.tag.local() == "definedName" => {
                    if kind != Kind::Close {
                        index.names.push((span.clone(), span.end));
                    }
                    if let Some((_, end)) = index.names.last_mut() {
                        *end = span.end;
                    }
                }
                _ => {}
            }
        }
        Ok(index)
    }

    fn child(&self, name: &str) -> Option<&(String, Range<usize>, usize, usize)> {
        self.children.iter().find(|(local, ..)| local == name)
    }

    /// Where a child belongs that follows the given ones.
    fn after(&self, before: &[&str]) -> Option<usize> {
        self.children.iter().rev().find(|(name, ..)| before.contains(&name.as_str())).map(|(.., end)| *end)
    }

    /// Makes Excel compute all formulas when it opens the workbook. To be called after [`Self::print_areas`]: both may
    /// insert at the same place, and names come first.
    pub fn recalculate(&self, text: &str, patches: &mut Patches) {
        let p = &self.prefix;
        if let Some((_, tag, ..)) = self.child("calcPr") {
            let source = Tag(text.get(tag.clone()).unwrap_or_default());
            if !source.flag("fullCalcOnLoad") {
                let changed = source.with(&[("fullCalcOnLoad", Some("1"))]);
                patches.replace(tag.clone(), |out| out.push_str(&changed));
            }
        } else if let Some(at) = self.after(&BEFORE_CALC) {
            patches.insert(at, |out| {
                let _ = write!(out, "<{p}calcPr fullCalcOnLoad=\"1\"/>");
            });
        }
    }

    /// Sets print areas, given as (number of the sheet, its name, area).
    ///
    /// # Errors
    /// An area that is no `$A$1:$H$40` or list of such.
    pub fn print_areas(
        &self,
        text: &str,
        areas: &[(usize, &str, &str)],
        patches: &mut Patches,
    ) -> Result<(), FileError> {
        let mut fresh = String::new();
        for (sheet, name, area) in areas {
            let value = reference(name, area).ok_or_else(|| {
                refusal::sheet("print-area", name, "の印刷範囲の指定が正しくありません。", "開発者に知らせてください。")
            })?;
            let value = escape_attribute(&value);
            let p = &self.prefix;
            let id = sheet.to_string();
            let own = |tag: &Tag<'_>| tag.raw("name") == Some(PRINT_AREA) && tag.raw("localSheetId") == Some(&id);
            let names =
                || self.names.iter().map(|(tag, end)| (Tag(text.get(tag.clone()).unwrap_or_default()), tag, *end));
            if let Some((tag, span, end)) = names().find(|(tag, ..)| own(tag)) {
                let new = format!("{}{value}</{}>", Tag::opened(tag.0), tag.name());
                if text.get(span.start..end) != Some(new.as_str()) {
                    patches.replace(span.start..end, |out| out.push_str(&new));
                }
                continue;
            }
            let new = format!("<{p}definedName name=\"{PRINT_AREA}\" localSheetId=\"{id}\">{value}</{p}definedName>");
            // Excel keeps names in alphabetical order, the same name by sheet.
            let follows = |tag: Tag<'_>| {
                let key = |name: &str, sheet: usize| (name.to_lowercase(), sheet);
                let other = tag.raw("localSheetId").and_then(|id| id.parse().ok()).unwrap_or(usize::MAX);
                key(&tag.value("name").unwrap_or_default(), other) > key(PRINT_AREA, *sheet)
            };
            match (names().find(|(tag, ..)| follows(*tag)), self.child("definedNames")) {
                (Some((_, span, _)), _) => patches.insert(span.start, |out| out.push_str(&new)),
                (None, Some((_, tag, close, end))) if close != end || tag.end != *end => {
                    patches.insert(*close, |out| out.push_str(&new));
                }
                (None, _) => fresh.push_str(&new),
            }
        }
        if !fresh.is_empty() {
            let p = &self.prefix;
            let whole = format!("<{p}definedNames>{fresh}</{p}definedNames>");
            match self.child("definedNames") {
                Some((_, tag, _, end)) => patches.replace(tag.start..*end, |out| out.push_str(&whole)),
                None => {
                    let before = BEFORE_CALC.split_last().map_or(&[][..], |(_, before)| before);
                    let at = self.after(before).ok_or_else(|| refusal::fault("definedNames"))?;
                    patches.insert(at, |out| out.push_str(&whole));
                }
            }
        }
        Ok(())
    }
}

/// `$A$1:$H$40` of a sheet as a name stands for it: `'地域分析'!$A$1:$H$40`.
fn reference(sheet: &str, area: &str) -> Option<String> {
    let quoted = format!("'{}'", sheet.replace('\'', "''"));
    let parts: Option<Vec<String>> =
        area.split(',').map(|part| parse_area(part).map(|_| format!("{quoted}!{part}"))).collect();
    parts.map(|parts| parts.join(","))
}

/// The calculation chain lists cells with formulas. When one lost its formula the chain is dropped with everything
/// that names it; Excel builds a new one. Returns what becomes of the parts.
pub(super) fn without_calc_chain(package: &Package) -> Result<Vec<(String, Change)>, FileError> {
    let Some(chain) = package.part_of_kind("calcChain").map(str::to_owned) else { return Ok(Vec::new()) };
    let rels_part = Package::relationships_part(package.workbook_part());
    let ids: Vec<String> = package
        .relationships_of(package.workbook_part())?
        .into_iter()
        .filter(|relationship| relationship.kind == "calcChain")
        .map(|relationship| relationship.id)
        .collect();
    let mut parts = Vec::new();
    if let Some(text) = without_relationships(package, package.workbook_part(), &ids)? {
        parts.push((rels_part, Change::Text(text)));
    }
    let types = "[Content_Types].xml";
    let text = package.read_part(types)?;
    if let Some(changed) = without_override(&text, &chain) {
        parts.push((types.to_owned(), Change::Text(changed)));
    }
    parts.push((chain, Change::Dropped));
    Ok(parts)
}

/// The relationships part of a part without some ids; `None` when it has none of them.
pub(super) fn without_relationships(
    package: &Package,
    part: &str,
    ids: &[String],
) -> Result<Option<String>, FileError> {
    let found = package.relationships_of(part)?;
    let mut patches = Patches::default();
    for relationship in found.iter().filter(|relationship| ids.contains(&relationship.id)) {
        patches.replace(relationship.span.clone(), |_| {});
    }
    if patches.is_empty() {
        return Ok(None);
    }
    let text = package.read_part(&Package::relationships_part(part))?;
    patches.apply(&text).map(Some).ok_or_else(|| refusal::fault("関係の一覧"))
}

pub(super) fn without_override(types: &str, part: &str) -> Option<String> {
    let mut walker = Walker::new(types);
    let mut patches = Patches::default();
    let mut open: Option<usize> = None;
    while let Some(token) = walker.next().ok()? {
        if token.depth != 1 || token.tag.local() != "Override" {
            continue;
        }
        let names =
            token.tag.value("PartName").is_some_and(|name| name.trim_start_matches('/').eq_ignore_ascii_case(part));
        if token.starts() && names {
            open = Some(token.span.start);
        }
        if token.ends()
            && let Some(start) = open.take()
        {
            patches.replace(start..token.span.end, |_| {});
        }
    }
    if patches.is_empty() { None } else { patches.apply(types) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(inner: &str, areas: &[(usize, &str, &str)]) -> String {
        let text = format!("<workbook>{inner}</workbook>");
        let index = WorkbookIndex::read(&text).unwrap();
        let mut patches = Patches::default();
        index.print_areas(&text, areas, &mut patches).unwrap();
        index.recalculate(&text, &mut patches);
        patches.apply(&text).unwrap().replace("<workbook>", "").replace("</workbook>", "")
    }

    fn area(sheet: usize, value: &str) -> String {
        format!("<definedName name=\"_xlnm.Print_Area\" localSheetId=\"{sheet}\">{value}</definedName>")
    }

    #[test]
    fn recalculation_is_set_wherever_the_element_belongs() {
        assert_eq!(changed("<sheets/><extLst/>", &[]), "<sheets/><calcPr fullCalcOnLoad=\"1\"/><extLst/>");
        assert_eq!(
            changed("<sheets/><calcPr calcId=\"1\"/>", &[]),
            "<sheets/><calcPr calcId=\"1\" fullCalcOnLoad=\"1\"/>"
        );
        let so_already = "<sheets/><calcPr fullCalcOnLoad=\"true\"/>";
        assert_eq!(changed(so_already, &[]), so_already);
    }

    #[test]
    fn print_areas_are_replaced_or_put_in_order() {
        let calc = "<calcPr fullCalcOnLoad=\"1\"/>";
        let old = format!(
            "<sheets/><definedNames>{}<definedName name=\"表\">1</definedName></definedNames>{calc}",
            area(1, "old!$A$1")
        );
        assert_eq!(
            changed(&old, &[(0, "a", "$A$1:$B$2"), (1, "b'c&d", "$A$1,$C$1:$D$2"), (3, "e", "$A$1")]),
            format!(
                "<sheets/><definedNames>{}{}{}<definedName name=\"表\">1</definedName></definedNames>{calc}",
                area(0, "'a'!$A$1:$B$2"),
                area(1, "'b''c&amp;d'!$A$1,'b''c&amp;d'!$C$1:$D$2"),
                area(3, "'e'!$A$1")
            )
        );
        assert_eq!(
            changed(&format!("<sheets/>{calc}"), &[(0, "a", "$A$1"), (1, "b", "$B$1")]),
            format!("<sheets/><definedNames>{}{}</definedNames>{calc}", area(0, "'a'!$A$1"), area(1, "'b'!$B$1"))
        );
        // Both new: names first, then calculation.
        assert_eq!(
            changed("<sheets/><extLst/>", &[(0, "a", "$A$1")]),
            format!("<sheets/><definedNames>{}</definedNames>{calc}<extLst/>", area(0, "'a'!$A$1"))
        );
    }

    #[test]
    fn content_types_lose_only_the_one_override() {
        let types = "<Types><Override PartName=\"/xl/a.xml\"/><Override PartName=\"/xl/calcChain.xml\"></Override><Default/></Types>";
        let expected = "<Types><Override PartName=\"/xl/a.xml\"/><Default/></Types>";
        assert_eq!(without_override(types, "xl/calcChain.xml").unwrap(), expected);
        assert_eq!(without_override(types, "xl/other.xml"), None);
    }
}
