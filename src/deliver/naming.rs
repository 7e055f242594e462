//! File names that every Windows PC takes, made from patterns people may change.

use std::collections::BTreeMap;

use handlebars::template::TemplateElement;
use handlebars::{Handlebars, Template, no_escape};
use serde_json::json;

use crate::error::{Error, Result};
use crate::model::Date;
use crate::notation::nearest;

/// What a sheet's file is called unless the settings say otherwise.
pub const DEFAULT_SHEET_PATTERN: &str = "{{都道府県}} {{保険者}}_地域分析・検討シート.xlsx";

/// What a paper's file is called unless the settings say otherwise.
pub const DEFAULT_PAPER_PATTERN: &str = "{{都道府県}} {{保険者}}_{{資料}}.pdf";

/// The longest file name made, extension included, in UTF-16 units. Windows takes 255 in a name, but also only 260 in
/// a whole path unless it was set up for more.
pub const MAX_UNITS: usize = 200;

/// A name when nothing usable is left of the wanted one.
const FALLBACK: &str = "名称なし";

/// What stands between the braces, in the order of [`NameWords`].
const WORDS: [&str; 3] = ["都道府県", "保険者", "日付"];

/// Between the braces of a paper's name: 配布資料, 1枚もの or 記入用.
const PAPER: &str = "資料";

/// How people want their files called; `None` is the product's own way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    /// Of the workbook
    pub sheet: Option<String>,
    /// Of the papers; `_{{資料}}` is added when it does not name the paper
    pub paper: Option<String>,
}

impl Patterns {
    /// Whether both can be used.
    ///
    /// # Errors
    /// As [`sheet_name`] and [`paper_name`].
    pub fn check(&self) -> Result<()> {
        let words = NameWords { prefecture: "", insurer: "", date: Date { year: 2026, month: 1, day: 1 } };
        sheet_name(self.sheet.as_deref(), &words)?;
        paper_name(self.paper.as_deref(), &words, "")?;
        Ok(())
    }

    /// Insurers whose files would have one name: the name, and who they are. Windows does not tell `A` from `a`.
    ///
    /// # Errors
    /// As [`Patterns::check`].
    pub fn collisions<'a>(&self, insurers: &[NameWords<'a>]) -> Result<Vec<Collision<'a>>> {
        let mut found = Vec::new();
        for kind in ["", PAPER] {
            let mut named: BTreeMap<String, Collision<'a>> = BTreeMap::new();
            for words in insurers {
                let name = match kind {
                    "" => sheet_name(self.sheet.as_deref(), words)?,
                    kind => paper_name(self.paper.as_deref(), words, kind)?,
                };
                let same = named.entry(name.to_lowercase()).or_insert_with(|| Collision { name, insurers: Vec::new() });
                let who = (words.prefecture, words.insurer);
                if !same.insurers.contains(&who) {
                    same.insurers.push(who);
                }
            }
            found.extend(named.into_values().filter(|same| same.insurers.len() > 1));
        }
        Ok(found)
    }
}

/// Several insurers, one file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision<'a> {
    /// The name they would share
    pub name: String,
    /// Prefecture and name of each
    pub insurers: Vec<(&'a str, &'a str)>,
}

/// The words a pattern may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameWords<'a> {
    /// `{{都道府県}}`; empty when it is not known.
    pub prefecture: &'a str,
    /// `{{保険者}}`, without the prefecture
    pub insurer: &'a str,
    /// `{{日付}}`, shown as `2026-11-22`
    pub date: Date,
}

/// The file name of an insurer's sheet; `None` takes [`DEFAULT_SHEET_PATTERN`].
///
/// # Errors
/// As [`file_name`].
pub fn sheet_name(pattern: Option<&str>, words: &NameWords<'_>) -> Result<String> {
    file_name(pattern.unwrap_or(DEFAULT_SHEET_PATTERN), words, "xlsx")
}

/// The file name of an insurer's paper; `None` takes [`DEFAULT_PAPER_PATTERN`]. `paper` is the word for `{{資料}}`.
///
/// # Errors
/// As [`file_name`].
pub fn paper_name(pattern: Option<&str>, words: &NameWords<'_>, paper: &str) -> Result<String> {
    let pattern = pattern.unwrap_or(DEFAULT_PAPER_PATTERN);
    let named = check(pattern, true)?;
    let pattern = match named {
        true => pattern.to_owned(),
        // Two papers under one name would be one paper.
        false => {
            let end = pattern.len().saturating_sub(".pdf".len());
            let stem = pattern.get(..end).filter(|_| pattern.to_lowercase().ends_with(".pdf")).unwrap_or(pattern);
            format!("{stem}_{{{{{PAPER}}}}}")
        }
    };
    fill(&pattern, words, Some(paper), "pdf")
}

/// Fills a pattern such as `{{都道府県}} {{保険者}}_地域分析・検討シート_{{日付}}` and makes a safe file name of it.
/// The extension (`xlsx`, `pdf`; without a dot) is added unless the pattern ends with it.
///
/// # Errors
/// `Usage` when the pattern names a word there is none of, or its braces do not match.
pub fn file_name(pattern: &str, words: &NameWords<'_>, extension: &str) -> Result<String> {
    check(pattern, false)?;
    fill(pattern, words, None, extension)
}

fn fill(pattern: &str, words: &NameWords<'_>, paper: Option<&str>, extension: &str) -> Result<String> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(no_escape);
    let [prefecture, insurer, date] = WORDS;
    let data =
        json!({ prefecture: words.prefecture, insurer: words.insurer, date: words.date.to_string(), PAPER: paper });
    let unreadable = |_| unreadable(pattern, paper.is_some());
    let mut name = handlebars.render_template(pattern, &data).map_err(unreadable)?;
    let suffix = format!(".{extension}");
    if !name.to_lowercase().ends_with(&suffix) {
        name.push_str(&suffix);
    }
    Ok(sanitize(&name))
}

/// Only texts and words: a block such as `{{#if …}}` takes an unknown word for false, even in strict mode, and would
/// give every insurer's file one name. Answers whether the pattern names the paper.
fn check(pattern: &str, is_paper: bool) -> Result<bool> {
    let template = Template::compile(pattern).map_err(|_| unreadable(pattern, is_paper))?;
    let mut names_paper = false;
    for element in &template.elements {
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
            TemplateElement::Expression(word) | TemplateElement::HtmlExpression(word)
                if word.params.is_empty() && word.hash.is_empty() =>
            {
                let name = word.name.as_name().unwrap_or_default();
                if name == PAPER && is_paper {
                    names_paper = true;
                } else if !WORDS.contains(&name) {
                    return Err(Error::Usage(format!(
                        "ファイル名の形「{pattern}」にある「{name}」は使えません。{}使えるのは{}です。",
                        near(name, is_paper),
                        known(is_paper)
                    )));
                }
            }
            _ => return Err(unreadable(pattern, is_paper)),
        }
    }
    Ok(names_paper)
}

fn unreadable(pattern: &str, is_paper: bool) -> Error {
    Error::Usage(format!(
        "ファイル名の形「{pattern}」を読み取れませんでした。{{{{ と }}}} の組を確かめてください。使えるのは{}です。",
        known(is_paper)
    ))
}

fn names(is_paper: bool) -> impl Iterator<Item = &'static str> {
    WORDS.into_iter().chain(is_paper.then_some(PAPER))
}

fn known(is_paper: bool) -> String {
    names(is_paper).map(|word| format!(" {{{{{word}}}}} ")).collect::<Vec<_>>().join("・")
}

/// The word a slip of the pen was probably meant for.
fn near(written: &str, is_paper: bool) -> String {
    let meant = nearest(written, names(is_paper));
    meant.map_or_else(String::new, |word| format!("もしかすると {{{{{word}}}}} ですか。"))
}

/// A file name that Windows takes and shows as it is: no folders, no reserved device names, no characters it refuses
/// (they become full-width look-alikes, control characters `_`), no dots or spaces at the end, no more than
/// [`MAX_UNITS`] with the extension kept. Never empty; a name that is safe already comes back unchanged.
pub fn sanitize(name: &str) -> String {
    let mut name: String = name.chars().filter_map(safe_char).collect();
    // Cutting can lay bare what an earlier step mends (`AUX` of `AUX   …   x`), so until nothing changes.
    loop {
        let next = tidy(&name);
        if next == name {
            return name;
        }
        name = next;
    }
}

/// The name with a number: `名前.xlsx` → `名前 (2).xlsx`, no longer than a safe name may be.
pub fn numbered(name: &str, number: u32) -> String {
    insert_before_extension(name, &format!(" ({number})"))
}

/// The name with something before its extension, the rest cut as needed.
pub(super) fn insert_before_extension(name: &str, insert: &str) -> String {
    let (stem, extension) = split_extension(name);
    let room = MAX_UNITS.saturating_sub(units(insert) + units(extension));
    format!("{}{insert}{extension}", cut(stem, room).trim_end_matches(is_trimmed))
}

fn tidy(name: &str) -> String {
    let name = name.trim_start_matches(is_space).trim_end_matches(is_trimmed);
    let (stem, extension) = split_extension(name);
    let stem = stem.trim_end_matches(is_trimmed);
    let stem = if stem.is_empty() { FALLBACK } else { stem };
    // A dot first hides a file, `~$` marks Excel's own lock files: both are passed over when a folder is read.
    let mark = if stem.starts_with('.') || stem.starts_with("~$") || is_reserved(stem) { "_" } else { "" };
    let room = MAX_UNITS.saturating_sub(units(mark) + units(extension));
    format!("{mark}{}{extension}", cut(stem, room))
}

fn safe_char(c: char) -> Option<char> {
    Some(match c {
        '<' => '＜',
        '>' => '＞',
        ':' => '：',
        '"' => '＂',
        '/' => '／',
        '\\' => '＼',
        '|' => '｜',
        '?' => '？',
        '*' => '＊',
        // Invisible characters that turn or hide the rest of a name.
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
            return None;
        }
        c if c.is_control() => '_',
        c => c,
    })
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

fn is_trimmed(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// Whether Windows takes the name for a device: it looks at what stands before the first dot, without spaces.
fn is_reserved(stem: &str) -> bool {
    let base = stem.split('.').next().unwrap_or_default().trim_end_matches(is_space).to_ascii_uppercase();
    match base.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$" => true,
        _ => base.strip_prefix("COM").or_else(|| base.strip_prefix("LPT")).is_some_and(|number| {
            let mut chars = number.chars();
            matches!((chars.next(), chars.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
        }),
    }
}

/// Stem and extension with its dot; the extension is empty unless it is 1 to 8 ASCII letters and digits.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.').and_then(|dot| name.split_at_checked(dot)) {
        Some((stem, extension))
            if (2..=9).contains(&extension.len())
                && extension.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            (stem, extension)
        }
        _ => (name, ""),
    }
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// As many whole characters from the start as fit.
fn cut(text: &str, room: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += c.len_utf16();
        used > room
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}
