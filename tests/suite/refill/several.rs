//! Several insurers' sheets in one book: refilling one leaves the others as they are.

use std::io::{Cursor, Read, Write};

use chiiki_sheet::compare::Comparison;
use chiiki_sheet::explain::{Explanation, explain};
use chiiki_sheet::fill::meta_sheet::Meta;
use chiiki_sheet::fill::{StandardTemplate, fill_standard};
use chiiki_sheet::job::{FillRequest, understand};
use chiiki_sheet::model::{Area, CellRef};
use chiiki_sheet::read::{Limits, read_bytes};
use chiiki_sheet::refill::{Base, RefillOptions, Refilled, refill};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::doc::grid;
use super::{catalog, changed, comparison, day, evidence, fresh, request};

fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut data = String::new();
            entry.read_to_string(&mut data).unwrap();
            (entry.name().unwrap().into_owned(), data)
        })
        .collect()
}

/// The sheets of the second book behind those of the first, as Excel copies them: names numbered, texts inline. Charts
/// stay behind. With `record` its `_meta` comes along.
fn joined(first: &[u8], second: &[u8], record: bool) -> Vec<u8> {
    let (mut all, other) = (parts(first), parts(second));
    let strings = &other.iter().find(|(name, _)| name == "xl/sharedStrings.xml").unwrap().1;
    let items: Vec<&str> = strings.split("<si>").skip(1).map(|item| item.split_once("</si>").unwrap().0).collect();
    let (mut sheets, mut links, mut types) = (String::new(), String::new(), String::new());
    let names = ["地域分析・検討シート", "比較と判定", "グラフ", "点検", "検討メモ", "出典", "グラフ用データ", "_meta"];
    for (number, name) in (1..).zip(names) {
        if name == "グラフ" || (name == "_meta" && !record) {
            continue;
        }
        let text = &other.iter().find(|(part, _)| *part == format!("xl/worksheets/sheet{number}.xml")).unwrap().1;
        let mut inline = String::new();
        let mut pieces = text.split(" t=\"s\"");
        inline.push_str(pieces.next().unwrap());
        for piece in pieces {
            let (before, rest) = piece.split_once("<v>").unwrap();
            let (number, rest) = rest.split_once("</v>").unwrap();
            inline.push_str(&format!(
                " t=\"inlineStr\"{before}<is>{}</is>{rest}",
                items[number.parse::<usize>().unwrap()]
            ));
        }
        for name in names {
            inline = inline.replace(&format!("location=\"'{name}'!"), &format!("location=\"'{name} (2)'!"));
        }
        all.push((format!("xl/worksheets/sheet{}.xml", number + 50), inline));
        let state = if name == "_meta" { " state=\"veryHidden\"" } else { "" };
        sheets.push_str(&format!("<sheet name=\"{name} (2)\" sheetId=\"{0}\"{state} r:id=\"rIdX{0}\"/>", number + 50));
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
        links.push_str(&format!(
            "<Relationship Id=\"rIdX{0}\" Type=\"{kind}\" Target=\"worksheets/sheet{0}.xml\"/>",
            number + 50
        ));
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
        types.push_str(&format!(
            "<Override PartName=\"/xl/worksheets/sheet{}.xml\" ContentType=\"{kind}\"/>",
            number + 50
        ));
    }
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in all {
        let text = match name.as_str() {
            "xl/workbook.xml" => text.replace("</sheets>", &format!("{sheets}</sheets>")),
            "xl/_rels/workbook.xml.rels" => text.replace("</Relationships>", &format!("{links}</Relationships>")),
            "[Content_Types].xml" => text.replace("</Types>", &format!("{types}</Types>")),
            _ => text,
        };
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// みなと市's own sheet, with みほん市 beside it.
fn minato() -> Comparison {
    let request = FillRequest {
        own: "見本県みなと市".to_owned(),
        compare: vec!["見本県みほん市".to_owned()],
        ..request(2023, 2025, "")
    };
    understand(&request, evidence(), catalog()).unwrap().0
}

/// The sheets of みほん市 and みなと市 in one book, with a text on each.
pub fn book_of_two(first: &str, second: &str) -> Vec<u8> {
    let with_text = |bytes: &[u8], text: &str| {
        let mut doc = super::doc::Doc::open(bytes);
        doc.set_text("E14", text, false);
        doc.save()
    };
    joined(&with_text(&fresh(&comparison(2023, 2025)), first), &with_text(&fresh(&minato()), second), true)
}

fn refilled(bytes: &[u8], new: &Comparison) -> Refilled {
    let own: &Area = &new.participants[0].area;
    let base = Base::open_for("book.xlsx", bytes, own).unwrap();
    let options = RefillOptions { date: day(22), adopt: false, fixed_years: false };
    refill(&base, new, options, &[], &[], catalog(), StandardTemplate::shipped().unwrap()).unwrap()
}

fn larger(comparison: &Comparison) -> Comparison {
    changed(comparison.clone(), |_, _, _, value| value + 1.5)
}

fn own_figure(bytes: &[u8], sheet: &str) -> f64 {
    grid(bytes, sheet).get(CellRef::new(7, 6)).unwrap().as_number().unwrap()
}

/// Sheets whose cells differ between two books.
fn different(before: &[u8], after: &[u8]) -> Vec<String> {
    let book = |bytes: &[u8]| read_bytes("a.xlsx", bytes, &Limits::default()).unwrap().grids;
    let (was, is) = (book(before), book(after));
    is.iter()
        .filter(|grid| was.iter().find(|old| old.name == grid.name).is_none_or(|old| old.cells() != grid.cells()))
        .map(|grid| grid.name.to_string())
        .collect()
}

#[test]
fn refilling_one_insurer_leaves_the_other_untouched() {
    let (mihon, minato) = (comparison(2023, 2025), minato());
    let second = fill_standard(StandardTemplate::shipped().unwrap(), &minato, &[], day(1)).unwrap().bytes;
    let book = joined(&fresh(&mihon), &second, true);
    assert!(refilled(&book, &mihon).nothing_new);

    let one = refilled(&book, &larger(&mihon));
    assert!(one.changes.kept.is_empty() && !one.changes.revised.is_empty());
    let changed = different(&book, &one.bytes);
    assert!(changed.iter().all(|name| !name.ends_with("(2)")), "{changed:?}");
    assert!(changed.contains(&"地域分析・検討シート".to_owned()), "{changed:?}");

    let two = refilled(&one.bytes, &larger(&minato));
    assert!(two.changes.kept.is_empty() && !two.changes.revised.is_empty());
    let changed = different(&one.bytes, &two.bytes);
    assert!(changed.iter().all(|name| name.ends_with("(2)")), "{changed:?}");
    for name in ["地域分析・検討シート (2)", "比較と判定 (2)", "出典 (2)", "_meta (2)"] {
        assert!(changed.contains(&name.to_owned()), "{name} {changed:?}");
    }
    let was = own_figure(&book, "地域分析・検討シート (2)");
    assert_eq!(own_figure(&two.bytes, "地域分析・検討シート (2)"), was + 1.5);
    assert!(refilled(&two.bytes, &larger(&minato)).nothing_new);
    assert!(refilled(&two.bytes, &larger(&mihon)).nothing_new);
    // Each cell is explained by its own insurer's sources.
    let book = read_bytes("a.xlsx", &two.bytes, &Limits::default()).unwrap();
    for (sheet, area) in [("地域分析・検討シート", "見本県 みほん市"), ("地域分析・検討シート (2)", "見本県 みなと市")]
    {
        let Explanation::Figure(figure) = explain(&book, &format!("{sheet}!G8")).unwrap() else { panic!("{sheet}") };
        assert_eq!(figure.area, area);
        assert_eq!(figure.written, None, "{sheet}");
    }
}

#[test]
fn a_sheet_copied_without_its_record_gets_one_beside_the_others() {
    let (mihon, minato) = (comparison(2023, 2025), minato());
    let second = fill_standard(StandardTemplate::shipped().unwrap(), &minato, &[], day(1)).unwrap().bytes;
    let book = joined(&fresh(&mihon), &second, false);
    // Whose columns these are is told by the headings, as a fill does (`job`).
    let mut base = Base::open_for("book.xlsx", &book, &minato.participants[0].area).unwrap();
    assert_eq!(base.sheet_id(), None);
    base.set_areas(
        minato.participants.iter().map(|one| (one.role, (one.area.key().to_owned(), one.area.name.clone()))).collect(),
    );
    let options = RefillOptions { date: day(22), adopt: false, fixed_years: false };
    let first = refill(&base, &minato, options, &[], &[], catalog(), StandardTemplate::shipped().unwrap()).unwrap();
    let record = grid(&first.bytes, "_meta");
    let ids: Vec<String> = Meta::read_all(&record).unwrap().into_iter().map(|meta| meta.sheet_id).collect();
    assert_eq!(ids, [minato.participants[0].area.key(), mihon.participants[0].area.key()]);
    let next = refilled(&first.bytes, &larger(&minato));
    assert!(next.changes.kept.is_empty(), "{:?}", next.changes.kept.first());
    assert!(refilled(&next.bytes, &mihon).nothing_new, "the other insurer's record is whole");
}
