//! 設定.toml as the page shows and changes it: only the lines of what is changed, comments stay.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::super::http::Problem;
use super::super::room::problem;
use super::super::router::Call;
use super::super::service::App;
use super::{Answer, ok};
use crate::workspace::{Change, SettingValue, Settings};

/// `GET /settings`
pub fn read(app: &App, _: &Call<'_>) -> Answer {
    let room = app.room()?;
    let settings = room.workspace.settings().map_err(problem)?;
    ok(&json!({ "settings": told(&settings)? }))
}

fn told(settings: &Settings) -> Result<Value, Problem> {
    let thresholds = settings.thresholds().map_err(problem)?;
    // What is made when the file says nothing, not that it says nothing.
    let wanted = settings.wanted().map_err(problem)?;
    let formats: Vec<&str> = [("xlsx", wanted.xlsx), ("pdf", !wanted.papers.is_empty())]
        .into_iter()
        .filter_map(|(format, made)| made.then_some(format))
        .collect();
    let papers: Vec<&str> = wanted.papers.iter().map(|kind| kind.label()).collect();
    Ok(json!({
        "own": settings.own.0, "compare": settings.compare.0, "from": settings.from, "to": settings.to,
        "add": settings.add.0, "formats": formats, "handout": papers,
        "above": thresholds.above, "below": thresholds.below,
    }))
}

/// What may be changed; a name left out stays, `null` gives the product's own value back.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wanted {
    own: Option<Vec<String>>,
    compare: Option<Vec<String>>,
    #[serde(deserialize_with = "said")]
    from: Option<Option<i32>>,
    #[serde(deserialize_with = "said")]
    to: Option<Option<i32>>,
    add: Option<Vec<String>>,
    formats: Option<Vec<String>>,
    handout: Option<Vec<String>>,
    #[serde(deserialize_with = "said")]
    above: Option<Option<f64>>,
    #[serde(deserialize_with = "said")]
    below: Option<Option<f64>>,
}

/// Tells `null` from nothing said.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(value).map(Some)
}

/// `POST /settings`
pub fn write(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let wanted: Wanted = call.json()?;
    let mut changes = Vec::new();
    let mut change = |key: &str, value: SettingValue| changes.push(Change { key: key.to_owned(), value });
    for (key, list) in [
        ("自地域", wanted.own),
        ("比較地域", wanted.compare),
        ("指標追加", wanted.add),
        ("作るもの", wanted.formats),
        ("配布資料の種類", wanted.handout),
    ] {
        if let Some(list) = list {
            let clean = list.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
            change(key, SettingValue::List(clean));
        }
    }
    for (key, year) in [("表示期間の始まり", wanted.from), ("表示期間の終わり", wanted.to)] {
        if let Some(year) = year {
            change(key, year.map_or(SettingValue::Unset, |year| SettingValue::Integer(year.into())));
        }
    }
    for (key, ratio) in [("上回る", wanted.above), ("下回る", wanted.below)] {
        if let Some(ratio) = ratio {
            change(key, ratio.map_or(SettingValue::Unset, SettingValue::Decimal));
        }
    }
    let settings = room.workspace.save_settings(&changes).map_err(problem)?;
    room.desk.wake();
    ok(&json!({ "settings": told(&settings)? }))
}
