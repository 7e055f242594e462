//! What goes between the reader child and its parent: length-prefixed frames, little-endian, no format of anybody
//! else's. Both ends are the same exe, so there is no version; decoding still believes nothing.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use super::grid::{BookKind, Cell, CellValue, Grid};
use super::limits::Limits;
use super::refusal;
use crate::diagnostic::Place;
use crate::error::FileError;
use crate::model::{CellRef, SourceFile};

/// Larger than any answer within the default limits.
const MAX_FRAME: u64 = 1 << 30;

/// From parent to child.
pub(super) enum Request {
    /// First frame: what holds for all files.
    Start { limits: Limits, memory_bytes: u64 },
    /// One file. The first `skip` outcomes are known already.
    File { skip: u32, name: String, bytes: Arc<Vec<u8>> },
}

/// From child to parent.
pub(super) enum Answer {
    /// A file, or an entry of a zip, is about to be read.
    Begin(SourceFile),
    /// What came of the file begun last.
    Done(Result<(BookKind, Vec<Grid>), FileError>),
    /// Nothing more of this request.
    End,
}

pub(super) fn write_request(out: &mut impl Write, request: &Request) -> io::Result<()> {
    let mut frame = Frame::default();
    match request {
        Request::Start { limits, memory_bytes } => {
            frame.u64(*memory_bytes);
            for number in limits_as_numbers(limits) {
                frame.u64(number);
            }
            frame.send(b'S', out)
        }
        Request::File { skip, name, bytes } => {
            frame.u32(*skip);
            frame.text(name);
            frame.0.extend_from_slice(bytes);
            frame.send(b'F', out)
        }
    }
}

/// `None` when the parent has closed the pipe.
pub(super) fn read_request(input: &mut impl Read) -> io::Result<Option<Request>> {
    let Some((kind, payload)) = receive(input)? else { return Ok(None) };
    let mut payload = Payload(&payload);
    let request = match kind {
        b'S' => {
            let memory_bytes = payload.u64();
            let mut numbers = [0u64; 8];
            for number in &mut numbers {
                *number = payload.u64().unwrap_or_default();
            }
            memory_bytes.map(|memory_bytes| Request::Start { limits: limits_from_numbers(numbers), memory_bytes })
        }
        b'F' => (|| {
            let (skip, name) = (payload.u32()?, payload.text()?);
            Some(Request::File { skip, name, bytes: Arc::new(payload.0.to_vec()) })
        })(),
        _ => None,
    };
    request.map(Some).ok_or_else(garbled)
}

pub(super) fn write_answer(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let mut frame = Frame::default();
    match answer {
        Answer::Begin(file) => {
            frame.text(&file.name);
            frame.text(&file.sha256);
            frame.send(b'B', out)
        }
        Answer::Done(Ok((kind, grids))) => {
            frame.0.push(KINDS.iter().position(|known| known == kind).unwrap_or(0) as u8);
            frame.grids(grids);
            frame.send(b'R', out)
        }
        Answer::Done(Err(refusal)) => {
            frame.0.push(u8::from(refusal.waiting));
            for text in [refusal.code, &refusal.message, &refusal.hint] {
                frame.text(text);
            }
            for part in [&refusal.place.file, &refusal.place.sheet, &refusal.place.cell] {
                frame.0.push(u8::from(part.is_some()));
                frame.text(part.as_deref().unwrap_or_default());
            }
            frame.send(b'X', out)
        }
        Answer::End => frame.send(b'E', out),
    }
}

/// `None` when the child has ended.
pub(super) fn read_answer(input: &mut impl Read) -> io::Result<Option<Answer>> {
    let Some((kind, payload)) = receive(input)? else { return Ok(None) };
    let mut payload = Payload(&payload);
    let answer = match kind {
        b'B' => (|| {
            let (name, sha256) = (payload.text()?, payload.text()?);
            Some(Answer::Begin(SourceFile { name, sha256, exported: None, ours: false }))
        })(),
        b'R' => (|| {
            let kind = *KINDS.get(usize::from(payload.u8()?))?;
            Some(Answer::Done(Ok((kind, payload.grids()?))))
        })(),
        b'X' => payload.refusal().map(|refusal| Answer::Done(Err(refusal))),
        b'E' => Some(Answer::End),
        _ => None,
    };
    answer.map(Some).ok_or_else(garbled)
}

const KINDS: [BookKind; 6] =
    [BookKind::Xlsx, BookKind::Xls, BookKind::Ods, BookKind::Csv, BookKind::Html, BookKind::SpreadsheetMl];

fn limits_as_numbers(limits: &Limits) -> [u64; 8] {
    let Limits { file_bytes, zip_entries, inflated_bytes, ratio, files, sheets, cells, cell_chars } = limits;
    let [zip_entries, files, sheets, cells, cell_chars] =
        [zip_entries, files, sheets, cells, cell_chars].map(|number| *number as u64);
    [*file_bytes, zip_entries, *inflated_bytes, *ratio, files, sheets, cells, cell_chars]
}

fn limits_from_numbers(numbers: [u64; 8]) -> Limits {
    let [file_bytes, zip_entries, inflated_bytes, ratio, files, sheets, cells, cell_chars] = numbers;
    let [zip_entries, files, sheets, cells, cell_chars] =
        [zip_entries, files, sheets, cells, cell_chars].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    Limits { file_bytes, zip_entries, inflated_bytes, ratio, files, sheets, cells, cell_chars }
}

fn garbled() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a frame of the reader process cannot be understood")
}

fn receive(input: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut head = [0u8; 9];
    if input.read(head.get_mut(..1).unwrap_or_default())? == 0 {
        return Ok(None);
    }
    input.read_exact(head.get_mut(1..).unwrap_or_default())?;
    let [kind, length @ ..] = head;
    let length = u64::from_le_bytes(length);
    if length > MAX_FRAME {
        return Err(garbled());
    }
    let mut payload = Vec::new();
    if input.take(length).read_to_end(&mut payload)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((kind, payload)))
}

#[derive(Default)]
struct Frame(Vec<u8>);

impl Frame {
    fn send(&self, kind: u8, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&[kind])?;
        out.write_all(&(self.0.len() as u64).to_le_bytes())?;
        out.write_all(&self.0)?;
        out.flush()
    }

    fn u32(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn u64(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn at(&mut self, at: CellRef) {
        self.u32(at.row);
        self.u32(at.col);
    }

    /// Texts come first, each once, however many cells share it.
    fn grids(&mut self, grids: &[Grid]) {
        let mut numbers: HashMap<*const u8, u32> = HashMap::new();
        let mut texts: Vec<&str> = Vec::new();
        for cell in grids.iter().flat_map(Grid::cells) {
            if let CellValue::Text(text) | CellValue::Error(text) = &cell.value {
                numbers.entry(text.as_ptr()).or_insert_with(|| {
                    texts.push(text);
                    texts.len() as u32 - 1
                });
            }
        }
        self.u32(texts.len() as u32);
        texts.into_iter().for_each(|text| self.text(text));
        self.u32(grids.len() as u32);
        for grid in grids {
            self.text(&grid.name);
            self.0.push(u8::from(grid.hidden));
            self.u32(grid.merges.len() as u32);
            for (from, to) in &grid.merges {
                self.at(*from);
                self.at(*to);
            }
            self.u32(grid.formulas_without_value.len() as u32);
            grid.formulas_without_value.iter().for_each(|at| self.at(*at));
            self.u32(grid.percent.len() as u32);
            grid.percent.iter().for_each(|at| self.at(*at));
            self.u32(grid.cells().len() as u32);
            for cell in grid.cells() {
                self.at(cell.at);
                let number = |text: &Arc<str>| numbers.get(&text.as_ptr()).copied().unwrap_or(u32::MAX);
                match &cell.value {
                    CellValue::Text(text) => self.tagged(0, u64::from(number(text))),
                    CellValue::Number(value) => self.tagged(1, value.to_bits()),
                    CellValue::DateSerial(value) => self.tagged(2, value.to_bits()),
                    CellValue::Bool(flag) => self.tagged(3, u64::from(*flag)),
                    CellValue::Error(text) => self.tagged(4, u64::from(number(text))),
                }
            }
        }
    }

    fn tagged(&mut self, tag: u8, bits: u64) {
        self.0.push(tag);
        self.u64(bits);
    }
}

/// What is left of a frame to decode. Every step may find too little.
struct Payload<'a>(&'a [u8]);

impl Payload<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn str(&mut self) -> Option<&str> {
        let length = self.u32()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn text(&mut self) -> Option<String> {
        self.str().map(str::to_owned)
    }

    fn at(&mut self) -> Option<CellRef> {
        Some(CellRef::new(self.u32()?, self.u32()?))
    }

    /// As many items as a count in the frame says, room reserved only for what the frame can hold.
    fn list<T>(&mut self, item_bytes: usize, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u32()? as usize;
        let mut items = Vec::with_capacity(count.min(self.0.len() / item_bytes));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items)
    }

    fn grids(&mut self) -> Option<Vec<Grid>> {
        let texts: Vec<Arc<str>> = self.list(4, |payload| payload.str().map(Arc::from))?;
        self.list(21, |payload| {
            let name = payload.text()?;
            let hidden = payload.u8()? != 0;
            let merges = payload.list(16, |payload| Some((payload.at()?, payload.at()?)))?;
            let formulas_without_value = payload.list(8, Self::at)?;
            let percent = payload.list(8, Self::at)?;
            let cells = payload.list(17, |payload| {
                let (at, tag, bits) = (payload.at()?, payload.u8()?, payload.u64()?);
                let text = || texts.get(usize::try_from(bits).ok()?).cloned();
                let value = match tag {
                    0 => CellValue::Text(text()?),
                    1 => CellValue::Number(f64::from_bits(bits)),
                    2 => CellValue::DateSerial(f64::from_bits(bits)),
                    3 => CellValue::Bool(bits != 0),
                    4 => CellValue::Error(text()?),
                    _ => return None,
                };
                Some(Cell { at, value })
            })?;
            let mut grid = Grid::new(name, hidden, cells, merges);
            grid.formulas_without_value = formulas_without_value;
            grid.percent = percent;
            Some(grid)
        })
    }

    fn refusal(&mut self) -> Option<FileError> {
        let waiting = self.u8()? != 0;
        let code = refusal::known_code(self.str()?)?;
        let (message, hint) = (self.text()?, self.text()?);
        let mut part = || {
            let present = self.u8()? != 0;
            let text = self.text()?;
            Some(present.then_some(text))
        };
        let place = Place { file: part()?, sheet: part()?, cell: part()? };
        Some(FileError { waiting, code, message, hint, place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_travel_whole() {
        let text: Arc<str> = "－".into();
        let cells = [
            CellValue::Text(text.clone()),
            CellValue::Number(19.371_2),
            CellValue::DateSerial(45_747.5),
            CellValue::Bool(true),
            CellValue::Error("#DIV/0!".into()),
            CellValue::Text(text),
        ];
        let cells = (0u32..).zip(cells).map(|(row, value)| Cell { at: CellRef::new(row, 2), value }).collect();
        let merges = vec![(CellRef::new(0, 0), CellRef::new(1, 1))];
        let mut grid = Grid::new("推移", true, cells, merges);
        grid.formulas_without_value = vec![CellRef::new(7, 7)];
        grid.percent = vec![CellRef::new(1, 2)];
        let mut pipe = Vec::new();
        write_answer(&mut pipe, &Answer::Done(Ok((BookKind::Ods, vec![grid.clone()])))).unwrap();
        let Some(Answer::Done(Ok((kind, grids)))) = read_answer(&mut pipe.as_slice()).unwrap() else { panic!() };
        assert_eq!((kind, grids), (BookKind::Ods, vec![grid]));
        for length in 1..pipe.len() {
            assert!(read_answer(&mut &pipe[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn refusals_and_limits_travel_whole() {
        let refusal = refusal::encrypted().at(Place::cell("a.xlsx", "表", CellRef::new(0, 0)));
        let mut pipe = Vec::new();
        write_answer(&mut pipe, &Answer::Done(Err(refusal.clone()))).unwrap();
        let Some(Answer::Done(Err(back))) = read_answer(&mut pipe.as_slice()).unwrap() else { panic!() };
        assert_eq!(back, refusal);
        let limits = Limits { cells: 7, ratio: 9, ..Limits::default() };
        let mut pipe = Vec::new();
        write_request(&mut pipe, &Request::Start { limits: limits.clone(), memory_bytes: 5 }).unwrap();
        let Some(Request::Start { limits: back, memory_bytes: 5 }) = read_request(&mut pipe.as_slice()).unwrap() else {
            panic!()
        };
        assert_eq!(back, limits);
    }
}
