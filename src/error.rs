//! The two kinds of failure: what stops the whole request, and what stops one file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::diagnostic::{Diagnostic, Place};

/// Stops the request. `Usage` is the user's to mend (exit 2), the others are faults of the PC or ours (exit 1).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A mistake in what was asked; the sentence says what to do instead.
    #[error("{0}")]
    Usage(String),
    /// The system refused to read or write.
    #[error("『{path}』を{action}できませんでした。{hint}（{}）", system_reason(source))]
    Io {
        /// The file or folder
        path: PathBuf,
        /// 「読み取り」「保存」 …
        action: &'static str,
        /// What to do next
        hint: &'static str,
        /// The system's own words
        source: std::io::Error,
    },
    /// The index of the workspace could not be used.
    #[error("取り込みの記録（{path}）を使えませんでした。chiiki-sheet rebuild で作り直してください。（{source}）")]
    Store {
        /// The database
        path: PathBuf,
        /// SQLite's words
        source: rusqlite::Error,
    },
    /// A part of the product itself is damaged.
    #[error("chiiki-sheet の部品に不具合があります。開発者に知らせてください。（{0}）")]
    Internal(String),
    /// A person said stop, and nothing was published.
    #[error("中止しました。")]
    Cancelled,
}

/// A person's word to stop. Long work asks for it between its pieces, and before it publishes anything.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Option<Arc<AtomicBool>>);

impl Cancel {
    /// Stops what it is given to once the flag is set; [`Cancel::default`] never does.
    pub fn by(flag: Arc<AtomicBool>) -> Self {
        Self(Some(flag))
    }

    /// Whether to stop.
    pub fn is_asked(&self) -> bool {
        self.0.as_ref().is_some_and(|flag| flag.load(Ordering::SeqCst))
    }

    /// Stops here when asked to.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn check(&self) -> Result<()> {
        if self.is_asked() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

impl Error {
    /// The exit status of the command line: 2 a mistake of the user's, 1 a fault of ours.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Io { .. } | Self::Cancelled => 2,
            Self::Store { .. } | Self::Internal(_) => 1,
        }
    }

    /// A read or write that the system refused.
    pub fn io(
        path: impl Into<PathBuf>,
        action: &'static str,
        hint: &'static str,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, action, hint, source }
    }
}

/// What a database's failure says about the disk or the folder under it; `None` when they are not to blame.
pub(crate) fn of_disk(path: &Path, source: &rusqlite::Error) -> Option<Error> {
    use std::io::{Error as IoError, ErrorKind};

    use rusqlite::{ErrorCode, ffi};

    let code = source.sqlite_error()?;
    // The file that connections share could not grow: SQLite has no better word for a full disk there.
    let full = code.code == ErrorCode::DiskFull || code.extended_code == ffi::SQLITE_IOERR_SHMSIZE;
    let (action, hint, reason) = match code.code {
        _ if full => ("保存", "ディスクの空き容量を増やしてください。", ErrorKind::StorageFull.into()),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => (
            "保存",
            "フォルダーに書き込めるか、ディスクに空きがあるか確かめてください。",
            ErrorKind::PermissionDenied.into(),
        ),
        ErrorCode::SystemIoFailure => (
            "使用",
            "ディスクの空き容量と、ネットワーク上のフォルダーのときは接続を確かめて、もう一度実行してください。",
            IoError::other(format!("ディスクの読み書きに失敗しました。番号 {}", code.extended_code)),
        ),
        _ => return None,
    };
    Some(Error::io(path, action, hint)(reason))
}

/// Why the system refused, in Japanese; what has no words here keeps the number the IT section can look up.
pub fn system_reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    // A share that another program holds open has no kind of its own on Windows.
    if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) {
        return "ほかのソフトが開いています".to_owned();
    }
    let words = match error.kind() {
        ErrorKind::NotFound => "見つかりません",
        ErrorKind::PermissionDenied => "アクセスが許可されていません",
        ErrorKind::AlreadyExists => "同じ名前のものがあります",
        ErrorKind::IsADirectory => "ファイルではなく、フォルダーです",
        ErrorKind::NotADirectory => "途中の名前が、フォルダーではありません",
        ErrorKind::DirectoryNotEmpty => "フォルダーが空ではありません",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "空き容量が足りません",
        ErrorKind::ReadOnlyFilesystem => "書き込みのできない場所です",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "ほかのソフトが使っています",
        ErrorKind::InvalidFilename => "使えない文字か、長すぎる名前です",
        ErrorKind::FileTooLarge => "ファイルが大きすぎます",
        ErrorKind::TimedOut => "時間内に応答がありませんでした",
        ErrorKind::InvalidData => "中身が読める形ではありません",
        ErrorKind::UnexpectedEof => "途中で切れています",
        _ => {
            return error
                .raw_os_error()
                .map_or_else(|| error.to_string(), |number| format!("システムのエラー {number}"));
        }
    };
    words.to_owned()
}

/// Result of what can stop a request.
pub type Result<T> = std::result::Result<T, Error>;

/// Stops one file and no other. It becomes a [`Diagnostic`] and an outcome of that file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Refused for good, or waiting for an answer or for the file to be complete.
    pub waiting: bool,
    /// A stable word, such as `encrypted`
    pub code: &'static str,
    /// What happened, in Japanese, with a full stop
    pub message: String,
    /// What to do next, in Japanese, with a full stop
    pub hint: String,
    /// Where inside the file
    pub place: Place,
}

impl FileError {
    /// The file cannot be read, whatever one answers.
    pub fn refused(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { waiting: false, code, message: message.into(), hint: hint.into(), place: Place::default() }
    }

    /// The file can be read once a question is answered.
    pub fn waiting(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { waiting: true, ..Self::refused(code, message, hint) }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: impl Into<Place>) -> Self {
        self.place = place.into();
        self
    }

    /// The sentence shown to people, as a diagnostic.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let base = if self.waiting {
            Diagnostic::warning(self.code, self.message.clone())
        } else {
            Diagnostic::error(self.code, self.message.clone())
        };
        base.hint(self.hint.clone()).at(self.place.clone())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn what_sqlite_says_of_the_disk_is_told_in_words_that_help() {
        let told = |code: i32| {
            let source = rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some("disk I/O error".to_owned()));
            of_disk(Path::new("index.sqlite"), &source).map(|error| error.to_string())
        };
        for full in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE] {
            let told = told(full).unwrap();
            assert!(told.contains("空き容量を増やして") && told.contains("空き容量が足りません"), "{told}");
        }
        for other in [ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_FSYNC] {
            let told = told(other).unwrap();
            assert!(told.contains("空き容量") && told.contains("接続"), "{told}");
            assert!(!told.contains("I/O") && !told.contains("rebuild") && told.contains(&other.to_string()), "{told}");
        }
        assert!(told(ffi::SQLITE_READONLY).unwrap().contains("書き込めるか"));
        assert_eq!((told(ffi::SQLITE_CORRUPT), told(ffi::SQLITE_BUSY)), (None, None));
    }
}
