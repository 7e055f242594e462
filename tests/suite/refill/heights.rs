//! Rows people write in are as high as their texts need, unless people set the height.

use std::process::Command;

use chiiki_sheet::catalog::Block;
use chiiki_sheet::fill::StandardTemplate;
use chiiki_sheet::fill::plan::RichText;
use chiiki_sheet::model::{CellRef, EntryField};
use chiiki_sheet::refill::{Incoming, into_standard};

use super::doc::{Doc, grid};
use super::programs::has;
use super::{catalog, changed, comparison, fresh, refilled};

/// Rows from zero: the field of 考察, that of 確認・検証方法 and 自由記述 of the first block, nine rows each.
const FIRST: u32 = 13;
const SECOND: u32 = 23;
const FREE: u32 = 33;
const CLOSING: f64 = 6.0;

fn height(doc: &Doc, row: u32) -> f64 {
    doc.rows[&row].0.split(" ht=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
}

/// The rows of a field that are seen, with their heights.
fn seen(doc: &Doc, first: u32) -> Vec<f64> {
    (first..first + 9).filter(|row| !doc.rows[row].0.contains("hidden=")).map(|row| height(doc, row)).collect()
}

#[test]
fn a_long_text_gets_room_and_a_height_people_set_stays() {
    let before = comparison(2023, 2025);
    let new = changed(before.clone(), |_, _, _, value| value + 0.5);
    let mut doc = Doc::open(&fresh(&before));
    // 自由記述 over the whole width, 考察 on the right, 確認・検証方法 left as it is.
    doc.set_text("A34", &"あ".repeat(1_200), false);
    doc.set_text("E14", &"い".repeat(700), false);
    let (was, free) = (height(&doc, FIRST), height(&doc, FREE));
    let after = refilled(&doc.save(), &new, false);
    let now = Doc::open(&after.bytes);
    // 81 characters of full width a line, 17.5 points each.
    assert_eq!(seen(&now, FREE), [(1_200f64 / 81.0).ceil() * 17.5 + 8.0 - CLOSING, CLOSING]);
    assert!(height(&now, FREE) > free && height(&now, FIRST) > was);
    assert_eq!(seen(&now, SECOND), seen(&doc, SECOND));
    // Set by hand afterwards: stays, whatever is written.
    let mut doc = now.clone();
    let (attributes, _) = doc.rows.get_mut(&FREE).unwrap();
    *attributes = attributes.replace(&format!("ht=\"{}\"", height(&now, FREE)), "ht=\"60\"");
    doc.set_text("A34", "短い", false);
    doc.set_text("E14", "短い", false);
    let newer = changed(new, |_, _, _, value| value + 0.5);
    let last = Doc::open(&refilled(&doc.save(), &newer, false).bytes);
    assert_eq!(height(&last, FREE), 60.0);
    // What this product had made high becomes low again.
    assert!(height(&last, FIRST) < height(&now, FIRST));
}

#[test]
fn three_thousand_characters_take_spare_rows_and_give_them_back() {
    let before = comparison(2023, 2025);
    let mut doc = Doc::open(&fresh(&before));
    let low = seen(&doc, SECOND);
    assert_eq!(low.len(), 2, "{low:?}");
    doc.set_text("A24", &"う".repeat(3_000), false);
    let new = changed(before, |_, _, _, value| value + 0.5);
    let after = refilled(&doc.save(), &new, false);
    let now = Doc::open(&after.bytes);
    // 37 characters of full width a line: 82 lines of 17.5 points.
    let rows = seen(&now, SECOND);
    assert!(rows.iter().sum::<f64>() >= 82.0 * 17.5 + 8.0, "{rows:?}");
    assert!(rows.len() == 8 && rows.iter().all(|row| *row <= 250.0), "rows break over pages: {rows:?}");
    assert!(!after.diagnostics.iter().any(|told| told.code == "text-higher-than-a-row"));
    // The same once more finds them right, and nothing new.
    let same = refilled(&after.bytes, &new, false);
    assert!(same.nothing_new);
    // Shorter again: the spare rows go.
    let mut doc = now;
    doc.set_text("A24", "短い", false);
    let newer = changed(new, |_, _, _, value| value + 0.5);
    let last = refilled(&doc.save(), &newer, false);
    assert_eq!(seen(&Doc::open(&last.bytes), SECOND), low);
}

#[test]
fn in_a_book_made_before_a_text_no_row_can_hold_is_told() {
    let before = comparison(2023, 2025);
    let mut doc = Doc::open(&fresh(&before));
    // One row a field, as it was.
    doc.tail = doc.tail.replace("A24:D32", "A24:D24").replace("E24:AH32", "E24:AH24");
    let (attributes, _) = doc.rows.get_mut(&SECOND).unwrap();
    *attributes = attributes.replace("ht=\"140.25\"", "ht=\"146.25\"");
    doc.set_text("A24", &"う".repeat(3_000), false);
    let after = refilled(&doc.save(), &changed(before, |_, _, _, value| value + 0.5), false);
    assert_eq!(height(&Doc::open(&after.bytes), SECOND), 409.0);
    let told = after.diagnostics.iter().find(|told| told.code == "text-higher-than-a-row").unwrap();
    assert!(told.message.contains("3000文字") && told.place.cell.as_deref() == Some("A24"));
}

#[test]
fn a_long_text_of_an_earlier_book_gets_room_in_a_new_one() {
    let before = comparison(2023, 2025);
    let incoming = [Incoming {
        book: None,
        file: "前の年.xlsx".to_owned(),
        sheet: "分析".to_owned(),
        cell: CellRef::new(40, 0),
        block: Some(Block::CertificationRate.title().to_owned()),
        field: Some(EntryField::Verification),
        may_be_draft: false,
        content: RichText::plain(&"え".repeat(3_000)),
    }];
    let template = StandardTemplate::shipped().unwrap();
    let new = fresh(&before);
    let low = seen(&Doc::open(&new), SECOND);
    let moved = into_standard(new, &incoming, catalog(), template).unwrap();
    assert_eq!((moved.placed, moved.left, moved.diagnostics.len()), (1, 0, 0));
    let now = Doc::open(&moved.bytes);
    assert!(seen(&now, SECOND).iter().sum::<f64>() >= 82.0 * 17.5 + 8.0);
    // The height is on record: it is the product's to change.
    let mut doc = now;
    doc.set_text("A24", "短い", false);
    let after = refilled(&doc.save(), &changed(before, |_, _, _, value| value + 0.5), false);
    assert_eq!(seen(&Doc::open(&after.bytes), SECOND), low);
}

/// One word of a page with its upper and lower edge.
struct Word {
    page: usize,
    top: f64,
    bottom: f64,
    text: String,
}

fn words(pdf: &std::path::Path) -> Vec<Word> {
    let output = Command::new("pdftotext").arg("-bbox").arg(pdf).arg("-").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut page = 0;
    let mut words = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("<page ") {
            page += 1;
        }
        let Some(rest) = line.strip_prefix("<word ") else { continue };
        let number = |name: &str| -> f64 {
            let (_, rest) = rest.split_once(&format!("{name}=\"")).unwrap();
            rest.split_once('"').unwrap().0.parse().unwrap()
        };
        let (_, text) = rest.split_once('>').unwrap();
        let text = text.split_once("</word>").unwrap().0.to_owned();
        words.push(Word { page, top: number("yMin"), bottom: number("yMax"), text });
    }
    words
}

/// The last word of the text stands above the next heading on paper: nothing of it is cut off.
#[test]
fn three_thousand_characters_are_printed_whole() {
    if !has("soffice", &["--version"]) || !has("pdftotext", &["-v"]) {
        return;
    }
    let before = comparison(2023, 2025);
    let mut doc = Doc::open(&fresh(&before));
    let mut text: String = (0..499).map(|number| format!("第{number:03}文。")).collect();
    text.push_str("これでおわり");
    assert_eq!(text.chars().count(), 3_000);
    doc.set_text("A24", &text, false);
    let after = refilled(&doc.save(), &changed(before, |_, _, _, value| value + 0.5), false);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("long.xlsx"), &after.bytes).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", dir.path().join("profile").display());
    let output = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "pdf", "long.xlsx"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let words = words(&dir.path().join("long.pdf"));
    let end = words.iter().filter(|word| word.text.contains("おわり")).max_by_key(|word| word.page).unwrap();
    let next = words.iter().find(|word| word.page >= end.page && word.text.starts_with("自由記述")).unwrap();
    assert!(next.page > end.page || next.top > end.bottom, "{} {} against {}", end.page, end.bottom, next.top);
    // Every sentence is on paper above the lower margin (A3 across: 842 points, 36 of them margin).
    let seen: String = words
        .iter()
        .filter(|word| word.page <= end.page && word.bottom < 806.0)
        .map(|word| word.text.as_str())
        .collect();
    let missing = (0..499).filter(|number| !seen.contains(&format!("第{number:03}文"))).count();
    assert_eq!(missing, 0, "sentences are not on paper");
}

/// A sheet copied out of its book has no record of drafts: figures of its year must not come to stand in this year's
/// field, and words somebody may have added must not be lost.
#[test]
fn an_old_draft_without_a_record_goes_to_the_handover_sheet() {
    let old = fresh(&comparison(2023, 2024));
    let mut book = chiiki_sheet::read::read_bytes("去年.xlsx", &old, &chiiki_sheet::read::Limits::default()).unwrap();
    book.grids.retain(|grid| &*grid.name != "_meta");
    let incoming = Incoming::of_book(&book, &old, catalog(), |_| true);
    assert!(incoming.iter().any(|one| one.may_be_draft && one.content.text.contains("令和6年度")), "{incoming:?}");
    let new = fresh(&comparison(2023, 2025));
    let drafted = Doc::open(&new);
    let template = StandardTemplate::shipped().unwrap();
    let moved = into_standard(new, &incoming, catalog(), template).unwrap();
    assert_eq!((moved.placed, moved.left), (0, incoming.len()));
    assert_eq!(Doc::open(&moved.bytes).cell("A14"), drafted.cell("A14"));
    let handed = grid(&moved.bytes, "引継ぎ");
    assert!(handed.cells().iter().any(|cell| cell.value.display() == incoming[0].content.text));
}
