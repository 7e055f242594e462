//! The PDF as a file: tagged, small, the same bytes again, and flat memory over many of them.

use std::process::Command;

use chiiki_sheet::handout::Kind;

use super::{made, options, pages, sample, tool};

#[test]
fn tagged_in_japanese_with_a_title_and_sound() {
    for kind in Kind::ALL {
        let pdf = made(&sample("mihon.json"), kind, &options(kind));
        let raw = String::from_utf8_lossy(&pdf);
        assert!(raw.contains("/Lang(ja-JP)") || raw.contains("/Lang (ja-JP)"), "the language is Japanese");
        assert!(
            raw.contains("pdfuaid:part>1<") && raw.contains("pdfaid:part>2<") && raw.contains("pdfaid:conformance>A<")
        );
        if let Some(info) = tool("pdfinfo", &[], &pdf, &[]) {
            assert!(info.contains(&format!("みほん市　地域分析・検討シート　{}", kind.label())), "{info}");
            assert!(info.contains("Tagged:          yes"), "{info}");
        }
        if let Some(fonts) = tool("pdffonts", &[], &pdf, &[]) {
            for font in fonts.lines().skip(2) {
                assert!(font.contains("BIZUDGothic") && font.contains(" yes yes yes "), "{font}");
            }
        }
        if let Some(checked) = tool("qpdf", &["--check"], &pdf, &[]) {
            assert!(checked.contains("No syntax or stream encoding errors found"), "{checked}");
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let handout = sample("mihon.json");
    for kind in Kind::ALL {
        assert_eq!(made(&handout, kind, &options(kind)), made(&handout, kind, &options(kind)), "{kind:?}");
    }
}

#[test]
fn four_pages_take_less_than_200_kb() {
    let handout = sample("mihon.json");
    for kind in Kind::ALL {
        let pdf = made(&handout, kind, &options(kind));
        let Some(pages) = pages(&pdf) else { return };
        // Every value of the period stands on the A3 sheets of the 1枚もの; each holds two A4 pages.
        let most = if kind == Kind::OnePage { 160_000 * pages } else { 50_000 * pages.max(4) };
        assert!(pdf.len() <= most, "{kind:?}: {} bytes, {pages} pages", pdf.len());
    }
}

/// Resident memory of this process in bytes; `None` where the system does not tell.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<usize>().ok()? * 1024)
}

/// Makes papers of different insurers one after another and tells how far the memory went up after the first quarter.
#[test]
fn a_batch_of_papers_holds_its_memory() {
    const ALONE: &str = "CHIIKI_BATCH_ALONE";
    if std::env::var_os(ALONE).is_none() {
        // Other tests of this process must not be counted in.
        let name = "handout::file::a_batch_of_papers_holds_its_memory";
        let mut alone = Command::new(std::env::current_exe().unwrap());
        let run = alone.args(["--exact", name, "--test-threads", "1", "--nocapture"]).env(ALONE, "1").output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        println!("{said}");
        assert!(run.status.success(), "{said}");
        return;
    }
    let count = if std::env::var_os("CHIIKI_LONG").is_some() { 1700 } else { 40 };
    let handout = sample("mihon.json");
    let options = options(Kind::Handout);
    let mut settled = None;
    for k in 0..count {
        let mut other = handout.clone();
        other.insurer = format!("第{k}保険者");
        for text in other.blocks.iter_mut().flat_map(|block| &mut block.texts) {
            text.text = format!("（{k}）{}", text.text);
        }
        made(&other, Kind::Handout, &options);
        if k == count / 4 {
            settled = resident();
        }
    }
    let (Some(settled), Some(after)) = (settled, resident()) else {
        println!("skipped: this system does not tell a process its memory");
        return;
    };
    println!("{settled} bytes after {} papers, {after} after {count}", count / 4);
    assert!(after <= settled + 16_000_000, "{settled} bytes after {} papers, {after} after {count}", count / 4);
}
