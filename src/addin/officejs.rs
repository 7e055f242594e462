//! Office.js for PCs without internet, taken from a copy of Microsoft's npm package that the IT section brings.
//!
//! Its licence forbids publishing it, so this product does not contain it, and never downloads anything itself. Only
//! the files Excel on Windows loads are taken, by an allow-list.

mod shelf;
mod tar;

pub use shelf::{Shelf, ShelfCard};

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Name of the package.
const PACKAGE: &str = "@microsoft/office-js";
/// Most bytes of the packed and of the unpacked package (1.1.110: about 20 and 90 MB).
const MOST_PACKED: u64 = 200 << 20;
const MOST_UNPACKED: u64 = 800 << 20;
/// Most bytes of one file that is taken.
const MOST_FILE: u64 = 8 << 20;

/// Files Excel on Windows loads, below `package/dist/`: the loader, its part for Excel, the words. The words of the
/// second language are what Office.js falls back to.
pub const NEEDED: [&str; 3] = ["office.js", "excel-win32-16.01.js", "ja-jp/office_strings.js"];
/// Taken where the package has them.
pub const WELCOME: [&str; 2] = ["en-us/office_strings.js", "o15apptofilemappingtable.js"];

/// What was found in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Version, as its package.json says
    pub version: String,
    /// SHA-256 of the packed file, in hexadecimal
    pub sha256: String,
    /// The files by their path below `dist/`
    pub files: BTreeMap<String, Vec<u8>>,
    /// The licence's text, kept beside the files
    pub licence: Option<Vec<u8>>,
}

/// Reads a packed package (`npm pack @microsoft/office-js`).
///
/// # Errors
/// Not that package, damaged, too large, or files missing; the sentence says what to do.
pub fn read(path: &Path) -> Result<Package> {
    let hint = "ファイルの場所を確かめてください。";
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(Error::io(path, "読み取り", hint))?;
    file.take(MOST_PACKED + 1).read_to_end(&mut bytes).map_err(Error::io(path, "読み取り", hint))?;
    if bytes.len() as u64 > MOST_PACKED {
        return Err(not_the_package(path, "大きすぎます"));
    }
    let mut package = Package { sha256: hex(&Sha256::digest(&bytes)), ..Package::default() };
    let unpacked = flate2::read::GzDecoder::new(bytes.as_slice()).take(MOST_UNPACKED);
    let mut name = String::new();
    let told = tar::each(unpacked, MOST_FILE, wanted, |path, content| match path {
        "package/package.json" => {
            let json: serde_json::Value = serde_json::from_slice(&content).unwrap_or_default();
            let word = |key: &str| json.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            (name, package.version) = (word("name"), word("version"));
        }
        "package/LICENSE.md" => package.licence = Some(content),
        path => {
            if let Some(path) = path.strip_prefix("package/dist/") {
                package.files.insert(path.to_owned(), content);
            }
        }
    });
    told.map_err(|why| not_the_package(path, why))?;
    if name != PACKAGE || package.version.is_empty() {
        return Err(not_the_package(path, &format!("{PACKAGE} ではありません")));
    }
    let missing: Vec<&str> = NEEDED.into_iter().filter(|file| !package.files.contains_key(*file)).collect();
    if !missing.is_empty() {
        return Err(not_the_package(path, &format!("{} がありません", missing.join("、"))));
    }
    Ok(package)
}

fn wanted(path: &str) -> bool {
    matches!(path, "package/package.json" | "package/LICENSE.md")
        || path.strip_prefix("package/dist/").is_some_and(|file| NEEDED.contains(&file) || WELCOME.contains(&file))
}

fn not_the_package(path: &Path, why: &str) -> Error {
    Error::Usage(format!(
        "『{}』から Office.js を取り出せません（{why}）。インターネットにつながるPCで npm pack {PACKAGE} を実行してできた .tgz ファイルを指定してください。",
        path.display()
    ))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
