//! HTML tables saved under a workbook's name: every `<table>` becomes a grid.
//!
//! A tokenizer of our own: systems write these files by hand, and nothing here may be executed or fetched.

use std::borrow::Cow;

use super::collect::Collector;
use super::grid::{CellValue, Grid};
use super::limits::Limits;
use super::refusal;
use crate::error::FileError;
use crate::model::CellRef;

/// Reads all tables of an HTML text. Tables inside cells come as grids of their own, after the outer one's rows.
///
/// # Errors
/// No table, cut short, or beyond the limits.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Vec<Grid>, FileError> {
    let mut open: Vec<Table> = Vec::new();
    let mut done: Vec<Table> = Vec::new();
    let mut rest = text;
    let mut cells = 0usize;
    while let Some(token) = next_token(&mut rest) {
        match token {
            Token::Text(text) => {
                if let Some(cell) = open.last_mut().and_then(|table| table.cell.as_mut()) {
                    cell.push(&text);
                }
            }
            Token::Open("table", _) => {
                if done.len() + open.len() >= limits.sheets {
                    return Err(refusal::too_large(format!("表が{}を超えています。", limits.sheets)));
                }
                open.push(Table::new(done.len() + open.len()));
            }
            Token::Close("table") => done.extend(open.pop().map(Table::closed)),
            Token::Open(name, attributes) => {
                if let Some(table) = open.last_mut() {
                    table.open(name, attributes)?;
                }
            }
            Token::Close(name) => {
                if let Some(table) = open.last_mut() {
                    table.close(name);
                }
            }
        }
        if let Some(table) = open.last() {
            cells = cells.max(table.cells.len());
            if cells > limits.cells {
                return Err(refusal::too_large(format!("セルが{}個を超えています。", limits.cells)));
            }
        }
    }
    if !open.is_empty() {
        return Err(refusal::half_copied("HTMLの表"));
    }
    if done.is_empty() {
        return Err(refusal::not_a_table("表（table）のないWebページ"));
    }
    done.sort_by_key(|table| table.order);
    let mut collector = Collector::new(limits);
    for table in done {
        collector.begin(&format!("表{}", table.order + 1), false)?;
        table.merges.iter().for_each(|(from, to)| collector.merge(*from, *to));
        for (at, value) in table.cells {
            collector.put(at, value)?;
        }
    }
    Ok(collector.finish())
}

enum Token<'a> {
    Text(Cow<'a, str>),
    /// Lower-case name, attributes as written
    Open(&'static str, &'a str),
    Close(&'static str),
}

/// Tags that mean something for a table; all others are looked through.
const TAGS: [&str; 14] =
    ["table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "br", "p", "div", "li", "script", "style"];

fn next_token<'a>(rest: &mut &'a str) -> Option<Token<'a>> {
    loop {
        let text = *rest;
        if text.is_empty() {
            return None;
        }
        let Some(tag) = text.strip_prefix('<') else {
            let (before, after) = text.split_at(text.find('<').unwrap_or(text.len()));
            *rest = after;
            return Some(Token::Text(unescape(before)));
        };
        if let Some(comment) = tag.strip_prefix("!--") {
            *rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let closing = tag.starts_with('/');
        let name_start = tag.strip_prefix('/').unwrap_or(tag);
        if !name_start.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
            // A bare `<` in text, as in 「<65歳」.
            let (before, after) =
                text.split_at(text.get(1..).and_then(|t| t.find('<')).map_or(text.len(), |at| at + 1));
            *rest = after;
            return Some(Token::Text(unescape(before)));
        }
        let (inside, after) = split_tag(name_start);
        *rest = after;
        let length = inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(length);
        let Some(name) = TAGS.into_iter().find(|known| name.eq_ignore_ascii_case(known)) else { continue };
        if matches!(name, "script" | "style") {
            if !closing {
                *rest = after_closing(after, name);
            }
            continue;
        }
        return Some(if closing { Token::Close(name) } else { Token::Open(name, attributes) });
    }
}

/// Splits at the `>` that ends a tag, not at one inside a quoted attribute.
fn split_tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '>' => return (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
    }
    (text, "")
}

fn after_closing<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("</") {
        if after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            return after.split_once('>').map_or("", |(_, after)| after);
        }
        rest = after;
    }
    ""
}

struct Table {
    order: usize,
    row: u32,
    /// Whether a row is open, and the next column in it.
    in_row: bool,
    col: u32,
    /// Rows below that a `rowspan` still covers, by column.
    covered: Vec<u32>,
    cell: Option<OpenCell>,
    cells: Vec<(CellRef, CellValue)>,
    merges: Vec<(CellRef, CellRef)>,
}

struct OpenCell {
    at: CellRef,
    /// Excel writes the full number beside the rounded one it shows.
    number: Option<f64>,
    text: String,
    line_break: bool,
}

impl OpenCell {
    /// Adds text the way a browser shows it: runs of ASCII blanks become one.
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{c}') {
                if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                    self.text.push(' ');
                }
                continue;
            }
            if std::mem::take(&mut self.line_break) && !self.text.is_empty() {
                let kept = self.text.trim_end_matches(' ').len();
                self.text.truncate(kept);
                self.text.push('\n');
            }
            self.text.push(c);
        }
    }

    fn value(self) -> CellValue {
        match self.number {
            Some(number) => CellValue::Number(number),
            None => CellValue::Text(self.text.trim_matches([' ', '\n', '\u{a0}']).into()),
        }
    }
}

impl Table {
    fn new(order: usize) -> Self {
        Self {
            order,
            row: 0,
            in_row: false,
            col: 0,
            covered: Vec::new(),
            cell: None,
            cells: Vec::new(),
            merges: Vec::new(),
        }
    }

    fn closed(mut self) -> Self {
        self.end_row();
        self
    }

    fn open(&mut self, name: &str, attributes: &str) -> Result<(), FileError> {
        match name {
            "tr" => {
                self.end_row();
                self.in_row = true;
            }
            "td" | "th" => self.start_cell(attributes)?,
            "caption" => self.end_cell(),
            "br" | "p" | "div" | "li" => {
                if let Some(cell) = &mut self.cell {
                    cell.line_break = true;
                }
            }
            _ => self.end_row(),
        }
        Ok(())
    }

    fn close(&mut self, name: &str) {
        match name {
            "td" | "th" => self.end_cell(),
            "p" | "div" | "li" => {
                if let Some(cell) = &mut self.cell {
                    cell.line_break = true;
                }
            }
            "tr" | "thead" | "tbody" | "tfoot" => self.end_row(),
            _ => {}
        }
    }

    fn start_cell(&mut self, attributes: &str) -> Result<(), FileError> {
        self.end_cell();
        self.in_row = true;
        while self.covered.get(self.col as usize).is_some_and(|rows| *rows > 0) {
            self.col += 1;
        }
        let span = |name| attribute(attributes, name).and_then(|text| text.trim().parse::<u32>().ok()).unwrap_or(1);
        // The bounds of the HTML standard.
        let (across, down) = (span("colspan").clamp(1, 1000), span("rowspan").clamp(1, 65_534));
        let at = CellRef::new(self.row, self.col);
        if at.col >= CellRef::MAX_COLS || at.row >= CellRef::MAX_ROWS {
            return Err(refusal::too_large("Excelの行数（1,048,576）か列数（16,384）を超えるセルがあります。"));
        }
        if across > 1 || down > 1 {
            self.merges.push((at, CellRef::new(at.row + down - 1, at.col + across - 1)));
        }
        let end = (self.col + across) as usize;
        if self.covered.len() < end {
            self.covered.resize(end, 0);
        }
        if let Some(columns) = self.covered.get_mut(self.col as usize..end) {
            columns.fill(down);
        }
        self.col += across;
        let number = attribute(attributes, "x:num").and_then(|text| text.trim().parse::<f64>().ok());
        self.cell = Some(OpenCell { at, number, text: String::new(), line_break: false });
        Ok(())
    }

    fn end_cell(&mut self) {
        if let Some(cell) = self.cell.take() {
            let at = cell.at;
            let value = cell.value();
            if value != CellValue::Text("".into()) {
                self.cells.push((at, value));
            }
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        if std::mem::take(&mut self.in_row) {
            self.covered.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
            self.row += 1;
            self.col = 0;
        }
    }
}

/// An attribute's value, quoted or not.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let after = after.trim_start();
        let value;
        if let Some(quoted) = after.strip_prefix('=') {
            let quoted = quoted.trim_start();
            (value, rest) = match quoted.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    quoted.get(1..).and_then(|inside| inside.split_once(quote)).unwrap_or((quoted, ""))
                }
                _ => quoted.split_at(quoted.find(|c: char| c.is_ascii_whitespace()).unwrap_or(quoted.len())),
            };
        } else {
            (value, rest) = ("", after);
        }
        if key.eq_ignore_ascii_case(name) {
            return Some(unescape(value));
        }
        if key.is_empty() && value.is_empty() {
            // A stray character such as a lone quote: step over it.
            rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..)?;
        }
    }
}

/// Character references of HTML: numbers, and the names that tables use. Others stay as written.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let found = after.split_once(';').filter(|(name, _)| name.len() <= 10);
        match found.and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "yen" => '¥',
        "times" => '×',
        "minus" => '−',
        "plusmn" => '±',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "middot" => '·',
        "deg" => '°',
        "sup2" => '²',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(String, String)> {
        let grids = read(text, &Limits::default()).unwrap();
        let all = grids.iter().flat_map(|grid| {
            grid.cells().iter().map(|cell| (format!("{}!{}", grid.name, cell.at), cell.value.display()))
        });
        all.collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(at, value)| ((*at).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn spans_shift_what_follows() {
        let text = "<table><tr><td rowspan=2>県<td colspan='2'>人口<tr><td>男<td>女</table>";
        assert_eq!(cells(text), pairs(&[("表1!A1", "県"), ("表1!B1", "人口"), ("表1!B2", "男"), ("表1!C2", "女")]));
        let merges = read(text, &Limits::default()).unwrap()[0].merges.clone();
        assert_eq!(merges, [(CellRef::new(0, 0), CellRef::new(1, 0)), (CellRef::new(0, 1), CellRef::new(0, 2))]);
    }

    #[test]
    fn inline_tags_entities_and_breaks() {
        let text = "<TABLE><TR><TD><B>要介護</B><i>１</i>&nbsp;</TD><TD>令和<br>7年</TD><TD>a &lt; b &amp; c</TD></TR></TABLE>";
        assert_eq!(cells(text), pairs(&[("表1!A1", "要介護１"), ("表1!B1", "令和\n7年"), ("表1!C1", "a < b & c")]));
    }

    #[test]
    fn scripts_and_comments_are_no_text_and_full_numbers_win() {
        let text = "<table><!-- <td>x --><tr><td x:num=\"19.3712\">19.4<script>if(a</b/.test(c))x()</script></td><td a=\"x>y\">z</table>";
        assert_eq!(cells(text), pairs(&[("表1!A1", "19.3712"), ("表1!B1", "z")]));
    }

    #[test]
    fn tables_inside_cells_stand_alone() {
        let text = "<table><tr><td>外<table><tr><td>内</table></td><td>右</table>";
        assert_eq!(cells(text), pairs(&[("表1!A1", "外"), ("表1!B1", "右"), ("表2!A1", "内")]));
    }

    #[test]
    fn cut_short_waits() {
        assert!(read("<html><table><tr><td>1", &Limits::default()).unwrap_err().waiting);
        assert_eq!(read("<html><p>案内</p></html>", &Limits::default()).unwrap_err().code, "not-a-table");
    }
}
