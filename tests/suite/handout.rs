//! The handout as a reader gets it: every word is on the paper, whatever people wrote.

// Helpers of tests may unwrap as tests do.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;

use chiiki_sheet::handout::data::{Caution, FieldText, Figure, SourceLine, Verdict};
use chiiki_sheet::handout::glyphs::{Unprintable, printed};
use chiiki_sheet::handout::options::{Paper, Part};
use chiiki_sheet::handout::{Handout, Kind, Options, PageOptions, TemplateFiles, child, forget, render};
use chiiki_sheet::model::{Date, EntryField};
use proptest::prelude::*;

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

#[test]
fn every_string_given_is_found_on_the_paper() {
    let mut handout = sample("mihon.json");
    handout.sources.push(SourceLine {
        name: "https://www.example.jp/a/very/long/path?with=query&and=more#fragment_aaaaaaaaaaaaaaaaaaaaaaaaaa".into(),
        file: Some(
            "とても長い名前のファイル_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.xlsx".into(),
        ),
        exported: None,
    });
    let options = all_parts(options(Kind::Handout));
    let pdf = made(&handout, Kind::Handout, &options);
    assert_all_found(&handout, &pdf, &options);
}

#[test]
fn all_values_of_the_period_are_printed() {
    let handout = sample("mihon-wide.json");
    let options = all_parts(options(Kind::Handout));
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    for indicator in handout.blocks.iter().flat_map(|block| &block.indicators) {
        for figure in indicator.values.iter().flatten() {
            if let Some(value) = figure.value() {
                let shown = chiiki_sheet::handout::shown::number(value, indicator.decimals).unwrap();
                assert!(found.contains(&shown), "{} {shown}", indicator.id);
            }
        }
    }
}

#[test]
fn the_texts_are_on_every_kind_size_and_paper() {
    let handout = sample("mihon.json");
    for kind in Kind::ALL {
        for (paper, landscape, large) in
            [(Paper::A4, false, false), (Paper::A4, true, true), (Paper::A3, true, false), (Paper::A3, false, true)]
        {
            let options = PageOptions { paper, landscape, large, ..options(kind) };
            let pdf = made(&handout, kind, &options);
            let Some(found) = extracted(&pdf, &options) else { return };
            for field in handout.blocks.iter().flat_map(|block| &block.texts) {
                assert!(found.contains(&expected(&field.text)), "{kind:?} {options:?}: {}", field.text);
            }
            for field in EntryField::ALL {
                assert!(found.contains(&bare(field.heading())), "{kind:?} {options:?}: {}", field.heading());
            }
            inside_the_paper(&pdf, &options);
        }
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

#[test]
fn unprintable_characters_become_geta_are_listed_and_told() {
    let mut handout = sample("mihon.json");
    handout.blocks[0].texts[0].text = "𠮷田さんの家👵に行く。髙橋さん、﨑山さんは印刷できる。".into();
    let options = options(Kind::Handout);
    let (pdf, diagnostics) = render(&handout, Kind::Handout, &options, &TemplateFiles::shipped(), date()).unwrap();
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, "handout-unprintable");
    assert!(diagnostics[0].message.contains("U+20BB7") && diagnostics[0].message.contains("U+1F475"));
    let Some(found) = extracted(&pdf, &options) else { return };
    assert!(found.contains("〓田さんの家〓に行く。髙橋さん、﨑山さんは印刷できる。"));
    assert!(found.contains("U+1F475、U+20BB7"), "the note lists them by code point");
}

#[test]
fn markup_in_texts_is_printed_as_it_stands() {
    let injections = [
        "#panic(\"x\") *b* $x$ {{x}} _e_ @r <l> // c /* d */ \\ ` ~ -- --- ... = h",
        "#read(\"handout.toml\")",
        "{{{insurer}}} {{#if}} \"quoted\" 'single'",
        "= heading\n- list\n+ enum\n/ term: x\n#set page(fill: red)",
        "</script><b>&amp; %PDF-1.7 endobj (paren \\) [x] {y}",
    ];
    let mut handout = sample("mihon.json");
    handout.title = injections[0].into();
    handout.insurer = injections[1].into();
    for (block, text) in handout.blocks.iter_mut().zip(injections) {
        block.texts[0].text = text.into();
    }
    handout.blocks[0].indicators[0].name = injections[2].into();
    handout.blocks[2].texts[1].text = injections[3].into();
    handout.cautions.push(Caution { text: injections[4].into(), place: Some(injections[0].into()) });
    let options = all_parts(options(Kind::Handout));
    let pdf = made(&handout, Kind::Handout, &options);
    assert_all_found(&handout, &pdf, &options);
}

/// Where the paper first differs from the text.
fn first_loss(found: &str, wanted: &str) -> String {
    let mut ends = wanted.char_indices().map(|(at, _)| at).filter(|at| found.contains(&wanted[..*at]));
    let end = ends.next_back().unwrap_or(0);
    let at = found.find(&wanted[..end]).unwrap_or(0) + end;
    let take = |text: &str| text.chars().take(30).collect::<String>();
    format!("after {:?}\nwanted {:?}\nfound {:?}", &wanted[..end], take(&wanted[end..]), take(&found[at..]))
}

fn hard_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ぁ-んァ-ヶー一-龠々、。「」（）・…―％～]{1,120}",
        "[a-zA-Z0-9/_.:?&=%-]{1,150}",
        "[ -~]{1,60}",
        Just("https://www.example.jp/".to_owned() + &"path/".repeat(20)),
        Just("👨‍👩‍👧🏻𠮷葛\u{E0100}か\u{3099}".to_owned()),
        Just("#panic(\"x\") *b* $x$ {{x}}".to_owned()),
        Just("……………………………………………………………………………………………………".to_owned()),
        Just("。。。。。。。。。。。。。。。。。。。。「「「「「「「「「「「「「「「「「「".to_owned()),
        Just("A".repeat(300)),
        Just(
            "ーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーー".to_owned()
        ),
        Just("\n".to_owned()),
        Just("\u{3000}\t \u{A0}".to_owned()),
        "\\PC{1,40}",
    ];
    prop::collection::vec(piece, 1..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_dropped_at_any_length(text in hard_text(), name in hard_text(), kind in 0usize..3) {
        let mut handout = sample("mihon-bare.json");
        handout.blocks[0].texts = vec![FieldText { field: EntryField::Hypothesis, text: text.clone() }];
        handout.cautions = vec![Caution { text: name.clone(), place: None }];
        let kind = Kind::ALL[kind];
        let options = options(kind);
        let pdf = made(&handout, kind, &options);
        if let Some(found) = extracted(&pdf, &options) {
            prop_assert!(found.contains(&expected(&text)), "{}", first_loss(&found, &expected(&text)));
            prop_assert!(found.contains(&expected(&name)), "{}", first_loss(&found, &expected(&name)));
            inside_the_paper(&pdf, &options);
        }
    }
}

#[test]
fn three_thousand_characters_flow_over_pages() {
    let mut handout = sample("mihon.json");
    let text: String = (0..3000).map(|k| char::from_u32(0x4E00 + k % 900).unwrap()).collect();
    handout.blocks[1].texts[0].text = text.clone();
    for kind in Kind::ALL {
        let options = options(kind);
        let Some(found) = extracted(&made(&handout, kind, &options), &options) else { return };
        assert!(found.contains(&expected(&text)), "{kind:?}");
    }
}

#[test]
fn long_tables_repeat_their_heads_and_lose_no_row() {
    let mut handout = sample("mihon.json");
    handout.areas.truncate(3);
    let block = &mut handout.blocks[0];
    let mut model = block.indicators[0].clone();
    model.rank = None;
    block.indicators = (0..150)
        .map(|k| {
            let mut indicator = model.clone();
            indicator.id = format!("X{k}");
            indicator.name = format!("第{k}番の指標");
            indicator.values[0][2] = Figure::Value(1000.0 + f64::from(k));
            indicator
        })
        .collect();
    for (paper, landscape) in [(Paper::A4, false), (Paper::A3, false), (Paper::A3, true)] {
        let options = PageOptions { paper, landscape, parts: vec![Part::Tables], ..options(Kind::Handout) };
        let pdf = made(&handout, Kind::Handout, &options);
        let Some(text) = tool("pdftotext", &["-raw"], &pdf, &["-"]) else { return };
        let with_rows: Vec<&str> = text.split('\u{C}').filter(|page| page.contains("番の指標")).collect();
        assert!(with_rows.len() >= 2, "the table is longer than a page");
        for page in &with_rows {
            assert!(page.contains("みほん市") && page.contains("判定"), "a page without the head of its table");
        }
        let all = bare(&text);
        for k in 0..150 {
            assert!(all.contains(&format!("第{k}番の指標")) && all.contains(&format!("1,{k:03}.0")), "row {k}");
        }
        inside_the_paper(&pdf, &options);
    }
}

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

/// The text of one page.
fn page_text(pdf: &[u8], page: usize) -> Option<String> {
    let page = page.to_string();
    Some(bare(&tool("pdftotext", &["-raw", "-f", &page, "-l", &page], pdf, &["-"])?))
}

#[test]
fn the_whole_form_stands_on_the_first_sheet_of_the_one_page_paper() {
    for (landscape, large) in [(true, false), (true, true), (false, false)] {
        let handout = sample("mihon.json");
        let options = PageOptions { landscape, large, ..options(Kind::OnePage) };
        let pdf = made(&handout, Kind::OnePage, &options);
        let Some(first) = page_text(&pdf, 1) else { return };
        for block in &handout.blocks {
            assert!(first.contains(&expected(&block.name)), "{}", block.name);
            for indicator in &block.indicators {
                let own = indicator.figure(0, 2);
                let shown = own.value().and_then(|v| chiiki_sheet::handout::shown::number(v, indicator.decimals));
                assert!(shown.is_none_or(|shown| first.contains(&shown)), "{landscape} {large} {}", indicator.id);
            }
        }
        let all = handout.blocks.iter().flat_map(|block| &block.indicators);
        let similar = all.filter(|i| i.verdict == Some(Verdict::Similar) && !i.unstable).count();
        assert!(first.matches("→同程度").count() >= similar, "{landscape} {large}: {similar}");
        for area in &handout.areas {
            assert!(first.contains(&expected(&area.name)), "{}", area.name);
        }
        assert_eq!(first.matches(&bare(EntryField::FreeText.heading())).count(), handout.blocks.len());
        assert!(pages(&pdf).unwrap() <= 4, "{landscape} {large}");
    }
}

#[test]
fn what_the_one_page_paper_cuts_stands_in_full_on_the_next_sheet() {
    let mut handout = sample("mihon.json");
    for (k, block) in handout.blocks.iter_mut().enumerate() {
        block.texts = EntryField::ALL
            .into_iter()
            .map(|field| FieldText {
                field,
                text: format!("（{k}）{}終わり{k}。", "考えられることを書きます。".repeat(60)),
            })
            .collect();
    }
    let options = options(Kind::OnePage);
    let pdf = made(&handout, Kind::OnePage, &options);
    let (Some(first), Some(all)) = (page_text(&pdf, 1), extracted(&pdf, &options)) else { return };
    assert!(first.matches("（続きは次の紙）").count() >= 12, "{first}");
    assert!(!first.contains("終わり1"), "the texts are too long for the first sheet");
    assert_eq!(first.matches("判定").count(), 3, "the form is not pushed off its sheet");
    for text in handout.blocks.iter().flat_map(|block| &block.texts) {
        assert!(all.contains(&expected(&text.text)));
    }
}

#[test]
fn ten_years_eight_areas_and_sixty_rows_lose_no_value_on_the_one_page_paper() {
    let mut handout = sample("mihon-wide.json");
    let model = handout.blocks[0].indicators[0].clone();
    let more = (0..20).map(|k| {
        let mut indicator = model.clone();
        indicator.name = format!("追加した指標その{k}");
        indicator.values[0][0] = Figure::Value(500.0 + f64::from(k));
        indicator
    });
    handout.blocks[0].indicators.extend(more);
    let options = options(Kind::OnePage);
    let pdf = made(&handout, Kind::OnePage, &options);
    let Some(all) = extracted(&pdf, &options) else { return };
    for indicator in handout.blocks.iter().flat_map(|block| &block.indicators) {
        for value in indicator.values.iter().flatten().filter_map(|figure| figure.value()) {
            let shown = chiiki_sheet::handout::shown::number(value, indicator.decimals).unwrap();
            assert!(all.contains(&shown), "{} {shown}", indicator.id);
        }
    }
    inside_the_paper(&pdf, &options);
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
        let name = "handout::a_batch_of_papers_holds_its_memory";
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

#[test]
fn no_complete_year_is_said_and_makes_a_paper() {
    let handout = sample("mihon-bare.json");
    for kind in Kind::ALL {
        let options = options(kind);
        let Some(found) = extracted(&made(&handout, kind, &options), &options) else { return };
        assert!(found.contains("1年分そろった値がないため、全国との比較は載せていません。"), "{kind:?}");
        assert!(found.contains("令和8年度は1か月分の値"), "{kind:?}");
    }
}

#[test]
fn empty_data_still_makes_a_paper() {
    let mut handout = sample("mihon-bare.json");
    handout.blocks.clear();
    handout.areas.clear();
    handout.years.clear();
    handout.title.clear();
    for kind in Kind::ALL {
        made(&handout, kind, &options(kind));
    }
}

/// Boxes of words on a page: left, top, right, bottom and the word.
fn words_of(pdf: &[u8]) -> Option<Vec<Vec<(f64, f64, f64, f64, String)>>> {
    let text = tool("pdftotext", &["-bbox"], pdf, &["-"])?;
    let mut all = Vec::new();
    for line in text.lines() {
        if line.contains("<page ") {
            all.push(Vec::new());
        }
        if let (true, Some(page)) = (line.contains("<word "), all.last_mut()) {
            let edge = |name: &str| -> f64 {
                let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
                rest.split_once('"').unwrap().0.parse().unwrap()
            };
            let word = line.split_once('>').unwrap().1.split('<').next().unwrap().to_owned();
            page.push((edge("xMin"), edge("yMin"), edge("xMax"), edge("yMax"), word));
        }
    }
    Some(all)
}

/// No word is printed over another.
fn nothing_lies_over_another(pdf: &[u8], what: &str) {
    let Some(pages) = words_of(pdf) else { return };
    for (page, words) in pages.iter().enumerate() {
        for (k, one) in words.iter().enumerate() {
            for other in &words[k + 1..] {
                let across = one.2.min(other.2) - one.0.max(other.0);
                let down = one.3.min(other.3) - one.1.max(other.1);
                let height = (one.3 - one.1).min(other.3 - other.1);
                // A 「 after a 、 is set half an em closer; the boxes of both reach into one another.
                assert!(
                    across < height * 0.62 || down < height * 0.45,
                    "{what}, page {}: {one:?} over {other:?}",
                    page + 1
                );
            }
        }
    }
}

#[test]
fn extreme_figures_and_names_are_drawn_without_lying_over_one_another() {
    type Change = fn(&mut Handout);
    fn every_value(handout: &mut Handout, change: impl Fn(f64) -> f64) {
        for figure in handout.blocks.iter_mut().flat_map(|b| &mut b.indicators).flat_map(|i| &mut i.values).flatten() {
            if let Figure::Value(value) = figure {
                *value = change(*value);
            }
        }
        for point in handout.scatters.iter_mut().flat_map(|scatter| &mut scatter.points) {
            for figure in [&mut point.x, &mut point.y] {
                if let Figure::Value(value) = figure {
                    *value = change(*value);
                }
            }
        }
    }
    let cases: [(&str, &str, Change); 8] = [
        ("all equal", "mihon.json", |handout| every_value(handout, |_| 12.3)),
        ("nought", "mihon.json", |handout| every_value(handout, |_| 0.0)),
        ("negative", "mihon.json", |handout| every_value(handout, |value| -value)),
        ("one area", "mihon.json", |handout| {
            handout.areas.truncate(1);
            for indicator in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators) {
                indicator.values.truncate(1);
            }
        }),
        ("ten years, eight areas", "mihon-wide.json", |_| {}),
        ("long names", "mihon.json", |handout| {
            for area in &mut handout.areas {
                area.name = format!("{}と周辺の町村でつくる介護保険広域連合", area.name);
            }
            for point in handout.scatters.iter_mut().flat_map(|scatter| &mut scatter.points) {
                point.name = format!("{}と周辺の町村でつくる介護保険広域連合", point.name);
            }
            for indicator in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators) {
                indicator.name = format!("{}のうち長い名前のもの", indicator.name);
            }
        }),
        ("large", "mihon.json", |handout| every_value(handout, |value| value * 1e6)),
        ("one row", "mihon.json", |handout| {
            handout.blocks.truncate(1);
            handout.blocks[0].indicators.truncate(1);
        }),
    ];
    for (what, file, change) in cases {
        let mut handout = sample(file);
        change(&mut handout);
        for kind in [Kind::Handout, Kind::OnePage] {
            let options = options(kind);
            let pdf = made(&handout, kind, &options);
            inside_the_paper(&pdf, &options);
            nothing_lies_over_another(&pdf, &format!("{what} {kind:?}"));
        }
    }
}

#[test]
fn odd_numbers_are_no_reason_to_fail() {
    let mut handout = sample("mihon.json");
    let odd = [f64::NAN, f64::INFINITY, -1.0, 1e300, -1e-300, 0.0];
    for (k, indicator) in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators).enumerate() {
        let value = odd[k % odd.len()];
        indicator.values[0][2] = Figure::Value(value);
        indicator.difference = Some(value);
        indicator.ratio = Some(value);
    }
    handout.scatters[0].points[0].x = Figure::Value(f64::NAN);
    handout.scatters[0].x.nation = Figure::Value(1e300);
    for kind in Kind::ALL {
        made(&handout, kind, &options(kind));
    }
}

#[test]
fn sentences_hold_the_shown_values() {
    let options = options(Kind::Handout);
    let Some(found) = extracted(&made(&sample("mihon.json"), Kind::Handout, &options), &options) else { return };
    assert!(found.contains("認定率は18.1％で、全国の19.2％と同程度です（▲1.1ポイント、0.94倍）。見本県は18.0％です。"));
    assert!(found.contains("訪問介護（給付月額1.55倍、利用日数・回数1.72倍）"), "amount and volume side by side");
    assert!(found.contains("訪問入浴介護、短期入所療養介護は利用者が少なく"), "unstable rows are no findings");
}

#[test]
fn slips_in_templates_are_told_with_file_line_and_hint() {
    let handout = sample("mihon-bare.json");
    let shipped = TemplateFiles::shipped();
    let layout = shipped.get("handout.typ").unwrap().to_owned();
    let lines = layout.lines().count();
    let long_loop = "#let f(x) = f(x + 1)\n#f(1)\n";
    let cases = [
        ("handout.typ", format!("{layout}\n#d.titel\n"), lines + 2, "「titel」という項目はありません"),
        ("handout.typ", format!("{layout}\n#abc\n"), lines + 2, "「abc」という名前は決められていません"),
        ("handout.typ", format!("{layout}\n#text(["), lines + 2, "閉じていません"),
        ("handout.typ", format!("{layout}\n#read(\"/etc/passwd\")\n"), lines + 2, "ひな形のフォルダーにありません"),
        ("handout.typ", format!("{layout}\n{long_loop}"), lines + 2, "終わらない繰り返し"),
        ("texts/threshold.hbs", "一行目\n{{上る}}".to_owned(), 2, "「上る」という差し込み項目はありません"),
        ("texts/threshold.hbs", "{{#if 上}}".to_owned(), 1, "書き方に誤りがあります"),
        ("texts/threshold.hbs", "一行目\n{{~ > texts/point.hbs}}".to_owned(), 2, "ほかの文を読み込む書き方"),
    ];
    for (file, text, line, words) in cases {
        let template = shipped.clone().with(file, text.clone());
        let error = render(&handout, Kind::Handout, &options(Kind::Handout), &template, date()).unwrap_err();
        let problem = &error.0[0];
        assert_eq!(problem.file, file, "{problem:?}");
        assert!(problem.message.contains(words), "{problem:?}");
        assert!(problem.hint.is_some());
        assert_eq!(problem.line, Some(line), "{problem:?}");
        assert_eq!(template.is_edited(), file.ends_with(".typ"));
        assert!(error.to_diagnostics()[0].to_string().contains(&format!("『{file}』")));
    }
}

#[test]
fn a_missing_glyph_in_an_edited_template_is_told() {
    let shipped = TemplateFiles::shipped();
    let layout = format!("{}\n𠮷\n", shipped.get("handout.typ").unwrap());
    let template = shipped.with("handout.typ", layout);
    let error =
        render(&sample("mihon-bare.json"), Kind::Handout, &options(Kind::Handout), &template, date()).unwrap_err();
    assert!(error.0[0].message.contains("同梱の書体にない文字"), "{error}");
}

#[test]
fn the_child_gives_the_same_paper_and_the_same_errors() {
    let mut handout = sample("mihon.json");
    handout.cautions[0].text.push('𠮷');
    let request = child::Request {
        handout: handout.clone(),
        kind: Kind::Worksheet,
        options: options(Kind::Worksheet),
        template: TemplateFiles::shipped(),
        date: date(),
    };
    let mut reply = Vec::new();
    child::serve(request.to_bytes().unwrap().as_slice(), &mut reply).unwrap();
    let here = render(&handout, Kind::Worksheet, &request.options, &request.template, date()).unwrap();
    let there = child::read_reply(&reply).unwrap();
    assert!(here == there);

    assert!(child::read_reply(&reply[..reply.len() - 1]).unwrap_err().to_string().contains("途中で止まりました"));
    assert!(child::read_reply(b"").is_err());

    let template = TemplateFiles::shipped().with("handout.typ", "#abc");
    let mut reply = Vec::new();
    child::serve(child::Request { template, ..request }.to_bytes().unwrap().as_slice(), &mut reply).unwrap();
    assert_eq!(child::read_reply(&reply).unwrap_err().0[0].line, Some(1));
}

#[test]
fn every_name_of_the_catalog_prints() {
    let catalog: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalog/areas.csv");
    let Ok(text) = std::fs::read_to_string(&catalog) else {
        println!("skipped: src/catalog/areas.csv is not there yet");
        return;
    };
    let mut unprintable = Unprintable::default();
    printed(&text, &mut unprintable);
    assert!(unprintable.is_empty(), "names with characters the fonts lack: {}", unprintable.list());
}
