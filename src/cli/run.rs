//! `run`: what lies in 受付 is taken, sheets are made.

use super::args::Run;
use super::progress::Bars;
use super::say;
use crate::error::Result;
use crate::watch::{Engine, Options, RoundReport, Work};
use crate::workspace::Workspace;

/// Handles what lies in 受付 and ends (`--once`), or watches it and serves the page until it is told to stop.
pub fn run(arguments: &Run) -> Result<()> {
    let workspace = Workspace::open(&arguments.workspace)?;
    if !arguments.once {
        return super::serve::serve(Some(workspace), !arguments.no_open, arguments.date);
    }
    once(workspace, Options { date: arguments.date, ..Options::default() })
}

/// One round: files in, sheets out, told on the terminal.
pub fn once(workspace: Workspace, options: Options) -> Result<()> {
    let no_own = workspace.settings()?.own.0.is_empty();
    let mut engine = Engine::open(workspace, options)?;
    let mut bars = Bars::default();
    let report = engine.once(&mut |work: &Work| bars.work(work));
    bars.rest();
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
    if report.folders > 0 {
        println!(
            "「受付」の中にフォルダーが{}個あります。中は見ません。中のファイルを「受付」にじかに入れて、もう一度実行してください。",
            report.folders
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
        print!("{}", say::changes(&sheet.changes));
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
