//! The table of areas and its indices.

use std::collections::HashMap;
use std::sync::Arc;

use super::fold::fold_name;
use super::row::{Level, Row, read_rows};
use crate::model::{Area, AreaCode, AreaLevel};

/// Municipalities that took a new name and kept their code: old tables still carry the old one.
const FORMER_NAMES: [(&str, &str); 1] = [("282219", "篠山市")];

/// Who insures the people of an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InsurerOf {
    /// The area is an insurer.
    Itself,
    /// The area is a member of this union, or a ward of such a member.
    Union(Arc<Area>),
    /// The area is a ward of this city, the insurer.
    City(Arc<Area>),
    /// The catalog does not know, or the area is a prefecture, the nation, or not in the catalog.
    NotKnown,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) area: Arc<Area>,
    pub(super) row: Row,
}

impl Entry {
    /// The key of the name as it stands below the prefecture: of a ward with its city.
    pub(super) fn key(&self) -> String {
        fold_name(self.area.short_name())
    }

    pub(super) fn is_in(&self, prefecture: Option<&str>) -> bool {
        prefecture.is_none() || self.area.prefecture.as_deref() == prefecture
    }
}

/// All rows, found by code and by folded name.
#[derive(Clone, Debug, Default)]
pub(super) struct Areas {
    pub(super) entries: Vec<Arc<Entry>>,
    pub(super) by_code: HashMap<AreaCode, Arc<Entry>>,
    /// Municipalities, wards (with their city and alone) and unions; prefectures are apart.
    pub(super) by_name: HashMap<String, Vec<Arc<Entry>>>,
    pub(super) prefectures: HashMap<String, Arc<Entry>>,
}

impl Areas {
    /// The shipped table. Its correctness is the tests' business, so mistakes are not looked at here.
    pub(super) fn shipped(csv_text: &str) -> Self {
        Self::from_rows(read_rows(csv_text, "areas.csv").rows)
    }

    /// Builds the indices. The rows have been checked; a ward whose city is missing is left out.
    pub(super) fn from_rows(rows: Vec<Row>) -> Self {
        let cities: HashMap<AreaCode, String> = rows
            .iter()
            .filter(|row| row.level == Level::Municipality)
            .filter_map(|row| Some((row.code?, row.name.clone())))
            .collect();
        let mut areas = Self::default();
        for row in rows {
            let Some(area) = area_of(&row, &cities) else { continue };
            areas.push(Arc::new(Entry { area: Arc::new(area), row }));
        }
        areas
    }

    fn push(&mut self, entry: Arc<Entry>) {
        if let Some(code) = entry.row.code {
            self.by_code.insert(code, Arc::clone(&entry));
        }
        if entry.row.level == Level::Prefecture {
            self.prefectures.insert(fold_name(&entry.row.name), Arc::clone(&entry));
        } else {
            self.by_name.entry(entry.key()).or_default().push(Arc::clone(&entry));
        }
        let former = FORMER_NAMES.iter().filter(|(code, _)| entry.row.code.is_some_and(|own| own.as_str() == *code));
        for (_, name) in former {
            self.by_name.entry(fold_name(name)).or_default().push(Arc::clone(&entry));
        }
        if entry.row.level == Level::Ward {
            self.by_name.entry(fold_name(&entry.row.name)).or_default().push(Arc::clone(&entry));
        }
        self.entries.push(entry);
    }

    pub(super) fn prefecture(&self, name: &str) -> Option<Arc<Area>> {
        self.prefectures.get(&fold_name(name)).map(|entry| Arc::clone(&entry.area))
    }

    pub(super) fn prefectures(&self) -> Vec<Arc<Area>> {
        let mut prefectures: Vec<_> = self.prefectures.values().map(|entry| Arc::clone(&entry.area)).collect();
        prefectures.sort_by_key(|area| area.code);
        prefectures
    }

    pub(super) fn insurers_in(&self, prefecture: &str) -> Vec<Arc<Area>> {
        let Some(prefecture) = self.prefecture(prefecture) else { return Vec::new() };
        let insurers = self.entries.iter().filter(|entry| entry.area.level == AreaLevel::Insurer);
        let insurers = insurers.filter(|entry| entry.is_in(Some(&prefecture.name)));
        let mut insurers: Vec<_> = insurers.map(|entry| Arc::clone(&entry.area)).collect();
        // Stable: unions have no code and keep their order behind the municipalities.
        insurers.sort_by_key(|area| (area.code.is_none(), area.code));
        insurers
    }

    pub(super) fn kana(&self, area: &Area) -> &str {
        self.entry_of(area).map_or("", |entry| entry.row.kana.as_str())
    }

    pub(super) fn insurer_of(&self, area: &Area) -> InsurerOf {
        let Some(entry) = self.entry_of(area) else { return InsurerOf::NotKnown };
        match entry.row.level {
            Level::Union => InsurerOf::Itself,
            Level::Municipality => self.insurer_of_municipality(entry),
            Level::Ward => match entry.row.parent.and_then(|code| self.by_code.get(&code)) {
                Some(city) => match self.insurer_of_municipality(city) {
                    InsurerOf::Itself => InsurerOf::City(Arc::clone(&city.area)),
                    other => other,
                },
                None => InsurerOf::NotKnown,
            },
            Level::Prefecture => InsurerOf::NotKnown,
        }
    }

    fn insurer_of_municipality(&self, entry: &Entry) -> InsurerOf {
        match entry.row.insurer.as_str() {
            "" => InsurerOf::NotKnown,
            "self" => InsurerOf::Itself,
            union => match self.union(&entry.row.prefecture, union) {
                Some(union) => InsurerOf::Union(Arc::clone(&union.area)),
                None => InsurerOf::NotKnown,
            },
        }
    }

    pub(super) fn entry_of(&self, area: &Area) -> Option<&Arc<Entry>> {
        match area.code {
            Some(code) => self.by_code.get(&code),
            None => self.union(area.prefecture.as_deref()?, area.short_name()),
        }
    }

    pub(super) fn union(&self, prefecture: &str, name: &str) -> Option<&Arc<Entry>> {
        let entries = self.by_name.get(&fold_name(name))?;
        entries.iter().find(|entry| entry.row.level == Level::Union && entry.is_in(Some(prefecture)))
    }
}

fn area_of(row: &Row, cities: &HashMap<AreaCode, String>) -> Option<Area> {
    let (name, level) = match row.level {
        Level::Prefecture => (row.name.clone(), AreaLevel::Prefecture),
        Level::Municipality if row.insurer == "self" => (row.display_name(), AreaLevel::Insurer),
        Level::Municipality => (row.display_name(), AreaLevel::Municipality),
        Level::Union => (row.display_name(), AreaLevel::Insurer),
        Level::Ward => {
            let city = cities.get(&row.parent?)?;
            let ward = row.name.strip_prefix(city.as_str()).unwrap_or(&row.name);
            (format!("{} {city}{ward}", row.prefecture), AreaLevel::Ward)
        }
    };
    Some(Area { code: row.code, name, prefecture: Some(row.prefecture.clone()), level })
}
