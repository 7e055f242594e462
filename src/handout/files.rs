//! The template's files: the shipped ones, or a folder of the user's with the shipped ones behind it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::options;
use crate::error::{Error, Result};

/// Text files by their path inside the template (`handout.typ`, `texts/point.hbs`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFiles {
    files: BTreeMap<String, String>,
    /// Whether a user changed a `.typ` file: such a template is compiled apart, under limits.
    edited: bool,
}

/// What is shipped.
const SHIPPED: [(&str, &str); 12] = [
    ("handout.typ", include_str!("../../sheet-templates/chiiki-bunseki/handout.typ")),
    ("chart.typ", include_str!("../../sheet-templates/chiiki-bunseki/chart.typ")),
    ("handout.toml", include_str!("../../sheet-templates/chiiki-bunseki/handout.toml")),
    ("texts/point.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/point.hbs")),
    ("texts/standout.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/standout.hbs")),
    ("texts/not-judged.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/not-judged.hbs")),
    ("texts/unstable.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/unstable.hbs")),
    ("texts/question.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/question.hbs")),
    ("texts/part-year.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/part-year.hbs")),
    ("texts/threshold.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/threshold.hbs")),
    ("texts/no-main-year.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/no-main-year.hbs")),
    ("texts/unprintable.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/unprintable.hbs")),
];

/// A template file larger than this is no template (bytes).
const LARGEST: u64 = 1 << 20;

impl TemplateFiles {
    /// The shipped template.
    pub fn shipped() -> Self {
        let files = SHIPPED.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { files, edited: false }
    }

    /// The files of a folder (`*.typ`, `handout.toml`, `texts/*.hbs`); what it lacks is taken from the shipped
    /// template, and what is none of these (the workbook, its drafts) is left alone. Errors when the folder or a file cannot be read, is too large or is not UTF-8.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let mut template = Self::shipped();
        template.take(folder, "", &["typ", options::FILE])?;
        let texts = folder.join("texts");
        if texts.is_dir() {
            template.take(&texts, "texts/", &["hbs"])?;
        }
        Ok(template)
    }

    /// Puts one file in, as if it lay in the folder.
    #[must_use]
    pub fn with(mut self, path: &str, text: impl Into<String>) -> Self {
        self.put(path, text.into());
        self
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The text of a shipped file when this template leaves it as it is.
    pub(super) fn unchanged(&self, path: &str) -> Option<&'static str> {
        let (_, shipped) = SHIPPED.iter().find(|(known, _)| *known == path)?;
        (self.get(path) == Some(*shipped)).then_some(*shipped)
    }

    /// Every file with its path, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Whether a layout file (`.typ`) differs from the shipped one. Layouts are programs: such a template has to be
    /// compiled in a process of its own with limits of time and memory.
    pub fn is_edited(&self) -> bool {
        self.edited
    }

    fn put(&mut self, path: &str, text: String) {
        if path.ends_with(".typ") && self.get(path) != Some(text.as_str()) {
            self.edited = true;
        }
        self.files.insert(path.to_owned(), text);
    }

    /// Takes the files with a wanted ending or name.
    fn take(&mut self, folder: &Path, prefix: &str, wanted: &[&str]) -> Result<()> {
        let hint = "フォルダーとファイルがあり、読み取れるか確かめてください。";
        let entries = std::fs::read_dir(folder).map_err(Error::io(folder, "読み取り", hint))?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(Error::io(folder, "読み取り", hint))?.path());
        }
        paths.sort();
        for path in paths {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            if !wanted.contains(&ending) && !wanted.contains(&name) {
                continue;
            }
            let size = std::fs::metadata(&path).map_err(Error::io(&path, "読み取り", hint))?;
            if !size.is_file() {
                continue;
            }
            if size.len() > LARGEST {
                return Err(Error::Usage(format!("『{}』は1MBを超えていて、ひな形として使えません。", path.display())));
            }
            let bytes = crate::disk::read(&path).map_err(Error::io(&path, "読み取り", hint))?;
            let text = String::from_utf8(bytes).map_err(|_| {
                let shown = path.display();
                Error::Usage(format!("『{shown}』の文字コードがUTF-8ではありません。UTF-8で保存し直してください。"))
            })?;
            // メモ帳 puts a BOM before UTF-8 text.
            self.put(&format!("{prefix}{name}"), text.trim_start_matches('\u{FEFF}').to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_may_hold_only_what_was_changed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("texts")).unwrap();
        std::fs::write(folder.path().join("texts/question.hbs"), "\u{FEFF}{{名前}}はどうでしょうか。").unwrap();
        std::fs::write(folder.path().join("写真.png"), [0xFF, 0x00]).unwrap();
        let template = TemplateFiles::from_folder(folder.path()).unwrap();
        assert_eq!(template.get("texts/question.hbs"), Some("{{名前}}はどうでしょうか。"));
        assert_eq!(template.get("handout.typ"), TemplateFiles::shipped().get("handout.typ"));
        assert!(!template.is_edited(), "sentences are no programs");
    }

    #[test]
    fn a_changed_layout_is_marked_and_a_wrong_encoding_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("handout.typ"), "#let d = 1").unwrap();
        assert!(TemplateFiles::from_folder(folder.path()).unwrap().is_edited());
        std::fs::write(folder.path().join("chart.typ"), b"\x82\xa0").unwrap();
        let error = TemplateFiles::from_folder(folder.path()).unwrap_err();
        assert!(error.to_string().contains("UTF-8"), "{error}");
        assert!(TemplateFiles::from_folder(&folder.path().join("ない")).is_err());
    }
}
