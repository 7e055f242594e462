//! Where the settings stand in their file, for messages and for changes of single lines.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::diagnostic::Place;
use crate::workspace::SETTINGS;

/// A text file as people's editors save it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Without byte order mark
    pub text: String,
    bom: bool,
    cp932: bool,
}

impl Text {
    /// UTF-8 with or without byte order mark, or CP932.
    pub fn decode(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let bare = text.strip_prefix('\u{feff}');
                Self { text: bare.unwrap_or(text).to_owned(), bom: bare.is_some(), cp932: false }
            }
            Err(_) => Self { text: encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned(), bom: false, cp932: true },
        }
    }

    /// The bytes of the file as it was saved. What CP932 has no letter for makes the file UTF-8.
    pub fn encode(&self) -> Vec<u8> {
        if self.cp932 {
            let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(&self.text);
            if !lost {
                return bytes.into_owned();
            }
        }
        let mark = if self.bom || self.cp932 { "\u{feff}" } else { "" };
        format!("{mark}{}", self.text).into_bytes()
    }

    /// How its lines end.
    pub fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

/// One setting in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Name without quotes
    pub key: String,
    /// Bytes of the name
    pub name: Range<usize>,
    /// Bytes of the value
    pub value: Range<usize>,
    is_table: bool,
}

/// The settings of a file with their places, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    spots: Vec<(usize, Spot)>,
}

impl Lines {
    /// Finds them; none when the text is no TOML.
    pub fn of(text: &str) -> Self {
        let Ok(table) = DeTable::parse(text) else { return Self::default() };
        let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        let mut spots: Vec<(usize, Spot)> = table
            .get_ref()
            .iter()
            .map(|(key, value)| {
                let spot = Spot {
                    key: key.get_ref().to_string(),
                    name: key.span(),
                    value: value.span(),
                    is_table: matches!(value.get_ref(), DeValue::Table(_)),
                };
                (line(spot.name.start), spot)
            })
            .collect();
        spots.sort_by_key(|(_, spot)| spot.name.start);
        Self { spots }
    }

    /// A setting.
    pub fn get(&self, key: &str) -> Option<&Spot> {
        self.spots.iter().map(|(_, spot)| spot).find(|spot| spot.key == key)
    }

    /// Where the first `[table]` is named: settings below it would be the table's.
    pub fn first_table(&self) -> Option<usize> {
        self.spots.iter().map(|(_, spot)| spot).find(|spot| spot.is_table).map(|spot| spot.name.start)
    }

    /// `設定.toml 3行目`; without a line when the key does not stand there.
    pub fn place(&self, key: &str) -> String {
        self.line(key).map_or_else(|| SETTINGS.to_owned(), |line| format!("{SETTINGS} {line}行目"))
    }

    /// The same for a diagnostic.
    pub fn spot(&self, key: &str) -> Place {
        Place { cell: self.line(key).map(|line| format!("{line}行目")), ..Place::file(SETTINGS) }
    }

    fn line(&self, key: &str) -> Option<usize> {
        self.spots.iter().find(|(_, spot)| spot.key == key).map(|(line, _)| *line)
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, Text};

    #[test]
    fn settings_are_found_where_they_stand() {
        let text = "# 自地域\r\n\"自地域\" = [ # どこ\r\n  \"a\",\r\n]\r\n\r\n'上回る' = 1.2\r\n[\"広域連合\"]\r\n\"x\" = [\"y\"]\r\n";
        let lines = Lines::of(text);
        assert_eq!(lines.place("自地域"), "設定.toml 2行目");
        assert_eq!(lines.place("上回る"), "設定.toml 6行目");
        assert_eq!(lines.place("下回る"), "設定.toml");
        let spot = lines.get("自地域").unwrap();
        assert_eq!(&text[spot.name.clone()], "\"自地域\"");
        assert_eq!(&text[spot.value.clone()], "[ # どこ\r\n  \"a\",\r\n]");
        assert_eq!(text[lines.first_table().unwrap()..].lines().next(), Some("\"広域連合\"]"));
    }

    #[test]
    fn a_file_is_saved_as_it_came() {
        let japanese = "\"自地域\" = \"見本県\"\r\n";
        let cp932 = encoding_rs::SHIFT_JIS.encode(japanese).0.into_owned();
        for bytes in [japanese.as_bytes().to_vec(), format!("\u{feff}{japanese}").into_bytes(), cp932] {
            let text = Text::decode(&bytes);
            assert_eq!((text.text.as_str(), text.encode()), (japanese, bytes));
        }
    }
}
