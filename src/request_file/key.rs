//! What a request may say: the names people write, in any of the three kinds of file.

use crate::notation::{fold, nearest};

/// One item of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    What,
    Own,
    Prefecture,
    Compare,
    Period,
    From,
    To,
    Add,
    Formats,
    Papers,
    Public,
    Template,
    Previous,
    Adopt,
    SheetName,
    PaperName,
    Folder,
    Above,
    Below,
    Few,
    Day,
    Remark,
}

/// Names as shown, as in 設定.toml where it has the same.
const NAMES: [(&str, Key); 22] = [
    ("依頼", Key::What),
    ("自地域", Key::Own),
    ("都道府県", Key::Prefecture),
    ("比較地域", Key::Compare),
    ("表示期間", Key::Period),
    ("表示期間の始まり", Key::From),
    ("表示期間の終わり", Key::To),
    ("指標追加", Key::Add),
    ("作るもの", Key::Formats),
    ("配布資料の種類", Key::Papers),
    ("公開用", Key::Public),
    ("ひな形", Key::Template),
    ("前のシート", Key::Previous),
    ("手書きの数値も置き換える", Key::Adopt),
    ("ファイル名", Key::SheetName),
    ("資料のファイル名", Key::PaperName),
    ("保存先", Key::Folder),
    ("上回る", Key::Above),
    ("下回る", Key::Below),
    ("少人数の目安", Key::Few),
    ("作成日", Key::Day),
    ("備考", Key::Remark),
];

impl Key {
    /// The item of this name, however it is spaced; `比較地域2` counts as `比較地域`.
    pub fn find(text: &str) -> Option<Self> {
        let folded = fold(text);
        let of = |name: &str| NAMES.iter().find(|(known, _)| fold(known) == name).map(|(_, key)| *key);
        of(&folded).or_else(|| {
            let stem = folded.trim_end_matches(|c: char| c.is_ascii_digit());
            of(stem).filter(|key| stem != folded && key.takes_several())
        })
    }

    /// The name people see.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, key)| *key == self).map_or("", |(name, _)| *name)
    }

    /// Whether several contents may be said, also in one cell with 「、」 between them.
    pub fn takes_several(self) -> bool {
        matches!(self, Self::Own | Self::Compare | Self::Add | Self::Formats | Self::Papers)
    }

    /// 「もしかすると「比較地域」ですか。」, or what else to do about an unknown name.
    pub fn hint(text: &str) -> String {
        match nearest(text, NAMES.iter().map(|(name, _)| *name)) {
            Some(name) => format!("もしかすると「{name}」ですか。"),
            None => "書ける項目は、見本フォルダーの「依頼の見本.toml」で見られます。".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, NAMES};

    #[test]
    fn names_are_found_however_they_are_typed() {
        for (text, key) in [
            ("自地域", Some(Key::Own)),
            (" 比較　地域 ", Some(Key::Compare)),
            ("比較地域２", Some(Key::Compare)),
            ("ひな形2", None),
            ("自治域", None),
        ] {
            assert_eq!(Key::find(text), key, "{text}");
        }
        assert_eq!(Key::hint("自治域"), "もしかすると「自地域」ですか。");
        for (name, key) in NAMES {
            assert_eq!((Key::find(name), key.name()), (Some(key), name));
        }
    }
}
