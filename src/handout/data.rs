//! What a handout is made from: plain data, every figure already chosen and compared.
//!
//! Nothing here knows how a page looks. Figures are at full precision; rounding happens once, when they are shown.

use serde::{Deserialize, Serialize};

use super::shown;
use crate::model::{Date, Datum, EntryField, MissingReason};

/// Everything one handout of one insurer needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handout {
    /// 「地域分析・検討シート」, or the user's own name of the sheet.
    pub title: String,
    /// 保険者名 without its prefecture.
    pub insurer: String,
    /// Its prefecture.
    pub prefecture: String,
    /// 表示期間, oldest first. The second index of [`Indicator::values`] counts these.
    pub years: Vec<Year>,
    /// The form's year of the main comparison (2025 = 令和7年度): the newest complete one. `None` when no year is
    /// complete.
    pub main_year: Option<i32>,
    /// 作成日, printed.
    pub made_on: Date,
    /// The areas in the order they are shown, own area first. The first index of [`Indicator::values`] counts these.
    pub areas: Vec<AreaColumn>,
    /// From which multiple on a figure counts as above or below.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// 認定率, 受給率, … in the order of the form.
    pub blocks: Vec<Block>,
    /// Scatter plots of the prefecture's insurers.
    #[serde(default)]
    pub scatters: Vec<Scatter>,
    /// 要点 as sentences. Left empty they are made from the figures by `texts/*.hbs`.
    #[serde(default)]
    pub main_points: Vec<MainPoint>,
    /// What to talk about. Left empty the questions are made from the figures by `texts/question.hbs`.
    #[serde(default)]
    pub topics: Vec<Topic>,
    /// Said under tables with places: among how many of the prefecture's insurers they were counted.
    #[serde(default)]
    pub rank_note: Option<String>,
    /// One line under each table and figure: whose statistics these are.
    pub credit: String,
    /// The files the figures came from.
    #[serde(default)]
    pub sources: Vec<SourceLine>,
    /// What a reader must know before trusting a figure, the weightiest first.
    #[serde(default)]
    pub cautions: Vec<Caution>,
}

/// One year of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// 2025 = 令和7年度
    pub form_year: i32,
    /// 「令和7年度」
    pub wareki: String,
    /// Fewer months than a year: marked wherever it is shown, never the main comparison.
    #[serde(default)]
    pub part_year: bool,
    /// How many service months it covers, where known.
    #[serde(default)]
    pub months: Option<u8>,
}

/// Whose figures a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 自地域
    Own,
    /// 都道府県平均
    Prefecture,
    /// 全国平均
    Nation,
    /// 比較地域
    Other,
}

/// One area of the comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaColumn {
    /// See [`Role`].
    pub role: Role,
    /// The name shown: 「みほん市」「見本県」「全国」.
    pub name: String,
}

/// The working threshold of this product (not the ministry's): it is printed under every verdict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// 「上回る」 from this multiple of the nation on.
    pub above: f64,
    /// 「下回る」 down from this multiple.
    pub below: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { above: 1.15, below: 0.85 }
    }
}

/// One block of the form with what people wrote in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// 認定率 …
    pub name: String,
    /// Its indicators in the order of the form.
    pub indicators: Vec<Indicator>,
    /// The fields that hold text; fields left out are empty.
    #[serde(default)]
    pub texts: Vec<FieldText>,
    /// Lines over the years. Left empty, the first indicators of the block are drawn.
    #[serde(default)]
    pub trends: Vec<Trend>,
}

/// One entry field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldText {
    /// Which of the five.
    pub field: EntryField,
    /// Every character, line breaks included.
    pub text: String,
}

/// A figure at full precision, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Figure {
    /// As the form shows it: 19.37 with the unit ％.
    Value(f64),
    /// Of fewer months, in a year that is otherwise whole: marked wherever it is shown, never compared.
    Part {
        /// As the form shows it.
        part: f64,
        /// How many service months, where known.
        #[serde(default)]
        months: Option<u8>,
    },
    /// No figure.
    Missing {
        /// Why.
        missing: MissingReason,
    },
}

impl Figure {
    /// The number; `None` when it is missing or not finite.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) | Self::Part { part: value, .. } if value.is_finite() => Some(value),
            _ => None,
        }
    }

    /// The number, unless it is of fewer months than its year: what may be compared or spoken of without a mark.
    pub fn whole(self) -> Option<f64> {
        if self.is_part() { None } else { self.value() }
    }

    /// Whether it is of fewer months than its year.
    pub fn is_part(self) -> bool {
        matches!(self, Self::Part { .. })
    }

    /// How many service months a [`Figure::Part`] covers, where known.
    pub fn months(self) -> Option<u8> {
        match self {
            Self::Part { months, .. } => months,
            Self::Value(_) | Self::Missing { .. } => None,
        }
    }

    /// Why there is no number; a number that is not finite counts as not in the data.
    pub fn missing(self) -> Option<MissingReason> {
        match self {
            Self::Value(value) | Self::Part { part: value, .. } if value.is_finite() => None,
            Self::Value(_) | Self::Part { .. } => Some(MissingReason::Unknown),
            Self::Missing { missing } => Some(missing),
        }
    }
}

impl From<Datum> for Figure {
    fn from(datum: Datum) -> Self {
        match datum {
            Datum::Value(value) => Self::Value(value),
            Datum::Missing(missing) => Self::Missing { missing },
        }
    }
}

/// How the own area stands to the nation in the main year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 上回る
    Above,
    /// 同程度
    Similar,
    /// 下回る
    Below,
}

impl Verdict {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Above => "上回る",
            Self::Similar => "同程度",
            Self::Below => "下回る",
        }
    }

    /// The arrow before the word. Never ▲, which is the minus sign of Japanese accounts.
    pub fn arrow(self) -> &'static str {
        match self {
            Self::Above => "↑",
            Self::Similar => "→",
            Self::Below => "↓",
        }
    }
}

/// One row of the form, compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// 指標ID
    pub id: String,
    /// Its name on the form.
    pub name: String,
    /// ％ 円 日 回 …
    pub unit: String,
    /// Decimals shown.
    pub decimals: u8,
    /// Age and sex are adjusted for.
    #[serde(default)]
    pub adjusted: bool,
    /// Too few recipients to build on: named as unstable, never as a finding.
    #[serde(default)]
    pub unstable: bool,
    /// A unit or a digit may be wrong: shown, but neither compared nor asked about.
    #[serde(default)]
    pub doubtful: bool,
    /// What a reader must know about this row.
    #[serde(default)]
    pub cautions: Vec<String>,
    /// Area × year, in the order of [`Handout::areas`] and [`Handout::years`]. A value not given counts as not in
    /// the data.
    pub values: Vec<Vec<Figure>>,
    /// Own − nation in the main year, in the indicator's unit (ポイント for ％).
    #[serde(default)]
    pub difference: Option<f64>,
    /// Own ÷ nation in the main year.
    #[serde(default)]
    pub ratio: Option<f64>,
    /// Decimals it is shown with, so that it says the same as the verdict.
    #[serde(default = "two")]
    pub ratio_decimals: u8,
    /// `None` when there is no ratio.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// 「高い方から3番目（12保険者）」 where the data holds the prefecture's insurers.
    #[serde(default)]
    pub rank: Option<String>,
}

fn two() -> u8 {
    2
}

impl Indicator {
    /// The ratio as it is shown: `1.55`.
    pub fn shown_ratio(&self) -> Option<String> {
        self.ratio.and_then(|ratio| shown::number(ratio, self.ratio_decimals))
    }

    /// The figure of an area and a year by their indexes.
    pub fn figure(&self, area: usize, year: usize) -> Figure {
        let given = self.values.get(area).and_then(|years| years.get(year)).copied();
        given.unwrap_or(Figure::Missing { missing: MissingReason::Unknown })
    }
}

/// Lines over years.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trend {
    /// The caption.
    pub title: String,
    /// ％ 円 …
    pub unit: String,
    /// Decimals shown.
    pub decimals: u8,
    /// Oldest first; may reach further back than [`Handout::years`].
    pub years: Vec<Year>,
    /// One line an area.
    pub series: Vec<TrendSeries>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendSeries {
    /// See [`Role`].
    pub role: Role,
    /// The label at its end.
    pub name: String,
    /// A figure a year.
    pub values: Vec<Figure>,
}

impl Trend {
    /// Whether any area has a value in any year.
    pub fn holds_values(&self) -> bool {
        self.series.iter().flat_map(|series| &series.values).any(|figure| figure.value().is_some())
    }

    /// Whether a year or a single figure covers fewer months than a year.
    pub fn holds_parts(&self) -> bool {
        let figures = self.series.iter().flat_map(|series| &series.values);
        self.years.iter().any(|year| year.part_year) || figures.into_iter().any(|figure| figure.is_part())
    }
}

/// One axis of a scatter plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// 「調整済み軽度認定率」
    pub name: String,
    /// ％ 円 …
    pub unit: String,
    /// Decimals shown.
    pub decimals: u8,
    /// Where the dashed line lies; missing draws none and says so.
    pub nation: Figure,
}

/// The prefecture's insurers by two indicators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scatter {
    /// The caption.
    pub title: String,
    /// The block it is shown with.
    pub block: String,
    /// 「令和7年度」
    pub year: String,
    /// Across
    pub x: Axis,
    /// Up
    pub y: Axis,
    /// The insurers. Those without both figures are named under the plot.
    pub points: Vec<ScatterPoint>,
    /// Some chosen area is no insurer of the own prefecture.
    #[serde(default)]
    pub beyond: bool,
    /// Why its figures are others than those of the table, if they are.
    #[serde(default)]
    pub note: Option<String>,
}

/// One insurer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScatterPoint {
    /// See [`Role`]; `Other` marks the chosen 比較地域.
    #[serde(default)]
    pub role: Option<Role>,
    /// Its name
    pub name: String,
    /// Across
    pub x: Figure,
    /// Up
    pub y: Figure,
}

/// One sentence of the summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MainPoint {
    /// The word before it: the block's name.
    pub label: String,
    /// The sentence.
    pub text: String,
}

/// Something to talk about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The question.
    pub text: String,
    /// Data that would settle it.
    #[serde(default)]
    pub check: Vec<String>,
}

/// A file figures came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceLine {
    /// What it is: 「現状分析 時系列」.
    pub name: String,
    /// The file's name; left out of copies for the public.
    #[serde(default)]
    pub file: Option<String>,
    /// 出力日 written in the file.
    #[serde(default)]
    pub exported: Option<Date>,
}

/// A sentence and what it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caution {
    /// です・ます
    pub text: String,
    /// 「訪問入浴介護（D17-b）」 or a cell.
    #[serde(default)]
    pub place: Option<String>,
    /// For whoever looks it up: at the end of the paper, not on its first page.
    #[serde(default)]
    pub detail: bool,
    /// It points to the end of the paper, where it is not said again.
    #[serde(default)]
    pub pointer: bool,
}

impl Handout {
    /// Every text of the handout, so that all of them can be made printable (and looked for in tests).
    /// The texts of the entry fields keep their line breaks, all others are single lines.
    pub fn texts_mut(&mut self) -> Vec<&mut String> {
        let mut texts = vec![&mut self.title, &mut self.insurer, &mut self.prefecture, &mut self.credit];
        texts.extend(&mut self.rank_note);
        texts.extend(self.years.iter_mut().map(|year| &mut year.wareki));
        texts.extend(self.areas.iter_mut().map(|area| &mut area.name));
        for block in &mut self.blocks {
            texts.push(&mut block.name);
            texts.extend(block.texts.iter_mut().map(|field| &mut field.text));
            for indicator in &mut block.indicators {
                texts.extend([&mut indicator.id, &mut indicator.name, &mut indicator.unit]);
                texts.extend(&mut indicator.cautions);
                texts.extend(&mut indicator.rank);
            }
            for trend in &mut block.trends {
                texts.extend([&mut trend.title, &mut trend.unit]);
                texts.extend(trend.years.iter_mut().map(|year| &mut year.wareki));
                texts.extend(trend.series.iter_mut().map(|series| &mut series.name));
            }
        }
        for scatter in &mut self.scatters {
            texts.extend([&mut scatter.title, &mut scatter.block, &mut scatter.year]);
            for axis in [&mut scatter.x, &mut scatter.y] {
                texts.extend([&mut axis.name, &mut axis.unit]);
            }
            texts.extend(scatter.note.as_mut());
            texts.extend(scatter.points.iter_mut().map(|point| &mut point.name));
        }
        texts.extend(self.main_points.iter_mut().flat_map(|point| [&mut point.label, &mut point.text]));
        for topic in &mut self.topics {
            texts.push(&mut topic.text);
            texts.extend(&mut topic.check);
        }
        for source in &mut self.sources {
            texts.push(&mut source.name);
            texts.extend(&mut source.file);
        }
        for caution in &mut self.cautions {
            texts.push(&mut caution.text);
            texts.extend(&mut caution.place);
        }
        texts
    }

    /// The index of the own area, the nation … in [`Handout::areas`].
    pub fn area_of(&self, role: Role) -> Option<usize> {
        self.areas.iter().position(|area| area.role == role)
    }

    /// The index of the main year in [`Handout::years`].
    pub fn main_index(&self) -> Option<usize> {
        let main = self.main_year?;
        self.years.iter().position(|year| year.form_year == main)
    }
}
