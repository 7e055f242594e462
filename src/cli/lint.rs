//! `lint`: the marks of a template of people's own, before it is used.

use super::args::Lint;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::fill::marks::load;
use crate::template::lint::lint;
use crate::template::places::LIST;

/// Lists every mark, then the marks there are; exit 0 also when some do not work, because a fill still fills the rest.
pub fn run(arguments: &Lint) -> Result<()> {
    let (bytes, _) = load(&arguments.template)?;
    let name = arguments.template.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let marks = lint(&bytes, Catalog::shipped())
        .map_err(|error| Error::Usage(format!("ひな形『{name}』は、{}{}", error.message, error.hint)))?;
    if arguments.json {
        println!("{}", serde_json::json!({ "marks": marks }));
        return Ok(());
    }
    for mark in &marks {
        let state = if mark.works { "" } else { "［差し込めません］" };
        println!("「{}」{}　{}　{state}{}", mark.sheet, mark.cell, mark.mark, mark.meaning);
        if let Some(sample) = &mark.sample {
            println!("　　例：{sample}");
        }
        if let Some(near) = &mark.nearest {
            println!("　　もしかすると {{{{{near}}}}} ですか。");
        }
    }
    let bad = marks.iter().filter(|mark| !mark.works).count();
    match (marks.len(), bad) {
        (0, _) => println!("差し込み記号（{{{{…}}}}）はありませんでした。"),
        (all, 0) => println!("差し込み記号 {all}個。すべて差し込めます。"),
        (all, bad) => println!("差し込み記号 {all}個のうち、{bad}個は差し込めません。"),
    }
    println!("\n使える記号：");
    for (written, gives) in LIST {
        println!("　{written}　{gives}");
    }
    Ok(())
}
