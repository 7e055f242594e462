//! The sentences of a fill that is refused. Nothing has been written then.

use crate::diagnostic::Place;
use crate::error::FileError;
use crate::model::CellRef;

/// A refusal that names a cell of a sheet.
pub(super) fn cell(code: &'static str, sheet: &str, at: CellRef, what: &str, hint: &str) -> FileError {
    FileError::refused(code, format!("『{sheet}』の {at} {what}何も書き込んでいません。"), hint).at(place(sheet, at))
}

/// The place of a cell in the file being filled; the caller adds the file's name.
pub(super) fn place(sheet: &str, at: CellRef) -> Place {
    Place { file: None, sheet: Some(sheet.to_owned()), cell: Some(at.to_string()) }
}

/// A refusal that names a sheet.
pub(super) fn sheet(code: &'static str, sheet: &str, what: &str, hint: &str) -> FileError {
    FileError::refused(code, format!("『{sheet}』{what}何も書き込んでいません。"), hint).at(Place {
        file: None,
        sheet: Some(sheet.to_owned()),
        cell: None,
    })
}

/// A part that this code changed would not be what was planned: a fault of ours, found before anything is written.
pub(super) fn fault(what: &str) -> FileError {
    FileError::refused(
        "fill-fault",
        format!("書き込んだ内容の確かめで食い違いが見つかりました（{what}）。ファイルは作っていません。"),
        "お手数ですが、開発者に知らせてください。",
    )
}
