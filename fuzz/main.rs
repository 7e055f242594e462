//! Fuzz targets that build on stable: each reader and parser behind one name, fed with files and mutants of them.
//!
//! `cargo run --example fuzz -- TARGET --runs 10000 --seed 1 FILE…` reads each file, then that many damaged copies.
//! A panic ends the run with the seed that made it; the same seed makes the same bytes again. A fuzzer that drives a
//! program by files (AFL's file mode, honggfuzz) can use the same command with `--runs 0`.

#![allow(clippy::panic)] // A fuzz target is there to fail.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::fill::plan::{CellContent, FillPlan};
use chiiki_sheet::intake::take_book;
use chiiki_sheet::layout::{Context, Mapping};
use chiiki_sheet::model::CellRef;
use chiiki_sheet::notation::{
    BareYear, export_date, fiscal_year_in, parse_number, parse_period, parse_remark, parse_unit,
};
use chiiki_sheet::read::{Limits, read_all};
use chiiki_sheet::template::places::marks;
use chiiki_sheet::template::{lint::lint, package::Package};
use chiiki_sheet::workspace::Settings;

/// One target: bytes in, no panic out.
type Target = fn(&[u8]);

/// By name; the readers also take the names that decide nothing, because extensions lie.
const TARGETS: [(&str, Target); 7] = [
    // Every reader of src/read: which one, the bytes say.
    ("read", |bytes| drop(read_all("表.xlsx", bytes, &Limits::default()))),
    // Readers, layouts and normalisation together.
    ("take", |bytes| {
        for outcome in read_all("D2_受給率_2025_地域別.xlsx", bytes, &Limits::default()) {
            if let Ok(book) = outcome.result {
                drop(take_book(&book, Context::new(Catalog::shipped(), Some(2024))));
            }
        }
    }),
    // Spellings, the bytes as text.
    ("notation", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        for line in text.lines() {
            let _ = (parse_number(line), parse_unit(line), parse_remark(line), export_date(line), fiscal_year_in(line));
            let _ = parse_period(line, BareYear::Fiscal);
            let _ = (marks(line), Catalog::shipped().find(line));
        }
    }),
    // Packages as they are patched.
    ("package", |bytes| drop(Package::open(bytes))),
    ("fill", |bytes| {
        let Ok(package) = Package::open(bytes) else { return };
        let mut plan = FillPlan::default();
        for sheet in package.sheets() {
            plan.sheet(&sheet.name).set(CellRef::new(3, 3), CellContent::Number(1.5));
        }
        drop(chiiki_sheet::fill::apply(bytes, &plan));
        drop(lint(bytes, Catalog::shipped()));
    }),
    ("settings", |bytes| drop(Settings::parse(bytes))),
    // Readings people saved, and what they make of a table.
    ("readings", |bytes| {
        let Ok(mapping) = Mapping::parse(bytes, "読み方.toml") else { return };
        let table = "表題（令和6年度）,,\n都道府県,市町村,商店数（件）\n福岡県,福岡市,120\n,北九州市,45\n合計,,165\n";
        for outcome in read_all("表.csv", table.as_bytes(), &Limits::default()) {
            if let Ok(book) = outcome.result {
                drop(chiiki_sheet::intake::try_mapping(&book, &mapping, Catalog::shipped()));
            }
        }
    }),
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let target = words.next().unwrap_or_default();
    let Some((_, target)) = TARGETS.iter().find(|(name, _)| *name == target) else {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        eprintln!("usage: fuzz TARGET [--runs N] [--seed N] FILE...; targets: {}", names.join(" "));
        return ExitCode::from(2);
    };
    let (mut runs, mut seed, mut files) = (0u64, 1u64, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--runs" => runs = words.next().and_then(|text| text.parse().ok()).unwrap_or(0),
            "--seed" => seed = words.next().and_then(|text| text.parse().ok()).unwrap_or(1),
            _ => files.push(word),
        }
    }
    let mut done = 0u64;
    for file in &files {
        let Ok(bytes) = std::fs::read(file) else {
            eprintln!("{file}: cannot be read");
            return ExitCode::from(2);
        };
        for run in 0..=runs {
            let number = seed.wrapping_add(run);
            let input = if run == 0 { bytes.clone() } else { mutant(&bytes, number) };
            if catch_unwind(AssertUnwindSafe(|| target(&input))).is_err() {
                eprintln!("{file}: panic, --seed {} --runs 1 makes it again", number.wrapping_sub(1));
                return ExitCode::FAILURE;
            }
            done += 1;
        }
    }
    println!("{done} inputs, no panic");
    ExitCode::SUCCESS
}

/// Flipped, removed, doubled and overwritten bytes, by xorshift.
fn mutant(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % limit.max(1)
    };
    let mut out = bytes.to_vec();
    for _ in 0..=below(8) {
        let at = below(out.len());
        let end = (at + below(64)).min(out.len());
        match below(4) {
            0 => {
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= 1 << below(8);
                }
            }
            1 => drop(out.drain(at..end)),
            2 => {
                let copy = out.get(at..end).unwrap_or_default().to_vec();
                out.splice(at..at, copy);
            }
            _ => {
                if let Some(byte) = out.get_mut(at) {
                    *byte = below(256) as u8;
                }
            }
        }
    }
    out
}
