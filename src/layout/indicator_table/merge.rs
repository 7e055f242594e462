//! Figures of several tables of one book: which counts when two hold the same one.

use std::collections::HashMap;
use std::sync::Arc;

use super::heading::Table;
use crate::diagnostic::Diagnostic;
use crate::layout::{AreaText, Figure, PeriodText, place_of};
use crate::model::{CellRef, Date, Dimensions};
use crate::read::Book;

/// What one table gave.
pub(super) struct Part<'t> {
    pub table: &'t Table<'t>,
    pub exported: Option<Date>,
    pub figures: Vec<Figure>,
}

/// 出力日 of the book: that of all its tables, or none where they differ, so that no figure passes for a newer one.
pub(super) fn one_date(parts: &[Part<'_>]) -> Option<Date> {
    let first = parts.first()?.exported;
    first.filter(|_| parts.iter().all(|part| part.exported == first))
}

type Key = (Option<Arc<str>>, AreaText, PeriodText, Arc<Dimensions>);

/// All figures. Where two tables of different 出力日 hold the same one, that of the newer table counts and it is told;
/// without such a date both go on, and what differs is told as between two files.
pub(super) fn figures(book: &Book, parts: Vec<Part<'_>>, told: &mut Vec<Diagnostic>) -> Vec<Figure> {
    let differ = parts.iter().zip(parts.iter().skip(1)).any(|(a, b)| a.exported != b.exported);
    if !differ {
        return parts.into_iter().flat_map(|part| part.figures).collect();
    }
    let key = |figure: &Figure| -> Key {
        (figure.indicator.clone(), figure.area.clone(), figure.period.clone(), figure.dimensions.clone())
    };
    let mut newest: HashMap<Key, Date> = HashMap::new();
    for part in &parts {
        let Some(date) = part.exported else { continue };
        for figure in part.figures.iter().filter(|figure| figure.value.is_some()) {
            let known = newest.entry(key(figure)).or_insert(date);
            *known = (*known).max(date);
        }
    }
    let mut all = Vec::new();
    for Part { table, exported, figures } in parts {
        let before = figures.len();
        let is_newest =
            |figure: &Figure| exported.is_none_or(|date| newest.get(&key(figure)).is_none_or(|known| *known <= date));
        let kept: Vec<Figure> = figures.into_iter().filter(is_newest).collect();
        if kept.len() < before {
            let at = CellRef::new(table.heading.row, table.heading.series);
            let message = format!(
                "同じ指標・地域・期間の数値が、出力日の新しい表にもあるため、この表の{}個は使いませんでした。",
                before - kept.len()
            );
            told.push(Diagnostic::info("newer-sheet", message).at(place_of(book, table.grid, at)));
        }
        all.extend(kept);
    }
    all
}
