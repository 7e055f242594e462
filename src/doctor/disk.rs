//! Folders, space, names and places.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Check;
use crate::deliver::naming::MAX_UNITS;
use crate::store::LEDGER_FOLDER;
use crate::workspace::{DONE, INBOX, OUTPUT, QUARANTINE};

const FOLDERS: [&str; 4] = [INBOX, DONE, QUARANTINE, OUTPUT];
/// Less than this and a prefecture's papers may not fit.
const WANTED_MB: u64 = 500;
/// Windows takes no longer path unless it was set up for it.
const MAX_PATH: usize = 259;
const LOG: [&str; 2] = ["記録", "動作記録.txt"];
const LOCK: &str = "見張り.lock";
const LAST_LINES: usize = 5;

pub(super) fn folders(root: &Path) -> Check {
    const NAME: &str = "作業フォルダー";
    if !root.is_dir() {
        let hint = "場所を確かめるか、共有フォルダーにつながっているか確かめてください。";
        return Check::bad("workspace", NAME, "フォルダーが見つかりません。", hint);
    }
    let missing: Vec<&str> = FOLDERS.into_iter().filter(|name| !root.join(name).is_dir()).collect();
    if missing.is_empty() {
        return Check::good("workspace", NAME, "受付・処理済・隔離・出力がそろっています。");
    }
    Check::bad(
        "workspace",
        NAME,
        format!("「{}」フォルダーがありません。", missing.join("」「")),
        "chiiki-sheet init で作り直してください（今あるファイルはそのまま残ります）。",
    )
}

pub(super) fn writable(root: &Path) -> Check {
    const NAME: &str = "書き込み";
    let folders = FOLDERS.into_iter().chain([LEDGER_FOLDER]).map(|name| (name, root.join(name)));
    let refused: Vec<String> = folders
        .chain([("作業フォルダー", root.to_owned())])
        .filter(|(_, folder)| folder.is_dir())
        .filter_map(|(name, folder)| Some(format!("{name}（{}）", try_write(&folder).err()?)))
        .collect();
    if refused.is_empty() {
        return Check::good("writable", NAME, "どのフォルダーにも書き込めます。");
    }
    Check::bad(
        "writable",
        NAME,
        format!("書き込めないフォルダーがあります：{}", refused.join("、")),
        "フォルダーの「プロパティ」の「セキュリティ」で、書き込みが許されているか確かめてください。",
    )
}

fn try_write(folder: &Path) -> std::io::Result<()> {
    tempfile::Builder::new().prefix(".chiiki-").suffix(".tmp").tempfile_in(folder)?.close()
}

/// Whether somebody watches the folder.
pub(super) fn engine(root: &Path) -> Check {
    const NAME: &str = "見張り";
    let stopped = || Check::note("engine", NAME, "いまは動いていません。", Some("chiiki-sheet run で始めます。"));
    let Ok(file) = File::open(root.join(LEDGER_FOLDER).join(LOCK)) else { return stopped() };
    match file.try_lock_shared() {
        Ok(()) => stopped(),
        Err(TryLockError::WouldBlock) => {
            Check::good("engine", NAME, "「受付」を見張っています（様子は作業フォルダーの「状態.txt」にあります）。")
        }
        Err(TryLockError::Error(error)) => {
            Check::note("engine", NAME, format!("動いているかどうか分かりません（{error}）。"), None)
        }
    }
}

pub(super) fn log(root: &Path) -> Check {
    const NAME: &str = "動作の記録";
    let Ok(text) = fs::read_to_string(root.join(LOG[0]).join(LOG[1])) else {
        return Check::note("log", NAME, "まだありません。", None);
    };
    let trouble = ["エラー", "失敗", "できません", "できなかった", "止まり"];
    let lines: Vec<&str> = text.lines().filter(|line| trouble.iter().any(|word| line.contains(word))).collect();
    let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
    match last {
        [] => Check::good("log", NAME, "うまくいかなかったという記録はありません。"),
        last => Check::note("log", NAME, format!("うまくいかなかったこと（新しいもの）\n{}", last.join("\n")), None),
    }
}

/// Files from the future: the clock of this PC, or of the server, is wrong.
pub(super) fn future_files(root: &Path) -> Check {
    const NAME: &str = "ファイルの日付";
    let limit = SystemTime::now() + Duration::from_secs(24 * 60 * 60);
    let is_future = |path: &PathBuf| {
        path.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|modified| modified > limit)
    };
    let listed = FOLDERS.into_iter().filter_map(|name| fs::read_dir(root.join(name)).ok());
    let found = listed.flatten().flatten().map(|entry| entry.path()).find(is_future);
    match found {
        None => Check::good("file-dates", NAME, "未来の日付のファイルはありません。"),
        Some(path) => Check::bad(
            "file-dates",
            NAME,
            format!("『{}』の日付が未来になっています。", path.file_name().unwrap_or_default().to_string_lossy()),
            "このPCと共有フォルダーのサーバーの時計を確かめてください。",
        ),
    }
}

pub(super) fn space(root: &Path) -> Check {
    const NAME: &str = "空き容量";
    let found = root.ancestors().find(|folder| folder.is_dir()).map(free_mb);
    let hint = "要らないファイルを消すか、空きのある場所に作業フォルダーを移してください。";
    match found {
        Some(Ok(free)) if free >= WANTED_MB => Check::good("disk", NAME, format!("{WANTED_MB} MB以上あります。")),
        Some(Ok(free)) => Check::bad("disk", NAME, format!("あと{free} MBしかありません。"), hint),
        Some(Err(error)) => Check::note("disk", NAME, format!("調べられませんでした（{error}）。"), None),
        None => Check::note("disk", NAME, "調べられませんでした。", None),
    }
}

/// Free space a plain user has, in MB.
#[cfg(unix)]
fn free_mb(folder: &Path) -> std::io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000)
}

/// Windows gives a file its space when its length is set: what fits is free.
#[cfg(not(unix))]
fn free_mb(folder: &Path) -> std::io::Result<u64> {
    let file = tempfile::tempfile_in(folder)?;
    let fits = |mb: u64| file.set_len(mb * 1_000_000).is_ok();
    Ok([WANTED_MB, 200, 100, 50, 10].into_iter().find(|mb| fits(*mb)).unwrap_or(0))
}

pub(super) fn path_length(root: &Path) -> Check {
    const NAME: &str = "場所の長さ";
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    // The longest our own names grow: a sheet in a folder of 処理済 by date.
    let longest = root.to_string_lossy().encode_utf16().count() + "/処理済/2026-11-22/".len() / 2 + MAX_UNITS;
    let usual = root.to_string_lossy().encode_utf16().count() + 80;
    if usual > MAX_PATH {
        return Check::bad(
            "path-length",
            NAME,
            "作業フォルダーまでの場所が長く、ファイルを作れないおそれがあります。",
            "作業フォルダーを「C:\\地域分析」のような短い場所に移してください。",
        );
    }
    if longest > MAX_PATH {
        let hint = "名前の長いファイルを入れるときは、作業フォルダーを短い場所に移してください。";
        return Check::note("path-length", NAME, "名前の長いファイルは作れないことがあります。", Some(hint));
    }
    Check::good("path-length", NAME, "じゅうぶん短い場所です。")
}

pub(super) fn place(root: &Path) -> Check {
    const NAME: &str = "置き場所";
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    match hint_of(&root.to_string_lossy()) {
        Some((message, hint)) => Check::note("place", NAME, message, Some(hint)),
        None => Check::good("place", NAME, "このPCの中です。"),
    }
}

/// What a path tells about where it leads.
fn hint_of(path: &str) -> Option<(&'static str, &'static str)> {
    const CLOUD: [&str; 6] = ["onedrive", "dropbox", "google drive", "googledrive", "icloud", "box sync"];
    let lower = path.to_lowercase().replace('\\', "/");
    if lower.split('/').any(|part| CLOUD.iter().any(|name| part.starts_with(name))) {
        return Some((
            "クラウドと同期するフォルダーの中です。",
            "受付のファイルを右クリックし「このデバイス上に常に保持する」を選んでください。オンラインだけにあるファイルは読めません。",
        ));
    }
    if lower.starts_with("//") && !lower.starts_with("//?/") {
        return Some((
            "共有フォルダー（ネットワーク）の上です。",
            "気付くのが遅いときは、設定.toml の「監視方法」を \"poll\" にし、「安定待ち」を長くしてください。",
        ));
    }
    if ["a:/", "b:/", "/media/", "/run/media/", "/volumes/"].iter().any(|start| lower.starts_with(start)) {
        return Some(("取り外せる媒体の上です。", "見張っているあいだは取り外さないでください。"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::hint_of;

    #[test]
    fn places_are_told_by_their_paths() {
        for (path, words) in [
            (r"C:\地域分析", None),
            (r"C:\Users\tanto\OneDrive - 見本市\地域分析", Some("クラウド")),
            (r"\\server\介護保険課\地域分析", Some("ネットワーク")),
            (r"\\?\C:\地域分析", None),
            ("/media/usb/work", Some("取り外せる")),
            ("/srv/work", None),
        ] {
            let found = hint_of(path).map(|(message, _)| message);
            assert_eq!(found.is_some(), words.is_some(), "{path}: {found:?}");
            assert!(found.zip(words).is_none_or(|(found, words)| found.contains(words)), "{path}: {found:?}");
        }
    }
}
