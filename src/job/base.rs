//! Which book a fill starts from, and whose it is: another insurer's is never taken.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Bases, FillRequest, arrived};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::error::{Error, Result};
use crate::form::Role;
use crate::intake::{Evidence, take_book};
use crate::layout::Context;
use crate::model::Area;
use crate::read::{Limits, read_bytes};
use crate::refill::{Base, Incoming, find_in_folder};
use crate::store::sha256_hex;

/// A book to be refilled.
pub(super) struct Chosen {
    pub book: Base,
    /// The file it lies in, when that is the one to be written
    pub standing: Option<PathBuf>,
    /// The name under which it is published otherwise
    pub name: String,
}

/// What a fill starts from.
#[derive(Default)]
pub(super) struct Start {
    /// `None`: a fresh standard sheet
    pub base: Option<Chosen>,
    /// Texts of an earlier book that is not the base
    pub incoming: Vec<Incoming>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Chooses: the sheet that lies in the folder, else the previous one, else the form given, else a fresh sheet.
///
/// Texts of sheets that lay among the files come along, each book once: the sheet remembers which it had.
pub(super) fn choose(
    (request, name): (&FillRequest, &str),
    own: &Area,
    bases: &Bases,
    evidence: &Evidence,
    of_many: bool,
    catalog: &Catalog,
) -> Result<Start> {
    let mut start = choose_base(request, name, own, bases, catalog)?;
    let mut known: BTreeSet<String> =
        start.base.as_ref().map(|base| base.book.taken().into_keys().collect()).unwrap_or_default();
    // A book that is named is taken as such.
    let named = [bases.previous.as_deref(), bases.form()].into_iter().flatten();
    known.extend(named.filter_map(|path| Some(sha256_hex(&crate::disk::read(path).ok()?))));
    let arrived = arrived::texts(evidence, own, &known, of_many, catalog);
    start.incoming.extend(arrived.incoming);
    start.diagnostics.extend(arrived.diagnostics);
    Ok(start)
}

fn choose_base(request: &FillRequest, name: &str, own: &Area, bases: &Bases, catalog: &Catalog) -> Result<Start> {
    let mut start = Start::default();
    let (standing, told) = find_in_folder(&request.out, name, own.key(), &request.shelf)?;
    start.diagnostics.extend(told);
    if let Some(path) = standing.clone() {
        let book = Base::open_path(&path, own)?;
        check_meta(&book, &path, own)?;
        start.base = Some(Chosen { book, standing: Some(path), name: name.to_owned() });
    }
    if let Some(path) = bases.previous.as_deref().filter(|path| !is_same_file(path, standing.as_deref())) {
        previous(path, name, own, catalog, &mut start)?;
    }
    if let Some(path) = bases.form() {
        if start.base.is_some() {
            start.diagnostics.push(
                Diagnostic::info("template-not-used", "前のシートがあるため、--template の様式は使いませんでした。")
                    .hint("新しい様式で作るには、別のフォルダーを --out で指定してください。")
                    .at(Place::file(file_name(path))),
            );
        } else {
            let mut book = Base::open_path(path, own)?;
            check_meta(&book, path, own)?;
            if book.sheet_id().is_none() {
                let form = book.map().sheet.to_string();
                let areas = whose(path, own, Some(&form), catalog, &mut start.diagnostics)?;
                book.set_areas(areas);
            }
            start.base = Some(Chosen { book, standing: None, name: with_extension_of(name, path) });
        }
    }
    Ok(start)
}

/// A sheet of ours becomes the base unless one lies in the folder; of every other book the texts are taken.
fn previous(path: &Path, name: &str, own: &Area, catalog: &Catalog, start: &mut Start) -> Result<()> {
    let bytes = crate::disk::read(path).map_err(Error::io(
        path,
        "読み取り",
        "--previous のファイルの場所を確かめてください。",
    ))?;
    let file = file_name(path);
    match Base::open_for(&file, &bytes, own) {
        Ok(book) => {
            check_meta(&book, path, own)?;
            if book.sheet_id().is_some() {
                if start.base.is_none() {
                    let name = with_extension_of(name, path);
                    start.base = Some(Chosen { book, standing: None, name });
                    return Ok(());
                }
            } else {
                whose(path, own, None, catalog, &mut start.diagnostics)?;
            }
        }
        // An older form may have neither ids nor years, and yet texts.
        Err(error) if matches!(error.code, "no-form" | "old-workbook" | "no-workbook") => {
            whose(path, own, None, catalog, &mut start.diagnostics)?;
        }
        Err(error) => return Err(Error::Usage(format!("『{file}』{}{}", error.message, error.hint))),
    }
    let book = read_bytes(&file, &bytes, &Limits::default())
        .map_err(|error| Error::Usage(format!("『{file}』{}{}", error.message, error.hint)))?;
    // A book may hold several insurers' sheets: what is written on another's stays there.
    let owners = arrived::owners(&book, &take_book(&book, Context::new(catalog, None)), catalog);
    start.incoming =
        Incoming::of_book(&book, &bytes, catalog, |sheet| owners.get(sheet).is_none_or(|owner| owner == own.key()));
    if start.incoming.is_empty() {
        start.diagnostics.push(
            Diagnostic::warning("no-texts", "引き継ぐ文章が見つかりませんでした。")
                .hint("「全国平均等との比較」などの見出しの下に文章があるファイルかどうか、確かめてください。")
                .at(Place::file(file)),
        );
    }
    Ok(())
}

fn check_meta(book: &Base, path: &Path, own: &Area) -> Result<()> {
    match book.sheet_id() {
        Some(id) if id != own.key() => Err(others(path, own)),
        _ => Ok(()),
    }
}

fn others(path: &Path, own: &Area) -> Error {
    Error::Usage(format!(
        "『{}』は{}のシートではありません。文章や数値が混ざらないよう、何も作っていません。{}のシートを指定してください。",
        file_name(path),
        own.name,
        own.short_name()
    ))
}

/// The areas of the blocks of a book without `_meta`, as its headings and name say.
fn whose(
    path: &Path,
    own: &Area,
    form: Option<&str>,
    catalog: &Catalog,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<Role, (String, String)>> {
    let file = file_name(path);
    let hint = "ファイルの場所を確かめてください。";
    let bytes = crate::disk::read(path).map_err(Error::io(path, "読み取り", hint))?;
    let book = read_bytes(&file, &bytes, &Limits::default())
        .map_err(|error| Error::Usage(format!("『{file}』{}{}", error.message, error.hint)))?;
    let taken = take_book(&book, Context::new(catalog, None));
    let mut areas = BTreeMap::new();
    for grid in book.grids.iter().filter(|grid| form.is_none_or(|form| &*grid.name == form)) {
        let Some(map) = crate::form::FormMap::find(grid, 1) else { continue };
        for block in &map.blocks {
            let seen = taken.observations.iter().find(|o| {
                o.source.sheet == grid.name && (block.first_col..=block.last_col).contains(&o.source.cell.col)
            });
            // A form somebody emptied still has its headings.
            let named = || block.captions.iter().find_map(|(_, text)| catalog.find(text.trim()).one());
            if let Some(area) = seen.map(|seen| seen.area.clone()).or_else(named) {
                areas.entry(block.role).or_insert((area.key().to_owned(), area.name.clone()));
            }
        }
    }
    // The system names its exports 「県名 市町村名_地域分析・検討シート」.
    if !areas.contains_key(&Role::Own)
        && let Some(area) = file.split(['_', '＿', '.']).next().and_then(|name| catalog.find(name.trim()).one())
    {
        areas.insert(Role::Own, (area.key().to_owned(), area.name.clone()));
    }
    match areas.get(&Role::Own) {
        Some((key, _)) if key != own.key() => Err(others(path, own)),
        None if arrived::is_in_doubt(&taken) => Err(others(path, own)),
        None => {
            diagnostics.push(
                Diagnostic::warning(
                    "previous-area-unknown",
                    format!("どの保険者のシートか書かれていないため、{}のものとして扱いました。", own.name),
                )
                .hint("別の保険者のシートでないか、確かめてください。")
                .at(Place::file(file)),
            );
            Ok(areas)
        }
        Some(_) => Ok(areas),
    }
}

fn is_same_file(a: &Path, b: Option<&Path>) -> bool {
    let Some(b) = b else { return false };
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn with_extension_of(name: &str, path: &Path) -> String {
    with_extension(name, path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsm")))
}

/// A book with macros keeps the extension that says so: Excel does not open it under another.
pub(super) fn with_extension(name: &str, macros: bool) -> String {
    match name.strip_suffix(".xlsx") {
        Some(stem) if macros => format!("{stem}.xlsm"),
        _ => name.to_owned(),
    }
}
