//! What a paper says about the figures it shows: where units may be wrong, where files differ, what nobody counted; and what
//! of it leaves the house.

use std::collections::BTreeSet;

use super::data::{Caution, Handout};
use crate::compare::shown::plain_name;
use crate::compare::{self, CautionKind, Comparison, Level};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::form;
use crate::notation::wareki;

/// Cautions printed; the rest stands on the workbook.
const MOST_CAUTIONS: usize = 12;
/// Indicators named in the sentence about files that differ.
const NAMED_CONFLICTS: usize = 3;

/// Indicators named in the sentence about such rows.
const NAMED_DOUBTFUL: usize = 4;

impl Handout {
    /// For a paper that leaves the house: which publication, not which file of this PC; remarks that name no file stay.
    pub fn leave_out_files(&mut self) {
        let files: Vec<String> = self.sources.iter_mut().filter_map(|source| source.file.take()).collect();
        self.sources.dedup_by(|a, b| a.name == b.name && a.exported == b.exported);
        let names_file = |text: &str| text.contains('『') || files.iter().any(|file| text.contains(file.as_str()));
        // Whatever was told of a file concerns those who keep it.
        self.cautions.retain(|caution| !caution.detail && caution.place.is_none() && !names_file(&caution.text));
        for caution in &mut self.cautions {
            caution.text = caution.text.replace(USED_HERE, "").replace(USED_ON_THE_SHEET, "");
            caution.pointer = false;
        }
    }
}

/// Rows whose own or national figure of the main year is so far from its like that a unit may be wrong.
pub(super) fn doubtful(comparison: &Comparison, diagnostics: &[Diagnostic]) -> BTreeSet<usize> {
    let nation = comparison.participants.iter().position(|participant| participant.role == form::Role::Nation);
    // Where the prefecture is the odd one, own and nation still compare.
    let compared = |who: usize| who == 0 || Some(who) == nation;
    compare::cautions(comparison, diagnostics)
        .into_iter()
        .filter(|caution| caution.kind == CautionKind::FarOff)
        .filter(|caution| caution.figures.iter().all(|(_, who, _)| compared(*who)))
        .filter_map(|caution| caution.figures.first().copied())
        .filter(|(.., year)| Some(*year) == comparison.main_year)
        .map(|(row, ..)| row)
        .collect()
}

/// What reading says of two files that give one figure differently; told by [`conflicts`].
const CONFLICTS: [&str; 4] = ["conflict", "conflict-derived", "total-mismatch", "newer-copy"];

/// Where the values used of those that differ are found.
const USED_HERE: &str = "使った値は「出典と注意」にあります。";
const USED_ON_THE_SHEET: &str = "使った値は、シートの「点検」にあります。";

/// What cannot be known of small services where no file counts their users.
const PEOPLE_UNKNOWN: &str = "サービス別の利用者数は、入れた資料に無いため確かめていません。利用者が少ないサービスの倍率は、安定しないことがあります。";

/// Warnings people should read beside the figures; each sentence once, what a reader must know first.
pub(super) fn cautions(comparison: &Comparison, diagnostics: &[Diagnostic]) -> Vec<Caution> {
    let plain = |text: String| Caution { text, place: None, detail: false, pointer: false };
    let told = compare::cautions(comparison, diagnostics);
    let (summary, conflicts) = conflicts(comparison, &told);
    let mut cautions: Vec<Caution> = far_off(comparison, diagnostics).into_iter().map(plain).collect();
    cautions.extend(summary);
    // Where nothing is judged, because there are few people at all, this is no news.
    let judged = (0..comparison.rows.len()).any(|row| !comparison.is_few(row));
    if judged && told.iter().any(|caution| caution.kind == CautionKind::PeopleUnknown) {
        cautions.push(plain(PEOPLE_UNKNOWN.to_owned()));
    }
    let of_kind = |kind: CautionKind| told.iter().filter(move |caution| caution.kind == kind);
    cautions.extend(of_kind(CautionKind::Rounded).map(|caution| plain(plain_name(&without_ids(comparison, caution)))));
    let details = of_kind(CautionKind::FarOff).map(|caution| (without_ids(comparison, caution), None));
    // Two sets of adjusted figures on one paper need a reason.
    let mixed = of_kind(CautionKind::Standardisation).map(|caution| (without_ids(comparison, caution), None));
    let details = details
        .chain(mixed)
        .map(|(text, place)| Caution { text, place, detail: true, pointer: false })
        .chain(conflicts);
    let warnings = diagnostics.iter().filter(|d| d.severity == Severity::Warning && !CONFLICTS.contains(&d.code));
    let warnings = warnings.map(|d| Caution {
        text: d.message.clone(),
        place: place_in_words(&d.place),
        detail: false,
        pointer: false,
    });
    for caution in warnings.chain(details) {
        if !cautions.iter().any(|known| known.text == caution.text) {
            cautions.push(caution);
        }
    }
    let more = cautions.len().saturating_sub(MOST_CAUTIONS);
    cautions.truncate(MOST_CAUTIONS);
    if more > 0 {
        for caution in cautions.iter_mut().filter(|caution| caution.pointer) {
            caution.text = caution.text.replace(USED_HERE, USED_ON_THE_SHEET);
            caution.pointer = false;
        }
        let text = format!("このほかに{more}件の注意があります（シートの「点検」）。");
        cautions.push(Caution { text, place: None, detail: true, pointer: false });
    }
    cautions
}

/// The sentence on rows that are not compared because a unit may be wrong.
fn far_off(comparison: &Comparison, diagnostics: &[Diagnostic]) -> Option<String> {
    let rows = doubtful(comparison, diagnostics);
    let names: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(plain_name(&comparison.rows.get(*row)?.indicator.name)))
        .take(NAMED_DOUBTFUL)
        .collect();
    let more = match rows.len().saturating_sub(NAMED_DOUBTFUL) {
        0 => String::new(),
        more => format!("、ほか{more}指標"),
    };
    (!names.is_empty()).then(|| {
        format!(
            "単位や桁が違うかもしれない数値があります（{}{more}）。元の資料で確かめるまで、全国と比べていません。",
            names.join("、")
        )
    })
}

/// What a caution says, its indicator by name alone: ids are for the sheet.
fn without_ids(comparison: &Comparison, caution: &compare::Caution) -> String {
    let mut text = caution.message.clone();
    for row in &comparison.rows {
        text = text.replace(&format!("{} {}", row.indicator.id, row.indicator.name), &row.indicator.name);
        text = text.replace(
            &format!("{} {}", row.indicator.id, plain_name(&row.indicator.name)),
            &plain_name(&row.indicator.name),
        );
    }
    text
}

/// Figures that two files give differently: in a sentence for everyone, then file by file for whoever looks it up.
/// Figures that are not on the paper are left to the workbook.
fn conflicts(comparison: &Comparison, told: &[compare::Caution]) -> (Option<Caution>, Vec<Caution>) {
    let found: Vec<&compare::Caution> =
        told.iter().filter(|caution| caution.kind == CautionKind::Conflict && caution.level != Level::Info).collect();
    let mut names: Vec<String> = Vec::new();
    let mut years = BTreeSet::new();
    for (row, _, year) in found.iter().flat_map(|caution| &caution.figures) {
        years.insert(*year);
        let name = comparison.rows.get(*row).map(|row| plain_name(&row.indicator.name)).unwrap_or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let summary = (!names.is_empty()).then(|| {
        let more = match names.len().saturating_sub(NAMED_CONFLICTS) {
            0 => String::new(),
            more => format!("、ほか{more}指標"),
        };
        names.truncate(NAMED_CONFLICTS);
        let named = format!("資料によって値が違う指標があります（{}{more}）。", names.join("、"));
        // Nobody need doubt a comparison for figures it does not use.
        let which = match comparison.main_year.filter(|main| !years.contains(main)) {
            Some(main) => {
                let years: Vec<String> = years.iter().map(|year| wareki(*year)).collect();
                format!("違うのは{}の値で、比べている{}の値ではありません。", years.join("、"), wareki(main))
            }
            None => String::new(),
        };
        let text = format!("{named}{which}{USED_HERE}");
        Caution { text, place: None, detail: false, pointer: true }
    });
    (summary, found.iter().map(|caution| conflict(comparison, caution)).collect())
}

/// 「受給率（居住系サービス）　みほん市　令和6年度：1.9 と、… 1.9 を使いました。」 and the cell of the value used.
fn conflict(comparison: &Comparison, caution: &compare::Caution) -> Caution {
    let at = caution
        .figures
        .first()
        .and_then(|(row, who, year)| Some((comparison.rows.get(*row)?, comparison.participants.get(*who)?, *year)));
    let said = at.and_then(|(row, participant, year)| {
        // Reading knows ids and the periods as files write them.
        let told = caution.message.strip_prefix(row.indicator.id.as_str())?.strip_prefix(' ')?;
        let (_, what) = told.split_once('：')?;
        let name = comparison.name_of(&participant.area);
        Some(format!("{}　{name}　{}：{what}", plain_name(&row.indicator.name), wareki(year)))
    });
    let used = if caution.message.ends_with("を使いました。") { "使った値は" } else { "" };
    Caution {
        text: said.unwrap_or_else(|| caution.message.clone()),
        place: place_in_words(&caution.place).map(|place| format!("{used}{place}")),
        detail: true,
        pointer: false,
    }
}

/// 「『D3_….xlsx』の「表」G3」, as far as it is known.
fn place_in_words(place: &Place) -> Option<String> {
    let file = place.file.as_ref().map(|file| format!("『{file}』"));
    let sheet = place.sheet.as_ref().filter(|sheet| !sheet.is_empty()).map(|sheet| format!("「{sheet}」"));
    let parts: Vec<String> = file.into_iter().chain(sheet).chain(place.cell.clone()).collect();
    (!parts.is_empty()).then(|| parts.join("の"))
}
