//! The area of a row that names it several times over: by 団体コード, by prefecture, by name. All must agree.

use std::sync::Arc;

use super::AreaText;
use crate::catalog::{Catalog, Lookup, fold_name};
use crate::model::{Area, AreaCode, AreaLevel};

/// Words for the whole country in the place of a prefecture.
const NATION: [&str; 3] = ["全国", "全国計", "全国合計"];
/// Sums that do not say of what.
const SUMS: [&str; 7] = ["合計", "総計", "計", "小計", "平均", "総数", "県計"];

/// Whether a name stands for a sum of the rows beside it.
pub(super) fn is_sum(text: &str) -> bool {
    let folded = fold_name(text);
    SUMS.contains(&folded.as_str()) && folded != "平均"
}

/// What a row says about its area, as written; empty cells and dashes are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said<'a> {
    pub code: Option<&'a str>,
    pub prefecture: Option<&'a str>,
    pub name: Option<&'a str>,
}

/// The area of a row, or a sentence why it cannot be told.
///
/// A code that belongs to another place than the name beside it means a shifted or mistyped cell: such a row is
/// nobody's. A name that fits several areas is decided by the code, never by order.
pub(super) fn area_of(catalog: &Catalog, said: Said<'_>) -> Result<AreaText, String> {
    let Said { code, prefecture, name } = said;
    if code.is_none() && (said.is_nation() || name.is_none() && prefecture.is_none()) {
        return if said.is_nation() { Ok(nation()) } else { Err("地域の名前がありません。".to_owned()) };
    }
    let sum = |text: &&str| SUMS.contains(&fold_name(text).as_str());
    if let Some(sum) = [prefecture, name].into_iter().flatten().find(sum) {
        return Err(format!("「{sum}」がどの地域のものか分かりません。"));
    }
    let named = match (prefecture, name) {
        (_, Some(name)) => catalog.find_in(prefecture, name),
        (Some(prefecture), None) => catalog.find_name(prefecture),
        (None, None) => Lookup::None,
    };
    let Some(code) = code else {
        return match named {
            Lookup::One(area) => Ok(text_of(&area)),
            Lookup::None => Ok(as_written(prefecture, name)),
            many => Err(many.describe(name.or(prefecture).unwrap_or_default())),
        };
    };
    if !fold_name(code).bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("団体コードの所に「{code}」と書かれています。"));
    }
    let written = name.or(prefecture).unwrap_or_default();
    let coded = catalog.find_code(code);
    match (coded.candidates(), named.candidates()) {
        ([], []) if name.is_some() || prefecture.is_some() => Ok(as_written(prefecture, name)),
        ([], []) => Err(format!("団体コード「{code}」は正しくないか、一覧にありません。")),
        // A 保険者番号 shares its first five digits with the 団体コード; a ward that was renumbered keeps its name.
        ([], named) => {
            let five = code.get(..5).and_then(AreaCode::from_five);
            let former = AreaCode::parse(code).filter(|_| prefecture.is_some() && named.len() == 1);
            let is_own = |area: &Area| {
                let own = area.code;
                own.is_some() && (own == five || same_prefecture(own, former))
            };
            let own: Vec<_> = named.iter().filter(|area| is_own(area)).collect();
            match own.as_slice() {
                [area] => Ok(text_of(area)),
                _ => Err(format!("団体コード「{code}」は正しくないか、「{written}」のものではありません。")),
            }
        }
        ([area], []) if name.is_none() && prefecture.is_none() => Ok(text_of(area)),
        (coded, named) => {
            let both: Vec<_> =
                coded.iter().filter(|area| named.iter().any(|other| other.key() == area.key())).collect();
            match both.as_slice() {
                [area] => Ok(text_of(area)),
                [] => Err(format!("団体コード「{code}」と地域の名前「{written}」が食い違っています。")),
                _ => Err(format!("団体コード「{code}」の地域を1つに決められません。")),
            }
        }
    }
}

fn same_prefecture(a: Option<AreaCode>, b: Option<AreaCode>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.prefecture_digits() == b.prefecture_digits())
}

impl Said<'_> {
    fn is_nation(&self) -> bool {
        let nation = |text: &str| NATION.contains(&fold_name(text).as_str());
        match (self.prefecture, self.name) {
            (Some(text), None) | (None, Some(text)) => nation(text),
            (Some(prefecture), Some(name)) => nation(prefecture) && nation(name),
            (None, None) => false,
        }
    }
}

/// A cell's text unless it is empty or a dash.
pub(super) fn written(text: &str) -> Option<&str> {
    let text = text.trim();
    let dash = |c: char| matches!(c, '-' | '－' | '―' | 'ー' | '‐' | '−');
    (!text.is_empty() && !text.chars().all(dash)).then_some(text)
}

/// 全国
pub(super) fn nation() -> AreaText {
    AreaText { prefecture: None, name: Arc::from("全国"), is_code: false, level: Some(AreaLevel::Nation) }
}

/// An area of the catalog as the later stages find it again.
pub(super) fn text_of(area: &Area) -> AreaText {
    match (area.code, area.level) {
        (Some(code), _) => AreaText { prefecture: None, name: Arc::from(code.as_str()), is_code: true, level: None },
        (None, AreaLevel::Nation) => nation(),
        (None, _) => AreaText {
            prefecture: area.prefecture.as_deref().map(Arc::from),
            name: Arc::from(area.short_name()),
            is_code: false,
            level: None,
        },
    }
}

fn as_written(prefecture: Option<&str>, name: Option<&str>) -> AreaText {
    match (prefecture, name) {
        (prefecture, Some(name)) => {
            AreaText { prefecture: prefecture.map(Arc::from), name: Arc::from(name), is_code: false, level: None }
        }
        (prefecture, None) => {
            AreaText { prefecture: None, name: Arc::from(prefecture.unwrap_or_default()), is_code: false, level: None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(code: &'a str, prefecture: &'a str, name: &'a str) -> Said<'a> {
        Said { code: written(code), prefecture: written(prefecture), name: written(name) }
    }

    fn told(said: Said<'_>) -> Option<String> {
        area_of(Catalog::shipped(), said).ok().map(|area| area.name.to_string())
    }

    #[test]
    fn code_and_name_agree_or_the_row_is_nobodys() {
        for (row, area) in [
            (said("401307", "福岡県", "福岡市"), Some("401307")),
            (said("", "福岡県", "福岡市"), Some("401307")),
            (said("11002", "北海道", "札幌市"), Some("011002")),
            (said("473812", "沖縄県", "八重山郡竹富町"), Some("473812")),
            (said("010006", "北海道", "-"), Some("010006")),
            (said("-", "全国", "-"), Some("全国")),
            (said("-", "合計", "-"), None),
            (said("", "福岡県", "計"), None),
            (said("401307", "福岡県", "北九州市"), None),
            (said("401307", "佐賀県", "福岡市"), None),
            // The sixth digit may be that of the 保険者番号; any other digit may not differ.
            (said("401306", "福岡県", "福岡市"), Some("401307")),
            (said("401317", "福岡県", "福岡市"), None),
            (said("", "", "府中市"), None),
            (said("132063", "", "府中市"), Some("132063")),
            (said("342084", "", "府中市"), Some("342084")),
            (said("", "", ""), None),
        ] {
            assert_eq!(told(row).as_deref(), area, "{row:?}");
        }
    }

    #[test]
    fn two_villages_of_one_name_are_told_apart_by_their_codes() {
        assert_eq!(told(said("014036", "北海道", "泊村")).as_deref(), Some("014036"));
        assert_eq!(told(said("", "北海道", "泊村")), None);
    }
}
