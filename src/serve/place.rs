//! Where a user's services are written down: port and key of each workspace, readable by that user alone.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::key::{Key, hex};
use crate::error::{Error, Result};

pub use crate::addin::place::user_folder;

/// What is written down of one service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Card {
    /// The workspace; `None` for the first start
    pub workspace: Option<PathBuf>,
    /// Port of the page
    pub port: u16,
    /// Port of the page for Excel, once there is one
    #[serde(default)]
    pub tls_port: Option<u16>,
    /// 43 letters
    key: String,
}

impl Card {
    /// The same key and port, for a workspace that was chosen on the first start.
    #[must_use]
    pub fn for_workspace(&self, root: &Path, port: u16) -> Self {
        Self { workspace: Some(canonical(root)), port, ..self.clone() }
    }

    /// The key.
    ///
    /// # Errors
    /// The file was changed by hand.
    pub fn key(&self) -> Result<Key> {
        Key::parse(&self.key).ok_or_else(|| Error::Usage("鍵のファイルが壊れています。".to_owned()))
    }
}

/// The folder with the cards of a user.
#[derive(Clone, Debug)]
pub struct Cards {
    folder: PathBuf,
}

const HINT: &str = "利用者のフォルダーに書き込めるか確かめてください。";

impl Cards {
    /// Those of the user who runs the program.
    ///
    /// # Errors
    /// See [`user_folder`].
    pub fn of_user() -> Result<Self> {
        Ok(Self::in_folder(user_folder()?))
    }

    /// Those in a folder.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: folder.join("services") }
    }

    /// The card of a workspace; made with a random port and a new key when there is none.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn card(&self, workspace: Option<&Path>) -> Result<Card> {
        if let Some(card) = self.known(workspace)? {
            return Ok(card);
        }
        let card = Card {
            workspace: workspace.map(canonical),
            port: random_port()?,
            tls_port: None,
            key: Key::random()?.as_str().to_owned(),
        };
        self.keep(&card)?;
        Ok(card)
    }

    /// The card of a workspace, if there is one. One that cannot be read counts as none.
    ///
    /// # Errors
    /// A file that is there and cannot be opened.
    pub fn known(&self, workspace: Option<&Path>) -> Result<Option<Card>> {
        let path = self.path(workspace);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok().filter(|card: &Card| card.key().is_ok())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(path, "読み取り", HINT)(error)),
        }
    }

    /// Every workspace with a card, the one used last first.
    pub fn workspaces(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let mut found: Vec<(std::time::SystemTime, PathBuf)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let card: Card = serde_json::from_slice(&std::fs::read(entry.path()).ok()?).ok()?;
                Some((entry.metadata().ok()?.modified().ok()?, card.workspace?))
            })
            .collect();
        found.sort();
        found.into_iter().rev().map(|(_, path)| path).collect()
    }

    /// Writes a card down, whole or not at all.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn keep(&self, card: &Card) -> Result<()> {
        private_folder(&self.folder).map_err(Error::io(&self.folder, "作成", HINT))?;
        let path = self.path(card.workspace.as_deref());
        let text = serde_json::to_vec_pretty(card).map_err(|error| Error::Internal(error.to_string()))?;
        let temp = path.with_extension(format!("{}.tmp", std::process::id()));
        let write = || -> std::io::Result<()> {
            let mut file = private_file(&temp)?;
            file.write_all(&text)?;
            file.sync_all()?;
            std::fs::rename(&temp, &path)
        };
        write().map_err(|error| {
            let _ = std::fs::remove_file(&temp);
            Error::io(&path, "保存", HINT)(error)
        })
    }

    /// Forgets a workspace this service has left; without its card it gets a port and a key of its own again.
    pub fn forget(&self, workspace: &Path) {
        let _ = std::fs::remove_file(self.path(Some(workspace)));
    }

    fn path(&self, workspace: Option<&Path>) -> PathBuf {
        let name = match workspace {
            None => "setup".to_owned(),
            Some(path) => {
                let digest = Sha256::digest(canonical(path).to_string_lossy().as_bytes());
                hex(digest.get(..8).unwrap_or_default())
            }
        };
        self.folder.join(format!("{name}.json"))
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Where no program listens by custom.
///
/// # Errors
/// The system gives no random numbers.
pub fn random_port() -> Result<u16> {
    let mut bytes = [0u8; 2];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("乱数が得られません: {error}")))?;
    Ok(49_152 + u16::from_le_bytes(bytes) % 16_384)
}

#[cfg(unix)]
fn private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

// Below %LOCALAPPDATA% every file is the user's own by inheritance.
#[cfg(not(unix))]
fn private_folder(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}

#[cfg(test)]
mod tests {
    use super::Cards;

    #[test]
    fn each_workspace_keeps_its_port_and_key() {
        let folder = tempfile::tempdir().unwrap();
        let cards = Cards::in_folder(folder.path().to_owned());
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::create_dir_all(&a).unwrap();
        std::fs::create_dir_all(&b).unwrap();
        let first = cards.card(Some(&a)).unwrap();
        assert!((49_152..=65_535).contains(&first.port));
        let again = cards.card(Some(&a)).unwrap();
        assert_eq!((again.port, again.key().unwrap()), (first.port, first.key().unwrap()));
        assert_ne!(cards.card(Some(&b)).unwrap().key().unwrap(), first.key().unwrap());
        assert_eq!(cards.workspaces().len(), 2);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = cards.path(Some(&a));
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
