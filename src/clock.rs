//! Now and today in Japan: the only place that asks the system's clock. Everything else is handed its time. And days
//! counted.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::model::Date;

const JST_SECONDS: i64 = 9 * 3600;
const DAY_SECONDS: i64 = 24 * 3600;

/// Today's date in Japan (UTC+9, no summer time).
pub fn today() -> Date {
    Moment::now().date()
}

/// A moment, in whole milliseconds since 1970 (UTC); shown as `2026-11-22 09:15:03` in Japan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct Moment(pub i64);

impl Moment {
    /// The system's time.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// The day in Japan.
    pub fn date(self) -> Date {
        date_of_seconds(self.0.div_euclid(1_000))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = (self.0.div_euclid(1_000) + JST_SECONDS).rem_euclid(DAY_SECONDS);
        write!(f, "{} {:02}:{:02}:{:02}", self.date(), of_day / 3_600, of_day / 60 % 60, of_day % 60)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

/// The day in Japan of a moment given in seconds since 1970 (UTC).
pub fn date_of_seconds(seconds: i64) -> Date {
    date_of_day((seconds + JST_SECONDS).div_euclid(DAY_SECONDS))
}

/// Days from 1970-01-01 to a date: the reverse of [`date_of_day`].
pub fn day_number(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month), i64::from(date.day));
    let year = i64::from(date.year) - i64::from(month <= 2);
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + of_year;
    cycle * 146_097 + of_cycle - 719_468
}

/// The date of a day counted from 1970-01-01, by counting 400-year cycles of the Gregorian calendar from March on.
pub fn date_of_day(day: i64) -> Date {
    const CYCLE: i64 = 146_097;
    let shifted = day + 719_468;
    let cycle = shifted.div_euclid(CYCLE);
    let of_cycle = shifted.rem_euclid(CYCLE);
    let year_of_cycle = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
    Date { year: year as i32, month: month as u8, day: day as u8 }
}

#[cfg(test)]
mod tests {
    use super::{Moment, date_of_day, day_number};

    #[test]
    fn known_days() {
        for (day, text) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_778, "2026-11-21"),
            (20_779, "2026-11-22"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date_of_day(day).to_string(), text);
        }
    }

    #[test]
    fn a_moment_is_shown_in_japan() {
        // 2026-11-21 23:59:59 in Greenwich
        assert_eq!(Moment(1_795_305_599_999).to_string(), "2026-11-22 08:59:59");
        assert_eq!(Moment(1_795_305_599_999).date().to_string(), "2026-11-22");
    }

    #[test]
    fn days_are_counted_there_and_back() {
        for day in -200_000..=200_000 {
            assert_eq!(day_number(date_of_day(day)), day);
        }
    }
}
