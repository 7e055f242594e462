//! Comparison areas whose heading people worded differently.

use super::doc::{Doc, grid};
use super::{changed, comparison, fresh, refilled};

const FORM: &str = "地域分析・検討シート";

fn after_renaming(text: &str) -> (chiiki_sheet::refill::Refilled, Vec<String>) {
    let before = comparison(2023, 2025);
    let mut book = Doc::open(&fresh(&before));
    book.set_text("AI4", text, false);
    let new = changed(before, |_, _, _, value| value + 1.0);
    let after = refilled(&book.save(), &new, false);
    let names = grid(&after.bytes, FORM).row(3).iter().map(|cell| cell.value.display()).collect();
    (after, names)
}

#[test]
fn a_renamed_area_keeps_its_block_and_the_persons_heading() {
    let (after, names) = after_renaming("隣のみなと市");
    assert!(names.contains(&"隣のみなと市".to_owned()), "{names:?}");
    assert!(!names.contains(&"見本県 みなと市".to_owned()), "the area has one block: {names:?}");
    let wanted = fresh(&changed(comparison(2023, 2025), |_, _, _, value| value + 1.0));
    let (got, wanted) = (grid(&after.bytes, FORM), grid(&wanted, FORM));
    let mut compared = 0;
    for cell in wanted.cells().iter().filter(|cell| (34..44).contains(&cell.at.col) && cell.at.row >= 7) {
        assert_eq!(got.get(cell.at), Some(&cell.value), "{}", cell.at);
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
    let told = after.diagnostics.iter().find(|told| told.code == "area-renamed").unwrap();
    assert!(told.message.contains("「隣のみなと市」") && told.message.contains("見本県 みなと市"), "{told}");
}

#[test]
fn another_areas_name_over_the_figures_is_not_taken_for_a_wording() {
    // The nation is another participant: its name does not stand for みなと市.
    let (after, names) = after_renaming("全国");
    assert!(names.contains(&"全国".to_owned()) && names.contains(&"見本県 みなと市".to_owned()), "{names:?}");
    let told = after.diagnostics.iter().find(|told| told.code == "block-without-area").unwrap();
    assert!(told.message.contains("「全国」"), "{told}");
    assert_eq!(told.place.cell.as_deref(), Some("AI4"));
}
