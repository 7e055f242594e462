//! The standard fill and a refill, the file loaded each time, beside openpyxl doing the same in the same run; then the
//! fill with the template parsed once, and the memory it takes. Prints a table; `cargo bench --bench beside_openpyxl`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)] // A bench may stop.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::compare::{Comparison, Thresholds};
use chiiki_sheet::diagnostic::Diagnostic;
use chiiki_sheet::fill::{StandardTemplate, fill_standard};
use chiiki_sheet::intake::{Reader, gather, list_files, take_path};
use chiiki_sheet::job::{FillRequest, understand};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::{Date, Datum};
use chiiki_sheet::read::{Limits, read_bytes};
use chiiki_sheet::refill::{Base, RefillOptions, refill};

/// CHIIKI_TIMES=1: once, to be looked at under a profiler.
fn times() -> u32 {
    std::env::var("CHIIKI_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(25)
}
/// Ours and theirs in turn, so often: a busy machine is not twice as fast for one of them only.
const ROUNDS: usize = 7;
const TIMES_PYTHON: u32 = 2;

fn main() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let (catalog, comparison, told) = evidence(&root);
    let date = Date::new(2026, 11, 22).unwrap();
    let shipped = std::fs::read(root.join("sheet-templates/chiiki-bunseki/sheet.xlsx")).unwrap();
    let template = StandardTemplate::shipped().unwrap();
    let filled = fill_standard(template, &comparison, &told, date).unwrap().bytes;
    let new = revised(&comparison);
    let options = RefillOptions { date, adopt: false, fixed_years: false };
    let again = |bytes: &[u8]| {
        let base = Base::open("book.xlsx", bytes).unwrap();
        refill(&base, &new, options, &told, &[], &catalog, template).unwrap().bytes
    };
    let refilled = again(&filled);

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    std::fs::write(dir.join("template.xlsx"), &shipped).unwrap();
    std::fs::write(dir.join("filled.xlsx"), &filled).unwrap();
    let cells = [differences(&shipped, &filled), differences(&filled, &refilled)];
    for (name, cells) in ["fill.json", "refill.json"].iter().zip(&cells) {
        std::fs::write(dir.join(name), serde_json::to_string(cells).unwrap()).unwrap();
    }
    let counts = cells.map(|sheets| sheets.values().map(BTreeMap::len).sum::<usize>());

    let fill_each = || {
        measure(times(), || {
            let bytes = std::fs::read(dir.join("template.xlsx")).unwrap();
            let template = StandardTemplate::from_bytes(bytes).unwrap();
            let filled = fill_standard(&template, &comparison, &told, date).unwrap();
            std::fs::write(dir.join("ours.xlsx"), filled.bytes).unwrap();
        })
    };
    let refill_each = || {
        measure(times(), || {
            let bytes = std::fs::read(dir.join("filled.xlsx")).unwrap();
            std::fs::write(dir.join("ours.xlsx"), again(&bytes)).unwrap();
        })
    };
    let once = || measure(times(), || drop(fill_standard(template, &comparison, &told, date).unwrap()));
    let above = [
        heap_above(|| drop(fill_standard(template, &comparison, &told, date).unwrap())),
        heap_above(|| drop(again(&filled))),
    ];

    println!(
        "cells written: fill {}, refill {}; heap above {:.1} and {:.1} MB",
        counts[0], counts[1], above[0], above[1]
    );
    if times() == 1 {
        return println!("{:?} {:?} {:?}", once(), fill_each(), refill_each());
    }
    let mut rounds: [Vec<(f64, f64)>; 5] = Default::default();
    for _ in 0..ROUNDS {
        let Some(python) = openpyxl(&root, dir) else { return println!("python3 with openpyxl is not here") };
        for (of, measured) in rounds.iter_mut().zip([once(), fill_each(), python[0], refill_each(), python[1]]) {
            of.push(measured);
        }
    }
    println!("ms a file, wall and CPU: median (least to most) of {ROUNDS} rounds in turn");
    let names = ["fill, parsed once", "fill", "fill, openpyxl", "refill", "refill, openpyxl"];
    for (name, of) in names.iter().zip(&rounds) {
        println!("{name:18} {} | {}", spread(of.iter().map(|of| of.0)), spread(of.iter().map(|of| of.1)));
    }
    for (name, ours, theirs) in [("fill", 1, 2), ("refill", 3, 4)] {
        let pairs = || rounds[ours].iter().zip(&rounds[theirs]);
        let (wall, cpu) = (pairs().map(|(a, b)| b.0 / a.0), pairs().map(|(a, b)| b.1 / a.1));
        println!("{name:6} times as fast {} | {}", spread(wall), spread(cpu));
    }
}

/// Median, least and most.
fn spread(values: impl Iterator<Item = f64>) -> String {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    format!("{:8.1} ({:.1} to {:.1})", values[values.len() / 2], values[0], values[values.len() - 1])
}

/// Milliseconds a file, wall and CPU, of the fill and of the refill.
fn openpyxl(root: &Path, dir: &Path) -> Option<[(f64, f64); 2]> {
    let script = root.join("benches/beside_openpyxl.py");
    let output = Command::new("python3").arg(script).arg(dir).arg(TIMES_PYTHON.to_string()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines().map(|line| {
        let mut numbers = line.split(' ').map(|number| number.parse().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    });
    Some([lines.next()?, lines.next()?])
}

fn evidence(root: &Path) -> (Catalog, Comparison, Vec<Diagnostic>) {
    let root = root.join("examples/mihon");
    let areas = std::fs::read_to_string(root.join("areas.csv")).unwrap();
    let catalog = Catalog::shipped().with_areas(&areas, "areas.csv").unwrap();
    let context = Context::new(&catalog, None);
    let mut reader = Reader::InProcess(Limits::default());
    let files = list_files(&[root.join("受付")]).unwrap();
    let taken = files.iter().flat_map(|file| take_path(file, context, &mut reader).unwrap()).collect();
    let evidence = gather(taken, context);
    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned(), "見本県たかね市".to_owned()],
        from: Some(2023),
        to: Some(2025),
        thresholds: Thresholds::default(),
        ..FillRequest::new("見本県みほん市", PathBuf::new(), Date::new(2026, 11, 22).unwrap())
    };
    let (comparison, told) = understand(&request, &evidence, &catalog).unwrap();
    (catalog, comparison, told)
}

/// Every figure a little larger.
fn revised(comparison: &Comparison) -> Comparison {
    let mut new = comparison.clone();
    for figure in new.rows.iter_mut().flat_map(|row| row.figures.values_mut()) {
        if let Datum::Value(value) = figure.datum {
            Arc::make_mut(figure).datum = Datum::Value(value + 0.5);
        }
    }
    new
}

/// Cells of the second book that the first one has not, by sheet and address; added sheets with all they hold.
fn differences(before: &[u8], after: &[u8]) -> BTreeMap<String, BTreeMap<String, serde_json::Value>> {
    let book = |bytes: &[u8]| read_bytes("book.xlsx", bytes, &Limits::default()).unwrap().grids;
    let old = book(before);
    let mut sheets = BTreeMap::new();
    for grid in book(after) {
        let was = old.iter().find(|was| was.name == grid.name);
        let changed = grid.cells().iter().filter(|cell| was.and_then(|was| was.get(cell.at)) != Some(&cell.value));
        let cells = changed.map(|cell| {
            let value = cell.value.as_number().map_or_else(|| cell.value.display().into(), serde_json::Value::from);
            (cell.at.to_string(), value)
        });
        sheets.insert(grid.name.to_string(), cells.collect());
    }
    sheets
}

/// Milliseconds a call: wall and CPU.
fn measure(times: u32, mut call: impl FnMut()) -> (f64, f64) {
    call();
    let (start, cpu) = (Instant::now(), cpu_ms());
    (0..times).for_each(|_| call());
    (start.elapsed().as_secs_f64() * 1000.0 / f64::from(times), (cpu_ms() - cpu) / f64::from(times))
}

/// CPU time of this process so far, where the system tells (Linux), in steps of 10 ms.
fn cpu_ms() -> f64 {
    let Ok(text) = std::fs::read_to_string("/proc/self/stat") else { return f64::NAN };
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) * 10.0
}

/// Bytes in use and the most there were, counted only where [`heap_above`] asks: counting takes time.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    fn count(more: usize, less: usize) {
        if COUNTS.load(Relaxed) {
            let now = IN_USE.fetch_add(more.wrapping_sub(less), Relaxed).wrapping_add(more.wrapping_sub(less));
            MOST.fetch_max(now, Relaxed);
        }
    }
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count(size, layout.size());
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        Self::count(0, layout.size());
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most heap a call takes above what was in use before it, in MB.
fn heap_above(call: impl FnOnce()) -> f64 {
    // Far from zero: what was taken before the counting began may be given back.
    let before = usize::MAX / 4;
    IN_USE.store(before, Relaxed);
    MOST.store(before, Relaxed);
    COUNTS.store(true, Relaxed);
    call();
    COUNTS.store(false, Relaxed);
    (MOST.load(Relaxed) - before) as f64 / 1024.0 / 1024.0
}
