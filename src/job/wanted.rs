//! Which files a person wants.

use crate::error::{Error, Result};
use crate::handout::Kind;

/// What to make: the workbook, papers, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The workbook
    pub xlsx: bool,
    /// Papers; all of 配布資料 unless said otherwise
    pub papers: Vec<Kind>,
}

impl Wanted {
    /// Understands the words people use: `xlsx`, `pdf`, and names of papers.
    ///
    /// # Errors
    /// A format or a paper there is none of.
    pub fn parse(formats: &[String], handouts: &[String]) -> Result<Self> {
        let mut wanted = Self { xlsx: false, papers: Vec::new() };
        let mut pdf = false;
        for format in formats {
            match format.trim().to_lowercase().as_str() {
                "xlsx" => wanted.xlsx = true,
                "pdf" => pdf = true,
                _ => {
                    return Err(Error::Usage(format!("「{format}」は作れません。作れるのは xlsx と pdf です。")));
                }
            }
        }
        for name in handouts {
            let kind = Kind::from_label(name).ok_or_else(|| {
                Error::Usage(format!("「{name}」という資料はありません。作れるのは 配布資料、1枚もの、記入用 です。"))
            })?;
            if !wanted.papers.contains(&kind) {
                wanted.papers.push(kind);
            }
        }
        match (pdf, wanted.papers.is_empty()) {
            (true, true) => wanted.papers.push(Kind::Handout),
            (false, _) => wanted.papers.clear(),
            (true, false) => {}
        }
        Ok(wanted)
    }
}
