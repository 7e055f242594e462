//! A request as a table (CSV or Excel): one item a row (`項目, 内容, 内容2 …`), or one request a row below a heading row.

use super::PREFIX;
use super::entry::{Content, Draft, Entry, unknown};
use super::key::Key;
use crate::clock;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::CellRef;
use crate::notation::fold;
use crate::read::{Book, BookKind, Cell, CellValue, Grid};

/// Day 0 of Excel's serial numbers, counted from 1970-01-01.
const EXCEL_EPOCH: f64 = -25_569.0;

/// Reads the requests, or tells every mistake.
pub(super) fn read(name: &str, book: &Book) -> Result<Vec<Draft>, Vec<Diagnostic>> {
    let mut drafts = Vec::new();
    let mut mistakes = Vec::new();
    for grid in sheets(name, book)? {
        let sheet = Sheet { name, grid, is_text: book.kind == BookKind::Csv };
        match sheet.read() {
            Ok(found) => drafts.extend(found),
            Err(told) => mistakes.extend(told),
        }
    }
    if mistakes.is_empty() { Ok(drafts) } else { Err(mistakes) }
}

/// The sheets called 依頼…; a book with one sheet may call it anything.
fn sheets<'a>(name: &str, book: &'a Book) -> Result<Vec<&'a Grid>, Vec<Diagnostic>> {
    let filled: Vec<&Grid> = book.grids.iter().filter(|grid| !grid.cells().is_empty()).collect();
    let named: Vec<&Grid> = filled.iter().filter(|grid| fold(&grid.name).starts_with(PREFIX)).copied().collect();
    match (named.is_empty(), filled.len()) {
        (false, _) => Ok(named),
        (true, 0 | 1) => Ok(filled),
        (true, _) => Err(vec![
            Diagnostic::error("request-sheet", "どのシートが依頼か分かりません。")
                .hint("依頼を書いたシートの名前を「依頼」にしてください。統計のファイルであれば、ファイルの名前の先頭の「依頼」を外して入れ直してください。")
                .at(Place::file(name)),
        ]),
    }
}

struct Sheet<'a> {
    name: &'a str,
    grid: &'a Grid,
    is_text: bool,
}

/// What a column of item rows holds.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Content,
    Explanation,
}

impl Sheet<'_> {
    fn read(&self) -> Result<Vec<Draft>, Vec<Diagnostic>> {
        let rows: Vec<&[Cell]> = self.grid.rows().filter(|cells| !is_remark(cells)).collect();
        let Some((head, below)) = rows.split_first() else { return Ok(Vec::new()) };
        let texts: Vec<String> = head.iter().map(|cell| text_of(&cell.value)).collect();
        let known = texts.iter().filter(|text| Key::find(text).is_some()).count();
        let alone = head.len() == 1 && known == 1 && below.iter().all(|cells| cells.len() == 1);
        let starts_with_key = texts.first().is_some_and(|text| Key::find(text).is_some());
        if texts.first().is_some_and(|text| fold(text) == "項目") {
            let columns = self.columns(head)?;
            self.items(below, &columns).map(|draft| vec![draft])
        } else if known >= 2 || (alone && !below.is_empty()) {
            self.table(head, below)
        } else if starts_with_key || rows.iter().any(|cells| self.key_of_row(cells).is_some()) {
            self.items(&rows, &[]).map(|draft| vec![draft])
        } else {
            Err(vec![
                Diagnostic::error("request-no-items", "依頼の項目（自地域、比較地域など）が見つかりません。")
                    .hint("見本フォルダーの「依頼.xlsx」に書いてください。統計のファイルであれば、ファイルの名前の先頭の「依頼」を外して入れ直してください。")
                    .at(Place::file(self.name)),
            ])
        }
    }

    /// What stands below each heading of item rows, by column.
    fn columns(&self, head: &[Cell]) -> Result<Vec<(u32, Column)>, Vec<Diagnostic>> {
        let mut columns = Vec::new();
        let mut mistakes = Vec::new();
        for cell in head.iter().skip(1) {
            let text = text_of(&cell.value);
            match fold(&text).trim_end_matches(|c: char| c.is_ascii_digit()) {
                "内容" | "値" => columns.push((cell.at.col, Column::Content)),
                "説明" | "例" | "備考" => columns.push((cell.at.col, Column::Explanation)),
                _ => mistakes.push(
                    Diagnostic::error("request-heading", format!("「{text}」という列はありません。"))
                        .hint("列の見出しは「項目」「内容」「内容2」…「説明」にしてください。")
                        .at(self.place(cell.at)),
                ),
            }
        }
        if mistakes.is_empty() { Ok(columns) } else { Err(mistakes) }
    }

    fn key_of_row(&self, cells: &[Cell]) -> Option<Key> {
        cells.first().and_then(|cell| Key::find(&text_of(&cell.value)))
    }

    /// One item a row. Without headings every column behind the first is content.
    fn items(&self, rows: &[&[Cell]], columns: &[(u32, Column)]) -> Result<Draft, Vec<Diagnostic>> {
        let mut draft = Draft { place: Place::file(self.name), entries: Vec::new() };
        let mut mistakes = Vec::new();
        for cells in rows {
            let Some((first, rest)) = cells.split_first() else { continue };
            let name = text_of(&first.value);
            let is_content = |cell: &&Cell| {
                columns.is_empty()
                    || columns
                        .iter()
                        .find(|(col, _)| *col == cell.at.col)
                        .is_none_or(|(_, what)| *what == Column::Content)
            };
            let contents: Vec<Content> = rest.iter().filter(is_content).flat_map(|cell| self.contents(cell)).collect();
            let Some(key) = Key::find(&name) else {
                // What stands in the first column must be an item, even without content: it may be a slip.
                mistakes.push(unknown(&name, self.place(first.at)));
                continue;
            };
            if contents.is_empty() {
                continue;
            }
            let entry = Entry { key, place: self.place(first.at), contents };
            if let Err(told) = draft.add(entry) {
                mistakes.push(told);
            }
        }
        if mistakes.is_empty() { Ok(draft) } else { Err(mistakes) }
    }

    /// One request a row, below headings.
    fn table(&self, head: &[Cell], rows: &[&[Cell]]) -> Result<Vec<Draft>, Vec<Diagnostic>> {
        let (mut keys, mut mistakes) = (Vec::new(), Vec::new());
        for cell in head {
            let name = text_of(&cell.value);
            match Key::find(&name) {
                Some(key) => keys.push((cell.at.col, key)),
                None => mistakes.push(unknown(&name, self.place(cell.at))),
            }
        }
        let mut drafts = Vec::new();
        for cells in rows {
            let Some(first) = cells.first() else { continue };
            let mut draft = Draft { place: self.place(CellRef::new(first.at.row, 0)), entries: Vec::new() };
            for cell in *cells {
                let contents = self.contents(cell);
                if contents.is_empty() {
                    continue;
                }
                let place = self.place(cell.at);
                let told = match keys.iter().find(|(col, _)| *col == cell.at.col) {
                    Some((_, key)) => draft.add(Entry { key: *key, place, contents }),
                    // An unknown heading was told already.
                    None if head.iter().any(|heading| heading.at.col == cell.at.col) => Ok(()),
                    None => Err(Diagnostic::error("request-no-heading", "見出しの無い列に書かれています。")
                        .hint("1行目に項目の名前（自地域、比較地域など）を書いてください。")
                        .at(place)),
                };
                mistakes.extend(told.err());
            }
            if !draft.entries.is_empty() {
                drafts.push(draft);
            }
        }
        if mistakes.is_empty() { Ok(drafts) } else { Err(mistakes) }
    }

    fn contents(&self, cell: &Cell) -> Vec<Content> {
        let text = text_of(&cell.value);
        let place = self.place(cell.at);
        if text.trim().is_empty() { Vec::new() } else { vec![Content { text, place }] }
    }

    fn place(&self, at: CellRef) -> Place {
        if self.is_text {
            return Place { cell: Some(format!("{}行目", at.row + 1)), ..Place::file(self.name) };
        }
        Place::cell(self.name, self.grid.name.to_string(), at)
    }
}

/// `# …` and `※ …` say nothing to the program.
fn is_remark(cells: &[Cell]) -> bool {
    let first = cells.iter().map(|cell| text_of(&cell.value)).find(|text| !text.trim().is_empty());
    first.is_none_or(|text| fold(&text).starts_with(['#', '※']))
}

fn text_of(value: &CellValue) -> String {
    match value {
        CellValue::DateSerial(serial) => clock::date_of_day((serial + EXCEL_EPOCH).floor() as i64).to_string(),
        CellValue::Bool(flag) => if *flag { "はい" } else { "いいえ" }.to_owned(),
        other => other.display(),
    }
}
