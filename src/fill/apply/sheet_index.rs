//! Where everything a fill may change stands in a worksheet part. Read once, used for any number of fills.

use std::ops::Range;

use super::plain_cell::{Plain, Said, plain_cell};
use crate::model::CellRef;
use crate::template::xml::{Kind, Malformed, Tag, Token, Walker};

/// What the formula of a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    /// Its own
    Normal,
    /// One of a group that shares a formula
    Shared {
        /// The group
        group: u32,
        /// Holds the formula's text for the others
        master: bool,
    },
    /// Fills a range: array formula or data table
    Range,
}

/// A cell that is written in the part.
#[derive(Clone, Debug)]
pub(super) struct CellSpan {
    pub col: u32,
    /// The start tag
    pub tag: Range<usize>,
    /// Its end; for `<c/>` that of the tag
    pub end: usize,
    pub style: Option<u32>,
    /// The `<f>` element
    pub formula: Option<(Formula, Range<usize>)>,
    /// The number of its shared string
    pub shared_string: Option<u32>,
}

/// A row that is written in the part.
#[derive(Clone, Debug)]
pub(super) struct RowSpan {
    pub number: u32,
    pub tag: Range<usize>,
    /// Where its end tag begins; for `<row/>` the end of the tag
    pub close: usize,
    /// Its cells
    pub cells: Range<usize>,
    /// Written as `<row/>`; a row without cells may be written `<row></row>`, too, as LibreOffice does
    pub empty_tag: bool,
}

/// A child of the root, or of one of its lists.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub tag: Range<usize>,
    /// Where its end tag begins; for an empty element the end of the tag
    pub close: usize,
    pub end: usize,
}

/// A range of cells, top left and bottom right.
pub(super) type Area = (CellRef, CellRef);

/// The index of a worksheet part.
#[derive(Debug, Default)]
pub(super) struct SheetIndex {
    /// The prefix of the part's elements with its colon
    pub prefix: String,
    /// The children of the root in order, with their local names
    pub children: Vec<(String, Element)>,
    /// `<col>` elements
    pub cols: Vec<Element>,
    /// `<hyperlink>` elements
    pub links: Vec<Element>,
    pub rows: Vec<RowSpan>,
    pub cells: Vec<CellSpan>,
    pub merges: Vec<Area>,
    /// Ranges filled by one array formula or data table, with the cell that holds it
    pub formula_ranges: Vec<(Area, CellRef)>,
}

impl SheetIndex {
    /// Reads a part.
    ///
    /// # Errors
    /// Damaged XML, a sheet without `sheetData`, rows or cells out of order.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        let mut reading = Reading { index: Self::default(), parents: [""; 3], row: None, cell: None, value: None };
        let mut walker = Walker::new(text);
        while let Some(token) = walker.next()? {
            reading.token(&token, text)?;
            // Going tag by tag through the plain cells of a book took a third of a refill.
            while reading.in_row(&token)
                && let Some((at, plain)) = walker.rest().and_then(|(at, rest)| Some((at, plain_cell(rest)?)))
            {
                reading.plain(at, &plain)?;
                walker.skip(plain.length)?;
            }
        }
        reading.index.child("sheetData").is_some().then_some(reading.index).ok_or(Malformed)
    }

    /// A child of the root by its local name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|(local, _)| local == name).map(|(_, element)| element)
    }

    /// A row by its number, or where it would stand among the rows.
    pub fn row(&self, number: u32) -> Result<&RowSpan, usize> {
        let at = self.rows.partition_point(|row| row.number < number);
        self.rows.get(at).filter(|row| row.number == number).ok_or(at)
    }

    /// The cells of a row, left to right.
    pub fn cells_of(&self, row: &RowSpan) -> &[CellSpan] {
        self.cells.get(row.cells.clone()).unwrap_or_default()
    }

    /// The cell at an address, if it is written.
    pub fn cell(&self, at: CellRef) -> Option<&CellSpan> {
        let cells = self.cells_of(self.row(at.row).ok()?);
        let found = cells.partition_point(|cell| cell.col < at.col);
        cells.get(found).filter(|cell| cell.col == at.col)
    }

    /// The top-left cell of the merged area an address lies in, else the address itself.
    pub fn anchor(&self, at: CellRef) -> CellRef {
        self.merges.iter().find(|area| contains(area, at)).map_or(at, |(anchor, _)| *anchor)
    }

    /// The range formula that fills a cell.
    pub fn formula_range(&self, at: CellRef) -> Option<&(Area, CellRef)> {
        self.formula_ranges.iter().find(|(area, _)| contains(area, at))
    }

    /// Whether a cell shows what a formula computes.
    pub fn has_formula(&self, at: CellRef) -> bool {
        self.cell(at).is_some_and(|cell| cell.formula.is_some()) || self.formula_range(at).is_some()
    }
}

/// Whether a range holds a cell.
pub(super) fn contains((from, to): &Area, at: CellRef) -> bool {
    (from.row..=to.row).contains(&at.row) && (from.col..=to.col).contains(&at.col)
}

/// Reads `A1:B2` or `A1`.
pub(super) fn parse_area(text: &str) -> Option<Area> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let (from, to) = (CellRef::parse(from)?, CellRef::parse(to)?);
    Some((
        CellRef::new(from.row.min(to.row), from.col.min(to.col)),
        CellRef::new(from.row.max(to.row), from.col.max(to.col)),
    ))
}

struct Reading<'a> {
    index: SheetIndex,
    /// Local names of the open elements at depths 1 to 3
    parents: [&'a str; 3],
    /// Row and column of the cell being read
    row: Option<u32>,
    cell: Option<u32>,
    /// Start of the value of a cell that refers to a shared string
    value: Option<(bool, usize)>,
}

impl<'a> Reading<'a> {
    fn token(&mut self, token: &Token<'a>, text: &str) -> Result<(), Malformed> {
        if token.kind == Kind::Text || token.depth > 4 {
            return Ok(());
        }
        let local = token.tag.local();
        if token.starts()
            && let Some(parent) = token.depth.checked_sub(1).and_then(|depth| self.parents.get_mut(depth))
        {
            *parent = local;
        }
        let [section, item, _] = self.parents;
        match token.depth {
            0 if token.starts() => token.tag.prefix().clone_into(&mut self.index.prefix),
            1 => self.section(token, local),
            2 => match section {
                "sheetData" if local == "row" => self.row(token)?,
                "cols" if local == "col" => element(&mut self.index.cols, token),
                "hyperlinks" if local == "hyperlink" => element(&mut self.index.links, token),
                "mergeCells" if token.starts() && local == "mergeCell" => {
                    self.index.merges.extend(token.tag.raw("ref").and_then(parse_area));
                }
                _ => {}
            },
            3 if section == "sheetData" && item == "row" && local == "c" => self.cell(token)?,
            4 if section == "sheetData" && item == "row" && self.cell.is_some() => {
                self.inside_cell(token, local, text)?
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether cells of a row without prefix may follow.
    fn in_row(&self, token: &Token<'a>) -> bool {
        let [section, item, _] = self.parents;
        let open = token.depth == 2 && token.kind == Kind::Open || token.depth == 3 && token.ends();
        open && section == "sheetData" && item == "row" && self.index.prefix.is_empty()
    }

    fn plain(&mut self, at: usize, plain: &Plain<'a>) -> Result<(), Malformed> {
        let shared = plain.kind == Some("s");
        let style = plain.style.and_then(|style| style.parse().ok());
        self.push_cell(plain.address, style, at..at + plain.tag)?;
        let Some(cell) = self.index.cells.last_mut() else { return Err(Malformed) };
        cell.end = at + plain.length;
        if let (true, Said::Value(number)) = (shared, plain.says) {
            cell.shared_string = Some(number.trim().parse().map_err(|_| Malformed)?);
        }
        Ok(())
    }

    fn section(&mut self, token: &Token<'a>, local: &str) {
        if token.starts() {
            let Range { start, end } = token.span;
            self.index.children.push((local.to_owned(), Element { tag: start..end, close: end, end }));
        } else if let Some((_, element)) = self.index.children.last_mut() {
            element.close = token.span.start;
            element.end = token.span.end;
        }
    }

    fn row(&mut self, token: &Token<'a>) -> Result<(), Malformed> {
        let index = &mut self.index;
        if token.starts() {
            let next = index.rows.last().map_or(0, |row| row.number + 1);
            let number = match token.tag.raw("r") {
                Some(r) => r.parse::<u32>().ok().and_then(|r| r.checked_sub(1)).ok_or(Malformed)?,
                None => next,
            };
            if number < next || number >= CellRef::MAX_ROWS {
                return Err(Malformed);
            }
            let cells = index.cells.len()..index.cells.len();
            let empty_tag = token.kind == Kind::Empty;
            index.rows.push(RowSpan { number, tag: token.span.clone(), close: token.span.end, cells, empty_tag });
            self.row = Some(number);
        } else if let Some(row) = index.rows.last_mut() {
            row.close = token.span.start;
            row.cells.end = index.cells.len();
        }
        Ok(())
    }

    fn cell(&mut self, token: &Token<'a>) -> Result<(), Malformed> {
        if !token.starts() {
            if let Some(cell) = self.index.cells.last_mut() {
                cell.end = token.span.end;
            }
            self.cell = None;
            return Ok(());
        }
        let (mut address, mut style, mut shared) = (None, None, false);
        for attribute in token.tag.attributes() {
            match attribute.name {
                "r" => address = Some(attribute.value),
                "s" => style = attribute.value.parse().ok(),
                "t" => shared = attribute.value == "s",
                _ => {}
            }
        }
        let col = self.push_cell(address, style, token.span.clone())?;
        self.cell = (token.kind == Kind::Open).then_some(col);
        self.value = Some((shared, 0));
        Ok(())
    }

    /// A cell of the row being read; its column.
    fn push_cell(&mut self, address: Option<&str>, style: Option<u32>, tag: Range<usize>) -> Result<u32, Malformed> {
        let index = &mut self.index;
        let row = self.row.ok_or(Malformed)?;
        let in_row = index.rows.last().is_some_and(|row| row.cells.start < index.cells.len());
        let next = index.cells.last().filter(|_| in_row).map_or(0, |cell| cell.col + 1);
        let col = match address {
            Some(address) => CellRef::parse(address).filter(|at| at.row == row).ok_or(Malformed)?.col,
            None => next,
        };
        if col < next || col >= CellRef::MAX_COLS {
            return Err(Malformed);
        }
        index.cells.push(CellSpan { col, end: tag.end, tag, style, formula: None, shared_string: None });
        Ok(col)
    }

    fn inside_cell(&mut self, token: &Token<'a>, local: &str, text: &str) -> Result<(), Malformed> {
        let (Some(row), Some(col)) = (self.row, self.cell) else { return Ok(()) };
        let Some(cell) = self.index.cells.last_mut() else { return Ok(()) };
        match (local, token.kind) {
            ("f", Kind::Open | Kind::Empty) => {
                let (formula, area) = formula(token.tag);
                cell.formula = Some((formula, token.span.clone()));
                if formula == Formula::Range {
                    let at = CellRef::new(row, col);
                    self.index.formula_ranges.push((area.unwrap_or((at, at)), at));
                }
            }
            ("f", Kind::Close) => {
                if let Some((_, span)) = &mut cell.formula {
                    span.end = token.span.end;
                }
            }
            ("v", Kind::Open) => {
                if let Some((true, start)) = &mut self.value {
                    *start = token.span.end;
                }
            }
            ("v", Kind::Close) => {
                if let Some((true, start)) = self.value {
                    let number = text.get(start..token.span.start).ok_or(Malformed)?;
                    cell.shared_string = Some(number.trim().parse().map_err(|_| Malformed)?);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn element(list: &mut Vec<Element>, token: &Token<'_>) {
    let Range { start, end } = token.span;
    if token.starts() {
        list.push(Element { tag: start..end, close: end, end });
    } else if let Some(last) = list.last_mut() {
        last.close = start;
        last.end = end;
    }
}

fn formula(tag: Tag<'_>) -> (Formula, Option<Area>) {
    let area = tag.raw("ref").and_then(parse_area);
    match tag.raw("t") {
        Some("shared") => {
            let group = tag.raw("si").and_then(|group| group.parse().ok()).unwrap_or_default();
            (Formula::Shared { group, master: area.is_some() }, area)
        }
        Some("array" | "dataTable") => (Formula::Range, area),
        _ => (Formula::Normal, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_cells_without_addresses_are_counted() {
        let text = "<worksheet><sheetData><row><c><v>1</v></c><c r=\"D1\"/><c/></row><row r=\"5\"/><row><c r=\"B6\"/></row>\
                    </sheetData></worksheet>";
        let index = SheetIndex::read(text).unwrap();
        let rows: Vec<_> = index.rows.iter().map(|row| row.number).collect();
        assert_eq!(rows, [0, 4, 5]);
        let cols: Vec<_> = index.cells_of(&index.rows[0]).iter().map(|cell| cell.col).collect();
        assert_eq!(cols, [0, 3, 4]);
        assert!(index.cell(CellRef::new(5, 1)).is_some());
        assert!(index.cell(CellRef::new(5, 0)).is_none());
        assert!(index.rows[1].empty_tag);
    }

    #[test]
    fn a_row_without_cells_has_an_end_tag_or_none() {
        let index = SheetIndex::read("<worksheet><sheetData><row r=\"1\"></row><row r=\"2\"/></sheetData></worksheet>")
            .unwrap();
        assert!(!index.rows[0].empty_tag && index.rows[1].empty_tag);
    }

    #[test]
    fn rows_and_cells_out_of_order_are_refused() {
        for rows in [
            "<row r=\"2\"/><row r=\"1\"/>",
            "<row r=\"2\"/><row r=\"2\"/>",
            "<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>",
            "<row r=\"1\"><c r=\"A2\"/></row>",
            "<row r=\"0\"/>",
        ] {
            let text = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
            assert!(SheetIndex::read(&text).is_err(), "{rows}");
        }
    }

    #[test]
    fn elements_of_the_same_name_elsewhere_are_not_cells() {
        let text = "<worksheet><sheetData/><extLst><ext><sheetData><row r=\"1\"><c r=\"A1\"/></row></sheetData></ext></extLst></worksheet>";
        let index = SheetIndex::read(text).unwrap();
        assert!(index.rows.is_empty() && index.cells.is_empty());
    }
}
