//! Filling by patching parts: what was planned is there, and nothing else changed.

// Helpers of tests may fail loudly too; clippy's own exception covers test functions only.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::type_complexity)]

mod fixtures;
mod package;
mod random;
mod refusals;
mod shapes;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::process::Command;

use chiiki_sheet::fill::plan::{CellContent, FillPlan};
use chiiki_sheet::model::CellRef;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The sheet of [`Tiny`] packages.
const SHEET: &str = "表";

fn at(address: &str) -> CellRef {
    CellRef::parse(address).unwrap()
}

fn number(value: f64) -> CellContent {
    CellContent::Number(value)
}

fn text(value: &str) -> CellContent {
    CellContent::Text(value.to_owned())
}

/// A plan of cells of one sheet that keep their styles.
fn plan(sheet: &str, cells: &[(&str, CellContent)]) -> FillPlan {
    let mut plan = FillPlan::default();
    for (address, content) in cells {
        plan.sheet(sheet).set(at(address), content.clone());
    }
    plan
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/data/fill").join(name)).unwrap()
}

/// Every entry in order: name, bytes as compressed, bytes as inflated.
fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let (mut packed, mut plain) = (Vec::new(), Vec::new());
            archive.by_index_raw(index).unwrap().read_to_end(&mut packed).unwrap();
            let mut entry = archive.by_index(index).unwrap();
            entry.read_to_end(&mut plain).unwrap();
            (entry.name().unwrap().into_owned(), packed, plain)
        })
        .collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let found = entries(bytes).into_iter().find(|(entry, ..)| entry == name);
    String::from_utf8(found.unwrap_or_else(|| panic!("{name} がない")).2).unwrap()
}

/// A worksheet as tags and texts, without the cells of some addresses, rows that are then empty and were made for
/// them, `spans` and `dimension`. Splits at brackets only, so it shares nothing with the code under test.
fn rest_of_sheet(xml: &str, edited: &BTreeSet<String>, new_rows: &BTreeSet<u32>) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = xml;
    while let Some(open) = rest.find('<') {
        if open > 0 {
            tokens.push(rest[..open].to_owned());
        }
        let close = open + rest[open..].find('>').unwrap() + 1;
        tokens.push(rest[open..close].to_owned());
        rest = &rest[close..];
    }
    let attribute = |tag: &str, name: &str| {
        let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        Some(tag[from..from + tag[from..].find('"')?].to_owned())
    };
    let mut out = Vec::new();
    let mut tokens = tokens.into_iter();
    let mut inside_new_row = false;
    while let Some(token) = tokens.next() {
        let name =
            token.trim_start_matches('<').split([' ', '>']).next().unwrap().rsplit(':').next().unwrap().to_owned();
        if name == "c" && attribute(&token, "r").is_some_and(|address| edited.contains(&address)) {
            if !token.ends_with("/>") {
                let end = format!("</{}>", token[1..].split([' ', '>']).next().unwrap());
                while tokens.next().unwrap() != end {}
            }
            continue;
        }
        if name == "row" && attribute(&token, "r").is_some_and(|row| new_rows.contains(&row.parse().unwrap())) {
            inside_new_row = !token.ends_with("/>");
            continue;
        }
        if inside_new_row && token.starts_with("</") && token.contains("row") {
            inside_new_row = false;
            continue;
        }
        if name == "dimension" {
            continue;
        }
        match (name.as_str(), attribute(&token, "spans")) {
            ("row", Some(spans)) => out.push(token.replace(&format!(" spans=\"{spans}\""), "")),
            _ => out.push(token),
        }
    }
    out
}

/// Runs a script of `tests/support` and reads the JSON it prints; `None` (with the reason printed) where that is not
/// possible.
fn python(script: &str, file: &[u8], extension: &str) -> Option<serde_json::Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("book.{extension}"));
    std::fs::write(&path, file).unwrap();
    let probe = Command::new("python3").args(["-c", "import openpyxl"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        println!("python3 と openpyxl がないため、この確かめを飛ばします");
        return None;
    }
    let output = Command::new("python3")
        .arg(root().join("tests/support").join(script))
        .arg(&path)
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// A hand-made package, part by part.
struct Tiny {
    parts: BTreeMap<String, Vec<u8>>,
}

impl Tiny {
    /// A workbook of one sheet 「表」 with the given part.
    fn new(sheet: &str) -> Self {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006";
        let tiny = Self { parts: BTreeMap::new() };
        tiny.part(
            "[Content_Types].xml",
            &format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
                 <Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>"
            ),
        )
        .part(
            "_rels/.rels",
            &format!("<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"a\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
        )
        .part(
            "xl/_rels/workbook.xml.rels",
            &format!("<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"s\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"),
        )
        .part(
            "xl/workbook.xml",
            &format!("<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"{SHEET}\" sheetId=\"1\" r:id=\"s\"/></sheets></workbook>"),
        )
        .part(
            "xl/worksheets/sheet1.xml",
            &sheet.replacen("<worksheet", &format!("<worksheet xmlns=\"{main}\" xmlns:r=\"{relations}\""), 1),
        )
    }

    fn part(mut self, path: &str, text: &str) -> Self {
        self.parts.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }

    fn raw(mut self, path: &str, bytes: Vec<u8>) -> Self {
        self.parts.insert(path.to_owned(), bytes);
        self
    }

    fn edit(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = String::from_utf8(self.parts[path].clone()).unwrap();
        assert!(text.contains(from), "{path}: {from}");
        self.parts.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
        self
    }

    fn moved(mut self, from: &str, to: &str) -> Self {
        let part = self.parts.remove(from).unwrap();
        self.parts.insert(to.to_owned(), part);
        self
    }

    fn build(&self) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in &self.parts {
            out.start_file(path.as_str(), SimpleFileOptions::default()).unwrap();
            out.write_all(bytes).unwrap();
        }
        out.finish().unwrap().into_inner()
    }
}
