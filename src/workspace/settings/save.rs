//! Changes of single settings in the file a person keeps: every other line stays as it is.

use super::lines::{Lines, Text};
use super::{Settings, rules};
use crate::error::{Error, Result};
use crate::notation::nearest;

/// What a setting becomes.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingValue {
    /// `"…"`
    Text(String),
    /// `["…", "…"]`
    List(Vec<String>),
    /// `2025`
    Integer(i64),
    /// `1.15`
    Decimal(f64),
    /// The line goes: the product's own value counts again
    Unset,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Name of the setting, such as 「比較地域」
    pub key: String,
    /// Its new value
    pub value: SettingValue,
}

impl Settings {
    /// The bytes of 設定.toml with these settings changed and nothing else: comments, order, byte order mark, line ends
    /// and encoding stay. A setting that is not there yet goes below the line that explains it.
    ///
    /// # Errors
    /// The user's mistake: a file that cannot be understood, a setting there is none of, a value it cannot have.
    pub fn save_changes(bytes: &[u8], changes: &[Change]) -> Result<Vec<u8>> {
        let mut file = Text::decode(bytes);
        // What cannot be read cannot be changed line by line.
        Self::understood(&file.text)?;
        for change in changes {
            if !rules::KEYS.contains(&change.key.as_str()) {
                let near = nearest(&change.key, rules::KEYS);
                let hint = near.map_or_else(String::new, |key| format!("もしかすると「{key}」ですか。"));
                return Err(Error::Usage(format!("「{}」という設定はありません。{hint}", change.key)));
            }
            if matches!(change.value, SettingValue::Decimal(number) if !number.is_finite()) {
                return Err(Error::Usage(format!("「{}」には数を入れてください。", change.key)));
            }
            file.text = changed(&file, change);
        }
        let saved = file.encode();
        Self::parse(&saved)?;
        Ok(saved)
    }

    fn understood(text: &str) -> Result<()> {
        match toml::from_str::<Self>(text) {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::Usage(super::explain(text, &error))),
        }
    }
}

fn changed(file: &Text, change: &Change) -> String {
    let (text, end) = (file.text.as_str(), file.line_end());
    let lines = Lines::of(text);
    let value = literal(&change.value);
    match (lines.get(&change.key), value) {
        (Some(spot), Some(value)) => {
            let inside = text.get(spot.value.clone()).unwrap_or_default();
            let start = line_start(text, spot.name.start);
            let kept: String = comments(inside).map(|comment| format!("{comment}{end}")).collect();
            splice(&splice(text, spot.value.clone(), &value), start..start, &kept)
        }
        (Some(spot), None) => {
            let start = line_start(text, spot.name.start);
            let stop = line_end(text, spot.value.end);
            // A remark behind the value outlives it.
            let whole = text.get(spot.value.start..stop).unwrap_or_default();
            let kept: String = comments(whole).map(|comment| format!("{comment}{end}")).collect();
            splice(text, start..stop, &kept)
        }
        (None, Some(value)) => {
            let at = place_for(text, &lines, &change.key);
            let before = if at > 0 && !text.get(..at).is_some_and(|text| text.ends_with('\n')) { end } else { "" };
            splice(text, at..at, &format!("{before}\"{}\" = {value}{end}", change.key))
        }
        (None, None) => text.to_owned(),
    }
}

fn splice(text: &str, range: std::ops::Range<usize>, with: &str) -> String {
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    format!("{before}{with}{after}")
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1)
}

/// Behind the line break of the line in which `at` stands.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |found| at + found + 1)
}

/// Below the line that shows the setting as a comment; else above the first table, with the comments over it; else
/// at the end.
fn place_for(text: &str, lines: &Lines, key: &str) -> usize {
    let limit = lines.first_table().map_or(text.len(), |at| line_start(text, at));
    let mut at = 0;
    let (mut shown, mut above_comments) = (None, 0);
    let sample = format!("\"{key}\"");
    for line in text.get(..limit).unwrap_or_default().split_inclusive('\n') {
        at += line.len();
        let comment = line.trim_start().strip_prefix('#').map(str::trim_start);
        match comment {
            Some(comment) if comment.starts_with(&sample) => shown = Some(at),
            Some(_) => {}
            None => above_comments = at,
        }
    }
    match shown {
        Some(at) => at,
        None if limit < text.len() => above_comments,
        None => limit,
    }
}

/// Comments inside a value that takes several lines, or behind it: `# …` each. Strings are passed over, also those of
/// three quotation marks, which may hold single ones and line breaks.
fn comments(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(['#', '"', '\''])?;
            let found = rest.get(at..)?;
            if found.starts_with('#') {
                let length = found.find('\n').unwrap_or(found.len());
                rest = found.get(length..)?;
                return found.get(..length).map(str::trim_end);
            }
            rest = found.get(string_length(found)..)?;
        }
    })
}

/// Bytes of the string a text begins with, its quotation marks included.
fn string_length(text: &str) -> usize {
    let Some(mark) = text.get(..1) else { return 0 };
    let three = mark.repeat(3);
    let close = if text.starts_with(&three) { three.as_str() } else { mark };
    let mut at = close.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(close) {
            return at + close.len();
        }
        // In '…' a backslash is a backslash.
        let escaped = mark == "\"" && rest.starts_with('\\');
        at += rest.chars().take(if escaped { 2 } else { 1 }).map(char::len_utf8).sum::<usize>();
    }
    text.len()
}

/// As it stands in the file; `None` when nothing is to stand there.
fn literal(value: &SettingValue) -> Option<String> {
    Some(match value {
        SettingValue::Text(text) => quoted(text),
        SettingValue::List(all) => format!("[{}]", all.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
        SettingValue::Integer(number) => number.to_string(),
        // A decimal in TOML is `1.0`, not `1`.
        SettingValue::Decimal(number) => format!("{number:?}"),
        SettingValue::Unset => return None,
    })
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{Change, SettingValue, Settings};
    use crate::workspace::SETTINGS_TEMPLATE;

    fn change(key: &str, value: SettingValue) -> Change {
        Change { key: key.to_owned(), value }
    }

    fn saved(text: &str, changes: &[Change]) -> String {
        String::from_utf8(Settings::save_changes(text.as_bytes(), changes).unwrap()).unwrap()
    }

    #[test]
    fn a_hash_in_a_string_of_three_marks_is_no_remark() {
        let text = "\"地域一覧\" = '''\\'#''' # 説明\r\n";
        let areas = change("地域一覧", SettingValue::Text("b.csv".to_owned()));
        assert_eq!(saved(text, &[areas]), "\"地域一覧\" = \"b.csv\" # 説明\r\n");
    }

    #[test]
    fn only_the_value_changes() {
        let text = "# 始め\r\n\"自地域\"   = \"a\"  # うちの市\r\n\"比較地域\" = []\r\n";
        let own = change("自地域", SettingValue::Text("見本県\"みほん市\"".to_owned()));
        assert_eq!(saved(text, &[own]), text.replace("\"a\"", "\"見本県\\\"みほん市\\\"\""));
    }

    #[test]
    fn a_new_setting_goes_below_the_line_that_shows_it() {
        let changes =
            [change("表示期間の始まり", SettingValue::Integer(2023)), change("安定待ち", SettingValue::Decimal(10.0))];
        let text = saved(SETTINGS_TEMPLATE, &changes);
        assert!(text.contains("# \"表示期間の始まり\" = 2023\n\"表示期間の始まり\" = 2023\n"), "{text}");
        assert!(text.contains("# \"安定待ち\" = 3\n\"安定待ち\" = 10.0\n"), "{text}");
        let unset: Vec<_> = changes.map(|one| Change { value: SettingValue::Unset, ..one }).into();
        assert_eq!(saved(&text, &unset), SETTINGS_TEMPLATE);
    }

    #[test]
    fn a_new_setting_never_falls_into_a_table() {
        let text = "\"自地域\" = \"a\"\n\n# 構成市町村\n[\"広域連合\"]\n\"x広域連合\" = [\"y町\"]\n# \"比較地域\" = []";
        let text = saved(text, &[change("比較地域", SettingValue::List(vec!["b".to_owned(), "c".to_owned()]))]);
        assert_eq!(
            text,
            "\"自地域\" = \"a\"\n\n\"比較地域\" = [\"b\", \"c\"]\n# 構成市町村\n[\"広域連合\"]\n\"x広域連合\" = [\"y町\"]\n# \"比較地域\" = []"
        );
        assert_eq!(
            saved("\"自地域\" = \"a\"", &[change("上回る", SettingValue::Decimal(1.2))]),
            "\"自地域\" = \"a\"\n\"上回る\" = 1.2\n"
        );
    }

    #[test]
    fn remarks_inside_a_list_outlive_it() {
        let text = "\"比較地域\" = [\n  \"a#b\", # 隣\n  \"c\",\n] # 以上\n";
        let new = saved(text, &[change("比較地域", SettingValue::List(Vec::new()))]);
        assert_eq!(new, "# 隣\n\"比較地域\" = [] # 以上\n");
        assert_eq!(saved(&new, &[change("比較地域", SettingValue::Unset)]), "# 隣\n# 以上\n");
    }

    #[test]
    fn what_cannot_be_is_refused_and_says_why() {
        let refused =
            |text: &str, one: Change| Settings::save_changes(text.as_bytes(), &[one]).unwrap_err().to_string();
        assert!(refused("", change("比較地区", SettingValue::Unset)).contains("もしかすると「比較地域」ですか。"));
        assert!(refused("", change("上回る", SettingValue::Decimal(0.2))).contains("上回る"));
        assert!(refused("", change("上回る", SettingValue::Decimal(f64::NAN))).contains("上回る"));
        assert!(refused("\"自地域\" = [", change("上回る", SettingValue::Decimal(1.2))).contains("設定.toml"));
    }
}
