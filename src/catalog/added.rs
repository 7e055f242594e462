//! Areas of a workspace's file, checked against the catalog and one another before they are added.

use std::collections::{HashMap, HashSet};

use super::areas::Areas;
use super::fold::fold_name;
use super::row::{Level, Problem, Row, read_rows};
use crate::diagnostic::Diagnostic;
use crate::model::{AreaCode, CellRef};

/// `base` and the rows of a workspace's file, or every mistake of the file.
pub(super) fn add(base: &Areas, csv_text: &str, file_name: &str) -> Result<Areas, Vec<Diagnostic>> {
    let reading = read_rows(csv_text, file_name);
    let mut problems = reading.problems;
    let mut known = Known::of(base);
    // Prefectures first, then what stands in them, then wards: the order in the file does not matter.
    for level in [Level::Prefecture, Level::Union, Level::Municipality, Level::Ward] {
        for row in reading.rows.iter().filter(|row| row.level == level) {
            match known.check(row) {
                Ok(()) => known.insert(row),
                Err(problem) => problems.push(reading.columns.diagnostic(row.line, problem)),
            }
        }
    }
    if !problems.is_empty() {
        problems.sort_by_key(line_of);
        return Err(problems);
    }
    let all = base.entries.iter().map(|entry| entry.row.clone()).chain(reading.rows);
    Ok(Areas::from_rows(all.collect()))
}

/// The line a problem points at; problems of the whole file come first.
fn line_of(problem: &Diagnostic) -> u32 {
    problem.place.cell.as_deref().and_then(CellRef::parse).map_or(0, |cell| cell.row + 1)
}

/// What is taken already, by the catalog or by an earlier row.
struct Known {
    /// Two digits of each prefecture, by name.
    prefectures: HashMap<String, String>,
    codes: HashSet<AreaCode>,
    /// (prefecture, folded name; of a ward with its city)
    names: HashSet<(String, String)>,
    unions: HashSet<(String, String)>,
    cities: HashMap<AreaCode, (String, String)>,
}

impl Known {
    fn of(base: &Areas) -> Self {
        let mut known = Self {
            prefectures: HashMap::new(),
            codes: HashSet::new(),
            names: HashSet::new(),
            unions: HashSet::new(),
            cities: HashMap::new(),
        };
        // Cities stand before their wards in the table.
        base.entries.iter().for_each(|entry| known.insert(&entry.row));
        known
    }

    fn name_key(&self, row: &Row) -> (String, String) {
        let city = row.parent.and_then(|code| self.cities.get(&code)).map_or("", |(_, name)| name);
        (row.prefecture.clone(), fold_name(&format!("{city}{}", row.name)))
    }

    fn check(&self, row: &Row) -> Result<(), Problem> {
        if row.level == Level::Prefecture {
            self.check_prefecture(row)?;
        } else {
            let Some(digits) = self.prefectures.get(&row.prefecture) else {
                let text = format!("「{}」という都道府県はありません。先にその行を書いてください。", row.prefecture);
                return Err(Problem::new("prefecture", text));
            };
            if row.code.is_some_and(|code| code.prefecture_digits() != digits) {
                let text = format!("{}のコードは {digits} で始まります。", row.prefecture);
                return Err(Problem::new("code", text));
            }
        }
        if let Some(code) = row.code.filter(|code| self.codes.contains(code)) {
            return Err(Problem::new("code", format!("「{code}」は使われています。")));
        }
        if let Some(parent) = row.parent
            && self.cities.get(&parent).is_none_or(|(prefecture, _)| *prefecture != row.prefecture)
        {
            let text = format!("「{parent}」という市は{}にありません。", row.prefecture);
            return Err(Problem::new("parent", text));
        }
        if self.names.contains(&self.name_key(row)) {
            let text = format!("「{}」は{}にすでにあります。", row.name, row.prefecture);
            return Err(Problem::new("name", text));
        }
        let union = (row.prefecture.clone(), fold_name(&row.insurer));
        if !matches!(row.insurer.as_str(), "" | "self") && !self.unions.contains(&union) {
            let text = format!("「{}」という広域連合などは{}にありません。", row.insurer, row.prefecture);
            return Err(Problem::new("insurer", text));
        }
        Ok(())
    }

    /// No real prefecture has a code from 90 to 99, so that a made-up one is never taken for a real one.
    fn check_prefecture(&self, row: &Row) -> Result<(), Problem> {
        let taken = |name: &String| fold_name(name) == fold_name(&row.name);
        if self.prefectures.keys().any(taken) {
            return Err(Problem::new("name", format!("「{}」はすでにあります。", row.name)));
        }
        if row.name != row.prefecture {
            return Err(Problem::new("name", "都道府県の行では prefecture と name を同じにしてください。"));
        }
        if !row.name.ends_with(['都', '道', '府', '県']) {
            return Err(Problem::new("name", "都・道・府・県のどれかで終わる名前にしてください。"));
        }
        let fictitious =
            |code: AreaCode| code.prefecture_digits().starts_with('9') && code.as_str().get(2..5) == Some("000");
        if !row.code.is_some_and(fictitious) {
            let text = "架空の都道府県のコードは 90000～99000 に検査数字を付けたものにしてください。";
            return Err(Problem::new("code", text));
        }
        let digits = row.code.map(|code| code.prefecture_digits().to_owned());
        if digits.is_some_and(|digits| self.prefectures.values().any(|taken| *taken == digits)) {
            return Err(Problem::new("code", "この番号の都道府県はすでにあります。"));
        }
        Ok(())
    }

    fn insert(&mut self, row: &Row) {
        self.names.insert(self.name_key(row));
        self.codes.extend(row.code);
        match (row.level, row.code) {
            (Level::Prefecture, Some(code)) => {
                self.prefectures.insert(row.name.clone(), code.prefecture_digits().to_owned());
            }
            (Level::Municipality, Some(code)) => {
                self.cities.insert(code, (row.prefecture.clone(), row.name.clone()));
            }
            (Level::Union, _) => {
                self.unions.insert((row.prefecture.clone(), fold_name(&row.name)));
            }
            _ => {}
        }
    }
}
