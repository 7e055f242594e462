//! Import of 第2表 and 第4-1-1表 for 1,571 made-up insurers, against the floor: inflating and scanning their XML.
//!
//! `cargo bench --bench import`

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A bench may stop.

use std::hint::black_box;
use std::io::{Cursor, Read};

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::{gather, take_book};
use chiiki_sheet::layout::Context;
use chiiki_sheet::read::{Limits, read_bytes};
use criterion::{Criterion, criterion_group, criterion_main};
use rust_xlsxwriter::Workbook;

const INSURERS: u32 = 1_571;
const PREFECTURE_SIZE: u32 = 34;
const LEVELS: [&str; 8] = ["要支援１", "要支援２", "要介護１", "要介護２", "要介護３", "要介護４", "要介護５", "合計"];

/// Counts nobody lives behind.
fn count(insurer: u32, column: u32) -> u32 {
    200 + (insurer * 7_919 + column * 104_729) % 90_000
}

fn names(insurer: u32) -> (String, String) {
    (format!("模擬{}県", insurer / PREFECTURE_SIZE), format!("模擬{insurer}市"))
}

fn insured() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("02h").unwrap();
    sheet.write(0, 0, "第２表　保険者別　第１号被保険者数　（年度末現在）").unwrap();
    sheet.write(2, 7, "（単位：人）").unwrap();
    for (col, text) in ["都道府県", "保険者", "計"].into_iter().enumerate() {
        sheet.write(3, col as u16, text).unwrap();
    }
    let bands = ["６５歳以上７５歳未満", "７５歳以上８５歳未満", "８５歳以上", "外国人被保険者", "住所地特例被保険者"];
    for (col, text) in bands.into_iter().enumerate() {
        sheet.write(4, 3 + col as u16, text).unwrap();
    }
    let mut nation = [0u32; 6];
    for insurer in 0..INSURERS {
        let (prefecture, name) = names(insurer);
        let row = 6 + insurer;
        sheet.write(row, 0, prefecture).unwrap();
        sheet.write(row, 1, name).unwrap();
        let parts: Vec<u32> = (1..4).map(|column| count(insurer, column)).collect();
        let figures = [parts.iter().sum(), parts[0], parts[1], parts[2], insurer % 90, insurer % 70];
        for (col, figure) in figures.into_iter().enumerate() {
            sheet.write(row, 2 + col as u16, figure).unwrap();
            nation[col] += figure;
        }
    }
    sheet.write(5, 0, "全　 国").unwrap();
    for (col, figure) in nation.into_iter().enumerate() {
        sheet.write(5, 2 + col as u16, figure).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn certified() -> Vec<u8> {
    let mut book = Workbook::new();
    for (part, label) in ["総数", "（再掲）第１号被保険者"].into_iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "第４－１－１表　保険者別　要介護（要支援）認定者数　（年度末現在）").unwrap();
        sheet.write(3, 9, "（単位：人）").unwrap();
        for (col, text) in ["都道府県", "保険者", label].into_iter().enumerate() {
            sheet.write(4, col as u16, text).unwrap();
        }
        for (col, text) in LEVELS.into_iter().enumerate() {
            sheet.write(5, 2 + col as u16, text).unwrap();
        }
        let mut nation = [0u32; 8];
        for insurer in 0..INSURERS {
            let (prefecture, name) = names(insurer);
            let row = 7 + insurer;
            sheet.write(row, 0, prefecture).unwrap();
            sheet.write(row, 1, name).unwrap();
            let mut figures: Vec<u32> = (0..7).map(|column| count(insurer, column + 10 * part as u32) / 40).collect();
            figures.push(figures.iter().sum());
            for (col, figure) in figures.into_iter().enumerate() {
                sheet.write(row, 2 + col as u16, figure).unwrap();
                nation[col] += figure;
            }
        }
        sheet.write(6, 0, "全　 国").unwrap();
        for (col, figure) in nation.into_iter().enumerate() {
            sheet.write(6, 2 + col as u16, figure).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// What no reader of these files can do without: every XML part inflated, every event of it seen.
fn floor(bytes: &[u8]) -> usize {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut events = 0;
    let mut text = Vec::new();
    for index in 0..archive.len() {
        text.clear();
        archive.by_index(index).unwrap().read_to_end(&mut text).unwrap();
        let mut xml = quick_xml::Reader::from_reader(text.as_slice());
        while !matches!(xml.read_event().unwrap(), quick_xml::events::Event::Eof) {
            events += 1;
        }
    }
    events
}

/// Codes from 90 on are free for made-up prefectures; these stay unknown to the catalog, as most work for it.
fn import(insured: &[u8], certified: &[u8]) -> usize {
    let context = Context::new(Catalog::shipped(), Some(2023));
    let taken = [("02h.xlsx", insured), ("04-1-1h.xlsx", certified)]
        .map(|(name, bytes)| take_book(&read_bytes(name, bytes, &Limits::default()).unwrap(), context));
    gather(taken.into(), context).observations.len()
}

fn benches(criterion: &mut Criterion) {
    let (insured, certified) = (insured(), certified());
    assert!(import(&insured, &certified) > INSURERS as usize * (4 + 16 + 8));
    let mut group = criterion.benchmark_group("import");
    group.sample_size(20);
    group.bench_function("floor: inflate and scan the XML", |bench| {
        bench.iter(|| floor(black_box(&insured)) + floor(black_box(&certified)));
    });
    group.bench_function("read to grids", |bench| {
        let read = |bytes: &[u8]| read_bytes("表.xlsx", black_box(bytes), &Limits::default()).unwrap().grids.len();
        bench.iter(|| read(&insured) + read(&certified));
    });
    group.bench_function("read, interpret, settle, derive", |bench| {
        bench.iter(|| import(black_box(&insured), black_box(&certified)));
    });
    group.finish();
}

criterion_group!(import_tables, benches);
criterion_main!(import_tables);
