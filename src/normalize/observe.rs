//! From figures as written to observations: areas, periods, numbers and units are understood, or a person is told.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalog::{Catalog, Indicator, Lookup, YearMeaning, told_apart};
use crate::diagnostic::{Diagnostic, Place};
use crate::layout::{AreaText, Figure, PeriodText};
use crate::model::{
    Area, AreaLevel, Datum, IndicatorId, MissingReason, Observation, Period, PeriodKind, SourceFile, SourceRef,
};
use crate::normalize::percent::{PercentCells, as_shown};
use crate::notation::{BareYear, parse_period};
use crate::notation::{MissingLegend, parse_number, read_missing};
use crate::notation::{parse_unit, wareki, wareki_date};
use crate::read::CellValue;

/// Turns the figures of one file into observations. A figure that cannot be understood surely becomes a diagnostic
/// that names its cell, never a guess; the same complaint about one heading is told once.
///
/// `percent` are the cells a person sees times 100: their figures come out as seen.
pub fn observe(
    file: &Arc<SourceFile>,
    figures: &[Figure],
    percent: &PercentCells,
    catalog: &Catalog,
) -> (Vec<Observation>, Vec<Diagnostic>) {
    let mut observer = Observer {
        file,
        percent,
        percent_told: BTreeSet::new(),
        catalog,
        areas: HashMap::new(),
        periods: HashMap::new(),
        under_way: HashMap::new(),
        last_area: None,
        indicators: HashMap::new(),
        units: HashMap::new(),
        unknown_areas: Vec::new(),
        diagnostics: Vec::new(),
    };
    let observations = figures.iter().filter_map(|figure| observer.observe(figure)).collect();
    observer.tell_unknown_areas();
    (observations, observer.diagnostics)
}

/// A unit and the factor that brings figures to it.
type Scale = (Arc<str>, f64);

/// A unit as written and what it means, `None` when refused.
type WrittenUnit = (Option<Arc<str>>, Option<Scale>);

struct Observer<'a> {
    file: &'a Arc<SourceFile>,
    percent: &'a PercentCells,
    /// Sheets whose percentages were told
    percent_told: BTreeSet<Arc<str>>,
    catalog: &'a Catalog,
    areas: HashMap<AreaText, Option<Arc<Area>>>,
    periods: HashMap<(Arc<str>, bool), Option<Arc<Period>>>,
    /// Years of services that were not over when the file was made, marked
    under_way: HashMap<Arc<Period>, Arc<Period>>,
    last_area: Option<(AreaText, Option<Arc<Area>>)>,
    indicators: HashMap<Arc<str>, Option<&'a Indicator>>,
    /// By 指標ID: the units as written, with unit and factor, `None` when refused
    units: HashMap<Arc<str>, Vec<WrittenUnit>>,
    /// Names kept as written, with their first cell
    unknown_areas: Vec<(Arc<str>, Place)>,
    diagnostics: Vec<Diagnostic>,
}

/// Names that are not in the catalog are told one by one up to here, then together.
const FEW_NAMES: usize = 5;

impl<'a> Observer<'a> {
    fn place(&self, figure: &Figure) -> Place {
        Place {
            file: Some(self.file.name.clone()),
            sheet: (!figure.sheet.is_empty()).then(|| figure.sheet.to_string()),
            cell: Some(figure.cell.to_string()),
        }
    }

    fn observe(&mut self, figure: &Figure) -> Option<Observation> {
        let id = figure.indicator.clone()?;
        let indicator = self.indicator(&id);
        let area = self.area(figure)?;
        let period = self.period(figure, indicator)?;
        let period = self.not_over(figure, &id, period);
        let (unit, factor) = self.unit(figure, &id, indicator)?;
        let seen_times_100 =
            matches!(figure.value, Some(CellValue::Number(_))) && self.percent.contains(&figure.sheet, figure.cell);
        let datum = if seen_times_100 { self.percentage(figure, &unit)? } else { self.datum(figure, &unit, factor)? };
        let unit = if seen_times_100 { Arc::from("％") } else { unit };
        let datum = if indicator.is_some_and(|known| known.block.is_some()) {
            self.possible(figure, datum, &unit)?
        } else {
            datum
        };
        let decimals =
            figure.decimals.map(|decimals| if seen_times_100 { decimals.saturating_sub(2) } else { decimals });
        Some(Observation {
            indicator: IndicatorId(id),
            area,
            period,
            datum,
            unit,
            dimensions: figure.dimensions.clone(),
            // Thousands shown as whole numbers are rounded to the thousand: no decimals can say that, so they
            // count as the coarsest figures there are.
            decimals: if factor > 1.0 { Some(0) } else { decimals },
            source: SourceRef { file: self.file.clone(), sheet: figure.sheet.clone(), cell: figure.cell },
            derived: None,
        })
    }

    fn indicator(&mut self, id: &Arc<str>) -> Option<&'a Indicator> {
        if let Some(known) = self.indicators.get(id) {
            return *known;
        }
        let found = self.catalog.indicator(id);
        self.indicators.insert(id.clone(), found);
        found
    }

    fn area(&mut self, figure: &Figure) -> Option<Arc<Area>> {
        // The figures of a row stand side by side and share the words of their area.
        if let Some((_, known)) = self.last_area.as_ref().filter(|(text, _)| *text == figure.area) {
            return known.clone();
        }
        let found = self.area_of_row(figure);
        self.last_area = Some((figure.area.clone(), found.clone()));
        found
    }

    fn area_of_row(&mut self, figure: &Figure) -> Option<Arc<Area>> {
        if let Some(known) = self.areas.get(&figure.area) {
            return known.clone();
        }
        let text = &figure.area;
        let lookup = match &text.prefecture {
            Some(prefecture) => self.catalog.find_in(Some(prefecture), &text.name),
            None if text.is_code => self.catalog.find_code(&text.name),
            None => self.catalog.find_name(&text.name),
        };
        let area = match lookup {
            Lookup::One(area) => Some(self.with_level(area, text.level)),
            Lookup::Many(candidates) => {
                let names = told_apart(&candidates);
                self.diagnostics.push(
                    Diagnostic::error(
                        "area-ambiguous",
                        format!(
                            "「{}」は{}のどれか決められないため、取り込みませんでした。",
                            text.name,
                            names.join("、")
                        ),
                    )
                    .hint("地域の名前に都道府県名を付けるか、6けたの団体コードにして、もう一度入れてください。")
                    .at(self.place(figure)),
                );
                None
            }
            Lookup::None if text.is_code => {
                self.diagnostics.push(
                    Diagnostic::error(
                        "code-unknown",
                        format!("団体コード「{}」は正しくないか、一覧にありません。", text.name),
                    )
                    .hint("6けたの団体コードを確かめて、もう一度入れてください。")
                    .at(self.place(figure)),
                );
                None
            }
            Lookup::None => {
                self.unknown_areas.push((text.name.clone(), self.place(figure)));
                Some(Arc::new(self.area_as_written(text)))
            }
        };
        self.areas.insert(figure.area.clone(), area.clone());
        area
    }

    /// A table with the sums of all counties names some three hundred of them.
    fn tell_unknown_areas(&mut self) {
        let kept = "地域の一覧に無いため、書かれたままの名前で取り込みました。";
        let told = |message: String, place: &Place| Diagnostic::info("area-not-in-catalog", message).at(place.clone());
        if self.unknown_areas.len() <= FEW_NAMES {
            let each = self.unknown_areas.iter().map(|(name, place)| told(format!("「{name}」は{kept}"), place));
            self.diagnostics.extend(each);
        } else if let Some((_, place)) = self.unknown_areas.first() {
            let counties = self.unknown_areas.iter().filter(|(name, _)| name.ends_with('郡')).count();
            let names: Vec<String> = self.unknown_areas.iter().take(3).map(|(name, _)| format!("「{name}」")).collect();
            let which = if counties > 0 { format!("（うち郡 {counties}件）") } else { String::new() };
            let message = format!("{}など{}件{which}は{kept}", names.join(""), self.unknown_areas.len());
            self.diagnostics.push(told(message, place));
        }
    }

    /// A row of a table by insurers is an insurer even where the catalog does not know whose insurer it is.
    fn with_level(&self, area: Arc<Area>, level: Option<AreaLevel>) -> Arc<Area> {
        match level {
            Some(AreaLevel::Insurer) if area.level == AreaLevel::Municipality => {
                Arc::new(Area { level: AreaLevel::Insurer, ..(*area).clone() })
            }
            _ => area,
        }
    }

    fn area_as_written(&self, text: &AreaText) -> Area {
        let name = text.name.trim().to_owned();
        let prefecture = text.prefecture.as_deref().map(str::to_owned);
        let display = match &prefecture {
            Some(prefecture) => format!("{prefecture} {name}"),
            None => name.clone(),
        };
        let level = match (&prefecture, name.chars().last()) {
            (None, Some('県')) => AreaLevel::Prefecture,
            _ => AreaLevel::Other,
        };
        let prefecture = if level == AreaLevel::Prefecture { Some(name) } else { prefecture };
        Area { code: None, name: display, prefecture, level }
    }

    fn period(&mut self, figure: &Figure, indicator: Option<&Indicator>) -> Option<Arc<Period>> {
        let written = match &figure.period {
            PeriodText::Known(period) => return Some(period.clone()),
            PeriodText::Written(written) => written,
        };
        let bare_year = indicator.map_or(BareYear::Fiscal, |indicator| match indicator.bare_year {
            YearMeaning::Fiscal => BareYear::Fiscal,
            YearMeaning::Calendar => BareYear::Calendar,
        });
        let key = (written.clone(), matches!(bare_year, BareYear::Calendar));
        if let Some(known) = self.periods.get(&key) {
            return known.clone();
        }
        let period = parse_period(written, bare_year).map(Arc::new);
        if period.is_none() {
            self.diagnostics.push(
                Diagnostic::error(
                    "period-unreadable",
                    format!(
                        "期間「{}」を読めないため、この期間の数値は取り込みませんでした。",
                        written.replace('\n', " ")
                    ),
                )
                .hint("「令和7年度」「令和8年3月末」のような書き方に直して、もう一度入れてください。")
                .at(self.place(figure)),
            );
        }
        self.periods.insert(key, period.clone());
        period
    }

    /// Services of a 年度 end with February: a file made before holds a part of them, whatever its headings say.
    fn not_over(&mut self, figure: &Figure, id: &str, period: Arc<Period>) -> Arc<Period> {
        let unsaid = period.kind == PeriodKind::FiscalYear && period.months.is_none() && !period.part_year;
        let Some(year) = period.form_year.filter(|_| unsaid && id.starts_with('D')) else { return period };
        let Some(exported) = self.file.exported.filter(|made| (made.year, made.month) < (year + 1, 3)) else {
            return period;
        };
        if let Some(marked) = self.under_way.get(&period) {
            return marked.clone();
        }
        self.diagnostics.push(
            Diagnostic::warning(
                "year-not-over",
                format!(
                    "{}は、出力日（{}）にはまだ終わっていません。1年分の数値ではないものとして、主な比較には使いません。",
                    wareki(year),
                    wareki_date(exported)
                ),
            )
            .hint("見出しの年度と出力日を確かめてください。")
            .at(self.place(figure)),
        );
        let marked = Arc::new(Period { part_year: true, ..(*period).clone() });
        self.under_way.insert(period, marked.clone());
        marked
    }

    /// Refuses what no indicator of the form can be: less than nothing, more than all.
    fn possible(&mut self, figure: &Figure, datum: Datum, unit: &str) -> Option<Datum> {
        let what = match datum.value() {
            Some(value) if value < 0.0 => "負の数",
            Some(value) if value > 100.0 && unit == "％" => "100 ％を超える割合",
            _ => return Some(datum),
        };
        self.diagnostics.push(
            Diagnostic::error(
                "figure-impossible",
                format!(
                    "「{}」は{what}で、この指標ではありえないため、取り込みませんでした。",
                    figure.value.as_ref().map(CellValue::display).unwrap_or_default()
                ),
            )
            .hint("元の表の数値と単位を確かめてください。")
            .at(self.place(figure)),
        );
        None
    }

    /// The unit and the factor that brings the figure to it. A unit that is not the indicator's own is refused for
    /// the form's indicators, where a mixed unit would be a wrong figure on the sheet.
    fn unit(&mut self, figure: &Figure, id: &Arc<str>, indicator: Option<&Indicator>) -> Option<Scale> {
        let of_indicator = self.units.get(id).into_iter().flatten();
        if let Some((_, known)) = of_indicator.into_iter().find(|(unit, _)| *unit == figure.unit) {
            return known.clone();
        }
        let expected = indicator.map(|indicator| &*indicator.unit).filter(|unit| !unit.is_empty());
        let written = figure.unit.as_deref().filter(|unit| !unit.trim().is_empty());
        let result = match (written.map(|written| (written, parse_unit(written))), expected) {
            (None, Some(expected)) => Some((Arc::from(expected), 1.0)),
            (None, None) => Some((Arc::from(""), 1.0)),
            (Some((written, None)), expected) => {
                if indicator.is_some_and(|indicator| indicator.block.is_some()) {
                    self.refuse_unit(figure, written, expected.unwrap_or_default());
                    None
                } else {
                    Some((Arc::from(written.trim()), 1.0))
                }
            }
            (Some((written, Some(unit))), Some(expected)) if &*unit.symbol != expected => {
                // Persons are never yen: with both, an indicator's figures could not be compared. What the list calls
                // a unit and is none (全国=1.00) binds nobody.
                if parse_unit(expected).is_some() {
                    self.refuse_unit(figure, written, expected);
                    None
                } else {
                    Some((Arc::from(&*unit.symbol), unit.factor))
                }
            }
            (Some((_, Some(unit))), _) => Some((Arc::from(&*unit.symbol), unit.factor)),
        };
        self.units.entry(id.clone()).or_default().push((figure.unit.clone(), result.clone()));
        result
    }

    fn refuse_unit(&mut self, figure: &Figure, written: &str, expected: &str) {
        let id = figure.indicator.as_deref().unwrap_or_default();
        self.diagnostics.push(
            Diagnostic::error(
                "unit-mismatch",
                format!("指標 {id} の単位は「{expected}」のはずですが、「{written}」と書かれているため、取り込みませんでした。"),
            )
            .hint("別の指標の表でないか、確かめてください。")
            .at(self.place(figure)),
        );
    }

    /// A fraction shown as a percentage, in ％.
    fn percentage(&mut self, figure: &Figure, unit: &str) -> Option<Datum> {
        let number = figure.value.as_ref().and_then(CellValue::as_number)?;
        let is_share = unit.is_empty() || unit == "％";
        let Some(shown) = as_shown(number).filter(|_| is_share) else {
            let message = if is_share {
                format!(
                    "{number} が百分率の書式（{:.0}%）で表示されていて、どちらの数値か決められないため、取り込みませんでした。",
                    number * 100.0
                )
            } else {
                format!("単位は「{unit}」のはずですが、百分率（%）で表示されているため、取り込みませんでした。")
            };
            self.diagnostics.push(
                Diagnostic::warning("percent-doubtful", message)
                    .hint("元の表の書式と単位を確かめて、もう一度入れてください。")
                    .at(self.place(figure)),
            );
            return None;
        };
        if self.percent_told.insert(figure.sheet.clone()) {
            self.diagnostics.push(
                Diagnostic::info(
                    "percent-format",
                    format!("百分率で表示されている {number} は、見えているとおり {shown} ％として取り込みました。このシートのほかの百分率も同じです。"),
                )
                .at(self.place(figure)),
            );
        }
        Some(Datum::Value(shown))
    }

    fn datum(&mut self, figure: &Figure, unit: &str, factor: f64) -> Option<Datum> {
        let Some(value) = &figure.value else { return Some(Datum::Missing(MissingReason::Blank)) };
        match value {
            CellValue::Number(number) if number.is_finite() => Some(Datum::Value(scaled(*number, factor))),
            CellValue::Text(text) if text.trim().is_empty() => Some(Datum::Missing(MissingReason::Blank)),
            CellValue::Text(text) => {
                if let Some(reason) = read_missing(text, &MissingLegend::default()) {
                    return Some(Datum::Missing(reason));
                }
                if let Some(number) = parse_number(text) {
                    // 「12.5%」 in a row of yen; other marks (日 in a row of 回・日) say the unit in fewer words.
                    let share = |symbol: &str| symbol == "％";
                    let other =
                        number.unit_mark.as_ref().filter(|mark| !unit.is_empty() && share(&mark.symbol) != share(unit));
                    if let Some(mark) = other {
                        let message = format!(
                            "「{}」には「{}」が付いていますが、この指標の単位は「{unit}」のため、取り込みませんでした。",
                            shorten(text),
                            mark.symbol
                        );
                        self.unreadable(figure, &message);
                        return None;
                    }
                    return Some(Datum::Value(scaled(number.value, factor)));
                }
                self.unreadable(
                    figure,
                    &format!("「{}」は数値として読めないため、取り込みませんでした。", shorten(text)),
                );
                None
            }
            CellValue::Error(text) => {
                self.unreadable(figure, &format!("計算のエラー「{text}」になっているため、取り込みませんでした。"));
                None
            }
            CellValue::Number(_) | CellValue::DateSerial(_) | CellValue::Bool(_) => {
                self.unreadable(figure, "数値のはずの所が日付か別の種類の値になっているため、取り込みませんでした。");
                None
            }
        }
    }

    fn unreadable(&mut self, figure: &Figure, message: &str) {
        self.diagnostics.push(
            Diagnostic::warning("value-unreadable", message)
                .hint("元の表を開いて、この所を確かめてください。")
                .at(self.place(figure)),
        );
    }
}

/// A figure in thousands and the like, moved in decimal as a person would: 8.037 千人 are 8037 人, not
/// 8037.000000000001.
fn scaled(value: f64, factor: f64) -> f64 {
    if factor == 1.0 {
        return value;
    }
    let zeros = factor.log10().round();
    let moved = (10f64.powf(zeros) == factor).then(|| format!("{value:e}")).and_then(|text| {
        let (digits, exponent) = text.split_once('e')?;
        format!("{digits}e{}", exponent.parse::<i32>().ok()? + zeros as i32).parse().ok()
    });
    moved.unwrap_or(value * factor)
}

/// Enough of a text to recognise it in a message.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(20).collect();
    if text.chars().count() > 20 {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn thousands_leave_no_broken_digits() {
        for (value, factor, people) in [
            (8.037, 1e3, 8037.0),
            (2.027, 1e3, 2027.0),
            (-1.007, 1e3, -1007.0),
            (1.005, 1e3, 1005.0),
            (0.1, 1e6, 100_000.0),
            (12.0, 1e8, 1_200_000_000.0),
            (0.0, 1e3, 0.0),
            (8.037, 1.0, 8.037),
        ] {
            assert_eq!(scaled(value, factor), people);
        }
    }
}
