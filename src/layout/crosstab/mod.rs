//! Any other official table: what runs down, what runs across, and what is not understood.
//!
//! [`understand`] never stores anything: it makes a mapping for a person to look at, correct and save.
//! [`apply`] reads by saved mappings.

mod apply;
mod axes;
mod carry;
mod fit;
pub mod heads;
mod sums;
mod titles;
mod understand;
mod words;
mod years;

pub use apply::{apply, apply_one};
pub use understand::{Understanding, understand};
