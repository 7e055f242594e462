//! How much of a year each column of the form covers: what 備考 and the marks over the columns say, and years that may
//! still be under way.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Place};
use crate::form::{FormBlock, FormMap, FormRow};
use crate::layout::month_notes;
use crate::model::CellRef;
use crate::notation::{parse_remark, wareki};
use crate::read::{Book, CellValue, Grid};

/// Sheets this product puts into every book it fills.
const OWN_SHEETS: [&str; 2] = ["比較と判定", "出典"];

/// The months each form year covers, by 備考: of the row itself, else of the sheet. `None`: it speaks of months of this
/// year in words that are not understood.
#[derive(Default)]
pub(super) struct MonthsByYear {
    sheet: BTreeMap<i32, Option<u8>>,
    rows: BTreeMap<u32, BTreeMap<i32, Option<u8>>>,
    /// Years whose heading bears a mark, 「2025※」, that no 備考 explains
    marked: BTreeSet<i32>,
    /// The first words that put each year in doubt, with their row
    doubts: BTreeMap<i32, (u32, String)>,
}

impl MonthsByYear {
    /// What the form says of the months of its years.
    pub(super) fn read(grid: &Grid, map: &FormMap) -> Self {
        let newest = newest_filled_year(grid, map);
        let mut all = Self::default();
        for row in &map.rows {
            let Some(text) = &row.remark else { continue };
            let remark = parse_remark(text);
            let mut said: BTreeMap<i32, Option<u8>> =
                remark.years.into_iter().map(|year| (year.form_year, Some(year.months))).collect();
            let unnamed = newest.filter(|_| remark.doubtful_year_unnamed);
            // What is not understood of 認定率, which stands for a day, says nothing of the months of services.
            for year in remark.doubtful.into_iter().chain(unnamed).filter(|_| !row.id.starts_with('B')) {
                said.insert(year, None);
                all.doubts.entry(year).or_insert_with(|| (row.row, text.clone()));
            }
            if said.is_empty() {
                continue;
            }
            // Of differing remarks the fewest months win, and none known before any: a part-year must never pass for a whole one.
            for (&year, &months) in &said {
                let entry = all.sheet.entry(year).or_insert(months);
                *entry = (*entry).min(months);
            }
            if !row.id.starts_with('B') {
                all.rows.insert(row.row, said);
            }
        }
        // 「2025※」 refers to a note: where 備考 does not say what of, the year is in doubt.
        for block in &map.blocks {
            for (&col, &year) in &block.years {
                let rows = map.year_row.saturating_sub(1)..=map.year_row;
                let mut texts = rows.filter_map(|row| grid.get_merged(CellRef::new(row, col))?.as_text());
                if let Some(text) =
                    texts.find(|text| text.contains(['※', '＊', '*'])).filter(|_| !all.sheet.contains_key(&year))
                {
                    all.sheet.insert(year, None);
                    all.marked.insert(year);
                    all.doubts.insert(year, (map.year_row, text.to_owned()));
                }
            }
        }
        all
    }

    /// 認定率 stands for a day, not for months: only its own 備考 counts for it. A mark over a column holds for every row of
    /// services whose own 備考 does not speak of the year.
    pub(super) fn of(&self, row: &FormRow, year: i32) -> Option<Option<u8>> {
        if let Some(own) = self.rows.get(&row.row) {
            return own.get(&year).copied().or_else(|| self.marked.contains(&year).then_some(None));
        }
        if row.id.starts_with('B') { None } else { self.sheet.get(&year).copied() }
    }
}

/// The newest year of the own block with a figure.
fn newest_filled_year(grid: &Grid, map: &FormMap) -> Option<i32> {
    let own = map.blocks.iter().find(|block| !block.years.is_empty())?;
    let filled = |col: &u32| map.rows.iter().any(|row| grid.get(CellRef::new(row.row, *col)).is_some());
    own.years.iter().filter(|(col, _)| filled(col)).map(|(_, year)| *year).max()
}

/// The newest year with a 認定率 but no 調整済み認定率 may still be under way (sheet-form: 「年途中の可能性」). A sheet this
/// product filled says what it knows of months itself; there, an adjusted rate may be wanting because no file had it.
pub(super) fn provisional_years(book: &Book, grid: &Grid, map: &FormMap, block: &FormBlock) -> Vec<i32> {
    // Its hidden record is not among the grids that are read.
    if OWN_SHEETS.iter().all(|name| book.grids.iter().any(|grid| &*grid.name == *name)) {
        return Vec::new();
    }
    let row_of = |id: &str| map.rows.iter().find(|row| row.id == id).map(|row| row.row);
    let (Some(raw), Some(adjusted)) = (row_of("B4-a"), row_of("B5-a")) else { return Vec::new() };
    let Some((&col, &year)) = block.years.iter().max_by_key(|(_, year)| **year) else { return Vec::new() };
    let number = |row: u32| grid.get(CellRef::new(row, col)).and_then(CellValue::as_number).is_some();
    if number(raw) && !number(adjusted) { vec![year] } else { Vec::new() }
}

pub(super) fn report_part_years(
    book: &Book,
    grid: &Grid,
    map: &FormMap,
    months: &MonthsByYear,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(own) = map.blocks.iter().find(|block| !block.years.is_empty()) else { return };
    for (&col, &year) in &own.years {
        let place = Place::cell(book.file.name.clone(), grid.name.to_string(), CellRef::new(map.year_row, col));
        match months.sheet.get(&year) {
            Some(None) => {
                let (row, text) = months.doubts.get(&year).map_or((0, ""), |(row, text)| (*row, text.as_str()));
                diagnostics.push(
                    Diagnostic::warning(
                        "part-year-unclear",
                        format!(
                            "{}が何か月分の数値か、{}行目の備考「{}」から読み取れませんでした。1年分と確かめられないため、主な比較には使いません。",
                            wareki(year),
                            row + 1,
                            month_notes::shortened(text)
                        ),
                    )
                    .hint(month_notes::HINT)
                    .at(place),
                );
            }
            Some(Some(months)) if *months < 12 => diagnostics.push(
                Diagnostic::info(
                    "part-year",
                    format!("{}は{months}か月分の数値です。主な比較には使いません。", wareki(year)),
                )
                .at(place),
            ),
            Some(_) => {}
            None if provisional_years(book, grid, map, own).contains(&year) => diagnostics.push(
                Diagnostic::warning(
                    "maybe-part-year",
                    format!(
                        "{}は調整済み認定率がまだ無いため、年途中の可能性があります。主な比較には使いません。",
                        wareki(year)
                    ),
                )
                .hint("備考に書かれた月数を確かめてください。")
                .at(place),
            ),
            None => {}
        }
    }
}
