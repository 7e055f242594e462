//! Reads back what was written, from the finished bytes: every edited cell, and that nothing else was exchanged.

use std::collections::BTreeMap;
use std::ops::Range;

use super::cell::{cell_text, is_plain};
use super::refusal;
use super::rich;
use super::sheet_index::SheetIndex;
use crate::error::FileError;
use crate::fill::plan::{CellContent, CellEdit};
use crate::model::CellRef;
use crate::template::package::Package;
use crate::template::xml::{Tag, content, decode_xstring};

/// Compares the entries of both packages that were not to change, by size and checksum.
pub(super) fn untouched(before: &Package, after: &Package, changed: impl Fn(usize) -> bool) -> Result<(), FileError> {
    let (mut old, mut new) = (before.archive(), after.archive());
    for index in (0..old.len()).filter(|index| !changed(*index)) {
        let fault = || refusal::fault("触れていない部分");
        let entry = old.by_index_raw(index).map_err(|_| fault())?;
        let name = entry.name().map_err(|_| fault())?.into_owned();
        let (size, packed, sum) = (entry.size(), entry.compressed_size(), entry.crc32());
        drop(entry);
        let copy = new.by_name(&name).map_err(|_| fault())?;
        if (copy.size(), copy.compressed_size(), copy.crc32()) != (size, packed, sum) {
            return Err(fault());
        }
    }
    Ok(())
}

/// Compares every edited cell of a sheet with what was planned.
pub(super) fn cells(sheet: &str, text: &str, edits: &BTreeMap<CellRef, &CellEdit>) -> Result<(), FileError> {
    let index = SheetIndex::read(text).map_err(|_| refusal::fault(sheet))?;
    for (at, edit) in edits {
        let found = index.cell(*at).and_then(|cell| text.get(cell.tag.start..cell.end));
        if !says(found, &edit.content) {
            return Err(refusal::fault(&format!("{sheet} {at}")));
        }
    }
    Ok(())
}

fn says(cell: Option<&str>, wanted: &CellContent) -> bool {
    let Some(cell) = cell else { return matches!(wanted, CellContent::Blank) || is_empty_text(wanted) };
    let kind = cell.split_once('>').and_then(|(tag, _)| Tag(tag).raw("t"));
    let has_formula = cell.split('<').any(|markup| Tag(markup).local() == "f");
    let value = inner(cell, "v").and_then(|span| cell.get(span)).and_then(content);
    let text = || inner(cell, "t").and_then(|span| cell.get(span)).and_then(content);
    if is_plain(wanted) && has_formula {
        return false;
    }
    match wanted {
        CellContent::Number(number) | CellContent::FormulaNumber(number) => {
            kind.is_none() && value.and_then(|value| value.parse::<f64>().ok()) == Some(*number)
        }
        CellContent::Text(wanted) if !wanted.is_empty() => {
            kind == Some("inlineStr") && text().is_some_and(|text| decode_xstring(&text) == cell_text(wanted).0)
        }
        CellContent::Rich(rich) => {
            // Copied markup is compared as such.
            let prefix = cell.split_once('>').map_or("", |(tag, _)| Tag(tag).prefix());
            let end = format!("{}</{prefix}is></{prefix}c>", rich::with_prefix(&rich.markup, prefix));
            kind == Some("inlineStr") && cell.ends_with(&end)
        }
        CellContent::FormulaText(wanted) => {
            kind == Some("str") && value.is_some_and(|text| decode_xstring(&text) == cell_text(wanted).0)
        }
        CellContent::Blank | CellContent::Text(_) => kind.is_none() && value.is_none() && text().is_none(),
    }
}

fn is_empty_text(content: &CellContent) -> bool {
    matches!(content, CellContent::Text(text) if text.is_empty())
}

/// The bytes between `<v …>` and `</v>`, whatever the prefix.
fn inner(cell: &str, name: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(open) = cell.get(from..)?.find('<').map(|at| at + from) {
        let end = open + cell.get(open..)?.find('>')? + 1;
        let tag = cell.get(open..end)?;
        if !tag.starts_with("</") && !tag.ends_with("/>") && Tag(tag).local() == name {
            return Some(end..end + cell.get(end..)?.find("</")?);
        }
        from = end;
    }
    None
}
