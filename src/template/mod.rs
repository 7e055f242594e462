//! Templates and other workbooks as what they are: packages of XML parts.

pub mod package;
mod relationships;
mod shared_strings;
pub(crate) mod xml;

pub(crate) use shared_strings::SharedStrings;
