//! Under which settings files are read and sheets are made: when these change, work is to be done again.

use crate::catalog::Catalog;
use crate::disk;
use crate::error::{Error, Result};
use crate::layout::Mapping;
use crate::store::sha256_hex;
use crate::workspace::{SETTINGS, Settings, Workspace};

/// The settings as they stand, and what follows from them.
#[derive(Debug)]
pub(super) struct Conditions {
    pub(super) settings: Settings,
    pub(super) catalog: Catalog,
    pub(super) mappings: Vec<Mapping>,
    /// Of what reading depends on: another list of areas or another saved reading may read a file differently.
    pub(super) reading: String,
    /// Of the whole settings: sheets are made again when this changes.
    pub(super) whole: String,
}

impl Conditions {
    /// Reads settings, list of areas and saved readings.
    pub(super) fn load(workspace: &Workspace) -> Result<Self> {
        let settings = workspace.settings()?;
        let catalog = workspace.catalog()?;
        let mappings = workspace.mappings()?;
        // A file that cannot be read for a moment is not another file: nothing would be known by its hash any more.
        let file = |name: &str| match disk::read(&workspace.root().join(name)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(Error::io(name, "読み取り", "ほかのソフトで開いていたら閉じてください。")),
        };
        let areas = settings.areas.as_deref().map(file).transpose()?.unwrap_or_default();
        let unions = format!("{:?}", settings.unions);
        let version = env!("CARGO_PKG_VERSION");
        let reading = fingerprint(&[version.as_bytes(), &areas, unions.as_bytes(), format!("{mappings:?}").as_bytes()]);
        let whole = fingerprint(&[&file(SETTINGS)?, &areas]);
        Ok(Self { settings, catalog, mappings, reading, whole })
    }
}

fn fingerprint(parts: &[&[u8]]) -> String {
    let hashes: Vec<String> = parts.iter().map(|part| sha256_hex(part)).collect();
    sha256_hex(hashes.concat().as_bytes())
}
