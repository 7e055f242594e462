//! Refilling a book that was made from a template of people's own: places are found again by the words around them; what
//! was written last gives way, what a person wrote stays and is told.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Decision, decide, shown};
use super::changes::{Change, Changes, display};
use super::{Refilled, marked_texts, sources};
use crate::compare::Comparison;
use crate::diagnostic::{Diagnostic, Place as Spot};
use crate::error::FileError;
use crate::fill::marks::{
    Filling, Home, MarkRecord, MarkedTemplate, homes, locate, meta, shown_content, used, with_words, years_in,
};
use crate::fill::meta_sheet::{Meta, Shown, is_meta};
use crate::fill::plan::FillPlan;
use crate::fill::source_sheet::{self, is_sources};
use crate::fill::{Compiled, SOURCE_SHEET};
use crate::model::{CellRef, Date};
use crate::read::{CellValue, Grid, Limits, read_bytes};
use crate::template::places::{Place, marks};

/// A book of marks with what was written into it last.
#[derive(Debug)]
pub struct Marked {
    name: String,
    compiled: Compiled,
    grids: Vec<Grid>,
    meta: Meta,
    /// Sheet of the record
    record: String,
}

/// What a refill of a book of marks plans.
#[derive(Default)]
struct Planned {
    plan: FillPlan,
    marks: Vec<MarkRecord>,
    /// Places that were not found
    lost: Vec<MarkRecord>,
    changes: Changes,
    diagnostics: Vec<Diagnostic>,
    ledger: crate::fill::ledger::Ledger,
}

impl Marked {
    /// Opens the bytes of a book; `None` when it was not made from marks for this insurer.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn open(name: &str, bytes: &[u8], sheet_id: &str) -> Result<Option<Self>, FileError> {
        let compiled = Compiled::new(bytes)?;
        let grids = read_bytes(name, bytes, &Limits::default())?.grids;
        let found = grids.iter().filter(|grid| is_meta(grid)).find_map(|grid| {
            let all = Meta::read_all(grid)?;
            let meta = all.into_iter().find(|meta| meta.sheet_id == sheet_id && !meta.marks.is_empty())?;
            Some((grid.name.to_string(), meta))
        });
        let Some((record, meta)) = found else { return Ok(None) };
        Ok(Some(Self { name: name.to_owned(), compiled, grids, meta, record }))
    }

    /// Whether the book was made from a template that is not as this one any more.
    pub fn is_of_another(&self, template: &MarkedTemplate) -> bool {
        if !self.meta.template.is_empty() {
            return self.meta.template != template.sha256();
        }
        // A book of an earlier version remembers the texts of its places only.
        self.meta.marks.iter().any(|mark| !template.texts().contains(&mark.text))
    }

    /// Refills. `adopt` lets new figures win over a person's.
    ///
    /// # Errors
    /// As [`Compiled::apply`].
    pub fn refill(&self, comparison: &Comparison, date: Date, adopt: bool) -> Result<Refilled, FileError> {
        // With the day of the last run a rerun with the same figures changes nothing at all.
        if let Some(last) = self.meta.date {
            let planned = self.plan(comparison, last, adopt);
            if planned.plan.sheets.values().all(|sheet| sheet.cells.is_empty()) {
                return Ok(Refilled {
                    bytes: self.compiled.package().bytes().to_vec(),
                    nothing_new: true,
                    ledger: planned.ledger,
                    changes: planned.changes,
                    diagnostics: planned.diagnostics,
                });
            }
        }
        let mut planned = self.plan(comparison, date, adopt);
        with_words(&self.grids, &planned.plan, &mut planned.marks);
        // Their words are those of the day they were written: at the old address other words may stand by now.
        planned.marks.append(&mut planned.lost);
        let sources = self.grids.iter().find(|grid| grid.name.starts_with(SOURCE_SHEET) && is_sources(grid));
        if let Some(grid) = sources {
            let (used, places) = used(comparison, &planned.marks);
            let mut fresh = source_sheet::plan_with(grid, &used, |key| places.get(key).cloned());
            sources::keep(grid, &self.shown_figures(&planned.marks), &mut fresh);
            planned.plan.sheets.insert(grid.name.to_string(), sources::source(grid, fresh));
        }
        self.put_record(comparison, date, &mut planned);
        let filled = self.compiled.apply(&planned.plan)?;
        planned.diagnostics.extend(filled.notes);
        Ok(Refilled {
            bytes: filled.bytes,
            nothing_new: false,
            ledger: planned.ledger,
            changes: planned.changes,
            diagnostics: planned.diagnostics,
        })
    }

    fn put_record(&self, comparison: &Comparison, date: Date, planned: &mut Planned) {
        let Some(grid) = self.grids.iter().find(|grid| *grid.name == *self.record) else { return };
        let marks = std::mem::take(&mut planned.marks);
        let mut fresh = meta(comparison, date, marks, self.meta.template.clone());
        // Of areas that are not compared this time figures may stand there still.
        for (role, area) in &self.meta.areas {
            fresh.areas.entry(*role).or_insert_with(|| area.clone());
        }
        fresh.taken.clone_from(&self.meta.taken);
        planned.plan.sheets.insert(self.record.clone(), marked_texts::record(grid, &fresh));
    }

    fn plan(&self, comparison: &Comparison, date: Date, adopt: bool) -> Planned {
        let mut out = Planned::default();
        let mut filling = Filling::new(comparison, date);
        for home in homes(&self.grids, &self.meta.marks) {
            let Some(grid) = home.grid else {
                out.diagnostics.push(self.lost_sheet(&home));
                out.lost.extend(home.records.into_iter().cloned());
                continue;
            };
            out.diagnostics.extend(home.copies.iter().map(|copy| self.copy(grid, copy)));
            for (record, places) in home.records.iter().zip(locate(grid, &home.records)) {
                if places.is_empty() {
                    out.diagnostics.push(self.lost(&grid.name, record));
                    out.lost.push(MarkRecord { sheet: grid.name.to_string(), ..(*record).clone() });
                }
                for at in places {
                    self.place(grid, record, at, adopt, comparison, &mut filling, &mut out);
                }
            }
        }
        filling.finish();
        out.ledger = filling.ledger;
        out.diagnostics.extend(filling.diagnostics);
        out
    }

    #[allow(clippy::too_many_arguments, reason = "one call site; the values are one place's whole context")]
    fn place(
        &self,
        grid: &Grid,
        record: &MarkRecord,
        at: CellRef,
        adopt: bool,
        comparison: &Comparison,
        filling: &mut Filling<'_>,
        out: &mut Planned,
    ) {
        let spot =
            Spot { file: Some(self.name.clone()), sheet: Some(grid.name.to_string()), cell: Some(at.to_string()) };
        let place = Place { at, text: record.text.clone(), marks: marks(&record.text) };
        let current = shown(grid.get(at));
        let told = filling.diagnostics.len();
        let content = filling.content(grid, &place, &spot);
        // What stands there never gives way to a mark that means nothing this time.
        let undefined = filling.undefined.zip(current.as_ref()).filter(|(_, current)| !is_undefined(current));
        let undefined = undefined.filter(|_| self.speaks_of_the_same(record, comparison));
        if let Some((why, current)) = undefined {
            filling.diagnostics.truncate(told);
            out.diagnostics.push(left(why, current, &self.unit(record, comparison)).at(spot));
            out.marks.push(MarkRecord { sheet: grid.name.to_string(), at, ..record.clone() });
            return;
        }
        let mut fresh = filling.record(grid, &place, &content);
        let new = shown_content(&content);
        let unit = self.unit(record, comparison);
        let mut decision = decide(current.as_ref(), record.last.as_ref(), new.as_ref(), &unit, adopt);
        let formula = self.compiled.has_formula(&grid.name, at).unwrap_or(false);
        if formula && matches!(decision, Decision::New | Decision::Revised) {
            decision = Decision::Kept;
        }
        let change = || self.change(record, at, current.as_ref(), new.as_ref(), &unit, comparison);
        match decision {
            Decision::New | Decision::Revised => {
                out.plan.sheet(&grid.name).set(at, content);
                if let Some(change) = change() {
                    if decision == Decision::New {
                        out.changes.new.push(change)
                    } else {
                        out.changes.revised.push(change)
                    }
                }
            }
            Decision::Gone => out.changes.gone.extend(change()),
            Decision::Kept => {
                out.changes.kept.extend(change());
                let there = current
                    .as_ref()
                    .map_or_else(|| "空のまま".to_owned(), |shown| format!("「{}」", display(shown, &unit)));
                let fresh = new.as_ref().map_or_else(String::new, |shown| display(shown, &unit));
                out.diagnostics.push(
                    Diagnostic::warning(
                        "figure-kept",
                        format!("未確認：手で書かれた{there}を残しました（新しい内容は「{fresh}」）。"),
                    )
                    .hint("どちらが正しいか確かめてください。新しい内容にするには --adopt を付けて実行します。")
                    .at(spot),
                );
            }
            Decision::Empty | Decision::Same | Decision::Theirs => {}
        }
        // What stays on record is what this product wrote, not what a person did.
        if !matches!(decision, Decision::New | Decision::Revised | Decision::Same) {
            fresh.last.clone_from(&record.last);
        }
        out.marks.push(fresh);
    }

    fn unit(&self, record: &MarkRecord, comparison: &Comparison) -> String {
        let [(id, ..)] = record.figures.as_slice() else { return String::new() };
        let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == id);
        row.map(|row| row.indicator.unit.to_string()).unwrap_or_default()
    }

    /// For a place that is one figure; texts are told by their place alone.
    fn change(
        &self,
        record: &MarkRecord,
        at: CellRef,
        old: Option<&Shown>,
        new: Option<&Shown>,
        unit: &str,
        comparison: &Comparison,
    ) -> Option<Change> {
        let [(id, role, year)] = record.figures.as_slice() else { return None };
        Place { at, text: record.text.clone(), marks: marks(&record.text) }.whole()?;
        let row = comparison.rows.iter().find(|row| row.indicator.id.as_str() == id)?;
        let who = comparison.participants.iter().position(|one| one.role == *role)?;
        let source = row.figures.get(&(who, *year)).map(|figure| figure.source.to_string());
        Some(Change {
            indicator: id.clone(),
            name: row.indicator.name.clone(),
            area: comparison.participants.get(who).map(|one| one.area.name.clone()).unwrap_or_default(),
            year: *year,
            old: old.map(|shown| display(shown, unit)),
            new: new.map(|shown| display(shown, unit)),
            cell: at.to_string(),
            old_source: None,
            new_source: source,
        })
    }

    /// Books whose texts were taken in: SHA-256 → name.
    pub fn taken(&self) -> &BTreeMap<String, String> {
        &self.meta.taken
    }

    /// The years the book shows or its marks name.
    pub fn years(&self) -> BTreeSet<i32> {
        let marks = &self.meta.marks;
        let shown = marks.iter().flat_map(|mark| mark.figures.iter().map(|(.., year)| *year));
        shown.chain(marks.iter().flat_map(|mark| years_in(&mark.text))).collect()
    }

    /// Whether the roles of a place's figures are the areas they were: under another area's name no old figure may stay.
    fn speaks_of_the_same(&self, record: &MarkRecord, comparison: &Comparison) -> bool {
        record.figures.iter().all(|(_, role, _)| {
            let now = comparison.participants.iter().find(|one| one.role == *role).map(|one| one.area.key());
            now.is_none_or(|now| self.meta.areas.get(role).is_none_or(|(then, _)| then == now))
        })
    }

    /// The figures of the places, by the names the areas had.
    fn shown_figures(&self, marks: &[MarkRecord]) -> BTreeSet<sources::Named> {
        let all = marks.iter().flat_map(|mark| &mark.figures);
        let named = all.filter_map(|(id, role, year)| Some((id.clone(), self.meta.areas.get(role)?.1.clone(), *year)));
        named.collect()
    }

    fn lost_sheet(&self, home: &Home<'_>) -> Diagnostic {
        let (name, count) = (home.name, home.records.len());
        Diagnostic::warning(
            "mark-sheet-lost",
            format!("「{name}」のシートがどれか分からなくなったため、そこにあった{count}か所は新しくしていません。"),
        )
        .hint(format!("シートの名前を変えていたら「{name}」に戻して、もう一度実行してください。"))
        .at(Spot { file: Some(self.name.clone()), ..Spot::default() })
    }

    fn copy(&self, grid: &Grid, copy: &Grid) -> Diagnostic {
        Diagnostic::warning(
            "mark-sheet-copy",
            format!("「{}」の写しのようです。このシートの数値は新しくしていません。", grid.name),
        )
        .hint("古い数値のまま残して困るシートは、削除してください。")
        .at(Spot { file: Some(self.name.clone()), sheet: Some(copy.name.to_string()), cell: None })
    }

    fn lost(&self, sheet: &str, record: &MarkRecord) -> Diagnostic {
        let written = match &record.last {
            Some(Shown::Number(number)) => format!("「{}」", CellValue::Number(*number).display()),
            Some(Shown::Text(text)) => format!("「{}」", text.chars().take(20).collect::<String>()),
            None => "空の欄".to_owned(),
        };
        Diagnostic::warning(
            "mark-place-lost",
            format!("前に {} に書いた{written}の場所が分からなくなったため、書き込みませんでした。", record.at),
        )
        .hint("行や列、まわりの見出しが変わっています。必要なら、ひな形から作り直してください。")
        .at(Spot { file: Some(self.name.clone()), sheet: Some(sheet.to_owned()), cell: None })
    }
}

/// A text of ours that says a mark means nothing.
fn is_undefined(shown: &Shown) -> bool {
    matches!(shown, Shown::Text(text) if text.contains("（未定義: "))
}

fn left(why: &str, current: &Shown, unit: &str) -> Diagnostic {
    let there: String = display(current, unit).chars().take(20).collect();
    Diagnostic::warning("mark-left", format!("「{there}」は新しくできないため、前のまま残しました。{why}"))
        .hint("新しくするには、前と同じ表示期間・比較地域・追加指標で実行してください。")
}
