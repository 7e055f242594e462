//! Whether a folder lies on another machine.

use std::path::{Component, Path, Prefix};

/// Whether Windows says the path lies on a share; a mapped drive resolves to its UNC path.
pub fn on_network_share(path: &Path) -> bool {
    let resolved = path.canonicalize();
    let resolved = resolved.as_deref().unwrap_or(path);
    matches!(
        resolved.components().next(),
        Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
    )
}
