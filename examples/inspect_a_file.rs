//! What a file says, figure by figure, each with the cell it stands in.
//!
//! ```text
//! cargo run --example inspect_a_file -- FILE [--areas AREAS.csv]
//! ```

use std::error::Error;
use std::path::Path;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::{Reader, gather, take_path};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::Datum;
use chiiki_sheet::read::Limits;

/// Figures printed; the rest is counted.
const SHOWN: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (file, catalog) = match arguments.as_slice() {
        [file] => (file, Catalog::shipped().clone()),
        [file, option, areas] if option == "--areas" => {
            let text = std::fs::read_to_string(areas)?;
            let catalog = Catalog::shipped().with_areas(&text, areas);
            (file, catalog.map_err(|told| told.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?)
        }
        _ => return Err("usage: inspect_a_file FILE [--areas AREAS.csv]".into()),
    };

    let context = Context::new(&catalog, None);
    let mut reader = Reader::InProcess(Limits::default());
    let evidence = gather(take_path(Path::new(file), context, &mut reader)?, context);

    for report in &evidence.files {
        println!("{}: {} {}", report.file, report.outcome.label(), report.message.as_deref().unwrap_or_default());
    }
    for observation in evidence.observations.iter().take(SHOWN) {
        let value = match observation.datum {
            Datum::Value(value) => format!("{value}{}", observation.unit),
            Datum::Missing(reason) => reason.label().to_owned(),
        };
        let (id, area, period) = (&observation.indicator, &observation.area.name, &observation.period.label);
        println!("{id} {area} {period}: {value} <- {}", observation.source);
    }
    println!("figures: {}, texts people wrote: {}", evidence.observations.len(), evidence.texts.len());
    for diagnostic in &evidence.diagnostics {
        println!("{diagnostic}");
    }
    // Run by the tests on a file that has figures: an empty answer would be a fault.
    if evidence.observations.is_empty() { Err("no figures".into()) } else { Ok(()) }
}
