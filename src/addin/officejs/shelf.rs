//! The files of Office.js as they lie on this PC, and what of them is served.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{NEEDED, Package, WELCOME, hex};
use crate::addin::place::{private_file, private_folder};
use crate::clock;
use crate::error::{Error, Result};

const CARD_FILE: &str = "officejs.json";
const LICENCE_FILE: &str = "LICENSE.md";

/// What is written down of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelfCard {
    /// Version of the package
    pub version: String,
    /// SHA-256 of the packed package
    pub sha256: String,
    /// The day it was taken
    pub taken: String,
    /// SHA-256 of each file
    pub files: BTreeMap<String, String>,
}

/// The files that may be served, read once. A file that is not what was taken is left out.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// What is written down, where there is anything
    pub card: Option<ShelfCard>,
    files: BTreeMap<String, Vec<u8>>,
    /// Files that changed since they were taken, or are gone
    pub spoiled: Vec<String>,
}

impl Shelf {
    /// Reads what lies in a folder; nothing there is an empty shelf.
    pub fn open(dir: &Path) -> Self {
        let card: Option<ShelfCard> =
            std::fs::read(dir.join(CARD_FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut shelf = Self { card, ..Self::default() };
        let known = shelf.card.as_ref().map(|card| card.files.clone()).unwrap_or_default();
        for (name, sha256) in known {
            // The list on disk does not say what may be served; the one in this program does.
            if !NEEDED.contains(&name.as_str()) && !WELCOME.contains(&name.as_str()) {
                continue;
            }
            match std::fs::read(dir.join(&name)) {
                Ok(bytes) if hex(&Sha256::digest(&bytes)) == sha256 => {
                    shelf.files.insert(name, bytes);
                }
                _ => shelf.spoiled.push(name),
            }
        }
        shelf
    }

    /// Whether Excel can load the pane's Office.js from here.
    pub fn is_complete(&self) -> bool {
        NEEDED.iter().all(|name| self.files.contains_key(*name))
    }

    /// A file by its path below `/officejs/`. Anything not on the list is not there, however it is spelt.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Puts the files of a package into a folder in place of those that were there.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn put(dir: &Path, package: &Package) -> Result<ShelfCard> {
        private_folder(dir)?;
        let mut card = ShelfCard {
            version: package.version.clone(),
            sha256: package.sha256.clone(),
            taken: clock::today().to_string(),
            files: BTreeMap::new(),
        };
        // Without its card nothing is served while the files change.
        let _ = std::fs::remove_file(dir.join(CARD_FILE));
        for (name, bytes) in &package.files {
            let path = dir.join(name);
            if let Some(folder) = path.parent() {
                private_folder(folder)?;
            }
            private_file(&path, bytes)?;
            card.files.insert(name.clone(), hex(&Sha256::digest(bytes)));
        }
        if let Some(licence) = &package.licence {
            private_file(&dir.join(LICENCE_FILE), licence)?;
        }
        let text = serde_json::to_vec_pretty(&card).map_err(|error| Error::Internal(error.to_string()))?;
        private_file(&dir.join(CARD_FILE), &text)?;
        Ok(card)
    }

    /// Takes all of them away; what is not ours stays.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn remove(dir: &Path) -> Result<()> {
        for name in NEEDED.iter().chain(&WELCOME).chain(&[LICENCE_FILE, CARD_FILE]) {
            let path = dir.join(name);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io(path, "削除", "Excelを閉じてから、もう一度実行してください。")(
                        error,
                    ));
                }
                _ => {}
            }
        }
        for folder in ["ja-jp", "en-us", ""] {
            let _ = std::fs::remove_dir(dir.join(folder));
        }
        Ok(())
    }
}
