//! Templates and other workbooks as what they are: packages of XML parts.

pub mod lint;
pub mod package;
pub mod places;
mod relationships;
mod shared_strings;
pub(crate) mod xml;

pub(crate) use shared_strings::SharedStrings;
