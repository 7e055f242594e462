//! Tables of no known layout, made at random from a truth: never a wrong value without a word, and what is not sure waits.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

#[path = "../support/official_tables.rs"]
mod made;

use std::collections::BTreeMap;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::diagnostic::Severity;
use chiiki_sheet::intake::{Taken, take_book};
use chiiki_sheet::layout::{Context, Mapping, crosstab};
use chiiki_sheet::model::{Datum, Observation, Outcome};
use made::{KINDS, Key, Table};
pub use made::{table, table_of_year};

fn key(observation: &Observation, table: &Table) -> Key {
    let id = observation.indicator.as_str();
    let name = table.truth.keys().find(|key| id.contains(key.0.as_str())).map_or(id, |key| key.0.as_str());
    let sex = observation.dimensions.sex.clone().unwrap_or_default();
    (name.to_owned(), observation.area.name.clone(), observation.period.key(), sex)
}

fn loud(taken: &Taken) -> Vec<String> {
    let loud = taken.diagnostics.iter().filter(|told| told.severity != Severity::Info);
    loud.map(|told| format!("{} {} {:?}", told.code, told.message, told.place.cell)).collect()
}

/// What is read and not true.
pub fn wrong(table: &Table, taken: &Taken) -> Option<String> {
    taken.observations.iter().find_map(|observation| {
        let Datum::Value(value) = observation.datum else { return None };
        let right = table.truth.get(&key(observation, table)).is_some_and(|all| all.contains(&value));
        (!right).then(|| format!("{:?} = {value} at {}", key(observation, table), observation.source.cell))
    })
}

#[test]
fn sure_proposals_read_the_truth_and_the_rest_waits() {
    let count: u64 = std::env::var("TABLES").ok().and_then(|text| text.parse().ok()).unwrap_or(450);
    let catalog = Catalog::shipped();
    let mut tally: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut failures = Vec::new();
    for seed in 0..count {
        let table = table(seed);
        let line = tally.entry(table.kind).or_default();
        line[0] += 1;
        // Nothing of any of them is taken without a yes.
        let waiting = take_book(&table.book, Context::new(catalog, None));
        assert_eq!((waiting.report.outcome, waiting.observations.len()), (Outcome::Waiting, 0), "seed {seed}");
        let seen = crosstab::understand(&table.book, catalog);
        let Some(seen) = seen else {
            if std::env::var_os("TABLES_TELL").is_some() {
                println!("seed {seed} {}: not understood", table.kind);
            }
            continue;
        };
        if !seen.is_sure() {
            if std::env::var_os("TABLES_TELL").is_some() {
                println!(
                    "seed {seed} {}: {:.2} {:?} {:?}",
                    table.kind,
                    seen.confidence,
                    seen.mapping.problem(),
                    seen.preview
                );
            }
            line[1] += usize::from(!seen.preview.is_empty());
            continue;
        }
        line[2] += 1;
        let saved = Mapping::parse(seen.mapping.to_toml().unwrap().as_bytes(), "案.toml").unwrap();
        assert_eq!(saved, seen.mapping, "seed {seed}");
        let mappings = [saved];
        let taken = take_book(&table.book, Context { mappings: &mappings, ..Context::new(catalog, None) });
        let told = loud(&taken);
        if let Some(what) = wrong(&table, &taken) {
            failures.push(format!("seed {seed} {}: {what}; told {told:?}\n{:?}", table.kind, seen.preview));
        }
        let values = taken.observations.iter().filter(|o| o.datum.value().is_some()).count();
        line[3] += usize::from(values == table.truth.len());
        if !table.blemished && values != table.truth.len() && told.is_empty() {
            failures.push(format!("seed {seed} {}: {values} of {} in silence", table.kind, table.truth.len()));
        }
        if let Some(cell) = table.wrong_sum {
            let cell = format!("{:?}", Some(cell.to_string()));
            if !told.iter().any(|line| line.starts_with("total-mismatch") && line.ends_with(&cell)) {
                failures.push(format!("seed {seed} {}: the wrong sum {cell} is not told: {told:?}", table.kind));
            }
        }
    }
    for (kind, [all, unsure, sure, whole]) in &tally {
        println!("{kind}: {all} tables, {unsure} wait with a description, {sure} sure, of these {whole} read whole");
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures[..failures.len().min(12)].join("\n"));
    // The test would prove nothing if hardly any table were understood.
    for kind in KINDS {
        let [all, _, sure, whole] = tally[kind];
        assert!(sure * 2 > all && whole * 2 > sure, "{kind}: {:?}", tally[kind]);
    }
}
