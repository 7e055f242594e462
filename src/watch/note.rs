//! The note beside a file in 隔離.

use crate::intake::FileReport;

/// What the note says: of each file, why and what to do.
pub(super) fn text(reports: &[FileReport]) -> String {
    let mut note = String::from("\u{feff}");
    for report in reports {
        let message = report.message.as_deref().unwrap_or("読み取れませんでした。");
        note.push_str(&format!("{}\r\n　{message}\r\n", report.file));
    }
    note
}
