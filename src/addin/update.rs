//! 「数値だけ更新」 from inside Excel: the figures for the areas and years the open sheet shows. Which cell gets one is
//! decided in the pane by the same rules as [`crate::refill`]; shared test vectors keep the two together.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::fill::meta_sheet::role_id;
use crate::fill::source_sheet::record_of;
use crate::intake::Evidence;
use crate::job::{FillRequest, understand};
use crate::model::{Datum, MissingReason};

/// What the open sheet shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct UpdateRequest {
    /// Own area, code or name
    pub own: String,
    /// Comparison areas, codes or names
    #[serde(default)]
    pub compare: Vec<String>,
    /// The form's years on the sheet
    pub years: Vec<i32>,
    /// 指標ID of the rows; those that neither the catalog nor the files know are passed over
    #[serde(default)]
    pub add: Vec<String>,
}

/// An area and the block the comparison would give it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpdateArea {
    /// `own`, `prefecture`, `nation`, `other1` …
    pub role: String,
    /// Code, or name where there is none
    pub key: String,
    /// Display name
    pub name: String,
}

/// One figure; either a number or a mark such as 「―」.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpdateFigure {
    /// 指標ID
    pub indicator: String,
    /// Whose, by key
    pub area: String,
    /// The form's year
    pub year: i32,
    /// The value in the indicator's unit
    pub number: Option<f64>,
    /// What stands for a missing value
    pub mark: Option<&'static str>,
    /// What 「出典」 says of it: unit, file, sheet, cell, date of export, note, hash of the file
    pub record: [String; 7],
}

/// An indicator the sheet may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpdateIndicator {
    /// 指標ID
    pub id: String,
    /// Name
    pub name: String,
    /// Unit
    pub unit: String,
}

/// What the sheet may be renewed with.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateFigures {
    /// Areas that were found
    pub areas: Vec<UpdateArea>,
    /// Indicators that were asked for
    pub indicators: Vec<UpdateIndicator>,
    /// Their figures
    pub figures: Vec<UpdateFigure>,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Most years or comparison areas a request may name.
const MOST: usize = 200;

/// The figures for a sheet.
///
/// # Errors
/// As [`understand`]: areas not known, nothing found of the own area; a request of unlikely size.
pub fn figures(request: &UpdateRequest, evidence: &Evidence, catalog: &Catalog) -> Result<UpdateFigures> {
    if request.years.len() > MOST || request.compare.len() > MOST || request.add.len() > MOST {
        return Err(Error::Usage("年度か地域の数が多すぎます。シートを確かめてください。".to_owned()));
    }
    let (Some(from), Some(to)) = (request.years.iter().min(), request.years.iter().max()) else {
        return Err(Error::Usage(
            "シートに年度の見出しが見つかりません。年度の見出しを元に戻してください。".to_owned(),
        ));
    };
    let known = |id: &&String| {
        catalog.indicator(id).is_some() || evidence.observations.iter().any(|one| one.indicator.as_str() == id.as_str())
    };
    let fill = FillRequest {
        compare: request.compare.clone(),
        from: Some(*from),
        to: Some(*to),
        add: request.add.iter().filter(known).cloned().collect(),
        ..FillRequest::new(request.own.clone(), std::path::PathBuf::new(), crate::clock::today())
    };
    let (comparison, diagnostics) = understand(&fill, evidence, catalog)?;
    let areas: Vec<UpdateArea> = comparison
        .participants
        .iter()
        .map(|one| UpdateArea { role: role_id(one.role), key: one.area.key().to_owned(), name: one.area.name.clone() })
        .collect();
    let mut out = UpdateFigures { diagnostics, ..UpdateFigures::default() };
    for row in &comparison.rows {
        out.indicators.push(UpdateIndicator {
            id: row.indicator.id.to_string(),
            name: row.indicator.name.clone(),
            unit: row.indicator.unit.to_string(),
        });
        for (&(who, year), figure) in &row.figures {
            let Some(area) = areas.get(who) else { continue };
            // Blank says nothing, as in refilling a file.
            let (number, mark) = match figure.datum {
                Datum::Value(value) => (Some(value), None),
                Datum::Missing(MissingReason::Blank) => continue,
                Datum::Missing(reason) => (None, Some(reason.mark())),
            };
            out.figures.push(UpdateFigure {
                indicator: row.indicator.id.to_string(),
                area: area.key.clone(),
                year,
                number,
                mark,
                record: record_of(figure),
            });
        }
    }
    out.areas = areas;
    Ok(out)
}
