//! A request as written, before it is understood.

use super::key::Key;
use crate::diagnostic::{Diagnostic, Place};

/// One content with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    pub text: String,
    pub place: Place,
}

/// One item with what was written for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub key: Key,
    pub place: Place,
    /// Empty when a list was left empty on purpose
    pub contents: Vec<Content>,
}

/// One request of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    /// Where it begins
    pub place: Place,
    pub entries: Vec<Entry>,
}

impl Draft {
    /// Adds an item. What an item takes several of may come in several places, anything else only once.
    pub fn add(&mut self, entry: Entry) -> Result<(), Diagnostic> {
        match self.entries.iter_mut().find(|known| known.key == entry.key) {
            None => self.entries.push(entry),
            Some(known) if entry.key.takes_several() || entry.key == Key::Remark => {
                known.contents.extend(entry.contents);
            }
            Some(_) => {
                return Err(Diagnostic::error(
                    "request-twice",
                    format!("「{}」が2回書かれています。", entry.key.name()),
                )
                .hint("どちらかを消してください。")
                .at(entry.place));
            }
        }
        Ok(())
    }
}

/// The name of an item nobody knows.
pub(super) fn unknown(name: &str, place: Place) -> Diagnostic {
    Diagnostic::error("request-unknown", format!("「{}」という項目はありません。", name.trim()))
        .hint(Key::hint(name))
        .at(place)
}
