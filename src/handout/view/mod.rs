//! What the layout file gets: every value as it is shown, every chart already laid out, nothing left to compute.
//!
//! The layout reads it as `json("data.json")`. Values are data there, never markup, whatever they hold.

mod glance;
mod marks;
mod numbering;
mod one_page;
mod page;
mod pictures;
mod table_room;
mod tables;

pub use page::Page;

use serde::Serialize;
use serde_json::Value;

use self::one_page::OnePage;
use self::pictures::{BlockPictures, Picture};
use self::tables::{ComparisonTable, IndicatorRow, OthersTable, YearTable};
use super::data::{Block, Handout, MainPoint, Year};
use super::glyphs::{self, Unprintable};
use super::options::{Kind, PageOptions, Part};
use super::problem::TemplateProblem;
use super::words::Words;
use crate::fill::draft::DRAFT_LINE;
use crate::model::{Date, EntryField};

#[derive(Serialize)]
struct View {
    kind: Kind,
    kind_name: &'static str,
    page: Page,
    title: String,
    insurer: String,
    prefecture: String,
    own_name: String,
    prefecture_name: String,
    nation_name: String,
    main_year: Option<String>,
    period: String,
    made_on: String,
    date: Date3,
    points: Vec<MainPoint>,
    topics: Vec<TopicView>,
    certainty: Vec<String>,
    more_cautions: bool,
    threshold: String,
    summary: Option<Picture>,
    blocks: Vec<BlockView>,
    /// 1枚もの alone
    one_page: Option<OnePage>,
    years: Vec<YearTable>,
    indicators: Vec<IndicatorRow>,
    indicators_number: usize,
    sources: Vec<SourceView>,
    sources_number: usize,
    cautions: Vec<CautionView>,
    credit: String,
    unprintable: Option<String>,
}

#[derive(Serialize)]
struct Date3 {
    year: i32,
    month: u8,
    day: u8,
}

#[derive(Serialize)]
struct TopicView {
    text: String,
    check: String,
}

#[derive(Serialize)]
struct BlockView {
    number: usize,
    name: String,
    /// 「令和5年度の値は…」 instead of a table of nothing but dashes.
    no_figures: Option<String>,
    /// Where the paper has tables.
    table: Option<ComparisonTable>,
    others: Vec<OthersTable>,
    pictures: BlockPictures,
    fields: Vec<FieldView>,
}

#[derive(Clone, Serialize)]
struct FieldView {
    /// 「STEP 1」 … ; 自由記述 belongs to none.
    step: Option<&'static str>,
    heading: &'static str,
    /// Line by line; empty when nothing is written.
    lines: Vec<String>,
    /// The text was computed and nobody has looked at it yet: said beside the heading, in the place of the line that
    /// tells the office what to do.
    draft: bool,
}

#[derive(Serialize)]
struct SourceView {
    name: String,
    file: String,
    exported: String,
}

#[derive(Serialize)]
struct CautionView {
    text: String,
    place: String,
}

/// How many cautions of the data the first page shows.
const FIRST_CAUTIONS: usize = 2;

/// Builds the layout's data. `handout` has gone through [`clean`].
pub fn build(
    handout: &Handout,
    kind: Kind,
    options: &PageOptions,
    words: &Words,
    date: Date,
    unprintable: &mut Unprintable,
) -> Result<Value, TemplateProblem> {
    let page = Page::new(kind, options);
    let has = |part| options.parts.contains(&part);
    let mut points = words.main_points(handout)?;
    let mut topics = words.topics(handout)?;
    let mut certainty = words.certainty(handout, FIRST_CAUTIONS)?;
    let mut threshold = words.threshold(handout)?;
    // Sentences hold words of the template's own; a user may have put anything there.
    let made = points.iter_mut().flat_map(|point| [&mut point.label, &mut point.text]);
    let made = made.chain(topics.iter_mut().map(|topic| &mut topic.text));
    for text in made.chain(&mut certainty).chain([&mut threshold]) {
        *text = glyphs::printed(text, unprintable);
    }
    let said = (!unprintable.is_empty())
        .then(|| words.say("unprintable", &serde_json::json!({ "一覧": unprintable.list() })))
        .transpose()?;
    // The note itself must be printable, whatever its template says.
    let note = said.map(|text| glyphs::printed(&text, &mut Unprintable::default()));

    let blocks = handout.blocks.iter().enumerate().map(|(index, block)| {
        let table = has(Part::Tables).then(|| tables::comparison(handout, block, &page));
        let others = table.as_ref().map(|table| tables::others(handout, block, &page, table));
        let pictures = has(Part::Charts).then(|| pictures::of_block(handout, block, &page));
        BlockView {
            number: index + 1,
            name: block.name.clone(),
            no_figures: no_figures(handout, block),
            others: others.unwrap_or_default(),
            table,
            pictures: pictures.unwrap_or_default(),
            fields: fields(block),
        }
    });
    let name = |role| handout.area_of(role).and_then(|a| handout.areas.get(a)).map(|a| a.name.clone());
    let mut view = View {
        kind,
        kind_name: kind.label(),
        title: handout.title.clone(),
        insurer: handout.insurer.clone(),
        prefecture: handout.prefecture.clone(),
        own_name: name(super::data::Role::Own).unwrap_or_else(|| handout.insurer.clone()),
        prefecture_name: name(super::data::Role::Prefecture).unwrap_or_default(),
        nation_name: name(super::data::Role::Nation).unwrap_or_else(|| "全国".to_owned()),
        main_year: handout.main_index().and_then(|main| handout.years.get(main)).map(year_in_full),
        period: period(&handout.years),
        made_on: wareki(handout.made_on),
        date: Date3 { year: date.year, month: date.month, day: date.day },
        topics: topics.into_iter().map(|t| TopicView { text: t.text, check: t.check.join("、") }).collect(),
        certainty,
        more_cautions: has(Part::Sources)
            && (handout.cautions.len() > FIRST_CAUTIONS || handout.cautions.iter().any(|caution| caution.detail)),
        one_page: (kind == Kind::OnePage).then(|| one_page::one_page(handout, &points, &threshold, &page)),
        points,
        threshold,
        summary: if kind != Kind::OnePage && has(Part::Summary) { pictures::summary(handout, &page) } else { None },
        blocks: blocks.collect(),
        years: if has(Part::Years) {
            tables::years(handout, &page, &(0..handout.areas.len()).collect::<Vec<_>>())
        } else {
            Vec::new()
        },
        indicators: if has(Part::Indicators) { tables::indicators(handout) } else { Vec::new() },
        indicators_number: 0,
        sources_number: 0,
        sources: handout
            .sources
            .iter()
            .map(|source| SourceView {
                name: source.name.clone(),
                file: source.file.clone().unwrap_or_default(),
                exported: source.exported.map(wareki).unwrap_or_default(),
            })
            .collect(),
        cautions: handout
            .cautions
            .iter()
            .filter(|caution| !caution.pointer)
            .map(|c| CautionView { text: c.text.clone(), place: c.place.clone().unwrap_or_default() })
            .collect(),
        credit: handout.credit.clone(),
        unprintable: note,
        page,
    };
    numbering::number(&mut view, &options.parts);
    let mut value = serde_json::to_value(&view).map_err(|error| {
        TemplateProblem::new("data.json", None, format!("配布資料のデータを作れませんでした。（{error}）"))
    })?;
    add_breaks(&mut value);
    Ok(value)
}

/// Makes every text of the handout printable: characters the fonts lack become 〓, and only the entry fields keep
/// line breaks.
pub fn clean(handout: &Handout, unprintable: &mut Unprintable) -> Handout {
    let mut clean = handout.clone();
    for text in clean.texts_mut() {
        *text = glyphs::printed(text, unprintable);
    }
    let fields: Vec<String> =
        clean.blocks.iter().flat_map(|block| &block.texts).map(|field| field.text.clone()).collect();
    for text in clean.texts_mut() {
        *text = text.replace('\n', " ");
    }
    let texts = clean.blocks.iter_mut().flat_map(|block| &mut block.texts);
    for (field, text) in texts.zip(fields) {
        field.text = text;
    }
    clean
}

/// Every text except descriptions of pictures (they are read aloud, not set) may break in long runs.
fn add_breaks(value: &mut Value) {
    match value {
        Value::String(text) => {
            if !text.is_ascii() || text.len() > 16 {
                *text = glyphs::breakable(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(add_breaks),
        Value::Object(map) => {
            map.iter_mut().filter(|(key, _)| key.as_str() != "alt").for_each(|(_, value)| add_breaks(value));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is said of a block without any figure in the main year.
fn no_figures(handout: &Handout, block: &Block) -> Option<String> {
    let year = handout.years.get(handout.main_index()?)?;
    (!tables::has_figures(handout, block)).then(|| {
        let (year, indicators) = (&year.wareki, &block.indicators);
        let named: Vec<&str> = indicators.iter().take(NAMED_WITHOUT).map(|row| row.name.as_str()).collect();
        let more = match indicators.len().saturating_sub(NAMED_WITHOUT) {
            0 => String::new(),
            more => format!("、ほか{more}指標"),
        };
        let named = named.join("、");
        format!(
            "{year}の値がないため、表と図を載せていません（{named}{more}）。{year}の値のある資料を入れて作り直すと載ります。"
        )
    })
}

/// Indicators named in a sentence on a block without figures.
const NAMED_WITHOUT: usize = 6;

fn fields(block: &Block) -> Vec<FieldView> {
    let step = |field| match field {
        EntryField::Comparison => Some("STEP 1"),
        EntryField::Hypothesis => Some("STEP 2"),
        EntryField::Verification => Some("STEP 3"),
        EntryField::Measures => Some("STEP 4"),
        EntryField::FreeText => None,
    };
    let lines = |field| {
        // Two texts of one field (which the form cannot hold) are both kept.
        let texts = block.texts.iter().filter(|text| text.field == field).map(|text| text.text.as_str());
        let lines = texts.flat_map(|text| text.trim_end().split('\n')).map(|line| line.trim_end().to_owned());
        let mut lines: Vec<String> = lines.collect();
        let draft = lines.first().is_some_and(|first| first == DRAFT_LINE);
        lines.drain(..usize::from(draft));
        if lines.iter().all(|line| line.trim().is_empty()) { (Vec::new(), false) } else { (lines, draft) }
    };
    let view = |field: EntryField| {
        let (lines, draft) = lines(field);
        FieldView { step: step(field), heading: field.heading(), lines, draft }
    };
    EntryField::ALL.into_iter().map(view).collect()
}

/// 「令和7年度（2025）」
fn year_in_full(year: &Year) -> String {
    let mark = if year.part_year { "※" } else { "" };
    format!("{}（{}）{mark}", year.wareki, year.form_year)
}

fn period(years: &[Year]) -> String {
    match years {
        [] => String::new(),
        [only] => year_in_full(only),
        [first, .., last] => format!("{}～{}", year_in_full(first), year_in_full(last)),
    }
}

/// 「令和8年11月22日」; days before 平成 are written in the Common Era.
fn wareki(date: Date) -> String {
    let era = match (date.year, date.month) {
        (2020.., _) | (2019, 5..) => Some(("令和", date.year - 2018)),
        (1990.., _) => Some(("平成", date.year - 1988)),
        _ => None,
    };
    match era {
        Some((era, 1)) => format!("{era}元年{}月{}日", date.month, date.day),
        Some((era, year)) => format!("{era}{year}年{}月{}日", date.month, date.day),
        None => format!("{}年{}月{}日", date.year, date.month, date.day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_eras() {
        assert_eq!(wareki(Date::new(2026, 11, 22).unwrap()), "令和8年11月22日");
        assert_eq!(wareki(Date::new(2019, 5, 1).unwrap()), "令和元年5月1日");
        assert_eq!(wareki(Date::new(2019, 4, 30).unwrap()), "平成31年4月30日");
    }
}
