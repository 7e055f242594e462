//! The handout as a reader gets it: every word is on the paper, whatever people wrote.

// Helpers of tests may unwrap as tests do.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod cautions;
mod figures;
mod file;
mod one_page;
mod pages;
mod room;
mod sentences;
mod tables;
mod templates;
mod texts;
mod typesetter;

use std::path::Path;
use std::process::Command;

use chiiki_sheet::handout::glyphs::{Unprintable, printed};
use chiiki_sheet::handout::options::Part;
use chiiki_sheet::handout::{Handout, Kind, Options, PageOptions, TemplateFiles, forget, render};
use chiiki_sheet::model::Date;

fn sample(name: &str) -> Handout {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/handout").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn options(kind: Kind) -> PageOptions {
    let template = TemplateFiles::shipped();
    Options::parse(template.get("handout.toml").unwrap()).unwrap().of(kind).clone()
}

fn date() -> Date {
    Date::new(2026, 11, 22).unwrap()
}

fn made(handout: &Handout, kind: Kind, options: &PageOptions) -> Vec<u8> {
    let (pdf, _) = render(handout, kind, options, &TemplateFiles::shipped(), date()).unwrap();
    forget();
    keep(&pdf, kind, options);
    pdf
}

/// With CHIIKI_KEEP_PAPERS=FOLDER every paper of these tests stays there, for someone to look at.
fn keep(pdf: &[u8], kind: Kind, options: &PageOptions) {
    let Some(folder) = std::env::var_os("CHIIKI_KEEP_PAPERS") else { return };
    let test = std::thread::current().name().unwrap_or("paper").replace("::", "-");
    let PageOptions { paper, landscape, large, .. } = options;
    let name = format!(
        "{test}-{kind:?}-{paper:?}-{}-{}",
        if *landscape { "横" } else { "縦" },
        if *large { "大" } else { "標" }
    );
    let path = (0..).map(|k| Path::new(&folder).join(format!("{name}-{k}.pdf"))).find(|path| !path.exists()).unwrap();
    std::fs::write(path, pdf).unwrap();
}

/// With everything that can be on a paper.
fn all_parts(options: PageOptions) -> PageOptions {
    let parts =
        vec![Part::Summary, Part::Tables, Part::Charts, Part::Discussion, Part::Years, Part::Indicators, Part::Sources];
    PageOptions { parts, ..options }
}

fn pages(pdf: &[u8]) -> Option<usize> {
    let info = tool("pdfinfo", &[], pdf, &[])?;
    info.lines().find_map(|line| line.strip_prefix("Pages:"))?.trim().parse().ok()
}

/// Runs a tool on the PDF; `None` with a printed reason when the PC has no such tool.
fn tool(program: &str, before: &[&str], pdf: &[u8], after: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("handout.pdf");
    std::fs::write(&path, pdf).unwrap();
    match Command::new(program).args(before).arg(&path).args(after).output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(error) => {
            println!("skipped: {program} is not on this PC ({error})");
            None
        }
    }
}

/// What a program reads out of the pages between head and foot, without white space.
fn extracted(pdf: &[u8], options: &PageOptions) -> Option<String> {
    let (width, height) = options.paper_points();
    // Heads and feet of pages stand between the lines of a paragraph that goes over a page.
    let top = 38.0;
    let size = [format!("{:.0}", width.ceil()), format!("{:.0}", height - top - 38.0)];
    let crop = ["-raw", "-enc", "UTF-8", "-r", "72", "-x", "0", "-y", "38", "-W", &size[0], "-H", &size[1]];
    Some(bare(&tool("pdftotext", &crop, pdf, &["-"])?))
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The text as it must be found: 〓 for what the fonts lack, nothing else different.
fn expected(text: &str) -> String {
    bare(&printed(text, &mut Unprintable::default()))
}

fn assert_all_found(handout: &Handout, pdf: &[u8], options: &PageOptions) {
    let Some(found) = extracted(pdf, options) else { return };
    for text in handout.clone().texts_mut() {
        let wanted = expected(text);
        assert!(found.contains(&wanted), "not on the paper: {text:?}");
    }
}

/// No word sticks out of the paper.
fn inside_the_paper(pdf: &[u8], options: &PageOptions) {
    let (width, height) = options.paper_points();
    let Some(boxes) = tool("pdftotext", &["-bbox"], pdf, &["-"]) else { return };
    for line in boxes.lines().filter(|line| line.contains("<word ")) {
        let edge = |name: &str| -> f64 {
            let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
            rest.split_once('"').unwrap().0.parse().unwrap()
        };
        assert!(edge("xMin") >= 0.0 && edge("xMax") <= width, "{line}");
        assert!(edge("yMin") >= -1.0 && edge("yMax") <= height, "{line}");
    }
}
