//! What to compare: areas, years, extra indicators.

use std::sync::Arc;

use super::{Participant, Thresholds};
use crate::catalog::{Catalog, Indicator};
use crate::form::Role;
use crate::model::{Area, AreaLevel, Observation};

/// A request as understood: areas resolved to insurers.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Own area: an insurer, or a prefecture
    pub own: Arc<Area>,
    /// 比較地域, in order
    pub others: Vec<Arc<Area>>,
    /// First year shown
    pub from: Option<i32>,
    /// Last year shown
    pub to: Option<i32>,
    /// 「指標追加」
    pub added: Vec<String>,
    /// The rule for verdicts
    pub thresholds: Thresholds,
}

impl Selection {
    /// Own, its prefecture (unless own is one), the nation, and the others without repeats.
    pub fn participants(&self, catalog: &Catalog) -> Vec<Participant> {
        let mut all = vec![Participant { role: Role::Own, area: self.own.clone() }];
        if self.own.level != AreaLevel::Prefecture
            && let Some(prefecture) = self.own.prefecture.as_deref().and_then(|name| catalog.prefecture(name))
        {
            all.push(Participant { role: Role::Prefecture, area: prefecture });
        }
        all.push(Participant { role: Role::Nation, area: Arc::new(Area::nation()) });
        let mut number = 0u8;
        for area in &self.others {
            if !all.iter().any(|known| known.area.key() == area.key()) {
                all.push(Participant { role: Role::Other(number), area: area.clone() });
                number = number.saturating_add(1);
            }
        }
        all
    }

    /// The form's indicators, then the added ones (not repeating the form's). An id that the catalog does not know
    /// is taken as its observations describe it.
    pub fn indicators(&self, catalog: &Catalog, observations: &[Observation]) -> Vec<(Indicator, bool)> {
        let mut all: Vec<(Indicator, bool)> =
            catalog.form().iter().map(|indicator| (indicator.clone(), false)).collect();
        for id in &self.added {
            if all.iter().any(|(known, _)| known.id.as_str() == id) {
                continue;
            }
            let indicator = catalog.indicator(id).cloned().or_else(|| {
                let unit = observations.iter().find(|o| o.indicator.as_str() == id)?.unit.to_string();
                Some(Indicator::unlisted(id, &unit))
            });
            if let Some(indicator) = indicator {
                all.push((indicator, true));
            }
        }
        all
    }
}
