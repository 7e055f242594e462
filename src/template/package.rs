//! A workbook as a package: its parts, its sheets, its names; nothing interpreted beyond that, nothing changed.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use zip::ZipArchive;

use super::relationships::{self, Relationship};
use super::shared_strings::SharedStrings;
use super::xml::{Kind, Malformed, Tag, Walker, content};
use crate::error::FileError;

/// How large a part may become when it is inflated. A real sheet of 60 × 100 cells has a tenth of a megabyte.
pub const MAX_PART_BYTES: u64 = 200 << 20;

/// Whether a sheet is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Has a tab
    Visible,
    /// Can be shown again by the user
    Hidden,
    /// Only a program can show it
    VeryHidden,
}

/// What lies behind a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetKind {
    /// Cells
    Worksheet,
    /// One chart
    Chartsheet,
    /// A macro or dialog sheet of old times
    Other,
}

/// A sheet of the workbook, in the order of the tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The name on the tab
    pub name: String,
    /// The `sheetId` of the workbook part
    pub sheet_id: String,
    /// The id of the relationship that leads to its part
    pub relationship: String,
    /// The part, such as `xl/worksheets/sheet1.xml`
    pub part: String,
    /// Seen or not
    pub visibility: Visibility,
    /// Cells or a chart
    pub kind: SheetKind,
}

/// A defined name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinedName {
    /// The name; built-in ones begin with `_xlnm.`
    pub name: String,
    /// The sheet it is valid on, counted from zero in the order of the tabs; `None`: the whole workbook
    pub sheet: Option<usize>,
    /// Not shown in the name manager
    pub hidden: bool,
    /// What it stands for, without `=`
    pub text: String,
}

/// An xlsx or xlsm file that was opened. Cheap to clone: the bytes are shared.
#[derive(Clone, Debug)]
pub struct Package {
    archive: ZipArchive<Cursor<Arc<[u8]>>>,
    bytes: Arc<[u8]>,
    /// Entry by name in lower case: part names do not distinguish case.
    entries: HashMap<String, usize>,
    workbook_part: String,
    relationships: Vec<Relationship>,
    sheets: Vec<Sheet>,
    names: Vec<DefinedName>,
    date1904: bool,
}

impl Package {
    /// Opens the bytes of a workbook.
    ///
    /// # Errors
    /// What is no xlsx or xlsm, is encrypted, digitally signed or damaged is refused.
    pub fn open(bytes: impl Into<Arc<[u8]>>) -> Result<Self, FileError> {
        let bytes: Arc<[u8]> = bytes.into();
        refuse_other_formats(&bytes)?;
        let mut archive = ZipArchive::new(Cursor::new(bytes.clone())).map_err(|_| damaged_file())?;
        if archive.has_duplicate_names() {
            return Err(damaged_file());
        }
        let mut entries = HashMap::with_capacity(archive.len());
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|_| damaged_file())?;
            if entry.encrypted() {
                return Err(encrypted());
            }
            let name = entry.name().map_err(|_| damaged_file())?;
            if entries.insert(key(&name), index).is_some() {
                return Err(damaged_file());
            }
        }
        if entries.keys().any(|name| name.starts_with("_xmlsignatures/")) {
            return Err(signed());
        }
        let mut package = Self {
            archive,
            bytes,
            entries,
            workbook_part: String::new(),
            relationships: Vec::new(),
            sheets: Vec::new(),
            names: Vec::new(),
            date1904: false,
        };
        package.find_workbook()?;
        package.read_workbook()?;
        Ok(package)
    }

    /// The sheets in the order of the tabs.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// The sheet of a name, and its number counted from zero.
    pub fn sheet(&self, name: &str) -> Option<(usize, &Sheet)> {
        self.sheets.iter().enumerate().find(|(_, sheet)| sheet.name == name)
    }

    /// The defined names in the order of the file.
    pub fn defined_names(&self) -> &[DefinedName] {
        &self.names
    }

    /// Dates count from 1904 instead of 1900.
    pub fn date1904(&self) -> bool {
        self.date1904
    }

    /// Whether the workbook says it has macros (xlsm): Excel opens it under no other extension.
    pub fn has_macros(&self) -> bool {
        let types = self.read_part("[Content_Types].xml").unwrap_or_default();
        types.contains("sheet.macroEnabled.main+xml")
    }

    /// The part that describes the workbook, usually `xl/workbook.xml`.
    pub fn workbook_part(&self) -> &str {
        &self.workbook_part
    }

    /// Whether the package has a part.
    pub fn has_part(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// The names of all parts as stored, in the order of the file.
    pub fn part_names(&self) -> Vec<String> {
        (0..self.archive.len())
            .filter_map(|index| Some(self.archive.name_for_index(index)?.ok()?.into_owned()))
            .collect()
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// What all parts together have when inflated, as the archive declares it.
    pub fn inflated_bytes(&self) -> u64 {
        let mut archive = self.archive.clone();
        (0..archive.len()).map(|index| archive.by_index_raw(index).map_or(u64::MAX >> 16, |entry| entry.size())).sum()
    }

    /// An inflated part, byte order mark and all.
    ///
    /// # Errors
    /// A part that is absent, damaged, larger than [`MAX_PART_BYTES`] or not UTF-8.
    pub fn read_part(&self, path: &str) -> Result<String, FileError> {
        let index = self.entry(path).ok_or_else(|| damaged_part(path))?;
        let mut archive = self.archive.clone();
        let file = archive.by_index(index).map_err(|_| damaged_part(path))?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.size().min(8 << 20)).unwrap_or_default());
        file.take(MAX_PART_BYTES + 1).read_to_end(&mut bytes).map_err(|_| damaged_part(path))?;
        if bytes.len() as u64 > MAX_PART_BYTES {
            return Err(FileError::refused(
                "part-too-large",
                format!("中のデータ（{path}）を広げると大きすぎるため、開きませんでした。"),
                "ファイルが正しいものか、作成元に確かめてください。",
            ));
        }
        let text = String::from_utf8(bytes).map_err(|_| wrong_encoding(path))?;
        if declares_other_encoding(&text) { Err(wrong_encoding(path)) } else { Ok(text) }
    }

    /// The texts cells refer to by number; empty when the workbook has no such table.
    ///
    /// # Errors
    /// As [`Package::read_part`], or when the table is damaged.
    pub fn shared_strings(&self) -> Result<Vec<String>, FileError> {
        let Some(path) = self.part_of_kind("sharedStrings") else { return Ok(Vec::new()) };
        let text = self.read_part(path)?;
        SharedStrings::read(&text).map(|strings| strings.texts).map_err(|Malformed| damaged_part(path))
    }

    /// The relationships of a part; none when it has no relationships part.
    pub(crate) fn relationships_of(&self, path: &str) -> Result<Vec<Relationship>, FileError> {
        let part = relationships::part_of(path);
        if !self.has_part(&part) {
            return Ok(Vec::new());
        }
        let text = self.read_part(&part)?;
        relationships::read(&text, relationships::folder_of(path)).map_err(|Malformed| damaged_part(&part))
    }

    /// The part that a workbook relationship of a kind leads to, if it is there.
    pub(crate) fn part_of_kind(&self, kind: &str) -> Option<&str> {
        let found =
            self.relationships.iter().find(|relationship| !relationship.external && relationship.kind == kind)?;
        self.has_part(&found.target).then_some(found.target.as_str())
    }

    /// The path of the relationships part of a part.
    pub(crate) fn relationships_part(path: &str) -> String {
        relationships::part_of(path)
    }

    /// The number of a part's entry.
    pub(crate) fn entry(&self, path: &str) -> Option<usize> {
        self.entries.get(&key(path)).copied()
    }

    /// The entries as stored, for raw copies.
    pub(crate) fn archive(&self) -> ZipArchive<Cursor<Arc<[u8]>>> {
        self.archive.clone()
    }

    fn find_workbook(&mut self) -> Result<(), FileError> {
        if !self.has_part("_rels/.rels") {
            return Err(no_workbook());
        }
        let top = self.relationships_of("")?;
        if top
            .iter()
            .any(|relationship| relationship.kind == "origin" && relationship.target.contains("_xmlsignatures"))
        {
            return Err(signed());
        }
        let book = top.iter().find(|relationship| relationship.kind == "officeDocument").ok_or_else(no_workbook)?;
        if book.target.to_ascii_lowercase().ends_with(".bin") {
            return Err(FileError::refused(
                "binary-workbook",
                "Excel バイナリ ブック（.xlsb）のため、開けません。",
                "Excel で開き、「名前を付けて保存」で .xlsx にしてください。",
            ));
        }
        self.workbook_part.clone_from(&book.target);
        self.relationships = self.relationships_of(&self.workbook_part)?;
        Ok(())
    }

    fn read_workbook(&mut self) -> Result<(), FileError> {
        let path = self.workbook_part.clone();
        let text = self.read_part(&path)?;
        self.read_workbook_text(&text).map_err(|Malformed| damaged_part(&path))?;
        if self.sheets.is_empty() { Err(no_workbook()) } else { Ok(()) }
    }

    fn read_workbook_text(&mut self, text: &str) -> Result<(), Malformed> {
        let mut walker = Walker::new(text);
        let mut name = None;
        let mut parent = "";
        while let Some(token) = walker.next()? {
            match (token.depth, token.kind, token.tag.local()) {
                (0, Kind::Open, root) if root != "workbook" => return Err(Malformed),
                (1, Kind::Open | Kind::Empty, local) => {
                    parent = local;
                    if local == "workbookPr" {
                        self.date1904 = token.tag.flag("date1904");
                    }
                }
                (2, Kind::Open | Kind::Empty, "sheet") if parent == "sheets" => {
                    let sheet = self.sheet_entry(token.tag);
                    self.sheets.push(sheet);
                }
                (2, Kind::Open, "definedName") if parent == "definedNames" => name = Some((token.tag, token.span.end)),
                (2, Kind::Close, "definedName") => {
                    if let Some((tag, from)) = name.take() {
                        self.names.push(DefinedName {
                            name: tag.value("name").unwrap_or_default().into_owned(),
                            sheet: tag.raw("localSheetId").and_then(|id| id.parse().ok()),
                            hidden: tag.flag("hidden"),
                            text: text.get(from..token.span.start).and_then(content).ok_or(Malformed)?.into_owned(),
                        });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn sheet_entry(&self, tag: Tag<'_>) -> Sheet {
        let id = tag.prefixed("id").unwrap_or_default().into_owned();
        let target = self.relationships.iter().find(|relationship| relationship.id == id);
        Sheet {
            name: tag.value("name").unwrap_or_default().into_owned(),
            sheet_id: tag.value("sheetId").unwrap_or_default().into_owned(),
            part: target.map(|relationship| relationship.target.clone()).unwrap_or_default(),
            relationship: id,
            visibility: match tag.raw("state") {
                Some("hidden") => Visibility::Hidden,
                Some("veryHidden") => Visibility::VeryHidden,
                _ => Visibility::Visible,
            },
            kind: match target.map(|relationship| relationship.kind.as_str()) {
                Some("worksheet") => SheetKind::Worksheet,
                Some("chartsheet") => SheetKind::Chartsheet,
                _ => SheetKind::Other,
            },
        }
    }
}

/// Part names do not distinguish case, and some writers put `\` or a leading `/` into entry names.
fn key(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

/// Only UTF-8 can be patched; a part may say otherwise and still happen to be valid UTF-8.
fn declares_other_encoding(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    if !text.starts_with("<?xml") {
        return false;
    }
    let declaration = text.split_once("?>").map_or(text, |(declaration, _)| declaration);
    let Some((_, rest)) = declaration.split_once("encoding") else { return false };
    let name = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '"' | '\''));
    !name.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("utf-8"))
}

fn refuse_other_formats(bytes: &[u8]) -> Result<(), FileError> {
    if bytes.starts_with(b"PK") {
        return Ok(());
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        // Both an old .xls and an encrypted .xlsx are compound files; the stream's name tells them apart.
        let stream: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        if bytes.windows(stream.len()).any(|window| window == stream) {
            return Err(encrypted());
        }
        return Err(FileError::refused(
            "old-workbook",
            "Excel 97-2003 形式（.xls）のため、書き込めません。",
            "Excel で開き、「名前を付けて保存」で .xlsx にしてください。",
        ));
    }
    Err(no_workbook())
}

fn no_workbook() -> FileError {
    FileError::refused(
        "no-workbook",
        "Excel ブック（.xlsx、.xlsm）ではありません。",
        "Excel で開けるか確かめ、.xlsx で保存し直してください。",
    )
}

fn encrypted() -> FileError {
    FileError::refused(
        "encrypted",
        "パスワードで保護（暗号化）されているため、開けません。",
        "Excel でパスワードを外して保存してから、もう一度お試しください。",
    )
}

fn signed() -> FileError {
    FileError::refused(
        "signed",
        "電子署名が付いたブックのため、書き込みませんでした（書き込むと署名が無効になります）。",
        "Excel の「ファイル」→「情報」で署名を削除した写しを作り、それをお使いください。",
    )
}

fn damaged_file() -> FileError {
    FileError::refused(
        "damaged",
        "ファイルが壊れているため、開けません。",
        "元の場所からもう一度コピーするか、Excel で開いて保存し直してください。",
    )
}

/// A part that cannot be read.
pub(crate) fn damaged_part(path: &str) -> FileError {
    FileError::refused(
        "damaged",
        format!("ブックの一部（{path}）が壊れているか、欠けています。"),
        "元の場所からもう一度コピーするか、Excel で開いて保存し直してください。",
    )
}

fn wrong_encoding(path: &str) -> FileError {
    FileError::refused(
        "part-encoding",
        format!("ブックの一部（{path}）の文字コードが UTF-8 ではありません。"),
        "Excel で開いて保存し直してください。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_told_apart() {
        let mut encrypted = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        assert_eq!(Package::open(encrypted.clone()).unwrap_err().code, "old-workbook");
        encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(Package::open(encrypted).unwrap_err().code, "encrypted");
        assert_eq!(Package::open(Vec::new()).unwrap_err().code, "no-workbook");
        assert_eq!(Package::open(b"PK\x03\x04 cut off".to_vec()).unwrap_err().code, "damaged");
    }

    #[test]
    fn only_utf8_is_accepted_as_encoding() {
        for text in ["<a/>", "<?xml version=\"1.0\"?><a/>", "\u{feff}<?xml version='1.0' encoding='UTF-8'?><a/>"] {
            assert!(!declares_other_encoding(text), "{text}");
        }
        assert!(declares_other_encoding("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a/>"));
    }
}
