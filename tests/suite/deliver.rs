//! Outputs: names that Windows takes, files that are whole or not there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::cell::{Cell, RefCell};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chiiki_sheet::deliver::naming::{MAX_UNITS, numbered};
use chiiki_sheet::deliver::publish::{FileSystem, Found, RealFiles, backup_copy_with, publish_with};
use chiiki_sheet::deliver::{
    NameWords, Patterns, Published, Replace, backup_copy, file_name, is_temporary, paper_name, publish, sanitize,
    sheet_name,
};
use chiiki_sheet::error::Error;
use chiiki_sheet::model::Date;
use proptest::prelude::*;

/// Names people and other programs come up with, and what becomes of them.
pub const NASTY_NAMES: &[(&str, &str)] = &[
    ("見本県 みほん市_地域分析・検討シート.xlsx", "見本県 みほん市_地域分析・検討シート.xlsx"),
    ("葛\u{e0100}城市 𠮷野町.xlsx", "葛\u{e0100}城市 𠮷野町.xlsx"),
    ("か\u{3099}.xlsx", "か\u{3099}.xlsx"),
    ("", "名称なし"),
    (" ", "名称なし"),
    (".", "名称なし"),
    ("..", "名称なし"),
    ("　. . .", "名称なし"),
    (".xlsx", "名称なし.xlsx"),
    ("..xlsx", "名称なし.xlsx"),
    ("/", "／"),
    ("../../設定.toml", "_..／..／設定.toml"),
    ("C:\\台帳\\a.xlsx", "C：＼台帳＼a.xlsx"),
    ("a:隠し.xlsx", "a：隠し.xlsx"),
    ("<>:\"/\\|?*.xlsx", "＜＞：＂／＼｜？＊.xlsx"),
    ("a\0b\nc\td\u{7f}\u{85}.xlsx", "a_b_c_d__.xlsx"),
    ("CON", "_CON"),
    ("con.xlsx", "_con.xlsx"),
    ("Aux .xlsx", "_Aux.xlsx"),
    ("NUL.tar.gz", "_NUL.tar.gz"),
    ("prn.", "_prn"),
    ("COM1.xlsx", "_COM1.xlsx"),
    ("lpt9", "_lpt9"),
    ("COM².xlsx", "_COM².xlsx"),
    ("CONIN$.xlsx", "_CONIN$.xlsx"),
    ("COM10.xlsx", "COM10.xlsx"),
    ("CONTENT.xlsx", "CONTENT.xlsx"),
    ("ＣＯＮ.xlsx", "ＣＯＮ.xlsx"),
    ("名前.xlsx. . ", "名前.xlsx"),
    ("名前 .xlsx", "名前.xlsx"),
    ("名前...xlsx", "名前.xlsx"),
    ("  名前.xlsx", "名前.xlsx"),
    ("名前.第3期分", "名前.第3期分"),
    ("~$名前.xlsx", "_~$名前.xlsx"),
    (".chiiki-1-1.tmp", "_.chiiki-1-1.tmp"),
    ("請求書\u{202e}xslx.exe", "請求書xslx.exe"),
    ("\u{feff}名前\u{200b}.xlsx", "名前.xlsx"),
];

#[test]
fn nasty_names_become_safe_ones() {
    for (nasty, safe) in NASTY_NAMES {
        assert_eq!(sanitize(nasty), *safe, "{nasty:?}");
        assert_safe(safe);
    }
}

#[test]
fn every_safe_name_can_be_written_and_read_back() {
    let dir = tempfile::tempdir().unwrap();
    for (nasty, safe) in NASTY_NAMES {
        let published = publish(dir.path(), &sanitize(nasty), nasty.as_bytes(), Replace::Ours).unwrap();
        assert_eq!(published.path, dir.path().join(safe));
        assert_eq!(fs::read(&published.path).unwrap(), nasty.as_bytes());
    }
}

#[test]
fn long_names_keep_their_extension() {
    let name = sanitize(&format!("{}.xlsx", "𠮷".repeat(150)));
    assert_eq!(name, format!("{}.xlsx", "𠮷".repeat(97)), "no half of a surrogate pair");
    assert_eq!(numbered(&name, 12), format!("{} (12).xlsx", "𠮷".repeat(95)));
    // Cutting must not lay bare a device name.
    assert_eq!(sanitize(&format!("AUX{}あ", " ".repeat(250))), "_AUX");
    assert_eq!(numbered("名前.xlsx", 2), "名前 (2).xlsx");
}

/// Microsoft's rules, "Naming Files, Paths, and Namespaces", written down apart from the product's.
fn assert_safe(name: &str) {
    let forbidden = |c: char| (c as u32) < 32 || c == '\u{7f}' || "<>:\"/\\|?*".contains(c);
    assert!(!name.is_empty());
    assert!(!name.contains(forbidden), "{name:?}");
    assert!(!name.ends_with(['.', ' ']) && !name.starts_with(['.', ' ']), "{name:?}");
    assert!(name.encode_utf16().count() <= MAX_UNITS, "{name:?}");
    let base = name.split('.').next().unwrap().trim_end().to_uppercase();
    let mut devices: Vec<String> = ["CON", "PRN", "AUX", "NUL"].map(str::to_owned).to_vec();
    for number in "0123456789¹²³".chars() {
        devices.extend([format!("COM{number}"), format!("LPT{number}")]);
    }
    assert!(!devices.contains(&base), "{name:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sanitized_name_is_safe_and_stays_as_it_is(
        name in prop_oneof![
            any::<String>(),
            "(CON|aux|Com1|~\\$|\\.)?[ .　:*あA]{0,6}[ .]{0,220}(x|𠮷){0,120}[ .]{0,3}(\\.xlsx|\\.xls x)?[ .]{0,2}",
        ],
    ) {
        let safe = sanitize(&name);
        assert_safe(&safe);
        prop_assert_eq!(sanitize(&safe), safe.clone());
        assert_safe(&numbered(&safe, 99));
    }
}

// ---- Patterns ---------------------------------------------------------------------------------------------------

fn words() -> NameWords<'static> {
    NameWords { prefecture: "見本県", insurer: "みほん市", date: Date::new(2026, 11, 22).unwrap() }
}

#[test]
fn a_sheet_is_named_by_its_pattern() {
    let named = |pattern| sheet_name(pattern, &words()).unwrap();
    assert_eq!(named(None), "見本県 みほん市_地域分析・検討シート.xlsx");
    assert_eq!(
        named(Some("{{都道府県}} {{保険者}}_地域分析・検討シート_{{日付}}")),
        "見本県 みほん市_地域分析・検討シート_2026-11-22.xlsx"
    );
    assert_eq!(named(Some("{{保険者}}.XLSX")), "みほん市.XLSX");
    assert_eq!(named(Some("{{日付}}/{{保険者}}")), "2026-11-22／みほん市.xlsx");
    assert_eq!(file_name("{{保険者}}_配布資料", &words(), "pdf").unwrap(), "みほん市_配布資料.pdf");
}

#[test]
fn words_enter_a_name_as_they_are() {
    let words = NameWords { prefecture: "", insurer: "A&B<{{日付}}>'町'", ..words() };
    assert_eq!(sheet_name(None, &words).unwrap(), "A&B＜{{日付}}＞'町'_地域分析・検討シート.xlsx");
}

#[test]
fn a_pattern_that_cannot_be_used_says_why() {
    for (pattern, culprit) in [
        ("{{市町村}}_{{日付}}", "「市町村」"),
        ("{{this}}", "「this」"),
        ("{{保険者}}_{{日付 和暦}}", "組を確かめて"),
        ("{{#if 年度}}a{{/if}}", "組を確かめて"),
        ("{{> 保険者}}", "組を確かめて"),
        ("{{保険者", "組を確かめて"),
        ("{{#if}}", "組を確かめて"),
    ] {
        let error = sheet_name(Some(pattern), &words()).unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{pattern}: {error:?}");
        let message = error.to_string();
        assert!(message.contains(pattern) && message.contains(culprit), "{message}");
        assert!(message.contains("{{都道府県}} ・ {{保険者}} ・ {{日付}}"), "{message}");
    }
}

#[test]
fn an_unknown_word_names_the_nearest_one() {
    let told = |pattern| sheet_name(Some(pattern), &words()).unwrap_err().to_string();
    assert!(told("{{保健者}}").contains("もしかすると {{保険者}} ですか。"));
    assert!(told("{{都道府件}}").contains("もしかすると {{都道府県}} ですか。"));
    assert!(!told("{{市町村}}").contains("もしかすると"));
    // Only papers have a kind.
    assert!(told("{{保険者}}_{{資料}}").contains("「資料」は使えません"));
}

#[test]
fn a_paper_always_says_which_one_it_is() {
    for (pattern, name) in [
        (None, "見本県 みほん市_配布資料.pdf"),
        (Some("{{資料}}（{{保険者}}）{{日付}}"), "配布資料（みほん市）2026-11-22.pdf"),
        (Some("{{保険者}}"), "みほん市_配布資料.pdf"),
        (Some("{{保険者}}.PDF"), "みほん市_配布資料.pdf"),
    ] {
        assert_eq!(paper_name(pattern, &words(), "配布資料").unwrap(), name, "{pattern:?}");
    }
}

#[test]
fn insurers_that_would_share_a_file_are_named() {
    let of = |prefecture, insurer| NameWords { prefecture, insurer, ..words() };
    let insurers = [of("東京都", "府中市"), of("広島県", "府中市"), of("広島県", "福山市"), of("広島県", "福山市")];
    let patterns = |sheet: &str| Patterns { sheet: Some(sheet.to_owned()), paper: None };
    assert_eq!(Patterns::default().collisions(&insurers).unwrap(), []);
    assert_eq!(patterns("{{都道府県}}{{保険者}}").collisions(&insurers).unwrap(), []);
    let found = patterns("{{保険者}}").collisions(&insurers).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name, "府中市.xlsx");
    assert_eq!(found[0].insurers, [("東京都", "府中市"), ("広島県", "府中市")]);
    assert_eq!(patterns("シート").collisions(&insurers).unwrap()[0].insurers.len(), 3);
    let papers = Patterns { sheet: None, paper: Some("{{資料}}".to_owned()) };
    assert_eq!(papers.collisions(&insurers).unwrap()[0].insurers.len(), 3);
    // Windows does not tell capitals from small letters.
    let cased = [of("", "A町"), of("", "a町")];
    assert_eq!(Patterns::default().collisions(&cased).unwrap().len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands around the words and whatever the insurer is called: a safe name, or a sentence.
    #[test]
    fn any_pattern_gives_a_safe_name_or_a_sentence(
        before in "[{}<>:\"/\\\\|?*. a-zA-ZあアCON~$😀\u{1}-\u{1f}]{0,8}",
        word in prop_oneof![Just("都道府県"), Just("保険者"), Just("日付"), Just("資料"), Just("保検者"), Just("")],
        after in "[}. 　_あ𠮷]{0,230}",
        insurer in any::<String>(),
    ) {
        let pattern = format!("{before}{{{{{word}}}}}{after}");
        let words = NameWords { insurer: &insurer, ..words() };
        for named in [sheet_name(Some(&pattern), &words), paper_name(Some(&pattern), &words, "記入用")] {
            match named {
                Ok(name) => assert_safe(&name),
                Err(error) => prop_assert!(matches!(error, Error::Usage(_)), "{}", error),
            }
        }
    }
}

// ---- Publishing -------------------------------------------------------------------------------------------------

const NAME: &str = "見本県 みほん市_地域分析・検討シート.xlsx";
const SECOND: &str = "見本県 みほん市_地域分析・検討シート (2).xlsx";
const THIRD: &str = "見本県 みほん市_地域分析・検討シート (3).xlsx";

/// Raw numbers of a full disk and of a write-protected one.
const NO_SPACE: i32 = if cfg!(windows) { 112 } else { 28 };
const WRITE_PROTECTED: i32 = if cfg!(windows) { 19 } else { 30 };

/// The disk, on which `fault` makes steps fail by their name and number with a raw error of the system.
struct Faulty<F: Fn(&str, usize) -> Option<i32>> {
    fault: F,
    steps: RefCell<Vec<&'static str>>,
    waits: Cell<usize>,
}

impl<F: Fn(&str, usize) -> Option<i32>> Faulty<F> {
    fn new(fault: F) -> Self {
        Self { fault, steps: RefCell::default(), waits: Cell::new(0) }
    }

    fn step(&self, name: &'static str) -> io::Result<()> {
        let mut steps = self.steps.borrow_mut();
        steps.push(name);
        (self.fault)(name, steps.len() - 1).map_or(Ok(()), |raw| Err(io::Error::from_raw_os_error(raw)))
    }
}

impl<F: Fn(&str, usize) -> Option<i32>> FileSystem for Faulty<F> {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.step("create_dir")?;
        RealFiles.create_dir(dir)
    }
    fn look(&self, path: &Path) -> io::Result<Found> {
        self.step("look")?;
        RealFiles.look(path)
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.step("write_new") {
            RealFiles.write_new(path, &bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        RealFiles.write_new(path, bytes)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename")?;
        RealFiles.rename(from, to)
    }
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename_new")?;
        RealFiles.rename_new(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step("remove")?;
        RealFiles.remove(path)
    }
    fn sync_dir(&self, dir: &Path) {
        RealFiles.sync_dir(dir);
    }
    fn temporary_files(&self, dir: &Path) -> Vec<(PathBuf, Duration)> {
        RealFiles.temporary_files(dir)
    }
    fn wait(&self, _: Duration) {
        self.waits.set(self.waits.get() + 1);
    }
}

/// Names and contents of a folder.
fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap_or_default())
        })
        .collect();
    files.sort();
    files
}

fn holds(dir: &Path, expected: &[(&str, &[u8])]) {
    let expected: Vec<_> = expected.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    assert_eq!(contents(dir), expected);
}

#[test]
fn a_file_is_written_replaced_and_left_alone_when_nothing_changed() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("出力");
    let path = dir.join(NAME);

    let first = publish(&dir, NAME, b"one", Replace::Ours).unwrap();
    assert_eq!(first, Published { path: path.clone(), replaced: false, written: true, notice: None });
    let second = publish(&dir, NAME, b"two", Replace::Ours).unwrap();
    assert_eq!(second, Published { path: path.clone(), replaced: true, written: true, notice: None });

    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
    for policy in [Replace::Ours, Replace::Never] {
        let third = publish(&dir, NAME, b"two", policy).unwrap();
        assert_eq!(third, Published { path: path.clone(), replaced: false, written: false, notice: None });
    }
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), long_ago);
    holds(&dir, &[(NAME, b"two")]);
}

#[test]
fn a_file_that_is_not_ours_is_never_touched() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(NAME), "someone's").unwrap();
    fs::write(dir.path().join(SECOND), "also someone's").unwrap();

    for written in [true, false] {
        let published = publish(dir.path(), NAME, b"ours", Replace::Never).unwrap();
        assert_eq!(published.path, dir.path().join(THIRD));
        assert_eq!((published.replaced, published.written), (false, written));
        let notice = published.notice.unwrap();
        assert_eq!(notice.code, "output-name-taken");
        assert!(notice.message.contains(THIRD), "{notice}");
    }
    holds(dir.path(), &[(SECOND, b"also someone's"), (THIRD, b"ours"), (NAME, b"someone's")]);
}

#[test]
fn a_folder_in_the_way_is_not_ours_either() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(NAME)).unwrap();
    let published = publish(dir.path(), NAME, b"ours", Replace::Ours).unwrap();
    assert_eq!(published.path, dir.path().join(SECOND));
    assert_eq!(published.notice.unwrap().code, "output-name-taken");
}

#[test]
fn a_file_open_in_excel_stays_and_the_new_one_lies_beside_it() {
    for raw in [5, 32, 33] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(NAME), "old").unwrap();
        let files = Faulty::new(|step, _| (step == "rename").then_some(raw));

        let published = publish_with(&files, dir.path(), NAME, b"new", Replace::Ours).unwrap();

        assert_eq!(published.path, dir.path().join(SECOND));
        assert_eq!((published.replaced, published.written), (false, true));
        let notice = published.notice.unwrap();
        assert_eq!(notice.code, "output-held");
        assert_eq!(notice.place.file.as_deref(), Some(NAME));
        assert!(notice.message.contains("Excel") && notice.message.contains(SECOND), "{notice}");
        assert_eq!(files.waits.get(), 3);
        holds(dir.path(), &[(SECOND, b"new"), (NAME, b"old")]);
    }
}

#[test]
fn a_file_held_for_a_moment_is_replaced_after_all() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(NAME), "old").unwrap();
    let tries = Cell::new(0);
    let files = Faulty::new(|step, _| {
        (step == "rename" && {
            tries.set(tries.get() + 1);
            tries.get() <= 2
        })
        .then_some(32)
    });
    let published = publish_with(&files, dir.path(), NAME, b"new", Replace::Ours).unwrap();
    assert_eq!((published.replaced, published.notice, files.waits.get()), (true, None, 2));
    holds(dir.path(), &[(NAME, b"new")]);
}

#[test]
fn a_file_that_cannot_even_be_read_is_held_and_not_lost() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(NAME), "old").unwrap();
    let files = Faulty::new(|step, number| (step == "rename" || step == "look" && number < 2).then_some(32));
    let published = publish_with(&files, dir.path(), NAME, b"new", Replace::Ours).unwrap();
    assert_eq!(published.notice.unwrap().code, "output-held");
    holds(dir.path(), &[(SECOND, b"new"), (NAME, b"old")]);
}

/// Every step fails once, in every way: what lies there is the old file or the new one, whole, and nothing else.
#[test]
fn whichever_step_fails_no_half_a_file_is_left() {
    let old: Option<&[u8]> = Some(b"old");
    for (before, policy) in [(None, Replace::Ours), (None, Replace::Never), (old, Replace::Ours), (old, Replace::Never)]
    {
        for raw in [5, 32, 33, NO_SPACE, WRITE_PROTECTED] {
            for once in [true, false] {
                for failing in 0..12 {
                    let dir = tempfile::tempdir().unwrap();
                    if let Some(bytes) = before {
                        fs::write(dir.path().join(NAME), bytes).unwrap();
                    }
                    let fails = |number| if once { number == failing } else { number >= failing };
                    // A folder in which nothing can be deleted keeps the temporary file; that is the next test.
                    let files = Faulty::new(|step, number| (step != "remove" && fails(number)).then_some(raw));

                    let result = publish_with(&files, dir.path(), NAME, b"the new bytes", policy);

                    let case = format!("{before:?} {policy:?} {raw} {once} {failing} {:?}", files.steps.borrow());
                    let left = contents(dir.path());
                    for (name, bytes) in &left {
                        assert!(bytes == b"the new bytes" || Some(bytes.as_slice()) == before, "{case}: {name}");
                        assert!(!is_temporary(name), "{case}: {name}");
                    }
                    match result {
                        Ok(published) => {
                            assert_eq!(fs::read(&published.path).unwrap(), b"the new bytes", "{case}");
                            let moved = published.path != dir.path().join(NAME);
                            assert_eq!(published.notice.is_some(), moved, "{case}");
                        }
                        Err(error) => {
                            assert!(matches!(error, Error::Io { .. } | Error::Usage(_)), "{case}: {error:?}");
                            let unchanged = before.map(|bytes| (NAME.to_owned(), bytes.to_vec()));
                            assert_eq!(left, unchanged.into_iter().collect::<Vec<_>>(), "{case}");
                        }
                    }
                    if policy == Replace::Never && before.is_some() {
                        assert_eq!(fs::read(dir.path().join(NAME)).unwrap(), b"old", "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_full_and_a_protected_disk_say_what_to_do() {
    for (raw, hint) in [(NO_SPACE, "空き容量を増やして"), (WRITE_PROTECTED, "書き込みできる場所")] {
        let dir = tempfile::tempdir().unwrap();
        let files = Faulty::new(|step, _| (step == "write_new").then_some(raw));
        let error = publish_with(&files, dir.path(), NAME, b"new", Replace::Ours).unwrap_err();
        assert!(error.to_string().contains(hint), "{error}");
        assert_eq!(error.exit_code(), 2);
        assert_eq!(files.waits.get(), 0);
        holds(dir.path(), &[]);
    }
}

#[test]
fn leftovers_of_killed_runs_are_removed_and_running_ones_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let old = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    for (name, age) in [(".chiiki-1-0.tmp", Some(old)), (".chiiki-2-0.tmp", None), (".others.tmp", Some(old))] {
        let file = fs::File::create(dir.path().join(name)).unwrap();
        if let Some(age) = age {
            file.set_modified(age).unwrap();
        }
    }
    publish(dir.path(), NAME, b"new", Replace::Ours).unwrap();
    holds(dir.path(), &[(".chiiki-2-0.tmp", b""), (".others.tmp", b""), (NAME, b"new")]);
}

#[test]
fn many_writers_of_one_name_do_not_overwrite_each_other() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..8u8 {
            let dir = dir.path();
            scope.spawn(move || publish(dir, NAME, &vec![writer; 100_000], Replace::Never).unwrap());
        }
    });
    let mut left: Vec<_> = contents(dir.path()).into_iter().map(|(_, bytes)| bytes).collect();
    left.sort();
    assert_eq!(left, (0..8u8).map(|writer| vec![writer; 100_000]).collect::<Vec<_>>());
}

#[test]
fn a_name_with_folders_in_it_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["", ".", "..", "a/b.xlsx", "/a.xlsx", "..\\a.xlsx", "a:b", "a/", "a\0b"] {
        let error = publish(dir.path(), name, b"new", Replace::Ours).unwrap_err();
        assert!(matches!(error, Error::Internal(_)), "{name:?}: {error:?}");
    }
    holds(dir.path(), &[]);
}

// ---- Copies before a change -------------------------------------------------------------------------------------

#[test]
fn a_dated_copy_is_made_once_for_each_content() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("シート.xlsx");
    let date = Date::new(2026, 11, 22).unwrap();
    let copies: Vec<_> = ["one", "two", "one"]
        .into_iter()
        .map(|content| {
            fs::write(&path, content).unwrap();
            backup_copy(&path, date).unwrap().file_name().unwrap().to_str().unwrap().to_owned()
        })
        .collect();
    let (first, second) = ("シート_控え_2026-11-22.xlsx", "シート_控え_2026-11-22 (2).xlsx");
    assert_eq!(copies, [first, second, first]);
    holds(dir.path(), &[("シート.xlsx", b"one"), (second, b"two"), (first, b"one")]);
}

#[test]
fn a_copy_that_cannot_be_made_or_checked_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("シート.xlsx");
    let date = Date::new(2026, 11, 22).unwrap();
    assert!(matches!(backup_copy(&path, date), Err(Error::Io { .. })));

    fs::write(&path, "one").unwrap();
    for (failing, raw) in [("write_new", NO_SPACE), ("look", 32)] {
        let files = Faulty::new(|step, _| (step == failing).then_some(raw));
        assert!(matches!(backup_copy_with(&files, &path, date), Err(Error::Io { .. })), "{failing}");
        holds(dir.path(), &[("シート.xlsx", b"one")]);
    }
    // The last look is the one that checks the copy.
    let files = Faulty::new(|step, number| (step == "look" && number > 3).then_some(32));
    assert!(matches!(backup_copy_with(&files, &path, date), Err(Error::Io { .. })));
}
