//! The standard template as bytes. Whoever fills it finds everything by 指標ID and headings, never by address.

mod chart_data;
mod charts;
mod comparison;
mod form;
mod indicators;
mod lists;
mod look;
mod polish;
mod sources;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

/// The sheet whose very hidden cells tell a sheet of ours from any other.
const META_SHEET: &str = "_meta";
/// Raised when a reader of an older `_meta` could go wrong.
const META_SCHEMA: u32 = 1;

/// Makes the template; the same source gives the same bytes.
pub fn build() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_default_format(&look::normal(), look::NORMAL_ROW_PIXELS, look::NORMAL_COLUMN_PIXELS)?;
    // The clock must not show in the bytes.
    let created = ExcelDateTime::from_ymd(2026, 11, 1)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(form::TITLE)
            .set_subject(form::SUBTITLE)
            .set_author("chiiki-sheet")
            .set_creation_datetime(&created),
    );
    form::add(&mut workbook)?;
    comparison::add(&mut workbook)?;
    charts::add(&mut workbook)?;
    lists::add_cautions(&mut workbook)?;
    lists::add_hints(&mut workbook)?;
    sources::add(&mut workbook)?;
    chart_data::add(&mut workbook)?;
    add_meta(&mut workbook)?;
    polish::charts(workbook.save_to_buffer()?)
}

fn add_meta(workbook: &mut Workbook) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(META_SHEET)?;
    sheet.write_string(0, 0, "chiiki-sheet")?;
    sheet.write_string(0, 1, "meta")?;
    sheet.write_number(0, 2, META_SCHEMA)?;
    sheet.set_very_hidden(true);
    Ok(())
}
