//! 設定.toml against areas, files and each other: everything that is wrong, at once, before anything is made.

use super::{Lines, SETTINGS, Settings, Text, Workspace};
use crate::catalog::Catalog;
use crate::deliver::NameWords;
use crate::diagnostic::{Diagnostic, Place};
use crate::intake::Evidence;
use crate::job::check_added;
use crate::model::{AreaLevel, Date};
use crate::request::resolve_area;

impl Workspace {
    /// Whatever is wrong with the settings as they stand now, each with its line: values, areas nobody knows (with the
    /// nearest names), the areas file, the template, file names two insurers would share. `evidence` knows areas and
    /// indicators that only a dropped file has; [`Evidence::default`] will do.
    pub fn check_settings(&self, evidence: &Evidence) -> Vec<Diagnostic> {
        let told = |message: String, place: Place| Diagnostic::error("settings", message).at(place);
        let bytes = match self.settings_bytes() {
            Ok(bytes) => bytes,
            Err(error) => return vec![told(error.to_string(), Place::file(SETTINGS))],
        };
        let settings = match Settings::parse(&bytes) {
            Ok(settings) => settings,
            // The sentences name their lines themselves.
            Err(error) => {
                return error.to_string().lines().map(|line| told(line.to_owned(), Place::default())).collect();
            }
        };
        let lines = Lines::of(&Text::decode(&bytes).text);
        let catalog = match self.catalog() {
            Ok(catalog) => catalog,
            Err(error) => {
                let key = if settings.areas.is_some() { "地域一覧" } else { "広域連合" };
                return error.to_string().lines().map(|line| told(line.to_owned(), lines.spot(key))).collect();
            }
        };
        let mut found = Vec::new();
        found.extend(areas(&settings, &lines, &catalog, evidence));
        for id in &settings.add.0 {
            if let Err(error) = check_added(id, &catalog, evidence) {
                found.push(told(error.to_string(), lines.spot("指標追加")));
            }
        }
        if let Some(name) = settings.template.as_deref().filter(|name| !name.trim().is_empty())
            && let Err(error) = self.inside(name).and_then(|path| crate::job::marked_template(&path))
        {
            found.push(told(error.to_string(), lines.spot("ひな形")));
        }
        found
    }
}

fn areas(settings: &Settings, lines: &Lines, catalog: &Catalog, evidence: &Evidence) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut own = Vec::new();
    for (key, texts) in [("自地域", &settings.own.0), ("比較地域", &settings.compare.0)] {
        for text in texts {
            match resolve_area(text, catalog, &evidence.observations) {
                Ok((area, _)) if key == "自地域" => match own.iter().find(|(known, _)| *known == area) {
                    Some((_, first)) => found.push(
                        Diagnostic::warning(
                            "settings",
                            format!(
                                "「{first}」と「{text}」は同じ保険者（{}）です。シートは1つになります。",
                                area.name
                            ),
                        )
                        .hint("どちらかを消してください。")
                        .at(lines.spot(key)),
                    ),
                    None => own.push((area, text)),
                },
                Ok(_) => {}
                Err(error) => found.push(Diagnostic::error("settings-area", error.to_string()).at(lines.spot(key))),
            }
        }
    }
    let words: Vec<NameWords<'_>> = own
        .iter()
        .map(|(area, _)| NameWords {
            prefecture: match area.level {
                AreaLevel::Prefecture => "",
                _ => area.prefecture.as_deref().unwrap_or_default(),
            },
            insurer: area.short_name(),
            date: Date { year: 2026, month: 1, day: 1 },
        })
        .collect();
    for collision in settings.names().collisions(&words).unwrap_or_default() {
        let who: Vec<String> =
            collision.insurers.iter().map(|(prefecture, insurer)| format!("{prefecture} {insurer}")).collect();
        let key = if collision.name.to_lowercase().ends_with(".pdf") {
            "資料のファイル名"
        } else {
            "ファイル名"
        };
        found.push(
            Diagnostic::error("names-collide", format!("{}のファイルが同じ名前になります。", who.join("と")))
                .hint("{{都道府県}} と {{保険者}} をファイル名の形に入れてください。")
                .at(lines.spot(key)),
        );
    }
    found
}
