//! Looks for added sheets, appended to the workbook's styles; nothing that stands there changes its number.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::patches::Patches;
use crate::fill::plan::Look;
use crate::template::xml::{Kind, Malformed, Tag, Walker};

/// A list of the styles part: its tag, its end tag, how many entries it has, the first entry.
#[derive(Debug)]
struct List {
    tag: Range<usize>,
    close: usize,
    count: u32,
    first: Range<usize>,
}

/// Number formats every Excel knows: `#,##0` and `#,##0.00`.
const WHOLE: u32 = 3;
const DECIMAL: u32 = 4;

/// The styles part with the looks appended, and the number of each. `None` when the part lacks a list.
pub(super) fn append(text: &str) -> Option<(String, BTreeMap<Look, u32>)> {
    let lists = read(text).ok()?;
    let list = |name: &str| lists.get(name).filter(|list| list.count > 0);
    let (fonts, fills, borders, formats) = (list("fonts")?, list("fills")?, list("borders")?, list("cellXfs")?);
    let p = Walker::new(text).root().ok()?.prefix().to_owned();
    let base = text.get(fonts.first.clone())?;
    let bold = if base.contains("<b/>") || base.ends_with("/>") {
        base.to_owned()
    } else {
        let open = base.find('>')? + 1;
        format!("{}<{p}b/>{}", base.get(..open)?, base.get(open..)?)
    };
    let ground = format!(
        "<{p}fill><{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"FFDDEBF7\"/><{p}bgColor indexed=\"64\"/></{p}patternFill></{p}fill>"
    );
    let mut frame = format!("<{p}border>");
    for side in ["left", "right", "top", "bottom"] {
        let _ = write!(frame, "<{p}{side} style=\"thin\"><{p}color rgb=\"FF9E9E9E\"/></{p}{side}>");
    }
    let _ = write!(frame, "<{p}diagonal/></{p}border>");
    let (font, fill, border) = (fonts.count, fills.count, borders.count);
    let wrap = format!("<{p}alignment vertical=\"top\" wrapText=\"1\"/>");
    let looks = [
        (Look::Title, 0, font, 0, 0, None),
        (Look::Heading, 0, font, fill, border, Some(wrap.as_str())),
        (Look::Wrapped, 0, 0, 0, border, Some(wrap.as_str())),
        (Look::Whole, WHOLE, 0, 0, border, None),
        (Look::Decimal, DECIMAL, 0, 0, border, None),
    ];
    let mut entries = String::new();
    let mut numbers = BTreeMap::new();
    for (offset, (look, format, font, fill, border, alignment)) in looks.into_iter().enumerate() {
        let _ = write!(
            entries,
            "<{p}xf numFmtId=\"{format}\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" xfId=\"0\" \
             applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\""
        );
        match alignment {
            Some(alignment) => {
                let _ = write!(entries, ">{alignment}</{p}xf>");
            }
            None => entries.push_str("/>"),
        }
        numbers.insert(look, formats.count + offset as u32);
    }
    let mut patches = Patches::default();
    for (list, new, more) in
        [(fonts, &bold, 1), (fills, &ground, 1), (borders, &frame, 1), (formats, &entries, numbers.len() as u32)]
    {
        let count = (list.count + more).to_string();
        let tag = Tag(text.get(list.tag.clone())?).with(&[("count", Some(&count))]);
        patches.replace(list.tag.clone(), |out| out.push_str(&tag));
        patches.insert(list.close, |out| out.push_str(new));
    }
    Some((patches.apply(text)?, numbers))
}

fn read(text: &str) -> Result<BTreeMap<&str, List>, Malformed> {
    let mut walker = Walker::new(text);
    let mut lists: BTreeMap<&str, List> = BTreeMap::new();
    let mut open: Option<&str> = None;
    while let Some(token) = walker.next()? {
        let local = token.tag.local();
        match (token.depth, token.kind) {
            (1, Kind::Open) => {
                open = Some(local);
                let end = token.span.end;
                lists.insert(local, List { tag: token.span, close: end, count: 0, first: end..end });
            }
            (1, Kind::Close) => {
                if let Some(list) = open.take().and_then(|name| lists.get_mut(name)) {
                    list.close = token.span.start;
                }
            }
            (2, kind) if kind != Kind::Text => {
                let Some(list) = open.and_then(|name| lists.get_mut(name)) else { continue };
                if token.starts() {
                    list.count += 1;
                    if list.count == 1 {
                        list.first.start = token.span.start;
                    }
                }
                if token.ends() && list.count == 1 {
                    list.first.end = token.span.end;
                }
            }
            _ => {}
        }
    }
    Ok(lists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_appended_and_numbers_stay() {
        let text = "<styleSheet><fonts count=\"2\"><font><sz val=\"11\"/></font><font/></fonts><fills count=\"1\"><fill/></fills>\
                    <borders count=\"1\"><border/></borders><cellXfs count=\"3\"><xf/><xf/><xf><alignment/></xf></cellXfs></styleSheet>";
        let (after, numbers) = append(text).unwrap();
        assert_eq!(numbers[&Look::Title], 3);
        assert_eq!(numbers[&Look::Decimal], 7);
        assert!(after.contains(
            "<fonts count=\"3\"><font><sz val=\"11\"/></font><font/><font><b/><sz val=\"11\"/></font></fonts>"
        ));
        assert!(after.contains("<cellXfs count=\"8\"><xf/><xf/><xf><alignment/></xf><xf numFmtId=\"0\" fontId=\"2\""));
        assert!(append("<styleSheet><fonts/></styleSheet>").is_none());
    }
}
