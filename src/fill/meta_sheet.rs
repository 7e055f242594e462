//! The very hidden `_meta` sheet: what this product wrote last, for the next refill's three-way check.

use std::collections::BTreeMap;

use super::form_sheet::FigureCells;
use super::marks::MarkRecord;
use super::plan::{CellContent, SheetPlan};
use super::wrote::{self, Wrote};
use crate::compare::{Comparison, Thresholds};
use crate::form::Role;
use crate::model::{CellRef, Date, Datum};
use crate::read::{CellValue, Grid};

/// Name of the sheet.
pub const META_SHEET: &str = "_meta";
/// Layout of the sheet; a newer one is not touched.
pub const META_SCHEMA: f64 = 1.0;

/// What a cell of statistics shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A number
    Number(f64),
    /// A mark such as 「―」, or whatever a person wrote
    Text(String),
}

/// The identity of a figure on the form: 指標ID, role of its block, year.
pub type FigureKey = (String, Role, i32);

/// The content of the sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// Name of the form's sheet when it was written
    pub form: String,
    /// Key of the own area
    pub sheet_id: String,
    /// Names the run by its input
    pub run: String,
    /// The day written on the sheet
    pub date: Option<Date>,
    /// Key and name of the area of each block
    pub areas: BTreeMap<Role, (String, String)>,
    /// The rule for verdicts that was written
    pub thresholds: Thresholds,
    /// What was written last, with the cell where
    pub values: BTreeMap<FigureKey, (Shown, CellRef)>,
    /// Books whose texts were taken in: SHA-256 → name. They are not taken again, whatever became of the texts.
    pub taken: BTreeMap<String, String>,
    /// Heights in points that rows of entry fields were given: block and pair of fields → height
    pub heights: BTreeMap<String, f64>,
    /// What was written on the sheets beside the form
    pub wrote: Wrote,
    /// SHA-256 of the template of people's own; empty for the form and for books of earlier versions
    pub template: String,
    /// Places of a template of people's own; empty for the form
    pub marks: Vec<MarkRecord>,
}

/// The name of a role in `_meta` and in JSON.
pub fn role_id(role: Role) -> String {
    match role {
        Role::Own => "own".to_owned(),
        Role::Prefecture => "prefecture".to_owned(),
        Role::Nation => "nation".to_owned(),
        Role::Other(number) => format!("other{}", number + 1),
    }
}

/// The reverse of [`role_id`].
pub fn role_from_id(id: &str) -> Option<Role> {
    match id {
        "own" => Some(Role::Own),
        "prefecture" => Some(Role::Prefecture),
        "nation" => Some(Role::Nation),
        other => other.strip_prefix("other")?.parse::<u8>().ok()?.checked_sub(1).map(Role::Other),
    }
}

impl Meta {
    /// What a fresh fill writes.
    pub fn of_fill(form: &str, run: &str, date: Date, comparison: &Comparison, cells: &FigureCells) -> Self {
        let mut values = BTreeMap::new();
        for (&(index, who, year), at) in cells {
            let (Some(compared), Some(participant)) = (comparison.rows.get(index), comparison.participants.get(who))
            else {
                continue;
            };
            let Some(figure) = compared.figures.get(&(who, year)) else { continue };
            let key = (compared.indicator.id.to_string(), participant.role, year);
            values.insert(key, (shown(figure.datum), *at));
        }
        Self {
            form: form.to_owned(),
            sheet_id: sheet_id(comparison),
            run: run.to_owned(),
            date: Some(date),
            areas: comparison
                .participants
                .iter()
                .map(|who| (who.role, (who.area.key().to_owned(), who.area.name.clone())))
                .collect(),
            thresholds: comparison.thresholds,
            values,
            taken: BTreeMap::new(),
            heights: BTreeMap::new(),
            wrote: Wrote::new(),
            template: String::new(),
            marks: Vec::new(),
        }
    }

    /// Rows of `_meta`, each with its kind in column A:
    /// `chiiki-sheet meta 1` · `sheet <form> <id>` · `run <id> <date> <version>` · `area <role> <key> <name>` ·
    /// `threshold <above> <below>` · `value <指標ID> <role> <year> <number or mark> <cell as written>` · `taken <SHA-256> <file>` ·
    /// `height <fields> <points>` · `wrote <sheet> <marks>` · `template <SHA-256>` · `mark …`, see [`MarkRecord`]. A row `sheet` begins what belongs to it: several insurers' sheets can lie in one book.
    pub fn plan(&self) -> SheetPlan {
        let mut sheet = SheetPlan::default();
        let mut row = 0;
        let mut push = |contents: Vec<CellContent>| {
            for (col, content) in contents.into_iter().enumerate() {
                sheet.set(CellRef::new(row, col as u32), content);
            }
            row += 1;
        };
        let text = |text: &str| CellContent::Text(text.to_owned());
        push(vec![text("chiiki-sheet"), text("meta"), CellContent::Number(META_SCHEMA)]);
        push(vec![text("sheet"), text(&self.form), text(&self.sheet_id)]);
        let date = self.date.map(|date| date.to_string()).unwrap_or_default();
        push(vec![text("run"), text(&self.run), text(&date), text(env!("CARGO_PKG_VERSION"))]);
        for (role, (key, name)) in &self.areas {
            push(vec![text("area"), text(&role_id(*role)), text(key), text(name)]);
        }
        push(vec![
            text("threshold"),
            CellContent::Number(self.thresholds.above),
            CellContent::Number(self.thresholds.below),
        ]);
        for ((id, role, year), (shown, at)) in &self.values {
            push(vec![
                text("value"),
                text(id),
                text(&role_id(*role)),
                CellContent::Number(f64::from(*year)),
                match shown {
                    Shown::Number(number) => CellContent::Number(*number),
                    Shown::Text(mark) => text(mark),
                },
                text(&at.to_string()),
            ]);
        }
        for (sha256, file) in &self.taken {
            push(vec![text("taken"), text(sha256), text(file)]);
        }
        for (key, height) in &self.heights {
            push(vec![text("height"), text(key), CellContent::Number(*height)]);
        }
        if !self.template.is_empty() {
            push(vec![text("template"), text(&self.template)]);
        }
        for mark in &self.marks {
            push(mark.row());
        }
        append_rows(&mut sheet, wrote::rows(&self.wrote));
        sheet
    }

    /// The first sheet's record; `None` when the grid is not ours or of a later layout.
    pub fn read(grid: &Grid) -> Option<Self> {
        Self::read_all(grid)?.into_iter().next()
    }

    /// The records of all sheets; `None` when the grid is not ours or of a later layout.
    pub fn read_all(grid: &Grid) -> Option<Vec<Self>> {
        let text = |row: u32, col: u32| grid.get(CellRef::new(row, col)).map(CellValue::display).unwrap_or_default();
        let number = |row: u32, col: u32| grid.get(CellRef::new(row, col)).and_then(CellValue::as_number);
        if text(0, 0) != "chiiki-sheet" || text(0, 1) != "meta" || number(0, 2)? > META_SCHEMA {
            return None;
        }
        let mut all: Vec<Self> = Vec::new();
        for row in grid.cells().iter().filter(|cell| cell.at.col == 0).map(|cell| cell.at.row) {
            if text(row, 0) == "sheet" {
                all.push(Self { form: text(row, 1), sheet_id: text(row, 2), ..Self::default() });
            }
            let Some(meta) = all.last_mut() else { continue };
            match text(row, 0).as_str() {
                "run" => (meta.run, meta.date) = (text(row, 1), Date::parse(&text(row, 2))),
                "area" => {
                    if let Some(role) = role_from_id(&text(row, 1)) {
                        meta.areas.insert(role, (text(row, 2), text(row, 3)));
                    }
                }
                "threshold" => {
                    if let Some(read) =
                        number(row, 1).zip(number(row, 2)).and_then(|(above, below)| Thresholds::checked(above, below))
                    {
                        meta.thresholds = read;
                    }
                }
                "value" => {
                    let (Some(role), Some(year)) = (role_from_id(&text(row, 2)), number(row, 3)) else { continue };
                    let shown = match grid.get(CellRef::new(row, 4)) {
                        Some(CellValue::Number(number)) => Shown::Number(*number),
                        Some(other) => Shown::Text(other.display()),
                        None => continue,
                    };
                    let at = CellRef::parse(&text(row, 5)).unwrap_or(CellRef::new(0, 0));
                    meta.values.insert((text(row, 1), role, year as i32), (shown, at));
                }
                "height" => {
                    if let Some(height) = number(row, 2) {
                        meta.heights.insert(text(row, 1), height);
                    }
                }
                wrote::KIND => meta.wrote.entry(text(row, 1)).or_default().extend(wrote::read(grid, row)),
                "taken" => {
                    meta.taken.insert(text(row, 1), text(row, 2));
                }
                "template" => meta.template = text(row, 1),
                "mark" => meta.marks.extend(MarkRecord::read(grid, row)),
                _ => {}
            }
        }
        all.retain(|meta| !meta.sheet_id.is_empty());
        (!all.is_empty()).then_some(all)
    }
}

/// Whether a sheet holds records of ours, whatever its name: a program that copies sheets writes `_meta (2)`.
pub fn is_meta(grid: &Grid) -> bool {
    grid.text(0, 0) == Some("chiiki-sheet") && grid.text(0, 1) == Some("meta")
}

/// The rows of the records of other sheets than one, to be written below that one's.
pub fn rows_of_others(grid: &Grid, sheet_id: &str) -> Vec<Vec<(u32, CellContent)>> {
    let mut rows = Vec::new();
    let mut others = false;
    for row in grid.rows() {
        let text = |col: u32| row.iter().find(|cell| cell.at.col == col).map(|cell| cell.value.display());
        if text(0).as_deref() == Some("sheet") {
            others = text(2).as_deref() != Some(sheet_id);
        }
        if others {
            let content = |value: &CellValue| match value {
                CellValue::Number(number) => CellContent::Number(*number),
                other => CellContent::Text(other.display()),
            };
            rows.push(row.iter().map(|cell| (cell.at.col, content(&cell.value))).collect());
        }
    }
    rows
}

/// Puts rows below what a plan holds.
pub fn append_rows(sheet: &mut SheetPlan, rows: Vec<Vec<(u32, CellContent)>>) {
    let first = sheet.cells.keys().map(|at| at.row + 1).max().unwrap_or_default();
    for (row, cells) in (first..).zip(rows) {
        for (col, content) in cells {
            sheet.set(CellRef::new(row, col), content);
        }
    }
}

/// What the form shows for a figure.
pub fn shown(datum: Datum) -> Shown {
    match datum {
        Datum::Value(value) => Shown::Number(value),
        Datum::Missing(reason) => Shown::Text(reason.mark().to_owned()),
    }
}

/// Which sheet this is, whatever file it lies in: the own area.
pub fn sheet_id(comparison: &Comparison) -> String {
    comparison.participants.first().map(|own| own.area.key().to_owned()).unwrap_or_default()
}
