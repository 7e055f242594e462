//! Books that other programs saved in between.

use std::path::Path;
use std::process::Command;

use super::doc::grid;
use super::{changed, comparison, fresh, refilled, root};

/// Whether a program is there; says so when it is not.
fn has(program: &str, arguments: &[&str]) -> bool {
    let found = Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("{program} が無いため、この試験は飛ばしました。");
    }
    found
}

fn check(dir: &Path, edited: &str, form: &str) {
    let new = changed(comparison(2024, 2026), |_, _, _, value| value + 0.5);
    let bytes = std::fs::read(dir.join(edited)).unwrap();
    let after = refilled(&bytes, &new, false);
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
    std::fs::write(dir.path().join("lo.xlsx"), fresh(&comparison(2023, 2025))).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", dir.path().join("profile").display());
    let output = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "out", "lo.xlsx"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(dir.path().join("out/lo.xlsx"), dir.path().join("lo2.xlsx")).unwrap();
    check(dir.path(), "lo2.xlsx", "地域分析・検討シート");
}
