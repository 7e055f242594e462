//! The indicators by what one looks for: the purposes of the guide, then the groups of the system.

use serde_json::{Value, json};

use super::super::router::Call;
use super::super::service::App;
use super::{Answer, ok};
use crate::catalog::{Block, Catalog, Indicator};

/// What a group holds: whole 指標ID, or the beginning of one with `*`.
struct Group(&'static str, &'static [&'static str]);

/// A purpose and its groups. Every indicator of the catalog stands in one; what is in none goes to the last.
const PURPOSES: &[(&str, &[Group])] = &[
    (
        "高齢者と世帯の状況を知る",
        &[
            Group("人口・高齢化", &["A1", "A2", "A3", "A3-a", "A4", "A9"]),
            Group("高齢者の世帯", &["A5", "A6", "A6-a", "A7", "A7-a", "A8", "A8-a"]),
            Group("ほかの統計の人口", &["X-juki*", "X-kokusei*", "X-suikei*"]),
        ],
    ),
    (
        "認定の状況を知る",
        &[
            Group("第1号被保険者", &["B1", "B2", "B2-a", "B15"]),
            Group("認定者数・認定率", &["B3*", "B4*", "B5*", "B6*"]),
            Group("新規の認定", &["B9", "B10", "B11", "B12", "B13", "B14"]),
            Group("心身の状態", &["B7", "B8"]),
        ],
    ),
    (
        "給付と保険料を知る",
        &[
            Group("保険料", &["C*"]),
            Group("第1号被保険者1人あたり給付月額", &["D5", "D6*", "D7*", "D8*", "D13*", "D40*", "D49"]),
        ],
    ),
    (
        "サービスの利用を知る",
        &[
            Group("受給者数・受給率", &["D1", "D2*", "D3*", "D4*", "D32*", "D42", "D45*", "D38"]),
            Group("受給者1人あたり給付月額", &["D15*", "D16*", "D17*"]),
            Group("受給者1人あたり利用日数・回数", &["D31*", "D18*", "D19*"]),
        ],
    ),
    (
        "サービスの提供体制を知る",
        &[
            Group("定員", &["D25", "D26", "D27", "D28", "D29", "D30", "X-jigyosho-capacity*"]),
            Group("事業所・従事者", &["K*", "M*", "X-jigyosho-count*"]),
        ],
    ),
];

/// Where everything else stands.
const REST: &str = "そのほか";

fn group_of(id: &str) -> Option<(usize, usize)> {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => id
            .strip_prefix(start)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()) || start.len() == 1),
        None => id == pattern,
    };
    PURPOSES.iter().enumerate().find_map(|(purpose, (_, groups))| {
        let group = groups.iter().position(|Group(_, patterns)| patterns.iter().any(|pattern| fits(pattern)))?;
        Some((purpose, group))
    })
}

/// `GET /indicators`
pub fn tree(app: &App, _: &Call<'_>) -> Answer {
    let held = app.room().ok().and_then(|room| room.held().ok());
    let catalog = match &held {
        Some(held) => &held.catalog,
        None => Catalog::shipped(),
    };
    let with_data: std::collections::HashSet<&str> = held
        .as_ref()
        .map(|held| held.evidence.observations.iter().map(|o| o.indicator.as_str()).collect())
        .unwrap_or_default();
    let told = |indicator: &Indicator| {
        json!({
            "id": indicator.id, "name": indicator.name, "unit": &*indicator.unit,
            "on_form": indicator.block.is_some(), "block": indicator.block.map(Block::title),
            "has_data": with_data.contains(indicator.id.as_str()), "restricted": indicator.restricted,
            "note": indicator.note,
        })
    };
    let mut purposes: Vec<Value> = Vec::new();
    for (number, (purpose, groups)) in PURPOSES.iter().enumerate() {
        let children: Vec<Value> = groups
            .iter()
            .enumerate()
            .filter_map(|(at, Group(name, _))| {
                let all = catalog.indicators().iter().filter(|known| group_of(known.id.as_str()) == Some((number, at)));
                let all: Vec<Value> = all.map(told).collect();
                (!all.is_empty()).then(|| json!({ "name": name, "indicators": all }))
            })
            .collect();
        purposes.push(json!({ "name": purpose, "children": children }));
    }
    let mut rest: Vec<Value> =
        catalog.indicators().iter().filter(|known| group_of(known.id.as_str()).is_none()).map(told).collect();
    let mut unlisted: Vec<&str> = with_data.iter().copied().filter(|id| catalog.indicator(id).is_none()).collect();
    unlisted.sort_unstable();
    rest.extend(unlisted.into_iter().map(|id| told(&Indicator::unlisted(id, ""))));
    if !rest.is_empty() {
        purposes.push(json!({ "name": REST, "children": [{ "name": REST, "indicators": rest }] }));
    }
    ok(&json!({ "purposes": purposes }))
}
