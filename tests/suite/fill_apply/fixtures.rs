//! The workbooks with about sixty kinds of features: filled, then looked at by four readers.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chiiki_sheet::fill::plan::{CellContent, FillPlan, InnerLink};
use chiiki_sheet::fill::{self, Compiled, Filled};

use super::{at, entries, fixture, number, part, plan, python, rest_of_sheet, text};

const FORM: &str = "地域分析・検討シート";
const FORM_PART: &str = "xl/worksheets/sheet1.xml";
const BOOKS: [&str; 4] = ["std.xlsx", "rich.xlsx", "rich.xlsm", "rich_scattertext.xlsx"];

/// Numbers, texts, blanks, a covered cell, values of formulas, a formula overwritten, new cells and rows, far cells.
fn cells() -> Vec<(&'static str, CellContent)> {
    vec![
        ("B1", text("地域分析・検討シート（見本県 みほん市）")), // covered by A1:O1
        ("D2", text("見本県 みほん市")),
        ("D5", number(19.37)),
        ("E5", number(18.9)),
        ("F5", number(0.1 + 0.2)),
        ("G5", number(-1_234_567.5)),
        ("H5", CellContent::Blank),
        ("I5", CellContent::FormulaNumber(19.37 - 18.9)),
        ("J5", number(7.0)), // was a formula
        ("I7", CellContent::FormulaNumber(1.25)),
        ("B6", text("")),
        ("M5", text(" 仮説：<独居> & 「𠮷野」\n2行目 🙂")),
        ("Q5", number(1.0)),
        ("C70", text("新しい行")),
        ("D70", number(70.0)),
        ("AB300", number(300.0)),
    ]
}

fn planned() -> FillPlan {
    let mut plan = plan(FORM, &cells());
    plan.sheet("_meta").set(at("A5"), text("run"));
    plan
}

/// Where the cells of the plan end up.
fn written(address: &str) -> &str {
    if address == "B1" { "A1" } else { address }
}

fn filled(book: &str) -> (Vec<u8>, Filled) {
    let before = fixture(book);
    let filled = fill::apply(before.as_slice(), &planned()).unwrap();
    (before, filled)
}

#[test]
fn every_other_part_stays_byte_for_byte() {
    let may_change: BTreeSet<&str> =
        [FORM_PART, "xl/worksheets/sheet4.xml", "xl/workbook.xml", "xl/sharedStrings.xml"].into();
    let with_chain: BTreeSet<&str> = ["xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/calcChain.xml"].into();
    for book in BOOKS {
        let (before, filled) = filled(book);
        let after: Vec<_> = entries(&filled.bytes);
        let before = entries(&before);
        let mut names = before.iter().map(|(name, ..)| name.as_str()).filter(|name| *name != "xl/calcChain.xml");
        assert!(names.by_ref().eq(after.iter().map(|(name, ..)| name.as_str())), "{book}: order of parts");
        let after: BTreeMap<_, _> =
            after.iter().map(|(name, packed, plain)| (name.as_str(), (packed, plain))).collect();
        let mut compared = 0;
        for (name, packed, plain) in &before {
            if name.starts_with("xl/charts/chart") {
                // Charts remember the cells they draw; nothing else of them may change.
                let same = without_points(after[name.as_str()].1) == without_points(plain);
                assert!(same, "{book} {name} differs in more than remembered points");
                compared += 1;
            } else if !may_change.contains(name.as_str()) && !with_chain.contains(name.as_str()) {
                assert!(after[name.as_str()] == (packed, plain), "{book} {name} differs");
                compared += 1;
            }
        }
        assert!(compared >= before.len() - 7, "{book}: {compared} of {}", before.len());
        assert!(filled.notes.is_empty(), "{book}: {:?}", filled.notes);
    }
}

/// A chart part without the points it remembers.
fn without_points(chart: &[u8]) -> String {
    let text = String::from_utf8(chart.to_vec()).unwrap();
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, points)) = rest.split_once("<c:ptCount") {
        out.push_str(before);
        let numbers = points.find("</c:numCache>").unwrap_or(usize::MAX);
        let strings = points.find("</c:strCache>").unwrap_or(usize::MAX);
        rest = &points[numbers.min(strings)..];
    }
    out + rest
}

#[test]
fn the_edited_sheet_differs_in_the_planned_cells_only() {
    let edited: BTreeSet<String> = cells().iter().map(|(address, _)| written(address).to_owned()).collect();
    for book in BOOKS {
        let (before, filled) = filled(book);
        let old = rest_of_sheet(&part(&before, FORM_PART), &edited, &BTreeSet::new());
        let new = rest_of_sheet(&part(&filled.bytes, FORM_PART), &edited, &[70, 300].into());
        assert!(old.len() > 1_000, "{book}: the comparison saw only {} tokens", old.len());
        for (old, new) in old.iter().zip(&new) {
            assert_eq!(old, new, "{book}");
        }
        assert_eq!(old.len(), new.len(), "{book}");
    }
}

#[test]
fn calamine_and_umya_read_the_values_back() {
    for book in BOOKS {
        let (_, filled) = filled(book);
        let mut calamine: Xlsx<_> = Xlsx::new(Cursor::new(filled.bytes.as_slice())).unwrap();
        let range = calamine.worksheet_range(FORM).unwrap();
        let umya = umya_spreadsheet::reader::xlsx::read_reader(Cursor::new(filled.bytes.as_slice()), true).unwrap();
        let sheet = umya.sheet_by_name(FORM).unwrap();
        for (address, content) in cells() {
            let cell = at(written(address));
            let found = range.get_value((cell.row, cell.col)).cloned().unwrap_or(Data::Empty);
            let seen = sheet.value((cell.col + 1, cell.row + 1));
            match content {
                CellContent::Number(value) | CellContent::FormulaNumber(value) => {
                    assert_eq!(found, Data::Float(value), "{book} {address}");
                    assert_eq!(seen.parse::<f64>().unwrap(), value, "{book} {address}");
                }
                CellContent::Text(value) if !value.is_empty() => {
                    assert_eq!(found, Data::String(value.clone()), "{book} {address}");
                    assert_eq!(seen, value, "{book} {address}");
                }
                _ => {
                    assert_eq!(found, Data::Empty, "{book} {address}");
                    assert_eq!(seen, "", "{book} {address}");
                }
            }
        }
    }
}

#[test]
fn openpyxl_reads_the_planned_values_and_all_others_as_before() {
    for book in BOOKS {
        let (before, filled) = filled(book);
        let extension = book.rsplit('.').next().unwrap();
        let Some(old) = python("xlsx_read_back.py", &before, extension) else { return };
        let new = python("xlsx_read_back.py", &filled.bytes, extension).unwrap();
        let mut expected = old;
        for (address, content) in cells() {
            let address = written(address);
            let formula = expected[FORM][address][1].clone();
            let sheet = expected[FORM].as_object_mut().unwrap();
            let cell = match content {
                CellContent::Number(value) => serde_json::json!([value, null]),
                CellContent::FormulaNumber(value) => serde_json::json!([value, formula]),
                CellContent::Text(value) if !value.is_empty() => serde_json::json!([value, null]),
                _ => {
                    sheet.remove(address);
                    continue;
                }
            };
            sheet.insert(address.to_owned(), cell);
        }
        expected["_meta"].as_object_mut().unwrap().insert("A5".to_owned(), serde_json::json!(["run", null]));
        for (name, cells) in expected.as_object().unwrap() {
            for (address, cell) in cells.as_object().unwrap() {
                let (found, wanted) = (&new[name][address], cell);
                let same = match (found[0].as_f64(), wanted[0].as_f64()) {
                    (Some(found), Some(wanted)) => found == wanted,
                    _ => found[0] == wanted[0],
                };
                assert!(same && found[1] == wanted[1], "{book} {name} {address}: {found} instead of {wanted}");
            }
            assert_eq!(new[name].as_object().unwrap().len(), cells.as_object().unwrap().len(), "{book} {name}");
        }
    }
}

#[test]
fn no_feature_is_lost() {
    for book in BOOKS {
        let (before, filled) = filled(book);
        let extension = book.rsplit('.').next().unwrap();
        let Some(old) = python("xlsx_features.py", &before, extension) else { return };
        let new = python("xlsx_features.py", &filled.bytes, extension).unwrap();
        let (old, new) = (old.as_object().unwrap(), new.as_object().unwrap());
        assert!(old.len() > 60, "{book}: {} kinds counted", old.len());
        let count = |counts: &serde_json::Map<String, _>, name: &str| {
            counts.get(name).map_or(0, |n: &serde_json::Value| n.as_i64().unwrap())
        };
        let mut changed: BTreeMap<String, i64> = old
            .keys()
            .chain(new.keys())
            .map(|name| (name.clone(), count(new, name) - count(old, name)))
            .filter(|(_, difference)| *difference != 0)
            .collect();
        // Blanked shared strings lose their runs and readings, nothing else of that part.
        let blanked: Vec<_> = changed.extract_if(.., |name, _| name.starts_with("sharedStrings/")).collect();
        assert!(blanked.iter().all(|(name, _)| !name.ends_with("/si")), "{book}: {blanked:?}");
        // The label B6 was emptied: the up to twelve series that draw it forget one point each.
        let forgotten: Vec<_> = changed.extract_if(.., |name, _| name == "chart/pt" || name == "chart/v").collect();
        assert!(forgotten.iter().all(|(_, difference)| (-12..0).contains(difference)), "{book}: {forgotten:?}");
        // One formula was overwritten, so the calculation chain is gone with what names it.
        let mut expected: BTreeMap<String, i64> = [("worksheet/f".to_owned(), -1)].into();
        if book == "std.xlsx" {
            assert_eq!(old["main/calcPr@fullCalcOnLoad"], 1);
        } else {
            let chain = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml";
            expected.extend([
                (format!("part {chain}"), -1),
                ("calcChain/calcChain".to_owned(), -1),
                ("calcChain/c".to_owned(), -count(old, "calcChain/c")),
                ("xml/Override".to_owned(), -1),
                ("relationships/Relationship".to_owned(), -1),
            ]);
        }
        assert_eq!(changed, expected, "{book}");
    }
}

#[test]
fn same_plan_same_bytes_and_an_empty_plan_changes_nothing() {
    for book in BOOKS {
        let before = fixture(book);
        let compiled = Compiled::new(before.as_slice()).unwrap();
        let first = compiled.apply(&planned()).unwrap();
        assert_eq!(first, compiled.apply(&planned()).unwrap(), "{book}: compiled twice");
        assert_eq!(first, fill::apply(before.as_slice(), &planned()).unwrap(), "{book}: once");
        assert_eq!(compiled.apply(&FillPlan::default()).unwrap().bytes, before, "{book}: nothing planned");
        // Filling the filled one again changes no sheet.
        let again = fill::apply(first.bytes.as_slice(), &without_overwritten_formula()).unwrap();
        assert_eq!(entries(&again.bytes).len(), entries(&first.bytes).len(), "{book}");
        for ((name, _, old), (_, _, new)) in entries(&first.bytes).iter().zip(entries(&again.bytes)) {
            assert_eq!(String::from_utf8_lossy(old), String::from_utf8_lossy(&new), "{book} {name}");
        }
    }
}

fn without_overwritten_formula() -> FillPlan {
    let mut plan = planned();
    plan.sheet(FORM).cells.remove(&at("J5"));
    plan
}

#[test]
fn one_compiled_template_does_not_leak_into_the_next_file() {
    let compiled = Compiled::new(fixture("rich.xlsx")).unwrap();
    let secret = plan(FORM, &[("M6", text("他市の仮説")), ("D2", text("見本県 べつの市"))]);
    compiled.apply(&secret).unwrap();
    let next = compiled.apply(&plan(FORM, &[("D5", number(1.0))])).unwrap();
    for (name, _, plain) in entries(&next.bytes) {
        let plain = String::from_utf8_lossy(&plain).into_owned();
        assert!(!plain.contains("他市の仮説") && !plain.contains("べつの市"), "{name}");
    }
}

#[test]
fn replaced_texts_do_not_stay_in_the_shared_strings() {
    let (before, filled) = filled("rich.xlsx");
    let (old, new) = (part(&before, "xl/sharedStrings.xml"), part(&filled.bytes, "xl/sharedStrings.xml"));
    // D2 was 「〇〇市」 and alone with it; 「単位」 is still used elsewhere.
    assert!(old.contains("〇〇市") && !new.contains("〇〇市"));
    assert!(new.contains("<t>単位</t>"));
    assert_eq!(old.matches("<si>").count(), new.matches("<si>").count());
    assert_eq!(old.split_once("<si>").unwrap().0, new.split_once("<si>").unwrap().0, "counts stay");
}

#[test]
fn the_calculation_chain_goes_only_with_a_formula() {
    let kept = fill::apply(fixture("rich.xlsx"), &plan(FORM, &[("I5", CellContent::FormulaNumber(1.0))])).unwrap();
    assert!(entries(&kept.bytes).iter().any(|(name, ..)| name == "xl/calcChain.xml"));
    let (_, gone) = filled("rich.xlsx");
    assert!(entries(&gone.bytes).iter().all(|(name, ..)| name != "xl/calcChain.xml"));
    assert!(!part(&gone.bytes, "[Content_Types].xml").contains("calcChain"));
    assert!(!part(&gone.bytes, "xl/_rels/workbook.xml.rels").contains("calcChain"));
}

#[test]
fn links_rows_columns_and_print_areas_of_a_real_book() {
    let mut plan = plan(FORM, &[("D5", number(1.0))]);
    let sheet = plan.sheet(FORM);
    let link = InnerLink { location: "'推移'!A1".to_owned(), tooltip: "出典 No.1".to_owned() };
    sheet.links = [(at("G2"), link.clone()), (at("D5"), link)].into();
    sheet.hide_columns = [(6, true), (25, true)].into();
    sheet.hide_rows = [(9, true), (399, true)].into();
    sheet.row_heights = [(4, 40.5), (10, 30.0)].into();
    plan.print_areas = [(FORM.to_owned(), "$A$1:$O$40".to_owned()), ("推移".to_owned(), "$A$1:$G$9".to_owned())].into();
    let bytes = fill::apply(fixture("rich.xlsx"), &plan).unwrap().bytes;
    let (sheet, book) = (part(&bytes, FORM_PART), part(&bytes, "xl/workbook.xml"));
    let rels = part(&bytes, "xl/worksheets/_rels/sheet1.xml.rels");
    assert!(sheet.contains("<hyperlink ref=\"G2\" location=\"'推移'!A1\" tooltip=\"出典 No.1\"/>"));
    assert!(sheet.contains("display=\"推移へ\"/><hyperlink ref=\"D5\" location"));
    assert!(!rels.contains("/hyperlink\""), "the web address of the replaced link is gone: {rels}");
    assert!(rels.contains("rId905"));
    assert!(
        sheet.contains(
            "<col min=\"7\" max=\"7\" width=\"10.7109375\" customWidth=\"1\" outlineLevel=\"1\" hidden=\"1\"/>"
        )
    );
    assert!(sheet.contains("<col min=\"8\" max=\"8\" width=\"10.7109375\" customWidth=\"1\" outlineLevel=\"1\"/>"));
    assert!(sheet.contains("<col min=\"26\" max=\"26\""));
    assert!(sheet.contains("<row r=\"400\" hidden=\"1\"/></sheetData>"));
    assert!(sheet.contains("<row r=\"5\" ht=\"40.5\" customHeight=\"1\" thickBot=\"1\" spans=\"1:15\""));
    assert!(book.contains("localSheetId=\"0\">'地域分析・検討シート'!$A$1:$O$40</definedName>"));
    assert!(book.contains(
        "$A$1:$O$40</definedName><definedName name=\"_xlnm.Print_Area\" localSheetId=\"1\">'推移'!$A$1:$G$9</definedName>\
         <definedName name=\"_xlnm.Print_Titles\""
    ));
    assert!(python("xlsx_read_back.py", &bytes, "xlsx").is_none_or(|book| book[FORM]["D5"][0] == 1.0));
}
