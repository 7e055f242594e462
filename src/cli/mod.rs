//! The command line: one file a command, all thin over [`crate::job`].

// First: its macros stand in for the standard ones in every command below.
#[macro_use]
mod out;

mod addin;
mod addin_args;
mod args;
mod batch;
mod confirm;
mod demo;
mod doctor;
mod explain;
mod fill;
mod forget;
mod import;
mod init;
mod input;
mod inspect;
mod interrupt;
mod japanese;
mod json;
mod lint;
mod mapping;
mod missing;
mod progress;
mod rebuild;
mod run;
mod say;
mod serve;
mod template;
mod tls;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::error::Result;
use crate::handout::child as paper;
use crate::read::sandbox;

/// Runs one command. Exit 0 done, 2 a mistake of the user's (a Japanese sentence on stderr), 1 a fault of ours.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = as_meant(arguments.into_iter().collect());
    // A child that reads or sets papers need not know the other commands.
    if let [_, command] = arguments.as_slice() {
        if command == sandbox::SUBCOMMAND {
            return sandbox::child_main(std::io::stdin().lock(), std::io::stdout().lock());
        }
        if command == paper::SUBCOMMAND {
            return paper::child_main(std::io::stdin().lock(), std::io::stdout().lock());
        }
    }
    let command = japanese::in_japanese(args::Arguments::command());
    let parsed =
        command.try_get_matches_from(arguments).and_then(|matches| args::Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return japanese::explain(&error),
    };
    let done = dispatch(arguments);
    if let Err(error) = out::finish() {
        eprintln!("結果を書き出せませんでした。書き出し先の空き容量を確かめてください。（{error}）");
        return ExitCode::FAILURE;
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Without a command the page opens: that is what a double click asks for. `help` is `--help`, as people type it.
fn as_meant(mut arguments: Vec<OsString>) -> Vec<OsString> {
    match arguments.as_slice() {
        [_] => {
            // The window a double click brings is the program's own.
            eprintln!(
                "画面を開きます。終えるときは、この窓で Ctrl+C を押すか、窓を閉じてください。使い方は chiiki-sheet --help で見られます。"
            );
            arguments.push("open".into());
        }
        [program, help, rest @ ..] if help == "help" => {
            let (program, rest) = (program.clone(), rest.to_vec());
            arguments = [vec![program], rest, vec!["--help".into()]].concat();
        }
        _ => {}
    }
    arguments
}

fn dispatch(arguments: args::Arguments) -> Result<()> {
    match arguments.command {
        args::Command::Demo(demo) => demo::run(&demo),
        args::Command::Init(init) => init::run(&init),
        args::Command::Run(run) => run::run(&run),
        args::Command::Inspect(inspect) => inspect::run(&inspect),
        args::Command::Import(import) => import::run(&import),
        args::Command::Fill(fill) => fill::run(&fill),
        args::Command::Missing(missing) => missing::run(&missing),
        args::Command::Explain(explain) => explain::run(&explain),
        args::Command::Batch(batch) => batch::run(&batch),
        args::Command::Mapping(command) => mapping::run(&command),
        args::Command::Lint(lint) => lint::run(&lint),
        args::Command::Open(open) => serve::open(&open),
        args::Command::Stop(stop) => serve::stop(&stop),
        args::Command::Rebuild(rebuild) => rebuild::run(&rebuild),
        args::Command::Forget(forget) => forget::run(&forget),
        args::Command::Doctor(doctor) => doctor::run(&doctor),
        args::Command::Addin(addin) => addin::run(&addin),
        args::Command::Tls(tls) => tls::run(&tls),
        args::Command::Template(template) => template::run(&template),
    }
}
