//! The sentences of a handout, by Handlebars from `texts/*.hbs`: strict, and plain text (nothing is escaped, because
//! the result enters the layout as data). Every number in them is a shown value, so it can be found in the table.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use handlebars::{Handlebars, RenderErrorReason, no_escape};
use serde_json::{Value, json};

use super::data::{Block, Handout, Indicator, MainPoint, Role, Topic, Verdict};
use super::files::TemplateFiles;
use super::problem::TemplateProblem;
use super::{names, shown};
use crate::catalog::is_count;
use crate::compare::shown::{plain_name, spoken_unit};

/// The compiled sentences of a template.
#[derive(Clone)]
pub struct Words(Arc<Handlebars<'static>>);

/// How many services a sentence names in each direction before it says 「ほか」.
const NAMED: usize = 4;
/// How many rows of few people one sentence names.
const NAMED_FEW: usize = 8;
/// How many questions the summary asks.
const QUESTIONS: usize = 3;

impl Words {
    /// Compiles every `texts/*.hbs`; a slip is told with its line.
    pub fn compile(template: &TemplateFiles) -> Result<Self, TemplateProblem> {
        // Compiling them takes longer than saying them.
        static SHIPPED: OnceLock<Words> = OnceLock::new();
        let shipped = template
            .iter()
            .filter(|(path, _)| path.ends_with(".hbs"))
            .all(|(path, _)| template.unchanged(path).is_some());
        if let (true, Some(words)) = (shipped, SHIPPED.get()) {
            return Ok(words.clone());
        }
        let words = Self::compiled(template)?;
        Ok(if shipped { SHIPPED.get_or_init(|| words).clone() } else { words })
    }

    fn compiled(template: &TemplateFiles) -> Result<Self, TemplateProblem> {
        let mut handlebars = Handlebars::new();
        handlebars.set_strict_mode(true);
        handlebars.register_escape_fn(no_escape);
        for (path, text) in template.iter().filter(|(path, _)| path.ends_with(".hbs")) {
            if let Some(line) = includes_another(text) {
                return Err(TemplateProblem::new(
                    path,
                    Some(line),
                    "ほかの文を読み込む書き方（{{> …}}）は使えません。",
                )
                .hint("読み込みたい文を、この行にそのまま書いてください。"));
            }
            handlebars.register_template_string(path, text.trim_end()).map_err(|error| {
                TemplateProblem::new(path, error.pos().map(|(line, _)| line), "文のひな形の書き方に誤りがあります。")
                    .hint(format!(
                        "「{{{{」と「}}}}」、{{{{#if}}}} と {{{{/if}}}} の数を確かめてください。（{}）",
                        error.reason()
                    ))
            })?;
        }
        Ok(Self(Arc::new(handlebars)))
    }

    /// One sentence.
    pub fn say(&self, name: &str, context: &Value) -> Result<String, TemplateProblem> {
        let path = format!("texts/{name}.hbs");
        let said = self.0.render(&path, context).map_err(|error| {
            let message = match error.reason() {
                RenderErrorReason::MissingVariable(Some(variable)) => {
                    format!("「{variable}」という差し込み項目はありません。")
                }
                _ => "文を作れませんでした。".to_owned(),
            };
            let known = context.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>().join("、"));
            TemplateProblem::new(path, error.line_no, message)
                .hint(format!("使える差し込み項目は {} です。", known.unwrap_or_default()))
        })?;
        // The templates may be broken into lines for the eye.
        Ok(said.lines().map(str::trim).collect())
    }

    /// 要点: the given ones, else one a block made from its figures.
    pub fn main_points(&self, handout: &Handout) -> Result<Vec<MainPoint>, TemplateProblem> {
        if !handout.main_points.is_empty() {
            return Ok(handout.main_points.clone());
        }
        let Some(main) = handout.main_index() else {
            let text = self.say("no-main-year", &json!({ "保険者名": handout.insurer }))?;
            return Ok(vec![MainPoint { label: "比較".to_owned(), text }]);
        };
        // A block of numbers of people has nothing to compare.
        let compared = handout.blocks.iter().filter(|block| block.indicators.iter().any(can_be_judged));
        compared.map(|block| self.main_point(handout, block, main)).collect()
    }

    fn main_point(&self, handout: &Handout, block: &Block, main: usize) -> Result<MainPoint, TemplateProblem> {
        // The raw figure first, then the adjusted one: ageing must not be blamed for what it does not explain.
        let first = block.indicators.iter().find(|row| can_be_judged(row));
        let adjusted = block.indicators.iter().find(|i| i.adjusted).filter(|a| first.is_some_and(|f| f.id != a.id));
        let leads: Vec<&Indicator> = first.into_iter().chain(adjusted).collect();
        let single_group = names::rows(block).iter().all(|name| name.group.is_some() && name.measure.is_empty());
        let mut text = String::new();
        if single_group {
            // Rates of equal rank: none of them leads, and what is not judged is named.
            text.push_str(&self.standouts(block, &[])?);
            text.push_str(&self.not_judged(handout, block, main)?);
        } else {
            for lead in &leads {
                text.push_str(&self.say("point", &context(handout, lead, main))?);
            }
            text.push_str(&self.standouts(block, &leads)?);
        }
        Ok(MainPoint { label: block.name.clone(), text })
    }

    fn standouts(&self, block: &Block, leads: &[&Indicator]) -> Result<String, TemplateProblem> {
        let findings = findings(block);
        let others: Vec<&Finding> =
            findings.iter().filter(|finding| !leads.iter().any(|lead| finding.ids.contains(&lead.id))).collect();
        let rows = || block.indicators.iter().filter(|row| can_be_judged(row));
        let rest = || rows().filter(|row| !leads.iter().any(|lead| lead.id == row.id));
        let compared = rest().filter(|row| is_judged(row)).count();
        if compared == 0 {
            return Ok(String::new());
        }
        let list = |verdict: Verdict| {
            let chosen: Vec<&&Finding> = others.iter().filter(|finding| finding.verdict == verdict).collect();
            let named = chosen.iter().take(NAMED).map(|finding| finding.words()).collect::<Vec<_>>().join("、");
            match chosen.len().saturating_sub(NAMED) {
                0 => named,
                more => format!("{named}、ほか{more}件"),
            }
        };
        let context = json!({
            "上回る一覧": list(Verdict::Above),
            "下回る一覧": list(Verdict::Below),
            "比べた数": compared,
            "一部": compared < rest().count(),
            "ほかの指標": !leads.is_empty(),
            "先も同程度": leads.iter().all(|lead| lead.verdict == Some(Verdict::Similar)),
        });
        self.say("standout", &context)
    }

    /// Rows of equal rank that are not judged: of few people, or without figures.
    fn not_judged(&self, handout: &Handout, block: &Block, main: usize) -> Result<String, TemplateProblem> {
        let rows = || names::rows(block).into_iter().zip(&block.indicators);
        let list = |wanted: &dyn Fn(&Indicator) -> bool| {
            let names: Vec<String> = rows()
                .filter(|(_, row)| wanted(row))
                .map(|(name, _)| plain_name(&name.anywhere()).replace('　', "の"))
                .collect();
            // All of them: the block's name says it.
            if names.len() == block.indicators.len() { block.name.clone() } else { names.join("、") }
        };
        let few = list(&|row| row.ratio.is_some() && row.unstable);
        let doubtful = list(&|row| row.doubtful);
        let nought = list(&|row| !row.doubtful && row.ratio.is_none() && nation_is_nought(handout, row, main));
        let absent = list(&|row| !row.doubtful && row.ratio.is_none() && !nation_is_nought(handout, row, main));
        if [&few, &doubtful, &nought, &absent].iter().all(|list| list.is_empty()) {
            return Ok(String::new());
        }
        let year = handout.years.get(main).map(|year| year.wareki.clone());
        let context = json!({
            "少数一覧": few, "要確認一覧": doubtful, "全国ゼロ一覧": nought, "値なし一覧": absent, "年度": year,
        });
        self.say("not-judged", &context)
    }

    /// 話し合いたいこと: the given ones, else a question for each of the largest differences.
    pub fn topics(&self, handout: &Handout) -> Result<Vec<Topic>, TemplateProblem> {
        if !handout.topics.is_empty() || handout.main_index().is_none() {
            return Ok(handout.topics.clone());
        }
        let mut all: Vec<Finding> = handout.blocks.iter().flat_map(findings).collect();
        all.sort_by(|a, b| b.size.total_cmp(&a.size));
        // Nobody used what has a mean of nought; that is no question of more or less.
        let asked = all.iter().filter(|finding| finding.size < f64::MAX);
        let questions = asked.take(QUESTIONS).map(|finding| {
            let context = json!({
                "名前": finding.asked,
                "倍率": finding.parts.join("、"),
                "上回る": finding.verdict == Verdict::Above,
                "ない": false,
                "一部": false,
                "比べた数": 0,
                "全体の数": 0,
            });
            Ok(Topic { text: self.say("question", &context)?, check: Vec::new() })
        });
        let mut topics = questions.collect::<Result<Vec<_>, TemplateProblem>>()?;
        if topics.is_empty() {
            let rows = || handout.blocks.iter().flat_map(|block| &block.indicators).filter(|row| can_be_judged(row));
            let (compared, all) = (rows().filter(|row| is_judged(row)).count(), rows().count());
            let context = json!({
                "名前": "",
                "倍率": "",
                "上回る": false,
                "ない": true,
                "一部": compared < all,
                "比べた数": compared,
                "全体の数": all,
            });
            topics.push(Topic { text: self.say("question", &context)?, check: Vec::new() });
        }
        Ok(topics)
    }

    /// どのくらい確かか: the threshold, part-years, unstable rows, then the cautions of the data.
    pub fn certainty(&self, handout: &Handout, cautions: usize) -> Result<Vec<String>, TemplateProblem> {
        let mut lines = Vec::new();
        for year in handout.years.iter().filter(|year| year.part_year) {
            lines.push(self.say("part-year", &json!({ "年度": year.wareki, "月数": year.months }))?);
        }
        for (index, year) in handout.years.iter().enumerate().filter(|(_, year)| !year.part_year) {
            for (months, rows) in part_rows(handout, index) {
                let named = rows.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
                let more = match rows.len().saturating_sub(NAMED) {
                    0 => String::new(),
                    more => format!("、ほか{more}指標"),
                };
                let which = format!("{}の{named}{more}", year.wareki);
                lines.push(self.say("part-year", &json!({ "年度": which, "月数": months }))?);
            }
        }
        let unstable: Vec<String> = handout
            .blocks
            .iter()
            .flat_map(|block| names::rows(block).into_iter().zip(&block.indicators))
            .filter(|(_, indicator)| indicator.unstable)
            .map(|(name, _)| name.label)
            .collect();
        let unstable = once_each(unstable);
        if !unstable.is_empty() {
            let named = unstable.iter().take(NAMED_FEW).cloned().collect::<Vec<_>>().join("、");
            let list = match unstable.len().saturating_sub(NAMED_FEW) {
                0 => named,
                more => format!("{named}、ほか{more}指標"),
            };
            lines.push(self.say("unstable", &json!({ "一覧": list, "数": unstable.len() }))?);
        }
        let first = handout.cautions.iter().filter(|caution| !caution.detail).take(cautions);
        lines.extend(first.map(|caution| caution.text.clone()));
        Ok(lines)
    }

    /// What 上回る, 同程度 and 下回る mean here.
    pub fn threshold(&self, handout: &Handout) -> Result<String, TemplateProblem> {
        let times = |ratio| shown::number(ratio, 2).unwrap_or_default();
        let thresholds = handout.thresholds;
        self.say("threshold", &json!({ "上": times(thresholds.above), "下": times(thresholds.below) }))
    }
}

/// Rows with figures of fewer months in a year that is otherwise whole, by their months.
fn part_rows(handout: &Handout, year: usize) -> BTreeMap<Option<u8>, Vec<String>> {
    let mut found: BTreeMap<Option<u8>, Vec<String>> = BTreeMap::new();
    for block in &handout.blocks {
        for (name, indicator) in names::rows(block).into_iter().zip(&block.indicators) {
            let figures = (0..handout.areas.len()).map(|area| indicator.figure(area, year));
            for figure in figures.filter(|figure| figure.is_part()) {
                let rows = found.entry(figure.months()).or_default();
                let label = name.anywhere().replace('　', "の");
                if !rows.contains(&label) {
                    rows.push(label);
                }
            }
        }
    }
    found
}

/// The line of the first `{{> other}}`. Two sentences that include one another would never end.
fn includes_another(text: &str) -> Option<usize> {
    let mut marks = text.match_indices("{{").map(|(at, mark)| (at, text.get(at + mark.len()..).unwrap_or_default()));
    let (at, _) = marks.find(|(_, rest)| rest.trim_start_matches(['~', '#', '{', '*', ' ', '\n']).starts_with('>'))?;
    Some(text.get(..at)?.matches('\n').count() + 1)
}

/// The names without repetitions, in their order.
fn once_each(names: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}

/// Rows of one service that stand out, amount and volume together.
struct Finding {
    name: String,
    /// The name in a question, where the block is not said: 「施設サービスの受給率」.
    asked: String,
    /// 「給付月額1.55倍」
    parts: Vec<String>,
    ids: Vec<String>,
    verdict: Verdict,
    /// |ln ratio| of the part that stands out most.
    size: f64,
}

impl Finding {
    fn words(&self) -> String {
        format!("{}（{}）", self.name, self.parts.join("、"))
    }
}

/// It has a verdict that counts.
fn is_judged(row: &Indicator) -> bool {
    row.ratio.is_some() && row.verdict.is_some() && !row.unstable
}

/// Both values are there, and no ratio to a nation of nought.
fn nation_is_nought(handout: &Handout, row: &Indicator, main: usize) -> bool {
    let value = |role| handout.area_of(role).and_then(|area| row.figure(area, main).whole());
    value(Role::Own).is_some() && value(Role::Nation) == Some(0.0)
}

/// Numbers of people and the like are never judged.
fn can_be_judged(row: &Indicator) -> bool {
    !is_count(&row.name, &row.unit) || row.ratio.is_some()
}

/// What stands out in a block, largest first. Rows with few recipients are no findings.
fn findings(block: &Block) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for (name, indicator) in names::rows(block).into_iter().zip(&block.indicators) {
        let (Some(ratio), Some(verdict), false) = (indicator.ratio, indicator.verdict, indicator.unstable) else {
            continue;
        };
        let Some(times) = indicator.shown_ratio() else { continue };
        if verdict == Verdict::Similar {
            continue;
        }
        // A ratio of nought is as far below as one can be.
        let size = if ratio > 0.0 { ratio.ln().abs() } else { f64::MAX };
        let part = format!("{}{times}倍", name.measure);
        let asked = if name.measure.is_empty() { name.anywhere().replace('　', "の") } else { name.label.clone() };
        let same =
            |finding: &&mut Finding| name.group.is_some() && finding.name == name.label && finding.verdict == verdict;
        match findings.iter_mut().find(same) {
            Some(finding) => {
                finding.parts.push(part);
                finding.ids.push(indicator.id.clone());
                finding.size = finding.size.max(size);
            }
            None => {
                let ids = vec![indicator.id.clone()];
                findings.push(Finding { name: name.label, asked, parts: vec![part], ids, verdict, size });
            }
        }
    }
    findings.sort_by(|a, b| b.size.total_cmp(&a.size));
    findings
}

fn context(handout: &Handout, indicator: &Indicator, main: usize) -> Value {
    let figure = |role| {
        let value = handout.area_of(role).and_then(|area| indicator.figure(area, main).whole())?;
        shown::number(value, indicator.decimals)
    };
    let name = |role| handout.area_of(role).and_then(|area| handout.areas.get(area)).map(|area| area.name.clone());
    let (own, nation) = (figure(Role::Own), figure(Role::Nation));
    json!({
        "指標": plain_name(&indicator.name),
        "単位": spoken_unit(&indicator.unit),
        "年度": handout.years.get(main).map(|year| year.wareki.clone()),
        "自地域名": name(Role::Own),
        "自地域": own,
        "全国": nation,
        "都道府県名": name(Role::Prefecture),
        "都道府県平均": figure(Role::Prefecture),
        "差": indicator.difference.and_then(|d| shown::signed(d, indicator.decimals)),
        "差の大きさ": indicator.difference.and_then(|d| shown::size(d, indicator.decimals)),
        "倍率": indicator.shown_ratio(),
        "判定": indicator.verdict.map(Verdict::word),
        "上回る": indicator.verdict == Some(Verdict::Above),
        "下回る": indicator.verdict == Some(Verdict::Below),
        "割合": indicator.unit == "％",
        "調整済み": indicator.adjusted,
        "少数": indicator.unstable,
        "要確認": indicator.doubtful && own.is_some() && nation.is_some(),
        "全国ゼロ": nation_is_nought(handout, indicator, main),
        "順位": indicator.rank,
        "全国なし": own.is_some() && nation.is_none(),
        "比べられる": own.is_some() && nation.is_some() && indicator.verdict.is_some() && indicator.ratio.is_some()
            && indicator.difference.is_some(),
    })
}
