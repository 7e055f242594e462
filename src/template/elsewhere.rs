//! Marks where nothing is filled: names of sheets, headers and footers, comments, charts and shapes.

use super::package::{Package, damaged_part};
use super::places::{Mark, marks};
use super::xml::{Kind, Walker, content};
use crate::error::FileError;

/// A mark outside cells.
pub(crate) struct Elsewhere {
    pub sheet: String,
    /// Where, as people call it
    pub place: &'static str,
    pub mark: Mark,
}

impl Elsewhere {
    /// What is wrong with it.
    pub fn message(&self) -> String {
        format!("{}の記号には差し込めません。セルに書いてください。", self.place)
    }
}

const TEXT: &[&str] = &["t"];
const EDGES: &[&str] = &["oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter"];

/// Every such mark, sheet by sheet.
pub(crate) fn marks_elsewhere(package: &Package) -> Result<Vec<Elsewhere>, FileError> {
    let mut all = Vec::new();
    for sheet in package.sheets() {
        let mut put = |place, text: &str| {
            let found = marks(text).into_iter().map(|mark| Elsewhere { sheet: sheet.name.clone(), place, mark });
            all.extend(found);
        };
        put("シートの名前", &sheet.name);
        let in_part = |part: &str, elements: &[&str]| -> Result<String, FileError> {
            if !package.has_part(part) {
                return Ok(String::new());
            }
            texts(&package.read_part(part)?, elements).ok_or_else(|| damaged_part(part))
        };
        put("ヘッダー・フッター", &in_part(&sheet.part, EDGES)?);
        for link in package.relationships_of(&sheet.part)?.iter().filter(|link| !link.external) {
            match link.kind.as_str() {
                "comments" => put("コメント", &in_part(&link.target, TEXT)?),
                "drawing" => {
                    put("図形の文字", &in_part(&link.target, TEXT)?);
                    let charts = package.relationships_of(&link.target)?;
                    for chart in charts.iter().filter(|link| link.kind == "chart" && !link.external) {
                        put("グラフの文字", &in_part(&chart.target, TEXT)?);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(all)
}

/// What stands in some elements, runs of a text together. `None` for damaged XML.
fn texts(part: &str, elements: &[&str]) -> Option<String> {
    // Most sheets have none, and are large.
    if !part.contains(['{', '｛']) {
        return Some(String::new());
    }
    let mut walker = Walker::new(part);
    let (mut open, mut found) = (None, String::new());
    while let Some(token) = walker.next().ok()? {
        let is_wanted = elements.contains(&token.tag.local());
        match token.kind {
            Kind::Open if is_wanted => open = Some(token.span.end),
            Kind::Close if is_wanted => {
                if let Some(text) = open.take().and_then(|from| part.get(from..token.span.start)).and_then(content) {
                    found.push_str(&text);
                }
            }
            // Marks do not go on over paragraphs and comments.
            Kind::Close if matches!(token.tag.local(), "p" | "comment") => found.push('\n'),
            _ => {}
        }
    }
    Some(found)
}
