//! 備考 of the form: what it says of the months of a year is brought up to date where the system or this product wrote it.
//! A person's words stay, and where they contradict the figures now, that is told.

use std::collections::BTreeMap;

use super::Base;
use super::blocks::Blocks;
use super::headings::put;
use crate::diagnostic::{Diagnostic, Place};
use crate::fill::plan::{CellContent, SheetPlan};
use crate::fill::words::remark_of_row;
use crate::model::CellRef;
use crate::notation::{fold, parse_remark, wareki};
use crate::read::{CellValue, Grid};

/// Cells named in one message.
const NAMED: usize = 5;

/// Plans 備考 of all rows.
pub(super) fn plan(base: &Base, grid: &Grid, blocks: &Blocks, sheet: &mut SheetPlan) -> Option<Diagnostic> {
    let first = base.map.rows.first().map_or(0, |row| row.row);
    let col = grid
        .cells()
        .iter()
        .take_while(|cell| cell.at.row < first)
        .find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "備考"))
        .map(|cell| cell.at.col)?;
    let mut contradicted = Vec::new();
    for row in &base.map.rows {
        let Some(compared) = blocks.comparison.rows.iter().find(|known| known.indicator.id.as_str() == row.id) else {
            continue;
        };
        let said = remark_of_row(compared, &blocks.comparison.years);
        let at = CellRef::new(row.row, col);
        let there = grid.get(at).map(CellValue::display).unwrap_or_default();
        if there.trim().is_empty() {
            if !said.is_empty() && base.last.is_some() {
                put(grid, sheet, at, said);
            }
            continue;
        }
        // 認定率 stands for a day: its 備考 speaks of years that have no figure yet.
        let of_a_day = row.id.starts_with('B');
        let has_figure = |year: i32| compared.value(0, year).is_some();
        // Columns of other years are left alone, and so is what is said of them.
        let shown = |year: i32| blocks.comparison.years.iter().any(|shown| shown.year == year);
        let stays = |year: i32| !shown(year) || of_a_day && !has_figure(year);
        let mut standing = part_years(&there);
        standing.retain(|year, _| !stays(*year));
        let wanted = part_years(&said);
        if standing == wanted {
            continue;
        }
        match rewritten(&there, &said, stays) {
            Some(text) if text.is_empty() => sheet.set(at, CellContent::Blank),
            Some(text) => put(grid, sheet, at, text),
            None => {
                let year = standing
                    .iter()
                    .chain(&wanted)
                    .find(|(year, months)| standing.get(year) != Some(*months) || wanted.get(year) != Some(*months));
                contradicted.extend(year.map(|(year, _)| (at, *year)));
            }
        }
    }
    let (first, year) = contradicted.first()?;
    let cells: Vec<String> = contradicted.iter().take(NAMED).map(|(at, _)| at.to_string()).collect();
    let more = match contradicted.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("ほか{more}件"),
    };
    Some(
        Diagnostic::warning(
            "remark-contradicts",
            format!(
                "備考に手で書かれた文があるため、{}の月数についての文を、今の数値に合わせて直せませんでした（{}{more}）。",
                wareki(*year),
                cells.join("、")
            ),
        )
        .hint("備考の月数が今の数値と合っているか、確かめて直してください。")
        .at(Place::cell(base.name.clone(), base.map.sheet.to_string(), *first)),
    )
}

/// The years a 備考 speaks of as parts, with their months; `None`: it does not say how many.
fn part_years(text: &str) -> BTreeMap<i32, Option<u8>> {
    let remark = parse_remark(text);
    let parts =
        remark.years.into_iter().filter(|year| year.months < 12).map(|year| (year.form_year, Some(year.months)));
    parts.chain(remark.doubtful.into_iter().map(|year| (year, None))).collect()
}

/// The 備考 with what it says of part-years exchanged; `None` when a person's words are in it.
fn rewritten(there: &str, said: &str, stays: impl Fn(i32) -> bool) -> Option<String> {
    let mut lines = Vec::new();
    for line in there.split(['、', '\n']).map(str::trim).filter(|line| !line.is_empty()) {
        match sentence(line)? {
            Sentence::Part(year) if !stays(year) => {}
            Sentence::Part(_) | Sentence::Day => lines.push(line),
        }
    }
    lines.extend(said.split('、').filter(|part| !part.is_empty()));
    let joint = if there.contains('\n') { "\n" } else { "、" };
    Some(lines.join(joint))
}

/// A sentence of the system or of this product.
enum Sentence {
    /// Of the months of a year: 「令和8年度：令和8年3月サービス提供分のみ」, 「令和8年度：年度途中のため表示されません」
    Part(i32),
    /// Of a day: 「令和7年度：令和8年3月末時点」
    Day,
}

fn sentence(line: &str) -> Option<Sentence> {
    let (era, said) = line.split_once("年度：").or_else(|| line.split_once("年度は"))?;
    if !(era.starts_with("令和") || era.starts_with("平成")) || said.contains('。') {
        return None;
    }
    if said.ends_with("時点") {
        return Some(Sentence::Day);
    }
    let known = ["月サービス提供分のみ", "月サービス提供分", "年途中の可能性", "年度途中のため表示されません"];
    let year = part_years(line).into_keys().next()?;
    known.iter().any(|end| said.ends_with(end)).then_some(Sentence::Part(year))
}

#[cfg(test)]
mod tests {
    use super::rewritten;

    #[test]
    fn only_sentences_of_the_system_and_of_ours_are_exchanged() {
        let none = |_| false;
        let new = "令和9年度は令和9年3月サービス提供分のみ";
        for (there, after) in [
            ("令和8年度は令和8年3月サービス提供分のみ", Some(new.to_owned())),
            ("令和8年度：令和8年3月サービス提供分のみ", Some(new.to_owned())),
            ("令和7年度は年途中の可能性、令和8年度は令和8年3月～令和8年5月サービス提供分", Some(new.to_owned())),
            (
                "令和7年度：令和8年3月末時点\n令和8年度：年度途中のため表示されません",
                Some(format!("令和7年度：令和8年3月末時点\n{new}")),
            ),
            ("令和8年度は令和8年3月サービス提供分のみ。要確認", None),
            ("令和8年度は令和8年3月サービス提供分のみ、会議で確認", None),
            ("会議で確認", None),
        ] {
            assert_eq!(rewritten(there, new, none), after, "{there}");
        }
        let day = "令和7年度：令和8年3月末時点\n令和8年度：年度途中のため表示されません";
        assert_eq!(rewritten(day, "", |year| year == 2026).as_deref(), Some(day));
        assert_eq!(rewritten("令和8年度は年途中の可能性", "", none).as_deref(), Some(""));
    }
}
