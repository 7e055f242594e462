//! `run`: what lies in 受付 is taken, sheets are made. `stop` ends it.

use std::time::Duration;

use super::args::{Run, Stop};
use super::interrupt;
use super::progress::Progress;
use super::say;
use crate::error::Result;
use crate::watch::{Engine, Options, RoundReport, STATUS_FILE, Stopped, Work, stop as stop_engine};
use crate::workspace::{INBOX, Workspace};

/// Handles what lies in 受付 and ends (`--once`), or watches it until it is told to stop.
pub fn run(arguments: &Run) -> Result<()> {
    let workspace = Workspace::open(&arguments.workspace)?;
    let options = Options { date: arguments.date, ..Options::default() };
    if arguments.once {
        return once(workspace, options);
    }
    watch(workspace, options)
}

/// Watches until `stop`, Ctrl+C or a logoff.
fn watch(workspace: Workspace, options: Options) -> Result<()> {
    println!(
        "「{}」を見張っています。様子は「{}」で分かります。終わるには Ctrl+C を押すか、chiiki-sheet stop を実行してください。",
        workspace.folder(INBOX).display(),
        workspace.folder(STATUS_FILE).display()
    );
    let mut engine = Engine::open(workspace, Options { told_to_stop: interrupt::is_told, ..options })?;
    interrupt::listen();
    engine.run()?;
    println!("終わりました。");
    Ok(())
}

/// One round: files in, sheets out, told on the terminal.
pub fn once(workspace: Workspace, options: Options) -> Result<()> {
    let no_own = workspace.settings()?.own.0.is_empty();
    let mut engine = Engine::open(workspace, options)?;
    let mut bar: Option<Progress> = None;
    let mut told = |work: &Work| {
        if work.done == 0 {
            bar = Some(Progress::new(work.total));
        }
        if let Some(bar) = &mut bar {
            bar.step(work.what);
        }
    };
    let report = engine.once(&mut told);
    drop(bar);
    let report = report?;
    tell(&report);
    if no_own {
        println!(
            "設定.toml の「自地域」が空なので、シートは作りませんでした。自地域を書いて、もう一度実行してください。"
        );
    }
    report.problems.into_iter().next().map_or(Ok(()), Err)
}

fn tell(report: &RoundReport) {
    print!("{}", say::files(&report.files));
    if !report.files.is_empty() {
        println!("{}\n", say::file_counts(&report.files));
    }
    for name in &report.held {
        println!(
            "『{name}』は、ほかのソフトで開かれているか書き込まれているため、「受付」に残しました。閉じてから、もう一度実行してください。"
        );
    }
    let mut all = report.diagnostics.clone();
    for sheet in &report.sheets {
        for output in &sheet.outputs {
            println!("作成しました: {}", output.path.display());
        }
        println!(
            "数値 {}件を記入、データなし {}件、未記入 {}件",
            sheet.ledger.filled,
            sheet.ledger.missing.len(),
            sheet.ledger.unfilled_places.len()
        );
        all.extend(sheet.diagnostics.iter().cloned());
    }
    // The same remark from reading and from the store is told once.
    let mut told = Vec::new();
    for diagnostic in all {
        if !told.contains(&diagnostic) {
            told.push(diagnostic);
        }
    }
    print!("{}", say::diagnostics(&told));
}

/// How long `stop` waits: a file under way is finished first.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends what watches the workspace.
pub fn stop(arguments: &Stop) -> Result<()> {
    let workspace = Workspace::open(&arguments.workspace)?;
    match stop_engine(workspace.root(), PATIENCE)? {
        Stopped::NotRunning => println!("この作業フォルダーで動いている chiiki-sheet はありません。"),
        Stopped::Ended => println!("終わらせました。"),
        Stopped::StillWorking => println!("処理中のファイルが終わりしだい、終わります。"),
    }
    Ok(())
}
