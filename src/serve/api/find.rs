//! Areas as requests name them, and how they are told.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::bench::Held;
use super::super::http::Problem;
use super::super::room::problem;
use crate::catalog::{Catalog, Lookup};
use crate::model::{Area, AreaLevel};
use crate::request::resolve_area;

/// The area of a key of `_meta`: a code, or a name.
pub fn by_key(catalog: &Catalog, key: &str) -> Option<Arc<Area>> {
    match catalog.find(key) {
        Lookup::One(area) => Some(area),
        Lookup::Many(_) | Lookup::None => None,
    }
}

/// The area a request names, as on the command line.
///
/// # Errors
/// Not known, or not unique.
pub fn named(held: &Held, text: &str) -> Result<Arc<Area>, Problem> {
    let (area, _) = resolve_area(text, &held.catalog, &held.evidence.observations)
        .map_err(|error| Problem { code: "area-unknown".to_owned(), ..problem(error) })?;
    Ok(area)
}

/// What kind of area, as JSON says it.
pub fn level(area: &Area) -> &'static str {
    match area.level {
        AreaLevel::Nation => "nation",
        AreaLevel::Prefecture => "prefecture",
        AreaLevel::Insurer => "insurer",
        AreaLevel::Municipality => "municipality",
        AreaLevel::Ward => "ward",
        AreaLevel::Other => "other",
    }
}

/// An area as the page shows it. A union has no code: its name serves.
pub fn told(area: &Area, kana: &str, has_data: bool) -> Value {
    json!({
        "code": area.key(),
        "name": area.name,
        "kana": kana,
        "prefecture": area.prefecture,
        "level": level(area),
        "has_data": has_data,
    })
}
