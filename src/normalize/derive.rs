//! Figures computed from others: prefecture sums, shares and 認定率 from the head counts of the 年報.
//!
//! Rates of a prefecture are Σ numerator ÷ Σ denominator, never a mean of rates. Every derived figure carries the
//! cells it was computed from.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::layout::{CERTIFIED_BY_AGE, INSURED_BY_AGE};
use crate::model::{Area, AreaLevel, Datum, Derivation, Dimensions, IndicatorId, Observation};
use crate::normalize::conflict::equal_within_rounding;
use crate::normalize::key::{Key, PeriodKey, key, period_key};
use crate::notation::grouped;

/// Head counts that may be summed over the insurers of a prefecture.
const COUNTS: [&str; 9] = ["B1", "B2", "B3-a", "B3-b", "B3-c", "B3-d", "B3-e", INSURED_BY_AGE, CERTIFIED_BY_AGE];

/// What is computed from counts alone and may have been read, too.
const RATES: [&str; 4] = ["B2-a", "B4-a", "B4-d", "B4-e"];

/// Observations (settled, one a key) with what follows from them. A computed figure takes the place of a missing mark.
pub fn complete(mut observations: Vec<Observation>, catalog: &Catalog) -> (Vec<Observation>, Vec<Diagnostic>) {
    let (derived, diagnostics) = derive(&observations, catalog);
    let computed: HashSet<Key<'_>> = derived.iter().map(key).collect();
    observations.retain(|o| o.datum.value().is_some() || !is_among(&computed, &key(o)));
    drop(computed);
    observations.extend(derived);
    (observations, diagnostics)
}

fn is_among<'k>(computed: &HashSet<Key<'k>>, key: &Key<'k>) -> bool {
    computed.contains(key)
}

/// Adds what follows from `observations` (settled, one a key) and is not among them. A figure that was read wins over
/// the computed one; where the two differ beyond rounding, both are named.
pub fn derive(observations: &[Observation], catalog: &Catalog) -> (Vec<Observation>, Vec<Diagnostic>) {
    let mut added: Vec<Observation> = Vec::new();
    let mut diagnostics = Vec::new();
    // Each step sees what was read and what the steps before it made; its look-up is gone before the next one's.
    let made = {
        let known = Known::new(observations, &added);
        known.news(bands(&known), &mut diagnostics)
    };
    added.extend(made);
    let made = {
        let known = Known::new(observations, &added);
        known.news(prefectures(&known, catalog, &mut diagnostics), &mut diagnostics)
    };
    added.extend(made);
    let made = {
        let known = Known::new(observations, &added);
        known.news(rates(&known), &mut diagnostics)
    };
    added.extend(made);
    (added, diagnostics)
}

/// The figures at hand in the order of their identity, one a key: a sorted list, because a table of the country fills
/// it with tens of thousands.
struct Known<'a>(Vec<&'a Observation>);

impl<'a> Known<'a> {
    fn new(read: &'a [Observation], made: &'a [Observation]) -> Self {
        // Nothing else is counted or computed, and the rest can be a great many.
        let matters =
            |o: &&Observation| COUNTS.contains(&o.indicator.as_str()) || RATES.contains(&o.indicator.as_str());
        let mut all: Vec<&Observation> = read.iter().chain(made).filter(matters).collect();
        // A figure stands before a missing mark of the same key, and stays.
        all.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.datum.value().is_none().cmp(&b.datum.value().is_none())));
        all.dedup_by(|later, first| key(later) == key(first));
        Self(all)
    }

    /// The figure of a key; missing marks are none.
    fn get(&self, wanted: &Key<'_>) -> Option<&'a Observation> {
        let index = self.0.binary_search_by(|observation| key(observation).cmp(wanted)).ok()?;
        self.0.get(index).copied().filter(|found| found.datum.value().is_some())
    }

    /// The count of the same area and period.
    fn count(&self, like: &Observation, indicator: &str, dimensions: &Dimensions) -> Option<&'a Observation> {
        self.get(&(indicator, like.area.key(), period_key(&like.period), dimensions))
    }

    /// What of `made` was not known; of what was read and differs, both are named.
    fn news(&self, made: Vec<Observation>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Observation> {
        let mut news = Vec::with_capacity(made.len());
        for observation in made {
            let Some(known) = self.get(&key(&observation)) else {
                news.push(observation);
                continue;
            };
            let (Some(read), Some(computed)) = (known.datum.value(), observation.datum.value()) else { continue };
            // Eight decimals: what the system's own export carries.
            let decimals = known.decimals.or(Some(6));
            if known.derived.is_none()
                && !known.source.file.ours
                && !equal_within_rounding(read, decimals, computed, None)
            {
                let read = grouped(&read.to_string());
                diagnostics.push(
                    Diagnostic::warning(
                        "conflict-derived",
                        format!(
                            "{} {} {}：{read} と、{} から計算した {} が食い違っています。{read} を使いました。",
                            known.indicator,
                            known.area.name,
                            known.period.label,
                            observation.source,
                            grouped(&format!("{computed:.4}"))
                        ),
                    )
                    .hint("年度と地域が合っているか、元の表を確かめてください。")
                    .at(&known.source),
                );
            }
        }
        news
    }
}

/// One head count over all areas: the insurers' and the nation's.
type Counted<'a> = (Vec<&'a Observation>, Option<&'a Observation>);

/// A prefecture and all insurers the catalog knows in it.
type Insurers = (Arc<Area>, Vec<Arc<Area>>);

/// A figure about to be added.
struct Computed<'a> {
    indicator: &'a str,
    area: Arc<Area>,
    dimensions: Arc<Dimensions>,
    value: f64,
    unit: &'a str,
    rule: Arc<str>,
    from: Vec<&'a Observation>,
}

fn build(computed: Computed<'_>) -> Option<Observation> {
    let first = computed.from.first()?;
    let sources = computed
        .from
        .iter()
        .flat_map(|from| match &from.derived {
            Some(derivation) => derivation.sources.to_vec(),
            None => vec![from.source.clone()],
        })
        .collect::<Vec<_>>();
    Some(Observation {
        indicator: IndicatorId::new(computed.indicator),
        area: computed.area,
        period: first.period.clone(),
        datum: Datum::Value(computed.value),
        unit: Arc::from(computed.unit),
        dimensions: computed.dimensions,
        decimals: None,
        source: first.source.clone(),
        derived: Some(Derivation { rule: computed.rule, sources: Arc::from(sources) }),
    })
}

/// 後期 from 75–84 and 85+; 75歳以上 and 85歳以上 of certified people from the five-year bands.
fn bands(known: &Known<'_>) -> Vec<Observation> {
    let mut made = Vec::new();
    let age = |age: &str, like: &Dimensions| Dimensions { age: Some(age.to_owned()), ..like.clone() };
    for first in known.0.iter().copied() {
        let first_age = first.dimensions.age.as_deref().unwrap_or_default();
        let (indicator, dimensions, bands, rule): (_, _, &[&str], _) = match (first.indicator.as_str(), first_age) {
            (INSURED_BY_AGE, "75歳以上85歳未満") => (
                "B2",
                age("後期", &first.dimensions),
                &["75歳以上85歳未満", "85歳以上"],
                "75歳以上85歳未満 ＋ 85歳以上",
            ),
            (CERTIFIED_BY_AGE, "75~79歳") => (
                "B3-d",
                age("", &first.dimensions),
                &["75~79歳", "80~84歳", "85~89歳", "90歳以上"],
                "75～79歳 ＋ 80～84歳 ＋ 85～89歳 ＋ 90歳以上",
            ),
            (CERTIFIED_BY_AGE, "85~89歳") => {
                ("B3-e", age("", &first.dimensions), &["85~89歳", "90歳以上"], "85～89歳 ＋ 90歳以上")
            }
            _ => continue,
        };
        let from: Option<Vec<&Observation>> = bands
            .iter()
            .map(|band| known.count(first, first.indicator.as_str(), &age(band, &first.dimensions)))
            .collect();
        let Some(from) = from else { continue };
        let value = from.iter().filter_map(|count| count.datum.value()).sum();
        let dimensions = Arc::new(Dimensions { age: dimensions.age.filter(|age| !age.is_empty()), ..dimensions });
        made.extend(build(Computed {
            indicator,
            area: first.area.clone(),
            dimensions,
            value,
            unit: "人",
            rule: Arc::from(rule),
            from,
        }));
    }
    made
}

/// Sums over a prefecture's insurers, where the table surely holds all of them: its rows add up to its own
/// national row, or every insurer of the catalog is there.
fn prefectures(known: &Known<'_>, catalog: &Catalog, diagnostics: &mut Vec<Diagnostic>) -> Vec<Observation> {
    // (indicator, period, breakdown) → insurers' counts and the nation's
    let mut tables: BTreeMap<(&str, PeriodKey<'_>, &Dimensions), Counted<'_>> = BTreeMap::new();
    for observation in known.0.iter().copied().filter(|o| COUNTS.contains(&o.indicator.as_str())) {
        let (indicator, _, period, dimensions) = key(observation);
        let entry = tables.entry((indicator, period, dimensions)).or_default();
        match observation.area.level {
            AreaLevel::Insurer => entry.0.push(observation),
            AreaLevel::Nation => entry.1 = Some(observation),
            _ => {}
        }
    }
    let mut made = Vec::new();
    let mut known_areas: HashMap<&str, Option<Insurers>> = HashMap::new();
    let mut reported: BTreeSet<(String, PeriodKey<'_>)> = BTreeSet::new();
    let mut withheld: BTreeSet<(String, PeriodKey<'_>)> = BTreeSet::new();
    for ((indicator, period, _), (insurers, nation)) in &tables {
        let total: f64 = insurers.iter().filter_map(|count| count.datum.value()).sum();
        let all_known = insurers.iter().all(|count| count.datum.value().is_some());
        let whole_nation =
            all_known && nation.and_then(|nation| nation.datum.value()).is_some_and(|nation| nation == total);
        let mut by_prefecture: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
        for count in insurers {
            if let Some(prefecture) = count.area.prefecture.as_deref() {
                by_prefecture.entry(prefecture).or_default().push(count);
            }
        }
        // A table of the whole country whose rows do not add up is damaged or edited somewhere.
        if !whole_nation
            && insurers.len() >= 1_000
            && let Some(nation) = nation.filter(|nation| nation.datum.value().is_some())
            && reported.insert((nation.source.sheet.to_string(), *period))
        {
            diagnostics.push(
                    Diagnostic::warning(
                        "total-mismatch",
                        format!(
                            "保険者の数値の合計（{total}）が、全国の数値（{}）と合いません。都道府県の値は、保険者がそろっていることを一覧で確かめられた県だけ計算しました。",
                            nation.datum.value().unwrap_or_default()
                        ),
                    )
                    .hint("行が抜けていたり、書き換えられていたりしないか、元の表を確かめてください。")
                    .at(&nation.source),
                );
        }
        for (name, counts) in by_prefecture {
            // The same for every count, and found by going through the whole list of areas.
            let known = || Some((catalog.prefecture(name)?, catalog.insurers_in(name)));
            let (Some((area, all)), Some(first)) = (known_areas.entry(name).or_insert_with(known), counts.first())
            else {
                continue;
            };
            let values: Vec<f64> = counts.iter().filter_map(|count| count.datum.value()).collect();
            let missing = || {
                let there: HashSet<&str> = counts.iter().map(|count| count.area.key()).collect();
                all.iter().filter(|insurer| !there.contains(insurer.key())).collect::<Vec<_>>()
            };
            if values.len() != counts.len() {
                // A count that is withheld or not known must not be left out of a sum in silence.
                if counts.len() > missing().len() && withheld.insert((name.to_owned(), *period)) {
                    diagnostics.extend(tell_withheld(name, &counts));
                }
                continue;
            }
            let missing = if whole_nation { Vec::new() } else { missing() };
            if !missing.is_empty() {
                // A few insurers' own files are no table of the prefecture: only a nearly whole one is worth a word.
                if counts.len() > missing.len() && reported.insert((name.to_owned(), *period)) {
                    let names: Vec<_> = missing.iter().take(5).map(|area| area.short_name().to_owned()).collect();
                    diagnostics.push(
                        Diagnostic::warning(
                            "prefecture-incomplete",
                            format!(
                                "{name}の保険者のうち{}（{}件）の数値が無いため、{name}の値は計算しませんでした。",
                                names.join("、"),
                                missing.len()
                            ),
                        )
                        .hint("保険者がすべて載っている表を入れてください。")
                        .at(&first.source),
                    );
                }
                continue;
            }
            made.extend(build(Computed {
                indicator,
                area: area.clone(),
                dimensions: first.dimensions.clone(),
                value: values.iter().sum(),
                unit: "人",
                rule: Arc::from(format!("{name}の保険者（{}件）の合計", values.len())),
                from: counts,
            }));
        }
    }
    made
}

/// Which insurers' counts are missing, so that their prefecture's was not summed.
fn tell_withheld(prefecture: &str, counts: &[&Observation]) -> Option<Diagnostic> {
    let without: Vec<&&Observation> = counts.iter().filter(|count| count.datum.value().is_none()).collect();
    let first = without.first()?;
    let names: Vec<&str> = without.iter().take(5).map(|count| count.area.short_name()).collect();
    let mark = match first.datum {
        Datum::Missing(reason) => reason.mark(),
        Datum::Value(_) => "",
    };
    Some(
        Diagnostic::warning(
            "prefecture-withheld",
            format!(
                "{}（{}件）の人数が「{mark}」などで分からないため、{prefecture}の合計と割合は計算しませんでした。同じ表のほかの区分も同じです。",
                names.join("、"),
                without.len()
            ),
        )
        .hint("都道府県の値が要るときは、見える化システムの時系列か都道府県別の表を入れてください。")
        .at(&first.source),
    )
}

/// B2-a shares; B4-a, B4-d and B4-e 認定率, in total and by care level.
fn rates(known: &Known<'_>) -> Vec<Observation> {
    let mut made = Vec::new();
    let no_age = |like: &Arc<Dimensions>| match like.age {
        Some(_) => Arc::new(Dimensions { age: None, ..Dimensions::clone(like) }),
        None => Arc::clone(like),
    };
    let aged = |age: &str| Dimensions { age: Some(age.to_owned()), ..Dimensions::default() };
    for numerator in known.0.iter().copied() {
        let level = &numerator.dimensions;
        let (indicator, dimensions, denominator, rule) = match numerator.indicator.as_str() {
            "B2" => (
                "B2-a",
                level.clone(),
                known.count(numerator, "B1", &Dimensions::default()),
                "年齢区分別の第1号被保険者 ÷ 第1号被保険者",
            ),
            "B3-a" => (
                "B4-a",
                no_age(level),
                known.count(numerator, "B1", &Dimensions::default()),
                "第1号認定者 ÷ 第1号被保険者",
            ),
            "B3-d" => (
                "B4-d",
                no_age(level),
                known.count(numerator, "B2", &aged("後期")),
                "75歳以上の認定者 ÷ 75歳以上の第1号被保険者",
            ),
            "B3-e" => (
                "B4-e",
                no_age(level),
                known.count(numerator, INSURED_BY_AGE, &aged("85歳以上")),
                "85歳以上の認定者 ÷ 85歳以上の第1号被保険者",
            ),
            _ => continue,
        };
        let (Some(denominator), Some(top)) = (denominator, numerator.datum.value()) else { continue };
        let Some(bottom) = denominator.datum.value().filter(|bottom| *bottom > 0.0) else { continue };
        made.extend(build(Computed {
            indicator,
            area: numerator.area.clone(),
            dimensions,
            value: top / bottom * 100.0,
            unit: "％",
            rule: Arc::from(rule),
            from: vec![numerator, denominator],
        }));
    }
    made
}
