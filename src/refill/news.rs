//! 「更新内容」: what the last refill changed, and below it what those before it did. Files dropped one by one are as many
//! refills; who opens the book afterwards wants to know of all of them.

use std::collections::BTreeSet;

use super::carry::{List, Sheet};
use super::changes::{Change, Changes};
use super::companions::show_rows;
use super::handover::Item;
use super::{Base, NEWS_SHEET};
use crate::fill::entry_rows::height_of;
use crate::fill::list_sheet::lines_of;
use crate::fill::plan::{CellContent, CellEdit, CellStyle, FillPlan, Look, NewSheet, SheetPlan};
use crate::fill::wrote;
use crate::model::{CellRef, Date};
use crate::notation::wareki;

const HEADINGS: [(&str, f64); 10] = [
    ("区分", 16.0),
    ("指標ID", 9.0),
    ("指標名", 30.0),
    ("地域", 20.0),
    ("年度", 17.0),
    ("前の値", 12.0),
    ("新しい値", 12.0),
    ("セル", 8.0),
    ("前の出典", 36.0),
    ("新しい出典・説明", 44.0),
];
const HEADING_ROW: u32 = 3;
/// What names a row: kind, indicator, area and year; of several updates the values and the explanation, too.
const KEYS: &[&[u32]] = &[&[0, 1, 3, 4, 5, 6, 9], &[0, 1, 3, 4]];
/// 区分 of the line that heads an earlier update, and the column that says which.
const EARLIER: &str = "前の更新";
const EXPLAINED: usize = 9;
/// 区分 of rows that stay when their update is no longer the last: a figure that came new and one a person keeps are not
/// different from before, and what no file says is listed anew each time.
const LASTING: [&str; 4] = [EARLIER, "年度の列", "文章の見直し", "変わった"];
/// Said where updates before those on the list are left out.
const CUT: &str = "これより前の更新は、控えのファイルの「更新内容」にあります。";
/// Rows of earlier updates kept at most.
const MOST_EARLIER: usize = 500;

/// What is written on the sheet, but for the line that counts.
pub(super) struct News {
    name: String,
    /// It stands already
    stands: bool,
    sheet: SheetPlan,
    /// People's words that have to make room
    pub items: Vec<Item>,
    /// Marks of what is written
    pub wrote: BTreeSet<u32>,
}

/// Prepares the sheet: a new one, or ours rewritten. A sheet of a person's that has the name stays.
pub(super) fn prepare(base: &Base, changes: &Changes) -> News {
    let (name, existing) = free_or_ours(base, NEWS_SHEET);
    let mut sheet = SheetPlan::default();
    let standing = existing.and_then(|_| base.grid(&name));
    let list = List { heading: HEADING_ROW, left: 0, width: HEADINGS.len() as u32, keys: KEYS, signed: None };
    let people = standing.map(|grid| Sheet { base, grid, pristine: None, list: Some(list) });
    let mut rows = rows(changes);
    rows.extend(people.as_ref().map(earlier).unwrap_or_default());
    let end = HEADING_ROW + 1 + rows.len() as u32;
    for (row, texts) in (HEADING_ROW + 1..).zip(rows) {
        for (col, text) in (0..).zip(texts) {
            let content = if text.is_empty() { CellContent::Blank } else { CellContent::Text(text) };
            sheet.set_like(CellRef::new(row, col), content, CellRef::new(HEADING_ROW + 1, col));
        }
    }
    fit_rows(&mut sheet, &HEADINGS);
    let wrote = wrote::of_plan(&sheet);
    let mut news = News { name, stands: false, sheet, items: Vec::new(), wrote };
    let Some(people) = people else { return news };
    news.stands = true;
    for cell in people.grid.cells().iter().filter(|cell| cell.at.row >= end && cell.at.col < HEADINGS.len() as u32) {
        if people.may_clear(cell) {
            news.sheet.cells.insert(cell.at, CellEdit { content: CellContent::Blank, style: CellStyle::Keep });
        }
    }
    base.keep_row_looks(&news.name, HEADING_ROW, &mut news.sheet);
    show_rows(HEADING_ROW, &mut news.sheet);
    news.items = people.carry(&mut news.sheet);
    news
}

/// Plans the sheet with the line that counts.
pub(super) fn plan(base: &Base, news: News, changes: &Changes, date: Date, plan: &mut FillPlan) {
    let owner = base.owner.as_ref().map_or_else(String::new, |owner| format!("{owner}　"));
    let columns = changes.columns.iter().filter(|change| change.from.is_some()).count();
    let more = [
        ("動かした・外した年度の列", columns),
        ("移した文章", changes.moved),
        ("引継ぎに載せた文章", changes.handed_over),
    ];
    let more: String =
        more.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("、{what} {count}件")).collect();
    let line = format!(
        "{owner}{}年{}月{}日の更新　新しい数値 {}件、変わった数値 {}件、資料に無くなった数値 {}件、未確認 {}件、見直したい文章 {}件{more}",
        date.year,
        date.month,
        date.day,
        changes.new.len(),
        changes.revised.len(),
        changes.gone.len(),
        changes.kept.len(),
        changes.mentions.len()
    );
    let at = CellRef::new(1, 0);
    let News { name, stands, mut sheet, .. } = news;
    if stands {
        sheet.set(at, CellContent::Text(line));
        plan.sheets.insert(name, sheet);
        return;
    }
    let mut new = to_new_sheet(name, sheet, HEADING_ROW, &HEADINGS);
    new.cells.insert(CellRef::new(0, 0), (CellContent::Text(NEWS_SHEET.to_owned()), Look::Title));
    new.cells.insert(at, (CellContent::Text(line), Look::Plain));
    plan.new_sheets.push(new);
}

/// The updates the sheet tells of as it stands, the newest first: each headed by its counting line.
fn earlier(people: &Sheet<'_>) -> Vec<[String; 10]> {
    let grid = people.grid;
    let mut rows = vec![headed(grid.text(1, 0).unwrap_or_default())];
    for cells in grid.rows().filter(|cells| cells.first().is_some_and(|cell| cell.at.row > HEADING_ROW)) {
        let mut line: [String; 10] = Default::default();
        for cell in cells.iter().filter(|cell| !people.is_theirs(cell)) {
            if let Some(text) = line.get_mut(cell.at.col as usize) {
                *text = cell.value.display();
            }
        }
        if LASTING.iter().any(|kind| line.first().is_some_and(|first| first == kind)) {
            rows.push(line);
        }
    }
    if rows.len() > MOST_EARLIER {
        // Whole updates only: the last one that fits is the one before which another begins.
        let is_head = |row: &[String; 10]| row.first().is_some_and(|kind| kind == EARLIER);
        let end = rows.get(..=MOST_EARLIER).and_then(|rows| rows.iter().rposition(is_head)).unwrap_or(0);
        rows.truncate(end);
        rows.push(headed(CUT));
    }
    rows
}

/// The line over an earlier update.
fn headed(explained: &str) -> [String; 10] {
    let mut line: [String; 10] = Default::default();
    for (cell, text) in [(0, EARLIER), (EXPLAINED, explained)] {
        if let Some(cell) = line.get_mut(cell) {
            text.clone_into(cell);
        }
    }
    line
}

fn rows(changes: &Changes) -> Vec<[String; 10]> {
    let row = |kind: &str, change: &Change, note: Option<String>| {
        [
            kind.to_owned(),
            change.indicator.clone(),
            change.name.clone(),
            change.area.clone(),
            format!("{}（{}）", wareki(change.year), change.year),
            change.old.clone().unwrap_or_default(),
            change.new.clone().unwrap_or_default(),
            change.cell.clone(),
            change.old_source.clone().unwrap_or_default(),
            note.or_else(|| change.new_source.clone()).unwrap_or_default(),
        ]
    };
    let mut rows = Vec::new();
    for change in &changes.columns {
        let column = |name: &Option<String>| name.as_ref().map(|name| format!("{name}列")).unwrap_or_default();
        let note = match (&change.from, &change.to) {
            (None, _) => "年度の列を加えました。",
            (Some(_), Some(_)) => "この年度の数値を、別の列に移しました。",
            (Some(_), None) => "表示期間に無いため、この列から外しました。",
        };
        let mut line: [String; 10] = Default::default();
        let texts = [
            (0, "年度の列".to_owned()),
            (3, change.area.clone()),
            (4, format!("{}（{}）", wareki(change.year), change.year)),
            (5, column(&change.from)),
            (6, column(&change.to)),
            (9, note.to_owned()),
        ];
        for (col, text) in texts {
            if let Some(cell) = line.get_mut(col) {
                *cell = text;
            }
        }
        rows.push(line);
    }
    for mention in &changes.mentions {
        let note = format!(
            "{} の文章に「{}」とあります。前の値と同じ数のため、見直してください（文章は変えていません）。",
            mention.cell, mention.number
        );
        let mut line = row("文章の見直し", &mention.of, Some(note));
        if let Some(cell) = line.get_mut(7) {
            cell.clone_from(&mention.cell);
        }
        rows.push(line);
    }
    let kept = |change: &Change| {
        change.new_source.as_ref().map(|source| format!("手で書かれた値を残しました。新しい数値の出典：{source}"))
    };
    rows.extend(changes.kept.iter().map(|change| row("未確認", change, kept(change))));
    rows.extend(changes.revised.iter().map(|change| row("変わった", change, None)));
    let gone = "いまの資料に無いため、前の数値を残しました。".to_owned();
    rows.extend(changes.gone.iter().map(|change| row("資料に無い", change, Some(gone.clone()))));
    rows.extend(changes.new.iter().map(|change| row("新しい", change, None)));
    if rows.is_empty() {
        let mut line: [String; 10] = Default::default();
        if let Some(first) = line.first_mut() {
            "変わった数値はありません".clone_into(first);
        }
        rows.push(line);
    }
    rows
}

/// The name for a sheet of ours: one that is ours already (its first cell says so), else one that is free.
pub(super) fn free_or_ours(base: &Base, wanted: &str) -> (String, Option<()>) {
    let mut name = wanted.to_owned();
    for number in 2..100 {
        let taken = base
            .compiled
            .package()
            .sheets()
            .iter()
            .find(|sheet| sheet.name.to_lowercase() == name.to_lowercase())
            .map(|sheet| sheet.name.clone());
        let Some(taken) = taken else { return (name, None) };
        let ours = base.grid(&taken).is_some_and(|grid| grid.text(0, 0) == Some(wanted));
        if ours {
            return (taken, Some(()));
        }
        name = format!("{wanted} ({number})");
    }
    (name, None)
}

/// Gives rows whose texts take several lines the height for them: not every program fits rows when it opens a book.
pub(super) fn fit_rows(plan: &mut SheetPlan, headings: &[(&str, f64)]) {
    for (at, edit) in &plan.cells {
        let text = match &edit.content {
            CellContent::Text(text) => text,
            CellContent::Rich(rich) => &rich.text,
            _ => continue,
        };
        let Some((_, width)) = headings.get(at.col as usize) else { continue };
        // A character of full width takes two of the column's, and a little more in wide fonts.
        let width = (width / 2.2) as usize;
        if lines_of(text, width) > 1 {
            let height = plan.row_heights.entry(at.row).or_default();
            *height = height.max(height_of(text, width));
        }
    }
}

/// A plan's cells as a sheet of its own, under headings.
pub(super) fn to_new_sheet(name: String, plan: SheetPlan, heading_row: u32, headings: &[(&str, f64)]) -> NewSheet {
    let SheetPlan { cells, row_heights, .. } = plan;
    let mut new = NewSheet { name, frozen_rows: heading_row + 1, row_heights, ..NewSheet::default() };
    new.cells = cells.into_iter().map(|(at, edit)| (at, (edit.content, Look::Wrapped))).collect();
    for (col, (heading, width)) in headings.iter().enumerate() {
        let at = CellRef::new(heading_row, col as u32);
        new.cells.insert(at, (CellContent::Text((*heading).to_owned()), Look::Heading));
        new.widths.insert(at.col, *width);
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_get_the_height_of_their_longest_text() {
        let mut plan = SheetPlan::default();
        let mut set = |row: u32, text: &str| {
            plan.set(CellRef::new(row, 8), CellContent::Text(text.to_owned()));
            plan.set(CellRef::new(row, 9), CellContent::Text("短い".to_owned()));
        };
        set(4, "B4-a_認定率（要介護度別）_時系列.xlsx 「表形式（時系列）」 G3");
        set(5, "一行");
        fit_rows(&mut plan, &HEADINGS);
        assert!(plan.row_heights.get(&4).is_some_and(|height| *height > 35.0), "{:?}", plan.row_heights);
        assert!(!plan.row_heights.contains_key(&5), "one line needs nothing");

        let heights = plan.row_heights.clone();
        let new = to_new_sheet("更新内容".to_owned(), plan, HEADING_ROW, &HEADINGS);
        assert_eq!(new.row_heights, heights);
    }
}
