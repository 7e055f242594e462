//! Headings people worded anew, rows and fields whose marks they took away, words on sheets of ours, colours on figures:
//! no figure stays stale without a word, no word is lost.

use chiiki_sheet::explain::{Explanation, FigureOrigin, Origin, explain};
use chiiki_sheet::fill::StandardTemplate;
use chiiki_sheet::model::CellRef;
use chiiki_sheet::read::{Limits, read_bytes};
use chiiki_sheet::refill::{Base, RefillOptions, Refilled, refill};

use super::doc::{Doc, grid};
use super::{catalog, changed, comparison, day, fresh, refilled};

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
    assert_eq!(origin(&after.bytes, "F8"), origin(&plain, "F8"), "where it came from can still be asked");
    assert_eq!(note(&after.bytes, "F8").as_deref(), Some("いまの資料にない数値"));
    let again = refilled(&after.bytes, &gone, false);
    assert!(again.nothing_new, "{:?}", again.changes);
    // The figure is back: so is its row.
    let back = refilled(&after.bytes, &next(), false);
    assert_eq!(origin(&back.bytes, "F8"), origin(&plain, "F8"));
    assert_eq!(note(&back.bytes, "F8"), note(&plain, "F8"));
}

fn figure(bytes: &[u8], at: &str) -> Box<FigureOrigin> {
    let book = read_bytes("シート.xlsx", bytes, &Limits::default()).unwrap();
    match explain(&book, at).unwrap() {
        Explanation::Figure(figure) => figure,
        other => panic!("{at}: {other:?}"),
    }
}

fn origin(bytes: &[u8], at: &str) -> (String, Origin) {
    let figure = figure(bytes, at);
    (figure.indicator, figure.source)
}

fn note(bytes: &[u8], at: &str) -> Option<String> {
    figure(bytes, at).note
}

#[test]
fn figures_of_rows_nobody_asks_for_any_more_keep_their_sources() {
    let plain = fresh(&comparison(2023, 2025));
    let mut fewer = next();
    fewer.rows.retain(|row| row.indicator.id.as_str() != "B4-a");
    let after = refilled(&plain, &fewer, false).bytes;
    for at in ["E8", "G8", "Q8", "AA8"] {
        assert_eq!(number(&after, FORM, at), number(&plain, FORM, at), "{at}");
        assert_eq!(origin(&after, at), origin(&plain, at), "{at}");
    }
    // The row's link leads to the first of its sources, wherever they lie now, and that one back to the form.
    let (sheet, list, sources) = (Doc::open(&after), Doc::of_sheet(&after, "出典"), grid(&after, "出典"));
    let row = sources.rows().find(|row| row.iter().any(|cell| cell.value.display() == "B4-a")).unwrap()[0].at.row + 1;
    assert!(sheet.tail.contains(&format!("<hyperlink ref=\"B8\" location=\"'出典'!A{row}\"")), "B8 leads to row {row}");
    assert!(
        list.tail.contains(&format!("<hyperlink ref=\"A{row}\" location=\"'{FORM}'!E8\"")),
        "row {row} leads to E8"
    );
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

#[test]
fn a_column_of_plan_numbers_under_a_year_that_stands_is_a_persons() {
    let plain = fresh(&comparison(2023, 2025));
    let wanted = refilled(&plain, &next(), false).bytes;
    let mut book = Doc::open(&plain);
    book.set_text("H5", "令和7年度計画", false);
    book.set_number((5, 7), 2025.0);
    for row in 7..12 {
        book.set_number((row, 7), 50.0 + f64::from(row));
    }
    let before = book.save();
    for adopt in [false, true] {
        let again = |bytes: &[u8]| {
            let options = RefillOptions { date: day(22), adopt, fixed_years: false };
            let (base, template) = (Base::open("book.xlsx", bytes).unwrap(), StandardTemplate::shipped().unwrap());
            refill(&base, &next(), options, &[], &[], catalog(), template).unwrap()
        };
        let after = again(&before);
        assert_eq!(number(&after.bytes, FORM, "H8"), Some(57.0), "adopt: {adopt}");
        assert_eq!(number(&after.bytes, FORM, "G8"), number(&wanted, FORM, "G8"));
        assert!(after.changes.kept.is_empty(), "{:?}", after.changes.kept);
        let [message] = told(&after, "second-column")[..] else { panic!("{:?}", after.diagnostics) };
        assert!(message.contains("H列は令和7年度の2つ目の列") && message.contains("G列にあった"), "{message}");
        assert!(again(&after.bytes).nothing_new);
    }
    // The year after takes the next column that is free, in every block the same one: colours compare by place.
    let later = refilled(&before, &comparison(2023, 2026), false);
    assert_eq!(number(&later.bytes, FORM, "H8"), Some(57.0));
    let heads = ["E6", "G6", "I6", "S6", "AC6", "AM6"].map(|at| number(&later.bytes, FORM, at));
    assert_eq!(heads, [2023.0, 2025.0, 2026.0, 2026.0, 2026.0, 2026.0].map(Some));
    assert_eq!(["R6", "AB6"].map(|at| number(&later.bytes, FORM, at)), [None, None]);
}

#[test]
fn of_copies_of_a_column_the_one_that_was_written_is_ours() {
    let plain = fresh(&comparison(2023, 2025));
    let wanted = refilled(&plain, &next(), false).bytes;
    let mut book = Doc::open(&plain);
    for (_, cells) in book.rows.values_mut() {
        if let Some(copied) = cells.get(&6).cloned() {
            cells.insert(7, copied);
        }
    }
    book.set_number((7, 7), 99.0);
    let before = book.save();
    let after = refilled(&before, &next(), false);
    assert_eq!(number(&after.bytes, FORM, "G9"), number(&wanted, FORM, "G9"));
    for at in ["H8", "H9", "H46"] {
        assert_eq!(number(&after.bytes, FORM, at), number(&before, FORM, at), "{at} is a person's");
    }
    assert_eq!(told(&after, "second-column").len(), 1, "{:?}", after.diagnostics);
    assert_eq!(after.changes.revised.len(), refilled(&plain, &next(), false).changes.revised.len());
}

#[test]
fn numbers_for_a_year_to_come_do_not_keep_its_results_out() {
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    book.set_text("H5", "令和8年度", false);
    book.set_number((5, 7), 2026.0);
    for row in 7..12 {
        book.set_number((row, 7), 50.0 + f64::from(row));
    }
    let before = book.save();
    let after = refilled(&before, &comparison(2023, 2026), false);
    assert_eq!(number(&after.bytes, FORM, "H8"), Some(57.0));
    assert_eq!(number(&after.bytes, FORM, "I6"), Some(2026.0));
    assert!(number(&after.bytes, FORM, "I8").is_some_and(|value| value < 50.0));
    assert!(after.changes.kept.is_empty(), "{:?}", after.changes.kept);
    let [message] = told(&after, "second-column")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.contains("H列（令和8年度）"), "{message}");
    assert!(refilled(&after.bytes, &comparison(2023, 2026), false).nothing_new);
    // A heading alone asks for the year: it is filled where it stands.
    let mut asked = Doc::open(&fresh(&comparison(2023, 2025)));
    asked.set_number((5, 7), 2026.0);
    let filled = refilled(&asked.save(), &comparison(2023, 2026), false);
    assert!(number(&filled.bytes, FORM, "H8").is_some());
}

#[test]
fn marks_come_and_go_with_their_cautions() {
    let plain = fresh(&comparison(2023, 2025));
    let style = |bytes: &[u8], at: &str| Doc::open(bytes).cell(at).map(|(attributes, _)| attributes.clone()).unwrap();
    let far = |comparison, factor: f64| {
        changed(
            comparison,
            move |id, who, year, value| {
                if id == "B4-a" && who == 0 && year >= 2024 { value * factor } else { value }
            },
        )
    };
    let marked = refilled(&plain, &far(comparison(2023, 2025), 1000.0), false).bytes;
    for at in ["F8", "G8"] {
        assert_ne!(style(&marked, at), style(&plain, at), "{at} stands on 点検");
    }
    let back = refilled(&marked, &comparison(2023, 2025), false);
    for at in ["E8", "F8", "G8"] {
        assert_eq!(style(&back.bytes, at), style(&plain, at), "{at} is no longer on 点検");
    }
    assert!(refilled(&back.bytes, &comparison(2023, 2025), false).nothing_new);
    // A caution that goes while its figure stays: the nation's were wrong, and with them the comparison.
    let nation =
        |factor: f64| {
            changed(comparison(2023, 2025), move |id, who, year, value| {
                if id == "B4-a" && who == 2 && year >= 2024 { value * factor } else { value }
            })
        };
    let few = refilled(&plain, &nation(0.001), false).bytes;
    let own = ["F8", "G8"].map(|at| style(&few, at) != style(&plain, at));
    assert_eq!(own, [true, true], "marked though their figures stayed");
    let mended = refilled(&few, &nation(1.0), false).bytes;
    for at in ["F8", "G8", "Z8", "AA8"] {
        assert_eq!(style(&mended, at), style(&plain, at), "{at}");
    }
}

#[test]
fn a_sheet_of_ours_under_another_name_is_named() {
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    book.rename("点検", "点検済み");
    let after = refilled(&book.save(), &next(), false);
    let [message] = told(&after, "sheet-gone")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.starts_with("「点検」のシートが見つからない"), "{message}");
    // It is as stale on every later day, whether there is news or not.
    let later = changed(next(), |_, _, year, value| if year == 2025 { value + 1.0 } else { value });
    assert_eq!(told(&refilled(&after.bytes, &next(), false), "sheet-gone").len(), 1);
    assert_eq!(told(&refilled(&after.bytes, &later, false), "sheet-gone").len(), 1);
}

#[test]
fn without_the_column_of_ids_the_sentence_says_where_to_take_it_from() {
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    for (_, cells) in book.rows.values_mut() {
        cells.remove(&1);
    }
    let Err(error) = Base::open("シート.xlsx", &book.save()) else { panic!("there is no 指標ID") };
    let said = format!("{error:?}");
    assert!(said.contains("「地域分析・検討シート」の指標ID") && said.contains("_控え_"), "{said}");
}
