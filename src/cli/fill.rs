//! `fill`: one sheet from files (`--input`, nothing stored) or from a workspace.

use super::args::Fill;
use super::input::{Loaded, Sources};
use super::say;
use crate::clock;
use crate::error::{Error, Result};
pub use crate::job::Wanted;
use crate::job::{Bases, FillRequest, Report, make, marked_template};

/// Reads or loads, fills, publishes, tells.
pub fn run(arguments: &Fill) -> Result<()> {
    let (common, making) = (&arguments.common, &arguments.making);
    let wanted = Wanted::parse(&making.formats, &making.handout)?;
    // A template that does not work is told before anything is read.
    arguments.template.as_deref().map(marked_template).transpose()?;
    let Loaded { catalog, evidence, thresholds } = Sources::of(common).load()?;
    let request = FillRequest {
        compare: common.compare.clone(),
        from: common.from,
        to: common.to,
        add: common.add.clone(),
        thresholds,
        xlsx: wanted.xlsx,
        papers: wanted.papers,
        public: arguments.public,
        ..FillRequest::new(&arguments.own, making.out.clone(), common.date.unwrap_or_else(clock::today))
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
    tell(&report, common.json)
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
