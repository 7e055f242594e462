//! `batch`: one insurer after another; each sheet is made from its own request and nothing is carried over.

use serde::Serialize;

use super::args::Batch;
use super::input::{Loaded, Sources};
use super::progress::Progress;
use super::say;
use crate::clock;
use crate::error::{Error, Result};
use crate::intake::Evidence;
use crate::job::{FillRequest, Report, Wanted, fill_one_of_many, insurers, standard_template};
use crate::model::Outcome;
use crate::refill::Shelf;

/// What became of one insurer.
#[derive(Serialize)]
struct One {
    area: String,
    #[serde(flatten)]
    report: Option<Report>,
    /// Why there is no sheet
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// An insurer without figures is told and does not stop the others.
pub fn run(arguments: &Batch) -> Result<()> {
    let (common, making) = (&arguments.common, &arguments.making);
    let wanted = Wanted::parse(&making.formats, &making.handout)?;
    let Loaded { catalog, evidence, thresholds } = Sources::of(common).load()?;
    let insurers = insurers(arguments.prefecture.as_deref(), &catalog, &evidence)?;
    let template = standard_template()?;
    let mut all = Vec::with_capacity(insurers.len());
    let shelf = Shelf::default();
    let mut progress = Progress::new(insurers.len(), "作成中");
    for insurer in &insurers {
        progress.step(&insurer.name);
        let request = FillRequest {
            compare: common.compare.clone(),
            from: common.from,
            to: common.to,
            add: common.add.clone(),
            thresholds,
            xlsx: wanted.xlsx,
            papers: wanted.papers.clone(),
            shelf: shelf.clone(),
            ..FillRequest::new(
                insurer.code.map_or_else(|| insurer.name.clone(), |code| code.to_string()),
                making.out.clone(),
                common.date.unwrap_or_else(clock::today),
            )
        };
        let (report, message) = match fill_one_of_many(&request, &evidence, &catalog, template) {
            Ok(report) => (Some(report), None),
            Err(Error::Usage(message)) => (None, Some(message)),
            Err(error) => return Err(error),
        };
        all.push(One { area: insurer.name.clone(), report, message });
    }
    drop(progress);
    tell(&all, &evidence, common.json)?;
    if all.iter().all(|one| one.report.is_none()) {
        return Err(Error::Usage(format!(
            "どの保険者の数値も見つからなかったため、シートを1件も作りませんでした。{}",
            why_not_read(&evidence).unwrap_or("保険者の数値の入ったファイルかどうか、確かめてください。")
        )));
    }
    Ok(())
}

/// What the first file that was not read asks for: without it there can be no figures.
fn why_not_read(evidence: &Evidence) -> Option<&str> {
    let unread = evidence.files.iter().find(|file| matches!(file.outcome, Outcome::Waiting | Outcome::Refused));
    unread.and_then(|file| file.message.as_deref())
}

fn tell(all: &[One], evidence: &Evidence, json: bool) -> Result<()> {
    if json {
        let outputs: Vec<_> =
            all.iter().filter_map(|one| one.report.as_ref()).flat_map(|report| &report.outputs).collect();
        let answer = serde_json::json!({ "outputs": outputs, "insurers": all, "diagnostics": evidence.diagnostics });
        println!("{answer}");
        return Ok(());
    }
    let (mut made, mut without) = (0, 0);
    // The same remark concerns many insurers; it is told once.
    let mut told = evidence.diagnostics.clone();
    for one in all {
        match (&one.report, &one.message) {
            (Some(report), _) => {
                made += 1;
                let paths: Vec<String> =
                    report.outputs.iter().map(|output| output.path.display().to_string()).collect();
                println!(
                    "［作成］{}　数値 {}件、未記入 {}件　{}",
                    one.area,
                    report.ledger.filled,
                    report.ledger.unfilled_places.len(),
                    paths.join("、")
                );
                for diagnostic in &report.diagnostics {
                    if !told.contains(diagnostic) {
                        told.push(diagnostic.clone());
                    }
                }
            }
            (None, message) => {
                without += 1;
                println!("［数値なし］{}　{}", one.area, message.as_deref().unwrap_or_default());
            }
        }
    }
    println!("シート {made}件を作りました。数値がなかった保険者 {without}件。");
    print!("{}", say::diagnostics(&told));
    Ok(())
}
