//! The fewest downloads that cover all gaps, by greedy set cover: each time the one that closes the most.

use std::collections::BTreeSet;

use super::download::{Download, DownloadKind};
use super::{Gap, Wanted};
use crate::catalog::{Indicator, SeriesKind};
use crate::compare::Participant;
use crate::form::Role;
use crate::model::{Area, AreaLevel};
use crate::notation::wareki;

const SYSTEM: &str = "地域包括ケア「見える化」システム";

/// A download that could be made, as indices into what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Candidate {
    /// 自地域 and one 比較地域; the own area's sheet also holds its prefecture and the nation
    Dashboard(usize, Option<usize>),
    /// Row
    TimeSeries(usize),
    /// Row and year
    ByArea(usize, i32),
    /// Row
    Statistic(usize),
    /// All rows
    EntryForm,
}

impl Candidate {
    fn closes(self, gap: &Gap, wanted: Wanted<'_>) -> bool {
        let (Some((indicator, _)), Some(participant)) =
            (wanted.indicators.get(gap.row), wanted.participants.get(gap.who))
        else {
            return false;
        };
        let in_system = is_of_system(indicator) && is_choosable(&participant.area);
        match self {
            Self::Dashboard(own, other) => {
                let around = match participant.role {
                    // Every sheet has the nation; the prefecture is that of its own area.
                    Role::Nation => true,
                    Role::Prefecture => {
                        let own = wanted.participants.get(own).map(|own| &own.area);
                        own.is_some_and(|own| own.prefecture.as_deref() == Some(participant.area.name.as_str()))
                    }
                    Role::Own | Role::Other(_) => false,
                };
                in_system && !gap.dashboard_is_blank && (gap.who == own || Some(gap.who) == other || around)
            }
            Self::TimeSeries(row) => in_system && gap.row == row && indicator.kind == SeriesKind::TimeSeries,
            Self::ByArea(row, year) => {
                in_system && (gap.row, gap.year) == (row, year) && indicator.kind == SeriesKind::ByArea
            }
            Self::Statistic(row) => gap.row == row && !is_of_system(indicator) && !indicator.note.is_empty(),
            Self::EntryForm => true,
        }
    }
}

/// This product's own ids stand for other statistics.
fn is_of_system(indicator: &Indicator) -> bool {
    !indicator.id.as_str().starts_with("X-")
}

/// The system knows insurers, prefectures and the nation.
fn is_choosable(area: &Area) -> bool {
    matches!(area.level, AreaLevel::Insurer | AreaLevel::Prefecture | AreaLevel::Nation)
}

/// Downloads that together close every gap, the most useful first.
pub(super) fn fewest(
    gaps: &[Gap],
    participants: &[Participant],
    indicators: &[(Indicator, bool)],
    years: &[i32],
) -> Vec<Download> {
    let wanted = Wanted { participants, indicators, years };
    let candidates = candidates(wanted);
    let mut open: BTreeSet<usize> = (0..gaps.len()).collect();
    let mut downloads = Vec::new();
    while !open.is_empty() {
        let closed_by = |candidate: Candidate| -> Vec<usize> {
            open.iter()
                .copied()
                .filter(|number| gaps.get(*number).is_some_and(|gap| candidate.closes(gap, wanted)))
                .collect()
        };
        // Of equals the first: a dashboard's sheet holds full precision.
        let mut best: Option<(Candidate, Vec<usize>)> = None;
        for candidate in candidates.iter().copied() {
            // Typing by hand is for what nothing else brings.
            if candidate == Candidate::EntryForm && best.as_ref().is_some_and(|(_, closed)| !closed.is_empty()) {
                continue;
            }
            let closed = closed_by(candidate);
            if best.as_ref().is_none_or(|(_, most)| closed.len() > most.len()) {
                best = Some((candidate, closed));
            }
        }
        let Some((candidate, closed)) = best.filter(|(_, closed)| !closed.is_empty()) else { break };
        for number in &closed {
            open.remove(number);
        }
        let closed: Vec<&Gap> = closed.iter().filter_map(|number| gaps.get(*number)).collect();
        downloads.push(describe(candidate, &closed, wanted));
    }
    downloads
}

fn candidates(wanted: Wanted<'_>) -> Vec<Candidate> {
    let mut all = Vec::new();
    let choosable = |who: &usize| {
        wanted.participants.get(*who).is_some_and(|participant| {
            is_choosable(&participant.area) && matches!(participant.role, Role::Own | Role::Other(_))
        })
    };
    let areas: Vec<usize> = (0..wanted.participants.len()).filter(choosable).collect();
    for (index, &own) in areas.iter().enumerate() {
        if wanted.participants.get(own).is_some_and(|participant| participant.area.level == AreaLevel::Nation) {
            continue;
        }
        all.push(Candidate::Dashboard(own, None));
        all.extend(areas.iter().skip(index + 1).map(|other| Candidate::Dashboard(own, Some(*other))));
    }
    for (row, (indicator, _)) in wanted.indicators.iter().enumerate() {
        if !is_of_system(indicator) {
            all.push(Candidate::Statistic(row));
        } else if indicator.kind == SeriesKind::TimeSeries {
            all.push(Candidate::TimeSeries(row));
        } else {
            all.extend(wanted.years.iter().map(|year| Candidate::ByArea(row, *year)));
        }
    }
    all.push(Candidate::EntryForm);
    all
}

fn describe(candidate: Candidate, closed: &[&Gap], wanted: Wanted<'_>) -> Download {
    let name = |who: usize| wanted.participants.get(who).map(|p| p.area.name.clone()).unwrap_or_default();
    let indicator = |row: usize| {
        wanted.indicators.get(row).map(|(indicator, _)| (indicator.id.to_string(), indicator.name.clone()))
    };
    let years = closed.iter().map(|gap| gap.year);
    let years = (years.clone().min().unwrap_or_default(), years.max().unwrap_or_default());
    let mut areas: Vec<usize> = closed.iter().map(|gap| gap.who).collect();
    areas.sort_unstable();
    areas.dedup();
    let mut download = Download {
        kind: DownloadKind::EntryForm,
        system: SYSTEM.to_owned(),
        menu: Vec::new(),
        indicator: None,
        add: Vec::new(),
        own: None,
        areas: areas.into_iter().map(name).collect(),
        years,
        closes: closed.len(),
        other_way: None,
    };
    let menu = |parts: &[&str]| parts.iter().map(|&part| part.to_owned()).collect();
    match candidate {
        Candidate::Dashboard(own, other) => {
            download.kind = DownloadKind::Dashboard;
            download.menu = menu(&[
                "ダッシュボード",
                "新規作成・編集",
                "専用フォーマット「地域分析・検討シート」",
                "作成",
                "操作メニュー",
                "Excel出力",
            ]);
            download.own = Some(name(own));
            download.areas = other.into_iter().map(name).collect();
            let mut rows: Vec<usize> = closed.iter().map(|gap| gap.row).collect();
            rows.dedup();
            let added = |row: &usize| wanted.indicators.get(*row).is_some_and(|(_, added)| *added);
            download.add = rows.into_iter().filter(added).filter_map(indicator).collect();
        }
        Candidate::TimeSeries(row) => {
            download.kind = DownloadKind::TimeSeries;
            download.menu = menu(&["現状分析", "指標を選ぶ", "時系列", "Excel出力"]);
            download.indicator = indicator(row);
            download.other_way = annual_report(wanted, row, years);
        }
        Candidate::ByArea(row, _) => {
            download.kind = DownloadKind::ByArea;
            download.menu = menu(&["現状分析", "指標を選ぶ", "地域別", "Excel出力"]);
            download.indicator = indicator(row);
        }
        Candidate::Statistic(row) => {
            download.kind = DownloadKind::Statistic;
            let note = wanted.indicators.get(row).map(|(indicator, _)| indicator.note.clone());
            download.system = note.unwrap_or_default();
            download.menu = menu(&["公表ページから表をダウンロード"]);
            download.indicator = indicator(row);
        }
        Candidate::EntryForm => {
            download.system = "このソフトの入力用の表".to_owned();
            download.menu = menu(&["出力できるシステムがない数値を、手もとの資料から入力"]);
            let mut rows: Vec<usize> = closed.iter().map(|gap| gap.row).collect();
            rows.sort_unstable();
            rows.dedup();
            download.add = rows.into_iter().filter_map(indicator).collect();
        }
    }
    download
}

/// 認定率 can also be computed from two tables of the annual report, for all insurers of the country at once.
fn annual_report(wanted: Wanted<'_>, row: usize, years: (i32, i32)) -> Option<String> {
    let (indicator, _) = wanted.indicators.get(row)?;
    (indicator.id.as_str() == "B4-a").then(|| {
        format!(
            "介護保険事業状況報告（年報）の第2表（…02h）と第4-1-1表（…04-1-1h）を、{}から{}まで年度ごとに1組。全国の保険者の認定率がまとめてそろいます。",
            wareki(years.0),
            wareki(years.1)
        )
    })
}
