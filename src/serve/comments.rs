//! Comments of a workbook (notes and threaded comments), to be read beside the figures.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Serialize;

use crate::template::package::Package;

/// One comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comment {
    /// Sheet
    pub sheet: String,
    /// Address as Excel shows it
    pub cell: String,
    /// Who wrote it, where the book says so
    pub author: String,
    /// What
    pub text: String,
}

/// What Excel writes as a note so that old versions show something of a threaded comment.
const THREADED_NOTE: &str = "[Threaded comment]";
const THREADED_NOTE_JA: &str = "[スレッド化されたコメント]";

/// All comments, by sheet and in their order. What cannot be read is left out: it is only shown here.
pub fn of_book(bytes: &[u8]) -> Vec<Comment> {
    let Ok(package) = Package::open(bytes) else { return Vec::new() };
    let mut all = Vec::new();
    let people = package
        .part_names()
        .iter()
        .find(|name| name.starts_with("xl/persons/"))
        .and_then(|name| package.read_part(name).ok())
        .map(|text| persons(&text))
        .unwrap_or_default();
    for sheet in package.sheets() {
        let Ok(links) = package.relationships_of(&sheet.part) else { continue };
        let part = |kind: &str| {
            let link = links.iter().find(|link| link.kind == kind && !link.external)?;
            package.read_part(&link.target).ok()
        };
        let mut of_sheet = part("threadedComment").map(|text| threaded(&text, &people)).unwrap_or_default();
        let notes = part("comments").map(|text| notes(&text)).unwrap_or_default();
        of_sheet.extend(
            notes
                .into_iter()
                .filter(|note| !note.2.starts_with(THREADED_NOTE) && !note.2.starts_with(THREADED_NOTE_JA)),
        );
        all.extend(of_sheet.into_iter().map(|(cell, author, text)| Comment {
            sheet: sheet.name.clone(),
            cell,
            author,
            text,
        }));
    }
    all
}

type Found = (String, String, String);

/// Text and names of the elements of a part, one call an event.
fn walk(text: &str, mut see: impl FnMut(Seen<'_>)) {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                let name = tag.local_name().as_ref().to_owned();
                let attribute = |wanted: &str| {
                    tag.attributes().flatten().find(|one| one.key.local_name().as_ref() == wanted).map(|one| {
                        let raw = one.value.clone().into_owned();
                        quick_xml::escape::unescape(&raw).map(|text| text.into_owned()).unwrap_or(raw)
                    })
                };
                see(Seen::Start(&name, &attribute));
            }
            Ok(Event::Text(text)) => {
                see(Seen::Text(&text));
            }
            Ok(Event::GeneralRef(name)) => {
                let text = match &*name {
                    "lt" => "<".to_owned(),
                    "gt" => ">".to_owned(),
                    "amp" => "&".to_owned(),
                    "quot" => "\"".to_owned(),
                    "apos" => "'".to_owned(),
                    _ => name.resolve_char_ref().ok().flatten().map(String::from).unwrap_or_default(),
                };
                see(Seen::Text(&text));
            }
            Ok(Event::End(tag)) => see(Seen::End(tag.local_name().as_ref())),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

enum Seen<'a> {
    Start(&'a str, &'a dyn Fn(&str) -> Option<String>),
    Text(&'a str),
    End(&'a str),
}

fn notes(text: &str) -> Vec<Found> {
    let (mut authors, mut all): (Vec<String>, Vec<Found>) = (Vec::new(), Vec::new());
    let (mut in_author, mut in_text) = (false, false);
    walk(text, |seen| match seen {
        Seen::Start("author", _) => {
            in_author = true;
            authors.push(String::new());
        }
        Seen::Start("comment", attribute) => {
            let author = attribute("authorId").and_then(|id| id.parse::<usize>().ok()).and_then(|id| authors.get(id));
            all.push((attribute("ref").unwrap_or_default(), author.cloned().unwrap_or_default(), String::new()));
        }
        Seen::Start("t", _) => in_text = true,
        Seen::Text(text) => {
            if in_author && let Some(author) = authors.last_mut() {
                author.push_str(text);
            } else if in_text && let Some(comment) = all.last_mut() {
                comment.2.push_str(text);
            }
        }
        Seen::End("author") => in_author = false,
        Seen::End("t") => in_text = false,
        _ => {}
    });
    all
}

fn threaded(text: &str, people: &[(String, String)]) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    let mut in_text = false;
    walk(text, |seen| match seen {
        Seen::Start("threadedComment", attribute) => {
            let id = attribute("personId").unwrap_or_default();
            let author = people.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone());
            all.push((attribute("ref").unwrap_or_default(), author.unwrap_or_default(), String::new()));
        }
        Seen::Start("text", _) => in_text = true,
        Seen::Text(text) if in_text => {
            if let Some(comment) = all.last_mut() {
                comment.2.push_str(text);
            }
        }
        Seen::End("text") => in_text = false,
        _ => {}
    });
    all
}

fn persons(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    walk(text, |seen| {
        if let Seen::Start("person", attribute) = seen {
            all.push((attribute("id").unwrap_or_default(), attribute("displayName").unwrap_or_default()));
        }
    });
    all
}

#[cfg(test)]
mod tests {
    use super::{notes, persons, threaded};

    #[test]
    fn notes_have_cell_author_and_text() {
        let text = r#"<comments xmlns="x"><authors><author>見本 花子</author></authors><commentList>
            <comment ref="B2" authorId="0"><text><r><t>確かめる</t></r><r><t xml:space="preserve"> A&amp;B</t></r></text>
            </comment></commentList></comments>"#;
        assert_eq!(notes(text), [("B2".to_owned(), "見本 花子".to_owned(), "確かめる A&B".to_owned())]);
    }

    #[test]
    fn threads_know_their_people() {
        let people = persons(r#"<personList><person displayName="太郎" id="{1}"/></personList>"#);
        let text = r#"<ThreadedComments><threadedComment ref="C3" personId="{1}"><text>はい</text></threadedComment></ThreadedComments>"#;
        assert_eq!(threaded(text, &people), [("C3".to_owned(), "太郎".to_owned(), "はい".to_owned())]);
    }
}
