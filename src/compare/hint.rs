//! From a deviation to what may be behind it and which data would tell (STEP 2 and 3 of the guide). Possibilities,
//! never findings: the words on the form are the people's.

use super::shown::{decimals, plain_name, service_name, shown, with_unit};
use super::{ComparedRow, Comparison, Verdict};
use crate::catalog::Block;
use crate::form::Role;
use crate::notation::wareki;

/// Which part of the form a hint belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HintBlock {
    /// 認定率
    Certification,
    /// 受給率
    Recipients,
    /// 受給者1人あたり給付月額・利用日数回数
    PerRecipient,
}

impl HintBlock {
    /// The title on the form.
    pub fn title(self) -> &'static str {
        match self {
            Self::Certification => Block::CertificationRate.title(),
            Self::Recipients => Block::RecipientRate.title(),
            Self::PerRecipient => Block::PerRecipient.title(),
        }
    }
}

/// One line of 「検討メモ」.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where on the form
    pub block: HintBlock,
    /// Row of the comparison it starts from
    pub row: usize,
    /// All rows it speaks of
    pub rows: Vec<usize>,
    /// STEP 1: what differs, with the shown figures
    pub fact: String,
    /// STEP 2: what may be behind it
    pub candidates: String,
    /// STEP 3: data that would tell
    pub checks: String,
    /// STEP 4: a question for measures
    pub question: String,
}

/// A line of the table: which deviations call for it and what it says.
struct Rule {
    block: HintBlock,
    /// Indicators any of which must deviate, and how
    when: &'static [(&'static str, Verdict)],
    /// Indicators that must not deviate so
    unless: &'static [(&'static str, Verdict)],
    candidates: &'static str,
    checks: &'static str,
    question: &'static str,
}

use Verdict::{Above, Below};

/// Deviation → hypothesis → data to check.
const RULES: [Rule; 13] = [
    Rule {
        block: HintBlock::Certification,
        when: &[("B4-a", Above)],
        unless: &[("B5-a", Above)],
        candidates: "調整済み認定率は全国平均と大きく違わないため、75歳以上・85歳以上の人が多いなど、年齢構成による可能性があります。",
        checks: "A3-a 前期・後期別高齢者割合、A4 高齢者の年齢構成、B2-a 前期・後期別第１号被保険者割合、B4-d・B4-e 75歳以上・85歳以上の認定率",
        question: "今後、年齢構成がどう変わり、認定者数にどう表れるか。",
    },
    Rule {
        block: HintBlock::Certification,
        when: &[("B5-a", Above)],
        unless: &[],
        candidates: "年齢と性別の構成をそろえても高いため、早い段階での申請が多いこと、認定の運用（調査・審査会）の特徴、高齢者の健康状態などが考えられます。",
        checks: "B9～B14 新規認定者の要介護度・年齢、要介護認定の業務分析データ（一次判定からの変更率、申請から認定までの日数）、健診・レセプトのデータ",
        question: "申請の前の相談や介護予防につなぐ流れに、見直せるところがあるか。",
    },
    Rule {
        block: HintBlock::Certification,
        when: &[("B5-a", Below)],
        unless: &[],
        candidates: "年齢と性別の構成をそろえても低いため、介護予防の効果のほか、必要な人が申請に至っていない可能性も考えられます。",
        checks: "B9 新規認定者の要介護度別分布（重くなってからの申請が多くないか）、通いの場の参加率、地域包括支援センターの相談件数、ニーズ調査",
        question: "支えが必要な人が、相談や申請にたどり着けているか。",
    },
    Rule {
        block: HintBlock::Certification,
        when: &[("B6-a", Above)],
        unless: &[],
        candidates: "重くなってからの申請が多いこと、重度化防止の取組が届いていないこと、施設などに重度の人が集まっていることが考えられます。",
        checks: "B9 新規認定者のうち要介護3以上の割合、通いの場などの参加状況（F の指標）、D2 受給率（施設サービス）",
        question: "重度化を防ぐ働きかけを、どの段階の人に届けるか。",
    },
    Rule {
        block: HintBlock::Certification,
        when: &[("B6-b", Above)],
        unless: &[],
        candidates: "サービスを使う前の申請がしやすいこと、総合事業が使われていないこと、更新のときに要介護1・2へ移る人が多いことが考えられます。",
        checks: "更新認定での要介護度の変化（業務分析データ）、F28～F40 総合事業の実施状況、要支援・要介護1で認定後にサービスを使っていない人の数",
        question: "総合事業や通いの場が、認定の前の選択肢になっているか。",
    },
    Rule {
        block: HintBlock::Recipients,
        when: &[("D2", Above)],
        unless: &[],
        candidates: "施設の定員が多いこと、退院先として施設が選ばれていること、住所地特例の人が含まれることが考えられます。",
        checks: "D25・D28 施設サービスの定員、居所変更実態調査、待機者の状況、住所地特例の対象者数",
        question: "在宅で暮らし続けるために足りないものは何か。",
    },
    Rule {
        block: HintBlock::Recipients,
        when: &[("D3", Above), ("D3", Below)],
        unless: &[],
        candidates: "グループホームや特定施設の整備量の違いによる可能性があります。",
        checks: "D26・D29 居住系サービスの定員、有料老人ホーム・サービス付き高齢者向け住宅の戸数",
        question: "住まいの選択肢の過不足を、整備計画でどう見るか。",
    },
    Rule {
        block: HintBlock::Recipients,
        when: &[("D4", Below)],
        unless: &[],
        candidates: "在宅サービスの供給が足りないこと、使うことをためらう人が多いことの、どちらの可能性もあります。",
        checks: "在宅介護実態調査（サービス未利用の理由）、δ2 自給率、K3 要介護認定者あたりの事業所数",
        question: "使わない人と使えない人を、どう見分けるか。",
    },
    Rule {
        block: HintBlock::PerRecipient,
        when: &[("D17-a", Above), ("D31-a", Above)],
        unless: &[],
        candidates: "同じ建物（住宅型有料老人ホームやサービス付き高齢者向け住宅）への訪問が多いこと、積雪などで通所の代わりに使われていること、生活援助が多いことが考えられます。",
        checks: "同一建物減算の算定状況、サービスコード別の回数、区分支給限度額に対する利用割合、ケアプラン点検（国保連の介護給付適正化システム）",
        question: "回数の多いケアプランを、誰とどう確かめるか。",
    },
    Rule {
        block: HintBlock::PerRecipient,
        when: &[("D17-f", Below), ("D31-e", Below)],
        unless: &[],
        candidates: "送迎の難しさ、訪問サービスで代えていること、事業所や定員が足りないことが考えられます。",
        checks: "送迎減算の算定状況、D27・D30 通所系サービスの定員、事業所別の稼働状況",
        question: "通えない人の理由は、場所か、時間か、定員か。",
    },
    Rule {
        block: HintBlock::PerRecipient,
        when: &[("D17-g", Below), ("D17-h", Below), ("D31-g", Below), ("D31-h", Below)],
        unless: &[],
        candidates: "短期入所を使う前に施設へ入所していること、短期入所の定員が少ないことが考えられます。",
        checks: "D2 受給率（施設サービス）、短期入所の定員と稼働率",
        question: "介護する家族の休息の場が足りているか。",
    },
    Rule {
        block: HintBlock::PerRecipient,
        when: &[("D17-e", Below), ("D17-j", Below)],
        unless: &[],
        candidates: "居宅療養管理指導や福祉用具貸与を担う事業者が少ないこと、保険者の規模が小さく数値が動きやすいことが考えられます。",
        checks: "K3-e・K3-l サービス提供事業所数、利用者数そのもの",
        question: "近隣の市町村も含めて、担い手がいるか。",
    },
    Rule {
        block: HintBlock::PerRecipient,
        when: &[("D17-c", Above), ("D31-c", Above), ("D17-d", Above), ("D31-d", Above)],
        unless: &[],
        candidates: "医療機関との連携が進んでいること、医療の必要な人が在宅で多く暮らしていること、特定の事業所の提供の仕方によることが考えられます。",
        checks: "サービスコード別の回数、事業所別の給付（国保連の介護給付適正化システム）、利用者の要介護度",
        question: "必要な人に届いている結果か、事業所の偏りか。",
    },
];

/// What the deviations of the main year suggest, in the order of the form.
pub fn hints(comparison: &Comparison) -> Vec<Hint> {
    let Some(year) = comparison.main_year else { return Vec::new() };
    let Some(nation) = comparison.participants.iter().position(|participant| participant.role == Role::Nation) else {
        return Vec::new();
    };
    let view = View { comparison, year, nation };
    let mut all: Vec<Hint> = RULES.iter().filter_map(|rule| view.by_rule(rule)).collect();
    all.extend(view.jumps());
    all.extend(view.home_services());
    all.extend(view.amount_and_volume());
    all.sort_by_key(|hint| (hint.block, hint.row));
    let rest: Vec<Hint> = [HintBlock::Certification, HintBlock::Recipients, HintBlock::PerRecipient]
        .into_iter()
        .filter_map(|block| view.rest(block, &all))
        .collect();
    all.extend(rest);
    // What no line of the table speaks of comes last in its block.
    all.sort_by_key(|hint| hint.block);
    all
}

struct View<'a> {
    comparison: &'a Comparison,
    year: i32,
    nation: usize,
}

impl View<'_> {
    fn row(&self, id: &str) -> Option<(usize, &ComparedRow)> {
        self.comparison.rows.iter().enumerate().find(|(_, row)| row.indicator.id.as_str() == id)
    }

    /// `None` also for figures of few people: they call for no hypothesis.
    fn verdict(&self, row: &ComparedRow) -> Option<Verdict> {
        let at = self.comparison.rows.iter().position(|known| std::ptr::eq(known, row));
        if at.is_some_and(|at| self.comparison.is_few(at)) { None } else { row.versus.get(&self.nation)?.verdict }
    }

    /// Deviations of a block that none of the hints speaks of.
    fn rest(&self, block: HintBlock, hints: &[Hint]) -> Option<Hint> {
        let known = |at: &usize| hints.iter().any(|hint| hint.rows.contains(at));
        let rows: Vec<usize> = (0..self.comparison.rows.len())
            .filter(|at| {
                self.comparison.rows.get(*at).is_some_and(|row| {
                    row.indicator.block.is_some_and(|of| of.title() == block.title())
                        && self.verdict(row).is_some_and(|verdict| verdict != Verdict::Similar)
                })
            })
            .filter(|at| !known(at))
            .collect();
        let facts: Vec<String> = rows.iter().filter_map(|at| self.fact(self.comparison.rows.get(*at)?)).collect();
        Some(Hint {
            block,
            row: *rows.first()?,
            fact: facts.join("\n"),
            rows,
            candidates: "全国との違いは目安を超えていますが、手がかりの表に当てはまるものはありません。地域の事情による可能性があります。"
                .to_owned(),
            checks: "「グラフ」の推移、「比較と判定」の都道府県・比較地域の数値".to_owned(),
            question: "この違いは、地域の実感と合っているか。".to_owned(),
        })
    }

    /// A ratio as it is shown: `1.55`.
    fn times(&self, ratio: f64) -> String {
        shown(ratio, self.comparison.thresholds.ratio_decimals(ratio))
    }

    fn ratio(&self, row: &ComparedRow) -> Option<f64> {
        row.versus.get(&self.nation)?.ratio
    }

    /// 「訪問介護の給付月額 85,012円（全国 54,900円の1.55倍）」
    fn fact(&self, row: &ComparedRow) -> Option<String> {
        let (own, nation) = (row.whole(0, self.year)?, row.whole(self.nation, self.year)?);
        let versus = row.versus.get(&self.nation)?;
        let name = plain_name(&row.indicator.name);
        let mut text = format!(
            "{} {name}　{}（全国 {}",
            row.indicator.id,
            with_unit(own, &row.indicator),
            with_unit(nation, &row.indicator)
        );
        if let Some(ratio) = versus.ratio {
            text.push_str(&format!("の{}倍", self.times(ratio)));
        }
        if &*row.indicator.unit == "％" {
            text.push_str(&format!("、{}", points(versus.difference, decimals(&row.indicator))));
        }
        text.push('）');
        Some(text)
    }

    fn by_rule(&self, rule: &Rule) -> Option<Hint> {
        let deviates = |(id, verdict): &(&str, Verdict)| {
            self.row(id).filter(|(_, row)| self.verdict(row) == Some(*verdict)).map(|(at, _)| at)
        };
        if rule.unless.iter().any(|condition| deviates(condition).is_some()) {
            return None;
        }
        let mut rows: Vec<usize> = rule.when.iter().filter_map(deviates).collect();
        rows.dedup();
        let first = *rows.first()?;
        // 「大きく違わない」 can only be said of a figure that is there.
        if rule.unless.iter().any(|(id, _)| self.row(id).is_none_or(|(_, row)| self.verdict(row).is_none())) {
            return None;
        }
        let mut facts: Vec<String> = rows.iter().filter_map(|row| self.fact(self.comparison.rows.get(*row)?)).collect();
        facts.extend(rule.unless.iter().filter_map(|(id, _)| self.fact(self.row(id)?.1)));
        Some(Hint {
            block: rule.block,
            row: first,
            rows,
            fact: facts.join("\n"),
            candidates: rule.candidates.to_owned(),
            checks: rule.checks.to_owned(),
            question: rule.question.to_owned(),
        })
    }

    /// A rate that jumps from one year to the next may be counted differently.
    fn jumps(&self) -> Option<Hint> {
        let (at, row) = self.row("B4-a")?;
        let whole = || self.comparison.years.iter().filter(|year| !year.part_year).map(|year| year.year);
        let mut facts = Vec::new();
        for (before, after) in whole().zip(whole().skip(1)) {
            let (Some(old), Some(new)) = (row.whole(0, before), row.whole(0, after)) else { continue };
            let verdict = self.comparison.thresholds.versus(new, old).verdict;
            if matches!(verdict, Some(Above | Below)) {
                facts.push(format!(
                    "認定率が{}の{}から{}の{}へ動いています",
                    wareki(before),
                    with_unit(old, &row.indicator),
                    wareki(after),
                    with_unit(new, &row.indicator)
                ));
            }
        }
        (!facts.is_empty()).then(|| Hint {
            block: HintBlock::Certification,
            row: at,
            // It speaks of the years, not of the nation.
            rows: Vec::new(),
            fact: facts.join("\n"),
            candidates: "1年で大きく動いているため、数え方や基準日の違いによる可能性があります。".to_owned(),
            checks: "介護保険事業状況報告（月報）の各月の認定者数と第1号被保険者数".to_owned(),
            question: "動きが実際の変化と確かめられるまで、対策の根拠にしてよいか。".to_owned(),
        })
    }

    /// 在宅 = 受給率（在宅） × 受給者1人あたり給付月額（在宅）, both per 第1号被保険者 and per recipient.
    fn home_services(&self) -> Option<Hint> {
        let ((_, rate), (at, amount)) = (self.row("D4")?, self.row("D15-b")?);
        let product = |who| Some(rate.whole(who, self.year)? / 100.0 * amount.whole(who, self.year)?);
        let (own, nation) = (product(0)?, product(self.nation)?);
        let whole = self.comparison.thresholds.versus(own, nation);
        let parts = [self.verdict(rate), self.verdict(amount), whole.verdict];
        if !parts.iter().flatten().any(|verdict| *verdict != Verdict::Similar) {
            return None;
        }
        let (share, use_each) = (self.ratio(rate)?, self.ratio(amount)?);
        let larger = if (share.ln()).abs() >= (use_each.ln()).abs() {
            "使う人の割合"
        } else {
            "1人あたりの使い方"
        };
        Some(Hint {
            block: HintBlock::PerRecipient,
            row: at,
            rows: vec![at],
            fact: format!(
                "在宅サービスの給付月額を第1号被保険者1人あたりに直すと {}円（全国 {}円の{}倍）＝受給率 {}倍 × 受給者1人あたり {}倍",
                shown(own, 0),
                shown(nation, 0),
                self.times(whole.ratio?),
                self.times(share),
                self.times(use_each)
            ),
            candidates: format!(
                "全国との違いには、{larger}の方が大きく関わっている可能性があります。"
            ),
            checks: "D6-a 第１号被保険者１人あたり給付月額（在宅）、D4 受給率（在宅）と D15-b 受給者1人あたり給付月額（在宅）の推移".to_owned(),
            question: "使う人の数と、1人あたりの量の、どちらに働きかけるか。".to_owned(),
        })
    }

    /// Amount and volume of a service together: many visits are not dear visits.
    fn amount_and_volume(&self) -> Vec<Hint> {
        let mut all = Vec::new();
        for (at, volume) in self.comparison.rows.iter().enumerate() {
            if !volume.indicator.id.as_str().starts_with("D31-") {
                continue;
            }
            let service = service_name(&volume.indicator.name);
            let amount = self.comparison.rows.iter().enumerate().find(|(_, row)| {
                row.indicator.id.as_str().starts_with("D17-") && service_name(&row.indicator.name) == service
            });
            let Some((amount_at, amount)) = amount else { continue };
            let (Some(money), Some(times)) = (self.ratio(amount), self.ratio(volume)) else { continue };
            let each = self.comparison.thresholds.versus(money, times).verdict;
            let deviates =
                [self.verdict(amount), self.verdict(volume)].iter().flatten().any(|v| *v != Verdict::Similar);
            let (Some(facts), true) = (self.fact(amount).zip(self.fact(volume)), deviates) else { continue };
            let candidates = match each {
                Some(Below) => {
                    "回数・日数の比に比べて金額の比が小さいため、短い時間や単価の低い使い方が多い可能性があります。"
                }
                Some(Above) => {
                    "回数・日数の比に比べて金額の比が大きいため、1回あたりの単価が高い使い方（長い時間、重い要介護度、加算）が多い可能性があります。"
                }
                _ => {
                    "金額と回数・日数が同じくらい違うため、単価ではなく1人あたりの使う量の違いによる可能性があります。"
                }
            };
            all.push(Hint {
                block: HintBlock::PerRecipient,
                row: amount_at.min(at),
                rows: vec![amount_at, at],
                fact: format!("{}\n{}", facts.0, facts.1),
                candidates: format!("【{service}】{candidates}"),
                checks: "サービスコード別の回数と単価、利用者の要介護度別の内訳、事業所別の給付".to_owned(),
                question: format!("{service}の使われ方の違いは、利用者の状態によるものか。"),
            });
        }
        all
    }
}

/// 「＋3.0ポイント」
fn points(difference: f64, decimals: u8) -> String {
    let text = shown(difference, decimals);
    let plus = if difference > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { "＋" } else { "" };
    format!("{plus}{text}ポイント")
}
