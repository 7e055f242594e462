//! Where the user's own files of Excel's side lie, and that nobody else may read them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

const HINT: &str = "利用者のフォルダーに書き込めるか確かめてください。";

/// The user's own folder of this product: never one that travels between PCs.
///
/// # Errors
/// The system does not say where the user's folders are.
pub fn user_folder() -> Result<PathBuf> {
    let base = if cfg!(windows) {
        std::env::var_os("LOCALAPPDATA").map(PathBuf::from)
    } else {
        std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local").join("share")))
    };
    base.filter(|path| path.is_absolute()).map(|path| path.join("chiiki-sheet")).ok_or_else(|| {
        Error::Usage("利用者のフォルダーの場所が分かりません。Windows にサインインし直してください。".to_owned())
    })
}

/// The folders and files below the user's own folder of this product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    root: PathBuf,
}

impl Places {
    /// Those of the user who runs the program. Never in a folder that travels between PCs.
    ///
    /// # Errors
    /// The system does not say where the user's folders are.
    pub fn of_user() -> Result<Self> {
        user_folder().map(|root| Self { root })
    }

    /// Those below a folder.
    pub fn below(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Certificate and key.
    pub fn tls(&self) -> PathBuf {
        self.root.join("tls")
    }

    /// Office.js as brought.
    pub fn officejs(&self) -> PathBuf {
        self.root.join("officejs")
    }

    /// The manifest Excel reads.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("addin").join("manifest.xml")
    }
}

/// Makes a folder that the user alone can open.
pub(super) fn private_folder(path: &Path) -> Result<()> {
    let make = || -> std::io::Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
        }
        // Below %LOCALAPPDATA% every file is the user's own by inheritance.
        #[cfg(not(unix))]
        std::fs::create_dir_all(path)
    };
    make().map_err(Error::io(path, "作成", HINT))
}

/// Writes a file that the user alone can read, whole or not at all.
///
/// # Errors
/// A folder that cannot be written to.
pub fn private_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        // Made with mode 0600 on Unix.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(Error::io(path, "保存", HINT))
}

/// Whether others can read a file or open a folder.
pub(super) fn open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
