//! The command line: everything lives in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    chiiki_sheet::cli::run(std::env::args_os())
}
