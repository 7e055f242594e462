//! The documents say what is so: commands exist, links lead somewhere, examples are read by the program.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, like the tests themselves")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::take_book;
use chiiki_sheet::layout::Context;
use chiiki_sheet::read::{Limits, read_bytes};
use chiiki_sheet::workspace::{SETTINGS_TEMPLATE, Settings};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

fn markdown_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            markdown_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The documents of the project: those at the top and all below docs.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    markdown_files(&root().join("docs"), &mut found);
    for entry in std::fs::read_dir(root()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Targets of `[…](…)` outside code.
fn links(text: &str) -> Vec<String> {
    let mut in_block = false;
    let mut links = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        }
        // Every second piece between backticks is code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("x");
        if !in_block {
            links.extend(prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())));
        }
    }
    links
}

/// A heading as the name a link calls it by.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || "-_ ー".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// Commands of this program in the code of a document: (subcommand, its options).
fn commands(text: &str) -> Vec<(String, Vec<String>)> {
    let blocks = text.split("```").skip(1).step_by(2).flat_map(str::lines);
    let inline = text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2));
    blocks
        .chain(inline)
        .filter_map(|code| {
            let code = code.split(" #").next().unwrap_or(code).trim();
            let rest = ["cargo run --release -- ", "cargo run -- ", "chiiki-sheet ", "chiiki-sheet.exe "]
                .into_iter()
                .find_map(|start| code.strip_prefix(start))?;
            let mut words = rest.split_whitespace();
            let plain = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
            let mut subcommand = words.next().filter(plain)?.to_owned();
            let mut words = words.peekable();
            // These have commands of their own.
            if let Some(second) =
                words.next_if(|word| ["addin", "mapping", "tls"].contains(&subcommand.as_str()) && plain(word))
            {
                subcommand = format!("{subcommand} {second}");
            }
            let options = words.filter(|word| word.starts_with("--")).map(str::to_owned).collect();
            Some((subcommand, options))
        })
        .collect()
}

fn help(subcommand: &str) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"))
        .args(subcommand.split(' ').chain(["--help"]))
        .output()
        .unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn commands_of_the_documents_exist() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in documents() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        for (subcommand, options) in commands(&std::fs::read_to_string(&path).unwrap()) {
            count += 1;
            let Some(help) = help(&subcommand) else {
                wrong.push(format!("{name}: there is no `{subcommand}`"));
                continue;
            };
            for option in options {
                if !help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == option) {
                    wrong.push(format!("{name}: `{subcommand}` has no {option}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 5, "only {count} commands found: are they still written as code?");
}

#[test]
fn the_readmes_name_the_two_commands_that_do_everything() {
    for name in ["README.md", "README.ja.md"] {
        let text = read(name);
        assert!(text.contains("cargo run --release -- demo"), "{name}");
        assert!(text.contains("./test.sh"), "{name}");
    }
}

#[test]
fn links_of_the_documents_resolve() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        for link in links(&text) {
            if link.starts_with("https://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (file, part) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            if !target.exists() {
                wrong.push(format!("{name}: {link} leads nowhere"));
            } else if !part.is_empty() && !anchors(&std::fs::read_to_string(&target).unwrap()).contains(part) {
                wrong.push(format!("{name}: {link} has no such heading"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 5, "only {count} links found");
}

#[test]
fn the_changelog_begins_with_this_version() {
    let text = read("CHANGELOG.md");
    let first = text.lines().find(|line| line.starts_with("## ")).unwrap_or_default();
    assert!(first.contains(env!("CARGO_PKG_VERSION")), "CHANGELOG.md begins with {first:?}");
}

#[test]
fn settings_shown_to_people_are_read() {
    assert_eq!(Settings::parse(SETTINGS_TEMPLATE.as_bytes()).unwrap(), Settings::default());
    let text = read("docs/layouts.md");
    let blocks: Vec<&str> =
        text.split("```toml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
    assert!(!blocks.is_empty(), "docs/layouts.md shows no settings");
    for block in blocks {
        let settings = Settings::parse(block.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{block}"));
        assert_ne!(settings, Settings::default(), "this example sets nothing:\n{block}");
    }
}

#[test]
fn every_setting_is_explained() {
    let text = read("docs/layouts.md");
    let names = SETTINGS_TEMPLATE.lines().filter_map(|line| {
        let line = line.trim_start_matches("# ").trim_start_matches('[');
        Some(line.strip_prefix('"')?.split_once('"')?.0)
    });
    let missing: Vec<&str> = names.filter(|name| !name.contains('○') && !text.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/layouts.md does not explain {missing:?}");
}

/// What the tables shown to people say is what is read from them.
#[test]
fn tables_shown_to_people_are_read() {
    let text = read("docs/layouts.md");
    let tables: Vec<&str> = text.split("```csv\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
    let [tidy, areas] = tables[..] else { panic!("docs/layouts.md shows {} tables", tables.len()) };

    let catalog = Catalog::shipped().with_areas(areas, "地域一覧.csv").unwrap();
    let book = read_bytes("入力用.csv", tidy.as_bytes(), &Limits::default()).unwrap();
    let taken = take_book(&book, Context::new(&catalog, None));

    assert_eq!(taken.report.layout, Some("L9"), "{:?}", taken.report);
    assert_eq!(taken.diagnostics, [], "the tables hold a slip");
    let found: Vec<String> = taken
        .observations
        .iter()
        .map(|o| format!("{} {} {:?} {}", o.indicator.as_str(), o.area.name, o.datum.value(), o.unit))
        .collect();
    let expected = [
        "B4-a 架空県 Some(19.4) ％",
        "B4-a 架空県 あおば市 Some(20.1) ％",
        "D17-a 架空県 あおば市 Some(81250.0) 円",
        "D17-n 架空県 みどり町 None 円",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_picture_is_small() {
    let bytes = std::fs::metadata(root().join("docs/pictures/sheet.png")).unwrap().len();
    assert!(bytes <= 200_000, "docs/pictures/sheet.png has {bytes} bytes");
}
