//! Reading: bytes become grids with the addresses a person sees, or one sentence says why not.

use std::path::PathBuf;

use chiiki_sheet::model::CellRef;
use chiiki_sheet::read::{Book, BookKind, CellValue, Limits, read_path};

/// A real official file, `None` with a printed reason where the folder is absent.
fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CHIIKI_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(root).join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

fn book(name: &str) -> Option<Book> {
    let mut outcomes = read_path(&shared(name)?, &Limits::default()).unwrap();
    assert_eq!(outcomes.len(), 1, "{name}");
    Some(outcomes.remove(0).result.unwrap_or_else(|refusal| panic!("{name}: {}", refusal.to_diagnostic())))
}

fn value<'b>(book: &'b Book, sheet: &str, cell: &str) -> Option<&'b CellValue> {
    let grid = book.grids.iter().find(|grid| &*grid.name == sheet).unwrap_or_else(|| panic!("no sheet {sheet}"));
    grid.get(CellRef::parse(cell).unwrap())
}

fn number(book: &Book, sheet: &str, cell: &str) -> f64 {
    value(book, sheet, cell).and_then(CellValue::as_number).unwrap_or_else(|| panic!("no number in {sheet} {cell}"))
}

fn text<'b>(book: &'b Book, sheet: &str, cell: &str) -> &'b str {
    value(book, sheet, cell).and_then(CellValue::as_text).unwrap_or_else(|| panic!("no text in {sheet} {cell}"))
}

#[test]
fn real_annual_reports_keep_their_addresses() {
    let Some(insured) = book("r5nenpo_02h.xlsx") else { return };
    assert_eq!(insured.kind, BookKind::Xlsx);
    assert_eq!(number(&insured, "02h", "C6"), 35_889_733.0);
    assert_eq!(text(&insured, "02h", "B7"), "札幌市");
    assert_eq!((insured.grids[0].cells().len(), insured.grids[0].merges.len()), (12_585, 3));
    let Some(certified) = book("r5nenpo_04-1-1h_sheet1-2_openpyxl.xlsx") else { return };
    assert_eq!(text(&certified, "04-1-1h②", "C5"), "（再掲）第１号被保険者");
    assert_eq!(number(&certified, "04-1-1h②", "C7"), 1_007_887.0);
}

#[test]
fn real_old_books_give_whole_numbers_too() {
    let Some(waste) = book("kobe_nendobetu.xls") else { return };
    assert_eq!(waste.kind, BookKind::Xls);
    assert_eq!(number(&waste, "Ｓ55～（収集量）", "B4"), 482_103.0);
    assert_eq!(text(&waste, "Ｓ55～（収集量）", "F4"), "－");
    let Some(projection) = book("ipss2017_10-1.xls") else { return };
    assert_eq!(text(&projection, "表10-1", "A5"), "平成 27");
    assert_eq!(number(&projection, "表10-1", "A6"), 28.0);
    assert_eq!(number(&projection, "表10-1", "C5"), 127_094.745);
    let Some(population) = book("kobe_jinkou2804.xls") else { return };
    assert_eq!(number(&population, "４月推計（ＨＰ）", "F10"), 1_542_128.0);
}

#[test]
fn real_text_files_in_three_encodings() {
    let Some(facilities) = book("jigyosho_336.csv") else { return };
    assert_eq!(facilities.kind, BookKind::Csv);
    assert_eq!(text(&facilities, "", "A1"), "都道府県コード又は市町村コード");
    assert_eq!(text(&facilities, "", "A2"), "012289");
    let Some(areas) = book("FEA_hyoujun-20250210024619.csv") else { return };
    assert_eq!(text(&areas, "", "F3"), "ちゅうおうく");
    let Some(census) = book("FEH_00200521_260127162349.csv") else { return };
    assert_eq!(text(&census, "", "B7"), "当該数値がないもの", "the blank line 6 counts");
    let Some(places) = book("localgovjp-sjis_20200104.csv") else { return };
    assert_eq!(text(&places, "", "D3"), "札幌市 中央区");
}

#[test]
fn other_real_books_open() {
    for name in ["juki_2304ssnen.xlsx", "mic_000925835_R6.1.1.xlsx", "zaisei_000917808_R4.xlsx"] {
        let Some(book) = book(name) else { return };
        assert!(book.grids[0].cells().len() > 1000, "{name}");
    }
}
