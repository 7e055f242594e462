//! From files to a filled sheet by the library alone: the drop folder of the fictitious 見本県 みほん市.
//!
//! ```text
//! cargo run --example fill_from_files -- OUT_FOLDER
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::{Reader, gather, list_files, take_path};
use chiiki_sheet::job::{FillRequest, fill_sheet, standard_template};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::Date;
use chiiki_sheet::read::Limits;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: fill_from_files OUT_FOLDER")?);
    std::fs::create_dir_all(&out)?;
    let mihon = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mihon");

    let areas = std::fs::read_to_string(mihon.join("areas.csv"))?;
    let catalog = Catalog::shipped().with_areas(&areas, "areas.csv").map_err(|told| format!("{told:?}"))?;
    let context = Context::new(&catalog, None);

    // Files of strangers belong into `Reader::child()`, which a program has that knows the hidden reading command.
    let mut reader = Reader::InProcess(Limits::default());
    let mut taken = Vec::new();
    for file in list_files(&[mihon.join("受付")])? {
        taken.extend(take_path(&file, context, &mut reader)?);
    }
    let evidence = gather(taken, context);

    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned()],
        add: vec!["D6".to_owned()],
        ..FillRequest::new("見本県みほん市", out, Date::new(2026, 11, 22).ok_or("no such day")?)
    };
    let report = fill_sheet(&request, &evidence, &catalog, standard_template()?)?;
    for output in &report.outputs {
        println!("{}: {}", output.kind, output.path.display());
    }
    println!("figures written: {}, places left empty: {}", report.ledger.filled, report.ledger.unfilled_places.len());
    if report.ledger.filled == 0 { Err("no figures".into()) } else { Ok(()) }
}
