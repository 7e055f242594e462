//! Figures as the sheets show them: rounded once, thousands apart, ▲ for minus.

use crate::catalog::Indicator;
use crate::notation::grouped;

/// A number with so many decimals: `85,012`, `19.4`, `▲0.3`. Halves go away from zero, as Excel shows them.
pub fn shown(value: f64, decimals: u8) -> String {
    let scale = 10f64.powi(i32::from(decimals));
    // A product such as 1.005 × 100 falls a hair short of the half it means.
    let scaled = value.abs() * scale;
    let rounded = (scaled + 0.5 + scaled * 1e-12).floor() / scale;
    let text = format!("{rounded:.*}", usize::from(decimals));
    let text = grouped(&text);
    if value < 0.0 && rounded != 0.0 { format!("▲{text}") } else { text }
}

/// Decimals the form shows for an indicator.
pub fn decimals(indicator: &Indicator) -> u8 {
    indicator.decimals.or_else(|| Indicator::decimals_of(&indicator.unit)).unwrap_or(1)
}

/// `19.4％`, `85,012円`
pub fn with_unit(value: f64, indicator: &Indicator) -> String {
    format!("{}{}", shown(value, decimals(indicator)), spoken_unit(&indicator.unit))
}

/// The unit as it stands behind a number in a sentence: 「全国=1.00」 tells of a scale and stands in headings only.
pub fn spoken_unit(unit: &str) -> &str {
    if unit.contains(['=', '＝']) { "" } else { unit }
}

/// An indicator's name as words flow: the form writes 「サ－ビス」 with a hyphen for the long vowel.
pub fn plain_name(name: &str) -> String {
    name.replace('－', "ー")
}

/// What stands in the brackets of a service's indicator, 「訪問介護」 of 「受給者1人あたり給付月額（訪問介護）」; else the
/// whole name.
pub fn service_name(name: &str) -> String {
    let inner = name.split_once('（').and_then(|(_, rest)| rest.rsplit_once('）')).map(|(inner, _)| inner);
    plain_name(inner.unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::{service_name, shown, spoken_unit};

    #[test]
    fn numbers_are_shown_as_excel_shows_them() {
        for (value, decimals, text) in [
            (85_012.4, 0, "85,012"),
            (1_234_567.5, 0, "1,234,568"),
            (19.35, 1, "19.4"),
            (1.005, 2, "1.01"),
            (-0.34, 1, "▲0.3"),
            (-0.04, 1, "0.0"),
            (999.96, 1, "1,000.0"),
            (0.0, 0, "0"),
        ] {
            assert_eq!(shown(value, decimals), text);
        }
    }

    #[test]
    fn a_scale_is_no_unit_of_a_number() {
        assert_eq!((spoken_unit("％"), spoken_unit("全国=1.00"), spoken_unit("全国＝100")), ("％", "", ""));
    }

    #[test]
    fn a_service_is_named_alone() {
        assert_eq!(service_name("受給者1人あたり給付月額（訪問介護）"), "訪問介護");
        assert_eq!(service_name("受給率（施設サ－ビス）"), "施設サービス");
        assert_eq!(service_name("認定率"), "認定率");
    }
}
