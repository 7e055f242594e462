//! What the values of 設定.toml may be, and which of them contradict each other.

use super::{Settings, Watching};
use crate::compare::MAX_YEARS;
use crate::deliver::Patterns;
use crate::job::Wanted;

/// Every name a setting may have, in the order of the file.
pub(super) const KEYS: [&str; 17] = [
    "自地域",
    "比較地域",
    "表示期間の始まり",
    "表示期間の終わり",
    "指標追加",
    "作るもの",
    "配布資料の種類",
    "上回る",
    "下回る",
    "少人数の目安",
    "ひな形",
    "ファイル名",
    "資料のファイル名",
    "安定待ち",
    "監視方法",
    "記録の大きさ",
    "地域一覧",
];

/// Seconds a file lies unchanged before it is read, unless the settings say otherwise.
pub(super) const SETTLE: f64 = 3.0;
/// Size of the log in MB, unless the settings say otherwise.
pub(super) const LOG: u32 = 5;

pub(super) const THRESHOLDS: &str = "設定.toml の「上回る」は「下回る」より大きい数（例 1.15 と 0.85）にしてください。";

/// Every mistake: the key whose line it stands on, and the sentence.
pub(super) fn problems(settings: &Settings) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    years(settings, &mut found);
    makes(settings, &mut found);
    if let Err(error) = settings.thresholds() {
        let key = if settings.above.is_some() { "上回る" } else { "下回る" };
        found.push((key, error.to_string().trim_start_matches("設定.toml の").to_owned()));
    }
    if settings.few.is_some_and(|few| !(0.0..=1000.0).contains(&few)) {
        found.push(("少人数の目安", "「少人数の目安」は 0 から 1000 までの人数にしてください（例 10）。".to_owned()));
    }
    let names = settings.names();
    for (key, pattern) in [
        ("ファイル名", Patterns { paper: None, ..names.clone() }),
        ("資料のファイル名", Patterns { sheet: None, ..names }),
    ] {
        if let Err(error) = pattern.check() {
            found.push((key, error.to_string()));
        }
    }
    if !(0.5..=300.0).contains(&settings.settle_seconds()) {
        found.push(("安定待ち", "「安定待ち」は 0.5 から 300 までの秒数にしてください（例 3）。".to_owned()));
    }
    if settings.watching.as_deref().is_some_and(|text| Watching::parse(text).is_none()) {
        found.push(("監視方法", "「監視方法」に書けるのは \"auto\"（自動）と \"poll\"（定期）です。".to_owned()));
    }
    if settings.log.is_some_and(|size| !(1..=100).contains(&size)) {
        found.push(("記録の大きさ", "「記録の大きさ」は 1 から 100 までの数（MB）にしてください（例 5）。".to_owned()));
    }
    found
}

fn years(settings: &Settings, found: &mut Vec<(&'static str, String)>) {
    let mut readable = true;
    for (key, year) in [("表示期間の始まり", settings.from), ("表示期間の終わり", settings.to)] {
        if year.is_some_and(|year| !(2000..=2100).contains(&year)) {
            found.push((key, format!("「{key}」は西暦の年度（例 2025）にしてください。")));
            readable = false;
        }
    }
    if let (true, Some(from), Some(to)) = (readable, settings.from, settings.to) {
        if from > to {
            let sentence = format!("表示期間の始まり（{from}）が終わり（{to}）より後になっています。");
            found.push(("表示期間の終わり", sentence));
        } else if to - from >= MAX_YEARS {
            let sentence = format!("表示期間は{MAX_YEARS}年度までです。期間を短くしてください。");
            found.push(("表示期間の終わり", sentence));
        }
    }
}

fn makes(settings: &Settings, found: &mut Vec<(&'static str, String)>) {
    let (formats, papers) = (&settings.formats.0, &settings.handout.0);
    for format in formats {
        if let Err(error) = Wanted::parse(std::slice::from_ref(format), &[]) {
            found.push(("作るもの", error.to_string()));
        }
    }
    for paper in papers {
        if let Err(error) = Wanted::parse(&[], std::slice::from_ref(paper)) {
            found.push(("配布資料の種類", error.to_string()));
        }
    }
    let Ok(wanted) = settings.wanted() else { return };
    if !papers.is_empty() && wanted.papers.is_empty() {
        let sentence =
            "「配布資料の種類」を書いていますが、「作るもの」に \"pdf\" がありません。どちらかを直してください。";
        found.push(("配布資料の種類", sentence.to_owned()));
    }
    let names = settings.names();
    if names.sheet.is_some() && !wanted.xlsx {
        let sentence = "「ファイル名」はExcelのシートの名前ですが、「作るもの」に \"xlsx\" がありません。PDFの名前は「資料のファイル名」に書いてください。";
        found.push(("ファイル名", sentence.to_owned()));
    }
    if names.paper.is_some() && wanted.papers.is_empty() {
        let sentence =
            "「資料のファイル名」を書いていますが、「作るもの」に \"pdf\" がありません。どちらかを直してください。";
        found.push(("資料のファイル名", sentence.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::{KEYS, LOG, SETTLE};
    use crate::compare::Thresholds;
    use crate::workspace::SETTINGS_TEMPLATE;

    #[test]
    fn the_file_explains_every_setting_and_shows_its_default() {
        for key in KEYS {
            assert!(SETTINGS_TEMPLATE.contains(&format!("\"{key}\" = ")), "{key} is not in the file");
        }
        let rule = Thresholds::default();
        for (key, value) in [
            ("上回る", rule.above.to_string()),
            ("下回る", rule.below.to_string()),
            ("少人数の目安", rule.few_people.to_string()),
            ("安定待ち", SETTLE.to_string()),
            ("記録の大きさ", LOG.to_string()),
        ] {
            assert!(SETTINGS_TEMPLATE.contains(&format!("# \"{key}\" = {value}\n")), "{key} = {value}");
        }
    }
}
