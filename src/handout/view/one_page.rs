//! The 1枚もの: the whole form on one sheet. What finds no room is shortened where a reader sees it and stands in full
//! on the sheets after it; nothing is left out.

use serde::Serialize;

use super::marks::Seen;
use super::page::Page;
use super::tables::{self, YearTable};
use super::{FieldView, fields, glance};
use crate::handout::data::{Handout, MainPoint, Role};
use crate::handout::glyphs;
use crate::handout::options::Part;

/// What the layout draws.
#[derive(Serialize)]
pub struct OnePage {
    /// 表1 …
    pub(super) number: usize,
    pub(super) rest_number: usize,
    /// Everything stands on one sheet; on smaller paper it flows, and nothing is shortened.
    fitted: bool,
    /// The texts stand beside the table; else under it, in this many columns.
    beside: bool,
    text_columns: usize,
    text_width: f64,
    /// Areas over the years.
    heads: Vec<Head>,
    /// Columns in points, the name column first, then the values, 倍率 and 判定.
    widths: Vec<f64>,
    /// From the foot of a line to the foot of the next, in points.
    pitch: f64,
    rows: Vec<Row>,
    /// Lines of the table that found no room.
    rest: Vec<Row>,
    /// They leave room on their sheet for what follows.
    rest_shares: bool,
    notes: String,
    points: Vec<Short>,
    blocks: Vec<Vec<Short>>,
    /// Texts that were shortened, in full.
    full: Vec<Full>,
    /// Every value, when years or areas found no column.
    pub(super) years: Vec<YearTable>,
}

impl OnePage {
    /// The table of the form has columns.
    pub(super) fn has_table(&self) -> bool {
        !self.heads.is_empty()
    }

    /// Lines of it stand on the next sheet.
    pub(super) fn has_rest(&self) -> bool {
        !self.rest.is_empty()
    }
}

#[derive(Serialize)]
struct Head {
    name: String,
    years: Vec<String>,
    own: bool,
}

#[derive(Clone, Serialize)]
pub(super) struct Row {
    /// `block`, `group` or `figures`.
    pub kind: &'static str,
    pub label: String,
    pub marks: String,
    pub indent: bool,
    /// As many as the columns of years.
    pub values: Vec<String>,
    pub ratio: String,
    pub verdict: String,
    pub strong: bool,
    /// It takes one line for certain.
    pub flat: bool,
}

/// A text as far as there is room.
#[derive(Serialize)]
struct Short {
    step: Option<&'static str>,
    heading: String,
    lines: Vec<String>,
    /// The rest stands on the next sheet.
    cut: bool,
    empty: bool,
    draft: bool,
}

/// A shortened text in full.
#[derive(Serialize)]
struct Full {
    block: String,
    field: FieldView,
}

/// Said where a text was cut; the layout prints it.
const MORE: &str = "…（続きは次の紙）";
/// Room for the title, in points.
const TITLE: f64 = 46.0;
/// Texts narrower than this many ems cannot be read beside the table.
const TEXT_LEAST: f64 = 31.0;
/// The rest of the table is set over what follows when it takes no more of its sheet than this.
const SHARED: f64 = 0.8;
/// Names wrap below this many ems.
const NAME: f64 = 15.0;
/// Height of a capital letter of BIZ UDGothic in ems: what Typst takes for the height of a line.
const CAP: f64 = 0.765;
/// Between the lines of a text, in ems; the layout sets the same.
const LEADING: f64 = 0.52;

/// What the layout takes for headings, in lines of text: the title of a block, the heading of a field, and how much
/// higher the sign of its STEP makes that.
const PART_LINES: f64 = 1.72;
const HEADING_LINES: f64 = 0.97;
const CHIP_LINES: f64 = 0.28;
/// 「全国平均等との乖離について理由・問題点等の考察（仮説の設定）」 in one line.
const SHORTER: &str = "乖離の理由・問題点等の考察（仮説の設定）";

/// Lays the form out on the paper.
pub fn one_page(handout: &Handout, points: &[MainPoint], threshold: &str, page: &Page) -> OnePage {
    // Without the table the texts have the sheet; without the texts nothing is shortened or carried on.
    let has_table = page.has(Part::Tables) && !handout.areas.is_empty() && !handout.years.is_empty();
    let points = if page.has(Part::Summary) { points } else { &[] };
    let (fitted, beside) = (page.fits_form(), page.is_wide() && has_table);
    let width = page.inner_width();
    let text_least = if beside { TEXT_LEAST * page.body + page.gutter() } else { 0.0 };
    let columns = if has_table { choose_columns(handout, page, width - text_least) } else { Vec::new() };
    let mut seen = Seen::default();
    let mut rows = if has_table { glance::rows(handout, &columns, &mut seen) } else { Vec::new() };
    let mut widths = widths(&rows, &columns, page);
    let roomy = widened(&widths, &columns, handout, page);
    if roomy.iter().sum::<f64>() <= width - text_least {
        widths = roomy;
    }
    let used: f64 = widths.iter().sum();
    // What is left goes to the names first, then to the texts.
    let longest =
        rows.iter().map(|row| tables::ems(&row.label) + if row.indent { 1.0 } else { 0.0 }).fold(NAME, f64::max);
    let spare = (width - used - text_least).clamp(0.0, ((longest + 1.0).min(24.0) - NAME).max(0.0) * page.table);
    let spare = if beside { spare } else { width - used };
    if let Some(name) = widths.first_mut() {
        *name += spare;
    }
    let table_width: f64 = widths.iter().sum();
    let name_width = widths.first().copied().unwrap_or(0.0) - page.table * 0.8;

    let height = page.inner_height() - TITLE;
    // Run on, because every line at the foot costs one of the table.
    let notes = if has_table { glance::notes(handout, &seen).join("　") } else { String::new() };
    let lines_at_foot: f64 = [notes.as_str(), threshold, handout.credit.as_str()]
        .into_iter()
        .map(|note| (tables::ems(note) * page.table / table_width).ceil().max(1.0))
        .sum();
    // Caption and gaps around the table, then the notes under it.
    let mut foot = page.table * 3.4 + lines_at_foot * (page.table * CAP + page.body * 0.5);
    // Long names of areas wrap over their columns.
    let head = (head_lines(&columns, &widths, handout, page) - 1.0) * page.table * LINE_OF_HEAD;
    let line_count = |row: &Row| {
        let indent = if row.indent { 1.0 } else { 0.0 };
        let room = if row.kind == "figures" { name_width } else { table_width };
        ((tables::ems(&row.label) + tables::ems(&row.marks) + indent) * page.table / room).ceil().max(1.0)
    };
    let (least, most) = (page.table * 1.34, page.table * 1.75);
    // The head of the table takes two lines.
    let lines: f64 = rows.iter().map(line_count).sum::<f64>() + 2.0;
    let room = if beside { height - foot } else { (height - foot) * 0.62 };
    let pitch = ((room - head) / lines).clamp(least, most);
    for row in &mut rows {
        let room = if row.kind == "figures" { widths.first().copied().unwrap_or_default() } else { table_width };
        row.flat = tables::fits(tables::label_ems(&row.label, "", &row.marks, row.indent), room, page);
    }
    let mut rest = Vec::new();
    if fitted {
        let fitting = |less: f64| {
            let mut at = head + 2.0 * pitch + less;
            let fits = rows.iter().take_while(|row| {
                at += line_count(row) * pitch;
                at <= room + 0.5 || !beside && at <= height * 0.75
            });
            fits.count()
        };
        let mut count = fitting(0.0);
        if count < rows.len() {
            // It is said under the table that it goes on.
            let line = page.table * CAP + page.body * 0.5;
            foot += line;
            count = fitting(line);
            // A heading goes with what it heads.
            count -= rows.iter().take(count).rev().take_while(|row| row.kind != "figures").count();
        }
        rest = rows.split_off(count);
        let again = headings_again(&rows, &rest);
        rest.splice(0..0, again);
    }
    let rest_lines: f64 = rest.iter().map(line_count).sum();
    let rest_shares = head + (rest_lines + 2.0) * pitch + page.table * 6.0 < page.inner_height() * SHARED;

    let text_columns = if beside || !fitted && !page.is_landscape() { 1 } else { 2 };
    let text_width = match (beside, text_columns) {
        (true, _) => width - table_width - page.gutter(),
        (false, 1) => width,
        _ => (width - page.gutter()) / 2.0,
    };
    let per_line = ((text_width / page.body).floor() - 1.5).max(8.0);
    let text_height = match (beside, has_table) {
        (true, _) => height,
        (false, true) => height - foot - head - (rows.iter().map(line_count).sum::<f64>() + 2.0) * pitch,
        (false, false) => height - foot,
    };
    let pitch_of_text = page.body * (CAP + LEADING);
    let discussed = if page.has(Part::Discussion) { handout.blocks.as_slice() } else { &[] };
    let blocks: Vec<Vec<FieldView>> = discussed.iter().map(fields).collect();
    let all = || blocks.iter().flatten();
    let fits_heading = |field: &FieldView, heading: &str| {
        let empty = if field.lines.is_empty() || field.draft { 6.0 } else { 0.0 };
        (tables::ems(heading) + field.step.map_or(0.0, |_| 4.7) + empty) * page.table / text_width
    };
    let heading = |field: &FieldView| -> &'static str {
        // In the margin beside the table the form's longest heading would take two lines.
        let long = field.step == Some("STEP 2") && fits_heading(field, field.heading) > 1.0;
        if long { SHORTER } else { field.heading }
    };
    let heading_lines = |field: &FieldView| {
        let lines = fits_heading(field, heading(field)).ceil();
        HEADING_LINES * lines + field.step.map_or(0.0, |_| CHIP_LINES)
    };
    let headings = PART_LINES * (blocks.len() as f64 + 1.0)
        + all().map(heading_lines).sum::<f64>()
        + points.len() as f64 * HEADING_LINES;
    // Lines in each column to be safe: a line that found no room would take a sheet of its own, and a heading at the
    // foot of the first of two columns moves to its text.
    let safe = if text_columns > 1 { 2.5 } else { 1.0 };
    let budget = ((text_height / pitch_of_text - safe) * text_columns as f64 - headings).max(0.0);
    let wanted: Vec<f64> = points
        .iter()
        .map(|point| lines_of(&point.text, per_line))
        .chain(all().map(|field| field.lines.iter().map(|line| lines_of(line, per_line)).sum()))
        .collect();
    let cap = if fitted { share(&wanted, budget) } else { vec![f64::INFINITY; wanted.len()] };
    let mut caps = cap.into_iter();
    let mut full = Vec::new();
    let short_points = points
        .iter()
        .map(|point| {
            let (lines, cut) = shorten(std::slice::from_ref(&point.text), caps.next().unwrap_or(0.0), per_line);
            if cut {
                let field = FieldView { step: None, heading: "要点", lines: vec![point.text.clone()], draft: false };
                full.push(Full { block: point.label.clone(), field });
            }
            Short { step: None, heading: point.label.clone(), lines, cut, empty: false, draft: false }
        })
        .collect();
    let mut short_blocks = Vec::new();
    for (block, fields) in discussed.iter().zip(blocks) {
        let mut shorts = Vec::new();
        for field in fields {
            let (lines, cut) = shorten(&field.lines, caps.next().unwrap_or(0.0), per_line);
            let (step, heading, empty) = (field.step, heading(&field).to_owned(), field.lines.is_empty());
            shorts.push(Short { step, heading, lines, cut, empty, draft: field.draft });
            if cut {
                full.push(Full { block: block.name.clone(), field });
            }
        }
        short_blocks.push(shorts);
    }
    OnePage {
        number: 0,
        rest_number: 0,
        fitted,
        beside,
        text_columns,
        text_width,
        heads: columns
            .iter()
            .map(|column| Head {
                name: handout.areas.get(column.area).map(|area| area.name.clone()).unwrap_or_default(),
                years: column
                    .years
                    .iter()
                    .filter_map(|year| handout.years.get(*year))
                    .map(tables::short_year)
                    .collect(),
                own: handout.areas.get(column.area).is_some_and(|area| area.role == Role::Own),
            })
            .collect(),
        widths,
        pitch,
        rows,
        rest,
        rest_shares,
        notes,
        points: short_points,
        blocks: short_blocks,
        full,
        // The paper has every value in its appendix, or no tables at all.
        years: if has_table && !page.has(Part::Years) {
            tables::years(handout, page, &not_whole(handout, &columns))
        } else {
            Vec::new()
        },
    }
}

/// The headings over the first row of the rest, once more: its figures would seem to be of no block, or of the next.
fn headings_again(rows: &[Row], rest: &[Row]) -> Vec<Row> {
    let Some(first) = rest.first().filter(|row| row.kind != "block") else { return Vec::new() };
    let from = rows.iter().rposition(|row| row.kind == "block").unwrap_or(0);
    let of_block = rows.get(from..).unwrap_or_default();
    let block = of_block.first().filter(|row| row.kind == "block");
    let group = of_block.iter().rfind(|row| row.kind == "group").filter(|_| first.indent);
    block.into_iter().chain(group).map(|row| Row { label: format!("{}（続き）", row.label), ..row.clone() }).collect()
}

/// An area and its years, by their indexes.
pub(super) struct Column {
    pub area: usize,
    pub years: Vec<usize>,
}

/// As many years of as many areas as there is room for: all; then 比較地域 in the main year alone; then fewer years;
/// then fewer areas.
fn choose_columns(handout: &Handout, page: &Page, room: f64) -> Vec<Column> {
    let all: Vec<usize> = (0..handout.years.len()).collect();
    let main = handout.main_index().or(all.last().copied());
    let roles = |wanted: bool| {
        handout.areas.iter().enumerate().filter(move |(_, area)| (area.role == Role::Other) == wanted).map(|(at, _)| at)
    };
    let newest = |count: usize| -> Vec<usize> { all.iter().copied().skip(all.len().saturating_sub(count)).collect() };
    let with = |years: &[usize], others: &[usize], count: usize| -> Vec<Column> {
        let lead = roles(false).map(|area| Column { area, years: years.to_vec() });
        let other = roles(true).take(count).map(|area| Column { area, years: others.to_vec() });
        lead.chain(other).filter(|column| !column.years.is_empty()).collect()
    };
    let only: Vec<usize> = main.into_iter().collect();
    let others = roles(true).count();
    let mut plans = vec![with(&all, &all, others), with(&all, &only, others)];
    for count in (1..all.len()).rev() {
        let mut years = newest(count);
        // The main year is always there.
        if let Some(main) = main.filter(|main| !years.contains(main)) {
            years.insert(0, main);
        }
        plans.push(with(&years, &only, others));
    }
    plans.extend((0..others).rev().map(|count| with(&only, &only, count)));
    let fits = |plan: &Vec<Column>| {
        let rows = glance::rows(handout, plan, &mut Seen::default());
        widths(&rows, plan, page).iter().sum::<f64>() <= room
    };
    let last = plans.len().saturating_sub(1);
    let chosen = plans.iter().position(fits).unwrap_or(last);
    plans.swap_remove(chosen)
}

/// Areas of which some year has no column.
fn not_whole(handout: &Handout, columns: &[Column]) -> Vec<usize> {
    let whole = |area: &usize| columns.iter().any(|c| c.area == *area && c.years.len() == handout.years.len());
    (0..handout.areas.len()).filter(|area| !whole(area)).collect()
}

/// Name column, values, 倍率, 判定.
fn widths(rows: &[Row], columns: &[Column], page: &Page) -> Vec<f64> {
    let mut widths = vec![NAME * page.table];
    let mut at = 0;
    for column in columns {
        for _ in &column.years {
            let widest =
                rows.iter().filter_map(|row| row.values.get(at)).map(|value| tables::ems(value)).fold(2.4, f64::max);
            widths.push((widest + 0.84) * page.table);
            at += 1;
        }
    }
    // Near a threshold a multiple has more decimals, and a wild one has more digits.
    let ratio = rows.iter().map(|row| tables::ems(&row.ratio)).fold(2.06, f64::max);
    widths.extend([(ratio + 0.84) * page.table, 4.85 * page.table]);
    widths
}

/// The same with room for the names over the values in one line.
fn widened(widths: &[f64], columns: &[Column], handout: &Handout, page: &Page) -> Vec<f64> {
    let mut wide = widths.to_vec();
    let mut at = 1;
    for column in columns {
        let name = handout.areas.get(column.area).map_or(0.0, |area| tables::ems(&area.name).min(NAME_OVER_VALUES));
        let own: f64 = widths.get(at..at + column.years.len()).map_or(0.0, |own| own.iter().sum());
        let lacking = ((name + 0.84) * page.table - own).max(0.0) / column.years.len().max(1) as f64;
        wide.iter_mut().skip(at).take(column.years.len()).for_each(|width| *width += lacking);
        at += column.years.len();
    }
    wide
}

/// Longer names of areas wrap over their columns, in ems.
const NAME_OVER_VALUES: f64 = 8.0;
/// From line to line in the head of the table and gaps beside its names, in ems; the layout sets the same.
const LINE_OF_HEAD: f64 = CAP + 0.3;
const BESIDE_NAME: f64 = 0.68;

/// The lines of the longest name over its columns of years.
fn head_lines(columns: &[Column], widths: &[f64], handout: &Handout, page: &Page) -> f64 {
    let mut at = 1;
    let lines = columns.iter().map(|column| {
        let width: f64 = widths.iter().skip(at).take(column.years.len()).sum();
        at += column.years.len();
        let per_line = (width / page.table - BESIDE_NAME).floor().max(1.0);
        let name = handout.areas.get(column.area).map_or(0.0, |area| tables::ems(&area.name));
        (name / per_line).ceil()
    });
    lines.fold(1.0, f64::max)
}

/// Lines of a paragraph.
fn lines_of(text: &str, per_line: f64) -> f64 {
    (tables::ems(text) / per_line).ceil().max(1.0)
}

/// Shares the lines out: everyone gets what they want up to a common cap.
fn share(wanted: &[f64], budget: f64) -> Vec<f64> {
    let mut cap = 1.0;
    while cap < 200.0 && wanted.iter().map(|w| w.min(cap + 1.0)).sum::<f64>() <= budget {
        cap += 1.0;
    }
    let mut left = budget - wanted.iter().map(|w| w.min(cap)).sum::<f64>();
    wanted
        .iter()
        .map(|w| {
            let more = if *w > cap && left >= 1.0 { 1.0 } else { 0.0 };
            left -= more;
            w.min(cap + more)
        })
        .collect()
}

/// The first lines of a text, and whether some of it was left for the next sheet.
fn shorten(lines: &[String], cap: f64, per_line: f64) -> (Vec<String>, bool) {
    if lines.iter().map(|line| lines_of(line, per_line)).sum::<f64>() <= cap {
        return (lines.to_vec(), false);
    }
    let mut left = cap.max(1.0);
    let mut kept = Vec::new();
    for line in lines {
        let need = lines_of(line, per_line);
        if need < left {
            left -= need;
            kept.push(line.clone());
            continue;
        }
        let room = left * per_line - tables::ems(MORE);
        let mut used = 0.0;
        let cut: String = line
            .chars()
            .take_while(|c| {
                used += glyphs::columns(*c) as f64 / 2.0;
                used <= room
            })
            .collect();
        kept.push(cut + MORE);
        break;
    }
    (kept, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_its_room_ends_and_says_so() {
        let text = vec!["あ".repeat(30), "い".repeat(100)];
        assert_eq!(shorten(&text, 9.0, 20.0), (text.clone(), false));
        let (kept, cut) = shorten(&text, 4.0, 20.0);
        assert!(cut);
        assert_eq!(kept[0], text[0]);
        assert_eq!(kept[1], "い".repeat(40 - 9) + MORE);
    }

    #[test]
    fn room_is_shared_evenly_and_what_one_leaves_goes_to_others() {
        assert_eq!(share(&[1.0, 2.0, 9.0], 8.0), [1.0, 2.0, 5.0]);
        assert_eq!(share(&[4.0, 4.0, 4.0], 8.0), [3.0, 3.0, 2.0]);
        assert_eq!(share(&[], 8.0), Vec::<f64>::new());
    }
}
