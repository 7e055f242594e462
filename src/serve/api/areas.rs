//! Finding areas, and suggesting some to compare with.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::bench::Held;
use super::super::router::Call;
use super::super::service::App;
use super::find::{named, told};
use super::{Answer, ok};
use crate::catalog::{Catalog, InsurerOf};
use crate::compare::shown::shown;
use crate::model::{Area, AreaLevel};

/// Areas in one answer.
const MOST: usize = 100;
/// Areas suggested.
const SUGGESTED: usize = 8;

/// `GET /areas?q=&prefecture=&with_data=&limit=`
pub fn search(app: &App, call: &Call<'_>) -> Answer {
    let limit = call.number("limit", 20, MOST)?;
    let held = app.room().ok().map(|room| room.held()).transpose()?;
    let catalog = match &held {
        Some(held) => &held.catalog,
        None => Catalog::shipped(),
    };
    let with_data = call.query("with_data").is_some_and(|flag| flag == "1");
    let has = |area: &Area| held.as_ref().is_some_and(|held| held.has(area.key()));
    let found: Vec<Arc<Area>> = match (call.query("q"), call.query("prefecture")) {
        (None, None) => held.as_ref().map(|held| held.areas.values().cloned().collect()).unwrap_or_default(),
        (None, Some(prefecture)) => catalog.insurers_in(&prefecture_name(catalog, prefecture)),
        (Some(text), prefecture) => {
            let prefecture = prefecture.map(|prefecture| prefecture_name(catalog, prefecture));
            let mut found = catalog.search(text.trim(), 2_000);
            if let Some(held) = &held {
                // Areas only the files know.
                let wanted: String = text.split_whitespace().collect();
                let known = held.areas.values().filter(|area| area.level == AreaLevel::Other);
                found.extend(known.filter(|area| area.name.replace(' ', "").contains(&wanted)).cloned());
            }
            found.retain(|area| prefecture.is_none() || area.prefecture == prefecture);
            found
        }
    };
    let areas: Vec<Value> = found
        .into_iter()
        .filter(|area| area.level != AreaLevel::Nation && (!with_data || has(area)))
        .take(limit)
        .map(|area| {
            let mut told = told(&area, catalog.kana(&area), has(&area));
            // A town of a union, a ward of a city: its insurer's figures are the answer.
            if let (InsurerOf::Union(insurer) | InsurerOf::City(insurer), Some(object)) =
                (catalog.insurer_of(&area), told.as_object_mut())
            {
                object.insert("insurer".to_owned(), json!(insurer.name));
                object.insert("has_data".to_owned(), json!(has(&insurer)));
            }
            told
        })
        .collect();
    ok(&json!({ "areas": areas }))
}

/// A prefecture by name or by its two or six digits.
fn prefecture_name(catalog: &Catalog, text: &str) -> String {
    let by_code = catalog.prefectures().into_iter().find(|area| {
        area.code
            .as_ref()
            .is_some_and(|code| code.as_str() == text || (text.len() == 2 && code.prefecture_digits() == text))
    });
    by_code.map_or_else(|| text.to_owned(), |area| area.name.clone())
}

/// `GET /prefectures`
pub fn prefectures(app: &App, _: &Call<'_>) -> Answer {
    let held = app.room().ok().map(|room| room.held()).transpose()?;
    let catalog = match &held {
        Some(held) => &held.catalog,
        None => Catalog::shipped(),
    };
    let all: Vec<Value> =
        catalog.prefectures().iter().map(|area| json!({ "code": area.key(), "name": area.name })).collect();
    ok(&json!({ "prefectures": all }))
}

/// What a suggestion goes by.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    /// 第1号被保険者 (or people of 65 and more)
    insured: Option<f64>,
    /// Of them, percent of 75 and more
    share75: Option<f64>,
}

/// Figures a size is taken from: the newest of each.
fn size(held: &Held, area: &Area) -> Size {
    let mut best: BTreeMap<&str, (String, f64)> = BTreeMap::new();
    for observation in held.of_area(area.key()) {
        let (Some(value), id) = (observation.datum.value(), observation.indicator.as_str()) else { continue };
        let age = observation.dimensions.age.as_deref();
        let other = observation.dimensions.sex.is_some()
            || observation.dimensions.care_level.is_some()
            || observation.dimensions.service.is_some();
        if other {
            continue;
        }
        let old = |age: &str| {
            let digits: String = age.chars().filter(char::is_ascii_digit).take(2).collect();
            digits.parse::<u32>().is_ok_and(|from| from >= 75)
        };
        let name = match (id, age) {
            ("B1", None) => "insured",
            ("B2", Some(age)) if old(age) => "of75",
            ("B2-a", Some(age)) if old(age) => "share75",
            ("A3", Some(age)) if old(age) => "people75",
            ("A3", None) => "people65",
            _ => continue,
        };
        let when = observation.period.form_year.map_or_else(
            || observation.period.date.map(|date| date.to_string()).unwrap_or_default(),
            |year| format!("{year}-~"),
        );
        if best.get(name).is_none_or(|(known, _)| *known <= when) {
            best.insert(name, (when, value));
        }
    }
    let of = |name: &str| best.get(name).map(|(_, value)| *value);
    let insured = of("insured").or_else(|| of("people65"));
    let part = of("of75").or_else(|| of("people75"));
    let share75 = of("share75").or_else(|| Some(part? / insured.filter(|all| *all > 0.0)? * 100.0));
    Size { insured, share75 }
}

/// `GET /areas/suggest?own=`
pub fn suggest(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let held = room.held()?;
    let own = named(&held, call.query("own").ok_or_else(|| super::bad("own に自地域を指定してください。"))?)?;
    let mine = size(&held, &own);
    let mut near: Vec<(bool, f64, Arc<Area>, Size)> = held
        .areas
        .values()
        .filter(|area| area.level == AreaLevel::Insurer && area.key() != own.key())
        .map(|area| {
            let size = size(&held, area);
            (area.prefecture == own.prefecture, distance(mine, size), area.clone(), size)
        })
        .collect();
    let by_size = mine.insured.is_some() && near.iter().any(|(.., size)| size.insured.is_some());
    if by_size {
        near.retain(|(_, distance, ..)| distance.is_finite());
    }
    near.sort_by(|a, b| {
        (!a.0, a.1)
            .partial_cmp(&(!b.0, b.1))
            .unwrap_or(std::cmp::Ordering::Equal)
            .then_with(|| a.2.key().cmp(b.2.key()))
    });
    let rule = if by_size {
        "取り込んだファイルに数値がある保険者のうち、まず同じ都道府県から、第1号被保険者数が近く（何倍違うか）、75歳以上の割合も近い順に挙げています。近さの目安は本ソフトのもので、国の基準ではありません。"
    } else {
        "取り込んだファイルに数値がある、同じ都道府県の保険者を挙げています。第1号被保険者数（B1）や前期・後期別第1号被保険者数（B2）の表を「受付」に入れると、規模の近い順になります。"
    };
    let suggested: Vec<Value> = near
        .iter()
        .filter(|(same, ..)| by_size || *same)
        .take(SUGGESTED)
        .map(|(same, _, area, size)| {
            json!({
                "code": area.key(), "name": area.name,
                "why": why(*same, mine, *size), "insured": size.insured, "share75": size.share75,
            })
        })
        .collect();
    let remembered: Vec<Value> = room
        .notes
        .read(|noted| noted.remembered.get(own.key()).cloned())
        .unwrap_or_default()
        .iter()
        .filter_map(|key| named(&held, key).ok())
        .map(|area| told(&area, held.catalog.kana(&area), held.has(area.key())))
        .collect();
    ok(&json!({
        "rule": rule, "areas": suggested, "remembered": remembered,
        "own": { "code": own.key(), "name": own.name, "insured": mine.insured, "share75": mine.share75 },
    }))
}

/// Doubling the number of people weighs as much as ten points of those of 75 and more.
fn distance(a: Size, b: Size) -> f64 {
    let people = match (a.insured, b.insured) {
        (Some(a), Some(b)) if a > 0.0 && b > 0.0 => (a / b).log2().abs(),
        _ => return f64::INFINITY,
    };
    let share = a.share75.zip(b.share75).map_or(0.5, |(a, b)| (a - b).abs() / 10.0);
    people + share
}

fn why(same: bool, mine: Size, other: Size) -> String {
    let mut words = vec![if same { "同じ都道府県".to_owned() } else { "ほかの都道府県".to_owned() }];
    if let (Some(mine), Some(other)) = (mine.insured, other.insured) {
        words.push(format!("第1号被保険者数 {}人（自地域 {}人）", shown(other, 0), shown(mine, 0)));
    }
    if let (Some(mine), Some(other)) = (mine.share75, other.share75) {
        let difference = other - mine;
        words.push(format!(
            "75歳以上の割合の差 {}{:.1}ポイント",
            if difference < 0.0 { "▲" } else { "" },
            difference.abs()
        ));
    }
    words.join("、")
}
