//! The page's files, embedded; nothing is ever read from the disk by a name that came in a request.

mod bundle;

use std::borrow::Cow;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
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

/// The page itself, ready to be sent.
pub struct Index {
    /// HTML
    pub html: Cow<'static, [u8]>,
    /// Hash of the style that stands in it, as a content security policy names it (`sha256-…`)
    pub style: Option<&'static str>,
}

/// The name of the joined modules; no file of the page bears it.
const JOINED: &str = "page.js";
/// The module that is the page.
const ENTRY: &str = "main.js";

/// The page itself. A browser paints it without asking for anything else: its style stands in it, and its modules are one
/// file below an address that changes with every byte of the page's files, so that a browser may keep it for good and
/// never mixes two versions.
pub fn index() -> Option<Index> {
    let (_, html) = page("index.html")?;
    #[cfg(debug_assertions)]
    if std::env::var_os("CHIIKI_PANE").is_some() {
        return Some(Index { html, style: None });
    }
    static MADE: OnceLock<(String, String)> = OnceLock::new();
    let (html, style) = MADE.get_or_init(|| {
        let html = String::from_utf8_lossy(&html);
        let (html, style) = with_style(&html);
        let hash = format!("sha256-{}", BASE64.encode(Sha256::digest(&style)));
        let script = if joined().is_some() { JOINED } else { ENTRY };
        (html.replace(&format!("src=\"{ENTRY}\""), &format!("src=\"v/{}/{script}\"", version())), hash)
    });
    Some(Index { html: Cow::Borrowed(html.as_bytes()), style: Some(style) })
}

/// The page with its style sheets in one `<style>`, and what stands in that.
fn with_style(html: &str) -> (String, String) {
    let (mut out, mut style) = (String::with_capacity(html.len()), String::new());
    for line in html.lines() {
        let named =
            line.trim().strip_prefix("<link rel=\"stylesheet\" href=\"").and_then(|rest| rest.strip_suffix("\">"));
        match named.and_then(embedded).filter(|text| !text.contains("</")) {
            // With the line ends a browser sees, which are those it hashes.
            Some(text) => text.lines().for_each(|line| style.extend([line, "\n"])),
            None => {
                if line.trim() == "</head>" {
                    out.push_str(&format!("    <style>{style}</style>\n"));
                }
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    (out, style)
}

/// The modules as one file; `None` when they could not be joined.
fn joined() -> Option<&'static str> {
    static JOINED: OnceLock<Option<String>> = OnceLock::new();
    JOINED.get_or_init(|| bundle::join(ENTRY, &embedded).ok()).as_deref()
}

fn embedded(path: &str) -> Option<&'static str> {
    FILES.get_file(format!("pane/{path}"))?.contents_utf8()
}

/// A file of the page by an address as [`index`] writes it, `v/<version>/page.js`; `None` for those of other versions.
pub fn kept(path: &str) -> Option<(&'static str, Cow<'static, [u8]>)> {
    let path = path.strip_prefix("v/")?.strip_prefix(version())?.strip_prefix('/')?;
    if path == JOINED {
        return Some((kind_of(path)?, Cow::Borrowed(joined()?.as_bytes())));
    }
    page(path)
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

#[cfg(test)]
mod tests {
    use include_dir::{Dir, File};

    use super::{ENTRY, FILES, JOINED, index, joined, page};

    /// Fetched only when the add-in opened the page.
    fn in_excel_only(path: &str) -> bool {
        path == "host.js" || path.starts_with("excel/")
    }

    #[test]
    fn every_module_of_the_page_is_joined_once() {
        let joined = joined().unwrap();
        fn all(dir: &'static Dir<'_>) -> Vec<&'static File<'static>> {
            dir.files().chain(dir.dirs().flat_map(all)).collect()
        }
        let mut modules = 0;
        for file in all(FILES.get_dir("pane").unwrap()) {
            let path = file.path().strip_prefix("pane").unwrap().to_str().unwrap().replace('\\', "/");
            if !path.ends_with(".js") {
                continue;
            }
            let here = joined.matches(&format!("// {path}\nconst module$")).count();
            assert_eq!(here, usize::from(!in_excel_only(&path)), "{path}");
            modules += here;
        }
        assert!(modules > 40, "{modules}");
        assert!(joined.contains("import(\"./host.js\")") && joined.trim_end().ends_with("})();"));
        assert!(page(JOINED).is_none(), "a file of the page has the name of the joined one");
    }

    #[test]
    fn the_page_carries_its_style_and_names_one_script() {
        let index = index().unwrap();
        let html = String::from_utf8(index.html.into_owned()).unwrap();
        assert_eq!((html.matches("<style>").count(), html.matches("</style>").count()), (1, 1));
        assert!(html.contains(":root {") && html.contains("@media print") && !html.contains("rel=\"stylesheet\""));
        assert!(html.contains(&format!("/{JOINED}\"></script>")) && !html.contains(ENTRY), "{html}");
    }
}
