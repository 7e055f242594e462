//! 読み方: what a person said about a table of no known layout, kept as `読み方/*.toml` and tried first next time.
//!
//! Columns are known by their headings, so a table with its columns in another order is still read right; a heading
//! that is gone makes the mapping not fit, and nothing is read.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::form::id_in;
use crate::notation::fold;

/// In 「地域」: the sheet's name is the area.
pub const SHEET_NAME: &str = "シート名";

/// In 「期間」 and 「地域」: the title over the headings (of the period also the file's name) says it each time.
pub const TITLE: &str = "表題";

/// How one kind of table is read. Names in the file are Japanese; unknown names are mistakes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What a person calls it
    #[serde(rename = "名前")]
    pub name: String,
    /// The sheet; every sheet whose headings fit when left out
    #[serde(rename = "シート", default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// First and last row of headings, as Excel counts
    #[serde(rename = "見出しの行")]
    pub heading: [u32; 2],
    /// Heading (or letter) of the column of 団体コード
    #[serde(rename = "団体コードの列", default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Heading (or letter) of the column of 都道府県
    #[serde(rename = "都道府県の列", default, skip_serializing_if = "Option::is_none")]
    pub prefecture: Option<String>,
    /// Heading (or letter) of the column of area names
    #[serde(rename = "地域の列", default, skip_serializing_if = "Option::is_none")]
    pub area_column: Option<String>,
    /// The one area of the table, or `シート名`
    #[serde(rename = "地域", default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Heading (or letter) of the column of periods
    #[serde(rename = "期間の列", default, skip_serializing_if = "Option::is_none")]
    pub period_column: Option<String>,
    /// The one period of the table, or `表題`
    #[serde(rename = "期間", default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// A year without 年度 is a calendar year
    #[serde(rename = "暦年", default, skip_serializing_if = "std::ops::Not::not")]
    pub calendar: bool,
    /// Headings (or letters) of the columns whose words say what a row counts, outermost first
    #[serde(rename = "項目の列", default, skip_serializing_if = "Vec::is_empty")]
    pub label_columns: Vec<String>,
    /// Heading (or letter) of the column of units
    #[serde(rename = "単位の列", default, skip_serializing_if = "Option::is_none")]
    pub unit_column: Option<String>,
    /// The columns of figures
    #[serde(rename = "列")]
    pub columns: Vec<Column>,
    /// What the words of 「項目の列」 mean
    #[serde(rename = "行", default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Column>,
}

/// One column of figures; in 「行」 what the words at the left of a row mean, without letter, period and areas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its heading, stacked ones (of a row the words of several columns) joined by `／`
    #[serde(rename = "見出し")]
    pub heading: String,
    /// Its letter, which decides between columns of one heading
    #[serde(rename = "列", default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// 指標ID; empty where the rows (of a row: the columns) say it
    #[serde(rename = "指標ID", default, skip_serializing_if = "String::is_empty")]
    pub indicator: String,
    /// Unit of the figures as they stand (`千人`)
    #[serde(rename = "単位", default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Period of this column
    #[serde(rename = "期間", default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Area of this column
    #[serde(rename = "地域", default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Column of areas, where the table has several side by side
    #[serde(rename = "地域の列", default, skip_serializing_if = "Option::is_none")]
    pub area_column: Option<String>,
    /// 要支援1 … 要介護5
    #[serde(rename = "要介護度", default, skip_serializing_if = "Option::is_none")]
    pub care_level: Option<String>,
    /// サービス種類
    #[serde(rename = "サービス", default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// 年齢階級
    #[serde(rename = "年齢", default, skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// 男・女
    #[serde(rename = "性別", default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
}

impl Mapping {
    /// Reads a mapping's file: UTF-8 with or without byte order mark, or CP932 as old editors save it.
    ///
    /// # Errors
    /// The user's mistake, with file, line and what to do.
    pub fn parse(bytes: &[u8], file_name: &str) -> Result<Self> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(_) => encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned(),
        };
        let mapping: Self = toml::from_str(&text).map_err(|error| explain(&text, &error, file_name))?;
        match mapping.problem() {
            Some(problem) => Err(Error::Usage(format!("{file_name}：{problem}"))),
            None => Ok(mapping),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// None for a mapping that came from [`Mapping::parse`] or from the reading of a table.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::Internal(error.to_string()))
    }

    /// What keeps the mapping from being used, as a sentence.
    pub fn problem(&self) -> Option<String> {
        let [first, last] = self.heading;
        if first == 0 || first > last || last > 100 {
            return Some("「見出しの行」は [2, 3] のように、始まりと終わりの行番号を書いてください。".to_owned());
        }
        if self.columns.is_empty() {
            return Some("数値の列（[[列]]）が1つもありません。".to_owned());
        }
        let rows_have_area = self.area.is_some() || self.area_column.is_some() || self.code.is_some();
        let rows_have_period = self.period.is_some() || self.period_column.is_some();
        if self.label_columns.is_empty() != self.rows.is_empty() {
            return Some("「項目の列」と、その言葉の意味（[[行]]）は、両方を書いてください。".to_owned());
        }
        if let Some(problem) = self.rows.iter().enumerate().find_map(|(at, row)| self.row_problem(at, row)) {
            return Some(problem);
        }
        let rows_have_indicator = self.rows.iter().any(|row| !row.indicator.is_empty());
        self.columns.iter().find_map(|column| {
            let heading = &column.heading;
            let said_twice = rows_have_indicator && !column.indicator.is_empty();
            if said_twice {
                return Some(format!(
                    "「{heading}」の指標IDが、行と列の両方に書かれています。どちらかを消してください。"
                ));
            }
            if !rows_have_indicator && indicator_id(&column.indicator).is_none() {
                return Some(format!(
                    "「{heading}」の指標ID「{}」は「X-人口」や「D17-a」のように書いてください。",
                    column.indicator
                ));
            }
            if !rows_have_area && column.area.is_none() && column.area_column.is_none() {
                return Some(format!(
                    "「{heading}」の数値がどの地域のものか書かれていません。「地域の列」か「地域」を書いてください。"
                ));
            }
            (!rows_have_period && column.period.is_none()).then(|| {
                format!("「{heading}」の数値がいつのものか書かれていません。「期間の列」か「期間」を書いてください。")
            })
        })
    }
}

impl Mapping {
    /// What is wrong with one row's meaning. Rows either all name an indicator or none does.
    fn row_problem(&self, at: usize, row: &Column) -> Option<String> {
        let heading = &row.heading;
        if self.rows.iter().take(at).any(|other| fold(&other.heading) == fold(heading)) {
            return Some(format!("「{heading}」の行が2回書かれています。どちらかを消してください。"));
        }
        let not_of_rows = [
            ("列", row.letter.is_some()),
            ("期間", row.period.is_some()),
            ("地域", row.area.is_some()),
            ("地域の列", row.area_column.is_some()),
        ];
        if let Some((name, _)) = not_of_rows.iter().find(|(_, said)| *said) {
            return Some(format!("「{heading}」の行（[[行]]）には「{name}」を書けません。消してください。"));
        }
        let first_named = self.rows.first().is_some_and(|row| !row.indicator.is_empty());
        if first_named == row.indicator.is_empty() || first_named && indicator_id(&row.indicator).is_none() {
            return Some(format!(
                "「{heading}」の指標ID「{}」は「X-人口」や「D17-a」のように書いてください。",
                row.indicator
            ));
        }
        None
    }
}

/// The 指標ID of a column: one of the system's shape, or `X-` and a name in letters of any script.
pub fn indicator_id(text: &str) -> Option<String> {
    id_in(&fold(text))
}

/// TOML's own words are English; the line and the usual slips are told in Japanese.
fn explain(text: &str, error: &toml::de::Error, file_name: &str) -> Error {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    let place = line.map_or_else(String::new, |line| format!(" {line}行目"));
    let message = error.message();
    let name = message.split('`').nth(1).unwrap_or_default();
    let reason = if message.contains("unknown field") {
        format!("「{name}」という項目はありません。項目の名前を確かめてください。")
    } else if message.contains("missing field") {
        format!("「{name}」がありません。書き足してください。")
    } else if message.contains("duplicate") {
        "同じ項目が2回書かれています。どちらかを消してください。".to_owned()
    } else if message.contains("invalid type") {
        "値の書き方が違います。文字は \"\" で囲み、数はそのまま書いてください。".to_owned()
    } else {
        "書き方を読み取れません。項目の名前と文字を \"\" で囲んであるか、確かめてください。".to_owned()
    };
    Error::Usage(format!("{file_name}{place}：{reason}"))
}
