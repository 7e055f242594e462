//! Identities that hold on real exports (sheet-form), and what settling and deriving may never do.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chiiki_sheet::model::{
    Area, AreaLevel, CellRef, Date, Datum, Dimensions, IndicatorId, MissingReason, Observation, Period, SourceFile,
    SourceRef,
};
use chiiki_sheet::normalize::conflict::{equal_within_rounding, settle};
use chiiki_sheet::normalize::derive::{complete, derive};
use proptest::prelude::*;

use crate::truth;

// ---- On the drop folder -----------------------------------------------------------------------------------------

#[test]
fn rates_of_the_severe_and_the_light_add_up_to_the_whole() {
    let evidence = truth::evidence_of(&[truth::inbox()], truth::catalog(), None);
    let mut by_place: BTreeMap<(String, i32), BTreeMap<&str, f64>> = BTreeMap::new();
    for o in evidence.observations.iter().filter(|o| *o.dimensions == Dimensions::default()) {
        if let (Some(year), Some(value)) = (o.period.form_year, o.datum.value()) {
            by_place.entry((o.area.name.clone(), year)).or_default().insert(o.indicator.as_str(), value);
        }
    }
    let mut compared = 0;
    for (place, values) in &by_place {
        if let (Some(all), Some(severe), Some(light)) = (values.get("B5-a"), values.get("B6-a"), values.get("B6-b")) {
            assert!((all - severe - light).abs() <= 2e-8, "{place:?}: {all} {severe} {light}");
            compared += 1;
        }
    }
    assert!(compared >= 15, "{compared}");
}

#[test]
fn the_sheets_rate_is_the_ratio_of_the_annual_reports_counts() {
    let catalog = truth::catalog();
    let sheets = truth::evidence_of(&[truth::inbox().join("見本県 みほん市_地域分析・検討シート.xlsx")], catalog, None);
    let report = truth::evidence_of(
        &[truth::inbox().join("令和6年度_02h.xlsx"), truth::inbox().join("令和6年度_04-1-1h.xlsx")],
        catalog,
        None,
    );
    let rate = |observations: &[Observation], area: &str| {
        observations
            .iter()
            .find(|o| {
                o.indicator.as_str() == "B4-a"
                    && o.area.name == area
                    && o.period.form_year == Some(2024)
                    && o.dimensions.is_total()
            })
            .and_then(|o| o.datum.value())
            .unwrap()
    };
    for area in ["見本県 みほん市", "見本県", "全国"] {
        let (shown, counted) = (rate(&sheets.observations, area), rate(&report.observations, area));
        assert!((shown - counted).abs() < 1e-6, "{area}: {shown} {counted}");
    }
}

#[test]
fn a_computed_figure_takes_the_place_of_a_missing_mark() {
    let counts = counts(&[(1000, 200)], MissingReason::Blank);
    let (all, _) = complete(counts, truth::catalog());
    let rates: Vec<Datum> = all.iter().filter(|o| o.indicator.as_str() == "B4-a").map(|o| o.datum).collect();
    assert_eq!(rates, [Datum::Value(20.0)]);
}

// ---- Made observations ------------------------------------------------------------------------------------------

const INSURERS: [&str; 4] = ["れいじ市", "みなと市", "緑町", "例山町"];

fn source(file: &str, exported: Option<Date>, row: u32) -> SourceRef {
    let file = SourceFile { name: format!("{file}.xlsx"), sha256: format!("{file:0>64}"), exported, ours: false };
    SourceRef { file: Arc::new(file), sheet: Arc::from("表"), cell: CellRef::new(row, 2) }
}

fn observation(indicator: &str, area: Arc<Area>, datum: Datum, source: SourceRef) -> Observation {
    Observation {
        indicator: IndicatorId::new(indicator),
        area,
        period: Arc::new(Period { date: Date::month_end(2025, 3), ..Period::form_year("2024年度", 2024) }),
        datum,
        unit: Arc::from(if indicator.starts_with("B4") { "％" } else { "人" }),
        dimensions: Arc::default(),
        decimals: Some(0),
        source,
        derived: None,
    }
}

/// 第1号被保険者 and 第1号認定者 of the insurers of 例示県, and a 認定率 that says there is none for the first.
fn counts(people: &[(u32, u32)], rate: MissingReason) -> Vec<Observation> {
    let catalog = truth::catalog();
    let mut made = Vec::new();
    for (row, (name, (insured, certified))) in INSURERS.iter().zip(people).enumerate() {
        let area = catalog.find_in(Some("例示県"), name).one().unwrap();
        assert_eq!(area.level, AreaLevel::Insurer);
        let at = |file: &str| source(file, None, row as u32);
        made.push(observation("B1", area.clone(), Datum::Value(f64::from(*insured)), at("a")));
        made.push(observation("B3-a", area.clone(), Datum::Value(f64::from(*certified)), at("b")));
        if row == 0 {
            made.push(observation("B4-a", area, Datum::Missing(rate), at("c")));
        }
    }
    made
}

fn value(observations: &[Observation], indicator: &str, area: &str) -> Option<f64> {
    let mut found = observations.iter().filter(|o| o.indicator.as_str() == indicator && o.area.name == area);
    let first = found.next()?.datum.value();
    assert!(found.next().is_none(), "{indicator} {area} twice");
    first
}

/// One figure as one of several files says it: (file, decimals, value, months, 出力日).
#[derive(Clone, Debug)]
struct Said {
    file: u8,
    decimals: Option<u8>,
    value: Option<f64>,
    months: Option<u8>,
    exported: Option<u8>,
    withheld: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let value = prop_oneof![
        1 => Just(None),
        6 => prop::sample::select(vec![18.0, 18.04, 18.05, 18.1, 18.14, 18.2, 19.0]).prop_map(Some),
    ];
    (0..5u8, prop::option::of(0..3u8), value, prop::option::of(1..13u8), prop::option::of(1..4u8), any::<bool>())
        .prop_map(|(file, decimals, value, months, exported, withheld)| Said {
            file,
            decimals,
            value,
            months,
            exported,
            withheld,
        })
}

fn as_observation(said: &Said, row: u32) -> Observation {
    let area = truth::catalog().find_in(Some("例示県"), "緑町").one().unwrap();
    let exported = said.exported.and_then(|day| Date::new(2026, 8, day));
    let missing = if said.withheld { MissingReason::Suppressed } else { MissingReason::Unknown };
    let datum = said.value.map_or(Datum::Missing(missing), |value| {
        let scale = 10f64.powi(i32::from(said.decimals.unwrap_or(8)));
        Datum::Value((value * scale).round() / scale)
    });
    let mut made = observation("D4", area, datum, source(&format!("{}", said.file), exported, row));
    made.decimals = said.decimals;
    made.period = Arc::new(Period {
        months: said.months,
        part_year: said.months.is_some_and(|months| months < 12),
        ..Period::form_year("R6", 2024)
    });
    made
}

fn shown(o: &Observation) -> String {
    format!("{:?} {:?} {} {:?} {:?}", o.datum, o.decimals, o.source, o.period.part_year, o.period.months)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_order_of_files_decides_nothing(all in prop::collection::vec(said(), 1..7), seed in any::<u64>()) {
        let forwards: Vec<Observation> = all.iter().enumerate().map(|(row, said)| as_observation(said, row as u32)).collect();
        let mut shuffled = forwards.clone();
        let mut state = seed | 1;
        for index in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(index, (state >> 33) as usize % (index + 1));
        }
        let (kept, told) = settle(forwards.clone(), &Default::default());
        let (kept_too, told_too) = settle(shuffled, &Default::default());
        prop_assert_eq!(kept.len(), 1);
        prop_assert_eq!(shown(&kept[0]), shown(&kept_too[0]));
        prop_assert_eq!(told.len(), told_too.len());

        // What is kept stood in one of the cells; a figure is never lost to a missing mark, but to a newer 秘匿.
        prop_assert!(forwards.iter().any(|o| o.source == kept[0].source && o.datum == kept[0].datum));
        let withheld_on = forwards
            .iter()
            .filter(|o| o.datum == Datum::Missing(MissingReason::Suppressed))
            .filter_map(|o| o.source.file.exported)
            .max();
        let has_value = forwards.iter().any(|o| {
            let older = o.source.file.exported.zip(withheld_on).is_some_and(|(own, since)| own < since);
            o.datum.value().is_some() && !older
        });
        prop_assert_eq!(kept[0].datum.value().is_some(), has_value);

        // Every figure that differs beyond rounding from the one kept is told with its cell.
        if let Some(value) = kept[0].datum.value() {
            let differing = forwards.iter().filter(|o| {
                o.datum.value().is_some_and(|other| !equal_within_rounding(value, kept[0].decimals, other, o.decimals))
            });
            let differing: BTreeSet<String> = differing.map(|o| o.source.cell.to_string()).collect();
            let told: Vec<_> = told.iter().filter(|told| told.code != "newer-copy-without-figure").collect();
            prop_assert_eq!(told.len(), differing.len());
            for cell in &differing {
                prop_assert!(told.iter().any(|told| told.message.contains(cell.as_str())), "{} {:?}", cell, told);
            }
        }
    }

    #[test]
    fn a_sheet_of_ours_says_nothing_where_another_file_has_the_figure(
        all in prop::collection::vec(said(), 1..5),
        copies in prop::collection::vec(said(), 1..4),
    ) {
        let others: Vec<Observation> = all.iter().enumerate().map(|(row, said)| as_observation(said, row as u32)).collect();
        let ours = copies.iter().zip(100..).map(|(said, row)| {
            // Our own books carry no 出力日.
            let mut made = as_observation(&Said { exported: None, withheld: false, ..said.clone() }, row);
            let file = SourceFile { ours: true, sha256: format!("{row:0>64}"), ..(*made.source.file).clone() };
            made.source.file = Arc::new(file);
            made
        });
        let ours: Vec<Observation> = ours.collect();
        let withheld = Datum::Missing(MissingReason::Suppressed);
        let decided = others.iter().any(|o| o.datum.value().is_some() || o.datum == withheld);
        let (alone, told_alone) = settle(others.clone(), &Default::default());
        let (kept, told) = settle(others.into_iter().chain(ours.clone()).collect(), &Default::default());
        if decided {
            prop_assert_eq!(shown(&kept[0]), shown(&alone[0]));
            prop_assert_eq!(told, told_alone);
        } else {
            // Where no other file has the figure, that of ours is of use.
            prop_assert_eq!(kept[0].datum.value().is_some(), ours.iter().any(|o| o.datum.value().is_some()));
        }
    }

    #[test]
    fn of_two_figures_the_better_one_wins(a in said(), b in said()) {
        prop_assume!(a.value.is_some() && b.value.is_some());
        let (first, second) = (as_observation(&a, 0), as_observation(&b, 1));
        let (x, y) = (first.datum.value().unwrap(), second.datum.value().unwrap());
        let (kept, _) = settle(vec![first.clone(), second.clone()], &Default::default());
        let won = if kept[0].source == first.source { (&first, &second) } else { (&second, &first) };
        let precision = |o: &Observation| o.decimals.unwrap_or(u8::MAX);
        if equal_within_rounding(x, first.decimals, y, second.decimals) {
            prop_assert!(precision(won.0) >= precision(won.1));
            // Never a whole year by silence: a part-year mark stays unless twelve months are said outright.
            if (a.months == Some(12)) || (b.months == Some(12)) {
                prop_assert!(!kept[0].period.part_year);
            } else if first.period.part_year || second.period.part_year {
                prop_assert!(kept[0].period.part_year);
            }
        } else {
            prop_assert!(!won.0.period.part_year || won.1.period.part_year, "a part-year over a whole one");
            let reach = |o: &Observation| if o.period.part_year { o.period.months.unwrap_or(0) } else { 12 };
            if reach(won.0) == reach(won.1)
                && let (Some(kept_date), Some(other_date)) = (won.0.source.file.exported, won.1.source.file.exported)
            {
                prop_assert!(kept_date >= other_date, "the older export won");
            }
        }
    }

    #[test]
    fn a_prefecture_is_the_sum_of_all_its_insurers_and_never_a_mean_of_rates(
        people in prop::collection::vec((1..500_000u32, 0..100_000u32), 4),
        left_out in 0..5usize,
    ) {
        let catalog = truth::catalog();
        let mut read = counts(&people, MissingReason::Unknown);
        if let Some(name) = INSURERS.get(left_out) {
            read.retain(|o| o.area.short_name() != *name);
        }
        let (derived, told) = derive(&read, catalog);
        let whole = left_out >= INSURERS.len();
        if whole {
            let (insured, certified) =
                people.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + f64::from(*x), b + f64::from(*y)));
            prop_assert_eq!(value(&derived, "B1", "例示県"), Some(insured));
            prop_assert_eq!(value(&derived, "B3-a", "例示県"), Some(certified));
            prop_assert_eq!(value(&derived, "B4-a", "例示県"), Some(certified / insured * 100.0));
        } else {
            prop_assert_eq!(value(&derived, "B1", "例示県"), None);
            prop_assert_eq!(value(&derived, "B4-a", "例示県"), None);
            prop_assert!(told.iter().any(|told| told.code == "prefecture-incomplete"));
        }
        // Every rate is its own counts' ratio and names both cells.
        for rate in derived.iter().filter(|o| o.indicator.as_str() == "B4-a") {
            if rate.area.level == AreaLevel::Insurer {
                let index = INSURERS.iter().position(|name| *name == rate.area.short_name()).unwrap();
                let (insured, certified) = people[index];
                prop_assert_eq!(rate.datum, Datum::Value(f64::from(certified) / f64::from(insured) * 100.0));
                prop_assert_eq!(rate.derived.as_ref().unwrap().sources.len(), 2);
            }
        }
        // Deriving again from what was derived adds nothing.
        let (all, _) = complete(read, catalog);
        prop_assert!(derive(&all, catalog).0.is_empty());
    }
}
