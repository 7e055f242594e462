//! 設定.toml: what a person sets once for a workspace.

mod lines;
mod rules;
mod save;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::compare::Thresholds;
use crate::deliver::Patterns;
use crate::error::{Error, Result};
use crate::job::Wanted;
use crate::notation::{fold, nearest};

pub use lines::{Lines, Text};
pub use save::{Change, SettingValue};

/// The file a new workspace gets.
pub const SETTINGS_TEMPLATE: &str = include_str!("settings.toml");

/// The settings as understood. Unknown names are mistakes: a slip of the pen must not pass silently.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Own insurers; a sheet is made for each
    #[serde(rename = "自地域", default)]
    pub own: OneOrMany,
    /// Comparison areas
    #[serde(rename = "比較地域", default)]
    pub compare: OneOrMany,
    /// First year shown
    #[serde(rename = "表示期間の始まり")]
    pub from: Option<i32>,
    /// Last year shown
    #[serde(rename = "表示期間の終わり")]
    pub to: Option<i32>,
    /// Extra indicators
    #[serde(rename = "指標追加", default)]
    pub add: OneOrMany,
    /// `xlsx`, `pdf` or both
    #[serde(rename = "作るもの", default)]
    pub formats: OneOrMany,
    /// Which papers
    #[serde(rename = "配布資料の種類", default)]
    pub handout: OneOrMany,
    /// Ratio from which a figure counts as 上回る
    #[serde(rename = "上回る")]
    pub above: Option<f64>,
    /// Ratio from which a figure counts as 下回る
    #[serde(rename = "下回る")]
    pub below: Option<f64>,
    /// Fewer recipients a month than this are told as few
    #[serde(rename = "少人数の目安")]
    pub few: Option<f64>,
    /// A template of people's own, file or folder, relative to the workspace
    #[serde(rename = "ひな形")]
    pub template: Option<String>,
    /// Pattern of the workbook's file name
    #[serde(rename = "ファイル名")]
    pub sheet_name: Option<String>,
    /// Pattern of the papers' file names
    #[serde(rename = "資料のファイル名")]
    pub paper_name: Option<String>,
    /// Seconds a file must lie unchanged before it is read, see [`Settings::settle_seconds`]
    #[serde(rename = "安定待ち")]
    settle: Option<f64>,
    /// See [`Settings::watching`]
    #[serde(rename = "監視方法")]
    watching: Option<String>,
    /// See [`Settings::log_megabytes`]
    #[serde(rename = "記録の大きさ")]
    log: Option<i64>,
    /// A file of further areas, relative to the workspace
    #[serde(rename = "地域一覧")]
    pub areas: Option<String>,
    /// Unions and their member towns
    #[serde(rename = "広域連合", default)]
    pub unions: BTreeMap<String, Vec<String>>,
}

/// One text or a list of texts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "OneOrManyText")]
pub struct OneOrMany(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "文字（\"…\"）か、文字の並び（[\"…\", \"…\"]）を書いてください")]
enum OneOrManyText {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrManyText> for OneOrMany {
    fn from(text: OneOrManyText) -> Self {
        let all = match text {
            OneOrManyText::One(one) => vec![one],
            OneOrManyText::Many(many) => many,
        };
        // An empty place in the template file means "not set".
        Self(all.into_iter().filter(|text| !text.trim().is_empty()).collect())
    }
}

impl Settings {
    /// Reads the file's bytes: UTF-8 with or without byte order mark, or CP932 as old editors save it.
    ///
    /// # Errors
    /// The user's mistakes, all of them, each with line and what to do.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let text = Text::decode(bytes).text;
        let settings: Self = toml::from_str(&text).map_err(|error| Error::Usage(explain(&text, &error)))?;
        let problems = rules::problems(&settings);
        if problems.is_empty() {
            return Ok(settings);
        }
        let lines = lines::Lines::of(&text);
        let told: Vec<String> =
            problems.iter().map(|(key, sentence)| format!("{}：{sentence}", lines.place(key))).collect();
        Err(Error::Usage(told.join("\n")))
    }

    /// The rules for verdicts.
    ///
    /// # Errors
    /// Thresholds that make no sense.
    pub fn thresholds(&self) -> Result<Thresholds> {
        let default = Thresholds::default();
        Thresholds::checked(self.above.unwrap_or(default.above), self.below.unwrap_or(default.below))
            .map(|rule| Thresholds { few_people: self.few.unwrap_or(default.few_people), ..rule })
            .ok_or_else(|| Error::Usage(rules::THRESHOLDS.to_owned()))
    }

    /// What to make: sheet and paper unless said otherwise.
    ///
    /// # Errors
    /// A format or a paper there is none of.
    pub fn wanted(&self) -> Result<Wanted> {
        let both = ["xlsx", "pdf"].map(str::to_owned);
        let formats = if self.formats.0.is_empty() { both.as_slice() } else { self.formats.0.as_slice() };
        Wanted::parse(formats, &self.handout.0)
    }

    /// What the files are called.
    pub fn names(&self) -> Patterns {
        let filled = |pattern: &Option<String>| pattern.clone().filter(|pattern| !pattern.trim().is_empty());
        Patterns { sheet: filled(&self.sheet_name), paper: filled(&self.paper_name) }
    }

    /// Seconds a dropped file must lie unchanged before it is read.
    pub fn settle_seconds(&self) -> f64 {
        self.settle.unwrap_or(rules::SETTLE)
    }

    /// How 受付 is watched.
    pub fn watching(&self) -> Watching {
        self.watching.as_deref().and_then(Watching::parse).unwrap_or_default()
    }

    /// The size the log may grow to, in MB (1,000,000 bytes).
    pub fn log_megabytes(&self) -> u32 {
        self.log.and_then(|size| u32::try_from(size).ok()).unwrap_or(rules::LOG)
    }
}

/// How 受付 is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watching {
    /// Events wake the scan, except on network drives
    #[default]
    Auto,
    /// By the clock alone
    Poll,
}

impl Watching {
    fn parse(text: &str) -> Option<Self> {
        match fold(text).to_lowercase().as_str() {
            "" | "auto" | "自動" => Some(Self::Auto),
            "poll" | "定期" => Some(Self::Poll),
            _ => None,
        }
    }
}

/// TOML's own words are English; the line and the usual slips are told in Japanese.
fn explain(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    let place = line.map_or_else(String::new, |line| format!(" {line}行目"));
    let message = error.message();
    let reason = if message.contains("unknown field") {
        let name = message.split('`').nth(1).unwrap_or_default();
        let near = nearest(name, rules::KEYS).map_or_else(
            || "項目の名前を確かめてください。".to_owned(),
            |key| format!("もしかすると「{key}」ですか。"),
        );
        format!("「{name}」という項目はありません。{near}")
    } else if message.contains("duplicate") {
        "同じ項目が2回書かれています。どちらかを消してください。".to_owned()
    } else if message.contains("invalid type") || message.contains("書いてください") {
        "値の書き方が違います。文字は \"\" で囲み、数はそのまま書いてください。".to_owned()
    } else {
        "書き方を読み取れません。項目の名前と文字を \"\" で囲んであるか、確かめてください。".to_owned()
    };
    format!("{}{place}：{reason}", super::SETTINGS)
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS_TEMPLATE, Settings, Watching};

    #[test]
    fn the_template_is_read_and_sets_nothing() {
        assert_eq!(Settings::parse(SETTINGS_TEMPLATE.as_bytes()).unwrap(), Settings::default());
    }

    #[test]
    fn slips_name_their_line() {
        for (text, line, word) in [
            ("# 始め\n\"自治域\" = \"見本県みほん市\"\n", "2行目", "自治域"),
            ("\"自地域\" = 見本県\n", "1行目", "\"\""),
            ("\"自地域\" = \"a\"\n\"自地域\" = \"b\"\n", "2行目", "2回"),
            ("\"表示期間の始まり\" = \"2023\"\n", "1行目", "値の書き方"),
        ] {
            let message = Settings::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(message.contains(line) && message.contains(word), "{text} → {message}");
            assert!(!message.contains("expected") && !message.contains("unknown"), "{message}");
        }
    }

    #[test]
    fn saved_by_an_old_editor_it_is_still_read() {
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("\"自地域\" = \"見本県みほん市\"\r\n");
        assert_eq!(Settings::parse(&bytes).unwrap().own.0, ["見本県みほん市"]);
    }

    #[test]
    fn thresholds_the_wrong_way_round_are_refused() {
        let message = Settings::parse("\"上回る\" = 0.5\n".as_bytes()).unwrap_err().to_string();
        assert!(message.contains("上回る"), "{message}");
    }

    #[test]
    fn every_value_out_of_range_is_told_with_its_line() {
        let text = r#"
"表示期間の始まり" = 23
"作るもの" = ["xlsx", "docx"]
"配布資料の種類" = ["ポスター"]
"上回る" = 0.5
"少人数の目安" = -1
"ファイル名" = "{{保健者}}"
"安定待ち" = 0
"監視方法" = "ずっと"
"記録の大きさ" = 5000
"#;
        let message = Settings::parse(text.as_bytes()).unwrap_err().to_string();
        let told: Vec<&str> = message.lines().collect();
        for (line, words) in [
            (2, "西暦"),
            (3, "docx"),
            (4, "ポスター"),
            (5, "下回る"),
            (6, "少人数の目安"),
            (7, "もしかすると {{保険者}} ですか"),
            (8, "0.5"),
            (9, "poll"),
            (10, "100"),
        ] {
            let start = format!("設定.toml {line}行目：");
            assert!(
                told.iter().any(|one| one.starts_with(&start) && one.contains(words)),
                "{start}{words} in {message}"
            );
        }
        assert_eq!(told.len(), 9, "{message}");
    }

    #[test]
    fn keys_that_contradict_each_other_are_told() {
        for (text, words) in [
            ("\"作るもの\" = \"xlsx\"\n\"配布資料の種類\" = \"記入用\"\n", "2行目：「配布資料の種類」"),
            ("\"表示期間の始まり\" = 2025\n\"表示期間の終わり\" = 2023\n", "後になっています"),
            ("\"作るもの\" = \"pdf\"\n\"ファイル名\" = \"{{保険者}}\"\n", "資料のファイル名"),
        ] {
            let message = Settings::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(message.contains(words), "{text} → {message}");
        }
    }

    #[test]
    fn settings_of_the_watch_have_defaults_and_take_japanese_words() {
        let settings = Settings::default();
        assert_eq!(
            (settings.settle_seconds(), settings.watching(), settings.log_megabytes()),
            (3.0, Watching::Auto, 5)
        );
        let text = "\"安定待ち\" = 10\n\"監視方法\" = \"定期\"\n\"記録の大きさ\" = 1\n";
        let settings = Settings::parse(text.as_bytes()).unwrap();
        assert_eq!(
            (settings.settle_seconds(), settings.watching(), settings.log_megabytes()),
            (10.0, Watching::Poll, 1)
        );
    }
}
