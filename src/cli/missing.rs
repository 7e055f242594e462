//! `missing`: figures the form still lacks, and the download that brings each.

use super::args::Missing;
use super::input::{Loaded, Sources};
use super::say;
use crate::clock;
use crate::compare::Selection;
use crate::error::{Error, Result};
use crate::job::{check_added, check_years};
use crate::missing::missing;
use crate::request::resolve_area;

/// A check-list for people, or the same as JSON.
pub fn run(arguments: &Missing) -> Result<()> {
    let common = &arguments.common;
    let Loaded { catalog, evidence, thresholds } = Sources::of(common).load()?;
    check_years(common.from, common.to)?;
    let mut told = Vec::new();
    let mut area = |text: &str| {
        let (area, note) = resolve_area(text, &catalog, &evidence.observations)?;
        told.extend(note);
        Ok::<_, Error>(area)
    };
    let own = area(&arguments.own)?;
    let others = common.compare.iter().map(|text| area(text)).collect::<Result<Vec<_>>>()?;
    let added = common.add.iter().map(|id| check_added(id, &catalog, &evidence)).collect::<Result<Vec<_>>>()?;
    let selection = Selection { own, others, from: common.from, to: common.to, added, thresholds };
    let mut report = missing(&selection, &evidence, &catalog, common.date.unwrap_or_else(clock::today));
    report.diagnostics.splice(0..0, told);
    if common.json {
        let text = serde_json::to_string(&report).map_err(|error| Error::Internal(error.to_string()))?;
        println!("{text}");
    } else {
        print!("{}", report.text());
        print!("{}", say::diagnostics(&report.diagnostics));
    }
    Ok(())
}
