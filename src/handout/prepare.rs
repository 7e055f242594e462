//! From a comparison to the data of a handout.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{
    AreaColumn, Axis, Block, FieldText, Figure, Handout, Indicator, Role, Scatter, ScatterPoint, SourceLine,
    Thresholds, Verdict, Year,
};
use super::remarks::{cautions, doubtful};
use crate::catalog::{self, Block as FormBlock};
use crate::compare::shown::plain_name;
use crate::compare::{self, ComparedRow, Comparison, RATIO_DECIMALS, ScatterKind};
use crate::diagnostic::Diagnostic;
use crate::form;
use crate::model::{AreaLevel, Date, EntryText, MissingReason, Observation, SourceFile};
use crate::notation::wareki;

/// Name of the block that holds 「指標追加」.
const ADDED: &str = "指標追加";
/// Below the table of a row whose unit may be wrong.
const DOUBTFUL: &str =
    "ほかの地域や前の年度と大きくかけ離れ、単位や桁が違うかもしれない数値です。確かめるまで、全国と比べていません。";
/// Below the table of a row that counts people or places.
const COUNTED: &str = "人数や世帯数などは、地域の大きさによって変わるため、全国と比べていません。";

/// What a handout is prepared from besides the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Background<'a> {
    /// Every settled observation: the prefecture's insurers are drawn from it.
    pub observations: &'a [Observation],
    /// What people wrote on the workbook
    pub texts: &'a [EntryText],
    /// What each file is, by its hash
    pub layouts: &'a BTreeMap<String, &'static str>,
    /// What was told while reading and filling
    pub diagnostics: &'a [Diagnostic],
}

/// Prepares a handout. 取扱注意 indicators are left out unless `restricted` asks for them.
pub fn prepare(comparison: &Comparison, background: Background<'_>, made_on: Date, restricted: bool) -> Handout {
    let own = comparison.participants.first();
    let (insurer, prefecture) = own.map_or((String::new(), String::new()), |own| match own.area.level {
        AreaLevel::Prefecture => (own.area.name.clone(), own.area.name.clone()),
        _ => (own.area.short_name().to_owned(), own.area.prefecture.clone().unwrap_or_default()),
    });
    let scatters = scatters(comparison, background.observations);
    let files = files(comparison, background.observations, &scatters, restricted);
    Handout {
        title: "地域分析・検討シート".to_owned(),
        insurer,
        prefecture,
        years: comparison.years.iter().map(year).collect(),
        main_year: comparison.main_year,
        made_on,
        rank_note: rank_note(comparison),
        areas: comparison
            .participants
            .iter()
            .map(|participant| AreaColumn { role: role(participant.role), name: comparison.name_of(&participant.area) })
            .collect(),
        thresholds: Thresholds { above: comparison.thresholds.above, below: comparison.thresholds.below },
        blocks: blocks(comparison, background.texts, &doubtful(comparison, background.diagnostics), restricted),
        scatters,
        main_points: Vec::new(),
        topics: Vec::new(),
        credit: credit(&files, background.layouts),
        sources: sources(&files, background.layouts),
        cautions: cautions(comparison, background.diagnostics),
    }
}

/// Which end a place is counted from, and among how many.
fn rank_note(comparison: &Comparison) -> Option<String> {
    comparison.rows.iter().any(|row| row.rank.is_some()).then(|| {
        let among = comparison.rank_note().unwrap_or_default();
        let among = among.strip_prefix("県内順位は、").unwrap_or(&among);
        format!("県内順位は、値の高い方から数えています（1が最も高い値）。{among}")
    })
}

fn year(shown: &compare::ShownYear) -> Year {
    Year { form_year: shown.year, wareki: wareki(shown.year), part_year: shown.part_year, months: shown.months }
}

fn role(role: form::Role) -> Role {
    match role {
        form::Role::Own => Role::Own,
        form::Role::Prefecture => Role::Prefecture,
        form::Role::Nation => Role::Nation,
        form::Role::Other(_) => Role::Other,
    }
}

fn blocks(comparison: &Comparison, texts: &[EntryText], doubtful: &BTreeSet<usize>, restricted: bool) -> Vec<Block> {
    let mut blocks: Vec<Block> = FormBlock::ALL
        .into_iter()
        .map(|block| block.title())
        .chain([ADDED])
        .map(|name| {
            let indicators: Vec<Indicator> = comparison
                .rows
                .iter()
                .enumerate()
                .filter(|(_, row)| block_name(row) == name && (restricted || !row.indicator.restricted))
                .map(|(at, row)| indicator(comparison, at, row, doubtful.contains(&at)))
                .collect();
            let texts = texts
                .iter()
                .filter(|text| text.block == name)
                .map(|text| FieldText { field: text.field, text: text.text.clone() })
                .collect();
            Block { name: name.to_owned(), indicators, texts, trends: Vec::new() }
        })
        .collect();
    blocks.retain(|block| !block.indicators.is_empty() || !block.texts.is_empty());
    blocks
}

fn block_name(row: &ComparedRow) -> &'static str {
    match row.indicator.block {
        Some(block) if !row.added => block.title(),
        _ => ADDED,
    }
}

fn indicator(comparison: &Comparison, at: usize, row: &ComparedRow, doubtful: bool) -> Indicator {
    let nation = comparison.participants.iter().position(|participant| participant.role == form::Role::Nation);
    let versus = nation.filter(|_| !doubtful).and_then(|nation| row.versus.get(&nation));
    let decimals = row.indicator.decimals.or_else(|| catalog::Indicator::decimals_of(&row.indicator.unit)).unwrap_or(1);
    Indicator {
        id: row.indicator.id.to_string(),
        name: plain_name(&row.indicator.name),
        unit: row.indicator.unit.to_string(),
        decimals,
        adjusted: row.indicator.adjusted,
        unstable: comparison.is_few(at),
        doubtful,
        cautions: if doubtful {
            vec![DOUBTFUL.to_owned()]
        } else if row.indicator.is_count() {
            vec![COUNTED.to_owned()]
        } else {
            Vec::new()
        },
        values: (0..comparison.participants.len())
            .map(|who| comparison.years.iter().map(|shown| figure(row, who, shown)).collect())
            .collect(),
        difference: versus.map(|versus| versus.difference),
        ratio: versus.and_then(|versus| versus.ratio),
        ratio_decimals: versus
            .and_then(|versus| versus.ratio)
            .map_or(RATIO_DECIMALS, |ratio| comparison.thresholds.ratio_decimals(ratio)),
        verdict: versus.and_then(|versus| versus.verdict).map(|verdict| match verdict {
            compare::Verdict::Above => Verdict::Above,
            compare::Verdict::Similar => Verdict::Similar,
            compare::Verdict::Below => Verdict::Below,
        }),
        rank: row.rank.map(|rank| rank.label()),
    }
}

fn figure(row: &ComparedRow, who: usize, shown: &compare::ShownYear) -> Figure {
    let Some(observation) = row.figures.get(&(who, shown.year)) else {
        return Figure::Missing { missing: MissingReason::Unknown };
    };
    let period = &observation.period;
    // The mark of a part-year as a whole speaks for its figures, too.
    let said = shown.part_year && (period.months.is_none() || period.months == shown.months);
    match observation.datum.value() {
        Some(part) if period.part_year && !said => Figure::Part { part, months: period.months },
        _ => observation.datum.into(),
    }
}

/// The two plots worth having (analysis-rules): B6 重度 × 軽度, and 施設・居住系 × 在宅; of the year the sheet draws.
fn scatters(comparison: &Comparison, observations: &[Observation]) -> Vec<Scatter> {
    let Some(year) = comparison.main_year else { return Vec::new() };
    let plots = [
        (
            ScatterKind::Severity,
            "調整済みの軽度認定率と重度認定率",
            FormBlock::CertificationRate,
            Sum(&["B6-b"], "調整済み認定率（要支援１～要介護２）"),
            Sum(&["B6-a"], "調整済み認定率（要介護３～５）"),
        ),
        (
            ScatterKind::Services,
            "受給率（在宅）と受給率（施設・居住系）",
            FormBlock::RecipientRate,
            Sum(&["D4"], "受給率（在宅）"),
            Sum(&["D2", "D3"], "受給率（施設＋居住系）"),
        ),
    ];
    plots
        .into_iter()
        .filter_map(|(kind, title, block, x, y)| {
            let on_sheet = comparison.scatters.iter().find(|scatter| scatter.kind == kind);
            if let Some(other) = on_sheet.filter(|one| another_year(one, year)) {
                return of_another_year(comparison, other, title, block, [x.1, y.1]);
            }
            let points = points(comparison, observations, year, &x, &y);
            let drawn = points.iter().filter(|point| point.x.whole().is_some() && point.y.whole().is_some()).count();
            (drawn >= 2).then(|| Scatter {
                title: title.to_owned(),
                block: block.title().to_owned(),
                year: wareki(year),
                x: axis(comparison, &x, year),
                y: axis(comparison, &y, year),
                points,
                beyond: beyond(comparison),
                note: None,
            })
        })
        .collect()
}

/// Whether some area that was chosen is no insurer of the own prefecture.
fn beyond(comparison: &Comparison) -> bool {
    let home = comparison.participants.first().and_then(|own| own.area.prefecture.as_deref());
    let chosen = comparison.participants.iter().filter(|one| matches!(role(one.role), Role::Own | Role::Other));
    let areas = chosen.map(|one| &one.area);
    areas.into_iter().any(|area| area.level != AreaLevel::Insurer || area.prefecture.as_deref() != home)
}

/// Whether the sheet's plot is not the one of the form's own figures of the main year.
fn another_year(plot: &compare::Scatter, main: i32) -> bool {
    plot.year != main || plot.standardisation.is_some()
}

/// The plot of the sheet, where it is not of the main year and the form's own figures: most insurers have a point there.
fn of_another_year(
    comparison: &Comparison,
    plot: &compare::Scatter,
    title: &str,
    block: FormBlock,
    [x, y]: [&str; 2],
) -> Option<Scatter> {
    let unknown = Figure::Missing { missing: MissingReason::Unknown };
    let nation = comparison.participants.iter().position(|participant| participant.role == form::Role::Nation);
    let mean = nation.and_then(|nation| plot.point(nation));
    let axis = |name: &str, nation: Option<f64>| Axis {
        name: name.to_owned(),
        unit: "％".to_owned(),
        decimals: 1,
        nation: nation.map_or(unknown, Figure::Value),
    };
    let chosen = comparison.participants.iter().enumerate().filter_map(|(who, participant)| {
        let role = role(participant.role);
        let (x, y) = plot.point(who).map_or((unknown, unknown), |at| (Figure::Value(at.x), Figure::Value(at.y)));
        let name = comparison.name_of(&participant.area);
        matches!(role, Role::Own | Role::Other).then_some(ScatterPoint { role: Some(role), name, x, y })
    });
    let peers = plot.peers.iter().map(|at| ScatterPoint {
        role: None,
        name: comparison.name_of(&at.area),
        x: Figure::Value(at.x),
        y: Figure::Value(at.y),
    });
    let points: Vec<ScatterPoint> = chosen.chain(peers).collect();
    let drawn = points.iter().filter(|point| point.x.whole().is_some() && point.y.whole().is_some()).count();
    let standardisation = plot.standardisation.as_deref().map(|which| format!("【{which}】")).unwrap_or_default();
    (drawn >= 2).then(|| Scatter {
        title: format!("{title}{standardisation}"),
        block: block.title().to_owned(),
        year: wareki(plot.year),
        x: axis(x, mean.map(|at| at.x)),
        y: axis(y, mean.map(|at| at.y)),
        points,
        beyond: beyond(comparison),
        note: comparison.main_year.map(|main| why_other_figures(plot, main)),
    })
}

/// The reader finds other figures in the table: why.
fn why_other_figures(plot: &compare::Scatter, main: i32) -> String {
    let year = (plot.year != main).then(|| wareki(plot.year));
    let method = plot.standardisation.as_ref().map(|which| format!("標準化の方法が【{which}】"));
    let which = match (year, method) {
        (Some(year), Some(method)) => format!("{year}で、{method}"),
        (Some(year), None) => year,
        (None, method) => method.unwrap_or_default(),
    };
    format!("県内の保険者の値がそろう{which}の数値で描いたため、{}の表の数値とは違います。", wareki(main))
}

/// Indicators whose sum is an axis, and the axis' name.
struct Sum(&'static [&'static str], &'static str);

fn axis(comparison: &Comparison, sum: &Sum, year: i32) -> Axis {
    let nation = comparison.participants.iter().position(|participant| participant.role == form::Role::Nation);
    let value = nation.and_then(|nation| {
        let values: Option<Vec<f64>> = sum
            .0
            .iter()
            .map(|id| comparison.rows.iter().find(|row| row.indicator.id.as_str() == *id)?.whole(nation, year))
            .collect();
        Some(values?.iter().sum())
    });
    Axis {
        name: sum.1.to_owned(),
        unit: "％".to_owned(),
        decimals: 1,
        nation: value.map_or(Figure::Missing { missing: MissingReason::Unknown }, Figure::Value),
    }
}

/// Insurers of the own prefecture, and the chosen 比較地域 wherever they lie, with both values.
fn points(comparison: &Comparison, observations: &[Observation], year: i32, x: &Sum, y: &Sum) -> Vec<ScatterPoint> {
    let Some(own) = comparison.participants.first() else { return Vec::new() };
    let mut values: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    let mut names: BTreeMap<&str, (String, Option<Role>)> = BTreeMap::new();
    for observation in observations {
        let wanted = x.0.iter().chain(y.0).any(|id| observation.indicator.as_str() == *id);
        let area = &observation.area;
        let chosen = comparison.participants.iter().find(|participant| participant.area.key() == area.key());
        let here = area.level == AreaLevel::Insurer && area.prefecture == own.area.prefecture;
        // Figures of another standardisation than the form's are not comparable with it.
        let comparable = observation.dimensions.is_total() && observation.dimensions.standardisation.is_none();
        let role = chosen.map(|participant| role(participant.role));
        let drawn = here || matches!(role, Some(Role::Own | Role::Other));
        let whole = !observation.period.part_year && observation.period.form_year == Some(year);
        if !wanted || !comparable || !drawn || !whole {
            continue;
        }
        if let Some(value) = observation.datum.value() {
            values.entry(area.key()).or_default().insert(observation.indicator.as_str(), value);
            names.entry(area.key()).or_insert_with(|| (comparison.name_of(area), role));
        }
    }
    let sum = |of: &BTreeMap<&str, f64>, sum: &Sum| -> Option<f64> {
        sum.0.iter().map(|id| of.get(id).copied()).collect::<Option<Vec<_>>>().map(|all| all.iter().sum())
    };
    let mut points: Vec<ScatterPoint> = values
        .iter()
        .filter_map(|(key, of)| {
            let (name, role) = names.get(key)?.clone();
            Some(ScatterPoint { role, name, x: Figure::Value(sum(of, x)?), y: Figure::Value(sum(of, y)?) })
        })
        .collect();
    // A chosen area that cannot be drawn is looked for in the plot: it is named under it with the reason.
    for (who, participant) in comparison.participants.iter().enumerate() {
        let role = role(participant.role);
        if matches!(role, Role::Own | Role::Other)
            && !points
                .iter()
                .any(|point| point.role == Some(role) && point.name == comparison.name_of(&participant.area))
        {
            let name = comparison.name_of(&participant.area);
            points.push(ScatterPoint {
                role: Some(role),
                name,
                x: summed(comparison, who, x),
                y: summed(comparison, who, y),
            });
        }
    }
    points
}

/// A participant's figure of the main year on an axis, or why it has none.
fn summed(comparison: &Comparison, who: usize, sum: &Sum) -> Figure {
    let unknown = Figure::Missing { missing: MissingReason::Unknown };
    let shown = comparison.years.iter().find(|shown| Some(shown.year) == comparison.main_year);
    let figures = sum.0.iter().map(|id| {
        let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == *id);
        row.zip(shown).map_or(unknown, |(row, shown)| figure(row, who, shown))
    });
    let added = figures.reduce(|one, other| match (one.value(), other.value()) {
        (Some(a), Some(b)) if one.is_part() || other.is_part() => {
            Figure::Part { part: a + b, months: one.months().or(other.months()) }
        }
        (Some(a), Some(b)) => Figure::Value(a + b),
        (None, _) => one,
        (_, None) => other,
    });
    added.unwrap_or(unknown)
}

/// 出典 in one line, by what the files are.
fn credit(files: &[&SourceFile], layouts: &BTreeMap<String, &'static str>) -> String {
    let of = |file: &SourceFile| layouts.get(&file.sha256).copied().unwrap_or_default();
    let used = |wanted: &[&str]| files.iter().any(|file| wanted.contains(&of(file)));
    let mut parts = Vec::new();
    if used(&SYSTEM) {
        parts.push("厚生労働省 地域包括ケア「見える化」システム（介護保険事業状況報告ほか）");
    }
    if used(&ANNUAL) {
        parts.push("厚生労働省「介護保険事業状況報告（年報）」");
    }
    // A paper must not give the ministry's name to what an office counted itself.
    if files.iter().any(|file| !SYSTEM.contains(&of(file)) && !ANNUAL.contains(&of(file))) {
        parts.push(if parts.is_empty() { "取り込んだ資料" } else { "そのほかの取り込んだ資料" });
    }
    if parts.is_empty() {
        parts.push("取り込んだ資料");
    }
    format!("出典：{}をもとに作成", parts.join("、"))
}

/// Layouts of the 「見える化」 system, and of the annual report.
const SYSTEM: [&str; 3] = ["L1", "L2", "L3"];
const ANNUAL: [&str; 1] = ["L4"];

/// Every file behind the paper once, in the order of names: of the tables, of the plots, and of the places among the
/// prefecture's insurers.
fn files<'a>(
    comparison: &'a Comparison,
    observations: &'a [Observation],
    scatters: &[Scatter],
    restricted: bool,
) -> Vec<&'a SourceFile> {
    let shown = comparison.rows.iter().filter(|row| restricted || !row.indicator.restricted);
    let shown = shown.flat_map(|row| row.figures.values().map(AsRef::as_ref));
    let behind = behind(comparison, scatters);
    let drawn = observations.iter().filter(|observation| behind.iter().any(|behind| behind.holds(observation)));
    let mut found: BTreeMap<(&str, &str), &SourceFile> = BTreeMap::new();
    for observation in shown.chain(drawn) {
        let derived = observation.derived.as_ref().map(|derivation| derivation.sources.iter());
        let read = derived.is_none().then_some(&observation.source);
        for source in derived.into_iter().flatten().chain(read) {
            let file = &*source.file;
            found.entry((&file.name, &file.sha256)).or_insert(file);
        }
    }
    found.into_values().collect()
}

/// Figures of the prefecture's insurers and of the chosen areas that stand behind a plot or a place.
struct Behind<'a> {
    year: i32,
    standardisation: Option<&'a str>,
    ids: Vec<&'a str>,
    prefecture: Option<&'a str>,
    /// Beside the prefecture's insurers.
    areas: Vec<&'a str>,
}

impl Behind<'_> {
    fn holds(&self, observation: &Observation) -> bool {
        let (period, dimensions, area) = (&observation.period, &observation.dimensions, &observation.area);
        // 「分布」 (B6) names the rate in the place of a service.
        let total = || match observation.indicator.as_str() {
            "B6" | "B6-a" | "B6-b" => {
                dimensions.care_level.is_none() && dimensions.age.is_none() && dimensions.sex.is_none()
            }
            _ => dimensions.is_total(),
        };
        let here = || {
            area.level == AreaLevel::Insurer && self.prefecture.is_some_and(|p| area.prefecture.as_deref() == Some(p))
        };
        period.form_year == Some(self.year)
            && !period.part_year
            && self.ids.contains(&observation.indicator.as_str())
            && dimensions.standardisation.as_deref() == self.standardisation
            && total()
            && observation.datum.value().is_some()
            && (here() || self.areas.contains(&area.key()))
    }
}

fn behind<'a>(comparison: &'a Comparison, scatters: &[Scatter]) -> Vec<Behind<'a>> {
    let (Some(main), Some(own)) = (comparison.main_year, comparison.participants.first()) else { return Vec::new() };
    let prefecture = own.area.prefecture.as_deref();
    let chosen = || comparison.participants.iter().map(|participant| participant.area.key());
    let plots = [
        (ScatterKind::Severity, FormBlock::CertificationRate, &["B6", "B6-a", "B6-b"][..]),
        (ScatterKind::Services, FormBlock::RecipientRate, &["D2", "D3", "D4"][..]),
    ];
    let drawn = plots.into_iter().filter(|(_, block, _)| scatters.iter().any(|scatter| scatter.block == block.title()));
    let plots = drawn.map(|(kind, _, ids)| {
        let on_sheet = comparison.scatters.iter().find(|scatter| scatter.kind == kind);
        let other = on_sheet.filter(|one| another_year(one, main));
        Behind {
            year: other.map_or(main, |other| other.year),
            standardisation: other.and_then(|other| other.standardisation.as_deref()),
            ids: ids.to_vec(),
            prefecture,
            areas: chosen().collect(),
        }
    });
    let ranked = comparison.rows.iter().filter(|row| row.rank.is_some());
    let ranks = ranked.map(|row| Behind {
        year: main,
        standardisation: row.figures.get(&(0, main)).and_then(|own| own.dimensions.standardisation.as_deref()),
        ids: vec![row.indicator.id.as_str()],
        prefecture,
        areas: Vec::new(),
    });
    plots.chain(ranks).collect()
}

/// The lines of 使ったデータ.
fn sources(files: &[&SourceFile], layouts: &BTreeMap<String, &'static str>) -> Vec<SourceLine> {
    let lines = files.iter().map(|file| SourceLine {
        name: layouts.get(&file.sha256).map_or("", |layout| crate::layout::in_words(layout)).to_owned(),
        file: Some(file.name.clone()),
        exported: file.exported,
    });
    lines.collect()
}
