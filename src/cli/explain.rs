//! `explain`: where a figure of a filled sheet came from.

use super::args::Explain;
use crate::error::{Error, Result};
use crate::explain::explain;
use crate::intake::{Reader, read_one};

/// Prints the source, or what else the cell is.
pub fn run(arguments: &Explain) -> Result<()> {
    if !arguments.file.is_file() {
        return Err(Error::Usage(format!(
            "『{}』が見つかりません。ファイルの場所を確かめてください。",
            arguments.file.display()
        )));
    }
    let book = read_one(&arguments.file, &mut Reader::child()?)?
        .map_err(|error| Error::Usage(error.to_diagnostic().to_string()))?;
    let explanation = explain(&book, &arguments.cell).map_err(Error::Usage)?;
    if arguments.json {
        let text = serde_json::to_string(&explanation).map_err(|error| Error::Internal(error.to_string()))?;
        println!("{text}");
    } else {
        print!("{}", explanation.text());
    }
    Ok(())
}
