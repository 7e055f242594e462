//! The list of sheets: at once from the names, then from what was learned, and never a book opened twice for nothing.

use std::fs;
use std::path::PathBuf;

use chiiki_sheet::serve::library::Library;
use chiiki_sheet::workspace::OUTPUT;
use serde_json::Value;

use super::support::Office;

const TOWNS: usize = 20;

/// An office whose 出力 holds books of many towns that nobody has opened yet.
fn many() -> (Office, Vec<PathBuf>) {
    let office = Office::new();
    let book = office.book();
    let out = office.workspace.folder(OUTPUT);
    let mut paths = Vec::new();
    for number in 1..=TOWNS {
        let path = out.join(format!("見本県 第{number}町_地域分析・検討シート.xlsx"));
        // Each its own content: a comment behind the archive, which no reader minds.
        let mut bytes = fs::read(&book).unwrap();
        let end = bytes.len() - 2;
        let note = number.to_string();
        bytes[end..].copy_from_slice(&u16::try_from(note.len()).unwrap().to_le_bytes());
        bytes.extend(note.as_bytes());
        fs::write(&path, bytes).unwrap();
        paths.push(path);
    }
    (office, paths)
}

fn library(office: &Office) -> std::sync::Arc<Library> {
    Library::open(&office.workspace, office.workspace.catalog().unwrap())
}

/// Waits until everything is read.
fn settled(library: &std::sync::Arc<Library>) -> Vec<chiiki_sheet::serve::library::Sheet> {
    loop {
        let sheets = library.sheets();
        // What is being written down would forget books a test takes away meanwhile.
        if sheets.iter().all(|sheet| sheet.read) && !library.is_reading() {
            return sheets;
        }
        std::thread::yield_now();
    }
}

#[test]
fn unknown_books_are_listed_by_their_names_and_read_behind_the_scenes() {
    let (office, _) = many();
    fs::write(office.workspace.folder(OUTPUT).join("会議の資料.xlsx"), b"no book").unwrap();
    let library = library(&office);
    let first = library.sheets();
    assert!(first.len() > TOWNS, "all of them, before they are read");
    let town = first.iter().find(|sheet| sheet.file.contains("第7町")).unwrap();
    if !town.read {
        assert_eq!((town.facts.insurer.as_str(), town.facts.prefecture.as_str()), ("見本県 第7町", "見本県"));
    }
    // Whoever opens one does not wait for the others.
    let one = library.sheet(&town.id).unwrap();
    assert!(one.read);
    assert_eq!((one.facts.key.as_str(), one.facts.years.len()), ("901008", 3));
    let all = settled(&library);
    assert_eq!(all.len(), TOWNS + 1, "what is no sheet of ours is not listed");
    assert!(all.iter().all(|sheet| sheet.facts.key == "901008"));
}

#[test]
fn what_was_learned_outlives_a_restart_a_copy_and_a_new_date() {
    let (office, paths) = many();
    let first = library(&office);
    settled(&first);
    let opened = first.opened();
    assert!(opened >= TOWNS, "{opened}");
    first.remember();
    drop(first);

    // A folder that was copied: every date is another. A book under another name is known, too.
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        fs::remove_file(path).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let renamed = paths[0].with_file_name("見本県 第1町（会議用）.xlsx");
    fs::rename(&paths[0], &renamed).unwrap();
    let second = library(&office);
    let sheets = settled(&second);
    assert_eq!(second.opened(), 0, "known by their content");
    assert!(sheets.iter().any(|sheet| sheet.path == renamed));

    // A book that says something else is read again.
    let other = fs::read(office.book()).unwrap();
    fs::write(&paths[1], other).unwrap();
    assert_eq!(settled(&second).len(), TOWNS + 1);
    assert!(second.opened() <= 1);
}

#[test]
fn the_list_tells_what_is_not_read_yet() {
    let (office, _) = many();
    // The service has a library of its own, which has not seen the new books.
    let (status, list) = office.get("/api/v1/sheets?size=200");
    assert_eq!((status, list["total"].as_u64()), (200, Some(TOWNS as u64 + 1)), "{list}");
    let unread = |list: &Value| list["items"].as_array().unwrap().iter().filter(|item| item["read"] == false).count();
    let (shown, pending) = (unread(&list), list["pending"].as_u64().unwrap());
    assert!(shown == 0 || pending > 0, "{shown} {pending}");
    loop {
        let (_, list) = office.get("/api/v1/sheets?size=200");
        if unread(&list) == 0 {
            assert_eq!(list["total"].as_u64(), Some(TOWNS as u64 + 1));
            break;
        }
        std::thread::yield_now();
    }
}
