//! Tables of 介護保険事業状況報告 nobody has seen here: 月報, and the tables of the 年報 by prefecture (unverified).
//!
//! Described as blocks of 要支援１ … 要介護５ and 合計 side by side: by insurer in the 月報 (総数, 第1号, 65–69 … 第2号), each with
//! its own column of prefectures in the 年報's tables by prefecture. Since their shape is known from descriptions only,
//! the figures must prove it: every 合計 is the sum of its levels, 総数 is 第1号 and 第2号, the nation is the sum of its
//! rows. Where that does not hold, or nothing can be held against anything, the table waits. Every period says that
//! the layout is unverified.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::annual_report::{CARE_LEVELS, fiscal_year, who};
use super::{AreaText, Context, Figure, Interpretation, PeriodText, place_of};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::model::{AreaLevel, CellRef, Date, Dimensions, Period, PeriodKind};
use crate::notation::{BareYear, find_unit_in, fold, is_note, parse_number, parse_period};
use crate::read::{Book, CellValue, Grid};

/// Product id of recipients of services by care level.
const RECIPIENTS: &str = "X-nenpo-jukyusha";
const HEADING_ROWS: u32 = 30;
/// Years of 月報 file names (`2410-h1.xlsx`), without the century.
const YEARS: std::ops::RangeInclusive<i32> = 15..=60;

/// One block of columns: seven levels and their 合計.
#[derive(Debug)]
struct Block {
    prefecture: u32,
    insurer: Option<u32>,
    levels: [u32; 7],
    total: u32,
    label: String,
}

struct Table<'a> {
    grid: &'a Grid,
    care_row: u32,
    blocks: Vec<Block>,
    /// A care level that is in none of the blocks: a block is damaged
    stray: Option<CellRef>,
    title: String,
}

/// What a table counts.
enum Counted {
    Certified,
    /// Recipients of the services named
    Recipients(&'static str),
}

/// Reads every grid of such blocks; `None` when there is none.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let tables: Vec<Table<'_>> = book.grids.iter().filter_map(find).collect();
    if tables.is_empty() {
        return None;
    }
    Some(read_tables(book, &tables, context))
}

/// A grid with several blocks, with one that has no insurers, or of recipients; the 年報 by insurer is read elsewhere.
fn find(grid: &Grid) -> Option<Table<'_>> {
    let (care_row, starts, stray) = grid.rows().find_map(|cells| {
        let row = cells.first()?.at.row;
        (row < HEADING_ROWS).then_some(())?;
        let starts: Vec<u32> = cells.iter().filter(|cell| level_at(grid, cell.at, 0)).map(|cell| cell.at.col).collect();
        let whole = |col: &u32| (0..7).all(|at| level_at(grid, CellRef::new(row, col + at as u32), at));
        let starts: Vec<u32> = starts.into_iter().filter(whole).collect();
        let in_block = |col: u32| starts.iter().any(|start| (*start..start + 7).contains(&col));
        let is_level = |at: CellRef| (0..CARE_LEVELS.len()).any(|level| level_at(grid, at, level));
        let stray = cells.iter().map(|cell| cell.at).find(|at| is_level(*at) && !in_block(at.col));
        (!starts.is_empty()).then_some((row, starts, stray))
    })?;
    let over = |row: u32| grid.cells().iter().take_while(move |cell| cell.at.row <= row);
    let headed = |word: &str| -> Vec<u32> {
        let named = |text: &str| fold(text) == word || word == "保険者" && fold(text) == "保険者名";
        over(care_row).filter(|cell| cell.value.as_text().is_some_and(named)).map(|cell| cell.at.col).collect()
    };
    let (prefectures, insurers) = (headed("都道府県"), headed("保険者"));
    let heading_row =
        over(care_row).find(|cell| cell.value.as_text().is_some_and(|text| fold(text) == "都道府県"))?.at.row;
    let title: String = over(heading_row)
        .filter(|cell| cell.at.row < heading_row)
        // Notes speak of the 受給者台帳 the counts were taken from.
        .filter_map(|cell| cell.value.as_text().filter(|text| !is_note(text)).map(fold))
        .collect();
    let mut blocks = Vec::new();
    for start in &starts {
        let left = |cols: &[u32]| cols.iter().copied().filter(|col| col < start).max();
        let prefecture = left(&prefectures)?;
        let total = start + 7;
        let is_total = grid.text(care_row, total).is_some_and(|text| ["合計", "計"].contains(&fold(text).as_str()));
        is_total.then_some(())?;
        // The label over a block: in the block, or over its own column of prefectures.
        let label = over(care_row)
            .filter(|cell| (heading_row.saturating_sub(1)..care_row).contains(&cell.at.row))
            .filter(|cell| (prefecture..=total).contains(&cell.at.col))
            .filter_map(|cell| cell.value.as_text().map(fold))
            .filter(|text| !["都道府県", "保険者", "保険者名"].contains(&text.as_str()) && find_unit_in(text).is_none())
            .last();
        blocks.push(Block {
            prefecture,
            insurer: left(&insurers),
            levels: std::array::from_fn(|at| start + at as u32),
            total,
            label: label.unwrap_or_default(),
        });
    }
    let recipients = title.contains("受給者");
    let by_insurer = matches!(blocks.as_slice(), [only] if only.insurer.is_some());
    (recipients || !by_insurer).then_some(Table { grid, care_row, blocks, stray, title })
}

fn level_at(grid: &Grid, at: CellRef, level: usize) -> bool {
    grid.text(at.row, at.col).is_some_and(|text| CARE_LEVELS.get(level).is_some_and(|known| fold(text) == *known))
}

fn read_tables(book: &Book, tables: &[Table<'_>], context: Context<'_>) -> Result<Interpretation, FileError> {
    let mut result = Interpretation { layout: "L4u", ..Interpretation::default() };
    for table in tables {
        if let Some(at) = table.stray {
            let why = format!("{at} の要介護度が、要支援１から要介護５までの並びに入っていません。");
            return Err(waits(book, table.grid, &why).at(place_of(book, table.grid, at)));
        }
        if table.title.contains("保険者別") && table.blocks.iter().any(|block| block.insurer.is_none()) {
            return Err(waits(book, table.grid, "「保険者別」とあるのに、保険者の列がありません。"));
        }
        let counted =
            counted(&table.title).ok_or_else(|| waits(book, table.grid, "何の人数の表か、表題から分かりません。"))?;
        let (period, what) = period_of(book, table, context)?;
        let period = Arc::new(period.unverified(what));
        let figures = figures(book, table, &counted, &period, context, &mut result.diagnostics)?;
        proven(book, table, context)?;
        result.figures.extend(figures);
        result.diagnostics.push(
            Diagnostic::warning(
                "layout-unverified",
                format!(
                    "{what}の表として読みました。この様式は実物で確かめていないため、どの数値にも「様式未確認」と付けています。"
                ),
            )
            .hint("使う前に、何か所かを元の表と見比べてください。")
            .at(Place::sheet(book.file.name.clone(), table.grid.name.to_string())),
        );
    }
    Ok(result)
}

fn waits(book: &Book, grid: &Grid, why: &str) -> FileError {
    FileError::waiting(
        "layout-unverified",
        format!("介護保険事業状況報告の表のようですが、{why}数値は取り込んでいません。"),
        "この読み方でよければ「読み方」として保存してください（chiiki-sheet mapping suggest）。",
    )
    .at(Place::sheet(book.file.name.clone(), grid.name.to_string()))
}

fn counted(title: &str) -> Option<Counted> {
    // A table of men alone must not pass for all.
    if title.replace("男女計", "").contains(['男', '女']) {
        return None;
    }
    if title.contains("受給者") {
        let services = ["居宅", "地域密着型", "施設"];
        let named: Vec<_> = services.into_iter().filter(|service| title.contains(service)).collect();
        let [service] = named.as_slice() else { return None };
        return Some(Counted::Recipients(service));
    }
    title.contains("認定者").then_some(Counted::Certified)
}

/// The month a title or the file's name says; for tables without a month the fiscal year.
fn period_of(book: &Book, table: &Table<'_>, context: Context<'_>) -> Result<(Period, &'static str), FileError> {
    let titled = month_in(&table.title);
    let named = month_of_name(&book.file.name);
    let monthly = titled.is_some() || named.is_some() || table.title.contains("月報");
    if !monthly {
        let titles = table.grid.cells().iter().take_while(|cell| cell.at.row < table.care_row);
        let said = titles.filter_map(|cell| Some((table.grid.name.clone(), cell.at, cell.value.as_text()?)));
        return fiscal_year(book, said, context).map(|period| (period, "年報（都道府県別など）"));
    }
    if let (Some(a), Some(b)) = (titled, named)
        && a != b
    {
        let why = format!("年月が、表題では{}年{}月、ファイル名では{}年{}月で、食い違っています。", a.0, a.1, b.0, b.1);
        return Err(waits(book, table.grid, &why));
    }
    let (year, month) =
        titled.or(named).ok_or_else(|| waits(book, table.grid, "何年何月の月報か、どこにも書かれていません。"))?;
    let date = Date::month_end(year, month).ok_or_else(|| waits(book, table.grid, "年月を読めません。"))?;
    let period = Period {
        label: format!("{year}年{month}月末"),
        kind: PeriodKind::Date,
        form_year: (month == 3).then_some(year - 1),
        date: Some(date),
        months: None,
        part_year: false,
    };
    Ok((period, "月報"))
}

/// `令和6年10月` anywhere in a folded title; two different ones are none.
fn month_in(title: &str) -> Option<(i32, u8)> {
    let mut found = Vec::new();
    for (start, _) in title.match_indices(['令', '平']) {
        let rest = title.get(start..)?;
        let Some(end) = rest.find('月').filter(|end| *end < 24) else { continue };
        let text = rest.get(..end + '月'.len_utf8())?;
        if let Some(date) = parse_period(text, BareYear::Calendar).filter(|p| p.kind == PeriodKind::Month)?.date {
            found.push((date.year, date.month));
        }
    }
    found.dedup();
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// `2410-h1.xlsx`: October of 2024.
fn month_of_name(name: &str) -> Option<(i32, u8)> {
    let name = name.rsplit('／').next()?;
    let (digits, rest) = name.split_once('-')?;
    let table = rest.trim_start_matches(['h', 'H']);
    let looks = digits.len() == 4 && table.len() < rest.len() && table.starts_with(|c: char| c.is_ascii_digit());
    let (year, month) = digits.split_at_checked(2).filter(|_| looks)?;
    let (year, month): (i32, u8) = (year.parse().ok()?, month.parse().ok()?);
    (YEARS.contains(&year) && (1..=12).contains(&month)).then_some((2000 + year, month))
}

fn figures(
    book: &Book,
    table: &Table<'_>,
    counted: &Counted,
    period: &Arc<Period>,
    context: Context<'_>,
    told: &mut Vec<Diagnostic>,
) -> Result<Vec<Figure>, FileError> {
    let grid = table.grid;
    let unit = grid.cells().iter().take_while(|cell| cell.at.row <= table.care_row);
    let unit = unit.filter_map(|cell| cell.value.as_text()).find(|text| find_unit_in(text).is_some());
    let unit: Arc<str> = Arc::from(unit.unwrap_or("人"));
    let mut figures = Vec::new();
    for block in &table.blocks {
        // Insurers whose names were lost look like rows of their prefecture: each area stands in a block once.
        let mut seen = BTreeSet::new();
        let (indicator, age, service) = match counted {
            Counted::Certified => {
                let (indicator, age) = who(&block.label)
                    .ok_or_else(|| waits(book, grid, &format!("「{}」が誰の人数か分かりません。", block.label)))?;
                (indicator, age, None)
            }
            Counted::Recipients(service) if block.label.is_empty() || block.label == "総数" => {
                (RECIPIENTS, None, Some((*service).to_owned()))
            }
            Counted::Recipients(_) => {
                return Err(waits(book, grid, &format!("「{}」が誰の人数か分かりません。", block.label)));
            }
        };
        for row in rows(table, block) {
            let Some(area) = area_of(table, block, row, context) else {
                let at = CellRef::new(row, block.prefecture);
                told.push(
                    Diagnostic::warning("row-area", "地域が分からない行の数値は、取り込みませんでした。")
                        .hint("元の表を開いて、この行を確かめてください。")
                        .at(place_of(book, grid, at)),
                );
                continue;
            };
            if !seen.insert((area.prefecture.clone(), area.name.clone())) {
                let at = CellRef::new(row, block.prefecture);
                let why = format!("{at} の「{}」が2度出てきます。", area.name);
                return Err(waits(book, grid, &why).at(place_of(book, grid, at)));
            }
            let levels = block.levels.iter().zip(CARE_LEVELS).map(|(col, level)| (*col, Some(level.to_owned())));
            for (col, care_level) in levels.chain([(block.total, None)]) {
                let at = CellRef::new(row, col);
                figures.push(Figure {
                    indicator: Some(Arc::from(indicator)),
                    indicator_name: None,
                    area: area.clone(),
                    period: PeriodText::Known(period.clone()),
                    value: grid.get(at).cloned(),
                    unit: Some(unit.clone()),
                    dimensions: Arc::new(Dimensions {
                        care_level,
                        age: age.map(str::to_owned),
                        service: service.clone(),
                        ..Dimensions::default()
                    }),
                    decimals: Some(0),
                    sheet: grid.name.clone(),
                    cell: at,
                });
            }
        }
    }
    Ok(figures)
}

/// Rows of a block with figures, notes left out.
fn rows(table: &Table<'_>, block: &Block) -> Vec<u32> {
    let rows = table.grid.rows().filter_map(|cells| cells.first()).map(|cell| cell.at.row);
    rows.filter(|row| {
        let note = table.grid.text(*row, block.prefecture).is_some_and(is_note);
        *row > table.care_row && !note && number(table.grid, CellRef::new(*row, block.total)).is_some()
    })
    .collect()
}

fn number(grid: &Grid, at: CellRef) -> Option<f64> {
    match grid.get(at)? {
        CellValue::Number(number) => Some(*number),
        CellValue::Text(text) => parse_number(text).map(|number| number.value),
        _ => None,
    }
}

fn area_of(table: &Table<'_>, block: &Block, row: u32, context: Context<'_>) -> Option<AreaText> {
    let text = |col: u32| table.grid.text(row, col).map(str::trim).filter(|text| !text.is_empty());
    let prefecture = text(block.prefecture);
    let insurer = block.insurer.and_then(text);
    let area = |prefecture: Option<&str>, name: &str, level| AreaText {
        prefecture: prefecture.map(Arc::from),
        name: Arc::from(name),
        is_code: false,
        level: Some(level),
    };
    match (prefecture, insurer) {
        (Some(head), None) if ["全国", "全国計", "合計"].contains(&fold(head).as_str()) => {
            Some(area(None, "全国", AreaLevel::Nation))
        }
        (Some(head), None) => {
            let known = context.catalog.prefecture(&fold(head))?;
            Some(area(None, &known.name, AreaLevel::Prefecture))
        }
        (Some(head), Some(insurer)) => {
            let known = context.catalog.prefecture(&fold(head))?;
            Some(area(Some(&known.name), insurer, AreaLevel::Insurer))
        }
        (None, _) => None,
    }
}

/// Holds the figures against one another. One cell that does not fit, or nothing to compare, and the table waits.
fn proven(book: &Book, table: &Table<'_>, context: Context<'_>) -> Result<(), FileError> {
    let grid = table.grid;
    let off = |at: CellRef, what: &str| {
        let why = format!("{at} の数値が{what}と合わないため、様式どおりかどうか確かめられません。");
        Err(waits(book, grid, &why).at(place_of(book, grid, at)))
    };
    let mut sums = 0;
    // 総数 against 第1号 and 第2号, by row
    let mut wholes: BTreeMap<u32, [Option<f64>; 3]> = BTreeMap::new();
    for block in &table.blocks {
        let (mut nation, mut insurers, mut prefectures) = (None, 0.0, 0.0);
        for row in rows(table, block) {
            let total_at = CellRef::new(row, block.total);
            let Some(total) = number(grid, total_at) else { continue };
            let levels: Vec<f64> =
                block.levels.iter().filter_map(|col| number(grid, CellRef::new(row, *col))).collect();
            // A withheld count leaves nothing to add up.
            if levels.len() == CARE_LEVELS.len() {
                if levels.iter().sum::<f64>() != total {
                    return off(total_at, "要介護度別の合計");
                }
                sums += 1;
            }
            let place = match who(&block.label) {
                Some(("B3-b", _)) => Some(0),
                Some(("B3-a", _)) => Some(1),
                Some(("B3-c", _)) => Some(2),
                _ => None,
            };
            if let Some(slot) = place.and_then(|place| wholes.entry(row).or_default().get_mut(place)) {
                *slot = Some(total);
            }
            match area_of(table, block, row, context).and_then(|area| area.level) {
                Some(AreaLevel::Nation) => nation = Some((total, total_at)),
                Some(AreaLevel::Prefecture) => prefectures += total,
                _ => insurers += total,
            }
        }
        if let Some((total, at)) = nation
            && ![insurers, prefectures].contains(&total)
        {
            return off(at, "各行の合計");
        }
    }
    for (row, whole) in &wholes {
        if let [Some(all), Some(first), Some(second)] = whole
            && first + second != *all
        {
            let col = table.blocks.first().map_or(0, |block| block.total);
            return off(CellRef::new(*row, col), "第1号と第2号の合計");
        }
    }
    if sums == 0 {
        return Err(waits(book, grid, "合計を確かめられる行がありません。"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{month_in, month_of_name};
    use crate::notation::fold;

    #[test]
    fn months_of_titles_and_names() {
        for (title, month) in [
            ("第１表　要介護（要支援）認定者数（令和６年１０月末現在）", Some((2024, 10))),
            ("介護保険事業状況報告（暫定）令和元年5月分", Some((2019, 5))),
            ("令和6年10月と令和6年11月", None),
            ("要介護認定者数", None),
        ] {
            assert_eq!(month_in(&fold(title)), month, "{title}");
        }
        for (name, month) in [
            ("2410-h1.xlsx", Some((2024, 10))),
            ("2501-h2-1.xlsx", Some((2025, 1))),
            ("2413-h1.xlsx", None),
            ("0210-h1.xlsx", None),
            ("r5nenpo_02h.xlsx", None),
            ("2024-10.xlsx", None),
        ] {
            assert_eq!(month_of_name(name), month, "{name}");
        }
    }
}
