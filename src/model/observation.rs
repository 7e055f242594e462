//! An observation: one figure of one indicator, area and period, with the cell it came from.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Area, Datum, Period, SourceRef};

/// 指標ID of the 「見える化」 system (`B4-a`, `δ1-a`) or of this product (`X-juki-…`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IndicatorId(pub Arc<str>);

impl IndicatorId {
    /// An id as written; no check against the catalog.
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IndicatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a figure is broken down by. All `None` = the indicator's own total, the figure the form shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dimensions {
    /// 要支援1 … 要介護5
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care_level: Option<String>,
    /// サービス種類
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// 年齢階級, such as 75歳以上
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// 男・女
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// 【注目する地域のみ】 or 【他地域と比較】 of adjusted indicators; never mixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standardisation: Option<String>,
}

impl Dimensions {
    /// Whether this is the indicator's total (a standardisation alone is not a breakdown).
    pub fn is_total(&self) -> bool {
        self.care_level.is_none() && self.service.is_none() && self.age.is_none() && self.sex.is_none()
    }
}

/// How a figure was computed from others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Derivation {
    /// The rule in Japanese, such as 「第1号認定者 ÷ 第1号被保険者」.
    pub rule: Arc<str>,
    /// Every cell that entered, in order.
    pub sources: Arc<[SourceRef]>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// 指標ID
    pub indicator: IndicatorId,
    /// The area, shared by its observations.
    pub area: Arc<Area>,
    /// The period, shared likewise.
    pub period: Arc<Period>,
    /// The value or why it is missing.
    pub datum: Datum,
    /// ％ 円 日 回 人 …
    pub unit: Arc<str>,
    /// Breakdown, shared by the figures of a column.
    pub dimensions: Arc<Dimensions>,
    /// Decimals the source shows when it is display-rounded; `None` at full precision.
    pub decimals: Option<u8>,
    /// The cell; of a derived figure the first cell of its numerator.
    pub source: SourceRef,
    /// Set when this product computed the figure.
    pub derived: Option<Derivation>,
}

/// What must be unique after conflicts are settled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObservationKey {
    /// 指標ID
    pub indicator: IndicatorId,
    /// [`Area::key`]
    pub area: String,
    /// [`Period::key`]
    pub period: String,
    /// Breakdown
    pub dimensions: Dimensions,
}

impl Observation {
    /// The identity of the figure, whatever file it came from.
    pub fn key(&self) -> ObservationKey {
        ObservationKey {
            indicator: self.indicator.clone(),
            area: self.area.key().to_owned(),
            period: self.period.key(),
            dimensions: Dimensions::clone(&self.dimensions),
        }
    }
}

/// One of the five entry fields of a block (別添3): people's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryField {
    /// 全国平均等との比較
    Comparison,
    /// 考察（仮説の設定）
    Hypothesis,
    /// 確認・検証方法
    Verification,
    /// 対応策
    Measures,
    /// 自由記述
    FreeText,
}

impl EntryField {
    /// All five, in the order of the form.
    pub const ALL: [Self; 5] = [Self::Comparison, Self::Hypothesis, Self::Verification, Self::Measures, Self::FreeText];

    /// The heading on the form, word for word.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Comparison => "全国平均等との比較",
            Self::Hypothesis => "全国平均等との乖離について理由・問題点等の考察（仮説の設定）",
            Self::Verification => "設定した仮説の確認・検証方法",
            Self::Measures => "問題を解決するための対応策（理想像でも可）",
            Self::FreeText => "自由記述",
        }
    }
}

/// A text someone wrote into an entry field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryText {
    /// The block's name: 認定率 …
    pub block: String,
    /// Which of the five fields.
    pub field: EntryField,
    /// Every character, line breaks included.
    pub text: String,
    /// The cell.
    pub source: SourceRef,
}
