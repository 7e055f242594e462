//! Two indicators at once: own, prefecture, nation and the prefecture's insurers as points.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Participant, ShownYear};
use crate::model::{Area, AreaLevel, Observation};

/// Which pair of indicators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScatterKind {
    /// x 調整済み軽度認定率, y 調整済み重度認定率
    Severity,
    /// x 受給率（在宅）, y 受給率（施設）＋受給率（居住系）
    Services,
}

/// One area.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The area
    pub area: Arc<Area>,
    /// ％
    pub x: f64,
    /// ％
    pub y: f64,
}

/// The points of one year and, for adjusted rates, of one standardisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    /// Which pair
    pub kind: ScatterKind,
    /// The form's year
    pub year: i32,
    /// 【注目する地域のみ】 or 【他地域と比較】; `None` where the files say nothing
    pub standardisation: Option<String>,
    /// The participants, in their order, as far as they have both values
    pub participants: Vec<(usize, Point)>,
    /// Insurers of the own prefecture that are no participants, by name
    pub peers: Vec<Point>,
}

impl Scatter {
    /// The point of a participant.
    pub fn point(&self, participant: usize) -> Option<&Point> {
        self.participants.iter().find(|(who, _)| *who == participant).map(|(_, point)| point)
    }
}

/// x, and the summands of y.
type Parts = (Arc<Area>, [Option<f64>; 3]);

/// The pairs that have a point of the own area. Of several years and standardisations the one with the most of the
/// prefecture's insurers, then the newest.
pub(super) fn scatters(
    observations: &[Observation],
    participants: &[Participant],
    years: &[ShownYear],
) -> Vec<Scatter> {
    let Some(own) = participants.first() else { return Vec::new() };
    let whole: Vec<i32> = years.iter().filter(|year| !year.part_year).map(|year| year.year).collect();
    let mut found: BTreeMap<(ScatterKind, i32, Option<&str>), BTreeMap<&str, Parts>> = BTreeMap::new();
    for o in observations {
        let (Some((kind, part)), Some(value), Some(year)) = (part_of(o), o.datum.value(), o.period.form_year) else {
            continue;
        };
        let wanted = participants.iter().any(|participant| participant.area.key() == o.area.key())
            || (o.area.level == AreaLevel::Insurer
                && o.area.prefecture.is_some()
                && o.area.prefecture == own.area.prefecture);
        if !wanted || o.period.part_year || !whole.contains(&year) {
            continue;
        }
        let set = found.entry((kind, year, o.dimensions.standardisation.as_deref())).or_default();
        let (_, parts) = set.entry(o.area.key()).or_insert_with(|| (o.area.clone(), [None; 3]));
        if let Some(slot) = parts.get_mut(part) {
            slot.get_or_insert(value);
        }
    }
    [ScatterKind::Severity, ScatterKind::Services]
        .into_iter()
        .filter_map(|wanted| {
            found
                .iter()
                .filter(|((kind, ..), _)| *kind == wanted)
                .map(|((kind, year, which), set)| scatter(*kind, *year, *which, set, participants))
                .filter(|scatter| scatter.point(0).is_some())
                .max_by_key(|scatter| (scatter.peers.len().min(3), scatter.year, scatter.peers.len()))
        })
        .collect()
}

fn scatter(
    kind: ScatterKind,
    year: i32,
    standardisation: Option<&str>,
    set: &BTreeMap<&str, Parts>,
    participants: &[Participant],
) -> Scatter {
    let point = |(area, parts): &Parts| {
        let [x, y, more] = *parts;
        let y = match kind {
            ScatterKind::Severity => y?,
            ScatterKind::Services => y? + more?,
        };
        Some(Point { area: area.clone(), x: x?, y })
    };
    let known = |participant: &Participant| set.get(participant.area.key()).and_then(point);
    Scatter {
        kind,
        year,
        standardisation: standardisation.map(str::to_owned),
        participants: participants.iter().enumerate().filter_map(|(who, p)| Some((who, known(p)?))).collect(),
        peers: set
            .iter()
            .filter(|(key, _)| participants.iter().all(|participant| participant.area.key() != **key))
            .filter_map(|(_, parts)| point(parts))
            .collect(),
    }
}

/// Which axis an observation belongs to: 0 = x, 1 and 2 are summed to y.
fn part_of(o: &Observation) -> Option<(ScatterKind, usize)> {
    let d = &o.dimensions;
    if d.care_level.is_some() || d.age.is_some() || d.sex.is_some() {
        return None;
    }
    let service = d.service.as_deref();
    // 「分布」 (B6) and some exports of B6-a and B6-b name the rate in the place of a service.
    let severity = |word: &str| service.is_none_or(|name| name.contains(word));
    match o.indicator.as_str() {
        "B6" if service?.contains("軽度") => Some((ScatterKind::Severity, 0)),
        "B6" if service?.contains("重度") => Some((ScatterKind::Severity, 1)),
        "B6-b" if severity("軽度") => Some((ScatterKind::Severity, 0)),
        "B6-a" if severity("重度") => Some((ScatterKind::Severity, 1)),
        "D4" if service.is_none() => Some((ScatterKind::Services, 0)),
        "D2" if service.is_none() => Some((ScatterKind::Services, 1)),
        "D3" if service.is_none() => Some((ScatterKind::Services, 2)),
        _ => None,
    }
}
