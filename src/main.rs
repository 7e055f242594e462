use std::process::ExitCode;

use chiiki_sheet::read::sandbox;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|name| name == sandbox::SUBCOMMAND) {
        return sandbox::child_main(std::io::stdin().lock(), std::io::stdout().lock());
    }
    ExitCode::SUCCESS
}
