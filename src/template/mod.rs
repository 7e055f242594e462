//! Templates and other workbooks as what they are: packages of XML parts.

pub(crate) mod elsewhere;
pub mod lint;
pub mod package;
pub mod places;
mod relationships;
pub mod row_id;
mod shared_strings;
pub(crate) mod xml;

pub(crate) use shared_strings::SharedStrings;
