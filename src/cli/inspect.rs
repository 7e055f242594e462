//! `inspect`: what can be read from files; nothing is stored.

use super::args::{Format, Inspect};
use super::{input, json, say};
use crate::error::{Error, Result};
use crate::intake::Evidence;
use crate::layout::Context;

/// Exit 0 even when some files are refused: the answer says so.
pub fn run(arguments: &Inspect) -> Result<()> {
    let catalog = input::catalog(arguments.areas.as_deref())?;
    let mappings = input::readings(arguments.readings.as_deref())?;
    let context = Context { mappings: &mappings, ..Context::new(&catalog, arguments.year) };
    let evidence = input::evidence(&arguments.files, context)?;
    match arguments.format {
        Format::Json => {
            // Straight to the pipe: the figures of a prefecture are hundreds of megabytes of text.
            let stdout = std::io::BufWriter::new(std::io::stdout().lock());
            match serde_json::to_writer(stdout, &json::inspection(&evidence)) {
                Err(error) if error.io_error_kind() != Some(std::io::ErrorKind::BrokenPipe) => {
                    return Err(Error::Internal(error.to_string()));
                }
                _ => println!(),
            }
        }
        Format::Text => print!("{}", text(&evidence)),
    }
    Ok(())
}

fn text(evidence: &Evidence) -> String {
    let mut out = say::files(&evidence.files);
    let mut areas: Vec<&str> = evidence.observations.iter().map(|o| o.area.name.as_str()).collect();
    areas.sort_unstable();
    areas.dedup();
    let derived = evidence.observations.iter().filter(|o| o.derived.is_some()).count();
    let values = evidence.observations.iter().filter(|o| o.datum.value().is_some()).count();
    out.push_str(&format!(
        "\n数値 {values}件（うち計算したもの {derived}件）、地域 {}か所、書き込まれた文章 {}件\n",
        areas.len(),
        evidence.texts.len()
    ));
    out.push_str(&say::tidying(evidence));
    if !evidence.diagnostics.is_empty() {
        out.push('\n');
        out.push_str(&say::diagnostics(&evidence.diagnostics));
    }
    out
}
