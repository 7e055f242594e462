//! The plan of 「点検」.

use super::form_sheet::FigureCells;
use super::list_sheet::ListSheet;
use super::plan::{CellContent, SheetPlan};
use crate::compare::{Caution, CautionKind, Comparison};
use crate::form::{FormMap, Role};
use crate::model::CellRef;
use crate::read::Grid;

/// The sheet.
pub const CAUTION_SHEET: &str = "点検";
/// Characters a line of each column holds.
const WIDTHS: [usize; 6] = [4, 8, 10, 20, 43, 32];

/// Plans the list; `None` when the book has no such sheet.
pub fn plan(
    grid: &Grid,
    form: &str,
    map: &FormMap,
    comparison: &Comparison,
    cautions: &[Caution],
    cells: &FigureCells,
) -> Option<SheetPlan> {
    let mut list = ListSheet::below(grid, "番号")?;
    let like = list.style_row;
    let text = |text: &str| CellContent::Text(text.to_owned());
    let marked = cautions.iter().filter(|caution| caution.marks()).count();
    let own = comparison.participants.first().map(|own| own.area.name.as_str()).unwrap_or_default();
    let line = match cautions.len() {
        0 => format!("{own}　確かめることは見つかりませんでした。"),
        count => format!(
            "{own}　{count}件（うち「要確認」「注意」として様式に印を付けたもの、または年度に※があるもの {marked}件）"
        ),
    };
    list.sheet.set(CellRef::new(1, 0), text(&line));
    if cautions.is_empty() {
        list.push(
            like,
            vec![
                text("－"),
                text("－"),
                text("－"),
                text("－"),
                text("確かめることは見つかりませんでした。"),
                text(""),
            ],
            &WIDTHS,
        );
    }
    for (number, caution) in (1u32..).zip(cautions) {
        let at = place(map, comparison, caution, cells).or_else(|| on_form(form, caution));
        let shown = match (at, &caution.place.cell, &caution.place.file) {
            (Some(at), ..) => match caution.figures.len() {
                0 | 1 => at.to_string(),
                count => format!("{at} ほか{}", count - 1),
            },
            (None, Some(cell), Some(_)) => format!("元の {cell}"),
            (None, _, Some(_)) => "ファイル".to_owned(),
            _ => "－".to_owned(),
        };
        let mut message = caution.message.clone();
        if let Some(file) = &caution.place.file
            && !message.contains(file.as_str())
        {
            message = format!("『{file}』：{message}");
        }
        let row = list.push(
            like,
            vec![
                CellContent::Number(f64::from(number)),
                text(caution.level.label()),
                text(caution.kind.label()),
                text(&shown),
                text(&message),
                text(&caution.hint),
            ],
            &WIDTHS,
        );
        if let Some(at) = at {
            list.link(CellRef::new(row, 3), form, at);
        }
    }
    Some(list.sheet)
}

/// The cell of the form itself that is spoken of: of what people wrote there, or what stayed there.
fn on_form(form: &str, caution: &Caution) -> Option<CellRef> {
    let of_form = matches!(caution.kind, CautionKind::HandWritten | CautionKind::Gone);
    let cell = caution.place.cell.as_deref().filter(|_| of_form && caution.place.sheet.as_deref() == Some(form))?;
    CellRef::parse(cell)
}

/// The first figure's cell, or the place a figure would have, or the heading of a year.
fn place(map: &FormMap, comparison: &Comparison, caution: &Caution, cells: &FigureCells) -> Option<CellRef> {
    let column = |role: Role, year: i32| {
        let block = map.block(role)?;
        if let Some((col, _)) = block.years.iter().find(|(_, known)| **known == year) {
            return Some(*col);
        }
        // A fresh form has no years yet: they are put from its left edge.
        let place = comparison.years.iter().position(|shown| shown.year == year)?;
        Some(block.first_col + u32::try_from(place).ok()?).filter(|col| *col <= block.last_col)
    };
    if let Some(&(row, who, year)) = caution.figures.first() {
        if let Some(at) = cells.get(&(row, who, year)) {
            return Some(*at);
        }
        let id = comparison.rows.get(row)?.indicator.id.as_str();
        let sheet_row = map.rows.iter().find(|known| known.id == id)?.row;
        return Some(CellRef::new(sheet_row, column(comparison.participants.get(who)?.role, year)?));
    }
    Some(CellRef::new(map.year_row, column(Role::Own, caution.year?)?))
}
