//! Packages as other programs write them: parts elsewhere, prefixes, damage, signatures.

use chiiki_sheet::fill;
use chiiki_sheet::template::package::{Package, SheetKind, Visibility};

use super::{SHEET, Tiny, fixture, number, part, plan};

const ROWS: &str = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData></worksheet>";

#[test]
fn sheets_and_names_of_a_real_book() {
    let package = Package::open(fixture("rich.xlsm")).unwrap();
    let sheets: Vec<_> =
        package.sheets().iter().map(|sheet| (sheet.name.as_str(), sheet.visibility, sheet.kind)).collect();
    assert_eq!(
        sheets,
        [
            ("地域分析・検討シート", Visibility::Visible, SheetKind::Worksheet),
            ("推移", Visibility::Visible, SheetKind::Worksheet),
            ("コード表", Visibility::Hidden, SheetKind::Worksheet),
            ("_meta", Visibility::VeryHidden, SheetKind::Worksheet),
            ("グラフ専用", Visibility::Visible, SheetKind::Chartsheet),
        ]
    );
    assert_eq!(package.sheets()[4].part, "xl/chartsheets/sheet1.xml");
    let local = package.defined_names().iter().find(|name| name.name == "局所名").unwrap();
    assert_eq!((local.sheet, local.text.as_str(), local.hidden), (Some(0), "$A$1", false));
    assert!(package.defined_names().iter().any(|name| name.name == "_xlnm._FilterDatabase" && name.hidden));
    assert!(package.shared_strings().unwrap().contains(&"都道府県平均".to_owned()));
    assert!(!package.date1904());
}

#[test]
fn parts_are_found_wherever_relationships_lead() {
    let tiny = Tiny::new(ROWS)
        .moved("xl/workbook.xml", "Buch/Arbeit.xml")
        .moved("xl/_rels/workbook.xml.rels", "Buch/_rels/Arbeit.xml.rels")
        .moved("xl/worksheets/sheet1.xml", "elsewhere/Blatt.xml")
        .edit("_rels/.rels", "\"xl/workbook.xml\"", "\"/buch/arbeit.XML\"")
        .edit("Buch/_rels/Arbeit.xml.rels", "\"worksheets/sheet1.xml\"", "\"../elsewhere/Blatt.xml\"")
        .edit("Buch/Arbeit.xml", "<sheets>", "<workbookPr date1904=\"true\"/><sheets>");
    let package = Package::open(tiny.build()).unwrap();
    assert!(package.date1904());
    assert_eq!(package.sheets()[0].part, "elsewhere/Blatt.xml");
    let out = fill::apply(tiny.build(), &plan(SHEET, &[("A1", number(2.0))])).unwrap();
    assert!(part(&out.bytes, "elsewhere/Blatt.xml").contains("<c r=\"A1\"><v>2</v></c>"));
    assert!(part(&out.bytes, "Buch/Arbeit.xml").contains("<calcPr fullCalcOnLoad=\"1\"/>"));
}

#[test]
fn prefixed_workbooks_of_business_systems_are_filled_in_their_own_prefix() {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let sheet = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><x:worksheet xmlns:x=\"{main}\"><x:sheetData><x:row r=\"1\">\
         <x:c r=\"A1\" s=\"0\" t=\"s\"><x:v>0</x:v></x:c><x:c r=\"C1\"><x:v>3</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    );
    let tiny = Tiny::new(ROWS).part("xl/worksheets/sheet1.xml", &sheet).part(
        "xl/workbook.xml",
        &format!(
            "\u{feff}<x:workbook xmlns:x=\"{main}\" xmlns:q=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
             <x:sheets><x:sheet name=\"{SHEET}\" sheetId=\"1\" q:id=\"s\"/></x:sheets></x:workbook>"
        ),
    )
    .part("xl/sharedStrings.xml", &format!("<x:sst xmlns:x=\"{main}\"><x:si><x:t>古い</x:t></x:si></x:sst>"))
    .edit("xl/_rels/workbook.xml.rels", "</Relationships>", "<Relationship Id=\"t\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/></Relationships>");
    let out =
        fill::apply(tiny.build(), &plan(SHEET, &[("A1", number(2.0)), ("B1", super::text("中")), ("A9", number(9.0))]));
    let out = out.unwrap().bytes;
    let expected = sheet
        .replace(
            "<x:c r=\"A1\" s=\"0\" t=\"s\"><x:v>0</x:v></x:c>",
            "<x:c r=\"A1\" s=\"0\"><x:v>2</x:v></x:c><x:c r=\"B1\" t=\"inlineStr\"><x:is><x:t>中</x:t></x:is></x:c>",
        )
        .replace("</x:sheetData>", "<x:row r=\"9\"><x:c r=\"A9\"><x:v>9</x:v></x:c></x:row></x:sheetData>");
    assert_eq!(part(&out, "xl/worksheets/sheet1.xml"), expected);
    assert!(part(&out, "xl/sharedStrings.xml").ends_with("<x:si><x:t/></x:si></x:sst>"));
    assert!(part(&out, "xl/workbook.xml").starts_with("\u{feff}<x:workbook "));
    assert!(part(&out, "xl/workbook.xml").ends_with("</x:sheets><x:calcPr fullCalcOnLoad=\"1\"/></x:workbook>"));
}

#[test]
fn what_cannot_be_filled_safely_is_refused() {
    let utf16: Vec<u8> = "\u{feff}<worksheet/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, Tiny); 7] = [
        ("signed", Tiny::new(ROWS).part("_xmlsignatures/sig1.xml", "<Signature/>")),
        ("part-encoding", Tiny::new(ROWS).raw("xl/worksheets/sheet1.xml", utf16)),
        (
            "part-encoding",
            Tiny::new("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><worksheet><sheetData/></worksheet>"),
        ),
        ("damaged", Tiny::new("<worksheet><sheetData><row r=\"1\"></sheetData></worksheet>")),
        ("damaged", Tiny::new("<worksheet><sheetData><row r=\"1\">")),
        ("damaged", Tiny::new("<worksheet><sheetData><row r=\"2\"/><row r=\"1\"/></sheetData></worksheet>")),
        ("no-workbook", Tiny::new(ROWS).moved("_rels/.rels", "other.rels")),
    ];
    for (code, tiny) in cases {
        let error = fill::apply(tiny.build(), &plan(SHEET, &[("A1", number(1.0))])).unwrap_err();
        assert_eq!(error.code, code, "{}", error.message);
        assert!(error.message.ends_with('。') || error.message.ends_with("）。"), "{}", error.message);
        assert!(!error.hint.is_empty());
    }
    let book = Tiny::new(ROWS).build();
    for cut in [10, book.len() / 2, book.len() - 5] {
        assert_eq!(Package::open(&book[..cut]).unwrap_err().code, "damaged", "cut at {cut}");
    }
}

#[test]
fn a_damaged_book_never_panics() {
    let book = fixture("std.xlsx");
    let planned = plan("地域分析・検討シート", &[("A1", number(1.0)), ("D5", super::text("x"))]);
    let mut refused = 0;
    for position in (0..book.len()).step_by(97) {
        let mut broken = book.clone();
        broken[position] ^= 0x5a;
        refused += usize::from(fill::apply(broken, &planned).is_err());
    }
    assert!(refused > 0);
}
