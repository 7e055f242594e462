//! Drafts of 「全国平均等との比較」: arithmetic put into words by Handlebars texts. The other four entry fields are the
//! people's and stay empty.
//!
//! A draft begins with a line that says so, and its hash is kept in `_meta`: a text is only ever replaced while it is
//! still the draft as it was written.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::SheetTexts;
use super::plan::{CellContent, SheetPlan};
use crate::compare::shown::{decimals, plain_name, service_name, shown, spoken_unit};
use crate::compare::{ComparedRow, Comparison, Verdict};
use crate::diagnostic::Diagnostic;
use crate::form::{Entry, Role, find_entries};
use crate::model::{CellRef, EntryField};
use crate::notation::{fold, wareki};
use crate::read::Grid;

/// The first line of every draft.
pub const DRAFT_LINE: &str = "【下書き】計算で作った文章です。確かめて直し、この行を消してください。";
/// Kind of the rows in `_meta`: `draft <block> <hash>`.
const META_KIND: &str = "draft";
/// In the place of a verdict, 「…の1.31倍で、受給者が少ないため判定なし。」
const FEW: &str = "、受給者が少ないため判定なし";
/// Services named one by one, each way.
const MOST_SERVICES: usize = 8;

/// Title on the form, name of the text.
const TITLES: [(&str, &str); 4] = [
    ("認定率", "認定率"),
    ("受給率", "受給率"),
    ("受給者1人あたり給付月額・利用日数回数", "給付月額等"),
    ("指標追加", "指標追加"),
];

/// A draft and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The block's title on the form
    pub block: String,
    /// The entry cell
    pub cell: CellRef,
    /// The words, first line and all
    pub text: String,
}

/// Whether a text is a draft of ours that nobody has touched; `meta` is the sheet `_meta` of the same book.
pub fn is_ours(text: &str, meta: &Grid) -> bool {
    let print = fingerprint(text);
    text.starts_with(DRAFT_LINE)
        && meta.cells().iter().any(|cell| {
            cell.at.col == 0
                && cell.value.as_text() == Some(META_KIND)
                && meta.text(cell.at.row, 2) == Some(print.as_str())
        })
}

/// Whether a text begins as drafts do. A person may have worked on it all the same.
pub fn looks_like_one(text: &str) -> bool {
    text.starts_with(DRAFT_LINE)
}

/// Adds the hashes of drafts below what a plan of `_meta` holds.
pub fn remember(drafts: &[Draft], meta: &mut SheetPlan) {
    let first = meta.cells.keys().map(|at| at.row + 1).max().unwrap_or_default();
    for (row, draft) in (first..).zip(drafts) {
        for (col, text) in (0..).zip([META_KIND, &draft.block, &fingerprint(&draft.text)]) {
            meta.set(CellRef::new(row, col), CellContent::Text(text.to_owned()));
        }
    }
}

/// Line ends are Excel's to choose.
fn fingerprint(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Drafts for the entry cells that hold nothing, or a draft as it was written. A text of people's own that does not
/// render is told, and the shipped one used.
pub fn drafts(
    grid: &Grid,
    meta: Option<&Grid>,
    comparison: &Comparison,
    texts: &SheetTexts,
    told: &mut Vec<Diagnostic>,
) -> Vec<Draft> {
    let mut all = Vec::new();
    let Some(words) = Words::of(comparison) else { return all };
    for entry in find_entries(grid).into_iter().filter(|entry| entry.field == EntryField::Comparison) {
        let free = match grid.get(entry.cell).and_then(|value| value.as_text()) {
            None => grid.get(entry.cell).is_none_or(|value| value.as_number().is_none()),
            Some(text) => text.trim().is_empty() || meta.is_some_and(|meta| is_ours(text, meta)),
        };
        let Some((title, name)) = block_above(grid, entry.heading) else { continue };
        let Some(context) = words.block(name).filter(|_| free) else { continue };
        let (body, problem) = texts.render(name, &context);
        told.extend(problem);
        let Some(body) = body else { continue };
        let text = format!("{DRAFT_LINE}\n{}", body.trim_end());
        all.push(Draft { block: (*title).to_owned(), cell: entry.cell, text });
    }
    all
}

/// Names the row of an entry field: its block and its pair of fields. Rows move, these stay.
pub(crate) fn row_key(grid: &Grid, entry: &Entry) -> Option<String> {
    let (title, _) = block_above(grid, entry.heading)?;
    let pair = EntryField::ALL.iter().position(|field| *field == entry.field)? / 2;
    Some(format!("{title}｜{}", pair + 1))
}

/// The nearest block title above a heading, in the same column.
fn block_above(grid: &Grid, heading: CellRef) -> Option<&'static (&'static str, &'static str)> {
    let titles: Vec<String> = TITLES.iter().map(|(title, _)| fold(title)).collect();
    grid.cells()
        .iter()
        .rev()
        .filter(|cell| cell.at.row < heading.row && cell.at.col == 0)
        .filter(|cell| grid.get(CellRef::new(cell.at.row, 1)).is_none())
        .find_map(|cell| {
            let text = fold(cell.value.as_text()?);
            TITLES.get(titles.iter().position(|title| *title == text)?)
        })
}

/// What a text can say about one indicator.
#[derive(Clone, Debug, Serialize)]
struct Line {
    名: String,
    単位: String,
    桁: u8,
    自: f64,
    国: f64,
    比: f64,
    比の桁: u8,
    差: f64,
    判定: &'static str,
    ポイント: bool,
    県名: Option<String>,
    県: Option<f64>,
    順位: Option<String>,
}

/// A service with its amount and volume side by side.
#[derive(Debug, Serialize)]
struct Service {
    名: String,
    値: Vec<Line>,
}

/// What a text can say about a block.
#[derive(Debug, Serialize)]
struct BlockWords {
    年度: String,
    指標: Vec<Line>,
    上限: String,
    下限: String,
    上回る: Vec<String>,
    同程度: Vec<String>,
    下回る: Vec<String>,
    上のサービス: Vec<Service>,
    下のサービス: Vec<Service>,
    注: Vec<String>,
}

struct Words<'a> {
    comparison: &'a Comparison,
    year: i32,
    nation: usize,
    prefecture: Option<usize>,
}

impl<'a> Words<'a> {
    fn of(comparison: &'a Comparison) -> Option<Self> {
        let place = |role| comparison.participants.iter().position(|participant| participant.role == role);
        Some(Self {
            comparison,
            year: comparison.main_year?,
            nation: place(Role::Nation)?,
            prefecture: place(Role::Prefecture),
        })
    }

    /// `None` when nothing of the block can be compared.
    fn block(&self, name: &str) -> Option<BlockWords> {
        let rows: Vec<(usize, &ComparedRow)> =
            self.comparison.rows.iter().enumerate().filter(|(_, row)| block_name(row) == Some(name)).collect();
        let of_services = name == "給付月額等";
        let listed = rows.iter().filter(|(_, row)| !of_services || row.indicator.id.as_str().starts_with("D15"));
        let lines: Vec<Line> = listed.filter_map(|(at, row)| self.line(*at, row)).collect();
        let services = if of_services { self.services(&rows) } else { (Vec::new(), Vec::new()) };
        if lines.is_empty() && services.0.is_empty() && services.1.is_empty() {
            return None;
        }
        let names = |verdict: Verdict| {
            lines.iter().filter(|line| line.判定 == word(verdict)).map(|line| line.名.clone()).collect()
        };
        Some(BlockWords {
            年度: format!("{}（{}）", wareki(self.year), self.year),
            上限: shown(self.comparison.thresholds.above, 2),
            下限: shown(self.comparison.thresholds.below, 2),
            上回る: names(Verdict::Above),
            同程度: names(Verdict::Similar),
            下回る: names(Verdict::Below),
            上のサービス: services.0,
            下のサービス: services.1,
            注: self.notes(&rows, of_services),
            指標: lines,
        })
    }

    fn line(&self, at: usize, row: &ComparedRow) -> Option<Line> {
        let versus = row.versus.get(&self.nation)?;
        let prefecture = self.prefecture.and_then(|who| {
            Some((self.comparison.participants.get(who)?.area.name.clone(), row.whole(who, self.year)?))
        });
        Some(Line {
            名: plain_name(&row.indicator.name),
            単位: spoken_unit(&row.indicator.unit).to_owned(),
            桁: decimals(&row.indicator),
            自: row.whole(0, self.year)?,
            国: row.whole(self.nation, self.year)?,
            比: versus.ratio?,
            比の桁: self.comparison.thresholds.ratio_decimals(versus.ratio?),
            差: versus.difference,
            判定: if self.comparison.is_few(at) { FEW } else { word(versus.verdict?) },
            ポイント: &*row.indicator.unit == "％",
            県: prefecture.as_ref().map(|(_, value)| *value),
            県名: prefecture.map(|(name, _)| name),
            順位: row.rank.map(|rank| rank.label()),
        })
    }

    /// Services above and below the nation, the most different first; amount and volume of one side by side.
    fn services(&self, rows: &[(usize, &ComparedRow)]) -> (Vec<Service>, Vec<Service>) {
        let mut all: Vec<Service> = Vec::new();
        for (at, row) in rows {
            let id = row.indicator.id.as_str();
            let kind = if id.starts_with("D17") {
                "給付月額"
            } else if &*row.indicator.unit == "日" {
                "日数"
            } else {
                "回数"
            };
            let Some(line) = self.line(*at, row).filter(|_| !id.starts_with("D15")) else { continue };
            let line = Line { 名: kind.to_owned(), ..line };
            let name = service_name(&row.indicator.name);
            match all.iter_mut().find(|service| service.名 == name) {
                Some(service) => service.値.push(line),
                None => all.push(Service { 名: name, 値: vec![line] }),
            }
        }
        let first = |service: &Service| {
            service.値.iter().map(|line| line.判定).find(|judged| ![word(Verdict::Similar), FEW].contains(judged))
        };
        let strength = |service: &Service| service.値.iter().map(|line| line.比.ln().abs()).fold(0.0, f64::max);
        let mut split = (Vec::new(), Vec::new());
        for service in all {
            match first(&service) {
                Some(judged) if judged == word(Verdict::Above) => split.0.push(service),
                Some(_) => split.1.push(service),
                None => {}
            }
        }
        for side in [&mut split.0, &mut split.1] {
            side.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
            side.truncate(MOST_SERVICES);
        }
        split
    }

    fn notes(&self, rows: &[(usize, &ComparedRow)], of_services: bool) -> Vec<String> {
        let mut notes = Vec::new();
        let limit = self.comparison.thresholds.few_people;
        let few: Vec<String> = rows
            .iter()
            .filter(|(at, _)| self.comparison.people.get(&(*at, 0, self.year)).is_some_and(|people| *people < limit))
            .map(|(_, row)| plain_name(&row.indicator.name))
            .collect();
        if !few.is_empty() {
            notes.push(format!("受給者が1か月{limit}人未満で、数値が動きやすい：{}。", few.join("、")));
        }
        let judged = rows.iter().filter(|(_, row)| row.versus.contains_key(&self.nation)).count();
        if of_services {
            notes.push("サービス別の受給者数は確かめていない。人数が少ないサービスは数値が動きやすい。".to_owned());
        }
        if judged < rows.len() {
            notes.push(format!("{}指標のうち{}指標は、比べられる数値が無い。", rows.len(), rows.len() - judged));
        }
        for year in self.comparison.years.iter().filter(|year| year.part_year) {
            notes.push(format!("{}は1年分の数値ではないため、比べていない。", wareki(year.year)));
        }
        notes
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Above => "上回る",
        Verdict::Similar => "同程度",
        Verdict::Below => "下回る",
    }
}

fn block_name(row: &ComparedRow) -> Option<&'static str> {
    use crate::catalog::Block;
    match row.indicator.block {
        _ if row.added => Some("指標追加"),
        Some(Block::CertificationRate) => Some("認定率"),
        Some(Block::RecipientRate) => Some("受給率"),
        Some(Block::PerRecipient) => Some("給付月額等"),
        None => None,
    }
}
