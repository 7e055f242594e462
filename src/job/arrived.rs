//! Texts that came by themselves: a filled sheet lay among the tables, and what people wrote on it belongs on this one.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::form::{FormMap, Role};
use crate::intake::{Evidence, Taken, TextBook, take_book};
use crate::layout::Context;
use crate::model::Area;
use crate::read::{Book, Limits, read_bytes};
use crate::refill::Incoming;
use crate::store::sha256_hex;

/// What the dropped sheets of one insurer bring.
#[derive(Default)]
pub(super) struct Arrived {
    pub incoming: Vec<Incoming>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The texts of the sheets of `own` among the files, those of the newest figures first. Books in `known` were taken in
/// before. Whose a sheet is says its own block; in doubt nothing is taken, and that is told unless `of_many`.
pub(super) fn texts(
    evidence: &Evidence,
    own: &Area,
    known: &BTreeSet<String>,
    of_many: bool,
    catalog: &Catalog,
) -> Arrived {
    let mut arrived = Arrived::default();
    for one in evidence.books.iter().filter(|one| !known.contains(&one.file.sha256)) {
        match evidence.speak.get(&one.file.sha256) {
            Some(speaks) if speaks.areas.contains_key(own.key()) => take(one, own, catalog, &mut arrived),
            None => arrived.diagnostics.push(owner_unknown(one)),
            Some(_) => {}
        }
    }
    if of_many {
        arrived.diagnostics.retain(|told| told.code != OWNER_UNKNOWN);
    }
    arrived
}

fn take(one: &TextBook, own: &Area, catalog: &Catalog, arrived: &mut Arrived) {
    let name = &one.file.name;
    let unreadable = || {
        Diagnostic::warning("texts-not-taken", "このシートの文章を読み直せなかったため、移していません。")
            .hint("ファイルを置き直して、もう一度実行してください。")
            .at(Place::file(name))
    };
    let bytes = crate::disk::read(&one.path).ok().filter(|bytes| sha256_hex(bytes) == one.file.sha256);
    let read = bytes.and_then(|bytes| Some((read_bytes(name, &bytes, &Limits::default()).ok()?, bytes)));
    let Some((book, bytes)) = read else {
        arrived.diagnostics.push(unreadable());
        return;
    };
    let taken = take_book(&book, Context::new(catalog, None));
    let owners = owners(&book, &taken, catalog);
    // An older form whose blocks cannot be found names nobody, though it has figures.
    if owners.is_empty() || is_in_doubt(&taken) {
        arrived.diagnostics.push(owner_unknown(one));
        return;
    }
    let mut incoming =
        Incoming::of_book(&book, &bytes, catalog, |sheet| owners.get(sheet).is_some_and(|owner| owner == own.key()));
    for text in &mut incoming {
        text.book = Some(one.file.sha256.clone());
    }
    arrived.incoming.append(&mut incoming);
}

const OWNER_UNKNOWN: &str = "texts-owner-unknown";

fn owner_unknown(one: &TextBook) -> Diagnostic {
    Diagnostic::warning(
        OWNER_UNKNOWN,
        "どの保険者のシートか分からないため、書かれている文章は移していません。文章はこのファイルに残っています。",
    )
    .hint("自分たちのシートなら、fill の --previous でこのファイルを指定すると移せます。")
    .at(Place::file(&one.file.name))
}

/// Whose form lies on each sheet: the key of the area its own block has figures of, else of the one its heading names.
pub(super) fn owners(book: &Book, taken: &Taken, catalog: &Catalog) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for grid in &book.grids {
        let Some(map) = FormMap::find(grid, 1) else { continue };
        let Some(block) = map.block(Role::Own) else { continue };
        let seen = taken
            .observations
            .iter()
            .find(|o| o.source.sheet == grid.name && (block.first_col..=block.last_col).contains(&o.source.cell.col));
        let named = || block.captions.iter().find_map(|(_, text)| catalog.find(text.trim()).one());
        if let Some(area) = seen.map(|seen| seen.area.clone()).or_else(named) {
            owners.insert(grid.name.to_string(), area.key().to_owned());
        }
    }
    owners
}

/// The book names areas, but not one.
pub(super) fn is_in_doubt(taken: &Taken) -> bool {
    taken
        .diagnostics
        .iter()
        .any(|told| matches!(told.code, "own-area-disagrees" | "own-area-several" | "block-disagrees"))
}
