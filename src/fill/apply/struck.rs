//! Words people struck out: they stand in the cell, and are meant to be gone.

use std::collections::BTreeSet;

use crate::fill::plan::RichText;
use crate::template::xml::{Kind, Tag, Walker, content, decode_xstring};

/// What is left of a text when the struck words are taken out; `None` when nothing is struck. `cell` tells whether the
/// cell's own font is struck, which holds for runs that bring no font.
pub(super) fn standing(text: &RichText, cell: bool) -> Option<String> {
    if !cell && !text.markup.contains("strike") {
        return None;
    }
    let markup = format!("<is>{}</is>", text.markup);
    let mut walker = Walker::new(&markup);
    let (mut left, mut any) = (String::new(), false);
    let (mut struck, mut phonetic, mut start) = (cell, false, None);
    while let Some(token) = walker.next().ok()? {
        match (token.kind, token.tag.local()) {
            (Kind::Open, "r") => struck = cell,
            // A run that brings a font is struck only where this font says so.
            (Kind::Open | Kind::Empty, "rPr") => struck = false,
            (Kind::Open | Kind::Empty, "strike") => struck = is_on(token.tag),
            (Kind::Open, "rPh") => phonetic = true,
            (Kind::Close, "rPh") => phonetic = false,
            (Kind::Open, "t") if !phonetic => start = Some(token.span.end),
            (Kind::Close, "t") => {
                let Some(start) = start.take() else { continue };
                let words = decode_xstring(&markup.get(start..token.span.start).and_then(content)?).into_owned();
                if struck {
                    any |= !words.trim().is_empty();
                } else {
                    left.push_str(&words);
                }
            }
            _ => {}
        }
    }
    any.then_some(left)
}

/// The cell styles whose font is struck, by the styles part.
pub(super) fn struck_styles(styles: &str) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    if !styles.contains("strike") {
        return found;
    }
    let (mut fonts, mut xfs) = (Vec::new(), 0u32);
    let (mut in_fonts, mut in_xfs) = (false, false);
    let mut walker = Walker::new(styles);
    while let Ok(Some(token)) = walker.next() {
        match (token.kind, token.tag.local()) {
            (Kind::Open, "fonts") => in_fonts = true,
            (Kind::Close, "fonts") => in_fonts = false,
            (Kind::Open, "cellXfs") => in_xfs = true,
            (Kind::Close, "cellXfs") => in_xfs = false,
            (Kind::Open | Kind::Empty, "font") if in_fonts => fonts.push(false),
            (Kind::Open | Kind::Empty, "strike") if in_fonts => {
                if let Some(font) = fonts.last_mut() {
                    *font = is_on(token.tag);
                }
            }
            (Kind::Open | Kind::Empty, "xf") if in_xfs => {
                let font = token.tag.raw("fontId").and_then(|id| id.parse::<usize>().ok());
                if font.and_then(|font| fonts.get(font)) == Some(&true) {
                    found.insert(xfs);
                }
                xfs += 1;
            }
            _ => {}
        }
    }
    found
}

fn is_on(tag: Tag<'_>) -> bool {
    !matches!(tag.raw("val"), Some("0" | "false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(markup: &str, cell: bool) -> Option<String> {
        standing(&RichText { markup: markup.to_owned(), text: String::new() }, cell)
    }

    #[test]
    fn struck_runs_go_and_the_others_stay() {
        let runs = "<r><t>事業所は</t></r><r><rPr><strike/></rPr><t>10か所</t></r><r><rPr><b/></rPr><t>12か所</t></r>";
        assert_eq!(left(runs, false).as_deref(), Some("事業所は12か所"));
        // The first run has the cell's font.
        assert_eq!(left(runs, true).as_deref(), Some("12か所"));
        assert_eq!(left("<r><rPr><strike val=\"0\"/></rPr><t>ある</t></r>", false), None);
        assert_eq!(left("<t>すべて</t>", true).as_deref(), Some(""));
        assert_eq!(left("<t>strike</t>", false), None);
    }

    #[test]
    fn styles_are_struck_by_their_fonts() {
        let styles = "<styleSheet><fonts><font><b/></font><font><strike/></font></fonts><cellStyleXfs><xf fontId=\"1\"/>\
            </cellStyleXfs><cellXfs><xf fontId=\"0\"/><xf fontId=\"1\"/></cellXfs><dxfs><dxf><font><strike/></font></dxf>\
            </dxfs></styleSheet>";
        assert_eq!(struck_styles(styles).into_iter().collect::<Vec<_>>(), [1]);
    }
}
