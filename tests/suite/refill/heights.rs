//! Rows people write in are as high as their texts need, unless people set the height.

use super::doc::Doc;
use super::{changed, comparison, fresh, refilled};

fn height(doc: &Doc, row: u32) -> f64 {
    doc.rows[&row].0.split("ht=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
}

#[test]
fn a_long_text_gets_room_and_a_height_people_set_stays() {
    let before = comparison(2023, 2025);
    let new = changed(before.clone(), |_, _, _, value| value + 0.5);
    let mut doc = Doc::open(&fresh(&before));
    // 自由記述 of the first block over the whole width, 考察 on the right, 確認・検証方法 left as it is.
    doc.set_text("A18", &"あ".repeat(1_200), false);
    doc.set_text("E14", &"い".repeat(700), false);
    let (was, free) = (height(&doc, 13), height(&doc, 17));
    let after = refilled(&doc.save(), &new, false);
    let now = Doc::open(&after.bytes);
    // 81 characters of full width a line, 17.5 points each.
    assert_eq!(height(&now, 17), (1_200f64 / 81.0).ceil() * 17.5 + 8.0);
    assert!(height(&now, 17) > free && height(&now, 13) > was);
    assert_eq!(height(&now, 15), height(&doc, 15));
    // Set by hand afterwards: stays, whatever is written.
    let mut doc = now.clone();
    let (attributes, _) = doc.rows.get_mut(&17).unwrap();
    *attributes = attributes.replace(&format!("ht=\"{}\"", height(&now, 17)), "ht=\"60\"");
    doc.set_text("A18", "短い", false);
    doc.set_text("E14", "短い", false);
    let newer = changed(new, |_, _, _, value| value + 0.5);
    let last = Doc::open(&refilled(&doc.save(), &newer, false).bytes);
    assert_eq!(height(&last, 17), 60.0);
    // What this product had made high becomes low again.
    assert!(height(&last, 13) < height(&now, 13));
}

#[test]
fn a_text_no_row_can_hold_is_told() {
    let before = comparison(2023, 2025);
    let mut doc = Doc::open(&fresh(&before));
    doc.set_text("A16", &"う".repeat(3_000), false);
    let after = refilled(&doc.save(), &changed(before, |_, _, _, value| value + 0.5), false);
    assert_eq!(height(&Doc::open(&after.bytes), 15), 409.0);
    let told = after.diagnostics.iter().find(|told| told.code == "text-higher-than-a-row").unwrap();
    assert!(told.message.contains("3000文字") && told.place.cell.as_deref() == Some("A16"));
}
