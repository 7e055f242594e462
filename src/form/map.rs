//! Where the statistics of a form stand: data rows by 指標ID, columns by role heading and year.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::CellRef;
use crate::notation::fold;
use crate::notation::parse_unit;
use crate::read::{CellValue, Grid};

/// Whose figures a block of columns holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 自地域
    Own,
    /// 都道府県平均／合計
    Prefecture,
    /// 全国平均／合計
    Nation,
    /// 比較地域, counted from 0
    Other(u8),
}

impl Role {
    /// The role a heading cell names; the number of a 比較地域 is taken from its order on the sheet.
    fn of_heading(text: &str) -> Option<Self> {
        if text.chars().count() > LONGEST_HEADING {
            return None;
        }
        let folded = fold(text);
        if folded.starts_with("自地域") || folded.starts_with("自保険者") {
            Some(Self::Own)
        } else if folded.starts_with("都道府県平均") || folded.starts_with("都道府県合計") {
            Some(Self::Prefecture)
        } else if folded.starts_with("全国平均") || folded.starts_with("全国合計") {
            Some(Self::Nation)
        } else if folded.starts_with("比較地域") {
            Some(Self::Other(0))
        } else {
            None
        }
    }
}

/// A row of statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormRow {
    /// Zero-based row
    pub row: u32,
    /// 指標ID as in the catalog
    pub id: String,
    /// The name as written
    pub name: String,
    /// The unit as written
    pub unit: Option<String>,
    /// 備考 as written
    pub remark: Option<String>,
}

/// The columns of one area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormBlock {
    /// Whose figures
    pub role: Role,
    /// First column
    pub first_col: u32,
    /// Last column that can hold a year
    pub last_col: u32,
    /// Texts above the block that may name its area, with their cells
    pub captions: Vec<(CellRef, String)>,
    /// Year columns: column → western fiscal year
    pub years: BTreeMap<u32, i32>,
}

/// A form found on a grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormMap {
    /// The sheet's name
    pub sheet: Arc<str>,
    /// Column of the 指標ID
    pub id_col: u32,
    /// Rows of statistics, top to bottom
    pub rows: Vec<FormRow>,
    /// Row of the western years
    pub year_row: u32,
    /// Row of the role headings, when there are any
    pub role_row: Option<u32>,
    /// Cells of the row above the years that name another year than the one below them
    pub year_conflicts: Vec<CellRef>,
    /// Blocks, left to right
    pub blocks: Vec<FormBlock>,
    /// Title cells and other texts above the data that lie left of the first block, with their cells
    pub titles: Vec<(CellRef, String)>,
}

/// Role headings are short, even with an area's name behind them.
const LONGEST_HEADING: usize = 40;

/// Columns of a block of the system's export (sheet-form: blocks at E, AS, CG, DU).
const EXPORT_BLOCK_WIDTH: u32 = 40;

/// Letters of an id behind `X-`, at most.
const LONGEST_OWN_ID: usize = 40;

/// The 指標ID a cell holds: one capital Latin or Greek δ, up to three digits, up to two small letters; or `X-` and a
/// name in letters of any script, as saved readings make them (`X-財政力指数`).
pub fn id_in(text: &str) -> Option<String> {
    let folded: String = unicode_normalization::UnicodeNormalization::nfkc(text.trim())
        .map(|c| if matches!(c, '‐' | '−' | '–' | '－') { '-' } else { c })
        .collect();
    if let Some(rest) = folded.strip_prefix("X-") {
        let good = (1..=LONGEST_OWN_ID).contains(&rest.chars().count())
            && rest.chars().all(|c| c.is_alphanumeric() || c == '-' || c == 'ー');
        return good.then_some(folded);
    }
    let mut chars = folded.chars();
    let first = chars.next()?;
    if !(first.is_ascii_uppercase() || first == 'δ') {
        return None;
    }
    let rest = chars.as_str();
    let (digits, letters) = match rest.split_once('-') {
        Some((digits, letters)) => (digits, Some(letters)),
        None => (rest, None),
    };
    let digits_good = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let letters_good = letters.is_none_or(|l| (1..=2).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_lowercase()));
    (digits_good && letters_good).then_some(folded)
}

/// A western fiscal year in a heading cell: a whole number 2000–2100, or a text such as `2025` `2025年度`.
fn year_in(value: &CellValue) -> Option<i32> {
    let year = match value {
        CellValue::Number(number) if number.fract() == 0.0 && (2000.0..=2100.0).contains(number) => *number as i32,
        CellValue::Text(text) => {
            let folded = fold(text);
            let digits = folded.strip_suffix("年度").unwrap_or(&folded);
            (digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())??
        }
        _ => return None,
    };
    (2000..=2100).contains(&year).then_some(year)
}

/// A year as people write it over a column: `2025` `2025年` `令和7年度` `令和7年度※` `R7`.
fn year_said(value: &CellValue) -> Option<i32> {
    let CellValue::Text(text) = value else { return year_in(value) };
    let folded = fold(text);
    let bare = folded.trim_end_matches(['※', '*']);
    let bare = bare.strip_suffix("年度").or_else(|| bare.strip_suffix('年')).unwrap_or(bare);
    let era = [("令和", 2018), ("令", 2018), ("R", 2018), ("平成", 1988), ("平", 1988), ("H", 1988)];
    let named = era.into_iter().find_map(|(era, before)| Some((bare.strip_prefix(era)?, before)));
    let year = match named {
        Some(("元", before)) => before + 1,
        Some((number, before)) if (1..=2).contains(&number.len()) => before + whole(number)?,
        None if bare.len() == 4 => whole(bare)?,
        _ => return None,
    };
    (2000..=2100).contains(&year).then_some(year)
}

fn whole(digits: &str) -> Option<i32> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

impl FormMap {
    /// Finds the form on a grid: at least `min_rows` rows with a 指標ID in one column and a name left of it.
    /// `None` when the grid is no form. A block that cannot be placed surely has no years.
    pub fn find(grid: &Grid, min_rows: usize) -> Option<Self> {
        let id_col = Self::find_id_column(grid)?;
        let mut rows = Vec::new();
        for cell in grid.cells().iter().filter(|cell| cell.at.col == id_col) {
            let (Some(id), Some(name)) =
                (cell.value.as_text().and_then(id_in), grid.text(cell.at.row, id_col.checked_sub(1)?))
            else {
                continue;
            };
            rows.push(FormRow { row: cell.at.row, id, name: name.to_owned(), unit: None, remark: None });
        }
        let first_row = rows.first()?.row;
        if rows.len() < min_rows {
            return None;
        }
        let role_cells = Self::role_headings(grid, first_row, id_col);
        let year_row = Self::find_year_row(grid, first_row, id_col)?;
        let role_row = role_cells.first().map(|(at, _)| at.row);
        let (years, year_conflicts) = Self::read_years(grid, year_row, id_col);
        let blocks = Self::find_blocks(grid, &years, first_row, &role_cells);
        let first_block = blocks.first().map_or(id_col + 3, |block| block.first_col);
        Self::read_sides(grid, &mut rows, id_col, first_block);
        let titles = grid
            .cells()
            .iter()
            .take_while(|cell| cell.at.row < first_row)
            .filter(|cell| cell.at.col < first_block)
            .filter_map(|cell| Some((cell.at, cell.value.as_text()?.to_owned())))
            .collect();
        Some(Self { sheet: grid.name.clone(), id_col, rows, year_row, role_row, year_conflicts, blocks, titles })
    }

    /// The block of a role.
    pub fn block(&self, role: Role) -> Option<&FormBlock> {
        self.blocks.iter().find(|block| block.role == role)
    }

    /// Runs of year columns, left to right, that belong to no block: a heading over them was worded anew or taken away.
    pub fn loose_years(&self, grid: &Grid) -> Vec<Vec<(u32, i32)>> {
        let (years, _) = Self::read_years(grid, self.year_row, self.id_col);
        let mut runs: Vec<Vec<(u32, i32)>> = Vec::new();
        let mut before: Option<(u32, i32)> = None;
        for (col, year) in years {
            if self.blocks.iter().any(|block| block.years.contains_key(&col)) {
                before = None;
                continue;
            }
            match runs.last_mut().filter(|_| before.is_some_and(|(_, previous)| previous < year)) {
                Some(run) => run.push((col, year)),
                None => runs.push(vec![(col, year)]),
            }
            before = Some((col, year));
        }
        runs
    }

    /// Takes a run of year columns for the block of a role.
    pub fn add_block(&mut self, grid: &Grid, role: Role, years: &[(u32, i32)]) {
        let Some((first, _)) = years.first().copied() else { return };
        let above = |from: &CellRef, to: &CellRef| to.row < self.year_row && (from.col..=to.col).contains(&first);
        let title = grid.merges.iter().find(|(from, to)| to.col > from.col && above(from, to));
        let next = self.blocks.iter().map(|block| block.first_col).filter(|col| *col > first).min();
        let (first_col, last_col) = match title {
            Some((from, to)) => (from.col, to.col),
            None => (first, years.last().map_or(first, |(col, _)| *col)),
        };
        let last_col = next.map_or(last_col, |next| last_col.min(next.saturating_sub(1)));
        let head = grid.cells().iter().take_while(|cell| cell.at.row <= self.year_row);
        let captions = head
            .filter(|cell| (first_col..=last_col).contains(&cell.at.col))
            .filter_map(|cell| Some((cell.at, cell.value.as_text()?.to_owned())))
            .collect();
        self.blocks.push(FormBlock { role, first_col, last_col, captions, years: years.iter().copied().collect() });
        self.blocks.sort_by_key(|block| block.first_col);
    }

    fn find_id_column(grid: &Grid) -> Option<u32> {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for cell in grid.cells() {
            if cell.at.col > 0 && cell.value.as_text().and_then(id_in).is_some() {
                *counts.entry(cell.at.col).or_default() += 1;
            }
        }
        let most = *counts.values().max()?;
        counts.into_iter().find(|(_, count)| *count == most).map(|(col, _)| col)
    }

    fn role_headings(grid: &Grid, first_row: u32, id_col: u32) -> Vec<(CellRef, Role)> {
        let mut found: Vec<(CellRef, Role)> = grid
            .cells()
            .iter()
            .take_while(|cell| cell.at.row < first_row)
            .filter(|cell| cell.at.col > id_col)
            .filter_map(|cell| Some((cell.at, Role::of_heading(cell.value.as_text()?)?)))
            .collect();
        // Explanations may begin with a role's name, too: the headings are the row that names most of them.
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for (at, _) in &found {
            *counts.entry(at.row).or_default() += 1;
        }
        let row = counts.iter().max_by_key(|(row, count)| (**count, **row)).map(|(row, _)| *row);
        found.retain(|(at, _)| Some(at.row) == row);
        let mut others = 0;
        for (_, role) in &mut found {
            if let Role::Other(number) = role {
                *number = others;
                others += 1;
            }
        }
        found
    }

    /// The row above the data with the most years, written as western ones or else in words; without any year the bottom
    /// row of the 指標ID heading.
    fn find_year_row(grid: &Grid, first_row: u32, id_col: u32) -> Option<u32> {
        let row_of = |year: fn(&CellValue) -> Option<i32>, least: usize| {
            let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
            for cell in grid.cells().iter().take_while(|cell| cell.at.row < first_row) {
                if cell.at.col > id_col && year(&cell.value).is_some() {
                    *counts.entry(cell.at.row).or_default() += 1;
                }
            }
            let most = counts.values().max().copied().filter(|most| *most >= least)?;
            counts.into_iter().rev().find(|(_, count)| *count == most).map(|(row, _)| row)
        };
        // A single year in words may be a title's.
        if let Some(row) = row_of(year_in, 1).or_else(|| row_of(year_said, 2)) {
            return Some(row);
        }
        let heading = grid
            .cells()
            .iter()
            .find(|cell| cell.at.col == id_col && cell.value.as_text().is_some_and(|text| fold(text) == "指標ID"))?;
        Some(grid.merges.iter().find(|(from, _)| *from == heading.at).map_or(heading.at.row, |(_, to)| to.row))
    }

    /// Column → year, by the row of years and, where that says none, by the words above it; and where the two differ.
    fn read_years(grid: &Grid, year_row: u32, id_col: u32) -> (Vec<(u32, i32)>, Vec<CellRef>) {
        let row = |row: u32| grid.row(row).iter().filter(|cell| cell.at.col > id_col);
        let mut years: BTreeMap<u32, i32> =
            row(year_row).filter_map(|cell| Some((cell.at.col, year_said(&cell.value)?))).collect();
        let mut conflicts = Vec::new();
        let words = year_row.checked_sub(1).into_iter().flat_map(row);
        for (at, year) in words.filter_map(|cell| Some((cell.at, year_said(&cell.value)?))) {
            // A year over several columns is a title of theirs.
            if grid.merges.iter().any(|(from, to)| *from == at && to.col > from.col) {
                continue;
            }
            if *years.entry(at.col).or_insert(year) != year {
                conflicts.push(at);
            }
        }
        (years.into_iter().collect(), conflicts)
    }

    fn find_blocks(
        grid: &Grid,
        years: &[(u32, i32)],
        first_row: u32,
        role_cells: &[(CellRef, Role)],
    ) -> Vec<FormBlock> {
        let starts = if role_cells.is_empty() {
            Self::starts_by_years(years)
        } else {
            Self::starts_by_headings(grid, role_cells, years)
        };
        let mut blocks: Vec<FormBlock> = Vec::with_capacity(starts.len());
        for (index, (first_col, last_col, role)) in starts.iter().copied().enumerate() {
            let limit = starts.get(index + 1).map_or(u32::MAX, |next| next.0.saturating_sub(1));
            let last_col = last_col.min(limit);
            let captions = grid
                .cells()
                .iter()
                .take_while(|cell| cell.at.row < first_row)
                .filter(|cell| (first_col..=last_col).contains(&cell.at.col))
                .filter_map(|cell| Some((cell.at, cell.value.as_text()?.to_owned())))
                .collect();
            let years = years.iter().copied().filter(|(col, _)| (first_col..=last_col).contains(col)).collect();
            blocks.push(FormBlock { role, first_col, last_col, captions, years });
        }
        blocks
    }

    /// Without headings: a year that does not come after the one before it opens a new block; so does a step of a
    /// whole block's width. The order is that of the form: own, prefecture, nation, others.
    fn starts_by_years(years: &[(u32, i32)]) -> Vec<(u32, u32, Role)> {
        let mut starts: Vec<(u32, u32, Role)> = Vec::new();
        let mut last: Option<(u32, i32)> = None;
        for &(col, year) in years {
            if last.is_none_or(|(_, previous)| year <= previous) {
                let role = match starts.len() {
                    0 => Role::Own,
                    1 => Role::Prefecture,
                    2 => Role::Nation,
                    n => Role::Other((n - 3).min(usize::from(u8::MAX)) as u8),
                };
                starts.push((col, col + EXPORT_BLOCK_WIDTH - 1, role));
            }
            last = Some((col, year));
        }
        // The form shows every area for the same years: blocks of different years were not told apart rightly.
        let of = |index: usize| -> Vec<i32> {
            let from = starts.get(index).map_or(0, |start| start.0);
            let end = starts.get(index + 1).map_or(u32::MAX, |next| next.0);
            years.iter().filter(|(col, _)| (from..end).contains(col)).map(|(_, year)| *year).collect()
        };
        if (1..starts.len()).any(|index| of(index) != of(0)) {
            return Vec::new();
        }
        starts
    }

    /// With headings: from each heading to the next one, at most as wide as its merged area where it has one.
    ///
    /// A sheet may name only the area over the own block: one run of years left of 都道府県 or 全国 is then the own
    /// block's, as in the form's order. Whose it is, its captions must say.
    fn starts_by_headings(grid: &Grid, role_cells: &[(CellRef, Role)], years: &[(u32, i32)]) -> Vec<(u32, u32, Role)> {
        let unnamed = role_cells.first().filter(|(_, role)| matches!(role, Role::Prefecture | Role::Nation)).and_then(
            |(heading, _)| {
                let left: Vec<(u32, i32)> = years.iter().copied().take_while(|(col, _)| *col < heading.col).collect();
                let one_run = left.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if a < b));
                let named_elsewhere = role_cells.iter().any(|(_, role)| *role == Role::Own);
                let (first, _) = *left.first()?;
                (one_run && !named_elsewhere).then_some((first, heading.col - 1, Role::Own))
            },
        );
        let named = role_cells.iter().map(|(at, role)| {
            let merged = grid.merges.iter().find(|(from, to)| from == at && to.col > from.col);
            (at.col, merged.map_or(at.col + EXPORT_BLOCK_WIDTH - 1, |(_, to)| to.col), *role)
        });
        unnamed.into_iter().chain(named).collect()
    }

    /// 単位 and 備考 stand between the 指標ID and the first block; which is which is told by their cells.
    fn read_sides(grid: &Grid, rows: &mut [FormRow], id_col: u32, first_block: u32) {
        let unit_col = (id_col + 1..first_block).max_by_key(|col| {
            let units = rows
                .iter()
                .filter(|row| grid.text(row.row, *col).is_some_and(|text| parse_unit(text).is_some()))
                .count();
            (units, u32::MAX - col)
        });
        for row in rows {
            for col in id_col + 1..first_block {
                let Some(text) = grid.get_merged(CellRef::new(row.row, col)).and_then(CellValue::as_text) else {
                    continue;
                };
                if Some(col) == unit_col {
                    row.unit = Some(text.to_owned());
                } else if !text.trim().is_empty() {
                    row.remark = Some(text.to_owned());
                }
            }
        }
    }
}
