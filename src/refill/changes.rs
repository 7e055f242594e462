//! What a refill changed, left and found, for the report and for 「更新内容」.

use serde::Serialize;

use crate::catalog::Indicator;
use crate::compare::shown;
use crate::fill::meta_sheet::Shown;

/// One figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// 指標ID
    pub indicator: String,
    /// Name of the indicator
    pub name: String,
    /// Area's display name
    pub area: String,
    /// The form's year
    pub year: i32,
    /// What stood there, as the form shows it
    pub old: Option<String>,
    /// The new figure, as the form shows it
    pub new: Option<String>,
    /// Address on the form
    pub cell: String,
    /// Where the old figure came from, as 「出典」 said
    pub old_source: Option<String>,
    /// Where the new one comes from
    pub new_source: Option<String>,
}

/// A text that speaks of a figure that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mention {
    /// Address of the text
    pub cell: String,
    /// The number in the text, as written
    pub number: String,
    /// The figure it is equal to
    pub of: Change,
}

/// A year whose column is another one now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnChange {
    /// Area's display name
    pub area: String,
    /// The form's year
    pub year: i32,
    /// The column it stood in; `None` for a year that is new
    pub from: Option<String>,
    /// The column it stands in now; `None` for a year that is shown no longer
    pub to: Option<String>,
}

/// Everything a refill has to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Places that were empty
    pub new: Vec<Change>,
    /// Old → new
    pub revised: Vec<Change>,
    /// No file says them any more; they stay as they are
    pub gone: Vec<Change>,
    /// 未確認: changed by hand or of unknown origin, left as they are
    pub kept: Vec<Change>,
    /// Texts with a number that is no longer right
    pub mentions: Vec<Mention>,
    /// Year columns that are new, moved or gone
    pub columns: Vec<ColumnChange>,
    /// Texts of another book that found their field
    pub moved: usize,
    /// Texts and numbers put on 「引継ぎ」
    pub handed_over: usize,
}

impl Changes {
    /// Nothing to tell.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// Decimals the form shows for a unit.
pub(super) fn decimals(unit: &str) -> u8 {
    Indicator::decimals_of(unit).unwrap_or(1)
}

/// A figure as the form shows it: `19.4` `28,150` `―`.
pub(super) fn display(shown: &Shown, unit: &str) -> String {
    match shown {
        Shown::Text(text) => text.clone(),
        Shown::Number(number) => shown::shown(*number, decimals(unit)),
    }
}

/// The same with so many more decimals that it can be told from another figure: never 「21.3 → 21.3」.
pub(super) fn display_beside(shown: &Shown, other: Option<&Shown>, unit: &str) -> String {
    let (Shown::Number(number), Some(Shown::Number(other))) = (shown, other) else { return display(shown, unit) };
    let usual = decimals(unit);
    let apart = (usual..usual + 6).find(|decimals| shown::shown(*number, *decimals) != shown::shown(*other, *decimals));
    shown::shown(*number, apart.unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_look_alike_are_told_apart() {
        let (old, new) = (Shown::Number(21.264), Shown::Number(21.3));
        assert_eq!(display_beside(&old, Some(&new), "％"), "21.26");
        assert_eq!(display_beside(&new, Some(&old), "％"), "21.30");
        assert_eq!(display_beside(&old, Some(&Shown::Number(22.0)), "％"), "21.3");
        assert_eq!(display_beside(&old, Some(&old), "％"), "21.3");
        assert_eq!(display_beside(&old, None, "％"), "21.3");
    }

    #[test]
    fn figures_are_shown_as_on_the_form() {
        assert_eq!(display(&Shown::Number(19.37), "％"), "19.4");
        // As Excel rounds.
        assert_eq!(display(&Shown::Number(33.25), "％"), "33.3");
        assert_eq!(display(&Shown::Number(1_028_150.4), "円"), "1,028,150");
        assert_eq!(display(&Shown::Number(-150.0), "円"), "▲150");
        assert_eq!(display(&Shown::Text("―".to_owned()), "円"), "―");
    }
}
