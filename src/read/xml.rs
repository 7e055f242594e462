//! The few things the ods and SpreadsheetML readers both ask of an XML event.

use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::refusal;
use crate::error::FileError;

/// Who walks through the elements of an XML text.
pub(super) trait Walker {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), FileError>;
    fn end(&mut self, element: &BytesEnd<'_>) -> Result<(), FileError>;
    fn text(&mut self, text: &str);
}

/// How a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With its last character
    AtItsEnd,
    /// Inside a tag
    InsideTag,
    /// At what is no XML
    Broken,
}

/// Walks through a text to its end, or as far as it is XML.
///
/// # Errors
/// What the walker refuses; a DTD or entities of the file's own.
pub(super) fn walk(text: &str, walker: &mut impl Walker) -> Result<Ended, FileError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => walker.start(&element)?,
            Ok(Event::End(element)) => walker.end(&element)?,
            Ok(Event::Text(text)) => walker.text(&text.xml10_content()),
            Ok(Event::CData(text)) => walker.text(&text.xml10_content()),
            Ok(Event::GeneralRef(entity)) => {
                let mut text = String::new();
                reference(&entity, &mut text)?;
                walker.text(&text);
            }
            Ok(Event::DocType(_)) => return Err(refusal::dtd()),
            Ok(Event::Eof) => return Ok(Ended::AtItsEnd),
            Ok(_) => {}
            Err(quick_xml::Error::Syntax(_)) => return Ok(Ended::InsideTag),
            Err(_) => return Ok(Ended::Broken),
        }
    }
}

/// An attribute by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned()))
}

/// A whole number attribute; `None` when absent.
///
/// # Errors
/// Present but no number.
pub(super) fn number(element: &BytesStart<'_>, name: &str) -> Result<Option<u32>, FileError> {
    match attribute(element, name) {
        None => Ok(None),
        Some(text) => text.trim().parse().map(Some).map_err(|_| broken("番号")),
    }
}

/// A character reference or one of XML's own five; entities of the file's own are refused, nothing is looked up.
fn reference(reference: &BytesRef<'_>, out: &mut String) -> Result<(), FileError> {
    if let Some(c) = reference.resolve_char_ref().map_err(|_| broken("文字参照"))? {
        out.push(c);
        return Ok(());
    }
    match quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()) {
        Some(text) => {
            out.push_str(text);
            Ok(())
        }
        None => Err(refusal::dtd()),
    }
}

/// XML that cannot be followed.
pub(super) fn broken(what: &str) -> FileError {
    refusal::damaged(format!("表の{what}に読めないところがあります。ファイルが壊れています。"))
}
