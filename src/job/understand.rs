//! What a request means: areas, years and added indicators held against what the files say.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::FillRequest;
use crate::catalog::Catalog;
use crate::compare::{self, Comparison, Selection};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::intake::Evidence;
use crate::model::{Area, AreaLevel, Date, Observation, Period};
use crate::notation::{wareki, wareki_date};
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
    let (observations, told) = years_not_over(&evidence.observations, request.date);
    diagnostics.extend(told);
    let (comparison, told) = compare::compare(&selection, &observations, catalog);
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
    diagnostics.extend(without_years(&comparison, &own, evidence));
    diagnostics.extend(only_breakdowns(&comparison, &own, evidence));
    Ok((comparison, diagnostics))
}

/// Marks the figures of a 年度 that is not over on the day of the sheet: whatever a heading or a file's name says, they
/// cannot be of a whole year. Services of a 年度 end with February. One warning a year names a file.
fn years_not_over(observations: &[Observation], today: Date) -> (Cow<'_, [Observation]>, Vec<Diagnostic>) {
    let early = |observation: &Observation| {
        let period = &observation.period;
        let unsaid = period.months.is_none() && !period.part_year;
        let year = period.form_year.filter(|year| unsaid && (today.year, today.month) < (year + 1, 3))?;
        observation.indicator.as_str().starts_with(['B', 'D']).then_some(year)
    };
    if !observations.iter().any(|observation| early(observation).is_some()) {
        return (Cow::Borrowed(observations), Vec::new());
    }
    let mut told: BTreeMap<i32, Diagnostic> = BTreeMap::new();
    let mut marked: HashMap<Arc<Period>, Arc<Period>> = HashMap::new();
    let mut all = observations.to_vec();
    for observation in &mut all {
        let Some(year) = early(observation) else { continue };
        // 認定 of a year under way stands for a day, as the form itself has it.
        if !observation.indicator.as_str().starts_with('B') {
            told.entry(year).or_insert_with(|| {
                Diagnostic::warning(
                    "year-not-over",
                    format!(
                        "{}は、作成日（{}）にはまだ終わっていません。1年分の数値ではないものとして、主な比較には使いません。",
                        wareki(year),
                        wareki_date(today)
                    ),
                )
                .hint("この年度の数値を載せたファイルの、見出しやファイル名の年度を確かめてください。")
                .at(&observation.source)
            });
        }
        let period = &observation.period;
        let part = || Arc::new(Period { part_year: true, ..(**period).clone() });
        let new = marked.entry(period.clone()).or_insert_with(part).clone();
        observation.period = new;
    }
    (Cow::Owned(all), told.into_values().collect())
}

/// Indicators that stand empty though the files speak of them, because they do so by calendar year, month or day: such
/// figures fill no 年度, and an empty row would look as if there were none.
fn without_years(comparison: &Comparison, own: &Area, evidence: &Evidence) -> Vec<Diagnostic> {
    let elsewhere: BTreeSet<&str> = evidence
        .observations
        .iter()
        .filter(|o| o.area.key() == own.key() && o.period.form_year.is_none() && o.datum.value().is_some())
        .map(|o| o.indicator.as_str())
        .collect();
    let empty = |added: bool| {
        let rows = comparison.rows.iter().filter(move |row| row.added == added);
        let rows = rows.filter(|row| row.figures.keys().all(|(whose, _)| *whose != 0));
        rows.map(|row| row.indicator.id.as_str()).filter(|id| elsewhere.contains(id)).collect::<Vec<&str>>()
    };
    [(true, "added-without-years", "追加した指標"), (false, "figures-without-years", "指標")]
        .into_iter()
        .filter_map(|(added, code, what)| {
            let ids = empty(added);
            let message = format!(
                "{what} {} の数値は、年度ではなく年や月のものだけのため、様式の年度の欄には入れていません。",
                ids.join("、")
            );
            (!ids.is_empty()).then(|| Diagnostic::info(code, message))
        })
        .collect()
}

/// Indicators that stand empty though the files speak of them, because they do so by breakdown only: no single figure of
/// them stands for the whole.
fn only_breakdowns(comparison: &Comparison, own: &Area, evidence: &Evidence) -> Option<Diagnostic> {
    let mut series: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let of_own = evidence.observations.iter().filter(|o| o.area.key() == own.key() && o.datum.value().is_some());
    for o in of_own.filter(|o| o.period.form_year.is_some() && !o.dimensions.is_total()) {
        let d = &o.dimensions;
        let named = [&d.service, &d.care_level, &d.age, &d.sex].into_iter().flatten().map(String::as_str);
        series.entry(o.indicator.as_str()).or_default().extend(named);
    }
    let empty = comparison.rows.iter().filter(|row| row.figures.keys().all(|(whose, _)| *whose != 0));
    let said: Vec<String> = empty
        .filter_map(|row| {
            let id = row.indicator.id.as_str();
            let names: Vec<&str> = series.get(id)?.iter().copied().collect();
            let more = if names.len() > NAMED { "ほか" } else { "" };
            Some(format!("{id}（{}{more}）", names.iter().take(NAMED).copied().collect::<Vec<_>>().join("・")))
        })
        .collect();
    (!said.is_empty()).then(|| {
        let message =
            format!("指標 {} の数値は、内訳ごとのものだけのため、様式の1行には入れていません。", said.join("、"));
        Diagnostic::warning("only-breakdowns", message).hint("内訳のある指標は、入れたファイルを開いてご覧ください。")
    })
}

/// Breakdowns named in a sentence.
const NAMED: usize = 4;

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
