//! The arrows point one way, files stay readable, and nothing outside tests may panic.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, like the tests themselves")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Modules by level, lowest first: a module may use those of the levels before its own, and no others.
/// A new module says here where it stands.
const LEVELS: &[&[&str]] = &[
    &["model"],
    &["diagnostic", "clock", "disk", "notation"],
    &["error"],
    &["catalog", "read"],
    &["form"],
    &["layout", "compare", "template"],
    &["normalize", "store"],
    &["intake"],
    &["fill"],
    &["refill", "handout", "missing", "explain"],
    &["deliver", "request"],
    &["papers"],
    &["job"],
    &["workspace"],
    &["journal"],
    &["request_file"],
    &["watch"],
    &["doctor"],
    &["addin"],
    &["serve"],
    &["cli"],
];

/// Only the crate's front page and the binary stand above all modules.
const ROOTS: [&str; 2] = ["lib.rs", "main.rs"];

const MAX_LINES: usize = 1000;
/// Longer files are listed, so that someone looks at them.
const LONG_LINES: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Files of src with their path below it, `/` between folders, and their text.
fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    rust_files(&src)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The text without line comments and without the tests at its end.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// How many `super::` lead from the module of a file to the crate's root.
fn depth_of(file: &str) -> usize {
    let parts = file.trim_end_matches(".rs").split('/');
    parts.filter(|part| *part != "mod").count()
}

fn word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

/// Names right behind a path's beginning: one, or those of a group.
fn heads(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest).to_owned()];
    };
    let (mut depth, mut names, mut name) = (0usize, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut name)),
            _ if depth == 0 => name.push(c),
            _ => {}
        }
    }
    names.push(name);
    names.iter().map(|name| word(name.trim()).to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Top modules a file uses by paths from the crate's root, its own left out.
fn used_modules(file: &str, text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut used = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        used.extend(heads(&code[at + path.len()..]));
    }
    let to_root = "super::".repeat(depth_of(file));
    for (at, path) in code.match_indices(&to_root) {
        used.extend(heads(&code[at + path.len()..]));
    }
    used.remove(module_of(file));
    used.remove("");
    used
}

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&module))
}

#[test]
fn paths_are_found_however_they_are_written() {
    let text = "use crate::{catalog::Catalog, model::{Area, Date}, error};\n\
                // use crate::cli;\n\
                use super::super::store::Store;\n\
                fn f() -> crate::read::Book { super::near() }\n\
                #[cfg(test)]\nmod tests { use crate::job; }\n";
    let used = used_modules("fill/apply.rs", text);
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["catalog", "error", "model", "read", "store"]);
    let used = used_modules("job.rs", "use super::fill::plan;\nuse crate::job::Job;");
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["fill"]);
}

#[test]
fn arrows_point_down_only() {
    let files = sources();
    let modules: BTreeSet<&str> = files.iter().map(|(file, _)| module_of(file)).collect();
    let mut wrong = Vec::new();
    for (file, text) in &files {
        if ROOTS.contains(&file.as_str()) {
            continue;
        }
        let Some(own) = level(module_of(file)) else {
            wrong.push(format!("src/{file}: LEVELS does not say where `{}` stands", module_of(file)));
            continue;
        };
        for used in used_modules(file, text) {
            // A macro or a type at the root is no module.
            if modules.contains(used.as_str()) && level(&used).is_none_or(|used| used >= own) {
                wrong.push(format!("src/{file} uses `{used}`, which does not stand below `{}`", module_of(file)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_front_page_names_every_public_module() {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let page: String = lib.lines().filter(|line| line.starts_with("//!")).collect();
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    // What a word of the page does not name by itself: the two words for failures and requests.
    let missing: Vec<&str> = modules
        .filter(|module| !["error", "request"].contains(module))
        .filter(|module| !page.contains(&format!("[`{module}`]")))
        .collect();
    assert!(missing.is_empty(), "src/lib.rs does not say what these are: {missing:?}");
}

#[test]
fn files_stay_readable() {
    let main = std::fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 40, "src/main.rs says too much: {} lines", main.lines().count());
    let mut too_long = Vec::new();
    for folder in ["src", "tests", "examples", "benches"] {
        for path in rust_files(&root().join(folder)) {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            if lines > LONG_LINES {
                println!("{}: {lines} lines", path.display());
            }
            if lines > MAX_LINES {
                too_long.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    assert!(too_long.is_empty(), "{}", too_long.join("\n"));
}

#[test]
fn nothing_outside_tests_may_panic() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for lint in ["unwrap_used", "expect_used", "panic"] {
        assert!(manifest.contains(&format!("{lint} = \"deny\"")), "Cargo.toml does not deny {lint}");
    }
    let mut found = Vec::new();
    for (file, text) in sources() {
        let code = code(&text);
        for (number, line) in code.lines().enumerate() {
            let bare = line.split("//").next().unwrap_or_default();
            let panics = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("];
            let allows = ["clippy::unwrap_used", "clippy::expect_used", "clippy::panic"];
            if panics.iter().chain(&allows).any(|word| bare.contains(word)) {
                found.push(format!("src/{file} (code line {}): {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
