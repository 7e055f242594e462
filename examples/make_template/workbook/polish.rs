//! What the writer of workbooks does not say about charts, put right in its output.

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::XlsxError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The workbook with its chart parts put right; all other parts as they are.
pub fn charts(workbook: Vec<u8>) -> Result<Vec<u8>, XlsxError> {
    let mut archive = ZipArchive::new(Cursor::new(workbook)).map_err(broken)?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if name.starts_with("xl/charts/chart") {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            out.start_file(name, options).map_err(broken)?;
            out.write_all(line_before_marker(&with_all_flags(&text)).as_bytes())?;
        } else {
            out.raw_copy_file(entry).map_err(broken)?;
        }
    }
    Ok(out.finish().map_err(broken)?.into_inner())
}

fn broken(error: impl std::fmt::Display) -> XlsxError {
    XlsxError::ParameterError(error.to_string())
}

/// Labels say what they do not show, too: programs differ in what they take for granted.
fn with_all_flags(text: &str) -> String {
    let flags = |value: u8, name: u8| {
        format!(
            "<c:showLegendKey val=\"0\"/><c:showVal val=\"{value}\"/><c:showCatName val=\"0\"/>\
             <c:showSerName val=\"{name}\"/><c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/>"
        )
    };
    let text = text.replace("<c:showVal val=\"1\"/></c:dLbls>", &format!("{}</c:dLbls>", flags(1, 0)));
    text.replace("<c:showSerName val=\"1\"/></c:dLbls>", &format!("{}</c:dLbls>", flags(0, 1)))
}

/// In a series of a scatter the schema wants the line before the marker.
fn line_before_marker(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, marker)) = rest.split_once("<c:marker>") {
        out.push_str(before);
        let Some((marker, after)) = marker.split_once("</c:marker>") else { break };
        let marker = format!("<c:marker>{marker}</c:marker>");
        rest = match after.strip_prefix("<c:spPr>").and_then(|line| line.split_once("</c:spPr>")) {
            Some((line, after)) => {
                out.push_str(&format!("<c:spPr>{line}</c:spPr>{marker}"));
                after
            }
            None => {
                out.push_str(&marker);
                after
            }
        };
    }
    out.push_str(rest);
    out
}
