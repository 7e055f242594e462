//! What is known of the certificate without opening its key.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{CA_FILE, CARD_FILE, CHAIN_FILE, KEY_FILE, WARN_DAYS};
use crate::addin::place::{open_to_others, private_file};
use crate::clock;
use crate::error::{Error, Result};
use crate::model::Date;

/// Where a certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Made here
    Own,
    /// Brought by the municipality; its authority is trusted by other means
    Imported,
}

/// What is written down beside the certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Where it comes from
    pub kind: Kind,
    /// SHA-1 of the authority made here, as Windows names certificates
    pub thumbprint: Option<String>,
    /// First day
    pub from: String,
    /// Last day
    pub until: String,
    /// Authorities made here before and not yet taken out of Windows' list
    #[serde(default)]
    pub replaced: Vec<String>,
}

/// How the certificate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What is known of it
    pub card: Card,
    /// Days until the last one; below zero when it has expired
    pub days_left: i64,
    /// Other users of the PC could read the key
    pub exposed: bool,
}

impl Status {
    /// Whether it is time to renew.
    pub fn ends_soon(&self) -> bool {
        self.days_left < WARN_DAYS
    }
}

/// How the certificate in a folder stands; `None` when there is none.
///
/// # Errors
/// Files that cannot be read or understood.
pub fn status(dir: &Path) -> Result<Option<Status>> {
    status_on(dir, clock::today())
}

pub(super) fn status_on(dir: &Path, today: Date) -> Result<Option<Status>> {
    let Some(card) = Card::read(dir)? else { return Ok(None) };
    let until = Date::parse(&card.until).ok_or_else(|| broken(dir))?;
    let exposed = open_to_others(dir) || open_to_others(&dir.join(KEY_FILE));
    Ok(Some(Status { days_left: clock::day_number(until) - clock::day_number(today), exposed, card }))
}

impl Card {
    pub(super) fn read(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(CARD_FILE);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| broken(dir)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(path, "読み取り", "フォルダーを開く権限があるか確かめてください。")(
                error,
            )),
        }
    }

    pub(super) fn keep(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| Error::Internal(error.to_string()))?;
        private_file(&dir.join(CARD_FILE), &text)
    }

    /// Every authority of ours that Windows may still trust.
    pub fn thumbprints(&self) -> Vec<&str> {
        self.replaced.iter().map(String::as_str).chain(self.thumbprint.as_deref()).collect()
    }
}

fn broken(dir: &Path) -> Error {
    Error::Usage(format!(
        "証明書の記録（{}）を読めません。chiiki-sheet tls remove で消してから、tls create で作り直してください。",
        dir.join(CARD_FILE).display()
    ))
}

/// Takes all files of the certificate away.
///
/// # Errors
/// A file that cannot be removed.
pub fn remove_files(dir: &Path) -> Result<()> {
    for name in [KEY_FILE, CHAIN_FILE, CA_FILE, CARD_FILE] {
        let path = dir.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(path, "削除", "ほかのソフトで開いていないか確かめてください。")(
                    error,
                ));
            }
            _ => {}
        }
    }
    // Only when nothing of anybody else lies in it.
    let _ = std::fs::remove_dir(dir);
    Ok(())
}
