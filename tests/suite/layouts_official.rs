//! Every figure of the real official tables against an independent reading in Python, where both are here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use chiiki_sheet::catalog::Catalog;
use chiiki_sheet::intake::{Taken, take_book};
use chiiki_sheet::layout::{Context, Mapping, crosstab};
use chiiki_sheet::model::{AreaLevel, Outcome};
use chiiki_sheet::read::{Book, Limits, read_bytes};

fn official(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("CHIIKI_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let path = shared.join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

fn book(name: &str) -> Option<Book> {
    let bytes = std::fs::read(official(name)?).unwrap();
    Some(read_bytes(name, &bytes, &Limits::default()).unwrap())
}

/// What the script reads, a line a figure; `None`, with the reason printed, without Python or its libraries.
fn independent(kind: &str, name: &str) -> Option<BTreeSet<String>> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/support/read_official.py");
    let output = Command::new("python3").arg(script).arg(kind).arg(official(name)?).output();
    match output {
        Ok(output) if output.status.success() => {
            Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
        }
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(told.contains("ModuleNotFoundError"), "{told}");
            println!("skipped: {told}");
            None
        }
        Err(error) => {
            println!("skipped: python3: {error}");
            None
        }
    }
}

/// The product's figures in the lines of the script; `by_name` names areas by their display name.
fn lines(taken: &Taken, by_name: bool) -> BTreeSet<String> {
    taken
        .observations
        .iter()
        .filter_map(|o| {
            let value = o.datum.value()?;
            let area = match o.area.code {
                Some(code) if !by_name => code.to_string(),
                _ => o.area.name.clone(),
            };
            let period = match (o.period.form_year, o.period.date) {
                (Some(year), _) => format!("FY{year}"),
                (None, Some(date)) => date.to_string(),
                _ => String::new(),
            };
            let part = |part: &Option<String>| part.clone().unwrap_or_default();
            let (sex, age, service) = (part(&o.dimensions.sex), part(&o.dimensions.age), part(&o.dimensions.service));
            Some(format!("{}\t{area}\t{sex}\t{age}\t{service}\t{period}\t{value:?}\t{}", o.indicator, o.source.cell))
        })
        .collect()
}

fn assert_same(ours: &BTreeSet<String>, theirs: &BTreeSet<String>) {
    let only_ours: Vec<_> = ours.difference(theirs).take(5).collect();
    let only_theirs: Vec<_> = theirs.difference(ours).take(5).collect();
    assert!(
        only_ours.is_empty() && only_theirs.is_empty(),
        "{} / {} lines\nours: {only_ours:#?}\ntheirs: {only_theirs:#?}",
        ours.len(),
        theirs.len()
    );
}

#[test]
fn the_register_of_residents() {
    let name = "juki_2304ssnen.xlsx";
    let (Some(book), Some(theirs)) = (book(name), independent("juki", name)) else { return };
    let mut taken = take_book(&book, Context::new(Catalog::shipped(), None));
    assert_eq!(taken.report.layout, Some("L6"));
    // The sums over the towns of a county are no area of the catalog and keep their name; wards renumbered since have
    // another code here. The script knows both by the code as written.
    let counties: BTreeSet<String> =
        taken.observations.iter().filter(|o| o.area.level == AreaLevel::Other).map(|o| o.area.name.clone()).collect();
    let towns = counties.iter().filter(|name| !name.ends_with('郡')).collect::<Vec<_>>();
    println!("kept as written: {towns:?}");
    let row_of =
        |line: &str| line.rsplit('\t').next().unwrap().trim_start_matches(|c: char| c.is_alphabetic()).to_owned();
    let own_rows: BTreeSet<String> = taken
        .observations
        .iter()
        .filter(|o| o.area.level == AreaLevel::Other || o.area.name.ends_with("天竜区"))
        .map(|o| (o.source.cell.row + 1).to_string())
        .collect();
    // In those rows everything but the area must agree.
    let without_area = |lines: BTreeSet<String>, own: bool| -> BTreeSet<String> {
        let wanted = lines.into_iter().filter(|line| own_rows.contains(&row_of(line)) == own);
        wanted
            .map(|line| {
                let mut fields: Vec<&str> = line.split('\t').collect();
                if own {
                    fields.remove(1);
                }
                fields.join("\t")
            })
            .collect()
    };
    let ours = lines(&taken, false);
    assert!(ours.len() > 150_000, "{}", ours.len());
    assert_same(&without_area(ours.clone(), false), &without_area(theirs.clone(), false));
    assert_same(&without_area(ours, true), &without_area(theirs, true));
    // Both of every pair of one name.
    taken.observations.retain(|o| o.dimensions.is_total());
    for (code, name) in [
        ("132063", "東京都 府中市"),
        ("342084", "広島県 府中市"),
        ("012335", "北海道 伊達市"),
        ("072133", "福島県 伊達市"),
    ] {
        let found: Vec<_> = taken.observations.iter().filter(|o| o.area.name == name).collect();
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].area.code.unwrap().as_str(), code);
    }
}

#[test]
fn the_census() {
    let name = "FEH_00200521_260127162349.csv";
    let (Some(book), Some(theirs)) = (book(name), independent("estat", name)) else { return };
    let taken = take_book(&book, Context::new(Catalog::shipped(), None));
    assert_eq!(taken.report.layout, Some("L5"));
    assert_eq!(taken.diagnostics, []);
    assert_same(&lines(&taken, false), &theirs);
}

#[test]
fn lists_of_providers() {
    for name in ["jigyosho_155.csv", "jigyosho_336.csv", "jigyosho_361.csv"] {
        let (Some(book), Some(theirs)) = (book(name), independent("jigyosho", name)) else { return };
        let waiting = take_book(&book, Context::new(Catalog::shipped(), None));
        assert_eq!((waiting.report.outcome, waiting.observations.len()), (Outcome::Waiting, 0));
        let taken = take_book(&book, Context::new(Catalog::shipped(), Some(2024)));
        assert_eq!(taken.report.layout, Some("L7"));
        assert_same(&lines(&taken, true), &theirs);
    }
}

#[test]
fn lists_of_areas_hold_no_figures() {
    for name in ["mic_000925835_R6.1.1.xlsx", "FEA_hyoujun-20250210024619.csv", "localgovjp-sjis_20200104.csv"] {
        let Some(book) = book(name) else { return };
        let taken = take_book(&book, Context::new(Catalog::shipped(), Some(2024)));
        assert_eq!((taken.report.layout, taken.report.outcome), (Some("L8"), Outcome::Empty), "{name}");
    }
}

/// Nothing of a table of no known layout is taken before a person has said yes.
#[test]
fn any_other_table_waits() {
    for name in ["zaisei_000917808_R4.xlsx", "ipss2017_10-1.xls", "kobe_jinkou2804.xls", "kobe_nendobetu.xls"] {
        let Some(book) = book(name) else { return };
        let taken = take_book(&book, Context::new(Catalog::shipped(), Some(2024)));
        assert_eq!((taken.report.outcome, taken.observations.len()), (Outcome::Waiting, 0), "{name}");
        assert!(taken.report.message.unwrap().contains("次のように読めます"), "{name}");
    }
}

#[test]
fn municipal_finance_by_the_proposed_reading() {
    let name = "zaisei_000917808_R4.xlsx";
    let (Some(book), Some(theirs)) = (book(name), independent("zaisei", name)) else { return };
    let proposal = crosstab::understand(&book, Catalog::shipped()).unwrap().mapping;
    let saved = Mapping::parse(proposal.to_toml().unwrap().as_bytes(), "財政.toml").unwrap();
    assert_eq!(saved, proposal);
    let mappings = [saved];
    let taken = take_book(&book, Context { mappings: &mappings, ..Context::new(Catalog::shipped(), None) });
    assert_same(&lines(&taken, false), &theirs);
    // The average of all towns is nobody's figure.
    assert!(
        taken.diagnostics.iter().any(|told| told.place.cell.as_deref() == Some("C1744")),
        "{:?}",
        taken.diagnostics
    );
}

const IPSS: &str = r#"
"名前" = "将来推計人口"
"見出しの行" = [3, 4]
"期間の列" = "A"
"地域" = "全国"
"暦年" = true
[["列"]]
"見出し" = "死亡中位仮定／出生中位"
"指標ID" = "X-suikei-population"
"単位" = "千人"
"#;

const GOMI: &str = r#"
"名前" = "年度別ごみ収集量"
"見出しの行" = [2, 3]
"期間の列" = "年度"
"地域" = "兵庫県神戸市"
[["列"]]
"見出し" = "10月1日現在の人口（人）"
"指標ID" = "X-suikei-population"
"単位" = "人"
"#;

#[test]
fn old_workbooks_by_readings_written_by_hand() {
    for (kind, name, text, rows) in [("ipss", "ipss2017_10-1.xls", IPSS, 51), ("gomi", "kobe_nendobetu.xls", GOMI, 36)]
    {
        let (Some(book), Some(theirs)) = (book(name), independent(kind, name)) else { return };
        let mappings = [Mapping::parse(text.as_bytes(), "読み方.toml").unwrap()];
        let taken = take_book(&book, Context { mappings: &mappings, ..Context::new(Catalog::shipped(), None) });
        let ours = lines(&taken, false);
        assert_eq!(ours.len(), rows, "{:?}", taken.diagnostics);
        assert_same(&ours, &theirs);
    }
}

/// 神戸市's table writes three months of one year with the same year in column C: such figures are nobody's.
#[test]
fn months_that_look_like_one_year_are_not_taken() {
    let Some(book) = book("kobe_jinkou2804.xls") else { return };
    let proposal = crosstab::understand(&book, Catalog::shipped()).unwrap().mapping;
    let mappings = [proposal];
    let taken = take_book(&book, Context { mappings: &mappings, ..Context::new(Catalog::shipped(), None) });
    assert!(taken.observations.iter().all(|o| o.period.date.is_none_or(|date| date.year != 2016)));
    let told =
        |cells: &str| taken.diagnostics.iter().any(|told| told.code == "figure-twice" && told.message.contains(cells));
    assert!(
        taken.report.outcome == Outcome::Waiting || told("F14、F15、F16"),
        "{:?} {:#?}",
        taken.report,
        taken.diagnostics
    );
}
