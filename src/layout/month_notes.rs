//! Notes beside a table that say how many months a year covers: 「令和7年度は令和8年1月サービス提供分までの数値」.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Figure, PeriodText};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{CellRef, Period, PeriodKind};
use crate::notation::{BareYear, parse_period, parse_remark, wareki};
use crate::read::{Book, Grid};

/// What the notes say of one year.
struct Said {
    /// `None`: something about months that is not understood
    months: Option<u8>,
    at: CellRef,
    text: String,
}

/// Marks the figures whose 年度 a note of their sheet calls a part of a year, and tells so. A note that contradicts
/// another, or is not understood, puts its years in doubt: they are not taken for whole ones.
pub(super) fn mark(
    book: &Book,
    grid: &Grid,
    bare: BareYear,
    figures: &mut [Figure],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let said = said(grid);
    if said.is_empty() {
        return;
    }
    let mut known: BTreeMap<i32, Arc<Period>> = BTreeMap::new();
    for figure in figures {
        // 認定率 and its like stand for a day, not for months.
        if figure.indicator.as_deref().is_some_and(|id| id.starts_with('B')) {
            continue;
        }
        let PeriodText::Written(written) = &figure.period else { continue };
        let Some(period) = parse_period(written, bare) else { continue };
        let (PeriodKind::FiscalYear, Some(year), None, false) =
            (period.kind, period.form_year, period.months, period.part_year)
        else {
            continue;
        };
        let Some(said) = said.get(&year) else { continue };
        let marked = known.entry(year).or_insert_with(|| {
            let part_year = said.months.is_none_or(|months| months < 12);
            Arc::new(Period { months: said.months, part_year, ..period })
        });
        figure.period = PeriodText::Known(marked.clone());
    }
    for (year, _) in known.iter().filter(|(_, period)| period.part_year) {
        let Some(said) = said.get(year) else { continue };
        let place = Place::cell(book.file.name.clone(), grid.name.to_string(), said.at);
        let year = wareki(*year);
        diagnostics.push(match said.months {
            Some(months) => {
                let message = format!("{year}は{months}か月分の数値です。主な比較には使いません。");
                Diagnostic::info("part-year", message).at(place)
            }
            None => Diagnostic::warning(
                "part-year-unclear",
                format!(
                    "{year}が何か月分の数値か、注記「{}」から読み取れませんでした。1年分と確かめられないため、主な比較には使いません。",
                    shortened(&said.text)
                ),
            )
            .hint(HINT)
            .at(place),
        });
    }
}

/// What a person can do whose year is in doubt though it is whole.
pub(super) const HINT: &str = "1年分の数値のときは、ファイルの写しの注記（備考）を「令和7年度は令和7年3月～令和8年2月サービス提供分」のように直して入れると使えます。";

fn said(grid: &Grid) -> BTreeMap<i32, Said> {
    let mut all: BTreeMap<i32, Said> = BTreeMap::new();
    for cell in grid.cells() {
        let Some(text) = cell.value.as_text() else { continue };
        let remark = parse_remark(text);
        let understood = remark.years.iter().map(|year| (year.form_year, Some(year.months)));
        for (year, months) in understood.chain(remark.doubtful.iter().map(|year| (*year, None))) {
            let new = || Said { months, at: cell.at, text: text.to_owned() };
            let entry = all.entry(year).or_insert_with(new);
            // Of differing notes the fewest months win, and none known before any.
            if months < entry.months {
                *entry = new();
            }
        }
    }
    all
}

/// As much of a note as a message has room for.
pub(super) fn shortened(text: &str) -> String {
    const ROOM: usize = 40;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= ROOM { line } else { line.chars().take(ROOM).chain(['…']).collect() }
}
