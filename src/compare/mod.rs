//! Own area against prefecture, nation and comparison areas (STEP 1 of the guide).

mod caution;
mod hint;
mod plausible;
mod rank;
mod rule;
mod scatter;
mod selection;
pub mod shown;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use caution::{Caution, CautionKind, FEW_PEOPLE, FigureKey, HAND_WRITTEN, Level, STAYS, cautions, other_insurers};
pub use hint::{Hint, HintBlock, hints};
pub use rank::Rank;
pub use rule::{RATIO_DECIMALS, Thresholds, Verdict};
pub use scatter::{Point, Scatter, ScatterKind};
pub use selection::Selection;

use crate::catalog::{Block, Catalog, Indicator};
use crate::diagnostic::Diagnostic;
use crate::form::Role;
use crate::model::{Area, AreaLevel, Observation, Period};

/// One area of the comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    /// Own, prefecture, nation or other
    pub role: Role,
    /// The area
    pub area: Arc<Area>,
}

/// A year shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownYear {
    /// The form's year
    pub year: i32,
    /// Under way: at least half of the own area's figures of services are of fewer than 12 months. A single figure of
    /// fewer months in a year otherwise whole says so itself ([`ComparedRow::whole`]).
    pub part_year: bool,
    /// Service months, where known; of a whole year only where all its figures say twelve
    pub months: Option<u8>,
}

/// Own value against another area's, in the main year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Versus {
    /// own − other, in the indicator's unit (points for ％)
    pub difference: f64,
    /// own ÷ other; `None` unless the other is above zero
    pub ratio: Option<f64>,
    /// By the ratio and the thresholds
    pub verdict: Option<Verdict>,
}

/// One indicator over all participants and years.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedRow {
    /// The indicator
    pub indicator: Indicator,
    /// Added by 「指標追加」
    pub added: bool,
    /// Figures by participant (index into [`Comparison::participants`]) and year; nothing where no file says anything
    pub figures: BTreeMap<(usize, i32), Arc<Observation>>,
    /// Against each participant, in the main year; `None` where either has no value
    pub versus: BTreeMap<usize, Versus>,
    /// Among the prefecture's insurers, in the main year
    pub rank: Option<Rank>,
}

impl ComparedRow {
    /// The value of a participant in a year.
    pub fn value(&self, participant: usize, year: i32) -> Option<f64> {
        self.figures.get(&(participant, year))?.datum.value()
    }

    /// The same unless it is of a part of the year: only such values are compared.
    pub fn whole(&self, participant: usize, year: i32) -> Option<f64> {
        let figure = self.figures.get(&(participant, year))?;
        if figure.period.part_year { None } else { figure.datum.value() }
    }
}

/// Everything a sheet or a handout shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Own first, then prefecture, nation and others in the order asked for
    pub participants: Vec<Participant>,
    /// Years, oldest first
    pub years: Vec<ShownYear>,
    /// The newest complete year: the one verdicts speak of
    pub main_year: Option<i32>,
    /// The 39 indicators of the form in its order, then the added ones
    pub rows: Vec<ComparedRow>,
    /// The rule in force
    pub thresholds: Thresholds,
    /// Two indicators at once, where data exist
    pub scatters: Vec<Scatter>,
    /// People counted or computed behind a figure: (row, participant, year) → people a month
    pub people: BTreeMap<(usize, usize, i32), f64>,
}

impl Comparison {
    /// Fewer people a month than the rule says stand behind the own area's figure of the main year: it is shown, not
    /// judged. Where a service's own recipients are not known, nobody can use it who receives nothing at all: few
    /// recipients in all are few of each.
    pub fn is_few(&self, at: usize) -> bool {
        let (Some(year), Some(row)) = (self.main_year, self.rows.get(at)) else { return false };
        let people = |at| self.people.get(&(at, 0, year)).copied();
        let all = || {
            let rates = ["D2", "D3", "D4"].map(|id| self.rows.iter().position(|row| row.indicator.id.as_str() == id));
            rates.into_iter().map(|at| people(at?)).sum::<Option<f64>>()
        };
        let per_recipient = row.indicator.block == Some(Block::PerRecipient);
        let known = people(at).or_else(|| if per_recipient { all() } else { None });
        known.is_some_and(|people| people < self.thresholds.few_people)
    }

    /// What must be said where places are shown and not every insurer of the prefecture has a value.
    pub fn rank_note(&self) -> Option<String> {
        let ranks = || self.rows.iter().filter_map(|row| row.rank);
        let all = ranks().find_map(|rank| rank.all)?;
        let (least, most) = (ranks().map(|rank| rank.of).min()?, ranks().map(|rank| rank.of).max()?);
        let of = if least == most { format!("{least}") } else { format!("{least}～{most}") };
        let prefecture = self.participants.first()?.area.prefecture.clone()?;
        Some(format!("県内順位は、入れた資料に数値のある{of}保険者の中での順位です（{prefecture}の保険者は{all}）。"))
    }

    /// An area's name where several stand together: areas of the own prefecture go by their own name, others bear their
    /// prefecture, so that 府中市 of two prefectures are two.
    pub fn name_of(&self, area: &Area) -> String {
        let home = self.participants.first().and_then(|own| own.area.prefecture.as_deref());
        if area.prefecture.as_deref() == home { area.short_name().to_owned() } else { area.name.clone() }
    }
}

/// The default display period: the newest years that have data of the own area.
pub const DEFAULT_YEARS: usize = 3;

/// Most years a form can show.
pub const MAX_YEARS: i32 = 10;

/// Compares over settled observations (read and derived). Returns `None` when no file has a figure of the own area for
/// the form in the years asked for.
pub fn compare(
    selection: &Selection,
    observations: &[Observation],
    catalog: &Catalog,
) -> (Option<Comparison>, Vec<Diagnostic>) {
    let participants = selection.participants(catalog);
    let indicators = selection.indicators(catalog, observations);
    let index = Index::new(observations);
    let Some(own) = participants.first() else { return (None, Vec::new()) };
    let years = shown_years(selection, &index, own, &participants, &indicators);
    if years.is_empty() {
        return (None, Vec::new());
    }
    let main_year = years.iter().rev().find(|year| !year.part_year).map(|year| year.year);
    let mut diagnostics = Vec::new();
    let all = own.area.prefecture.as_deref().map(|prefecture| catalog.insurers_in(prefecture).len());
    let mut rows: Vec<ComparedRow> = indicators
        .into_iter()
        .map(|(indicator, added)| {
            row(indicator, added, &participants, &years, main_year, selection.thresholds, &index, &mut diagnostics)
        })
        .collect();
    for rank in rows.iter_mut().filter_map(|row| row.rank.as_mut()) {
        rank.all = all.filter(|all| *all > rank.of);
    }
    let has_own = rows.iter().any(|row| row.figures.iter().any(|((who, _), o)| *who == 0 && o.datum.value().is_some()));
    if !has_own {
        return (None, diagnostics);
    }
    let scatters = scatter::scatters(observations, &participants, &years);
    let people = caution::people(&rows, &participants, &index);
    let thresholds = selection.thresholds;
    (Some(Comparison { participants, years, main_year, rows, thresholds, scatters, people }), diagnostics)
}

/// Totals by indicator, area and form year; an adjusted indicator can have one a standardisation.
pub(crate) struct Index<'a> {
    totals: BTreeMap<(&'a str, &'a str, i32), Vec<&'a Observation>>,
}

impl<'a> Index<'a> {
    fn new(observations: &'a [Observation]) -> Self {
        let mut totals: BTreeMap<(&str, &str, i32), Vec<&Observation>> = BTreeMap::new();
        for observation in observations.iter().filter(|observation| observation.dimensions.is_total()) {
            let Some(year) = observation.period.form_year else { continue };
            totals.entry((observation.indicator.as_str(), observation.area.key(), year)).or_default().push(observation);
        }
        Self { totals }
    }

    /// The total of one standardisation.
    fn total(&self, indicator: &str, area: &str, year: i32, standardisation: Option<&str>) -> Option<&'a Observation> {
        self.totals
            .get(&(indicator, area, year))?
            .iter()
            .find(|observation| observation.dimensions.standardisation.as_deref() == standardisation)
            .copied()
    }

    fn standardisations(&self, indicator: &str, area: &str, year: i32) -> Vec<Option<&'a str>> {
        self.totals
            .get(&(indicator, area, year))
            .map(|found| found.iter().map(|o| o.dimensions.standardisation.as_deref()).collect())
            .unwrap_or_default()
    }

    /// Every insurer of a prefecture with a value.
    pub(crate) fn insurers(
        &self,
        indicator: &str,
        prefecture: &str,
        year: i32,
        standardisation: Option<&str>,
    ) -> Vec<&'a Observation> {
        self.totals
            .range((indicator, "", i32::MIN)..)
            .take_while(|((id, _, _), _)| *id == indicator)
            .filter(|((_, _, of), _)| *of == year)
            .flat_map(|(_, found)| found)
            .filter(|o| {
                o.area.level == AreaLevel::Insurer
                    && o.area.prefecture.as_deref() == Some(prefecture)
                    && o.dimensions.standardisation.as_deref() == standardisation
                    && o.datum.value().is_some()
                    && !o.period.part_year
            })
            .copied()
            .collect()
    }

    fn years_of(&self, area: &str, indicators: &[(Indicator, bool)]) -> Vec<i32> {
        let mut years: Vec<i32> = self
            .totals
            .iter()
            .filter(|((id, of, _), found)| {
                *of == area
                    && indicators.iter().any(|(indicator, _)| indicator.id.as_str() == *id)
                    && found.iter().any(|o| o.datum.value().is_some())
            })
            .map(|((_, _, year), _)| *year)
            .collect();
        years.sort_unstable();
        years.dedup();
        years
    }
}

fn shown_years(
    selection: &Selection,
    index: &Index<'_>,
    own: &Participant,
    participants: &[Participant],
    indicators: &[(Indicator, bool)],
) -> Vec<ShownYear> {
    let with_data = index.years_of(own.area.key(), indicators);
    let years: Vec<i32> = match (selection.from, selection.to) {
        (None, None) => with_data.iter().rev().take(DEFAULT_YEARS).rev().copied().collect(),
        (from, to) => {
            let to = to.or(with_data.last().copied()).unwrap_or(i32::MIN);
            let from = from.unwrap_or(to - DEFAULT_YEARS as i32 + 1);
            if with_data.iter().any(|year| (from..=to).contains(year)) { (from..=to).collect() } else { Vec::new() }
        }
    };
    let areas: Vec<&str> = participants.iter().map(|participant| participant.area.key()).collect();
    years
        .into_iter()
        .map(|year| {
            let periods_of = |wanted: &[&str], services: bool| -> Vec<&Period> {
                index
                    .totals
                    .iter()
                    .filter(|((id, area, of), _)| {
                        *of == year
                            && wanted.contains(area)
                            && (!services || !id.starts_with('B'))
                            && indicators.iter().any(|(indicator, _)| indicator.id.as_str() == *id)
                    })
                    .flat_map(|(_, found)| found.iter().filter(|o| o.datum.value().is_some()).map(|o| &*o.period))
                    .collect()
            };
            let own = areas.get(..1).unwrap_or_default();
            // 認定 stands for a day: where there are figures of services, they alone tell about months.
            let periods = [(own, true), (areas.as_slice(), true), (own, false)]
                .into_iter()
                .map(|(wanted, services)| periods_of(wanted, services))
                .find(|periods| !periods.is_empty())
                .unwrap_or_default();
            let part: Vec<_> = periods.iter().filter(|period| period.part_year).collect();
            let part_year = !part.is_empty() && part.len() * 2 >= periods.len();
            let months = if part_year {
                part.iter().filter_map(|period| period.months).min()
            } else {
                let whole = !periods.is_empty() && periods.iter().all(|period| period.months == Some(12));
                whole.then_some(12)
            };
            ShownYear { year, part_year, months }
        })
        .collect()
}

/// One row; figures of one standardisation only.
#[allow(clippy::too_many_arguments, reason = "one call site; the values are one row's whole context")]
fn row(
    indicator: Indicator,
    added: bool,
    participants: &[Participant],
    years: &[ShownYear],
    main_year: Option<i32>,
    thresholds: Thresholds,
    index: &Index<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> ComparedRow {
    let standardisation = standardisation_for(&indicator, participants, years, index, diagnostics);
    let mut figures = BTreeMap::new();
    for (who, participant) in participants.iter().enumerate() {
        for shown in years {
            if let Some(found) =
                index.total(indicator.id.as_str(), participant.area.key(), shown.year, standardisation.as_deref())
            {
                figures.insert((who, shown.year), Arc::new(found.clone()));
            }
        }
    }
    let mut versus = BTreeMap::new();
    let mut rank = None;
    // A town's number of people against the nation's says nothing.
    if let Some(year) = main_year.filter(|_| !indicator.is_count()) {
        let value = |who: usize| {
            let figure: &Arc<Observation> = figures.get(&(who, year))?;
            figure.datum.value().filter(|_| !figure.period.part_year)
        };
        if let Some(own) = value(0) {
            for who in 1..participants.len() {
                if let Some(other) = value(who) {
                    versus.insert(who, thresholds.versus(own, other));
                }
            }
            if let Some(participant) = participants.first() {
                rank = Rank::of(indicator.id.as_str(), &participant.area, year, standardisation.as_deref(), index);
            }
        }
    }
    ComparedRow { indicator, added, figures, versus, rank }
}

/// Adjusted indicators exist in two standardisations that must not be compared with each other: the one that says
/// nothing (the form's own export) first, else the one most participants have.
fn standardisation_for(
    indicator: &Indicator,
    participants: &[Participant],
    years: &[ShownYear],
    index: &Index<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    let mut own: Vec<Option<&str>> = Vec::new();
    for (who, participant) in participants.iter().enumerate() {
        for shown in years {
            for found in index.standardisations(indicator.id.as_str(), participant.area.key(), shown.year) {
                *counts.entry(found).or_default() += 1;
                if who == 0 {
                    own.push(found);
                }
            }
        }
    }
    if counts.len() <= 1 {
        return counts.into_keys().next().flatten().map(str::to_owned);
    }
    let chosen = counts
        .iter()
        .filter(|(which, _)| own.contains(which))
        .max_by_key(|(which, count)| (which.is_none(), **count))
        .and_then(|(which, _)| *which);
    diagnostics.push(
        Diagnostic::info(
            "mixed-standardisation",
            format!(
                "{} {} は標準化の方法が違う数値（{}）があります。混ぜずに、{}の数値だけを使いました。",
                indicator.id,
                indicator.name,
                counts
                    .keys()
                    .map(|which| which.map_or("記載なし".to_owned(), |w| format!("【{w}】")))
                    .collect::<Vec<_>>()
                    .join("、"),
                chosen.map_or("記載なし".to_owned(), |which| format!("【{which}】"))
            ),
        )
        .hint("比べる地域がそろって同じ方法で出力された表を入れると、すべて並べて比べられます。"),
    );
    chosen.map(str::to_owned)
}
