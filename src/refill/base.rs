//! A book to be refilled: its grids, its form found by content, and what was written into it last.

use std::collections::BTreeMap;

use crate::error::FileError;
use crate::fill::meta_sheet::{META_SHEET, Meta};
use crate::fill::{COMPARE_SHEET, Compiled, SOURCE_SHEET};
use crate::form::{FormMap, Role};
use crate::model::CellRef;
use crate::read::{CellValue, Grid, Limits, read_bytes};

/// A workbook that holds a form.
#[derive(Debug)]
pub struct Base {
    pub(super) name: String,
    pub(super) compiled: Compiled,
    pub(super) grids: Vec<Grid>,
    /// Number of the form's grid
    form: usize,
    pub(super) map: FormMap,
    /// What this product wrote last; `None` for a book it never wrote into
    pub(super) last: Option<Meta>,
    /// Areas of blocks told from elsewhere, for books without `_meta`: key and name
    pub(super) areas: BTreeMap<Role, (String, String)>,
}

impl Base {
    /// Opens the bytes of a book.
    ///
    /// # Errors
    /// What cannot be read or written to, holds no form, or was written by a later version of this product.
    pub fn open(name: &str, bytes: &[u8]) -> Result<Self, FileError> {
        let book = read_bytes(name, bytes, &Limits::default())?;
        let compiled = Compiled::new(bytes)?;
        let grids: Vec<Grid> =
            book.grids.into_iter().filter(|grid| compiled.package().sheet(&grid.name).is_some()).collect();
        let last = meta_of(&grids)?;
        let wanted = last.as_ref().map(|meta| meta.form.as_str());
        let (form, map) = find_form(&grids, wanted).ok_or_else(|| {
            FileError::refused(
                "no-form",
                "地域分析・検討シートの行（指標ID）と年度の見出しが見つかりません。",
                "指標IDの列と年度の見出しがあるシートかどうか、確かめてください。",
            )
        })?;
        Ok(Self { name: name.to_owned(), compiled, grids, form, map, last, areas: BTreeMap::new() })
    }

    /// Whose sheet this is, as `_meta` says.
    pub fn sheet_id(&self) -> Option<&str> {
        self.last.as_ref().map(|meta| meta.sheet_id.as_str())
    }

    /// The form's grid.
    pub fn form_grid(&self) -> Option<&Grid> {
        self.grids.get(self.form)
    }

    /// The form's geometry.
    pub fn map(&self) -> &FormMap {
        &self.map
    }

    /// Years the own block shows, oldest first.
    pub fn years(&self) -> Vec<i32> {
        let mut years: Vec<i32> =
            self.map.block(Role::Own).map(|block| block.years.values().copied().collect()).unwrap_or_default();
        years.sort_unstable();
        years.dedup();
        years
    }

    /// Says which area each block of a book without `_meta` speaks of.
    pub fn set_areas(&mut self, areas: BTreeMap<Role, (String, String)>) {
        self.areas = areas;
    }

    pub(super) fn grid(&self, name: &str) -> Option<&Grid> {
        self.grids.iter().find(|grid| &*grid.name == name)
    }

    /// The areas of the blocks, from `_meta` or as told.
    pub(super) fn known_areas(&self) -> &BTreeMap<Role, (String, String)> {
        self.last.as_ref().map_or(&self.areas, |meta| &meta.areas)
    }
}

fn meta_of(grids: &[Grid]) -> Result<Option<Meta>, FileError> {
    let Some(grid) = grids.iter().find(|grid| &*grid.name == META_SHEET) else { return Ok(None) };
    let meta = Meta::read(grid);
    let ours = grid.get(CellRef::new(0, 0)).and_then(CellValue::as_text) == Some("chiiki-sheet");
    if meta.is_none() && ours {
        return Err(FileError::refused(
            "meta-unreadable",
            "記入の記録（_meta シート）を読み取れません。新しい版で作られたか、書き換えられています。",
            "ソフトを新しくするか、控えのファイルを使ってください。",
        ));
    }
    Ok(meta)
}

fn find_form(grids: &[Grid], wanted: Option<&str>) -> Option<(usize, FormMap)> {
    let mut best: Option<(usize, FormMap)> = None;
    for (number, grid) in grids.iter().enumerate() {
        if [META_SHEET, COMPARE_SHEET, SOURCE_SHEET].contains(&&*grid.name) {
            continue;
        }
        let Some(map) = FormMap::find(grid, 1) else { continue };
        if map.block(Role::Own).is_none_or(|block| block.years.is_empty()) {
            continue;
        }
        if Some(&*grid.name) == wanted {
            return Some((number, map));
        }
        if best.as_ref().is_none_or(|(_, known)| map.rows.len() > known.rows.len()) {
            best = Some((number, map));
        }
    }
    best
}
