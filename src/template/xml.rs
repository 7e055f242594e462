//! The text of a part with the place of every token, so that a change can leave all other bytes alone.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

/// What a token is. Comments, declarations and processing instructions are not reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `<row r="1">`
    Open,
    /// `<row r="1"/>`
    Empty,
    /// `</row>`
    Close,
    /// Text, CDATA or a reference such as `&amp;`
    Text,
}

/// One token and where it stands in the part.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    /// See [`Kind`].
    pub kind: Kind,
    /// The token's own text; for tags with brackets
    pub tag: Tag<'a>,
    /// Bytes of the part
    pub span: Range<usize>,
    /// How many elements are open around it: 0 for the root, 1 for its children.
    pub depth: usize,
}

impl Token<'_> {
    /// A start tag, closed at once or not.
    pub fn starts(&self) -> bool {
        matches!(self.kind, Kind::Open | Kind::Empty)
    }

    /// The end of an element: its end tag, or the tag that is both.
    pub fn ends(&self) -> bool {
        matches!(self.kind, Kind::Close | Kind::Empty)
    }
}

/// The part is no well-formed XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Reads a part token by token.
pub(crate) struct Walker<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// quick-xml does not count a byte order mark in its positions, so it never sees one.
    shift: usize,
    depth: usize,
    /// The last token was a tag: nothing of what follows has been looked at
    at_tag: bool,
}

impl<'a> Walker<'a> {
    /// A walk over a whole part, byte order mark or not.
    pub fn new(text: &'a str) -> Self {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { text, reader: Reader::from_str(body), shift: text.len() - body.len(), depth: 0, at_tag: false }
    }

    /// The next token, `None` at the end of a complete document.
    pub fn next(&mut self) -> Result<Option<Token<'a>>, Malformed> {
        loop {
            let start = self.position()?;
            let event = self.reader.read_event().map_err(|_| Malformed)?;
            let kind = match event {
                Event::Start(_) => Kind::Open,
                Event::Empty(_) => Kind::Empty,
                Event::End(_) => Kind::Close,
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => Kind::Text,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
                // A DTD has no place in a part and could define entities.
                Event::DocType(_) => return Err(Malformed),
                Event::Eof => return if self.depth == 0 { Ok(None) } else { Err(Malformed) },
            };
            let span = start..self.position()?;
            let tag = Tag(self.text.get(span.clone()).ok_or(Malformed)?);
            if kind == Kind::Close {
                self.depth = self.depth.checked_sub(1).ok_or(Malformed)?;
            }
            let depth = self.depth;
            if kind == Kind::Open {
                self.depth += 1;
            }
            self.at_tag = kind != Kind::Text;
            return Ok(Some(Token { kind, tag, span, depth }));
        }
    }

    /// The start tag of the root, after white space, comments and the declaration.
    pub fn root(mut self) -> Result<Tag<'a>, Malformed> {
        while let Some(token) = self.next()? {
            if token.starts() {
                return Ok(token.tag);
            }
        }
        Err(Malformed)
    }

    /// What follows the tag just read, with its first byte's place in the part; `None` after anything else.
    pub fn rest(&self) -> Option<(usize, &'a str)> {
        let at = self.position().ok().filter(|_| self.at_tag)?;
        Some((at, self.text.get(at..)?))
    }

    /// Passes over whole elements that [`Self::rest`] begins with. Nothing of them is reported.
    pub fn skip(&mut self, bytes: usize) -> Result<(), Malformed> {
        let rest = self.reader.get_mut();
        *rest = rest.get(bytes..).filter(|_| self.at_tag).ok_or(Malformed)?;
        self.shift += bytes;
        Ok(())
    }

    fn position(&self) -> Result<usize, Malformed> {
        usize::try_from(self.reader.buffer_position()).map(|at| at + self.shift).map_err(|_| Malformed)
    }
}

/// A tag as it is written, with its brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'a>(pub &'a str);

/// One attribute of a tag: name and value as written, and the bytes from the space before it to its closing quote.
pub(crate) struct Attribute<'a> {
    /// With its prefix, such as `r:id`
    pub name: &'a str,
    /// Not unescaped
    pub value: &'a str,
    /// Bytes of the tag
    pub span: Range<usize>,
}

impl<'a> Tag<'a> {
    /// The element's name with its prefix.
    pub fn name(self) -> &'a str {
        let bytes = self.0.as_bytes();
        let start = bytes.iter().take_while(|byte| matches!(byte, b'<' | b'/')).count();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        let length = bytes.iter().skip(start).take_while(|byte| !ends(byte)).count();
        self.0.get(start..start + length).unwrap_or_default()
    }

    /// The element's name without prefix.
    pub fn local(self) -> &'a str {
        let name = self.name();
        let colon = name.bytes().position(|byte| byte == b':');
        colon.and_then(|at| name.get(at + 1..)).unwrap_or(name)
    }

    /// The prefix with its colon, `x:`; empty when there is none.
    pub fn prefix(self) -> &'a str {
        let name = self.name();
        name.get(..name.len() - self.local().len()).unwrap_or_default()
    }

    /// The attributes in their order.
    pub fn attributes(self) -> Attributes<'a> {
        let start = self.0.bytes().take_while(|byte| matches!(byte, b'<' | b'/')).count();
        Attributes { tag: self.0, at: start + self.name().len() }
    }

    /// An attribute's value as written.
    pub fn raw(self, name: &str) -> Option<&'a str> {
        self.attributes().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }

    /// An attribute's value with its references resolved.
    pub fn value(self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).and_then(unescape)
    }

    /// The value of a prefixed attribute, whatever the prefix: `r:id`.
    pub fn prefixed(self, local: &str) -> Option<Cow<'a, str>> {
        self.attributes()
            .find(|attribute| attribute.name.rsplit_once(':').is_some_and(|(_, name)| name == local))
            .and_then(|attribute| unescape(attribute.value))
    }

    /// A boolean attribute, as the schema writes it.
    pub fn flag(self, name: &str) -> bool {
        matches!(self.raw(name), Some("1" | "true" | "on"))
    }

    /// The tag with attributes set (`Some`, raw) or taken out (`None`); all others stay as they are.
    pub fn with(self, changes: &[(&str, Option<&str>)]) -> String {
        let mut out = String::with_capacity(self.0.len() + 24);
        let mut copied = 0;
        let mut last = copied;
        for attribute in self.attributes() {
            last = attribute.span.end;
            let Some((name, change)) = changes.iter().find(|(name, _)| *name == attribute.name) else { continue };
            out.push_str(self.0.get(copied..attribute.span.start).unwrap_or_default());
            if let Some(value) = change {
                let _ = write!(out, " {name}=\"{value}\"");
            }
            copied = attribute.span.end;
        }
        let tail = if last == 0 { self.0.len() - self.closing().len() } else { last };
        out.push_str(self.0.get(copied..tail).unwrap_or_default());
        for (name, change) in changes {
            if let (Some(value), None) = (change, self.raw(name)) {
                let _ = write!(out, " {name}=\"{value}\"");
            }
        }
        out.push_str(self.0.get(tail..).unwrap_or_default());
        out
    }

    /// The tag as `<x …>`, to be followed by content.
    pub fn opened(tag: &str) -> String {
        tag.strip_suffix("/>").map_or_else(|| tag.to_owned(), |body| format!("{}>", body.trim_end()))
    }

    /// The tag as `<x …/>`.
    pub fn closed(tag: &str) -> String {
        if tag.ends_with("/>") { tag.to_owned() } else { format!("{}/>", tag.trim_end_matches('>').trim_end()) }
    }

    fn closing(self) -> &'a str {
        if self.0.ends_with("/>") { "/>" } else { ">" }
    }
}

/// Iterator over the attributes of a [`Tag`].
pub(crate) struct Attributes<'a> {
    tag: &'a str,
    at: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        // Byte by byte: names and values are short, and searching for characters costs more than it saves.
        let start = self.at;
        let find = |from: usize, wanted: fn(u8) -> bool| {
            let rest = self.tag.as_bytes().get(from..)?;
            rest.iter().position(|byte| wanted(*byte)).map(|at| from + at)
        };
        let equals = find(start, |byte| byte == b'=')?;
        let name = self.tag.get(start..equals)?.trim_ascii();
        let open = find(equals + 1, |byte| matches!(byte, b'"' | b'\''))?;
        let close = match self.tag.as_bytes().get(open)? {
            b'"' => find(open + 1, |byte| byte == b'"')?,
            _ => find(open + 1, |byte| byte == b'\'')?,
        };
        self.at = close + 1;
        Some(Attribute { name, value: self.tag.get(open + 1..close)?, span: start..self.at })
    }
}

/// Resolves references; `None` for an unknown one.
pub(crate) fn unescape(raw: &str) -> Option<Cow<'_, str>> {
    quick_xml::escape::unescape(raw).ok()
}

/// The text between two tags: references resolved, CDATA unwrapped, comments left out, line ends as XML reads them.
pub(crate) fn content(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains(['&', '<', '\r']) {
        return Some(Cow::Borrowed(raw));
    }
    let raw = raw.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.as_str();
    while let Some((before, markup)) = rest.split_once('<') {
        out.push_str(&unescape(before)?);
        if let Some(data) = markup.strip_prefix("![CDATA[") {
            let (data, after) = data.split_once("]]>")?;
            out.push_str(data);
            rest = after;
        } else {
            let end = if markup.starts_with("!--") { "-->" } else { ">" };
            rest = markup.split_once(end)?.1;
        }
    }
    out.push_str(&unescape(rest)?);
    Some(Cow::Owned(out))
}

/// Writes a value for a quoted attribute.
pub(crate) fn escape_attribute(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if is_legal(c) => out.push(c),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
    out
}

/// Whether XML 1.0 allows the character at all.
pub(crate) fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Reads the `_xHHHH_` escapes that cell texts use for characters XML has no place for.
pub(crate) fn decode_xstring(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(unit) = xstring_escape(rest) {
            units.push(unit);
            rest = rest.get(7..).unwrap_or_default();
        } else {
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// The UTF-16 unit of an `_xHHHH_` escape a text begins with.
pub(crate) fn xstring_escape(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("_x")?.get(..5)?.strip_suffix('_')?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(Kind, String, usize)> {
        let mut walker = Walker::new(text);
        let mut out = Vec::new();
        while let Some(token) = walker.next().unwrap() {
            assert_eq!(&text[token.span.clone()], token.tag.0);
            out.push((token.kind, token.tag.local().to_owned(), token.depth));
        }
        out
    }

    #[test]
    fn places_are_right_behind_a_byte_order_mark() {
        let found = tokens("\u{feff}<?xml version=\"1.0\"?><x:a><x:b r='1'/></x:a>");
        let expected = [(Kind::Open, "a", 0), (Kind::Empty, "b", 1), (Kind::Close, "a", 0)];
        assert_eq!(found, expected.map(|(kind, name, depth)| (kind, name.to_owned(), depth)));
    }

    #[test]
    fn what_is_skipped_is_not_reported_and_places_stay_right() {
        let text = "\u{feff}<a>\n<b><c/><c/>あ</b><d/></a>";
        let mut walker = Walker::new(text);
        let mut found = Vec::new();
        while let Some(token) = walker.next().unwrap() {
            assert_eq!(&text[token.span.clone()], token.tag.0);
            found.push(token.tag.0);
            if token.kind == Kind::Text {
                assert!(walker.rest().is_none());
                assert_eq!(walker.skip(1), Err(Malformed));
            }
            while let Some((at, rest)) = walker.rest().filter(|(_, rest)| rest.starts_with("<c/>")) {
                assert_eq!(&text[at..], rest);
                walker.skip(4).unwrap();
            }
        }
        assert_eq!(found, ["<a>", "\n", "<b>", "あ", "</b>", "<d/>", "</a>"]);
    }

    #[test]
    fn cut_off_parts_and_doctypes_are_malformed() {
        for text in ["<a><b>", "<a></b>", "<!DOCTYPE a [<!ENTITY e 'x'>]><a/>", "</a>"] {
            let mut walker = Walker::new(text);
            let end = loop {
                match walker.next() {
                    Ok(Some(_)) => {}
                    end => break end.map(|_| ()),
                }
            };
            assert_eq!(end, Err(Malformed), "{text}");
        }
    }

    #[test]
    fn changing_attributes_leaves_the_others_alone() {
        let tag = Tag("<x:row  r = '3' spans=\"1:2\"\thidden=\"1\" />");
        assert_eq!(tag.with(&[("hidden", None)]), "<x:row  r = '3' spans=\"1:2\" />");
        assert_eq!(
            tag.with(&[("ht", Some("20")), ("spans", Some("1:9"))]),
            "<x:row  r = '3' spans=\"1:9\"\thidden=\"1\" ht=\"20\" />"
        );
        assert_eq!(Tag("<calcPr/>").with(&[("a", Some("1"))]), "<calcPr a=\"1\"/>");
        assert_eq!(Tag("<row>").with(&[("a", Some("1")), ("b", None)]), "<row a=\"1\">");
        assert_eq!((tag.prefix(), tag.local(), tag.raw("r")), ("x:", "row", Some("3")));
    }

    #[test]
    fn text_is_read_as_xml_says() {
        assert_eq!(content("a&amp;b<![CDATA[<c>&]]>d\r\ne<!-- x > y -->&#x20BB7;").unwrap(), "a&b<c>&d\ne𠮷");
        assert_eq!(content("&nope;"), None);
        assert_eq!(decode_xstring("a_x000D_b_x005F_x000D_c_xD842__xDFB7__xzzzz_"), "a\rb_x000D_c𠮷_xzzzz_");
    }
}
