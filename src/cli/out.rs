//! What commands print. A reader that has seen enough (`… | head`) is no fault: what it no longer takes is dropped.
//!
//! The standard macros panic on a closed pipe; those of the same names here, which every command gets instead, do not.
//! Work goes on after the pipe is closed: `fill … | head` still makes its files.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::Mutex;

/// The first failure of stdout that was no closed pipe, such as a full disk behind `> file`.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

/// Writes to stdout.
pub fn to_stdout(text: Arguments<'_>) {
    note(io::stdout().lock().write_fmt(text));
}

/// Writes to stderr; when that fails there is nobody left to tell.
pub fn to_stderr(text: Arguments<'_>) {
    let _ = io::stderr().lock().write_fmt(text);
}

/// Flushes stdout and says what went wrong with it since the start; a closed pipe is nothing wrong.
pub fn finish() -> io::Result<()> {
    note(io::stdout().lock().flush());
    let failed = FAILED.lock().ok().and_then(|mut failed| failed.take());
    failed.map_or(Ok(()), Err)
}

fn note(result: io::Result<()>) {
    if let Err(error) = result
        && error.kind() != ErrorKind::BrokenPipe
        && let Ok(mut failed) = FAILED.lock()
    {
        failed.get_or_insert(error);
    }
}

macro_rules! print {
    ($($arg:tt)*) => { $crate::cli::out::to_stdout(format_args!($($arg)*)) };
}
macro_rules! println {
    () => { $crate::cli::out::to_stdout(format_args!("\n")) };
    ($($arg:tt)*) => { $crate::cli::out::to_stdout(format_args!("{}\n", format_args!($($arg)*))) };
}
macro_rules! eprint {
    ($($arg:tt)*) => { $crate::cli::out::to_stderr(format_args!($($arg)*)) };
}
macro_rules! eprintln {
    ($($arg:tt)*) => { $crate::cli::out::to_stderr(format_args!("{}\n", format_args!($($arg)*))) };
}
