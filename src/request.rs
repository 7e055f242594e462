//! What a person asks for, understood: areas by name or code become insurers.

use std::sync::Arc;

use crate::catalog::{Catalog, InsurerOf, Lookup, told_apart};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::model::{Area, AreaLevel, Observation};

/// Finds the area a person named and the insurer that answers for it.
///
/// A member town of a union answers with the union and says so; so does a ward with its city. A name that occurs in
/// several prefectures is an error that lists them.
pub fn resolve_area(
    text: &str,
    catalog: &Catalog,
    observations: &[Observation],
) -> Result<(Arc<Area>, Option<Diagnostic>)> {
    let area = match catalog.find(text.trim()) {
        Lookup::One(area) => area,
        Lookup::Many(candidates) => {
            let labels = told_apart(&candidates);
            let names: Vec<_> = labels.iter().map(|label| format!("「{label}」")).collect();
            // 北海道 has two 泊村: there the prefecture does not help, and the code stands beside the name.
            let way = match (candidates.first(), labels.first()) {
                (Some(first), Some(label)) if *label != first.name => {
                    "6けたの団体コードで指定してください。".to_owned()
                }
                (Some(first), _) => {
                    format!("都道府県名を付けて指定してください（例 {}）。", first.name.replace(' ', ""))
                }
                (None, _) => String::new(),
            };
            return Err(Error::Usage(format!(
                "「{}」という地域は、{}があります。{way}",
                text.trim(),
                names.join("、")
            )));
        }
        Lookup::None => return as_written(text, catalog, observations).map(|area| (area, None)),
    };
    let instead = match catalog.insurer_of(&area) {
        InsurerOf::Union(union) => Some((union, "保険者は")),
        InsurerOf::City(city) => Some((city, "保険者は")),
        InsurerOf::Itself | InsurerOf::NotKnown => None,
    };
    Ok(match instead {
        Some((insurer, _)) => {
            let told = Diagnostic::info(
                "insurer-instead",
                format!(
                    "{}の介護保険の保険者は{}です。{}の数値でお答えします。",
                    area.name,
                    insurer.name,
                    insurer.short_name()
                ),
            );
            (insurer, Some(told))
        }
        None if area.level == AreaLevel::Municipality => {
            let told = Diagnostic::warning(
                "insurer-unknown",
                format!("{}が加入している保険者（広域連合など）が分かりません。", area.name),
            )
            .hint("設定.toml の「広域連合」に構成市町村を書くと、その保険者の数値でお答えします。");
            (area, Some(told))
        }
        None => (area, None),
    })
}

/// An area that is not in the catalog can be chosen by its exact name, when a file has it.
fn as_written(text: &str, catalog: &Catalog, observations: &[Observation]) -> Result<Arc<Area>> {
    let wanted = text.trim();
    if let Some(found) = observations.iter().find(|o| o.area.name == wanted) {
        return Ok(found.area.clone());
    }
    let near: Vec<String> = catalog.search(wanted, 5).iter().map(|area| format!("「{}」", area.name)).collect();
    let hint = if near.is_empty() {
        "都道府県名と市町村名（例 福岡県福岡市）か、6けたの団体コードで指定してください。".to_owned()
    } else {
        format!("もしかすると、{}ですか。", near.join("、"))
    };
    Err(Error::Usage(format!("「{wanted}」という地域は見つかりませんでした。{hint}")))
}
