//! What the page remembers of a workspace beside the figures: 台帳/page.json.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::deliver::{Replace, publish};
use crate::error::{Error, Result};
use crate::store::LEDGER_FOLDER;
use crate::workspace::Workspace;

const FILE: &str = "page.json";
/// Entries of the history of one sheet that are kept.
const MOST_HISTORY: usize = 200;

/// The notes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Noted {
    /// Sheets marked 共有済み, by id
    pub shared: BTreeSet<String>,
    /// Comparison areas chosen last for an own area, by its key
    pub remembered: BTreeMap<String, Vec<String>>,
    /// What was done to a sheet on the page, by id, oldest first
    pub history: BTreeMap<String, Vec<Entry>>,
    /// Papers made of a sheet on the page: file name → (sheet, kind)
    pub papers: BTreeMap<String, (String, String)>,
    /// Questions about files that were answered, by the drop's id: whether with a yes
    pub answered: BTreeMap<String, bool>,
    /// The token of tables for Excel's data connection, when they are on
    pub table_token: Option<String>,
}

/// One line of a sheet's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When
    pub at: String,
    /// `made`, `refilled`, `text`, `status`, `paper`, `copied`
    pub kind: String,
    /// New figures, or texts
    pub added: usize,
    /// Figures that changed
    pub revised: usize,
    /// Figures no file says any more
    pub gone: usize,
}

/// The notes of an open workspace.
#[derive(Debug)]
pub struct Notes {
    folder: PathBuf,
    noted: Mutex<Noted>,
}

impl Notes {
    /// Reads them; a file that cannot be understood counts as none, for nothing in it is anybody's work.
    pub fn open(workspace: &Workspace) -> Self {
        let folder = workspace.folder(LEDGER_FOLDER);
        let noted = std::fs::read(folder.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { folder, noted: Mutex::new(noted.unwrap_or_default()) }
    }

    /// A look.
    pub fn read<T>(&self, look: impl FnOnce(&Noted) -> T) -> T {
        look(&self.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A change, kept before it counts.
    ///
    /// # Errors
    /// A folder that cannot be written to; then nothing changed.
    pub fn change(&self, change: impl FnOnce(&mut Noted)) -> Result<()> {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = noted.clone();
        change(&mut next);
        if next == *noted {
            return Ok(());
        }
        let bytes = serde_json::to_vec(&next).map_err(|error| Error::Internal(error.to_string()))?;
        publish(&self.folder, FILE, &bytes, Replace::Ours)?;
        *noted = next;
        Ok(())
    }

    /// A line more in the history of a sheet.
    ///
    /// # Errors
    /// As [`Notes::change`].
    pub fn record(&self, sheet: &str, entry: Entry) -> Result<()> {
        self.change(|noted| {
            let all = noted.history.entry(sheet.to_owned()).or_default();
            all.push(entry);
            if all.len() > MOST_HISTORY {
                all.remove(0);
            }
        })
    }
}
