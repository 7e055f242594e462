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
    /// The part of the sheet that lies open
    part: String,
    /// The shared strings as markup
    pub strings: Vec<String>,
    pub head: String,
    /// Row → attributes but its number, cells by column
    pub rows: BTreeMap<u32, (String, BTreeMap<u32, Cell>)>,
    pub tail: String,
}

const FORM: &str = "xl/worksheets/sheet1.xml";

impl Doc {
    pub fn open(bytes: &[u8]) -> Self {
        Self::of_part(bytes, |_| FORM.to_owned())
    }

    /// The sheet of a name, wherever a program put it.
    pub fn of_sheet(bytes: &[u8], sheet: &str) -> Self {
        Self::of_part(bytes, |parts| part_of(parts, sheet).unwrap_or_else(|| panic!("{sheet} がない")))
    }

    fn of_part(bytes: &[u8], choose: impl Fn(&[(String, Vec<u8>)]) -> String) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = Vec::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let mut data = Vec::new();
            entry.read_to_end(&mut data).unwrap();
            parts.push((entry.name().unwrap().into_owned(), data));
        }
        let part = choose(&parts);
        let text = parts.iter().find(|(name, _)| *name == part).unwrap().1.clone();
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
        let strings = parts.iter().find(|(name, _)| name == "xl/sharedStrings.xml").map(|(_, data)| {
            let text = std::str::from_utf8(data).unwrap();
            text.split("<si>").skip(1).map(|item| item.split_once("</si>").unwrap().0.to_owned()).collect()
        });
        Self { parts, part, strings: strings.unwrap_or_default(), head: head.to_owned(), rows, tail: tail.to_owned() }
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
            out.write_all(if *name == self.part { text.as_bytes() } else { data }).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    /// Every part with its bytes, the open sheet as it was opened.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.parts.iter().map(|(name, data)| (name.as_str(), data.as_slice()))
    }

    /// The part of a sheet; `None` when there is no such sheet.
    pub fn part_of(&self, sheet: &str) -> Option<String> {
        part_of(&self.parts, sheet)
    }

    /// Puts other bytes in the place of a part.
    pub fn replace_part(&mut self, part: &str, data: Vec<u8>) {
        self.parts.iter_mut().find(|(name, _)| name == part).unwrap().1 = data;
    }

    fn text_of(&self, part: &str) -> Option<&str> {
        let (_, data) = self.parts.iter().find(|(name, _)| name == part)?;
        Some(std::str::from_utf8(data).unwrap())
    }

    fn edit_part(&mut self, part: &str, edit: impl FnOnce(String) -> String) {
        let data = &mut self.parts.iter_mut().find(|(name, _)| name == part).unwrap().1;
        *data = edit(String::from_utf8(std::mem::take(data)).unwrap()).into_bytes();
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

    /// A text of runs, as the markup says them.
    pub fn set_runs(&mut self, at: &str, runs: &str) {
        self.put(address(at), " t=\"inlineStr\"", format!("<is>{runs}</is>"));
    }

    pub fn set_number(&mut self, at: (u32, u32), value: f64) {
        self.put(at, "", format!("<v>{value}</v>"));
    }

    /// A formula of a person's with what it gave.
    pub fn set_formula(&mut self, at: &str, formula: &str, value: &str) {
        self.put(address(at), "", format!("<f>{formula}</f><v>{value}</v>"));
    }

    /// What the delete key does.
    pub fn empty(&mut self, at: &str) {
        self.put(address(at), "", String::new());
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

    /// A row of statistics cut and put before another one.
    pub fn move_row(&mut self, from: u32, to: u32) {
        let (mut at, step) = (from, if from < to { 1i64 } else { -1 });
        while at != to {
            let next = (i64::from(at) + step) as u32;
            self.swap_rows(at, next);
            at = next;
        }
    }

    pub fn hide_row(&mut self, row: u32) {
        let attributes = &mut self.rows.get_mut(&row).unwrap().0;
        if !attributes.contains("hidden=") {
            attributes.push_str(" hidden=\"1\"");
        }
    }

    /// Hides the column of 単位 or 備考, which have a run of their own.
    pub fn hide_col(&mut self, col: u32) {
        let run = format!("<col min=\"{0}\" max=\"{0}\" width", col + 1);
        let hidden = run.replace(" width", " hidden=\"1\" width");
        self.head = self.head.replacen(&run, &hidden, 1);
    }

    /// A sheet of people's own, in front or behind, with a formula that looks at the form.
    pub fn add_sheet(&mut self, title: &str, front: bool) {
        let number = 40 + self.parts.len();
        let part = format!("xl/worksheets/sheet{number}.xml");
        let text = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\">\
            <c r=\"A1\" t=\"inlineStr\"><is><r><rPr><b/></rPr><t>会議</t></r><r><t>のメモ</t></r></is></c>\
            <c r=\"B1\"><v>0.125</v></c></row></sheetData></worksheet>";
        self.parts.push((part.clone(), text.as_bytes().to_vec()));
        self.edit_part("[Content_Types].xml", |text| {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
            text.replace("</Types>", &format!("<Override PartName=\"/{part}\" ContentType=\"{kind}\"/></Types>"))
        });
        self.edit_part("xl/_rels/workbook.xml.rels", |text| {
            let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
            let link =
                format!("<Relationship Id=\"rIdU{number}\" Type=\"{kind}\" Target=\"worksheets/sheet{number}.xml\"/>");
            text.replace("</Relationships>", &format!("{link}</Relationships>"))
        });
        self.edit_part("xl/workbook.xml", |text| {
            let sheet = format!("<sheet name=\"{title}\" sheetId=\"{number}\" r:id=\"rIdU{number}\"/>");
            if !front {
                return text.replace("</sheets>", &format!("{sheet}</sheets>"));
            }
            // Names of a sheet count the tabs.
            let mut moved = text.replace("<sheets>", &format!("<sheets>{sheet}"));
            for at in (0..30).rev() {
                moved = moved.replace(&format!("localSheetId=\"{at}\""), &format!("localSheetId=\"{}\"", at + 1));
            }
            moved
        });
    }

    /// A comment on a cell, with the parts Excel makes for it. To be called once, after rows moved.
    pub fn comment(&mut self, at: (u32, u32), words: &str) {
        let rels = "xl/worksheets/_rels/sheet1.xml.rels";
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let comments = format!(
            "<comments xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><authors><author>係</author>\
            </authors><commentList><comment ref=\"{}\" authorId=\"0\"><text><r><t>{words}</t></r></text></comment>\
            </commentList></comments>",
            name(at)
        );
        let shape = format!(
            "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><v:shape \
            type=\"#_x0000_t202\"><x:ClientData ObjectType=\"Note\"><x:Row>{}</x:Row><x:Column>{}</x:Column>\
            </x:ClientData></v:shape></xml>",
            at.0, at.1
        );
        let links = format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
            Id=\"rIdC1\" Type=\"{kind}/comments\" Target=\"../comments9.xml\"/><Relationship Id=\"rIdC2\" \
            Type=\"{kind}/vmlDrawing\" Target=\"../drawings/vmlDrawing9.vml\"/></Relationships>"
        );
        assert!(self.text_of(rels).is_none(), "the form has no links outwards");
        self.parts.push((rels.to_owned(), links.into_bytes()));
        self.parts.push(("xl/comments9.xml".to_owned(), comments.into_bytes()));
        self.parts.push(("xl/drawings/vmlDrawing9.vml".to_owned(), shape.into_bytes()));
        self.edit_part("[Content_Types].xml", |text| {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
            let types = format!(
                "<Default Extension=\"vml\" ContentType=\"application/vnd.openxmlformats-officedocument.vmlDrawing\"/>\
                <Override PartName=\"/xl/comments9.xml\" ContentType=\"{kind}\"/></Types>"
            );
            text.replace("</Types>", &types)
        });
        let link = "<legacyDrawing xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:id=\"rIdC2\"/>";
        self.tail = self.tail.replace("</worksheet>", &format!("{link}</worksheet>"));
    }

    /// All columns twice as wide.
    pub fn widen(&mut self) {
        self.head = self.head.replace(" width=\"", " width=\"1");
    }
}

/// The part of a sheet, through the workbook and its relationships.
fn part_of(parts: &[(String, Vec<u8>)], sheet: &str) -> Option<String> {
    let text = |part: &str| {
        let (_, data) = parts.iter().find(|(name, _)| name == part)?;
        Some(std::str::from_utf8(data).unwrap())
    };
    let attribute =
        |tag: &str, name: &str| Some(tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?.to_owned());
    let tag = text("xl/workbook.xml")?
        .split("<sheet ")
        .skip(1)
        .map(|rest| format!(" {}", rest.split('>').next().unwrap()))
        .find(|tag| attribute(tag, "name").as_deref() == Some(sheet))?;
    let id = attribute(&tag, "r:id")?;
    let link = text("xl/_rels/workbook.xml.rels")?
        .split("<Relationship ")
        .skip(1)
        .map(|rest| format!(" {}", rest.split('>').next().unwrap()))
        .find(|tag| attribute(tag, "Id").as_deref() == Some(id.as_str()))?;
    let target = attribute(&link, "Target")?;
    Some(match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{target}"),
    })
}

/// An attribute's value, and the others.
fn take(tag: &str, name: &str) -> (String, String) {
    let tag = format!(" {}", tag.trim());
    let Some(from) = tag.find(&format!(" {name}=\"")) else { return (String::new(), tag.trim().to_owned()) };
    let start = from + name.len() + 3;
    let end = start + tag[start..].find('"').unwrap();
    (tag[start..end].to_owned(), format!("{}{}", &tag[..from], &tag[end + 1..]).trim().to_owned())
}

/// A text with its references by number (`&#12304;`) as characters: some programs write every character that way.
pub fn decoded(text: &str) -> String {
    let mut pieces = text.split("&#");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let number = piece.split_once(';').and_then(|(number, rest)| {
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            Some((char::from_u32(code)?, rest))
        });
        match number {
            Some((c, rest)) => {
                out.push(c);
                out.push_str(rest);
            }
            None => {
                out.push_str("&#");
                out.push_str(piece);
            }
        }
    }
    out
}
