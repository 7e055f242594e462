//! One thing to download: from which system, by which menu, with what chosen.

use serde::Serialize;

use crate::notation::wareki;

/// What kind of file comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DownloadKind {
    /// ダッシュボード 「地域分析・検討シート」: an area with its prefecture, the nation and one 比較地域
    Dashboard,
    /// 現状分析, one indicator over years and areas
    TimeSeries,
    /// 現状分析, one indicator and year over areas
    ByArea,
    /// A statistic outside the system
    Statistic,
    /// Nothing to download: typed into the product's own table
    EntryForm,
}

/// One download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Download {
    /// See [`DownloadKind`].
    pub kind: DownloadKind,
    /// The system's name
    pub system: String,
    /// What to press, in order
    pub menu: Vec<String>,
    /// The indicator to choose, `[id, name]`; none where the sheet holds all of the form
    pub indicator: Option<(String, String)>,
    /// Indicators to add to a dashboard's sheet (指標追加), or to type in
    pub add: Vec<(String, String)>,
    /// 自地域 to choose, on a dashboard
    pub own: Option<String>,
    /// Areas to choose beside it
    pub areas: Vec<String>,
    /// First and last year to choose
    pub years: (i32, i32),
    /// Missing figures only this download closes, given the ones before it
    pub closes: usize,
    /// Other ways to the same figures
    pub other_way: Option<String>,
}

impl Download {
    /// The entry of the check-list.
    pub fn text(&self) -> String {
        let mut out = format!("{}　{}\n", self.system, self.menu.join(" → "));
        let mut line = |label: &str, value: &str| out.push_str(&format!("　　{label}：{value}\n"));
        if let Some((id, name)) = &self.indicator {
            line("指標", &format!("{id} {name}"));
        }
        if let Some(own) = &self.own {
            line("自地域", own);
        }
        if !self.areas.is_empty() {
            line(if self.own.is_some() { "比較地域" } else { "地域" }, &self.areas.join("、"));
        }
        if self.years.0 == self.years.1 {
            line("期間", &wareki(self.years.0));
        } else {
            line("期間", &format!("{}～{}", wareki(self.years.0), wareki(self.years.1)));
        }
        if !self.add.is_empty() {
            let add: Vec<String> = self.add.iter().map(|(id, name)| format!("{id} {name}")).collect();
            line(if self.kind == DownloadKind::EntryForm { "指標" } else { "指標追加" }, &add.join("、"));
        }
        line("これでそろう数値", &format!("{}件", self.closes));
        if let Some(other) = &self.other_way {
            line("ほかの方法", other);
        }
        out.pop();
        out
    }
}
