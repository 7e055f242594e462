//! One row of the table of areas, read from CSV: the shipped table and what a workspace adds.

use std::collections::HashMap;

use super::fold::fold_name;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{AreaCode, CellRef};

/// A mistake in a table of areas.
const CODE: &str = "areas-file";
const REQUIRED: [&str; 4] = ["code", "level", "prefecture", "name"];

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Prefecture,
    Municipality,
    Ward,
    Union,
}

impl Level {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "prefecture" | "都道府県" => Some(Self::Prefecture),
            "municipality" | "insurer" | "市町村" | "保険者" => Some(Self::Municipality),
            "ward" | "区" => Some(Self::Ward),
            "union" | "広域連合" => Some(Self::Union),
            _ => None,
        }
    }
}

/// One row, read but not yet placed among the others.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The line of its file, from 1.
    pub(super) line: u32,
    pub(super) code: Option<AreaCode>,
    pub(super) level: Level,
    pub(super) prefecture: String,
    pub(super) name: String,
    pub(super) kana: String,
    /// The city of a ward.
    pub(super) parent: Option<AreaCode>,
    /// Of a municipality: `self`, a union's name, or empty when not known.
    pub(super) insurer: String,
}

impl Row {
    /// 「都道府県 名称」
    pub(super) fn display_name(&self) -> String {
        format!("{} {}", self.prefecture, self.name)
    }
}

/// What is wrong with a row, and in which column.
pub(super) struct Problem {
    column: &'static str,
    text: String,
}

impl Problem {
    pub(super) fn new(column: &'static str, text: impl Into<String>) -> Self {
        Self { column, text: text.into() }
    }
}

/// The name of a file and where its columns are: what a message needs to point at a cell.
pub(super) struct Columns {
    file: String,
    at: HashMap<String, usize>,
}

impl Columns {
    /// A sentence with the line and the column.
    pub(super) fn diagnostic(&self, line: u32, problem: Problem) -> Diagnostic {
        let col = self.at.get(problem.column).and_then(|&at| u32::try_from(at).ok()).unwrap_or_default();
        let cell = CellRef::new(line.saturating_sub(1), col).to_string();
        let place = Place { file: Some(self.file.clone()), sheet: None, cell: Some(cell) };
        Diagnostic::error(CODE, format!("{line}行目の{}列: {}", problem.column, problem.text)).at(place)
    }

    fn field<'a>(&self, record: &'a csv::StringRecord, name: &str) -> &'a str {
        self.at.get(name).and_then(|&at| record.get(at)).unwrap_or_default()
    }
}

/// What a file holds.
pub(super) struct Reading {
    pub(super) rows: Vec<Row>,
    /// What is wrong with the rows left out.
    pub(super) problems: Vec<Diagnostic>,
    pub(super) columns: Columns,
}

/// Reads a table of areas; the rows are not yet compared with one another.
pub(super) fn read_rows(csv_text: &str, file_name: &str) -> Reading {
    let text = csv_text.strip_prefix('\u{FEFF}').unwrap_or(csv_text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let whole_file = |text: String| {
        let hint = format!("1行目に {} の列を置いてください（kana parent insurer は任意）。", REQUIRED.join(" "));
        Diagnostic::error(CODE, text).hint(hint).at(Place::file(file_name))
    };
    let at = reader.headers().map(|header| header.iter().map(str::to_owned).zip(0..).collect()).unwrap_or_default();
    let columns = Columns { file: file_name.to_owned(), at };
    let mut reading = Reading { rows: Vec::new(), problems: Vec::new(), columns };
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| !reading.columns.at.contains_key(*name)).collect();
    if !missing.is_empty() {
        reading.problems.push(whole_file(format!("列 {} がありません。", missing.join(" "))));
        return reading;
    }
    for record in reader.records() {
        // Text that is UTF-8 and may have rows of any length always reads as CSV.
        let Ok(record) = record else { break };
        let line = record.position().and_then(|position| u32::try_from(position.line()).ok()).unwrap_or_default();
        match read_row(&record, line, &reading.columns) {
            Ok(Some(row)) => reading.rows.push(row),
            Ok(None) => {}
            Err(problem) => reading.problems.push(reading.columns.diagnostic(line, problem)),
        }
    }
    reading
}

/// A row; `None` when it is empty.
fn read_row(record: &csv::StringRecord, line: u32, columns: &Columns) -> Result<Option<Row>, Problem> {
    if record.iter().all(str::is_empty) {
        return Ok(None);
    }
    let field = |name| columns.field(record, name);
    if record.len() > columns.at.len() {
        return Err(Problem::new("code", "見出しより多くの値があります。値の中のコンマは \" で囲んでください。"));
    }
    let Some(level) = Level::parse(field("level")) else {
        return Err(Problem::new(
            "level",
            "都道府県、市町村、区、広域連合（または prefecture、municipality、ward、union）のどれかを書いてください。",
        ));
    };
    for column in ["prefecture", "name"] {
        // A name of white space or invisible marks would be a key of nothing.
        if fold_name(field(column)).is_empty() {
            return Err(Problem::new(column, "空です。"));
        }
    }
    let code = read_code(field("code"), "code")?;
    if code.is_none() && level != Level::Union {
        return Err(Problem::new("code", "6けたの団体コードを書いてください。"));
    }
    let parent = read_code(field("parent"), "parent")?;
    if parent.is_some() != (level == Level::Ward) {
        return Err(Problem::new("parent", "区には市の6けたの団体コードを書き、ほかは空にしてください。"));
    }
    let mut insurer = field("insurer");
    if insurer.is_empty() && level == Level::Municipality && !columns.at.contains_key("insurer") {
        // A list without that column speaks of insurers.
        insurer = "self";
    }
    if level == Level::Union && insurer == "self" {
        // True and superfluous.
        insurer = "";
    }
    if !insurer.is_empty() && level != Level::Municipality {
        return Err(Problem::new("insurer", "市町村の行にだけ書けます。"));
    }
    Ok(Some(Row {
        line,
        code,
        level,
        prefecture: field("prefecture").to_owned(),
        name: field("name").to_owned(),
        kana: field("kana").to_owned(),
        parent,
        insurer: insurer.to_owned(),
    }))
}

fn read_code(text: &str, column: &'static str) -> Result<Option<AreaCode>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(code) = AreaCode::parse(text) {
        return Ok(Some(code));
    }
    let right = text.get(..5).filter(|_| text.len() == 6).and_then(AreaCode::from_five);
    Err(Problem::new(
        column,
        match right {
            Some(right) => format!("「{text}」の検査数字（6けた目）が違います。正しくは {right} です。"),
            None => format!("「{text}」は6けたの団体コードではありません。"),
        },
    ))
}
