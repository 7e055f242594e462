//! What a fill put where, what is missing and why, and which places stayed empty.

use serde::Serialize;

/// A figure that is known to be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingFigure {
    /// 指標ID
    pub indicator: String,
    /// Area's display name
    pub area: String,
    /// The form's year
    pub year: i32,
    /// `not_applicable`, `unknown`, `suppressed` or `blank`
    pub reason: &'static str,
}

/// A place of the sheet no file had a figure for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnfilledPlace {
    /// Sheet
    pub sheet: String,
    /// Address as Excel shows it
    pub cell: String,
    /// 指標ID
    pub indicator: String,
    /// Area's display name
    pub area: String,
    /// The form's year
    pub year: i32,
}

/// The account of one fill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Numbers written on the form
    pub filled: usize,
    /// Figures a file says there are none of
    pub missing: Vec<MissingFigure>,
    /// Places left empty because no file says anything
    pub unfilled_places: Vec<UnfilledPlace>,
}
