//! 設定.toml: what a person sets once for a workspace.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::compare::Thresholds;
use crate::error::{Error, Result};

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
    /// Seconds a file in 受付 must not have changed before it is taken
    #[serde(rename = "安定待ち")]
    settle: Option<f64>,
    /// `自動`, or `定期` to never rely on the system telling of changes
    #[serde(rename = "監視方法")]
    watching: Option<String>,
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
    /// The user's mistake, with line and what to do.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(_) => encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned(),
        };
        let settings: Self = toml::from_str(&text).map_err(|error| explain(&text, &error))?;
        settings.thresholds()?;
        Ok(settings)
    }

    /// Seconds a dropped file must lie unchanged before it is read.
    pub fn settle_seconds(&self) -> f64 {
        self.settle.unwrap_or(3.0)
    }

    /// How 受付 is watched.
    pub fn watching(&self) -> Watching {
        match self.watching.as_deref().map(str::trim) {
            Some("poll" | "定期") => Watching::Poll,
            _ => Watching::Auto,
        }
    }

    /// The rule for verdicts.
    ///
    /// # Errors
    /// Thresholds that make no sense.
    pub fn thresholds(&self) -> Result<Thresholds> {
        let default = Thresholds::default();
        Thresholds::checked(self.above.unwrap_or(default.above), self.below.unwrap_or(default.below)).ok_or_else(|| {
            Error::Usage("設定.toml の「上回る」は「下回る」より大きい数（例 1.15 と 0.85）にしてください。".to_owned())
        })
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

/// TOML's own words are English; the line and the usual slips are told in Japanese.
fn explain(text: &str, error: &toml::de::Error) -> Error {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    let place = line.map_or_else(String::new, |line| format!(" {line}行目"));
    let message = error.message();
    let reason = if message.contains("unknown field") {
        let name = message.split('`').nth(1).unwrap_or_default();
        format!("「{name}」という項目はありません。項目の名前を確かめてください。")
    } else if message.contains("duplicate") {
        "同じ項目が2回書かれています。どちらかを消してください。".to_owned()
    } else if message.contains("invalid type") || message.contains("書いてください") {
        "値の書き方が違います。文字は \"\" で囲み、数はそのまま書いてください。".to_owned()
    } else {
        "書き方を読み取れません。項目の名前と文字を \"\" で囲んであるか、確かめてください。".to_owned()
    };
    Error::Usage(format!("設定.toml{place}：{reason}（{message}）"))
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS_TEMPLATE, Settings};

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
}
