//! What to look at before a figure is used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::shown::{plain_name, shown};
use super::{ComparedRow, Comparison, Index, Participant, plausible};
use crate::catalog::Block;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::{Area, AreaLevel, Datum, MissingReason};
use crate::notation::wareki;

/// Fewer people a month than this make a figure unstable: this product's rule, not the ministry's.
pub const FEW_PEOPLE: f64 = 10.0;
/// The code of a number a person wrote over a statistic, which a refill left.
pub const HAND_WRITTEN: &str = "figure-kept";
/// Told of figures and areas that stay on a form though nothing says them any more.
pub const STAYS: &str = "figure-stays";
/// Indicators named one by one in a sentence; the rest is counted.
const NAMED: usize = 10;

/// How much a caution matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A figure may be wrong
    Check,
    /// A figure must be read with care
    Note,
    /// Good to know
    Info,
}

impl Level {
    /// The word people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Check => "要確認",
            Self::Note => "注意",
            Self::Info => "参考",
        }
    }
}

/// Why a figure is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CautionKind {
    /// Files differ
    Conflict,
    /// Far from all its like
    FarOff,
    /// A person's number stands on the form, the files' one everywhere else
    HandWritten,
    /// No file says it any more; the earlier figure stands on the form
    Gone,
    /// Rounded so much that the verdict may be another
    Rounded,
    /// Few people behind it
    FewPeople,
    /// Nobody knows how many people are behind it
    PeopleUnknown,
    /// Not a whole year
    PartYear,
    /// Adjusted in different ways
    Standardisation,
    /// No value of the newest year
    Stale,
    /// No value at all
    Missing,
    /// A file that speaks of another insurer
    OtherInsurer,
    /// Anything else about a file
    File,
    /// Computed by this product
    Derived,
}

impl CautionKind {
    /// The words people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Conflict => "数値の食い違い",
            Self::FarOff => "かけ離れた数値",
            Self::HandWritten => "手で直した数値",
            Self::Gone => "資料に無い数値",
            Self::Rounded => "丸めた数値",
            Self::FewPeople => "人数が少ない",
            Self::PeopleUnknown => "人数が不明",
            Self::PartYear => "年の途中",
            Self::Standardisation => "標準化の違い",
            Self::Stale => "新しい年度がない",
            Self::Missing => "数値なし",
            Self::OtherInsurer => "ほかの保険者",
            Self::File => "ファイル",
            Self::Derived => "計算した値",
        }
    }
}

/// (row of the comparison, participant, year)
pub type FigureKey = (usize, usize, i32);

/// One thing to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Caution {
    /// See [`CautionKind`].
    pub kind: CautionKind,
    /// See [`Level`].
    pub level: Level,
    /// What is so
    pub message: String,
    /// What to do
    pub hint: String,
    /// Figures it is about, the first one first
    pub figures: Vec<FigureKey>,
    /// A year it is about
    pub year: Option<i32>,
    /// A file it is about
    pub place: Place,
}

impl Caution {
    pub(super) fn new(kind: CautionKind, level: Level, message: String, hint: &str) -> Self {
        Self { kind, level, message, hint: hint.to_owned(), figures: Vec::new(), year: None, place: Place::default() }
    }

    /// Whether its figures are marked on the form: those that may mislead, not those that are merely told of.
    pub fn marks(&self) -> bool {
        self.level != Level::Info && self.kind != CautionKind::Missing && self.kind != CautionKind::Stale
    }
}

/// Everything to look at, the weightiest first; `diagnostics` are those of reading and of comparing.
pub fn cautions(comparison: &Comparison, diagnostics: &[Diagnostic]) -> Vec<Caution> {
    let mut all = Vec::new();
    from_diagnostics(comparison, diagnostics, &mut all);
    plausible::far_off(comparison, &mut all);
    plausible::rounded(comparison, &mut all);
    few_people(comparison, &mut all);
    part_years(comparison, &mut all);
    part_figures(comparison, &mut all);
    let stale = stale(comparison, &mut all);
    missing(comparison, &stale, &mut all);
    derived(comparison, &mut all);
    all.sort_by_key(|caution| (caution.level, caution.kind, caution.figures.first().copied()));
    all
}

fn from_diagnostics(comparison: &Comparison, diagnostics: &[Diagnostic], all: &mut Vec<Caution>) {
    let mut files: BTreeMap<(&str, Option<&str>), (Caution, usize)> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for diagnostic in diagnostics {
        if !told.insert((diagnostic.code, &diagnostic.message, &diagnostic.place.file, &diagnostic.place.cell)) {
            continue;
        }
        let hint = diagnostic.hint.clone().unwrap_or_default();
        let caution = |kind, level| Caution {
            hint: hint.clone(),
            place: diagnostic.place.clone(),
            ..Caution::new(kind, level, diagnostic.message.clone(), "")
        };
        match diagnostic.code {
            "conflict" | "conflict-derived" | "total-mismatch" | "newer-copy" => {
                let figures = figures_at(comparison, &diagnostic.place);
                let level = if diagnostic.code == "newer-copy" { Level::Info } else { Level::Check };
                // Conflicts of figures that are not shown are for the report, not for this sheet.
                if !figures.is_empty() {
                    all.push(Caution { figures, ..caution(CautionKind::Conflict, level) });
                }
            }
            "mixed-standardisation" => {
                let id = diagnostic.message.split(' ').next().unwrap_or_default();
                let row = comparison.rows.iter().position(|row| row.indicator.id.as_str() == id);
                let figures = row.map(|row| own_figures(comparison, row)).unwrap_or_default();
                all.push(Caution { figures, ..caution(CautionKind::Standardisation, Level::Note) });
            }
            HAND_WRITTEN => all.push(caution(CautionKind::HandWritten, Level::Check)),
            STAYS => all.push(caution(CautionKind::Gone, Level::Check)),
            "other-insurer" => all.push(caution(CautionKind::OtherInsurer, Level::Note)),
            // Years and missing areas are told by the comparison itself, once.
            "part-year" | "maybe-part-year" | "no-figures-of-area" => {}
            _ if diagnostic.severity == Severity::Info => {}
            code => {
                let level = if diagnostic.severity == Severity::Error { Level::Check } else { Level::Note };
                let key = (code, diagnostic.place.file.as_deref());
                files.entry(key).or_insert_with(|| (caution(CautionKind::File, level), 0)).1 += 1;
            }
        }
    }
    all.extend(files.into_values().map(|(mut caution, count)| {
        if count > 1 {
            caution.message.push_str(&format!("（同じことが、ほかに{}か所あります。）", count - 1));
        }
        caution
    }));
}

/// The figures shown that were read from a cell.
fn figures_at(comparison: &Comparison, place: &Place) -> Vec<FigureKey> {
    let (Some(file), Some(cell)) = (&place.file, &place.cell) else { return Vec::new() };
    let mut found = Vec::new();
    for (index, row) in comparison.rows.iter().enumerate() {
        for (&(who, year), figure) in &row.figures {
            let source = &figure.source;
            let same = source.file.name == *file
                && place.sheet.as_deref().is_none_or(|sheet| sheet == &*source.sheet)
                && source.cell.to_string() == *cell;
            if same && figure.datum.value().is_some() {
                found.push((index, who, year));
            }
        }
    }
    found
}

fn own_figures(comparison: &Comparison, row: usize) -> Vec<FigureKey> {
    let figures = comparison.rows.get(row).map(|row| row.figures.iter());
    figures
        .into_iter()
        .flatten()
        .filter(|((who, _), figure)| *who == 0 && figure.datum.value().is_some())
        .map(|((who, year), _)| (row, *who, *year))
        .collect()
}

fn few_people(comparison: &Comparison, all: &mut Vec<Caution>) {
    let few = comparison.thresholds.few_people;
    for (&(row, who, year), &people) in comparison.people.iter().filter(|(_, people)| **people < few) {
        let (Some(compared), Some(participant)) = (comparison.rows.get(row), comparison.participants.get(who)) else {
            continue;
        };
        let message = format!(
            "{} {}　{}　{}：受給者は1か月あたり約{}人（第1号被保険者数×受給率）です。1人増減するだけで数値が大きく動きます。",
            compared.indicator.id,
            plain_name(&compared.indicator.name),
            comparison.name_of(&participant.area),
            wareki(year),
            shown(people, 1)
        );
        let hint = format!(
            "数年分を並べて見る、人数そのもので見るなど、率や平均だけで判断しないでください（{few}人未満を目安にした本ソフトの決まりです）。"
        );
        let caution = Caution::new(CautionKind::FewPeople, Level::Note, message, &hint);
        all.push(Caution { figures: vec![(row, who, year)], ..caution });
    }
    let Some(year) = comparison.main_year else { return };
    let unknown: Vec<FigureKey> = comparison
        .rows
        .iter()
        .enumerate()
        .filter(|(index, row)| {
            row.indicator.block == Some(Block::PerRecipient)
                && row.value(0, year).is_some()
                && !comparison.people.contains_key(&(*index, 0, year))
        })
        .map(|(index, _)| (index, 0, year))
        .collect();
    if !unknown.is_empty() {
        let message = format!(
            "サービス別の受給者数が、入れたファイルに無いため、受給者1人あたりの{}指標が少ない人数によるものかどうかを確かめていません。",
            unknown.len()
        );
        let hint = "比が大きいサービスは、見える化システムのサービス別の受給者数か、介護保険事業状況報告（月報）で人数を確かめてから使ってください。";
        let caution = Caution::new(CautionKind::PeopleUnknown, Level::Note, message, hint);
        // One sentence for all: no single figure is marked for it.
        all.push(Caution { year: None, level: Level::Info, figures: unknown.into_iter().take(1).collect(), ..caution });
    }
}

fn part_years(comparison: &Comparison, all: &mut Vec<Caution>) {
    for year in comparison.years.iter().filter(|year| year.part_year) {
        // A remark of twelve months and indicators that lack: nobody can say how many.
        let months = year.months.filter(|months| *months < 12);
        let months = months.map_or_else(|| "年の途中まで（と思われる）".to_owned(), |months| format!("{months}か月分"));
        let message = format!(
            "{}（{}）は{months}の数値です。1年分の数値とは並べて比べられません。比較と判定には使っていません。",
            wareki(year.year),
            year.year
        );
        let hint = "次の年度の数値がそろったら、出力し直したファイルを入れてください。";
        let caution = Caution::new(CautionKind::PartYear, Level::Note, message, hint);
        all.push(Caution { year: Some(year.year), ..caution });
    }
}

/// Figures of fewer months in a year that is otherwise whole.
fn part_figures(comparison: &Comparison, all: &mut Vec<Caution>) {
    let whole: BTreeSet<i32> = comparison.years.iter().filter(|year| !year.part_year).map(|year| year.year).collect();
    let mut found: BTreeMap<(i32, Option<u8>), Vec<FigureKey>> = BTreeMap::new();
    for (index, row) in comparison.rows.iter().enumerate() {
        for (&(who, year), figure) in &row.figures {
            if whole.contains(&year) && figure.period.part_year && figure.datum.value().is_some() {
                found.entry((year, figure.period.months)).or_default().push((index, who, year));
            }
        }
    }
    for ((year, months), figures) in found {
        let months = months.map_or_else(|| "年の途中まで（と思われる）".to_owned(), |months| format!("{months}か月分"));
        let rows: Vec<usize> = figures.iter().map(|(row, ..)| *row).collect::<BTreeSet<_>>().into_iter().collect();
        let message = format!(
            "{}の数値のうち、{}は{months}の数値です。ほかの1年分の数値とは比べられないため、比較と判定には使っていません。",
            wareki(year),
            names(comparison, &rows)
        );
        let hint = "1年分の数値がそろってから出力し直したファイルを入れてください。";
        let caution = Caution::new(CautionKind::PartYear, Level::Note, message, hint);
        all.push(Caution { year: Some(year), figures, ..caution });
    }
}

/// Indicators whose own series ends before the main year. Returns their rows.
fn stale(comparison: &Comparison, all: &mut Vec<Caution>) -> BTreeSet<usize> {
    let Some(main) = comparison.main_year else { return BTreeSet::new() };
    let mut by_year: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (index, row) in comparison.rows.iter().enumerate() {
        let none_now = match row.figures.get(&(0, main)).map(|figure| figure.datum) {
            None | Some(Datum::Missing(MissingReason::Unknown | MissingReason::Blank)) => true,
            Some(Datum::Value(_) | Datum::Missing(_)) => false,
        };
        let newest = comparison.years.iter().rev().map(|year| year.year).find(|year| row.value(0, *year).is_some());
        if let Some(newest) = newest.filter(|newest| none_now && *newest < main) {
            by_year.entry(newest).or_default().push(index);
        }
    }
    for (year, rows) in &by_year {
        let message = format!(
            "{}の数値が無く、{}が最新の指標があります：{}。",
            wareki(main),
            wareki(*year),
            names(comparison, rows)
        );
        let hint = "見える化システムで、この指標を新しい年度まで出力し直して入れてください。";
        let caution = Caution::new(CautionKind::Stale, Level::Note, message, hint);
        all.push(Caution { figures: rows.iter().map(|row| (*row, 0, *year)).collect(), ..caution });
    }
    by_year.into_values().flatten().collect()
}

/// Figures no file has, by area: no benefit apart from no data.
fn missing(comparison: &Comparison, stale: &BTreeSet<usize>, all: &mut Vec<Caution>) {
    for (who, participant) in comparison.participants.iter().enumerate() {
        let mut none: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        let mut no_benefit: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        for (index, row) in comparison.rows.iter().enumerate() {
            for year in &comparison.years {
                match row.figures.get(&(who, year.year)).map(|figure| figure.datum) {
                    Some(Datum::Value(_)) => {}
                    Some(Datum::Missing(MissingReason::NotApplicable)) => {
                        no_benefit.entry(index).or_default().push(year.year);
                    }
                    _ => none.entry(index).or_default().push(year.year),
                }
            }
        }
        none.retain(|row, _| who != 0 || !stale.contains(row));
        let area = comparison.name_of(&participant.area);
        let all_missing =
            none.len() == comparison.rows.len() && none.values().all(|years| years.len() == comparison.years.len());
        let (level, hint) = if who == 0 {
            (Level::Note, "見える化システムでこの指標を出力して入れると、記入されます。")
        } else {
            (Level::Info, "比べる地域として選んで出力したファイルを入れると、記入されます。")
        };
        for (rows, level, what, hint) in [
            (&none, level, "数値が、入れたファイルにありません", hint),
            (
                &no_benefit,
                Level::Info,
                "数値は「該当なし」（給付がないなど）です",
                "その年度に給付が無かったことを示します。0円とは限りません。",
            ),
        ] {
            let Some((first, years)) = rows.iter().next() else { continue };
            let which = if all_missing { "すべての指標".to_owned() } else { names_with_years(comparison, rows) };
            let message = format!("{area}の{what}：{which}。");
            let caution = Caution::new(CautionKind::Missing, level, message, hint);
            let figures = years.iter().map(|year| (*first, who, *year)).collect();
            all.push(Caution { figures, ..caution });
        }
    }
}

fn derived(comparison: &Comparison, all: &mut Vec<Caution>) {
    let mut rules: BTreeMap<&str, Vec<FigureKey>> = BTreeMap::new();
    for (index, row) in comparison.rows.iter().enumerate() {
        for (&(who, year), figure) in &row.figures {
            if let Some(derivation) = &figure.derived {
                rules.entry(&derivation.rule).or_default().push((index, who, year));
            }
        }
    }
    for (rule, figures) in rules {
        let rows: BTreeSet<usize> = figures.iter().map(|(row, ..)| *row).collect();
        let rows: Vec<usize> = rows.into_iter().collect();
        let message = format!(
            "{}の{}か所は、表に無いため本ソフトが計算した値です（{rule}）。",
            names(comparison, &rows),
            figures.len()
        );
        let hint = "元にしたセルは「出典」の備考にあります。公表値と丸め方が違うことがあります。";
        all.push(Caution { figures, ..Caution::new(CautionKind::Derived, Level::Info, message, hint) });
    }
}

pub(super) fn names(comparison: &Comparison, rows: &[usize]) -> String {
    let named = rows.iter().take(NAMED).filter_map(|row| comparison.rows.get(*row));
    let mut text: Vec<String> =
        named.map(|row| format!("{} {}", row.indicator.id, plain_name(&row.indicator.name))).collect();
    if rows.len() > NAMED {
        text.push(format!("ほか{}指標", rows.len() - NAMED));
    }
    text.join("、")
}

fn names_with_years(comparison: &Comparison, rows: &BTreeMap<usize, Vec<i32>>) -> String {
    // Indicators with the same years stand together.
    let mut by_years: BTreeMap<&[i32], Vec<&ComparedRow>> = BTreeMap::new();
    for (row, years) in rows {
        by_years.entry(years.as_slice()).or_default().extend(comparison.rows.get(*row));
    }
    let groups = by_years.into_iter().map(|(years, rows)| {
        let mut ids: Vec<&str> = rows.iter().take(NAMED).map(|row| row.indicator.id.as_str()).collect();
        let more = format!("ほか{}指標", rows.len().saturating_sub(NAMED));
        if rows.len() > NAMED {
            ids.push(&more);
        }
        let years: Vec<String> = years.iter().map(|year| wareki(*year)).collect();
        format!("{}は {}", years.join("・"), ids.join("、"))
    });
    groups.collect::<Vec<_>>().join("／")
}

/// People behind the rates of the form: 第1号被保険者数 × 受給率, where both are known.
pub(super) fn people(
    rows: &[ComparedRow],
    participants: &[Participant],
    index: &Index<'_>,
) -> BTreeMap<FigureKey, f64> {
    let mut people = BTreeMap::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| matches!(row.indicator.id.as_str(), "D2" | "D3" | "D4"))
    {
        for (&(who, year), figure) in &row.figures {
            let insured =
                participants.get(who).and_then(|participant| index.total("B1", participant.area.key(), year, None));
            if let (Some(rate), Some(insured)) = (figure.datum.value(), insured.and_then(|o| o.datum.value())) {
                people.insert((at, who, year), insured * rate / 100.0);
            }
        }
    }
    people
}

/// Files that speak of insurers, but not of any area compared: dropped by mistake, or of use for rank and scatter only.
/// `files` are names with the areas they have figures of.
pub fn other_insurers<'a>(
    participants: &[Participant],
    files: impl IntoIterator<Item = (&'a str, &'a BTreeMap<String, Arc<Area>>)>,
) -> Vec<Diagnostic> {
    let is_insurer = |area: &Area| !matches!(area.level, AreaLevel::Nation | AreaLevel::Prefecture);
    let keys: BTreeSet<&str> = participants
        .iter()
        .filter(|participant| is_insurer(&participant.area))
        .map(|participant| participant.area.key())
        .collect();
    files
        .into_iter()
        .filter(|(_, areas)| !keys.iter().any(|key| areas.contains_key(*key)))
        .filter_map(|(file, areas)| {
            let others: BTreeSet<&str> =
                areas.values().filter(|area| is_insurer(area)).map(|area| area.name.as_str()).collect();
            if others.is_empty() {
                return None;
            }
            let named: Vec<&str> = others.iter().copied().take(3).collect();
            let more = if others.len() > 3 { format!("など{}地域", others.len()) } else { String::new() };
            let message = format!(
                "{}{more}の数値で、自地域と比較地域の数値がありません。様式の自地域・比較地域の欄には使っていません。",
                named.join("、")
            );
            let hint = "自地域のファイルのつもりで入れたものなら、見える化システムで地域を選び直して出力してください。";
            Some(Diagnostic::info("other-insurer", message).hint(hint).at(Place::file(file)))
        })
        .collect()
}
