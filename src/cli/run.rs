//! `run`: what lies in 受付 is taken, sheets are made.

use std::path::Path;

use super::args::Run;
use super::fill::Wanted;
use super::progress::Progress;
use super::say;
use crate::clock;
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::intake::{FileReport, Reader, is_not_for_reading};
use crate::job::{FillRequest, Report, fill_sheet};
use crate::model::{Date, Outcome};
use crate::workspace::{DONE, INBOX, OUTPUT, QUARANTINE, Workspace};

/// Handles what lies in 受付 and ends (`--once`), or serves the page until it is stopped.
pub fn run(arguments: &Run) -> Result<()> {
    let workspace = Workspace::open(&arguments.workspace)?;
    if !arguments.once {
        return super::serve::serve(Some(workspace), !arguments.no_open);
    }
    once(&workspace, arguments.date.unwrap_or_else(clock::today))
}

/// One round: files in, sheets out, told on the terminal.
pub fn once(workspace: &Workspace, date: Date) -> Result<()> {
    let (reports, diagnostics) = take_inbox(workspace, date)?;
    print!("{}", say::files(&reports));
    if !reports.is_empty() {
        println!("{}\n", say::file_counts(&reports));
    }
    let mut all = diagnostics;
    for report in fill_all(workspace, date)? {
        for output in &report.outputs {
            println!("作成しました: {}", output.path.display());
        }
        println!(
            "数値 {}件を記入、データなし {}件、未記入 {}件",
            report.ledger.filled,
            report.ledger.missing.len(),
            report.ledger.unfilled_places.len()
        );
        all.extend(report.diagnostics);
    }
    // The same remark from reading and from the store is told once.
    let mut told = Vec::new();
    for diagnostic in all {
        if !told.contains(&diagnostic) {
            told.push(diagnostic);
        }
    }
    print!("{}", say::diagnostics(&told));
    Ok(())
}

/// Takes every file of 受付: what was read goes to 処理済, the rest to 隔離 with a note.
fn take_inbox(workspace: &Workspace, date: Date) -> Result<(Vec<FileReport>, Vec<Diagnostic>)> {
    let catalog = workspace.catalog()?;
    let inbox = workspace.folder(INBOX);
    let mut files = Vec::new();
    let hint = "フォルダーを開く権限があるか確かめてください。";
    for entry in std::fs::read_dir(&inbox).map_err(Error::io(inbox.clone(), "読み取り", hint))? {
        let path = entry.map_err(Error::io(inbox.clone(), "読み取り", hint))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && !is_not_for_reading(&name) {
            files.push(path);
        }
    }
    files.sort();
    let mut store = workspace.store()?;
    let mut reader = Reader::child()?;
    let mut progress = Progress::new(files.len(), "読み取り中");
    let (mut reports, mut diagnostics) = (Vec::new(), Vec::new());
    for path in files {
        progress.step(&super::input::name_of(&path));
        let taken = workspace.import(&mut store, &path, &catalog, None, &mut reader)?;
        let kept = taken.iter().any(|one| matches!(one.report.outcome, Outcome::Read | Outcome::Empty));
        let of_file: Vec<FileReport> = taken.iter().map(|one| one.report.clone()).collect();
        file_away(workspace, &path, kept, &of_file, date)?;
        reports.extend(of_file);
        diagnostics.extend(taken.into_iter().flat_map(|one| one.diagnostics));
    }
    Ok((reports, diagnostics))
}

/// Moves a handled file out of 受付; one that was not taken gets a note beside it.
fn file_away(workspace: &Workspace, path: &Path, kept: bool, reports: &[FileReport], date: Date) -> Result<()> {
    let folder = workspace.folder(if kept { DONE } else { QUARANTINE }).join(date.to_string());
    let hint = "書き込める場所かどうか確かめてください。";
    std::fs::create_dir_all(&folder).map_err(Error::io(folder.clone(), "作成", hint))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let target = free_name(&folder, &name);
    std::fs::rename(path, &target).map_err(Error::io(path, "移動", "Excelで開いていないか確かめてください。"))?;
    if !kept {
        let mut note = String::from("\u{feff}");
        for report in reports {
            let message = report.message.as_deref().unwrap_or("読み取れませんでした。");
            note.push_str(&format!("{}\r\n　{message}\r\n", report.file));
        }
        let beside = folder.join(format!("{}.txt", target.file_name().unwrap_or_default().to_string_lossy()));
        std::fs::write(&beside, note).map_err(Error::io(beside, "保存", hint))?;
    }
    Ok(())
}

/// A name in the folder that is not taken: `名前.xlsx`, `名前 (2).xlsx` …
fn free_name(folder: &Path, name: &str) -> std::path::PathBuf {
    let plain = folder.join(name);
    if !plain.exists() {
        return plain;
    }
    let (stem, extension) =
        name.rsplit_once('.').map_or((name, String::new()), |(stem, end)| (stem, format!(".{end}")));
    (2u32..)
        .map(|number| folder.join(format!("{stem} ({number}){extension}")))
        .find(|path| !path.exists())
        .unwrap_or(plain)
}

/// A sheet for every own insurer of the settings.
fn fill_all(workspace: &Workspace, date: Date) -> Result<Vec<Report>> {
    let settings = workspace.settings()?;
    if settings.own.0.is_empty() {
        println!(
            "設定.toml の「自地域」が空なので、シートは作りませんでした。自地域を書いて、もう一度実行してください。"
        );
        return Ok(Vec::new());
    }
    let catalog = workspace.catalog()?;
    let evidence = workspace.evidence(&catalog)?;
    settings
        .own
        .0
        .iter()
        .map(|own| {
            let formats = match settings.formats.0.as_slice() {
                [] => vec!["xlsx".to_owned(), "pdf".to_owned()],
                some => some.to_vec(),
            };
            let wanted = Wanted::parse(&formats, &settings.handout.0)?;
            let request = FillRequest {
                own: own.clone(),
                compare: settings.compare.0.clone(),
                from: settings.from,
                to: settings.to,
                add: settings.add.0.clone(),
                thresholds: settings.thresholds()?,
                xlsx: wanted.xlsx,
                papers: wanted.papers,
                out: workspace.folder(OUTPUT),
                date,
                public: false,
                names: crate::deliver::Patterns::default(),
            };
            let mut report = fill_sheet(&request, &evidence, &catalog, crate::job::standard_template()?)?;
            report.diagnostics.splice(0..0, evidence.diagnostics.iter().cloned());
            Ok(report)
        })
        .collect()
}
