//! 読み方/*.toml: how a person said tables of no known layout are read.

use std::path::{Path, PathBuf};

use super::Workspace;
use crate::error::{Error, Result};
use crate::layout::Mapping;

/// Where saved readings lie.
pub const MAPPINGS: &str = "読み方";

/// Letters no file name may have on Windows.
const FORBIDDEN: [char; 9] = ['\\', '/', ':', '*', '?', '"', '<', '>', '|'];

impl Workspace {
    /// The saved readings, by file name. None when nobody saved any.
    ///
    /// # Errors
    /// A file that cannot be read or understood; the sentence names file and line.
    pub fn mappings(&self) -> Result<Vec<Mapping>> {
        let folder = self.folder(MAPPINGS);
        if folder.is_dir() { mappings_in(&folder) } else { Ok(Vec::new()) }
    }

    /// Saves a reading under its name; one of the same name is replaced.
    ///
    /// # Errors
    /// A reading with something open, or a folder that cannot be written to.
    pub fn save_mapping(&self, mapping: &Mapping) -> Result<PathBuf> {
        let clean = |c: char| if FORBIDDEN.contains(&c) || c.is_control() { '_' } else { c };
        let stem: String = mapping.name.trim().chars().map(clean).take(60).collect();
        let stem = stem.trim_matches(['.', ' ']);
        if stem.is_empty() {
            return Err(Error::Usage("読み方の「名前」を書いてください。".to_owned()));
        }
        let folder = self.folder(MAPPINGS);
        let hint = "書き込める場所かどうか確かめてください。";
        std::fs::create_dir_all(&folder).map_err(Error::io(&folder, "作成", hint))?;
        let path = folder.join(format!("{stem}.toml"));
        write_mapping(mapping, &path)?;
        Ok(path)
    }
}

/// The saved readings of a folder, of its 「読み方」, or of one file.
///
/// # Errors
/// A place that is not there, a file that cannot be read or understood; the sentence names file and line.
pub fn mappings_in(place: &Path) -> Result<Vec<Mapping>> {
    let inner = place.join(MAPPINGS);
    let folder = if inner.is_dir() { inner.as_path() } else { place };
    let hint = "「読み方」のフォルダーかファイルの場所と、ほかのソフトで開いていないかを確かめてください。";
    let mut paths: Vec<PathBuf> = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder).map_err(Error::io(folder, "読み取り", hint))? {
            paths.push(entry.map_err(Error::io(folder, "読み取り", hint))?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")));
        // A workspace without saved readings has settings only.
        paths.retain(|path| path.file_name().is_none_or(|name| name != super::SETTINGS));
        paths.sort();
    } else {
        paths.push(folder.to_owned());
    }
    let read = |path: &PathBuf| {
        let bytes = crate::disk::read(path).map_err(Error::io(path, "読み取り", hint))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Mapping::parse(&bytes, &format!("{MAPPINGS}/{name}"))
    };
    paths.iter().map(read).collect()
}

/// Writes one reading; what is still open in it must have been settled.
///
/// # Errors
/// A reading with something open, or a place that cannot be written to.
pub fn write_mapping(mapping: &Mapping, path: &Path) -> Result<()> {
    if let Some(problem) = mapping.problem() {
        return Err(Error::Usage(problem));
    }
    write_draft(mapping, path)
}

/// Writes a proposal as it is, for a person to complete in an editor.
///
/// # Errors
/// A place that cannot be written to.
pub fn write_draft(mapping: &Mapping, path: &Path) -> Result<()> {
    let hint = "書き込める場所かどうか確かめてください。";
    // Notepad shows Japanese surely when the file begins with a byte order mark.
    let text = format!("\u{feff}{}", mapping.to_toml()?.replace('\n', "\r\n"));
    std::fs::write(path, text).map_err(Error::io(path, "保存", hint))
}
