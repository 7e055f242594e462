//! The plan of 「検討メモ」: for every deviation what may be behind it and which data would tell, beside the steps of the
//! guide.

use super::form_sheet::FigureCells;
use super::list_sheet::ListSheet;
use super::plan::{CellContent, SheetPlan};
use crate::compare::{Comparison, Hint, HintBlock, Verdict};
use crate::form::Role;
use crate::model::CellRef;
use crate::notation::wareki;
use crate::read::Grid;

/// The sheet.
pub const MEMO_SHEET: &str = "検討メモ";
/// Characters a line of each column holds.
const WIDTHS: [usize; 5] = [8, 25, 27, 25, 22];

/// Plans the list; `None` when the book has no such sheet.
pub fn plan(
    grid: &Grid,
    form: &str,
    comparison: &Comparison,
    hints: &[Hint],
    cells: &FigureCells,
) -> Option<SheetPlan> {
    let mut list = ListSheet::below(grid, "場所")?;
    // The second row below the heading shows how titles within the list look.
    let (like, like_title) = (list.style_row, list.style_row + 1);
    let text = |text: &str| CellContent::Text(text.to_owned());
    let own = comparison.participants.first().map(|own| own.area.name.as_str()).unwrap_or_default();
    let year = comparison.main_year.map_or_else(|| "比べられる年度なし".to_owned(), wareki);
    list.sheet.set(
        CellRef::new(1, 0),
        text(&format!(
            "{own}　{year}　全国平均の{}倍以上・{}倍以下の指標についての手がかり（目安は本ソフトのもので、国の基準ではありません）",
            comparison.thresholds.above, comparison.thresholds.below
        )),
    );
    for block in [HintBlock::Certification, HintBlock::Recipients, HintBlock::PerRecipient] {
        let mut title = vec![text(block.title())];
        title.extend((1..5).map(|_| CellContent::Blank));
        let row = list.push(like_title, title, &[]);
        list.sheet.row_heights.insert(row, 22.0);
        let mut none = true;
        for hint in hints.iter().filter(|hint| hint.block == block) {
            none = false;
            let at = comparison.main_year.and_then(|year| cells.get(&(hint.row, 0, year)));
            let contents = vec![
                text(&at.map_or_else(|| "－".to_owned(), ToString::to_string)),
                text(&hint.fact),
                text(&hint.candidates),
                text(&hint.checks),
                text(&hint.question),
            ];
            let row = list.push(like, contents, &WIDTHS);
            if let Some(at) = at {
                list.link(CellRef::new(row, 0), form, *at);
            }
        }
        if none {
            let fact = if deviates(comparison, block) {
                "目安を超える違いはありますが、手がかりの表に当てはまるものはありません。「比較と判定」を見てください。"
            } else {
                "全国平均と比べて、目安を超える違いはありません。"
            };
            list.push(like, vec![text("－"), text(fact), text(""), text(""), text("")], &WIDTHS);
        }
    }
    Some(list.sheet)
}

fn deviates(comparison: &Comparison, block: HintBlock) -> bool {
    let Some(nation) = comparison.participants.iter().position(|participant| participant.role == Role::Nation) else {
        return false;
    };
    comparison
        .rows
        .iter()
        .filter(|row| row.indicator.block.is_some_and(|of| of.title() == block.title()))
        .filter_map(|row| row.versus.get(&nation)?.verdict)
        .any(|verdict| verdict != Verdict::Similar)
}
