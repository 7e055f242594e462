//! The databases of 台帳 and the kept originals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::Check;
use crate::store::{LEDGER_FOLDER, Store};

const NAME: &str = "取り込みの記録";
const REBUILD: &str = "chiiki-sheet rebuild で作り直してください。";

pub(super) fn checks(root: &Path) -> Vec<Check> {
    let ledger = root.join(LEDGER_FOLDER);
    let mut databases: Vec<PathBuf> =
        std::fs::read_dir(&ledger).into_iter().flatten().flatten().map(|e| e.path()).collect();
    databases.retain(|path| path.extension().is_some_and(|end| end == "sqlite"));
    databases.sort();
    if databases.is_empty() && !ledger.join("originals").is_dir() {
        return vec![Check::note("store", NAME, "まだ何も取り込んでいません。", None)];
    }
    let mut all: Vec<Check> = databases.iter().map(|path| database(path)).collect();
    // A store that is damaged must not be opened for writing.
    if all.iter().all(|check| check.ok == Some(true)) {
        all.push(originals(root));
    }
    all
}

/// `PRAGMA quick_check`, over a connection that cannot write.
fn database(path: &Path) -> Check {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = format!("{NAME}（{file}）");
    let hint = match file.starts_with("index") {
        true => REBUILD,
        false => "『台帳』フォルダーの控えを取り、開発者に知らせてください。",
    };
    let verdict = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|conn| conn.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)));
    match verdict {
        Ok(verdict) if verdict == "ok" => Check::good("database", &name, "こわれていません。"),
        Ok(verdict) => Check::bad("database", &name, format!("こわれています（{verdict}）。"), hint),
        Err(error) => Check::bad("database", &name, format!("開けません（{error}）。"), hint),
    }
}

/// Every file of the index has its original, of the very bytes.
fn originals(root: &Path) -> Check {
    const NAME: &str = "保管した元のファイル";
    let found = Store::open(root).and_then(|store| {
        let wanted: BTreeSet<String> = store.files()?.into_iter().map(|record| record.file.sha256).collect();
        let kept: Vec<_> = store.originals()?.collect();
        Ok((wanted, kept))
    });
    let (wanted, kept) = match found {
        Ok(found) => found,
        Err(error) => return Check::bad("originals", NAME, error.to_string(), REBUILD),
    };
    let damaged: Vec<String> =
        kept.iter().filter(|original| original.bytes().is_err()).map(|original| original.name().to_owned()).collect();
    let there: BTreeSet<String> = kept.iter().map(|original| original.sha256.clone()).collect();
    let lost = wanted.difference(&there).count();
    if lost == 0 && damaged.is_empty() {
        return Check::good("originals", NAME, format!("{}件、すべてそろっています。", kept.len()));
    }
    let mut message = Vec::new();
    if lost > 0 {
        message.push(format!("{lost}件が無くなっています。"));
    }
    if !damaged.is_empty() {
        let some: Vec<String> = damaged.iter().take(3).cloned().collect();
        message.push(format!("{}件の中身が変わっています（{}など）。", damaged.len(), some.join("、")));
    }
    Check::bad("originals", NAME, message.concat(), "元のファイルをもう一度「受付」に入れてください。")
}
