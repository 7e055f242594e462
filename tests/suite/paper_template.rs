//! Papers by a folder of people's own layouts and sentences.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chiiki_sheet::handout::prepare::{Background, prepare};
use chiiki_sheet::model::Date;

use super::program::{Said, program, with_mihon};
use super::worked::comparison;

/// A fill that makes the paper of みほん市 by a template.
fn fill(template: Option<&Path>, out: &Path) -> Said {
    let mut arguments = with_mihon("fill --own 見本県みほん市 --formats pdf --date 2026-11-22");
    arguments.extend(["--out".to_owned(), out.display().to_string()]);
    arguments.extend(template.into_iter().flat_map(|folder| ["--template".to_owned(), folder.display().to_string()]));
    program(&arguments)
}

fn paper(out: &Path) -> PathBuf {
    let mut papers = std::fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    papers.find(|path| path.extension().is_some_and(|ending| ending == "pdf")).unwrap()
}

#[test]
fn files_written_out_and_left_as_they_are_make_the_same_paper() {
    let work = tempfile::tempdir().unwrap();
    let (plain, own, folder) = (work.path().join("plain"), work.path().join("own"), work.path().join("ひな形"));
    let said = program(&["template".as_ref(), "--out".as_ref(), folder.as_os_str()]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(folder.join("texts/sheet").is_dir() && said.out.contains("--template"), "{said:?}");
    assert_eq!(fill(None, &plain).code, 0);
    let said = fill(Some(&folder), &own);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(std::fs::read(paper(&plain)).unwrap(), std::fs::read(paper(&own)).unwrap());
}

#[test]
fn a_slip_in_a_layout_is_told_and_the_last_good_paper_stays() {
    let work = tempfile::tempdir().unwrap();
    let (out, folder) = (work.path().join("out"), work.path().join("ひな形"));
    std::fs::create_dir(&folder).unwrap();
    let shipped = include_str!("../../sheet-templates/chiiki-bunseki/handout.typ");
    let layout = folder.join("handout.typ");
    std::fs::write(&layout, shipped.replace("全国とどこが違うか", "ちがうところ")).unwrap();
    let said = fill(Some(&folder), &out);
    assert_eq!(said.code, 0, "{said:?}");
    let good = std::fs::read(paper(&out)).unwrap();

    std::fs::write(&layout, format!("{shipped}\n#titel\n")).unwrap();
    let said = fill(Some(&folder), &out);
    let line =
        format!("『handout.typ』 {}行目: 「titel」という名前は決められていません。", shipped.lines().count() + 2);
    assert!(said.code == 2 && said.err.contains(&line), "{said:?}");

    // A layout that asks for more memory than there is ends its own process and nothing else.
    std::fs::write(&layout, "#let all = range(400000000)\n#all.len()\n").unwrap();
    let said = fill(Some(&folder), &out);
    assert!(said.code == 2 && said.err.contains("処理が途中で止まりました"), "{said:?}");
    assert!(said.err.contains("前に作った配布資料はそのまま残っています"), "{said:?}");
    assert_eq!(std::fs::read(paper(&out)).unwrap(), good);
}

#[test]
fn sentences_and_settings_alone_are_enough_for_a_template() {
    let work = tempfile::tempdir().unwrap();
    let (out, folder) = (work.path().join("out"), work.path().join("ひな形"));
    std::fs::create_dir_all(folder.join("texts")).unwrap();
    std::fs::write(folder.join("texts/threshold.hbs"), "一行目\n{{上る}}").unwrap();
    let said = fill(Some(&folder), &out);
    assert!(said.code == 2 && said.err.contains("『texts/threshold.hbs』 2行目"), "{said:?}");
    assert!(said.err.contains("使える差し込み項目は"), "{said:?}");
    std::fs::write(folder.join("texts/threshold.hbs"), "{{上}}倍から{{下}}倍まで。").unwrap();
    assert_eq!(fill(Some(&folder), &out).code, 0);
    assert!(paper(&out).is_file());
}

#[test]
fn an_empty_folder_is_no_template() {
    let work = tempfile::tempdir().unwrap();
    let said = fill(Some(work.path()), &work.path().join("out"));
    assert!(said.code == 2 && said.err.contains("ひな形のフォルダー"), "{said:?}");
}

#[test]
fn fewer_than_ten_recipients_a_month_are_marked_and_are_no_finding() {
    let (mut comparison, _) = comparison(2023, 2025, &[]);
    let row = |id: &str| comparison.rows.iter().position(|row| row.indicator.id.as_str() == id).unwrap();
    let (d2, d3, d4, visits) = (row("D2"), row("D3"), row("D4"), row("D17-a"));
    let year = comparison.main_year.unwrap();
    let layouts = BTreeMap::new();
    let background = Background { observations: &[], texts: &[], layouts: &layouts, diagnostics: &[] };
    let marked = |comparison: &_| -> Vec<String> {
        let handout = prepare(comparison, background, Date::new(2026, 11, 22).unwrap(), false);
        let all = handout.blocks.iter().flat_map(|block| &block.indicators);
        all.filter(|indicator| indicator.unstable).map(|indicator| indicator.id.clone()).collect()
    };
    assert_eq!(marked(&comparison), Vec::<String>::new());
    comparison.people.insert((d3, 0, year), 9.9);
    assert_eq!(marked(&comparison), ["D3"]);
    comparison.people.insert((d3, 0, year), 10.0);
    assert_eq!(marked(&comparison), Vec::<String>::new(), "ten is not fewer than ten");
    // Nobody can use a service who receives none: few recipients in all are few of each service.
    for at in [d2, d3, d4] {
        comparison.people.insert((at, 0, year), 2.0);
    }
    assert!(marked(&comparison).contains(&comparison.rows[visits].indicator.id.to_string()));
}
