//! Shapes of sheets that real programs write, each in a package made by hand.

use chiiki_sheet::fill;
use chiiki_sheet::fill::plan::{CellContent, FillPlan, InnerLink};

use super::{SHEET, Tiny, at, number, part, plan, text};

fn filled(sheet: &str, plan: &FillPlan) -> String {
    let bytes = fill::apply(Tiny::new(sheet).build(), plan).unwrap_or_else(|error| panic!("{error:?}")).bytes;
    let out = part(&bytes, "xl/worksheets/sheet1.xml");
    let (_, body) = out.split_once('>').unwrap();
    body.strip_suffix("</worksheet>").unwrap_or(body).to_owned()
}

/// Fills a sheet of the given rows.
fn rows(rows: &str, cells: &[(&str, CellContent)]) -> String {
    let out = filled(&format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"), &plan(SHEET, cells));
    out.trim_start_matches("<sheetData>").trim_end_matches("</sheetData>").to_owned()
}

#[test]
fn cells_and_rows_are_put_in_order() {
    let out = rows(
        "<row r=\"2\" spans=\"2:4\" ht=\"9\"><c r=\"B2\"/><c r=\"D2\"><v>4</v></c></row><row r=\"7\"/>",
        &[
            ("A1", number(1.0)),
            ("A2", number(2.0)),
            ("C2", number(3.0)),
            ("E2", number(5.0)),
            ("B4", number(4.0)),
            ("C7", number(7.0)),
            ("A9", number(9.0)),
        ],
    );
    assert_eq!(
        out,
        "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
         <row r=\"2\" spans=\"1:5\" ht=\"9\"><c r=\"A2\"><v>2</v></c><c r=\"B2\"/><c r=\"C2\"><v>3</v></c><c r=\"D2\"><v>4</v></c><c r=\"E2\"><v>5</v></c></row>\
         <row r=\"4\"><c r=\"B4\"><v>4</v></c></row>\
         <row r=\"7\"><c r=\"C7\"><v>7</v></c></row>\
         <row r=\"9\"><c r=\"A9\"><v>9</v></c></row>"
    );
}

#[test]
fn spans_stay_when_they_cover_the_new_cells() {
    let out = rows("<row r=\"1\" spans=\"1:3 5:9\"><c r=\"A1\"/></row>", &[("C1", number(1.0))]);
    assert!(out.contains("spans=\"1:3 5:9\""), "{out}");
    let out = rows("<row r=\"1\" spans=\"1:3 5:9\"><c r=\"A1\"/></row>", &[("D1", number(1.0))]);
    assert!(out.contains("spans=\"1:9\""), "{out}");
}

#[test]
fn an_empty_sheet_takes_cells() {
    let out = filled(
        "<worksheet><dimension ref=\"A1\"/><sheetData/><pageMargins/></worksheet>",
        &plan(SHEET, &[("B3", number(1.0))]),
    );
    assert_eq!(
        out,
        "<dimension ref=\"A1:B3\"/><sheetData><row r=\"3\"><c r=\"B3\"><v>1</v></c></row></sheetData><pageMargins/>"
    );
}

#[test]
fn cells_without_addresses_stay_without() {
    let out = rows(
        "<row><c><v>1</v></c><c s=\"4\"><v>2</v></c></row><row><c><v>3</v></c></row>",
        &[("B1", number(9.0)), ("C2", number(8.0))],
    );
    assert_eq!(
        out,
        "<row><c><v>1</v></c><c s=\"4\"><v>9</v></c></row><row><c><v>3</v></c><c r=\"C2\"><v>8</v></c></row>"
    );
}

#[test]
fn a_new_cell_takes_the_style_of_its_row_or_column() {
    let sheet = "<worksheet><cols><col min=\"2\" max=\"3\" width=\"9\" style=\"5\"/></cols><sheetData>\
                 <row r=\"1\" s=\"7\" customFormat=\"1\"/><row r=\"2\" s=\"8\"/></sheetData></worksheet>";
    let out = filled(
        sheet,
        &plan(
            SHEET,
            &[
                ("B1", number(1.0)),
                ("B2", number(1.0)),
                ("C3", number(1.0)),
                ("D3", number(1.0)),
                ("E3", CellContent::Blank),
            ],
        ),
    );
    assert!(out.contains("<c r=\"B1\" s=\"7\">") && out.contains("<c r=\"B2\" s=\"5\">"), "{out}");
    assert!(out.contains("<c r=\"C3\" s=\"5\"><v>1</v></c><c r=\"D3\"><v>1</v></c></row>"), "{out}");
}

#[test]
fn like_takes_the_style_as_it_stood_before() {
    let mut plan = FillPlan::default();
    let sheet = plan.sheet(SHEET);
    sheet.set_like(at("A1"), number(1.0), at("B1"));
    sheet.set_like(at("B1"), number(2.0), at("A1"));
    sheet.set_like(at("C1"), number(3.0), at("D1"));
    sheet.set_like(at("A2"), CellContent::Blank, at("B1"));
    let out = filled(
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"/><c s=\"2\" r=\"B1\"/><c r=\"C1\" s=\"3\"/></row></sheetData></worksheet>",
        &plan,
    );
    assert_eq!(
        out,
        "<sheetData><row r=\"1\"><c r=\"A1\" s=\"2\"><v>1</v></c><c r=\"B1\" s=\"1\"><v>2</v></c><c r=\"C1\"><v>3</v></c></row>\
         <row r=\"2\"><c r=\"A2\" s=\"2\"/></row></sheetData>"
    );
}

#[test]
fn attributes_that_describe_the_old_value_go() {
    let out = rows(
        "<row r=\"1\"><c r=\"A1\" s=\"1\" t=\"e\" vm=\"3\" ph=\"1\"><v>#VALUE!</v></c><c r=\"B1\" cm=\"1\"><f t=\"array\" ref=\"B1\">SUM(A1)</f><v>1</v></c>\
         <c r=\"C1\" cm=\"1\" t=\"str\"><f t=\"array\" ref=\"C1\">SUM(A1)</f><v>1</v></c></row>",
        &[("A1", number(1.0)), ("B1", number(2.0)), ("C1", CellContent::FormulaNumber(3.5))],
    );
    assert_eq!(
        out,
        "<row r=\"1\"><c r=\"A1\" s=\"1\" ph=\"1\"><v>1</v></c><c r=\"B1\"><v>2</v></c>\
         <c r=\"C1\" cm=\"1\"><f t=\"array\" ref=\"C1\">SUM(A1)</f><v>3.5</v></c></row>"
    );
}

#[test]
fn formulas_keep_their_text_and_get_values() {
    let out = rows(
        "<row r=\"1\"><c r=\"A1\"><f>B1&amp;\"\"</f></c><c r=\"B1\" t=\"e\"><f t=\"shared\" ref=\"B1:B2\" si=\"0\">A1/0</f><v>#DIV/0!</v></c></row>\
         <row r=\"2\"><c r=\"B2\"><f t=\"shared\" si=\"0\"/><v>0</v></c></row>",
        &[
            ("A1", CellContent::FormulaText("↑ 上回る <1>".to_owned())),
            ("B1", CellContent::FormulaNumber(1.0)),
            ("B2", number(2.0)),
        ],
    );
    assert_eq!(
        out,
        "<row r=\"1\"><c r=\"A1\" t=\"str\"><f>B1&amp;\"\"</f><v>↑ 上回る &lt;1&gt;</v></c>\
         <c r=\"B1\"><f t=\"shared\" ref=\"B1:B2\" si=\"0\">A1/0</f><v>1</v></c></row><row r=\"2\"><c r=\"B2\"><v>2</v></c></row>"
    );
}

#[test]
fn a_whole_shared_group_may_be_overwritten() {
    let out = rows(
        "<row r=\"1\"><c r=\"A1\"><f t=\"shared\" ref=\"A1:B1\" si=\"0\">C1</f></c><c r=\"B1\"><f t=\"shared\" si=\"0\"/></c></row>",
        &[("A1", number(1.0)), ("B1", number(2.0))],
    );
    assert_eq!(out, "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>2</v></c></row>");
}

#[test]
fn cells_that_an_array_formula_fills_take_values_of_formulas() {
    let out = rows(
        "<row r=\"1\"><c r=\"A1\"><f t=\"array\" ref=\"A1:B1\">C1:D1</f><v>0</v></c><c r=\"B1\"><v>0</v></c></row>",
        &[("A1", CellContent::FormulaNumber(1.0)), ("B1", CellContent::FormulaNumber(2.0))],
    );
    assert_eq!(
        out,
        "<row r=\"1\"><c r=\"A1\"><f t=\"array\" ref=\"A1:B1\">C1:D1</f><v>1</v></c><c r=\"B1\"><v>2</v></c></row>"
    );
}

#[test]
fn inline_strings_and_comments_around_cells() {
    let out = rows(
        "<!-- <c r=\"A1\"/> --><row r=\"1\">\n  <c r=\"A1\" t=\"inlineStr\"><is><r><t>&lt;/c&gt;</t></r></is></c>\n  <c r=\"B1\" t=\"inlineStr\"><is><t><![CDATA[</c>]]></t></is></c>\n</row>",
        &[("A1", text("新"))],
    );
    assert_eq!(
        out,
        "<!-- <c r=\"A1\"/> --><row r=\"1\">\n  <c r=\"A1\" t=\"inlineStr\"><is><t>新</t></is></c>\n  <c r=\"B1\" t=\"inlineStr\"><is><t><![CDATA[</c>]]></t></is></c>\n</row>"
    );
}

#[test]
fn covered_cells_lead_to_their_anchor() {
    let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"/><c r=\"B1\" s=\"2\"/></row></sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:B2\"/></mergeCells></worksheet>";
    let mut plan = plan(SHEET, &[("B2", text("中")), ("B1", CellContent::Blank)]);
    plan.sheet(SHEET).links.insert(at("B1"), InnerLink { location: "A9".to_owned(), tooltip: String::new() });
    let out = filled(sheet, &plan);
    assert!(
        out.contains(
            "<c r=\"A1\" s=\"1\" t=\"inlineStr\"><is><t>中</t></is></c><c r=\"B1\" s=\"2\"/></row></sheetData>"
        ),
        "{out}"
    );
    assert!(out.ends_with("</mergeCells><hyperlinks><hyperlink ref=\"A1\" location=\"A9\"/></hyperlinks>"), "{out}");
}

#[test]
fn rows_are_hidden_shown_and_given_heights() {
    let mut plan = FillPlan::default();
    let sheet = plan.sheet(SHEET);
    sheet.hide_rows = [(0, true), (1, false), (2, false), (3, true), (8, false)].into();
    sheet.row_heights = [(0, 20.25), (4, 500.0), (5, 15.0)].into();
    sheet.set(at("B1"), number(1.0));
    let out = filled(
        "<worksheet><sheetData><row r=\"1\" ht=\"15\"><c r=\"A1\"/></row><row r=\"2\" hidden=\"1\" x=\"y\"/><row r=\"3\" ht=\"0\" customHeight=\"1\"/>\
         <row r=\"4\" hidden=\"true\"/><row r=\"5\"/></sheetData></worksheet>",
        &plan,
    );
    assert_eq!(
        out,
        "<sheetData><row r=\"1\" ht=\"20.25\" customHeight=\"1\" hidden=\"1\"><c r=\"A1\"/><c r=\"B1\"><v>1</v></c></row><row r=\"2\" x=\"y\"/><row r=\"3\"/>\
         <row r=\"4\" hidden=\"true\"/><row r=\"5\" ht=\"409.5\" customHeight=\"1\"/><row r=\"6\" ht=\"15\" customHeight=\"1\"/></sheetData>"
    );
}
