//! `mapping`: how a table of no known layout is read, proposed, saved and tried.

use std::path::Path;

use super::args::{CheckMapping, MappingCommand, SuggestMapping};
use super::{input, say};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::intake::{Reader, read_one, try_mapping};
use crate::layout::{Mapping, crosstab};
use crate::model::{Datum, Observation};
use crate::read::Book;
use crate::workspace::{MAPPINGS, Workspace, mappings_in, write_draft};

/// Figures shown of a trial.
const SHOWN: usize = 8;

/// Suggests a reading, or tries a saved one.
pub fn run(command: &MappingCommand) -> Result<()> {
    match command {
        MappingCommand::Suggest(arguments) => suggest(arguments),
        MappingCommand::Check(arguments) => check(arguments),
    }
}

fn catalog(areas: Option<&Path>, workspace: Option<&Path>) -> Result<Catalog> {
    match (areas, workspace) {
        (None, Some(folder)) => Workspace::open(folder)?.catalog(),
        (areas, _) => input::catalog(areas),
    }
}

fn book(path: &Path) -> Result<Book> {
    read_one(path, &mut Reader::child()?)?.map_err(|error| Error::Usage(error.to_diagnostic().to_string()))
}

fn suggest(arguments: &SuggestMapping) -> Result<()> {
    let catalog = catalog(arguments.areas.as_deref(), arguments.workspace.as_deref())?;
    let book = book(&arguments.file)?;
    let Some(mut seen) = crosstab::understand(&book, &catalog) else {
        return Err(Error::Usage(format!(
            "『{}』には、地域や期間の並ぶ表が見つかりませんでした。",
            arguments.file.display()
        )));
    };
    if let Some(name) = &arguments.name {
        seen.mapping.name.clone_from(name);
    }
    println!("確かさ {:.0}％", seen.confidence * 100.0);
    for line in &seen.preview {
        println!("・{line}");
    }
    let open = seen.mapping.problem();
    if let Some(problem) = &open {
        println!("決まっていないこと：{problem}");
    }
    match (&arguments.out, &arguments.workspace) {
        // A file a person named is written even with something open: they complete it in an editor.
        (Some(out), _) => {
            if out.exists() {
                return Err(Error::Usage(format!("『{}』はもうあります。別の名前にしてください。", out.display())));
            }
            write_draft(&seen.mapping, out)?;
            println!("読み方を書きました: {}", out.display());
        }
        (None, Some(folder)) => {
            let path = Workspace::open(folder)?.save_mapping(&seen.mapping)?;
            println!("読み方を保存しました: {}", path.display());
        }
        (None, None) => println!(
            "\n{}\nこの内容を作業フォルダーの「{MAPPINGS}」に置くと使われます（--out か --workspace で保存できます）。",
            seen.mapping.to_toml()?
        ),
    }
    if open.is_none() {
        show(&book, &seen.mapping, &catalog);
    }
    Ok(())
}

fn check(arguments: &CheckMapping) -> Result<()> {
    let catalog = catalog(arguments.areas.as_deref(), arguments.workspace.as_deref())?;
    let mappings = mappings_in(&arguments.mapping)?;
    for path in &arguments.files {
        let book = book(path)?;
        for mapping in &mappings {
            println!("『{}』を読み方「{}」で:", path.display(), mapping.name);
            show(&book, mapping, &catalog);
        }
    }
    Ok(())
}

/// What a reading makes of a book.
fn show(book: &Book, mapping: &Mapping, catalog: &Catalog) {
    let Some(taken) = try_mapping(book, mapping, catalog) else {
        println!("　見出しが合わないため、この読み方は使われません。");
        return;
    };
    let values = taken.observations.iter().filter(|o| o.datum.value().is_some()).count();
    println!("　数値 {values}件（欠測 {}件）", taken.observations.len() - values);
    for observation in taken.observations.iter().take(SHOWN) {
        println!("　{}", line(observation));
    }
    if taken.observations.len() > SHOWN {
        println!("　…");
    }
    print!("{}", say::diagnostics(&taken.diagnostics));
}

fn line(observation: &Observation) -> String {
    let value = match observation.datum {
        Datum::Value(value) => format!("{value}"),
        Datum::Missing(reason) => reason.mark().to_owned(),
    };
    let d = &observation.dimensions;
    let parts = [&d.care_level, &d.service, &d.age, &d.sex].into_iter().flatten();
    let breakdown: String = parts.map(|part| format!("　{part}")).collect();
    format!(
        "{}　{}　{}{breakdown}　{value}{}　（{}）",
        observation.indicator,
        observation.area.name,
        observation.period.label.replace('\n', " "),
        observation.unit,
        observation.source.cell
    )
}
