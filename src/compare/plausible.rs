//! Figures so far from their like that a unit or a digit may be wrong, and figures too coarse for a verdict.

use super::caution::{Caution, CautionKind, FigureKey, Level, names};
use super::shown::{plain_name, with_unit};
use super::{ComparedRow, Comparison};
use crate::form::Role;
use crate::notation::wareki;

/// Rates of insurers differ by a few times, a wrong unit (千円, a share for ％) by a hundred or a thousand: this product's
/// rule, not the ministry's.
const FAR: f64 = 20.0;

/// Tells every figure of a rate that is [`FAR`] times as large or as small as that of the prefecture or the nation in
/// the same year, or as the same area's in the year before.
pub(super) fn far_off(comparison: &Comparison, all: &mut Vec<Caution>) {
    for (index, row) in comparison.rows.iter().enumerate() {
        // Counts of people differ by as much as areas do; all that is compared is looked at.
        if row.indicator.is_count() {
            continue;
        }
        let of_role = |role: Role| comparison.participants.iter().position(|participant| participant.role == role);
        let references = [of_role(Role::Nation), of_role(Role::Prefecture)];
        for who in 0..comparison.participants.len() {
            for (place, year) in comparison.years.iter().enumerate() {
                let this = (index, who, year.year);
                // One sentence for one figure, and the nation is the surest measure.
                let beside = references.iter().flatten().filter(|other| **other != who);
                let before = place.checked_sub(1).and_then(|place| comparison.years.get(place));
                let others = beside
                    .map(|other| (index, *other, year.year))
                    .chain(before.map(|before| (index, who, before.year)));
                let far = others.into_iter().find(|other| is_far(row, this, *other));
                if let Some(other) = far {
                    all.push(caution(comparison, row, this, other));
                }
            }
        }
    }
}

fn is_far(row: &ComparedRow, (_, who, year): FigureKey, (_, other, before): FigureKey) -> bool {
    let (Some(value), Some(like)) = (row.value(who, year), row.value(other, before)) else { return false };
    value > 0.0 && like > 0.0 && (value / like >= FAR || like / value >= FAR)
}

fn caution(comparison: &Comparison, row: &ComparedRow, this: FigureKey, other: FigureKey) -> Caution {
    let said = |(_, who, year): FigureKey| {
        let area = comparison.participants.get(who).map(|one| comparison.name_of(&one.area)).unwrap_or_default();
        let value = row.value(who, year).map(|value| with_unit(value, &row.indicator)).unwrap_or_default();
        format!("{area}の{}（{value}）", wareki(year))
    };
    let message = format!(
        "{} {}：{}は、{}と大きくかけ離れています。単位や桁が違う可能性があります。",
        row.indicator.id,
        plain_name(&row.indicator.name),
        said(this),
        said(other)
    );
    let hint = "元の表の単位（円・千円、％・割合）と数値を確かめてください。";
    let mut caution = Caution::new(CautionKind::FarOff, Level::Check, message, hint);
    caution.figures = vec![this, other];
    caution
}

/// Tells the figures of the main year that were rounded so much that their verdict against the nation could be another.
pub(super) fn rounded(comparison: &Comparison, all: &mut Vec<Caution>) {
    let nation = comparison.participants.iter().position(|participant| participant.role == Role::Nation);
    let (Some(year), Some(nation)) = (comparison.main_year, nation) else { return };
    let uncertain = |row: &ComparedRow| {
        let verdict = row.versus.get(&nation)?.verdict?;
        let [own, other] = [0, nation].map(|who| {
            let figure = row.figures.get(&(who, year))?;
            let half = figure.decimals.map_or(0.0, |decimals| 0.5 * 10f64.powi(-i32::from(decimals)));
            Some((figure.datum.value()?, half))
        });
        let ((own, own_half), (other, other_half)) = (own?, other?);
        let least = comparison.thresholds.versus(own - own_half, other + other_half).verdict;
        let most = comparison.thresholds.versus(own + own_half, other - other_half).verdict;
        Some(least != Some(verdict) || most != Some(verdict))
    };
    let rows: Vec<usize> = comparison
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| uncertain(row) == Some(true))
        .map(|(index, _)| index)
        .collect();
    if rows.is_empty() {
        return;
    }
    let message = format!(
        "{}：資料の数値が丸められているため、全国との判定（上回る・同程度・下回る）が、丸める前の数値とは違うことがあります。",
        names(comparison, &rows)
    );
    let hint = "判定が大事な指標は、丸めていない数値（地域分析・検討シートの出力など）で確かめてください。";
    let mut caution = Caution::new(CautionKind::Rounded, Level::Note, message, hint);
    caution.figures = rows.into_iter().map(|row| (row, 0, year)).collect();
    all.push(caution);
}
