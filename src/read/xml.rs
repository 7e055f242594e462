//! The few things the ods and SpreadsheetML readers both ask of an XML event.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart};

use super::refusal;
use crate::error::FileError;

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
pub(super) fn reference(reference: &BytesRef<'_>, out: &mut String) -> Result<(), FileError> {
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
