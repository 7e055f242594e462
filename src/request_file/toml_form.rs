//! A request as TOML: the names of 設定.toml, one request a file or several under `[["依頼"]]`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::PREFIX;
use super::entry::{Content, Draft, Entry, unknown};
use super::key::Key;
use crate::diagnostic::{Diagnostic, Place};
use crate::workspace::Text;

/// Reads the requests, or tells every mistake.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<Draft>, Vec<Diagnostic>> {
    let text = Text::decode(bytes).text;
    let file = File { name, text: &text };
    let table = DeTable::parse(&text).map_err(|error| vec![file.unreadable(&error)])?;
    let (mut drafts, mut mistakes) = (Vec::new(), Vec::new());
    match table.get_ref().iter().find(|(key, value)| key.get_ref() == PREFIX && is_list(value)) {
        Some((_, list)) => {
            for (key, value) in table.get_ref().iter().filter(|(key, _)| key.get_ref() != PREFIX) {
                let _ = value;
                mistakes.push(
                    Diagnostic::error(
                        "request-outside",
                        format!("「{}」が [[\"依頼\"]] の外にあります。", key.get_ref()),
                    )
                    .hint("どの依頼のことか分かるように、[[\"依頼\"]] の下の行に移してください。")
                    .at(file.place(key.span().start)),
                );
            }
            if let DeValue::Array(requests) = list.get_ref() {
                for request in requests.iter() {
                    match request.get_ref() {
                        DeValue::Table(table) => drafts.push(file.draft(table, request.span().start, &mut mistakes)),
                        _ => mistakes.push(file.wrong_value("依頼", request.span().start)),
                    }
                }
            }
        }
        None => drafts.push(file.draft(table.get_ref(), 0, &mut mistakes)),
    }
    if mistakes.is_empty() { Ok(drafts) } else { Err(mistakes) }
}

/// `[["依頼"]]`, not `"依頼" = ["シート"]`.
fn is_list(value: &Spanned<DeValue<'_>>) -> bool {
    match value.get_ref() {
        DeValue::Array(all) => all.iter().any(|one| matches!(one.get_ref(), DeValue::Table(_))),
        _ => false,
    }
}

struct File<'a> {
    name: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn draft(&self, table: &DeTable<'_>, start: usize, mistakes: &mut Vec<Diagnostic>) -> Draft {
        let mut draft = Draft { place: self.place(start), entries: Vec::new() };
        let mut items: Vec<_> = table.iter().collect();
        items.sort_by_key(|(key, _)| key.span().start);
        for (name, value) in items {
            let place = self.place(name.span().start);
            let Some(key) = Key::find(name.get_ref()) else {
                mistakes.push(unknown(name.get_ref(), place));
                continue;
            };
            let values = match value.get_ref() {
                DeValue::Array(all) => all.iter().collect(),
                _ => vec![value],
            };
            let mut contents = Vec::new();
            let mut wrong = false;
            for value in values {
                match word(value.get_ref()) {
                    Some(text) => contents.push(Content { text, place: self.place(value.span().start) }),
                    None => {
                        wrong = true;
                        mistakes.push(self.wrong_value(key.name(), value.span().start));
                    }
                }
            }
            // An empty text is a place left empty; an empty list says "none".
            let unsaid = !contents.is_empty() && contents.iter().all(|content| content.text.trim().is_empty());
            if !wrong
                && !unsaid
                && let Err(told) = draft.add(Entry { key, place, contents })
            {
                mistakes.push(told);
            }
        }
        draft
    }

    fn place(&self, at: usize) -> Place {
        let line = self.text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        Place { cell: Some(format!("{line}行目")), ..Place::file(self.name) }
    }

    fn wrong_value(&self, name: &str, at: usize) -> Diagnostic {
        Diagnostic::error("request-value", format!("「{name}」の値の書き方が違います。"))
            .hint("文字は \"\" で囲み、いくつもあるときは [\"…\", \"…\"] と書いてください。")
            .at(self.place(at))
    }

    fn unreadable(&self, error: &toml::de::Error) -> Diagnostic {
        let (message, hint) = if error.message().contains("duplicate") {
            ("同じ項目が2回書かれています。", "どちらかを消してください。")
        } else {
            ("書き方を読み取れません。", "項目の名前と文字を \"\" で囲んであるか、確かめてください。")
        };
        let place = error.span().map_or_else(|| Place::file(self.name), |span| self.place(span.start));
        Diagnostic::error("request-unreadable", format!("{message}（{}）", error.message())).hint(hint).at(place)
    }
}

fn word(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => if *flag { "はい" } else { "いいえ" }.to_owned(),
        DeValue::Datetime(day) => day.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}
