//! The 1枚もの: the whole form on its first sheet, what is cut in full on the next.

use chiiki_sheet::handout::data::{AreaColumn, FieldText, Figure, Role, Verdict};
use chiiki_sheet::handout::options::Part;
use chiiki_sheet::handout::{Kind, PageOptions};
use chiiki_sheet::model::EntryField;

use super::{bare, expected, extracted, inside_the_paper, made, options, pages, sample, tool};

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
fn parts_nobody_asked_for_take_no_room_and_no_sheet() {
    let mut handout = sample("mihon.json");
    let text = format!("考えたことを書きます。{}", "まだ続きます。".repeat(300));
    for block in &mut handout.blocks {
        block.texts = vec![FieldText { field: EntryField::Hypothesis, text: text.clone() }];
    }
    let options = PageOptions { parts: vec![Part::Summary], ..options(Kind::OnePage) };
    let pdf = made(&handout, Kind::OnePage, &options);
    let Some(found) = extracted(&pdf, &options) else { return };
    assert_eq!(pages(&pdf), Some(1));
    assert!(!found.contains("前の紙の続き") && !found.contains("続きは次の紙"), "there is room for all of it");
    assert!(!found.contains("考えたことを書きます"), "the discussion was not asked for");
    for wanted in ["認定率は18.1％で", "話し合いたいこと", "出典："] {
        assert!(found.contains(wanted), "{wanted}");
    }
    let options = PageOptions { parts: vec![Part::Discussion], ..options };
    let Some(found) = extracted(&made(&handout, Kind::OnePage, &options), &options) else { return };
    assert!(!found.contains("全国とどこが違うか") && !found.contains("指標の値"));
    assert!(found.contains(&bare(&text)));
}

#[test]
fn long_names_of_areas_do_not_push_the_foot_of_the_table_off_its_sheet() {
    for (count, years) in [(2, 3), (6, 3), (6, 1)] {
        let mut handout = sample("mihon.json");
        let other = handout.areas.iter().position(|area| area.role == Role::Other).unwrap();
        let more = handout.areas[other].clone();
        let long = |k| AreaColumn {
            name: format!("第{k}見本東部北部中部南部介護保険広域連合"), ..more.clone()
        };
        handout.areas.truncate(other);
        handout.areas.extend((0..count).map(long));
        let from = handout.years.len() - years;
        for row in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators) {
            let model = row.values[other].clone();
            row.values.resize(other + count, model);
            row.values.iter_mut().for_each(|values| drop(values.drain(..from)));
        }
        handout.years.drain(..from);
        let pdf = made(&handout, Kind::OnePage, &options(Kind::OnePage));
        let Some(first) = page_text(&pdf, 1) else { return };
        assert!(first.contains(&bare(&handout.credit)), "{count} areas, {years} years");
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
