//! Look-alikes of L3, L5, L6, L7 and of tables of no known layout, damaged in every way seen.
//!
//! `tests/support/fixtures_more.py` writes them with `expected.csv`, the list of what must be read, nothing more.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::{Taken, take_book};
use chiiki_sheet::layout::{Context, Mapping, crosstab};
use chiiki_sheet::model::{CellRef, Outcome};
use chiiki_sheet::read::{Book, Cell, Grid, Limits, read_bytes};
use chiiki_sheet::workspace::Workspace;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn catalog() -> Catalog {
    let text = std::fs::read_to_string(root().join("examples/mihon/areas.csv")).unwrap();
    Catalog::shipped().with_areas(&text, "areas.csv").unwrap()
}

fn book(name: &str) -> Book {
    let bytes = std::fs::read(root().join("tests/data/crosstab").join(name)).unwrap();
    read_bytes(name, &bytes, &Limits::default()).unwrap()
}

type Line = (String, String, String, String, String, String, String, String);

fn expected() -> BTreeMap<String, BTreeSet<Line>> {
    let mut reader = csv::Reader::from_path(root().join("tests/data/crosstab/expected.csv")).unwrap();
    let mut files: BTreeMap<String, BTreeSet<Line>> = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let field = |at: usize| record[at].to_owned();
        let line = (field(1), field(2), field(3), field(4), field(5), field(6), field(7), field(8));
        assert!(files.entry(field(0)).or_default().insert(line));
    }
    files
}

fn lines(taken: &Taken) -> BTreeSet<Line> {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let figures = taken.observations.iter().filter_map(|o| {
        let period = match (o.period.form_year, o.period.date) {
            (Some(year), _) => format!("FY{year}"),
            (None, Some(date)) => date.to_string(),
            _ => String::new(),
        };
        let d = &o.dimensions;
        let value = format!("{:?}", o.datum.value()?);
        let (id, area, cell) = (o.indicator.to_string(), o.area.name.clone(), o.source.cell.to_string());
        Some((id, area, part(&d.sex), part(&d.age), part(&d.service), period, value, cell))
    });
    figures.collect()
}

/// The cells a warning or an error names.
fn warned(taken: &Taken) -> Vec<String> {
    let loud = taken.diagnostics.iter().filter(|told| told.severity != chiiki_sheet::diagnostic::Severity::Info);
    loud.filter_map(|told| told.place.cell.clone()).collect()
}

fn assert_reads(name: &str, taken: &Taken) {
    let expected = expected().remove(name).unwrap_or_default();
    let ours = lines(taken);
    let more: Vec<_> = ours.difference(&expected).take(4).collect();
    let less: Vec<_> = expected.difference(&ours).take(4).collect();
    assert!(more.is_empty() && less.is_empty(), "{name}\nmore: {more:#?}\nless: {less:#?}\n{:#?}", taken.diagnostics);
}

#[test]
fn known_layouts_and_their_damages() {
    let catalog = catalog();
    for (name, layout, cells) in [
        ("L3/緑町.xlsx", "L3", vec![]),
        ("L3/空の行と注記.xlsx", "L3", vec![]),
        ("L3/知らない指標.xlsx", "L3", vec!["B8"]),
        ("L5/国勢調査.csv", "L5", vec![]),
        ("L5/列の入れ替え.csv", "L5", vec![]),
        ("L5/名前の不一致.csv", "L5", vec!["G14", "G15"]),
        ("L6/住民基本台帳.xlsx", "L6", vec![]),
        ("L6/列の入れ替え.xlsx", "L6", vec![]),
        ("L6/空の行と注記.xlsx", "L6", vec![]),
        ("L6/合計違い.xlsx", "L6", vec!["E11"]),
        ("L6/コードと名前の不一致.xlsx", "L6", vec!["A7", "A8", "A9"]),
        ("L6/右へずれた行.xlsx", "L6", vec!["E13", "I13"]),
        ("L7/事業所.csv", "L7", vec!["I6"]),
        ("L7/列の入れ替え.csv", "L7", vec!["A6"]),
        ("L7/同じ行.csv", "L7", vec!["A9", "I6"]),
        ("L7/コード違い.csv", "L7", vec!["A8", "I6"]),
    ] {
        let year = layout.eq("L7").then_some(2024);
        let taken = take_book(&book(name), Context::new(&catalog, year));
        assert_eq!(taken.report.layout, Some(layout), "{name}: {:?}", taken.report.message);
        assert_reads(name, &taken);
        assert_eq!(warned(&taken), cells, "{name}: {:#?}", taken.diagnostics);
    }
}

/// What a person saves after looking at the proposal for 年度が横.xlsx: the id is theirs.
fn saved(name: &str, catalog: &Catalog) -> Mapping {
    let mut mapping = crosstab::understand(&book(name), catalog).unwrap().mapping;
    for column in &mut mapping.columns {
        column.indicator = "X-jukyusha".to_owned();
    }
    Mapping::parse(mapping.to_toml().unwrap().as_bytes(), "受給者.toml").unwrap()
}

#[test]
fn tables_of_no_known_layout_wait_then_read_as_saved() {
    let catalog = catalog();
    for (name, cells) in [
        ("表/年度が横.xlsx", vec![]),
        ("表/列の入れ替え.xlsx", vec![]),
        ("表/空の行.xlsx", vec![]),
        ("表/千人.xlsx", vec![]),
        ("表/秘匿.xlsx", vec![]),
        ("表/同じ行.xlsx", vec!["C5", "D5", "E5"]),
        ("表/食い違う行.xlsx", vec!["C5", "D5", "E5"]),
        ("表/注記の行.xlsx", vec![]),
        ("表/増減.xlsx", vec![]),
    ] {
        let waiting = take_book(&book(name), Context::new(&catalog, None));
        assert_eq!((waiting.report.outcome, waiting.observations.len()), (Outcome::Waiting, 0), "{name}");
        let message = waiting.report.message.unwrap();
        assert!(message.contains("確かさ") && message.contains("地域はB列で下に"), "{name}: {message}");
        let mappings = [saved(name, &catalog)];
        let taken = take_book(&book(name), Context { mappings: &mappings, ..Context::new(&catalog, None) });
        assert_eq!(taken.report.layout, Some("表"), "{name}");
        assert_reads(name, &taken);
        assert_eq!(warned(&taken), cells, "{name}: {:#?}", taken.diagnostics);
    }
}

/// Saved once, tried first next time: columns in another order are found by their headings; another table is left alone.
#[test]
fn a_saved_reading_follows_the_headings() {
    let catalog = catalog();
    let mappings = [saved("表/年度が横.xlsx", &catalog)];
    let context = Context { mappings: &mappings, ..Context::new(&catalog, None) };
    for name in ["表/列の入れ替え.xlsx", "表/空の行.xlsx", "表/秘匿.xlsx"] {
        assert_reads(name, &take_book(&book(name), context));
    }
    for name in ["表/注記の行.xlsx", "表/増減.xlsx"] {
        assert_eq!(take_book(&book(name), context).report.outcome, Outcome::Waiting, "{name}");
    }
    assert_eq!(take_book(&book("L6/住民基本台帳.xlsx"), context).report.layout, Some("L6"));
}

/// A year later the unit over the same headings has changed: the saved unit would be wrong by a thousand.
#[test]
fn a_saved_reading_does_not_fit_a_table_in_another_unit() {
    let catalog = catalog();
    let mappings = [saved("表/年度が横.xlsx", &catalog)];
    let taken = take_book(&book("表/千人.xlsx"), Context { mappings: &mappings, ..Context::new(&catalog, None) });
    assert_eq!((taken.report.outcome, taken.observations.len()), (Outcome::Waiting, 0));
}

/// A year later, under the same headings: the year comes from the title, a fixed one that disagrees does not fit.
#[test]
fn next_years_table_is_never_read_as_last_years() {
    let catalog = catalog();
    let csv = |title: &str| {
        let text =
            format!("{title}\n団体コード,名称,人口（人）\n901008,みほん市,100\n902012,みなと市,20\n903019,緑町,3\n");
        read_bytes("表.csv", text.as_bytes(), &Limits::default()).unwrap()
    };
    let proposal = crosstab::understand(&csv("人口（令和5年度）"), &catalog).unwrap().mapping;
    let fixed = Mapping { period: Some("令和5年度".to_owned()), ..proposal.clone() };
    for (mapping, title, period) in [
        (&proposal, "人口（令和5年度）", Some(2023)),
        (&proposal, "人口（令和6年度）", Some(2024)),
        (&proposal, "人口", None),
        (&fixed, "人口（令和5年度）", Some(2023)),
        (&fixed, "人口（令和6年度）", None),
    ] {
        let mappings = [mapping.clone()];
        let taken = take_book(&csv(title), Context { mappings: &mappings, ..Context::new(&catalog, None) });
        let years: BTreeSet<_> = taken.observations.iter().filter_map(|o| o.period.form_year).collect();
        assert_eq!(years.into_iter().collect::<Vec<_>>(), Vec::from_iter(period), "{title}: {:#?}", taken.diagnostics);
        assert_eq!(taken.observations.len(), if period.is_some() { 3 } else { 0 });
    }
    // Nothing in the table speaks of the year: it is read as the person said, and that is told.
    let mappings = [fixed];
    let taken = take_book(&csv("人口"), Context { mappings: &mappings, ..Context::new(&catalog, None) });
    assert!(taken.diagnostics.iter().any(|told| told.code == "mapping-assumed" && told.message.contains("令和5年度")));
}

#[test]
fn readings_are_kept_in_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(folder.path()).unwrap();
    assert_eq!(workspace.mappings().unwrap(), []);
    let mapping =
        Mapping { name: "受給者数：市町村/別".to_owned(), ..saved("表/年度が横.xlsx", &catalog()) };
    let path = workspace.save_mapping(&mapping).unwrap();
    assert!(path.ends_with("読み方/受給者数：市町村_別.toml"), "{}", path.display());
    assert_eq!(workspace.mappings().unwrap(), std::slice::from_ref(&mapping));
    std::fs::write(path, "\"名前\" = 1\n").unwrap();
    let message = workspace.mappings().unwrap_err().to_string();
    assert!(message.starts_with("読み方/受給者数：市町村_別.toml 1行目"), "{message}");
    let open = Mapping { area_column: None, code: None, ..mapping };
    assert!(workspace.save_mapping(&open).unwrap_err().to_string().contains("どの地域"));
}

#[test]
fn slips_in_a_saved_reading_name_file_and_line() {
    let good = "\"名前\" = \"表\"\n\"見出しの行\" = [1, 1]\n\"地域の列\" = \"A\"\n\"期間\" = \"令和6年度\"\n\
                [[\"列\"]]\n\"見出し\" = \"値\"\n\"指標ID\" = \"X-atai\"\n";
    assert!(Mapping::parse(good.as_bytes(), "表.toml").is_ok());
    for (text, words) in [
        (good.replace("地域の列", "地域の行"), "3行目：「地域の行」という項目はありません"),
        (good.replace("[1, 1]", "\"1\""), "2行目：値の書き方"),
        (good.replace("[1, 1]", "[2, 1]"), "見出しの行"),
        (good.replace("X-atai", "あたい"), "指標ID「あたい」"),
        (good.replace("\"期間\" = \"令和6年度\"\n", ""), "いつのものか"),
        (good.replace("\"地域の列\" = \"A\"\n", ""), "どの地域のものか"),
        (good.replace("\"名前\" = \"表\"\n", ""), "「名前」がありません"),
    ] {
        let message = Mapping::parse(text.as_bytes(), "表.toml").unwrap_err().to_string();
        assert!(message.starts_with("表.toml") && message.contains(words), "{message}");
    }
}

/// A small generator of numbers, the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(sides.max(1))) as u32
    }
}

/// One damage of the structure; no digit is changed.
fn damage(book: &Book, dice: &mut Dice) -> (Book, String) {
    let grid = &book.grids[0];
    let extent = grid.extent().unwrap();
    let (row, col) = (dice.roll(extent.row + 1), dice.roll(extent.col + 1));
    let kind = dice.roll(7);
    let moved = |cell: &Cell| -> Vec<CellRef> {
        let at = cell.at;
        match kind {
            // a blank row, a row gone, a row twice
            0 => vec![CellRef::new(at.row + u32::from(at.row >= row), at.col)],
            1 if at.row == row => vec![],
            1 => vec![CellRef::new(at.row - u32::from(at.row > row), at.col)],
            2 if at.row == row => vec![at, CellRef::new(row + 1, at.col)],
            2 => vec![CellRef::new(at.row + u32::from(at.row > row), at.col)],
            // from one cell on, a row moved right or left
            3 if at.row == row && at.col >= col => vec![CellRef::new(row, at.col + 1)],
            4 if at.row == row && at.col == col => vec![],
            4 if at.row == row && at.col > col => vec![CellRef::new(row, at.col - 1)],
            // a blank column, a column gone
            5 => vec![CellRef::new(at.row, at.col + u32::from(at.col >= col))],
            6 if at.col == col => vec![],
            6 => vec![CellRef::new(at.row, at.col - u32::from(at.col > col))],
            _ => vec![at],
        }
    };
    let cells: Vec<Cell> = grid
        .cells()
        .iter()
        .flat_map(|cell| moved(cell).into_iter().map(|at| Cell { at, value: cell.value.clone() }))
        .collect();
    let mut damaged = book.clone();
    damaged.grids = vec![Grid::new(grid.name.clone(), false, cells, grid.merges.clone())];
    (damaged, format!("kind {kind} at {}", CellRef::new(row, col)))
}

/// No damage of the structure gives a figure to another area, year, age or sex without a warning that names its row.
#[test]
fn damaged_structure_never_moves_a_figure_in_silence() {
    let catalog = catalog();
    let mappings = [saved("表/年度が横.xlsx", &catalog)];
    let mut dice = Dice(20_261_122);
    for name in ["L3/緑町.xlsx", "L5/国勢調査.csv", "L6/住民基本台帳.xlsx", "L7/事業所.csv", "表/年度が横.xlsx"]
    {
        let book = book(name);
        let saved: &[Mapping] = if name.starts_with('表') { &mappings } else { &[] };
        let context = Context { mappings: saved, ..Context::new(&catalog, name.starts_with("L7").then_some(2024)) };
        let truth: BTreeSet<_> = expected().remove(name).unwrap().into_iter().map(bare).collect();
        let mut still_read = 0;
        for _ in 0..200 {
            let (damaged, what) = damage(&book, &mut dice);
            // A list with one provider fewer is another list.
            if name.starts_with("L7") && what.starts_with("kind 1") {
                continue;
            }
            let taken = take_book(&damaged, context);
            let rows: Vec<String> = warned(&taken).iter().map(|cell| digits(cell)).collect();
            for line in lines(&taken) {
                let row = digits(&line.7);
                let silent =
                    !rows.contains(&row) && !taken.diagnostics.iter().any(|told| told.message.contains(&line.7));
                let right = truth.contains(&bare(line.clone()));
                still_read += usize::from(right);
                assert!(right || !silent, "{name}, {what}: {line:?}\n{:#?}", taken.diagnostics);
            }
        }
        assert!(still_read > 200, "{name}: {still_read}");
    }
}

/// A figure without its cell.
fn bare(line: Line) -> Line {
    (line.0, line.1, line.2, line.3, line.4, line.5, line.6, String::new())
}

fn digits(cell: &str) -> String {
    cell.chars().filter(char::is_ascii_digit).collect()
}
