//! `inspect`: what can be read from files; nothing is stored.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::args::{Format, Inspect};
use super::{input, json, say};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::intake::Evidence;
use crate::layout::Context;
use crate::model::{Area, Outcome};

/// Up to so many files each has a line of its own.
const LISTED_FILES: usize = 40;

/// Exit 0 even when some files are refused: the answer says so.
pub fn run(arguments: &Inspect) -> Result<()> {
    let catalog = input::catalog(arguments.areas.as_deref())?;
    let mappings = input::readings(arguments.readings.as_deref())?;
    let context = Context { mappings: &mappings, ..Context::new(&catalog, arguments.year) };
    let evidence = input::evidence(&arguments.files, context)?;
    match arguments.format {
        Format::Json => {
            // Straight to the pipe: the figures of a prefecture are hundreds of megabytes of text.
            let stdout = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
            match serde_json::to_writer(stdout, &json::inspection(&evidence)) {
                Err(error) if error.io_error_kind() != Some(std::io::ErrorKind::BrokenPipe) => {
                    return Err(Error::Internal(error.to_string()));
                }
                _ => println!(),
            }
        }
        Format::Text => print!("{}", text(&evidence)),
    }
    // The process ends here: to give back the memory of every single figure would only cost time.
    std::mem::forget(evidence);
    Ok(())
}

fn text(evidence: &Evidence) -> String {
    let mut out = String::new();
    if evidence.files.len() > LISTED_FILES {
        // What has to be done stands in the lists below; hundreds of lines that all is well would bury it.
        out.push_str(&format!("ファイル {}件：{}\n", evidence.files.len(), say::file_counts(&evidence.files)));
        let open = |outcome| matches!(outcome, Outcome::Waiting | Outcome::Refused);
        out.push_str(&say::files(evidence.files.iter().filter(|report| open(report.outcome))));
    } else {
        out.push_str(&say::files(&evidence.files));
    }
    // Areas are shared by their figures: few names are compared.
    let areas: HashMap<*const Area, &str> =
        evidence.observations.iter().map(|o| (Arc::as_ptr(&o.area), o.area.name.as_str())).collect();
    let areas: HashSet<&str> = areas.into_values().collect();
    let derived = evidence.observations.iter().filter(|o| o.derived.is_some()).count();
    let values = evidence.observations.iter().filter(|o| o.datum.value().is_some()).count();
    out.push_str(&format!(
        "\n数値 {values}件（うち計算したもの {derived}件）、地域 {}か所、書き込まれた文章 {}件\n",
        areas.len(),
        evidence.texts.len()
    ));
    out.push_str(&say::tidying(evidence));
    // The sentence of a file that was not read stands at the file already.
    let said: HashSet<(&str, &str)> =
        evidence.files.iter().filter_map(|report| Some((report.file.as_str(), report.message.as_deref()?))).collect();
    let again = |told: &&Diagnostic| {
        let sentence = format!("{}{}", told.message, told.hint.as_deref().unwrap_or_default());
        told.place.file.as_deref().is_some_and(|file| said.contains(&(file, sentence.as_str())))
    };
    let others: Vec<Diagnostic> = evidence.diagnostics.iter().filter(|told| !again(told)).cloned().collect();
    if !others.is_empty() {
        out.push('\n');
        out.push_str(&say::diagnostics(&others));
    }
    out
}
