//! Headings people worded anew, rows and fields whose marks they took away, words on sheets of ours, colours on figures:
//! no figure stays stale without a word, no word is lost.

use chiiki_sheet::model::CellRef;
use chiiki_sheet::refill::Refilled;

use super::doc::{Doc, grid};
use super::{changed, comparison, fresh, refilled};

const FORM: &str = "地域分析・検討シート";

fn number(bytes: &[u8], sheet: &str, at: &str) -> Option<f64> {
    grid(bytes, sheet).get(CellRef::parse(at).unwrap()).and_then(|value| value.as_number())
}

fn told<'a>(after: &'a Refilled, code: &str) -> Vec<&'a str> {
    after.diagnostics.iter().filter(|told| told.code == code).map(|told| told.message.as_str()).collect()
}

/// Every figure of 2025 one larger than in the fresh sheet.
fn next() -> chiiki_sheet::compare::Comparison {
    changed(comparison(2023, 2025), |_, _, year, value| if year == 2025 { value + 1.0 } else { value })
}

#[test]
fn blocks_under_reworded_headings_are_known_by_their_figures() {
    let plain = fresh(&comparison(2023, 2025));
    let wanted = refilled(&plain, &next(), false).bytes;
    for headings in [
        &[("O3", "県平均")][..],
        &[("Y3", "国の平均")],
        &[("AI3", "近隣市")],
        &[("O3", "県平均"), ("Y3", "国平均"), ("AI3", "近隣市")],
        &[("E3", "本市"), ("O3", "県"), ("Y3", "国")],
    ] {
        let mut book = Doc::open(&plain);
        for (at, text) in headings {
            book.set_text(at, text, false);
        }
        let after = refilled(&book.save(), &next(), false);
        for at in ["G8", "Q8", "AA8", "AK8", "G46", "Q83", "AA83", "AK83"] {
            assert_eq!(number(&after.bytes, FORM, at), number(&wanted, FORM, at), "{headings:?} {at}");
        }
        assert_ne!(number(&after.bytes, FORM, "Q8"), number(&plain, FORM, "Q8"), "the figures are new");
        assert_eq!(told(&after, "area-renamed").len(), headings.len(), "{headings:?}: {:?}", after.diagnostics);
        for (at, text) in headings {
            let there = grid(&after.bytes, FORM).get(CellRef::parse(at).unwrap()).map(|value| value.display());
            assert_eq!(there.as_deref(), Some(*text), "the heading stays");
        }
        // No area stands twice.
        assert!(!told(&after, "others-beyond-form").iter().any(|text| text.contains("みなと")), "{headings:?}");
        assert!(refilled(&after.bytes, &next(), false).nothing_new, "{headings:?}");
    }
}

#[test]
fn a_block_that_is_found_no_more_is_named() {
    let plain = fresh(&comparison(2023, 2025));
    let mut book = Doc::open(&plain);
    book.set_text("Y3", "国の平均", false);
    // Not even the figures tell.
    for row in 7..120 {
        for col in 24..34 {
            if book.cell(&super::doc::name((row, col))).is_some_and(|(_, inner)| inner.contains("<v>")) {
                book.set_number((row, col), 1.0);
            }
        }
    }
    let after = refilled(&book.save(), &next(), false);
    let [message] = told(&after, "block-without-area")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.contains("全国の列の見出しが見つからない"), "{message}");
}

#[test]
fn colours_people_gave_a_figure_stay_when_it_gets_a_caution() {
    let plain = fresh(&comparison(2023, 2025));
    let mut book = Doc::open(&plain);
    let style = |bytes: &[u8], at: &str| Doc::open(bytes).cell(at).map(|(attributes, _)| attributes.clone()).unwrap();
    let row = book.rows.get_mut(&7).unwrap();
    let theirs = "s=\"3\"".to_owned();
    row.1.get_mut(&5).unwrap().0.clone_from(&theirs);
    // A thousandfold is told in 「点検」 and marked.
    let far =
        changed(
            comparison(2023, 2025),
            |id, who, year, value| {
                if id == "B4-a" && who == 0 && year >= 2024 { value * 1000.0 } else { value }
            },
        );
    let before = book.save();
    let after = refilled(&before, &far, false);
    assert!(number(&after.bytes, FORM, "F8").unwrap() > 1000.0);
    assert_eq!(style(&after.bytes, "F8").trim(), theirs);
    assert_ne!(style(&after.bytes, "G8"), style(&before, "G8"), "a cell nobody coloured is marked");
}

#[test]
fn figures_without_a_source_are_named_with_their_cell() {
    let plain = fresh(&comparison(2023, 2025));
    let mut gone = next();
    let row = gone.rows.iter_mut().find(|row| row.indicator.id.as_str() == "B4-a").unwrap();
    row.figures.remove(&(0, 2024));
    let after = refilled(&plain, &gone, false);
    let [message] = told(&after, "figure-stays")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.contains("B4-a") && message.contains("令和6年度"), "{message}");
    let list = grid(&after.bytes, "点検");
    let line = list.rows().find(|row| row.iter().any(|cell| cell.value.display() == "資料に無い数値")).unwrap();
    assert!(line.iter().any(|cell| cell.value.display() == "F8"), "{line:?}");
}

#[test]
fn a_row_whose_id_was_taken_away_is_named() {
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    book.empty("B8");
    let after = refilled(&book.save(), &next(), false);
    let found = after.diagnostics.iter().find(|told| told.code == "row-without-id").unwrap();
    assert!(found.hint.as_deref().unwrap().contains("B8 に「B4-a」"), "{found:?}");
    // A row that was deleted is no such row.
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    book.delete_row(7);
    let after = refilled(&book.save(), &next(), false);
    assert!(told(&after, "row-without-id").is_empty() && told(&after, "row-deleted").len() == 1);
}

#[test]
fn words_on_the_comparison_go_to_the_handover_sheet() {
    let mut book = Doc::of_sheet(&fresh(&comparison(2023, 2025)), "比較と判定");
    book.set_text("E10", "調査中", false);
    book.set_text("N9", "上回る（委員会判断）", false);
    let after = refilled(&book.save(), &next(), false);
    assert!(number(&after.bytes, "比較と判定", "E10").is_some());
    let handed: Vec<String> = grid(&after.bytes, "引継ぎ").cells().iter().map(|cell| cell.value.display()).collect();
    for wanted in ["調査中", "上回る（委員会判断）"] {
        assert!(handed.iter().any(|text| text == wanted), "{wanted}: {handed:?}");
    }
    assert!(refilled(&after.bytes, &next(), false).nothing_new);
    // Of a sheet nobody wrote on, nothing is handed over.
    let plain = refilled(&fresh(&comparison(2023, 2025)), &next(), false);
    assert_eq!(plain.changes.handed_over, 0);
}

#[test]
fn a_field_whose_heading_was_reworded_is_named() {
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    book.set_text("A13", "全国や県との違い", false);
    let after = refilled(&book.save(), &next(), false);
    let [message] = told(&after, "field-not-found")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.contains("認定率「全国平均等との比較」"), "{message}");
    assert!(told(&refilled(&fresh(&comparison(2023, 2025)), &next(), false), "field-not-found").is_empty());
}
