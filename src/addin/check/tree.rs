//! A manifest as a tree of elements, read strictly: one root, no document type, nothing Office would not read.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Elements deeper than any manifest has.
const DEEPEST: usize = 32;

/// An element as written, prefix included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// This element and everything below it, with the names of those above.
    pub fn walk<'a>(&'a self, above: &mut Vec<&'a str>, visit: &mut impl FnMut(&'a Element, &[&'a str])) {
        visit(self, above);
        above.push(&self.name);
        for child in &self.children {
            child.walk(above, visit);
        }
        above.pop();
    }
}

/// Reads a manifest; the error is a Japanese sentence.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|error| format!("XML として読めません（{error}）。"))?;
        match event {
            Event::DocType(_) => return Err("文書型宣言（DOCTYPE）は使えません。".to_owned()),
            Event::Start(start) if open.len() < DEEPEST => open.push(element(&start)?),
            Event::Start(_) => return Err("要素の入れ子が深すぎます。".to_owned()),
            Event::Empty(start) => place(element(&start)?, &mut open, &mut root)?,
            Event::End(_) => {
                let Some(done) = open.pop() else { return Err("閉じる要素が合いません。".to_owned()) };
                place(done, &mut open, &mut root)?;
            }
            Event::Text(part) => {
                let part: &str = &part;
                match open.last_mut() {
                    Some(element) => element.text.push_str(part),
                    None if part.trim().is_empty() => {}
                    None => return Err("要素の外に文字があります。".to_owned()),
                }
            }
            Event::GeneralRef(entity) => {
                let name: &str = &entity;
                let resolved = quick_xml::escape::unescape(&format!("&{name};"))
                    .map(std::borrow::Cow::into_owned)
                    .map_err(|_| format!("「&{name};」は使えません。"))?;
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&resolved);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !open.is_empty() {
        return Err("途中で終わっています。".to_owned());
    }
    root.ok_or_else(|| "要素がありません。".to_owned())
}

fn place(done: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None if root.is_none() => *root = Some(done),
        None => return Err("いちばん外側の要素が2つあります。".to_owned()),
    }
    Ok(())
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element { name: start.name().as_ref().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("XML として読めません（{error}）。"))?;
        let name = attribute.key.as_ref().to_owned();
        let value =
            attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| format!("属性 {name} を読めません。"))?;
        element.attributes.push((name, value.into_owned()));
    }
    Ok(element)
}
