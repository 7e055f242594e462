//! What stands together: notes with their table or figure, headings with what they head, short tables in one piece.

use chiiki_sheet::handout::data::{AreaColumn, FieldText, Handout, Role};
use chiiki_sheet::handout::options::Part;
use chiiki_sheet::handout::{Kind, PageOptions};
use chiiki_sheet::model::EntryField;

use super::{bare, extracted, made, options, sample, tool};

/// The lines of each page between head and foot, without white space.
fn lines_of_pages(pdf: &[u8], options: &PageOptions) -> Option<Vec<Vec<String>>> {
    let (width, height) = options.paper_points();
    let size = [format!("{:.0}", width.ceil()), format!("{:.0}", height - 92.0)];
    let crop = ["-layout", "-enc", "UTF-8", "-r", "72", "-x", "0", "-y", "46", "-W", &size[0], "-H", &size[1]];
    let text = tool("pdftotext", &crop, pdf, &["-"])?;
    let mut pages: Vec<Vec<String>> =
        text.split('\u{C}').map(|page| page.lines().map(bare).filter(|line| !line.is_empty()).collect()).collect();
    pages.pop_if(|page| page.is_empty());
    Some(pages)
}

/// The sample with so many lines written under 認定率, which pushes all after them down the pages.
fn pushed(lines: usize) -> Handout {
    let mut handout = sample("mihon.json");
    for block in &mut handout.blocks {
        block.texts.clear();
    }
    let text = vec!["書いたことです。"; lines].join("\n");
    handout.blocks[0].texts.push(FieldText { field: EntryField::Comparison, text });
    handout
}

#[test]
fn no_page_begins_with_what_belongs_to_the_page_before() {
    let belongs =
        ["出典：", "●は", "※", "注1", "「－", "「―", "線のない所", "県内順位は", "倍率を出せない", "自由記述（まだ"];
    let few = vec![Part::Tables, Part::Charts, Part::Discussion, Part::Sources];
    for lines in (0..40).step_by(3) {
        let options = PageOptions { parts: few.clone(), ..options(Kind::Handout) };
        let pdf = made(&pushed(lines), Kind::Handout, &options);
        let Some(pages) = lines_of_pages(&pdf, &options) else { return };
        for (number, page) in pages.iter().enumerate() {
            let first = page.first().unwrap();
            assert!(!belongs.iter().any(|word| first.starts_with(word)), "{lines}, page {}: {first}", number + 1);
            assert!(page.len() > 3, "{lines}, page {} holds next to nothing: {page:?}", number + 1);
        }
    }
}

#[test]
fn a_table_of_three_rows_stands_on_one_page_with_its_notes() {
    let rows = ["施設サ", "居住系サ", "在宅サ", "出典："];
    for lines in 10..40 {
        let options = PageOptions { parts: vec![Part::Tables, Part::Discussion], ..options(Kind::Handout) };
        let mut handout = pushed(lines);
        handout.areas.retain(|area| area.role != Role::Other);
        let pdf = made(&handout, Kind::Handout, &options);
        let Some(pages) = lines_of_pages(&pdf, &options) else { return };
        let with_table: Vec<&Vec<String>> =
            pages.iter().filter(|page| page.iter().any(|line| line.starts_with("施設サ"))).collect();
        assert!((1..=2).contains(&with_table.len()), "{lines}: {pages:#?}");
        for (page, row) in with_table.iter().flat_map(|page| rows.map(|row| (page, row))) {
            assert!(page.iter().any(|line| line.starts_with(row)), "{lines}: {row} on another page");
        }
        let last = with_table.last().unwrap();
        assert!(last.iter().any(|line| line.starts_with("出典：")), "{lines}: the source on another page");
    }
}

#[test]
fn a_paper_without_its_first_page_begins_under_its_title() {
    for kind in [Kind::Handout, Kind::Worksheet] {
        let options = PageOptions { parts: vec![Part::Discussion], ..options(kind) };
        let Some(pages) = lines_of_pages(&made(&pushed(2), kind, &options), &options) else { return };
        assert!(pages[0].iter().any(|line| line.contains("認定率検討")), "{kind:?}: {:?}", pages[0]);
    }
}

#[test]
fn on_wide_paper_the_first_block_follows_the_topics() {
    let options = PageOptions { landscape: true, ..options(Kind::Handout) };
    let Some(pages) = lines_of_pages(&made(&pushed(0), Kind::Handout, &options), &options) else { return };
    let topics = pages.iter().find(|page| page.iter().any(|line| line == "話し合いたいこと")).unwrap();
    assert!(topics.iter().any(|line| line.starts_with("1認定率")), "{topics:?}");
}

#[test]
fn a_prefecture_has_no_column_of_dashes_for_its_own_prefecture() {
    let mut handout = sample("mihon.json");
    let (own, home) = (handout.areas[0].clone(), handout.areas[1].clone());
    handout.areas.remove(0);
    handout.areas[0] = AreaColumn { role: own.role, name: home.name.clone() };
    for row in handout.blocks.iter_mut().flat_map(|block| &mut block.indicators) {
        row.values.remove(0);
    }
    handout.insurer.clone_from(&home.name);
    let options = PageOptions { parts: vec![Part::Tables], ..options(Kind::Handout) };
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    assert!(found.contains("指標見本県全国"), "{found}");
    assert!(!found.contains("都道府県") && !found.contains("見本県（見本県）"));
}

#[test]
fn areas_whose_lines_are_not_drawn_are_named() {
    let mut handout = sample("mihon.json");
    let other = handout.areas.iter().find(|area| area.role == Role::Other).unwrap().clone();
    for name in ["三つ目の町", "四つ目の町"] {
        handout.areas.push(AreaColumn { name: name.to_owned(), ..other.clone() });
    }
    let options = options(Kind::Handout);
    let said = "推移の図に描く比較地域は2つまでです。描いていない地域：三つ目の町、四つ目の町";
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    assert_eq!(found.matches(said).count(), 2, "under the trends of both blocks");
    handout.areas.truncate(handout.areas.len() - 2);
    let Some(found) = extracted(&made(&handout, Kind::Handout, &options), &options) else { return };
    assert!(!found.contains("描いていない地域"));
}
