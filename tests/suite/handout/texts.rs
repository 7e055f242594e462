//! Every text people or files gave stands on the paper, printed as it was written.

use std::path::{Path, PathBuf};

use chiiki_sheet::handout::data::{Caution, FieldText, SourceLine};
use chiiki_sheet::handout::glyphs::{Unprintable, printed};
use chiiki_sheet::handout::options::Paper;
use chiiki_sheet::handout::{Kind, PageOptions, TemplateFiles, render};
use chiiki_sheet::model::EntryField;
use proptest::prelude::*;

use super::{all_parts, assert_all_found, bare, date, expected, extracted, inside_the_paper, made, options, sample};

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
    handout.cautions.push(Caution {
        text: injections[4].into(),
        place: Some(injections[0].into()),
        detail: false,
        pointer: false,
    });
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
        handout.cautions = vec![Caution { text: name.clone(), place: None, detail: false, pointer: false }];
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
