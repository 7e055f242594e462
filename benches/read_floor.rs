//! How long reading the two annual reports takes: in this process, and through the child with its start.
//!
//! Runs on the real files of `../shared/data` (`CHIIKI_SHARED` overrides the folder); without them it says so.
//! With `--once FILE…` it reads those files once through a new child and ends: what `against_openpyxl.py` times.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use chiiki_sheet::read::sandbox::{Sandbox, SandboxOptions};
use chiiki_sheet::read::{Limits, read_path};
use criterion::{Criterion, criterion_group};

fn annual_reports() -> Option<[PathBuf; 2]> {
    let root = std::env::var_os("CHIIKI_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(root).join("data");
    let paths = ["r5nenpo_02h.xlsx", "r5nenpo_04-1-1h_sheet1-2_openpyxl.xlsx"].map(|name| folder.join(name));
    paths.iter().all(|path| path.exists()).then_some(paths)
}

fn read(criterion: &mut Criterion) {
    let Some(paths) = annual_reports() else {
        println!("skipped: the annual reports are not here");
        return;
    };
    criterion.bench_function("two annual reports, in process", |bencher| {
        bencher.iter(|| paths.each_ref().map(|path| black_box(read_path(path, &Limits::default()))));
    });
    criterion.bench_function("two annual reports, new child", |bencher| {
        bencher.iter(|| {
            let mut sandbox = Sandbox::new(SandboxOptions::new(env!("CARGO_BIN_EXE_chiiki-sheet")));
            paths.each_ref().map(|path| black_box(sandbox.read_path(path)))
        });
    });
}

criterion_group!(benches, read);

/// Reads the files once through a new child. Says how many cells came, so that nobody times a refusal.
fn once(paths: &[String]) -> Result<(), String> {
    let mut sandbox = Sandbox::new(SandboxOptions::new(env!("CARGO_BIN_EXE_chiiki-sheet")));
    let mut cells = 0;
    for path in paths {
        for outcome in sandbox.read_path(Path::new(path)).map_err(|error| error.to_string())? {
            let book = outcome.result.map_err(|error| error.to_diagnostic().to_string())?;
            cells += book.grids.iter().map(|grid| grid.cells().len()).sum::<usize>();
        }
    }
    println!("{cells} cells");
    Ok(())
}

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("--once", paths)) = args.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return once(paths);
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
    Ok(())
}
