//! What a fill costs: the standard sheet of 60 × 15 cells with two charts, 660 cells and a title written.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use chiiki_sheet::fill::plan::{CellContent, FillPlan};
use chiiki_sheet::fill::{self, Compiled};
use chiiki_sheet::model::CellRef;
use criterion::{Criterion, criterion_group, criterion_main};

/// Rows 5 to 64: 420 numbers in D:H and two unused columns, 60 × 4 texts, and the name at the top.
fn planned() -> FillPlan {
    let mut plan = FillPlan::default();
    let sheet = plan.sheet("地域分析・検討シート");
    sheet.set(CellRef::new(1, 3), CellContent::Text("見本県 みほん市".to_owned()));
    for row in 4..64u32 {
        for col in [3, 4, 5, 6, 7, 10, 15] {
            sheet.set(CellRef::new(row, col), CellContent::Number(f64::from(row * 100 + col) / 7.0));
        }
        for col in 12..16 {
            sheet.set(CellRef::new(row, col), CellContent::Text(format!("{row}行目の仮説：独居高齢者が多いため")));
        }
        sheet.set(CellRef::new(row, 16), CellContent::Number(f64::from(row)));
    }
    plan
}

fn fill_standard_sheet(c: &mut Criterion) {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fill/std.xlsx")).unwrap();
    let plan = planned();
    let compiled = Compiled::new(file.as_slice()).unwrap();
    let mut group = c.benchmark_group("fill");
    group.bench_function("standard sheet, read each time", |b| {
        b.iter(|| fill::apply(black_box(file.as_slice()), black_box(&plan)).unwrap());
    });
    group.bench_function("standard sheet, compiled", |b| b.iter(|| compiled.apply(black_box(&plan)).unwrap()));
    group.bench_function("standard sheet, opened only", |b| {
        b.iter(|| Compiled::new(black_box(file.as_slice())).unwrap());
    });
    group.finish();
}

criterion_group!(benches, fill_standard_sheet);
criterion_main!(benches);
