//! Dates written out (ISO 8601) as Excel's serial numbers.

use super::grid::CellValue;
use crate::model::Date;

/// Days between the two epochs Excel knows: a 1904 serial plus this is the 1900 serial.
pub(super) const DAYS_1904: f64 = 1462.0;

/// A date as ods, SpreadsheetML and ISO cells write it; anything else stays text.
pub(super) fn from_iso(text: &str) -> CellValue {
    serial(text).map_or_else(|| CellValue::Text(text.into()), CellValue::DateSerial)
}

fn serial(text: &str) -> Option<f64> {
    let (day, time) = text.trim().trim_end_matches('Z').split_once('T').unwrap_or((text.trim(), ""));
    let mut parts = day.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    if !(1900..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days_from_civil(year, month, day) - days_from_civil(1899, 12, 30);
    Some(days as f64 + fraction(time)?)
}

fn fraction(time: &str) -> Option<f64> {
    if time.is_empty() {
        return Some(0.0);
    }
    let mut parts = time.splitn(3, ':').map(str::parse::<f64>);
    let (hours, minutes) = (parts.next()?.ok()?, parts.next().unwrap_or(Ok(0.0)).ok()?);
    let seconds = parts.next().unwrap_or(Ok(0.0)).ok()?;
    let day = (hours * 60.0 + minutes) * 60.0 + seconds;
    (0.0..=86_400.0).contains(&day).then_some(day / 86_400.0)
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The day of a serial number (1900 system); `None` before March 1900, where Excel counts a day that never was.
pub(super) fn of_serial(serial: f64) -> Option<Date> {
    if !(61.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let days = serial.floor() as i64 + days_from_civil(1899, 12, 30);
    // A guess that is at most a year too early, then the month within that year.
    let guess = 1969 + days.div_euclid(366);
    let year = (guess..guess + 40).take_while(|year| days_from_civil(*year, 1, 1) <= days).last()?;
    let month = (1..=12u8).take_while(|month| days_from_civil(year, i64::from(*month), 1) <= days).last()?;
    let day = days - days_from_civil(year, i64::from(month), 1) + 1;
    Date::new(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_serials() {
        for (text, number) in
            [("2025-03-31", 45747.0), ("2000-02-29", 36585.5), ("1900-03-01", 61.0), ("9999-12-31", 2_958_465.0)]
        {
            assert_eq!(of_serial(number).map(|date| date.to_string()).as_deref(), Some(text));
        }
        assert_eq!((of_serial(60.0), of_serial(1e9), of_serial(f64::NAN)), (None, None, None));
    }

    #[test]
    fn known_serials() {
        assert_eq!(serial("2025-03-31"), Some(45747.0));
        assert_eq!(serial("2000-02-29T12:00:00.000"), Some(36585.5));
        assert_eq!(serial("1900-03-01"), Some(61.0));
        assert_eq!(serial("令和7年"), None);
        assert_eq!(serial("2025-13-01"), None);
    }
}
