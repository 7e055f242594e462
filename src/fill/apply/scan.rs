//! Reads a worksheet part once from front to end, to check what was written: are its tags balanced, its rows and cells
//! in order, and what does each cell say. Knows nothing of the index and the writer it is to check.

use memchr::{memchr, memchr_iter, memmem};

use super::plain_cell::{Plain, plain_cell};
use crate::model::CellRef;
use crate::template::xml::Tag;

/// A part that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// The cells of a part in their order.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Names of the open elements
    open: Vec<&'a str>,
    /// The row being read, and the column a cell without address would have
    row: u32,
    col: u32,
    /// Whether the root, and whether a row has begun
    rooted: bool,
    started: bool,
}

/// One cell: where it stands, and its element.
pub(super) struct ScannedCell<'a> {
    pub at: CellRef,
    pub element: &'a str,
    /// What it says, where it is of the plain form nearly every cell has
    pub plain: Option<Plain<'a>>,
}

/// What a tag does.
enum Step<'a> {
    Open(&'a str),
    Empty(&'a str),
    Close(&'a str),
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, open: Vec::with_capacity(8), row: 0, col: 0, rooted: false, started: false }
    }

    /// The next cell; `None` at the end of a part whose tags are balanced.
    pub fn next(&mut self) -> Result<Option<ScannedCell<'a>>, Broken> {
        // Where the open cell begins, and its address.
        let mut cell: Option<(usize, CellRef)> = None;
        // Four of five tags of a book belong to plain cells; reading each as a whole takes a third of the work.
        if self.in_row()
            && let Some(plain) = self.plain()?
        {
            return Ok(Some(plain));
        }
        while let Some((start, step)) = self.step()? {
            match step {
                Step::Open(tag) | Step::Empty(tag) => {
                    let depth = self.open.len();
                    let in_data = depth >= 2 && self.open.get(1).is_some_and(|name| local(name) == "sheetData");
                    let name = Tag(tag).name();
                    let at = match (in_data, depth, local(name)) {
                        (true, 2, "row") => {
                            self.start_row(tag)?;
                            None
                        }
                        (true, 3, "c") => Some(self.start_cell(Tag(tag).raw("r"))?),
                        _ => None,
                    };
                    let empty = matches!(step, Step::Empty(_));
                    match at {
                        Some(at) if empty => return self.cell(start, at),
                        Some(at) => cell = Some((start, at)),
                        None => {}
                    }
                    self.rooted = true;
                    if !empty {
                        self.open.push(name);
                        // The first cell of a row.
                        if self.in_row()
                            && let Some(plain) = self.plain()?
                        {
                            return Ok(Some(plain));
                        }
                    }
                }
                Step::Close(tag) => {
                    if self.open.pop() != Some(Tag(tag).name()) {
                        return Err(Broken);
                    }
                    if let Some((start, at)) = cell.filter(|_| self.open.len() == 3) {
                        return self.cell(start, at);
                    }
                }
            }
        }
        if self.open.is_empty() && self.rooted { Ok(None) } else { Err(Broken) }
    }

    fn cell(&self, start: usize, at: CellRef) -> Result<Option<ScannedCell<'a>>, Broken> {
        let element = self.text.get(start..self.at).ok_or(Broken)?;
        Ok(Some(ScannedCell { at, element, plain: None }))
    }

    /// Whether the next thing may be a cell without prefix.
    fn in_row(&self) -> bool {
        matches!(self.open.as_slice(), [_, data, row] if *data == "sheetData" && *row == "row")
    }

    /// The cell that begins right here, if it is a plain one.
    fn plain(&mut self) -> Result<Option<ScannedCell<'a>>, Broken> {
        let rest = self.text.get(self.at..).ok_or(Broken)?;
        let Some(plain) = plain_cell(rest) else { return Ok(None) };
        let at = self.start_cell(plain.address)?;
        self.at += plain.length;
        let element = rest.get(..plain.length).ok_or(Broken)?;
        Ok(Some(ScannedCell { at, element, plain: Some(plain) }))
    }

    fn start_row(&mut self, tag: &'a str) -> Result<(), Broken> {
        let next = if self.started { self.row + 1 } else { 0 };
        let row = match Tag(tag).raw("r") {
            Some(number) => number.parse::<u32>().ok().and_then(|number| number.checked_sub(1)).ok_or(Broken)?,
            None => next,
        };
        if row < next {
            return Err(Broken);
        }
        (self.row, self.col, self.started) = (row, 0, true);
        Ok(())
    }

    fn start_cell(&mut self, address: Option<&str>) -> Result<CellRef, Broken> {
        let at = match address {
            Some(address) => CellRef::parse(address).ok_or(Broken)?,
            None => CellRef::new(self.row, self.col),
        };
        if at.row != self.row || at.col < self.col {
            return Err(Broken);
        }
        self.col = at.col + 1;
        Ok(at)
    }

    /// The next tag and where it begins; comments, instructions and CDATA are passed over.
    fn step(&mut self) -> Result<Option<(usize, Step<'a>)>, Broken> {
        loop {
            let bytes = self.text.as_bytes().get(self.at..).ok_or(Broken)?;
            let Some(start) = memchr(b'<', bytes).map(|found| self.at + found) else { return Ok(None) };
            let rest = self.text.get(start..).ok_or(Broken)?;
            if matches!(rest.as_bytes().get(1), Some(b'!' | b'?')) {
                let end = match rest {
                    comment if comment.starts_with("<!--") => "-->",
                    data if data.starts_with("<![CDATA[") => "]]>",
                    instruction if instruction.starts_with("<?") => "?>",
                    _ => return Err(Broken),
                };
                self.at = start + after(rest, end)?;
                continue;
            }
            let end = tag_end(rest.as_bytes()).ok_or(Broken)?;
            let tag = rest.get(..end).ok_or(Broken)?;
            self.at = start + end;
            return Ok(Some((
                start,
                if tag.starts_with("</") {
                    Step::Close(tag)
                } else if tag.ends_with("/>") {
                    Step::Empty(tag)
                } else {
                    Step::Open(tag)
                },
            )));
        }
    }
}

fn local(name: &str) -> &str {
    let colon = name.bytes().position(|byte| byte == b':');
    colon.and_then(|at| name.get(at + 1..)).unwrap_or(name)
}

fn after(text: &str, end: &str) -> Result<usize, Broken> {
    memmem::find(text.as_bytes(), end.as_bytes()).map(|at| at + end.len()).ok_or(Broken)
}

/// The end of a tag; a `>` in an attribute's quotes does not end it.
fn tag_end(bytes: &[u8]) -> Option<usize> {
    // Nearly every tag has its values in double quotes and no `>` in them: an even count of quotes says so.
    let first = memchr(b'>', bytes)?;
    let tag = bytes.get(..first)?;
    if memchr(b'\'', tag).is_none() && memchr_iter(b'"', tag).count().is_multiple_of(2) {
        return Some(first + 1);
    }
    let mut quote = None;
    let end = bytes.iter().position(|byte| {
        match quote {
            Some(open) if open == *byte => quote = None,
            Some(_) => {}
            None if *byte == b'>' => return true,
            None if matches!(byte, b'"' | b'\'') => quote = Some(*byte),
            None => {}
        }
        false
    });
    end.map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Result<Vec<(String, String)>, Broken> {
        let mut scan = Scan::new(text);
        let mut found = Vec::new();
        while let Some(cell) = scan.next()? {
            found.push((cell.at.to_string(), cell.element.to_owned()));
        }
        Ok(found)
    }

    #[test]
    fn cells_are_found_with_and_without_addresses_and_prefixes() {
        let text = "\u{feff}<?xml version=\"1.0\"?><x:worksheet a='>'><x:cols/><x:sheetData><!-- <x:c r=\"Z9\"/> -->\
            <x:row><x:c><x:v>1</x:v></x:c><x:c r=\"D1\" s=\"a>b\"/></x:row><x:row r=\"5\"/><x:row><x:c r=\"B6\"><x:is>\
            <x:t><![CDATA[</x:c>]]></x:t></x:is></x:c></x:row></x:sheetData><x:extLst><x:c r=\"A9\"/></x:extLst></x:worksheet>";
        let found = cells(text).unwrap();
        let addresses: Vec<&str> = found.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(addresses, ["A1", "D1", "B6"]);
        assert_eq!(found[0].1, "<x:c><x:v>1</x:v></x:c>");
        assert_eq!(found[1].1, "<x:c r=\"D1\" s=\"a>b\"/>");
        assert!(found[2].1.ends_with("</x:is></x:c>"));
    }

    #[test]
    fn what_is_out_of_order_or_balance_is_broken() {
        for inner in [
            "<row r=\"2\"/><row r=\"1\"/>",
            "<row r=\"2\"/><row r=\"2\"/>",
            "<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>",
            "<row r=\"1\"><c r=\"A2\"/></row>",
            "<row r=\"1\"><c r=\"A1\"><v>1</c></v></row>",
            "<row r=\"1\"><c r=\"A1\"></row>",
            "<row r=\"1\"><c r=\"A1",
        ] {
            let text = format!("<worksheet><sheetData>{inner}</sheetData></worksheet>");
            assert!(cells(&text).is_err(), "{inner}");
        }
        assert_eq!(cells("<worksheet><sheetData/></worksheet>"), Ok(Vec::new()));
        assert_eq!(cells(""), Err(Broken));
    }
}
