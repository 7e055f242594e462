//! Which figures of the form are still missing for the chosen areas and years, and the fewest downloads that bring
//! them (別添2 and 別添3 of the guide say where the systems are and how they are used).
//!
//! A figure a file says there is none of (該当なし, データなし, 秘匿) is not missing: another download would say the
//! same. An empty cell of a dashboard's sheet is, but not for the same sheet again.

mod cover;
mod download;

use std::collections::BTreeMap;

use serde::Serialize;

pub use download::{Download, DownloadKind};

use crate::catalog::{Catalog, Indicator};
use crate::compare::{DEFAULT_YEARS, MAX_YEARS, Participant, Selection, compare, other_insurers};
use crate::diagnostic::Diagnostic;
use crate::intake::Evidence;
use crate::model::{Date, Datum, MissingReason, Observation};
use crate::notation::wareki;

/// Why a figure counts as missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// No file says anything about it.
    NotFound,
    /// The cell of a file is empty.
    Blank,
    /// Only some months of a year that is over by now.
    PartYear,
}

/// One missing figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// 指標ID
    pub indicator: String,
    /// 指標名
    pub name: String,
    /// Display name of the area
    pub area: String,
    /// The form's year
    pub year: i32,
    /// Why it counts as missing
    pub reason: GapReason,
    /// The empty cell is one of a dashboard's sheet, so that the same sheet would not bring it.
    #[serde(skip)]
    pub dashboard_is_blank: bool,
    /// Index into the participants
    #[serde(skip)]
    pub who: usize,
    /// Index into the indicators
    #[serde(skip)]
    pub row: usize,
}

/// A year of which there are only some months as yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct YearUnderWay {
    /// The form's year
    pub year: i32,
    /// Service months the files hold, where known
    pub months: Option<u8>,
}

/// What is missing, and what brings it.
#[derive(Clone, Debug, Serialize)]
pub struct MissingReport {
    /// Areas of the form: own first, then prefecture, nation and comparison areas
    pub areas: Vec<String>,
    /// The form's years, oldest first
    pub years: Vec<i32>,
    /// The newest complete year, the one comparisons speak of; `None` when the files hold none
    pub main_year: Option<i32>,
    /// Figures the form asks for
    pub wanted: usize,
    /// Figures that are there
    pub present: usize,
    /// Figures a file says there are none of
    pub none: usize,
    /// Cells a sheet leaves empty because their year is not over
    pub not_yet: usize,
    /// What is missing
    pub gaps: Vec<Gap>,
    /// The downloads, the most useful first; together they cover every gap
    pub downloads: Vec<Download>,
    /// Years that are not over yet
    pub under_way: Vec<YearUnderWay>,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Compares what the form asks for with the evidence. `today` decides which years can be complete by now and, when
/// nothing of the own area was found, which years are asked for.
pub fn missing(selection: &Selection, evidence: &Evidence, catalog: &Catalog, today: Date) -> MissingReport {
    let participants = selection.participants(catalog);
    let indicators = selection.indicators(catalog, &evidence.observations);
    let (from, to) = period(selection, evidence, &indicators, today);
    let selection = Selection { from: Some(from), to: Some(to), ..selection.clone() };
    let (comparison, mut diagnostics) = compare(&selection, &evidence.observations, catalog);
    if let Some(comparison) = &comparison {
        diagnostics.extend(other_insurers(&comparison.participants, evidence.spoken()));
    }
    let years: Vec<i32> = (from..=to).collect();
    let dashboards: Vec<&str> =
        evidence.files.iter().filter(|file| file.layout == Some("L1")).map(|file| file.sha256.as_str()).collect();
    let plain = comparison.is_none().then(|| totals(&evidence.observations));
    let figure = |row: usize, who: usize, year: i32| -> Option<&Observation> {
        match (&comparison, &plain) {
            (Some(comparison), _) => comparison.rows.get(row)?.figures.get(&(who, year)).map(|figure| &**figure),
            (None, Some(totals)) => {
                totals.get(&(indicators.get(row)?.0.id.as_str(), participants.get(who)?.area.key(), year)).copied()
            }
            (None, None) => None,
        }
    };
    let (mut gaps, mut present, mut none, mut not_yet) = (Vec::new(), 0, 0, 0);
    let mut under_way: BTreeMap<i32, Option<u8>> = BTreeMap::new();
    for (row, (indicator, _)) in indicators.iter().enumerate() {
        for (who, participant) in participants.iter().enumerate() {
            for &year in &years {
                let found = figure(row, who, year);
                let mut dashboard_is_blank = false;
                let reason = match found.map(|found| (found, found.datum)) {
                    None => GapReason::NotFound,
                    Some((found, Datum::Value(_))) => {
                        present += 1;
                        if !found.period.part_year {
                            continue;
                        }
                        if !can_be_complete(year, today) {
                            let months = under_way.entry(year).or_default();
                            *months = (*months).min(found.period.months).or(found.period.months);
                            continue;
                        }
                        GapReason::PartYear
                    }
                    // Adjusted rates come out after the year, the sheet shows an empty cell till then.
                    Some((_, Datum::Missing(MissingReason::Blank))) if !can_be_complete(year, today) => {
                        not_yet += 1;
                        continue;
                    }
                    Some((found, Datum::Missing(MissingReason::Blank))) => {
                        dashboard_is_blank = dashboards.contains(&found.source.file.sha256.as_str());
                        GapReason::Blank
                    }
                    Some(_) => {
                        none += 1;
                        continue;
                    }
                };
                gaps.push(Gap {
                    indicator: indicator.id.to_string(),
                    name: indicator.name.clone(),
                    area: participant.area.name.clone(),
                    year,
                    reason,
                    dashboard_is_blank,
                    who,
                    row,
                });
            }
        }
    }
    let has_whole = |year: &i32| {
        (0..indicators.len())
            .filter_map(|row| figure(row, 0, *year))
            .any(|f| f.datum.value().is_some() && !f.period.part_year)
    };
    let main_year = years.iter().rev().copied().find(has_whole);
    if comparison.is_some() && main_year.is_none() {
        diagnostics.push(
            Diagnostic::warning("no-complete-year", "1年分そろった年度の数値がありません。")
                .hint("比較には最新の1年分の数値を使います。前の年度も選んで出力してください。"),
        );
    }
    let downloads = cover::fewest(&gaps, &participants, &indicators, &years);
    MissingReport {
        areas: participants.iter().map(|participant| participant.area.name.clone()).collect(),
        wanted: indicators.len() * participants.len() * years.len(),
        years,
        main_year,
        present,
        none,
        not_yet,
        gaps,
        downloads,
        under_way: under_way.into_iter().map(|(year, months)| YearUnderWay { year, months }).collect(),
        diagnostics,
    }
}

/// A year's service months end in February; the system showed them about four months later (お知らせ in 別添1:
/// 10月月報 on 28 January). From July on a whole year can be downloaded.
fn can_be_complete(year: i32, today: Date) -> bool {
    (today.year, today.month) >= (year + 1, 7)
}

/// The years asked for, else the newest three up to the newest one that can be complete by now, or that the own area
/// has figures of.
fn period(selection: &Selection, evidence: &Evidence, indicators: &[(Indicator, bool)], today: Date) -> (i32, i32) {
    let count = i32::try_from(DEFAULT_YEARS).unwrap_or(3);
    let complete = if can_be_complete(today.year - 1, today) { today.year - 1 } else { today.year - 2 };
    let own = evidence.observations.iter().filter(|observation| {
        observation.area.key() == selection.own.key()
            && observation.datum.value().is_some()
            && indicators.iter().any(|(indicator, _)| indicator.id == observation.indicator)
    });
    let newest = own.filter_map(|observation| observation.period.form_year).fold(complete, i32::max);
    match (selection.from, selection.to) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, newest.clamp(from, from + MAX_YEARS - 1)),
        (None, to) => {
            let to = to.unwrap_or(newest);
            (to - count + 1, to)
        }
    }
}

type Totals<'a> = BTreeMap<(&'a str, &'a str, i32), &'a Observation>;

fn totals(observations: &[Observation]) -> Totals<'_> {
    let mut totals = BTreeMap::new();
    for observation in observations.iter().filter(|observation| observation.dimensions.is_total()) {
        if let Some(year) = observation.period.form_year {
            totals.insert((observation.indicator.as_str(), observation.area.key(), year), observation);
        }
    }
    totals
}

impl MissingReport {
    /// The check-list for people.
    pub fn text(&self) -> String {
        let span = match (self.years.first(), self.years.last()) {
            (Some(first), Some(last)) if first != last => format!("{}～{}", wareki(*first), wareki(*last)),
            (Some(only), _) => wareki(*only),
            _ => String::new(),
        };
        let mut out = format!(
            "{}　{span}　様式の数値 {}件のうち、そろっているもの {}件、",
            self.areas.first().map_or("", String::as_str),
            self.wanted,
            self.present - self.gaps.iter().filter(|gap| gap.reason == GapReason::PartYear).count()
        );
        if self.none > 0 {
            out.push_str(&format!("元の表に「データなし」などとあるもの {}件、", self.none));
        }
        if self.not_yet > 0 {
            out.push_str(&format!("年度の途中でまだ出ていないもの {}件、", self.not_yet));
        }
        out.push_str(&format!("足りないもの {}件\n", self.gaps.len()));
        for year in &self.under_way {
            let months = year.months.map_or("年の途中".to_owned(), |months| format!("{months}か月分"));
            out.push_str(&format!(
                "※{}は{months}の数値です。1年分は{}年7月ごろから出力できる見込みです。比較には{}を使います。\n",
                wareki(year.year),
                year.year + 1,
                self.main_year.map_or("前の年度".to_owned(), wareki)
            ));
        }
        if self.gaps.is_empty() {
            out.push_str("足りない数値はありません。\n");
            return out;
        }
        out.push_str(&format!("\n次の{}件を出力して、「受付」に入れてください。\n", self.downloads.len()));
        for (number, download) in self.downloads.iter().enumerate() {
            out.push_str(&format!("\n□ {}. {}\n", number + 1, download.text()));
        }
        out
    }
}

/// What a download is asked for.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    participants: &'a [Participant],
    indicators: &'a [(Indicator, bool)],
    years: &'a [i32],
}
