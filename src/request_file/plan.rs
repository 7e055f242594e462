//! A request against areas, settings and folders: every mistake is found before anything is made.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::wish::{Said, What, Whose, Wish};
use super::{Diagnostic, RequestFile};
use crate::catalog::Catalog;
use crate::compare::{Selection, Thresholds};
use crate::deliver::{NameWords, Patterns, sanitize};
use crate::error::Result;
use crate::handout::Typesetter;
use crate::intake::Evidence;
use crate::job::{Bases, FillRequest, check_added, check_years, insurers, marked_template};
use crate::model::{Area, AreaLevel, Date};
use crate::refill::Shelf;
use crate::request::resolve_area;
use crate::workspace::{OUTPUT, Settings, Workspace};

/// One thing to make.
pub(super) struct Task {
    /// Which request of the file, from 1
    pub wish: usize,
    pub area: Arc<Area>,
    pub work: Work,
}

pub(super) enum Work {
    Sheet(Box<FillRequest>, Box<Bases>),
    Missing(Box<Selection>, Date),
}

/// What requests are understood against.
pub(super) struct Ground<'a> {
    pub workspace: &'a Workspace,
    pub settings: &'a Settings,
    pub catalog: &'a Catalog,
    pub evidence: &'a Evidence,
    pub date: Date,
    pub typesetter: &'a Typesetter,
    pub shelf: Shelf,
}

/// Everything to make, in order, or every mistake.
pub(super) fn plan(request: &RequestFile, ground: &Ground<'_>) -> std::result::Result<Vec<Task>, Vec<Diagnostic>> {
    let (mut tasks, mut mistakes) = (Vec::new(), Vec::new());
    for (number, wish) in (1..).zip(&request.wishes) {
        let mut planning = Planning { wish, ground, mistakes: Vec::new() };
        tasks.extend(planning.tasks(number));
        mistakes.extend(planning.mistakes);
    }
    mistakes.extend(twice(&tasks, request));
    if mistakes.is_empty() { Ok(tasks) } else { Err(mistakes) }
}

/// The same insurer's sheet in the same folder: the second would write over the first.
fn twice(tasks: &[Task], request: &RequestFile) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<(String, PathBuf, bool), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for task in tasks {
        let Work::Sheet(fill, _) = &task.work else { continue };
        let key = (task.area.key().to_owned(), fill.out.clone(), fill.public);
        let first = *seen.entry(key).or_insert(task.wish);
        let place = request.wishes.get(task.wish.saturating_sub(1)).map(|wish| wish.place.clone()).unwrap_or_default();
        if first != task.wish {
            let message = format!("{}のシートを、{first}件目と{}件目で頼んでいます。", task.area.name, task.wish);
            found.push(
                Diagnostic::error("request-twice", message)
                    .hint("どちらかを消すか、「保存先」を別々にしてください。")
                    .at(place),
            );
        }
    }
    found
}

struct Planning<'a> {
    wish: &'a Wish,
    ground: &'a Ground<'a>,
    mistakes: Vec<Diagnostic>,
}

impl Planning<'_> {
    fn wrong(&mut self, error: &crate::error::Error, at: &crate::diagnostic::Place) {
        self.mistakes.push(Diagnostic::error("request-refused", error.to_string()).at(at.clone()));
    }

    fn understood<T>(&mut self, result: Result<T>, at: &crate::diagnostic::Place) -> Option<T> {
        match result {
            Ok(found) => Some(found),
            Err(error) => {
                self.wrong(&error, at);
                None
            }
        }
    }

    fn tasks(&mut self, number: usize) -> Vec<Task> {
        let (wish, ground) = (self.wish, self.ground);
        let own = self.own();
        let compare = self.compare();
        let added = self.added();
        let thresholds = self.thresholds();
        let (from, to) = match (wish.from, wish.to) {
            (None, None) => (ground.settings.from, ground.settings.to),
            said => said,
        };
        self.understood(check_years(from, to), &wish.place);
        let date = wish.date.unwrap_or(ground.date);
        if wish.what == What::Missing {
            return self.missing(number, &own, &compare, (from, to), added, thresholds, date);
        }
        let wanted = match &wish.wanted {
            Some(wanted) => Some(wanted.clone()),
            None => self.understood(ground.settings.wanted(), &wish.place),
        };
        let names = self.names(&own, date);
        let out = self.folder();
        let template = self.template();
        let previous = wish.previous.as_ref().and_then(|said| self.inside(said));
        if let Some(said) = wish.previous.as_ref().filter(|_| own.len() > 1) {
            self.mistakes.push(
                Diagnostic::error("request-contradicts", "「前のシート」は、自地域が1つのときだけ使えます。")
                    .hint("保険者ごとに依頼を分けてください。")
                    .at(said.place.clone()),
            );
        }
        let (Some(wanted), Some(out), Some(thresholds)) = (wanted, out, thresholds) else { return Vec::new() };
        let bases = Bases { previous, template, adopt: wish.adopt };
        own.into_iter()
            .map(|area| {
                let fill = FillRequest {
                    compare: compare.iter().map(code_or_name).collect(),
                    from,
                    to,
                    add: added.clone(),
                    thresholds,
                    xlsx: wanted.xlsx,
                    papers: wanted.papers.clone(),
                    public: wish.public,
                    names: names.clone(),
                    shelf: ground.shelf.clone(),
                    typesetter: ground.typesetter.clone(),
                    ..FillRequest::new(code_or_name(&area), out.clone(), date)
                };
                Task { wish: number, area, work: Work::Sheet(Box::new(fill), Box::new(bases.clone())) }
            })
            .collect()
    }

    #[allow(clippy::too_many_arguments, reason = "one call site; the values are one request's whole context")]
    fn missing(
        &mut self,
        number: usize,
        own: &[Arc<Area>],
        compare: &[Arc<Area>],
        (from, to): (Option<i32>, Option<i32>),
        added: Vec<String>,
        thresholds: Option<Thresholds>,
        date: Date,
    ) -> Vec<Task> {
        let Some(thresholds) = thresholds else { return Vec::new() };
        own.iter()
            .map(|area| {
                let selection = Selection {
                    own: area.clone(),
                    others: compare.to_vec(),
                    from,
                    to,
                    added: added.clone(),
                    thresholds,
                };
                Task { wish: number, area: area.clone(), work: Work::Missing(Box::new(selection), date) }
            })
            .collect()
    }

    /// Own insurers, each once.
    fn own(&mut self) -> Vec<Arc<Area>> {
        let (wish, ground) = (self.wish, self.ground);
        let prefecture = match &wish.whose {
            Whose::Areas(all) => return self.areas(all),
            Whose::Settings if ground.settings.own.0.is_empty() => {
                self.mistakes.push(
                    Diagnostic::error("request-no-own", "自地域が書かれていません。")
                        .hint("依頼か設定.toml に「自地域」を書いてください。")
                        .at(wish.place.clone()),
                );
                return Vec::new();
            }
            Whose::Settings => return self.areas(&of_settings(&ground.settings.own.0, wish)),
            Whose::Prefecture(said) => Some(said),
            Whose::All => None,
        };
        let place = prefecture.map_or(&wish.place, |said| &said.place);
        let found = insurers(prefecture.map(|said| said.text.as_str()), ground.catalog, ground.evidence);
        self.understood(found, place).unwrap_or_default()
    }

    fn compare(&mut self) -> Vec<Arc<Area>> {
        match &self.wish.compare {
            Some(said) => self.areas(said),
            None => self.areas(&of_settings(&self.ground.settings.compare.0, self.wish)),
        }
    }

    fn areas(&mut self, said: &[Said]) -> Vec<Arc<Area>> {
        let mut all: Vec<Arc<Area>> = Vec::new();
        for one in said {
            let found = resolve_area(&one.text, self.ground.catalog, &self.ground.evidence.observations);
            if let Some((area, _)) = self.understood(found, &one.place)
                && !all.iter().any(|known| known.key() == area.key())
            {
                all.push(area);
            }
        }
        all
    }

    fn added(&mut self) -> Vec<String> {
        let said = match &self.wish.add {
            Some(said) => said.clone(),
            None => of_settings(&self.ground.settings.add.0, self.wish),
        };
        let check = |one: &Said| check_added(&one.text, self.ground.catalog, self.ground.evidence);
        let checked: Vec<_> = said.iter().map(|one| (check(one), &one.place)).collect();
        checked.into_iter().filter_map(|(found, place)| self.understood(found, place)).collect()
    }

    fn thresholds(&mut self) -> Option<Thresholds> {
        let (wish, settings) = (self.wish, self.ground.settings);
        let rule = self.understood(settings.thresholds(), &wish.place)?;
        let checked = Thresholds::checked(wish.above.unwrap_or(rule.above), wish.below.unwrap_or(rule.below));
        if checked.is_none() {
            self.mistakes.push(
                Diagnostic::error("request-thresholds", "「上回る」は「下回る」より大きい数にしてください。")
                    .hint("依頼に書かなかったほうは、設定.toml の数になります。両方を書いてください。")
                    .at(wish.place.clone()),
            );
        }
        checked.map(|checked| Thresholds { few_people: wish.few.unwrap_or(rule.few_people), ..checked })
    }

    fn names(&mut self, own: &[Arc<Area>], date: Date) -> Patterns {
        let usual = self.ground.settings.names();
        let said = &self.wish.names;
        let names = Patterns { sheet: said.sheet.clone().or(usual.sheet), paper: said.paper.clone().or(usual.paper) };
        let words: Vec<NameWords<'_>> = own.iter().map(|area| words_of(area, date)).collect();
        for collision in names.collisions(&words).unwrap_or_default() {
            let who: Vec<String> =
                collision.insurers.iter().take(3).map(|(prefecture, name)| format!("{prefecture} {name}")).collect();
            self.mistakes.push(
                Diagnostic::error(
                    "names-collide",
                    format!("{}のファイルが、同じ名前「{}」になります。", who.join("と"), collision.name),
                )
                .hint("{{都道府県}} と {{保険者}} をファイル名の形に入れてください。")
                .at(self.wish.place.clone()),
            );
        }
        names
    }

    /// 出力, or a folder in it.
    fn folder(&mut self) -> Option<PathBuf> {
        let out = self.ground.workspace.folder(OUTPUT);
        let Some(said) = &self.wish.folder else { return Some(out) };
        if said.text.contains(['/', '\\']) || sanitize(&said.text) != said.text {
            self.mistakes.push(
                Diagnostic::error("request-folder", format!("「保存先」の「{}」は使えません。", said.text))
                    .hint("「出力」の中に作るフォルダーの名前を1つだけ書いてください（例 第1回委員会）。")
                    .at(said.place.clone()),
            );
            return None;
        }
        Some(out.join(&said.text))
    }

    fn template(&mut self) -> Option<PathBuf> {
        let (wish, ground) = (self.wish, self.ground);
        let said = match &wish.template {
            Some(said) if super::words::is_none(&said.text) => return None,
            Some(said) => said.clone(),
            None => {
                let usual = ground.settings.template.as_deref().filter(|name| !name.trim().is_empty())?;
                Said { text: usual.to_owned(), place: wish.place.clone() }
            }
        };
        let path = self.inside(&said)?;
        self.understood(marked_template(&path), &said.place)?;
        Some(path)
    }

    fn inside(&mut self, said: &Said) -> Option<PathBuf> {
        let found = self.ground.workspace.inside(&said.text);
        self.understood(found, &said.place)
    }
}

/// What 設定.toml says, blamed on the request that relies on it.
fn of_settings(texts: &[String], wish: &Wish) -> Vec<Said> {
    texts.iter().map(|text| Said { text: text.clone(), place: wish.place.clone() }).collect()
}

fn code_or_name(area: &Arc<Area>) -> String {
    area.code.map_or_else(|| area.name.clone(), |code| code.to_string())
}

fn words_of(area: &Area, date: Date) -> NameWords<'_> {
    let prefecture = match area.level {
        AreaLevel::Prefecture => "",
        _ => area.prefecture.as_deref().unwrap_or_default(),
    };
    NameWords { prefecture, insurer: area.short_name(), date }
}
