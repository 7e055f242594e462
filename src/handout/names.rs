//! Short names of a block's rows: the form repeats 「受給者1人あたり給付月額（…）」 22 times.

use std::collections::BTreeMap;

use super::data::{Block, Indicator};

/// A row's name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowName {
    /// 「受給者1人あたり給付月額」 when at least three rows of the block share it.
    pub group: Option<String>,
    /// The unit of the group, when all its rows share one.
    pub group_unit: Option<String>,
    /// 「訪問介護」 within a group, else the whole name.
    pub label: String,
    /// What is measured, in a word: 「給付月額」. Empty outside groups and where the block has one group only.
    pub measure: String,
}

impl RowName {
    /// For charts, where rows of several groups stand together: 「訪問介護　給付月額」.
    pub fn in_chart(&self) -> String {
        if self.measure.is_empty() { self.label.clone() } else { format!("{}　{}", self.label, self.measure) }
    }

    /// For charts and questions over several blocks, where 「施設サービス」 alone would not say what of it:
    /// 「施設サービス　受給率」.
    pub fn anywhere(&self) -> String {
        match &self.group {
            Some(group) => format!("{}　{}", self.label, group.strip_prefix(PER_USER).unwrap_or(group)),
            None => self.label.clone(),
        }
    }
}

/// How many rows must share the words before the bracket to become a group.
const GROUP_FROM: usize = 3;
/// Said once in the heading of the block, not in every label.
const PER_USER: &str = "受給者1人あたり";

/// The names of a block's rows, in their order.
pub fn rows(block: &Block) -> Vec<RowName> {
    let mut units: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (indicator, (group, _)) in block.indicators.iter().filter_map(|one| Some((one, split(one)?))) {
        units.entry(group).or_default().push(&indicator.unit);
    }
    units.retain(|_, units| units.len() >= GROUP_FROM);
    let several = units.len() > 1;
    let name = |indicator: &Indicator| match split(indicator)
        .and_then(|(group, label)| Some((group, label, units.get(group)?)))
    {
        Some((group, label, units)) => {
            let measure = group.strip_prefix(PER_USER).unwrap_or(group);
            let measure = if several { measure.to_owned() } else { String::new() };
            let unit = units.first().filter(|first| units.iter().all(|unit| unit == *first));
            let group_unit = unit.map(|unit| (*unit).to_owned());
            RowName { group: Some(group.to_owned()), group_unit, label: label.to_owned(), measure }
        }
        None => RowName { group: None, group_unit: None, label: indicator.name.clone(), measure: String::new() },
    };
    block.indicators.iter().map(name).collect()
}

fn split(indicator: &Indicator) -> Option<(&str, &str)> {
    let (group, rest) = indicator.name.split_once('（')?;
    let label = rest.strip_suffix('）')?;
    (!group.is_empty() && !label.is_empty()).then_some((group, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(names: &[&str]) -> Block {
        let indicator = |name: &&str| Indicator {
            id: "X".to_owned(),
            name: (*name).to_owned(),
            unit: "円".to_owned(),
            decimals: 0,
            adjusted: false,
            unstable: false,
            doubtful: false,
            cautions: Vec::new(),
            values: Vec::new(),
            difference: None,
            ratio: None,
            ratio_decimals: 2,
            verdict: None,
            rank: None,
        };
        let indicators = names.iter().map(indicator).collect();
        Block { name: "給付".to_owned(), indicators, texts: Vec::new(), trends: Vec::new() }
    }

    #[test]
    fn shared_words_become_a_group_from_three_rows_on() {
        let names = rows(&block(&[
            "受給者1人あたり給付月額（訪問介護）",
            "受給者1人あたり給付月額（通所介護）",
            "受給者1人あたり給付月額（短期入所）",
            "高齢化率",
            "調整済み認定率（要介護３～５）",
            "受給者1人あたり利用日数・回数（訪問介護）",
            "受給者1人あたり利用日数・回数（通所介護）",
            "受給者1人あたり利用日数・回数（短期入所）",
        ]));
        assert_eq!(names[0].group.as_deref(), Some("受給者1人あたり給付月額"));
        assert_eq!(names[0].in_chart(), "訪問介護　給付月額");
        assert_eq!(names[7].in_chart(), "短期入所　利用日数・回数");
        assert_eq!(
            names[4],
            RowName {
                group: None,
                group_unit: None,
                label: "調整済み認定率（要介護３～５）".into(),
                measure: "".into()
            }
        );
    }

    #[test]
    fn a_single_group_needs_no_measure() {
        let names = rows(&block(&["受給率（施設）", "受給率（居住系）", "受給率（在宅）"]));
        assert_eq!(names[0].in_chart(), "施設");
        assert_eq!(names[0].anywhere(), "施設　受給率");
    }

    #[test]
    fn a_group_has_a_unit_when_all_its_rows_share_it() {
        let mut rates = block(&["受給率（施設）", "受給率（居住系）", "受給率（在宅）"]);
        let units = |block: &Block| rows(block).into_iter().map(|name| name.group_unit).collect::<Vec<_>>();
        assert_eq!(units(&rates), [Some("円".to_owned()), Some("円".to_owned()), Some("円".to_owned())]);
        rates.indicators[2].unit = "％".to_owned();
        assert_eq!(units(&rates), [None, None, None]);
    }
}
