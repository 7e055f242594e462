//! `handout.toml`: paper, type size and which parts a handout has. Strict: a slip is told with its line.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::problem::TemplateProblem;

/// Name of the settings file inside the template folder.
pub const FILE: &str = "handout.toml";

/// Which paper is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 配布資料
    Handout,
    /// 1枚もの
    OnePage,
    /// 記入用
    Worksheet,
}

impl Kind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Handout, Self::OnePage, Self::Worksheet];

    /// The name people use, also in `--handout`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Handout => "配布資料",
            Self::OnePage => "1枚もの",
            Self::Worksheet => "記入用",
        }
    }

    /// The reverse of [`Kind::label`]; `１枚もの` counts too.
    pub fn from_label(label: &str) -> Option<Self> {
        let label = label.trim().replace('１', "1");
        Self::ALL.into_iter().find(|kind| kind.label() == label)
    }
}

/// Paper size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Paper {
    /// 210 × 297 mm
    A4,
    /// 297 × 420 mm
    A3,
}

/// A part that may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 要点
    Summary,
    /// 比較表
    Tables,
    /// 図
    Charts,
    /// 検討
    Discussion,
    /// 年度別の値
    Years,
    /// 指標一覧
    Indicators,
    /// 出典
    Sources,
}

impl Part {
    const ALL: [(&'static str, Self); 7] = [
        ("要点", Self::Summary),
        ("比較表", Self::Tables),
        ("図", Self::Charts),
        ("検討", Self::Discussion),
        ("年度別の値", Self::Years),
        ("指標一覧", Self::Indicators),
        ("出典", Self::Sources),
    ];
}

/// How one kind of handout is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageOptions {
    /// Size of the paper.
    pub paper: Paper,
    /// 横
    pub landscape: bool,
    /// 大きめ: 13 pt instead of 10.5 pt.
    pub large: bool,
    /// What is on it, in the order of the enum.
    pub parts: Vec<Part>,
}

impl PageOptions {
    /// Width and height of the paper in points.
    pub fn paper_points(&self) -> (f64, f64) {
        let (short, long) = match self.paper {
            Paper::A4 => (595.276, 841.89),
            Paper::A3 => (841.89, 1190.551),
        };
        if self.landscape { (long, short) } else { (short, long) }
    }
}

/// The settings of all three kinds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// 配布資料
    pub handout: PageOptions,
    /// 1枚もの
    pub one_page: PageOptions,
    /// 記入用
    pub worksheet: PageOptions,
}

impl Options {
    /// The settings of one kind.
    pub fn of(&self, kind: Kind) -> &PageOptions {
        match kind {
            Kind::Handout => &self.handout,
            Kind::OnePage => &self.one_page,
            Kind::Worksheet => &self.worksheet,
        }
    }

    /// Reads `handout.toml`. Errors name the line and what may stand there.
    pub fn parse(text: &str) -> Result<Self, TemplateProblem> {
        let written: WrittenOptions = toml::from_str(text).map_err(|error| toml_problem(text, &error))?;
        Ok(Self {
            handout: written.handout.check(text)?,
            one_page: written.one_page.check(text)?,
            worksheet: written.worksheet.check(text)?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOptions {
    handout: WrittenPage,
    one_page: WrittenPage,
    worksheet: WrittenPage,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPage {
    paper: Spanned<String>,
    orientation: Spanned<String>,
    type_size: Spanned<String>,
    parts: Spanned<Vec<Spanned<String>>>,
}

impl WrittenPage {
    fn check(&self, text: &str) -> Result<PageOptions, TemplateProblem> {
        if self.parts.get_ref().is_empty() {
            let names = Part::ALL.map(|(name, _)| format!("\"{name}\"")).join("、");
            let line = line_of(text, self.parts.span().start);
            let message = "parts が空のため、載せるものがありません。";
            return Err(TemplateProblem::new(FILE, line, message).hint(format!("使えるのは {names} です。")));
        }
        let parts = self
            .parts
            .get_ref()
            .iter()
            .map(|part| choose(text, part, "parts", &Part::ALL))
            .collect::<Result<_, _>>()?;
        Ok(PageOptions {
            paper: choose(text, &self.paper, "paper", &[("A4", Paper::A4), ("A3", Paper::A3)])?,
            landscape: choose(text, &self.orientation, "orientation", &[("縦", false), ("横", true)])?,
            large: choose(text, &self.type_size, "type_size", &[("標準", false), ("大きめ", true)])?,
            parts,
        })
    }
}

fn choose<T: Copy>(
    text: &str,
    written: &Spanned<String>,
    key: &str,
    choices: &[(&str, T)],
) -> Result<T, TemplateProblem> {
    let value = written.get_ref();
    choices.iter().find(|(name, _)| name == value).map(|(_, choice)| *choice).ok_or_else(|| {
        let names = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join("、");
        TemplateProblem::new(FILE, line_of(text, written.span().start), format!("{key} に「{value}」は使えません。"))
            .hint(format!("使えるのは {names} です。"))
    })
}

fn toml_problem(text: &str, error: &toml::de::Error) -> TemplateProblem {
    let line = error.span().and_then(|span| line_of(text, span.start));
    let english = error.message();
    let quoted: Vec<&str> = english.split('`').skip(1).step_by(2).collect();
    let (message, hint) = match quoted.as_slice() {
        [unknown, known @ ..] if english.starts_with("unknown field") => {
            (format!("「{unknown}」という項目はありません。"), format!("使える項目は {} です。", known.join("、")))
        }
        [missing, ..] if english.starts_with("missing field") => (
            format!("「{missing}」の行がありません。"),
            "もとのひな形を見て、消えた行を書き足してください。".to_owned(),
        ),
        _ if english.starts_with("invalid type") => (
            "値の書き方が違います。".to_owned(),
            "文字は \"A4\" のように半角の「\"」で囲み、parts は [ ] で囲んでください。".to_owned(),
        ),
        _ => (
            "書き方に誤りがあります。".to_owned(),
            format!("「項目 = \"値\"」の形で、かぎかっこと引用符が閉じているか確かめてください。（{english}）"),
        ),
    };
    TemplateProblem::new(FILE, line, message).hint(hint)
}

fn line_of(text: &str, offset: usize) -> Option<usize> {
    text.get(..offset).map(|before| before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../sheet-templates/chiiki-bunseki/handout.toml");

    #[test]
    fn the_shipped_settings_are_read() {
        let options = Options::parse(SHIPPED).unwrap();
        assert_eq!(options.of(Kind::OnePage).paper, Paper::A3);
        assert!(options.of(Kind::OnePage).landscape);
        assert_eq!(options.of(Kind::Handout).parts.len(), 5);
    }

    #[test]
    fn slips_are_told_with_their_line() {
        let wrong_value = SHIPPED.replacen("paper = \"A4\"", "paper = \"B4\"", 1);
        let problem = Options::parse(&wrong_value).unwrap_err();
        assert_eq!(problem.line, Some(16));
        assert!(problem.message.contains("「B4」"), "{}", problem.message);

        let wrong_key = SHIPPED.replacen("orientation = \"縦\"", "orientaton = \"縦\"", 1);
        let problem = Options::parse(&wrong_key).unwrap_err();
        assert_eq!(problem.line, Some(17));
        assert!(problem.message.contains("「orientaton」"), "{}", problem.message);

        let wrong_part = SHIPPED.replacen("\"検討\", \"出典\"", "\"けんとう\", \"出典\"", 1);
        let problem = Options::parse(&wrong_part).unwrap_err();
        assert_eq!(problem.line, Some(19));

        let open_quote = SHIPPED.replacen("type_size = \"標準\"", "type_size = \"標準", 1);
        assert_eq!(Options::parse(&open_quote).unwrap_err().line, Some(18));
    }

    #[test]
    fn a_paper_without_any_part_is_no_paper() {
        let start = SHIPPED.find("parts = [").unwrap();
        let end = start + SHIPPED[start..].find(']').unwrap();
        let empty = format!("{}parts = [{}", &SHIPPED[..start], &SHIPPED[end..]);
        let problem = Options::parse(&empty).unwrap_err();
        assert_eq!(problem.line, Some(19));
        assert!(problem.message.contains("parts が空"), "{}", problem.message);
    }

    #[test]
    fn a_missing_line_is_named() {
        let cut = SHIPPED.replacen("type_size = \"標準\"\n", "", 1);
        assert!(Options::parse(&cut).unwrap_err().message.contains("「type_size」"));
    }
}
