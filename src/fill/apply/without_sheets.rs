//! A workbook without some of its sheets: their parts, names, links and texts go with them, and so do the file's
//! properties, which list sheets and people, and comments, which bear names and were written for colleagues.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::patches::Patches;
use super::zip_out::{self, Change};
use super::{Compiled, check, refusal, workbook};
use crate::error::FileError;
use crate::template::SharedStrings;
use crate::template::package::{Package, SheetKind, Visibility, damaged_part};
use crate::template::xml::{Kind, Tag, Walker};

/// Relationships of the package to descriptions of the file.
const PROPERTIES: [&str; 3] = ["core-properties", "extended-properties", "custom-properties"];

impl Compiled {
    /// The workbook without the named sheets; names that are absent are passed over. Everything else stays, but the
    /// calculation chain, the file's properties, all comments with their writers, links to the removed sheets and colours
    /// for cells with `mark` go.
    ///
    /// # Errors
    /// No visible sheet would be left, or the workbook is damaged.
    pub fn without_sheets(&self, names: &[&str], mark: &str) -> Result<Vec<u8>, FileError> {
        let package = self.package();
        let is_gone = |name: &str| names.contains(&name);
        if !package.sheets().iter().any(|sheet| !is_gone(&sheet.name) && sheet.visibility == Visibility::Visible) {
            return Err(FileError::refused(
                "no-sheet-left",
                "公開用の写しに残すシートがありません。",
                "公開したいシートを表示した状態で保存してから、もう一度実行してください。",
            ));
        }
        let mut changes = BTreeMap::new();
        self.put(&mut changes, package.workbook_part(), Change::Text(without_entries(package, is_gone)?))?;
        self.drop_parts(is_gone, &mut changes)?;
        self.drop_texts(is_gone, &mut changes)?;
        for (number, sheet) in package.sheets().iter().enumerate() {
            if sheet.kind == SheetKind::Worksheet && !is_gone(&sheet.name) {
                let part = self.sheet(number)?;
                let mut patches = Patches::default();
                let dead: Vec<_> =
                    part.index.links.iter().filter(|link| leads_to(&part.text, &link.tag, names)).collect();
                match part.index.child("hyperlinks") {
                    Some(list) if dead.len() == part.index.links.len() => {
                        patches.replace(list.tag.start..list.end, |_| {})
                    }
                    _ => dead.into_iter().for_each(|link| patches.replace(link.tag.start..link.end, |_| {})),
                }
                if self.comments_of(&sheet.part)?.is_some()
                    && let Some(drawing) = part.index.child("legacyDrawing")
                {
                    patches.replace(drawing.tag.start..drawing.end, |_| {});
                }
                // The colour of drafts goes with them: the copy has none, and does not speak of any.
                for (local, element) in &part.index.children {
                    let all = element.tag.start..element.end;
                    if local == "conditionalFormatting"
                        && part.text.get(all.clone()).is_some_and(|text| text.contains(mark))
                    {
                        patches.replace(all, |_| {});
                    }
                }
                if !patches.is_empty() {
                    let text = patches.apply(&part.text).ok_or_else(|| refusal::fault(&sheet.name))?;
                    self.put(&mut changes, &sheet.part, Change::Text(text))?;
                }
            }
        }
        let bytes = zip_out::write(package, &changes, &[])?;
        check::untouched(package, &Package::open(bytes.as_slice())?, |index| changes.contains_key(&index))?;
        Ok(bytes)
    }

    /// Parts that only the removed sheets led to, with whatever names them.
    fn drop_parts(
        &self,
        is_gone: impl Fn(&str) -> bool,
        changes: &mut BTreeMap<usize, Change>,
    ) -> Result<(), FileError> {
        let package = self.package();
        let book = package.workbook_part();
        let of_sheets: Vec<&str> = package
            .sheets()
            .iter()
            .filter(|sheet| is_gone(&sheet.name))
            .map(|sheet| sheet.relationship.as_str())
            .collect();
        let top: Vec<String> = package
            .relationships_of("")?
            .into_iter()
            .filter(|link| PROPERTIES.contains(&link.kind.as_str()))
            .map(|link| link.id)
            .collect();
        let inner: Vec<String> = package
            .relationships_of(book)?
            .into_iter()
            .filter(|link| {
                of_sheets.contains(&link.id.as_str()) || matches!(link.kind.as_str(), "calcChain" | "person")
            })
            .map(|link| link.id)
            .collect();
        let mut cut = BTreeMap::from([(String::new(), top), (book.to_owned(), inner)]);
        for sheet in package.sheets().iter().filter(|sheet| !is_gone(&sheet.name)) {
            cut.extend(self.comments_of(&sheet.part)?.map(|ids| (sheet.part.clone(), ids)));
        }
        let before = reachable(package, |_, _| false)?;
        let after = reachable(package, |part, id| cut.get(part).is_some_and(|ids| ids.iter().any(|gone| gone == id)))?;
        for (part, ids) in &cut {
            if let Some(text) = workbook::without_relationships(package, part, ids)? {
                self.put(changes, &Package::relationships_part(part), Change::Text(text))?;
            }
        }
        let mut types = package.read_part("[Content_Types].xml")?;
        for part in before.difference(&after) {
            types = workbook::without_override(&types, part).unwrap_or(types);
            for path in [part.clone(), Package::relationships_part(part)] {
                if package.has_part(&path) {
                    self.put(changes, &path, Change::Dropped)?;
                }
            }
        }
        self.put(changes, "[Content_Types].xml", Change::Text(types))
    }

    /// The relationships of a sheet that hold its comments, and the boxes old programs draw for them; `None` without any.
    fn comments_of(&self, part: &str) -> Result<Option<Vec<String>>, FileError> {
        let links = self.package().relationships_of(part)?;
        let has_comments = links.iter().any(|link| matches!(link.kind.as_str(), "comments" | "threadedComment"));
        let of_comments = |kind: &str| matches!(kind, "comments" | "threadedComment" | "vmlDrawing");
        Ok(has_comments.then(|| links.into_iter().filter(|link| of_comments(&link.kind)).map(|link| link.id).collect()))
    }

    /// Shared strings no cell of a remaining sheet shows.
    fn drop_texts(
        &self,
        is_gone: impl Fn(&str) -> bool,
        changes: &mut BTreeMap<usize, Change>,
    ) -> Result<(), FileError> {
        let package = self.package();
        let Some(path) = package.part_of_kind("sharedStrings") else { return Ok(()) };
        let text = package.read_part(path)?;
        let items = SharedStrings::read(&text).map_err(|_| damaged_part(path))?;
        let mut used = BTreeSet::new();
        for (number, sheet) in package.sheets().iter().enumerate() {
            if sheet.kind == SheetKind::Worksheet && !is_gone(&sheet.name) {
                used.extend(self.sheet(number)?.index.cells.iter().filter_map(|cell| cell.shared_string));
            }
        }
        let mut patches = Patches::default();
        let p = &items.prefix;
        for (_, span) in (0u32..).zip(&items.spans).filter(|(number, _)| !used.contains(number)) {
            patches.replace(span.clone(), |out| {
                let _ = write!(out, "<{p}si><{p}t/></{p}si>");
            });
        }
        if !patches.is_empty() {
            let text = patches.apply(&text).ok_or_else(|| refusal::fault("sharedStrings"))?;
            self.put(changes, path, Change::Text(text))?;
        }
        Ok(())
    }
}

/// Parts that relationships lead to from the top of the package, left out what `is_cut` says.
fn reachable(package: &Package, is_cut: impl Fn(&str, &str) -> bool) -> Result<BTreeSet<String>, FileError> {
    let mut found = BTreeSet::new();
    let mut open = vec![String::new()];
    while let Some(part) = open.pop() {
        for link in package.relationships_of(&part)? {
            if !link.external
                && package.has_part(&link.target)
                && !is_cut(&part, &link.id)
                && found.insert(link.target.clone())
            {
                open.push(link.target);
            }
        }
    }
    Ok(found)
}

/// The workbook part without the sheets, and without names that belong to them or speak of them.
fn without_entries(package: &Package, is_gone: impl Fn(&str) -> bool) -> Result<String, FileError> {
    let path = package.workbook_part();
    let text = package.read_part(path)?;
    let gone: Vec<usize> =
        package.sheets().iter().enumerate().filter(|(_, sheet)| is_gone(&sheet.name)).map(|(at, _)| at).collect();
    let names: Vec<&str> =
        gone.iter().filter_map(|at| package.sheets().get(*at)).map(|sheet| sheet.name.as_str()).collect();
    let moved = |number: &str| -> Option<Option<String>> {
        let number: usize = number.parse().ok()?;
        let left = || (number - gone.iter().filter(|at| **at < number).count()).to_string();
        Some((!gone.contains(&number)).then(left))
    };
    let mut patches = Patches::default();
    let (mut sheet, mut defined, mut parent) = (0, 0, "");
    let mut open = None;
    let mut walker = Walker::new(&text);
    while let Some(token) = walker.next().map_err(|_| damaged_part(path))? {
        let span = token.span.clone();
        if token.depth == 1 && token.starts() {
            parent = token.tag.local();
        }
        if token.depth != 2 {
            continue;
        }
        match (parent, token.tag.local()) {
            ("sheets", "sheet") if token.starts() => {
                open = gone.contains(&sheet).then_some(span.start);
                sheet += 1;
            }
            ("definedNames", "definedName") if token.kind == Kind::Open => {
                let name = package.defined_names().get(defined);
                defined += 1;
                let local = token.tag.raw("localSheetId").and_then(moved);
                let speaks = name.is_some_and(|name| names.iter().any(|sheet| mentions(&name.text, sheet)));
                if speaks || local == Some(None) {
                    open = Some(span.start);
                } else if let Some(Some(number)) = local {
                    let tag = token.tag.with(&[("localSheetId", Some(&number))]);
                    if tag != token.tag.0 {
                        patches.replace(span.clone(), |out| out.push_str(&tag));
                    }
                }
            }
            ("bookViews", "workbookView") if token.starts() => {
                let value = |name| token.tag.raw(name).and_then(moved).flatten();
                let (active, first) = (value("activeTab"), value("firstSheet"));
                let tag = token.tag.with(&[("activeTab", active.as_deref()), ("firstSheet", first.as_deref())]);
                if tag != token.tag.0 {
                    patches.replace(span.clone(), |out| out.push_str(&tag));
                }
            }
            _ => {}
        }
        if token.ends()
            && let Some(start) = open.take()
        {
            patches.replace(start..span.end, |_| {});
        }
    }
    patches.apply(&text).ok_or_else(|| refusal::fault("workbook"))
}

/// Whether a reference names a sheet: `検討メモ!A1` or `'検討メモ'!A1`.
pub fn mentions(reference: &str, sheet: &str) -> bool {
    let quoted = format!("'{}'!", sheet.replace('\'', "''"));
    reference.contains(&quoted)
        || reference.match_indices(&format!("{sheet}!")).any(|(at, _)| {
            let before = reference.get(..at).and_then(|text| text.chars().next_back());
            before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '.')
        })
}

fn leads_to(text: &str, tag: &std::ops::Range<usize>, names: &[&str]) -> bool {
    let tag = Tag(text.get(tag.clone()).unwrap_or_default());
    tag.value("location").is_some_and(|location| names.iter().any(|name| mentions(&location, name)))
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn references_name_whole_sheets() {
        for (reference, sheet, is) in [
            ("検討メモ!$A$1", "検討メモ", true),
            ("'検討メモ'!A1:B2", "検討メモ", true),
            ("SUM(検討メモ!A1)", "検討メモ", true),
            ("旧検討メモ!A1", "検討メモ", false),
            ("'a''b'!A1", "a'b", true),
            ("比較と判定!A1", "検討メモ", false),
        ] {
            assert_eq!(mentions(reference, sheet), is, "{reference}");
        }
    }
}
