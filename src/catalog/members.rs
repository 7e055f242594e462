//! The members of a union, as a workspace's settings name them.

use std::sync::Arc;

use super::areas::Areas;
use super::fold::fold_name;
use super::lookup::Lookup;
use super::row::{Level, Row};
use crate::diagnostic::Diagnostic;

impl Areas {
    /// Makes `towns` the whole membership of `union`.
    pub(super) fn with_members(&self, union: &str, towns: &[&str]) -> Result<Self, Vec<Diagnostic>> {
        let lookup = self.find(None, union);
        let Some(union_entry) = lookup
            .clone()
            .one()
            .and_then(|area| self.entry_of(&area).filter(|entry| entry.row.level == Level::Union).map(Arc::clone))
        else {
            let problem = match lookup {
                Lookup::One(_) => format!("『{union}』は広域連合などではありません。"),
                other => other.describe(union),
            };
            let hint = "広域連合などの名前を「都道府県 名称」で書いてください。";
            return Err(vec![Diagnostic::error("members-union", problem).hint(hint)]);
        };
        let Row { prefecture, name, .. } = &union_entry.row;

        let mut members = Vec::new();
        let mut problems = Vec::new();
        for town in towns {
            let lookup = self.find(Some(prefecture), town);
            match lookup.clone().one().and_then(|area| self.entry_of(&area).map(Arc::clone)) {
                Some(entry) if entry.row.level == Level::Municipality => members.push(entry.row.code),
                Some(entry) => problems.push(format!("『{}』は市町村ではありません。", entry.area.name)),
                None => problems.push(lookup.describe(town)),
            }
        }
        if !problems.is_empty() {
            let hint = format!("{prefecture}の市町村の名前か、6けたの団体コードを書いてください。");
            let tell = |text| Diagnostic::error("members-town", format!("{name}の構成市町村: {text}")).hint(&hint);
            return Err(problems.into_iter().map(tell).collect());
        }

        let mut rows: Vec<Row> = self.entries.iter().map(|entry| entry.row.clone()).collect();
        for row in rows.iter_mut().filter(|row| row.level == Level::Municipality && row.prefecture == *prefecture) {
            if members.contains(&row.code) {
                row.insurer.clone_from(name);
            } else if fold_name(&row.insurer) == fold_name(name) {
                row.insurer.clear();
            }
        }
        Ok(Self::from_rows(rows))
    }
}
