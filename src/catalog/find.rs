//! Finding an area by what a person typed or a table says.

use std::sync::Arc;

use super::areas::{Areas, Entry};
use super::fold::{fold_kana, fold_name};
use super::lookup::Lookup;
use crate::model::{Area, AreaCode};

impl Areas {
    pub(super) fn find(&self, prefecture: Option<&str>, text: &str) -> Lookup {
        let prefecture = prefecture.map(str::trim).filter(|name| !name.is_empty());
        let prefecture = match prefecture.map(|name| self.prefecture(name)) {
            Some(None) => return Lookup::None,
            Some(Some(area)) => Some(area),
            None => None,
        };
        let within = prefecture.as_ref().map(|area| area.name.as_str());
        let found = match self.find_code(text) {
            Lookup::None => self.find_name(within, text),
            found => found,
        };
        if within.is_none() {
            return found;
        }
        // A code says its prefecture itself; a contradiction is no find.
        let inside = |area: &Arc<Area>| area.prefecture.as_deref() == within;
        found.candidates().iter().filter(|area| inside(area)).cloned().collect::<Vec<_>>().into()
    }

    pub(super) fn find_code(&self, text: &str) -> Lookup {
        let digits: String = fold_name(text);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Lookup::None;
        }
        if digits == "00000" {
            return Lookup::One(Arc::new(Area::nation()));
        }
        let with_zero = format!("0{digits}");
        let readings = match digits.len() {
            6 => [AreaCode::parse(&digits), None],
            5 => [AreaCode::parse(&with_zero), AreaCode::from_five(&digits)],
            4 => [AreaCode::from_five(&with_zero), None],
            _ => [None, None],
        };
        let entries = readings.iter().flatten().filter_map(|code| self.by_code.get(code));
        entries.map(|entry| Arc::clone(&entry.area)).collect::<Vec<_>>().into()
    }

    /// `prefecture` is a name of the table.
    pub(super) fn find_name(&self, prefecture: Option<&str>, text: &str) -> Lookup {
        let key = fold_name(text);
        if key == "全国" {
            return if prefecture.is_none() { Lookup::One(Arc::new(Area::nation())) } else { Lookup::None };
        }
        if let Some((name, inner)) = key.strip_suffix(')').and_then(|rest| rest.rsplit_once('('))
            && let Some(bracketed) = self.prefectures.get(inner)
        {
            let agrees = prefecture.is_none_or(|name| name == bracketed.row.name);
            return if agrees { self.named(Some(&bracketed.row.name), name) } else { Lookup::None };
        }
        if let Some(entry) = self.prefectures.get(&key) {
            return if entry.is_in(prefecture) { Lookup::One(Arc::clone(&entry.area)) } else { Lookup::None };
        }
        // The whole text first: a union's name may begin with its prefecture's (沖縄県介護保険広域連合). A prefecture
        // written in front then binds: what it does not hold is not looked for elsewhere.
        let whole = self.exactly(prefecture, &key);
        if !whole.is_empty() {
            return whole.into();
        }
        match self.split_prefecture(&key) {
            Some((leading, rest)) if prefecture.is_none_or(|name| name == leading) => self.named(Some(leading), rest),
            Some(_) => Lookup::None,
            None => self.named(prefecture, &key),
        }
    }

    /// Areas of a folded name, with or without its county.
    fn named(&self, prefecture: Option<&str>, key: &str) -> Lookup {
        let exact = self.exactly(prefecture, key);
        if !exact.is_empty() || !key.ends_with(['町', '村']) {
            return exact.into();
        }
        // 郡 may stand in a town's own name (赤穂郡上郡町), so every place to cut is tried.
        let counties = key.match_indices('郡').filter(|(at, _)| *at > 0);
        let towns = counties.filter_map(|(at, county)| key.get(at + county.len()..));
        towns.map(|town| self.exactly(prefecture, town)).find(|found| !found.is_empty()).unwrap_or_default().into()
    }

    /// Areas of exactly this folded name.
    fn exactly(&self, prefecture: Option<&str>, key: &str) -> Vec<Arc<Area>> {
        let entries = self.by_name.get(key).into_iter().flatten();
        entries.filter(|entry| entry.is_in(prefecture)).map(|entry| Arc::clone(&entry.area)).collect()
    }

    /// The prefecture a folded name begins with, and the rest.
    fn split_prefecture<'a>(&self, key: &'a str) -> Option<(&str, &'a str)> {
        key.match_indices(['都', '道', '府', '県']).find_map(|(at, suffix)| {
            let (leading, rest) = key.split_at_checked(at + suffix.len())?;
            Some((self.prefectures.get(leading)?.row.name.as_str(), rest))
        })
    }

    pub(super) fn search(&self, text: &str, limit: usize) -> Vec<Arc<Area>> {
        let wanted: String = fold_name(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let reading: String = wanted.chars().map(fold_kana).collect();
        let mut found: Vec<(bool, &Arc<Entry>)> = Vec::new();
        for entry in &self.entries {
            let name = fold_name(&entry.area.name);
            let code = entry.row.code.as_ref().map_or("", AreaCode::as_str);
            // Readings are hiragana in the shipped table; a workspace may have written katakana.
            let kana: String = entry.row.kana.chars().map(fold_kana).collect();
            if name.contains(&wanted) || kana.contains(&reading) || code.contains(&wanted) {
                let begins = entry.key().starts_with(&wanted)
                    || fold_name(&entry.row.name).starts_with(&wanted)
                    || kana.starts_with(&reading)
                    || code.starts_with(&wanted);
                found.push((!begins, entry));
            }
        }
        found.sort_by_key(|(behind, _)| *behind);
        found.into_iter().take(limit).map(|(_, entry)| Arc::clone(&entry.area)).collect()
    }
}
