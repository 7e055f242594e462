//! L1: the 地域分析・検討シート of the dashboard, or one this product filled (sheet-form).

mod headings;
mod months;

use std::sync::Arc;

use super::{AreaText, Context, Figure, Interpretation, PeriodText};
use crate::catalog::Lookup;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::form::{FormBlock, FormMap, FormRow, OWN_SHEETS, Role, find_entries};
use crate::model::{Area, AreaLevel, CellRef, EntryText, Period};
use crate::read::{Book, Grid};

pub(super) use headings::without_years;
use months::MonthsByYear;

/// Fewer rows with a 指標ID than this are no 地域分析・検討シート.
const MIN_ROWS: usize = 5;

/// A form with years on a grid.
type Form<'b> = (&'b Grid, FormMap);

/// Reads every grid that is a form with years; `None` when there is none. Of several in one book each must name its own
/// area over its columns, and of two of one area the first is read; what is left is told.
pub fn read(book: &Book, context: Context<'_>) -> Option<Result<Interpretation, FileError>> {
    let mut forms: Vec<Form<'_>> = Vec::new();
    for grid in book.grids.iter().filter(|grid| forms_may_stand_on(&grid.name)) {
        let Some(map) = FormMap::find(grid, MIN_ROWS) else { continue };
        let has_years = map.blocks.iter().any(|block| !block.years.is_empty());
        // A further sheet without headings could be anything that lists figures by 指標ID.
        if has_years && (forms.is_empty() || map.role_row.is_some() && map.block(Role::Own).is_some()) {
            forms.push((grid, map));
        }
    }
    match forms.as_slice() {
        [] => None,
        [(grid, map)] => Some(read_lone(book, grid, map, context)),
        several => Some(read_several(book, several, context)),
    }
}

/// The sheets this product makes beside the form list 指標ID and years, too.
fn forms_may_stand_on(name: &str) -> bool {
    !OWN_SHEETS.contains(&name)
}

fn read_lone(book: &Book, grid: &Grid, map: &FormMap, context: Context<'_>) -> Result<Interpretation, FileError> {
    let mut result = Interpretation { layout: "L1", ..Interpretation::default() };
    let own = own_area(book, grid, map, context, &mut result.diagnostics)?;
    read_form(book, grid, map, &own, context, &mut result)?;
    Ok(result)
}

/// The forms of several insurers. The file's name can be that of one of them, and then must be.
fn read_several(book: &Book, forms: &[Form<'_>], context: Context<'_>) -> Result<Interpretation, FileError> {
    let headed: Vec<Vec<Arc<Area>>> = forms.iter().map(|(_, map)| headed_areas(map, context).0).collect();
    let named = area_in_file_name(&book.file.name, context);
    let is_named = |areas: &Vec<Arc<Area>>| matches!((areas.as_slice(), &named), ([area], Some(named)) if area.key() == named.key());
    if named.is_some() && !headed.iter().any(is_named) {
        let (grid, map) = forms.first().ok_or_else(|| own_block_missing(Place::file(book.file.name.clone())))?;
        return read_lone(book, grid, map, context);
    }
    let mut result = Interpretation { layout: "L1", ..Interpretation::default() };
    let mut taken: Vec<&Arc<Area>> = Vec::new();
    let mut open: Vec<FileError> = Vec::new();
    for ((grid, map), areas) in forms.iter().zip(&headed) {
        let place = Place::sheet(book.file.name.clone(), grid.name.to_string());
        let [area] = areas.as_slice() else {
            open.push(
                FileError::waiting(
                    "own-area-unknown",
                    "シートがいくつもありますが、このシートの自地域が、見出しの名前から1つに決まりません。",
                    "自地域の見出しに「都道府県名 保険者名」を1つだけ書いてから、もう一度入れてください。",
                )
                .at(place),
            );
            continue;
        };
        if taken.iter().any(|known| known.key() == area.key()) {
            result.diagnostics.push(
                Diagnostic::warning(
                    "form-twice",
                    format!("{}のシートがほかにもあるため、このシートの数値は取り込みませんでした。", area.name),
                )
                .hint("こちらのシートの数値を使うときは、このシートだけを別のファイルに保存して入れてください。")
                .at(place),
            );
            continue;
        }
        let mut one = Interpretation::default();
        match read_form(book, grid, map, area, context, &mut one) {
            Ok(()) => {
                taken.push(area);
                result.figures.append(&mut one.figures);
                result.texts.append(&mut one.texts);
                result.diagnostics.append(&mut one.diagnostics);
            }
            Err(question) => open.push(question),
        }
    }
    if taken.is_empty()
        && let Some(question) = open.first()
    {
        return Err(question.clone());
    }
    result.diagnostics.extend(open.into_iter().map(|question| {
        let told = question.to_diagnostic();
        Diagnostic {
            message: format!("{}このシートの数値は取り込みませんでした。", told.message), ..told
        }
    }));
    Ok(result)
}

fn read_form(
    book: &Book,
    grid: &Grid,
    map: &FormMap,
    own: &Arc<Area>,
    context: Context<'_>,
    result: &mut Interpretation,
) -> Result<(), FileError> {
    let months = MonthsByYear::read(grid, map);
    let nameless = |block: &&FormBlock| {
        block.role != Role::Own && !block.years.is_empty() && caption_areas(block, context).0.is_empty()
    };
    if map.role_row.is_none()
        && let Some(block) = map.blocks.iter().find(nameless)
    {
        result.diagnostics.push(
            Diagnostic::warning(
                "blocks-by-order",
                "列のまとまりに見出しが無いため、左から自地域、都道府県平均、全国平均、比較地域の順として読みました。",
            )
            .hint("どの地域の数値か、元の表を開いて確かめてください。")
            .at(Place::cell(
                book.file.name.clone(),
                grid.name.to_string(),
                CellRef::new(map.year_row, block.first_col),
            )),
        );
    }
    for block in &map.blocks {
        if block.years.is_empty() {
            continue;
        }
        let filled =
            map.rows.iter().any(|row| block.years.keys().any(|col| grid.get(CellRef::new(row.row, *col)).is_some()));
        if !filled {
            continue;
        }
        let Some(area) = block_area(book, grid, block, own, context, &mut result.diagnostics)? else { continue };
        let provisional = months::provisional_years(book, grid, map, block);
        for row in &map.rows {
            push_row(&mut result.figures, grid, block, row, &area, &months, &provisional);
        }
    }
    headings::tell_columns_without_year(book, grid, map, &mut result.diagnostics);
    months::report_part_years(book, grid, map, &months, &mut result.diagnostics);
    result.texts = texts(book, grid, map, context);
    Ok(())
}

fn push_row(
    figures: &mut Vec<Figure>,
    grid: &Grid,
    block: &FormBlock,
    row: &FormRow,
    area: &AreaText,
    months: &MonthsByYear,
    provisional: &[i32],
) {
    for (&col, &year) in &block.years {
        let at = CellRef::new(row.row, col);
        let mut period = Period::form_year(format!("{year}"), year);
        let said = months.of(row, year);
        period.months = said.flatten();
        let part = said.is_some_and(|months| months.is_none_or(|months| months < 12));
        period.part_year = part || provisional.contains(&year);
        figures.push(Figure {
            indicator: Some(Arc::from(row.id.as_str())),
            indicator_name: Some(Arc::from(row.name.as_str())),
            area: area.clone(),
            period: PeriodText::Known(Arc::new(period)),
            value: grid.get(at).cloned(),
            unit: row.unit.as_deref().map(Arc::from),
            dimensions: Arc::default(),
            decimals: None,
            sheet: grid.name.clone(),
            cell: at,
        });
    }
}

/// Every area a caption names: the whole text, its parts between line breaks, colons, slashes and brackets.
pub(super) fn areas_in(text: &str, context: Context<'_>) -> Vec<Lookup> {
    let found = |lookup: &Lookup| !matches!(lookup, Lookup::None);
    let bare = strip_role_words(text);
    let whole = context.catalog.find_name(&bare);
    if found(&whole) {
        return vec![whole];
    }
    // 「見本県/みほん市」 and 「見本県⏎みほん市」: prefecture and name apart.
    let parts: Vec<&str> = bare
        .split(|c: char| {
            matches!(c, '\n' | '\r' | '：' | ':' | '/' | '／' | '(' | ')' | '（' | '）' | '・' | '【' | '】')
        })
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if let [prefecture, name] = parts.as_slice()
        && context.catalog.prefecture(prefecture).is_some()
    {
        let joined = context.catalog.find_in(Some(prefecture), name);
        if found(&joined) {
            return vec![joined];
        }
    }
    parts.into_iter().map(|part| context.catalog.find_name(&strip_role_words(part))).filter(found).collect()
}

/// A caption without the words that name its role.
fn strip_role_words(text: &str) -> String {
    let mut rest = text.trim().to_owned();
    for word in [
        "都道府県平均／合計",
        "都道府県平均/合計",
        "全国平均／合計",
        "全国平均/合計",
        "都道府県平均",
        "全国平均",
        "自地域",
        "自保険者",
        "比較地域",
        "都道府県名",
        "保険者名",
    ] {
        if let Some(stripped) = rest.strip_prefix(word) {
            rest = stripped
                .trim_start_matches(|c: char| {
                    c.is_whitespace()
                        || c.is_ascii_digit()
                        || ('０'..='９').contains(&c)
                        || matches!(c, '：' | ':' | '=' | '＝')
                })
                .to_owned();
        }
    }
    let inner = rest.strip_prefix(['（', '(']).and_then(|rest| rest.strip_suffix(['）', ')']));
    inner.map_or(rest.clone(), str::to_owned)
}

/// The areas named above a block, each once.
fn caption_areas(block: &FormBlock, context: Context<'_>) -> (Vec<Arc<Area>>, Vec<(CellRef, String)>) {
    let mut areas: Vec<Arc<Area>> = Vec::new();
    let mut ambiguous = Vec::new();
    for (at, text) in &block.captions {
        for lookup in areas_in(text, context) {
            match lookup {
                Lookup::One(area) => {
                    if !areas.iter().any(|known| known.key() == area.key()) {
                        areas.push(area);
                    }
                }
                Lookup::Many(_) => ambiguous.push((*at, text.clone())),
                Lookup::None => {}
            }
        }
    }
    // 「見本県」 and 「みほん市」 in two cells: the prefecture says where the name lies.
    if let [prefecture] = areas.as_slice()
        && prefecture.level == AreaLevel::Prefecture
        && block.role != Role::Prefecture
        && let [(_, text)] = ambiguous.as_slice()
        && let Lookup::One(area) = context.catalog.find_in(Some(&prefecture.name), strip_role_words(text).trim())
    {
        return (vec![area], Vec::new());
    }
    if areas.len() == 2 {
        let within = |outer: &Arc<Area>, inner: &Arc<Area>| {
            outer.level == AreaLevel::Prefecture
                && inner.level != AreaLevel::Prefecture
                && inner.prefecture.as_deref() == Some(outer.name.as_str())
        };
        if let [a, b] = areas.as_slice() {
            if within(a, b) {
                areas.remove(0);
            } else if within(b, a) {
                areas.remove(1);
            }
        }
    }
    (areas, ambiguous)
}

/// The areas the sheet itself names as its own: over the own block, else in a title; and names that fit several areas.
fn headed_areas(map: &FormMap, context: Context<'_>) -> (Vec<Arc<Area>>, Vec<(CellRef, String)>) {
    let Some(block) = map.block(Role::Own) else { return (Vec::new(), Vec::new()) };
    let (mut headed, ambiguous) = caption_areas(block, context);
    // A title such as 「見本県 みほん市 地域分析・検討シート」 left of the block names the area, too.
    if headed.is_empty() {
        for (_, title) in &map.titles {
            for lookup in areas_in(title.replace("地域分析・検討シート", "").trim(), context) {
                if let Lookup::One(area) = lookup
                    && !headed.iter().any(|known| known.key() == area.key())
                {
                    headed.push(area);
                }
            }
        }
    }
    (headed, ambiguous)
}

fn own_block_missing(place: Place) -> FileError {
    FileError::waiting(
        "own-block-missing",
        "自地域の列が見つかりませんでした。",
        "見出しに「自地域」がある表かどうか、確かめてください。",
    )
    .at(place)
}

/// 自地域: from the cells over its block, else from the file name with a warning; in doubt the file waits.
fn own_area(
    book: &Book,
    grid: &Grid,
    map: &FormMap,
    context: Context<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Arc<Area>, FileError> {
    let name = &book.file.name;
    let sheet_place = Place::sheet(name.clone(), grid.name.to_string());
    let Some(block) = map.block(Role::Own) else { return Err(own_block_missing(sheet_place)) };
    let (headed, ambiguous) = headed_areas(map, context);
    let heading_cell = block.captions.first().map_or(CellRef::new(map.year_row, block.first_col), |(at, _)| *at);
    let place = Place::cell(name.clone(), grid.name.to_string(), heading_cell);
    let named = area_in_file_name(name, context);
    match (headed.as_slice(), named) {
        ([area], Some(named)) if named.key() != area.key() => Err(FileError::waiting(
            "own-area-disagrees",
            format!("自地域が、見出しでは「{}」、ファイル名では「{}」で、食い違っています。", area.name, named.name),
            "どちらが正しいか確かめ、ファイル名か見出しを直してから、もう一度入れてください。",
        )
        .at(place)),
        ([area], _) => Ok(area.clone()),
        ([], Some(named)) => {
            diagnostics.push(
                Diagnostic::warning(
                    "own-area-from-file-name",
                    format!("自地域の名前が見出しに無いため、ファイル名から「{}」としました。", named.name),
                )
                .hint("別の地域の数値でないか、確かめてください。")
                .at(place),
            );
            Ok(named)
        }
        ([], None) => {
            let what = ambiguous.first().map_or_else(
                || "自地域が、見出しにもファイル名にも書かれていません。".to_owned(),
                |(_, text)| {
                    format!("自地域「{}」は、同じ名前の地域がいくつかあり、どれか決められません。", text.trim())
                },
            );
            Err(FileError::waiting(
                "own-area-unknown",
                what,
                "ファイル名を「都道府県名 保険者名_地域分析・検討シート.xlsx」にしてから、もう一度入れてください。",
            )
            .at(place))
        }
        (several, _) => Err(FileError::waiting(
            "own-area-several",
            format!(
                "自地域の見出しに、{}が書かれていて、どれか決められません。",
                several.iter().map(|area| format!("「{}」", area.name)).collect::<Vec<_>>().join("と")
            ),
            "自地域の見出しを1つの保険者にしてから、もう一度入れてください。",
        )
        .at(place)),
    }
}

/// `{都道府県} {保険者}_地域分析・検討シート.xlsx`: what stands before the first underscore.
pub(super) fn area_in_file_name(name: &str, context: Context<'_>) -> Option<Arc<Area>> {
    let entry = name.rsplit('／').next().unwrap_or(name);
    let (head, _) = entry.split_once(['_', '＿'])?;
    match context.catalog.find_name(head.trim().trim_start_matches(['✕', '×', '○', '◎'])) {
        Lookup::One(area) => Some(area),
        Lookup::Many(_) | Lookup::None => None,
    }
}

/// The area of a block, checked against its role; `None` (with a warning) when a 比較地域 has no name.
fn block_area(
    book: &Book,
    grid: &Grid,
    block: &FormBlock,
    own: &Arc<Area>,
    context: Context<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<AreaText>, FileError> {
    let text = |area: &Area| AreaText {
        prefecture: area.prefecture.as_deref().map(Arc::from),
        name: Arc::from(area.code.as_ref().map_or(area.name.as_str(), |code| code.as_str())),
        is_code: area.code.is_some(),
        level: Some(area.level),
    };
    let place = Place::cell(book.file.name.clone(), grid.name.to_string(), CellRef::new(0, block.first_col));
    let (captions, _) = caption_areas(block, context);
    let disagrees = |expected: &str, found: &Area| {
        FileError::waiting(
            "block-disagrees",
            format!("「{expected}」の列のはずの見出しに「{}」と書かれています。", found.name),
            "列の見出しを確かめてから、もう一度入れてください。",
        )
        .at(place.clone())
    };
    match block.role {
        Role::Own => Ok(Some(text(own))),
        Role::Nation => match captions.iter().find(|area| area.level != AreaLevel::Nation) {
            Some(other) => Err(disagrees("全国", other)),
            None => Ok(Some(text(&Area::nation()))),
        },
        Role::Prefecture => {
            let prefecture = match own.level {
                AreaLevel::Prefecture => Some(own.name.as_str()),
                _ => own.prefecture.as_deref(),
            };
            let Some(area) = prefecture.and_then(|name| context.catalog.prefecture(name)) else { return Ok(None) };
            match captions.iter().find(|found| found.key() != area.key()) {
                Some(other) => Err(disagrees(&area.name, other)),
                None => Ok(Some(text(&area))),
            }
        }
        Role::Other(_) => match captions.as_slice() {
            [area] => Ok(Some(text(area))),
            _ => {
                diagnostics.push(
                    Diagnostic::warning(
                        "other-area-unknown",
                        "比較地域の名前が分からないため、この列の数値は取り込みませんでした。",
                    )
                    .hint("比較地域の見出しに「都道府県名 保険者名」を書いてから、もう一度入れてください。")
                    .at(place),
                );
                Ok(None)
            }
        },
    }
}

/// The texts in the entry fields, with the block each one stands under.
fn texts(book: &Book, grid: &Grid, map: &FormMap, context: Context<'_>) -> Vec<EntryText> {
    find_entries(grid)
        .into_iter()
        .filter_map(|entry| {
            let text = grid.get(entry.cell)?.display();
            (!text.trim().is_empty()).then(|| EntryText {
                block: block_title(map, entry.heading.row, context),
                field: entry.field,
                text,
                source: crate::model::SourceRef { file: book.file.clone(), sheet: grid.name.clone(), cell: entry.cell },
            })
        })
        .collect()
}

/// The block of the nearest row of statistics above; rows of 「指標追加」 belong to no block of the form.
fn block_title(map: &FormMap, row: u32, context: Context<'_>) -> String {
    map.rows
        .iter()
        .rev()
        .find(|candidate| candidate.row < row)
        .and_then(|row| context.catalog.indicator(&row.id))
        .and_then(|indicator| indicator.block)
        .map_or_else(|| "指標追加".to_owned(), |block| block.title().to_owned())
}

#[cfg(test)]
mod tests {
    use super::strip_role_words;

    #[test]
    fn role_words_leave_the_area() {
        for (text, area) in [
            ("自地域：見本県みほん市", "見本県みほん市"),
            ("自地域（見本県 みほん市）", "見本県 みほん市"),
            ("比較地域１ 例示県 緑町", "例示県 緑町"),
            ("都道府県平均／合計", ""),
            ("みほん市", "みほん市"),
        ] {
            assert_eq!(strip_role_words(text), area, "{text}");
        }
    }
}
