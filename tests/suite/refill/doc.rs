//! A sheet's XML as rows of cells, edited the way people's programs do. Shares nothing with the code under test.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use chiiki_sheet::read::{Grid, Limits, read_bytes};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

pub fn grid(bytes: &[u8], sheet: &str) -> Grid {
    let book = read_bytes("book.xlsx", bytes, &Limits::default()).unwrap();
    book.grids.into_iter().find(|grid| &*grid.name == sheet).unwrap_or_else(|| panic!("{sheet} がない"))
}

/// Row and column, both from zero.
pub fn address(text: &str) -> (u32, u32) {
    let split = text.find(|c: char| c.is_ascii_digit()).unwrap();
    let col = text[..split].bytes().fold(0, |col, b| col * 26 + u32::from(b - b'A') + 1) - 1;
    (text[split..].parse::<u32>().unwrap() - 1, col)
}

pub fn name((row, col): (u32, u32)) -> String {
    let (mut letters, mut rest) = (Vec::new(), col + 1);
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    format!("{}{}", letters.into_iter().collect::<String>(), row + 1)
}

/// One cell: its attributes but the address, and what is inside.
pub type Cell = (String, String);

#[derive(Clone)]
pub struct Doc {
    parts: Vec<(String, Vec<u8>)>,
    pub head: String,
    /// Row → attributes but its number, cells by column
    pub rows: BTreeMap<u32, (String, BTreeMap<u32, Cell>)>,
    pub tail: String,
}

const FORM: &str = "xl/worksheets/sheet1.xml";

impl Doc {
    pub fn open(bytes: &[u8]) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = Vec::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let mut data = Vec::new();
            entry.read_to_end(&mut data).unwrap();
            parts.push((entry.name().unwrap().into_owned(), data));
        }
        let text = parts.iter().find(|(name, _)| name == FORM).unwrap().1.clone();
        let text = String::from_utf8(text).unwrap();
        let (head, rest) = text.split_once("<sheetData>").unwrap();
        let (data, tail) = rest.split_once("</sheetData>").unwrap();
        let mut rows = BTreeMap::new();
        for piece in data.split("<row ").skip(1) {
            let (tag, cells) = piece.split_once('>').unwrap();
            let (number, attributes) = take(tag.trim_end_matches('/'), "r");
            let mut row = BTreeMap::new();
            for cell in cells.split("<c ").skip(1) {
                let (tag, inner) = cell.split_once('>').unwrap();
                let (at, attributes) = take(tag.trim_end_matches('/'), "r");
                let inner = if tag.ends_with('/') { "" } else { inner.split_once("</c>").unwrap().0 };
                row.insert(address(&at).1, (attributes, inner.to_owned()));
            }
            rows.insert(number.parse::<u32>().unwrap() - 1, (attributes, row));
        }
        Self { parts, head: head.to_owned(), rows, tail: tail.to_owned() }
    }

    pub fn save(&self) -> Vec<u8> {
        let mut text = format!("{}<sheetData>", self.head);
        for (number, (attributes, cells)) in &self.rows {
            text.push_str(&format!("<row r=\"{}\" {attributes}>", number + 1));
            for (col, (attributes, inner)) in cells {
                text.push_str(&format!("<c r=\"{}\" {attributes}>{inner}</c>", name((*number, *col))));
            }
            text.push_str("</row>");
        }
        text.push_str(&format!("</sheetData>{}", self.tail));
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, data) in &self.parts {
            out.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            out.write_all(if name == FORM { text.as_bytes() } else { data }).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    pub fn cell(&self, at: &str) -> Option<&Cell> {
        let (row, col) = address(at);
        self.rows.get(&row)?.1.get(&col)
    }

    fn put(&mut self, (row, col): (u32, u32), kind: &str, inner: String) {
        let cells = &mut self.rows.entry(row).or_default().1;
        let old = cells.get(&col).map(|(attributes, _)| take(attributes, "t").1).unwrap_or_default();
        cells.insert(col, (format!("{old}{kind}").trim().to_owned(), inner));
    }

    pub fn set_text(&mut self, at: &str, text: &str, red: bool) {
        let inner = if red {
            format!(
                "<is><r><rPr><color rgb=\"FFFF0000\"/><b/></rPr><t>赤</t></r><r><t xml:space=\"preserve\">{text}</t></r></is>"
            )
        } else {
            format!("<is><t>{text}</t></is>")
        };
        self.put(address(at), " t=\"inlineStr\"", inner);
    }

    pub fn set_number(&mut self, at: (u32, u32), value: f64) {
        self.put(at, "", format!("<v>{value}</v>"));
    }

    /// Exchanges what two rows hold, as sorting does.
    pub fn swap_rows(&mut self, a: u32, b: u32) {
        let (left, right) = (self.rows.remove(&a).unwrap(), self.rows.remove(&b).unwrap());
        self.rows.insert(a, right);
        self.rows.insert(b, left);
    }

    pub fn insert_row(&mut self, at: u32) {
        self.move_cells(|row, col| (if row >= at { row + 1 } else { row }, col));
    }

    pub fn delete_row(&mut self, at: u32) {
        self.rows.remove(&at);
        self.move_cells(|row, col| (if row > at { row - 1 } else { row }, col));
    }

    pub fn copy_row(&mut self, from: u32) {
        self.insert_row(from + 1);
        let copy = self.rows[&from].clone();
        self.rows.insert(from + 1, copy);
    }

    pub fn insert_col(&mut self, at: u32) {
        self.move_cells(|row, col| (row, if col >= at { col + 1 } else { col }));
    }

    /// Moves cells and merged areas.
    fn move_cells(&mut self, to: impl Fn(u32, u32) -> (u32, u32)) {
        let old = std::mem::take(&mut self.rows);
        for (row, (attributes, cells)) in old {
            let home = self.rows.entry(to(row, 0).0).or_default();
            home.0 = attributes;
            for (col, cell) in cells {
                home.1.insert(to(row, col).1, cell);
            }
        }
        let mut tail = String::new();
        let mut pieces = self.tail.split("<mergeCell ref=\"");
        tail.push_str(pieces.next().unwrap());
        for piece in pieces {
            let (area, rest) = piece.split_once('"').unwrap();
            let (a, b) = area.split_once(':').unwrap();
            let moved = |at: &str| name(to(address(at).0, address(at).1));
            tail.push_str(&format!("<mergeCell ref=\"{}:{}\"{rest}", moved(a), moved(b)));
        }
        self.tail = tail;
    }

    /// Another name on the tab.
    pub fn rename(&mut self, from: &str, to: &str) {
        let book = &mut self.parts.iter_mut().find(|(name, _)| name == "xl/workbook.xml").unwrap().1;
        let text = String::from_utf8(book.clone()).unwrap();
        *book = text.replace(from, to).into_bytes();
    }

    /// All columns twice as wide.
    pub fn widen(&mut self) {
        self.head = self.head.replace(" width=\"", " width=\"1");
    }
}

/// An attribute's value, and the others.
fn take(tag: &str, name: &str) -> (String, String) {
    let tag = format!(" {}", tag.trim());
    let Some(from) = tag.find(&format!(" {name}=\"")) else { return (String::new(), tag.trim().to_owned()) };
    let start = from + name.len() + 3;
    let end = start + tag[start..].find('"').unwrap();
    (tag[start..end].to_owned(), format!("{}{}", &tag[..from], &tag[end + 1..]).trim().to_owned())
}
