//! Every variant of the layouts in tests/data/layouts: outcome, layout, and what each listed cell means.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeSet;

use chiiki_sheet::intake::Taken;
use chiiki_sheet::model::Outcome;

use crate::truth::{self, Row};

fn take(file: &str, year: Option<i32>) -> Taken {
    let catalog = truth::catalog();
    let mut taken = truth::take(&[truth::package("tests/data/layouts").join(file)], catalog, year);
    assert_eq!(taken.len(), 1, "{file}");
    taken.remove(0)
}

fn is_japanese_sentence(text: &str) -> bool {
    text.ends_with('。') && text.chars().any(|c| ('ぁ'..='ん').contains(&c))
}

#[test]
fn every_variant_is_read_refused_or_waits_as_the_table_says() {
    let cells = truth::table("tests/data/layouts/expected_cells.csv");
    let mut wrong = Vec::new();
    for row in truth::table("tests/data/layouts/expected.csv") {
        let file = &row["file"];
        let year: Option<i32> = row["year_option"].parse().ok();
        let taken = take(file, year);
        if taken.report.outcome.id() != row["outcome"] {
            wrong.push(format!("{file}: {} wanted, {:?}", row["outcome"], taken.report));
        }
        let layout = match row["layout"].as_str() {
            "analysis_sheet" => "L1",
            "indicator_table" => "L2",
            "annual_report" => "L4",
            "tidy" => "L9",
            _ => "",
        };
        // A file that waits is told by its question; which layout it might be is no promise.
        if matches!(taken.report.outcome, Outcome::Read | Outcome::Empty)
            && taken.report.layout.unwrap_or_default() != layout
        {
            wrong.push(format!("{file}: layout {layout} wanted, {:?}", taken.report));
        }
        if taken.report.outcome != Outcome::Read {
            assert!(taken.observations.is_empty(), "{file}");
            let message = taken.report.message.clone().unwrap_or_default();
            assert!(is_japanese_sentence(&message), "{file}: {message}");
            continue;
        }
        let found = truth::by_cell(&taken.observations);
        let listed: Vec<&Row> = cells.iter().filter(|cell| cell["file"] == *file).collect();
        assert!(!listed.is_empty(), "{file} has no listed cell");
        for cell in &listed {
            let key = (cell["sheet"].clone(), cell["cell"].clone());
            let told = truth::deviations(cell, found.get(&key).copied());
            wrong.extend(told.into_iter().map(|told| format!("{file} {} {}: {told}", cell["sheet"], cell["cell"])));
        }
        // Only some indicators of analysis sheets are listed.
        let known: BTreeSet<(String, String)> =
            listed.iter().map(|cell| (cell["sheet"].clone(), cell["cell"].clone())).collect();
        let unlisted = found.keys().filter(|key| layout != "L1" && !known.contains(*key));
        wrong.extend(unlisted.map(|key| format!("{file} {key:?}: not listed")));
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
