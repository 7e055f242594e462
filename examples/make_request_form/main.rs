//! Makes the entry form of a request: `cargo run --example make_request_form`.
//!
//! Writes `sheet-templates/依頼.xlsx`, or the path given as the only argument. The same source gives the same bytes.

mod form;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sheet-templates/依頼.xlsx"), PathBuf::from);
    std::fs::write(&path, form::build()?)?;
    println!("{}", path.display());
    Ok(())
}
