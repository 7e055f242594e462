//! Books that other programs saved in between.

use std::path::Path;
use std::process::Command;

use chiiki_sheet::compare::Comparison;
use chiiki_sheet::job::{FillRequest, understand};

use super::doc::grid;
use super::judge::{Case, Places, judge};
use super::{changed, comparison, fresh, refilled, root};

/// Whether a program is there; says so when it is not.
pub fn has(program: &str, arguments: &[&str]) -> bool {
    let found = Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("{program} が無いため、この試験は飛ばしました。");
    }
    found
}

fn check(dir: &Path, edited: &str, form: &str) {
    let new = changed(comparison(2024, 2026), |_, _, _, value| value + 0.5);
    let bytes = std::fs::read(dir.join(edited)).unwrap();
    let after = refilled(&bytes, &new, true);
    assert!(after.changes.kept.is_empty(), "{:?}", after.changes.kept.first());
    let (got, wanted) = (grid(&after.bytes, form), grid(&fresh(&new), "地域分析・検討シート"));
    let map = chiiki_sheet::form::FormMap::find(&got, 1).unwrap();
    let model = chiiki_sheet::form::FormMap::find(&wanted, 1).unwrap();
    let mut compared = 0;
    for (block, other) in map.blocks.iter().zip(&model.blocks).take(4) {
        assert_eq!(block.years.values().collect::<Vec<_>>(), other.years.values().collect::<Vec<_>>());
        for row in &map.rows {
            let home = model.rows.iter().find(|home| home.id == row.id).unwrap();
            for (col, like) in block.years.keys().zip(other.years.keys()) {
                let at = |row, col| chiiki_sheet::model::CellRef::new(row, col);
                assert_eq!(
                    got.get(at(row.row, *col)),
                    wanted.get(at(home.row, *like)),
                    "{} {}",
                    row.id,
                    at(row.row, *col)
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 400, "{compared}");
    let texts: Vec<String> = got.cells().iter().map(|cell| cell.value.display()).collect();
    assert!(texts.iter().any(|text| text.contains("openpyxlで書いた文章")) || edited.starts_with("lo"));
}

#[test]
fn a_copy_saved_by_openpyxl_with_edits() {
    if !has("python3", &["-c", "import openpyxl"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.xlsx"), fresh(&comparison(2023, 2025))).unwrap();
    let script = root().join("tests/data/refill/edit.py");
    let output =
        Command::new("python3").arg(script).arg("a.xlsx").arg("b.xlsx").current_dir(dir.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    check(dir.path(), "b.xlsx", "検討（変更後）");
}

#[test]
fn a_copy_saved_by_libreoffice() {
    if !has("soffice", &["--version"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    saved_by_libreoffice(dir.path());
    check(dir.path(), "lo2.xlsx", "地域分析・検討シート");
}

/// Rows without cells are written `<row …></row>` by it, and a new area's figures go into some of them.
#[test]
fn a_further_area_comes_into_a_copy_saved_by_libreoffice() {
    if !has("soffice", &["--version"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    saved_by_libreoffice(dir.path());
    let request = FillRequest {
        compare: vec!["見本県みなと市".to_owned(), "見本県たかね市".to_owned()],
        ..super::request(2023, 2025, "")
    };
    let (more, _) = understand(&request, super::evidence(), super::catalog()).unwrap();
    let after = refilled(&std::fs::read(dir.path().join("lo2.xlsx")).unwrap(), &more, true);
    let fresh = fresh(&more);
    for sheet in ["地域分析・検討シート", "比較と判定", "グラフ用データ"] {
        let (got, wanted) = (grid(&after.bytes, sheet), grid(&fresh, sheet));
        for cell in wanted.cells().iter().filter(|cell| !cell.value.display().contains("作成日：")) {
            let there = got.get(cell.at).unwrap_or_else(|| panic!("{sheet} {}", cell.at));
            // It keeps 15 digits.
            match (there.as_number(), cell.value.as_number()) {
                (Some(there), Some(wanted)) => assert!((there - wanted).abs() < 1e-9 * wanted.abs().max(1.0)),
                _ => assert_eq!(there, &cell.value, "{sheet} {}", cell.at),
            }
        }
    }
}

/// Leaves a fresh sheet as `lo2.xlsx`, saved by LibreOffice.
fn saved_by_libreoffice(dir: &Path) {
    std::fs::write(dir.join("lo.xlsx"), fresh(&comparison(2023, 2025))).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", dir.join("profile").display());
    let output = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "out", "lo.xlsx"])
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(dir.join("out/lo.xlsx"), dir.join("lo2.xlsx")).unwrap();
}

/// Cases in every run, and in the long one.
fn count(usual: usize, long: usize) -> usize {
    if let Some(cases) = std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()) {
        return cases;
    }
    if std::env::var_os("CHIIKI_LONG").is_some() { long } else { usual }
}

/// The books a program left in a folder, refilled with other figures and judged; says how many there were.
fn judge_folder(dir: &Path, count: usize) {
    let before = comparison(2023, 2025);
    let (same, more, moved) = (comparison(2023, 2025), comparison(2023, 2026), comparison(2024, 2026));
    let one = |number: usize| {
        let facts = std::fs::read_to_string(dir.join(format!("{number}.json"))).unwrap();
        let facts: serde_json::Value = serde_json::from_str(&facts).unwrap();
        let number_of = |value: &serde_json::Value| value.as_u64().unwrap() as u32;
        let blocks = facts["blocks"].as_array().unwrap();
        let places = Places {
            sheet: facts["sheet"].as_str().unwrap().to_owned(),
            id_col: number_of(&facts["id_col"]),
            blocks: std::array::from_fn(|index| number_of(&blocks[index])),
            year_row: number_of(&facts["year_row"]),
            first: number_of(&facts["first"]),
        };
        let years_move = number.is_multiple_of(2);
        let named = number.is_multiple_of(4);
        let data: &Comparison = match (years_move, named) {
            (true, true) => &moved,
            (true, false) => &more,
            _ => &same,
        };
        let new = changed(data.clone(), |id, who, year, value| {
            let odd = (id.len() + who + year as usize + number).is_multiple_of(3);
            if odd { value + 1.25 } else { value }
        });
        let edited = std::fs::read(dir.join(format!("{number}.xlsx"))).unwrap();
        let result = refilled(&edited, &new, named);
        let context = format!("book {number} of {}", dir.display());
        judge(&Case {
            context: context.clone(),
            places: &places,
            edited: &edited,
            result: &result,
            before: &before,
            new: &new,
            years_move,
        });
        assert!(refilled(&result.bytes, &new, named).nothing_new, "{context}");
    };
    std::thread::scope(|scope| {
        for part in 0..2 {
            scope.spawn(move || (part..count).step_by(2).for_each(one));
        }
    });
}

/// A folder for books: kept when the variable names one, to look at what failed.
fn folder() -> (Option<tempfile::TempDir>, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_path_buf();
    if std::env::var_os("CHIIKI_KEEP").is_some() { (None, dir.keep()) } else { (Some(dir), path) }
}

#[test]
fn random_edits_through_openpyxl() {
    if !has("python3", &["-c", "import openpyxl"]) {
        return;
    }
    let (_guard, dir) = folder();
    std::fs::write(dir.join("start.xlsx"), fresh(&comparison(2023, 2025))).unwrap();
    let count = count(60, 2_000);
    let script = root().join("tests/data/refill/random_edits.py");
    let halves: Vec<_> = [(0, count / 2), (count / 2, count)]
        .into_iter()
        .map(|(from, to)| {
            let numbers = [from.to_string(), to.to_string()];
            Command::new("python3")
                .arg(&script)
                .args(["start.xlsx", "."])
                .args(numbers)
                .current_dir(&dir)
                .spawn()
                .unwrap()
        })
        .collect();
    for mut half in halves {
        assert!(half.wait().unwrap().success());
    }
    judge_folder(&dir, count);
}

#[test]
fn random_edits_through_libreoffice() {
    if !has("soffice", &["--version"]) {
        return;
    }
    let (_guard, dir) = folder();
    std::fs::write(dir.join("start.xlsx"), fresh(&comparison(2023, 2025))).unwrap();
    let count = count(15, 1_000);
    let profile = format!("-env:UserInstallation=file://{}", dir.join("profile").display());
    let office = |last: &str| {
        let output = Command::new("soffice")
            .args([&profile, "--headless", "--norestore", last])
            .current_dir(&dir)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    // The first start makes the profile whose macro is then replaced.
    office("--terminate_after_init");
    let script = std::fs::read_to_string(root().join("tests/data/refill/RandomEdits.bas")).unwrap();
    let script = script.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let module = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE script:module PUBLIC \"-//OpenOffice.org//DTD OfficeDocument \
        1.0//EN\" \"module.dtd\">\n<script:module xmlns:script=\"http://openoffice.org/2000/script\" \
        script:name=\"Module1\" script:language=\"StarBasic\">{script}</script:module>"
    );
    std::fs::write(dir.join("profile/user/basic/Standard/Module1.xba"), module).unwrap();
    let start = dir.join("start.xlsx");
    office(&format!("macro:///Standard.Module1.Main({},{},{count},1)", start.display(), dir.display()));
    let failed = std::fs::read_to_string(dir.join("failed.txt")).unwrap_or_default();
    assert_eq!(failed, "");
    judge_folder(&dir, count);
}
