//! The page's files, embedded; nothing is ever read from the disk by a name that came in a request.

use std::borrow::Cow;
use std::sync::OnceLock;

use include_dir::{Dir, DirEntry, include_dir};
use sha2::{Digest, Sha256};

use super::key::hex;

/// Everything of addin-manifest: the page, icons and the description of the interface.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/addin-manifest");

/// A file of the page by its path below `pane/`, its kind and its bytes.
pub fn page(path: &str) -> Option<(&'static str, Cow<'static, [u8]>)> {
    let kind = kind_of(path)?;
    #[cfg(debug_assertions)]
    if let Some(bytes) = from_folder(path) {
        return Some((kind, Cow::Owned(bytes)));
    }
    let file = FILES.get_file(format!("pane/{path}"))?;
    Some((kind, Cow::Borrowed(file.contents())))
}

/// The page itself. What it names lies below an address that changes with every byte of the page's files, so that a
/// browser may keep them for good and never mixes two versions.
pub fn index() -> Option<Cow<'static, [u8]>> {
    let (_, html) = page("index.html")?;
    #[cfg(debug_assertions)]
    if std::env::var_os("CHIIKI_PANE").is_some() {
        return Some(html);
    }
    static INDEX: OnceLock<String> = OnceLock::new();
    let made = INDEX.get_or_init(|| {
        let prefix = format!("v/{}/", version());
        let mut out = String::new();
        let text = String::from_utf8_lossy(&html);
        let mut rest = &*text;
        // The page's own files are named without a scheme and without a leading `#`.
        while let Some(at) = ["href=\"", "src=\""].iter().filter_map(|word| Some(rest.find(word)? + word.len())).min() {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            if !after.starts_with(['#', '/']) && !after.split('"').next().unwrap_or_default().contains(':') {
                out.push_str(&prefix);
            }
            rest = after;
        }
        out + rest
    });
    Some(Cow::Borrowed(made.as_bytes()))
}

/// A file of the page by an address as [`index`] writes it, `v/<version>/main.js`; `None` for those of other versions.
pub fn kept(path: &str) -> Option<(&'static str, Cow<'static, [u8]>)> {
    page(path.strip_prefix("v/")?.strip_prefix(version())?.strip_prefix('/')?)
}

/// Names the page's files by their content.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        fn add(dir: &Dir<'_>, hash: &mut Sha256) {
            for entry in dir.entries() {
                match entry {
                    DirEntry::Dir(dir) => add(dir, hash),
                    DirEntry::File(file) => {
                        hash.update(file.path().to_string_lossy().as_bytes());
                        hash.update([0]);
                        hash.update(Sha256::digest(file.contents()));
                    }
                }
            }
        }
        let mut hash = Sha256::new();
        if let Some(pane) = FILES.get_dir("pane") {
            add(pane, &mut hash);
        }
        hex(hash.finalize().get(..8).unwrap_or_default())
    })
}

/// An icon of the add-in.
pub fn icon(name: &str) -> Option<&'static [u8]> {
    (name.ends_with(".png")).then(|| FILES.get_file(format!("icons/{name}")))?.map(|file| file.contents())
}

/// The description of the interface.
pub fn openapi() -> Option<&'static [u8]> {
    FILES.get_file("openapi.json").map(|file| file.contents())
}

/// While the page is worked on, its folder can be served as it stands (`CHIIKI_PANE`). Only in debug builds.
#[cfg(debug_assertions)]
fn from_folder(path: &str) -> Option<Vec<u8>> {
    let folder = std::path::PathBuf::from(std::env::var_os("CHIIKI_PANE")?);
    std::fs::read(folder.join(path)).ok()
}

fn kind_of(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "ico" => "image/x-icon",
        _ => return None,
    })
}
