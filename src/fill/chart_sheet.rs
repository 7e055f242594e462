//! The numbers behind 「グラフ」: fixed tables on 「グラフ用データ」, the words below the charts, the bounds of scatters.

use std::collections::BTreeSet;

use super::plan::{CellContent, ChartBounds, SheetPlan};
use crate::compare::shown::service_name;
use crate::compare::{ComparedRow, Comparison, Point, Scatter, ScatterKind};
use crate::form::Role;
use crate::model::CellRef;
use crate::notation::wareki;
use crate::read::Grid;

/// Sheet of the charts.
pub const CHART_SHEET: &str = "グラフ";
/// Hidden sheet of their numbers.
pub const DATA_SHEET: &str = "グラフ用データ";

/// Columns of areas in a table: own, prefecture, nation and three others.
const AREAS: u32 = 6;
/// Other areas that are drawn.
const OTHERS: u8 = 3;
const YEARS: u32 = 10;
const SERVICES: u32 = 20;
/// Points of the lines at the nation's mean, two each.
const LINES: u32 = 4;
const PEERS: u32 = 200;

const BARS: [(&str, &[(&str, &str)]); 2] = [
    (
        "認定率（主な年度）",
        &[("B4-a", "認定率"), ("B5-a", "調整済み認定率"), ("B6-a", "調整済み重度"), ("B6-b", "調整済み軽度")],
    ),
    ("受給率（主な年度）", &[("D2", "施設サービス"), ("D3", "居住系サービス"), ("D4", "在宅サービス")]),
];
const TRENDS: [(&str, &str); 5] =
    [("推移 B4-a", "B4-a"), ("推移 B5-a", "B5-a"), ("推移 D2", "D2"), ("推移 D3", "D3"), ("推移 D4", "D4")];

/// Where a participant's figures stand in a table, counted from the labels.
fn column(role: Role) -> Option<u32> {
    match role {
        Role::Own => Some(1),
        Role::Prefecture => Some(2),
        Role::Nation => Some(3),
        Role::Other(number) if number < OTHERS => Some(4 + u32::from(number)),
        Role::Other(_) => None,
    }
}

/// The cell that holds a table's title.
fn find(grid: &Grid, title: &str) -> Option<CellRef> {
    grid.cells().iter().find(|cell| cell.value.as_text() == Some(title)).map(|cell| cell.at)
}

fn number(value: Option<f64>) -> CellContent {
    value.map_or(CellContent::Blank, CellContent::Number)
}

fn text(words: impl Into<String>) -> CellContent {
    CellContent::Text(words.into())
}

/// Plans the tables. Rows and columns without figures are hidden, which takes them out of the charts.
pub fn plan_data(grid: &Grid, comparison: &Comparison) -> (SheetPlan, Vec<ChartBounds>) {
    let mut sheet = SheetPlan::default();
    let mut bounds = Vec::new();
    for (title, indicators) in BARS {
        let Some(at) = find(grid, title) else { continue };
        names(&mut sheet, comparison, at);
        for (row, (id, label)) in (at.row + 2..).zip(indicators) {
            sheet.set(CellRef::new(row, at.col), text(*label));
            let compared = by_id(comparison, id);
            areas(&mut sheet, comparison, CellRef::new(row, at.col), |who| {
                compared.and_then(|compared| compared.whole(who, comparison.main_year?))
            });
        }
    }
    for (title, id) in TRENDS {
        let Some(at) = find(grid, title) else { continue };
        names(&mut sheet, comparison, at);
        let compared = by_id(comparison, id);
        for place in 0..YEARS {
            let row = at.row + 2 + place;
            let year = comparison.years.get(place as usize);
            sheet.hide_rows.insert(row, year.is_none());
            let label = year.map(|year| format!("{}{}", wareki(year.year), if year.part_year { "※" } else { "" }));
            sheet.set(CellRef::new(row, at.col), label.map_or(CellContent::Blank, text));
            areas(&mut sheet, comparison, CellRef::new(row, at.col), |who| compared?.value(who, year?.year));
        }
        let drawn = |who: usize| comparison.participants.get(who).is_some_and(|p| column(p.role).is_some());
        let figures = compared.iter().flat_map(|row| &row.figures);
        let values = figures.filter(|((who, _), _)| drawn(*who)).filter_map(|(_, figure)| figure.datum.value());
        if let Some(y) = range(values) {
            let cell = CellRef::new(at.row + 2, at.col + 1);
            // Years have no bounds.
            bounds.push(ChartBounds { sheet: DATA_SHEET.to_owned(), cell, x: (f64::NAN, f64::NAN), y });
        }
    }
    if let Some(at) = find(grid, "サービス別の比") {
        ratios(&mut sheet, comparison, at);
    }
    for (title, kind) in [("散布図 認定率", ScatterKind::Severity), ("散布図 受給率", ScatterKind::Services)]
    {
        let Some(at) = find(grid, title) else { continue };
        let scatter = comparison.scatters.iter().find(|scatter| scatter.kind == kind);
        bounds.extend(scatter_table(&mut sheet, comparison, scatter, at));
    }
    (sheet, bounds)
}

fn by_id<'a>(comparison: &'a Comparison, id: &str) -> Option<&'a ComparedRow> {
    comparison.rows.iter().find(|row| row.indicator.id.as_str() == id)
}

/// Areas' names above a table; columns of areas there are none of are hidden.
fn names(sheet: &mut SheetPlan, comparison: &Comparison, at: CellRef) {
    for offset in 1..=AREAS {
        let participant = comparison.participants.iter().find(|p| column(p.role) == Some(offset));
        sheet.hide_columns.insert(at.col + offset, participant.is_none());
        let name = participant.map_or(CellContent::Blank, |participant| text(comparison.name_of(&participant.area)));
        sheet.set(CellRef::new(at.row + 1, at.col + offset), name);
    }
}

fn areas(sheet: &mut SheetPlan, comparison: &Comparison, label: CellRef, value: impl Fn(usize) -> Option<f64>) {
    for offset in 1..=AREAS {
        let who = comparison.participants.iter().position(|p| column(p.role) == Some(offset));
        sheet.set(CellRef::new(label.row, label.col + offset), number(who.and_then(&value)));
    }
}

/// Services with amount and volume against the nation's, the largest amount first; those without any ratio are left out.
fn services(comparison: &Comparison) -> Vec<(String, Option<f64>, Option<f64>)> {
    let nation = comparison.participants.iter().position(|participant| participant.role == Role::Nation);
    let ratio = |row: &ComparedRow| row.versus.get(&nation?)?.ratio;
    let mut services: Vec<(String, Option<f64>, Option<f64>)> = Vec::new();
    let mut few: Vec<String> = Vec::new();
    for (at, row) in comparison.rows.iter().enumerate() {
        let (id, name) = (row.indicator.id.as_str(), service_name(&row.indicator.name));
        if id.starts_with("D17-") {
            if comparison.is_few(at) {
                few.push(name.clone());
            }
            services.push((name, ratio(row), None));
        } else if id.starts_with("D31-")
            && let Some(service) = services.iter_mut().find(|(known, ..)| *known == name)
        {
            service.2 = ratio(row);
        }
    }
    for (name, ..) in services.iter_mut().filter(|(name, ..)| few.contains(name)) {
        name.push_str("（少数）");
    }
    services.retain(|(_, amount, volume)| amount.is_some() || volume.is_some());
    services.sort_by(|a, b| b.1.unwrap_or(0.0).total_cmp(&a.1.unwrap_or(0.0)));
    services
}

fn ratios(sheet: &mut SheetPlan, comparison: &Comparison, at: CellRef) {
    let services = services(comparison);
    for (offset, name) in [(1, "給付月額の比"), (2, "利用日数・回数の比")] {
        sheet.set(CellRef::new(at.row + 1, at.col + offset), text(name));
    }
    for place in 0..SERVICES {
        let row = at.row + 2 + place;
        let service = services.get(place as usize);
        sheet.hide_rows.insert(row, service.is_none());
        let label = service.map_or(CellContent::Blank, |(name, ..)| text(name.clone()));
        sheet.set(CellRef::new(row, at.col), label);
        for (offset, value) in [(1, service.and_then(|s| s.1)), (2, service.and_then(|s| s.2))] {
            sheet.set(CellRef::new(row, at.col + offset), number(value));
        }
    }
}

/// Areas, the lines at the nation's mean, and the prefecture's insurers.
fn scatter_table(
    sheet: &mut SheetPlan,
    comparison: &Comparison,
    scatter: Option<&Scatter>,
    at: CellRef,
) -> Option<ChartBounds> {
    let mut put = |row: u32, point: Option<(String, f64, f64)>| {
        sheet.hide_rows.insert(row, point.is_none());
        let (name, x, y) = match point {
            Some((name, x, y)) => (text(name), CellContent::Number(x), CellContent::Number(y)),
            None => (CellContent::Blank, CellContent::Blank, CellContent::Blank),
        };
        for (col, content) in (at.col..).zip([name, x, y]) {
            sheet.set(CellRef::new(row, col), content);
        }
    };
    let first = at.row + 2;
    for offset in 1..=AREAS {
        let who = comparison.participants.iter().position(|p| column(p.role) == Some(offset));
        let point = who.and_then(|who| scatter?.point(who));
        put(first + offset - 1, point.map(|point| (comparison.name_of(&point.area), point.x, point.y)));
    }
    let limits = scatter.and_then(limits);
    let nation = comparison.participants.iter().position(|participant| participant.role == Role::Nation);
    let mean = nation.and_then(|who| scatter?.point(who));
    let ends = limits.zip(mean).map(|((x, y), mean)| [(mean.x, y.0), (mean.x, y.1), (x.0, mean.y), (x.1, mean.y)]);
    for place in 0..LINES {
        let end = ends.and_then(|ends| ends.get(place as usize).copied());
        put(first + AREAS + place, end.map(|(x, y)| ("全国平均の線".to_owned(), x, y)));
    }
    let others: Vec<&Point> = scatter.map(|scatter| small_points(scatter, comparison)).unwrap_or_default();
    for place in 0..PEERS {
        let point = others.get(place as usize);
        put(first + AREAS + LINES + place, point.map(|point| (comparison.name_of(&point.area), point.x, point.y)));
    }
    let (x, y) = limits?;
    Some(ChartBounds { sheet: DATA_SHEET.to_owned(), cell: CellRef::new(first, at.col + 1), x, y })
}

/// The insurers drawn small: 比較地域 that have no mark of their own, then the prefecture's others.
fn small_points<'a>(scatter: &'a Scatter, comparison: &Comparison) -> Vec<&'a Point> {
    let unmarked = |who: usize| comparison.participants.get(who).is_some_and(|p| column(p.role).is_none());
    let compared = scatter.participants.iter().filter(|(who, _)| unmarked(*who)).map(|(_, point)| point);
    compared.chain(&scatter.peers).collect()
}

fn limits(scatter: &Scatter) -> Option<((f64, f64), (f64, f64))> {
    let points = || scatter.participants.iter().map(|(_, point)| point).chain(&scatter.peers);
    Some((range(points().map(|point| point.x))?, range(points().map(|point| point.y))?))
}

/// Bounds of an axis around values, with some room, in half points.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (least, most) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
    let room = ((most - least) * 0.15).max(0.3);
    let half = |value: f64| value * 2.0;
    (least <= most).then(|| ((half(least - room).floor() / 2.0).max(0.0), half(most + room).ceil() / 2.0))
}

/// Plans the words on 「グラフ」: what is compared, and what each row of charts shows.
pub fn plan_words(grid: &Grid, comparison: &Comparison) -> SheetPlan {
    let mut sheet = SheetPlan::default();
    let Some(own) = comparison.participants.first() else { return sheet };
    let year = match comparison.main_year {
        Some(year) => format!("主な年度：{}（{year}）", wareki(year)),
        None => "12か月分そろった年度がありません".to_owned(),
    };
    let left_out = comparison.participants.iter().filter(|participant| column(participant.role).is_none()).count();
    let more = if left_out > 0 { "　比較地域は３つまで描いています。" } else { "" };
    sheet.set(CellRef::new(1, 0), text(format!("{}　{year}{more}", own.area.name)));
    let source = source_line(comparison);
    let source = source.as_str();
    let part = if comparison.years.iter().any(|year| year.part_year) {
        "　※は1年分に満たない年度です。"
    } else {
        ""
    };
    let main = comparison.main_year.map_or_else(|| "比べられる年度がないため描いていません。".to_owned(), wareki);
    let half = 10;
    for ((heading, kind, words), (_, bars)) in [
        ("１　認定率", ScatterKind::Severity, "。重度＝要介護３～５、軽度＝要支援１～要介護２"),
        ("２　受給率", ScatterKind::Services, ""),
    ]
    .into_iter()
    .zip(BARS)
    {
        let Some(at) = find(grid, heading) else { continue };
        let ids: Vec<&str> = bars.iter().map(|(id, _)| *id).collect();
        let left = match comparison.main_year {
            Some(year) if !is_drawn(comparison, &ids, |row, who| row.whole(who, year).is_some()) => {
                format!("左：{main}の数値がないため描いていません。")
            }
            _ => format!("左：{main}の数値{words}"),
        };
        sheet.set(CellRef::new(at.row + 17, 0), text(left));
        let scatter = comparison.scatters.iter().find(|scatter| scatter.kind == kind);
        sheet.set(CellRef::new(at.row + 17, half), text(format!("右：{}", of_scatter(scatter, comparison))));
        let trends = TRENDS.iter().map(|(_, id)| *id).filter(|id| ids.contains(id));
        let empty = trends.into_iter().any(|id| !is_drawn(comparison, &[id], has_any));
        let empty = if empty { "　線のない図は、入れた資料に数値がありません。" } else { "" };
        sheet.set(CellRef::new(at.row + 33, 0), text(format!("{source}{part}{empty}")));
    }
    if let Some(at) = find(grid, "３　受給者1人あたり給付月額・利用日数回数（サービス別）") {
        let words = match (comparison.main_year, services(comparison).is_empty()) {
            (Some(_), true) => {
                "サービス別の給付月額・利用日数回数（D17・D31）の数値がないため描いていません。".to_owned()
            }
            (None, _) => main,
            (Some(_), false) => format!(
                "{main}の自地域÷全国。1より長いほど全国より大きく、短いほど小さい。利用日数・回数は、その表があるサービスだけ。"
            ),
        };
        sheet.set(CellRef::new(at.row + 36, 0), text(words));
        sheet.set(CellRef::new(at.row + 37, 0), text(source));
    }
    sheet
}

/// Whether one of these indicators has a figure of an area that is drawn.
fn is_drawn(comparison: &Comparison, ids: &[&str], has: impl Fn(&ComparedRow, usize) -> bool) -> bool {
    let drawn = comparison.participants.iter().enumerate().filter(|(_, one)| column(one.role).is_some());
    let drawn: Vec<usize> = drawn.map(|(who, _)| who).collect();
    let mut rows = comparison.rows.iter().filter(|row| ids.contains(&row.indicator.id.as_str()));
    rows.any(|row| drawn.iter().any(|who| has(row, *who)))
}

fn has_any(row: &ComparedRow, who: usize) -> bool {
    row.figures.range((who, i32::MIN)..=(who, i32::MAX)).any(|(_, figure)| figure.datum.value().is_some())
}

/// Where the figures come from: whose statistics they are say the files themselves.
fn source_line(comparison: &Comparison) -> String {
    let files: BTreeSet<&str> = comparison
        .rows
        .iter()
        .flat_map(|row| row.figures.values())
        .map(|figure| figure.source.file.name.as_str())
        .collect();
    let first = files.first().copied().unwrap_or_default();
    let more = match files.len().saturating_sub(1) {
        0 => String::new(),
        more => format!("ほか{more}ファイル"),
    };
    format!("出典：取り込んだ資料（『{first}』{more}。数値ごとの出典は「出典」のシート）")
}

fn of_scatter(scatter: Option<&Scatter>, comparison: &Comparison) -> String {
    let Some(scatter) = scatter else {
        return "2つの指標の数値がそろわないため描いていません。".to_owned();
    };
    let which = scatter.standardisation.as_ref().map_or_else(String::new, |which| format!("、標準化は【{which}】"));
    let unmarked = small_points(scatter, comparison).len() - scatter.peers.len();
    let peers = match (scatter.peers.len(), unmarked) {
        (0, 0) => "県内のほかの保険者の数値はありません".to_owned(),
        (count, 0) => format!("小さな灰色の丸は県内のほかの{count}保険者"),
        (0, areas) => format!("小さな灰色の丸は４つめからの比較地域（{areas}）"),
        (count, areas) => format!("小さな灰色の丸は４つめからの比較地域（{areas}）と県内のほかの{count}保険者"),
    };
    format!("{}の数値{which}。点線は全国平均、{peers}", wareki(scatter.year))
}
