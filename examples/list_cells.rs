//! Every cell of a workbook as this product reads it: sheet, address, kind and value, tabs between them.
//!
//! ```text
//! cargo run --example list_cells -- FILE
//! ```

use std::error::Error;
use std::io::{BufWriter, Write};

use chiiki_sheet::read::{CellValue, Limits, read_bytes};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: list_cells FILE")?;
    let book =
        read_bytes(&path, &std::fs::read(&path)?, &Limits::default()).map_err(|e| e.to_diagnostic().to_string())?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for grid in &book.grids {
        for cell in grid.cells() {
            let kind = match cell.value {
                CellValue::Number(_) | CellValue::DateSerial(_) => "number",
                _ => "text",
            };
            let value = cell.value.display().replace('\n', "\\n");
            writeln!(out, "{}\t{}\t{kind}\t{value}", grid.name, cell.at)?;
        }
    }
    Ok(out.flush()?)
}
