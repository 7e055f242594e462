//! The table of texts that cells refer to by number.

use std::ops::Range;

use super::xml::{Kind, Malformed, Walker, content, decode_xstring};

/// The items of `sharedStrings.xml`: what each says and where it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedStrings {
    /// The prefix of the part's elements with its colon
    pub prefix: String,
    /// Texts without phonetic runs, rich text joined
    pub texts: Vec<String>,
    /// Bytes of each `<si>` element
    pub spans: Vec<Range<usize>>,
}

impl SharedStrings {
    /// Reads the part.
    pub fn read(part: &str) -> Result<Self, Malformed> {
        let mut walker = Walker::new(part);
        let mut strings = Self::default();
        let (mut text, mut start, mut phonetic, mut open) = (String::new(), 0, false, None);
        while let Some(token) = walker.next()? {
            match (token.depth, token.kind, token.tag.local()) {
                (0, Kind::Open, _) => strings.prefix = token.tag.prefix().to_owned(),
                (1, Kind::Open, "si") => start = token.span.start,
                (1, Kind::Empty, "si") => {
                    strings.texts.push(String::new());
                    strings.spans.push(token.span);
                }
                (1, Kind::Close, "si") => {
                    strings.texts.push(decode_xstring(&text).into_owned());
                    strings.spans.push(start..token.span.end);
                    text.clear();
                }
                (2, Kind::Open | Kind::Close, "rPh") => phonetic = token.kind == Kind::Open,
                (2 | 3, Kind::Open, "t") if !phonetic => open = Some(token.span.end),
                (2 | 3, Kind::Close, "t") => {
                    if let Some(from) = open.take() {
                        text.push_str(&part.get(from..token.span.start).and_then(content).ok_or(Malformed)?);
                    }
                }
                _ => {}
            }
        }
        Ok(strings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_is_joined_and_readings_are_left_out() {
        let part = "<x:sst xmlns:x=\"m\"><x:si><x:t>a &lt; b</x:t></x:si><x:si/><x:si><x:r><x:rPr/><x:t>赤</x:t></x:r>\
                    <x:r><x:t xml:space=\"preserve\"> 黒</x:t></x:r><x:rPh sb=\"0\" eb=\"1\"><x:t>アカ</x:t></x:rPh></x:si></x:sst>";
        let strings = SharedStrings::read(part).unwrap();
        assert_eq!(strings.texts, ["a < b", "", "赤 黒"]);
        assert_eq!(strings.prefix, "x:");
        assert_eq!(&part[strings.spans[1].clone()], "<x:si/>");
    }
}
