//! Makes the standard template: `cargo run --example make_template`.
//!
//! Writes `sheet-templates/chiiki-bunseki/sheet.xlsx`, or the path given as the only argument. The same source gives
//! the same bytes, so a change of the template can be read as a change of this folder.

mod workbook;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sheet-templates/chiiki-bunseki/sheet.xlsx"),
        PathBuf::from,
    );
    std::fs::write(&path, workbook::build()?)?;
    println!("{}", path.display());
    Ok(())
}
