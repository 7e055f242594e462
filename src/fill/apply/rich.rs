//! Texts with the formatting of their runs, taken out of one part and put into another.

use super::cell;
use crate::fill::plan::RichText;
use crate::template::xml::{Kind, Tag, Walker, content, decode_xstring};

/// The rich text of an `<si>` or `<is>` element.
pub(super) fn of_element(element: &str) -> Option<RichText> {
    let mut walker = Walker::new(element);
    let mut markup = String::new();
    let mut text = String::new();
    let (mut dropped, mut phonetic, mut characters) = (0usize, false, None);
    while let Some(token) = walker.next().ok()? {
        let local = token.tag.local();
        match token.kind {
            Kind::Open if local == "rPh" => phonetic = true,
            Kind::Close if local == "rPh" => phonetic = false,
            Kind::Open if local == "t" && !phonetic => characters = Some(token.span.end),
            Kind::Close if local == "t" => {
                if let Some(from) = characters.take() {
                    text.push_str(&decode_xstring(&element.get(from..token.span.start).and_then(content)?));
                }
            }
            _ => {}
        }
        // The readings' font is a number of the source's own styles.
        if local == "phoneticPr" && token.kind != Kind::Text {
            match token.kind {
                Kind::Open => dropped += 1,
                Kind::Close => dropped = dropped.saturating_sub(1),
                Kind::Empty | Kind::Text => {}
            }
            continue;
        }
        if token.depth == 0 || dropped > 0 {
            continue;
        }
        match token.kind {
            Kind::Text => markup.push_str(token.tag.0),
            _ => markup.push_str(&renamed(token.tag, "")),
        }
    }
    (!text.is_empty()).then_some(RichText { markup, text })
}

/// The rich text of a cell that holds its text itself: `inlineStr`, or the text a formula gave.
pub(super) fn of_cell(cell: &str) -> Option<RichText> {
    let kind = cell.split_once('>').and_then(|(tag, _)| Tag(tag).raw("t"))?.to_owned();
    let wanted = match kind.as_str() {
        "inlineStr" => "is",
        "str" => "v",
        _ => return None,
    };
    let mut walker = Walker::new(cell);
    let mut start = None;
    while let Some(token) = walker.next().ok()? {
        if token.depth != 1 || token.tag.local() != wanted {
            continue;
        }
        match token.kind {
            Kind::Open => start = Some(token.span.clone()),
            Kind::Close => {
                let open = start.take()?;
                if wanted == "is" {
                    return of_element(cell.get(open.start..token.span.end)?);
                }
                let text = decode_xstring(&cell.get(open.end..token.span.start).and_then(content)?).into_owned();
                return Some(plain(&text));
            }
            Kind::Empty | Kind::Text => {}
        }
    }
    None
}

/// A text without formatting.
pub(super) fn plain(text: &str) -> RichText {
    let space = if cell::needs_preserve(text) { " xml:space=\"preserve\"" } else { "" };
    let mut markup = format!("<t{space}>");
    cell::write_text(&mut markup, text);
    markup.push_str("</t>");
    RichText { markup, text: text.to_owned() }
}

/// The markup with the prefix of the part it goes into.
pub(super) fn with_prefix(markup: &str, prefix: &str) -> String {
    if prefix.is_empty() {
        return markup.to_owned();
    }
    let wrapped = format!("<is>{markup}</is>");
    let mut walker = Walker::new(&wrapped);
    let mut out = String::with_capacity(markup.len() + 32);
    while let Ok(Some(token)) = walker.next() {
        if token.depth == 0 {
            continue;
        }
        match token.kind {
            Kind::Text => out.push_str(token.tag.0),
            _ => out.push_str(&renamed(token.tag, prefix)),
        }
    }
    out
}

fn renamed(tag: Tag<'_>, prefix: &str) -> String {
    let body = tag.0.trim_start_matches(['<', '/']);
    let rest = body.get(tag.name().len()..).unwrap_or_default();
    let slash = if tag.0.starts_with("</") { "/" } else { "" };
    format!("<{slash}{prefix}{}{rest}", tag.local())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_keep_their_formatting_under_another_prefix() {
        let item = "<x:si><x:r><x:rPr><x:color rgb=\"FFFF0000\"/></x:rPr><x:t>赤い</x:t></x:r>\
                    <x:r><x:t xml:space=\"preserve\"> 黒&amp;</x:t></x:r>\
                    <x:rPh sb=\"0\" eb=\"1\"><x:t>アカ</x:t></x:rPh><x:phoneticPr fontId=\"7\"/></x:si>";
        let rich = of_element(item).unwrap();
        assert_eq!(rich.text, "赤い 黒&");
        assert_eq!(
            rich.markup,
            "<r><rPr><color rgb=\"FFFF0000\"/></rPr><t>赤い</t></r><r><t xml:space=\"preserve\"> 黒&amp;</t></r>\
             <rPh sb=\"0\" eb=\"1\"><t>アカ</t></rPh>"
        );
        assert!(
            with_prefix(&rich.markup, "y:").starts_with("<y:r><y:rPr><y:color rgb=\"FFFF0000\"/></y:rPr><y:t>赤い")
        );
    }

    #[test]
    fn cells_that_hold_their_text_are_read() {
        let inline = "<c r=\"A1\" t=\"inlineStr\"><is><t>一</t></is></c>";
        assert_eq!(of_cell(inline).unwrap().text, "一");
        let formula = "<c r=\"A1\" t=\"str\"><f>B1</f><v>a&lt;b</v></c>";
        assert_eq!(of_cell(formula).unwrap(), plain("a<b"));
        assert_eq!(of_cell("<c r=\"A1\"><v>1</v></c>"), None);
    }
}
