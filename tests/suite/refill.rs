//! Refilling books people worked in.

// Helpers of tests may fail loudly too; clippy's own exception covers test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod areas;
mod arrived;
mod beside;
pub mod doc;
mod folder;
mod foreign;
mod heights;
pub mod judge;
mod marks;
mod own_templates;
mod part_years;
mod programs;
mod reworded;
mod several;
mod years;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::compare::{Comparison, Thresholds};
use chiiki_sheet::fill::{StandardTemplate, fill_standard};
use chiiki_sheet::intake::{Evidence, Reader, gather, take_path};
use chiiki_sheet::job::{FillRequest, understand};
use chiiki_sheet::layout::Context;
use chiiki_sheet::model::{Date, Datum};
use chiiki_sheet::read::Limits;
use chiiki_sheet::refill::{Base, RefillOptions, Refilled, refill};

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn inbox(name: &str) -> PathBuf {
    root().join("examples/mihon/受付").join(name)
}

pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let areas = std::fs::read_to_string(root().join("examples/mihon/areas.csv")).unwrap();
        Catalog::shipped().with_areas(&areas, "areas.csv").unwrap()
    })
}

/// The sheets of two fictitious towns.
pub fn evidence() -> &'static Evidence {
    static EVIDENCE: OnceLock<Evidence> = OnceLock::new();
    EVIDENCE.get_or_init(|| {
        let context = Context::new(catalog(), None);
        let mut taken = Vec::new();
        for town in ["みほん市", "みなと市"] {
            let path = inbox(&format!("見本県 {town}_地域分析・検討シート.xlsx"));
            taken.extend(take_path(&path, context, &mut Reader::InProcess(Limits::default())).unwrap());
        }
        gather(taken, context)
    })
}

pub fn request(from: i32, to: i32, out: &str) -> FillRequest {
    FillRequest {
        xlsx: true,
        papers: Vec::new(),
        public: false,
        names: chiiki_sheet::deliver::Patterns::default(),
        shelf: Default::default(),
        typesetter: Default::default(),
        cancel: chiiki_sheet::error::Cancel::default(),
        own: "見本県みほん市".to_owned(),
        compare: vec!["見本県みなと市".to_owned()],
        from: Some(from),
        to: Some(to),
        add: Vec::new(),
        thresholds: Thresholds::default(),
        out: PathBuf::from(out),
        date: day(1),
    }
}

pub fn day(day: u8) -> Date {
    Date::new(2026, 11, day).unwrap()
}

pub fn comparison(from: i32, to: i32) -> Comparison {
    understand(&request(from, to, ""), evidence(), catalog()).unwrap().0
}

/// The same with figures of an indicator changed.
pub fn changed(mut comparison: Comparison, mut change: impl FnMut(&str, usize, i32, f64) -> f64) -> Comparison {
    for row in &mut comparison.rows {
        let id = row.indicator.id.to_string();
        for ((who, year), figure) in &mut row.figures {
            if let Datum::Value(value) = figure.datum {
                Arc::make_mut(figure).datum = Datum::Value(change(&id, *who, *year, value));
            }
        }
    }
    comparison
}

pub fn fresh(comparison: &Comparison) -> Vec<u8> {
    fill_standard(StandardTemplate::shipped().unwrap(), comparison, &[], day(1)).unwrap().bytes
}

/// A cell that holds text, of a row people write in.
pub fn is_entry_text((kind, inner): &doc::Cell, doc: &doc::Doc) -> bool {
    let text = match inner.strip_prefix("<v>").and_then(|rest| rest.strip_suffix("</v>")) {
        Some(number) if kind.contains("t=\"s\"") => doc.strings[number.parse::<usize>().unwrap()].to_owned(),
        Some(_) => return false,
        None => inner.clone(),
    };
    let text = doc::decoded(&text);
    ["【下書き】", "仮説：", "会議で確かめる", "独居", "通いの場", "事業所が", "𠮷野", "前後の空白"]
        .iter()
        .any(|word| text.contains(word))
}

pub fn refilled(bytes: &[u8], comparison: &Comparison, fixed_years: bool) -> Refilled {
    let base = Base::open("book.xlsx", bytes).unwrap();
    let options = RefillOptions { date: day(22), adopt: false, fixed_years };
    refill(&base, comparison, options, &[], &[], catalog(), StandardTemplate::shipped().unwrap()).unwrap()
}

#[test]
fn nothing_new_rewrites_nothing() {
    let comparison = comparison(2023, 2025);
    let bytes = fresh(&comparison);
    let after = refilled(&bytes, &comparison, false);
    assert!(after.nothing_new);
    assert_eq!(after.bytes, bytes);
}

#[test]
fn a_refilled_sheet_shows_what_a_fresh_one_shows() {
    let new = changed(comparison(2023, 2026), |_, who, year, value| value + f64::from(year % 7) + who as f64);
    let after = refilled(&fresh(&comparison(2023, 2025)), &new, false);
    let wanted = fresh(&new);
    for sheet in ["地域分析・検討シート", "比較と判定", "出典"] {
        let (got, wanted) = (doc::grid(&after.bytes, sheet), doc::grid(&wanted, sheet));
        let dated = |text: &str| text.contains("作成日：");
        for cell in wanted.cells().iter().filter(|cell| !cell.value.as_text().is_some_and(dated)) {
            assert_eq!(got.get(cell.at), Some(&cell.value), "{sheet} {}", cell.at);
        }
        assert_eq!(got.cells().len(), wanted.cells().len(), "{sheet}");
    }
    assert!(after.changes.kept.is_empty() && after.changes.gone.is_empty());
    let news = doc::grid(&after.bytes, "更新内容");
    assert!(news.text(1, 0).unwrap().contains("新しい数値"));
}

#[test]
fn revisions_name_both_sources_and_texts_that_speak_of_them() {
    let before = comparison(2023, 2025);
    let mut book = doc::Doc::open(&fresh(&before));
    let old = before.rows[0].value(0, 2025).unwrap();
    // 認定率's first entry field.
    book.set_text("A14", &format!("認定率は{old:.1}％で、全国より高い。"), false);
    let new = changed(
        before.clone(),
        |id, who, year, value| {
            if (id, who, year) == ("B4-a", 0, 2025) { value + 1.0 } else { value }
        },
    );
    let after = refilled(&book.save(), &new, false);
    let [revised] = after.changes.revised.as_slice() else { panic!("{:?}", after.changes.revised) };
    assert_eq!(revised.old.as_deref(), Some(format!("{old:.1}").as_str()));
    assert!(revised.old_source.as_deref().unwrap().contains("見本県 みほん市"));
    assert!(revised.new_source.is_some());
    assert_eq!(after.changes.mentions.len(), 1);
    let news = doc::grid(&after.bytes, "更新内容");
    assert!(news.cells().iter().any(|cell| cell.value.display() == "令和7年度（2025）"));
    assert_eq!(after.changes.mentions[0].cell, "A14");
    assert_eq!(doc::Doc::open(&after.bytes).cell("A14"), book.cell("A14"));
    // A second round finds no more news and leaves the file alone.
    let again = refilled(&after.bytes, &new, false);
    assert!(again.nothing_new);
}

#[test]
fn earlier_updates_stay_on_the_list_of_news() {
    let raised = |from: Comparison, indicator: &'static str| {
        changed(
            from,
            move |id, who, year, value| {
                if (id, who, year) == (indicator, 0, 2025) { value + 1.0 } else { value }
            },
        )
    };
    let first = raised(comparison(2023, 2025), "B4-a");
    let second = raised(first.clone(), "B5-a");
    let third = raised(second.clone(), "B6-a");
    let mut bytes = fresh(&comparison(2023, 2025));
    for figures in [&first, &second, &third] {
        bytes = refilled(&bytes, figures, false).bytes;
    }
    let news = doc::grid(&bytes, "更新内容");
    let told: Vec<(String, String)> = (4..=news.extent().unwrap().row)
        .map(|row| [0, 1].map(|col| news.text(row, col).unwrap_or_default().to_owned()).into())
        .collect();
    let wanted = [("変わった", "B6-a"), ("前の更新", ""), ("変わった", "B5-a"), ("前の更新", ""), ("変わった", "B4-a")];
    assert_eq!(told, wanted.map(|(kind, id)| (kind.to_owned(), id.to_owned())));
    assert!(news.text(5, 9).unwrap().contains("2026年11月"), "{:?}", news.text(5, 9));
    assert!(refilled(&bytes, &third, false).nothing_new);
}
