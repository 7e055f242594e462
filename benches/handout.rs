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

/// What this process holds in memory, where the system tells: `RssFile` is the program itself, as far as it was read.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let told = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim_matches([':', '\t', ' ', 'k', 'B']).parse::<f64>().unwrap_or_default() / 1024.0
    };
    let (rss, own, file, peak) = (told("VmRSS"), told("RssAnon"), told("RssFile"), told("VmHWM"));
    format!("resident {rss:.1} MB (own {own:.1}, file {file:.1}; peak {peak:.1})")
}

/// Processor time of all threads so far, in ms: other work on the machine stretches the wall time only.
fn cpu() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let spent = threads.filter_map(|thread| {
        let told = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        told.split(' ').next()?.parse::<f64>().ok()
    });
    spent.sum::<f64>() / 1e6
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let handout = sample()?;
    // CHIIKI_TEMPLATE=FOLDER: layouts of one's own, without building anew.
    let template = match std::env::var_os("CHIIKI_TEMPLATE") {
        Some(folder) => TemplateFiles::from_folder(Path::new(&folder))?,
        None => TemplateFiles::shipped(),
    };
    let options = Options::parse(template.get("handout.toml").unwrap_or_default()).map_err(|p| p.message)?;
    let date = Date::new(2026, 11, 22).ok_or("no such day")?;

    // CHIIKI_BATCH=1700: one document after another in one process, with the memory it held.
    if let Some(count) = std::env::var("CHIIKI_BATCH").ok().and_then(|count| count.parse::<u32>().ok()) {
        println!("before the first: {}", memory());
        let keep = std::env::var_os("CHIIKI_KEEP_PAPERS");
        let only = std::env::var("CHIIKI_ONLY").ok();
        for (name, kind, options) in cases(&options) {
            if only.as_ref().is_some_and(|only| *only != name) {
                continue;
            }
            let mut times = Vec::new();
            let mut busy_times = Vec::new();
            let mut bytes = 0;
            for k in 0..count {
                let other = another(&handout, k);
                let (started, busy) = (Instant::now(), cpu());
                let (pdf, _) = render(&other, kind, &options, &template, date)?;
                forget();
                times.push(started.elapsed().as_secs_f64() * 1e3);
                busy_times.push(cpu() - busy);
                bytes += pdf.len();
                if let (0, Some(folder)) = (k, &keep) {
                    std::fs::write(Path::new(folder).join(format!("{name}.pdf")), &pdf)?;
                }
                if (k + 1) % 100 == 0 {
                    println!("{name}: {} papers, {}", k + 1, memory());
                }
            }
            let all: f64 = times.iter().sum::<f64>() / 1e3;
            let mean = bytes / times.len().max(1);
            let spread = |times: &mut Vec<f64>| {
                times.sort_by(f64::total_cmp);
                let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
                format!("median {:.1} ms, p95 {:.1}, least {:.1}", at(0.5), at(0.95), at(0.0))
            };
            let (wall, busy) = (spread(&mut times), spread(&mut busy_times));
            println!("{name}: {count} in {all:.1} s; CPU {busy}; wall {wall}; {mean} bytes each; {}", memory());
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
