//! The form nearly every cell is written in, read in one go. Whatever is written in another way is left to the readers
//! that go tag by tag.

use memchr::memchr;

/// A cell without formula and without anything unusual, such as `<c r="A1" s="2"><v>1.5</v></c>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain<'a> {
    /// The attributes `r`, `s` and `t`, as written
    pub address: Option<&'a str>,
    pub style: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub says: Said<'a>,
    /// Bytes of the start tag, and of the whole element
    pub tag: usize,
    pub length: usize,
}

/// What stands in a plain cell, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// `<c …/>`
    Nothing,
    /// `<v>…</v>`
    Value(&'a str),
    /// `<is><t>…</t></is>`
    Text(&'a str),
}

/// The plain cell a text begins with; `None` for every other way to write a cell, and for everything else.
pub(super) fn plain_cell(text: &str) -> Option<Plain<'_>> {
    let mut rest = text.strip_prefix("<c")?;
    let (mut address, mut style, mut kind) = (None, None, None);
    while let Some(attribute) = rest.strip_prefix(' ') {
        let (name, value) = attribute.split_at_checked(3)?;
        let end = memchr(b'"', value.as_bytes())?;
        let place = match name {
            "r=\"" => &mut address,
            "s=\"" => &mut style,
            "t=\"" => &mut kind,
            _ => return None,
        };
        if place.replace(value.get(..end)?).is_some() {
            return None;
        }
        rest = value.get(end + 1..)?;
    }
    let after = |rest: &str| text.len() - rest.len();
    if let Some(rest) = rest.strip_prefix("/>") {
        let length = after(rest);
        return Some(Plain { address, style, kind, says: Said::Nothing, tag: length, length });
    }
    let inside = rest.strip_prefix('>')?;
    let tag = after(inside);
    let (says, rest) = if let Some(value) = inside.strip_prefix("<v>") {
        let (value, rest) = value.split_at_checked(memchr(b'<', value.as_bytes())?)?;
        (Said::Value(value), rest.strip_prefix("</v></c>")?)
    } else {
        let words = inside.strip_prefix("<is><t")?;
        let words = words.strip_prefix('>').or_else(|| words.strip_prefix(" xml:space=\"preserve\">"))?;
        let (words, rest) = words.split_at_checked(memchr(b'<', words.as_bytes())?)?;
        (Said::Text(words), rest.strip_prefix("</t></is></c>")?)
    };
    Some(Plain { address, style, kind, says, tag, length: after(rest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_form_is_read_at_once() {
        for (text, style, kind, says) in [
            ("<c r=\"A1\" s=\"2\"/>", Some("2"), None, Said::Nothing),
            ("<c s=\"2\" r=\"A1\"><v>1.5</v></c>", Some("2"), None, Said::Value("1.5")),
            ("<c r=\"A1\" t=\"inlineStr\"><is><t>&lt;あ></t></is></c>", None, Some("inlineStr"), Said::Text("&lt;あ>")),
            ("<c r=\"A1\"><is><t xml:space=\"preserve\"> </t></is></c>", None, None, Said::Text(" ")),
        ] {
            let plain = plain_cell(text).unwrap();
            assert_eq!((plain.address, plain.style, plain.kind, plain.says), (Some("A1"), style, kind, says), "{text}");
            assert_eq!(plain.length, text.len());
            assert_eq!(plain.tag, text.find('>').unwrap() + 1);
        }
    }

    #[test]
    fn every_other_form_is_left_alone() {
        for text in [
            "<c r=\"A1\"><f>1</f><v>1</v></c>",
            "<c r=\"A1\"><v>1</v><v>2</v></c>",
            "<c r=\"A1\" r=\"B1\"/>",
            "<c r='A1'/>",
            "<c r=\"A1\" cm=\"1\"/>",
            "<c r=\"A1\"><v>1<!-- --></v></c>",
            "<c r=\"A1\"><is><r><t>あ</t></r></is></c>",
            "<cols/>",
            "<x:c r=\"A1\"/>",
            "<c r=\"A1",
        ] {
            assert_eq!(plain_cell(text), None, "{text}");
        }
    }
}
