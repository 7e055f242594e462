//! Moments as people in Japan write them, for what is told on the page.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::Date;

const JST_SECONDS: u64 = 9 * 3600;

/// `2026-11-22T10:00:00+09:00`
pub fn shown(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) + JST_SECONDS;
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let date = date_of_day(i64::try_from(day).unwrap_or(0));
    format!("{date}T{:02}:{:02}:{:02}+09:00", second / 3600, second / 60 % 60, second % 60)
}

/// Now.
pub fn now() -> String {
    shown(SystemTime::now())
}

/// The date of a day counted from 1970-01-01.
fn date_of_day(mut day: i64) -> Date {
    let leap = |year: i32| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if day < length {
            break;
        }
        day -= length;
        year += 1;
    }
    let mut date = Date { year, month: 1, day: 1 };
    for month in 1..=12u8 {
        let length = Date::month_end(year, month).map_or(31, |end| i64::from(end.day));
        if day < length {
            date = Date { year, month, day: u8::try_from(day + 1).unwrap_or(1) };
            break;
        }
        day -= length;
    }
    date
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::shown;

    #[test]
    fn moments_are_in_japanese_time() {
        assert_eq!(shown(UNIX_EPOCH), "1970-01-01T09:00:00+09:00");
        assert_eq!(shown(UNIX_EPOCH + Duration::from_secs(1_709_218_799)), "2024-02-29T23:59:59+09:00");
        assert_eq!(shown(UNIX_EPOCH + Duration::from_secs(1_709_218_800)), "2024-03-01T00:00:00+09:00");
    }
}
