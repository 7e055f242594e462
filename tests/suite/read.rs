//! Reading: bytes become grids with the addresses a person sees, or one sentence says why not.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chiiki_sheet::model::CellRef;
use chiiki_sheet::read::sandbox::{Sandbox, SandboxOptions};
use chiiki_sheet::read::{Book, BookKind, CellValue, Limits, ReadOutcome, read_all, read_path};

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
fn a_book_with_macros_charts_and_links_is_data_only() {
    for name in ["rich.xlsm", "rich.xlsx"] {
        let Some(book) = book(&format!("../fixtures/{name}")) else { return };
        let sheets: Vec<_> = book.grids.iter().map(|grid| (&*grid.name, grid.hidden)).collect();
        assert_eq!(sheets[0], ("地域分析・検討シート", false), "{name}");
        assert!(sheets.contains(&("コード表", true)) && sheets.contains(&("_meta", true)), "{sheets:?}");
    }
}

#[test]
fn other_real_books_open() {
    for name in ["juki_2304ssnen.xlsx", "mic_000925835_R6.1.1.xlsx", "zaisei_000917808_R4.xlsx"] {
        let Some(book) = book(name) else { return };
        assert!(book.grids[0].cells().len() > 1000, "{name}");
    }
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/read")
}

/// The odd, damaged and hostile files of `tests/support/make_bad_files.py`, by name.
fn files() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(data().join("files")).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn describe(outcomes: &[ReadOutcome]) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        let book = match &outcome.result {
            Ok(book) => book,
            Err(refusal) => {
                let wait = if refusal.waiting { "待つ" } else { "読まない" };
                writeln!(out, "  {wait}: {}", refusal.to_diagnostic()).unwrap();
                continue;
            }
        };
        writeln!(out, "  読んだ: {}（{:?}）", book.file.name, book.kind).unwrap();
        for grid in &book.grids {
            let hidden = if grid.hidden { " 非表示" } else { "" };
            let cells = grid.cells().iter().take(12).map(|cell| {
                let value = match &cell.value {
                    CellValue::Number(number) => format!("数{number}"),
                    CellValue::DateSerial(number) => format!("日付{number}"),
                    other => other.display().replace('\n', "⏎"),
                };
                format!("{}={value}", cell.at)
            });
            let cells: Vec<_> = cells.collect();
            writeln!(out, "    「{}」{hidden} {}", grid.name, cells.join(" ")).unwrap();
            for (from, to) in &grid.merges {
                writeln!(out, "      結合 {from}:{to}").unwrap();
            }
            for at in &grid.percent {
                writeln!(out, "      パーセント表示 {at}").unwrap();
            }
            for at in &grid.formulas_without_value {
                writeln!(out, "      値のない式 {at}").unwrap();
            }
        }
    }
    out
}

/// Compares with the reviewed text; `UPDATE_SNAPSHOTS=1` rewrites it.
fn assert_snapshot(name: &str, actual: &str) {
    let path = data().join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    for (line, (expected, actual)) in expected.lines().zip(actual.lines()).enumerate() {
        assert_eq!(expected, actual, "{name}:{}", line + 1);
    }
    assert_eq!(expected.lines().count(), actual.lines().count(), "{name}");
}

#[test]
fn every_odd_file_has_its_outcome_and_sentence() {
    let mut actual = String::new();
    for (name, bytes) in files() {
        writeln!(actual, "■ {name}\n{}", describe(&read_all(&name, &bytes, &Limits::default()))).unwrap();
    }
    assert_snapshot("messages.txt", &actual);
}

fn options() -> SandboxOptions {
    // Far above what a test machine under load needs; nothing here is meant to reach it.
    SandboxOptions { time: Duration::from_secs(120), ..SandboxOptions::new(env!("CARGO_BIN_EXE_chiiki-sheet")) }
}

fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(part).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let read = |index| {
        let mut part = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        (part.name().unwrap().into_owned(), content)
    };
    let count = zip::ZipArchive::new(Cursor::new(bytes)).unwrap().len();
    (0..count).map(read).collect()
}

#[test]
fn the_child_reads_as_this_process_does() {
    let mut sandbox = Sandbox::new(options());
    for (name, bytes) in files() {
        let here = read_all(&name, &bytes, &Limits::default());
        assert_eq!(sandbox.read_all(&name, bytes).unwrap(), here, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn exhausted_memory_costs_one_file() {
    // Two million cells in 4 MB of text: within the limits of a file, far beyond those of this child.
    let large = "1,".repeat(99).into_bytes().into_iter().chain(*b"1\n").collect::<Vec<_>>().repeat(20_000);
    let good = std::fs::read(data().join("files/良い.xlsx")).unwrap();
    let mut sandbox = Sandbox::new(SandboxOptions { memory_bytes: 96 << 20, ..options() });
    let outcomes = sandbox.read_all("大きい.csv", large.clone()).unwrap();
    let refusal = outcomes[0].result.as_ref().unwrap_err();
    assert_eq!((outcomes.len(), refusal.code), (1, "reader-stopped"), "{}", refusal.to_diagnostic());
    assert_eq!(refusal.place.file.as_deref(), Some("大きい.csv"));
    assert_eq!(outcomes[0].file.sha256.len(), 64, "known although it was not read");
    assert!(sandbox.read_all("良い.xlsx", good.clone()).unwrap()[0].result.is_ok(), "the next child reads on");

    let folder = [("前.xlsx", good.clone()), ("大きい.csv", large), ("後.xlsx", good)];
    let folder: Vec<_> = folder.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    let outcomes = sandbox.read_all("まとめ.zip", zipped(&folder)).unwrap();
    let codes: Vec<_> =
        outcomes.iter().map(|outcome| outcome.result.as_ref().err().map(|refusal| refusal.code)).collect();
    assert_eq!(codes, [None, Some("reader-stopped"), None], "one entry, not the zip");
    assert_eq!(outcomes[1].file.name, "まとめ.zip／大きい.csv");
}

#[cfg(unix)]
#[test]
fn a_child_that_hangs_or_ends_costs_one_file() {
    let silent = SandboxOptions { exe: "sleep".into(), args: vec!["1000".into()], time: Duration::ZERO, ..options() };
    let outcomes = Sandbox::new(silent).read_all("a.csv", b"a,b".to_vec()).unwrap();
    assert_eq!(outcomes[0].result.as_ref().unwrap_err().code, "reader-timeout");
    let gone = SandboxOptions { exe: "false".into(), args: Vec::new(), ..options() };
    let outcomes = Sandbox::new(gone).read_all("a.csv", b"a,b".to_vec()).unwrap();
    assert_eq!(outcomes[0].result.as_ref().unwrap_err().code, "reader-stopped");
    let garbled = SandboxOptions { exe: "echo".into(), args: vec!["hello".into()], ..options() };
    let outcomes = Sandbox::new(garbled).read_all("a.csv", b"a,b".to_vec()).unwrap();
    assert_eq!(outcomes[0].result.as_ref().unwrap_err().code, "reader-stopped");
    let missing = SandboxOptions { exe: "/nowhere/chiiki-sheet".into(), ..options() };
    assert!(Sandbox::new(missing).read_all("a.csv", b"a,b".to_vec()).is_err());
}

#[cfg(unix)]
#[test]
fn a_child_that_ended_while_it_waited_costs_nothing() {
    let mut sandbox = Sandbox::new(options());
    assert!(sandbox.read_all("a.csv", b"a,b".to_vec()).unwrap()[0].result.is_ok());
    let first = sandbox.process_id().unwrap();
    assert!(std::process::Command::new("kill").args(["-9", &first.to_string()]).status().unwrap().success());
    assert!(sandbox.read_all("b.csv", b"a,b".to_vec()).unwrap()[0].result.is_ok());
    assert_ne!(sandbox.process_id(), Some(first));
}

/// A small generator with a fixed seed (xorshift64*): the mutants of a run are those of every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self.below(6) {
            0 => bytes.truncate(self.below(bytes.len())),
            1 => {
                let (from, to) = (self.below(bytes.len()), self.below(bytes.len()));
                let length = 1 + self.below(40).min(bytes.len() - from.max(to) - 1);
                let chunk = bytes[from..from + length].to_vec();
                bytes[to..to + length].copy_from_slice(&chunk);
            }
            2 => {
                let at = self.below(bytes.len());
                let digits: &[u8] =
                    [b"99999999999".as_slice(), b"-1", b"\"", b"<", b"\0", b"\xFF\xFF\xFF\x7F"][self.below(6)];
                bytes.splice(at..at, digits.iter().copied());
            }
            _ => {
                for _ in 0..=self.below(8) {
                    let at = self.below(bytes.len());
                    bytes[at] ^= 1 << self.below(8);
                }
            }
        }
    }
}

#[test]
fn mutants_never_stop_the_reader() {
    let count = std::env::var("CHIIKI_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    let good: Vec<_> = files()
        .into_iter()
        .filter(|(name, _)| {
            let start = ["良い", "日付.", "中身は", "接頭辞", "まとめ.", "CP932", "計算", "パーセント", "隠し", "空行"];
            start.iter().any(|start| name.starts_with(start))
        })
        .collect();
    assert!(good.len() > 12);
    let mut seeded = Seeded(0x9E37_79B9_7F4A_7C15);
    let mut sandbox = Sandbox::new(options());
    let (mut read, mut stopped) = (0, Vec::new());
    for number in 0..count {
        let (name, bytes) = &good[number % good.len()];
        let mut mutant = bytes.clone();
        if mutant.starts_with(b"PK") && seeded.below(4) > 0 {
            // Inside a part, or the checksum alone would stop every mutant.
            let mut parts = unzipped(bytes);
            let part = seeded.below(parts.len());
            seeded.mutate(&mut parts[part].1);
            mutant = zipped(&parts);
        } else {
            seeded.mutate(&mut mutant);
        }
        for outcome in sandbox.read_all(name, mutant).unwrap() {
            match outcome.result {
                Ok(book) => {
                    read += 1;
                    for cell in book.grids.iter().flat_map(|grid| grid.cells()) {
                        assert!(
                            cell.at.row < CellRef::MAX_ROWS && cell.at.col < CellRef::MAX_COLS,
                            "mutant {number} of {name}"
                        );
                        if let CellValue::Number(number) | CellValue::DateSerial(number) = cell.value {
                            assert!(number.is_finite());
                        }
                    }
                }
                Err(refusal) if refusal.code.starts_with("reader-") => stopped.push((number, name, refusal.code)),
                Err(_) => {}
            }
        }
    }
    println!("{count} mutants, {read} read");
    assert!(read > count / 10, "mutants that are all refused test nothing: {read}");
    assert!(stopped.is_empty(), "{stopped:?}");
}
