//! What is refused: a sentence that names the cell, and nothing written.

use chiiki_sheet::fill;
use chiiki_sheet::fill::plan::{CellContent, FillPlan};

use super::{SHEET, Tiny, at, fixture, number, plan, text};

const SHEET_XML: &str = "<worksheet><sheetData>\
    <row r=\"1\"><c r=\"A1\"><f t=\"shared\" ref=\"A1:A2\" si=\"3\">B1</f></c><c r=\"C1\"><f t=\"array\" ref=\"C1:D2\">E1:F2</f></c><c r=\"D1\"><v>0</v></c></row>\
    <row r=\"2\"><c r=\"A2\"><f t=\"shared\" si=\"3\"/></c></row></sheetData>\
    <mergeCells><mergeCell ref=\"A5:B6\"/></mergeCells></worksheet>";

#[test]
fn each_refusal_names_the_cell() {
    let long = CellContent::Text("あ".repeat(32_768));
    let cases: Vec<(&str, &str, Vec<(&str, CellContent)>)> = vec![
        ("shared-formula", "A1", vec![("A1", number(1.0))]),
        ("array-formula", "C1", vec![("C1", number(1.0))]),
        ("array-formula", "D2", vec![("D2", text("x"))]),
        ("array-formula", "D1", vec![("D1", CellContent::Blank)]),
        ("formula-missing", "B9", vec![("B9", CellContent::FormulaNumber(1.0))]),
        ("not-a-number", "B9", vec![("B9", number(f64::NAN))]),
        ("not-a-number", "B9", vec![("A9", number(1.0)), ("B9", number(f64::NEG_INFINITY))]),
        ("text-too-long", "B9", vec![("B9", long)]),
        ("merged-conflict", "B6", vec![("A5", number(1.0)), ("B6", number(2.0))]),
    ];
    for (code, cell, cells) in cases {
        let error = fill::apply(Tiny::new(SHEET_XML).build(), &plan(SHEET, &cells)).unwrap_err();
        assert_eq!(error.code, code, "{}", error.message);
        assert!(error.message.contains(&format!("『{SHEET}』の {cell} ")), "{}", error.message);
        assert_eq!(error.place.cell.as_deref(), Some(cell));
        assert_eq!(error.place.sheet.as_deref(), Some(SHEET));
        assert!(!error.hint.is_empty());
    }
}

#[test]
fn the_longest_text_counts_as_excel_counts() {
    let longest =
        |text: String| fill::apply(Tiny::new(SHEET_XML).build(), &plan(SHEET, &[("B9", CellContent::Text(text))]));
    assert!(longest("あ".repeat(32_767)).is_ok());
    // 𠮷 counts two; a line end of two characters becomes one.
    assert!(longest("𠮷".repeat(16_383) + "a").is_ok());
    assert_eq!(longest("𠮷".repeat(16_384)).unwrap_err().code, "text-too-long");
    assert!(longest("a\r\n".repeat(16_383)).is_ok());
}

#[test]
fn absent_and_cell_less_sheets_are_refused() {
    let error = fill::apply(fixture("rich.xlsx"), &plan("ない", &[("A1", number(1.0))])).unwrap_err();
    assert_eq!((error.code, error.place.sheet.as_deref()), ("sheet-missing", Some("ない")));
    let error = fill::apply(fixture("rich.xlsx"), &plan("グラフ専用", &[("A1", number(1.0))])).unwrap_err();
    assert_eq!(error.code, "no-worksheet");
    let mut plan = FillPlan::default();
    plan.print_areas.insert("推移".to_owned(), "A1 から".to_owned());
    assert_eq!(fill::apply(fixture("rich.xlsx"), &plan).unwrap_err().code, "print-area");
}

#[test]
fn headings_of_a_table_are_refused_because_excel_would_repair_the_book() {
    let error = fill::apply(fixture("rich.xlsx"), &plan("推移", &[("B1", text("R8年度"))])).unwrap_err();
    assert_eq!((error.code, error.place.cell.as_deref()), ("table-header", Some("B1")));
    assert!(fill::apply(fixture("rich.xlsx"), &plan("推移", &[("B2", number(1.0))])).is_ok());
}

#[test]
fn heights_that_are_no_numbers_and_cells_off_the_sheet_are_refused() {
    let mut plan = FillPlan::default();
    plan.sheet(SHEET).row_heights.insert(3, f64::NAN);
    assert_eq!(fill::apply(Tiny::new(SHEET_XML).build(), &plan).unwrap_err().code, "row-height");
    let mut plan = FillPlan::default();
    plan.sheet(SHEET).set(chiiki_sheet::model::CellRef::new(1 << 20, 0), number(1.0));
    assert_eq!(fill::apply(Tiny::new(SHEET_XML).build(), &plan).unwrap_err().code, "cell-outside");
    assert!(fill::apply(Tiny::new(SHEET_XML).build(), &super::plan(SHEET, &[("XFD1048576", number(1.0))])).is_ok());
    assert_eq!(at("XFD1048576").row, (1 << 20) - 1);
}
