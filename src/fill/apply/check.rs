//! Reads back what was written, from the finished bytes: every edited cell, and that nothing else was exchanged.

use std::borrow::Borrow;

use memchr::memmem;

use super::cell::{cell_text, is_plain};
use super::plain_cell::Said;
use super::refusal;
use super::rich;
use super::scan::{Scan, ScannedCell};
use crate::error::FileError;
use crate::fill::plan::CellContent;
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

/// Compares every edited cell of a sheet, in their order, with what was planned, in one walk through the finished part.
pub(super) fn cells<C: Borrow<CellContent>>(
    sheet: &str,
    text: &str,
    edits: impl Iterator<Item = (CellRef, C)>,
) -> Result<(), FileError> {
    let mut scan = Scan::new(text);
    let mut edits = edits.peekable();
    let fault = |at: CellRef| refusal::fault(&format!("{sheet} {at}"));
    let absent = |(at, wanted): (CellRef, C)| if is_empty(wanted.borrow()) { Ok(()) } else { Err(fault(at)) };
    while let Some(cell) = scan.next().map_err(|_| refusal::fault(sheet))? {
        while let Some(edit) = edits.next_if(|(at, _)| *at < cell.at) {
            absent(edit)?;
        }
        if let Some((at, wanted)) = edits.next_if(|(at, _)| *at == cell.at)
            && !says(&cell, wanted.borrow())
        {
            return Err(fault(at));
        }
    }
    edits.try_for_each(absent)
}

fn says(cell: &ScannedCell<'_>, wanted: &CellContent) -> bool {
    let Some((tag, body)) = split(cell.element, b'>') else { return false };
    let (kind, inside) = match cell.plain {
        Some(plain) => (plain.kind, Inside::said(plain.says)),
        None => (Tag(tag).raw("t"), Inside::of(body)),
    };
    if is_plain(wanted) && inside.formula {
        return false;
    }
    let value = || inside.value.and_then(content);
    match wanted {
        CellContent::Number(number) | CellContent::FormulaNumber(number) => {
            kind.is_none() && value().and_then(|value| value.parse::<f64>().ok()) == Some(*number)
        }
        CellContent::Text(wanted) if !wanted.is_empty() => {
            kind == Some("inlineStr")
                && inside.text.and_then(content).is_some_and(|text| decode_xstring(&text) == cell_text(wanted).0)
        }
        CellContent::Rich(rich) => {
            // Copied markup is compared as such.
            let prefix = Tag(tag).prefix();
            let end = format!("{}</{prefix}is></{prefix}c>", rich::with_prefix(&rich.markup, prefix));
            kind == Some("inlineStr") && cell.element.ends_with(&end)
        }
        CellContent::FormulaText(wanted) => {
            kind == Some("str") && value().is_some_and(|text| decode_xstring(&text) == cell_text(wanted).0)
        }
        CellContent::Blank | CellContent::Text(_) => kind.is_none() && inside.value.is_none() && inside.text.is_none(),
    }
}

fn is_empty(content: &CellContent) -> bool {
    matches!(content, CellContent::Blank) || matches!(content, CellContent::Text(text) if text.is_empty())
}

/// What stands before and behind the first of a byte.
fn split(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(byte, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What stands between the tags of a cell: whether it has a formula, and the first `<v>` and `<t>`, as written.
#[derive(Default)]
struct Inside<'a> {
    formula: bool,
    value: Option<&'a str>,
    text: Option<&'a str>,
}

impl<'a> Inside<'a> {
    fn said(said: Said<'a>) -> Self {
        let (value, text) = match said {
            Said::Nothing => (None, None),
            Said::Value(value) => (Some(value), None),
            Said::Text(text) => (None, Some(text)),
        };
        Self { formula: false, value, text }
    }

    fn of(body: &'a str) -> Self {
        let mut inside = Self::default();
        let mut rest = body;
        while let Some((_, markup)) = split(rest, b'<') {
            let Some((tag, after)) = split(markup, b'>') else { break };
            rest = after;
            if tag.starts_with('/') {
                continue;
            }
            let name = Tag(tag).local();
            inside.formula |= name == "f";
            let place = match name {
                "v" => &mut inside.value,
                "t" => &mut inside.text,
                _ => continue,
            };
            if place.is_none() && !tag.ends_with('/') {
                // Up to the end tag; comments and CDATA belong to what it says.
                *place = memmem::find(after.as_bytes(), b"</").and_then(|end| after.get(..end));
            }
        }
        inside
    }
}
