//! The plan of 「比較と判定」: own value against every participant in the main year, with difference, ratio and verdict.
//!
//! Difference, ratio and verdict are formulas of the template; the plan writes the values they will show, because
//! nobody recalculates before a person opens the book.

use super::plan::{CellContent, SheetPlan};
use crate::compare::{ComparedRow, Comparison, Participant};
use crate::form::Role;
use crate::model::{CellRef, Datum};
use crate::notation::fold;
use crate::notation::wareki;
use crate::read::Grid;

/// Columns of a group: value, difference, ratio, verdict.
const GROUP: u32 = 4;

/// Behind the year of a row with few people.
const FEW: &str = " 少数";

/// Places of the sheet, found by its headings.
struct Places {
    id_col: u32,
    year_col: u32,
    own_col: u32,
    rank_col: u32,
    role_row: u32,
    /// First column of each group, in the order prefecture, nation, others
    groups: Vec<(Role, u32)>,
    /// id → row, and the prepared rows without id
    rows: Vec<(String, u32)>,
    spare: Vec<u32>,
}

/// Plans the sheet; an empty plan when the template has no such sheet of ours.
pub fn plan(grid: &Grid, comparison: &Comparison) -> SheetPlan {
    let mut sheet = SheetPlan::default();
    let own = comparison.participants.first().map(|own| own.area.name.as_str()).unwrap_or_default();
    let Some(places) = find(grid, own) else { return sheet };
    head(&mut sheet, grid, &places, comparison);
    let groups = groups_for(&places, comparison);
    for (role, col) in &places.groups {
        let used = comparison.participants.iter().any(|participant| participant.role == *role);
        for offset in 0..GROUP {
            sheet.hide_columns.insert(col + offset, !used);
        }
    }
    for &(who, col) in &groups {
        if let Some(participant) = comparison.participants.get(who) {
            head_group(&mut sheet, &places, participant, col);
        }
    }
    let mut spare = places.spare.iter().copied();
    for (index, row) in comparison.rows.iter().enumerate() {
        let known = places.rows.iter().find(|(id, _)| id == row.indicator.id.as_str()).map(|(_, row)| *row);
        let Some(sheet_row) = known.or_else(|| if row.added { spare.next() } else { None }) else { continue };
        sheet.hide_rows.insert(sheet_row, false);
        fill_row(&mut sheet, &places, comparison, (index, row), sheet_row, &groups, known.is_none());
    }
    for row in spare {
        sheet.hide_rows.insert(row, true);
    }
    sheet
}

/// In a sheet that was filled before, the own area's name stands in place of 「自地域」.
fn find(grid: &Grid, own: &str) -> Option<Places> {
    let heading = |word: &str| {
        grid.cells().iter().find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == word)).map(|cell| cell.at)
    };
    let id = heading("指標ID")?;
    let mut groups = Vec::new();
    let mut others = 0;
    for cell in grid.row(id.row) {
        let Some(text) = cell.value.as_text().map(fold) else { continue };
        if text.starts_with("都道府県平均") {
            groups.push((Role::Prefecture, cell.at.col));
        } else if text.starts_with("全国平均") {
            groups.push((Role::Nation, cell.at.col));
        } else if text.starts_with("比較地域") {
            groups.push((Role::Other(others), cell.at.col));
            others += 1;
        }
    }
    let bottom = grid.merges.iter().find(|(from, _)| *from == id).map_or(id.row, |(_, to)| to.row);
    let rows: Vec<(String, u32)> = grid
        .cells()
        .iter()
        .filter(|cell| cell.at.col == id.col && cell.at.row > bottom)
        .filter_map(|cell| Some((crate::form::id_in(cell.value.as_text()?)?, cell.at.row)))
        .collect();
    let last = rows.iter().map(|(_, row)| *row).max()?;
    // Prepared rows carry the formulas but no id.
    let own_col = heading("自地域").or_else(|| heading(&fold(own)).filter(|at| at.row == id.row))?.col;
    let verdict_col = groups.first()?.1 + GROUP - 1;
    let spare =
        (last + 1..=grid.extent()?.row).filter(|row| grid.get(CellRef::new(*row, verdict_col)).is_some()).collect();
    Some(Places {
        id_col: id.col,
        year_col: heading("年度")?.col,
        own_col,
        rank_col: heading("県内順位")?.col,
        role_row: id.row,
        groups,
        rows,
        spare,
    })
}

/// The column of every participant but own: its role's group, or one appended to the right.
fn groups_for(places: &Places, comparison: &Comparison) -> Vec<(usize, u32)> {
    let mut next = places.groups.iter().map(|(_, col)| col + GROUP).max().unwrap_or(places.own_col + 2);
    comparison
        .participants
        .iter()
        .enumerate()
        .skip(1)
        .map(|(who, participant)| {
            let col = places.groups.iter().find(|(role, _)| *role == participant.role).map(|(_, col)| *col);
            (
                who,
                col.unwrap_or_else(|| {
                    let col = next;
                    next += GROUP;
                    col
                }),
            )
        })
        .collect()
}

/// Why the main comparison is of this year; that it has all twelve months is said only where the files say so.
fn why_this_year(comparison: &Comparison, year: i32) -> &'static str {
    let months = comparison.years.iter().find(|shown| shown.year == year).and_then(|shown| shown.months);
    if months == Some(12) {
        "12か月分そろった、いちばん新しい年度"
    } else {
        "年の途中とされた年度を除く、いちばん新しい年度"
    }
}

fn head(sheet: &mut SheetPlan, grid: &Grid, places: &Places, comparison: &Comparison) {
    let title_row = grid.cells().first().map_or(0, |cell| cell.at.row);
    let own = comparison.participants.first().map(|own| own.area.name.as_str()).unwrap_or_default();
    let ranks = comparison.rank_note().unwrap_or_default();
    let few = if (0..comparison.rows.len()).any(|row| comparison.is_few(row)) {
        let least = comparison.thresholds.few_people;
        format!(
            "年度に「少数」とある指標は、受給者が1か月{least}人未満で数値が安定しないため、判定を根拠にしないでください。"
        )
    } else {
        String::new()
    };
    let line = match comparison.main_year {
        Some(year) => format!(
            "{own}　{}（{year}）の数値で比べています（{}）。自地域÷比べる地域 が {} 以上なら「上回る」、{} 以下なら「下回る」です。{few}{ranks}",
            wareki(year),
            why_this_year(comparison, year),
            comparison.thresholds.above,
            comparison.thresholds.below
        ),
        None => "12か月分そろった年度が無いため、比較と判定はしていません。".to_owned(),
    };
    sheet.set(CellRef::new(title_row + 1, 0), CellContent::Text(line));
    // The thresholds the formulas use stand right of their labels.
    for (label, value) in [("上回る", comparison.thresholds.above), ("下回る", comparison.thresholds.below)] {
        let cell = grid.cells().iter().take_while(|cell| cell.at.row < places.role_row).find(|cell| {
            cell.value.as_text().is_some_and(|text| fold(text).contains(label)) && next_number(grid, cell.at).is_some()
        });
        if let Some(at) = cell.and_then(|cell| next_number(grid, cell.at)) {
            sheet.set(at, CellContent::Number(value));
        }
    }
}

/// The first number right of a cell in its row.
fn next_number(grid: &Grid, at: CellRef) -> Option<CellRef> {
    grid.row(at.row).iter().find(|cell| cell.at.col > at.col && cell.value.as_number().is_some()).map(|cell| cell.at)
}

/// Groups beyond the template's own borrow the looks of its last group.
fn head_group(sheet: &mut SheetPlan, places: &Places, participant: &Participant, col: u32) {
    let name = CellContent::Text(participant.area.name.clone());
    let at = CellRef::new(places.role_row + 1, col);
    if places.groups.iter().any(|(_, known)| *known == col) {
        sheet.set(at, name);
        return;
    }
    let Some(like) = places.groups.last().map(|(_, col)| *col) else { return };
    sheet.set_like(at, name, CellRef::new(places.role_row + 1, like));
    let Role::Other(number) = participant.role else { return };
    let label = format!("比較地域{}", number + 1);
    sheet.set_like(CellRef::new(places.role_row, col), CellContent::Text(label), CellRef::new(places.role_row, like));
    for (offset, word) in ["値", "差", "比", "判定"].into_iter().enumerate() {
        let offset = offset as u32;
        sheet.set_like(
            CellRef::new(places.role_row + 2, col + offset),
            CellContent::Text(word.to_owned()),
            CellRef::new(places.role_row + 2, like + offset),
        );
    }
}

fn fill_row(
    sheet: &mut SheetPlan,
    places: &Places,
    comparison: &Comparison,
    (index, row): (usize, &ComparedRow),
    at: u32,
    groups: &[(usize, u32)],
    write_names: bool,
) {
    if write_names {
        sheet.set(CellRef::new(at, places.id_col.saturating_sub(1)), CellContent::Text(row.indicator.name.clone()));
        sheet.set(CellRef::new(at, places.id_col), CellContent::Text(row.indicator.id.to_string()));
        sheet.set(CellRef::new(at, places.id_col + 1), CellContent::Text(row.indicator.unit.to_string()));
    }
    let Some(year) = comparison.main_year else { return };
    // The verdict is a formula's and stays; that it is of few people stands in its row.
    let shown_year = if comparison.is_few(index) {
        CellContent::Text(format!("{year}{FEW}"))
    } else {
        CellContent::Number(f64::from(year))
    };
    sheet.set(CellRef::new(at, places.year_col), shown_year);
    let content = |who: usize| match row.figures.get(&(who, year)).map(|figure| figure.datum) {
        // The sheet's formulas must not compare a part of a year.
        Some(Datum::Value(_)) if row.whole(who, year).is_none() => CellContent::Text("※".to_owned()),
        Some(Datum::Value(value)) => CellContent::Number(value),
        Some(Datum::Missing(reason)) => CellContent::Text(reason.mark().to_owned()),
        None => CellContent::Text("－".to_owned()),
    };
    sheet.set(CellRef::new(at, places.own_col), content(0));
    let rank = row.rank.map_or_else(|| "－".to_owned(), |rank| rank.label());
    sheet.set(CellRef::new(at, places.rank_col), CellContent::Text(rank));
    for &(who, col) in groups {
        let versus = row.versus.get(&who);
        let number = |value: Option<f64>| {
            value.map_or_else(|| CellContent::FormulaText("－".to_owned()), CellContent::FormulaNumber)
        };
        let contents = [
            content(who),
            number(versus.map(|versus| versus.difference)),
            number(versus.and_then(|versus| versus.ratio)),
            CellContent::FormulaText(
                versus.and_then(|versus| versus.verdict).map_or("－", |verdict| verdict.label()).to_owned(),
            ),
        ];
        let own_group = places.groups.iter().any(|(_, known)| *known == col);
        let like = places.groups.last().map(|(_, col)| *col);
        for (offset, content) in contents.into_iter().enumerate() {
            let offset = offset as u32;
            let cell = CellRef::new(at, col + offset);
            match like {
                _ if own_group => sheet.set(cell, content),
                // Appended groups have no formulas: they show values.
                Some(like) => sheet.set_like(cell, as_value(content), CellRef::new(at, like + offset)),
                None => sheet.set(cell, as_value(content)),
            }
        }
    }
}

fn as_value(content: CellContent) -> CellContent {
    match content {
        CellContent::FormulaNumber(value) => CellContent::Number(value),
        CellContent::FormulaText(text) => CellContent::Text(text),
        plain => plain,
    }
}
