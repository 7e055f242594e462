//! A refill from the book as it stands to its new bytes.

use super::NEWS_SHEET;
use super::blocks::Blocks;
use super::changes::Changes;
use super::companions::Work;
use super::form::FormRefill;
use super::years::some;
use super::{
    Base, Incoming, blocks, companions, form, handover, heights, mentions, news, pointing, sources, texts, years,
};
use crate::catalog::Catalog;
use crate::compare::{Comparison, HAND_WRITTEN, STAYS};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::FileError;
use crate::fill::draft::{self, Draft};
use crate::fill::ledger::Ledger;
use crate::fill::meta_sheet::{META_SHEET, Meta, append_rows, rows_of_others, sheet_id};
use crate::fill::plan::{CellContent, FillPlan, Look, NewSheet};
use crate::fill::standard::run_id;
use crate::fill::wrote::{self, Wrote};
use crate::fill::{COMPARE_SHEET, StandardTemplate};
use crate::model::Date;
use crate::notation::wareki;

/// How to refill.
#[derive(Clone, Copy, Debug)]
pub struct RefillOptions {
    /// The day written on the sheet
    pub date: Date,
    /// New figures win over numbers people wrote (`--adopt`)
    pub adopt: bool,
    /// The person named the display period
    pub fixed_years: bool,
}

/// A refilled book.
#[derive(Clone, Debug)]
pub struct Refilled {
    /// The workbook; the old bytes when there was nothing new
    pub bytes: Vec<u8>,
    /// Every cell stood as it would have been written
    pub nothing_new: bool,
    /// Account of the figures
    pub ledger: Ledger,
    /// What became different
    pub changes: Changes,
    /// What a person should know
    pub diagnostics: Vec<Diagnostic>,
}

/// Everything decided, nothing written.
struct Planned {
    form: FormRefill,
    work: Work,
    comparison: Comparison,
    items: usize,
}

/// Refills a book with the figures of a comparison and with texts that look for their place. `told` is what was told
/// while reading: 「点検」 lists it.
///
/// # Errors
/// A book that cannot be written to where it would have to be: nothing is made.
pub fn refill(
    base: &Base,
    comparison: &Comparison,
    options: RefillOptions,
    told: &[Diagnostic],
    incoming: &[Incoming],
    catalog: &Catalog,
    template: &StandardTemplate,
) -> Result<Refilled, FileError> {
    let grid = base.form_grid().ok_or_else(|| FileError::refused("no-form", "様式がありません。", ""))?;
    years::check(base, grid)?;
    let plan_form = |date: Date| -> (Blocks, FormRefill) {
        let options = RefillOptions { date, ..options };
        let mut blocks = blocks::plan(base, grid, comparison, options.fixed_years);
        if let Some(thresholds) = companions::thresholds_of_sheet(base) {
            apply_thresholds(&mut blocks.comparison, thresholds);
        }
        let mut form = form::plan(base, grid, &blocks, &options);
        form.changes.columns = pointing::changes(&blocks);
        form.changes.moved = texts::place(base, grid, incoming, catalog, &mut form.sheet, &mut form.handover);
        (blocks, form)
    };
    let plan_rest = |(blocks, mut form): (Blocks, FormRefill)| -> Planned {
        form.diagnostics.extend(pointing::tell(base, &blocks, template));
        form.diagnostics.extend(texts::lost_fields(base, grid, catalog, template));
        let kept = form.diagnostics.iter().filter(|told| [HAND_WRITTEN, STAYS].contains(&told.code));
        let told: Vec<Diagnostic> = told.iter().chain(kept).cloned().collect();
        let map = blocks.map_with_years(&base.map);
        let mut work = companions::plan(base, &map, &blocks.comparison, &mut form, &told, template);
        form.diagnostics.append(&mut work.diagnostics);
        form.handover.append(&mut work.items);
        let fitted = heights::fit(base, grid, template, &mut form.sheet);
        form.heights = fitted.heights;
        form.diagnostics.extend(fitted.diagnostics);
        companions::drop_idle(grid, &mut form.sheet);
        let mut scratch = FillPlan::default();
        let items = handover::plan(base, &form.handover, &mut scratch).len();
        Planned { form, work, comparison: blocks.comparison, items }
    };
    let Some(last_date) = base.last.as_ref().and_then(|last| last.date) else {
        return write(base, plan_rest(plan_form(options.date)), options, template, incoming);
    };
    // Planned with the day of the last run, a rerun with the same figures changes nothing at all.
    let form = plan_form(last_date);
    let same_day = last_date == options.date;
    if companions::writes_figures(grid, &form.1.sheet) {
        let form = if same_day { form } else { plan_form(options.date) };
        return write(base, plan_rest(form), options, template, incoming);
    }
    let planned = plan_rest(form);
    let idle = planned.work.sheets.values().all(|sheet| sheet.cells.is_empty());
    if planned.form.sheet.cells.is_empty()
        && planned.form.sheet.styles.is_empty()
        && idle
        && planned.items == 0
        && incoming.iter().all(|one| one.book.is_none())
    {
        let mut diagnostics = planned.form.diagnostics;
        diagnostics.extend(missing_sheets(base));
        return Ok(Refilled {
            bytes: base.compiled.package().bytes().to_vec(),
            nothing_new: true,
            ledger: planned.form.ledger,
            changes: planned.form.changes,
            diagnostics,
        });
    }
    let planned = if same_day { planned } else { plan_rest(plan_form(options.date)) };
    write(base, planned, options, template, incoming)
}

fn apply_thresholds(comparison: &mut Comparison, thresholds: crate::compare::Thresholds) {
    // The sheet holds the two ratios only.
    comparison.thresholds = crate::compare::Thresholds { few_people: comparison.thresholds.few_people, ..thresholds };
    let Some(year) = comparison.main_year else { return };
    for row in &mut comparison.rows {
        let Some(own) = row.value(0, year) else { continue };
        let others: Vec<(usize, f64)> =
            row.versus.keys().filter_map(|who| Some((*who, row.value(*who, year)?))).collect();
        for (who, other) in others {
            row.versus.insert(who, thresholds.versus(own, other));
        }
    }
}

fn write(
    base: &Base,
    planned: Planned,
    options: RefillOptions,
    template: &StandardTemplate,
    incoming: &[Incoming],
) -> Result<Refilled, FileError> {
    let Planned { mut form, work, comparison, .. } = planned;
    let mut plan = FillPlan { sheets: work.sheets, chart_bounds: work.chart_bounds, ..FillPlan::default() };
    let mut meta = meta(base, &comparison, options.date, &form);
    meta.taken.extend(texts::taken_books(incoming));
    meta.wrote = work.wrote;
    // What is no longer there stays on record: it is told each time, as it stays as it was.
    for (name, marks) in base.last.iter().flat_map(|last| &last.wrote).filter(|(name, _)| base.grid(name).is_none()) {
        meta.wrote.entry(name.clone()).or_insert_with(|| marks.clone());
    }
    plan.sheets.insert(base.map.sheet.to_string(), std::mem::take(&mut form.sheet));
    if base.last.is_some() {
        let old = sources::old_sources(base);
        for change in form.changes.revised.iter_mut().chain(&mut form.changes.gone) {
            change.old_source = old.get(&(change.indicator.clone(), change.area.clone(), change.year)).cloned();
        }
        if let Some(grid) = base.form_grid() {
            form.changes.mentions = mentions::find(grid, base.grid(META_SHEET), &form.changes.revised);
        }
    } else {
        plan.new_sheets = companions::new_sheets(base, &comparison, &form.cells, template);
    }
    let mut news = base.last.is_some().then(|| news::prepare(base, &form.changes));
    if let Some(news) = &mut news {
        form.handover.append(&mut news.items);
        meta.wrote.insert(NEWS_SHEET.to_owned(), std::mem::take(&mut news.wrote));
    }
    let handed = handover::plan(base, &form.handover, &mut plan);
    form.changes.handed_over = handed.len();
    if let Some(news) = news {
        news::plan(base, news, &form.changes, options.date, &mut plan);
    }
    put_meta(base, &meta, &work.drafts, &mut plan);
    for (name, sheet) in &mut plan.sheets {
        if let Some(grid) = base.grid(name) {
            companions::drop_idle(grid, sheet);
        }
    }
    base.name_actually(&mut plan);
    let written = [&*base.map.sheet, base.actual_name(COMPARE_SHEET)];
    let written = written.into_iter().filter_map(|name| Some((name, plan.sheets.get(name)?)));
    let (filled, recalculated) = rayon::join(|| base.compiled.apply(&plan), || pointing::recalculated(base, written));
    let filled = filled?;
    let mut diagnostics = form.diagnostics;
    diagnostics.extend(recalculated);
    diagnostics.extend(left_as_they_are(base));
    diagnostics.extend(missing_sheets(base));
    for mention in &form.changes.mentions {
        diagnostics.push(
            Diagnostic::info(
                "text-speaks-of-old-figure",
                format!(
                    "文章に「{}」とありますが、{} {} {}の数値は{}に変わりました。",
                    mention.number,
                    mention.of.indicator,
                    mention.of.area,
                    wareki(mention.of.year),
                    mention.of.new.as_deref().unwrap_or_default()
                ),
            )
            .hint("文章は変えていません。見直してください。")
            .at(Place {
                file: Some(base.name.clone()),
                sheet: Some(base.map.sheet.to_string()),
                cell: Some(mention.cell.clone()),
            }),
        );
    }
    if form.changes.moved > 0 {
        diagnostics.push(
            Diagnostic::info(
                "texts-moved",
                format!("入れたシートの文章{}件を、同じ欄に移しました。", form.changes.moved),
            )
            .hint("入れたファイルはそのまま残っています。"),
        );
    }
    if form.changes.handed_over > 0 {
        diagnostics.push(
            Diagnostic::warning(
                "handed-over",
                format!(
                    "移す欄の無い書き込み{}件を「引継ぎ」のシートに載せました（{}）。",
                    form.changes.handed_over,
                    some(&handed)
                ),
            )
            .hint("必要なものを欄へ写してください。"),
        );
    }
    diagnostics.extend(filled.notes);
    Ok(Refilled { bytes: filled.bytes, nothing_new: false, ledger: form.ledger, changes: form.changes, diagnostics })
}

/// Tells copies of the form in the same book: their figures stay as they were.
fn left_as_they_are(base: &Base) -> Option<Diagnostic> {
    let copies = base.copies_of_form();
    if copies.is_empty() {
        return None;
    }
    let named = copies.iter().map(|name| format!("「{name}」")).collect::<String>();
    let message =
        format!("数値を更新したのは「{}」です。同じ様式のシート{named}の数値は、前のままです。", base.map.sheet);
    let hint = "控えとして残すシートなら、このままで構いません。配るときは、どちらのシートの数値か確かめてください。";
    Some(Diagnostic::info("copies-not-updated", message).hint(hint).at(Place::file(base.name.clone())))
}

/// Tells sheets of ours that were written last and are no longer there: renamed, they keep what they said then.
fn missing_sheets(base: &Base) -> Option<Diagnostic> {
    let gone = |name: &&str| {
        base.last.as_ref().is_some_and(|last| last.wrote.contains_key(*name)) && base.grid(name).is_none()
    };
    let named: String = wrote::SHEETS.iter().copied().filter(gone).map(|name| format!("「{name}」")).collect();
    (!named.is_empty()).then(|| {
        let message = format!("{named}のシートが見つからないため、書き込んでいません。");
        let hint = "名前を変えたシートは、前の内容のままです。要るときは名前を元に戻し、消したときは控えのファイルからシートを移して、もう一度実行してください。";
        Diagnostic::warning("sheet-gone", message).hint(hint).at(Place::file(base.name.clone()))
    })
}

fn meta(base: &Base, comparison: &Comparison, date: Date, form: &FormRefill) -> Meta {
    let mut areas = base.known_areas().clone();
    for one in &comparison.participants {
        areas.insert(one.role, (one.area.key().to_owned(), one.area.name.clone()));
    }
    // An area has one block; where it moved, the old one is no longer its.
    areas.retain(|role, (key, _)| {
        comparison.participants.iter().all(|one| one.area.key() != key.as_str() || one.role == *role)
    });
    Meta {
        form: base.map.sheet.to_string(),
        sheet_id: sheet_id(comparison),
        run: run_id(comparison, date),
        date: Some(date),
        areas,
        // What was written stays on record where a person has changed the rule on the sheet.
        thresholds: companions::thresholds_of_sheet(base)
            .and_then(|_| base.last.as_ref().map(|last| last.thresholds))
            .unwrap_or(comparison.thresholds),
        values: form.values.clone(),
        taken: base.taken(),
        heights: form.heights.clone(),
        wrote: Wrote::new(),
        template: String::new(),
        marks: Vec::new(),
    }
}

fn put_meta(base: &Base, meta: &Meta, drafts: &[Draft], plan: &mut FillPlan) {
    let mut sheet = meta.plan();
    draft::remember(drafts, &mut sheet);
    if let Some(grid) = base.grid(META_SHEET) {
        append_rows(&mut sheet, rows_of_others(grid, &meta.sheet_id));
    }
    let Some(grid) = base.grid(META_SHEET) else {
        let cells = sheet.cells.into_iter().map(|(at, edit)| (at, (edit.content, Look::Plain))).collect();
        plan.new_sheets.push(NewSheet { name: META_SHEET.to_owned(), very_hidden: true, cells, ..NewSheet::default() });
        return;
    };
    for cell in grid.cells() {
        sheet.cells.entry(cell.at).or_insert_with(|| crate::fill::plan::CellEdit {
            content: CellContent::Blank,
            style: crate::fill::plan::CellStyle::Keep,
        });
    }
    plan.sheets.insert(META_SHEET.to_owned(), sheet);
}
