//! The table of indicators: the 39 of the form, the others, and this product's own.

use std::collections::HashMap;
use std::sync::Arc;

use super::fold::{fold_indicator_id, fold_indicator_name};
use crate::model::IndicatorId;

/// The three blocks of the form (別添3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Block {
    /// 認定率: 4 indicators
    CertificationRate,
    /// 受給率: 3 indicators
    RecipientRate,
    /// 受給者1人あたり給付月額・利用日数回数: 32 indicators
    PerRecipient,
}

impl Block {
    /// All three, in the order of the form.
    pub const ALL: [Self; 3] = [Self::CertificationRate, Self::RecipientRate, Self::PerRecipient];

    /// The title on the form, word for word.
    pub fn title(self) -> &'static str {
        match self {
            Self::CertificationRate => "認定率",
            Self::RecipientRate => "受給率",
            Self::PerRecipient => "受給者1人あたり給付月額・利用日数回数",
        }
    }

    /// The block of a title, in any of the spellings an indicator's name may have.
    pub fn from_title(title: &str) -> Option<Self> {
        let title = fold_indicator_name(title);
        Self::ALL.into_iter().find(|block| fold_indicator_name(block.title()) == title)
    }
}

/// How the 「見える化」 system gives an indicator out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeriesKind {
    /// 時系列: several periods a file
    TimeSeries,
    /// 地域別: one period a file, areas side by side
    ByArea,
}

/// What a bare year such as `2025` means in a table of this indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum YearMeaning {
    /// 年度
    Fiscal,
    /// 年 (census, projections, 住民基本台帳)
    Calendar,
}

/// Units of what is counted; the sheet's formulas know the same.
pub const COUNTED: [&str; 8] = ["人", "世帯", "か所", "箇所", "件", "事業所", "床", "戸"];

/// One indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    /// 指標ID
    pub id: IndicatorId,
    /// 指標名, as the form or the system spells it.
    pub name: String,
    /// ％ (always full-width) 円 回 日 人 …; empty where the lists give none.
    pub unit: Arc<str>,
    /// Decimals shown; `None` where the unit is not known: go by the unit of the figure ([`Indicator::decimals_of`]).
    pub decimals: Option<u8>,
    /// The block of the form; `None` for indicators that come by 「指標追加」.
    pub block: Option<Block>,
    /// 1 to 39 on the form.
    pub order: Option<u16>,
    /// Adjusted for age and sex (調整済み).
    pub adjusted: bool,
    /// Other names it goes by.
    pub aliases: Vec<String>,
    /// See [`SeriesKind`].
    pub kind: SeriesKind,
    /// See [`YearMeaning`].
    pub bare_year: YearMeaning,
    /// 取扱注意: left out of handouts unless asked for.
    pub restricted: bool,
    /// A remark for readers; may be empty.
    pub note: String,
}

/// Whether a name and its unit tell of a number of people, households or places: 「人」 alone does, 「1人あたり定員」 in 人
/// does not.
pub fn is_count(name: &str, unit: &str) -> bool {
    let each = ["あたり", "当たり", "当り"].iter().any(|word| name.contains(word));
    COUNTED.contains(&unit) && !each
}

impl Indicator {
    /// A number of people, households or places, not a rate or a mean: it cannot be compared between areas of different
    /// size.
    pub fn is_count(&self) -> bool {
        is_count(&self.name, &self.unit)
    }

    /// The decimals the form shows for a unit: ％ 回 日 歳 one, 円 人 世帯 か所 none.
    pub fn decimals_of(unit: &str) -> Option<u8> {
        match unit {
            "％" | "%" | "回" | "日" | "歳" => Some(1),
            "円" | "人" | "世帯" | "か所" => Some(0),
            _ => None,
        }
    }

    /// An indicator that only the files know: its name is its id.
    pub fn unlisted(id: &str, unit: &str) -> Self {
        Self {
            id: IndicatorId::new(id),
            name: id.to_owned(),
            unit: Arc::from(unit),
            decimals: None,
            block: None,
            order: None,
            adjusted: false,
            aliases: Vec::new(),
            kind: SeriesKind::TimeSeries,
            bare_year: YearMeaning::Fiscal,
            restricted: false,
            note: String::new(),
        }
    }

    fn from_record(record: &csv::StringRecord) -> Option<Self> {
        let field = |at: usize| record.get(at).unwrap_or_default();
        let block = field(1);
        Some(Self {
            order: field(0).parse().ok(),
            block: if block.is_empty() { None } else { Some(Block::from_title(block)?) },
            id: IndicatorId::new(field(2)),
            name: field(3).to_owned(),
            unit: Arc::from(field(4)),
            decimals: field(5).parse().ok(),
            adjusted: field(6) == "yes",
            aliases: field(7).split('|').filter(|alias| !alias.is_empty()).map(str::to_owned).collect(),
            kind: match field(8) {
                "timeseries" => SeriesKind::TimeSeries,
                "by-area" => SeriesKind::ByArea,
                _ => return None,
            },
            bare_year: match field(9) {
                "fiscal" => YearMeaning::Fiscal,
                "calendar" => YearMeaning::Calendar,
                _ => return None,
            },
            restricted: field(10) == "yes",
            note: field(11).to_owned(),
        })
    }
}

/// All indicators, found by id and by name.
#[derive(Debug, Default)]
pub(super) struct Indicators {
    list: Vec<Indicator>,
    by_id: HashMap<String, usize>,
    /// `None` for a name that two indicators share.
    by_name: HashMap<String, Option<usize>>,
    on_form: usize,
}

impl Indicators {
    /// Reads the shipped table, the form's indicators first. A test holds that no row is lost.
    pub(super) fn parse(csv_text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
        let mut table = Self::default();
        for indicator in reader.records().flatten().filter_map(|record| Indicator::from_record(&record)) {
            let at = table.list.len();
            table.by_id.insert(fold_indicator_id(indicator.id.as_str()), at);
            for name in std::iter::once(&indicator.name).chain(&indicator.aliases) {
                let shared = table.by_name.entry(fold_indicator_name(name)).or_insert(Some(at));
                if *shared != Some(at) {
                    *shared = None;
                }
            }
            table.on_form += usize::from(indicator.order.is_some());
            table.list.push(indicator);
        }
        table
    }

    pub(super) fn all(&self) -> &[Indicator] {
        &self.list
    }

    pub(super) fn form(&self) -> &[Indicator] {
        self.list.get(..self.on_form).unwrap_or_default()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Indicator> {
        let key = fold_indicator_id(id);
        let mut id = key.as_str();
        loop {
            if let Some(&at) = self.by_id.get(id) {
                return self.list.get(at);
            }
            // Only this product's own ids name parts; D13-q is not D13.
            id = id.strip_prefix("X-").and_then(|rest| rest.rfind('-')).and_then(|at| id.get(..at + 2))?;
        }
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Indicator> {
        self.by_name.get(&fold_indicator_name(name)).copied().flatten().and_then(|at| self.list.get(at))
    }
}
