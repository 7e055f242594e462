//! What a request means: areas, years and added indicators held against what the files say.

use super::FillRequest;
use crate::catalog::Catalog;
use crate::compare::{self, Comparison, Selection};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::intake::Evidence;
use crate::model::{Area, AreaLevel};
use crate::request::resolve_area;

/// A request understood against the evidence.
///
/// # Errors
/// Areas that are not known or not unique; years the wrong way round; nothing found for the own area.
pub fn understand(
    request: &FillRequest,
    evidence: &Evidence,
    catalog: &Catalog,
) -> Result<(Comparison, Vec<Diagnostic>)> {
    let mut diagnostics = Vec::new();
    check_years(request.from, request.to)?;
    let (own, told) = resolve_area(&request.own, catalog, &evidence.observations)?;
    diagnostics.extend(told);
    let mut others = Vec::new();
    for text in &request.compare {
        let (area, told) = resolve_area(text, catalog, &evidence.observations)?;
        diagnostics.extend(told);
        others.push(area);
    }
    let added = request.add.iter().map(|id| check_added(id, catalog, evidence)).collect::<Result<Vec<_>>>()?;
    let selection = Selection {
        own: own.clone(),
        others,
        from: request.from,
        to: request.to,
        added,
        thresholds: request.thresholds,
    };
    let (comparison, told) = compare::compare(&selection, &evidence.observations, catalog);
    diagnostics.extend(told);
    let comparison = comparison.ok_or_else(|| nothing_found(&own, evidence, catalog))?;
    diagnostics.extend(compare::other_insurers(&comparison.participants, evidence.spoken()));
    for other in comparison.participants.iter().skip(1).enumerate().map(|(index, other)| (index + 1, other)) {
        let (who, participant) = other;
        if !comparison.rows.iter().any(|row| row.figures.keys().any(|(whose, _)| *whose == who)) {
            diagnostics.push(
                Diagnostic::warning(
                    "no-figures-of-area",
                    format!("{}の数値は、入れたファイルに見つかりませんでした。", participant.area.name),
                )
                .hint("その地域の数値が載った表を入れて、もう一度実行してください。"),
            );
        }
    }
    diagnostics.extend(added_without_years(&comparison, &own, evidence));
    Ok((comparison, diagnostics))
}

/// Indicators of 「指標追加」 that stand empty though the files speak of them, because they do so by calendar year, month or
/// day: such figures fill no 年度, and an empty row would look as if there were none.
fn added_without_years(comparison: &Comparison, own: &Area, evidence: &Evidence) -> Option<Diagnostic> {
    let empty = comparison.rows.iter().filter(|row| row.added && row.figures.keys().all(|(whose, _)| *whose != 0));
    let elsewhere = |id: &str| {
        evidence
            .observations
            .iter()
            .any(|o| o.indicator.as_str() == id && o.area.key() == own.key() && o.period.form_year.is_none())
    };
    let ids: Vec<&str> = empty.map(|row| row.indicator.id.as_str()).filter(|id| elsewhere(id)).collect();
    (!ids.is_empty()).then(|| {
        Diagnostic::info(
            "added-without-years",
            format!(
                "追加した指標 {} の数値は、年度ではなく年や月のものだけのため、様式の年度の欄には入れていません。",
                ids.join("、")
            ),
        )
    })
}

pub(crate) fn check_years(from: Option<i32>, to: Option<i32>) -> Result<()> {
    for year in [from, to].into_iter().flatten() {
        if !(2000..=2100).contains(&year) {
            return Err(Error::Usage(format!("表示期間の年「{year}」は、西暦の年度（例 2025）で指定してください。")));
        }
    }
    if let (Some(from), Some(to)) = (from, to) {
        if from > to {
            return Err(Error::Usage(format!("表示期間の始まり（{from}）が終わり（{to}）より後になっています。")));
        }
        if to - from >= compare::MAX_YEARS {
            return Err(Error::Usage(format!(
                "表示期間は{}年度までです。期間を短くしてください。",
                compare::MAX_YEARS
            )));
        }
    }
    Ok(())
}

pub(crate) fn check_added(id: &str, catalog: &Catalog, evidence: &Evidence) -> Result<String> {
    let wanted = crate::form::id_in(id)
        .ok_or_else(|| Error::Usage(format!("指標ID「{id}」は「D17-a」のように書いてください。")))?;
    let known = catalog.indicator(&wanted).is_some()
        || evidence.observations.iter().any(|observation| observation.indicator.as_str() == wanted);
    if known {
        Ok(wanted)
    } else {
        Err(Error::Usage(format!("指標ID「{wanted}」は一覧にも入れたファイルにも見つかりませんでした。")))
    }
}

fn nothing_found(own: &Area, evidence: &Evidence, catalog: &Catalog) -> Error {
    let mut ids: Vec<&str> =
        evidence.observations.iter().filter(|o| o.area.key() == own.key()).map(|o| o.indicator.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let own = &own.name;
    if !ids.is_empty() {
        // Ids of our own tables have no name that people know.
        let named: Vec<String> = ids
            .iter()
            .filter_map(|id| catalog.indicator(id).map(|known| format!("{id} {}", known.name)))
            .take(5)
            .collect();
        let more = if named.len() < ids.len() { "など" } else { "" };
        let named = if named.is_empty() { "ほかの数値".to_owned() } else { named.join("、") };
        return Error::Usage(format!(
            "{own}の数値のうち、表示する期間に様式の指標として使えるものは、1つも見つかりませんでした。入っているのは {named}{more}です。「足りない数値」で要る表を確かめて入れるか、表示期間を変えてください。"
        ));
    }
    let read = evidence.files.iter().filter(|file| file.outcome == crate::model::Outcome::Read).count();
    let mut areas: Vec<&str> = evidence
        .observations
        .iter()
        .filter(|o| !matches!(o.area.level, AreaLevel::Nation | AreaLevel::Prefecture))
        .map(|o| o.area.name.as_str())
        .collect();
    areas.sort_unstable();
    areas.dedup();
    let held = match areas.len() {
        0 => "保険者の数値はありませんでした".to_owned(),
        1..=5 => format!("{}の数値がありました", areas.join("、")),
        count => {
            format!("{}など{count}地域の数値がありました", areas.iter().take(3).copied().collect::<Vec<_>>().join("、"))
        }
    };
    Error::Usage(format!(
        "{own}の数値が、表示する期間に1つも見つかりませんでした。読めたファイルは{read}件で、{held}。自地域と表示期間を確かめるか、{own}の表を入れてください。"
    ))
}
