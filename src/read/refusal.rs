//! The sentences a person reads when a file is not read: what happened, then what to do next.
//!
//! Kept in one place so that they sound alike; `tests/data/read/messages.txt` shows them all.

use crate::error::FileError;

const SAVE_AGAIN: &str =
    "Excelで開けることを確かめ、「Excel ブック (*.xlsx)」で保存し直してから、もう一度入れてください。";
const DOWNLOAD_AGAIN: &str = "もう一度ダウンロードするか、元のファイルをコピーし直してから入れてください。";

pub(super) fn empty_file() -> FileError {
    FileError::refused("empty-file", "中身が空（0バイト）のファイルです。", DOWNLOAD_AGAIN)
}

pub(super) fn no_cells() -> FileError {
    FileError::refused("no-cells", "どのシートにも文字や数値がありません。", DOWNLOAD_AGAIN)
}

pub(super) fn lock_file() -> FileError {
    FileError::waiting(
        "lock-file",
        "Excelが開いている間だけ置く目印のファイル（~$）で、表は入っていません。",
        "元のファイルをExcelで閉じると消えます。入れ直す必要はありません。",
    )
}

pub(super) fn half_copied(what: &str) -> FileError {
    FileError::waiting(
        "half-copied",
        format!("{what}が途中で切れています。コピーやダウンロードがまだ終わっていないようです。"),
        format!("終わってから、もう一度入れてください。終わっているのにこの表示が出るときは、{DOWNLOAD_AGAIN}"),
    )
}

pub(super) fn encrypted() -> FileError {
    FileError::refused(
        "encrypted",
        "パスワードで保護されているため、読み取れません。",
        "Excelで開き、パスワードを外して保存し直してから、もう一度入れてください。",
    )
}

pub(super) fn encrypted_zip() -> FileError {
    FileError::refused(
        "encrypted",
        "パスワード付きのzipファイルのため、読み取れません。",
        "zipを開いて中のファイルを取り出し、取り出したファイルを入れてください。",
    )
}

pub(super) fn damaged(what: impl Into<String>) -> FileError {
    FileError::refused("damaged", what, SAVE_AGAIN)
}

pub(super) fn damaged_zip(what: &str) -> FileError {
    FileError::refused("damaged", format!("ファイルが壊れています（{what}）。"), DOWNLOAD_AGAIN)
}

pub(super) fn sheet_missing() -> FileError {
    damaged("シートの中身がファイルの中に見つかりません。ファイルが壊れています。")
}

/// A refusal of an entry of a zip: the zip is whole, so nothing will come by waiting.
pub(super) fn in_archive(refusal: FileError) -> FileError {
    match refusal.code {
        "half-copied" => FileError { place: refusal.place, ..damaged_zip("途中で切れています") },
        _ => FileError { waiting: false, ..refusal },
    }
}

pub(super) fn dtd() -> FileError {
    FileError::refused(
        "not-allowed",
        "表には要らない外部参照や定義（DTD）が埋め込まれているため、安全のため読み取りません。",
        SAVE_AGAIN,
    )
}

pub(super) fn too_large(what: impl Into<String>) -> FileError {
    FileError::refused("too-large", what, "必要な表だけを残した別のファイルを作り、それを入れてください。")
}

/// Something this product knows but does not read.
pub(super) fn not_a_table(what: &str) -> FileError {
    FileError::refused(
        "not-a-table",
        format!("{what}なので、表として読み取れません。"),
        "表の入ったExcelファイルかCSVファイルを入れてください。",
    )
}

pub(super) fn save_as_xlsx(what: &str) -> FileError {
    FileError::refused("not-a-table", format!("{what}なので、このままでは読み取れません。"), SAVE_AGAIN)
}

pub(super) fn nested_archive() -> FileError {
    FileError::refused(
        "nested-archive",
        "zipの中にさらにzipが入っています。",
        "中のzipを開き、取り出したファイルを入れてください。",
    )
}

pub(super) fn is_archive() -> FileError {
    FileError::refused(
        "archive",
        "いくつかのファイルをまとめたzipです。",
        "zipを開き、取り出したファイルを入れてください。",
    )
}

pub(super) fn encoding_unknown(line: Option<usize>) -> FileError {
    let place = line.map_or_else(String::new, |line| format!("{line}行目あたりに"));
    FileError::refused(
        "encoding-unknown",
        format!("{place}読めない文字があり、文字コードを決められません。"),
        "Excelで開いて文字化けがないことを確かめ、「CSV UTF-8（コンマ区切り）」で保存し直してから、もう一度入れてください。",
    )
}

pub(super) fn quote_unclosed(row: u32) -> FileError {
    FileError::refused(
        "damaged",
        format!("{row}行目から始まる「\"」が閉じられておらず、列の区切りを決められません。"),
        "その行の「\"」を直すか、もう一度ダウンロードしてから入れてください。",
    )
}

pub(super) fn in_use() -> FileError {
    FileError::waiting(
        "in-use",
        "ほかのソフトが使っているため、まだ読み取れません。",
        "Excelなどで開いているときは閉じてください。閉じられ次第、読み取ります。",
    )
}

pub(super) fn reader_stopped() -> FileError {
    FileError::refused(
        "reader-stopped",
        "読み取りの途中で処理が止まりました。ファイルが壊れているか、大きすぎるようです。",
        SAVE_AGAIN,
    )
}

pub(super) fn reader_timeout(seconds: u64) -> FileError {
    FileError::refused(
        "reader-timeout",
        format!(
            "{seconds}秒たっても読み取りが終わらないため、中止しました。ファイルが壊れているか、大きすぎるようです。"
        ),
        SAVE_AGAIN,
    )
}

/// Every code of this module, for refusals that come back from the reader process.
const CODES: [&str; 15] = [
    "archive",
    "damaged",
    "empty-file",
    "encoding-unknown",
    "encrypted",
    "half-copied",
    "in-use",
    "lock-file",
    "nested-archive",
    "no-cells",
    "not-a-table",
    "not-allowed",
    "reader-stopped",
    "reader-timeout",
    "too-large",
];

/// The code as the program's own word.
pub(super) fn known_code(code: &str) -> Option<&'static str> {
    CODES.into_iter().find(|known| *known == code)
}
