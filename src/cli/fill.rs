//! `fill`: one sheet from files (`--input`, nothing stored) or from a workspace.

use super::args::Fill;
use super::{input, say};
use crate::clock;
use crate::compare::Thresholds;
use crate::error::{Error, Result};
use crate::intake::Evidence;
pub use crate::job::Wanted;
use crate::job::{Bases, FillRequest, Report, make, marked_template};
use crate::layout::Context;
use crate::workspace::Workspace;

/// Reads or loads, fills, publishes, tells.
pub fn run(arguments: &Fill) -> Result<()> {
    let wanted = Wanted::parse(&arguments.formats, &arguments.handout)?;
    // A template that does not work is told before anything is read.
    arguments.template.as_deref().map(marked_template).transpose()?;
    let mut thresholds = Thresholds::default();
    let (catalog, evidence): (_, Evidence) = match (&arguments.workspace, arguments.input.is_empty()) {
        (Some(_), false) => {
            return Err(Error::Usage("--input と --workspace は、どちらか一方だけを指定してください。".to_owned()));
        }
        (None, true) => {
            return Err(Error::Usage(
                "使うファイルを --input で、または取り込み済みの作業フォルダーを --workspace で指定してください。"
                    .to_owned(),
            ));
        }
        (None, false) => {
            let catalog = input::catalog(arguments.areas.as_deref())?;
            let mappings = input::readings(arguments.readings.as_deref())?;
            let context = Context { mappings: &mappings, ..Context::new(&catalog, arguments.year) };
            let evidence = input::evidence(&arguments.input, context)?;
            (catalog, evidence)
        }
        (Some(_), true) if arguments.readings.is_some() => return Err(input::readings_are_kept()),
        (Some(folder), true) => {
            let workspace = Workspace::open(folder)?;
            let catalog = match &arguments.areas {
                Some(areas) => input::catalog(Some(areas))?,
                None => workspace.catalog()?,
            };
            thresholds = workspace.settings()?.thresholds()?;
            let evidence = workspace.evidence(&catalog)?;
            (catalog, evidence)
        }
    };
    let request = FillRequest {
        compare: arguments.compare.clone(),
        from: arguments.from,
        to: arguments.to,
        add: arguments.add.clone(),
        thresholds,
        xlsx: wanted.xlsx,
        papers: wanted.papers,
        public: arguments.public,
        ..FillRequest::new(&arguments.own, arguments.out.clone(), arguments.date.unwrap_or_else(clock::today))
    };
    let bases =
        Bases { previous: arguments.previous.clone(), template: arguments.template.clone(), adopt: arguments.adopt };
    let made = make(&request, &bases, &evidence, &catalog);
    let mut report = match made {
        Ok(report) => report,
        Err(error) => {
            // Why files were not read is the first thing to look at when nothing could be made.
            eprint!("{}", say::diagnostics(&evidence.diagnostics));
            return Err(error);
        }
    };
    report.diagnostics.splice(0..0, evidence.diagnostics.iter().cloned());
    tell(&report, arguments.json)
}

/// The report for a program or for a person.
pub fn tell(report: &Report, json: bool) -> Result<()> {
    if json {
        let text = serde_json::to_string(report).map_err(|error| Error::Internal(error.to_string()))?;
        println!("{text}");
        return Ok(());
    }
    for output in &report.outputs {
        println!("作成しました: {}", output.path.display());
    }
    println!(
        "数値 {}件を記入、データなし {}件、未記入 {}件",
        report.ledger.filled,
        report.ledger.missing.len(),
        report.ledger.unfilled_places.len()
    );
    print!("{}", say::changes(&report.changes));
    print!("{}", say::diagnostics(&report.diagnostics));
    Ok(())
}
