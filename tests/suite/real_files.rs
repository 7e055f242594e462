//! The real files of officials, where they are at hand (../shared/data, or the folder CHIIKI_SHARED names).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use chiiki_sheet::catalog::{Catalog, fold_name};
use chiiki_sheet::compare::Thresholds;
use chiiki_sheet::diagnostic::Severity;
use chiiki_sheet::error::Error;
use chiiki_sheet::intake::Evidence;
use chiiki_sheet::job::{FillRequest, understand};
use chiiki_sheet::model::{AreaLevel, Date, Observation, Outcome};

use crate::truth;

const INSURED: &str = "r5nenpo_02h.xlsx";
const CERTIFIED: &str = "r5nenpo_04-1-1h_sheet1-2_openpyxl.xlsx";

/// The folder of the real files; `None`, with the reason said, when it is not there.
fn data() -> Option<PathBuf> {
    let folder =
        std::env::var_os("CHIIKI_SHARED").map_or_else(|| truth::package("../shared"), PathBuf::from).join("data");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the real files are not at {}", folder.display());
    None
}

fn annual_report(folder: &std::path::Path) -> Evidence {
    truth::evidence_of(&[folder.join(INSURED), folder.join(CERTIFIED)], Catalog::shipped(), Some(2023))
}

fn rates(evidence: &Evidence) -> Vec<&Observation> {
    let is_rate = |o: &&Observation| o.indicator.as_str() == "B4-a" && o.dimensions.is_total();
    evidence.observations.iter().filter(is_rate).collect()
}

fn request(own: &str) -> FillRequest {
    FillRequest {
        xlsx: true,
        papers: Vec::new(),
        public: false,
        names: chiiki_sheet::deliver::Patterns::default(),
        shelf: Default::default(),
        typesetter: Default::default(),
        cancel: chiiki_sheet::error::Cancel::default(),
        own: own.to_owned(),
        compare: vec!["北海道札幌市".to_owned()],
        from: None,
        to: None,
        add: Vec::new(),
        thresholds: Thresholds::default(),
        out: PathBuf::new(),
        date: Date::new(2026, 11, 22).unwrap(),
    }
}

#[test]
fn the_rate_of_every_insurer_of_the_country_is_that_of_an_independent_reading() {
    let Some(folder) = data() else { return };
    let script = truth::package("tests/support/read_annual.py");
    let reading = Command::new("python3").arg(script).arg(folder.join(INSURED)).arg(folder.join(CERTIFIED)).output();
    let reading = match reading {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
        Ok(output) if String::from_utf8_lossy(&output.stderr).contains("ModuleNotFoundError") => {
            return println!("skipped: python3 has no openpyxl");
        }
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => return println!("skipped: python3 does not start: {error}"),
    };
    let evidence = annual_report(&folder);
    // The catalog spells ヶ and ケ as the code list does, the tables as they like.
    let mut by_name: BTreeMap<String, &Observation> = BTreeMap::new();
    for rate in rates(&evidence) {
        assert!(by_name.insert(fold_name(&rate.area.name), rate).is_none(), "{} twice", rate.area.name);
        assert_eq!((rate.period.form_year, &*rate.unit), (Some(2023), "％"));
        assert!(!rate.derived.as_ref().unwrap().sources.is_empty());
    }
    let (mut insurers, mut prefectures) = (0, 0);
    for line in reading.lines() {
        let fields: Vec<&str> = line.split(',').collect();
        let [prefecture, insurer, _, _, rate] = fields.as_slice() else { panic!("{line}") };
        let name = match (*prefecture, *insurer) {
            ("", nation) => nation.to_owned(),
            (prefecture, "") => {
                prefectures += 1;
                prefecture.to_owned()
            }
            (prefecture, insurer) => {
                insurers += 1;
                format!("{prefecture} {insurer}")
            }
        };
        let found = by_name.remove(&fold_name(&name)).unwrap_or_else(|| panic!("{name} is missing"));
        let (is, wanted) = (found.datum.value().unwrap(), rate.parse::<f64>().unwrap());
        assert!((is - wanted).abs() < 1e-9, "{name}: {wanted}, {is}");
    }
    assert_eq!((insurers, prefectures), (1_571, 47));
    assert!(by_name.is_empty(), "not in the independent reading: {:?}", by_name.keys());
    let warnings: Vec<_> = evidence.diagnostics.iter().filter(|told| told.severity != Severity::Info).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn the_figures_everyone_can_look_up() {
    let Some(folder) = data() else { return };
    let evidence = annual_report(&folder);
    let rate = |name: &str| {
        let found: Vec<f64> =
            rates(&evidence).into_iter().filter(|o| o.area.name == name).filter_map(|o| o.datum.value()).collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0]
    };
    let two = |name: &str| format!("{:.2}", rate(name));
    let rate = |name: &str| format!("{:.4}", rate(name));
    assert_eq!(rate("全国"), "19.3712");
    assert_eq!(rate("福岡県 福岡市"), "20.2778");
    assert_eq!(rate("福岡県"), "19.4789");
    assert_eq!(two("東京都 府中市"), "19.52");
    assert_eq!(two("広島県 府中市"), "22.56");
    let of_level = |level| rates(&evidence).into_iter().filter(|o| o.area.level == level).count();
    assert_eq!(
        [AreaLevel::Insurer, AreaLevel::Prefecture, AreaLevel::Nation].map(of_level),
        [1_571, 47, 1],
        "insurers, prefectures, nation"
    );
}

#[test]
fn a_name_two_prefectures_have_is_refused_with_both() {
    let Some(folder) = data() else { return };
    let evidence = annual_report(&folder);
    match understand(&request("府中市"), &evidence, Catalog::shipped()) {
        Err(Error::Usage(sentence)) => {
            assert!(sentence.contains("東京都 府中市") && sentence.contains("広島県 府中市"), "{sentence}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_member_town_is_answered_by_its_union_and_told_so() {
    let Some(folder) = data() else { return };
    let evidence = annual_report(&folder);
    let (comparison, told) = understand(&request("田川市"), &evidence, Catalog::shipped()).unwrap();
    assert_eq!(comparison.participants[0].area.name, "福岡県 福岡県介護保険広域連合");
    assert!(told.iter().any(|told| told.message.contains("福岡県介護保険広域連合")), "{told:?}");
}

#[test]
fn no_real_file_crashes_and_what_is_not_read_says_why() {
    let Some(folder) = data() else { return };
    let files = chiiki_sheet::intake::list_files(&[folder]).unwrap();
    assert!(files.len() > 10);
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for taken in truth::take(std::slice::from_ref(&file), Catalog::shipped(), None) {
            // Without a year nothing of the 年報 may be stored.
            if name == INSURED || name == CERTIFIED {
                assert_eq!(taken.report.outcome, Outcome::Waiting, "{name}");
            }
            if taken.report.outcome == Outcome::Read {
                // The ministry's ids come from its own system and from the 年報 only.
                let foreign = taken.observations.iter().find(|o| !o.indicator.as_str().starts_with("X-"));
                assert!(foreign.is_none(), "{name}: {foreign:?}");
            } else {
                let message = taken.report.message.unwrap_or_default();
                assert!(message.ends_with('。') && message.chars().any(|c| ('ぁ'..='ん').contains(&c)), "{name}");
                assert!(taken.observations.is_empty(), "{name}");
            }
        }
    }
}
