//! What people made that points at year columns of the form: formulas, comments, names and charts. When such a column
//! gets another year or none, they are named; nothing of theirs is edited.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::blocks::Blocks;
use super::changes::ColumnChange;
use super::{Base, HANDOVER_SHEET, NEWS_SHEET};
use crate::diagnostic::{Diagnostic, Place};
use crate::fill::StandardTemplate;
use crate::fill::plan::{CellContent, SheetPlan};
use crate::model::CellRef;
use crate::notation::wareki;
use crate::template::xml::{Kind, Walker, content};

/// Named in a sentence; the rest is counted.
const NAMED: usize = 8;
/// Sheets whose formulas are ours.
const OURS: [&str; 9] =
    ["比較と判定", "グラフ", "グラフ用データ", "点検", "検討メモ", "出典", "_meta", NEWS_SHEET, HANDOVER_SHEET];

/// Which year went from which column to which, in every block whose years are not all where they were.
pub(super) fn changes(blocks: &Blocks) -> Vec<ColumnChange> {
    let mut changes = Vec::new();
    for block in blocks.plans.iter().filter(|block| block.reheaded() && !block.old.is_empty()) {
        let area = blocks.comparison.participants.get(block.who).map(|one| one.area.name.clone()).unwrap_or_default();
        let years: BTreeSet<i32> = block.old.iter().chain(&block.new).map(|(_, year)| *year).collect();
        for year in years {
            let column = |columns: &[(u32, i32)]| {
                columns.iter().find(|(_, of)| *of == year).map(|(col, _)| CellRef::new(0, *col).column_name())
            };
            let (from, to) = (column(&block.old), column(&block.new));
            if from != to {
                changes.push(ColumnChange { area: area.clone(), year, from, to });
            }
        }
    }
    changes
}

/// Tells columns that show another year now, or none, and what points at them.
pub(super) fn tell(base: &Base, blocks: &Blocks, template: &StandardTemplate) -> Option<Diagnostic> {
    let left: Vec<ColumnChange> = changes(blocks).into_iter().filter(|change| change.from.is_some()).collect();
    let first = left.first()?;
    let said: Vec<String> = left
        .iter()
        .filter(|change| change.area == first.area)
        .map(|change| {
            let from = change.from.as_deref().unwrap_or_default();
            match &change.to {
                Some(to) => format!("{}は{from}列から{to}列へ移りました", wareki(change.year)),
                None => format!("{}は表示期間に無いため、{from}列から外しました", wareki(change.year)),
            }
        })
        .collect();
    let others = left.iter().any(|change| change.area != first.area);
    let others = if others { "ほかの地域の列も同じです（「更新内容」）。" } else { "" };
    let mut message = format!("年度の列が変わりました。{}：{}。{others}", first.area, said.join("、"));
    let mut columns = BTreeSet::new();
    for block in &blocks.plans {
        columns.extend(block.old.iter().filter(|old| !block.new.contains(old)).map(|(col, _)| *col));
    }
    let pointing = find(base, &columns, template);
    let mut place = Place::sheet(base.name.clone(), base.map.sheet.to_string());
    if !pointing.is_empty() {
        let named = pointing.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
        let rest = pointing.len().saturating_sub(NAMED);
        let rest = if rest > 0 { format!("、ほか{rest}か所") } else { String::new() };
        message.push_str(&format!("これらの列を指しているもの：{named}{rest}。"));
        place.cell = Some(CellRef::new(base.map.year_row, *columns.first()?).to_string());
    }
    let hint = if pointing.is_empty() {
        "自分で作った式やコメントがこれらの列を指していたら、年度が合っているか確かめてください。"
    } else {
        "指しているものは変えていません。年度が合っているか確かめ、合わないものは列を直してください。"
    };
    Some(Diagnostic::warning("year-columns", message).hint(hint).at(place))
}

/// Tells formulas of people's own over figures that are written now: Excel computes them when it opens the book, and
/// until it is saved there, viewers that do not compute show the old results.
pub(super) fn recalculated<'a>(
    base: &Base,
    written: impl Iterator<Item = (&'a str, &'a SheetPlan)>,
) -> Option<Diagnostic> {
    let mut formulas = Vec::new();
    for (sheet, plan) in written {
        let cells = plan.cells.iter().filter(|(_, edit)| !matches!(edit.content, CellContent::Rich(_)));
        // Words a formula shows (an area's name, a verdict) count on 「比較と判定」; on the form they are people's texts.
        let counts = |content: &CellContent| {
            matches!(content, CellContent::Number(_) | CellContent::FormulaNumber(_) | CellContent::FormulaText(_))
        };
        let columns: BTreeSet<u32> = cells.filter(|(_, edit)| counts(&edit.content)).map(|(at, _)| at.col).collect();
        if !columns.is_empty() {
            formulas.extend(
                formulas_over(base, sheet, &columns)
                    .into_iter()
                    .filter(|found| !formulas.contains(found))
                    .collect::<Vec<_>>(),
            );
        }
    }
    let named = formulas.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
    let rest = match formulas.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!("、ほか{rest}か所"),
    };
    formulas.first()?;
    Some(
        Diagnostic::info(
            "formulas-recalculate",
            format!("新しい数値を使う式があります（{named}{rest}）。式の結果は、Excelで開いたときに計算し直されます。"),
        )
        .hint("配る前に、Excelで開いて「編集を有効にする」を押し、上書き保存してください。保護ビューや印刷プレビューでは、前の結果が見えることがあります。")
        .at(Place::file(base.name.clone())),
    )
}

/// Formulas of people's own that point at columns of a sheet.
fn formulas_over(base: &Base, target: &str, columns: &BTreeSet<u32>) -> Vec<String> {
    let package = base.compiled.package();
    let hit = |range: &RangeInclusive<u32>| columns.iter().any(|col| range.contains(col));
    // Names stand for cells: a formula may reach a figure by one.
    let names: Vec<String> = package
        .defined_names()
        .iter()
        .filter(|name| !name.name.starts_with("_xlnm") && references(&name.text, target, false).iter().any(hit))
        .map(|name| name.name.clone())
        .collect();
    let named = |formula: &str| {
        names.iter().any(|name| formula.split(|c| !is_word(c)).any(|word| word.eq_ignore_ascii_case(name)))
    };
    let mut found = Vec::new();
    for sheet in package.sheets().iter().filter(|sheet| OURS.iter().all(|ours| !is_copy(&sheet.name, ours))) {
        let Ok(text) = package.read_part(&sheet.part) else { continue };
        // Nearly no sheet has formulas.
        if !["<f>", "<f ", ":f>", ":f "]
            .iter()
            .any(|tag| memchr::memmem::find(text.as_bytes(), tag.as_bytes()).is_some())
        {
            continue;
        }
        for (at, formula, width) in formulas(&text) {
            let ranges = references(&formula, target, sheet.name == target);
            if ranges.iter().any(|range| hit(&(*range.start()..=range.end() + width))) || named(&formula) {
                found.push(format!("「{}」{at} の式", sheet.name));
            }
        }
    }
    found
}

/// Formulas, comments, names and charts of people's own that point at columns of the form.
fn find(base: &Base, columns: &BTreeSet<u32>, template: &StandardTemplate) -> Vec<String> {
    let package = base.compiled.package();
    let form = &*base.map.sheet;
    let hit = |range: &RangeInclusive<u32>| columns.iter().any(|col| range.contains(col));
    let points = |formula: &str, on_form: bool| references(formula, form, on_form).iter().any(hit);
    let mut found = formulas_over(base, form, columns);
    if let Some((_, sheet)) = package.sheet(form) {
        for relationship in package.relationships_of(&sheet.part).unwrap_or_default() {
            if relationship.kind != "comments" || relationship.external {
                continue;
            }
            let text = package.read_part(&relationship.target).unwrap_or_default();
            let mut walker = Walker::new(&text);
            while let Ok(Some(token)) = walker.next() {
                let at = token.tag.raw("ref").filter(|_| token.starts() && token.tag.local() == "comment");
                if let Some(at) = at.and_then(CellRef::parse).filter(|at| columns.contains(&at.col)) {
                    found.push(format!("「{form}」{at} のコメント"));
                }
            }
        }
    }
    for name in package.defined_names() {
        let ours = name.name.starts_with("_xlnm") || template.names().iter().any(|ours| *ours.name == name.name);
        if !ours && points(&name.text, false) {
            found.push(format!("名前「{}」", name.name));
        }
    }
    for part in package.part_names().iter().filter(|part| part.contains("charts/chart")) {
        let text = package.read_part(part).unwrap_or_default();
        if text_of(&text, "f").iter().any(|formula| points(formula, false)) {
            found.push("自分で作ったグラフ".to_owned());
        }
    }
    found
}

/// `点検` or `点検 (2)`.
fn is_copy(name: &str, ours: &str) -> bool {
    name.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('('))
}

/// Formulas of a worksheet part with their cells, and by how many columns a shared one is repeated to the right.
fn formulas(text: &str) -> Vec<(String, String, u32)> {
    let mut walker = Walker::new(text);
    let mut found: Vec<(String, String, u32)> = Vec::new();
    let (mut cell, mut open) = (String::new(), None);
    while let Ok(Some(token)) = walker.next() {
        match token.kind {
            Kind::Open | Kind::Empty if token.tag.local() == "c" => {
                token.tag.raw("r").unwrap_or_default().clone_into(&mut cell);
            }
            Kind::Open if token.tag.local() == "f" => {
                let shared = token.tag.raw("ref").filter(|_| token.tag.raw("t") == Some("shared"));
                let ends = shared.and_then(|area| area.split_once(':'));
                let ends = ends.and_then(|(from, to)| Some((CellRef::parse(from)?.col, CellRef::parse(to)?.col)));
                open = Some((token.span.end, ends.map_or(0, |(from, to)| to.saturating_sub(from))));
            }
            Kind::Close if token.tag.local() == "f" => {
                let Some((start, width)) = open.take() else { continue };
                let formula = text.get(start..token.span.start).and_then(content).unwrap_or_default();
                if !formula.is_empty() {
                    found.push((cell.clone(), formula.into_owned(), width));
                }
            }
            _ => {}
        }
    }
    found
}

/// What elements of a name hold.
fn text_of(text: &str, local: &str) -> Vec<String> {
    let mut walker = Walker::new(text);
    let mut found = Vec::new();
    let mut open = None;
    while let Ok(Some(token)) = walker.next() {
        if token.kind == Kind::Text || token.tag.local() != local {
            continue;
        }
        match token.kind {
            Kind::Open => open = Some(token.span.end),
            Kind::Close => {
                let inner = open.take().and_then(|start: usize| text.get(start..token.span.start));
                found.extend(inner.and_then(content).map(|inner| inner.into_owned()));
            }
            _ => {}
        }
    }
    found
}

/// The columns of the form a formula names, range by range. `on_form`: references without a sheet are the form's.
fn references(formula: &str, form: &str, on_form: bool) -> Vec<RangeInclusive<u32>> {
    let mut found: Vec<RangeInclusive<u32>> = Vec::new();
    let mut rest = formula;
    // Whether the reference that follows is the form's, and whether it is the end of a range.
    let (mut ours, mut ends) = (on_form, false);
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let close = rest.get(1..).and_then(|inner| inner.find('"')).map_or(rest.len(), |at| at + 2);
            rest = rest.get(close..).unwrap_or_default();
        } else if let Some((name, after)) = quoted(rest) {
            ours = name == form;
            rest = after;
        } else if first == ':' {
            ends = true;
            rest = rest.get(1..).unwrap_or_default();
        } else if is_word(first) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(length);
            rest = after;
            if let Some(after) = after.strip_prefix('!') {
                ours = word == form;
                rest = after;
                continue;
            }
            let column = column_of(word, after.starts_with(':') || ends);
            match (column, found.last_mut()) {
                (Some(col), Some(last)) if ends && ours => *last = *last.start().min(&col)..=*last.end().max(&col),
                (Some(col), _) if ours && !after.starts_with('(') => found.push(col..=col),
                _ => {}
            }
            ends = false;
            if !rest.starts_with(':') {
                ours = on_form;
            }
        } else {
            (ours, ends) = (on_form, false);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    found
}

/// A sheet's name in quotes before `!`, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('\'')?;
    let mut from = 0;
    loop {
        let at = from + inner.get(from..)?.find('\'')?;
        let after = inner.get(at + 1..)?;
        if after.starts_with('\'') {
            from = at + 2;
            continue;
        }
        return Some((inner.get(..at)?.replace("''", "'"), after.strip_prefix('!').unwrap_or(after)));
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '$' | '_' | '.' | '・')
}

/// The column of `$G$8`, and in a range of whole columns that of `$G`.
fn column_of(word: &str, whole: bool) -> Option<u32> {
    let plain = word.replace('$', "");
    if whole && !plain.is_empty() && plain.chars().all(|c| c.is_ascii_alphabetic()) {
        return CellRef::parse(&format!("{plain}1")).map(|at| at.col);
    }
    CellRef::parse(&plain).map(|at| at.col)
}

#[cfg(test)]
mod tests {
    use super::references;

    fn columns(formula: &str, on_form: bool) -> Vec<(u32, u32)> {
        references(formula, "様式 1", on_form).iter().map(|range| (*range.start(), *range.end())).collect()
    }

    #[test]
    fn references_to_the_form_are_found_however_they_are_written() {
        assert_eq!(columns("'様式 1'!G8", false), [(6, 6)]);
        assert_eq!(columns("SUM('様式 1'!$E$8:$G$8)+A1", false), [(4, 6)]);
        assert_eq!(columns("INDEX('様式 1'!E:F,2)", false), [(4, 5)]);
        assert_eq!(columns("LOG10('様式 1'!G8)&\"'様式 1'!H8\"", false), [(6, 6)]);
        assert_eq!(columns("'ほか'!G8+B2", false), []);
        assert_eq!(columns("G8-F8", true), [(6, 6), (5, 5)]);
        assert_eq!(columns("ほか!G8-F8", true), [(5, 5)]);
        assert_eq!(references("様式!G8", "様式", false).len(), 1);
        assert_eq!(columns("'他''人'!G8", true), []);
    }
}
