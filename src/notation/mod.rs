//! How official tables spell things: what a cell says becomes a key, a number, a unit or a period.
//!
//! Small pure functions, each of which answers `None` rather than guess. The originals stay as they are for display;
//! only the results of these functions are compared and computed with.

mod near;
mod number;
mod period;
mod text;
mod unit;

pub use near::nearest;
pub use number::{MissingLegend, ParsedNumber, grouped, parse_number, read_missing};
pub use period::{
    BareYear, EraCarry, Remark, RemarkYear, export_date, fiscal_year_in, parse_estat_time, parse_period, parse_remark,
    wareki, wareki_date,
};
pub use text::{fold, is_note, is_padding};
pub use unit::{Unit, find_unit_in, has_unit_label, parse_unit, same_kind};
