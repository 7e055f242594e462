//! The words every stage shares: areas, indicators, periods, values, observations and where they came from.
//!
//! This module knows no other stage; every other stage may know it.

mod area;
mod datum;
mod observation;
mod outcome;
mod period;
mod source;

pub use area::{Area, AreaCode, AreaLevel};
pub use datum::{Datum, MissingReason};
pub use observation::{Derivation, Dimensions, EntryField, EntryText, IndicatorId, Observation, ObservationKey};
pub use outcome::Outcome;
pub use period::{Date, Period, PeriodKind};
pub use source::{CellRef, SourceFile, SourceRef};
