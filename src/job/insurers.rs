//! Whose sheets a batch makes.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::intake::Evidence;
use crate::model::{Area, AreaLevel};

/// The insurers of a prefecture, or every insurer that has figures.
///
/// # Errors
/// A prefecture there is none of; nobody to make a sheet for.
pub fn insurers(prefecture: Option<&str>, catalog: &Catalog, evidence: &Evidence) -> Result<Vec<Arc<Area>>> {
    let prefectures: Vec<Arc<Area>> = match prefecture {
        Some(name) => {
            let area = catalog.find(name.trim()).one().filter(|area| area.level == AreaLevel::Prefecture);
            vec![area.ok_or_else(|| {
                Error::Usage(format!(
                    "「{}」という都道府県は見つかりませんでした。福岡県 のように書いてください。",
                    name.trim()
                ))
            })?]
        }
        None => catalog.prefectures(),
    };
    let mut all: Vec<Arc<Area>> =
        prefectures.iter().flat_map(|prefecture| catalog.insurers_in(&prefecture.name)).collect();
    if prefecture.is_none() {
        let mut with_figures: Vec<&str> = evidence.observations.iter().map(|o| o.area.key()).collect();
        with_figures.sort_unstable();
        with_figures.dedup();
        all.retain(|area| with_figures.binary_search(&area.key()).is_ok());
    }
    if all.is_empty() {
        return Err(Error::Usage(
            "シートを作れる保険者がありませんでした。保険者の数値が載ったファイルを入れてください。".to_owned(),
        ));
    }
    Ok(all)
}
