//! The 1枚もの: the whole form on its first sheet, what is cut in full on the next.

use chiiki_sheet::handout::data::{FieldText, Figure, Verdict};
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
