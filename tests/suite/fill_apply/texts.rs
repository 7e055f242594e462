//! Texts as people write them, read back by two foreign readers.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chiiki_sheet::fill;

use super::{SHEET, Tiny, fixture, plan, python, text};

const TEXTS: [&str; 12] = [
    "]]> <b>&amp;</b> \"quoted\" 'x'",
    "  前後に空白  ",
    "1行目\n2行目\n\n4行目\n",
    "\tタブ\tと  二つの空白",
    "𠮷野家 髙﨑 葛󠄀城",
    "👨‍👩‍👧‍👦 🙂",
    "=1+1",
    "000001",
    "ﾊﾝｶｸ　全角空白　",
    "a\u{85}b\u{2028}c",
    "<![CDATA[x]]>",
    "{{保険者名}}",
];

fn cells() -> Vec<(String, &'static str)> {
    TEXTS.iter().enumerate().map(|(row, text)| (format!("B{}", row + 70), *text)).collect()
}

fn filled() -> Vec<u8> {
    let cells: Vec<_> = cells();
    let cells: Vec<_> = cells.iter().map(|(address, value)| (address.as_str(), text(value))).collect();
    fill::apply(fixture("std.xlsx"), &plan("推移", &cells)).unwrap().bytes
}

#[test]
fn calamine_reads_every_text_as_it_was_written() {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(filled())).unwrap();
    let range = book.worksheet_range("推移").unwrap();
    for (address, wanted) in cells() {
        let cell = super::at(&address);
        assert_eq!(range.get_value((cell.row, cell.col)), Some(&Data::String(wanted.to_owned())), "{address}");
    }
}

#[test]
fn openpyxl_reads_every_text_as_it_was_written() {
    let Some(book) = python("xlsx_read_back.py", &filled(), "xlsx") else { return };
    for (address, wanted) in cells() {
        // openpyxl takes every text that begins with = for a formula, in any file.
        if !wanted.starts_with('=') {
            assert_eq!(book["推移"][&address][0], *wanted, "{address}");
        }
    }
}

#[test]
fn characters_xml_cannot_hold_are_replaced_and_reported() {
    let book = Tiny::new("<worksheet><sheetData/></worksheet>").build();
    let filled =
        fill::apply(book, &plan(SHEET, &[("A1", text("a\u{0}b\u{b}c\u{fffe}")), ("B1", text("よい"))])).unwrap();
    let mut read: Xlsx<_> = Xlsx::new(Cursor::new(filled.bytes.as_slice())).unwrap();
    let range = read.worksheet_range(SHEET).unwrap();
    assert_eq!(range.get_value((0, 0)), Some(&Data::String("a\u{fffd}b\u{fffd}c\u{fffd}".to_owned())));
    let [note] = filled.notes.as_slice() else { panic!("{:?}", filled.notes) };
    assert_eq!((note.code, note.place.cell.as_deref()), ("characters-replaced", Some("A1")));
    assert!(note.message.contains("3 個"), "{}", note.message);
}

#[test]
fn what_excel_would_read_as_an_escape_is_kept_as_text() {
    let book = Tiny::new("<worksheet><sheetData/></worksheet>").build();
    let filled = fill::apply(book, &plan(SHEET, &[("A1", text("型番_x0041_と_x000D_"))])).unwrap();
    let sheet = super::part(&filled.bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("型番_x005F_x0041_と_x005F_x000D_"), "{sheet}");
}
