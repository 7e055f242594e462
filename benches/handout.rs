//! How long a handout takes in a running program, and how large it is. Every document differs, as in a batch of
//! insurers: an equal one would only measure a cache.

use std::path::Path;
use std::time::Instant;

use chiiki_sheet::handout::data::Figure;
use chiiki_sheet::handout::options::Part;
use chiiki_sheet::handout::{Handout, Kind, Options, PageOptions, TemplateFiles, forget, render};
use chiiki_sheet::model::Date;
use criterion::Criterion;

fn sample() -> Result<Handout, Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/handout/mihon.json");
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

/// The sample as another insurer: another name, other texts, other figures.
fn another(handout: &Handout, k: u32) -> Handout {
    let mut other = handout.clone();
    other.insurer = format!("第{k}保険者");
    for block in &mut other.blocks {
        for text in &mut block.texts {
            text.text = format!("（{k}）{}", text.text);
        }
        for figure in block.indicators.iter_mut().flat_map(|i| &mut i.values).flatten() {
            if let Figure::Value(value) = figure {
                *value *= 1.0 + f64::from(k % 997) * 1e-4;
            }
        }
    }
    other
}

fn cases(options: &Options) -> Vec<(String, Kind, PageOptions)> {
    let mut cases: Vec<(String, Kind, PageOptions)> =
        Kind::ALL.into_iter().map(|kind| (kind.label().to_owned(), kind, options.of(kind).clone())).collect();
    let mut short = options.of(Kind::Handout).clone();
    short.parts = vec![Part::Summary, Part::Discussion];
    cases.push(("配布資料（要点と検討だけ）".to_owned(), Kind::Handout, short));
    cases
}

/// `VmRSS` and `VmHWM` of this process, where the system tells them.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let handout = sample()?;
    let template = TemplateFiles::shipped();
    let options = Options::parse(template.get("handout.toml").unwrap_or_default()).map_err(|p| p.message)?;
    let date = Date::new(2026, 11, 22).ok_or("no such day")?;

    // CHIIKI_BATCH=1700: one document after another in one process, with the memory it held.
    if let Some(count) = std::env::var("CHIIKI_BATCH").ok().and_then(|count| count.parse::<u32>().ok()) {
        for (name, kind, options) in cases(&options) {
            let mut times = Vec::new();
            let mut bytes = 0;
            for k in 0..count {
                let started = Instant::now();
                let (pdf, _) = render(&another(&handout, k), kind, &options, &template, date)?;
                forget();
                times.push(started.elapsed().as_secs_f64() * 1e3);
                bytes += pdf.len();
            }
            let all: f64 = times.iter().sum::<f64>() / 1e3;
            times.sort_by(f64::total_cmp);
            let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
            let mean = bytes / times.len().max(1);
            println!(
                "{name}: {count} in {all:.1} s, median {:.1} ms, p95 {:.1} ms, {mean} bytes each, {}",
                at(0.5),
                at(0.95),
                memory()
            );
        }
        return Ok(());
    }

    let mut criterion = Criterion::default().sample_size(30).configure_from_args();
    for (name, kind, options) in cases(&options) {
        let mut k = 0;
        criterion.bench_function(&name, |bencher| {
            bencher.iter(|| {
                k += 1;
                let made = render(&another(&handout, k), kind, &options, &template, date);
                forget();
                made.map(|(pdf, _)| pdf.len())
            });
        });
    }
    criterion.final_summary();
    Ok(())
}
