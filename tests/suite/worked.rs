//! The bundled fictitious insurer as a filled book, for tests of the sheets people work in.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, like the tests themselves")]

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx};
use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::compare::Comparison;
use chiiki_sheet::diagnostic::Diagnostic;
use chiiki_sheet::fill::{self, FilledSheet, StandardTemplate};
use chiiki_sheet::intake::{Evidence, Reader, gather, list_files, take_path};
use chiiki_sheet::job::{FillRequest, understand};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::Date;
use chiiki_sheet::read::Limits;

pub const FORM: &str = "地域分析・検討シート";

fn mihon() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mihon")
}

/// The insurer's catalog and everything its files say.
pub fn evidence() -> (Catalog, Evidence) {
    let areas = std::fs::read_to_string(mihon().join("areas.csv")).unwrap();
    let catalog = Catalog::shipped().with_areas(&areas, "areas.csv").unwrap();
    let context = Context::new(&catalog, None);
    let mut reader = Reader::InProcess(Limits::default());
    let files = list_files(&[mihon().join("受付")]).unwrap();
    let taken = files.iter().flat_map(|file| take_path(file, context, &mut reader).unwrap()).collect();
    let evidence = gather(taken, context);
    (catalog, evidence)
}

/// A comparison of みほん市, みなと市 and たかね市, with what reading and comparing found.
pub fn comparison(from: i32, to: i32, added: &[&str]) -> (Comparison, Vec<Diagnostic>) {
    let (catalog, evidence) = evidence();
    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned(), "見本県たかね市".to_owned()],
        from: Some(from),
        to: Some(to),
        add: added.iter().map(|id| (*id).to_owned()).collect(),
        ..FillRequest::new("見本県みほん市", PathBuf::new(), date())
    };
    let (comparison, told) = understand(&request, &evidence, &catalog).unwrap();
    (comparison, evidence.diagnostics.into_iter().chain(told).collect())
}

fn date() -> Date {
    Date::new(2026, 11, 1).unwrap()
}

/// The filled book.
pub fn filled(comparison: &Comparison, told: &[Diagnostic]) -> FilledSheet {
    fill::fill_standard(StandardTemplate::shipped().unwrap(), comparison, told, date()).unwrap()
}

/// A sheet's cells as another reader sees them: `cell(row, column)`, both counted from zero.
pub struct Seen(calamine::Range<Data>);

impl Seen {
    pub fn sheet(bytes: &[u8], name: &str) -> Self {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
        Self(book.worksheet_range(name).unwrap())
    }

    pub fn text(&self, row: u32, column: u32) -> String {
        self.0.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
    }

    pub fn number(&self, row: u32, column: u32) -> Option<f64> {
        match self.0.get_value((row, column)) {
            Some(Data::Float(value)) => Some(*value),
            _ => None,
        }
    }

    /// Rows from `first` to the end as texts.
    pub fn rows(&self, first: u32) -> Vec<Vec<String>> {
        let (last, columns) = self.0.end().unwrap();
        (first..=last).map(|row| (0..=columns).map(|column| self.text(row, column)).collect()).collect()
    }

    /// The place of a text.
    pub fn find(&self, text: &str) -> (u32, u32) {
        let found = self.0.used_cells().find(|(_, _, value)| matches!(value, Data::String(own) if own == text));
        let (row, column, _) = found.unwrap();
        let (first_row, first_column) = self.0.start().unwrap();
        (first_row + row as u32, first_column + column as u32)
    }
}

/// A part of the book.
pub fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Names of all parts.
pub fn parts(bytes: &[u8]) -> Vec<String> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    archive.file_names().map(|name| name.unwrap().into_owned()).collect()
}
