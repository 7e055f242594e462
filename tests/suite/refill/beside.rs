//! Words people wrote on 「点検」, 「検討メモ」, 「出典」 and 「更新内容」: none is lost, none ends beside another item.

use std::collections::BTreeMap;

use chiiki_sheet::read::Grid;

use super::doc::{Doc, grid, name};
use super::{changed, comparison, fresh, refilled};

/// The sheets with the first row of their list, the columns that are ours and the columns that name an item.
const LISTS: [(&str, u32, u32, &[u32]); 4] = [
    ("点検", 4, 6, &[2, 3]),
    ("検討メモ", 4, 5, &[0]),
    ("出典", 4, 13, &[1, 3, 4]),
    ("更新内容", 4, 10, &[0, 1, 3, 4]),
];

fn texts(grid: &Grid) -> Vec<(String, String)> {
    grid.cells().iter().map(|cell| (cell.at.to_string(), cell.value.display())).collect()
}

fn key(grid: &Grid, row: u32, columns: &[u32]) -> String {
    let text = |col: &u32| grid.row(row).iter().find(|cell| cell.at.col == *col).map(|cell| cell.value.display());
    columns.iter().map(|col| text(col).unwrap_or_default()).collect::<Vec<_>>().join("|")
}

fn write(bytes: &[u8], sheet: &str, cells: &[(&str, &str)]) -> Vec<u8> {
    let mut book = Doc::of_sheet(bytes, sheet);
    for (at, text) in cells {
        book.set_text(at, text, false);
    }
    book.save()
}

/// What 「引継ぎ」 says about a text: sheet, cell, what stood beside it.
fn handed(bytes: &[u8], text: &str) -> (String, String, String) {
    let grid = grid(bytes, "引継ぎ");
    let row = grid.cells().iter().find(|cell| cell.value.display() == text).unwrap_or_else(|| panic!("{text}")).at.row;
    let of = |col: u32| grid.text(row, col).unwrap_or_default().to_owned();
    (of(1), of(2), of(3))
}

fn other_figures() -> chiiki_sheet::compare::Comparison {
    changed(comparison(2023, 2026), |id, who, year, value| match (who, id.len() % 2) {
        (0, 0) => value * if year == 2025 { 2.5 } else { 0.6 },
        _ => value + 0.5,
    })
}

#[test]
fn words_written_over_ours_and_below_our_lists_are_kept() {
    let mut bytes = fresh(&comparison(2023, 2025));
    let memo = grid(&bytes, "検討メモ");
    let beside = memo.text(7, 1).unwrap().to_owned();
    let last = memo.extent().unwrap().row;
    let below = name((last + 1, 1));
    bytes = write(&bytes, "検討メモ", &[("C8", "事業所が2か所増えたため（係で確認）"), (&below, "委員会で出た意見")]);
    let last = grid(&bytes, "点検").extent().unwrap().row;
    let far = name((last + 30, 4));
    bytes = write(&bytes, "点検", &[("E5", "ここは確認済"), (&far, "追加の点検：出典を確認")]);
    bytes = write(&bytes, "出典", &[("L10", "要確認")]);
    bytes = write(&bytes, "グラフ", &[("H30", "グラフの横のメモ")]);
    let after = refilled(&bytes, &other_figures(), false);
    let (sheet, cell, stood) = handed(&after.bytes, "事業所が2か所増えたため（係で確認）");
    assert_eq!((sheet.as_str(), cell.as_str()), ("検討メモ", "C8"));
    assert!(stood.contains(&beside.chars().take(20).collect::<String>()), "{stood}");
    assert_eq!(handed(&after.bytes, "ここは確認済").1, "E5");
    let (_, cell, stood) = handed(&after.bytes, "要確認");
    assert!(cell == "L10" && stood.contains("見本県"), "{stood}");
    // Nothing came where these stand.
    assert_eq!(
        grid(&after.bytes, "点検").get(chiiki_sheet::model::CellRef::parse(&far).unwrap()).unwrap().display(),
        "追加の点検：出典を確認"
    );
    assert!(texts(&grid(&after.bytes, "グラフ")).contains(&("H30".to_owned(), "グラフの横のメモ".to_owned())));
    let memo = texts(&grid(&after.bytes, "検討メモ"));
    let kept = memo.iter().any(|(_, text)| text == "委員会で出た意見");
    assert!(kept || handed(&after.bytes, "委員会で出た意見").1 == below);
    let told = after.diagnostics.iter().find(|told| told.code == "handed-over").unwrap();
    assert!(told.message.contains("「検討メモ」C8"), "{told}");
    // Our own words are nobody's: only people's are on the list.
    let items =
        grid(&after.bytes, "引継ぎ").rows().filter(|row| row.first().is_some_and(|cell| cell.at.row > 3)).count();
    assert!((3..=4).contains(&items), "{items}");
    // The next run finds everything as it is.
    let again = refilled(&after.bytes, &other_figures(), false);
    assert!(again.nothing_new, "{:?}", again.changes);
}

#[test]
fn notes_beside_an_item_go_with_it_or_to_the_list_of_what_has_no_place() {
    let first =
        refilled(&fresh(&comparison(2023, 2025)), &changed(comparison(2023, 2025), |_, _, _, v| v + 0.1), false);
    let mut bytes = first.bytes;
    let mut notes: BTreeMap<String, (&str, String, &[u32])> = BTreeMap::new();
    for (sheet, top, width, columns) in LISTS {
        let grid = grid(&bytes, sheet);
        let rows: Vec<u32> =
            grid.rows().filter_map(|row| Some(row.first()?.at.row)).filter(|row| *row >= top).collect();
        let mut cells = Vec::new();
        for row in rows.into_iter().take(60) {
            let note = format!("{sheet}の{}行目のメモ", row + 1);
            notes.insert(note.clone(), (sheet, key(&grid, row, columns), columns));
            cells.push((name((row, width + (row % 2))), note));
        }
        let cells: Vec<(&str, &str)> = cells.iter().map(|(at, text)| (at.as_str(), text.as_str())).collect();
        bytes = write(&bytes, sheet, &cells);
    }
    let after = refilled(&bytes, &other_figures(), false);
    let (mut moved, mut left) = (0, 0);
    let now: BTreeMap<&str, Grid> = LISTS.iter().map(|(sheet, ..)| (*sheet, grid(&after.bytes, sheet))).collect();
    let rest = grid(&after.bytes, "引継ぎ");
    for (note, (sheet, key_was, columns)) in &notes {
        let now = &now[sheet];
        match now.cells().iter().find(|cell| cell.value.display() == *note) {
            Some(cell) => {
                assert_eq!(key(now, cell.at.row, columns), *key_was, "{note}");
                moved += usize::from(note != &format!("{sheet}の{}行目のメモ", cell.at.row + 1));
            }
            None => {
                let row = rest.cells().iter().find(|cell| cell.value.display() == *note).unwrap().at.row;
                assert_eq!(rest.text(row, 1), Some(*sheet), "{note}");
                left += 1;
            }
        }
    }
    assert!(moved > 50 && left > 2, "{moved} moved, {left} left");
}

#[test]
fn a_list_sorted_by_people_is_still_known_as_ours() {
    let bytes = fresh(&comparison(2023, 2025));
    let mut book = Doc::of_sheet(&bytes, "検討メモ");
    let rows: Vec<u32> = book.rows.keys().copied().filter(|row| *row >= 4).collect();
    book.swap_rows(rows[1], rows[3]);
    let after = refilled(&book.save(), &other_figures(), false);
    assert_eq!(after.changes.handed_over, 0, "{:?}", after.diagnostics);
}

#[test]
fn a_colour_on_the_first_item_does_not_spread_and_no_news_hides_in_a_filtered_row() {
    let style = |book: &Doc, at: &str| book.cell(at).map(|(attributes, _)| attributes.clone()).unwrap_or_default();
    let mut book = Doc::of_sheet(&fresh(&comparison(2023, 2025)), "点検");
    let theirs = style(&book, "E4");
    assert_ne!(theirs, style(&book, "E5"));
    book.rows.get_mut(&4).unwrap().1.get_mut(&4).unwrap().0.clone_from(&theirs);
    let items: Vec<u32> = book.rows.keys().copied().filter(|row| *row >= 4).collect();
    for row in &items {
        book.hide_row(*row);
    }
    let before = book.save();
    let after = refilled(&before, &other_figures(), false).bytes;
    let (old, new) = (grid(&before, "点検"), grid(&after, "点検"));
    let after = Doc::of_sheet(&after, "点検");
    for row in items.iter().skip(1) {
        assert_ne!(style(&after, &name((*row, 4))), theirs, "only the row that was coloured is");
    }
    let changed = items.iter().copied().filter(|row| new.row(*row) != old.row(*row) && !new.row(*row).is_empty());
    let shown: Vec<u32> = changed.collect();
    assert!(!shown.is_empty());
    for row in shown {
        let (attributes, _) = after.rows.get(&row).unwrap();
        assert!(!attributes.contains("hidden"), "row {} says something new: {attributes}", row + 1);
    }
}
