//! Year columns and what people made that points at them; headings whose years people worded differently or took away.

use chiiki_sheet::fill::StandardTemplate;
use chiiki_sheet::form::{FormMap, Role};
use chiiki_sheet::model::CellRef;
use chiiki_sheet::refill::{Base, RefillOptions, Refilled, refill};

use super::doc::{Doc, grid};
use super::{catalog, changed, comparison, day, fresh, refilled};

const FORM: &str = "地域分析・検討シート";

fn own(bytes: &[u8]) -> Vec<(String, i32)> {
    let map = FormMap::find(&grid(bytes, FORM), 1).unwrap();
    let own = map.block(Role::Own).unwrap();
    own.years.iter().map(|(col, year)| (CellRef::new(0, *col).column_name(), *year)).collect()
}

fn number(bytes: &[u8], at: &str) -> Option<f64> {
    grid(bytes, FORM).get(CellRef::parse(at).unwrap()).and_then(|value| value.as_number())
}

fn places(columns: &[(&str, i32)]) -> Vec<(String, i32)> {
    columns.iter().map(|(col, year)| ((*col).to_owned(), *year)).collect()
}

fn told<'a>(after: &'a Refilled, code: &str) -> Vec<&'a str> {
    after.diagnostics.iter().filter(|told| told.code == code).map(|told| told.message.as_str()).collect()
}

/// A sheet of 2023 to 2025 with a formula of a person's beside the form's columns, a comment and a name on G8.
fn pointed_at() -> Vec<u8> {
    let mut book = Doc::open(&fresh(&comparison(2023, 2025)));
    book.set_formula("CH8", "G8*2", "1");
    book.comment((7, 6), "令和7年度は確定値");
    let workbook = book.parts().find(|(name, _)| *name == "xl/workbook.xml").unwrap().1.to_vec();
    let workbook = String::from_utf8(workbook).unwrap();
    let name = format!("<definedName name=\"委員会の認定率\">'{FORM}'!$G$8</definedName></definedNames>");
    book.replace_part("xl/workbook.xml", workbook.replace("</definedNames>", &name).into_bytes());
    book.save()
}

#[test]
fn a_new_year_comes_behind_the_years_that_stand() {
    let before = pointed_at();
    let old = number(&before, "G8");
    let after = refilled(&before, &comparison(2023, 2026), false);
    assert_eq!(own(&after.bytes), places(&[("E", 2023), ("F", 2024), ("G", 2025), ("H", 2026)]));
    assert_eq!(number(&after.bytes, "G8"), old);
    assert!(number(&after.bytes, "H8").is_some());
    assert!(after.changes.columns.iter().all(|change| change.from.is_none()), "{:?}", after.changes.columns);
    assert!(told(&after, "year-columns").is_empty());
    let news = grid(&after.bytes, "更新内容");
    let texts: Vec<String> = news.row(4).iter().map(|cell| cell.value.display()).collect();
    assert_eq!(texts[..4], ["年度の列", "見本県 みほん市", "令和8年度（2026）", "H列"]);
    assert!(refilled(&after.bytes, &comparison(2023, 2026), false).nothing_new);
}

#[test]
fn years_somebody_named_keep_their_columns_and_the_one_that_goes_is_told() {
    let mut book = Doc::open(&pointed_at());
    book.set_number((8, 4), 99.5);
    book.set_formula("CI8", "SUM(E8:F8)", "1");
    let before = book.save();
    let (g8, f8) = (number(&before, "G8"), number(&before, "F8"));
    let after = refilled(&before, &comparison(2024, 2026), true);
    assert_eq!(own(&after.bytes), places(&[("F", 2024), ("G", 2025), ("H", 2026)]));
    assert_eq!((number(&after.bytes, "F8"), number(&after.bytes, "G8")), (f8, g8));
    assert_eq!(number(&after.bytes, "E8"), None);
    let [message] = told(&after, "year-columns")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(
        message.contains("令和5年度は表示期間に無いため、E列から外しました") && message.contains("CI8 の式"),
        "{message}"
    );
    assert!(!message.contains("CH8") && !message.contains("コメント"), "nothing points at what stayed: {message}");
    // What a person had written there is kept.
    assert!(grid(&after.bytes, "引継ぎ").cells().iter().any(|cell| cell.value.as_number() == Some(99.5)));
    // 「点検」 leads to the columns where the figures are.
    let year = grid(&after.bytes, "点検");
    assert!(year.cells().iter().all(|cell| cell.value.as_text() != Some("G6")), "{:?}", year.row(4));
}

#[test]
fn columns_that_have_to_move_are_told_with_all_that_points_at_them() {
    let after = refilled(&pointed_at(), &comparison(2022, 2025), true);
    assert_eq!(own(&after.bytes), places(&[("E", 2022), ("F", 2023), ("G", 2024), ("H", 2025)]));
    let [message] = told(&after, "year-columns")[..] else { panic!("{:?}", after.diagnostics) };
    for part in ["令和5年度はE列からF列へ", "令和7年度はG列からH列へ", "CH8 の式", "G8 のコメント", "委員会の認定率"]
    {
        assert!(message.contains(part), "{part}: {message}");
    }
    let news = grid(&after.bytes, "更新内容");
    let moved = |from: &str, to: &str| {
        news.rows().any(|row| {
            let text = |col: usize| row.iter().find(|cell| cell.at.col == col as u32).map(|cell| cell.value.display());
            text(0).as_deref() == Some("年度の列")
                && text(3).as_deref() == Some("見本県 みほん市")
                && (text(5).as_deref(), text(6).as_deref()) == (Some(from), Some(to))
        })
    };
    assert!(moved("E列", "F列") && moved("F列", "G列") && moved("G列", "H列"));
}

/// Edits the headings of the fresh sheet, then brings other figures in.
fn with_headings(edits: &[(&str, &str)]) -> Result<Vec<u8>, String> {
    let before = comparison(2023, 2025);
    let mut book = Doc::open(&fresh(&before));
    for (at, text) in edits {
        match *text {
            "" => book.empty(at),
            text => book.set_text(at, text, false),
        }
    }
    let base = Base::open("book.xlsx", &book.save()).map_err(|error| format!("{}{}", error.message, error.hint))?;
    let options = RefillOptions { date: day(22), adopt: false, fixed_years: false };
    let new = changed(before, |_, _, _, value| value + 1.0);
    let template = StandardTemplate::shipped().unwrap();
    let after = refill(&base, &new, options, &[], &[], catalog(), template);
    after.map(|after| after.bytes).map_err(|error| format!("{}{}", error.message, error.hint))
}

#[test]
fn years_are_read_however_people_write_them_and_from_either_row() {
    let wanted = number(&fresh(&changed(comparison(2023, 2025), |_, _, _, value| value + 1.0)), "F8");
    for edits in [
        &[("F6", "2024年"), ("E6", "")][..],
        &[("F6", "R6"), ("F5", "R6"), ("E5", "")],
        &[("E6", ""), ("F6", ""), ("G6", "")],
        &[("E6", "令和５年度"), ("F6", "令和６年度"), ("G6", "２０２５年度")],
        &[("F5", "R6年度"), ("E5", "R5")],
    ] {
        let after = with_headings(edits).unwrap();
        assert_eq!(own(&after), places(&[("E", 2023), ("F", 2024), ("G", 2025)]), "{edits:?}");
        assert_eq!(number(&after, "F8"), wanted, "{edits:?}");
        assert_eq!(grid(&after, FORM).get(CellRef::parse("H8").unwrap()), None, "{edits:?}");
    }
}

#[test]
fn figures_without_a_readable_year_stop_and_the_sentence_says_what_to_type() {
    let said = with_headings(&[("F6", ""), ("F5", "昨年")]).unwrap_err();
    assert!(said.contains("F6 に 2024（令和6年度）と入力"), "{said}");
    let said = with_headings(&[("F5", "令和8年度")]).unwrap_err();
    assert!(said.contains("F5 と F6"), "{said}");
    let all = ["E5", "F5", "G5", "E6", "F6", "G6"].map(|at| (at, ""));
    let said = with_headings(&all).unwrap_err();
    assert!(said.contains("E6 に 2023") && said.contains("G6 に 2025"), "{said}");
}

#[test]
fn formulas_over_new_figures_are_named_because_viewers_show_their_old_results() {
    let before = pointed_at();
    let next = changed(comparison(2023, 2025), |_, _, year, value| if year == 2025 { value + 1.0 } else { value });
    let after = refilled(&before, &next, false);
    let [message] = told(&after, "formulas-recalculate")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.contains("CH8 の式"), "{message}");
    assert!(told(&refilled(&after.bytes, &next, false), "formulas-recalculate").is_empty(), "nothing is written");
    // Over 「比較と判定」, too: its figures are written anew like the form's.
    let mut book = Doc::open(&before);
    book.empty("CH8");
    book.set_formula("CI9", "比較と判定!E9*2", "1");
    let after = refilled(&book.save(), &next, false);
    let [message] = told(&after, "formulas-recalculate")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.contains("CI9 の式"), "{message}");
    // And by a name that stands for a figure.
    book.set_formula("CI9", "委員会の認定率*2", "1");
    let after = refilled(&book.save(), &next, false);
    let [message] = told(&after, "formulas-recalculate")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.contains("CI9 の式"), "{message}");
    // A sheet without formulas of theirs says nothing.
    let plain = refilled(&fresh(&comparison(2023, 2025)), &next, false);
    assert!(told(&plain, "formulas-recalculate").is_empty());
}

/// The book with its form once more, as Excel's 「移動またはコピー」 leaves it.
fn with_a_copy_of_the_form(bytes: &[u8], title: &str) -> Vec<u8> {
    let mut book = Doc::open(bytes);
    let form = book.part_of(FORM).unwrap();
    let form = book.parts().find(|(name, _)| *name == form).unwrap().1.to_vec();
    book.add_sheet(title, false);
    let part = book.part_of(title).unwrap();
    book.replace_part(&part, form);
    book.save()
}

#[test]
fn a_copy_of_the_form_in_the_book_keeps_its_figures_and_is_named() {
    let before = fresh(&comparison(2023, 2025));
    let next = changed(comparison(2023, 2025), |_, _, year, value| if year == 2025 { value + 1.0 } else { value });
    assert!(told(&refilled(&before, &next, false), "copies-not-updated").is_empty());
    let copied = with_a_copy_of_the_form(&before, "前回の控え");
    let after = refilled(&copied, &next, false);
    let [message] = told(&after, "copies-not-updated")[..] else { panic!("{:?}", after.diagnostics) };
    assert!(message.contains(FORM) && message.contains("「前回の控え」の数値は、前のままです"), "{message}");
    let figure = |bytes: &[u8], sheet: &str| grid(bytes, sheet).get(CellRef::parse("G8").unwrap()).cloned();
    assert_eq!(figure(&after.bytes, "前回の控え"), figure(&before, FORM));
    assert_ne!(figure(&after.bytes, FORM), figure(&before, FORM));
}
