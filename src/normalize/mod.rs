//! From figures as written to observations that can be compared: understood, checked, settled, derived from.

pub mod check;
pub mod conflict;
pub mod derive;
mod key;
pub mod observe;
pub mod percent;
