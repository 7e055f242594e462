//! The page's files, embedded; nothing is ever read from the disk by a name that came in a request.

use std::borrow::Cow;

use include_dir::{Dir, include_dir};

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
