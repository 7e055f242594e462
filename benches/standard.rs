//! A fill of the whole standard book (form, comparison, charts, cautions, hints, sources) with the bundled fictitious
//! insurer's figures, the template parsed once.

#![allow(clippy::unwrap_used, missing_docs)] // A bench may stop.

use std::path::PathBuf;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::fill::{StandardTemplate, fill_standard};
use chiiki_sheet::intake::{Reader, gather, list_files, take_path};
use chiiki_sheet::job::{FillRequest, understand};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::Date;
use chiiki_sheet::read::Limits;
use criterion::{Criterion, criterion_group, criterion_main};

fn standard(criterion: &mut Criterion) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/mihon");
    let areas = std::fs::read_to_string(root.join("areas.csv")).unwrap();
    let catalog = Catalog::shipped().with_areas(&areas, "areas.csv").unwrap();
    let context = Context::new(&catalog, None);
    let mut reader = Reader::InProcess(Limits::default());
    let files = list_files(&[root.join("受付")]).unwrap();
    let taken = files.iter().flat_map(|file| take_path(file, context, &mut reader).unwrap()).collect();
    let evidence = gather(taken, context);
    let date = Date::new(2026, 11, 22).unwrap();
    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned(), "見本県たかね市".to_owned()],
        from: Some(2023),
        to: Some(2025),
        ..FillRequest::new("見本県みほん市", PathBuf::new(), date)
    };
    let (comparison, told) = understand(&request, &evidence, &catalog).unwrap();
    let template = StandardTemplate::shipped().unwrap();
    criterion.bench_function("fill the standard book", |bencher| {
        bencher.iter(|| fill_standard(template, &comparison, &told, date).unwrap().bytes.len());
    });
}

criterion_group!(benches, standard);
criterion_main!(benches);
