//! The help and the mistakes of the command line, in Japanese: clap's own words are English.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

/// Words of clap that no setting reaches, as they stand in rendered help.
const WORDS: [(&str, &str); 4] = [
    ("[OPTIONS]", "[指定]"),
    ("[default: ", "[書かないと: "),
    ("[possible values: ", "[使えるもの: "),
    ("Possible values:", "使えるもの:"),
];

/// The command with Japanese headings throughout, and with help flags that are described in Japanese.
pub fn in_japanese(command: Command) -> Command {
    let is_root = command.get_version().is_some();
    let command = command
        .help_template("{about}\n\n使い方: {usage}\n\n{all-args}")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(|argument| {
            let heading = if argument.is_positional() { "書くもの" } else { "指定" };
            argument.help_heading(heading)
        })
        .arg(flag("help", 'h', "使い方を表示します", ArgAction::Help));
    let command = if is_root {
        command.arg(flag("version", 'V', "版の番号を表示します", ArgAction::Version))
    } else {
        command
    };
    command.mut_subcommands(in_japanese)
}

fn flag(name: &'static str, short: char, help: &'static str, action: ArgAction) -> Arg {
    Arg::new(name).short(short).long(name).help(help).help_heading("指定").action(action)
}

/// Says in Japanese what is wrong with the arguments; help and version are printed as they are.
pub fn explain(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        print!("{}", help(error));
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        eprint!("{}", help(error));
        return ExitCode::from(2);
    }
    eprintln!("{}使い方は chiiki-sheet --help で見られます。", sentence(error));
    ExitCode::from(2)
}

fn help(error: &clap::Error) -> String {
    WORDS.iter().fold(error.to_string(), |text, (theirs, ours)| text.replace(theirs, ours))
}

fn sentence(error: &clap::Error) -> String {
    let of = |kind| error.get(kind).map(text_of).unwrap_or_default();
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidSubcommand => format!("「{}」という命令はありません。", of(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("「{argument}」という指定はありません。"),
        ErrorKind::MissingRequiredArgument => format!("{argument} を指定してください。"),
        ErrorKind::NoEquals | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("{argument} の後に値を書いてください。")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} の後に値を書いてください。"),
        ErrorKind::InvalidValue => {
            let can = of(ContextKind::ValidValue);
            let can = if can.is_empty() { can } else { format!("使えるのは {can} です。") };
            format!("{argument} に「{value}」は使えません。{can}")
        }
        // The same option twice conflicts with itself.
        ErrorKind::ArgumentConflict if of(ContextKind::PriorArg) == argument => {
            format!("{argument} は、1回だけ書いてください。")
        }
        ErrorKind::ArgumentConflict => {
            format!("{argument} は、{} と同時には使えません。", of(ContextKind::PriorArg))
        }
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{argument} に「{value}」は使えません。{reason}")
        }
        _ => format!("{argument} に「{value}」は使えません。"),
    }
}

fn text_of(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(several) => several.join("、"),
        other => other.to_string(),
    }
}
