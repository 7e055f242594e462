//! `template`: the shipped layouts and sentences as files to edit.

use std::fs::OpenOptions;
use std::io::Write;

use super::args::Template;
use crate::error::{Error, Result};
use crate::handout::TemplateFiles;

/// Sentences of the workbook; those of the papers and their layouts are [`TemplateFiles::shipped`].
const SHEET_TEXTS: [(&str, &str); 4] = [
    ("texts/sheet/認定率.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/sheet/認定率.hbs")),
    ("texts/sheet/受給率.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/sheet/受給率.hbs")),
    ("texts/sheet/給付月額等.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/sheet/給付月額等.hbs")),
    ("texts/sheet/指標追加.hbs", include_str!("../../sheet-templates/chiiki-bunseki/texts/sheet/指標追加.hbs")),
];

/// Writes every file that is not there yet; what people edited is never written over.
pub fn run(arguments: &Template) -> Result<()> {
    let hint = "フォルダーの場所と、書き込めるかどうかを確かめてください。";
    let papers = TemplateFiles::shipped();
    let (mut written, mut kept) = (0, 0);
    for (path, text) in papers.iter().chain(SHEET_TEXTS) {
        let target = arguments.out.join(path);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(Error::io(folder, "作成", hint))?;
        }
        match OpenOptions::new().write(true).create_new(true).open(&target) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(Error::io(&target, "書き込み", hint))?;
                written += 1;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => kept += 1,
            Err(error) => return Err(Error::io(&target, "書き込み", hint)(error)),
        }
    }
    println!("ひな形のファイル {written}件を書き出しました: {}", arguments.out.display());
    if kept > 0 {
        println!("すでにあった{kept}件は、そのままにしました。");
    }
    println!(
        "変えたいファイルだけ残して書きかえ、fill に --template \"{}\" と指定してください。",
        arguments.out.display()
    );
    println!("消したファイルの代わりには、もとのひな形が使われます。");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_shipped_text_is_written_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sheet-templates/chiiki-bunseki");
        let mut shipped = BTreeSet::new();
        for folder in ["", "texts/", "texts/sheet/"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                if entry.path().is_file() && !name.ends_with(".xlsx") {
                    shipped.insert(format!("{folder}{name}"));
                }
            }
        }
        let papers = TemplateFiles::shipped();
        let written: BTreeSet<String> = papers.iter().chain(SHEET_TEXTS).map(|(path, _)| path.to_owned()).collect();
        assert_eq!(written, shipped);
    }

    #[test]
    fn edited_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("ひな形");
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(out.join("handout.toml"), "自分の設定").unwrap();
        run(&Template { out: out.clone() }).unwrap();
        assert_eq!(std::fs::read_to_string(out.join("handout.toml")).unwrap(), "自分の設定");
        assert!(out.join("texts/sheet/認定率.hbs").is_file() && out.join("handout.typ").is_file());
    }
}
