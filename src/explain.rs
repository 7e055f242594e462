//! Where a figure of a filled sheet came from, read from the book itself: its form and its 「出典」.
//!
//! The cell's row is known by its 指標ID and its column by the headings above, so that the answer is right after
//! people sorted rows or added sheets.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::fill::marks::{MarkRecord, homes, locate};
use crate::fill::meta_sheet::{Meta, is_meta};
use crate::form::{FormMap, Role, find_entries};
use crate::model::CellRef;
use crate::notation::{MissingLegend, fold, read_missing, wareki};
use crate::read::{Book, CellValue, Grid};
use crate::template::places::marks;

/// What a cell is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Explanation {
    /// A statistic with its source
    Figure(Box<FigureOrigin>),
    /// Anything else, in a sentence
    NoFigure {
        /// Sheet
        sheet: String,
        /// Address as Excel shows it
        cell: String,
        /// What the cell is
        message: String,
    },
}

/// A statistic and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FigureOrigin {
    /// Sheet
    pub sheet: String,
    /// Address as Excel shows it
    pub cell: String,
    /// 指標ID
    pub indicator: String,
    /// 指標名
    pub name: String,
    /// Area's display name
    pub area: String,
    /// The form's year
    pub year: i32,
    /// What the cell shows now
    pub value: String,
    /// ％ 円 …
    pub unit: String,
    /// The cell it came from
    pub source: Origin,
    /// 出力日 of the file, where it has one
    pub exported: Option<String>,
    /// SHA-256 of the file; empty in a copy to hand out
    pub sha256: String,
    /// How it was computed, rounding, standardisation
    pub note: Option<String>,
    /// What was written when the sheet was filled, if the cell says something else now
    pub written: Option<String>,
}

/// File, sheet and cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// File name without folders
    pub file: String,
    /// Sheet; empty for text files
    pub sheet: String,
    /// Address as Excel shows it
    pub cell: String,
}

/// Why a cell cannot be explained: a mistake in what was asked, in Japanese.
pub type Mistake = String;

/// Explains a cell of a filled book. `place` is `G8`, or `シート名!G8` for another sheet than the form.
///
/// # Errors
/// An address that is none, a sheet that is absent, a book without 「出典」.
pub fn explain(book: &Book, place: &str) -> Result<Explanation, Mistake> {
    let (sheet, address) = match place.rsplit_once('!') {
        Some((sheet, address)) => (Some(sheet.trim_matches('\'').replace("''", "'")), address),
        None => (None, place),
    };
    let address: String = unicode_normalization::UnicodeNormalization::nfkc(address.trim()).collect();
    let at = CellRef::parse(&address)
        .ok_or_else(|| format!("「{place}」はセルの番地ではありません。「G8」のように書いてください。"))?;
    // Several insurers' sheets can lie in one book, each with its own 「出典」.
    let tables: Vec<SourceTable<'_>> = book.grids.iter().filter_map(SourceTable::find).collect();
    let first = tables.first().ok_or_else(|| {
        format!("『{}』には「出典」のシートがありません。このソフトで作ったシートを指定してください。", book.file.name)
    })?;
    let grid = match &sheet {
        Some(name) => book
            .grids
            .iter()
            .find(|grid| *grid.name == **name)
            .ok_or_else(|| format!("『{}』に「{name}」というシートはありません。", book.file.name))?,
        None => first_sheet(book).ok_or_else(|| {
            format!(
                "『{}』に地域分析・検討シートが見つかりません。「シート名!G8」のように書いてください。",
                book.file.name
            )
        })?,
    };
    let no_figure =
        |message: String| Explanation::NoFigure { sheet: grid.name.to_string(), cell: at.to_string(), message };
    let keys: Vec<_> = tables.iter().filter_map(|table| Some((table, key_of(grid, at, table, book)?))).collect();
    let chosen = keys.iter().position(|(table, key)| table.row(key).is_some()).unwrap_or_default();
    let Some((table, key)) = keys.into_iter().nth(chosen) else {
        return Ok(no_figure(of_marks(grid, at, book, first).unwrap_or_else(|| describe(grid, at))));
    };
    let shown = grid.get(at);
    let Some(row) = table.row(&key) else {
        let what = format!("{} の {}、{}の欄です。", key.id, key.area, wareki(key.year));
        return Ok(no_figure(match shown {
            None => format!("{what}入れたファイルのどれにも数値がなかったため、空のままです。"),
            Some(_) => format!("{what}「出典」に記録がありません。このソフトが書いた数値ではありません。"),
        }));
    };
    let text = |heading: &str| table.text(row, heading);
    let written = text("値");
    let own_row = std::ptr::eq(grid, table.grid);
    let value = if own_row { written.clone() } else { shown.map(CellValue::display).unwrap_or_default() };
    Ok(Explanation::Figure(Box::new(FigureOrigin {
        sheet: grid.name.to_string(),
        cell: at.to_string(),
        name: text("指標名"),
        unit: text("単位"),
        source: Origin { file: text("ファイル"), sheet: text("シート"), cell: text("セル") },
        exported: Some(text("出力日")).filter(|text| !text.is_empty()),
        sha256: text("SHA-256"),
        note: Some(text("備考")).filter(|text| !text.is_empty()),
        written: (!is_same(&written, &value)).then_some(written),
        indicator: key.id,
        area: key.area,
        year: key.year,
        value,
    })))
}

/// The sheet that is meant when none is named: of a book made from marks alone the first one with marks, else the form.
fn first_sheet(book: &Book) -> Option<&Grid> {
    let all = records(book);
    let of_marks = || {
        let meta = all.iter().find(|meta| !meta.marks.is_empty())?;
        let homes = homes(&book.grids, &meta.marks);
        book.grids.iter().find(|grid| homes.iter().any(|home| home.grid.is_some_and(|of| std::ptr::eq(of, *grid))))
    };
    let of_form = || {
        let is_form =
            |grid: &&Grid| FormMap::find(grid, 1).is_some_and(|map| map.blocks.iter().any(|b| !b.years.is_empty()));
        book.grids.iter().find(is_form)
    };
    if all.iter().any(|meta| meta.marks.is_empty()) { of_form().or_else(of_marks) } else { of_marks().or_else(of_form) }
}

/// What tells a figure from all others.
struct Key {
    id: String,
    area: String,
    year: i32,
}

fn key_of(grid: &Grid, at: CellRef, table: &SourceTable<'_>, book: &Book) -> Option<Key> {
    if std::ptr::eq(grid, table.grid) {
        let row = table.rows.iter().find(|row| **row == at.row)?;
        return table.key(*row);
    }
    if let Some(key) = compared_key(grid, at, table, book) {
        return Some(key);
    }
    if let Some(key) = marked_key(grid, at, book) {
        return Some(key);
    }
    let map = FormMap::find(grid, 1)?;
    let row = map.rows.iter().find(|row| row.row == at.row)?;
    let block = map.blocks.iter().find(|block| (block.first_col..=block.last_col).contains(&at.col))?;
    let year = *block.years.get(&at.col)?;
    let areas = table.areas();
    let caption = block.captions.iter().map(|(_, text)| text.trim()).find(|text| areas.contains_key(*text));
    let area = match caption {
        Some(area) => area.to_owned(),
        None => area_of_role(book, &grid.name, block.role)?,
    };
    Some(Key { id: row.id.clone(), area, year })
}

/// 比較と判定: the year stands in a column of its own, the area above the value.
fn compared_key(grid: &Grid, at: CellRef, table: &SourceTable<'_>, book: &Book) -> Option<Key> {
    let head = grid.rows().find_map(|row| {
        let col = |word: &str| {
            let heading = row.iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == word));
            heading.map(|cell| cell.at)
        };
        Some((col("指標ID")?, col("年度")?))
    });
    let (id, year) = head?;
    let areas = table.areas();
    let area = (id.row..at.row).filter_map(|row| grid.text(row, at.col)).find_map(|text| {
        match areas.get_key_value(text.trim()) {
            Some((area, _)) => Some(area.clone()),
            None if fold(text) == "自地域" => area_of_role(book, &grid.name, Role::Own),
            None => None,
        }
    })?;
    Some(Key {
        id: crate::form::id_in(grid.text(at.row, id.col)?)?,
        area,
        year: grid.get(CellRef::new(at.row, year.col))?.as_number()? as i32,
    })
}

/// Whether a cell says what was written; of a figure that is missing nothing may stand there.
fn is_same(written: &str, value: &str) -> bool {
    written == value || (value.trim().is_empty() && read_missing(written, &MissingLegend::default()).is_some())
}

/// What was written into the book, one record a sheet.
fn records(book: &Book) -> Vec<Meta> {
    book.grids.iter().filter(|grid| is_meta(grid)).filter_map(Meta::read_all).flatten().collect()
}

/// The area of a role as `_meta` says it: of the record of that sheet, else of the first one.
fn area_of_role(book: &Book, sheet: &str, role: Role) -> Option<String> {
    let all = records(book);
    let meta = all.iter().find(|meta| meta.form == sheet).or(all.first())?;
    meta.areas.get(&role).map(|(_, name)| name.clone())
}

/// The figure of a place that was a mark and nothing else, found by the words around it.
fn marked_key(grid: &Grid, at: CellRef, book: &Book) -> Option<Key> {
    let (meta, mark) = mark_at(grid, at, book)?;
    let [(id, role, year)] = mark.figures.as_slice() else { return None };
    let whole = marks(&mark.text).first().is_some_and(|first| first.span.len() == mark.text.trim().len());
    let area = meta.areas.get(role).filter(|_| whole)?.1.clone();
    Some(Key { id: id.clone(), area, year: *year })
}

fn mark_at(grid: &Grid, at: CellRef, book: &Book) -> Option<(Meta, MarkRecord)> {
    records(book).into_iter().find_map(|meta| {
        let home = homes(&book.grids, &meta.marks)
            .into_iter()
            .find(|home| home.grid.is_some_and(|of| std::ptr::eq(of, grid)))?;
        let places = locate(grid, &home.records);
        let found = home.records.iter().zip(places).find(|(_, places)| places.contains(&at));
        let mark = found.map(|(mark, _)| (*mark).clone())?;
        Some((meta, mark))
    })
}

/// A sentence made from marks: its figures, each with its source.
fn of_marks(grid: &Grid, at: CellRef, book: &Book, table: &SourceTable<'_>) -> Option<String> {
    let (meta, mark) = mark_at(grid, at, book)?;
    if mark.figures.is_empty() {
        return Some(format!("ひな形の「{}」から作られた内容です。数値ではありません。", mark.text));
    }
    let mut lines = vec![format!("ひな形の「{}」から作られた文章です。使った数値：", mark.text)];
    for (id, role, year) in &mark.figures {
        let area = meta.areas.get(role).map(|(_, name)| name.clone()).unwrap_or_default();
        let key = Key { id: id.clone(), area, year: *year };
        let source = table.row(&key).map_or_else(
            || "数値がありませんでした".to_owned(),
            |row| {
                let text = |heading: &str| table.text(row, heading);
                format!("{}{}　{}「{}」{}", text("値"), text("単位"), text("ファイル"), text("シート"), text("セル"))
            },
        );
        lines.push(format!("{} {} {}：{source}", key.id, key.area, wareki(key.year)));
    }
    Some(lines.join("\n"))
}

/// The sheet 「出典」, by its headings.
struct SourceTable<'a> {
    grid: &'a Grid,
    columns: BTreeMap<String, u32>,
    rows: Vec<u32>,
}

impl<'a> SourceTable<'a> {
    fn find(grid: &'a Grid) -> Option<Self> {
        let heading = grid.rows().find(|row| {
            let has = |word: &str| row.iter().any(|cell| cell.value.as_text().is_some_and(|text| fold(text) == word));
            has("番号") && has("指標ID") && has("ファイル") && has("セル")
        })?;
        let columns: BTreeMap<String, u32> =
            heading.iter().filter_map(|cell| Some((cell.value.as_text()?.trim().to_owned(), cell.at.col))).collect();
        let top = heading.first()?.at.row;
        let id = *columns.get("指標ID")?;
        let rows = grid.cells().iter().filter(|cell| cell.at.col == id && cell.at.row > top).map(|cell| cell.at.row);
        Some(Self { grid, rows: rows.collect(), columns })
    }

    fn text(&self, row: u32, heading: &str) -> String {
        let col = self.columns.get(heading).copied();
        col.and_then(|col| self.grid.get(CellRef::new(row, col))).map(CellValue::display).unwrap_or_default()
    }

    /// 年度 is written 「令和7年度（2025）」.
    fn key(&self, row: u32) -> Option<Key> {
        let year = self.text(row, "年度");
        let digits = year.rsplit_once('（')?.1.trim_end_matches('）');
        Some(Key { id: self.text(row, "指標ID"), area: self.text(row, "地域"), year: digits.parse().ok()? })
    }

    fn row(&self, key: &Key) -> Option<u32> {
        self.rows.iter().copied().find(|row| {
            self.key(*row)
                .is_some_and(|found| (found.id == key.id) && (found.area == key.area) && (found.year == key.year))
        })
    }

    fn areas(&self) -> BTreeMap<String, u32> {
        self.rows.iter().map(|row| (self.text(*row, "地域"), *row)).collect()
    }
}

/// A cell that holds no statistic, in a sentence.
fn describe(grid: &Grid, at: CellRef) -> String {
    let anchor = grid.merge_anchor(at).unwrap_or(at);
    if let Some(entry) = find_entries(grid).into_iter().find(|entry| entry.cell == anchor) {
        return format!("「{}」の記入欄です。統計の数値ではありません。", entry.field.heading());
    }
    match grid.get(anchor) {
        Some(CellValue::Text(text)) => {
            let short: String = text.chars().take(30).collect();
            let more = if text.chars().count() > 30 { "…" } else { "" };
            format!("「{short}{more}」という文字のセルです。統計の数値ではありません。")
        }
        Some(value) => {
            format!("「{}」と書かれていますが、統計の欄ではないため、出典の記録がありません。", value.display())
        }
        None => "空のセルです。統計の欄ではありません。".to_owned(),
    }
}

impl Explanation {
    /// For people.
    pub fn text(&self) -> String {
        match self {
            Self::NoFigure { sheet, cell, message } => format!("「{sheet}」{cell}：{message}\n"),
            Self::Figure(figure) => {
                let mut out = format!("「{}」{}：{}\n", figure.sheet, figure.cell, figure.value);
                let mut line = |label: &str, value: &str| {
                    if !value.is_empty() {
                        out.push_str(&format!("　{label}：{value}\n"));
                    }
                };
                line("指標", &format!("{} {}（{}）", figure.indicator, figure.name, figure.unit));
                line("地域・年度", &format!("{}　{}", figure.area, wareki(figure.year)));
                line("元のファイル", &figure.source.file);
                line("シート", &figure.source.sheet);
                line("セル", &figure.source.cell);
                line("出力日", figure.exported.as_deref().unwrap_or("（ファイルに書かれていません）"));
                line("備考", figure.note.as_deref().unwrap_or_default());
                line("SHA-256", &figure.sha256);
                if let Some(written) = &figure.written {
                    line(
                        "注意",
                        &format!(
                            "このセルの値は、手で書かれたものです。資料の値は「{written}」で、上の出典はその値のものです。"
                        ),
                    );
                }
                out
            }
        }
    }
}
