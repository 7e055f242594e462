//! Requests by file: a `依頼*.toml`, `.csv` or `.xlsx` in 受付 asks for what the command line can be asked for.
//!
//! [`parse`] understands the file, [`carry_out`] makes what it asks for, [`write_answer`] leaves `<name>.result.json` for
//! programs and `<name>.txt` for people. One mistake anywhere and nothing is made: a request is never half done in
//! silence.

mod answer;
mod carry_out;
mod entry;
mod grid_form;
mod key;
mod plan;
mod reply;
mod toml_form;
mod wish;
mod words;

pub use answer::{Answer, Item, Made, Problem, Status, write_answer};
pub use carry_out::carry_out;
pub use reply::{Reply, answer};
pub use wish::{Said, What, Whose, Wish};

use crate::diagnostic::{Diagnostic, Place};
use crate::error::Result;
use crate::intake::{Reader, is_not_for_reading, read_one_bytes};
use crate::notation::fold;
use crate::store::sha256_hex;

/// What the name of a request begins with.
pub const PREFIX: &str = "依頼";

/// A request file, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestFile {
    /// Name without folders
    pub name: String,
    /// SHA-256 of its bytes
    pub sha256: String,
    /// What is asked for; empty when there are mistakes
    pub wishes: Vec<Wish>,
    /// What cannot be understood, with line or cell
    pub mistakes: Vec<Diagnostic>,
}

/// Whether a file name in 受付 is a request's: `依頼*.toml`, `.csv` or `.xlsx`.
pub fn is_request(name: &str) -> bool {
    let folded = fold(name);
    let kind = folded.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
    !is_not_for_reading(name) && folded.starts_with(PREFIX) && matches!(kind.as_str(), "toml" | "csv" | "xlsx")
}

/// Understands a request. Whatever a person can mend is in [`RequestFile::mistakes`].
///
/// # Errors
/// The reader's child cannot be started.
pub fn parse(name: &str, bytes: &[u8], reader: &mut Reader) -> Result<RequestFile> {
    let found = if fold(name).to_lowercase().ends_with(".toml") {
        toml_form::read(name, bytes)
    } else {
        match read_one_bytes(name, bytes, reader)? {
            Ok(book) => grid_form::read(name, &book),
            Err(error) => Err(vec![of_file(error.to_diagnostic(), name)]),
        }
    };
    let understood = found.and_then(|drafts| {
        if drafts.iter().all(|draft| draft.entries.is_empty()) {
            return Err(vec![empty(name)]);
        }
        let (mut wishes, mut mistakes) = (Vec::new(), Vec::new());
        for draft in &drafts {
            match Wish::of(draft) {
                Ok(wish) => wishes.push(wish),
                Err(told) => mistakes.extend(told),
            }
        }
        if mistakes.is_empty() { Ok(wishes) } else { Err(mistakes) }
    });
    let (wishes, mistakes) = match understood {
        Ok(wishes) => (wishes, Vec::new()),
        Err(mistakes) => (Vec::new(), mistakes),
    };
    Ok(RequestFile { name: name.to_owned(), sha256: sha256_hex(bytes), wishes, mistakes })
}

fn of_file(mut told: Diagnostic, name: &str) -> Diagnostic {
    told.place.file.get_or_insert_with(|| name.to_owned());
    told
}

fn empty(name: &str) -> Diagnostic {
    Diagnostic::error("request-empty", "依頼に何も書かれていません。")
        .hint("設定.toml のとおりに作るだけなら、「依頼」の項目に「シート」と書いてください。")
        .at(Place::file(name))
}

#[cfg(test)]
mod tests {
    use super::is_request;

    #[test]
    fn requests_are_known_by_their_name() {
        for name in
            ["依頼.toml", "依頼_みほん市.xlsx", "依頼 (2).csv", "依頼.TOML", "依頼．ｘｌｓｘ", "依頼の見本.toml"]
        {
            assert!(is_request(name), "{name}");
        }
        for name in
            ["依頼.txt", "依頼.result.json", "~$依頼.xlsx", "依頼.xlsx.part", "統計の依頼.xlsx", "依頼", "依頼.xls"]
        {
            assert!(!is_request(name), "{name}");
        }
    }
}
