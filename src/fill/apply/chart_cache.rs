//! What charts remember of the cells they draw. Excel reads the cells again, previewers and many converters show what
//! is remembered: a chart that remembers the cells from before the fill would show figures that are not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::cell::{cell_text, number};
use super::patches::Patches;
use super::sheet_index::{Area, parse_area};
use crate::fill::plan::{CellContent, CellEdit, ChartBounds};
use crate::model::CellRef;
use crate::template::package::Package;
use crate::template::xml::{Kind, Malformed, Tag, Walker, content};

/// References to more cells than this are left alone; no chart of ours comes near.
const MAX_CELLS: usize = 10_000;

/// The edits of a fill by sheet name, covered cells led to their anchors.
pub(super) type Edits<'a> = BTreeMap<&'a str, &'a BTreeMap<CellRef, &'a CellEdit>>;

/// A chart part with the places a fill may change.
#[derive(Debug)]
pub(super) struct ChartPart {
    pub path: String,
    text: String,
    references: Vec<Reference>,
    axes: Vec<Axis>,
}

/// Cells a chart draws, and where it remembers them.
#[derive(Debug)]
struct Reference {
    sheet: String,
    area: Area,
    /// `<c:strCache>`, texts; else numbers
    texts: bool,
    /// The prefix of elements with its colon
    prefix: String,
    /// From the count of points to the last point
    points: Range<usize>,
    /// Points as remembered: number in the range → the element
    old: BTreeMap<usize, Range<usize>>,
}

/// A value axis with fixed bounds.
#[derive(Debug, Default)]
struct Axis {
    /// `b`, `l`, `t`, `r`
    side: String,
    least: Option<Range<usize>>,
    most: Option<Range<usize>>,
}

impl ChartPart {
    /// Reads every chart of a package that has caches.
    pub fn all(package: &Package) -> Vec<Self> {
        let names = package.part_names();
        let charts = names.into_iter().filter(|name| {
            let file = name.rsplit('/').next().unwrap_or_default();
            name.contains("charts/") && file.starts_with("chart") && file.ends_with(".xml")
        });
        // A chart that cannot be read is not ours to mend: it is copied as it is.
        charts
            .filter_map(|path| {
                let text = package.read_part(&path).ok()?;
                let mut part = Self { path, text: String::new(), references: Vec::new(), axes: Vec::new() };
                part.read(&text).ok()?;
                part.text = text;
                Some(part)
            })
            .collect()
    }

    fn read(&mut self, text: &str) -> Result<(), Malformed> {
        let mut walker = Walker::new(text);
        let mut formula: Option<(Range<usize>, bool)> = None;
        let mut cache: Option<Reference> = None;
        let mut point: Option<(usize, usize)> = None;
        let mut axis: Option<Axis> = None;
        while let Some(token) = walker.next()? {
            if token.kind == Kind::Text {
                continue;
            }
            let (local, span) = (token.tag.local(), token.span.clone());
            match local {
                "f" if token.starts() => formula = Some((span.end..span.end, true)),
                "f" => {
                    if let Some((inner, _)) = &mut formula {
                        inner.end = span.start;
                    }
                }
                "numCache" | "strCache" if token.kind == Kind::Open => {
                    let raw = formula.as_ref().and_then(|(inner, _)| text.get(inner.clone())).unwrap_or_default();
                    cache = content(raw).and_then(|formula| cells_of(&formula)).map(|(sheet, area)| Reference {
                        sheet,
                        area,
                        texts: local == "strCache",
                        prefix: token.tag.prefix().to_owned(),
                        points: 0..0,
                        old: BTreeMap::new(),
                    });
                }
                "numCache" | "strCache" => {
                    self.references.extend(cache.take().filter(|reference| reference.points.end > 0));
                }
                "ptCount" => {
                    if let Some(reference) = &mut cache {
                        let start = if token.starts() { span.start } else { reference.points.start };
                        reference.points = start..span.end;
                    }
                }
                "pt" if token.starts() => {
                    let number = token.tag.raw("idx").and_then(|idx| idx.parse().ok());
                    point = number.map(|number| (number, span.start));
                }
                "pt" => {
                    if let (Some(reference), Some((number, start))) = (&mut cache, point.take()) {
                        reference.old.insert(number, start..span.end);
                        reference.points.end = span.end;
                    }
                }
                "numRef" | "strRef" if token.ends() => formula = None,
                "valAx" if token.kind == Kind::Open => axis = Some(Axis::default()),
                "valAx" => self.axes.extend(axis.take()),
                "axPos" | "min" | "max" if token.starts() => {
                    if let Some(axis) = &mut axis {
                        match local {
                            "axPos" => token.tag.raw("val").unwrap_or_default().clone_into(&mut axis.side),
                            "min" => axis.least = Some(span),
                            _ => axis.most = Some(span),
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The part as it should be after a fill; `None` when nothing it shows changes.
    pub fn refreshed(&self, edits: &Edits<'_>, bounds: &[ChartBounds]) -> Option<String> {
        let mut patches = Patches::default();
        for reference in &self.references {
            let Some(edits) = edits.get(reference.sheet.as_str()) else { continue };
            let new = reference.written(&self.text, edits);
            if self.text.get(reference.points.clone()) != Some(new.as_str()) {
                patches.replace(reference.points.clone(), |out| out.push_str(&new));
            }
        }
        for wanted in bounds.iter().filter(|wanted| self.draws(&wanted.sheet, wanted.cell)) {
            for (side, (least, most)) in [("b", wanted.x), ("l", wanted.y)] {
                for axis in self.axes.iter().filter(|axis| axis.side == side) {
                    for (span, value) in [(&axis.least, least), (&axis.most, most)] {
                        let Some(span) = span.clone().filter(|_| value.is_finite()) else { continue };
                        let Some(tag) = self.text.get(span.clone()) else { continue };
                        let changed = Tag(tag).with(&[("val", Some(&number(value)))]);
                        if changed != tag {
                            patches.replace(span, |out| out.push_str(&changed));
                        }
                    }
                }
            }
        }
        if patches.is_empty() { None } else { patches.apply(&self.text) }
    }

    fn draws(&self, sheet: &str, cell: CellRef) -> bool {
        self.references.iter().any(|reference| {
            let (from, to) = reference.area;
            reference.sheet == sheet
                && (from.row..=to.row).contains(&cell.row)
                && (from.col..=to.col).contains(&cell.col)
        })
    }
}

impl Reference {
    /// Count and points with the edits in place; points of cells nobody edited stay as they are written.
    fn written(&self, text: &str, edits: &BTreeMap<CellRef, &CellEdit>) -> String {
        let (from, to) = self.area;
        let p = &self.prefix;
        let cells = (from.row..=to.row).flat_map(|row| (from.col..=to.col).map(move |col| CellRef::new(row, col)));
        let count = ((to.row - from.row + 1) as usize) * ((to.col - from.col + 1) as usize);
        let mut out = format!("<{p}ptCount val=\"{count}\"/>");
        for (place, at) in cells.enumerate() {
            let value = match edits.get(&at).map(|edit| &edit.content) {
                None => {
                    out.push_str(self.old.get(&place).and_then(|span| text.get(span.clone())).unwrap_or_default());
                    continue;
                }
                Some(CellContent::Number(value) | CellContent::FormulaNumber(value)) => number(*value),
                Some(CellContent::Text(text) | CellContent::FormulaText(text)) if self.texts => escaped(text),
                // A text among numbers is no point, and neither is an empty cell.
                Some(_) => continue,
            };
            if !value.is_empty() {
                let _ = write!(out, "<{p}pt idx=\"{place}\"><{p}v>{value}</{p}v></{p}pt>");
            }
        }
        out
    }
}

fn escaped(text: &str) -> String {
    cell_text(text).0.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `'シート 1'!$B$5:$B$14`; `None` for names, other workbooks, unions and ranges too large to matter.
fn cells_of(formula: &str) -> Option<(String, Area)> {
    let (sheet, area) = formula.rsplit_once('!')?;
    let sheet = match sheet.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(quoted) => quoted.replace("''", "'"),
        None => sheet.to_owned(),
    };
    let (from, to) = parse_area(area)?;
    let count = ((to.row - from.row) as usize + 1).checked_mul((to.col - from.col) as usize + 1)?;
    (!sheet.contains(['[', '(', ',']) && count <= MAX_CELLS).then_some((sheet, (from, to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fill::plan::CellStyle;

    fn part(text: &str) -> ChartPart {
        let mut part =
            ChartPart { path: String::new(), text: text.to_owned(), references: Vec::new(), axes: Vec::new() };
        part.read(text).unwrap();
        part
    }

    fn edits(contents: &[(&str, CellContent)]) -> BTreeMap<CellRef, CellEdit> {
        let edit = |content: &CellContent| CellEdit { content: content.clone(), style: CellStyle::Keep };
        contents.iter().map(|(at, content)| (CellRef::parse(at).unwrap(), edit(content))).collect()
    }

    fn refreshed(text: &str, contents: &[(&str, CellContent)]) -> Option<String> {
        let edits = edits(contents);
        let by_cell: BTreeMap<CellRef, &CellEdit> = edits.iter().map(|(at, edit)| (*at, edit)).collect();
        part(text).refreshed(&BTreeMap::from([("a'b", &by_cell)]), &[])
    }

    const NUMBERS: &str = "<c:chart><c:numRef><c:f>'a''b'!$B$2:$B$4</c:f><c:numCache><c:formatCode>0.0</c:formatCode>\
        <c:ptCount val=\"3\"/><c:pt idx=\"0\" formatCode=\"0\"><c:v>1</c:v></c:pt><c:pt idx=\"2\"><c:v>3</c:v></c:pt>\
        <c:extLst/></c:numCache></c:numRef></c:chart>";

    #[test]
    fn points_of_edited_cells_are_written_anew_and_all_else_stays() {
        let text = |text: &str| CellContent::Text(text.to_owned());
        let after = refreshed(NUMBERS, &[("B3", CellContent::Number(2.5)), ("B4", text("－"))]).unwrap();
        let points = "<c:ptCount val=\"3\"/><c:pt idx=\"0\" formatCode=\"0\"><c:v>1</c:v></c:pt><c:pt idx=\"1\"><c:v>2.5</c:v></c:pt>";
        let (before, rest) = NUMBERS.split_once("<c:ptCount").unwrap();
        let (_, behind) = rest.split_once("<c:extLst/>").unwrap();
        assert_eq!(after, format!("{before}{points}<c:extLst/>{behind}"));
        assert_eq!(refreshed(NUMBERS, &[("C3", CellContent::Number(9.0))]), None);
        assert_eq!(refreshed(NUMBERS, &[("B3", CellContent::Blank)]), None);
    }

    #[test]
    fn texts_are_escaped_and_other_references_are_left_alone() {
        let strings = NUMBERS.replace("num", "str").replace("<c:formatCode>0.0</c:formatCode>", "");
        let after = refreshed(&strings, &[("B2", CellContent::Text("a<b&c".to_owned()))]).unwrap();
        assert!(after.contains("<c:pt idx=\"0\"><c:v>a&lt;b&amp;c</c:v></c:pt>"), "{after}");
        for formula in ["名前", "[1]a!$B$2:$B$4", "('a''b'!$B$2,'a''b'!$B$4)", "'a''b'!$B:$B", "'a''b'!#REF!"] {
            let other = NUMBERS.replace("'a''b'!$B$2:$B$4", formula);
            assert_eq!(refreshed(&other, &[("B2", CellContent::Number(9.0))]), None, "{formula}");
        }
    }

    #[test]
    fn bounds_of_axes_are_set_where_the_chart_draws_the_cell() {
        let axis =
            "<c:valAx><c:scaling><c:max val=\"20\"/><c:min val=\"0\"/></c:scaling><c:axPos val=\"l\"/></c:valAx>";
        let text = NUMBERS.replace("</c:chart>", &format!("{axis}</c:chart>"));
        let wanted = |cell: &str| ChartBounds {
            sheet: "a'b".to_owned(),
            cell: CellRef::parse(cell).unwrap(),
            x: (1.0, 2.0),
            y: (5.5, 8.0),
        };
        let after = part(&text).refreshed(&BTreeMap::new(), &[wanted("B3")]).unwrap();
        assert!(after.contains("<c:max val=\"8\"/><c:min val=\"5.5\"/>"), "{after}");
        assert_eq!(part(&text).refreshed(&BTreeMap::new(), &[wanted("B5")]), None);
    }
}
