//! One figure from several files: which one counts, and what is told.

use super::*;

#[test]
fn a_doubled_row_counts_once_and_differing_ones_are_told() {
    let same = [&SMALL[..], &["例示県|緑町|40|20|12|8"]].concat();
    let evidence = settle(vec![insured("令和6年度_02h.xlsx", &[], &same)]);
    assert_eq!(totals(&evidence.observations, "B1", "例示県"), [(Some(2024), 350.0)]);
    let other = [&SMALL[..], &["例示県|緑町|41|20|12|9"]].concat();
    let evidence = settle(vec![insured("令和6年度_02h.xlsx", &[], &other)]);
    let told = evidence.diagnostics.iter().find(|told| told.code == "conflict").expect("a conflict is told");
    assert!(told.place.cell.is_some() && told.message.contains("緑町"), "{told:?}");
}

#[test]
fn two_files_of_one_name_are_told_apart_and_large_numbers_have_separators() {
    let of = |count: &str, sha: char| {
        let lines =
            ["出力日:2026/08/25", "|地域|指標(系列)|単位|R6", &format!("|見本県 みほん市|第1号被保険者数|人|{count}")];
        let mut book = book("B1_第1号被保険者数_時系列.xlsx", vec![grid("表", &lines)]);
        Arc::make_mut(&mut book.file).sha256 = sha.to_string().repeat(64);
        take_book(&book, Context::new(truth::catalog(), None))
    };
    let told = |first, second| settle(vec![first, second]).diagnostics.into_iter().find(|told| told.code == "conflict");
    let message = told(of("1234567", 'a'), of("1234577", 'b')).expect("a conflict is told").message;
    assert!(message.contains("1,234,567") && message.contains("1,234,577"), "{message}");
    assert!(message.contains("同じ名前で、内容の違うファイル"), "{message}");
    assert_eq!(told(of("1234567", 'a'), of("1234567", 'b')), None);
}

#[test]
fn a_file_whose_own_figures_came_from_a_newer_copy_is_not_called_anothers() {
    let of = |file: &str, exported: &str, towns: &[&str]| {
        let rows = towns.iter().map(|town| format!("|見本県 {town}|認定率|％|19.1"));
        let lines: Vec<String> =
            [format!("出力日:{exported}"), "|地域|指標(系列)|単位|R6".to_owned()].into_iter().chain(rows).collect();
        take(file, &lines.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let request = FillRequest::new("見本県みほん市", "".into(), Date::new(2026, 11, 22).unwrap());
    let told = |files| {
        let evidence = settle(files);
        let (_, told) = understand(&request, &evidence, truth::catalog()).unwrap();
        told.into_iter()
            .filter(|told| told.code == "other-insurer")
            .filter_map(|told| told.place.file)
            .collect::<Vec<_>>()
    };
    let newer = of("B4-a_認定率_時系列.xlsx", "2026/08/25", &["みほん市"]);
    let older = of("B4-a_認定率_時系列 (1).xlsx", "2026/08/20", &["みほん市", "たかね市"]);
    let theirs = of("B4-a_認定率_時系列 (2).xlsx", "2026/08/21", &["みなと市"]);
    assert_eq!(told(vec![newer, older, theirs]), ["B4-a_認定率_時系列 (2).xlsx"]);
}

#[test]
fn an_indicator_in_two_units_is_told_with_both_cells() {
    let of = |file: &str, area: &str, unit: &str| {
        let line = format!("|{area}|サービス提供事業所数|{unit}|12");
        take(file, &["出力日:2026/08/25", "|地域|指標(系列)|単位|R6", &line])
    };
    let told = |own: &str, other: &str| {
        let files = [("K1-a_自地域.xlsx", "見本県 みほん市", own), ("K1-a_県.xlsx", "見本県", other)];
        let evidence = settle(files.map(|(file, area, unit)| of(file, area, unit)).into());
        assert_eq!(evidence.observations.len(), 2, "{evidence:?}");
        evidence.diagnostics.into_iter().filter(|told| told.code == "unit-mixed").collect::<Vec<_>>()
    };
    let mixed = told("件", "人");
    let [told_once] = &mixed[..] else { panic!("{mixed:?}") };
    let text = format!("{told_once:?}");
    for word in ["K1-a", "「件」", "「人」", "K1-a_自地域.xlsx", "K1-a_県.xlsx", "E3"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(told("件", "件").is_empty());
}
