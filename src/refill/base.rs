//! A book to be refilled: its grids, its form found by content, and what was written into it last.

use std::collections::BTreeMap;

use super::lost_blocks;
use super::second_columns::{self, SecondColumn};
use crate::error::FileError;
use crate::fill::caution_marks::{Looks, style_rows};
use crate::fill::meta_sheet::{META_SHEET, Meta, is_meta};
use crate::fill::plan::{CellStyle, FillPlan, RichText, SheetPlan};
use crate::fill::{COMPARE_SHEET, Compiled, SOURCE_SHEET};
use crate::form::{FormMap, Role};
use crate::model::{Area, CellRef};
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
    /// Blocks known by their figures, because no heading names them any more
    pub(super) reworded: Vec<Role>,
    /// Columns of people's under a year that stands already
    pub(super) second: Vec<SecondColumn>,
    /// Areas of blocks told from elsewhere, for books without `_meta`: key and name
    pub(super) areas: BTreeMap<Role, (String, String)>,
    /// Where several insurers' sheets lie in the book: the name a sheet of this one has in a book of its own → its name
    actual: BTreeMap<String, String>,
    /// The insurer whose sheets these are, in such a book
    pub(super) owner: Option<String>,
}

/// Sheets that come with a form.
const COMPANIONS: [&str; 6] = [COMPARE_SHEET, "グラフ", "検討メモ", "点検", SOURCE_SHEET, "グラフ用データ"];

impl Base {
    /// Opens the bytes of a book.
    ///
    /// # Errors
    /// What cannot be read or written to, holds no form, or was written by a later version of this product.
    pub fn open(name: &str, bytes: &[u8]) -> Result<Self, FileError> {
        Self::open_of(name, bytes, None)
    }

    /// The same for one insurer of a book that may hold several insurers' sheets: those of the others are left out.
    ///
    /// # Errors
    /// As [`Base::open`].
    pub fn open_for(name: &str, bytes: &[u8], own: &Area) -> Result<Self, FileError> {
        Self::open_of(name, bytes, Some(own))
    }

    fn open_of(name: &str, bytes: &[u8], own: Option<&Area>) -> Result<Self, FileError> {
        let (book, compiled) = rayon::join(
            || read_bytes(name, bytes, &Limits::default()),
            || Compiled::new(bytes).inspect(Compiled::read_ahead),
        );
        let (book, compiled) = (book?, compiled?);
        let grids: Vec<Grid> =
            book.grids.into_iter().filter(|grid| compiled.package().sheet(&grid.name).is_some()).collect();
        let metas = metas_of(&grids)?;
        let last = match own {
            Some(own) => metas.iter().find(|(_, meta)| meta.sheet_id == own.key()),
            None => metas.first(),
        };
        let (record, mut last) = last.map_or((None, None), |(sheet, meta)| (Some(sheet.clone()), Some(meta.clone())));
        let owner = own.map(|own| own.name.clone()).or_else(|| Some(last.as_ref()?.areas.get(&Role::Own)?.1.clone()));
        let others: Vec<&str> = metas
            .iter()
            .filter(|(_, meta)| last.as_ref().is_none_or(|last| last.sheet_id != meta.sheet_id))
            .filter_map(|(_, meta)| Some(meta.areas.get(&Role::Own)?.1.as_str()))
            .collect();
        let wanted = last.as_ref().map(|meta| meta.form.clone());
        let find = |owner: Option<&str>, others: &[&str], last: Option<&Meta>| {
            find_form(&grids, wanted.as_deref(), owner, others, last)
        };
        let found = find(owner.as_deref(), &others, last.as_ref());
        if found.is_none() && last.is_none() {
            // Nothing of this insurer's: whose book it is says the first record.
            last = metas.first().map(|(_, meta)| meta.clone());
        }
        let found = found.or_else(|| find(None, &[], last.as_ref()));
        let Found { number: form, mut map, reworded } = found.ok_or_else(|| {
            let advice = last.as_ref().and_then(|last| {
                let grid = grids.iter().find(|grid| *grid.name == last.form)?;
                super::years::advice(&FormMap::find(grid, 1)?, last)
            });
            let written = last.as_ref().filter(|last| grids.iter().any(|grid| *grid.name == last.form));
            let usual = match written {
                Some(last) => format!(
                    "「{}」の指標ID（B4-a など）の列が消えたか、書き換えられています。控えのファイル（名前に「_控え_」の付いたもの）からその列を写して保存し、もう一度実行してください。",
                    last.form
                ),
                None => "指標IDの列と年度の見出しがあるシートかどうか、確かめてください。".to_owned(),
            };
            FileError::refused(
                "no-form",
                "地域分析・検討シートの行（指標ID）と年度の見出しが見つかりません。",
                advice.unwrap_or(usual),
            )
        })?;
        let second = match (&last, grids.get(form)) {
            (Some(last), Some(grid)) => second_columns::leave_out(&mut map, grid, last),
            _ => Vec::new(),
        };
        let mut base = Self {
            name: name.to_owned(),
            compiled,
            grids,
            form,
            map,
            last,
            reworded,
            second,
            areas: BTreeMap::new(),
            actual: BTreeMap::new(),
            owner: None,
        };
        if !others.is_empty() {
            let record = record.or_else(|| metas.first().map(|(sheet, _)| sheet.clone()));
            base.leave_others_out(record.as_deref(), owner.unwrap_or_default());
        }
        Ok(base)
    }

    /// Keeps the form, this insurer's companion sheets and the record, each under the name it has in a book of its own.
    fn leave_others_out(&mut self, record: Option<&str>, owner: String) {
        let form = self.map.sheet.clone();
        // Sheets that came together have the same number behind their names.
        let numbered = COMPANIONS.iter().find_map(|logical| {
            self.grids.iter().find_map(|grid| {
                let number = grid.name.strip_prefix(logical)?;
                let line = grid.text(1, 0).unwrap_or_default();
                (is_number(number) && line.starts_with(&owner)).then(|| number.to_owned())
            })
        });
        let mut kept = Vec::new();
        for mut grid in std::mem::take(&mut self.grids) {
            let logical = if record == Some(&*grid.name) {
                META_SHEET.to_owned()
            } else if grid.name == form {
                form.to_string()
            } else {
                let Some(logical) = COMPANIONS.iter().find(|logical| {
                    let number = numbered.as_deref();
                    number.is_some_and(|number| grid.name.strip_prefix(**logical) == Some(number))
                }) else {
                    continue;
                };
                (*logical).to_owned()
            };
            self.actual.insert(logical.clone(), grid.name.to_string());
            grid.name = logical.into();
            kept.push(grid);
        }
        self.form = kept.iter().position(|grid| grid.name == form).unwrap_or_default();
        self.grids = kept;
        self.owner = Some(owner);
    }

    /// The name a sheet of this insurer's has in the book.
    pub(super) fn actual_name<'a>(&'a self, sheet: &'a str) -> &'a str {
        self.actual.get(sheet).map_or(sheet, String::as_str)
    }

    /// Names the sheets of a plan as the book does, where several insurers' sheets lie in it.
    pub(super) fn name_actually(&self, plan: &mut FillPlan) {
        if self.owner.is_none() {
            return;
        }
        let actual = |name: &str| self.actual.get(name).cloned().unwrap_or_else(|| name.to_owned());
        let mut sheets = std::mem::take(&mut plan.sheets);
        for sheet in sheets.values_mut() {
            for link in sheet.links.values_mut() {
                for (logical, name) in &self.actual {
                    let quoted = format!("'{}'!", logical.replace('\'', "''"));
                    if let Some(cell) = link.location.strip_prefix(&quoted) {
                        link.location = format!("'{}'!{cell}", name.replace('\'', "''"));
                        break;
                    }
                }
            }
        }
        plan.sheets = sheets.into_iter().map(|(name, sheet)| (actual(&name), sheet)).collect();
        for bounds in &mut plan.chart_bounds {
            bounds.sheet = actual(&bounds.sheet);
        }
    }

    /// Height of a row of the form in points, where the sheet says it.
    pub(super) fn row_height(&self, row: u32) -> Option<f64> {
        self.compiled.row_height(&self.map.sheet, row)
    }

    /// Whether a row of the form is hidden.
    pub(super) fn row_hidden(&self, row: u32) -> bool {
        self.compiled.row_hidden(&self.map.sheet, row)
    }

    /// Width of columns of the form in characters, as far as they are seen.
    pub(super) fn seen_width(&self, cols: std::ops::RangeInclusive<u32>) -> f64 {
        self.compiled.seen_width(&self.map.sheet, cols)
    }

    /// Rows of a list that are there keep their looks: those of the first one, which new rows get, may be a person's.
    pub(super) fn keep_row_looks(&self, sheet: &str, heading: u32, planned: &mut SheetPlan) {
        let sheet = self.actual_name(sheet);
        for (at, edit) in planned.cells.iter_mut().filter(|(at, _)| at.row > heading) {
            if self.compiled.style(sheet, *at).is_some() {
                edit.style = CellStyle::Keep;
            }
        }
    }

    /// Whether a cell of a sheet, by the name it has in a book of its own, holds a formula.
    pub(super) fn has_formula(&self, sheet: &str, at: CellRef, unknown: bool) -> bool {
        let sheet = self.actual_name(sheet);
        self.compiled.has_formula(sheet, at).unwrap_or(unknown)
    }

    /// The text of a cell with its formatting, of a sheet by the name it has in a book of its own.
    pub(super) fn rich_text(&self, sheet: &str, at: CellRef) -> Option<RichText> {
        let sheet = self.actual_name(sheet);
        self.compiled.rich_text(sheet, at).ok().flatten()
    }

    /// Other sheets of the book with rows of indicators and years, such as copies of the form: only the form is refilled.
    pub(super) fn copies_of_form(&self) -> Vec<&str> {
        let is_form = |grid: &Grid| {
            let map = FormMap::find(grid, 2);
            map.and_then(|map| map.block(Role::Own).map(|own| !own.years.is_empty())).unwrap_or_default()
        };
        let others = self.grids.iter().enumerate().filter(|(number, _)| *number != self.form).map(|(_, grid)| grid);
        others.filter(|grid| !is_companion(&grid.name) && is_form(grid)).map(|grid| &*grid.name).collect()
    }

    /// Whose sheet this is, as `_meta` says.
    pub fn sheet_id(&self) -> Option<&str> {
        self.last.as_ref().map(|meta| meta.sheet_id.as_str())
    }

    /// Books whose texts were taken in: SHA-256 → name.
    pub fn taken(&self) -> BTreeMap<String, String> {
        self.last.as_ref().map(|meta| meta.taken.clone()).unwrap_or_default()
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

impl Looks for Base {
    fn style(&self, at: CellRef) -> Option<u32> {
        self.compiled.style(&self.map.sheet, at)
    }

    /// Ours are those of the same column in other blocks of the row, and of the rows that lend their style to marked
    /// figures.
    fn are_own(&self, at: CellRef) -> bool {
        let (Some(grid), Some(home)) = (
            self.form_grid(),
            self.map.blocks.iter().find(|block| (block.first_col..=block.last_col).contains(&at.col)),
        ) else {
            return false;
        };
        let offset = at.col - home.first_col;
        let beside = self.map.blocks.iter().filter(|block| block.first_col != home.first_col);
        let beside = beside.map(|block| CellRef::new(at.row, block.first_col + offset));
        let first = self.map.blocks.first().map_or(0, |block| block.first_col);
        let samples = style_rows(grid, &self.map);
        let samples = samples.values().flat_map(|row| [CellRef::new(*row, first), CellRef::new(*row, first + 1)]);
        let own = self.style(at);
        let mut ours = beside.chain(samples).peekable();
        ours.peek().is_some() && ours.all(|other| self.style(other) != own)
    }
}

/// Every record of the book, with the name of its sheet.
fn metas_of(grids: &[Grid]) -> Result<Vec<(String, Meta)>, FileError> {
    let mut all = Vec::new();
    for grid in grids.iter().filter(|grid| is_meta(grid) || (&*grid.name == META_SHEET && starts_as_ours(grid))) {
        let metas = Meta::read_all(grid).ok_or_else(|| {
            FileError::refused(
                "meta-unreadable",
                "記入の記録（_meta シート）を読み取れません。新しい版で作られたか、書き換えられています。",
                "ソフトを新しくするか、控えのファイルを使ってください。",
            )
        })?;
        all.extend(metas.into_iter().filter(|meta| meta.marks.is_empty()).map(|meta| (grid.name.to_string(), meta)));
    }
    Ok(all)
}

fn starts_as_ours(grid: &Grid) -> bool {
    grid.get(CellRef::new(0, 0)).and_then(CellValue::as_text) == Some("chiiki-sheet")
}

/// `` or ` (2)`, as programs number sheets of the same name.
fn is_number(text: &str) -> bool {
    let inner = text.trim_start().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    text.is_empty() || inner.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The form: of several the one that names the owner, then the one of the wanted name, then the one with the most rows.
/// Forms that name another insurer of the book are not looked at.
/// Sheets with 指標ID that are no forms.
fn is_companion(name: &str) -> bool {
    [META_SHEET, COMPARE_SHEET, SOURCE_SHEET].iter().any(|known| name.strip_prefix(known).is_some_and(is_number))
}

/// A form: the number of its grid, its geometry, the roles of blocks known by their figures.
struct Found {
    number: usize,
    map: FormMap,
    reworded: Vec<Role>,
}

/// It names the owner; it is the sheet written last; its rows.
type Rank = (bool, bool, usize);

/// The best form, with the roles of blocks that no heading names any more. `wanted`: the sheet written last, for which
/// `last` is the record.
fn find_form(
    grids: &[Grid],
    wanted: Option<&str>,
    owner: Option<&str>,
    others: &[&str],
    last: Option<&Meta>,
) -> Option<Found> {
    let mut best: Option<(Rank, Found)> = None;
    for (number, grid) in grids.iter().enumerate() {
        if is_companion(&grid.name) {
            continue;
        }
        let Some(mut map) = FormMap::find(grid, 1) else { continue };
        let reworded = last.map(|last| lost_blocks::complete(&mut map, grid, last)).unwrap_or_default();
        let Some(own) = map.block(Role::Own).filter(|block| !block.years.is_empty()) else { continue };
        let names = |who: &str| own.captions.iter().any(|(_, text)| text.trim() == who);
        if others.iter().any(|other| names(other)) {
            continue;
        }
        let rank = (owner.is_some_and(names), Some(&*grid.name) == wanted, map.rows.len());
        if best.as_ref().is_none_or(|(known, ..)| rank > *known) {
            best = Some((rank, Found { number, map, reworded }));
        }
    }
    best.map(|(_, found)| found)
}
