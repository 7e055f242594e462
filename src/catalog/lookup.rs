//! What looking for an area found, and how that is said.

use std::sync::Arc;

use crate::model::Area;

/// Candidates a sentence lists before it says how many more there are.
const SHOWN: usize = 8;

/// What a name or a code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Exactly one area.
    One(Arc<Area>),
    /// Two or more, by prefecture: the caller must ask.
    Many(Vec<Arc<Area>>),
    /// None that the catalog knows.
    None,
}

impl Lookup {
    /// The area when there is exactly one.
    pub fn one(self) -> Option<Arc<Area>> {
        match self {
            Self::One(area) => Some(area),
            Self::Many(_) | Self::None => None,
        }
    }

    /// All areas that fit.
    pub fn candidates(&self) -> &[Arc<Area>] {
        match self {
            Self::One(area) => std::slice::from_ref(area),
            Self::Many(areas) => areas,
            Self::None => &[],
        }
    }

    /// A sentence about `text`: 「『府中市』は 東京都 府中市、広島県 府中市 があります。」.
    pub fn describe(&self, text: &str) -> String {
        match self {
            Self::One(area) => format!("『{text}』は {} です。", area.name),
            Self::None => format!("『{text}』という地域は見つかりませんでした。"),
            Self::Many(areas) => {
                let mut names = told_apart(areas);
                names.truncate(SHOWN);
                let rest = areas.len().saturating_sub(SHOWN);
                let rest = if rest > 0 { format!(" など {}件", areas.len()) } else { String::new() };
                format!("『{text}』は {}{rest} があります。", names.join("、"))
            }
        }
    }
}

impl From<Vec<Arc<Area>>> for Lookup {
    fn from(mut areas: Vec<Arc<Area>>) -> Self {
        match areas.len() {
            0 => Self::None,
            1 => areas.pop().map_or(Self::None, Self::One),
            _ => Self::Many(areas),
        }
    }
}

/// What to call each of several areas, so that no two are called the same.
pub fn told_apart(areas: &[Arc<Area>]) -> Vec<String> {
    areas.iter().map(|area| label_among(area, areas)).collect()
}

/// The display name, with the code when another candidate has the same name (北海道 has two 泊村).
fn label_among(area: &Area, areas: &[Arc<Area>]) -> String {
    let twins = areas.iter().filter(|other| other.name == area.name).count();
    match area.code {
        Some(code) if twins > 1 => format!("{}（{code}）", area.name),
        _ => area.name.clone(),
    }
}
