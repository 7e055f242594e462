//! What one request asks for, understood as far as the file alone allows.

use super::entry::{Content, Draft, Entry};
use super::key::Key;
use super::words;
use crate::compare::{MAX_YEARS, Thresholds};
use crate::deliver::Patterns;
use crate::diagnostic::{Diagnostic, Place};
use crate::job::Wanted;
use crate::model::Date;

/// A content as written, with its place for messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// As written, without blanks around it
    pub text: String,
    /// Line or cell
    pub place: Place,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum What {
    /// シート, as `fill` and `batch` do
    #[default]
    Sheets,
    /// 不足, as `missing` does
    Missing,
}

/// For whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Whose {
    /// The own insurers of 設定.toml
    #[default]
    Settings,
    /// These
    Areas(Vec<Said>),
    /// The insurers of a prefecture
    Prefecture(Said),
    /// Every insurer with figures
    All,
}

/// One request. What is `None` is as 設定.toml says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// Where it begins
    pub place: Place,
    /// What is to be done
    pub what: What,
    /// For whom
    pub whose: Whose,
    /// 比較地域; an empty list means none
    pub compare: Option<Vec<Said>>,
    /// First year shown
    pub from: Option<i32>,
    /// Last year shown
    pub to: Option<i32>,
    /// 指標追加; an empty list means none
    pub add: Option<Vec<Said>>,
    /// Which files
    pub wanted: Option<Wanted>,
    /// 上回る
    pub above: Option<f64>,
    /// 下回る
    pub below: Option<f64>,
    /// 少人数の目安
    pub few: Option<f64>,
    /// The copy to hand out
    pub public: bool,
    /// New figures win over numbers people wrote
    pub adopt: bool,
    /// Below the workspace
    pub template: Option<Said>,
    /// Below the workspace
    pub previous: Option<Said>,
    /// Names of the files
    pub names: Patterns,
    /// A folder below 出力
    pub folder: Option<Said>,
    /// The day written on what is made
    pub date: Option<Date>,
}

impl Wish {
    /// Understands a draft, or tells every mistake.
    pub(super) fn of(draft: &Draft) -> Result<Self, Vec<Diagnostic>> {
        let mut reading = Reading::default();
        let mut wish = Self { place: draft.place.clone(), ..Self::default() };
        for entry in &draft.entries {
            reading.entry(entry, &mut wish);
        }
        reading.formats(draft, &mut wish);
        reading.together(draft, &wish);
        if reading.mistakes.is_empty() { Ok(wish) } else { Err(reading.mistakes) }
    }
}

#[derive(Default)]
struct Reading {
    mistakes: Vec<Diagnostic>,
}

impl Reading {
    fn wrong(&mut self, content: &Content, key: Key, hint: &str) {
        let message = format!("「{}」の「{}」を読み取れません。", key.name(), content.text.trim());
        self.mistakes.push(Diagnostic::error("request-value", message).hint(hint).at(content.place.clone()));
    }

    fn entry(&mut self, entry: &Entry, wish: &mut Wish) {
        let key = entry.key;
        match key {
            Key::Own => wish.whose = Whose::Areas(several(entry)),
            Key::Compare => wish.compare = Some(several(entry)),
            Key::Add => wish.add = Some(several(entry)),
            Key::Formats | Key::Papers | Key::Remark => {}
            Key::Period => self.period(entry, wish),
            _ => {
                let Some(content) = self.single(entry) else { return };
                self.one(key, content, wish);
            }
        }
    }

    /// The one content of an item that takes one.
    fn single<'a>(&mut self, entry: &'a Entry) -> Option<&'a Content> {
        if let [one] = entry.contents.as_slice() {
            return Some(one);
        }
        self.mistakes.push(
            Diagnostic::error("request-several", format!("「{}」に書けるのは1つだけです。", entry.key.name()))
                .hint("1つだけ残してください。")
                .at(entry.place.clone()),
        );
        None
    }

    fn one(&mut self, key: Key, content: &Content, wish: &mut Wish) {
        const YES_NO: &str = "「はい」か「いいえ」と書いてください。";
        const RATIO: &str = "数（例 1.15）を書いてください。";
        const YEAR: &str = "年度を「令和5年度」「R5」「2023」のように書いてください。";
        const DAY: &str = "日付を「令和8年11月22日」「2026-11-22」のように書いてください。";
        let text = content.text.as_str();
        let said = || Said { text: text.trim().to_owned(), place: content.place.clone() };
        let is_whole = |text: &str| matches!(crate::notation::fold(text).as_str(), "すべて" | "全て" | "全部" | "全国");
        let problem = match key {
            Key::What => match crate::notation::fold(text).as_str() {
                "シート" | "作成" => set(&mut wish.what, Some(What::Sheets), ""),
                "不足" => set(&mut wish.what, Some(What::Missing), ""),
                _ => Some("「シート」か「不足」と書いてください。"),
            },
            Key::Prefecture => {
                let whose = if is_whole(text) { Whose::All } else { Whose::Prefecture(said()) };
                set(&mut wish.whose, Some(whose), "")
            }
            Key::From => option(&mut wish.from, words::year(text), YEAR),
            Key::To => option(&mut wish.to, words::year(text), YEAR),
            Key::Public => set(&mut wish.public, words::yes(text), YES_NO),
            Key::Adopt => set(&mut wish.adopt, words::yes(text), YES_NO),
            Key::Template => option(&mut wish.template, Some(said()), ""),
            Key::Previous => option(&mut wish.previous, Some(said()), ""),
            Key::Folder => option(&mut wish.folder, Some(said()), ""),
            Key::SheetName => {
                wish.names.sheet = Some(text.trim().to_owned());
                return self.pattern(content, &Patterns { paper: None, ..wish.names.clone() });
            }
            Key::PaperName => {
                wish.names.paper = Some(text.trim().to_owned());
                return self.pattern(content, &Patterns { sheet: None, ..wish.names.clone() });
            }
            Key::Above => option(&mut wish.above, words::number(text), RATIO),
            Key::Below => option(&mut wish.below, words::number(text), RATIO),
            Key::Few => {
                let few = words::number(text).filter(|few| (0.0..=1000.0).contains(few));
                option(&mut wish.few, few, "0 から 1000 までの人数（例 10）を書いてください。")
            }
            Key::Day => option(&mut wish.date, words::day(text), DAY),
            Key::Own | Key::Compare | Key::Add | Key::Formats | Key::Papers | Key::Remark | Key::Period => None,
        };
        if let Some(hint) = problem {
            self.wrong(content, key, hint);
        }
    }

    fn pattern(&mut self, content: &Content, names: &Patterns) {
        if let Err(error) = names.check() {
            self.mistakes.push(Diagnostic::error("request-name", error.to_string()).at(content.place.clone()));
        }
    }

    /// One content with both ends, or two contents.
    fn period(&mut self, entry: &Entry, wish: &mut Wish) {
        let years = match entry.contents.as_slice() {
            [both] => words::years(&both.text),
            [from, to] => words::year(&from.text).zip(words::year(&to.text)),
            _ => None,
        };
        match (years, entry.contents.first()) {
            (Some((from, to)), _) => (wish.from, wish.to) = (Some(from), Some(to)),
            (None, Some(first)) => {
                self.wrong(first, entry.key, "「令和5年度～令和7年度」「2023-2025」のように書いてください。");
            }
            (None, None) => {}
        }
    }

    /// 作るもの and 配布資料の種類 are understood together, as on the command line.
    fn formats(&mut self, draft: &Draft, wish: &mut Wish) {
        let of = |key| draft.entries.iter().find(|entry| entry.key == key);
        let (formats, papers) = (of(Key::Formats), of(Key::Papers));
        let mut failed = false;
        let mut check = |entry: Option<&Entry>, parse: &dyn Fn(&[String]) -> crate::error::Result<Wanted>| {
            let all: Vec<Said> = entry.map(several).unwrap_or_default();
            for said in &all {
                if let Err(error) = parse(std::slice::from_ref(&said.text)) {
                    failed = true;
                    self.mistakes.push(Diagnostic::error("request-value", error.to_string()).at(said.place.clone()));
                }
            }
            all.into_iter().map(|said| said.text).collect::<Vec<String>>()
        };
        let formats_said = check(formats, &|all| Wanted::parse(all, &[]));
        let papers_said = check(papers, &|all| Wanted::parse(&[], all));
        if failed || (formats_said.is_empty() && papers_said.is_empty()) {
            return;
        }
        // A paper that is named is wanted.
        let formats_said =
            if formats_said.is_empty() { vec!["xlsx".to_owned(), "pdf".to_owned()] } else { formats_said };
        match Wanted::parse(&formats_said, &papers_said) {
            Ok(wanted) if !papers_said.is_empty() && wanted.papers.is_empty() => {
                let place = papers.map(|entry| entry.place.clone()).unwrap_or_default();
                self.mistakes.push(
                    Diagnostic::error(
                        "request-contradicts",
                        "「配布資料の種類」を書いていますが、「作るもの」に pdf がありません。",
                    )
                    .hint("どちらかを直してください。")
                    .at(place),
                );
            }
            Ok(wanted) => wish.wanted = Some(wanted),
            Err(_) => {}
        }
    }

    /// What cannot stand side by side.
    fn together(&mut self, draft: &Draft, wish: &Wish) {
        let place = |key: Key| draft.entries.iter().find(|entry| entry.key == key).map(|entry| entry.place.clone());
        for (first, second, hint) in [
            (Key::Own, Key::Prefecture, "どちらか一方だけにしてください。"),
            (Key::Period, Key::From, "「表示期間」だけにしてください。"),
            (Key::Period, Key::To, "「表示期間」だけにしてください。"),
        ] {
            if let (Some(_), Some(at)) = (place(first), place(second)) {
                let message = format!("「{}」と「{}」は一緒に書けません。", first.name(), second.name());
                self.mistakes.push(Diagnostic::error("request-contradicts", message).hint(hint).at(at));
            }
        }
        let period = place(Key::Period).or_else(|| place(Key::To)).or_else(|| place(Key::From));
        if let (Some(from), Some(to), Some(at)) = (wish.from, wish.to, period) {
            if from > to {
                let message = format!("表示期間の始まり（{from}）が終わり（{to}）より後になっています。");
                self.mistakes.push(
                    Diagnostic::error("request-period", message).hint("始まりと終わりを確かめてください。").at(at),
                );
            } else if to - from >= MAX_YEARS {
                let message = format!("表示期間は{MAX_YEARS}年度までです。");
                self.mistakes
                    .push(Diagnostic::error("request-period", message).hint("期間を短くしてください。").at(at));
            }
        }
        let default = Thresholds::default();
        let (above, below) = (wish.above.unwrap_or(default.above), wish.below.unwrap_or(default.below));
        let said = place(Key::Above).or_else(|| place(Key::Below));
        if let Some(at) = said
            && (wish.above.is_some() && wish.below.is_some())
            && Thresholds::checked(above, below).is_none()
        {
            self.mistakes.push(
                Diagnostic::error("request-thresholds", "「上回る」は「下回る」より大きい数にしてください。")
                    .hint("例 1.15 と 0.85")
                    .at(at),
            );
        }
        if wish.what == What::Missing {
            for key in [Key::Formats, Key::Papers, Key::Public, Key::Template, Key::Previous, Key::Adopt] {
                if let Some(at) = place(key) {
                    let message = format!("「不足」を調べるときは、「{}」は使えません。", key.name());
                    self.mistakes.push(
                        Diagnostic::error("request-contradicts", message).hint("その項目を消してください。").at(at),
                    );
                }
            }
        }
        if !matches!(wish.whose, Whose::Settings | Whose::Areas(_))
            && let Some(at) = place(Key::Previous)
        {
            self.mistakes.push(
                Diagnostic::error("request-contradicts", "「前のシート」は、自地域が1つのときだけ使えます。")
                    .hint("保険者ごとに依頼を分けてください。")
                    .at(at),
            );
        }
    }
}

/// Puts a value in its place; the hint when there is none.
fn set<T>(place: &mut T, value: Option<T>, hint: &'static str) -> Option<&'static str> {
    match value {
        Some(value) => *place = value,
        None => return Some(hint),
    }
    None
}

/// [`set`] for what may be left unsaid.
fn option<T>(place: &mut Option<T>, value: Option<T>, hint: &'static str) -> Option<&'static str> {
    value.is_none().then_some(hint).or_else(|| set(place, Some(value), hint))
}

/// The contents of an item that takes several, also of one cell with 「、」 between them; 「なし」 leaves none.
fn several(entry: &Entry) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    for content in &entry.contents {
        for text in content.text.split(['、', '，', ',', ';', '；', '\n']) {
            let text = text.trim();
            if !text.is_empty() && !words::is_none(text) && !all.iter().any(|said| said.text == text) {
                all.push(Said { text: text.to_owned(), place: content.place.clone() });
            }
        }
    }
    all
}
