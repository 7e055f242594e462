//! Fills a workbook by changing only the elements a plan names; every other byte of every part stays.
//!
//! Edited cells are written anew, all other parts are copied as they were compressed. What a fill may change besides
//! the planned cells is a closed list: the workbook part (recalculation on opening, print areas), the calculation
//! chain with the two parts that name it, shared strings nobody refers to any more, relationships of replaced links,
//! what charts remember of the edited cells; for added sheets also content types, the workbook's relationships and
//! styles (appended to only).

mod cell;
mod chart_cache;
mod check;
mod columns;
mod links;
mod new_sheets;
mod patches;
mod plain_cell;
mod refusal;
mod rich;
mod scan;
mod sheet_index;
mod sheet_patch;
mod struck;
mod styles;
mod without_sheets;
mod workbook;
mod zip_out;

pub use without_sheets::mentions;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use chart_cache::ChartPart;
use patches::Patches;
use sheet_index::{Area, SheetIndex, parse_area};
use sheet_patch::{SheetChange, SheetPart};
use workbook::WorkbookIndex;
use zip_out::Change;

use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::diagnostic::Diagnostic;
use crate::error::FileError;
use crate::fill::plan::{FillPlan, RichText, SheetPlan};
use crate::model::CellRef;
use crate::template::SharedStrings;
use crate::template::package::{Package, SheetKind, damaged_part};
use crate::template::xml::{Tag, Walker};

/// A filled workbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// The file's bytes. The same workbook and plan give the same bytes.
    pub bytes: Vec<u8>,
    /// What a person should know, such as characters that had to be replaced. Places name sheet and cell.
    pub notes: Vec<Diagnostic>,
}

/// Fills a workbook once. For many fills of one template use [`Compiled`].
///
/// # Errors
/// As [`Compiled::new`] and [`Compiled::apply`].
pub fn apply(bytes: impl Into<Arc<[u8]>>, plan: &FillPlan) -> Result<Filled, FileError> {
    Compiled::new(bytes)?.apply(plan)
}

/// A workbook whose parts are read once and filled any number of times, from several threads if wanted.
#[derive(Debug)]
pub struct Compiled {
    package: Package,
    sheets: Vec<OnceLock<SheetPart>>,
    workbook: OnceLock<(String, WorkbookIndex)>,
    strings: OnceLock<Option<StringTable>>,
    charts: OnceLock<Vec<ChartPart>>,
}

/// The shared strings and how many cells of the whole workbook refer to each.
#[derive(Debug)]
struct StringTable {
    part: String,
    text: String,
    items: SharedStrings,
    uses: HashMap<u32, usize>,
}

impl Compiled {
    /// Opens a workbook. Sheets are read when a fill first needs them.
    ///
    /// # Errors
    /// As [`Package::open`].
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Result<Self, FileError> {
        Ok(Self::from_package(Package::open(bytes)?))
    }

    /// The same for a package that is open already.
    pub fn from_package(package: Package) -> Self {
        let sheets = package.sheets().iter().map(|_| OnceLock::new()).collect();
        Self { package, sheets, workbook: OnceLock::new(), strings: OnceLock::new(), charts: OnceLock::new() }
    }

    /// The workbook as a package.
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// Whether a cell shows what a formula computes; only such cells take [`FormulaNumber`] and [`FormulaText`].
    ///
    /// # Errors
    /// The sheet is absent or damaged.
    ///
    /// [`FormulaNumber`]: crate::fill::plan::CellContent::FormulaNumber
    /// [`FormulaText`]: crate::fill::plan::CellContent::FormulaText
    pub fn has_formula(&self, sheet: &str, at: CellRef) -> Result<bool, FileError> {
        Ok(self.sheet_named(sheet)?.1.index.has_formula(at))
    }

    /// The cells of a sheet that show what formulas compute.
    pub(crate) fn formula_cells(&self, sheet: &str) -> Result<Vec<CellRef>, FileError> {
        let index = &self.sheet_named(sheet)?.1.index;
        let cells =
            index.rows.iter().flat_map(|row| index.cells_of(row).iter().map(|cell| CellRef::new(row.number, cell.col)));
        Ok(cells.filter(|at| index.has_formula(*at)).collect())
    }

    /// The number of a cell's style; `None` for one that is not written.
    pub(crate) fn style(&self, sheet: &str, at: CellRef) -> Option<u32> {
        self.sheet_named(sheet).ok()?.1.index.cell(at)?.style
    }

    /// Height of a row in points, where the sheet says it.
    pub(crate) fn row_height(&self, sheet: &str, row: u32) -> Option<f64> {
        let (_, part) = self.sheet_named(sheet).ok()?;
        let row = part.index.row(row).ok()?;
        Tag(part.text.get(row.tag.clone())?).raw("ht")?.parse().ok()
    }

    /// Whether a row is hidden.
    pub(crate) fn row_hidden(&self, sheet: &str, row: u32) -> bool {
        let Ok((_, part)) = self.sheet_named(sheet) else { return false };
        let tag = part.index.row(row).ok().and_then(|row| part.text.get(row.tag.clone()));
        tag.is_some_and(|tag| Tag(tag).flag("hidden"))
    }

    /// Width of columns in characters, as far as they are seen.
    pub(crate) fn seen_width(&self, sheet: &str, cols: std::ops::RangeInclusive<u32>) -> f64 {
        let Ok((_, part)) = self.sheet_named(sheet) else { return 0.0 };
        cols.map(|col| columns::seen_width(&part.index, &part.text, col)).sum()
    }

    /// The text of a cell with the formatting of its runs; `None` when it holds no text.
    ///
    /// # Errors
    /// The sheet is absent or damaged.
    pub fn rich_text(&self, sheet: &str, at: CellRef) -> Result<Option<RichText>, FileError> {
        let (_, part) = self.sheet_named(sheet)?;
        let Some(cell) = part.index.cell(at) else { return Ok(None) };
        if let Some(number) = cell.shared_string {
            let Some(table) = read_once(&self.strings, || self.read_strings())? else { return Ok(None) };
            let span = usize::try_from(number).ok().and_then(|number| table.items.spans.get(number));
            return Ok(span.and_then(|span| table.text.get(span.clone())).and_then(rich::of_element));
        }
        Ok(part.text.get(cell.tag.start..cell.end).and_then(rich::of_cell))
    }

    /// What is left of a cell's text when the words people struck out are taken out; `None` when none are.
    ///
    /// # Errors
    /// The sheet is absent or damaged.
    pub(crate) fn standing_text(&self, sheet: &str, at: CellRef) -> Result<Option<String>, FileError> {
        let Some(text) = self.rich_text(sheet, at)? else { return Ok(None) };
        let styles = match self.package.part_of_kind("styles") {
            Some(part) => struck::struck_styles(&self.package.read_part(part)?),
            None => BTreeSet::new(),
        };
        let style = self.sheet_named(sheet)?.1.index.cell(at).and_then(|cell| cell.style);
        Ok(struck::standing(&text, styles.contains(&style.unwrap_or(0))))
    }

    /// Fills the workbook and reads every edited cell back from the finished bytes.
    ///
    /// # Errors
    /// Nothing is made when the plan names a sheet that is absent or no worksheet, a value that is no finite number,
    /// a text of more than 32,767 characters, a formula's value where there is no formula, a cell whose change would
    /// break other cells' formulas or a table's headings, or when the workbook is damaged.
    pub fn apply(&self, plan: &FillPlan) -> Result<Filled, FileError> {
        let mut changes = BTreeMap::new();
        let planned: Vec<_> = plan.sheets.iter().filter(|(_, sheet)| **sheet != SheetPlan::default()).collect();
        let patched = planned.into_par_iter().map(|(name, sheet_plan)| {
            let (number, part) = self.sheet_named(name)?;
            Ok((number, name.as_str(), part, sheet_patch::patch(name, part, sheet_plan)?))
        });
        let (made, prepared) =
            rayon::join(|| in_order(patched.collect()), || new_sheets::prepare(&self.package, &plan.new_sheets));
        let (made, prepared) = (made?, prepared?);
        let touched = !plan.new_sheets.is_empty() || made.iter().any(|(_, _, part, change)| part.text != change.text);
        self.workbook_part(plan, touched, &mut changes)?;
        if made.iter().any(|(.., change)| change.formula_removed) {
            for (path, change) in workbook::without_calc_chain(&self.package)? {
                self.put(&mut changes, &path, change)?;
            }
        }
        self.blank_unused_strings(&made, &mut changes)?;
        self.charts(&made, plan, &mut changes)?;

        let mut notes = Vec::new();
        let mut checks = Vec::new();
        for (number, name, part, change) in made {
            let path = self.path(number);
            self.drop_links(path, &change, &mut changes)?;
            notes.extend(change.notes);
            checks.push((path, name, change.edits));
            if part.text != change.text {
                self.put(&mut changes, path, Change::Text(change.text))?;
            }
        }
        let added = new_sheets::add(&self.package, &plan.new_sheets, prepared, &mut changes)?;
        if changes.is_empty() {
            return Ok(Filled { bytes: self.package.bytes().to_vec(), notes });
        }
        let bytes = zip_out::write(&self.package, &changes, &added)?;
        let after = Package::open(bytes.as_slice())?;
        check::untouched(&self.package, &after, |index| changes.contains_key(&index))?;
        let checked = checks.par_iter().map(|(path, name, edits)| {
            let wanted = edits.iter().map(|(at, edit)| (*at, &edit.content));
            check::cells(name, &after.read_part(path)?, wanted)
        });
        let (checked, added) =
            rayon::join(|| in_order(checked.collect()), || new_sheets::check(&after, &plan.new_sheets));
        checked?;
        added?;
        Ok(Filled { bytes, notes })
    }

    /// Reads all sheets of an ordinary book at once, side by side. A sheet that cannot be read is told when it is needed.
    pub(crate) fn read_ahead(&self) {
        if self.package.inflated_bytes() <= READ_AHEAD_BYTES {
            (0..self.sheets.len()).into_par_iter().for_each(|number| drop(self.sheet(number)));
        }
    }

    fn workbook_part(
        &self,
        plan: &FillPlan,
        recalculate: bool,
        changes: &mut BTreeMap<usize, Change>,
    ) -> Result<(), FileError> {
        if !recalculate && plan.print_areas.is_empty() {
            return Ok(());
        }
        let path = self.package.workbook_part();
        let (text, index) = read_once(&self.workbook, || {
            let text = self.package.read_part(path)?;
            let index = WorkbookIndex::read(&text).map_err(|_| damaged_part(path))?;
            Ok((text, index))
        })?;
        let mut areas = Vec::new();
        for (name, area) in &plan.print_areas {
            let (number, _) = self.package.sheet(name).ok_or_else(|| no_sheet(name))?;
            areas.push((number, name.as_str(), area.as_str()));
        }
        areas.sort_unstable();
        let mut patches = Patches::default();
        index.print_areas(text, &areas, &mut patches)?;
        if recalculate {
            index.recalculate(text, &mut patches);
        }
        if !patches.is_empty() {
            let text = patches.apply(text).ok_or_else(|| refusal::fault("workbook"))?;
            self.put(changes, path, Change::Text(text))?;
        }
        Ok(())
    }

    /// Charts remember the cells they draw; those that draw edited cells remember the new values.
    fn charts(
        &self,
        made: &[(usize, &str, &SheetPart, SheetChange<'_>)],
        plan: &FillPlan,
        changes: &mut BTreeMap<usize, Change>,
    ) -> Result<(), FileError> {
        let edits = made.iter().map(|(_, name, _, change)| (*name, &change.edits)).collect();
        for chart in self.charts.get_or_init(|| ChartPart::all(&self.package)) {
            if let Some(text) = chart.refreshed(&edits, &plan.chart_bounds) {
                self.put(changes, &chart.path, Change::Text(text))?;
            }
        }
        Ok(())
    }

    /// Replaced texts must not travel on in the table of shared strings.
    fn blank_unused_strings(
        &self,
        made: &[(usize, &str, &SheetPart, SheetChange<'_>)],
        changes: &mut BTreeMap<usize, Change>,
    ) -> Result<(), FileError> {
        let mut released: HashMap<u32, usize> = HashMap::new();
        for number in made.iter().flat_map(|(.., change)| &change.released_strings) {
            *released.entry(*number).or_default() += 1;
        }
        if released.is_empty() {
            return Ok(());
        }
        let Some(table) = read_once(&self.strings, || self.read_strings())? else { return Ok(()) };
        let unused: BTreeSet<u32> = released
            .iter()
            .filter(|(number, times)| table.uses.get(*number) == Some(*times))
            .map(|(number, _)| *number)
            .collect();
        let mut patches = Patches::default();
        let p = &table.items.prefix;
        for span in unused.iter().filter_map(|number| table.items.spans.get(usize::try_from(*number).ok()?)) {
            patches.replace(span.clone(), |out| {
                let _ = write!(out, "<{p}si><{p}t/></{p}si>");
            });
        }
        if !patches.is_empty() {
            let text = patches.apply(&table.text).ok_or_else(|| refusal::fault("sharedStrings"))?;
            self.put(changes, &table.part, Change::Text(text))?;
        }
        Ok(())
    }

    fn read_strings(&self) -> Result<Option<StringTable>, FileError> {
        let Some(part) = self.package.part_of_kind("sharedStrings").map(str::to_owned) else { return Ok(None) };
        let text = self.package.read_part(&part)?;
        let items = SharedStrings::read(&text).map_err(|_| damaged_part(&part))?;
        let mut uses = HashMap::new();
        for (number, sheet) in self.package.sheets().iter().enumerate() {
            if sheet.kind != SheetKind::Chartsheet {
                for cell in &self.sheet(number)?.index.cells {
                    if let Some(string) = cell.shared_string {
                        *uses.entry(string).or_default() += 1;
                    }
                }
            }
        }
        Ok(Some(StringTable { part, text, items, uses }))
    }

    /// The relationship of a replaced link goes when nothing else in the sheet uses it.
    fn drop_links(
        &self,
        path: &str,
        change: &SheetChange<'_>,
        changes: &mut BTreeMap<usize, Change>,
    ) -> Result<(), FileError> {
        let used = |id: &str| change.text.contains(&format!("\"{id}\"")) || change.text.contains(&format!("'{id}'"));
        let gone: Vec<String> = change.released_links.iter().filter(|id| !used(id)).cloned().collect();
        if gone.is_empty() {
            return Ok(());
        }
        let links = self.package.relationships_of(path)?;
        let gone: Vec<String> = links
            .into_iter()
            .filter(|link| link.external && link.kind == "hyperlink" && gone.contains(&link.id))
            .map(|link| link.id)
            .collect();
        if let Some(text) = workbook::without_relationships(&self.package, path, &gone)? {
            self.put(changes, &Package::relationships_part(path), Change::Text(text))?;
        }
        Ok(())
    }

    fn put(&self, changes: &mut BTreeMap<usize, Change>, path: &str, change: Change) -> Result<(), FileError> {
        let entry = self.package.entry(path).ok_or_else(|| damaged_part(path))?;
        changes.insert(entry, change);
        Ok(())
    }

    fn path(&self, number: usize) -> &str {
        self.package.sheets().get(number).map_or("", |sheet| sheet.part.as_str())
    }

    fn sheet_named(&self, name: &str) -> Result<(usize, &SheetPart), FileError> {
        let (number, sheet) = self.package.sheet(name).ok_or_else(|| no_sheet(name))?;
        if sheet.kind != SheetKind::Worksheet {
            let hint = "セルのあるシートを指定してください。";
            return Err(refusal::sheet("no-worksheet", name, "にはセルがありません（グラフなどのシートです）。", hint));
        }
        Ok((number, self.sheet(number)?))
    }

    fn sheet(&self, number: usize) -> Result<&SheetPart, FileError> {
        let slot = self.sheets.get(number).ok_or_else(|| refusal::fault("シートの番号"))?;
        read_once(slot, || {
            let path = self.path(number);
            let text = self.package.read_part(path)?;
            let index = SheetIndex::read(&text).map_err(|_| damaged_part(path))?;
            let table_headers =
                if index.child("tableParts").is_some() { self.table_headers(path)? } else { Vec::new() };
            Ok(SheetPart { text, index, table_headers })
        })
    }

    fn table_headers(&self, path: &str) -> Result<Vec<Area>, FileError> {
        let mut headers = Vec::new();
        for table in self.package.relationships_of(path)?.iter().filter(|relationship| relationship.kind == "table") {
            let text = self.package.read_part(&table.target)?;
            let root = Walker::new(&text).root().map_err(|_| damaged_part(&table.target))?;
            if let (Some((from, to)), true) =
                (root.raw("ref").and_then(parse_area), root.raw("headerRowCount") != Some("0"))
            {
                headers.push((from, CellRef::new(from.row, to.col)));
            }
        }
        Ok(headers)
    }
}

/// Inflated size of a book whose sheets may all be read ahead; that of the standard book is a tenth.
const READ_AHEAD_BYTES: u64 = 32 << 20;

/// The first error in the order of the sheets, whichever thread was first to meet one.
fn in_order<T>(results: Vec<Result<T, FileError>>) -> Result<Vec<T>, FileError> {
    results.into_iter().collect()
}

/// A text without formatting, as markup.
pub(super) fn plain_text(text: &str) -> RichText {
    rich::plain(text)
}

/// The value of a slot, read on first use. Two threads may both read; one result is kept.
fn read_once<T>(slot: &OnceLock<T>, read: impl FnOnce() -> Result<T, FileError>) -> Result<&T, FileError> {
    if let Some(value) = slot.get() {
        return Ok(value);
    }
    let value = read()?;
    Ok(slot.get_or_init(|| value))
}

fn no_sheet(name: &str) -> FileError {
    refusal::sheet("sheet-missing", name, "というシートがありません。", "シートの名前を確かめてください。")
}
