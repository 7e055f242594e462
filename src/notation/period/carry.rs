//! Tables that name the era once: `平成 27`, then `28`, `29` …

use super::scan::{Era, Scan, compact};
use super::{BareYear, parse_period, period_of};
use crate::model::Period;

/// Projections step by five or ten years; a number further off is not the next year.
const MAX_STEP: i32 = 10;

/// Carries the era down a column. One for every column, fed from the top.
#[derive(Clone, Debug, Default)]
pub struct EraCarry {
    last: Option<(&'static Era, i32)>,
}

impl EraCarry {
    /// A column whose era is not known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next cell of the column as [`parse_period`] does, with the era of the cells above where it names none.
    ///
    /// A year lower than the one above it (`31`, then `2`) is `None`: the era has changed without a word, or it is no year.
    /// So is one more than ten years later.
    pub fn read(&mut self, text: &str, bare: BareYear) -> Option<Period> {
        if let Some(period) = parse_period(text, bare) {
            if let Some(era) = last_era(&compact(text)?) {
                self.last = Some(era);
            }
            return Some(period);
        }
        let (era, above) = self.last?;
        let compact = compact(text)?;
        let number = i32::from(Scan::new(&compact).number(2)?);
        if !(above..=above + MAX_STEP).contains(&number) {
            return None;
        }
        let period = period_of(&format!("{}{compact}", era.name), text, bare)?;
        self.last = Some((era, number));
        Some(period)
    }
}

/// The era a period is named by; of `平成31年/令和元年` the later one, since the cells below count from it.
fn last_era(compact: &str) -> Option<(&'static Era, i32)> {
    let mut scan = Scan::new(compact);
    let mut first = None;
    let mut last = None;
    while !scan.is_empty() {
        match scan.year() {
            Some(year) => {
                // Other years, such as the month in 「R6（R7/2月サービス提供分まで）」, do not name the period.
                if *first.get_or_insert(year.year) == year.year && year.era.is_some() {
                    last = year.era;
                }
            }
            None => {
                scan.next_char();
            }
        }
    }
    last
}
