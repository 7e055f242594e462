//! The one thing of a number format that changes what a figure means: whether the value is shown times 100.

/// Whether a format code shows a fraction as a percentage: a `%` that is no literal, as in `0.0%` but not `0.0"%"`.
pub(super) fn is_percent(code: &str) -> bool {
    let mut chars = code.chars();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            // The next character is shown, skipped or repeated as it is.
            '\\' | '_' | '*' => {
                chars.next();
            }
            // Only the section for positive numbers counts.
            ';' => return false,
            '%' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_percent_signs_do_not_count() {
        for code in ["0%", "0.0%", "0.00%;[Red]-0.00%", "#,##0.0 %", "_ 0.0%"] {
            assert!(is_percent(code), "{code}");
        }
        for code in ["General", "0.0\"%\"", "0.0\\%", "#,##0;0%", "0.0\"％\"", ""] {
            assert!(!is_percent(code), "{code}");
        }
    }
}
