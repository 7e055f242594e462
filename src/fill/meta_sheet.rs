//! The plan of the very hidden `_meta` sheet: what this product wrote last, for the next refill's three-way check.

use super::form_sheet::FigureCells;
use super::plan::{CellContent, SheetPlan};
use crate::compare::Comparison;
use crate::form::Role;
use crate::model::{CellRef, Date, Datum};

/// Name of the sheet.
pub const META_SHEET: &str = "_meta";
/// Layout of the sheet; a newer one is not touched.
pub const META_SCHEMA: f64 = 1.0;

/// The name of a role in `_meta` and in JSON.
pub fn role_id(role: Role) -> String {
    match role {
        Role::Own => "own".to_owned(),
        Role::Prefecture => "prefecture".to_owned(),
        Role::Nation => "nation".to_owned(),
        Role::Other(number) => format!("other{}", number + 1),
    }
}

/// Rows of `_meta`, each with its kind in column A:
/// `chiiki-sheet meta 1` · `sheet <id>` · `area <role> <key> <name>` · `run <id> <date> <version>` ·
/// `value <指標ID> <role> <year> <number or mark> <cell as first written>`.
pub fn plan(form: &str, run: &str, date: Date, comparison: &Comparison, cells: &FigureCells) -> SheetPlan {
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
    push(vec![text("sheet"), text(form), text(&sheet_id(comparison))]);
    push(vec![text("run"), text(run), text(&date.to_string()), text(env!("CARGO_PKG_VERSION"))]);
    for participant in &comparison.participants {
        push(vec![
            text("area"),
            text(&role_id(participant.role)),
            text(participant.area.key()),
            text(&participant.area.name),
        ]);
    }
    for (&(index, who, year), at) in cells {
        let (Some(compared), Some(participant)) = (comparison.rows.get(index), comparison.participants.get(who)) else {
            continue;
        };
        let Some(figure) = compared.figures.get(&(who, year)) else { continue };
        push(vec![
            text("value"),
            text(compared.indicator.id.as_str()),
            text(&role_id(participant.role)),
            CellContent::Number(f64::from(year)),
            match figure.datum {
                Datum::Value(value) => CellContent::Number(value),
                Datum::Missing(reason) => text(reason.mark()),
            },
            text(&at.to_string()),
        ]);
    }
    sheet
}

/// Which sheet this is, whatever file it lies in: the own area.
pub fn sheet_id(comparison: &Comparison) -> String {
    comparison.participants.first().map(|own| own.area.key().to_owned()).unwrap_or_default()
}
