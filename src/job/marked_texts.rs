//! Texts for a book made from marks: of filled sheets among the files, and of the book named as the previous one.

use std::collections::BTreeSet;
use std::path::Path;

use super::arrived;
use super::finish::Made;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::{Error, FileError, Result};
use crate::fill::meta_sheet::{Meta, is_meta};
use crate::intake::{Evidence, take_book};
use crate::layout::Context;
use crate::model::Area;
use crate::read::{Limits, read_bytes};
use crate::refill::{Incoming, has_fields, into_marked};

/// Carries the texts over. Sheets among the files bring theirs only where the book has fields for any: a table alone is
/// no place for them. Those of the previous book were asked for; what finds no field goes to 「引継ぎ」.
pub(super) fn carry(made: &mut Made, previous: Option<&Path>, evidence: &Evidence, catalog: &Catalog) -> Result<()> {
    let of_user = |error: FileError| Error::Usage(error.to_diagnostic().to_string());
    let Some(own) = made.comparison.participants.first().map(|own| own.area.clone()) else { return Ok(()) };
    let told = &mut made.report.diagnostics;
    let arrived = arrived::texts(evidence, &own, &taken(&made.workbook, own.key()), false, catalog);
    let mut incoming = match previous {
        Some(path) => of_previous(path, &own, catalog, told)?,
        None => Vec::new(),
    };
    if has_fields(&made.workbook).map_err(of_user)? {
        told.extend(arrived.diagnostics);
        incoming.extend(arrived.incoming);
    } else if !arrived.incoming.is_empty() {
        told.push(Diagnostic::info(
            "texts-without-fields",
            format!(
                "ひな形に「全国平均等との比較」などの欄が無いため、入れたシートの文章{}件は移していません。",
                arrived.incoming.len()
            ),
        ));
    }
    let moved = into_marked(std::mem::take(&mut made.workbook), own.key(), &incoming, catalog).map_err(of_user)?;
    made.workbook = moved.bytes;
    if moved.placed + moved.left > 0 {
        made.home.nothing_new = false;
        made.report.changes.handed_over += moved.left;
        made.report.diagnostics.push(
            Diagnostic::info(
                "texts-moved",
                format!(
                    "前のシートの文章{}件を同じ見出しの欄に移し、欄の決まらない{}件を「引継ぎ」に載せました。",
                    moved.placed, moved.left
                ),
            )
            .hint("前のシートの図やコメントは移していません。前のファイルはそのまま残っています。"),
        );
    }
    Ok(())
}

/// Books whose texts the workbook has had.
fn taken(bytes: &[u8], sheet_id: &str) -> BTreeSet<String> {
    let Ok(book) = read_bytes("", bytes, &Limits::default()) else { return BTreeSet::new() };
    let all = book.grids.iter().filter(|grid| is_meta(grid)).filter_map(Meta::read_all).flatten();
    all.filter(|meta| meta.sheet_id == sheet_id).flat_map(|meta| meta.taken.into_keys()).collect()
}

/// The texts of the book named as the previous one; another insurer's stay where they are.
fn of_previous(path: &Path, own: &Area, catalog: &Catalog, told: &mut Vec<Diagnostic>) -> Result<Vec<Incoming>> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let hint = "--previous のファイルの場所を確かめてください。";
    let bytes = crate::disk::read(path).map_err(Error::io(path, "読み取り", hint))?;
    let book = read_bytes(&file, &bytes, &Limits::default())
        .map_err(|error| Error::Usage(format!("『{file}』{}{}", error.message, error.hint)))?;
    let owners = arrived::owners(&book, &take_book(&book, Context::new(catalog, None)), catalog);
    if !owners.is_empty() && !owners.values().any(|owner| owner == own.key()) {
        return Err(Error::Usage(format!(
            "『{file}』は{}のシートではありません。文章や数値が混ざらないよう、何も作っていません。{}のシートを指定してください。",
            own.name,
            own.short_name()
        )));
    }
    let incoming =
        Incoming::of_book(&book, &bytes, catalog, |sheet| owners.get(sheet).is_none_or(|owner| owner == own.key()));
    if incoming.is_empty() {
        told.push(
            Diagnostic::warning("no-texts", "引き継ぐ文章が見つかりませんでした。")
                .hint("「全国平均等との比較」などの見出しの下に文章があるファイルかどうか、確かめてください。")
                .at(Place::file(file)),
        );
    }
    Ok(incoming)
}
