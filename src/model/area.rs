//! Areas: the nation, prefectures, insurers (保険者), municipalities and wards.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A 6-digit 全国地方公共団体コード with a correct check digit, such as `401307` (福岡市).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode([u8; 6]);

impl AreaCode {
    /// Takes 6 ASCII digits whose last one is the check digit of the first five; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 6] = text.as_bytes().try_into().ok()?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let code = Self(digits);
        (Self::check_digit(&digits) == digits[5]).then_some(code)
    }

    /// Completes a 5-digit code with its check digit; `None` unless `text` is 5 ASCII digits.
    pub fn from_five(text: &str) -> Option<Self> {
        let five: [u8; 5] = text.as_bytes().try_into().ok()?;
        if !five.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut digits = [five[0], five[1], five[2], five[3], five[4], b'0'];
        digits[5] = Self::check_digit(&digits);
        Some(Self(digits))
    }

    /// The check digit of the first five digits: weights 6 5 4 3 2, 11 − (sum mod 11), last digit of that
    /// (総務省「全国地方公共団体コード仕様」).
    fn check_digit(digits: &[u8; 6]) -> u8 {
        let sum: u32 = digits[..5].iter().zip([6, 5, 4, 3, 2]).map(|(d, w)| u32::from(d - b'0') * w).sum();
        b'0' + ((11 - sum % 11) % 10) as u8
    }

    /// The code as its six digits.
    pub fn as_str(&self) -> &str {
        // The bytes are ASCII digits by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The two digits of the prefecture, `40` for 福岡県.
    pub fn prefecture_digits(&self) -> &str {
        self.as_str().get(..2).unwrap_or_default()
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AreaCode({})", self.as_str())
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.as_str().to_owned()
    }
}

impl TryFrom<String> for AreaCode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("「{text}」は6けたの団体コードではありません。"))
    }
}

/// What kind of area a figure speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 全国
    Nation,
    /// 都道府県
    Prefecture,
    /// 保険者: a municipality that runs its own insurance, or a union (広域連合など)
    Insurer,
    /// A municipality that is a member of a union, or whose insurer is not known
    Municipality,
    /// 政令指定都市の区
    Ward,
    /// Kept as written: not in the catalog
    Other,
}

/// One area. Two areas are the same when their [`Area::key`] is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Area {
    /// 団体コード; `None` for the nation, for unions and for areas kept as written.
    pub code: Option<AreaCode>,
    /// 「都道府県 名称」 for insurers, municipalities and wards; 「全国」 and 「福岡県」 alone.
    pub name: String,
    /// The prefecture's full name; `None` for the nation and for areas whose prefecture is not known.
    pub prefecture: Option<String>,
    /// See [`AreaLevel`].
    pub level: AreaLevel,
}

impl Area {
    /// The whole country.
    pub fn nation() -> Self {
        Self { code: None, name: "全国".to_owned(), prefecture: None, level: AreaLevel::Nation }
    }

    /// What identifies the area in maps and in the store: its code, else its display name.
    pub fn key(&self) -> &str {
        self.code.as_ref().map_or(self.name.as_str(), AreaCode::as_str)
    }

    /// The name without its prefecture: `福岡市` of `福岡県 福岡市`.
    pub fn short_name(&self) -> &str {
        match &self.prefecture {
            Some(prefecture) if self.level != AreaLevel::Prefecture => {
                self.name.strip_prefix(prefecture.as_str()).map_or(self.name.as_str(), str::trim_start)
            }
            _ => &self.name,
        }
    }
}
